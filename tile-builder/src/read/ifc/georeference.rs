//! Where a file claims to stand on the Earth. It is read here and judged in `georef`.
//!
//! In: the records. Out: [`Georeference`], in metres and degrees. Reads `IfcMapConversion` with its
//! scaled form, `IfcRigidOperation`, the property sets that stand for them in IFC2x3
//! (`ePSet_MapConversion`, `ePSet_ProjectedCRS`), the position of `IfcSite`, and `TrueNorth`, which
//! the library never reads. Follows buildingSMART, *Model Setup – IDM for Georeferencing*.

use std::collections::BTreeMap;

use ifc_lite_core::{AttributeValue, DecodedEntity};
use serde::{Deserialize, Serialize};

use super::Problem;
use super::records::{Records, Step, number, reference, references, text};

/// What a file says of its place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Georeference {
    /// A conversion into a map's coordinates.
    pub map: Option<MapClaim>,
    /// The first site with latitude and longitude.
    pub site: Option<SiteClaim>,
    /// Direction of true north in the plane of the world coordinates, if it is not their y axis.
    pub true_north: Option<[f64; 2]>,
    /// How far from the origin the furthest site or building is placed, in metres.
    pub offset_m: f64,
}

/// A conversion from world coordinates to a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapClaim {
    /// Where it was found.
    pub origin: MapClaimOrigin,
    /// Easting, northing and height of the world's origin, in metres.
    pub offset_m: [f64; 3],
    /// Direction of the world's x axis on the map; of length one.
    pub x_axis: [f64; 2],
    /// Map metres a metre of the model, along its axes.
    pub scale: [f64; 3],
    /// The map's reference system.
    pub crs: CrsClaim,
}

/// Where a [`MapClaim`] was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MapClaimOrigin {
    /// `IfcMapConversion`.
    Conversion,
    /// `IfcRigidOperation`.
    Rigid,
    /// `ePSet_MapConversion`.
    PropertySet,
}

/// A map's reference system in the file's words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrsClaim {
    /// `Name`, such as `EPSG:4547`.
    pub name: String,
    /// `Description`.
    pub description: Option<String>,
    /// `VerticalDatum`.
    pub vertical_datum: Option<String>,
}

/// The position of a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteClaim {
    /// Degrees north.
    pub latitude_deg: f64,
    /// Degrees east.
    pub longitude_deg: f64,
    /// `RefElevation` in metres.
    pub elevation_m: f64,
    /// The point of the world coordinates that it is the position of, in metres.
    pub at_m: [f64; 3],
}

/// Placements are nested no deeper than this.
const PLACEMENT_DEPTH: usize = 64;
/// Scales this close to one are those of a map projection.
const GRID_SCALE: f64 = 0.02;

/// Metres of the file's unit of length.
pub(super) fn units(records: &Records<'_>) -> f64 {
    let project = records.list("IFCUNITASSIGNMENT").iter().filter_map(|step| records.get(*step));
    let mut lengths = project.flat_map(|assigned| references(&assigned, 0)).filter(|step| {
        let kind = records.get(*step).and_then(|unit| Some(unit.get(1)?.as_enum()?.to_owned()));
        kind.as_deref() == Some("LENGTHUNIT")
    });
    let metres = lengths.find_map(|step| unit(records, step)).unwrap_or(1.0);
    if metres.is_finite() && metres > 0.0 { metres } else { 1.0 }
}

/// Reads all that a file says of its place.
pub(super) fn read(records: &Records<'_>, unit_m: f64, problems: &mut Vec<Problem>) -> Georeference {
    let sites = sites(records, unit_m);
    Georeference {
        map: conversion(records, unit_m, problems).or_else(|| property_sets(records, unit_m)),
        site: sites.first().cloned(),
        true_north: true_north(records),
        offset_m: furthest(records, unit_m),
    }
}

/// The latest usable conversion: files of several disciplines repeat the same one.
fn conversion(records: &Records<'_>, unit_m: f64, problems: &mut Vec<Problem>) -> Option<MapClaim> {
    let classes = ["IFCMAPCONVERSION", "IFCMAPCONVERSIONSCALED", "IFCRIGIDOPERATION"];
    let mut claims: Vec<MapClaim> = Vec::new();
    for class in classes {
        for record in records.list(class).iter().filter_map(|step| records.get(*step)) {
            claims.extend(claim(records, class, &record, unit_m, problems));
        }
    }
    claims.dedup();
    if claims.len() > 1 {
        let text = format!("the file holds {} different map conversions; the first was used", claims.len());
        problems.push(Problem::new("several_map_conversions", text));
    }
    claims.into_iter().next()
}

fn claim(
    records: &Records<'_>,
    class: &str,
    record: &DecodedEntity,
    unit_m: f64,
    problems: &mut Vec<Problem>,
) -> Option<MapClaim> {
    let crs = reference(record, 1).and_then(|step| records.get(step));
    let map_unit_m = crs.as_ref().and_then(|crs| reference(crs, 6)).and_then(|step| unit(records, step));
    let map_unit_m = map_unit_m.unwrap_or(unit_m);
    let length = |at: usize| number(record, at).map(|value| value * map_unit_m);
    let offset_m = [length(2)?, length(3)?, length(4).unwrap_or(0.0)];
    let crs = crs.map_or_else(CrsClaim::default, |crs| CrsClaim {
        name: text(&crs, 0).unwrap_or_default(),
        description: text(&crs, 1),
        vertical_datum: text(&crs, 3),
    });
    if class == "IFCRIGIDOPERATION" {
        let origin = MapClaimOrigin::Rigid;
        return Some(MapClaim { origin, offset_m, x_axis: [1.0, 0.0], scale: [1.0; 3], crs });
    }
    let axis = [number(record, 5), number(record, 6)];
    let factors = [8, 9, 10]
        .map(|at| if class == "IFCMAPCONVERSIONSCALED" { number(record, at).unwrap_or(1.0) } else { 1.0 });
    let scale = scale(number(record, 7), unit_m, map_unit_m, problems);
    let scale = factors.map(|factor| scale * factor);
    Some(MapClaim { origin: MapClaimOrigin::Conversion, offset_m, x_axis: direction(axis), scale, crs })
}

/// Map metres a metre of the model. `Scale` turns the project's unit into the map's; writers who left
/// it at 1 meant the same.
fn scale(stated: Option<f64>, unit_m: f64, map_unit_m: f64, problems: &mut Vec<Problem>) -> f64 {
    let Some(stated) = stated.filter(|scale| *scale > 0.0) else { return 1.0 };
    let factor = stated * map_unit_m / unit_m;
    if (factor - 1.0).abs() <= GRID_SCALE {
        return factor;
    }
    if (stated - 1.0).abs() <= GRID_SCALE {
        return stated;
    }
    let text =
        format!("the map conversion scales the model by {factor}, which no map does; it was not scaled");
    problems.push(Problem::new("map_scale", text).hint("check `Scale` of `IfcMapConversion`"));
    1.0
}

/// The direction of the x axis, of length one; along the map's own where nothing is said.
fn direction([abscissa, ordinate]: [Option<f64>; 2]) -> [f64; 2] {
    let (x, y) = (abscissa.unwrap_or(1.0), ordinate.unwrap_or(0.0));
    let length = x.hypot(y);
    if length > 0.0 { [x / length, y / length] } else { [1.0, 0.0] }
}

/// Metres of a unit.
fn unit(records: &Records<'_>, step: Step) -> Option<f64> {
    let record = records.get(step)?;
    match records.class(step)?.as_str() {
        "IFCSIUNIT" => {
            let prefix = record.get(2).and_then(AttributeValue::as_enum).unwrap_or_default();
            Some(ifc_lite_core::get_si_prefix_multiplier(prefix))
        }
        "IFCCONVERSIONBASEDUNIT" | "IFCCONVERSIONBASEDUNITWITHOFFSET" => {
            let measure = records.get(reference(&record, 3)?)?;
            Some(number(&measure, 0)? * unit(records, reference(&measure, 1)?).unwrap_or(1.0))
        }
        _ => None,
    }
}

/// The sets that stand for a map conversion in IFC2x3.
fn property_sets(records: &Records<'_>, unit_m: f64) -> Option<MapClaim> {
    let mut values: BTreeMap<String, AttributeValue> = BTreeMap::new();
    for set in records.list("IFCPROPERTYSET").iter().filter_map(|step| records.get(*step)) {
        let name = text(&set, 2).unwrap_or_default().to_ascii_lowercase();
        if name != "epset_mapconversion" && name != "epset_projectedcrs" {
            continue;
        }
        for property in references(&set, 4).into_iter().filter_map(|step| records.get(step)) {
            if let (Some(key), Some(value)) = (text(&property, 0), property.get(2)) {
                let prefix = if name == "epset_projectedcrs" { "crs." } else { "" };
                values
                    .entry(format!("{prefix}{}", key.to_ascii_lowercase()))
                    .or_insert_with(|| value.clone());
            }
        }
    }
    let number = |key: &str| values.get(key)?.as_float().filter(|value| value.is_finite());
    let word = |key: &str| values.get(key)?.as_string().map(str::to_owned).filter(|text| !text.is_empty());
    let map_unit_m = word("crs.mapunit").map_or(unit_m, |unit| named_unit(&unit).unwrap_or(unit_m));
    let offset = [number("eastings")?, number("northings")?, number("orthogonalheight").unwrap_or(0.0)];
    let scale = number("scale").filter(|scale| (scale - 1.0).abs() <= GRID_SCALE).unwrap_or(1.0);
    Some(MapClaim {
        origin: MapClaimOrigin::PropertySet,
        offset_m: offset.map(|value| value * map_unit_m),
        x_axis: direction([number("xaxisabscissa"), number("xaxisordinate")]),
        scale: [scale; 3],
        crs: CrsClaim {
            name: word("crs.name").or_else(|| word("targetcrs")).unwrap_or_default(),
            description: word("crs.description"),
            vertical_datum: word("crs.verticaldatum"),
        },
    })
}

/// Units as people write them into property sets.
fn named_unit(name: &str) -> Option<f64> {
    let name = name.to_ascii_lowercase();
    Some(match name.as_str() {
        _ if name.contains("milli") || name == "mm" => 0.001,
        _ if name.contains("centi") || name == "cm" => 0.01,
        _ if name.contains("survey") => 1200.0 / 3937.0,
        _ if name.contains("foot") || name.contains("feet") || name == "ft" => 0.3048,
        _ if name.contains("met") || name == "m" => 1.0,
        _ => return None,
    })
}

fn true_north(records: &Records<'_>) -> Option<[f64; 2]> {
    let contexts = records.list("IFCGEOMETRICREPRESENTATIONCONTEXT").iter();
    let mut directions = contexts.filter_map(|step| {
        let direction = records.get(reference(&records.get(*step)?, 5)?)?;
        let ratios: Vec<f64> = direction.get_list(0)?.iter().filter_map(AttributeValue::as_float).collect();
        // Some versions of Revit write the number of dimensions before the direction itself.
        let ratios = if let [2.0, x, y] = ratios[..] { vec![x, y] } else { ratios };
        let [x, y] = [*ratios.first()?, *ratios.get(1)?];
        let length = x.hypot(y);
        (length > 0.0 && length.is_finite()).then(|| [x / length, y / length])
    });
    directions.next().filter(|[x, y]| x.abs() > 1e-9 || *y < 0.0)
}

/// The sites that say where they are.
fn sites(records: &Records<'_>, unit_m: f64) -> Vec<SiteClaim> {
    let sites = records.objects().iter().filter(|(class, _)| &**class == "IFCSITE");
    sites
        .filter_map(|(_, step)| {
            let record = records.get(*step)?;
            Some(SiteClaim {
                latitude_deg: angle(&record, 9).filter(|value| value.abs() <= 90.0)?,
                longitude_deg: angle(&record, 10).filter(|value| value.abs() <= 180.0)?,
                elevation_m: number(&record, 11).unwrap_or(0.0) * unit_m,
                at_m: reference(&record, 5).map_or([0.0; 3], |place| origin(records, place, unit_m)),
            })
        })
        .collect()
}

/// Degrees, minutes, seconds and millionths of a second, all of one sign.
fn angle(record: &DecodedEntity, at: usize) -> Option<f64> {
    let parts: Vec<f64> = record.get_list(at)?.iter().filter_map(AttributeValue::as_float).collect();
    let [degrees, minutes, seconds] = [*parts.first()?, *parts.get(1)?, *parts.get(2)?];
    let millionths = parts.get(3).copied().unwrap_or(0.0);
    Some(degrees + minutes / 60.0 + (seconds + millionths / 1e6) / 3600.0)
}

/// Origin of a placement in metres, its rotations left aside but for the chain's own axes.
fn origin(records: &Records<'_>, placement: Step, unit_m: f64) -> [f64; 3] {
    let mut point = [0.0; 3];
    let mut next = Some(placement);
    for _ in 0..PLACEMENT_DEPTH {
        let Some(record) = next.and_then(|step| records.get(step)) else { break };
        if let Some(axes) = reference(&record, 1).and_then(|step| records.get(step)) {
            point = through(records, &axes, point);
        }
        next = reference(&record, 0);
    }
    point.map(|value| value * unit_m)
}

/// A point of an `IfcAxis2Placement3D` in the frame that it stands in.
fn through(records: &Records<'_>, axes: &DecodedEntity, p: [f64; 3]) -> [f64; 3] {
    let triple = |at: usize| {
        let of = records.get(reference(axes, at)?)?;
        let values: Vec<f64> = of.get_list(0)?.iter().filter_map(AttributeValue::as_float).collect();
        Some([*values.first()?, *values.get(1)?, values.get(2).copied().unwrap_or(0.0)])
    };
    let at = triple(0).unwrap_or_default();
    let z = unit_vector(triple(1).unwrap_or([0.0, 0.0, 1.0])).unwrap_or([0.0, 0.0, 1.0]);
    let wanted = triple(2).unwrap_or([1.0, 0.0, 0.0]);
    let along = dot(wanted, z);
    let x = unit_vector([0, 1, 2].map(|i| wanted[i] - along * z[i])).unwrap_or([1.0, 0.0, 0.0]);
    let y = [z[1] * x[2] - z[2] * x[1], z[2] * x[0] - z[0] * x[2], z[0] * x[1] - z[1] * x[0]];
    [0, 1, 2].map(|i| at[i] + x[i] * p[0] + y[i] * p[1] + z[i] * p[2])
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn unit_vector(v: [f64; 3]) -> Option<[f64; 3]> {
    let length = dot(v, v).sqrt();
    (length > 0.0 && length.is_finite()).then(|| v.map(|value| value / length))
}

/// How far from the origin sites and buildings are placed.
fn furthest(records: &Records<'_>, unit_m: f64) -> f64 {
    let top = records.objects().iter().filter(|(class, _)| matches!(&**class, "IFCSITE" | "IFCBUILDING"));
    top.filter_map(|(_, step)| reference(&records.get(*step)?, 5))
        .map(|place| {
            let [x, y, _] = origin(records, place, unit_m);
            x.hypot(y)
        })
        .fold(0.0, f64::max)
}
