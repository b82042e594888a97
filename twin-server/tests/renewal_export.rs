//! Renewal taken away: a `GeoPackage` read with `SQLite` and with GDAL, by those who may read more and less; confirmed problems
//! as a collection; what is wrong said before anything is written.

use std::path::Path;

use crate::common::people::{ZONE_1, send_as};
use crate::common::quarter::{Quarter, lift};
use crate::common::{Server, check_problem};
use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{ConnectOptions as _, Row as _, SqliteConnection};

const EXPORT: &str = "/api/v1/exports/renewal.gpkg";

/// A quarter with a project on notice, one in draft, an open and a private report, and a confirmed problem.
async fn lived_in(server: &Server) -> Quarter<'_> {
    let quarter = Quarter::of(server).await;
    quarter.on_notice().await;
    quarter.begin(&lift()).await;
    for (open, east_m) in [(true, ZONE_1), (false, ZONE_1 + 1.0)] {
        let place = json!({ "position": { "east_m": east_m, "north_m": 5.0, "up_m": 0.0 } });
        let draft =
            json!({ "line": "problem", "kind": "lighting", "text": "灯不亮", "open": open, "place": place });
        let taken = quarter.send(&quarter.resident, "POST", "/api/v1/reports", &draft).await;
        assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
    }
    confirmed(&quarter).await;
    quarter
}

/// A check-up with a confirmed problem at building 1 and a dismissed one at zone 1.
async fn confirmed(quarter: &Quarter<'_>) {
    let send = async |method: &str, path: &str, body: Value| {
        let done = quarter.send(&quarter.planner, method, &format!("/api/v1/{path}"), &body).await;
        assert!(done.status.is_success(), "{path}: {}", done.text());
        done.json()
    };
    let id = send("POST", "check-ups", json!({ "name": { "zh": "体检" }, "year": 2026 })).await["id"].clone();
    send("POST", &format!("check-ups/{id}/deeds"), json!({ "deed": "begin" })).await;
    let values = json!({ "values": [
        { "indicator": "housing_gas", "object": "building/b1", "value": 2 },
        { "indicator": "parking_gap", "object": "zone/z1", "value": 60 },
    ] });
    send("PUT", &format!("check-ups/{id}/values"), values).await;
    send("POST", &format!("check-ups/{id}/deeds"), json!({ "deed": "review" })).await;
    let deeds = format!("check-ups/{id}/problems/deeds");
    send("POST", &deeds, json!({ "problems": [1], "deed": "confirm" })).await;
    send("POST", &deeds, json!({ "problems": [2], "deed": "dismiss", "text": "已在建" })).await;
}

async fn opened(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).read_only(true).connect().await.unwrap()
}

async fn rows(file: &mut SqliteConnection, sql: &'static str) -> Vec<SqliteRow> {
    sqlx::query(sql).fetch_all(file).await.unwrap()
}

async fn taken(quarter: &Quarter<'_>, who: &str, query: &str, path: &Path) -> SqliteConnection {
    let answer = quarter.get(who, &format!("{EXPORT}{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/geopackage+sqlite3");
    assert_eq!(answer.header("content-length"), answer.body.len().to_string());
    std::fs::write(path, &answer.body).unwrap();
    opened(path).await
}

#[tokio::test]
async fn what_one_may_read_goes_out_as_layers_of_the_standard() {
    let server = Server::start().await;
    let quarter = lived_in(&server).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("planner.gpkg");
    let mut file = taken(&quarter, &quarter.planner, "?lang=en", &path).await;
    let pragmas = rows(&mut file, "SELECT * FROM pragma_application_id, pragma_user_version").await;
    assert_eq!((pragmas[0].get::<i64, _>(0), pragmas[0].get::<i64, _>(1)), (0x4750_4B47, 10_300));
    let layers = rows(&mut file, "SELECT table_name, identifier FROM gpkg_contents ORDER BY rowid").await;
    let names: Vec<String> = layers.iter().map(|row| row.get(0)).collect();
    assert_eq!(names, ["projects", "reports", "problems", "resources", "needs", "tasks"]);
    assert_eq!(layers[0].get::<String, _>(1), "Projects of renewal");
    let projects = rows(&mut file, "SELECT id, state, planned_fen, geom, changed_at FROM projects").await;
    let of = |row: &SqliteRow| (row.get::<String, _>(0), row.get::<String, _>(1), row.get::<i64, _>(2));
    assert_eq!(
        projects.iter().map(of).collect::<Vec<_>>(),
        [("1".into(), "notice".into(), 80_000_000), ("2".into(), "draft".into(), 80_000_000)]
    );
    assert_eq!(&projects[0].get::<Vec<u8>, _>(3)[..8], b"GP\0\x03\xe6\x10\0\0");
    let changed: String = projects[0].get(4);
    assert!(changed.len() == 24 && changed.ends_with('Z'), "{changed}");
    // Whoever passes the file on sees what is not for everyone.
    let public = rows(&mut file, "SELECT public FROM projects UNION ALL SELECT public FROM reports").await;
    assert_eq!(public.iter().map(|row| row.get(0)).collect::<Vec<bool>>(), [true, false, false, false]);
    let told = rows(&mut file, "SELECT description FROM gpkg_contents WHERE table_name = 'reports'").await;
    assert!(told[0].get::<String, _>(0).contains("private ones too"));
    let problems = rows(&mut file, "SELECT id, object, value, urgency FROM problems").await;
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].get::<String, _>(0), problems[0].get::<f64, _>(2)), ("1-1".into(), 2.0));
    // The box is that of the building: from the origin 20 m east and north.
    let around =
        rows(&mut file, "SELECT min_x, max_x FROM gpkg_contents WHERE table_name = 'problems'").await;
    let (west, east): (f64, f64) = (around[0].get(0), around[0].get(1));
    assert!((west - 113.388).abs() < 1e-6 && (0.000_19..0.000_20).contains(&(east - west)), "{west} {east}");
    gdal(&path).await;
}

/// What GDAL says of the file; where it is missing, that is said and the test goes on.
async fn gdal(path: &Path) {
    let asked = tokio::process::Command::new("ogrinfo").args(["-al", "-so"]).arg(path).output().await;
    let output = match asked {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("SKIPPED: `ogrinfo` is not installed\nhint: scripts/setup test");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let (said, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(
        output.status.success() && !wrong.contains("ERROR") && !wrong.contains("Warning"),
        "{said}\n{wrong}"
    );
    let layer = |name: &str| {
        let from = said.split(&format!("Layer name: {name}\n")).nth(1).unwrap_or_else(|| panic!("{said}"));
        from.split("Layer name: ").next().unwrap().to_owned()
    };
    let projects = layer("projects");
    for told in
        ["Geometry: Multi Polygon", "Feature Count: 2", "planned_fen: Integer", "changed_at: DateTime"]
    {
        assert!(projects.contains(told), "{told}\n{projects}");
    }
    assert!(projects.contains("WGS 84"), "{projects}");
    let reports = layer("reports");
    assert!(reports.contains("Geometry: Point") && reports.contains("late: Integer(Boolean)"), "{reports}");
}

#[tokio::test]
async fn whoever_may_read_less_takes_less_away() {
    let server = Server::start().await;
    let quarter = lived_in(&server).await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut theirs = taken(&quarter, &quarter.resident, "", &path("resident")).await;
    let layers = rows(&mut theirs, "SELECT table_name FROM gpkg_contents ORDER BY rowid").await;
    assert_eq!(layers.iter().map(|row| row.get(0)).collect::<Vec<String>>(), ["projects", "reports"]);
    assert_eq!(rows(&mut theirs, "SELECT id FROM projects").await.len(), 1);
    assert_eq!(rows(&mut theirs, "SELECT id FROM reports").await.len(), 2, "their own");
    let mut others = taken(&quarter, &quarter.neighbour, "?layers=reports", &path("neighbour")).await;
    assert_eq!(rows(&mut others, "SELECT id FROM reports").await.len(), 0, "nothing was taken up yet");
    let refused = quarter.get(&quarter.resident, &format!("{EXPORT}?layers=projects,problems")).await;
    check_problem(&refused, 403, "role_denied");
    let unknown = quarter.get(&quarter.planner, &format!("{EXPORT}?layers=roads")).await;
    assert!(
        check_problem(&unknown, 400, "bad_query")["hint"].as_str().unwrap().contains("projects, reports")
    );
    let mut nowhere =
        taken(&quarter, &quarter.planner, "?zone=zone/z2&layers=projects,problems", &path("z2")).await;
    assert_eq!(
        rows(&mut nowhere, "SELECT id FROM projects UNION ALL SELECT id FROM problems").await.len(),
        0
    );
    let mut drafts = taken(&quarter, &quarter.planner, "?state=draft&layers=projects", &path("drafts")).await;
    assert_eq!(rows(&mut drafts, "SELECT id FROM projects").await.len(), 1);
}

#[tokio::test]
async fn confirmed_problems_are_features_for_those_who_may_read_check_ups() {
    let server = Server::start().await;
    let quarter = lived_in(&server).await;
    let items = "/ogc/collections/problems/items";
    let found = quarter.get(&quarter.planner, items).await.json();
    assert_eq!((&found["numberMatched"], &found["features"][0]["id"]), (&json!(1), &json!("1-1")));
    let feature = &found["features"][0];
    assert_eq!(feature["properties"]["urgency"], "urgent");
    assert_eq!(
        feature["geometry"]["coordinates"][0].as_array().unwrap().len(),
        4,
        "the outline of the building"
    );
    let one = quarter.get(&quarter.planner, &format!("{items}/1-1")).await.json();
    assert_eq!(one["properties"]["object"], "building/b1");
    let path = format!("{items}?filter=urgency%3D%27ordinary%27");
    assert_eq!(quarter.get(&quarter.planner, &path).await.json()["numberMatched"], 0);
    for id in ["1-2", "01-1", "nobody"] {
        check_problem(&quarter.get(&quarter.planner, &format!("{items}/{id}")).await, 404, "unknown_feature");
    }
    assert_eq!(quarter.get(&quarter.resident, items).await.status, StatusCode::FORBIDDEN);
    let seen = quarter.get(&quarter.resident, "/ogc/collections").await.text();
    assert!(!seen.contains("problems"), "{seen}");
    // After a restart they are read anew.
    let planner = quarter.planner.clone();
    drop(quarter);
    let server = server.restart().await;
    let found = server.get_with(items, &[("cookie", &planner)]).await.json();
    assert_eq!(found["numberMatched"], 1, "{found}");
    // Nothing is to be done about the problems of a check-up that was cancelled, also after another restart.
    let cancel = json!({ "deed": "cancel", "text": "重复" });
    let cancelled = send_as(&server, &planner, "POST", "/api/v1/check-ups/1/deeds", &cancel).await;
    assert_eq!(cancelled.status, StatusCode::OK, "{}", cancelled.text());
    assert_eq!(server.get_with(items, &[("cookie", &planner)]).await.json()["numberMatched"], 0);
    let server = server.restart().await;
    assert_eq!(server.get_with(items, &[("cookie", &planner)]).await.json()["numberMatched"], 0);
}
