//! Made levels: what simplifying, baking and repacking keep, on made surfaces and on a real survey.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on should stop where it is"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use image::{Rgba, RgbaImage};
use proptest::prelude::*;
use tile_builder::geometry::grid::TriangleGrid;
use tile_builder::geometry::weld::{Surface, weld};
use tile_builder::geometry::{Aabb, scan};
use tile_builder::lod::{Lock, Simplified, SimplifyRule, simplify, skirts};
use tile_builder::read::{Limits, osgb};
use tile_builder::scene::{Finer, LodNode, Mesh, Texture, TextureFormat};
use tile_builder::texture::atlas::{
    BakeError, BakeRule, Baked, Orientation, RepackRule, Repacked, bake, repack,
};
use tile_builder::texture::ortho;

fn decode(texture: &Texture) -> Result<RgbaImage, String> {
    image::load_from_memory(&texture.bytes).map(|image| image.to_rgba8()).map_err(|error| error.to_string())
}

fn texture(image: &RgbaImage) -> Arc<Texture> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    Arc::new(Texture {
        name: "made.png".into(),
        format: TextureFormat::Png,
        bytes: bytes.into_inner().into(),
        width: image.width(),
        height: image.height(),
        repeat: [false; 2],
        kept: false,
    })
}

fn welded(meshes: &[Mesh]) -> Surface {
    weld(meshes.iter().map(|mesh| (&mesh.positions[..], &mesh.indices[..])))
}

/// A square of `side` metres with its corner at the origin, cut into `cells`² squares of two
/// triangles, as high as `height` says; texture coordinates as on a map.
fn ground(side: f64, cells: usize, height: impl Fn(f64, f64) -> f64) -> Mesh {
    let mut mesh = Mesh::default();
    for row in 0..=cells {
        for column in 0..=cells {
            let [u, v] = [column, row].map(|at| at as f64 / cells as f64);
            mesh.positions.push([u * side, v * side, height(u * side, v * side)]);
            mesh.uvs.push([u as f32, 1.0 - v as f32]);
        }
    }
    for row in 0..cells {
        for column in 0..cells {
            let at = (row * (cells + 1) + column) as u32;
            let up = at + cells as u32 + 1;
            mesh.indices.extend([at, at + 1, up + 1, at, up + 1, up]);
        }
    }
    mesh
}

/// A closed box of one colour a side, from `min` to `max`, each side cut into `cells`².
fn block(min: [f64; 3], max: [f64; 3], cells: usize) -> Mesh {
    let mut mesh = Mesh::default();
    let sides = [
        ([0, 0, 1], [1, 0, 0], [0, 1, 0]),
        ([0, 0, 0], [0, 1, 0], [1, 0, 0]),
        ([0, 0, 0], [1, 0, 0], [0, 0, 1]),
        ([0, 1, 0], [0, 0, 1], [1, 0, 0]),
        ([0, 0, 0], [0, 0, 1], [0, 1, 0]),
        ([1, 0, 0], [0, 1, 0], [0, 0, 1]),
    ];
    for (side, (from, right, up)) in sides.into_iter().enumerate() {
        let first = mesh.positions.len() as u32;
        for row in 0..=cells {
            for column in 0..=cells {
                let [u, v] = [column, row].map(|at| at as f64 / cells as f64);
                let unit =
                    [0, 1, 2].map(|i| f64::from(from[i]) + f64::from(right[i]) * u + f64::from(up[i]) * v);
                mesh.positions.push([0, 1, 2].map(|i| min[i] + (max[i] - min[i]) * unit[i]));
                mesh.colours.push([40 * side as u8, 255 - 40 * side as u8, 128, 255]);
            }
        }
        for row in 0..cells {
            for column in 0..cells {
                let at = first + (row * (cells + 1) + column) as u32;
                let over = at + cells as u32 + 1;
                mesh.indices.extend([at, at + 1, over + 1, at, over + 1, over]);
            }
        }
    }
    mesh
}

fn rule(target_triangles: usize, lock: Lock<'_>) -> SimplifyRule<'_> {
    SimplifyRule { target_triangles, max_error_m: 10.0, lock, islands_m: 0.0, sloppy: false }
}

fn bake_rule(edge: u32) -> BakeRule {
    BakeRule { max_px: [edge; 2], gutter_mips: 2, texels_per_m: None, reach_m: 0.1, street_axis_deg: None }
}

/// The baked meshes with their texture.
fn dressed(baked: &Baked) -> Vec<Mesh> {
    let texture = texture(&baked.image);
    let dress = |mesh: &Mesh| {
        let mut mesh = mesh.clone();
        mesh.material.texture = Some(texture.clone());
        mesh
    };
    baked.parts.iter().map(|part| dress(&part.mesh)).collect()
}

fn psnr(pairs: impl Iterator<Item = ([u8; 4], [u8; 4])>) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for (a, b) in pairs {
        for i in 0..3 {
            sum += (f64::from(a[i]) - f64::from(b[i])).powi(2);
            count += 1.0;
        }
    }
    10.0 * (255.0 * 255.0 * count / f64::max(sum, 1e-9)).log10()
}

/// PSNR where both pictures show something, and the share of the first that the second misses.
fn compare(a: &RgbaImage, b: &RgbaImage) -> (f64, f64) {
    let seen = |pixel: &Rgba<u8>| pixel.0[3] == 255;
    let both = a.pixels().zip(b.pixels()).filter(|(a, b)| seen(a) && seen(b));
    let missing = a.pixels().zip(b.pixels()).filter(|(a, b)| seen(a) && b.0[3] == 0).count();
    let all = a.pixels().filter(|a| seen(a)).count();
    (psnr(both.map(|(a, b)| (a.0, b.0))), missing as f64 / all as f64)
}

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

fn checkers(edge: u32, cell: u32) -> RgbaImage {
    RgbaImage::from_fn(edge, edge, |x, y| {
        Rgba(if (x / cell + y / cell).is_multiple_of(2) { [230, 60, 20, 255] } else { [10, 90, 200, 255] })
    })
}

/// The mean light of each square of `by` × `by` pixels, computed with powers alone.
fn boxed(image: &RgbaImage, by: u32) -> RgbaImage {
    RgbaImage::from_fn(image.width() / by, image.height() / by, |x, y| {
        let mut sum = [0.0; 3];
        for (dx, dy) in (0..by).flat_map(|dy| (0..by).map(move |dx| (dx, dy))) {
            let pixel = image.get_pixel(x * by + dx, y * by + dy).0;
            (0..3).for_each(|i| sum[i] += (f64::from(pixel[i]) / 255.0).powf(2.2));
        }
        let [r, g, b] = sum.map(|light| ((light / f64::from(by * by)).powf(1.0 / 2.2) * 255.0).round() as u8);
        Rgba([r, g, b, 255])
    })
}

#[test]
fn a_checkerboard_baked_coarser_is_the_box_filtered_original() {
    for by in [2, 3, 4] {
        let image = checkers(240, 7);
        let mut mesh = ground(15.0, 8, |_, _| 0.0);
        mesh.material.texture = Some(texture(&image));
        let level = simplify(std::slice::from_ref(&mesh), &rule(2, Lock::Nothing)).surface;
        assert_eq!(level.triangles.len(), 2);
        let rule = BakeRule { texels_per_m: Some(16.0 / f64::from(by)), ..bake_rule(512) };
        let baked = bake(&level, &[mesh], &decode, &rule).unwrap();
        let wanted = boxed(&image, by);
        let uvs = &baked.parts[0].mesh.uvs;
        let corner = [0, 1].map(|i| {
            let least = uvs.iter().map(|uv| uv[i]).fold(1.0, f32::min);
            (least * [baked.image.width(), baked.image.height()][i] as f32).round() as u32
        });
        let got = psnr(
            wanted
                .enumerate_pixels()
                .map(|(x, y, pixel)| (pixel.0, baked.image.get_pixel(corner[0] + x, corner[1] + y).0)),
        );
        assert!(got >= 30.0, "1/{by}: {got:.1} dB");
        assert_eq!(baked.strays, 0.0);
        assert!(baked.image.width() < 512, "no larger than what it holds");
    }
}

/// A street corner: ground, a house and a canopy above the ground.
fn corner() -> Vec<Mesh> {
    let mut ground = ground(40.0, 10, |x, y| 0.3 * (x * 0.4).sin() * (y * 0.3).cos());
    ground.material.texture = Some(texture(&checkers(256, 16)));
    vec![
        ground,
        block([10.0, 10.0, -1.0], [22.0, 20.0, 9.0], 3),
        block([25.0, 12.0, 4.0], [33.0, 18.0, 4.4], 2),
    ]
}

#[test]
fn charts_lie_inside_apart_and_full_of_colour() {
    let meshes = corner();
    let level = simplify(&meshes, &rule(150, Lock::Nothing)).surface;
    let baked = bake(&level, &meshes, &decode, &bake_rule(512)).unwrap();
    assert!(baked.image.pixels().all(|pixel| pixel.0[3] == 255));
    assert_eq!(baked.gutter_px, 8);
    let drawn: usize = baked.parts.iter().map(|part| part.mesh.triangles()).sum();
    assert_eq!(drawn, level.triangles.len());
    let (width, height) = (baked.image.width() as usize, baked.image.height() as usize);
    // Which connected piece of the mesh covers each texel.
    let mut owner = vec![0u32; width * height];
    let mut overlaps = 0;
    for part in &baked.parts {
        let on_atlas: Vec<[f64; 3]> =
            part.mesh.uvs.iter().map(|uv| [f64::from(uv[0]), f64::from(uv[1]), 0.0]).collect();
        assert!(on_atlas.iter().flatten().all(|at| (0.0..=1.0).contains(at)));
        let triangles = part.mesh.indices.as_chunks::<3>().0.to_vec();
        let (pieces, _) = Surface { positions: on_atlas.clone(), triangles: triangles.clone() }.parts();
        for corners in triangles {
            let at = corners.map(|i| {
                let [u, v, _] = on_atlas[i as usize];
                [u * width as f64, v * height as f64]
            });
            scan::rows(&at, [width, height], |y, xs| {
                for x in xs {
                    overlaps += usize::from(owner[y * width + x] > 0);
                    owner[y * width + x] = pieces[corners[0] as usize] + 1;
                }
            });
        }
    }
    assert!(overlaps < 8, "{overlaps} texels belong to two triangles");
    // Parts of the map share no gutter; nothing else may come closer than the gutter.
    let map = owner[(baked.gutter_px as usize / 2 + 1) * width + baked.gutter_px as usize / 2 + 1];
    let mut least = usize::MAX;
    for (at, &own) in owner.iter().enumerate().filter(|(_, own)| **own != 0 && **own != map) {
        let (x, y) = (at % width, at / width);
        for dy in 0..12.min(height - y) {
            for dx in 0..12.min(width - x) {
                let other = owner[(y + dy) * width + x + dx];
                if other != 0 && other != own {
                    least = least.min(dx.max(dy) - 1);
                }
            }
        }
    }
    assert!(least >= 7, "charts come as close as {least} px (a texel may be half covered on each side)");
}

#[test]
fn each_side_of_a_house_is_a_mesh_of_its_own_where_asked() {
    let house = [block([0.0; 3], [12.0, 8.0, 6.0], 2)];
    let level = simplify(&house, &rule(12, Lock::Nothing)).surface;
    let asked = BakeRule { street_axis_deg: Some(0.0), ..bake_rule(256) };
    let baked = bake(&level, &house, &decode, &asked).unwrap();
    let mut colours = BTreeMap::new();
    for (part, mesh) in baked.parts.iter().zip(dressed(&baked)) {
        let uv =
            [0, 1].map(|i| mesh.indices[..3].iter().map(|&at| mesh.uvs[at as usize][i]).sum::<f32>() / 3.0);
        let [x, y] = [uv[0] * baked.image.width() as f32, uv[1] * baked.image.height() as f32];
        colours.insert(part.orientation.unwrap(), baked.image.get_pixel(x as u32, y as u32).0[0]);
    }
    assert_eq!(colours[&Orientation::Top], 0);
    // The underside has no orientation of its own; the others are as they were painted.
    assert_eq!(
        [Orientation::Back, Orientation::Left, Orientation::Right].map(|side| colours[&side]),
        [120, 160, 200]
    );
    assert!([40, 80].contains(&colours[&Orientation::Front]), "{}", colours[&Orientation::Front]);
}

#[test]
fn the_same_level_gives_the_same_pixels_on_any_number_of_threads() {
    let meshes = corner();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let level = simplify(&meshes, &rule(150, Lock::Nothing)).surface;
            let baked = bake(&level, &meshes, &decode, &bake_rule(256)).unwrap();
            (baked.image.into_raw(), format!("{:?}", baked.parts))
        })
    };
    assert!(run(1) == run(3));
}

#[test]
fn a_texture_that_cannot_be_decoded_leaves_the_base_colour() {
    let mut mesh = ground(10.0, 1, |_, _| 0.0);
    let broken = Texture { bytes: Arc::from(&b"no image"[..]), ..(*texture(&checkers(8, 1))).clone() };
    mesh.material.texture = Some(Arc::new(broken));
    mesh.material.base_colour = [1.0, 0.0, 0.0, 1.0];
    let level = welded(std::slice::from_ref(&mesh));
    let baked = bake(&level, &[mesh], &decode, &bake_rule(64)).unwrap();
    assert_eq!(baked.warnings.len(), 1);
    assert!(baked.warnings[0].starts_with("texture `made.png` cannot be decoded"), "{}", baked.warnings[0]);
    assert!(baked.image.pixels().all(|pixel| pixel.0 == [255, 0, 0, 255]));
}

#[test]
fn repacked_texels_are_those_of_the_source() {
    let image = RgbaImage::from_fn(256, 256, |x, y| Rgba([x as u8, y as u8, (x ^ y) as u8, 255]));
    let mut mesh = ground(10.0, 4, |_, _| 0.0);
    mesh.uvs.iter_mut().for_each(|uv| *uv = [0.4 + uv[0] * 0.2, 0.5 + uv[1] * 0.13]);
    mesh.material.texture = Some(texture(&image));
    let rule = RepackRule { max_px: [256; 2], gutter_mips: 1, keep_textures: 4 };
    let Repacked::Packed(packed) = repack(std::slice::from_ref(&mesh), &decode, &rule).unwrap() else {
        panic!("3 % of a texture is worth a new one");
    };
    assert_eq!((packed.reduction, packed.pieces, packed.plain.len()), (1, 1, 0));
    assert!(packed.image.width() <= 64 && packed.image.height() <= 64);
    let mut after = packed.textured;
    after[0].material.texture = Some(texture(&packed.image));
    let bounds = Aabb::around(&mesh.positions);
    let picture = |mesh: &Mesh| ortho(std::slice::from_ref(mesh), &bounds, [200; 2], &decode).image;
    let (got, missing) = compare(&picture(&mesh), &picture(&after[0]));
    assert!(got > 50.0 && missing == 0.0, "{got:.1} dB, {missing} missing");
    let small = RepackRule { max_px: [20; 2], ..rule };
    let Repacked::Packed(packed) = repack(std::slice::from_ref(&mesh), &decode, &small).unwrap() else {
        panic!("what is too large is packed");
    };
    assert_eq!(packed.reduction, 4);
}

#[test]
fn a_texture_that_is_mostly_used_stays_as_it_is() {
    let mut mesh = ground(10.0, 4, |_, _| 0.0);
    mesh.material.texture = Some(texture(&checkers(64, 8)));
    let rule = RepackRule { max_px: [256; 2], gutter_mips: 1, keep_textures: 1 };
    let kept = repack(&[mesh], &decode, &rule).unwrap();
    assert!(matches!(kept, Repacked::Kept { used } if (used - 1.0).abs() < 1e-6), "{kept:?}");
}

#[test]
fn a_picture_from_above_shows_what_is_highest_and_nothing_beside() {
    let bounds = Aabb { min: [-40.0, 0.0, 0.0], max: [40.0, 40.0, 9.0] };
    let picture = ortho(&corner(), &bounds, [80, 40], &decode).image;
    assert_eq!(picture.get_pixel(10, 20).0[3], 0);
    assert_eq!(picture.get_pixel(40 + 15, 40 - 15).0, [0, 255, 128, 255], "the roof");
    assert_ne!(picture.get_pixel(40 + 5, 40 - 5).0, [0, 255, 128, 255], "the ground");
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
    let Some(data) = common::data() else { return };
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
