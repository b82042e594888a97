//! Building models: IFC2x3, IFC4 and IFC4x3 files to a [`Model`].
//!
//! In: an `.ifc` or `.ifczip` file. Out: what stands where in its spatial structure, what the file
//! says about each thing, where it claims to be on the Earth, and shapes, each stored once however
//! often it is used. Called by the pipeline, through a worker process (`worker`), and by `inspect`.
//!
//! This is the one module that knows the IFC library (`ifc_lite_processing` and its parser
//! `ifc_lite_core`), so that it can be replaced. The library finds records and meshes products with
//! their openings cut; the spatial structure, properties, georeference and colours under boolean
//! results are read here, because the library's own answers leave some out (each file says which).
//!
//! Order: `source` (text) → `records` → `tree` and `properties`, `georeference` → `shapes`.

mod colours;
mod georeference;
mod materials;
mod properties;
mod records;
mod shapes;
mod source;
mod tree;
mod values;
pub mod worker;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use self::georeference::{CrsClaim, Georeference, MapClaim, MapClaimOrigin, SiteClaim};
use self::records::Records;
use super::Limits;
use crate::geometry::matrix::Rows;

/// A place in [`Model::nodes`].
pub type NodeIndex = u32;

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// As `FILE_SCHEMA` has it.
    pub schema: String,
    /// The program that wrote the file.
    pub tool: String,
    /// Metres of the file's unit of length.
    pub length_unit_m: f64,
    /// What the file says of its place on the Earth.
    pub georeference: Georeference,
    /// The project, its spatial structure and its elements; parents before children.
    pub nodes: Vec<Node>,
    /// Shapes, each once.
    pub shapes: Vec<Shape>,
    /// Where shapes are used, in the order of the file's elements.
    pub uses: Vec<Use>,
    /// What the user should know.
    pub problems: Vec<Problem>,
    /// Number of records by class, as the standard spells it.
    pub counts: BTreeMap<String, u64>,
}

/// A thing with an identity.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Number of its record.
    pub step: u32,
    /// `GlobalId`; made unique where the file repeats one.
    pub global_id: String,
    /// IFC class, such as `IfcDoor`.
    pub class: String,
    /// What it is in the spatial structure.
    pub kind: NodeKind,
    /// `Name`.
    pub name: String,
    /// What it is part of.
    pub parent: Option<NodeIndex>,
    /// The building or facility that it belongs to.
    pub building: Option<NodeIndex>,
    /// The storey, or part of a facility, that it belongs to.
    pub storey: Option<NodeIndex>,
    /// `Elevation` of a storey in metres.
    pub elevation_m: Option<f64>,
    /// Attributes that are text, numbers or enumerations.
    pub attributes: BTreeMap<String, String>,
    /// Name of its type.
    pub type_name: Option<String>,
    /// Names of its materials, in order.
    pub materials: Vec<String>,
    /// References into classification systems.
    pub classifications: Vec<ClassificationReference>,
    /// Property and quantity sets as a JSON object of objects; empty if there are none.
    pub property_sets: String,
}

/// `IfcClassificationReference`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassificationReference {
    /// Name of the system.
    pub system: Option<String>,
    /// The code in it.
    pub code: Option<String>,
    /// What the code means.
    pub name: Option<String>,
}

/// What a node is in the spatial structure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NodeKind {
    /// `IfcProject`.
    Project,
    /// `IfcSite`.
    Site,
    /// `IfcBuilding`, or another facility of IFC4x3.
    Building,
    /// `IfcBuildingStorey`, or a part of a facility.
    Storey,
    /// `IfcSpace`, a zone, or another volume.
    Space,
    /// Everything that is built.
    #[default]
    Element,
}

/// Triangles around their own middle, in metres.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// Vertices.
    pub positions: Vec<[f32; 3]>,
    /// A direction for each vertex.
    pub normals: Vec<[i8; 3]>,
    /// Corners of triangles, counter-clockwise seen from outside.
    pub indices: Vec<u32>,
}

/// A shape in its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Use {
    /// Whose shape it is.
    pub node: NodeIndex,
    /// Place in [`Model::shapes`].
    pub shape: u32,
    /// From the shape's frame to the file's world coordinates in metres: three rows of four.
    pub matrix: Rows,
    /// RGBA, sRGB.
    pub colour: [u8; 4],
    /// Whether the file states the colour; else it is one for the class.
    pub coloured: bool,
}

/// Something that the user should know of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable code.
    pub code: String,
    /// In a sentence.
    pub text: String,
    /// What to do about it; empty if nothing.
    pub hint: String,
    /// `GlobalId` of the one thing that it is about.
    pub global_id: Option<String>,
    /// Whether something is missing in the result.
    pub loss: bool,
}

impl Problem {
    fn new(code: &str, text: String) -> Self {
        Self { code: code.to_owned(), text, hint: String::new(), global_id: None, loss: false }
    }

    fn hint(self, hint: &str) -> Self {
        Self { hint: hint.to_owned(), ..self }
    }

    fn about(self, node: &Node) -> Self {
        Self { global_id: Some(node.global_id.clone()), loss: true, ..self }
    }
}

/// A file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{file}` {kind}")]
pub struct IfcError {
    /// The file.
    pub file: String,
    /// What is wrong.
    pub kind: IfcErrorKind,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum IfcErrorKind {
    /// Environment.
    #[error("cannot be read: {0}")]
    Io(String),
    /// Bad input: the folder.
    #[error("holds no `.ifc` or `.ifczip` file")]
    NoFiles,
    /// Bad input.
    #[error("is empty")]
    Empty,
    /// Bad input.
    #[error("is no IFC file: it does not begin with `ISO-10303-21`")]
    NotIfc,
    /// Bad input.
    #[error("ends too early: `END-ISO-10303-21` is missing after {size_bytes} bytes")]
    Truncated {
        /// Size of the file.
        size_bytes: u64,
    },
    /// Bad input.
    #[error("holds no building, element or space")]
    NothingInside,
    /// Bad input: the archive around the file.
    #[error("cannot be unpacked: {0}")]
    Archive(String),
    /// Limit reached.
    #[error("has {value} {what}, limit {limit}")]
    Limit {
        /// What is limited.
        what: String,
        /// The file's value.
        value: u64,
        /// The limit.
        limit: u64,
    },
    /// The worker process.
    #[error("could not be read by its worker: {0}")]
    Worker(String),
}

/// The IFC files of a source: the one file, or those of a folder by name.
///
/// # Errors
/// If there are none, or the folder cannot be read.
pub fn files(path: &Path) -> Result<Vec<PathBuf>, IfcError> {
    let failed = |kind| IfcError { file: path.display().to_string(), kind };
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).map_err(|error| failed(IfcErrorKind::Io(error.to_string())))?;
    let is_model = |path: &PathBuf| {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        path.is_file() && ["ifc", "ifczip"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(is_model).collect();
    files.sort();
    if files.is_empty() { Err(failed(IfcErrorKind::NoFiles)) } else { Ok(files) }
}

/// What to read of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wanted {
    /// The georeference alone.
    Place,
    /// Everything but shapes.
    Facts,
    /// Everything.
    All,
}

/// Reads a file in this process. An element that takes minutes takes them here, too; `worker` knows
/// what to do about that.
///
/// # Errors
/// If the file is no complete IFC file, or exceeds a limit.
pub fn read(path: &Path, wanted: Wanted, limits: &Limits) -> Result<Model, IfcError> {
    read_watched(path, wanted, limits, &shapes::Watch::default())
}

/// As [`read`], with somebody watching how the meshing gets on.
fn read_watched(
    path: &Path,
    wanted: Wanted,
    limits: &Limits,
    watch: &shapes::Watch,
) -> Result<Model, IfcError> {
    let source = source::open(path, limits)?;
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    interpret(source, wanted, limits, watch).map_err(|kind| IfcError { file, kind })
}

/// Reads a file that is in memory already.
///
/// # Errors
/// As [`read`].
pub fn read_bytes(bytes: Vec<u8>, wanted: Wanted, limits: &Limits) -> Result<Model, IfcErrorKind> {
    interpret(source::prepare(bytes)?, wanted, limits, &shapes::Watch::default())
}

fn interpret(
    source: source::Source,
    wanted: Wanted,
    limits: &Limits,
    watch: &shapes::Watch,
) -> Result<Model, IfcErrorKind> {
    let source::Source { mut bytes, schema, tool, problems } = source;
    shapes::leave_uncut(&mut bytes, &schema, &watch.uncut);
    let records = Records::find(&bytes, &schema);
    let mut model = Model { schema, tool, problems, ..Model::default() };
    let units = georeference::units(&records);
    model.length_unit_m = units;
    model.georeference = georeference::read(&records, units, &mut model.problems);
    for (class, count) in &records.counts {
        model.counts.insert(Records::spelling(class), *count);
    }
    if wanted == Wanted::Place {
        return Ok(model);
    }
    let tree = tree::read(&records, units, limits, &mut model.problems)?;
    model.nodes = tree.nodes;
    let known = tree.by_step;
    let facts = |nodes: &mut [Node]| {
        let types = materials::types(&records);
        properties::read(&records, &known, &types, nodes);
        materials::read(&records, &known, &types, nodes);
    };
    if wanted == Wanted::Facts {
        facts(&mut model.nodes);
        return Ok(model);
    }
    // Facts are read by one thread while the others mesh; either needs nothing of the other.
    let mut nodes = std::mem::take(&mut model.nodes);
    let mut drawn = shapes::Drawn::default();
    std::thread::scope(|scope| {
        scope.spawn(|| drawn = shapes::read(&records, &known, limits, watch));
        facts(&mut nodes);
    });
    model.nodes = nodes;
    drawn.finish(&records, watch, &mut model);
    Ok(model)
}
