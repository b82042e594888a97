//! The tasks that follow from the lists: confirmed problems of check-ups that are concluded and open needs, both in no task
//! yet, are looked up and placed; the domain says which tasks follow; these are stored or only shown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use twin_schemas::LocalizedText;
use twin_schemas::checkups::{CheckUp, CheckUpProblem, CheckUpState, ProblemState};
use twin_schemas::geometry::LocalBox;
use twin_schemas::indicators::Indicator;
use twin_schemas::programming::{LeftOut, Need, NeedState, Task, TaskProposal};
use twin_schemas::projects::{ProjectKind, ProjectPlace, ProjectProblem};

use super::{Draft, Kept, Programming, ProgrammingFault, bounds_of, check_new, offers};
use crate::checkups::{CheckUpFault, CheckUps};
use crate::domain::audit::AuditDraft;
use crate::domain::permission::Actor;
use crate::domain::programming::{ITEMS_LIMIT, Item, ItemOf, Lists, TaskThemes, generate};
use crate::domain::project::{day_of, may_in};
use crate::own_task::in_own_task;
use crate::spatial::{Covered, Kind, Snapshot};
use crate::store::ProblemQuery;

/// From what tasks are to follow.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Numbers of check-ups; none: those that are concluded and that no concluded one follows.
    pub check_ups: Vec<u64>,
    /// Only problems and needs of this zone.
    pub zone: Option<String>,
    /// Only tasks of this kind.
    pub kind: Option<ProjectKind>,
    /// How near to each other is what becomes one task, in metres.
    pub within_m: f64,
    /// How far a resource of another zone may be, in metres.
    pub reach_m: f64,
    /// Whether nothing is stored.
    pub dry_run: bool,
}

/// The tasks that follow.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposed {
    /// Numbers of the check-ups that were looked at.
    pub check_ups: Vec<u64>,
    /// The tasks.
    pub proposals: Vec<TaskProposal>,
    /// What was not looked at.
    pub left_out: LeftOut,
}

/// What is looked at, on the way.
#[derive(Default)]
struct Found {
    items: Vec<Item>,
    left_out: LeftOut,
    zone_names: BTreeMap<String, LocalizedText>,
}

impl Programming {
    /// Finds the tasks that follow, and stores them as proposed unless it is a dry run. Looks at what lies where `actor`
    /// plans tasks.
    ///
    /// # Errors
    /// A [`ProgrammingFault`] that says why not.
    pub async fn propose(
        self: &Arc<Self>,
        asked: Asked,
        check_ups: &Arc<CheckUps>,
        actor: Actor,
        entry: AuditDraft,
    ) -> Result<Proposed, ProgrammingFault> {
        let (programming, check_ups) = (Arc::clone(self), Arc::clone(check_ups));
        in_own_task(
            async move { programming.propose_now(asked, &check_ups, actor, entry).await },
            ProgrammingFault::Stopping,
        )
        .await
    }

    async fn propose_now(
        &self,
        asked: Asked,
        check_ups: &CheckUps,
        actor: Actor,
        entry: AuditDraft,
    ) -> Result<Proposed, ProgrammingFault> {
        // Nobody puts a problem into a task between the look and the storing.
        let _turn = self.turn.lock().await;
        let (lists, now) = (self.now(), self.index.now());
        let meant = meant(check_ups, &asked.check_ups)?;
        let mut found = Found::default();
        for check_up in &meant {
            self.find_problems(check_up, check_ups, &asked, (&lists, &now), &actor, &mut found).await?;
        }
        self.find_needs(&asked, (&lists, &now), &actor, &mut found)?;
        let Found { items, left_out, zone_names } = found;
        let (themes, today) = (Arc::clone(&self.themes), day_of(entry.at));
        let (known, place) = (Arc::clone(&lists), Arc::clone(&now));
        let reach = (asked.within_m, asked.reach_m);
        // Seconds where very many lie at one place.
        let follow = move || generate(items, &themes, &zone_names, &offers(&known, &place), reach, today);
        let proposals = tokio::task::spawn_blocking(follow).await.map_err(|_| ProgrammingFault::Stopping)?;
        let check_ups = meant.iter().map(|check_up| check_up.id).collect();
        let mut proposed = Proposed { check_ups, proposals, left_out };
        if !asked.dry_run && !proposed.proposals.is_empty() {
            let mut draft = Draft::of(&lists);
            for proposal in &mut proposed.proposals {
                let zones = check_new::<Task>(&draft.lists, &proposal.plan, &actor, &now)?;
                proposal.task = Some(draft.begin::<Task>(proposal.plan.clone(), zones, &entry)?);
            }
            self.keep(draft, &entry).await?;
        }
        Ok(proposed)
    }

    async fn find_problems(
        &self,
        check_up: &CheckUp,
        check_ups: &CheckUps,
        asked: &Asked,
        (lists, now): (&Lists, &Snapshot),
        actor: &Actor,
        found: &mut Found,
    ) -> Result<(), ProgrammingFault> {
        let catalogue = check_ups.catalogue(check_up.catalogue)?.catalogue;
        let query = ProblemQuery {
            check_up: check_up.id,
            states: vec![ProblemState::Confirmed],
            zone: asked.zone.clone(),
            limit: ITEMS_LIMIT as u32 + 1,
            ..ProblemQuery::default()
        };
        let problems = self.store.problems(query).await?;
        check_count(problems.len())?;
        for problem in problems {
            let of = ProjectProblem { check_up: check_up.id, problem: problem.id };
            let indicator = catalogue.get(&problem.indicator).map(AsRef::as_ref);
            let item = item_of_problem(of, &problem, indicator, &self.themes, now);
            if !is_asked(&item, asked, &self.themes) {
                continue;
            }
            if lists.holder_of_problem(of).is_some() {
                found.left_out.problems_in_tasks += 1;
                continue;
            }
            found.take(item, actor)?;
        }
        found.name_zones(now);
        Ok(())
    }

    fn find_needs(
        &self,
        asked: &Asked,
        (lists, now): (&Lists, &Snapshot),
        actor: &Actor,
        found: &mut Found,
    ) -> Result<(), ProgrammingFault> {
        for need in lists.needs.values() {
            let item = item_of_need(need, &self.themes, now);
            if !is_asked(&item, asked, &self.themes) {
                continue;
            }
            match need.state {
                NeedState::Open => found.take(item, actor)?,
                NeedState::InTask => found.left_out.needs_in_tasks += 1,
                NeedState::Met | NeedState::Dismissed => {}
            }
        }
        found.name_zones(now);
        Ok(())
    }
}

impl Found {
    /// Takes an item in if it lies where someone plans tasks.
    fn take(&mut self, item: Item, actor: &Actor) -> Result<(), ProgrammingFault> {
        if !may_in(actor, <Task as Kept>::ACTION, &item.zones) {
            self.left_out.not_yours += 1;
            return Ok(());
        }
        self.items.push(item);
        check_count(self.items.len())
    }

    fn name_zones(&mut self, now: &Snapshot) {
        let zones: BTreeSet<&String> = self.items.iter().flat_map(|item| &item.zones).collect();
        let names = zones.into_iter().filter_map(|zone| Some((zone.clone(), now.get(zone)?.name.clone())));
        self.zone_names = names.collect();
    }
}

/// Whether an item is in the zone and of the kind that are asked for.
fn is_asked(item: &Item, asked: &Asked, themes: &TaskThemes) -> bool {
    let kind = themes.list().get(item.theme).map(|theme| theme.kind);
    asked.zone.as_ref().is_none_or(|zone| item.zones.contains(zone))
        && asked.kind.is_none_or(|asked| kind == Some(asked))
}

fn check_count(count: usize) -> Result<(), ProgrammingFault> {
    if count > ITEMS_LIMIT { Err(ProgrammingFault::TooMany { limit: ITEMS_LIMIT }) } else { Ok(()) }
}

/// The check-ups with these numbers, which must be concluded; without numbers the last ones: what a later check-up found
/// again is not looked at twice.
fn meant(check_ups: &CheckUps, numbers: &[u64]) -> Result<Vec<Arc<CheckUp>>, ProgrammingFault> {
    let is_concluded = |check_up: &CheckUp| check_up.state == CheckUpState::Concluded;
    if numbers.is_empty() {
        let mut concluded = check_ups.newest(is_concluded);
        let followed: BTreeSet<u64> = concluded.iter().filter_map(|check_up| check_up.follows).collect();
        concluded.retain(|check_up| !followed.contains(&check_up.id));
        concluded.sort_by_key(|check_up| check_up.id);
        return Ok(concluded);
    }
    let numbers: BTreeSet<u64> = numbers.iter().copied().collect();
    let found = numbers.into_iter().map(|number| {
        let check_up = check_ups.get(number)?;
        if is_concluded(&check_up) { Ok(check_up) } else { Err(CheckUpFault::NotConcluded(number).into()) }
    });
    found.collect()
}

fn item_of_problem(
    of: ProjectProblem,
    problem: &CheckUpProblem,
    indicator: Option<&Indicator>,
    themes: &TaskThemes,
    now: &Snapshot,
) -> Item {
    let object = now.get(&problem.object);
    let zone = problem.zone.clone().filter(|zone| now.get(zone).is_some());
    let is_zone = object.is_some_and(|object| Kind::from(object.class) == Kind::Zone);
    let place = ProjectPlace::Object { object: problem.object.clone() };
    let places: Vec<ProjectPlace> = object.filter(|_| !is_zone).map(|_| place).into_iter().collect();
    let covered = Covered::of(&places, now);
    let zones = match (zone, &covered) {
        (Some(zone), _) => vec![zone],
        (None, Some(covered)) => now.zones_under(covered),
        (None, None) => Vec::new(),
    };
    let bounds = covered.map(|covered| covered.bounds()).or_else(|| around(&zones, now));
    let name = |pick: fn(&LocalizedText) -> &Option<String>| {
        let of = |text: &LocalizedText| pick(text).clone().unwrap_or_else(|| text.en_or_zh().to_owned());
        let indicator = indicator.map_or_else(|| problem.indicator.clone(), |indicator| of(&indicator.name));
        let object = object.map(|object| of(&object.name)).filter(|name| !name.is_empty());
        (indicator, object.unwrap_or_else(|| problem.object.clone()), of(&problem.because))
    };
    let (zh, en) = (name(|text| &text.zh), name(|text| &text.en));
    let because =
        LocalizedText::new(format!("{} · {}：{}", zh.0, zh.1, zh.2), format!("{}, {}: {}", en.0, en.1, en.2));
    Item {
        of: ItemOf::Problem(of),
        theme: themes.of_indicator(indicator),
        zones,
        places,
        bounds,
        urgency: problem.urgency,
        because,
        due: Some(day_of(problem.due)),
        people: 0,
    }
}

fn item_of_need(need: &Need, themes: &TaskThemes, now: &Snapshot) -> Item {
    let plan = &need.plan;
    Item {
        of: ItemOf::Need(need.id),
        theme: themes.of_need(plan.kind),
        zones: need.zones.clone(),
        places: plan.places.clone(),
        bounds: bounds_of(&plan.places, now).or_else(|| around(&need.zones, now)),
        urgency: plan.urgency,
        because: plan.name.clone(),
        due: None,
        people: plan.people.unwrap_or_default(),
    }
}

/// The box around some zones: what has no place of its own is of all of them.
fn around(zones: &[String], now: &Snapshot) -> Option<LocalBox> {
    let boxes = zones.iter().filter_map(|zone| now.get(zone)).map(|zone| zone.bounds);
    boxes.reduce(|one, other| one.union(&other))
}
