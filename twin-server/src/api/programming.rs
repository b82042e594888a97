//! What the addresses of resources, needs and tasks have in common: how a list is narrowed and cut into pages, and how what
//! was refused is answered. Called by `resources`, `needs`, `tasks` and their tables.

use std::sync::Arc;

use axum::http::StatusCode;
use twin_schemas::projects::ProjectPlace;

use super::Problem;
use super::lists::{from_zero, page_limit};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::bounds::LocalRect;
use crate::domain::programming::Refusal;
use crate::domain::refusal::{InChinese as _, NotPossible};
use crate::programming::{Kept, ProgrammingFault};
use crate::spatial::{Covered, Snapshot};

/// Members of a page if no limit is asked for.
const PAGE_DEFAULT: usize = 100;
/// Most members of a page.
const PAGE_LIMIT: usize = 1_000;
/// How far around a place is looked if nothing is said, in metres.
const WITHIN_M: f64 = 100.0;
/// How far is looked at most, in metres.
const WITHIN_LIMIT_M: f64 = 5_000.0;
/// Entries of a trail that come with what it is of.
pub(super) const TRAIL_LIMIT: u32 = 1_000;

/// Where what is listed is to be.
#[derive(Debug, Default)]
pub(super) struct Region<'a> {
    zone: Option<&'a str>,
    rect: Option<LocalRect>,
    near: Option<([f64; 2], f64)>,
}

impl<'a> Region<'a> {
    /// Reads what an address says of it.
    pub(super) fn of(
        zone: Option<&'a str>,
        bbox: Option<&str>,
        near: Option<&str>,
        within_m: Option<f64>,
    ) -> Result<Self, Problem> {
        let rect = bbox.map(str::parse::<LocalRect>).transpose();
        let rect = rect.map_err(|error| Problem::bad_request("bad_bbox", error.to_string()))?;
        let within_m = match (near, within_m) {
            (None, Some(_)) => {
                let detail = "`within_m` says how far around a place, and there is none";
                return Err(
                    Problem::bad_request("bad_near", detail).with_hint("say around which with `near`")
                );
            }
            (_, within_m) => within_m.unwrap_or(WITHIN_M),
        };
        if !(0.0..=WITHIN_LIMIT_M).contains(&within_m) {
            let detail = format!("`within_m` is {within_m}, from 0 to {WITHIN_LIMIT_M} is possible");
            return Err(Problem::bad_request("bad_near", detail));
        }
        let near = near.map(place).transpose()?.map(|place| (place, within_m));
        Ok(Self { zone, rect, near })
    }

    /// Whether something is there. What has no place of its own lies in its zones alone.
    pub(super) fn holds(&self, zones: &[String], places: &[ProjectPlace], now: &Snapshot) -> bool {
        if !self.zone.is_none_or(|zone| zones.iter().any(|known| known == zone)) {
            return false;
        }
        if self.rect.is_none() && self.near.is_none() {
            return true;
        }
        let Some(covered) = Covered::of(places, now) else { return false };
        let (min, max) = (covered.bounds().min, covered.bounds().max);
        let meets = |rect: &LocalRect| {
            min.east_m <= rect.max_east_m
                && max.east_m >= rect.min_east_m
                && min.north_m <= rect.max_north_m
                && max.north_m >= rect.min_north_m
        };
        self.rect.as_ref().is_none_or(meets)
            && self.near.is_none_or(|([east_m, north_m], within_m)| {
                covered.ground_distance_m(east_m, north_m) <= within_m
            })
    }
}

/// `east,north` in local metres.
fn place(text: &str) -> Result<[f64; 2], Problem> {
    let wrong = || {
        let text: String = text.chars().take(100).collect();
        Problem::bad_request("bad_near", format!("a place is `east,north` in local metres, not `{text}`"))
    };
    let (east, north) = text.split_once(',').ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    Ok([number(east).ok_or_else(wrong)?, number(north).ok_or_else(wrong)?])
}

/// A page of what was found.
pub(super) struct Page<T> {
    /// Its members, newest first.
    pub(super) members: Vec<Arc<T>>,
    /// How many there are on all pages.
    pub(super) total: usize,
    /// What to ask for as `before` to get the next page.
    pub(super) next: Option<u64>,
}

impl<T: Kept> Page<T> {
    /// The page of what was found, newest first, that an address asks for.
    pub(super) fn of(found: &[Arc<T>], before: Option<i64>, limit: Option<usize>) -> Result<Self, Problem> {
        let limit = page_limit(limit, PAGE_DEFAULT, PAGE_LIMIT)?;
        let before: Option<u64> = from_zero("before", before)?;
        let behind = found.iter().filter(|item| before.is_none_or(|before| item.id() < before));
        let mut members: Vec<Arc<T>> = behind.take(limit + 1).cloned().collect();
        let is_more = members.len() > limit;
        members.truncate(limit);
        let next = members.last().map(|item| item.id()).filter(|_| is_more);
        Ok(Self { members, total: found.len(), next })
    }
}

/// The reports of a list that whoever asks may read: others do not learn that there are any.
pub(super) fn readable(app: &App, permit: &Permit, reports: &[u64]) -> Vec<u64> {
    let may = |report: &&u64| app.reports.readable(**report, permit.actor()).is_ok();
    reports.iter().filter(may).copied().collect()
}

/// Whether reports that are named anew are ones that whoever names them may read.
pub(super) fn check_reports(app: &App, permit: &Permit, named: &[u64], known: &[u64]) -> Result<(), Problem> {
    // Longer lists are refused with the rest.
    let named = named.iter().filter(|report| !known.contains(report));
    for report in named.take(crate::domain::project::REPORTS_LIMIT) {
        app.reports.readable(*report, permit.actor())?;
    }
    Ok(())
}

impl From<ProgrammingFault> for Problem {
    fn from(fault: ProgrammingFault) -> Self {
        let detail = fault.to_string();
        let unprocessable = |code| Self::worded(StatusCode::UNPROCESSABLE_ENTITY, code, &detail);
        let zh = fault.zh();
        let problem = match fault {
            ProgrammingFault::Unknown { what, .. } if what.id() == "resource" => {
                Self::not_found("unknown_resource", detail)
            }
            ProgrammingFault::Unknown { what, .. } if what.id() == "need" => {
                Self::not_found("unknown_need", detail)
            }
            ProgrammingFault::Unknown { .. } => Self::not_found("unknown_task", detail),
            ProgrammingFault::Stale => Self::new(StatusCode::PRECONDITION_FAILED, "stale", detail)
                .with_hint("read it again, look at what happened, and decide anew"),
            ProgrammingFault::Zones(_) => Self::new(StatusCode::FORBIDDEN, "zone_denied", detail)
                .with_hint("your roles are limited to other zones; `/api/v1/session` names them"),
            ProgrammingFault::Unlocated(crate::spatial::Unlocated::Object(_)) => {
                unprocessable("unknown_object")
            }
            ProgrammingFault::Unlocated(crate::spatial::Unlocated::Zone(_)) => unprocessable("unknown_zone"),
            ProgrammingFault::Full => Self::new(StatusCode::CONFLICT, "list_full", detail),
            ProgrammingFault::TooMany { .. } => unprocessable("too_many"),
            ProgrammingFault::Refused(refusal) => refused(&refusal),
            ProgrammingFault::CheckUp(fault) => fault.into(),
            ProgrammingFault::Store(error) => error.into(),
            ProgrammingFault::Stopping => Self::unavailable("stopping", detail),
        };
        problem.in_chinese(zh)
    }
}

fn refused(refusal: &Refusal) -> Problem {
    let (conflict, unprocessable) = (StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, code) = match refusal {
        Refusal::Course(NotPossible::State { .. }) => (conflict, "not_in_this_state"),
        Refusal::NotNow { .. } => (conflict, "not_now"),
        Refusal::ProblemTaken { .. } => (conflict, "problem_taken"),
        Refusal::NeedTaken { .. } => (conflict, "need_taken"),
        Refusal::Overdrawn { .. } => (conflict, "overdrawn"),
        Refusal::Expired { .. } => (conflict, "expired"),
        Refusal::Course(NotPossible::Party { .. }) => (StatusCode::FORBIDDEN, "not_your_part"),
        Refusal::Course(NotPossible::Missing { .. }) => (unprocessable, "something_missing"),
        Refusal::TooLong(_) => (unprocessable, "text_too_long"),
        Refusal::Unchanged => (unprocessable, "unchanged"),
        Refusal::Plan(_) => (unprocessable, "bad_plan"),
        Refusal::Unknown { .. } => (unprocessable, "unknown_part"),
        Refusal::Unit { .. } => (unprocessable, "bad_unit"),
        Refusal::Cycle(_) | Refusal::Sequence { .. } => (unprocessable, "bad_sequence"),
    };
    Problem::worded(status, code, &refusal.to_string())
}
