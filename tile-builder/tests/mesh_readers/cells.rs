//! Cells: every face in one cell, none too full, the same bytes each time.

use std::path::Path;

use tile_builder::geometry::Aabb;
use tile_builder::partition::cells::{Cell, CellError, CellId, Census, Splitter, read};
use tile_builder::read::Limits;
use tile_builder::read::soup::Face;

use super::support::{Files, Soup};

/// A relief with most of its faces in one corner, with texture coordinates on its western half.
fn relief() -> Soup {
    let mut text = String::from("vt 0.25 0.5\n");
    let place = |at: u32| 501_000.0 + f64::from(at * at) / 10.0;
    let side = 80;
    for (x, y) in (0..side * side).map(|at| (at % side, at / side)) {
        text += &format!("v {} {} {}\n", place(x), place(y), (x * y) % 5);
    }
    for (x, y) in
        (0..side * side).map(|at| (at % side, at / side)).filter(|(x, y)| x + 1 < side && y + 1 < side)
    {
        let at = y * side + x + 1;
        let uv = if x < side / 2 { "/1" } else { "" };
        text += &format!(
            "usemtl m{}\nf {at}{uv} {}{uv} {}{uv} {}{uv}\n",
            y / 40,
            at + 1,
            at + side + 1,
            at + side
        );
    }
    Files::new().with("a.obj", text).read("a.obj")
}

fn split(faces: &[Face], folder: &Path, most: u64, buffer_bytes: u64) -> Vec<Cell> {
    let mut census = Census::default();
    for face in faces {
        census.add(face);
    }
    let mut splitter = Splitter::new(folder, &census.plan(most).unwrap()).buffering(buffer_bytes);
    for face in faces {
        splitter.add(face).unwrap();
    }
    splitter.finish().unwrap()
}

fn corners(face: &Face) -> Vec<u64> {
    let position = face.corners.iter().flat_map(|corner| corner.position).map(f64::to_bits);
    let uv = face.corners.iter().flat_map(|corner| corner.uv.unwrap_or([-1.0; 2]));
    position.chain(uv.map(|value| u64::from(value.to_bits()))).chain([u64::from(face.material)]).collect()
}

#[test]
fn every_face_is_in_one_cell_and_no_cell_is_too_full() {
    let soup = relief();
    let folder = tempfile::tempdir().unwrap();
    let cells = split(&soup.faces, folder.path(), 500, 10_000);
    assert_eq!(cells.iter().map(|cell| cell.faces).sum::<u64>(), soup.summary.faces);
    assert!(cells.len() > 20 && cells.iter().all(|cell| cell.faces <= 500));
    assert!(cells.iter().any(|cell| cell.id.level > cells[0].id.level), "finer where there is more");
    let mut written: Vec<Vec<u64>> = soup.faces.iter().map(corners).collect();
    let mut found = Vec::new();
    for cell in &cells {
        let meshes = read(&cell.path, &soup.summary.materials, &Limits::default()).unwrap();
        for mesh in &meshes {
            assert_eq!(mesh.uvs.len() % mesh.positions.len(), 0);
            for &[a, b, c] in mesh.indices.as_chunks::<3>().0 {
                let at = [a, b, c].map(|index| index as usize);
                let around = Aabb::around(at.map(|at| &mesh.positions[at]));
                assert!(cell.bounds.encloses(&around, 0.0));
                let positions = at.iter().flat_map(|&at| mesh.positions[at]);
                let uv = at.iter().flat_map(|&at| mesh.uvs.get(at).copied().unwrap_or([-1.0; 2]));
                found.push(
                    positions
                        .map(f64::to_bits)
                        .chain(uv.map(|v| u64::from(v.to_bits())))
                        .collect::<Vec<u64>>(),
                );
            }
        }
    }
    // Materials are compared by their number of meshes only: a mesh does not name its material.
    for face in &mut written {
        face.truncate(15);
    }
    written.sort();
    found.sort();
    assert!(written == found);
}

#[test]
fn cells_are_the_same_whatever_the_buffers() {
    let soup = relief();
    let folders = [(), ()].map(|()| tempfile::tempdir().unwrap());
    let [small, large] = [(0, 3_000), (1, 64 << 20)].map(|(at, bytes): (usize, u64)| {
        let cells = split(&soup.faces, folders[at].path(), 700, bytes);
        cells
            .into_iter()
            .map(|cell| (cell.id, cell.bounds, std::fs::read(&cell.path).unwrap()))
            .collect::<Vec<_>>()
    });
    assert!(small == large);
    let files = std::fs::read_dir(folders[0].path()).unwrap().count();
    assert_eq!(files, small.len(), "nothing else is left in the folder");
}

#[test]
fn corners_are_joined_by_material_and_the_order_is_kept() {
    let text = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 0 0 0\nvt 0 0\nvt 1 1\nusemtl b\nf 1 2 3\nusemtl a\nf 1/1 3/1 4/1\n\
                usemtl b\nf 5 3 4\nusemtl a\nf 1/1 3/2 4/1\n";
    let soup = Files::new().with("a.obj", text).read("a.obj");
    let folder = tempfile::tempdir().unwrap();
    let cells = split(&soup.faces, folder.path(), 100, 1 << 20);
    assert_eq!(cells.len(), 1);
    assert_eq!(cells[0].id, CellId::ROOT);
    let meshes = read(&cells[0].path, &soup.summary.materials, &Limits::default()).unwrap();
    assert_eq!(meshes[0].indices, [0, 1, 2, 0, 2, 3], "vertices 1 and 5 are one");
    assert_eq!(meshes[1].indices, [0, 1, 2, 0, 3, 2], "vertex 3 has two texture coordinates");
    assert_eq!(meshes[1].uvs, [[0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]]);
    assert!(meshes[0].uvs.is_empty());
}

#[test]
fn faces_over_one_point_end_at_the_deepest_level() {
    let text: String = (0..50).map(|z| format!("v 0 0 {z}\nv 3 0 {z}\nv 0 3 {z}\nf -3 -2 -1\n")).collect();
    let soup = Files::new().with("a.obj", text).read("a.obj");
    let folder = tempfile::tempdir().unwrap();
    let cells = split(&soup.faces, folder.path(), 10, 1 << 20);
    assert_eq!((cells.len(), cells[0].faces), (1, 50));
}

#[test]
fn a_cell_that_was_not_finished_is_not_read() {
    let soup = relief();
    let folder = tempfile::tempdir().unwrap();
    let mut census = Census::default();
    for face in &soup.faces {
        census.add(face);
    }
    let mut splitter = Splitter::new(folder.path(), &census.plan(1_000_000).unwrap()).buffering(0);
    for face in &soup.faces {
        splitter.add(face).unwrap();
    }
    drop(splitter);
    let path = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let error = read(&path, &soup.summary.materials, &Limits::default()).unwrap_err();
    assert!(
        matches!(&error, CellError::Damaged { reason, .. } if reason.contains("not finished")),
        "{error}"
    );
    let cells = split(&soup.faces, folder.path(), 1_000_000, 1 << 20);
    let bytes = std::fs::read(&cells[0].path).unwrap();
    for end in [0, 7, 31, 32, 100, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..end]).unwrap();
        assert!(read(&path, &soup.summary.materials, &Limits::default()).is_err(), "{end} bytes");
    }
    let few = Limits { triangles: 10, ..Limits::default() };
    assert!(matches!(
        read(&cells[0].path, &[], &few),
        Err(CellError::Limit { limit: 10, .. } | CellError::Damaged { .. })
    ));
}
