//! Devices, their readings and their state: what goes over the wire between devices, server and
//! viewer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::LocalizedText;
use crate::alarm::Alarm;
use crate::displays::DisplayEvent;
use crate::geometry::LocalPoint;
use crate::model::ModelObject;

/// The state of a device in the five words that the interface has a colour, a shape and a word for,
/// from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceStatus {
    /// Works within its limits.
    Normal,
    /// Worth knowing, nothing to do yet.
    Notice,
    /// No reading for longer than the kind allows, or never one.
    Offline,
    /// Outside its limits; someone should look.
    Warning,
    /// Dangerous or broken; someone must act.
    Alarm,
}

impl DeviceStatus {
    /// All, from best to worst.
    pub const ALL: [Self; 5] = [Self::Normal, Self::Notice, Self::Offline, Self::Warning, Self::Alarm];

    /// The words of all, in the same order.
    pub const WORDS: [&'static str; 5] = ["normal", "notice", "offline", "warning", "alarm"];

    /// Its word on the wire and on disk.
    #[must_use]
    pub const fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    /// The status that a word names.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// A kind of device and what its streams mean. Served from `assets/device-kinds.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceKind {
    /// Stable id, such as `street_lamp`.
    pub id: String,
    /// Name in both languages.
    pub name: LocalizedText,
    /// Name of the symbol, one of the icons in `assets/icons`.
    pub icon: String,
    /// Seconds without a reading after which a device of this kind is offline.
    pub silence_s: u32,
    /// What it measures, by stream id.
    pub streams: BTreeMap<String, StreamKind>,
}

/// One quantity that a kind of device measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StreamKind {
    /// Name in both languages.
    pub name: LocalizedText,
    /// Unit symbol (UCUM where it has one); empty for a count or a switch.
    #[serde(default)]
    pub unit: String,
    /// Smallest value that the sensor can report; below it a reading is implausible.
    pub min: f64,
    /// Largest value that the sensor can report; above it a reading is implausible.
    pub max: f64,
    /// Bands that raise the status. The worst band that holds wins.
    #[serde(default)]
    pub bands: Vec<Band>,
}

/// A range of values that raises a status: `from <= value <= to`, open where an end is absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Status that the band raises.
    pub status: DeviceStatus,
    /// Lower end, included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Upper end, included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// What it means in plain words, such as "lid is open".
    pub meaning: LocalizedText,
}

/// A device as it is registered: what it is and where it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Device {
    /// Stable id, unique in the community: letters, digits, `-`, `_`, `.`.
    pub id: String,
    /// Id of its [`DeviceKind`].
    pub kind: String,
    /// Name in both languages.
    pub name: LocalizedText,
    /// Where it stands, in local metres.
    pub position: LocalPoint,
    /// The model object that it belongs to, such as `building/b07`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
}

/// A device with its state: what the viewer shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeviceView {
    /// The registration.
    #[serde(flatten)]
    pub device: Device,
    /// Status now.
    pub status: DeviceStatus,
    /// Instant at which the status became what it is; absent if the device never reported, or the status is one of the
    /// past.
    #[serde(with = "time::serde::rfc3339::option", default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub status_since: Option<OffsetDateTime>,
    /// Why the status is not normal, in plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<LocalizedText>,
    /// How its clock stands, as its readings tell; absent until four posts came with times of its own. Measured anew
    /// after a restart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    /// Latest reading of each stream.
    pub latest: BTreeMap<String, LatestReading>,
}

/// A device's clock beside the server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Clock {
    /// How far it is ahead, in milliseconds; negative: behind, or that long is needed to send. Taken from the last
    /// eight posts; live streams tell it anew only when `is_off` changes.
    pub offset_ms: i64,
    /// Whether it is off by more than 5 s.
    pub is_off: bool,
}

/// The latest value of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LatestReading {
    /// Value in the stream's unit.
    pub value: f64,
    /// Instant of the measurement.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub time: OffsetDateTime,
}

/// One measurement as a device sends it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// Id of the device.
    pub device: String,
    /// Id of the stream, one of its kind's.
    pub stream: String,
    /// Value in the stream's unit; a switch is 0 or 1.
    pub value: f64,
    /// Instant of the measurement, RFC 3339. Default: when the server received it.
    #[serde(with = "time::serde::rfc3339::option", default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub time: Option<OffsetDateTime>,
}

/// First event of a stream: everything. SSE event name `snapshot`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SnapshotEvent {
    /// Version of the publication that is served.
    pub publication: String,
    /// All devices that the subscription covers.
    pub devices: Vec<DeviceView>,
    /// All alarms that the subscription covers and that are open or acknowledged.
    #[serde(default)]
    pub alarms: Vec<Alarm>,
    /// All displays of command centres with their states.
    #[serde(default)]
    pub displays: Vec<DisplayEvent>,
}

/// A device changed: new state, new place, or new registration. SSE event name `device`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeviceEvent {
    /// The device as it is now.
    pub device: DeviceView,
}

/// A device was removed. SSE event name `device-removed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceRemovedEvent {
    /// Id of the device.
    pub id: String,
}

/// An object of the model was made or changed by people. SSE event name `object`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ObjectEvent {
    /// The object as it is now, without attributes and property sets.
    pub object: ModelObject,
}

/// An object that people had made was removed. SSE event name `object-removed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ObjectRemovedEvent {
    /// Id of the object.
    pub id: String,
}

/// Another version of the publication is served from now on. SSE event name `publication`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublicationEvent {
    /// Version of the publication that is served now.
    pub publication: String,
}

/// Readings as devices and gateways post them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadingBatch {
    /// 1 to 10,000 readings, of any devices, in any order.
    #[schema(min_items = 1, max_items = 10_000)]
    pub readings: Vec<Reading>,
}

/// What became of a [`ReadingBatch`]. Everything accepted is on disk when this is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IngestAnswer {
    /// Readings stored now, implausible ones included.
    pub accepted: u64,
    /// Readings that were there already: same device, stream and time.
    pub duplicates: u64,
    /// Readings that were not stored, each with its reason.
    pub rejected: Vec<RejectedReading>,
}

/// A reading that was not stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RejectedReading {
    /// Its place in the posted list, from 0.
    pub index: u64,
    /// Stable, machine-readable reason, such as `unknown_device`.
    pub code: String,
    /// The reason in one sentence.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::DeviceStatus;

    #[test]
    fn a_status_has_the_word_that_stands_on_the_wire() {
        for status in DeviceStatus::ALL {
            assert_eq!(serde_json::json!(status), status.word());
            assert_eq!(DeviceStatus::of_word(status.word()), Some(status));
        }
        assert_eq!(DeviceStatus::of_word("bad"), None);
    }
}
