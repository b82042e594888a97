//! Questions that end with the last thing that is wanted: the nearest, and what is along a ray.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::super::forest::{Leaf, ranked};
use super::super::thing::Box3;
use super::place::{At, ROUNDING, Ray};
use super::{Asking, Found, Hit, QueryError, in_order};

impl<'s> Asking<'s, '_> {
    /// The nearest things.
    pub(super) fn nearest(&mut self, at: &At, within_m: f64, limit: usize) -> Result<Found<'s>, QueryError> {
        let reach_m = within_m * (1.0 + ROUNDING) + ROUNDING;
        let rank = |envelope: &Box3| Some(at.box_distance_m(envelope)).filter(|m| *m <= reach_m);
        self.stream(rank, limit, |leaf, _| at.distance_m(leaf, within_m))
    }

    /// The things whose boxes a ray goes through.
    pub(super) fn along(&mut self, ray: &Ray, limit: usize) -> Result<Found<'s>, QueryError> {
        self.stream(|envelope| ray.enters(envelope), limit, |_, enters_m| (1, Some(enters_m)))
    }

    /// Things in the order of their distance, which `measure` gives with its cost, and which is never less
    /// than the rank of their box.
    fn stream(
        &mut self,
        rank: impl Fn(&Box3) -> Option<f64>,
        limit: usize,
        measure: impl Fn(&Leaf<'s>, f64) -> (u64, Option<f64>),
    ) -> Result<Found<'s>, QueryError> {
        let snapshot = self.snapshot;
        let mut ranked = ranked(snapshot.forests_of(self.scope.filter.kinds), rank);
        let mut waiting: BinaryHeap<Nearer<'_>> = BinaryHeap::new();
        let mut hits = Vec::new();
        loop {
            let next = ranked.next();
            // Nothing that is still to come is nearer than this.
            let bound = next.as_ref().map_or(f64::INFINITY, |(rank, _)| rank - rank * ROUNDING - ROUNDING);
            while waiting.peek().is_some_and(|Nearer(hit)| hit.distance_m < Some(bound) || next.is_none()) {
                hits.extend(waiting.pop().map(|Nearer(hit)| hit));
                if hits.len() > limit {
                    hits.truncate(limit);
                    return Ok(Found { hits, matched: None, cut: true });
                }
            }
            let Some((rank, leaf)) = next else { break };
            let (covered, work) = self.scope.covers(leaf.thing);
            self.spend(work)?;
            if !covered {
                continue;
            }
            let (work, distance_m) = measure(&leaf, rank);
            self.spend(work)?;
            if let Some(distance_m) = distance_m {
                waiting.extend(self.hit(&leaf, Some(distance_m))?.map(Nearer));
            }
        }
        Ok(Found { matched: Some(hits.len()), hits, cut: false })
    }
}

/// Hits in a heap that gives the nearest first.
struct Nearer<'s>(Hit<'s>);

impl Ord for Nearer<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        in_order(&other.0, &self.0)
    }
}
impl PartialOrd for Nearer<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Nearer<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Nearer<'_> {}
