//! Reading: the address and query of a request come in, its answer goes out.

use axum::http::StatusCode;

use super::arrays::{push_features, push_rows};
use super::entity::Entity;
use super::json::push_name;
use super::render::{push_node, push_page, push_refs};
use super::root;
use super::select::{Node, node, page};
use super::world::World;
use super::{Reply, problems};
use crate::api::Problem;
use crate::sensorthings::model::Set;
use crate::sensorthings::options::{self, Options, ResultFormat};
use crate::sensorthings::path::{ResourcePath, Step, Tail};
use crate::sensorthings::query_text;

/// Answers a request for an encoded path below the service's root.
pub(super) fn read(world: &World, path: &str, query: &str) -> Result<Reply, Problem> {
    let Some(resource) = ResourcePath::parse(path).map_err(|error| problems::path(&error))? else {
        return Ok(Reply::json(StatusCode::OK, root::document(world)));
    };
    let pairs = query_text::pairs(query).ok_or_else(|| {
        Problem::bad_request("bad_query", "the query is no UTF-8 or has more than 32 parameters")
    })?;
    let (set, single) = resource.target();
    let options = options::parse(&pairs, set).map_err(|error| problems::options(&error))?;
    if single {
        let entity = entity(world, &resource.steps)?.ok_or_else(World::nothing)?;
        return one(world, entity, &options, &resource.tail);
    }
    let parent = match resource.steps.split_last() {
        Some((_, [])) | None => None,
        Some((_, before)) => Some(entity(world, before)?.ok_or_else(World::nothing)?),
    };
    let address = format!("{}/{}", world.base(), path.trim_matches('/'));
    many(world, parent.as_ref(), set, &options, &resource.tail, &address)
}

/// The entity that steps lead to.
pub(super) fn entity(world: &World, steps: &[Step]) -> Result<Option<Entity>, Problem> {
    let mut at: Option<Entity> = None;
    for step in steps {
        at = match (&at, step.navigation, &step.id) {
            (None, None, Some(id)) => world.get(step.set, id)?,
            (Some(from), Some(navigation), None) => world.one(from, navigation)?,
            (Some(from), Some(_), Some(id)) => match world.get(step.set, id)? {
                Some(child) if is_related(world, from, &child)? => Some(child),
                _ => None,
            },
            _ => None,
        };
        if at.is_none() {
            return Ok(None);
        }
    }
    Ok(at)
}

fn is_related(world: &World, from: &Entity, child: &Entity) -> Result<bool, Problem> {
    // From the child it is one step; the other way round there may be thousands.
    let back = child.set().navigations().iter().find(|back| !back.many && back.to == from.set());
    if let Some(back) = back {
        return Ok(world.one(child, back)?.is_some_and(|parent| parent.id() == from.id()));
    }
    Ok(world.many(from, child.set())?.iter().any(|known| known.id() == child.id()))
}

fn one(world: &World, entity: Entity, options: &Options, tail: &Tail) -> Result<Reply, Problem> {
    let mut out = String::new();
    match tail {
        Tail::Whole => {
            let node = node(world, entity, options)?;
            push_node(world, &node, options, true, &mut out)?;
        }
        Tail::Refs => {
            out.push('{');
            super::json::push_field(&mut out, "@iot.selfLink", &world.link(&entity));
            out.push('}');
        }
        Tail::Property(path) => {
            let (name, value) = property(world, &entity, path)?;
            let Some(value) = value else { return Ok(Reply::empty(StatusCode::NO_CONTENT)) };
            out.push('{');
            push_name(&mut out, &name);
            out.push_str(&value);
            out.push('}');
        }
        Tail::Value(path) => {
            let (_, value) = property(world, &entity, path)?;
            let Some(value) = value else { return Ok(Reply::empty(StatusCode::NO_CONTENT)) };
            // A text is given as it is, anything else as JSON.
            return Ok(match serde_json::from_str(&value) {
                Ok(serde_json::Value::String(text)) => Reply::text(text),
                _ if value.starts_with(['{', '[']) => Reply::json(StatusCode::OK, value),
                _ => Reply::text(value),
            });
        }
    }
    Ok(Reply::json(StatusCode::OK, out))
}

/// Name and JSON of a property, or of what lies in it; nothing if it has no value.
fn property(world: &World, entity: &Entity, path: &[String]) -> Result<(String, Option<String>), Problem> {
    let (first, rest) = path.split_first().ok_or_else(World::nothing)?;
    let name = entity.set().property(first).ok_or_else(World::nothing)?;
    let mut json = String::new();
    if !entity.push(world, name, &mut json)? {
        return Ok((first.clone(), None));
    }
    if rest.is_empty() {
        return Ok((first.clone(), Some(json)));
    }
    let value: serde_json::Value = serde_json::from_str(&json).unwrap_or_default();
    let found = rest.iter().try_fold(&value, |at, part| at.get(part));
    let last = rest.last().unwrap_or(first).clone();
    // The names are those of foreign data here, and may need escaping.
    let quoted = serde_json::to_string(&last).unwrap_or_default();
    Ok((quoted.trim_matches('"').to_owned(), found.map(ToString::to_string)))
}

fn many(
    world: &World,
    parent: Option<&Entity>,
    set: Set,
    options: &Options,
    tail: &Tail,
    address: &str,
) -> Result<Reply, Problem> {
    let page = page(world, parent, set, options)?;
    let mut out = String::with_capacity(page.nodes.iter().map(weight).sum::<usize>() + 256);
    match (tail, options.format) {
        (Tail::Refs, _) => push_refs(world, &page, address, &mut out),
        (_, ResultFormat::DataArray) if set == Set::Observation => {
            push_rows(world, &page, address, &mut out)?;
        }
        (_, ResultFormat::DataArray) => {
            let detail = format!("`$resultFormat=dataArray` gives Observations, not {}", set.plural());
            return Err(Problem::bad_request("bad_option", detail));
        }
        (_, ResultFormat::GeoJson) => push_features(world, &page, address, &mut out)?,
        (_, ResultFormat::Plain) => push_page(world, &page, address, &mut out)?,
    }
    Ok(Reply::json(StatusCode::OK, out))
}

/// Some bytes for each entity, so that a long answer is not copied while it grows.
fn weight(node: &Node<'_>) -> usize {
    let expanded = node.expanded.iter().map(|(_, expanded)| match expanded {
        super::select::Expanded::One(one) => one.as_ref().map_or(4, |one| weight(one)),
        super::select::Expanded::Many(page) => page.nodes.iter().map(weight).sum(),
    });
    900 + expanded.sum::<usize>()
}
