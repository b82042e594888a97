//! Many requests in one (`$batch`, the JSON form of `OData` 4.01, part JSON format, clause 19).
//!
//! Requests run in their order, each for itself. `$name` stands for what the request of that id made, in
//! addresses and in `@iot.id`. A group that must happen as a whole is refused unless it has one request:
//! measurements cannot be taken back.

use std::collections::{HashMap, HashSet};

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::draft::bad;
use super::world::World;
use super::{Asked, ROOT, Reply, action_of, answer as answer_one, problems, write};
use crate::api::Problem;

/// Most requests in a batch.
const REQUESTS_MOST: usize = 1_000;
/// Bytes of answers after which no more requests are taken.
const ANSWERS_BYTES_MOST: usize = 8 * 1024 * 1024;

/// Answers a batch.
pub(super) fn answer(world: &World, asked: &Asked) -> Result<Reply, Problem> {
    let body = write::json(asked)?;
    let requests = body.get("requests").and_then(Value::as_array);
    let requests = requests.filter(|requests| requests.len() <= REQUESTS_MOST).ok_or_else(|| {
        bad(
            "bad_batch",
            format!("the body is a JSON object whose `requests` is an array of up to {REQUESTS_MOST}"),
        )
    })?;
    check_groups(requests)?;
    let mut made = HashMap::new();
    let mut responses = Vec::with_capacity(requests.len());
    let mut bytes = 0;
    for request in requests {
        let id = request.get("id").and_then(Value::as_str).unwrap_or_default();
        let told = if bytes > ANSWERS_BYTES_MOST { Err(too_large()) } else { one(world, request, &made) };
        responses.push(match told {
            Ok(reply) => {
                bytes += reply.body.len();
                if let Some(location) = &reply.location {
                    made.insert(id.to_owned(), location.clone());
                }
                response(id, reply)
            }
            Err(problem) => {
                let (status, body) = world.wait(problems::told(problem));
                json!({ "id": id, "status": status.as_u16(), "body": body })
            }
        });
    }
    Ok(Reply::json(StatusCode::OK, json!({ "responses": responses }).to_string()))
}

fn too_large() -> Problem {
    let detail = format!("the answers before this one are longer than {ANSWERS_BYTES_MOST} bytes together");
    bad("answer_too_large", detail).with_hint("send this request in another batch")
}

fn check_groups(requests: &[Value]) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    let mut groups = requests.iter().filter_map(|request| request.get("atomicityGroup")?.as_str());
    if groups.any(|group| !seen.insert(group)) {
        let detail = "several requests of one `atomicityGroup` cannot happen as a whole here";
        return Err(Problem::new(StatusCode::NOT_IMPLEMENTED, "atomicity_unsupported", detail)
            .with_hint("leave out `atomicityGroup`, or make the entities in one request (deep insert)"));
    }
    Ok(())
}

fn response(id: &str, reply: Reply) -> Value {
    let mut response = Map::new();
    response.insert("id".into(), id.into());
    response.insert("status".into(), reply.status.as_u16().into());
    if let Some(location) = reply.location {
        response.insert("location".into(), location.clone().into());
        response.insert("headers".into(), json!({ "Location": location }));
    }
    if !reply.body.is_empty() {
        let body = serde_json::from_str(&reply.body).unwrap_or(Value::String(reply.body));
        response.insert("body".into(), body);
    }
    Value::Object(response)
}

fn one(world: &World, request: &Value, made: &HashMap<String, String>) -> Result<Reply, Problem> {
    let text = |name: &str| request.get(name).and_then(Value::as_str);
    let (Some(method), Some(url)) = (text("method"), text("url")) else {
        return Err(bad("bad_batch", "a request of a batch has `id`, `method` and `url`"));
    };
    let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes())
        .map_err(|_| bad("bad_batch", "`method` is none"))?;
    let url = named_in_url(below_root(world, url), made);
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    if path.trim_matches('/') == "$batch" {
        return Err(bad("bad_batch", "a batch holds no batch"));
    }
    let mut body = request.get("body").cloned().unwrap_or_default();
    name_in_body(&mut body, made, 32);
    let media_type = request.get("headers").and_then(|headers| headers.as_object()).and_then(|headers| {
        headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
            .and_then(|(_, value)| value.as_str())
    });
    let asked = Asked {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        media_type: media_type.unwrap_or("application/json").to_ascii_lowercase(),
        body: Bytes::from(body.to_string()),
    };
    answer_one(world, &asked).inspect_err(|problem| {
        if problem.status() == StatusCode::FORBIDDEN {
            let action = action_of(&asked.method, &asked.path);
            let object = format!("{ROOT}/{}", asked.path.trim_start_matches('/'));
            world.wait(world.permit.note_refusal(action, &object, &format!("{} 403", asked.method)));
        }
    })
}

/// The part of an address below the service's root: whole addresses, paths and relative ones are taken.
fn below_root<'u>(world: &World, url: &'u str) -> &'u str {
    let url = url.strip_prefix(world.host()).unwrap_or(url);
    url.strip_prefix(ROOT).unwrap_or(url)
}

/// `$name/Datastreams` to the address of what was made.
fn named_in_url(url: &str, made: &HashMap<String, String>) -> String {
    let path = url.trim_start_matches('/');
    let Some(rest) = path.strip_prefix('$') else { return path.to_owned() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    match made.get(name).and_then(|location| location.split_once(ROOT)) {
        Some((_, address)) => format!("{}{after}", address.trim_start_matches('/')),
        None => path.to_owned(),
    }
}

/// `{"@iot.id": "$name"}` to the id of what was made.
fn name_in_body(body: &mut Value, made: &HashMap<String, String>, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match body {
        Value::Array(items) => items.iter_mut().for_each(|item| name_in_body(item, made, depth)),
        Value::Object(members) => {
            for (name, value) in members {
                let named =
                    value.as_str().filter(|_| name == "@iot.id").and_then(|text| text.strip_prefix('$'));
                let id = named.and_then(|named| made.get(named)).and_then(|location| id_in(location));
                match id {
                    Some(id) => *value = Value::String(id),
                    None => name_in_body(value, made, depth),
                }
            }
        }
        _ => {}
    }
}

fn id_in(location: &str) -> Option<String> {
    let (_, rest) = location.rsplit_once("('")?;
    rest.strip_suffix("')").map(str::to_owned)
}
