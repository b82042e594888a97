//! Geometries in cql2-text: well-known text (OGC 06-103r4 § 7). Heights and measures are read and left
//! out: filters look at features from above. Used by `text`.

use geo::{
    Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};

use super::FilterError;
use super::lexer::Word;
use super::text::Reader;

/// Kinds of geometry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Point,
    LineString,
    Polygon,
    MultiPoint,
    MultiLineString,
    MultiPolygon,
    Collection,
}

impl Kind {
    /// The kind with this name in capital letters.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "POINT" => Self::Point,
            "LINESTRING" => Self::LineString,
            "POLYGON" => Self::Polygon,
            "MULTIPOINT" => Self::MultiPoint,
            "MULTILINESTRING" => Self::MultiLineString,
            "MULTIPOLYGON" => Self::MultiPolygon,
            "GEOMETRYCOLLECTION" => Self::Collection,
            _ => return None,
        })
    }
}

/// Whether a word may stand between the kind and its coordinates.
pub(super) fn is_marker(word: &Word) -> bool {
    matches!(word, Word::Name(name) if ["Z", "M", "ZM"].iter().any(|marker| name.eq_ignore_ascii_case(marker)))
}

/// Reads what follows the name of a kind.
pub(super) fn geometry(reader: &mut Reader<'_>, kind: Kind) -> Result<Geometry, FilterError> {
    let start = reader.next.start;
    if is_marker(&reader.next.word) {
        reader.advance()?;
    }
    let geometry = match kind {
        Kind::Point => {
            reader.expect("(")?;
            let point = position(reader)?;
            reader.expect(")")?;
            Geometry::Point(Point::from(point))
        }
        Kind::LineString => Geometry::LineString(line(reader)?),
        Kind::Polygon => Geometry::Polygon(polygon(reader)?),
        Kind::MultiPoint => Geometry::MultiPoint(MultiPoint::new(list(reader, |reader| {
            // Both `(1 2, 3 4)` and `((1 2), (3 4))` are in use.
            let wrapped = reader.take("(")?;
            let point = position(reader)?;
            if wrapped {
                reader.expect(")")?;
            }
            Ok(Point::from(point))
        })?)),
        Kind::MultiLineString => Geometry::MultiLineString(MultiLineString::new(list(reader, line)?)),
        Kind::MultiPolygon => Geometry::MultiPolygon(MultiPolygon::new(list(reader, polygon)?)),
        Kind::Collection => Geometry::GeometryCollection(GeometryCollection(list(reader, member)?)),
    };
    check(&geometry).map_err(|problem| reader.error_at(start, problem))?;
    Ok(geometry)
}

/// A geometry in a collection; collections do not nest.
fn member(reader: &mut Reader<'_>) -> Result<Geometry, FilterError> {
    let kind = match &reader.next.word {
        Word::Name(name) => Kind::of(&name.to_uppercase()).filter(|kind| *kind != Kind::Collection),
        _ => None,
    };
    let kind = kind.ok_or_else(|| reader.error("a geometry that is no collection is expected"))?;
    reader.advance()?;
    geometry(reader, kind)
}

fn list<T>(
    reader: &mut Reader<'_>,
    item: impl Fn(&mut Reader<'_>) -> Result<T, FilterError>,
) -> Result<Vec<T>, FilterError> {
    reader.expect("(")?;
    let mut items = vec![item(reader)?];
    while reader.take(",")? {
        items.push(item(reader)?);
    }
    reader.expect(")")?;
    Ok(items)
}

fn line(reader: &mut Reader<'_>) -> Result<LineString, FilterError> {
    list(reader, position).map(LineString::from)
}

fn polygon(reader: &mut Reader<'_>) -> Result<Polygon, FilterError> {
    let mut rings = list(reader, line)?;
    let holes = rings.split_off(1);
    Ok(Polygon::new(rings.pop().unwrap_or_else(|| LineString::new(Vec::new())), holes))
}

/// Two to four numbers.
fn position(reader: &mut Reader<'_>) -> Result<(f64, f64), FilterError> {
    let position = (reader.number()?, reader.number()?);
    for _ in 0..2 {
        if matches!(reader.next.word, Word::Number(_) | Word::Sign("-" | "+")) {
            reader.number()?;
        }
    }
    Ok(position)
}

/// Whether the geometry has the positions that its kind needs, all of them finite.
///
/// # Errors
/// What it lacks, in words.
pub(super) fn check(geometry: &Geometry) -> Result<(), String> {
    use geo::{CoordsIter, Validation};
    if geometry.coords_iter().any(|at| !(at.x.is_finite() && at.y.is_finite())) {
        return Err("the geometry has a coordinate that is no finite number".into());
    }
    if geometry.coords_iter().any(|at| at.x.abs() > 360.0 || at.y.abs() > 90.0) {
        return Err("a coordinate is outside of longitude and latitude in degrees".into());
    }
    geometry.check_validation().map_err(|error| format!("the geometry is not valid: {error}"))
}

/// The rectangle of `BBOX(west, south, east, north)`, or of six numbers with heights, which are left out.
/// One that goes east over the antimeridian has two parts.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn bbox(numbers: &[f64]) -> Result<Geometry, String> {
    let bounds = crate::features::bbox::GeoBox::of_numbers(numbers).map_err(|error| error.to_string())?;
    Ok(Geometry::MultiPolygon(bounds.polygons()))
}
