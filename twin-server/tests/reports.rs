//! The reports of residents over HTTP: from the broken lamp to the rating, told to whom it is for, late in front of
//! the right people, and kept whatever happens to the server.

use crate::common::people::{People, ZONE_1, ZONE_2, add_zone_2, send_as};
use crate::common::{Answer, Server, check_problem};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use twin_server::domain::permission::{Grant, Role};

/// A quarter with everyone who works on reports, signed in.
struct Quarter<'s> {
    server: &'s Server,
    people: People<'s>,
    resident: String,
    neighbour: String,
    desk: String,
    property: String,
    grid_worker: String,
    upper_unit: String,
}

impl<'s> Quarter<'s> {
    async fn of(server: &'s Server) -> Self {
        add_zone_2(server).await;
        let people = People::begin(server).await;
        let whole = |role| Grant::whole(role);
        let user = async |name: &str, role| people.user(name, &whole(role)).await;
        Self {
            resident: user("resident", Role::Resident).await,
            neighbour: user("neighbour", Role::Resident).await,
            desk: user("desk", Role::Community).await,
            property: user("property", Role::Property).await,
            grid_worker: user("worker", Role::GridWorker).await,
            upper_unit: user("upper", Role::UpperUnit).await,
            people,
            server,
        }
    }

    async fn report(&self, who: &str, draft: &Value) -> Answer {
        send_as(self.server, who, "POST", "/api/v1/reports", draft).await
    }

    async fn lamp(&self) -> u64 {
        let taken = self.report(&self.resident, &lamp()).await;
        assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
        taken.json()["id"].as_u64().unwrap()
    }

    async fn act(&self, who: &str, id: u64, deed: Value) -> Answer {
        send_as(self.server, who, "POST", &format!("/api/v1/reports/{id}/deeds"), &deed).await
    }

    /// Does something that must be possible, and gives the report.
    async fn done(&self, who: &str, id: u64, deed: Value) -> Value {
        let done = self.act(who, id, deed).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
        done.json()["report"].clone()
    }

    async fn get(&self, who: &str, path: &str) -> Answer {
        self.server.get_with(path, &[("cookie", who)]).await
    }

    async fn numbers(&self, who: &str, query: &str) -> Vec<u64> {
        let page = self.get(who, &format!("/api/v1/reports?{query}")).await.json();
        page["reports"].as_array().unwrap().iter().map(|report| report["id"].as_u64().unwrap()).collect()
    }

    async fn detail(&self, who: &str, id: u64) -> Value {
        self.get(who, &format!("/api/v1/reports/{id}")).await.json()
    }

    /// Up to the answer.
    async fn repaired(&self, id: u64) {
        self.done(&self.desk, id, json!({ "deed": "accept" })).await;
        self.done(&self.desk, id, json!({ "deed": "dispatch", "body": "property" })).await;
        self.done(&self.property, id, json!({ "deed": "start" })).await;
        self.done(&self.property, id, json!({ "deed": "answer", "text": "已更换灯具" })).await;
    }
}

fn at(east_m: f64) -> Value {
    json!({ "position": { "east_m": east_m, "north_m": 10.0, "up_m": 0.0 } })
}

fn lamp() -> Value {
    json!({ "line": "problem", "kind": "lighting", "text": " 东门的路灯不亮 ", "place": at(ZONE_1) })
}

fn words(trail: &Value) -> Vec<String> {
    let word = |entry: &Value| {
        let event = &entry["event"];
        event["deed"].as_str().or(event["urge"].as_str()).or(event["type"].as_str()).unwrap().to_owned()
    };
    trail.as_array().unwrap().iter().map(word).collect()
}

#[tokio::test]
async fn a_broken_lamp_is_reported_repaired_checked_and_rated() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let id = quarter.lamp().await;
    let new = quarter.detail(&quarter.resident, id).await;
    assert_eq!(
        (&new["report"]["text"], &new["report"]["zone"]),
        (&json!("东门的路灯不亮"), &json!("zone/z1"))
    );
    assert_eq!((&new["own"], &new["possible"]), (&json!(true), &json!(["withdraw"])));
    quarter.repaired(id).await;
    quarter.done(&quarter.grid_worker, id, json!({ "deed": "pass" })).await;
    let rated = json!({ "deed": "confirm", "rating": { "stars": 5, "text": "很快" } });
    let closed = quarter.done(&quarter.resident, id, rated).await;
    assert_eq!((&closed["state"], &closed["rating"]["stars"]), (&json!("closed"), &json!(5)));
    let server = server.restart().await;
    let page = server.get("/api/v1/reports").await.json();
    assert_eq!(page["reports"], json!([closed]));
    let trail = server.get(&format!("/api/v1/reports/{id}")).await.json();
    let deeds = ["submitted", "accept", "dispatch", "start", "answer", "pass", "confirm"];
    assert_eq!(words(&trail["trail"]), deeds);
    let query = twin_server::store::AuditQuery { limit: 99, ..Default::default() };
    let log = server.app.store.audit_after(0, &query).await.unwrap();
    let told = log.iter().filter(|entry| entry.what.object == format!("report:{id}"));
    assert_eq!(told.count(), deeds.len());
}

#[tokio::test]
async fn what_is_said_on_the_way_stays_between_those_who_are_involved() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let id = quarter.lamp().await;
    // Nobody but the reporter and the desk knows of it before it is taken up.
    let path = format!("/api/v1/reports/{id}");
    for stranger in [&quarter.neighbour, &quarter.property] {
        check_problem(&quarter.get(stranger, &path).await, 404, "unknown_report");
        assert_eq!(quarter.numbers(stranger, "").await, Vec::<u64>::new());
    }
    check_problem(
        &quarter.act(&quarter.neighbour, id, json!({ "deed": "withdraw" })).await,
        404,
        "unknown_report",
    );
    quarter.repaired(id).await;
    let say = json!({ "text": "几点来修?" });
    let said = send_as(&server, &quarter.resident, "POST", &format!("{path}/messages"), &say).await;
    assert_eq!(said.json()["trail"].as_array().unwrap().last().unwrap()["text"], json!("几点来修?"));
    let denied = send_as(&server, &quarter.neighbour, "POST", &format!("{path}/messages"), &say).await;
    check_problem(&denied, 403, "not_involved");
    let open = quarter.detail(&quarter.neighbour, id).await;
    assert_eq!(
        (&open["own"], &open["possible"], &open["may_say"]),
        (&json!(false), &json!([]), &json!(false))
    );
    assert!(!open.to_string().contains("几点"));
    assert!(open.to_string().contains("已更换灯具"));
    // Who it was is told to nobody.
    let user = quarter.get(&quarter.resident, "/api/v1/session").await.json()["user"]["id"].clone();
    assert!(!quarter.detail(&quarter.desk, id).await.to_string().contains(user.as_str().unwrap()));
    // What its reporter does not want to be public is not.
    let mut closed = lamp();
    closed["open"] = json!(false);
    let closed = quarter.report(&quarter.resident, &closed).await.json()["id"].as_u64().unwrap();
    quarter.done(&quarter.desk, closed, json!({ "deed": "accept" })).await;
    assert_eq!(quarter.numbers(&quarter.neighbour, "").await, [id]);
    assert_eq!(quarter.numbers(&quarter.resident, "mine=true").await, [closed, id]);
}

#[tokio::test]
async fn each_does_its_own_part_and_is_told_why_not() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let id = quarter.lamp().await;
    let refused = async |who: &str, deed: Value, status: u16, code: &str| {
        check_problem(&quarter.act(who, id, deed).await, status, code);
    };
    refused(&quarter.desk, json!({ "deed": "answer", "text": "a" }), 409, "not_in_this_state").await;
    refused(&quarter.resident, json!({ "deed": "accept" }), 403, "not_your_part").await;
    refused(&quarter.desk, json!({ "deed": "decline" }), 422, "something_missing").await;
    refused(&quarter.desk, json!({ "deed": "merge", "main": id }), 422, "bad_main").await;
    refused(&quarter.desk, json!({ "deed": "merge", "main": 99 }), 404, "unknown_report").await;
    refused(&quarter.desk, json!({ "deed": "accept", "version": 7 }), 412, "stale_report").await;
    quarter.done(&quarter.desk, id, json!({ "deed": "accept", "version": 1 })).await;
    quarter.done(&quarter.desk, id, json!({ "deed": "dispatch", "body": "property" })).await;
    assert_eq!(quarter.detail(&quarter.property, id).await["possible"], json!(["return", "start", "answer"]));
    assert_eq!(quarter.numbers(&quarter.property, "todo=true").await, [id]);
    refused(&quarter.upper_unit, json!({ "deed": "start" }), 403, "not_your_part").await;
    // Whoever answered does not check it; a grid worker does.
    quarter.done(&quarter.property, id, json!({ "deed": "answer", "text": "好了" })).await;
    refused(&quarter.property, json!({ "deed": "pass" }), 403, "not_your_part").await;
    refused(&quarter.resident, json!({ "deed": "confirm", "rating": { "stars": 0 } }), 422, "bad_rating")
        .await;
    let failed = quarter.done(&quarter.grid_worker, id, json!({ "deed": "fail", "text": "仍不亮" })).await;
    assert_eq!(failed["state"], json!("in_progress"));
}

#[tokio::test]
async fn a_reopened_report_goes_to_the_upper_unit_when_its_limit_has_passed() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let mut private = lamp();
    private["open"] = json!(false);
    let id = quarter.report(&quarter.resident, &private).await.json()["id"].as_u64().unwrap();
    quarter.repaired(id).await;
    quarter.done(&quarter.resident, id, json!({ "deed": "confirm", "rating": { "stars": 1 } })).await;
    quarter.done(&quarter.resident, id, json!({ "deed": "reopen", "text": "又不亮了" })).await;
    quarter.done(&quarter.desk, id, json!({ "deed": "dispatch", "body": "property" })).await;
    assert_eq!(quarter.numbers(&quarter.upper_unit, "").await, Vec::<u64>::new());
    let pass = async |hours: i64| {
        server.app.reports.pass_time(OffsetDateTime::now_utc() + Duration::hours(hours)).await.unwrap()
    };
    assert_eq!(pass(57).await, 0);
    assert_eq!(pass(58).await, 1);
    assert_eq!(quarter.numbers(&quarter.desk, "late=true").await, Vec::<u64>::new());
    assert_eq!(pass(73).await, 1);
    assert_eq!(quarter.numbers(&quarter.desk, "late=true").await, [id]);
    assert_eq!(quarter.numbers(&quarter.upper_unit, "late=true").await, [id]);
    let server = server.restart().await;
    assert_eq!(
        server.app.reports.pass_time(OffsetDateTime::now_utc() + Duration::days(99)).await.unwrap(),
        0
    );
    assert_eq!(server.app.reports.get(id).unwrap().report.reopened, 1);
}

#[tokio::test]
async fn what_tells_of_the_same_is_offered_joined_and_answered_together() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let (main, mut near) = (quarter.lamp().await, lamp());
    quarter.done(&quarter.desk, main, json!({ "deed": "accept" })).await;
    let similar = async |east_m: f64, kind: &str| {
        let path = format!("/api/v1/reports/similar?kind={kind}&east_m={east_m}&north_m=10");
        let found = quarter.get(&quarter.neighbour, &path).await.json();
        found["similar"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s["report"]["id"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(similar(ZONE_1 + 20.0, "lighting").await, [main]);
    assert_eq!(similar(ZONE_1 + 30.0, "lighting").await, Vec::<u64>::new());
    assert_eq!(similar(ZONE_1, "waste").await, Vec::<u64>::new());
    near["place"] = at(ZONE_1 + 5.0);
    let second = quarter.report(&quarter.neighbour, &near).await.json()["id"].as_u64().unwrap();
    let merged = quarter.done(&quarter.desk, second, json!({ "deed": "merge", "main": main })).await;
    assert_eq!((&merged["state"], &merged["main"]), (&json!("merged"), &json!(main)));
    quarter.done(&quarter.desk, main, json!({ "deed": "answer", "text": "已更换灯具" })).await;
    let answered = quarter.detail(&quarter.neighbour, second).await;
    assert_eq!(
        (&answered["report"]["state"], &answered["report"]["answer"]),
        (&json!("answered"), &json!("已更换灯具"))
    );
    assert_eq!(answered["possible"], json!(["confirm", "reopen"]));
    // A report whose main one is taken back stands alone again.
    let main = quarter.lamp().await;
    let third = quarter.report(&quarter.neighbour, &near).await.json()["id"].as_u64().unwrap();
    quarter.done(&quarter.desk, third, json!({ "deed": "merge", "main": main })).await;
    quarter.done(&quarter.resident, main, json!({ "deed": "withdraw" })).await;
    assert_eq!(quarter.detail(&quarter.neighbour, third).await["report"]["state"], json!("accepted"));
}

#[tokio::test]
async fn what_is_answered_is_joined_to_by_nobody_and_what_one_may_not_read_is_not_there() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let (main, other) = (quarter.lamp().await, quarter.lamp().await);
    quarter.done(&quarter.desk, main, json!({ "deed": "accept" })).await;
    quarter.done(&quarter.desk, main, json!({ "deed": "answer", "text": "好了" })).await;
    let joined = quarter.act(&quarter.desk, other, json!({ "deed": "merge", "main": main })).await;
    check_problem(&joined, 422, "bad_main");
    // A desk of one zone learns nothing of a report of another that is not for everyone.
    let mut far = lamp();
    (far["place"], far["open"]) = (at(ZONE_2), json!(false));
    let far = quarter.report(&quarter.resident, &far).await.json()["id"].as_u64().unwrap();
    let grant = Grant { role: Role::Community, zones: Some(["zone/z1".to_owned()].into()) };
    let desk = quarter.people.user("desk-1", &grant).await;
    let joined = quarter.act(&desk, other, json!({ "deed": "merge", "main": far })).await;
    check_problem(&joined, 404, "unknown_report");
}

#[tokio::test]
async fn who_asks_to_be_forgotten_is_in_no_report_any_more() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let id = quarter.lamp().await;
    let user = quarter.get(&quarter.resident, "/api/v1/session").await.json()["user"]["id"].clone();
    let path = format!("/api/v1/users/{}/reports", user.as_str().unwrap());
    let denied = send_as(&server, &quarter.desk, "DELETE", &path, &Value::Null).await;
    check_problem(&denied, 403, "role_denied");
    let forgotten = quarter.people.send("DELETE", &path, &Value::Null).await;
    assert_eq!(forgotten.json(), json!({ "reports": 1 }));
    assert_eq!(quarter.numbers(&quarter.resident, "mine=true").await, Vec::<u64>::new());
    let server = server.restart().await;
    let kept = server.app.reports.get(id).unwrap();
    assert_eq!((kept.reporter.clone(), kept.report.text.as_str()), (None, "东门的路灯不亮"));
}

#[tokio::test]
async fn a_report_is_where_its_device_object_or_spot_is() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let place = async |place: Value| {
        let mut draft = lamp();
        draft["place"] = place;
        quarter.report(&quarter.resident, &draft).await
    };
    let building = place(json!({ "object": "building/b1" })).await.json();
    assert!(building["place"]["position"]["east_m"].is_number(), "{building}");
    assert_eq!(building["zone"], json!("zone/z1"));
    assert_eq!(place(at(ZONE_2)).await.json()["zone"], json!("zone/z2"));
    let nowhere = place(json!({ "address": " 3 号楼 " })).await.json();
    assert_eq!((&nowhere["zone"], &nowhere["place"]), (&Value::Null, &json!({ "address": "3 号楼" })));
    check_problem(&place(json!({ "object": "nobody" })).await, 422, "unknown_object");
    check_problem(&place(json!({ "device": "nobody" })).await, 422, "unknown_device");
    check_problem(&place(at(1e9)).await, 422, "bad_position");
    check_problem(&place(json!({ "address": "号".repeat(201) })).await, 422, "text_too_long");
    let mut draft = lamp();
    draft["kind"] = json!("toaster");
    check_problem(&quarter.report(&quarter.resident, &draft).await, 422, "unknown_kind");
    draft["kind"] = json!("renewal");
    check_problem(&quarter.report(&quarter.resident, &draft).await, 422, "bad_line");
    draft = lamp();
    draft["text"] = json!(" ");
    check_problem(&quarter.report(&quarter.resident, &draft).await, 422, "no_text");
}

#[tokio::test]
async fn pages_follow_each_other_and_questions_are_checked() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let mut all = Vec::new();
    for _ in 0..5 {
        all.insert(0, quarter.lamp().await);
    }
    let page = quarter.get(&quarter.resident, "/api/v1/reports?limit=2").await.json();
    assert_eq!((&page["total"], &page["next"]), (&json!(5), &json!(all[1])));
    let rest = quarter.numbers(&quarter.resident, &format!("before={}", all[1])).await;
    assert_eq!(rest, all[2..]);
    quarter.done(&quarter.resident, all[0], json!({ "deed": "withdraw" })).await;
    assert_eq!(quarter.numbers(&quarter.resident, "state=open").await, all[1..]);
    assert_eq!(quarter.numbers(&quarter.resident, "state=withdrawn").await, all[..1]);
    assert_eq!(quarter.numbers(&quarter.resident, "zone=zone/z2").await, Vec::<u64>::new());
    assert_eq!(quarter.numbers(&quarter.desk, "bbox=0,0,20,20&kind=lighting&line=problem").await, all);
    for (query, code) in [("limit=0", "bad_limit"), ("state=gone", "bad_state"), ("bbox=1", "bad_bbox")] {
        check_problem(&quarter.get(&quarter.desk, &format!("/api/v1/reports?{query}")).await, 400, code);
    }
}

#[tokio::test]
async fn figures_count_what_one_may_read_and_a_list_tells_what_one_can_do() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let id = quarter.lamp().await;
    let private = json!({ "line": "problem", "kind": "neighbours", "text": "loud at night", "open": false });
    assert_eq!(quarter.report(&quarter.resident, &private).await.status, StatusCode::CREATED);
    quarter.done(&quarter.desk, id, json!({ "deed": "accept" })).await;
    quarter.done(&quarter.desk, id, json!({ "deed": "dispatch", "body": "property" })).await;
    quarter.done(&quarter.property, id, json!({ "deed": "answer", "text": "repaired" })).await;
    let figures =
        async |who: &str, query: &str| quarter.get(who, &format!("/api/v1/reports/figures{query}")).await;
    let all = figures(&quarter.desk, "").await.json();
    let count = |of: &Value| {
        [&of["open"], &of["reported"], &of["answered"], &of["answered_in_time"]].map(|n| n.as_u64().unwrap())
    };
    assert_eq!(count(&all["total"]), [2, 2, 1, 1]);
    let groups = |of: &str, by: &str| -> Vec<Value> {
        all[of].as_array().unwrap().iter().map(|group| group[by].clone()).collect()
    };
    assert_eq!(groups("by_body", "body"), [json!(null), json!("property")]);
    assert_eq!(groups("by_kind", "kind"), [json!("lighting"), json!("neighbours")]);
    // The neighbour does not learn that there is another.
    assert_eq!(count(&figures(&quarter.neighbour, "").await.json()["total"]), [1, 1, 1, 1]);
    let past = figures(&quarter.desk, "?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z").await.json();
    assert_eq!(count(&past["total"]), [2, 0, 0, 0]);
    let wrong = figures(&quarter.desk, "?from=2020-02-01T00:00:00Z&to=2020-01-01T00:00:00Z").await;
    check_problem(&wrong, 400, "bad_period");
    check_problem(&figures(&quarter.desk, "?from=yesterday").await, 400, "bad_time");

    let list = quarter.get(&quarter.desk, "/api/v1/reports?deeds=true").await.json();
    assert_eq!(list["possible"], json!([["accept", "decline", "merge"], ["pass", "fail"]]));
    let list = quarter.get(&quarter.neighbour, "/api/v1/reports?deeds=true").await.json();
    assert_eq!(list["possible"], json!([[]]));
    assert_eq!(
        quarter.server.get("/api/v1/reports").await.json()["possible"],
        json!(null),
        "only if asked for"
    );
}

/// A photograph as a phone sends it.
fn picture() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_pixel(400, 300, image::Rgb([90, 120, 60]));
    image::DynamicImage::ImageRgb8(pixels).write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

async fn photo(server: &Server, who: &str, bytes: Vec<u8>) -> Answer {
    let request =
        Request::post("/api/v1/photos").header("cookie", who).header("sec-fetch-site", "same-origin");
    server.ask(request.header("content-type", "image/jpeg").body(Body::from(bytes)).unwrap()).await
}

#[tokio::test]
async fn a_photograph_is_seen_by_whoever_may_read_the_report() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let taken = photo(&server, &quarter.resident, picture()).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
    let id = taken.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/photos/{id}?size=small");
    // Before it is sent, it is its owner's alone; and nobody else can send it.
    assert_eq!(quarter.get(&quarter.resident, &path).await.status, StatusCode::OK);
    check_problem(&quarter.get(&quarter.desk, &path).await, 404, "unknown_photo");
    let mut draft = lamp();
    draft["photos"] = json!([id]);
    check_problem(&quarter.report(&quarter.neighbour, &draft).await, 422, "unknown_photo");
    let report = quarter.report(&quarter.resident, &draft).await.json();
    assert_eq!(report["photos"], json!([id]));
    check_problem(&quarter.report(&quarter.resident, &draft).await, 422, "unknown_photo");
    let number = report["id"].as_u64().unwrap();
    let small = quarter.get(&quarter.desk, &path).await;
    assert_eq!((small.status, small.header("content-type")), (StatusCode::OK, "image/jpeg"));
    check_problem(&quarter.get(&quarter.neighbour, &path).await, 404, "unknown_photo");
    quarter.done(&quarter.desk, number, json!({ "deed": "accept" })).await;
    assert_eq!(quarter.get(&quarter.neighbour, &path).await.status, StatusCode::OK);
    check_problem(&photo(&server, &quarter.resident, b"no picture".to_vec()).await, 422, "bad_photo_format");
    check_problem(&photo(&server, &quarter.resident, vec![0; 16 << 20]).await, 413, "body_too_large");
    draft["photos"] = json!(["a", "b", "c", "d", "e", "f", "g"]);
    check_problem(&quarter.report(&quarter.resident, &draft).await, 422, "too_many_photos");
}

#[tokio::test]
async fn public_reports_are_a_collection_of_features_without_who_reported() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let items = async |query: &str| {
        let answer = server.get(&format!("/ogc/collections/reports/items?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()
    };
    let id = quarter.lamp().await;
    assert_eq!(items("").await["numberMatched"], json!(0), "nobody has taken it up");
    quarter.done(&quarter.desk, id, json!({ "deed": "accept" })).await;
    let mut closed = lamp();
    closed["open"] = json!(false);
    let closed = quarter.report(&quarter.resident, &closed).await.json()["id"].as_u64().unwrap();
    quarter.done(&quarter.desk, closed, json!({ "deed": "accept" })).await;
    let all = items("").await;
    assert_eq!((&all["numberMatched"], &all["features"][0]["id"]), (&json!(1), &json!(id.to_string())));
    let feature = &all["features"][0];
    assert_eq!(feature["geometry"]["type"], json!("Point"));
    assert_eq!(
        (&feature["properties"]["kind"], &feature["properties"]["late"]),
        (&json!("lighting"), &json!(false))
    );
    assert!(!feature.to_string().contains("resident"), "{feature}");
    let matched = async |query: &str| items(query).await["numberMatched"].clone();
    assert_eq!(matched("filter=state='accepted'%20AND%20late=FALSE").await, json!(1));
    assert_eq!(matched("filter=state='closed'").await, json!(0));
    assert_eq!(matched("bbox=113.4,22.6,113.5,22.7").await, json!(0));
    // One after the other, in the order of their numbers; the collection lies around both.
    let mut far = lamp();
    far["place"] = at(ZONE_2);
    let second = quarter.report(&quarter.resident, &far).await.json()["id"].as_u64().unwrap();
    quarter.done(&quarter.desk, second, json!({ "deed": "accept" })).await;
    let first = items("limit=1").await;
    assert_eq!((&first["numberMatched"], &first["features"][0]["id"]), (&json!(2), &json!(id.to_string())));
    let links = first["links"].as_array().unwrap();
    let next = links.iter().find(|link| link["rel"] == "next").unwrap()["href"].as_str().unwrap();
    let rest = server.get(next).await.json();
    assert_eq!(rest["features"].as_array().unwrap().len(), 1);
    assert_eq!(rest["features"][0]["id"], json!(second.to_string()));
    let about = server.get("/ogc/collections/reports").await.json();
    let bbox: Vec<f64> = serde_json::from_value(about["extent"]["spatial"]["bbox"][0].clone()).unwrap();
    let [west, east] = [ZONE_1, ZONE_2].map(|east_m| 113.388 + east_m / 102_800.0);
    assert!((bbox[0] - west).abs() < 1e-5 && (bbox[3] - east).abs() < 1e-5, "{bbox:?}");
    let hidden = server.get(&format!("/ogc/collections/reports/items/{closed}")).await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    quarter.done(&quarter.desk, id, json!({ "deed": "dispatch", "body": "property" })).await;
    let one = server.get(&format!("/ogc/collections/reports/items/{id}")).await.json();
    assert_eq!(
        (&one["properties"]["state"], &one["properties"]["body"]),
        (&json!("dispatched"), &json!("property"))
    );
}

#[tokio::test]
async fn reports_are_found_by_place_by_those_who_may_read_them_and_by_nobody_else() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let mut private = lamp();
    private["open"] = json!(false);
    let (open, hidden) =
        (quarter.lamp().await, quarter.report(&quarter.resident, &private).await.json()["id"].clone());
    let found = async |who: &str, question: &Value| {
        let answer = send_as(&server, who, "POST", "/api/v1/spatial/query", question).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let answer = answer.json();
        let ids =
            answer["things"].as_array().unwrap().iter().map(|thing| thing["id"].as_str().unwrap().to_owned());
        (ids.collect::<Vec<_>>(), answer["matched"].clone())
    };
    let near = json!({ "kinds": ["report"], "class": "lighting",
        "where": { "radius": { "east_m": ZONE_1, "north_m": 5.0, "radius_m": 10.0 } } });
    let both = (vec![open.to_string(), hidden.to_string()], json!(2));
    assert_eq!(found(&quarter.resident, &near).await, both);
    assert_eq!(found(&quarter.desk, &near).await, both);
    // Before somebody took the open one up it is nobody else's either.
    assert_eq!(found(&quarter.neighbour, &near).await, (vec![], json!(0)));
    quarter.done(&quarter.desk, open, json!({ "deed": "accept" })).await;
    assert_eq!(found(&quarter.neighbour, &near).await, (vec![open.to_string()], json!(1)));
    let houses = |none: bool| {
        json!({ "kinds": ["building"], "where": { "anywhere": {} },
            "near": { "kinds": ["report"], "within_m": 20.0, "none": none } })
    };
    let alone = found(&quarter.neighbour, &houses(false)).await;
    assert_eq!(alone.0, ["building/b1"]);
    quarter.done(&quarter.resident, open, json!({ "deed": "withdraw" })).await;
    // What was taken back is its reporter's again.
    assert_eq!(found(&quarter.neighbour, &houses(false)).await.0, Vec::<String>::new());
    let server = server.restart().await;
    assert_eq!(server.app.model.now().count(twin_server::spatial::Kind::Report), 2);
}

#[tokio::test]
async fn a_city_brings_its_own_kinds_and_reports_of_before_keep_theirs() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let id = quarter.lamp().await;
    let resident = quarter.resident.clone();
    let folder = server.end().await;
    let path = folder.path().join("kinds.json");
    let kind = json!({ "id": "noise", "name": { "zh": "噪声", "en": "Noise" }, "icon": "volume-2", "body": "community",
        "limits": { "accept_h": 8, "dispatch_h": 8, "handle_h": 72, "check_h": 48, "confirm_h": 168 }, "same_within_m": 25 });
    std::fs::write(&path, json!([kind]).to_string()).unwrap();
    let server = Server::start_as(folder, |mut config| {
        config.reports.kinds = Some(path);
        config
    })
    .await;
    let kinds = server.get("/api/v1/report-kinds").await.json()["kinds"].clone();
    let told: Vec<_> =
        kinds.as_array().unwrap().iter().map(|kind| (kind["id"].clone(), kind["former"].clone())).collect();
    assert_eq!(told, [(json!("noise"), json!(null)), (json!("lighting"), json!(true))]);
    assert_eq!(kinds[1]["name"]["zh"], "原有类别");
    let kept = server.get_with(&format!("/api/v1/reports/{id}"), &[("cookie", &resident)]).await.json();
    assert_eq!(kept["report"]["kind"], "lighting");
    let again = send_as(&server, &resident, "POST", "/api/v1/reports", &lamp()).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", again.text());
    let mut noise = lamp();
    noise["kind"] = json!("noise");
    let taken = send_as(&server, &resident, "POST", "/api/v1/reports", &noise).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
}
