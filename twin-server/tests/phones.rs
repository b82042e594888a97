//! Signing in with a code to one's telephone, numbers that are attached and taken out, and how they lie in the
//! database: by the interface, with a gateway that is a server of its own.

use crate::common::gateway::{Gateway, KEY};
use crate::common::people::{PASSWORD, People, send_as, sign_in};
use crate::common::{Answer, Server, check_problem};
use axum::http::StatusCode;
use serde_json::{Value, json};
use twin_server::domain::permission::{Grant, Role};
use twin_server::store::AuditQuery;

const NUMBER: &str = "13800005678";
const E164: &str = "+8613800005678";

async fn ask(server: &Server, phone: &str) -> Answer {
    server.send("POST", "/api/v1/session/phone", json!({ "phone": phone }).to_string()).await
}

async fn try_code(server: &Server, phone: &str, code: &str) -> Answer {
    let body = json!({ "phone": phone, "code": code }).to_string();
    server.send("POST", "/api/v1/session/phone/code", body).await
}

/// A code that is not this one.
fn other_than(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

fn cookie_of(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// Adds a user with a number; gives the id.
async fn add(people: &People<'_>, name: &str, phone: &str) -> String {
    let user = json!({ "name": name, "roles": [{ "role": "resident" }], "phone": phone });
    let added = people.send("POST", "/api/v1/users", &user).await;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    let added = added.json();
    assert_eq!((&added["user"]["has_phone"], &added["user"]["invited"]), (&json!(true), &json!(false)));
    // They may choose a password as well, on the page of residents.
    assert!(added["invitation"]["link"].as_str().unwrap().starts_with("/resident#invitation="));
    added["user"]["id"].as_str().unwrap().to_owned()
}

async fn who(server: &Server, cookie: &str) -> Value {
    server.get_with("/api/v1/session", &[("cookie", cookie)]).await.json()
}

async fn audit(server: &Server) -> Vec<twin_server::domain::audit::AuditEntry> {
    server.app.auth.flush().await;
    server.app.store.audit_after(0, &AuditQuery { limit: 999, ..AuditQuery::default() }).await.unwrap()
}

#[tokio::test]
async fn without_a_key_there_is_no_contact_data_and_all_else_works() {
    let server = Server::start().await;
    let people = People::begin(&server).await;
    let worker = people.user("worker", &Grant::whole(Role::GridWorker)).await;
    let problem = check_problem(&ask(&server, NUMBER).await, 404, "contacts_not_set_up");
    assert!(problem["hint"].as_str().unwrap().contains("TWIN_CONTACTS_KEY"), "{problem}");
    check_problem(&try_code(&server, NUMBER, "123456").await, 404, "contacts_not_set_up");
    let own = server.get_with("/api/v1/account/phone", &[("cookie", &worker)]).await;
    check_problem(&own, 404, "contacts_not_set_up");
    let user = json!({ "name": "li", "roles": [{ "role": "resident" }], "phone": NUMBER });
    check_problem(&people.send("POST", "/api/v1/users", &user).await, 404, "contacts_not_set_up");
    let report = json!({ "line": "problem", "kind": "lighting", "text": "x", "on_behalf": true,
        "contact": { "name": "王建国", "phone": NUMBER } });
    let sent = send_as(&server, &worker, "POST", "/api/v1/reports", &report).await;
    check_problem(&sent, 404, "contacts_not_set_up");
    assert_eq!(who(&server, &worker).await["phone_sign_in"], false);
    // What may have been kept before can be deleted all the same.
    let gone = send_as(&server, &worker, "DELETE", "/api/v1/account/phone", &Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_code_to_their_number_signs_someone_in_once() {
    let mut gateway = Gateway::start(&[503]).await;
    let server = gateway.server(false).await;
    let people = People::begin(&server).await;
    let id = add(&people, "li", "138 0000 5678").await;
    assert_eq!(who(&server, "").await["phone_sign_in"], true);
    let asked = ask(&server, NUMBER).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    assert_eq!(asked.json(), json!({ "expires_in_s": 300, "again_in_s": 60 }));
    // The gateway was away once, and is tried again.
    let message = gateway.message().await;
    assert_eq!(
        (gateway.answers_left(), &message["to"], &message["purpose"]),
        (0, &json!(E164), &json!("sign_in"))
    );
    let code = message["code"].as_str().unwrap();
    assert!(message["text"]["zh"].as_str().unwrap().contains(code));
    check_problem(&try_code(&server, NUMBER, &other_than(code)).await, 401, "code_failed");
    check_problem(&try_code(&server, "13800005679", code).await, 401, "code_failed");
    let answer = try_code(&server, "+86 138-0000-5678", code).await;
    let cookie = cookie_of(&answer);
    assert_eq!(
        (answer.json()["user"]["id"].as_str(), answer.header("cache-control")),
        (Some(&*id), "no-store")
    );
    assert_eq!(who(&server, &cookie).await["user"]["name"], "li");
    check_problem(&try_code(&server, NUMBER, code).await, 401, "code_failed");
}

/// What of an answer someone could compare.
fn seen(mut answer: Answer) -> (StatusCode, axum::http::HeaderMap, String) {
    answer.headers.remove("x-request-id");
    (answer.status, answer.headers.clone(), answer.text())
}

#[tokio::test]
async fn nobody_learns_whether_anyone_has_a_number() {
    let mut gateway = Gateway::start(&[]).await;
    let server = gateway.server(false).await;
    let people = People::begin(&server).await;
    let gone = add(&people, "gone", "13800000001").await;
    add(&people, "li", NUMBER).await;
    let path = format!("/api/v1/users/{gone}");
    assert_eq!(people.send("PATCH", &path, &json!({ "disabled": true })).await.status, StatusCode::OK);
    // Someone's, nobody's, and that of one who is disabled.
    let numbers = [NUMBER, "13800000002", "13800000001"];
    let mut asked = Vec::new();
    for number in numbers {
        asked.push(seen(ask(&server, number).await));
    }
    assert!(asked.iter().all(|answer| *answer == asked[0]), "{asked:?}");
    // Each waits for its next one, also the number that nobody has.
    for number in numbers {
        let again = ask(&server, number).await;
        check_problem(&again, 429, "code_sent_just_now");
        assert!(again.header("retry-after").parse::<u64>().unwrap() <= 60);
    }
    let code = gateway.code(E164).await;
    assert!(gateway.is_quiet(), "a code was sent to a number that lets nobody in");
    let mut tried = Vec::new();
    for number in numbers {
        tried.push(seen(try_code(&server, number, &other_than(&code)).await));
    }
    assert!(tried.iter().all(|answer| *answer == tried[0]), "{tried:?}");
    let log = audit(&server).await;
    let asked: Vec<_> = log.iter().filter(|entry| entry.what.action == "session.code").collect();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().any(|entry| entry.what.object == "user:unknown"));
}

#[tokio::test]
async fn a_number_that_nobody_has_makes_a_resident_where_that_is_configured() {
    let mut gateway = Gateway::start(&[]).await;
    let server = gateway.server(true).await;
    People::begin(&server).await;
    ask(&server, NUMBER).await;
    let code = gateway.code(E164).await;
    let answer = try_code(&server, NUMBER, &code).await;
    let cookie = cookie_of(&answer);
    let session = answer.json();
    assert_eq!(session["roles"], json!([{ "role": "resident" }]));
    let name = session["user"]["name"].as_str().unwrap();
    assert!(name.starts_with("resident-") && !name.contains("5678"), "{name}");
    let own = server.get_with("/api/v1/account/phone", &[("cookie", &cookie)]).await.json();
    assert_eq!(own, json!({ "phone": "+86 138****5678" }));
    let added = audit(&server)
        .await
        .into_iter()
        .find(|entry| entry.what.action == "user.add" && entry.what.actor != "local");
    assert_eq!(added.unwrap().what.actor, "phone-sign-up");
    // The next time they are the same.
    let server = gateway.server_in(server.end().await, KEY, &[], true).await;
    ask(&server, NUMBER).await;
    let code = gateway.code(E164).await;
    assert_eq!(try_code(&server, NUMBER, &code).await.json()["user"]["name"], name);
}

#[tokio::test]
async fn a_code_is_worth_nothing_after_five_wrong_ones() {
    let mut gateway = Gateway::start(&[]).await;
    let server = gateway.server(true).await;
    People::begin(&server).await;
    ask(&server, NUMBER).await;
    let code = gateway.code(E164).await;
    for wrong in ["", "12345", "一二三四五六", &other_than(&code), "000000000000"] {
        check_problem(&try_code(&server, NUMBER, wrong).await, 401, "code_failed");
    }
    check_problem(&try_code(&server, NUMBER, &code).await, 401, "code_failed");
}

#[tokio::test]
async fn what_is_no_mobile_number_is_refused_before_anything_is_sent() {
    let mut gateway = Gateway::start(&[]).await;
    let server = gateway.server(true).await;
    People::begin(&server).await;
    for bad in ["", "138", "12800005678", "010-12345678", "+0", &"1".repeat(5000)] {
        let problem = check_problem(&ask(&server, bad).await, 422, "bad_phone");
        assert!(bad.len() < 8 || !problem.to_string().contains(bad), "{problem}");
    }
    check_problem(&server.send("POST", "/api/v1/session/phone", "{}").await, 422, "bad_value");
    let foreign = json!({ "phone": NUMBER, "zone": "z1" }).to_string();
    check_problem(&server.send("POST", "/api/v1/session/phone", foreign).await, 422, "bad_value");
    assert!(gateway.is_quiet());
}

#[tokio::test]
async fn people_attach_replace_and_take_out_their_own_number() {
    let mut gateway = Gateway::start(&[]).await;
    let server = gateway.server(false).await;
    let people = People::begin(&server).await;
    add(&people, "other", "13800000009").await;
    let cookie = people.user("li", &Grant::whole(Role::GridWorker)).await;
    let send = async |method: &str, path: &str, body: &Value| {
        send_as(&server, &cookie, method, &format!("/api/v1/account/phone{path}"), body).await
    };
    let own = async || server.get_with("/api/v1/account/phone", &[("cookie", &cookie)]).await.json();
    assert_eq!(own().await, json!({}));
    let attach = async |number: &str, code: &str| {
        send("POST", "/code", &json!({ "phone": number, "code": code })).await
    };
    for (number, shown) in [(NUMBER, "+86 138****5678"), ("13911112222", "+86 139****2222")] {
        assert_eq!(send("POST", "", &json!({ "phone": number })).await.status, StatusCode::ACCEPTED);
        let code = gateway.code(&format!("+86{number}")).await;
        check_problem(&attach(number, &other_than(&code)).await, 403, "wrong_code");
        // It was sent for this, and signs nobody in.
        check_problem(&try_code(&server, number, &code).await, 401, "code_failed");
        assert_eq!(attach(number, &code).await.json(), json!({ "phone": shown }));
        assert_eq!(own().await, json!({ "phone": shown }));
    }
    // One that another user has: whoever holds the telephone is told so, and it stays where it is.
    send("POST", "", &json!({ "phone": "13800000009" })).await;
    let code = gateway.code("+8613800000009").await;
    check_problem(&attach("13800000009", &code).await, 409, "phone_taken");
    // The one of before lets nobody in any more, the new one does; once it is taken out, neither.
    ask(&server, "13911112223").await;
    assert!(gateway.is_quiet());
    assert_eq!(send("DELETE", "", &Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(own().await, json!({}));
    let log = audit(&server).await;
    let details =
        log.iter().filter(|entry| entry.what.action == "user.phone").map(|entry| &*entry.what.detail);
    assert_eq!(
        details.filter(|detail| !detail.is_empty()).collect::<Vec<_>>(),
        ["attach", "replace", "remove"]
    );
}

#[tokio::test]
async fn an_administrator_attaches_a_number_and_takes_it_out_and_none_comes_in_by_one() {
    let mut gateway = Gateway::start(&[]).await;
    let server = gateway.server(true).await;
    let people = People::begin(&server).await;
    let root = who(&server, &people.cookie).await["user"]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/users/{root}");
    let changed = people.send("PATCH", &path, &json!({ "phone": NUMBER })).await;
    assert_eq!(changed.json()["has_phone"], true, "{}", changed.text());
    assert_eq!(ask(&server, NUMBER).await.status, StatusCode::ACCEPTED);
    // Another message would come after it.
    ask(&server, "13800000003").await;
    gateway.code("+8613800000003").await;
    assert!(gateway.is_quiet(), "an administrator was sent a code");
    let taken = json!({ "name": "li", "roles": [{ "role": "resident" }], "phone": NUMBER });
    check_problem(&people.send("POST", "/api/v1/users", &taken).await, 409, "phone_taken");
    let both = json!({ "name": "li", "roles": [{ "role": "resident" }], "phone": "13800000004", "password": PASSWORD });
    check_problem(&people.send("POST", "/api/v1/users", &both).await, 422, "two_ways_in");
    let without = people.send("PATCH", &path, &json!({ "phone": null })).await.json();
    assert_eq!(without["has_phone"], false);
    assert_eq!(people.send("POST", "/api/v1/users", &taken).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn who_asks_to_be_forgotten_has_no_number_any_more() {
    let mut gateway = Gateway::start(&[]).await;
    let server = gateway.server(false).await;
    let people = People::begin(&server).await;
    let id = add(&people, "li", NUMBER).await;
    ask(&server, NUMBER).await;
    let code = gateway.code(E164).await;
    let forgotten = people.send("DELETE", &format!("/api/v1/users/{id}/reports"), &Value::Null).await;
    assert_eq!(forgotten.status, StatusCode::OK, "{}", forgotten.text());
    check_problem(&try_code(&server, NUMBER, &code).await, 401, "code_failed");
    assert_eq!(people.get(&format!("/api/v1/users/{id}")).await.json()["has_phone"], false);
}

/// Everything that is written to the log from now on, in this thread.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

#[tokio::test]
async fn a_number_stands_in_no_file_and_no_log_and_without_a_gateway_the_code_does() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _until_the_end = tracing::subscriber::set_default(subscriber);
    let folder = tempfile::tempdir().unwrap();
    crate::common::publish(&folder.path().join("publication"), "v1");
    let server = Server::start_as(folder, |mut config| {
        config.contacts.key = Some(KEY.parse().unwrap());
        config.auth.phone_sign_up = true;
        config
    })
    .await;
    assert!(log.text().contains("set `sms.url`"), "{}", log.text());
    People::begin(&server).await;
    ask(&server, NUMBER).await;
    let code_of = |text: &str| {
        let line = text.lines().find(|line| line.contains("a code, which would be sent"))?;
        Some(line.split_once("code=\"")?.1.get(..6)?.to_owned())
    };
    let mut code = None;
    for _ in 0..2000 {
        code = code_of(&log.text());
        if code.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let cookie = cookie_of(&try_code(&server, NUMBER, &code.unwrap()).await);
    let report = json!({ "line": "problem", "kind": "lighting", "text": "灯不亮", "on_behalf": true,
        "contact": { "name": "王建国", "phone": "13800007777" } });
    assert_eq!(
        send_as(&server, &cookie, "POST", "/api/v1/reports", &report).await.status,
        StatusCode::CREATED
    );
    let told = format!("{:?}", audit(&server).await);
    let folder = server.end().await;
    let mut kept = Vec::new();
    for file in std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path()) {
        if file.is_file() {
            kept.extend(std::fs::read(file).unwrap());
        }
    }
    let kept = String::from_utf8_lossy(&kept).into_owned();
    assert!(kept.contains("灯不亮"), "the database was looked at");
    for secret in ["13800005678", "0000 5678", "13800007777", "00007777", "王建国", KEY] {
        for (place, text) in [("database", &kept), ("audit log", &told), ("log", &log.text())] {
            assert!(!text.contains(secret), "`{secret}` stands in the {place}");
        }
    }
    assert!(log.text().contains("+86 138****5678"));
}

#[tokio::test]
async fn a_new_key_takes_over_what_lies_under_the_old_one() {
    const NEXT: &str = "ff112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";
    let mut gateway = Gateway::start(&[]).await;
    let server = gateway.server(false).await;
    let people = People::begin(&server).await;
    add(&people, "li", NUMBER).await;
    let server = gateway.server_in(server.end().await, NEXT, &[KEY], false).await;
    let sealed_otherwise = async |server: &Server| {
        server
            .app
            .store
            .sealed_otherwise(&NEXT.parse::<twin_server::contacts::ContactKey>().unwrap().id())
            .await
            .unwrap()
            .len()
    };
    for _ in 0..2000 {
        if sealed_otherwise(&server).await == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(sealed_otherwise(&server).await, 0);
    // The old key is not needed any more.
    let server = gateway.server_in(server.end().await, NEXT, &[], false).await;
    ask(&server, NUMBER).await;
    let code = gateway.code(E164).await;
    let cookie = cookie_of(&try_code(&server, NUMBER, &code).await);
    let own = server.get_with("/api/v1/account/phone", &[("cookie", &cookie)]).await.json();
    assert_eq!(own["phone"], "+86 138****5678");
}

#[tokio::test]
async fn a_password_lets_in_as_before_whoever_has_a_number_too() {
    let gateway = Gateway::start(&[]).await;
    let server = gateway.server(false).await;
    let people = People::begin(&server).await;
    let user = json!({ "name": "li", "roles": [{ "role": "resident" }], "phone": NUMBER });
    let added = people.send("POST", "/api/v1/users", &user).await.json();
    let body = json!({ "token": added["invitation"]["token"], "password": PASSWORD }).to_string();
    assert_eq!(server.send("POST", "/api/v1/invitations/accept", body).await.status, StatusCode::OK);
    assert!(sign_in(&server, "li", PASSWORD).await.is_ok());
}
