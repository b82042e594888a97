//! The check-ups: catalogues of indicators, check-ups and what follows from their values are decided by the domain,
//! stored, and then shown. Called by the API.
//!
//! Catalogues and check-ups are few and in memory; values and problems are many and stay in the store, but for those
//! problems that were confirmed. `ground` is the
//! model as check-ups see it, `confirmed` the problems that others are shown, `values` what is said of it, `compute` what
//! the server says itself, `review` which problems follow.

pub mod compute;
mod confirmed;
mod counted;
mod fault;
mod ground;
mod review;
mod values;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::RwLock as Turn;
use twin_schemas::checkups::{CheckUp, CheckUpDeed, CheckUpProblem, CheckUpState, ProblemState};
use twin_schemas::indicators::Indicator;

use crate::domain::audit::AuditDraft;
use crate::domain::checkup::{self, Catalogue, Change, NewCheckUp, Party, ProblemRequest, Request, Standing};
use crate::domain::cycle::Word as _;
use crate::domain::permission::{Action, Actor, Decision, Place as Where, may};
use crate::own_task::in_own_task;
use crate::store::{CheckUpChange, CheckUpStored, ProblemQuery, ProblemStep, Store, StoredCatalogue};

pub use confirmed::Confirmed;
pub use counted::Counts;
pub use fault::CheckUpFault;
pub use ground::{Ground, Place};
pub use values::{Checked, Checker};

/// A catalogue with its number.
#[derive(Debug, Clone)]
pub struct Numbered {
    /// Its number; none for the one that is built in and was not used yet.
    pub number: Option<u32>,
    /// Whether a city brought it.
    pub imported: bool,
    /// The indicators.
    pub catalogue: Arc<Catalogue>,
}

/// What an import of indicators changes, or would change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CatalogueCounts {
    /// Indicators that are new.
    pub added: usize,
    /// Indicators that were there and are different.
    pub updated: usize,
    /// Indicators that were there just so.
    pub unchanged: usize,
    /// Indicators that are not in the catalogue any more.
    pub removed: usize,
}

/// All check-ups.
pub struct CheckUps {
    store: Arc<dyn Store>,
    built_in: Arc<Catalogue>,
    /// Held for writing by whoever changes a check-up, for reading by whoever gives values.
    turn: Turn<()>,
    book: RwLock<Book>,
    counted: counted::Counted,
}

#[derive(Default)]
struct Book {
    catalogues: BTreeMap<u32, Numbered>,
    check_ups: BTreeMap<u64, Arc<CheckUp>>,
    confirmed: Arc<Confirmed>,
}

impl CheckUps {
    /// The check-ups as they are stored.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn open(store: Arc<dyn Store>, built_in: Catalogue) -> Result<Self, CheckUpFault> {
        let mut book = Book::default();
        for StoredCatalogue { number, imported, indicators } in store.indicator_catalogues().await? {
            let catalogue = Arc::new(Catalogue::new(indicators)?);
            book.catalogues.insert(number, Numbered { number: Some(number), imported, catalogue });
        }
        let check_ups = store.check_ups().await?;
        book.check_ups = check_ups.into_iter().map(|check_up| (check_up.id, Arc::new(check_up))).collect();
        let check_ups = Self {
            store,
            built_in: Arc::new(built_in),
            turn: Turn::default(),
            book: RwLock::new(book),
            counted: counted::Counted::default(),
        };
        check_ups.load_confirmed().await?;
        Ok(check_ups)
    }

    /// The catalogue in force: the last that a city brought, else the one that is built in.
    #[must_use]
    pub fn in_force(&self) -> Numbered {
        let book = self.read();
        let imported = book.catalogues.values().rev().find(|kept| kept.imported).cloned();
        imported.unwrap_or_else(|| {
            let same = book.catalogues.values().find(|kept| is_same(&kept.catalogue, &self.built_in));
            Numbered {
                number: same.and_then(|kept| kept.number),
                imported: false,
                catalogue: Arc::clone(&self.built_in),
            }
        })
    }

    /// A catalogue by its number.
    ///
    /// # Errors
    /// [`CheckUpFault::UnknownCatalogue`] if there is none.
    pub fn catalogue(&self, number: u32) -> Result<Numbered, CheckUpFault> {
        self.read().catalogues.get(&number).cloned().ok_or(CheckUpFault::UnknownCatalogue(number))
    }

    /// Brings indicators into the catalogue: over those with the same code, or, with `replaces`, in place of all. With
    /// `dry_run` nothing is changed.
    ///
    /// # Errors
    /// If they are no catalogue together, or the store refuses.
    pub async fn import(
        &self,
        indicators: Vec<Indicator>,
        replaces: bool,
        dry_run: bool,
        entry: AuditDraft,
    ) -> Result<(Numbered, CatalogueCounts), CheckUpFault> {
        let _turn = self.turn.write().await;
        let now = self.in_force();
        let mut counts = CatalogueCounts::default();
        let brought = Catalogue::new(indicators)?;
        for indicator in brought.list() {
            match now.catalogue.get(&indicator.code) {
                None => counts.added += 1,
                Some(known) if known == indicator => counts.unchanged += 1,
                Some(_) => counts.updated += 1,
            }
        }
        let others = now.catalogue.list().iter().filter(|known| brought.get(&known.code).is_none()).count();
        let mut list: Vec<Indicator> = Vec::new();
        if replaces {
            counts.removed = others;
        } else {
            let kept = |known: &Arc<Indicator>| brought.get(&known.code).unwrap_or(known).as_ref().clone();
            list.extend(now.catalogue.list().iter().map(kept));
        }
        let is_there: std::collections::BTreeSet<String> = list.iter().map(|it| it.code.clone()).collect();
        list.extend(brought.list().iter().filter(|it| !is_there.contains(&it.code)).map(|it| (**it).clone()));
        let after = Catalogue::new(list.clone())?;
        if dry_run || is_same(&after, &now.catalogue) {
            return Ok((now, counts));
        }
        let number = self.next_catalogue();
        let detail = format!(
            "catalogue {number}: {} added, {} updated, {} removed",
            counts.added, counts.updated, counts.removed
        );
        let entry = AuditDraft { object: format!("indicators:{number}"), ..entry }.with_detail(detail);
        let kept = self.keep_catalogue(number, true, after, &entry).await?;
        Ok((kept, counts))
    }

    fn next_catalogue(&self) -> u32 {
        self.read().catalogues.last_key_value().map_or(1, |(last, _)| last + 1)
    }

    async fn keep_catalogue(
        &self,
        number: u32,
        imported: bool,
        catalogue: Catalogue,
        entry: &AuditDraft,
    ) -> Result<Numbered, CheckUpFault> {
        let indicators = catalogue.list().iter().map(|indicator| (**indicator).clone()).collect();
        let stored = StoredCatalogue { number, imported, indicators };
        if !self.store.add_indicator_catalogue(&stored, entry).await? {
            return Err(CheckUpFault::Stale);
        }
        let kept = Numbered { number: Some(number), imported, catalogue: Arc::new(catalogue) };
        self.write(|book| drop(book.catalogues.insert(number, kept.clone())));
        Ok(kept)
    }

    /// A check-up.
    ///
    /// # Errors
    /// [`CheckUpFault::Unknown`] if there is none.
    pub fn get(&self, id: u64) -> Result<Arc<CheckUp>, CheckUpFault> {
        self.read().check_ups.get(&id).cloned().ok_or(CheckUpFault::Unknown(id))
    }

    /// The check-ups that a question accepts, newest first.
    #[must_use]
    pub fn newest(&self, mut accepts: impl FnMut(&CheckUp) -> bool) -> Vec<Arc<CheckUp>> {
        self.read().check_ups.values().rev().filter(|check_up| accepts(check_up)).cloned().collect()
    }

    /// The indicators of a check-up, in the order of its catalogue.
    ///
    /// # Errors
    /// If its catalogue is not there, which its planning keeps from happening.
    pub fn indicators(&self, check_up: &CheckUp) -> Result<Vec<Arc<Indicator>>, CheckUpFault> {
        let Numbered { catalogue, .. } = self.catalogue(check_up.catalogue)?;
        let is_meant = |code: &String| check_up.indicators.is_empty() || check_up.indicators.contains(code);
        Ok(catalogue.list().iter().filter(|indicator| is_meant(&indicator.code)).cloned().collect())
    }

    /// Plans a check-up, with the catalogue that is in force.
    ///
    /// # Errors
    /// A [`CheckUpFault`] that says why it is not planned.
    pub async fn plan(
        self: &Arc<Self>,
        new: NewCheckUp,
        ground: Ground,
        actor: Actor,
        entry: AuditDraft,
    ) -> Result<Arc<CheckUp>, CheckUpFault> {
        let check_ups = Arc::clone(self);
        // A task of its own: what is stored must be shown, also when the client has gone by then.
        in_own_task(
            async move { check_ups.plan_now(new, &ground, &actor, entry).await },
            CheckUpFault::Stopping,
        )
        .await
    }

    async fn plan_now(
        &self,
        new: NewCheckUp,
        ground: &Ground,
        actor: &Actor,
        entry: AuditDraft,
    ) -> Result<Arc<CheckUp>, CheckUpFault> {
        let _turn = self.turn.write().await;
        let in_force = self.in_force();
        if let Some(zone) = new.zones.iter().find(|zone| !ground.has_zone(zone)) {
            return Err(CheckUpFault::UnknownZone(zone.clone()));
        }
        if let Some(code) = new.indicators.iter().find(|code| in_force.catalogue.get(code).is_none()) {
            return Err(CheckUpFault::UnknownIndicator(code.clone()));
        }
        if let Some(before) = new.follows
            && self.get(before)?.state != CheckUpState::Concluded
        {
            return Err(CheckUpFault::NotConcluded(before));
        }
        if !runs(actor, &new.zones) {
            let all = || "the whole community".to_owned();
            return Err(CheckUpFault::NotYours(new.zones.first().map_or_else(all, |_| "these zones".into())));
        }
        let id = self.read().check_ups.last_key_value().map_or(1, |(last, _)| last + 1);
        let number = in_force.number.unwrap_or_else(|| self.next_catalogue());
        let Change { after, entry: told } = checkup::planned(id, new, number, entry.at)?;
        if in_force.number.is_none() {
            let kept = AuditDraft { object: format!("indicators:{number}"), ..entry.clone() };
            self.keep_catalogue(number, false, Catalogue::clone(&in_force.catalogue), &kept).await?;
        }
        let change = CheckUpChange { after, entry: told, actor: entry.actor.clone() };
        let audit = AuditDraft { object: object_of(id), ..entry };
        is_stored(self.store.add_check_up(&change, &audit).await?)?;
        Ok(self.show(change.after))
    }

    /// Does something with a check-up for someone. `version`: the one that it must have.
    ///
    /// # Errors
    /// A [`CheckUpFault`] that says why it was not done.
    pub async fn act(
        self: &Arc<Self>,
        id: u64,
        request: Request,
        version: Option<u32>,
        ground: Ground,
        actor: Actor,
        entry: AuditDraft,
    ) -> Result<Arc<CheckUp>, CheckUpFault> {
        let check_ups = Arc::clone(self);
        in_own_task(
            async move { check_ups.act_now(id, request, version, &ground, &actor, entry).await },
            CheckUpFault::Stopping,
        )
        .await
    }

    async fn act_now(
        &self,
        id: u64,
        request: Request,
        version: Option<u32>,
        ground: &Ground,
        actor: &Actor,
        entry: AuditDraft,
    ) -> Result<Arc<CheckUp>, CheckUpFault> {
        let _turn = self.turn.write().await;
        let before = self.get(id)?;
        if version.is_some_and(|version| version != before.version) {
            return Err(CheckUpFault::Stale);
        }
        let standing = self.standing(&before, request.deed).await?;
        let Change { after, entry: told } =
            checkup::act(&before, &request, &parties_of(actor, &before), standing, entry.at)?;
        let steps = match request.deed {
            CheckUpDeed::Review => self.find_problems(&after, ground, entry.at).await?,
            _ => Vec::new(),
        };
        let detail = format!("{}, version {}, {} problems", request.deed.id(), after.version, steps.len());
        let change = CheckUpChange { after, entry: told, actor: entry.actor.clone() };
        let audit = [AuditDraft { object: object_of(id), ..entry }.with_detail(detail)];
        let _changing = self.counted.changing();
        is_stored(self.store.change_check_up(Some(&change), &steps, &audit).await?)?;
        self.write(|book| {
            let confirmed = Arc::make_mut(&mut book.confirmed);
            confirmed.take(&steps);
            if change.after.state == CheckUpState::Cancelled {
                confirmed.drop_all_of(id);
            }
        });
        Ok(self.show(change.after))
    }

    /// What a deed asks of values and problems.
    async fn standing(&self, check_up: &CheckUp, deed: CheckUpDeed) -> Result<Standing, CheckUpFault> {
        let mut standing = Standing::default();
        match deed {
            CheckUpDeed::Review => {
                let counts = self.store.count_values(check_up.id).await?;
                standing.values = counts.iter().map(|(_, values)| values).sum();
            }
            CheckUpDeed::Conclude => {
                let counts = self.store.count_problems(check_up.id).await?;
                let open = counts.iter().filter(|count| count.state == ProblemState::Found);
                standing.undecided = open.map(|count| count.problems).sum();
            }
            CheckUpDeed::Begin | CheckUpDeed::Reopen | CheckUpDeed::Cancel => {}
        }
        Ok(standing)
    }

    /// Does the same with some problems of a check-up, all or none. `version`: the one that each must have.
    ///
    /// # Errors
    /// A [`CheckUpFault`] that says why it was not done.
    pub async fn decide(
        &self,
        id: u64,
        problems: Vec<u64>,
        request: &ProblemRequest,
        version: Option<u32>,
        actor: &Actor,
        entry: AuditDraft,
    ) -> Result<Vec<CheckUpProblem>, CheckUpFault> {
        let _turn = self.turn.write().await;
        let check_up = self.get(id)?;
        if !checkup::takes_decisions(&check_up) {
            return Err(CheckUpFault::NotInReview(check_up.state.id()));
        }
        let catalogue = self.catalogue(check_up.catalogue)?.catalogue;
        let query = ProblemQuery {
            check_up: id,
            limit: problems.len() as u32,
            ids: problems.clone(),
            ..ProblemQuery::default()
        };
        let known = self.store.problems(query).await?;
        if let Some(unknown) = problems.iter().find(|wanted| !known.iter().any(|known| known.id == **wanted))
        {
            return Err(CheckUpFault::UnknownProblem(id, *unknown));
        }
        let mut steps = Vec::with_capacity(known.len());
        for problem in &known {
            if version.is_some_and(|version| version != problem.version) {
                return Err(CheckUpFault::Stale);
            }
            let indicator = catalogue.get(&problem.indicator);
            let indicator =
                indicator.ok_or_else(|| CheckUpFault::UnknownIndicator(problem.indicator.clone()))?;
            let parties = parties_at(actor, problem);
            let change = checkup::decide(problem, request, &parties, indicator, entry.at)?;
            let actor = entry.actor.clone();
            steps.push(ProblemStep { after: change.after, entry: change.entry, actor });
        }
        let audit: Vec<AuditDraft> = steps
            .iter()
            .map(|step| {
                let object = format!("check-up:{id}:{}", step.after.id);
                let detail = format!("{}, version {}", request.deed.id(), step.after.version);
                AuditDraft { object, ..entry.clone() }.with_detail(detail)
            })
            .collect();
        let _changing = self.counted.changing();
        is_stored(self.store.change_check_up(None, &steps, &audit).await?)?;
        self.write(|book| Arc::make_mut(&mut book.confirmed).take(&steps));
        Ok(steps.into_iter().map(|step| step.after).collect())
    }

    fn show(&self, check_up: CheckUp) -> Arc<CheckUp> {
        let shown = Arc::new(check_up);
        self.write(|book| drop(book.check_ups.insert(shown.id, Arc::clone(&shown))));
        shown
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Book> {
        self.book.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, change: impl FnOnce(&mut Book)) {
        change(&mut self.book.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// As which parties someone acts on a check-up: whoever runs check-ups in all of its places.
#[must_use]
pub fn parties_of(actor: &Actor, check_up: &CheckUp) -> Vec<Party> {
    if runs(actor, &check_up.zones) { vec![Party::Planner] } else { Vec::new() }
}

/// As which parties someone acts on a problem: whoever runs check-ups where its object stands.
#[must_use]
pub fn parties_at(actor: &Actor, problem: &CheckUpProblem) -> Vec<Party> {
    let place = problem.zone.as_deref().map_or(Where::Whole, |zone| Where::Zone(Some(zone)));
    let runs = may(actor, Action::ManageCheckUps, place) == Decision::Allowed;
    if runs { vec![Party::Planner] } else { Vec::new() }
}

fn runs(actor: &Actor, zones: &[String]) -> bool {
    let runs_in = |place| may(actor, Action::ManageCheckUps, place) == Decision::Allowed;
    if zones.is_empty() {
        return runs_in(Where::Whole);
    }
    zones.iter().all(|zone| runs_in(Where::Zone(Some(zone))))
}

fn is_same(one: &Catalogue, other: &Catalogue) -> bool {
    one.list() == other.list()
}

fn is_stored(stored: CheckUpStored) -> Result<(), CheckUpFault> {
    match stored {
        CheckUpStored::Yes => Ok(()),
        CheckUpStored::Stale => Err(CheckUpFault::Stale),
        CheckUpStored::UnknownPhoto => Err(CheckUpFault::UnknownPhoto),
    }
}

fn object_of(id: u64) -> String {
    format!("check-up:{id}")
}
