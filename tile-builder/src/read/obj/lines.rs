//! Lines of a text file of any size, with continuations joined.

use std::fs::File;
use std::io::Read as _;

use crate::read::soup::error::{Place, Read, within};

/// What is read from the disk at a time.
const PIECE_BYTES: usize = 256 << 10;

/// The lines.
pub(super) struct Lines {
    file: File,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    /// Number of the last line, counted from 1.
    number: u64,
    longest: usize,
    joined: Vec<u8>,
}

impl Lines {
    pub(super) fn new(file: File, longest: usize) -> Self {
        let buffer = vec![0; PIECE_BYTES];
        Self { file, buffer, start: 0, end: 0, ended: false, number: 0, longest, joined: Vec::new() }
    }

    /// The next line with the number of its first part, without its end.
    pub(super) fn next(&mut self) -> Read<Option<(u64, &[u8])>> {
        let Some(range) = self.piece()? else { return Ok(None) };
        let first = self.number;
        if self.buffer[range.clone()].last() != Some(&b'\\') {
            return Ok(Some((first, &self.buffer[range])));
        }
        self.joined.clear();
        let mut part = Some(range);
        while let Some(range) = part.take() {
            let bytes = &self.buffer[range];
            let more = bytes.strip_suffix(b"\\");
            self.joined.extend_from_slice(more.unwrap_or(bytes));
            self.joined.push(b' ');
            let length = self.joined.len() as u64;
            within("length of a line", length, self.longest as u64)
                .map_err(|fault| fault.at(|| Place::Line(first)))?;
            if more.is_some() {
                part = self.piece()?;
            }
        }
        Ok(Some((first, &self.joined)))
    }

    /// Where the next line of the file stands in the buffer.
    fn piece(&mut self) -> Read<Option<std::ops::Range<usize>>> {
        let mut searched = self.start;
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.buffer[searched..self.end]) {
                let range = self.start..searched + at;
                self.start = range.end + 1;
                return Ok(Some(self.line(range)));
            }
            if self.ended {
                let range = self.start..self.end;
                self.start = self.end;
                return Ok((!range.is_empty()).then(|| self.line(range)));
            }
            searched = self.end - self.start;
            self.fill()?;
        }
    }

    /// Moves what is left to the front and reads on.
    fn fill(&mut self) -> Read<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            let line = self.number + 1;
            within("length of a line", self.end as u64, self.longest as u64)
                .map_err(|fault| fault.at(|| Place::Line(line)))?;
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let count = self.file.read(&mut self.buffer[self.end..])?;
        self.ended = count == 0;
        self.end += count;
        Ok(())
    }

    fn line(&mut self, mut range: std::ops::Range<usize>) -> std::ops::Range<usize> {
        self.number += 1;
        if self.number == 1 && self.buffer[range.clone()].starts_with(b"\xEF\xBB\xBF") {
            range.start += 3;
        }
        if self.buffer[range.clone()].last() == Some(&b'\r') {
            range.end -= 1;
        }
        range
    }
}
