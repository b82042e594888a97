//! Which model objects hold a place: objects come in once, objects by id, class or point go out.
//!
//! Boxes are found in the R-tree; an outline then decides.

use std::collections::HashMap;

use geo::{Area, Intersects, LineString, MultiPolygon, Point, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use twin_schemas::model::{ModelObject, ObjectClass};

use crate::domain::bounds::LocalRect;

/// The objects of a publication, in the order of its file.
#[derive(Debug)]
pub struct ObjectIndex {
    objects: Vec<ModelObject>,
    outlines: Vec<Outline>,
    by_id: HashMap<String, usize>,
    tree: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

#[derive(Debug)]
struct Outline {
    polygons: Option<MultiPolygon>,
    area_m2: f64,
}

impl ObjectIndex {
    /// Indexes objects. Of two with one id, the later is kept under the id.
    #[must_use]
    pub fn new(objects: Vec<ModelObject>) -> Self {
        let items = objects.iter().enumerate().map(|(i, object)| {
            let (min, max) = (object.bounds.min, object.bounds.max);
            let envelope = Rectangle::from_corners([min.east_m, min.north_m], [max.east_m, max.north_m]);
            GeomWithData::new(envelope, i)
        });
        Self {
            tree: RTree::bulk_load(items.collect()),
            by_id: objects.iter().enumerate().map(|(i, object)| (object.id.clone(), i)).collect(),
            outlines: objects.iter().map(outline).collect(),
            objects,
        }
    }

    /// All objects, in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[ModelObject] {
        &self.objects
    }

    /// The object with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&ModelObject> {
        self.by_id.get(id).map(|i| &self.objects[*i])
    }

    /// The place of the object with this id in [`Self::all`].
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The places in [`Self::all`] of the objects whose boxes meet the rectangle, in order.
    #[must_use]
    pub fn meeting(&self, rect: &LocalRect) -> Vec<usize> {
        let area =
            AABB::from_corners([rect.min_east_m, rect.min_north_m], [rect.max_east_m, rect.max_north_m]);
        let mut found: Vec<usize> =
            self.tree.locate_in_envelope_intersecting(area).map(|item| item.data).collect();
        found.sort_unstable();
        found
    }

    /// The objects of building models by their `GlobalId`, which several models may share.
    #[must_use]
    pub fn by_global_id(&self) -> HashMap<&str, Vec<&ModelObject>> {
        let mut found: HashMap<&str, Vec<&ModelObject>> = HashMap::new();
        for object in &self.objects {
            if let Some(bim) = &object.bim {
                found.entry(&bim.global_id).or_default().push(object);
            }
        }
        found
    }

    /// The smallest object of a class whose outline, or box where it has none, holds the point;
    /// edges belong to it.
    #[must_use]
    pub fn at(&self, class: ObjectClass, east_m: f64, north_m: f64) -> Option<&ModelObject> {
        self.tree
            .locate_in_envelope_intersecting(AABB::from_point([east_m, north_m]))
            .map(|item| item.data)
            .filter(|i| self.objects[*i].class == class && self.outlines[*i].holds(east_m, north_m))
            .min_by(|a, b| {
                let (one, other) = (&self.outlines[*a], &self.outlines[*b]);
                // An outline says more than a box, which a building model has in its place.
                let known = one.polygons.is_none().cmp(&other.polygons.is_none());
                known.then(one.area_m2.total_cmp(&other.area_m2)).then(a.cmp(b))
            })
            .map(|i| &self.objects[i])
    }
}

impl Outline {
    fn holds(&self, east_m: f64, north_m: f64) -> bool {
        self.polygons.as_ref().is_none_or(|polygons| polygons.intersects(&Point::new(east_m, north_m)))
    }
}

fn outline(object: &ModelObject) -> Outline {
    let polygons: Vec<Polygon> = object.footprint.iter().filter_map(|rings| polygon(rings)).collect();
    if polygons.is_empty() {
        let (min, max) = (object.bounds.min, object.bounds.max);
        let area_m2 = (max.east_m - min.east_m) * (max.north_m - min.north_m);
        return Outline { polygons: None, area_m2 };
    }
    let polygons = MultiPolygon::new(polygons);
    Outline { area_m2: polygons.unsigned_area(), polygons: Some(polygons) }
}

fn polygon(rings: &[Vec<[f64; 2]>]) -> Option<Polygon> {
    let mut rings = rings.iter().map(|ring| LineString::from(ring.clone()));
    Some(Polygon::new(rings.next()?, rings.collect()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(id: &str, class: &str, east_m: f64, footprint: &[[f64; 2]]) -> ModelObject {
        serde_json::from_value(json!({
            "id": id, "class": class,
            "bounds": {
                "min": { "east_m": east_m, "north_m": 0, "up_m": 0 },
                "max": { "east_m": east_m + 10.0, "north_m": 10, "up_m": 20 },
            },
            "footprint": if footprint.is_empty() { json!([]) } else { json!([[footprint]]) },
        }))
        .unwrap()
    }

    #[test]
    fn the_outline_decides_and_not_the_box() {
        let corner = [[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [0.0, 0.0]];
        let index = ObjectIndex::new(vec![object("building/a", "building", 0.0, &corner)]);
        assert_eq!(index.at(ObjectClass::Building, 2.0, 2.0).unwrap().id, "building/a");
        assert_eq!(index.at(ObjectClass::Building, 5.0, 5.0).unwrap().id, "building/a");
        assert!(index.at(ObjectClass::Building, 9.0, 9.0).is_none());
        assert!(index.at(ObjectClass::Zone, 2.0, 2.0).is_none());
    }

    #[test]
    fn of_nested_objects_the_smallest_answers() {
        let inner = [[4.0, 4.0], [6.0, 4.0], [6.0, 6.0], [4.0, 6.0], [4.0, 4.0]];
        let index = ObjectIndex::new(vec![
            object("zone/outer", "zone", 0.0, &[]),
            object("zone/inner", "zone", 0.0, &inner),
        ]);
        assert_eq!(index.at(ObjectClass::Zone, 5.0, 5.0).unwrap().id, "zone/inner");
        assert_eq!(index.at(ObjectClass::Zone, 1.0, 5.0).unwrap().id, "zone/outer");
        assert_eq!(index.get("zone/outer").unwrap().id, "zone/outer");
        assert!(index.get("zone/none").is_none());
    }

    #[test]
    fn an_outline_without_area_does_not_break_the_index() {
        let index = ObjectIndex::new(vec![object("zone/a", "zone", 0.0, &[[1.0, 1.0]])]);
        assert!(index.at(ObjectClass::Zone, 5.0, 5.0).is_none());
    }
}
