//! The `import` command: a device list, a publication and a database come in, a line of counts goes
//! out. It may run beside a server on the same database, which takes the devices over within
//! seconds.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::domain::kinds::DeviceKinds;
use crate::ingest::device_file::{self, Format, Site};
use crate::store::{self, Registered};
use crate::tiles::Publications;

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

/// Registers the devices of a list, all or none.
///
/// # Errors
/// If the list, the publication or the database cannot be used; then nothing is changed.
pub async fn import(publication: &Path, database: &str, file: &Path) -> anyhow::Result<ImportCounts> {
    let name = file.display();
    let kinds = DeviceKinds::built_in()?;
    let publications = Publications::open(publication)?;
    let served = publications.served();
    let origin = served.catalog.community.origin;
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
    let size = std::fs::metadata(file).with_context(|| format!("`{name}` cannot be read"))?.len();
    if size > FILE_LIMIT_BYTES {
        bail!("`{name}` has {size} bytes, limit {FILE_LIMIT_BYTES} bytes");
    }
    let bytes = std::fs::read(file).with_context(|| format!("`{name}` cannot be read"))?;
    let devices =
        device_file::read(&bytes, format_of(file)?, Site { origin, kinds: &kinds, objects: Some(&objects) })
            .with_context(|| format!("`{name}` was not imported"))?;
    let store = store::open(database).await?;
    let registered = store.register(&devices).await?;
    store.close().await?;
    let count = |what| registered.iter().filter(|registered| **registered == what).count();
    Ok(ImportCounts {
        added: count(Registered::Added),
        updated: count(Registered::Updated),
        unchanged: count(Registered::Unchanged),
    })
}

fn format_of(file: &Path) -> anyhow::Result<Format> {
    let extension = PathBuf::from(file).extension().unwrap_or_default().to_string_lossy().to_lowercase();
    match extension.as_str() {
        "geojson" | "json" => Ok(Format::GeoJson),
        "csv" => Ok(Format::Csv),
        _ => bail!("`{}` is neither `.geojson` nor `.csv`", file.display()),
    }
}
