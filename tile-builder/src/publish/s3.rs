//! A prefix of an S3 bucket as a [`Target`].
//!
//! In: `s3://bucket/prefix` and the usual `AWS_…` settings (keys, region, endpoint, or the role of
//! the machine). Out: objects with content types. Called by the command `publish`, through `upload`.
//!
//! Source: the Amazon S3 API; a write that must not replace uses `If-None-Match: *`.

use std::future::Future;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, ClientOptions, Error, ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions,
    RetryConfig,
};
use tokio::runtime::Runtime;

use super::target::{FileKind, Problem, Target, TargetError};

/// Beginning of an address of this kind.
pub const SCHEME: &str = "s3://";
/// A request is tried again this often, and for this long in all.
const RETRIES: usize = 6;
const RETRY_TIME: Duration = Duration::from_secs(60);
/// A content of some megabytes goes through a slow line in this time.
const REQUEST_TIME: Duration = Duration::from_secs(300);
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// A bucket, or a part of one, that publications are copied to.
#[derive(Debug)]
pub struct S3Target {
    bucket: String,
    prefix: Path,
    store: AmazonS3,
    runtime: Runtime,
}

impl S3Target {
    /// Opens a place such as `s3://bucket/prefix`. Nothing is asked of the server yet.
    ///
    /// `settings` are names and values as in the environment; those that do not begin with `AWS_`
    /// are passed over.
    ///
    /// # Errors
    /// If the address or a setting is none.
    pub fn open(
        address: &str,
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, TargetError> {
        let wrong = |reason: String| failed("open", address.to_owned(), Problem::Address, reason);
        let rest = address.strip_prefix(SCHEME).ok_or_else(|| wrong(String::new()))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(wrong("the bucket's name is missing".into()));
        }
        let prefix = Path::parse(prefix).map_err(|error| wrong(error.to_string()))?;
        let retry = RetryConfig { max_retries: RETRIES, retry_timeout: RETRY_TIME, ..RetryConfig::default() };
        let client = ClientOptions::new().with_timeout(REQUEST_TIME).with_connect_timeout(CONNECT_TIME);
        let mut builder = AmazonS3Builder::new().with_client_options(client);
        for (name, value) in settings {
            let key = name.starts_with("AWS_").then(|| name.to_ascii_lowercase().parse());
            if let Some(Ok(key)) = key {
                builder = builder.with_config(key, value);
            }
        }
        let store = builder.with_bucket_name(bucket).with_retry(retry).build();
        let store = store.map_err(|error| wrong(error.to_string()))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| {
            failed("open", address.to_owned(), Problem::Other, format!("no thread can be started: {error}"))
        })?;
        Ok(Self { bucket: bucket.to_owned(), prefix, store, runtime })
    }

    fn object(&self, path: &str) -> Path {
        self.prefix.parts().chain(Path::from(path).parts()).collect()
    }

    /// Waits for an answer. May be called from many threads at once.
    fn wait<T>(&self, answer: impl Future<Output = object_store::Result<T>>) -> object_store::Result<T> {
        self.runtime.block_on(answer)
    }

    fn put(&self, path: &str, bytes: Vec<u8>, mode: PutMode) -> object_store::Result<()> {
        let kind = FileKind::of(path);
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::ContentType, kind.media_type.into());
        attributes.insert(Attribute::CacheControl, kind.caching.into());
        if let Some(encoding) = kind.encoding {
            attributes.insert(Attribute::ContentEncoding, encoding.into());
        }
        let options = PutOptions { mode, attributes, ..PutOptions::default() };
        self.wait(self.store.put_opts(&self.object(path), bytes.into(), options)).map(|_| ())
    }

    fn refused(&self, doing: &'static str, path: &str, error: &Error) -> TargetError {
        let reason = innermost(error);
        let problem = problem(error, &reason);
        failed(doing, self.address(path), problem, reason)
    }
}

impl Target for S3Target {
    fn address(&self, path: &str) -> String {
        format!("{SCHEME}{}/{}", self.bucket, self.object(path))
    }

    fn size_bytes(&self, path: &str) -> Result<Option<u64>, TargetError> {
        match self.wait(self.store.head(&self.object(path))) {
            Ok(meta) => Ok(Some(meta.size)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.refused("read", path, &error)),
        }
    }

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, TargetError> {
        let object = self.object(path);
        let read = async { self.store.get(&object).await?.bytes().await };
        match self.wait(read) {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            // A bucket that is not there answers like an object that is not.
            Err(error) if names(&error, "NoSuchBucket") => Err(self.refused("read", path, &error)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.refused("read", path, &error)),
        }
    }

    fn put_new(&self, path: &str, bytes: Vec<u8>) -> Result<bool, TargetError> {
        match self.put(path, bytes, PutMode::Create) {
            Ok(()) => Ok(true),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(self.refused("write", path, &error)),
        }
    }

    fn replace(&self, path: &str, bytes: Vec<u8>) -> Result<(), TargetError> {
        self.put(path, bytes, PutMode::Overwrite).map_err(|error| self.refused("write", path, &error))
    }
}

fn failed(doing: &'static str, address: String, problem: Problem, reason: String) -> TargetError {
    TargetError { address, problem, doing, reason }
}

/// Whether the server's answer holds an error code.
fn names(error: &Error, code: &str) -> bool {
    error.to_string().contains(code)
}

/// Who can act. Codes are those of Amazon's list of error responses, and of `MinIO` for full disks.
fn problem(error: &Error, reason: &str) -> Problem {
    let any = |codes: &[&str]| codes.iter().any(|code| names(error, code) || reason.contains(code));
    match error {
        _ if any(&["NoSuchBucket"]) => Problem::NoBucket,
        _ if any(&["StorageFull", "QuotaExceeded", "507 Insufficient"]) => Problem::Full,
        _ if any(&["InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"]) => Problem::Denied,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => Problem::Denied,
        _ if any(&["read-only", "ReadOnly", "MethodNotAllowed"]) => Problem::ReadOnly,
        _ if any(&["error sending request", "dns error", "onnection", "timed out"]) => Problem::Unreachable,
        _ => Problem::Other,
    }
}

/// The last cause, which says most: the others repeat it with addresses and counts of retries.
fn innermost(error: &Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let text = cause.to_string();
    let code = |tag: &str| {
        let (_, rest) = text.split_once(&format!("<{tag}>"))?;
        Some(rest.split_once("</")?.0.to_owned())
    };
    match (code("Code"), code("Message")) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        _ => text.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_bucket_and_perhaps_a_prefix() {
        let open = |address: &str| S3Target::open(address, []);
        assert_eq!(open("s3://twin").unwrap().address("current"), "s3://twin/current");
        let deep = open("s3://twin/a/b/").unwrap();
        assert_eq!(deep.address("content/1.glb"), "s3://twin/a/b/content/1.glb");
        for wrong in ["s3://", "s3:///a", "s3://twin/a//b", "s3://twin/../b"] {
            assert_eq!(open(wrong).unwrap_err().problem, Problem::Address, "{wrong}");
        }
    }

    #[test]
    fn a_server_that_is_not_there_is_named() {
        let mut target = S3Target::open("s3://twin", []).unwrap();
        // The same without the patience of half a minute.
        target.store = AmazonS3Builder::new()
            .with_endpoint("http://127.0.0.1:9")
            .with_allow_http(true)
            .with_bucket_name("twin")
            .with_access_key_id("a")
            .with_secret_access_key("b")
            .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() })
            .build()
            .unwrap();
        let error = target.get("current").unwrap_err();
        assert_eq!(error.problem, Problem::Unreachable, "{error}");
    }
}
