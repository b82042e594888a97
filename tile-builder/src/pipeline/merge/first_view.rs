//! The first look at a light scene, against the budget of the light-scene standard.
//!
//! In: the scenes of a profile whose documents are written. Out: those that keep the budget, with what
//! their first view takes; a message for each of the others. Called by the merge.

use twin_schemas::catalog::{FirstView, Scene};
use twin_schemas::report::{Message, Severity};

use super::super::BuildError;
use super::summary::Summary;
use crate::publish::Version;
use crate::traverse::{Overhead, overhead};

/// Most that a first view may take.
const BUDGET: FirstView =
    FirstView { bytes: 1_000_000, triangles: 150_000, draws: 60, texture_px: 6_000_000 };

/// The scenes that keep the budget.
///
/// # Errors
/// If a document or content that was just written cannot be read.
pub(super) fn within_budget(
    scenes: Vec<Scene>,
    version: &Version<'_>,
    summary: &mut Summary<'_>,
) -> Result<Vec<Scene>, BuildError> {
    let mut kept = Vec::with_capacity(scenes.len());
    for mut scene in scenes {
        let (low, high) = (&scene.bounds.min, &scene.bounds.max);
        let edge_m = (high.east_m - low.east_m).max(high.north_m - low.north_m);
        let seen =
            overhead(&version.path(&scene.tileset), Overhead::first_view(edge_m)).map_err(|error| {
                BuildError::Document { name: scene.tileset.clone(), reason: error.to_string() }
            })?;
        let view = FirstView {
            bytes: seen.bytes,
            triangles: seen.triangles,
            draws: seen.draws,
            texture_px: seen.texture_px,
        };
        match excess(&view) {
            None => {
                scene.first_view = Some(view);
                kept.push(scene);
            }
            Some(reason) => summary.say_of_scene(refusal(&scene.id, &reason)),
        }
    }
    Ok(kept)
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
}
