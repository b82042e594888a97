//! The second half of the way from the broker: deliveries come in, in the order of their messages; whatever
//! waits is stored at once, and only then acknowledged.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use twin_schemas::live::{IngestAnswer, Reading};

use super::link::Receipt;
use super::status::MqttStatus;
use super::stopped;
use crate::ingest::{Clocks, WriteError, WriterHandle};

/// Readings that are stored at once: more would make none of them quicker.
const BATCH: usize = 20_000;
/// Pauses between attempts to store, while the store takes nothing.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_LAST: Duration = Duration::from_secs(5);

/// A message on its way to the store.
pub(super) struct Delivery {
    /// The topic that it came on.
    pub(super) topic: String,
    /// Its readings; none if it was refused or says nothing, and is only acknowledged in its turn.
    pub(super) readings: Vec<Reading>,
    /// Of each reading, whether it came with a time.
    pub(super) timed: Vec<bool>,
    /// What to acknowledge it with, if the broker asks for that.
    pub(super) receipt: Option<Receipt>,
    /// Its share of the memory for what waits.
    pub(super) room: OwnedSemaphorePermit,
}

/// Stores and acknowledges until the other end is gone, or the server stops while the store takes nothing.
/// What is not acknowledged by then comes again.
pub(super) async fn store_all(
    mut deliveries: mpsc::Receiver<Delivery>,
    writer: WriterHandle,
    status: Arc<MqttStatus>,
    mut stop: watch::Receiver<bool>,
) {
    while let Some(first) = deliveries.recv().await {
        let batch = gather(first, &mut deliveries);
        let readings: Vec<Reading> = batch.iter().flat_map(|one| one.readings.iter().cloned()).collect();
        if !readings.is_empty() {
            let timed = batch.iter().flat_map(|one| one.timed.iter().copied()).collect();
            let Some(answer) = store(readings, Clocks::Each(timed), &writer, &status, &mut stop).await else {
                return;
            };
            tell(&status, &batch, &answer);
        }
        for Delivery { receipt, room, .. } in batch {
            if let Some(receipt) = receipt {
                receipt.acknowledge();
            }
            drop(room);
        }
    }
}

/// What waits, up to a bound.
fn gather(first: Delivery, deliveries: &mut mpsc::Receiver<Delivery>) -> Vec<Delivery> {
    let mut readings = first.readings.len();
    let mut batch = vec![first];
    // Messages without readings count too, so that a flood of them is acknowledged now and then.
    while readings + batch.len() < BATCH {
        let Ok(next) = deliveries.try_recv() else { break };
        readings += next.readings.len();
        batch.push(next);
    }
    batch
}

/// Stores, again and again until it succeeds: each reading carries its instant, so that what was stored
/// without our knowing is known as a duplicate. Nothing if the server stops first.
async fn store(
    readings: Vec<Reading>,
    clocks: Clocks,
    writer: &WriterHandle,
    status: &MqttStatus,
    stop: &mut watch::Receiver<bool>,
) -> Option<IngestAnswer> {
    let mut pause = RETRY_FIRST;
    loop {
        match writer.ingest(readings.clone(), clocks.clone()).await {
            Ok(answer) => {
                if pause != RETRY_FIRST {
                    status.stalled(None);
                }
                return Some(answer);
            }
            Err(WriteError::Stopping) => return None,
            Err(error @ (WriteError::Store | WriteError::Full | WriteError::Busy)) => {
                status.stalled(Some(error.to_string()));
            }
        }
        tokio::select! {
            () = stopped(stop) => return None,
            () = tokio::time::sleep(pause) => {}
        }
        pause = (pause * 2).min(RETRY_LAST);
    }
}

fn tell(status: &MqttStatus, batch: &[Delivery], answer: &IngestAnswer) {
    status.counts().accepted.fetch_add(answer.accepted, Relaxed);
    status.counts().duplicates.fetch_add(answer.duplicates, Relaxed);
    // Both are in the order of the readings.
    let mut rejected = answer.rejected.iter().peekable();
    let mut end = 0;
    for delivery in batch {
        end += delivery.readings.len() as u64;
        while let Some(one) = rejected.next_if(|one| one.index < end) {
            status.refuse_reading(&delivery.topic, &one.code, one.message.clone());
        }
    }
}
