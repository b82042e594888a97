//! Fronts that stand before walls: balconies, shops and their boards, laundry, lift shafts.

use super::facade::{Opening, STOREY_M, glass, window};
use super::{Look, Spot, Style};
use crate::sample::noise::{cell, fbm2, value2};
use crate::sample::vector::{Rgb, mix, shade};

/// Colours of clothes and bedding.
const CLOTHES: [Rgb; 8] = [
    [0.42, 0.08, 0.07],
    [0.09, 0.16, 0.33],
    [0.55, 0.53, 0.50],
    [0.40, 0.30, 0.10],
    [0.11, 0.26, 0.22],
    [0.46, 0.25, 0.27],
    [0.06, 0.06, 0.08],
    [0.30, 0.38, 0.48],
];

/// A stack of balconies, each closed or open as its owner wished.
pub(crate) fn balcony(spot: &Spot, style: &Style, seed: u32, ends: bool) -> Look {
    let y = spot.y;
    let storey = (y / STOREY_M).floor();
    let within = y - storey * STOREY_M;
    let id = cell(storey as i32, 0, 1, seed);
    let stain = value2(spot.place.x * 2.0 + spot.place.y, y * 0.3, seed) * style.age;
    if within < 1.02 {
        let own = match (id * 10.0) as u8 {
            0 => [0.45, 0.44, 0.42],
            1 => [0.30, 0.19, 0.14],
            _ => mix(style.wall, style.band, if (id * 31.0).fract() < 0.5 { 0.55 } else { 0.2 }),
        };
        let own = if style.age < 0.2 { mix(style.wall, style.band, 0.6) } else { own };
        let edge = if within < 0.13 { 0.78 } else { 1.0 };
        let run = (1.0 - within / 1.02) * 0.1 + 0.42 * (stain - 0.35).max(0.0);
        return Look::dull(shade(mix(own, [0.11, 0.10, 0.09], run.clamp(0.0, 0.6)), edge));
    }
    if within > 2.46 {
        return Look::dull(shade(mix(style.wall, style.band, 0.4), 0.92 - 0.3 * stain));
    }
    let closed = style.age < 0.2 || (id * 17.0).fract() < 0.68;
    let opening = Opening { left: 0.07, bottom: 1.02, width: (spot.w - 0.14).max(0.2), height: 1.44 };
    if closed {
        return window(spot.x, within, &opening, opening.inset(spot.x, within).max(0.001), id, style);
    }
    if ends {
        return Look::dull([0.045, 0.042, 0.04]);
    }
    open_balcony(spot.x, within, storey, seed)
}

/// The dark of an open balcony with what hangs and stands in it.
fn open_balcony(x: f32, within: f32, storey: f32, seed: u32) -> Look {
    let piece = (x / 0.42).floor() as i32;
    let cloth = cell(piece, storey as i32, 2, seed);
    let length = 0.45 + 0.6 * (cloth * 7.0).fract();
    if cloth > 0.42 && within < 2.3 && within > 2.3 - length && (x / 0.42).fract() > 0.12 {
        let colour = CLOTHES[(cloth * 991.0) as usize % CLOTHES.len()];
        return Look::dull(shade(colour, 0.75 + 0.3 * value2(x * 9.0, within * 2.0, seed)));
    }
    if within < 1.12 + 0.22 * value2(x * 4.0, storey, seed) && cell(piece, storey as i32, 4, seed) > 0.5 {
        return Look::dull([0.05, 0.09, 0.03]);
    }
    Look::dull(shade([0.06, 0.055, 0.05], 0.5 + fbm2(x, within, seed)))
}

/// Clothes on a line outside a window.
pub(crate) fn laundry(spot: &Spot, seed: u32) -> Look {
    let piece = (spot.x / 0.45).floor() as i32;
    let pick = cell(piece, 0, 6, seed);
    let colour = CLOTHES[(pick * 991.0) as usize % CLOTHES.len()];
    let fold = 0.78 + 0.3 * value2(spot.x * 8.0, spot.y * 1.5, seed);
    Look::dull(shade(colour, fold))
}

/// Shop fronts: glass doors, rolled shutters, goods on display, each 3.6 m wide.
pub(crate) fn shop(spot: &Spot, seed: u32) -> Look {
    let index = (spot.x / 3.6).floor();
    let x = spot.x - index * 3.6;
    let id = cell(index as i32, 0, 8, seed);
    if !(0.14..=3.46).contains(&x) || spot.y > 2.75 {
        return Look::dull(shade([0.30, 0.28, 0.25], 0.8 + 0.3 * fbm2(spot.x, spot.y, seed)));
    }
    if id < 0.2 {
        let slat = 0.82 + 0.18 * ((spot.y / 0.11).fract() - 0.5).abs() * 2.0;
        return Look::dull(shade([0.30, 0.31, 0.32], slat));
    }
    let opening = Opening { left: 0.14, bottom: 0.05, width: 3.32, height: 2.7 };
    let bar = ((x / 0.83).fract() - 0.5).abs() > 0.46 || opening.inset(x, spot.y) < 0.07;
    if bar {
        return Look::dull([0.22, 0.22, 0.22]);
    }
    let goods = cell((x / 0.35) as i32, (spot.y / 0.4) as i32, 9, seed ^ (index as u32));
    let mut look = glass((x / 0.83).floor(), spot.y / 2.7, id);
    if spot.y < 1.7 && goods > 0.35 && id > 0.4 {
        let colour = CLOTHES[(goods * 577.0) as usize % CLOTHES.len()];
        look.albedo = mix(look.albedo, colour, 0.45);
    } else {
        look.albedo = mix(look.albedo, [0.20, 0.17, 0.12], 0.35);
    }
    look
}

/// Colours of sign boards.
const BOARDS: [Rgb; 8] = [
    [0.36, 0.035, 0.03],
    [0.03, 0.10, 0.25],
    [0.03, 0.17, 0.09],
    [0.42, 0.26, 0.03],
    [0.07, 0.06, 0.06],
    [0.40, 0.38, 0.35],
    [0.30, 0.08, 0.02],
    [0.05, 0.20, 0.24],
];

/// The boards above the shops, each with strokes that read as characters from afar.
pub(crate) fn signs(spot: &Spot, seed: u32) -> Look {
    let index = (spot.x / 3.6).floor();
    let (x, y) = (spot.x - index * 3.6, spot.y / spot.h);
    let id = cell(index as i32, 0, 10, seed);
    let board = BOARDS[(id * 701.0) as usize % BOARDS.len()];
    let ink = if board[0] > 0.38 { [0.25, 0.02, 0.02] } else { [0.62, 0.58, 0.45] };
    if !(0.05..=3.55).contains(&x) {
        return Look::dull([0.12, 0.12, 0.12]);
    }
    let count = 3.0 + (id * 23.0).fract() * 2.0;
    let pitch = 0.62;
    let (from, to) = (1.8 - count.floor() * pitch / 2.0, 1.8 + count.floor() * pitch / 2.0);
    if x > from && x < to && (0.22..0.78).contains(&y) {
        let glyph = ((x - from) / pitch).floor();
        let gx = ((x - from) / pitch).fract();
        if gx < 0.82 {
            let bits = cell(glyph as i32, index as i32, 11, seed);
            let across = ((y * 9.0 + bits * 3.0).fract() < 0.36)
                && cell((y * 9.0) as i32, glyph as i32, 12, seed) > 0.3;
            let down = (gx * 4.1 + bits).fract() < 0.24;
            if across || down {
                return Look::dull(ink);
            }
        }
    }
    Look::dull(shade(board, 0.9 + 0.2 * fbm2(spot.x, spot.y, seed)))
}

/// A new lift shaft: steel frame, glass, a solid band at every floor.
pub(crate) fn shaft(spot: &Spot) -> Look {
    let within = spot.y % STOREY_M;
    let edge = spot.x.min(spot.w - spot.x);
    let middle = (spot.x - spot.w / 2.0).abs();
    if edge < 0.13 || within < 0.16 || (1.42..1.5).contains(&within) || middle < 0.035 {
        return Look::dull([0.16, 0.175, 0.185]);
    }
    let tilt = value2(spot.place.x * 0.7 + spot.place.y * 0.7, spot.y * 0.25, 91);
    let height = (spot.y / spot.h).clamp(0.0, 1.0);
    Look { albedo: [0.05, 0.085, 0.095], shine: 0.16 + 0.22 * height * tilt + 0.08 * tilt }
}
