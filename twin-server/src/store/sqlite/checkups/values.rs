//! What indicators are at objects. Rows are written some hundred at a time, for a table of ten thousand should not hold
//! the one writing connection for long.

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, SqliteConnection};
use twin_schemas::checkups::IndicatorValue;

use super::super::SqliteStore;
use crate::store::codec::{from_us, json, parsed, to_us, word};
use crate::store::{CheckUpStored, StoreError, ValueChange, ValueCounts, ValueQuery};

/// Rows of one statement; SQLite takes 32,766 parameters (<https://www.sqlite.org/limits.html>, § 9).
const AT_ONCE: usize = 500;

/// Puts and takes out values.
pub(super) async fn put(
    connection: &mut SqliteConnection,
    change: &ValueChange,
) -> Result<CheckUpStored, StoreError> {
    let check_up = change.check_up as i64;
    let query = sqlx::query("SELECT 1 FROM check_up WHERE id = ?1 AND version = ?2");
    if query.bind(check_up).bind(change.version).fetch_optional(&mut *connection).await?.is_none() {
        return Ok(CheckUpStored::Stale);
    }
    for value in &change.put {
        for photo in &value.photos {
            let query = "UPDATE attachment SET check_up = ?1 WHERE sort = 'photo' AND id = ?2 AND report IS NULL AND project IS NULL \
                         AND (check_up = ?1 OR check_up IS NULL AND owner = ?3)";
            let query = sqlx::query(query).bind(check_up).bind(photo).bind(&value.by);
            if query.execute(&mut *connection).await?.rows_affected() == 0 {
                return Ok(CheckUpStored::UnknownPhoto);
            }
        }
    }
    for (indicator, object) in &change.taken_out {
        let query = "DELETE FROM check_up_value WHERE check_up = ?1 AND indicator = ?2 AND object = ?3";
        sqlx::query(query).bind(check_up).bind(indicator).bind(object).execute(&mut *connection).await?;
    }
    for values in change.put.chunks(AT_ONCE) {
        put_some(connection, check_up, values, change.keeps_given).await?;
    }
    Ok(CheckUpStored::Yes)
}

async fn put_some(
    connection: &mut SqliteConnection,
    check_up: i64,
    values: &[IndicatorValue],
    keeps_given: bool,
) -> Result<(), StoreError> {
    let mut words = Vec::with_capacity(values.len());
    for value in values {
        let photos = if value.photos.is_empty() { None } else { Some(json(&value.photos)?) };
        words.push((value, word(value.source)?, photos));
    }
    let mut query = QueryBuilder::new(
        "INSERT INTO check_up_value (check_up, indicator, object, value, source, at_us, actor, remark, photos) ",
    );
    query.push_values(words, |mut row, (value, source, photos)| {
        row.push_bind(check_up)
            .push_bind(&value.indicator)
            .push_bind(&value.object)
            .push_bind(value.value)
            .push_bind(source)
            .push_bind(to_us(value.at))
            .push_bind(&value.by)
            .push_bind(&value.remark)
            .push_bind(photos);
    });
    query.push(
        " ON CONFLICT DO UPDATE SET value = excluded.value, source = excluded.source, at_us = excluded.at_us, \
         actor = excluded.actor, remark = excluded.remark, photos = excluded.photos",
    );
    if keeps_given {
        query.push(" WHERE check_up_value.source = 'computed'");
    }
    query.build().execute(connection).await?;
    Ok(())
}

/// Values, by indicator and object.
pub(super) async fn list(store: &SqliteStore, asked: ValueQuery) -> Result<Vec<IndicatorValue>, StoreError> {
    // The order of the answer is that of the key, which SQLite would rather go through from end to end.
    let by = if asked.object.is_some() { "INDEXED BY check_up_value_of_object" } else { "" };
    let mut query = QueryBuilder::new(
        "SELECT indicator, object, value, source, at_us, actor, remark, photos FROM check_up_value ",
    );
    query.push(by).push(" WHERE check_up = ").push_bind(asked.check_up as i64);
    if let Some(indicator) = asked.indicator {
        query.push(" AND indicator = ").push_bind(indicator);
    }
    if let Some(object) = asked.object {
        query.push(" AND object = ").push_bind(object);
    }
    if let Some((indicator, object)) = asked.after {
        query.push(" AND (indicator, object) > (").push_bind(indicator);
        query.push(", ").push_bind(object).push(")");
    }
    query.push(" ORDER BY indicator, object LIMIT ").push_bind(asked.limit);
    query.build().fetch_all(store.reader()).await?.iter().map(value_of).collect()
}

fn value_of(row: &SqliteRow) -> Result<IndicatorValue, StoreError> {
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
pub(super) async fn count(store: &SqliteStore, check_up: u64) -> Result<Vec<(String, u64)>, StoreError> {
    let query = "SELECT indicator, count(*) FROM check_up_value WHERE check_up = ?1 \
                 GROUP BY indicator ORDER BY indicator";
    let rows = sqlx::query(query).bind(check_up as i64).fetch_all(store.reader()).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)? as u64))).collect()
}

/// How the values of a check-up stand to those of one before.
pub(super) async fn compare(
    store: &SqliteStore,
    before: u64,
    now: u64,
    indicator: Option<&str>,
) -> Result<Vec<ValueCounts>, StoreError> {
    // Not a full join: SQLite looks through all of one side for each row of the other, without an index.
    let query = "SELECT code, sum(greater), sum(lesser), sum(same), sum(new), sum(gone) FROM (\
         SELECT n.indicator AS code, coalesce(n.value > b.value, 0) AS greater, coalesce(n.value < b.value, 0) AS lesser, \
         coalesce(n.value = b.value, 0) AS same, b.value IS NULL AS new, 0 AS gone \
         FROM check_up_value AS n LEFT JOIN check_up_value AS b \
         ON b.check_up = ?1 AND b.indicator = n.indicator AND b.object = n.object \
         WHERE n.check_up = ?2 AND (?3 IS NULL OR n.indicator = ?3) \
         UNION ALL SELECT b.indicator, 0, 0, 0, 0, 1 FROM check_up_value AS b \
         WHERE b.check_up = ?1 AND (?3 IS NULL OR b.indicator = ?3) AND NOT EXISTS (SELECT 1 FROM check_up_value AS n \
         WHERE n.check_up = ?2 AND n.indicator = b.indicator AND n.object = b.object)) GROUP BY code ORDER BY code";
    let query = sqlx::query(query).bind(before as i64).bind(now as i64).bind(indicator);
    let counts = query.fetch_all(store.reader()).await?;
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
