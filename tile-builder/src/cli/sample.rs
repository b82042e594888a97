//! `tile-builder sample`.

use std::process::ExitCode;
use std::sync::Once;

use anyhow::Result;

use super::console::{self, Console};
use super::{DetailArgument, SampleArguments};
use crate::sample::{self, Detail, SampleOptions};

pub(super) fn run(arguments: &SampleArguments) -> Result<ExitCode> {
    let options = SampleOptions {
        tiles: arguments.tiles,
        seed: arguments.seed,
        detail: match arguments.detail {
            DetailArgument::Full => Detail::Full,
            DetailArgument::Light => Detail::Light,
        },
        ..SampleOptions::new(&arguments.out)
    };
    let console = Console::new();
    let begin = Once::new();
    let summary = sample::run(&options, &|progress| {
        begin.call_once(|| console.stage("sample", u64::from(progress.tiles_total)));
        console.step(&format!("{} tiles", progress.tiles_done));
    })?;
    console::line(&format!(
        "wrote {} survey tiles ({} files, {:.1} MB), {} buildings, {} zones, {} devices, {} building models\nnext: tile-builder build {} --out publication",
        summary.tiles,
        summary.survey_files,
        summary.survey_bytes as f64 / 1e6,
        summary.buildings,
        summary.zones,
        summary.devices,
        summary.models,
        arguments.out.display()
    ));
    Ok(ExitCode::SUCCESS)
}
