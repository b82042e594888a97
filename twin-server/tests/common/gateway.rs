//! A gateway of text messages for tests: a real HTTP server that checks signatures and hands on what it is posted.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::mpsc;
use twin_server::config::ServeConfig;
use twin_server::contacts::{ContactsConfig, SmsConfig};
use twin_server::webhooks::sign;

use super::{Server, publish};

pub(crate) const KEY: &str = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// In place of a status: there is no answer.
pub(crate) const NEVER: u16 = 0;

/// A gateway.
pub(crate) struct Gateway {
    url: String,
    messages: mpsc::UnboundedReceiver<Value>,
    answers: Arc<Mutex<Vec<u16>>>,
}

#[derive(Clone)]
struct Desk {
    messages: mpsc::UnboundedSender<Value>,
    answers: Arc<Mutex<Vec<u16>>>,
}

impl Gateway {
    /// A gateway that answers with these statuses, the last first, and then takes everything.
    pub(crate) async fn start(answers: &[u16]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/codes", listener.local_addr().unwrap());
        let (sender, messages) = mpsc::unbounded_channel();
        let answers = Arc::new(Mutex::new(answers.to_vec()));
        let desk = Desk { messages: sender, answers: Arc::clone(&answers) };
        let router = Router::new().route("/codes", post(take)).with_state(desk);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, messages, answers }
    }

    /// Answers with these statuses, the last first, before it takes everything again.
    pub(crate) fn refuse(&self, answers: &[u16]) {
        *self.answers.lock().unwrap() = answers.to_vec();
    }

    /// How many answers it still has to give.
    pub(crate) fn answers_left(&self) -> usize {
        self.answers.lock().unwrap().len()
    }

    /// The next message.
    pub(crate) async fn message(&mut self) -> Value {
        tokio::time::timeout(Duration::from_secs(60), self.messages.recv()).await.unwrap().unwrap()
    }

    /// The code of the next message, which must be for this number.
    pub(crate) async fn code(&mut self, to: &str) -> String {
        let message = self.message().await;
        assert_eq!(message["to"], to);
        message["code"].as_str().unwrap().to_owned()
    }

    /// Whether nothing has come.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.messages.try_recv().is_err()
    }

    /// A server that has contact data and sends codes here.
    pub(crate) async fn server(&self, phone_sign_up: bool) -> Server {
        let folder = tempfile::tempdir().unwrap();
        publish(&folder.path().join("publication"), "v1");
        self.server_in(folder, KEY, &[], phone_sign_up).await
    }

    /// As [`Self::server`], in a folder and under keys of its own.
    pub(crate) async fn server_in(
        &self,
        folder: TempDir,
        key: &str,
        old_keys: &[&str],
        phone_sign_up: bool,
    ) -> Server {
        let contacts = ContactsConfig {
            key: Some(key.parse().unwrap()),
            old_keys: old_keys.iter().map(|key| key.parse().unwrap()).collect(),
            ..ContactsConfig::default()
        };
        let sms = SmsConfig {
            url: Some(self.url.parse().unwrap()),
            secret: Some(SECRET.parse().unwrap()),
            // Longer than any test waits.
            timeout: Duration::from_secs(600),
            ..SmsConfig::default()
        };
        Server::start_as(folder, |mut config| {
            config.auth.phone_sign_up = phone_sign_up;
            ServeConfig { contacts, sms, ..config }
        })
        .await
    }
}

async fn take(State(desk): State<Desk>, headers: HeaderMap, body: String) -> StatusCode {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let unix_s: i64 = header("webhook-timestamp").parse().unwrap();
    let expected = sign(SECRET, &header("webhook-id"), unix_s, &body).signature;
    if header("webhook-signature") != expected || header("content-type") != "application/json" {
        return StatusCode::UNAUTHORIZED;
    }
    let answer = desk.answers.lock().unwrap().pop();
    match answer {
        Some(NEVER) => std::future::pending().await,
        Some(status) => return StatusCode::from_u16(status).unwrap(),
        None => {}
    }
    let _ = desk.messages.send(serde_json::from_str(&body).unwrap());
    StatusCode::ACCEPTED
}
