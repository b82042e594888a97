//! The finest level's own texels in one atlas.
//!
//! In: meshes that are drawn as they are, such as a cell cut out of a large model, and of whose
//! textures they use a part. Out: [`Repacked`]: the pieces of texture that are used, texel by texel,
//! side by side in a new image. Called by the pipeline for the finest level of a mesh source.

use std::collections::HashMap;

use image::{Rgba, RgbaImage};

use super::{BakeError, fill, pack};
use crate::geometry::scan;
use crate::geometry::weld::{find, join};
use crate::scene::Mesh;
use crate::texture::paint::{self, Paints};
use crate::texture::{Decode, light};

/// Share of the textures that must be used for them to stay as they are.
const WELL_USED: f64 = 0.5;
/// How many times its image a piece may repeat along an axis to be written out.
const MOST_REPEATS: i64 = 4;
/// Coarsest reduction tried: sixteen texels become one in each direction.
const MOST_HALVINGS: u32 = 4;

/// What an atlas may be, and when none is needed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RepackRule {
    /// Largest width and height in pixels.
    pub max_px: [u32; 2],
    /// Mip levels down to which pieces stay apart: the gutter between two is `2 px << levels`.
    pub gutter_mips: u32,
    /// So many textures may stay as they are, if they are well used and not larger than `max_px`.
    pub keep_textures: usize,
}

/// What became of the textures.
#[derive(Debug, Clone)]
pub enum Repacked {
    /// They are few and well used, or repeat, and should stay as they are.
    Kept {
        /// Share of their pixels that triangles use.
        used: f64,
    },
    /// Their used pieces are in a new image.
    Packed(Packed),
}

/// Pieces of textures in a new image.
#[derive(Debug, Clone)]
pub struct Packed {
    /// Meshes with a texture, on `image`; the caller sets the encoded texture. Their material is
    /// otherwise that of the source.
    pub textured: Vec<Mesh>,
    /// Meshes without a texture, or with one that could not be decoded, unchanged but for that.
    pub plain: Vec<Mesh>,
    /// The atlas. Every texel has a colour.
    pub image: RgbaImage,
    /// How many texels of the source are one texel here, along an axis: 1, 2, 4, …
    pub reduction: u32,
    /// Share of the image that triangles cover.
    pub filled: f64,
    /// Pieces.
    pub pieces: usize,
    /// Textures that could not be used, in words.
    pub warnings: Vec<String>,
}

/// Moves the pieces of texture that some meshes use into one atlas, 1 : 1 or, where that does not
/// fit, at a half, a quarter, …
///
/// # Errors
/// [`BakeError::Empty`] if no mesh has a texture that can be decoded;
/// [`BakeError::TooManyCharts`] if the pieces do not fit at a sixteenth.
pub fn repack(meshes: &[Mesh], decode: Decode<'_>, rule: &RepackRule) -> Result<Repacked, BakeError> {
    let mut paints = Paints::new(meshes, decode);
    let warnings = std::mem::take(&mut paints.warnings);
    let (pieces, of_vertex) = pieces(meshes, &paints);
    if pieces.is_empty() {
        return Err(BakeError::Empty);
    }
    let images = || (0..paints.images()).map(|number| paints.image(number));
    let total: f64 = images().map(|(image, _)| f64::from(image.width()) * f64::from(image.height())).sum();
    let used = pieces.iter().map(|piece| piece.texels).sum::<f64>() / total;
    let small =
        images().all(|(image, _)| image.width() <= rule.max_px[0] && image.height() <= rule.max_px[1]);
    let repeats = pieces.iter().any(|piece| {
        let image = paints.image(piece.image).0;
        let size = [i64::from(image.width()), i64::from(image.height())];
        (0..2).any(|i| piece.max[i].saturating_sub(piece.min[i]) > size[i] * MOST_REPEATS)
    });
    if repeats || (small && used >= WELL_USED && paints.images() <= rule.keep_textures) {
        return Ok(Repacked::Kept { used });
    }
    let layout = Layout::find(&pieces, rule)?;
    let (image, filled) = layout.draw(&pieces, &paints, meshes);
    let (textured, plain) = layout.meshes(&pieces, &of_vertex, &paints, meshes);
    let filled = filled as f64 / f64::from(image.width() * image.height());
    let (reduction, pieces) = (layout.reduction, pieces.len());
    Ok(Repacked::Packed(Packed { textured, plain, image, reduction, filled, pieces, warnings }))
}

/// Triangles that hang together in an image.
struct Piece {
    image: usize,
    /// Mesh and corners of each triangle.
    triangles: Vec<(u32, [u32; 3])>,
    /// First and last pixel (excluded) around them, with one more on each side.
    min: [i64; 2],
    max: [i64; 2],
    /// Pixels that the triangles cover.
    texels: f64,
}

/// The pieces, and for each mesh the piece of each vertex.
fn pieces(meshes: &[Mesh], paints: &Paints<'_>) -> (Vec<Piece>, Vec<Vec<u32>>) {
    let mut parent: Vec<u32> = Vec::new();
    let mut places: HashMap<(usize, [u32; 2]), u32> = HashMap::new();
    let mut nodes: Vec<Vec<u32>> = Vec::with_capacity(meshes.len());
    let mut triangles = Vec::new();
    for (number, mesh) in meshes.iter().enumerate() {
        let Some(image) = paints.image_number(number as u32) else {
            nodes.push(Vec::new());
            continue;
        };
        let place = |uv: &[f32; 2]| {
            *places.entry((image, uv.map(f32::to_bits))).or_insert_with(|| {
                parent.push(parent.len() as u32);
                (parent.len() - 1) as u32
            })
        };
        let own: Vec<u32> = mesh.uvs.iter().map(place).collect();
        for corners in mesh.indices.as_chunks::<3>().0 {
            let [Some(a), Some(b), Some(c)] = corners.map(|at| own.get(at as usize).copied()) else {
                continue;
            };
            join(&mut parent, a, b);
            join(&mut parent, b, c);
            triangles.push((number as u32, *corners, image, a));
        }
        nodes.push(own);
    }
    let mut of_root: HashMap<u32, u32> = HashMap::new();
    let mut pieces: Vec<Piece> = Vec::new();
    for (mesh, corners, image, node) in triangles {
        let root = find(&mut parent, node);
        let at = *of_root.entry(root).or_insert_with(|| {
            pieces.push(Piece {
                image,
                triangles: vec![],
                min: [i64::MAX; 2],
                max: [i64::MIN; 2],
                texels: 0.0,
            });
            (pieces.len() - 1) as u32
        });
        pieces[at as usize].add(mesh, corners, paints, meshes);
    }
    let mut of = |node: u32| {
        let root = find(&mut parent, node);
        of_root.get(&root).copied().unwrap_or(u32::MAX)
    };
    let of_vertex = nodes.into_iter().map(|own| own.into_iter().map(&mut of).collect()).collect();
    (pieces, of_vertex)
}

impl Piece {
    fn add(&mut self, mesh: u32, corners: [u32; 3], paints: &Paints<'_>, meshes: &[Mesh]) {
        for at in pixels(mesh, corners, paints, meshes) {
            for (axis, at) in at.into_iter().enumerate() {
                // One more, because filtering reads half a pixel farther. Casting saturates.
                self.min[axis] = self.min[axis].min((at.floor() as i64).saturating_sub(1));
                self.max[axis] = self.max[axis].max((at.ceil() as i64).saturating_add(1));
            }
        }
        self.texels += paints.pixels(mesh, corners);
        self.triangles.push((mesh, corners));
    }
}

/// Corners of a triangle in pixels of its image.
fn pixels(mesh: u32, corners: [u32; 3], paints: &Paints<'_>, meshes: &[Mesh]) -> [[f64; 2]; 3] {
    let size = paints.image_size(mesh).unwrap_or_default();
    corners.map(|at| {
        let uv = meshes[mesh as usize].uvs[at as usize];
        [0, 1].map(|i| f64::from(uv[i]) * size[i])
    })
}

/// Where each piece lies in the atlas.
struct Layout {
    size: [u32; 2],
    reduction: u32,
    pad_px: u32,
    corners: Vec<[u32; 2]>,
}

impl Layout {
    /// The finest reduction that fits, in the smallest image, by whole halvings, that holds it.
    fn find(pieces: &[Piece], rule: &RepackRule) -> Result<Self, BakeError> {
        let [width, height] = rule.max_px.map(|edge| edge.clamp(1, 1 << 14));
        let pad_px = 1 << rule.gutter_mips.min(8);
        for halvings in 0..=MOST_HALVINGS {
            let reduction = 1 << halvings;
            let sizes: Vec<[u32; 2]> =
                pieces.iter().map(|piece| piece.size(reduction).map(|edge| edge + 2 * pad_px)).collect();
            let (mut size, mut best) = ([width, height], None);
            while let Some(corners) = pack::pack(&sizes, size) {
                let inner = corners.into_iter().map(|corner| corner.map(|edge| edge + pad_px)).collect();
                best = Some(Self { size, reduction, pad_px, corners: inner });
                size = if size[0] >= size[1] { [size[0] / 2, size[1]] } else { [size[0], size[1] / 2] };
            }
            if let Some(found) = best {
                return Ok(found);
            }
        }
        Err(BakeError::TooManyCharts { charts: pieces.len(), width, height })
    }

    /// The atlas, and how many of its texels triangles cover.
    fn draw(&self, pieces: &[Piece], paints: &Paints<'_>, meshes: &[Mesh]) -> (RgbaImage, usize) {
        let mut image = RgbaImage::new(self.size[0], self.size[1]);
        let mut known = vec![false; (self.size[0] * self.size[1]) as usize];
        let mut covered = 0;
        for (piece, corner) in pieces.iter().zip(&self.corners) {
            let mask = piece.mask(self.reduction, paints, meshes);
            let [width, height] = piece.size(self.reduction);
            for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
                if let Some(colour) = piece.mean([x, y], self.reduction, &mask, paints) {
                    let at = [corner[0] + x, corner[1] + y];
                    image.put_pixel(at[0], at[1], Rgba(colour));
                    known[(at[1] * self.size[0] + at[0]) as usize] = true;
                    covered += 1;
                }
            }
        }
        fill::fill(&mut image, &mut known, self.pad_px);
        (image, covered)
    }

    fn meshes(
        &self,
        pieces: &[Piece],
        of_vertex: &[Vec<u32>],
        paints: &Paints<'_>,
        meshes: &[Mesh],
    ) -> (Vec<Mesh>, Vec<Mesh>) {
        let (mut textured, mut plain) = (Vec::new(), Vec::new());
        for (number, mesh) in meshes.iter().enumerate() {
            let mut mesh = mesh.clone();
            mesh.material.texture = None;
            let Some(size) = paints.image_size(number as u32) else {
                mesh.uvs.clear();
                plain.push(mesh);
                continue;
            };
            for (uv, &piece) in mesh.uvs.iter_mut().zip(&of_vertex[number]) {
                let Some(corner) = self.corners.get(piece as usize) else { continue };
                let from = pieces[piece as usize].from(self.reduction);
                *uv = [0, 1].map(|i| {
                    let texels = (f64::from(uv[i]) * size[i] - from[i] as f64) / f64::from(self.reduction);
                    ((f64::from(corner[i]) + texels) / f64::from(self.size[i])) as f32
                });
            }
            textured.push(mesh);
        }
        (textured, plain)
    }
}

impl Piece {
    /// First pixel, on a multiple of the reduction.
    fn from(&self, reduction: u32) -> [i64; 2] {
        self.min.map(|edge| edge.div_euclid(i64::from(reduction)) * i64::from(reduction))
    }

    /// Width and height in texels of the atlas.
    fn size(&self, reduction: u32) -> [u32; 2] {
        let from = self.from(reduction);
        [0, 1].map(|i| {
            let step = i64::from(reduction);
            // Pieces that repeat without end were left as they are.
            (self.max[i].saturating_sub(from[i]).saturating_add(step - 1) / step).clamp(1, 1 << 18) as u32
        })
    }

    /// Which pixels of the rectangle, row by row, belong to the piece: those that its triangles
    /// cover, and the ones around them.
    fn mask(&self, reduction: u32, paints: &Paints<'_>, meshes: &[Mesh]) -> Vec<bool> {
        let [width, height] = self.size(reduction).map(|edge| (edge * reduction) as usize);
        let from = self.from(reduction);
        let mut inside = vec![false; width * height];
        for &(mesh, corners) in &self.triangles {
            let at = pixels(mesh, corners, paints, meshes);
            let at = at.map(|p| [0, 1].map(|i| p[i] - from[i] as f64));
            scan::rows(&at, [width, height], |y, xs| inside[y * width..][xs].fill(true));
            // Slivers between the centres of pixels still lie somewhere.
            for [x, y] in at {
                inside[(y as usize).min(height - 1) * width + (x as usize).min(width - 1)] = true;
            }
        }
        let mut mask = inside.clone();
        for at in (0..inside.len()).filter(|&at| inside[at]) {
            fill::around(at, [width, height]).for_each(|beside| mask[beside] = true);
        }
        mask
    }

    /// Mean colour of the piece's own pixels that become a texel.
    fn mean(&self, at: [u32; 2], reduction: u32, mask: &[bool], paints: &Paints<'_>) -> Option<[u8; 4]> {
        let (image, repeat) = paints.image(self.image);
        let width = self.size(reduction)[0] * reduction;
        let from = self.from(reduction);
        let (mut sum, mut count, mut only) = ([0.0; 4], 0.0, [0; 4]);
        for (x, y) in (0..reduction).flat_map(|y| (0..reduction).map(move |x| (x, y))) {
            let [x, y] = [at[0] * reduction + x, at[1] * reduction + y];
            if mask[(y * width + x) as usize] {
                let px = paint::wrap(from[0] + i64::from(x), image.width(), repeat[0]);
                let py = paint::wrap(from[1] + i64::from(y), image.height(), repeat[1]);
                only = image.get_pixel(px, py).0;
                light::add(&mut sum, light::weighed(light::of_stored(only)), 1.0);
                count += 1.0;
            }
        }
        match count {
            0.0 => None,
            // A texel that is copied stays as it is, even where it cannot be seen.
            1.0 => Some(only),
            _ => Some(light::stored(sum.map(|value| value / count))),
        }
    }
}
