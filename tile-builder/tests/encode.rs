//! Properties of the encoder, over random meshes: what a viewer decodes is what went in.

use crate::common::Glb;
use crate::common::random::mesh;
use proptest::prelude::*;
use tile_builder::encode::encode;
use tile_builder::geometry::Aabb;
use tile_builder::scene::Mesh;

fn decoded(bytes: &[u8]) -> Vec<[f64; 3]> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.glb");
    std::fs::write(&path, bytes).unwrap();
    Glb::read(&path).positions()
}

fn nearest(points: &[[f64; 3]], p: &[f64; 3]) -> f64 {
    let distance = |q: &[f64; 3]| (0..3).map(|axis| (p[axis] - q[axis]).abs()).fold(0.0, f64::max);
    points.iter().map(distance).fold(f64::INFINITY, f64::min)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_corner_is_decoded_within_half_a_step(mesh in mesh(60.0), step in 0.002..0.02f64) {
        let content = encode(std::slice::from_ref(&mesh), step).unwrap().unwrap();
        let points = decoded(&content.bytes);
        for &index in &mesh.indices {
            let miss = nearest(&points, &mesh.positions[index as usize]);
            prop_assert!(miss <= step / 2.0 + 1e-6, "{miss} m with steps of {step} m");
        }
    }

    #[test]
    fn a_mesh_too_wide_for_16_bits_still_keeps_two_centimetres(mesh in mesh(4000.0)) {
        let content = encode(std::slice::from_ref(&mesh), 0.002).unwrap().unwrap();
        let points = decoded(&content.bytes);
        for &index in &mesh.indices {
            prop_assert!(nearest(&points, &mesh.positions[index as usize]) <= 0.01);
        }
    }

    #[test]
    fn the_box_of_a_content_encloses_what_is_decoded(mesh in mesh(60.0)) {
        let content = encode(&[mesh], 0.01).unwrap().unwrap();
        let inside = Aabb::around(&decoded(&content.bytes));
        prop_assert!(content.bounds.encloses(&inside, 1e-6));
    }

    #[test]
    fn the_same_mesh_gives_the_same_bytes(mesh in mesh(60.0)) {
        let bytes = |mesh: &Mesh| encode(std::slice::from_ref(mesh), 0.01).unwrap().unwrap().bytes;
        prop_assert_eq!(bytes(&mesh), bytes(&mesh));
    }
}
