//! Where a publication is copied to: what every place can do, and what can go wrong there.
//!
//! In: files with their kinds. Out: the same files at a [`Target`]. `folder` and `s3` implement it,
//! one suite (`tests/targets.rs`) holds both to these words, `upload` uses it.

/// A place for a publication. Paths are relative, with `/` between their parts.
///
/// Every write is atomic: a reader sees the whole file, or what was there before.
pub trait Target: Sync {
    /// The full name of a file, for messages.
    fn address(&self, path: &str) -> String;

    /// Bytes of a file; `None` if it is not there.
    ///
    /// # Errors
    /// If the place cannot be asked.
    fn size_bytes(&self, path: &str) -> Result<Option<u64>, TargetError>;

    /// A file; `None` if it is not there.
    ///
    /// # Errors
    /// If it cannot be read.
    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, TargetError>;

    /// Writes a file unless there is one; `false` if there was. Of many that try at once, one wins.
    ///
    /// # Errors
    /// If it cannot be written.
    fn put_new(&self, path: &str, bytes: Vec<u8>) -> Result<bool, TargetError>;

    /// Writes a file in the place of any that is there.
    ///
    /// # Errors
    /// If it cannot be written.
    fn replace(&self, path: &str, bytes: Vec<u8>) -> Result<(), TargetError>;
}

/// What a web server should say of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileKind {
    /// `Content-Type`.
    pub media_type: &'static str,
    /// `Content-Encoding` of a compressed sibling.
    pub encoding: Option<&'static str>,
    /// `Cache-Control`.
    pub caching: &'static str,
}

/// Everything but `current` is named by its bytes and never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

impl FileKind {
    /// The kind of a published file, by its name.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let (plain, encoding) = match path.rsplit_once('.') {
            Some((plain, "gz")) => (plain, Some("gzip")),
            Some((plain, "br")) => (plain, Some("br")),
            _ => (path, None),
        };
        let name = plain.rsplit('/').next().unwrap_or(plain);
        let media_type = match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("glb") => "model/gltf-binary",
            Some("json") => "application/json",
            Some("ndjson") => "application/x-ndjson",
            Some("html") => "text/html; charset=utf-8",
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            Some("jpg" | "jpeg") => "image/jpeg",
            Some("webp") => "image/webp",
            None if name == "current" => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        };
        let caching = if path == "current" { "no-cache" } else { FOR_EVER };
        Self { media_type, encoding, caching }
    }
}

/// A place that refused.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} `{address}`: {problem}{}{}", detail(.reason), hint(*.problem))]
pub struct TargetError {
    /// The file, folder or bucket.
    pub address: String,
    /// Who can act on it.
    pub problem: Problem,
    /// What was tried: `read`, `write`, `open`.
    pub(super) doing: &'static str,
    /// What the system or the server said.
    pub(super) reason: String,
}

/// Problems of a place, by who can act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The address is no address: whoever typed it.
    #[error("that is no place to publish to")]
    Address,
    /// There is no such bucket or folder: whoever makes them.
    #[error("there is no such bucket")]
    NoBucket,
    /// The account may not: whoever gives rights.
    #[error("access is denied")]
    Denied,
    /// No room, or a quota is used up: whoever gives room.
    #[error("no room is left")]
    Full,
    /// Mounted or kept for reading only.
    #[error("it is for reading only")]
    ReadOnly,
    /// No answer: the network, or the endpoint's name.
    #[error("it cannot be reached")]
    Unreachable,
    /// Somebody else is writing there: wait.
    #[error("it is in use")]
    Busy,
    /// Anything else.
    #[error("it failed")]
    Other,
}

impl Problem {
    /// The problem behind an error of the file system.
    #[must_use]
    pub fn of(error: &std::io::Error) -> Self {
        use std::io::ErrorKind as Kind;
        match error.kind() {
            Kind::PermissionDenied => Self::Denied,
            Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => Self::Full,
            Kind::ReadOnlyFilesystem => Self::ReadOnly,
            Kind::ResourceBusy => Self::Busy,
            _ => Self::Other,
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::Address => Some("give a folder, or `s3://bucket/prefix`"),
            Self::NoBucket => Some("make the bucket, or check its name, `AWS_REGION` and `AWS_ENDPOINT_URL`"),
            Self::Denied => Some("give this account the right to read and write there, or use another place"),
            Self::Full => {
                Some("make room (disk, quota, limit of a file's size) and run it again; it goes on")
            }
            Self::ReadOnly => Some("make it writable, or use another place"),
            Self::Unreachable => {
                Some("check the network and `AWS_ENDPOINT_URL`, and run it again; it goes on")
            }
            Self::Busy => Some("wait for the other one to end"),
            Self::Other => None,
        }
    }
}

fn detail(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}

fn hint(problem: Problem) -> String {
    problem.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compressed_sibling_has_the_type_of_what_it_holds() {
        let kind = FileKind::of("versions/1f/full/tileset.json.br");
        assert_eq!((kind.media_type, kind.encoding), ("application/json", Some("br")));
        assert_eq!(FileKind::of("content/ab.glb").media_type, "model/gltf-binary");
        assert_eq!(FileKind::of("content/ab.glb").encoding, None);
    }

    #[test]
    fn only_the_switch_is_asked_for_again() {
        assert_eq!(FileKind::of("current").caching, "no-cache");
        assert!(FileKind::of("versions/1f/catalog.json").caching.contains("immutable"));
    }

    #[test]
    fn a_message_says_what_failed_and_what_to_do() {
        let error = TargetError {
            address: "s3://twin/current".into(),
            problem: Problem::Denied,
            doing: "write",
            reason: String::new(),
        };
        let text = error.to_string();
        assert!(text.starts_with("cannot write `s3://twin/current`: access is denied\nhint: give"), "{text}");
    }
}
