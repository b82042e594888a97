//! Voices over HTTP: sent with a report or a word, heard by those whom it is for, wound by ranges, and gone with whoever
//! spoke.

use crate::common::street::{Street, send_file};
use crate::common::{Answer, Server, check_problem};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

fn lamp() -> Value {
    json!({ "line": "problem", "kind": "lighting", "text": "灯不亮", "place": { "address": "3 号楼" } })
}

/// A second of silence as a recorder writes it, with a name in it.
fn recording() -> Vec<u8> {
    let format = [1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0];
    let mut file = b"RIFF\xa8\x3e\0\0WAVEfmt \x10\0\0\0".to_vec();
    file.extend(format);
    file.extend(b"LIST\x08\0\0\0INFOLi S");
    file.extend(b"data\x80\x3e\0\0");
    file.resize(file.len() + 16_000, 0);
    file
}

async fn voice(server: &Server, who: &str, bytes: Vec<u8>) -> Answer {
    send_file(server, who, ("/api/v1/voices", "audio/wav"), bytes).await
}

#[tokio::test]
async fn a_voice_is_heard_by_who_sent_it_and_by_those_who_work_on_the_report_alone() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let taken = voice(&server, &street.resident, recording()).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
    let told = taken.json();
    assert_eq!((&told["duration_ms"], &told["format"]), (&json!(1000), &json!("audio/wav")));
    let path = format!("/api/v1/voices/{}", told["id"].as_str().unwrap());
    let hears = async |who: &str| street.get(who, &path).await.status == StatusCode::OK;
    assert!(hears(&street.resident).await && !hears(&street.desk).await);
    // A voice is no photograph, and another's voice cannot be sent.
    let mut draft = lamp();
    draft["photos"] = json!([told["id"]]);
    check_problem(&street.report(&street.resident, &draft).await, 422, "unknown_photo");
    draft["photos"] = json!([]);
    draft["voice"] = told["id"].clone();
    check_problem(&street.report(&street.neighbour, &draft).await, 422, "unknown_voice");
    let report = street.report(&street.resident, &draft).await.json();
    assert_eq!(report["voice"], json!(null), "what everyone may read does not name it");
    check_problem(&street.report(&street.resident, &draft).await, 422, "unknown_voice");
    let number = report["id"].as_u64().unwrap();
    let deeds = format!("/api/v1/reports/{number}/deeds");
    let taken_up = street.post(&street.desk, &deeds, &json!({ "deed": "accept" })).await;
    assert_eq!(taken_up.status, StatusCode::OK, "{}", taken_up.text());

    let first = async |who: &str| {
        street.get(who, &format!("/api/v1/reports/{number}")).await.json()["trail"][0]["voice"].clone()
    };
    for who in [&street.resident, &street.desk] {
        assert_eq!(first(who).await, told);
        assert!(hears(who).await);
    }
    // The report is public by now.
    assert_eq!(first(&street.neighbour).await, json!(null));
    check_problem(&street.get(&street.neighbour, &path).await, 404, "unknown_voice");
    check_problem(&server.get(&path).await, 404, "unknown_voice");
    let photo = format!("/api/v1/photos/{}", told["id"].as_str().unwrap());
    check_problem(&street.get(&street.desk, &photo).await, 404, "unknown_photo");
    // A word of the desk in its own voice is theirs and the resident's.
    let said = voice(&server, &street.desk, recording()).await.json();
    let message = json!({ "text": "请看", "voice": said["id"] });
    let path = format!("/api/v1/reports/{number}/messages");
    assert_eq!(street.post(&street.desk, &path, &message).await.status, StatusCode::OK);
    let path = format!("/api/v1/voices/{}", said["id"].as_str().unwrap());
    assert_eq!(street.get(&street.resident, &path).await.status, StatusCode::OK);
    check_problem(&street.get(&street.neighbour, &path).await, 404, "unknown_voice");
}

#[tokio::test]
async fn a_voice_comes_as_a_file_by_ranges_and_goes_with_who_is_forgotten() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let taken = voice(&server, &street.resident, recording()).await.json();
    let path = format!("/api/v1/voices/{}", taken["id"].as_str().unwrap());
    let mut draft = lamp();
    draft["voice"] = taken["id"].clone();
    let number = street.report(&street.resident, &draft).await.json()["id"].as_u64().unwrap();
    let whole = street.get(&street.desk, &path).await;
    assert_eq!(whole.body.len(), 16_044, "the name is gone");
    for (name, value) in [
        ("content-type", "audio/wav"),
        ("content-disposition", "attachment; filename=\"voice.wav\""),
        ("x-content-type-options", "nosniff"),
        ("accept-ranges", "bytes"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(whole.header(name), value);
    }
    let ranged = async |range: &str| {
        let request = Request::get(&path).header("cookie", &street.desk).header("range", range);
        server.ask(request.header("accept-encoding", "gzip").body(Body::empty()).unwrap()).await
    };
    let part = ranged("bytes=8-11").await;
    assert_eq!((part.status, &part.body[..]), (StatusCode::PARTIAL_CONTENT, &b"WAVE"[..]));
    assert_eq!(part.header("content-range"), "bytes 8-11/16044");
    assert_eq!(ranged("bytes=99999-").await.status, StatusCode::RANGE_NOT_SATISFIABLE);

    check_problem(
        &voice(&server, &street.resident, b"\x89PNG and more".to_vec()).await,
        422,
        "bad_voice_format",
    );
    check_problem(&voice(&server, &street.resident, recording()[..40].to_vec()).await, 422, "damaged_voice");
    check_problem(&voice(&server, &street.resident, vec![0; 3 << 20]).await, 413, "body_too_large");

    let user = street.get(&street.resident, "/api/v1/session").await.json()["user"]["id"].clone();
    let forget = format!("/api/v1/users/{}/reports", user.as_str().unwrap());
    assert_eq!(street.people.send("DELETE", &forget, &Value::Null).await.status, StatusCode::OK);
    check_problem(&street.get(&street.desk, &path).await, 404, "unknown_voice");
    let detail = street.get(&street.desk, &format!("/api/v1/reports/{number}")).await.json();
    assert_eq!(detail["trail"][0]["voice"], json!(null));
}

#[tokio::test]
async fn voices_are_deleted_some_days_after_their_report_has_ended_whoever_spoke() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let said = voice(&server, &street.resident, recording()).await.json();
    let key = street.people.key(&json!({ "name": "hotline", "role": "grid_worker" })).await.secret;
    let post = |path: &str| Request::post(path).header("x-api-key", &key);
    let request = post("/api/v1/voices").header("content-type", "audio/wav").body(Body::from(recording()));
    let handed_on = server.ask(request.unwrap()).await.json();
    let mut draft = lamp();
    draft["voice"] = handed_on["id"].clone();
    let request = post("/api/v1/reports").header("content-type", "application/json");
    let report = server.ask(request.body(Body::from(draft.to_string())).unwrap()).await.json();
    let path = |of: &Value| format!("/api/v1/voices/{}", of["id"].as_str().unwrap());
    draft["voice"] = said["id"].clone();
    assert_eq!(street.report(&street.resident, &draft).await.status, StatusCode::CREATED);
    let decline = json!({ "deed": "decline", "text": "重复" });
    let deeds = format!("/api/v1/reports/{}/deeds", report["id"]);
    assert_eq!(street.post(&street.desk, &deeds, &decline).await.status, StatusCode::OK);

    let later = OffsetDateTime::now_utc() + Duration::seconds(1);
    let dropped = async |before| server.app.reports.drop_voices_ended(before, later).await.unwrap();
    assert_eq!(dropped(later - Duration::days(30)).await, 0);
    assert_eq!(street.get(&street.desk, &path(&handed_on)).await.status, StatusCode::OK);
    assert_eq!(dropped(later).await, 1, "that of the report that has ended");
    check_problem(&street.get(&street.desk, &path(&handed_on)).await, 404, "unknown_voice");
    assert_eq!(street.get(&street.desk, &path(&said)).await.status, StatusCode::OK);
    let detail = street.get(&street.desk, &format!("/api/v1/reports/{}", report["id"])).await.json();
    assert_eq!(
        (&detail["trail"][0]["voice"], &detail["trail"][0]["event"]["type"]),
        (&Value::Null, &json!("submitted"))
    );
}
