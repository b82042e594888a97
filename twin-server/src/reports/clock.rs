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
        let mut ids = self.store.reports_with_contact().await?;
        let has_ended = |kept: Arc<Kept>| kept.report.ended_at.is_some_and(|ended| ended < before);
        ids.retain(|id| self.get(*id).is_none_or(has_ended));
        let entry =
            |id: &u64| AuditDraft::new(now, CLOCK.to_owned(), "report.contact.expire", object_of(*id));
        let audit: Vec<_> = ids.iter().map(entry).collect();
        if ids.is_empty() { Ok(0) } else { self.store.drop_report_contacts(&ids, &audit).await }
    }
}
