//! The community at one moment: objects as published, what people changed of them and made beside them, and
//! devices; each thing in the forest of its kind. A snapshot never changes, so whatever is asked of one is
//! of one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use geo::Area;
use rstar::AABB;
use twin_schemas::geometry::{LocalBox, LocalPoint};
use twin_schemas::live::Device;

use super::forest::{Forest, Leaf};
use super::shape::{Ground, Shape};
use super::thing::{Box3, Thing, box3_of};
use super::{Covered, Kind, Kinds, ObjectTable, PlacedProject, PlacedReport, StoredObject};
use crate::domain::bounds::LocalRect;

/// The community at one moment.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    version: Arc<str>,
    /// Number of changes of objects in this run, versions that were taken over included.
    revision: u64,
    /// Number of changes of projects in this run.
    project_changes: u64,
    forests: [Arc<Forest>; Kind::ALL.len()],
    table: Arc<ObjectTable>,
    /// Objects of the table that people changed, by their place in it.
    changed: Arc<BTreeMap<u32, Arc<StoredObject>>>,
    /// Objects that people made, by id.
    made: Arc<BTreeMap<String, Arc<StoredObject>>>,
}

impl Snapshot {
    /// Devices alone.
    #[must_use]
    pub fn of_devices(devices: impl Iterator<Item = Arc<Device>>) -> Self {
        let mut snapshot = Self::default();
        snapshot.set_forest(Kind::Device, Forest::plant(devices.map(Thing::Device).collect()));
        snapshot
    }

    /// Objects alone: those of a published version, and what people changed and made. An object that is
    /// made with the id of a published one is shown in its place.
    #[must_use]
    pub fn of_objects(
        version: &str,
        table: Arc<ObjectTable>,
        changed: impl IntoIterator<Item = StoredObject>,
        made: impl IntoIterator<Item = StoredObject>,
    ) -> Self {
        let mut snapshot = Self { version: version.into(), table, ..Self::default() };
        let mut changes = BTreeMap::new();
        let mut additions = BTreeMap::new();
        for object in changed.into_iter().chain(made) {
            match snapshot.table.place(&object.id) {
                Some(place) => drop(changes.insert(place, Arc::new(object))),
                None => drop(additions.insert(object.id.clone(), Arc::new(object))),
            }
        }
        (snapshot.changed, snapshot.made) = (Arc::new(changes), Arc::new(additions));
        let mut things: [Vec<Thing>; Kind::ALL.len()] = std::array::from_fn(|_| Vec::new());
        for object in snapshot.objects() {
            if let Some(things) = things.get_mut(Kind::from(object.class) as usize) {
                things.push(Thing::Object(Arc::clone(object)));
            }
        }
        snapshot.forests = things.map(|things| Arc::new(Forest::plant(things)));
        snapshot
    }

    /// The objects of another snapshot with the devices, projects and reports of this one.
    pub fn take_objects(&mut self, other: Self) {
        let kept = [Kind::Device, Kind::Project, Kind::Report];
        let kept = kept.map(|kind| (kind, Arc::clone(&self.forests[kind as usize])));
        // Goes on, or a version that comes back would seem to be as it was before.
        let (revision, project_changes) = (self.revision + 1, self.project_changes);
        *self = Self { revision, project_changes, ..other };
        for (kind, forest) in kept {
            self.forests[kind as usize] = forest;
        }
    }

    /// Id of the published version that the objects are of.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Another number whenever an object is another; counts from 0 in each run.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Where an object is in the order of [`Self::objects`].
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        let published = self.table.place(id).map(|place| place as usize);
        published.or_else(|| {
            let before = self.made.keys().take_while(|made| made.as_str() < id).count();
            self.made.contains_key(id).then(|| self.table.all().len() + before)
        })
    }

    /// The objects of a kind whose boxes meet a rectangle, with their places, in the order of
    /// [`Self::objects`].
    #[must_use]
    pub fn meeting_in_order(&self, kind: Kind, rect: &LocalRect) -> Vec<(usize, &Arc<StoredObject>)> {
        let column = AABB::from_corners(
            [rect.min_east_m, rect.min_north_m, f64::NEG_INFINITY],
            [rect.max_east_m, rect.max_north_m, f64::INFINITY],
        );
        let met = self.meeting([kind].into_iter().collect(), column).filter_map(|leaf| match leaf.thing {
            Thing::Object(object) => Some((self.position(&object.id)?, object)),
            Thing::Device(_) | Thing::Project(_) | Thing::Report(_) => None,
        });
        let mut found: Vec<_> = met.collect();
        found.sort_unstable_by_key(|(place, _)| *place);
        found
    }

    /// The box around all things of a kind, if there are any.
    #[must_use]
    pub fn extent(&self, kind: Kind) -> Option<LocalBox> {
        let around = self.forest(kind).envelope()?;
        let point = |[east_m, north_m, up_m]: [f64; 3]| LocalPoint { east_m, north_m, up_m };
        Some(LocalBox { min: point(around.lower()), max: point(around.upper()) })
    }

    /// The objects as they were published.
    #[must_use]
    pub fn published(&self) -> &Arc<ObjectTable> {
        &self.table
    }

    /// The objects as they are now: those of the publication in the order of its file, then those that
    /// people made, by id.
    pub fn objects(&self) -> impl Iterator<Item = &Arc<StoredObject>> {
        let mut changed = self.changed.iter().peekable();
        let table = self.table.all().iter().zip(0_u32..).map(move |(object, place)| {
            changed.next_if(|(at, _)| **at == place).map_or(object, |(_, object)| object)
        });
        table.chain(self.made.values())
    }

    /// The objects that people changed or made, as they are now.
    pub fn edited(&self) -> impl Iterator<Item = &Arc<StoredObject>> {
        self.changed.values().chain(self.made.values())
    }

    /// An object as it is now.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Arc<StoredObject>> {
        match self.table.place(id) {
            Some(place) => self.changed.get(&place).or_else(|| self.table.get(id)),
            None => self.made.get(id),
        }
    }

    /// Number of things of a kind.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        self.forest(kind).len()
    }

    /// Puts an object in, in place of the one with its id.
    pub fn put(&mut self, object: StoredObject) {
        let object = Arc::new(object);
        self.revision += 1;
        self.replace(&object.id, Some(&object));
        match self.table.place(&object.id) {
            Some(place) => drop(Arc::make_mut(&mut self.changed).insert(place, object)),
            None => drop(Arc::make_mut(&mut self.made).insert(object.id.clone(), object)),
        }
    }

    /// Takes back what people did to an object: it is as published, or gone if people made it.
    pub fn take_back(&mut self, id: &str) {
        let published = self.table.get(id).cloned();
        self.revision += 1;
        self.replace(id, published.as_ref());
        match self.table.place(id) {
            Some(place) => drop(Arc::make_mut(&mut self.changed).remove(&place)),
            None => drop(Arc::make_mut(&mut self.made).remove(id)),
        }
    }

    /// Puts a device in, in place of `before`.
    pub fn put_device(&mut self, device: Arc<Device>, before: Option<&Arc<Device>>) {
        if let Some(before) = before {
            self.remove_device(before);
        }
        self.set_forest(Kind::Device, self.forest(Kind::Device).with(Thing::Device(device)));
    }

    /// Takes a device out of where it was put.
    pub fn remove_device(&mut self, device: &Arc<Device>) {
        self.cut(&Thing::Device(Arc::clone(device)));
    }

    /// Puts projects in, in place of all that are there.
    pub fn set_projects(&mut self, projects: impl Iterator<Item = Arc<PlacedProject>>) {
        self.set_forest(Kind::Project, Forest::plant(projects.map(Thing::Project).collect()));
    }

    /// Puts a project in, in place of `before`; or takes it out.
    pub fn replace_project(
        &mut self,
        before: Option<&Arc<PlacedProject>>,
        after: Option<&Arc<PlacedProject>>,
    ) {
        self.project_changes += 1;
        if let Some(before) = before {
            self.cut(&Thing::Project(Arc::clone(before)));
        }
        if let Some(after) = after {
            let forest = self.forest(Kind::Project).with(Thing::Project(Arc::clone(after)));
            self.set_forest(Kind::Project, forest);
        }
    }

    /// Puts reports in, in place of all that are there.
    pub fn set_reports(&mut self, reports: impl Iterator<Item = Arc<PlacedReport>>) {
        self.set_forest(Kind::Report, Forest::plant(reports.map(Thing::Report).collect()));
    }

    /// Puts a report in, in place of `before`; or takes it out.
    pub fn replace_report(&mut self, before: Option<Arc<PlacedReport>>, after: Option<Arc<PlacedReport>>) {
        if let Some(before) = before {
            self.cut(&Thing::Report(before));
        }
        if let Some(after) = after {
            self.set_forest(Kind::Report, self.forest(Kind::Report).with(Thing::Report(after)));
        }
    }

    /// Another number whenever a project is another; counts from 0 in each run.
    #[must_use]
    pub fn project_changes(&self) -> u64 {
        self.project_changes
    }

    /// The projects by number: those whose boxes meet a rectangle, or all.
    #[must_use]
    pub fn projects(&self, area: Option<&LocalRect>) -> Vec<Arc<PlacedProject>> {
        let all = [f64::NEG_INFINITY, f64::INFINITY];
        let [west, south, east, north] = area.map_or([all[0], all[0], all[1], all[1]], |area| {
            [area.min_east_m, area.min_north_m, area.max_east_m, area.max_north_m]
        });
        let column = AABB::from_corners([west, south, all[0]], [east, north, all[1]]);
        let met = self.meeting([Kind::Project].into_iter().collect(), column);
        let mut found: Vec<Arc<PlacedProject>> = met
            .filter_map(|leaf| match leaf.thing {
                Thing::Project(placed) => Some(Arc::clone(placed)),
                Thing::Object(_) | Thing::Device(_) | Thing::Report(_) => None,
            })
            .collect();
        found.sort_unstable_by_key(|placed| placed.project.id);
        found
    }

    /// The ids of the objects of a kind whose outline, or box where it has none, meets what a thing covers; by id.
    #[must_use]
    pub fn met_by(&self, kind: Kind, thing: &Thing) -> Vec<String> {
        self.met(kind, &Shape::of(thing), &thing.box3())
    }

    /// The ids of the zones that meet what some places cover; by id.
    #[must_use]
    pub fn zones_under(&self, covered: &Covered) -> Vec<String> {
        let shape = Shape::of_outline(&covered.footprint, &covered.bounds);
        self.met(Kind::Zone, &shape, &box3_of(&covered.bounds))
    }

    fn met(&self, kind: Kind, shape: &Shape, column: &Box3) -> Vec<String> {
        let (lower, upper) = (column.lower(), column.upper());
        let column =
            AABB::from_corners([lower[0], lower[1], f64::NEG_INFINITY], [upper[0], upper[1], f64::INFINITY]);
        let met = self.meeting([kind].into_iter().collect(), column);
        let met = met.filter(|leaf| leaf.shape().ground_distance_m(shape) == 0.0);
        let mut ids: Vec<String> = met.map(|leaf| leaf.thing.id().to_owned()).collect();
        ids.sort_unstable();
        ids
    }

    /// The smallest object of a kind whose outline, or box where it has none, holds the place; edges belong
    /// to it. An outline says more than a box, which a building model has in its place.
    #[must_use]
    pub fn at(&self, kind: Kind, east_m: f64, north_m: f64) -> Option<&Arc<StoredObject>> {
        self.at_where(kind, east_m, north_m, |_| true)
    }

    /// As [`Self::at`], of the objects that a question accepts.
    #[must_use]
    pub fn at_where(
        &self,
        kind: Kind,
        east_m: f64,
        north_m: f64,
        accepts: impl Fn(&StoredObject) -> bool,
    ) -> Option<&Arc<StoredObject>> {
        let place = LocalPoint { east_m, north_m, up_m: 0.0 };
        let column =
            AABB::from_corners([east_m, north_m, f64::NEG_INFINITY], [east_m, north_m, f64::INFINITY]);
        let held = self.meeting([kind].into_iter().collect(), column).filter_map(|leaf| {
            let Thing::Object(object) = leaf.thing else { return None };
            let shape = leaf.shape();
            (accepts(object) && shape.holds(&place)).then(|| match shape.ground {
                Ground::Outline(outline) => (false, outline.unsigned_area(), object),
                Ground::Rect(rect) => (true, rect.unsigned_area(), object),
            })
        });
        let smallest = held.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.id.cmp(&b.2.id)));
        smallest.map(|(_, _, object)| object)
    }

    /// The things of some kinds whose boxes meet a box.
    pub(super) fn meeting(&self, kinds: Kinds, envelope: Box3) -> impl Iterator<Item = Leaf<'_>> {
        self.forests_of(kinds).flat_map(move |(kind, forest)| forest.meeting(kind, envelope))
    }

    /// The forests of some kinds.
    pub(super) fn forests_of(&self, kinds: Kinds) -> impl Iterator<Item = (Kind, &Forest)> {
        let forests = Kind::ALL.into_iter().zip(self.forests.iter().map(|forest| &**forest));
        forests.filter(move |(kind, _)| kinds.contains(*kind))
    }

    fn replace(&mut self, id: &str, with: Option<&Arc<StoredObject>>) {
        if let Some(before) = self.get(id).cloned() {
            self.cut(&Thing::Object(before));
        }
        if let Some(object) = with {
            let kind = object.class.into();
            self.set_forest(kind, self.forest(kind).with(Thing::Object(Arc::clone(object))));
        }
    }

    fn cut(&mut self, thing: &Thing) {
        if let Some(rest) = self.forest(thing.kind()).without(thing) {
            self.set_forest(thing.kind(), rest);
        }
    }

    // There is a forest for every kind.
    fn forest(&self, kind: Kind) -> &Forest {
        &self.forests[kind as usize]
    }

    fn set_forest(&mut self, kind: Kind, forest: Forest) {
        self.forests[kind as usize] = Arc::new(forest);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{object, outlined};
    use super::*;

    fn snapshot(objects: Vec<twin_schemas::model::ModelObject>) -> Snapshot {
        Snapshot::of_objects("v1", Arc::new(ObjectTable::new(objects)), [], [])
    }

    fn at(snapshot: &Snapshot, kind: Kind, east_m: f64, north_m: f64) -> Option<&str> {
        snapshot.at(kind, east_m, north_m).map(|object| object.id.as_str())
    }

    #[test]
    fn the_outline_decides_and_not_the_box() {
        let corner = [[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [0.0, 0.0]];
        let snapshot = snapshot(vec![outlined("building/a", "building", &corner)]);
        assert_eq!(at(&snapshot, Kind::Building, 2.0, 2.0), Some("building/a"));
        assert_eq!(at(&snapshot, Kind::Building, 5.0, 5.0), Some("building/a"));
        assert_eq!(at(&snapshot, Kind::Building, 9.0, 9.0), None);
        assert_eq!(at(&snapshot, Kind::Zone, 2.0, 2.0), None);
    }

    #[test]
    fn of_nested_objects_the_smallest_answers() {
        let inner = [[4.0, 4.0], [6.0, 4.0], [6.0, 6.0], [4.0, 6.0], [4.0, 4.0]];
        let snapshot = snapshot(vec![
            object("zone/outer", "zone", [0.0; 3], [10.0; 3]),
            outlined("zone/inner", "zone", &inner),
        ]);
        assert_eq!(at(&snapshot, Kind::Zone, 5.0, 5.0), Some("zone/inner"));
        assert_eq!(at(&snapshot, Kind::Zone, 1.0, 5.0), Some("zone/outer"));
    }

    #[test]
    fn an_outline_without_area_counts_for_nothing() {
        let snapshot = snapshot(vec![outlined("zone/a", "zone", &[[1.0, 1.0], [3.0, 3.0]])]);
        assert_eq!(at(&snapshot, Kind::Zone, 3.0, 1.0), Some("zone/a"));
    }

    #[test]
    fn what_people_change_shows_in_its_place_until_it_is_taken_back() {
        let mut snapshot = snapshot(vec![
            object("building/b", "building", [0.0; 3], [1.0; 3]),
            object("building/a", "building", [5.0; 3], [6.0; 3]),
        ]);
        let before = snapshot.clone();
        let named = snapshot.get("building/b").unwrap().with(|o| o.name.en = Some("Hall".into()));
        snapshot.put(named);
        snapshot.put(StoredObject::from(object("made/1", "zone", [0.0; 3], [9.0; 3])));
        let ids: Vec<&str> = snapshot.objects().map(|object| object.id.as_str()).collect();
        assert_eq!(ids, ["building/b", "building/a", "made/1"]);
        let en = |snapshot: &Snapshot| snapshot.at(Kind::Building, 0.5, 0.5).unwrap().name.en.clone();
        assert_eq!((en(&snapshot), en(&before)), (Some("Hall".into()), None));
        assert_eq!((snapshot.count(Kind::Building), snapshot.count(Kind::Zone)), (2, 1));
        snapshot.take_back("building/b");
        snapshot.take_back("made/1");
        snapshot.take_back("made/none");
        assert_eq!((en(&snapshot), snapshot.get("made/1")), (None, None));
        assert_eq!((snapshot.count(Kind::Building), snapshot.count(Kind::Zone)), (2, 0));
    }

    #[test]
    fn a_version_that_comes_back_has_another_revision_than_before() {
        let version = |id: &str| snapshot(vec![object(id, "zone", [0.0; 3], [9.0; 3])]);
        let mut now = Snapshot::default();
        let mut revisions = vec![now.revision()];
        now.take_objects(version("zone/a"));
        revisions.push(now.revision());
        now.put(StoredObject::from(object("made/1", "zone", [0.0; 3], [9.0; 3])));
        revisions.push(now.revision());
        for id in ["zone/b", "zone/a"] {
            now.take_objects(version(id));
            revisions.push(now.revision());
        }
        assert_eq!(revisions, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn objects_of_another_version_leave_the_devices_alone() {
        let device: Device = serde_json::from_value(json!({
            "id": "lamp", "kind": "street_lamp", "name": {},
            "position": { "east_m": 1.0, "north_m": 1.0, "up_m": 0.0 },
        }))
        .unwrap();
        let device = Arc::new(device);
        let mut now = Snapshot::of_devices([Arc::clone(&device)].into_iter());
        now.take_objects(snapshot(vec![object("zone/a", "zone", [0.0; 3], [9.0; 3])]));
        assert_eq!((now.version(), now.count(Kind::Device), now.count(Kind::Zone)), ("v1", 1, 1));
        now.remove_device(&device);
        assert_eq!(now.count(Kind::Device), 0);
    }
}
