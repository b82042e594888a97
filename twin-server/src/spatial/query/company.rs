//! Joins: what stands near a thing. For each thing its neighbourhood is asked of the trees, so that a join
//! costs what its answers are, not the product of both sides.

use super::super::shape::Shape;
use super::super::thing::Thing;
use super::place::widened;
use super::{Asking, Filter, QueryError, Scope, by_name};

/// Most neighbours that are given by name.
const NEAR_LIMIT: usize = 5;

/// What must, or must not, stand near a thing.
#[derive(Debug, Clone)]
pub struct Company {
    /// Which things.
    pub filter: Filter,
    /// How far on the ground, between outlines.
    pub within_m: f64,
    /// True: at least one such. False: none.
    pub wanted: bool,
}

/// What stands near a thing.
#[derive(Debug, Clone)]
pub struct Near {
    /// How many.
    pub count: usize,
    /// The nearest of them with their distances.
    pub nearest: Vec<(Thing, f64)>,
}

impl Asking<'_> {
    /// What stands near a thing; nothing if that is not as it was wanted.
    pub(super) fn near(
        &mut self,
        thing: &Thing,
        company: &Company,
        scope: &Scope<'_>,
    ) -> Result<Option<Near>, QueryError> {
        let shape = Shape::of(thing);
        let mut near = Vec::new();
        for other in self.snapshot.meeting(company.filter.kinds, widened(&thing.box3(), company.within_m)) {
            let (covered, work) = scope.covers(other);
            self.spend(work)?;
            if other.is(thing) || !covered {
                continue;
            }
            let other_shape = Shape::of(other);
            self.spend(shape.corners() * other_shape.corners())?;
            let distance_m = shape.ground_distance_m(&other_shape);
            if distance_m <= company.within_m {
                if !company.wanted {
                    return Ok(None);
                }
                near.push((other, distance_m));
            }
        }
        if near.is_empty() == company.wanted {
            return Ok(None);
        }
        near.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then_with(|| by_name(a.0, b.0)));
        let count = near.len();
        near.truncate(NEAR_LIMIT);
        Ok(Some(Near { count, nearest: near.into_iter().map(|(thing, m)| (thing.clone(), m)).collect() }))
    }
}
