//! The parameter `bbox` (OGC API - Features § 7.15.3) and `BBOX` of filters: four numbers, or six with
//! heights, come in; rectangles in longitude and latitude go out.

use std::str::FromStr;

use geo::{MultiPolygon, Rect, coord};

/// Most characters of a wrong text that are repeated in an error.
const TEXT_LIMIT: usize = 100;

/// A box of degrees and, where heights matter, metres above the ellipsoid. Edges included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeoBox {
    /// West edge. Larger than the east edge if the box lies across the antimeridian.
    pub west_deg: f64,
    /// South edge.
    pub south_deg: f64,
    /// East edge.
    pub east_deg: f64,
    /// North edge.
    pub north_deg: f64,
    /// Lowest and highest.
    pub heights_m: Option<(f64, f64)>,
}

/// Why numbers are no box.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a box is `west,south,east,north` in degrees, or `west,south,lowest,east,north,highest` with heights in metres, each minimum at or below its maximum, not `{0}`"
)]
pub struct GeoBoxError(String);

impl GeoBox {
    /// The box of four or six numbers.
    ///
    /// # Errors
    /// If they are not finite, not in order, or beyond what degrees can be. West may be more than east:
    /// then the box lies across the antimeridian.
    pub fn of_numbers(numbers: &[f64]) -> Result<Self, GeoBoxError> {
        let error = || {
            let text = numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
            GeoBoxError(text.chars().take(TEXT_LIMIT).collect())
        };
        let (west_deg, south_deg, east_deg, north_deg, heights_m) = match *numbers {
            [west, south, east, north] => (west, south, east, north, None),
            [west, south, low, east, north, high] => (west, south, east, north, Some((low, high))),
            _ => return Err(error()),
        };
        let sane = numbers.iter().all(|n| n.is_finite())
            && [west_deg, east_deg].iter().all(|lon| lon.abs() <= 180.0)
            && [south_deg, north_deg].iter().all(|lat| lat.abs() <= 90.0)
            && south_deg <= north_deg
            && heights_m.is_none_or(|(low, high)| low <= high);
        if !sane {
            return Err(error());
        }
        Ok(Self { west_deg, south_deg, east_deg, north_deg, heights_m })
    }

    /// Its rectangles: one, or two that meet at the antimeridian.
    #[must_use]
    pub fn rectangles(&self) -> Vec<Rect> {
        let rectangle = |west, east| {
            Rect::new(coord! { x: west, y: self.south_deg }, coord! { x: east, y: self.north_deg })
        };
        if self.west_deg <= self.east_deg {
            vec![rectangle(self.west_deg, self.east_deg)]
        } else {
            vec![rectangle(self.west_deg, 180.0), rectangle(-180.0, self.east_deg)]
        }
    }

    /// Its rectangles as polygons.
    #[must_use]
    pub fn polygons(&self) -> MultiPolygon {
        MultiPolygon::new(self.rectangles().into_iter().map(Rect::to_polygon).collect())
    }
}

impl FromStr for GeoBox {
    type Err = GeoBoxError;

    /// Reads numbers with commas between.
    fn from_str(text: &str) -> Result<Self, GeoBoxError> {
        let error = || GeoBoxError(text.chars().take(TEXT_LIMIT).collect());
        let parts: Vec<&str> = text.split(',').take(7).collect();
        let numbers: Result<Vec<f64>, _> = parts.iter().map(|part| part.trim().parse::<f64>()).collect();
        Self::of_numbers(&numbers.map_err(|_| error())?).map_err(|_| error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_or_six_numbers_in_order_are_a_box() {
        let plain: GeoBox = "113, 22.5,114,23".parse().unwrap();
        assert_eq!((plain.west_deg, plain.north_deg, plain.heights_m), (113.0, 23.0, None));
        let high: GeoBox = "113,22.5,-10,114,23,99.5".parse().unwrap();
        assert_eq!((high.east_deg, high.heights_m), (114.0, Some((-10.0, 99.5))));
        assert_eq!(plain.rectangles().len(), 1);
    }

    #[test]
    fn across_the_antimeridian_it_has_two_parts() {
        let parts = "177,-20,-178,-16".parse::<GeoBox>().unwrap().rectangles();
        let edges: Vec<(f64, f64)> = parts.iter().map(|part| (part.min().x, part.max().x)).collect();
        assert_eq!(edges, [(177.0, 180.0), (-180.0, -178.0)]);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "1,2,3,4,5,6,7",
            "0,9,1,8",
            "0,0,nan,1",
            "0,0,inf,1",
            "a,b,c,d",
            "-181,0,0,1",
            "0,0,1,91",
            "0,0,9,1,1,8",
        ] {
            assert!(text.parse::<GeoBox>().is_err(), "{text}");
        }
    }
}
