//! Mesh files of any size to a stream of triangles.
//!
//! In: an OBJ, PLY, glTF or glb file. Out: [`Face`]s one by one, in the units and axes of the source
//! turned to z up, and a [`SoupSummary`]. Called by the pipeline, twice for one file: to count, then to
//! split into cells (`partition::cells`). What a face refers to is kept within a stated memory, and
//! beyond it in a temporary file; textures stay in their files until they are asked for.

pub mod error;
mod folder;
mod kept;
mod material;
mod polygon;
pub(super) mod sink;
pub(super) mod store;
pub(super) mod texture;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use self::error::Read;
pub use self::error::{MeshError, MeshErrorKind, Place};
pub use self::folder::{MeshFolder, MeshFolderError, MeshKind, MeshTile, open_folder};
pub use self::kept::KeptMaterials;
pub(super) use self::material::{ImagePlace, find_file};
pub use self::material::{SoupImage, SoupMaterial};
use self::sink::Sink;
use super::{Limits, gltf, obj, ply};
use crate::geometry::Aabb;

/// A corner of a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corner {
    /// In the units of the source, z up.
    pub position: [f64; 3],
    /// Texture coordinates, origin at the top left of the image. All corners of a face have them,
    /// or none.
    pub uv: Option<[f32; 2]>,
    /// sRGB and alpha.
    pub colour: Option<[u8; 4]>,
}

/// A triangle with area, counter-clockwise seen from outside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    /// Its corners.
    pub corners: [Corner; 3],
    /// Number of its material in [`SoupSummary::materials`].
    pub material: u32,
}

/// What is known of a file after its last face.
#[derive(Debug, Clone)]
pub struct SoupSummary {
    /// By the numbers that faces name.
    pub materials: Vec<SoupMaterial>,
    /// Box around the faces.
    pub bounds: Aabb,
    /// Faces that were handed out.
    pub faces: u64,
    /// Faces without area, which were not.
    pub degenerate: u64,
    /// What was left out, and why.
    pub warnings: Vec<MeshWarning>,
}

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeshWarning {
    /// The kind, one word for programs.
    pub code: &'static str,
    /// A sentence for people, naming file and line.
    pub text: String,
}

/// The axis that points up in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Up {
    /// As in surveys.
    #[default]
    Z,
    /// As in modelling software. glTF says so itself.
    Y,
}

/// How to read.
#[derive(Debug, Clone)]
pub struct StreamOptions {
    /// Which axis of an OBJ or PLY file points up.
    pub up: Up,
    /// What vertices may take before a temporary file takes the rest.
    pub memory_bytes: u64,
    /// Where that file stands; without it, in the system's temporary folder, which may be memory.
    pub spool: Option<PathBuf>,
    /// The folder that textures must lie in; without it, that of the file.
    pub root: Option<PathBuf>,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self { up: Up::Z, memory_bytes: 256 << 20, spool: None, root: None }
    }
}

/// A stream that ended early.
#[derive(Debug, thiserror::Error)]
pub enum StreamError<E> {
    /// The file.
    #[error(transparent)]
    Mesh(#[from] MeshError),
    /// The receiver of the faces.
    #[error("{0}")]
    Each(E),
}

/// A file as a reader takes it.
pub(super) struct SourceFile<'s> {
    /// As the caller gave it.
    pub(super) path: &'s Path,
    /// Its name, for messages.
    pub(super) name: String,
    /// The folder that other files must lie in.
    pub(super) root: &'s Path,
    pub(super) options: &'s StreamOptions,
    pub(super) limits: &'s Limits,
}

/// Width and height of an encoded image, from its first bytes.
///
/// # Errors
/// The reason, if it is none that a glTF may hold, or too large.
pub fn image_size(bytes: &[u8], limits: &Limits) -> Result<[u32; 2], String> {
    texture::look(std::io::Cursor::new(bytes), limits).map(|(_, width, height)| [width, height])
}

/// Reads a file once, handing each face to `each`.
///
/// The format is taken from the name: `.obj`, `.ply`, `.gltf`, `.glb`.
///
/// # Errors
/// If the file cannot be read, is damaged beyond what can be left out, is above `limits`, or has not
/// one face; and whatever `each` returns.
pub fn stream<E>(
    path: &Path,
    options: &StreamOptions,
    limits: &Limits,
    each: &mut dyn FnMut(&Face) -> Result<(), E>,
) -> Result<SoupSummary, StreamError<E>> {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let beside = path.parent().unwrap_or(Path::new(""));
    let root = options.root.as_deref().unwrap_or(beside);
    let source = SourceFile { path, name, root, options, limits };
    let mut failed = None;
    let mut forward = |face: &Face| match each(face) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    };
    let result = read(&source, &mut forward);
    match (failed, result) {
        (Some(error), _) => Err(StreamError::Each(error)),
        (None, Ok(summary)) => Ok(summary),
        (None, Err(fault)) => Err(StreamError::Mesh(fault.of(&path.display().to_string()))),
    }
}

fn read(source: &SourceFile<'_>, each: &mut dyn FnMut(&Face) -> ControlFlow<()>) -> Read<SoupSummary> {
    let size = std::fs::metadata(source.path)?.len();
    error::within("size of the file in bytes", size, source.limits.mesh_bytes)?;
    let kind = MeshKind::of(source.path);
    let up = if kind == Some(MeshKind::Gltf) { Up::Z } else { source.options.up };
    let mut sink = Sink::new(up, source.limits.mesh_faces, each);
    let materials = match kind {
        Some(MeshKind::Obj) => obj::stream(source, &mut sink)?,
        Some(MeshKind::Ply) => ply::stream(source, &mut sink)?,
        Some(MeshKind::Gltf) => gltf::stream(source, &mut sink)?,
        None => return Err(error::Fault::unsupported("a file of this name")),
    };
    if sink.faces == 0 {
        return Err(MeshErrorKind::Empty.into());
    }
    Ok(SoupSummary {
        materials,
        bounds: sink.bounds,
        faces: sink.faces,
        degenerate: sink.degenerate,
        warnings: sink.warnings.finish(),
    })
}
