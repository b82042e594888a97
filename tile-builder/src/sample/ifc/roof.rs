//! Roofs: felt behind a parapet with stair heads, or tiles on four slopes.
//!
//! In: a draft. Out: the elements of the storey above the flats. Called by `mod`.

use super::colour::Colour;
use super::doors::Door;
use super::draft::{Draft, Label};
use super::facade::{self, wall_set};
use super::flat::{Hung, Inner, inner_wall};
use super::model::{Element, Relation};
use super::properties::{PropertySet, boolean, identifier, measure};
use super::shape::{Mm, Plane, Solid, Turn, between, cuboid, rectangle};
use super::step::Ref;
use super::walk::{D, OUTER, PARAPET, ROOF_LAYER, STAIR_BACK, STAIR_FROM, STAIR_OUTER, State, mm};
use crate::sample::walkup::HIP_M;

/// Thickness of the wall around the roof, and of its coping.
const RIM: Mm = 240;
const COPING: Mm = 60;
/// North face of a stair head, and the tops of its walls and of its roof.
const HEAD_NORTH: Mm = 10_200;
const HEAD_WALL: Mm = 2600;
const HEAD_TOP: Mm = 2700;
/// How far eaves stand out, and how high they are.
const EAVES: Mm = 550;
const EAVES_HIGH: Mm = 220;
/// Thickness of a sloping roof, measured upright.
const SLOPE_THICK: Mm = 100;

/// Covers the building.
pub(crate) fn cover(draft: &mut Draft<'_>) {
    facade::top_ring(draft);
    let level = draft.storey(draft.walk.storeys);
    let place = draft.model.place(Some(level.place), [0; 3], Turn::East);
    let (name, rest) =
        if draft.walk.hipped() { ("四坡屋面", ".HIP_ROOF.") } else { ("平屋面", ".FLAT_ROOF.") };
    let element = Element {
        class: "IFCROOF",
        path: "roof".to_owned(),
        name: name.to_owned(),
        place,
        shape: None,
        rest,
    };
    let roof = draft.model.stands(level.object, element);
    let transmittance = if draft.walk.state == State::Renewed { 0.45 } else { 1.6 };
    let values = vec![
        ("Reference", identifier(name)),
        ("IsExternal", boolean(true)),
        ("ThermalTransmittance", measure("IFCTHERMALTRANSMITTANCEMEASURE", transmittance)),
    ];
    draft.model.describe(roof, PropertySet::new("Pset_RoofCommon", values));
    if draft.walk.hipped() {
        hipped(draft, roof, place);
    } else {
        flat(draft, roof, place);
        parapet(draft);
        for unit in 0..draft.walk.units {
            head(draft, unit);
        }
    }
}

/// Writes a part of the roof.
fn part(draft: &mut Draft<'_>, roof: Ref, within: Ref, label: Label<'_>, items: &[(Solid, &Colour)]) -> Ref {
    let body = draft.model.body(items);
    let shape = Some(draft.model.shape(&[body]));
    let place = draft.model.place(Some(within), [0; 3], Turn::East);
    let Label { class, path, name, rest } = label;
    let made = draft.model.element(Element { class, path, name: name.to_owned(), place, shape, rest });
    draft.model.relate(Relation::Parts, roof, made);
    made
}

/// Felt on insulation, around the stair heads.
fn flat(draft: &mut Draft<'_>, roof: Ref, within: Ref) {
    let walk = draft.walk;
    let holes = (0..walk.units)
        .map(|unit| {
            let m = walk.middle(unit);
            rectangle([m - STAIR_OUTER, STAIR_BACK], [m + STAIR_OUTER, HEAD_NORTH])
        })
        .collect();
    let outline = rectangle([OUTER, OUTER], [walk.length - OUTER, D - OUTER]);
    let felt = Solid::Prism { plane: Plane::Level, at: [0; 3], outline, holes, depth: ROOF_LAYER };
    let colour = draft.colours.felt.clone();
    let label = Label {
        class: "IFCCOVERING",
        path: "roof/felt".to_owned(),
        name: "屋面保温防水层",
        rest: ".ROOFING.",
    };
    let made = part(draft, roof, within, label, &[(felt, &colour)]);
    draft.model.made_of(made, "SBS改性沥青防水卷材", "防水");
}

/// The wall around a flat roof with its coping.
fn parapet(draft: &mut Draft<'_>) {
    let (level, length, top) = (draft.storey(draft.walk.storeys), draft.walk.length, PARAPET);
    let colour = draft.colours.trim.clone();
    let coping = draft.colours.concrete.clone();
    let sides = [
        ("s", "南", [0, 0], [length, RIM]),
        ("n", "北", [0, D - RIM], [length, D]),
        ("w", "西", [0, RIM], [RIM, D - RIM]),
        ("e", "东", [length - RIM, RIM], [length, D - RIM]),
    ];
    for (key, name, low, high) in sides {
        let size = [high[0] - low[0], high[1] - low[1]];
        let wall = cuboid([0, 0, 0], [size[0], size[1], top - ROOF_LAYER - COPING]);
        let stone = cuboid([0, 0, top - ROOF_LAYER - COPING], [size[0], size[1], COPING]);
        let name = format!("女儿墙 {name}");
        let label =
            Label { class: "IFCWALL", path: format!("roof/parapet-{key}"), name: &name, rest: ".PARAPET." };
        let at = [low[0], low[1], ROOF_LAYER];
        let made = draft.solid(level, label, at, Turn::East, &[(wall, &colour), (stone, &coping)]);
        draft.model.made_of(made, "烧结普通砖", "砌体");
        draft.model.describe(made, wall_set("女儿墙", true, false, 2.03));
    }
}

/// The walls, door and roof over a stair that leads to the roof.
fn head(draft: &mut Draft<'_>, unit: usize) {
    let storey = draft.walk.storeys;
    let m = draft.walk.middle(unit);
    let path = format!("roof/u{}", unit + 1);
    let inner = STAIR_OUTER - RIM;
    let door = Hung {
        name: "door",
        from: HEAD_NORTH - RIM - 720,
        sill: ROOF_LAYER,
        size: [700, 2000],
        door: Door::Roof,
    };
    let walls = [
        ("back", [m - STAIR_OUTER, STAIR_BACK], [m + STAIR_OUTER, STAIR_FROM], None),
        ("front", [m - STAIR_OUTER, HEAD_NORTH - RIM], [m + STAIR_OUTER, HEAD_NORTH], None),
        ("w", [m - STAIR_OUTER, STAIR_FROM], [m - inner, HEAD_NORTH - RIM], Some(door)),
        ("e", [m + inner, STAIR_FROM], [m + STAIR_OUTER, HEAD_NORTH - RIM], None),
    ];
    // Seen from outside, so in the outer wall's colour.
    let trim = draft.colours.trim.clone();
    let plain = std::mem::replace(&mut draft.colours.inner, trim);
    for (key, low, high, door) in walls {
        let doors = door.into_iter().collect();
        let path = format!("{path}/{key}");
        inner_wall(
            draft,
            storey,
            &Inner { path, name: "出屋面楼梯间墙", low, high, height: HEAD_WALL, doors },
        );
    }
    draft.colours.inner = plain;
    let concrete = draft.colours.concrete.clone();
    let slab = between([m - 1700, 5900, HEAD_WALL], [m + 1700, 10_500, HEAD_TOP]);
    let label =
        Label { class: "IFCSLAB", path: format!("{path}/slab"), name: "楼梯间屋面板", rest: ".ROOF." };
    let slab = draft.solid(draft.storey(storey), label, [0; 3], Turn::East, &[(slab, &concrete)]);
    draft.model.made_of(slab, "钢筋混凝土", "混凝土");
}

/// Four slopes of one thickness, the eaves below them, and a cap on the ridge.
fn hipped(draft: &mut Draft<'_>, roof: Ref, within: Ref) {
    let length = draft.walk.length;
    let (low, high) = (ROOF_LAYER - 50, ROOF_LAYER + mm(HIP_M));
    let [x0, y0, x1, y1] = [-EAVES, -EAVES, length + EAVES, D + EAVES];
    let run = (y1 - y0) / 2;
    let ridge = y0 + run;
    let (a, b) = ([x0 + run, ridge, high], [x1 - run, ridge, high]);
    let corners = [[x0, y0, low], [x1, y0, low], [x1, y1, low], [x0, y1, low]];
    let slopes = [
        ("s", "南坡", vec![corners[0], corners[1], b, a]),
        ("e", "东坡", vec![corners[1], corners[2], b]),
        ("n", "北坡", vec![corners[2], corners[3], a, b]),
        ("w", "西坡", vec![corners[3], corners[0], a]),
    ];
    let tiles = draft.colours.tiles.clone();
    for (key, name, top) in slopes {
        let path = format!("roof/{key}");
        let label = Label { class: "IFCSLAB", path, name, rest: ".ROOF." };
        let made = part(draft, roof, within, label, &[(slope(&top), &tiles)]);
        draft.model.made_of(made, "黏土瓦", "屋面");
    }
    let white = draft.colours.white.clone();
    let eaves = Solid::Prism {
        plane: Plane::Level,
        at: [0, 0, low - EAVES_HIGH],
        // Behind the tiles' edge, so that no two faces share a plane.
        outline: rectangle([x0 + 20, y0 + 20], [x1 - 20, y1 - 20]),
        holes: vec![rectangle([0, 0], [length, D])],
        depth: EAVES_HIGH,
    };
    let label = Label { class: "IFCSLAB", path: "roof/eaves".to_owned(), name: "挑檐板", rest: ".ROOF." };
    let made = part(draft, roof, within, label, &[(eaves, &white)]);
    draft.model.made_of(made, "钢筋混凝土", "混凝土");
    let cap = between([a[0], ridge - 160, high - 100], [b[0], ridge + 160, high + 140]);
    let label =
        Label { class: "IFCCOVERING", path: "roof/ridge".to_owned(), name: "屋脊", rest: ".ROOFING." };
    let made = part(draft, roof, within, label, &[(cap, &tiles)]);
    draft.model.made_of(made, "黏土瓦", "屋面");
}

/// A slope as a closed body: its face from above, the same face lower down, and the edges.
fn slope(top: &[[Mm; 3]]) -> Solid {
    let n = top.len();
    let lower = top.iter().map(|p| [p[0], p[1], p[2] - SLOPE_THICK]);
    let points: Vec<[Mm; 3]> = top.iter().copied().chain(lower).collect();
    let mut faces = vec![(0..n).collect::<Vec<_>>(), (n..2 * n).rev().collect()];
    for k in 0..n {
        let next = (k + 1) % n;
        faces.push(vec![k, k + n, next + n, next]);
    }
    Solid::Polyhedron { points, faces }
}
