//! Which devices stand near a place: ids with positions come in, ids with distances go out.

use rstar::primitives::GeomWithData;
use rstar::{PointDistance, RTree};
use twin_schemas::geometry::LocalPoint;

use crate::domain::bounds::LocalRect;

type Item = GeomWithData<[f64; 2], String>;

/// Devices by their place on the ground.
#[derive(Debug, Default)]
pub struct DeviceIndex {
    tree: RTree<Item>,
}

impl DeviceIndex {
    /// The index of these devices.
    pub fn new<'a>(devices: impl Iterator<Item = (&'a str, LocalPoint)>) -> Self {
        Self { tree: RTree::bulk_load(devices.map(|(id, at)| item(id, &at)).collect()) }
    }

    /// Adds a device.
    pub fn insert(&mut self, id: &str, at: &LocalPoint) {
        self.tree.insert(item(id, at));
    }

    /// Removes a device from where it was added.
    pub fn remove(&mut self, id: &str, at: &LocalPoint) {
        self.tree.remove(&item(id, at));
    }

    /// The rectangle around all devices, if there are any.
    #[must_use]
    pub fn extent(&self) -> Option<LocalRect> {
        let around = self.tree.root().envelope();
        let ([min_east_m, min_north_m], [max_east_m, max_north_m]) = (around.lower(), around.upper());
        (self.tree.size() > 0).then_some(LocalRect { min_east_m, min_north_m, max_east_m, max_north_m })
    }

    /// Up to `count` devices within `radius_m`, nearest first, with their distances on the ground.
    #[must_use]
    pub fn nearest(&self, east_m: f64, north_m: f64, radius_m: f64, count: usize) -> Vec<(String, f64)> {
        let point = [east_m, north_m];
        self.tree
            .nearest_neighbor_iter(point)
            .map(|item| (item.data.clone(), item.distance_2(&point).sqrt()))
            .take_while(|(_, distance_m)| *distance_m <= radius_m)
            .take(count)
            .collect()
    }
}

fn item(id: &str, at: &LocalPoint) -> Item {
    GeomWithData::new([at.east_m, at.north_m], id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_and_the_far_not_at_all() {
        let at = |east_m| LocalPoint { east_m, north_m: 0.0, up_m: 50.0 };
        let mut index = DeviceIndex::new([("a", at(10.0)), ("b", at(3.0)), ("c", at(31.0))].into_iter());
        index.insert("d", &at(-4.0));
        index.remove("a", &at(10.0));
        let found = index.nearest(0.0, 0.0, 30.0, 5);
        assert_eq!(found, [("b".to_owned(), 3.0), ("d".to_owned(), 4.0)]);
        assert_eq!(index.nearest(0.0, 0.0, 30.0, 1).len(), 1);
    }
}
