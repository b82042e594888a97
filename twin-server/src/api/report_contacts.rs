//! `/api/v1/reports/{id}/contact`: whom to call about a report, for those who must call now. Nothing else that the
//! server answers or tells has it plain; `reports` shows it masked to those who work on the report.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::Path;
use super::phones::{contacts, not_set_up};
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::contact::{Contact, MaskedContact};
use crate::domain::permission::Action;
use crate::domain::privacy::Personal;
use crate::domain::report::{is_involved, may_call, may_drop_contact};
use crate::store::StoredReport;

/// Whom to call about a report that is made for them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactDraft {
    /// The name to ask for, up to 50 characters.
    #[schema(value_type = String)]
    name: Personal,
    /// The number: 11 digits, with an area, or with `+` and the code of a country.
    #[schema(value_type = String)]
    phone: Personal,
}

impl ContactDraft {
    /// Whom to call, as another interface tells it.
    pub(super) fn new(name: String, phone: String) -> Self {
        Self { name: Personal::new(name), phone: Personal::new(phone) }
    }
}

/// Whom to call, so far as those may know it who work on the report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContactHint {
    /// The name, of which the first character is left: `王**`.
    name: String,
    /// The number, of which the middle is left out: `+86 138****5678`.
    phone: String,
    /// Whether one may have it whole, at `/api/v1/reports/{id}/contact`.
    may_call: bool,
}

/// Whom to call.
#[derive(Serialize, ToSchema)]
pub(crate) struct ContactView {
    /// The name to ask for.
    name: String,
    /// The number, as `+8613800005678`.
    phone: String,
}

/// The contact of a draft, where contact data is set up and the report is for another.
pub(super) fn checked(
    app: &App,
    draft: Option<&ContactDraft>,
    on_behalf: bool,
) -> Result<Option<Contact>, Problem> {
    let Some(ContactDraft { name, phone }) = draft else { return Ok(None) };
    if app.contacts.is_none() {
        return Err(not_set_up());
    }
    if !on_behalf {
        let detail = "`contact` is for a report that is made for another";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "no_behalf", detail)
            .with_hint("send `on_behalf: true`; your own number is at `/api/v1/account/phone`"));
    }
    Ok(Some(Contact::parse(name, phone)?))
}

/// What someone sees of a report's contact beside the report itself.
pub(super) async fn hint(
    app: &App,
    permit: &Permit,
    kept: &StoredReport,
) -> Result<Option<ContactHint>, Problem> {
    let asker = kept.asked_by(permit.actor());
    let Some(contacts) = app.contacts.as_deref().filter(|_| kept.report.on_behalf) else { return Ok(None) };
    if !is_involved(asker, &kept.report) {
        return Ok(None);
    }
    let contact = match contacts.of_report(kept.report.id).await {
        Ok(contact) => contact,
        // The report itself can be worked on, whatever is wrong with its contact.
        Err(error) => {
            tracing::error!(%error, report = kept.report.id, "whom to call cannot be read");
            None
        }
    };
    Ok(contact.map(|contact| {
        let MaskedContact { name, phone } = contact.masked();
        ContactHint { name, phone, may_call: may_call(asker, &kept.report) }
    }))
}

/// Gives whom to call about a report, to the community's desk and to the body that it was sent to, while the report is
/// open. Each look is in the audit log before it is answered.
#[utoipa::path(
    get, path = "/api/v1/reports/{id}/contact", tag = "reports",
    params(("id" = u64, Path, description = "Number of the report")), security(("session" = [])),
    responses(
        (status = 200, body = ContactView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn get_report_contact(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
) -> Result<Response, Problem> {
    let contacts = contacts(&app)?;
    let kept = app.reports.readable(id, permit.actor())?;
    let object = format!("report:{id}");
    if !may_call(kept.asked_by(permit.actor()), &kept.report) {
        permit.note_refusal(Action::ReadContacts, &object, "403 not_your_call").await;
        let detail = "only who must call now sees whom to call about a report";
        return Err(Problem::new(StatusCode::FORBIDDEN, "not_your_call", detail).with_hint(
            "while the report is open these are the community's desk and the body that it was sent to",
        ));
    }
    let contact = contacts.of_report(id).await?.ok_or_else(none)?;
    app.auth.auditor.write(permit.entry("report.contact", object)).await?;
    let (name, phone) = contact.whole();
    let view = ContactView { name: name.to_owned(), phone: phone.to_owned() };
    Ok(no_store(JsonAnswer(view).into_response()))
}

/// Deletes whom to call about a report, as people may ask for: for the community's desk, and for whoever gave it.
#[utoipa::path(
    delete, path = "/api/v1/reports/{id}/contact", tag = "reports",
    params(("id" = u64, Path, description = "Number of the report")), security((), ("key" = []), ("session" = [])),
    responses(
        (status = 204), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn delete_report_contact(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<u64>,
) -> Result<StatusCode, Problem> {
    let kept = app.reports.readable(id, permit.actor())?;
    if !may_drop_contact(kept.asked_by(permit.actor()), &kept.report) {
        let detail = "the community's desk and whoever gave it delete whom to call about a report";
        return Err(Problem::new(StatusCode::FORBIDDEN, "not_your_part", detail));
    }
    let entry = permit.entry("report.contact.delete", format!("report:{id}"));
    let dropped = app.store.drop_report_contacts(&[id], std::slice::from_ref(&entry)).await?;
    if dropped == 0 { Err(none()) } else { Ok(StatusCode::NO_CONTENT) }
}

fn none() -> Problem {
    Problem::not_found("no_contact", "there is nobody to call about this report")
        .with_hint("nobody was named, or it was deleted, as it is some days after a report ends")
}
