//! Problems of a check-up: findings and the problems that are known come in, what changes of them goes out; and what
//! the planner decides. A decision outlasts as long as what was decided on stays the same.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};
use twin_schemas::checkups::{CheckUpProblem, ProblemDeed, ProblemEntry, ProblemState};
use twin_schemas::indicators::{Indicator, Urgency};

use super::course::{Need, PROBLEM_COURSE, Party};
use super::finding::{Finding, days_for};
use super::{Refusal, check_said, spoken};
use crate::domain::cycle::Word as _;

/// A change of a problem.
#[derive(Debug, Clone, PartialEq)]
pub struct ProblemChange {
    /// The problem as it is now.
    pub after: CheckUpProblem,
    /// What its trail says of it.
    pub entry: ProblemEntry,
}

/// What the planner wants to do with a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemRequest {
    /// What.
    pub deed: ProblemDeed,
    /// How urgent it is instead.
    pub urgency: Option<Urgency>,
    /// Why, or a remark.
    pub text: Option<String>,
}

/// Brings the problems of an indicator in line with its findings. `known` are all problems of the indicator in this
/// check-up; `next` numbers those that are new. What was decided on and is found again just so stays as it is.
#[must_use]
pub fn reconcile(
    check_up: u64,
    indicator: &Indicator,
    known: &[CheckUpProblem],
    findings: Vec<Finding>,
    next: &mut u64,
    now: OffsetDateTime,
) -> Vec<ProblemChange> {
    let mut by_object: BTreeMap<&str, &CheckUpProblem> =
        known.iter().map(|problem| (problem.object.as_str(), problem)).collect();
    let mut changes = Vec::new();
    for finding in findings {
        match by_object.remove(finding.object.as_str()) {
            None => {
                changes.push(found(check_up, *next, indicator, finding, now));
                *next += 1;
            }
            Some(problem) if is_as_found(problem, &finding) => {}
            Some(problem) => changes.push(renewed(problem, indicator, finding, now)),
        }
    }
    let gone = by_object.into_values().filter(|problem| problem.state != ProblemState::Gone);
    changes.extend(gone.map(|problem| {
        let after = CheckUpProblem { state: ProblemState::Gone, reason: None, ..problem.clone() };
        changed(after, Some(ProblemDeed::Lapse), Party::System, None, now)
    }));
    changes
}

fn is_as_found(problem: &CheckUpProblem, finding: &Finding) -> bool {
    problem.state != ProblemState::Gone
        && problem.value == finding.value
        && problem.threshold == finding.threshold
        && problem.severity == finding.severity
        && problem.raised == finding.raised
        && problem.found == finding.urgency
}

/// A problem that was not known before.
fn found(
    check_up: u64,
    id: u64,
    indicator: &Indicator,
    finding: Finding,
    now: OffsetDateTime,
) -> ProblemChange {
    let after = CheckUpProblem {
        id,
        check_up,
        indicator: indicator.code.clone(),
        object: finding.object,
        zone: finding.zone,
        value: finding.value,
        threshold: finding.threshold,
        severity: finding.severity,
        short: finding.short,
        assessed: finding.assessed,
        raised: finding.raised,
        found: finding.urgency,
        urgency: finding.urgency,
        because: finding.because,
        state: PROBLEM_COURSE.start,
        reason: None,
        found_at: now,
        due: due(indicator, finding.urgency, now),
        changed_at: now,
        version: 0,
    };
    changed(after, None, Party::System, None, now)
}

fn renewed(
    problem: &CheckUpProblem,
    indicator: &Indicator,
    finding: Finding,
    now: OffsetDateTime,
) -> ProblemChange {
    let again = found(problem.check_up, problem.id, indicator, finding, now).after;
    let after = CheckUpProblem { version: problem.version, changed_at: problem.changed_at.max(now), ..again };
    changed(after, Some(ProblemDeed::Renew), Party::System, None, now)
}

fn due(indicator: &Indicator, urgency: Urgency, from: OffsetDateTime) -> OffsetDateTime {
    from + Duration::days(days_for(indicator, urgency).into())
}

fn changed(
    mut after: CheckUpProblem,
    deed: Option<ProblemDeed>,
    by: Party,
    text: Option<String>,
    now: OffsetDateTime,
) -> ProblemChange {
    let at = now.max(after.changed_at);
    after.changed_at = at;
    after.version += 1;
    let (state, value, urgency) = (after.state, after.value, after.urgency);
    let entry = ProblemEntry { at, deed, party: by.id().to_owned(), state, value, urgency, text };
    ProblemChange { after, entry }
}

/// Does something with a problem, for someone who is of some parties.
///
/// # Errors
/// A [`Refusal`] that says why it is not possible.
pub fn decide(
    problem: &CheckUpProblem,
    request: &ProblemRequest,
    parties: &[Party],
    indicator: &Indicator,
    now: OffsetDateTime,
) -> Result<ProblemChange, Refusal> {
    let text = spoken(request.text.as_deref())?;
    let rule = super::rule_for(&PROBLEM_COURSE, super::PROBLEM, problem.state, request.deed, parties)?;
    check_said(request.deed, rule.needs, |need| match need {
        Need::Reason => text.is_some(),
        Need::Urgency => request.urgency.is_some(),
    })?;
    let mut after = CheckUpProblem { state: rule.to, reason: None, ..problem.clone() };
    let urgency = match request.deed {
        ProblemDeed::Change => request.urgency.unwrap_or(problem.urgency),
        _ => problem.found,
    };
    after.urgency = urgency;
    after.due = due(indicator, urgency, problem.found_at);
    if matches!(request.deed, ProblemDeed::Change | ProblemDeed::Dismiss) {
        after.reason.clone_from(&text);
    }
    Ok(changed(after, Some(request.deed), rule.by, text, now))
}

/// What someone of some parties may do with a problem now.
#[must_use]
pub fn possible_with_problem(state: ProblemState, parties: &[Party]) -> Vec<ProblemDeed> {
    super::possible_by(&PROBLEM_COURSE, state, parties)
}
