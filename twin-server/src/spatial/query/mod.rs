//! Questions about places, as pure functions over a snapshot: which things are in a box, in an area, within
//! a distance, nearest, or along a ray, and which of them have others near. Called by the API.
//!
//! Every answer is in a stable order: what has a distance by distance, all else by kind, then by id. What a
//! question may cost is bounded ([`WORK_LIMIT`]); one that would cost more is refused, not cut.

mod company;
mod first;
mod place;
mod stream;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::sync::Arc;

pub use company::{Company, Near};
pub use place::{Area, AreaError, At, Place, Ray};

use super::forest::Leaf;
use super::shape::Shape;
use super::thing::Thing;
use super::{Kind, Kinds, ReportRule, Snapshot, StoredObject};

/// What one question may cost, in pairs of corners that are held against each other: some 0.3 s.
pub const WORK_LIMIT: u64 = 30_000_000;

/// Which things are meant; all given conditions must hold.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Things of these kinds.
    pub kinds: Kinds,
    /// Things of this class: an IFC class, or a kind of device.
    pub class: Option<String>,
    /// Things of the zone with this id; devices by where they stand.
    pub zone: Option<String>,
    /// Which reports are told; absent: none.
    pub reports: Option<ReportRule>,
}

impl Filter {
    /// All things of some kinds, but reports.
    #[must_use]
    pub fn of(kinds: impl IntoIterator<Item = Kind>) -> Self {
        Self { kinds: kinds.into_iter().collect(), class: None, zone: None, reports: None }
    }
}

/// A question.
#[derive(Debug, Clone)]
pub struct Query {
    /// Which things.
    pub filter: Filter,
    /// Where.
    pub place: Place,
    /// Only those that have others near, or have none.
    pub company: Option<Company>,
    /// At most this many.
    pub limit: usize,
}

/// A thing that was found. It is not touched before someone reads it: it lies in the snapshot.
#[derive(Debug, Clone)]
pub struct Hit<'s> {
    /// The thing.
    pub thing: &'s Thing,
    /// What it is.
    pub kind: Kind,
    /// How far it is from what was asked for, where that has a distance.
    pub distance_m: Option<f64>,
    /// What is near it, if that was asked.
    pub near: Option<Box<Near<'s>>>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Found<'s> {
    /// Up to `limit` things.
    pub hits: Vec<Hit<'s>>,
    /// How many there are; unknown where the search ended with the last one that was wanted.
    pub matched: Option<usize>,
    /// Whether there are more than were given.
    pub cut: bool,
}

/// Why a question is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// It would cost more than one question may.
    #[error("the question holds more shapes against each other than one may")]
    TooMuch,
}

/// Answers a question.
///
/// # Errors
/// If it would cost more than [`WORK_LIMIT`].
pub fn ask<'s>(snapshot: &'s Snapshot, query: &Query) -> Result<Found<'s>, QueryError> {
    ask_within(WORK_LIMIT, snapshot, query)
}

fn ask_within<'s>(work: u64, snapshot: &'s Snapshot, query: &Query) -> Result<Found<'s>, QueryError> {
    let mut asking = Asking {
        snapshot,
        scope: Scope::new(snapshot, &query.filter),
        company: query.company.as_ref().map(|company| (company, Scope::new(snapshot, &company.filter))),
        work_left: work,
    };
    asking.within(&query.place, query.limit)
}

/// One question while it is being answered.
struct Asking<'s, 'q> {
    snapshot: &'s Snapshot,
    scope: Scope<'q>,
    company: Option<(&'q Company, Scope<'q>)>,
    work_left: u64,
}

impl<'s> Asking<'s, '_> {
    fn spend(&mut self, work: u64) -> Result<(), QueryError> {
        self.work_left = self.work_left.checked_sub(work).ok_or(QueryError::TooMuch)?;
        Ok(())
    }

    /// The hit that a thing is, if it is one that is meant.
    fn hit(&mut self, leaf: &Leaf<'s>, distance_m: Option<f64>) -> Result<Option<Hit<'s>>, QueryError> {
        let near = match self.company.take() {
            None => None,
            Some(company) => {
                let near = self.near(leaf, company.0, &company.1);
                self.company = Some(company);
                match near? {
                    Some(near) => Some(Box::new(near)),
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(Hit { thing: leaf.thing, kind: leaf.kind, distance_m, near }))
    }
}

/// A filter with what it needs of the snapshot.
struct Scope<'a> {
    filter: &'a Filter,
    /// The zone with its number of corners.
    zone: Option<(Shape, u64)>,
}

impl<'a> Scope<'a> {
    fn new(snapshot: &Snapshot, filter: &'a Filter) -> Self {
        let zone = filter.zone.as_deref().and_then(|id| snapshot.get(id));
        let shaped = |zone: &Arc<StoredObject>| {
            let shape = Shape::of(&Thing::Object(Arc::clone(zone)));
            let corners = shape.corners();
            (shape, corners)
        };
        Self { filter, zone: zone.map(shaped) }
    }

    /// Whether class and zone of a thing are meant, its kind being known to be; and what it cost to find out.
    fn covers(&self, thing: &Thing) -> (bool, u64) {
        let Filter { class, zone, .. } = self.filter;
        if class.as_ref().is_some_and(|class| thing.class() != Some(class)) {
            return (false, 1);
        }
        // Last of what is cheap: the rule looks a report up.
        let is_told = || match thing {
            Thing::Report(placed) => {
                self.filter.reports.as_ref().is_some_and(|rule| rule.tells(placed.number))
            }
            _ => true,
        };
        match (zone, thing, &self.zone) {
            (None, ..) => (is_told(), 1),
            (Some(zone), Thing::Report(placed), _) => (placed.zone.as_ref() == Some(zone) && is_told(), 1),
            (Some(zone), Thing::Object(_), _) => (thing.zone() == Some(zone), 1),
            (Some(_), Thing::Device(device), Some((zone, corners))) => {
                (zone.holds(&device.position), *corners)
            }
            (Some(_), Thing::Device(_), None) => (false, 1),
            (Some(zone), Thing::Project(placed), _) => (placed.project.zones.contains(zone), 1),
        }
    }
}

fn in_order(a: &Hit<'_>, b: &Hit<'_>) -> Ordering {
    let distance = |hit: &Hit<'_>| hit.distance_m.unwrap_or_default();
    distance(a).total_cmp(&distance(b)).then(a.kind.cmp(&b.kind)).then_with(|| a.thing.id().cmp(b.thing.id()))
}
