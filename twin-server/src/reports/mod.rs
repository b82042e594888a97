//! The reports of residents: what comes in is numbered and kept, what people do and what time brings is decided
//! by the domain, stored, and then shown. Called by the API and by `jobs`.
//!
//! All reports are in memory, without their trails; a change is shown once it is on disk.

mod book;
mod clock;
mod wishes;

use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use time::OffsetDateTime;
use tokio::sync::Mutex;
use twin_schemas::reports::{Report, ReportDeed, ReportEntry, ReportKind, ReportState};

pub use wishes::{Doing, ReportFault};

use self::book::Book;
use crate::contacts::Vault;
use crate::domain::audit::AuditDraft;
use crate::domain::contact::Contact;
use crate::domain::cycle::Word as _;
use crate::domain::permission::Actor;
use crate::domain::report::{
    self, Change, NewReport, Party, ReportKinds, Request, may_read, parties_of, speaks_as,
};
use crate::domain::{message, webhook};
use crate::live::ToldReport;
use crate::own_task::in_own_task;
use crate::projects::Projects;
use crate::spatial::PlacedReport;
use crate::store::{ReportChange, ReportStored, Store, StoreError, StoredEntry, StoredReport, Tidings};
use crate::webhooks::Lines;

/// Who did what the clock does, in the audit log and in trails.
const CLOCK: &str = "clock";

/// A report as all know it, and the user whose it is.
type Kept = StoredReport;

/// All reports.
pub struct Reports {
    store: Arc<dyn Store>,
    kinds: ReportKinds,
    /// Kinds that stored reports have and the list has no more, by id.
    former: Vec<ReportKind>,
    projects: Arc<Projects>,
    lines: Lines,
    /// Seals whom to call about a report.
    vault: Option<Arc<Vault>>,
    /// Held by whoever changes something.
    turn: Mutex<()>,
    book: RwLock<Book>,
}

impl Reports {
    /// The reports as they are stored. By `lines` others hear of their changes; `vault` seals contacts, if they are set up.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn open(
        store: Arc<dyn Store>,
        kinds: ReportKinds,
        projects: Arc<Projects>,
        lines: Lines,
        vault: Option<Arc<Vault>>,
    ) -> Result<Self, StoreError> {
        let mut book = Book::default();
        for kept in store.reports().await? {
            book.put(Arc::new(kept));
        }
        let former = book.former_kinds(&kinds);
        let placed = book.by_id.values().filter_map(|kept| placed(kept, &kinds));
        lines.hub.index().change(|now| now.set_reports(placed));
        Ok(Self {
            store,
            kinds,
            former,
            projects,
            lines,
            vault,
            turn: Mutex::default(),
            book: RwLock::new(book),
        })
    }

    /// The kinds that reports have and the list has no more, as former ones.
    #[must_use]
    pub fn former_kinds(&self) -> &[ReportKind] {
        &self.former
    }

    /// The kinds of report.
    #[must_use]
    pub fn kinds(&self) -> &ReportKinds {
        &self.kinds
    }

    /// A report.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<Arc<Kept>> {
        self.read().by_id.get(&id).cloned()
    }

    /// A report that someone may read; others do not learn whether there is one.
    ///
    /// # Errors
    /// [`ReportFault::Unknown`] if there is none for them.
    pub fn readable(&self, id: u64, actor: &Actor) -> Result<Arc<Kept>, ReportFault> {
        let kept = self.get(id).filter(|kept| may_read(kept.asked_by(actor), &kept.report));
        kept.ok_or(ReportFault::Unknown(id))
    }

    /// The reports that a question accepts, newest first.
    #[must_use]
    pub fn newest(&self, mut accepts: impl FnMut(&Kept) -> bool) -> Vec<Arc<Kept>> {
        self.read().by_id.values().rev().filter(|kept| accepts(kept)).cloned().collect()
    }

    /// Up to `limit` reports behind a number that a question accepts, by number.
    #[must_use]
    pub fn page(&self, after: u64, limit: usize, accepts: impl Fn(&Kept) -> bool) -> Vec<Arc<Kept>> {
        let book = self.read();
        let behind = book.by_id.range((Bound::Excluded(after), Bound::Unbounded)).map(|(_, kept)| kept);
        behind.filter(|kept| accepts(kept)).take(limit).cloned().collect()
    }

    /// What happened to a report, in order.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn trail(&self, id: u64) -> Result<Vec<ReportEntry>, StoreError> {
        Ok(self.store.report_trail(id).await?.into_iter().map(|stored| stored.entry).collect())
    }

    /// Takes a report in. `kind` is one of ours; `contact` is whom to call about it; `entry` tells the audit log who.
    ///
    /// # Errors
    /// A [`ReportFault`] that says why it was not taken.
    pub async fn submit(
        self: &Arc<Self>,
        new: NewReport,
        kind: Arc<ReportKind>,
        reporter: Option<String>,
        contact: Option<Contact>,
        entry: AuditDraft,
    ) -> Result<Arc<Kept>, ReportFault> {
        let reports = Arc::clone(self);
        // A task of its own: what is stored must be shown, also when the client has gone by then.
        in_own_task(
            async move { reports.submit_now(new, &kind, reporter, contact, entry).await },
            ReportFault::Stopping,
        )
        .await
    }

    async fn submit_now(
        &self,
        new: NewReport,
        kind: &ReportKind,
        reporter: Option<String>,
        contact: Option<Contact>,
        entry: AuditDraft,
    ) -> Result<Arc<Kept>, ReportFault> {
        let _turn = self.turn.lock().await;
        let id = self.read().by_id.last_key_value().map_or(1, |(last, _)| last + 1);
        let Change { after, entry: told } = report::submitted(id, new, kind, entry.at);
        let sealed = match (contact, &self.vault) {
            (None, _) => None,
            (Some(_), None) => return Err(ReportFault::NoContacts),
            (Some(contact), Some(vault)) => Some(vault.seal_contact(id, &contact)?),
        };
        let kept = Arc::new(Kept { report: after, reporter });
        let stored = StoredEntry { entry: told, actor: entry.actor.clone() };
        let audit = AuditDraft { object: object_of(id), ..entry };
        let mut tidings = Tidings::default();
        self.tell_of(&mut tidings, &kept.report, kept.reporter.as_deref(), &stored);
        let sealed = sealed.as_ref();
        is_stored(self.store.add_report(&kept, &stored, sealed, &audit, &tidings).await?)?;
        self.show(std::slice::from_ref(&kept));
        Ok(kept)
    }

    /// Does something with a report for someone; who they are of it is decided by the report as it is then.
    /// `version`: the one that it must have; `entry` tells the audit log who.
    ///
    /// # Errors
    /// A [`ReportFault`] that says why it was not done.
    pub async fn act(
        self: &Arc<Self>,
        id: u64,
        doing: Doing,
        actor: Actor,
        version: Option<u32>,
        entry: AuditDraft,
    ) -> Result<Arc<Kept>, ReportFault> {
        let reports = Arc::clone(self);
        in_own_task(
            async move { reports.act_now(id, doing, &actor, version, entry).await },
            ReportFault::Stopping,
        )
        .await
    }

    async fn act_now(
        &self,
        id: u64,
        doing: Doing,
        actor: &Actor,
        version: Option<u32>,
        entry: AuditDraft,
    ) -> Result<Arc<Kept>, ReportFault> {
        let _turn = self.turn.lock().await;
        let before = self.readable(id, actor)?;
        if version.is_some_and(|version| version != before.report.version) {
            return Err(ReportFault::Stale);
        }
        let now = entry.at;
        let parties = parties_of(before.asked_by(actor), &before.report);
        let mut project = None;
        let (change, what) = match doing {
            Doing::Say(text, voice) => {
                let party = speaks_as(&parties).ok_or(ReportFault::NotInvolved)?;
                (report::say(&before.report, &text, voice, party, now)?, "say")
            }
            Doing::Deed(mut request) => {
                if let Some(main) = &mut request.main {
                    main.state = self.readable(main.id, actor)?.report.state;
                }
                let kind = self.kinds.get_or_former(&before.report.kind);
                let change = report::act(&before.report, &request, &parties, kind, now)?;
                project = request.project.filter(|_| request.deed == ReportDeed::Programme);
                (change, request.deed.id())
            }
        };
        let mut changes = vec![(change, entry.actor.clone())];
        let mut audit = vec![
            AuditDraft { object: object_of(id), ..entry }
                .with_detail(format!("{what}, version {}", changes[0].0.after.version)),
        ];
        self.follow(&before.report, &mut changes, &mut audit, now);
        match project {
            None => self.store_all(changes, &audit).await?,
            Some(project) => {
                let entering = self.projects.enter(&project, id, actor, &audit[0]).await?;
                let changes = with_actors(changes);
                let tidings = self.tidings(&changes);
                is_stored(self.projects.entered(&changes, entering, audit, tidings).await?)?;
                self.show_changes(changes);
            }
        }
        self.get(id).ok_or(ReportFault::Unknown(id))
    }

    /// What was joined to a report is answered with it, and stands alone again if it ends unanswered.
    fn follow(
        &self,
        before: &Report,
        changes: &mut Vec<(Change, String)>,
        audit: &mut Vec<AuditDraft>,
        now: OffsetDateTime,
    ) {
        let Some(after) = changes.first().map(|(change, _)| change.after.clone()) else { return };
        if after.state == before.state {
            return;
        }
        let deed = match after.state {
            ReportState::Answered | ReportState::Declined => ReportDeed::Follow,
            ReportState::Withdrawn | ReportState::Merged => ReportDeed::Part,
            _ => return,
        };
        let text = match deed {
            ReportDeed::Follow => after.answer.clone(),
            _ => Some(format!("#{}", after.id)),
        };
        let request = Request { text, ..Request::plain(deed) };
        let followers: Vec<Arc<Kept>> = self.read().followers(after.id).cloned().collect();
        for kept in followers {
            let kind = self.kinds.get_or_former(&kept.report.kind);
            // Either is possible for whatever is joined to another.
            if let Ok(change) = report::act(&kept.report, &request, &[Party::Clock], kind, now) {
                let entry =
                    AuditDraft::new(now, CLOCK.to_owned(), "report.follow", object_of(kept.report.id));
                audit.push(entry);
                changes.push((change, CLOCK.to_owned()));
            }
        }
    }

    /// Takes out who reported what a user did, and deletes the user's number and voices; gives how many reports it were.
    ///
    /// # Errors
    /// If the store refuses.
    pub async fn forget(&self, user: &str, entry: &AuditDraft) -> Result<u64, ReportFault> {
        let _turn = self.turn.lock().await;
        let forgotten = self.store.forget_reporter(user, entry).await?;
        let theirs: Vec<Arc<Kept>> = self.newest(|kept| kept.reporter.as_deref() == Some(user));
        let unnamed: Vec<_> =
            theirs.iter().map(|kept| Arc::new(Kept { reporter: None, ..Kept::clone(kept) })).collect();
        self.show(&unnamed);
        Ok(forgotten)
    }

    /// Stores changes, all or none, and shows them.
    async fn store_all(
        &self,
        changes: Vec<(Change, String)>,
        audit: &[AuditDraft],
    ) -> Result<(), ReportFault> {
        let changes = with_actors(changes);
        is_stored(self.store.change_reports(&changes, audit, &self.tidings(&changes)).await?)?;
        self.show_changes(changes);
        Ok(())
    }

    /// What others hear of changes: stored with them, or not at all.
    fn tidings(&self, changes: &[ReportChange]) -> Tidings {
        let mut tidings = Tidings::default();
        for ReportChange { after, stored } in changes {
            let kept = self.get(after.id);
            self.tell_of(
                &mut tidings,
                after,
                kept.as_ref().and_then(|kept| kept.reporter.as_deref()),
                stored,
            );
        }
        tidings
    }

    fn tell_of(&self, tidings: &mut Tidings, after: &Report, reporter: Option<&str>, stored: &StoredEntry) {
        let StoredEntry { entry, actor } = stored;
        if self.lines.outbox.is_wanted() {
            tidings.events.push(webhook::of_report(after, entry));
        }
        tidings.messages.extend(message::of_change(after, reporter, entry, actor));
    }

    fn show_changes(&self, changes: Vec<ReportChange>) {
        let now = changes.into_iter().map(|ReportChange { after, .. }| {
            let reporter = self.get(after.id).and_then(|kept| kept.reporter.clone());
            Arc::new(Kept { report: after, reporter })
        });
        self.show(&now.collect::<Vec<_>>());
    }

    /// Shows reports as they are now, and tells viewers and webhooks: whoever asks upon that finds what they were told of.
    fn show(&self, reports: &[Arc<Kept>]) {
        let before: Vec<_> = reports.iter().map(|kept| self.get(kept.report.id)).collect();
        self.write(|book| reports.iter().for_each(|kept| book.put(Arc::clone(kept))));
        let lies = |kept: &Arc<Kept>| placed(kept, &self.kinds);
        let moved =
            before.iter().zip(reports).map(|(before, now)| (before.as_ref().and_then(lies), lies(now)));
        // Most changes move nothing, and a snapshot is not made for them.
        let moved: Vec<_> = moved.filter(|(before, now)| before != now).collect();
        if !moved.is_empty() {
            self.lines.hub.index().change(|index| {
                for (before, now) in moved {
                    index.replace_report(before, now);
                }
            });
        }
        for (before, now) in before.iter().zip(reports) {
            self.lines.hub.tell_report(before.as_deref().map(told), told(now));
        }
        self.lines.outbox.ring();
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Book> {
        self.book.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, change: impl FnOnce(&mut Book)) {
        change(&mut self.book.write().unwrap_or_else(PoisonError::into_inner));
    }
}

fn with_actors(changes: Vec<(Change, String)>) -> Vec<ReportChange> {
    let with_actor =
        |(Change { after, entry }, actor)| ReportChange { after, stored: StoredEntry { entry, actor } };
    changes.into_iter().map(with_actor).collect()
}

/// As it lies in the index, if it has a position.
fn placed(kept: &Arc<Kept>, kinds: &ReportKinds) -> Option<Arc<PlacedReport>> {
    PlacedReport::of(&kept.report, kinds.get_or_former(&kept.report.kind)).map(Arc::new)
}

fn told(Kept { report, reporter }: &Kept) -> ToldReport {
    ToldReport { report: report.clone(), reporter: reporter.clone() }
}

fn is_stored(stored: ReportStored) -> Result<(), ReportFault> {
    match stored {
        ReportStored::Yes => Ok(()),
        ReportStored::Stale => Err(ReportFault::Stale),
        ReportStored::UnknownAttachment => Err(ReportFault::UnknownPhoto),
    }
}

fn object_of(id: u64) -> String {
    format!("report:{id}")
}
