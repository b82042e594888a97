//! Floors and stairs.
//!
//! In: a draft. Out: slabs with stair openings, flights, landings, railings. Called by `mod`. Eight
//! risers of 175 mm lead to a landing between the floors, eight more to the next floor.

use super::draft::{Draft, Label, Level};
use super::model::{Element, Relation};
use super::properties::{PropertySet, area, boolean, identifier, length, volume};
use super::shape::{Mm, Plane, Solid, Turn, area_m2, between, cuboid, rectangle};
use super::step::Ref;
use super::types::TypePlan;
use super::walk::{FLOOR, LANDING_FROM, NORTH, OUTER, SOUTH, STAIR_FROM, STAIR_HALF};

const RISER: Mm = 175;
const TREAD: Mm = 250;
const STEPS: Mm = 8;
const RISE: Mm = RISER * STEPS;
/// Seven treads; the eighth is the landing.
const RUN: Mm = TREAD * (STEPS - 1);
const WIDTH: Mm = 1130;
/// Thickness of a flight below its steps, measured upright.
const WAIST: Mm = 150;

/// Lays floors and stairs in all storeys.
pub(crate) fn lay(draft: &mut Draft<'_>) {
    let storeys = draft.walk.storeys;
    for storey in 0..=storeys {
        floor(draft, storey);
        if storey < storeys && draft.walk.climbs(storey) {
            for unit in 0..draft.walk.units {
                stair(draft, storey, unit);
            }
        }
    }
}

/// One slab between the outer walls, open where a stair comes up.
fn floor(draft: &mut Draft<'_>, storey: usize) {
    let level = draft.storey(storey);
    let (low, high) = ([OUTER, SOUTH], [draft.walk.length - OUTER, NORTH]);
    let size = [high[0] - low[0], high[1] - low[1], FLOOR];
    let ground = storey == 0;
    let roof = storey == draft.walk.storeys;
    let (name, rest) = match (ground, roof) {
        (true, _) => ("首层地面", ".BASESLAB."),
        (_, true) => ("屋面板", ".ROOF."),
        _ => ("楼板", ".FLOOR."),
    };
    let colour = draft.colours.concrete.clone();
    let label = Label { class: "IFCSLAB", path: format!("{}/floor", storey + 1), name, rest };
    let slab =
        draft.solid(level, label, [low[0], low[1], -FLOOR], Turn::East, &[(cuboid([0; 3], size), &colour)]);
    draft.model.made_of(slab, "钢筋混凝土", "混凝土");
    let mut open = 0.0;
    if !ground && draft.walk.climbs(storey - 1) {
        for unit in 0..draft.walk.units {
            open += well(draft, level, slab, storey, unit);
        }
    }
    let gross = area_m2(&rectangle(low, high));
    let values =
        vec![("Reference", identifier(name)), ("LoadBearing", boolean(true)), ("IsExternal", boolean(roof))];
    draft.model.describe(slab, PropertySet::new("Pset_SlabCommon", values));
    let values = vec![
        ("Width", length(FLOOR)),
        ("GrossArea", area(gross)),
        ("NetArea", area(gross - open)),
        ("NetVolume", volume((gross - open) * f64::from(FLOOR) / 1e3)),
    ];
    draft.model.describe(slab, PropertySet::new("Qto_SlabBaseQuantities", values));
}

/// The opening of a stair in a floor; answers its area.
fn well(draft: &mut Draft<'_>, level: Level, slab: Ref, storey: usize, unit: usize) -> f64 {
    let m = draft.walk.middle(unit);
    let (low, high) = ([m - STAIR_HALF, STAIR_FROM], [m + STAIR_HALF, LANDING_FROM]);
    let size = [high[0] - low[0], high[1] - low[1], FLOOR + 40];
    let path = format!("{}/u{}/well", storey + 1, unit + 1);
    let at = [low[0], low[1], -FLOOR - 20];
    draft.hollow(slab, [&path, "楼梯洞口"], level.place, at, cuboid([0; 3], size));
    area_m2(&rectangle(low, high))
}

/// The two flights of a storey with their landing and railing.
fn stair(draft: &mut Draft<'_>, storey: usize, unit: usize) {
    let level = draft.storey(storey);
    let path = format!("{}/u{}/stair", storey + 1, unit + 1);
    let origin = [draft.walk.middle(unit) - STAIR_HALF, STAIR_FROM, 0];
    let place = draft.model.place(Some(level.place), origin, Turn::East);
    let stair = draft.model.stands(
        level.object,
        Element {
            class: "IFCSTAIR",
            path: path.clone(),
            name: "双跑楼梯".to_owned(),
            place,
            shape: None,
            rest: ".HALF_TURN_STAIR.",
        },
    );
    let values = vec![
        ("Reference", identifier("双跑楼梯")),
        ("NumberOfRiser", super::properties::integer(i64::from(2 * STEPS))),
        ("IsExternal", boolean(false)),
        ("HandicapAccessible", boolean(false)),
    ];
    draft.model.describe(stair, PropertySet::new("Pset_StairCommon", values));
    for part in [Piece::Lower, Piece::Upper, Piece::Landing, Piece::Railing] {
        let made = piece(draft, place, &path, part);
        draft.model.relate(Relation::Parts, stair, made);
    }
}

/// A part of a stair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Lower,
    Upper,
    Landing,
    Railing,
}

fn piece(draft: &mut Draft<'_>, within: Ref, path: &str, piece: Piece) -> Ref {
    let flight = format!("{STEPS},{},{RISER}.,{TREAD}.,.STRAIGHT.", STEPS - 1);
    let (class, key, name, rest, type_class, type_rest) = match piece {
        Piece::Lower => {
            ("IFCSTAIRFLIGHT", "lower", "下梯段", flight.as_str(), "IFCSTAIRFLIGHTTYPE", ".STRAIGHT.")
        }
        Piece::Upper => {
            ("IFCSTAIRFLIGHT", "upper", "上梯段", flight.as_str(), "IFCSTAIRFLIGHTTYPE", ".STRAIGHT.")
        }
        Piece::Landing => ("IFCSLAB", "landing", "休息平台", ".LANDING.", "IFCSLABTYPE", ".LANDING."),
        Piece::Railing => ("IFCRAILING", "railing", "楼梯栏杆", ".HANDRAIL.", "IFCRAILINGTYPE", ".HANDRAIL."),
    };
    let c = &draft.colours;
    let items = match piece {
        Piece::Lower => vec![(steps(false), &c.concrete)],
        Piece::Upper => vec![(steps(true), &c.concrete)],
        Piece::Landing => {
            let deep = LANDING_FROM - RUN - STAIR_FROM;
            vec![(between([0, 0, RISE - FLOOR], [2 * STAIR_HALF, deep, RISE]), &c.concrete)]
        }
        Piece::Railing => railing().into_iter().map(|solid| (solid, &c.bars)).collect(),
    };
    let plan =
        TypePlan { class: type_class, name: name.to_owned(), items, rest: type_rest, sets: Vec::new() };
    let kind = draft.types.kind(&mut draft.model, plan);
    let place = draft.model.place(Some(within), [0; 3], Turn::East);
    let element =
        Element { class, path: format!("{path}/{key}"), name: name.to_owned(), place, shape: None, rest };
    let made = draft.model.part_of_type(kind, element);
    draft.model.made_of(made, if piece == Piece::Railing { "钢" } else { "钢筋混凝土" }, "混凝土与钢");
    made
}

/// A flight: from the floor down south to the landing, or from the landing back north.
fn steps(upper: bool) -> Solid {
    let start = LANDING_FROM - STAIR_FROM;
    let mut outline = Vec::new();
    for k in 0..STEPS - 1 {
        outline.push([-TREAD * k, RISER * k]);
        outline.push([-TREAD * k, RISER * (k + 1)]);
    }
    outline.push([-RUN, RISER * (STEPS - 1)]);
    outline.push([-RUN, RISER * (STEPS - 1) - WAIST]);
    outline.push([-WAIST * TREAD / RISER, 0]);
    // Northwards the same flight is mirrored, and stands on the landing.
    let place = |[y, z]: [Mm; 2]| if upper { [start - RUN - y, RISE + z] } else { [start + y, z] };
    let mut outline: Vec<[Mm; 2]> = outline.into_iter().map(place).collect();
    if area_m2(&outline) < 0.0 {
        outline.reverse();
    }
    let x = if upper { 2 * STAIR_HALF - WIDTH } else { 0 };
    Solid::Prism { plane: Plane::Side, at: [x, 0, 0], outline, holes: Vec::new(), depth: WIDTH }
}

/// Handrails on both flights with a bar at every second step.
fn railing() -> Vec<Solid> {
    let start = LANDING_FROM - STAIR_FROM;
    let mut parts = Vec::new();
    for upper in [false, true] {
        let x = if upper { 2 * STAIR_HALF - WIDTH } else { WIDTH - 40 };
        let place = |y: Mm, z: Mm| if upper { [start - RUN - y, RISE + z] } else { [start + y, z] };
        let top = RISER * (STEPS - 1);
        let mut outline = vec![place(0, 860), place(0, 900), place(-RUN, top + 900), place(-RUN, top + 860)];
        if area_m2(&outline) < 0.0 {
            outline.reverse();
        }
        parts.push(Solid::Prism { plane: Plane::Side, at: [x, 0, 0], outline, holes: Vec::new(), depth: 40 });
        for k in (0..STEPS - 1).step_by(2) {
            let [y, z] = place(-TREAD * k - TREAD / 2, RISER * (k + 1));
            parts.push(cuboid([x + 10, y - 10, z], [20, 20, 800]));
        }
    }
    parts
}
