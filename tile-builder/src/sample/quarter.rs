//! The layout of the quarter: where streets, canal, rows of buildings and zones lie.
//!
//! In: number of tiles and seed. Out: cells, plots and buildings in the street frame, whose `u` runs
//! along the streets (14° north of east) and `v` across them. Everything else asks this file where it
//! is. The pattern repeats every 140 m along `u` (one lane) and 210 m along `v` (one avenue, one
//! canal); contents vary with the seed, and what would stick out of the survey becomes a garden.

use std::collections::BTreeMap;

use super::cut::Region;
use super::noise::{Dice, seed_of};
use super::paint::Style;
use super::palette;
use super::patch::Frame;
use super::vector::{Vec3, vec3};

/// Metres of one survey tile.
pub(crate) const TILE_M: f32 = 100.0;
/// Height of the ground above the ellipsoid.
pub(crate) const GROUND_M: f32 = 13.6;
/// Water level of the canal.
pub(crate) const WATER_M: f32 = GROUND_M - 1.9;
/// Distance of lanes.
pub(crate) const CELL_U: f32 = 140.0;
/// Distance of avenues.
pub(crate) const CELL_V: f32 = 210.0;
/// Half the width of a lane with its verges.
pub(crate) const LANE_HALF: f32 = 5.5;
/// The avenue: carriageway between two footways.
pub(crate) const AVENUE: [f32; 4] = [0.0, 4.2, 14.2, 18.4];
/// The row of shops.
pub(crate) const SHOPS: [f32; 2] = [22.0, 31.0];
/// South faces of the rows of walk-ups.
pub(crate) const ROWS: [f32; 5] = [43.0, 75.0, 124.5, 156.5, 188.0];
/// Depth of a walk-up.
pub(crate) const DEPTH: f32 = 11.0;
/// Walks and water of the canal: south walk from, water from, water to, north walk to.
pub(crate) const CANAL: [f32; 4] = [93.5, 97.0, 110.0, 113.5];
/// The two plots of a row within a cell.
pub(crate) const SLOTS: [[f32; 2]; 2] = [[8.5, 67.0], [73.0, 131.5]];
/// Where the pattern starts, so that the middle of the survey shows all of it.
const START: [f32; 2] = [20.0, -86.0];
const ANGLE_DEG: f32 = 14.0;
/// Buildings keep this distance from the edge of the survey.
const EDGE_M: f32 = 1.5;

/// The tiles of the survey: full rows from the south, the last one perhaps shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) columns: u32,
    pub(crate) tiles: u32,
}

impl Extent {
    /// As square as possible.
    pub(crate) fn new(tiles: u32) -> Self {
        let columns = f64::from(tiles).sqrt().ceil() as u32;
        Self { columns: columns.max(1), tiles }
    }

    /// Rows, the last perhaps not full.
    pub(crate) fn rows(self) -> u32 {
        self.tiles.div_ceil(self.columns)
    }

    /// The region of a tile by its number, and its column and row.
    pub(crate) fn tile(self, index: u32) -> (Region, [u32; 2]) {
        let place = [index % self.columns, index / self.columns];
        let low = place.map(|i| i as f32 * TILE_M);
        (Region { low, high: low.map(|v| v + TILE_M) }, place)
    }

    /// The box around all tiles.
    pub(crate) fn region(self) -> Region {
        let high = [self.columns as f32 * TILE_M, self.rows() as f32 * TILE_M];
        Region { low: [0.0; 2], high }
    }

    /// True if a tile covers the point.
    pub(crate) fn holds(self, p: Vec3) -> bool {
        let (column, row) = ((p.x / TILE_M).floor(), (p.y / TILE_M).floor());
        column >= 0.0
            && row >= 0.0
            && column < self.columns as f32
            && row as u32 * self.columns + (column as u32) < self.tiles
    }
}

/// A cell of the pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    pub(crate) j: i32,
    pub(crate) i: i32,
}

/// A place for one building in a cell: row (`SHOP_ROW` or an index of [`ROWS`]) and slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Plot {
    pub(crate) cell: Cell,
    pub(crate) row: u8,
    pub(crate) slot: u8,
}

/// The row number of shops.
pub(crate) const SHOP_ROW: u8 = 9;
/// South and north edge of a square.
pub(crate) const SQUARE: [f32; 2] = [61.5, 93.0];
/// The row that may hold a square instead of a walk-up.
pub(crate) const SQUARE_ROW: u8 = 1;

/// What a building is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Five to seven storeys of flats.
    WalkUp,
    /// A row of shops, one storey.
    Shops,
    /// The community service centre on a square, two storeys.
    Centre,
}

/// Renewal works on a building.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Works {
    /// None yet.
    None,
    /// Lift shafts stand at the stairs, the render is new.
    Lifts,
    /// New insulation: one half done, the other behind scaffolding.
    Insulation,
}

/// A building.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Building {
    pub(crate) plot: Plot,
    pub(crate) kind: Kind,
    /// West, south, east, north in the street frame.
    pub(crate) rect: [f32; 4],
    pub(crate) storeys: u8,
    pub(crate) hipped: bool,
    pub(crate) works: Works,
    pub(crate) style: Style,
    pub(crate) seed: u64,
    pub(crate) year_built: u16,
    pub(crate) households: u16,
    /// Counted from 1 among buildings of its kind.
    pub(crate) number: u16,
}

impl Building {
    /// Stable id, unique in the sample.
    pub(crate) fn id(&self) -> String {
        let letter = match self.kind {
            Kind::WalkUp => 'b',
            Kind::Shops => 's',
            Kind::Centre => 'c',
        };
        format!("{letter}{:02}", self.number)
    }

    /// Height of the eaves or of the roof's surface above the ground.
    pub(crate) fn wall_height_m(&self) -> f32 {
        match self.kind {
            Kind::WalkUp => f32::from(self.storeys) * super::paint::STOREY_M + 0.15,
            Kind::Shops => 4.3,
            Kind::Centre => 7.6,
        }
    }
}

/// The whole layout.
#[derive(Debug)]
pub(crate) struct Quarter {
    pub(crate) extent: Extent,
    pub(crate) seed: u64,
    /// Street frame: origin in the middle of the survey, on the ellipsoid.
    pub(crate) frame: Frame,
    /// Buildings by plot, which is also their order.
    pub(crate) buildings: BTreeMap<Plot, Building>,
}

impl Quarter {
    /// Lays out as many tiles. Cost: linear in the number of tiles.
    pub(crate) fn new(tiles: u32, seed: u64) -> Self {
        let extent = Extent::new(tiles);
        let middle = extent.region().high.map(|v| v / 2.0);
        let (sin, cos) = ANGLE_DEG.to_radians().sin_cos();
        let frame = Frame { origin: vec3(middle[0], middle[1], 0.0), turn: [cos, sin] };
        let mut quarter = Self { extent, seed, frame, buildings: BTreeMap::new() };
        for cell in quarter.cells(extent.region()) {
            quarter.build_cell(cell);
        }
        let mut counts = [0; 3];
        for building in quarter.buildings.values_mut() {
            let count = &mut counts[building.kind as usize];
            *count += 1;
            building.number = *count;
            if building.kind == Kind::WalkUp {
                building.style.number = *count;
            }
        }
        quarter
    }

    /// Cells that may touch a region.
    pub(crate) fn cells(&self, region: Region) -> Vec<Cell> {
        let ([x0, y0], [x1, y1]) = (region.low, region.high);
        let corners = [[x0, y0], [x1, y0], [x1, y1], [x0, y1]];
        let (mut low, mut high) = ([f32::MAX; 2], [f32::MIN; 2]);
        for [x, y] in corners {
            let uv = self.frame.plan_of(vec3(x, y, 0.0));
            (0..2).for_each(|k| (low[k], high[k]) = (low[k].min(uv[k]), high[k].max(uv[k])));
        }
        let index = |v: f32, k: usize| ((v - START[k]) / [CELL_U, CELL_V][k]).floor() as i32;
        let mut cells = Vec::new();
        for j in index(low[1], 1)..=index(high[1], 1) {
            cells.extend((index(low[0], 0)..=index(high[0], 0)).map(|i| Cell { j, i }));
        }
        cells
    }

    /// The cell of a point and the point's place in it.
    pub(crate) fn locate(u: f32, v: f32) -> (Cell, f32, f32) {
        let (a, b) = ((u - START[0]) / CELL_U, (v - START[1]) / CELL_V);
        let cell = Cell { j: b.floor() as i32, i: a.floor() as i32 };
        (cell, (a - a.floor()) * CELL_U, (b - b.floor()) * CELL_V)
    }

    /// The street-frame place of a cell's south-west corner: the middle of a lane, the south kerb of
    /// an avenue.
    pub(crate) fn corner(cell: Cell) -> [f32; 2] {
        [START[0] + cell.i as f32 * CELL_U, START[1] + cell.j as f32 * CELL_V]
    }

    /// The buildings of a cell.
    pub(crate) fn buildings_in(&self, cell: Cell) -> impl Iterator<Item = &Building> {
        let [first, last] = [0, u8::MAX].map(|row| Plot { cell, row, slot: row });
        self.buildings.range(first..=last).map(|(_, building)| building)
    }

    /// A seed for something in a cell.
    pub(crate) fn seed_in(&self, cell: Cell, what: i64) -> u64 {
        seed_of(self.seed, &[i64::from(cell.i), i64::from(cell.j), what])
    }

    /// True if the slot of a cell's second row is a square.
    pub(crate) fn is_square(&self, plot: Plot) -> bool {
        let home = plot.cell == Cell { j: 0, i: -1 };
        let slot = if home {
            1
        } else if far_from_home(plot.cell) {
            (self.seed_in(plot.cell, 1) % 5) as u8
        } else {
            return false;
        };
        plot.row == SQUARE_ROW && plot.slot == slot
    }

    /// True if all four corners of a street-frame rectangle lie on tiles, off the edge.
    pub(crate) fn holds_rect(&self, rect: [f32; 4], margin: f32) -> bool {
        let [u0, v0, u1, v1] = rect;
        let (u0, v0, u1, v1) = (u0 - margin, v0 - margin, u1 + margin, v1 + margin);
        let middle = [f32::midpoint(u0, u1), f32::midpoint(v0, v1)];
        [[u0, v0], [u1, v0], [u1, v1], [u0, v1], middle]
            .iter()
            .all(|&[u, v]| self.extent.holds(self.frame.place(u, v, 0.0)))
    }

    fn build_cell(&mut self, cell: Cell) {
        for row in [SHOP_ROW, 0, 1, 2, 3, 4] {
            for slot in 0..2 {
                let building = self.planned(Plot { cell, row, slot });
                if self.holds_rect(building.rect, EDGE_M) {
                    self.buildings.insert(building.plot, building);
                }
            }
        }
    }

    /// The building that a plot is meant for.
    fn planned(&self, plot: Plot) -> Building {
        let seed = self.seed_in(plot.cell, 100 + i64::from(plot.row) * 4 + i64::from(plot.slot));
        let mut dice = Dice::new(seed);
        let [u, v] = Self::corner(plot.cell);
        let [from, to] = SLOTS[usize::from(plot.slot)];
        let kind = if plot.row == SHOP_ROW {
            Kind::Shops
        } else if self.is_square(plot) {
            Kind::Centre
        } else {
            Kind::WalkUp
        };
        let units = if dice.chance(0.8) { 4 } else { 3 };
        let length = match kind {
            Kind::WalkUp => f32::from(units) * dice.range(12.8, if units == 4 { 14.2 } else { 15.8 }),
            Kind::Shops => 54.0,
            Kind::Centre => 23.0,
        };
        let shift = (to - from - length) * dice.range(0.35, 0.65);
        let start = u + from + if kind == Kind::Centre { 2.0 } else { shift };
        let (south, depth) = match kind {
            Kind::WalkUp => (v + ROWS[usize::from(plot.row)] + dice.range(-0.6, 0.6), DEPTH),
            Kind::Shops => (v + SHOPS[0], SHOPS[1] - SHOPS[0]),
            Kind::Centre => (v + ROWS[1] + 6.0, 11.0),
        };
        let rect = [start, south, start + length, south + depth];
        detailed(plot, kind, rect, units, &mut dice, seed)
    }
}

/// A building with its storeys, colours and works.
fn detailed(plot: Plot, kind: Kind, rect: [f32; 4], units: u8, dice: &mut Dice, seed: u64) -> Building {
    let works = works_on(plot, kind, dice);
    let north_bank = plot.row >= 2;
    let storeys = match kind {
        Kind::WalkUp if works != Works::None => 7,
        Kind::WalkUp => [6, 6, 7, 7, 5][dice.below(if north_bank { 5 } else { 4 })],
        Kind::Shops => 1,
        Kind::Centre => 2,
    };
    let hipped = works == Works::None && dice.chance(if north_bank { 0.62 } else { 0.25 });
    let mut style = palette::weathered(dice, seed as u32);
    style.storeys = storeys;
    style.units = units;
    style.length_m = rect[2] - rect[0];
    match works {
        Works::None => {}
        Works::Lifts => palette::refresh(&mut style, palette::AFTER_LIFTS),
        Works::Insulation => palette::refresh(&mut style, palette::AFTER_INSULATION),
    }
    Building {
        plot,
        kind,
        rect,
        storeys,
        hipped: hipped || kind == Kind::Centre,
        works,
        style,
        seed,
        year_built: 1982 + dice.below(14) as u16,
        households: if kind == Kind::WalkUp { u16::from(units) * 2 * u16::from(storeys) } else { 0 },
        number: 0,
    }
}

/// What is being done to a building.
fn works_on(plot: Plot, kind: Kind, dice: &mut Dice) -> Works {
    let fate = dice.unit();
    let home = plot.cell == Cell { j: 0, i: 0 } && plot.slot == 0;
    match (kind, home, plot.row) {
        (Kind::WalkUp, true, 0) => Works::Insulation,
        (Kind::WalkUp, true, 2) => Works::Lifts,
        (Kind::WalkUp, ..) if far_from_home(plot.cell) && fate < 0.05 => Works::Insulation,
        (Kind::WalkUp, ..) if far_from_home(plot.cell) && fate < 0.11 => Works::Lifts,
        _ => Works::None,
    }
}

/// Near the middle of the survey exactly two buildings are being renewed.
fn far_from_home(cell: Cell) -> bool {
    !(-2..=1).contains(&cell.i) || !(-1..=1).contains(&cell.j)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_tiles_gives_that_many_in_a_compact_grid() {
        for (tiles, columns, rows) in [(1, 1, 1), (2, 2, 1), (5, 3, 2), (6, 3, 2), (5000, 71, 71)] {
            let extent = Extent::new(tiles);
            assert_eq!((extent.columns, extent.rows()), (columns, rows), "for {tiles} tiles");
        }
    }

    #[test]
    fn every_building_stands_on_tiles_and_apart_from_the_others() {
        let quarter = Quarter::new(7, 3);
        let all: Vec<&Building> = quarter.buildings.values().collect();
        for (k, building) in all.iter().enumerate() {
            assert!(quarter.holds_rect(building.rect, 1.0));
            let [u0, v0, u1, v1] = building.rect;
            for other in &all[k + 1..] {
                let [a0, b0, a1, b1] = other.rect;
                assert!(u1 < a0 || a1 < u0 || v1 < b0 || b1 < v0, "{building:?} meets {other:?}");
            }
        }
    }

    #[test]
    fn the_default_sample_has_one_building_of_each_kind_of_works() {
        for seed in [1, 2, 99] {
            let quarter = Quarter::new(6, seed);
            let count = |w| quarter.buildings.values().filter(|b| b.works == w).count();
            assert_eq!((count(Works::Lifts), count(Works::Insulation)), (1, 1), "seed {seed}");
            assert!(quarter.buildings.len() > 12, "{} buildings", quarter.buildings.len());
        }
    }
}
