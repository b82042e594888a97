//! The resources that suit a task: of the right kind, there for it in time, with something left, and in its zones or within
//! reach. Called where tasks are proposed and where one is looked at.

use std::collections::BTreeSet;

use time::Date;
use twin_schemas::geometry::LocalBox;
use twin_schemas::programming::{Resource, ResourceKind, ResourceMatch, ResourceState};

use super::near::distance_m;

/// How far a resource may be from a task in another zone if nothing is said, in metres: ten minutes on foot.
pub const REACH_M: f64 = 500.0;
/// Furthest that can be asked for, in metres.
pub const REACH_LIMIT_M: f64 = 5_000.0;
/// Most resources that are named for one task.
const MOST: usize = 10;

/// A resource as tasks see it.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// The box around its places, if it has any that are known.
    pub bounds: Option<LocalBox>,
    /// Whether anything of it could still be drawn.
    pub is_left: bool,
}

/// Where and when a task is.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Ids of its zones; none: the whole community.
    pub zones: &'a [String],
    /// The box around its places, if it has any that are known.
    pub bounds: Option<LocalBox>,
    /// Its first day, if it is known, else today.
    pub from: Date,
    /// Its last day, if it is known.
    pub to: Option<Date>,
}

/// The resources that suit a task, the best first: those of its zones and of the whole community before those within
/// reach, the nearer before the farther, then by number; at most 10.
#[must_use]
pub fn suiting(
    offers: &[Offer<'_>],
    kinds: &BTreeSet<ResourceKind>,
    site: &Site<'_>,
    reach_m: f64,
) -> Vec<ResourceMatch> {
    let mut found: Vec<ResourceMatch> = offers
        .iter()
        .filter(|offer| kinds.contains(&offer.resource.plan.kind) && is_offered(offer, site))
        .filter_map(|offer| of(offer, site, reach_m))
        .collect();
    found.sort_by(|one, other| {
        let far = |found: &ResourceMatch| found.distance_m.unwrap_or_default();
        (!one.same_zone)
            .cmp(&!other.same_zone)
            .then(far(one).total_cmp(&far(other)))
            .then(one.resource.cmp(&other.resource))
    });
    found.truncate(MOST);
    found
}

fn is_offered(offer: &Offer<'_>, site: &Site<'_>) -> bool {
    let plan = &offer.resource.plan;
    matches!(offer.resource.state, ResourceState::Available | ResourceState::Committed)
        && offer.is_left
        && plan.to.is_none_or(|to| to >= site.from)
        && site.to.is_none_or(|last| plan.from.is_none_or(|from| from <= last))
}

fn of(offer: &Offer<'_>, site: &Site<'_>, reach_m: f64) -> Option<ResourceMatch> {
    let zones = &offer.resource.zones;
    let is_everywhere = zones.is_empty() && offer.bounds.is_none();
    let same_zone =
        is_everywhere || site.zones.is_empty() || zones.iter().any(|zone| site.zones.contains(zone));
    let distance_m = offer.bounds.zip(site.bounds).map(|(one, other)| distance_m(&one, &other));
    let is_near = distance_m.is_some_and(|m| m <= reach_m);
    (same_zone || is_near).then_some(ResourceMatch { resource: offer.resource.id, same_zone, distance_m })
}
