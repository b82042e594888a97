//! Files written for a test, and the faces that a reader gives of them.

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use tile_builder::read::Limits;
use tile_builder::read::soup::{Face, SoupSummary, StreamError, StreamOptions, stream};

/// A private folder of files.
pub(crate) struct Files(tempfile::TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
    pub(crate) fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
    pub(crate) fn read(&self, name: &str) -> Soup {
        Soup::read(&self.path(name))
    }
    /// The error of a file that cannot be read, without its folder.
    pub(crate) fn error(&self, name: &str) -> String {
        let Err(error) = try_read(&self.path(name), &StreamOptions::default(), &Limits::default()) else {
            panic!("`{name}` was read")
        };
        error.replace(&format!("{}/", self.0.path().display()), "")
    }
}

/// A file as read.
pub(crate) struct Soup {
    pub(crate) summary: SoupSummary,
    pub(crate) faces: Vec<Face>,
}

impl Soup {
    pub(crate) fn read(path: &Path) -> Self {
        Self::read_with(path, &StreamOptions::default())
    }
    pub(crate) fn read_with(path: &Path, options: &StreamOptions) -> Self {
        try_read(path, options, &Limits::default()).unwrap_or_else(|error| panic!("{error}"))
    }
    pub(crate) fn positions(&self) -> Vec<[[f64; 3]; 3]> {
        self.faces.iter().map(|face| face.corners.map(|corner| corner.position)).collect()
    }
    pub(crate) fn warnings(&self) -> Vec<&str> {
        self.summary.warnings.iter().map(|warning| warning.text.as_str()).collect()
    }
    pub(crate) fn codes(&self) -> Vec<&str> {
        self.summary.warnings.iter().map(|warning| warning.code).collect()
    }
}

pub(crate) fn try_read(path: &Path, options: &StreamOptions, limits: &Limits) -> Result<Soup, String> {
    let mut faces = Vec::new();
    let result = stream(path, options, limits, &mut |face| {
        faces.push(*face);
        Ok::<(), Infallible>(())
    });
    match result {
        Ok(summary) => Ok(Soup { summary, faces }),
        Err(StreamError::Mesh(error)) => Err(error.to_string()),
        Err(StreamError::Each(never)) => match never {},
    }
}

pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(width, height).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}
