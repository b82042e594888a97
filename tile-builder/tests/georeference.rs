//! Every form of `metadata.xml`, and every vertex against PROJ.

use std::path::Path;

use proj::Proj;
use tile_builder::geometry::Aabb;
use tile_builder::georef::ellipsoid::{EnuFrame, to_ecef};
use tile_builder::georef::{Placed, PlacementRequest, Srs, Turn, place_source};
use tile_builder::read::survey::read_metadata;
use twin_schemas::catalog::GeoreferenceMethod;
use twin_schemas::geometry::GeographicPoint;
use twin_schemas::plan::HeightPlan;

/// Where all variants that have a place must stand.
const LON_LAT: [f64; 2] = [113.379_985_67, 22.495_136_79];

fn place(path: &Path) -> Placed {
    let metadata = read_metadata(path).unwrap();
    let request = PlacementRequest {
        source: "survey".into(),
        srs: Srs::parse(metadata.srs.as_deref().unwrap_or_default()).unwrap(),
        origin: metadata.origin.unwrap_or_default(),
        height: None,
        turn: Turn::default(),
        method: None,
    };
    place_source(&request).unwrap()
}

fn check(variant: &str, method: GeoreferenceMethod, codes: &[&str]) {
    let Some(data) = crate::common::data() else { return };
    let placed = place(&data.join("osgb-made/metadata-variants").join(variant));
    let georeference = &placed.placement.georeference;
    assert_eq!(georeference.method, method, "{variant}");
    let said: Vec<&str> = placed.messages.iter().map(|m| m.code.as_str()).collect();
    assert_eq!(said, codes, "{variant}");
    match georeference.origin {
        None => assert_eq!(method, GeoreferenceMethod::Local, "{variant}"),
        Some(origin) => {
            // 1e-8 degrees is a millimetre; `expected.json` gives eight digits.
            assert!((origin.longitude_deg - LON_LAT[0]).abs() < 2e-8, "{variant}: {origin:?}");
            assert!((origin.latitude_deg - LON_LAT[1]).abs() < 2e-8, "{variant}: {origin:?}");
        }
    }
}

#[test]
fn an_epsg_code_places_the_origin() {
    check("epsg.xml", GeoreferenceMethod::Code, &[]);
    check("bom_spaces.xml", GeoreferenceMethod::Code, &[]);
}

#[test]
fn a_vertical_code_is_named_and_its_unknown_geoid_height_warned_of() {
    check("epsg_compound.xml", GeoreferenceMethod::Code, &["geoid_height_unknown"]);
}

#[test]
fn an_enu_origin_places_the_origin() {
    check("enu.xml", GeoreferenceMethod::Enu, &[]);
}

#[test]
fn the_parameters_of_a_wkt_win_over_its_code_and_the_distance_is_told() {
    check("wkt_real.xml", GeoreferenceMethod::Wkt, &["wkt_contradicts_code"]);
    let Some(data) = crate::common::data() else { return };
    let placed = place(&data.join("osgb-made/metadata-variants/wkt_real.xml"));
    assert!(placed.messages[0].text.contains("64.8 km"), "{}", placed.messages[0].text);
}

#[test]
fn a_survey_without_a_place_is_local_and_asks_for_one() {
    check("local.xml", GeoreferenceMethod::Local, &["no_position"]);
    check("no_srs.xml", GeoreferenceMethod::Local, &["no_position"]);
}

#[test]
fn degrees_are_never_added_to_metres() {
    check("geographic_as_projected.xml", GeoreferenceMethod::Enu, &["geographic_crs"]);
}

#[test]
fn an_origin_that_is_no_list_of_numbers_names_file_and_element() {
    let Some(data) = crate::common::data() else { return };
    let error =
        read_metadata(&data.join("osgb-made/metadata-variants/bad_origin.xml")).unwrap_err().to_string();
    assert!(error.contains("bad_origin.xml") && error.contains("SRSOrigin"), "{error}");
}

#[test]
fn a_geoid_height_from_the_plan_raises_the_survey() {
    let request = |height| PlacementRequest {
        source: "s".into(),
        srs: Srs::parse("EPSG:32649+5773").unwrap(),
        origin: [744_852.34, 2_489_579.79, 10.0],
        height,
        turn: Turn::default(),
        method: None,
    };
    let plan = HeightPlan { reference: "EGM96".into(), geoid_height_m: -7.25 };
    let with = place_source(&request(Some(plan))).unwrap();
    assert_eq!(with.placement.georeference.origin.unwrap().height_m, 2.75);
    assert!(with.messages.is_empty(), "a stated height needs no warning");
}

/// The exact chain, written again from PROJ and the definition of the ENU plane.
fn by_proj(definition: &str, frame: &EnuFrame, origin: [f64; 2], p: [f64; 3]) -> [f64; 3] {
    let proj = Proj::new_known_crs(definition, "EPSG:4326", None).unwrap();
    let (longitude_deg, latitude_deg) = proj.convert((origin[0] + p[0], origin[1] + p[1])).unwrap();
    frame.local_from_ecef(to_ecef(&GeographicPoint { longitude_deg, latitude_deg, height_m: p[2] }))
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn within_5_km_of_the_origin_the_warp_is_a_millimetre_from_proj() {
    let (definition, origin) = ("EPSG:4547", [436_199.734_151_901_3, 2_488_760.852_769_079]);
    let request = PlacementRequest {
        source: "s".into(),
        srs: Srs::parse(definition).unwrap(),
        origin: [origin[0], origin[1], 0.0],
        height: None,
        turn: Turn::default(),
        method: None,
    };
    let placement = place_source(&request).unwrap().placement;
    let frame = EnuFrame::at(&placement.georeference.origin.unwrap());
    let mut worst = 0.0f64;
    for (x, y) in [(-3500.0, -3500.0), (-3500.0, 3000.0), (0.0, 0.0), (3000.0, -500.0), (3200.0, 3200.0)] {
        // A tile of 300 m, larger than surveys use.
        let bounds = Aabb { min: [x, y, -20.0], max: [x + 300.0, y + 300.0, 120.0] };
        let warp = placement.warp(Some(&frame), &bounds).unwrap();
        for i in 0..=10 {
            for j in 0..=10 {
                let p = [x + 30.0 * f64::from(i), y + 30.0 * f64::from(j), f64::from(i * j) - 20.0];
                worst = worst.max(distance(warp.apply(p), by_proj(definition, &frame, origin, p)));
            }
        }
    }
    assert!(worst < 1e-3, "{worst} m");
}

#[test]
fn every_published_vertex_of_the_real_survey_is_within_2_cm_of_proj() {
    let Some(data) = crate::common::data() else { return };
    let survey = data.join("osgb/cc-zhongshan");
    let out = tempfile::tempdir().unwrap();
    let published = crate::common::build_into(&survey, out.path());
    let metadata = read_metadata(&survey.join("metadata.xml")).unwrap();
    let (definition, origin) = (metadata.srs.unwrap(), metadata.origin.unwrap());
    let at = &published.catalog["community"]["origin"];
    let number = |key: &str| at[key].as_f64().unwrap();
    let frame = EnuFrame::at(&GeographicPoint {
        longitude_deg: number("longitude_deg"),
        latitude_deg: number("latitude_deg"),
        height_m: number("height_m"),
    });
    // Source vertices placed by PROJ one by one; each must have a published vertex within 2 cm.
    let proj = Proj::new_known_crs(&definition, "EPSG:4326", None).unwrap();
    let exact: Vec<[f64; 3]> =
        source_vertices(&survey.join("Data/Tile_+000_+017/Tile_+000_+017_L17_0uuu.osgb"))
            .into_iter()
            .map(|p| {
                let (longitude_deg, latitude_deg) =
                    proj.convert((origin[0] + p[0], origin[1] + p[1])).unwrap();
                frame.local(&GeographicPoint { longitude_deg, latitude_deg, height_m: origin[2] + p[2] })
            })
            .collect();
    let bounds = Aabb::around(&exact);
    let index = vertex_cells(&published, &bounds);
    let worst = exact.iter().map(|p| index.nearest(*p)).fold(0.0f64, f64::max);
    assert!(worst < 0.02, "a vertex is {worst} m from where PROJ puts it");
}

fn source_vertices(path: &Path) -> Vec<[f64; 3]> {
    use tile_builder::read::{Limits, osgb};
    use tile_builder::scene::{Finer, LodNode};
    fn walk(node: &LodNode, out: &mut Vec<[f64; 3]>) {
        out.extend(
            node.meshes.iter().flat_map(|mesh| mesh.indices.iter().map(|&i| mesh.positions[i as usize])),
        );
        for finer in &node.finer {
            if let Finer::Node(node) = finer {
                walk(node, out);
            }
        }
    }
    let limits = Limits::default();
    let file = osgb::parse(&std::fs::read(path).unwrap(), "source", &limits).unwrap();
    let levels = file.levels(&limits, &|_| Err("none".into())).unwrap();
    let mut out = Vec::new();
    levels.nodes.iter().for_each(|node| walk(node, &mut out));
    out
}

/// Published vertices in cells of 5 cm.
struct Cells(std::collections::HashMap<[i64; 3], Vec<[f64; 3]>>);

fn cell(p: [f64; 3]) -> [i64; 3] {
    p.map(|v| (v / 0.05).floor() as i64)
}

fn vertex_cells(published: &crate::common::Published, bounds: &Aabb) -> Cells {
    let mut cells = Cells(std::collections::HashMap::new());
    for path in published.contents() {
        for p in crate::common::Glb::read(&path).positions() {
            if bounds.grown(1.0).encloses(&Aabb { min: p, max: p }, 0.0) {
                cells.0.entry(cell(p)).or_default().push(p);
            }
        }
    }
    cells
}

impl Cells {
    fn nearest(&self, p: [f64; 3]) -> f64 {
        let [x, y, z] = cell(p);
        let mut best = f64::INFINITY;
        for dx in -1..=1 {
            for dy in -1..=1 {
                for dz in -1..=1 {
                    for q in self.0.get(&[x + dx, y + dy, z + dz]).into_iter().flatten() {
                        best = best.min(distance(p, *q));
                    }
                }
            }
        }
        best
    }
}
