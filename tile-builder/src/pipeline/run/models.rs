//! A building model: its contents in all profiles, and its rows of the model.

use super::super::BuildError;
use super::super::jobs::Job;
use super::super::models::{self, ModelJob};
use super::super::record::{InputFile, Made, Record, data_path};
use super::Workshop;

/// What reading, placing and encoding take of memory for a byte of the file: measured at most three on
/// models of 27 to 166 MB, and more on small ones, where it does not matter.
const MEMORY_PER_FILE_BYTE: u64 = 4;
/// What they take in any case.
const MEMORY_BYTES: u64 = 40 << 20;

impl Workshop<'_> {
    /// One IFC file.
    pub(super) fn model(&self, job: &Job, source: usize, file: usize) -> Result<Record, BuildError> {
        let of = &self.site.sources[source];
        let model = &of.models[file];
        let places = self.site.places()?;
        let size = std::fs::metadata(&model.path).map_or(0, |meta| meta.len());
        let _room = self.enter(&job.id, MEMORY_BYTES + size.saturating_mul(MEMORY_PER_FILE_BYTE))?;
        let inputs = InputFile::for_reading(&model.path).into_iter().collect();
        let above = match &of.plan.building {
            Some(footprint) => format!("building/{footprint}"),
            None => {
                format!("community/{}", self.site.resolved.plan.community.id.as_deref().unwrap_or_default())
            }
        };
        let built = models::build(&ModelJob {
            publication: self.publication,
            file: model,
            placement: &places.models[source][file],
            frame: places.frame.as_ref(),
            profiles: &self.site.profiles,
            limits: &self.site.limits,
            worker: self.site.worker.as_deref(),
            source: &of.plan.id,
            above: &above,
        })?;
        let name = data_path(&job.id);
        self.publication.put_beside(&name, &built.rows)?;
        let mut record = Record { inputs, ..Record::default() };
        record.contents.extend(built.contents);
        record.contents.insert(name, built.rows.len() as u64);
        record.made = Made {
            models: built.trees,
            figures: built.figures,
            messages: built.messages,
            residual_m: built.residual_m,
            data: blake3::hash(&built.rows).to_hex().to_string(),
            ..Made::default()
        };
        Ok(record)
    }
}
