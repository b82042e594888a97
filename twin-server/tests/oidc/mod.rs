//! Signing in through an identity provider: one that keeps to the standard, and one that cheats.

mod provider;

use std::num::NonZeroU32;

use crate::common::people::{People, sign_in};
use crate::common::{Answer, Server, check_problem, publish};
use provider::{CLIENT, CODE, Provider, SECRET, Signature};
use serde_json::{Value, json};
use twin_server::auth::oidc::OidcConfig;
use twin_server::auth::{AuthConfig, RateLimits};
use twin_server::config::ServeConfig;

const ROLES: &[&str] = &["planners=community_planner", "wardens=grid_worker@zone/z1", "chiefs=administrator"];

/// A server that trusts a provider, and takes roles from groups or not.
async fn server_of(issuer: &str, roles: &[&str]) -> Server {
    let folder = tempfile::tempdir().unwrap();
    publish(&folder.path().join("publication"), "v1");
    let oidc = OidcConfig {
        issuer: Some(issuer.parse().unwrap()),
        client_id: CLIENT.into(),
        client_secret: Some(SECRET.into()),
        public_url: Some("http://127.0.0.1:8080".parse().unwrap()),
        label: "街道办".into(),
        roles: roles.iter().map(|role| role.parse().unwrap()).collect(),
        ..OidcConfig::default()
    };
    // A test tries more often than one address may.
    let rates = RateLimits { attempts: NonZeroU32::new(1000).unwrap(), ..RateLimits::default() };
    let auth = AuthConfig { rates, ..AuthConfig::default() };
    Server::start_as(folder, |config| ServeConfig { oidc, auth, ..config }).await
}

/// A browser that was sent to the provider.
struct Browser {
    cookie: String,
    state: String,
}

async fn begin(server: &Server, provider: &Provider, back: &str) -> Browser {
    let answer = server.get(&format!("/api/v1/session/oidc?return={back}")).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let address = reqwest::Url::parse(answer.header("location")).unwrap();
    assert!(address.as_str().starts_with(&format!("{}/authorize?tenant=1&", provider.issuer)), "{address}");
    let question: std::collections::HashMap<String, String> = address.query_pairs().into_owned().collect();
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let state = question["state"].clone();
    provider.script.lock().unwrap().question = question;
    Browser { cookie, state }
}

async fn come_back(server: &Server, browser: &Browser, query: &str) -> Answer {
    let path = format!("/api/v1/session/oidc/callback?state={}&{query}", browser.state);
    server.get_with(&path, &[("cookie", &browser.cookie)]).await
}

/// Signs in at the provider, and gives what the server says then: a cookie, or the page that tells why not.
async fn come_in(server: &Server, provider: &Provider) -> Result<String, String> {
    let browser = begin(server, provider, "/?zone=z1").await;
    let answer = come_back(server, &browser, &format!("code={CODE}&session_state=x")).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (303, "no-store"));
    let cookies: Vec<&str> =
        answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(cookies.iter().any(|cookie| cookie.starts_with("twin-sign-in=; ")), "{cookies:?}");
    let session = cookies.iter().find(|cookie| cookie.starts_with("twin-session="));
    match (session, answer.header("location")) {
        (Some(session), "/?zone=z1") => Ok(session.split(';').next().unwrap().to_owned()),
        (None, page) => Err(page.strip_prefix("/?zone=z1#sign-in-failed=").unwrap().to_owned()),
        (Some(_), page) => panic!("signed in, and sent to {page}"),
    }
}

async fn who(server: &Server, cookie: &str) -> Value {
    server.get_with("/api/v1/session", &[("cookie", cookie)]).await.json()
}

fn failed(code: &str) -> Result<String, String> {
    Err(code.to_owned())
}

#[tokio::test]
async fn groups_bring_someone_in_and_give_their_roles() {
    let provider = Provider::start().await;
    let server = server_of(&provider.issuer, ROLES).await;
    assert_eq!(who(&server, "").await["identity_provider"], "街道办");
    let people = People::begin(&server).await;
    provider.says(json!({ "groups": ["wardens", "others"] }));
    let cookie = come_in(&server, &provider).await.unwrap();
    let seen = who(&server, &cookie).await;
    assert_eq!(seen["user"]["name"], "li.wei");
    assert_eq!(seen["user"]["display_name"], "李伟");
    assert_eq!(seen["roles"], json!([{ "role": "grid_worker", "zones": ["zone/z1"] }]));
    // Another day, another job; the sign-in of before goes on with it.
    provider.says(json!({ "groups": ["planners"], "preferred_username": "wei.li" }));
    come_in(&server, &provider).await.unwrap();
    let seen = who(&server, &cookie).await;
    assert_eq!(
        (&seen["user"]["name"], &seen["roles"][0]["role"]),
        (&json!("li.wei"), &json!("community_planner"))
    );
    provider.says(json!({ "groups": [] }));
    assert_eq!(come_in(&server, &provider).await, failed("no_role"));
    let log = people.get("/api/v1/audit?limit=20").await.text();
    for part in ["\"identity-provider\"", "user.add", "user.change", "no_role"] {
        assert!(log.contains(part), "{part}: {log}");
    }
    let users = people.get("/api/v1/users").await.json();
    let external: Vec<_> =
        users["users"].as_array().unwrap().iter().map(|u| &u["identity_provider"]).collect();
    assert_eq!(external, [&json!(true), &json!(false)]);
    // There is no password to try.
    assert_eq!(sign_in(&server, "li.wei", "").await.unwrap_err().status, 401);
}

#[tokio::test]
async fn without_roles_of_groups_only_those_who_were_added_come_in() {
    let provider = Provider::start().await;
    let server = server_of(&provider.issuer, &[]).await;
    let people = People::begin(&server).await;
    assert_eq!(come_in(&server, &provider).await, failed("unknown_user"));
    provider.says(json!({ "preferred_username": "root", "sub": "u-2" }));
    assert_eq!(come_in(&server, &provider).await, failed("name_taken"));
    provider.says(json!({ "preferred_username": "李伟", "sub": "u-3" }));
    assert_eq!(come_in(&server, &provider).await, failed("no_name"));
    let new = json!({ "name": "li.wei", "roles": [{ "role": "property" }] });
    let added = people.send("POST", "/api/v1/users", &new).await.json();
    assert_eq!(added["user"]["invited"], true);
    provider.says(json!({}));
    let cookie = come_in(&server, &provider).await.unwrap();
    let seen = who(&server, &cookie).await;
    assert_eq!((&seen["user"]["id"], &seen["user"]["invited"]), (&added["user"]["id"], &json!(false)));
    // Nobody else takes the name over from there.
    provider.says(json!({ "sub": "u-4" }));
    assert_eq!(come_in(&server, &provider).await, failed("name_taken"));
    let path = format!("/api/v1/users/{}", added["user"]["id"].as_str().unwrap());
    people.send("PATCH", &path, &json!({ "disabled": true })).await;
    provider.says(json!({}));
    assert_eq!(come_in(&server, &provider).await, failed("disabled"));
    assert_eq!(who(&server, &cookie).await["who"], "visitor");
}

#[tokio::test]
async fn the_first_user_is_an_administrator_and_the_last_one_stays_it() {
    let provider = Provider::start().await;
    let server = server_of(&provider.issuer, ROLES).await;
    provider.says(json!({ "groups": ["planners"] }));
    assert_eq!(come_in(&server, &provider).await, failed("first_user"));
    provider.says(json!({ "groups": ["chiefs"] }));
    come_in(&server, &provider).await.unwrap();
    provider.says(json!({ "groups": ["planners"] }));
    let cookie = come_in(&server, &provider).await.unwrap();
    assert_eq!(who(&server, &cookie).await["roles"][0]["role"], "administrator");
}

#[tokio::test]
async fn a_token_that_does_not_hold_lets_nobody_in() {
    let provider = Provider::start().await;
    let server = server_of(&provider.issuer, ROLES).await;
    let long_ago = time::OffsetDateTime::now_utc().unix_timestamp() - 3600;
    for claims in [
        json!({ "aud": "another" }),
        json!({ "aud": null }),
        json!({ "aud": [CLIENT, "another"], "azp": "another" }),
        json!({ "iss": "https://evil.example" }),
        json!({ "iss": null }),
        json!({ "exp": long_ago }),
        json!({ "exp": null }),
        json!({ "nbf": long_ago + 7200 }),
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "sub": null }),
    ] {
        let mut says = claims.clone();
        says["groups"] = json!(["chiefs"]);
        provider.says(says);
        assert_eq!(come_in(&server, &provider).await, failed("not_proven"), "{claims}");
    }
    provider.says(json!({ "groups": ["chiefs"] }));
    for signature in [Signature::OfOther, Signature::WithPublicKey, Signature::None] {
        provider.script.lock().unwrap().signature = signature;
        assert_eq!(come_in(&server, &provider).await, failed("not_proven"));
    }
    provider.script.lock().unwrap().signature = Signature::Good;
    provider.says(json!({ "groups": ["chiefs"], "aud": [CLIENT, "another"], "azp": CLIENT }));
    assert!(come_in(&server, &provider).await.is_ok());
}

#[tokio::test]
async fn an_answer_belongs_to_the_browser_that_asked() {
    let provider = Provider::start().await;
    let server = server_of(&provider.issuer, ROLES).await;
    provider.says(json!({ "groups": ["chiefs"] }));
    let mine = begin(&server, &provider, "/mine").await;
    let other = begin(&server, &provider, "//evil.example").await;
    let page = |answer: &Answer| answer.header("location").to_owned();
    let code = format!("code={CODE}");
    // The victim's browser is led to an answer of the attacker's, and the other way round.
    let swapped = Browser { cookie: mine.cookie.clone(), state: other.state.clone() };
    assert_eq!(page(&come_back(&server, &swapped, &code).await), "/#sign-in-failed=expired");
    let bare = Browser { cookie: String::new(), state: mine.state.clone() };
    assert_eq!(page(&come_back(&server, &bare, &code).await), "/#sign-in-failed=expired");
    for (query, why) in [
        (format!("{code}&iss=https://evil.example"), "expired"),
        ("error=access_denied".into(), "cancelled"),
        (format!("{code}&error=x"), "cancelled"),
        // The provider ties the code to the last question, which was another.
        (code.clone(), "not_proven"),
    ] {
        assert_eq!(page(&come_back(&server, &mine, &query).await), format!("/mine#sign-in-failed={why}"));
    }
    let back = come_back(&server, &other, &format!("{code}&iss={}", provider.issuer)).await;
    assert_eq!(page(&back), "/", "the way back leads to this server alone");
}

#[tokio::test]
async fn what_the_token_does_not_say_is_asked_for() {
    let provider = Provider::start().await;
    let server = server_of(&provider.issuer, ROLES).await;
    provider.says(json!({ "preferred_username": null, "name": null }));
    let told =
        json!({ "sub": "u-1", "preferred_username": "ann", "name": "Ann", "groups": "chiefs", "iss": "x" });
    provider.script.lock().unwrap().userinfo = told;
    let cookie = come_in(&server, &provider).await.unwrap();
    assert_eq!(who(&server, &cookie).await["user"]["display_name"], "Ann");
    let other = json!({ "sub": "u-2", "preferred_username": "ann", "groups": "chiefs" });
    provider.script.lock().unwrap().userinfo = other;
    assert_eq!(come_in(&server, &provider).await, failed("provider_unavailable"));
}

#[tokio::test]
async fn a_provider_that_is_away_keeps_nothing_else_from_working() {
    let server = server_of("http://127.0.0.1:9", ROLES).await;
    let answer = server.get("/api/v1/session/oidc?return=/x").await;
    assert_eq!(answer.header("location"), "/x#sign-in-failed=provider_unavailable");
    People::begin(&server).await;
    let none = Server::start().await;
    for path in ["/api/v1/session/oidc", "/api/v1/session/oidc/callback"] {
        check_problem(&none.get(path).await, 404, "no_identity_provider");
    }
    assert_eq!(who(&none, "").await.get("identity_provider"), None);
}
