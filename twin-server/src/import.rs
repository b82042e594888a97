//! The `import` command: a device list, a publication and a database come in, a line of counts goes
//! out. It may run beside a server on the same database, which takes the devices over within
//! seconds.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use twin_schemas::live::Device;

use crate::domain::kinds::DeviceKinds;
use crate::ingest::device_file::{self, DeviceFileError, Format, Site};
use crate::store::{self, Registered};
use crate::tiles::{Publication, Publications};

/// Largest device list, in bytes.
const FILE_LIMIT_BYTES: u64 = 64 * 1024 * 1024;

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

/// Registers the devices of a list, all or none.
///
/// # Errors
/// If the list, the publication or the database cannot be used; then nothing is changed.
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
