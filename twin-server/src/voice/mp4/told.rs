//! How much of a box says something: a box comes in, what stands behind that is blanked (ISO/IEC 14496-12 § 8). Called by
//! `mp4` for the boxes that it keeps.

use super::{Kind, long};

/// Boxes whose entries are counted: where the count stands, and how many bytes each entry has.
const COUNTED: &[(&[u8; 4], usize, usize)] =
    &[(b"stts", 4, 8), (b"stsc", 4, 12), (b"stco", 4, 4), (b"co64", 4, 8), (b"stss", 4, 4)];
/// Boxes that have always as many bytes, in their first version and in the next.
const FIXED: &[(&[u8; 4], usize, usize)] = &[
    (b"mvhd", 100, 112),
    (b"tkhd", 84, 96),
    (b"mdhd", 24, 36),
    (b"mehd", 8, 12),
    (b"tfdt", 8, 12),
    (b"smhd", 8, 8),
    (b"mfhd", 8, 8),
    (b"trex", 24, 24),
    (b"mfro", 8, 8),
];

/// Blanks what stands in a box behind what it says.
pub(super) fn blank_behind(kind: Kind, content: &mut [u8]) {
    if let Some(behind) = told_bytes(kind, content).and_then(|told| content.get_mut(told..)) {
        behind.fill(0);
    }
}

/// How many samples a table of their sizes has; no more than it has sizes for, where each has its own.
pub(super) fn samples(kind: Kind, content: &[u8]) -> Option<u64> {
    let count = u64::from(long(content, 8)?);
    let bits = bits_of_size(kind, content)?;
    let sizes = ((content.len() as u64 - 12) * 8).checked_div(bits);
    Some(sizes.map_or(count, |sizes| count.min(sizes)))
}

/// How many bits each size has in a table of them; none where all samples have the same.
fn bits_of_size(kind: Kind, content: &[u8]) -> Option<u64> {
    let field = long(content, 4)?;
    Some(match (&kind, field) {
        (b"stsz", 0) => 32,
        (b"stsz", _) => 0,
        _ => u64::from(field & 0xff),
    })
}

/// How many bytes of a box say something; none if that is not known.
fn told_bytes(kind: Kind, content: &[u8]) -> Option<usize> {
    let counted = |at: usize, behind: usize, width: usize| {
        (long(content, at)? as usize).checked_mul(width)?.checked_add(behind)
    };
    if let Some((_, at, width)) = COUNTED.iter().find(|(known, ..)| **known == kind) {
        return counted(*at, at + 4, *width);
    }
    if let Some((_, first, next)) = FIXED.iter().find(|(known, ..)| **known == kind) {
        return Some(if content.first() == Some(&1) { *next } else { *first });
    }
    match &kind {
        b"stsz" | b"stz2" => {
            let bits = bits_of_size(kind, content)?.checked_mul(u64::from(long(content, 8)?))?;
            usize::try_from(bits.div_ceil(8)).ok()?.checked_add(12)
        }
        b"trun" => {
            let (from, width) = run_of(long(content, 0)?);
            counted(4, from, width)
        }
        _ => None,
    }
}

/// Where the samples of a run begin, and how many bytes each has, by its flags.
pub(super) fn run_of(flags: u32) -> (usize, usize) {
    let from = 8 + usize::from(flags & 0x01 != 0) * 4 + usize::from(flags & 0x04 != 0) * 4;
    (from, 4 * (flags >> 8 & 0x0f).count_ones() as usize)
}
