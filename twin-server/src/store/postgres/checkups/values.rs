//! What indicators are at objects.

use sqlx::postgres::{PgConnection, PgRow, Postgres};
use sqlx::{QueryBuilder, Row};
use twin_schemas::checkups::IndicatorValue;

use super::super::{PostgresStore, column, maybe, text};
use crate::store::codec::{from_us, json, parsed, to_us, word};
use crate::store::{CheckUpStored, StoreError, ValueChange, ValueCounts, ValueQuery};

/// The rows of one statement, over what is there; a row that is kept is left out by the condition behind it.
macro_rules! put {
    ($kept:literal) => {
        concat!(
            "INSERT INTO check_up_value (check_up, indicator, object, value, source, at_us, actor, remark, photos) \
             SELECT $1, new.indicator, new.object, new.value, new.source, new.at_us, new.actor, new.remark, \
             new.photos::json FROM unnest($2::text[], $3::text[], $4::float8[], $5::text[], $6::bigint[], \
             $7::text[], $8::text[], $9::text[]) \
             AS new (indicator, object, value, source, at_us, actor, remark, photos) \
             ON CONFLICT (check_up, indicator, object) DO UPDATE SET value = excluded.value, \
             source = excluded.source, at_us = excluded.at_us, actor = excluded.actor, \
             remark = excluded.remark, photos = excluded.photos",
            $kept
        )
    };
}

/// Puts and takes out values.
pub(super) async fn put(
    connection: &mut PgConnection,
    change: &ValueChange,
) -> Result<CheckUpStored, StoreError> {
    let check_up = change.check_up as i64;
    let query = sqlx::query("SELECT 1 FROM check_up WHERE id = $1 AND version = $2");
    let query = query.bind(check_up).bind(i64::from(change.version));
    if query.fetch_optional(&mut *connection).await?.is_none() {
        return Ok(CheckUpStored::Stale);
    }
    for value in &change.put {
        for photo in &value.photos {
            let query = "UPDATE attachment SET check_up = $1 WHERE sort = 'photo' AND id = $2 AND report IS NULL AND project IS NULL \
                         AND (check_up = $1 OR check_up IS NULL AND owner = $3)";
            let query = sqlx::query(query).bind(check_up).bind(text(photo)).bind(text(&value.by));
            if query.execute(&mut *connection).await?.rows_affected() == 0 {
                return Ok(CheckUpStored::UnknownPhoto);
            }
        }
    }
    for (indicator, object) in &change.taken_out {
        let query = "DELETE FROM check_up_value WHERE check_up = $1 AND indicator = $2 AND object = $3";
        let query = sqlx::query(query).bind(check_up).bind(text(indicator)).bind(text(object));
        query.execute(&mut *connection).await?;
    }
    if !change.put.is_empty() {
        put_all(connection, check_up, change).await?;
    }
    Ok(CheckUpStored::Yes)
}

async fn put_all(
    connection: &mut PgConnection,
    check_up: i64,
    change: &ValueChange,
) -> Result<(), StoreError> {
    let values = &change.put;
    let (mut sources, mut photos) = (Vec::new(), Vec::new());
    for value in values {
        sources.push(word(value.source)?);
        photos.push(if value.photos.is_empty() { None } else { Some(json(&value.photos)?) });
    }
    let query = if change.keeps_given { put!(" WHERE check_up_value.source = 'computed'") } else { put!("") };
    sqlx::query(query)
        .bind(check_up)
        .bind(column(values, |value| text(&value.indicator)))
        .bind(column(values, |value| text(&value.object)))
        .bind(column(values, |value| value.value))
        .bind(sources)
        .bind(column(values, |value| to_us(value.at)))
        .bind(column(values, |value| text(&value.by)))
        .bind(column(values, |value| maybe(value.remark.as_ref())))
        .bind(photos)
        .execute(connection)
        .await?;
    Ok(())
}

/// Values, by indicator and object.
pub(super) async fn list(
    store: &PostgresStore,
    asked: ValueQuery,
) -> Result<Vec<IndicatorValue>, StoreError> {
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT indicator, object, value, source, at_us, actor, remark, photos::text FROM check_up_value \
         WHERE check_up = ",
    );
    query.push_bind(asked.check_up as i64);
    if let Some(indicator) = asked.indicator {
        query.push(" AND indicator = ").push_bind(text(&indicator).into_owned());
    }
    if let Some(object) = asked.object {
        query.push(" AND object = ").push_bind(text(&object).into_owned());
    }
    if let Some((indicator, object)) = asked.after {
        query.push(" AND (indicator, object) > (").push_bind(text(&indicator).into_owned());
        query.push(", ").push_bind(text(&object).into_owned()).push(")");
    }
    query.push(" ORDER BY indicator, object LIMIT ").push_bind(i64::from(asked.limit));
    query.build().fetch_all(&store.pool).await?.iter().map(value_of).collect()
}

fn value_of(row: &PgRow) -> Result<IndicatorValue, StoreError> {
    let photos: Option<&str> = row.try_get(7)?;
    Ok(IndicatorValue {
        indicator: row.try_get(0)?,
        object: row.try_get(1)?,
        value: row.try_get(2)?,
        source: parsed("source of a value", &format!("\"{}\"", row.try_get::<&str, _>(3)?))?,
        at: from_us(row.try_get(4)?)?,
        by: row.try_get(5)?,
        remark: row.try_get(6)?,
        photos: photos.map_or(Ok(Vec::new()), |photos| parsed("photographs of a value", photos))?,
    })
}

/// How many values each indicator has.
pub(super) async fn count(store: &PostgresStore, check_up: u64) -> Result<Vec<(String, u64)>, StoreError> {
    let query = "SELECT indicator, count(*) FROM check_up_value WHERE check_up = $1 \
                 GROUP BY indicator ORDER BY indicator";
    let rows = sqlx::query(query).bind(check_up as i64).fetch_all(&store.pool).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)? as u64))).collect()
}

/// How the values of a check-up stand to those of one before.
pub(super) async fn compare(
    store: &PostgresStore,
    before: u64,
    now: u64,
    indicator: Option<&str>,
) -> Result<Vec<ValueCounts>, StoreError> {
    let query = "SELECT coalesce(n.indicator, b.indicator) AS code, \
         count(*) FILTER (WHERE n.value > b.value), count(*) FILTER (WHERE n.value < b.value), \
         count(*) FILTER (WHERE n.value = b.value), count(*) FILTER (WHERE b.value IS NULL), \
         count(*) FILTER (WHERE n.value IS NULL) \
         FROM (SELECT * FROM check_up_value WHERE check_up = $1 AND ($3::text IS NULL OR indicator = $3)) AS b \
         FULL JOIN (SELECT * FROM check_up_value WHERE check_up = $2 AND ($3::text IS NULL OR indicator = $3)) AS n \
         ON n.indicator = b.indicator AND n.object = b.object GROUP BY code ORDER BY code";
    let query = sqlx::query(query).bind(before as i64).bind(now as i64).bind(indicator);
    let counts = query.fetch_all(&store.pool).await?;
    let counts = counts.iter().map(|row| {
        let count = |at: usize| Ok::<_, StoreError>(row.try_get::<i64, _>(at)? as u64);
        Ok(ValueCounts {
            indicator: row.try_get(0)?,
            greater: count(1)?,
            lesser: count(2)?,
            same: count(3)?,
            new: count(4)?,
            gone: count(5)?,
        })
    });
    counts.collect()
}
