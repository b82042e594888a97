//! Materials of mesh files: colours, and images that are read when they are needed.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::texture;
use crate::read::{Limits, files};
use crate::scene::{Material, Texture};

/// How faces look.
#[derive(Debug, Clone)]
pub struct SoupMaterial {
    /// As the file names it.
    pub name: String,
    /// The colour of faces that show no texture, sRGB and alpha in `0..=1`.
    pub base_colour: [f32; 4],
    /// The image, and the factor on it, sRGB and alpha.
    pub texture: Option<(Arc<SoupImage>, [f32; 4])>,
}

impl SoupMaterial {
    /// A plain colour.
    pub(in crate::read) fn plain_colour(name: &str, base_colour: [f32; 4]) -> Self {
        Self { name: name.to_owned(), base_colour, texture: None }
    }

    /// The look of faces without texture coordinates.
    #[must_use]
    pub fn plain(&self) -> Material {
        Material { base_colour: self.base_colour, texture: None, lit: false }
    }

    /// The look of faces with texture coordinates. Reads the image, unless somebody holds it still.
    ///
    /// # Errors
    /// If the image cannot be read any more.
    pub fn textured(&self, limits: &Limits) -> Result<Material, String> {
        match &self.texture {
            Some((image, factor)) => {
                Ok(Material { base_colour: *factor, texture: Some(image.load(limits)?), lit: false })
            }
            None => Ok(self.plain()),
        }
    }
}

/// An image file, or a part of a file.
#[derive(Debug)]
pub struct SoupImage {
    /// As the file names it.
    pub name: String,
    /// Whether it repeats along U and V.
    pub repeat: [bool; 2],
    pub(super) place: ImagePlace,
    /// Kept as long as somebody uses it, so that a file's images need not fit in memory together.
    pub(super) loaded: Mutex<Weak<Texture>>,
}

/// Where the bytes of an image are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::read) enum ImagePlace {
    File(PathBuf),
    Part { path: PathBuf, at: u64, size_bytes: u64 },
    Bytes(Arc<[u8]>),
}

impl SoupImage {
    /// An image that looks usable, or why it is not. Its bytes are not kept.
    pub(in crate::read) fn find(
        name: &str,
        place: ImagePlace,
        repeat: [bool; 2],
        limits: &Limits,
    ) -> Result<Arc<Self>, String> {
        match &place {
            ImagePlace::File(path) => {
                let size = std::fs::metadata(path).map_err(|error| cannot(&error))?.len();
                if size > limits.file_bytes {
                    return Err(format!("is {size} bytes, limit {}", limits.file_bytes));
                }
                texture::look(BufReader::new(File::open(path).map_err(|error| cannot(&error))?), limits)?;
            }
            place => {
                texture::look(std::io::Cursor::new(bytes(place)?), limits)?;
            }
        }
        Ok(Arc::new(Self { name: name.to_owned(), repeat, place, loaded: Mutex::default() }))
    }

    pub(in crate::read) fn stands_at(&self, place: &ImagePlace) -> bool {
        self.place == *place
    }

    /// The file that its bytes are in, unless it was made up from a text.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.place {
            ImagePlace::File(path) | ImagePlace::Part { path, .. } => Some(path),
            ImagePlace::Bytes(_) => None,
        }
    }

    /// The encoded image.
    ///
    /// # Errors
    /// If it cannot be read any more, or changed meanwhile into something that is not supported.
    pub fn load(&self, limits: &Limits) -> Result<Arc<Texture>, String> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(texture) = loaded.upgrade() {
            return Ok(texture);
        }
        let texture = bytes(&self.place)
            .and_then(|bytes| texture::from_bytes(&self.name, bytes, self.repeat, limits))
            .map_err(|reason| format!("texture `{}` {reason}", self.name))?;
        let texture = Arc::new(texture);
        *loaded = Arc::downgrade(&texture);
        Ok(texture)
    }
}

fn bytes(place: &ImagePlace) -> Result<Arc<[u8]>, String> {
    match place {
        ImagePlace::File(path) => std::fs::read(path).map(Into::into).map_err(|error| cannot(&error)),
        ImagePlace::Part { path, at, size_bytes } => {
            let mut file = File::open(path).map_err(|error| cannot(&error))?;
            file.seek(SeekFrom::Start(*at)).map_err(|error| cannot(&error))?;
            let mut bytes = Vec::new();
            file.take(*size_bytes).read_to_end(&mut bytes).map_err(|error| cannot(&error))?;
            Ok(bytes.into())
        }
        ImagePlace::Bytes(bytes) => Ok(Arc::clone(bytes)),
    }
}

fn cannot(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "is not there".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

/// The file that another file names, inside the source's folder: as it is named; else, where the
/// name leads to the disk of the computer that wrote it, its last part beside `from`; else a file
/// whose name differs in capitals only, as it may after a move from Windows.
pub(in crate::read) fn find_file(root: &Path, from: &Path, name: &str) -> Result<PathBuf, String> {
    let resolved = files::resolve(root, from, name);
    if let Some(path) = resolved.as_ref().ok().filter(|path| path.is_file()) {
        return Ok(path.clone());
    }
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    if last.is_empty() || last == ".." {
        return Err(resolved.err().unwrap_or_else(|| "is not there".to_owned()));
    }
    let foreign = resolved.is_err() || name.contains(':');
    let wanted = match &resolved {
        Ok(path) if !foreign => path.clone(),
        _ => from.with_file_name(last),
    };
    if wanted.is_file() {
        return Ok(wanted);
    }
    other_capitals(&wanted).ok_or_else(|| resolved.err().unwrap_or_else(|| "is not there".to_owned()))
}

fn other_capitals(wanted: &Path) -> Option<PathBuf> {
    let name = wanted.file_name()?.to_str()?.to_lowercase();
    let alike = |path: &PathBuf| {
        path.file_name().and_then(|other| other.to_str()).is_some_and(|other| other.to_lowercase() == name)
    };
    let entries = std::fs::read_dir(wanted.parent()?).ok()?.filter_map(Result::ok);
    entries.map(|entry| entry.path()).filter(|path| alike(path) && path.is_file()).min()
}
