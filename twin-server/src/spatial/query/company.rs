//! Joins: what stands near a thing. For each thing its neighbourhood is asked of the trees, so that a join
//! costs what its answers are, not the product of both sides.

use super::super::forest::Leaf;
use super::super::thing::Thing;
use super::place::widened;
use super::{Asking, Filter, QueryError, Scope};

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
pub struct Near<'s> {
    /// How many.
    pub count: usize,
    /// The nearest of them with their distances.
    pub nearest: Vec<(&'s Thing, f64)>,
}

impl<'s> Asking<'s, '_> {
    /// What stands near a thing; nothing if that is not as it was wanted.
    pub(super) fn near(
        &mut self,
        leaf: &Leaf<'s>,
        company: &Company,
        scope: &Scope<'_>,
    ) -> Result<Option<Near<'s>>, QueryError> {
        let snapshot = self.snapshot;
        let shape = leaf.shape();
        let mut near = Vec::new();
        for other in snapshot.meeting(company.filter.kinds, widened(&leaf.envelope, company.within_m)) {
            let (covered, work) = scope.covers(other.thing);
            self.spend(work)?;
            if other.is(leaf.thing) || !covered {
                continue;
            }
            let other_shape = other.shape();
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
        near.sort_unstable_by(|(a, near), (b, far)| {
            near.total_cmp(far).then(a.kind.cmp(&b.kind)).then_with(|| a.thing.id().cmp(b.thing.id()))
        });
        let count = near.len();
        near.truncate(NEAR_LIMIT);
        Ok(Some(Near { count, nearest: near.into_iter().map(|(leaf, m)| (leaf.thing, m)).collect() }))
    }
}
