//! Roofs: felt and concrete with puddles and patches, clay tiles in courses.

use super::{Look, Spot};
use crate::sample::noise::{cell, fbm2, value2};
use crate::sample::vector::{Rgb, mix, shade, smoothstep};

/// The colour of a roof's felt before it was mended.
pub(crate) fn felt_tone(seed: u32) -> Rgb {
    match seed % 4 {
        0 => [0.205, 0.20, 0.19],
        1 => [0.25, 0.225, 0.195],
        2 => [0.165, 0.165, 0.165],
        _ => [0.23, 0.235, 0.235],
    }
}

/// A flat roof of felt strips, mended with darker ones, stained where water stands.
pub(crate) fn flat(spot: &Spot, seed: u32) -> Look {
    let p = spot.place;
    let base = felt_tone(seed);
    let strip = (spot.x / 1.0).floor() as i32;
    let tone = 1.0 + 0.10 * (cell(strip, 0, 1, seed) - 0.5);
    let mut colour = shade(base, tone);
    if (spot.x / 1.0).fract() < 0.06 {
        colour = shade(colour, 0.78);
    }
    let mended = cell((spot.x / 4.0).floor() as i32, (spot.y / 3.0).floor() as i32, 2, seed);
    if mended > 0.88 {
        colour = mix(colour, [0.085, 0.083, 0.082], 0.7);
    }
    let puddle = smoothstep(0.58, 0.70, fbm2(p.x * 0.22, p.y * 0.22, seed));
    colour = mix(colour, [0.10, 0.096, 0.085], puddle * 0.5);
    let rim = smoothstep(0.03, 0.0, (fbm2(p.x * 0.22, p.y * 0.22, seed) - 0.6).abs());
    colour = mix(colour, [0.34, 0.32, 0.28], rim * 0.25);
    let edge = spot.x.min(spot.w - spot.x).min(spot.y.min(spot.h - spot.y));
    let dirt = (1.0 - edge / 0.7).clamp(0.0, 1.0) * value2(p.x, p.y, seed ^ 2);
    colour = mix(colour, [0.07, 0.075, 0.05], dirt * 0.6);
    Look::dull(shade(colour, 0.92 + 0.16 * fbm2(p.x * 2.2, p.y * 2.2, 3)))
}

/// Clay tiles: courses along the slope, ribs across it, some replaced, moss near the eaves.
pub(crate) fn tiles(spot: &Spot, tone: Rgb) -> Look {
    let p = spot.place;
    let rib = ((spot.x / 0.30).fract() - 0.5).abs() * 2.0;
    let course = (spot.y / 0.34).fract();
    let one = cell((spot.x / 0.30).floor() as i32, (spot.y / 0.34).floor() as i32, 7, 5);
    let mut colour = shade(tone, 0.74 + 0.30 * rib + 0.16 * (one - 0.5));
    if course < 0.14 {
        colour = shade(colour, 0.7);
    }
    let worn = fbm2(p.x * 0.35, p.y * 0.35, 41);
    colour = mix(colour, [0.13, 0.125, 0.10], (worn - 0.42).max(0.0) * 1.1);
    let moss = (1.0 - spot.y / 1.6).clamp(0.0, 1.0) * value2(p.x * 0.8, p.y * 0.8, 43);
    Look::dull(mix(colour, [0.06, 0.075, 0.035], moss * 0.45))
}
