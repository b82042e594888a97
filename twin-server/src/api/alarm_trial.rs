//! `/api/v1/alarm-rules/{id}/try`: what a rule would have raised, from history. Nothing is stored.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use twin_schemas::alarm::{Alarm, AlarmRule};
use utoipa::ToSchema;

use super::alarm_rules::present;
use super::extract::{Json, Path};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::domain::alarm::adaptive::Usual;
use crate::domain::alarm::{DeviceFacts, Observation, Plan, Trial, check_rule, to_us};
use crate::live::Entry;
use crate::store::{End, HistoryQuery, StoredReading};

/// Longest stretch of history.
const SPAN_LIMIT: Duration = Duration::days(92);
/// Most devices that a rule is tried on.
const DEVICES_LIMIT: usize = 500;
/// Most readings of history that one trial reads, and of these of one stream of a device: what is in memory
/// at once is some 60 MB.
const READINGS_LIMIT: u64 = 2_000_000;
const STREAM_LIMIT: u32 = 200_000;
/// Most alarms that are given.
const ALARMS_LIMIT: usize = 500;

/// What to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlarmTrialRequest {
    /// The rule to try. Default: the stored one; its `enabled` does not matter.
    #[serde(default)]
    rule: Option<AlarmRule>,
    /// Beginning of the history, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    from: OffsetDateTime,
    /// End of the history, at most 92 days later.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    to: OffsetDateTime,
}

/// What a rule would have raised.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct AlarmTrialAnswer {
    /// The alarms as they stood at the end, device by device; at most 500.
    alarms: Vec<Alarm>,
    /// How many there were.
    raised: u64,
    /// Seconds for which they were open, together.
    open_s: i64,
    /// Devices that the rule watches.
    devices: u64,
    /// Devices that were tried: at most 500, and as many as 2,000,000 readings allow.
    devices_tried: u64,
    /// Readings that were read.
    readings: u64,
    /// Whether devices, readings or alarms were left out.
    truncated: bool,
}

/// Tells which alarms a rule would have raised, had it been switched on from the beginning of a stretch of
/// history. Maintenance windows are not looked at; what is usual is taken as it is now.
#[utoipa::path(
    post, path = "/api/v1/alarm-rules/{id}/try", tag = "alarm rules",
    params(("id" = String, Path, description = "Id of the rule; of any rule, if the body has one")),
    request_body = AlarmTrialRequest, security((), ("key" = [])),
    responses(
        (status = 200, body = AlarmTrialAnswer), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn try_rule(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Json(request): Json<AlarmTrialRequest>,
) -> Result<JsonAnswer<AlarmTrialAnswer>, Problem> {
    let (from, to) = (request.from, request.to);
    if from >= to || to - from > SPAN_LIMIT {
        let detail =
            format!("`to` lies {} s after `from`, up to 92 days are taken", (to - from).whole_seconds());
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_span", detail));
    }
    let rule = match request.rule {
        Some(rule) => rule,
        None => present(&app, &id).await?.rule,
    };
    check_rule(&rule, &app.kinds)?;
    let _room = app.trials.try_acquire().map_err(|_| {
        Problem::unavailable("too_many_trials", "other rules are being tried; one trial reads much history")
    })?;
    let plan = Plan::new(rule, 0);
    let watched: Vec<DeviceFacts> =
        app.hub.entries().into_iter().map(|entry| facts(&app, entry)).filter(|f| plan.watches(f)).collect();
    let mut answer = AlarmTrialAnswer { devices: watched.len() as u64, ..AlarmTrialAnswer::default() };
    for facts in watched.into_iter().take(DEVICES_LIMIT) {
        if answer.readings >= READINGS_LIMIT {
            break;
        }
        try_on(&app, &plan, facts, (from, to), &mut answer).await?;
        answer.devices_tried += 1;
    }
    answer.truncated |= answer.devices_tried < answer.devices || answer.raised > answer.alarms.len() as u64;
    Ok(JsonAnswer(answer))
}

fn facts(app: &App, entry: Entry) -> DeviceFacts {
    DeviceFacts { zone: (app.zones)(&entry.device), device: entry.device, kind: entry.kind }
}

async fn try_on(
    app: &App,
    plan: &Plan,
    facts: DeviceFacts,
    (from, to): (OffsetDateTime, OffsetDateTime),
    answer: &mut AlarmTrialAnswer,
) -> Result<(), Problem> {
    let device = facts.device.id.clone();
    let streams: Vec<String> = if plan.hears_silence() {
        facts.kind.streams.keys().cloned().collect()
    } else {
        plan.streams().to_vec()
    };
    let (mut readings, mut usual) = (Vec::new(), Vec::new());
    for (place, stream) in streams.iter().enumerate() {
        let query = HistoryQuery {
            device: device.clone(),
            stream: stream.clone(),
            from: Some(from),
            to: Some(to),
            limit: STREAM_LIMIT,
            end: End::Newest,
        };
        let stored = app.store.history(query).await?;
        answer.truncated |= stored.len() >= STREAM_LIMIT as usize;
        answer.readings += stored.len() as u64;
        readings.extend(stored.into_iter().map(|reading| (to_us(reading.time), place, reading)));
        if let Some(band) = app.store.alarm_band(&device, stream).await?.as_ref().and_then(Usual::new) {
            usual.push((stream.clone(), Arc::new(band)));
        }
    }
    let mut trial = Trial::new(plan.rule.clone(), facts, usual, answer.raised + 1);
    // Up to a second of work, which other requests must not wait for.
    let played = tokio::task::spawn_blocking(move || {
        readings.sort_by_key(|(time_us, place, _)| (*time_us, *place));
        for (time_us, place, StoredReading { value, plausible, .. }) in readings {
            trial.observe(Observation { stream: &streams[place], value, time_us, plausible });
        }
        trial.finish(to_us(to))
    });
    let end = played.await.map_err(|_| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))?;
    answer.raised += end.alarms.len() as u64;
    answer.open_s += end.open_s;
    let room = ALARMS_LIMIT - answer.alarms.len();
    answer.alarms.extend(end.alarms.into_iter().take(room));
    Ok(())
}
