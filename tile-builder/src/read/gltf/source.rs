//! Where the bytes of a glTF file are: in memory, in a file on disk that is read piece by piece, or
//! in a data URI. In: a glb or a document with its buffers. Out: [`Part`]s of [`Source`]s.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

use base64::Engine as _;

use super::document::Document;
use crate::read::soup::error::{Fault, MeshErrorKind, Read, within};

const MAGIC: u32 = 0x4654_6C67;
const CHUNK_JSON: u32 = 0x4E4F_534A;
const CHUNK_BIN: u32 = 0x004E_4942;
/// Largest document; its bulk data stands in buffers.
const MOST_JSON_BYTES: u64 = 256 << 20;

/// Bytes that can be read at any offset.
pub(super) enum Source<'a> {
    Slice(&'a [u8]),
    Owned(Vec<u8>),
    File { file: File, path: PathBuf, size_bytes: u64 },
}

impl Source<'_> {
    pub(super) fn size_bytes(&self) -> u64 {
        match self {
            Self::Slice(bytes) => bytes.len() as u64,
            Self::Owned(bytes) => bytes.len() as u64,
            Self::File { size_bytes, .. } => *size_bytes,
        }
    }

    /// The bytes of a range, which must lie inside.
    pub(super) fn bytes(&self, at: u64, length: u64) -> Read<Cow<'_, [u8]>> {
        let size = self.size_bytes();
        if at.checked_add(length).is_none_or(|end| end > size) {
            return Err(MeshErrorKind::Truncated { needed: length, left: size.saturating_sub(at) }.into());
        }
        let range = at as usize..(at + length) as usize;
        match self {
            Self::Slice(bytes) => Ok(Cow::Borrowed(&bytes[range])),
            Self::Owned(bytes) => Ok(Cow::Borrowed(&bytes[range])),
            Self::File { file, .. } => {
                let mut file = file;
                file.seek(SeekFrom::Start(at))?;
                let mut bytes = vec![0; length as usize];
                file.read_exact(&mut bytes)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }
}

/// A range of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) source: usize,
    pub(super) at: u64,
    pub(super) size_bytes: u64,
}

impl Part {
    /// A range of this range, checked.
    pub(super) fn part(&self, at: u64, length: u64) -> Read<Self> {
        if at.checked_add(length).is_none_or(|end| end > self.size_bytes) {
            let left = self.size_bytes.saturating_sub(at);
            return Err(MeshErrorKind::Truncated { needed: length, left }.into());
        }
        Ok(Self { source: self.source, at: self.at + at, size_bytes: length })
    }
}

/// A document, and the binary chunk if it stands in a glb. `source` is the file as number 0.
pub(super) fn open(source: &Source<'_>) -> Read<(Document, Option<Part>)> {
    let size = source.size_bytes();
    let start = source.bytes(0, size.min(12))?;
    if start.len() < 12 || word(&start, 0) != MAGIC {
        return Ok((parse(source, 0, size)?, None));
    }
    if word(&start, 4) != 2 {
        return Err(Fault::unsupported(format!("glb version {}", word(&start, 4))));
    }
    let end = u64::from(word(&start, 8));
    if end > size {
        return Err(MeshErrorKind::Truncated { needed: end, left: size }.into());
    }
    let (mut at, mut document, mut binary) = (12u64, None, None);
    while at + 8 <= end {
        let header = source.bytes(at, 8)?;
        let (length, kind) = (u64::from(word(&header, 0)), word(&header, 4));
        at += 8;
        if at + length > end {
            return Err(MeshErrorKind::Truncated { needed: length, left: end - at }.into());
        }
        match kind {
            CHUNK_JSON if document.is_none() => document = Some(parse(source, at, length)?),
            CHUNK_BIN if binary.is_none() => binary = Some(Part { source: 0, at, size_bytes: length }),
            _ => {}
        }
        at += length.next_multiple_of(4);
    }
    Ok((document.ok_or_else(|| Fault::invalid("the glb has no JSON chunk"))?, binary))
}

fn parse(source: &Source<'_>, at: u64, length: u64) -> Read<Document> {
    within("size of the document in bytes", length, MOST_JSON_BYTES)?;
    let bytes = source.bytes(at, length)?;
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    serde_json::from_slice(text).map_err(|error| Fault::invalid(format!("is no glTF document: {error}")))
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes[at..].first_chunk().map_or(0, |word| u32::from_le_bytes(*word))
}

/// The bytes of a `data:` URI, or `None` if it is another kind of URI.
pub(super) fn data_uri(uri: &str) -> Option<Read<Vec<u8>>> {
    let (header, text) = uri.strip_prefix("data:")?.split_once(',')?;
    if !header.ends_with(";base64") {
        let bytes = percent_encoding::percent_decode_str(text).collect();
        return Some(Ok(bytes));
    }
    let decoded = base64::engine::general_purpose::STANDARD.decode(text.trim_end());
    Some(decoded.map_err(|error| Fault::invalid(format!("a data URI is damaged: {error}"))))
}
