//! Ogg with Opus: a file comes in, one without its comments goes out (RFC 3533 § 6, RFC 7845). Called by `voice`.
//!
//! The second packet holds comments (title, person, place, a picture): it is written empty, and what follows gets the
//! numbers and checksums of pages that follow on that.

use super::{Sound, VoiceError, in_ms, opus};

/// Bytes of a page's head without its table.
const HEAD_BYTES: usize = 27;
/// Bytes of the first packet, which says how many channels there are: one or two.
const HEAD_PACKET_BYTES: usize = 19;
/// The number that all pages of the file that is kept have.
const SERIAL: u32 = 1;
/// A page begins with the rest of a packet; it is the first.
const CONTINUED: u8 = 1;
const FIRST: u8 = 2;
/// Comments that say nothing: who wrote them, and none.
const NO_TAGS: &[u8] = b"OpusTags\x0e\0\0\0community-twin\0\0\0\0";

struct Page<'a> {
    flags: u8,
    position: i64,
    table: &'a [u8],
    content: &'a [u8],
    /// Where the next one begins.
    end: usize,
}

pub(super) fn read(bytes: &[u8]) -> Result<Sound, VoiceError> {
    let damaged = |at, what| VoiceError::Damaged { format: "Ogg", at, what };
    let first = page(bytes, 0)?;
    let head = first.content;
    if first.flags & FIRST == 0 || !head.starts_with(b"OpusHead") || head.len() != HEAD_PACKET_BYTES {
        let what = "something other than Opus";
        return Err(VoiceError::Unsupported { format: "Ogg", what, hint: "record as Opus, or as MP3" });
    }
    let skipped = u64::from(u16::from_le_bytes([head[10], head[11]]));
    let mut at = behind_tags(bytes, first.end)?;
    let mut file = Vec::with_capacity(bytes.len());
    put(&mut file, (FIRST, 0, 0), first.table, head);
    put(&mut file, (0, 0, 1), &[NO_TAGS.len() as u8], NO_TAGS);
    let (mut number, mut packet, mut samples, mut last) = (2, Vec::new(), 0, 0);
    while at < bytes.len() {
        let Page { flags, position, table, content, end } = page(bytes, at)?;
        if flags & FIRST != 0 {
            return Err(damaged(at, "a second stream begins"));
        }
        let mut rest = content;
        for length in table {
            let (segment, others) = rest.split_at(usize::from(*length).min(rest.len()));
            packet.extend_from_slice(segment);
            rest = others;
            if *length < 255 {
                samples += opus::samples(&packet).ok_or_else(|| damaged(at, "a packet is no Opus"))?;
                packet.clear();
            }
        }
        last = last.max(position);
        put(&mut file, (flags & !FIRST, position, number), table, content);
        (at, number) = (end, number + 1);
    }
    // Whichever says more: a position may count what was cut off, and packets may be missing.
    let heard = samples.max(last.unsigned_abs()).saturating_sub(skipped);
    Ok(Sound { duration_ms: in_ms(if samples == 0 { 0 } else { heard }, opus::RATE), file })
}

/// Where the packet of comments ends, which begins at a place: it ends its page.
fn behind_tags(bytes: &[u8], from: usize) -> Result<usize, VoiceError> {
    let damaged = |at, what| VoiceError::Damaged { format: "Ogg", at, what };
    let mut at = from;
    loop {
        let Page { flags, table, content, end, .. } = page(bytes, at)?;
        let begins = if at == from { content.starts_with(b"OpusTags") } else { flags & CONTINUED != 0 };
        if !begins {
            return Err(damaged(at, "there are no comments"));
        }
        match table.iter().position(|length| *length < 255) {
            None => at = end,
            Some(last) if last + 1 == table.len() => return Ok(end),
            Some(_) => return Err(damaged(at, "sound begins on the page of the comments")),
        }
    }
}

fn page(bytes: &[u8], at: usize) -> Result<Page<'_>, VoiceError> {
    let damaged = |what| VoiceError::Damaged { format: "Ogg", at, what };
    let head = bytes.get(at..at + HEAD_BYTES).ok_or_else(|| damaged("the page is cut off"))?;
    if !head.starts_with(b"OggS\0") {
        return Err(damaged("there is no page"));
    }
    let from = at + HEAD_BYTES + usize::from(head[26]);
    let table = bytes.get(at + HEAD_BYTES..from).ok_or_else(|| damaged("the page is cut off"))?;
    let end = from + table.iter().map(|length| usize::from(*length)).sum::<usize>();
    let content = bytes.get(from..end).ok_or_else(|| damaged("the page is cut off"))?;
    let number = |from: usize| [head[from], head[from + 1], head[from + 2], head[from + 3]];
    let mut sum = Sum::default();
    sum.add(&head[..22]);
    sum.add(&[0; 4]);
    sum.add(&bytes[at + 26..end]);
    if sum.0 != u32::from_le_bytes(number(22)) {
        return Err(damaged("the checksum is another"));
    }
    let position = u64::from(u32::from_le_bytes(number(10))) << 32 | u64::from(u32::from_le_bytes(number(6)));
    Ok(Page { flags: head[5], position: position as i64, table, content, end })
}

fn put(file: &mut Vec<u8>, (flags, position, number): (u8, i64, u32), table: &[u8], content: &[u8]) {
    let from = file.len();
    file.extend_from_slice(b"OggS\0");
    file.push(flags);
    file.extend_from_slice(&position.to_le_bytes());
    for long in [SERIAL, number, 0] {
        file.extend_from_slice(&long.to_le_bytes());
    }
    file.push(table.len() as u8);
    file.extend_from_slice(table);
    file.extend_from_slice(content);
    let mut sum = Sum::default();
    sum.add(&file[from..]);
    file[from + 22..from + 26].copy_from_slice(&sum.0.to_le_bytes());
}

/// The checksum of a page: the polynomial of Ethernet, but from the highest bit and from nothing.
#[derive(Default)]
struct Sum(u32);

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0 << 8 ^ TABLE[usize::from((self.0 >> 24) as u8 ^ byte)];
        }
    }
}

static TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let (mut sum, mut bit) = ((index as u32) << 24, 0);
        while bit < 8 {
            sum = if sum & 0x8000_0000 == 0 { sum << 1 } else { sum << 1 ^ 0x04c1_1db7 };
            bit += 1;
        }
        table[index] = sum;
        index += 1;
    }
    table
};
