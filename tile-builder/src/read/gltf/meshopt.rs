//! Streams of `EXT_meshopt_compression` to the bytes of the view that they stand for.
//!
//! The codec checks its input; what it must be told correctly (sizes, counts) is checked here.

use super::document::Meshopt;
use crate::read::soup::error::{Fault, Read, within};

/// Most bytes that one encoded byte can stand for: the codec spends at least 2 bits on 256 equal
/// bytes. A stream that claims more is damaged.
const MOST_EXPANSION: u64 = 1024;

/// Holds a stream's claims against each other and against what may be held in memory.
pub(super) fn check(stream: &Meshopt, most_bytes: u64) -> Read<()> {
    let Some(size) = stream.count.checked_mul(stream.byte_stride) else {
        return Err(Fault::invalid(format!("{} elements are too many", stream.count)));
    };
    within("decoded size in bytes", size, most_bytes)?;
    if size / MOST_EXPANSION > stream.byte_length {
        return Err(Fault::invalid(format!("{} bytes cannot hold {size} bytes", stream.byte_length)));
    }
    Ok(())
}

/// Decodes a checked stream.
pub(super) fn decode(stream: &Meshopt, encoded: &[u8]) -> Read<Vec<u8>> {
    let count = stream.count as usize;
    let bytes = match (stream.mode.as_str(), stream.byte_stride) {
        ("ATTRIBUTES", stride) => attributes(encoded, count, stride)?,
        ("TRIANGLES", 2 | 4) if !count.is_multiple_of(3) => {
            return Err(Fault::invalid(format!("{count} indices are not whole triangles")));
        }
        ("TRIANGLES", 2) => {
            little_endian(&meshopt::decode_index_buffer::<u16>(encoded, count).map_err(damaged)?)
        }
        ("TRIANGLES", 4) => {
            little_endian(&meshopt::decode_index_buffer::<u32>(encoded, count).map_err(damaged)?)
        }
        ("INDICES", 2) => {
            little_endian(&meshopt::decode_index_sequence::<u16>(encoded, count).map_err(damaged)?)
        }
        ("INDICES", 4) => {
            little_endian(&meshopt::decode_index_sequence::<u32>(encoded, count).map_err(damaged)?)
        }
        (mode, stride) => {
            return Err(Fault::invalid(format!("compression mode `{mode}` with {stride} bytes an element")));
        }
    };
    match stream.filter.as_deref() {
        None | Some("NONE") => Ok(bytes),
        Some("EXPONENTIAL") if stream.byte_stride.is_multiple_of(4) => Ok(exponential(&bytes)),
        Some(other) => Err(Fault::unsupported(format!("compression filter `{other}` on this attribute"))),
    }
}

fn damaged(error: impl std::fmt::Display) -> Fault {
    Fault::invalid(format!("the compressed stream is damaged: {error}"))
}

/// Numbers to bytes. Streams are little-endian, and so are the machines that the codec runs on.
fn little_endian<T: bytemuck::NoUninit>(values: &[T]) -> Vec<u8> {
    bytemuck::cast_slice(values).to_vec()
}

/// An element of so many words, which the codec takes its stride from.
#[derive(Clone, Copy)]
struct Words<const N: usize>([u32; N]);

impl<const N: usize> Default for Words<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

macro_rules! by_words {
    ($words:expr, $encoded:expr, $count:expr; $($n:literal)*) => {
        match $words {
            $($n => words::<$n>($encoded, $count),)*
            other => Err(Fault::invalid(format!("{other} words an element, limit 64"))),
        }
    };
}

fn attributes(encoded: &[u8], count: usize, stride: u64) -> Read<Vec<u8>> {
    if stride == 0 || !stride.is_multiple_of(4) {
        return Err(Fault::invalid(format!("{stride} bytes an element are not whole words")));
    }
    by_words!(stride / 4, encoded, count;
        1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
        33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64)
}

fn words<const N: usize>(encoded: &[u8], count: usize) -> Read<Vec<u8>> {
    let elements = meshopt::decode_vertex_buffer::<Words<N>>(encoded, count).map_err(damaged)?;
    let mut bytes = Vec::with_capacity(count * N * 4);
    for element in &elements {
        bytes.extend_from_slice(bytemuck::cast_slice(&element.0));
    }
    Ok(bytes)
}

/// Exponents of 8 bits over mantissas of 24 bits, both signed, to floats.
fn exponential(bytes: &[u8]) -> Vec<u8> {
    let float = |word: &[u8; 4]| {
        let word = i32::from_le_bytes(*word);
        let (exponent, mantissa) = (word >> 24, (word << 8) >> 8);
        (f64::from(mantissa) * 2f64.powi(exponent)) as f32
    };
    bytes.as_chunks::<4>().0.iter().flat_map(|word| float(word).to_le_bytes()).collect()
}
