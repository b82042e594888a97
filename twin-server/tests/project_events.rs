//! What open viewers are told of projects: each what it may read and no more, where it looks, and that something has left
//! its sight.

use serde_json::{Value, json};
use twin_server::domain::permission::{Grant, Role};

use crate::common::people::{ZONE_1, ZONE_2};
use crate::common::quarter::{Quarter, in_days, lift};
use crate::common::stream::Stream;
use crate::common::{Server, check_problem};

/// A road in zone 2.
fn road() -> Value {
    json!({ "name": { "zh": "道路" }, "summary": "铺设", "kind": "operation", "level": "basic",
        "places": [{ "type": "line", "points": [[ZONE_2, 5], [ZONE_2 + 9.0, 5]] }],
        "phases": [{ "id": "p", "name": { "en": "Paving" }, "from": in_days(30), "to": in_days(40) }] })
}

#[tokio::test]
async fn each_is_told_of_the_projects_that_it_may_read_and_of_no_other() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let far = Grant { zones: Some(["zone/z2".to_owned()].into()), ..Grant::whole(Role::CommunityPlanner) };
    let far = quarter.people.user("far", &far).await;
    let mut streams = Vec::new();
    for who in [&quarter.planner, &quarter.reviewer, &quarter.resident, &far] {
        streams.push(Stream::of(&server, who).await);
    }
    streams.push(Stream::open(&server, "", &[]).await);
    let mut told = async || {
        let mut all = Vec::new();
        for stream in &mut streams {
            all.push(stream.told().await.join(", "));
        }
        all
    };
    // A draft is its planner's; a declared one is for who reviews, too.
    let id = quarter.begin(&lift()).await;
    assert_eq!(told().await, ["project 1", "", "", "", ""]);
    quarter.deed(&quarter.planner, id, "declare").await;
    assert_eq!(told().await, ["project 1", "project 1", "", "", ""]);
    // Sent back, it is a draft again and has left the reviewer's sight.
    quarter.deed(&quarter.reviewer, id, "return").await;
    assert_eq!(told().await, ["project 1", "project-removed 1", "", "", ""]);
    quarter.deed(&quarter.planner, id, "declare").await;
    for deed in ["screen", "assess", "verify"] {
        quarter.deed(&quarter.reviewer, id, deed).await;
    }
    assert_eq!(told().await, ["project 1", "project 1", "", "", ""]);
    let publish = json!({ "deed": "publish", "text": "现予公示", "last_day": in_days(10) });
    quarter.done(&quarter.community, id, "deeds", &publish).await;
    assert_eq!(told().await, ["project 1"; 5]);
    quarter.pass(12).await;
    assert_eq!(told().await, ["project 1"; 5]);
    quarter.done(&quarter.planner, id, "deeds", &json!({ "deed": "withdraw", "text": "另行研究" })).await;
    assert_eq!(told().await, ["project 1"; 5], "how it ended is for everyone");
    quarter.begin(&road()).await;
    assert_eq!(told().await, ["project 2", "", "", "project 2", ""]);
}

#[tokio::test]
async fn a_symbol_can_be_placed_by_what_is_told_and_nothing_else_is() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let mut visitor = Stream::open(&server, "?topic=projects", &[]).await;
    let id = quarter.on_notice().await;
    let heard = visitor.heard().await;
    let (name, data) = &heard[0];
    assert_eq!((heard.len(), name.as_str(), &data["state"]), (1, "project", &json!("notice")));
    let listed = server.get("/api/v1/projects").await.json()["projects"][0].clone();
    let keys: Vec<&String> = data.as_object().unwrap().keys().collect();
    let expected = [
        "bounds",
        "deadline",
        "id",
        "kind",
        "level",
        "name",
        "progress_percent",
        "state",
        "urge",
        "version",
        "voices",
        "zones",
    ];
    assert_eq!(keys, expected);
    for key in keys {
        assert_eq!(data[key], listed[key], "{key}");
    }
    // Who asks upon what it was told finds at least that.
    quarter.done(&quarter.resident, id, "opinions", &json!({ "text": "赞成" })).await;
    let (_, data) = visitor.heard().await.pop().unwrap();
    assert_eq!(data["voices"]["given"], json!(1));
    assert!(!data.to_string().contains("赞成"));
    assert_eq!(server.get("/api/v1/projects/1").await.json()["project"]["version"], data["version"]);
}

#[tokio::test]
async fn a_stream_of_a_place_has_what_lies_there_and_says_what_has_left_it() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let planner = [("cookie", quarter.planner.as_str())];
    let mut zone = Stream::open(&server, "?zone=zone/z2", &planner).await;
    let west = format!("?bbox=0,0,{},50", ZONE_1 + 20.0);
    let mut west = Stream::open(&server, &west, &planner).await;
    let mut alarms = Stream::open(&server, "?topic=alarms,devices", &planner).await;
    let id = quarter.begin(&road()).await;
    assert_eq!((zone.told().await, west.told().await), (vec!["project 1".to_owned()], vec![]));
    // It is moved into the other zone.
    let places = json!([{ "type": "line", "points": [[ZONE_1, 5], [ZONE_1 + 1.0, 5]] }]);
    let moved = quarter.patch(&quarter.planner, id, &json!({ "places": places })).await;
    assert_eq!(moved.status.as_u16(), 200, "{}", moved.text());
    assert_eq!(zone.told().await, ["project-removed 1"]);
    assert_eq!(west.told().await, ["project 1"]);
    assert_eq!(alarms.told().await, Vec::<String>::new());
    check_problem(&server.get("/api/v1/events?topic=dragons").await, 400, "unknown_topic");
}

#[tokio::test]
async fn who_was_away_is_told_once_and_a_report_that_enters_a_project_tells_of_both() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let id = quarter.begin(&lift()).await;
    let mut away = Stream::of(&server, &quarter.planner).await;
    assert_eq!(away.told().await, Vec::<String>::new());
    let (planner, visitor) = (away.end(), Stream::open(&server, "", &[]).await.end());
    let place = json!({ "position": { "east_m": ZONE_1, "north_m": 5.0, "up_m": 0.0 } });
    let draft =
        json!({ "line": "problem", "kind": "lighting", "text": "no light", "place": place, "open": true });
    let taken = quarter.send(&quarter.resident, "POST", "/api/v1/reports", &draft).await;
    assert_eq!(taken.status.as_u16(), 201, "{}", taken.text());
    quarter.send(&quarter.community, "POST", "/api/v1/reports/1/deeds", &json!({ "deed": "accept" })).await;
    let programme = json!({ "deed": "programme", "project": id.to_string(), "text": "纳入" });
    let entered = quarter.send(&quarter.planner, "POST", "/api/v1/reports/1/deeds", &programme).await;
    assert_eq!(entered.status.as_u16(), 200, "{}", entered.text());
    quarter.deed(&quarter.planner, id, "declare").await;
    // A visitor who goes on after the same event may read the report, the planner both.
    let mut visitor = Stream::after(&server, &visitor, &[]).await;
    assert_eq!(visitor.told().await, ["report 1"]);
    let mut planner = Stream::after(&server, &planner, &[("cookie", quarter.planner.as_str())]).await;
    assert_eq!(planner.told().await, ["report 1", "project 1"]);
}
