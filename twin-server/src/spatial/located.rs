//! Where something is that people describe by zones and places: what they name is looked up, its zones are found. Called by
//! what keeps projects, resources, needs and tasks.

use std::collections::BTreeSet;

use twin_schemas::projects::ProjectPlace;

use super::{Covered, Kind, Snapshot};

/// What is said of where something is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Where<'a> {
    /// Ids of zones.
    pub zones: &'a [String],
    /// Places.
    pub places: &'a [ProjectPlace],
}

/// What is named and not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unlocated {
    /// An object of the model.
    #[error("there is no object `{0}`")]
    Object(String),
    /// A zone.
    #[error("there is no zone `{0}`")]
    Zone(String),
}

/// The zones that something lies in, by what is said and by its places. What is said anew must be there; what was said
/// before, with the zones that were found then, may have gone with a version of the model.
///
/// # Errors
/// [`Unlocated`] with the first that is not there.
pub fn located(
    said: Where<'_>,
    before: Option<(Where<'_>, &[String])>,
    now: &Snapshot,
) -> Result<Vec<String>, Unlocated> {
    // Another version of the model moves nothing by itself.
    if let Some((_, zones)) = before.filter(|(before, _)| *before == said) {
        return Ok(zones.to_vec());
    }
    let known = before.map(|(before, _)| before);
    for place in said.places {
        let ProjectPlace::Object { object } = place else { continue };
        if known.is_none_or(|known| !known.places.contains(place)) && now.get(object).is_none() {
            return Err(Unlocated::Object(object.clone()));
        }
    }
    for zone in said.zones.iter().filter(|zone| known.is_none_or(|known| !known.zones.contains(*zone))) {
        if now.get(zone).is_none_or(|object| Kind::from(object.class) != Kind::Zone) {
            return Err(Unlocated::Zone(zone.clone()));
        }
    }
    let mut zones: BTreeSet<String> = said.zones.iter().cloned().collect();
    if let Some(covered) = Covered::of(said.places, now) {
        zones.extend(now.zones_under(&covered));
    }
    Ok(zones.into_iter().collect())
}
