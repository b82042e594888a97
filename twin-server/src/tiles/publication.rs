//! The served version of a publication: the folder comes in, catalogue and model objects go out.
//! Loaded at start and again whenever the file `current` names another version.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use twin_schemas::catalog::{CATALOG_FORMAT, Catalog};
use twin_schemas::model::ModelObject;

use super::path::is_plain_name;
use crate::spatial::{ObjectTable, StoredObject};

/// What is written as `%xx` in a path; ids are mostly plain and stay readable.
const NOT_PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');
/// Catalogues and object files above this size are refused: a community has thousands of objects,
/// not millions.
const FILE_LIMIT_BYTES: u64 = 512 * 1024 * 1024;

/// One version, ready to be served.
#[derive(Debug)]
pub struct Publication {
    /// Its id.
    pub version: String,
    /// Its catalogue.
    pub catalog: Catalog,
    /// Its objects.
    pub objects: Arc<ObjectTable>,
}

/// Why a publication cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum PublicationError {
    /// The folder does not exist.
    #[error(
        "publication folder `{0}` does not exist\nhint: build one with `tile-builder build <input> --out {0}`"
    )]
    Folder(String),
    /// There is no `current`.
    #[error(
        "publication folder `{0}` has no file `current`: no version was published into it\nhint: build one with `tile-builder build <input> --out {0}`"
    )]
    NoCurrent(String),
    /// `current` is not the id of a version.
    #[error("`{path}` names `{text}`, which is not the id of a version")]
    Current {
        /// The file.
        path: String,
        /// What it says.
        text: String,
    },
    /// A file cannot be read.
    #[error("`{path}` cannot be read: {reason}")]
    Read {
        /// The file.
        path: String,
        /// What the file system said.
        reason: String,
    },
    /// A file does not hold what it should.
    #[error("`{path}`: {reason}")]
    Content {
        /// The file.
        path: String,
        /// What is wrong, and where.
        reason: String,
    },
    /// The catalogue is of a later contract.
    #[error(
        "`{path}` has format {found}, this server reads up to {CATALOG_FORMAT}\nhint: update twin-server, or build the publication with the tile-builder of this release"
    )]
    Format {
        /// The file.
        path: String,
        /// Its format.
        found: u32,
    },
}

impl Publication {
    /// Loads a version.
    ///
    /// # Errors
    /// If its catalogue or its objects cannot be read or are of a later contract.
    pub fn load(root: &Path, version: &str) -> Result<Self, PublicationError> {
        let folder = root.join("versions").join(version);
        let catalog = read_catalog(&folder.join("catalog.json"))?;
        let objects = read_objects(&folder, &catalog.model)?;
        Ok(Self { version: version.to_owned(), catalog, objects: Arc::new(ObjectTable::of(objects)) })
    }

    /// Path of the version's folder on the server, with a slash at its end.
    #[must_use]
    pub fn base(&self) -> String {
        format!("/publication/versions/{}/", utf8_percent_encode(&self.version, NOT_PLAIN))
    }

    /// Path on the server of a file of the version, which is named by its path in the version's folder.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        let encoded: Vec<String> =
            path.split('/').map(|name| utf8_percent_encode(name, NOT_PLAIN).to_string()).collect();
        format!("{}{}", self.base(), encoded.join("/"))
    }
}

/// A publication folder and the version that is served from it.
#[derive(Debug)]
pub struct Publications {
    root: PathBuf,
    served: RwLock<Arc<Publication>>,
}

impl Publications {
    /// Opens a folder and loads its current version.
    ///
    /// # Errors
    /// If the folder or its current version cannot be served.
    pub fn open(root: &Path) -> Result<Self, PublicationError> {
        if !root.is_dir() {
            return Err(PublicationError::Folder(root.display().to_string()));
        }
        let version = current(root)?;
        let publication = Publication::load(root, &version)?;
        Ok(Self { root: root.to_owned(), served: RwLock::new(Arc::new(publication)) })
    }

    /// The version that is served now.
    #[must_use]
    pub fn served(&self) -> Arc<Publication> {
        Arc::clone(&self.served.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The version that `current` names now.
    ///
    /// # Errors
    /// If it cannot be read or names no version.
    pub fn current(&self) -> Result<String, PublicationError> {
        current(&self.root)
    }

    /// Loads a version, to be served when all that depends on it is ready.
    ///
    /// # Errors
    /// If it cannot be served.
    pub fn load(&self, version: &str) -> Result<Arc<Publication>, PublicationError> {
        Publication::load(&self.root, version).map(Arc::new)
    }

    /// Serves a version from now on.
    pub fn serve(&self, publication: Arc<Publication>) {
        *self.served.write().unwrap_or_else(PoisonError::into_inner) = publication;
    }
}

fn current(root: &Path) -> Result<String, PublicationError> {
    let path = root.join("current");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(PublicationError::NoCurrent(root.display().to_string()));
        }
        Err(error) => return Err(read_error(&path, &error)),
    };
    let version = text.trim();
    if !is_plain_name(version) {
        let text = version.chars().take(80).collect();
        return Err(PublicationError::Current { path: path.display().to_string(), text });
    }
    Ok(version.to_owned())
}

fn read_catalog(path: &Path) -> Result<Catalog, PublicationError> {
    #[derive(Deserialize)]
    struct Head {
        format: u32,
    }
    let text = read_text(path)?;
    // The format first: a later contract may differ in everything else.
    let head: Head = serde_json::from_str(&text).map_err(|error| content_error(path, &error))?;
    if head.format > CATALOG_FORMAT {
        return Err(PublicationError::Format { path: path.display().to_string(), found: head.format });
    }
    serde_json::from_str(&text).map_err(|error| content_error(path, &error))
}

fn read_objects(folder: &Path, model: &str) -> Result<Vec<StoredObject>, PublicationError> {
    if !model.split('/').all(is_plain_name) {
        let path = folder.join("catalog.json");
        return Err(content_error(&path, &format!("`model` names `{model}`, which is not a file below it")));
    }
    let path = folder.join(model);
    let text = read_text(&path)?;
    let mut objects = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let object: ModelObject = serde_json::from_str(line)
            .map_err(|error| content_error(&path, &format!("line {}: {error}", number + 1)))?;
        objects.push(StoredObject::from(object));
    }
    Ok(objects)
}

fn read_text(path: &Path) -> Result<String, PublicationError> {
    let size = fs::metadata(path).map_err(|error| read_error(path, &error))?.len();
    if size > FILE_LIMIT_BYTES {
        return Err(content_error(path, &format!("{size} bytes, limit {FILE_LIMIT_BYTES} bytes")));
    }
    fs::read_to_string(path).map_err(|error| read_error(path, &error))
}

fn read_error(path: &Path, error: &io::Error) -> PublicationError {
    PublicationError::Read { path: path.display().to_string(), reason: error.to_string() }
}

fn content_error(path: &Path, reason: &dyn std::fmt::Display) -> PublicationError {
    PublicationError::Content { path: path.display().to_string(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CATALOG: &str = r#"{"format":1,"community":{"id":"c","name":{},"bounds":{"min":{"east_m":0,"north_m":0,"up_m":0},"max":{"east_m":9,"north_m":9,"up_m":9}}},"sources":[],"scenes":[],"model":"model.ndjson"}"#;

    fn folder(current: &str, catalog: &str, model: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let version = folder.path().join("versions/v1");
        fs::create_dir_all(&version).unwrap();
        fs::write(version.join("catalog.json"), catalog).unwrap();
        fs::write(version.join("model.ndjson"), model).unwrap();
        fs::write(folder.path().join("current"), current).unwrap();
        folder
    }

    fn check_refused(current: &str, catalog: &str, model: &str, expected: &str) {
        let folder = folder(current, catalog, model);
        let message = Publications::open(folder.path()).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn the_version_that_current_names_is_loaded() {
        let folder = folder("v1\n", CATALOG, "\n");
        let publications = Publications::open(folder.path()).unwrap();
        assert_eq!(publications.served().version, "v1");
        assert_eq!(publications.served().base(), "/publication/versions/v1/");
        assert_eq!(
            publications.served().address("app/一区/tileset.json"),
            "/publication/versions/v1/app/%E4%B8%80%E5%8C%BA/tileset.json"
        );
        assert!(publications.load("v2").is_err());
        assert_eq!(publications.served().version, "v1");
    }

    #[test]
    fn what_cannot_be_served_is_refused_with_its_file_and_line() {
        check_refused("v2", CATALOG, "", "versions/v2/catalog.json");
        check_refused("../v1", CATALOG, "", "names `../v1`");
        check_refused("v1", "{", "", "line 1");
        check_refused("v1", r#"{"format":2,"new":true}"#, "", "has format 2, this server reads up to 1");
        check_refused("v1", &CATALOG.replace("model.ndjson", "../../x"), "", "`../../x`");
        check_refused("v1", CATALOG, "\n{\"id\":1}\n", "line 2");
    }

    #[test]
    fn a_folder_without_publication_says_how_to_build_one() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().to_owned(), folder.path().join("none")] {
            let message = Publications::open(&path).unwrap_err().to_string();
            assert!(message.contains("hint: build one"), "{message}");
        }
    }
}
