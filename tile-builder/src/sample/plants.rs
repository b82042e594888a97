//! Trees, hedges and shrubs.
//!
//! In: a cell. Out: patches. Called by `site`. Camphor trees fill the belts between the rows, planes
//! line the avenue, willows the canal; what a survey makes of them is a lumpy ball on a stick.

use super::noise::Dice;
use super::paint::Paint;
use super::patch::{Block, Mason};
use super::quarter::{
    AVENUE, CANAL, CELL_U, CELL_V, Cell, DEPTH, GROUND_M, LANE_HALF, Plot, Quarter, ROWS, SLOTS,
};
use super::site::{Site, level};
use super::vector::{Rgb, shade};

/// Kinds of trees, by colour and habit.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Species {
    Camphor,
    Plane,
    Willow,
    Osmanthus,
    Ginkgo,
}

impl Species {
    /// Reflectance of leaves, crown radius from and to, height of the crown's middle over its radius.
    fn habit(self) -> (Rgb, [f32; 2], f32) {
        match self {
            Self::Camphor => ([0.085, 0.128, 0.038], [3.0, 5.0], 1.22),
            Self::Plane => ([0.115, 0.140, 0.042], [2.8, 3.9], 1.5),
            Self::Willow => ([0.135, 0.170, 0.052], [2.3, 3.3], 1.2),
            Self::Osmanthus => ([0.060, 0.098, 0.032], [1.3, 2.1], 0.95),
            Self::Ginkgo => ([0.300, 0.225, 0.045], [1.8, 2.5], 1.9),
        }
    }
}

/// Plants a cell.
pub(crate) fn grow(site: &mut Site<'_>, cell: Cell) {
    let mut dice = Dice::new(site.quarter.seed_in(cell, 20));
    let [u, v] = Quarter::corner(cell);
    avenue(site, [u, v], &mut dice);
    canal(site, [u, v], &mut dice);
    for row in 0..ROWS.len() as u8 {
        for slot in 0..2 {
            let plot = Plot { cell, row, slot };
            let square = site.quarter.is_square(plot);
            belt(site, [u, v], plot, square, &mut dice);
            if !site.quarter.buildings.contains_key(&plot) && !square {
                garden(site, [u, v], plot, &mut dice);
            }
        }
    }
    lanes(site, [u, v], &mut dice);
}

/// A tree with its trunk on a point of the street frame.
fn tree(site: &mut Site<'_>, u: f32, v: f32, species: Species, dice: &mut Dice) {
    let (tone, [from, to], lift) = species.habit();
    let radius = dice.range(from, to);
    let tone = shade(tone, dice.range(0.82, 1.18));
    let seed = dice.bits() as u32;
    let tall = if species == Species::Ginkgo { 1.7 } else { dice.range(0.82, 1.05) };
    let middle = (radius * lift).max(radius * tall * 0.72 + 1.5);
    let angle = dice.range(0.0, 6.0);
    let lean = [dice.range(-0.3, 0.3), dice.range(-0.3, 0.3)];
    site.object([u, v, GROUND_M], angle, radius * 1.05, level::ALWAYS, |m| {
        let bark = Paint::Plain { colour: [0.10, 0.085, 0.07], grime: 0.4 };
        m.level = level::MIDDLE;
        m.sides(Block::standing(0.0, 0.0, -0.2, [0.34, 0.34, middle]), &[bark; 4]);
        m.level = level::ALWAYS;
        let radii = [radius, radius * 0.94, radius * tall];
        let leaves = Paint::Leaves { tone, seed };
        m.crown([lean[0], lean[1], middle], radii, seed, leaves, false);
        // Old crowns have grown apart into several tops.
        m.level = level::LARGE;
        let lobes = [[0.52, 0.18, 0.34], [-0.36, 0.46, 0.12], [-0.22, -0.52, 0.26]];
        for (k, [x, y, up]) in lobes.into_iter().enumerate().take(lobe_count(species, radius)) {
            let centre = [lean[0] + x * radius, lean[1] + y * radius, middle + up * radius * tall];
            let size = radius * (0.66 - 0.05 * k as f32);
            m.crown(centre, [size, size, size * 0.86], seed ^ (k as u32 + 5), leaves, true);
        }
    });
}

/// How many side tops a tree has.
fn lobe_count(species: Species, radius: f32) -> usize {
    match species {
        Species::Ginkgo | Species::Osmanthus => 0,
        _ if radius > 3.7 => 3,
        _ => 2,
    }
}

fn avenue(site: &mut Site<'_>, [u, v]: [f32; 2], dice: &mut Dice) {
    for k in 0..11 {
        let a = 11.0 + 11.7 * k as f32;
        if (a..a + 1.0).contains(&(CELL_U - 8.0)) || a > CELL_U - 9.0 {
            continue;
        }
        for b in [AVENUE[1] - 1.1, AVENUE[2] + 1.1] {
            if dice.chance(0.9) {
                tree(site, u + a + dice.range(-0.4, 0.4), v + b, Species::Plane, dice);
            }
        }
    }
}

fn canal(site: &mut Site<'_>, [u, v]: [f32; 2], dice: &mut Dice) {
    for k in 0..12 {
        let a = 12.0 + 10.4 * k as f32;
        for b in [CANAL[1] - 1.3, CANAL[2] + 1.3] {
            if a < CELL_U - 11.0 && dice.chance(0.72) {
                let species = if dice.chance(0.75) { Species::Willow } else { Species::Osmanthus };
                tree(site, u + a + dice.range(-1.2, 1.2), v + b, species, dice);
            }
        }
    }
}

fn lanes(site: &mut Site<'_>, [u, v]: [f32; 2], dice: &mut Dice) {
    let count = (CELL_V / 13.0) as usize;
    for k in 1..count {
        let b = 13.0 * k as f32 + 1.7;
        let free = b > SHOPS_END && !(CANAL[0] - 4.0..CANAL[3] + 4.0).contains(&b);
        for a in [LANE_HALF - 0.9, CELL_U - LANE_HALF + 0.9] {
            if free && dice.chance(0.7) {
                tree(site, u + a, v + b, Species::Camphor, dice);
            }
        }
    }
}

/// Trees along lanes begin north of the shops.
const SHOPS_END: f32 = 36.0;

/// The belt of green before the south side of a row, with hedges under the windows.
fn belt(site: &mut Site<'_>, [u, v]: [f32; 2], plot: Plot, square: bool, dice: &mut Dice) {
    let south = v + ROWS[usize::from(plot.row)];
    let [from, to] = SLOTS[usize::from(plot.slot)];
    let (from, to) = (u + from, u + to);
    let mut x = from + dice.range(1.0, 4.0);
    while x < to && !square {
        let deep = dice.chance(0.62);
        let d = if deep { dice.range(-10.2, -8.9) } else { dice.range(-5.0, -4.4) };
        let species = match (dice.unit() * 10.0) as u8 {
            0..=6 => Species::Camphor,
            7 => Species::Ginkgo,
            _ => Species::Osmanthus,
        };
        let species = if deep { species } else { Species::Osmanthus };
        if plot.row > 0 || d > -8.0 {
            tree(site, x, south + d, species, dice);
        }
        x += dice.range(4.6, 8.2);
    }
    if site.quarter.buildings.get(&plot).is_some_and(|b| b.works == super::quarter::Works::Insulation) {
        return;
    }
    if site.quarter.buildings.contains_key(&plot) && !square {
        let mut x = from + 2.0;
        while x < to - 5.0 {
            let length = dice.range(3.5, 8.0).min(to - x - 1.0);
            if dice.chance(0.75) {
                hedge(site, [x + length / 2.0, south - 2.5], length, dice);
            }
            x += length + dice.range(0.8, 2.0);
        }
        for x in [from + 1.0, to - 1.0] {
            if dice.chance(0.8) {
                tree(site, x, south + DEPTH * dice.range(0.25, 0.75), Species::Osmanthus, dice);
            }
        }
    }
}

/// A clipped hedge along the street frame's `u`.
fn hedge(site: &mut Site<'_>, [u, v]: [f32; 2], length: f32, dice: &mut Dice) {
    let tones = [[0.060, 0.092, 0.030], [0.075, 0.095, 0.030], [0.105, 0.060, 0.038]];
    let paint = Paint::Leaves { tone: tones[dice.below(3)], seed: dice.bits() as u32 };
    let height = dice.range(0.65, 1.05);
    site.object([u, v, GROUND_M], 0.0, length / 2.0, level::MIDDLE, |m| {
        bevelled(m, [length, 1.1, height], paint);
    });
}

/// A box whose sides lean in a little, as hedges do.
fn bevelled(m: &mut Mason, [w, d, h]: [f32; 3], paint: Paint) {
    let (x, y, k) = (w / 2.0, d / 2.0, 0.2);
    let low = [[-x, -y], [x, -y], [x, y], [-x, y]];
    let high = [[-x + k, -y + k], [x - k, -y + k], [x - k, y - k], [-x + k, y - k]];
    for i in 0..4 {
        let j = (i + 1) % 4;
        let at = |p: [f32; 2], z: f32| [p[0], p[1], z];
        m.face([at(low[i], -0.2), at(low[j], -0.2), at(high[j], h), at(high[i], h)], paint);
    }
    m.floor(high[0], high[2], h, paint);
}

/// Trees where a building would have stuck out of the survey.
fn garden(site: &mut Site<'_>, [u, v]: [f32; 2], plot: Plot, dice: &mut Dice) {
    let [from, to] = SLOTS[usize::from(plot.slot)];
    let south = v + ROWS[usize::from(plot.row)];
    for step in 0..9 {
        let x = from + 3.0 + step as f32 * (to - from - 6.0) / 8.0;
        for d in [1.0, 8.5] {
            if dice.chance(0.66) {
                let species = if dice.chance(0.8) { Species::Camphor } else { Species::Ginkgo };
                tree(site, u + x + dice.range(-2.0, 2.0), south + d + dice.range(-1.5, 1.5), species, dice);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_that_would_stick_out_of_the_survey_are_not_planted() {
        let quarter = Quarter::new(1, 1);
        let mut dice = Dice::new(1);
        let region = quarter.extent.region();
        let patches = Site::patches_in(&quarter, region);
        let crowns: Vec<_> = patches.iter().filter(|p| p.is_crown()).collect();
        assert!(crowns.len() > 60 && dice.unit() < 1.0);
        for crown in crowns {
            let (low, high) = crown.bounds();
            let middle = (low + high) * 0.5;
            assert!(quarter.extent.holds(middle));
        }
    }
}
