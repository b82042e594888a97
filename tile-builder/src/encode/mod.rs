//! Meshes in local metres to one binary glTF.
//!
//! In: the meshes of one tile content, placed east, north, up, and what they belong to. Out: a [`Content`]: glb bytes and
//! what they hold. Called by the pipeline. Pure: the same meshes give the same bytes.
//!
//! glTF 2.0 with `KHR_materials_unlit` (a survey carries its light in the texture),
//! `KHR_mesh_quantization` and `EXT_meshopt_compression`. Image bytes pass through unchanged; WebP
//! and KTX2 bring `EXT_texture_webp` and `KHR_texture_basisu`.
//! glTF is Y-up: x is east, y is up, z is south.
//!
//! What triangles belong to is written as `EXT_mesh_features` and `EXT_structural_metadata`.

mod document;
mod features;
mod glb;
mod pack;

use std::sync::Arc;

use crate::geometry::Aabb;
use crate::scene::{Feature, Mesh, Repeat, Texture};

/// An encoded tile content.
#[derive(Debug, Clone)]
pub struct Content {
    /// The glb file.
    pub bytes: Vec<u8>,
    /// Box around the vertices as they will be decoded, in local metres.
    pub bounds: Aabb,
    /// Triangles as drawn: those of something repeated count at each place.
    pub triangles: u64,
    /// Vertices, each stored once.
    pub vertices: u64,
    /// The textures, in the order of the file.
    pub textures: Vec<Arc<Texture>>,
}

/// A content that could not be encoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The compressor refused, which a well-formed mesh does not cause.
    #[error("vertex data could not be compressed: {0}")]
    Compress(String),
    /// A part is larger than a glb can be.
    #[error("content is {size_bytes} bytes, limit {limit}", limit = u32::MAX)]
    TooLarge {
        /// Size of the file.
        size_bytes: u64,
    },
}

/// Encodes the meshes of one content. `None` if they have no triangle left at this precision.
///
/// # Errors
/// If the file would be larger than 4 GiB.
pub fn encode(meshes: &[Mesh], position_step_m: f64) -> Result<Option<Content>, EncodeError> {
    encode_with_features(meshes, &[], position_step_m)
}

/// Encodes a content of a building model: what stands once, and what is repeated.
///
/// # Errors
/// If the file would be larger than 4 GiB.
pub fn encode_model(
    meshes: &[Mesh],
    repeats: &[Repeat],
    features: &[Feature],
    position_step_m: f64,
) -> Result<Option<Content>, EncodeError> {
    finish(pack::pack(meshes, repeats, features, position_step_m))
}

/// Encodes the meshes of one content with the features that their vertices name. A vertex that names
/// none of them belongs to nothing. Without features the bytes are those of [`encode`].
///
/// # Errors
/// If the file would be larger than 4 GiB.
pub fn encode_with_features(
    meshes: &[Mesh],
    features: &[Feature],
    position_step_m: f64,
) -> Result<Option<Content>, EncodeError> {
    finish(pack::pack(meshes, &[], features, position_step_m))
}

fn finish(packed: Option<pack::Packed>) -> Result<Option<Content>, EncodeError> {
    let Some(packed) = packed else { return Ok(None) };
    let textures: Vec<Arc<Texture>> = packed.textures.clone();
    let content = Content {
        bytes: glb::write(&packed)?,
        bounds: packed.bounds,
        triangles: packed.primitives.iter().map(|p| p.indices.len() as u64 / 3).sum::<u64>()
            + packed.repeats.iter().map(pack::PackedRepeat::triangles).sum::<u64>(),
        vertices: packed.primitives.iter().map(|p| p.vertices.len() as u64).sum::<u64>()
            + packed.repeats.iter().map(|r| r.primitive.vertices.len() as u64).sum::<u64>(),
        textures,
    };
    Ok(Some(content))
}
