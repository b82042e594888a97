//! The objects of a publication by id and in the order of its file: they come in once, and are shared from
//! then on.

use std::collections::HashMap;
use std::sync::Arc;

use twin_schemas::model::ModelObject;

use super::StoredObject;

/// The objects of a publication.
#[derive(Debug, Default)]
pub struct ObjectTable {
    objects: Vec<Arc<StoredObject>>,
    /// Places in `objects` by id. Looked through by halving: a map would hold every id once more.
    by_id: Vec<u32>,
}

impl ObjectTable {
    /// A table of objects. Of several with one id the last stays.
    #[must_use]
    pub fn new(objects: Vec<ModelObject>) -> Self {
        Self::of(objects.into_iter().map(StoredObject::from).collect())
    }

    /// A table of stored objects. Of several with one id the last stays.
    #[must_use]
    pub fn of(objects: Vec<StoredObject>) -> Self {
        let mut order: Vec<usize> = (0..objects.len()).collect();
        // Stable: of equal ids the last is last.
        order.sort_by(|a, b| objects[*a].id.cmp(&objects[*b].id));
        let mut objects: Vec<Option<StoredObject>> = objects.into_iter().map(Some).collect();
        for pair in order.windows(2) {
            if let [a, b] = pair
                && objects[*a].as_ref().map(|o| &o.id) == objects[*b].as_ref().map(|o| &o.id)
            {
                objects[*a] = None;
            }
        }
        let objects: Vec<_> = objects.into_iter().flatten().map(Arc::new).collect();
        let mut by_id: Vec<u32> = (0..objects.len() as u32).collect();
        by_id.sort_unstable_by(|a, b| objects[*a as usize].id.cmp(&objects[*b as usize].id));
        Self { objects, by_id }
    }

    /// All objects, in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[Arc<StoredObject>] {
        &self.objects
    }

    /// The object with this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Arc<StoredObject>> {
        self.objects.get(self.place(id)? as usize)
    }

    /// Where in the file's order an object is.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<u32> {
        let found = self.by_id.binary_search_by(|place| self.objects[*place as usize].id.as_str().cmp(id));
        found.ok().map(|i| self.by_id[i])
    }

    /// All objects, by id.
    pub fn sorted(&self) -> impl Iterator<Item = &Arc<StoredObject>> {
        self.by_id.iter().map(|place| &self.objects[*place as usize])
    }

    /// The objects of building models by their `GlobalId`, which several models may share.
    #[must_use]
    pub fn by_global_id(&self) -> HashMap<&str, Vec<&StoredObject>> {
        let mut found: HashMap<&str, Vec<&StoredObject>> = HashMap::new();
        for object in &self.objects {
            if let Some(bim) = &object.bim {
                found.entry(&bim.global_id).or_default().push(object);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::object;
    use super::*;

    #[test]
    fn of_two_objects_with_one_id_the_later_stays() {
        let table = ObjectTable::new(vec![
            object("b", "building", [0.0; 3], [1.0; 3]),
            object("a", "building", [0.0; 3], [1.0; 3]),
            object("b", "building", [5.0; 3], [6.0; 3]),
        ]);
        let ids = |objects: Vec<&Arc<StoredObject>>| objects.iter().map(|o| o.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(table.all().iter().collect()), ["a", "b"]);
        assert_eq!(ids(table.sorted().collect()), ["a", "b"]);
        assert_eq!(table.get("b").unwrap().bounds.min.east_m, 5.0);
        assert!(table.get("c").is_none() && table.get("").is_none());
    }
}
