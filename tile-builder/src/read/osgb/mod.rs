//! OpenSceneGraph binary files (`.osgb`), as oblique-photography software writes them.
//!
//! In: the bytes of one file. Out: [`OsgbFile`], the object graph, and from it the levels of
//! detail as [`crate::scene::LodNode`]s. Called by the pipeline for each file of a tile's tree and
//! by `tile-builder inspect`.
//!
//! Soversions 64 to 200 (2.9 to 3.6 were tried), either byte order, with and without block
//! brackets, plain, `zlib` or `null` bodies, images inline as file or pixels or external. Source:
//! the field orders of OpenSceneGraph's `osgDB` serializers, <https://openscenegraph.github.io/openscenegraph.io/>.

mod array;
mod cursor;
mod drawable;
mod error;
mod header;
mod image;
mod levels;
mod mesh;
mod node;
mod object;
mod state;
pub mod summary;

use std::borrow::Cow;
use std::collections::BTreeSet;

pub use error::{OsgbError, OsgbErrorKind};
pub use header::Header;

use crate::read::Limits;
use cursor::Cursor;
use object::{Object, Parser, Ref};

/// The object graph of one file.
#[derive(Debug)]
pub struct OsgbFile {
    /// The file as the caller named it.
    pub name: String,
    /// What the header says.
    pub header: Header,
    /// Class of the root object.
    pub root_class: String,
    /// Bytes after the root object; 0 for a file that was wholly understood.
    pub bytes_left: usize,
    skipped: BTreeSet<String>,
    root: Ref,
    objects: Vec<Object>,
}

/// Decodes the object graph of one file.
///
/// # Errors
/// Anything but a whole, well-formed OSGB scene within `limits`: [`OsgbErrorKind`] lists them.
pub fn parse(bytes: &[u8], name: &str, limits: &Limits) -> Result<OsgbFile, OsgbError> {
    let mut cursor = Cursor::new(bytes);
    cursor.max_string = limits.string_bytes;
    let fail = |kind, offset| OsgbError {
        file: name.to_owned(),
        class: "header".to_owned(),
        offset: Some(offset),
        in_body: false,
        kind,
    };
    if bytes.len() as u64 > limits.file_bytes {
        let (value, limit) = (bytes.len() as u64, limits.file_bytes);
        return Err(fail(OsgbErrorKind::Limit { what: "file size", value, limit }, 0));
    }
    let header = header::read_header(&mut cursor).map_err(|kind| fail(kind, cursor.offset() as u64))?;
    let body_at = cursor.offset() as u64;
    let body = header::read_body(&mut cursor, &header, limits).map_err(|kind| fail(kind, body_at))?;
    let in_body = matches!(body, Cow::Owned(_));
    // Offsets count from the start of the file where the body is plain.
    let base = if in_body { 0 } else { bytes.len() - body.len() };

    let mut cursor = Cursor::new(&body);
    cursor.max_string = limits.string_bytes;
    cursor.big_endian = header.big_endian;
    cursor.brackets = header.brackets();
    cursor.version = header.version;
    let mut parser = Parser::new(cursor, limits);
    let root = header::skip_schema(&mut parser.cursor, &header).and_then(|()| parser.object());
    let error = |parser: &Parser<'_, '_>, kind| OsgbError {
        file: name.to_owned(),
        class: if parser.stack.is_empty() { "header".to_owned() } else { parser.stack.join(" > ") },
        offset: Some((base + parser.cursor.offset()) as u64),
        in_body,
        kind,
    };
    let root = match root {
        Ok(Some(root)) => root,
        Ok(None) => return Err(error(&parser, OsgbErrorKind::Invalid("the scene is empty".into()))),
        Err(kind) => return Err(error(&parser, kind)),
    };
    Ok(OsgbFile {
        name: name.to_owned(),
        header,
        root_class: parser.root_class,
        bytes_left: parser.cursor.left(),
        skipped: parser.skipped,
        root,
        objects: parser.objects,
    })
}

impl OsgbFile {
    fn get(&self, at: Ref) -> &Object {
        self.objects.get(at.0 as usize).unwrap_or(&Object::Other)
    }

    /// An error found after decoding, where no byte offset applies any more.
    fn graph_error(&self, class: &str, kind: OsgbErrorKind) -> OsgbError {
        OsgbError { file: self.name.clone(), class: class.to_owned(), offset: None, in_body: false, kind }
    }
}
