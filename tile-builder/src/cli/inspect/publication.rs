//! What a publication holds, and what a viewer would fetch of it from some heights.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::json;
use twin_schemas::catalog::{Catalog, Scene};

use super::super::console;
use crate::traverse::{self, Fetched, Overhead};

/// Heights that comparisons between tilers use, in metres.
const HEIGHTS_M: [f64; 4] = [300.0, 600.0, 1000.0, 2000.0];

/// A scene, with what it costs to look at it.
#[derive(Serialize)]
struct SceneView<'s> {
    #[serde(flatten)]
    scene: &'s Scene,
    from_above: Vec<View>,
}

#[derive(Serialize)]
struct View {
    height_m: f64,
    #[serde(flatten)]
    fetched: Fetched,
}

/// Whether a folder is a publication.
pub(super) fn is_one(folder: &Path) -> bool {
    folder.join("current").is_file() && folder.join("versions").is_dir()
}

pub(super) fn run(folder: &Path, as_json: bool) -> Result<ExitCode> {
    let id = std::fs::read_to_string(folder.join("current")).context("cannot read `current`")?;
    let version = folder.join("versions").join(id.trim());
    let path = version.join("catalog.json");
    let text = std::fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let catalog: Catalog =
        serde_json::from_slice(&text).with_context(|| format!("`{}` is no catalogue", path.display()))?;
    let mut scenes = Vec::new();
    for scene in &catalog.scenes {
        let tileset = version.join(&scene.tileset);
        let from_above = HEIGHTS_M
            .iter()
            .map(|&height_m| {
                Ok(View { height_m, fetched: traverse::overhead(&tileset, Overhead::at(height_m))? })
            })
            .collect::<Result<_>>()?;
        scenes.push(SceneView { scene, from_above });
    }
    if as_json {
        let whole = json!({ "version": id.trim(), "community": catalog.community, "scenes": scenes });
        console::print(&serde_json::to_string_pretty(&whole).context("cannot print")?);
    } else {
        console::print(&format!("publication {}, version {}", catalog.community.id, id.trim()));
        scenes.iter().for_each(print);
    }
    Ok(ExitCode::SUCCESS)
}

fn print(view: &SceneView<'_>) {
    let Scene { id, tiles, triangles, size_bytes, .. } = view.scene;
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    console::print(&format!(
        "scene {id}: {tiles} tiles, {triangles} triangles, {:.2} MB",
        megabytes(*size_bytes)
    ));
    if let Some(first) = view.scene.first_view {
        console::print(&format!(
            "  first view on a phone: {:.3} MB; {} triangles in {} draws, {:.2} Mpx",
            megabytes(first.bytes),
            first.triangles,
            first.draws,
            megabytes(first.texture_px)
        ));
    }
    for View { height_m, fetched } in &view.from_above {
        console::print(&format!(
            "  from {height_m:>4} m: {:>7.3} MB in {} contents and {} documents; {} triangles in {} draws",
            megabytes(fetched.bytes),
            fetched.contents,
            fetched.documents,
            fetched.triangles,
            fetched.draws
        ));
    }
}
