//! `/api/v1/check-ups/{id}/values`: what indicators are at objects: read in pages, given by form; `/compute`: what the
//! server finds itself; `/map`: one indicator at all objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use twin_schemas::LocalizedText;
use twin_schemas::checkups::{CheckUp, IndicatorValue, ValueSource};
use twin_schemas::indicators::{Indicator, Urgency};
use utoipa::{IntoParams, ToSchema};

use super::checkups::ground;
use super::extract::{Json, Path, Query};
use super::imports::Room;
use super::lists::page_limit;
use super::room::work_in;
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::checkups::compute::{Computed, Sources, compute};
use crate::checkups::{CheckUpFault, Checked};
use crate::domain::checkup::{GivenValue, severity};
use crate::domain::permission::Action;
use crate::store::{ValueKey, ValueQuery};

/// Values on a page if no limit is asked for.
const PAGE_DEFAULT: usize = 1_000;
/// Most values on a page.
const PAGE_LIMIT: usize = 10_000;
/// Most values of one form.
const FORM_LIMIT: usize = 1_000;

/// Which values are meant; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ValuesQuery {
    /// Code of an indicator.
    indicator: Option<String>,
    /// Id of a building, zone or the community.
    object: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Values on a page, 1 to 10,000, default 1,000.
    #[param(minimum = 1, maximum = 10_000)]
    limit: Option<usize>,
}

/// A page of values.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ValuePage {
    /// The values, by indicator and object.
    values: Vec<IndicatorValue>,
    /// What to ask for as `after` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A value as somebody gives it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ValueDraft {
    /// Code of the indicator.
    indicator: String,
    /// Id of the building, zone or community.
    object: String,
    /// The value, in the unit of the indicator; absent or null takes out what is there.
    #[serde(default)]
    value: Option<f64>,
    /// A remark, up to 2,000 characters.
    #[serde(default)]
    remark: Option<String>,
    /// Ids of photographs that were sent to `/api/v1/photos`, at most 6.
    #[serde(default)]
    photos: Vec<String>,
}

/// A form.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ValueForm {
    /// The values, at most 1,000.
    values: Vec<ValueDraft>,
}

/// What became of a form.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ValuesPut {
    /// Values that were put.
    put: usize,
    /// Values that were taken out.
    taken_out: usize,
}

/// Gives values of a check-up.
#[utoipa::path(
    get, path = "/api/v1/check-ups/{id}/values", tag = "check-ups",
    params(("id" = u64, Path, description = "Number of the check-up"), ValuesQuery),
    security((), ("key" = []), ("session" = [])),
    responses((status = 200, body = ValuePage), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub(crate) async fn list_values(
    State(app): State<Arc<App>>,
    Path(id): Path<u64>,
    Query(query): Query<ValuesQuery>,
) -> Result<Response, Problem> {
    app.check_ups.get(id)?;
    let limit = page_limit(query.limit, PAGE_DEFAULT, PAGE_LIMIT)?;
    let after = query.after.as_deref().map(place_of).transpose()?;
    let asked = ValueQuery {
        check_up: id,
        indicator: query.indicator,
        object: query.object,
        after,
        limit: limit as u32 + 1,
    };
    let mut values = app.store.values(asked).await?;
    let next = if values.len() > limit {
        values.truncate(limit);
        values.last().map(|last| written(&(last.indicator.clone(), last.object.clone())))
    } else {
        None
    };
    Ok(no_store(JsonAnswer(ValuePage { values, next }).into_response()))
}

/// A place in the order of values, as it is written into addresses. Codes of indicators hold no `:`.
pub(super) fn written((indicator, object): &ValueKey) -> String {
    format!("{indicator}:{object}")
}

/// Reads what [`written`] writes.
pub(super) fn place_of(text: &str) -> Result<ValueKey, Problem> {
    let parts = text.split_once(':').map(|(indicator, object)| (indicator.to_owned(), object.to_owned()));
    parts.ok_or_else(|| {
        Problem::bad_request("bad_query", "`after` is no place in the list")
            .with_hint("use the `next` of the page before")
    })
}

/// Gives or takes out values by form, all or none: if anything is wrong, `errors` names every value and its field.
#[utoipa::path(
    put, path = "/api/v1/check-ups/{id}/values", tag = "check-ups",
    params(("id" = u64, Path, description = "Number of the check-up")),
    request_body = ValueForm, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = ValuesPut), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn put_values(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(ValueForm { values }): Json<ValueForm>,
) -> Result<Response, Problem> {
    if values.len() > FORM_LIMIT {
        let detail = format!("there are {} values, limit {FORM_LIMIT}", values.len());
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many", detail)
            .with_hint("send them in several forms, or import a table"));
    }
    let mut checker = app.check_ups.checker(id, ground(&app), permit.actor().clone())?;
    let entry = permit.entry("check_up.values", "check-up");
    let (mut checked, mut wrong) = (Checked::default(), Vec::new());
    let mut is_denied = false;
    for (at, draft) in values.into_iter().enumerate() {
        let ValueDraft { indicator, object, value, remark, photos } = draft;
        let given = GivenValue { indicator, object, value, remark, photos };
        if let Err(error) = checker.check(given, ValueSource::Form, entry.at, &mut checked) {
            is_denied = is_denied || error.code() == "not_your_zone";
            wrong.push(format!("values[{at}].{}: {error}", error.column()));
        }
    }
    if !wrong.is_empty() {
        let (status, code) = if is_denied {
            (StatusCode::FORBIDDEN, "not_your_zone")
        } else {
            (StatusCode::UNPROCESSABLE_ENTITY, "bad_values")
        };
        let detail = format!("{} values are not taken; nothing was changed", wrong.len());
        return Err(Problem::new(status, code, detail).with_errors(wrong));
    }
    let done = ValuesPut { put: checked.put.len(), taken_out: checked.taken_out.len() };
    app.check_ups.store_values(&checker, checked, false, &entry).await?;
    Ok(no_store(JsonAnswer(done).into_response()))
}

/// What the server is to compute.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComputeOrder {
    /// Codes of indicators; none: all of the check-up that are computed.
    #[serde(default)]
    indicators: Vec<String>,
    /// Only says what would be put; nothing is changed.
    #[serde(default)]
    dry_run: bool,
    /// Also in place of values that people gave; else those stay.
    #[serde(default)]
    replace: bool,
}

/// What the server computed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComputedValues {
    /// What was found, by indicator and object.
    computed: Vec<ComputedValue>,
    /// How many of them have a value and were put, unless somebody gave one before.
    values: usize,
    /// How many have none, because what is needed is not known.
    lacking: usize,
}

/// An indicator at an object, or why it cannot be computed there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComputedValue {
    /// Code of the indicator.
    indicator: String,
    /// Id of the object.
    object: String,
    /// The value.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    /// Of what it was computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<LocalizedText>,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    lacking: Option<LocalizedText>,
}

/// Computes the indicators of a check-up that the model and the running system tell of, at every object where whoever
/// asks may assess them. Where something that is needed is not known, that is said instead of a value.
#[utoipa::path(
    post, path = "/api/v1/check-ups/{id}/compute", tag = "check-ups",
    params(("id" = u64, Path, description = "Number of the check-up")),
    request_body = ComputeOrder, security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = ComputedValues), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 412, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn compute_values(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    room: Room,
    Json(order): Json<ComputeOrder>,
) -> Result<Response, Problem> {
    // What is computed tells of all of these.
    for action in [Action::ReadModel, Action::ReadDevices, Action::ReadReports] {
        permit.also(action)?;
    }
    let ground = ground(&app);
    let mut checker = app.check_ups.checker(id, ground.clone(), permit.actor().clone())?;
    let check_up = app.check_ups.get(id)?;
    let indicators = ordered(&app, &check_up, &order.indicators)?;
    let sources = Sources { ground, devices: app.hub.entries(), reports: app.reports.newest(|_| true) };
    let computed = work_in(room, move || compute(&check_up, &indicators, &sources)).await?;
    let entry = permit.entry("check_up.compute", "check-up");
    let (mut checked, mut told) = (Checked::default(), Vec::new());
    for Computed { indicator, object, figure } in computed {
        let value = figure.as_ref().ok().map(|(value, _)| *value);
        let remark = figure.as_ref().ok().map(|(_, words)| both(words));
        let (code, at) = (indicator.clone(), object.clone());
        let given = GivenValue { indicator: code, object: at, value, remark, photos: Vec::new() };
        // What lacks is told and changes nothing.
        let mut nothing = Checked::default();
        let into = if value.is_some() { &mut checked } else { &mut nothing };
        // Objects in zones of others are for others to compute.
        if checker.check(given, ValueSource::Computed, entry.at, into).is_ok() {
            let (of, lacking) = match figure {
                Ok((_, words)) => (Some(words), None),
                Err(words) => (None, Some(words)),
            };
            told.push(ComputedValue { indicator, object, value, of, lacking });
        }
    }
    let values = checked.put.len();
    if !order.dry_run {
        app.check_ups.store_values(&checker, checked, !order.replace, &entry).await?;
    }
    let done = ComputedValues { values, lacking: told.len() - values, computed: told };
    Ok(no_store(JsonAnswer(done).into_response()))
}

/// The computed indicators of a check-up that are asked for.
fn ordered(app: &App, check_up: &CheckUp, codes: &[String]) -> Result<Vec<Arc<Indicator>>, Problem> {
    let indicators = app.check_ups.indicators(check_up)?;
    if let Some(code) = codes.iter().find(|code| !indicators.iter().any(|known| known.code == **code)) {
        return Err(CheckUpFault::UnknownIndicator(code.chars().take(64).collect()).into());
    }
    let is_meant = |indicator: &Arc<Indicator>| {
        indicator.computed.is_some() && (codes.is_empty() || codes.contains(&indicator.code))
    };
    Ok(indicators.into_iter().filter(is_meant).collect())
}

/// A text in both languages, as one.
fn both(words: &LocalizedText) -> String {
    let texts: Vec<&str> = [words.zh.as_deref(), words.en.as_deref()].into_iter().flatten().collect();
    texts.join(" / ")
}

/// Which indicator is to be seen on a map.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MapQuery {
    /// Code of the indicator.
    indicator: String,
    /// Only objects behind this one: the `next` of the page before.
    after: Option<String>,
    /// Objects on a page, 1 to 10,000, default 10,000.
    #[param(minimum = 1, maximum = 10_000)]
    limit: Option<usize>,
}

/// An indicator at objects.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IndicatorMap {
    /// The indicator, with its unit and thresholds.
    indicator: Indicator,
    /// Values by id of the object.
    objects: BTreeMap<String, MapValue>,
    /// What to ask for as `after` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A value on a map.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MapValue {
    /// The value.
    value: f64,
    /// How severe it is by its value; absent: good enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<Urgency>,
}

/// Gives an indicator at all objects of a check-up, for colouring a map.
#[utoipa::path(
    get, path = "/api/v1/check-ups/{id}/map", tag = "check-ups",
    params(("id" = u64, Path, description = "Number of the check-up"), MapQuery),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, body = IndicatorMap), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn get_map(
    State(app): State<Arc<App>>,
    Path(id): Path<u64>,
    Query(query): Query<MapQuery>,
) -> Result<Response, Problem> {
    let check_up = app.check_ups.get(id)?;
    let limit = page_limit(query.limit, PAGE_LIMIT, PAGE_LIMIT)?;
    let indicators = app.check_ups.indicators(&check_up)?;
    let indicator = indicators.into_iter().find(|indicator| indicator.code == query.indicator);
    let indicator = indicator
        .ok_or_else(|| CheckUpFault::UnknownIndicator(query.indicator.chars().take(64).collect()))?;
    let code = indicator.code.clone();
    let asked = ValueQuery {
        check_up: id,
        indicator: Some(code.clone()),
        object: None,
        after: query.after.map(|object| (code, object)),
        limit: limit as u32 + 1,
    };
    let mut values = app.store.values(asked).await?;
    let is_cut = values.len() > limit;
    values.truncate(limit);
    let next = values.last().filter(|_| is_cut).map(|last| last.object.clone());
    let objects = values.into_iter().map(|given| {
        let class = severity(&indicator, given.value).map(|(urgency, _)| urgency);
        (given.object, MapValue { value: given.value, class })
    });
    let map = IndicatorMap { objects: objects.collect(), indicator: Indicator::clone(&indicator), next };
    Ok(no_store(JsonAnswer(map).into_response()))
}
