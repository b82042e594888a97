//! Fuzz target of the tables that people send: lists of devices as GeoJSON, CSV or spreadsheet, and tables of
//! readings. None may make the readers panic, hang, or take memory out of proportion. The first byte chooses
//! what is read. `scripts/fuzz` builds it with coverage and runs it.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use time::UtcOffset;
use twin_server::domain::kinds::DeviceKinds;
use twin_server::ingest::device_file::{self, Format, Site};
use twin_server::ingest::reading_table;

static KINDS: LazyLock<Option<DeviceKinds>> = LazyLock::new(|| DeviceKinds::built_in().ok());

fuzz_target!(|data: &[u8]| {
    let Some((what, bytes)) = data.split_first() else { return };
    let Some(kinds) = &*KINDS else { return };
    let site = Site { origin: None, kinds, objects: None };
    match what % 3 {
        0 => drop(device_file::read(bytes, Format::GeoJson, site)),
        1 => drop(device_file::read(bytes, Format::Table, site)),
        _ => drop(reading_table::read(bytes, UtcOffset::UTC)),
    }
});
