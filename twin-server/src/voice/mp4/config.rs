//! What AAC says of itself (`AudioSpecificConfig`, ISO/IEC 14496-3 § 1.6.2.1, § 4.4.1, § 4.6.20.2): bytes come in, how fast
//! its sound is, how much of it a sample holds, and how many of the bytes say that go out. Called by `mp4::codec`.

/// Units of a second by index.
const RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
/// The rate is none of these and follows.
const RATE_FOLLOWS: u32 = 15;
/// Units of sound in a sample, which is a frame, where nothing else is said.
pub(super) const UNITS_OF_SAMPLE: u64 = 1024;
/// Bytes that kinds which are not measured here have room in; those of conversations have some twenty.
const TOLD_LIMIT_BYTES: usize = 64;

/// Kinds of sound (§ 1.5.1.1): that of what is doubled from a core (SBR, and with stereo from mono), of low delay, and of
/// enhanced low delay.
const SBR: u32 = 5;
const PS: u32 = 29;
const LOW_DELAY: u32 = 23;
const ENHANCED_LOW_DELAY: u32 = 39;

/// The configuration of AAC.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Config {
    /// Units of a second, of the core where there is one: its samples are counted.
    pub(super) rate: Option<u32>,
    /// Units of sound in a sample, of the same.
    pub(super) units_of_sample: u64,
    /// Bytes that say something.
    pub(super) told_bytes: usize,
}

/// Reads what a codec says of itself; what is cut off counts as zeros.
pub(super) fn of(own: &[u8]) -> Config {
    let mut bits = Bits { bytes: own, at: 0 };
    let outer = bits.kind();
    let rate = bits.rate();
    let channels = bits.next(4);
    let is_doubled = matches!(outer, SBR | PS);
    let kind = if is_doubled {
        bits.rate();
        bits.kind()
    } else {
        outer
    };
    // The first of the fields of all of these.
    let is_short = bits.next(1) == 1;
    let units_of_sample = match (kind, is_short) {
        (LOW_DELAY | ENHANCED_LOW_DELAY, false) => 512,
        (LOW_DELAY | ENHANCED_LOW_DELAY, true) => 480,
        (1..=4 | 6 | 7 | 17 | 19..=21, true) => 960,
        _ => UNITS_OF_SAMPLE,
    };
    // Kinds without protection from errors, whose channels are a number and not a list with a comment.
    let told_bytes = if matches!(kind, 1..=4) && channels != 0 {
        bits.skip_fields();
        if !is_doubled {
            bits.skip_doubling();
        }
        bits.at.div_ceil(8)
    } else {
        TOLD_LIMIT_BYTES
    };
    Config { rate, units_of_sample, told_bytes }
}

/// What is read bit by bit.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn next(&mut self, width: usize) -> u32 {
        (0..width).fold(0, |value, _| {
            let bit = self.bytes.get(self.at / 8).map_or(0, |byte| byte >> (7 - self.at % 8) & 1);
            self.at += 1;
            value << 1 | u32::from(bit)
        })
    }

    /// A kind of sound; those that are rare have six more bits.
    fn kind(&mut self) -> u32 {
        match self.next(5) {
            31 => 32 + self.next(6),
            kind => kind,
        }
    }

    fn rate(&mut self) -> Option<u32> {
        match self.next(4) {
            RATE_FOLLOWS => Some(self.next(24)),
            index => RATES.get(index as usize).copied(),
        }
    }

    /// Goes past a core's delay and an extension, if there are any (§ 4.4.1).
    fn skip_fields(&mut self) {
        if self.next(1) == 1 {
            self.next(14);
        }
        if self.next(1) == 1 {
            self.next(1);
        }
    }

    /// Goes past what says that the sound can be doubled, for those who know of it, if it is there (§ 1.6.2.1).
    fn skip_doubling(&mut self) {
        if !self.takes(0x2b7) || self.kind() != SBR || self.next(1) == 0 {
            return;
        }
        self.rate();
        if self.takes(0x548) {
            self.next(1);
        }
    }

    /// Goes past a sign of eleven bits, if it is there.
    fn takes(&mut self, sign: u32) -> bool {
        let from = self.at;
        let is_there = self.next(11) == sign;
        self.at = if is_there { self.at } else { from };
        is_there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of fields, each with its width in bits.
    fn bits(fields: &[(u32, u32)]) -> Vec<u8> {
        let all = fields.iter().flat_map(|(value, width)| (0..*width).rev().map(move |at| value >> at & 1));
        let all: Vec<_> = all.collect();
        all.chunks(8)
            .map(|byte| (0..8).fold(0, |sum, at| sum << 1 | byte.get(at).map_or(0, |bit| *bit as u8)))
            .collect()
    }

    /// A kind that needs the longer form, 16 kHz, one channel, then these.
    fn rare(kind: u32, fields: &[(u32, u32)]) -> Vec<u8> {
        bits(&[&[(31, 5), (kind - 32, 6), (8, 4), (1, 4)], fields].concat())
    }

    fn check(own: &[u8], rate: u32, units_of_sample: u64, told_bytes: usize) {
        assert_eq!(of(own), Config { rate: Some(rate), units_of_sample, told_bytes }, "{own:02x?}");
    }

    #[test]
    fn samples_of_each_kind_of_aac_are_as_long_as_it_says() {
        // LC as recorders write it, with the rate in full, and with samples of 960.
        check(&[0x14, 0x08], 16_000, 1024, 2);
        check(&bits(&[(2, 5), (15, 4), (11_000, 24), (1, 4), (0, 3)]), 11_000, 1024, 5);
        check(&bits(&[(2, 5), (8, 4), (1, 4), (1, 1), (0, 2)]), 16_000, 960, 2);
        // Low delay.
        check(&bits(&[(23, 5), (3, 4), (1, 4), (0, 3)]), 48_000, 512, 64);
        check(&bits(&[(23, 5), (3, 4), (1, 4), (1, 1), (0, 2)]), 48_000, 480, 64);
        check(&rare(39, &[(0, 1), (0, 4)]), 16_000, 512, 64);
        check(&rare(39, &[(1, 1), (0, 4)]), 16_000, 480, 64);
        // Apple's, of 44.1 kHz in two channels, as its recorder writes it.
        check(&[0xf8, 0xe8, 0x50, 0x00], 44_100, 480, 64);
        // Speech of another kind, whose first bit is not of length.
        check(&bits(&[(8, 5), (8, 4), (1, 4), (1, 1)]), 16_000, 1024, 64);
    }

    #[test]
    fn of_sound_that_is_doubled_the_core_is_counted() {
        for outer in [SBR, PS] {
            let own =
                |core, short| bits(&[(outer, 5), (7, 4), (1, 4), (4, 4), (core, 5), (short, 1), (0, 2)]);
            check(&own(2, 0), 22_050, 1024, 4);
            check(&own(2, 1), 22_050, 960, 4);
            check(&own(LOW_DELAY, 0), 22_050, 512, 64);
        }
        let full =
            bits(&[(5, 5), (15, 4), (8_000, 24), (1, 4), (15, 4), (16_000, 24), (2, 5), (1, 1), (0, 2)]);
        check(&full, 8_000, 960, 10);
        // Said behind, for those who know of it; and that there is none.
        let behind =
            bits(&[(2, 5), (7, 4), (1, 4), (0, 3), (0x2b7, 11), (5, 5), (1, 1), (4, 4), (0x548, 11), (1, 1)]);
        check(&behind, 22_050, 1024, 7);
        check(&[0x12, 0x10, 0x56, 0xe5, 0x00], 44_100, 1024, 5);
    }

    #[test]
    fn what_is_cut_off_or_reserved_says_nothing() {
        assert_eq!(of(&[]).rate, Some(96_000), "zeros");
        assert_eq!(of(&[0x16, 0x88]).rate, None);
        for first in 0..=255 {
            for length in 1..20 {
                let config = of(&[&[first][..], &vec![0xff; length - 1]].concat());
                assert!((480..=1024).contains(&config.units_of_sample) && config.told_bytes <= 64);
            }
        }
    }
}
