//! Values of a PLY file one after the other, whatever their encoding.

use std::io::BufRead;

use super::header::Encoding;
use crate::read::obj::number;
use crate::read::scalar::Scalar;
use crate::read::soup::error::{Fault, MeshErrorKind, Read, within};

/// Longest word of an ASCII file; numbers are shorter.
const LONGEST_WORD: u64 = 512;

/// The type of that name.
pub(super) fn scalar(name: &str) -> Read<Scalar> {
    Ok(match name {
        "char" | "int8" => Scalar::I8,
        "uchar" | "uint8" => Scalar::U8,
        "short" | "int16" => Scalar::I16,
        "ushort" | "uint16" => Scalar::U16,
        "int" | "int32" => Scalar::I32,
        "uint" | "uint32" => Scalar::U32,
        "float" | "float32" => Scalar::F32,
        "double" | "float64" => Scalar::F64,
        other => return Err(Fault::unsupported(format!("PLY type `{other}`"))),
    })
}

/// What a colour's component of this type is divided by.
pub(super) fn whole(scalar: Scalar) -> f64 {
    match scalar {
        Scalar::F32 | Scalar::F64 => 1.0,
        Scalar::I16 | Scalar::U16 => 65_535.0,
        _ => 255.0,
    }
}

/// Reads values in order.
pub(super) struct Values<R> {
    pub(super) file: R,
    pub(super) encoding: Encoding,
    pub(super) word: Vec<u8>,
}

impl<R: BufRead> Values<R> {
    pub(super) fn next(&mut self, scalar: Scalar) -> Read<f64> {
        match scalar {
            _ if self.encoding == Encoding::Ascii => self.ascii(),
            Scalar::I8 => Ok(f64::from(self.bytes::<1>()?[0].cast_signed())),
            Scalar::U8 => Ok(f64::from(self.bytes::<1>()?[0])),
            Scalar::I16 => Ok(f64::from(i16::from_le_bytes(self.bytes()?))),
            Scalar::U16 => Ok(f64::from(u16::from_le_bytes(self.bytes()?))),
            Scalar::I32 => Ok(f64::from(i32::from_le_bytes(self.bytes()?))),
            Scalar::U32 => Ok(f64::from(u32::from_le_bytes(self.bytes()?))),
            Scalar::F32 => Ok(f64::from(f32::from_le_bytes(self.bytes()?))),
            Scalar::F64 => Ok(f64::from_le_bytes(self.bytes()?)),
        }
    }

    /// A list's length.
    pub(super) fn length(&mut self, scalar: Scalar) -> Read<u64> {
        let value = self.next(scalar)?;
        if value >= 0.0 && value.fract() == 0.0 {
            Ok(value as u64)
        } else {
            Err(Fault::invalid(format!("{value} is no length of a list")))
        }
    }

    /// Bytes of a value with the least significant first.
    fn bytes<const N: usize>(&mut self) -> Read<[u8; N]> {
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => truncated(N as u64),
            _ => error.into(),
        })?;
        if self.encoding == Encoding::Big {
            bytes.reverse();
        }
        Ok(bytes)
    }

    fn ascii(&mut self) -> Read<f64> {
        self.word.clear();
        loop {
            let piece = self.file.fill_buf()?;
            let blank = piece.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let blank = if self.word.is_empty() { blank } else { 0 };
            let end = piece[blank..].iter().position(u8::is_ascii_whitespace);
            let word = &piece[blank..blank + end.unwrap_or(piece.len() - blank)];
            self.word.extend_from_slice(word);
            let (used, ended) = (blank + word.len(), piece.is_empty());
            self.file.consume(used);
            within("length of a word", self.word.len() as u64, LONGEST_WORD)?;
            if self.word.is_empty() && ended {
                return Err(truncated(1));
            }
            if !self.word.is_empty() && (end.is_some() || ended) {
                break;
            }
        }
        number(&self.word)
            .ok_or_else(|| Fault::invalid(format!("`{}` is no number", String::from_utf8_lossy(&self.word))))
    }
}

fn truncated(needed: u64) -> Fault {
    MeshErrorKind::Truncated { needed, left: 0 }.into()
}
