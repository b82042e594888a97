//! WAV: a file comes in, one with format and samples alone goes out (RIFF, Multimedia Programming Interface 1.0 § 3).
//! Called by `voice`.
//!
//! Titles, names, times and coordinates (`LIST`, `bext`, `iXML`, `id3 `) are other chunks and stay behind.

use super::{Sound, VoiceError, in_ms};

/// Samples of integers, and of fractions.
const KINDS: [u16; 2] = [1, 3];
/// The kind stands further behind.
const EXTENSIBLE: u16 = 0xfffe;
/// Bytes of a head with a format and the beginning of samples.
const HEAD_BYTES: usize = 44;

struct Format {
    kind: u16,
    channels: u16,
    rate: u32,
    bits: u16,
}

impl Format {
    fn block(&self) -> usize {
        usize::from(self.channels) * usize::from(self.bits / 8)
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Sound, VoiceError> {
    let damaged = |at, what| VoiceError::Damaged { format: "WAV", at, what };
    let (mut at, mut format) = (12, None);
    while let Some(head) = bytes.get(at..at + 8) {
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let rest = &bytes[at + 8..];
        match &head[..4] {
            b"fmt " => {
                let fields = rest.get(..size).ok_or_else(|| damaged(at, "the format is cut off"))?;
                format = Some(format_of(fields, at)?);
            }
            // Who recorded nothing writes no size either.
            b"data" if size == 0 && is_chunk(rest) => {}
            b"data" => {
                let format = format.ok_or_else(|| damaged(at, "samples come before their format"))?;
                // Who records into a pipe does not know the size, and writes none or the largest.
                let length = if size == 0 || size > rest.len() { rest.len() } else { size };
                return Ok(written(&format, &rest[..length - length % format.block()]));
            }
            _ => {}
        }
        // Chunks begin at even places; the file is smaller than any sum that would overflow.
        at = at.saturating_add(8).saturating_add(size).saturating_add(size & 1);
    }
    Err(damaged(bytes.len(), "there are no samples"))
}

/// Whether a chunk lies here, and no samples: a name that can be read, and a size that the file has.
fn is_chunk(bytes: &[u8]) -> bool {
    bytes.split_at_checked(8).is_some_and(|(head, rest)| {
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        head[..4].iter().all(|letter| matches!(letter, b' '..=b'~')) && size <= rest.len()
    })
}

fn format_of(fields: &[u8], at: usize) -> Result<Format, VoiceError> {
    let damaged = |what| VoiceError::Damaged { format: "WAV", at, what };
    let word = |from: usize| fields.get(from..from + 2).map(|two| u16::from_le_bytes([two[0], two[1]]));
    let (Some(tag), Some(channels), Some(low), Some(high), Some(bits)) =
        (word(0), word(2), word(4), word(6), word(14))
    else {
        return Err(damaged("the format is cut off"));
    };
    let kind = if tag == EXTENSIBLE { word(24).unwrap_or(EXTENSIBLE) } else { tag };
    let format = Format { kind, channels, rate: u32::from(high) << 16 | u32::from(low), bits };
    if !KINDS.contains(&format.kind) {
        let what = "packed samples";
        return Err(VoiceError::Unsupported { format: "WAV", what, hint: "save it as PCM, or as MP3" });
    }
    let is_sane = (1..=2).contains(&format.channels)
        && (8_000..=96_000).contains(&format.rate)
        && [8, 16, 24, 32].contains(&format.bits);
    if is_sane { Ok(format) } else { Err(damaged("the format is none of a voice")) }
}

fn written(format: &Format, samples: &[u8]) -> Sound {
    let Format { kind, channels, rate, bits } = *format;
    let (block, size) = (format.block() as u32, samples.len() as u32);
    let mut file = Vec::with_capacity(HEAD_BYTES + samples.len() + 1);
    let padding = samples.len() % 2;
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(HEAD_BYTES as u32 - 8 + size + padding as u32).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    for word in [kind, channels] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    for long in [rate, rate * block] {
        file.extend_from_slice(&long.to_le_bytes());
    }
    for word in [block as u16, bits] {
        file.extend_from_slice(&word.to_le_bytes());
    }
    file.extend_from_slice(b"data");
    file.extend_from_slice(&size.to_le_bytes());
    file.extend_from_slice(samples);
    file.resize(file.len() + padding, 0);
    Sound { duration_ms: in_ms(u64::from(size / block), u64::from(rate)), file }
}
