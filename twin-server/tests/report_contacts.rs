//! Whom to call about a report: who sees how much of it, where it stands in no answer, and when it is gone.

use crate::common::gateway::Gateway;
use crate::common::people::{People, add_zone_2, send_as};
use crate::common::{Answer, Server, check_problem};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use twin_server::domain::permission::{Grant, Role};
use twin_server::store::AuditQuery;

const NAME: &str = "王建国";
const NUMBER: &str = "13911113456";

fn lamp() -> Value {
    json!({ "line": "problem", "kind": "lighting", "text": "东门的路灯不亮", "on_behalf": true,
        "place": { "position": { "east_m": 10.0, "north_m": 10.0, "up_m": 0.0 } },
        "contact": { "name": NAME, "phone": "139 1111 3456" } })
}

/// Everyone who may come, and a report that a grid worker made for someone.
struct Case<'s> {
    server: &'s Server,
    people: People<'s>,
    worker: String,
    desk: String,
    property: String,
    company: String,
    resident: String,
    id: u64,
}

impl<'s> Case<'s> {
    async fn of(server: &'s Server) -> Self {
        add_zone_2(server).await;
        let people = People::begin(server).await;
        let user = async |name: &str, role| people.user(name, &Grant::whole(role)).await;
        let worker = user("worker", Role::GridWorker).await;
        let sent = send_as(server, &worker, "POST", "/api/v1/reports", &lamp()).await;
        assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text());
        assert!(!sent.text().contains("3456") && sent.json().get("contact").is_none());
        Self {
            desk: user("desk", Role::Community).await,
            property: user("property", Role::Property).await,
            company: user("company", Role::Company).await,
            resident: user("resident", Role::Resident).await,
            id: sent.json()["id"].as_u64().unwrap(),
            worker,
            people,
            server,
        }
    }

    fn path(&self) -> String {
        format!("/api/v1/reports/{}/contact", self.id)
    }

    async fn contact(&self, who: &str) -> Answer {
        self.server.get_with(&self.path(), &[("cookie", who)]).await
    }

    async fn masked(&self, who: &str) -> Value {
        let path = format!("/api/v1/reports/{}", self.id);
        self.server.get_with(&path, &[("cookie", who)]).await.json()["contact"].clone()
    }

    async fn done(&self, who: &str, deed: Value) {
        let path = format!("/api/v1/reports/{}/deeds", self.id);
        let done = send_as(self.server, who, "POST", &path, &deed).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
        assert!(!done.text().contains(NAME) && !done.text().contains(NUMBER));
    }

    /// Up to the end.
    async fn closed(&self) {
        self.done(&self.desk, json!({ "deed": "accept" })).await;
        self.done(&self.desk, json!({ "deed": "dispatch", "body": "property" })).await;
        self.done(&self.property, json!({ "deed": "start" })).await;
        self.done(&self.property, json!({ "deed": "answer", "text": "已更换" })).await;
        self.done(&self.desk, json!({ "deed": "pass" })).await;
        self.done(&self.worker, json!({ "deed": "confirm", "rating": { "stars": 5 } })).await;
    }

    async fn looks(&self) -> usize {
        self.server.app.auth.flush().await;
        let query = AuditQuery { limit: 999, ..AuditQuery::default() };
        let log = self.server.app.store.audit_after(0, &query).await.unwrap();
        let told = log.iter().filter(|entry| {
            entry.what.action == "report.contact" && entry.what.object == format!("report:{}", self.id)
        });
        told.count()
    }
}

#[tokio::test]
async fn whoever_must_call_now_has_it_whole_and_who_works_on_it_has_a_mask() {
    let server = Gateway::start(&[]).await.server(false).await;
    let case = Case::of(&server).await;
    let whole = json!({ "name": NAME, "phone": "+8613911113456" });
    let mask = |may_call: bool| json!({ "name": "王**", "phone": "+86 139****3456", "may_call": may_call });
    // The desk, before it is sent out; nobody else, who does not learn either whether there is one.
    assert_eq!(case.contact(&case.desk).await.json(), whole);
    assert_eq!(case.masked(&case.desk).await, mask(true));
    check_problem(&case.contact(&case.property).await, 404, "unknown_report");
    case.done(&case.desk, json!({ "deed": "accept" })).await;
    check_problem(&case.contact(&case.property).await, 403, "not_your_call");
    assert_eq!(case.masked(&case.property).await, Value::Null);
    assert_eq!(case.masked(&case.resident).await, Value::Null);
    check_problem(&case.contact(&case.resident).await, 403, "role_denied");
    // The body that it is sent to, until it is another's.
    case.done(&case.desk, json!({ "deed": "dispatch", "body": "property" })).await;
    assert_eq!(case.contact(&case.property).await.json(), whole);
    assert_eq!(case.masked(&case.property).await, mask(true));
    check_problem(&case.contact(&case.company).await, 403, "not_your_call");
    case.done(&case.property, json!({ "deed": "return", "text": "不属于物业" })).await;
    check_problem(&case.contact(&case.property).await, 403, "not_your_call");
    assert_eq!(case.looks().await, 2, "each look is in the audit log");
    check_problem(&server.get(&case.path()).await, 401, "key_required");
    let key = case.people.key(&json!({ "name": "k", "role": "community" })).await;
    let by_key = server.get_with(&case.path(), &[("x-api-key", &key.secret)]).await;
    check_problem(&by_key, 403, "people_only");
}

/// Hands a report on as a hotline does; gives its number and what the hotline is told.
async fn handed_on(server: &Server, key: &str, more: &str) -> (u64, Value) {
    let form = format!("service_code=lighting&description=lamp&address_string=3&api_key={key}{more}");
    let request = Request::builder()
        .method("POST")
        .uri("/open311/v2/requests.json?locale=en")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .unwrap();
    let taken = server.ask(request).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
    let taken = taken.json()[0].clone();
    (taken["service_request_id"].as_str().unwrap().parse().unwrap(), taken["service_notice"].clone())
}

#[tokio::test]
async fn a_hotline_may_say_whom_to_call_and_is_told_where_that_is_not_kept() {
    let caller = "&phone=13911113456&first_name=Jianguo&last_name=Wang";
    let server = Gateway::start(&[]).await.server(false).await;
    let people = People::begin(&server).await;
    let key = people.key(&json!({ "name": "hotline", "role": "grid_worker" })).await.secret;
    let desk = people.user("desk", &Grant::whole(Role::Community)).await;
    let (id, notice) = handed_on(&server, &key, caller).await;
    assert_eq!(notice, Value::Null);
    let contact = server.get_with(&format!("/api/v1/reports/{id}/contact"), &[("cookie", &desk)]).await;
    assert_eq!(contact.json(), json!({ "name": "Jianguo Wang", "phone": "+8613911113456" }));
    let told = server.get_with(&format!("/open311/v2/requests/{id}.json"), &[("cookie", &desk)]).await;
    assert!(told.status == StatusCode::OK && !told.text().contains("3456") && !told.text().contains("Wang"));
    let (nameless, _) = handed_on(&server, &key, "&phone=13911113456").await;
    let contact = server.get_with(&format!("/api/v1/reports/{nameless}/contact"), &[("cookie", &desk)]).await;
    assert_eq!(contact.json()["name"], json!("caller"));
    // Without a key for contact data the report is taken, and the number is not.
    let server = Server::start().await;
    let people = People::begin(&server).await;
    let key = people.key(&json!({ "name": "hotline", "role": "grid_worker" })).await.secret;
    let (_, notice) = handed_on(&server, &key, caller).await;
    assert_eq!(notice, json!("The telephone number is not kept."));
}

#[tokio::test]
async fn a_role_in_another_zone_calls_nobody() {
    let server = Gateway::start(&[]).await.server(false).await;
    let case = Case::of(&server).await;
    let zone = |zone: &str| Grant { role: Role::Community, zones: Some([zone.to_owned()].into()) };
    let here = case.people.user("here", &zone("zone/z1")).await;
    let there = case.people.user("there", &zone("zone/z2")).await;
    case.done(&case.desk, json!({ "deed": "accept" })).await;
    assert_eq!(case.contact(&here).await.status, StatusCode::OK);
    check_problem(&case.contact(&there).await, 403, "not_your_call");
    assert_eq!(case.masked(&there).await, Value::Null);
}

#[tokio::test]
async fn after_its_end_nobody_calls_and_after_its_days_nobody_could() {
    let server = Gateway::start(&[]).await.server(false).await;
    let case = Case::of(&server).await;
    case.closed().await;
    check_problem(&case.contact(&case.desk).await, 403, "not_your_call");
    assert_eq!(case.masked(&case.desk).await["may_call"], false);
    let now = OffsetDateTime::now_utc();
    let drop = async |days: i64| {
        server.app.reports.drop_contacts_ended(now - Duration::days(days), now).await.unwrap()
    };
    assert_eq!(drop(30).await, 0);
    // Opened again, it is one to call about again.
    case.done(&case.worker, json!({ "deed": "reopen", "text": "又坏了" })).await;
    assert_eq!(case.contact(&case.desk).await.json()["name"], NAME);
    let later = OffsetDateTime::now_utc() + Duration::seconds(1);
    assert_eq!(server.app.reports.drop_contacts_ended(later, later).await.unwrap(), 0, "it is open");
    case.done(&case.worker, json!({ "deed": "withdraw" })).await;
    let later = OffsetDateTime::now_utc() + Duration::seconds(1);
    assert_eq!(server.app.reports.drop_contacts_ended(later, later).await.unwrap(), 1);
    assert_eq!(case.masked(&case.desk).await, Value::Null);
    assert_eq!(server.app.store.reports_with_contact().await.unwrap(), Vec::<u64>::new());
}

#[tokio::test]
async fn who_gave_it_and_the_desk_have_it_deleted() {
    let server = Gateway::start(&[]).await.server(false).await;
    let case = Case::of(&server).await;
    case.done(&case.desk, json!({ "deed": "accept" })).await;
    let delete = async |who: &str| send_as(&server, who, "DELETE", &case.path(), &Value::Null).await;
    for other in [&case.resident, &case.property] {
        check_problem(&delete(other).await, 403, "not_your_part");
    }
    assert_eq!(delete(&case.worker).await.status, StatusCode::NO_CONTENT);
    check_problem(&delete(&case.desk).await, 404, "no_contact");
    check_problem(&case.contact(&case.desk).await, 404, "no_contact");
    assert_eq!(case.masked(&case.desk).await, Value::Null);
}

#[tokio::test]
async fn a_contact_that_is_none_is_refused_with_the_report() {
    let server = Gateway::start(&[]).await.server(false).await;
    let case = Case::of(&server).await;
    let with = |contact: Value| {
        let mut report = lamp();
        report["contact"] = contact;
        report
    };
    let own = {
        let mut report = lamp();
        report["on_behalf"] = json!(false);
        report
    };
    for (report, code) in [
        (with(json!({ "name": NAME, "phone": "123" })), "bad_phone"),
        (with(json!({ "name": " ", "phone": NUMBER })), "bad_name"),
        (with(json!({ "name": "长".repeat(51), "phone": NUMBER })), "bad_name"),
        (with(json!({ "name": NAME })), "bad_value"),
        (with(json!({ "name": NAME, "phone": NUMBER, "zone": "z" })), "bad_value"),
        (own, "no_behalf"),
    ] {
        let refused = send_as(&server, &case.worker, "POST", "/api/v1/reports", &report).await;
        let problem = check_problem(&refused, 422, code);
        assert!(!problem.to_string().contains("3456"), "{problem}");
    }
    // A landline is one to call.
    let landline = with(json!({ "name": NAME, "phone": "010-12345678" }));
    let sent = send_as(&server, &case.worker, "POST", "/api/v1/reports", &landline).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text());
}

/// What is answered, as text; of a stream what comes at once. Nothing if it is refused.
async fn told(server: &Server, cookie: &str, path: &str) -> Option<String> {
    let request = Request::get(path.replace(' ', "%20")).header("cookie", cookie);
    let response = server.raw(request.body(Body::empty()).unwrap()).await;
    if !response.status().is_success() {
        return None;
    }
    let mut text = Vec::new();
    let mut pieces = response.into_body().into_data_stream();
    while let Ok(Some(Ok(piece))) =
        tokio::time::timeout(std::time::Duration::from_secs(1), pieces.next()).await
    {
        text.extend_from_slice(&piece);
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}

#[tokio::test]
async fn it_is_whole_at_its_own_address_and_in_no_other_answer() {
    let server = Gateway::start(&[]).await.server(false).await;
    let case = Case::of(&server).await;
    case.done(&case.desk, json!({ "deed": "accept" })).await;
    let root = &case.people.cookie;
    assert!(told(&server, root, &case.path()).await.unwrap().contains(NUMBER));
    let permissions = server.get("/api/v1/permissions").await.json();
    let routes = permissions["routes"].as_array().unwrap().iter().filter(|route| route["method"] == "GET");
    let mut paths: Vec<String> = routes
        .map(|route| route["path"].as_str().unwrap().replace("/collections/{id}", "/collections/reports"))
        .map(|path| path.replace("{id}", &case.id.to_string()).replace("{*feature}", &case.id.to_string()))
        .collect();
    paths.extend([
        "/api/v1/reports?deeds=true&state=open".into(),
        "/ogc/collections/reports/items?f=html".into(),
    ]);
    let (mut answered, mut shows_report) = (0, 0);
    for path in paths.iter().filter(|path| **path != case.path()) {
        let Some(text) = told(&server, root, path).await else { continue };
        answered += 1;
        shows_report += usize::from(text.contains("东门的路灯不亮"));
        for secret in [NAME, NUMBER, "11113456"] {
            assert!(!text.contains(secret), "{path} shows `{secret}`");
        }
    }
    // Or nothing was asked.
    assert!(answered >= 30 && shows_report >= 4, "{answered} answers, {shows_report} with the report");
}
