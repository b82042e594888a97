//! Flats: inner walls with doors, and the spaces of flats, rooms and stairs.
//!
//! In: a draft. Out: walls, doors and spaces by storey. Called by `mod`.

use super::doors::{Door, Leaf};
use super::draft::Draft;
use super::facade::{wall_quantities, wall_set};
use super::model::{Element, Relation};
use super::properties::{
    PropertySet, Value, area, boolean, date, identifier, label, length, measure, one_of, volume,
};
use super::shape::{Mm, Plane, Solid, Turn, area_m2, cuboid, rectangle};
use super::step::{Ref, text};
use super::walk::{
    CLEAR, FLOOR, Flat, LANDING_FROM, NORTH, SOUTH, STAIR_BACK, STAIR_FROM, STAIR_HALF, STAIR_OUTER, STOREY,
};
use crate::sample::noise::{Dice, seed_of};

/// Inner walls, measured outwards from the middle of the unit: between the southern rooms; north of them;
/// between hall, bath and kitchen; south of those two.
const BEDROOMS: [Mm; 2] = [2340, 2460];
const CROSS: [Mm; 2] = [5000, 5120];
const BATH_WEST: [Mm; 2] = [3450, 3570];
const BATH_EAST: [Mm; 2] = [4650, 4770];
const WET: [Mm; 2] = [7500, 7620];
/// Half a wall of one brick.
const HALF: Mm = 120;

/// An inner wall with a door, in plan.
pub(crate) struct Inner {
    pub(crate) path: String,
    pub(crate) name: &'static str,
    pub(crate) low: [Mm; 2],
    pub(crate) high: [Mm; 2],
    pub(crate) height: Mm,
    pub(crate) doors: Vec<Hung>,
}

/// A door in an inner wall: where along the building's axis, how high its sill is, how large, what kind.
pub(crate) struct Hung {
    pub(crate) name: &'static str,
    pub(crate) from: Mm,
    pub(crate) sill: Mm,
    pub(crate) size: [Mm; 2],
    pub(crate) door: Door,
}

/// Divides all storeys into flats and stairs.
pub(crate) fn furnish(draft: &mut Draft<'_>) {
    for storey in 0..draft.walk.storeys {
        for wall in shared_walls(draft, storey) {
            inner_wall(draft, storey, &wall);
        }
        for flat in draft.walk.flats() {
            for wall in flat_walls(&flat, storey) {
                inner_wall(draft, storey, &wall);
            }
            space_of_flat(draft, &flat, storey);
        }
        for unit in 0..draft.walk.units {
            space_of_stair(draft, unit, storey);
        }
    }
}

/// Walls around stairs and between neighbours.
fn shared_walls(draft: &Draft<'_>, storey: usize) -> Vec<Inner> {
    let walk = draft.walk;
    let mut walls = Vec::new();
    let mut wall = |path: String, name, low: [Mm; 2], high: [Mm; 2], doors| {
        walls.push(Inner { path, name, low, high, height: CLEAR, doors });
    };
    for unit in 0..walk.units {
        let (m, path) = (walk.middle(unit), format!("{}/u{}", storey + 1, unit + 1));
        wall(format!("{path}/party"), "分户墙", [m - HALF, SOUTH], [m + HALF, STAIR_BACK], vec![]);
        let back = ([m - STAIR_OUTER, STAIR_BACK], [m + STAIR_OUTER, STAIR_FROM]);
        wall(format!("{path}/back"), "楼梯间墙", back.0, back.1, vec![]);
        for (side, x) in [("w", [m - STAIR_OUTER, m - STAIR_HALF]), ("e", [m + STAIR_HALF, m + STAIR_OUTER])]
        {
            let entry = Hung {
                name: "entry",
                from: LANDING_FROM + 260,
                sill: 0,
                size: [900, 2000],
                door: Door::Entry,
            };
            let path = format!("{path}/stair-{side}");
            wall(path, "楼梯间墙", [x[0], STAIR_FROM], [x[1], NORTH], vec![entry]);
        }
        if unit > 0 {
            let x = walk.joint(unit);
            wall(format!("{path}/joint"), "分单元墙", [x - HALF, SOUTH], [x + HALF, NORTH], vec![]);
        }
    }
    walls
}

/// Walls within a flat.
fn flat_walls(flat: &Flat, storey: usize) -> Vec<Inner> {
    let path = flat.path(storey);
    let door = |name, h: [Mm; 2], height, door| {
        let [from, to] = flat.span(h);
        Hung { name, from, sill: 0, size: [to - from, height], door }
    };
    let wall = |name: &str, h: [Mm; 2], y: [Mm; 2], doors| {
        let [x0, x1] = flat.span(h);
        let path = format!("{path}/{name}");
        Inner { path, name: "隔墙", low: [x0, y[0]], high: [x1, y[1]], height: CLEAR, doors }
    };
    let bath = Hung { name: "bath", from: 8200, sill: 0, size: [700, 2000], door: Door::Wet };
    vec![
        wall("bedrooms", BEDROOMS, [SOUTH, CROSS[0]], vec![]),
        wall(
            "cross",
            [HALF, flat.end],
            CROSS,
            vec![
                door("small", [1200, 2100], 2000, Door::Room),
                door("large", [2900, 3800], 2000, Door::Room),
            ],
        ),
        wall("hall-bath", BATH_WEST, [WET[0], NORTH], vec![bath]),
        wall("bath-kitchen", BATH_EAST, [WET[1], NORTH], vec![]),
        wall("wet", [BATH_WEST[1], flat.end], WET, vec![door("kitchen", [5000, 5800], 2000, Door::Wet)]),
    ]
}

/// Writes an inner wall with its doors. It runs along its longer side.
pub(crate) fn inner_wall(draft: &mut Draft<'_>, storey: usize, wall: &Inner) {
    let level = draft.storey(storey);
    let size = [wall.high[0] - wall.low[0], wall.high[1] - wall.low[1]];
    let along_x = size[0] >= size[1];
    let (origin, turn, long, thick) = if along_x {
        (wall.low, Turn::East, size[0], size[1])
    } else {
        ([wall.high[0], wall.low[1]], Turn::North, size[1], size[0])
    };
    let colour = draft.colours.inner.clone();
    let (axis, body) =
        (draft.model.axis(long), draft.model.body(&[(cuboid([0; 3], [long, thick, wall.height]), &colour)]));
    let shape = Some(draft.model.shape(&[axis, body]));
    let place = draft.model.place(Some(level.place), [origin[0], origin[1], 0], turn);
    let bearing = thick >= 240;
    let rest = if bearing { ".SOLIDWALL." } else { ".PARTITIONING." };
    let path = format!("{}/wall", wall.path);
    let name = wall.name.to_owned();
    let made = draft
        .model
        .stands(level.object, Element { class: "IFCWALLSTANDARDCASE", path, name, place, shape, rest });
    let layers = if bearing {
        draft.brick("内墙 240 砖墙", &[("烧结普通砖", 240)])
    } else {
        draft.brick("隔墙 120 砖墙", &[("烧结普通砖", 120)])
    };
    draft.model.relate(Relation::MadeOf, layers, made);
    draft.model.describe(made, wall_set(wall.name, false, bearing, 0.0));
    let mut open = 0.0;
    for hung in &wall.doors {
        open += f64::from(hung.size[0]) * f64::from(hung.size[1]) / 1e6;
        let from = hung.from - if along_x { wall.low[0] } else { wall.low[1] };
        hang(draft, storey, made, place, &wall.path, hung, [from, thick]);
    }
    draft.model.describe(made, wall_quantities(long, wall.height, thick, open));
}

/// Cuts a door's opening and hangs the door in it.
fn hang(
    draft: &mut Draft<'_>,
    storey: usize,
    wall: Ref,
    within: Ref,
    path: &str,
    hung: &Hung,
    [from, thick]: [Mm; 2],
) {
    let [width, height] = hung.size;
    let solid = cuboid([0, -20, 0], [width, thick + 40, height]);
    let opening = format!("{path}/{}/opening", hung.name);
    let (opening, place) = draft.hollow(wall, [&opening, "门洞"], within, [from, 0, hung.sill], solid);
    let leaf = Leaf {
        path: format!("{path}/{}/leaf", hung.name),
        name: match hung.door {
            Door::Entry => "入户门",
            Door::Roof => "屋面检修门",
            _ => "室内门",
        }
        .to_owned(),
        size: hung.size,
        within: place,
        at: [0, (thick - 60) / 2, 0],
        turn: Turn::East,
    };
    let made = draft.door(draft.storey(storey), leaf, hung.door);
    draft.model.fill(opening, made);
}

/// The rooms of a flat: name and outline in distances from the middle.
fn rooms(flat: &Flat) -> Vec<(&'static str, &'static str, Vec<[Mm; 2]>)> {
    let e = flat.end;
    vec![
        ("large", "主卧", rectangle([BEDROOMS[1], SOUTH], [e, CROSS[0]])),
        ("small", "次卧", rectangle([HALF, SOUTH], [BEDROOMS[0], CROSS[0]])),
        (
            "hall",
            "餐厅",
            vec![
                [HALF, CROSS[1]],
                [e, CROSS[1]],
                [e, WET[0]],
                [BATH_WEST[0], WET[0]],
                [BATH_WEST[0], NORTH],
                [STAIR_OUTER, NORTH],
                [STAIR_OUTER, STAIR_BACK],
                [HALF, STAIR_BACK],
            ],
        ),
        ("bath", "卫生间", rectangle([BATH_WEST[1], WET[1]], [BATH_EAST[0], NORTH])),
        ("kitchen", "厨房", rectangle([BATH_EAST[1], WET[1]], [e, NORTH])),
    ]
}

fn space_of_flat(draft: &mut Draft<'_>, flat: &Flat, storey: usize) {
    let e = flat.end;
    let outline = flat.outline(&[
        [HALF, SOUTH],
        [e, SOUTH],
        [e, NORTH],
        [STAIR_OUTER, NORTH],
        [STAIR_OUTER, STAIR_BACK],
        [HALF, STAIR_BACK],
    ]);
    let path = format!("{}/space", flat.path(storey));
    let name = format!("{}-{}0{}", flat.unit + 1, storey + 1, if flat.east { 2 } else { 1 });
    let words = [name.as_str(), &flat.name(storey), "住宅套型"];
    let rooms = rooms(flat);
    let net = rooms.iter().map(|(_, _, outline)| area_m2(outline)).sum();
    let space = space(draft, storey, &path, words, &outline, CLEAR, net);
    draft.model.describe(space, check_up(draft.walk.building.seed, flat, storey, draft.walk.storeys));
    for (key, name, outline) in rooms {
        // Rooms have an area but no solid: the flat's is there to be picked.
        let path = format!("{}/room/{key}", flat.path(storey));
        let rest = format!("{},$,$,$,$,{},.PARTIAL.,.INTERNAL.,$", text(name), text(name));
        let room = draft.model.rooted("IFCSPACE", &path, &rest);
        draft.model.relate(Relation::Parts, space, room);
        let values = vec![("NetFloorArea", area(area_m2(&outline))), ("Height", length(CLEAR))];
        draft.model.describe(room, PropertySet::new("Qto_SpaceBaseQuantities", values));
    }
}

fn space_of_stair(draft: &mut Draft<'_>, unit: usize, storey: usize) {
    let m = draft.walk.middle(unit);
    let outline = rectangle([m - STAIR_HALF, STAIR_FROM], [m + STAIR_HALF, NORTH]);
    let path = format!("{}/u{}/space", storey + 1, unit + 1);
    let name = format!("LT-{}-{}", unit + 1, storey + 1);
    let long = format!("{}单元{}层楼梯间", unit + 1, storey + 1);
    let net = area_m2(&outline);
    let space = space(draft, storey, &path, [&name, &long, "公共楼梯间"], &outline, STOREY - FLOOR, net);
    let values = vec![("PubliclyAccessible", boolean(true)), ("IsExternal", boolean(false))];
    draft.model.describe(space, PropertySet::new("Pset_SpaceCommon", values));
}

/// Writes a space with a solid. Words: name, long name, kind.
fn space(
    draft: &mut Draft<'_>,
    storey: usize,
    path: &str,
    [name, long, kind]: [&str; 3],
    outline: &[[Mm; 2]],
    height: Mm,
    net_m2: f64,
) -> Ref {
    let level = draft.storey(storey);
    let origin = outline.iter().fold([Mm::MAX, Mm::MAX], |low, p| [low[0].min(p[0]), low[1].min(p[1])]);
    let moved = outline.iter().map(|p| [p[0] - origin[0], p[1] - origin[1]]).collect();
    let prism =
        Solid::Prism { plane: Plane::Level, at: [0; 3], outline: moved, holes: Vec::new(), depth: height };
    let colour = draft.colours.room.clone();
    let body = draft.model.body(&[(prism, &colour)]);
    let shape = draft.model.shape(&[body]);
    let place = draft.model.place(Some(level.place), [origin[0], origin[1], 0], Turn::East);
    let (name, long, kind) = (text(name), text(long), text(kind));
    let rest = format!("{name},$,{kind},{place},{shape},{long},.ELEMENT.,.INTERNAL.,$");
    let space = draft.model.rooted("IFCSPACE", path, &rest);
    draft.model.relate(Relation::Parts, level.object, space);
    let gross = area_m2(outline);
    draft.model.describe(
        space,
        PropertySet::new(
            "Qto_SpaceBaseQuantities",
            vec![
                ("Height", length(height)),
                ("GrossFloorArea", area(gross)),
                ("NetFloorArea", area(net_m2)),
                ("GrossVolume", volume(gross * f64::from(height) / 1e3)),
            ],
        ),
    );
    space
}

const URGENCY: [&str; 3] = ["立即整改", "限期整改", "持续观察"];

/// What the last check-up found in a flat: top floors leak more often.
fn check_up(seed: u64, flat: &Flat, storey: usize, storeys: usize) -> PropertySet {
    let parts = [flat.unit as i64, i64::from(flat.east), storey as i64];
    let mut dice = Dice::new(seed_of(seed, &parts));
    let leaks = dice.chance(if storey + 1 == storeys { 0.6 } else { 0.15 });
    let place = ["外窗周边", "卫生间", "阳台与外墙交接处", "屋面"];
    let place = if storey + 1 == storeys { place[3] } else { place[dice.below(3)] };
    let hollow = if dice.chance(0.3) { f64::from((dice.range(0.2, 2.4) * 10.0).round()) / 10.0 } else { 0.0 };
    let mut values: Vec<(&'static str, Value)> = vec![
        ("体检日期", date("2024-09-18")),
        ("房号", identifier(flat.name(storey))),
        ("渗漏", boolean(leaks)),
        ("墙面空鼓面积", measure("IFCAREAMEASURE", hollow)),
    ];
    if leaks {
        values.push(("渗漏部位", label(place)));
        values.push(("问题等级", one_of(URGENCY[dice.below(3)], &URGENCY)));
    }
    PropertySet::new("体检结果", values)
}
