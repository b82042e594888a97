//! What ties the provider's answer to the browser that began: one secret in a cookie, from which all that is
//! sent with the question follows. Nothing is kept here, so nobody can fill anything up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::auth::secret::{NoRandomness, digest, secret};

/// Longest address to come back to, in bytes.
const RETURN_LIMIT_BYTES: usize = 1024;

/// A sign-in that a browser began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flow {
    secret: String,
    /// Path of the page to come back to.
    pub(crate) back: String,
}

impl Flow {
    /// Begins one.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub(crate) fn begin(back: &str) -> Result<Self, NoRandomness> {
        let back = if is_own_path(back) { back.to_owned() } else { "/".to_owned() };
        Ok(Self { secret: secret("")?.0, back })
    }

    /// What the browser keeps.
    pub(crate) fn cookie(&self) -> String {
        format!("{}.{}", self.secret, URL_SAFE_NO_PAD.encode(&self.back))
    }

    /// The flow of a cookie, if it is one.
    pub(crate) fn of_cookie(cookie: &str) -> Option<Self> {
        let (secret, back) = cookie.split_once('.')?;
        let back = String::from_utf8(URL_SAFE_NO_PAD.decode(back).ok()?).ok()?;
        (secret.len() == 43 && is_own_path(&back)).then(|| Self { secret: secret.to_owned(), back })
    }

    /// What the answer must come with.
    pub(crate) fn state(&self) -> String {
        self.derived("state")
    }

    /// What the token must hold.
    pub(crate) fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// What proves at the end that it is the same one who began (RFC 7636).
    pub(crate) fn verifier(&self) -> String {
        self.derived("verifier")
    }

    /// What the verifier is known by until then.
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(self.verifier().as_bytes()))
    }

    fn derived(&self, what: &str) -> String {
        URL_SAFE_NO_PAD.encode(digest(format!("{what}.{}", self.secret).as_bytes()))
    }
}

/// Whether an address leads to a page of this server: `//host` and `/\host` lead to others.
fn is_own_path(path: &str) -> bool {
    path.len() <= RETURN_LIMIT_BYTES
        && path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_comes_back_from_its_cookie_and_gives_nothing_away() {
        let flow = Flow::begin("/?at=zone/z1#x").unwrap();
        assert_eq!(Flow::of_cookie(&flow.cookie()), Some(flow.clone()));
        let all = [flow.state(), flow.nonce(), flow.verifier(), flow.challenge(), flow.secret.clone()];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert!(different.len() == 5 && all.iter().all(|text| text.len() == 43));
        for bad in ["", "x", "a.b", &format!("{}.{}", flow.secret, URL_SAFE_NO_PAD.encode("//host"))] {
            assert_eq!(Flow::of_cookie(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_way_back_leads_to_this_server_alone() {
        for own in ["/", "/phone.html?zone=z1#a=b"] {
            assert_eq!(Flow::begin(own).unwrap().back, own);
        }
        let long = format!("/{}", "x".repeat(RETURN_LIMIT_BYTES));
        for other in ["", "//host", "/\\host", "https://host", "/a\r\nset-cookie: x", "/ä", &long] {
            assert_eq!(Flow::begin(other).unwrap().back, "/", "{other:?}");
        }
    }
}
