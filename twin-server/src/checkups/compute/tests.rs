use serde_json::{Value, json};
use time::macros::datetime;
use twin_schemas::checkups::CheckUp;
use twin_schemas::model::ModelObject;

use super::*;
use crate::domain::checkup::{Catalogue, NewCheckUp, planned};
use crate::spatial::{ObjectTable, Snapshot};

fn square(id: &str, class: &str, said: &str, west: f64, side: f64) -> Value {
    let (east, point) = (
        west + side,
        |east_m: f64, north_m: f64| json!({ "east_m": east_m, "north_m": north_m, "up_m": 0.0 }),
    );
    json!({
        "id": id, "class": class, "zone": "zone/z1", "properties": { "use": said },
        "bounds": { "min": point(west, 0.0), "max": point(east, side) },
        "footprint": [[[[west, 0.0], [east, 0.0], [east, side], [west, side], [west, 0.0]]]],
    })
}

fn found(method: &str, objects: Vec<Value>) -> Figure {
    let zone = json!({ "id": "zone/z1", "class": "zone",
        "bounds": { "min": { "east_m": 0, "north_m": 0, "up_m": 0 }, "max": { "east_m": 1, "north_m": 1, "up_m": 1 } } });
    let objects: Vec<ModelObject> =
        objects.into_iter().chain([zone]).map(|object| serde_json::from_value(object).unwrap()).collect();
    let snapshot = Snapshot::of_objects("v1", Arc::new(ObjectTable::new(objects)), [], []);
    let ground = Ground::new(Arc::new(snapshot), "garden", LocalizedText::default());
    let catalogue = Catalogue::built_in().unwrap();
    let sources = Sources { ground, devices: Vec::new(), reports: Vec::new() };
    let list = [Arc::clone(catalogue.get(method).unwrap())];
    let computed = compute(&check_up(), &list, &sources);
    assert_eq!(
        computed.iter().map(|it| it.object.as_str()).collect::<Vec<_>>(),
        ["community/garden", "zone/z1"]
    );
    assert_eq!(computed[0].figure, computed[1].figure);
    computed[0].figure.clone()
}

fn check_up() -> CheckUp {
    let new = NewCheckUp {
        name: LocalizedText::same("x"),
        year: 2026,
        cycle: 1,
        zones: Vec::new(),
        period: None,
        indicators: Vec::new(),
        follows: None,
    };
    planned(1, new, 1, datetime!(2026-05-01 00:00 UTC)).unwrap().after
}

fn home(id: &str, west: f64, side: f64) -> Value {
    square(&format!("building/{id}"), "building", "residential", west, side)
}

#[test]
fn a_park_serves_as_far_as_its_size_says_and_homes_count_by_their_footprints() {
    // 71 m a side is 5,041 m²: 500 m from its east edge at 71; 50 m a side is 2,500 m²: 300 m.
    let homes = || vec![home("near", 300.0, 10.0), home("far", 560.0, 20.0), home("out", 571.1, 10.0)];
    let share = |side: f64| {
        let mut objects = homes();
        objects.push(square("space/park", "space", "park", 0.0, side));
        found("park_coverage", objects).unwrap().0
    };
    // The middles are at 305, 570 and 576 m.
    assert_eq!(share(71.0), ((100.0 + 400.0) / 600.0 * 10_000.0_f64).round() / 100.0);
    assert_eq!(share(50.0), (100.0 / 600.0 * 10_000.0_f64).round() / 100.0);
}

#[test]
fn where_the_model_lacks_what_is_needed_that_is_said_instead_of_a_number() {
    let no_park = found("park_coverage", vec![home("a", 0.0, 10.0)]).unwrap_err();
    assert!(no_park.en.unwrap().contains("no park"));
    let small = square("space/park", "space", "park", 0.0, 40.0);
    assert!(found("park_coverage", vec![home("a", 0.0, 10.0), small]).is_err());
    let park = || square("space/park", "space", "公园绿地", 0.0, 80.0);
    let no_homes = found("park_coverage", vec![park()]).unwrap_err();
    assert!(no_homes.en.unwrap().contains("residential"));
    assert!(found("walking_circle", vec![home("a", 0.0, 10.0)]).is_err());
    for method in ["device_online_rate", "closing_rate", "answer_rate", "repair_time", "mean_rating"] {
        assert!(found(method, vec![park()]).is_err(), "{method}");
    }
}

#[test]
fn the_walking_circle_counts_known_kinds_within_a_kilometre_and_names_the_others() {
    let objects = vec![
        home("near", 500.0, 10.0),
        home("far", 2_000.0, 10.0),
        square("building/shop", "building", "retail", 0.0, 10.0),
        square("building/school", "building", "school", 1_600.0, 10.0),
    ];
    let (share, words) = found("walking_circle", objects).unwrap();
    // Near: the shop; the school is 1,095 m away. Far: the school alone.
    assert_eq!(share, 50.0);
    let words = words.en.unwrap();
    assert!(words.contains("as the crow flies"), "{words}");
    assert!(
        words.contains("kinds: school, shops") && words.contains("not known to the model: kindergarten"),
        "{words}"
    );
}
