//! The finest that there is: the cells of a mesh, and the tiles of all pieces.

use std::sync::atomic::AtomicUsize;

use super::super::BuildError;
use super::super::cells::{self, Stream};
use super::super::content::Maker;
use super::super::gate::Gate;
use super::super::jobs::Job;
use super::super::mesh::MeshJob;
use super::super::oblique::{self, Built, ObliqueJob};
use super::super::record::{InputFile, Made, Record};
use super::super::site::Places;
use super::Workshop;
use crate::partition::cells::CellId;
use crate::tileset::Tile;

impl Workshop<'_> {
    /// The cells of a mesh.
    pub(super) fn split(&self, job: &Job, source: usize, file: usize) -> Result<Record, BuildError> {
        let of = &self.site.sources[source];
        let inputs = job.inputs.iter().filter_map(|path| InputFile::for_reading(path)).collect();
        let path = &of.survey.tiles[file].root;
        let stream = Stream { path, source: of, gate: self.gate, limits: &self.site.limits, spool: None };
        let split = cells::split(&stream, of.meshes[file].as_ref(), self.publication, &job.id)?;
        let made = Made {
            figures: split.tally.total(),
            messages: split.tally.messages,
            data: split.data,
            ..Made::default()
        };
        Ok(Record { inputs, contents: split.files, made, ..Record::default() })
    }

    /// What a survey's files are read with; without a gate where the caller has entered it.
    pub(super) fn oblique<'j>(
        &'j self,
        maker: &'j Maker<'j>,
        places: &'j Places,
        source: usize,
        gate: Option<&'j Gate>,
    ) -> ObliqueJob<'j> {
        ObliqueJob {
            survey: &self.site.sources[source].folder,
            placement: &places.placements[source],
            frame: places.frame.as_ref(),
            maker,
            gate,
            limits: &self.site.limits,
            files: AtomicUsize::new(0),
        }
    }

    /// What the cells of a mesh are read with, and which of them a piece is.
    pub(super) fn mesh_job(&self, source: usize, piece: usize) -> Result<(MeshJob<'_>, CellId), BuildError> {
        let (file, id) = self.site.sources[source].cells[piece];
        Ok((self.mesh_of(source, file)?, id))
    }

    /// What the cells of a mesh are read with.
    pub(super) fn mesh_of(&self, source: usize, file: usize) -> Result<MeshJob<'_>, BuildError> {
        let (places, of) = (self.site.places()?, &self.site.sources[source]);
        let unread = || BuildError::Job { id: of.files[file].clone(), reason: "has no cells".to_owned() };
        Ok(MeshJob {
            cells: self.mesh_cells(source, file)?,
            plan: of.meshes[file].as_ref().ok_or_else(unread)?,
            placement: &places.placements[source],
            frame: places.frame.as_ref(),
            limits: &self.site.limits,
        })
    }

    /// A piece: all levels of a survey's tile, or a cell.
    pub(super) fn tile(&self, profile: usize, source: usize, piece: usize) -> Result<Record, BuildError> {
        let maker = self.maker(Some(profile))?;
        if !self.site.sources[source].is_survey() {
            let (job, id) = self.mesh_job(source, piece)?;
            let leaf = job.leaf(&maker, self.gate, id, &self.site.sources[source].title(piece))?;
            return Ok(Record { inputs: leaf.inputs, ..self.made(leaf.trees, leaf.tally) });
        }
        let job = self.oblique(&maker, self.site.places()?, source, Some(self.gate));
        let Built { tiles, tally, mut inputs, absent, missing } =
            oblique::build_tile(&job, &self.site.sources[source].survey.tiles[piece])?;
        inputs.sort();
        inputs.dedup();
        let trees = tiles.into_iter().map(Tile::root_of);
        let mut record = self.made(trees.collect(), tally);
        (record.inputs, record.absent, record.made.missing) = (inputs, absent, missing);
        Ok(record)
    }
}
