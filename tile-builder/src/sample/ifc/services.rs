//! What hangs on walls and stands on roofs, and the pipes: water, drains, gas, rain, air conditioners,
//! cages, meters, tanks, solar heaters.
//!
//! In: a draft. Out: elements and the systems that they belong to. Called by `mod`. Things that the survey
//! shows are where the survey shows them.

use std::collections::BTreeMap;

use super::colour::Colour;
use super::draft::{Draft, Label, Level};
use super::model::{Element, Relation};
use super::properties::{PropertySet, identifier, measure};
use super::shape::{Mm, Plane, Solid, Turn, between, cuboid};
use super::step::{Ref, text};
use super::types::TypePlan;
use super::walk::{D, NORTH, ROOF_LAYER, STOREY, State, mm};
use crate::sample::fittings::{Hung, Roof, Tank};

/// A system of pipes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum System {
    Water,
    Drain,
    Gas,
    Rain,
}

impl System {
    /// Path, name and predefined type.
    fn words(self) -> [&'static str; 3] {
        match self {
            Self::Water => ["water", "生活给水系统", "DOMESTICCOLDWATER"],
            Self::Drain => ["drain", "生活排水系统", "SEWAGE"],
            Self::Gas => ["gas", "燃气系统", "GAS"],
            Self::Rain => ["rain", "雨水系统", "RAINWATER"],
        }
    }
}

/// Runs of pipe that look alike.
#[derive(Debug, Clone, Copy)]
struct Pipe {
    system: System,
    name: &'static str,
    radius: Mm,
    length: Mm,
    material: &'static str,
}

/// Adds all services.
pub(crate) fn add(draft: &mut Draft<'_>) {
    let mut members: BTreeMap<System, Vec<Ref>> = BTreeMap::new();
    pipes(draft, &mut members);
    for (system, elements) in members {
        let [path, name, kind] = system.words();
        let rest = format!("{},$,$,$,.{kind}.", text(name));
        let made = draft.model.rooted("IFCDISTRIBUTIONSYSTEM", &format!("system/{path}"), &rest);
        for element in elements {
            draft.model.relate(Relation::Members, made, element);
        }
        let building = draft.building.object;
        let rest = format!("$,$,{made},({building})");
        draft.model.rooted("IFCRELSERVICESBUILDINGS", &format!("system/{path}/serves"), &rest);
    }
    for hung in draft.walk.fittings.hung.clone() {
        windows_things(draft, &hung);
    }
    entrances(draft);
    if let Roof::Flat { tanks, heaters, .. } = draft.walk.fittings.roof.clone() {
        for (k, at) in heaters.iter().enumerate() {
            heater(draft, k, *at);
        }
        for (unit, tank) in tanks.iter().enumerate() {
            if let Some(tank) = tank {
                stand_tank(draft, unit, *tank);
            }
        }
    }
}

/// Risers in every flat, gas outside the kitchens, rain pipes between the units.
fn pipes(draft: &mut Draft<'_>, members: &mut BTreeMap<System, Vec<Ref>>) {
    let skin = draft.walk.skin();
    let run = |system, name, radius, material| Pipe { system, name, radius, length: STOREY, material };
    let water = run(System::Water, "给水立管 DN32", 20, "PP-R");
    let drain = run(System::Drain, "排水立管 DN110", 55, "UPVC");
    let gas = run(System::Gas, "燃气立管 DN40", 24, "镀锌钢管");
    let rain = run(System::Rain, "雨水管 DN110", 55, "UPVC");
    for storey in 0..draft.walk.storeys {
        for flat in draft.walk.flats() {
            let path = |name: &str| format!("{}/{name}", flat.path(storey));
            let at = |h: Mm, y: Mm| [flat.x(h), y, 0];
            for (pipe, key, at) in [
                (water, "water", at(3640, NORTH - 60)),
                (drain, "drain", at(4560, NORTH - 80)),
                (gas, "gas", at(4650, D + skin + 45)),
            ] {
                let made = stand_pipe(draft, storey, path(key), pipe, at);
                members.entry(pipe.system).or_default().push(made);
            }
        }
        for joint in 1..draft.walk.units {
            let x = draft.walk.joint(joint);
            for (key, y) in [("s", -skin - 75), ("n", D + skin + 75)] {
                let path = format!("{}/u{joint}/rain-{key}", storey + 1);
                let made = stand_pipe(draft, storey, path, rain, [x, y, 0]);
                members.entry(System::Rain).or_default().push(made);
            }
        }
    }
}

fn stand_pipe(draft: &mut Draft<'_>, storey: usize, path: String, pipe: Pipe, at: [Mm; 3]) -> Ref {
    let c = &draft.colours;
    let colour = if pipe.system == System::Gas { &c.gas } else { &c.drain };
    let items = vec![(Solid::Pipe { at: [0; 3], radius: pipe.radius, length: pipe.length }, colour)];
    let name = pipe.name.to_owned();
    let plan =
        TypePlan { class: "IFCPIPESEGMENTTYPE", name, items, rest: ".RIGIDSEGMENT.", sets: Vec::new() };
    let kind = draft.types.kind(&mut draft.model, plan);
    let level = draft.storey(storey);
    let place = draft.model.place(Some(level.place), at, Turn::East);
    let name = pipe.name.to_owned();
    let element = Element { class: "IFCPIPESEGMENT", path, name, place, shape: None, rest: ".RIGIDSEGMENT." };
    let made = draft.model.occurs(kind, level.object, element);
    draft.model.made_of(made, pipe.material, "管材");
    let size = f64::from(pipe.radius * 2);
    let values = vec![
        ("Reference", identifier(pipe.name)),
        ("NominalDiameter", measure("IFCPOSITIVELENGTHMEASURE", size)),
    ];
    draft.model.describe(made, PropertySet::new("Pset_PipeSegmentTypeCommon", values));
    made
}

/// A thing of a kind at a place of a level.
struct Thing<'a> {
    class: &'a str,
    type_class: &'a str,
    path: String,
    name: &'a str,
    rest: &'a str,
    at: [Mm; 3],
    turn: Turn,
}

fn thing(draft: &mut Draft<'_>, level: Level, thing: Thing<'_>, items: Vec<(Solid, &Colour)>) -> Ref {
    let Thing { class, type_class, path, name, rest, at, turn } = thing;
    let plan = TypePlan { class: type_class, name: name.to_owned(), items, rest, sets: Vec::new() };
    let kind = draft.types.kind(&mut draft.model, plan);
    let place = draft.model.place(Some(level.place), at, turn);
    let element = Element { class, path, name: name.to_owned(), place, shape: None, rest };
    draft.model.occurs(kind, level.object, element)
}

/// Air conditioners and cages of one flat.
fn windows_things(draft: &mut Draft<'_>, hung: &Hung) {
    let storey = usize::from(hung.storey);
    let skin = draft.walk.skin();
    let side = if hung.side < 0.0 { 'w' } else { 'e' };
    let unit = (hung.middle / draft.walk.building.style.unit_m()) as usize + 1;
    let path = |name: &str| format!("{}/{unit}{side}/{name}", storey + 1);
    let x = |h: f32| mm(hung.middle + hung.side * h);
    let (white, bars) = (draft.colours.white.clone(), draft.colours.bars.clone());
    let units = [
        (hung.air_south, "air-south", [x(1.35), -20 - skin, 120], Turn::East),
        (hung.air_north, "air-north", [x(5.6), D + 20 + skin, 100], Turn::West),
    ];
    let level = draft.storey(storey);
    for (_, key, at, turn) in units.into_iter().filter(|unit| unit.0) {
        let (class, type_class) = ("IFCUNITARYEQUIPMENT", "IFCUNITARYEQUIPMENTTYPE");
        let (name, rest) = ("空调室外机", ".SPLITSYSTEM.");
        let made = Thing { class, type_class, path: path(key), name, rest, at, turn };
        thing(draft, level, made, air_unit(&white, &bars));
    }
    if hung.cage && draft.walk.state == State::Existing {
        let (class, type_class) = ("IFCRAILING", "IFCRAILINGTYPE");
        let (name, rest, at) = ("防盗窗", ".GUARDRAIL.", [x(1.32), 0, 850]);
        let made = Thing { class, type_class, path: path("cage"), name, rest, at, turn: Turn::East };
        thing(draft, level, made, cage().into_iter().map(|solid| (solid, &bars)).collect());
    }
}

/// A box that stands out to local −y, with a grille.
fn air_unit<'a>(white: &'a Colour, dark: &'a Colour) -> Vec<(Solid, &'a Colour)> {
    vec![
        (between([-420, -360, 0], [420, 0, 580]), white),
        (between([-360, -372, 60], [120, -360, 520]), dark),
        (between([-380, -300, -40], [-340, 20, 0]), dark),
        (between([340, -300, -40], [380, 20, 0]), dark),
    ]
}

/// Bars around a window: 1.9 m wide, 0.5 m deep, 1.55 m high.
fn cage() -> Vec<Solid> {
    let mut bars = Vec::new();
    for z in [0, 765, 1530] {
        bars.push(cuboid([-950, -500, z], [1900, 20, 20]));
        bars.push(cuboid([-950, -480, z], [20, 480, 20]));
        bars.push(cuboid([930, -480, z], [20, 480, 20]));
    }
    for k in 0..=8 {
        bars.push(cuboid([-950 + 235 * k, -495, 20], [12, 12, 1510]));
    }
    bars.push(cuboid([-930, -480, 1540], [1860, 480, 8]));
    bars
}

/// Canopies, steps, meters and alarms at the doors of the units.
fn entrances(draft: &mut Draft<'_>) {
    let level = draft.storey(0);
    let y = D + draft.walk.skin();
    let c = draft.colours.clone();
    for unit in 0..draft.walk.units {
        let m = draft.walk.middle(unit);
        let path = |name: &str| format!("1/u{}/{name}", unit + 1);
        let slab = |name| Label { class: "IFCSLAB", path: path(name), name: "", rest: ".LANDING." };
        if draft.walk.state == State::Existing {
            let canopy = between([-1400, 0, 2450], [1400, 1250, 2650]);
            let label = Label { name: "单元雨篷", rest: ".ROOF.", ..slab("canopy") };
            let made = draft.solid(level, label, [m, D, 0], Turn::East, &[(canopy, &c.concrete)]);
            draft.model.made_of(made, "钢筋混凝土", "混凝土");
        }
        let step = between([-1300, 0, -100], [1300, 750, 0]);
        let label = Label { name: "入口平台", ..slab("step") };
        let made = draft.solid(level, label, [m, D, 0], Turn::East, &[(step, &c.concrete)]);
        draft.model.made_of(made, "混凝土", "混凝土");
        let boxes = [
            (
                "power",
                "IFCELECTRICDISTRIBUTIONBOARD",
                "电表箱",
                ".CONSUMERUNIT.",
                [1000, 1150],
                [650, 220, 900],
                &c.metal,
            ),
            ("meter", "IFCFLOWMETER", "水表箱", ".WATERMETER.", [-1750, 250], [600, 250, 500], &c.green),
            ("smoke", "IFCSENSOR", "烟感", ".SMOKESENSOR.", [-100, 2200], [200, 200, 200], &c.white),
        ];
        for (key, class, name, rest, [x, z], size, colour) in boxes {
            let label = Label { class, path: path(key), name, rest };
            draft.solid(level, label, [m + x, y, z], Turn::East, &[(cuboid([0; 3], size), colour)]);
        }
    }
}

/// A solar water heater that looks south: collector, tank, legs.
fn heater(draft: &mut Draft<'_>, k: usize, at: [f32; 2]) {
    let level = draft.storey(draft.walk.storeys);
    let c = draft.colours.clone();
    let collector = Solid::Prism {
        plane: Plane::Side,
        at: [0, 0, 0],
        outline: vec![[0, 250], [0, 190], [1200, 1390], [1200, 1450]],
        holes: Vec::new(),
        depth: 1900,
    };
    let mut items =
        vec![(ccw(collector), &c.collector), (between([-100, 1100, 1400], [2000, 1550, 1850]), &c.metal)];
    for (x, y, high) in [(0, 30, 210), (1860, 30, 210), (0, 1300, 1400), (1860, 1300, 1400)] {
        items.push((cuboid([x, y, 0], [40, 40, high]), &c.metal));
    }
    let made = Thing {
        class: "IFCSOLARDEVICE",
        type_class: "IFCSOLARDEVICETYPE",
        path: format!("roof/heater/{k}"),
        name: "太阳能热水器",
        rest: ".SOLARCOLLECTOR.",
        at: [mm(at[0]), mm(at[1]), ROOF_LAYER],
        turn: Turn::East,
    };
    thing(draft, level, made, items);
}

/// A prism whose outline runs counter-clockwise.
fn ccw(solid: Solid) -> Solid {
    match solid {
        Solid::Prism { plane, at, mut outline, holes, depth } => {
            if super::shape::area_m2(&outline) < 0.0 {
                outline.reverse();
            }
            Solid::Prism { plane, at, outline, holes, depth }
        }
        other => other,
    }
}

fn stand_tank(draft: &mut Draft<'_>, unit: usize, tank: Tank) {
    let level = draft.storey(draft.walk.storeys);
    let c = draft.colours.clone();
    let mut items = Vec::new();
    if let Some(radius) = tank.steel {
        let radius = mm(radius);
        items.push((Solid::Pipe { at: [0, 0, 300], radius, length: 1850 }, &c.metal));
        let foot = radius * 6 / 10;
        for (x, y) in [(-foot, -foot), (foot, -foot), (-foot, foot), (foot, foot)] {
            items.push((cuboid([x - 30, y - 30, 0], [60, 60, 300]), &c.metal));
        }
    } else {
        items.push((between([-1200, -950, 0], [1200, 950, 1500]), &c.concrete));
    }
    let label =
        Label {
            class: "IFCTANK", path: format!("roof/tank/{unit}"), name: "屋顶水箱", rest: ".STORAGE."
        };
    let made = draft.solid(level, label, [mm(tank.x), mm(tank.y), ROOF_LAYER], Turn::East, &items);
    let status = if draft.walk.state == State::Renewed { "停用" } else { "在用" };
    draft
        .model
        .describe(made, PropertySet::new("设施状态", vec![("使用状态", super::properties::label(status))]));
}
