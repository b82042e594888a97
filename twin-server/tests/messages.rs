//! Text messages to residents about their reports: who gets which, by a gateway that is a server of its own, over restarts.

use axum::http::StatusCode;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::common::gateway::{Gateway, KEY, NEVER};
use crate::common::people::{People, send_as};
use crate::common::street::{act, lamp_of};
use crate::common::{Answer, Server, check_problem};
use twin_server::domain::permission::{Grant, Role};

const NUMBER: &str = "13800005678";
const PATH: &str = "/api/v1/account/messages";

/// A resident with a number; gives the cookie.
async fn resident(
    server: &Server,
    gateway: &mut Gateway,
    people: &People<'_>,
    name: &str,
    phone: &str,
) -> String {
    let cookie = people.user(name, &Grant::whole(Role::Resident)).await;
    let body = json!({ "phone": phone });
    let asked = send_as(server, &cookie, "POST", "/api/v1/account/phone", &body).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    let code = gateway.code(&format!("+86{phone}")).await;
    let body = json!({ "phone": phone, "code": code });
    let attached = send_as(server, &cookie, "POST", "/api/v1/account/phone/code", &body).await;
    assert_eq!(attached.status, StatusCode::OK, "{}", attached.text());
    cookie
}

async fn want(server: &Server, who: &str, language: &str) -> Answer {
    send_as(server, who, "PUT", PATH, &json!({ "text_messages": true, "language": language })).await
}

/// Who manages, a resident who wants messages, and the desk.
async fn quarter<'s>(server: &'s Server, gateway: &mut Gateway) -> (People<'s>, String, String) {
    let people = People::begin(server).await;
    let li = resident(server, gateway, &people, "li", NUMBER).await;
    let desk = people.user("desk", &Grant::whole(Role::Community)).await;
    want(server, &li, "zh").await;
    (people, li, desk)
}

async fn say(server: &Server, who: &str, id: u64, text: &str) {
    let path = format!("/api/v1/reports/{id}/messages");
    let said = send_as(server, who, "POST", &path, &json!({ "text": text })).await;
    assert_eq!(said.status, StatusCode::OK, "{}", said.text());
}

async fn listed(people: &People<'_>, query: &str) -> Vec<Value> {
    let page = people.get(&format!("/api/v1/messages{query}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    page.json()["messages"].as_array().unwrap().clone()
}

/// Waits until a message has ended in this way.
async fn ended(people: &People<'_>, end: &str, count: usize) -> Vec<Value> {
    for _ in 0..600 {
        let found = listed(people, &format!("?state={end}")).await;
        if found.len() >= count {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no {count} messages are `{end}`: {:?}", listed(people, "").await);
}

#[tokio::test]
async fn whoever_wants_it_is_told_what_others_did_with_their_report_and_nothing_that_was_said() {
    let mut gateway = Gateway::start(&[]).await;
    let server = gateway.server(false).await;
    let people = People::begin(&server).await;
    let li = resident(&server, &mut gateway, &people, "li", NUMBER).await;
    let wang = resident(&server, &mut gateway, &people, "wang", "13800005679").await;
    let desk = people.user("desk", &Grant::whole(Role::Community)).await;
    let before = server.get_with(PATH, &[("cookie", &li)]).await.json();
    assert_eq!(before, json!({ "text_messages": false, "language": "zh", "per_day": 5 }));
    let chosen = want(&server, &li, "en").await;
    assert_eq!(chosen.json(), json!({ "text_messages": true, "language": "en", "per_day": 5 }));
    let (of_li, of_wang) = (lamp_of(&server, &li).await, lamp_of(&server, &wang).await);
    for id in [of_wang, of_li] {
        act(&server, &desk, id, json!({ "deed": "accept" })).await;
    }
    let message = gateway.message().await;
    assert_eq!(message["to"], format!("+86{NUMBER}"));
    assert_eq!((&message["type"], &message["template"]), (&json!("report"), &json!("report_accepted")));
    assert_eq!(
        (&message["language"], &message["parameters"]["report"]),
        (&json!("en"), &json!(of_li.to_string()))
    );
    say(&server, &desk, of_li, "which lamp? my door code is 1234").await;
    let message = gateway.message().await;
    assert_eq!(message["template"], "report_said");
    assert!(!message.to_string().contains("1234"), "{message}");
    // What they say and do themselves they know.
    say(&server, &li, of_li, "the left one").await;
    act(&server, &desk, of_li, json!({ "deed": "dispatch", "body": "community" })).await;
    let other = lamp_of(&server, &li).await;
    act(&server, &li, other, json!({ "deed": "withdraw", "text": "it works again" })).await;
    ended(&people, "sent", 2).await;
    assert_eq!(listed(&people, "").await.len(), 2);
    assert!(gateway.is_quiet());
    // Numbers are in no answer, and only administrators ask.
    let page = people.get("/api/v1/messages?limit=1").await;
    assert!(!page.text().contains("0000") && page.json()["next"].is_number(), "{}", page.text());
    check_problem(&server.get_with("/api/v1/messages", &[("cookie", &desk)]).await, 403, "role_denied");
}

#[tokio::test]
async fn only_who_has_a_number_can_want_messages_and_whoever_deletes_it_gets_none() {
    let mut gateway = Gateway::start(&[]).await;
    let server = gateway.server(false).await;
    let people = People::begin(&server).await;
    let without = people.user("without", &Grant::whole(Role::Resident)).await;
    check_problem(&want(&server, &without, "zh").await, 409, "no_phone");
    let li = resident(&server, &mut gateway, &people, "li", NUMBER).await;
    check_problem(&want(&server, &li, "fr").await, 422, "bad_value");
    let desk = people.user("desk", &Grant::whole(Role::Community)).await;
    assert_eq!(want(&server, &li, "zh").await.status, StatusCode::OK);
    let id = lamp_of(&server, &li).await;
    let gone = send_as(&server, &li, "DELETE", "/api/v1/account/phone", &Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    act(&server, &desk, id, json!({ "deed": "accept" })).await;
    assert_eq!(listed(&people, "").await, Vec::<Value>::new());
    assert_eq!(server.get_with(PATH, &[("cookie", &li)]).await.json()["text_messages"], false);
    let plain = Server::start().await;
    let people = People::begin(&plain).await;
    let li = people.user("li", &Grant::whole(Role::Resident)).await;
    check_problem(&plain.get_with(PATH, &[("cookie", &li)]).await, 404, "contacts_not_set_up");
}

#[tokio::test]
async fn no_more_than_a_day_allows_are_sent_and_the_others_are_listed() {
    let mut gateway = Gateway::start(&[]).await;
    let server = gateway.server(false).await;
    let (people, li, desk) = quarter(&server, &mut gateway).await;
    let id = lamp_of(&server, &li).await;
    act(&server, &desk, id, json!({ "deed": "accept" })).await;
    for at in 0..6 {
        say(&server, &desk, id, &format!("question {at}")).await;
    }
    let over = ended(&people, "over_limit", 2).await;
    assert_eq!((over.len(), ended(&people, "sent", 5).await.len()), (2, 5));
    for _ in 0..5 {
        assert_eq!(gateway.message().await["type"], "report");
    }
    assert!(gateway.is_quiet());
}

/// A message that waits and was tried so often, or more.
async fn tried(people: &People<'_>, tries: u64) -> Value {
    for _ in 0..600 {
        let waiting = listed(people, "?state=waiting").await;
        if let Some(found) = waiting.iter().find(|message| message["tries"].as_u64() >= Some(tries)) {
            return found.clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it was not tried {tries} times")
}

#[tokio::test]
async fn a_message_that_could_not_be_sent_is_tried_after_a_restart_and_given_up_after_a_day() {
    let mut gateway = Gateway::start(&[]).await;
    let server = gateway.server(false).await;
    let (people, li, desk) = quarter(&server, &mut gateway).await;
    gateway.refuse(&[500, 429]);
    let id = lamp_of(&server, &li).await;
    act(&server, &desk, id, json!({ "deed": "accept" })).await;
    let failed = async |people: &People<'_>, tries: u64, error: &str| {
        for _ in 0..600 {
            if tried(people, tries).await["last_error"] == error {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("`{error}` was not noted")
    };
    failed(&people, 1, "the gateway answered HTTP 429").await;
    let cookie = people.cookie.clone();
    let server = gateway.server_in(server.end().await, KEY, &[], false).await;
    let people = People::again(&server, cookie);
    // Half a minute later it is due.
    let messenger = server.app.messenger().unwrap();
    let now = OffsetDateTime::now_utc();
    assert_eq!(messenger.send_due(now + Duration::seconds(40)).await.unwrap(), 1);
    failed(&people, 2, "the gateway answered HTTP 500").await;
    // The gateway would take it now; but a server that was off for a week tells no old news.
    assert_eq!(messenger.send_due(now + Duration::WEEK).await.unwrap(), 1);
    let given_up = ended(&people, "given_up", 1).await;
    assert_eq!((&given_up[0]["tries"], &given_up[0]["topic"]), (&json!(2), &json!("report_accepted")));
    assert!(gateway.is_quiet());
    assert_eq!(messenger.drop_old(now + Duration::days(100)).await.unwrap(), 1);
}

#[tokio::test]
async fn what_the_gateway_refuses_for_good_is_given_up_and_ends_the_turn_of_its_user() {
    let mut gateway = Gateway::start(&[]).await;
    let server = gateway.server(false).await;
    let (people, li, desk) = quarter(&server, &mut gateway).await;
    // Nothing is sent but by hand.
    server.stop.send_replace(true);
    let id = lamp_of(&server, &li).await;
    act(&server, &desk, id, json!({ "deed": "accept" })).await;
    say(&server, &desk, id, "which lamp?").await;
    say(&server, &desk, id, "left or right?").await;
    gateway.refuse(&[503, 400]);
    let messenger = server.app.messenger().unwrap();
    let now = OffsetDateTime::now_utc();
    let stands = async || {
        let listed = listed(&people, "").await;
        let of = |message: &Value| (message["tries"].as_u64().unwrap(), message["end"].clone());
        listed.iter().rev().map(of).collect::<Vec<_>>()
    };
    assert_eq!(messenger.send_due(now).await.unwrap(), 3);
    let (waits, over) = (Value::Null, json!("given_up"));
    assert_eq!(stands().await, [(1, over.clone()), (0, waits.clone()), (0, waits.clone())]);
    assert_eq!(messenger.send_due(now).await.unwrap(), 2);
    assert_eq!(stands().await, [(1, over.clone()), (1, waits.clone()), (0, waits)]);
    assert!(gateway.is_quiet());
    assert_eq!(messenger.send_due(now + Duration::MINUTE).await.unwrap(), 2);
    assert_eq!(stands().await, [(1, over), (2, json!("sent")), (1, json!("sent"))]);
}

#[tokio::test]
async fn nothing_is_sent_that_cannot_be_noted_before() {
    let mut gateway = Gateway::start(&[]).await;
    let server = gateway.server(false).await;
    let (people, li, desk) = quarter(&server, &mut gateway).await;
    // As a disk that is full: messages can be read, and nothing of them noted.
    let address = format!("sqlite:{}/twin.db", server.folder.path().display());
    let database = sqlx::SqlitePool::connect(&address).await.unwrap();
    let run = async |sql: &'static str| sqlx::query(sql).execute(&database).await.unwrap();
    run("CREATE TRIGGER full BEFORE UPDATE ON message BEGIN SELECT RAISE(ABORT, 'full'); END").await;
    let id = lamp_of(&server, &li).await;
    act(&server, &desk, id, json!({ "deed": "accept" })).await;
    let messenger = server.app.messenger().unwrap();
    for _ in 0..3 {
        assert!(messenger.send_due(OffsetDateTime::now_utc()).await.is_err());
    }
    assert!(gateway.is_quiet());
    run("DROP TRIGGER full").await;
    let sent = ended(&people, "sent", 1).await;
    assert_eq!((sent.len(), &sent[0]["tries"]), (1, &json!(1)));
    assert_eq!(gateway.message().await["template"], "report_accepted");
    assert!(gateway.is_quiet());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_gateway_and_the_try_counts() {
    let mut gateway = Gateway::start(&[]).await;
    let server = gateway.server(false).await;
    let (people, li, desk) = quarter(&server, &mut gateway).await;
    server.stop.send_replace(true);
    gateway.refuse(&[NEVER]);
    let id = lamp_of(&server, &li).await;
    act(&server, &desk, id, json!({ "deed": "accept" })).await;
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let messenger = server.app.messenger().unwrap();
    let job = tokio::spawn(twin_server::jobs::send_messages(std::sync::Arc::clone(messenger), stopping));
    while gateway.answers_left() > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(tried(&people, 1).await["last_error"], Value::Null);
    stop.send_replace(true);
    tokio::time::timeout(std::time::Duration::from_secs(60), job).await.unwrap().unwrap();
}
