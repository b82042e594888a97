//! Automatic zones, where a plan names none: squares along the streets over all tiles of the
//! sources. They are kept beside the jobs' results, because finding them out reads every tile's
//! coarsest file. Called before the plan.

use geo::{Coord, Intersects as _, MultiPolygon, Rect};
use serde::{Deserialize, Serialize};
use twin_schemas::plan::SceneKind;

use super::BuildError;
use super::record::{data_path, digest};
use super::roots;
use super::site::Site;
use crate::georef::ellipsoid::{EnuFrame, from_ecef};
use crate::partition::quadtree::{Extent, merge};
use crate::partition::streets::squares;
use crate::publish::Publication;
use crate::read::areas::Area;

/// Longest edge of a zone of the light-scene standard, in metres.
pub(super) const ZONE_EDGE_M: f64 = 150.0;

#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    zones: Vec<KeptZone>,
}

#[derive(Serialize, Deserialize)]
struct KeptZone {
    id: String,
    polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

/// Gives a site automatic zones, if it has none and something asks for them.
///
/// # Errors
/// If a source cannot be placed, or the zones cannot be stored.
pub(super) fn complete(site: &mut Site, publication: &Publication) -> Result<(), BuildError> {
    let asked = site.resolved.plan.partition.zone_edge_m.is_some()
        || site.profiles.iter().any(|profile| profile.scenes == SceneKind::Light);
    if !site.zones.is_empty() || !asked {
        return Ok(());
    }
    let key = digest(&(&site.key, site.edge_m(), site.resolved.plan.partition.street_axis_deg, site.roots()));
    let name = data_path("zones.json");
    if kept(publication, &name).is_none_or(|kept| kept.key != key) {
        let zones = find(site)?;
        let bytes = serde_json::to_vec(&Kept { key, zones })
            .map_err(|error| BuildError::Document { name: name.clone(), reason: error.to_string() })?;
        publication.put_beside(&name, &bytes)?;
    }
    let zones = kept(publication, &name).map(|kept| kept.zones).unwrap_or_default();
    site.set_zones(zones.into_iter().map(area).collect());
    Ok(())
}

fn kept(publication: &Publication, name: &str) -> Option<Kept> {
    serde_json::from_slice(&publication.content(name).ok()?).ok()
}

fn area(zone: KeptZone) -> Area {
    let place = zone.id.trim_start_matches("auto-").to_owned();
    let mut properties = geojson::JsonObject::new();
    properties.insert("name_zh".to_owned(), format!("分区 {place}").into());
    properties.insert("name_en".to_owned(), format!("Zone {place}").into());
    Area { id: zone.id, polygons: zone.polygons, properties }
}

fn find(site: &Site) -> Result<Vec<KeptZone>, BuildError> {
    let mut extents: Vec<Extent> = Vec::new();
    for source in 0..site.sources.len() {
        extents.extend(roots::extents(site, source)?.iter().flatten());
    }
    let Some(frame) = site.places()?.frame else { return Ok(Vec::new()) };
    let rects: Vec<Rect> = extents.iter().map(rect).collect();
    let Some(all) = extents.iter().copied().reduce(merge) else { return Ok(Vec::new()) };
    let whole = MultiPolygon::from(rect(&all).to_polygon());
    let parts = squares(&whole, site.axis_deg()?, site.edge_m());
    let used = parts.into_iter().filter(|part| rects.iter().any(|rect| part.area.intersects(rect)));
    Ok(used
        .map(|part| KeptZone {
            id: format!("auto-{}-{}", part.column, part.row),
            polygons: part.area.iter().map(|polygon| vec![ring(polygon.exterior(), &frame)]).collect(),
        })
        .collect())
}

fn rect([west, south, east, north]: &Extent) -> Rect {
    Rect::new(Coord { x: *west, y: *south }, Coord { x: *east, y: *north })
}

/// A ring in longitude and latitude.
fn ring(line: &geo::LineString, frame: &EnuFrame) -> Vec<[f64; 2]> {
    line.coords()
        .map(|at| {
            let point = from_ecef(frame.ecef_from_local([at.x, at.y, 0.0]));
            [point.longitude_deg, point.latitude_deg]
        })
        .collect()
}
