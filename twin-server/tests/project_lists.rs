//! The project library looked through over HTTP: lists, figures, the timetable, what lies near, features and tables.

use crate::common::quarter::{Quarter, in_days, lift};
use crate::common::{Server, check_problem};
use axum::http::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn what_lies_near_a_project_is_told_to_whom_it_is_for() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let device = crate::common::device("lift", 30.0);
    let device =
        quarter.people.send("PUT", "/api/v1/devices/d1", &serde_json::from_str(&device).unwrap()).await;
    assert!(device.status.is_success(), "{}", device.text());
    let report = json!({ "line": "problem", "kind": "lighting", "text": "灯不亮",
        "place": { "position": { "east_m": 25.0, "north_m": 0.0, "up_m": 0.0 } } });
    let report =
        quarter.send(&quarter.resident, "POST", "/api/v1/reports", &report).await.json()["id"].clone();
    let id = quarter.on_notice().await;
    let mut other = lift();
    other["places"] = json!([{ "type": "polygon", "rings": [[[22, 0], [24, 0], [24, 4], [22, 4]]] }]);
    let hidden = quarter.begin(&other).await;
    let near = async |who: &str, distance_m: u32| {
        quarter.get(who, &format!("/api/v1/projects/{id}/nearby?distance_m={distance_m}")).await.json()
    };
    let found = near(&quarter.resident, 5).await;
    assert_eq!(found["reports"][0]["report"]["id"], report);
    assert_eq!(found["reports"][0]["distance_m"], json!(5.0));
    assert_eq!(found["buildings"][0]["id"], json!("building/b1"));
    assert_eq!((&found["devices"], &found["projects"]), (&json!([]), &json!([])));
    // It was not taken up yet: nobody else knows of it.
    assert_eq!(near(&quarter.neighbour, 5).await["reports"], json!([]));
    assert_eq!(near(&quarter.resident, 4).await["reports"], json!([]));
    assert_eq!(near(&quarter.resident, 20).await["devices"][0]["id"], json!("d1"));
    assert!(quarter.detail(&quarter.planner, hidden).await["project"].is_object());
    check_problem(
        &quarter.get(&quarter.resident, &format!("/api/v1/projects/{id}/nearby?distance_m=2001")).await,
        400,
        "bad_distance",
    );
}

#[tokio::test]
async fn a_timetable_tells_what_falls_on_some_days_of_what_one_may_read() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let id = quarter.in_works().await;
    let effect = json!({ "kind": "water_off", "from": format!("{}T17:00:00Z", in_days(30)),
        "to": format!("{}T20:00:00Z", in_days(30)), "text": "东单元" });
    quarter.done(&quarter.company, id, "progress", &json!({ "phase": "build", "effects": [effect] })).await;
    let draft = quarter.begin(&lift()).await;
    let on = async |who: &str, from: i64, to: i64, more: &str| {
        let path = format!("/api/v1/projects/timetable?from={}&to={}{more}", in_days(from), in_days(to));
        quarter.get(who, &path).await
    };
    let projects = async |who: &str, from: i64, to: i64, more: &str| {
        let told = on(who, from, to, more).await.json();
        told["projects"].as_array().unwrap_or_else(|| panic!("{told}")).clone()
    };
    // In the small hours of the day after, where the community is.
    let told = projects(&quarter.resident, 31, 31, "").await;
    assert_eq!(told.len(), 1, "the draft is its planner's");
    assert_eq!(told[0]["objects"], json!(["building/b1"]));
    assert_eq!((&told[0]["effects"][0]["kind"], &told[0]["notice"]), (&json!("water_off"), &Value::Null));
    let phase = &told[0]["phases"][0];
    assert_eq!((&phase["id"], &phase["from"]), (&json!("build"), &json!(in_days(20))));
    assert!(phase["done_on"].is_string(), "{phase}");
    assert_eq!(projects(&quarter.resident, 32, 32, "").await[0]["effects"], json!([]));
    let notice = projects(&quarter.resident, 1, 5, "&zone=zone/z1").await;
    assert_eq!((&notice[0]["phases"], &notice[0]["notice"]["round"]), (&json!([]), &json!(1)));
    assert!(projects(&quarter.resident, 31, 31, "&zone=zone/z2").await.is_empty());
    assert!(projects(&quarter.resident, 91, 400, "").await.is_empty());
    let numbers: Vec<Value> =
        projects(&quarter.planner, 90, 90, "").await.iter().map(|one| one["id"].clone()).collect();
    assert_eq!(numbers, [json!(id), json!(draft)]);
    for (from, to) in [(2, 1), (0, 3_660)] {
        check_problem(&on(&quarter.resident, from, to, "").await, 400, "bad_days");
    }
}

#[tokio::test]
async fn lists_are_filtered_counted_and_paged() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let mut all = vec![quarter.on_notice().await];
    for (kind, level, fen) in
        [("operation", "basic", 100), ("scenarios", "exemplary", 200), ("operation", "basic", 300)]
    {
        let plan = json!({ "name": { "en": format!("Garden {fen}") }, "kind": kind, "level": level,
            "budget": { "planned_fen": fen } });
        all.insert(0, quarter.begin(&plan).await);
    }
    let numbers = async |query: &str| quarter.numbers(&quarter.planner, query).await;
    assert_eq!(numbers("").await, all);
    assert_eq!(numbers("kind=operation").await, [all[0], all[2]]);
    assert_eq!(numbers("level=exemplary").await, all[1..2]);
    assert_eq!(numbers("state=notice,draft&min_fen=200&max_fen=300").await, all[..2]);
    assert_eq!(numbers("state=library").await, Vec::<u64>::new());
    assert_eq!(numbers("state=open").await, all);
    assert_eq!(numbers("text=gARDEN").await, all[..3]);
    assert_eq!(numbers("text=安居建设&zone=zone/z1").await, all[3..]);
    assert_eq!(numbers("late=true").await, Vec::<u64>::new());
    let page = quarter.get(&quarter.planner, "/api/v1/projects?limit=3").await.json();
    assert_eq!((&page["total"], &page["next"]), (&json!(4), &json!(all[2])));
    assert_eq!(numbers(&format!("before={}", all[2])).await, all[3..]);
    // When it is to be built is told with the first and the last day of its phases.
    let last = quarter.get(&quarter.planner, &format!("/api/v1/projects?before={}", all[2])).await.json();
    let span = |list: &Value| (list["projects"][0]["from"].clone(), list["projects"][0]["to"].clone());
    assert_eq!(span(&last), (json!(in_days(20)), json!(in_days(90))));
    assert_eq!(span(&page), (Value::Null, Value::Null));
    let figures = quarter.get(&quarter.planner, "/api/v1/projects/figures").await.json();
    assert_eq!(figures["total"], json!({ "projects": 4, "planned_fen": 80_000_600, "spent_fen": 0 }));
    assert_eq!(figures["kinds"]["operation"], json!({ "projects": 2, "planned_fen": 400, "spent_fen": 0 }));
    assert_eq!(figures["zones"]["zone/z1"]["projects"], json!(1));
    let public = server.get("/api/v1/projects/figures").await.json();
    assert_eq!(
        public["states"],
        json!({ "notice": { "projects": 1, "planned_fen": 80_000_000, "spent_fen": 0 } })
    );
    let table = server.get("/api/v1/exports/projects.csv?state=open").await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8; header=present");
    let lines: Vec<String> = table.text().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let row = "1,3 号楼加装电梯,A lift for house 3,infrastructure,improving,notice,zone/z1,800000.00,0.00,0,";
    assert!(lines[1].starts_with(row), "{}", lines[1]);
    let shielded = json!({ "name": { "en": "=1+1" }, "kind": "operation", "level": "basic" });
    quarter.begin(&shielded).await;
    let table = quarter.get(&quarter.planner, "/api/v1/exports/projects.csv?state=draft").await;
    assert!(table.text().contains("\r\n5,,'=1+1,operation,basic,draft,"), "{}", table.text());
    for (query, code) in [("limit=0", "bad_limit"), ("before=-1", "bad_query"), ("state=gone", "bad_state")] {
        check_problem(&quarter.get(&quarter.planner, &format!("/api/v1/projects?{query}")).await, 400, code);
    }
}

#[tokio::test]
async fn projects_are_a_collection_of_features_from_their_notice_on() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    quarter.begin(&lift()).await;
    let id = quarter.on_notice().await;
    let items = async |query: &str| {
        let answer = server.get(&format!("/ogc/collections/projects/items?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer
    };
    let all = items("").await;
    let page = all.json();
    assert_eq!((&page["numberMatched"], &page["features"][0]["id"]), (&json!(1), &json!(id.to_string())));
    let feature = &page["features"][0];
    assert_eq!(feature["geometry"]["type"], json!("Polygon"));
    assert_eq!(feature["properties"]["planned_fen"], json!(80_000_000));
    let matched = async |query: &str| items(query).await.json()["numberMatched"].clone();
    assert_eq!(matched("filter=state='notice'%20AND%20planned_fen%20%3E%201000").await, json!(1));
    assert_eq!(matched("filter=state='works'").await, json!(0));
    assert_eq!(matched("bbox=113.3879,22.5239,113.3889,22.5249").await, json!(1));
    assert_eq!(matched("bbox=113.4,22.6,113.5,22.7").await, json!(0));
    let one = server.get(&format!("/ogc/collections/projects/items/{id}")).await.json();
    assert_eq!(one["properties"]["kind"], json!("infrastructure"));
    // What is held of it counts as stale once it is another.
    quarter.done(&quarter.resident, id, "opinions", &json!({ "text": "赞成" })).await;
    let tag = all.header("etag").to_owned();
    let again = server.get_with("/ogc/collections/projects/items", &[("if-none-match", &tag)]).await;
    assert_eq!(
        (again.status, &again.json()["features"][0]["properties"]["opinions"]),
        (StatusCode::OK, &json!(1))
    );
    let deed = json!({ "deed": "return", "text": "补正" });
    let returned = quarter.post(&quarter.reviewer, id, "deeds", &deed).await;
    assert_eq!(returned.status, StatusCode::OK, "{}", returned.text());
    assert_eq!(matched("").await, json!(0));
}

#[tokio::test]
async fn the_library_goes_out_as_a_spreadsheet_too() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    quarter.on_notice().await;
    quarter.begin(&lift()).await;
    let sheet = async |who: &str, query: &str| {
        let answer = quarter.get(who, &format!("/api/v1/exports/projects.xlsx{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let mut book: calamine::Xlsx<_> = calamine::Reader::new(std::io::Cursor::new(answer.body)).unwrap();
        let rows = calamine::Reader::worksheet_range_at(&mut book, 0).unwrap().unwrap();
        rows.rows().map(<[calamine::Data]>::to_vec).collect::<Vec<_>>()
    };
    let text = |text: &str| calamine::Data::String(text.into());
    let all = sheet(&quarter.planner, "").await;
    assert_eq!((all.len(), &all[0][0], &all[0][7]), (3, &text("编号"), &text("计划资金（元）")));
    // Money can be summed.
    let money = calamine::Data::Float(800_000.0);
    assert_eq!((&all[1][5], &all[2][5], &all[2][7]), (&text("draft"), &text("notice"), &money));
    let theirs = sheet(&quarter.resident, "?lang=en").await;
    assert_eq!((theirs.len(), &theirs[0][7]), (2, &text("planned_yuan")));
}
