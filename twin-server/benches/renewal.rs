//! Purpose: what lists, filters, maps and joins of renewal cost in a large community, through the whole router, in one run.
//! Inputs:  `TWIN_BENCH_REPORTS` (default 100,000), `TWIN_BENCH_PROJECTS` (5,000), `TWIN_BENCH_VALUES` of indicators
//!          (1,000,000, half of them in the check-up before), `TWIN_BENCH_LISTED` (50,000 resources, needs and tasks each,
//!          the limit), `TWIN_BENCH_ROUNDS` (200), `TWIN_BENCH_DATABASE` (an empty database, `postgres://…`; a file of its
//!          own without).
//! Outputs: a table on standard output: milliseconds of the middle answer and of the 95th of a hundred, most bytes, question;
//!          and what files that are taken away whole cost.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench prints, and stops where it fails"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use tokio::sync::watch;
use tower::ServiceExt;
use twin_schemas::LocalizedText;
use twin_schemas::checkups::{IndicatorValue, ValueSource};
use twin_schemas::geometry::LocalPoint;
use twin_schemas::indicators::{Indicator, IndicatorDirection, IndicatorLevel};
use twin_schemas::projects::{
    ProjectBudget, ProjectKind, ProjectLevel, ProjectPlace, ProjectPlan, ProjectState,
};
use twin_schemas::reports::{ReportLine, ReportPlace, ReportState};
use twin_server::app::{self, App};
use twin_server::config::ServeConfig;
use twin_server::domain::audit::AuditDraft;
use twin_server::domain::checkup::Catalogue;
use twin_server::domain::programming::{self, Party, Step};
use twin_server::domain::project;
use twin_server::domain::report::{self, NewReport, ReportKinds};
use twin_server::store::{
    ProgrammingChange, ProjectChange, ReportStored, StoredEntry, StoredProjectEntry, StoredReport, Tidings,
    ValueChange,
};

/// As the server has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Width of the community.
const REACH_M: f64 = 3_000.0;
const ZONES: usize = 50;
const KINDS: [&str; 4] = ["lighting", "road", "drainage", "greening"];

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |text| text.replace('_', "").parse().unwrap())
}

/// Places that fill the community evenly, in no order: multiples of irrational numbers.
fn place(n: usize) -> LocalPoint {
    let along = |step: f64| (n as f64 * step).fract() * REACH_M;
    LocalPoint { east_m: along(0.754_877_666), north_m: along(0.569_840_296), up_m: 0.0 }
}

fn zone(n: usize) -> String {
    format!("zone/z{:02}", n % ZONES)
}

fn publish(folder: &Path, buildings: usize) {
    let version = folder.join("versions/v1");
    std::fs::create_dir_all(&version).unwrap();
    let bounds = |at: LocalPoint, size_m: f64| json!({ "min": at, "max": LocalPoint { east_m: at.east_m + size_m, north_m: at.north_m + size_m, up_m: 18.0 } });
    let whole = bounds(LocalPoint { east_m: 0.0, north_m: 0.0, up_m: 0.0 }, REACH_M);
    let origin = json!({ "longitude_deg": 113.388, "latitude_deg": 22.524, "height_m": 12.0 });
    let community = json!({ "id": "c", "name": {}, "bounds": whole, "origin": origin });
    let catalog =
        json!({ "format": 1, "community": community, "sources": [], "scenes": [], "model": "model.ndjson" });
    std::fs::write(version.join("catalog.json"), catalog.to_string()).unwrap();
    let mut objects = json!({ "id": "community/c", "class": "community", "bounds": whole }).to_string();
    for n in 0..ZONES {
        let zone = json!({ "id": zone(n), "class": "zone", "parent": "community/c", "bounds": bounds(place(n), 300.0) });
        write!(objects, "\n{zone}").unwrap();
    }
    for n in 0..buildings {
        let of = (zone(n), bounds(place(n), 12.0));
        let building =
            json!({ "id": building(n), "class": "building", "parent": of.0, "zone": of.0, "bounds": of.1 });
        write!(objects, "\n{building}").unwrap();
    }
    std::fs::write(version.join("model.ndjson"), objects).unwrap();
    std::fs::write(folder.join("current"), "v1").unwrap();
}

fn building(n: usize) -> String {
    format!("building/b{n:05}")
}

fn audit(action: &str) -> AuditDraft {
    AuditDraft::new(OffsetDateTime::now_utc(), "local".into(), action, "bench")
}

async fn reports(app: &App, count: usize) {
    let kinds = ReportKinds::built_in().unwrap();
    let now = OffsetDateTime::now_utc();
    for n in 0..count {
        let new = NewReport {
            line: if n % 5 == 0 { ReportLine::Suggestion } else { ReportLine::Problem },
            text: format!("第 {n} 号：路灯不亮，晚上看不清台阶"),
            photos: Vec::new(),
            voice: None,
            place: ReportPlace { position: Some(place(n)), ..ReportPlace::default() },
            zone: Some(zone(n / 3)),
            on_behalf: false,
            open: true,
        };
        let at = now - Duration::minutes(n as i64 % 20_000);
        let mut change =
            report::submitted(n as u64 + 1, new, kinds.get(KINDS[n / 7 % KINDS.len()]).unwrap(), at);
        // Most of what was ever reported has ended.
        if n % 10 != 0 {
            (change.after.state, change.after.ended_at) = (ReportState::Closed, Some(at));
            change.after.deadline = None;
        }
        let stored = StoredReport { report: change.after, reporter: Some(format!("u-{}", n % 9_000)) };
        let entry = StoredEntry { entry: change.entry, actor: "user:u".into() };
        let stored = app
            .store
            .add_report(&stored, &entry, None, &audit("report.submit"), &Tidings::default())
            .await
            .unwrap();
        assert_eq!(stored, ReportStored::Yes);
    }
}

async fn projects(app: &App, count: usize) {
    let states = [ProjectState::Draft, ProjectState::Notice, ProjectState::Works, ProjectState::Evaluated];
    for n in 0..count {
        let plan = ProjectPlan {
            name: LocalizedText::new(format!("{n} 号楼加装电梯"), format!("A lift for house {n}")),
            summary: "加装电梯，方便老人上下楼".into(),
            kind: ProjectKind::Infrastructure,
            level: if n % 3 == 0 { ProjectLevel::Basic } else { ProjectLevel::Improving },
            zones: Vec::new(),
            places: vec![ProjectPlace::Point { position: place(n * 7) }],
            phases: Vec::new(),
            budget: ProjectBudget { planned_fen: 1_000_000 + n as u64 * 1_000, sources: Vec::new() },
            parties: Vec::new(),
            documents: Vec::new(),
            alternatives: Vec::new(),
            reports: vec![n as u64 + 1],
            problems: Vec::new(),
            tasks: Vec::new(),
        };
        let mut change = project::created(n as u64 + 1, plan, vec![zone(n)], OffsetDateTime::now_utc());
        change.after.state = states[n % states.len()];
        let stored = StoredProjectEntry { entry: change.entry, actor: "user:u".into() };
        let new = ProjectChange { after: change.after, stored, opinion: None };
        assert_eq!(
            app.store.add_project(&new, &audit("project.create"), &Tidings::default()).await.unwrap(),
            ReportStored::Yes
        );
    }
}

/// The three lists of the programming, each with so many members.
async fn lists(app: &App, count: usize) {
    let now = OffsetDateTime::now_utc();
    let step = |n: usize| {
        let (id, zones) = (n as u64 + 1, vec![zone(n)]);
        let places = json!([{ "type": "point", "position": place(n * 3) }]);
        let name = json!({ "zh": format!("第 {n} 项：加装座椅") });
        let urgency = ["ordinary", "pressing", "urgent"][n % 3];
        let resource = json!({ "name": name, "kind": "money", "owner": "区住建局", "used_by": "joint",
            "amount": { "type": "money", "fen": 1_000_000 }, "places": places });
        let need = json!({ "name": name, "kind": "housing", "groups": ["elderly"],
            "urgency": urgency, "source": "reports", "places": places });
        let task = json!({ "name": name, "kind": "infrastructure", "level": "basic", "urgency": urgency, "places": places });
        [
            Step::Resource(programming::begun(
                id,
                serde_json::from_value(resource).unwrap(),
                zones.clone(),
                Party::Keeper,
                now,
            )),
            Step::Need(programming::begun(
                id,
                serde_json::from_value(need).unwrap(),
                zones.clone(),
                Party::Collector,
                now,
            )),
            Step::Task(programming::begun(
                id,
                serde_json::from_value(task).unwrap(),
                zones,
                Party::Planner,
                now,
            )),
        ]
    };
    let mut left = (0..count).flat_map(step).map(|step| ProgrammingChange { step, actor: "user:u".into() });
    loop {
        let changes: Vec<_> = left.by_ref().take(3_000).collect();
        if changes.is_empty() {
            return;
        }
        let audit = [audit("programming.create")];
        assert!(app.store.change_programming(&changes, &audit).await.unwrap());
    }
}

/// A value with a problem at one object of fifty.
fn value_of(indicator: &Indicator, n: usize, shift: f64) -> f64 {
    let Indicator { min, max, thresholds, direction, .. } = indicator;
    let bad = thresholds.urgent.or(thresholds.pressing).or(thresholds.ordinary);
    let best = match direction {
        IndicatorDirection::MoreIsBetter => *max,
        IndicatorDirection::LessIsBetter => *min,
    };
    let value = bad.filter(|_| n.is_multiple_of(53)).unwrap_or(best);
    if n.is_multiple_of(7) { (value + shift).clamp(*min, *max) } else { value }
}

/// A check-up whose buildings have values of all their indicators.
async fn check_up(router: &Router, app: &App, year: usize, buildings: usize, values: usize) -> u64 {
    let begun = send(router, "check-ups", &json!({ "name": { "zh": "体检" }, "year": year })).await;
    let id = begun["id"].as_u64().unwrap();
    let begun = send(router, &format!("check-ups/{id}/deeds"), &json!({ "deed": "begin" })).await;
    let version = begun["check_up"]["version"].as_u64().unwrap() as u32;
    let catalogue = Catalogue::built_in().unwrap();
    let of_buildings: Vec<_> = catalogue
        .list()
        .iter()
        .filter(|indicator| indicator.levels.contains(&IndicatorLevel::Building))
        .collect();
    let shift = (year % 2) as f64;
    let keys = (0..values).map(|n| (of_buildings[n / buildings % of_buildings.len()], n % buildings));
    let mut made = keys.map(|(indicator, n)| IndicatorValue {
        indicator: indicator.code.clone(),
        object: building(n),
        value: value_of(indicator, n, shift),
        source: ValueSource::Form,
        at: OffsetDateTime::now_utc(),
        by: "user:u".into(),
        remark: None,
        photos: Vec::new(),
    });
    loop {
        let put: Vec<_> = made.by_ref().take(20_000).collect();
        if put.is_empty() {
            return id;
        }
        let change = ValueChange { check_up: id, version, put, ..ValueChange::default() };
        app.store.put_values(&change, &audit("values.put")).await.unwrap();
    }
}

async fn answer(router: &Router, request: Request<Body>) -> Vec<u8> {
    let path = request.uri().clone();
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert!(status.is_success(), "{path}: {status} {}", String::from_utf8_lossy(&body));
    body.into()
}

async fn send(router: &Router, path: &str, body: &Value) -> Value {
    let request = Request::post(format!("/api/v1/{path}")).header(header::CONTENT_TYPE, "application/json");
    let body = answer(router, request.body(Body::from(body.to_string())).unwrap()).await;
    serde_json::from_slice(&body).unwrap()
}

async fn measure(router: &Router, rounds: usize, what: &str, path: impl Fn(usize) -> String) {
    let (mut times_ms, mut bytes) = (Vec::with_capacity(rounds), 0);
    for n in 0..rounds {
        let request = Request::get(format!("/api/v1/{}", path(n))).body(Body::empty()).unwrap();
        let started = Instant::now();
        bytes = bytes.max(answer(router, request).await.len());
        times_ms.push(started.elapsed().as_secs_f64() * 1_000.0);
    }
    told(what, times_ms, bytes);
}

fn told(what: &str, mut times_ms: Vec<f64>, bytes: usize) {
    times_ms.sort_by(f64::total_cmp);
    let at = |share: f64| times_ms[((times_ms.len() - 1) as f64 * share) as usize];
    println!("| {:.1} | {:.1} | {bytes} | {what} |", at(0.5), at(0.95));
}

async fn questions(router: &Router, rounds: usize, reports: usize, projects: usize, [before, now]: [u64; 2]) {
    let by = |n: usize| (zone(n), KINDS[n % KINDS.len()], place(n * 31));
    println!("| median ms | p95 ms | most bytes | question (target p95 < 100 ms) |\n|---|---|---|---|");
    measure(router, rounds, "reports, the newest hundred", |_| "reports?limit=100".into()).await;
    measure(router, rounds, "reports, open, of a kind and zone", |n| {
        let (zone, kind, _) = by(n);
        format!("reports?state=open&kind={kind}&zone={zone}&limit=100")
    })
    .await;
    measure(router, rounds, "reports, what is to be done", |_| {
        "reports?state=open&todo=true&deeds=true&limit=100".into()
    })
    .await;
    measure(router, rounds, "reports within a box", |n| {
        let LocalPoint { east_m: e, north_m: s, .. } = by(n).2;
        format!("reports?bbox={e:.1},{s:.1},{:.1},{:.1}&limit=100", e + 200.0, s + 200.0)
    })
    .await;
    measure(router, rounds, "one report with its trail", |n| format!("reports/{}", n * 97 % reports + 1))
        .await;
    measure(router, rounds, "figures of all reports", |_| "reports/figures".into()).await;
    measure(router, rounds, "projects, the newest hundred", |_| "projects?limit=100".into()).await;
    measure(router, rounds, "projects by words, level and zone", |n| {
        format!("projects?text=%E7%94%B5%E6%A2%AF&level=improving&zone={}&limit=100", zone(n))
    })
    .await;
    measure(router, rounds, "figures of all projects", |_| "projects/figures".into()).await;
    measure(router, rounds, "what lies within 50 m of a project", |n| {
        format!("projects/{}/nearby?distance_m=50", n * 13 % projects + 1)
    })
    .await;
    measure(router, rounds, "a check-up with its progress and problems", |_| format!("check-ups/{now}"))
        .await;
    measure(router, rounds, "map of an indicator, a thousand objects", |_| {
        format!("check-ups/{now}/map?indicator=housing_gas&limit=1000")
    })
    .await;
    measure(router, rounds, "values of a building", |n| {
        format!("check-ups/{now}/values?object={}", building(n * 7))
    })
    .await;
    measure(router, rounds, "problems of a zone and urgency", |n| {
        format!("check-ups/{now}/problems?zone={}&urgency=urgent&limit=100", zone(n))
    })
    .await;
    measure(router, rounds.min(20), "two check-ups side by side, the first page with all counts", |_| {
        format!("check-ups/{now}/compare?with={before}")
    })
    .await;
    measure(router, rounds, "two check-ups side by side, one indicator", |_| {
        format!("check-ups/{now}/compare?with={before}&indicator=housing_gas&limit=100")
    })
    .await;
}

/// Questions about the three lists, and about reports among things.
async fn programming_questions(router: &Router, rounds: usize, listed: usize) {
    for list in ["resources", "needs", "tasks"] {
        measure(router, rounds, &format!("{list}, the newest hundred"), |_| format!("{list}?limit=100"))
            .await;
        measure(router, rounds, &format!("{list} of a zone in a box"), |n| {
            let LocalPoint { east_m: e, north_m: s, .. } = place(n * 31);
            format!("{list}?zone={}&bbox={e:.1},{s:.1},{:.1},{:.1}&limit=100", zone(n), e + 500.0, s + 500.0)
        })
        .await;
        measure(router, rounds, &format!("one of the {list} with its trail"), |n| {
            format!("{list}/{}", n * 97 % listed + 1)
        })
        .await;
    }
    let (mut times_ms, mut bytes) = (Vec::with_capacity(rounds), 0);
    for n in 0..rounds {
        let LocalPoint { east_m, north_m, .. } = place(n * 31);
        let question = json!({ "kinds": ["report"],
            "where": { "radius": { "east_m": east_m, "north_m": north_m, "radius_m": 100.0 } } });
        let request = Request::post("/api/v1/spatial/query").header(header::CONTENT_TYPE, "application/json");
        let started = Instant::now();
        bytes =
            bytes.max(answer(router, request.body(Body::from(question.to_string())).unwrap()).await.len());
        times_ms.push(started.elapsed().as_secs_f64() * 1_000.0);
    }
    told("reports within 100 m of a place", times_ms, bytes);
}

/// Files that are taken away whole, once each: nobody waits for them as for an answer.
async fn exports(router: &Router, check_up: u64) {
    println!("| s | bytes | taken away |\n|---|---|---|");
    for (path, what) in [
        ("exports/renewal.gpkg".into(), "a GeoPackage of everything"),
        ("exports/projects.xlsx".into(), "all projects as a spreadsheet"),
        (format!("check-ups/{check_up}/values/table"), "all values of a check-up as CSV"),
    ] {
        let request = Request::get(format!("/api/v1/{path}")).body(Body::empty()).unwrap();
        let started = Instant::now();
        let bytes = answer(router, request).await.len();
        println!("| {:.1} | {bytes} | {what} |", started.elapsed().as_secs_f64());
    }
}

#[tokio::main]
async fn main() {
    let (count, library) = (number("TWIN_BENCH_REPORTS", 100_000), number("TWIN_BENCH_PROJECTS", 5_000));
    let (values, rounds) = (number("TWIN_BENCH_VALUES", 1_000_000), number("TWIN_BENCH_ROUNDS", 200));
    let catalogue = Catalogue::built_in().unwrap();
    let levels = catalogue
        .list()
        .iter()
        .filter(|indicator| indicator.levels.contains(&IndicatorLevel::Building))
        .count();
    let buildings = (values / 2).div_ceil(levels);
    let listed = number("TWIN_BENCH_LISTED", 50_000);
    let folder = tempfile::tempdir().unwrap();
    let database = std::env::var("TWIN_BENCH_DATABASE")
        .unwrap_or_else(|_| format!("sqlite:{}/twin.db", folder.path().display()));
    publish(&folder.path().join("publication"), buildings);
    let config = ServeConfig {
        listen: "127.0.0.1:0".parse().unwrap(),
        cache_bytes: 1 << 20,
        ..ServeConfig::of(folder.path().join("publication"), database)
    };
    let started = Instant::now();
    let (stop, stopping) = watch::channel(false);
    let (app, background) = app::start(&config, stopping).await.unwrap();
    let router = twin_server::router::router(Arc::clone(&app));
    reports(&app, count).await;
    projects(&app, library).await;
    lists(&app, listed).await;
    let before = check_up(&router, &app, 2025, buildings, values / 2).await;
    let now = check_up(&router, &app, 2026, buildings, values / 2).await;
    println!(
        "{count} reports, {library} projects, {listed} each of resources, needs and tasks, {values} values of {buildings} buildings, stored in {:.0} s",
        started.elapsed().as_secs_f64()
    );
    for (id, year) in [(before, 2025), (now, 2026)] {
        let reviewed = Instant::now();
        send(&router, &format!("check-ups/{id}/deeds"), &json!({ "deed": "review" })).await;
        println!("the review of {year} took {:.1} s", reviewed.elapsed().as_secs_f64());
    }
    // What was stored past the books is in them after a start.
    stop.send_replace(true);
    app.auth.flush().await;
    app.store.close().await.unwrap();
    drop((app, router, background));
    let started = Instant::now();
    let (_stop, stopping) = watch::channel(false);
    let (app, _background) = app::start(&config, stopping).await.unwrap();
    println!("ready again in {:.1} s", started.elapsed().as_secs_f64());
    let router = twin_server::router::router(Arc::clone(&app));
    questions(&router, rounds, count, library, [before, now]).await;
    programming_questions(&router, rounds, listed).await;
    exports(&router, now).await;
}
