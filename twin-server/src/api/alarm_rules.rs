//! `/api/v1/alarm-rules`: the rules that raise alarms.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use twin_schemas::alarm::{AlarmRule, AlarmRuleView};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Path, Query};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::alarm::{RuleError, check_rule};
use crate::domain::reading::whole_microseconds;
use crate::domain::registration::ID_LIMIT;
use crate::store::Edit;

/// Most rules of a community.
const RULES_LIMIT: usize = 500;

/// All rules by id.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlarmRuleList {
    /// The rules.
    rules: Vec<AlarmRuleView>,
}

/// A rule with its earlier versions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlarmRuleHistory {
    /// The versions, newest first.
    versions: Vec<AlarmRuleView>,
}

/// Who makes an edit.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EditQuery {
    /// Who makes the edit, where nobody signs in; otherwise it is whoever signed in.
    by: Option<String>,
}

impl EditQuery {
    fn edit(self, permit: &Permit) -> Result<Edit, Problem> {
        let length = self.by.as_deref().unwrap_or_default().chars().count();
        if length > ID_LIMIT {
            let detail = format!("`by` has {length} characters, limit {ID_LIMIT}");
            return Err(Problem::bad_request("text_too_long", detail));
        }
        Ok(Edit { at: whole_microseconds(OffsetDateTime::now_utc()), by: permit.author(self.by) })
    }
}

impl From<RuleError> for Problem {
    fn from(error: RuleError) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_rule", error.to_string())
    }
}

/// Lists the rules by id.
#[utoipa::path(
    get, path = "/api/v1/alarm-rules", tag = "alarm rules",
    responses((status = 200, body = AlarmRuleList))
)]
pub(crate) async fn list_rules(State(app): State<Arc<App>>) -> Result<JsonAnswer<AlarmRuleList>, Problem> {
    Ok(JsonAnswer(AlarmRuleList { rules: app.store.alarm_rules().await? }))
}

/// Gives a rule as it stands.
#[utoipa::path(
    get, path = "/api/v1/alarm-rules/{id}", tag = "alarm rules",
    params(("id" = String, Path, description = "Id of the rule")),
    responses((status = 200, body = AlarmRuleView), (status = 404, body = ProblemBody))
)]
pub(crate) async fn get_rule(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<JsonAnswer<AlarmRuleView>, Problem> {
    present(&app, &id).await.map(JsonAnswer)
}

/// Gives all versions of a rule, newest first, also of one that was removed.
#[utoipa::path(
    get, path = "/api/v1/alarm-rules/{id}/versions", tag = "alarm rules",
    params(("id" = String, Path, description = "Id of the rule")),
    responses((status = 200, body = AlarmRuleHistory), (status = 404, body = ProblemBody))
)]
pub(crate) async fn list_rule_versions(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<JsonAnswer<AlarmRuleHistory>, Problem> {
    let versions = app.store.alarm_rule_versions(&id).await?;
    if versions.is_empty() { Err(unknown_rule(&id)) } else { Ok(JsonAnswer(AlarmRuleHistory { versions })) }
}

/// Adds a rule, or the next version of it; its open alarms go on under the new version. Putting a rule as it
/// stands changes nothing.
#[utoipa::path(
    put, path = "/api/v1/alarm-rules/{id}", tag = "alarm rules",
    params(("id" = String, Path, description = "Id of the rule"), EditQuery),
    request_body = AlarmRule, security((), ("key" = [])),
    responses(
        (status = 200, body = AlarmRuleView, description = "It was there before"),
        (status = 201, body = AlarmRuleView, description = "It is new"),
        (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn put_rule(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    permit: Permit,
    Query(query): Query<EditQuery>,
    Json(rule): Json<AlarmRule>,
) -> Result<(StatusCode, JsonAnswer<AlarmRuleView>), Problem> {
    if rule.id != id {
        let detail = "`id` in the body is not the id in the path";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "id_mismatch", detail));
    }
    check_rule(&rule, &app.kinds)?;
    let rules = app.store.alarm_rules().await?;
    let before = rules.iter().find(|view| view.rule.id == id);
    if let Some(same) = before.filter(|view| view.rule == rule) {
        return Ok((StatusCode::OK, JsonAnswer(same.clone())));
    }
    if before.is_none() && rules.len() >= RULES_LIMIT {
        let detail = format!("there are {} rules, limit {RULES_LIMIT}", rules.len());
        return Err(Problem::new(StatusCode::CONFLICT, "too_many_rules", detail)
            .with_hint("one rule may have several levels and watch many devices"));
    }
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let view = app.writer.put_alarm_rule(rule, query.edit(&permit)?).await?;
    Ok((status, JsonAnswer(view)))
}

/// Removes a rule; its alarms are cleared, its versions are kept.
#[utoipa::path(
    delete, path = "/api/v1/alarm-rules/{id}", tag = "alarm rules",
    params(("id" = String, Path, description = "Id of the rule"), EditQuery),
    security((), ("key" = [])),
    responses(
        (status = 204), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn delete_rule(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    permit: Permit,
    Query(query): Query<EditQuery>,
) -> Result<StatusCode, Problem> {
    let removed = app.writer.remove_alarm_rule(id.clone(), query.edit(&permit)?).await?;
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(unknown_rule(&id)) }
}

/// The rule as it stands.
pub(super) async fn present(app: &App, id: &str) -> Result<AlarmRuleView, Problem> {
    let versions = app.store.alarm_rule_versions(id).await?;
    let newest = versions.into_iter().next().filter(|view| !view.deleted);
    newest.ok_or_else(|| unknown_rule(id))
}

fn unknown_rule(id: &str) -> Problem {
    Problem::not_found("unknown_rule", format!("there is no alarm rule `{id}`"))
}
