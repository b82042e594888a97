//! One tile of a survey: its tree of files to a tree of tiles, each content stored as it is made.
//!
//! Depth first, one file's meshes in memory at a time on each thread. A child that is missing or
//! damaged leaves its parent as a leaf; only a damaged root costs the whole tile.

mod gather;
mod reading;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use twin_schemas::report::{Message, Severity};

use self::reading::read_levels;
use super::BuildError;
use super::content::{Maker, Stored, Tally, damaged, place};
use super::gate::Gate;
use super::record::InputFile;
use crate::georef::Placement;
use crate::georef::ellipsoid::EnuFrame;
use crate::lod;
use crate::read::Limits;
use crate::read::files::resolve;
use crate::read::survey::SurveyTile;
use crate::scene::{Finer, LodNode};
use crate::tileset::Tile;

pub(super) use self::gather::{Wanted, gather};

/// Levels of tiles in one survey tile. Producers use up to some 14.
const DEEPEST_TILE: usize = 50;
/// What every file of one tile is built with.
pub(super) struct ObliqueJob<'j> {
    /// Folder that child files must stay in.
    pub(super) survey: &'j Path,
    pub(super) placement: &'j Placement,
    pub(super) frame: Option<&'j EnuFrame>,
    pub(super) maker: &'j Maker<'j>,
    /// The bound on memory; none where the caller has entered it for all files together.
    pub(super) gate: Option<&'j Gate>,
    pub(super) limits: &'j Limits,
    /// Files met so far, counted with repetitions, against `limits.tree_files`.
    pub(super) files: AtomicUsize,
}

/// Tiles for each part of the community.
type Parts = Vec<Vec<Tile>>;

/// What came of a tile, or of a part of it.
#[derive(Default)]
pub(super) struct Built {
    pub(super) tiles: Parts,
    pub(super) tally: Tally,
    /// Files that were read.
    pub(super) inputs: Vec<InputFile>,
    /// Files that were looked for and not there.
    pub(super) absent: Vec<PathBuf>,
    /// Child files that are named but do not exist.
    pub(super) missing: Vec<String>,
}

const EXPORT_AGAIN: &str = "export this tile again from the survey software";

/// The files above a file, and the tiles above its tiles.
#[derive(Clone, Default)]
struct Trail {
    files: Vec<PathBuf>,
    tiles: usize,
}

/// A node whose own meshes are encoded already.
struct EncodedNode {
    /// Whether it has meshes that could not be encoded.
    lost: bool,
    content: Vec<Stored>,
    error_m: f64,
    finer: Vec<EncodedFiner>,
}

enum EncodedFiner {
    Node(EncodedNode),
    File(String),
}

/// Why a file gave no tiles, or not all.
pub(super) enum Absent {
    Missing,
    Damaged,
    /// It gave tiles, but they do not cover what it should.
    InPart,
}

impl Built {
    /// Takes over another's sums and messages; its tiles are the caller's to place.
    fn absorb(&mut self, other: &mut Self) {
        self.tally.absorb(&mut other.tally);
        self.inputs.append(&mut other.inputs);
        self.absent.append(&mut other.absent);
        self.missing.append(&mut other.missing);
    }
}

fn no_tiles(job: &ObliqueJob<'_>) -> Parts {
    vec![Vec::new(); job.maker.parts]
}

/// Builds one tile of the survey.
pub(super) fn build_tile(job: &ObliqueJob<'_>, tile: &SurveyTile) -> Result<Built, BuildError> {
    let mut built = Built::default();
    let (tiles, absent) = build_file(job, &tile.root, &Trail::default(), f64::INFINITY, &mut built)?;
    let name = relative_name(job, &tile.root);
    if matches!(absent, Some(Absent::Missing)) {
        built.tally.damage(&name, format!("`{name}` is not there any more"), "is the disk still connected?");
    }
    let limit = job.limits.tree_files;
    if job.files.load(Ordering::Relaxed) > limit {
        // Which file was one too many depends on the threads, so the whole tile is left out.
        let text = format!("the tile of `{name}` has more than {limit} files; it was left out");
        let mut left_out = Built { tiles: no_tiles(job), inputs: built.inputs, ..Built::default() };
        left_out.tally.messages.push(damaged(&name, text, EXPORT_AGAIN));
        return Ok(left_out);
    }
    built.tiles = tiles;
    Ok(built)
}

/// Builds a file and everything below it. The second part says what is wanting.
fn build_file(
    job: &ObliqueJob<'_>,
    path: &Path,
    above: &Trail,
    parent_error_m: f64,
    built: &mut Built,
) -> Result<(Parts, Option<Absent>), BuildError> {
    let name = relative_name(job, path);
    if let Some(reason) = beyond_limits(job, path, above) {
        built.tally.damage(&name, format!("`{name}` {reason}"), EXPORT_AGAIN);
        return Ok((no_tiles(job), Some(Absent::Damaged)));
    }
    let encoded = match read_and_encode(job, path, parent_error_m, &name, built)? {
        Ok(encoded) => encoded,
        Err(absent) => return Ok((no_tiles(job), Some(absent))),
    };
    let mut trail = above.clone();
    trail.files.push(path.to_owned());
    let (mut tiles, mut whole) = (no_tiles(job), true);
    for node in encoded {
        let (mut more, node_whole) = finish_node(job, node, path, &trail, built)?;
        append(&mut tiles, &mut more);
        whole &= node_whole;
    }
    Ok((tiles, if whole { None } else { Some(Absent::InPart) }))
}

fn append(tiles: &mut Parts, more: &mut Parts) {
    tiles.iter_mut().zip(more).for_each(|(tiles, more)| tiles.append(more));
}

/// Reads a file and encodes what stands in it, within the bound on memory.
fn read_and_encode(
    job: &ObliqueJob<'_>,
    path: &Path,
    parent_error_m: f64,
    name: &str,
    built: &mut Built,
) -> Result<Result<Vec<EncodedNode>, Absent>, BuildError> {
    let (nodes, pass) = match read_levels(job, path, name, built)? {
        Ok(read) => read,
        Err(absent) => return Ok(Err(absent)),
    };
    let mut encoded = Vec::with_capacity(nodes.len());
    for node in nodes {
        encoded.push(encode_node(job, node, parent_error_m, name, &mut built.tally)?);
    }
    drop(pass);
    Ok(Ok(encoded))
}

/// Why a file must not be followed: a tree of files that contains itself, or grows without end.
fn beyond_limits(job: &ObliqueJob<'_>, path: &Path, above: &Trail) -> Option<String> {
    let Limits { tree_depth, tree_files, .. } = *job.limits;
    if above.files.iter().any(|ancestor| ancestor == path) {
        return Some("is its own descendant".to_owned());
    }
    if above.files.len() >= tree_depth || above.tiles >= DEEPEST_TILE {
        return Some(format!("is more than {} levels deep", tree_depth.min(DEEPEST_TILE)));
    }
    (job.files.fetch_add(1, Ordering::Relaxed) >= tree_files)
        .then(|| format!("is one of more than {tree_files} files of its tile"))
}

/// Encodes a node's meshes and those of its finer nodes in the same file.
fn encode_node(
    job: &ObliqueJob<'_>,
    node: LodNode,
    parent_error_m: f64,
    name: &str,
    tally: &mut Tally,
) -> Result<EncodedNode, BuildError> {
    let error_m = node.switch.map_or(0.0, lod::geometric_error_m);
    // A leaf is stored as finely as a further level would be.
    let detail_m = if error_m > 0.0 { error_m } else { parent_error_m / 2.0 };
    let damaged_before = tally.figures.files_damaged;
    let mut meshes = node.meshes;
    let content = if place(job.placement, job.frame, &mut meshes, name, tally) {
        job.maker.make(meshes, lod::position_step_m(detail_m), name, tally)?
    } else {
        vec![None; job.maker.parts]
    };
    let lost = tally.figures.files_damaged > damaged_before;
    let mut finer = Vec::with_capacity(node.finer.len());
    for part in node.finer {
        finer.push(match part {
            Finer::Node(node) => EncodedFiner::Node(encode_node(job, node, detail_m, name, tally)?),
            Finer::File(file) => EncodedFiner::File(file),
        });
    }
    Ok(EncodedNode { lost, content, error_m, finer })
}

/// Follows a node's finer files. Returns, for each part, the node as a tile, or its children where
/// it has nothing to show itself: a tile without content in the middle of a tree would show as a
/// hole. The second part says whether the tiles cover all that the node should.
fn finish_node(
    job: &ObliqueJob<'_>,
    mut node: EncodedNode,
    file: &Path,
    trail: &Trail,
    built: &mut Built,
) -> Result<(Parts, bool), BuildError> {
    let error_m = node.error_m;
    if trail.tiles >= DEEPEST_TILE && !node.finer.is_empty() {
        let name = relative_name(job, file);
        let text = format!("`{name}` has more than {DEEPEST_TILE} levels; those below were left out");
        built.tally.damage(&name, text, EXPORT_AGAIN);
        node.finer.clear();
    }
    let below_here = Trail { files: trail.files.clone(), tiles: trail.tiles + 1 };
    let finer: Vec<Result<(Built, bool), BuildError>> =
        node.finer.into_par_iter().map(|part| finish_part(job, part, file, &below_here, error_m)).collect();
    let (mut below, mut whole) = (Built::default(), !node.lost);
    let mut children = no_tiles(job);
    for part in finer {
        let (mut part, part_whole) = part?;
        below.absorb(&mut part);
        append(&mut children, &mut part.tiles);
        whole &= part_whole;
    }
    if node.content.iter().all(Option::is_none) {
        built.absorb(&mut below);
        return Ok((children, whole));
    }
    let some_below = children.iter().any(|tiles| !tiles.is_empty());
    if whole || !some_below {
        built.absorb(&mut below);
        let tiles = node.content.into_iter().zip(children).map(|(content, children)| match content {
            None => children,
            Some(_) => vec![Tile::new(content, error_m, children)],
        });
        return Ok((tiles.collect(), true));
    }
    stay_coarse(job, file, &mut below);
    built.absorb(&mut below);
    let tiles = node.content.into_iter().map(|content| match content {
        None => Vec::new(),
        Some(_) => vec![Tile::new(content, error_m, Vec::new())],
    });
    Ok((tiles.collect(), true))
}

/// Part of what would replace a content is not there: staying coarse shows everything. What was
/// built below counts as read, not as published.
fn stay_coarse(job: &ObliqueJob<'_>, file: &Path, below: &mut Built) {
    below.tally.written.clear();
    let name = relative_name(job, file);
    below.tally.messages.push(Message {
        severity: Severity::Warning,
        code: "stays_coarse".into(),
        text: format!("a level of `{name}` stays coarse, because only a part of its finer level can be read"),
        hint: None,
        subject: Some(name),
    });
}

fn finish_part(
    job: &ObliqueJob<'_>,
    part: EncodedFiner,
    file: &Path,
    trail: &Trail,
    error_m: f64,
) -> Result<(Built, bool), BuildError> {
    let mut below = Built::default();
    let whole = match part {
        EncodedFiner::Node(node) => {
            let (tiles, whole) = finish_node(job, node, file, trail, &mut below)?;
            below.tiles = tiles;
            whole
        }
        EncodedFiner::File(child) => finer_file(job, &child, file, trail, error_m, &mut below)?,
    };
    Ok((below, whole))
}

/// Builds a child file; `false` if it could not be had, or not all of it.
fn finer_file(
    job: &ObliqueJob<'_>,
    child: &str,
    parent: &Path,
    trail: &Trail,
    error_m: f64,
    below: &mut Built,
) -> Result<bool, BuildError> {
    let path = match resolve(job.survey, parent, child) {
        Ok(path) => path,
        Err(reason) => {
            let name = relative_name(job, parent);
            let hint = "child files must lie inside the survey's folder";
            let text = format!("`{name}` names the child file `{child}`, which {reason}");
            below.tally.damage(&name, text, hint);
            return Ok(false);
        }
    };
    let (tiles, absent) = build_file(job, &path, trail, error_m, below)?;
    below.tiles = tiles;
    if matches!(absent, Some(Absent::Missing)) {
        below.tally.figures.files_missing += 1;
        below.missing.push(relative_name(job, &path));
    }
    Ok(absent.is_none())
}

pub(super) fn relative_name(job: &ObliqueJob<'_>, path: &Path) -> String {
    path.strip_prefix(job.survey).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// One message for all missing children: their number, and the first few by name.
pub(super) fn missing_message(source: &str, missing: &[String]) -> Option<Message> {
    let first = missing.first()?;
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for name in missing {
        *folders.entry(name.rsplit_once('/').map_or("", |(folder, _)| folder)).or_default() += 1;
    }
    let text = format!(
        "{} child files of source `{source}`, in {} folders, are named but do not exist (the first: `{first}`); their parents are the finest level there",
        missing.len(),
        folders.len()
    );
    Some(Message {
        severity: Severity::Warning,
        code: "missing_children".into(),
        text,
        hint: Some("if the survey should have a finer level, copy those files and build again".into()),
        subject: None,
    })
}
