//! Triangles on a raster: which pixel centres they cover, and linear functions over them.
//!
//! Pixel `(x, y)` has its centre at `(x + ½, y + ½)`. A centre on an edge that two triangles share
//! belongs to one of them. Used to bake atlases and to draw pictures from above.

use std::ops::Range;

/// Calls `row(y, xs)` for each row of pixels whose centres lie in a triangle of either winding,
/// within a raster of `width` × `height`.
pub fn rows(corners: &[[f64; 2]; 3], [width, height]: [usize; 2], mut row: impl FnMut(usize, Range<usize>)) {
    if !corners.iter().flatten().all(|value| value.is_finite()) {
        return;
    }
    let low = corners.iter().map(|p| p[1]).fold(f64::INFINITY, f64::min);
    let high = corners.iter().map(|p| p[1]).fold(f64::NEG_INFINITY, f64::max);
    let edges = [(0, 1), (1, 2), (2, 0)].map(|(a, b)| Edge::between(corners[a], corners[b]));
    for y in first_centre(low, height)..first_centre(high, height) {
        let at = y as f64 + 0.5;
        let (mut from, mut to) = (f64::INFINITY, f64::NEG_INFINITY);
        for x in edges.iter().filter_map(|edge| edge.crossing(at)) {
            from = from.min(x);
            to = to.max(x);
        }
        let xs = first_centre(from, width)..first_centre(to, width);
        if !xs.is_empty() {
            row(y, xs);
        }
    }
}

/// The first pixel whose centre is not before `value`, at most `limit`.
fn first_centre(value: f64, limit: usize) -> usize {
    // Casting saturates: what is left of the raster becomes 0.
    ((value - 0.5).ceil() as usize).min(limit)
}

/// An edge, its lower end first, so that both of its triangles compute the same crossing.
struct Edge {
    low: [f64; 2],
    high: [f64; 2],
    slope: f64,
}

impl Edge {
    fn between(a: [f64; 2], b: [f64; 2]) -> Self {
        let (low, high) = if (a[1], a[0]) < (b[1], b[0]) { (a, b) } else { (b, a) };
        Self { low, high, slope: (high[0] - low[0]) / (high[1] - low[1]) }
    }

    fn crossing(&self, y: f64) -> Option<f64> {
        (self.low[1] <= y && y < self.high[1]).then(|| self.low[0] + (y - self.low[1]) * self.slope)
    }
}

/// A linear function of pixel coordinates.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Plane {
    /// Value at the origin.
    pub base: f64,
    /// Growth per pixel to the right.
    pub dx: f64,
    /// Growth per pixel downwards.
    pub dy: f64,
}

impl Plane {
    /// The function that has the given values at a triangle's corners; `None` for a triangle
    /// without area.
    #[must_use]
    pub fn through(corners: &[[f64; 2]; 3], values: [f64; 3]) -> Option<Self> {
        let [a, b, c] = corners;
        let (ab, ac) = ([b[0] - a[0], b[1] - a[1]], [c[0] - a[0], c[1] - a[1]]);
        let twice = ab[0] * ac[1] - ab[1] * ac[0];
        let (vb, vc) = (values[1] - values[0], values[2] - values[0]);
        let dx = (vb * ac[1] - vc * ab[1]) / twice;
        let dy = (vc * ab[0] - vb * ac[0]) / twice;
        let plane = Self { base: values[0] - dx * a[0] - dy * a[1], dx, dy };
        (plane.base.is_finite() && dx.is_finite() && dy.is_finite()).then_some(plane)
    }

    /// The value at a point.
    #[must_use]
    pub fn at(&self, x: f64, y: f64) -> f64 {
        self.base + self.dx * x + self.dy * y
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn count(corners: &[[f64; 2]; 3], into: &mut [u32], width: usize) {
        rows(corners, [width, into.len() / width], |y, xs| {
            xs.for_each(|x| into[y * width + x] += 1);
        });
    }

    proptest! {
        #[test]
        fn a_fan_around_any_point_covers_each_pixel_of_its_square_once(
            x in 1.0..31.0f64, y in 1.0..31.0f64
        ) {
            let ring = [[0.0, 0.0], [32.0, 0.0], [32.0, 32.0], [0.0, 32.0]];
            let mut pixels = vec![0; 32 * 32];
            for i in 0..4 {
                count(&[ring[i], ring[(i + 1) % 4], [x, y]], &mut pixels, 32);
            }
            prop_assert!(pixels.iter().all(|&n| n == 1));
        }
    }

    #[test]
    fn what_lies_beside_the_raster_is_cut_off() {
        let mut pixels = vec![0; 16];
        count(&[[-1e12, -1e12], [1e12, -1e12], [0.0, 1e12]], &mut pixels, 4);
        count(&[[-9.0, -9.0], [-1.0, -9.0], [-1.0, -1.0]], &mut pixels, 4);
        count(&[[f64::NAN, 0.0], [4.0, 0.0], [4.0, 4.0]], &mut pixels, 4);
        assert!(pixels.iter().all(|&n| n == 1));
    }
}
