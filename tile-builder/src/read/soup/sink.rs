//! Where readers put polygons: they are cut into triangles, turned to z up, held against the limits
//! and handed on one by one, with their bounds and what was left out kept.

use std::ops::ControlFlow;

use super::error::{Fault, Read, within};
use super::polygon::{Cutter, area_squared};
use super::{Corner, Face, MeshWarning, Up};
use crate::geometry::Aabb;

/// Largest coordinate that is taken for a place on or near the Earth.
const FARTHEST: f64 = 1e9;
/// Most warnings that are kept one by one.
const MOST_WARNINGS: usize = 100;

/// Takes the faces of a file.
pub(in crate::read) struct Sink<'e> {
    each: &'e mut dyn FnMut(&Face) -> ControlFlow<()>,
    up: Up,
    most_faces: u64,
    cutter: Cutter,
    positions: Vec<[f64; 3]>,
    pub(in crate::read) bounds: Aabb,
    pub(in crate::read) faces: u64,
    pub(in crate::read) degenerate: u64,
    pub(in crate::read) warnings: Warnings,
    /// Whether the receiver wants no more.
    pub(in crate::read) stopped: bool,
}

impl<'e> Sink<'e> {
    pub(in crate::read) fn new(
        up: Up,
        most_faces: u64,
        each: &'e mut dyn FnMut(&Face) -> ControlFlow<()>,
    ) -> Self {
        Self {
            each,
            up,
            most_faces,
            cutter: Cutter::default(),
            positions: Vec::new(),
            bounds: Aabb::EMPTY,
            faces: 0,
            degenerate: 0,
            warnings: Warnings::default(),
            stopped: false,
        }
    }

    /// Takes a polygon. Its corners must be [`usable`].
    pub(in crate::read) fn polygon(&mut self, corners: &[Corner], material: u32) -> Read<()> {
        if let [a, b, c] = *corners {
            return self.triangle([a, b, c], material);
        }
        self.positions.clear();
        self.positions.extend(corners.iter().map(|corner| corner.position));
        let mut cutter = std::mem::take(&mut self.cutter);
        let triangles = cutter.cut(&self.positions);
        if triangles.is_empty() {
            self.degenerate += 1;
        }
        let done = triangles.iter().try_for_each(|triangle| {
            self.triangle(triangle.map(|corner| corners[corner as usize]), material)
        });
        self.cutter = cutter;
        done
    }

    fn triangle(&mut self, mut corners: [Corner; 3], material: u32) -> Read<()> {
        if area_squared(corners.map(|corner| corner.position)) == 0.0 {
            self.degenerate += 1;
            return Ok(());
        }
        self.faces += 1;
        within("count of faces", self.faces, self.most_faces)?;
        if corners.iter().any(|corner| corner.uv.is_none()) {
            for corner in &mut corners {
                corner.uv = None;
            }
        }
        for corner in &mut corners {
            if self.up == Up::Y {
                let [x, y, z] = corner.position;
                corner.position = [x, -z, y];
            }
            self.bounds.add(&corner.position);
        }
        match (self.each)(&Face { corners, material }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => {
                self.stopped = true;
                Err(Fault::invalid("the receiver stopped"))
            }
        }
    }
}

/// Whether a position is a place: numbers, and not beyond every map.
pub(in crate::read) fn usable(position: [f64; 3]) -> bool {
    position.iter().all(|value| value.abs() <= FARTHEST)
}

/// What was left out, each kind or subject said once.
#[derive(Default)]
pub(in crate::read) struct Warnings {
    list: Vec<(MeshWarning, u64)>,
    dropped: u64,
}

impl Warnings {
    /// Says `text` unless it was said already.
    pub(in crate::read) fn once(&mut self, code: &'static str, text: String) {
        if self.list.iter().any(|(known, _)| known.text == text) {
            return;
        }
        if self.list.len() < MOST_WARNINGS {
            self.list.push((MeshWarning { code, text }, 0));
        } else {
            self.dropped += 1;
        }
    }

    /// Says the first of a kind, and counts the others.
    pub(in crate::read) fn count(&mut self, code: &'static str, text: impl FnOnce() -> String) {
        match self.list.iter_mut().find(|(known, _)| known.code == code) {
            Some((_, more)) => *more += 1,
            None => self.list.push((MeshWarning { code, text: text() }, 0)),
        }
    }

    pub(in crate::read) fn finish(self) -> Vec<MeshWarning> {
        let mut warnings: Vec<MeshWarning> = self
            .list
            .into_iter()
            .map(|(mut warning, more)| {
                if more > 0 {
                    warning.text = format!("{} (and {more} more like it)", warning.text);
                }
                warning
            })
            .collect();
        if self.dropped > 0 {
            let text = format!("{} more warnings of this file were left out", self.dropped);
            warnings.push(MeshWarning { code: "more_warnings", text });
        }
        warnings
    }
}
