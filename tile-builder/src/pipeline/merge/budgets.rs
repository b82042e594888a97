//! What the contents of light scenes take, against their budgets.
//!
//! In: the records of a light profile. Out: for each scene and level, the number of contents and the
//! largest. Called by `merge` for the report's page.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;
use twin_schemas::plan::{ProfilePlan, SceneKind};

use super::super::jobs::Work;
use super::super::light::{Budget, OVERVIEW, SPOT, ZONE};
use super::super::record::Record;
use crate::publish::Publication;
use crate::report::{Level, SceneLevels};
use crate::tileset::{Content, Tile};

/// Head of a glb: magic, version, length, then length and kind of the first chunk (glTF 2.0, 4.4).
const GLB_HEAD_BYTES: usize = 20;

/// The levels of all light scenes, by profile and zone; no zone for the whole.
#[derive(Debug, Default)]
pub(super) struct Budgets {
    scenes: BTreeMap<(String, Option<String>), [Level; 3]>,
}

impl Budgets {
    /// Takes in what a job made.
    pub(super) fn take(
        &mut self,
        profile: &ProfilePlan,
        work: &Work,
        record: &Record,
        publication: &Publication,
    ) {
        if profile.scenes != SceneKind::Light {
            return;
        }
        for part in &record.made.parts {
            let mut scenes = vec![(profile.id.clone(), None)];
            scenes.extend(part.zone.clone().map(|zone| (profile.id.clone(), Some(zone))));
            let levels: Vec<(usize, &Tile)> = match work {
                Work::Light { .. } => {
                    let spots = part.tree.children.iter().map(|spot| (2, spot));
                    std::iter::once((1, &part.tree)).chain(spots).collect()
                }
                _ => vec![(0, &part.tree)],
            };
            for (level, tile) in levels {
                let Some(Content::Glb(name)) = &tile.content else { continue };
                let bytes = record.contents.get(name).copied().unwrap_or_default();
                let triangles = triangles(&publication.root().join(name)).unwrap_or_default();
                for scene in &scenes {
                    self.scenes.entry(scene.clone()).or_insert_with(empty)[level].add(triangles, bytes);
                }
            }
        }
    }

    /// The scenes in the order of their names, the whole of a profile before its zones.
    pub(super) fn finish(self) -> Vec<SceneLevels> {
        let scene = |((profile, zone), levels)| SceneLevels { profile, zone, levels };
        self.scenes.into_iter().map(scene).collect()
    }
}

fn empty() -> [Level; 3] {
    [OVERVIEW, ZONE, SPOT].map(|Budget { level, triangles, edge_px, bytes, .. }| Level {
        name: level,
        triangles_limit: triangles as u64,
        edge_limit_px: edge_px,
        bytes_limit: bytes as u64,
        contents: 0,
        most_triangles: 0,
        most_bytes: 0,
    })
}

/// Triangles of a stored glb, from its JSON alone.
fn triangles(path: &Path) -> Option<u64> {
    let mut file = File::open(path).ok()?;
    let mut head = [0; GLB_HEAD_BYTES];
    file.read_exact(&mut head).ok()?;
    let length = u32::from_le_bytes([head[12], head[13], head[14], head[15]]);
    let mut text = Vec::new();
    file.take(length.into()).read_to_end(&mut text).ok()?;
    let json: Value = serde_json::from_slice(&text).ok()?;
    let meshes = json["meshes"].as_array().into_iter().flatten();
    let primitives = meshes.flat_map(|mesh| mesh["primitives"].as_array().into_iter().flatten());
    let count = |primitive: &Value| {
        let indices = primitive["indices"].as_u64()? as usize;
        json["accessors"][indices]["count"].as_u64()
    };
    Some(primitives.filter_map(count).sum::<u64>() / 3)
}
