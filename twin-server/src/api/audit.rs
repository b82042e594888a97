//! `/api/v1/audit`: the audit log, page by page or as a table.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use super::readings::instant;
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::domain::audit::{AuditEntry, Outcome, hex};
use crate::store::{AuditQuery, Store};

/// Entries of a page if no limit is asked for.
const PAGE_DEFAULT: u32 = 100;
/// Most entries of a page.
const PAGE_LIMIT: u32 = 1_000;

/// Which entries are meant; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditParams {
    /// Only of this actor, such as `user:…`.
    actor: Option<String>,
    /// Only of this action, such as `user.add` or `register_devices`.
    action: Option<String>,
    /// Only of this object: an id such as `user:…`, or a path.
    object: Option<String>,
    /// Earliest instant, included, RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Latest instant, included, RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
    /// Only entries before this place: `next` of an earlier page.
    before: Option<i64>,
    /// At most this many; 1 to 1,000, default 100.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<u32>,
}

/// Which entries a table holds; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditTableParams {
    /// Only of this actor, such as `user:…`.
    actor: Option<String>,
    /// Only of this action, such as `user.add` or `register_devices`.
    action: Option<String>,
    /// Only of this object: an id such as `user:…`, or a path.
    object: Option<String>,
    /// Earliest instant, included, RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Latest instant, included, RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
}

/// Entries, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditPage {
    /// The entries.
    entries: Vec<AuditView>,
    /// `before` of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<i64>,
}

/// An entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditView {
    /// Its place, from 1, without gaps.
    seq: i64,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    /// Who.
    actor: String,
    /// What was done.
    action: String,
    /// To what.
    object: String,
    /// How it ended.
    outcome: Outcome,
    /// What else is worth knowing.
    detail: String,
    /// Id of the request.
    request: String,
    /// SHA-256 of the entry before, in hexadecimal digits.
    previous: String,
    /// Its own SHA-256.
    digest: String,
}

impl From<AuditEntry> for AuditView {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { seq, what, previous, digest } = entry;
        Self {
            seq,
            at: what.at,
            actor: what.actor,
            action: what.action,
            object: what.object,
            outcome: what.outcome,
            detail: what.detail,
            request: what.request,
            previous: hex(&previous),
            digest: hex(&digest),
        }
    }
}

fn query_of(params: &AuditParams, limit: u32) -> Result<AuditQuery, Problem> {
    Ok(AuditQuery {
        actor: params.actor.clone(),
        action: params.action.clone(),
        object: params.object.clone(),
        from: instant("from", params.from.as_deref())?,
        to: instant("to", params.to.as_deref())?,
        limit,
    })
}

/// Gives a page of the audit log, newest entries first.
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "people", params(AuditParams), security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = AuditPage), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn list_audit(
    State(app): State<Arc<App>>,
    Query(params): Query<AuditParams>,
) -> Result<Response, Problem> {
    let limit = params.limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_LIMIT).contains(&limit) {
        return Err(Problem::bad_request(
            "bad_limit",
            format!("`limit` is {limit}, 1 to {PAGE_LIMIT} are given"),
        ));
    }
    app.auth.auditor.flush().await;
    // One more than asked for shows whether there are older ones.
    let query = query_of(&params, limit + 1)?;
    let mut entries = app.store.audit_before(params.before.unwrap_or(i64::MAX), &query).await?;
    let is_more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next = entries.last().filter(|_| is_more).map(|entry| entry.seq);
    let entries = entries.into_iter().map(AuditView::from).collect();
    Ok(no_store(JsonAnswer(AuditPage { entries, next }).into_response()))
}

/// Gives the audit log as a table (CSV, RFC 4180), oldest entries first.
#[utoipa::path(
    get, path = "/api/v1/audit/export", tag = "people", params(AuditTableParams),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, content_type = "text/csv", body = String), (status = 400, body = ProblemBody),
        (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
    )
)]
pub(crate) async fn export_audit(
    State(app): State<Arc<App>>,
    Query(params): Query<AuditTableParams>,
) -> Result<Response, Problem> {
    let AuditTableParams { actor, action, object, from, to } = params;
    let params = AuditParams { actor, action, object, from, to, before: None, limit: None };
    app.auth.auditor.flush().await;
    let query = query_of(&params, PAGE_LIMIT)?;
    let start = Some((Arc::clone(&app.store), query, 0));
    let rows = stream::try_unfold(start, async |state| {
        let Some((store, query, after)) = state else { return Ok::<_, std::io::Error>(None) };
        let (text, last) = table(&*store, &query, after).await?;
        Ok(Some((Bytes::from(text), last.map(|last| (store, query, last)))))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
    ];
    Ok(no_store((headers, Body::from_stream(rows)).into_response()))
}

/// A page of the table, and where to go on.
async fn table(store: &dyn Store, query: &AuditQuery, after: i64) -> std::io::Result<(Vec<u8>, Option<i64>)> {
    let entries = store.audit_after(after, query).await.map_err(std::io::Error::other)?;
    let last = entries.last().filter(|_| entries.len() == query.limit as usize).map(|entry| entry.seq);
    let mut table = csv::Writer::from_writer(Vec::new());
    if after == 0 {
        let names = ["seq", "at", "actor", "action", "object", "outcome", "detail", "request", "digest"];
        table.write_record(names)?;
    }
    for AuditEntry { seq, what, digest, .. } in entries {
        let at = what.at.format(&Rfc3339).map_err(std::io::Error::other)?;
        let cells = [&what.actor, &what.action, &what.object].map(|text| cell(text));
        let [actor, action, object] = cells;
        table.write_record([
            seq.to_string(),
            at,
            actor,
            action,
            object,
            what.outcome.id().to_owned(),
            cell(&what.detail),
            cell(&what.request),
            hex(&digest),
        ])?;
    }
    Ok((table.into_inner().map_err(csv::IntoInnerError::into_error)?, last))
}

/// A text that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_text_becomes_a_formula() {
        assert_eq!(super::cell("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(super::cell("/api/v1/devices/a"), "/api/v1/devices/a");
    }
}
