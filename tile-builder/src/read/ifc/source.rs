//! An IFC file to text that the parser understands, before anything is parsed.
//!
//! In: `.ifc` or `.ifczip`. Out: [`Source`]: the STEP text in UTF-8 or ASCII, its schema, and what
//! had to be mended. Called by the worker and by `inspect`. Follows ISO 10303-21 (the exchange
//! structure) and IFC's own rules for `.ifcZIP` (one file inside).

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use encoding_rs::{GB18030, SHIFT_JIS};
use memchr::memmem;

use super::{IfcError, IfcErrorKind, Problem};
use crate::read::Limits;

/// What a file must begin with, but for white space and comments.
const BEGIN: &[u8] = b"ISO-10303-21";
/// What a file must end with, but for white space.
const END: &[u8] = b"END-ISO-10303-21";
/// The end is looked for in so many last bytes: some tools write a signature or rubbish behind it.
const TAIL_BYTES: usize = 64 << 10;
/// The header is looked for in so many first bytes.
const HEAD_BYTES: usize = 1 << 20;
/// How many times larger than its archive a file may be; text seldom exceeds twenty.
const ZIP_RATIO: u64 = 400;

/// The text of one file.
#[derive(Debug)]
pub(super) struct Source {
    /// The whole exchange structure.
    pub(super) bytes: Vec<u8>,
    /// As `FILE_SCHEMA` has it, such as `IFC4`.
    pub(super) schema: String,
    /// The program that wrote it, as far as the header says.
    pub(super) tool: String,
    /// What had to be mended.
    pub(super) problems: Vec<Problem>,
}

/// Reads and mends a file.
///
/// # Errors
/// If it cannot be read, is no IFC file, is cut off, or exceeds a limit.
pub(super) fn open(path: &Path, limits: &Limits) -> Result<Source, IfcError> {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into());
    read(path, limits).and_then(prepare).map_err(|kind| IfcError { file: name, kind })
}

/// Checks and mends the bytes of a file.
pub(super) fn prepare(bytes: Vec<u8>) -> Result<Source, IfcErrorKind> {
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes).trim_ascii_start();
    if body.is_empty() {
        return Err(IfcErrorKind::Empty);
    }
    let head = &body[..body.len().min(HEAD_BYTES)];
    if !head.starts_with(BEGIN) && memmem::find(head, b"FILE_SCHEMA").is_none() {
        return Err(IfcErrorKind::NotIfc);
    }
    let tail = &bytes[bytes.len().saturating_sub(TAIL_BYTES)..];
    if memmem::rfind(tail, END).is_none() {
        return Err(IfcErrorKind::Truncated { size_bytes: bytes.len() as u64 });
    }
    let schema = argument(head, b"FILE_SCHEMA").and_then(|text| strings(text).next()).unwrap_or_default();
    // Name, time, author, organisation, preprocessor, originating system, authorisation.
    let names: Vec<String> = argument(head, b"FILE_NAME").map(|t| strings(t).collect()).unwrap_or_default();
    let tool = names.iter().rev().nth(1).cloned().unwrap_or_default();
    let mut problems = Vec::new();
    let bytes = rename(transcode(bytes, &mut problems), &mut problems);
    Ok(Source { bytes, schema: schema.to_ascii_uppercase(), tool, problems })
}

fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>, IfcErrorKind> {
    let io = |error: std::io::Error| IfcErrorKind::Io(error.to_string());
    let mut file = File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    let too_large =
        |size: u64| IfcErrorKind::Limit { what: "bytes".into(), value: size, limit: limits.model_bytes };
    if size > limits.model_bytes {
        return Err(too_large(size));
    }
    let mut magic = [0; 2];
    let read = file.read(&mut magic).map_err(io)?;
    file.rewind().map_err(io)?;
    if magic[..read] == *b"PK" {
        return unzip(file, size, limits);
    }
    let mut bytes = Vec::with_capacity(size as usize + 1);
    file.take(limits.model_bytes + 1).read_to_end(&mut bytes).map_err(io)?;
    // A file that grows while it is read must not pass the limit either.
    if bytes.len() as u64 > limits.model_bytes { Err(too_large(bytes.len() as u64)) } else { Ok(bytes) }
}

/// The one IFC file of an archive.
fn unzip(file: File, archive_bytes: u64, limits: &Limits) -> Result<Vec<u8>, IfcErrorKind> {
    let damaged = |error: zip::result::ZipError| IfcErrorKind::Archive(error.to_string());
    let mut archive = zip::ZipArchive::new(file).map_err(damaged)?;
    let is_ifc = |name: &str| Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case("ifc"));
    let names: Vec<String> =
        archive.file_names().flatten().filter(|name| is_ifc(name)).map(Cow::into_owned).collect();
    let [name] = names.as_slice() else {
        return Err(IfcErrorKind::Archive(format!("holds {} `.ifc` files, must hold one", names.len())));
    };
    let limit = limits.model_bytes.min(archive_bytes.saturating_mul(ZIP_RATIO));
    let entry = archive.by_name(name).map_err(damaged)?;
    let mut bytes = Vec::new();
    entry
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| IfcErrorKind::Archive(error.to_string()))?;
    if bytes.len() as u64 > limit {
        return Err(IfcErrorKind::Limit { what: "unpacked bytes".into(), value: bytes.len() as u64, limit });
    }
    Ok(bytes)
}

/// The text between the brackets behind a keyword of the header.
fn argument<'h>(head: &'h [u8], keyword: &[u8]) -> Option<&'h [u8]> {
    let from = memmem::find(head, keyword)? + keyword.len();
    let end = memmem::find(&head[from..], b";")?;
    Some(&head[from..from + end])
}

/// The quoted strings of a piece of header. Two quotes stand for one.
fn strings(text: &[u8]) -> impl Iterator<Item = String> + '_ {
    let mut rest = text;
    std::iter::from_fn(move || {
        let from = memchr::memchr(b'\'', rest)? + 1;
        let mut at = from;
        loop {
            at += memchr::memchr(b'\'', &rest[at..])?;
            // A quote may also be the letter behind `\S\`.
            if rest[..at].ends_with(b"\\S\\") {
                at += 1;
                continue;
            }
            if rest.get(at + 1) != Some(&b'\'') {
                break;
            }
            at += 2;
        }
        let text = String::from_utf8_lossy(&rest[from..at]).replace("''", "'");
        rest = &rest[at + 1..];
        Some(ifc_lite_core::decode_ifc_string(&text).into_owned())
    })
}

/// Text in the code page of the machine that wrote it becomes UTF-8; the format allows neither, but
/// both occur.
fn transcode(bytes: Vec<u8>, problems: &mut Vec<Problem>) -> Vec<u8> {
    if std::str::from_utf8(&bytes).is_ok() {
        return bytes;
    }
    let encoding = if kana(&bytes) { SHIFT_JIS } else { GB18030 };
    let (text, _, damaged) = encoding.decode(&bytes);
    let name = encoding.name();
    let but = if damaged { "; some bytes are not, and their letters are lost" } else { "" };
    problems
        .push(Problem::new("text_transcoded", format!("text is in {name}, not in the encoding of IFC{but}")));
    text.into_owned().into_bytes()
}

/// Whether bytes hold kana as Shift JIS writes them, more often than chance would have it.
fn kana(bytes: &[u8]) -> bool {
    let (mut kana, mut high) = (0usize, 0usize);
    for pair in bytes.windows(2) {
        high += usize::from(pair[0] >= 0x80);
        kana += usize::from(matches!(pair, [0x82, 0x9F..=0xF1] | [0x83, 0x40..=0x96]));
    }
    kana * 8 > high
}

/// Some writers give products an `IfcProductRepresentation`, which is abstract; readers then find no
/// shape. What was meant has the same attributes.
fn rename(bytes: Vec<u8>, problems: &mut Vec<Problem>) -> Vec<u8> {
    const ABSTRACT: &[u8] = b"IFCPRODUCTREPRESENTATION";
    const MEANT: &[u8] = b"IFCPRODUCTDEFINITIONSHAPE";
    let is_record = |at: usize| {
        let before = bytes[..at].trim_ascii_end().last() == Some(&b'=');
        before && bytes[at + ABSTRACT.len()..].trim_ascii_start().first() == Some(&b'(')
    };
    let places: Vec<usize> = memmem::find_iter(&bytes, ABSTRACT).filter(|at| is_record(*at)).collect();
    if places.is_empty() {
        return bytes;
    }
    let mut renamed = Vec::with_capacity(bytes.len() + places.len());
    let mut from = 0;
    for at in &places {
        renamed.extend_from_slice(&bytes[from..*at]);
        renamed.extend_from_slice(MEANT);
        from = at + ABSTRACT.len();
    }
    renamed.extend_from_slice(&bytes[from..]);
    problems.push(Problem::new(
        "abstract_representation",
        format!("{} products name an abstract representation; it was read as their shape", places.len()),
    ));
    renamed
}
