//! A project where it lies. Made by the service of projects.

use std::sync::Arc;

use twin_schemas::geometry::LocalBox;
use twin_schemas::projects::Project;

use super::{Covered, Snapshot};

/// A project with what it covers.
#[derive(Debug)]
pub struct PlacedProject {
    /// Its number in words.
    pub id: String,
    /// The project.
    pub project: Arc<Project>,
    pub(super) covered: Covered,
}

impl PlacedProject {
    /// A project over the objects of a moment; nothing if it has no place that is known.
    #[must_use]
    pub fn of(project: Arc<Project>, now: &Snapshot) -> Option<Self> {
        let covered = Covered::of(&project.plan.places, now)?;
        Some(Self { id: project.id.to_string(), project, covered })
    }

    /// What it covers as areas alone: points and lines are a metre wide.
    #[must_use]
    pub fn drawn(&self) -> &[Vec<Vec<[f64; 2]>>] {
        self.covered.drawn()
    }

    /// The box around it.
    #[must_use]
    pub fn bounds(&self) -> LocalBox {
        self.covered.bounds()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};
    use time::macros::datetime;

    use super::super::testing::{object, outlined};
    use super::super::{Kind, ObjectTable, Thing};
    use super::*;
    use crate::domain::project::created;
    use crate::spatial::query::{Filter, Place, Query, ask};

    fn model() -> Snapshot {
        let corner = [[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [0.0, 0.0]];
        let objects = vec![
            object("zone/w", "zone", [-50.0, -50.0, 0.0], [20.0, 50.0, 0.0]),
            object("zone/e", "zone", [21.0, -50.0, 0.0], [90.0, 50.0, 0.0]),
            outlined("building/a", "building", &corner),
            object("building/b", "building", [30.0, 0.0, 3.0], [40.0, 10.0, 9.0]),
        ];
        Snapshot::of_objects("v1", Arc::new(ObjectTable::new(objects)), [], [])
    }

    fn placed(places: &Value) -> Option<Thing> {
        let plan =
            json!({ "name": { "zh": "项目" }, "kind": "infrastructure", "level": "basic", "places": places });
        let plan = serde_json::from_value(plan).unwrap();
        let project = created(7, plan, Vec::new(), datetime!(2026-05-04 04:00 UTC)).after;
        PlacedProject::of(Arc::new(project), &model()).map(|placed| Thing::Project(Arc::new(placed)))
    }

    fn distance(places: &Value, east_m: f64, north_m: f64, expected_m: f64) {
        let distance_m = placed(places).unwrap().ground_distances_m()(east_m, north_m);
        assert!((distance_m - expected_m).abs() < 1e-9, "{distance_m}");
    }

    #[test]
    fn points_lines_areas_and_objects_are_as_far_as_they_are() {
        let point = json!([{ "type": "point", "position": { "east_m": 3.0, "north_m": 4.0, "up_m": 5.0 } }]);
        distance(&point, 0.0, 0.0, 5.0);
        let line = json!([{ "type": "line", "points": [[0, 0], [10, 0], [10, 10]] }]);
        distance(&line, 5.0, 3.0, 3.0);
        distance(&line, 9.0, 1.0, 1.0);
        distance(&line, 10.0, 4.0, 0.0);
        let rings = json!([[[0, 0], [10, 0], [10, 10], [0, 10]], [[2, 2], [8, 2], [8, 8], [2, 8]]]);
        let area = json!([{ "type": "polygon", "rings": rings }]);
        distance(&area, 1.0, 1.0, 0.0);
        distance(&area, 5.0, 4.0, 2.0);
        distance(&area, 13.0, 5.0, 3.0);
        let outline = json!([{ "type": "object", "object": "building/a" }]);
        distance(&outline, 10.0, 10.0, 50.0_f64.sqrt());
        let boxed = json!([{ "type": "object", "object": "building/b" }]);
        distance(&boxed, 45.0, 5.0, 5.0);
        distance(&json!([point[0], boxed[0]]), 29.0, 5.0, 1.0);
        assert_eq!(placed(&boxed).unwrap().bounds().min.up_m, 3.0);
        assert!(placed(&json!([{ "type": "object", "object": "nobody" }])).is_none());
        assert!(placed(&json!([])).is_none());
    }

    #[test]
    fn what_has_no_area_is_drawn_a_metre_wide() {
        assert_eq!(
            super::super::covered::strip([2.0, 3.0], [2.0, 3.0]),
            [[1.5, 2.5], [2.5, 2.5], [2.5, 3.5], [1.5, 3.5]]
        );
        assert_eq!(
            super::super::covered::strip([0.0, 0.0], [0.0, 9.0]),
            [[0.5, -0.5], [0.5, 9.5], [-0.5, 9.5], [-0.5, -0.5]]
        );
        let places = json!([{ "type": "line", "points": [[0, 0], [9, 0], [9, 9]] },
            { "type": "object", "object": "building/a" }]);
        let Some(Thing::Project(placed)) = placed(&places) else { panic!("no project") };
        assert_eq!(placed.drawn().len(), 3);
    }

    #[test]
    fn a_project_finds_its_zones_and_what_lies_around_it_and_is_found_until_it_is_taken_out() {
        let mut now = model();
        let line = placed(&json!([{ "type": "line", "points": [[15, 5], [25, 5]] }])).unwrap();
        assert_eq!(now.met_by(Kind::Zone, &line), ["zone/e", "zone/w"]);
        let around = |now: &Snapshot, thing: &Thing, kind, within_m| {
            let filter = Filter::of([kind]);
            let place = Place::Around { thing: thing.clone(), within_m };
            let found = ask(now, &Query { filter, place, company: None, limit: 9 }).unwrap();
            found
                .hits
                .iter()
                .map(|hit| (hit.thing.id().to_owned(), hit.distance_m.unwrap()))
                .collect::<Vec<_>>()
        };
        assert_eq!(around(&now, &line, Kind::Building, 5.0), [("building/b".to_owned(), 5.0)]);
        assert_eq!(around(&now, &line, Kind::Building, 4.9), []);
        let Thing::Project(lying) = &line else { panic!("no project") };
        now.replace_project(None, Some(lying));
        let building = Thing::Object(Arc::clone(now.get("building/b").unwrap()));
        assert_eq!(around(&now, &building, Kind::Project, 5.0), [("7".to_owned(), 5.0)]);
        // Another version of the model leaves it where it is.
        now.take_objects(model());
        assert_eq!(now.count(Kind::Project), 1);
        now.replace_project(Some(lying), None);
        assert_eq!((now.count(Kind::Project), around(&now, &building, Kind::Project, 5.0)), (0, vec![]));
    }
}
