//! The content security policy of the page `/wall`: that of every page, and the hosts that displays name. A page
//! keeps the policy that it was loaded with.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::layers::CONTENT_SECURITY;
use crate::domain::display::Hosts;

/// Whether a path of the viewer is the page of walls.
pub(super) fn is_page(path: &str) -> bool {
    matches!(path.trim_end_matches('/'), "wall" | "wall.html")
}

/// The policy for hosts that are checked.
pub(super) fn policy(hosts: &Hosts) -> String {
    let mut policy = String::new();
    let none = BTreeSet::new();
    for directive in CONTENT_SECURITY.split("; ") {
        let more = match directive.split(' ').next() {
            Some("img-src") => &hosts.pictures,
            Some("connect-src") => &hosts.streams,
            _ => &none,
        };
        add(&mut policy, directive.trim(), more);
    }
    // Without these, `default-src` says that only our own are let in. A stream is played from a blob where the
    // browser does not know how to play it by itself.
    if !hosts.pages.is_empty() {
        add(&mut policy, "frame-src 'self'", &hosts.pages);
    }
    if !hosts.streams.is_empty() {
        add(&mut policy, "media-src 'self' blob:", &hosts.streams);
    }
    policy
}

fn add(policy: &mut String, directive: &str, sources: &BTreeSet<String>) {
    if !policy.is_empty() {
        policy.push_str("; ");
    }
    policy.push_str(directive);
    for source in sources {
        policy.push(' ');
        policy.push_str(source);
    }
}

/// A short digest of a policy, for an entity tag.
pub(super) fn digest(policy: &str) -> String {
    Sha256::digest(policy).iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_videos_the_policy_is_that_of_every_page() {
        let words = |policy: &str| policy.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&policy(&Hosts::default())), words(CONTENT_SECURITY));
    }

    #[test]
    fn each_host_is_let_in_for_what_is_taken_from_it_and_nothing_else() {
        let set = |source: &str| BTreeSet::from([source.to_owned()]);
        let hosts = Hosts {
            pages: set("https://page.example"),
            pictures: set("http://cam.example:81"),
            streams: set("https://live.example"),
        };
        let policy = policy(&hosts);
        let of = |host: &str| -> Vec<&str> {
            let named = policy.split("; ").filter(|directive| directive.split(' ').any(|word| word == host));
            named.filter_map(|directive| directive.split(' ').next()).collect()
        };
        assert_eq!(of("https://page.example"), ["frame-src"]);
        assert_eq!(of("http://cam.example:81"), ["img-src"]);
        assert_eq!(of("https://live.example"), ["connect-src", "media-src"]);
        assert!(policy.starts_with("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "));
    }

    #[test]
    fn only_the_page_of_walls_is_one() {
        for (path, expected) in [
            ("wall", true),
            ("wall/", true),
            ("wall.html", true),
            ("", false),
            ("walls", false),
            ("wall/x", false),
            ("index.html", false),
        ] {
            assert_eq!(is_page(path), expected, "{path}");
        }
    }
}
