//! What a renewal adds: insulation on the walls, and at each stair a lift in a steel and glass shaft with
//! bridges to the landings.
//!
//! In: a draft of the renewed state. Out: elements. Called by `mod`. The landings of the floors lie at the
//! north wall, so that the lift stops at the level of the flats.

use super::colour::Colour;
use super::doors::{Door, Leaf};
use super::draft::{Draft, Label};
use super::properties::{self, PropertySet, boolean, identifier, measure};
use super::shape::{Mm, Plane, Solid, Turn, between, cuboid, rectangle};
use super::step::Ref;
use super::walk::{
    BALCONY_FROM, BALCONY_TO, D, FLOOR, FOOT, OUTER, PARAPET, ROOF_LAYER, SKIN, STOREY, Segment, Side,
};

/// The bridge: half its width, how far it spans.
const BRIDGE_HALF: Mm = 1150;
const SPAN: Mm = 1500;
/// The shaft: half its width, its depth, below the ground, above the roof.
const SHAFT_HALF: Mm = 1050;
const SHAFT_DEPTH: Mm = 2000;
const PIT: Mm = 1500;
const OVERRUN: Mm = 2600;
const POST: Mm = 150;
const GLASS: Mm = 20;

/// Adds insulation and lifts.
pub(crate) fn add(draft: &mut Draft<'_>) {
    insulate(draft);
    for unit in 0..draft.walk.units {
        lift(draft, unit);
    }
}

/// Boards with render on all outer walls, but for closed balconies and the bridges.
fn insulate(draft: &mut Draft<'_>) {
    let storeys = draft.walk.storeys;
    for segment in draft.walk.segments() {
        for storey in 0..=storeys {
            let roof = storey == storeys;
            let z = match (storey, roof, draft.walk.hipped()) {
                (0, ..) => [FOOT, STOREY],
                // Eaves hang over the wall's last stretch.
                (_, true, true) => continue,
                (_, true, false) => [0, PARAPET - 60],
                (_, _, true) if storey + 1 == storeys => [0, STOREY - FLOOR],
                _ => [0, STOREY],
            };
            let colour = match (storey, roof) {
                (0, _) => draft.colours.skin[1].clone(),
                (_, true) => draft.colours.skin[2].clone(),
                _ => draft.colours.skin[0].clone(),
            };
            for (k, x) in stretches(&segment, roof).into_iter().enumerate() {
                board(draft, &segment, storey, k, x, z, &colour);
            }
        }
    }
}

/// Where a segment is insulated, in its local x.
fn stretches(segment: &Segment, roof: bool) -> Vec<[Mm; 2]> {
    let (m, end) = (segment.middle, segment.length);
    match segment.side {
        // Gables cover the ends of the long sides' boards.
        Side::East | Side::West => vec![[-OUTER - SKIN, end + OUTER + SKIN]],
        _ if roof => vec![[0, end]],
        Side::South => {
            vec![[0, m - BALCONY_TO], [m - BALCONY_FROM, m + BALCONY_FROM], [m + BALCONY_TO, end]]
        }
        Side::North => vec![[0, m - BRIDGE_HALF - GLASS], [m + BRIDGE_HALF + GLASS, end]],
    }
}

fn board(
    draft: &mut Draft<'_>,
    segment: &Segment,
    storey: usize,
    k: usize,
    x: [Mm; 2],
    z: [Mm; 2],
    colour: &Colour,
) {
    let mut holes = Vec::new();
    if storey < draft.walk.storeys {
        for hole in draft.walk.holes(segment, storey) {
            if hole.x[0] > x[0] && hole.x[1] < x[1] {
                holes.push(rectangle([hole.x[0], hole.z[0]], [hole.x[1], hole.z[1]]));
            }
        }
    }
    let outline = rectangle([x[0], z[0]], [x[1], z[1]]);
    let solid = Solid::Prism { plane: Plane::Front, at: [0, -SKIN, 0], outline, holes, depth: SKIN };
    let label = Label {
        class: "IFCCOVERING",
        path: format!("{}/insulation/{k}", segment.path(storey)),
        name: "外墙外保温",
        rest: ".INSULATION.",
    };
    let [ox, oy] = segment.origin;
    let made = draft.solid(draft.storey(storey), label, [ox, oy, 0], segment.turn, &[(solid, colour)]);
    draft.model.made_of(made, "岩棉保温板", "保温");
    let values = vec![
        ("Reference", identifier("外墙外保温系统")),
        ("IsExternal", boolean(true)),
        ("FireRating", properties::label("A级")),
        ("ThermalTransmittance", measure("IFCTHERMALTRANSMITTANCEMEASURE", 0.48)),
    ];
    draft.model.describe(made, PropertySet::new("Pset_CoveringCommon", values));
    measures(draft, made, "外墙节能改造");
}

/// Says what a new element is for.
fn measures(draft: &mut Draft<'_>, object: Ref, words: &str) {
    let values = vec![("改造措施", properties::label(words)), ("计划年份", properties::integer(2026))];
    draft.model.describe(object, PropertySet::new("改造措施", values));
}

/// A part of a lift at the unit's middle, `y` from the north wall.
struct Part<'a> {
    class: &'a str,
    key: String,
    name: &'a str,
    rest: &'a str,
    material: &'a str,
}

fn part(
    draft: &mut Draft<'_>,
    unit: usize,
    storey: usize,
    part: Part<'_>,
    items: &[(Solid, &Colour)],
) -> Ref {
    let Part { class, key, name, rest, material } = part;
    let path = format!("{}/u{}/lift/{key}", storey + 1, unit + 1);
    let at = [draft.walk.middle(unit), D, 0];
    let made = draft.solid(draft.storey(storey), Label { class, path, name, rest }, at, Turn::East, items);
    draft.model.made_of(made, material, "加装电梯");
    measures(draft, made, "加装电梯");
    made
}

fn lift(draft: &mut Draft<'_>, unit: usize) {
    let storeys = draft.walk.storeys;
    pit(draft, unit);
    posts(draft, unit);
    for storey in 0..=storeys {
        ring_and_glass(draft, unit, storey);
        if storey < storeys {
            front(draft, unit, storey);
        }
        if storey > 0 {
            bridge(draft, unit, storey);
        }
    }
    shaft_roof(draft, unit);
    car(draft, unit);
}

/// The pit below the ground.
fn pit(draft: &mut Draft<'_>, unit: usize) {
    let c = draft.colours.clone();
    let (low, high) = ([-SHAFT_HALF, SPAN], [SHAFT_HALF, SPAN + SHAFT_DEPTH]);
    let wall = Solid::Prism {
        plane: Plane::Level,
        at: [0, 0, -PIT],
        outline: rectangle(low, high),
        holes: vec![rectangle([low[0] + 200, low[1] + 200], [high[0] - 200, high[1] - 200])],
        depth: PIT,
    };
    let made = Part {
        class: "IFCWALL",
        key: "pit".to_owned(),
        name: "电梯底坑",
        rest: ".SOLIDWALL.",
        material: "钢筋混凝土",
    };
    part(draft, unit, 0, made, &[(wall, &c.concrete)]);
    let base = between([low[0], low[1], -PIT - 200], [high[0], high[1], -PIT]);
    let made = Part {
        class: "IFCSLAB",
        key: "base".to_owned(),
        name: "底坑底板",
        rest: ".BASESLAB.",
        material: "钢筋混凝土",
    };
    part(draft, unit, 0, made, &[(base, &c.concrete)]);
}

/// Four posts up to the shaft's roof.
fn posts(draft: &mut Draft<'_>, unit: usize) {
    let steel = draft.colours.steel.clone();
    let top = STOREY * draft.walk.storeys as Mm + ROOF_LAYER + OVERRUN;
    let mut k = 0;
    for y in [SPAN, SPAN + SHAFT_DEPTH - POST] {
        for x in [-SHAFT_HALF, SHAFT_HALF - POST] {
            let post = cuboid([x, y, 0], [POST, POST, top]);
            let made = Part {
                class: "IFCCOLUMN",
                key: format!("post-{k}"),
                name: "井道钢柱",
                rest: ".COLUMN.",
                material: "Q355钢",
            };
            part(draft, unit, 0, made, &[(post, &steel)]);
            k += 1;
        }
    }
}

/// The steel ring at a floor, and the glass above it on three sides (on four above the roof).
fn ring_and_glass(draft: &mut Draft<'_>, unit: usize, storey: usize) {
    let c = draft.colours.clone();
    let roof = storey == draft.walk.storeys;
    let (low, high) = ([-SHAFT_HALF, SPAN], [SHAFT_HALF, SPAN + SHAFT_DEPTH]);
    let ring = Solid::Prism {
        plane: Plane::Level,
        at: [0, 0, -200],
        outline: rectangle([low[0] + 5, low[1] + 5], [high[0] - 5, high[1] - 5]),
        holes: vec![rectangle([low[0] + 125, low[1] + 125], [high[0] - 125, high[1] - 125])],
        depth: 200,
    };
    let key = "ring".to_owned();
    let made = Part { class: "IFCBEAM", key, name: "井道钢梁", rest: ".BEAM.", material: "Q355钢" };
    part(draft, unit, storey, made, &[(ring, &c.steel)]);
    let top = if roof { ROOF_LAYER + OVERRUN } else { STOREY - 200 };
    let side = |x: Mm| between([x, low[1] + POST, 0], [x + GLASS, high[1] - POST, top]);
    let face = |y: Mm| between([low[0] + POST, y, 0], [high[0] - POST, y + GLASS, top]);
    let mut panes = vec![
        ("west", side(low[0] + 40)),
        ("east", side(high[0] - 40 - GLASS)),
        ("north", face(high[1] - 40 - GLASS)),
    ];
    if roof {
        panes.push(("south", face(low[1] + 40)));
    }
    for (key, pane) in panes {
        let made = Part {
            class: "IFCPLATE",
            key: format!("glass-{key}"),
            name: "井道玻璃",
            rest: ".CURTAIN_PANEL.",
            material: "夹层玻璃",
        };
        part(draft, unit, storey, made, &[(pane, &c.clear)]);
    }
}

/// The wall towards the building, with the lift's door.
fn front(draft: &mut Draft<'_>, unit: usize, storey: usize) {
    let c = draft.colours.clone();
    let wide = 2 * (SHAFT_HALF - POST);
    let wall = cuboid([-wide / 2, SPAN + 25, 0], [wide, 100, STOREY - 200]);
    let made = Part {
        class: "IFCWALL",
        key: "front".to_owned(),
        name: "井道前壁",
        rest: ".SOLIDWALL.",
        material: "轻钢龙骨板",
    };
    let host = part(draft, unit, storey, made, &[(wall, &c.white)]);
    let level = draft.storey(storey);
    let path = format!("{}/u{}/lift/door", storey + 1, unit + 1);
    let (width, height) = (900, 2100);
    let at = [draft.walk.middle(unit) - width / 2, D + SPAN + 25, 0];
    let hole = cuboid([0, -20, 0], [width, 140, height]);
    let words = [&*format!("{path}/opening"), "层门洞"];
    let (opening, place) = draft.hollow(host, words, level.place, at, hole);
    let leaf = Leaf {
        path,
        name: "电梯层门".to_owned(),
        size: [width, height],
        within: place,
        at: [0, 20, 0],
        turn: Turn::East,
    };
    let door = draft.door(level, leaf, Door::Landing);
    draft.model.fill(opening, door);
    measures(draft, door, "加装电梯");
}

/// The bridge from a landing to the lift, glazed at both sides; above the last floor only its roof.
fn bridge(draft: &mut Draft<'_>, unit: usize, storey: usize) {
    let c = draft.colours.clone();
    let roof = storey == draft.walk.storeys;
    let (name, rest) = if roof { ("连廊屋面板", ".ROOF.") } else { ("电梯连廊板", ".LANDING.") };
    let slab = between([-BRIDGE_HALF, 0, -FLOOR], [BRIDGE_HALF, SPAN, 0]);
    let made = Part { class: "IFCSLAB", key: "bridge".to_owned(), name, rest, material: "钢筋混凝土" };
    part(draft, unit, storey, made, &[(slab, &c.concrete)]);
    if roof {
        return;
    }
    for (key, x) in [("west", -BRIDGE_HALF), ("east", BRIDGE_HALF - GLASS)] {
        let pane = between([x, 0, 0], [x + GLASS, SPAN, STOREY - FLOOR]);
        let made = Part {
            class: "IFCPLATE",
            key: format!("bridge-{key}"),
            name: "连廊玻璃",
            rest: ".CURTAIN_PANEL.",
            material: "夹层玻璃",
        };
        part(draft, unit, storey, made, &[(pane, &c.clear)]);
        let inner = if x < 0 { x + GLASS } else { x - 40 };
        let rail = [
            (between([inner, 0, 1060], [inner + 40, SPAN, 1100]), &c.steel),
            (between([inner, 0, 100], [inner + 40, SPAN, 140]), &c.steel),
        ];
        let made = Part {
            class: "IFCRAILING",
            key: format!("rail-{key}"),
            name: "连廊扶手",
            rest: ".HANDRAIL.",
            material: "钢",
        };
        part(draft, unit, storey, made, &rail);
    }
}

fn shaft_roof(draft: &mut Draft<'_>, unit: usize) {
    let c = draft.colours.clone();
    let z = ROOF_LAYER + OVERRUN;
    let slab =
        between([-SHAFT_HALF - 100, SPAN - 100, z], [SHAFT_HALF + 100, SPAN + SHAFT_DEPTH + 100, z + 150]);
    let made = Part {
        class: "IFCSLAB",
        key: "roof".to_owned(),
        name: "井道顶板",
        rest: ".ROOF.",
        material: "钢筋混凝土",
    };
    part(draft, unit, draft.walk.storeys, made, &[(slab, &c.steel)]);
}

/// The car, which serves all storeys and so belongs to the building.
fn car(draft: &mut Draft<'_>, unit: usize) {
    let c = draft.colours.clone();
    let (y0, y1) = (SPAN + 240, SPAN + SHAFT_DEPTH - 260);
    let items = [
        (between([-700, y0, 0], [700, y1, 60]), &c.metal),
        (between([-700, y0, 2300], [700, y1, 2360]), &c.metal),
        (between([-700, y0, 60], [-660, y1, 2300]), &c.metal),
        (between([660, y0, 60], [700, y1, 2300]), &c.metal),
        (between([-660, y1 - 40, 60], [660, y1, 2300]), &c.metal),
        (between([-450, y0, 60], [450, y0 + 40, 2160]), &c.white),
    ];
    let at = [draft.walk.middle(unit), D, 0];
    let label = Label {
        class: "IFCTRANSPORTELEMENT",
        path: format!("lift/{}", unit + 1),
        name: "电梯",
        rest: ".ELEVATOR.",
    };
    let made = draft.solid(draft.building, label, at, Turn::East, &items);
    let values = vec![
        ("ClearWidth", measure("IFCPOSITIVELENGTHMEASURE", 1320.0)),
        ("ClearDepth", measure("IFCPOSITIVELENGTHMEASURE", f64::from(y1 - y0 - 40))),
        ("ClearHeight", measure("IFCPOSITIVELENGTHMEASURE", 2240.0)),
        ("FireFightingLift", boolean(false)),
    ];
    draft.model.describe(made, PropertySet::new("Pset_TransportElementElevator", values));
    let values = vec![
        ("额定载重", measure("IFCMASSMEASURE", 450.0)),
        ("额定速度", measure("IFCLINEARVELOCITYMEASURE", 1.0)),
        ("停靠层数", properties::integer(draft.walk.storeys as i64)),
        ("入户方式", properties::label("平层入户")),
        ("无障碍", boolean(true)),
    ];
    draft.model.describe(made, PropertySet::new("电梯参数", values));
    measures(draft, made, "加装电梯");
}
