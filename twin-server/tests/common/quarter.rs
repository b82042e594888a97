//! A quarter with everyone who works on projects, and a project on its way. Used by the tests of projects.

use axum::http::StatusCode;
use serde_json::{Value, json};
use time::macros::format_description;
use time::{Duration, OffsetDateTime, UtcOffset};
use twin_server::domain::permission::{Grant, Role};

use super::people::{People, add_zone_2, send_as};
use super::{Answer, Server};

/// A quarter with everyone who works on projects, signed in.
pub(crate) struct Quarter<'s> {
    pub(crate) server: &'s Server,
    pub(crate) people: People<'s>,
    pub(crate) planner: String,
    pub(crate) reviewer: String,
    pub(crate) community: String,
    pub(crate) company: String,
    pub(crate) resident: String,
    pub(crate) neighbour: String,
}

impl<'s> Quarter<'s> {
    pub(crate) async fn of(server: &'s Server) -> Self {
        add_zone_2(server).await;
        let people = People::begin(server).await;
        let user = async |name: &str, role| people.user(name, &Grant::whole(role)).await;
        Self {
            planner: user("planner", Role::CommunityPlanner).await,
            reviewer: user("upper", Role::UpperUnit).await,
            community: user("desk", Role::Community).await,
            company: user("builder", Role::Company).await,
            resident: user("resident", Role::Resident).await,
            neighbour: user("neighbour", Role::Resident).await,
            people,
            server,
        }
    }

    pub(crate) async fn get(&self, who: &str, path: &str) -> Answer {
        self.server.get_with(path, &[("cookie", who)]).await
    }

    pub(crate) async fn send(&self, who: &str, method: &str, path: &str, body: &Value) -> Answer {
        send_as(self.server, who, method, path, body).await
    }

    pub(crate) async fn begin(&self, plan: &Value) -> u64 {
        let begun = self.send(&self.planner, "POST", "/api/v1/projects", plan).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
        begun.json()["id"].as_u64().unwrap()
    }

    pub(crate) async fn post(&self, who: &str, id: u64, what: &str, body: &Value) -> Answer {
        self.send(who, "POST", &format!("/api/v1/projects/{id}/{what}"), body).await
    }

    /// Something that must be possible; gives the project.
    pub(crate) async fn done(&self, who: &str, id: u64, what: &str, body: &Value) -> Value {
        let done = self.post(who, id, what, body).await;
        assert_eq!(done.status, StatusCode::OK, "{what} {body}: {}", done.text());
        done.json()["project"].clone()
    }

    pub(crate) async fn deed(&self, who: &str, id: u64, deed: &str) -> Value {
        self.done(who, id, "deeds", &json!({ "deed": deed, "text": "同意" })).await
    }

    pub(crate) async fn patch(&self, who: &str, id: u64, patch: &Value) -> Answer {
        self.send(who, "PATCH", &format!("/api/v1/projects/{id}"), patch).await
    }

    pub(crate) async fn detail(&self, who: &str, id: u64) -> Value {
        let detail = self.get(who, &format!("/api/v1/projects/{id}")).await;
        assert_eq!(detail.status, StatusCode::OK, "{}", detail.text());
        detail.json()
    }

    pub(crate) async fn numbers(&self, who: &str, query: &str) -> Vec<u64> {
        let page = self.get(who, &format!("/api/v1/projects?{query}")).await.json();
        page["projects"].as_array().unwrap().iter().map(|project| project["id"].as_u64().unwrap()).collect()
    }

    pub(crate) async fn declared(&self) -> u64 {
        let id = self.begin(&lift()).await;
        self.deed(&self.planner, id, "declare").await;
        id
    }

    /// On notice for ten full days.
    pub(crate) async fn on_notice(&self) -> u64 {
        let id = self.declared().await;
        for deed in ["screen", "assess", "verify"] {
            self.deed(&self.reviewer, id, deed).await;
        }
        let publish = json!({ "deed": "publish", "text": "现予公示", "last_day": in_days(10) });
        self.done(&self.community, id, "deeds", &publish).await;
        id
    }

    pub(crate) async fn pass(&self, days: i64) -> usize {
        self.server.app.projects.pass_time(OffsetDateTime::now_utc() + Duration::days(days)).await.unwrap()
    }

    /// In works, its notice over.
    pub(crate) async fn in_works(&self) -> u64 {
        let id = self.on_notice().await;
        self.pass(12).await;
        self.deed(&self.reviewer, id, "confirm").await;
        self.deed(&self.company, id, "start").await;
        id
    }
}

/// A day of the community, from today.
pub(crate) fn in_days(days: i64) -> String {
    let today = OffsetDateTime::now_utc().to_offset(UtcOffset::from_hms(8, 0, 0).unwrap()).date();
    (today + Duration::days(days)).format(format_description!("[year]-[month]-[day]")).unwrap()
}

pub(crate) fn lift() -> Value {
    json!({
        "name": { "zh": "3 号楼加装电梯", "en": "A lift for house 3" },
        "summary": "为 3 号楼加装一部电梯",
        "kind": "infrastructure",
        "level": "improving",
        "places": [{ "type": "object", "object": "building/b1" }],
        "phases": [{ "id": "build", "name": { "zh": "施工" }, "from": in_days(20), "to": in_days(90) }],
        "budget": { "planned_fen": 80_000_000, "sources": [{ "name": "财政补助", "amount_fen": 40_000_000 }] },
        "parties": [{ "role": "builder", "name": "安居建设" }],
        "documents": [{ "title": "方案", "url": "https://example.org/lift.pdf" }],
        "alternatives": [
            { "id": "now", "name": { "zh": "现状" }, "role": "before", "model": { "type": "scene", "scene": "full" } },
            { "id": "east", "name": { "zh": "东侧" }, "role": "plan",
              "model": { "type": "gltf", "path": "/publication/content/tile.glb" } },
        ],
    })
}
