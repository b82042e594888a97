//! Levels of detail: simplified surfaces, skirts, and geometric errors from the producer's
//! switching rule to that of 3D Tiles.
//!
//! A viewer refines a tile when its screen-space error `GE · height / (distance · 2·tan(fov/2))`
//! exceeds a threshold. With the customary threshold of 16 px the two rules below make it refine
//! where the survey software's own viewer would.

pub mod simplify;
pub mod skirts;

pub use simplify::{Lock, Simplified, SimplifyRule, simplify};
pub use skirts::skirts;

use crate::scene::Switch;

/// Screen-space error in pixels at which viewers refine, by custom of 3D Tiles.
pub const SCREEN_ERROR_PX: f64 = 16.0;
/// The view that a distance rule is translated for: 60° over 1080 px.
const VIEW_HEIGHT_PX: f64 = 1080.0;
const VIEW_FOV_DEG: f64 = 60.0;

/// Geometric error in metres of a level that gives way to a finer one by `switch`.
///
/// Pixels: the sphere's diameter 2R spans p pixels exactly where an error of 16·2R/p spans 16.
/// Distance d: an error of 16·d·2·tan(fov/2)/height spans 16 px at distance d.
#[must_use]
pub fn geometric_error_m(switch: Switch) -> f64 {
    match switch {
        Switch::Pixels { radius_m, pixels } => SCREEN_ERROR_PX * 2.0 * radius_m / pixels,
        Switch::Distance { metres } => {
            SCREEN_ERROR_PX * metres * 2.0 * (VIEW_FOV_DEG / 2.0).to_radians().tan() / VIEW_HEIGHT_PX
        }
    }
}

/// Geometric error in metres of a level that was made: its texels and its surface are both off by
/// less than 1/16 of it, so that neither shows more than one pixel where a viewer still keeps it.
/// Never below twice the error of the levels that replace it.
#[must_use]
pub fn made_error_m(texel_m: f64, surface_error_m: f64, finer_error_m: f64) -> f64 {
    (SCREEN_ERROR_PX * texel_m.max(surface_error_m)).max(2.0 * finer_error_m)
}

/// How finely the vertices of a content are stored, in metres, given the error at which it gives
/// way: far below what its level can show, and never coarser than 2 cm or finer than 2 mm.
#[must_use]
pub fn position_step_m(geometric_error_m: f64) -> f64 {
    (geometric_error_m / 512.0).clamp(0.002, 0.02)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sphere_that_must_span_half_its_radius_in_pixels_has_an_error_of_64_m() {
        let error = geometric_error_m(Switch::Pixels { radius_m: 73.7706, pixels: 36.8853 });
        assert!((error - 64.0).abs() < 1e-4, "{error}");
    }

    #[test]
    fn a_distance_rule_makes_the_screen_error_16_px_at_that_distance() {
        let error = geometric_error_m(Switch::Distance { metres: 250.0 });
        let screen = error * VIEW_HEIGHT_PX / (250.0 * 2.0 * (VIEW_FOV_DEG / 2.0).to_radians().tan());
        assert!((screen - 16.0).abs() < 1e-9);
    }
}
