//! What projects come from, over HTTP: reports of residents, and problems that check-ups found.

use crate::common::people::ZONE_2;
use crate::common::quarter::{Quarter, lift};
use crate::common::{Server, check_problem};
use axum::http::StatusCode;
use serde_json::{Value, json};
use twin_server::domain::permission::{Grant, Role};

#[tokio::test]
async fn a_report_enters_a_project_that_is_there_and_is_not_closed_when_that_is_built() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let id = quarter.in_works().await;
    let draft = json!({ "line": "suggestion", "kind": "renewal", "text": "建议加装电梯", "open": true });
    let report =
        quarter.send(&quarter.resident, "POST", "/api/v1/reports", &draft).await.json()["id"].clone();
    let act = async |who: &str, body: Value| {
        quarter.send(who, "POST", &format!("/api/v1/reports/{report}/deeds"), &body).await
    };
    act(&quarter.community, json!({ "deed": "accept" })).await;
    let programme = |project: &str| json!({ "deed": "programme", "project": project });
    check_problem(&act(&quarter.planner, programme("99")).await, 404, "unknown_project");
    check_problem(&act(&quarter.planner, programme("lift")).await, 422, "unknown_project");
    let before = quarter.detail(&quarter.planner, id).await["project"]["version"].clone();
    // Whoever plans elsewhere alone puts nothing into it.
    let grant = Grant { role: Role::CommunityPlanner, zones: Some(["zone/z2".to_owned()].into()) };
    let elsewhere = quarter.people.user("planner-2", &grant).await;
    let far = json!({ "line": "problem", "kind": "lighting", "text": "灯不亮",
        "place": { "position": { "east_m": ZONE_2, "north_m": 5.0, "up_m": 0.0 } } });
    let far = quarter.send(&quarter.resident, "POST", "/api/v1/reports", &far).await.json()["id"].clone();
    let path = format!("/api/v1/reports/{far}/deeds");
    quarter.send(&quarter.community, "POST", &path, &json!({ "deed": "accept" })).await;
    let denied = quarter.send(&elsewhere, "POST", &path, &programme(&id.to_string())).await;
    check_problem(&denied, 403, "zone_denied");
    let entered = act(&quarter.planner, programme(&id.to_string())).await;
    assert_eq!(entered.status, StatusCode::OK, "{}", entered.text());
    let detail = quarter.detail(&quarter.planner, id).await;
    assert_eq!(detail["project"]["version"], json!(before.as_u64().unwrap() + 1));
    assert_eq!(detail["trail"][0]["event"], json!({ "type": "programmed", "report": report }));
    let query = twin_server::store::AuditQuery { limit: 99, ..Default::default() };
    let log = server.app.store.audit_after(0, &query).await.unwrap();
    let told = |action: &str, object: String| {
        log.iter().filter(|entry| entry.what.action == action && entry.what.object == object).count()
    };
    assert_eq!(told("report.programme", format!("report:{report}")), 1);
    assert_eq!(told("project.programme", format!("project:{id}")), 1);
    assert_eq!(quarter.numbers(&quarter.resident, &format!("report={report}")).await, [id]);
    // One that is not for everyone is told of to those alone who may read it.
    let closed = json!({ "line": "problem", "kind": "lighting", "text": "灯不亮", "open": false });
    let closed =
        quarter.send(&quarter.neighbour, "POST", "/api/v1/reports", &closed).await.json()["id"].clone();
    for (who, deed) in
        [(&quarter.community, json!({ "deed": "accept" })), (&quarter.planner, programme(&id.to_string()))]
    {
        let done = quarter.send(who, "POST", &format!("/api/v1/reports/{closed}/deeds"), &deed).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    }
    for (who, reports) in
        [(&quarter.neighbour, json!([report, closed])), (&quarter.resident, json!([report]))]
    {
        let detail = quarter.detail(who, id).await;
        assert_eq!(detail["project"]["plan"]["reports"], reports);
        let told = detail["trail"].to_string().matches("programmed").count();
        assert_eq!(told, reports.as_array().unwrap().len());
        assert_eq!(quarter.numbers(who, &format!("report={closed}")).await.len(), told - 1);
    }
    quarter.done(&quarter.company, id, "progress", &json!({ "phase": "build" })).await;
    quarter.deed(&quarter.company, id, "complete").await;
    let detail = quarter.detail(&quarter.resident, id).await;
    assert_eq!(detail["reports_waiting"], json!([report]));
    let kept = quarter.get(&quarter.resident, &format!("/api/v1/reports/{report}")).await.json();
    assert_eq!(kept["report"]["state"], json!("programmed"));
    assert_eq!(kept["report"]["project"], json!(id.to_string()));
    act(&quarter.planner, json!({ "deed": "answer", "text": "已建成" })).await;
    let rated = json!({ "deed": "confirm", "rating": { "stars": 5 } });
    assert_eq!(act(&quarter.resident, rated).await.status, StatusCode::OK);
    assert_eq!(quarter.detail(&quarter.resident, id).await["reports_waiting"], json!([]));
}

/// A check-up in review with two problems, the first of them confirmed.
async fn reviewed(quarter: &Quarter<'_>) -> u64 {
    let post = async |path: &str, body: Value| quarter.send(&quarter.planner, "POST", path, &body).await;
    let draft = json!({ "name": { "zh": "体检" }, "year": 2026 });
    let id = post("/api/v1/check-ups", draft).await.json()["id"].as_u64().unwrap();
    let path = format!("/api/v1/check-ups/{id}");
    post(&format!("{path}/deeds"), json!({ "deed": "begin" })).await;
    let values = json!({ "values": [
        { "indicator": "housing_gas", "object": "building/b1", "value": 2 },
        { "indicator": "parking_gap", "object": "zone/z1", "value": 60 },
    ] });
    quarter.send(&quarter.planner, "PUT", &format!("{path}/values"), &values).await;
    post(&format!("{path}/deeds"), json!({ "deed": "review" })).await;
    let confirmed =
        post(&format!("{path}/problems/deeds"), json!({ "problems": [1], "deed": "confirm" })).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.text());
    id
}

#[tokio::test]
async fn a_project_comes_from_confirmed_problems_and_each_tells_of_the_other() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let check_up = reviewed(&quarter).await;
    let from = |problem: u64| json!([{ "check_up": check_up, "problem": problem }]);
    let plan = |problems: Value| {
        let mut plan = lift();
        plan["problems"] = problems;
        plan
    };
    let begin = async |who: &str, plan: Value| quarter.send(who, "POST", "/api/v1/projects", &plan).await;
    check_problem(&begin(&quarter.planner, plan(from(2))).await, 409, "problem_not_confirmed");
    check_problem(&begin(&quarter.planner, plan(from(9))).await, 404, "unknown_problem");
    let of_none = json!([{ "check_up": 9, "problem": 1 }]);
    check_problem(&begin(&quarter.planner, plan(of_none)).await, 404, "unknown_check_up");
    let twice = json!([from(1)[0], from(1)[0]]);
    check_problem(&begin(&quarter.planner, plan(twice)).await, 422, "bad_plan");
    let id = quarter.begin(&plan(from(1))).await;
    assert_eq!(quarter.detail(&quarter.planner, id).await["project"]["plan"]["problems"], from(1));
    // Either way round.
    assert_eq!(quarter.numbers(&quarter.planner, &format!("check_up={check_up}")).await, [id]);
    assert_eq!(quarter.numbers(&quarter.planner, &format!("check_up={check_up}&problem=2")).await, [0; 0]);
    check_problem(&quarter.get(&quarter.planner, "/api/v1/projects?problem=1").await, 400, "bad_query");
    let problems = format!("/api/v1/check-ups/{check_up}/problems");
    let listed = quarter.get(&quarter.planner, &problems).await.json();
    assert_eq!(listed["projects"], json!([{ "problem": 1, "projects": [id] }]));
    assert_eq!(quarter.get(&quarter.planner, &format!("{problems}/1")).await.json()["projects"], json!([id]));
    // What has been named stays, whatever is named beside it must be confirmed.
    let more = json!({ "problems": [from(1)[0], from(2)[0]] });
    check_problem(&quarter.patch(&quarter.planner, id, &more).await, 409, "problem_not_confirmed");
    let none = quarter.patch(&quarter.planner, id, &json!({ "problems": [] })).await;
    assert!(none.json()["project"]["plan"].get("problems").is_none(), "{}", none.text());
}

#[tokio::test]
async fn who_may_not_read_check_ups_does_not_learn_which_problems_a_project_comes_from() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let check_up = reviewed(&quarter).await;
    let id = quarter.on_notice().await;
    let link = json!({ "problems": [{ "check_up": check_up, "problem": 1 }] });
    let linked = quarter.patch(&quarter.planner, id, &link).await;
    assert_eq!(linked.status, StatusCode::OK, "{}", linked.text());
    assert_eq!(
        linked.json()["project"]["state"],
        "notice",
        "where it comes from is nothing that residents speak about"
    );
    assert!(quarter.detail(&quarter.resident, id).await["project"]["plan"].get("problems").is_none());
    assert_eq!(quarter.numbers(&quarter.resident, &format!("check_up={check_up}")).await, [0; 0]);
    assert_eq!(quarter.numbers(&quarter.planner, &format!("check_up={check_up}")).await, [id]);
}
