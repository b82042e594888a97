//! Whether a plan can be meant, and what of it makes another plan. Called when a project is begun or changed.

use std::collections::BTreeSet;

use time::Date;
use twin_schemas::LocalizedText;
use twin_schemas::projects::{ProjectModel, ProjectPlace, ProjectPlan};
use url::Url;

use super::TEXT_LIMIT;
use crate::domain::refusal::Named;
use crate::domain::registration::{DISTANCE_LIMIT_M, check_id};

/// Longest name or title, in characters.
pub(in crate::domain) const NAME_LIMIT: usize = 200;
/// Longest address or path, in bytes.
const URL_LIMIT_BYTES: usize = 2_000;
/// Most zones, places, phases, sources, parties, alternatives each.
pub(in crate::domain) const PARTS_LIMIT: usize = 50;
/// Most documents.
const DOCUMENTS_LIMIT: usize = 500;
/// Most reports that enter a project.
pub const REPORTS_LIMIT: usize = 5_000;
/// Most problems of check-ups that a project comes from.
pub const PROBLEMS_LIMIT: usize = 1_000;
/// Most tasks of the programming that a project comes from.
pub const TASKS_LIMIT: usize = 100;
/// Most points of all places together.
const POINT_LIMIT: usize = 2_000;
/// Most money, in fen: a hundred thousand million yuan, which any reader of JSON takes whole.
pub(in crate::domain) const MONEY_LIMIT_FEN: u64 = 10_000_000_000_000;
/// Years of phases.
const YEARS: std::ops::RangeInclusive<i32> = 1950..=2200;

/// Why a plan cannot be meant.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlanError {
    /// Something has no name.
    #[error("`{0}` needs a name in Chinese or in English")]
    NoName(&'static str),
    /// A text is longer than people read.
    #[error("`{field}` has {length} characters, limit {limit}")]
    TextTooLong {
        /// Where it stands.
        field: &'static str,
        /// Its length.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// A list has too many members.
    #[error("`{field}` has {count} members, limit {limit}")]
    TooMany {
        /// Which list.
        field: &'static str,
        /// How many it has.
        count: usize,
        /// How many it may have.
        limit: usize,
    },
    /// An id has another shape.
    #[error("`{0}` has an id that is not 1 to 64 letters, digits, `-`, `_` or `.`")]
    Id(&'static str),
    /// Something is there twice.
    #[error("`{field}` has `{id}` twice")]
    Twice {
        /// Which list.
        field: &'static str,
        /// What.
        id: String,
    },
    /// A place is far away, or no shape.
    #[error("a place is {}", .0.en_or_zh())]
    Place(LocalizedText),
    /// A phase ends before it begins.
    #[error("phase `{0}` ends before it begins, or not between 1950 and 2200")]
    Phase(String),
    /// More money than there is.
    #[error("`{field}` is {fen} fen, limit {MONEY_LIMIT_FEN} fen")]
    Money {
        /// Which sum.
        field: &'static str,
        /// How much.
        fen: u64,
    },
    /// Sources give more than is needed.
    #[error("the sources give {sources_fen} fen, the budget is {planned_fen} fen")]
    Sources {
        /// The sources together.
        sources_fen: u64,
        /// What it is to cost.
        planned_fen: u64,
    },
    /// An address of a document cannot be followed.
    #[error("document `{0}` has no address such as `https://example.org/plan.pdf`")]
    Document(String),
    /// A model is not one of this server.
    #[error(
        "alternative `{0}` has no model of this server\nhint: use a path such as `/publication/content/<hash>.glb`, ending in `.glb` or `.gltf`"
    )]
    Model(String),
}

/// Checks what the types cannot. What a plan names of the model is looked up elsewhere.
///
/// # Errors
/// The first [`PlanError`] that holds.
pub fn check(plan: &ProjectPlan) -> Result<(), PlanError> {
    named("name", &plan.name)?;
    text("summary", &plan.summary, TEXT_LIMIT)?;
    for (field, count, limit) in [
        ("zones", plan.zones.len(), PARTS_LIMIT),
        ("places", plan.places.len(), PARTS_LIMIT),
        ("phases", plan.phases.len(), PARTS_LIMIT),
        ("budget.sources", plan.budget.sources.len(), PARTS_LIMIT),
        ("parties", plan.parties.len(), PARTS_LIMIT),
        ("alternatives", plan.alternatives.len(), PARTS_LIMIT),
        ("documents", plan.documents.len(), DOCUMENTS_LIMIT),
        ("reports", plan.reports.len(), REPORTS_LIMIT),
        ("problems", plan.problems.len(), PROBLEMS_LIMIT),
        ("tasks", plan.tasks.len(), TASKS_LIMIT),
    ] {
        if count > limit {
            return Err(PlanError::TooMany { field, count, limit });
        }
    }
    plan.zones.iter().try_for_each(|zone| text("zones", zone, NAME_LIMIT))?;
    places(&plan.places)?;
    phases(plan)?;
    money(plan)?;
    for party in &plan.parties {
        filled("parties.name", &party.name)?;
    }
    for document in &plan.documents {
        filled("documents.title", &document.title)?;
        if !is_address(&document.url) {
            return Err(PlanError::Document(document.title.clone()));
        }
    }
    alternatives(plan)?;
    once("reports", plan.reports.iter().map(u64::to_string))?;
    once("problems", plan.problems.iter().map(|of| format!("{} of check-up {}", of.problem, of.check_up)))?;
    once("tasks", plan.tasks.iter().map(u64::to_string))
}

pub(in crate::domain) fn places(places: &[ProjectPlace]) -> Result<(), PlanError> {
    let mut count = 0;
    for place in places {
        let mut far = false;
        // Not a number is far, too.
        let is_far = |m: &f64| !(-DISTANCE_LIMIT_M..=DISTANCE_LIMIT_M).contains(m);
        match place {
            ProjectPlace::Point { position } => {
                far = [position.east_m, position.north_m, position.up_m].iter().any(is_far);
            }
            ProjectPlace::Line { points } => {
                if points.len() < 2 {
                    return Err(PlanError::Place(LocalizedText::new(
                        "不足两个点的线",
                        "a line of fewer than two points",
                    )));
                }
                count += points.len();
                far = points.iter().flatten().any(is_far);
            }
            ProjectPlace::Polygon { rings } => {
                if rings.is_empty() || rings.iter().any(|ring| ring.len() < 3) {
                    return Err(PlanError::Place(LocalizedText::new(
                        "环上不足三个点的面",
                        "an area with a ring of fewer than three points",
                    )));
                }
                count += rings.iter().map(Vec::len).sum::<usize>();
                far = rings.iter().flatten().flatten().any(is_far);
            }
            ProjectPlace::Object { object } => text("places.object", object, NAME_LIMIT)?,
        }
        if far {
            return Err(PlanError::Place(LocalizedText::new(
                "距社区原点超过 100 km",
                "further than 100 km from the community's origin",
            )));
        }
    }
    if count > POINT_LIMIT {
        return Err(PlanError::TooMany { field: "places", count, limit: POINT_LIMIT });
    }
    Ok(())
}

fn phases(plan: &ProjectPlan) -> Result<(), PlanError> {
    for phase in &plan.phases {
        check_id(&phase.id).map_err(|_| PlanError::Id("phases"))?;
        named("phases", &phase.name)?;
        let is_near = |day: Date| YEARS.contains(&day.year());
        if phase.to < phase.from || !is_near(phase.from) || !is_near(phase.to) {
            return Err(PlanError::Phase(phase.id.clone()));
        }
    }
    once("phases", plan.phases.iter().map(|phase| phase.id.clone()))
}

fn money(plan: &ProjectPlan) -> Result<(), PlanError> {
    let budget = &plan.budget;
    let sums = budget.sources.iter().map(|source| ("budget.sources", source.amount_fen));
    for (field, fen) in std::iter::once(("budget.planned_fen", budget.planned_fen)).chain(sums) {
        if fen > MONEY_LIMIT_FEN {
            return Err(PlanError::Money { field, fen });
        }
    }
    for source in &budget.sources {
        filled("budget.sources.name", &source.name)?;
    }
    // Fifty sums within the limit are far from the largest number.
    let sources_fen = budget.sources.iter().map(|source| source.amount_fen).sum();
    if sources_fen > budget.planned_fen {
        return Err(PlanError::Sources { sources_fen, planned_fen: budget.planned_fen });
    }
    Ok(())
}

fn alternatives(plan: &ProjectPlan) -> Result<(), PlanError> {
    for alternative in &plan.alternatives {
        check_id(&alternative.id).map_err(|_| PlanError::Id("alternatives"))?;
        named("alternatives", &alternative.name)?;
        text("alternatives.description", alternative.description.as_deref().unwrap_or_default(), TEXT_LIMIT)?;
        match &alternative.model {
            Some(ProjectModel::Gltf { path }) if !is_own_model(path) => {
                return Err(PlanError::Model(alternative.id.clone()));
            }
            Some(ProjectModel::Scene { scene }) => text("alternatives.model.scene", scene, NAME_LIMIT)?,
            _ => {}
        }
    }
    once("alternatives", plan.alternatives.iter().map(|alternative| alternative.id.clone()))
}

pub(in crate::domain) fn named(field: &'static str, name: &LocalizedText) -> Result<(), PlanError> {
    let words = [&name.zh, &name.en].map(|words| words.as_deref().unwrap_or_default());
    words.iter().try_for_each(|words| text(field, words, NAME_LIMIT))?;
    if words.iter().all(|words| words.trim().is_empty()) { Err(PlanError::NoName(field)) } else { Ok(()) }
}

pub(in crate::domain) fn filled(field: &'static str, words: &str) -> Result<(), PlanError> {
    if words.trim().is_empty() {
        return Err(PlanError::NoName(field));
    }
    text(field, words, NAME_LIMIT)
}

pub(in crate::domain) fn text(field: &'static str, words: &str, limit: usize) -> Result<(), PlanError> {
    let length = words.chars().count();
    if length > limit { Err(PlanError::TextTooLong { field, length, limit }) } else { Ok(()) }
}

pub(in crate::domain) fn once(
    field: &'static str,
    ids: impl Iterator<Item = String>,
) -> Result<(), PlanError> {
    let mut seen = BTreeSet::new();
    for id in ids {
        if seen.contains(&id) {
            return Err(PlanError::Twice { field, id });
        }
        seen.insert(id);
    }
    Ok(())
}

/// People follow it: nothing but the web, and no name or password in it.
fn is_address(text: &str) -> bool {
    let Some(url) =
        Some(text).filter(|text| text.len() <= URL_LIMIT_BYTES).and_then(|text| Url::parse(text).ok())
    else {
        return false;
    };
    matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
}

/// A path of this host: what a browser makes of it leads nowhere else.
fn is_own_model(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    path.len() <= URL_LIMIT_BYTES
        && path.starts_with('/')
        && path.bytes().all(is_plain)
        && path.split('/').skip(1).all(|part| !part.is_empty() && !part.bytes().all(|byte| byte == b'.'))
        && path.rsplit_once('.').is_some_and(|(_, end)| matches!(end, "glb" | "gltf"))
}

/// What is still missing before a plan can be declared.
#[must_use]
pub(super) fn missing(plan: &ProjectPlan) -> Vec<Named> {
    let parts = [
        (Named::new("summary", "概述"), !plan.summary.trim().is_empty()),
        (Named::new("places", "地点"), !plan.places.is_empty()),
        (Named::new("phases", "阶段"), !plan.phases.is_empty()),
    ];
    parts.into_iter().filter(|(_, is_there)| !is_there).map(|(part, _)| part).collect()
}

/// The parts in which two plans, and the zones that follow from them, are different.
#[must_use]
pub(super) fn differences(before: &ProjectPlan, after: &ProjectPlan, same_zones: bool) -> Vec<&'static str> {
    let ProjectPlan {
        name,
        summary,
        kind,
        level,
        zones,
        places,
        phases,
        budget,
        parties,
        documents,
        alternatives,
        reports,
        problems,
        tasks,
    } = before;
    let parts = [
        ("name", *name == after.name),
        ("summary", *summary == after.summary),
        ("kind", *kind == after.kind),
        ("level", *level == after.level),
        ("zones", *zones == after.zones && same_zones),
        ("places", *places == after.places),
        ("phases", *phases == after.phases),
        ("budget", *budget == after.budget),
        ("parties", *parties == after.parties),
        ("documents", *documents == after.documents),
        ("alternatives", *alternatives == after.alternatives),
        ("reports", *reports == after.reports),
        ("problems", *problems == after.problems),
        ("tasks", *tasks == after.tasks),
    ];
    parts.into_iter().filter(|(_, is_same)| !is_same).map(|(field, _)| field).collect()
}

/// Whether a part of a plan is what residents speak about on a notice, so that another one needs another notice.
#[must_use]
pub(super) fn is_material(field: &str) -> bool {
    matches!(field, "kind" | "level" | "zones" | "places" | "budget" | "alternatives")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn refused(change: &Value, expected: &str) {
        let mut plan = json!({ "name": { "zh": "电梯" }, "kind": "infrastructure", "level": "basic" });
        for (field, value) in change.as_object().unwrap() {
            plan[field] = value.clone();
        }
        let plan: ProjectPlan = serde_json::from_value(plan).unwrap();
        let error = check(&plan).map_err(|error| error.to_string());
        assert!(error.as_ref().is_err_and(|error| error.contains(expected)), "{error:?}");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        refused(&json!({ "name": { "en": " " } }), "`name` needs a name");
        refused(&json!({ "summary": "字".repeat(2_001) }), "`summary` has 2001 characters");
        refused(&json!({ "places": [{ "type": "line", "points": [[0, 0]] }] }), "a line of fewer than two");
        refused(
            &json!({ "places": [{ "type": "polygon", "rings": [[[0, 0], [1, 1]]] }] }),
            "an area with a ring",
        );
        refused(&json!({ "places": [{ "type": "line", "points": [[0, 0], [1e9, 0]] }] }), "further than");
        refused(
            &json!({ "places": [{ "type": "line", "points": vec![[0, 0]; 2_001] }] }),
            "2001 members, limit 2000",
        );
        let phase =
            |from: &str, to: &str| json!({ "id": "p", "name": { "zh": "一期" }, "from": from, "to": to });
        refused(&json!({ "phases": [phase("2026-05-02", "2026-05-01")] }), "phase `p` ends before");
        let twice = vec![phase("2026-05-01", "2026-05-01"); 2];
        refused(&json!({ "phases": twice }), "`phases` has `p` twice");
        let source = |fen: u64| json!([{ "name": "财政", "amount_fen": fen }]);
        refused(
            &json!({ "budget": { "planned_fen": 1, "sources": source(2) } }),
            "the sources give 2 fen, the budget is 1 fen",
        );
        refused(&json!({ "budget": { "planned_fen": u64::MAX } }), "limit 10000000000000 fen");
    }

    #[test]
    fn a_document_is_on_the_web_and_a_model_on_this_server() {
        for url in
            ["javascript:alert(1)", "file:///etc/passwd", "https://", "https://a:b@c.example/", "//x.example"]
        {
            refused(&json!({ "documents": [{ "title": "方案", "url": url }] }), "document `方案`");
        }
        for path in [
            "https://x.example/a.glb",
            "//x.example/a.glb",
            "/\\x.example/a.glb",
            "/a/../b.glb",
            "/%2e/b.glb",
            "/a.obj",
            "a.glb",
        ] {
            let model = json!({ "type": "gltf", "path": path });
            let alternative = json!({ "id": "a", "name": { "zh": "甲" }, "role": "plan", "model": model });
            refused(&json!({ "alternatives": [alternative] }), "alternative `a`");
        }
        assert!(is_own_model("/publication/content/3f.glb") && is_address("https://example.org/a.pdf?x=1"));
    }
}
