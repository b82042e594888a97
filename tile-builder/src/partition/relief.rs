//! The lowest and the highest surface of a survey, square metre by square metre.
//!
//! In: meshes in local metres. Out: a [`Relief`], which merges with others, travels between jobs as
//! bytes, and answers how high the ground around a building and the building itself are. Called by
//! the pipeline and by `buildings`. Pure.

use std::collections::BTreeMap;

use crate::geometry::{Aabb, Outlines};
use crate::scene::Mesh;

/// Edge of a cell, in metres.
pub const CELL_M: f64 = 1.0;
/// Cells along the edge of a block; blocks without any surface are not kept.
const BLOCK: i32 = 32;
/// Heights are kept in centimetres.
const STEPS_PER_M: f64 = 100.0;
/// A triangle over more cells than this counts by its corners: a survey's triangles are far smaller.
const WIDEST_CELLS: i64 = 1 << 16;
/// The furthest cell, in either direction: twice as far as a vertex may be from the origin.
const FURTHEST_CELL: f64 = 2_000_000.0;

const MAGIC: &[u8; 8] = b"relief1\n";

/// Lowest and highest surface of a cell, in centimetres; above each other where there is none.
type Span = [i32; 2];
const NOTHING: Span = [i32::MAX, i32::MIN];

/// A grid of heights in the local frame, kept where there is any surface.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Relief {
    blocks: BTreeMap<[i32; 2], Vec<Span>>,
}

/// Surfaces of one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surfaces {
    /// The middle of the cell: metres east and north.
    pub middle: [f64; 2],
    /// The lowest surface, metres up.
    pub low_m: f64,
    /// The highest surface, metres up.
    pub high_m: f64,
}

/// Bytes that are no relief.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the relief is damaged at byte {offset}: {reason}")]
pub struct ReliefError {
    /// Where reading stopped.
    pub offset: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

impl Relief {
    /// Adds the surface of a mesh: its vertices, and its triangles at the middles of cells.
    pub fn add(&mut self, mesh: &Mesh) {
        for corners in mesh.indices.as_chunks::<3>().0 {
            let corners = corners.map(|corner| mesh.positions[corner as usize]);
            if corners.iter().flatten().all(|value| value.is_finite()) {
                self.add_triangle(&corners);
            }
        }
    }

    fn add_triangle(&mut self, corners: &[[f64; 3]; 3]) {
        for [x, y, z] in corners {
            self.touch(cell_of(*x), cell_of(*y), *z);
        }
        let ends = |axis: usize| {
            let of = corners.map(|corner| corner[axis]);
            let low = of.into_iter().fold(f64::INFINITY, f64::min);
            let high = of.into_iter().fold(f64::NEG_INFINITY, f64::max);
            (cell_of(low - CELL_M / 2.0), cell_of(high - CELL_M / 2.0))
        };
        let ((west, east), (south, north)) = (ends(0), ends(1));
        if (i64::from(east) - i64::from(west) + 1) * (i64::from(north) - i64::from(south) + 1) > WIDEST_CELLS
        {
            return;
        }
        let Some(plane) = Plane::through(corners) else { return };
        for row in south..=north {
            for column in west..=east {
                if let Some(z) = plane.height(middle_of(column), middle_of(row)) {
                    self.touch(column, row, z);
                }
            }
        }
    }

    fn touch(&mut self, column: i32, row: i32, z: f64) {
        let (block, at) = locate(column, row);
        let spans = self.blocks.entry(block).or_insert_with(|| vec![NOTHING; (BLOCK * BLOCK) as usize]);
        let height = (z * STEPS_PER_M).round() as i32;
        let [low, high] = spans[at];
        spans[at] = [low.min(height), high.max(height)];
    }

    /// Adds the surfaces of another relief.
    pub fn merge(&mut self, other: &Self) {
        for (block, spans) in &other.blocks {
            let mine = self.blocks.entry(*block).or_insert_with(|| vec![NOTHING; spans.len()]);
            for (mine, theirs) in mine.iter_mut().zip(spans) {
                *mine = [mine[0].min(theirs[0]), mine[1].max(theirs[1])];
            }
        }
    }

    /// Forgets what is further than `reach_m` from the boxes of all areas, block by block.
    pub fn keep_near(&mut self, areas: &Outlines, reach_m: f64) {
        let edge = f64::from(BLOCK) * CELL_M;
        self.blocks.retain(|block, _| {
            let [west, south] = block.map(|at| f64::from(at) * edge);
            let bounds = Aabb { min: [west, south, 0.0], max: [west + edge, south + edge, 0.0] };
            areas.touches(&bounds.grown(reach_m))
        });
    }

    /// The cells with a surface whose middles lie in a box, in a fixed order.
    pub fn within(&self, min: [f64; 2], max: [f64; 2]) -> impl Iterator<Item = Surfaces> {
        let block = |metres: f64| cell_of(metres).div_euclid(BLOCK);
        let ([west, south], [east, north]) = (min.map(block), max.map(block));
        let blocks =
            (west..=east).flat_map(move |column| self.blocks.range([column, south]..=[column, north]));
        let cells =
            blocks.flat_map(|(block, spans)| (0..).zip(spans).map(move |(at, span)| (block, at, span)));
        cells.filter_map(move |([x, y], at, [low, high])| {
            let middle = [middle_of(x * BLOCK + at % BLOCK), middle_of(y * BLOCK + at / BLOCK)];
            let inside = (0..2).all(|axis| (min[axis]..=max[axis]).contains(&middle[axis]));
            let metres = |height: &i32| f64::from(*height) / STEPS_PER_M;
            (inside && low <= high).then(|| Surfaces { middle, low_m: metres(low), high_m: metres(high) })
        })
    }

    /// The relief as bytes: block by block, runs of cells with differences of heights, some three
    /// bytes a cell. The same relief gives the same bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        for ([x, y], spans) in &self.blocks {
            put(&mut out, i64::from(*x));
            put(&mut out, i64::from(*y));
            let mut before = 0;
            for [low, high] in spans {
                // One more than the span, so that 0 says that there is nothing.
                let span = if low <= high { i64::from(*high) - i64::from(*low) + 1 } else { 0 };
                put(&mut out, span);
                if span > 0 {
                    put(&mut out, i64::from(*low) - before);
                    before = i64::from(*low);
                }
            }
        }
        out
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// If the bytes are not a relief, or end too early.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReliefError> {
        let mut reader = Reader { bytes, offset: MAGIC.len() };
        if !bytes.starts_with(MAGIC) {
            return Err(ReliefError { offset: 0, reason: "it does not begin as a relief does" });
        }
        let mut relief = Self::default();
        while reader.offset < bytes.len() {
            let block = [reader.small()?, reader.small()?];
            let mut spans = Vec::with_capacity((BLOCK * BLOCK) as usize);
            let mut low = 0;
            for _ in 0..BLOCK * BLOCK {
                let span = reader.number()?;
                if span == 0 {
                    spans.push(NOTHING);
                    continue;
                }
                low += reader.number()?;
                let ends = [low, low.saturating_add(span - 1)].map(i32::try_from);
                let ([Ok(low), Ok(high)], true) = (ends, span > 0) else {
                    return Err(reader.fail("a height is out of range"));
                };
                spans.push([low, high]);
            }
            relief.blocks.insert(block, spans);
        }
        Ok(relief)
    }
}

/// A triangle's plane, over its shadow in plan.
struct Plane<'c> {
    corners: &'c [[f64; 3]; 3],
    doubled_area: f64,
}

impl<'c> Plane<'c> {
    /// `None` for a triangle that stands upright.
    fn through(corners: &'c [[f64; 3]; 3]) -> Option<Self> {
        let [a, b, c] = corners;
        let doubled_area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
        (doubled_area.abs() > 1e-9).then_some(Self { corners, doubled_area })
    }

    /// The height over a point; `None` beside the triangle.
    fn height(&self, x: f64, y: f64) -> Option<f64> {
        let [a, b, c] = self.corners;
        let cross = |p: &[f64; 3], q: &[f64; 3]| (p[0] - x) * (q[1] - y) - (p[1] - y) * (q[0] - x);
        let weights = [cross(b, c), cross(c, a), cross(a, b)].map(|part| part / self.doubled_area);
        let inside = weights.iter().all(|weight| *weight >= 0.0);
        inside.then(|| weights[0] * a[2] + weights[1] * b[2] + weights[2] * c[2])
    }
}

fn cell_of(metres: f64) -> i32 {
    (metres / CELL_M).floor().clamp(-FURTHEST_CELL, FURTHEST_CELL) as i32
}

fn middle_of(cell: i32) -> f64 {
    (f64::from(cell) + 0.5) * CELL_M
}

/// The block of a cell, and the cell's place in it.
fn locate(column: i32, row: i32) -> ([i32; 2], usize) {
    let at = row.rem_euclid(BLOCK) * BLOCK + column.rem_euclid(BLOCK);
    ([column.div_euclid(BLOCK), row.div_euclid(BLOCK)], at as usize)
}

/// Seven bits a byte, lowest first, the sign in the lowest bit.
fn put(out: &mut Vec<u8>, value: i64) {
    let mut rest = (value << 1 ^ value >> 63) as u64;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

struct Reader<'b> {
    bytes: &'b [u8],
    offset: usize,
}

impl Reader<'_> {
    fn fail(&self, reason: &'static str) -> ReliefError {
        ReliefError { offset: self.offset, reason }
    }

    /// A number of at most five bytes, which is what heights and their differences take.
    fn number(&mut self) -> Result<i64, ReliefError> {
        let mut value = 0u64;
        for shift in (0..35).step_by(7) {
            let byte = *self.bytes.get(self.offset).ok_or_else(|| self.fail("it ends too early"))?;
            self.offset += 1;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        Err(self.fail("a number does not end"))
    }

    fn small(&mut self) -> Result<i32, ReliefError> {
        let number = self.number()?;
        i32::try_from(number).map_err(|_| self.fail("a block is out of range"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slope() -> Mesh {
        Mesh {
            positions: vec![[-3.0, 0.0, 1.0], [5.0, 0.0, 1.0], [5.0, 8.0, 9.0], [-3.0, 8.0, 9.0]],
            indices: vec![0, 1, 2, 0, 2, 3],
            ..Mesh::default()
        }
    }

    #[test]
    fn a_slope_is_as_high_as_its_plane_at_every_middle() {
        let mut relief = Relief::default();
        relief.add(&slope());
        let cells: Vec<_> = relief.within([-2.0, 1.0], [4.0, 7.0]).collect();
        assert_eq!(cells.len(), 36);
        assert!(cells.iter().all(|cell| (cell.low_m - cell.middle[1] - 1.0).abs() < 0.006), "{cells:?}");
    }

    #[test]
    fn parts_merged_in_any_order_and_bytes_read_back_are_the_whole() {
        let (mut whole, mut first, mut second) = (Relief::default(), Relief::default(), Relief::default());
        let mut upper = slope();
        upper.positions.iter_mut().for_each(|p| *p = [p[0] + 40.0, p[1] - 30.0, p[2] + 100.0]);
        whole.add(&slope());
        whole.add(&upper);
        first.add(&slope());
        second.add(&upper);
        let mut swapped = second.clone();
        swapped.merge(&first);
        first.merge(&second);
        assert_eq!((&first, &swapped), (&whole, &whole));
        assert_eq!(Relief::from_bytes(&whole.to_bytes()), Ok(whole));
    }

    #[test]
    fn bytes_that_end_too_early_are_never_taken_for_the_whole() {
        let mut relief = Relief::default();
        relief.add(&slope());
        let bytes = relief.to_bytes();
        let mut whole_blocks = 0;
        for length in MAGIC.len()..bytes.len() {
            match Relief::from_bytes(&bytes[..length]) {
                Ok(part) => whole_blocks += usize::from(part != relief),
                Err(error) => assert_eq!((error.reason, error.offset), ("it ends too early", length)),
            }
        }
        assert_eq!(whole_blocks, relief.blocks.len(), "only cuts between blocks leave a relief");
        assert_eq!(Relief::from_bytes(b"something else").unwrap_err().offset, 0);
    }

    #[test]
    fn what_is_far_from_every_area_is_forgotten() {
        let mut relief = Relief::default();
        relief.add(&slope());
        let near = geo::Rect::new((30.0, 0.0), (34.0, 4.0)).to_polygon().into();
        let far = geo::Rect::new((90.0, 0.0), (94.0, 4.0)).to_polygon().into();
        let mut kept = relief.clone();
        kept.keep_near(&Outlines::new(&[near]), 5.0);
        assert_eq!(kept.blocks.keys().collect::<Vec<_>>(), [&[0, 0]]);
        relief.keep_near(&Outlines::new(&[far]), 5.0);
        assert_eq!(relief, Relief::default());
    }
}
