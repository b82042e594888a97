//! A stream of triangles to the cells of a quadtree, each in a file of its own.
//!
//! In: the faces of a mesh, streamed twice. The first time a [`Census`] counts where they are and
//! gives a [`CellPlan`]; the second time a [`Splitter`] writes each face to the cell that holds its
//! centroid. Out: [`Cell`]s, which [`read()`] gives back as meshes. Called by the pipeline; touches the
//! disk, because a mesh may be larger than memory.
//!
//! Triangles are not cut: neighbouring cells share the vertices of their common border, exactly. The
//! same faces give the same cells and the same bytes, and cells keep their places when a mesh grows a
//! little, because the root is aligned to a grid of powers of two.

mod census;
mod record;
mod split;

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use self::census::{CellPlan, Census};
pub use self::record::read;
pub use self::split::Splitter;
use crate::geometry::Aabb;

/// Deepest level of cells. A cell there keeps all its faces, however many.
pub const DEEPEST: u8 = 30;

/// A cell's place in its tree: level 0 is the whole, each level halves the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CellId {
    /// Depth in the tree.
    pub level: u8,
    /// Column, from the west.
    pub x: u32,
    /// Row, from the south.
    pub y: u32,
}

impl CellId {
    /// The whole.
    pub const ROOT: Self = Self { level: 0, x: 0, y: 0 };

    /// The cell that this one is a quarter of.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        let level = self.level.checked_sub(1)?;
        Some(Self { level, x: self.x / 2, y: self.y / 2 })
    }

    /// Whether the other is this cell, or a part of it.
    #[must_use]
    pub fn holds(self, other: Self) -> bool {
        other.level.checked_sub(self.level).is_some_and(|deeper| {
            let above = |at: u32| at.checked_shr(deeper.into()).unwrap_or(0);
            [above(other.x), above(other.y)] == [self.x, self.y]
        })
    }

    /// Its quarters: south-west, south-east, north-west, north-east.
    #[must_use]
    pub fn children(self) -> [Self; 4] {
        let (level, x, y) = (self.level + 1, self.x * 2, self.y * 2);
        [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)].map(|(x, y)| Self { level, x, y })
    }
}

/// As in names of files and jobs.
impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.level, self.x, self.y)
    }
}

/// The square that the cells divide.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CellRoot {
    /// Its south-western corner.
    pub min: [f64; 2],
    /// Its edge, a power of two.
    pub edge: f64,
}

impl CellRoot {
    /// The square over a box. The box is at most seven eighths of it wide, and the corner lies on
    /// eighths of the edge, so that both stay as they are when the box grows a little.
    #[must_use]
    pub fn over(bounds: &Aabb) -> Self {
        let size = bounds.size();
        let longest = size[0].max(size[1]).max(f64::MIN_POSITIVE);
        let edge = 2f64.powi((longest * 8.0 / 7.0).log2().ceil().clamp(-20.0, 60.0) as i32);
        let step = edge / 8.0;
        Self { min: [0, 1].map(|axis| (bounds.min[axis] / step).floor() * step), edge }
    }

    /// The cell of a level that holds a point; points outside belong to the nearest.
    #[must_use]
    pub fn cell(&self, point: [f64; 2], level: u8) -> CellId {
        let count = 1u32 << level.min(DEEPEST);
        let [x, y] = [0, 1].map(|axis| {
            let part = (point[axis] - self.min[axis]) / self.edge * f64::from(count);
            part.floor().clamp(0.0, f64::from(count - 1)) as u32
        });
        CellId { level, x, y }
    }

    /// South-western and north-eastern corner of a cell.
    #[must_use]
    pub fn square(&self, id: CellId) -> [[f64; 2]; 2] {
        let edge = self.edge / f64::from(1u32 << id.level.min(DEEPEST));
        let min = [self.min[0] + f64::from(id.x) * edge, self.min[1] + f64::from(id.y) * edge];
        [min, min.map(|value| value + edge)]
    }
}

/// A cell with faces, in its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Its place.
    pub id: CellId,
    /// Its file.
    pub path: PathBuf,
    /// Faces in it.
    pub faces: u64,
    /// Box around them.
    pub bounds: Aabb,
}

/// A cell file that could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum CellError {
    /// The disk.
    #[error("`{path}` cannot be {verb}: {source}")]
    Io {
        /// The file.
        path: String,
        /// `written` or `read`.
        verb: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what a splitter finished.
    #[error("`{path}` is no finished cell: {reason}")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The faces of one cell do not fit.
    #[error("`{path}` has {faces} faces, limit {limit}")]
    Limit {
        /// The file.
        path: String,
        /// Its faces.
        faces: u64,
        /// The limit.
        limit: u64,
    },
    /// A texture of one of its materials.
    #[error("`{path}`: {reason}")]
    Texture {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

/// The middle of a face, seen from above.
fn centroid(face: &crate::read::soup::Face) -> [f64; 2] {
    [0, 1].map(|axis| face.corners.iter().map(|corner| corner.position[axis]).sum::<f64>() / 3.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_stays_when_the_mesh_grows_a_little() {
        let at = |width: f64| {
            let bounds =
                Aabb { min: [501_003.2, 2_490_017.9, 0.0], max: [501_003.2 + width, 2_490_300.0, 50.0] };
            CellRoot::over(&bounds)
        };
        assert_eq!(at(400.0), at(430.0));
        assert_eq!(at(400.0).edge, 512.0);
        assert_eq!(at(1.0).cell([501_003.2, 2_490_017.9], 3).level, 3);
    }

    #[test]
    fn a_cell_and_its_parent_hold_the_same_point() {
        let root = CellRoot { min: [-64.0, 0.0], edge: 256.0 };
        for point in [[-64.0, 0.0], [10.5, 200.25], [191.999, 255.999], [-1e9, 1e9]] {
            for level in 1..=DEEPEST {
                let cell = root.cell(point, level);
                let parent = root.cell(point, level - 1);
                assert_eq!(cell.parent(), Some(parent));
                assert!(parent.children().contains(&cell));
                assert!(parent.holds(cell) && CellId::ROOT.holds(cell) && !cell.holds(parent));
            }
        }
        assert_eq!(CellId::ROOT.parent(), None);
    }
}
