//! Polygons in space to triangles.
//!
//! A quad is cut along the diagonal that keeps both halves facing as the whole does, so that concave
//! ones come out right. Larger polygons are projected along the axis that their normal (Newell's
//! method) is closest to, and cut by ear clipping (the `earcut` crate).

use earcut::Earcut;

/// Cuts polygons; keeps its room between them.
#[derive(Default)]
pub(super) struct Cutter {
    earcut: Earcut<f64>,
    flat: Vec<[f64; 2]>,
    found: Vec<u32>,
    triangles: Vec<[u32; 3]>,
}

impl Cutter {
    /// Triangles by the numbers of the corners, in the polygon's own sense; none if it has no area.
    pub(super) fn cut(&mut self, corners: &[[f64; 3]]) -> &[[u32; 3]] {
        self.triangles.clear();
        let normal = newell(corners);
        if corners.len() < 3 || normal == [0.0; 3] {
            return &self.triangles;
        }
        match corners.len() {
            3 => self.triangles.push([0, 1, 2]),
            4 => {
                let fronts = |[a, b, c]: [u32; 3]| {
                    let [a, b, c] = [a, b, c].map(|corner| corners[corner as usize]);
                    dot(cross(minus(b, a), minus(c, a)), normal) > 0.0
                };
                let (first, other) = ([[0, 1, 2], [0, 2, 3]], [[1, 2, 3], [1, 3, 0]]);
                let keep = first.into_iter().all(fronts) || !other.into_iter().all(fronts);
                self.triangles.extend(if keep { first } else { other });
            }
            _ => self.clip(corners, normal),
        }
        &self.triangles
    }

    fn clip(&mut self, corners: &[[f64; 3]], normal: [f64; 3]) {
        let size = normal.map(f64::abs);
        let axis = if size[0] > size[1].max(size[2]) { 0 } else { usize::from(size[2] > size[1]) + 1 };
        let (mut u, mut v) = ((axis + 1) % 3, (axis + 2) % 3);
        if normal[axis] < 0.0 {
            std::mem::swap(&mut u, &mut v);
        }
        let from = corners[0];
        self.flat.clear();
        self.flat.extend(corners.iter().map(|corner| [corner[u] - from[u], corner[v] - from[v]]));
        self.earcut.earcut_slice(&self.flat, &[], &mut self.found);
        let flat = &self.flat;
        self.triangles.extend(self.found.as_chunks::<3>().0.iter().map(|&[a, b, c]| {
            let [p, q, r] = [a, b, c].map(|corner| flat[corner as usize]);
            let area = (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
            if area < 0.0 { [a, c, b] } else { [a, b, c] }
        }));
    }
}

/// Twice the area of a triangle's square: 0 for one without area.
pub(super) fn area_squared([a, b, c]: [[f64; 3]; 3]) -> f64 {
    let normal = cross(minus(b, a), minus(c, a));
    dot(normal, normal)
}

/// Sums from the first corner, so that large coordinates keep their digits.
fn newell(corners: &[[f64; 3]]) -> [f64; 3] {
    let mut sum = [0.0; 3];
    for pair in corners.get(1..).unwrap_or_default().windows(2) {
        let part = cross(minus(pair[0], corners[0]), minus(pair[1], corners[0]));
        (0..3).for_each(|axis| sum[axis] += part[axis]);
    }
    sum
}

fn minus(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The triangles face as the polygon does, and their areas add up to its own.
    fn check(corners: &[[f64; 3]], area: f64, count: usize) {
        let normal = newell(corners);
        let length = dot(normal, normal).sqrt();
        let mut cutter = Cutter::default();
        let triangles = cutter.cut(corners).to_vec();
        let mut sum = 0.0;
        for triangle in &triangles {
            let [a, b, c] = triangle.map(|corner| corners[corner as usize]);
            let part = dot(cross(minus(b, a), minus(c, a)), normal) / length / 2.0;
            assert!(part > 0.0, "{triangles:?}");
            sum += part;
        }
        assert!((sum - area).abs() < 1e-6 * area, "{sum} for {area}");
        assert_eq!(triangles.len(), count);
    }

    /// Far from the origin, in the three planes, both ways round.
    fn everywhere(flat: &[[f64; 2]], area: f64, count: usize) {
        let [x, y, z] = [501_050.0, 2_490_454.0, 8.0];
        let upright: Vec<_> = flat.iter().map(|[u, v]| [x + u, y, z + v]).collect();
        let lying: Vec<_> = flat.iter().map(|[u, v]| [x + u, y + v, z]).collect();
        let side: Vec<_> = flat.iter().map(|[u, v]| [x, y + u, z + v]).collect();
        for mut corners in [upright, lying, side] {
            check(&corners, area, count);
            corners.reverse();
            check(&corners, area, count);
        }
    }

    #[test]
    fn a_concave_quad_is_cut_inside_whichever_corner_is_first() {
        let mut dart = [[0.0, 0.0], [4.0, 1.0], [0.0, 2.0], [1.0, 1.0]];
        for _ in 0..4 {
            everywhere(&dart, 3.0, 2);
            dart.rotate_left(1);
        }
    }

    #[test]
    fn a_concave_polygon_is_cut_inside() {
        let ell = [[0.0, 0.0], [3.0, 0.0], [3.0, 1.0], [1.0, 1.0], [1.0, 3.0], [0.0, 3.0]];
        everywhere(&ell, 5.0, 4);
    }

    #[test]
    fn a_polygon_without_area_gives_nothing() {
        assert!(Cutter::default().cut(&[[1.0, 2.0, 3.0]; 5]).is_empty());
        assert!(Cutter::default().cut(&[[0.0; 3], [1.0, 0.0, 0.0]]).is_empty());
    }
}
