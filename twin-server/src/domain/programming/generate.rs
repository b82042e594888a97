//! The tasks that follow from confirmed problems and open needs by rule: what is of one theme, in the same zones and near
//! each other becomes one task. Each problem and each need comes into exactly one; the same lists give the same tasks.
//!
//! A task is as urgent as the most urgent of what it comes from. It is 基础型 if that is 紧急 or 较紧急, else of the level
//! of its theme. It begins in the present quarter and ends in that in which the first of its problems is due; a task that
//! comes from needs alone is not planned in time.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalBox;
use twin_schemas::indicators::Urgency;
use twin_schemas::programming::{TaskBecause, TaskPlan, TaskProposal, TaskSize, TaskTheme};
use twin_schemas::projects::{ProjectLevel, ProjectPlace, ProjectProblem};

use super::suit::{Offer, Site, suiting};
use super::theme::TaskThemes;
use super::when::quarter_of;
use super::{days_of, near};
use crate::domain::project::plan::PARTS_LIMIT;

/// Most problems and needs that are looked at at once.
pub const ITEMS_LIMIT: usize = 10_000;
/// How near what becomes one task lies to each other if nothing is said, in metres: the width of a zone of the light scenes.
pub const WITHIN_M: f64 = 150.0;
/// Furthest that can be asked for, in metres.
pub const WITHIN_LIMIT_M: f64 = 5_000.0;
/// Most problems and needs of one task; more become several.
const TASK_LIMIT: usize = 1_000;
/// Longest part of a zone's name in that of a task, in characters.
const ZONE_NAME_LIMIT: usize = 60;

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemOf {
    /// A problem of a check-up.
    Problem(ProjectProblem),
    /// A need, by its number.
    Need(u64),
}

/// A problem or a need that is in no task yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Which.
    pub of: ItemOf,
    /// The place of its theme among the themes.
    pub theme: usize,
    /// Ids of the zones that it lies in, in their order; none: the whole community.
    pub zones: Vec<String>,
    /// Where exactly, if that is more than its zones.
    pub places: Vec<ProjectPlace>,
    /// The box around its places, or around its zone if the whole zone is meant.
    pub bounds: Option<LocalBox>,
    /// How urgent it is.
    pub urgency: Urgency,
    /// Why it is there, in words.
    pub because: LocalizedText,
    /// The day by which it is to be dealt with.
    pub due: Option<Date>,
    /// How many people it is about, as far as that is known.
    pub people: u32,
}

/// The tasks that follow, the most urgent first, then in the order of themes, zones and items. `items` may come in any order,
/// each once; `zone_names` are for the names of tasks.
#[must_use]
pub fn generate(
    mut items: Vec<Item>,
    themes: &TaskThemes,
    zone_names: &BTreeMap<String, LocalizedText>,
    offers: &[Offer<'_>],
    (within_m, reach_m): (f64, f64),
    today: Date,
) -> Vec<TaskProposal> {
    items.sort_by_key(|item| item.of);
    let mut together: BTreeMap<(usize, Vec<String>), Vec<Item>> = BTreeMap::new();
    for item in items {
        together.entry((item.theme, item.zones.clone())).or_default().push(item);
    }
    let mut proposals = Vec::new();
    for ((theme, zones), items) in together {
        let Some(theme) = themes.list().get(theme) else { continue };
        let boxes: Vec<Option<LocalBox>> = items.iter().map(|item| item.bounds).collect();
        let groups = near::groups(&boxes, within_m);
        let parts: Vec<Vec<&Item>> = groups
            .iter()
            .flat_map(|group| group.chunks(TASK_LIMIT))
            .map(|part| part.iter().filter_map(|at| items.get(*at)).collect())
            .collect();
        let is_one = parts.len() == 1;
        for (number, part) in (1_usize..).zip(parts) {
            let name = named(theme, &zones, zone_names, (!is_one).then_some(number));
            proposals.push(proposal(theme, name, zones.clone(), &part, offers, reach_m, today));
        }
    }
    // Stable: those that are as urgent stay in the order of themes, zones and items.
    proposals.sort_by_key(|proposal| std::cmp::Reverse(proposal.plan.urgency));
    proposals
}

fn proposal(
    theme: &TaskTheme,
    name: LocalizedText,
    zones: Vec<String>,
    part: &[&Item],
    offers: &[Offer<'_>],
    reach_m: f64,
    today: Date,
) -> TaskProposal {
    let urgency = part.iter().map(|item| item.urgency).max().unwrap_or(Urgency::Ordinary);
    let due = part.iter().filter_map(|item| item.due).min().map(|due| due.max(today));
    let (first, last) = (due.map(|_| quarter_of(today)), due.map(quarter_of));
    let level = if urgency > Urgency::Ordinary { ProjectLevel::Basic } else { theme.level };
    let bounds = part.iter().filter_map(|item| item.bounds).reduce(|one, other| one.union(&other));
    let to = last.as_deref().and_then(days_of).map(|(_, to)| to);
    let site = Site { zones: &zones, bounds, from: today, to };
    let kinds: BTreeSet<_> = theme.resources.iter().copied().collect();
    let resources = suiting(offers, &kinds, &site, reach_m);
    let (mut problems, mut needs, mut because) = (Vec::new(), Vec::new(), Vec::new());
    for item in part {
        let why = item.because.clone();
        match item.of {
            ItemOf::Problem(of) => {
                problems.push(of);
                because.push(TaskBecause::Problem { of, because: why });
            }
            ItemOf::Need(need) => {
                needs.push(need);
                because.push(TaskBecause::Need { need, because: why });
            }
        }
    }
    let plan = TaskPlan {
        name,
        kind: theme.kind,
        level,
        urgency,
        text: String::new(),
        size: Some(size(part)),
        first,
        last,
        after: Vec::new(),
        problems,
        needs,
        reports: Vec::new(),
        resources: Vec::new(),
        zones,
        places: places(part),
    };
    TaskProposal { task: None, theme: theme.id.clone(), plan, because, resources }
}

/// Where the task is beside its zones: each place once; none if they are so many that the zone says more.
fn places(part: &[&Item]) -> Vec<ProjectPlace> {
    let mut places: Vec<ProjectPlace> = Vec::new();
    for place in part.iter().flat_map(|item| &item.places) {
        if places.contains(place) {
            continue;
        }
        if places.len() == PARTS_LIMIT {
            return Vec::new();
        }
        places.push(place.clone());
    }
    places
}

fn size(part: &[&Item]) -> TaskSize {
    let problems = part.iter().filter(|item| matches!(item.of, ItemOf::Problem(_))).count();
    let needs = part.len() - problems;
    let people = part.iter().map(|item| u64::from(item.people)).sum::<u64>();
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    let counted =
        |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
    if problems > 0 {
        zh.push(format!("问题 {problems} 项"));
        en.push(counted(problems, "problem", "problems"));
    }
    if needs > 0 {
        zh.push(format!("需求 {needs} 项"));
        en.push(counted(needs, "need", "needs"));
    }
    if people > 0 {
        zh.push(format!("涉及约 {people} 人"));
        en.push(format!("about {people} people"));
    }
    TaskSize::Words { text: LocalizedText::new(zh.join("，"), en.join(", ")) }
}

fn named(
    theme: &TaskTheme,
    zones: &[String],
    zone_names: &BTreeMap<String, LocalizedText>,
    number: Option<usize>,
) -> LocalizedText {
    let zone = |pick: fn(&LocalizedText) -> Option<&String>, whole: &str, and: &str| match zones {
        [] => whole.to_owned(),
        [first, others @ ..] => {
            let name =
                zone_names.get(first).and_then(|name| pick(name).or(name.zh.as_ref()).or(name.en.as_ref()));
            let name: String = name.unwrap_or(first).chars().take(ZONE_NAME_LIMIT).collect();
            if others.is_empty() { name } else { name + and }
        }
    };
    let at = zone(|name| name.zh.as_ref(), "全社区", "等");
    let at_en = zone(|name| name.en.as_ref(), "the whole community", " and others");
    let (zh, en) = (theme.name.zh.as_deref().unwrap_or_default(), theme.name.en_or_zh());
    match number {
        None => LocalizedText::new(format!("{at} · {zh}"), format!("{en}, {at_en}")),
        Some(number) => {
            LocalizedText::new(format!("{at} · {zh}（{number}）"), format!("{en}, {at_en} ({number})"))
        }
    }
}
