//! The files beside the survey: build plan, zones, footprints, devices.
//!
//! In: the layout. Out: text files, with positions in WGS 84. Called by `run`.

use std::path::{Path, PathBuf};

use geojson::JsonObject;
use serde_json::{Value, json};
use twin_schemas::LocalizedText;
use twin_schemas::plan::{
    BuildPlan, CommunityPlan, HeightPlan, ModelState, PartitionPlan, ProfilePlan, SceneKind, SourceKind,
    SourcePlan,
};

use super::ifc::ModelFile;
use super::paint::parking_bays;
use super::quarter::{
    AVENUE, Building, CANAL, CELL_U, CELL_V, Cell, GROUND_M, Kind, Plot, Quarter, ROWS, Works,
};
use super::site::{Device, DeviceKind, Site};
use super::vector::Vec3;
use super::{PLAN_MARK, SampleError, write};

/// CGCS2000 in the 3° zone around 120° east, as surveys of the Yangtze delta come.
pub(crate) const CRS: &str = "EPSG:4549";
/// Where the survey's metres begin: easting, northing, height. South-east of Suzhou's old town.
pub(crate) const SRS_ORIGIN: [f64; 3] = [557_000.0, 3_464_000.0, 0.0];

/// The same operation as from [`CRS`] to WGS 84, spelled out so that it needs no database: CGCS2000
/// and WGS 84 agree within centimetres, and CGCS2000's ellipsoid is that of GRS 80 (EPSG:1024, 7019).
const TO_WGS84: &str = "+proj=pipeline \
    +step +inv +proj=tmerc +lat_0=0 +lon_0=120 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 \
    +step +proj=unitconvert +xy_in=rad +xy_out=deg";

/// How many of each were written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordCounts {
    pub(crate) buildings: u32,
    pub(crate) zones: u32,
    pub(crate) devices: u32,
}

/// Writes all records but the plan.
pub(crate) fn write_records(quarter: &Quarter, folder: &Path) -> Result<RecordCounts, SampleError> {
    let globe = Globe::new()?;
    let zones = zones(quarter, &globe)?;
    let footprints = footprints(quarter, &globe)?;
    let devices = devices(quarter, &globe)?;
    let count = |features: &[Value]| features.len() as u32;
    let counts =
        RecordCounts { buildings: count(&footprints), zones: count(&zones), devices: count(&devices) };
    for (name, features) in [("zones", zones), ("footprints", footprints), ("devices", devices)] {
        write(&folder.join(format!("{name}.geojson")), collection(&features).as_bytes())?;
    }
    Ok(counts)
}

/// Writes the plan, by which a sample is known to be whole.
pub(crate) fn write_plan(models: &[ModelFile], folder: &Path) -> Result<(), SampleError> {
    let plan = BuildPlan {
        community: CommunityPlan {
            id: Some("willowbank".to_owned()),
            name: Some(LocalizedText::new("柳岸新村", "Willowbank Estate")),
            origin: None,
        },
        partition: PartitionPlan {
            zones: Some(PathBuf::from("zones.geojson")),
            footprints: Some(PathBuf::from("footprints.geojson")),
            ..PartitionPlan::default()
        },
        sources: [survey_source()].into_iter().chain(models.iter().map(model_source)).collect(),
        profiles: vec![profile("full", SceneKind::Complete), profile("app", SceneKind::Light)],
    };
    let path = folder.join("community.toml");
    let text = toml::to_string(&plan)
        .map_err(|e| SampleError::Write { path: path.clone(), source: std::io::Error::other(e) })?;
    write(&path, format!("{PLAN_MARK}\n\n{text}").as_bytes())
}

/// A profile at its defaults.
fn profile(id: &str, scenes: SceneKind) -> ProfilePlan {
    ProfilePlan {
        id: id.to_owned(),
        scenes,
        textures: None,
        texture_quality: None,
        texture_edge_px: None,
        instancing: None,
    }
}

fn survey_source() -> SourcePlan {
    SourcePlan {
        id: "survey".to_owned(),
        kind: SourceKind::Osgb,
        path: PathBuf::from("survey"),
        crs: None,
        crs_origin: None,
        height: Some(HeightPlan { reference: "WGS 84 ellipsoid".to_owned(), geoid_height_m: 0.0 }),
        up: None,
        heading_deg: None,
        building: None,
        state: ModelState::Existing,
    }
}

/// A building model. Its file says where it stands, in the survey's own system and heights.
fn model_source(model: &ModelFile) -> SourcePlan {
    SourcePlan {
        id: model.id.clone(),
        kind: SourceKind::Ifc,
        path: PathBuf::from(&model.path),
        building: Some(model.building.clone()),
        state: model.state,
        ..survey_source()
    }
}

/// One feature a line, so that people can read and compare the files.
fn collection(features: &[Value]) -> String {
    let lines: Vec<String> = features.iter().map(ToString::to_string).collect();
    format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}\n", lines.join(",\n"))
}

/// Survey metres to longitude and latitude.
pub(crate) struct Globe(proj::Proj);

impl Globe {
    pub(crate) fn new() -> Result<Self, SampleError> {
        proj::Proj::new(TO_WGS84).map(Self).map_err(|e| SampleError::Projection { message: e.to_string() })
    }

    /// Longitude and latitude in degrees.
    pub(crate) fn of(&self, x: f64, y: f64) -> Result<[f64; 2], SampleError> {
        let place = (SRS_ORIGIN[0] + x, SRS_ORIGIN[1] + y);
        let (longitude, latitude) =
            self.0.project(place, false).map_err(|e| SampleError::Projection { message: e.to_string() })?;
        // Nine decimals are a tenth of a millimetre.
        Ok([longitude, latitude].map(|v| (v * 1e9).round() / 1e9))
    }

    fn ring(&self, points: &[[f64; 2]]) -> Result<Vec<[f64; 2]>, SampleError> {
        points.iter().chain(points.first()).map(|&[x, y]| self.of(x, y)).collect()
    }
}

fn feature(geometry: &Value, properties: &JsonObject) -> Value {
    json!({ "type": "Feature", "properties": properties, "geometry": geometry })
}

fn polygon(globe: &Globe, points: &[[f64; 2]]) -> Result<Value, SampleError> {
    Ok(json!({ "type": "Polygon", "coordinates": [globe.ring(points)?] }))
}

/// Corners of a street-frame rectangle in survey metres, counter-clockwise.
fn corners(quarter: &Quarter, [u0, v0, u1, v1]: [f32; 4]) -> Vec<[f64; 2]> {
    let place = |[u, v]: [f32; 2]| {
        let p = quarter.frame.place(u, v, 0.0);
        [f64::from(p.x), f64::from(p.y)]
    };
    [[u0, v0], [u1, v0], [u1, v1], [u0, v1]].map(place).to_vec()
}

fn properties(value: Value) -> JsonObject {
    if let Value::Object(map) = value { map } else { JsonObject::new() }
}

fn footprints(quarter: &Quarter, globe: &Globe) -> Result<Vec<Value>, SampleError> {
    let mut features = Vec::new();
    for building in quarter.buildings.values() {
        let geometry = polygon(globe, &corners(quarter, building.rect))?;
        features.push(feature(&geometry, &building_properties(building)));
    }
    Ok(features)
}

fn building_properties(building: &Building) -> JsonObject {
    let n = building.number;
    let (zh, en, usage) = match building.kind {
        Kind::WalkUp => (format!("{n}号楼"), format!("Building {n}"), "residential"),
        Kind::Shops => (format!("沿街商铺{n}"), format!("Shops {n}"), "retail"),
        Kind::Centre => (format!("社区服务中心{}", suffix(n)), format!("Community centre {n}"), "service"),
    };
    let roof_m = if building.hipped { 2.9 } else { 0.75 };
    let height = (building.wall_height_m() + roof_m) * 100.0;
    let mut map = properties(json!({
        "id": building.id(), "name_zh": zh, "name_en": en.trim_end_matches(" 1"),
        "storeys": building.storeys, "height_m": f64::from(height.round()) / 100.0,
        "ground_m": f64::from((GROUND_M * 10.0).round()) / 10.0,
        "year_built": building.year_built, "households": building.households,
        "units": building.style.units, "use": usage,
    }));
    if building.kind == Kind::WalkUp {
        map.insert("name_en".to_owned(), json!(en));
        map.insert("has_lift".to_owned(), json!(building.works == Works::Lifts));
    } else {
        map.remove("households");
        map.remove("units");
    }
    match building.works {
        Works::None => {}
        Works::Lifts => drop(map.insert("renewal".to_owned(), json!("lift"))),
        Works::Insulation => drop(map.insert("renewal".to_owned(), json!("insulation"))),
    }
    map
}

fn suffix(number: u16) -> String {
    if number == 1 { String::new() } else { number.to_string() }
}

/// Courts are named after trees.
const COURTS: [[&str; 2]; 10] = [
    ["香樟里", "Camphor Court"],
    ["桂花里", "Osmanthus Court"],
    ["玉兰里", "Magnolia Court"],
    ["银杏里", "Ginkgo Court"],
    ["海棠里", "Crabapple Court"],
    ["梧桐里", "Plane Tree Court"],
    ["紫薇里", "Myrtle Court"],
    ["石榴里", "Pomegranate Court"],
    ["合欢里", "Silk Tree Court"],
    ["榉树里", "Zelkova Court"],
];

/// The street-frame rectangles of a cell's two courts: avenue to canal, canal to avenue.
fn courts(cell: Cell) -> [[f32; 4]; 2] {
    let [u, v] = Quarter::corner(cell);
    let avenue = f32::midpoint(AVENUE[1], AVENUE[2]);
    let canal = f32::midpoint(CANAL[1], CANAL[2]);
    let (west, east) = (u, u + CELL_U);
    [[west, v + avenue, east, v + canal], [west, v + canal, east, v + CELL_V + avenue]]
}

fn zones(quarter: &Quarter, globe: &Globe) -> Result<Vec<Value>, SampleError> {
    let region = quarter.extent.region();
    let mut features: Vec<Value> = Vec::new();
    for cell in quarter.cells(region) {
        for court in courts(cell) {
            let [u0, v0, u1, v1] = court;
            let middle =
                |b: &Building| [f32::midpoint(b.rect[0], b.rect[2]), f32::midpoint(b.rect[1], b.rect[3])];
            let inside = |b: &&Building| {
                let [u, v] = middle(b);
                (u0..u1).contains(&u) && (v0..v1).contains(&v)
            };
            if quarter.buildings_in(cell).find(inside).is_none() {
                continue;
            }
            let low = region.low.map(f64::from);
            let outline = clipped(&corners(quarter, court), low, region.high.map(f64::from));
            let n = features.len();
            let [zh, en] = COURTS[n % COURTS.len()];
            let round = n / COURTS.len();
            let mut map = properties(json!({
                "id": format!("z{:02}", n + 1),
                "name_zh": if round == 0 { zh.to_owned() } else { format!("{zh}{}期", round + 1) },
                "name_en": if round == 0 { en.to_owned() } else { format!("{en} {}", round + 1) },
            }));
            map.extend(parking(quarter, cell, court));
            features.push(feature(&polygon(globe, &outline)?, &map));
        }
    }
    Ok(features)
}

/// What a court says of parking: the bays that are painted in it, and a charging point at one of forty.
fn parking(quarter: &Quarter, cell: Cell, [_, v0, _, v1]: [f32; 4]) -> JsonObject {
    let [u, v] = Quarter::corner(cell);
    let rows = (0_u8..).zip(ROWS).filter(|(_, behind)| (v0..v1).contains(&(v + behind)));
    let bays = rows
        .flat_map(|(row, south)| parking_bays().map(move |[along, behind]| (row, [along, south + behind])));
    let is_painted = |&(row, [along, across]): &(u8, [f32; 2])| {
        let plot = Plot { cell, row, slot: u8::from(along > CELL_U / 2.0) };
        let place = quarter.frame.place(u + along, v + across, 0.0);
        !quarter.is_square(plot) && quarter.extent.holds(place)
    };
    let places = bays.filter(is_painted).count();
    properties(json!({ "parking_places": places, "charging_points": places / 40 }))
}

/// A convex polygon within a box (Sutherland and Hodgman).
fn clipped(points: &[[f64; 2]], low: [f64; 2], high: [f64; 2]) -> Vec<[f64; 2]> {
    let mut points = points.to_vec();
    for axis in 0..2 {
        for (sign, limit) in [(1.0, low[axis]), (-1.0, high[axis])] {
            let depth = |p: &[f64; 2]| sign * (p[axis] - limit);
            let mut kept = Vec::new();
            for (i, p) in points.iter().enumerate() {
                let next = points[(i + 1) % points.len()];
                let (d, e) = (depth(p), depth(&next));
                if d >= 0.0 {
                    kept.push(*p);
                }
                if (d >= 0.0) != (e >= 0.0) {
                    let t = d / (d - e);
                    kept.push([0, 1].map(|k| p[k] + (next[k] - p[k]) * t));
                }
            }
            points = kept;
        }
    }
    points
}

/// The kind's name in files, its prefix in ids, and its names for people.
fn words(kind: DeviceKind) -> [&'static str; 4] {
    match kind {
        DeviceKind::StreetLamp => ["street_lamp", "lamp", "路灯", "Street lamp"],
        DeviceKind::ManholeCover => ["manhole_cover", "manhole", "窨井盖", "Manhole cover"],
        DeviceKind::SmokeDetector => ["smoke_detector", "smoke", "烟感", "Smoke detector"],
        DeviceKind::WaterMeter => ["water_meter", "water", "水表", "Water meter"],
        DeviceKind::ElectricityMeter => ["electricity_meter", "power", "电表", "Electricity meter"],
        DeviceKind::Camera => ["camera", "camera", "摄像头", "Camera"],
        DeviceKind::WasteBin => ["waste_bin", "bin", "垃圾分类桶", "Waste bin"],
        DeviceKind::Lift => ["lift", "lift", "电梯", "Lift"],
    }
}

fn devices(quarter: &Quarter, globe: &Globe) -> Result<Vec<Value>, SampleError> {
    let mut features = Vec::new();
    let (mut last, mut number) = (None, 0);
    for device in Site::devices_of(quarter) {
        number = if last == Some(device.kind) { number + 1 } else { 1 };
        last = Some(device.kind);
        features.push(device_feature(&device, number, globe)?);
    }
    Ok(features)
}

fn device_feature(device: &Device, number: u32, globe: &Globe) -> Result<Value, SampleError> {
    let [kind, prefix, zh, en] = words(device.kind);
    let Vec3 { x, y, z } = device.place;
    let [longitude, latitude] = globe.of(f64::from(x), f64::from(y))?;
    let height = (f64::from(z) * 1000.0).round() / 1000.0;
    let mut map = properties(json!({
        "id": format!("{prefix}-{number:03}"), "kind": kind,
        "name_zh": format!("{number}号{zh}"), "name_en": format!("{en} {number}"),
    }));
    if let Some(building) = &device.building {
        map.insert("object".to_owned(), json!(format!("building/{building}")));
    }
    let geometry = json!({ "type": "Point", "coordinates": [longitude, latitude, height] });
    Ok(feature(&geometry, &map))
}
