//! Keys of machines and limits of requests over HTTP.

use std::net::SocketAddr;
use std::num::NonZeroU32;

use crate::common::people::{People, send_with_key};
use crate::common::{Server, check_problem, device, publish};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use futures_util::StreamExt;
use serde_json::{Value, json};
use twin_server::auth::{AuthConfig, RateLimits};
use twin_server::config::{MetricsAccess, MetricsConfig, ServeConfig};

fn readings(devices: &[&str]) -> String {
    let reading = |device: &&str| json!({ "device": device, "stream": "fill_pct", "value": 5 });
    json!({ "readings": devices.iter().map(reading).collect::<Vec<_>>() }).to_string()
}

async fn post(server: &Server, key: &str, devices: &[&str]) -> crate::common::Answer {
    send_with_key(server, key, "POST", "/api/v1/readings", readings(devices)).await
}

async fn with_bins(ids: &[&str]) -> Server {
    let server = Server::start().await;
    for id in ids {
        server.put(id, "waste_bin", 10.0).await;
    }
    server
}

#[tokio::test]
async fn a_device_writes_its_own_streams_and_no_others() {
    let server = with_bins(&["bin-1", "bin-2", "lamp"]).await;
    let people = People::begin(&server).await;
    let one = people.key(&json!({ "name": "bin 1", "devices": ["bin-1"] })).await.secret;
    let all = people.key(&json!({ "name": "bins", "devices": ["bin-*"] })).await.secret;
    assert_eq!(post(&server, &one, &["bin-1"]).await.json()["accepted"], 1);
    assert_eq!(post(&server, &all, &["bin-1", "bin-2"]).await.status, StatusCode::OK);
    check_problem(&post(&server, &one, &["bin-1", "bin-2"]).await, 403, "scope_denied");
    check_problem(&post(&server, &all, &["lamp"]).await, 403, "scope_denied");
    let refusals = people.get("/api/v1/audit?action=write_readings").await.json();
    assert_eq!(refusals["entries"][0]["outcome"], "refused");
    // Nothing of a post that is refused is stored.
    let bin_2 = server.get("/api/v1/devices/bin-2/readings?stream=fill_pct").await.json();
    assert_eq!(bin_2["readings"].as_array().unwrap().len(), 1);
    let put = send_with_key(&server, &one, "PUT", "/api/v1/devices/bin-2", device("waste_bin", 0.0)).await;
    check_problem(&put, 403, "scope_denied");
    let own = send_with_key(&server, &one, "PUT", "/api/v1/devices/bin-1", device("waste_bin", 3.0)).await;
    assert_eq!(own.status, StatusCode::OK);
}

#[tokio::test]
async fn a_key_of_a_zone_writes_what_stands_there() {
    let server = with_bins(&["inside"]).await;
    server.put("outside", "waste_bin", 500.0).await;
    let people = People::begin(&server).await;
    let key = people.key(&json!({ "name": "zone", "zones": ["zone/z1"] })).await.secret;
    assert_eq!(post(&server, &key, &["inside"]).await.status, StatusCode::OK);
    check_problem(&post(&server, &key, &["outside"]).await, 403, "zone_denied");
    check_problem(&post(&server, &key, &["unknown"]).await, 403, "zone_denied");
    let removed = send_with_key(&server, &key, "DELETE", "/api/v1/devices/outside", String::new()).await;
    check_problem(&removed, 403, "zone_denied");
}

#[tokio::test]
async fn a_key_that_is_narrowed_to_writing_registers_nothing() {
    let server = with_bins(&["bin-1"]).await;
    let people = People::begin(&server).await;
    let key = people.key(&json!({ "name": "writer", "actions": ["write_readings"] })).await.secret;
    assert_eq!(post(&server, &key, &["bin-1"]).await.status, StatusCode::OK);
    let put = send_with_key(&server, &key, "PUT", "/api/v1/devices/new", device("lift", 0.0)).await;
    check_problem(&put, 403, "scope_denied");
    for bad in [
        json!({ "name": "k", "actions": ["read_metrics"] }),
        json!({ "name": "k", "role": "administrator", "actions": ["manage_users"] }),
    ] {
        check_problem(&people.send("POST", "/api/v1/keys", &bad).await, 422, "bad_action");
    }
}

#[tokio::test]
async fn a_key_is_shown_once_and_a_revoked_one_is_refused_at_once() {
    let server = with_bins(&["bin-1"]).await;
    let people = People::begin(&server).await;
    let key = people.key(&json!({ "name": "gateway" })).await;
    let listed = people.get("/api/v1/keys").await;
    assert!(key.secret.starts_with(&format!("twk_{}_", key.id)) && !listed.text().contains(&key.secret));
    assert_eq!(listed.json()["keys"][0]["prefix"], format!("twk_{}", key.id));
    assert_eq!(post(&server, &key.secret, &["bin-1"]).await.status, StatusCode::OK);
    people.revoke(&key.id).await;
    check_problem(&post(&server, &key.secret, &["bin-1"]).await, 401, "key_revoked");
    // Reading in public with a key that is not good is a mistake worth telling, too.
    let read = server.get_with("/api/v1/devices", &[("x-api-key", &key.secret)]).await;
    check_problem(&read, 401, "key_revoked");
    let again = people.send("DELETE", &format!("/api/v1/keys/{}", key.id), &Value::Null).await;
    check_problem(&again, 404, "unknown_key");
}

#[tokio::test]
async fn quotas_are_kept_and_use_is_counted() {
    let server = with_bins(&["bin-1"]).await;
    let people = People::begin(&server).await;
    let minute = people.key(&json!({ "name": "m", "quota": { "per_minute": 2 } })).await;
    let day = people.key(&json!({ "name": "d", "quota": { "per_day": 3 } })).await;
    for _ in 0..2 {
        assert_eq!(post(&server, &minute.secret, &["bin-1"]).await.status, StatusCode::OK);
    }
    let over = post(&server, &minute.secret, &["bin-1"]).await;
    check_problem(&over, 429, "quota_minute");
    assert!((1..=60).contains(&over.header("retry-after").parse::<u64>().unwrap()));
    for _ in 0..3 {
        post(&server, &day.secret, &["bin-1"]).await;
    }
    check_problem(&post(&server, &day.secret, &["bin-1"]).await, 429, "quota_day");
    let used = people.get(&format!("/api/v1/keys/{}", day.id)).await.json();
    assert_eq!((&used["days"][0]["requests"], &used["days"][0]["refused"]), (&json!(3), &json!(1)));
    assert!(used["last_used"].is_string());
}

#[tokio::test]
async fn the_ingest_key_writes_and_registers_and_does_nothing_else() {
    let server = Server::start_with_key(Some("0123456789abcdef")).await;
    let send = |method, path, body| send_with_key(&server, "0123456789abcdef", method, path, body);
    assert_eq!(
        send("PUT", "/api/v1/devices/bin-1", device("waste_bin", 0.0)).await.status,
        StatusCode::CREATED
    );
    assert_eq!(send("POST", "/api/v1/readings", readings(&["bin-1"])).await.status, StatusCode::OK);
    check_problem(&send("GET", "/api/v1/users", String::new()).await, 403, "people_only");
    check_problem(&send("GET", "/api/v1/audit", String::new()).await, 403, "role_denied");
    // With a key configured nobody is let in for being on this machine.
    check_problem(&server.send("POST", "/api/v1/users", "{}").await, 401, "key_required");
}

#[tokio::test]
async fn what_a_key_may_not_hear_any_more_ends() {
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    let auth = AuthConfig { require_sign_in: true, ..AuthConfig::default() };
    let server = Server::start_with(folder, None, auth).await;
    let people = People::begin(&server).await;
    check_problem(&server.get("/api/v1/events").await, 401, "key_required");
    check_problem(&server.get("/publication/current").await, 401, "key_required");
    let key = people.key(&json!({ "name": "wall", "role": "community" })).await;
    let request =
        Request::get("/api/v1/events").header("x-api-key", &key.secret).body(Body::empty()).unwrap();
    let mut events = server.raw(request).await.into_body().into_data_stream();
    assert!(String::from_utf8_lossy(&events.next().await.unwrap().unwrap()).contains("event: snapshot"));
    people.revoke(&key.id).await;
    // The last words hold no event: they make a browser forget where it was.
    assert_eq!(events.next().await.unwrap().unwrap(), "id: \n\n");
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn a_key_that_is_narrowed_to_the_model_sees_no_devices_by_a_side_door() {
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    let auth = AuthConfig { require_sign_in: true, ..AuthConfig::default() };
    let server = Server::start_with(folder, None, auth).await;
    server.put("s", "smoke_detector", 10.0).await;
    let now = time::OffsetDateTime::now_utc().format(&time::format_description::well_known::Rfc3339).unwrap();
    server.post(json!([crate::common::reading("s", "smoke_db_m", 0.3, &now)])).await;
    let people = People::begin(&server).await;
    let key = async |actions: Value| {
        people.key(&json!({ "name": "k", "role": "community", "actions": actions })).await.secret
    };
    let (model, devices) = (
        key(json!(["read_model", "read_events"])).await,
        key(json!(["read_model", "read_events", "read_devices"])).await,
    );
    let ask = async |key: &str, method: &str, path: &str, body: Value| {
        send_with_key(&server, key, method, path, body.to_string()).await
    };
    for path in ["", "/items", "/items/s", "/queryables", "/schema"] {
        let path = format!("/ogc/collections/devices{path}");
        check_problem(&ask(&model, "GET", &path, Value::Null).await, 403, "scope_denied");
        assert_eq!(ask(&devices, "GET", &path, Value::Null).await.status, StatusCode::OK, "{path}");
    }
    let listed = async |key: &str| ask(key, "GET", "/ogc/collections?f=json", Value::Null).await.text();
    assert!(!listed(&model).await.contains("/collections/devices"));
    assert!(listed(&devices).await.contains("/collections/devices"));
    let everywhere = json!({ "where": { "anywhere": {} } });
    let query = "/api/v1/spatial/query";
    assert!(!ask(&model, "POST", query, everywhere.clone()).await.text().contains("smoke_detector"));
    assert!(ask(&devices, "POST", query, everywhere).await.text().contains("smoke_detector"));
    for question in [
        json!({ "kinds": ["device"], "where": { "anywhere": {} } }),
        json!({ "where": { "around": { "device": "s", "within_m": 100 } } }),
        json!({ "where": { "anywhere": {} }, "near": { "kinds": ["device"], "within_m": 9 } }),
    ] {
        check_problem(&ask(&model, "POST", query, question).await, 403, "scope_denied");
    }
    check_problem(&ask(&model, "GET", "/api/v1/events", Value::Null).await, 403, "scope_denied");
    let first = async |key: &str| {
        let request = Request::get("/api/v1/events").header("x-api-key", key).body(Body::empty()).unwrap();
        let mut events = server.raw(request).await.into_body().into_data_stream();
        String::from_utf8_lossy(&events.next().await.unwrap().unwrap()).into_owned()
    };
    let all = key(json!(["read_model", "read_events", "read_devices", "read_alarms"])).await;
    assert!(first(&all).await.contains("smoke_detector-smoke"));
    let few = first(&devices).await;
    assert!(few.contains("smoke_detector") && few.contains("\"alarms\":[]"), "{few}");
}

#[tokio::test]
async fn one_address_cannot_take_all_and_others_are_served() {
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    let few = |count| NonZeroU32::new(count).unwrap();
    let rates = RateLimits { per_second: few(1), burst: few(5), ..RateLimits::default() };
    let server =
        Server::start_with(folder, Some("0123456789abcdef"), AuthConfig { rates, ..AuthConfig::default() })
            .await;
    let get = async |peer: &str, key: Option<&str>| {
        let request =
            Request::get("/api/v1/devices").extension(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
        let request = key.into_iter().fold(request, |request, key| request.header("x-api-key", key));
        server.ask(request.body(Body::empty()).unwrap()).await
    };
    let mut statuses = Vec::new();
    for port in 1..=8 {
        statuses.push(get(&format!("198.51.100.1:{port}"), None).await.status.as_u16());
    }
    assert_eq!((statuses[4], statuses[7]), (200, 429), "{statuses:?}");
    let refused = get("198.51.100.1:9", None).await;
    check_problem(&refused, 429, "rate_limited");
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(get("198.51.100.2:1", None).await.status, StatusCode::OK);
    // Keys have quotas of their own, and guessing keys counts like everything else.
    assert_eq!(get("198.51.100.1:9", Some("0123456789abcdef")).await.status, StatusCode::OK);
    check_problem(&get("198.51.100.1:9", Some("guessed")).await, 429, "rate_limited");
}

#[tokio::test]
async fn figures_are_for_this_machine_the_token_and_whoever_may_read_them() {
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    let metrics = MetricsConfig { access: MetricsAccess::Loopback, token: Some("0123456789abcdef".into()) };
    let server = Server::start_as(folder, |config| ServeConfig { metrics, ..config }).await;
    let people = People::begin(&server).await;
    let narrow = json!({ "name": "scraper", "role": "administrator", "actions": ["read_metrics"] });
    let (scraper, device) = (people.key(&narrow).await, people.key(&json!({ "name": "bin" })).await);
    let bearer = |key: &str| format!("Bearer {key}");
    let (token, wrong) = (bearer("0123456789abcdef"), bearer("0123456789abcdeX"));
    let (scraper, device) = (bearer(&scraper.secret), bearer(&device.secret));
    let elsewhere = "198.51.100.1:1";
    for (peer, header, expected) in [
        ("127.0.0.1:1", None, Ok(())),
        ("127.0.0.1:1", Some(("via", "1.1 proxy")), Err((401, "token_required"))),
        ("127.0.0.1:1", Some(("x-forwarded-proto", "https")), Err((401, "token_required"))),
        ("127.0.0.1:1", Some(("host", "evil.example")), Err((401, "token_required"))),
        (elsewhere, None, Err((401, "token_required"))),
        (elsewhere, Some(("authorization", &token)), Ok(())),
        (elsewhere, Some(("authorization", &scraper)), Ok(())),
        (elsewhere, Some(("authorization", &device)), Err((401, "token_required"))),
        (elsewhere, Some(("authorization", &wrong)), Err((401, "key_unknown"))),
    ] {
        let request = Request::get("/metrics").extension(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
        let request = header.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        let answer = server.ask(request.body(Body::empty()).unwrap()).await;
        match expected {
            Ok(()) => assert!(answer.text().contains("twin_build_info"), "{peer} {header:?}"),
            Err((status, code)) => drop(check_problem(&answer, status, code)),
        }
    }
    // The token opens nothing else.
    let put = send_with_key(
        &server,
        "0123456789abcdef",
        "PUT",
        "/api/v1/devices/b",
        crate::common::device("lift", 0.0),
    );
    check_problem(&put.await, 401, "key_required");
}
