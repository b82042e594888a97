//! The ground of a cell, as level patches around buildings and water.
//!
//! In: a cell. Out: patches with the ground's paint. Called by `site`. The survey is a single skin:
//! there is no ground under buildings.

use super::paint::Paint;
use super::patch::Mason;
use super::quarter::{CANAL, CELL_U, CELL_V, Cell, GROUND_M, Quarter};
use super::site::{Site, level};
use super::vector::lerp;

/// Walls reach this far over the hole that they stand in.
const TUCK_M: f32 = 0.35;

/// Lays the ground of a cell.
pub(crate) fn lay(site: &mut Site<'_>, cell: Cell) {
    let [u, v] = Quarter::corner(cell);
    let rects = [[u, v, u + CELL_U, v + CANAL[1]], [u, v + CANAL[2], u + CELL_U, v + CELL_V]];
    let mut rects = rects.to_vec();
    let quarter = site.quarter;
    for building in quarter.buildings_in(cell) {
        let [u0, v0, u1, v1] = building.rect;
        let hole = [u0 + TUCK_M, v0 + TUCK_M, u1 - TUCK_M, v1 - TUCK_M];
        rects = rects.into_iter().flat_map(|r| without(r, hole)).collect();
    }
    site.lay(quarter.frame.at(u + CELL_U / 2.0, v + CELL_V / 2.0, 0.0, 0.0), CELL_V, level::ALWAYS, |m| {
        m.frame = quarter.frame;
        for [u0, v0, u1, v1] in rects {
            pave(m, [u0, v0, u1, v1], PIECE_M, GROUND_M, Paint::Ground);
        }
    });
}

/// Pieces of ground are at most this long: what a tile's edge cuts off is then little of a picture.
const PIECE_M: f32 = 9.0;

/// Neighbouring pieces overlap by twice this much.
const LAP_M: f32 = 0.05;

/// A level surface in pieces of about a size.
pub(crate) fn pave(m: &mut Mason, [u0, v0, u1, v1]: [f32; 4], piece_m: f32, z: f32, paint: Paint) {
    let count = |length: f32| (length / piece_m).ceil().max(1.0) as usize;
    let (columns, rows) = (count(u1 - u0), count(v1 - v0));
    let at = |from: f32, to: f32, k: usize, n: usize| {
        if k == n { to } else { lerp(from, to, k as f32 / n as f32) }
    };
    for row in 0..rows {
        for column in 0..columns {
            // Neighbours are melted at different points; a small overlap leaves no cracks between them.
            let low = [at(u0, u1, column, columns), at(v0, v1, row, rows)].map(|v| v - LAP_M);
            let high = [at(u0, u1, column + 1, columns), at(v0, v1, row + 1, rows)].map(|v| v + LAP_M);
            m.floor(low, high, z, paint);
        }
    }
}

/// A rectangle without a hole, as at most four rectangles.
fn without(rect: [f32; 4], hole: [f32; 4]) -> Vec<[f32; 4]> {
    let [u0, v0, u1, v1] = rect;
    let [a0, b0, a1, b1] = hole;
    if a0 >= u1 || a1 <= u0 || b0 >= v1 || b1 <= v0 {
        return vec![rect];
    }
    let (a0, b0, a1, b1) = (a0.max(u0), b0.max(v0), a1.min(u1), b1.min(v1));
    let parts = [[u0, v0, u1, b0], [u0, b0, a0, b1], [a1, b0, u1, b1], [u0, b1, u1, v1]];
    parts.into_iter().filter(|[a, b, c, d]| c - a > 0.01 && d - b > 0.01).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_without_a_hole_keeps_the_remaining_area() {
        let area = |rects: &[[f32; 4]]| rects.iter().map(|[a, b, c, d]| (c - a) * (d - b)).sum::<f32>();
        let parts = without([0.0, 0.0, 10.0, 10.0], [2.0, 3.0, 6.0, 8.0]);
        assert!((area(&parts) - 80.0).abs() < 1e-3 && parts.len() == 4);
        let cut = without([0.0, 0.0, 10.0, 10.0], [-2.0, 3.0, 6.0, 18.0]);
        assert!((area(&cut) - 58.0).abs() < 1e-3);
        assert_eq!(without([0.0, 0.0, 1.0, 1.0], [2.0, 0.0, 3.0, 1.0]).len(), 1);
    }
}
