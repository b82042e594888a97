//! Questions about a stretch of one series: what lies in memory and what lies in chunks, joined.
//!
//! Memory is asked first: what is closed in between then shows in both, and counts once.

use sqlx::Row;

use super::SqliteStore;
use super::history::{Sample, SeriesId, chunk, merged};
use crate::store::StoreError;

/// Chunks that are fetched at a time.
const AT_ONCE: i64 = 8;

impl SqliteStore {
    /// The newest `limit` samples from an instant to another, both included, in the order of time.
    pub(super) async fn newest(
        &self,
        series: SeriesId,
        from_us: i64,
        to_us: i64,
        limit: usize,
    ) -> Result<Vec<Sample>, StoreError> {
        let mut found = self.hot().recent.between(series, from_us, to_us);
        // Chunks come newest first; everything from this instant on is in `found`.
        let mut whole_from = i64::MAX;
        loop {
            let enough = found.len() - found.partition_point(|sample| sample.time_us < whole_from) >= limit;
            if enough {
                break;
            }
            let rows = sqlx::query(
                "SELECT first_us, data FROM reading_chunk WHERE series = ?1 AND first_us < ?2 \
                 AND first_us <= ?3 AND last_us >= ?4 ORDER BY first_us DESC LIMIT ?5",
            )
            .bind(series)
            .bind(whole_from)
            .bind(to_us)
            .bind(from_us)
            .bind(AT_ONCE)
            .fetch_all(self.reader())
            .await?;
            for row in &rows {
                whole_from = row.try_get(0)?;
                found = merged(&opened(series, whole_from, row.try_get(1)?, from_us, to_us), &found);
            }
            if rows.len() < AT_ONCE as usize {
                break;
            }
        }
        Ok(found.split_off(found.len().saturating_sub(limit)))
    }
}

/// The samples of a chunk within a stretch. One that is damaged is told and left out, so that the rest of
/// the history can be read.
fn opened(series: SeriesId, first_us: i64, data: &[u8], from_us: i64, to_us: i64) -> Vec<Sample> {
    match chunk::decode(data) {
        Ok(mut samples) => {
            samples.retain(|sample| (from_us..=to_us).contains(&sample.time_us));
            samples
        }
        Err(error) => {
            tracing::error!(series, first_us, %error, "a chunk of readings is damaged and left out");
            Vec::new()
        }
    }
}
