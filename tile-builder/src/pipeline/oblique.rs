//! One tile of a survey: its tree of files to a tree of tiles, each content stored as it is made.
//!
//! Depth first, one file's meshes in memory at a time on each thread. A child that is missing or
//! damaged leaves its parent as a leaf; only a damaged root costs the whole tile.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use twin_schemas::report::{Figures, Message, Severity};

use super::content::encode_meshes;
use super::files::{ReadFailure, read_bounded, resolve};
use crate::geometry::Aabb;
use crate::georef::Placement;
use crate::georef::ellipsoid::EnuFrame;
use crate::lod;
use crate::publish::{Publication, PublishError};
use crate::read::survey::SurveyTile;
use crate::read::{Limits, osgb};
use crate::scene::{Finer, LodNode};
use crate::tileset::Tile;

/// Levels of tiles in one survey tile. Producers use up to some 14.
const DEEPEST_TILE: usize = 50;
/// What every file of one tile is built with.
pub(super) struct ObliqueJob<'j> {
    /// Folder that child files must stay in.
    pub(super) survey: &'j Path,
    pub(super) placement: &'j Placement,
    pub(super) frame: Option<&'j EnuFrame>,
    pub(super) publication: &'j Publication,
    pub(super) limits: &'j Limits,
    /// From a tile's document to the root of the publication.
    pub(super) content_prefix: &'j str,
    /// Files met so far, counted with repetitions, against `limits.tree_files`.
    pub(super) files: AtomicUsize,
}

/// What came of a tile, or of a part of it.
#[derive(Default)]
pub(super) struct Built {
    pub(super) tiles: Vec<Tile>,
    pub(super) figures: Figures,
    pub(super) messages: Vec<Message>,
    /// Child files that are named but do not exist.
    pub(super) missing: Vec<String>,
    pub(super) residual_m: f64,
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
    content: Option<(String, Aabb)>,
    error_m: f64,
    finer: Vec<EncodedFiner>,
}

enum EncodedFiner {
    Node(EncodedNode),
    File(String),
}

/// Why a file gave no tiles, or not all.
enum Absent {
    Missing,
    Damaged,
    /// It gave tiles, but they do not cover what it should.
    InPart,
}

impl Built {
    /// Takes over another's sums and messages; its tiles are the caller's to place.
    fn absorb(&mut self, other: &mut Self) {
        self.figures += other.figures;
        self.messages.append(&mut other.messages);
        self.missing.append(&mut other.missing);
        self.residual_m = self.residual_m.max(other.residual_m);
    }
}

/// Builds one tile of the survey.
pub(super) fn build_tile(job: &ObliqueJob<'_>, tile: &SurveyTile) -> Result<Built, PublishError> {
    let mut built = Built::default();
    let (tiles, absent) = build_file(job, &tile.root, &Trail::default(), f64::INFINITY, &mut built)?;
    let name = relative_name(job, &tile.root);
    if matches!(absent, Some(Absent::Missing)) {
        built.messages.push(damaged(
            &name,
            format!("`{name}` is not there any more"),
            "is the disk still connected?",
        ));
        built.figures.files_damaged += 1;
    }
    let limit = job.limits.tree_files;
    if job.files.load(Ordering::Relaxed) > limit {
        // Which file was one too many depends on the threads, so the whole tile is left out.
        let text = format!("the tile of `{name}` has more than {limit} files; it was left out");
        return Ok(Built { messages: vec![damaged(&name, text, EXPORT_AGAIN)], ..Built::default() });
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
) -> Result<(Vec<Tile>, Option<Absent>), PublishError> {
    let name = relative_name(job, path);
    if let Some(reason) = beyond_limits(job, path, above) {
        let text = format!("`{name}` {reason}");
        built.messages.push(damaged(&name, text, EXPORT_AGAIN));
        built.figures.files_damaged += 1;
        return Ok((Vec::new(), Some(Absent::Damaged)));
    }
    let nodes = match read_levels(job, path, &name, built) {
        Ok(nodes) => nodes,
        Err(absent) => return Ok((Vec::new(), Some(absent))),
    };
    let mut encoded = Vec::with_capacity(nodes.len());
    for node in nodes {
        encoded.push(encode_node(job, node, parent_error_m, &name, built)?);
    }
    let mut trail = above.clone();
    trail.files.push(path.to_owned());
    let (mut tiles, mut whole) = (Vec::new(), true);
    for node in encoded {
        let (mut part, part_whole) = finish_node(job, node, path, &trail, built)?;
        tiles.append(&mut part);
        whole &= part_whole;
    }
    Ok((tiles, if whole { None } else { Some(Absent::InPart) }))
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

fn read_levels(
    job: &ObliqueJob<'_>,
    path: &Path,
    name: &str,
    built: &mut Built,
) -> Result<Vec<LodNode>, Absent> {
    let bytes = match read_bounded(path, job.limits) {
        Ok(bytes) => bytes,
        Err(ReadFailure::Missing) => return Err(Absent::Missing),
        Err(ReadFailure::Other(reason)) => {
            built.messages.push(damaged(
                name,
                format!("`{name}` {reason}"),
                "check the file and its permissions",
            ));
            built.figures.files_damaged += 1;
            return Err(Absent::Damaged);
        }
    };
    built.figures.files_read += 1;
    built.figures.bytes_read += bytes.len() as u64;
    let load = |file: &str| {
        let path = resolve(job.survey, path, file)?;
        read_bounded(&path, job.limits).map_err(|failure| match failure {
            ReadFailure::Missing => "is not there".to_owned(),
            ReadFailure::Other(reason) => reason,
        })
    };
    let levels = osgb::parse(&bytes, name, job.limits).and_then(|file| file.levels(job.limits, &load));
    match levels {
        Ok(levels) => {
            for warning in levels.warnings {
                built.messages.push(Message {
                    severity: Severity::Warning,
                    code: "part_left_out".into(),
                    text: format!("`{name}`: {warning}"),
                    hint: None,
                    subject: Some(name.to_owned()),
                });
            }
            Ok(levels.nodes)
        }
        Err(error) => {
            built.messages.push(damaged(name, error.to_string(), error.kind.hint()));
            built.figures.files_damaged += 1;
            Err(Absent::Damaged)
        }
    }
}

/// A part that could not be built.
pub(super) fn damaged(name: &str, text: String, hint: &str) -> Message {
    Message {
        severity: Severity::Error,
        code: "file_damaged".into(),
        text,
        hint: Some(hint.to_owned()),
        subject: Some(name.to_owned()),
    }
}

/// Encodes a node's meshes and those of its finer nodes in the same file.
fn encode_node(
    job: &ObliqueJob<'_>,
    node: LodNode,
    parent_error_m: f64,
    name: &str,
    built: &mut Built,
) -> Result<EncodedNode, PublishError> {
    let error_m = node.switch.map_or(0.0, lod::geometric_error_m);
    // A leaf is stored as finely as a further level would be.
    let detail_m = if error_m > 0.0 { error_m } else { parent_error_m / 2.0 };
    let damaged_before = built.figures.files_damaged;
    let content = encode_meshes(job, node.meshes, lod::position_step_m(detail_m), name, built)?;
    let lost = built.figures.files_damaged > damaged_before;
    let mut finer = Vec::with_capacity(node.finer.len());
    for part in node.finer {
        finer.push(match part {
            Finer::Node(node) => EncodedFiner::Node(encode_node(job, node, detail_m, name, built)?),
            Finer::File(file) => EncodedFiner::File(file),
        });
    }
    Ok(EncodedNode { lost, content, error_m, finer })
}

/// Follows a node's finer files. Returns the node as a tile, or its children where it has nothing
/// to show itself: a tile without content in the middle of a tree would show as a hole. The second
/// part says whether the tiles cover all that the node should.
fn finish_node(
    job: &ObliqueJob<'_>,
    mut node: EncodedNode,
    file: &Path,
    trail: &Trail,
    built: &mut Built,
) -> Result<(Vec<Tile>, bool), PublishError> {
    let error_m = node.error_m;
    if trail.tiles >= DEEPEST_TILE && !node.finer.is_empty() {
        let name = relative_name(job, file);
        let text = format!("`{name}` has more than {DEEPEST_TILE} levels; those below were left out");
        built.messages.push(damaged(&name, text, EXPORT_AGAIN));
        built.figures.files_damaged += 1;
        node.finer.clear();
    }
    let below_here = Trail { files: trail.files.clone(), tiles: trail.tiles + 1 };
    let parts: Vec<Result<(Built, bool), PublishError>> =
        node.finer.into_par_iter().map(|part| finish_part(job, part, file, &below_here, error_m)).collect();
    let (mut below, mut whole) = (Built::default(), !node.lost);
    for part in parts {
        let (mut part, part_whole) = part?;
        below.absorb(&mut part);
        below.tiles.append(&mut part.tiles);
        whole &= part_whole;
    }
    let children = std::mem::take(&mut below.tiles);
    if node.content.is_none() {
        built.absorb(&mut below);
        return Ok((children, whole));
    }
    if whole || children.is_empty() {
        built.absorb(&mut below);
        return Ok((vec![Tile::new(node.content, error_m, children)], true));
    }
    // Part of what would replace this content is not there: staying coarse shows everything. What
    // was built below counts as read, not as published.
    below.figures = Figures {
        files_read: below.figures.files_read,
        bytes_read: below.figures.bytes_read,
        files_damaged: below.figures.files_damaged,
        files_missing: below.figures.files_missing,
        ..Figures::default()
    };
    built.absorb(&mut below);
    let name = relative_name(job, file);
    built.messages.push(Message {
        severity: Severity::Warning,
        code: "stays_coarse".into(),
        text: format!("a level of `{name}` stays coarse, because only a part of its finer level can be read"),
        hint: None,
        subject: Some(name),
    });
    Ok((vec![Tile::new(node.content, error_m, Vec::new())], true))
}

fn finish_part(
    job: &ObliqueJob<'_>,
    part: EncodedFiner,
    file: &Path,
    trail: &Trail,
    error_m: f64,
) -> Result<(Built, bool), PublishError> {
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
) -> Result<bool, PublishError> {
    let path = match resolve(job.survey, parent, child) {
        Ok(path) => path,
        Err(reason) => {
            let name = relative_name(job, parent);
            let hint = "child files must lie inside the survey's folder";
            let text = format!("`{name}` names the child file `{child}`, which {reason}");
            below.messages.push(damaged(&name, text, hint));
            below.figures.files_damaged += 1;
            return Ok(false);
        }
    };
    let (tiles, absent) = build_file(job, &path, trail, error_m, below)?;
    below.tiles = tiles;
    if matches!(absent, Some(Absent::Missing)) {
        below.figures.files_missing += 1;
        below.missing.push(relative_name(job, &path));
    }
    Ok(absent.is_none())
}

fn relative_name(job: &ObliqueJob<'_>, path: &Path) -> String {
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
