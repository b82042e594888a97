//! OpenSceneGraph's own converter as a second oracle: what it writes, in versions and shapes that
//! no fixture has, reads back the same.

use std::path::Path;
use std::process::Command;

use tile_builder::read::{Limits, osgb};
use tile_builder::scene::{Finer, LodNode};

fn osgconv(from: &Path, to: &Path, options: &[&str]) -> bool {
    let mut command = Command::new("osgconv");
    command.args(options).arg(from).arg(to).env("OSG_NOTIFY_LEVEL", "FATAL");
    let Ok(output) = command.output() else {
        eprintln!("SKIPPED: `osgconv` is not installed (Debian package `openscenegraph`)");
        return false;
    };
    assert!(to.is_file(), "osgconv wrote nothing: {}", String::from_utf8_lossy(&output.stderr));
    true
}

/// Triangles, corner sum and texture count of all levels of a file.
fn measure(path: &Path) -> (usize, [f64; 3], usize) {
    fn walk(node: &LodNode, out: &mut (usize, [f64; 3], usize)) {
        for mesh in &node.meshes {
            out.0 += mesh.triangles();
            out.2 += usize::from(mesh.material.texture.is_some());
            for &index in &mesh.indices {
                (0..3).for_each(|axis| out.1[axis] += mesh.positions[index as usize][axis]);
            }
        }
        for finer in &node.finer {
            if let Finer::Node(node) = finer {
                walk(node, out);
            }
        }
    }
    let limits = Limits::default();
    let bytes = std::fs::read(path).unwrap();
    let file = osgb::parse(&bytes, &path.display().to_string(), &limits).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(file.bytes_left, 0, "{}", path.display());
    let load = |name: &str| std::fs::read(path.parent().unwrap().join(name)).map_err(|e| e.to_string());
    let levels = file.levels(&limits, &load).unwrap();
    let mut out = (0, [0.0; 3], 0);
    levels.nodes.iter().for_each(|node| walk(node, &mut out));
    out
}

#[test]
fn what_openscenegraph_writes_reads_back_the_same() {
    let Some(data) = crate::common::data() else { return };
    let source = data.join("osgb/cc-fragments/Tile_+005_+005_L22_000020t4.osgb");
    let dir = tempfile::tempdir().unwrap();
    let wanted = measure(&source);
    for (name, options) in [
        ("v130", "TargetFileVersion=130"),
        ("v95", "TargetFileVersion=95"),
        ("brackets", "UseBrackets=true"),
        ("zlib", "Compressor=zlib"),
        ("schema", "SchemaData"),
        ("pixels", "WriteImageHint=IncludeData"),
    ] {
        let to = dir.path().join(format!("{name}.osgb"));
        // Later options win where one is given twice.
        let options = format!("WriteImageHint=IncludeFile {options}");
        if !osgconv(&source, &to, &["-O", &options]) {
            return;
        }
        let got = measure(&to);
        assert_eq!((got.0, got.2), (wanted.0, wanted.2), "{name}");
        let off = (0..3).map(|axis| (got.1[axis] - wanted.1[axis]).abs()).fold(0.0, f64::max);
        assert!(off < 1e-2, "{name}: corners moved by {off} in sum");
    }
}

#[test]
fn a_matrix_transform_of_openscenegraph_is_baked() {
    let Some(data) = crate::common::data() else { return };
    let source = data.join("osgb/cc-fragments/Tile_+005_+005_L22_000020t4.osgb");
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("moved.osgb");
    // `-t` wraps the scene in a transform that centres and moves it.
    if !osgconv(&source, &to, &["-t", "1000,-2000,30", "-O", "WriteImageHint=IncludeFile"]) {
        return;
    }
    // What OpenSceneGraph itself says the transform is: the fourth row of four.
    let text = dir.path().join("moved.osgt");
    assert!(osgconv(&to, &text, &[]));
    let text = std::fs::read_to_string(text).unwrap();
    let rows: Vec<&str> = text.split_once("Matrix {").unwrap().1.lines().skip(1).take(4).collect();
    let shift: Vec<f64> = rows[3].split_whitespace().take(3).map(|n| n.parse().unwrap()).collect();
    let (before, after) = (measure(&source), measure(&to));
    assert_eq!(before.0, after.0);
    for (axis, shift) in shift.into_iter().enumerate() {
        let moved = (after.1[axis] - before.1[axis]) / (before.0 as f64 * 3.0);
        assert!((moved - shift).abs() < 1e-2, "axis {axis} moved by {moved}, not {shift}");
        assert!(shift.abs() > 1.0, "the transform does nothing on axis {axis}");
    }
}
