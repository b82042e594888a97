//! Plants, water, stone, vehicles and equipment.

use super::{Look, Spot};
use crate::sample::noise::{cell, fbm2, value2, value3};
use crate::sample::vector::{Rgb, mix, shade, smoothstep};

/// Foliage: clumps, single sprays, and gaps that look into the dark of the crown.
pub(crate) fn leaves(spot: &Spot, tone: Rgb, seed: u32) -> Look {
    let p = spot.place;
    let clump = value3(p.x * 0.9, p.y * 0.9, p.z * 0.9, seed);
    let spray = value3(p.x * 2.7, p.y * 2.7, p.z * 2.7, seed ^ 1);
    let leaf = value3(p.x * 8.5, p.y * 8.5, p.z * 8.5, seed ^ 2);
    let gap = smoothstep(0.30, 0.52, spray * 0.62 + leaf * 0.38);
    let bright = 0.45 + 0.65 * clump * clump + 0.5 * (leaf - 0.35);
    let sunny = mix(tone, [tone[0] * 1.5, tone[1] * 1.22, tone[2] * 0.75], clump * spray);
    Look::dull(mix(shade(tone, 0.28), shade(sunny, bright.max(0.15) * 1.35), gap))
}

/// A slow canal: green-brown, with the sky in it.
pub(crate) fn water(spot: &Spot) -> Look {
    let p = spot.place;
    let slow = fbm2(p.x * 0.06, p.y * 0.06, 61);
    let ripple = value2(p.x * 1.4 + p.y * 0.8, p.y * 1.4 - p.x * 0.8, 62);
    let bank = spot.y.min(spot.h - spot.y);
    let deep = smoothstep(0.0, 3.2, bank);
    let albedo = mix([0.040, 0.046, 0.028], [0.052, 0.068, 0.046], deep);
    Look {
        albedo: shade(albedo, 0.8 + 0.4 * slow),
        shine: (0.05 + 0.10 * deep) * (0.75 + 0.3 * slow + 0.2 * ripple),
    }
}

/// Granite in courses, weathered, wet and green near the water.
pub(crate) fn stone(spot: &Spot) -> Look {
    let p = spot.place;
    let along = spot.x.max(0.0);
    let row = (spot.y / 0.36).floor();
    let shifted = along / 0.9 + if row as i32 % 2 == 0 { 0.0 } else { 0.5 };
    let block = cell(shifted.floor() as i32, row as i32, 2, 71);
    let mut colour = shade([0.29, 0.275, 0.25], 0.84 + 0.3 * block);
    if (spot.y / 0.36).fract() < 0.08 || shifted.fract() < 0.035 {
        colour = shade(colour, 0.6);
    }
    let weather = fbm2((p.x + p.y) * 0.8, p.z * 1.2 + p.x * 0.4, 73);
    colour = mix(colour, [0.10, 0.10, 0.085], (weather - 0.35).max(0.0) * 0.8);
    if spot.h > 1.3 && spot.y < 0.75 {
        colour = mix(colour, [0.045, 0.055, 0.03], 0.75 * (1.0 - spot.y / 0.75));
    }
    Look::dull(colour)
}

/// A vehicle's side or top: paint, windows, dark sill.
pub(crate) fn car(spot: &Spot, colour: Rgb, windows: [f32; 2]) -> Look {
    let (x, y) = (spot.x / spot.w, spot.y / spot.h);
    let glass = (windows[0]..windows[1]).contains(&y) && (0.05..0.95).contains(&x);
    if glass {
        return Look { albedo: [0.022, 0.026, 0.03], shine: 0.12 + 0.12 * y };
    }
    let wheel = |c: f32| (x - c).abs() < 0.085 && spot.y < 0.42 && spot.h > 0.5 && spot.w > 3.0;
    if wheel(0.2) || wheel(0.8) {
        return Look::dull([0.03, 0.03, 0.032]);
    }
    let sill = if spot.h > 0.5 && spot.y < 0.2 { 0.45 } else { 1.0 };
    Look { albedo: shade(colour, sill), shine: 0.05 }
}

/// Green netting before poles and planks.
pub(crate) fn net(spot: &Spot, seed: u32) -> Look {
    let p = spot.place;
    let pole = (spot.x / 1.8).fract() * 1.8;
    let plank = (spot.y / 1.9).fract() * 1.9;
    let sag = value2(spot.x * 0.55, spot.y * 0.52, seed);
    let fold = value2(spot.x * 3.1, spot.y * 0.5, seed ^ 5);
    let torn = fbm2(p.x * 0.5 + p.y * 0.5, p.z * 0.5, seed);
    let mut colour = shade([0.030, 0.155, 0.085], 0.72 + 0.45 * sag + 0.18 * fold);
    if pole < 0.07 || plank < 0.06 {
        colour = mix(colour, [0.20, 0.18, 0.14], 0.5);
    } else if plank < 0.26 {
        colour = mix(colour, [0.23, 0.17, 0.09], 0.45);
    }
    if cell((spot.x / 5.4).floor() as i32, (spot.y / 5.7).floor() as i32, 1, seed) > 0.8 {
        colour = mix(colour, [0.05, 0.17, 0.20], 0.4);
    }
    if torn > 0.72 {
        colour = mix(colour, [0.16, 0.15, 0.13], 0.6);
    }
    Look::dull(colour)
}

/// Vacuum tubes of a solar water heater.
pub(crate) fn collector(spot: &Spot) -> Look {
    let tube = ((spot.x / 0.11).fract() - 0.5).abs() * 2.0;
    if spot.x.min(spot.w - spot.x) < 0.06 || spot.y < 0.08 {
        return Look::dull([0.38, 0.39, 0.40]);
    }
    let albedo = mix([0.018, 0.022, 0.045], [0.085, 0.095, 0.12], (tube - 0.55).max(0.0));
    Look { albedo, shine: 0.05 + 0.05 * (1.0 - tube) }
}

/// An outdoor unit: pale casing with a dark fan.
pub(crate) fn air_unit(spot: &Spot) -> Look {
    let (dx, dy) = (spot.x - spot.w * 0.42, spot.y - spot.h * 0.5);
    let fan = (dx * dx + dy * dy).sqrt();
    let yellowed = value2(spot.place.x * 3.0, spot.place.z * 3.0, 83);
    let casing = mix([0.50, 0.49, 0.46], [0.40, 0.36, 0.28], yellowed);
    if fan < 0.2 && spot.w > 0.5 {
        return Look::dull([0.085, 0.085, 0.085]);
    }
    Look::dull(casing)
}

/// A scooter: dark wheels and seat, a coloured body between.
pub(crate) fn scooter(spot: &Spot, colour: Rgb) -> Look {
    let dark: Rgb = [0.030, 0.030, 0.033];
    let top = spot.w < 0.6 && spot.h > 1.2;
    let uneven = value3(spot.place.x * 4.0, spot.place.y * 4.0, spot.place.z * 4.0, 87);
    let body = (0.26..0.62).contains(&(spot.y / spot.h));
    Look::dull(if body != top && uneven > 0.28 { shade(colour, 0.6 + 0.6 * uneven) } else { dark })
}
