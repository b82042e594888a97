//! A community for the tests of OGC API - Features: 4 zones, 120 buildings in rows, storeys, spaces and
//! elements of one building model, and devices.

use std::path::Path;

use serde_json::{Value, json};

use crate::common::{Server, publish, reading};

/// Buildings from west to east.
pub(crate) const COLUMNS: usize = 12;
/// Buildings from south to north.
pub(crate) const ROWS: usize = 10;
/// Metres from one building to the next.
pub(crate) const STEP_M: f64 = 30.0;

/// A server on this community, with three lamps and a bin.
pub(crate) async fn start() -> Server {
    start_with(true).await
}

/// The same, or one that has no place on the Earth.
pub(crate) async fn start_with(has_origin: bool) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("publication");
    publish(&root, "v1");
    write_model(&root, has_origin);
    let server = Server::start_in(folder, None).await;
    for (id, kind, east_m) in [
        ("lamp-1", "street_lamp", 5.0),
        ("lamp-2", "street_lamp", 65.0),
        ("lamp-3", "street_lamp", 300.0),
        ("bin-1", "waste_bin", 70.0),
    ] {
        server.put(id, kind, east_m).await;
    }
    server.post(json!([reading("bin-1", "fill_pct", 42.0, "2026-01-01T08:00:00Z")])).await;
    server.post(json!([reading("bin-1", "fill_pct", 43.5, "2026-01-02T08:00:00Z")])).await;
    server
}

fn write_model(root: &Path, has_origin: bool) {
    let folder = root.join("versions/v1");
    let path = folder.join("catalog.json");
    let mut catalog: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    catalog["community"]["bounds"] = bounds([0.0, 0.0, 0.0], [360.0, 300.0, 60.0]);
    if !has_origin {
        catalog["community"].as_object_mut().unwrap().remove("origin");
    }
    let scene = |id: &str, zone: Option<&str>| {
        json!({ "id": id, "profile": "full", "zone": zone, "tileset": format!("{id}/tileset.json"),
            "bounds": bounds([0.0, 0.0, 0.0], [180.0, 150.0, 60.0]), "tiles": 1, "triangles": 2, "texture_px": 0, "size_bytes": 10 })
    };
    catalog["scenes"] =
        json!([scene("full", None), scene("full/z1", Some("zone/z1")), scene("full/z2", Some("zone/z2"))]);
    std::fs::write(&path, catalog.to_string()).unwrap();
    for zone in ["z1", "z2"] {
        std::fs::create_dir_all(folder.join("full").join(zone)).unwrap();
        std::fs::write(folder.join("full").join(zone).join("tileset.json"), "{}").unwrap();
    }
    let lines: Vec<String> = objects().iter().map(Value::to_string).collect();
    std::fs::write(folder.join("model.ndjson"), lines.join("\n")).unwrap();
}

fn bounds(min: [f64; 3], max: [f64; 3]) -> Value {
    let at =
        |[east_m, north_m, up_m]: [f64; 3]| json!({ "east_m": east_m, "north_m": north_m, "up_m": up_m });
    json!({ "min": at(min), "max": at(max) })
}

fn objects() -> Vec<Value> {
    let mut all = vec![
        json!({ "id": "community/garden", "class": "community", "bounds": bounds([0.0; 3], [360.0, 300.0, 60.0]) }),
    ];
    for (i, (east, north)) in [(0.0, 0.0), (180.0, 0.0), (0.0, 150.0), (180.0, 150.0)].into_iter().enumerate()
    {
        let n = i + 1;
        all.push(json!({ "id": format!("zone/z{n}"), "class": "zone", "name": { "zh": format!("{n}号组团"), "en": format!("Zone {n}") },
            "bounds": bounds([east, north, 0.0], [east + 180.0, north + 150.0, 60.0]) }));
    }
    all.extend((0..ROWS * COLUMNS).map(building));
    all.extend(model());
    all
}

/// Outline of a building: a triangle at each tenth, else a rectangle.
pub(crate) fn outline(i: usize) -> Vec<[f64; 2]> {
    let (e, n) = ((i % COLUMNS) as f64 * STEP_M, (i / COLUMNS) as f64 * STEP_M);
    if i.is_multiple_of(10) {
        return vec![[e, n], [e + 20.0, n], [e, n + 10.0], [e, n]];
    }
    vec![[e, n], [e + 20.0, n], [e + 20.0, n + 10.0], [e, n + 10.0], [e, n]]
}

fn building(i: usize) -> Value {
    let ring = outline(i);
    let (e, n) = (ring[0][0], ring[0][1]);
    let floors = i % 7 + 1;
    let zone = 1 + usize::from(e >= 180.0) + 2 * usize::from(n >= 150.0);
    let mut properties = json!({ "floors": floors, "use": if i.is_multiple_of(3) { "school" } else { "housing" },
        "listed": i.is_multiple_of(5), "area_m2": 200.5, "name": format!("source {i}") });
    if i.is_multiple_of(4) {
        properties["built"] = json!(1990 + i % 20);
    }
    // One outline that turns the wrong way.
    let ring: Vec<[f64; 2]> = if i == 7 { ring.into_iter().rev().collect() } else { ring };
    json!({ "id": format!("building/b{i:03}"), "class": "building", "zone": format!("zone/z{zone}"),
        "name": { "zh": format!("{i}号楼"), "en": format!("Building {i}") },
        "bounds": bounds([e, n, 0.0], [e + 20.0, n + 10.0, 3.0 * floors as f64]),
        "footprint": [[ring]], "properties": properties })
}

fn model() -> Vec<Value> {
    let bim = |id: &str, class: &str| json!({ "source": "house", "global_id": id, "ifc_class": class });
    let mut all = Vec::new();
    for floor in 0..3 {
        let low = 3.0 * f64::from(floor);
        all.push(json!({ "id": format!("house/S{floor}"), "class": "storey", "name": { "zh": format!("{}层", floor + 1) },
            "bounds": bounds([0.0, 0.0, low], [20.0, 10.0, low + 3.0]), "bim": bim(&format!("S{floor}"), "IfcBuildingStorey") }));
        all.push(json!({ "id": format!("house/R{floor}"), "class": "space", "bounds": bounds([1.0, 1.0, low], [5.0, 4.0, low + 2.8]),
            "bim": bim(&format!("R{floor}"), "IfcSpace") }));
        for i in 0..10 {
            let e = 2.0 * f64::from(i);
            let mut facts = bim(&format!("D{floor}{i}"), if i % 2 == 0 { "IfcDoor" } else { "IfcWall" });
            facts["storey"] = json!(format!("house/S{floor}"));
            facts["materials"] = json!(["wood", "glass"]);
            facts["attributes"] = json!({ "Tag": format!("T{i}") });
            facts["property_sets"] = json!({ "Pset_DoorCommon": { "FireRating": if i == 0 { "EI30" } else { "none" }, "IsExternal": i == 1 } });
            all.push(json!({ "id": format!("house/D{floor}{i}"), "class": "element",
                "bounds": bounds([e, 0.0, low], [e + 1.0, 0.2, low + 2.0]), "bim": facts }));
        }
    }
    all
}
