//! `/api/v1/alarms`: alarms with what happened to them, and what people do with them.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as WordError, StrDeserializer};
use serde::{Deserialize, Serialize};
use twin_schemas::alarm::{AdaptiveBand, Alarm, AlarmEventRecord, AlarmLevel, AlarmState};
use utoipa::{IntoParams, ToSchema};

use super::devices::{Wanted, unknown};
use super::extract::{Json, Path, Query};
use super::readings::instant;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::auth::place::check_devices;
use crate::domain::alarm::{ActError, Action, Deed};
use crate::domain::registration::ID_LIMIT;
use crate::store::{AlarmCount, AlarmQuery};

/// Alarms on a page if no limit is asked for.
const PAGE_DEFAULT: u32 = 100;
/// Most alarms on a page.
const PAGE_LIMIT: u32 = 1_000;
/// Longest note, in characters.
const NOTE_LIMIT: usize = 1_000;

/// Which alarms are meant; all conditions must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AlarmsQuery {
    /// States with commas between them: `open`, `acknowledged`, `cleared`, `suppressed`. Default: all.
    #[param(example = "open,acknowledged")]
    state: Option<String>,
    /// A level.
    level: Option<AlarmLevel>,
    /// Id of a rule.
    rule: Option<String>,
    /// Id of a device.
    device: Option<String>,
    /// Id of a kind of device.
    kind: Option<String>,
    /// Id of a zone, such as `zone/z1`.
    zone: Option<String>,
    /// `min_e,min_n,max_e,max_n` in local metres.
    bbox: Option<String>,
    /// Opened at this instant or later, RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Opened at this instant or earlier, RFC 3339.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
    /// Only alarms with a lower number: the `next` of the page before.
    #[param(minimum = 0)]
    before: Option<i64>,
    /// Alarms on a page, 1 to 1,000, default 100.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<u32>,
}

/// A page of alarms.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlarmPage {
    /// The alarms, newest first.
    alarms: Vec<Alarm>,
    /// How many there are by level and state, on all pages.
    counts: Vec<AlarmCountView>,
    /// What to ask for as `before` to get the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// How many alarms of a level are in a state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlarmCountView {
    /// The level.
    level: AlarmLevel,
    /// The state.
    state: AlarmState,
    /// How many.
    alarms: u64,
}

/// An alarm with its story.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlarmDetail {
    /// The alarm.
    alarm: Alarm,
    /// What happened to it, in order.
    events: Vec<AlarmEventRecord>,
}

/// Who does something, and what they say.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlarmDeed {
    /// Who, where nobody signs in; otherwise it is whoever signed in.
    #[serde(default)]
    by: Option<String>,
    /// What they say, up to 1,000 characters.
    #[serde(default)]
    note: Option<String>,
}

/// Who closes an alarm, and how.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlarmClearing {
    /// Who, where nobody signs in; otherwise it is whoever signed in.
    #[serde(default)]
    by: Option<String>,
    /// What they say, up to 1,000 characters.
    #[serde(default)]
    note: Option<String>,
    /// Closes it although its condition holds; it then stays closed until the condition has ended once.
    #[serde(default)]
    force: bool,
}

/// Lists alarms, newest first, with counts by level and state.
#[utoipa::path(
    get, path = "/api/v1/alarms", tag = "alarms", params(AlarmsQuery),
    responses((status = 200, body = AlarmPage), (status = 400, body = ProblemBody))
)]
pub(crate) async fn list_alarms(
    State(app): State<Arc<App>>,
    Query(query): Query<AlarmsQuery>,
) -> Result<JsonAnswer<AlarmPage>, Problem> {
    let limit = query.limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=PAGE_LIMIT).contains(&limit) {
        let detail = format!("`limit` is {limit}, 1 to {PAGE_LIMIT} are given");
        return Err(Problem::bad_request("bad_limit", detail));
    }
    let before = query.before.map(u64::try_from).transpose();
    let before = before.map_err(|_| Problem::bad_request("bad_query", "`before` is a number from 0"))?;
    let kinds = query.kind.into_iter().collect();
    let wanted = Wanted { kinds, bounds: query.bbox.as_deref().map(str::parse), ..Wanted::default() };
    let filter = wanted.filter(&app)?;
    let asked = AlarmQuery {
        states: states(query.state.as_deref().unwrap_or_default())?,
        level: query.level,
        rule: query.rule,
        device: query.device,
        kind: filter.kinds.into_iter().next(),
        zone: query.zone,
        bounds: filter.bounds,
        from: instant("from", query.from.as_deref())?,
        to: instant("to", query.to.as_deref())?,
        before,
        // One more than asked for shows whether there is a next page.
        limit: limit + 1,
    };
    let counts = app.store.count_alarms(asked.clone()).await?;
    let mut alarms = app.store.alarms(asked).await?;
    let more = alarms.len() > limit as usize;
    alarms.truncate(limit as usize);
    let next = if more { alarms.last().map(|alarm| alarm.id) } else { None };
    let counts =
        counts.into_iter().map(|AlarmCount { level, state, alarms }| AlarmCountView { level, state, alarms });
    Ok(JsonAnswer(AlarmPage { alarms, counts: counts.collect(), next }))
}

/// Gives one alarm with what happened to it.
#[utoipa::path(
    get, path = "/api/v1/alarms/{id}", tag = "alarms",
    params(("id" = u64, Path, description = "Number of the alarm")),
    responses((status = 200, body = AlarmDetail), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub(crate) async fn get_alarm(
    State(app): State<Arc<App>>,
    Path(id): Path<u64>,
) -> Result<JsonAnswer<AlarmDetail>, Problem> {
    let alarm = app.store.alarm(id).await?.ok_or_else(|| unknown_alarm(id))?;
    Ok(JsonAnswer(AlarmDetail { alarm, events: app.store.alarm_events(id).await? }))
}

/// Takes care of an alarm: it escalates no further. If it becomes more urgent, it waits for someone again.
#[utoipa::path(
    post, path = "/api/v1/alarms/{id}/acknowledge", tag = "alarms",
    params(("id" = u64, Path, description = "Number of the alarm")),
    request_body = AlarmDeed, security((), ("key" = [])),
    responses(
        (status = 200, body = Alarm), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn acknowledge_alarm(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(AlarmDeed { by, note }): Json<AlarmDeed>,
) -> Result<JsonAnswer<Alarm>, Problem> {
    act(&app, &permit, id, Action { what: Deed::Acknowledge, by, note }).await
}

/// Closes an alarm whose condition has ended, or by force any.
#[utoipa::path(
    post, path = "/api/v1/alarms/{id}/clear", tag = "alarms",
    params(("id" = u64, Path, description = "Number of the alarm")),
    request_body = AlarmClearing, security((), ("key" = [])),
    responses(
        (status = 200, body = Alarm), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn clear_alarm(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(AlarmClearing { by, note, force }): Json<AlarmClearing>,
) -> Result<JsonAnswer<Alarm>, Problem> {
    act(&app, &permit, id, Action { what: Deed::Clear { force }, by, note }).await
}

/// Writes something down about an alarm, also about one that is over.
#[utoipa::path(
    post, path = "/api/v1/alarms/{id}/comment", tag = "alarms",
    params(("id" = u64, Path, description = "Number of the alarm")),
    request_body = AlarmDeed, security((), ("key" = [])),
    responses(
        (status = 200, body = Alarm), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn comment_on_alarm(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
    Json(AlarmDeed { by, note }): Json<AlarmDeed>,
) -> Result<JsonAnswer<Alarm>, Problem> {
    if note.as_deref().is_none_or(|note| note.trim().is_empty()) {
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "no_note", "`note` says nothing"));
    }
    act(&app, &permit, id, Action { what: Deed::Comment, by, note }).await
}

/// Gives what is usual for a stream at each hour of the week, as adaptive rules use it.
#[utoipa::path(
    get, path = "/api/v1/devices/{id}/bands/{stream}", tag = "alarms",
    params(
        ("id" = String, Path, description = "Id of the device"),
        ("stream" = String, Path, description = "Id of the stream"),
    ),
    responses((status = 200, body = AdaptiveBand), (status = 404, body = ProblemBody))
)]
pub(crate) async fn get_band(
    State(app): State<Arc<App>>,
    Path((id, stream)): Path<(String, String)>,
) -> Result<JsonAnswer<AdaptiveBand>, Problem> {
    let entry = app.hub.entry(&id).ok_or_else(|| unknown(&id))?;
    if !entry.kind.streams.contains_key(&stream) {
        let detail = format!("a `{}` has no stream `{stream}`", entry.kind.id);
        return Err(Problem::not_found("unknown_stream", detail));
    }
    app.store.alarm_band(&id, &stream).await?.map(JsonAnswer).ok_or_else(|| {
        Problem::not_found("no_band", format!("what is usual for `{stream}` of `{id}` is not known"))
            .with_hint("it is computed within minutes once an adaptive rule that is switched on watches the stream and there is history")
    })
}

async fn act(app: &App, permit: &Permit, id: u64, mut action: Action) -> Result<JsonAnswer<Alarm>, Problem> {
    if !permit.is_everywhere() {
        let alarm = app.store.alarm(id).await?.ok_or_else(|| unknown_alarm(id))?;
        check_devices(permit, app, std::iter::once(alarm.device.as_str()))?;
    }
    action.by = permit.author(action.by);
    for (field, text, limit) in [("by", &action.by, ID_LIMIT), ("note", &action.note, NOTE_LIMIT)] {
        let length = text.as_deref().unwrap_or_default().chars().count();
        if length > limit {
            let detail = format!("`{field}` has {length} characters, limit {limit}");
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "text_too_long", detail));
        }
    }
    match app.writer.act_on_alarm(id, action).await? {
        None => Err(unknown_alarm(id)),
        Some(Err(error)) => Err(impossible(error)),
        Some(Ok(alarm)) => Ok(JsonAnswer(alarm)),
    }
}

fn unknown_alarm(id: u64) -> Problem {
    Problem::not_found("unknown_alarm", format!("there is no alarm {id}"))
}

fn impossible(error: ActError) -> Problem {
    let (code, hint) = match error {
        ActError::Acknowledged => ("already_acknowledged", "say more with `comment`"),
        ActError::Cleared => ("already_cleared", "say more with `comment`"),
        ActError::Suppressed => {
            ("alarm_suppressed", "it opens when the window ends, if its condition still holds")
        }
        ActError::ConditionHolds => (
            "condition_holds",
            "acknowledge it, change its rule, or send `\"force\": true` to keep it closed until the condition has ended",
        ),
    };
    Problem::new(StatusCode::CONFLICT, code, error.to_string()).with_hint(hint)
}

fn states(text: &str) -> Result<Vec<AlarmState>, Problem> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty()).take(8);
    words
        .map(|word| {
            let word: StrDeserializer<'_, WordError> = word.into_deserializer();
            AlarmState::deserialize(word)
                .map_err(|error| Problem::bad_request("bad_state", error.to_string()))
        })
        .collect()
}
