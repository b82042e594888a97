//! Rows of the log: the readings of one transaction in one blob.
//!
//! Layout: version, then for each reading the series, the time less that of the reading before, and
//! whether it is plausible, as variable-length numbers (LEB128, zigzag), then the value's bits; at the end a
//! checksum (CRC-32).

use super::{Sample, SeriesId, sealed, unsealed};

const VERSION: u8 = 1;
/// A number of 64 bits takes at most this many bytes.
const LONGEST: usize = 10;

/// Packs the readings of a transaction.
pub(in super::super) fn encode(readings: &[(SeriesId, Sample)]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + readings.len() * 16);
    bytes.push(VERSION);
    let mut before = 0_i64;
    for (series, sample) in readings {
        put(&mut bytes, (*series as u64) << 1 | u64::from(sample.plausible));
        let step = sample.time_us.wrapping_sub(before);
        put(&mut bytes, (step << 1 ^ step >> 63) as u64);
        bytes.extend(sample.value.to_bits().to_le_bytes());
        before = sample.time_us;
    }
    sealed(bytes)
}

/// Opens a row of the log; none if its bytes are damaged.
pub(in super::super) fn decode(bytes: &[u8]) -> Option<Vec<(SeriesId, Sample)>> {
    let (VERSION, mut rest) = unsealed(bytes)?.split_first().map(|(version, rest)| (*version, rest))? else {
        return None;
    };
    let (mut readings, mut before) = (Vec::with_capacity(rest.len() / 10), 0_i64);
    while !rest.is_empty() {
        let head = take(&mut rest)?;
        let step = take(&mut rest)?;
        let time_us = before.wrapping_add((step >> 1) as i64 ^ -((step & 1) as i64));
        let (bits, behind) = rest.split_first_chunk::<8>()?;
        let value = f64::from_bits(u64::from_le_bytes(*bits));
        readings.push(((head >> 1) as SeriesId, Sample { time_us, value, plausible: head & 1 == 1 }));
        (rest, before) = (behind, time_us);
    }
    Some(readings)
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for at in 0..LONGEST {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(7 * at as u32)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_gives_back_what_was_put_in() {
        let sample = |time_us, value, plausible| Sample { time_us, value, plausible };
        let readings = vec![
            (1, sample(1_777_000_000_000_000, 21.5, true)),
            (300, sample(1_777_000_000_000_001, -0.0, false)),
            (2, sample(-5, 1e300, true)),
            (i64::from(u32::MAX), sample(i64::MAX, f64::MIN_POSITIVE, true)),
        ];
        assert_eq!(decode(&encode(&readings)).unwrap(), readings);
        assert_eq!(decode(&encode(&[])).unwrap(), []);
    }

    #[test]
    fn damaged_rows_are_nothing_and_never_panic() {
        let whole = encode(&[(1, Sample { time_us: 9_000_000, value: 1.0, plausible: true }); 3]);
        for at in 0..whole.len() {
            assert!(decode(&whole[..at]).is_none());
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            assert!(decode(&bytes).is_none());
            let mut bytes = unsealed(&whole).unwrap().to_vec();
            bytes[at.min(whole.len() - 5)] ^= 0xff;
            let _ = decode(&sealed(bytes));
        }
        assert!(decode(&sealed(vec![9])).is_none() && decode(&sealed(vec![1, 0x80])).is_none());
        assert!(decode(&sealed([vec![1], vec![0xff; 20]].concat())).is_none());
    }
}
