//! The three lists of programming: resources, needs and tasks are numbered and kept, what people do and what projects bring
//! is decided by the domain, stored, and then shown. Called by the API and by `jobs`.
//!
//! All that stands on the lists is in memory, without its trail. Whoever reads takes the lists of one moment; whoever
//! changes them makes the next. `kept` says what differs between the lists, `proposals` finds the tasks that follow.

mod draft;
mod kept;
mod proposals;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use time::OffsetDateTime;
use tokio::sync::Mutex;
use twin_schemas::geometry::LocalBox;
use twin_schemas::programming::Resource;
use twin_schemas::projects::ProjectPlace;

use self::draft::Draft;

pub use kept::Kept;
pub use proposals::{Asked, Proposed};

use crate::domain::audit::AuditDraft;
use crate::domain::permission::{Action, Actor};
use crate::domain::programming::{
    self, Drawn, Lists, Offer, Party, Pursuit, Refusal, TaskThemes, follow_projects, lags,
};
use crate::domain::project::may_in;
use crate::domain::refusal::{InChinese, NOT_STORED_ZH, Named, STOPPING_ZH};
use crate::own_task::in_own_task;
use crate::spatial::{Covered, Snapshot, SpatialIndex, Unlocated, Where, located};
use crate::store::{ProgrammingChange, Store, StoreError};

/// Who did what follows from projects, in the audit log and in trails.
const CLOCK: &str = "clock";
/// What keeps a list from growing without end.
const LIST_LIMIT: usize = 50_000;

/// Why a list was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ProgrammingFault {
    /// There is no such thing on the list.
    #[error("there is no {} {id}", what.id())]
    Unknown {
        /// What.
        what: Named,
        /// Its number.
        id: u64,
    },
    /// It is not as the caller thinks.
    #[error("it was changed since it was read")]
    Stale,
    /// It lies where the caller has no say.
    #[error("you may not do that in all of {0}")]
    Zones(String),
    /// What is said of it names what is not there.
    #[error(transparent)]
    Unlocated(#[from] Unlocated),
    /// The list is full.
    #[error("the list has {LIST_LIMIT} members, the limit")]
    Full,
    /// More would be looked at than can be at once.
    #[error(
        "there are more than {limit} problems and needs\nhint: ask for one zone, one kind of task or one check-up"
    )]
    TooMany {
        /// How many can be.
        limit: usize,
    },
    /// What was asked for is not possible.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A check-up could not be read.
    #[error(transparent)]
    CheckUp(#[from] crate::checkups::CheckUpFault),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

impl InChinese for ProgrammingFault {
    fn zh(&self) -> String {
        match self {
            Self::Unknown { what, id } => format!("没有{} {id}", what.zh()),
            Self::Stale => "内容在您查看之后有了变化；请重新查看后再处理".to_owned(),
            Self::Zones(zones) => format!("您不能在这些片区全部办理：{zones}"),
            Self::Unlocated(Unlocated::Object(id)) => format!("没有对象 `{id}`"),
            Self::Unlocated(Unlocated::Zone(id)) => format!("没有片区 `{id}`"),
            Self::Full => format!("清单已有 {LIST_LIMIT} 条，达到上限"),
            Self::TooMany { limit } => {
                format!("问题和需求超过 {limit} 条；请按片区、任务类型或某次体检分别生成")
            }
            Self::Refused(refusal) => refusal.zh(),
            Self::CheckUp(fault) => fault.zh(),
            Self::Store(_) => NOT_STORED_ZH.to_owned(),
            Self::Stopping => STOPPING_ZH.to_owned(),
        }
    }
}

/// What makes another plan of the one before.
pub type Edit<P> = Box<dyn FnOnce(&mut P) + Send>;

/// The three lists.
pub struct Programming {
    store: Arc<dyn Store>,
    index: Arc<SpatialIndex>,
    themes: Arc<TaskThemes>,
    /// Held by whoever changes something.
    turn: Mutex<()>,
    lists: RwLock<Arc<Lists>>,
}

impl Programming {
    /// The lists as they are stored.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn open(
        store: Arc<dyn Store>,
        index: Arc<SpatialIndex>,
        themes: TaskThemes,
    ) -> Result<Self, StoreError> {
        let lists = RwLock::new(Arc::new(store.programming().await?));
        Ok(Self { store, index, themes: Arc::new(themes), turn: Mutex::default(), lists })
    }

    /// The lists of this moment.
    #[must_use]
    pub fn now(&self) -> Arc<Lists> {
        Arc::clone(&self.lists.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What belongs together in one task.
    #[must_use]
    pub fn themes(&self) -> &TaskThemes {
        &self.themes
    }

    /// What stands on a list under a number.
    ///
    /// # Errors
    /// [`ProgrammingFault::Unknown`] if there is nothing.
    pub fn get<T: Kept>(&self, id: u64) -> Result<Arc<T>, ProgrammingFault> {
        let found = T::of(&self.now()).get(&id).cloned();
        found.ok_or(ProgrammingFault::Unknown { what: T::LIST.named(), id })
    }

    /// What happened to what stands on a list before a version, newest first.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn trail<T: Kept>(
        &self,
        id: u64,
        before: u32,
        limit: u32,
    ) -> Result<Vec<T::Entry>, StoreError> {
        T::trail(&*self.store, id, before, limit).await
    }

    /// Enters something into its list. `entry` tells the audit log who.
    ///
    /// # Errors
    /// A [`ProgrammingFault`] that says why it was not taken.
    pub async fn begin<T: Kept>(
        self: &Arc<Self>,
        plans: Vec<T::Plan>,
        actor: Actor,
        entry: AuditDraft,
    ) -> Result<Vec<Arc<T>>, ProgrammingFault> {
        let programming = Arc::clone(self);
        // A task of its own: what is stored must be shown, also when the client has gone by then.
        in_own_task(
            async move { programming.begin_now(plans, &actor, &entry).await },
            ProgrammingFault::Stopping,
        )
        .await
    }

    async fn begin_now<T: Kept>(
        &self,
        plans: Vec<T::Plan>,
        actor: &Actor,
        entry: &AuditDraft,
    ) -> Result<Vec<Arc<T>>, ProgrammingFault> {
        let _turn = self.turn.lock().await;
        let (mut draft, now) = (Draft::of(&self.now()), self.index.now());
        let mut ids = Vec::with_capacity(plans.len());
        for plan in plans {
            let zones = check_new::<T>(&draft.lists, &plan, actor, &now)?;
            ids.push(draft.begin::<T>(plan, zones, entry)?);
        }
        let lists = self.keep(draft, entry).await?;
        let kept = T::of(&lists);
        Ok(ids.iter().filter_map(|id| kept.get(id).cloned()).collect())
    }

    /// Says whether something could be entered into its list as it is now, for someone; nothing is stored.
    ///
    /// # Errors
    /// A [`ProgrammingFault`] that says why not.
    pub fn check<T: Kept>(&self, plan: &T::Plan, actor: &Actor) -> Result<(), ProgrammingFault> {
        check_new::<T>(&self.now(), plan, actor, &self.index.now()).map(|_| ())
    }

    /// Gives what stands on a list another plan. `version`: the one that it must have.
    ///
    /// # Errors
    /// A [`ProgrammingFault`] that says why it was not changed.
    pub async fn plan_anew<T: Kept>(
        self: &Arc<Self>,
        id: u64,
        edit: Edit<T::Plan>,
        actor: Actor,
        version: Option<u32>,
        entry: AuditDraft,
    ) -> Result<Arc<T>, ProgrammingFault> {
        let programming = Arc::clone(self);
        in_own_task(
            async move { programming.plan_now::<T>(id, edit, &actor, version, &entry).await },
            ProgrammingFault::Stopping,
        )
        .await
    }

    async fn plan_now<T: Kept>(
        &self,
        id: u64,
        edit: Edit<T::Plan>,
        actor: &Actor,
        version: Option<u32>,
        entry: &AuditDraft,
    ) -> Result<Arc<T>, ProgrammingFault> {
        let _turn = self.turn.lock().await;
        let before = self.get_at::<T>(id, version)?;
        let mut plan = before.plan().clone();
        edit(&mut plan);
        // Limits come first: what is looked up costs as much as it is long.
        T::check(&plan)?;
        let said = (T::said(before.plan()), before.zones());
        let zones = located(T::said(&plan), Some(said), &self.index.now())?;
        let mut draft = Draft::of(&self.now());
        T::check_links(&draft.lists, Some(&before), &plan)?;
        let parties = parties_of(actor, &*before);
        let change = programming::plan_anew(&*before, plan, zones, &parties, entry.at)?;
        may_in_all::<T>(actor, change.after.zones())?;
        draft.take::<T>(Some(&before), change, entry);
        let lists = self.keep(draft, entry).await?;
        kept_in::<T>(&lists, id)
    }

    /// Does something with what stands on a list, for someone. `version`: the one that it must have.
    ///
    /// # Errors
    /// A [`ProgrammingFault`] that says why it was not done.
    pub async fn act<T: Kept>(
        self: &Arc<Self>,
        id: u64,
        (deed, text): (T::Deed, Option<String>),
        actor: Actor,
        version: Option<u32>,
        entry: AuditDraft,
    ) -> Result<Arc<T>, ProgrammingFault> {
        let programming = Arc::clone(self);
        in_own_task(
            async move { programming.act_now::<T>(id, (deed, text), &actor, version, &entry).await },
            ProgrammingFault::Stopping,
        )
        .await
    }

    async fn act_now<T: Kept>(
        &self,
        id: u64,
        (deed, text): (T::Deed, Option<String>),
        actor: &Actor,
        version: Option<u32>,
        entry: &AuditDraft,
    ) -> Result<Arc<T>, ProgrammingFault> {
        let _turn = self.turn.lock().await;
        let before = self.get_at::<T>(id, version)?;
        let parties = parties_of(actor, &*before);
        let change = programming::act(&*before, deed, text.as_deref(), &parties, entry.at)?;
        let mut draft = Draft::of(&self.now());
        T::check_deed(&draft.lists, &before, deed)?;
        draft.take::<T>(Some(&before), change, entry);
        let lists = self.keep(draft, entry).await?;
        kept_in::<T>(&lists, id)
    }

    /// Brings the lists in line with projects: `pursued` tells the tasks that they name, once nobody else changes a list. Gives
    /// how many changes it were.
    ///
    /// # Errors
    /// If they cannot be stored; they are tried again the next time.
    pub async fn follow(
        &self,
        pursued: impl FnOnce() -> BTreeMap<u64, Pursuit> + Send,
        now: OffsetDateTime,
    ) -> Result<usize, ProgrammingFault> {
        let _turn = self.turn.lock().await;
        let (before, pursued) = (self.now(), pursued());
        if !lags(&before, &pursued) {
            return Ok(0);
        }
        let mut draft = Draft::of(&before);
        let steps = follow_projects(&mut draft.lists, &pursued, now);
        let entry = AuditDraft::new(now, CLOCK.to_owned(), "programming.follow", "programming");
        let told = steps.len();
        draft.extend(steps, &entry);
        self.keep(draft, &entry).await?;
        Ok(told)
    }

    /// Stores what a draft has changed, and shows it.
    async fn keep(&self, draft: Draft, entry: &AuditDraft) -> Result<Arc<Lists>, ProgrammingFault> {
        let Draft { lists, steps, audit } = draft;
        let stored = |step| ProgrammingChange { step, actor: entry.actor.clone() };
        let changes: Vec<ProgrammingChange> = steps.into_iter().map(stored).collect();
        if !self.store.change_programming(&changes, &audit).await? {
            return Err(ProgrammingFault::Stale);
        }
        let lists = Arc::new(lists);
        *self.lists.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&lists);
        Ok(lists)
    }

    fn get_at<T: Kept>(&self, id: u64, version: Option<u32>) -> Result<Arc<T>, ProgrammingFault> {
        let before = self.get::<T>(id)?;
        if version.is_some_and(|version| version != before.version()) {
            return Err(ProgrammingFault::Stale);
        }
        Ok(before)
    }
}

/// The box around some places, if any of them is known.
#[must_use]
pub fn bounds_of(places: &[ProjectPlace], now: &Snapshot) -> Option<LocalBox> {
    Covered::of(places, now).map(|covered| covered.bounds())
}

/// Resources as tasks see them, with their boxes at a moment.
#[must_use]
pub fn offers<'a>(lists: &'a Lists, now: &Snapshot) -> Vec<Offer<'a>> {
    let offer = |resource: &'a Arc<Resource>| Offer {
        bounds: bounds_of(&resource.plan.places, now),
        is_left: Drawn::of(lists, resource.id).leaves(&resource.plan),
        resource,
    };
    lists.resources.values().map(offer).collect()
}

/// The parties that someone is of something: whoever keeps its list in all of its zones.
#[must_use]
pub fn parties_of<T: Kept>(actor: &Actor, item: &T) -> Vec<Party> {
    if may_in(actor, T::ACTION, item.zones()) { vec![T::KEPT_BY] } else { Vec::new() }
}

fn may_in_all<T: Kept>(actor: &Actor, zones: &[String]) -> Result<(), ProgrammingFault> {
    may_do_in_all(actor, T::ACTION, zones)
}

fn may_do_in_all(actor: &Actor, action: Action, zones: &[String]) -> Result<(), ProgrammingFault> {
    if may_in(actor, action, zones) {
        return Ok(());
    }
    let zones = if zones.is_empty() { "the community".to_owned() } else { zones.join(", ") };
    Err(ProgrammingFault::Zones(zones))
}

/// Whether something can be entered into its list by someone; gives the zones that it lies in.
fn check_new<T: Kept>(
    lists: &Lists,
    plan: &T::Plan,
    actor: &Actor,
    now: &Snapshot,
) -> Result<Vec<String>, ProgrammingFault> {
    T::check(plan)?;
    let Where { zones, places } = T::said(plan);
    let zones = located(Where { zones, places }, None, now)?;
    may_in_all::<T>(actor, &zones)?;
    T::check_links(lists, None, plan)?;
    Ok(zones)
}

fn kept_in<T: Kept>(lists: &Lists, id: u64) -> Result<Arc<T>, ProgrammingFault> {
    T::of(lists).get(&id).cloned().ok_or(ProgrammingFault::Unknown { what: T::LIST.named(), id })
}
