//! History in two tiers: readings since the last closing lie in memory and in a log of transactions;
//! older ones lie in chunks, each a compressed stretch of one series. Shared by the engines, which lend their
//! table of chunks ([`table::ChunkTable`]) and keep the log as they can.
//!
//! A row a reading would dirty a page of the database for each stream and transaction; a log row takes all
//! readings of a transaction in one page or few, and a chunk holds a reading in some 4 bytes instead of 26.

pub(super) mod chunk;
pub(super) mod closing;
pub(super) mod counts;
pub(super) mod hot;
pub(super) mod late;
pub(super) mod log;
pub(super) mod past;
pub(super) mod purging;
pub(super) mod recent;
pub(super) mod stretch;
pub(super) mod table;

/// A reading of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sample {
    /// Microseconds since 1970-01-01 UTC.
    pub(super) time_us: i64,
    /// Value in the stream's unit.
    pub(super) value: f64,
    /// Whether the sensor can report such a value.
    pub(super) plausible: bool,
}

/// Id of a series in the database.
pub(super) type SeriesId = i64;

/// Adds a checksum to bytes.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = crc32fast::hash(&bytes);
    bytes.extend(sum.to_le_bytes());
    bytes
}

/// Bytes without their checksum; none if it is not theirs.
fn unsealed(bytes: &[u8]) -> Option<&[u8]> {
    let (rest, sum) = bytes.split_last_chunk::<4>()?;
    (crc32fast::hash(rest) == u32::from_le_bytes(*sum)).then_some(rest)
}

/// Joins two lists in the order of time. Of two samples of one instant the one in `first` stays.
pub(super) fn merged(first: &[Sample], second: &[Sample]) -> Vec<Sample> {
    let mut all = Vec::with_capacity(first.len() + second.len());
    let (mut a, mut b) = (first.iter().peekable(), second.iter().peekable());
    loop {
        match (a.peek(), b.peek()) {
            (Some(one), Some(other)) if one.time_us == other.time_us => {
                b.next();
            }
            (Some(one), Some(other)) if one.time_us > other.time_us => all.extend(b.next()),
            (None, None) => return all,
            (None, Some(_)) => all.extend(b.next()),
            (Some(_), _) => all.extend(a.next()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_one_instant_the_first_value_stays() {
        let at = |time_us, value| Sample { time_us, value, plausible: true };
        let both = merged(&[at(1, 1.0), at(3, 3.0)], &[at(0, 0.0), at(1, 9.0), at(2, 2.0), at(4, 4.0)]);
        let values: Vec<f64> = both.iter().map(|sample| sample.value).collect();
        assert_eq!(values, [0.0, 1.0, 2.0, 3.0, 4.0]);
    }
}
