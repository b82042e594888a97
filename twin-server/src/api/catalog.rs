//! `/api/v1/catalog`: the catalogue of the served version and where its files are.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use twin_schemas::catalog::Catalog;
use utoipa::ToSchema;

use super::http::none_match_hits;
use crate::app::App;

/// A client asks again after this long at the latest; until then it may use what it has.
const CACHE_CONTROL: &str = "public, max-age=2";

/// The catalogue of the served version.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CatalogAnswer {
    /// Id of the version.
    version: String,
    /// What the catalogue's paths are relative to: a path on this server with a slash at its end.
    base: String,
    /// The catalogue.
    catalog: Catalog,
}

/// Gives the catalogue of the served version.
#[utoipa::path(
    get, path = "/api/v1/catalog", tag = "publication",
    responses((status = 200, body = CatalogAnswer), (status = 304, description = "`If-None-Match` names the served version"))
)]
pub(crate) async fn get_catalog(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let publication = app.publications.served();
    let etag = format!("W/\"{}\"", publication.base());
    let mut response = if none_match_hits(&headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Json(CatalogAnswer {
            version: publication.version.clone(),
            base: publication.base(),
            catalog: publication.catalog.clone(),
        })
        .into_response()
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHE_CONTROL));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}
