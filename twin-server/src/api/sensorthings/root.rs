//! The service document: the entity sets and what of the standard is kept (OGC 18-088, clause 9.2.2).

use serde_json::json;

use super::world::World;
use crate::sensorthings::model::Set;

/// Requirement classes and requirements that hold. `update-entity` is not among them: what was measured,
/// and when, stays what it was. Deleting a feature does not delete its observations (`delete-entity`).
const CONFORMANCE: &[&str] = &[
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel/thing",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel/location",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel/historical-location",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel/datastream",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel/sensor",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel/observed-property",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel/observation",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel/feature-of-interest",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel/entity-control-information/common-control-information",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/resource-path/resource-path-to-entities",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/order",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/expand",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/select",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/orderby",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/skip",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/top",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/count",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/filter",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/built-in-filter-operations",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/built-in-query-functions",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/pagination",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/status-code",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/create-update-delete/create-entity",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/create-update-delete/link-to-existing-entities",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/create-update-delete/deep-insert",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/create-update-delete/deep-insert-status-code",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/create-update-delete/historical-location-auto-creation",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/data-array/data-array",
];

/// The service document as JSON.
pub(super) fn document(world: &World) -> String {
    let base = world.base();
    let sets: Vec<_> = Set::ALL
        .iter()
        .map(|set| json!({ "name": set.plural(), "url": format!("{base}/{}", set.plural()) }))
        .collect();
    json!({ "value": sets, "serverSettings": { "conformance": CONFORMANCE } }).to_string()
}
