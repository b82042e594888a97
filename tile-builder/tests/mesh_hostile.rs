//! Damaged mesh files: an error or a warning, never a panic, a hang, or memory out of proportion.

use crate::mesh_readers::support::{Files, png, try_read};
use tile_builder::encode::encode;
use tile_builder::read::soup::StreamOptions;
use tile_builder::read::{Limits, gltf};
use tile_builder::scene::{Material, Mesh, Texture, TextureFormat};

fn limits() -> Limits {
    Limits {
        mesh_vertices: 100_000,
        mesh_faces: 100_000,
        vertices: 100_000,
        triangles: 100_000,
        ..Limits::default()
    }
}

/// Reads a file; whatever comes out is sound.
fn exercise(files: &Files, name: &str) {
    let options = StreamOptions { memory_bytes: 1 << 20, ..StreamOptions::default() };
    if let Ok(soup) = try_read(&files.path(name), &options, &limits()) {
        assert!(soup.summary.faces > 0);
        for face in &soup.faces {
            assert!((face.material as usize) < soup.summary.materials.len());
            assert!(face.corners.iter().flat_map(|corner| corner.position).all(f64::is_finite));
            assert!(face.corners.iter().filter_map(|corner| corner.uv).flatten().all(f32::is_finite));
        }
    }
}

/// Cuts at every byte of the first kilobytes and at some after, and changes bytes at random.
fn damage(name: &str, bytes: &[u8], changes: usize) {
    let files = Files::new();
    for end in (0..bytes.len().min(3000)).chain((3000..bytes.len()).step_by(211)) {
        std::fs::write(files.path(name), &bytes[..end]).unwrap();
        exercise(&files, name);
    }
    let mut random = 0x2545_F491_4F6C_DD1Du64;
    for _ in 0..changes {
        let mut changed = bytes.to_vec();
        for _ in 0..3 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let at = random as usize % changed.len().min(6000);
            changed[at] = (random >> 32) as u8;
        }
        std::fs::write(files.path(name), &changed).unwrap();
        exercise(&files, name);
    }
}

/// A glb with a texture, colours and compressed streams.
fn own_glb() -> Vec<u8> {
    let texture = Texture {
        name: "t".into(),
        format: TextureFormat::Png,
        bytes: png(2, 2).into(),
        width: 2,
        height: 2,
        repeat: [true; 2],
        kept: true,
    };
    let positions: Vec<[f64; 3]> = (0..400u32).map(|i| [f64::from(i % 20), f64::from(i / 20), 0.0]).collect();
    let mesh = Mesh {
        uvs: positions.iter().map(|p| [p[0] as f32 / 20.0, p[1] as f32 / 20.0]).collect(),
        colours: vec![[1, 2, 3, 255]; positions.len()],
        indices: (0..379u32).flat_map(|i| [i, i + 1, i + 20]).collect(),
        positions,
        material: Material { base_colour: [1.0; 4], texture: Some(texture.into()), lit: false },
        ..Mesh::default()
    };
    encode(&[mesh], 0.01).unwrap().unwrap().bytes
}

#[test]
fn a_damaged_obj_never_panics() {
    let Some(data) = crate::common::data() else { return };
    for name in
        ["cube/cube.obj", "cube-colors-3d.obj", "multi-material.obj", "ngon.obj", "triangle-uv-negative.obj"]
    {
        damage("a.obj", &std::fs::read(data.join("obj/edge-cases").join(name)).unwrap(), 300);
    }
}

#[test]
fn a_damaged_ply_never_panics() {
    let ascii = "ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float y\nproperty float z\n\
        property uchar red\nproperty uchar green\nproperty uchar blue\nelement face 1\n\
        property list uchar int vertex_indices\nend_header\n0 0 0 1 2 3\n1 0 0 1 2 3\n1 1 0 1 2 3\n0 1 0 1 2 3\n4 0 1 2 3\n";
    damage("a.ply", ascii.as_bytes(), 1000);
    let Some(data) = crate::common::data() else { return };
    let real = std::fs::read(data.join("ply/scene_mesh.ply")).unwrap();
    damage("a.ply", &real[..20_000], 200);
}

#[test]
fn a_damaged_glb_never_panics() {
    let bytes = own_glb();
    damage("a.glb", &bytes, 2000);
    for end in 0..bytes.len() {
        assert!(gltf::meshes(&bytes[..end], "a.glb", &limits()).is_err(), "cut at {end}");
    }
    let mut random = 88_172_645_463_325_252u64;
    for _ in 0..4000 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let mut changed = bytes.clone();
        changed[random as usize % bytes.len()] = (random >> 32) as u8;
        if let Ok(meshes) = gltf::meshes(&changed, "a.glb", &limits()) {
            for mesh in meshes {
                assert!(mesh.indices.iter().all(|&index| (index as usize) < mesh.positions.len()));
                assert!(mesh.uvs.is_empty() || mesh.uvs.len() == mesh.positions.len());
            }
        }
    }
}

#[test]
fn a_damaged_material_library_never_panics() {
    let mtl = "newmtl m\nKd 1 0.5 0\nd 0.5\nmap_Kd -o 1 2 3 -s 1 1 -clamp on -mm 0 1 t.png\n";
    let files = Files::new()
        .with("a.obj", "mtllib a.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nusemtl m\nf 1/1 2/1 3/1\n")
        .with("t.png", png(2, 2));
    for at in 0..mtl.len() {
        std::fs::write(files.path("a.mtl"), &mtl[..at]).unwrap();
        exercise(&files, "a.obj");
        for byte in [0, b'-', b' ', b'\n', 0xFF] {
            let mut changed = mtl.as_bytes().to_vec();
            changed[at] = byte;
            std::fs::write(files.path("a.mtl"), &changed).unwrap();
            exercise(&files, "a.obj");
        }
    }
}

#[test]
fn what_is_too_large_is_refused_before_it_is_held() {
    let files = Files::new()
        .with("line.obj", vec![b'v'; 3 << 20])
        .with("joined.obj", b"v 1 \\\n".repeat(600_000))
        .with("fan.obj", [b"v 0 0 0\nf".to_vec(), b" 1".repeat(20_000)].concat())
        .with("header.ply", [b"ply\n".to_vec(), b"comment \n".repeat(1 << 18)].concat());
    assert_eq!(
        files.error("line.obj"),
        "`line.obj`: line 1: length of a line 2097152 is above the limit 1048576"
    );
    assert!(
        files.error("joined.obj").contains("line 1: length of a line 1048580 is above the limit 1048576")
    );
    assert_eq!(files.error("fan.obj"), "`fan.obj`: line 2: corners of a face 16385 is above the limit 16384");
    assert!(files.error("header.ply").contains("size of the header in bytes"));
}

#[test]
fn a_compressed_view_cannot_claim_more_than_its_bytes_cover() {
    let bytes = own_glb();
    let text = String::from_utf8_lossy(&bytes[20..]).into_owned();
    let at = 20 + text.find("\"count\":399").unwrap() + 8;
    for count in [b"999", b"1e9"] {
        let mut changed = bytes.clone();
        changed[at..at + 3].copy_from_slice(count);
        assert!(gltf::meshes(&changed, "a.glb", &Limits::default()).is_err());
    }
}
