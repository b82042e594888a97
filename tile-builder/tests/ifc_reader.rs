//! Reading of IFC files: structure, properties, colours, places, and what writers get wrong.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use crate::common::ifc::{HOUSE, house, house_with};
use tile_builder::read::Limits;
use tile_builder::read::ifc::worker::{Patience, read_patiently};
use tile_builder::read::ifc::{self, IfcErrorKind, Model, Node, NodeKind, Wanted};

fn read(text: &str) -> Model {
    ifc::read_bytes(text.as_bytes().to_vec(), Wanted::All, &Limits::default()).unwrap()
}

fn node<'m>(model: &'m Model, id: &str) -> &'m Node {
    model.nodes.iter().find(|node| node.global_id.ends_with(id)).unwrap()
}

/// Low and high corner of what a node draws, in metres.
fn bounds(model: &Model, id: &str) -> [[f64; 3]; 2] {
    let at = model.nodes.iter().position(|node| node.global_id.ends_with(id)).unwrap() as u32;
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for used in model.uses.iter().filter(|used| used.node == at) {
        for p in &model.shapes[used.shape as usize].positions {
            for axis in 0..3 {
                let row = &used.matrix[axis * 4..axis * 4 + 4];
                let value = (0..3).map(|i| row[i] * f64::from(p[i])).sum::<f64>() + row[3];
                low[axis] = low[axis].min(value);
                high[axis] = high[axis].max(value);
            }
        }
    }
    [low, high]
}

fn storey(model: &Model, id: &str) -> Option<String> {
    node(model, id).storey.map(|at| model.nodes[at as usize].name.clone())
}

fn codes(model: &Model) -> Vec<&str> {
    model.problems.iter().map(|problem| problem.code.as_str()).collect()
}

#[test]
fn a_house_stands_in_metres_with_its_opening_cut() {
    let model = read(HOUSE);
    assert_eq!((model.schema.as_str(), model.length_unit_m), ("IFC4", 0.001));
    let [low, high] = bounds(&model, "20");
    assert!((low[0]).abs() < 1e-4 && (high[0] - 6.0).abs() < 1e-4 && (high[2] - 3.0).abs() < 1e-4);
    // A box has twelve triangles; the hole for the door makes it more.
    let wall = model.nodes.iter().position(|node| node.class == "IfcWall").unwrap() as u32;
    let shape = model.uses.iter().find(|used| used.node == wall).unwrap().shape;
    assert!(model.shapes[shape as usize].indices.len() / 3 > 12);
    assert!(model.problems.is_empty(), "{:?}", model.problems);
}

#[test]
fn a_door_in_a_wall_and_a_chair_in_a_room_are_on_their_storey() {
    let model = read(HOUSE);
    for id in ["20", "40", "50", "60", "81"] {
        assert_eq!(storey(&model, id).as_deref(), Some("标高1"), "{id}");
    }
    // Nothing says where the sixth column is; it belongs to the building all the same.
    assert_eq!(storey(&model, "86"), None);
    assert_eq!(node(&model, "86").building.map(|at| model.nodes[at as usize].kind), Some(NodeKind::Building));
    assert_eq!(node(&model, "50").kind, NodeKind::Space);
}

#[test]
fn openings_and_shapes_of_types_are_no_objects_of_their_own() {
    let model = read(HOUSE);
    assert!(
        model.nodes.iter().all(|node| node.class != "IfcOpeningElement" && node.class != "IfcColumnType")
    );
    assert_eq!(model.uses.len(), 4 + 6);
}

#[test]
fn what_is_repeated_is_stored_once() {
    let model = read(HOUSE);
    let columns = model.uses.iter().filter(|used| model.nodes[used.node as usize].class == "IfcColumn");
    let shapes: std::collections::BTreeSet<u32> = columns.map(|used| used.shape).collect();
    assert_eq!(shapes.len(), 1);
    let [low, high] = bounds(&model, "83");
    assert!((low[0] - 2.85).abs() < 1e-3 && (high[0] - 3.15).abs() < 1e-3, "{low:?} {high:?}");
}

#[test]
fn properties_of_a_type_hold_until_the_occurrence_says_otherwise() {
    let model = read(HOUSE);
    let sets = |id| -> serde_json::Value { serde_json::from_str(&node(&model, id).property_sets).unwrap() };
    assert_eq!(
        sets("82")["Pset_ColumnCommon"],
        serde_json::json!({ "LoadBearing": true, "Reference": "C300" })
    );
    assert_eq!(sets("81")["Pset_ColumnCommon"]["Reference"], "C300-1");
    assert_eq!(sets("81")["Pset_ColumnCommon"]["LoadBearing"], true);
    assert_eq!(node(&model, "81").type_name.as_deref(), Some("Round 300"));
}

#[test]
fn a_wall_knows_its_material_its_classification_and_its_attributes() {
    let model = read(HOUSE);
    let wall = node(&model, "20");
    assert_eq!(wall.materials, ["Brick"]);
    assert_eq!(wall.classifications[0].system.as_deref(), Some("GB/T 51269-2017"));
    assert_eq!(wall.classifications[0].code.as_deref(), Some("14-10.20.03"));
    assert_eq!(wall.attributes["Tag"], "W1");
    assert_eq!(wall.attributes["PredefinedType"], "SOLIDWALL");
    assert_eq!(node(&model, "50").attributes["LongName"], "客厅");
}

#[test]
fn linings_of_doors_are_property_sets() {
    let lining =
        "#200=IFCDOORLININGPROPERTIES('0000000000000000000200',$,'Lining',$,50.,30.,$,$,$,$,$,$,$,$,$,$,$);
#201=IFCRELDEFINESBYPROPERTIES('0000000000000000000201',$,$,$,(#40),#200);";
    let model = read(&house_with(lining));
    let sets: serde_json::Value = serde_json::from_str(&node(&model, "40").property_sets).unwrap();
    assert_eq!(sets["Lining"]["LiningDepth"], 50.0);
    assert_eq!(sets["Lining"]["LiningThickness"], 30.0);
}

#[test]
fn a_product_whose_representation_is_abstract_is_drawn() {
    let model = read(&house(&[("#24=IFCPRODUCTDEFINITIONSHAPE", "#24= IFCPRODUCTREPRESENTATION ")]));
    assert!(bounds(&model, "20")[0][0].is_finite());
    assert_eq!(codes(&model), ["abstract_representation"]);
}

#[test]
fn a_style_on_the_first_operand_of_a_boolean_result_colours_the_whole() {
    let clipped = house(&[
        ("'SweptSolid',(#26)", "'Clipping',(#211)"),
        (
            "ENDSEC;\nEND-ISO",
            "#210=IFCBOOLEANRESULT(.DIFFERENCE.,#26,#36);\n#211=IFCBOOLEANCLIPPINGRESULT(.DIFFERENCE.,#210,#212);\n#212=IFCHALFSPACESOLID(#213,.F.);\n#213=IFCPLANE(#214);\n#214=IFCAXIS2PLACEMENT3D(#215,$,$);\n#215=IFCCARTESIANPOINT((0.,0.,2500.));\nENDSEC;\nEND-ISO",
        ),
    ]);
    let model = read(&clipped);
    let wall = model.nodes.iter().position(|node| node.class == "IfcWall").unwrap() as u32;
    let used = model.uses.iter().find(|used| used.node == wall).unwrap();
    assert_eq!((used.colour, used.coloured), ([51, 102, 153, 255], true));
}

#[test]
fn true_north_is_read_also_where_the_number_of_dimensions_stands_before_it() {
    for ratios in ["(-0.6,0.8)", "(2.,-0.6,0.8)"] {
        let text = house(&[
            ("1.E-5,#4,$)", "1.E-5,#4,#300)"),
            ("#7=", &format!("#300=IFCDIRECTION({ratios});\n#7=")),
        ]);
        let [x, y] = read(&text).georeference.true_north.unwrap();
        assert!((x + 0.6).abs() < 1e-9 && (y - 0.8).abs() < 1e-9, "{ratios}: {x} {y}");
    }
}

#[test]
fn a_map_conversion_in_millimetres_is_in_metres_here() {
    let map = "#300=IFCSIUNIT(*,.LENGTHUNIT.,.MILLI.,.METRE.);
#301=IFCPROJECTEDCRS('EPSG:4547',$,$,$,$,$,#300);
#302=IFCMAPCONVERSION(#5,#301,500000000.,2500000000.,12000.,0.5,0.8660254037844386,1.);";
    let claim = read(&house_with(map)).georeference.map.unwrap();
    assert_eq!(claim.offset_m, [500_000.0, 2_500_000.0, 12.0]);
    assert_eq!(claim.scale, [1.0; 3]);
    assert!((claim.x_axis[1].atan2(claim.x_axis[0]).to_degrees() - 60.0).abs() < 1e-9);
    let metres =
        map.replace(".MILLI.", "$").replace("000000000.", "000000.").replace("500000000.", "500000.");
    let claim =
        read(&house_with(&metres.replace("12000.", "12.").replace("2500000000.", "2500000."))).georeference;
    assert_eq!(claim.map.unwrap().scale, [1.0; 3], "a scale of one was meant between millimetres and metres");
}

#[test]
fn a_map_conversion_of_ifc2x3_stands_in_property_sets() {
    let sets = "#300=IFCPROPERTYSET('0000000000000000000300',$,'ePSet_MapConversion',$,(#301,#302,#303));
#301=IFCPROPERTYSINGLEVALUE('Eastings',$,IFCREAL(500000000.),$);
#302=IFCPROPERTYSINGLEVALUE('Northings',$,IFCREAL(2500000000.),$);
#303=IFCPROPERTYSINGLEVALUE('OrthogonalHeight',$,IFCREAL(12000.),$);
#304=IFCPROPERTYSET('0000000000000000000304',$,'ePSet_ProjectedCRS',$,(#305));
#305=IFCPROPERTYSINGLEVALUE('Name',$,IFCLABEL('EPSG:4547'),$);";
    let text = house_with(sets).replace("IFC4'", "IFC2X3'");
    let claim = read(&text).georeference.map.unwrap();
    assert_eq!((claim.offset_m, claim.crs.name.as_str()), ([500_000.0, 2_500_000.0, 12.0], "EPSG:4547"));
}

#[test]
fn text_in_the_code_page_of_a_chinese_machine_is_read() {
    let (before, after) = HOUSE.split_once("'House'").unwrap();
    let mut bytes = before.as_bytes().to_vec();
    bytes.extend_from_slice(b"'\xC1\xF8\xB0\xB6\xD0\xC2\xB4\xE5'");
    bytes.extend_from_slice(after.as_bytes());
    let model = ifc::read_bytes(bytes, Wanted::All, &Limits::default()).unwrap();
    assert_eq!(node(&model, "11").name, "柳岸新村");
    assert_eq!(codes(&model), ["text_transcoded"]);
}

#[test]
fn what_is_no_whole_ifc_file_is_an_error() {
    let refused =
        |text: &str| ifc::read_bytes(text.as_bytes().to_vec(), Wanted::All, &Limits::default()).unwrap_err();
    assert_eq!(refused(""), IfcErrorKind::Empty);
    assert_eq!(refused("a letter"), IfcErrorKind::NotIfc);
    let half = &HOUSE[..HOUSE.len() / 2];
    assert_eq!(refused(half), IfcErrorKind::Truncated { size_bytes: half.len() as u64 });
    let (head, rest) = HOUSE.split_once("#1=").unwrap();
    let nothing = format!("{head}{}", &rest[rest.find("ENDSEC").unwrap()..]);
    assert_eq!(refused(&nothing), IfcErrorKind::NothingInside);
    let limits = Limits { model_objects: 3, ..Limits::default() };
    let error = ifc::read_bytes(HOUSE.as_bytes().to_vec(), Wanted::All, &limits).unwrap_err();
    assert!(matches!(&error, IfcErrorKind::Limit { what, limit: 3, .. } if what == "objects"), "{error}");
}

#[test]
fn a_profile_that_cannot_be_meshed_is_named_with_its_product() {
    let text = house(&[(
        "#74=IFCCIRCLEPROFILEDEF(.AREA.,$,$,150.)",
        "#74=IFCTRAPEZIUMPROFILEDEF(.AREA.,$,$,300.,200.,300.,50.)",
    )]);
    let model = read(&text);
    let drawn = |id: &str| bounds(&model, id)[0][0].is_finite();
    let named = |id: &str| model.problems.iter().any(|problem| problem.loss && problem.text.contains(id));
    assert!(drawn("0000000000000000000081") || named("0000000000000000000081"), "{:?}", model.problems);
    assert!(drawn("20"));
}

#[test]
fn a_wall_that_its_opening_takes_whole_is_told_of_but_no_loss() {
    let model =
        read(&house(&[("#32,1000.,600.)", "#22,8000.,600.)"), ("#31,#4,#7,2100.)", "#31,#4,#7,3000.)")]));
    assert!(!bounds(&model, "20")[0][0].is_finite());
    let problem = &model.problems[0];
    assert!(problem.text.contains("its openings leave nothing of it"), "{problem:?}");
    assert!(!problem.loss && problem.global_id.as_deref() == Some("0000000000000000000020"));
}

#[test]
fn repeated_ids_are_told_apart_and_told_of() {
    let model = read(&house(&[("'0000000000000000000082'", "'0000000000000000000081'")]));
    assert!(model.nodes.iter().any(|node| node.global_id == "0000000000000000000081#82"));
    assert_eq!(codes(&model), ["repeated_global_id"]);
}

#[test]
fn an_archive_holds_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let zip = |names: &[&str]| {
        let path = folder.path().join(format!("{}.ifczip", names.len()));
        let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        for name in names {
            archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(HOUSE.as_bytes()).unwrap();
        }
        archive.finish().unwrap();
        ifc::read(&path, Wanted::All, &Limits::default())
    };
    assert_eq!(zip(&["models/house.IFC"]).unwrap().uses.len(), 10);
    assert!(zip(&["a.ifc", "b.ifc"]).unwrap_err().to_string().contains("holds 2 `.ifc` files"));
    let bomb = folder.path().join("bomb.ifczip");
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&bomb).unwrap());
    archive.start_file("a.ifc", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(&vec![b' '; 32 << 20]).unwrap();
    archive.finish().unwrap();
    let error = ifc::read(&bomb, Wanted::All, &Limits::default()).unwrap_err();
    assert!(matches!(&error.kind, IfcErrorKind::Limit { what, .. } if what == "unpacked bytes"), "{error}");
}

/// A program that reads like the builder, but never comes to an end with a file whose wall is cut.
fn stubborn(folder: &Path) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let (program, builder) = (folder.join("stubborn"), env!("CARGO_BIN_EXE_tile-builder"));
    let script = format!(
        "#!/bin/sh\nask=$(cat)\ncase $ask in\n*Facts*|*'\"uncut\":[20]'*) ;;\n*'\"only\":[20]'*) exec sleep 60 ;;\n*'\"only\":['*) ;;\n*) exec sleep 60 ;;\nesac\nprintf %s \"$ask\" | {builder} read-ifc\n"
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    program
}

#[test]
fn a_product_that_takes_too_long_to_cut_is_drawn_whole_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("house.ifc");
    std::fs::write(&path, HOUSE).unwrap();
    let patience = Patience { chunk: Duration::from_secs(4), product: Duration::from_secs(3) };
    let program = stubborn(folder.path());
    let model = read_patiently(&program, &path, Wanted::All, &Limits::default(), patience).unwrap();
    let wall = model.nodes.iter().position(|node| node.class == "IfcWall").unwrap() as u32;
    let shape = model.uses.iter().find(|used| used.node == wall).unwrap().shape;
    assert_eq!(model.shapes[shape as usize].indices.len() / 3, 12, "the wall is a plain box");
    assert_eq!(codes(&model), ["element_uncut"]);
    assert_eq!(model.problems[0].global_id.as_deref(), Some("0000000000000000000020"));
}

#[test]
fn a_worker_gives_what_reading_here_gives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("house.ifc");
    std::fs::write(&path, HOUSE).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_tile-builder"));
    let apart = ifc::worker::read_apart(program, &path, Wanted::All, &Limits::default()).unwrap();
    assert_eq!(apart, read(HOUSE));
    std::fs::write(&path, "a letter").unwrap();
    let error = ifc::worker::read_apart(program, &path, Wanted::All, &Limits::default()).unwrap_err();
    assert_eq!(error.kind, IfcErrorKind::NotIfc);
}
