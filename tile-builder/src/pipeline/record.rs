//! What a job made, and what it was made from: kept in `work/` of the publication, so that a later
//! build, or another machine, takes it over instead of making it again.
//!
//! A record is fresh if its key is the expected one, no input file has changed, no file that was
//! missing has appeared, and the contents it names are there. Called by `run` and `merge`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use twin_schemas::report::{Figures, Message};

use super::models::ModelTrees;
use crate::partition::quadtree::Extent;
use crate::publish::{Publication, PublishError};
use crate::texture::TextureCost;
use crate::tileset::Tile;

/// A file that was written this shortly before it was read may change again unseen, because its
/// time of change stays the same.
const CLOCK_STEP: Duration = Duration::from_millis(50);

/// What a job left behind.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Record {
    /// Hash of everything but files that the result depends on.
    pub(super) key: String,
    /// Files that were read.
    pub(super) inputs: Vec<InputFile>,
    /// Files that were looked for and not there.
    pub(super) absent: Vec<PathBuf>,
    /// Contents by name, with their length.
    pub(super) contents: BTreeMap<String, u64>,
    /// The result.
    pub(super) made: Made,
    /// Hash of the result: part of the key of jobs that build upon it.
    pub(super) digest: String,
}

/// The result of a job.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Made {
    /// One tree for each part of the community that the job reaches into.
    pub(super) parts: Vec<Part>,
    /// What a level would have stood over, if it was not made: those further up stand over it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) handed: Vec<Handed>,
    /// The trees of a building model, one a profile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) models: Vec<ModelTrees>,
    /// What was read and written.
    pub(super) figures: Figures,
    pub(super) messages: Vec<Message>,
    /// Child files that are named but do not exist.
    pub(super) missing: Vec<String>,
    /// What reading said to a job that shares its files with others, which may say the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) readings: Vec<Reading>,
    pub(super) residual_m: f64,
    /// What textures took and lost.
    pub(super) textures: TextureCost,
    /// West, south, east and north of what was looked at, in local metres; for a relief.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) extent: Option<Extent>,
    /// What is known of each building, for the jobs that need to know whether it has changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) buildings: Vec<BuildingNote>,
    /// Hash of data that stand in a file of their own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) data: String,
}

/// Something that levels stand over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Handed {
    /// As for a part.
    pub(super) zone: Option<String>,
    /// Its coarsest contents.
    pub(super) names: Vec<String>,
    /// Its geometric error.
    pub(super) error_m: f64,
}

/// What there is to say about the files of a source.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Reading {
    /// The source, by its place in the plan.
    pub(super) source: usize,
    pub(super) messages: Vec<Message>,
    /// Child files that are named but do not exist.
    pub(super) missing: Vec<String>,
}

/// A building as the heights show it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct BuildingNote {
    /// Its box in plan, with room around it.
    pub(super) extent: Extent,
    /// Hash of its outline, ground and top.
    pub(super) digest: String,
}

/// The tree of one part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Part {
    /// Id of the zone; none for what lies outside all zones, or if there are no zones.
    pub(super) zone: Option<String>,
    pub(super) tree: Tile,
    /// What was written for it.
    pub(super) figures: Figures,
}

/// A file as it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct InputFile {
    path: PathBuf,
    size_bytes: u64,
    /// Nanoseconds since 1970 of the last change of its bytes, and on Unix of its entry.
    modified_ns: u64,
    changed_ns: u64,
}

impl InputFile {
    /// Where it is, and its size.
    pub(super) fn place(&self) -> (&Path, u64) {
        (&self.path, self.size_bytes)
    }

    /// Looks at a file. `None` if it is not there.
    pub(super) fn look(path: &Path) -> Option<Self> {
        let meta = fs::metadata(path).ok()?;
        let modified_ns = nanoseconds(meta.modified().ok()?);
        Some(Self { path: path.to_owned(), size_bytes: meta.len(), modified_ns, changed_ns: changed(&meta) })
    }

    /// Looks at a file that is about to be read. One that is too young to be told from a later state
    /// will count as changed.
    pub(super) fn for_reading(path: &Path) -> Option<Self> {
        let mut file = Self::look(path)?;
        let now = nanoseconds(SystemTime::now());
        if now.saturating_sub(file.modified_ns) < CLOCK_STEP.as_nanos() as u64 {
            file.modified_ns = 0;
        }
        Some(file)
    }

    /// Whether a file is as it was.
    pub(super) fn unchanged(&self) -> bool {
        self.modified_ns != 0 && Self::look(&self.path).as_ref() == Some(self)
    }
}

fn nanoseconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(1, |since| since.as_nanos() as u64).max(1)
}

#[cfg(unix)]
fn changed(meta: &fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    (meta.ctime() as u64).wrapping_mul(1_000_000_000).wrapping_add(meta.ctime_nsec() as u64)
}

#[cfg(not(unix))]
fn changed(_: &fs::Metadata) -> u64 {
    0
}

/// Hash of a value, in hex: the key of a record, or the digest of a result.
pub(super) fn digest(value: &impl Serialize) -> String {
    // Every type that is passed has string keys and finite numbers; an empty text would only make
    // a record stale.
    let text = serde_json::to_vec(value).unwrap_or_default();
    blake3::hash(&text).to_hex().to_string()
}

impl Record {
    /// The record of a job, if it is still true.
    pub(super) fn fresh(publication: &Publication, job: &str, key: &str) -> Option<Self> {
        let record = Self::load(publication, job)?;
        let same = record.key == key
            && record.inputs.iter().all(InputFile::unchanged)
            && record.absent.iter().all(|path| !path.exists())
            && record.contents.iter().all(|(name, size)| publication.has_content(name, *size));
        same.then_some(record)
    }

    /// The record of a job, whatever its age.
    pub(super) fn load(publication: &Publication, job: &str) -> Option<Self> {
        let bytes = fs::read(publication.root().join(path(job))).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Keeps the record of a job.
    pub(super) fn save(&self, publication: &Publication, job: &str) -> Result<(), PublishError> {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        publication.put_beside(&path(job), &bytes)
    }
}

/// Where data of a job stand that are no record, below the publication.
pub(super) fn data_path(job: &str) -> String {
    format!("work/data/{job}")
}

/// Where a job's record stands, below the publication.
pub(super) fn path(job: &str) -> String {
    format!("work/results/{job}.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn old(path: &Path, text: &str, seconds: u64) {
        fs::write(path, text).unwrap();
        let time = SystemTime::now() - Duration::from_secs(seconds);
        fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    }

    #[test]
    fn a_record_is_stale_when_an_input_a_content_or_the_key_changes() {
        let folder = tempfile::tempdir().unwrap();
        let publication = Publication::open(&folder.path().join("out")).unwrap();
        let input = folder.path().join("tile.osgb");
        old(&input, "one", 60);
        let content = publication.put_content(b"glb").unwrap();
        let record = Record {
            key: "k".into(),
            inputs: vec![InputFile::for_reading(&input).unwrap()],
            absent: vec![folder.path().join("finer.osgb")],
            contents: BTreeMap::from([(content.clone(), 3)]),
            made: Made::default(),
            digest: String::new(),
        };
        record.save(&publication, "job").unwrap();
        let fresh = |key| Record::fresh(&publication, "job", key).is_some();
        assert!(fresh("k"));
        assert!(!fresh("another"));
        fs::write(folder.path().join("finer.osgb"), "").unwrap();
        assert!(!fresh("k"), "a file that was missing has appeared");
        fs::remove_file(folder.path().join("finer.osgb")).unwrap();
        old(&input, "two", 30);
        assert!(!fresh("k"), "an input has the same length and another time");
    }

    #[test]
    fn a_file_that_was_just_written_is_looked_at_again() {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("tile.osgb");
        fs::write(&input, "one").unwrap();
        assert!(!InputFile::for_reading(&input).unwrap().unchanged());
    }
}
