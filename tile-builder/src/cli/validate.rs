//! `tile-builder validate`: a publication held against the rules that viewers rely on.

use std::process::ExitCode;

use anyhow::Result;

use super::ValidateArguments;
use super::console;
use crate::validate;

pub(super) fn run(arguments: &ValidateArguments) -> Result<ExitCode> {
    let findings = validate::publication(&arguments.publication)?;
    for problem in &findings.problems {
        console::line(&format!("error: {problem}"));
    }
    console::line(&format!(
        "{} tilesets, {} tiles, {} contents checked, {} problems",
        findings.tilesets,
        findings.tiles,
        findings.contents,
        findings.problems.len()
    ));
    Ok(if findings.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
