//! Between colours as images store them (sRGB) and light, in which colours may be averaged
//! (IEC 61966-2-1). Textures, vertex colours and base colours of a [`crate::scene::Mesh`] are all
//! stored colours.

use std::sync::LazyLock;

/// Steps of light between black and white that are told apart on the way back: fine enough that
/// every stored value comes back as it was.
const STEPS: usize = 1 << 14;

static LIGHT: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|value| light_of(value as f64 / 255.0) as f32));

static STORED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let stored = |step: usize| {
        let light = step as f64 / STEPS as f64;
        let value = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
        (value * 255.0).round() as u8
    };
    (0..=STEPS).map(stored).collect()
});

fn light_of(value: f64) -> f64 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// The table of stored values' light, for loops.
pub(super) fn table() -> &'static [f32; 256] {
    &LIGHT
}

/// Light of a stored factor in `0..=1`; alpha stays.
pub(super) fn of_factor([r, g, b, a]: [f32; 4]) -> [f32; 4] {
    let light = |value: f32| light_of(f64::from(value)) as f32;
    [light(r), light(g), light(b), a]
}

/// Light of a stored colour; alpha as a share.
pub(super) fn of_stored([r, g, b, a]: [u8; 4]) -> [f32; 4] {
    let light = |value: u8| LIGHT[usize::from(value)];
    [light(r), light(g), light(b), f32::from(a) / 255.0]
}

/// The stored colour of light that was multiplied by its alpha.
pub(super) fn stored([r, g, b, a]: [f32; 4]) -> [u8; 4] {
    if a <= 0.0 {
        return [0; 4];
    }
    let table = &*STORED;
    // Adding a half and cutting off rounds what is not negative, many times faster than `round`.
    let stored = |light: f32| table[((light / a).clamp(0.0, 1.0) * STEPS as f32 + 0.5) as usize];
    [stored(r), stored(g), stored(b), (a.min(1.0) * 255.0 + 0.5) as u8]
}

/// Light multiplied by its alpha, so that sums weigh what is seen.
pub(super) fn weighed([r, g, b, a]: [f32; 4]) -> [f32; 4] {
    [r * a, g * a, b * a, a]
}

/// Adds `colour`, multiplied by `share`, to `sum`.
pub(super) fn add(sum: &mut [f32; 4], colour: [f32; 4], share: f32) {
    for (sum, value) in sum.iter_mut().zip(colour) {
        *sum += value * share;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stored_value_comes_back() {
        for value in 0..=255 {
            assert_eq!(stored(of_stored([value, 0, 255, 255])), [value, 0, 255, 255]);
        }
        assert_eq!(stored(weighed([0.5, 0.5, 0.5, 0.0])), [0; 4], "nothing seen has no colour");
    }
}
