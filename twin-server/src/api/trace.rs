//! W3C trace context (<https://www.w3.org/TR/trace-context-2/>): the header `traceparent` of a request
//! is taken over into the log and answered with our own span, so that one trace leads through all
//! servers that a request passes.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The header of the trace.
pub(super) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A trace that a request belongs to, and our span in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trace {
    /// 32 hexadecimal digits.
    pub(super) id: String,
    span: u64,
    flags: u8,
}

impl Trace {
    /// The trace that a request names; nothing if it names none, or not as the standard says.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(TRACEPARENT).iter();
        let text = values.next()?.to_str().ok()?;
        if values.next().is_some() {
            return None;
        }
        let (id, flags) = parse(text)?;
        Some(Self { id: id.to_owned(), span: new_span(), flags })
    }

    /// The header of the answer.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        // Of the flags only `sampled` and `random-trace-id` are known to this version.
        let text = format!("00-{}-{:016x}-{:02x}", self.id, self.span, self.flags & 3);
        HeaderValue::from_str(&text).ok()
    }
}

/// Trace id and flags of a header's value.
fn parse(text: &str) -> Option<(&str, u8)> {
    let (version, rest) = text.split_once('-')?;
    let (id, rest) = rest.split_once('-')?;
    let (span, rest) = rest.split_once('-')?;
    // Later versions may add fields behind; this one has none.
    let (flags, more) = rest.split_once('-').map_or((rest, false), |(flags, _)| (flags, true));
    let hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let zero = |text: &str| text.bytes().all(|b| b == b'0');
    let sound = hex(version, 2) && version != "ff" && !(version == "00" && more);
    let sound = sound && hex(id, 32) && !zero(id) && hex(span, 16) && !zero(span) && hex(flags, 2);
    sound.then(|| u8::from_str_radix(flags, 16).ok().map(|flags| (id, flags)))?
}

/// A number that no other span of this process has, and hardly one of another.
fn new_span() -> u64 {
    static RUN: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    RUN.hash_one(COUNT.fetch_add(1, Ordering::Relaxed)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_trace_goes_on_with_a_span_of_our_own() {
        let headers = HeaderMap::from_iter([(TRACEPARENT, HeaderValue::from_static(GOOD))]);
        let trace = Trace::of(&headers).unwrap();
        assert_eq!(trace.id, "4bf92f3577b34da6a3ce929d0e0e4736");
        let answered = trace.header().unwrap();
        let answered = answered.to_str().unwrap();
        assert!(answered.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && answered.ends_with("-01"));
        assert!(!answered.contains("00f067aa0ba902b7") && parse(answered).is_some());
        assert_ne!(Trace::of(&headers), Trace::of(&headers));
    }

    #[test]
    fn what_is_no_trace_is_not_taken_over() {
        for bad in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        let later = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more";
        assert!(parse(later).is_some());
    }
}
