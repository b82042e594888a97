//! The canal: water between quay walls, stone railings, and a bridge where a lane crosses.
//!
//! In: a cell. Out: patches. Called by `site`.

use super::paint::Paint;
use super::patch::{Block, Mason};
use super::quarter::{CANAL, CELL_U, Cell, GROUND_M, LANE_HALF, Quarter, WATER_M};
use super::site::{Site, level};
use super::terrain::pave;
use super::vector::lerp;

const STONE: Paint = Paint::Stone;
/// Half the width of a bridge.
const BRIDGE_HALF: f32 = 4.6;
/// How much higher the middle of a bridge is than its ends.
const RISE_M: f32 = 0.75;
const ARCH_STEPS: usize = 8;

/// Lays water, walls, railings and the bridge at the cell's western lane.
pub(crate) fn lay(site: &mut Site<'_>, cell: Cell) {
    let [u, v] = Quarter::corner(cell);
    let (south, north) = (v + CANAL[1], v + CANAL[2]);
    let frame = site.quarter.frame;
    site.lay(frame.at(u + CELL_U / 2.0, south, 0.0, 0.0), CELL_U, level::ALWAYS, |m| {
        m.frame = frame;
        pave(m, [u, south, u + CELL_U, north], north - south, WATER_M, Paint::Water);
        let heights = [WATER_M - 0.3, GROUND_M];
        m.wall([u + CELL_U, south], [u, south], heights, STONE);
        m.wall([u, north], [u + CELL_U, north], heights, STONE);
        m.level = level::MIDDLE;
        railings(m, u, south, north);
    });
    site.lay(frame.at(u, f32::midpoint(south, north), 0.0, 0.0), 12.0, level::ALWAYS, bridge);
}

/// Low stone railings along both banks, open at the lanes.
fn railings(m: &mut Mason, u: f32, south: f32, north: f32) {
    let (from, to) = (u + LANE_HALF, u + CELL_U - LANE_HALF);
    for v in [south - 0.25, north + 0.05] {
        let low = [from, v, GROUND_M - 0.1];
        m.block(Block { low, high: [to, v + 0.2, GROUND_M + 0.95] }, STONE);
        let posts = ((to - from) / 4.3).round();
        for k in 0..=posts as usize {
            let x = lerp(from, to, k as f32 / posts);
            m.block(Block::standing(x, v + 0.1, GROUND_M, [0.3, 0.32, 1.2]), STONE);
        }
    }
}

/// An arched bridge around the origin, along `y`.
fn bridge(m: &mut Mason) {
    let half = (CANAL[2] - CANAL[1]) / 2.0 + 1.6;
    let deck = |y: f32| GROUND_M + 0.02 + RISE_M * (1.0 - (y / half).powi(2));
    let under = |y: f32| WATER_M - 0.2 + 2.15 * (1.0 - (y / (half - 2.2)).powi(2)).max(0.0);
    for k in 0..ARCH_STEPS {
        let at = |k: usize| lerp(-half, half, k as f32 / ARCH_STEPS as f32);
        let (a, b) = (at(k), at(k + 1));
        let (za, zb) = (deck(a), deck(b));
        let road = Paint::Plain { colour: [0.17, 0.165, 0.155], grime: 0.25 };
        let w = BRIDGE_HALF;
        m.face([[-w, a, za], [w, a, za], [w, b, zb], [-w, b, zb]], road);
        for side in [-1.0, 1.0] {
            let x = side * w;
            let (low_a, low_b) = (under(a), under(b));
            let outside = [[x, a, low_a], [x, b, low_b], [x, b, zb], [x, a, za]];
            m.face(if side > 0.0 { outside } else { flipped(outside) }, STONE);
            parapet(m, x - side * 0.3, x, [a, b], [za, zb]);
        }
        let dark = Paint::Plain { colour: [0.12, 0.115, 0.1], grime: 0.6 };
        m.face([[w, a, under(a)], [-w, a, under(a)], [-w, b, under(b)], [w, b, under(b)]], dark);
    }
}

fn flipped([a, b, c, d]: [[f32; 3]; 4]) -> [[f32; 3]; 4] {
    [b, a, d, c]
}

/// One step of a stone parapet between two lines of a bridge.
fn parapet(m: &mut Mason, inner: f32, outer: f32, y: [f32; 2], z: [f32; 2]) {
    let high = 0.95;
    let side = |x: f32| [[x, y[0], z[0]], [x, y[1], z[1]], [x, y[1], z[1] + high], [x, y[0], z[0] + high]];
    let east = outer > inner;
    m.face(if east { side(outer) } else { flipped(side(outer)) }, STONE);
    m.face(if east { flipped(side(inner)) } else { side(inner) }, STONE);
    let (west, right) = (inner.min(outer), inner.max(outer));
    let (a, b) = (z[0] + high, z[1] + high);
    m.face([[west, y[0], a], [right, y[0], a], [right, y[1], b], [west, y[1], b]], STONE);
}
