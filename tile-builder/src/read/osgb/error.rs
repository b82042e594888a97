//! Errors of the OSGB reader: which file, which class, which byte, and what to do.

use std::fmt;

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{file}`: {kind} (in {class}{})", place(*offset, *in_body))]
pub struct OsgbError {
    /// The file as the caller named it.
    pub file: String,
    /// Class that was being read, outermost part of the file first: `osg::Group > osg::Geode`.
    pub class: String,
    /// Byte offset in the file, or in its decompressed body; absent for what was found after
    /// decoding, in the graph as a whole.
    pub offset: Option<u64>,
    /// Whether the offset counts decompressed bytes.
    pub in_body: bool,
    /// What is wrong.
    pub kind: OsgbErrorKind,
}

fn place(offset: Option<u64>, in_body: bool) -> String {
    match (offset, in_body) {
        (Some(offset), false) => format!(", byte {offset}"),
        (Some(offset), true) => format!(", byte {offset} of the decompressed body"),
        (None, _) => String::new(),
    }
}

/// What is wrong with a file, sorted by who can act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OsgbErrorKind {
    /// Environment: the file could not be opened or read.
    Io(String),
    /// Bad input: the file does not begin as an OSGB file does.
    NotOsgb,
    /// Bad input: the file ends before the element does.
    Truncated {
        /// Bytes that the element needs.
        needed: u64,
        /// Bytes that are left.
        left: u64,
    },
    /// Bad input: a value that the format does not allow.
    Invalid(String),
    /// Bad input: an object contains itself.
    Recursive,
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

impl OsgbErrorKind {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io(_) => "check that the file exists and can be read",
            Self::NotOsgb => "is this an OSGB file? the survey software may have written another format",
            Self::Truncated { .. } => "copy the file again from the survey; the transfer may have been cut",
            Self::Invalid(_) | Self::Recursive => "export this tile again from the survey software",
            Self::Unsupported(_) => "export with plain triangle meshes, or convert the file with osgconv",
            Self::Limit { .. } => "export the survey with smaller tiles",
        }
    }
}

impl fmt::Display for OsgbErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(reason) => write!(f, "cannot be read: {reason}"),
            Self::NotOsgb => write!(f, "is not an OSGB file"),
            Self::Truncated { needed, left } => {
                write!(f, "ends too early: {needed} bytes needed, {left} left")
            }
            Self::Invalid(what) => write!(f, "{what}"),
            Self::Recursive => write!(f, "an object contains itself"),
            Self::Unsupported(what) => write!(f, "{what} is not supported"),
            Self::Limit { what, value, limit } => write!(f, "{what} {value} is above the limit {limit}"),
        }
    }
}
