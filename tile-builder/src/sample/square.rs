//! The small square: a big tree in a ring of paving, a pavilion, benches, tables, play things.
//!
//! In: a cell. Out: patches and devices. Called by `site`. Positions are those of the paint's
//! pattern: metres from the plot's west side and from the square's south edge.

use super::noise::Dice;
use super::paint::Paint;
use super::patch::{Block, Mason};
use super::quarter::{Cell, GROUND_M, Plot, Quarter, SLOTS, SQUARE, SQUARE_ROW};
use super::site::{Site, level};
use super::street::lamp;
use super::walkup::hipped_roof;

const STONE: Paint = Paint::Stone;
const WOOD: Paint = Paint::Plain { colour: [0.19, 0.115, 0.065], grime: 0.3 };
const RED: Paint = Paint::Plain { colour: [0.36, 0.05, 0.04], grime: 0.15 };
const BLUE: Paint = Paint::Plain { colour: [0.04, 0.13, 0.32], grime: 0.15 };
const YELLOW: Paint = Paint::Plain { colour: [0.48, 0.33, 0.04], grime: 0.15 };

/// Furnishes the square of a cell.
pub(crate) fn furnish(site: &mut Site<'_>, cell: Cell) {
    let slot = (0..2).find(|&slot| site.quarter.is_square(Plot { cell, row: SQUARE_ROW, slot }));
    let Some(slot) = slot else { return };
    let [u, v] = Quarter::corner(cell);
    let [from, to] = SLOTS[usize::from(slot)];
    let (width, depth) = (to - from, SQUARE[1] - SQUARE[0]);
    let at = |x: f32, y: f32| [u + from + width * x, v + SQUARE[0] + depth * y];
    let mut dice = Dice::new(site.quarter.seed_in(cell, 40));
    ring(site, at(0.60, 0.55), &mut dice);
    pavilion(site, at(0.60, 0.11), &mut dice);
    for (x, y) in [(0.44, 0.42), (0.44, 0.62), (0.77, 0.62)] {
        bench(site, at(x, y), 1.57);
    }
    for (x, y) in [(0.78, 0.90), (0.86, 0.90), (0.94, 0.90), (0.94, 0.76)] {
        table(site, at(x, y));
    }
    play_things(site, at(0.87, 0.30));
    for (x, y) in [(0.43, 0.05), (0.97, 0.05), (0.97, 0.95), (0.43, 0.96)] {
        lamp(site, at(x, y), 0.6, 4.2);
    }
    for k in 0..5 {
        planter(site, at(0.50 + 0.11 * k as f32, 0.015), &mut dice);
    }
}

fn ring(site: &mut Site<'_>, [u, v]: [f32; 2], dice: &mut Dice) {
    let seed = dice.bits() as u32;
    site.object([u, v, GROUND_M], 0.3, 5.6, level::ALWAYS, |m| {
        m.level = level::MIDDLE;
        for k in 0..10 {
            let at = |k: usize, r: f32| {
                let (sin, cos) = (k as f32 / 10.0 * std::f32::consts::TAU).sin_cos();
                [cos * r, sin * r]
            };
            let (a, b, c, d) = (at(k, 2.3), at(k + 1, 2.3), at(k + 1, 1.7), at(k, 1.7));
            m.wall(a, b, [-0.1, 0.5], STONE);
            m.face([[a[0], a[1], 0.5], [b[0], b[1], 0.5], [c[0], c[1], 0.5], [d[0], d[1], 0.5]], STONE);
            let soil = Paint::Plain { colour: [0.10, 0.08, 0.05], grime: 0.2 };
            m.face([[d[0], d[1], 0.42], [c[0], c[1], 0.42], [0.0, 0.0, 0.5], [0.0, 0.0, 0.5]], soil);
        }
        let bark = Paint::Plain { colour: [0.10, 0.085, 0.07], grime: 0.4 };
        m.sides(Block::standing(0.0, 0.0, 0.0, [0.7, 0.7, 5.0]), &[bark; 4]);
        m.level = level::ALWAYS;
        let tone = [0.064, 0.098, 0.030];
        m.crown([0.0, 0.0, 6.6], [5.4, 5.2, 4.2], seed, Paint::Leaves { tone, seed }, false);
    });
}

fn pavilion(site: &mut Site<'_>, [u, v]: [f32; 2], dice: &mut Dice) {
    site.object([u, v, GROUND_M], 0.0, 4.5, level::ALWAYS, |m| {
        m.level = level::MIDDLE;
        m.block(Block::standing(0.0, 0.0, -0.1, [6.4, 5.0, 0.4]), STONE);
        for (x, y) in [(-2.7, -2.0), (2.7, -2.0), (2.7, 2.0), (-2.7, 2.0)] {
            m.block(Block::standing(x, y, 0.2, [0.28, 0.28, 2.9]), RED);
        }
        m.block(Block { low: [-2.7, 1.7, 0.3], high: [2.7, 2.1, 0.8] }, WOOD);
        hipped_roof(m, [-3.1, -2.4, 3.1, 2.4], 3.1, 1.9, super::fittings::tone(dice));
    });
}

fn bench(site: &mut Site<'_>, [u, v]: [f32; 2], angle: f32) {
    site.object([u, v, GROUND_M], angle, 1.2, level::SMALL, |m| {
        m.block(Block::standing(0.0, 0.0, -0.05, [1.8, 0.45, 0.5]), WOOD);
        m.block(Block { low: [-0.9, 0.2, 0.4], high: [0.9, 0.28, 0.9] }, WOOD);
    });
}

/// A table-tennis table.
fn table(site: &mut Site<'_>, [u, v]: [f32; 2]) {
    let top = Paint::Plain { colour: [0.03, 0.13, 0.19], grime: 0.15 };
    site.object([u, v, GROUND_M], 0.0, 1.7, level::SMALL, |m| {
        m.sides(Block { low: [-1.0, -0.5, -0.1], high: [1.0, 0.5, 0.7] }, &[STONE; 4]);
        m.block(Block { low: [-1.37, -0.76, 0.68], high: [1.37, 0.76, 0.78] }, top);
        m.block(Block { low: [-0.02, -0.8, 0.78], high: [0.02, 0.8, 0.92] }, RED);
    });
}

fn play_things(site: &mut Site<'_>, [u, v]: [f32; 2]) {
    site.object([u, v, GROUND_M], 0.4, 4.5, level::MIDDLE, |m| {
        m.block(Block::standing(0.0, 0.0, 0.0, [1.5, 1.5, 1.5]), BLUE);
        for (x, y) in [(-0.7, -0.7), (0.7, -0.7), (0.7, 0.7), (-0.7, 0.7)] {
            m.block(Block::standing(x, y, 1.4, [0.12, 0.12, 1.3]), YELLOW);
        }
        hipped_roof_of(m);
        m.face([[-0.4, -3.6, 0.15], [0.4, -3.6, 0.15], [0.4, -0.7, 1.5], [-0.4, -0.7, 1.5]], YELLOW);
        m.face([[0.4, -3.6, 0.1], [-0.4, -3.6, 0.1], [-0.4, -0.7, 1.4], [0.4, -0.7, 1.4]], YELLOW);
        for (x, paint) in [(2.8, RED), (-2.6, BLUE)] {
            m.block(Block::standing(x, 1.5, 0.0, [0.9, 0.5, 1.15]), paint);
            m.block(Block::standing(x, -1.2, 0.0, [0.12, 1.6, 1.6]), paint);
        }
    });
}

fn hipped_roof_of(m: &mut Mason) {
    let (e, z, peak) = (1.0, 2.65, 3.4);
    let corners = [[-e, -e], [e, -e], [e, e], [-e, e]];
    for i in 0..4 {
        let ([ax, ay], [bx, by]) = (corners[i], corners[(i + 1) % 4]);
        m.face([[ax, ay, z], [bx, by, z], [0.0, 0.0, peak], [0.0, 0.0, peak]], RED);
    }
}

fn planter(site: &mut Site<'_>, [u, v]: [f32; 2], dice: &mut Dice) {
    let tones = [[0.30, 0.05, 0.06], [0.36, 0.22, 0.04], [0.24, 0.06, 0.16], [0.07, 0.10, 0.03]];
    let leaves = Paint::Leaves { tone: tones[dice.below(4)], seed: dice.bits() as u32 };
    site.object([u, v, GROUND_M], 0.0, 2.0, level::MIDDLE, |m| {
        m.block(Block::standing(0.0, 0.0, -0.1, [3.4, 0.9, 0.55]), STONE);
        m.block(Block::standing(0.0, 0.0, 0.4, [3.1, 0.7, 0.42]), leaves);
    });
}
