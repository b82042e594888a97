//! Daylight: the sun of a clear late morning, the sky, and what surroundings throw back.
//!
//! In: how much of sun and sky a point sees. Out: the colour that a camera would record. Called by
//! `bake` for every texel. Sun and sky follow the usual ratio of a clear day (about five to one on a
//! surface that faces the sun), the tone curve is the filmic one of Hable (2010) in short form.

use super::vector::{Rgb, Vec3, vec3};

/// Direction to the sun: 31.3° north, late October, half past ten: azimuth 146°, height 41°.
pub(crate) fn to_sun() -> Vec3 {
    vec3(0.422, -0.626, 0.656).unit()
}

const SUN: Rgb = [3.25, 2.98, 2.55];
const SKY: Rgb = [0.60, 0.72, 0.92];
const BOUNCE: Rgb = [0.46, 0.42, 0.36];
const EXPOSURE: f32 = 0.56;

/// What falls on a point.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Light {
    /// Share of the sun that arrives, 0 to 1.
    pub(crate) sun: f32,
    /// Share of the sky that is seen, weighted by its angle, 0 to 1.
    pub(crate) sky: f32,
    /// How bright the things are that hide the rest of the sky, 0 to 1.
    pub(crate) around: f32,
}

/// The colour of a surface in that light, linear, before exposure.
pub(crate) fn reflect(albedo: Rgb, shine: f32, sun_cosine: f32, light: Light) -> Rgb {
    let sun = light.sun * sun_cosine.max(0.0);
    let hidden = 1.0 - light.sky;
    [0, 1, 2].map(|i| {
        let falls = SUN[i] * sun + SKY[i] * light.sky + BOUNCE[i] * hidden * light.around;
        albedo[i] * falls + shine * SKY[i] * light.sky
    })
}

/// The sRGB code that a camera records, with a fine grain `grain` between −1 and 1.
pub(crate) fn record(colour: Rgb, grain: f32) -> [u8; 3] {
    colour.map(|c| {
        let x = c * EXPOSURE;
        // A gentle shoulder keeps white render in full sun from burning out.
        let toned = x * (1.0 + x * 0.09) / (1.0 + x * 0.42);
        let code = toned.max(0.0).powf(1.0 / 2.2) * 255.0 * 1.06;
        (code + grain * (1.2 + code * 0.012)).round().clamp(0.0, 255.0) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sun_is_several_times_as_bright_as_shade() {
        let lit = reflect([0.4; 3], 0.0, 0.8, Light { sun: 1.0, sky: 0.8, around: 0.5 });
        let shaded = reflect([0.4; 3], 0.0, 0.8, Light { sun: 0.0, sky: 0.8, around: 0.5 });
        assert!((3.0..7.0).contains(&(lit[1] / shaded[1])), "{lit:?} against {shaded:?}");
        assert!(record(lit, 0.0)[1] < 240 && record(shaded, 0.0)[1] > 60);
    }
}
