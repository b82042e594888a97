//! Signing in, sessions, users and invitations over HTTP.

use std::time::Duration;

use crate::common::people::{PASSWORD, People, send_as, sign_in};
use crate::common::{Server, check_problem, device, publish};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use twin_server::auth::AuthConfig;
use twin_server::domain::permission::{Grant, Role};

fn resident(name: &str) -> Value {
    json!({ "name": name, "roles": [{ "role": "resident" }] })
}

async fn who(server: &Server, cookie: &str) -> Value {
    server.get_with("/api/v1/session", &[("cookie", cookie)]).await.json()
}

async fn server_with(auth: AuthConfig) -> Server {
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    Server::start_with(folder, None, auth).await
}

#[tokio::test]
async fn an_open_server_closes_with_its_first_user() {
    let server = Server::start().await;
    assert_eq!(who(&server, "").await["who"], "local");
    server.put("a", "lift", 0.0).await;
    let first = server.send("POST", "/api/v1/users", resident("ann").to_string()).await;
    check_problem(&first, 409, "first_user");
    let people = People::begin(&server).await;
    assert_eq!(who(&server, "").await["who"], "visitor");
    check_problem(&server.send("PUT", "/api/v1/devices/a", device("lift", 1.0)).await, 401, "key_required");
    check_problem(&server.get("/api/v1/users").await, 401, "key_required");
    assert_eq!(server.get("/api/v1/devices/a").await.status, StatusCode::OK);
    let put: Value = serde_json::from_str(&device("lift", 1.0)).unwrap();
    assert_eq!(people.send("PUT", "/api/v1/devices/a", &put).await.status, StatusCode::OK);
}

#[tokio::test]
async fn open_is_for_this_machine_alone() {
    let server = Server::start().await;
    let ask = async |peer: &str, name: &'static str, value: &'static str| {
        let request = Request::put("/api/v1/devices/a").header("content-type", "application/json");
        let peer: std::net::SocketAddr = peer.parse().unwrap();
        let request = request.header(name, value).extension(ConnectInfo(peer));
        server.ask(request.body(Body::from(device("lift", 0.0))).unwrap()).await
    };
    assert_eq!(ask("127.0.0.1:9", "host", "localhost:8080").await.status, StatusCode::CREATED);
    for (peer, name, value) in [
        ("192.168.1.7:9", "host", "localhost:8080"),
        ("127.0.0.1:9", "host", "twin.evil.example"),
        ("127.0.0.1:9", "x-forwarded-for", "198.51.100.1"),
    ] {
        check_problem(&ask(peer, name, value).await, 401, "key_required");
    }
    check_problem(&ask("127.0.0.1:9", "sec-fetch-site", "cross-site").await, 403, "cross_site");
    check_problem(&ask("127.0.0.1:9", "origin", "https://evil.example").await, 403, "cross_site");
}

#[tokio::test]
async fn signing_in_gives_a_cookie_and_signing_out_ends_it() {
    let server = Server::start().await;
    let people = People::begin(&server).await;
    let body = json!({ "name": " Root ", "password": PASSWORD }).to_string();
    let answer = server.send("POST", "/api/v1/session", body).await;
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.starts_with("twin-session=") && cookie.contains("; HttpOnly; SameSite=Lax"), "{cookie}");
    assert!(!answer.text().contains("argon2") && answer.header("cache-control") == "no-store");
    assert_eq!(answer.json()["user"]["name"], "root");
    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(who(&server, cookie).await["who"], answer.json()["who"]);
    let out = send_as(&server, cookie, "DELETE", "/api/v1/session", &Value::Null).await;
    assert_eq!((out.status, out.header("set-cookie").contains("Max-Age=0")), (StatusCode::NO_CONTENT, true));
    assert_eq!(who(&server, cookie).await["who"], "visitor");
    // Others stay.
    assert_eq!(people.get("/api/v1/users").await.status, StatusCode::OK);
}

#[tokio::test]
async fn who_does_not_exist_and_who_types_wrong_get_one_answer() {
    let server = Server::start().await;
    let people = People::begin(&server).await;
    let gone =
        json!({ "name": "gone", "roles": [{ "role": "resident" }], "password": "four willows, one bridge" });
    let gone = people.send("POST", "/api/v1/users", &gone).await.json()["user"]["id"].clone();
    assert!(sign_in(&server, "gone", "four willows, one bridge").await.is_ok());
    let path = format!("/api/v1/users/{}", gone.as_str().unwrap());
    assert_eq!(people.send("PATCH", &path, &json!({ "disabled": true })).await.status, StatusCode::OK);
    let mut answers = Vec::new();
    for (name, password) in [
        ("root", "wrong password"),
        ("nobody", PASSWORD),
        ("gone", "four willows, one bridge"),
        ("", &"x".repeat(9000)),
    ] {
        let mut answer = sign_in(&server, name, password).await.err().unwrap();
        check_problem(&answer, 401, "sign_in_failed");
        answer.headers.remove("x-request-id");
        answers.push((answer.headers.clone(), answer.text()));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let server = Server::start().await;
    People::begin(&server).await;
    let mut refused = None;
    for _ in 0..12 {
        let answer = sign_in(&server, "root", "wrong password").await.err().unwrap();
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.unwrap();
    check_problem(&refused, 429, "too_many_attempts");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
    // The right password does not help either.
    assert!(sign_in(&server, "root", PASSWORD).await.is_err());
}

#[tokio::test]
async fn a_page_of_another_site_changes_nothing() {
    let server = Server::start().await;
    let people = People::begin(&server).await;
    let send = async |name: &'static str, value: &'static str| {
        let request = Request::post("/api/v1/users").header("content-type", "application/json");
        let request =
            request.header("cookie", &people.cookie).header("host", "twin.example").header(name, value);
        server
            .ask(request.body(Body::from(resident(&format!("u{}", value.len())).to_string())).unwrap())
            .await
    };
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("x-nothing", "from neither"),
    ] {
        check_problem(&send(name, value).await, 403, "cross_site");
    }
    assert_eq!(send("origin", "https://twin.example").await.status, StatusCode::CREATED);
    assert_eq!(send("sec-fetch-site", "same-origin").await.status, StatusCode::CREATED);
    let foreign = json!({ "name": "root", "password": PASSWORD }).to_string();
    let request = Request::post("/api/v1/session").header("sec-fetch-site", "cross-site");
    let request = request.header("content-type", "application/json").body(Body::from(foreign)).unwrap();
    server.check_problem(request, 403, "cross_site").await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_cookie_is_for_https_alone() {
    let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let server = server_with(AuthConfig { trusted_proxies, ..AuthConfig::default() }).await;
    People::begin(&server).await;
    let peer: std::net::SocketAddr = "10.0.0.5:1".parse().unwrap();
    let body = json!({ "name": "root", "password": PASSWORD }).to_string();
    let request = Request::post("/api/v1/session").header("content-type", "application/json");
    let request = request.header("x-forwarded-for", "198.51.100.7").header("x-forwarded-proto", "https");
    let answer = server.ask(request.extension(ConnectInfo(peer)).body(Body::from(body)).unwrap()).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-twin-session=") && cookie.ends_with("; Secure"), "{cookie}");
}

#[tokio::test]
async fn a_session_that_fell_idle_is_none() {
    let sessions =
        twin_server::domain::people::SessionLimits { idle: Duration::ZERO, most: Duration::from_secs(3600) };
    let server = server_with(AuthConfig { sessions, ..AuthConfig::default() }).await;
    let people = People::begin(&server).await;
    check_problem(&people.get("/api/v1/users").await, 401, "key_required");
}

#[tokio::test]
async fn who_is_disabled_or_loses_a_role_feels_it_with_the_next_request() {
    let server = Server::start().await;
    let people = People::begin(&server).await;
    let cookie = people.user("ann", &Grant::whole(Role::Property)).await;
    let id = who(&server, &cookie).await["user"]["id"].as_str().unwrap().to_owned();
    let put: Value = serde_json::from_str(&device("lift", 0.0)).unwrap();
    let register = async |server: &Server| send_as(server, &cookie, "PUT", "/api/v1/devices/a", &put).await;
    assert_eq!(register(&server).await.status, StatusCode::CREATED);
    let user = format!("/api/v1/users/{id}");
    people.send("PATCH", &user, &json!({ "roles": [{ "role": "resident" }] })).await;
    check_problem(&register(&server).await, 403, "role_denied");
    people.send("PATCH", &user, &json!({ "disabled": true })).await;
    check_problem(&register(&server).await, 401, "key_required");
    // Enabled again, they sign in anew: the old session does not come back.
    people.send("PATCH", &user, &json!({ "disabled": false })).await;
    check_problem(&register(&server).await, 401, "key_required");
}

#[tokio::test]
async fn an_administrator_always_remains() {
    let server = Server::start().await;
    let people = People::begin(&server).await;
    let id = who(&server, &people.cookie).await["user"]["id"].as_str().unwrap().to_owned();
    let user = format!("/api/v1/users/{id}");
    let disable = async || people.send("PATCH", &user, &json!({ "disabled": true })).await;
    check_problem(&disable().await, 409, "last_administrator");
    // Whoever is only invited may never come.
    people.user("second", &Grant::whole(Role::Administrator)).await;
    check_problem(&disable().await, 409, "last_administrator");
    let third = json!({ "name": "third", "roles": [{ "role": "administrator" }], "password": PASSWORD });
    assert_eq!(people.send("POST", "/api/v1/users", &third).await.status, StatusCode::CREATED);
    assert_eq!(disable().await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_invited_user_chooses_a_password_once() {
    let server = Server::start().await;
    let people = People::begin(&server).await;
    let added = people.send("POST", "/api/v1/users", &resident("ann")).await.json();
    assert_eq!(added["user"]["invited"], true);
    let token = added["invitation"]["token"].as_str().unwrap();
    assert!(sign_in(&server, "ann", "").await.is_err());
    let accept = async |token: &str, password: &str| {
        let body = json!({ "token": token, "password": password }).to_string();
        server.send("POST", "/api/v1/invitations/accept", body).await
    };
    check_problem(&accept(token, "short").await, 422, "password_length");
    check_problem(&accept("guessed", PASSWORD).await, 404, "unknown_invitation");
    assert_eq!(accept(token, PASSWORD).await.json()["name"], "ann");
    check_problem(&accept(token, PASSWORD).await, 404, "unknown_invitation");
    let cookie = sign_in(&server, "ann", PASSWORD).await.unwrap();
    let other = sign_in(&server, "ann", PASSWORD).await.unwrap();
    // A new password ends the other sessions.
    let change = json!({ "current": PASSWORD, "new": "four willows, no bridge" });
    let wrong = json!({ "current": "nonsense", "new": "four willows, no bridge" });
    let put = async |body| send_as(&server, &cookie, "PUT", "/api/v1/session/password", body).await;
    check_problem(&put(&wrong).await, 403, "wrong_password");
    assert_eq!(put(&change).await.status, StatusCode::NO_CONTENT);
    assert_eq!(who(&server, &cookie).await["user"]["name"], "ann");
    assert_eq!(who(&server, &other).await["who"], "visitor");
}

#[tokio::test]
async fn what_cannot_be_a_user_is_refused_by_name() {
    let server = Server::start().await;
    let people = People::begin(&server).await;
    let with = |field: &str, value: Value| {
        let mut user = resident("ann");
        user[field] = value;
        user
    };
    for (body, status, code) in [
        (with("name", json!("a b")), 422, "bad_name"),
        (with("name", json!("root")), 409, "name_taken"),
        (with("roles", json!([])), 422, "bad_count"),
        (with("roles", json!([{ "role": "device" }])), 422, "device_role"),
        (with("roles", json!([{ "role": "resident", "zones": [] }])), 422, "bad_count"),
        (with("roles", json!([{ "role": "king" }])), 422, "bad_value"),
        (with("password", json!("ann-ann-ann-ann")), 422, "password_easy"),
        (with("display_name", json!("长".repeat(101))), 422, "text_too_long"),
        (with("admin", json!(true)), 422, "bad_value"),
    ] {
        check_problem(&people.send("POST", "/api/v1/users", &body).await, status, code);
    }
    check_problem(&people.get("/api/v1/users/nobody").await, 404, "unknown_user");
    check_problem(&people.send("PATCH", "/api/v1/users/nobody", &json!({})).await, 404, "unknown_user");
    check_problem(
        &people.send("POST", "/api/v1/users/nobody/invitation", &Value::Null).await,
        404,
        "unknown_user",
    );
}

#[tokio::test]
async fn names_of_people_are_taken_out_when_they_ask() {
    let server = Server::start().await;
    let people = People::begin(&server).await;
    let mut user = resident("ann");
    user["display_name"] = json!("李安");
    let added = people.send("POST", "/api/v1/users", &user).await.json();
    assert_eq!(added["user"]["display_name"], "李安");
    let path = format!("/api/v1/users/{}", added["user"]["id"].as_str().unwrap());
    // What is absent stays, what is null goes.
    let same = people.send("PATCH", &path, &json!({})).await.json();
    assert_eq!(same["display_name"], "李安");
    let without = people.send("PATCH", &path, &json!({ "display_name": null })).await.json();
    assert_eq!(without.get("display_name"), None);
}

#[tokio::test]
async fn users_and_sessions_outlive_a_restart() {
    let server = Server::start().await;
    let cookie = People::begin(&server).await.cookie;
    let server = server.restart().await;
    assert_eq!(who(&server, &cookie).await["user"]["name"], "root");
    assert_eq!(who(&server, "").await["who"], "visitor");
}
