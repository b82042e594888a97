//! The documents and scenes of building models.
//!
//! Each model is a scene of its own, so that a viewer shows it, hides it, or compares it without
//! touching the survey; its spaces are another, which nobody sees who does not ask for them. In a
//! community without a survey the existing models are the place; where nothing exists yet, what is planned.

use std::collections::BTreeMap;

use twin_schemas::catalog::{Scene, SceneContent};
use twin_schemas::plan::{ModelState, ProfilePlan};
use twin_schemas::report::Figures;

use super::super::BuildError;
use super::super::jobs::{Job, Work};
use super::super::models::ModelTrees;
use super::super::record::{Record, data_path};
use super::{Merge, load, scene};
use crate::tileset::{self, Tile};

impl Merge<'_> {
    /// Documents and scenes of all building models in a profile. Gives the trees of those that stand
    /// there, or else of those that are planned, and what is in them.
    pub(super) fn models(
        &mut self,
        jobs: &[Job],
        at: usize,
        profile: &ProfilePlan,
    ) -> Result<(Vec<Tile>, Figures), BuildError> {
        let mut by_state: BTreeMap<ModelState, (Vec<Tile>, Figures)> = BTreeMap::new();
        for job in jobs {
            let Work::Model { source, file } = &job.work else { continue };
            let Record { made, .. } = load(self.shop, job)?;
            for trees in made.models.into_iter().filter(|trees| trees.profile == at) {
                let (tile, figures) = self.model(profile, *source, *file, trees)?;
                let of = by_state.entry(self.shop.site.sources[*source].plan.state).or_default();
                of.0.push(tile);
                of.1 += figures;
            }
        }
        // What exists comes first.
        Ok(by_state.into_values().next().unwrap_or_default())
    }

    fn model(
        &mut self,
        profile: &ProfilePlan,
        source: usize,
        file: usize,
        trees: ModelTrees,
    ) -> Result<(Tile, Figures), BuildError> {
        let of = &self.shop.site.sources[source];
        let (plan, file) = (&of.plan, &of.models[file].id);
        let path = if file.is_empty() { plan.id.clone() } else { format!("{}/{file}", plan.id) };
        let kinds = [
            (SceneContent::Model, "bim", Some(trees.tree), trees.figures),
            (SceneContent::Spaces, "spaces", trees.spaces, trees.spaces_figures),
        ];
        let mut shown = None;
        for (content, folder, tree, figures) in kinds {
            let Some(tree) = tree else { continue };
            let inner = format!("{}/{folder}/{path}/tiles.json", profile.id);
            self.document(&inner, &tileset::document(&tree, None, &inner))?;
            let tile = Tile::external(&tree, inner);
            let name = format!("{}/{folder}/{path}/tileset.json", profile.id);
            self.placed(&name, &Tile::group(vec![tile.clone()]))?;
            self.bounds.merge(&tree.bounds);
            let replaces = plan.building.iter().map(|footprint| format!("building/{footprint}"));
            self.scenes.push(Scene {
                id: format!("{}/{folder}/{path}", profile.id),
                content,
                source: Some(plan.id.clone()),
                state: plan.state,
                replaces: if content == SceneContent::Model { replaces.collect() } else { Vec::new() },
                ..scene(&profile.id, None, name, &tree, &figures)
            });
            if content == SceneContent::Model {
                shown = Some((tile, figures));
            }
        }
        let missing = || BuildError::Document { name: path.clone(), reason: "has no tree".to_owned() };
        shown.ok_or_else(missing)
    }

    /// The rows of all building models.
    pub(super) fn model_rows(&self, jobs: &[Job]) -> Result<Vec<u8>, BuildError> {
        let mut rows = Vec::new();
        for job in jobs.iter().filter(|job| matches!(job.work, Work::Model { .. })) {
            let path = self.shop.publication.root().join(data_path(&job.id));
            let failed = |error: std::io::Error| BuildError::Job {
                id: job.id.clone(),
                reason: format!("has lost its rows (`{}`: {error}); run it again", path.display()),
            };
            rows.append(&mut std::fs::read(&path).map_err(failed)?);
        }
        Ok(rows)
    }
}
