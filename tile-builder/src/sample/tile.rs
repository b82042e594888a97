//! One survey tile: its scene, its baked pictures, its tree of files.
//!
//! In: the layout and a tile's number. Out: named OSGB files. Called by `survey`, for several tiles at
//! once; a tile needs nothing of its neighbours but the layout, and holds about 100 MB while it is
//! made.
//!
//! The tree follows the producer's habit: a file at level `L` holds pieces of level `L`, each naming
//! the file of its finer version; `u` in a name stands for a step that is not split, a digit for a
//! quarter. A finer file takes over when the piece's bounding sphere is wider than
//! `radius × 2^(L − 15)` pixels, so that texels stay a little smaller than pixels.

use rayon::prelude::*;

use super::Detail;
use super::atlas::{Chart, GUTTER, pack};
use super::bake::{Baked, Oven, Picture};
use super::cut::{Region, Sheet, cut};
use super::osgb::{Finer, Piece, encode};
use super::patch::Patch;
use super::quarter::Quarter;
use super::ray::Scene;
use super::site::Site;

/// A file of a tile: its name, and its bytes.
pub(crate) struct TileFile {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// Neighbours overlap by twice this much.
pub(crate) const OVERLAP_M: f32 = 0.05;
/// Things this far outside a tile still cast shadows into it.
const SHADOW_M: f32 = 34.0;
/// The coarsest level.
const ROOT_LEVEL: u8 = 16;
const JPEG_QUALITY: u8 = 80;

/// Level and splitting of the files below the root.
struct Steps {
    leaf: u8,
    /// Levels whose files are quarters of the files above.
    split_from: u8,
    texel_m: f32,
    sky_grid_m: f32,
}

impl Detail {
    fn steps(self) -> Steps {
        match self {
            Self::Full => Steps { leaf: 20, split_from: 19, texel_m: 0.055, sky_grid_m: 0.75 },
            Self::Light => Steps { leaf: 18, split_from: 19, texel_m: 0.30, sky_grid_m: 3.0 },
        }
    }
}

/// The folder and base name of a tile by its column and row.
pub(crate) fn tile_name([column, row]: [u32; 2]) -> String {
    format!("Tile_+{column:03}_+{row:03}")
}

/// Makes all files of a tile, coarsest first.
///
/// # Errors
///
/// The name of the file whose texture cannot be encoded.
pub(crate) fn make(
    quarter: &Quarter,
    index: u32,
    detail: Detail,
) -> Result<Vec<TileFile>, (String, image::ImageError)> {
    let (region, place) = quarter.extent.tile(index);
    let steps = detail.steps();
    let patches = Site::patches_in(quarter, region.grown(SHADOW_M));
    let scene = Scene::new(&patches, quarter.frame.turn);
    let levels = usize::from(steps.leaf - ROOT_LEVEL) + 1;
    let oven = Oven {
        quarter,
        scene: &scene,
        patches: &patches,
        texel_m: steps.texel_m,
        sky_grid_m: steps.sky_grid_m,
        levels,
    };
    let (low, high) = (region.grown(OVERLAP_M), step_m(steps.leaf));
    let baked: Vec<Option<Baked>> = (0..patches.len() as u32)
        .into_par_iter()
        .map(|i| cut(&patches[i as usize], high, low).window().map(|window| oven.bake(i, window)))
        .collect();
    let tree = Tree { name: tile_name(place), patches: &patches, baked: &baked, steps };
    let mut files = Vec::new();
    tree.write(ROOT_LEVEL, "", region, &mut files)?;
    Ok(files)
}

/// Edges of a level's triangles are at most this long.
fn step_m(level: u8) -> f32 {
    match level {
        20.. => 2.4,
        19 => 4.5,
        18 => 9.0,
        17 => 16.0,
        _ => 30.0,
    }
}

struct Tree<'a> {
    name: String,
    patches: &'a [Patch],
    baked: &'a [Option<Baked>],
    steps: Steps,
}

type Made<T> = Result<T, (String, image::ImageError)>;

impl Tree<'_> {
    /// Writes the file of a level and region, then the finer ones that it names.
    fn write(&self, level: u8, path: &str, region: Region, files: &mut Vec<TileFile>) -> Made<()> {
        let name = self.file_name(level, path);
        let splits = level < self.steps.leaf && level + 1 >= self.steps.split_from;
        let parts: Vec<(Region, String)> = if splits {
            (0..4).map(|q| (region.quarter(q), format!("{path}{q}"))).collect()
        } else {
            let next = if level == ROOT_LEVEL { "0u".to_owned() } else { format!("{path}u") };
            vec![(region, next)]
        };
        let pieces: Made<Vec<Option<Piece>>> =
            parts.par_iter().map(|(part, next)| self.piece(level, *part, next, &name)).collect();
        let pieces: Vec<Option<Piece>> = pieces?;
        let full: Vec<Piece> = pieces.iter().flatten().cloned().collect();
        files.push(TileFile { name, bytes: encode(&full) });
        if level < self.steps.leaf {
            for ((part, next), piece) in parts.iter().zip(&pieces) {
                if piece.is_some() {
                    self.write(level + 1, next, *part, files)?;
                }
            }
        }
        Ok(())
    }

    fn file_name(&self, level: u8, path: &str) -> String {
        if level == ROOT_LEVEL {
            format!("{}.osgb", self.name)
        } else {
            format!("{}_L{level}_{path}.osgb", self.name)
        }
    }

    /// The mesh and texture of one region at one level; none if nothing is there.
    fn piece(&self, level: u8, region: Region, next: &str, file: &str) -> Made<Option<Piece>> {
        let region = region.grown(OVERLAP_M);
        let picture = usize::from(self.steps.leaf - level);
        let mut sheets: Vec<(Sheet, &Patch, &Baked)> = Vec::new();
        for (patch, baked) in self.patches.iter().zip(self.baked) {
            let Some(baked) = baked else { continue };
            if patch.from_level <= level {
                let sheet = cut(patch, step_m(level), region);
                if !sheet.indices.is_empty() {
                    sheets.push((sheet, patch, baked));
                }
            }
        }
        if sheets.is_empty() {
            return Ok(None);
        }
        let charts: Vec<Chart<'_>> =
            sheets.iter().map(|(sheet, patch, baked)| chart(sheet, patch, baked, picture)).collect();
        let atlas = pack(&charts);
        let mut piece =
            Piece { texture_name: format!("{}.jpg", &file[..file.len() - 5]), ..Piece::default() };
        let size = [atlas.picture.width as f32, atlas.picture.height as f32];
        for (((sheet, patch, baked), chart), place) in sheets.iter().zip(&charts).zip(&atlas.places) {
            let first = piece.positions.len() as u32;
            for vertex in &sheet.vertices {
                let texel = baked.texel(patch.size, vertex.st, picture);
                let p = vertex.place;
                piece.positions.push([p.x, p.y, p.z]);
                piece.uvs.push([0, 1].map(|i| {
                    let inside = (texel[i] - chart.low[i] as f32)
                        .clamp(-(GUTTER as f32), (chart.high[i] - chart.low[i] + GUTTER) as f32);
                    ((inside + place[i] as f32) / size[i]).clamp(0.0, 1.0)
                }));
            }
            piece.indices.extend(sheet.indices.iter().map(|i| first + i));
        }
        piece.jpeg = jpeg(&atlas.picture).map_err(|source| (file.to_owned(), source))?;
        if level < self.steps.leaf {
            let pixels_per_radius_m = f64::from(f32::from(level) - 15.0).exp2();
            piece.finer = Some(Finer { file: self.file_name(level + 1, next), pixels_per_radius_m });
        }
        Ok(Some(piece))
    }
}

/// The texels that a sheet shows.
fn chart<'a>(sheet: &Sheet, patch: &Patch, baked: &'a Baked, level: usize) -> Chart<'a> {
    let picture = &baked.pictures[level];
    let sides = [picture.width, picture.height];
    let [from, to] = sheet.window().unwrap_or_default().map(|st| baked.texel(patch.size, st, level));
    let low = [0, 1].map(|i| (from[i].floor().max(0.0) as usize).min(sides[i] - 1));
    let high = [0, 1].map(|i| (to[i].ceil().max(0.0) as usize).clamp(low[i] + 1, sides[i]));
    Chart { picture, low, high }
}

fn jpeg(picture: &Picture) -> Result<Vec<u8>, image::ImageError> {
    let mut rows = Vec::with_capacity(picture.rgb.len() * 3);
    for row in picture.rgb.chunks(picture.width.max(1)).rev() {
        rows.extend_from_slice(row.as_flattened());
    }
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
    image::ImageEncoder::write_image(
        encoder,
        &rows,
        picture.width as u32,
        picture.height as u32,
        image::ExtendedColorType::Rgb8,
    )?;
    Ok(bytes)
}
