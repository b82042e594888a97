//! Objects for the tests of this folder.

use serde_json::json;
use twin_schemas::model::ModelObject;

pub(super) fn object(id: &str, class: &str, min: [f64; 3], max: [f64; 3]) -> ModelObject {
    let point = |p: [f64; 3]| json!({ "east_m": p[0], "north_m": p[1], "up_m": p[2] });
    let bounds = json!({ "min": point(min), "max": point(max) });
    serde_json::from_value(json!({ "id": id, "class": class, "bounds": bounds })).unwrap()
}

/// An object with an outline, and the outline's box from 0 to 20 m.
pub(super) fn outlined(id: &str, class: &str, ring: &[[f64; 2]]) -> ModelObject {
    let end =
        |axis: usize, start: f64, pick: fn(f64, f64) -> f64| ring.iter().map(|p| p[axis]).fold(start, pick);
    let (low, high) = (f64::INFINITY, f64::NEG_INFINITY);
    let min = [end(0, low, f64::min), end(1, low, f64::min), 0.0];
    let max = [end(0, high, f64::max), end(1, high, f64::max), 20.0];
    ModelObject { footprint: vec![vec![ring.to_vec()]], ..object(id, class, min, max) }
}
