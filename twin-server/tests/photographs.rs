//! Photographs over HTTP: sent with a report, seen by whoever may read it, without what they would tell of a place.

use crate::common::street::{Street, lamp, send_file};
use crate::common::{Answer, Server, check_problem};
use axum::http::StatusCode;
use serde_json::json;

fn picture() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_pixel(400, 300, image::Rgb([90, 120, 60]));
    image::DynamicImage::ImageRgb8(pixels).write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

async fn photo(server: &Server, who: &str, bytes: Vec<u8>) -> Answer {
    send_file(server, who, ("/api/v1/photos", "image/jpeg"), bytes).await
}

#[tokio::test]
async fn a_photograph_is_seen_by_whoever_may_read_the_report() {
    let server = Server::start().await;
    let street = Street::of(&server).await;
    let taken = photo(&server, &street.resident, picture()).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
    let id = taken.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/photos/{id}?size=small");
    // Before it is sent, it is its owner's alone; and nobody else can send it.
    assert_eq!(street.get(&street.resident, &path).await.status, StatusCode::OK);
    check_problem(&street.get(&street.desk, &path).await, 404, "unknown_photo");
    let mut draft = lamp();
    draft["photos"] = json!([id]);
    check_problem(&street.report(&street.neighbour, &draft).await, 422, "unknown_photo");
    let report = street.report(&street.resident, &draft).await.json();
    assert_eq!(report["photos"], json!([id]));
    check_problem(&street.report(&street.resident, &draft).await, 422, "unknown_photo");
    let number = report["id"].as_u64().unwrap();
    let small = street.get(&street.desk, &path).await;
    assert_eq!((small.status, small.header("content-type")), (StatusCode::OK, "image/jpeg"));
    check_problem(&street.get(&street.neighbour, &path).await, 404, "unknown_photo");
    street.done(&street.desk, number, json!({ "deed": "accept" })).await;
    assert_eq!(street.get(&street.neighbour, &path).await.status, StatusCode::OK);
    check_problem(&photo(&server, &street.resident, b"no picture".to_vec()).await, 422, "bad_photo_format");
    check_problem(&photo(&server, &street.resident, vec![0; 16 << 20]).await, 413, "body_too_large");
    draft["photos"] = json!(["a", "b", "c", "d", "e", "f", "g"]);
    check_problem(&street.report(&street.resident, &draft).await, 422, "too_many_photos");
}
