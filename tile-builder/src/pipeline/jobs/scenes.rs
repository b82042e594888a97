//! Jobs of the light-scene standard: squares of zones, levels over the squares of a large zone,
//! overviews over all zones.

use geo::MultiPolygon;

use super::super::BuildError;
use super::super::roots;
use super::super::site::Site;
use super::{
    ABOVE_WAVE, GROUND, Job, OVERVIEW, OVERVIEW_WAVE, TILE_WAVE, Work, extent_of, levels_above, relief_id,
};
use crate::partition;
use crate::partition::quadtree::{Child, Extent, meet, nodes_above_squares};
use crate::partition::streets::squares;

/// An overview stands over a square so many zones wide.
const OVERVIEW_ZONES: f64 = 4.0;

/// Where a piece lies, and which it is: source and piece.
type Placed = (Extent, (usize, usize));

/// All jobs of a light profile.
pub(super) fn light(site: &Site, profile: usize) -> Result<Vec<Job>, BuildError> {
    let Some(origin) = site.places()?.origin else { return Ok(Vec::new()) };
    let axis_deg = site.axis_deg()?;
    let mut pieces: Vec<Placed> = Vec::new();
    for source in 0..site.sources.len() {
        let extents = roots::extents(site, source)?.iter().enumerate();
        pieces.extend(extents.filter_map(|(piece, extent)| Some(((*extent)?, (source, piece)))));
    }
    let mut jobs = Vec::new();
    let mut ends: Vec<ZoneEnd> = Vec::new();
    for (zone_at, shape) in partition::shapes(&origin, &site.zones).iter().enumerate() {
        let Some(extent) = extent_of(shape) else { continue };
        let of_zone = zone_jobs(site, profile, zone_at, shape, axis_deg, &pieces);
        if let Some(last) = of_zone.last() {
            let zone = site.zones[zone_at].id.clone();
            ends.push(ZoneEnd { zone, jobs: vec![last.id.clone()], extent });
            jobs.extend(of_zone);
        }
    }
    jobs.extend(overviews(site, profile, &ends));
    Ok(jobs)
}

/// The squares of a zone, and the levels over them; the last job ends the zone.
fn zone_jobs(
    site: &Site,
    profile: usize,
    zone: usize,
    shape: &MultiPolygon,
    axis_deg: f64,
    pieces: &[Placed],
) -> Vec<Job> {
    let (id, name) = (&site.profiles[profile].id, site.zone_name(&site.zones[zone].id));
    let (mut jobs, mut extents) = (Vec::new(), Vec::new());
    for square in squares(shape, axis_deg, site.edge_m()) {
        let Some(extent) = extent_of(&square.area) else { continue };
        let near: Vec<(usize, usize)> =
            pieces.iter().filter(|(of, _)| meet(of, &extent)).map(|(_, piece)| *piece).collect();
        if near.is_empty() {
            continue;
        }
        let (mut inputs, mut needs) = (Vec::new(), Vec::new());
        for &(source, piece) in &near {
            let source = &site.sources[source];
            inputs.extend(source.files_of(piece));
            needs.extend(source.cells_of(piece));
            if !site.footprints.is_empty() {
                needs.push(relief_id(source, &source.names[piece]));
            }
        }
        if !site.footprints.is_empty() {
            needs.push(GROUND.to_owned());
        }
        needs.sort();
        needs.dedup();
        inputs.sort();
        inputs.dedup();
        let (column, row) = (square.column, square.row);
        let work = Work::Light { profile, zone, column, row, pieces: near };
        jobs.push(Job::new(format!("light.{id}.{name}.{column}.{row}"), TILE_WAVE, needs, inputs, work));
        extents.push(Some(extent));
    }
    let ids = jobs.iter().map(|job| job.id.clone()).collect();
    let zone_id = site.zones[zone].id.clone();
    let work = |height| Work::Above {
        profile,
        group: "zones".into(),
        zone: Some(zone_id.clone()),
        height,
        cell: None,
    };
    jobs.extend(levels_above(&format!("above.{id}.{name}"), ids, &extents, ABOVE_WAVE, work));
    jobs
}

/// The jobs whose results stand over a zone.
pub(super) struct ZoneEnd {
    pub(super) zone: String,
    pub(super) jobs: Vec<String>,
    pub(super) extent: Extent,
}

/// Overviews over the ends of all zones, up to one.
pub(super) fn overviews(site: &Site, profile: usize, ends: &[ZoneEnd]) -> Vec<Job> {
    let id = &site.profiles[profile].id;
    let extents: Vec<Extent> = ends.iter().map(|end| end.extent).collect();
    let nodes = nodes_above_squares(&extents, OVERVIEW_ZONES);
    let name = |at: usize| {
        let [x, y] = nodes[at].square;
        format!("{OVERVIEW}{id}.{}.{x}.{y}", nodes[at].height)
    };
    let job = |(at, node): (usize, &crate::partition::quadtree::Node)| {
        let (mut needs, mut zones) = (Vec::new(), Vec::new());
        for child in &node.children {
            match child {
                Child::Item(item) => {
                    zones.push(ends[*item].zone.clone());
                    needs.extend(ends[*item].jobs.iter().cloned());
                }
                Child::Node(below) => needs.push(name(*below)),
            }
        }
        needs.sort();
        needs.dedup();
        let work = Work::Overview { profile, zones, height: node.height };
        Job::new(name(at), OVERVIEW_WAVE + node.height, needs, Vec::new(), work)
    };
    nodes.iter().enumerate().map(job).collect()
}
