//! Chunks: samples of one series, compressed.
//!
//! In: samples in the order of time. Out: bytes and a summary, and back. Times and values are compressed
//! by `pco`, each losslessly, values by their bits. Layout: version, number of samples, length of the
//! times, times, values, a bit for each sample if any is implausible, and a checksum (CRC-32); numbers are
//! little-endian.

use pco::standalone::{simple_compress, simple_decompress_into};
use pco::{ChunkConfig, DeltaSpec};

use super::{Sample, sealed, unsealed};
use crate::domain::summary::Summary;

/// Most samples in a chunk: an hour at 1 Hz and some.
pub(in super::super) const CHUNK_MOST: usize = 4096;
const VERSION: u8 = 1;
/// Version, samples, length of the times.
const HEAD: usize = 9;
/// Effort of compression; higher levels gain a few percent for many times the cost.
const LEVEL: usize = 6;
/// Differences of neighbours are packed. Trying out what else there is doubles the cost, and gains less than a
/// hundredth on meters, counters and times.
const DELTA: DeltaSpec = DeltaSpec::TryConsecutive(1);

/// The summary of some samples; none if there are none.
pub(in super::super) fn summary(samples: &[Sample]) -> Option<Summary> {
    let mut summaries =
        samples.iter().map(|sample| Summary::of_one(sample.time_us, sample.value, sample.plausible));
    let first = summaries.next()?;
    Some(summaries.fold(first, |mut all, one| {
        all.join(&one);
        all
    }))
}

/// Why bytes are no chunk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in super::super) enum ChunkError {
    #[error("its checksum is wrong")]
    Checksum,
    #[error("it is too short")]
    Short,
    #[error("its version is {0}, this program knows {VERSION}")]
    Version(u8),
    #[error("it claims {0} readings, limit {CHUNK_MOST}")]
    Count(usize),
    #[error("its numbers cannot be read: {0}")]
    Numbers(String),
    #[error("its times are not in order")]
    Order,
}

/// Compresses samples.
///
/// # Errors
/// If there are too many.
pub(in super::super) fn encode(samples: &[Sample]) -> Result<Vec<u8>, ChunkError> {
    if samples.is_empty() || samples.len() > CHUNK_MOST {
        return Err(ChunkError::Count(samples.len()));
    }
    let config = ChunkConfig::default().with_compression_level(LEVEL).with_delta_spec(DELTA);
    let numbers = |error: pco::errors::PcoError| ChunkError::Numbers(error.to_string());
    let times: Vec<i64> = samples.iter().map(|sample| sample.time_us).collect();
    let values: Vec<f64> = samples.iter().map(|sample| sample.value).collect();
    let times = simple_compress(&times, &config).map_err(numbers)?;
    let values = simple_compress(&values, &config).map_err(numbers)?;
    let mut bytes = Vec::with_capacity(HEAD + times.len() + values.len());
    bytes.push(VERSION);
    bytes.extend((samples.len() as u32).to_le_bytes());
    bytes.extend((times.len() as u32).to_le_bytes());
    bytes.extend(times);
    bytes.extend((values.len() as u32).to_le_bytes());
    bytes.extend(values);
    if samples.iter().any(|sample| !sample.plausible) {
        bytes.extend(samples.chunks(8).map(|eight| {
            let bit = |(at, sample): (usize, &Sample)| u8::from(sample.plausible) << at;
            eight.iter().enumerate().map(bit).fold(0, |byte, bit| byte | bit)
        }));
    }
    Ok(sealed(bytes))
}

/// Opens a chunk.
///
/// # Errors
/// If the bytes are damaged. Nothing is allocated beyond the most that a chunk holds.
pub(in super::super) fn decode(bytes: &[u8]) -> Result<Vec<Sample>, ChunkError> {
    let bytes = unsealed(bytes).ok_or(ChunkError::Checksum)?;
    let (version, rest) = bytes.split_first().ok_or(ChunkError::Short)?;
    if *version != VERSION {
        return Err(ChunkError::Version(*version));
    }
    let (count, rest) = number(rest)?;
    if count == 0 || count > CHUNK_MOST {
        return Err(ChunkError::Count(count));
    }
    let (times, rest) = part(rest)?;
    let (values, marks) = part(rest)?;
    let (mut time, mut value) = (vec![0_i64; count], vec![0.0_f64; count]);
    fill(times, &mut time)?;
    fill(values, &mut value)?;
    if !marks.is_empty() && marks.len() != count.div_ceil(8) {
        return Err(ChunkError::Short);
    }
    if time.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(ChunkError::Order);
    }
    let plausible = |at: usize| marks.get(at / 8).is_none_or(|byte| byte >> (at % 8) & 1 == 1);
    let samples = time.into_iter().zip(value).enumerate();
    Ok(samples.map(|(at, (time_us, value))| Sample { time_us, value, plausible: plausible(at) }).collect())
}

fn fill<T: pco::data_types::Number>(bytes: &[u8], numbers: &mut [T]) -> Result<(), ChunkError> {
    let progress =
        simple_decompress_into(bytes, numbers).map_err(|error| ChunkError::Numbers(error.to_string()))?;
    if progress.n_processed == numbers.len() && progress.finished { Ok(()) } else { Err(ChunkError::Short) }
}

fn number(bytes: &[u8]) -> Result<(usize, &[u8]), ChunkError> {
    let (four, rest) = bytes.split_first_chunk::<4>().ok_or(ChunkError::Short)?;
    Ok((u32::from_le_bytes(*four) as usize, rest))
}

fn part(bytes: &[u8]) -> Result<(&[u8], &[u8]), ChunkError> {
    let (length, rest) = number(bytes)?;
    rest.split_at_checked(length).ok_or(ChunkError::Short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(count: i64) -> Vec<Sample> {
        (0..count)
            .map(|at| Sample {
                time_us: 1_777_000_000_000_000 + at * 1_000_000 + at % 7 * 1000,
                value: (2150 + at * 37 % 11) as f64 / 10.0,
                plausible: at % 100 != 3,
            })
            .collect()
    }

    #[test]
    fn a_chunk_gives_back_what_was_put_in() {
        for count in [1, 2, 600, CHUNK_MOST as i64] {
            let samples = samples(count);
            assert_eq!(decode(&encode(&samples).unwrap()).unwrap(), samples);
        }
        let odd = [f64::MIN_POSITIVE, -0.0, 1e300].map(f64::to_bits);
        let odd: Vec<Sample> = (0..3)
            .map(|at| Sample { time_us: at, value: f64::from_bits(odd[at as usize]), plausible: true })
            .collect();
        let back = decode(&encode(&odd).unwrap()).unwrap();
        assert!(back.iter().zip(&odd).all(|(a, b)| a.value.to_bits() == b.value.to_bits()));
    }

    #[test]
    fn a_reading_of_a_minute_takes_few_bytes() {
        let bytes = encode(&samples(3600)).unwrap().len();
        assert!(bytes < 3600 * 6, "{bytes} bytes");
    }

    #[test]
    fn damaged_bytes_are_refused_and_never_panic() {
        let whole = encode(&samples(100)).unwrap();
        for at in 0..whole.len() {
            assert!(decode(&whole[..at]).is_err(), "{at} bytes");
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            assert_eq!(decode(&bytes), Err(ChunkError::Checksum));
            // Who wrote damage with its checksum gets no further.
            let mut bytes = unsealed(&whole).unwrap().to_vec();
            bytes[at.min(whole.len() - 5)] ^= 0x55;
            let _ = decode(&sealed(bytes));
        }
        let mut many = unsealed(&whole).unwrap().to_vec();
        many[1..5].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(decode(&sealed(many)), Err(ChunkError::Count(u32::MAX as usize)));
    }
}
