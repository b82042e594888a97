//! What every stage of the builder speaks: meshes with a material, and trees of levels of detail.
//!
//! Readers make these; `lod`, `georef` and `encode` take them. Positions stay `f64` in the axes of
//! the source (x east, y north, z up for a survey) until a tile-local frame is chosen.

use std::collections::HashMap;
use std::sync::Arc;

use crate::geometry::cut::{Blend, cut};
use crate::geometry::matrix::Rows;
use crate::geometry::{Aabb, Outlines};

/// The feature of a vertex that belongs to none.
pub const NO_FEATURE: u32 = u32::MAX;

/// A thing that triangles belong to, such as a building: a row in its content's property table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// The object's id, as in the model.
    pub id: String,
    /// What it is, as in the model.
    pub class: String,
    /// Its name; empty if it has none.
    pub name: String,
}

/// Triangles with one material. All per-vertex lists are as long as `positions`, or empty.
#[derive(Debug, Clone, Default)]
pub struct Mesh {
    /// Vertices, in the axes and units of the source.
    pub positions: Vec<[f64; 3]>,
    /// Texture coordinates, origin at the top left of the image (the glTF convention).
    pub uvs: Vec<[f32; 2]>,
    /// Vertex colours, RGBA, linear as stored.
    pub colours: Vec<[u8; 4]>,
    /// Directions that a curved surface faces at its vertices; without them faces are flat.
    pub normals: Vec<[f32; 3]>,
    /// What each vertex belongs to: a place in the content's list of [`Feature`]s, or
    /// [`NO_FEATURE`]. The three corners of a triangle belong to the same.
    pub features: Vec<u32>,
    /// Corners of triangles, counter-clockwise seen from outside. A multiple of three.
    pub indices: Vec<u32>,
    /// How the triangles look.
    pub material: Material,
    /// What the triangles are together, such as the front of a building; kept apart from others.
    pub label: Option<String>,
}

/// Triangles that stand in several places, each with its own identity.
#[derive(Debug, Clone, Default)]
pub struct Repeat {
    /// The triangles in a frame of their own; what they belong to is said at each place.
    pub mesh: Mesh,
    /// From that frame to the axes of the content: three rows of four, a rotation, an even scale that
    /// is the same at all places, and a movement.
    pub places: Vec<Rows>,
    /// What each of them belongs to: a place in the content's list of [`Feature`]s.
    pub features: Vec<u32>,
}

/// How a mesh looks. Surveys carry their light in the texture, so there is no shading.
#[derive(Debug, Clone)]
pub struct Material {
    /// Factor on the texture, or the colour itself, RGBA in `0..=1`.
    pub base_colour: [f32; 4],
    /// The texture, shared between meshes of a file.
    pub texture: Option<Arc<Texture>>,
    /// Whether light falls on it: on building models, not on photographs, which have theirs.
    pub lit: bool,
}

impl Default for Material {
    fn default() -> Self {
        Self { base_colour: [1.0; 4], texture: None, lit: false }
    }
}

/// An encoded image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texture {
    /// Name as the producer wrote it, for messages.
    pub name: String,
    /// What the bytes are.
    pub format: TextureFormat,
    /// The encoded image file.
    pub bytes: Arc<[u8]>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Whether the image repeats along U and V (else it is clamped).
    pub repeat: [bool; 2],
    /// Whether the bytes are those of the source, unchanged.
    pub kept: bool,
}

/// Image formats that glTF takes, the last two by extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextureFormat {
    /// `image/jpeg`.
    Jpeg,
    /// `image/png`.
    Png,
    /// `image/webp`, by `EXT_texture_webp`.
    WebP,
    /// `image/ktx2`, by `KHR_texture_basisu`, with its mip levels in the file.
    Ktx2,
}

/// A step in a tree of levels of detail: shown until its finer levels are needed.
#[derive(Debug, Clone, Default)]
pub struct LodNode {
    /// What to show at this level; empty if there is nothing before the finer level.
    pub meshes: Vec<Mesh>,
    /// When to go to `finer`; `None` for a leaf, and for a node that only groups.
    pub switch: Option<Switch>,
    /// What replaces this node, all of it together.
    pub finer: Vec<Finer>,
}

/// A finer level.
#[derive(Debug, Clone)]
pub enum Finer {
    /// In the same file.
    Node(LodNode),
    /// In another file, named relative to the folder of this one.
    File(String),
}

/// The producer's rule for going to the finer level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Switch {
    /// When the bounding sphere's diameter exceeds so many pixels on screen.
    Pixels {
        /// Radius of the bounding sphere in metres.
        radius_m: f64,
        /// Pixels.
        pixels: f64,
    },
    /// When the eye is closer than so many metres.
    Distance {
        /// Metres.
        metres: f64,
    },
}

/// A mesh after cutting. Its first vertices are those that were there.
#[derive(Debug, Clone)]
pub struct CutMesh {
    /// The pieces.
    pub mesh: Mesh,
    /// What the vertices behind those that were there are made of.
    pub blends: Vec<Blend>,
    /// Into how many pieces each triangle was cut, in order.
    pub pieces: Vec<u32>,
}

impl Mesh {
    /// Number of triangles.
    #[must_use]
    pub fn triangles(&self) -> usize {
        self.indices.len() / 3
    }

    /// The mesh cut in plan along outlines, so that no triangle lies on both sides of one; `None` if
    /// it needs no cut. Its positions must be in the frame of the outlines. Attributes of new
    /// vertices are interpolated; no vertex moves and no crack opens, see [`cut`].
    #[must_use]
    pub fn cut_along(&self, outlines: &Outlines) -> Option<Self> {
        self.cut_in_pieces(outlines).map(|cut| cut.mesh)
    }

    /// As [`Self::cut_along`], also telling what was cut into what.
    #[must_use]
    pub fn cut_in_pieces(&self, outlines: &Outlines) -> Option<CutMesh> {
        if !outlines.touches(&Aabb::around(&self.positions)) {
            return None;
        }
        let cut = cut(&self.positions, &self.indices, outlines)?;
        let mut mesh = Self {
            positions: cut.positions,
            uvs: self.uvs.clone(),
            colours: self.colours.clone(),
            normals: self.normals.clone(),
            features: self.features.clone(),
            indices: cut.indices,
            material: self.material.clone(),
            label: self.label.clone(),
        };
        for blend in &cut.blends {
            mesh.blend_attributes(blend);
        }
        Some(CutMesh { mesh, blends: cut.blends, pieces: cut.pieces })
    }

    fn blend_attributes(&mut self, Blend { from, weights }: &Blend) {
        let from = from.map(|vertex| vertex as usize);
        let mix = |of: &dyn Fn(usize) -> f64| (0..3).map(|at| weights[at] * of(from[at])).sum::<f64>();
        if !self.uvs.is_empty() {
            let uv = [0, 1].map(|axis| mix(&|vertex| f64::from(self.uvs[vertex][axis])) as f32);
            self.uvs.push(uv);
        }
        if !self.colours.is_empty() {
            let rgba = [0, 1, 2, 3];
            let colour = rgba.map(|part| mix(&|vertex| f64::from(self.colours[vertex][part])).round() as u8);
            self.colours.push(colour);
        }
        if !self.normals.is_empty() {
            let normal = [0, 1, 2].map(|axis| mix(&|vertex| f64::from(self.normals[vertex][axis])) as f32);
            self.normals.push(normal);
        }
        if !self.features.is_empty() {
            self.features.push(self.features[from[0]]);
        }
    }

    /// The mesh of some of the triangles, in the order given, each with its feature. A vertex whose
    /// triangles belong to different features is there once for each; unused ones are left out.
    ///
    /// A triangle is named by its place in `indices`, counted in threes.
    #[must_use]
    pub fn with_triangles(&self, triangles: impl IntoIterator<Item = (usize, u32)>) -> Self {
        let mut mesh = Self { material: self.material.clone(), label: self.label.clone(), ..Self::default() };
        let mut places: HashMap<(u32, u32), u32> = HashMap::new();
        for (triangle, feature) in triangles {
            for &vertex in &self.indices[triangle * 3..triangle * 3 + 3] {
                let place = *places.entry((vertex, feature)).or_insert_with(|| {
                    let at = vertex as usize;
                    mesh.positions.push(self.positions[at]);
                    mesh.uvs.extend(self.uvs.get(at));
                    mesh.colours.extend(self.colours.get(at));
                    mesh.normals.extend(self.normals.get(at));
                    mesh.features.push(feature);
                    mesh.positions.len() as u32 - 1
                });
                mesh.indices.push(place);
            }
        }
        if mesh.features.iter().all(|feature| *feature == NO_FEATURE) {
            mesh.features.clear();
        }
        mesh
    }

    /// The middle of a triangle's corners, named as in [`Self::with_triangles`].
    #[must_use]
    pub fn middle(&self, triangle: usize) -> [f64; 3] {
        let corners = [0, 1, 2].map(|at| self.positions[self.indices[triangle * 3 + at] as usize]);
        [0, 1, 2].map(|axis| (corners[0][axis] + corners[1][axis] + corners[2][axis]) / 3.0)
    }
}
