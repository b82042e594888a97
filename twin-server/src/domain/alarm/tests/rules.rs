//! When conditions hold.

use super::*;

#[test]
fn a_threshold_opens_at_its_limit_and_ends_outside_its_hysteresis() {
    Scene::one(heat(0), json!({}))
        .heat(0, 49.9)
        .check(&[])
        .heat(10, 50.0)
        .check(&["10 #1 opened warning"])
        .heat(20, 45.0)
        .heat(30, 49.0)
        .heat(40, 80.0)
        .check(&[])
        .heat(50, 44.9)
        .check(&["50 #1 cleared warning"]);
}

#[test]
fn a_duration_is_over_exactly_after_it_and_never_before() {
    let mut scene = Scene::one(heat(30), json!({}));
    scene.heat(0, 60.0).tick(29).check(&[]).heat(29, 60.0).check(&[]);
    scene.tick(30).check(&["30 #1 opened warning"]);
    // By a reading instead of the clock, and with the instant at which it was over.
    Scene::one(heat(30), json!({})).heat(0, 60.0).heat(50, 60.0).check(&["30 #1 opened warning"]);
    // A break begins it anew; a reading at the very end that is good prevents it.
    Scene::one(heat(30), json!({})).heat(0, 60.0).heat(20, 10.0).heat(25, 60.0).tick(54).check(&[]);
    Scene::one(heat(30), json!({})).heat(0, 60.0).heat(30, 10.0).tick(99).check(&[]);
}

#[test]
fn a_batch_of_the_past_raises_what_it_would_have_raised_in_time() {
    let mut scene = Scene::one(heat(30), json!({}));
    for (second, value) in [(0, 60.0), (20, 10.0), (40, 60.0), (80, 10.0)] {
        scene.late(second, 500, "temperature_c", value);
    }
    scene.tick(500).check(&["70 #1 opened warning", "80 #1 cleared warning"]);
}

#[test]
fn the_servers_clock_waits_for_readings_that_are_on_their_way() {
    let mut scene = Scene::one(heat(30), json!({}));
    // Measured a minute ago; the next ones may come any moment.
    scene.late(0, 60, "temperature_c", 60.0).tick(89).check(&[]);
    scene.late(10, 89, "temperature_c", 10.0).tick(200).check(&[]);
    // If none comes, the duration counts from when the server knew.
    scene.late(100, 260, "temperature_c", 60.0).tick(290).check(&["290 #1 opened warning"]);
}

#[test]
fn late_readings_never_move_an_alarm_back() {
    let mut scene = Scene::one(heat(0), json!({}));
    scene.heat(10, 60.0).check(&["10 #1 opened warning"]);
    scene.heat(5, 10.0).heat(10, 10.0).check(&[]);
    scene.heat(20, 10.0).check(&["20 #1 cleared warning"]);
    scene.heat(15, 60.0).tick(99).check(&[]);
}

#[test]
fn implausible_readings_move_nothing() {
    Scene::one(heat(0), json!({}))
        .heat(0, 20.0)
        .heat(10, 999.0)
        .check(&[])
        .heat(9, 60.0)
        .check(&["9 #1 opened warning"]);
}

#[test]
fn levels_rise_and_fall_each_after_its_own_duration() {
    let levels = json!({ "type": "threshold", "stream": "temperature_c", "levels": [
        { "level": "notice", "from": 40 },
        { "level": "warning", "from": 50, "for_s": 60 },
        { "level": "alarm", "from": 60, "to": 125 },
    ] });
    Scene::one(levels, json!({}))
        .heat(0, 45.0)
        .heat(10, 55.0)
        .check(&["0 #1 opened notice"])
        .tick(70)
        .check(&["70 #1 raised warning"])
        .heat(80, 70.0)
        .check(&["80 #1 raised alarm"])
        .heat(90, 42.0)
        .check(&["90 #1 lowered notice"])
        .heat(100, 0.0)
        .check(&["100 #1 cleared notice"]);
}

#[test]
fn silence_begins_with_the_newest_reading_of_any_stream_and_any_reading_ends_it() {
    let silence = json!({ "type": "silence", "levels": [
        { "level": "notice", "after_s": 100 }, { "level": "warning", "after_s": 300 } ] });
    let mut scene = Scene::one(silence, json!({}));
    scene.tick(5000).check(&[]);
    scene.heat(5000, 20.0).smoke(5050, 0.0).tick(5149).check(&[]);
    scene.tick(5150).check(&["5150 #1 opened notice"]);
    scene.tick(6000).check(&["5350 #1 raised warning"]);
    scene.heat(6000, 999.0).check(&["6000 #1 cleared warning"]);
    assert_eq!(scene.last().stream, None);
    scene.heat(6050, 20.0).tick(6100).check(&[]).tick(6150).check(&["6150 #2 opened notice"]);
}

#[test]
fn after_a_start_silence_is_first_the_servers_own() {
    let silence = json!({ "type": "silence", "levels": [{ "level": "notice", "after_s": 100 }] });
    let known = Known { latest: vec![("temperature_c".into(), at(0), 20.0)], newest_us: Some(at(0)) };
    let mut scene = Scene { engine: Engine::new(1, at(5000)), ..Scene::new(Vec::new()) };
    scene.engine.load_rule(Arc::new(Plan::new(rule(silence, json!({})), 1)));
    scene.engine.load_device(detector("d"), &known);
    scene.engine.restore(Vec::new(), Vec::new(), at(5000), &mut scene.changes);
    scene.tick(5050).heat(5060, 20.0).check(&[]);
    scene.tick(5159).check(&[]).tick(5160).check(&["5160 #1 opened notice"]);
}

#[test]
fn a_rate_is_the_change_per_minute_over_its_window() {
    let rate = json!({ "type": "rate", "stream": "temperature_c", "window_s": 120,
        "levels": [{ "level": "alarm", "from": 5 }, { "level": "notice", "to": -5 }] });
    Scene::one(rate, json!({}))
        .heat(0, 20.0)
        .heat(30, 30.0)
        .check(&[])
        .heat(60, 26.0)
        .check(&["60 #1 opened alarm"])
        .heat(120, 26.0)
        .check(&["120 #1 cleared alarm"])
        .heat(240, 14.0)
        .check(&["240 #2 opened notice"]);
}

#[test]
fn an_adaptive_condition_knows_what_is_usual_at_each_hour() {
    let adaptive = json!({ "type": "adaptive", "stream": "temperature_c", "least_deviation": 2.0,
        "levels": [{ "level": "warning", "from": 3, "hysteresis": 0.5 }, { "level": "notice", "to": -3 }] });
    let mut scene = Scene::one(adaptive, json!({}));
    // Nothing is usual yet.
    scene.heat(0, 99.0).check(&[]);
    let mut week = adaptive::WeekSums::new(480);
    for hour in 0..168 {
        for reading in 0..10 {
            // 20 degrees by day, 10 at night, with a deviation below the least.
            let usual = if (8..20).contains(&(hour % 24)) { 20.0 } else { 10.0 };
            let monday = datetime!(2026-04-20 0:00 +8);
            week.add(
                monday + Duration::hours(hour) + Duration::minutes(reading),
                usual + 0.1 * reading as f64,
            );
        }
    }
    let band = week.band("d", "temperature_c", NOON).unwrap();
    scene.engine.put_usual("d", "temperature_c", Arc::new(adaptive::Usual::new(&band).unwrap()));
    // Noon UTC is 20 o'clock in China: night. 18 is four deviations above 10.45.
    scene.heat(10, 18.0).check(&["10 #1 opened warning"]);
    scene.heat(20, 16.0).check(&[]).heat(30, 15.0).check(&["30 #1 cleared warning"]);
    // An hour before it was day; by day 18 is usual, and 10 is not.
    scene.heat(14 * 3600, 18.0).check(&[]).heat(15 * 3600, 10.0).check(&["54000 #2 opened notice"]);
}

#[test]
fn all_takes_the_least_level_and_any_the_greatest() {
    let smoke = json!({ "type": "threshold", "stream": "smoke_db_m",
        "levels": [{ "level": "notice", "from": 0.1 }, { "level": "alarm", "from": 0.5 }] });
    let all = json!({ "type": "all", "of": [smoke, heat(0)] });
    Scene::one(all, json!({}))
        .heat(0, 60.0)
        .check(&[])
        .smoke(10, 0.2)
        .check(&["10 #1 opened notice"])
        .smoke(20, 0.9)
        .check(&["20 #1 raised warning"])
        .heat(30, 10.0)
        .check(&["30 #1 cleared warning"]);
    let any = json!({ "type": "any", "of": [smoke, heat(0)] });
    Scene::one(any, json!({}))
        .heat(0, 60.0)
        .smoke(10, 0.2)
        .check(&["0 #1 opened warning"])
        .smoke(20, 0.9)
        .check(&["20 #1 raised alarm"])
        .smoke(30, 0.0)
        .check(&["30 #1 lowered warning"])
        .heat(40, 10.0)
        .check(&["40 #1 cleared warning"]);
}

#[test]
fn a_combination_may_last_for_a_while_and_be_nested() {
    let smoke = json!({ "type": "threshold", "stream": "smoke_db_m",
        "levels": [{ "level": "warning", "from": 0.1, "for_s": 10 }] });
    let all = json!({ "type": "all", "of": [smoke, heat(0)], "for_s": 60 });
    let silence = json!({ "type": "silence", "levels": [{ "level": "notice", "after_s": 300 }] });
    let mut scene = Scene::one(json!({ "type": "any", "of": [all, silence] }), json!({}));
    scene.smoke(0, 0.2).heat(5, 60.0).tick(69).check(&[]).tick(70).check(&["70 #1 opened warning"]);
    scene.heat(100, 0.0).check(&["100 #1 cleared warning"]);
    scene.tick(400).check(&["400 #2 opened notice"]);
}

#[test]
fn rules_that_cannot_be_are_refused_by_the_field() {
    let kinds = DeviceKinds::built_in().unwrap();
    let nested = |depth: usize| (0..depth).fold(heat(0), |inner, _| json!({ "type": "all", "of": [inner] }));
    let levels = |level: Value| json!({ "type": "threshold", "stream": "temperature_c", "levels": [level] });
    for (condition, more, place) in [
        (heat(0), json!({ "id": "a/b" }), "id"),
        (heat(0), json!({ "name": {} }), "name"),
        (heat(0), json!({ "scope": { "kind": "toaster" } }), "scope.kind"),
        (heat(0), json!({ "scope": { "kind": "lift" } }), "condition"),
        (heat(0), json!({ "reopen_within_s": 90_000 }), "reopen_within_s"),
        (heat(0), json!({ "escalation": [{ "after_min": 5 }] }), "escalation[0]"),
        (heat(0), json!({ "escalation": [{ "after_min": 0, "role": "x" }] }), "escalation[0].after_min"),
        (heat(700_000), json!({}), "condition.levels[0].for_s"),
        (levels(json!({ "level": "notice" })), json!({}), "condition.levels[0]"),
        (levels(json!({ "level": "notice", "from": 2, "to": 1 })), json!({}), "condition.levels[0]"),
        (
            levels(json!({ "level": "notice", "from": 2, "hysteresis": -1 })),
            json!({}),
            "condition.levels[0].hysteresis",
        ),
        (nested(4), json!({}), "condition.of[0].of[0].of[0]"),
        (json!({ "type": "any", "of": vec![heat(0); 16] }), json!({}), "condition.of[15]"),
        (json!({ "type": "any", "of": [] }), json!({}), "condition.of"),
        (
            json!({ "type": "silence", "levels": [{ "level": "notice", "after_s": 0 }] }),
            json!({}),
            "condition.levels[0].after_s",
        ),
    ] {
        let mut rule = json!({ "id": "r", "name": { "en": "R" }, "scope": {}, "condition": condition });
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let error = check_rule(&serde_json::from_value(rule).unwrap(), &kinds).unwrap_err();
        assert_eq!(error.place, place, "{error}");
    }
    assert_eq!(check_rule(&rule(nested(3), json!({})), &kinds), Ok(()));
}
