//! Products to shapes, each stored once, and where they are used.
//!
//! In: the records. Out: [`Model::shapes`], [`Model::uses`], and a word about every product whose
//! shape could not be made. The library meshes each product in world coordinates and says which of
//! them came from one definition; their meshes are brought back to that definition's frame, compared,
//! and kept once. What is mirrored, sheared or cut by an opening is a shape of its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ifc_lite_core::IfcType;
use ifc_lite_processing::{
    Batching, Features, FrameEvent, MeshData, MeshFrame, ProcessingRequest, ProcessingSink,
    ProductGeometryAudit, default_color_for_type, process, run_on_geometry_pool,
};
use rayon::prelude::*;

use super::colours::Colours;
use super::records::{Records, Step, reference, references, text};
use super::{Model, Node, NodeIndex, Problem, Shape, Use};
use crate::geometry::matrix::Rows;
use crate::geometry::vector::{cross, dot};
use crate::read::Limits;

/// Products meshed between two signs of life.
const CHUNK: usize = 200;
/// Two meshes are the same shape if no vertex is further from its counterpart, in metres.
const SAME_M: f32 = 2e-4;
/// Columns of a matrix this far from being at right angles, or from equal lengths, are no rotation.
const RIGID: f64 = 1e-5;

/// Told which products of a chunk have a shape.
pub(super) type Beat = dyn Fn(&[Step]) + Send + Sync;

/// Who is told how the meshing gets on, and what is done to products that took too long before.
#[derive(Default)]
pub(super) struct Watch {
    /// Told after each chunk: the products in it that have a shape.
    pub(super) beat: Option<Box<Beat>>,
    /// One product a chunk.
    pub(super) one_by_one: bool,
    /// The only products to mesh.
    pub(super) only: Option<HashSet<Step>>,
    /// Products to mesh without their openings.
    pub(super) uncut: HashSet<Step>,
    /// Products not to mesh.
    pub(super) skip: HashSet<Step>,
}

/// What was meshed.
#[derive(Default)]
pub(super) struct Drawn {
    shapes: Vec<Shape>,
    uses: Vec<Use>,
    audit: ProductGeometryAudit,
    /// The limit, if there were more triangles.
    beyond: Option<u64>,
    /// Whether meshing broke off.
    broke: bool,
}

impl Drawn {
    /// Adds what was meshed to the model, and says what is missing.
    pub(super) fn finish(self, records: &Records<'_>, watch: &Watch, model: &mut Model) {
        if let Some(limit) = self.beyond {
            let text = format!("the model has more than {limit} triangles; what is beyond was left out");
            model.problems.push(Problem { loss: true, ..Problem::new("too_many_triangles", text) });
        }
        if self.broke {
            let text = "meshing broke off over a product; what came after it is missing".to_owned();
            model.problems.push(Problem { loss: true, ..Problem::new("meshing_broke", text) });
        }
        (model.shapes, model.uses) = (self.shapes, self.uses);
        model.uses.sort_by_key(|used| used.node);
        missing(records, model, &self.audit, watch);
    }
}

/// Meshes all products.
pub(super) fn read(
    records: &Records<'_>,
    known: &HashMap<Step, NodeIndex>,
    limits: &Limits,
    watch: &Watch,
) -> Drawn {
    let mut sink = Sink {
        known,
        records,
        colours: Colours::find(records),
        frame: MeshFrame::RawIfc,
        audit: ProductGeometryAudit::default(),
        by_key: HashMap::new(),
        shapes: Vec::new(),
        uses: Vec::new(),
        triangles: 0,
        limit: limits.model_triangles,
        broke: false,
        watch,
    };
    let chosen = |step: &Step| {
        !watch.skip.contains(step) && watch.only.as_ref().is_none_or(|only| only.contains(step))
    };
    let some = watch.only.is_some() || !watch.skip.is_empty();
    sink.mesh(some.then(|| known.keys().filter(|step| chosen(step)).copied().collect()));
    let beyond = (sink.triangles > limits.model_triangles).then_some(limits.model_triangles);
    Drawn { shapes: sink.shapes, uses: sink.uses, audit: sink.audit, beyond, broke: sink.broke }
}

/// Blanks the records by which openings void some products, so that these are drawn whole.
pub(super) fn leave_uncut(bytes: &mut [u8], schema: &str, uncut: &HashSet<Step>) {
    if uncut.is_empty() {
        return;
    }
    let records = Records::find(bytes, schema);
    let voids = records.list("IFCRELVOIDSELEMENT").iter().filter(|step| {
        let host = records.get(**step).and_then(|relation| reference(&relation, 4));
        host.is_some_and(|host| uncut.contains(&host))
    });
    let spans: Vec<(usize, usize)> = voids.filter_map(|step| records.span(*step)).collect();
    for (start, end) in spans {
        // The semicolon may stand behind the span; an empty statement is skipped.
        bytes[start..end].fill(b' ');
    }
}

/// Runs the library on its own threads, whose stacks are large; without them it still works, if slowly.
fn run(bytes: &[u8], request: &ProcessingRequest, sink: &mut Sink<'_, '_>) {
    if run_on_geometry_pool(|| drop(process(bytes, request, sink))).is_err() {
        drop(process(bytes, request, sink));
    }
}

/// One mesh brought back to the frame of its definition.
struct Prepared {
    node: NodeIndex,
    key: Key,
    shape: Shape,
    matrix: Rows,
    colour: [u8; 4],
    coloured: bool,
}

/// What may be the same shape: definition, item, number of vertices and of indices. A mesh that
/// shares its definition with no other has none.
type Key = Option<(u128, u32, usize, usize)>;

struct Sink<'s, 'b> {
    known: &'s HashMap<Step, NodeIndex>,
    records: &'s Records<'b>,
    colours: Colours,
    frame: MeshFrame,
    audit: ProductGeometryAudit,
    by_key: HashMap<(u128, u32, usize, usize), Vec<u32>>,
    shapes: Vec<Shape>,
    uses: Vec<Use>,
    triangles: u64,
    limit: u64,
    /// Whether the library panicked.
    broke: bool,
    watch: &'s Watch,
}

impl Sink<'_, '_> {
    fn mesh(&mut self, ids: Option<HashSet<Step>>) {
        let chunk = if self.watch.one_by_one { 1 } else { CHUNK };
        let request = ProcessingRequest::default()
            .batching(Batching::new(chunk, chunk))
            .features(Features::default().properties(false).presentation_layers(false))
            .retain_meshes(false)
            // Its own index of a large file is a third of one that is handed in.
            .ids(ids.map(Arc::new));
        let bytes = self.records.bytes;
        if self.watch.beat.is_some() {
            // If the library panics, this process ends, and whoever watches finds out over what.
            return run(bytes, &request, self);
        }
        let ran = catch_unwind(AssertUnwindSafe(|| run(bytes, &request, self)));
        self.broke = ran.is_err();
    }

    fn take(&mut self, prepared: Prepared) {
        let Prepared { node, key, shape, matrix, colour, coloured } = prepared;
        let triangles = shape.indices.len() as u64 / 3;
        let known = key.and_then(|key| {
            let mut candidates = self.by_key.get(&key)?.iter().copied();
            candidates.find(|at| same(&self.shapes[*at as usize], &shape))
        });
        let shape = if let Some(known) = known {
            known
        } else {
            self.triangles += triangles;
            if self.triangles > self.limit {
                return;
            }
            let at = self.shapes.len() as u32;
            self.shapes.push(shape);
            if let Some(key) = key {
                self.by_key.entry(key).or_default().push(at);
            }
            at
        };
        self.uses.push(Use { node, shape, matrix, colour, coloured });
    }

    fn prepare(&self, mesh: &MeshData) -> Option<Prepared> {
        // 0 is what stands there, 3 a layer of it; the others are shapes of types.
        if !matches!(mesh.geometry_class, 0 | 3) || mesh.indices.is_empty() {
            return None;
        }
        let node = *self.known.get(&mesh.express_id)?;
        let matrix = mesh.instance.as_ref().filter(|meta| meta.instanceable).and_then(|meta| {
            let parts = [meta.local_transform, meta.canonical_transform];
            let whole = parts.into_iter().flatten().fold(meta.transform, |m, next| times(&m, &next));
            Some((whole, inverse_rigid(&whole)?))
        });
        let key = mesh.instance.as_ref().filter(|_| matrix.is_some()).map(|meta| {
            (meta.rep_identity, mesh.geometry_item_id.unwrap_or(0), mesh.positions.len(), mesh.indices.len())
        });
        let (colour, coloured) = self.colour(mesh);
        let (shape, matrix) = around_middle(mesh, self.frame, matrix.as_ref())?;
        Some(Prepared { node, key, shape, matrix, colour, coloured })
    }

    /// The colour of a mesh, and whether the file states it.
    fn colour(&self, mesh: &MeshData) -> ([u8; 4], bool) {
        let bytes = |rgba: [f32; 4]| rgba.map(|part| (part.clamp(0.0, 1.0) * 255.0).round() as u8);
        // What an operand says is nearer than what a material says.
        if let Some(colour) = mesh.geometry_item_id.and_then(|item| self.colours.below(self.records, item)) {
            return (colour, true);
        }
        let own = bytes(mesh.color);
        let default = default_color_for_type(IfcType::from_str(&mesh.ifc_type.to_ascii_uppercase()));
        (own, own != bytes(default.into()))
    }
}

impl ProcessingSink for Sink<'_, '_> {
    fn product_geometry_audit(&self) -> Option<ProductGeometryAudit> {
        Some(self.audit.clone())
    }

    fn on_frame(&mut self, frame: &FrameEvent) {
        self.frame = frame.frame;
    }

    fn on_batch(&mut self, meshes: &[MeshData], _processed: usize, _total: usize) {
        let prepared: Vec<Option<Prepared>> = meshes.par_iter().map(|mesh| self.prepare(mesh)).collect();
        prepared.into_iter().flatten().for_each(|one| self.take(one));
        if let Some(beat) = &self.watch.beat {
            let mut steps: Vec<Step> = meshes.iter().map(|mesh| mesh.express_id).collect();
            steps.dedup();
            beat(&steps);
        }
    }
}

/// Brings a mesh into the frame of its definition, or leaves it in the world, around its middle.
fn around_middle(
    mesh: &MeshData,
    frame: MeshFrame,
    matrix: Option<&([f64; 16], [f64; 16])>,
) -> Option<(Shape, Rows)> {
    let place = |p: &[f32; 3]| {
        let baked = [0, 1, 2].map(|axis| mesh.origin[axis] + f64::from(p[axis]));
        let world = frame.to_world(baked);
        matrix.as_ref().map_or(world, |(_, back)| apply(back, world))
    };
    let points: Vec<[f64; 3]> = mesh.positions.as_chunks::<3>().0.iter().map(place).collect();
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for point in &points {
        for axis in 0..3 {
            low[axis] = low[axis].min(point[axis]);
            high[axis] = high[axis].max(point[axis]);
        }
    }
    let middle = [0, 1, 2].map(|axis| f64::midpoint(low[axis], high[axis]));
    if !middle.iter().all(|value| value.is_finite()) {
        return None;
    }
    let positions: Vec<[f32; 3]> =
        points.iter().map(|p| [0, 1, 2].map(|axis| (p[axis] - middle[axis]) as f32)).collect();
    let count = positions.len() as u32;
    let indices: Vec<u32> = mesh
        .indices
        .as_chunks::<3>()
        .0
        .iter()
        .filter(|corners| corners.iter().all(|corner| *corner < count))
        .flatten()
        .copied()
        .collect();
    let turned = frame.to_world([0.0; 3]);
    let normals = mesh.normals.as_chunks::<3>().0.iter().map(|n| {
        let world = frame.to_world(n.map(f64::from));
        let world = [0, 1, 2].map(|axis| world[axis] - turned[axis]);
        let own = matrix.as_ref().map_or(world, |(_, back)| rotate(back, world));
        own.map(|part| (part * 127.0).round().clamp(-127.0, 127.0) as i8)
    });
    let mut normals: Vec<[i8; 3]> = normals.collect();
    normals.resize(positions.len(), [0; 3]);
    let whole = matrix.map_or(IDENTITY, |(whole, _)| *whole);
    let moved = apply(&whole, middle);
    let m = |row: usize, column: usize| whole[row * 4 + column];
    let rows = [0, 1, 2].map(|row| [m(row, 0), m(row, 1), m(row, 2), moved[row]]);
    Some((Shape { positions, normals, indices }, rows.as_flattened().try_into().ok()?))
}

const IDENTITY: [f64; 16] = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0];

/// The product of two matrices, rows first.
fn times(a: &[f64; 16], b: &[f64; 16]) -> [f64; 16] {
    std::array::from_fn(|at| (0..4).map(|k| a[at / 4 * 4 + k] * b[k * 4 + at % 4]).sum())
}

/// The inverse of a rotation and a movement; none if a matrix also scales, shears or mirrors.
fn inverse_rigid(m: &[f64; 16]) -> Option<[f64; 16]> {
    let column = |at: usize| [m[at], m[4 + at], m[8 + at]];
    let [x, y, z] = [column(0), column(1), column(2)];
    let lengths = [x, y, z].iter().all(|axis| (dot(*axis, *axis) - 1.0).abs() < RIGID);
    let angles = [(x, y), (y, z), (z, x)].iter().all(|(a, b)| dot(*a, *b).abs() < RIGID);
    if !lengths || !angles || dot(cross(x, y), z) <= 0.0 {
        return None;
    }
    let at = [m[3], m[7], m[11]];
    let mut inverse = IDENTITY;
    for (row, axis) in [x, y, z].into_iter().enumerate() {
        inverse[row * 4..row * 4 + 3].copy_from_slice(&axis);
        inverse[row * 4 + 3] = -dot(axis, at);
    }
    Some(inverse)
}

fn rotate(m: &[f64; 16], p: [f64; 3]) -> [f64; 3] {
    [0, 4, 8].map(|row| m[row] * p[0] + m[row + 1] * p[1] + m[row + 2] * p[2])
}

fn apply(m: &[f64; 16], p: [f64; 3]) -> [f64; 3] {
    let turned = rotate(m, p);
    [turned[0] + m[3], turned[1] + m[7], turned[2] + m[11]]
}

fn same(a: &Shape, b: &Shape) -> bool {
    let near = |(a, b): (&[f32; 3], &[f32; 3])| (0..3).all(|axis| (a[axis] - b[axis]).abs() <= SAME_M);
    a.indices == b.indices && a.positions.iter().zip(&b.positions).all(near)
}

/// Why a product may rightly have no shape: frames are at times modelled as walls that their own window
/// fills.
const CUT_AWAY: &str = "its openings leave nothing of it";

/// Says which products should have a shape and have none, and why; each by its id.
fn missing(records: &Records<'_>, model: &mut Model, audit: &ProductGeometryAudit, watch: &Watch) {
    if watch.only.is_some() {
        return;
    }
    let drawn: HashSet<NodeIndex> = model.uses.iter().map(|used| used.node).collect();
    let mut by_reason: BTreeMap<(String, String), Vec<&Node>> = BTreeMap::new();
    let opened: HashSet<Step> = records
        .list("IFCRELVOIDSELEMENT")
        .iter()
        .filter_map(|step| reference(&records.get(*step)?, 4))
        .collect();
    for (at, node) in model.nodes.iter().enumerate() {
        if drawn.contains(&(at as NodeIndex)) || !has_body(records, node.step) {
            continue;
        }
        let reason = if watch.skip.contains(&node.step) {
            "its shape takes too long, even without openings".to_owned()
        } else {
            let said = audit.require_complete(node.step).err().unwrap_or_default();
            let reason = said.split_once(": ").map_or(said.as_str(), |(_, reason)| reason);
            match reason {
                "no mesh output" if opened.contains(&node.step) => CUT_AWAY.to_owned(),
                "no mesh output" => "its representation has no surface".to_owned(),
                reason => reason.to_owned(),
            }
        };
        by_reason.entry((node.class.clone(), reason)).or_default().push(node);
    }
    let mut found = Vec::new();
    for ((class, reason), nodes) in by_reason {
        let ids: Vec<String> = nodes.iter().map(|node| format!("`{}`", node.global_id)).collect();
        let text = format!("{} of class `{class}` not drawn ({reason}): {}", ids.len(), ids.join(", "));
        let problem = match nodes.as_slice() {
            [only] => Problem::new("element_without_shape", text).about(only),
            _ => Problem::new("element_without_shape", text),
        };
        found.push(Problem { loss: reason != CUT_AWAY, ..problem });
    }
    for node in model.nodes.iter().filter(|node| watch.uncut.contains(&node.step)) {
        let text = format!(
            "`{}` `{}` ({}) takes too long to cut; it is drawn without its openings",
            node.class, node.name, node.global_id
        );
        found.push(Problem::new("element_uncut", text).about(node));
    }
    model.problems.append(&mut found);
}

/// Whether a product has a representation of a body, and not just axes, footprints or boxes.
fn has_body(records: &Records<'_>, product: Step) -> bool {
    let shape = records.get(product).and_then(|record| reference(&record, 6));
    let Some(shape) = shape.and_then(|step| records.get(step)) else { return false };
    references(&shape, 2).into_iter().filter_map(|step| records.get(step)).any(|representation| {
        let kind = text(&representation, 2).unwrap_or_default();
        let solid = [
            "SweptSolid",
            "AdvancedSweptSolid",
            "Brep",
            "AdvancedBrep",
            "CSG",
            "Clipping",
            "SolidModel",
            "SurfaceModel",
            "Tessellation",
            "MappedRepresentation",
            "SectionedSpine",
        ];
        let body = text(&representation, 1).is_some_and(|name| name == "Body" || name == "Facetation");
        solid.contains(&kind.as_str())
            && (body || kind != "MappedRepresentation")
            && !references(&representation, 3).is_empty()
    })
}
