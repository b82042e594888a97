//! The folder that software delivers meshes in: which files are its tiles, and `metadata.xml`.
//!
//! Layouts: ContextCapture `Data/Tile_+000_+016/Tile_+000_+016.obj` with `metadata.xml` above, DJI
//! Terra `terra_obj/Block*/Block*.obj`, a folder of plain files, or one file.

use std::path::{Path, PathBuf};

use crate::read::survey::{SurveyError, SurveyMetadata, read_metadata};

const METADATA: &str = "metadata.xml";
/// How many folders deep tiles are looked for: `<input>/Production_1/Data/Tile_…`.
const SEARCH_DEPTH: usize = 4;

/// Meshes as found on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct MeshFolder {
    /// Ordered by path.
    pub tiles: Vec<MeshTile>,
    /// `metadata.xml` of the input folder, or the nearest above its first tile.
    pub metadata: Option<SurveyMetadata>,
}

/// One mesh file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MeshTile {
    /// Where it is.
    pub path: PathBuf,
    /// Its name without the extension, such as `Tile_+000_+016`.
    pub name: String,
    /// Its format.
    pub kind: MeshKind,
}

/// A format of mesh files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MeshKind {
    /// Wavefront OBJ.
    Obj,
    /// Stanford PLY.
    Ply,
    /// glTF with outer files, or glb.
    Gltf,
}

impl MeshKind {
    /// The format that a file name stands for.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "obj" => Some(Self::Obj),
            "ply" => Some(Self::Ply),
            "gltf" | "glb" => Some(Self::Gltf),
            _ => None,
        }
    }
}

/// A folder without meshes, or with metadata that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MeshFolderError {
    /// The folder could not be read.
    #[error("`{path}` cannot be read: {source}")]
    Io {
        /// What was read.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// No meshes were found.
    #[error("no OBJ, PLY, glTF or glb file in `{path}`")]
    Empty {
        /// The folder.
        path: String,
    },
    /// `metadata.xml`.
    #[error(transparent)]
    Metadata(#[from] SurveyError),
}

/// Looks at a folder or file.
///
/// # Errors
/// If there is no mesh, or `metadata.xml` cannot be understood.
pub fn open_folder(input: &Path) -> Result<MeshFolder, MeshFolderError> {
    let mut tiles = Vec::new();
    let meta = std::fs::metadata(input).map_err(|source| io_error(input, source))?;
    if meta.is_file() {
        tiles.extend(tile(input));
    } else {
        find(input, SEARCH_DEPTH, &mut tiles)?;
    }
    tiles.sort();
    let Some(first) = tiles.first() else {
        return Err(MeshFolderError::Empty { path: input.display().to_string() });
    };
    let top = input.parent().unwrap_or(input);
    let above = first.path.ancestors().skip(1).take_while(|folder| folder.starts_with(top));
    let found = above.map(|folder| folder.join(METADATA)).find(|path| path.is_file());
    let metadata = found.map(|path| read_metadata(&path)).transpose()?;
    Ok(MeshFolder { tiles, metadata })
}

fn tile(path: &Path) -> Option<MeshTile> {
    let name = path.file_stem()?.to_string_lossy().into_owned();
    Some(MeshTile { path: path.to_owned(), name, kind: MeshKind::of(path)? })
}

fn find(folder: &Path, depth: usize, tiles: &mut Vec<MeshTile>) -> Result<(), MeshFolderError> {
    let fail = |source| io_error(folder, source);
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if !path.is_dir() {
            tiles.extend(tile(&path));
        } else if depth > 1 {
            find(&path, depth - 1, tiles)?;
        }
    }
    Ok(())
}

fn io_error(path: &Path, source: std::io::Error) -> MeshFolderError {
    MeshFolderError::Io { path: path.display().to_string(), source }
}
