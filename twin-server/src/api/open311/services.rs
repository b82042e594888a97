//! `/open311/discovery` and `/open311/v2/services`: where the interface is, and what can be reported by it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use serde_json::json;
use twin_schemas::reports::{ReportKind, ReportLine};

use super::super::Problem;
use super::super::extract::Path;
use super::answer::Named;
use super::{Call, Format, Language, ROOT, answer};
use crate::app::App;

/// When what the discovery tells was changed last.
const CHANGED: &str = "2026-11-29T00:00:00Z";

/// A service of the list.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "names are those of the standard")]
struct Service {
    service_code: String,
    service_name: String,
    description: String,
    /// Whether there are more questions to answer: there are none.
    metadata: bool,
    /// A request has its number at once.
    r#type: &'static str,
    keywords: String,
    group: String,
}

impl Service {
    fn of(kind: &ReportKind, language: Language) -> Self {
        let lines = [
            (ReportLine::Problem, "problem", language.pick("问题", "Problem")),
            (ReportLine::Suggestion, "suggestion", language.pick("建议", "Suggestion")),
        ];
        let taken: Vec<_> =
            lines.iter().filter(|(line, ..)| kind.lines.is_empty() || kind.lines.contains(line)).collect();
        let hours = kind.limits.accept_h + kind.limits.dispatch_h + kind.limits.handle_h;
        Self {
            service_code: kind.id.clone(),
            service_name: language.text(&kind.name),
            description: match language {
                Language::Zh => format!("{hours} 小时内答复"),
                Language::En => format!("answered within {hours} hours"),
            },
            metadata: false,
            r#type: "realtime",
            keywords: taken.iter().map(|(_, word, _)| *word).collect::<Vec<_>>().join(","),
            group: taken.first().map(|(.., name)| (*name).to_owned()).unwrap_or_default(),
        }
    }
}

/// Tells where the interface is.
pub(crate) async fn get_discovery(call: Call) -> Result<Response, Problem> {
    let discovery = json!({
        "changeset": CHANGED,
        "contact": "",
        "key_service": "",
        "endpoints": [{
            "specification": "http://wiki.open311.org/GeoReport_v2",
            "url": format!("{}{ROOT}", call.base),
            "changeset": CHANGED,
            "type": "production",
            "formats": ["text/xml", "application/json"],
        }],
    });
    answer(Named::One("discovery"), &discovery, StatusCode::OK, call.format)
}

/// Lists what can be reported.
pub(crate) async fn list_services(State(app): State<Arc<App>>, call: Call) -> Result<Response, Problem> {
    let kinds = app.reports.kinds().list();
    let chosen = kinds.iter().filter(|kind| !kind.former);
    let services: Vec<_> = chosen.map(|kind| Service::of(kind, call.language)).collect();
    answer(Named::List("services", "service"), &services, StatusCode::OK, call.format)
}

/// Tells what more is asked for a service: nothing, for none has questions of its own.
pub(crate) async fn get_service(
    State(app): State<Arc<App>>,
    Path(file): Path<String>,
) -> Result<Response, Problem> {
    let (code, format) = Format::split(&file)?;
    if app.reports.kinds().get(code).is_none_or(|kind| kind.former) {
        return Err(unknown_service(code));
    }
    let definition = json!({ "service_code": code, "attributes": [] });
    answer(Named::One("service_definition"), &definition, StatusCode::OK, format)
}

pub(super) fn unknown_service(code: &str) -> Problem {
    Problem::not_found("unknown_service", format!("there is no service `{code}`"))
        .with_hint("`/open311/v2/services.xml` lists them")
}
