//! What tests of residents' reports share: people with their parts, a broken lamp, files that are sent along.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use twin_server::domain::permission::{Grant, Role};

use super::people::{People, ZONE_1, add_zone_2, send_as};
use super::{Answer, Server};

/// Everyone who reports and who works on reports, signed in.
pub(crate) struct Street<'s> {
    pub(crate) server: &'s Server,
    pub(crate) people: People<'s>,
    pub(crate) resident: String,
    pub(crate) neighbour: String,
    pub(crate) desk: String,
    pub(crate) property: String,
    pub(crate) grid_worker: String,
    pub(crate) upper_unit: String,
}

impl<'s> Street<'s> {
    pub(crate) async fn of(server: &'s Server) -> Self {
        add_zone_2(server).await;
        let people = People::begin(server).await;
        let whole = |role| Grant::whole(role);
        let user = async |name: &str, role| people.user(name, &whole(role)).await;
        Self {
            resident: user("resident", Role::Resident).await,
            neighbour: user("neighbour", Role::Resident).await,
            desk: user("desk", Role::Community).await,
            property: user("property", Role::Property).await,
            grid_worker: user("worker", Role::GridWorker).await,
            upper_unit: user("upper", Role::UpperUnit).await,
            people,
            server,
        }
    }

    pub(crate) async fn post(&self, who: &str, path: &str, body: &Value) -> Answer {
        send_as(self.server, who, "POST", path, body).await
    }

    pub(crate) async fn report(&self, who: &str, draft: &Value) -> Answer {
        self.post(who, "/api/v1/reports", draft).await
    }

    pub(crate) async fn lamp(&self) -> u64 {
        lamp_of(self.server, &self.resident).await
    }

    pub(crate) async fn act(&self, who: &str, id: u64, deed: Value) -> Answer {
        self.post(who, &format!("/api/v1/reports/{id}/deeds"), &deed).await
    }

    /// Does something that must be possible, and gives the report.
    pub(crate) async fn done(&self, who: &str, id: u64, deed: Value) -> Value {
        act(self.server, who, id, deed).await
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Answer {
        self.server.get_with(path, &[("cookie", who)]).await
    }

    pub(crate) async fn numbers(&self, who: &str, query: &str) -> Vec<u64> {
        let page = self.get(who, &format!("/api/v1/reports?{query}")).await.json();
        page["reports"].as_array().unwrap().iter().map(|report| report["id"].as_u64().unwrap()).collect()
    }

    pub(crate) async fn detail(&self, who: &str, id: u64) -> Value {
        self.get(who, &format!("/api/v1/reports/{id}")).await.json()
    }

    /// Up to the answer.
    pub(crate) async fn repaired(&self, id: u64) {
        self.done(&self.desk, id, json!({ "deed": "accept" })).await;
        self.done(&self.desk, id, json!({ "deed": "dispatch", "body": "property" })).await;
        self.done(&self.property, id, json!({ "deed": "start" })).await;
        self.done(&self.property, id, json!({ "deed": "answer", "text": "已更换灯具" })).await;
    }
}

pub(crate) fn at(east_m: f64) -> Value {
    json!({ "position": { "east_m": east_m, "north_m": 10.0, "up_m": 0.0 } })
}

pub(crate) fn lamp() -> Value {
    json!({ "line": "problem", "kind": "lighting", "text": " 东门的路灯不亮 ", "place": at(ZONE_1) })
}

/// A lamp that someone reports.
pub(crate) async fn lamp_of(server: &Server, who: &str) -> u64 {
    let taken = send_as(server, who, "POST", "/api/v1/reports", &lamp()).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
    taken.json()["id"].as_u64().unwrap()
}

/// Does something that must be possible, and gives the report.
pub(crate) async fn act(server: &Server, who: &str, id: u64, deed: Value) -> Value {
    let done = send_as(server, who, "POST", &format!("/api/v1/reports/{id}/deeds"), &deed).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    done.json()["report"].clone()
}

/// Sends a photograph or a voice.
pub(crate) async fn send_file(
    server: &Server,
    who: &str,
    (path, media_type): (&str, &str),
    bytes: Vec<u8>,
) -> Answer {
    let request = Request::post(path).header("cookie", who).header("sec-fetch-site", "same-origin");
    server.ask(request.header("content-type", media_type).body(Body::from(bytes)).unwrap()).await
}
