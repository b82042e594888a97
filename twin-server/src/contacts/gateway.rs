//! Who carries messages to telephones: a gateway of text messages that is posted to, or this server's log. A number and
//! what is to be told come in, a message goes out. Called by `contacts`; another carrier is another [`Gateway`].
//!
//! A message is a template and its parameters, as carriers in China let nothing else pass, and the same as a text for
//! those who let anything pass.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use futures_util::future::BoxFuture;
use serde::Serialize;
use time::OffsetDateTime;
use twin_schemas::LocalizedText;

use super::code::Code;
use crate::auth::oidc::{PublicUrl, safe_url};
use crate::auth::secret;
use crate::domain::contact::{CODE_FOR, Phone};
use crate::domain::cycle::Word as _;
use crate::domain::message::{self, Failed, MessageLanguage, MessageTopic};
use crate::webhooks::{Client, Posted, SECRET_PREFIX, WebhooksConfig, sign};

/// How often a message is posted that does not arrive. Each try has the same `webhook-id`, so that a gateway which
/// took the first one sends it once.
const TRIES: u32 = 3;
/// The pause before the second try; each later one is twice as long.
const PAUSE: Duration = Duration::from_secs(1);

/// Where messages are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsConfig {
    /// The gateway of text messages; without one they are written to the log.
    pub url: Option<GatewayUrl>,
    /// What messages to it are signed with.
    pub secret: Option<GatewaySecret>,
    /// How long it may take to answer.
    pub timeout: Duration,
    /// Where this server's pages are, for links in messages.
    pub public_url: Option<PublicUrl>,
    /// Most messages about reports that one user gets within a day.
    pub per_day: u32,
}

impl Default for SmsConfig {
    fn default() -> Self {
        Self { url: None, secret: None, timeout: Duration::from_secs(10), public_url: None, per_day: 5 }
    }
}

/// An address to which codes go that nobody may read on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayUrl(String);

impl GatewayUrl {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for GatewayUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        safe_url(text).map(|url| Self(url.as_str().to_owned()))
    }
}

/// What messages to the gateway are signed with, as Standard Webhooks has it. Not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct GatewaySecret(String);

impl GatewaySecret {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for GatewaySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GatewaySecret(…)")
    }
}

impl std::str::FromStr for GatewaySecret {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        use base64::Engine as _;
        let key = text.strip_prefix(SECRET_PREFIX);
        let key = key.and_then(|key| base64::engine::general_purpose::STANDARD.decode(key).ok());
        // Standard Webhooks: 24 to 64 bytes.
        if key.is_some_and(|key| (24..=64).contains(&key.len())) {
            return Ok(Self(text.to_owned()));
        }
        Err("is no secret of webhooks\nhint: write `whsec_` and the output of `openssl rand -base64 32`"
            .into())
    }
}

/// A message on its way.
#[derive(Debug, Clone)]
pub struct Message {
    /// To whom.
    pub to: Phone,
    /// What.
    pub content: Content,
}

/// What a message tells.
#[derive(Debug, Clone)]
pub enum Content {
    /// A code.
    Code {
        /// The code.
        code: Code,
        /// What it proves: `sign_in` or `attach`.
        purpose: &'static str,
    },
    /// That something happened to a report.
    Report {
        /// What each try of this message is known by.
        id: String,
        /// What happened.
        topic: MessageTopic,
        /// Number of the report.
        report: u64,
        /// The language that its reader wants.
        language: MessageLanguage,
        /// Where to look.
        link: Option<String>,
    },
}

/// Who carries messages.
pub trait Gateway: Send + Sync {
    /// Has a message sent: a code with some patience, for it is waited for; of others each call is one try. The error
    /// tells why not, without number or code.
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), Failed>>;
}

/// The carrier of a configuration.
///
/// # Errors
/// If encryption cannot be set up.
pub fn gateway_of(config: &SmsConfig) -> anyhow::Result<Arc<dyn Gateway>> {
    let (Some(url), Some(secret)) = (&config.url, &config.secret) else {
        tracing::warn!(
            "codes that people sign in with are written to this log, where whoever reads it can use them, and so are messages; set `sms.url` to have them sent"
        );
        return Ok(Arc::new(LogGateway));
    };
    // Whoever writes the configuration may have a gateway in their own network.
    let client = Client::new(WebhooksConfig { allow_private: true, timeout: config.timeout })?;
    Ok(Arc::new(HttpGateway { client, url: url.as_str().to_owned(), secret: secret.clone() }))
}

/// Writes messages to the log: for trying it out.
struct LogGateway;

impl Gateway for LogGateway {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), Failed>> {
        Box::pin(async move {
            let to = message.to.masked();
            match &message.content {
                Content::Code { code, purpose } => {
                    let code = code.digits();
                    tracing::warn!(to, code, purpose, "a code, which would be sent if `sms.url` were set");
                }
                Content::Report { topic, report, .. } => {
                    let topic = topic.id();
                    tracing::warn!(to, topic, report, "a message, which would be sent if `sms.url` were set");
                }
            }
            Ok(())
        })
    }
}

/// Posts to a gateway of text messages, signed as webhooks are.
struct HttpGateway {
    client: Client,
    url: String,
    secret: GatewaySecret,
}

/// What a gateway is posted.
#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    to: &'a str,
    template: &'static str,
    parameters: BTreeMap<&'static str, String>,
    text: LocalizedText,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in_s: Option<i64>,
}

impl Gateway for HttpGateway {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), Failed>> {
        Box::pin(async move {
            let (id, tries) = match &message.content {
                Content::Code { .. } => {
                    (format!("code_{}", secret::id().map_err(|error| fault(&error))?), TRIES)
                }
                // Whoever keeps the message tries again.
                Content::Report { id, .. } => (id.clone(), 1),
            };
            let body = body_of(message).map_err(|error| fault(&error))?;
            let mut pause = PAUSE;
            for tried in 1.. {
                match self.post(&id, &body).await {
                    Ok(()) => return Ok(()),
                    Err(failed) if tried == tries || !failed.may_pass => return Err(failed),
                    Err(_) => tokio::time::sleep(pause).await,
                }
                pause *= 2;
            }
            Ok(())
        })
    }
}

/// Something is wrong here and not at the gateway.
fn fault(error: &dyn std::fmt::Display) -> Failed {
    Failed { why: error.to_string(), may_pass: true }
}

/// Whether what was not taken may be taken later: all but the client's errors that are about the message, not about when or
/// by whom. A secret or an address that is wrong is put right.
fn may_pass(status: StatusCode) -> bool {
    use StatusCode as Is;
    let not_of_it = [
        Is::UNAUTHORIZED,
        Is::PAYMENT_REQUIRED,
        Is::FORBIDDEN,
        Is::NOT_FOUND,
        Is::METHOD_NOT_ALLOWED,
        Is::PROXY_AUTHENTICATION_REQUIRED,
        Is::REQUEST_TIMEOUT,
        Is::TOO_EARLY,
        Is::TOO_MANY_REQUESTS,
    ];
    !status.is_client_error() || not_of_it.contains(&status)
}

impl HttpGateway {
    async fn post(&self, id: &str, body: &str) -> Result<(), Failed> {
        let signed = sign(self.secret.as_str(), id, OffsetDateTime::now_utc().unix_timestamp(), body);
        let media_type = "application/json";
        let posted = Posted { url: &self.url, id, signed, media_type, body: body.to_owned() };
        match self.client.post(posted).await {
            Ok(status) if status.is_success() => Ok(()),
            Ok(status) => Err(Failed {
                why: format!("the gateway answered HTTP {}", status.as_u16()),
                may_pass: may_pass(status),
            }),
            Err(why) => Err(Failed { why, may_pass: true }),
        }
    }
}

fn body_of(Message { to, content }: &Message) -> Result<String, serde_json::Error> {
    let body = match content {
        Content::Code { code, purpose } => code_body(to, code, purpose),
        Content::Report { topic, report, language, link, .. } => {
            let link_there = link.iter().map(|link| ("link", link.clone()));
            Body {
                r#type: "report",
                to: to.plain(),
                template: topic.id(),
                parameters: std::iter::once(("report", report.to_string())).chain(link_there).collect(),
                text: message::text(*topic, *report, link.as_deref()),
                language: Some(language.id()),
                code: None,
                purpose: None,
                expires_in_s: None,
            }
        }
    };
    serde_json::to_string(&body)
}

fn code_body<'a>(to: &'a Phone, code: &'a Code, purpose: &'static str) -> Body<'a> {
    let (digits, minutes) = (code.digits(), CODE_FOR.whole_minutes());
    Body {
        r#type: "code",
        to: to.plain(),
        template: "code",
        parameters: [("code", digits.to_owned()), ("minutes", minutes.to_string())].into(),
        text: LocalizedText::new(
            format!("验证码 {digits}，{minutes} 分钟内有效。请不要告诉任何人。"),
            format!("Your code is {digits}. It holds for {minutes} minutes. Tell it to nobody."),
        ),
        language: None,
        code: Some(digits),
        purpose: Some(purpose),
        expires_in_s: Some(CODE_FOR.whole_seconds()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_go_nowhere_where_others_could_read_them() {
        for good in ["https://sms.example/send?app=1", "http://127.0.0.1:9000/"] {
            assert_eq!(good.parse::<GatewayUrl>().unwrap().as_str(), good);
        }
        for bad in ["http://sms.example/send", "sms.example", ""] {
            assert!(bad.parse::<GatewayUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_what_is_wrong_with_a_message_ends_it() {
        let is_for_good = |status: u16| !may_pass(StatusCode::from_u16(status).unwrap());
        for status in [400, 410, 413, 415, 422] {
            assert!(is_for_good(status), "{status}");
        }
        for status in [302, 307, 401, 403, 404, 408, 425, 429, 500, 503] {
            assert!(!is_for_good(status), "{status}");
        }
    }

    #[test]
    fn a_secret_is_one_of_standard_webhooks_and_is_not_printed() {
        let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let secret: GatewaySecret = text.parse().unwrap();
        assert_eq!((secret.as_str(), format!("{secret:?}").as_str()), (text, "GatewaySecret(…)"));
        for bad in ["", "secret", "whsec_", "whsec_c2hvcnQ=", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert!(bad.parse::<GatewaySecret>().unwrap_err().contains("openssl"), "{bad}");
        }
    }

    #[test]
    fn a_message_says_to_people_what_the_code_is_and_prints_none() {
        let message = Message {
            to: Phone::parse("13800005678").unwrap(),
            content: Content::Code { code: Code::typed("012345").unwrap(), purpose: "sign_in" },
        };
        let body: serde_json::Value = serde_json::from_str(&body_of(&message).unwrap()).unwrap();
        assert_eq!((&body["to"], &body["code"]), (&"+8613800005678".into(), &"012345".into()));
        for language in ["zh", "en"] {
            let text = body["text"][language].as_str().unwrap();
            assert!(text.contains("012345") && !text.contains("1380000"), "{text}");
        }
        assert!(!format!("{message:?}").contains("012345"));
    }

    #[test]
    fn a_message_about_a_report_is_a_template_with_parameters_and_a_text() {
        let link = Some("https://twin.example/resident#report/7".to_owned());
        let content = Content::Report {
            id: "message_1".into(),
            topic: MessageTopic::Answered,
            report: 7,
            language: MessageLanguage::En,
            link,
        };
        let message = Message { to: Phone::parse("13800005678").unwrap(), content };
        let body: serde_json::Value = serde_json::from_str(&body_of(&message).unwrap()).unwrap();
        let expected = serde_json::json!({
            "type": "report", "to": "+8613800005678", "template": "report_answered", "language": "en",
            "parameters": { "report": "7", "link": "https://twin.example/resident#report/7" },
            "text": {
                "zh": "您上报的 7 号事项已有处理反馈，请您确认并评价。查看：https://twin.example/resident#report/7",
                "en": "Your report no. 7 was answered; please confirm and rate it. See https://twin.example/resident#report/7",
            },
        });
        assert_eq!(body, expected);
    }
}
