//! MP3: a file comes in, its frames alone go out (ISO/IEC 11172-3 § 2.4.1, 13818-3; the MPEG 2.5 of its inventors).
//! Called by `voice`.
//!
//! What tells of title, person and place stands before and behind the frames (ID3, APE, Lyrics3) and stays behind.

use super::{Sound, VoiceError, in_ms};

/// Bytes of a frame's head.
const HEAD_BYTES: usize = 4;
/// What may stand behind the frames.
const BEHIND: [&[u8]; 4] = [b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3"];

/// Thousands of bits a second by index: MPEG 1, and its later halves.
const KILOBITS: [[u32; 15]; 2] = [
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

struct Frame {
    size: usize,
    samples: u64,
    rate: u32,
}

/// Whether a file begins with two frames: one head alone is found in many files that are something else.
pub(super) fn begins(bytes: &[u8]) -> bool {
    frame(bytes).is_some_and(|first| bytes.get(first.size..).is_some_and(|rest| frame(rest).is_some()))
}

pub(super) fn read(bytes: &[u8]) -> Result<Sound, VoiceError> {
    let damaged = |at, what| VoiceError::Damaged { format: "MP3", at, what };
    let from = behind_tags(bytes);
    if !bytes.get(from..).is_some_and(begins) {
        return Err(damaged(from.min(bytes.len()), "there is no sound"));
    }
    let (mut at, mut rate, mut samples) = (from, None, 0);
    while let Some(next) = frame(&bytes[at..]) {
        if *rate.get_or_insert(next.rate) != next.rate {
            return Err(damaged(at, "the rate changes"));
        }
        // A recording that was cut off ends within a frame.
        if at + next.size > bytes.len() {
            break;
        }
        (at, samples) = (at + next.size, samples + next.samples);
    }
    let rest = &bytes[at..];
    let is_cut = frame(rest).is_some_and(|last| last.size > rest.len());
    let is_known = rest.iter().all(|byte| *byte == 0) || BEHIND.iter().any(|sign| rest.starts_with(sign));
    if !is_cut && !is_known && rest.len() >= HEAD_BYTES {
        return Err(damaged(at, "what follows is no sound"));
    }
    if goes_on(rest) {
        let what = "more than one recording";
        return Err(VoiceError::Unsupported { format: "MP3", what, hint: "send them one by one" });
    }
    let duration_ms = in_ms(samples, u64::from(rate.unwrap_or(1)));
    Ok(Sound { duration_ms, file: bytes[from..at].to_vec() })
}

/// Whether sound follows behind the tags. Three frames one behind the other: a picture in a tag may hold what looks like
/// two.
fn goes_on(rest: &[u8]) -> bool {
    let is_run = |from: &[u8]| {
        begins(from) && frame(from).is_some_and(|first| from.get(first.size..).is_some_and(begins))
    };
    (0..rest.len()).any(|at| is_run(&rest[at..]))
}

/// Where the tags at the beginning end.
fn behind_tags(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(head) = bytes.get(at..at + 10).filter(|head| head.starts_with(b"ID3")) {
        let size = head[6..10].iter().fold(0, |size, byte| size << 7 | usize::from(byte & 0x7f));
        let foot = if head[5] & 0x10 == 0 { 0 } else { 10 };
        at += 10 + size + foot;
    }
    at
}

/// The frame that some bytes begin with.
fn frame(bytes: &[u8]) -> Option<Frame> {
    let head = bytes.get(..HEAD_BYTES)?;
    let (version, layer) = (head[1] >> 3 & 3, head[1] >> 1 & 3);
    // Eleven bits set; version 1 and layer 0 are reserved, layer 1 is the third.
    if head[0] != 0xff || head[1] & 0xe0 != 0xe0 || version == 1 || layer != 1 {
        return None;
    }
    let is_first = version == 3;
    let kilobits =
        *KILOBITS[usize::from(!is_first)].get(usize::from(head[2] >> 4)).filter(|rate| **rate > 0)?;
    let rate =
        *[44_100, 48_000, 32_000].get(usize::from(head[2] >> 2 & 3))? >> [2, 0, 1, 0][usize::from(version)];
    let samples: u32 = if is_first { 1_152 } else { 576 };
    let padding = usize::from(head[2] >> 1 & 1);
    let size = (samples / 8 * kilobits * 1_000 / rate) as usize + padding;
    Some(Frame { size, samples: u64::from(samples), rate })
}
