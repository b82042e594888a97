//! Colours of buildings.
//!
//! In: dice. Out: the style of a weathered or renewed building. Called by `quarter`.
#![expect(clippy::unreadable_literal, reason = "colours are written as colour pickers show them")]

use super::noise::Dice;
use super::paint::Style;
use super::vector::{Rgb, srgb};

/// New render with the lifts.
pub(crate) const AFTER_LIFTS: [u32; 3] = [0xd9d2c3, 0xb9b4ab, 0xa8725a];
/// New render on the insulation.
pub(crate) const AFTER_INSULATION: [u32; 3] = [0xdcd2bb, 0x94938f, 0xb0623f];

/// Colours of a building that nobody has painted for long: upper walls, lower walls, bands.
const PALETTES: [[u32; 3]; 8] = [
    [0xcdbfa4, 0x9b7b66, 0xd8d2c4],
    [0xb9b6ad, 0x8f8a80, 0xd0cdc6],
    [0xd3b98f, 0xa3694d, 0xdcd0b8],
    [0xc9a894, 0x8d5a4b, 0xd5cabd],
    [0xa56a54, 0x8a5646, 0xc9c0b2],
    [0xc4c2b4, 0x7f8b8a, 0xdad7cd],
    [0xd6cdb6, 0xb7a68a, 0xb39c7c],
    [0xb3a897, 0x86796b, 0xcbbfae],
];

/// A building as thirty years have left it; storeys, units and length are for the caller to set.
pub(crate) fn weathered(dice: &mut Dice, seed: u32) -> Style {
    let [wall, lower, band] = PALETTES[dice.below(PALETTES.len())].map(srgb);
    let tone = dice.range(0.86, 1.0);
    let toned = |c: Rgb| c.map(|v| v * tone);
    Style {
        seed,
        wall: toned(wall),
        lower: toned(lower),
        lower_storeys: [1.0, 1.0, 2.0, 0.0][dice.below(4)],
        band: toned(band),
        storeys: 6,
        units: 4,
        length_m: 54.0,
        age: dice.range(0.62, 1.0),
        number: 0,
        foot_m: 0.4,
    }
}

/// Puts new render on a building.
pub(crate) fn refresh(style: &mut Style, [wall, lower, band]: [u32; 3]) {
    (style.wall, style.lower, style.band) = (srgb(wall), srgb(lower), srgb(band));
    style.lower_storeys = 1.0;
    style.age = 0.07;
}
