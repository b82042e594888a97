//! `tile-builder inspect`: what an input holds, without building it; or a publication.

mod model;
mod publication;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::json;
use twin_schemas::plan::SourceKind;

use super::InspectArguments;
use super::console;
use crate::geometry::Aabb;
use crate::read::osgb::summary::Summary;
use crate::read::plan::resolve;
use crate::read::soup::{self, MeshTile, StreamOptions};
use crate::read::survey::{self, Survey};
use crate::read::{Limits, ifc, osgb};

/// What is said about one source.
#[derive(Serialize)]
struct SourceView {
    id: String,
    path: String,
    tiles: usize,
    tile_folders_without_root: Vec<String>,
    srs: Option<String>,
    srs_origin: Option<[f64; 3]>,
    root_files: Vec<RootView>,
}

#[derive(Serialize)]
struct RootView {
    file: String,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Summary(Box<Summary>),
    Mesh { faces: u64, degenerate: u64, materials: usize, bounds: Aabb, warnings: Vec<String> },
    Error(String),
}

pub(super) fn run(arguments: &InspectArguments) -> Result<ExitCode> {
    if publication::is_one(&arguments.input) {
        return publication::run(&arguments.input, arguments.json);
    }
    let resolved = resolve(&arguments.input)?;
    let (mut views, mut models) = (Vec::new(), Vec::new());
    for source in &resolved.plan.sources {
        let path = resolved.base.join(&source.path);
        views.push(match source.kind {
            SourceKind::Osgb => view(&source.id, &path, &survey::open(&path)?),
            SourceKind::Obj | SourceKind::Gltf | SourceKind::Ply => meshes(&source.id, &path)?,
            SourceKind::Ifc => {
                let files = ifc::files(&path)?;
                if arguments.products {
                    model::print_products(&files)?;
                } else {
                    models.push(model::view(&source.id, &files));
                }
                continue;
            }
        });
    }
    if arguments.products {
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.json {
        let text = serde_json::to_string_pretty(
            &json!({ "plan": resolved.plan, "sources": views, "models": models }),
        );
        console::print(&text.context("cannot print")?);
    } else {
        views.iter().for_each(print_view);
        models.iter().for_each(model::print_view);
    }
    Ok(ExitCode::SUCCESS)
}

fn view(id: &str, path: &Path, survey: &Survey) -> SourceView {
    let metadata = survey.metadata.clone().unwrap_or_default();
    SourceView {
        id: id.to_owned(),
        path: path.display().to_string(),
        tiles: survey.tiles.len(),
        tile_folders_without_root: survey.rootless.clone(),
        srs: metadata.srs,
        srs_origin: metadata.origin,
        root_files: survey.tiles.iter().map(|tile| root_view(&tile.root)).collect(),
    }
}

/// A source of meshes: every file is read through once.
fn meshes(id: &str, path: &Path) -> Result<SourceView> {
    let folder = soup::open_folder(path)?;
    let metadata = folder.metadata.unwrap_or_default();
    let look = |tile: &MeshTile| {
        let root = if path.is_dir() { Some(path.to_owned()) } else { None };
        let options = StreamOptions { root, ..StreamOptions::default() };
        let read = soup::stream(&tile.path, &options, &Limits::default(), &mut |_| {
            Ok::<(), std::convert::Infallible>(())
        });
        let outcome = match read {
            Ok(summary) => Outcome::Mesh {
                faces: summary.faces,
                degenerate: summary.degenerate,
                materials: summary.materials.len(),
                bounds: summary.bounds,
                warnings: summary.warnings.into_iter().map(|warning| warning.text).collect(),
            },
            Err(error) => Outcome::Error(error.to_string()),
        };
        RootView { file: tile.name.clone(), outcome }
    };
    Ok(SourceView {
        id: id.to_owned(),
        path: path.display().to_string(),
        tiles: folder.tiles.len(),
        tile_folders_without_root: Vec::new(),
        srs: metadata.srs,
        srs_origin: metadata.origin,
        root_files: folder.tiles.iter().map(look).collect(),
    })
}

fn root_view(path: &Path) -> RootView {
    let limits = Limits::default();
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let parsed = std::fs::read(path)
        .map_err(|error| error.to_string())
        .and_then(|bytes| osgb::parse(&bytes, &file, &limits).map_err(|error| error.to_string()));
    let outcome = match parsed {
        Ok(parsed) => Outcome::Summary(Box::new(parsed.summary())),
        Err(error) => Outcome::Error(error),
    };
    RootView { file, outcome }
}

fn print_view(view: &SourceView) {
    console::print(&format!("source {}: {}", view.id, view.path));
    let srs = view.srs.as_deref().unwrap_or("none stated");
    let srs: String = srs.split_whitespace().collect::<Vec<_>>().join(" ");
    console::print(&format!("  reference system: {srs}"));
    if let Some([x, y, z]) = view.srs_origin {
        console::print(&format!("  origin: {x}, {y}, {z}"));
    }
    console::print(&format!("  {} tiles", view.tiles));
    for folder in &view.tile_folders_without_root {
        console::print(&format!("  tile folder without its root file: {folder}"));
    }
    for root in &view.root_files {
        match &root.outcome {
            Outcome::Summary(s) => console::print(&format!(
                "  {}: OSG {}, {}, {} geometries, {} vertices, {} textures, {} paged levels",
                root.file,
                s.version,
                s.root,
                s.geometries,
                s.vertices,
                s.textures.len(),
                s.paged.len()
            )),
            Outcome::Mesh { faces, degenerate, materials, bounds, warnings } => {
                let [x, y, z] = bounds.size();
                console::print(&format!(
                    "  {}: {faces} triangles ({degenerate} without area left out), {materials} materials, {x:.1} × {y:.1} × {z:.1} m",
                    root.file
                ));
                for warning in warnings {
                    console::print(&format!("    {warning}"));
                }
            }
            Outcome::Error(error) => console::print(&format!("  error: {error}")),
        }
    }
}
