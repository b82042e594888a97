//! Builds that were done before, in part, on other machines, or killed: the same bytes, and no more
//! work than needed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::meshes::{hills, write_old};
use crate::common::{OsgbFile, Said, build_into, snapshot};
use tile_builder::pipeline::{self, BuildRequest};
use tile_builder::validate;

fn triangle(east: f64, north: f64, height: f64) -> [[f64; 3]; 3] {
    [[east, north, height], [east + 90.0, north, height], [east, north + 90.0, height + 5.0]]
}

fn leaf_of(folder: &Path, tile: usize) -> PathBuf {
    folder.join(format!("survey/T{tile}/T{tile}_L16_a.osgb"))
}

/// A row of tiles, each of two levels.
fn survey(folder: &Path, tiles: usize) -> PathBuf {
    for tile in 0..tiles {
        let east = tile as f64 * 100.0;
        let root = folder.join(format!("survey/T{tile}/T{tile}.osgb"));
        let finer = format!("T{tile}_L16_a.osgb");
        write_old(&root, &OsgbFile::scene().paged(1, triangle(east, 0.0, 0.0), &finer).0, 10);
        write_old(&leaf_of(folder, tile), &OsgbFile::leaf(triangle(east, 0.0, 1.0)).0, 10);
    }
    folder.join("survey")
}

#[test]
fn a_second_build_finds_nothing_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let survey = survey(dir.path(), 3);
    let first = build_into(&survey, &dir.path().join("out"));
    assert!(first.outcome.changed);
    let second = build_into(&survey, &dir.path().join("out"));
    assert!(!second.outcome.changed);
    assert_eq!(second.outcome.report, first.outcome.report);
    assert_eq!(first.snapshot(), second.snapshot());
}

#[test]
fn one_changed_file_costs_its_own_tile_only() {
    let dir = tempfile::tempdir().unwrap();
    let survey = survey(dir.path(), 5);
    let out = dir.path().join("out");
    let first = build_into(&survey, &out);
    write_old(&leaf_of(dir.path(), 2), &OsgbFile::leaf(triangle(200.0, 0.0, 2.0)).0, 5);
    let record = |tile: usize| {
        std::fs::metadata(out.join(format!("work/results/tile.full.survey.T{tile}.json")))
            .unwrap()
            .modified()
            .unwrap()
    };
    let before = [0, 1, 3, 4].map(record);
    let second = build_into(&survey, &out);
    assert!(second.outcome.changed);
    assert_ne!(second.outcome.version, first.outcome.version);
    assert_eq!(second.outcome.contents_written, 1, "the one content that is new");
    assert_eq!(validate::publication(&second.root).unwrap().problems, Vec::<String>::new());
    assert_eq!([0, 1, 3, 4].map(record), before, "the others were not built again");
    let fresh = build_into(&survey, &dir.path().join("fresh"));
    assert_eq!(fresh.outcome.version, second.outcome.version, "a build from nothing is the same");
}

#[test]
fn a_missing_file_that_appears_is_built() {
    let dir = tempfile::tempdir().unwrap();
    let survey = survey(dir.path(), 2);
    let leaf = leaf_of(dir.path(), 1);
    let bytes = std::fs::read(&leaf).unwrap();
    std::fs::remove_file(&leaf).unwrap();
    let out = dir.path().join("out");
    assert_eq!(build_into(&survey, &out).outcome.report.totals.files_missing, 1);
    write_old(&leaf, &bytes, 1);
    assert_eq!(build_into(&survey, &out).outcome.report.totals.files_missing, 0);
}

#[test]
fn a_content_that_was_lost_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let survey = survey(dir.path(), 2);
    let first = build_into(&survey, &dir.path().join("out"));
    let before = first.snapshot();
    std::fs::remove_file(&first.contents()[0]).unwrap();
    let second = build_into(&survey, &dir.path().join("out"));
    assert_eq!(second.outcome.contents_written, 1);
    assert_eq!(before, second.snapshot());
}

#[test]
fn jobs_run_one_by_one_in_any_order_give_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let survey = survey(dir.path(), 12);
    let whole = build_into(&survey, &dir.path().join("whole"));
    let request = BuildRequest::new(&survey, dir.path().join("parts"));
    let mut jobs = pipeline::plan(&request, &Said::default()).unwrap().jobs;
    assert!(jobs.iter().any(|job| job.wave > 0), "twelve tiles have levels above them");
    let early = jobs.iter().find(|job| !job.needs.is_empty()).unwrap();
    let error = pipeline::run(&request, &early.id).unwrap_err().to_string();
    assert!(error.contains("which has no result yet"), "{error}");
    let error = pipeline::merge(&request, &Said::default()).unwrap_err().to_string();
    assert!(error.contains("run it first"), "{error}");
    jobs.reverse();
    jobs.sort_by_key(|job| job.wave);
    for job in &jobs {
        assert!(pipeline::run(&request, &job.id).unwrap());
        assert!(!pipeline::run(&request, &job.id).unwrap(), "a second run finds its result");
        assert!(request.out.join(&job.output).is_file());
    }
    pipeline::merge(&request, &Said::default()).unwrap();
    assert_eq!(whole.snapshot(), snapshot(&request.out));
}

#[test]
fn a_result_of_an_older_file_is_not_merged() {
    let dir = tempfile::tempdir().unwrap();
    let survey = survey(dir.path(), 2);
    let out = dir.path().join("out");
    build_into(&survey, &out);
    let before = snapshot(&out);
    write_old(&leaf_of(dir.path(), 1), &OsgbFile::leaf(triangle(100.0, 0.0, 2.0)).0, 5);
    let request = BuildRequest::new(&survey, &out);
    pipeline::plan(&request, &Said::default()).unwrap();
    let error = pipeline::merge(&request, &Said::default()).unwrap_err().to_string();
    assert!(error.contains("tile.full.survey.T1") && error.contains("run it again"), "{error}");
    assert_eq!(snapshot(&out), before);
    pipeline::run(&request, "tile.full.survey.T1").unwrap();
    pipeline::merge(&request, &Said::default()).unwrap();
    assert_ne!(snapshot(&out), before);
}

#[test]
fn a_plan_of_another_input_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let request = BuildRequest::new(survey(dir.path(), 2), dir.path().join("out"));
    let plan = pipeline::plan(&request, &Said::default()).unwrap();
    survey(dir.path(), 3);
    let error = pipeline::run(&request, &plan.jobs[0].id).unwrap_err().to_string();
    assert!(error.contains("run `tile-builder plan` again"), "{error}");
}

/// Kills builds of a changed input at moments spread over the time that a whole one takes, each in its
/// own publication, with a version of the earlier input in it that must be served all the while.
fn kill_and_go_on(dir: &Path, input: &Path, kills: u32, change: impl Fn()) {
    let command = |out: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tile-builder"));
        command.arg("build").arg(input).arg("--out").arg(out).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let old = dir.join("old");
    assert!(command(&old).status().unwrap().success());
    let earlier = std::fs::read_to_string(old.join("current")).unwrap();
    change();
    let undisturbed = dir.join("undisturbed");
    crate::common::copy_tree(&old, &undisturbed);
    let begun = std::time::Instant::now();
    assert!(command(&undisturbed).status().unwrap().success());
    let whole = begun.elapsed();
    let expected = snapshot(&undisturbed);
    let latest = std::fs::read_to_string(undisturbed.join("current")).unwrap();
    let mut cut_short = 0;
    for turn in 0..kills {
        let out = dir.join(format!("killed-{turn}"));
        crate::common::copy_tree(&old, &out);
        let mut child = command(&out).spawn().unwrap();
        std::thread::sleep(whole * (turn * 37 % kills) / kills);
        child.kill().unwrap();
        child.wait().unwrap();
        let served = std::fs::read_to_string(out.join("current")).unwrap();
        assert!(served == earlier || served == latest, "turn {turn}: {served}");
        cut_short += u32::from(served == earlier);
        assert_eq!(validate::publication(&out).unwrap().problems, Vec::<String>::new(), "turn {turn}");
        assert!(command(&out).status().unwrap().success());
        assert_eq!(snapshot(&out), expected, "turn {turn}");
        std::fs::remove_dir_all(&out).unwrap();
    }
    assert!(cut_short >= kills / 4, "only {cut_short} of {kills} builds were cut short");
}

#[test]
fn a_build_killed_at_any_moment_goes_on_to_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let survey = survey(dir.path(), 10);
    kill_and_go_on(dir.path(), &survey, 50, || {
        for tile in 0..10 {
            let corners = triangle(tile as f64 * 100.0, 0.0, 3.0);
            write_old(&leaf_of(dir.path(), tile), &OsgbFile::leaf(corners).0, 5);
        }
    });
}

#[test]
fn a_build_of_a_mesh_killed_at_any_moment_goes_on_to_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let mesh = hills(dir.path(), 130);
    kill_and_go_on(dir.path(), &mesh, 12, || {
        let text = std::fs::read_to_string(&mesh).unwrap().replace("v 200", "v 200.5");
        write_old(&mesh, text.as_bytes(), 5);
    });
}
