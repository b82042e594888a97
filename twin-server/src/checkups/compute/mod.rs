//! Indicators that the server computes: the model, the devices and the reports of one moment come in, values with what
//! they are of, or why there is none, go out. Called when somebody asks a check-up to compute.
//!
//! `green` has the service radius of parks, `walking` the walking circle, `gaps` parking and charging, `facilities` what the
//! model must say for any of them, `operation` what the running system knows.

mod facilities;
mod gaps;
mod green;
mod operation;
mod walking;

use std::sync::Arc;

use twin_schemas::LocalizedText;
use twin_schemas::checkups::CheckUp;
use twin_schemas::indicators::{Indicator, IndicatorComputation, IndicatorMethod};

use super::{Ground, Place};
use crate::live::Entry;
use crate::store::StoredReport;

use gaps::Gap;

pub use facilities::{is_green, is_parking};

/// What is computed from, at one moment.
pub struct Sources {
    /// The model.
    pub ground: Ground,
    /// The devices with their states.
    pub devices: Vec<Entry>,
    /// The reports of residents.
    pub reports: Vec<Arc<StoredReport>>,
}

/// A number with what it is of, or why there is none.
pub type Figure = Result<(f64, LocalizedText), LocalizedText>;

/// An indicator at an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// Code of the indicator.
    pub indicator: String,
    /// Id of the object.
    pub object: String,
    /// The number, or why there is none.
    pub figure: Figure,
}

/// Computes those of the indicators that are, at every object of their levels in the check-up; by indicator and object.
#[must_use]
pub fn compute(check_up: &CheckUp, indicators: &[Arc<Indicator>], sources: &Sources) -> Vec<Computed> {
    let mut computed = Vec::new();
    for indicator in indicators {
        let Some(how) = &indicator.computed else { continue };
        let places: Vec<Place> =
            indicator.levels.iter().flat_map(|level| sources.ground.places(check_up, *level)).collect();
        for (place, figure) in places.iter().zip(figures(how, check_up, &places, sources)) {
            let figure =
                figure.map(|(value, words)| (rounded(value).clamp(indicator.min, indicator.max), words));
            let (indicator, object) = (indicator.code.clone(), place.id.clone());
            computed.push(Computed { indicator, object, figure });
        }
    }
    computed.sort_by(|a, b| (&a.indicator, &a.object).cmp(&(&b.indicator, &b.object)));
    computed
}

/// One figure for each place, in their order.
fn figures(
    how: &IndicatorComputation,
    check_up: &CheckUp,
    places: &[Place],
    sources: &Sources,
) -> Vec<Figure> {
    let (snapshot, standard) = (sources.ground.snapshot(), how.standard.as_ref());
    match how.method {
        IndicatorMethod::ParkingGap => gaps::figures(Gap::Parking, standard, &sources.ground, places),
        IndicatorMethod::ChargingGap => gaps::figures(Gap::Charging, standard, &sources.ground, places),
        IndicatorMethod::ParkCoverage => green::figures(snapshot, places),
        IndicatorMethod::WalkingCircle => walking::figures(snapshot, places),
        IndicatorMethod::DeviceOnlineRate => operation::devices_online(snapshot, &sources.devices, places),
        IndicatorMethod::ClosingRate
        | IndicatorMethod::AnswerRate
        | IndicatorMethod::RepairTime
        | IndicatorMethod::MeanRating => {
            operation::of_reports(how.method, check_up, &sources.reports, places)
        }
    }
}

/// Two digits are more than any of these is worth, and what is shown is what is held against thresholds.
fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Whether something that stands in a zone belongs to a place.
fn belongs(zone: Option<&str>, place: &Place) -> bool {
    use twin_schemas::indicators::IndicatorLevel::{Building, Community, Neighbourhood};
    match place.level {
        Community => true,
        Neighbourhood => zone == Some(&place.id),
        Building => false,
    }
}

/// A text in both languages.
fn words(zh: impl Into<String>, en: impl Into<String>) -> LocalizedText {
    LocalizedText::new(zh, en)
}

#[cfg(test)]
mod tests;
