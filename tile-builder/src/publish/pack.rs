//! Published files compressed once, so that a server need not do it for each client.
//!
//! In: the bytes of a file. Out: its `.gz` and `.br` siblings. Called by `publish` for JSON, and by the
//! stages that make contents.

use std::io::{self, Write};

/// Up to here, compressing thoroughly takes a tenth of a second.
const THOROUGH_BYTES: u64 = 512 * 1024;

/// A file as it is served to clients that take compressed answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Compressed with gzip, which every client takes.
    pub gzip: Vec<u8>,
    /// Compressed with brotli, which browsers take over a secure connection.
    pub brotli: Vec<u8>,
}

/// How hard to compress: time grows faster than what it saves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// For much that must be ready soon.
    Quick,
    /// For little: a tenth smaller, in ten times the time.
    Thorough,
}

impl Effort {
    /// The effort that bytes are worth.
    #[must_use]
    pub fn for_bytes(size_bytes: u64) -> Self {
        if size_bytes <= THOROUGH_BYTES { Self::Thorough } else { Self::Quick }
    }
}

/// Compresses a content, if that saves an eighth. Geometry in `EXT_meshopt_compression` is made to be
/// compressed once more; pictures are not worth it.
#[must_use]
pub fn pack(bytes: &[u8], effort: Effort) -> Option<Packed> {
    // Writing into memory does not fail.
    packed(bytes, effort).ok().filter(|packed| packed.gzip.len() < bytes.len() - bytes.len() / 8)
}

/// Compresses a file.
///
/// # Errors
/// If there is no memory for it.
pub(super) fn packed(bytes: &[u8], effort: Effort) -> io::Result<Packed> {
    // Levels of gzip, and of brotli: from 5 to 7 it gains half a percent, and 9 costs ten times as much.
    let (gzip_level, brotli_level) = match effort {
        Effort::Quick => (6, 5),
        Effort::Thorough => (9, 10),
    };
    let (gzip, brotli) = rayon::join(|| gzip(bytes, gzip_level), || brotli(bytes, brotli_level));
    Ok(Packed { gzip: gzip?, brotli: brotli? })
}

fn gzip(bytes: &[u8], level: u32) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn brotli(bytes: &[u8], quality: i32) -> io::Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams { quality, ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut out, &params)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_shrink_by_an_eighth_is_not_packed() {
        let mut noise = 1_u32;
        let picture: Vec<u8> = (0..4096)
            .map(|_| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (noise >> 24) as u8
            })
            .collect();
        assert_eq!(pack(&picture, Effort::Thorough), None);
        let packed = pack(&[7; 4096], Effort::Quick).unwrap();
        assert!(packed.gzip.len() < 100 && packed.brotli.len() < 100);
    }

    #[test]
    fn little_is_worth_more_effort_than_much() {
        assert_eq!(Effort::for_bytes(THOROUGH_BYTES), Effort::Thorough);
        assert_eq!(Effort::for_bytes(THOROUGH_BYTES + 1), Effort::Quick);
    }
}
