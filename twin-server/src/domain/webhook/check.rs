//! Whether a webhook is one that can be delivered to.

use super::{EventType, Webhook};

/// Longest name and longest address.
const NAME_LIMIT: usize = 200;
const URL_LIMIT: usize = 2_000;
/// Kinds and zones in a filter.
const LIST_LIMIT: usize = 256;

/// Why a webhook is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// No name, or a very long one.
    #[error("`name` needs 1 to {NAME_LIMIT} characters")]
    Name,
    /// Not an address that events can be posted to.
    #[error("`url` is no address such as `https://example.org/hook`: {0}")]
    Url(&'static str),
    /// A filter that nobody needs.
    #[error("`{0}` has more than {LIST_LIMIT} entries")]
    TooMany(&'static str),
    /// Tests are sent by request.
    #[error("`{}` is sent by request only", EventType::WebhookTest.id())]
    Test,
}

/// Checks what is set, but not where the address leads.
///
/// # Errors
/// With the first thing that is wrong.
pub fn check(hook: &Webhook) -> Result<(), WebhookError> {
    if !(1..=NAME_LIMIT).contains(&hook.name.trim().chars().count()) {
        return Err(WebhookError::Name);
    }
    check_url(&hook.url).map_err(WebhookError::Url)?;
    for (name, count) in [("kinds", hook.kinds.len()), ("zones", hook.zones.len())] {
        if count > LIST_LIMIT {
            return Err(WebhookError::TooMany(name));
        }
    }
    if hook.types.contains(&EventType::WebhookTest) { Err(WebhookError::Test) } else { Ok(()) }
}

fn check_url(url: &str) -> Result<(), &'static str> {
    if url.len() > URL_LIMIT || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("it is longer than 2000 characters, or has other characters than visible ASCII");
    }
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.ok_or("it begins with neither `https://` nor `http://`")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.starts_with(':') {
        return Err("it has no host");
    }
    // Whoever reads the list would read the password.
    if authority.contains('@') {
        return Err("name and password do not belong there; the signature tells who sends");
    }
    if url.contains('#') { Err("it has a fragment, which is never sent") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::check_url;

    #[test]
    fn an_address_has_a_scheme_a_host_and_no_password() {
        for good in ["https://a.example/x?y=1", "http://127.0.0.1:8080", "https://[2001:db8::1]/h"] {
            assert_eq!(check_url(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "ftp://a",
            "file:///etc/passwd",
            "https://",
            "https:///x",
            "https://:80",
            "https://u:p@a/",
            "https://a/#x",
            "https://a b",
            "https://社区/",
            "HTTPS://a",
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }
}
