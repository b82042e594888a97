//! What a thing covers: its outline, or the rectangle of its box, between two heights; and how far that is
//! from other things. Outlines are turned into polygons when they are asked, because few are.

use geo::{Area, Distance, Euclidean, Intersects, LineString, MultiPolygon, Point, Polygon, Rect, coord};
use twin_schemas::geometry::{LocalBox, LocalPoint};

use super::StoredObject;
use super::thing::{Box3, Thing, box3_of};

/// What something covers on the ground.
#[derive(Debug, Clone)]
pub(super) enum Ground {
    /// A rectangle along the axes; a point is one without extent.
    Rect(Rect),
    /// An outline.
    Outline(MultiPolygon),
}

/// What something covers.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) ground: Ground,
    /// Lower and upper end.
    pub(super) up_m: [f64; 2],
}

/// The outline of an object as polygons; none if it has none that covers something.
#[must_use]
pub fn outline(object: &StoredObject) -> Option<MultiPolygon> {
    let polygons: Vec<Polygon> = object.footprint.iter().filter_map(|rings| polygon(rings)).collect();
    Some(MultiPolygon::new(polygons)).filter(|outline| outline.unsigned_area() > 0.0)
}

impl Shape {
    pub(super) fn of(thing: &Thing) -> Self {
        Self::of_outline(thing.footprint(), &thing.bounds())
    }

    /// What an outline covers, or a box where there is none.
    pub(super) fn of_outline(footprint: &[Vec<Vec<[f64; 2]>>], bounds: &LocalBox) -> Self {
        let polygons: Vec<Polygon> = footprint.iter().filter_map(|rings| polygon(rings)).collect();
        let of_box = Self::of_box(&box3_of(bounds));
        if polygons.is_empty() {
            return of_box;
        }
        Self { ground: Ground::Outline(MultiPolygon::new(polygons)), ..of_box }
    }

    /// What a thing without outline covers.
    pub(super) fn of_box(envelope: &Box3) -> Self {
        let (lower, upper) = (envelope.lower(), envelope.upper());
        let ground = Rect::new((lower[0], lower[1]), (upper[0], upper[1]));
        Self { ground: Ground::Rect(ground), up_m: [lower[2], upper[2]] }
    }

    /// Metres between a place and this, on the ground or, given a height, in space; 0 within.
    pub(super) fn distance_m(&self, east_m: f64, north_m: f64, up_m: Option<f64>) -> f64 {
        let ground_m = match &self.ground {
            Ground::Rect(rect) => {
                let gap = |at: f64, low: f64, high: f64| (low - at).max(at - high).max(0.0);
                gap(east_m, rect.min().x, rect.max().x).hypot(gap(north_m, rect.min().y, rect.max().y))
            }
            Ground::Outline(outline) => Euclidean.distance(&Point::new(east_m, north_m), outline),
        };
        let [low, high] = self.up_m;
        ground_m.hypot(up_m.map_or(0.0, |up| (low - up).max(up - high).max(0.0)))
    }

    /// Metres between this and another on the ground; 0 where they meet.
    pub(super) fn ground_distance_m(&self, other: &Self) -> f64 {
        match (&self.ground, &other.ground) {
            (Ground::Rect(a), Ground::Rect(b)) => {
                let gap = |a: [f64; 2], b: [f64; 2]| (b[0] - a[1]).max(a[0] - b[1]).max(0.0);
                gap([a.min().x, a.max().x], [b.min().x, b.max().x])
                    .hypot(gap([a.min().y, a.max().y], [b.min().y, b.max().y]))
            }
            (Ground::Outline(outline), Ground::Rect(rect))
            | (Ground::Rect(rect), Ground::Outline(outline)) => {
                if rect.min() == rect.max() {
                    Euclidean.distance(&Point(rect.min()), outline)
                } else {
                    Euclidean.distance(&rect.to_polygon(), outline)
                }
            }
            (Ground::Outline(a), Ground::Outline(b)) => Euclidean.distance(a, b),
        }
    }

    /// Whether this and an area on the ground have a point in common.
    pub(super) fn meets(&self, area: &Polygon) -> bool {
        match &self.ground {
            Ground::Rect(rect) if rect.min() == rect.max() => area.intersects(&Point(rect.min())),
            Ground::Rect(rect) => area.intersects(rect),
            Ground::Outline(outline) => area.intersects(outline),
        }
    }

    /// Whether a place on the ground is in this or on its edge.
    pub(super) fn holds(&self, place: &LocalPoint) -> bool {
        let at = coord! { x: place.east_m, y: place.north_m };
        match &self.ground {
            Ground::Rect(rect) => rect.intersects(&at),
            Ground::Outline(outline) => outline.intersects(&at),
        }
    }

    /// Number of corners: what a test against it costs.
    pub(super) fn corners(&self) -> u64 {
        match &self.ground {
            Ground::Rect(_) => 4,
            Ground::Outline(outline) => outline.iter().map(corners).sum(),
        }
    }
}

/// Number of corners of a polygon.
pub(super) fn corners(polygon: &Polygon) -> u64 {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    rings.map(|ring| ring.0.len() as u64).sum()
}

/// A polygon of rings, closed where they are not; nothing without an outer ring of three points.
pub(super) fn polygon(rings: &[Vec<[f64; 2]>]) -> Option<Polygon> {
    let mut rings = rings.iter().map(|ring| LineString::from(ring.clone()));
    let outer = rings.next().filter(|ring| ring.0.len() >= 3)?;
    Some(Polygon::new(outer, rings.filter(|ring| ring.0.len() >= 3).collect()))
}
