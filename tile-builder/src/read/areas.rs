//! Zones and footprints: polygons of a GeoJSON file (RFC 7946, WGS 84 longitude and latitude).

use std::path::Path;

use geojson::{FeatureCollection, GeoJson, GeometryValue, JsonObject};

/// A polygon feature with an id.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Property `id`, or the feature's own id.
    pub id: String,
    /// Polygons of rings of `[longitude_deg, latitude_deg]`, outer ring first.
    pub polygons: Vec<Vec<Vec<[f64; 2]>>>,
    /// The other properties.
    pub properties: JsonObject,
}

/// A file of areas that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}`: {reason}")]
pub struct AreaError {
    /// The file.
    pub path: String,
    /// What is wrong, naming the feature.
    pub reason: String,
}

const FILE_LIMIT: u64 = 512 << 20;

/// Reads all polygons of a file. Ids are unique; every ring is closed and has an area's worth of
/// points; positions are on the globe.
///
/// # Errors
/// If the file is no GeoJSON feature collection of polygons with ids, naming the feature.
pub fn read(path: &Path) -> Result<Vec<Area>, AreaError> {
    let fail = |reason: String| AreaError { path: path.display().to_string(), reason };
    let size = std::fs::metadata(path).map_err(|e| fail(e.to_string()))?.len();
    if size > FILE_LIMIT {
        return Err(fail(format!("is {size} bytes, limit {FILE_LIMIT}")));
    }
    let text = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
    parse(text.trim_start_matches('\u{feff}')).map_err(fail)
}

fn parse(text: &str) -> Result<Vec<Area>, String> {
    let geojson: GeoJson = text.parse().map_err(|e: geojson::Error| format!("is no GeoJSON: {e}"))?;
    let GeoJson::FeatureCollection(FeatureCollection { features, .. }) = geojson else {
        return Err("is no feature collection".to_owned());
    };
    let mut areas: Vec<Area> = Vec::with_capacity(features.len());
    for (at, feature) in features.into_iter().enumerate() {
        let name = |reason: &str| format!("feature {}: {reason}", at + 1);
        let mut properties = feature.properties.unwrap_or_default();
        let id = properties.remove("id").map(|id| plain(&id)).or_else(|| match feature.id {
            Some(geojson::feature::Id::String(id)) => Some(id),
            Some(geojson::feature::Id::Number(id)) => Some(id.to_string()),
            None => None,
        });
        let id = id.filter(|id| !id.is_empty()).ok_or_else(|| name("has no property `id`"))?;
        if areas.iter().any(|other| other.id == id) {
            return Err(name(&format!("id `{id}` appears twice")));
        }
        let polygons = match feature.geometry.map(|geometry| geometry.value) {
            Some(GeometryValue::Polygon { coordinates }) => vec![coordinates],
            Some(GeometryValue::MultiPolygon { coordinates }) => coordinates,
            _ => return Err(name(&format!("`{id}` is no polygon"))),
        };
        let polygons = polygons
            .into_iter()
            .map(|rings| rings.into_iter().map(|ring| check_ring(&ring)).collect())
            .collect::<Result<_, _>>()
            .map_err(|reason| name(&format!("`{id}` {reason}")))?;
        areas.push(Area { id, polygons, properties });
    }
    Ok(areas)
}

fn check_ring(ring: &[geojson::Position]) -> Result<Vec<[f64; 2]>, &'static str> {
    let mut points = Vec::with_capacity(ring.len());
    for position in ring {
        let (Some(&lon), Some(&lat)) = (position.as_slice().first(), position.as_slice().get(1)) else {
            return Err("has a position without two numbers");
        };
        if !(lon.abs() <= 180.0 && lat.abs() <= 90.0) {
            return Err("is not in degrees of longitude and latitude; GeoJSON is always WGS 84");
        }
        points.push([lon, lat]);
    }
    if points.len() < 4 || points.first() != points.last() {
        return Err("has a ring that is not closed");
    }
    Ok(points)
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metres_in_a_geojson_are_refused_by_feature() {
        let text = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"a"},
            "geometry":{"type":"Polygon","coordinates":[[[1000,2],[1001,2],[1001,3],[1000,2]]]}}]}"#;
        let error = parse(text).unwrap_err();
        assert!(error.starts_with("feature 1: `a` is not in degrees"), "{error}");
    }

    #[test]
    fn other_properties_are_kept() {
        let text = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":7,"storeys":6},
            "geometry":{"type":"Polygon","coordinates":[[[1,2],[2,2],[2,3],[1,2]]]}}]}"#;
        let areas = parse(text).unwrap();
        assert_eq!((areas[0].id.as_str(), &areas[0].properties["storeys"]), ("7", &serde_json::json!(6)));
    }
}
