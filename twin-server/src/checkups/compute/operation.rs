//! Figures of the running system: devices and reports of one moment come in, rates, times and ratings go out, for each
//! place. Reports count that came in within the period of the check-up.

use std::sync::Arc;

use twin_schemas::checkups::CheckUp;
use twin_schemas::indicators::IndicatorMethod;
use twin_schemas::live::DeviceStatus;
use twin_schemas::reports::{Report, ReportLine, ReportState};

use super::{Figure, Place, belongs, words};
use crate::live::Entry;
use crate::spatial::{Kind, Snapshot};
use crate::store::StoredReport;

/// The share of devices that are not offline.
pub(super) fn devices_online(snapshot: &Snapshot, devices: &[Entry], places: &[Place]) -> Vec<Figure> {
    let standing = devices.iter().map(|entry| {
        let at = entry.device.position;
        let zone = snapshot.at(Kind::Zone, at.east_m, at.north_m).map(|zone| zone.id.clone());
        (zone, entry.state.status().0 != DeviceStatus::Offline)
    });
    let standing: Vec<(Option<String>, bool)> = standing.collect();
    let figure = |place: &Place| {
        let here = standing.iter().filter(|(zone, _)| belongs(zone.as_deref(), place));
        let (all, online) =
            here.fold((0_u32, 0_u32), |(all, online), (_, is)| (all + 1, online + u32::from(*is)));
        if all == 0 {
            return Err(words("没有已登记的设备", "no device is registered here"));
        }
        let told =
            words(format!("{all} 台设备，在线 {online} 台"), format!("{online} of {all} devices are online"));
        Ok((f64::from(online) / f64::from(all) * 100.0, told))
    };
    places.iter().map(figure).collect()
}

/// A figure of the reports that came in within the period of the check-up.
pub(super) fn of_reports(
    method: IndicatorMethod,
    check_up: &CheckUp,
    reports: &[Arc<StoredReport>],
    places: &[Place],
) -> Vec<Figure> {
    let within = (check_up.from..check_up.to, method);
    let counted: Vec<&Report> = reports
        .iter()
        .map(|kept| &kept.report)
        .filter(|report| within.0.contains(&report.created_at) && counts(within.1, report))
        .collect();
    let figure = |place: &Place| {
        let here: Vec<&Report> =
            counted.iter().copied().filter(|report| belongs(report.zone.as_deref(), place)).collect();
        of_these(method, &here)
    };
    places.iter().map(figure).collect()
}

/// Whether a report is one that a figure is of.
fn counts(method: IndicatorMethod, report: &Report) -> bool {
    use ReportState::{Declined, Merged, Withdrawn};
    match method {
        IndicatorMethod::ClosingRate => {
            report.line == ReportLine::Problem && !matches!(report.state, Declined | Merged | Withdrawn)
        }
        IndicatorMethod::RepairTime => {
            report.line == ReportLine::Problem && report.state != Declined && report.answered_at.is_some()
        }
        IndicatorMethod::AnswerRate => report.line == ReportLine::Suggestion && report.state != Withdrawn,
        IndicatorMethod::MeanRating => report.rating.is_some(),
        IndicatorMethod::ParkCoverage
        | IndicatorMethod::WalkingCircle
        | IndicatorMethod::ParkingGap
        | IndicatorMethod::ChargingGap
        | IndicatorMethod::DeviceOnlineRate => false,
    }
}

fn of_these(method: IndicatorMethod, reports: &[&Report]) -> Figure {
    if reports.is_empty() {
        let (zh, en) = match method {
            IndicatorMethod::AnswerRate => ("周期内没有居民建议", "no suggestion was made within the period"),
            IndicatorMethod::MeanRating => ("周期内没有居民评价", "no report of the period was rated"),
            IndicatorMethod::RepairTime => {
                ("周期内没有已反馈的问题上报", "no problem of the period was answered")
            }
            _ => ("周期内没有问题上报", "no problem was reported within the period"),
        };
        return Err(words(zh, en));
    }
    let all = reports.len();
    let share = |is: &dyn Fn(&Report) -> bool| {
        let some = reports.iter().filter(|report| is(report)).count();
        (some as f64 / all as f64 * 100.0, some)
    };
    Ok(match method {
        IndicatorMethod::AnswerRate => {
            let (rate, some) = share(&|report| report.answered_at.is_some());
            (
                rate,
                words(
                    format!("{all} 条建议，已答复 {some} 条"),
                    format!("{some} of {all} suggestions were answered"),
                ),
            )
        }
        IndicatorMethod::RepairTime => {
            let told =
                words(format!("{all} 条已反馈的问题上报"), format!("{all} problems that were answered"));
            (median_h(reports), told)
        }
        IndicatorMethod::MeanRating => {
            let stars: u32 = reports
                .iter()
                .filter_map(|report| report.rating.as_ref())
                .map(|it| u32::from(it.stars))
                .sum();
            (f64::from(stars) / all as f64, words(format!("{all} 条评价"), format!("{all} ratings")))
        }
        _ => {
            let (rate, some) = share(&|report| report.state == ReportState::Closed);
            (
                rate,
                words(
                    format!("{all} 条问题上报，已结案 {some} 条"),
                    format!("{some} of {all} problems are closed"),
                ),
            )
        }
    })
}

/// The median of the hours from coming in to the first answer; of an even number, the mean of the two in the middle.
fn median_h(reports: &[&Report]) -> f64 {
    let hours = reports
        .iter()
        .filter_map(|report| Some((report.answered_at? - report.created_at).as_seconds_f64() / 3_600.0));
    let mut hours: Vec<f64> = hours.collect();
    hours.sort_by(f64::total_cmp);
    let middle = hours.len() / 2;
    match (hours.len() % 2, hours.get(middle), middle.checked_sub(1).and_then(|before| hours.get(before))) {
        (0, Some(upper), Some(lower)) => f64::midpoint(*lower, *upper),
        (_, Some(middle), _) => *middle,
        _ => 0.0,
    }
}
