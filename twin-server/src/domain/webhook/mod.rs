//! Webhooks: who wants to hear of what, what there is to hear, and when a delivery is tried again. What happened
//! comes in from the ingest writer; `webhooks` delivers what is decided here.

mod check;
mod event;
mod progress;
mod sight;

pub use check::{WebhookError, check};
pub use event::{Outgoing, of_alarms, of_project, of_publication, of_report, of_status};
pub use progress::{Failure, Progress, Try};
pub use sight::Sight;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use twin_schemas::alarm::AlarmLevel;
use utoipa::ToSchema;

macro_rules! types {
    ($($(#[$doc:meta])* $name:ident $id:literal,)*) => {
        /// What an event is about; the attribute `type` of its `CloudEvent`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        pub enum EventType { $($(#[$doc])* #[serde(rename = $id)] $name,)* }

        impl EventType {
            /// Its stable name.
            #[must_use]
            pub const fn id(self) -> &'static str { match self { $(Self::$name => $id,)* } }
        }
    };
}

types! {
    /// An alarm opened, or opened again.
    AlarmOpened "twin.alarm.opened",
    /// Something else happened to an alarm: its level, an acknowledgement, a comment.
    AlarmChanged "twin.alarm.changed",
    /// An alarm is over.
    AlarmCleared "twin.alarm.cleared",
    /// The status of a device is another one.
    DeviceStatusChanged "twin.device.status_changed",
    /// Another version of the publication is served.
    PublicationSwitched "twin.publication.switched",
    /// A resident's report came in, or something happened to it.
    ReportChanged "twin.report.changed",
    /// A project was begun, or something happened to it.
    ProjectChanged "twin.project.changed",
    /// Someone tries whether events arrive. Sent by request only.
    WebhookTest "twin.webhook.test",
}

/// An address that hears of events, as people set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    /// Stable id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// Where events are posted, `https://` or `http://`.
    pub url: String,
    /// What it hears of; none: everything.
    pub types: BTreeSet<EventType>,
    /// Of alarms, only those of this level or a more urgent one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_level: Option<AlarmLevel>,
    /// Of alarms and devices, only these kinds of device; none: all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub kinds: BTreeSet<String>,
    /// Of alarms, devices, reports and projects, only those in these zones; none: everywhere.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub zones: BTreeSet<String>,
    /// Who set it last: `user:…`, `key:…`. Of reports and projects it hears what they may read when it is delivered; without
    /// them, what everyone may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Whether events are delivered.
    pub enabled: bool,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
}

impl Webhook {
    /// Whether it hears of an event, if its owner may.
    #[must_use]
    pub fn wants(&self, event: &Outgoing) -> bool {
        let kind =
            || self.kinds.is_empty() || event.kind.as_ref().is_some_and(|found| self.kinds.contains(found));
        let zone = || self.zones.is_empty() || event.zones().any(|found| self.zones.contains(found));
        let level = match (self.least_level, event.level) {
            (Some(least), Some(level)) => level >= least,
            _ => true,
        };
        (self.types.is_empty() || self.types.contains(&event.r#type))
            && level
            && match event.r#type {
                EventType::PublicationSwitched => true,
                // Kinds are kinds of device.
                EventType::ReportChanged | EventType::ProjectChanged => zone(),
                _ => kind() && zone(),
            }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn hook() -> Webhook {
        Webhook {
            id: "h".into(),
            name: "h".into(),
            url: "https://example.org".into(),
            types: BTreeSet::new(),
            least_level: None,
            kinds: BTreeSet::new(),
            zones: BTreeSet::new(),
            owner: None,
            enabled: true,
            created: datetime!(2026-05-01 12:00 UTC),
        }
    }

    fn event(r#type: EventType, level: Option<AlarmLevel>, zone: Option<&str>) -> Outgoing {
        Outgoing {
            r#type,
            at: datetime!(2026-05-01 12:00 UTC),
            subject: "x".into(),
            level,
            kind: (r#type != EventType::PublicationSwitched).then(|| "lift".into()),
            zone: zone.map(str::to_owned),
            zones: Vec::new(),
            sight: None,
            data: serde_json::Value::Null,
        }
    }

    #[test]
    fn every_condition_of_a_webhook_must_hold() {
        use EventType::{AlarmOpened, DeviceStatusChanged, PublicationSwitched};
        let alarm = event(AlarmOpened, Some(AlarmLevel::Warning), Some("zone/z1"));
        let status = event(DeviceStatusChanged, None, None);
        let switched = event(PublicationSwitched, None, None);
        let both = ["zone/z1", "zone/z2"].map(str::to_owned).to_vec();
        let project = Outgoing { kind: None, zones: both, ..event(EventType::ProjectChanged, None, None) };
        for (hook, expected) in [
            (hook(), [true, true, true, true]),
            (Webhook { types: [AlarmOpened].into(), ..hook() }, [true, false, false, false]),
            (Webhook { least_level: Some(AlarmLevel::Warning), ..hook() }, [true, true, true, true]),
            (Webhook { least_level: Some(AlarmLevel::Alarm), ..hook() }, [false, true, true, true]),
            (Webhook { kinds: ["lift".to_owned()].into(), ..hook() }, [true, true, true, true]),
            (Webhook { kinds: ["lamp".to_owned()].into(), ..hook() }, [false, false, true, true]),
            (Webhook { zones: ["zone/z1".to_owned()].into(), ..hook() }, [true, false, true, true]),
            (Webhook { zones: ["zone/z3".to_owned()].into(), ..hook() }, [false, false, true, false]),
        ] {
            assert_eq!(
                [&alarm, &status, &switched, &project].map(|event| hook.wants(event)),
                expected,
                "{hook:?}"
            );
        }
    }
}
