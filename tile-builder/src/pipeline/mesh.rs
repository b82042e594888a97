//! A cell of a textured mesh as a tile: its own triangles in their place, its pieces of texture in one
//! atlas where that is better.
//!
//! In: cells as `cells` left them. Out: contents. Called by `run`.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::BuildError;
use super::above::{self, AboveRule, Below, SHARED_DETAIL_M, Sides};
use super::cells::{CellIndex, KeptCell, MeshPlan};
use super::content::{LARGEST_RESIDUAL_M, Maker, Tally, texture_warning, textures_px};
use super::gate::Gate;
use super::record::InputFile;
use crate::georef::ellipsoid::EnuFrame;
use crate::georef::{CrsError, Placement, Warp};
use crate::lod;
use crate::partition::cells::{self, CellId};
use crate::read::Limits;
use crate::read::soup::SoupMaterial;
use crate::scene::{Mesh, Texture};
use crate::texture;
use crate::texture::atlas::{RepackRule, Repacked, repack};
use crate::tileset::Tile;

/// Longest edge of a leaf's atlas; the sources' texels are halved until they fit.
const LEAF_ATLAS_PX: u32 = 2048;
/// Longest edge of the atlas of a made level.
const LEVEL_ATLAS_PX: u32 = 1024;
const GUTTER_MIPS: u32 = 2;
/// So many textures of the source may stay as they are in a leaf that uses them well.
const KEPT_TEXTURES: usize = 4;
/// What a face of a cell takes of memory while it is placed, packed and encoded.
const MEMORY_PER_FACE: u64 = 1600;
/// A side is straight in the source, and nearly so in its place.
const SIDE_SLACK_M: f64 = 0.1;
/// The new atlas of a leaf, and what encoding it takes.
const MEMORY_PER_ATLAS: u64 = 64 << 20;

/// How a level over the cells of a mesh is made.
pub(super) fn cells_rule(sides: &Sides) -> AboveRule<'_> {
    AboveRule { sides: Some(sides), triangles: usize::MAX, atlas_px: LEVEL_ATLAS_PX }
}

/// The cells of a mesh, ready to be read.
pub(super) struct MeshCells {
    /// Where their files are.
    pub(super) folder: PathBuf,
    pub(super) index: CellIndex,
    pub(super) materials: Vec<SoupMaterial>,
    placing: OnceLock<Placing>,
}

/// How vertices of a whole mesh are placed: one map for all, so that borders stay shared.
enum Placing {
    Warp(Box<Warp>),
    /// Point by point, where the mesh is too wide for one polynomial.
    Exact,
}

/// What cells are read with.
pub(super) struct MeshJob<'j> {
    pub(super) cells: &'j MeshCells,
    pub(super) plan: &'j MeshPlan,
    pub(super) placement: &'j Placement,
    pub(super) frame: Option<&'j EnuFrame>,
    pub(super) limits: &'j Limits,
}

/// What came of a cell.
pub(super) struct Leaf {
    /// One tree for each part of the community.
    pub(super) trees: Vec<Option<Tile>>,
    pub(super) tally: Tally,
    /// Images that were read.
    pub(super) inputs: Vec<InputFile>,
}

impl MeshCells {
    pub(super) fn new(folder: PathBuf, index: CellIndex) -> Self {
        let materials = index.materials.materials(&folder);
        Self { folder, index, materials, placing: OnceLock::new() }
    }
}

impl MeshJob<'_> {
    /// The meshes of a cell in local metres, with the textures of the source or without any.
    ///
    /// # Errors
    /// The reason, if the cell or one of its textures cannot be read, or it has no place.
    pub(super) fn read(&self, cell: &KeptCell, textured: bool) -> Result<Vec<Mesh>, String> {
        let plain: Vec<SoupMaterial>;
        let materials = if textured {
            &self.cells.materials
        } else {
            let bare = |material: &SoupMaterial| SoupMaterial { texture: None, ..material.clone() };
            plain = self.cells.materials.iter().map(bare).collect();
            &plain
        };
        let path = self.cells.folder.join(&cell.file);
        let mut meshes = cells::read(&path, materials, self.limits).map_err(|error| error.to_string())?;
        for position in meshes.iter_mut().flat_map(|mesh| &mut mesh.positions) {
            *position = self.place(*position).map_err(|error| error.to_string())?;
        }
        Ok(meshes)
    }

    fn place(&self, position: [f64; 3]) -> Result<[f64; 3], CrsError> {
        match self.placing() {
            Placing::Warp(warp) => Ok(warp.apply(position)),
            Placing::Exact => self.placement.local(self.frame, position),
        }
    }

    /// Where a cell may share vertices with its neighbours.
    ///
    /// # Errors
    /// The reason, if it has no place.
    pub(super) fn sides(&self, id: CellId) -> Result<Sides, String> {
        let [[west, south], [east, north]] = self.plan.square(id);
        let up = self.plan.room.min[2];
        let mut corners = [[0.0; 2]; 4];
        let places = [[west, south], [east, south], [east, north], [west, north]];
        for (corner, [x, y]) in corners.iter_mut().zip(places) {
            let at = self.place([x, y, up]).map_err(|error| error.to_string())?;
            *corner = [at[0], at[1]];
        }
        // Sources may count in feet or degrees.
        let scale = (corners[1][0] - corners[0][0]).hypot(corners[1][1] - corners[0][1]) / (east - west);
        Ok(Sides { corners, reach_m: self.cells.index.overhang * scale + SIDE_SLACK_M })
    }

    fn placing(&self) -> &Placing {
        self.cells.placing.get_or_init(|| match self.placement.warp(self.frame, &self.plan.room) {
            Ok(warp) if warp.residual_m <= LARGEST_RESIDUAL_M => Placing::Warp(Box::new(warp)),
            _ => Placing::Exact,
        })
    }

    /// Largest distance of a placed vertex from its exact place.
    fn residual_m(&self) -> f64 {
        match self.placing() {
            Placing::Warp(warp) => warp.residual_m,
            Placing::Exact => 0.0,
        }
    }

    /// Makes the tile of a planned cell.
    ///
    /// # Errors
    /// If memory is too small, or the publication cannot be written.
    pub(super) fn leaf(
        &self,
        maker: &Maker<'_>,
        gate: &Gate,
        id: CellId,
        name: &str,
    ) -> Result<Leaf, BuildError> {
        let mut tally = Tally { residual_m: self.residual_m(), ..Tally::default() };
        let (images, mut inputs) = (self.images(), Vec::new());
        let mut parts: Vec<Vec<Tile>> = vec![Vec::new(); maker.parts];
        for cell in self.cells.index.part(id) {
            let meshes = match self.read(cell, true) {
                Ok(meshes) => meshes,
                Err(reason) => {
                    tally.damage(name, format!("`{name}`: {reason}"), "check the file, or export it again");
                    continue;
                }
            };
            inputs.extend(shown(&meshes, &images));
            let need = textures_px(&meshes) * 6 + cell.faces * MEMORY_PER_FACE + MEMORY_PER_ATLAS;
            let memory = |reason: super::gate::NoRoom| BuildError::Memory {
                what: name.to_owned(),
                reason: reason.to_string(),
            };
            let _room = gate.enter(need).map_err(memory)?;
            let step_m = lod::position_step_m(SHARED_DETAIL_M);
            let stored = match packed(maker, &meshes, name, &mut tally) {
                Some(packed) => maker.make_ready(packed, step_m, name, &mut tally)?,
                None => maker.make(meshes, step_m, name, &mut tally)?,
            };
            for (part, stored) in parts.iter_mut().zip(stored) {
                part.extend(stored.map(|at| Tile::new(Some(at), 0.0, Vec::new())));
            }
        }
        let mut trees = Vec::with_capacity(parts.len());
        for (part, tiles) in parts.into_iter().enumerate() {
            trees.push(self.joined(maker, gate, id, tiles, (part, name), &mut tally)?);
        }
        inputs.sort();
        inputs.dedup();
        Ok(Leaf { trees, tally, inputs })
    }

    /// One tree: the tile, or a level over the parts of a cell that had too many faces for one.
    fn joined(
        &self,
        maker: &Maker<'_>,
        gate: &Gate,
        id: CellId,
        mut tiles: Vec<Tile>,
        (part, name): (usize, &str),
        tally: &mut Tally,
    ) -> Result<Option<Tile>, BuildError> {
        if tiles.len() < 2 {
            return Ok(tiles.pop());
        }
        let names: Vec<String> = tiles.iter().flat_map(Tile::coarsest).map(str::to_owned).collect();
        let failed = |reason: String| BuildError::Memory { what: name.to_owned(), reason };
        let need = names.len() as u64 * MEMORY_PER_ATLAS;
        let _room = gate.enter(need).map_err(|reason| failed(reason.to_string()))?;
        let read = above::read_contents(maker, &names, self.limits);
        let meshes = read.map_err(|reason| BuildError::Job { id: name.to_owned(), reason })?;
        let sides = self.sides(id).map_err(|reason| BuildError::Job { id: name.to_owned(), reason })?;
        let rule = cells_rule(&sides);
        let level = above::make(maker, &Below { meshes, error_m: 0.0 }, &rule, part, name, tally)?;
        Ok(match level.and_then(|level| Some(Tile::level(level.stored?, level.error_m))) {
            Some(tile) => Some(tile.over(tiles)),
            None => Tile::root_of(tiles),
        })
    }

    /// The files of all images as they are now, by the image's name.
    pub(super) fn images(&self) -> Vec<(&str, InputFile)> {
        let textures = self.cells.materials.iter().filter_map(|material| material.texture.as_ref());
        let outer = textures.filter_map(|(image, _)| {
            // What was made of the source's own text is a result, not an input.
            let path = image.file().filter(|path| !path.starts_with(&self.cells.folder))?;
            Some((image.name.as_str(), InputFile::for_reading(path)?))
        });
        outer.collect()
    }
}

/// The files of the images that some meshes show.
fn shown(meshes: &[Mesh], images: &[(&str, InputFile)]) -> Vec<InputFile> {
    let shows = |name: &str| {
        meshes.iter().any(|mesh| mesh.material.texture.as_ref().is_some_and(|texture| texture.name == name))
    };
    images.iter().filter(|(name, _)| shows(name)).map(|(_, file)| file.clone()).collect()
}

/// The meshes of a leaf on one atlas; none if they are as good as they are.
fn packed(maker: &Maker<'_>, meshes: &[Mesh], name: &str, tally: &mut Tally) -> Option<Vec<Mesh>> {
    if meshes.iter().all(|mesh| mesh.material.texture.is_none()) {
        return None;
    }
    let limit_px = maker.texture_limit_px;
    let decode = |texture: &Texture| texture::decode(texture, limit_px).map_err(|error| error.to_string());
    let rule =
        RepackRule { max_px: [LEAF_ATLAS_PX; 2], gutter_mips: GUTTER_MIPS, keep_textures: KEPT_TEXTURES };
    let packed = match repack(meshes, &decode, &rule) {
        Ok(Repacked::Packed(packed)) => packed,
        Ok(Repacked::Kept { .. }) => return None,
        Err(error) => {
            // What does not fit an atlas keeps the textures that it has.
            let text = format!("{error}; its textures stay as they are");
            tally.messages.push(texture_warning(name, &text));
            return None;
        }
    };
    let (picture, cost) = match texture::encode(&packed.image, name, [false; 2], &maker.picture()) {
        Ok(made) => made,
        Err(error) => {
            tally.messages.push(texture_warning(name, &error.to_string()));
            return None;
        }
    };
    tally.messages.extend(packed.warnings.iter().map(|warning| texture_warning(name, warning)));
    tally.textures += cost;
    let picture = Arc::new(picture);
    let mut out = packed.textured;
    for mesh in &mut out {
        mesh.material.texture = Some(picture.clone());
    }
    out.extend(packed.plain);
    Some(out)
}
