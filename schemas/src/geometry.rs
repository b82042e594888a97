//! Positions and boxes, each naming its frame and unit.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A WGS 84 position.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GeographicPoint {
    /// Degrees east of Greenwich, −180 to 180.
    pub longitude_deg: f64,
    /// Degrees north of the equator, −90 to 90.
    pub latitude_deg: f64,
    /// Metres above the WGS 84 ellipsoid (not above sea level).
    #[serde(default)]
    pub height_m: f64,
}

/// A position in the community's local frame.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalPoint {
    /// Metres east of the community's origin.
    pub east_m: f64,
    /// Metres north of the community's origin.
    pub north_m: f64,
    /// Metres above the tangent plane at the community's origin.
    pub up_m: f64,
}

/// An axis-aligned box in the community's local frame. `min` is at or below `max` on every axis.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalBox {
    /// The west, south, lower corner.
    pub min: LocalPoint,
    /// The east, north, upper corner.
    pub max: LocalPoint,
}

impl LocalBox {
    /// The box around both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let merge = |one: &LocalPoint, other: &LocalPoint, choose: fn(f64, f64) -> f64| LocalPoint {
            east_m: choose(one.east_m, other.east_m),
            north_m: choose(one.north_m, other.north_m),
            up_m: choose(one.up_m, other.up_m),
        };
        Self { min: merge(&self.min, &other.min, f64::min), max: merge(&self.max, &other.max, f64::max) }
    }

    /// The point in the middle.
    #[must_use]
    pub fn middle(&self) -> LocalPoint {
        LocalPoint {
            east_m: f64::midpoint(self.min.east_m, self.max.east_m),
            north_m: f64::midpoint(self.min.north_m, self.max.north_m),
            up_m: f64::midpoint(self.min.up_m, self.max.up_m),
        }
    }
}
