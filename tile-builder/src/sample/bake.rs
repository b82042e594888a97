//! Bakes patches into pictures: colour of the surface times the light that falls on it.
//!
//! In: a patch, the scene that shades it, the part that is needed. Out: the picture of that part and
//! its halved, quartered, ... versions for coarser levels. Called by `tile` once per patch and tile.
//!
//! Sky visibility comes from rays in fixed, cosine-weighted directions (after Zhukov and others 1998,
//! ambient occlusion) on a coarse grid; the sun from one ray per two texels, whose interpolation
//! softens the edge of shadows about as much as the sun's width does.

use super::light::{Light, record, reflect, to_sun};
use super::noise::{cell, hash, value3};
use super::paint::Spot;
use super::patch::Patch;
use super::quarter::Quarter;
use super::ray::{Ray, Scene};
use super::vector::{Rgb, Vec3, lerp, vec3};

/// What bakes: the same for all patches of a tile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Oven<'a> {
    /// The layout, which the ground's paint asks.
    pub(crate) quarter: &'a Quarter,
    /// Everything that casts shadows.
    pub(crate) scene: &'a Scene,
    /// All patches of the scene, by the scene's numbers.
    pub(crate) patches: &'a [Patch],
    /// Size of the finest texels.
    pub(crate) texel_m: f32,
    /// Distance between points at which the sky is looked at.
    pub(crate) sky_grid_m: f32,
    /// How many pictures a patch needs, each half as fine as the one before.
    pub(crate) levels: usize,
}

/// A picture with its first row at the bottom.
#[derive(Debug, Clone, Default)]
pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) rgb: Vec<[u8; 3]>,
}

/// The pictures of the needed part of a patch.
#[derive(Debug, Clone)]
pub(crate) struct Baked {
    /// Finest first.
    pub(crate) pictures: Vec<Picture>,
    /// The first texel of the finest picture, counted from the patch's lower left corner.
    pub(crate) start: [usize; 2],
    /// Metres per texel of the finest picture.
    pub(crate) texel_m: f32,
}

impl Baked {
    /// Texel coordinates of a point of the patch, in the picture of a level.
    pub(crate) fn texel(&self, size: [f32; 2], st: [f32; 2], level: usize) -> [f32; 2] {
        let scale = 1.0 / (1usize << level) as f32;
        [0, 1].map(|i| (st[i] * size[i] / self.texel_m - self.start[i] as f32) * scale)
    }
}

/// Leaves need no fine picture.
const CROWN_TEXELS: f32 = 1.9;
const SKY_REACH_M: f32 = 20.0;
const SUN_REACH_M: f32 = 70.0;
/// Rays start this far off the surface, so that they do not end where they begin.
const OFF_SURFACE_M: f32 = 0.02;
const OFF_CROWN_M: f32 = 0.45;

impl Oven<'_> {
    /// Bakes the part of patch `index` within a window of `s` and `t`.
    pub(crate) fn bake(&self, index: u32, window: [[f32; 2]; 2]) -> Baked {
        let patch = &self.patches[index as usize];
        let texel_m = if patch.is_crown() { self.texel_m * CROWN_TEXELS } else { self.texel_m };
        let align = 1usize << (self.levels - 1);
        let mut start = [0; 2];
        let mut count = [1; 2];
        for i in 0..2 {
            let texels = (patch.size[i] / texel_m).ceil().max(1.0) as usize;
            let first = (window[0][i] * patch.size[i] / texel_m).floor().max(0.0) as usize;
            let last = (window[1][i] * patch.size[i] / texel_m).ceil() as usize;
            start[i] = (first.min(texels - 1)) / align * align;
            count[i] = last.clamp(start[i] + 1, texels.max(start[i] + 1)) - start[i];
        }
        let part = Part { oven: self, patch, index, start, count, texel_m };
        let mut pictures = vec![part.picture()];
        for level in 1..self.levels {
            pictures.push(halved(&pictures[level - 1]));
        }
        Baked { pictures, start, texel_m }
    }

    fn look_around(&self, point: Vec3, normal: Vec3, index: u32, off: f32) -> Light {
        let origin = point + normal * off;
        let side = if normal.z.abs() < 0.9 { vec3(0.0, 0.0, 1.0) } else { vec3(1.0, 0.0, 0.0) };
        let right = side.cross(normal).unit();
        let up = normal.cross(right);
        let (mut open, mut around, mut hits) = (0.0, 0.0, 0.0f32);
        // Crowns are too rough for the difference between twelve rays and twenty-four.
        let every = if self.patches[index as usize].is_crown() { 2 } else { 1 };
        for [x, y, z] in SKY_RAYS.into_iter().step_by(every) {
            let direction = right * x + up * y + normal * z;
            // What lies below the horizon is ground and no sky, even where nothing is modelled.
            let ray = Ray { origin, direction, reach_m: SKY_REACH_M };
            match self.scene.something(ray, index) {
                None if direction.z > -0.02 => open += 1.0,
                None => {
                    hits += 1.0;
                    around += 0.6;
                }
                Some(hit) => {
                    hits += 1.0;
                    let other = &self.patches[hit.patch as usize];
                    let facing = other.normal(0.5, 0.5).dot(to_sun()).max(0.0);
                    let tone = if other.is_crown() { 0.35 } else { 1.0 };
                    around += tone * (0.22 + 0.9 * facing);
                    // Things far away hide the sky less than a wall at arm's length.
                    open += 0.35 * (hit.distance_m / SKY_REACH_M).min(1.0);
                }
            }
        }
        let count = (SKY_RAYS.len() / every) as f32;
        Light { sun: 0.0, sky: (open / count).min(1.0), around: around / hits.max(1.0) }
    }
}

/// The part of a patch that is baked.
struct Part<'a> {
    oven: &'a Oven<'a>,
    patch: &'a Patch,
    index: u32,
    start: [usize; 2],
    count: [usize; 2],
    texel_m: f32,
}

/// Values on a regular grid over a part, read between its nodes.
struct Grid<T> {
    columns: usize,
    rows: usize,
    values: Vec<T>,
}

impl<T: Copy> Grid<T> {
    /// Evaluates `make` at every node, given as a fraction of the part's width and height.
    fn new(extent_m: [f32; 2], spacing_m: f32, make: impl Fn(f32, f32) -> T) -> Self {
        let nodes = |length: f32| (length / spacing_m).ceil().max(1.0) as usize + 1;
        let (columns, rows) = (nodes(extent_m[0]), nodes(extent_m[1]));
        let mut values = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            for column in 0..columns {
                values.push(make(column as f32 / (columns - 1) as f32, row as f32 / (rows - 1) as f32));
            }
        }
        Self { columns, rows, values }
    }

    fn read(&self, x: f32, y: f32, blend: impl Fn(T, T, f32) -> T) -> T {
        let (gx, gy) = (x * (self.columns - 1) as f32, y * (self.rows - 1) as f32);
        let (i, j) = ((gx as usize).min(self.columns - 2), (gy as usize).min(self.rows - 2));
        let (u, v) = (gx - i as f32, gy - j as f32);
        let at = |i: usize, j: usize| self.values[j * self.columns + i];
        blend(blend(at(i, j), at(i + 1, j), u), blend(at(i, j + 1), at(i + 1, j + 1), u), v)
    }
}

impl Part<'_> {
    /// A point of the part as `s` and `t` of the patch.
    fn st(&self, x: f32, y: f32) -> (f32, f32) {
        let at = |i: usize, f: f32| {
            let texels = self.start[i] as f32 + f * self.count[i] as f32;
            (texels * self.texel_m / self.patch.size[i]).clamp(0.0, 1.0)
        };
        (at(0, x), at(1, y))
    }

    fn off(&self) -> f32 {
        if self.patch.is_crown() { OFF_CROWN_M } else { OFF_SURFACE_M }
    }

    fn sky_at(&self, x: f32, y: f32) -> (Light, f32) {
        // Corners touch neighbouring surfaces; stepping in a little avoids their darkness.
        let (s, t) = self.st(lerp(x, 0.5, 0.04), lerp(y, 0.5, 0.04));
        let normal = self.patch.normal(s, t);
        let mut light = self.oven.look_around(self.patch.at(s, t), normal, self.index, self.off());
        light.sky *= if self.patch.is_crown() { 0.3 + 0.8 * self.patch.openness(s, t) } else { 1.0 };
        (light, normal.dot(to_sun()))
    }

    fn sun_at(&self, x: f32, y: f32) -> f32 {
        let (s, t) = self.st(x, y);
        let normal = self.patch.normal(s, t);
        if normal.dot(to_sun()) <= 0.0 {
            return 0.0;
        }
        let origin = self.patch.at(s, t) + normal * self.off();
        let ray = Ray { origin, direction: to_sun(), reach_m: SUN_REACH_M };
        if self.oven.scene.blocked(ray, self.index) { 0.0 } else { 1.0 }
    }

    fn picture(&self) -> Picture {
        let [width, height] = self.count;
        let extent = [width as f32 * self.texel_m, height as f32 * self.texel_m];
        let spacing = self.oven.sky_grid_m * if self.patch.is_crown() { 0.75 } else { 1.0 };
        let sky = Grid::new(extent, spacing, |x, y| self.sky_at(x, y));
        let sun = Grid::new(extent, self.texel_m * 2.0, |x, y| self.sun_at(x, y));
        let mut colours: Vec<Rgb> = Vec::with_capacity(width * height);
        for row in 0..height {
            for column in 0..width {
                let (x, y) = ((column as f32 + 0.5) / width as f32, (row as f32 + 0.5) / height as f32);
                let (mut light, cosine) = sky.read(x, y, blend_light);
                light.sun = sun.read(x, y, lerp);
                colours.push(self.colour(x, y, light, cosine));
            }
        }
        let colours = softened(&colours, width, height);
        let seed = self.grain_seed();
        let rgb = colours.iter().enumerate().map(|(i, &colour)| {
            let (x, y) = (self.start[0] + i % width, self.start[1] + i / width);
            record(colour, cell(x as i32, y as i32, 0, seed) * 2.0 - 1.0)
        });
        Picture { width, height, rgb: rgb.collect() }
    }

    fn colour(&self, x: f32, y: f32, light: Light, cosine: f32) -> Rgb {
        let (s, t) = self.st(x, y);
        let place = self.patch.at(s, t);
        let [w, h] = self.patch.size;
        let spot = Spot { x: s * w, y: t * h, w, h, place };
        let look = self.patch.paint.look(&spot, self.oven.quarter);
        // No surface is a perfect plane: uneven render and paving catch the sun unevenly.
        let uneven = 0.93 + 0.14 * value3(place.x * 1.3, place.y * 1.3, place.z * 1.3, 5);
        reflect(look.albedo, look.shine, cosine * uneven, light)
    }

    fn grain_seed(&self) -> u32 {
        let c = self.patch.corners[0];
        let bits = u64::from(c.x.to_bits()) << 32 | u64::from(c.y.to_bits());
        (hash(bits) ^ hash(u64::from(c.z.to_bits()))) as u32
    }
}

fn blend_light(a: (Light, f32), b: (Light, f32), t: f32) -> (Light, f32) {
    let light = Light { sun: 0.0, sky: lerp(a.0.sky, b.0.sky, t), around: lerp(a.0.around, b.0.around, t) };
    (light, lerp(a.1, b.1, t))
}

/// The slight softness of a photograph that was resampled onto a mesh.
fn softened(colours: &[Rgb], width: usize, height: usize) -> Vec<Rgb> {
    let pass = |source: &[Rgb], step: usize, at: &dyn Fn(usize) -> (usize, usize)| -> Vec<Rgb> {
        let side = |i: usize, inside: bool, j: usize| if inside { source[j] } else { source[i] };
        (0..source.len())
            .map(|i| {
                let (position, length) = at(i);
                let before = side(i, position > 0, i.wrapping_sub(step));
                let after = side(i, position + 1 < length, i + step);
                [0, 1, 2].map(|c| source[i][c] * 0.7 + (before[c] + after[c]) * 0.15)
            })
            .collect()
    };
    let across = pass(colours, 1, &|i| (i % width, width));
    pass(&across, width, &|i| (i / width, height))
}

fn halved(picture: &Picture) -> Picture {
    let (width, height) = (picture.width.div_ceil(2), picture.height.div_ceil(2));
    let mut rgb = Vec::with_capacity(width * height);
    for row in 0..height {
        for column in 0..width {
            let (x1, y1) = ((column * 2 + 1).min(picture.width - 1), (row * 2 + 1).min(picture.height - 1));
            let at = |x: usize, y: usize| picture.rgb[y * picture.width + x];
            let four = [at(column * 2, row * 2), at(x1, row * 2), at(column * 2, y1), at(x1, y1)];
            rgb.push([0, 1, 2].map(|c| (four.iter().map(|p| u16::from(p[c])).sum::<u16>() + 2) / 4));
        }
    }
    Picture { width, height, rgb: rgb.into_iter().map(|p: [u16; 3]| p.map(|c| c as u8)).collect() }
}

/// Cosine-weighted directions over a hemisphere around +Z: 24 points of a Fibonacci spiral.
const SKY_RAYS: [[f32; 3]; 24] = sky_rays();

const fn sky_rays() -> [[f32; 3]; 24] {
    // Steps of the golden angle (137.5°) by rotating a unit vector; its sine and cosine are exact to f32.
    let (cos, sin) = (-0.737_368_9_f32, 0.675_490_3_f32);
    let mut rays = [[0.0; 3]; 24];
    let (mut x, mut y, mut i) = (1.0f32, 0.0f32, 0);
    while i < 24 {
        let share = (i as f32 + 0.5) / 24.0;
        let (radius, height) = (root(share), root(1.0 - share));
        rays[i] = [x * radius, y * radius, height];
        (x, y) = (x * cos - y * sin, x * sin + y * cos);
        i += 1;
    }
    rays
}

/// A square root by Newton's method, usable in a constant.
const fn root(v: f32) -> f32 {
    let (mut r, mut i) = (0.7f32, 0);
    while i < 12 {
        r = 0.5 * (r + v / r);
        i += 1;
    }
    r
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sky_rays_are_unit_vectors_that_lean_to_the_normal() {
        for ray in SKY_RAYS {
            let length = ray.iter().map(|c| c * c).sum::<f32>();
            assert!((length - 1.0).abs() < 1e-3 && ray[2] > 0.0, "{ray:?}");
        }
        let mean = SKY_RAYS.iter().map(|r| r[2]).sum::<f32>() / 24.0;
        assert!((mean - 2.0 / 3.0).abs() < 0.02, "a cosine-weighted mean is two thirds, is {mean}");
    }

    #[test]
    fn halving_keeps_the_mean_colour() {
        let rgb = (0..30u8).map(|i| [i * 8, 100, 255 - i * 8]).collect();
        let half = halved(&Picture { width: 6, height: 5, rgb });
        assert_eq!((half.width, half.height, half.rgb.len()), (3, 3, 9));
        assert!(half.rgb.iter().all(|p| p[1] == 100));
    }
}
