//! From the path of a request to a path inside the publication, or to nothing.
//!
//! The rule is a list of what may pass, not of what may not: `content/…` and `versions/…`, each
//! segment decoded once and plain. Links that lead out of the folder are caught when the file is
//! opened, in [`super::files`].

use percent_encoding::percent_decode_str;

/// A path below the publication's folder that is safe to join to it: relative, of plain segments.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicPath(String);

/// Longest path that is looked at, in bytes as sent.
const LENGTH_LIMIT: usize = 1024;

impl PublicPath {
    /// Reads the part of a request's path after `/publication/`, as sent and still encoded.
    #[must_use]
    pub fn parse(encoded: &str) -> Option<Self> {
        if encoded.len() > LENGTH_LIMIT {
            return None;
        }
        let segments: Vec<String> = encoded.split('/').map(segment).collect::<Option<_>>()?;
        let first = segments.first().map(String::as_str);
        let served = segments.len() > 1 && matches!(first, Some("content" | "versions"));
        served.then(|| Self(segments.join("/")))
    }

    /// The decoded path, with `/` between segments.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows the last dot of the file's name.
    #[must_use]
    pub fn extension(&self) -> &str {
        let name = self.0.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

/// Decodes one segment; nothing if it could be read as anything but a plain name.
fn segment(encoded: &str) -> Option<String> {
    let name = percent_decode_str(encoded).decode_utf8().ok()?;
    let plain = !name.is_empty()
        && !name.starts_with('.')
        && !name.chars().any(|c| matches!(c, '/' | '\\' | ':') || c.is_control());
    plain.then(|| name.into_owned())
}

/// Whether a text is a plain name of a folder or file: what `current` may hold.
#[must_use]
pub(super) fn is_plain_name(name: &str) -> bool {
    !name.contains('%') && name.len() <= 128 && segment(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_versions_and_contents_are_served() {
        for (encoded, path) in [
            ("content/0a1b.glb", "content/0a1b.glb"),
            ("versions/v1/full/tileset.json", "versions/v1/full/tileset.json"),
            ("versions/v1/%E4%B8%80%E5%8C%BA/tileset.json", "versions/v1/一区/tileset.json"),
            ("versions/v1/a+b%20c.json", "versions/v1/a+b c.json"),
        ] {
            assert_eq!(PublicPath::parse(encoded).unwrap().as_str(), path);
        }
    }

    #[test]
    fn whatever_could_lead_elsewhere_is_not_a_path() {
        for encoded in [
            "",
            "current",
            "content",
            "content/",
            "content//a",
            "/content/a",
            "other/a",
            "content/../current",
            "content/%2e%2e/current",
            "content/..%2fcurrent",
            "content/..%5ccurrent",
            "content\\a",
            "content/.hidden",
            "versions/.building/catalog.json",
            "content/a%00.glb",
            "content/a%0a",
            "content/c:a",
            "content/%ff",
            "%63ontent%2fa",
        ] {
            assert_eq!(PublicPath::parse(encoded), None, "{encoded}");
        }
        assert_eq!(PublicPath::parse(&format!("content/{}", "a".repeat(2000))), None);
    }

    #[test]
    fn decoding_happens_once() {
        assert_eq!(PublicPath::parse("content/%252e%252e").unwrap().as_str(), "content/%2e%2e");
    }
}
