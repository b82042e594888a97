//! What lies in the index: a thing with an id, a kind and a place. The index shares things with whoever
//! keeps them; it holds no copies.

use std::sync::Arc;

use rstar::AABB;
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalBox;
use twin_schemas::live::Device;

use super::shape::Shape;
use super::{Kind, PlacedProject, PlacedReport, StoredObject};
use crate::domain::cycle::Word as _;

/// A box as the trees have it: east, north and up, in local metres.
pub(super) type Box3 = AABB<[f64; 3]>;

/// A thing with a place.
#[derive(Debug, Clone)]
pub enum Thing {
    /// An object of the community model.
    Object(Arc<StoredObject>),
    /// A registered device.
    Device(Arc<Device>),
    /// A project of renewal.
    Project(Arc<PlacedProject>),
    /// A resident's report.
    Report(Arc<PlacedReport>),
}

impl Thing {
    /// Its id, unique within its kind.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Object(object) => &object.id,
            Self::Device(device) => &device.id,
            Self::Project(placed) => &placed.id,
            Self::Report(placed) => &placed.id,
        }
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Object(object) => object.class.into(),
            Self::Device(_) => Kind::Device,
            Self::Project(_) => Kind::Project,
            Self::Report(_) => Kind::Report,
        }
    }

    /// What it is more closely: the IFC class of what is from a building model, the kind of a device, a project or a
    /// report.
    #[must_use]
    pub fn class(&self) -> Option<&str> {
        match self {
            Self::Object(object) => object.bim.as_deref().map(|bim| bim.ifc_class.as_str()),
            Self::Device(device) => Some(&device.kind),
            Self::Project(placed) => Some(placed.project.plan.kind.id()),
            Self::Report(placed) => Some(&placed.class),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &LocalizedText {
        match self {
            Self::Object(object) => &object.name,
            Self::Device(device) => &device.name,
            Self::Project(placed) => &placed.project.plan.name,
            Self::Report(placed) => &placed.kind.name,
        }
    }

    /// The zone that its maker said it stands in, of a project the first; devices are not told one.
    #[must_use]
    pub fn zone(&self) -> Option<&str> {
        match self {
            Self::Object(object) => object.zone.as_deref(),
            Self::Device(_) => None,
            Self::Project(placed) => placed.project.zones.first().map(String::as_str),
            Self::Report(placed) => placed.zone.as_deref(),
        }
    }

    /// Its box.
    #[must_use]
    pub fn bounds(&self) -> LocalBox {
        match self {
            Self::Object(object) => object.bounds,
            Self::Device(device) => LocalBox { min: device.position, max: device.position },
            Self::Project(placed) => placed.covered.bounds,
            Self::Report(placed) => LocalBox { min: placed.at, max: placed.at },
        }
    }

    /// Its outline as polygons of rings, outer ring first; empty if it has none.
    #[must_use]
    pub fn footprint(&self) -> &[Vec<Vec<[f64; 2]>>] {
        match self {
            Self::Object(object) => &object.footprint,
            Self::Device(_) | Self::Report(_) => &[],
            Self::Project(placed) => &placed.covered.footprint,
        }
    }

    /// Tells the metres between it and places on the ground; 0 within.
    pub fn ground_distances_m(&self) -> impl Fn(f64, f64) -> f64 + use<> {
        let shape = Shape::of(self);
        move |east_m, north_m| shape.distance_m(east_m, north_m, None)
    }

    /// Whether it has an outline, or what was meant as one.
    pub(super) fn has_outline(&self) -> bool {
        !self.footprint().is_empty()
    }

    /// Whether both are the same thing, wherever they are.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.id() == other.id()
    }

    pub(super) fn box3(&self) -> Box3 {
        box3_of(&self.bounds())
    }
}

/// A box as the trees have it.
pub(super) fn box3_of(LocalBox { min, max }: &LocalBox) -> Box3 {
    AABB::from_corners([min.east_m, min.north_m, min.up_m], [max.east_m, max.north_m, max.up_m])
}
