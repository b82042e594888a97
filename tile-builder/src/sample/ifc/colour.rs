//! The colours of the models, the same as the survey's surfaces.
//!
//! In: the building's style and what it is renewed with. Out: named colours. Called by the files of this
//! folder that build something.

use super::walk::{State, Walk};
use crate::sample::noise::cell;
use crate::sample::paint::Style;
use crate::sample::palette::{self, AFTER_INSULATION};
use crate::sample::vector::{Rgb, mix};

/// A colour with the name of its surface style.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Colour {
    pub(crate) name: String,
    /// sRGB.
    pub(crate) rgb: [u8; 3],
    pub(crate) transparent_percent: u8,
}

impl Colour {
    fn of(name: &str, linear: Rgb) -> Self {
        let code = |v: f32| {
            let v = v.clamp(0.0, 1.0);
            let s = if v <= 0.003_130_8 { v * 12.92 } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
            (s * 255.0).round() as u8
        };
        Self { name: name.to_owned(), rgb: linear.map(code), transparent_percent: 0 }
    }

    fn glass(name: &str, rgb: [u8; 3], transparent_percent: u8) -> Self {
        Self { name: name.to_owned(), rgb, transparent_percent }
    }
}

/// All colours of one model.
#[derive(Debug, Clone)]
pub(crate) struct Colours {
    pub(crate) upper: Colour,
    pub(crate) lower: Colour,
    pub(crate) band: Colour,
    pub(crate) plinth: Colour,
    pub(crate) inner: Colour,
    pub(crate) concrete: Colour,
    pub(crate) felt: Colour,
    pub(crate) tiles: Colour,
    pub(crate) white: Colour,
    pub(crate) metal: Colour,
    pub(crate) bars: Colour,
    pub(crate) glass: Colour,
    pub(crate) clear: Colour,
    pub(crate) aluminium: Colour,
    pub(crate) brown: Colour,
    pub(crate) wood: Colour,
    pub(crate) green: Colour,
    pub(crate) collector: Colour,
    pub(crate) gas: Colour,
    pub(crate) drain: Colour,
    pub(crate) room: Colour,
    pub(crate) steel: Colour,
    /// Beams and roof structures: the upper storeys' colour, old or new.
    pub(crate) trim: Colour,
    /// The new render on the insulation: upper storeys, ground floor, parapet.
    pub(crate) skin: [Colour; 3],
}

/// The same building with new render on its insulation.
fn fresh(style: &Style) -> Style {
    let mut fresh = *style;
    palette::refresh(&mut fresh, AFTER_INSULATION);
    fresh
}

/// What soot and rain have made of a colour, on average over a wall of the survey.
fn aged(colour: Rgb, style: &Style) -> Rgb {
    mix(colour, [0.115, 0.105, 0.09], style.age * 0.2)
}

impl Colours {
    pub(crate) fn of(walk: &Walk, felt: Rgb, tiles: Rgb) -> Self {
        let style = &walk.building.style;
        let old = |name: &str, colour: Rgb| Colour::of(name, aged(colour, style));
        let fresh = fresh(style);
        let renewed = walk.state == State::Renewed;
        let felt = if renewed { [0.44, 0.45, 0.45] } else { felt };
        Self {
            upper: old("外墙涂料-上部", style.wall),
            lower: old("外墙涂料-下部", style.lower),
            band: old("腰线", mix(style.wall, style.band, 0.75)),
            plinth: Colour::of("勒脚", mix(style.lower, [0.17, 0.16, 0.145], 0.7)),
            inner: Colour::of("内墙白灰", [0.62, 0.61, 0.58]),
            concrete: Colour::of("混凝土", [0.28, 0.27, 0.25]),
            felt: Colour::of("屋面防水层", felt),
            tiles: Colour::of("屋面瓦", tiles),
            white: Colour::of("白色烤漆", [0.46, 0.455, 0.44]),
            metal: Colour::of("镀锌钢", [0.36, 0.37, 0.38]),
            bars: Colour::of("防盗窗", [0.16, 0.165, 0.165]),
            glass: Colour::glass("窗玻璃", [58, 72, 80], 35),
            clear: Colour::glass("电梯井道玻璃", [126, 160, 168], 55),
            aluminium: Colour::of("铝合金窗框", [0.42, 0.43, 0.43]),
            brown: Colour::of("木窗框", [0.10, 0.075, 0.06]),
            wood: Colour::of("木门", [0.30, 0.19, 0.12]),
            green: Colour::of("绿色防盗门", [0.10, 0.16, 0.12]),
            collector: Colour::of("集热管", [0.035, 0.04, 0.06]),
            gas: Colour::of("燃气管", [0.52, 0.36, 0.05]),
            drain: Colour::of("塑料管", [0.42, 0.42, 0.40]),
            room: Colour::glass("房间", [196, 208, 214], 70),
            steel: Colour::of("钢结构", [0.16, 0.175, 0.185]),
            trim: if renewed {
                Colour::of("新饰面", fresh.wall)
            } else {
                old("外墙涂料-上部", style.wall)
            },
            skin: [
                Colour::of("保温饰面-上部", fresh.wall),
                Colour::of("保温饰面-下部", fresh.lower),
                Colour::of("保温饰面-女儿墙", fresh.band),
            ],
        }
    }

    /// The parapet of a balcony: most owners kept the builder's colour, as the survey shows.
    pub(crate) fn balcony(walk: &Walk, seed: u32, storey: usize) -> Colour {
        let style = &walk.building.style;
        if walk.state == State::Renewed {
            let fresh = fresh(style);
            return Colour::of("阳台栏板-新饰面", mix(fresh.wall, fresh.band, 0.25));
        }
        let id = cell(storey as i32, 0, 1, seed);
        match (id * 10.0) as u8 {
            0 => Colour::of("阳台栏板-灰", aged([0.45, 0.44, 0.42], style)),
            1 => Colour::of("阳台栏板-褐", aged([0.30, 0.19, 0.14], style)),
            _ if (id * 31.0).fract() < 0.5 => {
                Colour::of("阳台栏板-浅", aged(mix(style.wall, style.band, 0.55), style))
            }
            _ => Colour::of("阳台栏板", aged(mix(style.wall, style.band, 0.2), style)),
        }
    }
}

/// True where the owner has closed the balcony with windows, as the survey shows it.
pub(crate) fn balcony_is_closed(walk: &Walk, seed: u32, storey: usize) -> bool {
    let id = cell(storey as i32, 0, 1, seed);
    walk.state == State::Renewed || walk.building.style.age < 0.2 || (id * 17.0).fract() < 0.68
}
