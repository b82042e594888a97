//! The way into the audit log: entries come in from requests, transactions of many go to the store.
//! What came while the last transaction was being written shares the next one.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use crate::domain::audit::AuditDraft;
use crate::store::AuditStore;

/// Entries that wait; each belongs to a request that waits, or to one that was answered just now.
const QUEUE: usize = 1024;

/// Why the audit log does not take an entry; more is in the server's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotWritten {
    /// The store refused it.
    #[error("the audit log cannot be written, so nothing was changed")]
    Refused,
    /// There is no room left where the database lies.
    #[error("there is no room left for the audit log, so nothing was changed")]
    Full,
}

struct Job {
    draft: Option<AuditDraft>,
    written: Option<oneshot::Sender<Result<(), NotWritten>>>,
}

/// Writes the audit log. Ends when it is dropped and the queue is empty.
#[derive(Debug, Clone)]
pub struct Auditor {
    queue: mpsc::Sender<Job>,
}

impl Auditor {
    /// Begins to write into a store.
    #[must_use]
    pub fn start<S: AuditStore + ?Sized + 'static>(store: Arc<S>) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(write(store, jobs));
        Self { queue }
    }

    /// Writes an entry; it is on disk when this answers.
    ///
    /// # Errors
    /// If it could not be written. What it tells of must then not be done.
    pub async fn write(&self, draft: AuditDraft) -> Result<(), NotWritten> {
        self.send(Some(draft)).await
    }

    /// Writes an entry soon: the outcome of what has an entry already, or a refusal.
    pub async fn write_soon(&self, draft: AuditDraft) {
        let _ = self.queue.send(Job { draft: Some(draft), written: None }).await;
    }

    /// Waits until all entries so far are written.
    pub async fn flush(&self) {
        let _ = self.send(None).await;
    }

    async fn send(&self, draft: Option<AuditDraft>) -> Result<(), NotWritten> {
        let (written, answer) = oneshot::channel();
        self.queue.send(Job { draft, written: Some(written) }).await.map_err(|_| NotWritten::Refused)?;
        answer.await.unwrap_or(Err(NotWritten::Refused))
    }
}

async fn write<S: AuditStore + ?Sized>(store: Arc<S>, mut jobs: mpsc::Receiver<Job>) {
    let mut waiting = Vec::with_capacity(QUEUE);
    while jobs.recv_many(&mut waiting, QUEUE).await > 0 {
        let drafts: Vec<AuditDraft> = waiting.iter_mut().filter_map(|job| job.draft.take()).collect();
        let written = if drafts.is_empty() { Ok(()) } else { store.audit(&drafts).await.map_err(told) };
        for job in waiting.drain(..) {
            if let Some(reply) = job.written {
                let _ = reply.send(written);
            }
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of a mapping of errors")]
fn told(error: crate::store::StoreError) -> NotWritten {
    tracing::error!(%error, "the audit log could not be written");
    if error.is_full() { NotWritten::Full } else { NotWritten::Refused }
}
