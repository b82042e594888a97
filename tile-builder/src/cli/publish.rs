//! `tile-builder publish`: the served version, copied to where it is read.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

use super::PublishArguments;
use super::console::{self, Console};
use crate::publish::folder::FolderTarget;
use crate::publish::s3::{S3Target, SCHEME};
use crate::publish::target::Target;
use crate::publish::upload::{UploadProgress, upload};

impl UploadProgress for Console {
    fn stage(&self, name: &str, steps: u64) {
        Console::stage(self, name, steps);
    }

    fn step(&self, what: &str) {
        Console::step(self, what);
    }
}

pub(super) fn run(arguments: &PublishArguments) -> Result<ExitCode> {
    let target = open(arguments)?;
    let uploaded = upload(&arguments.publication, target.as_ref(), &Console::new())?;
    let shown = if uploaded.switched { "readers see it now" } else { "readers saw it before" };
    console::line(&format!(
        "version {} is at `{}`: {} of {} files copied, {:.1} MB; {shown}",
        uploaded.version,
        arguments.to,
        uploaded.files_written,
        uploaded.files,
        uploaded.bytes_written as f64 / 1e6,
    ));
    Ok(ExitCode::SUCCESS)
}

fn open(arguments: &PublishArguments) -> Result<Box<dyn Target>> {
    let to = &arguments.to;
    if to.starts_with(SCHEME) {
        let settings = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        return Ok(Box::new(S3Target::open(to, settings)?));
    }
    // `https://…` would become a folder of that name.
    if let Some((scheme, _)) = to.split_once("://") {
        bail!("`{scheme}://` is no place to publish to\nhint: give a folder, or `s3://bucket/prefix`");
    }
    let same = |a: &Path, b: &Path| a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b));
    if same(&arguments.publication, Path::new(to)) {
        bail!("`{to}` is the publication itself\nhint: give another folder to `--to`");
    }
    Ok(Box::new(FolderTarget::open(Path::new(to))?))
}
