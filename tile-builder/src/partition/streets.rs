//! The direction of the streets, and squares along it.
//!
//! In: outlines in local metres. Out: an angle, and the parts of an area that a grid along that angle
//! cuts it into. Called by the pipeline. Pure.

use geo::{Area as _, BooleanOps as _, BoundingRect as _, Coord, MapCoords as _, MultiPolygon, Rect};

/// A part of an area, by its column and row in the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Square {
    /// Column along the streets, from 0.
    pub column: u32,
    /// Row across them, from 0.
    pub row: u32,
    /// What of the area lies in the square.
    pub area: MultiPolygon,
}

/// A part of an area smaller than this is a sliver of the border, and no part.
const LEAST_AREA_M2: f64 = 1.0;

/// The direction that most edges of outlines share, in degrees counter-clockwise from east, from −45
/// up to 45; 0 if there are no edges. Walls stand along and across a street, so that directions count
/// modulo a right angle, each by its length.
#[must_use]
pub fn street_axis_deg(outlines: &[MultiPolygon]) -> f64 {
    let (mut along, mut across) = (0.0, 0.0);
    for ring in outlines.iter().flatten().map(geo::Polygon::exterior) {
        for edge in ring.lines() {
            let (dx, dy) = (edge.dx(), edge.dy());
            let length = dx.hypot(dy);
            let (sin, cos) = (4.0 * dy.atan2(dx)).sin_cos();
            along += length * cos;
            across += length * sin;
        }
    }
    if along == 0.0 && across == 0.0 { 0.0 } else { across.atan2(along).to_degrees() / 4.0 }
}

/// Cuts an area into squares no wider than `edge_m` along the streets: the fewest of equal size, in
/// rows from the south. An area that fits into one is its only part.
#[must_use]
pub fn squares(area: &MultiPolygon, axis_deg: f64, edge_m: f64) -> Vec<Square> {
    let turn = |shape: &MultiPolygon, deg: f64| {
        let (sin, cos) = deg.to_radians().sin_cos();
        shape.map_coords(|Coord { x, y }| Coord { x: x * cos - y * sin, y: x * sin + y * cos })
    };
    let turned = turn(area, -axis_deg);
    let Some(bounds) = turned.bounding_rect() else { return Vec::new() };
    let count = |length: f64| ((length / edge_m).ceil() as u32).max(1);
    let (columns, rows) = (count(bounds.width()), count(bounds.height()));
    if columns == 1 && rows == 1 {
        return vec![Square { column: 0, row: 0, area: area.clone() }];
    }
    let (width, height) = (bounds.width() / f64::from(columns), bounds.height() / f64::from(rows));
    let mut parts = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let corner = |column: u32, row: u32| Coord {
                x: bounds.min().x + f64::from(column) * width,
                y: bounds.min().y + f64::from(row) * height,
            };
            let square = Rect::new(corner(column, row), corner(column + 1, row + 1)).to_polygon();
            let part = turned.intersection(&MultiPolygon::from(square));
            if part.unsigned_area() > LEAST_AREA_M2 {
                parts.push(Square { column, row, area: turn(&part, axis_deg) });
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(turned_deg: f64, width: f64, depth: f64) -> MultiPolygon {
        let rect = Rect::new(Coord { x: 0.0, y: 0.0 }, Coord { x: width, y: depth }).to_polygon();
        let (sin, cos) = turned_deg.to_radians().sin_cos();
        MultiPolygon::from(
            rect.map_coords(|Coord { x, y }| Coord { x: x * cos - y * sin, y: x * sin + y * cos }),
        )
    }

    #[test]
    fn most_walls_say_where_the_street_runs() {
        let houses = [block(20.0, 60.0, 12.0), block(21.0, 60.0, 12.0), block(-30.0, 8.0, 8.0)];
        let axis = street_axis_deg(&houses);
        assert!((axis - 20.5).abs() < 3.0, "{axis}");
        assert_eq!(street_axis_deg(&[]), 0.0);
    }

    #[test]
    fn squares_cover_an_area_without_overlap_and_none_is_too_wide() {
        let area = block(20.0, 400.0, 170.0);
        let parts = squares(&area, 20.0, 150.0);
        assert_eq!(parts.len(), 6, "three columns, two rows");
        let sum: f64 = parts.iter().map(|part| part.area.unsigned_area()).sum();
        assert!((sum - area.unsigned_area()).abs() < 1e-3, "{sum}");
        assert_eq!(squares(&block(20.0, 149.0, 90.0), 20.0, 150.0).len(), 1);
    }
}
