//! `/api/v1/devices/{id}/aggregates` and `/api/v1/aggregates`: the history of a stream, or of several, in steps, for
//! charts and sums.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::extract::{Path, Query};
use super::readings::{instant, offset_of, stream_of};
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::domain::summary::{Bucket, Grid};
use crate::store::AggregateQuery;

/// Most steps of a stream in one answer.
const STEPS_LIMIT: u64 = 10_000;
/// Most streams in one answer.
const STREAMS_LIMIT: usize = 100;
/// Most steps of all of them: some 15 MB.
const ALL_STEPS_LIMIT: u64 = 100_000;
/// Steps if neither their length nor their number is asked for.
const POINTS_DEFAULT: u32 = 500;
/// Lengths of step that people read easily, in seconds.
const EASY_STEPS_S: [i64; 16] =
    [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800];
const MICROSECONDS: i64 = 1_000_000;

/// Which stretch of history to sum up, and how finely.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AggregatesQuery {
    /// Id of the stream.
    stream: String,
    /// Earliest instant, included, RFC 3339.
    #[param(format = DateTime)]
    from: String,
    /// Latest instant, included, RFC 3339; now if it is not given.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
    /// Length of a step in seconds.
    #[param(minimum = 1)]
    step_s: Option<u32>,
    /// In place of `step_s`: about how many steps, at most; 1 to 10,000, default 500. The step is then one
    /// that people read easily, such as 5 min.
    #[param(minimum = 1, maximum = 10_000)]
    points: Option<u32>,
    /// Offset of the time zone whose midnight steps are counted from, such as `+08:00`; UTC by default.
    utc_offset: Option<String>,
}

/// Which streams to sum up, over which stretch of history, and how finely.
// The fields that it has in common stand twice: `flatten` would neither refuse unknown names nor read numbers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ManyAggregatesQuery {
    /// The streams as `device:stream`, up to 100, with `,` between them.
    streams: String,
    /// Earliest instant, included, RFC 3339.
    #[param(format = DateTime)]
    from: String,
    /// Latest instant, included, RFC 3339; now if it is not given.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
    /// Length of a step in seconds.
    #[param(minimum = 1)]
    step_s: Option<u32>,
    /// In place of `step_s`: about how many steps, at most; 1 to 10,000, default 500. The step is then one
    /// that people read easily, such as 5 min.
    #[param(minimum = 1, maximum = 10_000)]
    points: Option<u32>,
    /// Offset of the time zone whose midnight steps are counted from, such as `+08:00`; UTC by default.
    utc_offset: Option<String>,
}

/// The history of several streams in the same steps.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ManyAggregates {
    /// Length of a step in seconds.
    step_s: i64,
    /// What was asked for and is there, in the order of the question.
    streams: Vec<Aggregates>,
    /// What was asked for and is not there: no such device, or a device without such a stream.
    unknown: Vec<String>,
}

/// A stream's history in steps.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Aggregates {
    /// Id of the device.
    device: String,
    /// Id of the stream.
    stream: String,
    /// Length of a step in seconds.
    step_s: i64,
    /// The steps that hold readings, in the order of time.
    steps: Vec<Step>,
}

/// What one step holds. Without plausible readings it has counts alone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Step {
    /// Where the step begins.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    time: OffsetDateTime,
    /// Number of readings.
    readings: u64,
    /// Number of plausible readings, of which the values below are.
    count: u64,
    /// Least value.
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    /// Most value.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
    /// Mean value.
    #[serde(skip_serializing_if = "Option::is_none")]
    mean: Option<f64>,
    /// Earliest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<f64>,
    /// Latest value. Less that of the step before, it is what a meter counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<f64>,
}

/// Gives a stream's history in steps: least, most, mean, first and last value of each.
#[utoipa::path(
    get, path = "/api/v1/devices/{id}/aggregates", tag = "readings",
    params(("id" = String, Path, description = "Id of the device"), AggregatesQuery),
    responses(
        (status = 200, body = Aggregates), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn list_aggregates(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(query): Query<AggregatesQuery>,
) -> Result<Json<Aggregates>, Problem> {
    let AggregatesQuery { stream, from, to, step_s, points, utc_offset } = query;
    let stream = stream_of(&app, &id, stream)?;
    let grid = grid_of(&Asked { from, to, step_s, points, utc_offset }, OffsetDateTime::now_utc())?;
    aggregates(&app, id, stream, grid).await.map(Json)
}

/// Gives the history of several streams in the same steps. Those that are not there are named, and the others given.
#[utoipa::path(
    get, path = "/api/v1/aggregates", tag = "readings", params(ManyAggregatesQuery),
    responses((status = 200, body = ManyAggregates), (status = 400, body = ProblemBody))
)]
pub(crate) async fn list_many_aggregates(
    State(app): State<Arc<App>>,
    Query(query): Query<ManyAggregatesQuery>,
) -> Result<Json<ManyAggregates>, Problem> {
    let ManyAggregatesQuery { streams: names, from, to, step_s, points, utc_offset } = query;
    let names: Vec<&str> = names.split(',').map(str::trim).take(STREAMS_LIMIT + 1).collect();
    if names.len() > STREAMS_LIMIT {
        let detail = format!("`streams` names more than {STREAMS_LIMIT} streams, which are the most");
        return Err(Problem::bad_request("too_many_streams", detail));
    }
    let grid = grid_of(&Asked { from, to, step_s, points, utc_offset }, OffsetDateTime::now_utc())?;
    if grid.steps().saturating_mul(names.len() as u64) > ALL_STEPS_LIMIT {
        let (steps, count) = (grid.steps(), names.len());
        let detail = format!("{count} streams have {steps} steps each, at most {ALL_STEPS_LIMIT} are given");
        return Err(Problem::bad_request("too_many_steps", detail).with_hint("take longer steps"));
    }
    let (mut streams, mut unknown) = (Vec::new(), Vec::new());
    for name in names {
        let Some((device, stream)) = name.split_once(':') else {
            let detail = format!("`streams` holds `{name}`, which is no stream of a device");
            return Err(Problem::bad_request("bad_streams", detail)
                .with_hint("write each as `device:stream`, with `,` between them"));
        };
        match stream_of(&app, device, stream.to_owned()) {
            Ok(stream) => streams.push(aggregates(&app, device.to_owned(), stream, grid).await?),
            Err(_) => unknown.push(name.to_owned()),
        }
    }
    Ok(Json(ManyAggregates { step_s: grid.step_us() / MICROSECONDS, streams, unknown }))
}

async fn aggregates(app: &App, device: String, stream: String, grid: Grid) -> Result<Aggregates, Problem> {
    let query = AggregateQuery { device: device.clone(), stream: stream.clone(), grid };
    let buckets = app.store.aggregate(query).await?;
    let steps = buckets.iter().map(step_of).collect::<Result<_, _>>()?;
    Ok(Aggregates { device, stream, step_s: grid.step_us() / MICROSECONDS, steps })
}

/// A stretch and its steps, as they are asked for.
struct Asked {
    from: String,
    to: Option<String>,
    step_s: Option<u32>,
    points: Option<u32>,
    utc_offset: Option<String>,
}

fn grid_of(query: &Asked, now: OffsetDateTime) -> Result<Grid, Problem> {
    let from = instant("from", Some(&query.from))?.unwrap_or(now);
    let to = instant("to", query.to.as_deref())?.unwrap_or(now);
    if from > to {
        return Err(Problem::bad_request("bad_time", "`from` is later than `to`"));
    }
    let step_s = match (query.step_s, query.points) {
        (Some(_), Some(_)) => {
            return Err(Problem::bad_request("bad_step", "give `step_s` or `points`, not both"));
        }
        (Some(step_s), None) => i64::from(step_s),
        (None, points) => easy_step((to - from).whole_seconds(), points.unwrap_or(POINTS_DEFAULT))?,
    };
    let zone = offset_of(query.utc_offset.as_deref())?;
    let origin_us = -i64::from(zone.whole_seconds()) * MICROSECONDS;
    let grid =
        Grid::new(microseconds(from), microseconds(to), step_s.saturating_mul(MICROSECONDS), origin_us);
    let grid = grid.ok_or_else(|| Problem::bad_request("bad_step", "`step_s` is at least 1"))?;
    if grid.steps() > STEPS_LIMIT {
        let detail = format!("the stretch has {} steps, at most {STEPS_LIMIT} are given", grid.steps());
        return Err(Problem::bad_request("too_many_steps", detail).with_hint("take longer steps"));
    }
    Ok(grid)
}

/// The shortest easy step that divides a stretch into no more steps than asked for.
fn easy_step(length_s: i64, points: u32) -> Result<i64, Problem> {
    if !(1..=STEPS_LIMIT).contains(&u64::from(points)) {
        let detail = format!("`points` is {points}, 1 to {STEPS_LIMIT} are given");
        return Err(Problem::bad_request("bad_step", detail));
    }
    let least = length_s / i64::from(points) + 1;
    let easy = EASY_STEPS_S.into_iter().find(|step| *step >= least);
    let week = 604_800;
    Ok(easy.unwrap_or((least + week - 1) / week * week))
}

fn microseconds(time: OffsetDateTime) -> i64 {
    (time.unix_timestamp_nanos() / 1_000) as i64
}

fn step_of(bucket: &Bucket) -> Result<Step, Problem> {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(bucket.begin_us) * 1_000)
        .map_err(|_| Problem::bad_request("bad_time", "a step begins before the calendar does"))?;
    let values = bucket.summary.values;
    Ok(Step {
        time,
        readings: bucket.summary.readings,
        count: values.map_or(0, |values| values.count),
        min: values.map(|values| values.least),
        max: values.map(|values| values.most),
        mean: values.map(|values| values.mean()),
        first: values.map(|values| values.first),
        last: values.map(|values| values.last),
    })
}

#[cfg(test)]
mod tests {
    use time::UtcOffset;

    use super::*;

    #[test]
    fn steps_are_easy_to_read_and_no_more_than_asked_for() {
        for (length_s, points, step_s) in [
            (0, 500, 1),
            (499, 500, 1),
            (500, 500, 2),
            (86_400, 500, 300),
            (30 * 86_400, 500, 10_800),
            (3_000 * 86_400, 100, 5 * 604_800),
        ] {
            assert_eq!(easy_step(length_s, points).unwrap(), step_s, "{length_s} s in {points}");
            assert!(length_s / step_s < i64::from(points));
        }
        assert!(easy_step(10, 0).is_err() && easy_step(10, 10_001).is_err());
    }

    #[test]
    fn offsets_are_read_as_people_write_them_into_addresses() {
        assert_eq!(offset_of(Some("+08:00")).unwrap(), UtcOffset::from_hms(8, 0, 0).unwrap());
        assert_eq!(offset_of(Some(" 08:00")).unwrap(), UtcOffset::from_hms(8, 0, 0).unwrap());
        assert_eq!(offset_of(Some("-03:30")).unwrap(), UtcOffset::from_hms(-3, -30, 0).unwrap());
        assert!(offset_of(Some("8")).is_err() && offset_of(Some("+99:00")).is_err());
    }
}
