//! OBJ: the forms that software writes, and the faults that files have.

use std::convert::Infallible;
use std::sync::Arc;

use tile_builder::read::Limits;
use tile_builder::read::soup::{MeshKind, StreamError, StreamOptions, Up, open_folder, stream};

use super::support::{Files, Soup, png};

const TRIANGLE: &str = "v 0 0 0\nv 1 0 0\nv 0.5 1 0\n";

fn obj(text: &str) -> Soup {
    Files::new().with("a.obj", text).read("a.obj")
}

/// Faces, faces without area, and kinds of warnings of each file of other people's test set.
#[test]
fn the_edge_cases_are_read() {
    let Some(data) = crate::common::data() else { return };
    let check = |name: &str, faces: u64, degenerate: u64, codes: &[&str]| {
        let soup = Soup::read(&data.join("obj").join(name));
        assert_eq!((soup.summary.faces, soup.summary.degenerate), (faces, degenerate), "{name}");
        assert_eq!(soup.codes(), codes, "{name}: {:?}", soup.warnings());
    };
    check("edge-cases/bi-triangle.obj", 2, 0, &[]);
    check("edge-cases/comments-and-blanks.obj", 1, 0, &[]);
    check("edge-cases/cube/cube.obj", 12, 0, &[]);
    check("edge-cases/cube2/cube.obj", 12, 0, &[]);
    check("edge-cases/cube-3d.obj", 12, 0, &[]);
    check("edge-cases/cube-colors-textured/cube-colors-textured.obj", 12, 0, &[]);
    check("edge-cases/degenerate-faces.obj", 1, 1, &[]);
    check("edge-cases/mtllib-empty.obj", 1, 0, &[]);
    check("edge-cases/mtllib-missing.obj", 1, 0, &["material_library"]);
    check("edge-cases/multi-material.obj", 4, 0, &[]);
    check("edge-cases/ngon.obj", 3, 0, &[]);
    check("edge-cases/quad.obj", 2, 0, &[]);
    check("edge-cases/scientific-notation.obj", 1, 0, &[]);
    check("edge-cases/spaced-mtllib.obj", 1, 0, &[]);
    check("edge-cases/square-unused.obj", 2, 0, &[]);
    check("edge-cases/triangle-normals.obj", 1, 0, &[]);
    check("edge-cases/triangle-uv-negative.obj", 1, 0, &[]);
    check("edge-cases/triangle-with-lines.obj", 1, 0, &[]);
    check("lods/tour_part_dieu_0.obj", 1176, 0, &[]);
    check("city-lod1/lod1.obj", 22_790, 2, &["material_unknown"]);
    for name in ["empty.obj", "only-vertices.obj"] {
        let path = data.join("obj/edge-cases").join(name);
        let error =
            super::support::try_read(&path, &StreamOptions::default(), &Limits::default()).err().unwrap();
        assert_eq!(error, format!("`{}`: has no face that could be used", path.display()));
    }
}

#[test]
fn a_delivery_is_listed_by_tiles_with_its_place() {
    let Some(data) = crate::common::data() else { return };
    let folder = open_folder(&data.join("obj/derived-cc")).unwrap();
    assert_eq!(folder.tiles.len(), 1);
    assert_eq!((folder.tiles[0].name.as_str(), folder.tiles[0].kind), ("Tile_+000_+016", MeshKind::Obj));
    assert_eq!(folder.metadata.unwrap().origin, Some([501_027.524, 2_488_718.808, 0.0]));
    let soup = Soup::read(&folder.tiles[0].path);
    assert_eq!(soup.summary.warnings, []);
    let images: Vec<_> = soup.summary.materials.iter().map(|m| m.texture.as_ref().unwrap()).collect();
    assert_eq!(images.len(), 4);
    for (image, _) in images {
        let texture = image.load(&Limits::default()).unwrap();
        let file = folder.tiles[0].path.with_file_name(&image.name);
        assert_eq!(*texture.bytes, *std::fs::read(file).unwrap(), "{}", image.name);
        assert!(texture.kept && texture.width > 0);
    }
    let empty = open_folder(tempfile::tempdir().unwrap().path()).unwrap_err().to_string();
    assert!(empty.starts_with("no OBJ, PLY, glTF or glb file in `"), "{empty}");
}

#[test]
fn coordinates_of_seven_digits_keep_every_digit() {
    let soup =
        obj("v 501050.130623 2490454.281022 8.076913\nv 501051 2490454 8\nv 5.01050e5 2490455 8\nf 1 2 3\n");
    assert_eq!(soup.positions()[0][0], [501_050.130_623, 2_490_454.281_022, 8.076_913]);
    assert_eq!(soup.positions()[0][2][0], 501_050.0);
    assert_eq!(soup.summary.bounds.min, [501_050.0, 2_490_454.0, 8.0]);
}

#[test]
fn negative_indices_count_backwards_from_the_line_they_stand_in() {
    let soup = obj("v 9 9 9\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf -3 -2 -1\nv 5 5 5\nf -4/1 -3 -2\n");
    let triangle = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
    assert_eq!(soup.positions(), [triangle, triangle]);
}

#[test]
fn texture_coordinates_are_turned_to_the_top_left() {
    let soup = obj(&format!("{TRIANGLE}vt 0.25 0.75\nvt 0 0 0\nvt 2.5 -1\nf 1/1 2/2 3/3\nf 1/1 2/2 3\n"));
    let uvs = soup.faces[0].corners.map(|corner| corner.uv);
    assert_eq!(uvs, [Some([0.25, 0.25]), Some([0.0, 1.0]), Some([2.5, 2.0])]);
    assert!(soup.faces[1].corners.iter().all(|corner| corner.uv.is_none()), "all corners or none");
}

#[test]
fn colours_may_be_of_one_or_of_255() {
    let colours = |text: &str| obj(text).faces[0].corners.map(|corner| corner.colour.unwrap());
    let of_one = "v 0 0 0 1 0 0\nv 1 0 0 0 0.5 0\nv 0 1 0 0 0 1 0.5\nf 1 2 3\n";
    assert_eq!(colours(of_one), [[255, 0, 0, 255], [0, 128, 0, 255], [0, 0, 255, 128]]);
    let of_255 = "v 0 0 0 255 0 1\nv 1 0 0 0 128 0\nv 0 1 0 1 1 1\nf 1 2 3\n";
    assert_eq!(colours(of_255), [[255, 0, 1, 255], [0, 128, 0, 255], [1, 1, 1, 255]]);
    let some = obj("v 0 0 0\nv 1 0 0 1 1 1\nv 0 1 0 1.0\nf 1 2 3\n");
    let some = some.faces[0].corners.map(|corner| corner.colour);
    assert_eq!(some, [None, Some([255; 4]), None], "a fourth number is a weight, not a colour");
}

#[test]
fn a_line_may_be_continued_and_end_as_windows_ends_it() {
    let soup = obj("\u{feff}v 0 0 0\r\nv 1 \\\r\n0 0\r\n\r\n  v 0 1 0 # corner\r\nf 1 \\\r\n 2 \\\r\n 3\r\n");
    assert_eq!(soup.positions(), [[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]);
    assert_eq!(obj(&format!("{TRIANGLE}f 1 2 3")).faces.len(), 1, "the last line needs no end");
}

#[test]
fn a_concave_face_is_filled_inside_only() {
    let soup = obj("v 0 0 0\nv 3 0 0\nv 3 0 1\nv 1 0 1\nv 1 0 3\nv 0 0 3\nf 1 2 3 4 5 6\n");
    let area =
        |[a, b, c]: [[f64; 3]; 3]| ((b[0] - a[0]) * (c[2] - a[2]) - (b[2] - a[2]) * (c[0] - a[0])) / 2.0;
    let areas: Vec<f64> = soup.positions().into_iter().map(area).collect();
    assert!(areas.iter().all(|&area| area > 0.0));
    assert_eq!(areas.iter().sum::<f64>(), 5.0);
}

#[test]
fn what_cannot_be_built_is_named_by_its_line_and_the_rest_is_built() {
    let text = format!(
        "{TRIANGLE}f 1 2 9\nf 1 2 3\nf 0 1 2\nf 1 x 3\nf 1 2\nv nan 0 0\nf 1 2 4\nf 1/7 2/8 3/9\nl 1 2\np 1\n"
    );
    let soup = obj(&text);
    assert_eq!(soup.summary.faces, 2);
    assert_eq!(
        soup.warnings(),
        [
            "`a.obj` line 4: vertex 9 is outside the 3 that there are; the face was left out (and 1 more like it)",
            "`a.obj` line 7: the face is not understood and was left out (and 1 more like it)",
            "`a.obj` line 10: a vertex of the face has no usable coordinates; the face was left out",
            "`a.obj` line 11: texture coordinate 7 is outside the 0 that there are; the face has a plain colour (and 2 more like it)",
        ]
    );
    assert_eq!(soup.summary.bounds.max, [1.0, 1.0, 0.0]);
}

#[test]
fn names_with_spaces_and_chinese_are_found_in_utf8_and_gbk() {
    let files = Files::new()
        .with("模型 一.obj", format!("mtllib 材质 库.mtl\n{TRIANGLE}vt 0 0\nusemtl 墙面 1\nf 1/1 2/1 3/1\n"))
        .with("材质 库.mtl", "newmtl 墙面 1\nmap_Kd -clamp on 贴图\\墙 面.png\n")
        .with("贴图/墙 面.png", png(4, 2))
        .with(
            "gbk.obj",
            [
                b"mtllib gbk.mtl\nusemtl \xC7\xBD\xC3\xE6\n".as_slice(),
                TRIANGLE.as_bytes(),
                b"vt 0 0\nf 1/1 2/1 3/1\n",
            ]
            .concat(),
        )
        .with("gbk.mtl", b"newmtl \xC7\xBD\xC3\xE6\r\nmap_Kd \xC7\xBD\xC3\xE6.PNG\r\n")
        .with("墙面.png", png(8, 8));
    for (file, material, image) in [("模型 一.obj", "墙面 1", [4, 2]), ("gbk.obj", "墙面", [8, 8])] {
        let soup = files.read(file);
        assert_eq!(soup.warnings(), [""; 0]);
        assert_eq!(soup.summary.materials[0].name, material);
        let textured = soup.summary.materials[0].textured(&Limits::default()).unwrap();
        let texture = textured.texture.unwrap();
        assert_eq!([texture.width, texture.height], image);
        assert_eq!(texture.repeat, [file == "gbk.obj"; 2]);
    }
}

#[test]
fn a_missing_texture_is_said_once_and_the_colour_is_kept() {
    let mtl = "newmtl a\nKd 1 0.5 0\nd 0.5\nmap_Kd gone.jpg\nnewmtl b\nmap_Kd C:\\work\\here.png\n\
               newmtl c\nmap_Kd ../outside.png\nnewmtl d\nmap_Kd odd.tif\nnewmtl e\nmap_Kd big.png\n";
    let faces: String =
        "abcdex".chars().map(|m| format!("usemtl {m}\nf 1 2 3\nusemtl {m}\nf 1 2 3\n")).collect();
    let files = Files::new()
        .with("in/a.obj", format!("mtllib a.mtl\n{TRIANGLE}{faces}"))
        .with("in/a.mtl", mtl)
        .with("in/here.png", png(2, 2))
        .with("in/odd.tif", b"II*\0\x08\0\0\0")
        .with("in/big.png", png(17_000, 1))
        .with("outside.png", png(2, 2));
    let soup = files.read("in/a.obj");
    let plain = "its faces have a plain colour";
    assert_eq!(
        soup.warnings(),
        [
            format!("`a.obj`: texture `gone.jpg` of material `a` is not there; {plain}"),
            format!(
                "`a.obj`: texture `../outside.png` of material `c` lies outside the source's folder; {plain}"
            ),
            format!(
                "`a.obj`: texture `odd.tif` of material `d` is a Tiff image, which is not supported; {plain}"
            ),
            format!(
                "`a.obj`: texture `big.png` of material `e` is 17000 × 1 px, limit 16384 px a side; {plain}"
            ),
            "`a.obj`: material `x` is in no library; its faces are white".to_owned(),
        ]
    );
    assert_eq!(soup.summary.materials[0].plain().base_colour, [1.0, 0.5, 0.0, 0.5]);
    assert!(soup.summary.materials[1].texture.is_some(), "found beside the file that names it");
    assert_eq!(soup.faces.iter().map(|face| face.material).max(), Some(5));
}

#[test]
fn materials_that_show_one_image_share_it_while_somebody_holds_it() {
    let files = Files::new()
        .with("a.obj", format!("mtllib a.mtl\n{TRIANGLE}usemtl a\nf 1 2 3\nusemtl b\nf 1 2 3\n"))
        .with("a.mtl", "newmtl a\nmap_Kd t.png\nnewmtl b\nmap_Kd ./t.png\n")
        .with("t.png", png(2, 2));
    let limits = Limits::default();
    let soup = files.read("a.obj");
    let [a, b] =
        [0, 1].map(|at: usize| soup.summary.materials[at].textured(&limits).unwrap().texture.unwrap());
    assert!(Arc::ptr_eq(&a, &b));
    let weak = Arc::downgrade(&a);
    drop((a, b));
    assert!(weak.upgrade().is_none(), "nothing is kept that nobody uses");
}

#[test]
fn vertices_beyond_the_memory_give_the_same_faces() {
    let side = 150;
    let mut text = String::new();
    for at in 0..side * side {
        let (x, y) = (at % side, at / side);
        text += &format!("v {x}.25 {y}.5 {}.125 0.5 0.25 1\nvt 0.{x} 0.{y}\n", x * y % 17);
    }
    // Rows from both ends, so that far blocks take turns.
    for row in (0..side - 1).flat_map(|row| [row, side - 2 - row]) {
        for x in 0..side - 1 {
            let at = row * side + x + 1;
            text += &format!("f {at}/{at} {0}/{0} {1}/{1} {2}/{2}\n", at + 1, at + side + 1, at + side);
        }
    }
    let files = Files::new().with("a.obj", text);
    let read = |memory_bytes| {
        Soup::read_with(&files.path("a.obj"), &StreamOptions { memory_bytes, ..StreamOptions::default() })
    };
    let (held, spooled) = (read(256 << 20), read(0));
    assert_eq!(held.faces.len(), (side - 1) * (side - 1) * 4);
    assert!(held.faces == spooled.faces);
    assert_eq!(held.summary.bounds, spooled.summary.bounds);
}

#[test]
fn a_mesh_with_y_up_is_turned() {
    let files = Files::new().with("a.obj", "v 0 0 0\nv 1 0 0\nv 0 2 3\nf 1 2 3\n");
    let soup =
        Soup::read_with(&files.path("a.obj"), &StreamOptions { up: Up::Y, ..StreamOptions::default() });
    assert_eq!(soup.positions()[0][2], [0.0, -3.0, 2.0]);
    assert_eq!(soup.summary.bounds.max[2], 2.0);
}

#[test]
fn the_receiver_can_stop_the_stream() {
    let files = Files::new().with("a.obj", format!("{TRIANGLE}f 1 2 3\nf 1 2 3\n"));
    let mut seen = 0;
    let result = stream(&files.path("a.obj"), &StreamOptions::default(), &Limits::default(), &mut |_| {
        seen += 1;
        Err("enough")
    });
    assert!(matches!(result, Err(StreamError::Each("enough"))));
    assert_eq!(seen, 1);
    let nowhere = stream(&files.path("b.obj"), &StreamOptions::default(), &Limits::default(), &mut |_| {
        Ok::<(), Infallible>(())
    });
    assert!(nowhere.unwrap_err().to_string().contains("b.obj`: cannot be read: "));
}
