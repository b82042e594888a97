//! Geometries as a `GeoPackage` has them: a plane geometry in longitude and latitude comes in, a blob with its envelope goes
//! out. `GeoPackage` 1.3, 2.1.3 (`GeoPackageBinary`), around well-known binary (OGC 06-103r4, 8), both little-endian.

use geo::{BoundingRect, Geometry, LineString, Polygon, Rect};

/// WGS 84, longitude first.
pub(super) const SRS: i32 = 4326;
/// Little-endian, no envelope, not empty.
const PLAIN: u8 = 0b0000_0001;
/// Little-endian, with the envelope of both axes.
const WITH_ENVELOPE: u8 = 0b0000_0011;

/// A geometry as a blob, and the box around it. Polygons go as several, so that a layer has one type.
pub(super) fn blob(geometry: &Geometry) -> Option<(Vec<u8>, Rect)> {
    let around = geometry.bounding_rect()?;
    let mut blob = Vec::with_capacity(128);
    blob.extend(b"GP\0");
    match geometry {
        Geometry::Point(at) => {
            blob.push(PLAIN);
            blob.extend(SRS.to_le_bytes());
            head(&mut blob, 1);
            numbers(&mut blob, [at.x(), at.y()]);
        }
        Geometry::Polygon(polygon) => polygons(&mut blob, &around, std::slice::from_ref(polygon)),
        Geometry::MultiPolygon(many) => polygons(&mut blob, &around, &many.0),
        // Nothing else is made of shapes.
        _ => return None,
    }
    Some((blob, around))
}

fn polygons(blob: &mut Vec<u8>, around: &Rect, polygons: &[Polygon]) {
    blob.push(WITH_ENVELOPE);
    blob.extend(SRS.to_le_bytes());
    numbers(blob, [around.min().x, around.max().x, around.min().y, around.max().y]);
    head(blob, 6);
    count(blob, polygons.len());
    for polygon in polygons {
        head(blob, 3);
        count(blob, 1 + polygon.interiors().len());
        ring(blob, polygon.exterior());
        polygon.interiors().iter().for_each(|hole| ring(blob, hole));
    }
}

/// Byte order and type.
fn head(blob: &mut Vec<u8>, kind: u32) {
    blob.push(1);
    blob.extend(kind.to_le_bytes());
}

fn ring(blob: &mut Vec<u8>, ring: &LineString) {
    count(blob, ring.0.len());
    for at in &ring.0 {
        numbers(blob, [at.x, at.y]);
    }
}

fn count(blob: &mut Vec<u8>, count: usize) {
    // What comes in has far fewer corners than fit into 32 bits.
    blob.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn numbers(blob: &mut Vec<u8>, numbers: impl IntoIterator<Item = f64>) {
    numbers.into_iter().for_each(|number| blob.extend(number.to_le_bytes()));
}

#[cfg(test)]
mod tests {
    use geo::{MultiPolygon, Point, polygon};

    use super::*;

    type Polygons = Vec<Vec<Vec<[f64; 2]>>>;

    /// Reads a blob back, by the standard and not by what writes it.
    fn read(blob: &[u8]) -> (Vec<f64>, u32, Polygons) {
        assert_eq!((&blob[..2], blob[2]), (&b"GP"[..], 0));
        assert_eq!(blob[3] & 1, 1, "little-endian");
        let mut at = 4;
        let u32_ = |at: &mut usize| {
            *at += 4;
            u32::from_le_bytes(blob[*at - 4..*at].try_into().unwrap())
        };
        let f64_ = |at: &mut usize| {
            *at += 8;
            f64::from_le_bytes(blob[*at - 8..*at].try_into().unwrap())
        };
        assert_eq!(u32_(&mut at), 4326);
        let numbers = [0, 4][usize::from(blob[3] >> 1 & 7)];
        let envelope: Vec<f64> = (0..numbers).map(|_| f64_(&mut at)).collect();
        let typed = |at: &mut usize| {
            assert_eq!(blob[*at], 1);
            *at += 1;
            u32_(at)
        };
        let kind = typed(&mut at);
        if kind == 1 {
            let point = [f64_(&mut at), f64_(&mut at)];
            assert_eq!(at, blob.len());
            return (envelope, kind, vec![vec![vec![point]]]);
        }
        let mut parts = Vec::new();
        let number = |at: &mut usize| {
            *at += 4;
            u32::from_le_bytes(blob[*at - 4..*at].try_into().unwrap())
        };
        for _ in 0..number(&mut at) {
            assert_eq!(typed(&mut at), 3);
            let mut rings = Vec::new();
            for _ in 0..number(&mut at) {
                let points = number(&mut at);
                rings.push((0..points).map(|_| [f64_(&mut at), f64_(&mut at)]).collect());
            }
            parts.push(rings);
        }
        assert_eq!(at, blob.len());
        (envelope, kind, parts)
    }

    #[test]
    fn points_and_polygons_with_holes_are_read_back_by_the_standard() {
        let (point, around) = blob(&Geometry::Point(Point::new(113.5, 22.25))).unwrap();
        assert_eq!(read(&point), (vec![], 1, vec![vec![vec![[113.5, 22.25]]]]));
        assert_eq!((around.min().x, around.max().y), (113.5, 22.25));
        let house = polygon! {
            exterior: [(x: 0., y: 0.), (x: 4., y: 0.), (x: 4., y: 3.), (x: 0., y: 0.)],
            interiors: [[(x: 1., y: 0.5), (x: 2., y: 0.5), (x: 2., y: 1.), (x: 1., y: 0.5)]],
        };
        let rings = |polygon: &Polygon| -> Vec<Vec<[f64; 2]>> {
            let points = |ring: &LineString| ring.0.iter().map(|at| [at.x, at.y]).collect();
            [polygon.exterior()].into_iter().chain(polygon.interiors()).map(points).collect()
        };
        let expected = (vec![0.0, 4.0, 0.0, 3.0], 6, vec![rings(&house)]);
        assert_eq!(read(&blob(&Geometry::Polygon(house.clone())).unwrap().0), expected);
        let two = Geometry::MultiPolygon(MultiPolygon::new(vec![house.clone(), house.clone()]));
        assert_eq!(read(&blob(&two).unwrap().0).2, vec![rings(&house), rings(&house)]);
    }

    #[test]
    fn what_has_no_place_has_no_blob() {
        assert!(blob(&Geometry::MultiPolygon(MultiPolygon::new(Vec::new()))).is_none());
    }
}
