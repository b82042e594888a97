//! Questions about places, as pure functions over a snapshot: which things are in a box, in an area, within
//! a distance, nearest, or along a ray, and which of them have others near. Called by the API.
//!
//! Every answer is in a stable order: what has a distance by distance, all else by kind, then by id. What a
//! question may cost is bounded ([`WORK_LIMIT`]); one that would cost more is refused, not cut.

mod company;
mod place;
mod stream;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

pub use company::{Company, Near};
pub use place::{Area, AreaError, At, Place, Ray};

use super::shape::Shape;
use super::thing::Thing;
use super::{Kinds, Snapshot, StoredObject};

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

/// A thing that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The thing.
    pub thing: Thing,
    /// How far it is from what was asked for, where that has a distance.
    pub distance_m: Option<f64>,
    /// What is near it, if that was asked.
    pub near: Option<Near>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Found {
    /// Up to `limit` things.
    pub hits: Vec<Hit>,
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
pub fn ask(snapshot: &Snapshot, query: &Query) -> Result<Found, QueryError> {
    ask_within(WORK_LIMIT, snapshot, query)
}

fn ask_within(work: u64, snapshot: &Snapshot, query: &Query) -> Result<Found, QueryError> {
    let mut asking = Asking {
        snapshot,
        scope: Scope::new(snapshot, &query.filter),
        company: query.company.as_ref().map(|company| (company, Scope::new(snapshot, &company.filter))),
        work_left: work,
    };
    asking.within(&query.place, query.limit)
}

/// One question while it is being answered.
struct Asking<'a> {
    snapshot: &'a Snapshot,
    scope: Scope<'a>,
    company: Option<(&'a Company, Scope<'a>)>,
    work_left: u64,
}

impl Asking<'_> {
    fn spend(&mut self, work: u64) -> Result<(), QueryError> {
        self.work_left = self.work_left.checked_sub(work).ok_or(QueryError::TooMuch)?;
        Ok(())
    }

    /// The hit that a thing is, if it is one that is meant.
    fn hit(&mut self, thing: &Thing, distance_m: Option<f64>) -> Result<Option<Hit>, QueryError> {
        let near = match self.company.take() {
            None => None,
            Some(company) => {
                let near = self.near(thing, company.0, &company.1);
                self.company = Some(company);
                match near? {
                    Some(near) => Some(near),
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(Hit { thing: thing.clone(), distance_m, near }))
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
        match (zone, thing, &self.zone) {
            (None, ..) => (true, 1),
            (Some(zone), Thing::Object(_), _) => (thing.zone() == Some(zone), 1),
            (Some(_), Thing::Device(device), Some((zone, corners))) => {
                (zone.holds(&device.position), *corners)
            }
            (Some(_), Thing::Device(_), None) => (false, 1),
        }
    }
}

/// The first hits in the stable order, and how many there were; never more than the first in memory.
struct First {
    limit: usize,
    matched: usize,
    /// The last of them on top.
    heap: BinaryHeap<Later>,
}

impl First {
    fn new(limit: usize) -> Self {
        Self { limit, matched: 0, heap: BinaryHeap::new() }
    }

    fn add(&mut self, hit: Hit) {
        self.matched += 1;
        self.heap.push(Later(hit));
        if self.heap.len() > self.limit {
            self.heap.pop();
        }
    }

    fn found(self) -> Found {
        let hits: Vec<Hit> = self.heap.into_sorted_vec().into_iter().map(|Later(hit)| hit).collect();
        Found { cut: self.matched > hits.len(), hits, matched: Some(self.matched) }
    }
}

/// Hits in the stable order.
struct Later(Hit);

impl Ord for Later {
    fn cmp(&self, other: &Self) -> Ordering {
        in_order(&self.0, &other.0)
    }
}
impl PartialOrd for Later {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Later {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Later {}

fn in_order(a: &Hit, b: &Hit) -> Ordering {
    let distance = |hit: &Hit| hit.distance_m.unwrap_or_default();
    distance(a).total_cmp(&distance(b)).then_with(|| by_name(&a.thing, &b.thing))
}

fn by_name(a: &Thing, b: &Thing) -> Ordering {
    a.kind().cmp(&b.kind()).then_with(|| a.id().cmp(b.id()))
}
