//! Where things are sought, and the questions that look at everything there.

use geo::Polygon;
use rstar::AABB;

use super::super::forest::Leaf;
use super::super::shape::{Shape, corners, polygon};
use super::super::thing::{Box3, Thing};
use super::first::First;
use super::{Asking, Found, QueryError};

/// Most corners of an area.
const CORNER_LIMIT: usize = 10_000;
/// Distances to boxes and to what is in them are rounded differently; by far less than this.
pub(super) const ROUNDING: f64 = 1e-9;

/// Where things are sought.
#[derive(Debug, Clone)]
pub enum Place {
    /// Everywhere.
    Anywhere,
    /// Things whose boxes meet this box, edges included; heights are infinite where none are given.
    Box {
        /// West, south, lower corner.
        min: [f64; 3],
        /// East, north, upper corner.
        max: [f64; 3],
    },
    /// Things whose outline, or box where they have none, meets this area.
    Area(Area),
    /// Things within a distance, nearest first.
    Radius {
        /// From where.
        at: At,
        /// How far.
        radius_m: f64,
    },
    /// The nearest things.
    Nearest {
        /// From where.
        at: At,
        /// Not further than this.
        within_m: f64,
    },
    /// Things whose boxes a ray goes through, in its order.
    Ray(Ray),
    /// Things within a distance of another on the ground, itself left out, nearest first.
    Around {
        /// The other.
        thing: Thing,
        /// How far.
        within_m: f64,
    },
}

/// A place from which distances count: on the ground, or with a height in space. Distances are to outlines
/// (or boxes) between lower and upper end of things.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct At {
    /// Metres east.
    pub east_m: f64,
    /// Metres north.
    pub north_m: f64,
    /// Metres up; without, heights do not count.
    pub up_m: Option<f64>,
}

/// A polygon with holes between two heights.
#[derive(Debug, Clone)]
pub struct Area {
    polygon: Polygon,
    up_m: [f64; 2],
}

/// Why rings are no area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AreaError {
    /// Too few points.
    #[error("every ring needs at least three points, the outer one first")]
    Ring,
    /// Too many points.
    #[error("an area has at most {CORNER_LIMIT} points")]
    Corners,
    /// Not numbers.
    #[error("points are metres east and north")]
    Number,
}

impl Area {
    /// The area of an outer ring and rings of holes, from a lower to an upper height.
    ///
    /// # Errors
    /// If a ring has fewer than three points, there are more than 10,000, or some are not finite.
    pub fn new(rings: &[Vec<[f64; 2]>], up_m: [f64; 2]) -> Result<Self, AreaError> {
        if rings.iter().map(Vec::len).sum::<usize>() > CORNER_LIMIT {
            return Err(AreaError::Corners);
        }
        if !rings.iter().flatten().flatten().all(|metres| metres.is_finite()) {
            return Err(AreaError::Number);
        }
        if rings.iter().any(|ring| ring.len() < 3) {
            return Err(AreaError::Ring);
        }
        let polygon = polygon(rings).ok_or(AreaError::Ring)?;
        Ok(Self { polygon, up_m })
    }

    #[cfg(test)]
    pub(super) fn polygon(&self) -> &Polygon {
        &self.polygon
    }

    #[cfg(test)]
    pub(super) fn up_m(&self) -> [f64; 2] {
        self.up_m
    }
}

/// A ray in space.
#[derive(Debug, Clone, Copy)]
pub struct Ray {
    from: [f64; 3],
    /// Of length 1.
    direction: [f64; 3],
    length_m: f64,
}

impl Ray {
    /// A ray of a length; nothing if it has no direction.
    #[must_use]
    pub fn new(from: [f64; 3], direction: [f64; 3], length_m: f64) -> Option<Self> {
        let norm = direction[0].hypot(direction[1]).hypot(direction[2]);
        let sound = norm.is_normal() && from.iter().all(|m| m.is_finite()) && length_m >= 0.0;
        sound.then(|| Self { from, direction: direction.map(|d| d / norm), length_m })
    }

    /// Metres to where the ray enters a box, 0 if it starts inside; nothing if it misses it. The slab method
    /// (Kay and Kajiya 1986).
    pub(super) fn enters(&self, envelope: &Box3) -> Option<f64> {
        let (lower, upper) = (envelope.lower(), envelope.upper());
        let (mut enter, mut leave) = (0.0_f64, self.length_m);
        for axis in 0..3 {
            let (from, direction) = (self.from[axis], self.direction[axis]);
            if direction == 0.0 {
                if from < lower[axis] || from > upper[axis] {
                    return None;
                }
                continue;
            }
            let (a, b) = ((lower[axis] - from) / direction, (upper[axis] - from) / direction);
            (enter, leave) = (enter.max(a.min(b)), leave.min(a.max(b)));
        }
        (enter <= leave).then_some(enter)
    }
}

impl At {
    /// Metres to a box: never more than to what is in it.
    pub(super) fn box_distance_m(&self, envelope: &Box3) -> f64 {
        let [east_m, north_m] = self.ground_gaps_m(envelope);
        let ground_m = east_m.hypot(north_m);
        self.up_m.map_or(ground_m, |up| ground_m.hypot(gap_m(up, envelope, 2)))
    }

    /// Whether a box is certainly further away than that. A root for each of a thousand boxes costs more than
    /// all else.
    fn is_beyond(&self, envelope: &Box3, metres: f64) -> bool {
        let [east_m, north_m] = self.ground_gaps_m(envelope);
        let reach_m = metres * (1.0 + ROUNDING) + ROUNDING;
        east_m * east_m + north_m * north_m > reach_m * reach_m
    }

    /// Metres to a box along east and along north.
    fn ground_gaps_m(&self, envelope: &Box3) -> [f64; 2] {
        [gap_m(self.east_m, envelope, 0), gap_m(self.north_m, envelope, 1)]
    }

    /// What it costs to find how far a thing is, and how far, if that is not further than `within_m`.
    pub(super) fn distance_m(&self, leaf: &Leaf<'_>, within_m: f64) -> (u64, Option<f64>) {
        if self.is_beyond(&leaf.envelope, within_m) {
            return (4, None);
        }
        let (work, distance_m) = if leaf.outlined {
            let shape = Shape::of(leaf.thing);
            (shape.corners(), shape.distance_m(self.east_m, self.north_m, self.up_m))
        } else {
            (4, self.box_distance_m(&leaf.envelope))
        };
        (work, Some(distance_m).filter(|m| *m <= within_m))
    }

    fn box_around(&self, radius_m: f64) -> Box3 {
        let up = self.up_m.map_or([f64::NEG_INFINITY, f64::INFINITY], |up| [up - radius_m, up + radius_m]);
        AABB::from_corners(
            [self.east_m - radius_m, self.north_m - radius_m, up[0]],
            [self.east_m + radius_m, self.north_m + radius_m, up[1]],
        )
    }
}

impl<'s> Asking<'s, '_> {
    /// The first of all things at a place.
    pub(super) fn within(&mut self, place: &Place, limit: usize) -> Result<Found<'s>, QueryError> {
        let mut first = First::new(limit);
        match place {
            Place::Anywhere => self.test(&mut first, everything(), |_| (1, Some(None)))?,
            Place::Box { min, max } => {
                self.test(&mut first, AABB::from_corners(*min, *max), |_| (1, Some(None)))?;
            }
            Place::Area(area) => {
                let corners = corners(&area.polygon);
                self.test(&mut first, box_of(&area.polygon, area.up_m), |leaf| {
                    let shape = leaf.shape();
                    (corners * shape.corners(), shape.meets(&area.polygon).then_some(None))
                })?;
            }
            Place::Radius { at, radius_m } => self.test(&mut first, at.box_around(*radius_m), |leaf| {
                let (work, distance_m) = at.distance_m(leaf, *radius_m);
                (work, distance_m.map(Some))
            })?,
            Place::Around { thing: other, within_m } => {
                let around = Shape::of(other);
                self.test(&mut first, widened(&other.box3(), *within_m), |leaf| {
                    if leaf.is(other) {
                        return (1, None);
                    }
                    let shape = leaf.shape();
                    let distance_m = around.ground_distance_m(&shape);
                    let work = around.corners() * shape.corners();
                    (work, (distance_m <= *within_m).then_some(Some(distance_m)))
                })?;
            }
            Place::Nearest { at, within_m } => return self.nearest(at, *within_m, limit),
            Place::Ray(ray) => return self.along(ray, limit),
        }
        Ok(first.found())
    }

    /// The things that meet a box, are meant, and pass a test, which says what it cost and, of those that
    /// pass, the distance.
    fn test(
        &mut self,
        first: &mut First<'s>,
        envelope: Box3,
        test: impl Fn(&Leaf<'s>) -> (u64, Option<Option<f64>>),
    ) -> Result<(), QueryError> {
        let snapshot = self.snapshot;
        for leaf in snapshot.meeting(self.scope.filter.kinds, envelope) {
            let (covered, work) = self.scope.covers(leaf.thing);
            self.spend(work)?;
            if !covered {
                continue;
            }
            let (work, passed) = test(&leaf);
            self.spend(work)?;
            if let Some(distance_m) = passed
                && let Some(hit) = self.hit(&leaf, distance_m)?
            {
                first.add(hit);
            }
        }
        Ok(())
    }
}

/// Metres between a place on an axis and a box.
fn gap_m(at: f64, envelope: &Box3, axis: usize) -> f64 {
    (envelope.lower()[axis] - at).max(at - envelope.upper()[axis]).max(0.0)
}

fn everything() -> Box3 {
    AABB::from_corners([f64::NEG_INFINITY; 3], [f64::INFINITY; 3])
}

fn box_of(polygon: &Polygon, up_m: [f64; 2]) -> Box3 {
    let (mut min, mut max) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for point in &polygon.exterior().0 {
        min = [min[0].min(point.x), min[1].min(point.y)];
        max = [max[0].max(point.x), max[1].max(point.y)];
    }
    AABB::from_corners([min[0], min[1], up_m[0]], [max[0], max[1], up_m[1]])
}

/// The column over a box on the ground and a margin around it.
pub(super) fn widened(envelope: &Box3, by_m: f64) -> Box3 {
    let (lower, upper) = (envelope.lower(), envelope.upper());
    AABB::from_corners(
        [lower[0] - by_m, lower[1] - by_m, f64::NEG_INFINITY],
        [upper[0] + by_m, upper[1] + by_m, f64::INFINITY],
    )
}
