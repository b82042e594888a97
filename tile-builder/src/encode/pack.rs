//! Meshes to quantised, welded, cache-ordered primitives: what a glb will hold, before bytes.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use super::features;
use crate::geometry::Aabb;
use crate::geometry::matrix::Rows;
use crate::scene::{Feature, Mesh, Repeat, Texture};

/// Largest position step in metres; a content too wide for it keeps 32-bit positions. Building models
/// are exact to the millimetre.
const LARGEST_STEP_M: f64 = 0.02;
const LARGEST_LIT_STEP_M: f64 = 0.002;
/// Steps that the vertices of something repeated are stored in.
const REPEAT_STEP_M: f64 = 0.0005;
/// Fractions of a texel that texture coordinates are stored in.
const STEPS_PER_TEXEL: f64 = 4.0;

/// The primitives of one content on one grid.
pub(super) struct Packed {
    pub(super) primitives: Vec<Primitive>,
    pub(super) repeats: Vec<PackedRepeat>,
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
    pub(super) has_normals: bool,
    pub(super) lit: bool,
    /// How many features its vertices have, that for none left out.
    pub(super) feature_count: usize,
    pub(super) base_colour: [f32; 4],
    pub(super) texture: Option<TextureUse>,
    /// What the triangles are together.
    pub(super) label: Option<String>,
}

/// Triangles in several places.
pub(super) struct PackedRepeat {
    /// Positions are steps around the shape's own origin, as the bits of signed numbers.
    pub(super) primitive: Primitive,
    /// Metres of a step, the places' own scale included.
    pub(super) step: f64,
    /// In steps from the content's corner, glTF axes.
    pub(super) translations: Vec<[f32; 3]>,
    /// Unit quaternions x, y, z, w in 32767ths; empty if nothing is turned.
    pub(super) rotations: Vec<[i16; 4]>,
    pub(super) features: Vec<u32>,
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
    /// In 127ths, glTF axes.
    pub(super) normal: [i8; 4],
    /// A row of the features, or their number for none.
    pub(super) feature: u32,
}

/// glTF axes of local east, north, up.
fn to_gltf([e, n, u]: [f64; 3]) -> [f64; 3] {
    [e, u, -n]
}

/// Packs meshes; `None` if no triangle is left.
pub(super) fn pack(
    meshes: &[Mesh],
    repeats: &[Repeat],
    features: &[Feature],
    position_step_m: f64,
) -> Option<Packed> {
    let mut extent = Aabb::EMPTY;
    for mesh in meshes {
        mesh.positions.iter().for_each(|&p| extent.add(&to_gltf(p)));
    }
    let plain = !extent.is_empty();
    for place in repeats.iter().flat_map(|repeat| &repeat.places) {
        extent.add(&to_gltf([place[3], place[7], place[11]]));
    }
    if extent.is_empty() {
        return None;
    }
    let lit = !repeats.is_empty() || meshes.iter().any(|mesh| mesh.material.lit);
    let largest = if lit { LARGEST_LIT_STEP_M } else { LARGEST_STEP_M };
    let grid = Grid::over(&extent, position_step_m, largest);
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
    let repeats: Vec<PackedRepeat> =
        repeats.iter().filter_map(|repeat| packed_repeat(repeat, &grid, features)).collect();
    if primitives.is_empty() && repeats.is_empty() {
        return None;
    }
    let mut bounds = if plain { decoded_bounds(&primitives, &grid) } else { Aabb::EMPTY };
    for repeat in &repeats {
        bounds.merge(&repeat.bounds(&grid));
    }
    let identified = !repeats.is_empty() || primitives.iter().any(|primitive| primitive.feature_count > 0);
    let features = if identified { features.to_vec() } else { Vec::new() };
    Some(Packed { primitives, repeats, textures, features, grid, bounds })
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
            && a.normals.is_empty() == b.normals.is_empty()
            && a.material.lit == b.material.lit
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
    fn over(extent: &Aabb, wanted_step: f64, largest: f64) -> Self {
        let longest = extent.size().into_iter().fold(0.0, f64::max);
        // One step is kept for the rounding of the corner.
        let step = wanted_step.max(longest / f64::from(u16::MAX - 1));
        if step > largest {
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
    let has_normals = !group[0].normals.is_empty();
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
                normal: mesh.normals.get(at).map_or([0; 4], |n| stored_normal(to_gltf(n.map(f64::from)))),
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
        has_normals,
        lit: material.lit,
        feature_count: named.len(),
        base_colour,
        texture,
        label: group[0].label.clone(),
    })
}

/// Something repeated on a grid of its own; `None` if no triangle or no place is left.
fn packed_repeat(repeat: &Repeat, grid: &Grid, features: &[Feature]) -> Option<PackedRepeat> {
    let first = repeat.places.first()?;
    let scale = (first[0] * first[0] + first[4] * first[4] + first[8] * first[8]).sqrt();
    let furthest = repeat.mesh.positions.iter().flatten().fold(0.0_f64, |far, value| far.max(value.abs()));
    let own = REPEAT_STEP_M.max(furthest / f64::from(i16::MAX));
    let mesh = &repeat.mesh;
    let none = features::none_of(features);
    let vertices: Vec<Vertex> = mesh
        .positions
        .iter()
        .enumerate()
        .map(|(at, p)| Vertex {
            position: p.map(|value| ((value / own).round() as i32).cast_unsigned()),
            normal: mesh.normals.get(at).map_or([0; 4], |n| stored_normal(n.map(f64::from))),
            feature: none,
            ..Vertex::default()
        })
        .collect();
    let (vertices, indices) = weld(&vertices, &mesh.indices)?;
    let primitive = Primitive {
        vertices,
        indices,
        has_colours: false,
        has_normals: !mesh.normals.is_empty(),
        lit: mesh.material.lit,
        feature_count: 0,
        base_colour: linear_factor(mesh.material.base_colour),
        texture: None,
        label: None,
    };
    let step = own * scale;
    let translations = repeat.places.iter().map(|m| {
        let at = to_gltf([m[3], m[7], m[11]]);
        // A quarter of a step is exact enough, and compresses.
        [0, 1, 2].map(|axis| (((at[axis] - grid.translation[axis]) / step * 4.0).round() / 4.0) as f32)
    });
    let mut rotations: Vec<[i16; 4]> = repeat.places.iter().map(|m| rotation(m, scale)).collect();
    if rotations.iter().all(|turn| *turn == [0, 0, 0, i16::MAX]) {
        rotations.clear();
    }
    let translations = translations.collect();
    Some(PackedRepeat { primitive, step, translations, rotations, features: repeat.features.clone() })
}

/// The rotation of a placement as a quaternion into glTF axes (Shepperd 1978).
fn rotation(m: &Rows, scale: f64) -> [i16; 4] {
    // Rows east, up, south.
    let r =
        [[m[0], m[1], m[2]], [m[8], m[9], m[10]], [-m[4], -m[5], -m[6]]].map(|row| row.map(|v| v / scale));
    let trace = r[0][0] + r[1][1] + r[2][2];
    let [x, y, z, w] = [
        1.0 + r[0][0] - r[1][1] - r[2][2],
        1.0 - r[0][0] + r[1][1] - r[2][2],
        1.0 - r[0][0] - r[1][1] + r[2][2],
        1.0 + trace,
    ];
    let (a, b, c) = (r[2][1] - r[1][2], r[0][2] - r[2][0], r[1][0] - r[0][1]);
    let (d, e, f) = (r[1][0] + r[0][1], r[0][2] + r[2][0], r[2][1] + r[1][2]);
    let q = if w >= x && w >= y && w >= z {
        [a, b, c, w]
    } else if x >= y && x >= z {
        [x, d, e, a]
    } else if y >= z {
        [d, y, f, b]
    } else {
        [e, f, z, c]
    };
    let length = q.iter().map(|part| part * part).sum::<f64>().sqrt();
    let sign = if q[3] < 0.0 { -1.0 } else { 1.0 };
    q.map(|part| (part / length * sign * f64::from(i16::MAX)).round() as i16)
}

impl PackedRepeat {
    /// Triangles over all places.
    pub(super) fn triangles(&self) -> u64 {
        self.primitive.indices.len() as u64 / 3 * self.translations.len() as u64
    }

    /// A vector turned as at a place: `v + 2u × (u × v + wv)`.
    fn turn(&self, place: usize, v: [f64; 3]) -> [f64; 3] {
        let Some(q) = self.rotations.get(place) else { return v };
        let [x, y, z, w] = q.map(|part| f64::from(part) / f64::from(i16::MAX));
        let cross = |a: [f64; 3], b: [f64; 3]| {
            [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
        };
        let u = [x, y, z];
        let inner = cross(u, v);
        let outer = cross(u, [0, 1, 2].map(|axis| inner[axis] + w * v[axis]));
        [0, 1, 2].map(|axis| v[axis] + 2.0 * outer[axis])
    }

    /// Box around all places, in local metres.
    fn bounds(&self, grid: &Grid) -> Aabb {
        let signed = |vertex: &Vertex| vertex.position.map(|bits| f64::from(bits.cast_signed()));
        let mut own = Aabb::EMPTY;
        self.primitive.vertices.iter().for_each(|vertex| own.add(&signed(vertex)));
        let mut bounds = Aabb::EMPTY;
        for (place, moved) in self.translations.iter().enumerate() {
            for corner in 0..8 {
                let own =
                    [0, 1, 2].map(|axis| if corner >> axis & 1 == 0 { own.min[axis] } else { own.max[axis] });
                let turned = self.turn(place, own);
                let [x, y, z] = [0, 1, 2]
                    .map(|axis| grid.translation[axis] + self.step * (turned[axis] + f64::from(moved[axis])));
                bounds.add(&[x, -z, y]);
            }
        }
        bounds
    }
}

fn stored_normal(n: [f64; 3]) -> [i8; 4] {
    let [x, y, z] = n.map(|part| (part * 127.0).round().clamp(-127.0, 127.0) as i8);
    [x, y, z, 0]
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
