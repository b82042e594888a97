//! Repeatable randomness: dice for the layout, smooth noise for surfaces.
//!
//! Everything is an integer hash of position and seed, so that the same place gets the same value in
//! every tile, on every thread and in every run. The hash is the finaliser of `SplitMix64`
//! (Steele, Lea, Flood 2014).

/// A well-mixed 64-bit hash.
pub(crate) fn hash(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A seed made of a parent seed and a few integers.
pub(crate) fn seed_of(seed: u64, parts: &[i64]) -> u64 {
    parts.iter().fold(hash(seed), |h, &p| hash(h ^ (p as u64).wrapping_mul(0x2545_f491_4f6c_dd1d)))
}

/// A sequence of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        hash(self.0)
    }

    /// 0 up to, not including, 1.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// `a` up to `b`.
    pub(crate) fn range(&mut self, a: f32, b: f32) -> f32 {
        a + (b - a) * self.unit()
    }

    /// True with the given probability.
    pub(crate) fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// 0 up to, not including, `n`; 0 if `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.bits() % n.max(1) as u64) as usize
    }
}

/// 0 to 1 for an integer cell.
pub(crate) fn cell(x: i32, y: i32, z: i32, seed: u32) -> f32 {
    let mut h = (x as u32).wrapping_mul(0x8da6_b343)
        ^ (y as u32).wrapping_mul(0xd816_3841)
        ^ (z as u32).wrapping_mul(0xcb1a_b31f)
        ^ seed.wrapping_mul(0x1656_67b1);
    h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
    (h ^ (h >> 15)) as f32 / u32::MAX as f32
}

fn split(v: f32) -> (i32, f32) {
    let floor = v.floor();
    let t = v - floor;
    (floor as i32, t * t * (3.0 - 2.0 * t))
}

/// Smooth noise over a plane, 0 to 1, one feature per unit.
pub(crate) fn value2(x: f32, y: f32, seed: u32) -> f32 {
    let ((xi, xt), (yi, yt)) = (split(x), split(y));
    let row = |dy| {
        let (a, b) = (cell(xi, yi + dy, 0, seed), cell(xi + 1, yi + dy, 0, seed));
        a + (b - a) * xt
    };
    let (a, b) = (row(0), row(1));
    a + (b - a) * yt
}

/// Smooth noise in space, 0 to 1, one feature per unit.
pub(crate) fn value3(x: f32, y: f32, z: f32, seed: u32) -> f32 {
    let ((xi, xt), (yi, yt), (zi, zt)) = (split(x), split(y), split(z));
    let row = |dy, dz| {
        let (a, b) = (cell(xi, yi + dy, zi + dz, seed), cell(xi + 1, yi + dy, zi + dz, seed));
        a + (b - a) * xt
    };
    let plane = |dz| {
        let (a, b) = (row(0, dz), row(1, dz));
        a + (b - a) * yt
    };
    let (a, b) = (plane(0), plane(1));
    a + (b - a) * zt
}

/// Three octaves of [`value2`], 0 to 1.
pub(crate) fn fbm2(x: f32, y: f32, seed: u32) -> f32 {
    value2(x, y, seed) * 0.55
        + value2(x * 2.03, y * 2.03, seed ^ 0x51) * 0.29
        + value2(x * 4.1, y * 4.1, seed ^ 0xa3) * 0.16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_smooth_repeatable_and_between_zero_and_one() {
        for i in 0..500 {
            let (x, y) = (i as f32 * 0.37 - 90.0, i as f32 * 0.11);
            let (a, b) = (fbm2(x, y, 7), fbm2(x + 0.001, y, 7));
            assert!((0.0..=1.0).contains(&a) && (a - b).abs() < 0.02, "at {x}, {y}: {a} and {b}");
            assert!((value3(x, y, 1.5, 3) - value3(x, y, 1.5, 3)).abs() < f32::EPSILON);
        }
    }

    #[test]
    fn dice_of_the_same_seed_fall_the_same() {
        let (mut a, mut b) = (Dice::new(5), Dice::new(5));
        let mean = (0..1000).map(|_| a.unit()).sum::<f32>() / 1000.0;
        assert!((mean - 0.5).abs() < 0.05, "mean {mean}");
        assert!((b.unit() - Dice::new(5).unit()).abs() < f32::EPSILON);
    }
}
