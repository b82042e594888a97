//! Outer walls of a walk-up with their openings, windows and doors, the plinth and the ring beams that
//! show as bands.
//!
//! In: a draft. Out: walls by unit and storey. Called by `mod`.

use super::colour::Colour;
use super::doors::{Door, Leaf};
use super::draft::{Draft, Label};
use super::model::{Element, Relation};
use super::properties::{PropertySet, area, boolean, identifier, label, length, measure, volume};
use super::shape::{Mm, Plane, Solid, Turn, cuboid, rectangle};
use super::step::{Ref, list, real, text};
use super::walk::{BAND, D, FOOT, Filling, Hole, OUTER, PLINTH, ROOF_LAYER, STOREY, Segment, Side};
use crate::sample::noise::cell;

/// Openings reach beyond both faces of a wall, so that no skin is left.
const BEYOND: Mm = 20;
/// Windows stand this far behind the outer face.
const REVEAL: Mm = 90;

/// Raises the outer walls.
pub(crate) fn raise(draft: &mut Draft<'_>) {
    let layers =
        draft.brick("外墙 240 砖墙", &[("水泥砂浆涂料饰面", 20), ("烧结普通砖", 240), ("石灰砂浆抹灰", 20)]);
    for storey in 0..draft.walk.storeys {
        let beam = beam(draft, storey);
        for segment in draft.walk.segments() {
            let holes = draft.walk.holes(&segment, storey);
            let lower = storey < draft.walk.building.style.lower_storeys as usize;
            let colour = if lower { draft.colours.lower.clone() } else { draft.colours.upper.clone() };
            let foot = if storey == 0 {
                plinth(draft, &segment, &holes);
                PLINTH
            } else {
                BAND[1]
            };
            let wall = Strip { storey, z: [foot, STOREY + BAND[0]], colour, layers };
            strip(draft, &segment, &holes, &wall);
            if let Some(beam) = beam {
                cut_beam(draft, &segment, &holes, storey, beam);
            }
        }
    }
}

/// A length of wall between two heights.
struct Strip {
    storey: usize,
    z: [Mm; 2],
    colour: Colour,
    layers: Ref,
}

fn strip(draft: &mut Draft<'_>, segment: &Segment, holes: &[Hole], strip: &Strip) {
    let level = draft.storey(strip.storey);
    let height = strip.z[1] - strip.z[0];
    let items = [(cuboid([0; 3], [segment.length, OUTER, height]), &strip.colour)];
    let (axis, body) = (draft.model.axis(segment.length), draft.model.body(&items));
    let shape = Some(draft.model.shape(&[axis, body]));
    let [x, y] = segment.origin;
    let place = draft.model.place(Some(level.place), [x, y, strip.z[0]], segment.turn);
    let path = format!("{}/wall", segment.path(strip.storey));
    let name = format!("外墙 {}", side_name(segment.side));
    let wall = draft.model.stands(
        level.object,
        Element { class: "IFCWALLSTANDARDCASE", path, name, place, shape, rest: ".SOLIDWALL." },
    );
    draft.model.relate(Relation::MadeOf, strip.layers, wall);
    draft.model.describe(wall, wall_set("外墙", true, true, 2.03));
    let mut open = 0.0;
    for hole in holes {
        open += area_of(hole, strip.z);
        let opening = cut(draft, wall, place, hole, strip.z, "");
        fill(draft, strip.storey, hole, opening, strip.z[0]);
    }
    draft.model.describe(wall, wall_quantities(segment.length, height, OUTER, open));
}

/// The dark foot of the wall; only doors cut it.
fn plinth(draft: &mut Draft<'_>, segment: &Segment, holes: &[Hole]) {
    let level = draft.storey(0);
    let z = [FOOT, PLINTH];
    let size = [segment.length, OUTER, z[1] - z[0]];
    let [x, y] = segment.origin;
    let place = draft.model.place(Some(level.place), [x, y, FOOT], segment.turn);
    let colour = draft.colours.plinth.clone();
    let body = draft.model.body(&[(cuboid([0; 3], size), &colour)]);
    let shape = Some(draft.model.shape(&[body]));
    let path = format!("{}/plinth", segment.path(0));
    let name = format!("勒脚 {}", side_name(segment.side));
    let wall = draft
        .model
        .stands(level.object, Element { class: "IFCWALL", path, name, place, shape, rest: ".SOLIDWALL." });
    draft.model.made_of(wall, "烧结普通砖", "砌体");
    draft.model.describe(wall, wall_set("勒脚", true, true, 2.03));
    for hole in holes.iter().filter(|hole| hole.z[0] < PLINTH) {
        cut(draft, wall, place, hole, z, "/plinth");
    }
}

/// Cuts the part of a hole between two heights, and answers the opening with its place.
fn cut(
    draft: &mut Draft<'_>,
    host: Ref,
    within: Ref,
    hole: &Hole,
    z: [Mm; 2],
    mark: &str,
) -> Option<(Ref, Ref)> {
    let [low, high] = [hole.z[0].max(z[0]), hole.z[1].min(z[1])];
    if low >= high {
        return None;
    }
    let width = hole.x[1] - hole.x[0];
    let solid = cuboid([0, -BEYOND, 0], [width, OUTER + 2 * BEYOND, high - low]);
    let path = format!("{}{mark}/opening", hole.path);
    Some(draft.hollow(host, [&path, "洞口"], within, [hole.x[0], 0, low - z[0]], solid))
}

/// Puts a door or window into its opening. `foot` is where the wall begins: a door reaches below it.
fn fill(draft: &mut Draft<'_>, storey: usize, hole: &Hole, opening: Option<(Ref, Ref)>, foot: Mm) {
    let Some((opening, within)) = opening else { return };
    let level = draft.storey(storey);
    let size = [hole.x[1] - hole.x[0], hole.z[1] - hole.z[0]];
    let at = [0, REVEAL, (hole.z[0] - foot).min(0)];
    let leaf = |name: &str| Leaf {
        path: format!("{}/leaf", hole.path),
        name: name.to_owned(),
        size,
        within,
        at,
        turn: Turn::East,
    };
    let made = match hole.filling {
        Filling::Window(panes) => {
            let id = cell(hole.x[0], storey as i32, 3, draft.walk.building.style.seed);
            draft.window(level, leaf("外窗"), panes, id >= 0.55)
        }
        Filling::UnitDoor => draft.door(level, leaf("单元门"), Door::Unit),
        Filling::BalconyDoor => draft.door(level, leaf("阳台门"), Door::Balcony),
        Filling::Passage => return,
    };
    draft.model.fill(opening, made);
}

/// The ring beam at a storey's floor: a ring, and wider pieces where stairs have windows are cut later.
/// The ground floor has none: its plinth stands there.
fn beam(draft: &mut Draft<'_>, storey: usize) -> Option<Ref> {
    (storey > 0).then(|| ring(draft, storey, BAND))
}

/// A ring beam of a level between two heights.
pub(crate) fn ring(draft: &mut Draft<'_>, storey: usize, z: [Mm; 2]) -> Ref {
    let (length, colour) = (draft.walk.length, draft.colours.band.clone());
    let inner = rectangle([OUTER, OUTER], [length - OUTER, D - OUTER]);
    let prism = Solid::Prism {
        plane: Plane::Level,
        at: [0; 3],
        outline: rectangle([0, 0], [length, D]),
        holes: vec![inner],
        depth: z[1] - z[0],
    };
    let label =
        Label { class: "IFCBEAM", path: format!("{}/ring", storey + 1), name: "圈梁", rest: ".BEAM." };
    let beam = draft.solid(draft.storey(storey), label, [0, 0, z[0]], Turn::East, &[(prism, &colour)]);
    draft.model.made_of(beam, "钢筋混凝土", "混凝土");
    let values = vec![
        ("Reference", identifier("圈梁")),
        ("LoadBearing", boolean(true)),
        ("IsExternal", boolean(true)),
    ];
    draft.model.describe(beam, PropertySet::new("Pset_BeamCommon", values));
    beam
}

/// Cuts what begins at the floor through the ring beam.
fn cut_beam(draft: &mut Draft<'_>, segment: &Segment, holes: &[Hole], storey: usize, beam: Ref) {
    let level = draft.storey(storey);
    for hole in holes.iter().filter(|hole| hole.z[0] < BAND[1]) {
        let [x, y] = segment.origin;
        let within = draft.model.place(Some(level.place), [x, y, 0], segment.turn);
        cut(draft, beam, within, hole, [0, BAND[1]], "/beam");
    }
}

/// The band above the top storey, up to the roof's felt.
pub(crate) fn top_ring(draft: &mut Draft<'_>) {
    let roof = draft.walk.storeys;
    ring(draft, roof, [BAND[0], ROOF_LAYER]);
}

fn area_of(hole: &Hole, z: [Mm; 2]) -> f64 {
    let high = hole.z[1].min(z[1]) - hole.z[0].max(z[0]);
    f64::from(hole.x[1] - hole.x[0]) * f64::from(high.max(0)) / 1e6
}

fn side_name(side: Side) -> &'static str {
    match side {
        Side::South => "南",
        Side::East => "东",
        Side::North => "北",
        Side::West => "西",
    }
}

/// What is said about a wall.
pub(crate) fn wall_set(reference: &str, external: bool, bearing: bool, transmittance: f64) -> PropertySet {
    let mut values = vec![
        ("Reference", identifier(reference)),
        ("IsExternal", boolean(external)),
        ("LoadBearing", boolean(bearing)),
        ("FireRating", label(if bearing { "3.00h" } else { "1.00h" })),
    ];
    if external {
        values.push(("ThermalTransmittance", measure("IFCTHERMALTRANSMITTANCEMEASURE", transmittance)));
    }
    PropertySet::new("Pset_WallCommon", values)
}

/// Base quantities of a wall with so many square metres of openings.
pub(crate) fn wall_quantities(long: Mm, high: Mm, thick: Mm, open_m2: f64) -> PropertySet {
    let gross = f64::from(long) * f64::from(high) / 1e6;
    let thick_m = f64::from(thick) / 1e3;
    PropertySet::new(
        "Qto_WallBaseQuantities",
        vec![
            ("Length", length(long)),
            ("Height", length(high)),
            ("Width", length(thick)),
            ("GrossSideArea", area(gross)),
            ("NetSideArea", area(gross - open_m2)),
            ("GrossVolume", volume(gross * thick_m)),
            ("NetVolume", volume((gross - open_m2) * thick_m)),
        ],
    )
}

impl Draft<'_> {
    /// The layers of a wall from the face where its axis runs, as `IfcMaterialLayerSetUsage`.
    pub(crate) fn brick(&mut self, name: &str, layers: &[(&str, Mm)]) -> Ref {
        let step = &mut self.model.step;
        let mut rows = Vec::new();
        for (material, thick) in layers {
            let category = if *thick > 50 { "砌体" } else { "饰面" };
            let material = step.value(format!("IFCMATERIAL({},$,{})", text(material), text(category)));
            let thick = real(f64::from(*thick));
            // A layer belongs to one set only.
            rows.push(step.value_as(format!("IFCMATERIALLAYER({material},{thick},$,$,$,$,$)"), name));
        }
        let set = step.value(format!("IFCMATERIALLAYERSET({},{},$)", list(rows), text(name)));
        step.value(format!("IFCMATERIALLAYERSETUSAGE({set},.AXIS2.,.POSITIVE.,0.,$)"))
    }
}
