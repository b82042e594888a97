//! Events as they wait to be delivered: changes of alarms, statuses, versions, reports and projects come in.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use twin_schemas::alarm::{AlarmEventKind, AlarmLevel};
use twin_schemas::live::{Device, DeviceStatus};
use twin_schemas::projects::{Project, ProjectChangedEvent, ProjectEntry, ProjectEvent};
use twin_schemas::reports::{Report, ReportEntry, ReportEvent};

use super::{EventType, Sight};
use crate::domain::alarm::AlarmChanges;
use crate::domain::permission::Actor;
use crate::domain::project::{ProjectSight, is_for_all};
use crate::domain::report::ReportSight;

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
    /// Zone of the device or of the report.
    pub zone: Option<String>,
    /// Zones of the project.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Who may be told of it; none: every webhook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sight: Option<Sight>,
    /// What is told.
    pub data: Value,
}

impl Outgoing {
    /// The zones that it lies in.
    pub fn zones(&self) -> impl Iterator<Item = &String> {
        self.zone.iter().chain(&self.zones)
    }

    /// Whether someone may be told of it.
    #[must_use]
    pub fn is_open_to(&self, actor: &Actor) -> bool {
        self.sight.as_ref().is_none_or(|sight| sight.is_open_to(actor))
    }

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
            zones: Vec::new(),
            sight: None,
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
        zones: Vec::new(),
        sight: None,
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
        zones: Vec::new(),
        sight: None,
        data: json!({ "publication": version }),
    }
}

/// That something happened to a report. What was said is not in it, nor who reported: who may read that asks for it.
#[must_use]
pub fn of_report(report: &Report, entry: &ReportEntry) -> Outgoing {
    let Report { id, version, state, line, kind, place, zone, body, urge, deadline, .. } = report;
    // That reporter and handler talk is between them.
    let event = (entry.event != ReportEvent::Said).then_some(&entry.event);
    Outgoing {
        r#type: EventType::ReportChanged,
        at: entry.at,
        subject: format!("reports/{id}"),
        level: None,
        kind: None,
        zone: zone.clone(),
        zones: Vec::new(),
        sight: Some(Sight::Report(ReportSight::of(report))),
        data: json!({
            "report": {
                "id": id, "version": version, "line": line, "kind": kind, "state": state, "body": body,
                "position": place.position, "zone": zone, "urge": urge, "deadline": deadline,
            },
            "event": event,
        }),
    }
}

/// That something happened to a project, as open viewers are told of it.
#[must_use]
pub fn of_project(project: &Project, told: &ProjectChangedEvent, entry: &ProjectEntry) -> Outgoing {
    // Which report entered, and what departments write, is asked for by whoever may read it.
    let is_for_all = is_for_all(entry) && !matches!(entry.event, ProjectEvent::Programmed { .. });
    let event = is_for_all.then_some(&entry.event);
    Outgoing {
        r#type: EventType::ProjectChanged,
        at: entry.at,
        subject: format!("projects/{}", project.id),
        level: None,
        kind: None,
        zone: None,
        zones: project.zones.clone(),
        sight: Some(Sight::Project(ProjectSight::of(project))),
        data: json!({ "project": told, "event": event }),
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
