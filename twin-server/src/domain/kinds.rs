//! The kinds of device that the server knows: `assets/device-kinds.json` comes in, checked kinds go
//! out. Called at start, then by everything that judges a reading or a registration.

use std::collections::BTreeMap;
use std::sync::Arc;

use twin_schemas::live::{Band, DeviceKind, DeviceStatus, StreamKind};

/// All kinds, in the order of the file.
#[derive(Debug, Clone)]
pub struct DeviceKinds {
    list: Vec<Arc<DeviceKind>>,
    by_id: BTreeMap<String, Arc<DeviceKind>>,
}

/// Why a list of kinds cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KindsError {
    /// Not JSON, or not a list of kinds.
    #[error("device kinds: {0}")]
    Json(#[from] serde_json::Error),
    /// A kind contradicts itself.
    #[error("device kind `{kind}`: {problem}")]
    Kind {
        /// Id of the kind.
        kind: String,
        /// What is wrong, in words.
        problem: String,
    },
}

impl DeviceKinds {
    /// The kinds that are built into the server.
    ///
    /// # Errors
    /// If the embedded file contradicts itself, which a test keeps from happening.
    pub fn built_in() -> Result<Self, KindsError> {
        Self::parse(include_str!("../../../assets/device-kinds.json"))
    }

    /// Reads and checks a list of kinds.
    ///
    /// # Errors
    /// If the text is not a list of kinds, an id appears twice, or a range is empty.
    pub fn parse(json: &str) -> Result<Self, KindsError> {
        let list: Vec<Arc<DeviceKind>> =
            serde_json::from_str::<Vec<DeviceKind>>(json)?.into_iter().map(Arc::new).collect();
        let mut by_id = BTreeMap::new();
        for kind in &list {
            check(kind).map_err(|problem| KindsError::Kind { kind: kind.id.clone(), problem })?;
            if by_id.insert(kind.id.clone(), Arc::clone(kind)).is_some() {
                return Err(KindsError::Kind { kind: kind.id.clone(), problem: "appears twice".into() });
            }
        }
        Ok(Self { list, by_id })
    }

    /// The kind with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Arc<DeviceKind>> {
        self.by_id.get(id)
    }

    /// All kinds, in the order of the file.
    #[must_use]
    pub fn list(&self) -> &[Arc<DeviceKind>] {
        &self.list
    }

    /// All ids in one line, for messages.
    #[must_use]
    pub fn ids(&self) -> String {
        self.by_id.keys().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
    }
}

fn check(kind: &DeviceKind) -> Result<(), String> {
    if kind.silence_s == 0 {
        return Err("`silence_s` is 0".into());
    }
    for (id, stream) in &kind.streams {
        check_stream(stream).map_err(|problem| format!("stream `{id}`: {problem}"))?;
    }
    Ok(())
}

fn check_stream(stream: &StreamKind) -> Result<(), String> {
    if !(stream.min.is_finite() && stream.max.is_finite() && stream.min < stream.max) {
        return Err(format!("range {} to {} is empty", stream.min, stream.max));
    }
    stream.bands.iter().try_for_each(|band| check_band(band, stream))
}

fn check_band(band: &Band, stream: &StreamKind) -> Result<(), String> {
    if matches!(band.status, DeviceStatus::Normal | DeviceStatus::Offline) {
        return Err("a band raises notice, warning or alarm".into());
    }
    let (from, to) = (band.from.unwrap_or(stream.min), band.to.unwrap_or(stream.max));
    if from > to || to < stream.min || from > stream.max {
        return Err(format!("band {from} to {to} lies outside {} to {}", stream.min, stream.max));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_kinds_are_the_eight_of_the_interface_in_both_languages() {
        let kinds = DeviceKinds::built_in().unwrap();
        let ids: Vec<&str> = kinds.list().iter().map(|kind| kind.id.as_str()).collect();
        assert_eq!(
            ids,
            [
                "street_lamp",
                "manhole_cover",
                "smoke_detector",
                "water_meter",
                "electricity_meter",
                "camera",
                "waste_bin",
                "lift"
            ]
        );
        for kind in kinds.list() {
            let mut texts = vec![&kind.name];
            for stream in kind.streams.values() {
                texts.push(&stream.name);
                texts.extend(stream.bands.iter().map(|band| &band.meaning));
            }
            for text in texts {
                assert!(text.zh.is_some() && text.en.is_some(), "{}: {text:?}", kind.id);
            }
        }
    }

    #[test]
    fn kinds_that_contradict_themselves_are_refused() {
        let kind = |silence: u32, stream: &str| {
            format!(
                r#"[{{"id":"k","name":{{}},"icon":"i","silence_s":{silence},"streams":{{"s":{stream}}}}}]"#
            )
        };
        let good = r#"{"name":{},"min":0,"max":1}"#;
        assert!(DeviceKinds::parse(&kind(60, good)).is_ok());
        for bad in [
            kind(0, good),
            kind(60, r#"{"name":{},"min":1,"max":1}"#),
            kind(60, r#"{"name":{},"min":0,"max":1,"bands":[{"status":"alarm","from":2,"meaning":{}}]}"#),
            kind(60, r#"{"name":{},"min":0,"max":1,"bands":[{"status":"offline","from":1,"meaning":{}}]}"#),
            kind(60, good).replace("}}}]", &format!("}}}}}},{}", &kind(60, good)[1..])),
        ] {
            assert!(DeviceKinds::parse(&bad).is_err(), "{bad}");
        }
    }
}
