//! Descriptors of a stream of sound (`esds`): bytes come in, where the codec is told goes out, and what tells of anything
//! else is blanked: descriptors name creators, dates and rights, too (ISO/IEC 14496-1 § 7.2.6, § 7.2.2.2). Called by
//! `mp4::codec`.

use std::ops::Range;

const STREAM: u8 = 3;
const DECODER: u8 = 4;
const OWN: u8 = 5;
const SYNCHRONISATION: u8 = 6;
/// A kind that is free for anyone: who does not know it goes past it (§ 7.2.2.1, table 1).
const UNREAD: u8 = 0xc0;

/// Bytes of a stream before its descriptors, its number and flags, and of a decoder.
const STREAM_FIELDS: usize = 3;
const DECODER_FIELDS: usize = 13;
/// Most bytes that one byte of size can tell of, and the bytes before them.
const SHORT: usize = 2 + 127;

/// Where things lie in the descriptors of a stream.
pub(super) struct Stream {
    /// The kind of codec (§ 7.2.6.6.2).
    pub(super) codec: u8,
    /// What the codec says of itself.
    pub(super) own: Option<Range<usize>>,
    whole: Range<usize>,
    decoder: Range<usize>,
}

/// The stream that descriptors tell of; none if they tell of something else.
pub(super) fn of(bytes: &[u8]) -> Option<Stream> {
    let one = |tag: u8, within: Range<usize>| descriptor(bytes, within).filter(|(found, _)| *found == tag);
    let (_, stream) = one(STREAM, 0..bytes.len())?;
    // What its flags announce is of streams, not of files.
    if bytes.get(stream.clone())?.get(2)? & 0xe0 != 0 {
        return None;
    }
    let (_, decoder) = one(DECODER, stream.start + STREAM_FIELDS..stream.end)?;
    let codec = *bytes.get(decoder.clone())?.first()?;
    let own = one(OWN, decoder.start + DECODER_FIELDS..decoder.end).map(|(_, own)| own);
    Some(Stream { codec, own, whole: stream, decoder })
}

/// Blanks all but the codec, what it says of itself in so many bytes, and how it keeps time.
pub(super) fn blank_others(bytes: &mut [u8], of: &Stream, own_bytes: usize) {
    let Stream { own, whole: stream, decoder, .. } = of;
    bytes[stream.end..].fill(0);
    if let Some(own) = own {
        bytes[own.clone()].get_mut(own_bytes..).unwrap_or_default().fill(0);
    }
    let told = own.as_ref().map_or(decoder.start + DECODER_FIELDS, |own| own.end);
    blank(&mut bytes[told.min(decoder.end)..decoder.end]);
    let next = descriptor(bytes, decoder.end..stream.end);
    let others = match next.filter(|(tag, of)| *tag == SYNCHRONISATION && !of.is_empty()) {
        // Files say one thing there, in a byte (ISO/IEC 14496-14 § 3.1.2).
        Some((_, of)) => {
            bytes[of.start + 1..of.end].fill(0);
            of.end
        }
        None => decoder.end,
    };
    blank(&mut bytes[others..stream.end]);
}

/// A descriptor: its tag, and where that lies which it holds, as far as it is there.
fn descriptor(bytes: &[u8], within: Range<usize>) -> Option<(u8, Range<usize>)> {
    let (tag, behind) = bytes.get(within.clone())?.split_first()?;
    let size_bytes = behind.iter().take(4).position(|byte| byte & 0x80 == 0)? + 1;
    let size = behind[..size_bytes].iter().fold(0, |size, byte| size << 7 | usize::from(byte & 0x7f));
    let from = within.start + 1 + size_bytes;
    Some((*tag, from..from.saturating_add(size).min(within.end)))
}

/// Makes one descriptor of them that nobody reads, full of zeros; a single byte has no room for its head.
fn blank(rest: &mut [u8]) {
    rest.fill(0);
    let length = rest.len();
    match rest {
        [tag, size, ..] if length <= SHORT => (*tag, *size) = (UNREAD, (length - 2) as u8),
        [tag, a, b, c, d, ..] => {
            let size = length - 5;
            let seven = |shift: usize| (size >> shift & 0x7f) as u8;
            *tag = UNREAD;
            (*a, *b, *c, *d) = (seven(21) | 0x80, seven(14) | 0x80, seven(7) | 0x80, seven(0));
        }
        _ => {}
    }
}
