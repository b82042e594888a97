//! Affine maps of three coordinates.

/// `p ↦ linear · p + offset`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    /// Rows of the linear part.
    pub linear: [[f64; 3]; 3],
    /// What is added.
    pub offset: [f64; 3],
}

impl Affine {
    /// Leaves points where they are.
    pub const IDENTITY: Self =
        Self { linear: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], offset: [0.0; 3] };

    /// From sixteen numbers in OpenSceneGraph's order: a row vector times the matrix, so the
    /// offset is the last row. A perspective part is not affine and gives `None`.
    #[must_use]
    pub fn from_row_vector_matrix(m: &[f64; 16]) -> Option<Self> {
        let affine = m[3] == 0.0 && m[7] == 0.0 && m[11] == 0.0 && m[15] == 1.0;
        (affine && m.iter().all(|value| value.is_finite())).then(|| Self {
            linear: [[m[0], m[4], m[8]], [m[1], m[5], m[9]], [m[2], m[6], m[10]]],
            offset: [m[12], m[13], m[14]],
        })
    }

    /// The image of a point.
    #[must_use]
    pub fn apply(&self, p: [f64; 3]) -> [f64; 3] {
        let row = |i: usize| {
            let r = self.linear[i];
            r[0] * p[0] + r[1] * p[1] + r[2] * p[2] + self.offset[i]
        };
        [row(0), row(1), row(2)]
    }

    /// The map that applies `inner` first.
    #[must_use]
    pub fn after(&self, inner: &Self) -> Self {
        let mut linear = [[0.0; 3]; 3];
        for (i, row) in linear.iter_mut().enumerate() {
            for (j, value) in row.iter_mut().enumerate() {
                *value = (0..3).map(|k| self.linear[i][k] * inner.linear[k][j]).sum();
            }
        }
        Self { linear, offset: self.apply(inner.offset) }
    }

    /// Whether the map turns left into right.
    #[must_use]
    pub fn mirrors(&self) -> bool {
        let [a, b, c] = self.linear;
        let determinant = a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
            + a[2] * (b[0] * c[1] - b[1] * c[0]);
        determinant < 0.0
    }

    /// The largest factor by which lengths grow along an axis.
    #[must_use]
    pub fn largest_scale(&self) -> f64 {
        (0..3).map(|j| (0..3).map(|i| self.linear[i][j].powi(2)).sum::<f64>().sqrt()).fold(0.0, f64::max)
    }
}

/// An affine map as it is stored and sent: three rows of four, the offset in the last column.
pub type Rows = [f64; 12];

/// The image of a point under a map of rows.
#[must_use]
pub fn apply(m: &Rows, p: [f64; 3]) -> [f64; 3] {
    [0, 4, 8].map(|row| m[row] * p[0] + m[row + 1] * p[1] + m[row + 2] * p[2] + m[row + 3])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_vector_matrix_moves_points_by_its_last_row() {
        let mut m = [0.0; 16];
        (m[0], m[5], m[10], m[15]) = (2.0, 2.0, 2.0, 1.0);
        (m[12], m[13], m[14]) = (10.0, 20.0, 30.0);
        let place = Affine::from_row_vector_matrix(&m).unwrap();
        assert_eq!(place.apply([1.0, 1.0, 1.0]), [12.0, 22.0, 32.0]);
        assert_eq!(place.after(&place).apply([1.0, 1.0, 1.0]), place.apply(place.apply([1.0, 1.0, 1.0])));
        assert!(!place.mirrors());
    }
}
