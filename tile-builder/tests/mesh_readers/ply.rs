//! PLY: three encodings of one mesh, and what software adds to it.

use super::support::{Files, Soup, png};

/// A quad with colours, texture coordinates by vertex, an unknown element and unknown properties.
fn encoded(format: &str) -> Vec<u8> {
    let mut file = format!(
        "ply\nformat {format} 1.0\ncomment TextureFile 墙 1.png\nobj_info x\nelement camera 2\nproperty float f\n\
         property list uchar short marks\nelement vertex 4\nproperty double x\nproperty float y\nproperty short z\n\
         property float nx\nproperty uchar red\nproperty uchar green\nproperty uchar blue\nproperty float s\n\
         property float t\nelement face 1\nproperty uchar flags\nproperty list ushort int vertex_indices\nend_header\n"
    )
    .into_bytes();
    let mut put = |kind: char, value: f64| {
        let (le, be) = match kind {
            'd' => (value.to_le_bytes().to_vec(), value.to_be_bytes().to_vec()),
            'f' => ((value as f32).to_le_bytes().to_vec(), (value as f32).to_be_bytes().to_vec()),
            's' => ((value as i16).to_le_bytes().to_vec(), (value as i16).to_be_bytes().to_vec()),
            'i' => ((value as i32).to_le_bytes().to_vec(), (value as i32).to_be_bytes().to_vec()),
            _ => (vec![value as u8], vec![value as u8]),
        };
        match format {
            "ascii" => file.extend(format!("{value}\n").bytes()),
            "binary_big_endian" => file.extend(be),
            _ => file.extend(le),
        }
    };
    for camera in [&[('f', 1.5), ('u', 2.0), ('s', -7.0), ('s', 8.0)][..], &[('f', 2.5), ('u', 0.0)]] {
        for &(kind, value) in camera {
            put(kind, value);
        }
    }
    for (x, y) in [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)] {
        let vertex = [
            ('d', 501_050.130_623 + x),
            ('f', y),
            ('s', -3.0),
            ('f', 0.5),
            ('u', 255.0),
            ('u', 128.0),
            ('u', 0.0),
            ('f', x),
            ('f', y),
        ];
        for &(kind, value) in &vertex {
            put(kind, value);
        }
    }
    for (kind, value) in [('u', 9.0), ('s', 4.0), ('i', 0.0), ('i', 1.0), ('i', 2.0), ('i', 3.0)] {
        put(kind, value);
    }
    file
}

#[test]
fn the_three_encodings_give_the_same_faces() {
    for format in ["ascii", "binary_little_endian", "binary_big_endian"] {
        let soup = Files::new().with("a.ply", encoded(format)).read("a.ply");
        assert_eq!(soup.faces.len(), 2, "{format}");
        let corner = soup.faces[0].corners[1];
        assert_eq!(corner.position, [501_051.130_623, 0.0, -3.0], "{format}");
        assert_eq!(corner.uv, Some([1.0, 1.0]), "{format}");
        assert_eq!(corner.colour, Some([255, 128, 0, 255]), "{format}");
        assert_eq!(soup.codes(), ["texture_missing"], "{format}");
        let textured = Files::new().with("a.ply", encoded(format)).with("墙 1.png", png(2, 2)).read("a.ply");
        assert_eq!(textured.warnings(), [""; 0]);
        assert_eq!(textured.faces[0].corners[1].colour, None, "the photograph is the colour");
    }
}

#[test]
fn faces_may_carry_their_own_texture_coordinates_and_numbers() {
    let text = "ply\nformat ascii 1.0\ncomment TextureFile a.png\ncomment TextureFile b.png\nelement vertex 3\n\
        property float x\nproperty float y\nproperty float z\nelement face 2\n\
        property list uchar int vertex_index\nproperty list uchar float texcoord\nproperty int texnumber\nend_header\n\
        0 0 0\n1 0 0\n0 1 0\n3 0 1 2 6 0 0 1 0 0 1 1\n3 0 1 2 0 -1\n";
    let files = Files::new().with("a.ply", text).with("a.png", png(1, 1)).with("b.png", png(1, 1));
    let soup = files.read("a.ply");
    assert_eq!(soup.faces[0].material, 1);
    assert_eq!(soup.faces[0].corners.map(|corner| corner.uv.unwrap()), [[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]);
    assert_eq!(soup.faces[1].material, 0);
    assert_eq!(soup.faces[1].corners[0].uv, None);
}

#[test]
fn faults_are_named_where_they_stand() {
    let head =
        "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n";
    let list = "element face 2\nproperty list uchar int vertex_indices\nend_header\n0 0 0\n1 0 0\n0 1 0\n";
    let files = Files::new()
        .with("outside.ply", format!("{head}{list}3 0 1 7\n3 0 1 2\n"))
        .with("cut.ply", format!("{head}{list}3 0 1 2\n3 0"))
        .with("word.ply", format!("{head}{list}3 0 1 2\n3 0 one 2\n"))
        .with("type.ply", format!("{head}property quad w\nend_header\n"))
        .with("other.ply", "solid\n")
        .with("points.ply", format!("{head}end_header\n0 0 0\n1 0 0\n0 1 0\n"))
        .with("huge.ply", format!("{head}{}", list.replace("face 2", "face 18446744073709551615")));
    let outside = files.read("outside.ply");
    assert_eq!(
        outside.warnings(),
        ["`outside.ply` face 0: vertex 7 is outside the 3 that there are; the face was left out"]
    );
    assert_eq!(outside.faces.len(), 1);
    assert_eq!(files.error("cut.ply"), "`cut.ply`: face 1: ends too early: 1 bytes needed, 0 left");
    assert_eq!(files.error("word.ply"), "`word.ply`: face 1: `one` is no number");
    assert_eq!(files.error("type.ply"), "`type.ply`: line 7: PLY type `quad` is not supported");
    assert_eq!(files.error("other.ply"), "`other.ply`: is not a PLY file");
    assert_eq!(files.error("points.ply"), "`points.ply`: has no face that could be used");
    assert_eq!(files.error("huge.ply"), "`huge.ply`: face 0: ends too early: 1 bytes needed, 0 left");
}

#[test]
fn a_real_mesh_without_texture_is_read() {
    let Some(data) = crate::common::data() else { return };
    let soup = Soup::read(&data.join("ply/scene_mesh.ply"));
    assert_eq!(soup.summary.faces + soup.summary.degenerate, 14_709);
    assert_eq!(soup.warnings(), [""; 0]);
}
