//! As much of the tar format as a backup needs: plain files with short names
//! (POSIX.1-2024 pax, *ustar Interchange Format*), and GNU tar's numbers for files from 8 GiB.

use std::io::{self, Error, ErrorKind, Read, Write};
use std::ops::Range;

const BLOCK: usize = 512;
const NAME: Range<usize> = 0..100;
const SIZE: Range<usize> = 124..136;
const TIME: Range<usize> = 136..148;
const SUM: Range<usize> = 148..156;
const MAGIC: Range<usize> = 257..265;
/// Largest number of eleven octal digits.
const OCTAL_MOST: u64 = 0o77_777_777_777;

/// A file in an archive.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) size_bytes: u64,
}

/// Writes the head of a file; its bytes and [`pad`] follow.
pub(super) fn write_head(out: &mut impl Write, name: &str, size_bytes: u64, time_s: u64) -> io::Result<()> {
    let mut head = [0; BLOCK];
    put(&mut head, NAME, name.as_bytes());
    // Only its owner may read it: there may be personal data in it.
    for (place, text) in [(100..108, "0000600\0"), (108..116, "0000000\0"), (116..124, "0000000\0")] {
        put(&mut head, place, text.as_bytes());
    }
    put(&mut head, SIZE, &number(size_bytes));
    put(&mut head, TIME, &number(time_s));
    put(&mut head, 156..157, b"0");
    put(&mut head, MAGIC, b"ustar\x0000");
    let sum = checksum(&head);
    put(&mut head, SUM, format!("{sum:06o}\0 ").as_bytes());
    out.write_all(&head)
}

/// Fills the last block of a file.
pub(super) fn pad(out: &mut impl Write, size_bytes: u64) -> io::Result<()> {
    out.write_all([0; BLOCK].get(..padding(size_bytes)).unwrap_or_default())
}

/// Ends an archive.
pub(super) fn end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(&[0; 2 * BLOCK])
}

/// Reads the head of the next file.
pub(super) fn read_head(input: &mut impl Read) -> io::Result<Entry> {
    let mut head = [0; BLOCK];
    input.read_exact(&mut head)?;
    let wrong = |what: &str| Error::new(ErrorKind::InvalidData, format!("it is not a tar archive: {what}"));
    if octal(get(&head, SUM)) != Some(u64::from(checksum(&head))) {
        return Err(wrong("the checksum of a head is wrong"));
    }
    let name = get(&head, NAME).split(|byte| *byte == 0).next().unwrap_or_default();
    let name = std::str::from_utf8(name).map_err(|_| wrong("a name is not text"))?;
    let size_bytes = read_number(get(&head, SIZE)).ok_or_else(|| wrong("a size is no number"))?;
    Ok(Entry { name: name.to_owned(), size_bytes })
}

/// Reads past the filling of a file's last block.
pub(super) fn skip_pad(input: &mut impl Read, size_bytes: u64) -> io::Result<()> {
    let mut rest = vec![0; padding(size_bytes)];
    input.read_exact(&mut rest)
}

fn padding(size_bytes: u64) -> usize {
    (size_bytes.next_multiple_of(BLOCK as u64) - size_bytes) as usize
}

fn put(head: &mut [u8; BLOCK], place: Range<usize>, bytes: &[u8]) {
    if let Some(field) = head.get_mut(place) {
        field.iter_mut().zip(bytes).for_each(|(into, byte)| *into = *byte);
    }
}

fn get(head: &[u8; BLOCK], place: Range<usize>) -> &[u8] {
    head.get(place).unwrap_or_default()
}

/// The sum of a head's bytes, those of the sum counted as spaces.
fn checksum(head: &[u8; BLOCK]) -> u32 {
    let byte = |(place, byte): (usize, &u8)| if SUM.contains(&place) { 32 } else { u32::from(*byte) };
    head.iter().enumerate().map(byte).sum()
}

fn number(value: u64) -> [u8; 12] {
    let mut field = [0; 12];
    if value <= OCTAL_MOST {
        field.iter_mut().zip(format!("{value:011o}").bytes()).for_each(|(into, byte)| *into = byte);
    } else {
        // GNU's binary numbers: the first bit says so, the rest is big-endian.
        let [first, .., a, b, c, d, e, f, g, h] = &mut field;
        *first = 0x80;
        [*a, *b, *c, *d, *e, *f, *g, *h] = value.to_be_bytes();
    }
    field
}

fn read_number(field: &[u8]) -> Option<u64> {
    match field.first()? {
        0x80 => Some(u64::from_be_bytes(field.last_chunk().copied()?)),
        first if first & 0x80 != 0 => None,
        _ => octal(field),
    }
}

fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    u64::from_str_radix(text, 8).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_as_they_were_written_also_of_huge_files() {
        for size_bytes in [0, 1, 512, OCTAL_MOST, OCTAL_MOST + 1, u64::MAX >> 8] {
            let mut bytes = Vec::new();
            write_head(&mut bytes, "twin.db", size_bytes, 1_700_000_000).unwrap();
            assert_eq!(bytes.len(), BLOCK);
            let entry = read_head(&mut bytes.as_slice()).unwrap();
            assert_eq!(entry, Entry { name: "twin.db".into(), size_bytes });
        }
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        let mut head = Vec::new();
        write_head(&mut head, "a", 3, 0).unwrap();
        head[0] = b'b';
        for bytes in [Vec::new(), vec![0; 600], vec![b'x'; 600], head] {
            assert!(read_head(&mut bytes.as_slice()).is_err());
        }
    }

    #[test]
    fn files_fill_whole_blocks() {
        for (size_bytes, expected) in [(0, 0), (1, 511), (512, 0), (513, 511)] {
            let mut out = Vec::new();
            pad(&mut out, size_bytes).unwrap();
            assert_eq!(out.len(), expected);
        }
    }
}
