//! The buildings that triangles are given to: footprints in local metres, with their ground and top.
//!
//! In: footprints in longitude and latitude, the community's origin, a [`Relief`]. Out:
//! [`Buildings`], indexed. Called by the pipeline; used by `identity`. Pure.

use geo::buffer::{Buffer as _, BufferStyle, LineJoin};
use geo::{BoundingRect as _, Distance as _, Euclidean, MultiPolygon, Point};
use serde_json::Value;
use twin_schemas::geometry::GeographicPoint;

use super::relief::Relief;
use super::{STOREY_M, outline, shape};
use crate::geometry::Outlines;
use crate::georef::ellipsoid::EnuFrame;
use crate::read::areas::Area;
use crate::scene::Feature;

/// Corners sharper than this are bevelled when a footprint grows, in radians.
const SHARPEST_MITRE: f64 = 0.8;
/// How far a mitre may reach, in margins: one over the sine of half that angle.
const LONGEST_MITRE: f64 = 2.6;
/// How far beyond the overhang the ground is looked for, in metres; further if nothing is found.
const GROUND_REACH_M: [f64; 3] = [5.0, 15.0, 40.0];
/// Cells with ground that are enough to believe it.
const ENOUGH_CELLS: usize = 8;
/// Of the lowest surfaces around a building, the share that may lie below its ground: pits and noise.
const GROUND_SHARE: f64 = 0.2;
/// Of the highest surfaces inside, the share that may stand above its top: masts and crowns.
const TOP_SHARE: f64 = 0.95;

/// Which triangles in and around a footprint are its building's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IdentityRule {
    /// How far walls may bulge over the footprint, in metres.
    pub margin_m: f64,
    /// In that margin, how far above the ground a triangle must be, in metres: higher than a kerb.
    pub above_ground_m: f64,
    /// How far balconies and eaves may reach over the footprint, in metres.
    pub overhang_m: f64,
    /// Beyond the margin, how far above the ground a triangle must be, in metres: higher than a hedge.
    pub overhang_above_ground_m: f64,
    /// How far above its top a building may still reach, in metres. What is higher is a tree.
    pub above_top_m: f64,
}

impl IdentityRule {
    /// How far from a footprint its building may have triangles, in metres.
    fn reach_m(&self) -> f64 {
        self.margin_m.max(self.overhang_m)
    }
}

impl Default for IdentityRule {
    fn default() -> Self {
        Self {
            margin_m: 0.6,
            above_ground_m: 0.5,
            overhang_m: 1.6,
            overhang_above_ground_m: 1.2,
            above_top_m: 4.0,
        }
    }
}

/// A building of the community.
#[derive(Debug, Clone, PartialEq)]
pub struct Building {
    /// What contents say about it: `building/<footprint id>`, class and name.
    pub feature: Feature,
    /// Its outline in local metres.
    pub footprint: MultiPolygon,
    /// Height of the ground around it, metres up; `None` if nobody knows.
    pub ground_m: Option<f64>,
    /// Height of its roof, metres up; `None` if nobody knows.
    pub top_m: Option<f64>,
}

/// The buildings of a community, indexed by place.
#[derive(Debug, Clone)]
pub struct Buildings {
    /// In the order of the footprints' file.
    list: Vec<Building>,
    rule: IdentityRule,
    footprints: Outlines,
    grown: Outlines,
}

impl Buildings {
    /// Places footprints. A building's own `ground_m` and `height_m` win over the relief; `storeys`
    /// give a height where nothing else does.
    #[must_use]
    pub fn new(footprints: &[Area], origin: &GeographicPoint, relief: &Relief, rule: IdentityRule) -> Self {
        let frame = EnuFrame::at(origin);
        let placed: Vec<Building> = footprints.iter().map(|area| place(area, origin, &frame)).collect();
        let shapes: Vec<MultiPolygon> = placed.iter().map(|building| building.footprint.clone()).collect();
        let grown: Vec<MultiPolygon> = shapes.iter().map(|shape| grow(shape, rule.reach_m())).collect();
        let mut buildings =
            Self { list: placed, rule, footprints: Outlines::new(&shapes), grown: Outlines::new(&grown) };
        for (at, area) in footprints.iter().enumerate() {
            let (ground, top) = (buildings.ground_of(at, relief), buildings.top_of(at, relief));
            let storeys = number(area, "storeys").map(|storeys| storeys * STOREY_M);
            let building = &mut buildings.list[at];
            building.ground_m = building.ground_m.or(ground);
            let over_ground = |height: f64| building.ground_m.map(|ground| ground + height);
            let stated = number(area, "height_m").and_then(over_ground);
            building.top_m = stated.or(top).or_else(|| storeys.and_then(over_ground));
        }
        buildings
    }

    /// All buildings, in the order of the footprints' file.
    #[must_use]
    pub fn list(&self) -> &[Building] {
        &self.list
    }

    /// The outlines that meshes are cut along: the footprints with their overhangs.
    #[must_use]
    pub fn outlines(&self) -> &Outlines {
        &self.grown
    }

    /// West, south, east and north of what may be a building's, in local metres.
    #[must_use]
    pub fn extent(&self, building: usize) -> Option<[f64; 4]> {
        let ([west, south], [east, north]) =
            self.box_around(building, self.rule.reach_m() * LONGEST_MITRE)?;
        Some([west, south, east, north])
    }

    /// Whether a building's footprint proper holds a point.
    #[must_use]
    pub fn within(&self, building: usize, point: [f64; 2]) -> bool {
        self.footprints.holds(building, point)
    }

    /// How far around the outlines the relief is asked, in metres; see [`Relief::keep_near`].
    #[must_use]
    pub fn relief_reach_m() -> f64 {
        GROUND_REACH_M[GROUND_REACH_M.len() - 1]
    }

    /// The building that a triangle with this middle belongs to, if any.
    #[must_use]
    pub fn owner(&self, [x, y, z]: [f64; 3]) -> Option<usize> {
        let near = self.grown.holding([x, y]);
        let mut near: Vec<(f64, usize)> =
            near.into_iter().map(|at| (self.distance(at, [x, y]), at)).collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let fits = |&(distance, at): &(f64, usize)| {
            let Building { ground_m, top_m, .. } = self.list[at];
            let IdentityRule { margin_m, above_ground_m, overhang_above_ground_m, .. } = self.rule;
            let clear = if distance <= margin_m { above_ground_m } else { overhang_above_ground_m };
            let stands = ground_m.is_some_and(|ground| z > ground + clear);
            let under_top = top_m.is_none_or(|top| z <= top + self.rule.above_top_m);
            (distance == 0.0 || stands) && under_top
        };
        near.into_iter().find(fits).map(|(_, at)| at)
    }

    /// Metres from a footprint in plan; 0 within it.
    fn distance(&self, at: usize, point: [f64; 2]) -> f64 {
        if self.footprints.holds(at, point) {
            return 0.0;
        }
        let away = Euclidean.distance(&Point::from(point), &self.list[at].footprint);
        away.max(f64::MIN_POSITIVE)
    }

    /// The ground beside a building: low among the lowest surfaces around it, outside of others.
    fn ground_of(&self, at: usize, relief: &Relief) -> Option<f64> {
        let margin = self.rule.reach_m();
        for reach in GROUND_REACH_M {
            let (min, max) = self.box_around(at, margin + reach)?;
            let cells = relief.within(min, max);
            let ring = cells.filter(|cell| {
                let away = self.distance(at, cell.middle);
                away > margin && away <= margin + reach && self.footprints.holding(cell.middle).is_empty()
            });
            let lows: Vec<f64> = ring.map(|cell| cell.low_m).collect();
            if lows.len() >= ENOUGH_CELLS {
                return share_of(lows, GROUND_SHARE);
            }
        }
        None
    }

    /// The roof of a building: high among the highest surfaces inside.
    fn top_of(&self, at: usize, relief: &Relief) -> Option<f64> {
        let (min, max) = self.box_around(at, 0.0)?;
        let inside = relief.within(min, max).filter(|cell| self.footprints.holds(at, cell.middle));
        share_of(inside.map(|cell| cell.high_m).collect(), TOP_SHARE)
    }

    fn box_around(&self, at: usize, reach: f64) -> Option<([f64; 2], [f64; 2])> {
        let bounds = self.list[at].footprint.bounding_rect()?;
        let (min, max) = (bounds.min(), bounds.max());
        Some(([min.x - reach, min.y - reach], [max.x + reach, max.y + reach]))
    }
}

fn place(area: &Area, origin: &GeographicPoint, frame: &EnuFrame) -> Building {
    let text = |key: &str| area.properties.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let stated = number(area, "ground_m");
    let corner = area.polygons.first().and_then(|rings| rings.first()?.first());
    let up = |height_m: f64| {
        let [longitude_deg, latitude_deg] = *corner?;
        Some(frame.local(&GeographicPoint { longitude_deg, latitude_deg, height_m })[2])
    };
    Building {
        feature: Feature {
            id: format!("building/{}", area.id),
            class: "building".to_owned(),
            name: text("name_zh").or(text("name_en")).unwrap_or_default().to_owned(),
        },
        footprint: shape(&outline(frame, area, stated.unwrap_or(origin.height_m))),
        ground_m: stated.and_then(up),
        top_m: None,
    }
}

fn number(area: &Area, key: &str) -> Option<f64> {
    area.properties.get(key).and_then(Value::as_f64).filter(|value| value.is_finite())
}

/// A footprint with a margin around it; itself where that leaves nothing.
fn grow(footprint: &MultiPolygon, margin_m: f64) -> MultiPolygon {
    let style = BufferStyle::new(margin_m).line_join(LineJoin::Miter(SHARPEST_MITRE));
    let grown = footprint.buffer_with_style(style);
    if grown.0.is_empty() { footprint.clone() } else { grown }
}

/// The value below which a share of all values lies.
fn share_of(mut values: Vec<f64>, share: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    values.get((share * last as f64).round() as usize).copied()
}
