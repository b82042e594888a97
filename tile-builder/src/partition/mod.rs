//! How the community divides: zones, buildings, and which stands in which.
//!
//! In: areas in longitude and latitude, and the community's frame. Out: [`ModelObject`]s in local
//! metres. Called by the pipeline. Pure.

pub mod buildings;
pub mod cells;
pub mod clip;
pub mod exterior;
pub mod identity;
mod mend;
pub mod quadtree;
pub mod relief;
pub mod streets;

use std::collections::BTreeMap;

use geo::{Area as _, Centroid as _, Contains as _, LineString, MultiPolygon, Polygon};
use serde_json::Value;
use twin_schemas::LocalizedText;
use twin_schemas::catalog::Community;
use twin_schemas::geometry::{GeographicPoint, LocalBox, LocalPoint};
use twin_schemas::model::{ModelObject, ObjectClass};

use self::buildings::Buildings;
use crate::geometry::Aabb;
use crate::georef::ellipsoid::EnuFrame;
use crate::read::areas::Area;

/// Height of a storey in metres where a footprint gives storeys but no height (GB 50096-2011,
/// 5.5.1: 2.80 m for dwellings, and the slab).
const STOREY_M: f64 = 2.9;

/// The outlines of areas in local metres, one for each.
#[must_use]
pub fn shapes(origin: &GeographicPoint, areas: &[Area]) -> Vec<MultiPolygon> {
    let frame = EnuFrame::at(origin);
    areas.iter().map(|area| shape(&outline(&frame, area, origin.height_m))).collect()
}

/// The model: the community first, then its zones, then its buildings, each in file order. What the
/// footprints do not say of a building's heights is taken from the survey, if `measured` knows it.
#[must_use]
pub fn model(
    community: &Community,
    zones: &[Area],
    buildings: &[Area],
    measured: Option<&Buildings>,
) -> Vec<ModelObject> {
    let root = format!("community/{}", community.id);
    let mut objects = vec![ModelObject {
        id: root.clone(),
        class: ObjectClass::Community,
        name: community.name.clone(),
        parent: None,
        zone: None,
        bounds: community.bounds,
        footprint: Vec::new(),
        properties: BTreeMap::new(),
        bim: None,
    }];
    let Some(origin) = community.origin else { return objects };
    let place = Place { frame: EnuFrame::at(&origin), ground_m: origin.height_m, community };
    let zone_shapes: Vec<(String, MultiPolygon)> = zones
        .iter()
        .map(|zone| (format!("zone/{}", zone.id), shape(&place.outline(zone, place.ground_m))))
        .collect();
    for zone in zones {
        let mut object = place.object(zone, ObjectClass::Zone, format!("zone/{}", zone.id));
        object.parent = Some(root.clone());
        objects.push(object);
    }
    for (at, building) in buildings.iter().enumerate() {
        let mut object = place.object(building, ObjectClass::Building, format!("building/{}", building.id));
        if let Some(measured) = measured.and_then(|measured| measured.list().get(at)) {
            let (low, high) = (&mut object.bounds.min.up_m, &mut object.bounds.max.up_m);
            *low = measured.ground_m.unwrap_or(*low);
            *high = measured.top_m.unwrap_or(*high).max(*low);
        }
        let zone = shape(&object.footprint).centroid().and_then(|centre| {
            zone_shapes.iter().find(|(_, zone)| zone.contains(&centre)).map(|(id, _)| id.clone())
        });
        object.parent = Some(zone.clone().unwrap_or_else(|| root.clone()));
        object.zone = zone;
        objects.push(object);
    }
    objects
}

struct Place<'c> {
    frame: EnuFrame,
    ground_m: f64,
    community: &'c Community,
}

impl Place<'_> {
    fn object(&self, area: &Area, class: ObjectClass, id: String) -> ModelObject {
        let mut properties: BTreeMap<String, Value> =
            area.properties.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let name = LocalizedText {
            zh: take_text(&mut properties, "name_zh"),
            en: take_text(&mut properties, "name_en"),
        };
        let number = |key: &str| area.properties.get(key).and_then(Value::as_f64).filter(|v| v.is_finite());
        let ground = number("ground_m");
        let footprint = self.outline(area, ground.unwrap_or(self.ground_m));
        let mut bounds = Aabb::EMPTY;
        for point in footprint.iter().flatten().flatten() {
            bounds.add(&[point[0], point[1], 0.0]);
        }
        let height = number("height_m").or_else(|| number("storeys").map(|n| n * STOREY_M));
        let (low, high) = self.heights(area, class, ground, height);
        ModelObject {
            id,
            class,
            name,
            parent: None,
            zone: None,
            bounds: LocalBox {
                min: LocalPoint { east_m: bounds.min[0], north_m: bounds.min[1], up_m: low },
                max: LocalPoint { east_m: bounds.max[0], north_m: bounds.max[1], up_m: high },
            },
            footprint,
            properties,
            bim: None,
        }
    }

    /// Lowest and highest local height. A building without stated heights spans the scene's, as a
    /// zone does.
    fn heights(
        &self,
        area: &Area,
        class: ObjectClass,
        ground: Option<f64>,
        height: Option<f64>,
    ) -> (f64, f64) {
        let scene = (self.community.bounds.min.up_m, self.community.bounds.max.up_m);
        let corner = area.polygons.first().and_then(|rings| rings.first()?.first());
        let (ObjectClass::Building, Some(corner)) = (class, corner) else { return scene };
        let up = |height_m: f64| {
            let [longitude_deg, latitude_deg] = *corner;
            self.frame.local(&GeographicPoint { longitude_deg, latitude_deg, height_m })[2]
        };
        let low = ground.map_or(scene.0, up);
        (low, height.map_or(scene.1.max(low), |height| low + height))
    }

    fn outline(&self, area: &Area, height_m: f64) -> Vec<Vec<Vec<[f64; 2]>>> {
        outline(&self.frame, area, height_m)
    }
}

/// An area's polygons in local metres east and north, taken at a height above the ellipsoid.
fn outline(frame: &EnuFrame, area: &Area, height_m: f64) -> Vec<Vec<Vec<[f64; 2]>>> {
    let place = |point: &[f64; 2]| {
        let [longitude_deg, latitude_deg] = *point;
        let [e, n, _] = frame.local(&GeographicPoint { longitude_deg, latitude_deg, height_m });
        // Millimetres: finer digits would only be noise in the file.
        [e, n].map(|metres| (metres * 1000.0).round() / 1000.0)
    };
    area.polygons
        .iter()
        .map(|rings| rings.iter().map(|ring| ring.iter().map(place).collect()).collect())
        .collect()
}

fn take_text(properties: &mut BTreeMap<String, Value>, key: &str) -> Option<String> {
    match properties.remove(key) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

fn shape(footprint: &[Vec<Vec<[f64; 2]>>]) -> MultiPolygon {
    let line = |ring: &Vec<[f64; 2]>| LineString::from(ring.iter().map(|p| (p[0], p[1])).collect::<Vec<_>>());
    let polygons = footprint.iter().filter_map(|rings| {
        let mut lines = rings.iter().map(line);
        Some(Polygon::new(lines.next()?, lines.collect()))
    });
    polygons.filter(|polygon| polygon.unsigned_area() > 0.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(id: &str, lon: f64, lat: f64, edge: f64, properties: &Value) -> Area {
        let ring =
            vec![[lon, lat], [lon + edge, lat], [lon + edge, lat + edge], [lon, lat + edge], [lon, lat]];
        Area {
            id: id.into(),
            polygons: vec![vec![ring]],
            properties: properties.as_object().cloned().unwrap_or_default(),
        }
    }

    #[test]
    fn a_building_stands_in_the_zone_that_holds_its_middle() {
        let corner = LocalPoint::default();
        let community = Community {
            id: "c".into(),
            name: LocalizedText::same("c"),
            origin: Some(GeographicPoint { longitude_deg: 120.0, latitude_deg: 31.0, height_m: 5.0 }),
            bounds: LocalBox { min: corner, max: corner },
        };
        let zones =
            [square("z1", 120.0, 31.0, 0.01, &Value::Null), square("z2", 120.01, 31.0, 0.01, &Value::Null)];
        let about =
            serde_json::json!({ "name_zh": "7号楼", "ground_m": 4.0, "height_m": 20.0, "year_built": 1987 });
        let buildings = [square("b7", 120.012, 31.002, 0.0004, &about)];
        let objects = model(&community, &zones, &buildings, None);
        let building = &objects[3];
        assert_eq!(building.id, "building/b7");
        assert_eq!(building.zone.as_deref(), Some("zone/z2"));
        assert_eq!(building.name.zh.as_deref(), Some("7号楼"));
        assert_eq!(building.properties["year_built"], 1987);
        assert!((building.bounds.max.up_m - building.bounds.min.up_m - 20.0).abs() < 1e-9);
        assert!(
            (building.bounds.min.up_m - (-1.1)).abs() < 0.1,
            "ground is a metre below, and the Earth curves"
        );
    }
}
