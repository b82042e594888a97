//! The community as check-ups see it: an id comes in, what can be assessed there, or which objects there are of a
//! level, goes out. Called for values, templates and what is computed.

use std::sync::Arc;

use twin_schemas::LocalizedText;
use twin_schemas::checkups::CheckUp;
use twin_schemas::indicators::IndicatorLevel;
use twin_schemas::model::ObjectClass;

use super::compute::is_green;
use crate::domain::bounds::LocalRect;
use crate::domain::checkup::{Site, is_in_scope, level_of};
use crate::spatial::{Kind, Snapshot, StoredObject};

/// The model at one moment, and the id of the community as a whole.
#[derive(Debug, Clone)]
pub struct Ground {
    snapshot: Arc<Snapshot>,
    community: String,
    community_name: LocalizedText,
}

/// An object that can be assessed, with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its id.
    pub id: String,
    /// Its level.
    pub level: IndicatorLevel,
    /// Id of the zone that it stands in or is.
    pub zone: Option<String>,
    /// Its name.
    pub name: LocalizedText,
}

impl Place {
    /// As the domain wants it.
    #[must_use]
    pub fn site(&self) -> Site<'_> {
        Site { id: &self.id, level: self.level, zone: self.zone.as_deref() }
    }
}

impl Ground {
    /// The model at one moment. `community` is the id that the catalogue of the publication gives it.
    #[must_use]
    pub fn new(snapshot: Arc<Snapshot>, community: &str, name: LocalizedText) -> Self {
        Self { snapshot, community: format!("community/{community}"), community_name: name }
    }

    /// The model.
    #[must_use]
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// What can be assessed under an id.
    #[must_use]
    pub fn site(&self, id: &str) -> Option<Site<'_>> {
        if id == self.community {
            return Some(Site { id: &self.community, level: IndicatorLevel::Community, zone: None });
        }
        let object = self.snapshot.get(id)?;
        Some(Site { id: &object.id, level: level_of(object.class)?, zone: zone_of(object) })
    }

    /// The objects of a level that a check-up looks at, by id.
    #[must_use]
    pub fn places(&self, check_up: &CheckUp, level: IndicatorLevel) -> Vec<Place> {
        let place = |site: Site<'_>, name: &LocalizedText| Place {
            id: site.id.to_owned(),
            level,
            zone: site.zone.map(str::to_owned),
            name: name.clone(),
        };
        let mut places = Vec::new();
        self.each(check_up, level, |site, name| places.push(place(site, name)));
        places.sort_by(|a, b| a.id.cmp(&b.id));
        places
    }

    /// How many they are.
    #[must_use]
    pub fn count(&self, check_up: &CheckUp, level: IndicatorLevel) -> u64 {
        let mut count = 0;
        self.each(check_up, level, |_, _| count += 1);
        count
    }

    /// Shows the objects of a level that a check-up looks at, in no order, with their names.
    fn each(
        &self,
        check_up: &CheckUp,
        level: IndicatorLevel,
        mut visit: impl FnMut(Site<'_>, &LocalizedText),
    ) {
        let kind = match level {
            IndicatorLevel::Building => Kind::Building,
            IndicatorLevel::Neighbourhood => Kind::Zone,
            IndicatorLevel::Community => {
                let site = Site { id: &self.community, level, zone: None };
                if is_in_scope(check_up, site) {
                    visit(site, &self.community_name);
                }
                return;
            }
        };
        for (_, object) in self.snapshot.meeting_in_order(kind, &EVERYWHERE) {
            let site = Site { id: &object.id, level, zone: zone_of(object) };
            // A park that somebody drew as a zone is no neighbourhood.
            if !(kind == Kind::Zone && is_green(object)) && is_in_scope(check_up, site) {
                visit(site, &object.name);
            }
        }
    }

    /// Whether there is a zone with this id.
    #[must_use]
    pub fn has_zone(&self, id: &str) -> bool {
        self.snapshot.get(id).is_some_and(|object| object.class == ObjectClass::Zone)
    }
}

/// All that there is.
pub(super) const EVERYWHERE: LocalRect = LocalRect {
    min_east_m: f64::NEG_INFINITY,
    min_north_m: f64::NEG_INFINITY,
    max_east_m: f64::INFINITY,
    max_north_m: f64::INFINITY,
};

fn zone_of(object: &StoredObject) -> Option<&str> {
    if object.class == ObjectClass::Zone { Some(&object.id) } else { object.zone.as_deref() }
}
