//! Paints: what surfaces look like in even light, as functions of the place in metres.
//!
//! In: a spot on a patch. Out: reflectance and shine. Called by `bake` for every texel. Colours are
//! taken from daylight photographs of such quarters by eye: render is never white, asphalt never
//! black, leaves much darker than one expects.

mod facade;
mod front;
mod ground;
mod roof;
mod things;

pub(crate) use facade::{STOREY_M, Side, Style};
pub(crate) use ground::{lane_manholes, parking_bays};
pub(crate) use roof::felt_tone;

use super::noise::fbm2;
use super::quarter::Quarter;
use super::vector::{Rgb, Vec3, mix, shade};

/// A spot on a patch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    /// Metres from the patch's left edge.
    pub(crate) x: f32,
    /// Metres from its lower edge.
    pub(crate) y: f32,
    /// The patch's width.
    pub(crate) w: f32,
    /// The patch's height.
    pub(crate) h: f32,
    /// The place in the survey.
    pub(crate) place: Vec3,
}

/// What a spot does to light.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Diffuse reflectance, linear.
    pub(crate) albedo: Rgb,
    /// Share of the sky that is mirrored.
    pub(crate) shine: f32,
}

impl Look {
    pub(crate) fn dull(albedo: Rgb) -> Self {
        Self { albedo, shine: 0.0 }
    }
}

/// A kind of surface with what tells one of its kind from another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Paint {
    /// Streets, yards, lawns: decided by the layout.
    Ground,
    /// A wall of a walk-up.
    Wall { style: Style, side: Side },
    /// The outside of a stack of balconies; `ends` are its short sides.
    Balcony { style: Style, seed: u32, ends: bool },
    /// A roof of felt and concrete.
    FlatRoof { seed: u32 },
    /// A roof of clay tiles.
    TileRoof { tone: Rgb },
    /// One colour, weathered.
    Plain { colour: Rgb, grime: f32 },
    /// Foliage.
    Leaves { tone: Rgb, seed: u32 },
    /// Canal water.
    Water,
    /// Blocks of granite: quay walls, railings, bridges.
    Stone,
    /// A vehicle; the band of windows lies between two heights as shares of the patch.
    Car { colour: Rgb, windows: [f32; 2] },
    /// Shop windows and shutters.
    Shopfront { seed: u32 },
    /// The boards above the shops.
    Signs { seed: u32 },
    /// Scaffolding behind a green net.
    Net { seed: u32 },
    /// Solar collector tubes.
    Collector,
    /// The glass of a lift shaft with its steel frame.
    Shaft,
    /// The grille side of an air conditioner.
    AirUnit,
    /// Clothes on a line.
    Laundry { seed: u32 },
    /// Scooters in a row.
    Scooter { colour: Rgb },
}

impl Paint {
    /// How the paint looks at a spot.
    pub(crate) fn look(&self, spot: &Spot, quarter: &Quarter) -> Look {
        match *self {
            Self::Ground => ground::look(spot, quarter),
            Self::Wall { style, side } => facade::wall(spot, &style, side),
            Self::Balcony { style, seed, ends } => front::balcony(spot, &style, seed, ends),
            Self::FlatRoof { seed } => roof::flat(spot, seed),
            Self::TileRoof { tone } => roof::tiles(spot, tone),
            Self::Plain { colour, grime } => plain(spot, colour, grime),
            Self::Leaves { tone, seed } => things::leaves(spot, tone, seed),
            Self::Water => things::water(spot),
            Self::Stone => things::stone(spot),
            Self::Car { colour, windows } => things::car(spot, colour, windows),
            Self::Shopfront { seed } => front::shop(spot, seed),
            Self::Signs { seed } => front::signs(spot, seed),
            Self::Net { seed } => things::net(spot, seed),
            Self::Collector => things::collector(spot),
            Self::Shaft => front::shaft(spot),
            Self::AirUnit => things::air_unit(spot),
            Self::Laundry { seed } => front::laundry(spot, seed),
            Self::Scooter { colour } => things::scooter(spot, colour),
        }
    }
}

/// One colour with blotches, darker towards the foot.
fn plain(spot: &Spot, colour: Rgb, grime: f32) -> Look {
    let p = spot.place;
    let blotch = fbm2((p.x + p.y) * 0.9, (p.z + p.y - p.x) * 0.9, 31) - 0.5;
    let foot = (1.0 - spot.y / 0.8).clamp(0.0, 1.0) * 0.25;
    let dirty = mix(colour, [0.10, 0.09, 0.075], (grime * (0.35 + blotch + foot)).clamp(0.0, 0.8));
    Look::dull(shade(dirty, 1.0 + blotch * 0.12))
}
