//! Open311 `GeoReport` v2: hotlines list services, hand on requests with a key in the form, and follow them; in XML and JSON.
//! Nobody learns more by it than elsewhere.

use crate::common::people::{People, add_zone_2, send_as};
use crate::common::{Answer, Server};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use twin_server::domain::permission::{Grant, Role};

async fn post(server: &Server, format: &str, fields: &[(&str, &str)]) -> Answer {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let form: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let request = Request::builder()
        .method("POST")
        .uri(format!("/open311/v2/requests.{format}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form.join("&")))
        .unwrap();
    server.ask(request).await
}

struct Hotline<'s> {
    server: &'s Server,
    key: String,
    desk: String,
}

impl<'s> Hotline<'s> {
    async fn of(server: &'s Server) -> Self {
        add_zone_2(server).await;
        let people = People::begin(server).await;
        let key = people.key(&json!({ "name": "12345", "role": "grid_worker" })).await.secret;
        let desk = people.user("desk", &Grant::whole(Role::Community)).await;
        Self { server, key, desk }
    }

    async fn take(&self, more: &[(&str, &str)]) -> u64 {
        let mut fields =
            vec![("api_key", self.key.as_str()), ("service_code", "lighting"), ("description", "灯不亮")];
        fields.extend(more);
        let taken = post(self.server, "json", &fields).await;
        assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
        taken.json()[0]["service_request_id"].as_str().unwrap().parse().unwrap()
    }

    async fn deed(&self, id: u64, deed: &Value) {
        let done =
            send_as(self.server, &self.desk, "POST", &format!("/api/v1/reports/{id}/deeds"), deed).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    }

    async fn list(&self, query: &str) -> Vec<Value> {
        let listed = self.server.get(&format!("/open311/v2/requests.json?{query}")).await;
        assert_eq!(listed.status, StatusCode::OK, "{}", listed.text());
        listed.json().as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn services_are_the_kinds_of_report_in_both_formats_and_languages() {
    let server = Server::start().await;
    let listed = server.get("/open311/v2/services.json?locale=en").await;
    let lamp = listed.json().as_array().unwrap().iter().find(|it| it["service_code"] == "lighting").cloned();
    let lamp = lamp.unwrap();
    assert_eq!(
        (&lamp["service_name"], &lamp["type"], &lamp["metadata"], &lamp["keywords"]),
        (&json!("Public lighting"), &json!("realtime"), &json!(false), &json!("problem"))
    );
    let xml = server.get("/open311/v2/services.xml").await;
    assert_eq!(xml.header("content-type"), "text/xml; charset=utf-8");
    assert!(
        xml.text().starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?><services><service>"),
        "{}",
        xml.text()
    );
    assert!(xml.text().contains("<service_name>公共照明</service_name>"), "{}", xml.text());
    let definition = server.get("/open311/v2/services/lighting.json").await.json();
    assert_eq!(definition, json!({ "service_code": "lighting", "attributes": [] }));
    let discovery = server.get_with("/open311/discovery.json", &[("host", "twin.example")]).await.json();
    assert_eq!(discovery["endpoints"][0]["url"], json!("http://twin.example/open311/v2"));
}

#[tokio::test]
async fn a_request_is_handed_on_with_a_key_in_the_form_and_followed_to_its_answer() {
    let server = Server::start().await;
    let hotline = Hotline::of(&server).await;
    let id = hotline
        .take(&[("address_string", "3 号楼东门"), ("media_url", "https://example.org/lamp.jpg")])
        .await;
    // Not taken up yet: the public does not know of it, the key does.
    assert!(hotline.list("").await.is_empty());
    let own = hotline.list(&format!("api_key={}", hotline.key)).await;
    assert_eq!((own.len(), &own[0]["status_notes"]), (1, &json!("待受理")));
    hotline.deed(id, &json!({ "deed": "accept" })).await;
    let taken = &hotline.list("status=open&service_code=lighting,lift").await[0];
    assert_eq!(
        (&taken["status"], &taken["address"], &taken["description"]),
        (&json!("open"), &json!("3 号楼东门"), &json!("灯不亮\nhttps://example.org/lamp.jpg"))
    );
    assert!(taken["expected_datetime"].is_string(), "{taken}");
    hotline.deed(id, &json!({ "deed": "dispatch", "body": "community" })).await;
    hotline.deed(id, &json!({ "deed": "start" })).await;
    hotline.deed(id, &json!({ "deed": "answer", "text": "已换灯 <LED> & 镇流器" })).await;
    let one = server.get(&format!("/open311/v2/requests/{id}.xml?locale=en")).await;
    assert!(
        one.text().contains("<status_notes>已换灯 &lt;LED&gt; &amp; 镇流器</status_notes>"),
        "{}",
        one.text()
    );
    assert!(one.text().contains("<agency_responsible>community</agency_responsible>"), "{}", one.text());
    let query = twin_server::store::AuditQuery { limit: 99, ..Default::default() };
    let log = server.app.store.audit_after(0, &query).await.unwrap();
    assert!(
        log.iter().any(|entry| entry.what.action == "report.submit" && entry.what.actor.starts_with("key:"))
    );
}

#[tokio::test]
async fn a_place_on_the_earth_is_one_of_the_community_and_comes_back_as_it_was() {
    let server = Server::start().await;
    let hotline = Hotline::of(&server).await;
    let origin = server.get("/api/v1/catalog").await.json()["catalog"]["community"]["origin"].clone();
    let degrees = |name: &str| origin[name].as_f64().unwrap();
    // Ten metres east of the origin and five north, in zone 1.
    let east = 10.0 / (111_320.0 * degrees("latitude_deg").to_radians().cos());
    let (lat, long) = (degrees("latitude_deg") + 5.0 / 111_320.0, degrees("longitude_deg") + east);
    let id = hotline.take(&[("lat", &lat.to_string()), ("long", &long.to_string())]).await;
    hotline.deed(id, &json!({ "deed": "accept" })).await;
    let told = server.get(&format!("/open311/v2/requests/{id}.json")).await.json()[0].clone();
    assert!(
        (told["lat"].as_f64().unwrap() - lat).abs() < 1e-7
            && (told["long"].as_f64().unwrap() - long).abs() < 1e-7,
        "{told}"
    );
    let report = server.get(&format!("/api/v1/reports/{id}")).await.json()["report"].clone();
    assert_eq!(report["zone"], json!("zone/z1"));
}

#[tokio::test]
async fn what_cannot_be_taken_is_said_in_the_words_of_the_standard() {
    let server = Server::start().await;
    let hotline = Hotline::of(&server).await;
    let key = hotline.key.as_str();
    let check = async |fields: &[(&str, &str)], status: u16, error: &str| {
        let refused = post(&server, "json", fields).await;
        let told = refused.json();
        assert_eq!(
            (refused.status.as_u16(), &told[0]["name"]),
            (status, &json!(error)),
            "{}",
            refused.text()
        );
        assert_eq!(told[0]["code"], json!(status));
    };
    let place = ("address_string", "x");
    check(&[("service_code", "lighting"), ("description", "x"), place], 401, "key_required").await;
    check(&[("api_key", "no key\n"), place], 400, "bad_key").await;
    check(&[("api_key", "twin_nobody"), place], 401, "key_unknown").await;
    check(&[("api_key", key), ("description", "x"), place], 400, "something_missing").await;
    check(&[("api_key", key), ("service_code", "ufo"), ("description", "x"), place], 404, "unknown_service")
        .await;
    check(&[("api_key", key), ("service_code", "lighting"), ("description", "x")], 400, "something_missing")
        .await;
    let lamp = [("api_key", key), ("service_code", "lighting"), ("description", "x")];
    let with = |more: &[(&'static str, &'static str)]| [&lamp[..], more].concat();
    check(&with(&[("lat", "31")]), 400, "bad_query").await;
    check(&with(&[("lat", "NaN"), ("long", "120")]), 400, "bad_query").await;
    check(&with(&[("lat", "10"), ("long", "10")]), 422, "elsewhere").await;
    check(&with(&[("address_id", "building/none")]), 422, "unknown_object").await;
    check(&with(&[place, ("media_url", "javascript:alert(1)")]), 400, "bad_query").await;
    let long = "字".repeat(2_001);
    check(
        &[("api_key", key), ("service_code", "lighting"), ("description", &long), place],
        422,
        "text_too_long",
    )
    .await;
    let large = "x".repeat(70_000);
    check(&[("api_key", key), ("description", &large)], 413, "body_too_large").await;
    for query in [
        "status=new",
        "start_date=yesterday",
        "page_size=0",
        "start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z",
    ] {
        let refused = server.get(&format!("/open311/v2/requests.xml?{query}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(
            refused.text().contains("<errors><error><code>400</code><description>"),
            "{}",
            refused.text()
        );
    }
    let gone = server.get("/open311/v2/requests/99.json").await;
    assert_eq!((gone.status.as_u16(), &gone.json()[0]["name"]), (404, &json!("unknown_request")));
}
