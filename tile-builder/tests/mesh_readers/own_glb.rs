//! A glb of our own encoder, read back: positions, texture coordinates, colours and textures.

use std::sync::Arc;

use proptest::prelude::*;
use tile_builder::encode::{Content, encode};
use tile_builder::geometry::Aabb;
use tile_builder::read::{Limits, gltf};
use tile_builder::scene::{Material, Mesh, Texture, TextureFormat};

use crate::common::Glb;
use crate::common::random::mesh;

fn read(content: &Content) -> Vec<Mesh> {
    gltf::meshes(&content.bytes, "own.glb", &Limits::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// What an independent decoder of the same file gives.
fn decoded(content: &Content) -> Vec<[f64; 3]> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.glb");
    std::fs::write(&path, &content.bytes).unwrap();
    Glb::read(&path).positions()
}

fn png(width: u32, height: u32) -> Arc<[u8]> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner().into()
}

fn texture(repeat: [bool; 2]) -> Arc<Texture> {
    Arc::new(Texture {
        name: "墙面 1.png".into(),
        format: TextureFormat::Png,
        bytes: png(64, 32),
        width: 64,
        height: 32,
        repeat,
        kept: true,
    })
}

fn quad(at: [f64; 3], material: Material) -> Mesh {
    let corners = [[0.0, 0.0, 0.0], [10.0, 0.0, 0.0], [10.0, 0.0, 3.0], [0.0, 0.0, 3.0]];
    Mesh {
        positions: corners.iter().map(|p| [0, 1, 2].map(|axis| p[axis] + at[axis])).collect(),
        uvs: if material.texture.is_some() {
            vec![[0.0, 1.0], [1.0, 1.0], [1.0, 0.25], [0.0, 0.25]]
        } else {
            Vec::new()
        },
        indices: vec![0, 1, 2, 0, 2, 3],
        material,
        ..Mesh::default()
    }
}

#[test]
fn two_meshes_with_one_texture_share_it_after_reading() {
    let shared = texture([false, true]);
    let with = |base_colour| Material { base_colour, texture: Some(Arc::clone(&shared)), lit: false };
    let grey = Material { base_colour: [0.5, 0.25, 0.125, 1.0], texture: None, lit: false };
    let meshes = [
        quad([100.0, 200.0, 5.0], with([1.0; 4])),
        quad([110.0, 200.0, 5.0], with([0.5, 0.5, 0.5, 1.0])),
        quad([120.0, 210.0, 5.0], grey.clone()),
    ];
    let back = read(&encode(&meshes, 0.005).unwrap().unwrap());
    assert_eq!(back.len(), 3);
    let textures: Vec<&Arc<Texture>> = back.iter().filter_map(|m| m.material.texture.as_ref()).collect();
    assert_eq!(textures.len(), 2);
    assert!(Arc::ptr_eq(textures[0], textures[1]));
    assert_eq!(**textures[0], *shared);
    for (mesh, colour) in back.iter().zip([[1.0; 4], [0.5, 0.5, 0.5, 1.0], grey.base_colour]) {
        for (got, want) in mesh.material.base_colour.iter().zip(colour) {
            assert!((got - want).abs() < 1e-6, "{got} for {want}");
        }
    }
    for (mesh, source) in back.iter().zip(&meshes) {
        assert_eq!(mesh.triangles(), source.triangles());
        for (position, uv) in mesh.positions.iter().zip(&mesh.uvs) {
            let near = |p: &[f64; 3]| (0..3).all(|axis| (p[axis] - position[axis]).abs() < 0.003);
            let at = source.positions.iter().position(near).unwrap();
            // A quarter texel is the step.
            assert!((uv[0] - source.uvs[at][0]).abs() <= 0.125 / 64.0 + 1e-6);
            assert!((uv[1] - source.uvs[at][1]).abs() <= 0.125 / 32.0 + 1e-6);
        }
    }
}

#[test]
fn textures_of_every_format_come_back_with_their_bytes() {
    let mut webp = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(64, 32).write_to(&mut webp, image::ImageFormat::WebP).unwrap();
    // As far as a reader looks: identifier, format 0, type size, width, height.
    let mut ktx2 = b"\xABKTX 20\xBB\r\n\x1A\n".to_vec();
    ktx2.extend([0u32, 1, 64, 32, 0, 0, 1, 1].iter().flat_map(|word| word.to_le_bytes()));
    let made = [(TextureFormat::WebP, webp.into_inner()), (TextureFormat::Ktx2, ktx2)];
    let textures =
        made.map(|(format, bytes)| Texture { format, bytes: bytes.into(), ..(*texture([true; 2])).clone() });
    let meshes = textures.each_ref().map(|texture| {
        quad(
            [0.0; 3],
            Material { base_colour: [1.0; 4], texture: Some(Arc::new(texture.clone())), lit: false },
        )
    });
    let back = read(&encode(&meshes, 0.005).unwrap().unwrap());
    for (mesh, texture) in back.iter().zip(&textures) {
        assert_eq!(mesh.material.texture.as_deref(), Some(texture));
    }
}

#[test]
fn every_vertex_colour_comes_back_as_it_was() {
    let positions: Vec<[f64; 3]> = (0..256).map(|i| [f64::from(i), f64::from(i % 7), 0.0]).collect();
    let colours: Vec<[u8; 4]> = (0..=255u8).map(|i| [i, 255 - i, i.wrapping_mul(7), i]).collect();
    let indices = (0..254u32).flat_map(|i| [i, i + 1, i + 2]).collect();
    let mesh = Mesh { positions, colours, indices, ..Mesh::default() };
    let back = read(&encode(std::slice::from_ref(&mesh), 0.01).unwrap().unwrap());
    for (position, colour) in back[0].positions.iter().zip(&back[0].colours) {
        assert_eq!(*colour, mesh.colours[position[0].round() as usize]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn positions_come_back_exactly_as_a_viewer_decodes_them(
        // The wider ones exceed 16 bits at 2 cm and keep 32-bit positions.
        meshes in prop::collection::vec(prop_oneof![mesh(60.0), mesh(3000.0)], 1..4),
        step in 0.002..0.02f64,
    ) {
        let Some(content) = encode(&meshes, step).unwrap() else { return Ok(()) };
        let back = read(&content);
        let positions: Vec<[f64; 3]> = back.iter().flat_map(|mesh| mesh.positions.clone()).collect();
        prop_assert_eq!(&positions, &decoded(&content));
        prop_assert_eq!(Aabb::around(&positions), content.bounds);
        let triangles: usize = back.iter().map(Mesh::triangles).sum();
        prop_assert_eq!(triangles as u64, content.triangles);
    }
}
