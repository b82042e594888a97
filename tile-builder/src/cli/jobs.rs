//! `tile-builder plan` and `run`: a build in steps, for many machines.

use std::process::ExitCode;

use anyhow::{Context as _, Result};

use super::console::{self, Console};
use super::{PlanArguments, RunArguments, build};
use crate::pipeline;

pub(super) fn plan(arguments: &PlanArguments) -> Result<ExitCode> {
    let request = build::request(&arguments.input, &arguments.common)?;
    let plan = pipeline::plan(&request, &Console::new())?;
    console::print(&serde_json::to_string_pretty(&plan).context("cannot print the plan")?);
    console::line(&format!("{} jobs", plan.jobs.len()));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn run(arguments: &RunArguments) -> Result<ExitCode> {
    let request = build::request(&arguments.input, &arguments.common)?;
    let done = pipeline::run(&request, &arguments.job)?;
    console::line(&format!("{}: {}", arguments.job, if done { "done" } else { "was done before" }));
    Ok(ExitCode::SUCCESS)
}
