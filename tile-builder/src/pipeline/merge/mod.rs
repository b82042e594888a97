//! The end of a build: the records of all jobs to one version, and the switch to it.
//!
//! In: the plan and the records. Out: tileset documents, the catalogue, the model, the report. The
//! trees are taken one tile at a time; what stays in memory is a root for each. Called by `build`
//! and by the command `merge`.

mod budgets;
mod first_view;
mod models;
mod picture;
mod summary;
mod trees;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use twin_schemas::catalog::{Scene, SceneContent};
use twin_schemas::plan::{ModelState, ProfilePlan, SceneKind, SourceKind};
use twin_schemas::report::{Figures, Message, Severity};

use self::budgets::Budgets;
use self::first_view::Beside;
pub(super) use self::summary::PLACE_HINT;
use self::summary::{Summary, local_box};
use self::trees::Trees;
use super::jobs::{Job, JobPlan, Work};
use super::record::{Made, Part, Record, digest, path};
use super::run::Workshop;
use super::{BuildError, BuildOutcome, Progress};
use crate::geometry::Aabb;
use crate::georef::ellipsoid::EnuFrame;
use crate::publish::Version;
use crate::read::areas::Area;
use crate::report::Shown;
use crate::texture::TextureCost;
use crate::tileset::{self, Tile};

/// Name of the record of the merge itself.
const MERGE: &str = "merge";
/// So many made levels stand in one document, which a viewer loads at once.
const LEVELS_IN_A_DOCUMENT: u32 = 3;

/// What a merge made, so that one with nothing new is over at once.
#[derive(Debug, Serialize, Deserialize)]
struct Merged {
    key: String,
    version: String,
}

/// Joins all results to a version and publishes it.
pub(super) fn merge(
    shop: &Workshop<'_>,
    plan: &JobPlan,
    progress: &dyn Progress,
) -> Result<BuildOutcome, BuildError> {
    let key = merge_key(shop, plan)?;
    if let Some(outcome) = unchanged(shop, &key) {
        return Ok(outcome);
    }
    progress.stage("publish", 1);
    let mut merge = Merge {
        shop,
        frame: shop.site.places()?.frame,
        version: shop.publication.begin()?,
        bounds: Aabb::EMPTY,
        scenes: Vec::new(),
        budgets: Budgets::default(),
        summary: Summary::new(shop)?,
    };
    for job in &plan.jobs {
        match job.work {
            Work::Cells { source, .. } => merge.summary.file(source, &load(shop, job)?.made),
            Work::Model { source, file } => merge.summary.model(source, file, &load(shop, job)?.made),
            _ => {}
        }
    }
    for (at, profile) in shop.site.profiles.iter().enumerate() {
        merge.profile(plan, at, profile)?;
    }
    if merge.scenes.is_empty() {
        // What cannot be built at all has its reasons, and they would otherwise be lost.
        merge.summary.say(progress);
        return Err(BuildError::Nothing { sources: shop.site.sources.len() });
    }
    let picture = match merge.pictured() {
        Some(scene) => picture::draw(shop, &merge.version.path(&scene.tileset), scene),
        None => Err("there is no profile".to_owned()),
    };
    let rows = merge.model_rows(&plan.jobs)?;
    let shown = Shown { picture, scenes: merge.budgets.finish() };
    let report =
        merge.summary.finish(&mut merge.version, merge.scenes, &merge.bounds, &shown, rows, progress)?;
    let version = merge.version.commit()?;
    let merged = json_bytes(MERGE, &Merged { key, version: version.clone() })?;
    shop.publication.put_beside(&path(MERGE), &merged)?;
    progress.step("publish");
    let contents_written = shop.publication.contents_written();
    Ok(BuildOutcome { version, report, contents_written, changed: true })
}

/// Hash of all that a version is made from.
fn merge_key(shop: &Workshop<'_>, plan: &JobPlan) -> Result<String, BuildError> {
    let site = shop.site;
    let digests =
        plan.jobs.iter().map(|job| Ok(load(shop, job)?.digest)).collect::<Result<Vec<_>, BuildError>>()?;
    let areas = |areas: &[Area]| areas.iter().map(|area| format!("{area:?}")).collect::<Vec<_>>();
    Ok(digest(&(&site.key, &site.resolved.plan, areas(&site.zones), areas(&site.footprints), digests)))
}

/// The outcome of an earlier build from the same results, if its version is the one served.
fn unchanged(shop: &Workshop<'_>, key: &str) -> Option<BuildOutcome> {
    let root = shop.publication.root();
    let bytes = std::fs::read(root.join(path(MERGE))).ok()?;
    let merged: Merged = serde_json::from_slice(&bytes).ok()?;
    let version = shop.publication.current()?;
    if merged.key != key || merged.version != version {
        return None;
    }
    let report = std::fs::read(root.join("versions").join(&version).join("report.json")).ok()?;
    let report = serde_json::from_slice(&report).ok()?;
    let contents_written = shop.publication.contents_written();
    Some(BuildOutcome { version, report, contents_written, changed: false })
}

fn load(shop: &Workshop<'_>, job: &Job) -> Result<Record, BuildError> {
    Record::load(shop.publication, &job.id).ok_or_else(|| BuildError::Job {
        id: job.id.clone(),
        reason: "has no result; run it first".to_owned(),
    })
}

/// A version as it is put together.
struct Merge<'m> {
    shop: &'m Workshop<'m>,
    frame: Option<EnuFrame>,
    version: Version<'m>,
    bounds: Aabb,
    scenes: Vec<Scene>,
    budgets: Budgets,
    summary: Summary<'m>,
}

impl Merge<'_> {
    /// The scene to draw: the whole community in the first complete profile, else in the first. Light
    /// scenes may leave out what lies outside of all zones.
    fn pictured(&self) -> Option<&Scene> {
        let profiles = &self.shop.site.profiles;
        let profile =
            profiles.iter().find(|profile| profile.scenes == SceneKind::Complete).or(profiles.first())?;
        let whole = |scene: &&Scene| scene.profile == profile.id && scene.zone.is_none();
        self.scenes.iter().filter(whole).find(|scene| scene.content == SceneContent::Place)
    }

    /// All documents of a profile: of tiles, of the levels above them, of zones, and the root.
    fn profile(&mut self, plan: &JobPlan, at: usize, profile: &ProfilePlan) -> Result<(), BuildError> {
        let (mut trees, mut overviews) = (Trees::default(), Vec::new());
        let mut textures = TextureCost::default();
        // Every complete profile reads the same files and has the same to say about them; the first does.
        // Where there is none, light scenes tell what reading them said.
        let teller = self.shop.site.profiles.iter().position(|other| other.scenes == SceneKind::Complete);
        for job in plan.jobs.iter().filter(|job| job.work.profile() == Some(at)) {
            let record = load(self.shop, job)?;
            textures += record.made.textures;
            self.budgets.take(profile, &job.work, &record, self.shop.publication);
            match &job.work {
                Work::Tile { source, piece, .. } => {
                    if teller == Some(at) {
                        self.summary.tile(*source, *piece, &record.made);
                    }
                    let source = &self.shop.site.sources[*source];
                    if source.is_survey() {
                        let folder = format!("{}/{}/{}", profile.id, source.plan.id, source.names[*piece]);
                        self.tile(&mut trees, job, &folder, record.made)?;
                    } else {
                        cell(&mut trees, job, record.made);
                    }
                }
                Work::Cells { .. } | Work::Model { .. } | Work::Relief { .. } | Work::Ground => {}
                Work::Light { .. } => {
                    self.summary.scenes(&record.made);
                    if teller.is_none() {
                        self.summary.reading(&record);
                    }
                    let folder = format!("{}/{}", profile.id, job.id);
                    self.tile(&mut trees, job, &folder, record.made)?;
                }
                Work::Above { group, height, .. } => {
                    self.summary.scenes(&record.made);
                    let folder = format!("{}/{group}", profile.id);
                    self.above(&mut trees, job, &folder, *height, record.made)?;
                }
                Work::Overview { .. } => {
                    self.summary.scenes(&record.made);
                    overviews.push((job, record.made));
                }
            }
        }
        self.summary.textures(&profile.id, &textures);
        let before = self.scenes.len();
        let (models, figures) = self.models(&plan.jobs, at, profile)?;
        let light = profile.scenes == SceneKind::Light;
        if light {
            first_view::of_models(&mut self.scenes[before..], &self.version, &mut self.summary)?;
        }
        let alone = self.shop.site.sources.iter().all(|source| source.plan.kind == SourceKind::Ifc)
            && !models.is_empty();
        if alone {
            trees.count(&None, figures);
            trees.add(None, "models", models);
        }
        let mut scenes = self.roots(trees, overviews, profile)?;
        if light {
            let beside = Beside::of(&self.scenes[before..], alone);
            scenes = first_view::within_budget(scenes, &beside, &self.version, &mut self.summary)?;
        }
        self.scenes.append(&mut scenes);
        // What is seen first stands first.
        self.scenes[before..].sort_by_key(|scene| scene.content != SceneContent::Place);
        Ok(())
    }

    /// A document for each part of a tile; its root stands for it.
    fn tile(&mut self, trees: &mut Trees, job: &Job, folder: &str, made: Made) -> Result<(), BuildError> {
        for Part { zone, tree, figures } in made.parts {
            let name = match &zone {
                None => format!("{folder}/tileset.json"),
                Some(zone) => format!("{folder}/{}.json", self.shop.site.zone_name(zone)),
            };
            self.document(&name, &tileset::document(&tree, None, &name))?;
            trees.count(&zone, figures);
            trees.add(zone, &job.id, vec![Tile::external(&tree, name)]);
        }
        Ok(())
    }

    /// Puts a made level above those that it was made from.
    fn above(
        &mut self,
        trees: &mut Trees,
        job: &Job,
        folder: &str,
        height: u32,
        made: Made,
    ) -> Result<(), BuildError> {
        let Work::Above { zone, .. } = &job.work else { return Ok(()) };
        let below = trees.take(zone, &job.needs);
        let Some(Part { tree, figures, .. }) = made.parts.into_iter().next() else {
            trees.add(zone.clone(), &job.id, below);
            return Ok(());
        };
        let mut tile = tree.over(below);
        if (height + 1).is_multiple_of(LEVELS_IN_A_DOCUMENT) {
            let name = format!("{folder}/{}.json", job.id);
            self.document(&name, &tileset::document(&tile, None, &name))?;
            tile = Tile::external(&tile, name);
        }
        trees.count(zone, figures);
        trees.add(zone.clone(), &job.id, vec![tile]);
        Ok(())
    }

    /// The documents and scenes of the zones and of the whole. A zone's own document can be loaded by
    /// itself; the whole refers to the same tiles.
    fn roots(
        &mut self,
        trees: Trees,
        overviews: Vec<(&Job, Made)>,
        profile: &ProfilePlan,
    ) -> Result<Vec<Scene>, BuildError> {
        let (mut outside, mut total, mut scenes) = (Vec::new(), Figures::default(), Vec::new());
        let mut zones: BTreeMap<String, Tile> = BTreeMap::new();
        for (zone, tree, figures) in trees.finish() {
            total += figures;
            let Some(zone) = zone else {
                outside.push(tree);
                continue;
            };
            let folder = format!("{}/zones/{}", profile.id, self.shop.site.zone_name(&zone));
            let inner = format!("{folder}/tiles.json");
            self.document(&inner, &tileset::document(&tree, None, &inner))?;
            let tile = Tile::external(&tree, inner);
            let name = format!("{folder}/tileset.json");
            self.placed(&name, &Tile::group(vec![tile.clone()]))?;
            scenes.push(scene(&profile.id, Some(zone.clone()), name, &tree, &figures));
            zones.insert(zone, tile);
        }
        for (_, made) in &overviews {
            made.parts.iter().for_each(|part| total += part.figures);
        }
        let mut roots = outside;
        roots.extend(over_zones(zones, overviews));
        let Some(root) = Tile::root_of(roots) else {
            self.summary.say_of_scene(nothing_to_show(profile, self.frame.is_none()));
            return Ok(Vec::new());
        };
        let name = format!("{}/tileset.json", profile.id);
        self.placed(&name, &root)?;
        self.bounds.merge(&root.bounds);
        scenes.insert(0, scene(&profile.id, None, name, &root, &total));
        Ok(scenes)
    }

    /// A document that stands on the Earth by itself.
    fn placed(&mut self, name: &str, root: &Tile) -> Result<(), BuildError> {
        let transform = self.frame.as_ref().map(EnuFrame::column_major);
        self.document(name, &tileset::document(root, transform, name))
    }

    fn document(&mut self, name: &str, value: &impl Serialize) -> Result<(), BuildError> {
        Ok(self.version.put(name, &json_bytes(name, value)?)?)
    }
}

/// A cell is one tile, which stands in the document of the levels above it.
fn cell(trees: &mut Trees, job: &Job, made: Made) {
    for Part { zone, tree, figures } in made.parts {
        trees.count(&zone, figures);
        trees.add(zone, &job.id, vec![tree]);
    }
}

/// Says that a profile has no scene.
fn nothing_to_show(profile: &ProfilePlan, nowhere: bool) -> Message {
    let placeless = nowhere && profile.scenes == SceneKind::Light;
    let reason = if placeless {
        "light scenes stand in zones, and the community has no place on the Earth"
    } else {
        "not one tile could be built"
    };
    Message {
        severity: Severity::Error,
        code: "nothing_to_show".into(),
        text: format!("profile `{}` has no scene: {reason}", profile.id),
        hint: placeless.then(|| PLACE_HINT.to_owned()),
        subject: Some(profile.id.clone()),
    }
}

/// Puts overviews over the zones that they were made from. What none stands over stays as it is.
fn over_zones(mut zones: BTreeMap<String, Tile>, overviews: Vec<(&Job, Made)>) -> Vec<Tile> {
    let mut made_before: Vec<(&str, Vec<Tile>)> = Vec::new();
    for (job, made) in overviews {
        let Work::Overview { zones: names, .. } = &job.work else { continue };
        let mut below: Vec<Tile> = names.iter().filter_map(|name| zones.remove(name)).collect();
        let (lower, others) = made_before.into_iter().partition(|(id, _)| job.needs.iter().any(|n| n == id));
        made_before = others;
        let lower: Vec<(&str, Vec<Tile>)> = lower;
        below.extend(lower.into_iter().flat_map(|(_, tiles)| tiles));
        let tiles = match made.parts.into_iter().next() {
            Some(part) => vec![part.tree.over(below)],
            None => below,
        };
        made_before.push((&job.id, tiles));
    }
    made_before.into_iter().flat_map(|(_, tiles)| tiles).chain(zones.into_values()).collect()
}

fn scene(profile: &str, zone: Option<String>, tileset: String, root: &Tile, figures: &Figures) -> Scene {
    Scene {
        id: zone.as_ref().map_or_else(|| profile.to_owned(), |zone| format!("{profile}/{zone}")),
        profile: profile.to_owned(),
        zone,
        content: SceneContent::Place,
        source: None,
        state: ModelState::Existing,
        replaces: Vec::new(),
        tileset,
        bounds: local_box(&root.bounds),
        tiles: figures.tiles,
        triangles: figures.triangles,
        texture_px: figures.texture_px,
        size_bytes: figures.content_bytes,
        first_view: None,
    }
}

fn json_bytes(name: &str, value: &impl Serialize) -> Result<Vec<u8>, BuildError> {
    serde_json::to_vec(value)
        .map_err(|error| BuildError::Document { name: name.to_owned(), reason: error.to_string() })
}
