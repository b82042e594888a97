//! The OSGB reader against what OpenSceneGraph itself says about the same files.

use std::path::Path;

use serde_json::Value;
use tile_builder::read::{Limits, osgb};
use tile_builder::scene::{Finer, LodNode, Mesh};

fn meshes<'n>(node: &'n LodNode, out: &mut Vec<&'n Mesh>) {
    out.extend(&node.meshes);
    for finer in &node.finer {
        if let Finer::Node(node) = finer {
            meshes(node, out);
        }
    }
}

fn area(mesh: &Mesh) -> f64 {
    let triangle = |corner: &[u32; 3]| {
        let [a, b, c] = corner.map(|i| mesh.positions[i as usize]);
        let (u, v) = ([0, 1, 2].map(|i| b[i] - a[i]), [0, 1, 2].map(|i| c[i] - a[i]));
        let n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
        n.iter().map(|x| x * x).sum::<f64>().sqrt() / 2.0
    };
    mesh.indices.as_chunks().0.iter().map(triangle).sum()
}

fn close(what: &str, file: &str, got: f64, expected: f64, tolerance: f64) {
    assert!((got - expected).abs() <= tolerance, "{file}: {what} {got}, OpenSceneGraph says {expected}");
}

fn check(root: &Path, name: &str, expected: &Value) {
    let path = root.join(name);
    let bytes = std::fs::read(&path).unwrap();
    let limits = Limits::default();
    let file = osgb::parse(&bytes, name, &limits).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(file.bytes_left, 0, "{name}: bytes after the root object");
    let summary = file.summary();
    assert_eq!(u64::from(summary.version), expected["version"].as_u64().unwrap(), "{name}");
    assert_eq!(summary.root, expected["root"].as_str().unwrap(), "{name}");
    assert_eq!(serde_json::to_value(&summary.nodes).unwrap(), expected["nodes"], "{name}: nodes");
    assert_eq!(summary.geometries as u64, expected["geometries"].as_u64().unwrap(), "{name}: geometries");
    assert_eq!(summary.vertices as u64, expected["vertices"].as_u64().unwrap(), "{name}: vertices");

    let load = |file: &str| std::fs::read(path.parent().unwrap().join(file)).map_err(|e| e.to_string());
    let levels = file.levels(&limits, &load).unwrap();
    let mut all = Vec::new();
    levels.nodes.iter().for_each(|node| meshes(node, &mut all));
    let mut textures: Vec<_> = all
        .iter()
        .filter_map(|mesh| mesh.material.texture.as_ref())
        .map(|t| (t.name.clone(), t.width, t.height))
        .collect();
    textures.sort();
    textures.dedup();
    let mut wanted: Vec<_> = expected["textures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| {
            let px = |key: &str| t[key].as_u64().unwrap() as u32;
            (t["name"].as_str().unwrap().to_owned(), px("w"), px("h"))
        })
        .collect();
    wanted.sort();
    wanted.dedup();
    assert_eq!(textures, wanted, "{name}: textures, warnings: {:?}", levels.warnings);

    let triangles: usize = all.iter().map(|mesh| mesh.triangles()).sum();
    assert_eq!(triangles as u64, expected["triangles"].as_u64().unwrap(), "{name}: triangles");
    let total = expected["area"].as_f64().unwrap_or(0.0);
    close("area", name, all.iter().map(|mesh| area(mesh)).sum(), total, 1e-3 + total * 1e-5);
    if let Some(bbox) = expected["bbox"].as_array().filter(|_| !all.is_empty()) {
        for (i, value) in bbox.iter().map(|v| v.as_f64().unwrap()).enumerate() {
            let axis = |p: &[f64; 3]| p[i % 3];
            let used = all.iter().flat_map(|m| m.positions.iter()).map(axis);
            let got = if i < 3 { used.fold(f64::MAX, f64::min) } else { used.fold(f64::MIN, f64::max) };
            close("bounds", name, got, value, 2e-4);
        }
    }
    check_paged(name, &serde_json::to_value(&summary.paged).unwrap(), &expected["paged"]);
}

fn check_paged(name: &str, got: &Value, expected: &Value) {
    let (got, expected) = (got.as_array().unwrap(), expected.as_array().unwrap());
    assert_eq!(got.len(), expected.len(), "{name}: PagedLODs");
    for (got, expected) in got.iter().zip(expected) {
        assert_eq!(got["mode"], expected["mode"], "{name}: range mode");
        assert_eq!(got["children"], expected["children"], "{name}: inline children");
        let (ranges, wanted) = (got["ranges"].as_array().unwrap(), expected["ranges"].as_array().unwrap());
        assert_eq!(ranges.len(), wanted.len(), "{name}: ranges");
        for (range, wanted) in ranges.iter().zip(wanted) {
            for end in 0..2 {
                let value = wanted[end].as_f64().unwrap();
                close("range", name, range[end].as_f64().unwrap(), value, value.abs() * 1e-5);
            }
            assert_eq!(range[2], wanted[2], "{name}: child file");
        }
    }
}

#[test]
fn every_readable_file_gives_what_openscenegraph_gives() {
    let Some(root) = crate::common::data() else { return };
    let expected: Value =
        serde_json::from_str(&std::fs::read_to_string(root.join("osgb-expected.json")).unwrap()).unwrap();
    let mut failures = Vec::new();
    for (name, expected) in expected.as_object().unwrap() {
        let outcome = std::panic::catch_unwind(|| check(&root, name, expected));
        if let Err(cause) = outcome {
            failures.push(cause.downcast_ref::<String>().cloned().unwrap_or_else(|| name.clone()));
        }
    }
    assert!(failures.is_empty(), "{} files differ:\n{}", failures.len(), failures.join("\n"));
}
