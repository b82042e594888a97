//! Walk-ups: walls, balconies, stairs, roofs and what people have hung on them.
//!
//! In: a building of the layout. Out: patches and the devices of the building. Called by `site`.
//! Inside this file a building has its own frame: `x` along its south side from the west, `y` from
//! the south side northwards, `z` from the ground.

use super::fittings::{Clothes, Fittings, Roof, Tank, unit_middles};
use super::paint::{Paint, STOREY_M, Side};
use super::patch::{Block, Mason};
use super::quarter::{Building, DEPTH, GROUND_M, Works};
use super::site::{DeviceKind, Site, level};
use super::works;

const WHITE: Paint = Paint::Plain { colour: [0.46, 0.455, 0.44], grime: 0.35 };
const METAL: Paint = Paint::Plain { colour: [0.36, 0.37, 0.38], grime: 0.15 };
const CONCRETE: Paint = Paint::Plain { colour: [0.28, 0.27, 0.25], grime: 0.5 };

/// Raises a walk-up with everything on it.
pub(crate) fn raise(site: &mut Site<'_>, building: &Building) {
    let [u0, v0, u1, v1] = building.rect;
    let middle = site.quarter.frame.at(f32::midpoint(u0, u1), f32::midpoint(v0, v1), GROUND_M, 0.0);
    let origin = site.quarter.frame.at(u0, v0, GROUND_M, 0.0);
    site.lay(middle, 40.0, level::ALWAYS, |m| {
        m.frame = origin;
        let fittings = Fittings::of(building);
        walls(m, building);
        balconies(m, building, &fittings);
        match &fittings.roof {
            Roof::Hipped { tone } => {
                let rect = [0.0, 0.0, building.style.length_m, DEPTH];
                hipped_roof(m, rect, building.wall_height_m(), HIP_M, *tone);
            }
            Roof::Flat { felt, tanks, heaters } => flat_roof(m, building, *felt, tanks, heaters),
        }
        entrances(m, building);
        hung_things(m, &fittings);
        works::add(m, building);
    });
    devices(site, building);
}

fn walls(m: &mut Mason, building: &Building) {
    let (style, length) = (building.style, building.style.length_m);
    let top = building.wall_height_m() + if building.hipped { 0.0 } else { PARAPET_M };
    let wall = |side| Paint::Wall { style, side };
    let b = Block { low: [0.0, 0.0, -style.foot_m], high: [length, DEPTH, top] };
    m.sides(b, &[wall(Side::South), wall(Side::Gable), wall(Side::North), wall(Side::Gable)]);
}

/// Height of the wall around a flat roof.
pub(crate) const PARAPET_M: f32 = 0.75;
/// Rise of a hipped roof.
pub(crate) const HIP_M: f32 = 2.9;

/// Where the two balconies of a unit begin, from its middle, and how wide they are.
pub(crate) const BALCONY: [f32; 2] = [2.55, 3.5];

fn balconies(m: &mut Mason, building: &Building, fittings: &Fittings) {
    let style = building.style;
    let top = f32::from(style.storeys) * STOREY_M + 0.1;
    let out = fittings.balcony_depth;
    let mut seeds = fittings.balcony_seeds.iter();
    m.level = level::LARGE;
    for middle in unit_middles(building) {
        for left in [middle - BALCONY[0] - BALCONY[1], middle + BALCONY[0]] {
            let seed = seeds.next().copied().unwrap_or_default();
            let (low, high) = ([left, -out, 0.0], [left + BALCONY[1], 0.0, top]);
            let paint = |ends| Paint::Balcony { style, seed, ends };
            m.wall([left, -out], [high[0], -out], [0.0, top], paint(false));
            m.wall([high[0], -out], [high[0], 0.0], [0.0, top], paint(true));
            m.wall([left, 0.0], [left, -out], [0.0, top], paint(true));
            m.floor([low[0], low[1]], [high[0], high[1]], top, CONCRETE);
        }
    }
}

fn flat_roof(m: &mut Mason, building: &Building, felt: u32, tanks: &[Option<Tank>], heaters: &[[f32; 2]]) {
    let (length, z) = (building.style.length_m, building.wall_height_m());
    let (rim, top) = (0.24, z + PARAPET_M);
    m.level = level::ALWAYS;
    m.floor([rim, rim], [length - rim, DEPTH - rim], z, Paint::FlatRoof { seed: felt });
    // The inner faces of the parapet look inwards: south and north, east and west swapped.
    m.wall([length - rim, rim], [rim, rim], [z, top], CONCRETE);
    m.wall([rim, DEPTH - rim], [length - rim, DEPTH - rim], [z, top], CONCRETE);
    m.wall([rim, rim], [rim, DEPTH - rim], [z, top], CONCRETE);
    m.wall([length - rim, DEPTH - rim], [length - rim, rim], [z, top], CONCRETE);
    for (low, high) in [
        ([0.0, 0.0], [length, rim]),
        ([0.0, DEPTH - rim], [length, DEPTH]),
        ([0.0, rim], [rim, DEPTH - rim]),
        ([length - rim, rim], [length, DEPTH - rim]),
    ] {
        m.floor(low, high, top, CONCRETE);
    }
    let style = building.style;
    for (middle, tank) in unit_middles(building).zip(tanks) {
        m.level = level::LARGE;
        let head = Block { low: [middle - 1.45, 6.2, z], high: [middle + 1.45, 10.2, z + 2.5] };
        m.sides(head, &[Paint::Plain { colour: style.wall, grime: style.age * 0.8 }; 4]);
        m.floor([middle - 1.7, 5.9], [middle + 1.7, 10.5], z + 2.55, CONCRETE);
        m.level = level::MIDDLE;
        if let Some(tank) = tank {
            raise_tank(m, *tank, z);
        }
    }
    for &[x, y] in heaters {
        heater(m, x, y, z);
    }
}

/// A water tank on the roof: concrete, or steel on legs.
fn raise_tank(m: &mut Mason, Tank { x, y, steel }: Tank, z: f32) {
    let Some(r) = steel else {
        m.block(Block::standing(x, y, z, [2.4, 1.9, 1.5]), CONCRETE);
        return;
    };
    let ring = |k: usize| {
        let (sin, cos) = (k as f32 / 8.0 * std::f32::consts::TAU).sin_cos();
        [x + r * cos, y + r * sin]
    };
    for k in 0..8 {
        let (a, b) = (ring(k), ring(k + 1));
        m.wall(a, b, [z + 0.3, z + 2.0], METAL);
        let [top, peak] = [z + 2.0, z + 2.3];
        m.face([[a[0], a[1], top], [b[0], b[1], top], [x, y, peak], [x, y, peak]], METAL);
    }
}

/// A solar water heater that looks south.
fn heater(m: &mut Mason, x: f32, y: f32, z: f32) {
    let (w, low, high) = (1.9, z + 0.25, z + 1.45);
    let front = [[x, y, low], [x + w, y, low], [x + w, y + 1.2, high], [x, y + 1.2, high]];
    m.face(front, Paint::Collector);
    let [a, b, c, d] = front;
    m.face([b, a, d, c], Paint::Plain { colour: [0.2, 0.2, 0.2], grime: 0.3 });
    m.block(Block { low: [x - 0.1, y + 1.1, high - 0.05], high: [x + w + 0.1, y + 1.55, high + 0.4] }, METAL);
}

/// Four slopes over a rectangle, with eaves that stand out.
pub(crate) fn hipped_roof(m: &mut Mason, rect: [f32; 4], z: f32, rise: f32, tone: [f32; 3]) {
    let paint = Paint::TileRoof { tone };
    let over = 0.55;
    let [x0, y0, x1, y1] = [rect[0] - over, rect[1] - over, rect[2] + over, rect[3] + over];
    let (low, high) = (z - 0.05, z + rise);
    let run = (y1 - y0) / 2.0;
    let (west, east, ridge) = (x0 + run, x1 - run, f32::midpoint(y0, y1));
    m.level = level::ALWAYS;
    let (a, b) = ([west, ridge, high], [east, ridge, high]);
    m.face([[x0, y0, low], [x1, y0, low], b, a], paint);
    m.face([[x1, y1, low], [x0, y1, low], a, b], paint);
    m.face([[x1, y0, low], [x1, y1, low], b, b], paint);
    m.face([[x0, y1, low], [x0, y0, low], a, a], paint);
    let eaves = Block { low: [x0, y0, low - 0.22], high: [x1, y1, low] };
    m.sides(eaves, &[WHITE; 4]);
    m.ceiling(eaves, WHITE);
    m.level = level::SMALL;
    let cap = Paint::Plain { colour: [0.16, 0.13, 0.12], grime: 0.3 };
    m.block(Block { low: [west, ridge - 0.16, high - 0.1], high: [east, ridge + 0.16, high + 0.14] }, cap);
}

/// Canopies, steps, meter boxes at the stairs, all on the north side.
fn entrances(m: &mut Mason, building: &Building) {
    let green = Paint::Plain { colour: [0.10, 0.16, 0.12], grime: 0.3 };
    for middle in unit_middles(building) {
        m.level = level::MIDDLE;
        let canopy = Block { low: [middle - 1.4, DEPTH, 2.45], high: [middle + 1.4, DEPTH + 1.25, 2.65] };
        m.block(canopy, CONCRETE);
        m.ceiling(canopy, CONCRETE);
        m.level = level::SMALL;
        m.block(
            Block { low: [middle - 1.3, DEPTH, -0.1], high: [middle + 1.3, DEPTH + 0.75, 0.16] },
            CONCRETE,
        );
        m.block(Block { low: [middle + 1.0, DEPTH, 1.15], high: [middle + 1.65, DEPTH + 0.22, 2.05] }, METAL);
        m.block(
            Block { low: [middle - 1.75, DEPTH, 0.25], high: [middle - 1.15, DEPTH + 0.25, 0.75] },
            green,
        );
        m.level = level::TINY;
        let alarm = [middle - 0.1, DEPTH, 2.2];
        m.block(Block { low: alarm, high: [middle + 0.1, DEPTH + 0.2, 2.4] }, WHITE);
    }
}

/// Air conditioners, cages and clothes lines at windows.
fn hung_things(m: &mut Mason, fittings: &Fittings) {
    for hung in &fittings.hung {
        let (middle, side, z) = (hung.middle, hung.side, hung.floor_m());
        m.level = level::SMALL;
        if hung.air_south {
            air_unit(m, middle + side * 1.35, -0.02, z + 0.12, -1.0);
        }
        if hung.air_north {
            air_unit(m, middle + side * 5.6, DEPTH + 0.02, z + 0.1, 1.0);
        }
        if let Some(clothes) = hung.clothes {
            clothes_line(m, middle + side * 4.3, -1.35, z + 1.15, clothes);
        }
        if hung.cage {
            cage(m, middle + side * 1.32, z);
        }
    }
}

/// A cage of steel bars before a window.
fn cage(m: &mut Mason, x: f32, z: f32) {
    m.level = level::SMALL;
    let cage = Block { low: [x - 0.95, -0.5, z + 0.85], high: [x + 0.95, 0.0, z + 2.4] };
    let paint = Paint::Plain { colour: [0.16, 0.165, 0.165], grime: 0.5 };
    let ([x0, y0, z0], [x1, y1, z1]) = (cage.low, cage.high);
    m.wall([x0, y0], [x1, y0], [z0, z1], paint);
    m.wall([x1, y0], [x1, y1], [z0, z1], paint);
    m.wall([x0, y1], [x0, y0], [z0, z1], paint);
    m.floor([x0, y0], [x1, y1], z1, paint);
}

/// An outdoor unit on the wall at `y`, standing out to the south (−1) or north (1).
fn air_unit(m: &mut Mason, x: f32, y: f32, z: f32, out: f32) {
    let (near, far) = (y, y + out * 0.36);
    let b = Block { low: [x - 0.42, near.min(far), z], high: [x + 0.42, near.max(far), z + 0.58] };
    let ([x0, y0, z0], [x1, y1, z1]) = (b.low, b.high);
    if out < 0.0 {
        m.wall([x0, y0], [x1, y0], [z0, z1], Paint::AirUnit);
    } else {
        m.wall([x1, y1], [x0, y1], [z0, z1], Paint::AirUnit);
    }
    m.wall([x1, y0], [x1, y1], [z0, z1], WHITE);
    m.wall([x0, y1], [x0, y0], [z0, z1], WHITE);
    m.floor([x0, y0], [x1, y1], z1, WHITE);
}

fn clothes_line(m: &mut Mason, x: f32, y: f32, z: f32, clothes: Clothes) {
    let Clothes { width, height, seed, out } = clothes;
    let paint = Paint::Laundry { seed };
    let y = y - out;
    let b = Block { low: [x - width / 2.0, y - 0.08, z - height], high: [x + width / 2.0, y + 0.08, z] };
    m.level = level::SMALL;
    m.block(b, paint);
}

fn devices(site: &mut Site<'_>, building: &Building) {
    let [u0, v0, ..] = building.rect;
    let id = building.id();
    let Some(middle) = unit_middles(building).nth(1) else { return };
    let mut add = |kind, x: f32, y: f32, z: f32| {
        site.device(kind, [u0 + x, v0 + y, GROUND_M + z], Some(id.clone()));
    };
    add(DeviceKind::ElectricityMeter, middle + 1.32, DEPTH + 0.2, 1.6);
    add(DeviceKind::WaterMeter, middle - 1.45, DEPTH + 0.22, 0.55);
    add(DeviceKind::SmokeDetector, middle, DEPTH + 0.18, 2.3);
    if building.works == Works::Lifts {
        for x in unit_middles(building) {
            add(DeviceKind::Lift, x, DEPTH + works::SHAFT_DEPTH_M / 2.0, works::shaft_height_m(building));
        }
    }
}
