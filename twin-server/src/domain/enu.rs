//! WGS 84 longitude, latitude and height to metres east, north and up of an origin, and back. Called
//! when devices are registered by geographic position, and when features are given in WGS 84.
//!
//! Geodetic to ECEF to topocentric, EPSG Guidance Note 7-2 (methods 9602 and 9836): exact, no
//! series; the way back iterates the latitude until it stands still. Ellipsoid constants are those of NGA.STND.0036 (WGS 84).

use twin_schemas::geometry::{GeographicPoint, LocalPoint};

/// Semi-major axis of WGS 84 in metres.
const A_M: f64 = 6_378_137.0;
/// Flattening of WGS 84.
const F: f64 = 1.0 / 298.257_223_563;
/// First eccentricity squared.
const E2: f64 = F * (2.0 - F);

/// Earth-centred, Earth-fixed coordinates in metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EcefPoint {
    /// Towards 0° E on the equator.
    pub x_m: f64,
    /// Towards 90° E on the equator.
    pub y_m: f64,
    /// Towards the north pole.
    pub z_m: f64,
}

/// The ECEF position of a geographic one.
#[must_use]
pub fn to_ecef(point: &GeographicPoint) -> EcefPoint {
    let (sin_lat, cos_lat) = point.latitude_deg.to_radians().sin_cos();
    let (sin_lon, cos_lon) = point.longitude_deg.to_radians().sin_cos();
    let normal_m = A_M / (1.0 - E2 * sin_lat * sin_lat).sqrt();
    EcefPoint {
        x_m: (normal_m + point.height_m) * cos_lat * cos_lon,
        y_m: (normal_m + point.height_m) * cos_lat * sin_lon,
        z_m: (normal_m * (1.0 - E2) + point.height_m) * sin_lat,
    }
}

/// The local position of `point` in the plane that touches the ellipsoid's parallel surface at
/// `origin`.
#[must_use]
pub fn to_local(origin: &GeographicPoint, point: &GeographicPoint) -> LocalPoint {
    let (sin_lat, cos_lat) = origin.latitude_deg.to_radians().sin_cos();
    let (sin_lon, cos_lon) = origin.longitude_deg.to_radians().sin_cos();
    let (from, to) = (to_ecef(origin), to_ecef(point));
    let (dx, dy, dz) = (to.x_m - from.x_m, to.y_m - from.y_m, to.z_m - from.z_m);
    let outward = cos_lon * dx + sin_lon * dy;
    LocalPoint {
        east_m: -sin_lon * dx + cos_lon * dy,
        north_m: -sin_lat * outward + cos_lat * dz,
        up_m: cos_lat * outward + sin_lat * dz,
    }
}

/// The geographic position of `local` in the frame of `origin`: what [`to_local`] came from.
#[must_use]
pub fn to_geographic(origin: &GeographicPoint, local: &LocalPoint) -> GeographicPoint {
    let (sin_lat, cos_lat) = origin.latitude_deg.to_radians().sin_cos();
    let (sin_lon, cos_lon) = origin.longitude_deg.to_radians().sin_cos();
    let from = to_ecef(origin);
    let outward = cos_lat * local.up_m - sin_lat * local.north_m;
    geodetic(&EcefPoint {
        x_m: from.x_m - sin_lon * local.east_m + cos_lon * outward,
        y_m: from.y_m + cos_lon * local.east_m + sin_lon * outward,
        z_m: from.z_m + cos_lat * local.north_m + sin_lat * local.up_m,
    })
}

/// Each step brings the latitude nearer by a factor of about e², so that a double has no more digits
/// after eight.
const STEPS: usize = 8;

/// The geographic position of an ECEF one. On the axis, where every longitude is true, it is 0.
fn geodetic(point: &EcefPoint) -> GeographicPoint {
    let from_axis_m = point.x_m.hypot(point.y_m);
    let mut latitude = point.z_m.atan2(from_axis_m * (1.0 - E2));
    for _ in 0..STEPS {
        let sin_lat = latitude.sin();
        let normal_m = A_M / (1.0 - E2 * sin_lat * sin_lat).sqrt();
        let nearer = (point.z_m + E2 * normal_m * sin_lat).atan2(from_axis_m);
        if nearer.to_bits() == latitude.to_bits() {
            break;
        }
        latitude = nearer;
    }
    let (sin_lat, cos_lat) = latitude.sin_cos();
    GeographicPoint {
        longitude_deg: point.y_m.atan2(point.x_m).to_degrees(),
        latitude_deg: latitude.to_degrees(),
        // This form loses no digits at the poles, where dividing by the cosine does.
        height_m: from_axis_m * cos_lat + point.z_m * sin_lat - A_M * (1.0 - E2 * sin_lat * sin_lat).sqrt(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(longitude_deg: f64, latitude_deg: f64, height_m: f64) -> GeographicPoint {
        GeographicPoint { longitude_deg, latitude_deg, height_m }
    }

    fn near(left: f64, right: f64, tolerance: f64) {
        assert!((left - right).abs() <= tolerance, "{left} is not {right} within {tolerance}");
    }

    #[test]
    fn the_example_of_the_guidance_note_comes_out() {
        // EPSG Guidance Note 7-2, method 9602: 53°48'33.820"N, 2°07'46.380"E, 73.0 m.
        let point = at(2.0 + 7.0 / 60.0 + 46.38 / 3600.0, 53.0 + 48.0 / 60.0 + 33.82 / 3600.0, 73.0);
        let ecef = to_ecef(&point);
        near(ecef.x_m, 3_771_793.968, 0.001);
        near(ecef.y_m, 140_253.342, 0.001);
        near(ecef.z_m, 5_124_304.349, 0.001);
    }

    #[test]
    fn the_topocentric_example_of_the_guidance_note_comes_out() {
        // EPSG Guidance Note 7-2, method 9837: origin 55°N, 5°E, 200 m.
        let local = to_local(
            &at(5.0, 55.0, 200.0),
            &at(2.0 + 7.0 / 60.0 + 46.38 / 3600.0, 53.0 + 48.0 / 60.0 + 33.82 / 3600.0, 73.0),
        );
        near(local.east_m, -189_013.869, 0.001);
        near(local.north_m, -128_642.040, 0.001);
        near(local.up_m, -4_220.171, 0.001);
    }

    #[test]
    fn poles_and_equator_stand_on_the_axes() {
        near(to_ecef(&at(0.0, 0.0, 0.0)).x_m, 6_378_137.0, 1e-9);
        near(to_ecef(&at(0.0, 90.0, 0.0)).z_m, 6_356_752.314_245, 1e-6);
        near(to_ecef(&at(90.0, 0.0, 10.0)).y_m, 6_378_147.0, 1e-9);
    }

    #[test]
    fn the_origin_is_zero_and_height_is_up() {
        let origin = at(113.388, 22.524, 12.0);
        let local = to_local(&origin, &at(113.388, 22.524, 15.5));
        near(local.east_m, 0.0, 1e-9);
        near(local.north_m, 0.0, 1e-8);
        near(local.up_m, 3.5, 1e-8);
    }

    #[test]
    fn what_became_local_becomes_geographic_again() {
        let origins = [
            at(113.388, 22.524, 12.0),
            at(0.0, 0.0, 0.0),
            at(-179.999, -45.0, 4000.0),
            at(10.0, 89.9, -20.0),
            at(179.9995, 12.0, 3.0),
        ];
        for origin in &origins {
            for (east_m, north_m, up_m) in [
                (0.0, 0.0, 0.0),
                (1.0, -2.0, 3.0),
                (5000.0, 5000.0, 120.0),
                (-20_000.0, 15_000.0, -400.0),
                (200_000.0, -90_000.0, 8000.0),
            ] {
                let local = LocalPoint { east_m, north_m, up_m };
                let again = to_local(origin, &to_geographic(origin, &local));
                near(again.east_m, east_m, 1e-6);
                near(again.north_m, north_m, 1e-6);
                near(again.up_m, up_m, 1e-6);
            }
        }
    }

    #[test]
    fn the_way_back_meets_the_example_of_the_guidance_note() {
        // EPSG Guidance Note 7-2, method 9837, from topocentric to geographic.
        let local = LocalPoint { east_m: -189_013.869, north_m: -128_642.040, up_m: -4_220.171 };
        let point = to_geographic(&at(5.0, 55.0, 200.0), &local);
        near(point.latitude_deg, 53.0 + 48.0 / 60.0 + 33.82 / 3600.0, 1e-8);
        near(point.longitude_deg, 2.0 + 7.0 / 60.0 + 46.38 / 3600.0, 1e-8);
        near(point.height_m, 73.0, 0.001);
    }
}
