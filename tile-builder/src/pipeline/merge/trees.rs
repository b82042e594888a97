//! The trees of one profile while a version is put together: tiles, then the levels above them.

use std::collections::BTreeMap;

use twin_schemas::report::Figures;

use crate::tileset::Tile;

/// A zone by its id; none is what lies outside all zones.
pub(super) type Zone = Option<String>;

/// Roots by zone and job, in the order in which they came, and what was written for each zone.
#[derive(Debug, Default)]
pub(super) struct Trees {
    roots: BTreeMap<Zone, Vec<(String, Vec<Tile>)>>,
    figures: BTreeMap<Zone, Figures>,
}

impl Trees {
    /// Adds the roots that a job made for a zone.
    pub(super) fn add(&mut self, zone: Zone, job: &str, tiles: Vec<Tile>) {
        if !tiles.is_empty() {
            self.roots.entry(zone).or_default().push((job.to_owned(), tiles));
        }
    }

    /// Adds to what was written for a zone.
    pub(super) fn count(&mut self, zone: &Zone, figures: Figures) {
        *self.figures.entry(zone.clone()).or_default() += figures;
    }

    /// Takes the roots that some jobs made for a zone: they get a level above them.
    pub(super) fn take(&mut self, zone: &Zone, jobs: &[String]) -> Vec<Tile> {
        let Some(roots) = self.roots.get_mut(zone) else { return Vec::new() };
        let (taken, left) = std::mem::take(roots).into_iter().partition(|(job, _)| jobs.contains(job));
        *roots = left;
        let taken: Vec<(String, Vec<Tile>)> = taken;
        taken.into_iter().flat_map(|(_, tiles)| tiles).collect()
    }

    /// What is left: the root and the figures of each zone, the outside of all zones first.
    pub(super) fn finish(mut self) -> Vec<(Zone, Tile, Figures)> {
        let roots = std::mem::take(&mut self.roots);
        let root = |tiles: Vec<(String, Vec<Tile>)>| {
            Tile::root_of(tiles.into_iter().flat_map(|(_, tiles)| tiles).collect())
        };
        roots
            .into_iter()
            .filter_map(|(zone, tiles)| {
                let figures = self.figures.get(&zone).copied().unwrap_or_default();
                Some((zone, root(tiles)?, figures))
            })
            .collect()
    }
}
