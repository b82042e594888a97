//! Repeated meshes of one content, checked by the clauses of `EXT_mesh_gpu_instancing` and
//! `EXT_instance_features`.
//!
//! In: a node of a glb as parsed. Out: where its places put the corners of a box, and the feature ids of
//! the places. Called by `validate`. It trusts nothing that the builder knows.

use serde_json::Value;

use super::features::slice;

/// One place: movement and rotation (x, y, z, w).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    moved: [f64; 3],
    turned: [f64; 4],
}

impl Place {
    /// A place that changes nothing.
    pub(super) const HERE: Self = Self { moved: [0.0; 3], turned: [0.0, 0.0, 0.0, 1.0] };

    /// A point of the mesh at this place.
    pub(super) fn apply(&self, v: [f64; 3]) -> [f64; 3] {
        let [x, y, z, w] = self.turned;
        let cross = |a: [f64; 3], b: [f64; 3]| {
            [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
        };
        let inner = cross([x, y, z], v);
        let outer = cross([x, y, z], [0, 1, 2].map(|axis| inner[axis] + w * v[axis]));
        [0, 1, 2].map(|axis| v[axis] + 2.0 * outer[axis] + self.moved[axis])
    }
}

/// The places of a node; one that changes nothing for a node without the extension.
///
/// # Errors
/// The first rule that is broken.
pub(super) fn places(json: &Value, bin: &[u8], node: &Value) -> Result<Vec<Place>, String> {
    let attributes = &node["extensions"]["EXT_mesh_gpu_instancing"]["attributes"];
    if attributes.is_null() {
        return Ok(vec![Place::HERE]);
    }
    let moved = floats(json, bin, &attributes["TRANSLATION"])
        .ok_or("has instances whose `TRANSLATION` is not readable as floats")?;
    let turned = match &attributes["ROTATION"] {
        Value::Null => vec![Place::HERE.turned; moved.len()],
        accessor => rotations(json, bin, accessor)
            .ok_or("has instances whose `ROTATION` is not readable as normalised shorts")?,
    };
    if turned.len() != moved.len() {
        return Err("has instances with fewer rotations than movements".to_owned());
    }
    if turned.iter().any(|q| (q.iter().map(|part| part * part).sum::<f64>() - 1.0).abs() > 1e-3) {
        return Err("has an instance whose `ROTATION` is no unit quaternion".to_owned());
    }
    Ok(moved.into_iter().zip(turned).map(|(moved, turned)| Place { moved, turned }).collect())
}

fn stream<'b>(json: &Value, bin: &'b [u8], accessor: &Value) -> Option<(&'b [u8], usize, Value)> {
    let accessor = json["accessors"].get(accessor.as_u64()? as usize)?;
    let view = json["bufferViews"].get(accessor["bufferView"].as_u64()? as usize)?;
    let stream = &view["extensions"]["EXT_meshopt_compression"];
    let encoded = slice(bin, stream)?;
    let count = stream["count"].as_u64()? as usize;
    // Version 0 of the codec takes at least a byte for 16 elements.
    (count / 16 <= encoded.len()).then(|| (encoded, count, accessor.clone()))
}

fn floats(json: &Value, bin: &[u8], accessor: &Value) -> Option<Vec<[f64; 3]>> {
    let (encoded, count, accessor) = stream(json, bin, accessor)?;
    if accessor["componentType"] != 5126 || accessor["type"] != "VEC3" {
        return None;
    }
    let values = meshopt::decode_vertex_buffer::<[f32; 3]>(encoded, count).ok()?;
    Some(values.into_iter().map(|value| value.map(f64::from)).collect())
}

fn rotations(json: &Value, bin: &[u8], accessor: &Value) -> Option<Vec<[f64; 4]>> {
    let (encoded, count, accessor) = stream(json, bin, accessor)?;
    if accessor["componentType"] != 5122 || accessor["type"] != "VEC4" || accessor["normalized"] != true {
        return None;
    }
    let values = meshopt::decode_vertex_buffer::<[i16; 4]>(encoded, count).ok()?;
    let part = |value: i16| (f64::from(value) / f64::from(i16::MAX)).max(-1.0);
    Some(values.into_iter().map(|value| value.map(part)).collect())
}
