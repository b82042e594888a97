//! Axis-aligned boxes, in whatever frame the caller keeps.

/// A box; the empty box has `min` above `max` and grows to what is added to it.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Aabb {
    /// Smallest coordinates.
    pub min: [f64; 3],
    /// Largest coordinates.
    pub max: [f64; 3],
}

impl Aabb {
    /// Holds nothing.
    pub const EMPTY: Self = Self { min: [f64::INFINITY; 3], max: [f64::NEG_INFINITY; 3] };

    /// Holds everything.
    pub const EVERYWHERE: Self = Self { min: [f64::NEG_INFINITY; 3], max: [f64::INFINITY; 3] };

    /// The smallest box around some points.
    pub fn around<'p>(points: impl IntoIterator<Item = &'p [f64; 3]>) -> Self {
        let mut bounds = Self::EMPTY;
        for point in points {
            bounds.add(point);
        }
        bounds
    }

    /// The smallest box around the vertices of some meshes, given as lists of positions.
    pub fn around_all<'p>(lists: impl IntoIterator<Item = &'p Vec<[f64; 3]>>) -> Self {
        Self::around(lists.into_iter().flatten())
    }

    /// Grows to hold a point.
    pub fn add(&mut self, point: &[f64; 3]) {
        for (axis, &value) in point.iter().enumerate() {
            self.min[axis] = self.min[axis].min(value);
            self.max[axis] = self.max[axis].max(value);
        }
    }

    /// Grows to hold another box.
    pub fn merge(&mut self, other: &Self) {
        for axis in 0..3 {
            self.min[axis] = self.min[axis].min(other.min[axis]);
            self.max[axis] = self.max[axis].max(other.max[axis]);
        }
    }

    /// Whether nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        (0..3).any(|axis| self.min[axis] > self.max[axis])
    }

    /// The middle.
    #[must_use]
    pub fn centre(&self) -> [f64; 3] {
        [0, 1, 2].map(|axis| f64::midpoint(self.min[axis], self.max[axis]))
    }

    /// Edge lengths.
    #[must_use]
    pub fn size(&self) -> [f64; 3] {
        [0, 1, 2].map(|axis| self.max[axis] - self.min[axis])
    }

    /// Length of the diagonal; 0 for the empty box.
    #[must_use]
    pub fn diagonal(&self) -> f64 {
        if self.is_empty() { 0.0 } else { self.size().iter().map(|edge| edge * edge).sum::<f64>().sqrt() }
    }

    /// The box with `margin` added on every side.
    #[must_use]
    pub fn grown(&self, margin: f64) -> Self {
        Self { min: self.min.map(|v| v - margin), max: self.max.map(|v| v + margin) }
    }

    /// Whether two boxes share a point.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        (0..3).all(|axis| self.min[axis] <= other.max[axis] && self.max[axis] >= other.min[axis])
    }

    /// A box in plan that holds all heights.
    #[must_use]
    pub fn in_plan([west, south, east, north]: [f64; 4]) -> Self {
        Self { min: [west, south, f64::NEG_INFINITY], max: [east, north, f64::INFINITY] }
    }

    /// Whether `other` lies inside, with `slack` forgiven on every side.
    #[must_use]
    pub fn encloses(&self, other: &Self, slack: f64) -> bool {
        (0..3).all(|axis| {
            self.min[axis] <= other.min[axis] + slack && self.max[axis] >= other.max[axis] - slack
        })
    }
}
