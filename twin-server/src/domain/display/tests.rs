//! Displays, tried.

use serde_json::{Value, json};
use time::Duration;
use time::macros::datetime;

use super::*;
use crate::domain::kinds::DeviceKinds;
use crate::domain::permission::{Action, Grant, Role, Who};

const NOON: OffsetDateTime = datetime!(2026-05-01 12:00 UTC);

fn content() -> Value {
    let pose =
        json!({ "east_m": 1.0, "north_m": 2.0, "up_m": 30.0, "heading_deg": 90.0, "pitch_deg": -20.0 });
    json!({
        "name": { "zh": "指挥中心", "en": "Command centre" },
        "tour": [{ "title": { "zh": "东门" }, "pose": pose, "travel_s": 4.0, "dwell_s": 20.0, "panels": ["alarms"] }],
        "trends": [{ "title": { "en": "Power" }, "series": [{ "device": "lamp-1", "stream": "power_w" }], "hours": 24 }],
        "videos": [{ "device": "lift-1", "title": { "en": "Gate" }, "kind": "hls", "url": "https://cam.example/1.m3u8" }],
        "plans": [{
            "id": "fire", "name": { "zh": "火灾" }, "level": "emergency", "pose": pose,
            "area": [[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]], "kinds": ["lift"], "devices": ["lift-1"],
            "contacts": [{ "name": "欧阳 修", "role": { "zh": "总指挥" }, "phone": "13812345678" }],
            "steps": [{ "zh": "疏散", "en": "Evacuate" }], "panels": ["plan", "alarms"],
        }],
    })
}

fn read(content: Value) -> DisplayContent {
    serde_json::from_value(content).unwrap()
}

fn hand(seconds: i64) -> Hand {
    Hand { at: NOON + Duration::seconds(seconds), by: format!("user:{seconds}") }
}

fn kept() -> Kept {
    Kept::new("wall".into(), read(content()), hand(0))
}

fn emergency(plan: &str) -> DisplaySwitch {
    DisplaySwitch::Emergency { plan: plan.into() }
}

/// What is said of the content with another value at a place.
fn refused(pointer: &str, value: Value) -> String {
    let mut content = content();
    *content.pointer_mut(pointer).unwrap() = value;
    check(&read(content), &DeviceKinds::built_in().unwrap())
        .map_or_else(|e| e.to_string(), |()| "fine".into())
}

#[test]
fn what_a_wall_needs_may_stand_on_it() {
    assert_eq!(check(&read(content()), &DeviceKinds::built_in().unwrap()), Ok(()));
    assert_eq!(refused("/plans/0/area", Value::Null), "fine");
    assert_eq!(refused("/plans", json!([])), "fine");
}

#[test]
fn what_cannot_be_is_refused_by_its_place() {
    let stop = content()["tour"][0].clone();
    let plan = content()["plans"][0].clone();
    let contact = plan["contacts"][0].clone();
    for (pointer, value, says) in [
        ("/name", json!({}), "`name` is empty"),
        ("/name/zh", json!("x".repeat(201)), "`name.zh` has 201 characters, limit 200"),
        ("/tour", vec![stop; 101].into(), "`tour` has 101 members, 0 to 100 may be"),
        ("/tour/0/dwell_s", json!(0.5), "`tour[0].dwell_s` is 0.5, 1 to 3600 may be"),
        ("/tour/0/travel_s", json!(61.0), "`tour[0].travel_s` is 61, 0 to 60 may be"),
        ("/tour/0/pose/pitch_deg", json!(91.0), "`tour[0].pose.pitch_deg` is 91, -90 to 90 may be"),
        ("/tour/0/pose/east_m", json!(1e9), "`tour[0].pose.east_m`"),
        ("/tour/0/panels", json!(["alarms", "alarms"]), "`tour[0].panels` names `alarms` twice"),
        ("/trends/0/series", json!([]), "`trends[0].series` has 0 members, 1 to 6 may be"),
        ("/trends/0/hours", json!(169), "`trends[0].hours` is 169, 1 to 168 may be"),
        ("/trends/0/series/0/stream", json!("a b"), "`trends[0].series[0].stream` has 1 to 64"),
        ("/videos/0/url", json!("ftp://x/"), "`videos[0].url` is neither `http` nor `https`"),
        ("/videos/0/device", json!("../x"), "`videos[0].device` has 1 to 64"),
        ("/plans/0/id", json!(""), "`plans[0].id` has 1 to 64"),
        ("/plans", json!([plan.clone(), plan]), "`plans` names `fire` twice"),
        ("/plans/0/area", json!([[0.0, 0.0], [1.0, 1.0]]), "`plans[0].area` has 2 members, 3 to 1000 may be"),
        ("/plans/0/kinds", json!(["toaster"]), "names the kind `toaster`, use one of"),
        ("/plans/0/contacts", vec![contact; 501].into(), "`plans[].contacts` has 501 members"),
        ("/plans/0/contacts/0/name", json!(" "), "`plans[0].contacts[0].name` is empty"),
        ("/plans/0/contacts/0/phone", json!("1".repeat(41)), "`plans[0].contacts[0].phone` has 41"),
        ("/plans/0/steps/0/en", json!("x".repeat(1001)), "`plans[0].steps[0].en` has 1001"),
    ] {
        let found = refused(pointer, value);
        assert!(found.contains(says), "{pointer}: {found}");
    }
    let mut content = read(content());
    content.tour[0].pose.up_m = f64::NAN;
    assert!(check(&content, &DeviceKinds::built_in().unwrap()).is_err());
}

#[test]
fn a_plan_comes_into_force_once_and_stays_until_it_is_ended() {
    let ordinary = kept();
    assert_eq!(ordinary.switched(&DisplaySwitch::Ordinary {}, hand(1)), Ok(None));
    let now = ordinary.switched(&emergency("fire"), hand(1)).unwrap().unwrap();
    let state = DisplayState::Emergency { plan: "fire".into(), since: hand(1).at, by: "user:1".into() };
    assert_eq!(now.event(), DisplayEvent { id: "wall".into(), version: 2, state: Some(state) });
    // Whoever puts it in force again does not begin it anew.
    assert_eq!(now.switched(&emergency("fire"), hand(2)), Ok(None));
    let unknown = ChangeError::UnknownPlan { plan: "flood".into(), known: vec!["fire".into()] };
    assert_eq!(now.switched(&emergency("flood"), hand(2)), Err(unknown));
    let edited = now.edited(DisplayContent { tour: vec![], ..read(content()) }, hand(3)).unwrap().unwrap();
    assert_eq!(edited.event().state, now.event().state);
    let without = DisplayContent { plans: vec![], ..read(content()) };
    assert_eq!(now.edited(without.clone(), hand(3)), Err(ChangeError::PlanInForce("fire".into())));
    let over = edited.switched(&DisplaySwitch::Ordinary {}, hand(4)).unwrap().unwrap();
    assert_eq!(over.event().state, Some(DisplayState::Ordinary));
    assert!(over.edited(without, hand(5)).unwrap().is_some());
}

#[test]
fn each_change_has_a_tag_of_its_own_and_no_change_none() {
    let first = kept();
    assert_eq!(first.edited(read(content()), hand(1)), Ok(None));
    let second = first.switched(&emergency("fire"), hand(1)).unwrap().unwrap();
    let made_again = Kept::new("wall".into(), read(content()), hand(9));
    assert!(first.tag() != second.tag() && first.tag() != made_again.tag());
    assert_eq!(second.difference(Some(&first)), "version 2, changed: ");
    let named = DisplayContent { trends: vec![], videos: vec![], ..read(content()) };
    let third = second.edited(named, hand(2)).unwrap().unwrap();
    assert_eq!(third.difference(Some(&second)), "version 3, changed: trends, videos");
}

#[test]
fn whom_to_call_is_seen_by_those_whose_work_needs_it() {
    let check = |actor: &Actor, name: &str, phone: &str| {
        let shown = kept().shown(actor);
        let contact = &shown.content.plans[0].contacts[0];
        assert_eq!((contact.name.as_str(), contact.phone.as_str()), (name, phone), "{actor:?}");
        assert_eq!(contact.role.zh.as_deref(), Some("总指挥"));
    };
    let of = |role| Actor::new(Who::User("u".into()), vec![Grant::whole(role)], true);
    check(&of(Role::Community), "欧阳 修", "13812345678");
    check(&of(Role::Property), "欧** 修**", "***78");
    check(&of(Role::Resident), "", "");
    check(&Actor::new(Who::Visitor, vec![], true), "", "");
}

/// Or a mask would be put back as a name.
#[test]
fn whoever_may_edit_a_display_sees_all_of_it() {
    for role in Role::ALL.iter().filter(|role| Action::ManageDisplays.is_of(**role)) {
        let actor = Actor::new(Who::User("u".into()), vec![Grant::whole(*role)], true);
        assert_eq!(kept().shown(&actor), *kept().for_store(), "{role:?}");
    }
}

#[test]
fn names_and_numbers_do_not_get_into_a_log() {
    let printed = format!("{:?}", kept());
    assert!(!printed.contains("欧阳") && !printed.contains("138123"), "{printed}");
}
