//! From local metres to longitude, latitude and height: shapes come in, plane geometries for filters and
//! GeoJSON coordinates for answers go out. And back, for rectangles that are looked for.

use geo::{Geometry, LineString, MultiPolygon, Point, Polygon, Rect, coord};
use serde_json::{Value, json};
use twin_schemas::geometry::{GeographicPoint, LocalBox, LocalPoint};

use super::item::Shape;
use crate::domain::bounds::LocalRect;
use crate::domain::enu::{to_geographic, to_local};

/// Boxes are at least as wide as this, so that what has no extent has an outline.
const THINNEST_M: f64 = 0.001;
/// Points along each edge of a rectangle that is taken to local metres.
const EDGE_POINTS: u32 = 16;

/// The community's place on the Earth.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    origin: GeographicPoint,
}

impl Frame {
    /// The frame that touches the ellipsoid at this origin.
    #[must_use]
    pub fn new(origin: GeographicPoint) -> Self {
        Self { origin }
    }

    /// The outline in longitude and latitude.
    #[must_use]
    pub fn plane(&self, shape: &Shape<'_>) -> Geometry {
        match shape {
            Shape::Point(at) => {
                let at = to_geographic(&self.origin, at);
                Geometry::Point(Point::new(at.longitude_deg, at.latitude_deg))
            }
            shape => {
                let ring = |ring: &Vec<LocalPoint>| {
                    ring.iter()
                        .map(|at| {
                            let at = to_geographic(&self.origin, at);
                            coord! { x: at.longitude_deg, y: at.latitude_deg }
                        })
                        .collect::<LineString>()
                };
                let polygon = |rings: Vec<Vec<LocalPoint>>| {
                    let mut rings = rings.iter().map(ring);
                    let outer = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
                    Polygon::new(outer, rings.collect())
                };
                let mut polygons: Vec<Polygon> = polygons(shape).into_iter().map(polygon).collect();
                match (polygons.len(), polygons.pop()) {
                    (1, Some(only)) => Geometry::Polygon(only),
                    (_, last) => {
                        Geometry::MultiPolygon(MultiPolygon::new(polygons.into_iter().chain(last).collect()))
                    }
                }
            }
        }
    }

    /// The shape as a GeoJSON geometry with heights: a point where it is, an outline at its foot.
    #[must_use]
    pub fn geojson(&self, shape: &Shape<'_>) -> Value {
        let position = |at: &LocalPoint| {
            let at = to_geographic(&self.origin, at);
            // 0.1 mm on the ground and 1 mm in height: more digits would say nothing.
            json!([rounded(at.longitude_deg, 1e9), rounded(at.latitude_deg, 1e9), rounded(at.height_m, 1e3)])
        };
        if let Shape::Point(at) = shape {
            return json!({ "type": "Point", "coordinates": position(at) });
        }
        let mut polygons: Vec<Value> = polygons(shape)
            .iter()
            .map(|rings| {
                rings.iter().map(|ring| ring.iter().map(position).collect::<Value>()).collect::<Value>()
            })
            .collect();
        match (polygons.len(), polygons.pop()) {
            (1, Some(only)) => json!({ "type": "Polygon", "coordinates": only }),
            (_, last) => {
                let all: Vec<Value> = polygons.into_iter().chain(last).collect();
                json!({ "type": "MultiPolygon", "coordinates": all })
            }
        }
    }

    /// Lowest and highest point above the ellipsoid.
    #[must_use]
    pub fn heights(&self, shape: &Shape<'_>) -> (f64, f64) {
        let bounds = match shape {
            Shape::Point(at) => LocalBox { min: *at, max: *at },
            Shape::Outline { bounds, .. } | Shape::Box(bounds) => *bounds,
        };
        let box_ = self.extent(&bounds);
        (box_.low.height_m, box_.high.height_m)
    }

    /// The geographic box around a local one. Its sides bend, so corners alone do not tell it.
    #[must_use]
    pub fn extent(&self, bounds: &LocalBox) -> GeographicBox {
        let (min, max, middle) = (bounds.min, bounds.max, bounds.middle());
        let mut points = [min, middle, max].into_iter().flat_map(|east| {
            [min, middle, max].into_iter().flat_map(move |north| {
                [min.up_m, max.up_m].map(|up_m| LocalPoint {
                    east_m: east.east_m,
                    north_m: north.north_m,
                    up_m,
                })
            })
        });
        let place = |at: &LocalPoint| to_geographic(&self.origin, at);
        let first = place(&points.next().unwrap_or(min));
        points.map(|at| place(&at)).fold(GeographicBox { low: first, high: first }, |box_, at| {
            GeographicBox { low: merge(&box_.low, &at, f64::min), high: merge(&box_.high, &at, f64::max) }
        })
    }

    /// The local rectangle that holds all of `area` within `bounds`, and some more at its edges. Nothing
    /// if they share no place.
    #[must_use]
    pub fn local(&self, area: &Rect, bounds: &LocalBox) -> Option<LocalRect> {
        // Far from the origin the plane has no place for it: so only what is near.
        let near = self.extent(&grown(bounds));
        let west = area.min().x.max(near.low.longitude_deg);
        let east = area.max().x.min(near.high.longitude_deg);
        let south = area.min().y.max(near.low.latitude_deg);
        let north = area.max().y.min(near.high.latitude_deg);
        if west > east || south > north {
            return None;
        }
        let mut found: Option<LocalRect> = None;
        for step in 0..=EDGE_POINTS {
            let part = f64::from(step) / f64::from(EDGE_POINTS);
            let (longitude, latitude) = (west + (east - west) * part, south + (north - south) * part);
            for (longitude_deg, latitude_deg) in
                [(longitude, south), (longitude, north), (west, latitude), (east, latitude)]
            {
                for height_m in [near.low.height_m, near.high.height_m] {
                    let at =
                        to_local(&self.origin, &GeographicPoint { longitude_deg, latitude_deg, height_m });
                    found = Some(widened(found, at.east_m, at.north_m));
                }
            }
        }
        found.map(|rect| {
            // Between two points of an edge it bends by no more than a part of their distance.
            let pad = 0.01 * (rect.max_east_m - rect.min_east_m + rect.max_north_m - rect.min_north_m) + 0.01;
            LocalRect {
                min_east_m: rect.min_east_m - pad,
                min_north_m: rect.min_north_m - pad,
                max_east_m: rect.max_east_m + pad,
                max_north_m: rect.max_north_m + pad,
            }
        })
    }
}

/// A box by its two corners.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeographicBox {
    /// West, south, lowest.
    pub low: GeographicPoint,
    /// East, north, highest.
    pub high: GeographicPoint,
}

impl GeographicBox {
    /// As `bbox` of OGC API and GeoJSON, with heights.
    #[must_use]
    pub fn numbers(&self) -> [f64; 6] {
        let corner = |at: &GeographicPoint| {
            [rounded(at.longitude_deg, 1e9), rounded(at.latitude_deg, 1e9), rounded(at.height_m, 1e3)]
        };
        let ([w, s, l], [e, n, h]) = (corner(&self.low), corner(&self.high));
        [w, s, l, e, n, h]
    }
}

/// A little more on the ground than the box.
fn grown(bounds: &LocalBox) -> LocalBox {
    let (mut min, mut max) = (bounds.min, bounds.max);
    let pad = 1.0 + 0.01 * (max.east_m - min.east_m).max(max.north_m - min.north_m);
    (min.east_m, min.north_m) = (min.east_m - pad, min.north_m - pad);
    (max.east_m, max.north_m) = (max.east_m + pad, max.north_m + pad);
    LocalBox { min, max }
}

fn merge(one: &GeographicPoint, other: &GeographicPoint, choose: fn(f64, f64) -> f64) -> GeographicPoint {
    GeographicPoint {
        longitude_deg: choose(one.longitude_deg, other.longitude_deg),
        latitude_deg: choose(one.latitude_deg, other.latitude_deg),
        height_m: choose(one.height_m, other.height_m),
    }
}

fn widened(rect: Option<LocalRect>, east_m: f64, north_m: f64) -> LocalRect {
    let start =
        LocalRect { min_east_m: east_m, min_north_m: north_m, max_east_m: east_m, max_north_m: north_m };
    rect.map_or(start, |rect| LocalRect {
        min_east_m: rect.min_east_m.min(east_m),
        min_north_m: rect.min_north_m.min(north_m),
        max_east_m: rect.max_east_m.max(east_m),
        max_north_m: rect.max_north_m.max(north_m),
    })
}

fn rounded(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

/// Polygons at the foot of a shape: rings closed, the outer ones counter-clockwise and holes clockwise
/// (RFC 7946 § 3.1.6). What encloses nothing is left out, and if nothing is left, the box stands for it.
fn polygons(shape: &Shape<'_>) -> Vec<Vec<Vec<LocalPoint>>> {
    let (rings, bounds) = match shape {
        Shape::Point(at) => (&[][..], LocalBox { min: *at, max: *at }),
        Shape::Outline { polygons, bounds } => (*polygons, *bounds),
        Shape::Box(bounds) => (&[][..], *bounds),
    };
    let up_m = bounds.min.up_m;
    let read = |polygon: &Vec<Vec<[f64; 2]>>| {
        let mut rings = polygon.iter().enumerate().map(|(i, ring)| closed(ring, i == 0, up_m));
        // Without its outer ring a polygon is nothing; without one of its holes it is still one.
        let outer = rings.next().flatten()?;
        Some(std::iter::once(outer).chain(rings.flatten()).collect::<Vec<_>>())
    };
    let found: Vec<_> = rings.iter().filter_map(read).collect();
    if !found.is_empty() {
        return found;
    }
    let pad = |min: f64, max: f64| 0.5 * (THINNEST_M - (max - min)).max(0.0);
    let (min, max) = (bounds.min, bounds.max);
    let (pad_e, pad_n) = (pad(min.east_m, max.east_m), pad(min.north_m, max.north_m));
    let corner = |east_m, north_m| LocalPoint { east_m, north_m, up_m };
    let (west, east) = (min.east_m - pad_e, max.east_m + pad_e);
    let (south, north) = (min.north_m - pad_n, max.north_m + pad_n);
    let ring = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    vec![vec![ring.map(|(e, n)| corner(e, n)).to_vec()]]
}

fn closed(ring: &[[f64; 2]], outer: bool, up_m: f64) -> Option<Vec<LocalPoint>> {
    let mut points: Vec<[f64; 2]> = ring.to_vec();
    points.dedup();
    if points.first() == points.last() {
        points.pop();
    }
    let next = points.iter().cycle().skip(1);
    let twice_area: f64 = points.iter().zip(next).map(|([e, n], [e2, n2])| e * n2 - e2 * n).sum();
    if points.len() < 3 || twice_area == 0.0 || !twice_area.is_finite() {
        return None;
    }
    if (twice_area > 0.0) != outer {
        points.reverse();
    }
    points.extend(points.first().copied());
    Some(points.into_iter().map(|[east_m, north_m]| LocalPoint { east_m, north_m, up_m }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Frame {
        Frame::new(GeographicPoint { longitude_deg: 113.388, latitude_deg: 22.524, height_m: 12.0 })
    }

    fn point(east_m: f64, north_m: f64, up_m: f64) -> LocalPoint {
        LocalPoint { east_m, north_m, up_m }
    }

    fn block() -> LocalBox {
        LocalBox { min: point(0.0, 0.0, 3.0), max: point(20.0, 10.0, 30.0) }
    }

    #[test]
    fn outlines_are_closed_and_turn_as_geojson_says() {
        // Clockwise and open; its hole counter-clockwise.
        let outer = vec![[0.0, 0.0], [0.0, 10.0], [20.0, 10.0], [20.0, 0.0]];
        let hole = vec![[4.0, 4.0], [8.0, 4.0], [8.0, 8.0], [4.0, 4.0]];
        let polygons = [vec![outer, hole, vec![[1.0, 1.0]]]];
        let json = frame().geojson(&Shape::Outline { polygons: &polygons, bounds: block() });
        assert_eq!(json["type"], "Polygon");
        let rings = json["coordinates"].as_array().unwrap();
        assert_eq!((rings.len(), rings[0].as_array().unwrap().len()), (2, 5));
        let area = |ring: &Value| -> f64 {
            let at = |i: usize, j: usize| ring[i][j].as_f64().unwrap();
            (0..ring.as_array().unwrap().len() - 1)
                .map(|i| at(i, 0) * at(i + 1, 1) - at(i + 1, 0) * at(i, 1))
                .sum()
        };
        assert!(area(&rings[0]) > 0.0 && area(&rings[1]) < 0.0);
        assert_eq!(rings[0][0][2].as_f64().unwrap(), 15.0);
    }

    #[test]
    fn what_has_no_outline_is_told_as_its_box() {
        for shape in
            [Shape::Box(block()), Shape::Outline { polygons: &[vec![vec![[1.0, 1.0]]]], bounds: block() }]
        {
            assert_eq!(frame().geojson(&shape)["coordinates"][0].as_array().unwrap().len(), 5);
        }
        let flat = Shape::Box(LocalBox { min: point(1.0, 1.0, 0.0), max: point(1.0, 1.0, 0.0) });
        let Geometry::Polygon(polygon) = frame().plane(&flat) else { panic!("no polygon") };
        assert!(geo::Area::unsigned_area(&polygon) > 0.0);
    }

    #[test]
    fn a_geographic_rectangle_is_found_in_local_metres() {
        let community = LocalBox { min: point(-3000.0, -3000.0, 0.0), max: point(3000.0, 3000.0, 100.0) };
        let frame = frame();
        for (east_m, north_m) in [(0.0, 0.0), (2990.0, -2990.0), (-2000.0, 2500.0)] {
            let at = to_geographic(&frame.origin, &point(east_m, north_m, 40.0));
            let (x, y) = (at.longitude_deg, at.latitude_deg);
            let small = Rect::new(coord! { x: x - 1e-5, y: y - 1e-5 }, coord! { x: x + 1e-5, y: y + 1e-5 });
            let local = frame.local(&small, &community).unwrap();
            assert!(local.contains(&point(east_m, north_m, 0.0)));
            assert!(local.max_east_m - local.min_east_m < 3.0);
        }
        let world = Rect::new(coord! { x: -180.0, y: -90.0 }, coord! { x: 180.0, y: 90.0 });
        let local = frame.local(&world, &community).unwrap();
        assert!(local.contains(&point(-3000.0, 3000.0, 0.0)) && local.contains(&point(3000.0, -3000.0, 0.0)));
        let far = Rect::new(coord! { x: -10.0, y: 0.0 }, coord! { x: 10.0, y: 90.0 });
        assert_eq!(frame.local(&far, &community), None);
    }
}
