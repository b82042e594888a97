//! Deleting readings: on request, exactly; by age, with the chunks that they lie in. Called by the engines.

use std::time::Duration;

use super::closing::packed;
use super::recent::Tip;
use super::table::{ChunkTable, Stretch};
use super::{Sample, SeriesId, chunk};
use crate::store::StoreError;

/// Series whose old readings are deleted in one transaction.
pub(in crate::store) const SLICE: usize = 64;
/// Pause between two such transactions, in which posts have their turn.
pub(in crate::store) const PAUSE: Duration = Duration::from_millis(2);

/// Deletes what a stretch holds; chunks that reach beyond it keep the rest. Gives how many readings, and what
/// is newest in the chunks now.
pub(in crate::store) async fn purge_series<T: ChunkTable>(
    table: &mut T,
    stretch: Stretch,
) -> Result<(u64, Option<Tip>), StoreError> {
    let mut deleted = table.delete_within(stretch).await?;
    let mut kept_chunks = Vec::new();
    for data in table.take_touched(stretch).await? {
        // One that cannot be opened goes whole: what was asked to be deleted may be in it.
        let samples = chunk::decode(&data).unwrap_or_default();
        let kept: Vec<Sample> =
            samples.iter().filter(|sample| !stretch.holds(sample.time_us)).copied().collect();
        deleted += (samples.len() - kept.len()) as u64;
        // The two sides of a hole do not share a chunk, or another purge in between would find no hole.
        let (before, behind) = kept.split_at(kept.partition_point(|sample| sample.time_us < stretch.from_us));
        for side in [before, behind].into_iter().filter(|side| !side.is_empty()) {
            kept_chunks.extend(packed(stretch.series, side)?);
        }
    }
    table.insert(&kept_chunks).await?;
    table.delete_damaged(stretch).await?;
    let tip = tip_of_chunks(table, stretch.series).await?;
    table.drop_tip(stretch.series).await?;
    if let Some(tip) = tip {
        table.raise_tips(&[(stretch.series, tip)]).await?;
    }
    Ok((deleted, tip))
}

/// Deletes chunks of some series that hold nothing but readings from before what is to be kept.
pub(in crate::store) async fn expire_slice<T: ChunkTable>(
    table: &mut T,
    slice: &[(SeriesId, i64)],
) -> Result<u64, StoreError> {
    let mut deleted = 0;
    for (series, keep_from_us) in slice {
        let old = Stretch { series: *series, from_us: i64::MIN, to_us: keep_from_us - 1 };
        deleted += table.delete_within(old).await?;
    }
    Ok(deleted)
}

/// What is newest in the chunks of a series.
async fn tip_of_chunks<T: ChunkTable>(table: &mut T, series: SeriesId) -> Result<Option<Tip>, StoreError> {
    let Some(newest_us) = table.newest(series).await? else { return Ok(None) };
    let Some((summary, data)) = table.last_plausible(series).await? else {
        return Ok(Some(Tip { newest_us, latest: None }));
    };
    let latest = summary.values.map(|values| {
        let samples = chunk::decode(&data).unwrap_or_default();
        let last = samples.iter().rev().find(|sample| sample.plausible);
        (last.map_or(summary.last_us, |last| last.time_us), values.last)
    });
    Ok(Some(Tip { newest_us, latest }))
}
