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

fn zone(id: &str, west: f64, properties: &Value) -> Value {
    let point = |east_m: f64, side: f64| json!({ "east_m": east_m, "north_m": side, "up_m": side });
    json!({ "id": id, "class": "zone", "properties": properties,
        "bounds": { "min": point(west, 0.0), "max": point(west + 1.0, 1.0) } })
}

/// The figure of the community and of its one neighbourhood, which is the same.
fn found(method: &str, objects: Vec<Value>) -> Figure {
    let with_zone = objects.into_iter().chain([zone("zone/z1", 0.0, &json!({}))]).collect();
    let computed = all_found(method, with_zone);
    assert_eq!(
        computed.iter().map(|it| it.object.as_str()).collect::<Vec<_>>(),
        ["community/garden", "zone/z1"]
    );
    assert_eq!(computed[0].figure, computed[1].figure);
    computed[0].figure.clone()
}

fn all_found(method: &str, objects: Vec<Value>) -> Vec<Computed> {
    let objects: Vec<ModelObject> =
        objects.into_iter().map(|object| serde_json::from_value(object).unwrap()).collect();
    let snapshot = Snapshot::of_objects("v1", Arc::new(ObjectTable::new(objects)), [], []);
    let ground = Ground::new(Arc::new(snapshot), "garden", LocalizedText::default());
    let catalogue = Catalogue::built_in().unwrap();
    let sources = Sources { ground, devices: Vec::new(), reports: Vec::new() };
    let list = [Arc::clone(catalogue.get(method).unwrap())];
    compute(&check_up(), &list, &sources)
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

/// A residential building with households in the first neighbourhood.
fn homes(id: &str, households: &Value) -> Value {
    let mut home = home(id, 0.0, 10.0);
    home["properties"]["households"] = households.clone();
    home
}

fn said(mut object: Value, properties: &Value) -> Value {
    object["properties"].as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    object
}

#[test]
fn parking_is_lacking_by_households_and_the_standard_of_the_catalogue() {
    let lot = |id: &str, more: &Value| said(square(id, "space", "parking", 2.0, 5.0), more);
    let objects = vec![
        homes("a", &json!(41)),
        homes("b", &json!("20")),
        homes("c", &Value::Null),
        lot("space/p1", &json!({ "capacity": 12 })),
        lot("space/p2", &json!({})),
        said(square("building/shop", "building", "retail", 9.0, 5.0), &json!({ "parking_places": 3 })),
    ];
    let (value, words) = found("parking_gap", objects).unwrap();
    // 61 households want 30.5 places, which is 31; 15 are known.
    assert_eq!(value, 16.0);
    let words = words.en.unwrap();
    assert!(
        words.starts_with(
            "61 households in 2 residential buildings, 0.5 places each: 31 wanted; 15 known, at 2"
        )
    );
    assert!(
        words.contains("1 residential buildings say no households") && words.contains("1 car parks say no")
    );
}

#[test]
fn a_garage_that_says_its_places_is_not_counted_again_by_its_spaces() {
    let part = |id: &str, of: &str| {
        let mut space =
            said(square(id, "space", "parking", 20.0, 5.0), &json!({ "use": "parking", "capacity": 30 }));
        space["parent"] = json!(of);
        space
    };
    let garage =
        said(square("building/garage", "building", "parking", 20.0, 20.0), &json!({ "parking_places": 30 }));
    let objects =
        vec![homes("a", &json!(100)), garage, part("space/1", "building/garage"), part("space/2", "space/1")];
    // 50 are wanted for 100 households, 30 are there once.
    assert_eq!(found("parking_gap", objects).unwrap().0, 20.0);
}

#[test]
fn what_stands_in_a_zone_of_cars_counts_for_the_neighbourhood_around_it() {
    let mut inside = said(
        square("space/1", "space", "parking", 0.2, 0.5),
        &json!({ "use": "parking", "parking_places": 30 }),
    );
    inside["zone"] = json!("zone/cars");
    let cars = zone("zone/cars", 0.2, &json!({ "use": "parking" }));
    assert_eq!(found("parking_gap", vec![homes("a", &json!(100)), inside, cars]).unwrap().0, 20.0);
}

#[test]
fn a_neighbourhood_that_says_its_number_speaks_for_what_is_in_it() {
    let lot = said(square("space/p1", "space", "停车场", 2.0, 5.0), &json!({ "parking_places": 500 }));
    let whole = |properties: &Value, lot: Value| {
        let all = vec![zone("zone/z1", 0.0, properties), homes("a", &json!(100)), lot];
        all_found("parking_gap", all)[1].figure.clone()
    };
    assert_eq!(whole(&json!({ "parking_places": 30 }), lot.clone()).unwrap().0, 20.0);
    assert_eq!(whole(&json!({ "parking_places": 0 }), lot.clone()).unwrap().0, 50.0);
    assert_eq!(whole(&json!({}), lot).unwrap().0, 0.0);
}

#[test]
fn charging_points_are_lacking_by_the_places_that_there_are() {
    let of = |properties: &Value| {
        let all = vec![zone("zone/z1", 0.0, properties), homes("a", &json!(100))];
        all_found("charging_gap", all)[1].figure.clone()
    };
    assert_eq!(of(&json!({ "parking_places": 71, "charging_points": 3 })).unwrap().0, 5.0);
    assert_eq!(of(&json!({ "parking_places": 70, "charging_points": 0 })).unwrap().0, 7.0);
    assert_eq!(of(&json!({ "parking_places": 70, "charging_points": 9 })).unwrap().0, 0.0);
}

#[test]
fn what_nobody_wrote_down_is_no_gap_and_no_zero() {
    let of = |method: &str, properties: &Value, homes: Vec<Value>| {
        let all = [zone("zone/z1", 0.0, properties)].into_iter().chain(homes).collect();
        all_found(method, all)[1].figure.clone()
    };
    let lacks = |figure: Figure, expected: &str| {
        let words = figure.unwrap_err().en.unwrap();
        assert!(words.contains(expected), "{words}");
    };
    let places = json!({ "parking_places": 10 });
    lacks(of("parking_gap", &places, vec![]), "residential");
    lacks(of("parking_gap", &json!({}), vec![homes("a", &json!(10))]), "number of parking places");
    lacks(
        of("parking_gap", &json!({ "parking_places": -1 }), vec![homes("a", &json!(10))]),
        "parking places",
    );
    lacks(of("parking_gap", &places, vec![homes("a", &Value::Null)]), "says its `households`");
    lacks(of("charging_gap", &places, vec![homes("a", &json!(10))]), "number of charging points");
    lacks(
        of("charging_gap", &json!({ "charging_points": 3 }), vec![homes("a", &json!(10))]),
        "parking places",
    );
}

#[test]
fn the_community_sums_its_neighbourhoods_and_names_those_of_which_too_little_is_known() {
    let at = |mut home: Value, zone: &str| {
        home["zone"] = json!(zone);
        home
    };
    let all = vec![
        zone("zone/z1", 0.0, &json!({ "parking_places": 10 })),
        zone("zone/z2", 50.0, &json!({ "parking_places": 900 })),
        zone("zone/z3", 90.0, &json!({})),
        // A car park that was drawn as a zone is none of them.
        zone("zone/z4", 120.0, &json!({ "use": "parking", "capacity": 7 })),
        homes("a", &json!(100)),
        at(homes("b", &json!(100)), "zone/z2"),
        at(homes("c", &json!(100)), "zone/z3"),
    ];
    let computed = all_found("parking_gap", all);
    let objects: Vec<&str> = computed.iter().map(|it| it.object.as_str()).collect();
    assert_eq!(objects, ["community/garden", "zone/z1", "zone/z2", "zone/z3"]);
    let (value, words) = computed[0].figure.clone().unwrap();
    assert_eq!(value, 40.0);
    let words = words.en.unwrap();
    assert!(
        words.contains("2 neighbourhoods, 1 of them") && words.contains("of 1 too little is known"),
        "{words}"
    );
    assert!(computed[3].figure.is_err());
}
