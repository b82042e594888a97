//! Whole builds of real surveys: what is published, and what happens when the input is damaged.

use std::path::Path;

use crate::common::{Glb, build_into, copy_tree, data, try_build};
use tile_builder::validate;

const TILE: &str = "Data/Tile_+000_+017";

/// A small copy of the real survey, under a name with Chinese characters and a space: one whole
/// tile and the root of another.
fn survey(folder: &Path) -> Option<std::path::PathBuf> {
    let from = data()?.join("osgb/cc-zhongshan");
    let to = folder.join("倾斜摄影 数据");
    copy_tree(&from.join(TILE), &to.join(TILE));
    let other = "Data/Tile_+000_+016/Tile_+000_+016.osgb";
    std::fs::create_dir_all(to.join(other).parent().unwrap()).unwrap();
    std::fs::copy(from.join(other), to.join(other)).unwrap();
    std::fs::copy(from.join("metadata.xml"), to.join("metadata.xml")).unwrap();
    Some(to)
}

#[test]
fn textures_pass_through_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let Some(survey) = survey(dir.path()) else { return };
    let published = build_into(&survey, &dir.path().join("out"));
    let mut originals = Vec::new();
    for entry in std::fs::read_dir(survey.join(TILE)).unwrap() {
        originals.push(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let mut compared = 0;
    for path in published.contents() {
        for image in Glb::read(&path).images() {
            assert!(image.starts_with(&[0xFF, 0xD8]), "{} is no JPEG", path.display());
            let kept = originals.iter().any(|file| contains(file, &image));
            // The other tile's root is the one content whose image is not in this folder.
            compared += usize::from(kept);
        }
    }
    let totals = &published.outcome.report.totals;
    assert_eq!(totals.textures_encoded, 0);
    assert_eq!(compared as u64, totals.textures_kept - 1);
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    let head = &needle[..16];
    let mut at = 0;
    while let Some(found) = haystack[at..].windows(16).position(|window| window == head) {
        if haystack[at + found..].starts_with(needle) {
            return true;
        }
        at += found + 1;
    }
    false
}

#[test]
fn geometric_errors_follow_the_producers_ranges() {
    let dir = tempfile::tempdir().unwrap();
    let Some(survey) = survey(dir.path()) else { return };
    let published = build_into(&survey, &dir.path().join("out"));
    let path = published.version.join("full/survey/Tile_p000_p017/tileset.json");
    let document: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut tile = &document["root"];
    // 16·2R/p for L14 to L18, and a leaf where L20 does not exist.
    for expected in [64.0, 32.0, 16.0, 8.0, 4.0, 0.0] {
        let error = tile["geometricError"].as_f64().unwrap();
        assert!((error - expected).abs() <= expected * 0.002, "{error} is not {expected}");
        tile = &tile["children"][0];
    }
}

#[test]
fn a_publication_keeps_the_rules_of_3d_tiles() {
    let dir = tempfile::tempdir().unwrap();
    let Some(survey) = survey(dir.path()) else { return };
    let published = build_into(&survey, &dir.path().join("out"));
    let findings = validate::publication(&published.root).unwrap();
    assert_eq!(findings.problems, Vec::<String>::new());
    assert_eq!(findings.contents, published.contents().len());
    assert_eq!(findings.tilesets, 3);
}

#[test]
fn the_same_input_gives_the_same_bytes_and_writes_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let Some(survey) = survey(dir.path()) else { return };
    let first = build_into(&survey, &dir.path().join("a"));
    let second = build_into(&survey, &dir.path().join("b"));
    assert!(first.snapshot() == second.snapshot(), "two builds differ");
    let again = build_into(&survey, &dir.path().join("a"));
    assert_eq!(again.outcome.contents_written, 0);
    assert_eq!(again.outcome.version, first.outcome.version);
}

#[test]
fn missing_children_leave_their_parents_as_leaves_with_one_warning() {
    let dir = tempfile::tempdir().unwrap();
    let Some(survey) = survey(dir.path()) else { return };
    std::fs::remove_file(survey.join(TILE).join("Tile_+000_+017_L19_0uuuu2.osgb")).unwrap();
    let published = build_into(&survey, &dir.path().join("out"));
    let missing: Vec<_> =
        published.messages().into_iter().filter(|m| m.starts_with("missing_children")).collect();
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert_eq!(validate::publication(&published.root).unwrap().problems, Vec::<String>::new());
    assert!(published.outcome.report.totals.tiles > 20);
}

#[test]
fn a_truncated_file_is_named_and_the_rest_is_built() {
    let dir = tempfile::tempdir().unwrap();
    let Some(survey) = survey(dir.path()) else { return };
    let whole = build_into(&survey, &dir.path().join("whole")).outcome.report.totals.tiles;
    let name = "Tile_+000_+017_L19_0uuuu1.osgb";
    let path = survey.join(TILE).join(name);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let published = build_into(&survey, &dir.path().join("out"));
    let said = published.messages().join("\n");
    assert!(said.contains(name) && said.contains("ends too early") && said.contains("byte "), "{said}");
    let built = published.outcome.report.totals.tiles;
    assert!(built < whole && built > whole / 2, "{built} of {whole} tiles");
    assert_eq!(validate::publication(&published.root).unwrap().problems, Vec::<String>::new());
}

#[test]
fn a_damaged_root_costs_its_own_tile_only() {
    let dir = tempfile::tempdir().unwrap();
    let Some(survey) = survey(dir.path()) else { return };
    std::fs::write(survey.join("Data/Tile_+000_+016/Tile_+000_+016.osgb"), b"not a survey at all").unwrap();
    let published = build_into(&survey, &dir.path().join("out"));
    let said = published.messages().join("\n");
    assert!(
        said.contains("Tile_+000_+016.osgb` is not an OSGB file") || said.contains("is not an OSGB file"),
        "{said}"
    );
    assert_eq!(published.outcome.report.totals.files_damaged, 1);
    assert!(published.outcome.report.totals.tiles > 20);
}

#[test]
fn nothing_readable_is_an_error_and_leaves_no_version() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("survey/T/T.osgb");
    std::fs::create_dir_all(input.parent().unwrap()).unwrap();
    std::fs::write(&input, b"junk").unwrap();
    let out = dir.path().join("out");
    let error = try_build(&dir.path().join("survey"), &out).unwrap_err().to_string();
    assert!(error.contains("nothing could be built"), "{error}");
    assert!(!out.join("current").exists());
}

#[test]
fn a_folder_without_tiles_says_so() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("photo.jpg"), b"x").unwrap();
    let error = try_build(dir.path(), &dir.path().join("out")).unwrap_err().to_string();
    assert!(error.starts_with("no OSGB tiles in"), "{error}");
}

#[test]
fn the_made_layouts_build_whole() {
    let Some(data) = data() else { return };
    for (folder, tiles) in [("osgb-made/terra_osgbs", 1), ("osgb-made/cc-complete", 1)] {
        let dir = tempfile::tempdir().unwrap();
        let published = build_into(&data.join(folder), dir.path());
        assert_eq!(published.outcome.report.sources[0].tiles.len(), tiles, "{folder}");
        assert_eq!(published.outcome.report.totals.files_damaged, 0, "{folder}");
        assert_eq!(
            validate::publication(&published.root).unwrap().problems,
            Vec::<String>::new(),
            "{folder}"
        );
    }
}
