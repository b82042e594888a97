//! `/api/v1/spatial/query`: which things are where. The body says which, where, and what must be near them;
//! `spatial::query` answers.

mod question;

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use tokio::sync::Semaphore;
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalBox;
use utoipa::ToSchema;

pub(crate) use question::SpatialQuestion;

use self::question::{
    AroundPlace, BoxPlace, NearestPlace, Nothing, PolygonPlace, RadiusPlace, RayPlace, Where, Which,
};
use super::extract::Json;
use super::room::work_in;
use super::{Problem, ProblemBody, devices, objects};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::permission::Action;
use crate::domain::report::may_read;
use crate::spatial::query::{self, Area, At, Company, Filter, Found, Hit, Place, Query, QueryError, Ray};
use crate::spatial::{Kind, Kinds, ReportRule, Snapshot, Thing};

/// Things that are given if the question says nothing.
const LIMIT: usize = 100;
/// Most things that one answer holds.
const LIMIT_MOST: usize = 10_000;
/// Most characters of an id or a class.
const TEXT_LIMIT: usize = 200;

/// Questions that are answered at once; others wait. More would only share the processors, and each holds
/// its answer in memory.
static ASKING: Semaphore = Semaphore::const_new(8);

/// Things that were found. Those with a distance come in its order, others by kind and id.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SpatialAnswer {
    /// Version of the publication that the answer is of.
    publication: String,
    /// How many things there are; absent where the search ended with the last that was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    matched: Option<usize>,
    /// Whether there are more than are given here.
    cut: bool,
    /// What to do about that, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<LocalizedText>,
    /// The things.
    things: Vec<FoundThing>,
}

/// A thing that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundThing {
    /// Its id: of an object, of a device, or the number of a project or a report.
    id: String,
    /// What it is.
    kind: Kind,
    /// IFC class, kind of device or report, or kind of task of a project.
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    /// Name in both languages.
    name: LocalizedText,
    /// The zone that it stands in, if its source says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    /// Its box.
    bounds: LocalBox,
    /// Metres from what was asked for; along a ray to where it enters the box.
    #[serde(skip_serializing_if = "Option::is_none")]
    distance_m: Option<f64>,
    /// What is near it, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    near: Option<NearThings>,
}

/// What is near a thing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NearThings {
    /// How many.
    count: usize,
    /// The nearest five of them.
    nearest: Vec<NearThing>,
}

/// A thing that is near another.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NearThing {
    /// Its id.
    id: String,
    /// What it is.
    kind: Kind,
    /// Metres between both on the ground.
    distance_m: f64,
}

/// Finds things by place: in a box, in a polygon, within a distance, nearest, along a ray, around another
/// thing; and of them those that have others near.
#[utoipa::path(
    post, path = "/api/v1/spatial/query", tag = "objects", request_body = SpatialQuestion,
    responses(
        (status = 200, body = SpatialAnswer), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn query_things(
    State(app): State<Arc<App>>,
    permit: Permit,
    Json(question): Json<SpatialQuestion>,
) -> Result<JsonAnswer<SpatialAnswer>, Problem> {
    if question.asks_for_devices() {
        permit.also(Action::ReadDevices)?;
    }
    let now = app.model.now();
    let query = query_of(&app, &permit, &now, question)?;
    let answered = in_room(move || query::ask(&now, &query).map(|found| answer(&now, found))).await?;
    answered.map(JsonAnswer).map_err(too_large)
}

/// The things that another question than the body's finds, and whether there are more.
pub(super) async fn ask_in_room(
    now: Arc<Snapshot>,
    query: Query,
) -> Result<(Vec<FoundThing>, bool), Problem> {
    let asked = move || {
        let Found { hits, cut, .. } = query::ask(&now, &query)?;
        Ok((hits.into_iter().map(FoundThing::from).collect(), cut))
    };
    in_room(asked).await?.map_err(too_large)
}

/// Work on places, of which so much goes on at once as there is room for: a question that looks at a million things
/// keeps a thread for a tenth of a second.
pub(super) async fn in_room<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let stopping = |_| Problem::unavailable("stopping", "the server is stopping");
    work_in(ASKING.acquire().await.map_err(stopping)?, work).await
}

fn too_large(error: QueryError) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "query_too_large", error.to_string())
        .with_hint("ask for a smaller place, fewer kinds, or a simpler polygon")
}

fn query_of(app: &App, permit: &Permit, now: &Snapshot, question: SpatialQuestion) -> Result<Query, Problem> {
    let limit = question.limit.unwrap_or(LIMIT);
    if !(1..=LIMIT_MOST).contains(&limit) {
        return Err(bad(format!("`limit` is {limit}, from 1 to {LIMIT_MOST} is possible")));
    }
    let company = question.near.map(|near| {
        let within_m = distance("near.within_m", near.within_m)?;
        let filter = filter_of(app, permit, near.which)?;
        Ok::<_, Problem>(Company { filter, within_m, wanted: !near.none })
    });
    let (filter, company) = (filter_of(app, permit, question.which)?, company.transpose()?);
    if matches!(&question.r#where, Where::Around(around) if around.device.is_some()) {
        permit.also(Action::ReadDevices)?;
    }
    Ok(Query { filter, place: place_of(app, now, question.r#where)?, company, limit })
}

/// Whether things of a kind are among those of all kinds for whoever asks.
fn may_be_told(permit: &Permit, kind: Kind) -> bool {
    match kind {
        Kind::Device => permit.also(Action::ReadDevices).is_ok(),
        Kind::Project => permit.also(Action::ReadProjects).is_ok(),
        Kind::Report => permit.also(Action::ReadReports).is_ok(),
        _ => true,
    }
}

/// Whoever may not read devices, or projects, finds none among things of all kinds.
fn filter_of(app: &App, permit: &Permit, which: Which) -> Result<Filter, Problem> {
    for text in [&which.class, &which.zone].into_iter().flatten() {
        if text.len() > TEXT_LIMIT {
            return Err(bad(format!("a class or zone has {} bytes, limit {TEXT_LIMIT}", text.len())));
        }
    }
    let kinds: Kinds = match which.kinds {
        Some(kinds) => {
            if kinds.contains(&Kind::Device) {
                permit.also(Action::ReadDevices)?;
            }
            if kinds.contains(&Kind::Project) {
                permit.also(Action::ReadProjects)?;
            }
            if kinds.contains(&Kind::Report) {
                permit.also(Action::ReadReports)?;
            }
            kinds.into_iter().collect()
        }
        None => Kind::ALL.into_iter().filter(|kind| may_be_told(permit, *kind)).collect(),
    };
    // As in their list: what one may not read is in no answer, and in no number of one.
    let rule = kinds.contains(Kind::Report).then(|| {
        let (reports, actor) = (Arc::clone(&app.reports), permit.actor().clone());
        ReportRule::new(move |number| {
            reports.get(number).is_some_and(|kept| may_read(kept.asked_by(&actor), &kept.report))
        })
    });
    Ok(Filter { kinds, class: which.class, zone: which.zone, reports: rule })
}

fn place_of(app: &App, now: &Snapshot, place: Where) -> Result<Place, Problem> {
    Ok(match place {
        Where::Anywhere(Nothing {}) => Place::Anywhere,
        Where::Box(BoxPlace { min, max }) => box_of(&min, &max)?,
        Where::Polygon(PolygonPlace { rings, bottom_m, top_m }) => {
            let up_m = [bottom_m.unwrap_or(f64::NEG_INFINITY), top_m.unwrap_or(f64::INFINITY)];
            if up_m[0] > up_m[1] {
                return Err(bad("`bottom_m` is above `top_m`"));
            }
            Place::Area(Area::new(&rings, up_m).map_err(|error| bad(error.to_string()))?)
        }
        Where::Radius(RadiusPlace { east_m, north_m, up_m, radius_m }) => {
            Place::Radius { at: At { east_m, north_m, up_m }, radius_m: distance("radius_m", radius_m)? }
        }
        Where::Nearest(NearestPlace { east_m, north_m, up_m, within_m }) => {
            let within_m = within_m.map(|within_m| distance("within_m", within_m)).transpose()?;
            Place::Nearest { at: At { east_m, north_m, up_m }, within_m: within_m.unwrap_or(f64::INFINITY) }
        }
        Where::Ray(RayPlace { from, direction, length_m }) => {
            let length_m = distance("length_m", length_m.unwrap_or(10_000.0))?;
            Place::Ray(
                Ray::new(from, direction, length_m).ok_or_else(|| bad("`direction` has no direction"))?,
            )
        }
        Where::Around(around) => {
            let within_m = distance("within_m", around.within_m)?;
            Place::Around { thing: thing_of(app, now, around)?, within_m }
        }
    })
}

fn box_of(min: &[f64], max: &[f64]) -> Result<Place, Problem> {
    let (min, max) = match (min, max) {
        ([west, south], [east, north]) => {
            ([*west, *south, f64::NEG_INFINITY], [*east, *north, f64::INFINITY])
        }
        ([west, south, low], [east, north, high]) => ([*west, *south, *low], [*east, *north, *high]),
        _ => return Err(bad("`min` and `max` have two numbers each, or three")),
    };
    if min.iter().zip(&max).any(|(min, max)| min > max) {
        return Err(bad("`min` is above `max`"));
    }
    Ok(Place::Box { min, max })
}

fn thing_of(app: &App, now: &Snapshot, around: AroundPlace) -> Result<Thing, Problem> {
    match (around.object, around.device) {
        (Some(id), None) => now.get(&id).cloned().map(Thing::Object).ok_or_else(|| objects::unknown(&id)),
        (None, Some(id)) => {
            let device = app.hub.entry(&id).map(|entry| entry.device);
            device.map(Thing::Device).ok_or_else(|| devices::unknown(&id))
        }
        _ => Err(bad("`around` names an `object` or a `device`")),
    }
}

fn distance(field: &str, metres: f64) -> Result<f64, Problem> {
    if metres >= 0.0 { Ok(metres) } else { Err(bad(format!("`{field}` is {metres}, which is no distance"))) }
}

fn bad(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_question", detail)
        .with_hint("`/api/openapi.json` describes the question as `SpatialQuestion`")
}

fn answer(now: &Snapshot, found: Found<'_>) -> SpatialAnswer {
    let given = found.hits.len();
    let note = found.cut.then(|| {
        LocalizedText::new(
            format!("结果较多，仅给出前 {given} 个；请缩小范围或增大 limit"),
            format!("There is more; the first {given} are given. Ask for a smaller place or a larger limit"),
        )
    });
    SpatialAnswer {
        publication: now.version().to_owned(),
        matched: found.matched,
        cut: found.cut,
        note,
        things: found.hits.into_iter().map(FoundThing::from).collect(),
    }
}

impl From<Hit<'_>> for FoundThing {
    fn from(Hit { thing, kind, distance_m, near }: Hit<'_>) -> Self {
        let nearest = |(thing, distance_m): &(&Thing, f64)| NearThing {
            id: thing.id().to_owned(),
            kind: thing.kind(),
            distance_m: *distance_m,
        };
        Self {
            id: thing.id().to_owned(),
            kind,
            class: thing.class().map(str::to_owned),
            name: thing.name().clone(),
            zone: thing.zone().map(str::to_owned),
            bounds: thing.bounds(),
            distance_m,
            near: near.map(|near| NearThings {
                count: near.count,
                nearest: near.nearest.iter().map(nearest).collect(),
            }),
        }
    }
}
