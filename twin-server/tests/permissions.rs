//! The whole policy over HTTP: every route that the server has, asked by everyone who may come, must
//! answer what the policy says. Routes come from the server itself, so that none is forgotten; for a
//! change there must be a row here that says what to send.

use std::collections::BTreeMap;

use crate::common::people::{OUTSIDE, People, ZONE_1, ZONE_2};
use crate::common::{Server, device, publish};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use twin_server::auth::AuthConfig;
use twin_server::domain::permission::{Action, Actor, Decision, Grant, Place, Reach, Role, Who, may};

/// What to send to a route that changes something. `{}` for those whose body does not matter: a body
/// that is refused is refused after the permission was decided.
#[expect(clippy::unnested_or_patterns, reason = "a row for each group of routes")]
fn body_of(method: &str, path: &str) -> Option<String> {
    let position = |east_m: f64| device("lift", east_m);
    match (method, path) {
        ("PUT", "/api/v1/devices/{id}") => Some(position(ZONE_1)),
        ("POST", "/api/v1/readings") => {
            Some(json!({ "readings": [{ "device": "d1", "stream": "x", "value": 1 }] }).to_string())
        }
        ("POST", "/sta/v1.1/Observations") => {
            Some(json!({ "result": 1, "Datastream": { "@iot.id": "d1:fault" } }).to_string())
        }
        ("POST", "/sta/v1.1/CreateObservations") => Some(
            json!([{ "Datastream": { "@iot.id": "d1:fault" }, "components": ["result"], "dataArray": [[1]] }])
                .to_string(),
        ),
        ("POST", "/api/v1/imports/readings") => Some("device,stream,time,value\n".into()),
        (
            "POST",
            "/api/v1/indicators/import"
            | "/api/v1/check-ups/{id}/values/import"
            | "/api/v1/resources/import",
        ) => Some("code\n".into()),
        ("POST", "/api/v1/imports/devices") => Some("id,kind\n".into()),
        (
            "POST",
            "/api/v1/alarms/{id}/acknowledge"
            | "/api/v1/alarms/{id}/clear"
            | "/api/v1/alarms/{id}/comment"
            | "/api/v1/alarm-rules/{id}/try",
        )
        | ("PUT" | "DELETE", "/api/v1/alarm-rules/{id}" | "/api/v1/maintenance-windows/{id}")
        | ("POST" | "PUT" | "PATCH" | "DELETE", "/sta/v1.1/{*rest}") => Some("{}".into()),
        (
            "POST",
            "/api/v1/session"
            | "/api/v1/users"
            | "/api/v1/keys"
            | "/api/v1/invitations/accept"
            | "/api/v1/users/{id}/invitation"
            | "/api/v1/webhooks"
            | "/api/v1/webhooks/{id}/test"
            | "/api/v1/webhooks/{id}/secret"
            | "/api/v1/photos"
            | "/api/v1/voices"
            | "/api/v1/reports"
            | "/api/v1/reports/{id}/deeds"
            | "/api/v1/reports/{id}/messages"
            | "/open311/v2/requests.json"
            | "/open311/v2/requests.xml"
            | "/api/v1/session/phone"
            | "/api/v1/session/phone/code"
            | "/api/v1/account/phone"
            | "/api/v1/account/phone/code"
            | "/api/v1/projects"
            | "/api/v1/projects/{id}/deeds"
            | "/api/v1/projects/{id}/departments"
            | "/api/v1/projects/{id}/department-opinions"
            | "/api/v1/projects/{id}/opinions"
            | "/api/v1/projects/{id}/opinions/{number}/answer"
            | "/api/v1/projects/{id}/progress"
            | "/api/v1/check-ups"
            | "/api/v1/check-ups/{id}/deeds"
            | "/api/v1/check-ups/{id}/compute"
            | "/api/v1/check-ups/{id}/problems/deeds"
            | "/api/v1/resources"
            | "/api/v1/resources/{id}/deeds"
            | "/api/v1/needs"
            | "/api/v1/needs/{id}/deeds"
            | "/api/v1/tasks"
            // Nothing is confirmed, so that nothing follows.
            | "/api/v1/tasks/generate"
            | "/api/v1/tasks/{id}/deeds",
        )
        | ("PUT", "/api/v1/check-ups/{id}/values")
        | ("PUT" | "DELETE", "/api/v1/webhooks/{id}" | "/api/v1/displays/{id}")
        | ("PUT", "/api/v1/displays/{id}/state")
        | ("POST", "/api/v1/objects" | "/api/v1/objects/{*id}" | "/api/v1/spatial/query")
        | ("PATCH" | "DELETE", "/api/v1/objects/{*id}")
        | ("PUT", "/api/v1/session/password" | "/api/v1/account/messages")
        | (
            "PATCH",
            "/api/v1/users/{id}"
            | "/api/v1/projects/{id}"
            | "/api/v1/resources/{id}"
            | "/api/v1/needs/{id}"
            | "/api/v1/tasks/{id}",
        )
        | ("DELETE", "/api/v1/account/phone" | "/api/v1/reports/{id}/contact" | "/api/v1/keys/{id}" | "/api/v1/users/{id}/reports" | "/api/v1/devices/{id}" | "/api/v1/devices/{id}/readings") => {
            Some("{}".into())
        }
        _ => None,
    }
}

/// The path with its parameters filled in. Devices are `d1` in zone 1.
fn filled(path: &str, device: &str) -> String {
    let object = path.contains("objects") || path.contains("publication");
    let id = if path.contains("/devices/") { device } else { "nobody" };
    path.replace("{id}", id)
        .replace("{*id}", "building/b1")
        .replace("{*path}", if object { "current" } else { "x" })
        .replace("{*rest}", "Things")
        .replace("{stream}", "x")
        .replace("{name}", "devices.csv")
        .replace("{number}", "1")
        .replace("{problem}", "nobody")
        .replace("{*feature}", "nobody")
        .replace("{file}", "nobody.json")
}

/// One who comes, and what the policy is to say of them.
struct Comer {
    name: String,
    headers: Vec<(&'static str, String)>,
    /// Absent: whoever brings a key that is not good is no one.
    actor: Option<Actor>,
}

impl Comer {
    fn new(name: impl Into<String>, headers: Vec<(&'static str, String)>, actor: Option<Actor>) -> Self {
        Self { name: name.into(), headers, actor }
    }

    async fn ask(&self, server: &Server, method: &str, path: &str, body: Option<String>) -> (u16, String) {
        let mut request =
            Request::builder().method(method).uri(path).header("content-type", "application/json");
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = server.raw(request.body(body.map_or(Body::empty(), Body::from)).unwrap()).await;
        let status = response.status().as_u16();
        // An answer that is let through may be endless.
        if !(400..500).contains(&status) {
            return (status, String::new());
        }
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
        // Open311 has a list of failures, in XML or JSON, each named beside its code.
        let name = problem["code"].as_str().or(problem[0]["name"].as_str()).map(str::to_owned);
        let in_xml = || {
            let text = String::from_utf8_lossy(&body);
            text.split_once("<name>")?.1.split_once("</name>").map(|(name, _)| name.to_owned())
        };
        (status, name.or_else(in_xml).unwrap_or_default())
    }
}

async fn comers(people: &People<'_>, public: bool) -> Vec<Comer> {
    let mut comers = vec![Comer::new("visitor", vec![], Some(Actor::new(Who::Visitor, vec![], public)))];
    for role in Role::ALL.iter().copied() {
        for (place, zones) in [("whole", None), ("z1", Some("zone/z1")), ("z2", Some("zone/z2"))] {
            let grant = Grant { role, zones: zones.map(|zone| [zone.to_owned()].into()) };
            let key = people.key(&json!({ "name": "k", "role": role.id(), "zones": grant.zones })).await;
            let actor = Actor::new(Who::Key("k".into()), vec![grant.clone()], public);
            let name = format!("key {} {place}", role.id());
            comers.push(Comer::new(name, vec![("x-api-key", key.secret)], Some(actor)));
            if role == Role::Device {
                continue;
            }
            let cookie = people.user(&format!("{}.{place}", role.id().replace('_', "-")), &grant).await;
            let actor = Actor::new(Who::User("u".into()), vec![grant], public);
            let headers = vec![("cookie", cookie), ("sec-fetch-site", "same-origin".into())];
            comers.push(Comer::new(format!("user {} {place}", role.id()), headers, Some(actor)));
        }
    }
    let revoked = people.key(&json!({ "name": "k", "role": "administrator" })).await;
    people.revoke(&revoked.id).await;
    let wrong = format!("{}x", revoked.secret);
    comers.push(Comer::new(
        "revoked key",
        vec![("authorization", format!("Bearer {}", revoked.secret))],
        None,
    ));
    comers.push(Comer::new("wrong key", vec![("authorization", format!("Bearer {wrong}"))], None));
    let cookie = ("cookie", "twin-session=nonsense".to_owned());
    let visitor = Actor::new(Who::Visitor, vec![], public);
    comers.push(Comer::new("ended session", vec![cookie], Some(visitor)));
    comers
}

/// The codes with which the guard and the policy refuse.
fn refusal(decision: Decision) -> Option<(u16, &'static [&'static str])> {
    match decision {
        Decision::Allowed => None,
        Decision::SignInFirst => Some((401, &["key_required"])),
        Decision::Denied(_) => Some((403, &["role_denied", "zone_denied", "scope_denied", "people_only"])),
    }
}

const CODES: [&str; 8] = [
    "key_required",
    "key_unknown",
    "key_revoked",
    "role_denied",
    "zone_denied",
    "scope_denied",
    "people_only",
    "cross_site",
];

/// Asks every route as every comer; gives what differs from the policy.
async fn leaks(server: &Server, comers: &[Comer]) -> (usize, Vec<String>) {
    let permissions = server.get("/api/v1/permissions").await.json();
    let actions: BTreeMap<&str, Action> = Action::ALL.iter().map(|action| (action.id(), *action)).collect();
    let (mut asked, mut leaks) = (0, Vec::new());
    for route in permissions["routes"].as_array().unwrap() {
        let [method, path, action, place] =
            ["method", "path", "action", "place"].map(|field| route[field].as_str().unwrap());
        let action = actions[action];
        if (method, path) == ("DELETE", "/api/v1/session") {
            // Signs out whoever asks, and everyone may: `people.rs` tries it.
            assert_eq!(action, Action::SignIn);
            continue;
        }
        for (device, zone) in [("d1", Some("zone/z1")), ("d2", Some("zone/z2")), ("d3", None)] {
            let body = body_of(method, path);
            assert!(method == "GET" || body.is_some(), "no row for {method} {path}: add one to `body_of`");
            // Where the policy must decide: the body of a device puts it into zone 1, readings are of d1.
            let at = match (place, path) {
                ("whole", _) => Place::Whole,
                ("device", _) => Place::Device { id: device, zone },
                // What is registered by SensorThings may concern anything.
                ("inside", "/sta/v1.1/{*rest}") if method != "GET" => Place::Whole,
                (
                    "inside",
                    "/api/v1/readings" | "/sta/v1.1/Observations" | "/sta/v1.1/CreateObservations",
                ) if method == "POST" => Place::Device { id: "d1", zone: Some("zone/z1") },
                // `building/b1` stands in zone 1.
                ("object", _) => Place::Zone(Some("zone/z1")),
                ("inside", "/api/v1/objects/{*id}") if method != "GET" => Place::Zone(Some("zone/z1")),
                ("inside", "/api/v1/devices/{id}") if method == "PUT" => Place::Device { id: device, zone },
                _ => Place::Any,
            };
            for comer in comers {
                let (status, code) = comer.ask(server, method, &filled(path, device), body.clone()).await;
                asked += 1;
                let is_moved = path == "/api/v1/devices/{id}" && method == "PUT";
                let expected = match &comer.actor {
                    None => Some((401, &["key_unknown", "key_revoked"][..])),
                    // A device that is moved needs both places.
                    Some(actor) if is_moved && may(actor, action, at) == Decision::Allowed => {
                        refusal(may(actor, action, Place::Device { id: device, zone: Some("zone/z1") }))
                    }
                    Some(actor) => refusal(may(actor, action, at)),
                };
                let fits = match expected {
                    Some((wanted, codes)) => status == wanted && codes.contains(&&*code),
                    None => status < 500 && !CODES.contains(&&*code),
                };
                if !fits {
                    leaks.push(format!("{}: {method} {path} at {device}: {status} {code}", comer.name));
                }
                restore(server, comers).await;
            }
            if !path.contains("/devices/{id}") {
                break;
            }
        }
    }
    (asked, leaks)
}

/// Puts back the devices that a comer who may has moved or removed.
async fn restore(server: &Server, comers: &[Comer]) {
    let admin = comers.iter().find(|comer| comer.name == "user administrator whole").unwrap();
    for (id, east_m, zone) in [("d1", ZONE_1, "1"), ("d2", ZONE_2, "2"), ("d3", OUTSIDE, "-")] {
        let found = server.app.hub.entry(id).map(|entry| entry.device.position.east_m);
        if found != Some(east_m) {
            let (status, code) = admin
                .ask(server, "PUT", &format!("/api/v1/devices/{id}"), Some(device("lift", east_m)))
                .await;
            assert!(status < 300, "zone {zone}: {status} {code}");
        }
    }
}

async fn check(require_sign_in: bool) {
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    let server =
        Server::start_with(folder, None, AuthConfig { require_sign_in, ..AuthConfig::default() }).await;
    crate::common::people::add_zone_2(&server).await;
    let people = People::begin(&server).await;
    let comers = comers(&people, !require_sign_in).await;
    restore(&server, &comers).await;
    let (asked, leaks) = leaks(&server, &comers).await;
    assert!(leaks.is_empty(), "{} of {asked}:\n{}", leaks.len(), leaks.join("\n"));
    assert!(asked > 1000, "{asked}");
}

#[tokio::test]
async fn every_route_answers_everyone_as_the_policy_says() {
    check(false).await;
}

#[tokio::test]
async fn where_reading_needs_a_sign_in_nothing_is_read_without() {
    check(true).await;
}

/// The list that people agreed on. A route that is added or decided otherwise shows up in a review as
/// a changed line of it; `TWIN_BLESS=1` writes it anew.
#[tokio::test]
async fn each_route_needs_the_action_that_was_agreed_on() {
    let server = Server::start().await;
    let permissions = server.get("/api/v1/permissions").await.json();
    let line = |route: &Value| {
        let [method, path, action, place] =
            ["method", "path", "action", "place"].map(|field| route[field].as_str().unwrap());
        format!("{path} {method}: {action}, {place}\n")
    };
    let found: String = permissions["routes"].as_array().unwrap().iter().map(line).collect();
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/routes.txt");
    if std::env::var_os("TWIN_BLESS").is_some() {
        std::fs::write(&file, &found).unwrap();
    }
    let agreed = std::fs::read_to_string(&file).unwrap_or_default();
    let only = |a: &str, b: &str| {
        a.lines().filter(|line| !b.lines().any(|l| l == *line)).collect::<Vec<_>>().join("\n")
    };
    let (added, gone) = (only(&found, &agreed), only(&agreed, &found));
    assert!(
        found == agreed,
        "tests/routes.txt does not say so\nadded:\n{added}\ngone:\n{gone}\nhint: TWIN_BLESS=1 writes it anew; read the difference"
    );
}

#[tokio::test]
async fn every_action_that_a_route_needs_is_one_of_the_policy() {
    let server = Server::start().await;
    let permissions = server.get("/api/v1/permissions").await.json();
    let known: Vec<&str> = Action::ALL.iter().map(|action| action.id()).collect();
    for route in permissions["routes"].as_array().unwrap() {
        let action = route["action"].as_str().unwrap();
        assert!(known.contains(&action), "{route}");
        // A change is never decided as if it were reading in public.
        let is_change = route["method"] != "GET" && route["path"] != "/api/v1/spatial/query";
        let action = Action::ALL.iter().find(|known| known.id() == action).unwrap();
        assert!(!is_change || !action.is_public() || action.reach() == Reach::Open, "{route}");
    }
}

#[tokio::test]
async fn every_family_of_addresses_is_in_the_matrix() {
    let server = Server::start().await;
    let permissions = server.get("/api/v1/permissions").await.json();
    let paths: Vec<&str> = permissions["routes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|route| route["path"].as_str().unwrap())
        .collect();
    for family in ["/api/", "/ogc/", "/open311/", "/sta/", "/publication/", "/metrics", "/health/"] {
        assert!(paths.iter().any(|path| path.starts_with(family)), "{family}");
    }
}

#[tokio::test]
async fn a_head_is_refused_where_a_get_is() {
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    let auth = AuthConfig { require_sign_in: true, ..AuthConfig::default() };
    let server = Server::start_with(folder, None, auth).await;
    People::begin(&server).await;
    let visitor = Comer::new("visitor", vec![], None);
    let permissions = server.get("/api/v1/permissions").await.json();
    let mut refused = 0;
    for route in permissions["routes"].as_array().unwrap().iter().filter(|route| route["method"] == "GET") {
        let path = filled(route["path"].as_str().unwrap(), "d1");
        let (get, _) = visitor.ask(&server, "GET", &path, None).await;
        let (head, _) = visitor.ask(&server, "HEAD", &path, None).await;
        assert_eq!(get, head, "{path}");
        refused += usize::from(get == 401);
    }
    assert!(refused > 40, "{refused}");
}
