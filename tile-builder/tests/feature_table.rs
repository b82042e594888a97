//! Feature ids and property tables as another program would read them: from the bytes, by the
//! clauses of `EXT_mesh_features` and `EXT_structural_metadata`, with none of the encoder's code.

use crate::common::Glb;
use proptest::prelude::*;
use serde_json::Value;
use tile_builder::encode::{encode, encode_with_features};
use tile_builder::scene::{Feature, Mesh, NO_FEATURE};

fn feature(id: &str, name: &str) -> Feature {
    Feature { id: id.into(), class: "building".into(), name: name.into() }
}

/// A row of triangles, a metre each, with these features.
fn row(features: &[u32]) -> Mesh {
    let mut mesh = Mesh::default();
    for (at, feature) in features.iter().enumerate() {
        let east = (at % 1000) as f64;
        let north = (at / 1000) as f64;
        mesh.positions.extend([[east, north, 0.0], [east + 1.0, north, 0.0], [east, north + 1.0, 0.0]]);
        mesh.features.extend([*feature; 3]);
    }
    mesh.indices = (0..mesh.positions.len() as u32).collect();
    mesh
}

fn glb(meshes: &[Mesh], features: &[Feature]) -> Glb {
    let content = encode_with_features(meshes, features, 0.01).unwrap().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), content.bytes).unwrap();
    Glb::read(file.path())
}

fn whole(value: &Value) -> usize {
    value.as_u64().unwrap_or_else(|| panic!("`{value}` is no whole number")) as usize
}

fn view(glb: &Glb, index: &Value) -> Vec<u8> {
    let view = &glb.json["bufferViews"][whole(index)];
    assert_eq!(view["buffer"], 0, "a table stands in the buffer that has bytes");
    let (offset, length) = (whole(&view["byteOffset"]), whole(&view["byteLength"]));
    assert!(offset % 8 == 0 && length >= 1, "{view}");
    glb.bin[offset..offset + length].to_vec()
}

/// The strings of a column.
fn strings(glb: &Glb, key: &str) -> Option<Vec<String>> {
    let metadata = &glb.json["extensions"]["EXT_structural_metadata"];
    let table = &metadata["propertyTables"][0];
    let column = table["properties"].get(key)?;
    let schema = &metadata["schema"]["classes"][table["class"].as_str().unwrap()]["properties"][key];
    assert_eq!(schema["type"], "STRING");
    let size = match column["stringOffsetType"].as_str().unwrap_or("UINT32") {
        "UINT8" => 1,
        "UINT16" => 2,
        "UINT32" => 4,
        other => panic!("offsets are `{other}`"),
    };
    let (values, offsets) = (view(glb, &column["values"]), view(glb, &column["stringOffsets"]));
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
    let offsets: Vec<usize> = offsets.chunks(size).map(number).collect();
    assert_eq!(offsets.len(), whole(&table["count"]) + 1);
    assert_eq!((offsets[0], offsets[offsets.len() - 1]), (0, values.len()));
    let text = |ends: &[usize]| String::from_utf8(values[ends[0]..ends[1]].to_vec()).unwrap();
    Some(offsets.windows(2).map(text).collect())
}

/// The row of each vertex of a primitive, or none.
fn rows(glb: &Glb, primitive: usize) -> Vec<Option<usize>> {
    let primitive = &glb.json["meshes"][0]["primitives"][primitive];
    let set = &primitive["extensions"]["EXT_mesh_features"]["featureIds"][0];
    assert_eq!((&set["attribute"], &set["propertyTable"]), (&Value::from(0), &Value::from(0)));
    let accessor = &glb.json["accessors"][whole(&primitive["attributes"]["_FEATURE_ID_0"])];
    assert_eq!((&accessor["type"], accessor.get("normalized")), (&Value::from("SCALAR"), None));
    let view = &glb.json["bufferViews"][whole(&accessor["bufferView"])];
    let stream = &view["extensions"]["EXT_meshopt_compression"];
    assert_eq!((whole(&view["byteStride"]), whole(&stream["byteStride"])), (4, 4));
    let at = whole(&stream["byteOffset"]);
    let encoded = &glb.bin[at..at + whole(&stream["byteLength"])];
    let ids: Vec<usize> = match whole(&accessor["componentType"]) {
        5123 => {
            let ids = meshopt::decode_vertex_buffer::<[u16; 2]>(encoded, whole(&stream["count"])).unwrap();
            ids.iter().map(|[id, _]| usize::from(*id)).collect()
        }
        5126 => {
            let ids = meshopt::decode_vertex_buffer::<f32>(encoded, whole(&stream["count"])).unwrap();
            ids.iter().map(|id| *id as usize).collect()
        }
        other => panic!("component type {other}"),
    };
    let none = whole(&set["nullFeatureId"]);
    let mut distinct: Vec<usize> = ids.iter().copied().filter(|id| *id != none).collect();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), whole(&set["featureCount"]));
    ids.into_iter().map(|id| (id != none).then_some(id)).collect()
}

#[test]
fn a_table_holds_what_was_given_in_utf_8() {
    let features =
        [feature("building/7", "7号楼 “东”"), feature("building/8", ""), feature("building/ü", "Ü")];
    let glb = glb(&[row(&[0, 1, NO_FEATURE, 2])], &features);
    let column = |of: fn(&Feature) -> &String| Some(features.iter().map(of).cloned().collect::<Vec<_>>());
    assert_eq!(strings(&glb, "id"), column(|f| &f.id));
    assert_eq!(strings(&glb, "class"), column(|f| &f.class));
    assert_eq!(strings(&glb, "name"), column(|f| &f.name));
    let used = glb.json["extensionsUsed"].as_array().unwrap();
    assert!(
        ["EXT_mesh_features", "EXT_structural_metadata"].iter().all(|name| used.contains(&(*name).into()))
    );
    let rows = rows(&glb, 0);
    assert!([Some(0), Some(1), Some(2), None].iter().all(|row| rows.contains(row)), "{rows:?}");
}

#[test]
fn a_table_without_names_has_no_column_for_them() {
    let glb = glb(&[row(&[0])], &[feature("building/7", "")]);
    assert_eq!(strings(&glb, "name"), None);
    assert_eq!(strings(&glb, "id"), Some(vec!["building/7".to_owned()]));
    let schema = &glb.json["extensions"]["EXT_structural_metadata"]["schema"];
    assert_eq!(schema["classes"]["object"]["properties"]["id"]["required"], true);
}

#[test]
fn more_features_than_16_bits_count_are_told_apart() {
    let count = 70_000u32;
    let features: Vec<Feature> = (0..count).map(|at| feature(&format!("building/{at}"), "")).collect();
    let all: Vec<u32> = (0..count).collect();
    let glb = glb(&[row(&all)], &features);
    let rows = rows(&glb, 0);
    assert_eq!(rows.iter().flatten().max(), Some(&(count as usize - 1)));
    assert_eq!(strings(&glb, "id").unwrap()[69_999], "building/69999");
}

#[test]
fn a_vertex_between_two_features_is_stored_once_for_each() {
    // Two triangles at one edge.
    let positions = vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0]];
    let mesh = Mesh { positions, indices: vec![0, 1, 2, 1, 3, 2], ..Mesh::default() };
    let meshes = [mesh.with_triangles([(0, 0), (1, 1)])];
    let glb = glb(&meshes, &[feature("a", "A"), feature("b", "B")]);
    let mut rows = rows(&glb, 0);
    rows.sort_unstable();
    assert_eq!(rows, [Some(0), Some(0), Some(0), Some(1), Some(1), Some(1)]);
}

#[test]
fn meshes_without_features_give_the_same_bytes_whatever_the_table() {
    let plain = Mesh { features: Vec::new(), ..row(&[0; 5]) };
    let bytes = encode(std::slice::from_ref(&plain), 0.01).unwrap().unwrap().bytes;
    let with = encode_with_features(&[plain], &[feature("a", "A")], 0.01).unwrap().unwrap().bytes;
    assert!(bytes == with);
    let nothing = encode(&[row(&[NO_FEATURE; 5])], 0.01).unwrap().unwrap().bytes;
    assert!(bytes == nothing);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_triangle_keeps_its_feature(rows_in in prop::collection::vec(0..5u32, 1..60), long in any::<bool>()) {
        let name = if long { "楼".repeat(120) } else { "楼".to_owned() };
        let features: Vec<Feature> = (0..4).map(|at| feature(&format!("building/{at}"), &name)).collect();
        let mesh = row(&rows_in.iter().map(|at| if *at == 4 { NO_FEATURE } else { *at }).collect::<Vec<_>>());
        prop_assume!(rows_in.iter().any(|at| *at < 4));
        let glb = glb(&[mesh], &features);
        prop_assert_eq!(strings(&glb, "name").unwrap(), vec![name; 4]);
        // A triangle's first corner stands at its own metre, so places name triangles.
        for (position, row) in glb.positions().iter().zip(rows(&glb, 0)) {
            let near = [position[0].round() as usize, (position[0].round() as usize).saturating_sub(1)];
            let wanted = near.map(|at| rows_in.get(at).map(|row| (*row < 4).then_some(*row as usize)));
            prop_assert!(wanted.contains(&Some(row)), "{position:?} has {row:?}");
        }
    }
}
