//! Edits of rules and devices, and what a restart takes over.

use twin_schemas::alarm::AlarmState;

use super::*;

/// The engine as a restart makes it from what was stored.
fn restarted(scene: &mut Scene, rules: &[(AlarmRule, u32)], second: i64, latest: &[(&str, i64, f64)]) {
    let alarms: Vec<Alarm> = scene.changes.alarms.values().cloned().collect();
    let holds = scene.changes.holds.values().filter(|hold| !hold.steps.is_empty()).cloned().collect();
    let known = Known {
        latest: latest
            .iter()
            .map(|(stream, second, value)| ((*stream).into(), at(*second), *value))
            .collect(),
        newest_us: latest.iter().map(|(_, second, _)| at(*second)).max(),
    };
    scene.engine = Engine::new(scene.changes.alarms.keys().max().unwrap_or(&0) + 1, at(second));
    for (rule, version) in rules {
        scene.engine.load_rule(Arc::new(Plan::new(rule.clone(), *version)));
    }
    scene.engine.load_device(detector("d"), &known);
    scene.engine.restore(alarms, holds, at(second), &mut scene.changes);
}

#[test]
fn a_restart_goes_on_with_durations_that_have_begun() {
    let rule = rule(heat(60), json!({}));
    let mut scene = Scene::new(vec![rule.clone()]);
    scene.heat(0, 60.0).heat(20, 61.0);
    restarted(&mut scene, &[(rule, 1)], 40, &[("temperature_c", 20, 61.0)]);
    scene.tick(59).check(&[]).tick(60).check(&["60 #1 opened warning"]);
}

#[test]
fn a_restart_within_the_hysteresis_keeps_the_alarm() {
    let rule = rule(heat(0), json!({}));
    let mut scene = Scene::new(vec![rule.clone()]);
    scene.heat(0, 60.0).heat(20, 47.0);
    restarted(&mut scene, &[(rule, 1)], 40, &[("temperature_c", 20, 47.0)]);
    scene.tick(100).heat(110, 46.0).check(&["0 #1 opened warning"]);
    scene.heat(120, 40.0).check(&["120 #1 cleared warning"]);
}

#[test]
fn a_restart_does_what_fell_due_meanwhile_at_its_own_instants() {
    let rule = rule(heat(60), json!({ "escalation": [{ "after_min": 5, "role": "community" }] }));
    let mut scene = Scene::new(vec![rule.clone()]);
    scene.heat(0, 60.0);
    restarted(&mut scene, &[(rule, 1)], 10_000, &[("temperature_c", 0, 60.0)]);
    scene.check(&["60 #1 opened warning", "360 #1 escalated warning"]);
}

#[test]
fn silence_alarms_outlast_a_restart_and_closed_ones_stay_closed() {
    let silence = json!({ "type": "silence", "levels": [{ "level": "notice", "after_s": 100 }] });
    let silence = rule(silence, json!({}));
    let mut scene = Scene::new(vec![silence.clone()]);
    scene.heat(0, 20.0).tick(100);
    restarted(&mut scene, &[(silence, 1)], 150, &[("temperature_c", 0, 20.0)]);
    scene.tick(160).check(&["100 #1 opened notice"]);
    let heat = rule(heat(0), json!({}));
    let mut scene = Scene::new(vec![heat.clone()]);
    scene.heat(0, 60.0);
    scene.act(10, Deed::Clear { force: true }).unwrap();
    restarted(&mut scene, &[(heat, 1)], 150, &[("temperature_c", 0, 60.0)]);
    scene.heat(160, 60.0).check(&["0 #1 opened warning", "10 #1 cleared warning"]);
}

#[test]
fn the_next_version_of_a_rule_judges_the_alarms_of_the_one_before() {
    let mut scene = Scene::one(heat(0), json!({}));
    scene.heat(0, 60.0);
    let higher = json!({ "type": "threshold", "stream": "temperature_c",
        "levels": [{ "level": "alarm", "from": 55 }] });
    scene.engine.put_rule(Arc::new(Plan::new(rule(higher, json!({})), 2)), at(10), &mut scene.changes);
    scene.check(&["0 #1 opened warning", "0 #1 raised alarm"]);
    assert_eq!(scene.last().rule_version, 2);
    let out_of_reach = json!({ "type": "threshold", "stream": "temperature_c",
        "levels": [{ "level": "alarm", "from": 100 }] });
    scene.engine.put_rule(Arc::new(Plan::new(rule(out_of_reach, json!({})), 3)), at(20), &mut scene.changes);
    scene.check(&["20 #1 cleared alarm"]);
}

#[test]
fn a_rule_put_onto_running_devices_sees_their_latest_values() {
    let mut scene = Scene::new(Vec::new());
    scene.heat(0, 60.0);
    scene.engine.put_rule(Arc::new(Plan::new(rule(heat(30), json!({})), 1)), at(100), &mut scene.changes);
    // Since when the value holds nobody watched: the duration begins with the rule.
    scene.tick(129).check(&[]).tick(130).check(&["130 #1 opened warning"]);
}

#[test]
fn alarms_of_what_is_gone_are_cleared_with_the_reason() {
    for (gone, why) in
        [("rule", "rule_no_longer_applies"), ("device", "device_removed"), ("off", "rule_no_longer_applies")]
    {
        let mut scene = Scene::one(heat(0), json!({}));
        scene.heat(0, 60.0);
        match gone {
            "rule" => scene.engine.remove_rule("r", at(10), &mut scene.changes),
            "device" => scene.engine.remove_device("d", at(10), &mut scene.changes),
            _ => {
                let off = rule(heat(0), json!({ "enabled": false }));
                scene.engine.put_rule(Arc::new(Plan::new(off, 2)), at(10), &mut scene.changes);
            }
        }
        scene.check(&["0 #1 opened warning", "10 #1 cleared warning"]);
        assert_eq!(scene.changes.events[1].note.as_deref(), Some(why));
        assert!(scene.changes.holds.values().all(|hold| hold.steps.is_empty()));
    }
}

#[test]
fn a_device_that_leaves_the_scope_takes_its_alarm_along() {
    let mut scene = Scene::one(heat(0), json!({ "scope": { "zone": "zone/z1" } }));
    scene.heat(0, 60.0);
    let away = DeviceFacts { zone: Some("zone/z2".into()), ..detector("d") };
    scene.engine.put_device(away, &Known::default(), at(10), &mut scene.changes);
    scene.check(&["0 #1 opened warning", "10 #1 cleared warning"]);
    scene.heat(20, 70.0).check(&[]);
    scene.engine.put_device(detector("d"), &Known::default(), at(30), &mut scene.changes);
    scene.check(&["20 #2 opened warning"]);
    assert_eq!(scene.last().state, AlarmState::Open);
}

#[test]
fn a_rule_tried_against_history_gives_what_it_would_have_raised() {
    let steps = json!({ "escalation": [{ "after_min": 1, "role": "community" }], "enabled": false });
    let mut trial = Trial::new(rule(heat(30), steps), detector("d"), Vec::new(), 1);
    for (second, value) in [(0, 60.0), (10, 20.0), (100, 60.0), (220, 20.0), (300, 60.0)] {
        trial.observe(Observation { stream: "temperature_c", value, time_us: at(second), plausible: true });
    }
    let end = trial.finish(at(340));
    let lines: Vec<String> = end.events.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "130 #1 opened warning",
            "190 #1 escalated warning",
            "220 #1 cleared warning",
            "330 #2 opened warning"
        ]
    );
    assert_eq!((end.alarms.len(), end.open_s), (2, 90 + 10));
}

/// The scene's rule in its next version.
fn next_version(scene: &mut Scene, second: i64, condition: Value, more: Value) {
    let plan = Plan::new(rule(condition, more), 2);
    scene.engine.put_rule(Arc::new(plan), at(second), &mut scene.changes);
}

#[test]
fn another_wording_of_a_rule_leaves_its_alarms_as_they_are() {
    let mut scene = Scene::one(heat(60), json!({}));
    scene.heat(0, 60.0).tick(60).heat(70, 47.0).check(&["60 #1 opened warning"]);
    next_version(&mut scene, 80, heat(60), json!({ "advice": { "en": "Look." } }));
    scene.tick(200).check(&[]);
    assert_eq!(scene.changes.holds.values().next().unwrap().version, 2);
    scene.heat(210, 40.0).check(&["210 #1 cleared warning"]);
}

#[test]
fn under_another_condition_an_alarm_goes_on_if_its_value_still_meets_it() {
    let warmer = |from: i64| {
        json!({ "type": "threshold", "stream": "temperature_c",
            "levels": [{ "level": "warning", "from": from, "hysteresis": 5, "for_s": 60 }] })
    };
    let mut scene = Scene::one(heat(60), json!({}));
    scene.heat(0, 52.0).tick(60).check(&["60 #1 opened warning"]);
    next_version(&mut scene, 70, warmer(55), json!({}));
    scene.tick(71).check(&[]);
    next_version(&mut scene, 80, warmer(70), json!({}));
    scene.check(&["80 #1 cleared warning"]);
}

#[test]
fn a_silence_that_was_closed_by_force_stays_closed_over_a_restart() {
    let silence = json!({ "type": "silence", "levels": [{ "level": "notice", "after_s": 100 }] });
    let silence = rule(silence, json!({}));
    let mut scene = Scene::new(vec![silence.clone()]);
    scene.heat(0, 20.0).tick(100);
    scene.act(110, Deed::Clear { force: true }).unwrap();
    scene.check(&["100 #1 opened notice", "110 #1 cleared notice"]);
    restarted(&mut scene, &[(silence, 1)], 150, &[("temperature_c", 0, 20.0)]);
    scene.tick(160).tick(400).check(&[]);
}

#[test]
fn the_silence_of_the_server_resumes_no_alarm_whose_device_had_come_back() {
    let silence = json!({ "type": "silence", "levels": [{ "level": "notice", "after_s": 100 }] });
    let silence = rule(silence, json!({ "clear": "manual" }));
    let mut scene = Scene::new(vec![silence.clone()]);
    scene.heat(0, 20.0).tick(100).heat(120, 20.0).check(&["100 #1 opened notice", "120 #1 ended notice"]);
    restarted(&mut scene, &[(silence, 1)], 1000, &[("temperature_c", 120, 20.0)]);
    scene.tick(1050).check(&[]).tick(1101).check(&["1100 #1 resumed notice"]);
}
