//! Errors of the mesh readers: which file, which line, byte or element, what is wrong, what to do.

use std::fmt;

/// A mesh file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{file}`: {place}{kind}")]
pub struct MeshError {
    /// The file as the caller named it.
    pub file: String,
    /// Where in the file.
    pub place: Place,
    /// What is wrong.
    pub kind: MeshErrorKind,
}

/// Where in a file something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The file as a whole.
    File,
    /// A line of a text file, counted from 1.
    Line(u64),
    /// An element by its number, such as `accessor 3`.
    Element(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => Ok(()),
            Self::Line(line) => write!(f, "line {line}: "),
            Self::Element(element) => write!(f, "{element}: "),
        }
    }
}

/// What is wrong with a file, sorted by who can act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MeshErrorKind {
    /// Environment: the file could not be opened or read.
    Io(String),
    /// Environment: the temporary folder could not take what exceeds the memory bound.
    Spool(String),
    /// Bad input: no face could be read.
    Empty,
    /// Bad input: the file ends before the element does.
    Truncated {
        /// Bytes that the element needs.
        needed: u64,
        /// Bytes that are left.
        left: u64,
    },
    /// Bad input: a value that the format does not allow.
    Invalid(String),
    /// Unsupported feature.
    Unsupported(String),
    /// Limit reached.
    Limit {
        /// What is limited.
        what: &'static str,
        /// The file's value.
        value: u64,
        /// The limit.
        limit: u64,
    },
}

impl MeshErrorKind {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io(_) => "check that the file exists and can be read",
            Self::Spool(_) => "free space in the temporary folder, or point TMPDIR at another disk",
            Self::Empty => "does the file hold points only? export the mesh with its faces",
            Self::Truncated { .. } => "copy the file again; the transfer may have been cut",
            Self::Invalid(_) => "export the file again from the software that wrote it",
            Self::Unsupported(_) => "export without this feature",
            Self::Limit { .. } => "export the mesh in several files",
        }
    }
}

impl fmt::Display for MeshErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(reason) => write!(f, "cannot be read: {reason}"),
            Self::Spool(reason) => write!(f, "cannot be held in the temporary folder: {reason}"),
            Self::Empty => write!(f, "has no face that could be used"),
            Self::Truncated { needed, left } => {
                write!(f, "ends too early: {needed} bytes needed, {left} left")
            }
            Self::Invalid(what) => write!(f, "{what}"),
            Self::Unsupported(what) => write!(f, "{what} is not supported"),
            Self::Limit { what, value, limit } => write!(f, "{what} {value} is above the limit {limit}"),
        }
    }
}

/// A failure that does not know its file yet.
#[derive(Debug)]
pub(in crate::read) struct Fault {
    pub(in crate::read) place: Place,
    pub(in crate::read) kind: MeshErrorKind,
}

/// Result of reading one element.
pub(in crate::read) type Read<T> = Result<T, Fault>;

impl Fault {
    /// A value that the format does not allow.
    pub(in crate::read) fn invalid(what: impl Into<String>) -> Self {
        MeshErrorKind::Invalid(what.into()).into()
    }

    pub(in crate::read) fn unsupported(what: impl Into<String>) -> Self {
        MeshErrorKind::Unsupported(what.into()).into()
    }

    /// Names the element, unless a closer one is named already.
    pub(in crate::read) fn at(mut self, place: impl FnOnce() -> Place) -> Self {
        if self.place == Place::File {
            self.place = place();
        }
        self
    }

    pub(in crate::read) fn of(self, file: &str) -> MeshError {
        MeshError { file: file.to_owned(), place: self.place, kind: self.kind }
    }
}

impl From<MeshErrorKind> for Fault {
    fn from(kind: MeshErrorKind) -> Self {
        Self { place: Place::File, kind }
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        MeshErrorKind::Io(error.to_string()).into()
    }
}

/// Holds a value against its limit.
pub(in crate::read) fn within(what: &'static str, value: u64, limit: u64) -> Read<()> {
    if value > limit { Err(MeshErrorKind::Limit { what, value, limit }.into()) } else { Ok(()) }
}
