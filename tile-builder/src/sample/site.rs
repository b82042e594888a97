//! The site: everything that stands or lies in a region, collected from the cells of the pattern.
//!
//! In: the layout and a region. Out: patches for the survey, or devices for the whole sample. Called
//! by `tile` and `records`. Both come from the same code, so that a device stands exactly where its
//! object was modelled.

use super::canal;
use super::cut::Region;
use super::low;
use super::patch::{Frame, Mason, Patch};
use super::plants;
use super::quarter::{Cell, Kind, Quarter};
use super::square;
use super::street;
use super::terrain;
use super::vector::Vec3;
use super::walkup;

/// A device and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Device {
    pub(crate) kind: DeviceKind,
    pub(crate) place: Vec3,
    /// Id of the building that it belongs to.
    pub(crate) building: Option<String>,
}

/// Kinds of devices, in the order in which they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DeviceKind {
    StreetLamp,
    ManholeCover,
    SmokeDetector,
    WaterMeter,
    ElectricityMeter,
    Camera,
    WasteBin,
    Lift,
}

/// Levels of detail: the coarsest level at which things of a size are still modelled.
pub(crate) mod level {
    /// Ground, walls, roofs.
    pub(crate) const ALWAYS: u8 = 0;
    /// Balconies, crowns, roof structures: from texels of 44 cm.
    pub(crate) const LARGE: u8 = 17;
    /// Cars, hedges, railings: from 22 cm.
    pub(crate) const MIDDLE: u8 = 18;
    /// Lamps, air conditioners, heaters: from 11 cm.
    pub(crate) const SMALL: u8 = 19;
    /// Small boxes, benches: only at 5.5 cm.
    pub(crate) const TINY: u8 = 20;
}

/// What is collected, and for where.
#[derive(Debug)]
pub(crate) struct Site<'a> {
    pub(crate) quarter: &'a Quarter,
    region: Option<Region>,
    pub(crate) patches: Vec<Patch>,
    pub(crate) devices: Vec<Device>,
}

impl<'a> Site<'a> {
    /// All patches that may touch the region.
    pub(crate) fn patches_in(quarter: &'a Quarter, region: Region) -> Vec<Patch> {
        let mut site = Self { quarter, region: Some(region), patches: Vec::new(), devices: Vec::new() };
        for cell in quarter.cells(region) {
            site.furnish(cell);
        }
        site.patches.retain(|p| {
            let (low, high) = p.bounds();
            region.meets(low, high)
        });
        site.patches
    }

    /// All devices of the sample.
    pub(crate) fn devices_of(quarter: &'a Quarter) -> Vec<Device> {
        let mut site = Self { quarter, region: None, patches: Vec::new(), devices: Vec::new() };
        for cell in quarter.cells(quarter.extent.region()) {
            site.furnish(cell);
        }
        site.devices.sort_by_key(|d| d.kind);
        site.devices
    }

    fn furnish(&mut self, cell: Cell) {
        terrain::lay(self, cell);
        canal::lay(self, cell);
        let quarter = self.quarter;
        for building in quarter.buildings_in(cell) {
            match building.kind {
                Kind::WalkUp => walkup::raise(self, building),
                Kind::Shops => low::shops(self, building),
                Kind::Centre => low::centre(self, building),
            }
        }
        plants::grow(self, cell);
        street::furnish(self, cell);
        square::furnish(self, cell);
    }

    /// Lays an object around a point of the street frame, unless it would stick out of the survey.
    /// Answers whether the object exists, even if the region does not ask for it.
    pub(crate) fn object(
        &mut self,
        at: [f32; 3],
        angle: f32,
        reach: f32,
        level: u8,
        lay: impl FnOnce(&mut Mason),
    ) -> bool {
        let [u, v, z] = at;
        if !self.quarter.holds_rect([u, v, u, v], reach + 0.3) {
            return false;
        }
        let frame = self.quarter.frame.at(u, v, z, angle);
        self.lay(frame, reach, level, lay);
        true
    }

    /// Lays patches without asking for the edge of the survey; tiles cut what sticks out.
    pub(crate) fn lay(&mut self, frame: Frame, reach: f32, level: u8, lay: impl FnOnce(&mut Mason)) {
        let p = frame.origin;
        let near = Vec3 { x: p.x - reach, y: p.y - reach, z: p.z };
        let far = Vec3 { x: p.x + reach, y: p.y + reach, z: p.z };
        if self.region.is_some_and(|region| region.meets(near, far)) {
            let mut mason = Mason::new(frame);
            mason.level = level;
            lay(&mut mason);
            self.patches.append(&mut mason.patches);
        }
    }

    /// Notes a device at a point of the street frame.
    pub(crate) fn device(&mut self, kind: DeviceKind, at: [f32; 3], building: Option<String>) {
        if self.region.is_none() {
            let place = self.quarter.frame.place(at[0], at[1], at[2]);
            self.devices.push(Device { kind, place, building });
        }
    }
}
