//! Balconies: slab, parapet, the beam above, and windows where the owner has closed them.
//!
//! In: a draft. Out: elements by flat. Called by `mod`. Heights and colours are those of the balconies
//! that the survey shows.

use super::colour::{Colours, balcony_is_closed};
use super::doors::Leaf;
use super::draft::{Draft, Label};
use super::properties::{PropertySet, boolean, identifier, label, measure};
use super::shape::{Mm, Plane, Solid, Turn, cuboid};
use super::walk::{BALCONY_FROM, BALCONY_TO, Flat, STOREY};

const SLAB: Mm = 100;
const PARAPET: Mm = 1020;
const HEAD: Mm = 2460;
const THICK: Mm = 80;
const POST: Mm = 70;

/// Adds the balconies.
pub(crate) fn add(draft: &mut Draft<'_>) {
    for (k, flat) in draft.walk.flats().iter().enumerate() {
        let seed = draft.walk.fittings.balcony_seeds.get(k).copied().unwrap_or_default();
        for storey in 0..draft.walk.storeys {
            balcony(draft, flat, storey, seed);
        }
        cap(draft, flat);
    }
}

/// A U around the balcony, open to the wall: its outline in plan.
fn rim(width: Mm, depth: Mm, thick: Mm) -> Vec<[Mm; 2]> {
    vec![
        [0, 0],
        [width, 0],
        [width, depth],
        [width - thick, depth],
        [width - thick, thick],
        [thick, thick],
        [thick, depth],
        [0, depth],
    ]
}

fn balcony(draft: &mut Draft<'_>, flat: &Flat, storey: usize, seed: u32) {
    let (width, depth) = (BALCONY_TO - BALCONY_FROM, draft.walk.balcony_depth());
    let [x, _] = flat.span([BALCONY_FROM, BALCONY_TO]);
    let path = |name: &str| format!("{}/balcony/{name}", flat.path(storey));
    let closed = balcony_is_closed(draft.walk, seed, storey);
    let ring = |thick, z: [Mm; 2]| Solid::Prism {
        plane: Plane::Level,
        at: [0, 0, z[0]],
        outline: rim(width, depth, thick),
        holes: Vec::new(),
        depth: z[1] - z[0],
    };
    let (concrete, trim) = (draft.colours.concrete.clone(), draft.colours.trim.clone());
    let colour = Colours::balcony(draft.walk, seed, storey);
    let slab = cuboid([0, 0, -SLAB], [width, depth, SLAB]);
    let mut head = vec![(ring(120, [HEAD, STOREY - SLAB]), &trim)];
    if closed {
        for px in [0, width - POST] {
            head.push((cuboid([px, 0, PARAPET], [POST, POST, HEAD - PARAPET]), &trim));
        }
    }
    let parts = [
        ("IFCSLAB", "slab", "阳台板", ".FLOOR.", vec![(slab, &concrete)]),
        ("IFCRAILING", "parapet", "阳台栏板", ".BALUSTRADE.", vec![(ring(THICK, [0, PARAPET]), &colour)]),
        ("IFCBEAM", "beam", "阳台封梁", ".BEAM.", head),
    ];
    for (class, key, name, rest, items) in parts {
        let label = Label { class, path: path(key), name, rest };
        let made = draft.solid(draft.storey(storey), label, [x, -depth, 0], Turn::East, &items);
        draft.model.made_of(made, "钢筋混凝土", "混凝土");
        if class == "IFCRAILING" {
            draft.model.describe(made, railing_set(closed));
        }
    }
    if closed {
        glaze(draft, flat, storey, [x, width, depth]);
    }
}

/// Windows on the parapet: one in front, one at each side.
fn glaze(draft: &mut Draft<'_>, flat: &Flat, storey: usize, [x, width, depth]: [Mm; 3]) {
    let level = draft.storey(storey);
    let height = HEAD - PARAPET;
    let (front, side) = (width - 2 * POST, depth - POST);
    let places = [
        ("front", [front, height], [x + POST, -depth + 5, PARAPET], Turn::East, 5),
        ("east", [side, height], [x + width - 5, -depth + POST, PARAPET], Turn::North, 2),
        ("west", [side, height], [x + 5, 0, PARAPET], Turn::South, 2),
    ];
    for (key, size, at, turn, panes) in places {
        let leaf = Leaf {
            path: format!("{}/balcony/{key}", flat.path(storey)),
            name: "阳台封窗".to_owned(),
            size,
            within: level.place,
            at,
            turn,
        };
        draft.window(level, leaf, panes, false);
    }
}

/// The slab over the topmost balcony.
fn cap(draft: &mut Draft<'_>, flat: &Flat) {
    let roof = draft.walk.storeys;
    let (width, depth) = (BALCONY_TO - BALCONY_FROM, draft.walk.balcony_depth());
    let [x, _] = flat.span([BALCONY_FROM, BALCONY_TO]);
    let concrete = draft.colours.concrete.clone();
    let slab = cuboid([0, 0, -SLAB], [width, depth, 2 * SLAB]);
    let path = format!("{}/cap", flat.path(roof));
    let label = Label { class: "IFCSLAB", path, name: "阳台雨篷板", rest: ".ROOF." };
    let level = draft.storey(roof);
    let slab = draft.solid(level, label, [x, -depth, 0], Turn::East, &[(slab, &concrete)]);
    draft.model.made_of(slab, "钢筋混凝土", "混凝土");
}

fn railing_set(closed: bool) -> PropertySet {
    PropertySet::new(
        "Pset_RailingCommon",
        vec![
            ("Reference", identifier("阳台栏板")),
            ("Height", measure("IFCPOSITIVELENGTHMEASURE", f64::from(PARAPET))),
            ("IsExternal", boolean(true)),
            ("Status", label(if closed { "已封闭" } else { "开敞" })),
        ],
    )
}
