//! `tile-builder build` and `merge`.

use std::num::NonZero;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result};
use serde::Serialize;
use twin_schemas::report::{BuildReport, BuildTimings, Message, Severity};

use super::console::{self, Console};
use super::{BuildArguments, CommonArguments};
use crate::pipeline::{self, BuildOutcome, BuildRequest, Progress};
use crate::publish::Publication;
use crate::read::plan::ResolvedPlan;

impl Progress for Console {
    fn plan(&self, resolved: &ResolvedPlan) {
        if resolved.assumed {
            let text = toml::to_string(&resolved.plan).unwrap_or_default();
            self.say(&format!("no `community.toml`; this plan is assumed:\n\n{}\n", text.trim_end()));
        }
    }

    fn stage(&self, name: &str, steps: u64) {
        Console::stage(self, name, steps);
    }

    fn step(&self, what: &str) {
        Console::step(self, what);
    }

    fn message(&self, message: &Message) {
        Console::message(self, message);
    }
}

/// What `--json` prints.
#[derive(Serialize)]
struct Printed<'r> {
    #[serde(flatten)]
    report: &'r BuildReport,
    timings: &'r BuildTimings,
}

/// How much of a build to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Everything.
    All,
    /// The end, after all jobs are done.
    Merge,
}

/// The system keeps what a thread has freed for the same thread; this is what one of them may come to
/// hold so, beyond what jobs are counted to use.
const MEMORY_OF_THREAD: u64 = 160 << 20;

/// As many threads as a bound on memory has room for, one at least.
fn threads_within(memory_bytes: u64) -> usize {
    (memory_bytes / MEMORY_OF_THREAD).max(1) as usize
}

/// A request, from what every step of a build is told.
pub(super) fn request(input: &Path, common: &CommonArguments) -> Result<BuildRequest> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = common.threads.map_or(cores, usize::from).min(threads_within(common.memory));
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().context("cannot start threads")?;
    Ok(BuildRequest {
        profile: common.profile.clone(),
        memory_bytes: common.memory,
        worker: std::env::current_exe().ok(),
        ..BuildRequest::new(input, &common.out)
    })
}

pub(super) fn run(arguments: &BuildArguments, step: Step) -> Result<ExitCode> {
    let console = Console::new();
    let request = request(&arguments.input, &arguments.common)?;
    let begun = Instant::now();
    let outcome = match step {
        Step::All => pipeline::build(&request, &console)?,
        Step::Merge => pipeline::merge(&request, &console)?,
    };
    let timings = BuildTimings {
        wall_s: begun.elapsed().as_secs_f64(),
        version: outcome.version.clone(),
        contents_written: outcome.contents_written,
    };
    let text = serde_json::to_string_pretty(&timings).context("cannot write the timings")?;
    Publication::open(&request.out)?.put_beside("last-build.json", text.as_bytes())?;
    if arguments.json {
        let printed = Printed { report: &outcome.report, timings: &timings };
        console::print(&serde_json::to_string_pretty(&printed).context("cannot print the report")?);
    }
    console::line(&summary(arguments, &outcome, &timings));
    Ok(ExitCode::SUCCESS)
}

fn summary(arguments: &BuildArguments, outcome: &BuildOutcome, timings: &BuildTimings) -> String {
    let totals = &outcome.report.totals;
    let count = |severity| outcome.report.messages.iter().filter(|m| m.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let report = arguments.common.out.join("versions").join(&outcome.version).join("report.html");
    if !outcome.changed {
        return format!(
            "nothing has changed since version {}: {} tiles, {:.1} MB; checked in {:.2} s\n\
             {errors} errors, {warnings} warnings; report: {}",
            outcome.version,
            totals.tiles,
            totals.content_bytes as f64 / 1e6,
            timings.wall_s,
            report.display()
        );
    }
    format!(
        "built {} tiles, {} triangles, {:.1} MB from {} files of {:.1} MB in {:.2} s\n\
         {errors} errors, {warnings} warnings; report: {}",
        totals.tiles,
        totals.triangles,
        totals.content_bytes as f64 / 1e6,
        totals.files_read,
        totals.bytes_read as f64 / 1e6,
        timings.wall_s,
        report.display()
    )
}
