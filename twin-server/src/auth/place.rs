//! In which zone things stand: the one place where permission meets the model.

use twin_schemas::geometry::LocalPoint;
use twin_schemas::model::ObjectClass;

use super::Permit;
use crate::api::Problem;
use crate::app::App;
use crate::domain::permission::Place;
use crate::spatial::Kind;

/// The zone that holds a point, if one does.
pub(crate) fn zone_at(app: &App, at: &LocalPoint) -> Option<String> {
    app.model.now().at(Kind::Zone, at.east_m, at.north_m).map(|zone| zone.id.clone())
}

/// The zone that an object stands in: itself, if it is one.
pub(crate) fn zone_of_object(app: &App, id: &str) -> Option<String> {
    let now = app.model.now();
    let object = now.get(id)?;
    if object.class == ObjectClass::Zone { Some(object.id.clone()) } else { object.zone.clone() }
}

/// The zone that a device stands in. What it is bound to does not count: only where it stands is
/// sure. Streams without a device, whose ids have a colon, stand nowhere.
pub(crate) fn zone_of_device(app: &App, id: &str) -> Option<String> {
    app.hub.entry(id).filter(|_| !id.contains(':')).and_then(|entry| zone_at(app, &entry.device.position))
}

/// Checks that a request may do the action of its route at each of these devices.
///
/// # Errors
/// The answer to the client, if one of them is not its own.
pub(crate) fn check_devices<'a>(
    permit: &Permit,
    app: &App,
    devices: impl Iterator<Item = &'a str>,
) -> Result<(), Problem> {
    if permit.is_everywhere() {
        return Ok(());
    }
    let mut last = None;
    for id in devices.filter(|id| last.replace(*id) != Some(*id)) {
        let zone = zone_of_device(app, id);
        permit.within(Place::Device { id, zone: zone.as_deref() })?;
    }
    Ok(())
}
