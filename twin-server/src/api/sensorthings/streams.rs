//! Datastreams that clients made, as the ingest writer and the hub know them: streams without a device.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use time::OffsetDateTime;
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalPoint;
use twin_schemas::live::{Device, DeviceKind, LatestReading, StreamKind};

use super::entity::FREE_STREAM;
use crate::domain::state::{DeviceState, StreamState};
use crate::live::Entry;
use crate::store::SeriesTip;

/// Any number is plausible, and no silence is too long.
static KIND: LazyLock<Arc<DeviceKind>> = LazyLock::new(|| {
    let stream = StreamKind {
        name: LocalizedText::default(),
        unit: String::new(),
        min: f64::MIN,
        max: f64::MAX,
        bands: Vec::new(),
    };
    Arc::new(DeviceKind {
        id: "datastream".into(),
        name: LocalizedText::default(),
        icon: String::new(),
        silence_s: u32::MAX,
        streams: BTreeMap::from([(FREE_STREAM.to_owned(), stream)]),
    })
});

/// The stream of a datastream, with what is known of it.
pub(super) fn entry(device: &str, tip: Option<SeriesTip>) -> Entry {
    let known = tip.map(|SeriesTip { newest, latest, .. }| StreamState {
        id: FREE_STREAM.into(),
        newest,
        latest: latest.map(|(value, time)| LatestReading { value, time }),
    });
    let device = Device {
        id: device.to_owned(),
        kind: KIND.id.clone(),
        name: LocalizedText::default(),
        position: LocalPoint::default(),
        object: None,
    };
    let state = DeviceState::restored(Vec::from_iter(known), None, &KIND, OffsetDateTime::now_utc());
    Entry { device: Arc::new(device), kind: Arc::clone(&KIND), state }
}
