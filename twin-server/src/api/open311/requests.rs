//! `/open311/v2/requests`: reports as service requests, told to whom they are for, and taken in.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use twin_schemas::geometry::{GeographicPoint, LocalBox, LocalPoint};
use twin_schemas::reports::{Report, ReportKind, ReportLine, ReportPlace};

use super::super::Problem;
use super::super::extract::Path;
use super::super::report_contacts::ContactDraft;
use super::super::reports::{ReportDraft, take_in};
use super::answer::Named;
use super::services::unknown_service;
use super::{Call, Fields, Format, Language, answer};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::cycle::Word as _;
use crate::domain::enu::{to_geographic, to_local};
use crate::domain::report::{COURSE, is_of, may_read};
use crate::spatial::Kind;

/// Requests on a page: the most, and how many if nothing is said.
const PAGE_LIMIT: usize = 1_000;
/// How long a time may be that is asked for; the last so many days if nothing is said.
const SPAN: Duration = Duration::days(90);
/// How far from the community a place may be that is reported, in metres: hotlines serve whole cities.
const REACH_M: f64 = 1_000.0;
/// Longest address of a picture that is kept with a request.
const MEDIA_LIMIT: usize = 500;

/// A request, as far as everyone may know of it who may read it; who reported it is not among it.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "names are those of the standard")]
struct ServiceRequest {
    service_request_id: String,
    status: &'static str,
    status_notes: String,
    service_name: String,
    service_code: String,
    description: String,
    agency_responsible: Option<String>,
    service_notice: Option<String>,
    requested_datetime: String,
    updated_datetime: String,
    expected_datetime: Option<String>,
    address: Option<String>,
    address_id: Option<String>,
    zipcode: Option<String>,
    lat: Option<f64>,
    long: Option<f64>,
    media_url: Option<String>,
}

impl ServiceRequest {
    fn of(report: &Report, app: &App, call: &Call) -> Self {
        let kind = app.reports.kinds().get(&report.kind);
        let origin = app.publications.served().catalog.community.origin;
        let at = report.place.position.zip(origin).map(|(at, origin)| to_geographic(&origin, &at));
        let photo = report.photos.first();
        Self {
            service_request_id: report.id.to_string(),
            status: if is_closed(report) { "closed" } else { "open" },
            status_notes: report.answer.clone().unwrap_or_else(|| call.language.text(&report.state.name())),
            service_name: kind.map_or_else(|| report.kind.clone(), |kind| call.language.text(&kind.name)),
            service_code: report.kind.clone(),
            description: report.text.clone(),
            agency_responsible: report.body.map(|body| call.language.text(&body.name())),
            service_notice: None,
            requested_datetime: instant(report.created_at),
            updated_datetime: instant(report.changed_at),
            expected_datetime: report.deadline.as_ref().map(|deadline| instant(deadline.due)),
            address: report.place.address.clone(),
            address_id: report.place.object.clone(),
            zipcode: None,
            lat: at.map(|at| at.latitude_deg),
            long: at.map(|at| at.longitude_deg),
            media_url: photo.map(|id| format!("{}/api/v1/photos/{id}", call.base)),
        }
    }
}

fn is_closed(report: &Report) -> bool {
    COURSE.is_end(report.state)
}

fn instant(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

/// Lists requests, newest first: those that one may read.
pub(crate) async fn list_requests(
    State(app): State<Arc<App>>,
    permit: Permit,
    call: Call,
) -> Result<Response, Problem> {
    let wanted = Wanted::of(&call.fields)?;
    let found = app
        .reports
        .newest(|kept| wanted.accepts(&kept.report) && may_read(kept.asked_by(permit.actor()), &kept.report));
    let page = found.iter().skip(wanted.skipped).take(wanted.most);
    let requests: Vec<_> = page.map(|kept| ServiceRequest::of(&kept.report, &app, &call)).collect();
    answer(Named::List("service_requests", "request"), &requests, StatusCode::OK, call.format)
}

/// Gives a request.
pub(crate) async fn get_request(
    State(app): State<Arc<App>>,
    permit: Permit,
    call: Call,
    Path(file): Path<String>,
) -> Result<Response, Problem> {
    let (id, format) = Format::split(&file)?;
    let unknown = || Problem::not_found("unknown_request", format!("there is no service request `{id}`"));
    let number = id.parse().map_err(|_| unknown())?;
    let kept = app.reports.readable(number, permit.actor()).map_err(|_| unknown())?;
    let requests = [ServiceRequest::of(&kept.report, &app, &call)];
    answer(Named::List("service_requests", "request"), &requests, StatusCode::OK, format)
}

/// Which requests are asked for.
struct Wanted {
    ids: Option<BTreeSet<u64>>,
    codes: Option<BTreeSet<String>>,
    open: Option<bool>,
    from: OffsetDateTime,
    to: OffsetDateTime,
    skipped: usize,
    most: usize,
}

impl Wanted {
    fn of(fields: &Fields) -> Result<Self, Problem> {
        let list = |name: &str| {
            fields.get(name).map(|text| text.split(',').map(str::trim).filter(|part| !part.is_empty()))
        };
        let ids = list("service_request_id").map(|ids| ids.filter_map(|id| id.parse().ok()).collect());
        let statuses: Option<BTreeSet<&str>> = list("status").map(Iterator::collect);
        let open = match statuses.map(|words| (words.contains("open"), words.contains("closed"))) {
            None | Some((true, true)) => None,
            Some((true, false)) => Some(true),
            Some((false, true)) => Some(false),
            Some((false, false)) => return Err(bad("status", "`open`, `closed` or both with a comma")),
        };
        let (from, to) = span(fields)?;
        let number = |name: &str, default: usize, most: usize| match fields.get(name) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .ok()
                .filter(|n| (1..=most).contains(n))
                .ok_or_else(|| bad(name, &format!("a number from 1 to {most}"))),
        };
        let most = number("page_size", PAGE_LIMIT, PAGE_LIMIT)?;
        let page = number("page", 1, usize::MAX / PAGE_LIMIT)?;
        let codes = list("service_code").map(|codes| codes.map(str::to_owned).collect());
        Ok(Self { ids, codes, open, from, to, skipped: (page - 1) * most, most })
    }

    fn accepts(&self, report: &Report) -> bool {
        // Numbers overrule all else.
        if let Some(ids) = &self.ids {
            return ids.contains(&report.id);
        }
        self.codes.as_ref().is_none_or(|codes| codes.contains(&report.kind))
            && self.open.is_none_or(|open| open != is_closed(report))
            && (self.from..=self.to).contains(&report.created_at)
    }
}

/// The time that is asked for, by when requests came in.
fn span(fields: &Fields) -> Result<(OffsetDateTime, OffsetDateTime), Problem> {
    let read = |name: &str| {
        let read = |text: &String| {
            OffsetDateTime::parse(text.trim(), &Rfc3339)
                .map_err(|_| bad(name, "an instant such as `2026-05-01T00:00:00Z`"))
        };
        fields.get(name).map(read).transpose()
    };
    let now = OffsetDateTime::now_utc();
    let (from, to) = match (read("start_date")?, read("end_date")?) {
        (Some(from), Some(to)) => (from, to),
        (Some(from), None) => (from, from.checked_add(SPAN).unwrap_or(now)),
        (None, to) => {
            let to = to.unwrap_or(now);
            (to.checked_sub(SPAN).unwrap_or(to), to)
        }
    };
    if to - from > SPAN {
        let detail =
            format!("from `start_date` to `end_date` are {} days, 90 at most", (to - from).whole_days());
        return Err(Problem::bad_request("bad_span", detail).with_hint("ask for one part after the other"));
    }
    Ok((from, to))
}

fn bad(name: &str, taken: &str) -> Problem {
    Problem::bad_request("bad_query", format!("`{name}` is {taken}"))
}

/// What one gets who has reported.
#[derive(Debug, Serialize)]
struct Taken {
    service_request_id: String,
    service_notice: Option<String>,
    account_id: Option<String>,
}

/// Takes a request in.
pub(crate) async fn post_request(
    State(app): State<Arc<App>>,
    permit: Permit,
    call: Call,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let language = call.language;
    let said = |name: &str| fields.get(name).map(|text| text.trim()).filter(|text| !text.is_empty());
    let code = said("service_code").ok_or_else(|| lacking("service_code"))?;
    let kind = app.reports.kinds().get(code).cloned().ok_or_else(|| unknown_service(code))?;
    let text = said("description").ok_or_else(|| lacking("description"))?;
    let place = placed(&app, &said)?;
    let picture = said("media_url").map(picture).transpose()?;
    let phone = said("phone");
    let contact = phone.filter(|_| app.contacts.is_some()).map(|phone| caller(&said, phone, language));
    let mut notices = Vec::new();
    if picture.is_some() {
        notices.push(language.pick("图片只保存了网址。", "Of the picture, its address is kept."));
    }
    if phone.is_some() && contact.is_none() {
        notices.push(language.pick("电话号码没有保存。", "The telephone number is not kept."));
    }
    let draft = ReportDraft::from_outside(line_of(&kind), code, with_picture(text, picture), place, contact);
    let report = take_in(&app, &permit, draft).await?;
    let taken = [Taken {
        service_request_id: report.id.to_string(),
        service_notice: Some(notices.join(" ")).filter(|notice| !notice.is_empty()),
        account_id: None,
    }];
    answer(Named::List("service_requests", "request"), &taken, StatusCode::CREATED, call.format)
}

fn line_of(kind: &ReportKind) -> ReportLine {
    if is_of(kind, ReportLine::Problem) { ReportLine::Problem } else { ReportLine::Suggestion }
}

/// Whom to call, as far as the hotline tells a name.
fn caller<'f>(said: &impl Fn(&str) -> Option<&'f str>, phone: &str, language: Language) -> ContactDraft {
    let (first, last) = (said("first_name"), said("last_name"));
    let name = match language {
        // The family name leads.
        Language::Zh => [last, first].into_iter().flatten().collect::<String>(),
        Language::En => [first, last].into_iter().flatten().collect::<Vec<_>>().join(" "),
    };
    let name = if name.is_empty() { language.pick("来电人", "caller").to_owned() } else { name };
    ContactDraft::new(name, phone.to_owned())
}

fn lacking(name: &str) -> Problem {
    Problem::bad_request("something_missing", format!("`{name}` is missing"))
}

/// Where a request is: longitude and latitude, words, or the id of an object of the model.
fn placed<'f>(app: &App, said: &impl Fn(&str) -> Option<&'f str>) -> Result<ReportPlace, Problem> {
    let number = |name: &str| {
        let read = |text: &str| {
            text.parse::<f64>()
                .ok()
                .filter(|degrees| degrees.is_finite())
                .ok_or_else(|| bad(name, "a number of degrees"))
        };
        said(name).map(read).transpose()
    };
    let position = match (number("lat")?, number("long")?) {
        (Some(latitude_deg), Some(longitude_deg)) => Some(on_ground(app, latitude_deg, longitude_deg)?),
        (None, None) => None,
        _ => return Err(bad("lat", "given with `long`, and `long` with `lat`")),
    };
    let place = ReportPlace {
        position,
        object: said("address_id").map(str::to_owned),
        device: None,
        address: said("address_string").map(str::to_owned),
    };
    if place == ReportPlace::default() {
        return Err(
            lacking("lat").with_hint("say where with `lat` and `long`, `address_string` or `address_id`")
        );
    }
    Ok(place)
}

/// A place in local metres, at the foot of what stands there.
fn on_ground(app: &App, latitude_deg: f64, longitude_deg: f64) -> Result<LocalPoint, Problem> {
    let served = app.publications.served();
    let origin = served.catalog.community.origin.ok_or_else(|| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "no_place", "this community has no place on the Earth")
            .with_hint("say where with `address_string`")
    })?;
    let at = GeographicPoint { longitude_deg, latitude_deg, height_m: origin.height_m };
    let at = to_local(&origin, &at);
    let away_m = away(&served.catalog.community.bounds, &at);
    if away_m > REACH_M {
        let detail = format!("the place is {away_m:.0} m from the community, {REACH_M} m at most are served");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "elsewhere", detail));
    }
    let now = app.model.now();
    let under =
        now.at(Kind::Building, at.east_m, at.north_m).or_else(|| now.at(Kind::Zone, at.east_m, at.north_m));
    let up_m = under.map_or(0.0, |object| object.bounds.min.up_m);
    Ok(LocalPoint { up_m, ..at })
}

/// How far a place is from a box, on the ground.
fn away(bounds: &LocalBox, at: &LocalPoint) -> f64 {
    let beyond = |least: f64, most: f64, value: f64| (least - value).max(value - most).max(0.0);
    let east_m = beyond(bounds.min.east_m, bounds.max.east_m, at.east_m);
    east_m.hypot(beyond(bounds.min.north_m, bounds.max.north_m, at.north_m))
}

/// The address of a picture. It is not fetched: whoever asks does not have this server ask others.
fn picture(url: &str) -> Result<&str, Problem> {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    if is_web && url.len() <= MEDIA_LIMIT && url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(url);
    }
    Err(bad("media_url", &format!("an address `https://…` of at most {MEDIA_LIMIT} characters")))
}

fn with_picture(text: &str, picture: Option<&str>) -> String {
    picture.map_or_else(|| text.to_owned(), |url| format!("{text}\n{url}"))
}
