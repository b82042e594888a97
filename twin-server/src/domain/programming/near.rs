//! What lies together: boxes on the ground come in, groups go out in which each is near some other.
//!
//! Single linkage, found by a sweep from west to east over the boxes with a union of sets; quadratic only where everything
//! lies at the same longitude.

use twin_schemas::geometry::LocalBox;

/// Metres on the ground between two boxes, 0 where they meet.
#[must_use]
pub(super) fn distance_m(one: &LocalBox, other: &LocalBox) -> f64 {
    let gap =
        |min: f64, max: f64, other_min: f64, other_max: f64| (other_min - max).max(min - other_max).max(0.0);
    let east_m = gap(one.min.east_m, one.max.east_m, other.min.east_m, other.max.east_m);
    let north_m = gap(one.min.north_m, one.max.north_m, other.min.north_m, other.max.north_m);
    east_m.hypot(north_m)
}

/// The places of boxes that are near each other, also by way of others, together; groups and members in the order in which
/// they came. What has no box is near everything.
#[must_use]
pub(super) fn groups(boxes: &[Option<LocalBox>], within_m: f64) -> Vec<Vec<usize>> {
    let mut sets = Sets((0..boxes.len()).collect());
    let mut placed: Vec<(usize, LocalBox)> =
        boxes.iter().enumerate().filter_map(|(at, area)| Some((at, (*area)?))).collect();
    placed.sort_by(|(one, a), (other, b)| a.min.east_m.total_cmp(&b.min.east_m).then(one.cmp(other)));
    // Those whose eastern edge may still be near what comes.
    let mut reached: Vec<(usize, LocalBox)> = Vec::new();
    for (at, area) in placed {
        reached.retain(|(_, before)| before.max.east_m + within_m >= area.min.east_m);
        for (other, _) in reached.iter().filter(|(_, before)| distance_m(before, &area) <= within_m) {
            sets.join(at, *other);
        }
        reached.push((at, area));
    }
    if let Some(everywhere) = boxes.iter().position(Option::is_none) {
        (0..boxes.len()).for_each(|at| sets.join(everywhere, at));
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut place_of: Vec<Option<usize>> = vec![None; boxes.len()];
    for at in 0..boxes.len() {
        let root = sets.root(at);
        let place = *place_of[root].get_or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(at);
    }
    groups
}

/// Disjoint sets; each points to one of its own that came earlier, or to itself.
struct Sets(Vec<usize>);

impl Sets {
    fn root(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.0[one.max(other)] = one.min(other);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use twin_schemas::geometry::LocalPoint;

    use super::*;

    fn area(east_m: f64, north_m: f64, size_m: f64) -> LocalBox {
        let at = |east_m, north_m| LocalPoint { east_m, north_m, up_m: 0.0 };
        LocalBox { min: at(east_m, north_m), max: at(east_m + size_m, north_m + size_m) }
    }

    #[test]
    fn neighbours_of_neighbours_are_together_and_what_has_no_place_is_with_all() {
        let mut boxes =
            vec![Some(area(0.0, 0.0, 10.0)), Some(area(500.0, 0.0, 10.0)), Some(area(30.0, 0.0, 10.0))];
        assert_eq!(groups(&boxes, 20.0), [vec![0, 2], vec![1]]);
        assert_eq!(groups(&boxes, 19.9), [vec![0], vec![1], vec![2]]);
        assert_eq!(groups(&boxes, 460.0), [vec![0, 1, 2]]);
        boxes.push(None);
        assert_eq!(groups(&boxes, 0.0), [vec![0, 1, 2, 3]]);
        assert!(groups(&[], 9.0).is_empty());
    }

    proptest! {
        #[test]
        fn two_boxes_are_together_exactly_if_a_chain_of_near_ones_leads_from_one_to_the_other(
            places in prop::collection::vec((-300.0..300.0, -300.0..300.0, 0.0..40.0), 0..40),
            within_m in 0.0..120.0,
        ) {
            let boxes: Vec<_> = places.into_iter().map(|(e, n, size)| Some(area(e, n, size))).collect();
            let found = groups(&boxes, within_m);
            let mut all: Vec<usize> = found.iter().flatten().copied().collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..boxes.len()).collect::<Vec<_>>());
            // The plain way: spread from each until nothing is added.
            for group in &found {
                let mut chain = vec![group[0]];
                let mut next = 0;
                while let Some(from) = chain.get(next).copied() {
                    let near = |at: &usize| {
                        distance_m(&boxes[from].unwrap(), &boxes[*at].unwrap()) <= within_m && !chain.contains(at)
                    };
                    let more: Vec<usize> = (0..boxes.len()).filter(near).collect();
                    chain.extend(more);
                    next += 1;
                }
                chain.sort_unstable();
                prop_assert_eq!(&chain, group);
            }
        }
    }
}
