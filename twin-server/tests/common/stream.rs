//! The stream of a viewer on a server without a socket, as far as it tells of reports and projects.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use futures_util::StreamExt;
use serde_json::Value;
use tokio::time::timeout;

use super::Server;

/// A stream counts as silent after this long: what is told comes within milliseconds.
const SILENCE: Duration = Duration::from_millis(400);

/// A viewer's stream of events.
pub(crate) struct Stream {
    body: BodyDataStream,
    last: String,
}

impl Stream {
    /// Begins to listen, and has had the snapshot.
    pub(crate) async fn open(server: &Server, query: &str, headers: &[(&str, &str)]) -> Self {
        let mut request = Request::builder().uri(format!("/api/v1/events{query}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = server.raw(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let mut stream = Self { body: answer.into_body().into_data_stream(), last: String::new() };
        stream.heard().await;
        stream
    }

    pub(crate) async fn of(server: &Server, cookie: &str) -> Self {
        Self::open(server, "", &[("cookie", cookie)]).await
    }

    /// Goes on after the last event of an earlier stream.
    pub(crate) async fn after(server: &Server, last: &str, headers: &[(&str, &str)]) -> Self {
        let request = Request::builder().uri("/api/v1/events").header("last-event-id", last);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = server.raw(request.body(Body::empty()).unwrap()).await;
        Self { body: answer.into_body().into_data_stream(), last: String::new() }
    }

    /// Hangs up; gives the id of the last event.
    pub(crate) fn end(self) -> String {
        self.last
    }

    /// Whether the server ends it, with words after which a browser begins with a snapshot.
    pub(crate) async fn ends(mut self) -> bool {
        let mut text = String::new();
        while let Ok(piece) = timeout(Duration::from_secs(10), self.body.next()).await {
            let Some(piece) = piece else { return text.ends_with("id: \n\n") };
            text.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
        }
        false
    }

    /// Whether it begins with a snapshot.
    pub(crate) async fn begins_anew(mut self) -> bool {
        let first = timeout(SILENCE, self.body.next()).await;
        let Ok(Some(Ok(first))) = first else { return false };
        String::from_utf8_lossy(&first).contains("event: snapshot")
    }

    /// Names and data of what has come about reports and projects, until it is silent.
    pub(crate) async fn heard(&mut self) -> Vec<(String, Value)> {
        let mut text = String::new();
        while let Ok(Some(piece)) = timeout(SILENCE, self.body.next()).await {
            text.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
        }
        let mut heard = Vec::new();
        for event in text.split("\n\n") {
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
            if let Some(id) = field("id: ") {
                id.clone_into(&mut self.last);
            }
            let Some(name) = field("event: ").filter(|name| is_heeded(name)) else { continue };
            heard.push((name.to_owned(), serde_json::from_str(field("data: ").unwrap()).unwrap()));
        }
        heard
    }

    /// Names and numbers of what has come.
    pub(crate) async fn told(&mut self) -> Vec<String> {
        let heard = self.heard().await;
        heard.iter().map(|(name, data)| format!("{name} {}", data["id"])).collect()
    }
}

fn is_heeded(name: &str) -> bool {
    name.starts_with("report") || name.starts_with("project")
}
