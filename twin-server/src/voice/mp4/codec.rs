//! What the description of samples says (`stsd`, `mp4a`, `esds`): a box comes in, whether it is AAC and how fast goes out
//! (ISO/IEC 14496-12 § 12.2.3, 14496-14 § 6.7). Called by `mp4`.

use std::ops::Range;

use super::config::{self, Config};
use super::descriptors::{self, Stream};
use super::long;

/// Where the one entry lies in an `stsd`, and its boxes behind version, channels, size and rate of sound.
const ENTRY: usize = 8;
const INNER: usize = ENTRY + 36;
/// Where the descriptors begin, behind head and version of the `esds`, which is the first of those boxes.
const DESCRIPTORS: usize = INNER + 12;

/// A description of AAC.
pub(super) struct Codec {
    /// Units of a second of its sound, where it says so.
    pub(super) rate: Option<u32>,
    /// What it says of itself, if anything.
    own: Option<Config>,
    /// Where the entry lies in its box, and the `esds` in it.
    entry: Range<usize>,
    esds: Range<usize>,
    stream: Stream,
}

impl Codec {
    /// Units of sound in a sample.
    pub(super) fn units_of_sample(&self) -> u64 {
        self.own.as_ref().map_or(config::UNITS_OF_SAMPLE, |own| own.units_of_sample)
    }
}

/// The codec that a box of descriptions has; none if there are several, or it is not AAC.
pub(super) fn of(content: &[u8]) -> Option<Codec> {
    let is_one = long(content, 4)? == 1 && content.get(12..16)? == b"mp4a";
    let is_plain = content.get(24..26)? == [0, 0];
    let entry = ENTRY..ENTRY.checked_add(long(content, ENTRY)? as usize)?;
    let inner = content.get(..entry.end)?.get(INNER..)?;
    let esds = INNER..INNER.checked_add(long(inner, 0)? as usize)?;
    let told = content.get(..esds.end.min(entry.end))?.get(DESCRIPTORS..)?;
    if !is_one || !is_plain || inner.get(4..8)? != b"esds" || esds.end > entry.end {
        return None;
    }
    let stream = descriptors::of(told).filter(|stream| matches!(stream.codec, 0x40 | 0x66..=0x68))?;
    let own = stream.own.clone().and_then(|own| told.get(own)).map(config::of);
    let rate = own.as_ref().and_then(|own| own.rate);
    let rate = rate.or_else(|| long(content, ENTRY + 32).map(|rate| rate >> 16)).filter(|rate| *rate > 0);
    Some(Codec { rate, own, entry, esds, stream })
}

/// Blanks what stands beside the codec in its descriptors, in the entry behind them, and behind the entry.
pub(super) fn blank_others(content: &mut [u8], Codec { own, entry, esds, stream, .. }: &Codec) {
    content[entry.end..].fill(0);
    let told_bytes = own.as_ref().map_or(0, |own| own.told_bytes);
    descriptors::blank_others(&mut content[DESCRIPTORS..esds.end], stream, told_bytes);
    let rest = &mut content[esds.end..entry.end];
    let size = rest.len() as u32;
    rest.fill(0);
    // Boxes are read there: it becomes one of free space, if there is room for its head.
    if let Some(head) = rest.first_chunk_mut::<8>() {
        head[..4].copy_from_slice(&size.to_be_bytes());
        head[4..].copy_from_slice(b"free");
    }
}
