//! The table of chunks in SQLite, as the rules of history ask for it. A question costs microseconds, so that
//! most slices are simply gone through.

use std::collections::{HashMap, HashSet};

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use crate::domain::summary::{Summary, Values};
use crate::store::history::SeriesId;
use crate::store::history::recent::Tip;
use crate::store::history::table::{ChunkTable, LastChunk, NewChunk, Outline, StoredChunk, Stretch};
use crate::store::{End, StoreError};

impl ChunkTable for SqliteConnection {
    async fn existing(&mut self, series: &[SeriesId]) -> Result<HashSet<SeriesId>, StoreError> {
        let mut existing = HashSet::new();
        for id in series {
            let known = sqlx::query("SELECT 1 FROM series WHERE id = ?1").bind(id);
            if known.fetch_optional(&mut *self).await?.is_some() {
                existing.insert(*id);
            }
        }
        Ok(existing)
    }

    async fn outlines(&mut self, stretches: &[Stretch]) -> Result<Vec<Outline>, StoreError> {
        let mut outlines = Vec::new();
        for stretch in stretches {
            let rows = sqlx::query(
                "SELECT id, series, first_us, last_us, readings FROM reading_chunk WHERE series = ?1 \
                 AND first_us <= ?3 AND first_us >= coalesce((SELECT max(first_us) FROM reading_chunk \
                 WHERE series = ?1 AND first_us < ?2), ?2) ORDER BY first_us",
            )
            .bind(stretch.series)
            .bind(stretch.from_us)
            .bind(stretch.to_us)
            .fetch_all(&mut *self)
            .await?;
            for row in &rows {
                outlines.push(outline_of(row)?);
            }
        }
        Ok(outlines)
    }

    async fn data_of(&mut self, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, StoreError> {
        let mut data = HashMap::new();
        for id in ids {
            let row = sqlx::query("SELECT data FROM reading_chunk WHERE id = ?1").bind(id);
            data.insert(*id, row.fetch_one(&mut *self).await?.try_get(0)?);
        }
        Ok(data)
    }

    async fn put_apart(&mut self, ids: &[i64]) -> Result<(), StoreError> {
        for id in ids {
            let keep = "INSERT INTO reading_chunk_damaged (series, first_us, last_us, data) \
                 SELECT series, first_us, last_us, data FROM reading_chunk WHERE id = ?1";
            sqlx::query(keep).bind(id).execute(&mut *self).await?;
        }
        Ok(())
    }

    async fn delete(&mut self, ids: &[i64]) -> Result<(), StoreError> {
        for id in ids {
            sqlx::query("DELETE FROM reading_chunk WHERE id = ?1").bind(id).execute(&mut *self).await?;
        }
        Ok(())
    }

    async fn insert(&mut self, chunks: &[NewChunk]) -> Result<(), StoreError> {
        for NewChunk { series, summary, data } in chunks {
            let values = summary.values;
            sqlx::query(
                "INSERT INTO reading_chunk \
                 (series, first_us, last_us, readings, plausible, least, most, total, first, last, data) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )
            .bind(series)
            .bind(summary.first_us)
            .bind(summary.last_us)
            .bind(summary.readings as i64)
            .bind(values.map_or(0, |values| values.count as i64))
            .bind(values.map(|values| values.least))
            .bind(values.map(|values| values.most))
            .bind(values.map(|values| values.total))
            .bind(values.map(|values| values.first))
            .bind(values.map(|values| values.last))
            .bind(data)
            .execute(&mut *self)
            .await?;
        }
        Ok(())
    }

    async fn raise_tips(&mut self, tips: &[(SeriesId, Tip)]) -> Result<(), StoreError> {
        for (series, tip) in tips {
            sqlx::query(
                "INSERT INTO series_tip (series, newest_us, latest_us, latest) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (series) DO UPDATE SET newest_us = max(newest_us, excluded.newest_us), \
                 latest = CASE WHEN excluded.latest_us > coalesce(latest_us, excluded.latest_us - 1) \
                 THEN excluded.latest ELSE latest END, \
                 latest_us = CASE WHEN excluded.latest_us > coalesce(latest_us, excluded.latest_us - 1) \
                 THEN excluded.latest_us ELSE latest_us END",
            )
            .bind(series)
            .bind(tip.newest_us)
            .bind(tip.latest.map(|(time_us, _)| time_us))
            .bind(tip.latest.map(|(_, value)| value))
            .execute(&mut *self)
            .await?;
        }
        Ok(())
    }

    async fn drop_tip(&mut self, series: SeriesId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM series_tip WHERE series = ?1").bind(series).execute(self).await?;
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
                "SELECT first_us, last_us, data FROM reading_chunk WHERE series = ?1 AND first_us >= \
                 coalesce((SELECT max(first_us) FROM reading_chunk WHERE series = ?1 AND first_us <= ?2), ?2) \
                 AND first_us <= ?3 AND last_us >= ?2 ORDER BY first_us DESC LIMIT ?4",
            ),
            End::Oldest => sqlx::query(
                "SELECT first_us, last_us, data FROM reading_chunk WHERE series = ?1 AND first_us >= \
                 coalesce((SELECT max(first_us) FROM reading_chunk WHERE series = ?1 AND first_us <= ?2), ?2) \
                 AND first_us <= ?3 AND last_us >= ?2 ORDER BY first_us LIMIT ?4",
            ),
        };
        let query = query.bind(stretch.series).bind(stretch.from_us).bind(stretch.to_us).bind(limit);
        query.fetch_all(self).await?.iter().map(chunk_of).collect()
    }

    async fn summaries(&mut self, stretch: Stretch, limit: i64) -> Result<Vec<Summary>, StoreError> {
        let query = sqlx::query(
            "SELECT first_us, last_us, readings, plausible, least, most, total, first, last FROM reading_chunk \
             WHERE series = ?1 AND first_us >= \
             coalesce((SELECT max(first_us) FROM reading_chunk WHERE series = ?1 AND first_us <= ?2), ?2) \
             AND first_us <= ?3 AND last_us >= ?2 ORDER BY first_us LIMIT ?4",
        );
        let query = query.bind(stretch.series).bind(stretch.from_us).bind(stretch.to_us).bind(limit);
        query.fetch_all(self).await?.iter().map(summary_of).collect()
    }

    async fn counts(&mut self) -> Result<HashMap<SeriesId, u64>, StoreError> {
        let query = sqlx::query("SELECT series, sum(readings) FROM reading_chunk GROUP BY series");
        let rows = query.fetch_all(self).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)? as u64))).collect()
    }

    async fn last_chunks(
        &mut self,
        wanted: &[(SeriesId, i64)],
        with_values: bool,
    ) -> Result<Vec<Option<LastChunk>>, StoreError> {
        // All in one statement: going to SQLite's thread and back costs more than finding a chunk.
        let query = sqlx::query(
            "SELECT first_us, last_us, readings, plausible, least, most, total, first, last, \
             CASE WHEN last_us <= want.value ->> 1 AND plausible = readings THEN NULL ELSE data END, want.key \
             FROM json_each(?1) AS want JOIN reading_chunk AS chunk ON chunk.id = (SELECT id FROM reading_chunk \
             WHERE series = want.value ->> 0 AND first_us <= want.value ->> 1 AND plausible >= ?2 \
             ORDER BY first_us DESC LIMIT 1)",
        );
        let query = query.bind(serde_json::json!(wanted).to_string()).bind(i64::from(with_values));
        let mut found: Vec<Option<LastChunk>> = wanted.iter().map(|_| None).collect();
        for row in query.fetch_all(self).await? {
            let place = usize::try_from(row.try_get::<i64, _>(10)?).ok().and_then(|key| found.get_mut(key));
            if let Some(place) = place {
                *place = Some(last_chunk_of(&row)?);
            }
        }
        Ok(found)
    }

    async fn chunk_at(&mut self, series: SeriesId, first_us: i64) -> Result<Vec<u8>, StoreError> {
        let query = sqlx::query("SELECT data FROM reading_chunk WHERE series = ?1 AND first_us = ?2");
        Ok(query.bind(series).bind(first_us).fetch_one(self).await?.try_get(0)?)
    }

    async fn chunk_before(
        &mut self,
        series: SeriesId,
        time_us: i64,
    ) -> Result<Option<StoredChunk>, StoreError> {
        let query = sqlx::query(
            "SELECT first_us, last_us, data FROM reading_chunk \
             WHERE series = ?1 AND first_us <= ?2 ORDER BY first_us DESC LIMIT 1",
        );
        let row = query.bind(series).bind(time_us).fetch_optional(self).await?;
        row.as_ref().map(chunk_of).transpose()
    }

    async fn delete_within(&mut self, stretch: Stretch) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "DELETE FROM reading_chunk WHERE series = ?1 AND first_us BETWEEN ?2 AND ?3 AND last_us <= ?3 \
             RETURNING readings",
        );
        let query = query.bind(stretch.series).bind(stretch.from_us).bind(stretch.to_us);
        let rows = query.fetch_all(self).await?;
        let counts = rows.iter().map(|row| Ok(row.try_get::<i64, _>(0)?.unsigned_abs()));
        counts.sum::<Result<u64, sqlx::Error>>().map_err(StoreError::from)
    }

    async fn take_touched(&mut self, stretch: Stretch) -> Result<Vec<Vec<u8>>, StoreError> {
        let query = sqlx::query(
            "DELETE FROM reading_chunk WHERE series = ?1 AND first_us <= ?3 AND last_us >= ?2 RETURNING data",
        );
        let query = query.bind(stretch.series).bind(stretch.from_us).bind(stretch.to_us);
        query.fetch_all(self).await?.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    async fn delete_damaged(&mut self, stretch: Stretch) -> Result<(), StoreError> {
        let query = sqlx::query(
            "DELETE FROM reading_chunk_damaged WHERE series = ?1 AND first_us <= ?3 AND last_us >= ?2",
        );
        query.bind(stretch.series).bind(stretch.from_us).bind(stretch.to_us).execute(self).await?;
        Ok(())
    }

    async fn newest(&mut self, series: SeriesId) -> Result<Option<i64>, StoreError> {
        let query = sqlx::query("SELECT max(last_us) FROM reading_chunk WHERE series = ?1").bind(series);
        Ok(query.fetch_one(self).await?.try_get(0)?)
    }

    async fn last_plausible(&mut self, series: SeriesId) -> Result<Option<(Summary, Vec<u8>)>, StoreError> {
        let query = sqlx::query(
            "SELECT first_us, last_us, readings, plausible, least, most, total, first, last, data \
             FROM reading_chunk WHERE series = ?1 AND plausible > 0 ORDER BY first_us DESC LIMIT 1",
        );
        let row = query.bind(series).fetch_optional(self).await?;
        row.map(|row| Ok((summary_of(&row)?, row.try_get(9)?))).transpose()
    }
}

fn outline_of(row: &SqliteRow) -> Result<Outline, StoreError> {
    Ok(Outline {
        id: row.try_get(0)?,
        series: row.try_get(1)?,
        first_us: row.try_get(2)?,
        last_us: row.try_get(3)?,
        readings: row.try_get::<i64, _>(4)? as usize,
    })
}

fn chunk_of(row: &SqliteRow) -> Result<StoredChunk, StoreError> {
    Ok(StoredChunk { first_us: row.try_get(0)?, last_us: row.try_get(1)?, data: row.try_get(2)? })
}

/// The chunk in the columns of a summary and `data`.
fn last_chunk_of(row: &SqliteRow) -> Result<LastChunk, StoreError> {
    Ok(LastChunk { summary: summary_of(row)?, data: row.try_get(9)? })
}

/// The summary in the columns `first_us`, `last_us`, `readings`, `plausible`, `least`, `most`, `total`,
/// `first` and `last`.
fn summary_of(row: &SqliteRow) -> Result<Summary, StoreError> {
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
