//! One textured mesh, OBJ, PLY or glTF, of any size: split into cells, each a leaf with an atlas of its
//! own, and levels made over them, four by four, up to one root.
//!
//! The file is streamed twice, to count and to split; what is in memory at a time is a cell. Called by
//! `run`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use twin_schemas::plan::UpAxis;
use twin_schemas::report::{Message, Severity};

use super::above::{self, AboveRule, Below, SHARED_DETAIL_M};
use super::content::{LARGEST_RESIDUAL_M, Maker, Stored, Tally};
use super::gate::Gate;
use crate::geometry::Aabb;
use crate::georef::ellipsoid::EnuFrame;
use crate::georef::{CrsError, Placement, Warp};
use crate::lod;
use crate::partition::cells::{self, Cell, CellError, CellId, Census, Splitter};
use crate::publish::PublishError;
use crate::read::Limits;
use crate::read::soup::{self, SoupMaterial, SoupSummary, StreamError, StreamOptions, Up};
use crate::scene::{Mesh, Texture};
use crate::texture;
use crate::texture::atlas::{RepackRule, Repacked, repack};
use crate::tileset::Tile;

/// Most triangles of a leaf.
const LEAF_FACES: u64 = 30_000;
/// Longest edge of a leaf's atlas; the sources' texels are halved until they fit.
const LEAF_ATLAS_PX: u32 = 2048;
/// Longest edge of the atlas of a made level.
const LEVEL_ATLAS_PX: u32 = 1024;
const GUTTER_MIPS: u32 = 2;
/// So many textures of the source may stay as they are in a leaf that uses them well.
const KEPT_TEXTURES: usize = 4;
/// What a face of a cell takes of memory while it is simplified, packed and encoded.
const MEMORY_PER_FACE: u64 = 1600;
/// Decoded textures of a leaf: two atlases' worth, and the sources that they are copied from.
const MEMORY_PER_LEAF: u64 = 160 << 20;

/// What a mesh is built with.
pub(super) struct MeshJob<'j> {
    pub(super) path: &'j Path,
    /// Folder that its textures must stay in.
    pub(super) root: &'j Path,
    /// Where files of cells may stand meanwhile.
    pub(super) spool: PathBuf,
    pub(super) up: Option<UpAxis>,
    pub(super) placement: &'j Placement,
    pub(super) frame: Option<&'j EnuFrame>,
    pub(super) maker: &'j Maker<'j>,
    pub(super) gate: &'j Gate,
    pub(super) limits: &'j Limits,
}

/// A mesh that gave nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum MeshFailure {
    /// The input, in words that name it.
    #[error("{0}")]
    Input(String),
    /// The publication.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

/// Roots for each part of the community.
pub(super) type Roots = Vec<Vec<Tile>>;

/// Tiles of one level for each part, by cell.
type Level = BTreeMap<CellId, Roots>;

/// Builds all levels of a mesh.
pub(super) fn build(job: &MeshJob<'_>, tally: &mut Tally) -> Result<Roots, MeshFailure> {
    let input = |error: std::io::Error| {
        MeshFailure::Input(format!("`{}` cannot be written: {error}", job.spool.display()))
    };
    std::fs::create_dir_all(&job.spool).map_err(input)?;
    let folder = tempfile::tempdir_in(&job.spool).map_err(input)?;
    let (cells, summary) = split(job, folder.path())?;
    tell(job, &summary, tally);
    let placing = Placing::over(job, &summary.bounds, tally)?;
    let made: Vec<Result<(CellId, Roots, Tally), MeshFailure>> =
        cells.par_iter().map(|cell| leaf(job, cell, &summary.materials, &placing)).collect();
    let mut level = Level::new();
    for leaf in made {
        let (id, roots, mut said) = leaf?;
        tally.absorb(&mut said);
        level.insert(id, roots);
    }
    levels(job, level, tally)
}

/// Streams the file twice: to plan cells, and to fill them.
fn split(job: &MeshJob<'_>, folder: &Path) -> Result<(Vec<Cell>, SoupSummary), MeshFailure> {
    let size = std::fs::metadata(job.path).map_or(0, |meta| meta.len());
    let room = (size * 2 + (64 << 20)).min(job.gate.limit_bytes() / 2);
    let _room = job.gate.enter(room).map_err(MeshFailure::Input)?;
    let options = StreamOptions {
        up: if job.up == Some(UpAxis::Y) { Up::Y } else { Up::Z },
        memory_bytes: room,
        spool: Some(folder.to_owned()),
        root: Some(job.root.to_owned()),
    };
    let mut census = Census::default();
    let mut count = |face: &soup::Face| {
        census.add(face);
        Ok::<(), std::convert::Infallible>(())
    };
    soup::stream(job.path, &options, job.limits, &mut count)
        .map_err(|error| MeshFailure::Input(error.to_string()))?;
    let name = || job.path.display().to_string();
    let plan =
        census.plan(LEAF_FACES).ok_or_else(|| MeshFailure::Input(format!("`{}` has no face", name())))?;
    let mut splitter = Splitter::new(folder, &plan);
    let summary = soup::stream(job.path, &options, job.limits, &mut |face| splitter.add(face));
    let summary = summary.map_err(|error: StreamError<CellError>| MeshFailure::Input(error.to_string()))?;
    let cells = splitter.finish().map_err(|error| MeshFailure::Input(error.to_string()))?;
    Ok((cells, summary))
}

/// Takes what reading found into the report.
fn tell(job: &MeshJob<'_>, summary: &SoupSummary, tally: &mut Tally) {
    tally.figures.files_read += 1;
    tally.figures.bytes_read += std::fs::metadata(job.path).map_or(0, |meta| meta.len());
    let name = job.path.strip_prefix(job.root).unwrap_or(job.path).to_string_lossy().into_owned();
    tally.messages.extend(summary.warnings.iter().map(|warning| Message {
        severity: Severity::Warning,
        code: warning.code.to_owned(),
        text: warning.text.clone(),
        hint: None,
        subject: Some(name.clone()),
    }));
}

/// How vertices of the whole mesh are placed: one map for all, so that borders stay shared.
enum Placing<'p> {
    Warp(Box<Warp>),
    /// Point by point, where the mesh is too wide for one polynomial.
    Exact(&'p Placement, Option<&'p EnuFrame>),
}

impl<'p> Placing<'p> {
    fn over(job: &'p MeshJob<'_>, bounds: &Aabb, tally: &mut Tally) -> Result<Self, MeshFailure> {
        let failed = |error: CrsError| MeshFailure::Input(format!("`{}`: {error}", job.path.display()));
        let warp = job.placement.warp(job.frame, bounds).map_err(failed)?;
        if warp.residual_m <= LARGEST_RESIDUAL_M {
            tally.residual_m = tally.residual_m.max(warp.residual_m);
            return Ok(Self::Warp(Box::new(warp)));
        }
        Ok(Self::Exact(job.placement, job.frame))
    }

    fn place(&self, position: [f64; 3]) -> Result<[f64; 3], CrsError> {
        match self {
            Self::Warp(warp) => Ok(warp.apply(position)),
            Self::Exact(placement, frame) => placement.local(*frame, position),
        }
    }
}

/// A leaf: a cell's own triangles, its textures in one atlas where that is better.
fn leaf(
    job: &MeshJob<'_>,
    cell: &Cell,
    materials: &[SoupMaterial],
    placing: &Placing<'_>,
) -> Result<(CellId, Roots, Tally), MeshFailure> {
    let input = |reason: String| MeshFailure::Input(reason);
    let need = cell.faces * MEMORY_PER_FACE + MEMORY_PER_LEAF;
    let _room = job.gate.enter(need.min(job.gate.limit_bytes())).map_err(input)?;
    let mut tally = Tally::default();
    let mut meshes = cells::read(&cell.path, materials, job.limits).map_err(|e| input(e.to_string()))?;
    for position in meshes.iter_mut().flat_map(|mesh| &mut mesh.positions) {
        *position = placing.place(*position).map_err(|error| input(error.to_string()))?;
    }
    let CellId { level, x, y } = cell.id;
    let name = format!("cell {level}-{x}-{y}");
    let meshes = packed(job, meshes, &name, &mut tally);
    let stored = job.maker.make(meshes, lod::position_step_m(SHARED_DETAIL_M), &name, &mut tally)?;
    let leaf = |stored: Stored| stored.map(|at| Tile::new(Some(at), 0.0, Vec::new())).into_iter().collect();
    Ok((cell.id, stored.into_iter().map(leaf).collect(), tally))
}

/// The meshes of a leaf on one atlas, or as they are if that is as good.
fn packed(job: &MeshJob<'_>, meshes: Vec<Mesh>, name: &str, tally: &mut Tally) -> Vec<Mesh> {
    if meshes.iter().all(|mesh| mesh.material.texture.is_none()) {
        return meshes;
    }
    let limit_px = job.maker.texture_limit_px;
    let decode = |texture: &Texture| texture::decode(texture, limit_px).map_err(|error| error.to_string());
    let rule =
        RepackRule { max_px: [LEAF_ATLAS_PX; 2], gutter_mips: GUTTER_MIPS, keep_textures: KEPT_TEXTURES };
    // What does not fit an atlas keeps the textures that it has.
    let Ok(Repacked::Packed(packed)) = repack(&meshes, &decode, &rule) else { return meshes };
    let Ok((picture, cost)) = texture::encode(&packed.image, name, [false; 2], &job.maker.picture()) else {
        return meshes;
    };
    tally.textures += cost;
    let picture = Arc::new(picture);
    let mut out = packed.textured;
    for mesh in &mut out {
        mesh.material.texture = Some(picture.clone());
    }
    out.extend(packed.plain);
    out
}

/// Levels over the leaves, up to the root.
fn levels(job: &MeshJob<'_>, leaves: Level, tally: &mut Tally) -> Result<Roots, MeshFailure> {
    let deepest = leaves.keys().map(|id| id.level).max().unwrap_or_default();
    let mut all = leaves;
    for level in (0..deepest).rev() {
        let mut groups: BTreeMap<CellId, Vec<Roots>> = BTreeMap::new();
        let below: Vec<CellId> = all.keys().copied().filter(|id| id.level == level + 1).collect();
        for id in below {
            if let (Some(parent), Some(roots)) = (id.parent(), all.remove(&id)) {
                groups.entry(parent).or_default().push(roots);
            }
        }
        let made: Vec<Result<(CellId, Roots, Tally), MeshFailure>> =
            groups.into_par_iter().map(|(id, below)| node(job, id, below)).collect();
        for node in made {
            let (id, roots, mut said) = node?;
            tally.absorb(&mut said);
            all.insert(id, roots);
        }
    }
    Ok(all.into_values().next().unwrap_or_else(|| vec![Vec::new(); job.maker.parts]))
}

/// One level over up to four others, in each part.
fn node(job: &MeshJob<'_>, id: CellId, below: Vec<Roots>) -> Result<(CellId, Roots, Tally), MeshFailure> {
    let mut tally = Tally::default();
    let mut roots = vec![Vec::new(); job.maker.parts];
    let mut parts: Roots = vec![Vec::new(); job.maker.parts];
    for one in below {
        parts.iter_mut().zip(one).for_each(|(part, mut tiles)| part.append(&mut tiles));
    }
    for (part, children) in parts.into_iter().enumerate() {
        if children.len() < 2 {
            roots[part] = children;
            continue;
        }
        let names: Vec<String> = children.iter().flat_map(Tile::coarsest).map(str::to_owned).collect();
        let need = names.len() as u64 * (MEMORY_PER_LEAF / 4 + LEAF_FACES * MEMORY_PER_FACE / 2);
        let _room = job.gate.enter(need.min(job.gate.limit_bytes())).map_err(MeshFailure::Input)?;
        let meshes = above::read_contents(job.maker, &names, job.limits).map_err(MeshFailure::Input)?;
        let error_m = children.iter().map(|child| child.geometric_error_m).fold(0.0, f64::max);
        let rule = AboveRule { shared_borders: true, triangles: usize::MAX, atlas_px: LEVEL_ATLAS_PX };
        let name = format!("level {}-{}-{}", id.level, id.x, id.y);
        let below = Below { meshes, error_m };
        let level = above::make(job.maker, &below, &rule, part, &name, &mut tally)?;
        let made = level.and_then(|level| Some(Tile::level(level.stored?, level.error_m)));
        roots[part] = match made {
            Some(tile) => vec![tile.over(children)],
            None => children,
        };
    }
    Ok((id, roots, tally))
}
