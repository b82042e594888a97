//! What triangles belong to, as glTF says it: an id at each vertex, and a table that the ids point
//! into.
//!
//! In: primitives with feature ids, the features. Out: JSON of the two extensions and the bytes of
//! the table's columns. Called by `glb`.
//!
//! Follows `EXT_mesh_features` (ids count rows of the table; one id says "none") and
//! `EXT_structural_metadata` (a column of strings is their UTF-8 bytes on end and the offsets of
//! their beginnings and of the last end). Columns are not compressed: the extension for that knows
//! vertices and indices only, and the server compresses what it sends.

use serde_json::{Value, json};

use crate::scene::Feature;

/// Name of the extension that a primitive carries.
pub(super) const MESH_FEATURES: &str = "EXT_mesh_features";
/// Name of the extension that a node with several places carries.
pub(super) const INSTANCE_FEATURES: &str = "EXT_instance_features";
/// Name of the extension that the document carries.
pub(super) const STRUCTURAL_METADATA: &str = "EXT_structural_metadata";
/// Name of the vertex attribute.
pub(super) const ATTRIBUTE: &str = "_FEATURE_ID_0";
/// Views of a table begin at multiples of this, as the extension advises.
pub(super) const ALIGNMENT: usize = 8;
/// Key of the one class in the schema. What a row is in the model stands in its column `class`.
const CLASS: &str = "object";

/// The id of vertices that belong to nothing: the first behind the table's rows.
pub(super) fn none_of(features: &[Feature]) -> u32 {
    features.len() as u32
}

/// Extension of a primitive whose vertices have so many different ids beside that for none.
pub(super) fn of_primitive(count: usize, none: u32) -> Value {
    let set = json!({ "featureCount": count, "nullFeatureId": none, "attribute": 0, "propertyTable": 0 });
    json!({ MESH_FEATURES: { "featureIds": [set] } })
}

/// Extension of a node whose places belong to so many different things.
pub(super) fn of_places(count: usize) -> Value {
    json!({ "featureIds": [{ "featureCount": count, "attribute": 0, "propertyTable": 0 }] })
}

/// A column of strings.
pub(super) struct Column {
    /// Key in the schema.
    pub(super) key: &'static str,
    /// The strings, end to end.
    pub(super) values: Vec<u8>,
    /// Where each begins, and where the last ends.
    pub(super) offsets: Vec<u8>,
    /// What an offset is stored as.
    pub(super) offset_type: &'static str,
}

/// The columns of a table. A column in which every string is empty is left out, since a view of no
/// bytes cannot be.
pub(super) fn columns(features: &[Feature]) -> Vec<Column> {
    let of = |key, text: fn(&Feature) -> &str| {
        let texts: Vec<&str> = features.iter().map(text).collect();
        column(key, &texts)
    };
    [of("id", |f| &f.id), of("class", |f| &f.class), of("name", |f| &f.name)].into_iter().flatten().collect()
}

fn column(key: &'static str, texts: &[&str]) -> Option<Column> {
    let mut values = Vec::new();
    let mut ends = vec![0usize];
    for text in texts {
        values.extend_from_slice(text.as_bytes());
        ends.push(values.len());
    }
    let (offset_type, size) = match values.len() {
        0 => return None,
        1..=0xFF => ("UINT8", 1),
        0x100..=0xFFFF => ("UINT16", 2),
        0x1_0000..=0xFFFF_FFFF => ("UINT32", 4),
        _ => ("UINT64", 8),
    };
    let offsets =
        ends.into_iter().flat_map(|end| (end as u64).to_le_bytes().into_iter().take(size)).collect();
    Some(Column { key, values, offsets, offset_type })
}

/// Extension of the document: the schema, and the table whose columns stand in the given pairs of
/// views, values before offsets.
pub(super) fn of_document(features: &[Feature], columns: &[(Column, [usize; 2])]) -> Value {
    let property = |column: &Column, [values, offsets]: [usize; 2]| json!({ "values": values, "stringOffsets": offsets, "stringOffsetType": column.offset_type });
    let properties: serde_json::Map<String, Value> =
        columns.iter().map(|(column, views)| (column.key.to_owned(), property(column, *views))).collect();
    json!({
        "schema": {
            "id": "community_twin",
            "version": "1.0.0",
            "classes": { CLASS: {
                "name": "Object",
                "properties": {
                    "id": { "type": "STRING", "required": true, "semantic": "ID" },
                    "class": { "type": "STRING", "required": true },
                    "name": { "type": "STRING", "noData": "", "semantic": "NAME" },
                },
            } },
        },
        "propertyTables": [{ "class": CLASS, "count": features.len(), "properties": properties }],
    })
}
