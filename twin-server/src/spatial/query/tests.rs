//! Every question against a scan of everything, over communities that are made at random and then changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;
use twin_schemas::live::Device;
use twin_schemas::model::ModelObject;

use super::super::testing::object;
use super::super::{Kind, Kinds, ObjectTable, Snapshot, StoredObject};
use super::*;

const CLASSES: [&str; 5] = ["zone", "building", "storey", "space", "element"];

/// Positions on a grid of half metres, so that edges meet and distances tie.
fn metres(reach: i32) -> impl Strategy<Value = f64> {
    (-reach * 2..=reach * 2).prop_map(|halves| f64::from(halves) / 2.0)
}

fn any_object() -> impl Strategy<Value = ModelObject> {
    let corner = (metres(60), metres(60), metres(10));
    let size = (metres(8), metres(8), metres(4));
    (0..CLASSES.len(), corner, size, 0..4_u8, any::<bool>()).prop_map(
        |(class, at, size, outline, in_zone)| {
            let min = [at.0, at.1, at.2];
            let max = [at.0 + size.0.abs(), at.1 + size.1.abs(), at.2 + size.2.abs()];
            let mut object = object("", CLASSES[class], min, max);
            object.zone = in_zone.then(|| "made/zone".into());
            // A triangle, or a ring with a hole, in the box.
            let [w, s, e, n] = [min[0], min[1], max[0], max[1]];
            let inner = [w + (e - w) / 4.0, s + (n - s) / 4.0, e - (e - w) / 4.0, n - (n - s) / 4.0];
            let ring = |[w, s, e, n]: [f64; 4]| vec![[w, s], [e, s], [e, n], [w, n], [w, s]];
            match outline {
                0 if e > w && n > s => object.footprint = vec![vec![vec![[w, s], [e, s], [w, n], [w, s]]]],
                1 if e > w && n > s => object.footprint = vec![vec![ring([w, s, e, n]), ring(inner)]],
                _ => {}
            }
            object
        },
    )
}

fn any_device() -> impl Strategy<Value = Device> {
    (metres(60), metres(60), metres(10), 0..2_u8).prop_map(|(e, n, u, kind)| {
        serde_json::from_value(json!({
            "id": "", "kind": if kind == 0 { "lift" } else { "street_lamp" }, "name": {},
            "position": { "east_m": e, "north_m": n, "up_m": u },
        }))
        .unwrap()
    })
}

/// A community after changes, and the same as a plain list.
#[derive(Debug)]
struct World {
    snapshot: Snapshot,
    things: Vec<Thing>,
}

#[derive(Debug, Clone)]
enum Change {
    Put(usize, Box<ModelObject>),
    TakeBack(usize),
    Device(usize, Option<Box<Device>>),
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0..60_usize, any_object()).prop_map(|(i, object)| Change::Put(i, Box::new(object))),
        (0..60_usize).prop_map(Change::TakeBack),
        (0..40_usize, proptest::option::of(any_device().prop_map(Box::new)))
            .prop_map(|(i, d)| Change::Device(i, d)),
    ]
}

fn any_world() -> impl Strategy<Value = World> {
    let objects = proptest::collection::vec(any_object(), 0..50);
    let devices = proptest::collection::vec(any_device(), 0..30);
    let changes = proptest::collection::vec(any_change(), 0..60);
    (objects, devices, changes).prop_map(|(objects, devices, changes)| world(objects, devices, changes))
}

fn world(objects: Vec<ModelObject>, devices: Vec<Device>, changes: Vec<Change>) -> World {
    let objects: Vec<_> = objects
        .into_iter()
        .enumerate()
        .map(|(i, object)| ModelObject { id: format!("o{i}"), ..object })
        .collect();
    let device = |i: usize, device: Device| Arc::new(Device { id: format!("d{i}"), ..device });
    let mut devices: BTreeMap<usize, Arc<Device>> =
        devices.into_iter().enumerate().map(|(i, d)| (i, device(i, d))).collect();
    let published: BTreeMap<String, ModelObject> =
        objects.iter().map(|o| (o.id.clone(), o.clone())).collect();
    let mut now = published.clone();
    let mut snapshot = Snapshot::of_devices(devices.values().cloned());
    snapshot.take_objects(Snapshot::of_objects("v", Arc::new(ObjectTable::new(objects)), [], []));
    for change in changes {
        match change {
            Change::Put(i, object) => {
                let object = ModelObject { id: format!("o{i}"), ..*object };
                now.insert(object.id.clone(), object.clone());
                snapshot.put(StoredObject::from(object));
            }
            Change::TakeBack(i) => {
                let id = format!("o{i}");
                snapshot.take_back(&id);
                match published.get(&id) {
                    Some(object) => drop(now.insert(id, object.clone())),
                    None => drop(now.remove(&id)),
                }
            }
            Change::Device(i, Some(new)) => {
                let new = device(i, *new);
                let before = devices.insert(i, Arc::clone(&new));
                snapshot.put_device(new, before.as_ref());
            }
            Change::Device(i, None) => {
                if let Some(before) = devices.remove(&i) {
                    snapshot.remove_device(&before);
                }
            }
        }
    }
    let objects = now.into_values().map(|object| Thing::Object(Arc::new(StoredObject::from(object))));
    World { snapshot, things: objects.chain(devices.into_values().map(Thing::Device)).collect() }
}

fn any_filter() -> impl Strategy<Value = Filter> {
    (1..256_u32, 0..4_u8, 0..4_u8).prop_map(|(kinds, class, zone)| Filter {
        kinds: Kind::ALL.into_iter().filter(|kind| kinds & (1 << *kind as u32) != 0).collect(),
        class: (class == 0).then(|| "lift".into()),
        zone: (zone == 0).then(|| "made/zone".into()),
        reports: None,
    })
}

fn any_at() -> impl Strategy<Value = At> {
    (metres(70), metres(70), proptest::option::of(metres(15))).prop_map(|(east_m, north_m, up_m)| At {
        east_m,
        north_m,
        up_m,
    })
}

fn any_place() -> impl Strategy<Value = Place> {
    let triple = || (metres(70), metres(70), metres(15)).prop_map(|(e, n, u)| [e, n, u]);
    let boxes = (triple(), triple()).prop_map(|(a, b)| Place::Box {
        min: [0, 1, 2].map(|i| a[i].min(b[i])),
        max: [0, 1, 2].map(|i| a[i].max(b[i])),
    });
    let areas = (metres(40), metres(40), 2..30_u8, any::<bool>()).prop_map(|(e, n, size, hole)| {
        let size = f64::from(size);
        let ring = |r: f64| vec![[e - r, n], [e, n - r], [e + r, n], [e, n + r]];
        let rings = if hole { vec![ring(size), ring(size / 2.0)] } else { vec![ring(size)] };
        Place::Area(Area::new(&rings, [-5.0, 5.0]).unwrap())
    });
    let rays = (triple(), triple())
        .prop_filter_map("no direction", |(from, to)| Ray::new(from, to, 80.0).map(Place::Ray));
    prop_oneof![
        Just(Place::Anywhere),
        boxes,
        areas,
        (any_at(), metres(30)).prop_map(|(at, r)| Place::Radius { at, radius_m: r.abs() }),
        (any_at(), metres(40)).prop_map(|(at, r)| Place::Nearest { at, within_m: r.abs() * 4.0 }),
        rays,
    ]
}

/// The distance of a thing that is at a place, by its definition and without a tree.
#[expect(clippy::option_option, reason = "no distance is not no match")]
fn matches(place: &Place, thing: &Thing) -> Option<Option<f64>> {
    let shape = Shape::of(thing);
    let bounds = thing.box3();
    let (low, high) = (bounds.lower(), bounds.upper());
    match place {
        Place::Anywhere => Some(None),
        Place::Box { min, max } => (0..3).all(|i| low[i] <= max[i] && high[i] >= min[i]).then_some(None),
        Place::Area(area) => {
            let up = area.up_m();
            (low[2] <= up[1] && high[2] >= up[0] && shape.meets(area.polygon())).then_some(None)
        }
        Place::Radius { at, radius_m: reach } | Place::Nearest { at, within_m: reach } => {
            let distance_m = shape.distance_m(at.east_m, at.north_m, at.up_m);
            (distance_m <= *reach).then_some(Some(distance_m))
        }
        Place::Ray(ray) => ray.enters(&bounds).map(Some),
        Place::Around { thing: other, within_m } => {
            let distance_m = Shape::of(other).ground_distance_m(&shape);
            (!thing.is(other) && distance_m <= *within_m).then_some(Some(distance_m))
        }
    }
}

fn covered(world: &World, filter: &Filter, thing: &Thing) -> bool {
    let zone = world.things.iter().find(|t| Some(t.id()) == filter.zone.as_deref());
    let in_zone = match thing {
        Thing::Object(object) => filter.zone.is_none() || object.zone == filter.zone,
        Thing::Device(device) => {
            filter.zone.is_none() || zone.is_some_and(|zone| Shape::of(zone).holds(&device.position))
        }
        Thing::Report(_) => false,
        Thing::Project(placed) => filter.zone.as_ref().is_none_or(|zone| placed.project.zones.contains(zone)),
    };
    let class = filter.class.is_none() || thing.class() == filter.class.as_deref();
    filter.kinds.contains(thing.kind()) && class && in_zone
}

type Line = (String, Option<f64>, Option<(usize, Vec<String>)>);

fn scanned(world: &World, query: &Query) -> Vec<Line> {
    let mut found: Vec<(Option<f64>, Kind, Line)> = Vec::new();
    for thing in world.things.iter().filter(|thing| covered(world, &query.filter, thing)) {
        let Some(distance_m) = matches(&query.place, thing) else { continue };
        let near = query.company.as_ref().map(|company| {
            let place = Place::Around { thing: thing.clone(), within_m: company.within_m };
            let others = world.things.iter().filter(|other| covered(world, &company.filter, other));
            let mut near: Vec<(f64, Kind, String)> = others
                .filter_map(|other| Some((matches(&place, other)??, other.kind(), other.id().to_owned())))
                .collect();
            near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
            (near.len(), near.into_iter().take(5).map(|(_, _, id)| id).collect::<Vec<_>>())
        });
        let wanted =
            query.company.as_ref().zip(near.as_ref()).is_none_or(|(c, near)| (near.0 > 0) == c.wanted);
        if wanted {
            found.push((distance_m, thing.kind(), (thing.id().to_owned(), distance_m, near)));
        }
    }
    let distance = |d: Option<f64>| d.unwrap_or_default();
    found.sort_by(|a, b| distance(a.0).total_cmp(&distance(b.0)).then(a.1.cmp(&b.1)).then(a.2.0.cmp(&b.2.0)));
    found.into_iter().map(|(_, _, line)| line).collect()
}

fn answered(found: &Found<'_>) -> Vec<Line> {
    let near =
        |near: &Near<'_>| (near.count, near.nearest.iter().map(|(thing, _)| thing.id().to_owned()).collect());
    let line = |hit: &Hit<'_>| (hit.thing.id().to_owned(), hit.distance_m, hit.near.as_deref().map(near));
    found.hits.iter().map(line).collect()
}

/// The answer is the beginning of what a scan finds, in the same order.
fn check(world: &World, query: &Query) {
    let expected = scanned(world, query);
    let found = ask(&world.snapshot, query).unwrap();
    let answer = answered(&found);
    let given = expected.len().min(query.limit);
    assert_eq!(answer, expected[..given], "{query:?}");
    assert_eq!(found.cut, expected.len() > given);
    if let Some(matched) = found.matched {
        assert_eq!(matched, expected.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_question_finds_what_a_scan_finds(
        world in any_world(), filter in any_filter(), place in any_place(),
        limit in prop_oneof![1..8_usize, Just(1000)],
    ) {
        check(&world, &Query { filter, place, company: None, limit });
    }

    #[test]
    fn every_join_finds_what_a_scan_of_pairs_finds(
        world in any_world(), filter in any_filter(), place in any_place(), others in any_filter(),
        within_m in metres(20), wanted in any::<bool>(), limit in prop_oneof![1..8_usize, Just(1000)],
    ) {
        let company = Company { filter: others, within_m: within_m.abs(), wanted };
        check(&world, &Query { filter, place, company: Some(company), limit });
    }

    #[test]
    fn what_is_around_a_thing_is_what_a_scan_finds(
        world in any_world(), filter in any_filter(), within_m in metres(20), of in any::<prop::sample::Index>(),
    ) {
        if !world.things.is_empty() {
            let thing = of.get(&world.things).clone();
            check(&world, &Query {
                filter, place: Place::Around { thing, within_m: within_m.abs() }, company: None, limit: 1000,
            });
        }
    }
}

/// More than one tree, so that trees are split and planted anew.
#[test]
fn many_things_that_come_and_go_stay_findable() {
    let at = |i: usize| {
        object(
            &format!("o{i}"),
            "element",
            [(i % 97) as f64, (i / 97) as f64, 0.0],
            [(i % 97) as f64 + 0.5, (i / 97) as f64, 1.0],
        )
    };
    let put = |i: usize| Change::Put(i, Box::new(at(i)));
    let changes = (0..4000).map(put).chain((0..3900).map(Change::TakeBack)).chain((100..300).map(put));
    let world = world((0..50).map(at).collect(), Vec::new(), changes.collect());
    let filter = Filter { kinds: Kinds::ALL, ..Filter::of([]) };
    assert_eq!(world.snapshot.count(Kind::Element), world.things.len());
    let at = At { east_m: 20.0, north_m: 20.0, up_m: None };
    for place in [Place::Anywhere, Place::Radius { at, radius_m: 25.0 }, Place::Nearest { at, within_m: 1e9 }]
    {
        check(&world, &Query { filter: filter.clone(), place, company: None, limit: 10_000 });
    }
}

#[test]
fn a_question_that_costs_too_much_is_refused() {
    let squares = (0..800).map(|i| {
        let corners: Vec<[f64; 2]> =
            (0..1000).map(|c| f64::from(c) * 0.00628).map(|a| [a.cos(), a.sin()]).collect();
        let object = object(&format!("o{i}"), "space", [-1.0, -1.0, 0.0], [1.0, 1.0, 1.0]);
        ModelObject { footprint: vec![vec![corners]], ..object }
    });
    let snapshot = Snapshot::of_objects("v", Arc::new(ObjectTable::new(squares.collect())), [], []);
    let filter = Filter { kinds: Kinds::ALL, ..Filter::of([]) };
    let company = Some(Company { filter: filter.clone(), within_m: 1.0, wanted: true });
    let query = Query { filter, place: Place::Anywhere, company, limit: 10 };
    assert_eq!(ask(&snapshot, &query).unwrap_err(), QueryError::TooMuch);
}

/// Each device is held against the outline of the zone, whether it stands in it or not.
#[test]
fn a_zone_with_many_corners_costs_for_each_device() {
    const CORNERS: u32 = 1000;
    const DEVICES: usize = 20;
    let circle = (0..CORNERS).map(|c| f64::from(c) / f64::from(CORNERS) * std::f64::consts::TAU);
    let ring: Vec<[f64; 2]> = circle.map(|a| [100.0 * a.cos(), 100.0 * a.sin()]).collect();
    let zone = object("zone/z", "zone", [-100.0, -100.0, 0.0], [100.0, 100.0, 1.0]);
    let zone = ModelObject { footprint: vec![vec![ring]], ..zone };
    let lamp = |i: usize| {
        let position = json!({ "east_m": 90 + i, "north_m": 1, "up_m": 0 });
        let lamp = json!({ "id": format!("d{i}"), "kind": "street_lamp", "name": {}, "position": position });
        Arc::new(serde_json::from_value::<Device>(lamp).unwrap())
    };
    let mut snapshot = Snapshot::of_devices((0..DEVICES).map(lamp));
    snapshot.take_objects(Snapshot::of_objects("v", Arc::new(ObjectTable::new(vec![zone])), [], []));
    let all = Filter::of([Kind::Device]);
    let of_zone = Filter { zone: Some("zone/z".into()), ..all.clone() };
    let company = Company { filter: of_zone.clone(), within_m: 1e3, wanted: true };
    let nearest = Place::Nearest { at: At { east_m: 0.0, north_m: 0.0, up_m: None }, within_m: 1e3 };
    for (filter, place, company, pairs) in [
        (&of_zone, Place::Anywhere, None, DEVICES),
        (&of_zone, nearest, None, DEVICES),
        (&all, Place::Anywhere, Some(company), DEVICES * DEVICES),
    ] {
        let query = Query { filter: filter.clone(), place, company, limit: DEVICES };
        let corners = u64::from(CORNERS) * pairs as u64;
        assert_eq!(ask_within(corners, &snapshot, &query).unwrap_err(), QueryError::TooMuch, "{query:?}");
        assert!(ask_within(corners * 2, &snapshot, &query).is_ok(), "{query:?}");
    }
}

#[test]
fn areas_need_rings_and_rays_a_direction() {
    let triangle = vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
    assert!(Area::new(std::slice::from_ref(&triangle), [0.0, 1.0]).is_ok());
    assert_eq!(Area::new(&[], [0.0, 1.0]).unwrap_err(), AreaError::Ring);
    assert_eq!(Area::new(&[triangle, vec![[0.0, 0.0]]], [0.0, 1.0]).unwrap_err(), AreaError::Ring);
    assert_eq!(Area::new(&[vec![[f64::NAN; 2]; 3]], [0.0, 1.0]).unwrap_err(), AreaError::Number);
    assert_eq!(Area::new(&[vec![[0.0; 2]; 10_001]], [0.0, 1.0]).unwrap_err(), AreaError::Corners);
    assert!(Ray::new([0.0; 3], [0.0; 3], 1.0).is_none());
    assert!(Ray::new([0.0; 3], [f64::NAN, 1.0, 0.0], 1.0).is_none());
    assert!(Ray::new([0.0; 3], [0.0, 2.0, 0.0], f64::NAN).is_none());
}
