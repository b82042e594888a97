//! Polygons in plan, indexed: which lie near a box, which hold a point, where their edges run.
//!
//! In: areas of polygons in metres (x, y). Called by `cut`, by zones and by building identity.

use geo::{BoundingRect as _, LineString, MultiPolygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::Aabb;

/// An edge of an outline, its ends in ascending order.
pub(super) type Segment = [[f64; 2]; 2];

/// Areas in plan. They may overlap, share edges, and have holes.
#[derive(Debug, Clone)]
pub struct Outlines {
    /// Edges of each area.
    areas: Vec<Vec<Segment>>,
    area_boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
    /// Every edge once, in ascending order: what is done edge by edge depends on the edges alone,
    /// not on the order of the areas.
    segments: Vec<Segment>,
    segment_boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
    /// Every corner once, in ascending order.
    corners: Vec<[f64; 2]>,
    corner_places: RTree<GeomWithData<[f64; 2], usize>>,
}

impl Outlines {
    /// Indexes areas. An edge with an end that is no number is left out.
    #[must_use]
    pub fn new(areas: &[MultiPolygon]) -> Self {
        let areas: Vec<Vec<Segment>> = areas.iter().map(edges).collect();
        let mut segments: Vec<Segment> = areas.iter().flatten().copied().collect();
        segments.sort_by(|a, b| ascending(&a[0], &b[0]).then(ascending(&a[1], &b[1])));
        segments.dedup();
        let mut corners: Vec<[f64; 2]> = segments.iter().flatten().copied().collect();
        corners.sort_by(ascending);
        corners.dedup();
        let boxes = areas.iter().enumerate().filter(|(_, edges)| !edges.is_empty());
        let area_boxes = boxes.map(|(area, edges)| {
            let bounds = AABB::from_points(edges.iter().flatten());
            GeomWithData::new(Rectangle::from_corners(bounds.lower(), bounds.upper()), area)
        });
        let edge_boxes = segments.iter().enumerate();
        let edge_boxes =
            edge_boxes.map(|(at, [a, b])| GeomWithData::new(Rectangle::from_corners(*a, *b), at));
        let places = corners.iter().enumerate().map(|(at, corner)| GeomWithData::new(*corner, at));
        Self {
            area_boxes: RTree::bulk_load(area_boxes.collect()),
            segment_boxes: RTree::bulk_load(edge_boxes.collect()),
            corner_places: RTree::bulk_load(places.collect()),
            areas,
            segments,
            corners,
        }
    }

    /// Whether a box in plan meets the box of any area.
    #[must_use]
    pub fn touches(&self, bounds: &Aabb) -> bool {
        let envelope = AABB::from_corners([bounds.min[0], bounds.min[1]], [bounds.max[0], bounds.max[1]]);
        self.area_boxes.locate_in_envelope_intersecting(envelope).next().is_some()
    }

    /// The areas that hold a point, in ascending order. A point on the edge between two areas that
    /// share this edge is in exactly one of them.
    #[must_use]
    pub fn holding(&self, point: [f64; 2]) -> Vec<usize> {
        let near = self.area_boxes.locate_in_envelope_intersecting(AABB::from_point(point));
        let mut found: Vec<usize> =
            near.map(|area| area.data).filter(|area| self.holds(*area, point)).collect();
        found.sort_unstable();
        found
    }

    /// Whether an area holds a point: whether a ray from it crosses the edges an odd number of
    /// times. An unknown area holds nothing.
    #[must_use]
    pub fn holds(&self, area: usize, [x, y]: [f64; 2]) -> bool {
        let Some(edges) = self.areas.get(area) else { return false };
        let crossed = edges.iter().filter(|[a, b]| {
            (a[1] > y) != (b[1] > y) && x < a[0] + (b[0] - a[0]) * ((y - a[1]) / (b[1] - a[1]))
        });
        crossed.count() % 2 == 1
    }

    /// Edges whose boxes meet a box in plan, in ascending order.
    pub(super) fn segments_near(&self, envelope: AABB<[f64; 2]>) -> Vec<Segment> {
        let mut found: Vec<usize> =
            self.segment_boxes.locate_in_envelope_intersecting(envelope).map(|edge| edge.data).collect();
        found.sort_unstable();
        found.into_iter().map(|at| self.segments[at]).collect()
    }

    /// Corners in a box in plan, in ascending order.
    pub(super) fn corners_near(&self, envelope: AABB<[f64; 2]>) -> Vec<[f64; 2]> {
        let mut found: Vec<usize> =
            self.corner_places.locate_in_envelope_intersecting(envelope).map(|corner| corner.data).collect();
        found.sort_unstable();
        found.into_iter().map(|at| self.corners[at]).collect()
    }
}

fn ascending(a: &[f64; 2], b: &[f64; 2]) -> std::cmp::Ordering {
    a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1]))
}

/// The edges of all rings, so that edges between shared corners are equal whichever way a ring runs.
fn edges(area: &MultiPolygon) -> Vec<Segment> {
    if area.bounding_rect().is_none() {
        return Vec::new();
    }
    let rings =
        area.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
    let lines = rings.flat_map(LineString::lines);
    let ends = lines.map(|line| [[line.start.x, line.start.y], [line.end.x, line.end.y]]);
    let finite = ends.filter(|ends| ends.iter().flatten().all(|v| v.is_finite()) && ends[0] != ends[1]);
    finite.map(|[a, b]| if ascending(&a, &b).is_gt() { [b, a] } else { [a, b] }).collect()
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::*;

    fn squares() -> Outlines {
        let left: MultiPolygon =
            polygon![(x: 0.0, y: 0.0), (x: 1.0, y: 0.0), (x: 1.0, y: 1.0), (x: 0.0, y: 1.0)].into();
        let right: MultiPolygon =
            polygon![(x: 1.0, y: 0.0), (x: 2.0, y: 0.0), (x: 2.0, y: 1.0), (x: 1.0, y: 1.0)].into();
        Outlines::new(&[left, right])
    }

    #[test]
    fn a_point_on_a_shared_edge_is_in_exactly_one_area() {
        for y in [0.0, 0.25, 0.5] {
            assert_eq!(squares().holding([1.0, y]).len(), 1, "at {y}");
        }
        assert_eq!(squares().holding([0.5, 0.5]), [0]);
        assert_eq!(squares().holding([2.5, 0.5]), Vec::<usize>::new());
    }

    #[test]
    fn a_shared_edge_is_kept_once() {
        assert_eq!(squares().segments.len(), 7);
        assert_eq!(squares().corners.len(), 6);
    }
}
