//! The project library over HTTP: from the draft through the six steps of review and the public notice to the works and
//! their evaluation; told to whom it is for; with what lies near, and the reports that entered.

use crate::common::people::{ZONE_1, ZONE_2};
use crate::common::quarter::{Quarter, in_days, lift};
use crate::common::{Server, check_problem};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use twin_server::domain::permission::{Grant, Role};

fn words(trail: &Value) -> Vec<String> {
    let word = |entry: &Value| {
        let event = &entry["event"];
        event["deed"].as_str().or(event["urge"].as_str()).or(event["type"].as_str()).unwrap().to_owned()
    };
    let mut words: Vec<String> = trail.as_array().unwrap().iter().map(word).collect();
    words.reverse();
    words
}

#[tokio::test]
async fn a_lift_is_planned_reviewed_put_on_notice_built_and_evaluated() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let id = quarter.on_notice().await;
    let opinion = json!({ "text": " 会挡住一楼的光 " });
    let spoken = quarter.done(&quarter.resident, id, "opinions", &opinion).await;
    assert_eq!(spoken["voices"], json!({ "given": 1, "opinions_open": 1, "complaints_open": 0 }));
    assert_eq!(quarter.pass(9).await, 0);
    assert_eq!(quarter.pass(12).await, 1);
    let confirm = json!({ "deed": "confirm" });
    check_problem(&quarter.post(&quarter.reviewer, id, "deeds", &confirm).await, 409, "opinions_open");
    let answer = json!({ "text": "已东移两米" });
    quarter.done(&quarter.community, id, "opinions/1/answer", &answer).await;
    quarter.done(&quarter.reviewer, id, "deeds", &confirm).await;
    quarter.deed(&quarter.company, id, "start").await;
    let told = json!({ "text": "基坑完成", "percent": 40, "spent_fen": 30_000_000, "phase": "build",
        "effects": [{ "kind": "water_off", "from": "2030-01-01T00:00:00Z", "to": "2030-01-01T08:00:00Z", "text": "东单元" }] });
    let works = quarter.done(&quarter.company, id, "progress", &told).await;
    assert_eq!((&works["progress_percent"], &works["spent_fen"]), (&json!(40), &json!(30_000_000)));
    quarter.deed(&quarter.company, id, "complete").await;
    let evaluate = json!({ "deed": "evaluate", "text": "良好",
        "findings": [{ "text": "门厅照明不足", "body": "property", "due": in_days(60) }] });
    quarter.done(&quarter.reviewer, id, "deeds", &evaluate).await;
    let server = server.restart().await;
    let public = server.get(&format!("/api/v1/projects/{id}")).await.json();
    assert_eq!(public["project"]["evaluations"][0]["findings"][0]["id"], json!(1));
    let from_notice_on = [
        "publish",
        "voiced",
        "end_notice",
        "answered",
        "confirm",
        "start",
        "progressed",
        "complete",
        "evaluate",
    ];
    assert_eq!(words(&public["trail"]), from_notice_on);
    let opinions = server.get(&format!("/api/v1/projects/{id}/opinions")).await.json();
    let told = &opinions["opinions"][0];
    assert_eq!((&told["text"], &told["answer"]), (&json!("会挡住一楼的光"), &json!("已东移两米")));
    let query = twin_server::store::AuditQuery { limit: 99, ..Default::default() };
    let log = server.app.store.audit_after(0, &query).await.unwrap();
    let told = log.iter().filter(|entry| entry.what.object == format!("project:{id}"));
    assert_eq!(told.count(), from_notice_on.len() + 5, "created, declared and three steps of review before");
}

#[tokio::test]
async fn a_draft_is_its_planners_and_who_spoke_is_told_to_nobody() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let draft = quarter.begin(&lift()).await;
    let path = format!("/api/v1/projects/{draft}");
    for stranger in [&quarter.resident, &quarter.company, &quarter.reviewer] {
        check_problem(&quarter.get(stranger, &path).await, 404, "unknown_project");
        check_problem(&quarter.get(stranger, &format!("{path}/opinions")).await, 404, "unknown_project");
        check_problem(&quarter.get(stranger, &format!("{path}/trail")).await, 404, "unknown_project");
        check_problem(&quarter.get(stranger, &format!("{path}/nearby")).await, 404, "unknown_project");
        let deed = quarter.post(stranger, draft, "deeds", &json!({ "deed": "declare" })).await;
        check_problem(&deed, 404, "unknown_project");
        assert_eq!(quarter.numbers(stranger, "").await, Vec::<u64>::new());
        let figures = quarter.get(stranger, "/api/v1/projects/figures").await.json();
        assert_eq!(figures["total"]["projects"], json!(0));
    }
    let everything = json!({ "where": { "anywhere": {} }, "kinds": ["project"] });
    let asked =
        async || quarter.send(&quarter.resident, "POST", "/api/v1/spatial/query", &everything).await.json();
    assert_eq!(asked().await["things"], json!([]));
    let id = quarter.on_notice().await;
    assert_eq!(asked().await["things"][0]["id"], json!(id.to_string()));
    quarter.done(&quarter.resident, id, "opinions", &json!({ "text": "赞成" })).await;
    let user = quarter.get(&quarter.resident, "/api/v1/session").await.json()["user"]["id"].clone();
    let user = user.as_str().unwrap();
    let path = format!("/api/v1/projects/{id}");
    for (who, own) in [(&quarter.resident, true), (&quarter.neighbour, false), (&quarter.planner, false)] {
        let opinions = quarter.get(who, &format!("{path}/opinions")).await;
        assert_eq!(opinions.json()["opinions"][0]["own"], json!(own));
        assert!(!opinions.text().contains(user));
        assert!(!quarter.get(who, &path).await.text().contains(user));
        assert!(!quarter.get(who, &format!("{path}/trail")).await.text().contains(user));
    }
    // Who asks to be forgotten spoke about no project.
    let forgotten =
        quarter.people.send("DELETE", &format!("/api/v1/users/{user}/reports"), &Value::Null).await;
    assert_eq!(forgotten.status, StatusCode::OK);
    let opinions = quarter.get(&quarter.resident, &format!("{path}/opinions")).await.json();
    assert_eq!(opinions["opinions"][0]["own"], json!(false));
}

#[tokio::test]
async fn each_does_its_own_part_and_is_told_why_not() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let id = quarter.begin(&json!({ "name": { "zh": "道路" }, "kind": "operation", "level": "basic" })).await;
    let refused = async |who: &str, deed: Value, status: u16, code: &str| {
        check_problem(&quarter.post(who, id, "deeds", &deed).await, status, code);
    };
    refused(&quarter.planner, json!({ "deed": "screen" }), 409, "not_in_this_state").await;
    refused(&quarter.planner, json!({ "deed": "declare" }), 422, "plan_incomplete").await;
    let road = json!({ "summary": "铺设透水路面", "version": 1,
        "places": [{ "type": "line", "points": [[ZONE_1, 5], [ZONE_2, 5]] }],
        "phases": [{ "id": "p", "name": { "en": "Paving" }, "from": in_days(30), "to": in_days(40) }] });
    let planned = quarter.patch(&quarter.planner, id, &road).await.json();
    assert_eq!(planned["project"]["zones"], json!(["zone/z1", "zone/z2"]));
    check_problem(&quarter.patch(&quarter.planner, id, &road).await, 412, "stale_project");
    check_problem(&quarter.patch(&quarter.planner, id, &json!({})).await, 422, "unchanged");
    check_problem(&quarter.patch(&quarter.reviewer, id, &json!({})).await, 403, "role_denied");
    refused(&quarter.planner, json!({ "deed": "declare", "version": 1 }), 412, "stale_project").await;
    refused(&quarter.community, json!({ "deed": "declare" }), 403, "not_your_part").await;
    quarter.deed(&quarter.planner, id, "declare").await;
    let detail = quarter.detail(&quarter.reviewer, id).await;
    assert_eq!(detail["possible"], json!(["screen", "return", "reject"]));
    assert_eq!(detail["may"], json!(["hear"]));
    assert_eq!(quarter.numbers(&quarter.reviewer, "todo=true").await, [id]);
    refused(&quarter.reviewer, json!({ "deed": "return" }), 422, "something_missing").await;
    // Each department that was asked is waited for.
    let departments = json!({ "departments": ["消防救援大队", "园林局"] });
    quarter.done(&quarter.reviewer, id, "departments", &departments).await;
    for deed in ["screen", "assess"] {
        quarter.deed(&quarter.reviewer, id, deed).await;
    }
    refused(&quarter.reviewer, json!({ "deed": "verify" }), 409, "departments_open").await;
    for department in ["消防救援大队", "园林局"] {
        let word = json!({ "department": department, "stance": "agrees", "text": "同意" });
        quarter.done(&quarter.reviewer, id, "department-opinions", &word).await;
    }
    quarter.deed(&quarter.reviewer, id, "verify").await;
    let publish = |days| json!({ "deed": "publish", "text": "现予公示", "last_day": in_days(days) });
    refused(&quarter.community, publish(9), 422, "bad_notice").await;
    // People read it in their language.
    let said = quarter.post(&quarter.community, id, "deeds", &publish(9)).await.json()["text"].clone();
    let zh = said["zh"].as_str().unwrap();
    assert!(zh.starts_with("公示期为 9 个整天，应为 10 到"), "{zh}");
    assert!(said["en"].as_str().unwrap().contains("the day on which it is put up does not count"), "{said}");
    quarter.done(&quarter.community, id, "deeds", &publish(10)).await;
    refused(&quarter.reviewer, json!({ "deed": "end_notice" }), 403, "not_your_part").await;
    check_problem(
        &quarter.post(&quarter.community, id, "opinions/9/answer", &json!({ "text": "a" })).await,
        404,
        "unknown_opinion",
    );
    // Another budget is another plan.
    let dearer = json!({ "budget": { "planned_fen": 1_000 } });
    check_problem(&quarter.patch(&quarter.planner, id, &dearer).await, 422, "something_missing");
    let dearer = json!({ "budget": { "planned_fen": 1_000 }, "reason": "材料涨价" });
    let revised = quarter.patch(&quarter.planner, id, &dearer).await.json();
    assert_eq!(
        (&revised["project"]["state"], &revised["project"]["plan_number"]),
        (&json!("verified"), &json!(3))
    );
    let closed = quarter.post(&quarter.resident, id, "opinions", &json!({ "text": "a" })).await;
    check_problem(&closed, 409, "not_in_this_state");
}

#[tokio::test]
async fn a_planner_of_one_zone_plans_in_that_zone() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let grant = Grant { role: Role::CommunityPlanner, zones: Some(["zone/z1".to_owned()].into()) };
    let planner = quarter.people.user("planner-1", &grant).await;
    let mut plan = lift();
    let begun = quarter.send(&planner, "POST", "/api/v1/projects", &plan).await;
    assert_eq!(begun.json()["zones"], json!(["zone/z1"]));
    let id = begun.json()["id"].as_u64().unwrap();
    let far = json!([{ "type": "point", "position": { "east_m": ZONE_2, "north_m": 5.0, "up_m": 0.0 } }]);
    check_problem(&quarter.patch(&planner, id, &json!({ "places": far })).await, 403, "zone_denied");
    plan["places"] = far;
    check_problem(&quarter.send(&planner, "POST", "/api/v1/projects", &plan).await, 403, "zone_denied");
    plan["zones"] = json!(["zone/nobody"]);
    check_problem(
        &quarter.send(&quarter.planner, "POST", "/api/v1/projects", &plan).await,
        422,
        "unknown_zone",
    );
    let both = quarter
        .begin(&json!({ "name": { "zh": "全区" }, "kind": "operation", "level": "basic",
        "zones": ["zone/z1", "zone/z2"] }))
        .await;
    check_problem(&quarter.get(&planner, &format!("/api/v1/projects/{both}")).await, 404, "unknown_project");
}

#[tokio::test]
async fn what_a_plan_names_must_be_there_and_what_it_is_made_of_has_limits() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let refused = async |field: &str, value: Value, status: u16, code: &str| {
        let mut plan = lift();
        plan[field] = value;
        check_problem(&quarter.send(&quarter.planner, "POST", "/api/v1/projects", &plan).await, status, code);
    };
    refused("places", json!([{ "type": "object", "object": "nobody" }]), 422, "unknown_object").await;
    refused("places", json!([{ "type": "line", "points": vec![[0, 0]; 2_001] }]), 422, "bad_plan").await;
    refused("reports", json!([99]), 404, "unknown_report").await;
    let report = json!({ "line": "problem", "kind": "lighting", "text": "灯不亮" });
    let report =
        quarter.send(&quarter.planner, "POST", "/api/v1/reports", &report).await.json()["id"].clone();
    refused("reports", json!([report, report]), 422, "bad_plan").await;
    refused("reports", json!(vec![report; 5_001]), 422, "bad_plan").await;
    refused("documents", json!([{ "title": "x", "url": "javascript:alert(1)" }]), 422, "bad_plan").await;
    let scene = json!([{ "id": "a", "name": { "zh": "甲" }, "role": "plan", "model": { "type": "scene", "scene": "x" } }]);
    refused("alternatives", scene, 422, "unknown_scene").await;
    refused("summary", json!("字".repeat(2_001)), 422, "bad_plan").await;
    refused("kind", json!("toaster"), 422, "bad_value").await;
    refused("summary", json!("x".repeat(3 << 20)), 413, "body_too_large").await;
}

#[tokio::test]
async fn one_user_gives_so_many_opinions_and_a_complaint_is_answered_in_public() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let id = quarter.in_works().await;
    for number in 0..20 {
        quarter.done(&quarter.resident, id, "opinions", &json!({ "text": format!("噪声 {number}") })).await;
    }
    let more = quarter.post(&quarter.resident, id, "opinions", &json!({ "text": "噪声" })).await;
    check_problem(&more, 409, "too_many_opinions");
    quarter.done(&quarter.neighbour, id, "opinions", &json!({ "text": "扬尘" })).await;
    quarter.done(&quarter.community, id, "opinions/21/answer", &json!({ "text": "已洒水" })).await;
    let page = server.get(&format!("/api/v1/projects/{id}/opinions?after=19&limit=1")).await.json();
    assert_eq!((&page["opinions"][0]["id"], &page["next"]), (&json!(20), &json!(20)));
    let page = server.get(&format!("/api/v1/projects/{id}/opinions?after=20")).await.json();
    let last = &page["opinions"][0];
    assert_eq!((&last["kind"], &last["answer"]), (&json!("complaint"), &json!("已洒水")));
    let trail = server.get(&format!("/api/v1/projects/{id}/trail?limit=2")).await.json();
    assert_eq!(words(&trail["trail"]), ["voiced", "answered"]);
    let next = trail["next"].as_u64().unwrap();
    let older = server.get(&format!("/api/v1/projects/{id}/trail?before={next}&limit=1")).await.json();
    assert_eq!(older["trail"][0]["version"], json!(next - 1));
    let path = format!("/api/v1/projects/{id}/opinions");
    let visitor = server.send("POST", &path, json!({ "text": "a" }).to_string()).await;
    check_problem(&visitor, 401, "key_required");
}

#[tokio::test]
async fn a_photograph_of_the_works_is_for_everyone_and_goes_with_one_project() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let id = quarter.in_works().await;
    let mut bytes = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_pixel(40, 30, image::Rgb([90, 120, 60]));
    image::DynamicImage::ImageRgb8(pixels).write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    let request = Request::post("/api/v1/photos")
        .header("cookie", &quarter.company)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "image/jpeg");
    let taken = server.ask(request.body(Body::from(bytes.into_inner())).unwrap()).await;
    let photo = taken.json()["id"].as_str().unwrap().to_owned();
    let told = json!({ "text": "基坑", "photos": [photo] });
    check_problem(&quarter.post(&quarter.community, id, "progress", &told).await, 422, "unknown_photo");
    quarter.done(&quarter.company, id, "progress", &told).await;
    check_problem(&quarter.post(&quarter.company, id, "progress", &told).await, 422, "unknown_photo");
    assert_eq!(server.get(&format!("/api/v1/photos/{photo}?size=small")).await.status, StatusCode::OK);
    let trail = server.get(&format!("/api/v1/projects/{id}")).await.json()["trail"][0].clone();
    assert_eq!(trail["photos"], json!([photo]));
}

#[tokio::test]
async fn a_project_that_is_sent_twice_with_one_key_is_begun_once() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let mut begun = Vec::new();
    for _ in 0..2 {
        let request = Request::post("/api/v1/projects")
            .header("cookie", &quarter.planner)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/json")
            .header("idempotency-key", "one");
        begun.push(
            server.ask(request.body(Body::from(lift().to_string())).unwrap()).await.json()["id"].clone(),
        );
    }
    assert_eq!(begun, [json!(1), json!(1)]);
    assert_eq!(quarter.numbers(&quarter.planner, "").await, [1]);
}

#[tokio::test]
async fn a_project_lies_where_its_object_lies_now() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let yard = |east_m: u32| json!([[[[east_m, 30], [east_m + 4, 30], [east_m + 4, 33]]]]);
    let made = json!({ "class": "space", "name": { "zh": "晾衣场" }, "footprint": yard(30), "bottom_m": 0, "top_m": 2.5 });
    let made = quarter.people.send("POST", "/api/v1/objects", &made).await.json();
    let object = made["object"]["id"].as_str().or(made["id"].as_str()).unwrap().to_owned();
    let mut plan = lift();
    plan["places"] = json!([{ "type": "object", "object": object }]);
    let id = quarter.begin(&plan).await;
    quarter.deed(&quarter.planner, id, "declare").await;
    for deed in ["screen", "assess", "verify"] {
        quarter.deed(&quarter.reviewer, id, deed).await;
    }
    let publish = json!({ "deed": "publish", "text": "现予公示", "last_day": in_days(10) });
    quarter.done(&quarter.community, id, "deeds", &publish).await;
    let found = async |east_m: f64| {
        let radius = json!({ "east_m": east_m, "north_m": 31.0, "radius_m": 1.0 });
        let question = json!({ "kinds": ["project"], "where": { "radius": radius } });
        let found = quarter.send(&quarter.resident, "POST", "/api/v1/spatial/query", &question).await.json();
        found["things"].as_array().unwrap().len()
    };
    assert_eq!((found(33.0).await, found(43.0).await), (1, 0));
    let path = format!("/api/v1/objects/{object}");
    let moved = quarter.people.send("PATCH", &path, &json!({ "footprint": yard(40) })).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text());
    server.app.projects.follow_model().await;
    assert_eq!((found(33.0).await, found(43.0).await), (0, 1));
    assert_eq!(quarter.detail(&quarter.resident, id).await["project"]["zones"], json!(["zone/z1"]));
}

#[tokio::test]
async fn a_notice_that_goes_on_for_longer_tells_everyone_until_when_and_why() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let id = quarter.on_notice().await;
    let extend = |days| json!({ "deed": "extend", "text": "居民要求延长公示", "last_day": in_days(days) });
    check_problem(&quarter.post(&quarter.community, id, "deeds", &extend(10)).await, 422, "bad_notice");
    check_problem(&quarter.post(&quarter.reviewer, id, "deeds", &extend(20)).await, 403, "not_your_part");
    let longer = quarter.done(&quarter.community, id, "deeds", &extend(20)).await;
    assert_eq!((&longer["state"], &longer["notice"]["to"]), (&json!("notice"), &json!(in_days(20))));
    let public = server.get(&format!("/api/v1/projects/{id}")).await.json();
    assert_eq!(public["project"]["notice"]["extensions"][0]["before"], json!(in_days(10)));
    assert_eq!(
        (&public["trail"][0]["event"]["deed"], &public["notice_days"]),
        (&json!("extend"), &json!(10))
    );
    assert_eq!(public["trail"][0]["text"], "居民要求延长公示");
    assert_eq!(quarter.pass(12).await, 0, "it is still out");
    assert_eq!(quarter.pass(22).await, 1);
}
