//! How high ground and buildings are: the relief of each piece, and of all around the buildings.

use super::super::BuildError;
use super::super::jobs::{GROUND, Job};
use super::super::oblique::{self, Wanted};
use super::super::record::{BuildingNote, Record, data_path, digest};
use super::Workshop;
use crate::geometry::{Aabb, Outlines};
use crate::partition;
use crate::partition::buildings::{Buildings, IdentityRule};
use crate::partition::relief::{Relief, ReliefError};
use crate::scene::Mesh;

/// A level whose geometric error is below this shows heights to half a metre.
const RELIEF_ERROR_M: f64 = 8.0;

impl Workshop<'_> {
    /// The buildings with their ground and tops, as far as footprints are known and have a place.
    ///
    /// # Errors
    /// If a source cannot be placed, or the heights are not there or damaged.
    pub(in super::super) fn buildings(&self) -> Result<Option<&Buildings>, BuildError> {
        if let Some(buildings) = self.buildings.get() {
            return Ok(buildings.as_ref());
        }
        let (footprints, origin) = (&self.site.footprints, self.site.places()?.origin);
        let made = match origin.filter(|_| !footprints.is_empty()) {
            None => None,
            Some(origin) => {
                let relief = self.read_relief(GROUND)?;
                Some(Buildings::new(footprints, &origin, &relief, self.identity_rule()))
            }
        };
        Ok(self.buildings.get_or_init(|| made).as_ref())
    }

    fn identity_rule(&self) -> IdentityRule {
        let standard = IdentityRule::default();
        let margin_m = self.site.resolved.plan.partition.building_margin_m.unwrap_or(standard.margin_m);
        IdentityRule { margin_m, ..standard }
    }

    /// The heights of a piece.
    pub(super) fn relief(&self, id: &str, source: usize, piece: usize) -> Result<Record, BuildError> {
        let (mut relief, mut bounds) = (Relief::default(), Aabb::EMPTY);
        let mut add = |meshes: Vec<Mesh>| {
            bounds.merge(&Aabb::around_all(meshes.iter().map(|mesh| &mesh.positions)));
            for mesh in &meshes {
                relief.add(mesh);
            }
        };
        let mut read = Record::default();
        if self.site.sources[source].is_survey() {
            let maker = self.maker(None)?;
            let job = self.oblique(&maker, self.site.places()?, source, Some(self.gate));
            let wanted = Wanted { error_m: RELIEF_ERROR_M, within: Aabb::EVERYWHERE };
            let tile = &self.site.sources[source].survey.tiles[piece];
            let built = oblique::gather(&job, tile, wanted, &mut add)?;
            (read.inputs, read.absent) = (built.inputs, built.absent);
        } else {
            let (job, id) = self.mesh_job(source, piece)?;
            // A cell that cannot be read is told by its tile.
            job.cells.index.part(id).filter_map(|cell| job.read(cell, false).ok()).for_each(add);
        }
        let mut record = self.keep_relief(id, &relief)?;
        record.made.extent =
            (!bounds.is_empty()).then_some([bounds.min[0], bounds.min[1], bounds.max[0], bounds.max[1]]);
        Ok(Record { inputs: read.inputs, absent: read.absent, ..record })
    }

    /// The heights around all buildings.
    pub(super) fn ground(&self, job: &Job) -> Result<Record, BuildError> {
        let mut all = Relief::default();
        let shapes = self.site.places()?.origin.map(|at| partition::shapes(&at, &self.site.footprints));
        let areas = Outlines::new(&shapes.unwrap_or_default());
        for need in &job.needs {
            let mut relief = self.read_relief(need)?;
            relief.keep_near(&areas, Buildings::relief_reach_m());
            all.merge(&relief);
        }
        let mut record = self.keep_relief(&job.id, &all)?;
        if let Some(origin) = self.site.places()?.origin {
            let rule = self.identity_rule();
            let buildings = Buildings::new(&self.site.footprints, &origin, &all, rule);
            let extents = (0..buildings.list().len()).map(|at| buildings.extent(at));
            let notes = buildings.list().iter().zip(extents).filter_map(|(building, extent)| {
                Some(BuildingNote { extent: extent?, digest: digest(&format!("{building:?} {rule:?}")) })
            });
            record.made.buildings = notes.collect();
        }
        Ok(record)
    }

    fn keep_relief(&self, id: &str, relief: &Relief) -> Result<Record, BuildError> {
        let (name, bytes) = (data_path(id), relief.to_bytes());
        self.publication.put_beside(&name, &bytes)?;
        let mut record = Record::default();
        record.contents.insert(name, bytes.len() as u64);
        record.made.data = blake3::hash(&bytes).to_hex().to_string();
        Ok(record)
    }

    fn read_relief(&self, id: &str) -> Result<Relief, BuildError> {
        let bytes = self.publication.content(&data_path(id))?;
        let failed = |error: ReliefError| BuildError::Job {
            id: id.to_owned(),
            reason: format!("left a damaged result: {error}; remove `{}`", data_path(id)),
        };
        Relief::from_bytes(&bytes).map_err(failed)
    }
}
