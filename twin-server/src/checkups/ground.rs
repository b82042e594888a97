//! The community as check-ups see it: an id comes in, what can be assessed there, or which objects there are of a
//! level, goes out. Called for values, templates and what is computed.

use std::collections::BTreeSet;
use std::sync::Arc;

use twin_schemas::LocalizedText;
use twin_schemas::catalog::Scene;
use twin_schemas::checkups::CheckUp;
use twin_schemas::indicators::IndicatorLevel;
use twin_schemas::model::ObjectClass;
use twin_schemas::plan::ModelState;

use super::compute::{is_green, is_parking};
use crate::domain::bounds::LocalRect;
use crate::domain::checkup::{Site, is_in_scope, level_of};
use crate::spatial::{Kind, Snapshot, StoredObject};

/// The model at one moment, and the id of the community as a whole.
#[derive(Debug, Clone)]
pub struct Ground {
    snapshot: Arc<Snapshot>,
    community: String,
    community_name: LocalizedText,
    beside: BTreeSet<String>,
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
        let community = format!("community/{community}");
        Self { snapshot, community, community_name: name, beside: BTreeSet::new() }
    }

    /// Leaves out the buildings of models that stand for a building which is assessed itself, and those that are only
    /// planned: a house that has a model is one house.
    #[must_use]
    pub fn without_models_beside<'s>(mut self, scenes: impl IntoIterator<Item = &'s Scene>) -> Self {
        let is_beside = |scene: &&Scene| !scene.replaces.is_empty() || scene.state == ModelState::Proposed;
        let sources = scenes.into_iter().filter(is_beside).filter_map(|scene| scene.source.clone());
        self.beside.extend(sources);
        self
    }

    /// Whether an object is one of those buildings.
    pub(super) fn is_beside(&self, object: &StoredObject) -> bool {
        object.bim.as_ref().is_some_and(|bim| self.beside.contains(&bim.source))
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
        let object = self.snapshot.get(id).filter(|object| !self.is_beside(object))?;
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
            let is_none = (kind == Kind::Zone && !self.is_neighbourhood(object)) || self.is_beside(object);
            if !is_none && is_in_scope(check_up, site) {
                visit(site, &object.name);
            }
        }
    }

    /// Whether an object is a neighbourhood. A park or a car park that somebody drew as a zone is none.
    #[must_use]
    pub fn is_neighbourhood(&self, object: &StoredObject) -> bool {
        object.class == ObjectClass::Zone && !is_green(object) && !is_parking(object)
    }

    /// The smallest neighbourhood over a place.
    #[must_use]
    pub fn neighbourhood_at(&self, at: geo::Point) -> Option<&Arc<StoredObject>> {
        self.snapshot.at_where(Kind::Zone, at.x(), at.y(), |zone| self.is_neighbourhood(zone))
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use twin_schemas::model::ModelObject;

    use super::*;
    use crate::spatial::ObjectTable;

    fn building(id: &str, bim: Option<&str>) -> ModelObject {
        let mut object = json!({ "id": id, "class": "building",
            "bounds": { "min": { "east_m": 0, "north_m": 0, "up_m": 0 }, "max": { "east_m": 1, "north_m": 1, "up_m": 1 } } });
        if let Some(source) = bim {
            object["bim"] = json!({ "source": source, "global_id": "0", "ifc_class": "IfcBuilding" });
        }
        serde_json::from_value(object).unwrap()
    }

    fn scene(source: &str, more: &Value) -> Scene {
        let mut scene = json!({ "id": source, "profile": "full", "content": "model", "source": source, "tileset": "t.json",
            "bounds": { "min": { "east_m": 0, "north_m": 0, "up_m": 0 }, "max": { "east_m": 1, "north_m": 1, "up_m": 1 } },
            "tiles": 1, "triangles": 1, "texture_px": 0, "size_bytes": 1 });
        scene.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(scene).unwrap()
    }

    #[test]
    fn a_house_that_has_a_model_is_one_house_and_one_that_is_planned_is_none() {
        let objects = vec![
            building("building/b01", None),
            building("twin/b", Some("twin")),
            building("alone/b", Some("alone")),
            building("plan/b", Some("plan")),
        ];
        let snapshot = Snapshot::of_objects("v1", Arc::new(ObjectTable::new(objects)), [], []);
        let scenes = [
            scene("twin", &json!({ "replaces": ["building/b01"] })),
            scene("alone", &json!({})),
            scene("plan", &json!({ "state": "proposed" })),
        ];
        let ground = Ground::new(Arc::new(snapshot), "garden", LocalizedText::default())
            .without_models_beside(&scenes);
        let known = |id: &str| ground.site(id).is_some();
        assert_eq!(["building/b01", "twin/b", "alone/b", "plan/b"].map(known), [true, false, true, false]);
    }
}
