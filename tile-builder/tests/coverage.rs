//! Trees of files that are whole in part, and vertices astray: what is shown must cover the place.

use std::path::Path;

use crate::common::{OsgbFile, build_into, try_build};
use tile_builder::validate;

fn triangle(at: f64) -> [[f64; 3]; 3] {
    [[at, 0.0, 0.0], [at + 5.0, 0.0, 0.0], [at, 5.0, 1.0]]
}

/// A tile whose root gives way to `finer`, a file that pages `a` and `b`.
fn survey(folder: &Path) -> std::path::PathBuf {
    let tile = folder.join("survey/T");
    std::fs::create_dir_all(&tile).unwrap();
    let write = |name: &str, file: OsgbFile| std::fs::write(tile.join(name), file.0).unwrap();
    write("T.osgb", OsgbFile::scene().paged(1, triangle(0.0), "T_L15_0.osgb"));
    let group = OsgbFile::scene().node("osg::Group", 1).bytes(&[1]).u32(2);
    let group = group.paged(10, triangle(0.0), "T_L16_a.osgb").paged(20, triangle(10.0), "T_L16_b.osgb");
    write("T_L15_0.osgb", group);
    for name in ["T_L16_a.osgb", "T_L16_b.osgb"] {
        write(name, OsgbFile::scene().node("osg::Geode", 1).bytes(&[1]).u32(1).triangle(2, triangle(0.0)));
    }
    folder.join("survey")
}

#[test]
fn a_whole_tree_is_built_level_by_level() {
    let dir = tempfile::tempdir().unwrap();
    let published = build_into(&survey(dir.path()), &dir.path().join("out"));
    assert_eq!(published.outcome.report.totals.tiles, 5);
    assert_eq!(published.outcome.report.totals.files_read, 4);
    assert_eq!(validate::publication(&published.root).unwrap().problems, Vec::<String>::new());
}

#[test]
fn a_missing_leaf_leaves_its_own_parent_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let survey = survey(dir.path());
    std::fs::remove_file(survey.join("T/T_L16_b.osgb")).unwrap();
    let published = build_into(&survey, &dir.path().join("out"));
    assert_eq!(published.outcome.report.totals.tiles, 4);
    assert_eq!(published.outcome.report.totals.files_missing, 1);
}

#[test]
fn a_level_that_can_only_be_covered_in_part_stays_coarse() {
    let dir = tempfile::tempdir().unwrap();
    let survey = survey(dir.path());
    // The finer file pages two others and has nothing to show itself.
    let bare = |id: u32, file: &str, group: OsgbFile| {
        let lod = group.node("osg::PagedLOD", id).u32(1).bytes(&[0]).u32(1).bytes(&[1]).u32(1).bytes(&[0; 8]);
        lod.bytes(&[0]).u32(0).bytes(&[0, 1]).u32(1).text(file).u32(1).bytes(&[0; 8]).bytes(&[0])
    };
    let group = OsgbFile::scene().node("osg::Group", 1).bytes(&[1]).u32(2);
    let group = bare(20, "T_L16_b.osgb", bare(10, "T_L16_a.osgb", group));
    std::fs::write(survey.join("T/T_L15_0.osgb"), group.0).unwrap();
    std::fs::remove_file(survey.join("T/T_L16_b.osgb")).unwrap();
    let published = build_into(&survey, &dir.path().join("out"));
    let said = published.messages().join("\n");
    assert!(said.contains("stays_coarse"), "{said}");
    assert_eq!(published.outcome.report.totals.tiles, 1, "what is not shown is not counted");
}

#[test]
fn a_vertex_astray_costs_its_own_content_and_stretches_no_box() {
    let dir = tempfile::tempdir().unwrap();
    let survey = survey(dir.path());
    for far in [1e39, 1e30, 1e7] {
        let mut corners = triangle(0.0);
        corners[2][0] = far;
        let file = OsgbFile::scene().node("osg::Geode", 1).bytes(&[1]).u32(1).triangle(2, corners);
        std::fs::write(survey.join("T/T_L16_a.osgb"), file.0).unwrap();
        let out = dir.path().join(format!("out-{far}"));
        let published = build_into(&survey, &out);
        let east = published.catalog["community"]["bounds"]["max"]["east_m"].as_f64().unwrap();
        assert!(east < 100.0, "the place reaches {east} m");
        assert_eq!(published.outcome.report.totals.files_damaged, 1, "{far}");
    }
}

#[test]
fn a_tree_of_files_that_contains_itself_ends() {
    let dir = tempfile::tempdir().unwrap();
    let survey = survey(dir.path());
    let file = OsgbFile::scene().paged(1, triangle(0.0), "T.osgb");
    std::fs::write(survey.join("T/T_L16_a.osgb"), file.0).unwrap();
    let published = build_into(&survey, &dir.path().join("out"));
    assert!(published.messages().join("\n").contains("is its own descendant"));
}

#[test]
fn a_tile_whose_files_all_lack_is_named_before_the_build_fails() {
    let dir = tempfile::tempdir().unwrap();
    let tile = dir.path().join("survey/T");
    std::fs::create_dir_all(&tile).unwrap();
    std::fs::write(tile.join("T_L15_0.osgb"), b"").unwrap();
    let said = crate::common::Said::default();
    let request =
        tile_builder::pipeline::BuildRequest::new(dir.path().join("survey"), dir.path().join("out"));
    assert!(tile_builder::pipeline::build(&request, &said).is_err());
    let said = said.0.lock().unwrap().join("\n");
    assert!(said.contains("tile folder `T` has no `T.osgb`"), "{said}");
    assert!(try_build(&dir.path().join("survey"), &dir.path().join("out")).is_err());
}
