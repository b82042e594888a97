//! The `import` command: a list of devices or of displays, a publication and a database come in, a line of
//! counts goes out. It may run beside a server on the same database, which takes them over within seconds.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde::de::IgnoredAny;
use twin_schemas::LocalizedText;
use twin_schemas::displays::{DisplayContent, EmergencyPlan, TourStop, Trend, Video};
use twin_schemas::live::Device;

use crate::displays;
use crate::domain::display;
use crate::domain::kinds::DeviceKinds;
use crate::ingest::device_file::{self, DeviceFileError, Format, Site};
use crate::store::{self, Registered};
use crate::tiles::{Publication, Publications};

/// Largest device list, in bytes.
const FILE_LIMIT_BYTES: u64 = 64 * 1024 * 1024;

/// A list of displays, as `GET /api/v1/displays` gives it: what the server sets is read over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DisplayFile {
    displays: Vec<DisplayEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "what is read over is never read")]
struct DisplayEntry {
    id: String,
    name: LocalizedText,
    #[serde(default)]
    tour: Vec<TourStop>,
    #[serde(default)]
    trends: Vec<Trend>,
    #[serde(default)]
    videos: Vec<Video>,
    #[serde(default)]
    plans: Vec<EmergencyPlan>,
    state: Option<IgnoredAny>,
    version: Option<IgnoredAny>,
    changed_at: Option<IgnoredAny>,
    changed_by: Option<IgnoredAny>,
}

/// Whether a file is a list of displays.
fn is_displays(bytes: &[u8], file: &Path) -> bool {
    #[derive(Deserialize)]
    struct Probe {
        displays: Option<IgnoredAny>,
    }
    let is_json = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    is_json && serde_json::from_slice::<Probe>(bytes).is_ok_and(|probe| probe.displays.is_some())
}

/// Reads and checks a list of displays.
fn read_displays(bytes: &[u8], kinds: &DeviceKinds) -> anyhow::Result<Vec<(String, DisplayContent)>> {
    let file: DisplayFile = serde_json::from_slice(bytes)?;
    let mut seen = std::collections::BTreeSet::new();
    let mut displays = Vec::new();
    for DisplayEntry { id, name, tour, trends, videos, plans, .. } in file.displays {
        let content = DisplayContent { name, tour, trends, videos, plans };
        display::check_id(&id)?;
        display::check(&content, kinds).with_context(|| format!("display `{id}`"))?;
        let size = serde_json::to_vec(&content)?.len();
        let most = display::DISPLAY_LIMIT_BYTES;
        ensure!(size <= most, "display `{id}` has {size} bytes, {most} are taken");
        ensure!(seen.insert(id.clone()), "display `{id}` is listed twice");
        displays.push((id, content));
    }
    Ok(displays)
}

/// What an import changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// Devices that are new.
    pub added: usize,
    /// Devices that were there and are different now.
    pub updated: usize,
    /// Devices that were there just so.
    pub unchanged: usize,
}

impl ImportCounts {
    /// Counts what registering devices changed.
    #[must_use]
    pub fn of(registered: &[Registered]) -> Self {
        let count = |what| registered.iter().filter(|registered| **registered == what).count();
        Self {
            added: count(Registered::Added),
            updated: count(Registered::Updated),
            unchanged: count(Registered::Unchanged),
        }
    }
}

/// Registers the devices of a list, all or none, or puts the displays of one. Displays keep their states.
///
/// # Errors
/// If the list, the publication or the database cannot be used; then nothing is changed, unless another process
/// changed displays between two of a list.
pub async fn import(publication: &Path, database: &str, file: &Path) -> anyhow::Result<ImportCounts> {
    let name = file.display();
    let kinds = DeviceKinds::built_in()?;
    let publications = Publications::open(publication)?;
    let served = publications.served();
    let size = std::fs::metadata(file).with_context(|| format!("`{name}` cannot be read"))?.len();
    if size > FILE_LIMIT_BYTES {
        bail!("`{name}` has {size} bytes, limit {FILE_LIMIT_BYTES} bytes");
    }
    let bytes = std::fs::read(file).with_context(|| format!("`{name}` cannot be read"))?;
    if is_displays(&bytes, file) {
        let displays = read_displays(&bytes, &kinds).with_context(|| format!("`{name}` was not imported"))?;
        let store = store::open(database).await?;
        let counts = displays::import(&*store, displays, "command-line").await;
        store.close().await?;
        let [added, updated, unchanged] = counts.with_context(|| format!("`{name}` was not imported"))?;
        return Ok(ImportCounts { added, updated, unchanged });
    }
    let devices = read_devices(&bytes, format_of(file)?, &served, &kinds)
        .with_context(|| format!("`{name}` was not imported"))?;
    let store = store::open(database).await?;
    let registered = store.register(&devices).await?;
    store.close().await?;
    Ok(ImportCounts::of(&registered))
}

/// Reads a list of devices against the publication that is served.
///
/// # Errors
/// If anything in the list cannot be registered: all or nothing.
pub fn read_devices(
    bytes: &[u8],
    format: Format,
    served: &Publication,
    kinds: &DeviceKinds,
) -> Result<Vec<Device>, DeviceFileError> {
    let by_global_id = served.objects.by_global_id();
    let named = |name: &str| match served.objects.get(name) {
        Some(object) => vec![&**object],
        None => by_global_id.get(name).cloned().unwrap_or_default(),
    };
    let objects = |name: &str| match named(name)[..] {
        [object] => Ok((object.id.clone(), object.bounds.middle())),
        [] => Err(format!("there is no object `{name}`; use an id of the publication, or a `GlobalId`")),
        _ => Err(format!("several objects have the `GlobalId` `{name}`; write `<source>/{name}`")),
    };
    let origin = served.catalog.community.origin;
    device_file::read(bytes, format, Site { origin, kinds, objects: Some(&objects) })
}

fn format_of(file: &Path) -> anyhow::Result<Format> {
    let extension = PathBuf::from(file).extension().unwrap_or_default().to_string_lossy().to_lowercase();
    match extension.as_str() {
        "geojson" | "json" => Ok(Format::GeoJson),
        "csv" | "xlsx" => Ok(Format::Table),
        _ => bail!("`{}` is neither `.geojson`, `.csv` nor `.xlsx`", file.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &[u8] = include_bytes!("../../assets/sample-displays.json");

    #[tokio::test]
    async fn the_displays_of_the_sample_are_imported_and_once_is_enough() {
        let file = Path::new("displays.json");
        let kinds = DeviceKinds::built_in().unwrap();
        assert!(is_displays(SAMPLE, file));
        let read = || read_displays(SAMPLE, &kinds).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = store::open(&format!("sqlite:{}/twin.db", folder.path().display())).await.unwrap();
        assert_eq!(displays::import(&*store, read(), "command-line").await.unwrap(), [1, 0, 0]);
        assert_eq!(displays::import(&*store, read(), "command-line").await.unwrap(), [0, 0, 1]);
        // What the server gives can be imported elsewhere.
        let kept = store.displays().await.unwrap();
        let given = serde_json::json!({ "displays": kept }).to_string();
        assert_eq!(read_displays(given.as_bytes(), &kinds).unwrap(), read());
    }

    #[test]
    fn a_list_of_displays_is_told_from_one_of_devices() {
        let json = Path::new("x.json");
        assert!(is_displays(br#"{"displays":[]}"#, json));
        assert!(!is_displays(br#"{"type":"FeatureCollection","features":[]}"#, json));
        assert!(!is_displays(br#"{"displays":[]}"#, Path::new("x.csv")));
        let long = "x".repeat(display::DISPLAY_LIMIT_BYTES);
        let large = format!(r#"{{"displays":[{{"id":"a","name":{{"en":"{long}"}}}}]}}"#);
        assert!(read_displays(large.as_bytes(), &DeviceKinds::built_in().unwrap()).is_err());
        let twice = br#"{"displays":[{"id":"a","name":{"en":"A"}},{"id":"a","name":{"en":"A"}}]}"#;
        let error = read_displays(twice, &DeviceKinds::built_in().unwrap()).unwrap_err().to_string();
        assert_eq!(error, "display `a` is listed twice");
    }
}
