//! A rectangle on the ground, as requests ask for it. Called by the filters of lists and events.

use std::str::FromStr;

use twin_schemas::geometry::{LocalBox, LocalPoint};

/// A rectangle in local metres, edges included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocalRect {
    /// West edge.
    pub min_east_m: f64,
    /// South edge.
    pub min_north_m: f64,
    /// East edge.
    pub max_east_m: f64,
    /// North edge.
    pub max_north_m: f64,
}

impl LocalRect {
    /// Whether the point stands above the rectangle or on its edge.
    #[must_use]
    pub fn contains(&self, point: &LocalPoint) -> bool {
        (self.min_east_m..=self.max_east_m).contains(&point.east_m)
            && (self.min_north_m..=self.max_north_m).contains(&point.north_m)
    }

    /// Whether some of the box stands above the rectangle or on its edge.
    #[must_use]
    pub fn meets(&self, LocalBox { min, max }: &LocalBox) -> bool {
        min.east_m <= self.max_east_m
            && self.min_east_m <= max.east_m
            && min.north_m <= self.max_north_m
            && self.min_north_m <= max.north_m
    }
}

/// Why a text is not a rectangle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a box is `min_e,min_n,max_e,max_n` in local metres with min at or below max, not `{0}`")]
pub struct BoundsError(String);

impl FromStr for LocalRect {
    type Err = BoundsError;

    /// Reads `min_e,min_n,max_e,max_n`.
    fn from_str(text: &str) -> Result<Self, BoundsError> {
        let error = || BoundsError(text.chars().take(100).collect());
        let numbers: Vec<f64> = text
            .split(',')
            .map(|part| part.trim().parse::<f64>())
            .collect::<Result<_, _>>()
            .map_err(|_| error())?;
        let numbers = <[f64; 4]>::try_from(numbers).map_err(|_| error())?;
        Self::try_from(numbers).map_err(|_| error())
    }
}

impl TryFrom<[f64; 4]> for LocalRect {
    type Error = BoundsError;

    /// Takes west, south, east and north edge.
    fn try_from(numbers: [f64; 4]) -> Result<Self, BoundsError> {
        let [min_east_m, min_north_m, max_east_m, max_north_m] = numbers;
        if !numbers.iter().all(|n| n.is_finite()) || min_east_m > max_east_m || min_north_m > max_north_m {
            return Err(BoundsError(numbers.map(|number| number.to_string()).join(",")));
        }
        Ok(Self { min_east_m, min_north_m, max_east_m, max_north_m })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_numbers_in_order_are_a_box_with_its_edges() {
        let rect: LocalRect = "-1,0, 2.5,3".parse().unwrap();
        let at = |east_m, north_m| LocalPoint { east_m, north_m, up_m: 99.0 };
        assert!(rect.contains(&at(-1.0, 3.0)));
        assert!(!rect.contains(&at(2.6, 1.0)));
    }

    #[test]
    fn a_box_meets_a_rectangle_that_it_touches_holds_or_lies_in() {
        let rect: LocalRect = "0,0,10,10".parse().unwrap();
        let at = |east_m, north_m| LocalPoint { east_m, north_m, up_m: 99.0 };
        for (min, max, meets) in [
            (at(10.0, 10.0), at(20.0, 20.0), true),
            (at(-5.0, -5.0), at(50.0, 50.0), true),
            (at(4.0, 4.0), at(4.0, 4.0), true),
            (at(-5.0, 4.0), at(50.0, 5.0), true),
            (at(10.1, 0.0), at(20.0, 10.0), false),
            (at(0.0, -9.0), at(10.0, -0.1), false),
        ] {
            assert_eq!(rect.meets(&LocalBox { min, max }), meets, "{min:?} {max:?}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "1,2,3", "1,2,3,4,5", "3,0,1,1", "0,0,nan,1", "0,0,inf,1", "a,b,c,d"] {
            assert!(text.parse::<LocalRect>().is_err(), "{text}");
        }
    }
}
