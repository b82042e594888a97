//! Many observations as rows (`CreateObservations`, OGC 18-088, clause 12.2).

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::Reply;
use super::changes::Changes;
use super::draft::{Draft, bad, reference};
use super::observe;
use super::world::World;
use crate::api::Problem;
use crate::domain::permission::Action;
use crate::sensorthings::model::Set;

/// Most rows in one request.
const ROWS_MOST: usize = 10_000;

/// Stores rows. What is stored is on disk when this answers: for each row its address, or `error`. A row
/// that is refused keeps no other from being stored.
pub(super) fn create(world: &World, body: Value) -> Result<Reply, Problem> {
    let Value::Array(groups) = body else {
        return Err(bad("bad_data_array", "the body is a JSON array of data arrays"));
    };
    let rows =
        groups.iter().filter_map(|group| group.get("dataArray")?.as_array()).map(Vec::len).sum::<usize>();
    if rows > ROWS_MOST {
        return Err(bad("bad_data_array", format!("there are {rows} rows, limit {ROWS_MOST}")));
    }
    let mut changes = Changes::new(world);
    let mut told = Vec::with_capacity(rows);
    for group in groups {
        take_group(&mut changes, &group, &mut told)?;
    }
    let pending = std::mem::take(&mut changes.observations);
    changes.commit()?;
    let mut stored = observe::ingest(world, &pending)?.into_iter();
    let answers: Vec<String> = told
        .into_iter()
        .map(|good| match if good { stored.next() } else { None } {
            Some(Ok(id)) => format!("{}/{}('{id}')", world.base(), Set::Observation.plural()),
            _ => "error".to_owned(),
        })
        .collect();
    Ok(Reply::json(StatusCode::CREATED, json!(answers).to_string()))
}

/// Takes the rows of one datastream; `told` learns of each whether it is to be stored.
fn take_group(changes: &mut Changes<'_>, group: &Value, told: &mut Vec<bool>) -> Result<(), Problem> {
    let datastream = reference(group.get("Datastream").unwrap_or(&Value::Null))?;
    let datastream =
        datastream.ok_or_else(|| bad("bad_data_array", "a data array needs `Datastream` with `@iot.id`"))?;
    let components: Option<Vec<String>> = group
        .get("components")
        .and_then(Value::as_array)
        .and_then(|names| names.iter().map(|name| name.as_str().map(str::to_owned)).collect());
    let components = components
        .filter(|names| names.len() <= 16 && names.iter().any(|name| name == "result"))
        .ok_or_else(|| {
            bad("bad_data_array", "`components` is a list of up to 16 names, `result` among them")
        })?;
    let Some(Value::Array(rows)) = group.get("dataArray").cloned() else {
        return Err(bad("bad_data_array", "a data array needs `dataArray`"));
    };
    // Rows are refused one by one, but whoever may not write here is told so at once.
    if let Some((device, _)) = changes.find(Set::Datastream, &datastream)?.and_then(|found| found.series()) {
        changes.world.may_at(Action::WriteReadings, &device)?;
    }
    for row in rows {
        let before = changes.observations.len();
        let taken = draft(&components, row).and_then(|draft| changes.observe(draft, &datastream));
        let good = taken.is_ok()
            && changes.observations.last().is_some_and(|pending| pending.check(changes.world.now).is_ok());
        if !good {
            changes.observations.truncate(before);
        }
        told.push(good);
    }
    Ok(())
}

fn draft(components: &[String], row: Value) -> Result<Draft, Problem> {
    let Value::Array(values) = row else { return Err(bad("bad_data_array", "a row is a JSON array")) };
    if values.len() != components.len() {
        return Err(bad("bad_data_array", "a row has another number of values than `components`"));
    }
    let mut members = Map::new();
    for (name, value) in components.iter().zip(values) {
        match name.as_str() {
            // Ids follow from datastream and time.
            "id" | "@iot.id" => {}
            "FeatureOfInterest/id" | "FeatureOfInterest/@iot.id" => {
                members.insert("FeatureOfInterest".into(), json!({ "@iot.id": value }));
            }
            name => drop(members.insert(name.to_owned(), value)),
        }
    }
    Draft::read(Set::Observation, Value::Object(members), true)
}
