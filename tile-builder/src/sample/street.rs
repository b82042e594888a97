//! What stands along streets: lamps, cars, scooters, waste stations, cameras, manholes.
//!
//! In: a cell. Out: patches and devices. Called by `site`.

use super::noise::Dice;
use super::paint::{Paint, lane_manholes};
use super::patch::{Block, Mason};
use super::quarter::{AVENUE, CANAL, CELL_U, Cell, DEPTH, GROUND_M, Kind, LANE_HALF, Plot, Quarter, ROWS};
use super::site::{DeviceKind, Site, level};
use super::vector::{Rgb, vec3};
use std::f32::consts::{FRAC_PI_2, PI};

const STEEL: Paint = Paint::Plain { colour: [0.20, 0.21, 0.21], grime: 0.15 };
const PALE: Paint = Paint::Plain { colour: [0.48, 0.48, 0.47], grime: 0.1 };

/// Furnishes a cell.
pub(crate) fn furnish(site: &mut Site<'_>, cell: Cell) {
    let mut dice = Dice::new(site.quarter.seed_in(cell, 30));
    let corner = Quarter::corner(cell);
    avenue(site, corner, &mut dice);
    lanes(site, corner, &mut dice);
    for row in 0..ROWS.len() as u8 {
        access_road(site, cell, row, &mut dice);
    }
    canal_lamps(site, corner);
}

fn avenue(site: &mut Site<'_>, [u, v]: [f32; 2], dice: &mut Dice) {
    for k in 0..4 {
        let a = 16.9 + 35.1 * k as f32;
        if k % 2 == 0 {
            lamp(site, [u + a, v + AVENUE[1] - 0.7], FRAC_PI_2, 8.0);
        } else {
            lamp(site, [u + a, v + AVENUE[2] + 0.7], -FRAC_PI_2, 8.0);
        }
    }
    camera(site, [u + LANE_HALF + 4.6, v + AVENUE[2] + 0.6]);
    let middle = f32::midpoint(AVENUE[1], AVENUE[2]);
    for (b, angle) in [(middle - 1.9, 0.0), (middle + 1.9, PI)] {
        let mut a = dice.range(14.0, 34.0);
        while a < CELL_U - 14.0 {
            let bus = dice.chance(0.12);
            let at = [u + a, v + b + dice.range(-0.3, 0.3)];
            if bus {
                coach(site, at, angle, dice);
            } else {
                car(site, at, angle, dice);
            }
            a += dice.range(17.0, 46.0);
        }
    }
    for b in [AVENUE[1] + 1.15, AVENUE[2] - 1.15] {
        let mut a = 14.0;
        while a < CELL_U - 14.0 {
            if dice.chance(0.28) {
                car(site, [u + a, v + b], if dice.chance(0.5) { 0.0 } else { PI }, dice);
            }
            a += 6.1;
        }
    }
    let mut a = dice.range(12.0, 20.0);
    while a < CELL_U - 14.0 {
        scooters(site, [u + a, v + AVENUE[3] + 0.9], dice);
        a += dice.range(9.0, 24.0);
    }
}

fn lanes(site: &mut Site<'_>, [u, v]: [f32; 2], dice: &mut Dice) {
    let mut b = 38.0;
    while b < 204.0 {
        let bridge = (CANAL[0] - 8.0..CANAL[3] + 8.0).contains(&b);
        if !bridge && dice.chance(0.38) {
            let side = if dice.chance(0.7) { 2.35 } else { -2.35 };
            car(site, [u + side, v + b], FRAC_PI_2 + dice.range(-0.03, 0.03), dice);
        }
        b += 6.4;
    }
}

fn access_road(site: &mut Site<'_>, cell: Cell, row: u8, dice: &mut Dice) {
    let [u, v] = Quarter::corner(cell);
    let north = v + ROWS[usize::from(row)] + DEPTH;
    let square = (0..2).find(|&slot| site.quarter.is_square(Plot { cell, row, slot }));
    for bay in 2..23 {
        let a = 5.6 * bay as f32 + 2.8;
        let on_square = square.is_some_and(|slot| (a > 70.0) == (slot == 1));
        if (68.0..72.0).contains(&a) || a > CELL_U - 10.0 {
            continue;
        }
        if dice.chance(0.66) && !on_square {
            let angle = if dice.chance(0.5) { 0.0 } else { PI };
            car(site, [u + a + dice.range(-0.3, 0.3), north + 6.0 + dice.range(-0.1, 0.1)], angle, dice);
        }
    }
    for (k, a) in lane_manholes().enumerate() {
        let at = [u + a, north + 4.0, GROUND_M];
        if (k + usize::from(row)).is_multiple_of(3)
            && site.quarter.extent.holds(site.quarter.frame.place(at[0], at[1], 0.0))
        {
            site.device(DeviceKind::ManholeCover, at, None);
        }
    }
    for a in [LANE_HALF + 2.2, 69.9, CELL_U - LANE_HALF - 2.2] {
        lamp(site, [u + a, north + 1.55], FRAC_PI_2, 5.2);
    }
    if row % 2 == 1 {
        camera(site, [u + 71.6, north + 1.6]);
    }
    if square.is_none() {
        waste_station(site, [u + 66.3, north + 7.6], dice);
    }
    for slot in 0..2 {
        let found = site.quarter.buildings.get(&Plot { cell, row, slot }).copied();
        let Some(building) = found.filter(|b| b.kind == Kind::WalkUp) else { continue };
        for middle in super::fittings::unit_middles(&building) {
            if dice.chance(0.7) {
                let side = if dice.chance(0.5) { -3.6 } else { 3.6 };
                scooters(site, [building.rect[0] + middle + side, building.rect[3] + 0.95], dice);
            }
        }
    }
}

fn canal_lamps(site: &mut Site<'_>, [u, v]: [f32; 2]) {
    for k in 0..4 {
        let a = 17.2 + 35.2 * k as f32;
        if k % 2 == 0 {
            lamp(site, [u + a, v + CANAL[0] + 0.5], FRAC_PI_2, 4.2);
        } else {
            lamp(site, [u + a, v + CANAL[3] - 0.5], -FRAC_PI_2, 4.2);
        }
    }
}

/// A lamp post whose arm points along `angle`; its device is the lamp head.
pub(crate) fn lamp(site: &mut Site<'_>, [u, v]: [f32; 2], angle: f32, height: f32) {
    let arm = if height > 6.0 { 1.5 } else { 0.5 };
    let exists = site.object([u, v, GROUND_M], angle, 1.8, level::MIDDLE, |m| {
        m.sides(Block::standing(0.0, 0.0, -0.2, [0.17, 0.17, height + 0.1]), &[STEEL; 4]);
        m.block(Block { low: [0.0, -0.06, height - 0.2], high: [arm, 0.06, height - 0.08] }, STEEL);
        let head = Block { low: [arm - 0.45, -0.17, height - 0.22], high: [arm + 0.25, 0.17, height] };
        m.block(head, PALE);
        m.ceiling(head, PALE);
    });
    if exists {
        let (sin, cos) = angle.sin_cos();
        let at = [u + cos * (arm - 0.1), v + sin * (arm - 0.1), GROUND_M + height - 0.1];
        site.device(DeviceKind::StreetLamp, at, None);
    }
}

/// A camera on a post.
fn camera(site: &mut Site<'_>, [u, v]: [f32; 2]) {
    let exists = site.object([u, v, GROUND_M], 0.0, 0.8, level::SMALL, |m| {
        m.sides(Block::standing(0.0, 0.0, -0.2, [0.13, 0.13, 4.0]), &[PALE; 4]);
        m.block(Block { low: [-0.12, -0.6, 3.6], high: [0.12, 0.1, 3.86] }, PALE);
        m.block(Block::standing(0.0, 0.12, 1.3, [0.35, 0.2, 0.5]), STEEL);
    });
    if exists {
        site.device(DeviceKind::Camera, [u, v - 0.4, GROUND_M + 3.75], None);
    }
}

/// Four bins under a roof: food, other, recyclable, harmful.
fn waste_station(site: &mut Site<'_>, [u, v]: [f32; 2], dice: &mut Dice) {
    let bins: [Rgb; 4] = [[0.05, 0.19, 0.07], [0.10, 0.10, 0.105], [0.03, 0.11, 0.30], [0.34, 0.05, 0.04]];
    let wall = Paint::Plain { colour: [0.16, 0.26, 0.19], grime: 0.2 };
    let full = dice.chance(0.3);
    let exists = site.object([u, v, GROUND_M], 0.0, 2.2, level::MIDDLE, |m| {
        for (k, colour) in bins.into_iter().enumerate() {
            let x = -1.2 + 0.8 * k as f32;
            m.block(Block::standing(x, 0.0, -0.1, [0.62, 0.7, 1.1]), Paint::Plain { colour, grime: 0.25 });
        }
        m.block(Block { low: [-1.8, 0.5, -0.1], high: [1.8, 0.62, 2.2] }, wall);
        let roof = Block { low: [-1.95, -0.7, 2.2], high: [1.95, 0.75, 2.36] };
        m.block(roof, wall);
        m.ceiling(roof, wall);
        if full {
            m.block(Block::standing(2.0, -0.2, -0.1, [0.7, 0.6, 0.5]), STEEL);
        }
    });
    if exists {
        site.device(DeviceKind::WasteBin, [u - 1.2, v, GROUND_M + 1.0], None);
    }
}

/// Paints of cars as they are seen on such streets.
const CARS: [Rgb; 10] = [
    [0.56, 0.56, 0.55],
    [0.52, 0.52, 0.51],
    [0.33, 0.34, 0.35],
    [0.035, 0.035, 0.038],
    [0.045, 0.045, 0.05],
    [0.15, 0.155, 0.16],
    [0.28, 0.035, 0.03],
    [0.035, 0.07, 0.17],
    [0.25, 0.20, 0.14],
    [0.10, 0.14, 0.13],
];

fn car(site: &mut Site<'_>, [u, v]: [f32; 2], angle: f32, dice: &mut Dice) {
    let colour = CARS[dice.below(CARS.len())];
    let kind = dice.below(4);
    let length = [4.5, 4.7, 4.75, 3.9][kind];
    let height = [1.46, 1.44, 1.74, 1.52][kind];
    let boxy = kind >= 2;
    site.object([u, v, GROUND_M], angle, 2.6, level::MIDDLE, |m| {
        let (x, y, waist) = (length / 2.0, 0.9, if boxy { 0.98 } else { 0.88 });
        let body = Paint::Car { colour, windows: [2.0, 2.0] };
        let bonnet = x - if boxy { 0.95 } else { 1.1 };
        let tail = -x + if boxy { 0.12 } else { 0.62 };
        let foot = [-x, x, y];
        tapered(m, foot, [-x + 0.1, x - 0.16, y - 0.07], [0.1, waist], body, body);
        let roof = [tail + if boxy { 0.22 } else { 0.6 }, bonnet - if boxy { 0.62 } else { 0.78 }, y - 0.24];
        let glass = Paint::Car { colour, windows: [0.1, 0.84] };
        tapered(m, [tail, bonnet, y - 0.1], roof, [waist - 0.02, height], glass, body);
    });
}

/// A body that narrows upwards: ends and half width of foot and top, two heights, sides and top.
fn tapered(m: &mut Mason, foot: [f32; 3], top: [f32; 3], z: [f32; 2], side: Paint, lid: Paint) {
    let corners =
        |[back, front, y]: [f32; 3], z: f32| [[back, -y, z], [front, -y, z], [front, y, z], [back, y, z]];
    let (low, high) = (corners(foot, z[0]), corners(top, z[1]));
    for i in 0..4 {
        let j = (i + 1) % 4;
        m.face([low[i], low[j], high[j], high[i]], side);
    }
    m.face(high, lid);
}

fn coach(site: &mut Site<'_>, [u, v]: [f32; 2], angle: f32, dice: &mut Dice) {
    let colour = [[0.06, 0.22, 0.30], [0.10, 0.28, 0.12], [0.40, 0.22, 0.05]][dice.below(3)];
    site.object([u, v, GROUND_M], angle, 5.6, level::MIDDLE, |m| {
        let paint = Paint::Car { colour, windows: [0.42, 0.82] };
        m.sides(Block { low: [-5.2, -1.22, 0.15], high: [5.2, 1.22, 2.95] }, &[paint; 4]);
        m.floor([-5.2, -1.22], [5.2, 1.22], 2.95, Paint::Plain { colour: [0.45, 0.45, 0.44], grime: 0.2 });
        m.block(Block { low: [-2.8, -0.8, 2.95], high: [-0.3, 0.8, 3.2] }, PALE);
    });
}

/// A few scooters side by side, as one low heap.
fn scooters(site: &mut Site<'_>, [u, v]: [f32; 2], dice: &mut Dice) {
    let colours: [Rgb; 6] = [
        [0.35, 0.05, 0.04],
        [0.05, 0.12, 0.27],
        [0.45, 0.44, 0.42],
        [0.40, 0.27, 0.04],
        [0.08, 0.22, 0.17],
        [0.06, 0.06, 0.06],
    ];
    let count = 2 + dice.below(4);
    let picks: Vec<(Rgb, f32, f32)> = (0..count)
        .map(|_| (colours[dice.below(6)], dice.range(-0.12, 0.12), dice.range(0.85, 1.1)))
        .collect();
    site.object([u, v, GROUND_M], 0.0, 2.4, level::SMALL, |m| {
        for (k, (colour, shift, height)) in picks.into_iter().enumerate() {
            let x = (k as f32 - count as f32 / 2.0) * 0.68;
            let base = m.frame.origin;
            m.frame.origin = m.frame.place(x, shift, 0.0);
            scooter(m, colour, height);
            m.frame.origin = vec3(base.x, base.y, base.z);
        }
    });
}

/// A scooter seen from afar: a wedge with a seat.
fn scooter(m: &mut Mason, colour: Rgb, height: f32) {
    let paint = Paint::Scooter { colour };
    let (w, d) = (0.21, 0.78);
    let (low, seat) = (0.0, height * 0.72);
    m.wall([-w, -d], [w, -d], [low, height], paint);
    m.wall([w, d], [-w, d], [low, seat], paint);
    m.face([[w, -d, low], [w, d, low], [w * 0.6, d, seat], [w * 0.6, -d, height]], paint);
    m.face([[-w, d, low], [-w, -d, low], [-w * 0.6, -d, height], [-w * 0.6, d, seat]], paint);
    m.face([[-w, -d, height], [w, -d, height], [w, d, seat], [-w, d, seat]], paint);
}
