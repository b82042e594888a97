//! The tree of tiles and its `tileset.json`, 3D Tiles 1.1.
//!
//! In: contents with their boxes and errors. Out: JSON documents in which a parent encloses its
//! children and has no smaller error. Called by the pipeline. Pure.
//!
//! Source: OGC 22-025r4, 3D Tiles 1.1, clauses 7.3 (tileset JSON) and 6.7 (bounding volumes).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::geometry::Aabb;

/// Metres added around a box, for the rounding of 32-bit arithmetic in viewers.
const MARGIN_M: f64 = 0.005;

/// What a tile shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// A stored glb, by its path below the publication.
    Glb(String),
    /// Another tileset document, by its path below the version.
    Document(String),
}

/// A tile and what refines it. Boxes are in local metres.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tile {
    /// Box around the tile's content and its children's.
    pub bounds: Aabb,
    /// Metres; 0 for a leaf.
    pub geometric_error_m: f64,
    /// What to load; `None` for a tile that only groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// What replaces the content.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Tile>,
}

impl Tile {
    /// A tile over `children`, or over its content (a stored glb and its box) alone.
    #[must_use]
    pub fn new(content: Option<(String, Aabb)>, geometric_error_m: f64, children: Vec<Tile>) -> Self {
        let mut bounds = Aabb::EMPTY;
        let content = content.map(|(path, content_bounds)| {
            bounds.merge(&content_bounds.grown(MARGIN_M));
            Content::Glb(path)
        });
        let mut error = geometric_error_m;
        for child in &children {
            bounds.merge(&child.bounds);
            error = error.max(child.geometric_error_m);
        }
        if children.is_empty() {
            error = 0.0;
        }
        Self { bounds, geometric_error_m: error, content, children }
    }

    /// One root over several tiles: the tile itself if it is alone, else a tile without content
    /// that is refined from any distance.
    #[must_use]
    pub fn root_of(mut tiles: Vec<Tile>) -> Option<Self> {
        match tiles.len() {
            0 => None,
            1 => tiles.pop(),
            _ => Some(Self::group(tiles)),
        }
    }

    /// A tile that stands for the tileset in another document, named below the version.
    #[must_use]
    pub fn external(root: &Tile, document: String) -> Self {
        let content = Some(Content::Document(document));
        Self { bounds: root.bounds, geometric_error_m: root.geometric_error_m, content, children: Vec::new() }
    }

    /// A tile without content over others, refined from any distance.
    #[must_use]
    pub fn group(tiles: Vec<Tile>) -> Self {
        let mut root = Self::new(None, 0.0, tiles);
        root.geometric_error_m = (root.geometric_error_m * 2.0).max(root.bounds.diagonal());
        root
    }

    /// A made level with its own error, before the tiles that it stands over are known.
    #[must_use]
    pub fn level((path, bounds): (String, Aabb), geometric_error_m: f64) -> Self {
        let tile = Self::new(Some((path, bounds)), 0.0, Vec::new());
        Self { geometric_error_m, ..tile }
    }

    /// The tile's own content over other tiles; its error stays, or rises to theirs.
    #[must_use]
    pub fn over(self, children: Vec<Tile>) -> Self {
        let mut over = Self { children, ..self };
        for child in &over.children {
            over.bounds.merge(&child.bounds);
            over.geometric_error_m = over.geometric_error_m.max(child.geometric_error_m);
        }
        over
    }

    /// The stored contents nearest to the root: those that show the whole tile at its coarsest.
    #[must_use]
    pub fn coarsest(&self) -> Vec<&str> {
        match &self.content {
            Some(Content::Glb(path)) => vec![path],
            _ => self.children.iter().flat_map(Self::coarsest).collect(),
        }
    }

    fn json(&self, parent_refine: bool, from: &str) -> Value {
        let mut tile = json!({
            "boundingVolume": { "box": box_of(&self.bounds) },
            "geometricError": self.geometric_error_m,
        });
        if parent_refine {
            tile["refine"] = json!("REPLACE");
        }
        if let Some(content) = &self.content {
            tile["content"] = json!({ "uri": uri(from, content) });
        }
        if !self.children.is_empty() {
            tile["children"] = self.children.iter().map(|child| child.json(false, from)).collect();
        }
        tile
    }
}

/// The URI of a content from a document, both below `versions/<id>/`.
fn uri(from: &str, content: &Content) -> String {
    let depth = from.matches('/').count();
    match content {
        Content::Glb(path) => format!("{}{path}", "../".repeat(depth + 2)),
        Content::Document(path) => {
            let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
            let shared = folder.split('/').zip(path.split('/')).take_while(|(a, b)| a == b).count();
            let rest: Vec<&str> = path.split('/').skip(shared).collect();
            format!("{}{}", "../".repeat(depth.saturating_sub(shared)), rest.join("/"))
        }
    }
}

/// Centre and three half axes.
fn box_of(bounds: &Aabb) -> [f64; 12] {
    let ([x, y, z], [a, b, c]) = (bounds.centre(), bounds.size().map(|edge| edge / 2.0));
    [x, y, z, a, 0.0, 0.0, 0.0, b, 0.0, 0.0, 0.0, c]
}

/// The document of a tile tree, to be stored as `name` below the version. `transform` maps local
/// metres to ECEF and stands on the root.
#[must_use]
pub fn document(root: &Tile, transform: Option<[f64; 16]>, name: &str) -> Value {
    let mut tile = root.json(true, name);
    if let Some(transform) = transform {
        tile["transform"] = json!(transform);
    }
    json!({
        "asset": { "version": "1.1" },
        // What is missing on screen if the whole tileset is not drawn.
        "geometricError": root.geometric_error_m.max(root.bounds.diagonal()),
        "root": tile,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(x: f64, error: f64) -> Tile {
        let bounds = Aabb { min: [x, 0.0, 0.0], max: [x + 1.0, 1.0, 1.0] };
        let child = Tile::new(Some(("finer.glb".into(), bounds)), 0.0, vec![]);
        Tile::new(Some(("leaf.glb".into(), bounds)), error, vec![child])
    }

    #[test]
    fn a_parent_encloses_its_children_and_has_no_smaller_error() {
        let own = Aabb { min: [0.0; 3], max: [0.5; 3] };
        let tile = Tile::new(Some(("coarse.glb".into(), own)), 2.0, vec![leaf(3.0, 5.0)]);
        assert!(tile.bounds.encloses(&tile.children[0].bounds, 0.0));
        assert!(tile.geometric_error_m >= 5.0);
    }

    #[test]
    fn uris_lead_from_the_document_to_the_content() {
        let glb = Content::Glb("content/a.glb".into());
        assert_eq!(uri("full/tileset.json", &glb), "../../../content/a.glb");
        let below = Content::Document("full/survey/T/tileset.json".into());
        assert_eq!(uri("full/tileset.json", &below), "survey/T/tileset.json");
        assert_eq!(uri("full/zones/a/tileset.json", &below), "../../survey/T/tileset.json");
    }

    #[test]
    fn a_tile_without_children_has_no_error_and_no_empty_list() {
        let tile = Tile::new(Some(("a.glb".into(), Aabb { min: [0.0; 3], max: [1.0; 3] })), 8.0, vec![]);
        let json = document(&tile, None, "full/tileset.json");
        assert_eq!(json["root"]["geometricError"], 0.0);
        assert_eq!(json["root"]["refine"], "REPLACE");
        assert!(json["root"].get("children").is_none());
    }
}
