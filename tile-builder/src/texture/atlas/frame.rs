//! The plane that a chart is drawn on.

use crate::geometry::Surface;
use crate::geometry::vector::{Vec3, add, cross, dot, scale, unit};

/// Directions tried for the smallest rectangle around a chart, over a right angle.
const TURNS: u32 = 18;

/// Right, down and towards the eye: the axes of a chart's picture, at right angles, one metre long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub(super) right: Vec3,
    pub(super) down: Vec3,
    pub(super) towards: Vec3,
}

impl Frame {
    /// A frame seen against `normal`, its rows level.
    pub(super) fn facing(normal: Vec3) -> Self {
        let towards = unit(normal);
        let level = cross([0.0, 0.0, 1.0], towards);
        // Seen from right above or below, east is right.
        let right = if dot(level, level) > 1e-6 { unit(level) } else { [1.0, 0.0, 0.0] };
        let right = unit(add(right, scale(towards, -dot(right, towards))));
        Self { right, down: scale(cross(towards, right), -1.0), towards }
    }

    /// The frame turned about the line of sight.
    pub(super) fn turned(&self, angle: f64) -> Self {
        let (sin, cos) = angle.sin_cos();
        Self {
            right: add(scale(self.right, cos), scale(self.down, sin)),
            down: add(scale(self.down, cos), scale(self.right, -sin)),
            towards: self.towards,
        }
    }

    /// Metres right, down and towards the eye.
    pub(super) fn apply(&self, point: Vec3) -> Vec3 {
        [dot(point, self.right), dot(point, self.down), dot(point, self.towards)]
    }

    /// The point of given metres right, down and towards the eye.
    pub(super) fn point(&self, [x, y, z]: Vec3) -> Vec3 {
        add(add(scale(self.right, x), scale(self.down, y)), scale(self.towards, z))
    }

    /// The frame turned so that the rectangle around some triangles is smallest, its longer side
    /// level; and that rectangle: its corner and its size in metres.
    pub(super) fn tightened(&self, surface: &Surface, triangles: &[u32]) -> (Self, [f64; 2], [f64; 2]) {
        let step = std::f64::consts::FRAC_PI_2 / f64::from(TURNS);
        let mut best: Option<(f64, Self, [f64; 2], [f64; 2])> = None;
        for turn in 0..TURNS {
            let frame = self.turned(f64::from(turn) * step);
            let (min, size) = frame.rectangle(surface, triangles);
            // Only what is clearly smaller is worth a turn.
            if best.as_ref().is_none_or(|(least, ..)| size[0] * size[1] < least * 0.98) {
                best = Some((size[0] * size[1], frame, min, size));
            }
        }
        let (_, frame, min, size) = best.unwrap_or((0.0, *self, [0.0; 2], [0.0; 2]));
        if size[0] >= size[1] {
            return (frame, min, size);
        }
        let frame = frame.turned(std::f64::consts::FRAC_PI_2);
        let (min, size) = frame.rectangle(surface, triangles);
        (frame, min, size)
    }

    fn rectangle(&self, surface: &Surface, triangles: &[u32]) -> ([f64; 2], [f64; 2]) {
        let (mut min, mut max) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for corner in triangles.iter().flat_map(|&triangle| surface.corners(triangle as usize)) {
            let at = self.apply(corner);
            for axis in 0..2 {
                min[axis] = min[axis].min(at[axis]);
                max[axis] = max[axis].max(at[axis]);
            }
        }
        (min, [max[0] - min[0], max[1] - min[1]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_has_east_at_the_right_and_south_below() {
        let frame = Frame::facing([0.0, 0.0, 1.0]);
        assert_eq!(frame.apply([3.0, 5.0, 7.0]), [3.0, -5.0, 7.0]);
        assert_eq!(frame.point([3.0, -5.0, 7.0]), [3.0, 5.0, 7.0]);
    }

    #[test]
    fn a_wall_stands_upright() {
        let [right, down, towards] = Frame::facing([0.0, -1.0, 0.0]).apply([1.0, 2.0, 3.0]);
        assert_eq!([right, down, towards], [1.0, -3.0, -2.0]);
    }
}
