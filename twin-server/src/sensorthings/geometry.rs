//! Shapes of filters: well-known text and GeoJSON in, relations between shapes out.
//!
//! Well-known text follows OGC 06-103r4, clause 7, without M; heights are read and left aside, as are
//! those of GeoJSON. Relations are those of the dimensionally extended nine-intersection model, by `geo`.

use geo::{
    Coord, Distance, Euclidean, Geometry, GeometryCollection, Length, LineString, MultiLineString,
    MultiPoint, MultiPolygon, Point, Polygon, Relate,
};
use serde_json::Value;

/// Most coordinates of one shape; relating two shapes costs more than their product in the worst case.
const COORDINATES_MOST: usize = 2_000;

/// Reads well-known text, with `SRID=4326;` in front or not; nothing if it is none, or too large.
#[must_use]
pub fn of_wkt(text: &str) -> Option<Geometry> {
    let text = text.trim();
    let text = match text.split_once(';') {
        Some((srid, rest)) if srid.trim().eq_ignore_ascii_case("SRID=4326") => rest,
        Some(_) => return None,
        None => text,
    };
    let mut reader = Wkt { rest: text.trim(), left: COORDINATES_MOST };
    let shape = reader.shape()?;
    reader.rest.trim().is_empty().then_some(shape)
}

struct Wkt<'a> {
    rest: &'a str,
    left: usize,
}

impl Wkt<'_> {
    fn shape(&mut self) -> Option<Geometry> {
        let word = self.word();
        if self.rest.get(..2).is_some_and(|z| z.eq_ignore_ascii_case("Z ") || z.eq_ignore_ascii_case("Z(")) {
            self.rest = self.rest.get(1..)?;
        }
        Some(match word.to_ascii_uppercase().as_str() {
            "POINT" => {
                let coords = self.coords()?;
                let [only] = coords[..] else { return None };
                Point(only).into()
            }
            "LINESTRING" => line(self.coords()?)?.into(),
            "POLYGON" => polygon(self.list(Self::coords)?)?.into(),
            "MULTIPOINT" => MultiPoint(self.list_or_bare()?.into_iter().map(Point).collect()).into(),
            "MULTILINESTRING" => {
                let lines: Option<Vec<_>> = self.list(Self::coords)?.into_iter().map(line).collect();
                MultiLineString(lines?).into()
            }
            "MULTIPOLYGON" => {
                let polygons: Option<Vec<_>> =
                    self.list(|wkt| wkt.list(Self::coords))?.into_iter().map(polygon).collect();
                MultiPolygon(polygons?).into()
            }
            _ => return None,
        })
    }

    fn word(&mut self) -> String {
        let end = self.rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        word.to_owned()
    }

    fn take(&mut self, mark: char) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(mark)?;
        Some(())
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.take('(')?;
        let mut items = vec![item(self)?];
        while self.take(',').is_some() {
            items.push(item(self)?);
        }
        self.take(')')?;
        Some(items)
    }

    fn coords(&mut self) -> Option<Vec<Coord>> {
        self.list(Self::coord)
    }

    /// `(1 2, 3 4)` or `((1 2), (3 4))`.
    fn list_or_bare(&mut self) -> Option<Vec<Coord>> {
        self.list(|wkt| {
            if !wkt.rest.trim_start().starts_with('(') {
                return wkt.coord();
            }
            wkt.take('(')?;
            let coord = wkt.coord()?;
            wkt.take(')')?;
            Some(coord)
        })
    }

    fn coord(&mut self) -> Option<Coord> {
        self.left = self.left.checked_sub(1)?;
        let text = self.rest;
        let end = text.find([',', '(', ')'])?;
        let (numbers, rest) = text.split_at(end);
        let numbers: Option<Vec<f64>> = numbers.split_whitespace().map(|n| n.parse().ok()).collect();
        self.rest = rest;
        coord(&numbers?)
    }
}

/// Reads a GeoJSON geometry or feature (RFC 7946); nothing if it is none, or too large.
#[must_use]
pub fn of_geojson(value: &Value) -> Option<Geometry> {
    let mut left = COORDINATES_MOST;
    geojson(value, &mut left, 4)
}

fn geojson(value: &Value, left: &mut usize, depth: usize) -> Option<Geometry> {
    let depth = depth.checked_sub(1)?;
    let at = value.get("coordinates").unwrap_or(&Value::Null);
    Some(match value.get("type")?.as_str()? {
        "Feature" => geojson(value.get("geometry")?, left, depth)?,
        "GeometryCollection" => {
            let shapes = value.get("geometries")?.as_array()?;
            let shapes: Option<Vec<_>> = shapes.iter().map(|shape| geojson(shape, left, depth)).collect();
            Geometry::GeometryCollection(GeometryCollection(shapes?))
        }
        "Point" => Point(position(at, left)?).into(),
        "MultiPoint" => MultiPoint(each(at, left, position)?.into_iter().map(Point).collect()).into(),
        "LineString" => line(each(at, left, position)?)?.into(),
        "MultiLineString" => {
            let lines: Option<Vec<_>> = each(at, left, ring)?.into_iter().map(line).collect();
            MultiLineString(lines?).into()
        }
        "Polygon" => polygon(each(at, left, ring)?)?.into(),
        "MultiPolygon" => {
            let polygons = each(at, left, |at, left| each(at, left, ring))?;
            let polygons: Option<Vec<_>> = polygons.into_iter().map(polygon).collect();
            MultiPolygon(polygons?).into()
        }
        _ => return None,
    })
}

fn each<T>(
    value: &Value,
    left: &mut usize,
    mut item: impl FnMut(&Value, &mut usize) -> Option<T>,
) -> Option<Vec<T>> {
    value.as_array()?.iter().map(|value| item(value, left)).collect()
}

fn ring(value: &Value, left: &mut usize) -> Option<Vec<Coord>> {
    each(value, left, position)
}

fn position(value: &Value, left: &mut usize) -> Option<Coord> {
    *left = left.checked_sub(1)?;
    let numbers: Option<Vec<f64>> = value.as_array()?.iter().take(4).map(Value::as_f64).collect();
    coord(&numbers?)
}

/// A coordinate of two or three numbers. Projected ones of any place on Earth fit; larger ones would
/// overflow where shapes are related.
fn coord(numbers: &[f64]) -> Option<Coord> {
    let (&[x, y] | &[x, y, _]) = numbers else { return None };
    numbers.iter().all(|n| n.abs() <= 1e8).then_some(Coord { x, y })
}

fn line(coords: Vec<Coord>) -> Option<LineString> {
    (coords.len() >= 2).then_some(LineString(coords))
}

fn polygon(rings: Vec<Vec<Coord>>) -> Option<Polygon> {
    let mut rings = rings.into_iter().map(|ring| (ring.len() >= 4).then_some(LineString(ring)));
    let outer = rings.next()??;
    let holes: Option<Vec<_>> = rings.collect();
    Some(Polygon::new(outer, holes?))
}

/// A relation that a filter asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// They are the same points.
    Equals,
    /// They share nothing.
    Disjoint,
    /// Their borders meet and their insides do not.
    Touches,
    /// The first lies in the second.
    Within,
    /// They share a part of their own dimension and each has more.
    Overlaps,
    /// They share inner points of lower dimension.
    Crosses,
    /// They share something.
    Intersects,
    /// The second lies in the first.
    Contains,
}

/// Whether two shapes stand in a relation.
#[must_use]
pub fn relate(a: &Geometry, relation: Relation, b: &Geometry) -> bool {
    let matrix = a.relate(b);
    match relation {
        Relation::Equals => matrix.is_equal_topo(),
        Relation::Disjoint => matrix.is_disjoint(),
        Relation::Touches => matrix.is_touches(),
        Relation::Within => matrix.is_within(),
        Relation::Overlaps => matrix.is_overlaps(),
        Relation::Crosses => matrix.is_crosses(),
        Relation::Intersects => matrix.is_intersects(),
        Relation::Contains => matrix.is_contains(),
    }
}

/// Whether the intersection matrix of two shapes fits a pattern such as `T*F**F***`; nothing if the pattern
/// is none.
#[must_use]
pub fn relate_by(a: &Geometry, b: &Geometry, pattern: &str) -> Option<bool> {
    a.relate(b).matches(pattern).ok()
}

/// Shortest distance in the unit of the coordinates: degrees, as `OData` asks (Part 2, 5.1.1.13.1).
#[must_use]
pub fn distance(a: &Geometry, b: &Geometry) -> f64 {
    Euclidean.distance(a, b)
}

/// Length of the lines of a shape in the unit of the coordinates.
#[must_use]
pub fn length(shape: &Geometry) -> f64 {
    match shape {
        Geometry::LineString(line) => Euclidean.length(line),
        Geometry::MultiLineString(lines) => Euclidean.length(lines),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_shapes_come_from_both_notations() {
        for (wkt, geojson) in [
            ("POINT (30 10)", json!({ "type": "Point", "coordinates": [30, 10] })),
            ("point Z (30 10 5)", json!({ "type": "Point", "coordinates": [30, 10, 5] })),
            ("LINESTRING(0 0,1 1)", json!({ "type": "LineString", "coordinates": [[0, 0], [1, 1]] })),
            (
                "SRID=4326;POLYGON ((0 0, 4 0, 4 4, 0 0))",
                json!({ "type": "Feature", "geometry": { "type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 4], [0, 0]]] } }),
            ),
            ("MULTIPOINT (1 2, (3 4))", json!({ "type": "MultiPoint", "coordinates": [[1, 2], [3, 4]] })),
        ] {
            assert_eq!(of_wkt(wkt).unwrap(), of_geojson(&geojson).unwrap(), "{wkt}");
        }
    }

    #[test]
    fn what_is_no_shape_is_refused() {
        let long = format!("LINESTRING ({})", vec!["1 1"; 2_001].join(","));
        for wkt in [
            "",
            "POINT",
            "POINT (1)",
            "POINT (1 2",
            "POINT (1 2) x",
            "POINT (nan 1)",
            "CIRCLE (1 2)",
            "POLYGON ((0 0, 1 1))",
            "SRID=3857;POINT (1 2)",
            "POINT (1 2, 3 4)",
            &long,
        ] {
            assert!(of_wkt(wkt).is_none(), "{wkt}");
        }
        let mut nested = json!({ "type": "Point", "coordinates": [1, 2] });
        for _ in 0..10 {
            nested = json!({ "type": "GeometryCollection", "geometries": [nested] });
        }
        assert!(of_geojson(&nested).is_none());
    }

    #[test]
    fn relations_are_those_of_the_model() {
        let square = of_wkt("POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))").unwrap();
        for (wkt, relation) in [
            ("POINT (1 1)", Relation::Contains),
            ("POINT (0 1)", Relation::Touches),
            ("POINT (9 9)", Relation::Disjoint),
            ("POLYGON ((2 2, 6 2, 6 6, 2 6, 2 2))", Relation::Overlaps),
            ("LINESTRING (-1 1, 5 1)", Relation::Crosses),
            ("POLYGON ((4 0, 4 4, 0 4, 0 0, 4 0))", Relation::Equals),
            ("POLYGON ((-1 -1, 9 -1, 9 9, -1 9, -1 -1))", Relation::Within),
            ("LINESTRING (0 0, 0 1)", Relation::Intersects),
        ] {
            assert!(relate(&square, relation, &of_wkt(wkt).unwrap()), "{wkt}");
        }
        assert_eq!(relate_by(&square, &square, "T*F**FFF*"), Some(true));
        assert_eq!(relate_by(&square, &square, "rubbish"), None);
        assert_eq!(distance(&square, &of_wkt("POINT (7 8)").unwrap()), 5.0);
        assert_eq!(length(&of_wkt("LINESTRING (0 0, 3 4)").unwrap()), 5.0);
    }
}
