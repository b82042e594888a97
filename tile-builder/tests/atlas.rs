//! New atlases: what baking a level and repacking a leaf keep of the textures.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::common::surfaces::{
    bake_rule, block, compare, decode, dressed, ground, psnr, rule, texture, welded,
};
use image::{Rgba, RgbaImage};
use tile_builder::geometry::weld::Surface;
use tile_builder::geometry::{Aabb, scan};
use tile_builder::lod::{Lock, simplify};
use tile_builder::scene::{Mesh, Texture};
use tile_builder::texture::atlas::{BakeRule, Orientation, RepackRule, Repacked, bake, repack};
use tile_builder::texture::ortho;

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
