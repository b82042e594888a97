//! Three coordinates as a vector: the few operations that every stage needs.

/// A point or direction in whatever frame the caller keeps.
pub type Vec3 = [f64; 3];

/// `a − b`.
#[must_use]
pub fn sub(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// `a + b`.
#[must_use]
pub fn add(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

/// `a · k`.
#[must_use]
pub fn scale(a: Vec3, k: f64) -> Vec3 {
    a.map(|value| value * k)
}

/// Scalar product.
#[must_use]
pub fn dot(a: Vec3, b: Vec3) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Vector product.
#[must_use]
pub fn cross(a: Vec3, b: Vec3) -> Vec3 {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// Euclidean length.
#[must_use]
pub fn length(a: Vec3) -> f64 {
    dot(a, a).sqrt()
}

/// The direction of `a`; straight up for a vector without length.
#[must_use]
pub fn unit(a: Vec3) -> Vec3 {
    let length = length(a);
    if length > 0.0 && length.is_finite() { scale(a, 1.0 / length) } else { [0.0, 0.0, 1.0] }
}

/// The vector product of two edges: the normal of a counter-clockwise triangle, twice its area long.
#[must_use]
pub fn face(corners: &[Vec3; 3]) -> Vec3 {
    cross(sub(corners[1], corners[0]), sub(corners[2], corners[0]))
}
