//! A model object as it lies in memory. What only a question for one object needs (attributes and property
//! sets of a building model) is kept as one JSON text: as maps it takes several times the room, and a large
//! model has a million elements.

use std::collections::BTreeMap;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use twin_schemas::model::ModelObject;

/// An object without attributes and property sets, which are given on request.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredObject {
    brief: ModelObject,
    details: Option<Box<str>>,
}

#[derive(Default, Serialize, Deserialize)]
struct Details {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    property_sets: BTreeMap<String, BTreeMap<String, serde_json::Value>>,
}

impl StoredObject {
    /// An object from its two parts, as [`Self::parts`] gave them.
    #[must_use]
    pub fn from_parts(brief: ModelObject, details: Option<Box<str>>) -> Self {
        Self { brief, details }
    }

    /// The object without its details, and the details as JSON.
    #[must_use]
    pub fn parts(&self) -> (&ModelObject, Option<&str>) {
        (&self.brief, self.details.as_deref())
    }

    /// The object with everything that is known about it.
    #[must_use]
    pub fn full(&self) -> ModelObject {
        let mut object = self.brief.clone();
        // Written by `from`, so it can be read.
        let details = self.details.as_deref().and_then(|text| serde_json::from_str::<Details>(text).ok());
        if let (Some(bim), Some(details)) = (object.bim.as_deref_mut(), details) {
            bim.attributes = details.attributes;
            bim.property_sets = details.property_sets;
        }
        object
    }

    /// The same object with another name and other properties.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut ModelObject)) -> Self {
        let mut other = self.clone();
        change(&mut other.brief);
        other
    }
}

impl From<ModelObject> for StoredObject {
    fn from(mut object: ModelObject) -> Self {
        let details = object.bim.as_deref_mut().map(|bim| Details {
            attributes: std::mem::take(&mut bim.attributes),
            property_sets: std::mem::take(&mut bim.property_sets),
        });
        let details = details.filter(|d| !(d.attributes.is_empty() && d.property_sets.is_empty()));
        let details = details.and_then(|details| serde_json::to_string(&details).ok());
        Self { brief: object, details: details.map(String::into_boxed_str) }
    }
}

impl Deref for StoredObject {
    type Target = ModelObject;

    fn deref(&self) -> &ModelObject {
        &self.brief
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_comes_back_whole_and_is_brief_in_between() {
        let door: ModelObject = serde_json::from_value(json!({
            "id": "b07/2O2Fr$t4X7Zf8NOew3FLOH", "class": "element",
            "bounds": { "min": { "east_m": 0, "north_m": 0, "up_m": 0 }, "max": { "east_m": 1, "north_m": 1, "up_m": 2 } },
            "bim": {
                "source": "b07", "global_id": "2O2Fr$t4X7Zf8NOew3FLOH", "ifc_class": "IfcDoor",
                "attributes": { "Tag": "D-1" },
                "property_sets": { "Pset_DoorCommon": { "FireRating": "EI 30", "IsExternal": true } },
            },
        }))
        .unwrap();
        let stored = StoredObject::from(door.clone());
        assert!(stored.bim.as_ref().unwrap().property_sets.is_empty());
        assert_eq!(stored.full(), door);
        let (brief, details) = stored.parts();
        let again = StoredObject::from_parts(brief.clone(), details.map(Into::into));
        assert_eq!(again, stored);
    }
}
