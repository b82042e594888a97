//! Which triangles of the one skin are whose: made-up houses for the rules, a real survey for the
//! whole.

use std::collections::BTreeMap;
use std::path::Path;

use crate::common::data;
use tile_builder::geometry::Aabb;
use tile_builder::georef::ellipsoid::{EnuFrame, from_ecef};
use tile_builder::georef::{Placement, PlacementRequest, Srs, Turn, place_source};
use tile_builder::partition::buildings::{Buildings, IdentityRule};
use tile_builder::partition::identity::identify;
use tile_builder::partition::relief::Relief;
use tile_builder::read::areas::{self, Area};
use tile_builder::read::{Limits, osgb, survey};
use tile_builder::scene::{Feature, Mesh, NO_FEATURE};
use twin_schemas::geometry::GeographicPoint;

const ORIGIN: GeographicPoint = GeographicPoint { longitude_deg: 113.38, latitude_deg: 22.51, height_m: 0.0 };

/// A footprint given in local metres.
fn footprint(id: &str, [west, south, east, north]: [f64; 4], properties: &serde_json::Value) -> Area {
    let frame = EnuFrame::at(&ORIGIN);
    let corner = |e: f64, n: f64| {
        let point = from_ecef(frame.ecef_from_local([e, n, 0.0]));
        [point.longitude_deg, point.latitude_deg]
    };
    let ring = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    Area {
        id: id.into(),
        polygons: vec![vec![ring.map(|(e, n)| corner(e, n)).to_vec()]],
        properties: properties.as_object().cloned().unwrap_or_default(),
    }
}

/// A flat rectangle at a height, in squares of a metre at most.
fn sheet([west, south, east, north]: [f64; 4], up: f64, mesh: &mut Mesh) {
    let steps = |from: f64, to: f64| (to - from).ceil().max(1.0) as u32;
    let (columns, rows) = (steps(west, east), steps(south, north));
    let base = mesh.positions.len() as u32;
    for row in 0..=rows {
        for column in 0..=columns {
            let part =
                |from: f64, to: f64, at: u32, of: u32| from + (to - from) * f64::from(at) / f64::from(of);
            mesh.positions.push([part(west, east, column, columns), part(south, north, row, rows), up]);
        }
    }
    for at in (0..rows).flat_map(|row| (0..columns).map(move |column| base + row * (columns + 1) + column)) {
        let above = at + columns + 1;
        mesh.indices.extend([at, at + 1, above + 1, at, above + 1, above]);
    }
}

/// Pavement of 40 m at height 3 without what the roofs cover, and flat roofs.
fn town(roofs: &[([f64; 4], f64)]) -> Mesh {
    let mut mesh = Mesh::default();
    sheet([-20.0, -20.0, 20.0, 20.0], 3.0, &mut mesh);
    for (edges, up) in roofs {
        sheet(*edges, *up, &mut mesh);
    }
    mesh
}

fn buildings(footprints: &[Area], mesh: &Mesh) -> Buildings {
    let mut relief = Relief::default();
    relief.add(mesh);
    Buildings::new(footprints, &ORIGIN, &relief, IdentityRule::default())
}

/// Area in plan of each feature's triangles that fulfil a condition on their middles, by id.
fn areas_where(
    meshes: &[Mesh],
    features: &[Feature],
    wanted: impl Fn([f64; 3]) -> bool,
) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for mesh in meshes.iter().filter(|mesh| !mesh.features.is_empty()) {
        for (triangle, corners) in mesh.indices.as_chunks::<3>().0.iter().enumerate() {
            let of = corners.map(|corner| mesh.features[corner as usize]);
            assert!(of[0] == of[1] && of[1] == of[2], "a triangle belongs to {of:?}");
            if of[0] != NO_FEATURE && wanted(mesh.middle(triangle)) {
                *sums.entry(features[of[0] as usize].id.clone()).or_insert(0.0) += size(mesh, triangle);
            }
        }
    }
    sums
}

fn size(mesh: &Mesh, triangle: usize) -> f64 {
    let [a, b, c] = [0, 1, 2].map(|at| mesh.positions[mesh.indices[triangle * 3 + at] as usize]);
    let (u, v) = ([0, 1, 2].map(|i| b[i] - a[i]), [0, 1, 2].map(|i| c[i] - a[i]));
    let cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    cross.iter().map(|part| part * part).sum::<f64>().sqrt() / 2.0
}

#[test]
fn a_roof_that_overhangs_is_the_buildings_and_the_pavement_below_it_is_not() {
    let mesh = town(&[([-5.5, -4.5, 5.5, 4.5], 15.0)]);
    let footprints = [footprint("a", [-5.0, -4.0, 5.0, 4.0], &serde_json::Value::Null)];
    let (meshes, features) = identify(vec![mesh.clone()], &buildings(&footprints, &mesh));
    assert_eq!(features.iter().map(|f| f.id.as_str()).collect::<Vec<_>>(), ["building/a"]);
    let roof = areas_where(&meshes, &features, |[.., up]| up > 14.0)["building/a"];
    assert!((roof - 11.0 * 9.0).abs() < 1e-3, "{roof} m² of the roof");
    let beside =
        areas_where(&meshes, &features, |[e, n, up]| up < 4.0 && (e.abs() > 5.001 || n.abs() > 4.001));
    assert_eq!(beside, BTreeMap::new(), "pavement outside of the footprint");
}

#[test]
fn a_balcony_is_the_buildings_and_a_hedge_below_it_is_not() {
    let mut mesh = town(&[([-5.0, -4.0, 5.0, 4.0], 15.0)]);
    sheet([-2.0, -5.4, 2.0, -4.0], 8.0, &mut mesh);
    sheet([-2.0, -5.4, 2.0, -4.7], 4.0, &mut mesh);
    let footprints = [footprint("a", [-5.0, -4.0, 5.0, 4.0], &serde_json::Value::Null)];
    let (meshes, features) = identify(vec![mesh.clone()], &buildings(&footprints, &mesh));
    let balcony = areas_where(&meshes, &features, |[_, n, up]| n < -4.0 && (up - 8.0).abs() < 0.1);
    assert!((balcony["building/a"] - 4.0 * 1.4).abs() < 1e-6, "{balcony:?}");
    assert_eq!(areas_where(&meshes, &features, |[.., up]| (up - 4.0).abs() < 0.1), BTreeMap::new());
}

/// Edges that no other triangle runs along the other way, found by their ends, bit by bit.
fn open_edges(meshes: &[Mesh]) -> Vec<[[f64; 3]; 2]> {
    let key = |p: [f64; 3]| p.map(f64::to_bits);
    let mut balance: BTreeMap<_, (i32, [[f64; 3]; 2])> = BTreeMap::new();
    for mesh in meshes {
        for corners in mesh.indices.as_chunks::<3>().0 {
            let [a, b, c] = corners.map(|corner| mesh.positions[corner as usize]);
            for [from, to] in [[a, b], [b, c], [c, a]] {
                let (ends, by) = if key(from) < key(to) { ([from, to], 1) } else { ([to, from], -1) };
                balance.entry(ends.map(key)).or_insert((0, ends)).0 += by;
            }
        }
    }
    balance.into_values().filter(|(sum, _)| *sum != 0).map(|(_, ends)| ends).collect()
}

fn open_length(meshes: &[Mesh]) -> f64 {
    let length = |[a, b]: &[[f64; 3]; 2]| (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>().sqrt();
    open_edges(meshes).iter().map(length).sum()
}

#[test]
fn pavement_along_an_outline_stays_whole_and_nothing_opens() {
    // One skin: ground that rises to a knoll in the north, through the overhang of the footprint.
    let mut ground = Mesh::default();
    sheet([-20.0, -20.0, 20.0, 20.0], 3.0, &mut ground);
    for [e, n, up] in &mut ground.positions {
        *up += (*n - 3.0).max(0.0) * 1.5 + 0.01 * (*e * 3.7).sin();
    }
    // In two meshes, as textures divide it.
    let half = |part: usize| {
        ground.with_triangles((0..ground.triangles()).filter(|t| t % 2 == part).map(|t| (t, NO_FEATURE)))
    };
    let stated = serde_json::json!({ "ground_m": 3.0, "height_m": 12.0 });
    let footprints = [footprint("a", [-5.3, -4.4, 5.2, 4.1], &stated)];
    let buildings = buildings(&footprints, &ground);
    let (meshes, features) = identify(vec![half(0), half(1)], &buildings);
    let cut: usize = [half(0), half(1)]
        .iter()
        .filter_map(|m| m.cut_along(buildings.outlines()))
        .map(|m| m.triangles())
        .sum();
    let identified: usize = meshes.iter().map(Mesh::triangles).sum();
    assert!(
        2 * identified < cut + ground.triangles(),
        "{} became {identified}, cut {cut}",
        ground.triangles()
    );
    assert!(identified > ground.triangles(), "the knoll in the overhang is divided");
    let beyond = areas_where(&meshes, &features, |[_, n, _]| n > 4.1);
    assert!(beyond["building/a"] > 10.0, "{beyond:?}");
    let rim = |p: &[f64; 3]| (0..2).any(|axis| (p[axis].abs() - 20.0).abs() < 1e-9);
    let open = open_edges(&meshes);
    assert!(open.iter().flatten().all(rim), "{open:?}");
}

#[test]
fn ground_and_top_come_from_the_survey_and_stated_ones_win() {
    let mesh = town(&[([-5.0, -4.0, 5.0, 4.0], 15.0), ([8.0, -4.0, 14.0, 4.0], 9.0)]);
    let stated = serde_json::json!({ "ground_m": 2.5, "height_m": 7.0, "name_zh": "乙", "name_en": "B" });
    let footprints = [
        footprint("a", [-5.0, -4.0, 5.0, 4.0], &serde_json::json!({ "storeys": 30 })),
        footprint("b", [8.0, -4.0, 14.0, 4.0], &stated),
    ];
    let buildings = buildings(&footprints, &mesh);
    let heights: Vec<_> = buildings.list().iter().map(|b| (b.ground_m.unwrap(), b.top_m.unwrap())).collect();
    let near = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).abs() < 0.02 && (a.1 - b.1).abs() < 0.02;
    assert!(near(heights[0], (3.0, 15.0)) && near(heights[1], (2.5, 9.5)), "{heights:?}");
    assert_eq!(buildings.list()[1].feature.name, "乙");
}

#[test]
fn where_margins_overlap_the_nearer_footprint_has_the_wall() {
    let footprints = [
        footprint("left", [-6.0, -5.0, -0.4, 5.0], &serde_json::Value::Null),
        footprint("right", [0.4, -5.0, 6.0, 5.0], &serde_json::Value::Null),
    ];
    // Between the two a gutter, 0.8 m wide, in strips of 0.2 m.
    let mut mesh = town(&[([-6.0, -5.0, -0.4, 5.0], 12.0), ([0.4, -5.0, 6.0, 5.0], 12.0)]);
    for at in -2..2 {
        let west = f64::from(at) * 0.2;
        sheet([west, -5.0, west + 0.2, 5.0], 11.0, &mut mesh);
    }
    let (meshes, features) = identify(vec![mesh.clone()], &buildings(&footprints, &mesh));
    let left = areas_where(&meshes, &features, |[e, _, up]| e < 0.0 && up > 10.0);
    let right = areas_where(&meshes, &features, |[e, _, up]| e > 0.0 && up > 10.0);
    assert_eq!(left.keys().collect::<Vec<_>>(), ["building/left"]);
    assert_eq!(right.keys().collect::<Vec<_>>(), ["building/right"]);
    assert!((left["building/left"] - 60.0).abs() < 0.01, "{left:?}");
}

#[test]
fn a_crown_high_above_the_roof_is_nobodys() {
    let mut mesh = town(&[([-5.0, -4.0, 5.0, 4.0], 9.0)]);
    sheet([-1.0, -1.0, 1.0, 1.0], 21.0, &mut mesh);
    let footprints = [footprint("a", [-5.0, -4.0, 5.0, 4.0], &serde_json::json!({ "height_m": 6.0 }))];
    let (meshes, features) = identify(vec![mesh.clone()], &buildings(&footprints, &mesh));
    assert_eq!(areas_where(&meshes, &features, |[.., up]| up > 20.0), BTreeMap::new());
    assert!(areas_where(&meshes, &features, |[.., up]| up > 8.0)["building/a"] > 79.9);
}

#[test]
fn features_are_those_that_occur_in_the_order_of_the_footprints() {
    let mesh = town(&[([-15.0, -4.0, -8.0, 4.0], 9.0), ([8.0, -4.0, 14.0, 4.0], 9.0)]);
    let footprints = [
        footprint("z", [8.0, -4.0, 14.0, 4.0], &serde_json::Value::Null),
        footprint("elsewhere", [300.0, 0.0, 310.0, 10.0], &serde_json::Value::Null),
        footprint("a", [-15.0, -4.0, -8.0, 4.0], &serde_json::Value::Null),
    ];
    let (_, features) = identify(vec![mesh.clone()], &buildings(&footprints, &mesh));
    let ids: Vec<_> = features.iter().map(|feature| feature.id.as_str()).collect();
    assert_eq!(ids, ["building/z", "building/a"]);
}

#[test]
fn a_content_without_buildings_comes_back_as_it_was() {
    let mesh = town(&[]);
    let footprints = [footprint("a", [19.5, 30.0, 40.0, 40.0], &serde_json::Value::Null)];
    let buildings = buildings(&footprints, &mesh);
    let (meshes, features) = identify(vec![mesh.clone()], &buildings);
    assert!(features.is_empty() && meshes[0].features.is_empty());
    assert_eq!((&meshes[0].positions, &meshes[0].indices), (&mesh.positions, &mesh.indices));
}

/// The meshes of every file of the real survey, by level, in local metres.
struct RealSurvey {
    origin: GeographicPoint,
    files: BTreeMap<u32, Vec<Vec<Mesh>>>,
}

impl RealSurvey {
    fn open(data: &Path) -> Self {
        let folder = data.join("osgb/cc-zhongshan");
        let survey = survey::open(&folder).unwrap();
        let metadata = survey.metadata.unwrap();
        let request = PlacementRequest {
            source: "survey".into(),
            srs: Srs::parse(metadata.srs.as_deref().unwrap_or_default()).unwrap(),
            origin: metadata.origin.unwrap_or_default(),
            height: None,
            turn: Turn::default(),
            method: None,
        };
        let placement = place_source(&request).unwrap().placement;
        let origin = placement.georeference.origin.unwrap();
        let mut files: BTreeMap<u32, Vec<Vec<Mesh>>> = BTreeMap::new();
        for tile in &survey.tiles {
            let mut paths: Vec<_> =
                std::fs::read_dir(tile.root.parent().unwrap()).unwrap().map(|e| e.unwrap().path()).collect();
            paths.sort();
            for path in paths {
                let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
                let level = name.split("_L").nth(1).map_or(14, |rest| rest[..2].parse().unwrap());
                files.entry(level).or_default().push(local_meshes(&path, &placement, &origin));
            }
        }
        Self { origin, files }
    }
}

fn local_meshes(path: &Path, placement: &Placement, origin: &GeographicPoint) -> Vec<Mesh> {
    let bytes = std::fs::read(path).unwrap();
    let limits = Limits::default();
    let file = osgb::parse(&bytes, "file", &limits).unwrap();
    let levels = file.levels(&limits, &|_| Err(String::new())).unwrap();
    let mut meshes: Vec<Mesh> = levels.nodes.into_iter().flat_map(|node| node.meshes).collect();
    let bounds = Aabb::around_all(meshes.iter().map(|mesh| &mesh.positions));
    let warp = placement.warp(Some(&EnuFrame::at(origin)), &bounds).unwrap();
    meshes.iter_mut().flat_map(|mesh| &mut mesh.positions).for_each(|p| *p = warp.apply(*p));
    meshes
}

#[test]
fn every_building_of_a_real_survey_has_its_triangles_at_every_level() {
    let Some(data) = data() else { return };
    let survey = RealSurvey::open(&data);
    let footprints = areas::read(&data.join("footprints/zhongshan_derived.geojson")).unwrap();
    let mut relief = Relief::default();
    survey.files[&18].iter().flatten().for_each(|mesh| relief.add(mesh));
    let buildings = Buildings::new(&footprints, &survey.origin, &relief, IdentityRule::default());
    let ground: BTreeMap<&str, f64> =
        buildings.list().iter().map(|b| (b.feature.id.as_str(), b.ground_m.unwrap())).collect();
    for (level, files) in survey.files.range(16..) {
        let (mut whole, mut high, mut low_outside) = (BTreeMap::new(), 0.0, 0.0);
        let (mut before, mut after) = (0, 0);
        for meshes in files {
            before += meshes.iter().map(Mesh::triangles).sum::<usize>();
            let rims = open_length(meshes);
            let (meshes, features) = identify(meshes.clone(), &buildings);
            let opened = open_length(&meshes) - rims;
            assert!(opened.abs() < 1e-6 * rims, "L{level}: {opened} m of {rims} m of rims opened");
            after += meshes.iter().map(Mesh::triangles).sum::<usize>();
            for feature in &features {
                let floor = ground[feature.id.as_str()];
                let at = buildings.list().iter().position(|b| b.feature == *feature).unwrap();
                let of = |wanted: &dyn Fn([f64; 3]) -> bool| {
                    areas_where(&meshes, &features, wanted).get(&feature.id).copied().unwrap_or_default()
                };
                *whole.entry(feature.id.clone()).or_insert(0.0) += of(&|_| true);
                high += of(&|middle| middle[2] > floor + 2.0);
                low_outside += of(&|[e, n, up]| up <= floor + 0.5 && !buildings.within(at, [e, n]));
            }
        }
        let all: f64 = whole.values().sum();
        eprintln!(
            "L{level}: {:.1} % of {all:.0} m² of buildings is above 2 m; {before} triangles became {after}",
            100.0 * high / all
        );
        assert_eq!(whole.len(), footprints.len(), "L{level}: {whole:?}");
        assert!(high > 0.85 * all, "L{level}: {high} of {all} m²");
        assert!(low_outside == 0.0, "L{level}: {low_outside} m² of ground");
    }
}
