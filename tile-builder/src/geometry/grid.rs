//! Triangles in a uniform grid of cells, to find those near a point or in a box.
//!
//! In: corners of triangles. Out: lists of their numbers, or the nearest point of all. The point
//! nearest in one triangle is found by the regions of its plane (C. Ericson, *Real-Time Collision
//! Detection*, 5.1.5). Used by the baker and by measures of deviation.

use super::Aabb;
use super::vector::{Vec3, add, dot, face, scale, sub};

/// Entries per triangle that the cells may hold; larger cells are taken until they do.
const ENTRIES_PER_TRIANGLE: usize = 12;
/// How much farther away a surface that faces away counts.
const BACK_PENALTY: f64 = 9.0;

/// Triangles, sorted into cells.
#[derive(Debug)]
pub struct TriangleGrid {
    corners: Vec<[Vec3; 3]>,
    min: Vec3,
    cell: f64,
    dims: [usize; 3],
    /// Where each cell's list starts in `items`, and its end.
    starts: Vec<u32>,
    items: Vec<u32>,
}

/// The point of a surface that is nearest to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// Number of the triangle.
    pub triangle: u32,
    /// Shares of its corners in the point.
    pub weights: [f64; 3],
    /// How far away it is, in metres.
    pub distance_m: f64,
}

impl TriangleGrid {
    /// Sorts triangles into cells. Triangles with a coordinate that is not finite are never found.
    #[must_use]
    pub fn new(corners: Vec<[Vec3; 3]>) -> Self {
        let boxes: Vec<Aabb> = corners.iter().map(Aabb::around).collect();
        let mut bounds = Aabb::EMPTY;
        let (mut sum, mut sound) = (0.0, 0usize);
        for one in boxes.iter().filter(|one| is_sound(one)) {
            bounds.merge(one);
            sum += one.size().into_iter().fold(0.0, f64::max);
            sound += 1;
        }
        if sound == 0 {
            bounds = Aabb { min: [0.0; 3], max: [0.0; 3] };
        }
        let mut grid =
            Self { corners, min: bounds.min, cell: 0.0, dims: [1; 3], starts: Vec::new(), items: Vec::new() };
        let longest = bounds.size().into_iter().fold(0.0, f64::max);
        grid.cell = (sum / sound.max(1) as f64).max(longest / 1024.0).max(1e-6);
        loop {
            grid.dims = bounds.size().map(|edge| (edge / grid.cell) as usize + 1);
            let cells: usize = grid.dims.iter().product();
            let entries: usize =
                boxes.iter().filter(|one| is_sound(one)).map(|one| grid.cells_in(one).count()).sum();
            if cells.max(entries) <= ENTRIES_PER_TRIANGLE * sound + 64 {
                break;
            }
            grid.cell *= 1.5;
        }
        grid.fill(&boxes);
        grid
    }

    fn fill(&mut self, boxes: &[Aabb]) {
        let mut starts = vec![0u32; self.dims.iter().product::<usize>() + 1];
        for one in boxes.iter().filter(|one| is_sound(one)) {
            for cell in self.cells_in(one) {
                starts[cell + 1] += 1;
            }
        }
        for cell in 1..starts.len() {
            starts[cell] += starts[cell - 1];
        }
        let mut next = starts.clone();
        let mut items = vec![0u32; starts.last().map_or(0, |&end| end as usize)];
        for (triangle, one) in boxes.iter().enumerate().filter(|(_, one)| is_sound(one)) {
            for cell in self.cells_in(one) {
                items[next[cell] as usize] = triangle as u32;
                next[cell] += 1;
            }
        }
        (self.starts, self.items) = (starts, items);
    }

    /// The positions of a triangle's corners.
    #[must_use]
    pub fn corners(&self, triangle: u32) -> &[Vec3; 3] {
        &self.corners[triangle as usize]
    }

    /// Triangles whose cells a box touches, in order of their numbers: all that meet the box, and
    /// some beside it.
    #[must_use]
    pub fn near(&self, bounds: &Aabb) -> Vec<u32> {
        let mut out = Vec::new();
        if is_sound(bounds) {
            for cell in self.cells_in(bounds) {
                out.extend(self.list(cell));
            }
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    /// The nearest point of the surface. With a `normal`, what faces the other way counts as three
    /// times as far. `None` without triangles or for a point that is not finite.
    #[must_use]
    pub fn nearest(&self, point: Vec3, normal: Option<Vec3>) -> Option<Nearest> {
        if self.items.is_empty() || !point.iter().all(|value| value.is_finite()) {
            return None;
        }
        let middle = self.cell_of(point);
        let mut best: Option<(f64, Nearest)> = None;
        for ring in 0..=self.dims.into_iter().max().unwrap_or(1) {
            if best.is_some_and(|(score, _)| score.sqrt() <= (ring as f64 - 1.0) * self.cell) {
                break;
            }
            self.shell(middle, ring, |cell| {
                for &triangle in self.list(cell) {
                    let corners = &self.corners[triangle as usize];
                    let (weights, squared) = nearest_in(corners, point);
                    let away = normal.is_some_and(|normal| dot(normal, face(corners)) < 0.0);
                    let score = if away { squared * BACK_PENALTY } else { squared };
                    if best.is_none_or(|(least, found)| (score, triangle) < (least, found.triangle)) {
                        best = Some((score, Nearest { triangle, weights, distance_m: squared.sqrt() }));
                    }
                }
            });
        }
        best.map(|(_, found)| found)
    }

    fn list(&self, cell: usize) -> &[u32] {
        &self.items[self.starts[cell] as usize..self.starts[cell + 1] as usize]
    }

    fn cell_of(&self, point: Vec3) -> [usize; 3] {
        // Casting saturates, so that points outside fall into the outermost cells.
        [0, 1, 2].map(|i| (((point[i] - self.min[i]) / self.cell) as usize).min(self.dims[i] - 1))
    }

    fn cells_in(&self, bounds: &Aabb) -> impl Iterator<Item = usize> + use<> {
        let (low, high, dims) = (self.cell_of(bounds.min), self.cell_of(bounds.max), self.dims);
        (low[2]..=high[2]).flat_map(move |z| {
            (low[1]..=high[1])
                .flat_map(move |y| (low[0]..=high[0]).map(move |x| (z * dims[1] + y) * dims[0] + x))
        })
    }

    /// The cells at a distance of `ring` steps from `middle`.
    fn shell(&self, middle: [usize; 3], ring: usize, mut visit: impl FnMut(usize)) {
        let range = |i: usize| middle[i].saturating_sub(ring)..=(middle[i] + ring).min(self.dims[i] - 1);
        let off = |i: usize, at: usize| middle[i].abs_diff(at);
        for z in range(2) {
            for y in range(1) {
                let row = (z * self.dims[1] + y) * self.dims[0];
                if off(2, z) == ring || off(1, y) == ring {
                    range(0).for_each(|x| visit(row + x));
                } else {
                    range(0).filter(|&x| off(0, x) == ring).for_each(|x| visit(row + x));
                }
            }
        }
    }
}

fn is_sound(bounds: &Aabb) -> bool {
    !bounds.is_empty() && bounds.min.iter().chain(&bounds.max).all(|value| value.is_finite())
}

/// Shares of the corners in the point of a triangle nearest to `point`, and its squared distance.
fn nearest_in(corners: &[Vec3; 3], point: Vec3) -> ([f64; 3], f64) {
    let weights = nearest_weights(corners, point);
    let at = (0..3).fold([0.0; 3], |sum, i| add(sum, scale(corners[i], weights[i])));
    let away = sub(point, at);
    (weights, dot(away, away))
}

fn nearest_weights(&[a, b, c]: &[Vec3; 3], p: Vec3) -> [f64; 3] {
    let (ab, ac) = (sub(b, a), sub(c, a));
    let ([ab_p, ac_p], [ab_q, ac_q], [ab_r, ac_r]) = {
        let along = |from: Vec3| [dot(ab, sub(p, from)), dot(ac, sub(p, from))];
        (along(a), along(b), along(c))
    };
    if ab_p <= 0.0 && ac_p <= 0.0 {
        return [1.0, 0.0, 0.0];
    }
    if ab_q >= 0.0 && ac_q <= ab_q {
        return [0.0, 1.0, 0.0];
    }
    if ac_r >= 0.0 && ab_r <= ac_r {
        return [0.0, 0.0, 1.0];
    }
    let share = |part: f64, whole: f64| if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 };
    let (of_a, of_b, of_c) =
        (ab_q * ac_r - ab_r * ac_q, ab_r * ac_p - ab_p * ac_r, ab_p * ac_q - ab_q * ac_p);
    if of_c <= 0.0 && ab_p >= 0.0 && ab_q <= 0.0 {
        let t = share(ab_p, ab_p - ab_q);
        return [1.0 - t, t, 0.0];
    }
    if of_b <= 0.0 && ac_p >= 0.0 && ac_r <= 0.0 {
        let t = share(ac_p, ac_p - ac_r);
        return [1.0 - t, 0.0, t];
    }
    if of_a <= 0.0 && ac_q >= ab_q && ab_r >= ac_r {
        let t = share(ac_q - ab_q, (ac_q - ab_q) + (ab_r - ac_r));
        return [0.0, 1.0 - t, t];
    }
    let whole = of_a + of_b + of_c;
    let (v, w) = (share(of_b, whole), share(of_c, whole));
    [1.0 - v - w, v, w]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point() -> impl Strategy<Value = Vec3> {
        [-10.0..10.0, -10.0..10.0, -10.0..10.0f64]
    }

    proptest! {
        #[test]
        fn the_nearest_point_is_the_one_that_trying_all_triangles_finds(
            triangles in proptest::collection::vec([point(), point(), point()], 1..40),
            from in point(),
        ) {
            let grid = TriangleGrid::new(triangles.clone());
            let found = grid.nearest(from, None).unwrap();
            let least = triangles.iter().map(|t| nearest_in(t, from).1.sqrt()).fold(f64::INFINITY, f64::min);
            prop_assert!((found.distance_m - least).abs() < 1e-9, "{} {}", found.distance_m, least);
            // No sampled point of any triangle is nearer.
            for t in &triangles {
                for (u, v) in [(0.2, 0.3), (0.5, 0.5), (0.0, 0.7), (0.9, 0.05)] {
                    let at = add(add(scale(t[0], 1.0 - u - v), scale(t[1], u)), scale(t[2], v));
                    let away = sub(from, at);
                    prop_assert!(dot(away, away).sqrt() >= least - 1e-9);
                }
            }
        }
    }

    #[test]
    fn a_surface_that_faces_away_is_taken_only_where_nothing_else_is_near() {
        let up = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
        let down = [[0.0, 0.0, 0.2], [0.0, 1.0, 0.2], [1.0, 0.0, 0.2]];
        let grid = TriangleGrid::new(vec![up, down]);
        let near = |z: f64| grid.nearest([0.2, 0.2, z], Some([0.0, 0.0, 1.0])).unwrap().triangle;
        assert_eq!([near(0.1), near(0.19)], [0, 1]);
        assert!(grid.nearest([f64::NAN; 3], None).is_none());
        assert!(TriangleGrid::new(vec![]).nearest([0.0; 3], None).is_none());
    }

    #[test]
    fn large_triangles_do_not_fill_many_small_cells() {
        let mut triangles: Vec<[Vec3; 3]> = (0..200)
            .map(|i| {
                let x = f64::from(i) / 100.0;
                [[x, 0.0, 0.0], [x + 0.01, 0.0, 0.0], [x, 0.01, 0.0]]
            })
            .collect();
        triangles.extend(vec![[[-1e4, -1e4, -1e3], [1e4, -1e4, 1e3], [0.0, 1e4, 0.0]]; 50]);
        let grid = TriangleGrid::new(triangles);
        assert!(grid.items.len() <= ENTRIES_PER_TRIANGLE * 250 + 64, "{}", grid.items.len());
    }
}
