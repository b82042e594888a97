//! Doors and windows: their types with linings and panels, and placing them in openings.
//!
//! In: kind, width, height. Out: `IfcDoorType` and `IfcWindowType` with shared shapes, doors and windows
//! in their openings. Called by `facade`, `flat`, `balcony` and `renewal`. Local frame: `x` along the
//! wall, `y` through it, origin at the opening's low left corner.

use super::colour::Colour;
use super::draft::{Draft, Level};
use super::model::{Element, Model};
use super::properties::{PropertySet, area, boolean, identifier, label, length, measure};
use super::shape::{Mm, Plane, Solid, Turn, between, rectangle};
use super::step::{Ref, real, text};
use super::types::{Kind, TypePlan};

/// Kinds of doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// The door of a flat.
    Entry,
    /// Of a room.
    Room,
    /// Of a kitchen or bath.
    Wet,
    /// Of a unit, with two leaves.
    Unit,
    /// To the roof.
    Roof,
    /// To a balcony, two sliding leaves of glass.
    Balcony,
    /// Of a lift, at a landing.
    Landing,
}

/// What is said about a kind of door.
struct Words {
    name: &'static str,
    operation: &'static str,
    panels: &'static [(&'static str, &'static str, f64)],
    fire: &'static str,
    external: bool,
    material: &'static str,
}

const SINGLE: &[(&str, &str, f64)] = &[("SWINGING", "LEFT", 1.0)];
const DOUBLE: &[(&str, &str, f64)] = &[("SWINGING", "LEFT", 0.5), ("SWINGING", "RIGHT", 0.5)];
const SLIDING: &[(&str, &str, f64)] = &[("SLIDING", "LEFT", 0.5), ("SLIDING", "RIGHT", 0.5)];

impl Door {
    fn words(self) -> Words {
        let words = |name, operation, panels, fire, external, material| Words {
            name,
            operation,
            panels,
            fire,
            external,
            material,
        };
        match self {
            Self::Entry => words("防盗门", "SINGLE_SWING_LEFT", SINGLE, "乙级", false, "钢"),
            Self::Room => words("木门", "SINGLE_SWING_LEFT", SINGLE, "无", false, "木材"),
            Self::Wet => words("半玻门", "SINGLE_SWING_LEFT", SINGLE, "无", false, "铝合金"),
            Self::Unit => words("单元门", "DOUBLE_DOOR_SINGLE_SWING", DOUBLE, "无", true, "钢"),
            Self::Roof => words("屋面检修门", "SINGLE_SWING_LEFT", SINGLE, "丙级", true, "钢"),
            Self::Balcony => words("阳台推拉门", "DOUBLE_DOOR_SLIDING", SLIDING, "无", true, "铝合金"),
            Self::Landing => words("电梯层门", "DOUBLE_DOOR_SLIDING", SLIDING, "甲级", false, "不锈钢"),
        }
    }
}

/// Depth of frames.
const FRAME: Mm = 60;
const PANEL: Mm = 40;

/// A frame with one gap for each leaf or pane.
fn frame(width: Mm, low: Mm, height: Mm, panes: usize, bar: Mm) -> Solid {
    let clear = width - 2 * bar;
    let edge = |k: usize| bar + clear * k as Mm / panes as Mm;
    let holes = (0..panes)
        .map(|k| {
            let left = if k == 0 { edge(k) } else { edge(k) + bar / 2 };
            let right = if k + 1 == panes { edge(k + 1) } else { edge(k + 1) - bar / 2 };
            rectangle([left, low + bar], [right, height - bar])
        })
        .collect();
    let outline = rectangle([0, low], [width, height]);
    Solid::Prism { plane: Plane::Front, at: [0, 0, 0], outline, holes, depth: FRAME }
}

impl Draft<'_> {
    /// A window of some panes, old ones with wooden frames.
    pub(crate) fn window_kind(&mut self, [width, height]: [Mm; 2], panes: usize, wooden: bool) -> Kind {
        let frame_colour = if wooden { &self.colours.brown } else { &self.colours.aluminium };
        let glass = between([30, 27, 30], [width - 30, 33, height - 30]);
        let items = vec![(frame(width, 0, height, panes, 50), frame_colour), (glass, &self.colours.glass)];
        let material = if wooden { "木窗" } else { "铝合金推拉窗" };
        let partitioning = match panes {
            1 => "SINGLE_PANEL",
            2 => "DOUBLE_PANEL_VERTICAL",
            3 => "TRIPLE_PANEL_VERTICAL",
            _ => "NOTDEFINED",
        };
        let (first, second) = match panes {
            2 => ("0.5", "$"),
            3 => ("0.333", "0.667"),
            _ => ("$", "$"),
        };
        let mullion = if panes == 1 { "$" } else { "50." };
        let name = text("窗框");
        let mut sets = vec![(
            "IFCWINDOWLININGPROPERTIES",
            format!("{name},$,60.,50.,$,{mullion},$,$,{first},{second},$,90.,$,$"),
        )];
        let positions: &[&str] =
            if panes == 1 { &["MIDDLE"] } else { &["LEFT", "RIGHT", "MIDDLE", "NOTDEFINED"] };
        for position in positions.iter().take(panes) {
            let operation = if wooden { "SIDEHUNGLEFTHAND" } else { "SLIDINGHORIZONTAL" };
            let name = text(&format!("窗扇-{position}"));
            sets.push(("IFCWINDOWPANELPROPERTIES", format!("{name},$,.{operation}.,.{position}.,40.,35.,$")));
        }
        let rest = format!(".WINDOW.,.{partitioning}.,.F.,$");
        let name = format!("{material} {width}×{height}");
        let plan = TypePlan { class: "IFCWINDOWTYPE", name, items, rest: &rest, sets };
        self.types.kind(&mut self.model, plan)
    }

    /// A door.
    pub(crate) fn door_kind(&mut self, door: Door, [width, height]: [Mm; 2]) -> Kind {
        let words = door.words();
        let c = &self.colours;
        let (leaf, lining): (&Colour, &Colour) = match door {
            Door::Entry => (&c.green, &c.green),
            Door::Room => (&c.wood, &c.wood),
            Door::Wet | Door::Balcony => (&c.glass, &c.aluminium),
            Door::Unit | Door::Roof => (&c.bars, &c.metal),
            Door::Landing => (&c.metal, &c.steel),
        };
        let leaves = words.panels.len();
        let mut items = vec![(frame(width, 0, height, leaves, 50), lining)];
        for k in 0..leaves {
            let clear = width - 100;
            let x = [0, 1].map(|e| 50 + clear * (k as Mm + e) / leaves as Mm);
            // Sliding leaves run one before the other.
            let y = if words.panels[k].0 == "SLIDING" { 2 + 20 * k as Mm } else { 10 };
            let deep = if words.panels[k].0 == "SLIDING" { 18 } else { PANEL };
            items.push((between([x[0], y, 20], [x[1], y + deep, height - 30]), leaf));
        }
        let name = text("门框");
        let mut sets =
            vec![("IFCDOORLININGPROPERTIES", format!("{name},$,{FRAME}.,50.,$,$,$,$,0.,$,$,$,$,$,$"))];
        for (operation, position, share) in words.panels {
            let (name, share) = (text(&format!("门扇-{position}")), real(*share));
            let rest = format!("{name},$,{PANEL}.,.{operation}.,{share},.{position}.,$");
            sets.push(("IFCDOORPANELPROPERTIES", rest));
        }
        let rest = format!(".DOOR.,.{}.,.F.,$", words.operation);
        let name = format!("{} {width}×{height}", words.name);
        let plan = TypePlan { class: "IFCDOORTYPE", name, items, rest: &rest, sets };
        self.types.kind(&mut self.model, plan)
    }
}

/// A door or window that is to be placed.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) path: String,
    pub(crate) name: String,
    /// Width and height.
    pub(crate) size: [Mm; 2],
    /// Where in the opening, or in the level.
    pub(crate) within: Ref,
    pub(crate) at: [Mm; 3],
    pub(crate) turn: Turn,
}

impl Draft<'_> {
    /// Places a window.
    pub(crate) fn window(&mut self, level: Level, leaf: Leaf, panes: usize, wooden: bool) -> Ref {
        let kind = self.window_kind(leaf.size, panes, wooden);
        let [width, height] = leaf.size.map(|v| real(f64::from(v)));
        let rest = format!("{height},{width},.WINDOW.,$,$");
        let size = leaf.size;
        let place = self.model.place(Some(leaf.within), leaf.at, leaf.turn);
        let element =
            Element { class: "IFCWINDOW", path: leaf.path, name: leaf.name, place, shape: None, rest: &rest };
        let made = self.model.occurs(kind, level.object, element);
        self.model.made_of(made, if wooden { "木窗" } else { "铝合金" }, "金属与木");
        self.model.describe(made, window_set(wooden));
        quantities(&mut self.model, made, "Qto_WindowBaseQuantities", size);
        made
    }

    /// Places a door.
    pub(crate) fn door(&mut self, level: Level, leaf: Leaf, door: Door) -> Ref {
        let kind = self.door_kind(door, leaf.size);
        let words = door.words();
        let [width, height] = leaf.size.map(|v| real(f64::from(v)));
        let rest = format!("{height},{width},.DOOR.,.{}.,$", words.operation);
        let size = leaf.size;
        let place = self.model.place(Some(leaf.within), leaf.at, leaf.turn);
        let element =
            Element { class: "IFCDOOR", path: leaf.path, name: leaf.name, place, shape: None, rest: &rest };
        let made = self.model.occurs(kind, level.object, element);
        self.model.made_of(made, words.material, "门窗");
        self.model.describe(
            made,
            PropertySet::new(
                "Pset_DoorCommon",
                vec![
                    ("Reference", identifier(words.name)),
                    ("IsExternal", boolean(words.external)),
                    ("FireRating", label(words.fire)),
                    ("SecurityRating", label(if door == Door::Entry { "防盗安全级别丁级" } else { "无" })),
                    ("HandicapAccessible", boolean(door == Door::Landing)),
                ],
            ),
        );
        quantities(&mut self.model, made, "Qto_DoorBaseQuantities", size);
        made
    }
}

fn window_set(wooden: bool) -> PropertySet {
    let transmittance = if wooden { 4.7 } else { 5.7 };
    PropertySet::new(
        "Pset_WindowCommon",
        vec![
            ("Reference", identifier(if wooden { "木窗" } else { "铝合金推拉窗" })),
            ("IsExternal", boolean(true)),
            ("ThermalTransmittance", measure("IFCTHERMALTRANSMITTANCEMEASURE", transmittance)),
            ("GlazingAreaFraction", measure("IFCPOSITIVERATIOMEASURE", 0.8)),
        ],
    )
}

fn quantities(model: &mut Model, object: Ref, name: &'static str, [width, height]: [Mm; 2]) {
    let face = f64::from(width) * f64::from(height) / 1e6;
    let values = vec![("Width", length(width)), ("Height", length(height)), ("Area", area(face))];
    model.describe(object, PropertySet::new(name, values));
}
