//! Who carries codes to telephones: a gateway of text messages that is posted to, or this server's log. A number and
//! a code come in, a message goes out. Called by `contacts`; another carrier is another [`Gateway`].

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use serde::Serialize;
use time::OffsetDateTime;
use twin_schemas::LocalizedText;

use super::code::Code;
use crate::auth::oidc::safe_url;
use crate::auth::secret;
use crate::domain::contact::{CODE_FOR, Phone};
use crate::webhooks::{Client, Posted, SECRET_PREFIX, WebhooksConfig, sign};

/// How often a message is posted that does not arrive. Each try has the same `webhook-id`, so that a gateway which
/// took the first one sends it once.
const TRIES: u32 = 3;
/// The pause before the second try; each later one is twice as long.
const PAUSE: Duration = Duration::from_secs(1);

/// Where codes are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmsConfig {
    /// The gateway of text messages; without one codes are written to the log.
    pub url: Option<GatewayUrl>,
    /// What messages to it are signed with.
    pub secret: Option<GatewaySecret>,
    /// How long it may take to answer.
    pub timeout: Duration,
}

impl Default for SmsConfig {
    fn default() -> Self {
        Self { url: None, secret: None, timeout: Duration::from_secs(10) }
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

/// A code on its way.
#[derive(Debug, Clone)]
pub struct Message {
    /// To whom.
    pub to: Phone,
    /// What.
    pub code: Code,
    /// What it proves: `sign_in` or `attach`.
    pub purpose: &'static str,
}

/// Who carries codes.
pub trait Gateway: Send + Sync {
    /// Has a message sent. The error tells why not, without number or code.
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), String>>;
}

/// The carrier of a configuration.
///
/// # Errors
/// If encryption cannot be set up.
pub fn gateway_of(config: &SmsConfig) -> anyhow::Result<Arc<dyn Gateway>> {
    let (Some(url), Some(secret)) = (&config.url, &config.secret) else {
        tracing::warn!(
            "codes that people sign in with are written to this log, where whoever reads it can use them; set `sms.url` to have them sent"
        );
        return Ok(Arc::new(LogGateway));
    };
    // Whoever writes the configuration may have a gateway in their own network.
    let client = Client::new(WebhooksConfig { allow_private: true, timeout: config.timeout })?;
    Ok(Arc::new(HttpGateway { client, url: url.as_str().to_owned(), secret: secret.clone() }))
}

/// Writes codes to the log: for trying it out.
struct LogGateway;

impl Gateway for LogGateway {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let Message { to, code, purpose } = message;
            let (to, code) = (to.masked(), code.digits());
            tracing::warn!(to, code, purpose, "a code, which would be sent if `sms.url` were set");
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
    code: &'a str,
    purpose: &'static str,
    expires_in_s: i64,
    text: LocalizedText,
}

impl Gateway for HttpGateway {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let id = format!("code_{}", secret::id().map_err(|error| error.to_string())?);
            let body = body_of(message)?;
            let mut pause = PAUSE;
            for tried in 1.. {
                match self.post(&id, &body).await {
                    Ok(()) => return Ok(()),
                    Err(Failed { why, may_pass }) if tried == TRIES || !may_pass => return Err(why),
                    Err(_) => tokio::time::sleep(pause).await,
                }
                pause *= 2;
            }
            Ok(())
        })
    }
}

/// A try that failed.
struct Failed {
    why: String,
    /// Whether it may go better in a moment.
    may_pass: bool,
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
                may_pass: status.is_server_error(),
            }),
            Err(why) => Err(Failed { why, may_pass: true }),
        }
    }
}

fn body_of(Message { to, code, purpose }: &Message) -> Result<String, String> {
    let (digits, minutes) = (code.digits(), CODE_FOR.whole_minutes());
    let body = Body {
        r#type: "code",
        to: to.plain(),
        code: digits,
        purpose,
        expires_in_s: CODE_FOR.whole_seconds(),
        text: LocalizedText::new(
            format!("验证码 {digits}，{minutes} 分钟内有效。请不要告诉任何人。"),
            format!("Your code is {digits}. It holds for {minutes} minutes. Tell it to nobody."),
        ),
    };
    serde_json::to_string(&body).map_err(|error| error.to_string())
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
            code: Code::typed("012345").unwrap(),
            purpose: "sign_in",
        };
        let body: serde_json::Value = serde_json::from_str(&body_of(&message).unwrap()).unwrap();
        assert_eq!((&body["to"], &body["code"]), (&"+8613800005678".into(), &"012345".into()));
        for language in ["zh", "en"] {
            let text = body["text"][language].as_str().unwrap();
            assert!(text.contains("012345") && !text.contains("1380000"), "{text}");
        }
        assert!(!format!("{message:?}").contains("012345"));
    }
}
