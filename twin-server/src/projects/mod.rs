//! The project library: what planners begin is numbered and kept, what people do and what time brings is decided by the
//! domain, stored, and then shown. Called by the API, by the reports that enter a project, and by `jobs`.
//!
//! All projects are in memory, without their trails and opinions; a change is shown once it is on disk. Those that
//! everyone may read lie in the index of places, too.

mod places;
mod wishes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use time::OffsetDateTime;
use tokio::sync::{Mutex, OwnedMutexGuard};
use twin_schemas::projects::{Project, ProjectChangedEvent, ProjectEntry, ProjectPlace, ProjectPlan};

pub use wishes::{Doing, ProjectFault};

use self::places::{located, may_plan, may_plan_in_part, placed};
use crate::domain::audit::AuditDraft;
use crate::domain::permission::Actor;
use crate::domain::programming::Pursuit;
use crate::domain::project::{self, Change, Refusal, Terms, may_read, next_at, parties_of, pass_time};
use crate::domain::webhook;
use crate::live::{Hub, ToldProject};
use crate::own_task::in_own_task;
use crate::spatial::{Covered, PlacedProject, Snapshot, SpatialIndex};
use crate::store::{
    ProjectChange, ReportChange, ReportStored, Store, StoreError, StoredOpinion, StoredProjectEntry, Tidings,
};
use crate::webhooks::{Lines, Outbox};

/// Who did what the clock does, in the audit log and in trails.
const CLOCK: &str = "clock";
/// Projects that time changes in one transaction.
const SLICE: usize = 256;
/// Opinions and complaints that one user gives of one project.
const VOICES_OF_ONE: u64 = 20;

/// All projects.
pub struct Projects {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    outbox: Arc<Outbox>,
    terms: Terms,
    /// Held by whoever changes something. Whoever also changes a report holds the reports' first.
    turn: Arc<Mutex<()>>,
    book: RwLock<Book>,
    /// The revision of the model over which projects were placed.
    revision: AtomicU64,
}

#[derive(Default)]
struct Book {
    by_id: BTreeMap<u64, Arc<Project>>,
    /// When time alone changes which project.
    due: BTreeSet<(OffsetDateTime, u64)>,
    /// Those that lie in the index, as they lie there.
    placed: BTreeMap<u64, Arc<PlacedProject>>,
}

impl Book {
    fn put(&mut self, project: Arc<Project>) {
        if let Some(at) = self.by_id.get(&project.id).and_then(|before| next_at(before)) {
            self.due.remove(&(at, project.id));
        }
        if let Some(at) = next_at(&project) {
            self.due.insert((at, project.id));
        }
        self.by_id.insert(project.id, project);
    }
}

/// A report that is entering a project: stored with the report, then shown. Nobody changes projects meanwhile.
pub struct Entering {
    change: ProjectChange,
    audit: AuditDraft,
    _turn: OwnedMutexGuard<()>,
}

impl Projects {
    /// The projects as they are stored, also put into the index of places. The hub of `lines` tells viewers of their
    /// changes, its outbox knows whether other systems want to hear of them. `terms`: the days of the review.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn open(store: Arc<dyn Store>, lines: Lines, terms: Terms) -> Result<Self, StoreError> {
        let Lines { hub, outbox } = lines;
        let mut book = Book::default();
        let now = hub.index().now();
        for project in store.projects().await? {
            let project = Arc::new(project);
            if let Some(placed) = placed(&project, &now) {
                book.placed.insert(project.id, placed);
            }
            book.put(project);
        }
        hub.index().change(|now| now.set_projects(book.placed.values().cloned()));
        let revision = AtomicU64::new(now.revision());
        Ok(Self { store, hub, outbox, terms, turn: Arc::default(), book: RwLock::new(book), revision })
    }

    /// The days of the review.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// A project.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<Arc<Project>> {
        self.read().by_id.get(&id).cloned()
    }

    /// A project that someone may read; others do not learn whether there is one.
    ///
    /// # Errors
    /// [`ProjectFault::Unknown`] if there is none for them.
    pub fn readable(&self, id: u64, actor: &Actor) -> Result<Arc<Project>, ProjectFault> {
        let project = self.get(id).filter(|project| may_read(actor, project));
        project.ok_or(ProjectFault::Unknown(id))
    }

    /// The projects that a question accepts, newest first.
    #[must_use]
    pub fn newest(&self, mut accepts: impl FnMut(&Project) -> bool) -> Vec<Arc<Project>> {
        self.read().by_id.values().rev().filter(|project| accepts(project)).cloned().collect()
    }

    /// The tasks of the programming that projects come from, with what these make of them. A project that was rejected or
    /// withdrawn pursues nothing; one that is built counts before one that is not.
    #[must_use]
    pub fn pursued(&self) -> BTreeMap<u64, Pursuit> {
        use twin_schemas::projects::ProjectState as State;
        let mut pursued: BTreeMap<u64, Pursuit> = BTreeMap::new();
        for project in self.read().by_id.values() {
            let pursuit = match project.state {
                State::Rejected | State::Withdrawn => continue,
                State::Completed | State::Evaluated => Pursuit::Built(project.id),
                _ => Pursuit::Entered(project.id),
            };
            for task in &project.plan.tasks {
                let of = pursued.entry(*task).or_insert(pursuit);
                *of = (*of).max(pursuit);
            }
        }
        pursued
    }

    /// What happened to a project before a version, newest first.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn trail(&self, id: u64, before: u32, limit: u32) -> Result<Vec<ProjectEntry>, StoreError> {
        let stored = self.store.project_trail(id, before, limit).await?;
        Ok(stored.into_iter().map(|stored| stored.entry).collect())
    }

    /// What was said of a project behind a number, in order.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn opinions(&self, id: u64, after: u32, limit: u32) -> Result<Vec<StoredOpinion>, StoreError> {
        self.store.project_opinions(id, after, limit).await
    }

    /// Takes a new project in. `entry` tells the audit log who.
    ///
    /// # Errors
    /// A [`ProjectFault`] that says why it was not taken.
    pub async fn create(
        self: &Arc<Self>,
        plan: ProjectPlan,
        actor: Actor,
        entry: AuditDraft,
    ) -> Result<Arc<Project>, ProjectFault> {
        let projects = Arc::clone(self);
        // A task of its own: what is stored must be shown, also when the client has gone by then.
        in_own_task(async move { projects.create_now(plan, &actor, entry).await }, ProjectFault::Stopping)
            .await
    }

    async fn create_now(
        &self,
        plan: ProjectPlan,
        actor: &Actor,
        entry: AuditDraft,
    ) -> Result<Arc<Project>, ProjectFault> {
        let _turn = self.turn.lock().await;
        project::check_plan(&plan).map_err(Refusal::from)?;
        let zones = located(&plan, None, &self.index().now())?;
        may_plan(actor, &zones)?;
        let id = self.read().by_id.last_key_value().map_or(1, |(last, _)| last + 1);
        let change = stored(project::created(id, plan, zones, entry.at), entry.actor.clone(), None);
        let audit = AuditDraft { object: object_of(id), ..entry };
        let tidings = self.tidings(std::slice::from_ref(&change));
        is_stored(self.store.add_project(&change, &audit, &tidings).await?)?;
        self.show(vec![change]);
        self.get(id).ok_or(ProjectFault::Unknown(id))
    }

    /// Does something with a project for someone; who they are of it is decided by the project as it is then.
    /// `version`: the one that it must have; `entry` tells the audit log who.
    ///
    /// # Errors
    /// A [`ProjectFault`] that says why it was not done.
    pub async fn act(
        self: &Arc<Self>,
        id: u64,
        doing: Doing,
        actor: Actor,
        version: Option<u32>,
        entry: AuditDraft,
    ) -> Result<Arc<Project>, ProjectFault> {
        let projects = Arc::clone(self);
        in_own_task(
            async move { projects.act_now(id, doing, &actor, version, entry).await },
            ProjectFault::Stopping,
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
    ) -> Result<Arc<Project>, ProjectFault> {
        let _turn = self.turn.lock().await;
        let before = self.readable(id, actor)?;
        if version.is_some_and(|version| version != before.version) {
            return Err(ProjectFault::Stale);
        }
        let word = doing.word();
        let author = matches!(doing, Doing::Voice(_)).then(|| entry.actor.clone());
        let change = self.decide(&before, doing, actor, entry.at).await?;
        let detail = format!("{word}, version {}", change.after.version);
        let audit = AuditDraft { object: object_of(id), ..entry }.with_detail(detail);
        let change = stored(change, audit.actor.clone(), author);
        let changes = vec![change];
        is_stored(self.store.change_projects(&changes, &[audit], &self.tidings(&changes)).await?)?;
        self.show(changes);
        self.get(id).ok_or(ProjectFault::Unknown(id))
    }

    async fn decide(
        &self,
        before: &Project,
        doing: Doing,
        actor: &Actor,
        now: OffsetDateTime,
    ) -> Result<Change, ProjectFault> {
        let parties = parties_of(actor, before);
        Ok(match doing {
            Doing::Deed(request) => project::act(before, &request, &parties, &self.terms, now)?,
            Doing::Plan(change, reason) => {
                let mut plan = before.plan.clone();
                change(&mut plan);
                // Limits come first: what is looked up costs as much as it is long.
                project::check_plan(&plan).map_err(Refusal::from)?;
                let zones = located(&plan, Some(before), &self.index().now())?;
                let change = project::plan_anew(before, plan, zones, reason, &parties, &self.terms, now)?;
                may_plan(actor, &change.after.zones)?;
                change
            }
            Doing::Ask(names) => project::ask(before, &names, &parties, now)?,
            Doing::Hear(heard) => project::hear(before, &heard, &parties, now)?,
            Doing::Voice(text) => {
                if self.store.opinions_of(before.id, &actor.id()).await? >= VOICES_OF_ONE {
                    return Err(ProjectFault::Voices);
                }
                project::voice(before, &text, now)?
            }
            Doing::Answer(number, text) => {
                let found = self.store.project_opinions(before.id, number.saturating_sub(1), 1).await?;
                let opinion = found.into_iter().map(|stored| stored.opinion).find(|o| o.id == number);
                let opinion = opinion.ok_or(ProjectFault::UnknownOpinion(number))?;
                project::answer(before, &opinion, &text, &parties, now)?
            }
            Doing::Progress(told) => project::progress(before, &told, &parties, now)?,
        })
    }

    /// Lets a report enter the project with this number, as someone wants who plans in one of its zones; nothing is
    /// stored yet.
    ///
    /// # Errors
    /// A [`ProjectFault`] if there is no such project for them, or it takes none.
    pub async fn enter(
        &self,
        id: &str,
        report: u64,
        actor: &Actor,
        entry: &AuditDraft,
    ) -> Result<Entering, ProjectFault> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let number = id.parse().map_err(|_| ProjectFault::NoNumber(id.chars().take(20).collect()))?;
        let before = self.readable(number, actor)?;
        may_plan_in_part(actor, &before.zones)?;
        let change = project::programmed(&before, report, entry.at)?;
        let detail = format!("report {report}, version {}", change.after.version);
        let audit =
            AuditDraft { object: object_of(number), action: "project.programme".to_owned(), ..entry.clone() };
        let change = stored(change, entry.actor.clone(), None);
        Ok(Entering { change, audit: audit.with_detail(detail), _turn: turn })
    }

    /// Stores reports with the project that one of them enters, and with what others hear of the reports; shows the
    /// project.
    ///
    /// # Errors
    /// If the store refuses.
    pub async fn entered(
        &self,
        reports: &[ReportChange],
        entering: Entering,
        mut audit: Vec<AuditDraft>,
        mut tidings: Tidings,
    ) -> Result<ReportStored, StoreError> {
        audit.push(entering.audit);
        tidings.events.extend(self.tidings(std::slice::from_ref(&entering.change)).events);
        let stored = self.store.programme_reports(reports, &entering.change, &audit, &tidings).await?;
        if stored == ReportStored::Yes {
            self.show(vec![entering.change]);
        }
        Ok(stored)
    }

    /// What time has brought by an instant: notices that are over, reminders, escalations. Gives how many changes it
    /// were.
    ///
    /// # Errors
    /// If they cannot be stored; they are tried again the next time.
    pub async fn pass_time(&self, now: OffsetDateTime) -> Result<usize, ProjectFault> {
        let mut told = 0;
        loop {
            let _turn = self.turn.lock().await;
            let due: Vec<Arc<Project>> = {
                let book = self.read();
                let due = book.due.iter().take_while(|(at, _)| *at <= now).take(SLICE);
                due.filter_map(|(_, id)| book.by_id.get(id)).cloned().collect()
            };
            let changes = due.iter().filter_map(|project| pass_time(project, &self.terms, now));
            let changes: Vec<ProjectChange> =
                changes.map(|change| stored(change, CLOCK.to_owned(), None)).collect();
            if changes.is_empty() {
                return Ok(told);
            }
            told += changes.len();
            let audit = changes.iter().map(|ProjectChange { after, .. }| {
                let entry = AuditDraft::new(now, CLOCK.to_owned(), "project.time", object_of(after.id));
                entry.with_detail(format!("version {}", after.version))
            });
            let audit: Vec<_> = audit.collect();
            is_stored(self.store.change_projects(&changes, &audit, &self.tidings(&changes)).await?)?;
            self.show(changes);
        }
    }

    /// Places projects that lie at objects anew if the model is another than when that was done last. Their zones stay:
    /// who may do what with a project is nothing that a new survey decides.
    pub async fn follow_model(&self) {
        let now = self.index().now();
        if self.revision.swap(now.revision(), Ordering::Relaxed) == now.revision() {
            return;
        }
        let _turn = self.turn.lock().await;
        let lies_at_object = |project: &Project| {
            project.plan.places.iter().any(|place| matches!(place, ProjectPlace::Object { .. }))
        };
        for project in self.newest(lies_at_object) {
            self.place(&project, &now);
        }
    }

    fn index(&self) -> &SpatialIndex {
        self.hub.index()
    }

    /// What other systems hear of changes: stored with them, or not at all.
    fn tidings(&self, changes: &[ProjectChange]) -> Tidings {
        if !self.outbox.is_wanted() {
            return Tidings::default();
        }
        let now = self.index().now();
        let event = |ProjectChange { after, stored, .. }: &ProjectChange| {
            webhook::of_project(after, &told(after, &now), &stored.entry)
        };
        Tidings { events: changes.iter().map(event).collect(), ..Tidings::default() }
    }

    /// Shows what is stored, in the book and in the index, and tells viewers and webhooks: whoever asks upon that finds
    /// what they were told of.
    fn show(&self, changes: Vec<ProjectChange>) {
        let now = self.index().now();
        for ProjectChange { after, .. } in changes {
            let (before, after) = (self.get(after.id), Arc::new(after));
            self.write(|book| book.put(Arc::clone(&after)));
            self.place(&after, &now);
            let of = |project: &Project| ToldProject::new(project, told(project, &now));
            self.hub.tell_project(before.as_deref().map(of), of(&after));
        }
        self.outbox.ring();
    }

    /// Has a project lie in the index where it lies now, or nowhere.
    fn place(&self, project: &Arc<Project>, now: &Snapshot) {
        let placed = placed(project, now);
        let before = self.write(|book| match &placed {
            Some(placed) => book.placed.insert(project.id, Arc::clone(placed)),
            None => book.placed.remove(&project.id),
        });
        if before.is_some() || placed.is_some() {
            self.index().change(|now| now.replace_project(before.as_ref(), placed.as_ref()));
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Book> {
        self.book.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write<T>(&self, change: impl FnOnce(&mut Book) -> T) -> T {
        change(&mut self.book.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What others are told of a project, with the box that lists have.
fn told(project: &Project, now: &Snapshot) -> ProjectChangedEvent {
    project::told(project, Covered::of(&project.plan.places, now).map(|covered| covered.bounds()))
}

fn stored(change: Change, actor: String, author: Option<String>) -> ProjectChange {
    let Change { after, entry, opinion } = change;
    let opinion = opinion.map(|opinion| StoredOpinion { opinion, author });
    ProjectChange { after, stored: StoredProjectEntry { entry, actor }, opinion }
}

fn is_stored(stored: ReportStored) -> Result<(), ProjectFault> {
    match stored {
        ReportStored::Yes => Ok(()),
        ReportStored::Stale => Err(ProjectFault::Stale),
        ReportStored::UnknownAttachment => Err(ProjectFault::UnknownPhoto),
    }
}

fn object_of(id: u64) -> String {
    format!("project:{id}")
}
