//! Check-ups (体检): a check-up and what someone wants to do with it come in, the check-up afterwards with an entry of
//! its trail, or the reason against it, goes out. Called by `checkups` for the API.
//!
//! `course` is the table of what is possible, `catalogue` the indicators, `value` what may be said of an object,
//! `finding` which values are problems and how urgent, `problem` what becomes of them, `compare` two check-ups side by
//! side. A worked example is the first test.

mod catalogue;
mod chinese;
mod compare;
mod course;
mod finding;
mod problem;
mod value;

use time::macros::offset;
use time::{Date, Month, OffsetDateTime};
use twin_schemas::LocalizedText;
use twin_schemas::checkups::{CheckUp, CheckUpDeed, CheckUpEntry, CheckUpState};

pub use catalogue::{Catalogue, CatalogueError, INDICATORS_LIMIT, check as check_indicator};
pub use compare::{Keyed, Part, change as change_of, compare};
pub use course::{COURSE, Need, PROBLEM_COURSE, Party};
pub use finding::{Assessed, Finding, WIDESPREAD_FROM, days_for, findings, severity, threshold_of};
pub use problem::{ProblemChange, ProblemRequest, decide, possible_with_problem, reconcile};
pub use value::{
    GivenValue, REMARK_LIMIT, Site, VALUE_PHOTOS_LIMIT, ValueError, check_site, check_value, is_in_scope,
    level_of,
};

use super::cycle::{Course, Rule, Word};
use super::refusal::{Named, NotPossible};

/// Longest text that is said with a deed, in characters.
pub const TEXT_LIMIT: usize = 2_000;
/// Longest name of a check-up, in characters.
pub const NAME_LIMIT: usize = 200;
/// Most zones that a check-up is limited to.
pub const ZONES_LIMIT: usize = 1_000;
/// Years that a check-up may be of.
const YEARS: std::ops::RangeInclusive<u16> = 1949..=2200;

/// What a check-up is to be. Zones, indicators and the check-up before are known to exist.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCheckUp {
    /// Its name.
    pub name: LocalizedText,
    /// The year that it is of.
    pub year: u16,
    /// Which one of its year.
    pub cycle: u8,
    /// Ids of the zones that it is limited to; none: the whole community.
    pub zones: Vec<String>,
    /// Begin and end of the period that figures are of; none: the year, by the clock of China.
    pub period: Option<(OffsetDateTime, OffsetDateTime)>,
    /// Codes of its indicators; none: all.
    pub indicators: Vec<String>,
    /// The check-up before it.
    pub follows: Option<u64>,
}

/// What someone wants to do with a check-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What.
    pub deed: CheckUpDeed,
    /// Why, or a remark.
    pub text: Option<String>,
}

/// What is refused is refused of these.
const CHECK_UP: Named = Named::new("check-up", "体检");
const PROBLEM: Named = Named::new("problem", "问题");

/// Why something is not possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The table of the course refuses it.
    #[error(transparent)]
    Course(#[from] NotPossible),
    /// A text is too long.
    #[error("the text has {0} characters, limit {TEXT_LIMIT}")]
    TooLong(usize),
    /// There is nothing to look through.
    #[error("there are no values yet\nhint: enter, import or compute some first")]
    NoValues,
    /// Problems wait for a decision.
    #[error(
        "{0} problems are not decided yet\nhint: confirm, change or dismiss those with `state=found` first"
    )]
    Undecided(u64),
    /// It has no name.
    #[error("`name` says nothing in either language")]
    NoName,
    /// A name is too long.
    #[error("the name has {0} characters, limit {NAME_LIMIT}")]
    NameTooLong(usize),
    /// It is of no year that can be.
    #[error("`year` is {0}, from {first} to {last} is possible", first = YEARS.start(), last = YEARS.end())]
    Year(u16),
    /// It is no cycle.
    #[error("`cycle` is {0}, from 1 on is possible")]
    Cycle(u8),
    /// The period ends before it begins.
    #[error("`to` is not after `from`")]
    Period,
    /// Too many zones.
    #[error("there are {0} zones, limit {ZONES_LIMIT}")]
    TooManyZones(usize),
}

/// A change of a check-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The check-up as it is now.
    pub after: CheckUp,
    /// What its trail says of it.
    pub entry: CheckUpEntry,
}

/// What is known of a check-up's values and problems where a deed asks for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// How many values it has.
    pub values: u64,
    /// How many of its problems are not decided.
    pub undecided: u64,
}

/// Plans a check-up.
///
/// # Errors
/// A [`Refusal`] that names what cannot be so.
pub fn planned(id: u64, new: NewCheckUp, catalogue: u32, now: OffsetDateTime) -> Result<Change, Refusal> {
    let NewCheckUp { name, year, cycle, mut zones, period, mut indicators, follows } = new;
    if name.en_or_zh().trim().is_empty() {
        return Err(Refusal::NoName);
    }
    let chars = [&name.zh, &name.en].map(|text| text.as_deref().map_or(0, |text| text.chars().count()));
    if let Some(chars) = chars.into_iter().find(|chars| *chars > NAME_LIMIT) {
        return Err(Refusal::NameTooLong(chars));
    }
    if !YEARS.contains(&year) {
        return Err(Refusal::Year(year));
    }
    if cycle == 0 {
        return Err(Refusal::Cycle(cycle));
    }
    if zones.len() > ZONES_LIMIT {
        return Err(Refusal::TooManyZones(zones.len()));
    }
    let (from, to) = period.or_else(|| year_of(year)).ok_or(Refusal::Year(year))?;
    if to <= from {
        return Err(Refusal::Period);
    }
    for list in [&mut zones, &mut indicators] {
        list.sort_unstable();
        list.dedup();
    }
    let state = COURSE.start;
    let after = CheckUp {
        id,
        name,
        year,
        cycle,
        zones,
        from,
        to,
        indicators,
        catalogue,
        follows,
        state,
        reopened: 0,
        created_at: now,
        changed_at: now,
        reviewed_at: None,
        ended_at: None,
        version: 1,
    };
    let entry =
        CheckUpEntry { at: now, deed: None, party: Party::Planner.id().to_owned(), state, text: None };
    Ok(Change { after, entry })
}

/// A year by the clock of China.
fn year_of(year: u16) -> Option<(OffsetDateTime, OffsetDateTime)> {
    let begin = |year: u16| {
        let day = Date::from_calendar_date(year.into(), Month::January, 1).ok()?;
        Some(day.midnight().assume_offset(offset!(+8)))
    };
    Some((begin(year)?, begin(year.checked_add(1)?)?))
}

/// Does something with a check-up, for someone who is of some parties.
///
/// # Errors
/// A [`Refusal`] that says why it is not possible.
pub fn act(
    check_up: &CheckUp,
    request: &Request,
    parties: &[Party],
    standing: Standing,
    now: OffsetDateTime,
) -> Result<Change, Refusal> {
    let text = spoken(request.text.as_deref())?;
    let rule = rule_for(&COURSE, CHECK_UP, check_up.state, request.deed, parties)?;
    check_said(request.deed, rule.needs, |need| match need {
        Need::Reason => text.is_some(),
        Need::Urgency => false,
    })?;
    match request.deed {
        CheckUpDeed::Review if standing.values == 0 => return Err(Refusal::NoValues),
        CheckUpDeed::Conclude if standing.undecided > 0 => {
            return Err(Refusal::Undecided(standing.undecided));
        }
        _ => {}
    }
    let at = now.max(check_up.changed_at);
    let mut after =
        CheckUp { state: rule.to, changed_at: at, version: check_up.version + 1, ..check_up.clone() };
    match request.deed {
        CheckUpDeed::Review => after.reviewed_at = Some(at),
        CheckUpDeed::Reopen => after.reopened += 1,
        CheckUpDeed::Begin | CheckUpDeed::Conclude | CheckUpDeed::Cancel => {}
    }
    after.ended_at = COURSE.is_end(rule.to).then_some(at);
    let entry =
        CheckUpEntry { at, deed: Some(request.deed), party: rule.by.id().to_owned(), state: rule.to, text };
    Ok(Change { after, entry })
}

/// Whether values may be given now.
#[must_use]
pub fn takes_values(check_up: &CheckUp) -> bool {
    check_up.state == CheckUpState::Collecting
}

/// Whether problems may be decided now.
#[must_use]
pub fn takes_decisions(check_up: &CheckUp) -> bool {
    check_up.state == CheckUpState::Review
}

/// What someone of some parties may do with a check-up now.
#[must_use]
pub fn possible(check_up: &CheckUp, parties: &[Party]) -> Vec<CheckUpDeed> {
    possible_by(&COURSE, check_up.state, parties)
}

fn possible_by<S: Word, D: Word>(course: &Course<S, D, Party, Need>, state: S, parties: &[Party]) -> Vec<D> {
    course.from(state).filter(|rule| parties.contains(&rule.by)).map(|rule| rule.deed).collect()
}

/// The row by which a deed is possible in a state for one of some parties.
fn rule_for<S: Word, D: Word>(
    course: &Course<S, D, Party, Need>,
    what: Named,
    state: S,
    deed: D,
    parties: &[Party],
) -> Result<&'static Rule<S, D, Party, Need>, Refusal> {
    let Some(rule) = course.of(state, deed).next() else {
        return Err(NotPossible::state(deed, what, state).into());
    };
    if !parties.contains(&rule.by) {
        return Err(NotPossible::party(deed, [rule.by]).into());
    }
    Ok(rule)
}

/// What was said, if anything was.
fn spoken(text: Option<&str>) -> Result<Option<String>, Refusal> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    match text.map_or(0, |text| text.chars().count()) {
        chars if chars > TEXT_LIMIT => Err(Refusal::TooLong(chars)),
        _ => Ok(text.map(str::to_owned)),
    }
}

fn check_said(deed: impl Into<Named>, needs: &[Need], is_said: impl Fn(Need) -> bool) -> Result<(), Refusal> {
    match needs.iter().find(|need| !is_said(**need)) {
        Some(need) => Err(NotPossible::missing(deed, need.name()).into()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
