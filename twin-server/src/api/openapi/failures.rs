//! The failures that an operation may answer with beside those of its own: they follow from its method,
//! its parameters and its body, so they are added here and not at eighty places. Called when the document
//! is made.

use utoipa::openapi::path::Operation;
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};

use crate::api::error::MEDIA_TYPE;

/// A status and when it is answered.
type Failure = (&'static str, &'static str);

/// Of every operation: the guard and the limits answer before it, the clock and the database in its place.
const ANY: [Failure; 4] = [
    ("401", "Needs a sign-in, or the key is not good"),
    ("403", "The actor may not"),
    ("429", "More requests than are taken; `Retry-After` says when to come again"),
    ("503", "The server cannot do it now; `Retry-After` says when to come again"),
];
const OF_PARAMETERS: [Failure; 1] = [("400", "A parameter is unknown or not understood")];
/// What stands in a path may lead out of it: an empty id, or one with a slash.
const OF_PATHS: [Failure; 1] = [("404", "There is nothing at this address")];
const OF_BODIES: [Failure; 4] = [
    ("400", "The body or a header is not understood"),
    ("413", "The body is larger than is taken"),
    ("415", "The body is of another media type"),
    ("422", "The body is understood, but is not what is taken"),
];
const OF_CHANGES: [Failure; 1] = [("507", "There is no room left to store it; nothing was changed")];

/// Adds to every operation what it may fail with, and gives every failure its media type.
pub(super) fn add(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let operations = [
            (&mut item.get, false),
            (&mut item.put, true),
            (&mut item.post, true),
            (&mut item.patch, true),
            (&mut item.delete, true),
        ];
        for (operation, is_change) in operations {
            let Some(operation) = operation else { continue };
            let has_parameters = operation.parameters.as_ref().is_some_and(|list| !list.is_empty());
            let cases: [(bool, &[Failure]); 5] = [
                (true, &ANY),
                (has_parameters, &OF_PARAMETERS),
                (path.contains('{'), &OF_PATHS),
                (operation.request_body.is_some(), &OF_BODIES),
                (is_change, &OF_CHANGES),
            ];
            for (_, failures) in cases.iter().filter(|(applies, _)| *applies) {
                failures.iter().for_each(|failure| add_to(operation, *failure));
            }
            name_media_type(operation);
        }
    }
}

/// What an operation says of a status itself stays.
fn add_to(operation: &mut Operation, (status, description): Failure) {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemBody"))).build();
    let response = ResponseBuilder::new().description(description).content(MEDIA_TYPE, problem).build();
    operation.responses.responses.entry(status.to_owned()).or_insert_with(|| response.into());
}

/// A problem is a problem, also where an operation wrote no more than its type.
fn name_media_type(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        let RefOr::T(response) = response else { continue };
        let is_problem = response.content.get("application/json").is_some_and(|content| match content {
            RefOr::T(content) => matches!(&content.schema, Some(RefOr::Ref(schema)) if is_problem(schema)),
            RefOr::Ref(_) => false,
        });
        if is_problem && let Some(content) = response.content.swap_remove("application/json") {
            response.content.insert(MEDIA_TYPE.to_owned(), content);
        }
    }
}

fn is_problem(schema: &Ref) -> bool {
    schema.ref_location.ends_with("/ProblemBody")
}
