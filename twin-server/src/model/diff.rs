//! What is different between two versions, object by object.

use std::cmp::Ordering;

use crate::spatial::ObjectTable;

/// How many objects are different, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Differences {
    pub(super) added: u64,
    pub(super) changed: u64,
    pub(super) removed: u64,
    pub(super) unchanged: u64,
}

/// Counts what a version changes. Both tables are gone through once, in the order of ids.
pub(super) fn differences(before: &ObjectTable, after: &ObjectTable) -> Differences {
    let mut count = Differences::default();
    let (mut before, mut after) = (before.sorted().peekable(), after.sorted().peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => return count,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.id.cmp(&b.id),
        };
        match order {
            Ordering::Less => {
                count.removed += 1;
                before.next();
            }
            Ordering::Greater => {
                count.added += 1;
                after.next();
            }
            Ordering::Equal if before.next() == after.next() => count.unchanged += 1,
            Ordering::Equal => count.changed += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn table(objects: &[(&str, f64)]) -> ObjectTable {
        let corner = |up_m: f64| json!({ "east_m": 0, "north_m": 0, "up_m": up_m });
        let object = |(id, up_m): &(&str, f64)| {
            let bounds = json!({ "min": corner(0.0), "max": corner(*up_m) });
            serde_json::from_value(json!({ "id": id, "class": "building", "bounds": bounds })).unwrap()
        };
        ObjectTable::new(objects.iter().map(object).collect())
    }

    #[test]
    fn each_object_counts_once() {
        let (before, after) =
            (table(&[("c", 1.0), ("a", 1.0), ("b", 1.0)]), table(&[("d", 1.0), ("b", 2.0), ("c", 1.0)]));
        let count = differences(&before, &after);
        assert_eq!(count, Differences { added: 1, changed: 1, removed: 1, unchanged: 1 });
        assert_eq!(differences(&table(&[]), &after), Differences { added: 3, ..Differences::default() });
        assert_eq!(differences(&after, &table(&[])), Differences { removed: 3, ..Differences::default() });
    }
}
