//! What a viewer would fetch of a publication from a given height: a traversal as viewers do it.
//!
//! In: a published tileset and a camera that looks straight down. Out: contents, bytes, triangles.
//! Called by `inspect` and the benches. Reads the published files alone.
//!
//! Source: OGC 22-025r4, 3D Tiles 1.1, clause 7.2 (geometric error and refinement).

use std::fs;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::geometry::Aabb;
use crate::lod::SCREEN_ERROR_PX;
use crate::read::{Limits, soup};

/// Width and height of a phone's screen, held upright, in CSS pixels.
pub const PHONE_PX: [f64; 2] = [412.0, 915.0];
/// Our viewer's vertical field of view in degrees.
const PHONE_FOV_DEG: f64 = 48.0;
/// No tree of documents is deeper than this.
const DEPTH_LIMIT: usize = 256;

/// A camera that looks straight down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overhead {
    /// Metres above the top of the scene, over its middle.
    pub height_m: f64,
    /// Vertical field of view in degrees.
    pub fov_deg: f64,
    /// Width and height of the picture in pixels.
    pub size_px: [f64; 2],
    /// Pixels that a tile may be off before it is refined.
    pub error_px: f64,
}

impl Overhead {
    /// 1080p with 60°, as the comparisons between tilers use it.
    #[must_use]
    pub fn at(height_m: f64) -> Self {
        Self { height_m, fov_deg: 60.0, size_px: [1920.0, 1080.0], error_px: SCREEN_ERROR_PX }
    }

    /// The first look at a scene on a phone: as near as its longer edge fits the screen.
    #[must_use]
    pub fn first_view(longer_edge_m: f64) -> Self {
        let height_m = longer_edge_m / 2.0 / (PHONE_FOV_DEG / 2.0).to_radians().tan();
        Self { height_m, fov_deg: PHONE_FOV_DEG, size_px: PHONE_PX, error_px: SCREEN_ERROR_PX }
    }
}

/// What was fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Fetched {
    /// Tileset documents.
    pub documents: u64,
    /// Contents, those that were replaced by finer ones included.
    pub contents: u64,
    /// Bytes of documents and contents, compressed where they are stored so.
    pub bytes: u64,
    /// Contents that are drawn in the end.
    pub drawn: u64,
    /// Triangles of those.
    pub triangles: u64,
    /// Primitives of those: draw calls.
    pub draws: u64,
    /// Pixels of their textures.
    pub texture_px: u64,
}

impl AddAssign for Fetched {
    fn add_assign(&mut self, more: Self) {
        self.documents += more.documents;
        self.contents += more.contents;
        self.bytes += more.bytes;
        self.drawn += more.drawn;
        self.triangles += more.triangles;
        self.draws += more.draws;
        self.texture_px += more.texture_px;
    }
}

/// A publication that could not be traversed.
#[derive(Debug, thiserror::Error)]
#[error("`{path}`: {reason}")]
pub struct TraverseError {
    /// The file.
    pub path: String,
    /// What is wrong.
    pub reason: String,
}

/// Traverses a tileset from above its middle.
///
/// # Errors
/// If a document or content cannot be read.
pub fn overhead(tileset: &Path, camera: Overhead) -> Result<Fetched, TraverseError> {
    let root = read_document(tileset)?;
    overhead_of(tileset, &box_of(tileset, &root["root"])?, camera)
}

/// Traverses a tileset from above the middle of a box, such as that of the place that it stands in.
///
/// # Errors
/// If a document or content cannot be read.
pub fn overhead_of(tileset: &Path, bounds: &Aabb, camera: Overhead) -> Result<Fetched, TraverseError> {
    let [x, y, _] = bounds.centre();
    let eye = [x, y, bounds.max[2] + camera.height_m];
    let slope = (camera.fov_deg / 2.0).to_radians().tan();
    let mut walk = Walk { eye, slope, camera, fetched: Fetched::default() };
    walk.document(tileset, 0)?;
    Ok(walk.fetched)
}

struct Walk {
    eye: [f64; 3],
    /// Half the height of the view at one metre.
    slope: f64,
    camera: Overhead,
    fetched: Fetched,
}

impl Walk {
    fn document(&mut self, path: &Path, depth: usize) -> Result<(), TraverseError> {
        let document = read_document(path)?;
        self.fetched.documents += 1;
        self.fetched.bytes += stored_size(path);
        self.tile(path, &document["root"], depth)
    }

    fn tile(&mut self, file: &Path, tile: &Value, depth: usize) -> Result<(), TraverseError> {
        if depth > DEPTH_LIMIT {
            return Err(failed(file, "is nested too deeply"));
        }
        let bounds = box_of(file, tile)?;
        if !self.sees(&bounds) {
            return Ok(());
        }
        let content = tile["content"]["uri"].as_str();
        let is_document = |uri: &&str| Path::new(uri).extension().is_some_and(|kind| kind == "json");
        if let Some(uri) = content.filter(is_document) {
            return self.document(&beside(file, uri), depth + 1);
        }
        let children = tile["children"].as_array().map(Vec::as_slice).unwrap_or_default();
        let refined = !children.is_empty() && self.refines(&bounds, tile["geometricError"].as_f64());
        if let Some(uri) = content {
            self.content(&beside(file, uri), !refined)?;
        }
        if refined {
            for child in children {
                self.tile(file, child, depth + 1)?;
            }
        }
        Ok(())
    }

    fn content(&mut self, path: &Path, drawn: bool) -> Result<(), TraverseError> {
        let bytes = fs::read(path).map_err(|error| failed(path, error))?;
        self.fetched.contents += 1;
        self.fetched.bytes += stored_size(path);
        if drawn {
            let glb = gltf::Glb::from_slice(&bytes).map_err(|error| failed(path, error))?;
            let json: Value = serde_json::from_slice(&glb.json).map_err(|error| failed(path, error))?;
            let nodes = json["nodes"].as_array().into_iter().flatten();
            for (node, mesh) in nodes.filter_map(|node| Some((node, node["mesh"].as_u64()? as usize))) {
                let times = instances(&json, node);
                for primitive in json["meshes"][mesh]["primitives"].as_array().into_iter().flatten() {
                    self.fetched.draws += 1;
                    self.fetched.triangles += times * count(&json, &primitive["indices"]) / 3;
                }
            }
            for image in json["images"].as_array().into_iter().flatten() {
                let bytes =
                    stored(&json, &glb, image).ok_or_else(|| failed(path, "has an image without bytes"))?;
                let [width, height] =
                    soup::image_size(bytes, &Limits::default()).map_err(|error| failed(path, error))?;
                self.fetched.texture_px += u64::from(width) * u64::from(height);
            }
            self.fetched.drawn += 1;
        }
        Ok(())
    }

    /// Whether the view holds any of a box.
    fn sees(&self, bounds: &Aabb) -> bool {
        let far = self.eye[2] - bounds.min[2];
        let half = [self.slope * self.camera.size_px[0] / self.camera.size_px[1], self.slope];
        (0..2).all(|axis| {
            let reach = half[axis] * far;
            bounds.min[axis] <= self.eye[axis] + reach && bounds.max[axis] >= self.eye[axis] - reach
        })
    }

    fn refines(&self, bounds: &Aabb, error_m: Option<f64>) -> bool {
        let apart = |axis: usize| {
            let outside = (bounds.min[axis] - self.eye[axis]).max(self.eye[axis] - bounds.max[axis]);
            outside.max(0.0)
        };
        let distance = (0..3).map(|axis| apart(axis).powi(2)).sum::<f64>().sqrt();
        let screen = error_m.unwrap_or(0.0) * self.camera.size_px[1] / (distance * 2.0 * self.slope);
        screen > self.camera.error_px
    }
}

/// How often a node draws its mesh (`EXT_mesh_gpu_instancing`).
fn instances(json: &Value, node: &Value) -> u64 {
    let attributes = node["extensions"]["EXT_mesh_gpu_instancing"]["attributes"].as_object();
    attributes.and_then(|of| of.values().next()).map_or(1, |accessor| count(json, accessor))
}

/// Elements of the accessor that is named.
fn count(json: &Value, accessor: &Value) -> u64 {
    let at = accessor.as_u64().unwrap_or_default() as usize;
    json["accessors"][at]["count"].as_u64().unwrap_or_default()
}

/// The bytes of an image that stands in a glb.
fn stored<'g>(json: &Value, glb: &'g gltf::Glb<'_>, image: &Value) -> Option<&'g [u8]> {
    let view = &json["bufferViews"][image["bufferView"].as_u64()? as usize];
    let at = view["byteOffset"].as_u64().unwrap_or_default() as usize;
    let end = at.checked_add(view["byteLength"].as_u64()? as usize)?;
    glb.bin.as_deref()?.get(at..end)
}

fn read_document(path: &Path) -> Result<Value, TraverseError> {
    let bytes = fs::read(path).map_err(|error| failed(path, error))?;
    serde_json::from_slice(&bytes).map_err(|error| failed(path, error))
}

/// The size of a file as a browser gets it.
fn stored_size(path: &Path) -> u64 {
    let mut compressed = path.as_os_str().to_owned();
    compressed.push(".br");
    let size = |path: &Path| fs::metadata(path).map(|meta| meta.len());
    size(Path::new(&compressed)).or_else(|_| size(path)).unwrap_or_default()
}

fn beside(file: &Path, uri: &str) -> PathBuf {
    file.parent().unwrap_or(Path::new(".")).join(uri)
}

fn box_of(file: &Path, tile: &Value) -> Result<Aabb, TraverseError> {
    let number = |at: usize| tile["boundingVolume"]["box"][at].as_f64();
    let read = || {
        let centre = [number(0)?, number(1)?, number(2)?];
        let half = [number(3)?, number(7)?, number(11)?];
        let end = |sign: f64| [0, 1, 2].map(|axis| centre[axis] + sign * half[axis]);
        Some(Aabb { min: end(-1.0), max: end(1.0) })
    };
    read().ok_or_else(|| failed(file, "has a tile without a box"))
}

fn failed(path: &Path, reason: impl std::fmt::Display) -> TraverseError {
    TraverseError { path: path.display().to_string(), reason: reason.to_string() }
}
