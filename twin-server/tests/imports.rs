//! Tables and lists that people fill in, over HTTP.

use crate::common::{Server, check_problem};
use axum::http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_filled_in_spreadsheet_is_stored_and_bad_rows_are_named() {
    let server = Server::start().await;
    server.put("b", "waste_bin", 10.0).await;
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in [
        ["设备", "数据流", "时间", "数值"],
        ["b", "fill_pct", "2026-05-01 12:00:00", "40"],
        ["b", "fill_pct", "2026/5/1 12:30", "45.5"],
        ["b", "fill_pct", "yesterday", "45.5"],
        ["nobody", "fill_pct", "2026-05-01 12:00:00", "1"],
        ["b", "colour", "2026-05-01 12:00:00", "1"],
        ["b", "fill_pct", "2026-05-01 12:00:00", "99"],
    ]
    .into_iter()
    .enumerate()
    {
        for (column, text) in cells.into_iter().enumerate() {
            sheet.write(row as u32, column as u16, text).unwrap();
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    let answer = server.send("POST", "/api/v1/imports/readings", bytes.clone()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let answer = answer.json();
    let counts = ["rows", "accepted", "duplicates", "rejected"].map(|name| answer[name].as_u64().unwrap());
    assert_eq!(counts, [6, 2, 1, 3]);
    let problems: Vec<_> = answer["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| (problem["line"].as_u64().unwrap(), problem["code"].as_str().unwrap()))
        .collect();
    assert_eq!(problems, [(4, "bad_row"), (5, "unknown_device"), (6, "unknown_stream")]);
    let history = server.get("/api/v1/devices/b/readings?stream=fill_pct").await.json();
    assert_eq!(history["readings"][1]["time"], "2026-05-01T04:30:00Z");
    // The same table again changes nothing.
    let again = server.send("POST", "/api/v1/imports/readings", bytes).await.json();
    assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(3)));
}

#[tokio::test]
async fn what_is_no_table_is_refused_with_the_next_step() {
    let server = Server::start().await;
    let post = |body: &'static str| server.send("POST", "/api/v1/imports/readings", body);
    let problem = check_problem(&post("device,stream,time\n").await, 422, "bad_table");
    assert!(problem["detail"].as_str().unwrap().contains("`value`"), "{problem}");
    assert!(problem["hint"].as_str().unwrap().contains("template"), "{problem}");
    check_problem(&post("").await, 422, "bad_table");
    let wrong = server.send("POST", "/api/v1/imports/readings?utc_offset=8", "device\n").await;
    check_problem(&wrong, 400, "bad_offset");
    let large = server.send("POST", "/api/v1/imports/readings", vec![b'a'; 33 << 20]).await;
    check_problem(&large, 413, "body_too_large");
}

#[tokio::test]
async fn a_list_of_devices_is_taken_whole_or_not_at_all() {
    let server = Server::start().await;
    let post = async |query: &str, body: &'static str| {
        server.send("POST", &format!("/api/v1/imports/devices{query}"), body).await
    };
    let bad = post("", "编号,类型,东,北\na,lift,1,2\nb,toaster,1,2\nc,lift,x,2\n").await;
    let problem = check_problem(&bad, 422, "bad_list");
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 2);
    assert!(errors[0].as_str().unwrap().starts_with("line 3: kind `toaster`"), "{problem}");
    check_problem(&server.get("/api/v1/devices/a").await, 404, "unknown_device");
    let good = "id,kind,east_m,north_m,object\na,lift,1,2,\nb,waste_bin,,,building/b1\n";
    assert_eq!(post("?dry_run=true", good).await.json(), json!({ "devices": 2 }));
    check_problem(&server.get("/api/v1/devices/a").await, 404, "unknown_device");
    let counts = json!({ "devices": 2, "added": 2, "updated": 0, "unchanged": 0 });
    assert_eq!(post("", good).await.json(), counts);
    assert_eq!(server.get("/api/v1/devices/b").await.json()["position"]["east_m"], 10.0);
    let points = r#"{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point",
        "coordinates":[113.388,22.524]},"properties":{"id":"c","kind":"lift"}}]}"#;
    assert_eq!(post("", points).await.json()["added"], 1);
}

#[tokio::test]
async fn templates_are_given_in_both_languages_and_forms() {
    let server = Server::start().await;
    let zh = server.get("/api/v1/templates/devices.csv").await.text();
    assert!(zh.starts_with("\u{feff}编号,类型,名称"), "{zh}");
    let en = server.get("/api/v1/templates/readings.csv?lang=en").await.text();
    assert_eq!(en, "\u{feff}device,stream,time,value\r\n");
    let book = server.get("/api/v1/templates/readings.xlsx").await;
    assert!(book.header("content-type").contains("spreadsheetml"));
    assert_eq!(book.header("content-disposition"), "attachment; filename=\"readings.xlsx\"");
    assert!(book.body.starts_with(b"PK"));
    for name in ["devices.pdf", "devices", "x.csv"] {
        check_problem(&server.get(&format!("/api/v1/templates/{name}")).await, 404, "no_template");
    }
}
