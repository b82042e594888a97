//! MP4 with AAC: a file comes in, the same with everything blanked that is not its sound goes out (ISO/IEC 14496-12,
//! 14496-14). Called by `voice`.
//!
//! Tables point at sound by its place in the file, so nothing is moved: boxes that we do not know become free space full
//! of zeros, among them `udta` and `meta` with titles, names and positions (`©xyz`, `loci`), and times of recording, names
//! of handlers, whatever stands in a box behind what it says (`mp4/told.rs`) and descriptors of anything but the codec
//! (`mp4/descriptors.rs`) become zeros. The sound itself (`mdat`) is kept as it is.

mod codec;
mod config;
mod descriptors;
mod told;

use std::ops::Range;

use super::{Sound, VoiceError, in_ms};

/// Most boxes of a file; a minute in pieces of a fifth of a second has some thousand.
const BOXES_LIMIT: usize = 20_000;
/// Most units of sound: a count of samples and their length that says more is a lie.
const UNITS_LIMIT: u64 = 1 << 40;

type Kind = [u8; 4];

/// Boxes that lead to the sound, with those that stand in each; the file itself is the first.
const KNOWN: &[(&[u8; 4], &[&[u8; 4]])] = &[
    (b"file", &[b"ftyp", b"styp", b"sidx", b"moov", b"moof", b"mdat", b"mfra"]),
    (b"moov", &[b"mvhd", b"trak", b"mvex"]),
    (b"mvex", &[b"mehd", b"trex"]),
    (b"trak", &[b"tkhd", b"edts", b"mdia"]),
    (b"edts", &[b"elst"]),
    (b"mdia", &[b"mdhd", b"hdlr", b"minf"]),
    (b"minf", &[b"smhd", b"dinf", b"stbl"]),
    (b"dinf", &[b"dref"]),
    (b"stbl", &[b"stsd", b"stts", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss", b"sgpd", b"sbgp"]),
    (b"moof", &[b"mfhd", b"traf"]),
    (b"traf", &[b"tfhd", b"tfdt", b"trun", b"sgpd", b"sbgp"]),
    (b"mfra", &[b"tfra", b"mfro"]),
];

/// What is found on the way.
#[derive(Default)]
struct Found {
    boxes: usize,
    tracks: usize,
    has_sound: bool,
    /// Units of a second of the track.
    rate: u64,
    units: u64,
    /// How many samples there are, and units of a second of theirs.
    samples: u64,
    sample_rate: Option<u32>,
    /// Units of sound in each of them.
    units_of_sample: u64,
    /// How long a sample of a fragment is where nothing else says it: of the track, and of the fragment.
    track_default: u32,
    fragment_default: u32,
}

pub(super) fn read(bytes: &[u8]) -> Result<Sound, VoiceError> {
    let (mut file, mut found) = (bytes.to_vec(), Found::default());
    walk(&mut file, 0..bytes.len(), *b"file", &mut found)?;
    if found.tracks != 1 {
        return Err(unsupported("more than one track, or a picture"));
    }
    if !found.has_sound || found.rate == 0 {
        return Err(damaged(0, "there is no track of sound"));
    }
    // What the file says of its length is not what players play: they play its samples.
    let rate = found.sample_rate.map_or(found.rate, u64::from);
    let played_ms = in_ms(found.samples.saturating_mul(found.units_of_sample), rate);
    Ok(Sound { duration_ms: in_ms(found.units, found.rate).max(played_ms), file })
}

/// Goes through the boxes of one; each of `KNOWN` has fewer levels below it, so this ends.
fn walk(file: &mut [u8], within: Range<usize>, parent: Kind, found: &mut Found) -> Result<(), VoiceError> {
    let known = KNOWN.iter().find(|(kind, _)| **kind == parent).map_or(&[][..], |(_, inner)| *inner);
    let mut at = within.start;
    while at < within.end {
        found.boxes += 1;
        if found.boxes > BOXES_LIMIT {
            return Err(damaged(at, "there are more boxes than a recording has"));
        }
        let (kind, content) = head(file, at, within.end)?;
        let end = content.end;
        if !known.contains(&&kind) || !told::is_of_sound(kind, &file[content.clone()]) {
            // Its sign and what it holds; its size stays.
            file[at + 4..at + 8].copy_from_slice(b"free");
            file[content].fill(0);
        } else if KNOWN.iter().any(|(outer, _)| **outer == kind) {
            found.tracks += usize::from(kind == *b"trak");
            found.fragment_default =
                if kind == *b"traf" { found.track_default } else { found.fragment_default };
            walk(file, content, kind, found)?;
        } else {
            leaf(&mut file[content], kind, at, found)?;
        }
        at = end;
    }
    Ok(())
}

/// A box: what it is, and where its content lies.
fn head(file: &[u8], at: usize, end: usize) -> Result<(Kind, Range<usize>), VoiceError> {
    let cut = || damaged(at, "the box is cut off");
    let fields = file.get(at..end).and_then(|rest| rest.first_chunk::<8>()).ok_or_else(cut)?;
    let kind = [fields[4], fields[5], fields[6], fields[7]];
    let (size, from) = match u64::from(long(fields, 0).unwrap_or(0)) {
        0 => ((end - at) as u64, at + 8),
        1 => {
            let large = file.get(at + 8..end).and_then(|rest| rest.first_chunk::<8>()).ok_or_else(cut)?;
            (u64::from_be_bytes(*large), at + 16)
        }
        size => (size, at + 8),
    };
    let to = usize::try_from(size).ok().and_then(|size| at.checked_add(size));
    let to = to.filter(|to| *to >= from && *to <= end).ok_or_else(cut)?;
    Ok((kind, from..to))
}

/// Reads what a box says of the length, and blanks what it says beside that.
fn leaf(content: &mut [u8], kind: Kind, at: usize, found: &mut Found) -> Result<(), VoiceError> {
    let cut = || damaged(at, "the box is cut off");
    match &kind {
        b"mvhd" | b"tkhd" | b"mdhd" => {
            let times = if content.first().is_some_and(|version| *version == 1) { 16 } else { 8 };
            content.get_mut(4..4 + times).ok_or_else(cut)?.fill(0);
            if kind == *b"mdhd" {
                found.rate = u64::from(long(content, 4 + times).ok_or_else(cut)?);
            }
        }
        b"hdlr" => {
            let handler = content.get(8..12).ok_or_else(cut)?;
            if handler != b"soun" {
                return Err(unsupported("pictures, or a track that is no sound"));
            }
            content.get_mut(12..).ok_or_else(cut)?.fill(0);
        }
        b"dref" => is_inside(content).then_some(()).ok_or_else(|| unsupported("a link to another file"))?,
        b"stsd" => {
            let codec = codec::of(content).ok_or_else(|| unsupported("something other than AAC"))?;
            (found.has_sound, found.sample_rate) = (true, codec.rate);
            found.units_of_sample = codec.units_of_sample();
            codec::blank_others(content, &codec);
        }
        b"stts" => {
            let count = long(content, 4).ok_or_else(cut)? as usize;
            for entry in content.get(8..).ok_or_else(cut)?.chunks_exact(8).take(count) {
                add(found, long(entry, 0), long(entry, 4), at)?;
            }
        }
        b"stsz" | b"stz2" => found.samples += told::samples(kind, content).ok_or_else(cut)?,
        b"trex" => found.track_default = long(content, 12).ok_or_else(cut)?,
        b"tfhd" => {
            if let Some(default) = default_of(content, cut)? {
                found.fragment_default = default;
            }
        }
        b"trun" => run(content, at, found)?,
        _ => {}
    }
    told::blank_behind(kind, content);
    Ok(())
}

/// The length of a sample that a fragment says all have.
fn default_of(content: &[u8], cut: impl Fn() -> VoiceError) -> Result<Option<u32>, VoiceError> {
    let flags = long(content, 0).ok_or_else(&cut)?;
    if flags & 0x08 == 0 {
        return Ok(None);
    }
    let before = usize::from(flags & 0x01 != 0) * 8 + usize::from(flags & 0x02 != 0) * 4;
    long(content, 8 + before).map(Some).ok_or_else(cut)
}

/// Counts the samples of a run of a fragment.
fn run(content: &[u8], at: usize, found: &mut Found) -> Result<(), VoiceError> {
    let cut = || damaged(at, "the box is cut off");
    let (flags, count) = (long(content, 0).ok_or_else(cut)?, long(content, 4).ok_or_else(cut)?);
    found.samples += u64::from(count);
    if flags & 0x100 == 0 {
        return add(found, Some(count), Some(found.fragment_default), at);
    }
    let (from, width) = told::run_of(flags);
    let samples = content.get(from..).ok_or_else(cut)?;
    samples
        .chunks_exact(width)
        .take(count as usize)
        .try_for_each(|sample| add(found, Some(1), long(sample, 0), at))
}

fn add(found: &mut Found, count: Option<u32>, units: Option<u32>, at: usize) -> Result<(), VoiceError> {
    let more = u64::from(count.unwrap_or(0)).saturating_mul(u64::from(units.unwrap_or(0)));
    found.units = found.units.saturating_add(more);
    if found.units > UNITS_LIMIT { Err(damaged(at, "the recording says that it has no end")) } else { Ok(()) }
}

/// Whether all that it names lies in the file itself.
fn is_inside(content: &[u8]) -> bool {
    content.get(4..) == Some(&[0, 0, 0, 1, 0, 0, 0, 12, b'u', b'r', b'l', b' ', 0, 0, 0, 1])
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|four| u32::from_be_bytes(*four))
}

const fn damaged(at: usize, what: &'static str) -> VoiceError {
    VoiceError::Damaged { format: "MP4", at, what }
}

const fn unsupported(what: &'static str) -> VoiceError {
    VoiceError::Unsupported { format: "MP4", what, hint: "record sound alone, as AAC" }
}
