//! Device lists: the bytes of a GeoJSON file or a table come in, devices in local metres go
//! out, or a list of everything that is wrong with it. Called by the `import` command.
//!
//! GeoJSON (RFC 7946): a collection of points in WGS 84 longitude, latitude and, if given, metres
//! above the ellipsoid. CSV: a header line with `id`, `kind` and either `longitude_deg`,
//! `latitude_deg` (and `height_m`) or `east_m`, `north_m` (and `up_m`); UTF-8, UTF-16 with its
//! mark, or GBK as Chinese spreadsheets write it. Properties and columns: `id`, `kind`, `name_zh`,
//! `name_en`, `object`; others are ignored. Where no height is given, a device stands at the height
//! of the community's origin; one that names its object and no place stands in the object's middle.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;
use twin_schemas::LocalizedText;
use twin_schemas::geometry::{GeographicPoint, LocalPoint};
use twin_schemas::live::Device;

use super::table;
use crate::domain::kinds::DeviceKinds;
use crate::domain::{enu, registration};

/// Most devices in one file.
const DEVICE_LIMIT: usize = 100_000;
/// Problems that are listed before the rest is only counted.
const LISTED_LIMIT: usize = 20;

/// The formats of device lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A feature collection of points.
    GeoJson,
    /// A table: CSV, or a spreadsheet.
    Table,
}

/// What a list is read against.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    /// Origin of the local frame, if the community has one.
    pub origin: Option<GeographicPoint>,
    /// Kinds of device that may be registered.
    pub kinds: &'a DeviceKinds,
    /// Finds an object by its id, or by the `GlobalId` of a building model: its id and its middle, or
    /// what is wrong. Without it, objects are taken as they are named.
    pub objects: Option<&'a FindObject<'a>>,
}

/// See [`Site::objects`].
pub type FindObject<'a> = dyn Fn(&str) -> Result<(String, LocalPoint), String> + 'a;

/// Why a list is refused as a whole; one line a problem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct DeviceFileError(pub Vec<String>);

/// One device as the file says it, with the words for where it says so.
struct Record {
    label: String,
    text: HashMap<String, String>,
    place: Place,
}

#[derive(Clone)]
enum Place {
    /// None is said, and why that is not enough.
    Nowhere(String),
    /// What is said cannot be understood.
    Wrong(String),
    Geographic {
        longitude_deg: f64,
        latitude_deg: f64,
        height_m: Option<f64>,
    },
    Local(LocalPoint),
}

/// Reads a list of devices.
///
/// # Errors
/// If anything in the file cannot be registered: all or nothing.
pub fn read(bytes: &[u8], format: Format, site: Site<'_>) -> Result<Vec<Device>, DeviceFileError> {
    let one = |problem: String| DeviceFileError(vec![problem]);
    let records = match format {
        Format::GeoJson => table::decode(bytes).and_then(|text| geojson_records(&text)),
        Format::Table => table_records(bytes),
    }
    .map_err(one)?;
    if records.len() > DEVICE_LIMIT {
        return Err(one(format!("{} devices, limit {DEVICE_LIMIT} in one file", records.len())));
    }
    let mut devices: Vec<Device> = Vec::with_capacity(records.len());
    let mut problems = Vec::new();
    let mut seen: HashMap<String, String> = HashMap::new();
    for record in records {
        let label = record.label.clone();
        match device_of(record, site) {
            Err(problem) => problems.push(format!("{label}: {problem}")),
            Ok(device) => match seen.insert(device.id.clone(), label.clone()) {
                Some(before) => {
                    problems.push(format!("{label}: device `{}` is already in {before}", device.id));
                }
                None => devices.push(device),
            },
        }
    }
    if problems.is_empty() { Ok(devices) } else { Err(DeviceFileError(listed(problems))) }
}

fn listed(mut problems: Vec<String>) -> Vec<String> {
    let more = problems.len().saturating_sub(LISTED_LIMIT);
    if more > 0 {
        problems.truncate(LISTED_LIMIT);
        problems.push(format!("and {more} more"));
    }
    problems
}

fn geojson_records(text: &str) -> Result<Vec<Record>, String> {
    #[derive(Deserialize)]
    struct Collection {
        features: Vec<Value>,
    }
    let collection: Collection =
        serde_json::from_str(text).map_err(|error| format!("not a GeoJSON feature collection: {error}"))?;
    Ok(collection.features.into_iter().enumerate().map(|(i, value)| feature_record(i + 1, value)).collect())
}

fn feature_record(number: usize, value: Value) -> Record {
    let label = format!("feature {number}");
    let feature = match serde_json::from_value::<geojson::Feature>(value) {
        Ok(feature) => feature,
        Err(error) => {
            return Record { label, text: HashMap::new(), place: Place::Wrong(error.to_string()) };
        }
    };
    let mut text: HashMap<String, String> = HashMap::new();
    for (name, value) in feature.properties.iter().flatten() {
        match value {
            Value::String(string) => text.insert(name.clone(), string.clone()),
            Value::Number(number) => text.insert(name.clone(), number.to_string()),
            _ => None,
        };
    }
    match feature.id {
        Some(geojson::feature::Id::String(id)) => text.entry("id".into()).or_insert(id),
        Some(geojson::feature::Id::Number(id)) => text.entry("id".into()).or_insert(id.to_string()),
        None => &mut String::new(),
    };
    let place = match feature.geometry.map(|geometry| geometry.value) {
        Some(geojson::GeometryValue::Point { coordinates }) => point(coordinates.as_slice()),
        Some(_) => Place::Wrong("geometry is not a point".into()),
        None => Place::Nowhere("geometry is missing".into()),
    };
    Record { label, text, place }
}

fn point(coordinates: &[f64]) -> Place {
    match *coordinates {
        [longitude_deg, latitude_deg] => Place::Geographic { longitude_deg, latitude_deg, height_m: None },
        [longitude_deg, latitude_deg, height_m, ..] => {
            Place::Geographic { longitude_deg, latitude_deg, height_m: Some(height_m) }
        }
        _ => Place::Wrong("a point needs longitude and latitude".into()),
    }
}

fn table_records(bytes: &[u8]) -> Result<Vec<Record>, String> {
    let table = table::read(bytes, &["id", "kind"])?;
    let record = |row: table::Row| {
        let text: HashMap<String, String> =
            row.cells.iter().map(|(name, cell)| (name.clone(), cell.text())).collect();
        let place = place_of(&text).unwrap_or_else(Place::Wrong);
        Record { label: format!("line {}", row.line), text, place }
    };
    Ok(table.rows.into_iter().map(record).collect())
}

fn place_of(text: &HashMap<String, String>) -> Result<Place, String> {
    let number = |name: &str| match text.get(name) {
        None => Ok(None),
        Some(value) => match value.parse::<f64>() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(format!("`{name}` is `{value}`, not a number")),
        },
    };
    match (number("longitude_deg")?, number("latitude_deg")?, number("east_m")?, number("north_m")?) {
        (Some(longitude_deg), Some(latitude_deg), None, None) => {
            Ok(Place::Geographic { longitude_deg, latitude_deg, height_m: number("height_m")? })
        }
        (None, None, Some(east_m), Some(north_m)) => {
            Ok(Place::Local(LocalPoint { east_m, north_m, up_m: number("up_m")?.unwrap_or(0.0) }))
        }
        numbers => {
            let text = "needs either `longitude_deg` and `latitude_deg` or `east_m` and `north_m`";
            let none = matches!(numbers, (None, None, None, None));
            if none { Ok(Place::Nowhere(text.into())) } else { Err(text.into()) }
        }
    }
}

fn device_of(record: Record, site: Site<'_>) -> Result<Device, String> {
    let mut text = record.text;
    let object = text.remove("object");
    let found = object.as_deref().zip(site.objects).map(|(name, find)| find(name)).transpose()?;
    let position = match (&found, record.place) {
        // What says no place of its own stands in the middle of its object.
        (Some((_, middle)), Place::Nowhere(_)) => *middle,
        (_, place) => local(place, site.origin)?,
    };
    let object = found.map(|(id, _)| id).or(object);
    let mut needed = |name: &str| text.remove(name).ok_or_else(|| format!("`{name}` is missing"));
    let (id, kind) = (needed("id")?, needed("kind")?);
    let device = Device {
        id,
        kind,
        name: LocalizedText { zh: text.remove("name_zh"), en: text.remove("name_en") },
        position,
        object,
    };
    registration::check(&device, site.kinds).map_err(|error| error.to_string())?;
    Ok(device)
}

fn local(place: Place, origin: Option<GeographicPoint>) -> Result<LocalPoint, String> {
    let (longitude_deg, latitude_deg, height_m) = match place {
        Place::Local(point) => return Ok(point),
        Place::Nowhere(problem) | Place::Wrong(problem) => return Err(problem),
        Place::Geographic { longitude_deg, latitude_deg, height_m } => {
            (longitude_deg, latitude_deg, height_m)
        }
    };
    let Some(origin) = origin else {
        return Err(
            "the publication has no position on the Earth; give `east_m` and `north_m` instead".into()
        );
    };
    if !(-180.0..=180.0).contains(&longitude_deg) || !(-90.0..=90.0).contains(&latitude_deg) {
        return Err(format!(
            "longitude {longitude_deg}, latitude {latitude_deg} are not degrees on the Earth"
        ));
    }
    let height_m = height_m.unwrap_or(origin.height_m);
    Ok(enu::to_local(&origin, &GeographicPoint { longitude_deg, latitude_deg, height_m }))
}

#[cfg(test)]
mod tests {
    use encoding_rs::GBK;

    use super::*;

    const ORIGIN: GeographicPoint =
        GeographicPoint { longitude_deg: 113.388, latitude_deg: 22.524, height_m: 12.0 };

    fn parse(bytes: &[u8], format: Format) -> Result<Vec<Device>, String> {
        let kinds = DeviceKinds::built_in().unwrap();
        read(bytes, format, Site { origin: Some(ORIGIN), kinds: &kinds, objects: None })
            .map_err(|error| error.to_string())
    }

    fn check_refused(text: &str, format: Format, expected: &str) {
        let message = parse(text.as_bytes(), format).unwrap_err();
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn a_point_becomes_a_device_in_local_metres() {
        let text = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
            "geometry":{"type":"Point","coordinates":[113.388,22.524,15.0]},
            "properties":{"id":"lamp-1","kind":"street_lamp","name_zh":"一号灯","name_en":"Lamp 1","object":"zone/z1","colour":"red"}}]}"#;
        let devices = parse(text.as_bytes(), Format::GeoJson).unwrap();
        assert_eq!(devices[0].name, LocalizedText::new("一号灯", "Lamp 1"));
        assert_eq!(devices[0].object.as_deref(), Some("zone/z1"));
        assert!((devices[0].position.up_m - 3.0).abs() < 1e-6, "{:?}", devices[0].position);
        assert!(devices[0].position.east_m.abs() < 1e-6);
    }

    #[test]
    fn a_table_is_read_in_every_encoding_that_spreadsheets_write() {
        let text = "id,kind,name_zh,east_m,north_m,备注\nbin-1, waste_bin ,垃圾桶,1.5,-2,旧\n,,,,,\n";
        let utf16: Vec<u8> =
            [0xfe_ff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        let gbk = GBK.encode(text).0.into_owned();
        let bom = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for bytes in [text.as_bytes().to_vec(), bom, gbk, utf16] {
            let devices = parse(&bytes, Format::Table).unwrap();
            assert_eq!(devices.len(), 1);
            assert_eq!(devices[0].name.zh.as_deref(), Some("垃圾桶"));
            assert_eq!(devices[0].position, LocalPoint { east_m: 1.5, north_m: -2.0, up_m: 0.0 });
        }
    }

    #[test]
    fn a_table_may_give_degrees() {
        let text = "id,kind,longitude_deg,latitude_deg\na,lift,113.389,22.524\n";
        let at = parse(text.as_bytes(), Format::Table).unwrap()[0].position;
        assert!((at.east_m - 102.88).abs() < 0.05 && at.up_m.abs() < 0.01, "{at:?}");
    }

    #[test]
    fn every_problem_names_its_line_or_feature() {
        let table = "id,kind,east_m,north_m\na,lift,1,2\nb,toaster,1,2\na,lift,1,2\nc,lift,x,2\n,lift,1,2\nd,lift,1,\n";
        let message = parse(table.as_bytes(), Format::Table).unwrap_err();
        for expected in [
            "line 3: kind `toaster` is unknown",
            "line 4: device `a` is already in line 2",
            "line 5: `east_m` is `x`",
            "line 6: `id` is missing",
            "line 7: needs either",
        ] {
            assert!(message.contains(expected), "{message}");
        }
        check_refused("id,east_m\n", Format::Table, "column `kind` (类型) is missing");
        check_refused("id,kind\na,lift,9\n", Format::Table, "line: 2");
        check_refused("{\"features\":[{\"type\":\"Feature\"}]}", Format::GeoJson, "feature 1");
        check_refused("[]", Format::GeoJson, "not a GeoJSON feature collection");
        let far = "id,kind,longitude_deg,latitude_deg\na,lift,22.5,113.4\n";
        check_refused(far, Format::Table, "are not degrees on the Earth");
        check_refused(&far.replace("22.5,113.4", "22.5,11.4"), Format::Table, "within 100000 m");
        check_refused(&far.replace("22.5", "nan"), Format::Table, "are not degrees");
    }

    #[test]
    fn many_problems_are_counted_and_not_all_listed() {
        let rows = (0..50).map(|i| format!("d{i},toaster,1,2")).collect::<Vec<_>>().join("\n");
        let message = parse(format!("id,kind,east_m,north_m\n{rows}").as_bytes(), Format::Table).unwrap_err();
        assert_eq!(message.lines().count(), 21);
        assert!(message.ends_with("and 30 more"));
    }

    #[test]
    fn a_community_without_position_takes_local_metres_only() {
        let kinds = DeviceKinds::built_in().unwrap();
        let site = Site { origin: None, kinds: &kinds, objects: None };
        let degrees = b"id,kind,longitude_deg,latitude_deg\na,lift,113,22\n";
        assert!(read(degrees, Format::Table, site).is_err());
        assert!(read(b"id,kind,east_m,north_m\na,lift,1,2\n", Format::Table, site).is_ok());
    }
}
