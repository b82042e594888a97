//! What time does with reports: an instant comes in, what is due by then is decided by the domain, stored and shown.
//! Called by `jobs`.

use std::sync::Arc;

use time::OffsetDateTime;

use super::{CLOCK, Kept, ReportFault, Reports, object_of};
use crate::domain::audit::AuditDraft;
use crate::domain::report::{Change, pass_time};
use crate::store::StoreError;

/// Reports that time changes in one transaction.
const SLICE: usize = 256;

impl Reports {
    /// What time has brought by an instant: reminders, escalations, cases that lapse. Gives how many changes it were.
    ///
    /// # Errors
    /// If they cannot be stored; they are tried again the next time.
    pub async fn pass_time(&self, now: OffsetDateTime) -> Result<usize, ReportFault> {
        let mut told = 0;
        loop {
            let _turn = self.turn.lock().await;
            let due: Vec<Arc<Kept>> = {
                let book = self.read();
                let due = book.due.iter().take_while(|(at, _)| *at <= now).take(SLICE);
                due.filter_map(|(_, id)| book.by_id.get(id)).cloned().collect()
            };
            let changed = due.iter().filter_map(|kept| {
                let kind = self.kinds.get_or_former(&kept.report.kind);
                pass_time(&kept.report, kind, now).map(|change| (change, CLOCK.to_owned()))
            });
            let changes: Vec<_> = changed.collect();
            if changes.is_empty() {
                return Ok(told);
            }
            told += changes.len();
            let audit = changes.iter().map(|(Change { after, .. }, _)| {
                let entry = AuditDraft::new(now, CLOCK.to_owned(), "report.time", object_of(after.id));
                entry.with_detail(format!("version {}", after.version))
            });
            let audit: Vec<_> = audit.collect();
            self.store_all(changes, &audit).await?;
        }
    }

    /// Deletes the contacts of reports that ended before an instant; gives how many there were.
    ///
    /// # Errors
    /// If the store refuses.
    pub async fn drop_contacts_ended(
        &self,
        before: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let mut dropped = 0;
        for ids in self.store.reports_with_contact().await?.chunks(SLICE) {
            // Whoever sends one or opens one again does so before or after.
            let _turn = self.turn.lock().await;
            let ids = self.ended(ids.to_vec(), before);
            if !ids.is_empty() {
                let audit = expired(&ids, "report.contact.expire", now);
                dropped += self.store.drop_report_contacts(&ids, &audit).await?;
            }
        }
        Ok(dropped)
    }

    /// Deletes the voices of reports that ended before an instant, whoever spoke; gives how many there were.
    ///
    /// # Errors
    /// If the store refuses.
    pub async fn drop_voices_ended(
        &self,
        before: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<u64, StoreError> {
        let mut dropped = 0;
        for ids in self.store.reports_with_voice().await?.chunks(SLICE) {
            // As above.
            let _turn = self.turn.lock().await;
            let ids = self.ended(ids.to_vec(), before);
            if !ids.is_empty() {
                let audit = expired(&ids, "report.voice.expire", now);
                dropped += self.store.drop_report_voices(&ids, &audit).await?;
            }
        }
        Ok(dropped)
    }

    /// Those of some reports that ended before an instant.
    fn ended(&self, mut ids: Vec<u64>, before: OffsetDateTime) -> Vec<u64> {
        let has_ended = |kept: Arc<Kept>| kept.report.ended_at.is_some_and(|ended| ended < before);
        ids.retain(|id| self.get(*id).is_none_or(has_ended));
        ids
    }
}

fn expired(ids: &[u64], action: &'static str, now: OffsetDateTime) -> Vec<AuditDraft> {
    ids.iter().map(|id| AuditDraft::new(now, CLOCK.to_owned(), action, object_of(*id))).collect()
}
