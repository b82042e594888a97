//! Metres east, north and up of an origin to WGS 84 longitude, latitude and height: the way back of `enu`.
//! Called where positions leave the server in standard form.
//!
//! Topocentric to ECEF is exact (EPSG Guidance Note 7-2, method 9836). ECEF to geodetic follows Bowring
//! (1976), applied twice: within a few kilometres of the ellipsoid the error is far below a micrometre.

use twin_schemas::geometry::{GeographicPoint, LocalPoint};

use super::enu::{EcefPoint, to_ecef};

const A_M: f64 = 6_378_137.0;
const F: f64 = 1.0 / 298.257_223_563;
const E2: f64 = F * (2.0 - F);
const B_M: f64 = A_M * (1.0 - F);

/// The geographic position of `local`, which is given in the plane at `origin`.
#[must_use]
pub fn to_geographic(origin: &GeographicPoint, local: &LocalPoint) -> GeographicPoint {
    let (sin_lat, cos_lat) = origin.latitude_deg.to_radians().sin_cos();
    let (sin_lon, cos_lon) = origin.longitude_deg.to_radians().sin_cos();
    let from = to_ecef(origin);
    let outward = cos_lat * local.up_m - sin_lat * local.north_m;
    of_ecef(&EcefPoint {
        x_m: from.x_m - sin_lon * local.east_m + cos_lon * outward,
        y_m: from.y_m + cos_lon * local.east_m + sin_lon * outward,
        z_m: from.z_m + cos_lat * local.north_m + sin_lat * local.up_m,
    })
}

fn of_ecef(point: &EcefPoint) -> GeographicPoint {
    let across_m = point.x_m.hypot(point.y_m);
    let mut reduced = (point.z_m * A_M).atan2(across_m * B_M);
    let mut latitude = 0.0;
    for _ in 0..2 {
        let (sin, cos) = reduced.sin_cos();
        let second = E2 / (1.0 - E2);
        latitude = (point.z_m + second * B_M * sin.powi(3)).atan2(across_m - E2 * A_M * cos.powi(3));
        reduced = ((1.0 - F) * latitude.sin()).atan2(latitude.cos());
    }
    let (sin, cos) = latitude.sin_cos();
    let normal_m = A_M / (1.0 - E2 * sin * sin).sqrt();
    GeographicPoint {
        longitude_deg: point.y_m.atan2(point.x_m).to_degrees(),
        latitude_deg: latitude.to_degrees(),
        // Stays exact at the poles, where the usual quotient by the cosine does not.
        height_m: across_m * cos + point.z_m * sin - A_M * A_M / normal_m,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::enu::to_local;

    #[test]
    fn there_and_back_is_where_one_was() {
        for (longitude_deg, latitude_deg) in [(113.388, 22.524), (-70.0, -33.0), (0.0, 0.0), (179.9, 89.0)] {
            let origin = GeographicPoint { longitude_deg, latitude_deg, height_m: 12.0 };
            for (east_m, north_m, up_m) in
                [(0.0, 0.0, 0.0), (1500.0, -2500.0, 80.0), (-90_000.0, 50_000.0, 9.0)]
            {
                let local = LocalPoint { east_m, north_m, up_m };
                let back = to_local(&origin, &to_geographic(&origin, &local));
                for (is, was) in [(back.east_m, east_m), (back.north_m, north_m), (back.up_m, up_m)] {
                    assert!((is - was).abs() < 1e-6, "{origin:?} {local:?} {back:?}");
                }
            }
        }
    }
}
