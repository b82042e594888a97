//! Textures: atlases baked for made levels, pictures from above.
//!
//! In: meshes whose textures are encoded images, and the caller's way to decode one. Out: pixels,
//! and meshes that lie on them. Called by the pipeline; pure.

pub mod atlas;
mod light;
pub mod ortho;
mod paint;

use image::RgbaImage;

use crate::scene::Texture;

pub use ortho::ortho;

/// Decodes a texture, or says why it cannot be decoded.
pub type Decode<'a> = &'a (dyn Fn(&Texture) -> Result<RgbaImage, String> + Sync);
