//! Users and keys for tests: made by an administrator over HTTP.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use twin_server::domain::permission::Grant;

use super::{Answer, Server};

pub(crate) const PASSWORD: &str = "three willows, two bridges";

/// Easts of places in zone 1, in zone 2 and in neither, of the publication with [`add_zone_2`].
pub(crate) const ZONE_1: f64 = 10.0;
pub(crate) const ZONE_2: f64 = 70.0;
pub(crate) const OUTSIDE: f64 = 500.0;

/// An administrator at work.
pub(crate) struct People<'s> {
    server: &'s Server,
    pub(crate) cookie: String,
}

/// A key that was issued.
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl<'s> People<'s> {
    /// Makes the first user of an open server, and signs in.
    pub(crate) async fn begin(server: &'s Server) -> Self {
        let body = json!({ "name": "root", "roles": [{ "role": "administrator" }], "password": PASSWORD });
        let added = server.send("POST", "/api/v1/users", body.to_string()).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
        Self { server, cookie: sign_in(server, "root", PASSWORD).await.unwrap() }
    }

    /// The administrator of before, at a server that was started anew.
    pub(crate) fn again(server: &'s Server, cookie: String) -> Self {
        Self { server, cookie }
    }

    /// Sends a change as the administrator's browser does.
    pub(crate) async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        send_as(self.server, &self.cookie, method, path, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.server.get_with(path, &[("cookie", &self.cookie)]).await
    }

    /// Adds a user and gives the cookie of a session, begun in the store: hashing passwords is slow by
    /// design.
    pub(crate) async fn user(&self, name: &str, grant: &Grant) -> String {
        let body = json!({ "name": name, "roles": [grant] });
        let added = self.send("POST", "/api/v1/users", &body).await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
        session_of(self.server, added.json()["user"]["id"].as_str().unwrap()).await
    }

    /// Where a user is changed.
    pub(crate) async fn path_of(&self, name: &str) -> String {
        let users = self.get("/api/v1/users").await.json();
        let user = users["users"].as_array().unwrap().iter().find(|user| user["name"] == name);
        format!("/api/v1/users/{}", user.unwrap()["id"].as_str().unwrap())
    }

    pub(crate) async fn key(&self, body: &Value) -> Key {
        let issued = self.send("POST", "/api/v1/keys", body).await;
        assert_eq!(issued.status, StatusCode::CREATED, "{}", issued.text());
        let issued = issued.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Key { id: text(&issued["key"]["id"]), secret: text(&issued["secret"]) }
    }

    pub(crate) async fn revoke(&self, id: &str) {
        let revoked = self.send("DELETE", &format!("/api/v1/keys/{id}"), &Value::Null).await;
        assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    }
}

/// Sends a change as a browser with this cookie does from a page of the server.
pub(crate) async fn send_as(server: &Server, cookie: &str, method: &str, path: &str, body: &Value) -> Answer {
    let request = Request::builder().method(method).uri(path).header("cookie", cookie);
    let request = request.header("sec-fetch-site", "same-origin").header("content-type", "application/json");
    server.ask(request.body(Body::from(body.to_string())).unwrap()).await
}

/// Sends a request with a key.
pub(crate) async fn send_with_key(
    server: &Server,
    key: &str,
    method: &str,
    path: &str,
    body: String,
) -> Answer {
    let request =
        Request::builder().method(method).uri(path).header("authorization", format!("Bearer {key}"));
    server.ask(request.header("content-type", "application/json").body(Body::from(body)).unwrap()).await
}

/// Signs in and gives the cookie, or the answer that refuses.
pub(crate) async fn sign_in(server: &Server, name: &str, password: &str) -> Result<String, Answer> {
    let body = json!({ "name": name, "password": password }).to_string();
    let answer = server.send("POST", "/api/v1/session", body).await;
    if answer.status != StatusCode::OK {
        return Err(answer);
    }
    Ok(answer.header("set-cookie").split(';').next().unwrap().to_owned())
}

/// Begins a session of a user in the store.
async fn session_of(server: &Server, user: &str) -> String {
    let (token, digest) = twin_server::auth::secret::secret("").unwrap();
    let now = time::OffsetDateTime::now_utc();
    let session = twin_server::store::Session { digest, user: user.to_owned(), created: now, seen: now };
    let entry = twin_server::domain::audit::AuditDraft::new(now, "test".into(), "session.begin", user);
    assert!(server.app.store.add_session(&session, &entry).await.unwrap());
    format!("twin-session={token}")
}

/// Publishes and serves a version that has a second zone beside the first.
pub(crate) async fn add_zone_2(server: &Server) {
    let root = server.folder.path().join("publication");
    super::publish(&root, "v2");
    let model = root.join("versions/v2/model.ndjson");
    let corner = |east_m: f64, north_m: f64| json!({ "east_m": east_m, "north_m": north_m, "up_m": 0.0 });
    let zone = json!({ "id": "zone/z2", "class": "zone",
        "bounds": { "min": corner(51.0, 0.0), "max": corner(100.0, 50.0) } });
    let lines = std::fs::read_to_string(&model).unwrap();
    std::fs::write(&model, format!("{lines}\n{zone}")).unwrap();
    let version = server.app.publications.load("v2").unwrap();
    server.app.model.publish("v2", std::sync::Arc::clone(&version.objects)).await.unwrap();
    server.app.publications.serve(version);
}
