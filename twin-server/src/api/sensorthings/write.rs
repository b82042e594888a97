//! Writing: the method, address and body of a request come in, its answer goes out.

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::changes::Changes;
use super::draft::Draft;
use super::entity::Entity;
use super::observe::{self, Pending};
use super::read::entity;
use super::world::World;
use super::{Asked, Reply, batch, data_array, delete, features, problems, render, select, update};
use crate::api::Problem;
use crate::domain::permission::Action;
use crate::sensorthings::model::Set;
use crate::sensorthings::options::Options;
use crate::sensorthings::path::{ResourcePath, Step, Tail};

/// Answers a request that changes something.
pub(super) fn write(world: &World, asked: &Asked) -> Result<Reply, Problem> {
    match (asked.method.clone(), asked.path.trim_matches('/')) {
        (Method::POST, "$batch") => return batch::answer(world, asked),
        (Method::POST, "CreateObservations") => return data_array::create(world, json(asked)?),
        _ => {}
    }
    let path = ResourcePath::parse(&asked.path).map_err(|error| problems::path(&error))?;
    let path = path.ok_or_else(not_allowed)?;
    let (set, single) = path.target();
    let by_id = path.steps.last().is_some_and(|step| step.id.is_some());
    match (asked.method.clone(), &path.tail) {
        (Method::POST, Tail::Whole) if !single => create(world, set, &path.steps, json(asked)?),
        (Method::PATCH | Method::PUT, Tail::Whole) if by_id => {
            let found = entity(world, &path.steps)?.ok_or_else(World::nothing)?;
            update::update(world, &found, asked)
        }
        (Method::DELETE, Tail::Whole) if by_id => {
            let found = entity(world, &path.steps)?.ok_or_else(World::nothing)?;
            delete::delete(world, &found)
        }
        _ => Err(not_allowed()),
    }
}

fn not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this address does not take this method",
    )
    .with_hint("POST to a set, such as `Things`; PATCH, PUT and DELETE an entity, such as `Things('1')`")
}

/// The body as JSON.
pub(super) fn json(asked: &Asked) -> Result<Value, Problem> {
    if !asked.media_type.is_empty() && !asked.media_type.contains("json") {
        return Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    serde_json::from_slice(&asked.body).map_err(|error| Problem::bad_request("bad_json", error.to_string()))
}

fn create(world: &World, set: Set, steps: &[Step], body: Value) -> Result<Reply, Problem> {
    let parent = match steps.split_last() {
        Some((_, [])) | None => None,
        Some((_, before)) => Some(entity(world, before)?.ok_or_else(World::nothing)?),
    };
    let draft = Draft::read(set, body, true)?;
    if set == Set::Observation
        && let Some(observation) = observe_at_once(world, parent.as_ref(), &draft)?
    {
        return told(world, observation);
    }
    let mut changes = Changes::new(world);
    let id = changes.add(draft, parent.as_ref())?;
    changes.commit()?;
    created(world, set, &id)
}

/// Stores an observation of a known datastream that brings nothing along, without waiting for those who
/// change entities. Nothing if it is not so plain.
fn observe_at_once(world: &World, parent: Option<&Entity>, draft: &Draft) -> Result<Option<Entity>, Problem> {
    let mut draft = draft.clone();
    let datastream = match parent {
        Some(parent) if parent.set() == Set::Datastream => parent.clone(),
        Some(_) => return Ok(None),
        None => {
            let Some(id) = draft
                .take_link("Datastream")
                .map(|link| super::draft::reference(&link))
                .transpose()?
                .flatten()
            else {
                return Ok(None);
            };
            let Some(datastream) = world.get(Set::Datastream, &id)? else { return Ok(None) };
            datastream
        }
    };
    if draft.take_link("FeatureOfInterest").is_some() || features::may_be_missing(world, &datastream)? {
        return Ok(None);
    }
    let (device, _) = datastream.series().ok_or_else(World::nothing)?;
    world.may_at(Action::WriteReadings, &device)?;
    let pending = Pending::read(world, &datastream, draft)?;
    pending.check(world.now)?;
    let stored = observe::ingest(world, std::slice::from_ref(&pending))?.pop().transpose()?;
    Ok(stored.map(|_| pending.entity(datastream)))
}

/// The answer to what was made: its address, and it itself.
fn created(world: &World, set: Set, id: &str) -> Result<Reply, Problem> {
    match world.get(set, id)? {
        Some(found) => told(world, found),
        // Another request removed it at once.
        None => Ok(Reply {
            location: Some(format!("{}/{}('{id}')", world.base(), set.plural())),
            ..Reply::json(StatusCode::CREATED, String::new())
        }),
    }
}

fn told(world: &World, entity: Entity) -> Result<Reply, Problem> {
    let options = Options::default();
    let mut body = String::new();
    let location = Some(world.link(&entity));
    let node = select::node(world, entity, &options)?;
    render::push_node(world, &node, &options, false, &mut body)?;
    Ok(Reply { location, ..Reply::json(StatusCode::CREATED, body) })
}
