//! The models as files: what is written can be read, has lasting names, and stands on its footprint.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::walk::{D, Filling, Walk, mm};
use super::*;
use crate::sample::quarter::Quarter;

/// The models of a sample by path.
fn models(tiles: u32, seed: u64) -> Vec<(ModelFile, String)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let quarter = Quarter::new(tiles, seed);
    let files = write_models(&quarter, folder.path()).expect("the models are written");
    let read = |file: ModelFile| {
        let text = std::fs::read_to_string(folder.path().join(&file.path)).expect("the file is there");
        (file, text)
    };
    files.into_iter().map(read).collect()
}

/// Records by number.
fn records(text: &str) -> BTreeMap<u32, &str> {
    text.lines()
        .filter_map(|line| line.strip_prefix('#')?.strip_suffix(';')?.split_once('='))
        .map(|(number, body)| (number.parse().expect("a number"), body))
        .collect()
}

/// A body without its strings.
fn bare(body: &str) -> String {
    body.split('\'').step_by(2).collect()
}

/// The `GlobalId` of a record that has one, and its class.
fn identity(body: &str) -> Option<(&str, &str)> {
    let (class, rest) = body.split_once("('")?;
    let (id, _) = rest.split_once("',$,")?;
    (id.len() == 22).then_some((id, class))
}

#[test]
fn every_reference_leads_to_a_record_and_every_global_id_is_unique() {
    for (file, text) in models(6, 1) {
        assert!(text.is_ascii() && text.ends_with("ENDSEC;\nEND-ISO-10303-21;\n"), "{}", file.path);
        assert!(text.len() < 1_200_000, "{} has {} bytes", file.path, text.len());
        let records = records(&text);
        let mut ids = BTreeSet::new();
        for (number, body) in &records {
            let bare = bare(body);
            for reference in bare.split('#').skip(1) {
                let digits: String = reference.chars().take_while(char::is_ascii_digit).collect();
                let reference: u32 = digits.parse().expect("a number");
                assert!(records.contains_key(&reference), "#{number} refers to #{reference}");
            }
            assert_eq!(bare.matches('(').count(), bare.matches(')').count(), "#{number}={body}");
            if let Some((id, _)) = identity(body) {
                assert!(ids.insert(id), "#{number} repeats {id}");
            }
        }
        assert!(ids.len() > 2000, "{} objects in {}", ids.len(), file.path);
    }
}

#[test]
fn the_same_seed_gives_the_same_models_and_names_are_escaped() {
    let (a, b, c) = (models(6, 1), models(6, 1), models(6, 2));
    assert!(a == b && a[0].1 != c[0].1);
    let states: Vec<ModelState> = a.iter().map(|(file, _)| file.state).collect();
    assert_eq!(states, [ModelState::Existing, ModelState::Existing, ModelState::Proposed]);
    assert_eq!(a[0].0.building, a[2].0.building);
    for (_, text) in &a {
        // 改造信息, 体检结果
        for name in ["'\\X2\\653990204FE1606F\\X0\\'", "'\\X2\\4F5368C07ED3679C\\X0\\'"] {
            assert!(text.contains(name), "{name}");
        }
    }
}

/// True for classes of things that stand somewhere.
fn is_product(class: &str) -> bool {
    let other = ["SET", "QUANTITY", "TYPE", "PROPERTIES"];
    !class.starts_with("IFCREL") && !other.iter().any(|end| class.ends_with(end))
}

#[test]
fn what_stays_through_a_renewal_keeps_its_global_id() {
    let all = models(6, 1);
    let ids = |text: &str| -> BTreeMap<String, String> {
        let records = records(text);
        let named = records.values().filter_map(|body| identity(body));
        named.filter(|(_, class)| is_product(class)).map(|(id, c)| (id.into(), c.into())).collect()
    };
    let (before, after) = (ids(&all[0].1), ids(&all[2].1));
    let gone: BTreeSet<&str> =
        before.iter().filter(|(id, _)| !after.contains_key(*id)).map(|(_, class)| class.as_str()).collect();
    // Windows where bridges arrive, cages, canopies; sets and types are named by what they say.
    let replaced = ["IFCRAILING", "IFCSLAB", "IFCWINDOW"];
    assert_eq!(gone.into_iter().collect::<Vec<_>>(), replaced);
    assert!(before.iter().all(|(id, class)| after.get(id).is_none_or(|other| other == class)));
    let new = |class: &str| after.iter().filter(|(id, c)| *c == class && !before.contains_key(*id)).count();
    let units = all[2].1.matches("IFCTRANSPORTELEMENT(").count();
    assert!((3..=4).contains(&units), "{units} lifts");
    assert_eq!((new("IFCTRANSPORTELEMENT"), new("IFCCOLUMN")), (units, units * 4));
    assert!(new("IFCCOVERING") > 50 && new("IFCDOOR") >= units * 5);
}

/// The numbers of the only record of a class.
fn numbers(text: &str, class: &str) -> Vec<f64> {
    let records = records(text);
    let body = records.values().find(|body| body.starts_with(class)).expect("the record is there");
    bare(body).split(['(', ',', ')']).filter_map(|part| part.parse().ok()).collect()
}

#[test]
fn models_stand_on_their_footprints_to_the_centimetre() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let quarter = Quarter::new(6, 3);
    crate::sample::records::write_records(&quarter, folder.path()).expect("the records are written");
    let text = std::fs::read_to_string(folder.path().join("footprints.geojson")).expect("footprints");
    let footprints: Value = serde_json::from_str(&text).expect("the file is JSON");
    let globe = Globe::new().expect("the operation is there");
    for (file, text) in models(6, 3) {
        let building = quarter.buildings.values().find(|b| b.id() == file.building).expect("a building");
        let feature = footprints["features"]
            .as_array()
            .and_then(|all| all.iter().find(|f| f["properties"]["id"] == file.building.as_str()))
            .expect("the footprint is there");
        let [east, north, height, cos, sin, scale] = numbers(&text, "IFCMAPCONVERSION")[..] else {
            panic!("the conversion has six numbers");
        };
        assert!((height - f64::from(GROUND_M)).abs() < 1e-3 && scale == 0.001);
        let size = [f64::from(mm(building.style.length_m)), f64::from(D)];
        for (k, share) in [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].into_iter().enumerate() {
            let [x, y] = [0, 1].map(|axis| share[axis] * size[axis] * scale);
            let place = [east + x * cos - y * sin, north + x * sin + y * cos];
            let [longitude, latitude] =
                globe.of(place[0] - SRS_ORIGIN[0], place[1] - SRS_ORIGIN[1]).expect("a place");
            let corner = &feature["geometry"]["coordinates"][0][k];
            let off = [longitude, latitude].map(f64::to_radians);
            let at = [0, 1].map(|axis| corner[axis].as_f64().unwrap_or_default().to_radians());
            let (dx, dy) = ((off[0] - at[0]) * at[1].cos() * 6.378e6, (off[1] - at[1]) * 6.378e6);
            assert!(dx.hypot(dy) < 0.01, "corner {k} of {} is {} m off", file.path, dx.hypot(dy));
        }
    }
}

#[test]
fn a_sample_with_a_free_walk_up_has_a_model_and_never_more_than_three() {
    for (tiles, seed) in [(1, 1), (1, 4), (2, 1), (4, 9), (60, 2)] {
        let quarter = Quarter::new(tiles, seed);
        let free =
            quarter.buildings.values().filter(|b| b.kind == Kind::WalkUp && b.works == Works::None).count();
        let chosen = choose(&quarter);
        let expected = match free {
            0 => 0,
            1 => 2,
            _ => 3,
        };
        assert_eq!(chosen.len(), expected, "{tiles} tiles, seed {seed}: {free} free walk-ups");
    }
}

#[test]
fn holes_lie_within_their_walls_and_apart_from_each_other() {
    for seed in 0..40 {
        let quarter = Quarter::new(9, seed);
        for (building, state) in choose(&quarter) {
            let walk = Walk::new(building, state);
            for segment in walk.segments() {
                for storey in 0..walk.storeys {
                    let mut holes = walk.holes(&segment, storey);
                    holes.sort_by_key(|hole| hole.x[0]);
                    let inside = holes.iter().all(|hole| hole.x[0] > 0 && hole.x[1] < segment.length);
                    let apart = holes.windows(2).all(|pair| pair[0].x[1] < pair[1].x[0]);
                    assert!(inside && apart, "{segment:?}: {holes:?}");
                }
            }
            let passages = |storey| {
                let segments = walk.segments();
                let holes = segments.iter().flat_map(|segment| walk.holes(segment, storey));
                holes.filter(|hole| hole.filling == Filling::Passage).count()
            };
            assert_eq!(passages(1), if state == State::Renewed { walk.units } else { 0 });
        }
    }
}
