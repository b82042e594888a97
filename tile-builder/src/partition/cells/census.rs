//! Where the faces of a mesh are: counts on a grid that coarsens as it fills, then a quadtree.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{CellId, CellRoot, DEEPEST, centroid};
use crate::geometry::Aabb;
use crate::read::soup::Face;

/// Squares that are counted apart; one more halves the resolution.
const MOST_SQUARES: usize = 1 << 18;
/// Edge of the first grid, as a power of two: 1/64 of a unit.
const FINEST: i32 = -6;

/// Counts faces by where they are. Takes a few megabytes whatever the number of faces; the result
/// does not depend on their order.
#[derive(Debug, Clone)]
pub struct Census {
    /// Never iterated in its own order.
    squares: HashMap<(i64, i64), u64>,
    /// Edge of a square, as a power of two.
    power: i32,
    bounds: Aabb,
    most_squares: usize,
}

impl Default for Census {
    fn default() -> Self {
        Self { squares: HashMap::new(), power: FINEST, bounds: Aabb::EMPTY, most_squares: MOST_SQUARES }
    }
}

/// Which cells a mesh is split into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellPlan {
    /// What the cells divide.
    pub root: CellRoot,
    /// Cells with faces, ordered; none holds another.
    pub leaves: Vec<CellId>,
    /// Faces that a cell should not exceed.
    pub most_faces: u64,
}

impl Census {
    /// Counts a face.
    pub fn add(&mut self, face: &Face) {
        let middle = centroid(face);
        let edge = 2f64.powi(self.power);
        let square = middle.map(|value| (value / edge).floor() as i64);
        *self.squares.entry((square[0], square[1])).or_default() += 1;
        self.bounds.add(&[middle[0], middle[1], 0.0]);
        while self.squares.len() > self.most_squares {
            self.coarsen();
        }
    }

    fn coarsen(&mut self) {
        let mut coarse = HashMap::with_capacity(self.squares.len() / 2);
        for ((x, y), count) in self.squares.drain() {
            *coarse.entry((x.div_euclid(2), y.div_euclid(2))).or_default() += count;
        }
        self.squares = coarse;
        self.power += 1;
    }

    /// A plan whose cells have at most `most_faces` faces, as far as the counts can tell; the splitter
    /// divides what they could not. `None` without faces.
    #[must_use]
    pub fn plan(&self, most_faces: u64) -> Option<CellPlan> {
        if self.squares.is_empty() {
            return None;
        }
        let root = CellRoot::over(&self.bounds);
        let edge = 2f64.powi(self.power);
        let mut squares: Vec<([f64; 2], u64)> = self
            .squares
            .iter()
            .map(|(&(x, y), &count)| ([x as f64 + 0.5, y as f64 + 0.5].map(|at| at * edge), count))
            .collect();
        // A hash map has no order of its own to rely on.
        squares.sort_by(|(a, _), (b, _)| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        let finest = (root.edge / edge).log2().floor().clamp(0.0, f64::from(DEEPEST)) as u8;
        let mut leaves = Vec::new();
        divide(&root, CellId::ROOT, squares, most_faces.max(1), finest, &mut leaves);
        leaves.sort();
        Some(CellPlan { root, leaves, most_faces: most_faces.max(1) })
    }
}

fn divide(
    root: &CellRoot,
    id: CellId,
    squares: Vec<([f64; 2], u64)>,
    most: u64,
    finest: u8,
    leaves: &mut Vec<CellId>,
) {
    if squares.is_empty() {
        return;
    }
    let count: u64 = squares.iter().map(|(_, count)| count).sum();
    if count <= most || id.level >= finest {
        leaves.push(id);
        return;
    }
    let mut quarters = [const { Vec::new() }; 4];
    for square in squares {
        let cell = root.cell(square.0, id.level + 1);
        quarters[((cell.y % 2) * 2 + cell.x % 2) as usize].push(square);
    }
    for (child, squares) in id.children().into_iter().zip(quarters) {
        divide(root, child, squares, most, finest, leaves);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::soup::Corner;

    fn face(x: f64, y: f64) -> Face {
        let corner = |dx: f64, dy: f64| Corner { position: [x + dx, y + dy, 0.0], uv: None, colour: None };
        Face { corners: [corner(-0.01, -0.01), corner(0.02, -0.01), corner(-0.01, 0.02)], material: 0 }
    }

    #[test]
    fn counts_do_not_depend_on_the_order_of_the_faces() {
        let places: Vec<[f64; 2]> =
            (0..5000u32).map(|i| [f64::from(i * 7919 % 1009), f64::from(i * 104_729 % 997)]).collect();
        let plan = |places: &mut dyn Iterator<Item = &[f64; 2]>| {
            let mut census = Census { most_squares: 300, ..Census::default() };
            places.for_each(|p| census.add(&face(p[0], p[1])));
            census.plan(200).unwrap()
        };
        let forward = plan(&mut places.iter());
        assert_eq!(forward, plan(&mut places.iter().rev()));
        assert!(forward.leaves.len() > 16);
        for a in &forward.leaves {
            let above = std::iter::successors(a.parent(), |id| id.parent());
            assert!(
                above.into_iter().all(|id| !forward.leaves.contains(&id)),
                "cells do not hold each other"
            );
        }
    }
}
