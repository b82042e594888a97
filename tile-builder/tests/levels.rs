//! Made levels: what simplifying keeps, on made surfaces and on a real survey.

use std::collections::BTreeSet;
use std::path::Path;

use crate::common::surfaces::{bake_rule, block, compare, decode, dressed, ground, rule, welded};
use image::RgbaImage;
use proptest::prelude::*;
use tile_builder::geometry::grid::TriangleGrid;
use tile_builder::geometry::weld::Surface;
use tile_builder::lod::{Lock, Simplified, SimplifyRule, simplify, skirts};
use tile_builder::read::{Limits, osgb};
use tile_builder::scene::{Finer, LodNode, Mesh};
use tile_builder::texture::atlas::{BakeError, BakeRule, bake};
use tile_builder::texture::ortho;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn locked_borders_keep_every_vertex_to_the_last_bit(
        a in 0.1..3.0f64, b in 0.1..3.0f64, shift in -1e6..1e6f64
    ) {
        let mut mesh = ground(50.0, 20, |x, y| (x * a).sin() + (y * b).cos());
        mesh.positions.iter_mut().for_each(|p| p[0] += shift);
        let before = welded(std::slice::from_ref(&mesh));
        let out = simplify(&[mesh], &rule(200, Lock::OpenEdges));
        let border = |surface: &Surface| -> BTreeSet<[u64; 3]> {
            let ends = surface.open_edges().into_iter().flatten();
            ends.map(|at| surface.positions[at as usize].map(f64::to_bits)).collect()
        };
        prop_assert_eq!(border(&before), border(&out.surface));
        prop_assert_eq!(out.locked, 80);
        prop_assert!(out.surface.triangles.len() <= 204, "{}", out.surface.triangles.len());
        prop_assert!(out.error_m > 0.0 && out.error_m < 4.0);
    }
}

#[test]
fn only_the_border_that_the_rule_names_is_locked() {
    let mesh = ground(50.0, 20, |x, y| (x * 0.7).sin() + (y * 0.9).cos());
    let west = |p: &[f64; 3]| p[0] == 0.0;
    let out = simplify(&[mesh], &rule(60, Lock::OpenEdgesWhere(&west)));
    assert_eq!(out.locked, 21);
    assert_eq!(out.surface.positions.iter().filter(|p| p[0] == 0.0).count(), 21);
    assert!(out.surface.positions.iter().filter(|p| p[0] == 50.0).count() < 15);
    assert!(out.surface.triangles.len() <= 61, "{}", out.surface.triangles.len());
}

#[test]
fn a_closed_mesh_stays_closed() {
    let out = simplify(&[block([0.0; 3], [8.0, 6.0, 4.0], 6)], &rule(12, Lock::Nothing));
    assert!(out.surface.triangles.len() <= 60, "{}", out.surface.triangles.len());
    assert_eq!(out.surface.open_edges(), Vec::<[u32; 2]>::new());
    assert!(out.error_m < 0.01, "a box loses nothing: {}", out.error_m);
}

#[test]
fn islands_go_only_where_the_level_is_coarse_and_nothing_holds_them() {
    let meshes = [ground(50.0, 20, |_, _| 0.0), block([5.0, 5.0, 3.0], [5.3, 5.3, 3.3], 1)];
    let keep = simplify(&meshes, &rule(100, Lock::Nothing));
    assert_eq!((keep.dropped_parts, keep.surface.parts().1), (0, 2));
    let coarse = SimplifyRule { islands_m: 1.0, ..rule(100, Lock::Nothing) };
    let drop = simplify(&meshes, &coarse);
    assert_eq!((drop.dropped_parts, drop.surface.parts().1), (1, 1));
    assert!((drop.error_m - 0.3 * 3f64.sqrt() / 2.0).abs() < 1e-9, "{}", drop.error_m);
    let crumbs = simplify(&meshes[1..], &coarse);
    assert_eq!(crumbs.dropped_parts, 0, "where all is small, it is kept");
}

#[test]
fn what_is_empty_stays_empty() {
    let out = simplify(&[Mesh::default()], &rule(10, Lock::OpenEdges));
    assert_eq!(out, Simplified::default());
    let baked = bake(&out.surface, &[], &decode, &bake_rule(64));
    assert_eq!(baked.unwrap_err(), BakeError::Empty);
}

#[test]
fn a_level_that_stalls_gives_up_its_topology_only_when_told() {
    // The black squares of a board touch at their corners alone, which no edge can leave.
    let mut mesh = ground(30.0, 30, |x, y| (x * 0.5).sin() * (y * 0.4).cos());
    let squares = mesh.indices.as_chunks::<6>().0.iter().enumerate();
    mesh.indices = squares.filter(|(at, _)| (at % 30 + at / 30) % 2 == 0).flat_map(|(_, six)| *six).collect();
    let stalled = simplify(std::slice::from_ref(&mesh), &rule(90, Lock::Nothing));
    assert!(stalled.surface.triangles.len() > 500 && !stalled.sloppy, "{}", stalled.surface.triangles.len());
    let sloppy = simplify(&[mesh], &SimplifyRule { sloppy: true, ..rule(90, Lock::Nothing) });
    assert!(sloppy.surface.triangles.len() <= 92 && sloppy.sloppy, "{}", sloppy.surface.triangles.len());
}

#[test]
fn a_patchwork_under_houses_keeps_its_ground_when_it_gets_coarse() {
    let patch = |column: usize, row: usize| {
        let mut mesh = ground(9.0, 2, |_, _| 0.0);
        // A gap of 5 cm, as between the slabs of a pavement: no patch is joined to another.
        let [east, north] = [column, row].map(|at| at as f64 * 9.05);
        mesh.positions.iter_mut().for_each(|p| (p[0], p[1]) = (p[0] + east, p[1] + north));
        mesh
    };
    let mut meshes: Vec<Mesh> =
        (0..30).flat_map(|row| (0..30).map(move |column| patch(column, row))).collect();
    meshes.extend((0..10).flat_map(|row| (0..10).map(move |column| (column, row))).map(|(column, row)| {
        let [east, north] = [column, row].map(|at| f64::from(at) * 27.0);
        block([east, north, 0.0], [east + 18.0, north + 9.0, 18.0], 2)
    }));
    let coarse = SimplifyRule { islands_m: 1.0, max_error_m: f64::INFINITY, ..rule(1500, Lock::Nothing) };
    let kept = |sloppy: bool| {
        let out = simplify(&meshes, &SimplifyRule { sloppy, ..coarse });
        assert!(out.surface.triangles.len() <= 1500, "{}", out.surface.triangles.len());
        out.surface.plan_area(out.surface.triangles.as_flattened())
    };
    let all = 30.0 * 30.0 * 81.0 + 100.0 * 18.0 * 9.0;
    let (edges, cells) = (kept(false), kept(true));
    assert!(edges < 0.5 * all, "{edges:.0} of {all} m²: the ground is lost by edges");
    assert!(cells > 0.6 * all, "{cells:.0} of {all} m²: the ground is kept by cells");
}

#[test]
fn skirts_hang_from_open_edges_and_face_outwards() {
    let mut meshes = [ground(10.0, 2, |_, _| 5.0)];
    let before = meshes[0].clone();
    let added = skirts(&mut meshes, 1.5, &|a, b| a[0] == 0.0 && b[0] == 0.0);
    assert_eq!(added, 4, "two edges along the west");
    let surface = welded(&meshes);
    assert_eq!(
        surface
            .open_edges()
            .iter()
            .filter(|edge| edge.iter().all(|&at| surface.positions[at as usize][2] == 5.0))
            .count(),
        6
    );
    for triangle in before.triangles()..meshes[0].triangles() {
        assert_eq!(surface.normal(triangle), [-1.0, 0.0, 0.0]);
    }
    let lowered = &meshes[0].positions[before.positions.len()..];
    assert_eq!(lowered.len(), 3, "strips share their corners");
    assert!(lowered.iter().all(|p| p[2] == 3.5 && p[0] == 0.0));
    assert_eq!(meshes[0].uvs.len(), meshes[0].positions.len());
}

#[test]
fn an_edge_between_two_meshes_gets_no_skirt() {
    let west = ground(10.0, 1, |_, _| 0.0);
    let mut east = west.clone();
    east.positions.iter_mut().for_each(|p| p[0] += 10.0);
    assert_eq!(skirts(&mut [west, east], 1.0, &|_, _| true), 12);
}

fn nodes(node: &LodNode, out: &mut Vec<Mesh>) {
    out.extend(node.meshes.iter().cloned());
    for finer in node.finer.iter().filter(|_| node.meshes.is_empty()) {
        if let Finer::Node(node) = finer {
            nodes(node, out);
        }
    }
}

/// What a file of the survey shows first.
fn level(path: &Path) -> Vec<Mesh> {
    let file = osgb::parse(&std::fs::read(path).unwrap(), "level.osgb", &Limits::default()).unwrap();
    let mut out = Vec::new();
    let levels = file.levels(&Limits::default(), &|_| Err("is not there".into())).unwrap();
    levels.nodes.iter().for_each(|node| nodes(node, &mut out));
    out
}

/// Mean distance of the finer vertices from a surface.
fn mean_distance(meshes: &[Mesh], surface: &Surface) -> f64 {
    let grid = TriangleGrid::new((0..surface.triangles.len()).map(|at| surface.corners(at)).collect());
    let finer = welded(meshes);
    let away = finer.positions.iter().map(|&p| grid.nearest(p, None).unwrap().distance_m);
    away.sum::<f64>() / finer.positions.len() as f64
}

/// Writes a picture to the folder that `TWIN_TEST_PICTURES` names, to be looked at.
fn show(name: &str, image: &RgbaImage) {
    if let Some(folder) = std::env::var_os("TWIN_TEST_PICTURES") {
        image.save(Path::new(&folder).join(name)).unwrap();
    }
}

#[test]
fn a_real_tile_keeps_its_look_at_thirty_percent() {
    let Some(data) = crate::common::data() else { return };
    let tile = data.join("osgb/cc-zhongshan/Data/Tile_+000_+016");
    let finer = level(&tile.join("Tile_+000_+016_L18_0uuuu.osgb"));
    let count: usize = finer.iter().map(Mesh::triangles).sum();
    let target = count * 3 / 10;
    let simple = simplify(&finer, &SimplifyRule { islands_m: 0.5, ..rule(target, Lock::Nothing) });
    let share = simple.surface.triangles.len() as f64 / count as f64;
    let away = mean_distance(&finer, &simple.surface);
    let rule = BakeRule { texels_per_m: Some(2.0), reach_m: 4.0 * simple.error_m, ..bake_rule(1024) };
    let start = std::time::Instant::now();
    let baked = bake(&simple.surface, &finer, &decode, &rule).unwrap();
    let took = start.elapsed().as_secs_f64();
    let bounds = simple.surface.bounds();
    let before = ortho(&finer, &bounds, [200; 2], &decode).image;
    let after = ortho(&dressed(&baked), &bounds, [200; 2], &decode).image;
    show("tile-before.png", &before);
    show("tile-after.png", &after);
    show("tile-atlas.png", &baked.image);
    let (got, missing) = compare(&before, &after);
    let pixels = f64::from(baked.image.width() * baked.image.height());
    eprintln!(
        "{share:.3} of {count} triangles, vertices {away:.3} m away, error {:.2} m; {} charts on {}×{} px, \
         {:.2} covered, {:.4} strays, texel {:.3} m; {got:.1} dB, {missing:.4} missing; {:.2} Mpx/s",
        simple.error_m,
        baked.charts,
        baked.image.width(),
        baked.image.height(),
        baked.filled,
        baked.strays,
        baked.texel_m,
        pixels / took / 1e6
    );
    assert!(share <= 0.3, "{share}");
    assert!(away < 0.25, "{away}");
    assert!((baked.texel_m - 0.5).abs() < 1e-9, "{}", baked.texel_m);
    assert!(got > 22.0 && missing < 0.01, "{got:.1} dB, {missing}");
}
