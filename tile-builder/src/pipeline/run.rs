//! One job: its key, the record that may already be there, or the work itself.
//!
//! A job reads source files and the records of the jobs that it needs, writes contents, and leaves a
//! record. Doing it twice, or on another machine, changes nothing. Called by `build` and by the
//! command `run`.

use std::sync::atomic::AtomicUsize;

use serde::Serialize;

use super::BuildError;
use super::content::Maker;
use super::gate::Gate;
use super::jobs::{Job, Work};
use super::oblique::{self, Built, ObliqueJob};
use super::record::{Made, Part, Record, digest};
use super::site::Site;
use crate::publish::Publication;
use crate::tileset::Tile;

/// What jobs run in.
pub(super) struct Workshop<'w> {
    pub(super) site: &'w Site,
    pub(super) publication: &'w Publication,
    pub(super) gate: Gate,
}

/// Whether a job had to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// Its record was there and true.
    Before,
    /// It was done now.
    Now,
}

impl Workshop<'_> {
    /// Does a job, unless its record is fresh.
    pub(super) fn run(&self, job: &Job) -> Result<Done, BuildError> {
        let key = self.key(job)?;
        if Record::fresh(self.publication, &job.id, &key).is_some() {
            return Ok(Done::Before);
        }
        let mut record = match &job.work {
            Work::Tile { source, tile, .. } => self.tile(*source, *tile)?,
            // Without a content of its own, what it stands over is handed to the level above.
            Work::Above { .. } => Record::default(),
        };
        record.key = key;
        record.digest = digest(&record.made);
        record.save(self.publication, &job.id)?;
        Ok(Done::Now)
    }

    /// Hash of everything that a job's result depends on, but for files.
    fn key(&self, job: &Job) -> Result<String, BuildError> {
        #[derive(Serialize)]
        struct Key<'k, P: Serialize> {
            site: &'k str,
            work: &'k Work,
            profile: &'k P,
            needs: Vec<String>,
        }
        let need = |id: &String| {
            Record::load(self.publication, id).map(|record| record.digest).ok_or_else(|| BuildError::Job {
                id: job.id.clone(),
                reason: format!("needs `{id}`, which has no result yet"),
            })
        };
        let needs = job.needs.iter().map(need).collect::<Result<_, _>>()?;
        let profile = &self.site.profiles[job.work.profile()];
        Ok(digest(&Key { site: &self.site.key, work: &job.work, profile, needs }))
    }

    fn maker(&self) -> Maker<'_> {
        Maker { publication: self.publication, parts: self.site.zones.len() + 1 }
    }

    fn tile(&self, source_at: usize, tile_at: usize) -> Result<Record, BuildError> {
        let (source, places) = (&self.site.sources[source_at], self.site.places()?);
        let maker = self.maker();
        let job = ObliqueJob {
            survey: &source.folder,
            placement: &places.placements[source_at],
            frame: places.frame.as_ref(),
            maker: &maker,
            gate: &self.gate,
            limits: &self.site.limits,
            files: AtomicUsize::new(0),
        };
        let Built { tiles, tally, mut inputs, absent, missing } =
            oblique::build_tile(&job, &source.survey.tiles[tile_at])?;
        inputs.sort();
        inputs.dedup();
        let written = |part: usize| tally.written.get(&part).copied().unwrap_or_default();
        let parts = tiles.into_iter().enumerate().filter_map(|(part, tiles)| {
            let zone = self.site.zones.get(part).map(|zone| zone.id.clone());
            Some(Part { zone, tree: Tile::root_of(tiles)?, figures: written(part) })
        });
        let parts = parts.collect();
        let made = Made {
            parts,
            figures: tally.total(),
            messages: tally.messages,
            missing,
            residual_m: tally.residual_m,
        };
        Ok(Record { inputs, absent, contents: tally.contents, made, ..Record::default() })
    }
}
