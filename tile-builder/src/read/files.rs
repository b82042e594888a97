//! Files of a survey by the names that other files give them: never outside the survey's folder,
//! never larger than the limit. Called by readers and by the pipeline.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::Limits;

/// The path of a file that another file names. It must stay inside the survey.
///
/// # Errors
/// If it is absolute, or leads out of the survey.
pub fn resolve(survey: &Path, from: &Path, name: &str) -> Result<PathBuf, String> {
    let name = name.replace('\\', "/");
    let mut path = from.parent().unwrap_or(survey).to_owned();
    for component in Path::new(&name).components() {
        match component {
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::ParentDir => {
                path.pop();
            }
            Component::RootDir | Component::Prefix(_) => return Err("is an absolute path".to_owned()),
        }
    }
    if path.starts_with(survey) && path != survey && !name.contains('\0') {
        Ok(path)
    } else {
        Err("lies outside the source's folder".to_owned())
    }
}

/// Why a file could not be read.
pub enum ReadFailure {
    /// It is not there.
    Missing,
    /// It is there, but cannot be used; the text says why.
    Other(String),
}

/// Reads a file that is no larger than the limit.
///
/// # Errors
/// If it is missing, no file, too large, or unreadable.
pub fn read_bounded(path: &Path, limits: &Limits) -> Result<Vec<u8>, ReadFailure> {
    let other = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => ReadFailure::Missing,
        _ => ReadFailure::Other(format!("cannot be read: {error}")),
    };
    let meta = fs::metadata(path).map_err(other)?;
    if !meta.is_file() {
        return Err(ReadFailure::Other("is not a file".to_owned()));
    }
    if meta.len() > limits.file_bytes {
        return Err(ReadFailure::Other(format!("is {} bytes, limit {}", meta.len(), limits.file_bytes)));
    }
    fs::read(path).map_err(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Result<&str, ()>) {
        let survey = Path::new("/survey");
        let got = resolve(survey, Path::new("/survey/Data/T/T.osgb"), name);
        assert_eq!(got.map_err(|_| ()), expected.map(PathBuf::from), "{name}");
    }

    #[test]
    fn a_child_file_cannot_lead_out_of_the_survey() {
        check("T_L15_0.osgb", Ok("/survey/Data/T/T_L15_0.osgb"));
        check("..\\U\\U.osgb", Ok("/survey/Data/U/U.osgb"));
        check("../../../etc/passwd", Err(()));
        check("/etc/passwd", Err(()));
        check("../../..", Err(()));
    }
}
