//! `inspect` of building models: what an IFC file holds, and where it claims to stand; or, with
//! `--products`, each product on a line of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::{Value, json};
use twin_schemas::model::BuildingPart;

use super::super::console;
use crate::geometry::matrix::apply;
use crate::pipeline::parts_of;
use crate::read::Limits;
use crate::read::ifc::worker::read_apart;
use crate::read::ifc::{Georeference, MapClaim, Model, Node, NodeIndex, NodeKind, Use, Wanted};

/// Ids of a list that are printed at most.
const SHOWN: usize = 12;

/// What a source of models holds, file by file.
pub(super) fn view(id: &str, files: &[PathBuf]) -> Value {
    let files: Vec<Value> = files.iter().map(|file| summary(file)).collect();
    json!({ "id": id, "files": files })
}

/// Prints each product of some files as a JSON object a line.
pub(super) fn print_products(files: &[PathBuf]) -> Result<()> {
    for file in files {
        let model = read_apart(&std::env::current_exe()?, file, Wanted::All, &Limits::default())?;
        for product in products(&model) {
            console::print(&product.to_string());
        }
    }
    Ok(())
}

fn summary(file: &Path) -> Value {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let program = std::env::current_exe().unwrap_or_default();
    let model = match read_apart(&program, file, Wanted::All, &Limits::default()) {
        Ok(model) => model,
        Err(error) => return json!({ "file": name, "error": error.to_string() }),
    };
    let of = |kind: NodeKind| model.nodes.iter().filter(move |node| node.kind == kind);
    let storeys: Vec<Value> = of(NodeKind::Storey)
        .map(
            |node| json!({ "global_id": node.global_id, "name": node.name, "elevation_m": node.elevation_m }),
        )
        .collect();
    let names = |kind| -> Vec<&str> { of(kind).map(|node| node.name.as_str()).collect() };
    let mut classes: BTreeMap<&str, u64> = BTreeMap::new();
    for node in of(NodeKind::Element).chain(of(NodeKind::Space)) {
        *classes.entry(&node.class).or_default() += 1;
    }
    let drawn = |used: &Use| model.shapes[used.shape as usize].indices.len() as u64 / 3;
    json!({
        "file": name,
        "schema": model.schema,
        "tool": model.tool,
        "length_unit_m": model.length_unit_m,
        "sites": names(NodeKind::Site),
        "buildings": names(NodeKind::Building),
        "storeys": storeys,
        "classes": classes,
        "objects": model.nodes.len(),
        "shapes": model.shapes.len(),
        "uses": model.uses.len(),
        "triangles": model.uses.iter().map(drawn).sum::<u64>(),
        "triangles_stored_once": model.shapes.iter().map(|shape| shape.indices.len() as u64 / 3).sum::<u64>(),
        "georeference": claims(&model.georeference),
        "problems": model.problems.iter().map(|problem| json!({
            "code": problem.code, "text": problem.text, "hint": problem.hint,
        })).collect::<Vec<_>>(),
    })
}

fn claims(georeference: &Georeference) -> Value {
    let map = georeference.map.as_ref().map(|MapClaim { offset_m, x_axis, scale, crs, .. }| {
        let turned_deg = x_axis[1].atan2(x_axis[0]).to_degrees();
        json!({ "crs": crs.name, "offset_m": offset_m, "turned_deg": turned_deg, "scale": scale })
    });
    let site = georeference.site.as_ref().map(|site| {
        json!({ "latitude_deg": site.latitude_deg, "longitude_deg": site.longitude_deg, "elevation_m": site.elevation_m })
    });
    let heading = georeference.true_north.map(|[x, y]| y.atan2(x).to_degrees() - 90.0);
    json!({ "map_conversion": map, "site": site, "true_north_heading_deg": heading })
}

/// Bounds, area and colours of one product over its shapes.
struct Measured {
    triangles: u64,
    min: [f64; 3],
    max: [f64; 3],
    area_m2: f64,
    colours: Vec<[u8; 4]>,
}

fn products(model: &Model) -> impl Iterator<Item = Value> + '_ {
    let mut measured: BTreeMap<NodeIndex, Measured> = BTreeMap::new();
    for used in &model.uses {
        let product = measured.entry(used.node).or_insert_with(|| Measured {
            triangles: 0,
            min: [f64::INFINITY; 3],
            max: [f64::NEG_INFINITY; 3],
            area_m2: 0.0,
            colours: Vec::new(),
        });
        product.add(model, used);
    }
    let parts = parts_of(model);
    measured
        .into_iter()
        .map(move |(at, product)| product.line(model, &model.nodes[at as usize], parts[at as usize]))
}

impl Measured {
    fn add(&mut self, model: &Model, used: &Use) {
        let shape = &model.shapes[used.shape as usize];
        let place = |p: &[f32; 3]| apply(&used.matrix, p.map(f64::from));
        let points: Vec<[f64; 3]> = shape.positions.iter().map(place).collect();
        for corners in shape.indices.as_chunks::<3>().0 {
            let [a, b, c] = corners.map(|corner| points[corner as usize]);
            for point in [a, b, c] {
                for (axis, value) in point.into_iter().enumerate() {
                    self.min[axis] = self.min[axis].min(value);
                    self.max[axis] = self.max[axis].max(value);
                }
            }
            let (u, v) = ([0, 1, 2].map(|i| b[i] - a[i]), [0, 1, 2].map(|i| c[i] - a[i]));
            let cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
            self.area_m2 += cross.iter().map(|part| part * part).sum::<f64>().sqrt() / 2.0;
            self.triangles += 1;
        }
        if used.coloured && !self.colours.contains(&used.colour) {
            self.colours.push(used.colour);
        }
    }

    fn line(mut self, model: &Model, node: &Node, part: Option<BuildingPart>) -> Value {
        self.colours.sort_unstable();
        let colours: Vec<[f64; 4]> =
            self.colours.iter().map(|rgba| rgba.map(|part| f64::from(part) / 255.0)).collect();
        let storey = node.storey.map(|at| model.nodes[at as usize].global_id.as_str());
        let sets: Value = serde_json::from_str(&node.property_sets).unwrap_or_else(|_| json!({}));
        json!({
            "step_id": node.step, "global_id": node.global_id, "class": node.class, "name": node.name,
            "storey": storey, "part": part, "triangles": self.triangles, "min": self.min, "max": self.max,
            "area_m2": self.area_m2, "colours": colours, "property_sets": sets,
        })
    }
}

/// Prints a view for people.
pub(super) fn print_view(view: &Value) {
    for file in view["files"].as_array().into_iter().flatten() {
        let text = |key: &str| file[key].as_str().unwrap_or_default().to_owned();
        console::print(&format!("model {}", text("file")));
        if let Some(error) = file["error"].as_str() {
            console::print(&format!("  error: {error}"));
            continue;
        }
        console::print(&format!(
            "  {} by {}, unit {} m",
            text("schema"),
            text("tool"),
            file["length_unit_m"]
        ));
        console::print(&format!(
            "  {} objects, {} shapes used {} times, {} triangles ({} stored)",
            file["objects"], file["shapes"], file["uses"], file["triangles"], file["triangles_stored_once"]
        ));
        for key in ["sites", "buildings"] {
            let names: Vec<&str> =
                file[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            console::print(&format!("  {key}: {}", names.join(", ")));
        }
        console::print("  storeys:");
        for storey in file["storeys"].as_array().into_iter().flatten() {
            let height = storey["elevation_m"].as_f64().map_or(String::new(), |m| format!(" at {m:.3} m"));
            console::print(&format!("    {}{height}", storey["name"].as_str().unwrap_or_default()));
        }
        let mut classes: Vec<(&String, u64)> = file["classes"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(k, v)| (k, v.as_u64().unwrap_or(0)))
            .collect();
        classes.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let more = classes.len().saturating_sub(SHOWN);
        let classes: Vec<String> =
            classes.iter().take(SHOWN).map(|(class, count)| format!("{count} {class}")).collect();
        let more = if more > 0 { format!(" and {more} more classes") } else { String::new() };
        console::print(&format!("  {}{more}", classes.join(", ")));
        console::print(&format!("  georeference: {}", place(&file["georeference"])));
        for problem in file["problems"].as_array().into_iter().flatten() {
            console::print(&format!("  problem: {}", problem["text"].as_str().unwrap_or_default()));
            if let Some(hint) = problem["hint"].as_str().filter(|hint| !hint.is_empty()) {
                console::print(&format!("    hint: {hint}"));
            }
        }
    }
}

fn place(georeference: &Value) -> String {
    let map = &georeference["map_conversion"];
    let site = &georeference["site"];
    let north = georeference["true_north_heading_deg"]
        .as_f64()
        .map_or(String::new(), |deg| format!(", y axis {deg:.3}° clockwise of north"));
    if map.is_object() {
        let crs =
            map["crs"].as_str().filter(|name| !name.is_empty()).unwrap_or("a map that it does not name");
        return format!(
            "map conversion into {crs}, offset {} m, turned {} degrees",
            map["offset_m"], map["turned_deg"]
        );
    }
    if site.is_object() {
        return format!("site at {}, {}{north}", site["latitude_deg"], site["longitude_deg"]);
    }
    format!("none{north}")
}
