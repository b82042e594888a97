//! The sample as a whole: what is written is repeatable, complete and in its place.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use twin_schemas::plan::{BuildPlan, ModelState, SourceKind};

use super::quarter::{Extent, GROUND_M, Quarter};
use super::site::{DeviceKind, Site};
use super::tile::{OVERLAP_M, make};
use super::{Detail, SampleError, SampleOptions, run};
use crate::read::Limits;
use crate::read::osgb::parse;
use crate::scene::{Finer, LodNode};

fn light(out: &Path, tiles: u32, seed: u64) -> SampleOptions {
    SampleOptions { out: out.to_path_buf(), tiles, seed, detail: Detail::Light }
}

/// All files below a folder by relative path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).expect("the folder can be listed") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below the folder").display().to_string();
                found.insert(name, std::fs::read(&path).expect("the file can be read"));
            }
        }
    }
    found
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_does_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = |name: &str| folder.path().join(name);
    for (name, seed) in [("a", 4), ("b", 4), ("c", 5)] {
        run(&light(&out(name), 1, seed), &|_| {}).expect("the sample is written");
    }
    let (a, b, c) = (files(&out("a")), files(&out("b")), files(&out("c")));
    assert!(a == b, "two runs of one seed differ");
    assert!(a != c, "two seeds give the same sample");
    let beside = |n: &&str| !n.starts_with("survey/Data") && !n.starts_with("bim/");
    let names: Vec<&str> = a.keys().map(String::as_str).filter(beside).collect();
    assert_eq!(
        names,
        ["community.toml", "devices.geojson", "footprints.geojson", "survey/metadata.xml", "zones.geojson"]
    );
}

#[test]
fn building_models_are_sources_of_the_plan_and_are_counted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("sample");
    let summary = run(&light(&out, 2, 1), &|_| {}).expect("the sample is written");
    let text = std::fs::read_to_string(out.join("community.toml")).expect("the plan is there");
    let plan: BuildPlan = toml::from_str(&text).expect("the plan can be read");
    let models: Vec<_> = plan.sources.iter().filter(|s| s.kind == SourceKind::Ifc).collect();
    assert_eq!(models.len(), summary.models as usize);
    assert!(!models.is_empty());
    let footprints = std::fs::read_to_string(out.join("footprints.geojson")).expect("footprints");
    for source in models {
        let building = source.building.as_deref().expect("a building is named");
        assert!(footprints.contains(&format!("\"id\":\"{building}\"")), "{building}");
        assert!(out.join(&source.path).is_file(), "{}", source.path.display());
        assert_eq!(source.state == ModelState::Proposed, source.id.ends_with("-renewal"));
    }
}

#[test]
fn an_earlier_sample_is_replaced_and_anything_else_is_not() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("sample");
    run(&light(&out, 1, 1), &|_| {}).expect("the sample is written");
    std::fs::write(out.join("extra.txt"), "left over").expect("a file is added");
    run(&light(&out, 1, 2), &|_| {}).expect("an earlier sample is replaced");
    assert!(!out.join("extra.txt").exists());
    std::fs::remove_file(out.join("community.toml")).expect("the plan is removed");
    assert!(matches!(run(&light(&out, 1, 2), &|_| {}), Err(SampleError::OutputOccupied { .. })));
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the parent can be listed").collect();
    assert_eq!(left.len(), 1, "only the sample is left: {left:?}");
}

#[test]
fn no_tiles_and_too_many_tiles_are_refused() {
    for tiles in [0, 5001] {
        let refused = run(&light(Path::new("unused"), tiles, 1), &|_| {});
        assert!(matches!(refused, Err(SampleError::TileCount { given }) if given == tiles));
    }
}

/// Counts meshes after checking that all of a node's geometry lies in its tile and texture.
fn check_node(node: &LodNode, low: [f32; 2], high: [f32; 2], named: &mut Vec<String>) -> usize {
    let margin = OVERLAP_M + 0.01;
    for mesh in &node.meshes {
        for p in &mesh.positions {
            for axis in 0..2 {
                let v = p[axis] as f32;
                assert!(v > low[axis] - margin && v < high[axis] + margin, "{p:?} leaves its tile");
            }
            assert!((8.0..60.0).contains(&p[2]), "{p:?} is not at a height of the quarter");
        }
        let inside = |uv: &[f32; 2]| uv.iter().all(|c| (0.0..=1.0).contains(c));
        assert!(mesh.uvs.len() == mesh.positions.len() && mesh.uvs.iter().all(inside));
        assert!(mesh.indices.iter().all(|&i| (i as usize) < mesh.positions.len()));
    }
    let mut count = node.meshes.len();
    for finer in &node.finer {
        match finer {
            Finer::Node(node) => count += check_node(node, low, high, named),
            Finer::File(file) => named.push(file.clone()),
        }
    }
    count
}

#[test]
fn every_named_finer_file_exists_and_all_geometry_stays_in_its_tile() {
    let quarter = Quarter::new(2, 1);
    let (region, _) = quarter.extent.tile(1);
    let made = make(&quarter, 1, Detail::Light).expect("the tile is made");
    let mut named = vec!["Tile_+001_+000.osgb".to_owned()];
    for file in &made {
        let read = parse(&file.bytes, &file.name, &Limits::default()).expect("the file is read back");
        assert_eq!(read.bytes_left, 0, "`{}` is not wholly understood", file.name);
        let none = |name: &str| Err(format!("`{name}` is not inline"));
        let levels = read.levels(&Limits::default(), &none).expect("the levels are read");
        assert!(levels.warnings.is_empty(), "{:?}", levels.warnings);
        let meshes: usize =
            levels.nodes.iter().map(|n| check_node(n, region.low, region.high, &mut named)).sum();
        assert!(meshes > 0, "`{}` is empty", file.name);
    }
    let mut written: Vec<&str> = made.iter().map(|f| f.name.as_str()).collect();
    named.sort();
    written.sort_unstable();
    assert_eq!(named, written);
}

#[test]
fn every_device_stands_on_the_survey_near_the_ground_or_its_building() {
    let quarter = Quarter::new(6, 1);
    let devices = Site::devices_of(&quarter);
    assert!((60..=140).contains(&devices.len()), "{} devices", devices.len());
    let kinds: std::collections::BTreeSet<DeviceKind> = devices.iter().map(|d| d.kind).collect();
    assert_eq!(kinds.len(), 8);
    for device in &devices {
        assert!(quarter.extent.holds(device.place), "{device:?}");
        let height = device.place.z - GROUND_M;
        let Some(id) = &device.building else {
            assert!((0.0..8.5).contains(&height), "{device:?}");
            continue;
        };
        let building = quarter.buildings.values().find(|b| &b.id() == id).expect("the building exists");
        let [u, v] = quarter.frame.plan_of(device.place);
        let [u0, v0, u1, v1] = building.rect;
        let away = (u0 - u).max(u - u1).max((v0 - v).max(v - v1));
        assert!(away < 3.0 && height < building.wall_height_m() + 3.0, "{device:?} is {away} m off");
    }
}

#[test]
fn footprints_are_closed_rings_inside_a_zone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("sample");
    let quarter = Quarter::new(9, 1);
    std::fs::create_dir_all(&out).expect("a folder");
    super::records::write_records(&quarter, &out).expect("the records are written");
    let read = |name: &str| -> Vec<Value> {
        let text = std::fs::read_to_string(out.join(name)).expect("the file is there");
        text.parse::<geojson::GeoJson>().expect("the file is valid GeoJSON");
        let value: Value = serde_json::from_str(&text).expect("the file is JSON");
        value["features"].as_array().expect("features").clone()
    };
    let ring = |feature: &Value| -> geo::Polygon<f64> {
        let points = feature["geometry"]["coordinates"][0].as_array().expect("a ring").clone();
        assert_eq!(points.first(), points.last());
        let point = |p: &Value| (p[0].as_f64().unwrap_or(0.0), p[1].as_f64().unwrap_or(0.0));
        geo::Polygon::new(points.iter().map(point).collect(), vec![])
    };
    let zones: Vec<_> = read("zones.geojson").iter().map(ring).collect();
    assert!(zones.len() >= 2);
    let footprints = read("footprints.geojson");
    assert_eq!(footprints.len(), quarter.buildings.len());
    for feature in &footprints {
        let outline = ring(feature);
        let inside = zones.iter().filter(|zone| geo::Contains::contains(*zone, &outline)).count();
        assert_eq!(inside, 1, "{} lies in {inside} zones", feature["properties"]["id"]);
    }
}

#[test]
fn tiles_beyond_a_full_row_leave_no_hole() {
    let extent = Extent::new(7);
    let regions: Vec<_> = (0..7).map(|i| extent.tile(i).1).collect();
    assert_eq!(regions, [[0, 0], [1, 0], [2, 0], [0, 1], [1, 1], [2, 1], [0, 2]]);
}
