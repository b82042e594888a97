//! The command line: arguments, what is printed, exit codes.
//!
//! Exit codes: 0 done (warnings are in the report), 1 failed, 2 wrong usage. Standard output holds
//! results, standard error holds progress and messages.

mod build;
mod console;
mod inspect;
mod jobs;
mod publish;
mod sample;
mod validate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

/// Turns drone surveys into lightweight 3D Tiles 1.1.
///
/// Point it at the folder that the survey software delivered: the coarse levels, the textures and
/// the place on the Earth are taken over from it.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  tile-builder sample --out sample                  write a community to try things with
  tile-builder build sample --out publication       build it
  tile-builder build /data/survey --out publication build a ContextCapture or Terra folder
  tile-builder build sample --out publication --profile app --memory 2GiB
  tile-builder inspect /data/survey                 what is in there, and where on the Earth
  tile-builder validate publication                 check a publication against 3D Tiles 1.1
  tile-builder publish publication --to s3://bucket/quarter

Many machines, one shared folder:
  tile-builder plan /data/survey --out publication  list the jobs
  tile-builder run tile.full.survey.Tile_p000_p014 --input /data/survey --out publication
  tile-builder merge /data/survey --out publication join the results and publish them";

#[derive(Debug, Subcommand)]
enum Command {
    /// Build a publication from a survey folder, an OSGB file, or a plan (`community.toml`).
    ///
    /// Without a plan one is assumed and printed; save it as `community.toml` to change it. The
    /// version served so far stays in place until the new one is whole.
    Build(BuildArguments),
    /// List the jobs of a build without doing them: one JSON object with ids, needs and files.
    ///
    /// A workflow engine runs `run` for each job, on any machine that sees the inputs and the
    /// publication folder, and `merge` when all are done.
    Plan(PlanArguments),
    /// Do one job of a planned build. Doing it again, or elsewhere, changes nothing.
    Run(RunArguments),
    /// Join the results of all planned jobs and publish them.
    Merge(BuildArguments),
    /// Copy the served version to another folder or to S3, ending with the switch to it.
    ///
    /// What is there already is not copied again, so an interrupted copy goes on where it was.
    /// Access to S3 is set as usual: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`,
    /// for other servers than Amazon's `AWS_ENDPOINT_URL` (and `AWS_ALLOW_HTTP=true` without TLS).
    Publish(PublishArguments),
    /// Say what an input holds, without building it; of a publication, what it costs to look at.
    Inspect(InspectArguments),
    /// Check a publication: 3D Tiles rules, references, contents.
    Validate(ValidateArguments),
    /// Write a sample community: a survey, zones, footprints, devices and building models of an old
    /// quarter.
    Sample(SampleArguments),
    /// Read an IFC file for another process of this program.
    #[command(name = crate::read::ifc::worker::COMMAND, hide = true)]
    ReadIfc,
}

#[derive(Debug, clap::Args)]
struct BuildArguments {
    /// Survey folder, `.osgb` file, `community.toml`, or a folder that holds one.
    input: PathBuf,
    #[command(flatten)]
    common: CommonArguments,
    /// Print the report as JSON on standard output.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct PlanArguments {
    /// Survey folder, `.osgb` file, `community.toml`, or a folder that holds one.
    input: PathBuf,
    #[command(flatten)]
    common: CommonArguments,
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// Id of the job, as `plan` lists it.
    job: String,
    /// The input that was planned.
    #[arg(long)]
    input: PathBuf,
    #[command(flatten)]
    common: CommonArguments,
}

/// What every step of a build is told; `plan`, `run` and `merge` must be told the same.
#[derive(Debug, clap::Args)]
struct CommonArguments {
    /// Publication folder; made if it does not exist.
    #[arg(long)]
    out: PathBuf,
    /// The one profile to build: `full`, `app`, or one of the plan. Default: all of the plan, or
    /// `full`.
    #[arg(long)]
    profile: Option<String>,
    /// Memory to keep below, such as `2GiB` or `800MiB`.
    #[arg(long, default_value = "4GiB", value_parser = memory)]
    memory: u64,
    /// Threads to use. Default: one for each processor; fewer where `--memory` has no room for them.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// Bytes from a number with a unit.
fn memory(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "k" | "kib" => 10,
        "m" | "mib" => 20,
        "g" | "gib" => 30,
        "t" | "tib" => 40,
        "" | "b" => 0,
        other => return Err(format!("`{other}` is no unit; use `MiB` or `GiB`")),
    };
    let number: f64 = number.parse().map_err(|_| format!("`{text}` is no size such as `2GiB`"))?;
    let bytes = number * f64::from(shift).exp2();
    if bytes < SMALLEST_MEMORY {
        Err(format!("`{text}` is below the least, 256MiB"))
    } else {
        Ok(bytes as u64)
    }
}

const SMALLEST_MEMORY: f64 = 268_435_456.0;

#[derive(Debug, clap::Args)]
struct PublishArguments {
    /// Publication folder.
    publication: PathBuf,
    /// A folder, or `s3://bucket/prefix`.
    #[arg(long)]
    to: String,
}

#[derive(Debug, clap::Args)]
struct InspectArguments {
    /// Survey folder, mesh file, IFC file, plan, or publication.
    input: PathBuf,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Of IFC files, print each product with a shape as a JSON object a line: ids, storey, bounds in
    /// the file's world coordinates, area, colours, property sets.
    #[arg(long)]
    products: bool,
}

#[derive(Debug, clap::Args)]
struct ValidateArguments {
    /// Publication folder.
    publication: PathBuf,
}

#[derive(Debug, clap::Args)]
struct SampleArguments {
    /// Folder to write; must be new, empty, or an earlier sample.
    #[arg(long)]
    out: PathBuf,
    /// Survey tiles of 100 m × 100 m.
    #[arg(long, default_value_t = 6)]
    tiles: u32,
    /// The same seed gives the same community, byte for byte.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How finely the survey is made.
    #[arg(long, value_enum, default_value_t = DetailArgument::Full)]
    detail: DetailArgument,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DetailArgument {
    /// Like a real survey.
    Full,
    /// Small, for load tests.
    Light,
}

/// Runs the program with the process's arguments.
#[must_use]
pub fn run() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Build(arguments) => build::run(&arguments, build::Step::All),
        Command::Plan(arguments) => jobs::plan(&arguments),
        Command::Run(arguments) => jobs::run(&arguments),
        Command::Merge(arguments) => build::run(&arguments, build::Step::Merge),
        Command::Publish(arguments) => publish::run(&arguments),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Sample(arguments) => sample::run(&arguments),
        Command::ReadIfc => read_ifc(),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            console::error(&error);
            ExitCode::FAILURE
        }
    }
}

/// The child's side of reading an IFC file.
fn read_ifc() -> anyhow::Result<ExitCode> {
    crate::read::ifc::worker::serve(std::io::stdin(), std::io::stdout())?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_a_number_with_a_unit() {
        assert_eq!(memory("4GiB"), Ok(4 << 30));
        assert_eq!(memory("0.5 g"), Ok(1 << 29));
        assert_eq!(memory("300M"), Ok(300 << 20));
        assert!(memory("12").unwrap_err().contains("least"));
        assert!(memory("4 parsecs").unwrap_err().contains("parsecs"));
    }
}
