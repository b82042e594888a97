//! What is made anew: levels above a survey, levels of a mesh, light scenes within their budgets.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::common::meshes::{hills, plan, rectangles};
use crate::common::{Glb, OsgbFile, Published, Said, build_into};
use serde_json::Value;
use tile_builder::pipeline::{self, BuildRequest};
use tile_builder::sample::{self, Detail, SampleOptions};
use tile_builder::validate;

/// A tile of a published tree, with everything below it.
struct Node {
    error_m: f64,
    content: Option<PathBuf>,
    children: Vec<Node>,
}

fn tree(document: &Path) -> Node {
    let json: Value = serde_json::from_slice(&std::fs::read(document).unwrap()).unwrap();
    node(document, &json["root"])
}

fn node(document: &Path, tile: &Value) -> Node {
    let beside = |uri: &str| document.parent().unwrap().join(uri);
    let uri = tile["content"]["uri"].as_str();
    let is_document = |uri: &&str| Path::new(uri).extension().is_some_and(|kind| kind == "json");
    if let Some(uri) = uri.filter(is_document) {
        return tree(&beside(uri));
    }
    let children = tile["children"].as_array().into_iter().flatten();
    Node {
        error_m: tile["geometricError"].as_f64().unwrap(),
        content: uri.map(beside),
        children: children.map(|child| node(document, child)).collect(),
    }
}

impl Node {
    fn walk<'n>(&'n self, each: &mut dyn FnMut(&'n Self)) {
        each(self);
        self.children.iter().for_each(|child| child.walk(each));
    }

    fn triangles(&self) -> usize {
        self.content.as_ref().map_or(0, |path| triangles(&Glb::read(path)))
    }
}

fn triangles(glb: &Glb) -> usize {
    let primitives = glb.json["meshes"][0]["primitives"].as_array().unwrap();
    let count = |primitive: &Value| {
        let at = primitive["indices"].as_u64().unwrap() as usize;
        glb.json["accessors"][at]["count"].as_u64().unwrap() as usize / 3
    };
    primitives.iter().map(count).sum()
}

fn assert_sound(published: &Published) {
    assert_eq!(validate::publication(&published.root).unwrap().problems, Vec::<String>::new());
}

#[test]
fn a_survey_of_many_tiles_has_one_small_root() {
    let dir = tempfile::tempdir().unwrap();
    for (x, y) in (0..4).flat_map(|x| (0..4).map(move |y| (x, y))) {
        let [east, north] = [x, y].map(|at: i32| f64::from(at) * 100.0);
        let tile = dir.path().join(format!("survey/T{x}{y}"));
        std::fs::create_dir_all(&tile).unwrap();
        let corners = [[east, north, 0.0], [east + 100.0, north, 0.0], [east, north + 100.0, 9.0]];
        std::fs::write(tile.join(format!("T{x}{y}.osgb")), OsgbFile::leaf(corners).0).unwrap();
    }
    let published = build_into(&dir.path().join("survey"), &dir.path().join("out"));
    assert_sound(&published);
    let root = tree(&published.version.join("full/tileset.json"));
    assert!(root.content.is_some(), "the root shows something");
    let (mut leaves, mut deepest_first) = (0, true);
    root.walk(&mut |node| {
        leaves += usize::from(node.children.is_empty());
        deepest_first &= node.children.iter().all(|child| child.error_m <= node.error_m / 2.0);
    });
    assert_eq!(leaves, 16);
    assert!(deepest_first, "every level halves the error at least");
}

#[test]
fn a_community_of_many_zones_has_one_small_root_and_levels_where_its_tiles_are() {
    let dir = tempfile::tempdir().unwrap();
    let mut zones = Vec::new();
    for (x, y) in (0..6).flat_map(|x| (0..6).map(move |y| (x, y))) {
        let [east, north] = [x, y].map(|at: i32| f64::from(at) * 100.0);
        let tile = dir.path().join(format!("survey/T{x}{y}"));
        std::fs::create_dir_all(&tile).unwrap();
        let corners = [[east, north, 0.0], [east + 95.0, north, 0.0], [east, north + 95.0, 9.0]];
        std::fs::write(tile.join(format!("T{x}{y}.osgb")), OsgbFile::leaf(corners).0).unwrap();
        zones.push((format!("z{x}{y}"), [east - 2.0, north - 2.0, east + 98.0, north + 98.0]));
    }
    rectangles(&dir.path().join("zones.geojson"), &zones);
    let plan = plan(dir.path(), "osgb", "survey", "zones = \"zones.geojson\"");
    let request = BuildRequest::new(&plan, dir.path().join("out"));
    let jobs = pipeline::plan(&request, &Said::default()).unwrap().jobs;
    assert!(jobs.len() < 36 * 8, "{} jobs for 36 tiles in as many zones", jobs.len());
    let published = build_into(&plan, &dir.path().join("out"));
    assert_sound(&published);
    let root = tree(&published.version.join("full/tileset.json"));
    assert!(root.content.is_some() || root.children.len() <= 2, "{} roots", root.children.len());
    let mut leaves = 0;
    root.walk(&mut |node| leaves += usize::from(node.children.is_empty() && node.content.is_some()));
    assert!(leaves >= 36, "{leaves} leaves");
}

#[test]
fn each_level_of_a_mesh_has_at_most_three_tenths_of_the_triangles_below() {
    let dir = tempfile::tempdir().unwrap();
    let published = build_into(&hills(dir.path(), 220), &dir.path().join("out"));
    assert_sound(&published);
    let root = tree(&published.version.join("full/tileset.json"));
    let (mut levels, mut leaves) = (0, 0);
    root.walk(&mut |node| {
        let below: usize = node.children.iter().map(Node::triangles).sum();
        leaves += if node.children.is_empty() { node.triangles() } else { 0 };
        if node.content.is_some() && below > 0 {
            levels += 1;
            assert!(node.triangles() * 10 <= below * 3, "{} of {below}", node.triangles());
            assert!(node.error_m > 0.0);
        }
    });
    assert_eq!(leaves, 220 * 220 * 2, "no triangle of the finest level is lost");
    assert!(levels >= 1);
}

/// Positions of all leaves below a tile, or of its own content, in steps of a centimetre: stored in
/// steps of 2 mm, places that are one agree to that.
fn places(node: &Node, leaves: bool) -> BTreeSet<[i64; 3]> {
    let mut out = BTreeSet::new();
    let mut add = |node: &Node| {
        let positions = node.content.as_ref().map(|path| Glb::read(path).positions()).unwrap_or_default();
        out.extend(positions.iter().map(|p| p.map(|value| (value * 100.0).round() as i64)));
    };
    if leaves {
        node.walk(&mut |below| {
            if below.children.is_empty() {
                add(below);
            }
        });
    } else {
        add(node);
    }
    out
}

#[test]
fn neighbours_share_the_vertices_of_their_border_on_all_levels_of_a_mesh() {
    let dir = tempfile::tempdir().unwrap();
    let published = build_into(&hills(dir.path(), 360), &dir.path().join("out"));
    let root = tree(&published.version.join("full/tileset.json"));
    let quarters: Vec<&Node> = root.children.iter().filter(|node| !node.children.is_empty()).collect();
    assert!(quarters.len() > 1, "levels stand side by side");
    let levels: Vec<_> = quarters.iter().map(|node| places(node, false)).collect();
    let leaves: Vec<_> = quarters.iter().map(|node| places(node, true)).collect();
    let off = [-1, 0, 1];
    let mut shared = 0;
    for (a, b) in (0..quarters.len()).flat_map(|a| (0..a).map(move |b| (a, b))) {
        for p in leaves[a].intersection(&leaves[b]) {
            shared += 1;
            for level in [&levels[a], &levels[b]] {
                let kept = off.iter().any(|x| {
                    off.iter().any(|y| off.iter().any(|z| level.contains(&[p[0] + x, p[1] + y, p[2] + z])))
                });
                assert!(kept, "a vertex at {p:?} cm has left the border");
            }
        }
    }
    assert!(shared > 300, "{shared} vertices on borders");
    let coarse: usize = quarters.iter().map(|node| node.triangles()).sum();
    assert!(coarse * 10 <= 360 * 360 * 2 * 3, "{coarse} triangles");
}

#[test]
fn light_scenes_keep_their_budgets() {
    let dir = tempfile::tempdir().unwrap();
    let sample = dir.path().join("sample");
    let options = SampleOptions { tiles: 2, detail: Detail::Light, ..SampleOptions::new(&sample) };
    sample::run(&options, &|_| {}).unwrap();
    let out = dir.path().join("out");
    let request = BuildRequest { profile: Some("app".into()), ..BuildRequest::new(&sample, &out) };
    let outcome = pipeline::build(&request, &Said::default()).unwrap();
    let over: Vec<_> = outcome.report.messages.iter().filter(|m| m.code == "over_budget").collect();
    assert!(over.is_empty(), "{over:?}");
    let textures = &outcome.report.profiles[0].textures;
    assert!(textures.textures > 2 && textures.psnr_db.is_some_and(|db| db > 25.0), "{textures:?}");
    assert_eq!(validate::publication(&out).unwrap().problems, Vec::<String>::new());
    let version = out.join("versions").join(&outcome.version);
    let catalog: Value =
        serde_json::from_slice(&std::fs::read(version.join("catalog.json")).unwrap()).unwrap();
    let scenes = catalog["scenes"].as_array().unwrap();
    for scene in scenes.iter().filter(|scene| scene["content"] == "place") {
        let first = |key: &str| scene["first_view"][key].as_u64().unwrap();
        assert!(first("bytes") > 0 && first("bytes") <= 1_000_000, "{scene}");
        assert!(first("triangles") <= 150_000 && first("draws") <= 60 && first("texture_px") <= 6_000_000);
    }
    let root = tree(&version.join("app/tileset.json"));
    let (mut spots, mut sides) = (0, BTreeSet::new());
    root.walk(&mut |node| {
        let Some(path) = &node.content else { return };
        let (bytes, glb) = (std::fs::metadata(path).unwrap().len(), Glb::read(path));
        let (most_bytes, most_triangles) =
            if node.children.is_empty() { (400_000, 60_000) } else { (250_000, 30_000) };
        assert!(bytes <= most_bytes, "{bytes} of {most_bytes} bytes");
        assert!(triangles(&glb) <= most_triangles);
        assert!(glb.json["images"].as_array().unwrap().len() <= 1);
        if node.children.is_empty() {
            spots += 1;
            let primitives = glb.json["meshes"][0]["primitives"].as_array().unwrap();
            sides.extend(
                primitives.iter().filter_map(|p| p["extras"]["orientation"].as_str().map(str::to_owned)),
            );
        }
    });
    assert!(spots > 2, "{spots} spots");
    assert_eq!(sides.into_iter().collect::<Vec<_>>(), ["back", "front", "left", "right", "top"]);
}
