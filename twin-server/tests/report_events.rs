//! What open viewers are told of residents' reports: each what it may read and no more, and that something has left its
//! sight.

use crate::common::Server;
use crate::common::people::{People, ZONE_1, ZONE_2, add_zone_2, send_as};
use crate::common::stream::Stream;
use crate::common::street::act;
use axum::http::StatusCode;
use serde_json::json;
use twin_server::domain::permission::{Grant, Role};

async fn report(server: &Server, who: &str, east_m: f64, open: bool) -> u64 {
    let place = json!({ "position": { "east_m": east_m, "north_m": 5.0, "up_m": 0.0 } });
    let draft =
        json!({ "line": "problem", "kind": "lighting", "text": "no light", "place": place, "open": open });
    let taken = send_as(server, who, "POST", "/api/v1/reports", &draft).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
    taken.json()["id"].as_u64().unwrap()
}

#[tokio::test]
async fn each_is_told_of_what_it_may_read_and_of_no_other() {
    let server = Server::start().await;
    add_zone_2(&server).await;
    let people = People::begin(&server).await;
    let whole = async |name: &str, role| people.user(name, &Grant::whole(role)).await;
    let (resident, neighbour) =
        (whole("resident", Role::Resident).await, whole("neighbour", Role::Resident).await);
    let property = whole("property", Role::Property).await;
    let in_zone =
        |zone: &str| Grant { zones: Some([zone.to_owned()].into()), ..Grant::whole(Role::Community) };
    let desk = people.user("desk", &in_zone("zone/z1")).await;
    let far = people.user("far", &in_zone("zone/z2")).await;
    let mut streams = Vec::new();
    for who in [&resident, &neighbour, &property, &desk, &far] {
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

    // Whose it is and who is to take it up, and nobody else: not even that there is one.
    let id = report(&server, &resident, ZONE_1, false).await;
    assert_eq!(told().await, ["report 1", "", "", "report 1", "", ""]);
    act(&server, &desk, id, json!({ "deed": "accept" })).await;
    act(&server, &desk, id, json!({ "deed": "dispatch", "body": "property" })).await;
    assert_eq!(told().await, ["report 1", "", "report 1", "report 1", "", ""]);
    // It was sent to another: it has left the sight of the first.
    act(&server, &desk, id, json!({ "deed": "dispatch", "body": "company" })).await;
    assert_eq!(told().await, ["report 1", "", "report-removed 1", "report 1", "", ""]);
    // From then on it does not even hear that something happens.
    act(&server, &desk, id, json!({ "deed": "dispatch", "body": "community" })).await;
    assert_eq!(told().await, ["report 1", "", "", "report 1", "", ""]);
    // What is of another zone is for its desk.
    report(&server, &resident, ZONE_2, false).await;
    assert_eq!(told().await, ["report 2", "", "", "", "report 2", ""]);
}

#[tokio::test]
async fn what_is_open_to_all_is_told_to_all_once_it_is_taken_up_and_not_when_it_ends_unread() {
    let server = Server::start().await;
    add_zone_2(&server).await;
    let people = People::begin(&server).await;
    let resident = people.user("resident", &Grant::whole(Role::Resident)).await;
    let desk = people.user("desk", &Grant::whole(Role::Community)).await;
    let mut visitor = Stream::open(&server, "", &[]).await;
    let id = report(&server, &resident, ZONE_2, true).await;
    assert_eq!(visitor.told().await, Vec::<String>::new());
    act(&server, &desk, id, json!({ "deed": "accept" })).await;
    let heard = visitor.heard().await;
    let (name, data) = &heard[0];
    assert_eq!((heard.len(), name.as_str(), &data["state"]), (1, "report", &json!("accepted")));
    assert_eq!(data["position"]["east_m"], json!(ZONE_2));
    // Words and people are asked for, by whoever may.
    let keys: Vec<&String> = data.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["deadline", "id", "kind", "position", "state", "urge", "version", "zone"]);
    act(&server, &desk, id, json!({ "deed": "decline", "text": "not ours" })).await;
    assert_eq!(visitor.told().await, ["report-removed 1"]);
    // One that was never public ends without a word to others.
    let other = report(&server, &resident, ZONE_2, true).await;
    act(&server, &desk, other, json!({ "deed": "decline", "text": "not ours" })).await;
    assert_eq!(visitor.told().await, Vec::<String>::new());
}

#[tokio::test]
async fn who_was_away_is_told_once_what_has_changed_and_what_has_left() {
    let server = Server::start().await;
    add_zone_2(&server).await;
    let people = People::begin(&server).await;
    let resident = people.user("resident", &Grant::whole(Role::Resident)).await;
    let desk = people.user("desk", &Grant::whole(Role::Community)).await;
    let (kept, gone) =
        (report(&server, &resident, ZONE_1, true).await, report(&server, &resident, ZONE_2, true).await);
    act(&server, &desk, gone, json!({ "deed": "accept" })).await;
    let visitor = Stream::open(&server, "", &[]).await;
    let last = visitor.end();
    act(&server, &desk, kept, json!({ "deed": "accept" })).await;
    act(&server, &desk, kept, json!({ "deed": "dispatch", "body": "property" })).await;
    act(&server, &desk, gone, json!({ "deed": "decline", "text": "not ours" })).await;
    let mut again = Stream::after(&server, &last, &[]).await;
    assert_eq!(again.told().await, ["report 1", "report-removed 2"]);
    // A stream of one place has the reports of that place.
    let mut zone = Stream::open(&server, "?zone=zone/z2", &[]).await;
    act(&server, &desk, kept, json!({ "deed": "dispatch", "body": "company" })).await;
    assert_eq!(zone.told().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_key_that_may_not_read_reports_is_told_of_none() {
    let server = Server::start().await;
    add_zone_2(&server).await;
    let people = People::begin(&server).await;
    let resident = people.user("resident", &Grant::whole(Role::Resident)).await;
    let narrow = people
        .key(&json!({ "name": "narrow", "role": "community", "actions": ["read_events", "read_devices", "read_model"] }))
        .await;
    let wide = people.key(&json!({ "name": "wide", "role": "community" })).await;
    let mut narrow = Stream::open(&server, "", &[("x-api-key", &narrow.secret)]).await;
    let mut wide = Stream::open(&server, "", &[("x-api-key", &wide.secret)]).await;
    report(&server, &resident, ZONE_1, false).await;
    assert_eq!(wide.told().await, ["report 1"]);
    assert_eq!(narrow.told().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_stream_ends_when_a_role_of_its_viewer_is_narrowed_or_widened() {
    let server = Server::start().await;
    add_zone_2(&server).await;
    let people = People::begin(&server).await;
    let resident = people.user("resident", &Grant::whole(Role::Resident)).await;
    let desk = people.user("desk", &Grant::whole(Role::Community)).await;
    let path = people.path_of("desk").await;
    let grant = async |zones: &[&str]| {
        let mut roles = json!([{ "role": "community" }]);
        if !zones.is_empty() {
            roles[0]["zones"] = json!(zones);
        }
        let changed = people.send("PATCH", &path, &json!({ "roles": roles })).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    };
    let whole = Stream::of(&server, &desk).await;
    let mut other = Stream::of(&server, &resident).await;
    let last = Stream::of(&server, &desk).await.end();
    grant(&["zone/z1"]).await;
    assert!(whole.ends().await, "it would go on telling of all zones");
    // A line that was broken at that moment is no way around it.
    assert!(Stream::after(&server, &last, &[("cookie", &desk)]).await.begins_anew().await);
    let mut narrow = Stream::of(&server, &desk).await;
    report(&server, &resident, ZONE_2, false).await;
    assert_eq!(narrow.told().await, Vec::<String>::new());
    grant(&[]).await;
    assert!(narrow.ends().await, "it would not tell of what may be read now");
    let mut again = Stream::of(&server, &desk).await;
    report(&server, &resident, ZONE_2, false).await;
    assert_eq!(again.told().await, ["report 2"]);
    // What changes of one does not cut the streams of others, nor does what changes nothing.
    grant(&[]).await;
    report(&server, &resident, ZONE_1, false).await;
    assert_eq!(again.told().await, ["report 3"]);
    assert_eq!(other.told().await, ["report 1", "report 2", "report 3"]);
}
