//! What every stage of the builder speaks: meshes with a material, and trees of levels of detail.
//!
//! Readers make these; `lod`, `georef` and `encode` take them. Positions stay `f64` in the axes of
//! the source (x east, y north, z up for a survey) until a tile-local frame is chosen.

use std::sync::Arc;

/// Triangles with one material. All per-vertex lists are as long as `positions`, or empty.
#[derive(Debug, Clone, Default)]
pub struct Mesh {
    /// Vertices, in the axes and units of the source.
    pub positions: Vec<[f64; 3]>,
    /// Texture coordinates, origin at the top left of the image (the glTF convention).
    pub uvs: Vec<[f32; 2]>,
    /// Vertex colours, RGBA, linear as stored.
    pub colours: Vec<[u8; 4]>,
    /// Corners of triangles, counter-clockwise seen from outside. A multiple of three.
    pub indices: Vec<u32>,
    /// How the triangles look.
    pub material: Material,
}

/// How a mesh looks. Surveys carry their light in the texture, so there is no shading.
#[derive(Debug, Clone)]
pub struct Material {
    /// Factor on the texture, or the colour itself, RGBA in `0..=1`.
    pub base_colour: [f32; 4],
    /// The texture, shared between meshes of a file.
    pub texture: Option<Arc<Texture>>,
}

impl Default for Material {
    fn default() -> Self {
        Self { base_colour: [1.0; 4], texture: None }
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

/// Image formats that core glTF takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextureFormat {
    /// `image/jpeg`.
    Jpeg,
    /// `image/png`.
    Png,
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

impl Mesh {
    /// Number of triangles.
    #[must_use]
    pub fn triangles(&self) -> usize {
        self.indices.len() / 3
    }
}
