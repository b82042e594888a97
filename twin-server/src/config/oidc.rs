//! `[oidc]`: the organisation's identity provider, through which people sign in beside name and password.

use super::section::{Given, Key, Section, literal};
use crate::auth::oidc::{GroupRole, OidcConfig};

impl Section for OidcConfig {
    const NAME: &'static str = "oidc";
    const ABOUT: &'static str =
        "The identity provider (OpenID Connect) that people may sign in through, if there is one.";
    const KEYS: &'static [Key<Self>] = &[
        Key {
            name: "issuer",
            about: "its address, as it stands in its tokens; empty: none",
            secret: false,
            sample: "\"https://id.example/realms/quarter\"",
            show: |oidc| oidc.issuer.as_ref().map(|issuer| literal(issuer.as_str())),
            set: |oidc, given| optional(given).map(|issuer| oidc.issuer = issuer),
        },
        Key {
            name: "client_id",
            about: "what this server is called there",
            secret: false,
            sample: "\"community-twin\"",
            show: |oidc| (!oidc.client_id.is_empty()).then(|| literal(&oidc.client_id)),
            set: |oidc, given| given.text().map(|id| id.clone_into(&mut oidc.client_id)),
        },
        Key {
            name: "client_secret",
            about: "what it proves that with; public clients have none",
            secret: true,
            sample: "\"<as the provider issued it>\"",
            show: |oidc| oidc.client_secret.as_deref().map(literal),
            set: |oidc, given| {
                let secret = given.text()?;
                oidc.client_secret = (!secret.is_empty()).then(|| secret.to_owned());
                Ok(())
            },
        },
        Key {
            name: "public_url",
            about: "this server's address as browsers have it; registered there with /api/v1/session/oidc/callback behind",
            secret: false,
            sample: "\"https://twin.example\"",
            show: |oidc| oidc.public_url.as_ref().map(|url| literal(url.as_str())),
            set: |oidc, given| optional(given).map(|url| oidc.public_url = url),
        },
        Key {
            name: "label",
            about: "what it is called on the sign-in page",
            secret: false,
            sample: "",
            show: |oidc| Some(literal(&oidc.label)),
            set: |oidc, given| match given.text()? {
                label if (1..=40).contains(&label.chars().count()) => {
                    label.clone_into(&mut oidc.label);
                    Ok(())
                }
                _ => Err("needs 1 to 40 characters".into()),
            },
        },
        Key {
            name: "scopes",
            about: "what is asked for, beside `openid`",
            secret: false,
            sample: "",
            show: |oidc| Some(list(oidc.scopes.iter())),
            set: |oidc, given| given.texts().map(|scopes| oidc.scopes = scopes),
        },
        Key {
            name: "name_claim",
            about: "claim that names the user",
            secret: false,
            sample: "",
            show: |oidc| Some(literal(&oidc.name_claim)),
            set: |oidc, given| given.text().map(|claim| claim.clone_into(&mut oidc.name_claim)),
        },
        Key {
            name: "groups_claim",
            about: "claim that lists the user's groups; dots lead into objects, such as `realm_access.roles`",
            secret: false,
            sample: "",
            show: |oidc| Some(literal(&oidc.groups_claim)),
            set: |oidc, given| given.text().map(|claim| claim.clone_into(&mut oidc.groups_claim)),
        },
        Key {
            name: "roles",
            about: "roles of groups, such as [\"planners=community_planner\", \"wardens=grid_worker@zone/z1\"]; empty: administrators add users and give them roles",
            secret: false,
            sample: "",
            show: |oidc| Some(list(oidc.roles.iter().map(GroupRole::to_string))),
            set: |oidc, given| {
                let read: Result<Vec<GroupRole>, _> =
                    given.texts()?.iter().map(|text| text.parse()).collect();
                read.map(|roles| oidc.roles = roles)
            },
        },
    ];
}

/// A value that may be empty.
fn optional<T: std::str::FromStr<Err = String>>(given: Given<'_>) -> Result<Option<T>, String> {
    let text = given.text()?;
    (!text.is_empty()).then(|| text.parse()).transpose()
}

fn list(texts: impl Iterator<Item = impl AsRef<str>>) -> String {
    format!("[{}]", texts.map(|text| literal(text.as_ref())).collect::<Vec<_>>().join(", "))
}
