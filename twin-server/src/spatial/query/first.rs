//! The first hits in the stable order. To hold two things against each other by their ids is to fetch both from
//! far memory, so hits are sorted by small keys of what is at hand, and only those whose keys are equal by
//! their ids.

use super::{Found, Hit};

/// Hits that are kept beyond twice the limit, so that few are worth a sort.
const SPARE: usize = 1024;

/// The first hits in the stable order, and how many there were; never many more than the first in memory.
pub(super) struct First<'s> {
    limit: usize,
    matched: usize,
    kept: Vec<Hit<'s>>,
}

impl<'s> First<'s> {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, matched: 0, kept: Vec::new() }
    }

    pub(super) fn add(&mut self, hit: Hit<'s>) {
        self.matched += 1;
        if self.kept.len() >= self.limit.saturating_mul(2).saturating_add(SPARE) {
            self.kept = first(std::mem::take(&mut self.kept), self.limit);
        }
        self.kept.push(hit);
    }

    pub(super) fn found(self) -> Found<'s> {
        let hits = first(self.kept, self.limit);
        Found { cut: self.matched > hits.len(), hits, matched: Some(self.matched) }
    }
}

/// So many of the hits, in the stable order: by distance, then by kind, then by id.
fn first(mut hits: Vec<Hit<'_>>, limit: usize) -> Vec<Hit<'_>> {
    let mut keys: Vec<u128> = hits.iter().enumerate().map(|(place, hit)| key(hit, place)).collect();
    keys.sort_unstable();
    for alike in keys.chunk_by_mut(|a, b| a >> PLACE_BITS == b >> PLACE_BITS) {
        if alike.len() > 1 {
            by_id(&hits, alike);
        }
    }
    let hit = |key: &u128| {
        let hit = hits.get_mut(place_of(*key))?;
        Some(Hit { near: hit.near.take(), ..*hit })
    };
    keys.iter().take(limit).filter_map(hit).collect()
}

const PLACE_BITS: u32 = 56;

/// Distance, kind and place of a hit, the distance so that greater ones are greater numbers (as in
/// [`f64::total_cmp`]).
fn key(hit: &Hit<'_>, place: usize) -> u128 {
    let bits = hit.distance_m.unwrap_or_default().to_bits();
    let distance = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
    u128::from(distance) << 64 | u128::from(hit.kind as u8) << PLACE_BITS | place as u128
}

fn place_of(key: u128) -> usize {
    (key & ((1 << PLACE_BITS) - 1)) as usize
}

/// Sorts the keys of hits that are alike by the ids of the things, whose beginnings are fetched once.
fn by_id(hits: &[Hit<'_>], keys: &mut [u128]) {
    let id = |key: u128| hits.get(place_of(key)).map_or("", |hit| hit.thing.id());
    let mut named: Vec<(u128, &str, u128)> =
        keys.iter().map(|key| (beginning(id(*key)), id(*key), *key)).collect();
    named.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(b.1)));
    for (key, (.., sorted)) in keys.iter_mut().zip(named) {
        *key = sorted;
    }
}

/// The first sixteen bytes of an id, filled up with zeros: never greater for what sorts before.
fn beginning(id: &str) -> u128 {
    let mut bytes = [0; 16];
    for (byte, of) in bytes.iter_mut().zip(id.bytes()) {
        *byte = of;
    }
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::in_order;
    use super::*;
    use crate::spatial::testing::object;
    use crate::spatial::{Kind, StoredObject, Thing};

    fn things() -> Vec<Thing> {
        let ids = ["a", "a\0", "ab", "abcdefghijklmnop", "abcdefghijklmnopq", "abcdefghijklmnopa", "灯", "b"];
        let thing =
            |id: &&str| Thing::Object(Arc::new(StoredObject::from(object(id, "space", [0.0; 3], [1.0; 3]))));
        ids.iter().map(thing).collect()
    }

    proptest! {
        #[test]
        fn hits_are_in_the_order_that_holds_two_against_each_other(
            picks in proptest::collection::vec((0..8_usize, 0..4_u8, 0..3_u8), 0..60), limit in 0..70_usize,
        ) {
            let things = things();
            let hit = |&(thing, distance, kind): &(usize, u8, u8)| Hit {
                thing: &things[thing],
                kind: [Kind::Zone, Kind::Space, Kind::Device][usize::from(kind)],
                distance_m: [None, Some(0.0), Some(1e-300), Some(f64::INFINITY)][usize::from(distance)],
                near: None,
            };
            let mut expected: Vec<Hit<'_>> = picks.iter().map(hit).collect();
            expected.sort_by(in_order);
            let mut first = First::new(limit);
            picks.iter().map(hit).for_each(|hit| first.add(hit));
            let found = first.found();
            prop_assert_eq!((found.matched, found.cut), (Some(picks.len()), picks.len() > limit));
            let name = |hit: &Hit<'_>| (hit.distance_m.unwrap_or_default().to_bits(), hit.kind, hit.thing.id().to_owned());
            let names = |hits: &[Hit<'_>]| hits.iter().map(name).collect::<Vec<_>>();
            prop_assert_eq!(names(&found.hits), names(&expected[..limit.min(picks.len())]));
        }
    }

    #[test]
    fn only_few_more_than_the_first_are_kept() {
        let things = things();
        let mut first = First::new(2);
        for turn in 0..10_000_u32 {
            let distance_m = Some(f64::from(turn.wrapping_mul(2_654_435_761) >> 8));
            first.add(Hit { thing: &things[0], kind: Kind::Space, distance_m, near: None });
            assert!(first.kept.len() <= 4 + SPARE);
        }
        let hits = first.found().hits;
        assert!(
            hits.len() == 2 && hits[0].distance_m < hits[1].distance_m && hits[0].distance_m == Some(0.0)
        );
    }
}
