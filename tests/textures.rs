//! Textures of every format, from the encoder through the server to pixels in a browser.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use image::{Rgba, RgbaImage};
use serde_json::{Value, json};
use tempfile::TempDir;
use tile_builder::encode::encode as encode_glb;
use tile_builder::geometry::Aabb;
use tile_builder::scene::{Material, Mesh};
use tile_builder::texture::{Codec, TextureRule, encode};
use twin_e2e::{Server, node, say};

/// Side of a square, and the distance to the next, in metres.
const SIDE_M: f64 = 40.0;
const STEP_M: f64 = 50.0;

/// Red in the north-west, green in the north-east, blue in the south-west, yellow in the south-east.
fn quarters() -> RgbaImage {
    RgbaImage::from_fn(126, 130, |x, y| match (x < 63, y < 65) {
        (true, true) => Rgba([210, 40, 40, 255]),
        (false, true) => Rgba([40, 180, 60, 255]),
        (true, false) => Rgba([40, 60, 200, 255]),
        (false, false) => Rgba([220, 200, 50, 255]),
    })
}

/// A square on the ground with the picture on it, north up.
fn square(east_m: f64, codec: Codec) -> Mesh {
    let rule = TextureRule { codec, quality: 80, longest_edge_px: None };
    let (texture, _) = encode(&quarters(), "quarters", [false; 2], &rule).unwrap();
    let far = east_m + SIDE_M;
    Mesh {
        positions: vec![[east_m, 0.0, 0.0], [far, 0.0, 0.0], [far, SIDE_M, 0.0], [east_m, SIDE_M, 0.0]],
        uvs: vec![[0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]],
        indices: vec![0, 1, 2, 0, 2, 3],
        material: Material { texture: Some(Arc::new(texture)), ..Material::default() },
        ..Mesh::default()
    }
}

fn volume(bounds: &Aabb) -> Value {
    let (centre, size) = (bounds.centre(), bounds.size());
    let [x, y, z] = size.map(|edge| edge / 2.0 + 0.01);
    json!({ "box": [centre[0], centre[1], centre[2], x, 0, 0, 0, y, 0, 0, 0, z] })
}

/// A publication of one square for each codec, written by hand.
fn publish(root: &Path, codecs: &[Codec]) {
    let version = root.join("versions/one");
    fs::create_dir_all(version.join("full")).unwrap();
    fs::create_dir_all(root.join("content")).unwrap();
    let mut all = Aabb::EMPTY;
    let mut children = Vec::new();
    for (at, codec) in codecs.iter().enumerate() {
        let content = encode_glb(&[square(at as f64 * STEP_M, *codec)], 0.01).unwrap().unwrap();
        fs::write(root.join(format!("content/{at}.glb")), &content.bytes).unwrap();
        children.push(json!({
            "boundingVolume": volume(&content.bounds), "geometricError": 0,
            "content": { "uri": format!("../../../content/{at}.glb") },
        }));
        all.merge(&content.bounds);
    }
    let tileset = json!({
        "asset": { "version": "1.1" }, "geometricError": 1000,
        "root": { "boundingVolume": volume(&all), "geometricError": 1000, "refine": "REPLACE", "children": children },
    });
    let point =
        |[east_m, north_m, up_m]: [f64; 3]| json!({ "east_m": east_m, "north_m": north_m, "up_m": up_m });
    let bounds = json!({ "min": point(all.min), "max": point(all.max) });
    let catalog = json!({
        "format": 1, "sources": [], "model": "model.ndjson",
        "community": { "id": "textures", "name": { "en": "Textures" }, "bounds": bounds },
        "scenes": [{
            "id": "full", "profile": "full", "tileset": "full/tileset.json", "bounds": bounds,
            "tiles": codecs.len(), "triangles": 2 * codecs.len(), "texture_px": 0, "size_bytes": 0,
        }],
    });
    fs::write(version.join("full/tileset.json"), tileset.to_string()).unwrap();
    fs::write(version.join("catalog.json"), catalog.to_string()).unwrap();
    fs::write(version.join("model.ndjson"), "").unwrap();
    fs::write(root.join("current"), "one\n").unwrap();
}

fn check(codecs: &[Codec], transcoder: &str) {
    let dir = TempDir::new().unwrap();
    let root = dir.path().join("publication");
    publish(&root, codecs);
    let said = node("glb.mjs", &[&root.join("content").display().to_string()], None).unwrap();
    assert!(said.contains(" 0 errors, 0 warnings"), "{said}");
    let server = Server::start(&root, &dir.path().join("twin.db")).unwrap();
    say(&node("textures.mjs", &[transcoder], Some(&server.address)).unwrap());
}

#[test]
fn jpeg_and_webp_show_their_colours_without_a_transcoder() {
    check(&[Codec::Jpeg, Codec::WebP], "without");
}

#[test]
fn ktx2_shows_its_colours_where_they_belong() {
    check(&[Codec::Etc1s, Codec::Uastc], "with");
}
