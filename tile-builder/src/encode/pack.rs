//! Meshes to quantised, welded, cache-ordered primitives: what a glb will hold, before bytes.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::features;
use crate::geometry::Aabb;
use crate::scene::{Feature, Mesh, Texture};

/// Largest position step in metres; a content too wide for it keeps 32-bit positions.
const LARGEST_STEP_M: f64 = 0.02;
/// Fractions of a texel that texture coordinates are stored in.
const STEPS_PER_TEXEL: f64 = 4.0;

/// The primitives of one content on one grid.
pub(super) struct Packed {
    pub(super) primitives: Vec<Primitive>,
    pub(super) textures: Vec<Arc<Texture>>,
    /// What the vertices' features point into; empty if no vertex has one.
    pub(super) features: Vec<Feature>,
    pub(super) grid: Grid,
    /// In local metres, as decoded.
    pub(super) bounds: Aabb,
}

/// How stored positions become glTF coordinates: `translation + scale · stored`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Grid {
    pub(super) translation: [f64; 3],
    /// Metres per step, or `None` for 32-bit positions.
    pub(super) step: Option<f64>,
}

/// Triangles with one material.
pub(super) struct Primitive {
    pub(super) vertices: Vec<Vertex>,
    pub(super) indices: Vec<u32>,
    pub(super) has_colours: bool,
    /// How many features its vertices have, that for none left out.
    pub(super) feature_count: usize,
    pub(super) base_colour: [f32; 4],
    pub(super) texture: Option<TextureUse>,
    /// What the triangles are together.
    pub(super) label: Option<String>,
}

/// Which texture, and how stored texture coordinates map onto it: `offset + scale · stored`.
pub(super) struct TextureUse {
    pub(super) index: usize,
    pub(super) offset: [f32; 2],
    pub(super) scale: [f32; 2],
}

/// A vertex as it will be stored. Positions are steps, or the bits of 32-bit floats.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Pod, Zeroable)]
pub(super) struct Vertex {
    pub(super) position: [u32; 3],
    pub(super) uv: [u16; 2],
    pub(super) colour: [u16; 4],
    /// A row of the features, or their number for none.
    pub(super) feature: u32,
}

/// glTF axes of local east, north, up.
fn to_gltf([e, n, u]: [f64; 3]) -> [f64; 3] {
    [e, u, -n]
}

/// Packs meshes; `None` if no triangle is left.
pub(super) fn pack(meshes: &[Mesh], features: &[Feature], position_step_m: f64) -> Option<Packed> {
    let mut extent = Aabb::EMPTY;
    for mesh in meshes {
        mesh.positions.iter().for_each(|&p| extent.add(&to_gltf(p)));
    }
    if extent.is_empty() {
        return None;
    }
    let grid = Grid::over(&extent, position_step_m);
    let mut textures: Vec<Arc<Texture>> = Vec::new();
    let mut primitives = Vec::new();
    for group in groups(meshes) {
        let texture = group[0].material.texture.as_ref().map(|texture| {
            textures.iter().position(|known| Arc::ptr_eq(known, texture)).unwrap_or_else(|| {
                textures.push(Arc::clone(texture));
                textures.len() - 1
            })
        });
        primitives.extend(primitive(&group, &grid, texture, features::none_of(features)));
    }
    if primitives.is_empty() {
        return None;
    }
    let bounds = decoded_bounds(&primitives, &grid);
    let identified = primitives.iter().any(|primitive| primitive.feature_count > 0);
    let features = if identified { features.to_vec() } else { Vec::new() };
    Some(Packed { primitives, textures, features, grid, bounds })
}

/// Meshes that look alike, in order of first appearance: one draw call each.
fn groups(meshes: &[Mesh]) -> Vec<Vec<&Mesh>> {
    let alike = |a: &Mesh, b: &Mesh| {
        let texture = match (&a.material.texture, &b.material.texture) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        texture
            && a.label == b.label
            && a.material.base_colour == b.material.base_colour
            && a.colours.is_empty() == b.colours.is_empty()
    };
    let mut groups: Vec<Vec<&Mesh>> = Vec::new();
    for mesh in meshes.iter().filter(|mesh| !mesh.indices.is_empty()) {
        match groups.iter_mut().find(|group| alike(group[0], mesh)) {
            Some(group) => group.push(mesh),
            None => groups.push(vec![mesh]),
        }
    }
    groups
}

impl Grid {
    fn over(extent: &Aabb, wanted_step: f64) -> Self {
        let longest = extent.size().into_iter().fold(0.0, f64::max);
        // One step is kept for the rounding of the corner.
        let step = wanted_step.max(longest / f64::from(u16::MAX - 1));
        if step > LARGEST_STEP_M {
            return Self { translation: extent.centre(), step: None };
        }
        // A multiple of the step, so that neighbouring contents with the same step share a grid.
        let translation = extent.min.map(|value| (value / step).floor() * step);
        Self { translation, step: Some(step) }
    }

    fn store(&self, p: [f64; 3]) -> [u32; 3] {
        [0, 1, 2].map(|axis| {
            let from = p[axis] - self.translation[axis];
            match self.step {
                Some(step) => (from / step).round().clamp(0.0, f64::from(u16::MAX)) as u32,
                None => (from as f32).to_bits(),
            }
        })
    }

    fn decode(&self, stored: [u32; 3]) -> [f64; 3] {
        [0, 1, 2].map(|axis| {
            self.translation[axis]
                + match self.step {
                    Some(step) => f64::from(stored[axis]) * step,
                    None => f64::from(f32::from_bits(stored[axis])),
                }
        })
    }
}

fn primitive(group: &[&Mesh], grid: &Grid, texture: Option<usize>, no_feature: u32) -> Option<Primitive> {
    let material = &group[0].material;
    let has_colours = !group[0].colours.is_empty();
    let transform = material.texture.as_ref().map(|texture| UvGrid::over(group, texture));
    let count = group.iter().map(|mesh| mesh.positions.len()).sum();
    let mut vertices = Vec::with_capacity(count);
    let mut indices = Vec::with_capacity(group.iter().map(|mesh| mesh.indices.len()).sum());
    for mesh in group {
        let base = vertices.len() as u32;
        indices.extend(mesh.indices.iter().map(|index| base + index));
        for (at, &position) in mesh.positions.iter().enumerate() {
            vertices.push(Vertex {
                position: grid.store(to_gltf(position)),
                uv: transform.as_ref().map_or([0; 2], |t| t.store(mesh.uvs[at])),
                colour: mesh.colours.get(at).map_or([0; 4], |c| linear_colour(*c)),
                feature: mesh.features.get(at).map_or(no_feature, |feature| (*feature).min(no_feature)),
            });
        }
    }
    let (vertices, indices) = weld(&vertices, &indices)?;
    let texture = texture.zip(transform).map(|(index, t)| TextureUse {
        index,
        offset: t.offset.map(|v| v as f32),
        scale: t.step.map(|v| v as f32),
    });
    let base_colour = linear_factor(material.base_colour);
    let named: BTreeSet<u32> = vertices.iter().map(|v| v.feature).filter(|id| *id < no_feature).collect();
    Some(Primitive {
        vertices,
        indices,
        has_colours,
        feature_count: named.len(),
        base_colour,
        texture,
        label: group[0].label.clone(),
    })
}

/// Joins equal vertices, drops triangles without area at this precision, and orders both lists
/// for the GPU's caches, which is also the order that the codecs compress best.
fn weld(vertices: &[Vertex], indices: &[u32]) -> Option<(Vec<Vertex>, Vec<u32>)> {
    let (count, remap) = meshopt::generate_vertex_remap(vertices, Some(indices));
    let joined = meshopt::remap_vertex_buffer(vertices, count, &remap);
    let mut indices: Vec<u32> = indices
        .as_chunks::<3>()
        .0
        .iter()
        .map(|corners| corners.map(|corner| remap[corner as usize]))
        .filter(|corners| {
            let [a, b, c] = corners.map(|corner| joined[corner as usize].position);
            a != b && b != c && a != c
        })
        .flatten()
        .collect();
    if indices.is_empty() {
        return None;
    }
    meshopt::optimize_vertex_cache_in_place(&mut indices, count);
    Some(order_by_use(&joined, indices))
}

/// Vertices in the order in which the triangles first use them, unused ones left out. The crate's
/// own function for this returns a table shorter than its contract says, and is not used.
fn order_by_use(vertices: &[Vertex], mut indices: Vec<u32>) -> (Vec<Vertex>, Vec<u32>) {
    let mut place = vec![u32::MAX; vertices.len()];
    let mut ordered = Vec::with_capacity(vertices.len());
    for index in &mut indices {
        let place = &mut place[*index as usize];
        if *place == u32::MAX {
            *place = ordered.len() as u32;
            ordered.push(vertices[*index as usize]);
        }
        *index = *place;
    }
    (ordered, indices)
}

/// The grid that texture coordinates are stored on.
struct UvGrid {
    offset: [f64; 2],
    step: [f64; 2],
}

impl UvGrid {
    fn over(group: &[&Mesh], texture: &Texture) -> Self {
        let (mut min, mut max) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        for uv in group.iter().flat_map(|mesh| &mesh.uvs) {
            for axis in 0..2 {
                min[axis] = min[axis].min(f64::from(uv[axis]));
                max[axis] = max[axis].max(f64::from(uv[axis]));
            }
        }
        let texels = [texture.width, texture.height];
        let step = [0, 1].map(|axis| {
            let fine = 1.0 / (f64::from(texels[axis]) * STEPS_PER_TEXEL);
            fine.max((max[axis] - min[axis]) / f64::from(u16::MAX))
        });
        Self { offset: min, step }
    }

    fn store(&self, uv: [f32; 2]) -> [u16; 2] {
        [0, 1].map(|axis| ((f64::from(uv[axis]) - self.offset[axis]) / self.step[axis]).round() as u16)
    }
}

fn decoded_bounds(primitives: &[Primitive], grid: &Grid) -> Aabb {
    let mut bounds = Aabb::EMPTY;
    for vertex in primitives.iter().flat_map(|primitive| &primitive.vertices) {
        let [x, y, z] = grid.decode(vertex.position);
        bounds.add(&[x, -z, y]);
    }
    bounds
}

/// sRGB, as photographs store it, to the linear values that glTF wants.
fn srgb_to_linear(value: f64) -> f64 {
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn linear_colour([r, g, b, a]: [u8; 4]) -> [u16; 4] {
    let linear = |v: u8| (srgb_to_linear(f64::from(v) / 255.0) * f64::from(u16::MAX)).round() as u16;
    [linear(r), linear(g), linear(b), u16::from(a) * 257]
}

fn linear_factor([r, g, b, a]: [f32; 4]) -> [f32; 4] {
    let linear = |v: f32| srgb_to_linear(f64::from(v)) as f32;
    [linear(r), linear(g), linear(b), a]
}
