//! Lists and counts of alarms. What a list asks for most, those that are not over and those of one device,
//! is found by an index of its own; every other condition is looked at row by row.

use std::borrow::Cow;

use sqlx::Row;
use sqlx::postgres::{PgArguments, Postgres};
use sqlx::query::Query;
use twin_schemas::alarm::{Alarm, AlarmState};

use super::super::{PostgresStore, maybe};
use super::data_of;
use crate::store::codec::{level_of, number_of, parsed, to_us, word};
use crate::store::{AlarmCount, AlarmQuery, StoreError};

/// The conditions of an [`AlarmQuery`], in the order in which they are bound.
macro_rules! conditions {
    () => {
        "($1::text[] = '{}' OR state = ANY($1)) AND ($2 IS NULL OR level = $2) AND ($3 IS NULL OR rule = $3) \
         AND ($4 IS NULL OR device = $4) AND ($5 IS NULL OR kind = $5) AND ($6 IS NULL OR zone = $6) \
         AND ($7 IS NULL OR east_m BETWEEN $7 AND $8 AND north_m BETWEEN $9 AND $10) \
         AND opened_us BETWEEN $11 AND $12"
    };
}

macro_rules! page {
    ($first:literal) => {
        concat!(
            "SELECT data::text FROM alarm WHERE ",
            $first,
            conditions!(),
            " AND id < $13 ORDER BY id DESC LIMIT $14"
        )
    };
}

/// Alarms, newest first.
pub(super) async fn alarms(store: &PostgresStore, asked: AlarmQuery) -> Result<Vec<Alarm>, StoreError> {
    let only_active = !asked.states.is_empty() && !asked.states.contains(&AlarmState::Cleared);
    let text = match (asked.device.is_some(), only_active) {
        (true, _) => page!("device = $4 AND "),
        (false, true) => page!("state <> 'cleared' AND "),
        (false, false) => page!(""),
    };
    let before = asked.before.and_then(|id| i64::try_from(id).ok()).unwrap_or(i64::MAX);
    let limit = asked.limit;
    let rows =
        bound(sqlx::query(text), &asked)?.bind(before).bind(i64::from(limit)).fetch_all(&store.pool).await?;
    rows.iter().map(data_of).collect()
}

/// How many there are by level and state.
pub(super) async fn counts(store: &PostgresStore, asked: AlarmQuery) -> Result<Vec<AlarmCount>, StoreError> {
    let text = concat!(
        "SELECT level, state, count(*) FROM alarm WHERE ",
        conditions!(),
        " GROUP BY state, level ORDER BY state, level"
    );
    let rows = bound(sqlx::query(text), &asked)?.fetch_all(&store.pool).await?;
    let count = rows.iter().map(|row| {
        Ok(AlarmCount {
            level: level_of(row.try_get(0)?)?,
            state: parsed("a state", &format!("\"{}\"", row.try_get::<&str, _>(1)?))?,
            alarms: row.try_get::<i64, _>(2)? as u64,
        })
    });
    count.collect()
}

fn bound<'q>(
    query: Query<'q, Postgres, PgArguments>,
    asked: &AlarmQuery,
) -> Result<Query<'q, Postgres, PgArguments>, StoreError> {
    let states: Vec<String> = asked.states.iter().map(word).collect::<Result<_, _>>()?;
    let bounds = asked.bounds;
    Ok(query
        .bind(states)
        .bind(asked.level.map(number_of))
        .bind(maybe(asked.rule.as_ref()).map(Cow::into_owned))
        .bind(maybe(asked.device.as_ref()).map(Cow::into_owned))
        .bind(maybe(asked.kind.as_ref()).map(Cow::into_owned))
        .bind(maybe(asked.zone.as_ref()).map(Cow::into_owned))
        .bind(bounds.map(|bounds| bounds.min_east_m))
        .bind(bounds.map(|bounds| bounds.max_east_m))
        .bind(bounds.map(|bounds| bounds.min_north_m))
        .bind(bounds.map(|bounds| bounds.max_north_m))
        .bind(asked.from.map_or(i64::MIN, to_us))
        .bind(asked.to.map_or(i64::MAX, to_us)))
}
