//! What can be configured of the identity provider. Part of the server's configuration.

use std::str::FromStr;

use reqwest::Url;

use crate::domain::people::check_grants;
use crate::domain::permission::Grant;

/// The identity provider, if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcConfig {
    /// The provider's address, as it stands in its tokens.
    pub issuer: Option<IssuerUrl>,
    /// What this server is called there.
    pub client_id: String,
    /// What it proves that with; public clients have none.
    pub client_secret: Option<String>,
    /// The server's address as browsers have it.
    pub public_url: Option<PublicUrl>,
    /// What the provider is called on the sign-in page.
    pub label: String,
    /// What is asked for, beside `openid`.
    pub scopes: Vec<String>,
    /// The claim that names a user.
    pub name_claim: String,
    /// The claim that lists groups; dots lead into objects.
    pub groups_claim: String,
    /// The roles of groups. If there are none, roles are given to users here.
    pub roles: Vec<GroupRole>,
}

impl Default for OidcConfig {
    fn default() -> Self {
        Self {
            issuer: None,
            client_id: String::new(),
            client_secret: None,
            public_url: None,
            label: "SSO".into(),
            scopes: vec!["profile".into(), "email".into()],
            name_claim: "preferred_username".into(),
            groups_claim: "groups".into(),
            roles: Vec::new(),
        }
    }
}

/// Why an address is refused.
const NOT_SAFE: &str = "is no address with `https://`; `http://` is taken for this machine alone";

/// An address to which nothing goes that others could read on the way.
pub(crate) fn safe_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("is no address: {error}"))?;
    let is_local = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_local);
    if is_safe && url.has_host() { Ok(url) } else { Err(NOT_SAFE.into()) }
}

/// The address of a provider, written as the provider writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerUrl(String);

impl IssuerUrl {
    /// As it stands in tokens.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for IssuerUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = safe_url(text)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err("has a query or a fragment, which an issuer has not".into());
        }
        Ok(Self(text.to_owned()))
    }
}

/// The address that browsers have this server under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

impl PublicUrl {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = safe_url(text)?;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err("has a path; the server answers at the root of its host".into());
        }
        Ok(Self(url))
    }
}

/// A group's role: `planners=community_planner`, `wardens=grid_worker@zone/z1+zone/z2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRole {
    /// Name of the group.
    pub group: String,
    /// What its members are here.
    pub grant: Grant,
}

impl FromStr for GroupRole {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // Groups of directories have `=` in their names.
        let (group, role) =
            text.rsplit_once('=').ok_or_else(|| format!("has `{text}`, `<group>=<role>` is needed"))?;
        let grant: Grant = role.trim().parse().map_err(|error| format!("has `{text}`: {error}"))?;
        check_grants(std::slice::from_ref(&grant)).map_err(|error| format!("has `{text}`: {error}"))?;
        Ok(Self { group: group.trim().to_owned(), grant })
    }
}

impl std::fmt::Display for GroupRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.group, self.grant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_can_be_listened_to_are_refused() {
        for good in ["https://id.example/realms/quarter", "http://127.0.0.1:9000", "http://localhost:9000/"] {
            assert_eq!(good.parse::<IssuerUrl>().unwrap().as_str(), good);
        }
        for bad in ["http://id.example", "ftp://id.example", "id.example", "https://id.example?a=b", ""] {
            assert!(bad.parse::<IssuerUrl>().is_err(), "{bad}");
        }
        assert_eq!("https://twin.example/".parse::<PublicUrl>().unwrap().as_str(), "https://twin.example");
        assert!("https://twin.example/twin".parse::<PublicUrl>().is_err());
    }

    #[test]
    fn roles_of_groups_are_written_as_they_are_read() {
        for text in ["planners=community_planner", "cn=wardens,ou=street=grid_worker@zone/z1+zone/z2"] {
            assert_eq!(text.parse::<GroupRole>().unwrap().to_string(), text);
        }
        for bad in ["planners", "planners=king", "planners=device", "planners=property@"] {
            assert!(bad.parse::<GroupRole>().is_err(), "{bad}");
        }
    }
}
