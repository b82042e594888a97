//! `/api/v1/model`: how the community model came to be.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{Problem, ProblemBody};
use crate::app::App;

/// Most versions that one answer holds.
const LIMIT: u32 = 100;

/// Versions of the publication as they were taken over, newest first, at most 100.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelVersions {
    /// The versions.
    versions: Vec<ModelVersion>,
}

/// What a version changed of the one before.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelVersion {
    /// Id of the version.
    publication: String,
    /// When it was taken over.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    imported: OffsetDateTime,
    /// Objects that are new.
    added: u64,
    /// Objects that are different.
    changed: u64,
    /// Objects that are gone.
    removed: u64,
    /// Objects that are as they were.
    unchanged: u64,
}

/// Lists the versions of the model, with what each changed.
#[utoipa::path(
    get, path = "/api/v1/model/versions", tag = "objects",
    responses((status = 200, body = ModelVersions), (status = 503, body = ProblemBody))
)]
pub(crate) async fn list_versions(State(app): State<Arc<App>>) -> Result<Json<ModelVersions>, Problem> {
    let versions = app.model.versions(LIMIT).await?.into_iter().map(|version| ModelVersion {
        publication: version.publication,
        imported: version.imported,
        added: version.added,
        changed: version.changed,
        removed: version.removed,
        unchanged: version.unchanged,
    });
    Ok(Json(ModelVersions { versions: versions.collect() }))
}
