//! Repeatable chance for the simulator: `SplitMix64` (Steele, Lea, Flood: "Fast splittable
//! pseudorandom number generators", 2014). Not for secrets.

/// A stream of numbers that its seed decides.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// The stream of a seed and a name, so that each device has its own.
    pub(super) fn new(seed: u64, name: &str) -> Self {
        // FNV-1a spreads the name over the seed.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(seed ^ hash)
    }

    /// A number in `0 ≤ x < 1`.
    pub(super) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number between two others.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with this probability.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "the same numbers are the same bits")]
    fn the_same_seed_and_name_give_the_same_numbers_evenly() {
        let (mut a, mut b, mut c) = (Random::new(7, "x"), Random::new(7, "x"), Random::new(7, "y"));
        let numbers: Vec<f64> = (0..10_000).map(|_| a.unit()).collect();
        assert!(numbers.iter().all(|n| *n == b.unit() && (0.0..1.0).contains(n)));
        assert_ne!(numbers[0], c.unit());
        let mean = numbers.iter().sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
    }
}
