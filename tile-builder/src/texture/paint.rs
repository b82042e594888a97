//! What the surface of some meshes looks like at a point.
//!
//! In: meshes and a way to decode their textures. Out: [`Paints`], which gives the light at texture
//! coordinates of a mesh, at a level of reduction, and [`Brush`]es, which carry a triangle's look
//! over a raster. Used by the baker and by pictures from above.

use std::sync::{Arc, OnceLock};

use image::RgbaImage;

use super::{Decode, light};
use crate::geometry::scan::Plane;
use crate::scene::{Mesh, Texture};

/// How often a texture may be halved. Beyond, the pieces of a photogrammetric texture have long
/// flowed into one another.
const MOST_HALVINGS: usize = 3;

/// The looks of some meshes.
pub(super) struct Paints<'m> {
    meshes: &'m [Mesh],
    images: Vec<Pyramid>,
    of_mesh: Vec<Paint>,
    /// Textures that could not be decoded; their meshes have their base colour.
    pub(super) warnings: Vec<String>,
}

struct Paint {
    image: Option<usize>,
    factor: [f32; 4],
}

/// An image and its halves, each made when it is first asked for.
struct Pyramid {
    levels: [OnceLock<RgbaImage>; MOST_HALVINGS + 1],
    repeat: [bool; 2],
}

/// A triangle's look over a raster.
pub(super) struct Brush {
    mesh: u32,
    level: usize,
    uv: [Plane; 2],
    tint: Option<[Plane; 4]>,
}

impl<'m> Paints<'m> {
    pub(super) fn new(meshes: &'m [Mesh], decode: Decode<'_>) -> Self {
        let mut out = Self {
            meshes,
            images: Vec::new(),
            of_mesh: Vec::with_capacity(meshes.len()),
            warnings: Vec::new(),
        };
        let mut known: Vec<(&Arc<Texture>, Option<usize>)> = Vec::new();
        for mesh in meshes {
            let image = mesh.material.texture.as_ref().filter(|_| mesh.uvs.len() == mesh.positions.len());
            let image = image.and_then(|texture| {
                if let Some((_, image)) = known.iter().find(|(other, _)| Arc::ptr_eq(other, texture)) {
                    return *image;
                }
                let image = out.decode(texture, decode);
                known.push((texture, image));
                image
            });
            out.of_mesh.push(Paint { image, factor: light::of_factor(mesh.material.base_colour) });
        }
        out
    }

    fn decode(&mut self, texture: &Texture, decode: Decode<'_>) -> Option<usize> {
        match decode(texture) {
            Ok(image) if image.width() > 0 && image.height() > 0 => {
                self.images.push(Pyramid::new(image, texture.repeat));
                Some(self.images.len() - 1)
            }
            Ok(_) => {
                self.warnings.push(format!("texture `{}` has no pixels", texture.name));
                None
            }
            Err(reason) => {
                self.warnings.push(format!("texture `{}` cannot be decoded: {reason}", texture.name));
                None
            }
        }
    }

    /// Width and height of a mesh's image in pixels.
    pub(super) fn image_size(&self, mesh: u32) -> Option<[f64; 2]> {
        let image = self.images[self.of_mesh[mesh as usize].image?].level(0);
        Some([f64::from(image.width()), f64::from(image.height())])
    }

    /// Which image a mesh has: the same number for the same image.
    pub(super) fn image_number(&self, mesh: u32) -> Option<usize> {
        self.of_mesh[mesh as usize].image
    }

    /// How many images there are.
    pub(super) fn images(&self) -> usize {
        self.images.len()
    }

    /// An image as it was decoded, and whether it repeats along its axes.
    pub(super) fn image(&self, number: usize) -> (&RgbaImage, [bool; 2]) {
        (self.images[number].level(0), self.images[number].repeat)
    }

    /// Pixels of a triangle in its image; four for one with vertex colours, 0 for a plain one.
    pub(super) fn pixels(&self, mesh: u32, corners: [u32; 3]) -> f64 {
        match self.image_size(mesh) {
            Some(size) => {
                let [a, b, c] = self.uvs(mesh, corners).map(|uv| [0, 1].map(|i| uv[i] * size[i]));
                ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])).abs() / 2.0
            }
            None if self.tinted(mesh) => 4.0,
            None => 0.0,
        }
    }

    fn tinted(&self, mesh: u32) -> bool {
        let mesh = &self.meshes[mesh as usize];
        !mesh.positions.is_empty() && mesh.colours.len() == mesh.positions.len()
    }

    fn uvs(&self, mesh: u32, corners: [u32; 3]) -> [[f64; 2]; 3] {
        corners.map(|at| self.meshes[mesh as usize].uvs[at as usize].map(f64::from))
    }

    fn tints(&self, mesh: u32, corners: [u32; 3]) -> Option<[[f32; 4]; 3]> {
        let colours = &self.meshes[mesh as usize].colours;
        self.tinted(mesh).then(|| corners.map(|at| light::of_stored(colours[at as usize])))
    }

    /// The look of a triangle that lies on a raster with its corners at `at`; `None` if it has no
    /// area there.
    pub(super) fn brush(&self, mesh: u32, corners: [u32; 3], at: &[[f64; 2]; 3]) -> Option<Brush> {
        let mut brush = Brush { mesh, level: 0, uv: [Plane::default(); 2], tint: None };
        if let Some(size) = self.image_size(mesh) {
            let uvs = self.uvs(mesh, corners);
            for axis in 0..2 {
                brush.uv[axis] = Plane::through(at, uvs.map(|uv| uv[axis]))?;
            }
            let [u, v] = &brush.uv;
            let pixels = (u.dx * v.dy - u.dy * v.dx).abs() * size[0] * size[1];
            // Rounded down: half a level too sharp, because all samples of a texel are averaged.
            brush.level = (pixels.max(1.0).log2() / 2.0) as usize;
        }
        if let Some(tints) = self.tints(mesh, corners) {
            let mut planes = [Plane::default(); 4];
            for (channel, plane) in planes.iter_mut().enumerate() {
                *plane = Plane::through(at, tints.map(|tint| f64::from(tint[channel])))?;
            }
            brush.tint = Some(planes);
        }
        Some(brush)
    }

    /// Light under a brush, multiplied by its alpha.
    pub(super) fn under(&self, brush: &Brush, x: f64, y: f64) -> [f32; 4] {
        let tint = brush.tint.as_ref().map(|planes| planes.map(|plane| plane.at(x, y) as f32));
        self.light(brush.mesh, [brush.uv[0].at(x, y), brush.uv[1].at(x, y)], tint, brush.level)
    }

    /// Light at a point of a triangle, given by shares of its corners, multiplied by its alpha.
    /// `level` is how often the image is halved.
    pub(super) fn at(&self, mesh: u32, corners: [u32; 3], weights: [f64; 3], level: usize) -> [f32; 4] {
        let mut uv = [0.0; 2];
        if self.image_size(mesh).is_some() {
            for (corner, weight) in self.uvs(mesh, corners).iter().zip(weights) {
                uv = [uv[0] + corner[0] * weight, uv[1] + corner[1] * weight];
            }
        }
        let tint = self.tints(mesh, corners).map(|tints| {
            let mut sum = [0.0; 4];
            tints.iter().zip(weights).for_each(|(tint, weight)| light::add(&mut sum, *tint, weight as f32));
            sum
        });
        self.light(mesh, uv, tint, level)
    }

    fn light(&self, mesh: u32, uv: [f64; 2], tint: Option<[f32; 4]>, level: usize) -> [f32; 4] {
        let paint = &self.of_mesh[mesh as usize];
        let mut out = paint.factor;
        if let Some(image) = paint.image {
            let texel = self.images[image].sample(uv, level);
            (0..4).for_each(|i| out[i] *= texel[i]);
        }
        if let Some(tint) = tint {
            (0..4).for_each(|i| out[i] *= tint[i].clamp(0.0, 1.0));
        }
        light::weighed(out)
    }
}

impl Pyramid {
    fn new(image: RgbaImage, repeat: [bool; 2]) -> Self {
        let out = Self { levels: Default::default(), repeat };
        out.levels[0].get_or_init(|| image);
        out
    }

    /// The image, halved so often, or as often as it can be.
    fn level(&self, level: usize) -> &RgbaImage {
        self.levels[level.min(MOST_HALVINGS)].get_or_init(|| {
            let finer = self.level(level.min(MOST_HALVINGS).saturating_sub(1));
            if finer.width() < 2 || finer.height() < 2 { finer.clone() } else { halve(finer) }
        })
    }

    /// Light at texture coordinates, mixed from the four nearest texels.
    fn sample(&self, uv: [f64; 2], level: usize) -> [f32; 4] {
        let image = self.level(level);
        let size = [image.width(), image.height()];
        let (mut low, mut high, mut share) = ([0; 2], [0; 2], [0.0; 2]);
        for axis in 0..2 {
            let at = uv[axis] * f64::from(size[axis]) - 0.5;
            let floor = at.floor();
            share[axis] = (at - floor) as f32;
            low[axis] = wrap(floor as i64, size[axis], self.repeat[axis]);
            high[axis] = wrap((floor as i64).saturating_add(1), size[axis], self.repeat[axis]);
        }
        let [x, y] = share;
        let table = light::table();
        let mut out = [0.0; 4];
        for (px, py, weight) in [
            (low[0], low[1], (1.0 - x) * (1.0 - y)),
            (high[0], low[1], x * (1.0 - y)),
            (low[0], high[1], (1.0 - x) * y),
            (high[0], high[1], x * y),
        ] {
            let [r, g, b, a] = image.get_pixel(px, py).0;
            out[0] += table[usize::from(r)] * weight;
            out[1] += table[usize::from(g)] * weight;
            out[2] += table[usize::from(b)] * weight;
            out[3] += f32::from(a) * (weight / 255.0);
        }
        out
    }
}

pub(super) fn wrap(at: i64, size: u32, repeat: bool) -> u32 {
    let size = i64::from(size);
    (if repeat { at.rem_euclid(size) } else { at.clamp(0, size - 1) }) as u32
}

/// Half the image in each direction; each pixel the mean light of the four it covers. An odd row
/// or column at the end is dropped.
pub(super) fn halve(image: &RgbaImage) -> RgbaImage {
    RgbaImage::from_fn(image.width() / 2, image.height() / 2, |x, y| {
        let mut sum = [0.0; 4];
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let texel = light::of_stored(image.get_pixel(2 * x + dx, 2 * y + dy).0);
            light::add(&mut sum, light::weighed(texel), 0.25);
        }
        image::Rgba(light::stored(sum))
    })
}
