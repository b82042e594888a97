//! What a second build has to notice, and what it may take over.

use std::path::Path;

use crate::common::meshes::{block, picture, plan, rectangle, write_old};
use crate::common::{OsgbFile, Published, Said, build_into, build_profile};
use serde_json::Value;
use tile_builder::pipeline::{self, BuildRequest};

const MIB: u64 = 1 << 20;

/// Builds once, changes something, builds again: the second must be what a first one would be.
fn assert_noticed(folder: &Path, plan: &Path, profile: &str, change: impl Fn()) -> Published {
    let first = build_profile(plan, &folder.join("out"), profile);
    change();
    let second = build_profile(plan, &folder.join("out"), profile);
    let fresh = build_profile(plan, &folder.join("fresh"), profile);
    assert_ne!(first.outcome.version, second.outcome.version, "the change was not noticed");
    assert_eq!(second.outcome.version, fresh.outcome.version, "the change was noticed in part");
    second
}

#[test]
fn a_zone_that_moves_under_its_name_is_cut_anew() {
    let dir = tempfile::tempdir().unwrap();
    block(dir.path(), 5);
    let zones = dir.path().join("zones.geojson");
    rectangle(&zones, "a", [0.0, 0.0, 100.0, 200.0]);
    let plan = plan(dir.path(), "obj", "block.obj", "zones = \"zones.geojson\"");
    assert_noticed(dir.path(), &plan, "full", || rectangle(&zones, "a", [0.0, 0.0, 60.0, 200.0]));
}

#[test]
fn a_footprint_that_moves_under_its_name_gets_other_triangles() {
    let dir = tempfile::tempdir().unwrap();
    block(dir.path(), 5);
    let outlines = dir.path().join("buildings.geojson");
    rectangle(&outlines, "b", [88.0, 88.0, 112.0, 112.0]);
    let plan = plan(dir.path(), "obj", "block.obj", "footprints = \"buildings.geojson\"");
    assert_noticed(dir.path(), &plan, "full", || rectangle(&outlines, "b", [88.0, 88.0, 100.0, 112.0]));
}

#[test]
fn smaller_zones_give_other_light_scenes_and_leave_the_full_ones() {
    let dir = tempfile::tempdir().unwrap();
    block(dir.path(), 5);
    let file = plan(dir.path(), "obj", "block.obj", "street_axis_deg = 90.0");
    build_profile(&file, &dir.path().join("out"), "full");
    let app = assert_noticed(dir.path(), &file, "app", || {
        plan(dir.path(), "obj", "block.obj", "street_axis_deg = 60.0");
    });
    assert!(app.outcome.report.totals.tiles > 1);
    let again = build_profile(&file, &dir.path().join("out"), "full");
    assert_eq!(again.outcome.contents_written, 0, "zones of light scenes do not cut the full one");
}

#[test]
fn a_changed_picture_costs_the_cells_that_show_it() {
    let dir = tempfile::tempdir().unwrap();
    let mesh = block(dir.path(), 1);
    let out = dir.path().join("out");
    let first = build_into(&mesh, &out);
    assert!(first.contents().len() >= 5, "the mesh has several cells");
    let results = || -> Vec<_> {
        let cells = first.root.join("work/results");
        let mut files: Vec<_> =
            std::fs::read_dir(cells).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.file_name().unwrap().to_string_lossy().starts_with("tile."));
        files.sort();
        files.iter().map(|path| std::fs::metadata(path).unwrap().modified().unwrap()).collect()
    };
    let before = results();
    picture(&dir.path().join("east.png"), 20, 5);
    let second = build_into(&mesh, &out);
    let kept = before.iter().zip(results()).filter(|(before, after)| **before == *after).count();
    assert!(second.outcome.contents_written > 0);
    assert!(kept > 0 && kept < before.len(), "{kept} of {} cells were kept", before.len());
    assert_eq!(second.outcome.version, build_into(&mesh, &dir.path().join("fresh")).outcome.version);
}

#[test]
fn a_mesh_may_be_built_cell_by_cell() {
    let dir = tempfile::tempdir().unwrap();
    let mesh = block(dir.path(), 1);
    let whole = build_into(&mesh, &dir.path().join("whole"));
    let request = BuildRequest::new(&mesh, dir.path().join("parts"));
    let mut jobs = pipeline::plan(&request, &Said::default()).unwrap().jobs;
    let tiles = jobs.iter().filter(|job| job.id.starts_with("tile.full.survey.block.")).count();
    assert!(tiles > 2, "{tiles} cells");
    jobs.reverse();
    jobs.sort_by_key(|job| job.wave);
    for job in &jobs {
        assert!(pipeline::run(&request, &job.id).unwrap());
    }
    pipeline::merge(&request, &Said::default()).unwrap();
    assert_eq!(whole.snapshot(), crate::common::snapshot(&request.out));
}

#[test]
fn a_mesh_alone_tells_how_high_its_buildings_are() {
    let dir = tempfile::tempdir().unwrap();
    block(dir.path(), 2);
    rectangle(&dir.path().join("buildings.geojson"), "b", [89.0, 89.0, 111.0, 111.0]);
    let plan = plan(dir.path(), "obj", "block.obj", "footprints = \"buildings.geojson\"");
    for profile in ["full", "app"] {
        let published = build_profile(&plan, &dir.path().join(profile), profile);
        let model = std::fs::read_to_string(published.version.join("model.ndjson")).unwrap();
        let objects: Vec<Value> = model.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let building = objects.iter().find(|object| object["class"] == "building").unwrap();
        let up = |end: &str| building["bounds"][end]["up_m"].as_f64().unwrap();
        assert!(up("min").abs() < 1.0 && (up("max") - 15.0).abs() < 1.0, "{building}");
        let named = published.contents().iter().any(|path| {
            crate::common::Glb::read(path).json["extensionsUsed"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|name| name == "EXT_structural_metadata")
        });
        assert!(named, "a content of profile {profile} knows the building");
    }
}

#[test]
fn what_memory_refuses_is_built_once_there_is_more() {
    let dir = tempfile::tempdir().unwrap();
    let mesh = block(dir.path(), 5);
    let out = dir.path().join("out");
    let request = BuildRequest { memory_bytes: 128 * MIB, ..BuildRequest::new(&mesh, &out) };
    let error = pipeline::build(&request, &Said::default()).unwrap_err().to_string();
    assert!(error.contains("MiB of memory, limit 128 MiB (`--memory`)"), "{error}");
    let built = build_into(&mesh, &out);
    assert_eq!(built.outcome.report.totals.files_damaged, 0);
    assert_eq!(built.outcome.version, build_into(&mesh, &dir.path().join("fresh")).outcome.version);
}

#[test]
fn light_scenes_alone_say_what_reading_said() {
    let dir = tempfile::tempdir().unwrap();
    let corners = |east: f64| [[east, 0.0, 0.0], [east + 90.0, 0.0, 0.0], [east, 90.0, 5.0]];
    let tile = |number: usize| dir.path().join(format!("survey/T{number}/T{number}.osgb"));
    write_old(&tile(0), &OsgbFile::scene().paged(1, corners(0.0), "T0_L16_a.osgb").0, 10);
    write_old(&tile(1), &OsgbFile::scene().paged(1, corners(100.0), "T1_L16_a.osgb").0, 10);
    write_old(&tile(1).with_file_name("T1_L16_a.osgb"), b"no survey", 10);
    let plan = plan(dir.path(), "osgb", "survey", "");
    let full = build_profile(&plan, &dir.path().join("full"), "full").outcome.report;
    let app = build_profile(&plan, &dir.path().join("app"), "app").outcome.report;
    for report in [&full, &app] {
        let said = |code: &str| report.messages.iter().filter(|message| message.code == code).count();
        assert_eq!((said("file_damaged"), said("missing_children")), (1, 1), "{:?}", report.messages);
        let figures = report.totals;
        assert_eq!((figures.files_damaged, figures.files_missing), (1, 1));
    }
    assert_eq!(app.totals.files_read, full.totals.files_read);
    assert_eq!(app.totals.bytes_read, full.totals.bytes_read);
}

#[test]
fn a_light_profile_without_a_place_says_what_it_lacks_and_leaves_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let mesh = block(dir.path(), 5);
    let text = "[community]\nid = \"c\"\n[[source]]\nid = \"s\"\nkind = \"obj\"\npath = \"block.obj\"\n\
                [[profile]]\nid = \"app\"\nscenes = \"light\"\n[[profile]]\nid = \"full\"\nscenes = \"complete\"\n";
    let file = dir.path().join("plan.toml");
    std::fs::write(&file, text).unwrap();
    let built = build_into(&file, &dir.path().join("out"));
    let said = built.messages();
    assert!(said.iter().any(|text| text.contains("profile `app` has no scene: light scenes stand in zones")));
    assert_eq!(built.catalog["scenes"].as_array().unwrap().len(), 1);
    let (out, app) = (dir.path().join("alone"), Some("app".to_owned()));
    let request = BuildRequest { profile: app, ..BuildRequest::new(&mesh, &out) };
    let heard = Said::default();
    assert!(pipeline::build(&request, &heard).is_err());
    assert!(heard.0.lock().unwrap().iter().any(|text| text.contains("no place on the Earth")));
}
