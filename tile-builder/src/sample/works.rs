//! Renewal works on walk-ups: lift shafts at the stairs, insulation behind scaffolding.
//!
//! In: a building with works. Out: patches in the building's frame. Called by `walkup`.

use super::fittings::unit_middles;
use super::paint::Paint;
use super::patch::{Block, Mason};
use super::quarter::{Building, DEPTH, Works};
use super::site::level;

/// How far a lift shaft stands out from the north wall.
pub(crate) const SHAFT_DEPTH_M: f32 = 2.5;
const SHAFT_WIDTH_M: f32 = 2.3;

/// Height of a lift shaft above the ground.
pub(crate) fn shaft_height_m(building: &Building) -> f32 {
    building.wall_height_m() + 2.6
}

/// Adds the works to a building.
pub(crate) fn add(m: &mut Mason, building: &Building) {
    match building.works {
        Works::None => {}
        Works::Lifts => shafts(m, building),
        Works::Insulation => scaffolding(m, building),
    }
}

fn shafts(m: &mut Mason, building: &Building) {
    m.level = level::ALWAYS;
    let top = shaft_height_m(building);
    let roof = Paint::Plain { colour: [0.30, 0.31, 0.32], grime: 0.1 };
    for middle in unit_middles(building) {
        let half = SHAFT_WIDTH_M / 2.0;
        let (y0, y1) = (DEPTH - 0.2, DEPTH + SHAFT_DEPTH_M);
        let b = Block { low: [middle - half, y0, -0.3], high: [middle + half, y1, top] };
        m.sides(b, &[Paint::Shaft; 4]);
        m.floor([middle - half - 0.15, y0], [middle + half + 0.15, y1 + 0.15], top + 0.12, roof);
        let fascia = Block {
            low: [middle - half - 0.15, y0, top - 0.25],
            high: [middle + half + 0.15, y1 + 0.15, top + 0.12],
        };
        m.sides(fascia, &[roof; 4]);
    }
}

/// A net on poles around the western half.
fn scaffolding(m: &mut Mason, building: &Building) {
    m.level = level::ALWAYS;
    let (end, out) = (building.style.length_m * 0.47, 1.9);
    let top = building.wall_height_m() + 1.9;
    let seed = building.seed as u32;
    let (x0, x1, y0, y1) = (-1.2, end, -out, DEPTH + 1.2);
    let net = |k: u32| Paint::Net { seed: seed ^ k };
    m.wall([x0, y0], [x1, y0], [-0.2, top], net(1));
    m.wall([x1, y0], [x1, 0.0], [-0.2, top], net(2));
    m.wall([x1, DEPTH], [x1, y1], [-0.2, top], net(3));
    m.wall([x1, y1], [x0, y1], [-0.2, top], net(4));
    m.wall([x0, y1], [x0, y0], [-0.2, top], net(5));
    // The inner side of the net, seen above the roof.
    let roof = building.wall_height_m();
    m.wall([x1, y0 + 0.1], [x0, y0 + 0.1], [roof - 1.0, top], net(6));
    m.wall([x0, y1 - 0.1], [x1, y1 - 0.1], [roof - 1.0, top], net(7));
    m.wall([x0 + 0.1, y0], [x0 + 0.1, y1], [roof - 1.0, top], net(8));
    let planks = Paint::Plain { colour: [0.26, 0.20, 0.12], grime: 0.4 };
    m.level = level::MIDDLE;
    for (low, high) in [([x0, y0], [x1, 0.0]), ([x0, DEPTH], [x1, y1]), ([x0, 0.0], [0.0, DEPTH])] {
        m.floor(low, high, roof - 0.3, planks);
    }
    boards(m, end);
}

/// Stacks of insulation boards and bags in the yard.
fn boards(m: &mut Mason, end: f32) {
    let pink = Paint::Plain { colour: [0.47, 0.43, 0.36], grime: 0.1 };
    let bags = Paint::Plain { colour: [0.30, 0.31, 0.33], grime: 0.4 };
    for k in 0..3 {
        let x = end + 2.0 + k as f32 * 2.1;
        m.block(Block { low: [x, -4.6, -0.1], high: [x + 1.4, -3.4, 0.7 + 0.35 * k as f32] }, pink);
    }
    m.block(Block { low: [end + 9.0, -4.8, -0.1], high: [end + 11.2, -3.5, 0.8] }, bags);
}
