//! A bounded cursor over the bytes of an OSGB body: primitives, strings, blocks and bulk arrays,
//! in the file's byte order. Counts are held against the remaining bytes; what is widened or copied
//! beyond them is held against `Limits` by the callers.

use super::error::OsgbErrorKind;

/// Position in the body, with what the header said about its encoding.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    pub(super) big_endian: bool,
    pub(super) brackets: bool,
    pub(super) version: u32,
    pub(super) max_string: usize,
}

/// Result of reading one element; the caller adds file, class and offset.
pub(super) type Read<T> = Result<T, OsgbErrorKind>;

macro_rules! number {
    ($name:ident, $type:ty, $size:literal) => {
        pub(super) fn $name(&mut self) -> Read<$type> {
            let raw: [u8; $size] = self.array()?;
            Ok(if self.big_endian { <$type>::from_be_bytes(raw) } else { <$type>::from_le_bytes(raw) })
        }
    };
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, big_endian: false, brackets: false, version: 0, max_string: 64 << 10 }
    }

    pub(super) fn offset(&self) -> usize {
        self.at
    }

    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(super) fn take(&mut self, n: usize) -> Read<&'a [u8]> {
        let end = self.at.checked_add(n).filter(|&end| end <= self.bytes.len());
        let Some(end) = end else {
            return Err(OsgbErrorKind::Truncated { needed: n as u64, left: self.left() as u64 });
        };
        let slice = &self.bytes[self.at..end];
        self.at = end;
        Ok(slice)
    }

    fn array<const N: usize>(&mut self) -> Read<[u8; N]> {
        let mut raw = [0; N];
        raw.copy_from_slice(self.take(N)?);
        Ok(raw)
    }

    number!(u32, u32, 4);
    number!(i32, i32, 4);
    number!(u64, u64, 8);
    number!(f32, f32, 4);
    number!(f64, f64, 8);

    pub(super) fn skip(&mut self, n: usize) -> Read<()> {
        self.take(n).map(|_| ())
    }

    pub(super) fn boolean(&mut self) -> Read<bool> {
        match self.take(1)?[0] {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(OsgbErrorKind::Invalid(format!("a flag is {other}, not 0 or 1"))),
        }
    }

    /// A count of elements of at least `element_bytes` each, held against the bytes that are left.
    pub(super) fn count(&mut self, element_bytes: usize) -> Read<usize> {
        let n = self.u32()? as usize;
        match n.checked_mul(element_bytes) {
            Some(needed) if needed <= self.left() => Ok(n),
            _ => Err(OsgbErrorKind::Truncated {
                needed: (n as u64).saturating_mul(element_bytes as u64),
                left: self.left() as u64,
            }),
        }
    }

    /// A string. Bytes that are not UTF-8 are replaced: names are for people, and file names are
    /// resolved again by the caller.
    pub(super) fn string(&mut self) -> Read<String> {
        let n = self.i32()?;
        let n = usize::try_from(n).map_err(|_| OsgbErrorKind::Invalid(format!("a string has length {n}")))?;
        if n > self.max_string {
            return Err(OsgbErrorKind::Limit {
                what: "string length",
                value: n as u64,
                limit: self.max_string as u64,
            });
        }
        Ok(String::from_utf8_lossy(self.take(n)?).into_owned())
    }

    pub(super) fn skip_string(&mut self) -> Read<()> {
        self.string().map(|_| ())
    }

    /// Opens a block; returns the offset at which it ends, if the file stores block sizes.
    pub(super) fn open(&mut self) -> Read<Option<usize>> {
        if !self.brackets {
            return Ok(None);
        }
        // The size counts from the first byte of the size field itself.
        let start = self.at;
        let size = if self.version > 148 { self.u64()? } else { u64::from(self.u32()?) };
        let end = usize::try_from(size).ok().and_then(|size| start.checked_add(size));
        match end {
            Some(end) if end >= self.at && end <= self.bytes.len() => Ok(Some(end)),
            _ => Err(OsgbErrorKind::Truncated { needed: size, left: (self.bytes.len() - start) as u64 }),
        }
    }

    /// Jumps to the end of an opened block.
    pub(super) fn seek(&mut self, end: usize) {
        self.at = end.clamp(self.at, self.bytes.len());
    }

    pub(super) fn f64s<const N: usize>(&mut self) -> Read<[f64; N]> {
        let mut out = [0.0; N];
        for value in &mut out {
            *value = self.f64()?;
        }
        Ok(out)
    }

    pub(super) fn f32s<const N: usize>(&mut self) -> Read<[f32; N]> {
        let mut out = [0.0; N];
        for value in &mut out {
            *value = self.f32()?;
        }
        Ok(out)
    }
}
