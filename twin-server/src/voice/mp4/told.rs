//! How much of a box says something: a box comes in, what stands behind that is blanked (ISO/IEC 14496-12 § 4.3, § 8). Called
//! by `mp4` for the boxes that it keeps.

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

/// Most kinds of file that a file says it can be read as.
const BRANDS_LIMIT: usize = 8;

/// Whether a box that is known is of use. Groups of samples can say anything of them; those of sound say how much a decoder
/// reads before it is heard, in two bytes (§ 10.1).
pub(super) fn is_of_sound(kind: Kind, content: &[u8]) -> bool {
    let is_group = match (&kind, content.first()) {
        (b"sgpd", Some(1)) => long(content, 8) == Some(2),
        (b"sgpd", version) => version == Some(&0),
        (b"sbgp", _) => true,
        _ => return true,
    };
    let is_roll = matches!(content.get(4..8), Some(b"roll" | b"prol"));
    is_group && is_roll && told_bytes(kind, content).is_some()
}

/// Blanks what stands in a box behind what it says, which is nothing where it is too short to say how much; what is read
/// to its end by `mp4` itself is left.
pub(super) fn blank_behind(kind: Kind, content: &mut [u8]) {
    match &kind {
        b"mdat" | b"hdlr" | b"dref" | b"stsd" => {}
        b"ftyp" | b"styp" => blank_brands(content),
        _ => {
            let told = told_bytes(kind, content).unwrap_or(0);
            content.get_mut(told..).unwrap_or_default().fill(0);
        }
    }
}

/// Blanks what is no brand, a word of four letters, and brands that no file needs; the second field is a version.
fn blank_brands(content: &mut [u8]) {
    for (at, brand) in content.chunks_mut(4).enumerate() {
        let is_word = brand.len() == 4 && brand.iter().all(|letter| matches!(letter, b' '..=b'~'));
        if at >= 2 + BRANDS_LIMIT || at != 1 && !is_word {
            brand.fill(0);
        }
    }
}

/// Whether a box is of its second version, in which some of its fields are longer.
fn is_next(content: &[u8]) -> bool {
    content.first() == Some(&1)
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
        return Some(if is_next(content) { *next } else { *first });
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
        b"tfhd" => {
            Some(8 + announced(long(content, 0)?, &[(0x01, 8), (0x02, 4), (0x08, 4), (0x10, 4), (0x20, 4)]))
        }
        b"sidx" => {
            let from = if is_next(content) { 32 } else { 24 };
            // A count of two bytes, behind two that are not used.
            Some(from + (long(content, from - 4)? & 0xffff) as usize * 12)
        }
        _ => {
            let (at, width) = entries(kind, content)?;
            counted(at, at + 4, width)
        }
    }
}

/// Where the count of entries stands in a box that has those of its version, and how many bytes each has.
fn entries(kind: Kind, content: &[u8]) -> Option<(usize, usize)> {
    match (&kind, is_next(content)) {
        (b"elst", false) => Some((4, 12)),
        (b"elst", true) => Some((4, 20)),
        (b"sbgp", false) => Some((8, 8)),
        (b"sbgp", true) => Some((12, 8)),
        (b"sgpd", false) => Some((8, 2)),
        (b"sgpd", true) => Some((12, 2)),
        (b"tfra", next) => {
            let fields = long(content, 8)?;
            let numbers: u32 = [4, 2, 0].iter().map(|from| 1 + (fields >> from & 3)).sum();
            Some((12, numbers as usize + if next { 16 } else { 8 }))
        }
        _ => None,
    }
}

/// Where the samples of a run begin, and how many bytes each has, by its flags.
pub(super) fn run_of(flags: u32) -> (usize, usize) {
    (8 + announced(flags, &[(0x01, 4), (0x04, 4)]), 4 * (flags >> 8 & 0x0f).count_ones() as usize)
}

/// How many bytes the fields have that flags announce, each with its flag.
fn announced(flags: u32, fields: &[(u32, usize)]) -> usize {
    fields.iter().filter(|(flag, _)| flags & flag != 0).map(|(_, bytes)| bytes).sum()
}
