//! The five sides of a thing along a street.

/// Where a face of the community looks, seen from a street that runs from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Orientation {
    /// To the right-hand side of the street's direction.
    Front,
    /// To its left-hand side.
    Back,
    /// Back along the street.
    Left,
    /// Along the street.
    Right,
    /// Upwards: steeper than 27° above the horizon.
    Top,
}

/// Least upward part of a unit normal for the top.
const UP: f64 = 0.45;

impl Orientation {
    /// Its name in scenes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Back => "back",
            Self::Left => "left",
            Self::Right => "right",
            Self::Top => "top",
        }
    }

    /// The side that a unit normal belongs to, for a street whose direction is
    /// `street_axis_deg` counter-clockwise from east.
    #[must_use]
    pub fn of(normal: [f64; 3], street_axis_deg: f64) -> Self {
        if normal[2] > UP {
            return Self::Top;
        }
        let (sin, cos) = street_axis_deg.to_radians().sin_cos();
        let along = normal[0] * cos + normal[1] * sin;
        let across = normal[1] * cos - normal[0] * sin;
        match (along.abs() > across.abs(), along > 0.0, across > 0.0) {
            (true, true, _) => Self::Right,
            (true, false, _) => Self::Left,
            (false, _, true) => Self::Back,
            (false, _, false) => Self::Front,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_turn_with_the_street() {
        let south = [0.0, -1.0, 0.0];
        assert_eq!(Orientation::of(south, 0.0), Orientation::Front);
        assert_eq!(Orientation::of(south, 90.0), Orientation::Left);
        assert_eq!(Orientation::of(south, 180.0), Orientation::Back);
        assert_eq!(Orientation::of(south, -90.0), Orientation::Right);
        assert_eq!(Orientation::of([0.0, -0.8, 0.6], 0.0), Orientation::Top);
    }
}
