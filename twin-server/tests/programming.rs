//! The three lists of programming over HTTP: from what residents suggest and a check-up found to a project that is built,
//! by those who may, and told to nobody else.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::common::quarter::{Quarter, in_days, lift};
use crate::common::{Answer, Server, check_problem};
use serde_json::{Value, json};
use twin_server::domain::permission::{Grant, Role};

async fn created(quarter: &Quarter<'_>, who: &str, path: &str, plan: &Value) -> u64 {
    let answer = quarter.send(who, "POST", path, plan).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{path} {plan}: {}", answer.text());
    answer.json()["id"].as_u64().unwrap()
}

async fn done(quarter: &Quarter<'_>, who: &str, path: &str, body: Value) -> Value {
    let answer = quarter.send(who, "POST", path, &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{path} {body}: {}", answer.text());
    answer.json()
}

async fn got(quarter: &Quarter<'_>, who: &str, path: &str) -> Value {
    let answer = quarter.get(who, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    answer.json()
}

fn fund() -> Value {
    json!({ "name": { "zh": "老旧小区改造补助", "en": "Grant" }, "kind": "money", "owner": "区住建局",
        "used_by": "government", "amount": { "type": "money", "fen": 50_000_000 }, "zones": ["zone/z1"] })
}

fn elevator(reports: &Value) -> Value {
    json!({ "name": { "zh": "3 号楼加装电梯", "en": "A lift" }, "kind": "housing", "groups": ["elderly", "disabled"],
        "people": 40, "urgency": "pressing", "source": "reports", "reports": reports })
}

fn task(change: &Value) -> Value {
    let mut plan = json!({ "name": { "zh": "加装电梯" }, "kind": "infrastructure", "level": "basic",
        "urgency": "ordinary", "zones": ["zone/z1"] });
    for (field, value) in change.as_object().unwrap() {
        plan[field] = value.clone();
    }
    plan
}

/// A concluded check-up with a confirmed problem at `building/b1` and a dismissed one.
async fn concluded(quarter: &Quarter<'_>) -> u64 {
    let planner = &quarter.planner;
    let draft = json!({ "name": { "zh": "体检" }, "year": 2026 });
    let id = created(quarter, planner, "/api/v1/check-ups", &draft).await;
    let path = format!("/api/v1/check-ups/{id}");
    let deeds = format!("{path}/deeds");
    done(quarter, planner, &deeds, json!({ "deed": "begin" })).await;
    let values = json!({ "values": [
        { "indicator": "housing_gas", "object": "building/b1", "value": 2 },
        { "indicator": "parking_gap", "object": "zone/z1", "value": 60 },
    ] });
    quarter.send(planner, "PUT", &format!("{path}/values"), &values).await;
    done(quarter, planner, &deeds, json!({ "deed": "review" })).await;
    let decide = format!("{path}/problems/deeds");
    done(quarter, planner, &decide, json!({ "problems": [1], "deed": "confirm" })).await;
    done(quarter, planner, &decide, json!({ "problems": [2], "deed": "dismiss", "text": "另案处理" })).await;
    done(quarter, planner, &deeds, json!({ "deed": "conclude" })).await;
    id
}

async fn states(quarter: &Quarter<'_>) -> [Value; 3] {
    let planner = &quarter.planner;
    let state =
        async |path: &str, what: &str| got(quarter, planner, path).await["row"][what]["state"].clone();
    [
        state("/api/v1/resources/1", "resource").await,
        state("/api/v1/needs/1", "need").await,
        state("/api/v1/tasks/1", "task").await,
    ]
}

#[tokio::test]
async fn a_suggestion_and_a_confirmed_problem_become_a_task_and_the_task_a_project_that_meets_the_need() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let planner = &quarter.planner;
    let suggestion = json!({ "line": "suggestion", "kind": "renewal", "text": "建议加装电梯", "open": true,
        "place": { "position": { "east_m": 10.0, "north_m": 5.0, "up_m": 0.0 } } });
    let report = created(&quarter, &quarter.resident, "/api/v1/reports", &suggestion).await;
    let accept = json!({ "deed": "accept" });
    done(&quarter, &quarter.community, &format!("/api/v1/reports/{report}/deeds"), accept).await;
    // The need is where its report is, and each tells of the other.
    let need = created(&quarter, planner, "/api/v1/needs", &elevator(&json!([report]))).await;
    let row = got(&quarter, planner, &format!("/api/v1/needs/{need}")).await["row"].clone();
    assert_eq!((&row["need"]["zones"], &row["need"]["state"]), (&json!(["zone/z1"]), &json!("open")));
    let told = got(&quarter, planner, &format!("/api/v1/reports/{report}")).await;
    assert_eq!(told["needs"], json!([need]));
    assert!(
        got(&quarter, &quarter.resident, &format!("/api/v1/reports/{report}")).await.get("needs").is_none()
    );
    assert_eq!(got(&quarter, planner, &format!("/api/v1/needs?report={report}")).await["total"], 1);
    let resource = created(&quarter, &quarter.reviewer, "/api/v1/resources", &fund()).await;
    let check_up = concluded(&quarter).await;
    // First it is only looked at.
    let dry = done(&quarter, planner, "/api/v1/tasks/generate?dry_run=true", json!({})).await;
    assert_eq!((&dry["dry_run"], &dry["check_ups"]), (&json!(true), &json!([check_up])));
    assert_eq!(got(&quarter, planner, "/api/v1/tasks").await["total"], 0);
    let generated = done(&quarter, planner, "/api/v1/tasks/generate", json!({})).await;
    let [proposal] = &generated["proposals"].as_array().unwrap()[..] else { panic!("{generated}") };
    assert_eq!(proposal["plan"], dry["proposals"][0]["plan"]);
    let plan = &proposal["plan"];
    assert_eq!(plan["name"]["zh"], "一组团 · 住房改造");
    assert_eq!(plan["problems"], json!([{ "check_up": check_up, "problem": 1 }]));
    assert_eq!(
        (&plan["needs"], &plan["urgency"], &plan["level"]),
        (&json!([need]), &json!("urgent"), &json!("basic"))
    );
    assert_eq!(proposal["because"].as_array().unwrap().len(), 2);
    assert_eq!(proposal["resources"][0]["resource"], json!(resource));
    let task = proposal["task"].as_u64().unwrap();
    assert_eq!(states(&quarter).await, ["available", "in_task", "proposed"]);
    // Nothing is taken up twice.
    let again = done(&quarter, planner, "/api/v1/tasks/generate", json!({})).await;
    assert_eq!(again["proposals"], json!([]));
    assert_eq!(again["left_out"], json!({ "problems_in_tasks": 1, "needs_in_tasks": 1, "not_yours": 0 }));
    let draws =
        json!({ "resources": [{ "resource": resource, "amount": { "type": "money", "fen": 50_000_000 } }] });
    let path = format!("/api/v1/tasks/{task}");
    let patched = quarter.send(planner, "PATCH", &path, &draws).await;
    assert_eq!(patched.status, StatusCode::OK, "{}", patched.text());
    let mut project = lift();
    project["tasks"] = json!([task]);
    let early = quarter.send(planner, "POST", "/api/v1/projects", &project).await;
    check_problem(&early, 409, "task_not_adopted");
    done(&quarter, planner, &format!("{path}/deeds"), json!({ "deed": "adopt" })).await;
    assert_eq!(states(&quarter).await, ["committed", "in_task", "adopted"]);
    let id = quarter.begin(&project).await;
    assert_eq!(states(&quarter).await, ["committed", "in_task", "in_project"]);
    assert_eq!(quarter.numbers(planner, &format!("task={task}")).await, [id]);
    assert_eq!(got(&quarter, planner, &path).await["row"]["projects"], json!([id]));
    let second = quarter.send(planner, "POST", "/api/v1/projects", &project).await;
    check_problem(&second, 409, "task_not_adopted");
    // On its way to being built nothing of that is public but the project.
    quarter.deed(planner, id, "declare").await;
    for deed in ["screen", "assess", "verify"] {
        quarter.deed(&quarter.reviewer, id, deed).await;
    }
    let publish = json!({ "deed": "publish", "text": "现予公示", "last_day": in_days(10) });
    quarter.done(&quarter.community, id, "deeds", &publish).await;
    assert!(quarter.detail(&quarter.resident, id).await["project"]["plan"].get("tasks").is_none());
    assert_eq!(quarter.numbers(&quarter.resident, &format!("task={task}")).await, [0; 0]);
    quarter.pass(12).await;
    quarter.deed(&quarter.reviewer, id, "confirm").await;
    quarter.deed(&quarter.company, id, "start").await;
    quarter.done(&quarter.company, id, "progress", &json!({ "phase": "build" })).await;
    quarter.deed(&quarter.company, id, "complete").await;
    assert_eq!(states(&quarter).await, ["used_up", "met", "done"]);
    // All of it is there after a restart, each step with who it follows from.
    let trail = got(&quarter, planner, &path).await["trail"].clone();
    let deeds: Vec<&str> =
        trail.as_array().unwrap().iter().filter_map(|entry| entry["deed"].as_str()).collect();
    assert_eq!(deeds, ["finish", "enter", "adopt"]);
    assert_eq!((&trail[0]["project"], &trail[0]["party"]), (&json!(id), &json!("system")));
    let cookie = planner.clone();
    let query = twin_server::store::AuditQuery { limit: 999, ..Default::default() };
    let log = server.app.store.audit_after(0, &query).await.unwrap();
    let told = |object: &str| log.iter().filter(|entry| entry.what.object == object).count();
    // Begun, planned anew, adopted, entered, finished; begun, taken, met; begun, committed, used up.
    assert_eq!([told("task:1"), told("need:1"), told("resource:1")], [5, 3, 3]);
    let server = server.restart().await;
    let after = server.get_with(&path, &[("cookie", &cookie)]).await.json();
    assert_eq!(after["row"]["task"]["state"], "done");
    assert_eq!(after["trail"], trail);
}

#[tokio::test]
async fn a_project_that_is_withdrawn_gives_its_task_back() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let planner = &quarter.planner;
    let id = created(&quarter, planner, "/api/v1/tasks", &task(&json!({}))).await;
    let path = format!("/api/v1/tasks/{id}");
    done(&quarter, planner, &format!("{path}/deeds"), json!({ "deed": "adopt" })).await;
    let mut plan = lift();
    plan["tasks"] = json!([id]);
    let project = quarter.begin(&plan).await;
    let state = async || got(&quarter, planner, &path).await["row"]["task"]["state"].clone();
    assert_eq!(state().await, "in_project");
    let dropped = json!({ "deed": "drop", "text": "不做" });
    let refused = quarter.send(planner, "POST", &format!("{path}/deeds"), &dropped).await;
    check_problem(&refused, 409, "not_in_this_state");
    let without = quarter.patch(planner, project, &json!({ "tasks": [] })).await;
    assert_eq!(without.status, StatusCode::OK, "{}", without.text());
    assert_eq!(state().await, "adopted");
    quarter.patch(planner, project, &json!({ "tasks": [id] })).await;
    assert_eq!(state().await, "in_project");
    quarter.deed(planner, project, "withdraw").await;
    assert_eq!(state().await, "adopted");
    done(&quarter, planner, &format!("{path}/deeds"), dropped).await;
    check_problem(&quarter.send(planner, "POST", "/api/v1/projects", &plan).await, 409, "task_not_adopted");
    plan["tasks"] = json!([99]);
    check_problem(&quarter.send(planner, "POST", "/api/v1/projects", &plan).await, 404, "unknown_task");
}

#[tokio::test]
async fn what_there_is_and_is_needed_is_read_by_those_who_work_on_renewal_alone() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let planner = &quarter.planner;
    let hidden = json!({ "line": "suggestion", "kind": "renewal", "text": "保密的建议", "open": false });
    let hidden = created(&quarter, &quarter.resident, "/api/v1/reports", &hidden).await;
    let accept = json!({ "deed": "accept" });
    done(&quarter, &quarter.community, &format!("/api/v1/reports/{hidden}/deeds"), accept).await;
    created(&quarter, &quarter.community, "/api/v1/needs", &elevator(&json!([hidden]))).await;
    created(&quarter, planner, "/api/v1/resources", &fund()).await;
    created(&quarter, planner, "/api/v1/tasks", &task(&json!({ "needs": [1] }))).await;
    let paths = [
        "/api/v1/resources",
        "/api/v1/needs/1",
        "/api/v1/tasks?state=open",
        "/api/v1/tasks/figures",
        "/api/v1/exports/resources.csv",
        "/ogc/collections/resources/items",
        "/ogc/collections/needs",
        "/ogc/collections/tasks/queryables",
    ];
    for path in paths {
        for stranger in [&quarter.resident, &quarter.company] {
            check_problem(&quarter.get(stranger, path).await, 403, "role_denied");
        }
        for reader in [planner, &quarter.reviewer, &quarter.community] {
            assert_eq!(quarter.get(reader, path).await.status, StatusCode::OK, "{path}");
        }
    }
    let listed = async |who: &str| {
        let all = got(&quarter, who, "/ogc/collections?f=json").await;
        let ids =
            all["collections"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned());
        ids.filter(|id| ["resources", "needs", "tasks"].contains(&id.as_str())).count()
    };
    assert_eq!((listed(&quarter.resident).await, listed(planner).await), (0, 3));
    // Who may not read a report does not learn that a need or a task comes from it.
    for (who, count) in [(&quarter.community, 1), (&quarter.reviewer, 0)] {
        let needs = got(&quarter, who, &format!("/api/v1/needs?report={hidden}")).await;
        let tasks = got(&quarter, who, &format!("/api/v1/tasks?report={hidden}")).await;
        assert_eq!((&needs["total"], &tasks["total"]), (&json!(count), &json!(count)));
        let need = got(&quarter, who, "/api/v1/needs/1").await["row"]["need"].clone();
        assert_eq!(need["plan"]["reports"].as_array().map_or(0, Vec::len), count);
    }
    // Upper units keep resources and no tasks, the community gathers needs and no resources.
    for (who, path, plan) in [
        (&quarter.reviewer, "/api/v1/tasks", task(&json!({}))),
        (&quarter.reviewer, "/api/v1/needs", elevator(&json!([]))),
        (&quarter.community, "/api/v1/resources", fund()),
    ] {
        check_problem(&quarter.send(who, "POST", path, &plan).await, 403, "role_denied");
    }
    let unread = quarter.send(&quarter.planner, "POST", "/api/v1/needs", &elevator(&json!([99]))).await;
    check_problem(&unread, 404, "unknown_report");
    // A planner of one zone changes nothing in another, and nothing of the whole community.
    let grant = Grant { role: Role::CommunityPlanner, zones: Some(["zone/z2".to_owned()].into()) };
    let elsewhere = quarter.people.user("planner-2", &grant).await;
    check_problem(&quarter.send(&elsewhere, "POST", "/api/v1/resources", &fund()).await, 403, "zone_denied");
    let everywhere = task(&json!({ "zones": [] }));
    check_problem(&quarter.send(&elsewhere, "POST", "/api/v1/tasks", &everywhere).await, 403, "zone_denied");
    let adopt = json!({ "deed": "adopt" });
    check_problem(
        &quarter.send(&elsewhere, "POST", "/api/v1/tasks/1/deeds", &adopt).await,
        403,
        "not_your_part",
    );
    let own = task(&json!({ "zones": ["zone/z2"] }));
    assert_eq!(created(&quarter, &elsewhere, "/api/v1/tasks", &own).await, 2);
    let away = quarter.send(&elsewhere, "PATCH", "/api/v1/tasks/2", &json!({ "zones": ["zone/z1"] })).await;
    check_problem(&away, 403, "zone_denied");
    // What lies elsewhere is left out where tasks are generated.
    let needs = json!({ "name": { "zh": "车位" }, "kind": "facilities", "groups": ["all"], "urgency": "ordinary",
        "source": "meeting", "zones": ["zone/z1"] });
    created(&quarter, planner, "/api/v1/needs", &needs).await;
    let found = done(&quarter, &elsewhere, "/api/v1/tasks/generate", json!({})).await;
    assert_eq!((&found["proposals"], &found["left_out"]["not_yours"]), (&json!([]), &json!(1)));
}

#[tokio::test]
async fn lists_are_narrowed_counted_and_cut_into_pages() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let planner = &quarter.planner;
    let hall = json!({ "name": { "zh": "架空层", "en": "Hall" }, "kind": "premises", "owner": "安居公司",
        "used_by": "joint", "amount": { "type": "measure", "value": 180, "unit": "m²" }, "to": "2027-03-31",
        "places": [{ "type": "point", "position": { "east_m": 70, "north_m": 5, "up_m": 0 } }] });
    for plan in [fund(), hall, fund()] {
        created(&quarter, planner, "/api/v1/resources", &plan).await;
    }
    let numbers = async |query: &str| -> Vec<u64> {
        let page = got(&quarter, planner, &format!("/api/v1/resources?{query}")).await;
        let rows = page["resources"].as_array().unwrap().iter();
        rows.map(|row| row["resource"]["id"].as_u64().unwrap()).collect()
    };
    assert_eq!(numbers("").await, [3, 2, 1]);
    assert_eq!(numbers("limit=2").await, [3, 2]);
    assert_eq!(numbers("limit=2&before=2").await, [1]);
    assert_eq!(numbers("kind=premises&used_by=joint&state=open").await, [2]);
    assert_eq!(numbers("text=HALL").await, [2]);
    assert_eq!(numbers("text=%E5%8C%BA%E4%BD%8F").await, [3, 1]);
    assert_eq!(numbers("zone=zone/z2").await, [2]);
    assert_eq!(numbers("bbox=60,0,80,10").await, [2]);
    assert_eq!(numbers("bbox=0,0,60,10").await, [0; 0]);
    assert_eq!(numbers("near=70,25&within_m=20").await, [2]);
    assert_eq!(numbers("near=70,25&within_m=19").await, [0; 0]);
    assert_eq!(numbers("on=2027-04-01").await, [3, 1]);
    for (query, code) in [
        ("state=gone", "bad_state"),
        ("bbox=1,2", "bad_bbox"),
        ("near=here", "bad_near"),
        ("within_m=5", "bad_near"),
        ("near=1,2&within_m=-1", "bad_near"),
        ("limit=0", "bad_limit"),
        ("before=-1", "bad_query"),
    ] {
        check_problem(&quarter.get(planner, &format!("/api/v1/resources?{query}")).await, 400, code);
    }
    check_problem(&quarter.get(planner, "/api/v1/tasks?problem=1").await, 400, "bad_query");
    let figures = got(&quarter, planner, "/api/v1/resources/figures").await;
    assert_eq!(figures["total"], json!({ "resources": 3, "fen": 100_000_000, "drawn_fen": 0 }));
    assert_eq!(figures["kinds"]["premises"]["resources"], 1);
    let items = got(&quarter, planner, "/ogc/collections/resources/items?f=json&filter=amount%3E100").await;
    assert_eq!(items["features"][0]["properties"]["name_zh"], "架空层");
    assert_eq!(items["features"].as_array().unwrap().len(), 1);
    let table = quarter.get(planner, "/api/v1/exports/resources.csv?kind=money").await.text();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(
        lines[0].starts_with("id,name_zh,name_en,kind,state") && lines[1].contains(",500000.00,元,0.00,"),
        "{table}"
    );
    // Changes of others are not written over, and null takes out.
    let stale =
        quarter.send(planner, "PATCH", "/api/v1/resources/2", &json!({ "to": null, "version": 9 })).await;
    check_problem(&stale, 412, "stale");
    let patched =
        quarter.send(planner, "PATCH", "/api/v1/resources/2", &json!({ "to": null, "version": 1 })).await;
    assert!(patched.json()["row"]["resource"]["plan"].get("to").is_none(), "{}", patched.text());
    assert_eq!(patched.json()["trail"][0]["fields"], json!(["to"]));
    let same = quarter.send(planner, "PATCH", "/api/v1/resources/2", &json!({ "owner": "安居公司" })).await;
    check_problem(&same, 422, "unchanged");
    let silent =
        quarter.send(planner, "POST", "/api/v1/resources/2/deeds", &json!({ "deed": "withdraw" })).await;
    check_problem(&silent, 422, "something_missing");
    let nobody = task(&json!({ "resources": [{ "resource": 9 }] }));
    check_problem(&quarter.send(planner, "POST", "/api/v1/tasks", &nobody).await, 422, "unknown_part");
    let nowhere = task(&json!({ "places": [{ "type": "object", "object": "building/none" }] }));
    check_problem(&quarter.send(planner, "POST", "/api/v1/tasks", &nowhere).await, 422, "unknown_object");
}

async fn import(server: &Server, who: &str, path: &str, table: Vec<u8>) -> Answer {
    let request = Request::builder().method("POST").uri(path).header("cookie", who);
    let request = request.header("sec-fetch-site", "same-origin").header("content-type", "text/csv");
    server.ask(request.body(Body::from(table)).unwrap()).await
}

#[tokio::test]
async fn of_a_table_of_resources_bad_rows_are_named_and_the_others_are_entered() {
    let server = Server::start().await;
    let quarter = Quarter::of(&server).await;
    let template = quarter.get(&quarter.planner, "/api/v1/resources/template?lang=zh").await.text();
    let head = template.trim_start_matches('\u{feff}').trim_end();
    assert!(head.starts_with("名称,英文名称,资源类型,备注,数量,单位,权属单位"), "{head}");
    let book = quarter.get(&quarter.planner, "/api/v1/resources/template?format=xlsx").await;
    assert!(book.body.starts_with(b"PK"));
    let table = format!(
        "{head}\n补助,,资金,,1200000,,区住建局,政府运营,zone/z1,,,,,,\n空房,,premises,,,,安居公司,joint,,building/none,,,,,\n\
         空地,,land,,-5,m²,街道,government,,,10,5,,,\n架空层,,premises,,180,m²,安居公司,政企合作,,building/b1,,,,,2027-12-31\n,,land,,,,x,joint,,,,,,,\n"
    );
    let path = "/api/v1/resources/import";
    let dry = import(&server, &quarter.planner, &format!("{path}?dry_run=true"), table.clone().into()).await;
    assert_eq!(dry.status, StatusCode::OK, "{}", dry.text());
    assert_eq!(got(&quarter, &quarter.planner, "/api/v1/resources").await["total"], 0);
    let told = import(&server, &quarter.planner, path, table.into()).await.json();
    assert_eq!((&told["rows"], &told["accepted"], &told["rejected"]), (&json!(5), &json!(2), &json!(3)));
    assert_eq!(told["resources"], json!([1, 2]));
    let problems: Vec<(u64, &str)> = told["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| (problem["line"].as_u64().unwrap(), problem["code"].as_str().unwrap()))
        .collect();
    assert_eq!(problems, [(3, "unknown_object"), (4, "bad_plan"), (6, "bad_cell")]);
    assert_eq!(dry.json()["problems"], told["problems"]);
    let row = got(&quarter, &quarter.planner, "/api/v1/resources/2").await["row"].clone();
    assert_eq!(
        (&row["resource"]["zones"], &row["bounds"]["max"]["east_m"]),
        (&json!(["zone/z1"]), &json!(20.0))
    );
    check_problem(&import(&server, &quarter.planner, path, b"x\n1\n".to_vec()).await, 422, "bad_table");
    // Who keeps resources of one zone brings none of another.
    let grant = Grant { role: Role::UpperUnit, zones: Some(["zone/z2".to_owned()].into()) };
    let elsewhere = quarter.people.user("upper-2", &grant).await;
    let one = format!("{head}\n补助,,资金,,1,,区住建局,政府运营,zone/z1,,,,,,\n");
    let told = import(&server, &elsewhere, path, one.into()).await.json();
    assert_eq!((&told["accepted"], &told["problems"][0]["code"]), (&json!(0), &json!("zone_denied")));
}
