//! What is usual for streams, computed from history when a rule asks for it and the last computation is old.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::watch;
use twin_schemas::alarm::AdaptiveBand;

use super::Clock;
use crate::domain::alarm::adaptive::{BandNeed, WeekSums};
use crate::ingest::WriterHandle;
use crate::store::{End, HistoryQuery, Store, StoreError};

/// How often it is looked whether a band is due.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How long a stream with too little history is left alone.
const AGAIN_AFTER: time::Duration = time::Duration::hours(1);
/// Readings of a day that are read, one a second; of these, so many count, evenly: what is usual does not
/// depend on every second, and three months of a stream must not fill the memory.
const DAY_READ: u32 = 90_000;
const DAY_KEPT: usize = 2_000;

/// Computes bands until the server stops.
pub async fn learn_what_is_usual(writer: WriterHandle, store: Arc<dyn Store>, stop: watch::Receiver<bool>) {
    // When each stream is looked at next.
    let mut next: HashMap<(String, String), OffsetDateTime> = HashMap::new();
    let mut clock = Clock::new(LOOK_EVERY, stop.clone());
    while clock.tick().await {
        let Ok(needs) = writer.band_needs().await else { continue };
        for (device, stream, need) in needs {
            if *stop.borrow() {
                return;
            }
            let now = OffsetDateTime::now_utc();
            let key = (device, stream);
            if next.get(&key).is_some_and(|due| *due > now) {
                continue;
            }
            let due = match renew(&*store, &writer, &key.0, &key.1, need, now).await {
                Ok(Some(computed_at)) => computed_at + time::Duration::hours(i64::from(need.recompute_h)),
                Ok(None) => now + AGAIN_AFTER,
                Err(error) => {
                    tracing::error!(%error, device = key.0, stream = key.1, "what is usual could not be computed");
                    now + AGAIN_AFTER
                }
            };
            next.insert(key, due);
        }
    }
}

/// Computes a band if the stored one is old; gives the instant of the one that holds then.
async fn renew(
    store: &dyn Store,
    writer: &WriterHandle,
    device: &str,
    stream: &str,
    need: BandNeed,
    now: OffsetDateTime,
) -> Result<Option<OffsetDateTime>, StoreError> {
    if let Some(band) = store.alarm_band(device, stream).await?
        && band.utc_offset_min == need.utc_offset_min
        && now - band.computed_at < time::Duration::hours(i64::from(need.recompute_h))
    {
        return Ok(Some(band.computed_at));
    }
    let Some(band) = compute(store, device, stream, need, now).await? else { return Ok(None) };
    store.put_alarm_band(&band).await?;
    let computed_at = band.computed_at;
    writer.put_band(band).await;
    Ok(Some(computed_at))
}

async fn compute(
    store: &dyn Store,
    device: &str,
    stream: &str,
    need: BandNeed,
    now: OffsetDateTime,
) -> Result<Option<AdaptiveBand>, StoreError> {
    let mut kept: Vec<(OffsetDateTime, f64)> = Vec::new();
    for day in (0..i64::from(need.weeks) * 7).rev() {
        let to = now - time::Duration::days(day);
        let query = HistoryQuery {
            device: device.to_owned(),
            stream: stream.to_owned(),
            from: Some(to - time::Duration::days(1) + time::Duration::microseconds(1)),
            to: Some(to),
            limit: DAY_READ,
            end: End::Newest,
        };
        let readings = store.history(query).await?;
        let step = readings.len().div_ceil(DAY_KEPT).max(1);
        let plausible = readings.iter().step_by(step).filter(|reading| reading.plausible);
        kept.extend(plausible.map(|reading| (reading.time, reading.value)));
    }
    let mut sums = WeekSums::new(need.utc_offset_min);
    for (time, value) in &kept {
        sums.add(*time, *value);
    }
    let mut sums = sums.again();
    for (time, value) in &kept {
        sums.add(*time, *value);
    }
    Ok(sums.band(device, stream, now))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::domain::reading::CheckedReading;
    use crate::store::{self, ReadingsToStore};

    const NOW: OffsetDateTime = datetime!(2026-05-04 0:00 +8);
    const NEED: BandNeed = BandNeed { weeks: 2, recompute_h: 24, utc_offset_min: 480 };

    #[tokio::test]
    async fn what_is_usual_comes_from_the_weeks_that_the_rule_names() {
        let folder = tempfile::tempdir().unwrap();
        let store = store::open(&format!("sqlite:{}/twin.db", folder.path().display())).await.unwrap();
        assert!(compute(&*store, "a", "power_w", NEED, NOW).await.unwrap().is_none());
        // Three weeks, a reading every quarter: by its hour, and in the oldest week a hundred more.
        let readings = (0..3 * 7 * 96).map(|quarter: i32| {
            let time = NOW - time::Duration::minutes(15 * i64::from(quarter));
            let value = f64::from(time.to_offset(time::UtcOffset::from_hms(8, 0, 0).unwrap()).hour());
            CheckedReading {
                device: "a".into(),
                stream: "power_w".into(),
                value: if quarter >= 2 * 7 * 96 { value + 100.0 } else { value },
                time,
                plausible: quarter % 96 != 5,
            }
        });
        let batch = ReadingsToStore { late: readings.collect(), ..ReadingsToStore::default() };
        store.append(&batch).await.unwrap();
        store.close_all().await.unwrap();
        let band = compute(&*store, "a", "power_w", NEED, NOW).await.unwrap().unwrap();
        assert_eq!((band.readings, band.computed_at), (2 * 7 * 95, NOW));
        for (hour, usual) in band.hours.iter().enumerate() {
            // Seven or eight readings an hour: one in a hundred is implausible, and below eight the week counts.
            let expected = if usual.readings < 8 { 11.5 } else { (hour % 24) as f64 };
            assert!((usual.mean - expected).abs() < 0.2, "{hour} {usual:?}");
        }
    }
}
