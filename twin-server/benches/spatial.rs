//! The spatial index over a million objects: loading, questions, changes, and the memory that it takes.
//!
//! The community is made from a fixed seed: buildings of 40 × 15 m in rows over 3 × 3 km, elements in them,
//! spaces with outlines, 20,000 devices. `TWIN_OBJECTS` sets another size. With `TWIN_SPATIAL_CSV=<folder>`
//! nothing is measured by criterion: things and questions are written for `scripts/bench.d/spatial.py`,
//! which asks `PostGIS` the same, and the times of ours are printed.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "the table is what a bench is for")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use criterion::{BatchSize, Criterion};
use twin_schemas::LocalizedText;
use twin_schemas::geometry::{LocalBox, LocalPoint};
use twin_schemas::live::Device;
use twin_schemas::model::{ModelObject, ObjectClass};
use twin_server::spatial::query::{Area, At, Company, Filter, Place, Query, Ray, ask};
use twin_server::spatial::{Kind, Kinds, ObjectTable, Snapshot, SpatialIndex, StoredObject};

/// Half of the community's width.
const REACH_M: f64 = 1500.0;
const DEVICES: usize = 20_000;
/// Questions of each sort: each is asked at another place.
const QUESTIONS: usize = 1000;
/// How often all of them are asked.
const ROUNDS: usize = 5;

/// A generator of even numbers (`SplitMix64`, Steele et al. 2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn place(&mut self) -> [f64; 2] {
        [self.between(-REACH_M, REACH_M), self.between(-REACH_M, REACH_M)]
    }
}

fn object(id: String, class: ObjectClass, min: [f64; 3], size: [f64; 3], outlined: bool) -> ModelObject {
    let point = |p: [f64; 3]| LocalPoint { east_m: p[0], north_m: p[1], up_m: p[2] };
    let max = [min[0] + size[0], min[1] + size[1], min[2] + size[2]];
    let ring = vec![[min[0], min[1]], [max[0], min[1]], [max[0], max[1]], [min[0], max[1]], [min[0], min[1]]];
    ModelObject {
        id,
        class,
        name: LocalizedText::default(),
        parent: None,
        zone: None,
        bounds: LocalBox { min: point(min), max: point(max) },
        footprint: if outlined { vec![vec![ring]] } else { Vec::new() },
        properties: std::collections::BTreeMap::new(),
        bim: None,
    }
}

/// So many objects: one of 500 is a building, one of 20 a space, the others are elements of buildings.
fn objects(count: usize) -> Vec<ModelObject> {
    let mut dice = Dice(1);
    let mut corner = [0.0, 0.0];
    let make = |i: usize| match i {
        i if i.is_multiple_of(500) => {
            corner = dice.place();
            object(
                format!("building/{i}"),
                ObjectClass::Building,
                [corner[0], corner[1], 0.0],
                [40.0, 15.0, 18.0],
                true,
            )
        }
        i => {
            let min = [
                corner[0] + dice.between(0.0, 38.0),
                corner[1] + dice.between(0.0, 13.0),
                dice.between(0.0, 17.0),
            ];
            let (class, size) = if i.is_multiple_of(20) {
                (ObjectClass::Space, [4.0, 3.0, 2.8])
            } else {
                (ObjectClass::Element, [dice.between(0.1, 3.0), dice.between(0.1, 1.0), 1.0])
            };
            object(format!("m/{i:07}"), class, min, size, i.is_multiple_of(20))
        }
    };
    (0..count).map(make).collect()
}

fn devices() -> Vec<Arc<Device>> {
    let mut dice = Dice(2);
    let make = |i: usize| {
        let [east_m, north_m] = dice.place();
        Arc::new(Device {
            id: format!("d{i}"),
            kind: if i.is_multiple_of(4) { "lift".into() } else { "street_lamp".into() },
            name: LocalizedText::default(),
            position: LocalPoint { east_m, north_m, up_m: 1.0 },
            object: None,
        })
    };
    (0..DEVICES).map(make).collect()
}

fn filter(kinds: &[Kind], class: Option<&str>) -> Filter {
    let kinds = if kinds.is_empty() { Kinds::ALL } else { kinds.iter().copied().collect() };
    Filter { kinds, class: class.map(str::to_owned), ..Filter::of([]) }
}

/// The questions of each sort, by name.
fn questions() -> Vec<(&'static str, Vec<Query>)> {
    let sort = |seed: u64, make: &dyn Fn([f64; 2], &mut Dice) -> Query| {
        let mut dice = Dice(seed);
        (0..QUESTIONS)
            .map(|_| dice.place())
            .collect::<Vec<_>>()
            .into_iter()
            .map(|at| make(at, &mut dice))
            .collect()
    };
    let at = |[east_m, north_m]: [f64; 2]| At { east_m, north_m, up_m: None };
    let query = |filter: Filter, place: Place, limit: usize| Query { filter, place, company: None, limit };
    vec![
        (
            "box 50 m",
            sort(3, &|[e, n], _| {
                let place = Place::Box {
                    min: [e - 25.0, n - 25.0, f64::NEG_INFINITY],
                    max: [e + 25.0, n + 25.0, f64::INFINITY],
                };
                query(filter(&[], None), place, 10_000)
            }),
        ),
        (
            "radius 50 m",
            sort(4, &|place, _| {
                query(filter(&[], None), Place::Radius { at: at(place), radius_m: 50.0 }, 10_000)
            }),
        ),
        (
            "polygon of 12 corners",
            sort(5, &|[e, n], _| {
                let corner = |i: i32| (f64::from(i) * std::f64::consts::TAU / 12.0).sin_cos();
                let ring = (0..12).map(corner).map(|(s, c)| [e + 40.0 * c, n + 40.0 * s]).collect();
                query(filter(&[], None), Place::Area(Area::new(&[ring], [-1e9, 1e9]).unwrap()), 10_000)
            }),
        ),
        (
            "nearest 10",
            sort(6, &|place, _| {
                query(filter(&[], None), Place::Nearest { at: at(place), within_m: f64::INFINITY }, 10)
            }),
        ),
        (
            "nearest 5 lifts",
            sort(7, &|place, _| {
                query(
                    filter(&[Kind::Device], Some("lift")),
                    Place::Nearest { at: at(place), within_m: f64::INFINITY },
                    5,
                )
            }),
        ),
        (
            "ray of 500 m",
            sort(8, &|[e, n], dice| {
                let direction = [dice.between(-1.0, 1.0), dice.between(-1.0, 1.0), 0.0];
                query(filter(&[], None), Place::Ray(Ray::new([e, n, 5.0], direction, 500.0).unwrap()), 100)
            }),
        ),
        (
            "join: buildings in 300 m with lifts within 50 m",
            sort(9, &|place, _| {
                let company =
                    Company { filter: filter(&[Kind::Device], Some("lift")), within_m: 50.0, wanted: true };
                let place = Place::Radius { at: at(place), radius_m: 300.0 };
                Query { company: Some(company), ..query(filter(&[Kind::Building], None), place, 10_000) }
            }),
        ),
    ]
}

fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}

/// Median and 99th percentile of the times of a sort of question, in microseconds, and what it found. All are
/// asked round after round, so that each finds its place out of the nearest memory again, and of each the best
/// round counts: what else the machine does takes a processor for longer than the slowest question.
fn times(snapshot: &Snapshot, queries: &[Query]) -> (f64, f64, usize) {
    let mut found = 0;
    let mut took = vec![f64::INFINITY; queries.len()];
    for _ in 0..ROUNDS {
        found = 0;
        for (query, took) in queries.iter().zip(&mut took) {
            let start = Instant::now();
            found += ask(black_box(snapshot), query).unwrap().hits.len();
            *took = took.min(start.elapsed().as_secs_f64() * 1e6);
        }
    }
    took.sort_by(f64::total_cmp);
    (took[took.len() / 2], took[took.len() * 99 / 100], found)
}

fn main() {
    let count = std::env::var("TWIN_OBJECTS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let table = Arc::new(ObjectTable::new(objects(count)));
    let before = resident_kib();
    let start = Instant::now();
    let mut snapshot = Snapshot::of_devices(devices().into_iter());
    snapshot.take_objects(Snapshot::of_objects("v", Arc::clone(&table), [], []));
    let loaded = start.elapsed();
    let grown = resident_kib().zip(before).map(|(after, before)| after.saturating_sub(before) / 1024);
    let grown = grown.map_or_else(|| "unknown".to_owned(), |mib| format!("{mib} MiB"));
    println!(
        "{count} objects and {DEVICES} devices loaded in {:.0} ms; memory of the trees: {grown}",
        loaded.as_secs_f64() * 1e3
    );
    println!("{:<50} {:>10} {:>10} {:>10}", "question", "p50 µs", "p99 µs", "found");
    for (name, queries) in questions() {
        let (median, high, found) = times(&snapshot, &queries);
        println!("{name:<50} {median:>10.1} {high:>10.1} {:>10.1}", found as f64 / QUESTIONS as f64);
    }
    match std::env::var("TWIN_SPATIAL_CSV") {
        Ok(folder) => write_for_peers(Path::new(&folder), &table),
        Err(_) => measured(&snapshot, &table),
    }
}

/// Things and places as tables that another database can load.
fn write_for_peers(folder: &Path, table: &ObjectTable) {
    let mut things = String::new();
    let mut line = |id: &str, kind: &str, class: &str, b: LocalBox| {
        let LocalBox { min, max } = b;
        let (w, s, l) = (min.east_m, min.north_m, min.up_m);
        let (e, n, h) = (max.east_m, max.north_m, max.up_m);
        writeln!(things, "{id},{kind},{class},{w},{s},{l},{e},{n},{h}").unwrap();
    };
    for object in table.all() {
        line(&object.id, &format!("{:?}", object.class).to_lowercase(), "", object.bounds);
    }
    for device in devices() {
        line(&device.id, "device", &device.kind, LocalBox { min: device.position, max: device.position });
    }
    std::fs::write(folder.join("things.csv"), things).unwrap();
    let mut places = String::new();
    for seed in [3, 4, 6, 7, 9] {
        let mut dice = Dice(seed);
        for _ in 0..QUESTIONS {
            let [east_m, north_m] = dice.place();
            writeln!(places, "{seed},{east_m},{north_m}").unwrap();
        }
    }
    std::fs::write(folder.join("places.csv"), places).unwrap();
}

fn measured(snapshot: &Snapshot, table: &Arc<ObjectTable>) {
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    let mut group = criterion.benchmark_group("spatial");
    group.bench_function("bulk load", |bench| {
        bench.iter_batched(
            || Arc::clone(table),
            |table| Snapshot::of_objects("v", table, [], []),
            BatchSize::PerIteration,
        );
    });
    for (name, queries) in questions() {
        let mut next = queries.iter().cycle();
        group.bench_function(name, |bench| {
            bench.iter(|| ask(black_box(snapshot), next.next().unwrap()).unwrap());
        });
    }
    let index = SpatialIndex::new(snapshot.clone());
    let (mut dice, mut made) = (Dice(10), 0_u64);
    group.bench_function("insert an object", |bench| {
        bench.iter(|| {
            let [e, n] = dice.place();
            made += 1;
            let new = object(format!("made/{made}"), ObjectClass::Element, [e, n, 0.0], [1.0; 3], false);
            index.change(|now| now.put(StoredObject::from(new)));
        });
    });
    let all = devices();
    let mut places: Vec<Arc<Device>> = all.clone();
    group.bench_function("move a device", |bench| {
        bench.iter(|| {
            let i = (dice.next() % places.len() as u64) as usize;
            let [east_m, north_m] = dice.place();
            let moved = Arc::new(Device {
                position: LocalPoint { east_m, north_m, up_m: 1.0 },
                ..(*places[i]).clone()
            });
            index.change(|now| now.put_device(Arc::clone(&moved), Some(&places[i])));
            places[i] = moved;
        });
    });
    group.finish();
    criterion.final_summary();
}
