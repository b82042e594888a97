//! `/api/v1/devices/{id}/aggregates`: a stream's history in steps, for charts and sums.

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

/// Most steps in one answer.
const STEPS_LIMIT: u64 = 10_000;
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
    let stream = stream_of(&app, &id, query.stream.clone())?;
    let grid = grid_of(&query, OffsetDateTime::now_utc())?;
    let buckets =
        app.store.aggregate(AggregateQuery { device: id.clone(), stream: stream.clone(), grid }).await?;
    let steps = buckets.iter().map(step_of).collect::<Result<_, _>>()?;
    Ok(Json(Aggregates { device: id, stream, step_s: grid.step_us() / MICROSECONDS, steps }))
}

fn grid_of(query: &AggregatesQuery, now: OffsetDateTime) -> Result<Grid, Problem> {
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
