//! What people have added to a walk-up over the years: balconies, tanks and heaters on the roof, air
//! conditioners and cages at the windows.
//!
//! In: a building of the layout. Out: where each thing is, in the frame of `walkup`. Called by
//! `walkup`, which draws the survey, and by `ifc`, whose model of the same building must show the
//! same things in the same places.

use super::noise::Dice;
use super::paint::STOREY_M;
use super::quarter::Building;

/// Everything that the dice decide about one walk-up.
#[derive(Debug, Clone)]
pub(crate) struct Fittings {
    /// How far balconies stand out from the south wall.
    pub(crate) balcony_depth: f32,
    /// One seed for each stack of balconies: two a unit, from the west.
    pub(crate) balcony_seeds: Vec<u32>,
    /// What lies on the walls.
    pub(crate) roof: Roof,
    /// Windows of the flats: unit by unit, storey by storey, west before east.
    pub(crate) hung: Vec<Hung>,
}

/// The roof of a walk-up.
#[derive(Debug, Clone)]
pub(crate) enum Roof {
    /// Clay tiles of one tone on four slopes.
    Hipped { tone: [f32; 3] },
    /// Felt, with a stair head and perhaps a tank on each unit, and solar heaters (south-west corners).
    Flat { felt: u32, tanks: Vec<Option<Tank>>, heaters: Vec<[f32; 2]> },
}

/// A water tank.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tank {
    pub(crate) x: f32,
    pub(crate) y: f32,
    /// The radius of a steel tank; one of concrete is a box.
    pub(crate) steel: Option<f32>,
}

/// What hangs at the windows of one flat.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hung {
    /// Middle of the unit.
    pub(crate) middle: f32,
    /// −1 for the western flat, 1 for the eastern.
    pub(crate) side: f32,
    /// Storey from 0.
    pub(crate) storey: u8,
    pub(crate) air_south: bool,
    pub(crate) air_north: bool,
    pub(crate) clothes: Option<Clothes>,
    /// A cage before the small window on the south side.
    pub(crate) cage: bool,
}

impl Hung {
    /// Height of the flat's floor.
    pub(crate) fn floor_m(&self) -> f32 {
        f32::from(self.storey) * STOREY_M
    }
}

/// Laundry on a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clothes {
    pub(crate) width: f32,
    pub(crate) height: f32,
    pub(crate) seed: u32,
    pub(crate) out: f32,
}

/// Middles of the units along the building.
pub(crate) fn unit_middles(building: &Building) -> impl Iterator<Item = f32> + use<> {
    let unit = building.style.unit_m();
    (0..building.style.units).map(move |k| (f32::from(k) + 0.5) * unit)
}

impl Fittings {
    /// Throws the dice of a building.
    pub(crate) fn of(building: &Building) -> Self {
        let mut dice = Dice::new(building.seed ^ 0x0a11);
        let balcony_depth = dice.range(1.15, 1.4);
        let balcony_seeds = (0..building.style.units * 2).map(|_| dice.bits() as u32).collect();
        let roof =
            if building.hipped { Roof::Hipped { tone: tone(&mut dice) } } else { flat(building, &mut dice) };
        Self { balcony_depth, balcony_seeds, roof, hung: hung(building, &mut dice) }
    }
}

/// The colour of clay tiles.
pub(crate) fn tone(dice: &mut Dice) -> [f32; 3] {
    let tones = [[0.215, 0.085, 0.055], [0.125, 0.12, 0.12], [0.185, 0.10, 0.075], [0.105, 0.115, 0.13]];
    tones[dice.below(tones.len())]
}

fn flat(building: &Building, dice: &mut Dice) -> Roof {
    let felt = dice.bits() as u32;
    let tanks = unit_middles(building).map(|middle| dice.chance(0.55).then(|| tank(middle, dice))).collect();
    let full = dice.range(0.25, 0.8);
    let mut heaters = Vec::new();
    for (y, skip) in [(1.5, 0.0), (4.0, 0.3)] {
        let mut x = dice.range(1.2, 3.0);
        while x < building.style.length_m - 3.2 {
            if dice.chance(full - skip) {
                heaters.push([x, y + dice.range(-0.15, 0.15)]);
            }
            x += dice.range(2.25, 2.9);
        }
    }
    Roof::Flat { felt, tanks, heaters }
}

fn tank(middle: f32, dice: &mut Dice) -> Tank {
    let (x, y) = (middle + dice.range(2.4, 4.2), dice.range(7.0, 9.2));
    let steel = if dice.chance(0.5) { None } else { Some(dice.range(0.6, 0.85)) };
    Tank { x, y, steel }
}

fn hung(building: &Building, dice: &mut Dice) -> Vec<Hung> {
    let fresh = building.style.age < 0.2;
    let mut all = Vec::new();
    for middle in unit_middles(building) {
        for storey in 0..building.storeys {
            for side in [-1.0, 1.0] {
                let air_south = dice.chance(0.75);
                let air_north = dice.chance(0.4);
                let dries = !fresh && storey > 0 && dice.chance(0.33);
                let clothes = dries.then(|| Clothes {
                    width: dice.range(1.2, 3.0),
                    height: dice.range(0.6, 1.0),
                    seed: dice.bits() as u32,
                    out: dice.range(0.15, 0.5),
                });
                let cage = !fresh && dice.chance(0.3);
                all.push(Hung { middle, side, storey, air_south, air_north, clothes, cage });
            }
        }
    }
    all
}
