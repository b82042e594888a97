//! Small pieces of HTTP that several resources share: entity tags, accepted encodings, ranges.

use std::ops::Range;

use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::auth::Client;

/// Cache rule of what never changes under its address.
pub(super) const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// Whether `If-None-Match` names this entity tag, compared weakly (RFC 9110 § 13.1.2).
pub(super) fn none_match_hits(headers: &HeaderMap, etag: &str) -> bool {
    let strong = etag.trim_start_matches("W/");
    values(headers, &header::IF_NONE_MATCH)
        .any(|candidate| candidate == "*" || candidate.trim_start_matches("W/") == strong)
}

/// Whether `If-None-Match: *` asks that nothing is there yet (RFC 9110 § 13.1.2).
pub(super) fn is_none_match_any(headers: &HeaderMap) -> bool {
    values(headers, &header::IF_NONE_MATCH).any(|tag| tag == "*")
}

/// The entity tags of `If-Match`; none if there is no such header or it takes any state (RFC 9110 § 13.1.1).
pub(super) fn match_tags(headers: &HeaderMap) -> Vec<String> {
    let tags: Vec<String> = values(headers, &header::IF_MATCH).map(str::to_owned).collect();
    if tags.iter().any(|tag| tag == "*") { Vec::new() } else { tags }
}

/// Whether the client takes a content coding (RFC 9110 § 12.5.3).
pub(super) fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    values(headers, &header::ACCEPT_ENCODING).any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let refused =
            weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0));
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

/// Longest name of a host with its port.
const HOST_LIMIT: usize = 255;

/// Scheme and host by which the client knows this server, for links in answers; none if it names no host
/// that could be one. HTTPS is believed of trusted proxies alone, as [`Client`] finds out.
pub(super) fn base_url(parts: &Parts, client: &Client) -> Option<String> {
    let named = parts.headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let host = parts.uri.authority().map(Authority::as_str).or(named)?;
    // Whoever asks writes this, and it stands in the answer: so only what a host can be.
    let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b':' | b'[' | b']' | b'_');
    let sane = !host.is_empty() && host.len() <= HOST_LIMIT && host.bytes().all(good);
    let scheme = if client.is_https { "https" } else { "http" };
    sane.then(|| format!("{scheme}://{host}"))
}

fn values<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|v| v.split(','))
        .map(str::trim)
}

/// What `Range` asks for.
#[derive(Debug, PartialEq, Eq)]
enum Ranged {
    /// Everything: no range, several ranges, or not a range of bytes.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// Nothing that the file has.
    Outside,
}

/// Reads `Range` and `If-Range` (RFC 9110 § 14.2, § 13.1.5) for a file of `size` bytes.
fn range_of(headers: &HeaderMap, etag: impl AsRef<[u8]>, size: u64) -> Ranged {
    let Some(range) = headers.get(header::RANGE).and_then(|value| value.to_str().ok()) else {
        return Ranged::Whole;
    };
    let current = headers.get(header::IF_RANGE).is_none_or(|value| value.as_bytes() == etag.as_ref());
    let spec = range.strip_prefix("bytes=").filter(|spec| current && !spec.contains(','));
    let Some((first, last)) = spec.and_then(|spec| spec.trim().split_once('-')) else { return Ranged::Whole };
    match (number(first), number(last)) {
        (Some(first), _) if first >= size => Ranged::Outside,
        (Some(first), Some(last)) if last >= first => Ranged::Part(first..size.min(last.saturating_add(1))),
        (Some(first), None) if last.is_empty() => Ranged::Part(first..size),
        (None, Some(0)) if first.is_empty() => Ranged::Outside,
        (None, Some(suffix)) if first.is_empty() && size > 0 => {
            Ranged::Part(size.saturating_sub(suffix)..size)
        }
        _ => Ranged::Whole,
    }
}

/// The part of a file of `size` bytes that is asked for; sets status and headers for it. The error is the answer to a range
/// that the file does not have.
pub(super) fn part_of(
    headers: &HeaderMap,
    etag: impl AsRef<[u8]>,
    size: u64,
    response: &mut Response,
) -> Result<Range<u64>, Box<Response>> {
    let told = |text: String| HeaderValue::from_str(&text).ok();
    match range_of(headers, etag, size) {
        Ranged::Whole => Ok(0..size),
        Ranged::Part(range) => {
            let part = told(format!("bytes {}-{}/{size}", range.start, range.end - 1));
            let into = response.headers_mut();
            into.extend(part.map(|part| (header::CONTENT_RANGE, part)));
            into.insert(header::CONTENT_LENGTH, (range.end - range.start).into());
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            Ok(range)
        }
        Ranged::Outside => {
            let mut outside = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            let whole = told(format!("bytes */{size}"));
            outside.headers_mut().extend(whole.map(|whole| (header::CONTENT_RANGE, whole)));
            Err(Box::new(outside))
        }
    }
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (range, expected) in [
            ("bytes=0-3", Ranged::Part(0..4)),
            ("bytes=4-", Ranged::Part(4..10)),
            ("bytes=-3", Ranged::Part(7..10)),
            ("bytes=-99", Ranged::Part(0..10)),
            ("bytes=0-99999999999999999999", Ranged::Whole),
            ("bytes=8-99", Ranged::Part(8..10)),
            ("bytes=10-", Ranged::Outside),
            ("bytes=-0", Ranged::Outside),
            ("bytes=3-2", Ranged::Whole),
            ("bytes=0-1,3-4", Ranged::Whole),
            ("bytes=-", Ranged::Whole),
            ("bytes=+1-2", Ranged::Whole),
            ("items=0-1", Ranged::Whole),
        ] {
            assert_eq!(range_of(&headers(header::RANGE, range), "\"e\"", 10), expected, "{range}");
        }
    }

    #[test]
    fn a_range_of_another_version_is_the_whole() {
        let mut both = headers(header::RANGE, "bytes=0-3");
        both.insert(header::IF_RANGE, HeaderValue::from_static("\"old\""));
        assert_eq!(range_of(&both, "\"e\"", 10), Ranged::Whole);
        both.insert(header::IF_RANGE, HeaderValue::from_static("\"e\""));
        assert_eq!(range_of(&both, "\"e\"", 10), Ranged::Part(0..4));
    }

    #[test]
    fn links_begin_with_the_name_that_the_client_used_if_it_can_be_one() {
        let base = |uri: &str, host: &str, is_https: bool| {
            let request = axum::http::Request::get(uri).header(header::HOST, host).body(()).unwrap();
            let client = Client { address: None, is_local: false, is_https };
            base_url(&request.into_parts().0, &client)
        };
        assert_eq!(base("/a", "twin.example:8080", false).unwrap(), "http://twin.example:8080");
        assert_eq!(base("/a", "[::1]:80", true).unwrap(), "https://[::1]:80");
        assert_eq!(base("http://other.example/a", "twin.example", false).unwrap(), "http://other.example");
        for host in ["", "a b", "a/b", "a\"b", "a<b", &"x".repeat(256)] {
            assert_eq!(base("/a", host, false), None, "{host}");
        }
    }

    #[test]
    fn encodings_and_tags_are_found_in_lists() {
        let encodings = headers(header::ACCEPT_ENCODING, "gzip;q=0, deflate, BR;q=0.5");
        assert!(accepts(&encodings, "br") && !accepts(&encodings, "gzip"));
        let tags = headers(header::IF_NONE_MATCH, "\"a\", W/\"b\"");
        assert!(none_match_hits(&tags, "\"b\"") && none_match_hits(&tags, "W/\"a\""));
        assert!(!none_match_hits(&tags, "\"c\""));
        assert!(none_match_hits(&headers(header::IF_NONE_MATCH, "*"), "\"c\""));
    }
}
