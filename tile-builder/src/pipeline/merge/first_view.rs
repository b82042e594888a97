//! The first look at a light scene, against the budget of the light-scene standard.
//!
//! In: the scenes of a profile whose documents are written. Out: what the first view of each takes; a
//! message for each that exceeds the budget. Called by the merge.
//!
//! What a phone loads at first is the light scene of the place and those of the existing building
//! models, which the viewer opens beside it: the place's figures count both. A place that exceeds the
//! budget by itself is left out. Models that do are named and stay: without its light scene, a phone
//! would open the complete one.

use twin_schemas::catalog::{FirstView, Scene, SceneContent};
use twin_schemas::geometry::LocalBox;
use twin_schemas::plan::ModelState;
use twin_schemas::report::{Message, Severity};

use super::super::BuildError;
use super::summary::Summary;
use crate::geometry::Aabb;
use crate::lod::SCREEN_ERROR_PX;
use crate::publish::Version;
use crate::traverse::{Overhead, overhead_of};

/// Most that a first view may take.
const BUDGET: FirstView =
    FirstView { bytes: 1_000_000, triangles: 150_000, draws: 60, texture_px: 6_000_000 };
/// Pixels that the viewer lets a building model be off.
const MODEL_ERROR_PX: f64 = 12.0;
const NOTHING: FirstView = FirstView { bytes: 0, triangles: 0, draws: 0, texture_px: 0 };

/// What a phone sees of a place at first, besides its own scene.
pub(super) struct Beside<'s> {
    /// The light scenes of the existing building models.
    models: Vec<&'s Scene>,
    /// Whether the place is these models, and its own scene repeats them.
    alone: bool,
}

impl<'s> Beside<'s> {
    /// Of the scenes of a light profile, the building models that are shown at first.
    pub(super) fn of(scenes: &'s [Scene], alone: bool) -> Self {
        let models = |state| scenes.iter().filter(move |scene| is_model(scene) && scene.state == state);
        let existing: Vec<&Scene> = models(ModelState::Existing).collect();
        // Where nothing exists yet, what is planned is the place.
        let planned = alone && existing.is_empty();
        Self { models: if planned { models(ModelState::Proposed).collect() } else { existing }, alone }
    }
}

fn is_model(scene: &Scene) -> bool {
    scene.content == SceneContent::Model
}

/// Notes what the first view of each building model by itself takes, and names those beyond the budget.
///
/// # Errors
/// If a document or content that was just written cannot be read.
pub(super) fn of_models(
    scenes: &mut [Scene],
    version: &Version<'_>,
    summary: &mut Summary<'_>,
) -> Result<(), BuildError> {
    for scene in scenes.iter_mut().filter(|scene| is_model(scene)) {
        let view = look(scene, &scene.bounds, MODEL_ERROR_PX, version)?;
        if let Some(reason) = excess(&view) {
            summary.say_of_scene(heavy(&scene.id, &format!("its first view takes {reason}"), &[]));
        }
        scene.first_view = Some(view);
    }
    Ok(())
}

/// The scenes of the place and its zones that keep the budget.
///
/// # Errors
/// If a document or content that was just written cannot be read.
pub(super) fn within_budget(
    scenes: Vec<Scene>,
    beside: &Beside<'_>,
    version: &Version<'_>,
    summary: &mut Summary<'_>,
) -> Result<Vec<Scene>, BuildError> {
    let mut kept = Vec::with_capacity(scenes.len());
    for mut scene in scenes {
        let whole = scene.zone.is_none();
        let own = if whole && beside.alone {
            NOTHING
        } else {
            look(&scene, &scene.bounds, SCREEN_ERROR_PX, version)?
        };
        if let Some(reason) = excess(&own) {
            summary.say_of_scene(refusal(&scene.id, &reason));
            continue;
        }
        scene.first_view = Some(own);
        if whole {
            let models = beside
                .models
                .iter()
                .map(|model| Ok((model.id.as_str(), look(model, &scene.bounds, MODEL_ERROR_PX, version)?)))
                .collect::<Result<Vec<_>, BuildError>>()?;
            let (all, beyond) = together(own, &models);
            if let Some(reason) = excess(&all) {
                let reason = format!("with its building models its first view takes {reason}");
                summary.say_of_scene(heavy(&scene.id, &reason, &beyond));
            }
            scene.first_view = Some(all);
        }
        kept.push(scene);
    }
    Ok(kept)
}

/// What a scene takes, seen from above a box that just fits a phone's screen.
fn look(
    scene: &Scene,
    around: &LocalBox,
    error_px: f64,
    version: &Version<'_>,
) -> Result<FirstView, BuildError> {
    let point = |at: &twin_schemas::geometry::LocalPoint| [at.east_m, at.north_m, at.up_m];
    let bounds = Aabb { min: point(&around.min), max: point(&around.max) };
    let [east_m, north_m, _] = bounds.size();
    let camera = Overhead { error_px, ..Overhead::first_view(east_m.max(north_m)) };
    let seen = overhead_of(&version.path(&scene.tileset), &bounds, camera)
        .map_err(|error| BuildError::Document { name: scene.tileset.clone(), reason: error.to_string() })?;
    Ok(FirstView {
        bytes: seen.bytes,
        triangles: seen.triangles,
        draws: seen.draws,
        texture_px: seen.texture_px,
    })
}

/// What a place takes with its models, and the models that find no room, in the order of the plan.
fn together<'m>(own: FirstView, models: &[(&'m str, FirstView)]) -> (FirstView, Vec<&'m str>) {
    let (mut all, mut fitting, mut beyond) = (own, own, Vec::new());
    for (id, view) in models {
        all = sum(&all, view);
        let with = sum(&fitting, view);
        if excess(&with).is_none() { fitting = with } else { beyond.push(*id) }
    }
    (all, beyond)
}

fn sum(a: &FirstView, b: &FirstView) -> FirstView {
    FirstView {
        bytes: a.bytes + b.bytes,
        triangles: a.triangles + b.triangles,
        draws: a.draws + b.draws,
        texture_px: a.texture_px + b.texture_px,
    }
}

/// What exceeds the budget, in words.
fn excess(view: &FirstView) -> Option<String> {
    let figures = [
        ("bytes", view.bytes, BUDGET.bytes),
        ("triangles", view.triangles, BUDGET.triangles),
        ("draw calls", view.draws, BUDGET.draws),
        ("pixels of textures", view.texture_px, BUDGET.texture_px),
    ];
    let over: Vec<String> = figures
        .iter()
        .filter(|(_, value, limit)| value > limit)
        .map(|(what, value, limit)| format!("{value} {what}, limit {limit}"))
        .collect();
    (!over.is_empty()).then(|| over.join("; "))
}

fn refusal(scene: &str, reason: &str) -> Message {
    Message {
        severity: Severity::Error,
        code: "over_budget".into(),
        text: format!("scene `{scene}` is not published: its first view takes {reason}"),
        hint: Some(
            "see the messages about its levels: with an overview (L0) over all zones it would be lighter"
                .into(),
        ),
        subject: Some(scene.to_owned()),
    }
}

/// Says that a scene is published though a phone waits for it, and which models are too many.
fn heavy(scene: &str, reason: &str, beyond: &[&str]) -> Message {
    let models: Vec<String> = beyond.iter().map(|id| format!("`{id}`")).collect();
    let named =
        if models.is_empty() { String::new() } else { format!("; beyond the budget: {}", models.join(", ")) };
    Message {
        severity: Severity::Warning,
        code: "over_budget".into(),
        text: format!("scene `{scene}` is slow on a phone: {reason}{named}"),
        hint: Some("a simpler IFC file, or fewer models of what exists, would be lighter".into()),
        subject: Some(scene.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_above_the_budget_is_named_beside_its_limit() {
        assert_eq!(excess(&BUDGET), None);
        let heavy = FirstView { draws: 87, bytes: 1_000_001, ..BUDGET };
        let reason = excess(&heavy).unwrap();
        assert_eq!(reason, "1000001 bytes, limit 1000000; 87 draw calls, limit 60");
        let message = refusal("app", &reason);
        assert!(message.text.starts_with("scene `app` is not published: its first view takes 1000001"));
    }

    #[test]
    fn models_that_find_no_room_beside_the_place_are_named_and_counted() {
        let place = FirstView { bytes: 400_000, triangles: 90_000, draws: 20, texture_px: 1_000_000 };
        let model = |bytes| FirstView { bytes, triangles: 10_000, draws: 1, texture_px: 0 };
        let models = [("app/bim/a", model(500_000)), ("app/bim/b", model(200_000)), ("app/bim/c", model(9))];
        let (all, beyond) = together(place, &models);
        assert_eq!((all.bytes, all.triangles, all.draws), (1_100_009, 120_000, 23));
        assert_eq!(beyond, ["app/bim/b"]);
        let message = heavy("app", &excess(&all).unwrap(), &beyond);
        assert!(message.text.ends_with("1100009 bytes, limit 1000000; beyond the budget: `app/bim/b`"));
    }
}
