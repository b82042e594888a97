//! Made surfaces with their textures, and how pictures compare.

use std::sync::Arc;

use image::{Rgba, RgbaImage};
use tile_builder::geometry::weld::{Surface, weld};
use tile_builder::lod::{Lock, SimplifyRule};
use tile_builder::scene::{Mesh, Texture, TextureFormat};
use tile_builder::texture::atlas::{BakeRule, Baked};

pub(crate) fn decode(texture: &Texture) -> Result<RgbaImage, String> {
    image::load_from_memory(&texture.bytes).map(|image| image.to_rgba8()).map_err(|error| error.to_string())
}

pub(crate) fn texture(image: &RgbaImage) -> Arc<Texture> {
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

pub(crate) fn welded(meshes: &[Mesh]) -> Surface {
    weld(meshes.iter().map(|mesh| (&mesh.positions[..], &mesh.indices[..])))
}

/// A square of `side` metres with its corner at the origin, cut into `cells`² squares of two
/// triangles, as high as `height` says; texture coordinates as on a map.
pub(crate) fn ground(side: f64, cells: usize, height: impl Fn(f64, f64) -> f64) -> Mesh {
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
pub(crate) fn block(min: [f64; 3], max: [f64; 3], cells: usize) -> Mesh {
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

pub(crate) fn rule(target_triangles: usize, lock: Lock<'_>) -> SimplifyRule<'_> {
    SimplifyRule { target_triangles, max_error_m: 10.0, lock, islands_m: 0.0, sloppy: false }
}

pub(crate) fn bake_rule(edge: u32) -> BakeRule {
    BakeRule { max_px: [edge; 2], gutter_mips: 2, texels_per_m: None, reach_m: 0.1, street_axis_deg: None }
}

/// The baked meshes with their texture.
pub(crate) fn dressed(baked: &Baked) -> Vec<Mesh> {
    let texture = texture(&baked.image);
    let dress = |mesh: &Mesh| {
        let mut mesh = mesh.clone();
        mesh.material.texture = Some(texture.clone());
        mesh
    };
    baked.parts.iter().map(|part| dress(&part.mesh)).collect()
}

pub(crate) fn psnr(pairs: impl Iterator<Item = ([u8; 4], [u8; 4])>) -> f64 {
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
pub(crate) fn compare(a: &RgbaImage, b: &RgbaImage) -> (f64, f64) {
    let seen = |pixel: &Rgba<u8>| pixel.0[3] == 255;
    let both = a.pixels().zip(b.pixels()).filter(|(a, b)| seen(a) && seen(b));
    let missing = a.pixels().zip(b.pixels()).filter(|(a, b)| seen(a) && b.0[3] == 0).count();
    let all = a.pixels().filter(|a| seen(a)).count();
    (psnr(both.map(|(a, b)| (a.0, b.0))), missing as f64 / all as f64)
}
