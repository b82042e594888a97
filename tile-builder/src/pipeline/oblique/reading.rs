//! One file of a survey to its levels of detail: what was read, and what was wanting, noted.

use std::cell::RefCell;
use std::path::Path;

use twin_schemas::report::{Message, Severity};

use super::super::BuildError;
use super::super::gate::Pass;
use super::super::record::InputFile;
use super::{Absent, Built, ObliqueJob};
use crate::read::files::{ReadFailure, read_bounded, resolve};
use crate::read::osgb;
use crate::scene::LodNode;

/// What reading and encoding a file takes of memory, in bytes for each of its bytes: the body, its
/// meshes with 64-bit positions, and the vertices as they are packed.
const MEMORY_PER_BYTE: u64 = 16;

/// A file's levels, and the room in memory that they take.
type Levels<'j> = (Vec<LodNode>, Option<Pass<'j>>);

/// Reads a file's levels, within the bound on memory: the room is the caller's until the second part
/// is dropped.
///
/// # Errors
/// If the file will never fit into memory, which another run may well mend.
pub(super) fn read_levels<'j>(
    job: &ObliqueJob<'j>,
    path: &Path,
    name: &str,
    built: &mut Built,
) -> Result<Result<Levels<'j>, Absent>, BuildError> {
    let size = std::fs::metadata(path).map_or(0, |meta| meta.len());
    let need = size.saturating_mul(MEMORY_PER_BYTE);
    let pass = job.gate.map(|gate| gate.enter(need)).transpose();
    let pass =
        pass.map_err(|source| BuildError::Memory { what: name.to_owned(), reason: source.to_string() })?;
    built.inputs.extend(InputFile::for_reading(path));
    let levels = match read_bounded(path, job.limits) {
        Ok(bytes) => parse(job, path, name, &bytes, built),
        Err(ReadFailure::Missing) => {
            built.absent.push(path.to_owned());
            Err(Absent::Missing)
        }
        Err(ReadFailure::Other(reason)) => {
            built.tally.damage(name, format!("`{name}` {reason}"), "check the file and its permissions");
            Err(Absent::Damaged)
        }
    };
    Ok(levels.map(|nodes| (nodes, pass)))
}

fn parse(
    job: &ObliqueJob<'_>,
    path: &Path,
    name: &str,
    bytes: &[u8],
    built: &mut Built,
) -> Result<Vec<LodNode>, Absent> {
    built.tally.figures.files_read += 1;
    built.tally.figures.bytes_read += bytes.len() as u64;
    let used = RefCell::new(Vec::new());
    let load = |file: &str| {
        let path = resolve(job.survey, path, file)?;
        used.borrow_mut().push(path.clone());
        read_bounded(&path, job.limits).map_err(|failure| match failure {
            ReadFailure::Missing => "is not there".to_owned(),
            ReadFailure::Other(reason) => reason,
        })
    };
    let levels = osgb::parse(bytes, name, job.limits).and_then(|file| file.levels(job.limits, &load));
    for path in used.into_inner() {
        match InputFile::for_reading(&path) {
            Some(file) => built.inputs.push(file),
            None => built.absent.push(path),
        }
    }
    match levels {
        Ok(levels) => {
            for warning in levels.warnings {
                built.tally.messages.push(Message {
                    severity: Severity::Warning,
                    code: "part_left_out".into(),
                    text: format!("`{name}`: {warning}"),
                    hint: None,
                    subject: Some(name.to_owned()),
                });
            }
            Ok(levels.nodes)
        }
        Err(error) => {
            built.tally.damage(name, error.to_string(), error.kind.hint());
            Err(Absent::Damaged)
        }
    }
}
