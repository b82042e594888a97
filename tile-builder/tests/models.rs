//! Building models built into tiles: partition, identity, place, levels, scenes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::common::ifc::{HOUSE, house, house_with};
use crate::common::{Published, build_into, build_profile, snapshot};
use serde_json::{Value, json};
use tile_builder::georef::ellipsoid::EnuFrame;
use tile_builder::georef::{PlacementRequest, Srs, Turn, place_source};
use tile_builder::publish::folder::FolderTarget;
use tile_builder::publish::upload::{UploadProgress, upload};
use tile_builder::validate;
use twin_schemas::geometry::GeographicPoint;

/// Easting, northing and height of a place in Zhongshan, in EPSG:4547.
const MAP: [f64; 3] = [436_000.0, 2_488_000.0, 12.0];

struct Quiet;

impl UploadProgress for Quiet {
    fn stage(&self, _: &str, _: u64) {}
    fn step(&self, _: &str) {}
}

/// A folder with a house in it and a plan, whose source has some more lines.
fn place(text: &str, plan: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("house.ifc"), text).unwrap();
    let plan = format!(
        "[community]\nid = \"c\"\nname = {{ zh = \"c\" }}\n[[source]]\nid = \"bim\"\nkind = \"ifc\"\npath = \"house.ifc\"\n{plan}"
    );
    let path = folder.path().join("community.toml");
    std::fs::write(&path, plan).unwrap();
    (folder, path)
}

fn built(text: &str, plan: &str) -> (tempfile::TempDir, Published) {
    let (folder, input) = place(text, plan);
    let out = folder.path().join("out");
    let published = build_into(&input, &out);
    let findings = validate::publication(&out).unwrap();
    assert!(findings.problems.is_empty(), "{:?}", findings.problems);
    (folder, published)
}

fn rows(published: &Published) -> Vec<Value> {
    let text = std::fs::read_to_string(published.version.join("model.ndjson")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn row<'r>(rows: &'r [Value], id: &str) -> &'r Value {
    rows.iter().find(|row| row["id"].as_str().unwrap().ends_with(id)).unwrap()
}

fn scene<'s>(published: &'s Published, id: &str) -> &'s Value {
    let scenes = published.catalog["scenes"].as_array().unwrap();
    scenes.iter().find(|scene| scene["id"] == id).unwrap_or_else(|| panic!("no scene `{id}` in {scenes:?}"))
}

/// The glb files of the leaves below a document, by their path.
fn leaves(document: &Path) -> Vec<PathBuf> {
    let json: Value = serde_json::from_slice(&std::fs::read(document).unwrap()).unwrap();
    let (mut found, mut waiting) = (Vec::new(), vec![json["root"].clone()]);
    while let Some(tile) = waiting.pop() {
        let children = tile["children"].as_array().cloned().unwrap_or_default();
        if let Some(uri) = tile["content"]["uri"].as_str() {
            let path = document.parent().unwrap().join(uri);
            if Path::new(uri).extension().is_some_and(|end| end == "json") {
                found.extend(leaves(&path));
            } else if children.is_empty() {
                found.push(path);
            }
        }
        waiting.extend(children);
    }
    found
}

fn json_of(glb: &Path) -> Value {
    let bytes = std::fs::read(glb).unwrap();
    serde_json::from_slice(&gltf::Glb::from_slice(&bytes).unwrap().json).unwrap()
}

/// Ids of the property table of a glb.
fn table(glb: &Path) -> Vec<String> {
    let bytes = std::fs::read(glb).unwrap();
    let glb = gltf::Glb::from_slice(&bytes).unwrap();
    let json: Value = serde_json::from_slice(&glb.json).unwrap();
    let bin = glb.bin.unwrap();
    let column = &json["extensions"]["EXT_structural_metadata"]["propertyTables"][0]["properties"]["id"];
    let view = |key: &str| {
        let view = &json["bufferViews"][column[key].as_u64().unwrap() as usize];
        let from = view["byteOffset"].as_u64().unwrap_or(0) as usize;
        &bin[from..from + view["byteLength"].as_u64().unwrap() as usize]
    };
    let size = match column["stringOffsetType"].as_str().unwrap() {
        "UINT8" => 1,
        "UINT16" => 2,
        _ => 4,
    };
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
    let offsets: Vec<usize> = view("stringOffsets").chunks_exact(size).map(number).collect();
    let text = |ends: &[usize]| String::from_utf8(view("values")[ends[0]..ends[1]].to_vec()).unwrap();
    offsets.windows(2).map(text).collect()
}

#[test]
fn each_element_is_drawn_in_exactly_one_leaf() {
    let (_folder, published) = built(HOUSE, "");
    let mut drawn: BTreeMap<String, usize> = BTreeMap::new();
    for scene in ["full/bim/bim", "full/spaces/bim"] {
        let document = published.version.join(self::scene(&published, scene)["tileset"].as_str().unwrap());
        for id in leaves(&document).iter().flat_map(|glb| table(glb)) {
            *drawn.entry(id).or_default() += 1;
        }
    }
    let with_shape = ["20", "40", "50", "60", "81", "82", "83", "84", "85", "86"];
    let expected: BTreeMap<String, usize> =
        with_shape.map(|id| (format!("bim/00000000000000000000{id}"), 1)).into();
    assert_eq!(drawn, expected);
}

#[test]
fn spaces_are_in_a_scene_of_their_own() {
    let (_folder, published) = built(HOUSE, "");
    let spaces = scene(&published, "full/spaces/bim");
    assert_eq!(spaces["content"], "spaces");
    let glbs = leaves(&published.version.join(spaces["tileset"].as_str().unwrap()));
    assert_eq!(glbs.iter().flat_map(|glb| table(glb)).collect::<Vec<_>>(), ["bim/0000000000000000000050"]);
    let place = scene(&published, "full");
    let glbs = leaves(&published.version.join(place["tileset"].as_str().unwrap()));
    assert!(!glbs.iter().flat_map(|glb| table(glb)).any(|id| id.ends_with("50")));
}

#[test]
fn rows_hold_what_the_file_says_and_where_it_is_drawn() {
    let (_folder, published) = built(HOUSE, "");
    let rows = rows(&published);
    let wall = row(&rows, "0020");
    assert_eq!((&wall["class"], &wall["bim"]["ifc_class"]), (&json!("element"), &json!("IfcWall")));
    assert_eq!(wall["bim"]["part"], "exterior");
    assert_eq!(wall["bim"]["storey"], "bim/0000000000000000000012");
    assert_eq!(wall["bim"]["materials"], json!(["Brick"]));
    assert_eq!(row(&rows, "0082")["bim"]["property_sets"]["Pset_ColumnCommon"]["Reference"], "C300");
    assert_eq!(row(&rows, "0050")["class"], "space");
    assert_eq!(row(&rows, "0050")["bim"]["part"], "space");
    assert_eq!(row(&rows, "0011")["parent"], "bim/0000000000000000000010");
    assert_eq!(row(&rows, "0010")["parent"], "community/c");
    // A storey is as large as what stands on it.
    assert!(row(&rows, "0012")["bounds"]["max"]["up_m"].as_f64().unwrap() > 2.9);
}

#[test]
fn what_is_repeated_is_instanced_unless_a_profile_does_without() {
    // Many columns, so that storing one and its places is worth it.
    let column = |at: u32| {
        let [a, b, c, d] = [0, 1, 2, 3].map(|of| 1000 + at * 4 + of);
        let x = at * 900;
        format!(
            "#{a}=IFCCARTESIANPOINT(({x}.,9000.,0.));\n#{b}=IFCAXIS2PLACEMENT3D(#{a},$,$);\n#{c}=IFCLOCALPLACEMENT($,#{b});\n#{d}=IFCCOLUMN('000000000000000000{d}',$,'C',$,$,#{c},#78,$,.COLUMN.);\n"
        )
    };
    let more: Vec<String> = (0..60).map(column).collect();
    let text = house_with(&more.concat());
    let places = |published: &Published| {
        let glbs = leaves(&published.version.join("full/bim/bim/tiles.json"));
        let nodes = glbs.iter().flat_map(|glb| json_of(glb)["nodes"].as_array().unwrap().clone());
        nodes.filter(|node| !node["extensions"]["EXT_mesh_gpu_instancing"].is_null()).collect::<Vec<_>>()
    };
    let (_folder, published) = built(&text, "");
    let nodes = places(&published);
    assert!(!nodes.is_empty());
    for node in &nodes {
        assert_eq!(node["extensions"]["EXT_instance_features"]["featureIds"][0]["attribute"], 0);
        assert!(node["extensions"]["EXT_mesh_gpu_instancing"]["attributes"]["_FEATURE_ID_0"].is_u64());
    }
    let (_plain, published) = built(&text, "[[profile]]\nid = \"full\"\ninstancing = false\n");
    assert!(places(&published).is_empty());
}

#[test]
fn the_same_file_twice_gives_the_same_bytes() {
    let (first, one) = built(HOUSE, "");
    let (second, _) = built(HOUSE, "");
    let same = snapshot(&first.path().join("out")) == snapshot(&second.path().join("out"));
    assert!(same, "two builds of one file differ");
    let again = build_into(&first.path().join("community.toml"), &first.path().join("out"));
    assert!(!again.outcome.changed);
    assert_eq!(again.outcome.version, one.outcome.version);
}

#[test]
fn a_model_bound_to_a_footprint_stands_for_that_building() {
    let (folder, input) =
        place(HOUSE, "crs = \"ENU:22.5,113.38\"\nbuilding = \"b07\"\nstate = \"proposed\"\n");
    let published = build_into(&input, &folder.path().join("out"));
    let model = scene(&published, "full/bim/bim");
    assert_eq!(model["replaces"], json!(["building/b07"]));
    assert_eq!((&model["content"], &model["state"]), (&json!("model"), &json!("proposed")));
    assert_eq!(row(&rows(&published), "0010")["parent"], "building/b07");
}

#[test]
fn where_nothing_exists_yet_what_is_planned_is_the_place() {
    let (folder, input) = place(HOUSE, "state = \"proposed\"\n");
    let published = build_into(&input, &folder.path().join("out"));
    let whole = scene(&published, "full");
    assert_eq!(whole["triangles"], scene(&published, "full/bim/bim")["triangles"]);
    let light = build_profile(&input, &folder.path().join("light"), "app");
    assert_eq!(first_view(&light, "app"), first_view(&light, "app/bim/bim"));
    assert!(!published.messages().iter().any(|said| said.starts_with("nothing_to_show")));
}

#[test]
fn a_building_that_is_no_footprint_is_told_with_names_like_it() {
    let outline = |id: &str| {
        json!({ "type": "Feature", "properties": { "id": id },
            "geometry": { "type": "Polygon", "coordinates": [[[113.38, 22.5], [113.381, 22.5], [113.381, 22.501], [113.38, 22.5]]] } })
    };
    let (folder, input) = place(HOUSE, "building = \"b7\"\n");
    let outlines = ["c01", "b07", "b08", "x"].map(outline);
    let areas = json!({ "type": "FeatureCollection", "features": outlines });
    std::fs::write(folder.path().join("footprints.geojson"), areas.to_string()).unwrap();
    let plan = std::fs::read_to_string(&input).unwrap();
    let partition = "[partition]\nfootprints = \"footprints.geojson\"\n[[source]]";
    std::fs::write(&input, plan.replacen("[[source]]", partition, 1)).unwrap();
    let published = build_into(&input, &folder.path().join("out"));
    let messages = &published.outcome.report.messages;
    let said = messages.iter().find(|message| message.code == "unknown_building").unwrap();
    assert!(said.text.contains("source `bim`: `building` is `b7`, which is no footprint"), "{}", said.text);
    assert_eq!(said.hint.as_deref(), Some("footprints with names like it: `b07`, `b08`, `x`"));
}

#[test]
fn residents_get_the_exterior_within_its_budget() {
    let (folder, input) = place(HOUSE, "");
    let published = build_profile(&input, &folder.path().join("out"), "app");
    let model = scene(&published, "app/bim/bim");
    assert!(model["size_bytes"].as_u64().unwrap() < 150_000);
    let glbs = leaves(&published.version.join(model["tileset"].as_str().unwrap()));
    let shown: Vec<String> = glbs.iter().flat_map(|glb| table(glb)).collect();
    assert!(shown.contains(&"bim/0000000000000000000020".to_owned()), "{shown:?}");
    assert!(!shown.iter().any(|id| id.ends_with("50")), "a space is no exterior: {shown:?}");
}

#[test]
fn contents_lie_packed_beside_themselves_and_travel_so() {
    let (folder, published) = built(HOUSE, "");
    let contents: Vec<PathBuf> = std::fs::read_dir(published.root.join("content"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "glb"))
        .collect();
    let sibling = |path: &Path, suffix: &str| PathBuf::from(format!("{}{suffix}", path.display()));
    let mut packed = 0;
    for path in &contents {
        let Ok(gzipped) = std::fs::read(sibling(path, ".gz")) else { continue };
        let mut plain = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&gzipped[..]), &mut plain).unwrap();
        assert_eq!(plain, std::fs::read(path).unwrap());
        assert!(sibling(path, ".br").is_file());
        packed += 1;
    }
    assert!(packed > 0, "none of {} contents is packed", contents.len());
    let copy = folder.path().join("copy");
    std::fs::create_dir(&copy).unwrap();
    upload(&published.root, &FolderTarget::open(&copy).unwrap(), &Quiet).unwrap();
    for path in contents {
        let copied = copy.join("content").join(path.file_name().unwrap());
        assert!(copied.is_file(), "{} was left behind", path.display());
        assert_eq!(sibling(&copied, ".br").is_file(), sibling(&path, ".br").is_file());
    }
}

/// The first view of a scene: bytes, triangles, draw calls, pixels of textures.
fn first_view(published: &Published, id: &str) -> [u64; 4] {
    let view = &scene(published, id)["first_view"];
    ["bytes", "triangles", "draws", "texture_px"]
        .map(|key| view[key].as_u64().unwrap_or_else(|| panic!("{id} has no `{key}`: {view}")))
}

#[test]
fn the_first_look_at_a_light_place_counts_the_models_that_stand_there() {
    let (folder, input) = place(
        HOUSE,
        "[[source]]\nid = \"twin\"\nkind = \"ifc\"\npath = \"house.ifc\"\n[[source]]\nid = \"later\"\nkind = \"ifc\"\npath = \"house.ifc\"\nstate = \"proposed\"\n",
    );
    let published = build_profile(&input, &folder.path().join("out"), "app");
    let [one, twin, later] =
        ["app/bim/bim", "app/bim/twin", "app/bim/later"].map(|id| first_view(&published, id));
    assert!(one.iter().take(3).all(|figure| *figure > 0), "{one:?}");
    assert_eq!(one[1..], later[1..], "what is planned has figures of its own");
    // All stand in one place, so that the place is seen from where each is.
    let place = first_view(&published, "app");
    assert_eq!(place, [0, 1, 2, 3].map(|at| one[at] + twin[at]), "what is planned is not shown at first");
    assert!(!published.messages().iter().any(|said| said.starts_with("over_budget")));
}

#[test]
fn models_beyond_the_budget_of_a_first_look_are_published_and_named() {
    let copies: Vec<String> = (0..70)
        .map(|at| format!("[[source]]\nid = \"h{at:02}\"\nkind = \"ifc\"\npath = \"house.ifc\"\n"))
        .collect();
    let (folder, input) = place(HOUSE, &copies.concat());
    let published = build_profile(&input, &folder.path().join("out"), "app");
    let draws = first_view(&published, "app")[2];
    assert!(draws > 60, "{draws} draws");
    let said = published.messages();
    let said = said.iter().find(|said| said.starts_with("over_budget")).unwrap();
    assert!(said.contains("scene `app` is slow on a phone"), "{said}");
    assert!(said.contains(&format!("{draws} draw calls, limit 60")), "{said}");
    assert!(said.contains("`app/bim/h69`") && !said.contains("`app/bim/h00`"), "{said}");
}

/// The house with a map conversion that turns it by 60°.
fn mapped(crs: &str) -> String {
    let [easting, northing, height] = MAP.map(|value| value * 1000.0);
    house_with(&format!(
        "#300=IFCSIUNIT(*,.LENGTHUNIT.,.MILLI.,.METRE.);\n#301=IFCPROJECTEDCRS('{crs}',$,$,$,$,$,#300);\n#302=IFCMAPCONVERSION(#5,#301,{easting:?},{northing:?},{height:?},0.5,0.8660254037844386,1.);"
    ))
}

#[test]
fn a_map_conversion_places_every_point_where_proj_does() {
    let (_folder, published) = built(&mapped("EPSG:4547"), "");
    let origin: GeographicPoint =
        serde_json::from_value(published.catalog["community"]["origin"].clone()).unwrap();
    // The upper end of the first column, 1 m and 5 m along the model's axes.
    let (sin, cos) = 60.0_f64.to_radians().sin_cos();
    let (x, y) = (1.0 * cos - 5.0 * sin, 1.0 * sin + 5.0 * cos);
    let request = PlacementRequest {
        source: "point".into(),
        srs: Srs::parse("EPSG:4547").unwrap(),
        origin: [MAP[0] + x, MAP[1] + y, MAP[2]],
        height: None,
        turn: Turn::default(),
        method: None,
    };
    let there = place_source(&request).unwrap().placement;
    let exact = there.local(Some(&EnuFrame::at(&origin)), [0.0; 3]).unwrap();
    let column = row(&rows(&published), "0081")["bounds"].clone();
    let middle = |axis: &str| {
        f64::midpoint(column["min"][axis].as_f64().unwrap(), column["max"][axis].as_f64().unwrap())
    };
    assert!((middle("east_m") - exact[0]).abs() < 0.01, "{} and {}", middle("east_m"), exact[0]);
    assert!((middle("north_m") - exact[1]).abs() < 0.01, "{} and {}", middle("north_m"), exact[1]);
    assert!((column["min"]["up_m"].as_f64().unwrap() - exact[2]).abs() < 0.01);
    assert_eq!(published.catalog["sources"][0]["georeference"]["method"], "map_conversion");
}

#[test]
fn true_north_turns_a_model_that_stands_by_its_site() {
    let text = house(&[
        (".ELEMENT.,$,$,$,$,$);\n#11", ".ELEMENT.,(22,30,0,0),(113,22,48,0),10.,$,$);\n#11"),
        ("1.E-5,#4,$)", "1.E-5,#4,#300)"),
        ("#7=", "#300=IFCDIRECTION((1.,0.));\n#7="),
    ]);
    let (_folder, published) = built(&text, "");
    // North lies along x, so what is 5 m along y is 5 m west.
    let column = row(&rows(&published), "0081")["bounds"].clone();
    let middle =
        f64::midpoint(column["min"]["east_m"].as_f64().unwrap(), column["max"]["east_m"].as_f64().unwrap());
    assert!((middle + 5.0).abs() < 1e-3, "{column}");
    assert!(published.messages().iter().any(|said| said.starts_with("place_by_site")));
}

#[test]
fn the_city_of_a_template_is_no_place() {
    let text = house(&[(
        ".ELEMENT.,$,$,$,$,$);\n#11",
        ".ELEMENT.,(42,21,31,181945),(-71,-3,-24,-263305),0.,$,$);\n#11",
    )]);
    let (_folder, published) = built(&text, "");
    assert!(published.catalog["community"]["origin"].is_null());
    assert!(
        published.messages().iter().any(|said| said.starts_with("template_position")),
        "{:?}",
        published.messages()
    );
}

#[test]
fn a_place_declared_twice_counts_once() {
    let [easting, northing, _] = MAP.map(|value| value * 1000.0);
    let twice = mapped("EPSG:4547").replace(
        "#6=IFCCARTESIANPOINT((0.,0.,0.));",
        &format!("#6=IFCCARTESIANPOINT((0.,0.,0.));\n#310=IFCCARTESIANPOINT(({easting:?},{northing:?},0.));\n#311=IFCAXIS2PLACEMENT3D(#310,$,$);"),
    );
    let twice = twice.replace("#8=IFCLOCALPLACEMENT($,#4);", "#8=IFCLOCALPLACEMENT($,#311);");
    let (_folder, published) = built(&twice, "");
    assert!(
        published.messages().iter().any(|said| said.starts_with("placed_twice")),
        "{:?}",
        published.messages()
    );
    let wall = row(&rows(&published), "0020")["bounds"].clone();
    assert!(wall["min"]["east_m"].as_f64().unwrap().abs() < 1_000_000.0);
}

#[test]
fn a_map_that_nobody_knows_is_told_of() {
    let (_folder, published) = built(&mapped("Old city grid"), "");
    assert!(
        published.messages().iter().any(|said| said.starts_with("map_crs_unknown")),
        "{:?}",
        published.messages()
    );
}

#[test]
fn a_file_that_cannot_be_read_is_told_of_and_the_rest_is_built() {
    let (folder, input) = place(HOUSE, "[[source]]\nid = \"other\"\nkind = \"ifc\"\npath = \"other.ifc\"\n");
    std::fs::write(folder.path().join("other.ifc"), &HOUSE[..900]).unwrap();
    let published = build_into(&input, &folder.path().join("out"));
    assert!(
        published.messages().iter().any(|said| said.contains("`other.ifc` ends too early")),
        "{:?}",
        published.messages()
    );
    assert_eq!(scene(&published, "full/bim/bim")["source"], "bim");
}
