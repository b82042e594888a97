//! What becomes of an alarm once it is there.

use twin_schemas::alarm::{AlarmLevel, AlarmState};

use super::*;

#[test]
fn an_alarm_says_where_what_and_whose_it_is() {
    let mut scene = Scene::one(heat(0), json!({ "advice": { "zh": "到场" } }));
    let alarm = scene.heat(7, 60.0).last();
    assert_eq!((alarm.device.as_str(), alarm.zone.as_deref()), ("d", Some("zone/z1")));
    assert_eq!((alarm.object.as_deref(), alarm.position.up_m), (Some("building/b1"), 3.0));
    assert_eq!((alarm.stream.as_deref(), alarm.value), (Some("temperature_c"), Some(60.0)));
    assert_eq!((alarm.role.as_deref(), alarm.advice.zh.as_deref()), (Some("property"), Some("到场")));
    assert_eq!((alarm.opened_at, alarm.waiting_since), (from_us(at(7)), Some(from_us(at(7)))));
}

#[test]
fn an_acknowledged_alarm_waits_for_nobody_until_it_becomes_more_urgent() {
    let levels = json!({ "type": "threshold", "stream": "temperature_c",
        "levels": [{ "level": "notice", "from": 40 }, { "level": "alarm", "from": 60 }] });
    let mut scene = Scene::one(levels, json!({}));
    scene.heat(0, 45.0);
    let alarm = scene.act(5, Deed::Acknowledge).unwrap();
    assert_eq!((alarm.state, alarm.acknowledged_by.as_deref()), (AlarmState::Acknowledged, Some("li")));
    assert_eq!(scene.act(6, Deed::Acknowledge), Err(ActError::Acknowledged));
    scene.heat(10, 70.0).check(&["0 #1 opened notice", "5 #1 acknowledged notice", "10 #1 raised alarm"]);
    assert_eq!((scene.last().state, scene.last().acknowledged_by), (AlarmState::Open, None));
    scene.act(11, Deed::Acknowledge).unwrap();
    scene.heat(20, 45.0);
    assert_eq!((scene.last().state, scene.last().level), (AlarmState::Acknowledged, AlarmLevel::Notice));
    assert_eq!(scene.last().peak_level, AlarmLevel::Alarm);
    scene.heat(30, 0.0);
    assert_eq!(scene.act(31, Deed::Acknowledge), Err(ActError::Cleared));
}

#[test]
fn a_person_closes_what_ended_and_only_by_force_what_did_not() {
    let mut scene = Scene::one(heat(0), json!({ "clear": "manual" }));
    scene.heat(0, 60.0);
    assert_eq!(scene.act(1, Deed::Clear { force: false }), Err(ActError::ConditionHolds));
    scene.heat(10, 20.0).check(&["0 #1 opened warning", "10 #1 ended warning"]);
    assert_eq!(scene.last().state, AlarmState::Open);
    scene.heat(20, 60.0).heat(30, 20.0).check(&["20 #1 resumed warning", "30 #1 ended warning"]);
    let cleared = scene.act(40, Deed::Clear { force: false }).unwrap();
    assert_eq!((cleared.state, cleared.cleared_by.as_deref()), (AlarmState::Cleared, Some("li")));
    assert_eq!(scene.act(41, Deed::Clear { force: true }), Err(ActError::Cleared));
    scene.heat(50, 60.0).check(&["40 #1 cleared warning", "50 #2 opened warning"]);
}

#[test]
fn what_was_closed_by_force_stays_closed_until_its_condition_has_ended() {
    let mut scene = Scene::one(heat(0), json!({}));
    scene.heat(0, 60.0);
    scene.act(5, Deed::Clear { force: true }).unwrap();
    scene.heat(10, 61.0).heat(20, 62.0).tick(30).check(&["0 #1 opened warning", "5 #1 cleared warning"]);
    scene.heat(40, 20.0).heat(50, 60.0).check(&["40 #1 ended warning", "50 #2 opened warning"]);
}

#[test]
fn an_alarm_that_comes_back_soon_is_the_same() {
    let mut scene = Scene::one(heat(0), json!({ "reopen_within_s": 100 }));
    scene.heat(0, 60.0).heat(10, 20.0).heat(109, 60.0);
    scene.check(&["0 #1 opened warning", "10 #1 cleared warning", "109 #1 reopened warning"]);
    assert_eq!((scene.last().reopened, scene.last().state), (1, AlarmState::Open));
    scene.heat(120, 20.0).heat(220, 60.0).check(&["120 #1 cleared warning", "220 #2 opened warning"]);
}

#[test]
fn what_nobody_acknowledges_escalates_step_by_step() {
    let steps = json!({ "escalation": [
        { "after_min": 1, "role": "community" }, { "after_min": 3, "level": "emergency" } ] });
    let mut scene = Scene::one(heat(0), steps.clone());
    scene.heat(0, 60.0).tick(59).check(&["0 #1 opened warning"]);
    scene.tick(60).check(&["60 #1 escalated warning"]);
    assert_eq!(scene.last().role.as_deref(), Some("community"));
    scene.heat(100, 60.0).tick(500).check(&["180 #1 escalated emergency"]);
    assert_eq!((scene.last().role.as_deref(), scene.last().escalations), (Some("community"), 2));
    // Escalation is a floor: the condition does not lower it.
    scene.heat(510, 55.0).check(&[]).heat(520, 0.0).check(&["520 #1 cleared emergency"]);
    let mut scene = Scene::one(heat(0), steps);
    scene.heat(0, 60.0).tick(60);
    scene.act(61, Deed::Acknowledge).unwrap();
    scene.tick(1000);
    assert_eq!(scene.last().escalations, 1);
}

#[test]
fn a_window_holds_alarms_back_and_opens_at_its_end_what_still_holds() {
    let works = |from: i64, to: i64| {
        let text =
            |second| from_us(at(second)).format(&time::format_description::well_known::Rfc3339).unwrap();
        Some(json!({ "type": "once", "from": text(from), "to": text(to) }))
    };
    let mut scene = Scene::one(heat(0), json!({}));
    scene.window(0, works(100, 200)).heat(150, 60.0).check(&["150 #1 suppressed warning"]);
    assert_eq!((scene.last().state, scene.last().waiting_since), (AlarmState::Suppressed, None));
    assert_eq!(scene.act(160, Deed::Acknowledge), Err(ActError::Suppressed));
    scene.tick(199).check(&[]).tick(201).check(&["200 #1 opened warning"]);
    assert_eq!(scene.last().suppressed_by.as_deref(), Some("w"));
    // What ends within the window was never open; what was open before stays so.
    let mut scene = Scene::one(heat(0), json!({ "clear": "manual" }));
    scene.window(0, works(100, 200)).heat(150, 60.0).heat(160, 0.0).tick(300);
    scene.check(&["150 #1 suppressed warning", "160 #1 cleared warning"]);
    let mut scene = Scene::one(heat(0), json!({}));
    scene.window(0, works(100, 200)).heat(50, 60.0).heat(150, 61.0).tick(199);
    scene.check(&["50 #1 opened warning"]);
    // A window that is taken away ends at once.
    let mut scene = Scene::one(heat(0), json!({}));
    scene.window(0, works(100, 200)).heat(150, 60.0).window(170, None);
    scene.check(&["150 #1 suppressed warning", "170 #1 opened warning"]);
}

#[test]
fn comments_are_possible_at_any_time_and_change_nothing_else() {
    let mut scene = Scene::one(heat(0), json!({}));
    scene.heat(0, 60.0);
    let before = scene.last();
    let after = scene.act(5, Deed::Comment).unwrap();
    assert_eq!(Alarm { changed_at: before.changed_at, ..after }, before);
    scene.heat(10, 0.0);
    scene.act(20, Deed::Comment).unwrap();
    scene.check(&[
        "0 #1 opened warning",
        "5 #1 commented warning",
        "10 #1 cleared warning",
        "20 #1 commented warning",
    ]);
}
