//! Walls of walk-ups: render, bands, windows, grilles, stains, drain pipes, numbers.

use super::{Look, Spot};
use crate::sample::noise::{cell, fbm2, value2};
use crate::sample::vector::{Rgb, mix, shade, smoothstep};

/// What one building's walls have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) seed: u32,
    /// Render of the upper storeys.
    pub(crate) wall: Rgb,
    /// Render or brick of the lower storeys.
    pub(crate) lower: Rgb,
    /// Storeys in the lower colour.
    pub(crate) lower_storeys: f32,
    /// Bands at the floors and around windows.
    pub(crate) band: Rgb,
    pub(crate) storeys: u8,
    pub(crate) units: u8,
    pub(crate) length_m: f32,
    /// 0 fresh, 1 untouched for thirty years.
    pub(crate) age: f32,
    /// Painted on the gables.
    pub(crate) number: u16,
    /// Metres between the foot of the wall patch and the ground.
    pub(crate) foot_m: f32,
}

/// Height of a storey.
pub(crate) const STOREY_M: f32 = 2.8;

impl Style {
    /// Width of a unit: the flats around one staircase.
    pub(crate) fn unit_m(&self) -> f32 {
        self.length_m / f32::from(self.units)
    }
}

/// Which way a wall looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Living rooms and balconies.
    South,
    /// Stairs and kitchens.
    North,
    /// Short sides.
    Gable,
}

/// A window opening in wall coordinates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    pub(crate) left: f32,
    pub(crate) bottom: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

impl Opening {
    /// Metres inside from the nearest edge; negative outside.
    pub(crate) fn inset(&self, x: f32, y: f32) -> f32 {
        let dx = (x - self.left).min(self.left + self.width - x);
        let dy = (y - self.bottom).min(self.bottom + self.height - y);
        dx.min(dy)
    }
}

/// The wall of a walk-up.
pub(crate) fn wall(spot: &Spot, style: &Style, side: Side) -> Look {
    let (x, y) = (spot.x, spot.y - style.foot_m);
    let storey = (y / STOREY_M).floor();
    let within = y - storey * STOREY_M;
    let mut albedo = render(spot, style, y, within);
    if y > 0.0 && storey < f32::from(style.storeys) {
        let openings: [Option<Opening>; 4] = match side {
            Side::South => south(x, style),
            Side::North => north(x, style, storey),
            Side::Gable => gable(spot, style, storey),
        };
        for opening in openings.into_iter().flatten() {
            // Rain runs from the sill.
            let below = opening.bottom - within;
            let beside = opening.inset(x, opening.bottom + opening.height / 2.0);
            if below > 0.0 && below < 1.3 && beside > -0.15 {
                let run = value2(x * 5.0, storey * 9.0, style.seed) * (1.0 - below / 1.3);
                albedo = shade(albedo, 1.0 - 0.38 * style.age * run);
            }
            let inset = opening.inset(x, within);
            if inset > -0.09 {
                let id = hash_of(x, storey, style, &opening);
                return window(x, within, &opening, inset, id, style);
            }
        }
    }
    if side == Side::Gable
        && let Some(look) = number_plate(spot, style, x, y)
    {
        return look;
    }
    Look::dull(albedo)
}

fn hash_of(x: f32, storey: f32, style: &Style, opening: &Opening) -> f32 {
    cell(
        (x - opening.left + opening.width).floor() as i32 + (opening.left * 7.0) as i32,
        storey as i32,
        3,
        style.seed,
    )
}

/// Render with bands, repairs and stains, before openings.
fn render(spot: &Spot, style: &Style, y: f32, within: f32) -> Rgb {
    let lower = y < style.lower_storeys * STOREY_M;
    let mut colour = if lower { style.lower } else { style.wall };
    if lower && (y / 0.24).fract() < 0.16 {
        colour = shade(colour, 0.88);
    }
    if !(0.14..STOREY_M - 0.06).contains(&within) {
        colour = mix(colour, style.band, 0.75);
    }
    if y < 0.55 {
        colour = mix(colour, [0.17, 0.16, 0.145], 0.7);
    }
    let p = spot.place;
    let along = p.x + p.y * 1.7;
    // Panels that were mended or painted over differ a little.
    let panel = cell((along / 3.3).floor() as i32, (y / STOREY_M).floor() as i32, 5, style.seed) - 0.5;
    colour = shade(colour, 1.0 + panel * 0.13 * style.age);
    let blotch = fbm2(along * 0.28, y * 0.22, style.seed) - 0.5;
    let streak =
        value2(along * 2.1, y * 0.09, style.seed ^ 3) * value2(along * 0.35, y * 0.05, style.seed ^ 9);
    let top = f32::from(style.storeys) * STOREY_M + 0.6 - y;
    let runs = smoothstep(0.22, 0.75, streak) * (0.35 + 0.65 * (1.0 - top / 7.0).clamp(0.0, 1.0));
    let splash = (1.0 - y / 1.4).clamp(0.0, 1.0) * (0.4 + value2(along * 1.1, 0.0, style.seed ^ 0x11));
    let dirt = style.age * (0.10 + 0.55 * runs + 0.35 * splash + 0.45 * blotch);
    let colour = mix(colour, [0.115, 0.105, 0.09], dirt.clamp(0.0, 0.75));
    shade(colour, 1.0 + 0.05 * (fbm2(along * 3.0, y * 3.0, 8) - 0.5))
}

/// Metres from the nearest middle of a unit, and which unit.
fn from_middle(x: f32, style: &Style) -> (f32, f32) {
    let unit = style.unit_m();
    let index = (x / unit).floor();
    (x - (index + 0.5) * unit, index)
}

fn mirrored(h: f32, x: f32, near: f32, width: f32, bottom: f32, height: f32) -> Opening {
    let left = if h >= 0.0 { x - h + near } else { x - h - near - width };
    Opening { left, bottom, width, height }
}

fn south(x: f32, style: &Style) -> [Option<Opening>; 4] {
    let (h, _) = from_middle(x, style);
    [Some(mirrored(h, x, 0.45, 1.75, 0.95, 1.45)), None, None, None]
}

fn north(x: f32, style: &Style, storey: f32) -> [Option<Opening>; 4] {
    let (h, _) = from_middle(x, style);
    let stair = if storey < 0.5 {
        Opening { left: x - h - 0.8, bottom: 0.05, width: 1.6, height: 2.2 }
    } else {
        Opening { left: x - h - 0.65, bottom: 0.0, width: 1.3, height: 1.15 }
    };
    [
        Some(stair),
        Some(mirrored(h, x, 1.75, 1.3, 0.95, 1.4)),
        Some(mirrored(h, x, 3.75, 0.6, 1.4, 0.9)),
        Some(mirrored(h, x, 4.95, 1.25, 0.95, 1.45)),
    ]
}

fn gable(spot: &Spot, style: &Style, storey: f32) -> [Option<Opening>; 4] {
    // The number hangs beside where the top window would be.
    if storey + 1.5 > f32::from(style.storeys) {
        return [None; 4];
    }
    let small = |share: f32| Opening { left: spot.w * share - 0.35, bottom: 1.0, width: 0.7, height: 1.2 };
    let both = style.seed & 4 == 0;
    [Some(small(0.36)), both.then(|| small(0.64)), None, None]
}

/// Frame, glass with what is behind and mirrored in it, and often a grille.
pub(crate) fn window(x: f32, y: f32, opening: &Opening, inset: f32, id: f32, style: &Style) -> Look {
    if inset < 0.0 {
        return Look::dull(mix(style.band, [0.3, 0.29, 0.27], 0.3 * style.age));
    }
    let panes = (opening.width / 0.7).round().max(1.0);
    let pane = (x - opening.left) / opening.width * panes;
    let mullion = (pane.fract() - 0.5).abs() * opening.width / panes;
    let bar = opening.width / panes * 0.5 - mullion;
    let frame_colour = if id < 0.55 { [0.42, 0.43, 0.43] } else { [0.10, 0.075, 0.06] };
    if inset < 0.06 || bar < 0.035 {
        return Look::dull(frame_colour);
    }
    let height = (y - opening.bottom) / opening.height;
    let mut look = glass(pane.floor(), height, id);
    // Three of five windows have bars or a cage against thieves.
    if (id * 13.0).fract() < 0.55 {
        let upright = ((x / 0.125).fract() - 0.5).abs() < 0.14;
        let level = ((y / 0.5).fract() - 0.5).abs() < 0.05;
        if upright || level {
            let metal = if (id * 29.0).fract() < 0.6 { [0.36, 0.36, 0.35] } else { [0.17, 0.12, 0.09] };
            look.albedo = mix(look.albedo, metal, 0.6);
            look.shine *= 0.5;
        }
    }
    look
}

/// Glass of one pane: dark room, curtain, or the sky.
pub(crate) fn glass(pane: f32, height: f32, id: f32) -> Look {
    let kind = (id * 57.0 + pane * 0.37).fract();
    let room: Rgb = [0.028, 0.032, 0.036];
    let curtain = [[0.36, 0.32, 0.26], [0.22, 0.26, 0.30], [0.33, 0.22, 0.18], [0.42, 0.41, 0.38]]
        [(id * 97.0) as usize % 4];
    let albedo = if kind < 0.35 { mix(room, curtain, 0.5) } else { room };
    let shine = 0.05 + 0.16 * height * (0.4 + (id * 7.0 + pane * 0.61).fract());
    Look { albedo, shine }
}

/// Digits on a grid of three by five.
const DIGITS: [u16; 10] = [
    0b111_101_101_101_111,
    0b010_110_010_010_111,
    0b111_001_111_100_111,
    0b111_001_111_001_111,
    0b101_101_111_001_001,
    0b111_100_111_001_111,
    0b111_100_111_101_111,
    0b111_001_010_010_010,
    0b111_101_111_101_111,
    0b111_101_111_001_111,
];

/// The number of the house high on its gable: white on a blue board.
fn number_plate(spot: &Spot, style: &Style, x: f32, y: f32) -> Option<Look> {
    if style.number == 0 {
        return None;
    }
    let top = f32::from(style.storeys) * STOREY_M - 0.9;
    let text = style.number.to_string();
    let width = 0.78 * text.len() as f32 + 0.5;
    let (px, py) = (x - spot.w * 0.5 + width / 2.0, y - (top - 1.9));
    if !(0.0..=width).contains(&px) || !(0.0..=1.9).contains(&py) {
        return None;
    }
    let blue = [0.02, 0.075, 0.22];
    let (gx, gy) = ((px - 0.32) / 0.78, (py - 0.28) / 1.34);
    let digit =
        text.as_bytes().get(gx.floor().max(0.0) as usize).filter(|_| gx >= 0.0 && (0.0..1.0).contains(&gy));
    let column = (gx.fract() * 0.78 / 0.2) as usize;
    let white = digit.is_some_and(|d| {
        column < 3 && {
            let row = ((1.0 - gy) * 5.0) as usize;
            DIGITS[usize::from(d - b'0')] >> (14 - (row.min(4) * 3 + column)) & 1 == 1
        }
    });
    Some(Look::dull(if white { [0.62, 0.62, 0.6] } else { blue }))
}
