//! The dimensions of a walk-up: units, flats, walls, and the holes in them.
//!
//! In: a building of the layout with its fittings. Out: millimetres in the building's frame (`x` along the
//! south side from the west, `y` northwards, `z` from the floor of the storey). Called by the files of
//! this folder that build something. Outline, storeys, windows and balconies are those of
//! `paint::facade` and `walkup`; rooms behind them follow the plans of brick walk-ups of the 1980s:
//! two flats at a stair, bedrooms south, kitchen and bath north.

use super::shape::{Mm, Turn};
use crate::sample::fittings::{Fittings, Roof};
use crate::sample::paint::STOREY_M;
use crate::sample::quarter::{Building, DEPTH};
use crate::sample::walkup::{BALCONY, PARAPET_M};

/// Which state of the building is modelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// As it stands.
    Existing,
    /// With lifts and insulation.
    Renewed,
}

/// Metres as whole millimetres.
pub(crate) fn mm(metres: f32) -> Mm {
    (metres * 1000.0).round() as Mm
}

/// Depth of the building.
pub(crate) const D: Mm = (DEPTH * 1000.0) as Mm;
/// Height of a storey.
pub(crate) const STOREY: Mm = 2800;
/// Thickness of outer walls: render, brick, plaster.
pub(crate) const OUTER: Mm = 280;
/// Inner faces of the long walls.
pub(crate) const SOUTH: Mm = OUTER;
pub(crate) const NORTH: Mm = D - OUTER;
/// Thickness of floors, and clear height below them.
pub(crate) const FLOOR: Mm = 120;
pub(crate) const CLEAR: Mm = STOREY - FLOOR;
/// The stair: half its clear width, outer half width, south face of its back wall.
pub(crate) const STAIR_HALF: Mm = 1210;
pub(crate) const STAIR_OUTER: Mm = 1450;
pub(crate) const STAIR_BACK: Mm = 6200;
/// Where the stair begins inside its back wall, and where the floor's landing begins.
pub(crate) const STAIR_FROM: Mm = STAIR_BACK + 240;
pub(crate) const LANDING_FROM: Mm = 9240;
/// From the floor of the roof to the top of its felt.
pub(crate) const ROOF_LAYER: Mm = 150;
/// Top of the parapet above the floor of the roof.
pub(crate) const PARAPET: Mm = ROOF_LAYER + (PARAPET_M * 1000.0) as Mm;
/// Insulation with its render.
pub(crate) const SKIN: Mm = 80;
/// Foot of the walls below the ground.
pub(crate) const FOOT: Mm = -400;
/// Top of the dark plinth.
pub(crate) const PLINTH: Mm = 550;
/// The ring beam that shows as a band: from below a floor to above it.
pub(crate) const BAND: [Mm; 2] = [-60, 140];
/// Balconies: from the middle of the unit outwards.
pub(crate) const BALCONY_FROM: Mm = (BALCONY[0] * 1000.0) as Mm;
pub(crate) const BALCONY_TO: Mm = ((BALCONY[0] + BALCONY[1]) * 1000.0) as Mm;

/// A walk-up to be modelled.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    pub(crate) building: &'a Building,
    pub(crate) fittings: Fittings,
    pub(crate) state: State,
    pub(crate) length: Mm,
    pub(crate) units: usize,
    pub(crate) storeys: usize,
}

/// One flat of a unit, west or east of its stair.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flat {
    pub(crate) unit: usize,
    pub(crate) east: bool,
    /// Middle of the unit.
    pub(crate) middle: Mm,
    /// Inner face of the wall at the far end, from the middle.
    pub(crate) end: Mm,
}

impl Flat {
    /// The building's x of a distance from the middle of the unit.
    pub(crate) fn x(&self, h: Mm) -> Mm {
        if self.east { self.middle + h } else { self.middle - h }
    }

    /// The building's x of two distances, west first.
    pub(crate) fn span(&self, h: [Mm; 2]) -> [Mm; 2] {
        let [a, b] = h.map(|h| self.x(h));
        [a.min(b), a.max(b)]
    }

    /// An outline in distances from the middle as an outline in x, counter-clockwise.
    pub(crate) fn outline(&self, points: &[[Mm; 2]]) -> Vec<[Mm; 2]> {
        let mut turned: Vec<[Mm; 2]> = points.iter().map(|&[h, y]| [self.x(h), y]).collect();
        if !self.east {
            turned.reverse();
        }
        turned
    }

    /// Path of something in a flat.
    pub(crate) fn path(&self, storey: usize) -> String {
        format!("{}/{}{}", storey + 1, self.unit + 1, if self.east { 'e' } else { 'w' })
    }

    /// What people call the flat: `2单元301室`.
    pub(crate) fn name(&self, storey: usize) -> String {
        format!("{}单元{}0{}室", self.unit + 1, storey + 1, if self.east { 2 } else { 1 })
    }
}

impl<'a> Walk<'a> {
    pub(crate) fn new(building: &'a Building, state: State) -> Self {
        debug_assert_eq!(mm(STOREY_M), STOREY);
        Self {
            building,
            fittings: Fittings::of(building),
            state,
            length: mm(building.style.length_m),
            units: usize::from(building.style.units),
            storeys: usize::from(building.storeys),
        }
    }

    /// Where a unit begins.
    pub(crate) fn joint(&self, unit: usize) -> Mm {
        (f64::from(self.length) * unit as f64 / self.units as f64).round() as Mm
    }

    /// Middle of a unit.
    pub(crate) fn middle(&self, unit: usize) -> Mm {
        Mm::midpoint(self.joint(unit), self.joint(unit + 1))
    }

    /// The flats of a storey from the west.
    pub(crate) fn flats(&self) -> Vec<Flat> {
        let mut flats = Vec::new();
        for unit in 0..self.units {
            for east in [false, true] {
                let at_gable = if east { unit + 1 == self.units } else { unit == 0 };
                let middle = self.middle(unit);
                let end = if east { self.joint(unit + 1) - middle } else { middle - self.joint(unit) };
                let end = end - if at_gable { OUTER } else { 120 };
                flats.push(Flat { unit, east, middle, end });
            }
        }
        flats
    }

    /// True if the roof is hipped.
    pub(crate) fn hipped(&self) -> bool {
        matches!(self.fittings.roof, Roof::Hipped { .. })
    }

    /// True if a storey's stair leads further up.
    pub(crate) fn climbs(&self, storey: usize) -> bool {
        storey + 1 < self.storeys || !self.hipped()
    }

    /// How far the faces of the building have moved outwards.
    pub(crate) fn skin(&self) -> Mm {
        if self.state == State::Renewed { SKIN } else { 0 }
    }

    /// How far balconies stand out.
    pub(crate) fn balcony_depth(&self) -> Mm {
        mm(self.fittings.balcony_depth)
    }
}

/// A side of the building.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Living rooms.
    South,
    /// Short side.
    East,
    /// Stairs and kitchens.
    North,
    /// Short side.
    West,
}

/// A piece of outer wall: one unit of a long side, or a gable. Local x runs along the wall from left to
/// right as seen from outside, local y inwards.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    pub(crate) side: Side,
    pub(crate) unit: usize,
    pub(crate) origin: [Mm; 2],
    pub(crate) turn: Turn,
    pub(crate) length: Mm,
    /// Middle of the unit, or of the gable, in local x.
    pub(crate) middle: Mm,
}

/// What fills a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filling {
    /// A window of this many panes.
    Window(usize),
    /// The door of a unit.
    UnitDoor,
    /// Sliding doors to a balcony.
    BalconyDoor,
    /// Nothing: a passage to a lift.
    Passage,
}

/// A hole in a segment: local x, height above the storey's floor.
#[derive(Debug, Clone)]
pub(crate) struct Hole {
    pub(crate) path: String,
    pub(crate) x: [Mm; 2],
    pub(crate) z: [Mm; 2],
    pub(crate) filling: Filling,
}

impl Segment {
    /// Path of something in the segment.
    pub(crate) fn path(&self, storey: usize) -> String {
        let side = match self.side {
            Side::South => "s",
            Side::East => "e",
            Side::North => "n",
            Side::West => "w",
        };
        format!("{}/{side}{}", storey + 1, self.unit + 1)
    }

    /// A hole from a left edge, so wide, between two heights.
    fn hole(&self, storey: usize, name: &str, [x, width]: [Mm; 2], z: [Mm; 2], filling: Filling) -> Hole {
        Hole { path: format!("{}/{name}", self.path(storey)), x: [x, x + width], z, filling }
    }
}

impl Walk<'_> {
    /// All outer walls, counter-clockwise from the south-west.
    pub(crate) fn segments(&self) -> Vec<Segment> {
        let mut all = Vec::new();
        for (side, turn) in [(Side::South, Turn::East), (Side::North, Turn::West)] {
            for unit in 0..self.units {
                let (a, b, middle) = (self.joint(unit), self.joint(unit + 1), self.middle(unit));
                let (origin, middle) =
                    if side == Side::South { ([a, 0], middle - a) } else { ([b, D], b - middle) };
                all.push(Segment { side, unit, origin, turn, length: b - a, middle });
            }
        }
        let gable = |side, origin, turn| Segment {
            side,
            unit: 0,
            origin,
            turn,
            length: D - 2 * OUTER,
            middle: D / 2 - OUTER,
        };
        all.push(gable(Side::East, [self.length, OUTER], Turn::North));
        all.push(gable(Side::West, [0, D - OUTER], Turn::South));
        all
    }

    /// The holes of a segment in a storey.
    pub(crate) fn holes(&self, segment: &Segment, storey: usize) -> Vec<Hole> {
        let m = segment.middle;
        let both = |name: &str, near: Mm, width: Mm, z, filling| {
            [(1, m - near - width), (2, m + near)]
                .map(|(k, x)| segment.hole(storey, &format!("{name}{k}"), [x, width], z, filling))
        };
        match segment.side {
            Side::South => {
                let windows = both("w", 450, 1750, [950, 2400], Filling::Window(3));
                let doors = both("d", 3100, 2400, [140, 2340], Filling::BalconyDoor);
                windows.into_iter().chain(doors).collect()
            }
            Side::North => {
                let windows = [
                    both("hall", 1750, 1300, [950, 2350], Filling::Window(2)),
                    both("bath", 3750, 600, [1400, 2300], Filling::Window(1)),
                    both("kitchen", 4950, 1250, [950, 2400], Filling::Window(2)),
                ];
                let (name, width, high, filling) = match (storey, self.state) {
                    (0, _) => ("entrance", 1600, 2250, Filling::UnitDoor),
                    (_, State::Existing) => ("stair", 1300, 1150, Filling::Window(2)),
                    (_, State::Renewed) => ("stair", 1300, 2100, Filling::Passage),
                };
                let stair = segment.hole(storey, name, [m - width / 2, width], [0, high], filling);
                windows.into_iter().flatten().chain([stair]).collect()
            }
            // The number hangs where the top window would be; the shares are those of the facade.
            Side::East | Side::West if storey + 1 >= self.storeys => Vec::new(),
            Side::East | Side::West => {
                let all = [("g1", 3960), ("g2", 7040)];
                let count = if self.building.style.seed & 4 == 0 { 2 } else { 1 };
                let window = |(name, x): (&str, Mm)| {
                    let x = [x - OUTER - 350, 700];
                    segment.hole(storey, name, x, [1000, 2200], Filling::Window(1))
                };
                all.into_iter().take(count).map(window).collect()
            }
        }
    }
}
