//! `tile-builder build`.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result};
use serde::Serialize;
use twin_schemas::report::{BuildReport, BuildTimings, Message, Severity};

use super::BuildArguments;
use super::console::{self, Console};
use crate::pipeline::{self, BuildOutcome, BuildRequest, Progress};
use crate::publish::Publication;
use crate::read::Limits;
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

pub(super) fn run(arguments: &BuildArguments) -> Result<ExitCode> {
    if let Some(threads) = arguments.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads.into())
            .build_global()
            .context("cannot start threads")?;
    }
    let console = Console::new();
    let request = BuildRequest {
        input: arguments.input.clone(),
        out: arguments.out.clone(),
        limits: Limits::default(),
    };
    let begun = Instant::now();
    let outcome = pipeline::build(&request, &console)?;
    let timings = BuildTimings {
        wall_s: begun.elapsed().as_secs_f64(),
        version: outcome.version.clone(),
        contents_written: outcome.contents_written,
    };
    let text = serde_json::to_string_pretty(&timings).context("cannot write the timings")?;
    Publication::open(&arguments.out)?.put_beside("last-build.json", text.as_bytes())?;
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
    let report = arguments.out.join("versions").join(&outcome.version).join("report.html");
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
