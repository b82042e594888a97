//! A client of a server process that says who it is with every request, and takes refusals and silence as
//! answers.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::http::Request;

/// Where a server is, and what is sent along with each request.
#[derive(Clone)]
pub(crate) struct Client {
    agent: ureq::Agent,
    url: String,
    headers: Vec<(&'static str, String)>,
}

/// An answer of any status.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) media_type: String,
    /// When it says to come again, in seconds.
    pub(crate) retry_after: Option<u32>,
    pub(crate) body: String,
}

impl Told {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }
}

impl Client {
    pub(crate) fn new(url: &str, headers: &[(&'static str, &str)]) -> Self {
        // Nothing here may hang for ever; no test measures this.
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { agent: config.new_agent(), url: url.to_owned(), headers }
    }

    /// Sends a request; nothing if the server is gone before its answer is complete.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Option<Told> {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        let request = self.headers.iter().fold(request, |r, (name, value)| r.header(*name, value));
        let answer = if matches!(method, "GET" | "DELETE") {
            self.agent.run(request.body(()).unwrap())
        } else {
            let request = request.header("content-type", "application/json");
            self.agent.run(request.body(body.to_string()).unwrap())
        };
        let mut answer = answer.ok()?;
        let media_type = answer.headers().get("content-type").map_or("", |value| value.to_str().unwrap());
        let media_type = media_type.to_owned();
        let retry_after = answer.headers().get("retry-after");
        let retry_after = retry_after.map(|value| value.to_str().unwrap().parse().unwrap());
        let body = answer.body_mut().with_config().limit(1 << 30).read_to_string().ok()?;
        Some(Told { status: answer.status().as_u16(), media_type, retry_after, body })
    }

    /// Gets what must be there.
    pub(crate) fn get(&self, path: &str) -> Told {
        let told = self.send("GET", path, &Value::Null).unwrap_or_else(|| panic!("{path}: no answer"));
        assert_eq!(told.status, 200, "{path}: {}", told.body);
        told
    }

    /// Signs in and gives the cookie; nothing if it is refused.
    pub(crate) fn sign_in(&self, name: &str, password: &str) -> Option<String> {
        let request = ureq::post(format!("{}/api/v1/session", self.url));
        let answer = request.send_json(json!({ "name": name, "password": password })).ok()?;
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        Some(cookie.split(';').next().unwrap().to_owned())
    }
}
