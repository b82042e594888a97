//! The header of an OSGB file and its compressed body.
//!
//! Follows the binary layout that OpenSceneGraph's `osgDB` writes: magic, type, version,
//! attributes, optional custom domains, compressor name, optional schema.

use std::borrow::Cow;
use std::io::Read as _;

use super::cursor::{Cursor, Read};
use super::error::OsgbErrorKind;
use crate::read::Limits;

const MAGIC_LOW: u32 = 0x6C91_0EA1;
const MAGIC_HIGH: u32 = 0x1AFB_4545;
const ATTRIBUTE_DOMAINS: u32 = 1;
const ATTRIBUTE_SCHEMA: u32 = 2;
const ATTRIBUTE_BRACKETS: u32 = 4;

/// Soversions of OSG that this reader was held against: 2.9 up to the last release.
const VERSIONS: std::ops::RangeInclusive<u32> = 64..=200;

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// OSG soversion that wrote the file.
    pub version: u32,
    /// Attribute bits: custom domains 1, schema 2, brackets 4.
    pub attributes: u32,
    /// `0`, `zlib` or `null`.
    pub compressor: String,
    /// Whether the file is big-endian.
    pub big_endian: bool,
}

impl Header {
    pub(super) fn brackets(&self) -> bool {
        self.attributes & ATTRIBUTE_BRACKETS != 0
    }
}

/// Reads the header up to the compressor name.
pub(super) fn read_header(cursor: &mut Cursor<'_>) -> Read<Header> {
    let magic = match (cursor.u32(), cursor.u32()) {
        (Ok(low), Ok(high)) => (low, high),
        _ => return Err(OsgbErrorKind::NotOsgb),
    };
    let big_endian = match magic {
        (MAGIC_LOW, MAGIC_HIGH) => false,
        (low, high) if (low.swap_bytes(), high.swap_bytes()) == (MAGIC_LOW, MAGIC_HIGH) => true,
        _ => return Err(OsgbErrorKind::NotOsgb),
    };
    cursor.big_endian = big_endian;
    let kind = cursor.u32()?;
    if kind != 1 {
        return Err(OsgbErrorKind::Unsupported(format!("file type {kind} (1 is a scene)")));
    }
    let version = cursor.u32()?;
    if !VERSIONS.contains(&version) {
        return Err(OsgbErrorKind::Unsupported(format!("OSG version {version}")));
    }
    let attributes = cursor.u32()?;
    if attributes & ATTRIBUTE_DOMAINS != 0 {
        for _ in 0..cursor.count(8)? {
            cursor.skip_string()?;
            cursor.skip(4)?;
        }
    }
    let compressor = cursor.string()?;
    Ok(Header { version, attributes, compressor, big_endian })
}

/// The body after the header, decompressed if need be.
pub(super) fn read_body<'a>(
    cursor: &mut Cursor<'a>,
    header: &Header,
    limits: &Limits,
) -> Read<Cow<'a, [u8]>> {
    match header.compressor.as_str() {
        "0" | "" => Ok(Cow::Borrowed(cursor.take(cursor.left())?)),
        "zlib" => gunzip(cursor.take(cursor.left())?, limits).map(Cow::Owned),
        "null" => {
            let n = cursor.count(1)?;
            Ok(Cow::Borrowed(cursor.take(n)?))
        }
        other => Err(OsgbErrorKind::Unsupported(format!("compressor `{other}`"))),
    }
}

/// Skips the schema string at the head of the body.
pub(super) fn skip_schema(cursor: &mut Cursor<'_>, header: &Header) -> Read<()> {
    if header.attributes & ATTRIBUTE_SCHEMA != 0 {
        let n = cursor.count(1)?;
        cursor.skip(n)?;
    }
    Ok(())
}

/// OSG names it zlib and writes a gzip stream.
fn gunzip(packed: &[u8], limits: &Limits) -> Read<Vec<u8>> {
    let mut body = Vec::new();
    let bound = limits.body_bytes.saturating_add(1);
    flate2::read::GzDecoder::new(packed)
        .take(bound)
        .read_to_end(&mut body)
        .map_err(|error| OsgbErrorKind::Invalid(format!("the compressed body is damaged: {error}")))?;
    if body.len() as u64 > limits.body_bytes {
        return Err(OsgbErrorKind::Limit {
            what: "decompressed size",
            value: body.len() as u64,
            limit: limits.body_bytes,
        });
    }
    Ok(body)
}
