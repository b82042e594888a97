//! Feature ids and property tables of one content, checked by the clauses of `EXT_mesh_features` and
//! `EXT_structural_metadata`.
//!
//! In: a glb as parsed. Out: the ids of the objects that it draws, or what is wrong. Called by
//! `validate`. It trusts nothing that the builder knows.

use std::collections::BTreeSet;

use serde_json::Value;

/// Ids of the objects that a content's property table names; empty without a table.
///
/// # Errors
/// The first rule that is broken.
pub(super) fn objects(json: &Value, bin: &[u8]) -> Result<Vec<String>, String> {
    let metadata = &json["extensions"]["EXT_structural_metadata"];
    let table = &metadata["propertyTables"][0];
    let count = table["count"].as_u64().unwrap_or(0) as usize;
    let primitives = json["meshes"].as_array().into_iter().flatten();
    for primitive in primitives.flat_map(|mesh| mesh["primitives"].as_array().into_iter().flatten()) {
        let sets = primitive["extensions"]["EXT_mesh_features"]["featureIds"].as_array();
        for set in sets.into_iter().flatten() {
            check_set(json, bin, primitive, set, count)?;
        }
    }
    for node in json["nodes"].as_array().into_iter().flatten() {
        for set in node["extensions"]["EXT_instance_features"]["featureIds"].as_array().into_iter().flatten()
        {
            let places = &node["extensions"]["EXT_mesh_gpu_instancing"];
            check_set(json, bin, places, set, count)?;
        }
    }
    check_declared(json)?;
    if table.is_null() {
        return Ok(Vec::new());
    }
    let class = &metadata["schema"]["classes"][table["class"].as_str().unwrap_or_default()];
    if class.is_null() || count == 0 {
        return Err("has a property table of an unknown class, or without rows".to_owned());
    }
    let mut ids = Vec::new();
    for (key, column) in table["properties"].as_object().into_iter().flatten() {
        if class["properties"][key]["type"] != "STRING" {
            return Err(format!("has a column `{key}` that its class does not know as strings"));
        }
        let texts = strings(json, bin, column, count)
            .ok_or_else(|| format!("has a column `{key}` that breaks the binary table format"))?;
        if key == "id" {
            ids = texts;
        }
    }
    if ids.iter().collect::<BTreeSet<_>>().len() != count {
        return Err("has a property table whose ids are missing or not unique".to_owned());
    }
    Ok(ids)
}

fn check_declared(json: &Value) -> Result<(), String> {
    let used = |name: &str| json["extensionsUsed"].as_array().is_some_and(|list| list.contains(&name.into()));
    let has = |list: &str, name: &str| {
        json[list].as_array().into_iter().flatten().any(|item| !item["extensions"][name].is_null())
    };
    let meshes = json["meshes"].as_array().into_iter().flatten();
    let mut primitives = meshes.flat_map(|mesh| mesh["primitives"].as_array().into_iter().flatten());
    let named = [
        ("EXT_mesh_features", primitives.any(|one| !one["extensions"]["EXT_mesh_features"].is_null())),
        ("EXT_mesh_gpu_instancing", has("nodes", "EXT_mesh_gpu_instancing")),
        ("EXT_instance_features", has("nodes", "EXT_instance_features")),
        ("EXT_structural_metadata", !json["extensions"]["EXT_structural_metadata"].is_null()),
    ];
    named
        .into_iter()
        .find(|(name, is)| *is && !used(name))
        .map_or(Ok(()), |(name, _)| Err(format!("uses `{name}` without declaring it")))
}

/// A set of feature ids: every id is a row of the table or the one for none, and so many differ as
/// are stated.
fn check_set(json: &Value, bin: &[u8], primitive: &Value, set: &Value, rows: usize) -> Result<(), String> {
    let name = format!("_FEATURE_ID_{}", set["attribute"]);
    let ids =
        primitive["attributes"][&name].as_u64().and_then(|accessor| numbers(json, bin, accessor as usize));
    let Some(ids) = ids else { return Err(format!("has no readable attribute `{name}`")) };
    let none = set["nullFeatureId"].as_u64().map(|id| id as usize);
    let named: BTreeSet<usize> = ids.into_iter().filter(|id| Some(*id) != none).collect();
    if let Some(beyond) = named.iter().find(|id| **id >= rows) {
        return Err(format!("has a vertex of feature {beyond}, of {rows}"));
    }
    let stated = set["featureCount"].as_u64().unwrap_or(0) as usize;
    if stated != named.len() || stated == 0 {
        return Err(format!("states {stated} features where there are {}", named.len()));
    }
    Ok(())
}

/// The values of a scalar accessor whose view `EXT_meshopt_compression` holds.
fn numbers(json: &Value, bin: &[u8], accessor: usize) -> Option<Vec<usize>> {
    let accessor = &json["accessors"][accessor];
    let view = &json["bufferViews"][accessor["bufferView"].as_u64()? as usize];
    let stream = &view["extensions"]["EXT_meshopt_compression"];
    let encoded = slice(bin, stream)?;
    let count = stream["count"].as_u64()? as usize;
    // Version 0 of the codec takes at least a byte for 16 elements.
    if accessor["type"] != "SCALAR" || stream["byteStride"] != 4 || count / 16 > encoded.len() {
        return None;
    }
    match accessor["componentType"].as_u64()? {
        5123 => {
            let ids = meshopt::decode_vertex_buffer::<[u16; 2]>(encoded, count).ok()?;
            Some(ids.into_iter().map(|[id, _]| usize::from(id)).collect())
        }
        5126 => {
            let ids = meshopt::decode_vertex_buffer::<f32>(encoded, count).ok()?;
            ids.into_iter().map(|id| (id >= 0.0 && id.fract() == 0.0).then_some(id as usize)).collect()
        }
        _ => None,
    }
}

/// The strings of a column: offsets that never fall, from 0 to the end, around UTF-8.
fn strings(json: &Value, bin: &[u8], column: &Value, count: usize) -> Option<Vec<String>> {
    let size = match column["stringOffsetType"].as_str().unwrap_or("UINT32") {
        "UINT8" => 1,
        "UINT16" => 2,
        "UINT32" => 4,
        "UINT64" => 8,
        _ => return None,
    };
    let view = |key: &str| {
        let view = &json["bufferViews"][column[key].as_u64()? as usize];
        (view["byteOffset"].as_u64().unwrap_or(0).is_multiple_of(8)).then(|| slice(bin, view))?
    };
    let (values, offsets) = (view("values")?, view("stringOffsets")?);
    let number =
        |bytes: &[u8]| bytes.iter().rev().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte)) as usize;
    let offsets: Vec<usize> = offsets.chunks_exact(size).map(number).collect();
    if offsets.len() != count.checked_add(1)? || offsets[0] != 0 || offsets[count] != values.len() {
        return None;
    }
    let text = |ends: &[usize]| String::from_utf8(values.get(ends[0]..ends[1])?.to_vec()).ok();
    offsets.windows(2).map(text).collect()
}

/// The bytes that a view, or a compressed stream, covers.
pub(super) fn slice<'b>(bin: &'b [u8], place: &Value) -> Option<&'b [u8]> {
    let offset = place["byteOffset"].as_u64().unwrap_or(0) as usize;
    bin.get(offset..offset.checked_add(place["byteLength"].as_u64()? as usize)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A table of `ids` with offsets of one byte.
    fn table(values: &str, offsets: &[u8]) -> (Value, Vec<u8>) {
        let mut bin = values.as_bytes().to_vec();
        bin.resize(bin.len().next_multiple_of(8), 0);
        let start = bin.len();
        bin.extend_from_slice(offsets);
        let properties = json!({ "id": { "values": 0, "stringOffsets": 1, "stringOffsetType": "UINT8" } });
        let json = json!({
            "extensionsUsed": ["EXT_mesh_features", "EXT_structural_metadata"],
            "bufferViews": [
                { "byteOffset": 0, "byteLength": values.len() },
                { "byteOffset": start, "byteLength": offsets.len() },
            ],
            "extensions": { "EXT_structural_metadata": {
                "schema": { "classes": { "building": { "properties": { "id": { "type": "STRING" } } } } },
                "propertyTables": [
                    { "class": "building", "count": offsets.len() - 1, "properties": properties },
                ],
            } },
        });
        (json, bin)
    }

    #[test]
    fn ids_are_read_between_their_offsets() {
        let (json, bin) = table("ab楼", &[0, 1, 5]);
        assert_eq!(objects(&json, &bin).unwrap(), ["a", "b楼"]);
    }

    #[test]
    fn a_table_that_breaks_the_format_is_said_to() {
        for (values, offsets) in
            [("ab楼", [0, 3, 5]), ("abc", [0, 2, 9]), ("abc", [1, 2, 3]), ("abc", [0, 3, 2])]
        {
            let (json, bin) = table(values, &offsets);
            let error = objects(&json, &bin).unwrap_err();
            assert!(error.contains("`id`"), "{values} {offsets:?}: {error}");
        }
        let (json, bin) = table("aa", &[0, 1, 2]);
        assert!(objects(&json, &bin).unwrap_err().contains("not unique"));
    }
}
