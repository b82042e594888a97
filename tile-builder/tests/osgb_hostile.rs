//! Damaged OSGB files: always an error that names file, class and offset, never a panic.

use std::path::Path;

use crate::common::OsgbFile as File;
use tile_builder::read::Limits;
use tile_builder::read::osgb::{OsgbErrorKind, parse};
use tile_builder::scene::{Finer, LodNode};

fn check(file: &File, kind: &OsgbErrorKind, class: &str) {
    let error = file.parse().unwrap_err();
    assert_eq!(&error.kind, kind, "{error}");
    assert!(error.class.ends_with(class), "{error}");
    assert!(error.to_string().starts_with("`x.osgb`: "), "{error}");
}

#[test]
fn a_group_that_contains_itself_is_refused() {
    let file = File::scene().node("osg::Group", 1).bytes(&[1]).u32(1).text("osg::Group").u32(1);
    check(&file, &OsgbErrorKind::Recursive, "osg::Group");
}

#[test]
fn a_huge_count_is_refused_before_anything_is_allocated() {
    let file = File::scene().node("osg::Group", 1).bytes(&[1]).u32(u32::MAX);
    let error = file.parse().unwrap_err();
    assert!(
        matches!(error.kind, OsgbErrorKind::Truncated { needed, left: 0 } if needed > 1 << 32),
        "{error}"
    );
}

#[test]
fn nesting_without_end_stops_at_the_limit() {
    let mut file = File::scene();
    for id in 1..400 {
        file = file.node("osg::Group", id).bytes(&[1]).u32(1);
    }
    let error = file.parse().unwrap_err();
    assert!(matches!(error.kind, OsgbErrorKind::Limit { what: "nesting", .. }), "{error}");
}

#[test]
fn shared_parts_that_double_at_every_level_stop_at_the_limit() {
    // Each group holds the next one twice: 2^40 visits in a few kilobytes.
    let mut file = File::scene();
    let levels = 40;
    for id in 1..=levels {
        file = file.node("osg::Group", id).bytes(&[1]).u32(2);
    }
    file = file.node("osg::Node", levels + 1);
    for id in (1..=levels).rev() {
        file = file.text(if id == levels { "osg::Node" } else { "osg::Group" }).u32(id + 1);
    }
    let error = file.parse().unwrap_err();
    assert!(matches!(error.kind, OsgbErrorKind::Limit { what: "node count", .. }), "{error}");
}

/// A geometry with one vertex, taken through an index.
fn indexed(index: f32) -> File {
    let geometry = File::scene().node("osg::Geode", 1).bytes(&[1]).u32(1).geometry(2);
    // Positions: an array of one Vec3, and an index array of one float.
    let geometry = geometry.bytes(&[1, 1]).u32(1).u32(16).u32(1).bytes(&[0; 12]);
    geometry.bytes(&[1]).u32(2).u32(6).u32(1).bytes(&index.to_le_bytes()).u32(4).u32(0)
}

#[test]
fn an_array_index_that_is_no_position_in_the_array_is_refused() {
    // Found by fuzzing: a large index overflowed the product with the vector's size.
    for index in [1e30, 1.0, -1.0, f32::NAN] {
        let error = indexed(index).parse().unwrap_err();
        assert!(error.to_string().contains("is outside 1 elements"), "{index}: {error}");
    }
}

#[test]
fn a_shared_array_that_is_widened_over_and_over_stops_at_the_limit() {
    let limits = Limits { vertices: 1000, ..Limits::default() };
    let file = File::scene().node("osg::Geode", 1).bytes(&[1]).u32(1);
    let file = file.geometry(2).bytes(&[1, 1]).u32(1).u32(1).u32(4001).bytes(&vec![0; 4001]);
    let error = parse(&file.0, "x.osgb", &limits).unwrap_err();
    assert!(matches!(error.kind, OsgbErrorKind::Limit { what: "array length", .. }), "{error}");
}

#[test]
fn an_unknown_class_is_named_where_it_cannot_be_passed_over() {
    let file = File::scene().text("osgTerrain::Terrain").u32(1);
    check(&file, &OsgbErrorKind::Unsupported("class `osgTerrain::Terrain`".into()), "osgTerrain::Terrain");
}

#[test]
fn other_formats_are_recognised_as_such() {
    for bytes in [&b""[..], b"\xFF\xD8\xFF\xE0 a photo", b"glTF\x02\0\0\0", b"PK\x03\x04"] {
        assert_eq!(File(bytes.to_vec()).parse().unwrap_err().kind, OsgbErrorKind::NotOsgb);
    }
}

#[test]
fn a_decompression_bomb_stops_at_the_limit() {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&vec![0; 8 << 20]).unwrap();
    let file = File(vec![]).u32(0x6C91_0EA1).u32(0x1AFB_4545).u32(1).u32(161).u32(0).text("zlib");
    let bytes = file.bytes(&gzip.finish().unwrap()).0;
    let limits = Limits { body_bytes: 1 << 20, ..Limits::default() };
    let error = parse(&bytes, "bomb.osgb", &limits).unwrap_err();
    assert!(matches!(error.kind, OsgbErrorKind::Limit { what: "decompressed size", .. }), "{error}");
}

fn exercise(bytes: &[u8]) {
    let limits = Limits { vertices: 200_000, triangles: 200_000, ..Limits::default() };
    let Ok(file) = parse(bytes, "x.osgb", &limits) else { return };
    if let Ok(levels) = file.levels(&limits, &|_| Err("none".into())) {
        levels.nodes.iter().for_each(touch);
    }
}

fn touch(node: &LodNode) {
    for mesh in &node.meshes {
        assert!(mesh.indices.iter().all(|&index| (index as usize) < mesh.positions.len()));
        assert!(mesh.uvs.is_empty() || mesh.uvs.len() == mesh.positions.len());
    }
    for finer in &node.finer {
        if let Finer::Node(node) = finer {
            touch(node);
        }
    }
}

fn small_files(data: &Path) -> Vec<Vec<u8>> {
    ["osgb/cc-fragments/fanvanzh_test.osgb", "osgb/cc-fragments/Tile_11_L24_00100000.osgb"]
        .iter()
        .map(|name| std::fs::read(data.join(name)).unwrap())
        .collect()
}

#[test]
fn a_file_cut_at_any_byte_is_an_error() {
    let Some(data) = crate::common::data() else { return };
    for bytes in small_files(&data) {
        // Every cut in the first kilobytes, where the structure is; every 97th after.
        for end in (0..bytes.len().min(3000)).chain((3000..bytes.len()).step_by(97)) {
            let error = parse(&bytes[..end], "x.osgb", &Limits::default()).unwrap_err();
            assert!(error.offset.unwrap() <= bytes.len() as u64, "{error}");
        }
    }
}

#[test]
fn a_changed_byte_anywhere_never_panics() {
    let Some(data) = crate::common::data() else { return };
    for bytes in small_files(&data) {
        let mut random = 0x2545_F491_4F6C_DD1Du64;
        for _ in 0..4000 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let mut changed = bytes.clone();
            let at = random as usize % changed.len().min(4000);
            changed[at] = (random >> 32) as u8;
            exercise(&changed);
        }
    }
}

#[test]
fn the_broken_variants_say_what_is_wrong() {
    let Some(data) = crate::common::data() else { return };
    let read = |name: &str| {
        let bytes = std::fs::read(data.join("osgb-made/variants").join(name)).unwrap();
        parse(&bytes, name, &Limits::default()).unwrap_err()
    };
    assert_eq!(read("bad_magic.osgb").kind, OsgbErrorKind::NotOsgb);
    let truncated = read("bad_truncated.osgb");
    assert!(matches!(truncated.kind, OsgbErrorKind::Truncated { .. }), "{truncated}");
    assert!(truncated.class.contains("osg::") && truncated.offset.unwrap() > 0, "{truncated}");
    let zlib = read("bad_zlib.osgb");
    assert!(zlib.to_string().contains("compressed body is damaged"), "{zlib}");
}
