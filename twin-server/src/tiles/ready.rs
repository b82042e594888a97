//! A published file as it is answered: its bytes with every header value made once, so that an answer
//! from memory formats nothing. Called by [`super::files`] and the API.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, header};

use super::path::PublicPath;

/// Cache rule of what never changes under its address.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Reports are pages of their own: their styles are inline, and they run nothing.
const PAGE_SECURITY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:");

/// A content coding that side files are stored in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// Brotli, `.br`.
    Brotli,
    /// Gzip, `.gz`.
    Gzip,
}

impl Coding {
    /// Its name in HTTP.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// What the name of a side file ends in.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gz",
        }
    }
}

/// The content codings that a client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Takes {
    /// Brotli.
    pub brotli: bool,
    /// Gzip.
    pub gzip: bool,
}

/// How many values [`Takes`] has.
pub(super) const WAYS: usize = 4;

impl Takes {
    /// The codings, best first.
    pub(super) fn codings(self) -> impl Iterator<Item = Coding> {
        let all = [(self.brotli, Coding::Brotli), (self.gzip, Coding::Gzip)];
        all.into_iter().filter(|(taken, _)| *taken).map(|(_, coding)| coding)
    }

    pub(super) fn way(self) -> usize {
        usize::from(self.brotli) * 2 + usize::from(self.gzip)
    }
}

/// What all answers of a file share.
#[derive(Debug, Clone)]
pub struct Heads {
    /// Its entity tag.
    pub etag: HeaderValue,
    /// Headers of an answer with the file.
    pub full: HeaderMap,
    /// Headers of an answer that says that the client has it.
    pub unchanged: HeaderMap,
}

impl Heads {
    /// The headers of a file of `size_bytes` at `path`, stored in a coding or plainly.
    #[must_use]
    pub fn new(path: &PublicPath, coding: Option<Coding>, size_bytes: u64) -> Self {
        let etag = etag(path, coding, size_bytes);
        let mut unchanged = HeaderMap::with_capacity(4);
        unchanged.insert(header::ETAG, etag.clone());
        unchanged.insert(header::CACHE_CONTROL, IMMUTABLE);
        if has_side_files(path) {
            unchanged.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        // Room for what is added to every answer, so that the copy of each need not grow.
        let mut full = HeaderMap::with_capacity(16);
        full.extend(unchanged.clone());
        let media_type = HeaderValue::from_static(media_type(path.extension()));
        full.insert(header::CONTENT_TYPE, media_type);
        full.insert(header::CONTENT_LENGTH, size_bytes.into());
        full.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        if let Some(coding) = coding {
            full.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
        if path.extension() == "html" {
            full.insert(header::CONTENT_SECURITY_POLICY, PAGE_SECURITY);
        }
        Self { etag, full, unchanged }
    }
}

/// A file in memory, ready to be answered.
#[derive(Debug, Clone)]
pub struct Ready {
    /// Its bytes as they lie on disk.
    pub bytes: Bytes,
    /// Its headers.
    pub heads: Heads,
}

/// Whether files of this kind are stored in codings, too.
pub(super) fn has_side_files(path: &PublicPath) -> bool {
    matches!(path.extension(), "json" | "ndjson" | "geojson" | "glb")
}

/// Under a path of a publication nothing ever changes, so path and length are a strong tag.
fn etag(path: &PublicPath, coding: Option<Coding>, size_bytes: u64) -> HeaderValue {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (path, coding.map(Coding::name)).hash(&mut hasher);
    let text = format!("\"{:016x}-{size_bytes:x}\"", hasher.finish());
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("\"\""))
}

fn media_type(extension: &str) -> &'static str {
    match extension {
        "glb" => "model/gltf-binary",
        "gltf" => "model/gltf+json",
        "json" => "application/json",
        "geojson" => "application/geo+json",
        "ndjson" => "application/x-ndjson",
        "html" => "text/html; charset=utf-8",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ktx2" => "image/ktx2",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
