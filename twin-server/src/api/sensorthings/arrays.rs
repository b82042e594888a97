//! Observations as rows, by datastream (`$resultFormat=dataArray`, OGC 18-088, clause 12), and entities as
//! features (`$resultFormat=GeoJSON`).

use super::entity::Entity;
use super::json::{push_field, push_name, push_number};
use super::render::{push_head, push_node};
use super::select::{Node, Page};
use super::world::World;
use crate::api::Problem;
use crate::sensorthings::model::Set;

/// What a row holds unless something is selected.
const COMPONENTS: [&str; 4] = ["id", "phenomenonTime", "resultTime", "result"];

/// A page of observations as rows, those of one datastream that follow each other together.
pub(super) fn push_rows(
    world: &World,
    page: &Page<'_>,
    address: &str,
    out: &mut String,
) -> Result<(), Problem> {
    let components: Vec<&str> = match &page.options.select {
        Some(select) => {
            select.iter().copied().filter(|name| Set::Observation.navigation(name).is_none()).collect()
        }
        None => COMPONENTS.to_vec(),
    };
    out.push('{');
    push_head(page, address, out);
    push_name(out, "value");
    out.push('[');
    let same = |a: &Node<'_>, b: &Node<'_>| datastream(&a.entity) == datastream(&b.entity);
    for (at, group) in page.nodes.chunk_by(same).enumerate() {
        if at > 0 {
            out.push(',');
        }
        push_group(world, group, &components, out)?;
    }
    out.push_str("]}");
    Ok(())
}

fn datastream(entity: &Entity) -> Option<String> {
    match entity {
        Entity::Observation(observation) => Some(observation.datastream.id().into_owned()),
        _ => None,
    }
}

fn push_group(
    world: &World,
    group: &[Node<'_>],
    components: &[&str],
    out: &mut String,
) -> Result<(), Problem> {
    out.push('{');
    if let Some(Entity::Observation(first)) = group.first().map(|node| &node.entity) {
        push_field(out, "Datastream@iot.navigationLink", &world.link(&first.datastream));
    }
    push_name(out, "components");
    // Names without anything to escape: writing them cannot fail.
    out.push_str(&serde_json::to_string(components).unwrap_or_default());
    push_name(out, "dataArray@iot.count");
    push_number(out, group.len() as f64);
    push_name(out, "dataArray");
    out.push('[');
    for (at, node) in group.iter().enumerate() {
        out.push_str(if at > 0 { ",[" } else { "[" });
        for (at, name) in components.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            if !node.entity.push(world, name, out)? {
                out.push_str("null");
            }
        }
        out.push(']');
        World::check_length(out)?;
    }
    out.push_str("]}");
    Ok(())
}

/// A page of entities as a collection of features. An entity without a place has no geometry.
pub(super) fn push_features(
    world: &World,
    page: &Page<'_>,
    address: &str,
    out: &mut String,
) -> Result<(), Problem> {
    out.push('{');
    push_field(out, "type", "FeatureCollection");
    push_head(page, address, out);
    push_name(out, "features");
    out.push('[');
    for (at, node) in page.nodes.iter().enumerate() {
        out.push_str(if at > 0 { ",{" } else { "{" });
        push_field(out, "type", "Feature");
        push_field(out, "id", &node.entity.id());
        push_name(out, "geometry");
        let before = out.len();
        if !push_place(world, &node.entity, out)?
            || out.get(before..).is_some_and(|place| !place.starts_with('{'))
        {
            out.truncate(before);
            out.push_str("null");
        }
        push_name(out, "properties");
        push_node(world, node, page.options, false, out)?;
        out.push('}');
    }
    out.push_str("]}");
    Ok(())
}

/// Where an entity is: its own shape, or that of its first location or of what it is about.
fn push_place(world: &World, entity: &Entity, out: &mut String) -> Result<bool, Problem> {
    let related = match entity.set() {
        Set::Location => return entity.push(world, "location", out),
        Set::FeatureOfInterest => return entity.push(world, "feature", out),
        Set::Datastream => return entity.push(world, "observedArea", out),
        Set::Thing | Set::HistoricalLocation => world.many(entity, Set::Location)?.into_iter().next(),
        Set::Observation => match Set::Observation.navigation("FeatureOfInterest") {
            Some(navigation) => world.one(entity, navigation)?,
            None => None,
        },
        Set::Sensor | Set::ObservedProperty => None,
    };
    related.map_or(Ok(false), |related| push_place(world, &related, out))
}
