//! WGS 84: geographic positions, Earth-centred Earth-fixed (ECEF) metres, and the east-north-up
//! plane at a point.
//!
//! Source: EPSG Guidance Note 7-2, 4.1.1 (geographic/geocentric) and 4.1.2 (topocentric). CGCS2000
//! differs from WGS 84 by less than 0.2 mm in its flattening and is treated alike, as EPSG does.

use twin_schemas::geometry::GeographicPoint;

/// Semi-major axis in metres.
pub const SEMI_MAJOR_M: f64 = 6_378_137.0;
/// Flattening.
pub const FLATTENING: f64 = 1.0 / 298.257_223_563;

const ECCENTRICITY_2: f64 = FLATTENING * (2.0 - FLATTENING);

/// ECEF metres of a geographic position.
#[must_use]
pub fn to_ecef(point: &GeographicPoint) -> [f64; 3] {
    let (sin_lat, cos_lat) = point.latitude_deg.to_radians().sin_cos();
    let (sin_lon, cos_lon) = point.longitude_deg.to_radians().sin_cos();
    let normal = SEMI_MAJOR_M / (1.0 - ECCENTRICITY_2 * sin_lat * sin_lat).sqrt();
    let across = (normal + point.height_m) * cos_lat;
    let along = (normal * (1.0 - ECCENTRICITY_2) + point.height_m) * sin_lat;
    [across * cos_lon, across * sin_lon, along]
}

/// Geographic position of ECEF metres, by Bowring's formula iterated twice: better than a
/// micrometre below 10 km of height.
#[must_use]
pub fn from_ecef([x, y, z]: [f64; 3]) -> GeographicPoint {
    let across = x.hypot(y);
    let mut latitude = z.atan2(across * (1.0 - ECCENTRICITY_2));
    let mut height = 0.0;
    for _ in 0..6 {
        let (sin, cos) = latitude.sin_cos();
        let normal = SEMI_MAJOR_M / (1.0 - ECCENTRICITY_2 * sin * sin).sqrt();
        height = across * cos + z * sin - SEMI_MAJOR_M * SEMI_MAJOR_M / normal;
        latitude = z.atan2(across * (1.0 - ECCENTRICITY_2 * normal / (normal + height)));
    }
    GeographicPoint {
        longitude_deg: y.atan2(x).to_degrees(),
        latitude_deg: latitude.to_degrees(),
        height_m: height,
    }
}

/// The plane tangent at a point: a rigid frame of east, north and up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EnuFrame {
    /// ECEF metres of the origin.
    pub origin: [f64; 3],
    /// Unit vectors east, north, up in ECEF.
    pub axes: [[f64; 3]; 3],
}

impl EnuFrame {
    /// The frame at a geographic position.
    #[must_use]
    pub fn at(point: &GeographicPoint) -> Self {
        let (sin_lat, cos_lat) = point.latitude_deg.to_radians().sin_cos();
        let (sin_lon, cos_lon) = point.longitude_deg.to_radians().sin_cos();
        Self {
            origin: to_ecef(point),
            axes: [
                [-sin_lon, cos_lon, 0.0],
                [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
                [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat],
            ],
        }
    }

    /// East, north, up of an ECEF position.
    #[must_use]
    pub fn local_from_ecef(&self, ecef: [f64; 3]) -> [f64; 3] {
        let d = [0, 1, 2].map(|i| ecef[i] - self.origin[i]);
        self.axes.map(|axis| axis[0] * d[0] + axis[1] * d[1] + axis[2] * d[2])
    }

    /// ECEF position of east, north, up.
    #[must_use]
    pub fn ecef_from_local(&self, [e, n, u]: [f64; 3]) -> [f64; 3] {
        let [east, north, up] = self.axes;
        [0, 1, 2].map(|i| self.origin[i] + east[i] * e + north[i] * n + up[i] * u)
    }

    /// East, north, up of a geographic position.
    #[must_use]
    pub fn local(&self, point: &GeographicPoint) -> [f64; 3] {
        self.local_from_ecef(to_ecef(point))
    }

    /// The local-to-ECEF map as sixteen numbers in column-major order, as `tile.transform` wants.
    #[must_use]
    pub fn column_major(&self) -> [f64; 16] {
        let ([e, n, u], o) = (self.axes, self.origin);
        [e[0], e[1], e[2], 0.0, n[0], n[1], n[2], 0.0, u[0], u[1], u[2], 0.0, o[0], o[1], o[2], 1.0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EPSG Guidance Note 7-2, 4.1.1: the worked example.
    #[test]
    fn the_worked_example_of_the_guidance_note_comes_out() {
        let point = GeographicPoint {
            longitude_deg: 2.0 + 7.0 / 60.0 + 46.380 / 3600.0,
            latitude_deg: 53.0 + 48.0 / 60.0 + 33.820 / 3600.0,
            height_m: 73.0,
        };
        let ecef = to_ecef(&point);
        for (got, wanted) in ecef.iter().zip([3_771_793.968, 140_253.342, 5_124_304.349]) {
            assert!((got - wanted).abs() < 2e-3, "{got} is not {wanted}");
        }
        let back = from_ecef(ecef);
        assert!((back.latitude_deg - point.latitude_deg).abs() < 1e-11);
        assert!((back.longitude_deg - point.longitude_deg).abs() < 1e-11);
        assert!((back.height_m - point.height_m).abs() < 1e-6);
    }

    #[test]
    fn local_metres_go_to_ecef_and_back() {
        let frame =
            EnuFrame::at(&GeographicPoint { longitude_deg: 113.38, latitude_deg: 22.495, height_m: 12.0 });
        let there = frame.ecef_from_local([1234.5, -987.6, 54.3]);
        let back = frame.local_from_ecef(there);
        for (got, wanted) in back.iter().zip([1234.5, -987.6, 54.3]) {
            assert!((got - wanted).abs() < 1e-8);
        }
    }
}
