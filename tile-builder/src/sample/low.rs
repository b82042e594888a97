//! Low buildings: the row of shops along the avenue, the community service centre.
//!
//! In: a building of the layout. Out: patches and devices. Called by `site`. The frame is that of
//! `walkup`: `x` along the south side, `y` northwards, `z` from the ground.

use super::fittings::tone;
use super::noise::Dice;
use super::paint::{Paint, Side};
use super::patch::{Block, Mason};
use super::quarter::{Building, GROUND_M};
use super::site::{DeviceKind, Site, level};
use super::walkup::hipped_roof;

const METAL: Paint = Paint::Plain { colour: [0.33, 0.34, 0.35], grime: 0.25 };
const CONCRETE: Paint = Paint::Plain { colour: [0.29, 0.28, 0.26], grime: 0.5 };

/// Raises a row of shops.
pub(crate) fn shops(site: &mut Site<'_>, building: &Building) {
    let ([u0, v0, u1, v1], top) = (building.rect, building.wall_height_m());
    let (length, depth) = (u1 - u0, v1 - v0);
    let mut dice = Dice::new(building.seed ^ 0x5409);
    let seed = building.seed as u32;
    raise(site, building, |m| {
        m.level = level::ALWAYS;
        let side = Paint::Plain { colour: building.style.wall, grime: 0.5 };
        let b = Block { low: [0.0, 0.0, -0.3], high: [length, depth, top] };
        m.sides(b, &[Paint::Shopfront { seed }, side, side, side]);
        m.floor([0.0, 0.0], [length, depth], top, Paint::FlatRoof { seed });
        m.level = level::LARGE;
        let board = Block { low: [0.1, -0.35, 2.95], high: [length - 0.1, 0.05, 4.55] };
        m.sides(board, &[Paint::Signs { seed }, METAL, METAL, METAL]);
        m.floor([0.1, -0.35], [length - 0.1, 0.05], 4.55, METAL);
        m.ceiling(board, METAL);
        for (low, high) in [([0.0, 0.05], [length, 0.3]), ([0.0, depth - 0.25], [length, depth])] {
            m.block(Block { low: [low[0], low[1], top], high: [high[0], high[1], top + 0.5] }, CONCRETE);
        }
        for k in 0..(length / 3.6) as usize {
            shop_things(m, k as f32 * 3.6, top, &mut dice);
        }
    });
    let id = building.id();
    site.device(DeviceKind::SmokeDetector, [u0 + length / 2.0, v0 - 0.38, GROUND_M + 3.8], Some(id.clone()));
    site.device(DeviceKind::ElectricityMeter, [u1 + 0.22, v0 + 4.4, GROUND_M + 1.6], Some(id));
}

/// An awning and the machines on the roof of one shop.
fn shop_things(m: &mut Mason, x: f32, top: f32, dice: &mut Dice) {
    let awnings = [[0.33, 0.06, 0.05], [0.05, 0.17, 0.11], [0.06, 0.13, 0.27], [0.40, 0.37, 0.32]];
    m.level = level::MIDDLE;
    if dice.chance(0.4) {
        let paint = Paint::Plain { colour: awnings[dice.below(4)], grime: 0.3 };
        let (a, b, z, low) = (x + 0.2, x + 3.4, 2.95, 2.45);
        m.face([[a, -1.7, low], [b, -1.7, low], [b, -0.3, z], [a, -0.3, z]], paint);
        m.face(
            [[b, -1.7, low - 0.02], [a, -1.7, low - 0.02], [a, -0.3, z - 0.02], [b, -0.3, z - 0.02]],
            paint,
        );
        m.wall([a, -1.7], [b, -1.7], [low - 0.2, low], paint);
    }
    m.level = level::SMALL;
    if dice.chance(0.7) {
        let (px, py) = (x + dice.range(0.6, 2.6), dice.range(2.0, 7.5));
        m.block(Block::standing(px, py, top, [1.0, 0.5, 0.85]), Paint::AirUnit);
    }
    if dice.chance(0.2) {
        let (px, py) = (x + dice.range(0.6, 2.6), dice.range(3.0, 6.0));
        m.block(Block::standing(px, py, top, [1.6, 1.6, 1.1]), METAL);
    }
}

/// Raises the community service centre: two storeys under a hipped roof, with a porch.
pub(crate) fn centre(site: &mut Site<'_>, building: &Building) {
    let [u0, v0, u1, v1] = building.rect;
    let (length, depth, top) = (u1 - u0, v1 - v0, building.wall_height_m());
    let mut dice = Dice::new(building.seed ^ 0xce17);
    let mut style = building.style;
    (style.wall, style.lower, style.band) = ([0.50, 0.47, 0.41], [0.24, 0.235, 0.23], [0.28, 0.10, 0.07]);
    (style.age, style.lower_storeys, style.units) = (0.3, 0.35, 3);
    raise(site, building, |m| {
        m.level = level::ALWAYS;
        let wall = |side| Paint::Wall { style, side };
        let b = Block { low: [0.0, 0.0, -style.foot_m], high: [length, depth, top] };
        m.sides(b, &[wall(Side::South), wall(Side::Gable), wall(Side::South), wall(Side::Gable)]);
        hipped_roof(m, [0.0, 0.0, length, depth], top, 2.6, tone(&mut dice));
        m.level = level::LARGE;
        let porch = Block { low: [length / 2.0 - 3.2, -2.6, 3.0], high: [length / 2.0 + 3.2, 0.0, 3.45] };
        m.block(porch, Paint::Plain { colour: [0.36, 0.075, 0.05], grime: 0.2 });
        m.ceiling(porch, CONCRETE);
        for x in [-3.0, 3.0] {
            m.block(Block::standing(length / 2.0 + x, -2.3, -0.1, [0.35, 0.35, 3.2]), CONCRETE);
        }
    });
    let id = building.id();
    let (x, y) = (u0 + length / 2.0, v0 - 2.62);
    site.device(DeviceKind::Camera, [x, y, GROUND_M + 3.2], Some(id.clone()));
    site.device(DeviceKind::SmokeDetector, [x, v0 - 1.3, GROUND_M + 2.97], Some(id));
}

fn raise(site: &mut Site<'_>, building: &Building, lay: impl FnOnce(&mut Mason)) {
    let [u0, v0, u1, v1] = building.rect;
    let frame = site.quarter.frame;
    let middle = frame.at(f32::midpoint(u0, u1), f32::midpoint(v0, v1), GROUND_M, 0.0);
    site.lay(middle, 36.0, level::ALWAYS, |m| {
        m.frame = frame.at(u0, v0, GROUND_M, 0.0);
        lay(m);
    });
}
