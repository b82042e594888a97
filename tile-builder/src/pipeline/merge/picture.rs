//! A picture of the community from straight above, for the report.
//!
//! In: the documents of one scene, as they were just written. Out: a small WebP, north up, or the
//! reason why there is none. Goes down from the root as a viewer would, wave by wave, and stops where
//! a pixel would show no more; what it reads is bounded, however large the community. Called by
//! `merge`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use twin_schemas::catalog::Scene;

use super::super::run::Workshop;
use crate::geometry::Aabb;
use crate::read::{self, Limits};
use crate::report::Picture;
use crate::scene::{Mesh, Texture};
use crate::texture::{self, Codec, TextureRule};

/// Longer side of the picture.
const EDGE_PX: u32 = 640;
/// Pixels that a content's geometric error may show as. Twice what a viewer allows: a page is looked
/// at once, and drawing must cost little beside the build.
const SCREEN_ERROR_PX: f64 = 32.0;
/// Finer contents are taken while there are no more than these.
const ENOUGH: Load = Load { contents: 64, bytes: 2 << 20 };
/// With more than these at their coarsest, there is no picture.
const MOST: Load = Load { contents: 256, bytes: 32 << 20 };
/// What decoding and drawing take of memory for each byte of the contents, found with the worst of
/// codecs (ETC1S).
const MEMORY_PER_CONTENT_BYTE: u64 = 96;
/// What the raster and the picture take of memory.
const MEMORY_OF_PICTURE: u64 = 32 << 20;
/// The picture is stored within the page.
const PICTURE_BYTES: usize = 120_000;
/// Edges and qualities, in the order in which they are tried.
const SETTINGS: [(u32, u8); 6] =
    [(EDGE_PX, 80), (EDGE_PX, 65), (EDGE_PX, 50), (512, 50), (400, 50), (320, 40)];
/// No chain of documents is longer than this.
const DOCUMENTS_DEEP: usize = 64;

/// Draws a scene whose root document is `tileset`.
///
/// # Errors
/// The reason why there is no picture, for people.
pub(super) fn draw(shop: &Workshop<'_>, tileset: &Path, scene: &Scene) -> Result<Picture, String> {
    let (min, max) = (&scene.bounds.min, &scene.bounds.max);
    let bounds = Aabb { min: [min.east_m, min.north_m, min.up_m], max: [max.east_m, max.north_m, max.up_m] };
    let [width_m, depth_m, _] = bounds.size();
    let pixel_m = width_m.max(depth_m) / f64::from(EDGE_PX);
    if !(width_m > 0.0 && depth_m > 0.0 && pixel_m.is_finite()) {
        return Err("the scene has no extent".to_owned());
    }
    let seen = choose(Seen::open(tileset.to_owned())?, pixel_m * SCREEN_ERROR_PX)?;
    let bytes = Load::of(&seen)?.bytes;
    let memory_bytes = bytes * MEMORY_PER_CONTENT_BYTE + MEMORY_OF_PICTURE;
    let _room = shop.gate.enter(memory_bytes).map_err(|no_room| no_room.to_string())?;
    let meshes = read_meshes(&seen, &shop.site.limits)?;
    let limit_px = shop.site.limits.texture_px;
    let decode = |texture: &Texture| texture::decode(texture, limit_px).map_err(|error| error.to_string());
    let size_px = [width_m, depth_m].map(|edge| ((edge / pixel_m).round() as u32).clamp(1, EDGE_PX));
    let drawn = texture::ortho(&meshes, &bounds, size_px, &decode);
    if drawn.image.pixels().all(|pixel| pixel.0[3] == 0) {
        return Err("nothing is seen from above".to_owned());
    }
    for (edge_px, quality) in SETTINGS {
        let rule = TextureRule { codec: Codec::WebP, quality, longest_edge_px: Some(edge_px) };
        let (stored, _) =
            texture::encode(&drawn.image, "picture", [false; 2], &rule).map_err(|error| error.to_string())?;
        if stored.bytes.len() <= PICTURE_BYTES {
            let extent_m = [bounds.min[0], bounds.min[1], bounds.max[0], bounds.max[1]];
            return Ok(Picture { webp: stored.bytes.to_vec(), extent_m });
        }
    }
    Err(format!("it takes more than {PICTURE_BYTES} bytes"))
}

/// How much some contents are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Load {
    contents: usize,
    bytes: u64,
}

impl Load {
    fn of(seen: &[Seen]) -> Result<Self, String> {
        let mut bytes = 0;
        for path in seen.iter().filter_map(Seen::content) {
            bytes += fs::metadata(&path).map_err(|error| unreadable(&path, &error))?.len();
        }
        Ok(Self { contents: seen.len(), bytes })
    }

    fn within(self, limit: Self) -> bool {
        self.contents <= limit.contents && self.bytes <= limit.bytes
    }
}

/// The contents to draw: all of a similar error, so that no part looks sharper than the others.
fn choose(root: Seen, error_m: f64) -> Result<Vec<Seen>, String> {
    let mut seen = vec![root];
    loop {
        // Tiles that only group others are gone through in any case.
        let whole = seen.iter().all(|tile| tile.content().is_some());
        let worst = seen.iter().map(Seen::error_m).fold(0.0, f64::max);
        if worst <= error_m {
            break;
        }
        let (coarse, fine): (Vec<&Seen>, Vec<&Seen>) =
            seen.iter().partition(|tile| tile.error_m() >= worst / 2.0);
        let contents = fine.len() + coarse.iter().map(|tile| tile.node.children.len()).sum::<usize>();
        if contents > if whole { ENOUGH } else { MOST }.contents {
            if whole {
                break;
            }
            return Err(format!("even its coarsest level has {contents} parts, limit {}", MOST.contents));
        }
        let mut next: Vec<Seen> = fine.into_iter().cloned().collect();
        for tile in coarse {
            next.append(&mut tile.below()?);
        }
        if whole && !Load::of(&next)?.within(ENOUGH) {
            break;
        }
        seen = next;
    }
    let load = Load::of(&seen)?;
    if load.within(MOST) {
        return Ok(seen);
    }
    let [bytes, limit] = [load.bytes, MOST.bytes].map(|bytes| bytes.div_ceil(1 << 20));
    Err(format!("even its coarsest level takes {bytes} MiB to read, limit {limit} MiB"))
}

/// A tile on the way down.
#[derive(Debug, Clone)]
struct Seen {
    /// Where its URIs start from.
    folder: PathBuf,
    node: Node,
}

/// A tile as a document has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    geometric_error: f64,
    content: Option<Uri>,
    #[serde(default)]
    children: Vec<Node>,
}

#[derive(Debug, Clone, Deserialize)]
struct Uri {
    uri: String,
}

#[derive(Debug, Deserialize)]
struct Document {
    root: Node,
}

impl Seen {
    /// The root of a document, or of the one that it stands for.
    fn open(mut path: PathBuf) -> Result<Self, String> {
        for _ in 0..DOCUMENTS_DEEP {
            let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
            let document: Document =
                serde_json::from_slice(&bytes).map_err(|error| unreadable(&path, &error))?;
            let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
            match document.root.outer() {
                None => return Ok(Self { folder, node: document.root }),
                Some(uri) => path = folder.join(uri),
            }
        }
        Err(format!("documents lead through more than {DOCUMENTS_DEEP} others"))
    }

    /// The tiles that replace it.
    fn below(&self) -> Result<Vec<Self>, String> {
        let open = |node: &Node| match node.outer() {
            Some(uri) => Self::open(self.folder.join(uri)),
            None => Ok(Self { folder: self.folder.clone(), node: node.clone() }),
        };
        self.node.children.iter().map(open).collect()
    }

    fn content(&self) -> Option<PathBuf> {
        self.node.content.as_ref().map(|content| self.folder.join(&content.uri))
    }

    /// What refining it mends; without end for a tile that shows nothing, and 0 for one that is as fine
    /// as it gets.
    fn error_m(&self) -> f64 {
        match (&self.node.content, self.node.children.is_empty()) {
            (None, _) => f64::INFINITY,
            (_, true) => 0.0,
            (_, false) => self.node.geometric_error,
        }
    }
}

impl Node {
    /// The document that it stands for.
    fn outer(&self) -> Option<&str> {
        let uri = self.content.as_ref()?.uri.as_str();
        Path::new(uri).extension().is_some_and(|kind| kind == "json").then_some(uri)
    }
}

fn read_meshes(seen: &[Seen], limits: &Limits) -> Result<Vec<Mesh>, String> {
    let mut meshes = Vec::new();
    for path in seen.iter().filter_map(Seen::content) {
        let bytes = fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let read = read::gltf::meshes(&bytes, &file_name(&path), limits);
        meshes.append(&mut read.map_err(|error| error.to_string())?);
    }
    Ok(meshes)
}

fn unreadable(path: &Path, error: &impl std::fmt::Display) -> String {
    format!("`{}` cannot be read: {error}", file_name(path))
}

/// Without the folder, which is of this machine.
fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// A tile with a content of its own, written as an empty file.
    fn tile(folder: &Path, name: &str, error: f64, children: &[Value]) -> Value {
        let uri = format!("{name}.glb");
        fs::write(folder.join(&uri), b"").unwrap();
        json!({ "geometricError": error, "content": { "uri": uri }, "children": children })
    }

    fn chosen(folder: &Path, root: &Value, error_m: f64) -> Result<Vec<String>, String> {
        let path = folder.join("tileset.json");
        fs::write(&path, serde_json::to_vec(&json!({ "root": root })).unwrap()).unwrap();
        let seen = choose(Seen::open(path)?, error_m)?;
        Ok(seen.iter().filter_map(Seen::content).map(|path| file_name(&path)).collect())
    }

    /// A root over four tiles over `n` leaves each.
    fn levels(folder: &Path, n: usize) -> Value {
        let leaves = |at: usize| {
            (0..n).map(|leaf| tile(folder, &format!("leaf{at}.{leaf}"), 0.0, &[])).collect::<Vec<_>>()
        };
        let middle =
            (0..4).map(|at| tile(folder, &format!("middle{at}"), 50.0, &leaves(at))).collect::<Vec<_>>();
        tile(folder, "root", 100.0, &middle)
    }

    #[test]
    fn finer_contents_are_taken_while_they_show_more_and_are_few() {
        let folder = tempfile::tempdir().unwrap();
        let count =
            |n: usize, error_m: f64| chosen(folder.path(), &levels(folder.path(), n), error_m).unwrap().len();
        assert_eq!(count(10, 1.0), 40, "all leaves");
        assert_eq!(count(10, 60.0), 4, "a pixel shows no more");
        assert_eq!(count(10, 100.0), 1);
        assert_eq!(count(20, 1.0), 4, "80 leaves are too many");
    }

    #[test]
    fn tiles_that_only_group_and_documents_are_gone_through() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("zone");
        fs::create_dir(&inner).unwrap();
        let document = json!({ "root": tile(&inner, "within", 0.0, &[]) });
        fs::write(inner.join("tileset.json"), document.to_string()).unwrap();
        let zone = json!({ "geometricError": 9.0, "content": { "uri": "zone/tileset.json" } });
        let leaf = tile(folder.path(), "beside", 0.0, &[]);
        let root = json!({ "geometricError": 90.0, "children": [zone, leaf] });
        assert_eq!(chosen(folder.path(), &root, 1000.0).unwrap(), ["within.glb", "beside.glb"]);
    }

    #[test]
    fn too_many_parts_at_the_coarsest_are_no_picture() {
        let folder = tempfile::tempdir().unwrap();
        let leaves: Vec<Value> = (0..257).map(|at| tile(folder.path(), &format!("{at}"), 0.0, &[])).collect();
        let reason = chosen(folder.path(), &json!({ "geometricError": 90.0, "children": leaves }), 1.0);
        assert_eq!(reason.unwrap_err(), "even its coarsest level has 257 parts, limit 256");
    }
}
