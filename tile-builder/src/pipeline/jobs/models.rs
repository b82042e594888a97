//! Jobs of building models: one a file.

use super::super::site::Site;
use super::{CELLS_WAVE, Job, Work};

/// A job for each IFC file.
pub(super) fn models(site: &Site) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (source_at, source) in site.sources.iter().enumerate() {
        for (file, model) in source.models.iter().enumerate() {
            let work = Work::Model { source: source_at, file };
            let inputs = vec![model.path.clone()];
            jobs.push(Job::new(model_id(&source.plan.id, &model.id), CELLS_WAVE, Vec::new(), inputs, work));
        }
    }
    jobs
}

/// Name of the job of a file, whose id is empty if it is the source's only one.
fn model_id(source: &str, file: &str) -> String {
    if file.is_empty() { format!("model.{source}") } else { format!("model.{source}.{file}") }
}
