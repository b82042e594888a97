//! The ground: asphalt with marks, footways, yards, lawns, the square, as the layout says.

use super::{Look, Spot};
use crate::sample::noise::{cell, fbm2, value2};
use crate::sample::quarter::{
    AVENUE, CANAL, CELL_U, CELL_V, DEPTH, LANE_HALF, Plot, Quarter, ROWS, SHOPS, SLOTS, SQUARE, SQUARE_ROW,
};
use crate::sample::vector::{Rgb, mix, shade, smoothstep};

const ASPHALT: Rgb = [0.095, 0.094, 0.093];
const CONCRETE: Rgb = [0.27, 0.26, 0.24];
const PAINT_WHITE: Rgb = [0.50, 0.50, 0.48];

/// The ground at a spot.
pub(crate) fn look(spot: &Spot, quarter: &Quarter) -> Look {
    let [u, v] = quarter.frame.plan_of(spot.place);
    let (at, a, b) = Quarter::locate(u, v);
    let p = Point { u, v, a, b };
    let lane = a.min(CELL_U - a);
    let (south, north) = (AVENUE[1], AVENUE[2]);
    if (south..north).contains(&b) {
        return Look::dull(avenue(&p, lane));
    }
    if b < AVENUE[3] {
        return Look::dull(if lane < 3.5 { asphalt(&p, 0.2) } else { footway(&p) });
    }
    if lane < LANE_HALF {
        return Look::dull(lane_ground(&p, lane));
    }
    if (CANAL[0]..CANAL[3]).contains(&b) {
        return Look::dull(flags(&p, 0.9, 0.6, [0.30, 0.285, 0.26]));
    }
    if b < SHOPS[1] + 4.0 {
        let back = b > SHOPS[1];
        return Look::dull(if back { concrete(&p) } else { flags(&p, 0.6, 0.6, [0.30, 0.25, 0.22]) });
    }
    let slot = u8::from(a > 70.0);
    let square = Plot { cell: at, row: SQUARE_ROW, slot };
    if quarter.is_square(square) && (SQUARE[0]..SQUARE[1]).contains(&b) && in_slot(a, slot) {
        return Look::dull(square_ground(&p, slot));
    }
    let row = (0..ROWS.len() as u8).min_by(|x, y| row_distance(b, *x).total_cmp(&row_distance(b, *y)));
    let plot = Plot { cell: at, row: row.unwrap_or(0), slot };
    Look::dull(yard(&p, quarter, plot))
}

/// A place in the street frame and in its cell.
struct Point {
    u: f32,
    v: f32,
    a: f32,
    b: f32,
}

fn in_slot(a: f32, slot: u8) -> bool {
    let [from, to] = SLOTS[usize::from(slot)];
    (from - 1.0..to + 1.0).contains(&a)
}

fn row_distance(b: f32, row: u8) -> f32 {
    (b - ROWS[usize::from(row)] - DEPTH / 2.0 - 1.5).abs()
}

fn asphalt(p: &Point, age: f32) -> Rgb {
    let blotch = fbm2(p.u * 0.13, p.v * 0.13, 101);
    let fine = value2(p.u * 7.0, p.v * 7.0, 102);
    let base = shade(mix(ASPHALT, [0.17, 0.165, 0.155], age), 0.8 + 0.35 * blotch + 0.1 * fine);
    // Trenches that were dug and filled again.
    let trench = cell((p.u / 23.0).floor() as i32, (p.v / 7.0).floor() as i32, 1, 103);
    let dark = trench > 0.7 && (p.u / 23.0).fract() < 0.32 && (p.v / 7.0).fract() < 0.34;
    if dark { shade(base, 0.72) } else { base }
}

fn avenue(p: &Point, lane: f32) -> Rgb {
    let mut colour = asphalt(p, 0.0);
    let (south, north) = (AVENUE[1], AVENUE[2]);
    let middle = f32::midpoint(south, north);
    let track = ((p.b - middle).abs() - 2.4).abs();
    colour = shade(colour, 1.0 - 0.12 * smoothstep(1.0, 0.2, track));
    let gutter = (p.b - south).min(north - p.b);
    if gutter < 0.35 {
        colour = mix(colour, [0.12, 0.11, 0.09], 0.6);
    }
    let worn = 0.45 + 0.5 * value2(p.u * 1.7, p.v * 1.7, 105);
    let crossing = (5.0..8.6).contains(&lane);
    let mark = if crossing {
        (p.b / 1.0).fract() < 0.48 && gutter > 0.5
    } else if lane < 5.0 {
        false
    } else {
        let double = ((p.b - middle).abs() - 0.14).abs() < 0.07 && lane > 10.0;
        let stop = (9.3..9.7).contains(&lane) && ((p.a < 70.0) == (p.b > middle));
        double || (gutter - 1.9).abs() < 0.06 && (p.u / 5.0).fract() < 0.55 || stop
    };
    if mark {
        let yellow = !crossing && (p.b - middle).abs() < 0.4 && lane > 10.0;
        colour = mix(colour, if yellow { [0.48, 0.31, 0.05] } else { PAINT_WHITE }, worn);
    }
    iron(p, AVENUE[1] + 3.4, 36.0, 11.0).unwrap_or(colour)
}

/// Concrete flags of a size, each a little different, with joints.
fn flags(p: &Point, width: f32, depth: f32, colour: Rgb) -> Rgb {
    let row = (p.v / depth).floor();
    let x = p.u / width + if row as i32 % 2 == 0 { 0.0 } else { 0.5 };
    let one = cell(x.floor() as i32, row as i32, 2, 111) - 0.5;
    let joint = x.fract() * width < 0.05 || (p.v / depth).fract() * depth < 0.05;
    let blotch = fbm2(p.u * 0.3, p.v * 0.3, 112) - 0.5;
    let tone = shade(colour, 1.0 + 0.2 * one + 0.35 * blotch);
    if joint { shade(tone, 0.72) } else { tone }
}

fn footway(p: &Point) -> Rgb {
    let kerb = (p.b - AVENUE[1]).abs().min((p.b - AVENUE[2]).abs());
    if kerb < 0.22 {
        return shade([0.36, 0.35, 0.33], 0.85 + 0.3 * value2(p.u * 2.0, 0.0, 121));
    }
    // The yellow ribbed line that guides the blind.
    let guide = (p.b - 1.7).abs() < 0.22 || (p.b - (AVENUE[3] - 1.4)).abs() < 0.22;
    if guide {
        return shade([0.42, 0.30, 0.08], 0.75 + 0.4 * fbm2(p.u * 0.8, p.v * 0.8, 122));
    }
    flags(p, 0.5, 0.25, [0.28, 0.235, 0.205])
}

fn concrete(p: &Point) -> Rgb {
    let blotch = fbm2(p.u * 0.17, p.v * 0.17, 131);
    let slab = cell((p.u / 4.5).floor() as i32, (p.v / 4.5).floor() as i32, 1, 132);
    let mut colour = shade(CONCRETE, 0.72 + 0.42 * blotch + 0.14 * slab);
    if (p.u / 4.5).fract() < 0.012 || (p.v / 4.5).fract() < 0.012 {
        colour = shade(colour, 0.66);
    }
    let oil = smoothstep(0.66, 0.8, fbm2(p.u * 0.5, p.v * 0.5, 133));
    mix(colour, [0.10, 0.095, 0.09], oil * 0.6)
}

fn lane_ground(p: &Point, lane: f32) -> Rgb {
    if lane < 3.4 {
        let colour = asphalt(p, 0.55);
        return iron(&Point { a: 0.0, b: 0.0, u: p.v, v: 0.0 }, lane - 1.1, 30.0, 4.0).unwrap_or(colour);
    }
    if lane < 3.6 {
        return [0.33, 0.32, 0.30];
    }
    let pit = (p.b / 13.0).fract() * 13.0;
    if (1.0..2.4).contains(&pit) && (3.9..5.2).contains(&lane) {
        soil(p)
    } else {
        flags(p, 0.4, 0.4, [0.26, 0.25, 0.235])
    }
}

fn soil(p: &Point) -> Rgb {
    shade([0.115, 0.085, 0.055], 0.7 + 0.6 * fbm2(p.u * 1.2, p.v * 1.2, 141))
}

fn lawn(p: &Point) -> Rgb {
    let patchy = fbm2(p.u * 0.22, p.v * 0.22, 151);
    let blades = fbm2(p.u * 2.6, p.v * 2.6, 152);
    let green = mix([0.060, 0.088, 0.026], [0.115, 0.125, 0.045], blades);
    let bare = smoothstep(0.56, 0.68, patchy);
    shade(mix(green, soil(p), bare * 0.85), 0.8 + 0.4 * blades)
}

/// Manhole covers along the middle of an access road: distance along `u`, and how many per cell.
pub(crate) fn lane_manholes() -> impl Iterator<Item = f32> {
    (0..4).map(|k| 18.0 + 35.0 * k as f32)
}

/// An iron cover every `pitch` metres at a distance `across` from the line of covers.
fn iron(p: &Point, line: f32, pitch: f32, shift: f32) -> Option<Rgb> {
    let along = ((p.u - shift) / pitch + 0.5).fract() * pitch - pitch / 2.0;
    cover(along, p.b - line)
}

/// The colour of a manhole cover at an offset from its middle.
fn cover(x: f32, y: f32) -> Option<Rgb> {
    let r = (x * x + y * y).sqrt();
    (r < 0.46).then(|| {
        let knob = ((x / 0.13).fract() - 0.5).abs() * ((y / 0.13).fract() - 0.5).abs();
        if r > 0.36 { [0.20, 0.19, 0.175] } else { shade([0.062, 0.056, 0.050], 0.8 + knob * 2.4) }
    })
}

/// The ground around a walk-up: apron, access road behind it, planting before it, a belt of green.
fn yard(p: &Point, quarter: &Quarter, plot: Plot) -> Rgb {
    let d = p.b - ROWS[usize::from(plot.row)];
    if (12.9..18.0).contains(&d) {
        for a in lane_manholes() {
            if let Some(colour) = cover(p.a - a, d - 15.0) {
                return colour;
            }
        }
        return access_road(p, d);
    }
    let path = (p.a - 70.0).abs() < 1.3;
    if let Some(building) = quarter.buildings.get(&plot) {
        let [u0, v0, u1, v1] = building.rect;
        let away = (u0 - p.u).max(p.u - u1).max((v0 - p.v).max(p.v - v1));
        if away < 0.9 {
            return shade(concrete(p), if away > 0.78 { 0.7 } else { 1.04 });
        }
        let front = p.v > v1 && d < 12.9;
        let unit = building.style.unit_m();
        let door = ((p.u - u0) / unit).fract() * unit - unit / 2.0;
        if front && (u0..u1).contains(&p.u) {
            return if door.abs() < 1.9 { concrete(p) } else { flags(p, 0.3, 0.3, [0.24, 0.19, 0.165]) };
        }
    }
    if path || (SLOTS[1][1] + 0.6..CELL_U - LANE_HALF).contains(&p.a) && d < 0.0 && d > -1.4 {
        return flags(p, 0.45, 0.3, [0.27, 0.255, 0.235]);
    }
    let winding = (d + 6.8 + 1.6 * (p.u * 0.11).sin()).abs();
    if d < 0.0 && winding < 0.8 {
        return flags(p, 0.35, 0.35, [0.29, 0.27, 0.24]);
    }
    if d < 0.0 && winding < 0.95 { shade(CONCRETE, 0.9) } else { lawn(p) }
}

/// Length of a parking bay.
const BAY_M: f32 = 5.6;
/// Where bays begin behind the south face of a row.
const BAYS_FROM_M: f32 = 15.95;

/// The middles of the parking bays along a cell's access roads: along `u` in the cell, and how far behind the row.
pub(crate) fn parking_bays() -> impl Iterator<Item = [f32; 2]> {
    let (first, last) = ((8.0 / BAY_M).ceil() as u16, ((CELL_U - 8.0) / BAY_M).floor() as u16);
    (first..last).map(|bay| [(f32::from(bay) + 0.5) * BAY_M, BAYS_FROM_M + 1.0])
}

/// Concrete road with parking bays along its north side.
fn access_road(p: &Point, d: f32) -> Rgb {
    let colour = concrete(p);
    let bay = (p.a / BAY_M).fract() * BAY_M;
    let line = (d - BAYS_FROM_M).abs() < 0.05 || (d > BAYS_FROM_M && bay < 0.1);
    if line && p.a > 8.0 && p.a < CELL_U - 8.0 {
        return mix(colour, PAINT_WHITE, 0.35 + 0.4 * value2(p.u * 2.0, p.v * 2.0, 161));
    }
    if (13.05..17.85).contains(&d) { colour } else { shade([0.36, 0.35, 0.33], 0.9) }
}

/// The square: a ring of paving around a tree, a soft play ground, a border of granite.
fn square_ground(p: &Point, slot: u8) -> Rgb {
    let [from, to] = SLOTS[usize::from(slot)];
    let (x, y) = (p.a - from, p.b - SQUARE[0]);
    let (w, h) = (to - from, SQUARE[1] - SQUARE[0]);
    let edge = x.min(w - x).min(y.min(h - y));
    if edge < 0.5 {
        return flags(p, 1.0, 0.5, [0.33, 0.32, 0.30]);
    }
    let (dx, dy) = (x - w * 0.60, y - h * 0.55);
    let r = (dx * dx + dy * dy).sqrt();
    if r < 10.0 {
        let ring = (r / 1.1).floor() as i32;
        let turn = dy.atan2(dx);
        let wedge = (turn * r.max(1.0) / 0.7).floor() as i32;
        let light = ring % 3 == 0;
        let base = if light { [0.38, 0.35, 0.30] } else { [0.27, 0.20, 0.165] };
        let joint = (r / 1.1).fract() < 0.06;
        return shade(base, if joint { 0.7 } else { 0.88 + 0.24 * cell(wedge, ring, 1, 171) });
    }
    let (px, py) = (x - w * 0.87, y - h * 0.30);
    let wavy = (px * px * 0.9 + py * py * 0.55).sqrt() - 0.7 * (py * 0.5).sin();
    if wavy < 6.2 {
        let inner = wavy < 3.3 + 0.8 * (px * 0.7).sin();
        let rubber = if inner { [0.08, 0.21, 0.26] } else { [0.36, 0.10, 0.07] };
        return shade(rubber, 0.82 + 0.3 * fbm2(p.u * 0.5, p.v * 0.5, 173));
    }
    let check = ((p.u / 2.4).floor() + (p.v / 2.4).floor()) as i32 % 2 == 0;
    flags(p, 0.6, 0.6, if check { [0.33, 0.305, 0.27] } else { [0.285, 0.25, 0.22] })
}

/// The height of a cell, kept here so that the marks and the layout cannot drift apart.
const _: () = assert!(CELL_V > ROWS[4] + DEPTH + 8.0);
