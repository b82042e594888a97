//! Which devices a list or a subscription covers.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::str::FromStr;
use std::sync::Arc;

use twin_schemas::geometry::LocalPoint;
use twin_schemas::live::{Device, DeviceStatus};

use crate::domain::bounds::LocalRect;
use crate::domain::permission::Actor;
use crate::spatial::{Kind, SpatialIndex};

/// All given conditions must hold; without any, every device is covered.
#[derive(Debug, Clone, Default)]
pub struct DeviceFilter {
    /// Only these kinds; none: all.
    pub kinds: BTreeSet<String>,
    /// Only this status. Not for subscriptions: a device would vanish when it recovers.
    pub status: Option<DeviceStatus>,
    /// Only within this rectangle.
    pub bounds: Option<LocalRect>,
    /// Only these sorts of events; none: all.
    pub topics: BTreeSet<Topic>,
    /// Leaves out alarms, for those who may not read them.
    pub without_alarms: bool,
    /// Who is told of residents' reports and of projects.
    pub readers: Readers,
    /// Only in this zone.
    pub zone: Option<ZoneFilter>,
}

impl DeviceFilter {
    /// A mark of what the rights of who listens let through: the same for the same rights within a run of the server.
    pub(super) fn rights(&self) -> String {
        let mut hasher = DefaultHasher::new();
        (self.without_alarms, &self.readers).hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }
}

/// A sort of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Devices and their states.
    Devices,
    /// Alarms.
    Alarms,
    /// Displays of command centres.
    Displays,
    /// Residents' reports.
    Reports,
    /// Projects.
    Projects,
    /// Objects of the model.
    Objects,
    /// The served version.
    Publication,
}

impl Topic {
    /// Their words, for whoever wrote another.
    pub const WORDS: &'static str = "devices, alarms, displays, reports, projects, objects, publication";
}

impl FromStr for Topic {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Ok(match word {
            "devices" => Self::Devices,
            "alarms" => Self::Alarms,
            "displays" => Self::Displays,
            "reports" => Self::Reports,
            "projects" => Self::Projects,
            "objects" => Self::Objects,
            "publication" => Self::Publication,
            _ => return Err(()),
        })
    }
}

/// Who is told of what only some may read: each of what they may; none: nobody.
#[derive(Debug, Clone, Default, Hash)]
pub struct Readers {
    /// Of residents' reports.
    pub reports: Option<Arc<Actor>>,
    /// Of projects.
    pub projects: Option<Arc<Actor>>,
}

/// A zone, and where to look up what stands in it: always in the model as it is.
#[derive(Clone)]
pub struct ZoneFilter {
    /// Id of the zone.
    pub id: String,
    /// Where things are.
    pub index: Arc<SpatialIndex>,
}

impl ZoneFilter {
    fn holds(&self, at: &LocalPoint) -> bool {
        let now = self.index.now();
        now.at(Kind::Zone, at.east_m, at.north_m).is_some_and(|zone| zone.id == self.id)
    }
}

impl fmt::Debug for ZoneFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ZoneFilter").field(&self.id).finish()
    }
}

impl DeviceFilter {
    /// Whether events of this sort are covered.
    #[must_use]
    pub fn is_about(&self, topic: Topic) -> bool {
        self.topics.is_empty() || self.topics.contains(&topic)
    }

    /// Whether kind and place are covered.
    #[must_use]
    pub fn covers(&self, device: &Device) -> bool {
        self.covers_at(&device.kind, &device.position)
    }

    /// Whether something of this kind at this place is covered.
    #[must_use]
    pub fn covers_at(&self, kind: &str, position: &LocalPoint) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(kind))
            && self.bounds.is_none_or(|bounds| bounds.contains(position))
            // Last, for it costs the most.
            && self.zone.as_ref().is_none_or(|zone| zone.holds(position))
    }
}
