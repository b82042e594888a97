//! Building models: one IFC file to the contents of all profiles, and to rows of the model.
//!
//! read (in a worker process) → place → divide → levels → encode → contents and a record. Called by
//! the jobs. A model's tree is: blocks, seen from far; its exterior shell; then each storey's
//! exterior and interior side by side. Spaces stand in a tree of their own. A light profile ends with
//! the shell.

pub(super) mod claims;
mod contents;
mod levels;
mod parts;
pub(super) mod place;
mod rows;

use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use twin_schemas::model::BuildingPart;
use twin_schemas::plan::{ProfilePlan, SceneKind};
use twin_schemas::report::{Figures, Message, Severity};

use self::contents::Contents;
use self::parts::{Parts, Placed};
use super::content::damaged;
use super::site::ModelFile;
use crate::encode::{self, Content};
use crate::georef::Placement;
use crate::georef::ellipsoid::EnuFrame;
use crate::publish::pack::{Effort, pack};
use crate::publish::{Publication, PublishError};
use crate::read::Limits;
use crate::read::ifc::{self, IfcError, Model, Problem, Wanted};
use crate::tileset::Tile;

/// Steps that positions are stored in, in metres: of storeys, of the shell, of blocks.
const STOREY_STEP_M: f64 = 0.001;
const SHELL_STEP_M: f64 = 0.004;
const BLOCK_STEP_M: f64 = 0.01;
/// Errors of the levels in metres. On a screen of 1080 lines that shows 16 px of error, blocks give way
/// to the shell at some 200 m, and the shell to storeys at some 25 m.
const BLOCK_ERROR_M: f64 = 3.5;
const SHELL_ERROR_M: f64 = 0.45;
/// The shell is simplified to this at first.
const SHELL_DETAIL_M: f64 = 0.02;
/// Budgets of a shell: share of the model's triangles, triangles, and bytes. With its blocks a building then
/// stays below 150 KB.
const SHELL_SHARE: f64 = 0.10;
const SHELL_TRIANGLES: usize = 30_000;
const SHELL_BYTES: usize = 138_000;
/// About so much of a file's bytes are its contents.
const CONTENT_SHARE: u64 = 10;
/// A small model may keep so many triangles whatever their share.
const SHELL_LEAST: usize = 200;

type Encoded = Result<Option<Content>, encode::EncodeError>;
type Stored = Result<Option<(Content, String)>, encode::EncodeError>;

/// What a model is built with.
pub(super) struct ModelJob<'j> {
    pub(super) publication: &'j Publication,
    pub(super) file: &'j ModelFile,
    pub(super) placement: &'j Placement,
    pub(super) frame: Option<&'j EnuFrame>,
    pub(super) profiles: &'j [ProfilePlan],
    pub(super) limits: &'j Limits,
    /// The program that reads apart; none reads in this process.
    pub(super) worker: Option<&'j Path>,
    /// Id of the source.
    pub(super) source: &'j str,
    /// What the model's topmost objects are part of.
    pub(super) above: &'j str,
}

/// The trees of one profile.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ModelTrees {
    /// Place of the profile in the site's list.
    pub(super) profile: usize,
    pub(super) tree: Tile,
    /// The spaces, if there are any and the profile shows them.
    pub(super) spaces: Option<Tile>,
    pub(super) figures: Figures,
    pub(super) spaces_figures: Figures,
}

/// What became of a file.
#[derive(Default)]
pub(super) struct BuiltModel {
    pub(super) trees: Vec<ModelTrees>,
    /// Rows of the model, one JSON object a line.
    pub(super) rows: Vec<u8>,
    pub(super) messages: Vec<Message>,
    pub(super) figures: Figures,
    /// Names and sizes of the contents.
    pub(super) contents: Vec<(String, u64)>,
    pub(super) residual_m: f64,
}

/// Reads a file, in another process if there is a program for it.
pub(super) fn read(
    worker: Option<&Path>,
    path: &Path,
    wanted: Wanted,
    limits: &Limits,
) -> Result<Model, IfcError> {
    match worker {
        Some(program) => ifc::worker::read_apart(program, path, wanted, limits),
        None => ifc::read(path, wanted, limits),
    }
}

/// Builds one file.
///
/// # Errors
/// If a content cannot be written. What is wrong with the file is told by messages.
pub(super) fn build(job: &ModelJob<'_>) -> Result<BuiltModel, PublishError> {
    let mut built = BuiltModel::default();
    let size = std::fs::metadata(&job.file.path).map_or(0, |meta| meta.len());
    built.figures.files_read = 1;
    built.figures.bytes_read = size;
    let model = match read(job.worker, &job.file.path, Wanted::All, job.limits) {
        Ok(model) => model,
        Err(error) => {
            built.figures.files_damaged = 1;
            built.messages.push(damaged(
                &job.file.name,
                error.to_string(),
                "check the file, or export it again",
            ));
            return Ok(built);
        }
    };
    built.messages.extend(model.problems.iter().map(|problem| message(&job.file.name, problem)));
    if model.uses.is_empty() {
        let text = format!("`{}` has no product with a shape", job.file.name);
        built.messages.push(damaged(&job.file.name, text, "export it with geometry"));
        return Ok(built);
    }
    let bounds = parts::world_bounds(&model);
    let warp = match job.placement.warp(job.frame, &bounds) {
        Ok(warp) => warp,
        Err(error) => {
            built.messages.push(damaged(&job.file.name, error.to_string(), super::merge::PLACE_HINT));
            return Ok(built);
        }
    };
    built.residual_m = warp.residual_m;
    let parts = parts::divide(&model, &warp);
    let levels = Levels::of(&model, job.source, &parts, &warp, Effort::for_bytes(size / CONTENT_SHARE));
    let made: Vec<Made> =
        job.profiles.iter().map(|profile| levels.make(job, profile)).collect::<Result<_, _>>()?;
    for (profile, mut made) in made.into_iter().enumerate() {
        built.messages.append(&mut made.messages);
        built.contents.append(&mut made.contents);
        if let Some(tree) = made.tree {
            let (figures, spaces_figures, spaces) = (made.figures, made.spaces_figures, made.spaces);
            built.figures += figures;
            built.figures += spaces_figures;
            built.trees.push(ModelTrees { profile, tree, spaces, figures, spaces_figures });
        }
    }
    built.rows = rows::rows(&model, job.source, &parts, job.above);
    Ok(built)
}

/// The part of each node of a model that has a shape.
#[must_use]
pub fn parts_of(model: &Model) -> Vec<Option<BuildingPart>> {
    parts::look(model).1
}

fn message(file: &str, problem: &Problem) -> Message {
    Message {
        severity: if problem.loss { Severity::Warning } else { Severity::Note },
        code: problem.code.clone(),
        text: format!("`{file}`: {}", problem.text),
        hint: (!problem.hint.is_empty()).then(|| problem.hint.clone()),
        subject: Some(problem.global_id.clone().unwrap_or_else(|| file.to_owned())),
    }
}

/// The levels of a model, before they are encoded for a profile.
struct Levels<'m> {
    model: &'m Model,
    source: &'m str,
    parts: &'m Parts<'m>,
    curved: Vec<bool>,
    blocks: Contents,
    shell: levels::Shell,
    /// Triangles of everything but spaces, each copy counted.
    triangles: usize,
    /// How hard its contents are compressed.
    effort: Effort,
}

/// What was made of a model for one profile.
#[derive(Default)]
struct Made {
    tree: Option<Tile>,
    spaces: Option<Tile>,
    figures: Figures,
    spaces_figures: Figures,
    messages: Vec<Message>,
    contents: Vec<(String, u64)>,
}

impl<'m> Levels<'m> {
    fn of(
        model: &'m Model,
        source: &'m str,
        parts: &'m Parts<'m>,
        warp: &crate::georef::warp::Warp,
        effort: Effort,
    ) -> Self {
        let curved = model.shapes.par_iter().map(contents::is_curved).collect();
        let drawn = |(place, at): (&parts::Place, &Vec<usize>)| {
            let of = |at: &usize| parts.placed[*at].shape.indices.len() / 3;
            if place.part == BuildingPart::Space { 0 } else { at.iter().map(of).sum() }
        };
        let triangles = parts.groups.iter().map(drawn).sum();
        let (blocks, shell) = rayon::join(
            || levels::blocks(model, source, parts, warp),
            || shell(model, source, parts, triangles),
        );
        Self { model, source, parts, curved, blocks, shell, triangles, effort }
    }

    fn make(&self, job: &ModelJob<'_>, profile: &ProfilePlan) -> Result<Made, PublishError> {
        let mut made = Made::default();
        let complete = profile.scenes == SceneKind::Complete;
        let shell = &self.shell;
        let (mut leaves, mut spaces) = (Vec::new(), Vec::new());
        if complete {
            let repeating = profile.instancing.unwrap_or(true);
            let groups: Vec<_> = self.parts.groups.iter().collect();
            let encoded: Vec<_> = groups
                .par_iter()
                .map(|(place, members)| {
                    let placed: Vec<&Placed<'_>> = members.iter().map(|at| &self.parts.placed[*at]).collect();
                    let contents =
                        contents::gather(self.model, self.source, &placed, &self.curved, repeating);
                    // Stored here, where others are encoded meanwhile: a disk takes its time to be sure.
                    Ok((place.part, store(job, encode(&contents, STOREY_STEP_M), self.effort)?))
                })
                .collect::<Result<_, PublishError>>()?;
            for (part, content) in encoded {
                let space = part == BuildingPart::Space;
                let Some(stored) = made.keep(job, content, space) else { continue };
                let list = if space { &mut spaces } else { &mut leaves };
                list.push(Tile::new(Some(stored), 0.0, Vec::new()));
            }
        }
        let content = store(job, encode(&shell.contents, SHELL_STEP_M), self.effort)?;
        if let Ok(Some((content, _))) = &content {
            made.check(job, profile, content, self.triangles);
        }
        let shell_error_m = SHELL_ERROR_M.max(shell.error_m * 4.0);
        let over = match made.keep(job, content, false) {
            Some(stored) => {
                let tile = Tile::level(stored, if leaves.is_empty() { 0.0 } else { shell_error_m });
                vec![tile.over(leaves)]
            }
            None => leaves,
        };
        let blocks = made.keep(job, store(job, encode(&self.blocks, BLOCK_STEP_M), self.effort)?, false);
        made.tree = match blocks {
            Some(stored) if !over.is_empty() => Some(Tile::level(stored, BLOCK_ERROR_M).over(over)),
            _ => Tile::root_of(over),
        };
        made.spaces = Tile::root_of(spaces);
        Ok(made)
    }
}

/// The shell within its budgets, as far as can be.
fn shell(model: &Model, source: &str, parts: &Parts<'_>, triangles: usize) -> levels::Shell {
    let mut most = ((triangles as f64 * SHELL_SHARE) as usize).clamp(SHELL_LEAST, SHELL_TRIANGLES);
    let mut detail_m = SHELL_DETAIL_M;
    let mut shell = levels::shell(model, source, parts, detail_m, most);
    loop {
        let bytes = encode(&shell.contents, SHELL_STEP_M).ok().flatten().map_or(0, |c| c.bytes.len());
        if bytes <= SHELL_BYTES || most < SHELL_LEAST {
            return shell;
        }
        most = most * 2 / 3;
        detail_m *= 1.5;
        shell = shell.coarser(detail_m, most);
    }
}

fn encode(contents: &Contents, step_m: f64) -> Encoded {
    encode::encode_model(&contents.meshes, &contents.repeats, &contents.features, step_m)
}

/// Packs and stores a content; gives the path that it is published under.
fn store(job: &ModelJob<'_>, encoded: Encoded, effort: Effort) -> Result<Stored, PublishError> {
    let content = match encoded {
        Ok(Some(content)) => content,
        Ok(None) => return Ok(Ok(None)),
        Err(error) => return Ok(Err(error)),
    };
    let packed = pack(&content.bytes, effort);
    let path = job.publication.put_packed_content(&content.bytes, packed.as_ref())?;
    Ok(Ok(Some((content, path))))
}

impl Made {
    /// Counts a stored content, or says what kept it from being made.
    fn keep(
        &mut self,
        job: &ModelJob<'_>,
        stored: Stored,
        space: bool,
    ) -> Option<(String, crate::geometry::Aabb)> {
        let (content, path) = match stored {
            Ok(stored) => stored?,
            Err(error) => {
                let name = &job.file.name;
                self.messages.push(damaged(name, format!("`{name}`: {error}"), "split the model"));
                return None;
            }
        };
        self.contents.push((path.clone(), content.bytes.len() as u64));
        let figures = if space { &mut self.spaces_figures } else { &mut self.figures };
        figures.tiles += 1;
        figures.triangles += content.triangles;
        figures.vertices += content.vertices;
        figures.content_bytes += content.bytes.len() as u64;
        Some((path, content.bounds))
    }

    /// Says of a shell that it is beyond its budget.
    fn check(&mut self, job: &ModelJob<'_>, profile: &ProfilePlan, content: &Content, triangles: usize) {
        let most = ((triangles as f64 * SHELL_SHARE) as u64).max(SHELL_LEAST as u64);
        if profile.scenes != SceneKind::Light
            || (content.triangles <= most && content.bytes.len() <= SHELL_BYTES)
        {
            return;
        }
        self.messages.push(Message {
            severity: Severity::Warning,
            code: "shell_over_budget".into(),
            text: format!(
                "the exterior of `{}` has {} triangles and {} bytes, budget {most} and {SHELL_BYTES}",
                job.file.name,
                content.triangles,
                content.bytes.len()
            ),
            hint: None,
            subject: Some(job.source.to_owned()),
        });
    }
}
