//! The contents of a building model: meshes by colour, repeats, and the features that they belong to.
//!
//! In: placed shapes. Out: what `encode` takes. Called by `models`. A shape that stands in several
//! places is stored once where that is fewer bytes and not too many draw calls; else its copies join
//! the mesh of their colour.

use std::collections::BTreeMap;

use super::parts::Placed;
use crate::geometry::matrix::Rows;
use crate::geometry::vector::{dot, face, length};
use crate::read::ifc::{Model, NodeIndex, Shape};
use crate::scene::{Feature, Material, Mesh, Repeat};

/// Stored bytes of a triangle in a mesh, of a place of something repeated, and of a repeat besides, as
/// compressed contents of real models came out.
const TRIANGLE_BYTES: usize = 5;
const PLACE_BYTES: usize = 22;
const REPEAT_BYTES: usize = 260;
/// Most repeats of one content: each is a draw call.
const MOST_REPEATS: usize = 96;
/// A shape reaching further from its middle is not repeated: its steps would be too coarse.
const REPEAT_REACH_M: f32 = 16.0;
/// A vertex whose direction is off its face by more than this (cosine) is on a curved surface.
const CURVED_COS: f64 = 0.995;
/// Share of such triangles that makes a shape a curved one.
const CURVED_SHARE: f64 = 0.2;

/// What one content holds.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) meshes: Vec<Mesh>,
    pub(super) repeats: Vec<Repeat>,
    pub(super) features: Vec<Feature>,
}

/// Names for the nodes that one content draws.
pub(super) struct Names<'m> {
    model: &'m Model,
    source: &'m str,
    rows: BTreeMap<NodeIndex, u32>,
    pub(super) features: Vec<Feature>,
}

impl<'m> Names<'m> {
    pub(super) fn new(model: &'m Model, source: &'m str) -> Self {
        Self { model, source, rows: BTreeMap::new(), features: Vec::new() }
    }

    /// The row of a node in the content's table.
    pub(super) fn row(&mut self, node: NodeIndex) -> u32 {
        *self.rows.entry(node).or_insert_with(|| {
            let of = &self.model.nodes[node as usize];
            self.features.push(Feature {
                id: format!("{}/{}", self.source, of.global_id),
                class: of.class.clone(),
                name: of.name.clone(),
            });
            self.features.len() as u32 - 1
        })
    }
}

/// Puts placed shapes together. `curved` says of each shape of the model whether it is.
pub(super) fn gather(
    model: &Model,
    source: &str,
    placed: &[&Placed<'_>],
    curved: &[bool],
    repeating: bool,
) -> Contents {
    let mut names = Names::new(model, source);
    let mut by_look: BTreeMap<(u32, [u8; 4]), Vec<&Placed<'_>>> = BTreeMap::new();
    for &one in placed {
        by_look.entry((one.used.shape, one.used.colour)).or_default().push(one);
    }
    let repeated = if repeating { worth_repeating(model, &by_look) } else { Vec::new() };
    let mut repeats = Vec::new();
    for key in &repeated {
        let Some(places) = by_look.remove(key) else { continue };
        let shape = &model.shapes[key.0 as usize];
        repeats.push(Repeat {
            mesh: Mesh {
                positions: shape.positions.iter().map(|p| p.map(f64::from)).collect(),
                normals: if curved[key.0 as usize] { unpacked(shape) } else { Vec::new() },
                indices: shape.indices.clone(),
                material: material(key.1),
                ..Mesh::default()
            },
            places: places.iter().map(|one| one.matrix).collect(),
            features: places.iter().map(|one| names.row(one.used.node)).collect(),
        });
    }
    let mut meshes: BTreeMap<([u8; 4], bool), Mesh> = BTreeMap::new();
    for one in placed {
        if !by_look.contains_key(&(one.used.shape, one.used.colour)) {
            continue;
        }
        let curved = curved[one.used.shape as usize];
        let mesh = meshes
            .entry((one.used.colour, curved))
            .or_insert_with(|| Mesh { material: material(one.used.colour), ..Mesh::default() });
        add(mesh, one, names.row(one.used.node), curved);
    }
    Contents { meshes: meshes.into_values().collect(), repeats, features: names.features }
}

/// Adds a placed shape to a mesh.
fn add(mesh: &mut Mesh, one: &Placed<'_>, feature: u32, curved: bool) {
    let base = mesh.positions.len() as u32;
    mesh.positions.extend(one.shape.positions.iter().map(|p| one.point(*p)));
    mesh.features.resize(mesh.positions.len(), feature);
    mesh.indices.extend(one.shape.indices.iter().map(|index| base + index));
    if curved {
        let m = &one.matrix;
        mesh.normals.extend(one.shape.normals.iter().map(|n| {
            let n = n.map(|part| f64::from(part) / 127.0);
            [0, 4, 8].map(|row| (m[row] * n[0] + m[row + 1] * n[1] + m[row + 2] * n[2]) as f32)
        }));
    }
}

fn unpacked(shape: &Shape) -> Vec<[f32; 3]> {
    shape.normals.iter().map(|n| n.map(|part| f32::from(part) / 127.0)).collect()
}

/// A matt surface of a colour.
pub(super) fn material(colour: [u8; 4]) -> Material {
    Material { base_colour: colour.map(|part| f32::from(part) / 255.0), texture: None, lit: true }
}

/// The shapes that take fewer bytes stored once, those that save most first.
fn worth_repeating(
    model: &Model,
    by_look: &BTreeMap<(u32, [u8; 4]), Vec<&Placed<'_>>>,
) -> Vec<(u32, [u8; 4])> {
    let mut savings: Vec<(usize, (u32, [u8; 4]))> = Vec::new();
    for (key, places) in by_look {
        let shape = &model.shapes[key.0 as usize];
        let once = shape.indices.len() / 3 * TRIANGLE_BYTES;
        let (joined, repeated) = (once * places.len(), once + places.len() * PLACE_BYTES + REPEAT_BYTES);
        let reach = shape.positions.iter().flatten().fold(0.0_f32, |far, value| far.max(value.abs()));
        let rigid = places.iter().all(|one| is_rigid(&one.matrix));
        if joined > repeated && reach <= REPEAT_REACH_M && rigid {
            savings.push((joined - repeated, *key));
        }
    }
    savings.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    savings.truncate(MOST_REPEATS);
    savings.into_iter().map(|(_, key)| key).collect()
}

/// Whether a placement is a rotation and an even scale. World placements are; a map's own scale may
/// differ between plan and height.
fn is_rigid(m: &Rows) -> bool {
    let column = |at: usize| [m[at], m[4 + at], m[8 + at]];
    let [x, y, z] = [column(0), column(1), column(2)];
    let size = dot(x, x);
    let even = [y, z].iter().all(|axis| (dot(*axis, *axis) / size - 1.0).abs() < 1e-4);
    even && [(x, y), (y, z), (z, x)].iter().all(|(a, b)| (dot(*a, *b) / size).abs() < 1e-4)
}

/// Whether a shape has curved surfaces, which need directions at their vertices to look so.
pub(super) fn is_curved(shape: &Shape) -> bool {
    let (mut curved, mut all) = (0.0, 0.0);
    for corners in shape.indices.as_chunks::<3>().0 {
        let ahead = face(&corners.map(|corner| shape.positions[corner as usize].map(f64::from)));
        let area = length(ahead);
        if area <= 0.0 {
            continue;
        }
        all += 1.0;
        let off = corners.iter().any(|corner| {
            let n = shape.normals[*corner as usize].map(|part| f64::from(part) / 127.0);
            let size = length(n);
            let cos = dot(n, ahead) / (area * size.max(1e-9));
            size > 0.5 && cos < CURVED_COS
        });
        curved += f64::from(u8::from(off));
    }
    curved > all * CURVED_SHARE
}
