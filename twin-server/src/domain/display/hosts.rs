//! The hosts that walls take pictures and pages from, as sources of a content security policy
//! (CSP Level 3 § 2.3.1, `host-source`: <https://www.w3.org/TR/CSP3/#grammardef-host-source>).
//!
//! A URL of the web allows more in a host than a policy does: `*` would open every host, `;` another
//! directive. So only what a name of a host or an IPv4 address can be is taken.

use std::collections::BTreeSet;

use twin_schemas::displays::{Video, VideoKind};
use url::{Host, Url};

/// Longest address, in bytes.
const URL_LIMIT_BYTES: usize = 2_000;
/// Most bytes of sources in the policy: proxies take 4 KiB of headers without being told otherwise.
pub const SOURCES_LIMIT_BYTES: usize = 2_048;

/// Sources by what is taken from them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts {
    /// Pages in frames.
    pub pages: BTreeSet<String>,
    /// Pictures.
    pub pictures: BTreeSet<String>,
    /// Streams: playlists and their pieces.
    pub streams: BTreeSet<String>,
}

impl Hosts {
    /// The hosts of videos. What [`source`] refuses is left out.
    #[must_use]
    pub fn of<'v>(videos: impl IntoIterator<Item = &'v Video>) -> Self {
        let mut hosts = Self::default();
        for video in videos {
            let Ok(source) = source(&video.url) else { continue };
            match video.kind {
                VideoKind::Page => hosts.pages.insert(source),
                VideoKind::Mjpeg => hosts.pictures.insert(source),
                VideoKind::Hls => hosts.streams.insert(source),
            };
        }
        hosts
    }

    /// How long the sources are in the policy, where those of streams stand twice.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        let length =
            |sources: &BTreeSet<String>| sources.iter().map(|source| source.len() + 1).sum::<usize>();
        length(&self.pages) + length(&self.pictures) + 2 * length(&self.streams)
    }
}

/// The source that stands for an address in a policy: scheme, host and port.
///
/// # Errors
/// What is wrong with the address, as the rest of a sentence.
pub(super) fn source(address: &str) -> Result<String, &'static str> {
    if address.len() > URL_LIMIT_BYTES {
        return Err("is longer than 2,000 bytes");
    }
    let url = Url::parse(address).map_err(|_| "is no address such as `https://camera.example/live.m3u8`")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("is neither `http` nor `https`");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a user or a password in it, which every viewer would read");
    }
    match url.host() {
        Some(Host::Domain(name)) if is_name(name) => {}
        Some(Host::Ipv4(_)) => {}
        Some(Host::Ipv6(_)) => {
            return Err("names an IPv6 address, which no security policy can; name the host");
        }
        _ => return Err("names a host with other characters than letters, digits, `-`, `_` and `.`"),
    }
    Ok(url.origin().ascii_serialization())
}

fn is_name(host: &str) -> bool {
    host.len() <= 253 && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use twin_schemas::LocalizedText;

    use super::*;

    #[test]
    fn an_address_stands_for_its_scheme_host_and_port() {
        for (address, expected) in [
            ("https://Cam.Example/live/1.m3u8?x=1#y", "https://cam.example"),
            ("http://10.0.0.8:8081/stream.mjpg", "http://10.0.0.8:8081"),
            ("https://cam.example:443/", "https://cam.example"),
            ("http://nvr_1/", "http://nvr_1"),
            ("https://摄像.example/", "https://xn--o1q278b.example"),
        ] {
            assert_eq!(source(address).as_deref(), Ok(expected), "{address}");
        }
    }

    #[test]
    fn nothing_gets_into_a_policy_that_says_more_than_a_host() {
        for address in [
            "",
            "/live.m3u8",
            "//cam.example/",
            "ftp://cam.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "blob:https://cam.example/1",
            "file:///etc/passwd",
            "http://",
            "http://*/",
            "http://*.example/",
            "http://a;script-src/",
            "http://a,b/",
            "http://a'b/",
            "http://a%3bb/",
            "http://user@cam.example/",
            "http://user:secret@cam.example/",
            "http://[::1]:80/",
            "http://cam.example:99999/",
            &format!("http://cam.example/{}", "x".repeat(2_000)),
        ] {
            assert!(source(address).is_err(), "{address}: {:?}", source(address));
        }
    }

    #[test]
    fn hosts_are_kept_once_by_what_is_taken_from_them() {
        let video =
            |kind, url: &str| Video { device: None, title: LocalizedText::default(), kind, url: url.into() };
        let videos = [
            video(VideoKind::Hls, "https://a.example/1.m3u8"),
            video(VideoKind::Hls, "https://a.example/2.m3u8"),
            video(VideoKind::Mjpeg, "http://b.example/"),
            video(VideoKind::Page, "https://a.example/"),
            video(VideoKind::Page, "http://*/"),
        ];
        let hosts = Hosts::of(&videos);
        let set = |source: &str| BTreeSet::from([source.to_owned()]);
        let expected = Hosts {
            pages: set("https://a.example"),
            pictures: set("http://b.example"),
            streams: set("https://a.example"),
        };
        assert_eq!(hosts, expected);
        assert_eq!(hosts.size_bytes(), 18 * 3 + 17);
    }
}
