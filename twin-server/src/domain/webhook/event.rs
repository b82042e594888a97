//! Events as they wait to be delivered: changes of alarms, statuses and versions come in.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use twin_schemas::alarm::{AlarmEventKind, AlarmLevel};
use twin_schemas::live::{Device, DeviceStatus};

use super::EventType;
use crate::domain::alarm::AlarmChanges;

/// Something that webhooks may want to hear of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outgoing {
    /// What it is about.
    pub r#type: EventType,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What it happened to, below `/api/v1/`.
    pub subject: String,
    /// Level of the alarm.
    pub level: Option<AlarmLevel>,
    /// Kind of the device.
    pub kind: Option<String>,
    /// Zone of the device.
    pub zone: Option<String>,
    /// What is told.
    pub data: Value,
}

impl Outgoing {
    /// The event as a `CloudEvent` in JSON (`CloudEvents` 1.0, JSON event format). `source` names the community,
    /// `id` the event in it.
    #[must_use]
    pub fn envelope(&self, source: &str, id: &str) -> String {
        let time = self.at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
        json!({
            "specversion": "1.0",
            "id": id,
            "source": source,
            "type": self.r#type.id(),
            "subject": self.subject,
            "time": time,
            "datacontenttype": "application/json",
            "data": self.data,
        })
        .to_string()
    }
}

/// What happened to alarms, in order. Of an alarm that a maintenance window holds back nothing is told.
#[must_use]
pub fn of_alarms(changes: &AlarmChanges) -> Vec<Outgoing> {
    let told = changes.events.iter().filter_map(|event| {
        let alarm = changes.alarms.get(&event.alarm)?;
        let r#type = match event.kind {
            AlarmEventKind::Suppressed => return None,
            AlarmEventKind::Opened | AlarmEventKind::Reopened => EventType::AlarmOpened,
            AlarmEventKind::Cleared => EventType::AlarmCleared,
            _ => EventType::AlarmChanged,
        };
        Some(Outgoing {
            r#type,
            at: event.at,
            subject: format!("alarms/{}", alarm.id),
            level: Some(event.level),
            kind: Some(alarm.kind.clone()),
            zone: alarm.zone.clone(),
            data: json!({ "alarm": alarm, "event": event }),
        })
    });
    told.collect()
}

/// That the status of a device is another one.
#[must_use]
pub fn of_status(
    device: &Device,
    zone: Option<String>,
    (before, now): (DeviceStatus, DeviceStatus),
    since: OffsetDateTime,
) -> Outgoing {
    Outgoing {
        r#type: EventType::DeviceStatusChanged,
        at: since,
        subject: format!("devices/{}", device.id),
        level: None,
        kind: Some(device.kind.clone()),
        zone,
        data: json!({ "device": device, "status": now, "status_before": before }),
    }
}

/// That another version is served.
#[must_use]
pub fn of_publication(version: &str, at: OffsetDateTime) -> Outgoing {
    Outgoing {
        r#type: EventType::PublicationSwitched,
        at,
        subject: "model/versions".into(),
        level: None,
        kind: None,
        zone: None,
        data: json!({ "publication": version }),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_envelope_has_the_attributes_of_cloudevents() {
        let event = of_publication("v2", datetime!(2026-05-01 12:00 UTC));
        let envelope: Value = serde_json::from_str(&event.envelope("/communities/garden", "7")).unwrap();
        assert_eq!(
            envelope,
            json!({
                "specversion": "1.0", "id": "7", "source": "/communities/garden",
                "type": "twin.publication.switched", "subject": "model/versions",
                "time": "2026-05-01T12:00:00Z", "datacontenttype": "application/json",
                "data": { "publication": "v2" },
            })
        );
    }

    #[test]
    fn a_stored_event_comes_back_as_it_was() {
        let event = of_publication("v2", datetime!(2026-05-01 12:00 UTC));
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Outgoing>(&text).unwrap(), event);
    }
}
