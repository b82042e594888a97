//! The rules of 3D Tiles 1.1 and glTF that a publication must keep, checked file by file.
//!
//! In: a publication folder. Out: [`Findings`]. Called by `tile-builder validate` and by tests.
//! It reads what was published and trusts nothing that the builder knows.
//!
//! Source: OGC 22-025r4 (3D Tiles 1.1): the root states `refine`; a tile's geometric error is not
//! above its parent's; `children` is absent rather than empty; a parent's volume encloses its
//! children's; every referenced file exists. A content's vertices lie in its tile's volume. What a
//! content says that it draws is in the model.

mod features;
mod instances;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::geometry::Aabb;

/// What was checked, and what is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Tileset documents.
    pub tilesets: usize,
    /// Tiles.
    pub tiles: usize,
    /// Distinct contents.
    pub contents: usize,
    /// Problems, each naming its file.
    pub problems: Vec<String>,
}

/// A publication that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("`{path}` cannot be read: {reason}")]
pub struct ValidateError {
    /// The file.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// Forgiven between boxes, in metres: the rounding of a decimal.
const SLACK_M: f64 = 1e-6;
const DEPTH_LIMIT: usize = 256;

struct Checker {
    root: PathBuf,
    findings: Findings,
    seen: BTreeSet<PathBuf>,
    /// Ids of the model's objects.
    objects: BTreeSet<String>,
}

/// Checks the version that a publication serves.
///
/// # Errors
/// If there is no version, or its catalogue cannot be read. Everything else is a finding.
pub fn publication(folder: &Path) -> Result<Findings, ValidateError> {
    // Resolved once, so that references can be held against it part by part.
    let folder = &fs::canonicalize(folder)
        .map_err(|error| ValidateError { path: folder.display().to_string(), reason: error.to_string() })?;
    let current = read_text(&folder.join("current"))?;
    let version = folder.join("versions").join(current.trim());
    let path = version.join("catalog.json");
    let catalog: Value = serde_json::from_str(&read_text(&path)?)
        .map_err(|error| ValidateError { path: path.display().to_string(), reason: error.to_string() })?;
    let model = read_text(&version.join(catalog["model"].as_str().unwrap_or_default()))?;
    let mut checker = Checker {
        root: folder.to_owned(),
        findings: Findings::default(),
        seen: BTreeSet::new(),
        objects: model.lines().filter_map(object_id).collect(),
    };
    for scene in catalog["scenes"].as_array().into_iter().flatten() {
        let tileset = version.join(scene["tileset"].as_str().unwrap_or_default());
        checker.tileset(&tileset, None, f64::INFINITY, 0);
    }
    Ok(checker.findings)
}

fn object_id(line: &str) -> Option<String> {
    serde_json::from_str::<Value>(line).ok()?["id"].as_str().map(ToOwned::to_owned)
}

fn read_text(path: &Path) -> Result<String, ValidateError> {
    fs::read_to_string(path)
        .map_err(|error| ValidateError { path: path.display().to_string(), reason: error.to_string() })
}

impl Checker {
    fn problem(&mut self, file: &Path, text: impl std::fmt::Display) {
        let name = file.strip_prefix(&self.root).unwrap_or(file).display().to_string();
        self.findings.problems.push(format!("`{name}`: {text}"));
    }

    fn tileset(&mut self, path: &Path, parent: Option<&Aabb>, parent_error: f64, depth: usize) {
        self.findings.tilesets += 1;
        let document: Value = match fs::read(path)
            .map_err(|e| e.to_string())
            .and_then(|bytes| serde_json::from_slice(&bytes).map_err(|e| e.to_string()))
        {
            Ok(document) => document,
            Err(reason) => return self.problem(path, reason),
        };
        if document["asset"]["version"] != "1.1" {
            self.problem(path, "`asset.version` is not `1.1`");
        }
        if document["geometricError"].as_f64().is_none_or(|error| error < 0.0) {
            self.problem(path, "`geometricError` of the tileset is missing or negative");
        }
        if !matches!(document["root"]["refine"].as_str(), Some("REPLACE" | "ADD")) {
            self.problem(path, "the root states no `refine`");
        }
        self.tile(path, &document["root"], parent, parent_error, depth);
    }

    fn tile(&mut self, file: &Path, tile: &Value, parent: Option<&Aabb>, parent_error: f64, depth: usize) {
        self.findings.tiles += 1;
        if depth > DEPTH_LIMIT {
            return self.problem(file, format!("more than {DEPTH_LIMIT} levels"));
        }
        let Some(bounds) = read_box(&tile["boundingVolume"]["box"]) else {
            return self.problem(file, "a tile has no axis-aligned `boundingVolume.box`");
        };
        let error = tile["geometricError"].as_f64().unwrap_or(-1.0);
        if error < 0.0 || error > parent_error {
            self.problem(
                file,
                format!("geometric error {error} is missing, negative, or above its parent's {parent_error}"),
            );
        }
        if parent.is_some_and(|parent| !parent.encloses(&bounds, SLACK_M)) {
            self.problem(file, format!("a tile around {:?} is not inside its parent", bounds.centre()));
        }
        if let Some(uri) = tile["content"]["uri"].as_str() {
            self.content(file, uri, &bounds, error, depth);
        }
        match &tile["children"] {
            Value::Null => {}
            Value::Array(children) if !children.is_empty() => {
                for child in children {
                    self.tile(file, child, Some(&bounds), error, depth + 1);
                }
            }
            _ => self.problem(file, "`children` is present and empty, or no list"),
        }
    }

    fn content(&mut self, file: &Path, uri: &str, bounds: &Aabb, error: f64, depth: usize) {
        let path = normalise(&file.parent().unwrap_or(&self.root).join(uri));
        if !path.starts_with(&self.root) {
            return self.problem(file, format!("content `{uri}` lies outside the publication"));
        }
        if path.extension().is_some_and(|ext| ext == "json") {
            return self.tileset(&path, Some(bounds), error, depth + 1);
        }
        match read_content(&path) {
            Ok((inside, objects)) => {
                if !bounds.encloses(&inside, SLACK_M) {
                    let text =
                        format!("vertices of `{uri}` reach out of their tile: {inside:?} in {bounds:?}");
                    self.problem(file, text);
                }
                if let Some(unknown) = objects.iter().find(|id| !self.objects.contains(*id)) {
                    self.problem(
                        file,
                        format!("content `{uri}` draws `{unknown}`, which is not in the model"),
                    );
                }
            }
            Err(reason) => self.problem(file, format!("content `{uri}` {reason}")),
        }
        if self.seen.insert(path) {
            self.findings.contents += 1;
        }
    }
}

fn normalise(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

fn read_box(value: &Value) -> Option<Aabb> {
    let numbers: Vec<f64> = value.as_array()?.iter().map(Value::as_f64).collect::<Option<_>>()?;
    let [x, y, z, a, xy, xz, yx, b, yz, zx, zy, c] = *numbers.as_slice() else { return None };
    if [xy, xz, yx, yz, zx, zy].iter().any(|off| *off != 0.0) || a < 0.0 || b < 0.0 || c < 0.0 {
        return None;
    }
    Some(Aabb { min: [x - a, y - b, z - c], max: [x + a, y + b, z + c] })
}

/// The box of a glb's vertices, and the objects that it says it draws.
fn read_content(path: &Path) -> Result<(Aabb, Vec<String>), String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let glb = gltf::Glb::from_slice(&bytes).map_err(|error| error.to_string())?;
    let json: Value = serde_json::from_slice(&glb.json).map_err(|error| error.to_string())?;
    let objects = features::objects(&json, glb.bin.as_deref().unwrap_or_default())?;
    Ok((content_bounds(&json, glb.bin.as_deref().unwrap_or_default())?, objects))
}

/// The box of a glb's vertices in tileset axes, from its accessors and node transforms.
fn content_bounds(json: &Value, bin: &[u8]) -> Result<Aabb, String> {
    let mut bounds = Aabb::EMPTY;
    for node in json["nodes"].as_array().into_iter().flatten() {
        let vector =
            |key: &str, default: f64| [0, 1, 2].map(|axis| node[key][axis].as_f64().unwrap_or(default));
        let (scale, translation) = (vector("scale", 1.0), vector("translation", 0.0));
        let Some(mesh) = node["mesh"].as_u64() else { continue };
        let places = instances::places(json, bin, node)?;
        for primitive in json["meshes"][mesh as usize]["primitives"].as_array().into_iter().flatten() {
            let accessor = primitive["attributes"]["POSITION"].as_u64().ok_or("has no positions")?;
            let ends = ["min", "max"].map(|end| &json["accessors"][accessor as usize][end]);
            for (place, corner) in places.iter().flat_map(|place| (0..8).map(move |corner| (place, corner))) {
                let own = [0, 1, 2].map(|axis| ends[corner >> axis & 1][axis].as_f64().unwrap_or(f64::NAN));
                let own = place.apply(own);
                let [x, y, z] = [0, 1, 2].map(|axis| own[axis] * scale[axis] + translation[axis]);
                // glTF is Y-up, a tileset Z-up.
                bounds.add(&[x, -z, y]);
            }
        }
    }
    if bounds.is_empty() { Err("has no vertices".to_owned()) } else { Ok(bounds) }
}
