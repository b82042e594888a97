//! Check-ups over HTTP: from the plan to concluded problems, by those who may, with tables as people make them.

use std::fmt::Write as _;

use crate::common::people::{People, send_as};
use crate::common::{Answer, Server, check_problem};
use axum::http::StatusCode;
use serde_json::{Value, json};
use twin_server::domain::permission::{Grant, Role};

async fn send(server: &Server, method: &str, path: &str, body: Value) -> Answer {
    server.send(method, path, body.to_string()).await
}

async fn done(server: &Server, id: u64, deed: Value) -> Value {
    let answer = send(server, "POST", &format!("/api/v1/check-ups/{id}/deeds"), deed).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

/// A check-up that collects.
async fn collecting(server: &Server) -> u64 {
    let draft = json!({ "name": { "zh": "体检", "en": "Check-up" }, "year": 2026 });
    let planned = send(server, "POST", "/api/v1/check-ups", draft).await;
    assert_eq!(planned.status, StatusCode::CREATED, "{}", planned.text());
    let id = planned.json()["id"].as_u64().unwrap();
    done(server, id, json!({ "deed": "begin" })).await;
    id
}

async fn put(server: &Server, id: u64, indicator: &str, object: &str, value: Value) {
    let form = json!({ "values": [{ "indicator": indicator, "object": object, "value": value }] });
    let answer = send(server, "PUT", &format!("/api/v1/check-ups/{id}/values"), form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
}

#[tokio::test]
async fn a_check_up_goes_from_its_plan_to_decided_problems_and_is_compared_with_the_next() {
    let server = Server::start().await;
    let id = collecting(&server).await;
    let path = format!("/api/v1/check-ups/{id}");
    check_problem(
        &send(&server, "POST", &format!("{path}/deeds"), json!({ "deed": "review" })).await,
        409,
        "no_values",
    );
    put(&server, id, "housing_gas", "building/b1", json!(2)).await;
    put(&server, id, "parking_gap", "zone/z1", json!(60)).await;
    put(&server, id, "data_sharing", "community/garden", json!(95.5)).await;
    let review = done(&server, id, json!({ "deed": "review" })).await;
    let counts = json!([{ "urgency": "pressing", "state": "found", "problems": 1 }, { "urgency": "urgent", "state": "found", "problems": 1 }]);
    assert_eq!(review["problems"], counts);
    let problems = server.get(&format!("{path}/problems")).await.json()["problems"].clone();
    assert_eq!(problems[0]["because"]["en"], "2 has reached 2, the threshold for `urgent`; urgency: urgent");
    let refused = send(&server, "POST", &format!("{path}/deeds"), json!({ "deed": "conclude" })).await;
    check_problem(&refused, 409, "undecided_problems");
    let deeds = format!("{path}/problems/deeds");
    let nameless = send(&server, "POST", &deeds, json!({ "problems": [1], "deed": "dismiss" })).await;
    check_problem(&nameless, 422, "something_missing");
    let stale = json!({ "problems": [1], "deed": "confirm", "version": 9 });
    check_problem(&send(&server, "POST", &deeds, stale).await, 412, "stale_check_up");
    let unknown = json!({ "problems": [1, 99], "deed": "confirm" });
    check_problem(&send(&server, "POST", &deeds, unknown).await, 404, "unknown_problem");
    let confirmed = send(&server, "POST", &deeds, json!({ "problems": [1, 2], "deed": "confirm" })).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.text());
    done(&server, id, json!({ "deed": "conclude" })).await;
    let late = json!({ "values": [] });
    check_problem(&send(&server, "PUT", &format!("{path}/values"), late).await, 409, "not_collecting");
    // All of it is there after a restart, and the next check-up stands beside it.
    let server = server.restart().await;
    let detail = server.get(&format!("{path}/problems/1")).await.json();
    assert_eq!(detail["problem"]["state"], "confirmed");
    assert_eq!(detail["trail"].as_array().unwrap().len(), 2);
    let next = collecting(&server).await;
    put(&server, next, "housing_gas", "building/b1", json!(0)).await;
    put(&server, next, "parking_gap", "zone/z1", json!(61)).await;
    let compared = server.get(&format!("/api/v1/check-ups/{next}/compare?with={id}")).await.json();
    let changes: Vec<_> =
        compared["values"].as_array().unwrap().iter().map(|row| row["change"].as_str().unwrap()).collect();
    assert_eq!(changes, ["gone", "better", "worse"]);
    assert_eq!(compared["figures"][1]["better"], 1);
    let map = server.get(&format!("{path}/map?indicator=housing_gas")).await.json();
    assert_eq!(map["objects"]["building/b1"], json!({ "value": 2.0, "class": "urgent" }));
    let query = twin_server::store::AuditQuery { limit: 99, ..Default::default() };
    let log = server.app.store.audit_after(0, &query).await.unwrap();
    let told = log.iter().filter(|entry| entry.what.object.starts_with(&format!("check-up:{id}")));
    // Planned, begun, three forms, found, two decisions, concluded.
    assert_eq!(told.count(), 9);
}

#[tokio::test]
async fn of_ten_thousand_rows_fifty_bad_ones_are_named_by_column_and_the_others_stay() {
    let server = Server::start().await;
    let root = server.folder.path().join("publication");
    crate::common::publish(&root, "v2");
    let model = root.join("versions/v2/model.ndjson");
    let mut lines = std::fs::read_to_string(&model).unwrap();
    for n in 0..2_000 {
        let corner = |east_m: i32| json!({ "east_m": east_m, "north_m": 0, "up_m": 0 });
        let building = json!({ "id": format!("building/n{n}"), "class": "building", "zone": "zone/z1",
            "bounds": { "min": corner(n), "max": corner(n + 1) } });
        let _ = write!(lines, "\n{building}");
    }
    std::fs::write(&model, lines).unwrap();
    let version = server.app.publications.load("v2").unwrap();
    server.app.model.publish("v2", std::sync::Arc::clone(&version.objects)).await.unwrap();
    server.app.publications.serve(version);
    let id = collecting(&server).await;
    let codes = ["housing_gas", "housing_stairwell", "housing_pipes", "housing_water", "housing_energy"];
    let mut table = String::from("指标代码,对象编号,数值,备注\n");
    for (row, (n, code)) in (0..2_000).flat_map(|n| codes.map(|code| (n, code))).enumerate() {
        let (object, value) = match row % 1_000 {
            1 | 11 | 21 | 31 => (format!("building/n{n}"), "9"),
            2 => ("building/nobody".to_owned(), "1"),
            _ => (format!("building/n{n}"), "1"),
        };
        let _ = writeln!(table, "{code},{object},{value},");
    }
    let path = format!("/api/v1/check-ups/{id}/values");
    let dry = server.send("POST", &format!("{path}/import?dry_run=true"), table.clone()).await.json();
    assert_eq!(server.get(&path).await.json()["values"], json!([]));
    let told = server.send("POST", &format!("{path}/import"), table).await.json();
    assert_eq!(dry, told);
    let counts = ["rows", "accepted", "rejected"].map(|name| told[name].as_u64().unwrap());
    assert_eq!(counts, [10_000, 9_950, 50]);
    let problems = told["problems"].as_array().unwrap();
    let column = |name: &str| problems.iter().filter(|problem| problem["column"] == name).count();
    assert_eq!((column("value"), column("object")), (40, 10));
    assert_eq!((&problems[0]["line"], &problems[0]["code"]), (&json!(3), &json!("out_of_range")));
    let (mut all, mut after) = (0, String::new());
    loop {
        let page = server.get(&format!("{path}?limit=4000{after}")).await.json();
        all += page["values"].as_array().unwrap().len();
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(all, 9_950);
    let template = server.get(&format!("{path}/template?indicator=housing_gas")).await;
    assert_eq!(template.text().lines().count(), 1 + 2_001);
    let again = server.send("POST", &format!("{path}/import"), template.body).await.json();
    assert_eq!((&again["blank"], &again["rejected"]), (&json!(2_001), &json!(0)));
}

#[tokio::test]
async fn each_assesses_in_their_own_zones_and_residents_read_nothing() {
    let server = Server::start().await;
    crate::common::people::add_zone_2(&server).await;
    let people = People::begin(&server).await;
    let in_zone = |role, zone: &str| Grant { role, zones: Some([zone.to_owned()].into()) };
    let worker = people.user("worker", &in_zone(Role::GridWorker, "zone/z2")).await;
    let planner = people.user("planner", &in_zone(Role::CommunityPlanner, "zone/z1")).await;
    let resident = people.user("resident", &Grant::whole(Role::Resident)).await;
    let draft = |zones: Value| json!({ "name": { "zh": "体检" }, "year": 2026, "zones": zones });
    let plan = async |who: &str, zones: Value| {
        send_as(&server, who, "POST", "/api/v1/check-ups", &draft(zones)).await
    };
    check_problem(&plan(&planner, json!([])).await, 403, "not_your_place");
    check_problem(&plan(&planner, json!(["zone/z9"])).await, 422, "unknown_zone");
    assert_eq!(plan(&planner, json!(["zone/z1"])).await.status, StatusCode::CREATED);
    let begin = json!({ "deed": "begin" });
    let begun = send_as(&server, &planner, "POST", "/api/v1/check-ups/1/deeds", &begin).await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.text());
    let form = json!({ "values": [{ "indicator": "housing_gas", "object": "building/b1", "value": 1 }] });
    let values = "/api/v1/check-ups/1/values";
    check_problem(&send_as(&server, &worker, "PUT", values, &form).await, 403, "not_your_zone");
    assert_eq!(send_as(&server, &planner, "PUT", values, &form).await.status, StatusCode::OK);
    let wrong = json!({ "values": [{ "indicator": "x", "object": "zone/z1" }, { "indicator": "housing_gas", "object": "zone/z1", "value": 1 }] });
    let told = check_problem(&send_as(&server, &planner, "PUT", values, &wrong).await, 422, "bad_values");
    assert!(told["errors"][1].as_str().unwrap().starts_with("values[1].indicator: "), "{told}");
    let denied = server.get_with(values, &[("cookie", &resident)]).await;
    check_problem(&denied, 403, "role_denied");
}

#[tokio::test]
async fn a_city_brings_its_own_indicators_and_running_check_ups_keep_theirs() {
    let server = Server::start().await;
    let id = collecting(&server).await;
    let template = server.get("/api/v1/indicators/template?lang=en").await;
    let same = server.send("POST", "/api/v1/indicators/import", template.body.clone()).await.json();
    assert_eq!(
        (&same["unchanged"], &same["updated"], &same["catalogue"]),
        (&json!(48), &json!(0), &json!(1))
    );
    let mut lines = template.text().lines().take(2).collect::<Vec<_>>().join("\r\n");
    lines = lines.replace("housing_structure", "city_lifts");
    let import = async |query: &str, body: String| {
        server.send("POST", &format!("/api/v1/indicators/import?{query}"), body).await
    };
    let dry = import("replace=true&dry_run=true", lines.clone()).await.json();
    assert_eq!((&dry["added"], &dry["removed"], &dry["catalogue"]), (&json!(1), &json!(48), &json!(1)));
    let brought = import("replace=true", lines.clone()).await.json();
    assert_eq!(brought["catalogue"], 2);
    let now = server.get("/api/v1/indicators").await.json();
    assert_eq!((now["indicators"].as_array().unwrap().len(), &now["imported"]), (1, &json!(true)));
    let wrong = import("", lines.replace("less_is_better", "sideways")).await;
    let told = check_problem(&wrong, 422, "bad_list");
    assert!(told["errors"][0].as_str().unwrap().starts_with("line 2: `direction`"), "{told}");
    put(&server, id, "housing_gas", "building/b1", json!(1)).await;
    let kept = server.get("/api/v1/indicators?catalogue=1").await.json();
    assert_eq!(kept["indicators"].as_array().unwrap().len(), 48);
}

#[tokio::test]
async fn what_the_system_knows_is_computed_and_what_it_does_not_is_said() {
    let server = Server::start().await;
    server.put("b", "waste_bin", 10.0).await;
    let id = collecting(&server).await;
    put(&server, id, "device_online_rate", "zone/z1", json!(77)).await;
    let path = format!("/api/v1/check-ups/{id}");
    let told = send(&server, "POST", &format!("{path}/compute"), json!({})).await.json();
    assert_eq!((&told["values"], &told["lacking"]), (&json!(2), &json!(16)));
    let parks =
        told["computed"].as_array().unwrap().iter().find(|it| it["indicator"] == "park_coverage").unwrap();
    assert!(parks["lacking"]["zh"].as_str().unwrap().contains("公园绿地"), "{parks}");
    let online = async || {
        let page = server.get(&format!("{path}/values?indicator=device_online_rate")).await.json();
        page["values"].as_array().unwrap().iter().map(|it| it["value"].as_f64().unwrap()).collect::<Vec<_>>()
    };
    // What somebody gave stays unless it is to be replaced; the bin was never heard of.
    assert_eq!(online().await, [0.0, 77.0]);
    let order = json!({ "indicators": ["device_online_rate"], "replace": true });
    send(&server, "POST", &format!("{path}/compute"), order).await;
    assert_eq!(online().await, [0.0, 0.0]);
}

#[tokio::test]
async fn values_go_out_as_tables_that_are_taken_in_again() {
    let server = Server::start().await;
    let id = collecting(&server).await;
    put(&server, id, "housing_gas", "building/b1", json!(2)).await;
    put(&server, id, "parking_gap", "zone/z1", json!(60)).await;
    let path = format!("/api/v1/check-ups/{id}/values");
    let table = server.get(&format!("{path}/table")).await;
    assert_eq!(
        table.header("content-disposition"),
        format!("attachment; filename=\"check-up-{id}-values.csv\"")
    );
    let lines: Vec<String> = table.text().trim_start_matches('\u{feff}').lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("指标代码,指标名称,对象编号"), "{}", lines[0]);
    assert!(lines[2].starts_with("parking_gap,停车泊位缺口,zone/z1,一组团,1,60,,填报,"), "{}", lines[2]);
    let english = server.get(&format!("{path}/table?lang=en&indicator=housing_gas")).await.text();
    assert!(
        english.contains("given_by") && english.contains(",form,") && english.lines().count() == 2,
        "{english}"
    );
    let other = collecting(&server).await;
    for format in ["csv", "xlsx"] {
        let table = server.get(&format!("{path}/table?format={format}")).await;
        let taken =
            server.send("POST", &format!("/api/v1/check-ups/{other}/values/import"), table.body).await;
        assert_eq!(taken.json()["accepted"], 2, "{}", taken.text());
    }
    check_problem(&server.get("/api/v1/check-ups/99/values/table").await, 404, "unknown_check_up");
}

#[tokio::test]
async fn gaps_of_parking_and_charging_follow_from_what_the_model_says_and_from_the_citys_own_standard() {
    let server = Server::start().await;
    let root = server.folder.path().join("publication");
    crate::common::publish(&root, "v2");
    let model = root.join("versions/v2/model.ndjson");
    let lines = std::fs::read_to_string(&model).unwrap();
    let lived_in = |line: &str| {
        let mut object: Value = serde_json::from_str(line).unwrap();
        object["properties"] = match object["class"].as_str() {
            Some("building") => json!({ "use": "residential", "households": 90 }),
            Some("zone") => json!({ "parking_places": 30, "charging_points": 1 }),
            _ => json!({}),
        };
        object.to_string()
    };
    std::fs::write(&model, lines.lines().map(lived_in).collect::<Vec<_>>().join("\n")).unwrap();
    let version = server.app.publications.load("v2").unwrap();
    server.app.model.publish("v2", std::sync::Arc::clone(&version.objects)).await.unwrap();
    server.app.publications.serve(version);
    let computed = async || {
        let id = collecting(&server).await;
        let order = json!({ "indicators": ["parking_gap", "charging_gap"] });
        send(&server, "POST", &format!("/api/v1/check-ups/{id}/compute"), order).await;
        let page = server.get(&format!("/api/v1/check-ups/{id}/values?object=zone/z1")).await.json();
        let values = page["values"].as_array().unwrap();
        let of =
            |value: &Value| (value["value"].as_f64().unwrap(), value["remark"].as_str().unwrap().to_owned());
        values.iter().map(of).collect::<Vec<_>>()
    };
    let found = computed().await;
    assert_eq!((found[0].0, found[1].0), (2.0, 15.0));
    assert!(
        found[1].1.contains("1 栋住宅 90 户，每户 0.5 个，应有 45 个；已知 30 个（1 处）"),
        "{}",
        found[1].1
    );
    // A city of its own mind.
    let table = server.get("/api/v1/indicators/template?lang=en").await.text();
    let own =
        table.lines().filter(|line| line.contains("standard_source_en") || line.starts_with("parking_gap"));
    let own = own.map(|line| line.replace(",0.5,", ",1,")).collect::<Vec<_>>().join("\r\n");
    let imported = server.send("POST", "/api/v1/indicators/import", own).await;
    assert_eq!(imported.json()["updated"], 1, "{}", imported.text());
    assert_eq!(computed().await[1].0, 60.0);
}
