//! The table of chunks in `PostgreSQL`, as the rules of history ask for it: a slice of series in one round trip.

use std::collections::{HashMap, HashSet};

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use super::column;
use crate::domain::summary::{Summary, Values};
use crate::store::history::SeriesId;
use crate::store::history::recent::Tip;
use crate::store::history::table::{ChunkTable, LastChunk, NewChunk, Outline, StoredChunk, Stretch};
use crate::store::{End, StoreError};

impl ChunkTable for PgConnection {
    async fn existing(&mut self, series: &[SeriesId]) -> Result<HashSet<SeriesId>, StoreError> {
        let query = sqlx::query("SELECT id FROM series WHERE id = ANY($1)").bind(series);
        query.fetch_all(self).await?.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    async fn outlines(&mut self, stretches: &[Stretch]) -> Result<Vec<Outline>, StoreError> {
        if stretches.is_empty() {
            return Ok(Vec::new());
        }
        let query = sqlx::query(
            "SELECT chunk.id, chunk.series, chunk.first_us, chunk.last_us, chunk.readings \
             FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS want (series, from_us, to_us) \
             CROSS JOIN LATERAL (SELECT id, series, first_us, last_us, readings FROM reading_chunk \
             WHERE series = want.series \
             AND first_us <= want.to_us AND first_us >= coalesce((SELECT max(first_us) FROM reading_chunk \
             WHERE series = want.series AND first_us < want.from_us), want.from_us)) AS chunk \
             ORDER BY chunk.series, chunk.first_us",
        )
        .bind(column(stretches, |stretch| stretch.series))
        .bind(column(stretches, |stretch| stretch.from_us))
        .bind(column(stretches, |stretch| stretch.to_us));
        query.fetch_all(self).await?.iter().map(outline_of).collect()
    }

    async fn data_of(&mut self, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, StoreError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let query = sqlx::query("SELECT id, data FROM reading_chunk WHERE id = ANY($1)").bind(ids);
        let rows = query.fetch_all(self).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    async fn put_apart(&mut self, ids: &[i64]) -> Result<(), StoreError> {
        if !ids.is_empty() {
            let keep = "INSERT INTO reading_chunk_damaged (series, first_us, last_us, data) \
                 SELECT series, first_us, last_us, data FROM reading_chunk WHERE id = ANY($1)";
            sqlx::query(keep).bind(ids).execute(self).await?;
        }
        Ok(())
    }

    async fn delete(&mut self, ids: &[i64]) -> Result<(), StoreError> {
        if !ids.is_empty() {
            sqlx::query("DELETE FROM reading_chunk WHERE id = ANY($1)").bind(ids).execute(self).await?;
        }
        Ok(())
    }

    async fn insert(&mut self, chunks: &[NewChunk]) -> Result<(), StoreError> {
        if chunks.is_empty() {
            return Ok(());
        }
        let values = |of: fn(&Values) -> f64| column(chunks, |chunk| chunk.summary.values.as_ref().map(of));
        sqlx::query(
            "INSERT INTO reading_chunk \
             (series, first_us, last_us, readings, plausible, least, most, total, first, last, data) \
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], \
             $6::float8[], $7::float8[], $8::float8[], $9::float8[], $10::float8[], $11::bytea[])",
        )
        .bind(column(chunks, |chunk| chunk.series))
        .bind(column(chunks, |chunk| chunk.summary.first_us))
        .bind(column(chunks, |chunk| chunk.summary.last_us))
        .bind(column(chunks, |chunk| chunk.summary.readings as i64))
        .bind(column(chunks, |chunk| chunk.summary.values.map_or(0, |values| values.count as i64)))
        .bind(values(|values| values.least))
        .bind(values(|values| values.most))
        .bind(values(|values| values.total))
        .bind(values(|values| values.first))
        .bind(values(|values| values.last))
        .bind(column(chunks, |chunk| chunk.data.as_slice()))
        .execute(self)
        .await?;
        Ok(())
    }

    async fn raise_tips(&mut self, tips: &[(SeriesId, Tip)]) -> Result<(), StoreError> {
        if tips.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO series_tip AS tip (series, newest_us, latest_us, latest) \
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::float8[]) \
             ON CONFLICT (series) DO UPDATE SET newest_us = greatest(tip.newest_us, excluded.newest_us), \
             latest = CASE WHEN excluded.latest_us > tip.latest_us OR tip.latest_us IS NULL \
             THEN excluded.latest ELSE tip.latest END, \
             latest_us = greatest(tip.latest_us, excluded.latest_us)",
        )
        .bind(column(tips, |(series, _)| *series))
        .bind(column(tips, |(_, tip)| tip.newest_us))
        .bind(column(tips, |(_, tip)| tip.latest.map(|(time_us, _)| time_us)))
        .bind(column(tips, |(_, tip)| tip.latest.map(|(_, value)| value)))
        .execute(self)
        .await?;
        Ok(())
    }

    async fn drop_tip(&mut self, series: SeriesId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM series_tip WHERE series = $1").bind(series).execute(self).await?;
        Ok(())
    }

    async fn chunks(
        &mut self,
        stretch: Stretch,
        end: End,
        limit: i64,
    ) -> Result<Vec<StoredChunk>, StoreError> {
        let query = match end {
            End::Newest => sqlx::query(
                "SELECT first_us, last_us, data FROM reading_chunk WHERE series = $1 AND first_us >= \
                 coalesce((SELECT max(first_us) FROM reading_chunk WHERE series = $1 AND first_us <= $2), $2) \
                 AND first_us <= $3 AND last_us >= $2 ORDER BY first_us DESC LIMIT $4",
            ),
            End::Oldest => sqlx::query(
                "SELECT first_us, last_us, data FROM reading_chunk WHERE series = $1 AND first_us >= \
                 coalesce((SELECT max(first_us) FROM reading_chunk WHERE series = $1 AND first_us <= $2), $2) \
                 AND first_us <= $3 AND last_us >= $2 ORDER BY first_us LIMIT $4",
            ),
        };
        let query = query.bind(stretch.series).bind(stretch.from_us).bind(stretch.to_us).bind(limit);
        query.fetch_all(self).await?.iter().map(chunk_of).collect()
    }

    async fn summaries(&mut self, stretch: Stretch, limit: i64) -> Result<Vec<Summary>, StoreError> {
        let query = sqlx::query(
            "SELECT first_us, last_us, readings, plausible, least, most, total, first, last FROM reading_chunk \
             WHERE series = $1 AND first_us >= \
             coalesce((SELECT max(first_us) FROM reading_chunk WHERE series = $1 AND first_us <= $2), $2) \
             AND first_us <= $3 AND last_us >= $2 ORDER BY first_us LIMIT $4",
        );
        let query = query.bind(stretch.series).bind(stretch.from_us).bind(stretch.to_us).bind(limit);
        query.fetch_all(self).await?.iter().map(summary_of).collect()
    }

    async fn counts(&mut self) -> Result<HashMap<SeriesId, u64>, StoreError> {
        let query = sqlx::query("SELECT series, sum(readings)::bigint FROM reading_chunk GROUP BY series");
        let rows = query.fetch_all(self).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)? as u64))).collect()
    }

    async fn last_chunks(
        &mut self,
        wanted: &[(SeriesId, i64)],
        with_values: bool,
    ) -> Result<Vec<Option<LastChunk>>, StoreError> {
        let query = sqlx::query(
            "SELECT chunk.first_us, chunk.last_us, chunk.readings, chunk.plausible, chunk.least, chunk.most, \
             chunk.total, chunk.first, chunk.last, chunk.data \
             FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS want (series, until_us, place) \
             LEFT JOIN LATERAL (SELECT first_us, last_us, readings, plausible, least, most, total, first, last, \
             CASE WHEN last_us <= want.until_us AND plausible = readings THEN NULL ELSE data END AS data \
             FROM reading_chunk WHERE series = want.series AND first_us <= want.until_us AND plausible >= $3 \
             ORDER BY first_us DESC LIMIT 1) AS chunk ON true ORDER BY want.place",
        )
        .bind(column(wanted, |(series, _)| *series))
        .bind(column(wanted, |(_, until_us)| *until_us))
        .bind(i64::from(with_values));
        let chunk = |row: &PgRow| match row.try_get::<Option<i64>, _>(0)? {
            Some(_) => last_chunk_of(row).map(Some),
            None => Ok(None),
        };
        query.fetch_all(self).await?.iter().map(chunk).collect()
    }

    async fn chunk_at(&mut self, series: SeriesId, first_us: i64) -> Result<Vec<u8>, StoreError> {
        let query = sqlx::query("SELECT data FROM reading_chunk WHERE series = $1 AND first_us = $2");
        Ok(query.bind(series).bind(first_us).fetch_one(self).await?.try_get(0)?)
    }

    async fn chunk_before(
        &mut self,
        series: SeriesId,
        time_us: i64,
    ) -> Result<Option<StoredChunk>, StoreError> {
        let query = sqlx::query(
            "SELECT first_us, last_us, data FROM reading_chunk \
             WHERE series = $1 AND first_us <= $2 ORDER BY first_us DESC LIMIT 1",
        );
        let row = query.bind(series).bind(time_us).fetch_optional(self).await?;
        row.as_ref().map(chunk_of).transpose()
    }

    async fn delete_within(&mut self, stretch: Stretch) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "WITH gone AS (DELETE FROM reading_chunk WHERE series = $1 AND first_us BETWEEN $2 AND $3 \
             AND last_us <= $3 RETURNING readings) SELECT coalesce(sum(readings), 0)::bigint FROM gone",
        );
        let query = query.bind(stretch.series).bind(stretch.from_us).bind(stretch.to_us);
        Ok(query.fetch_one(self).await?.try_get::<i64, _>(0)?.unsigned_abs())
    }

    async fn take_touched(&mut self, stretch: Stretch) -> Result<Vec<Vec<u8>>, StoreError> {
        let query = sqlx::query(
            "DELETE FROM reading_chunk WHERE series = $1 AND first_us <= $3 AND last_us >= $2 RETURNING data",
        );
        let query = query.bind(stretch.series).bind(stretch.from_us).bind(stretch.to_us);
        query.fetch_all(self).await?.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    async fn delete_damaged(&mut self, stretch: Stretch) -> Result<(), StoreError> {
        let query = sqlx::query(
            "DELETE FROM reading_chunk_damaged WHERE series = $1 AND first_us <= $3 AND last_us >= $2",
        );
        query.bind(stretch.series).bind(stretch.from_us).bind(stretch.to_us).execute(self).await?;
        Ok(())
    }

    async fn newest(&mut self, series: SeriesId) -> Result<Option<i64>, StoreError> {
        let query = sqlx::query("SELECT max(last_us) FROM reading_chunk WHERE series = $1").bind(series);
        Ok(query.fetch_one(self).await?.try_get(0)?)
    }

    async fn last_plausible(&mut self, series: SeriesId) -> Result<Option<(Summary, Vec<u8>)>, StoreError> {
        let query = sqlx::query(
            "SELECT first_us, last_us, readings, plausible, least, most, total, first, last, data \
             FROM reading_chunk WHERE series = $1 AND plausible > 0 ORDER BY first_us DESC LIMIT 1",
        );
        let row = query.bind(series).fetch_optional(self).await?;
        row.map(|row| Ok((summary_of(&row)?, row.try_get(9)?))).transpose()
    }
}

fn outline_of(row: &PgRow) -> Result<Outline, StoreError> {
    Ok(Outline {
        id: row.try_get(0)?,
        series: row.try_get(1)?,
        first_us: row.try_get(2)?,
        last_us: row.try_get(3)?,
        readings: row.try_get::<i64, _>(4)? as usize,
    })
}

fn chunk_of(row: &PgRow) -> Result<StoredChunk, StoreError> {
    Ok(StoredChunk { first_us: row.try_get(0)?, last_us: row.try_get(1)?, data: row.try_get(2)? })
}

/// The chunk in the columns of a summary and `data`.
fn last_chunk_of(row: &PgRow) -> Result<LastChunk, StoreError> {
    Ok(LastChunk { summary: summary_of(row)?, data: row.try_get(9)? })
}

/// The summary in the columns `first_us`, `last_us`, `readings`, `plausible`, `least`, `most`, `total`,
/// `first` and `last`.
fn summary_of(row: &PgRow) -> Result<Summary, StoreError> {
    let count: i64 = row.try_get(3)?;
    let values = match count {
        0 => None,
        _ => Some(Values {
            count: count.unsigned_abs(),
            least: row.try_get(4)?,
            most: row.try_get(5)?,
            total: row.try_get(6)?,
            first: row.try_get(7)?,
            last: row.try_get(8)?,
        }),
    };
    let readings = row.try_get::<i64, _>(2)?.unsigned_abs();
    Ok(Summary { first_us: row.try_get(0)?, last_us: row.try_get(1)?, readings, values })
}
