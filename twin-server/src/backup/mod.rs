//! Copies of the database in one file each: made while the server runs, checked before they are put
//! back. Called by `cli`.
//!
//! A backup is a plain tar archive of `manifest.json` and the database, so that any system can look
//! into it, and without this program: `tar xf backup.tar`. The manifest comes first and has the
//! checksum of the rest.

mod archive;
mod manifest;

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use self::archive::Entry;
pub use self::manifest::Manifest;
use self::manifest::{DATABASE_NAME, FORMAT, MANIFEST_LIMIT_BYTES, MANIFEST_NAME};
use crate::store;

/// Bytes that are copied at a time.
const PIECE_BYTES: usize = 1024 * 1024;

/// Writes a backup of a database to `out`, which must not exist unless it may be replaced.
///
/// # Errors
/// If the database cannot be read, or the file cannot be written.
pub async fn backup(database: &str, out: &Path, replace: bool) -> anyhow::Result<Manifest> {
    if out.exists() && !replace {
        bail!("`{}` exists\nhint: choose another name, or add `--force` to replace it", out.display());
    }
    store::file_of(database)?;
    store::check_exists(database)?;
    let shape = store::shape(database).await?;
    // Beside the backup, because there is room for one as large.
    let copy = Temporary(beside(out, ".database"));
    copy.remove();
    store::snapshot(database, copy.path()).await.context("copying the database")?;
    let (size_bytes, sha256) = digest(&mut File::open(copy.path())?)?;
    let manifest = Manifest {
        format: FORMAT,
        made_by: format!("twin-server {}", env!("CARGO_PKG_VERSION")),
        made_at: OffsetDateTime::now_utc(),
        engine: "sqlite".into(),
        size_bytes,
        sha256,
        migrations: shape.done.iter().map(|migration| migration.number).collect(),
    };
    let part = Temporary(beside(out, ".part"));
    write(&manifest, copy.path(), part.path())
        .with_context(|| format!("`{}` cannot be written", out.display()))?;
    fs::rename(part.path(), out).with_context(|| format!("`{}` cannot be written", out.display()))?;
    sync_folder(out);
    Ok(manifest)
}

/// Reads a backup to its end and compares it with its manifest.
///
/// # Errors
/// If it is no backup of this program, or not as it was written.
pub fn check(file: &Path) -> anyhow::Result<Manifest> {
    let name = file.display().to_string();
    let mut input = open(file)?;
    let manifest = read_manifest(&mut input).with_context(|| format!("`{name}` is not a backup"))?;
    copy_database(&mut input, &manifest, &mut std::io::sink())
        .with_context(|| format!("`{name}` is damaged"))?;
    Ok(manifest)
}

/// What became of the database that was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What was put back.
    pub manifest: Manifest,
    /// Where the database from before is now, if there was one.
    pub replaced: Option<PathBuf>,
}

/// Puts a backup in the place of a database, which must not exist unless it may be replaced. Nothing
/// is touched before the backup was found whole.
///
/// # Errors
/// If the backup is damaged or of a later server, or the database is in use.
pub async fn restore(file: &Path, database: &str, replace: bool) -> anyhow::Result<Restored> {
    let target = store::file_of(database)?;
    if target.exists() && !replace {
        bail!(
            "database `{}` exists\nhint: add `--force` to replace it; it is kept beside the new one",
            target.display()
        );
    }
    let name = file.display().to_string();
    let mut input = open(file)?;
    let manifest = read_manifest(&mut input).with_context(|| format!("`{name}` is not a backup"))?;
    let copy = Temporary(beside(&target, ".restoring"));
    copy.remove();
    let place = || format!("`{}` cannot be written", copy.path().display());
    let mut output = File::create(copy.path()).with_context(place)?;
    copy_database(&mut input, &manifest, &mut output).with_context(|| format!("`{name}` is damaged"))?;
    output.sync_all().with_context(place)?;
    drop(output);
    let address = format!("sqlite:{}", copy.path().display());
    let shape = store::shape(&address).await.with_context(|| format!("`{name}` is damaged"))?;
    if let Some(unknown) = shape.unknown.first() {
        bail!("`{name}` was made by a later server: it has migration {unknown}\nhint: update twin-server");
    }
    store::check_whole(copy.path()).await.with_context(|| format!("`{name}` is damaged"))?;
    let replaced = store::replace(database, copy.path()).await?;
    sync_folder(&target);
    Ok(Restored { manifest, replaced })
}

fn open(file: &Path) -> anyhow::Result<BufReader<File>> {
    let input = File::open(file).with_context(|| format!("`{}` cannot be read", file.display()))?;
    Ok(BufReader::with_capacity(PIECE_BYTES, input))
}

fn write(manifest: &Manifest, database: &Path, to: &Path) -> anyhow::Result<()> {
    let mut output = BufWriter::with_capacity(PIECE_BYTES, File::create(to)?);
    let mut text = serde_json::to_vec_pretty(manifest)?;
    text.push(b'\n');
    let made_s = u64::try_from(manifest.made_at.unix_timestamp()).unwrap_or_default();
    archive::write_head(&mut output, MANIFEST_NAME, text.len() as u64, made_s)?;
    output.write_all(&text)?;
    archive::pad(&mut output, text.len() as u64)?;
    archive::write_head(&mut output, DATABASE_NAME, manifest.size_bytes, made_s)?;
    std::io::copy(&mut File::open(database)?, &mut output)?;
    archive::pad(&mut output, manifest.size_bytes)?;
    archive::end(&mut output)?;
    output.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    Ok(())
}

fn read_manifest(input: &mut impl Read) -> anyhow::Result<Manifest> {
    let Entry { name, size_bytes } = archive::read_head(input)?;
    if name != MANIFEST_NAME || size_bytes > MANIFEST_LIMIT_BYTES {
        bail!("it does not begin with a manifest");
    }
    let mut text = vec![0; size_bytes as usize];
    input.read_exact(&mut text)?;
    archive::skip_pad(input, size_bytes)?;
    Ok(Manifest::read(&text)?)
}

/// Copies the database out of a backup and compares it with the manifest.
fn copy_database(input: &mut impl Read, manifest: &Manifest, output: &mut impl Write) -> anyhow::Result<()> {
    let Entry { name, size_bytes } = archive::read_head(input)?;
    if name != DATABASE_NAME || size_bytes != manifest.size_bytes {
        bail!(
            "its manifest tells of {} bytes of `{DATABASE_NAME}`, it has {size_bytes} of `{name}`",
            manifest.size_bytes
        );
    }
    let mut part = Hashing { inner: input.take(size_bytes), hash: Sha256::new() };
    let copied = std::io::copy(&mut part, output)?;
    if copied != size_bytes {
        bail!("it ends after {copied} of {size_bytes} bytes");
    }
    if hex(&part.hash.finalize()) != manifest.sha256 {
        bail!("its checksum is not that of its manifest");
    }
    Ok(())
}

struct Hashing<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

fn digest(file: &mut File) -> std::io::Result<(u64, String)> {
    let mut reading = Hashing { inner: BufReader::with_capacity(PIECE_BYTES, file), hash: Sha256::new() };
    let size_bytes = std::io::copy(&mut reading, &mut std::io::sink())?;
    Ok((size_bytes, hex(&reading.hash.finalize())))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A file that is removed when it is no longer needed, whatever happened.
struct Temporary(PathBuf);

impl Temporary {
    fn path(&self) -> &Path {
        &self.0
    }

    fn remove(&self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        self.remove();
    }
}

/// A name in the same folder that no two runs share.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!("{ending}-{}", std::process::id()));
    name.into()
}

/// A rename is on disk when its folder is.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}
