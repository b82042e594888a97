//! Materials of a document to ours: colours from linear to sRGB, texture coordinates through
//! `KHR_texture_transform`.

use super::document::{Document, Sampler, TextureTransform, TextureUse};

const CLAMP_TO_EDGE: u32 = 33071;

/// The parts of a material that a survey needs.
pub(super) struct Look {
    pub(super) name: String,
    /// sRGB.
    pub(super) base_colour: [f32; 4],
    pub(super) texture: Option<LookTexture>,
}

/// A texture as a material uses it.
pub(super) struct LookTexture {
    /// Number of the texture in the document.
    pub(super) number: usize,
    /// Which set of texture coordinates.
    pub(super) uv_set: usize,
    pub(super) transform: UvTransform,
    pub(super) repeat: [bool; 2],
    /// Numbers of its images, the preferred first.
    pub(super) images: Vec<usize>,
}

/// How stored texture coordinates become those of the image.
#[derive(Debug, Clone, Copy)]
pub(super) struct UvTransform {
    rows: [[f64; 2]; 2],
    offset: [f64; 2],
}

impl UvTransform {
    fn of(transform: TextureTransform) -> Self {
        let [su, sv] = transform.scale.unwrap_or([1.0; 2]);
        let (sin, cos) = transform.rotation.sin_cos();
        Self {
            rows: [[cos * su, sin * sv], [-sin * su, cos * sv]],
            offset: transform.offset.unwrap_or_default(),
        }
    }

    pub(super) fn apply(&self, [u, v]: [f64; 2]) -> [f32; 2] {
        [0, 1].map(|axis| (self.rows[axis][0] * u + self.rows[axis][1] * v + self.offset[axis]) as f32)
    }
}

/// The look of a material; a missing one is white.
pub(super) fn look(document: &Document, material: Option<usize>) -> Look {
    let entry = material.and_then(|number| document.materials.get(number));
    let surface = entry.and_then(|entry| entry.pbr_metallic_roughness.as_deref());
    let factor = surface.and_then(|surface| surface.base_color_factor).unwrap_or([1.0; 4]);
    let name = entry.and_then(|entry| entry.name.clone()).filter(|name| !name.is_empty());
    Look {
        name: name
            .unwrap_or_else(|| material.map_or("default".to_owned(), |number| format!("material {number}"))),
        base_colour: srgb_factor(factor),
        texture: surface
            .and_then(|surface| surface.base_color_texture.as_ref())
            .and_then(|texture| look_texture(document, texture)),
    }
}

fn look_texture(document: &Document, texture: &TextureUse) -> Option<LookTexture> {
    let entry = document.textures.get(texture.index)?;
    let transform = texture.extensions.transform.unwrap_or_default();
    let sampler = entry.sampler.and_then(|number| document.samplers.get(number));
    let repeats = |wrap: fn(&Sampler) -> Option<u32>| sampler.and_then(wrap) != Some(CLAMP_TO_EDGE);
    let others = [&entry.extensions.webp, &entry.extensions.basisu];
    let others = others.into_iter().flatten().filter_map(|other| other.source);
    Some(LookTexture {
        number: texture.index,
        uv_set: transform.tex_coord.unwrap_or(texture.tex_coord),
        transform: UvTransform::of(transform),
        repeat: [repeats(|sampler| sampler.wrap_s), repeats(|sampler| sampler.wrap_t)],
        images: entry.source.into_iter().chain(others).collect(),
    })
}

fn linear_to_srgb(value: f64) -> f64 {
    if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 }
}

fn srgb_factor([r, g, b, a]: [f64; 4]) -> [f32; 4] {
    let srgb = |value: f64| linear_to_srgb(value.clamp(0.0, 1.0)) as f32;
    [srgb(r), srgb(g), srgb(b), a.clamp(0.0, 1.0) as f32]
}

/// A vertex colour, linear in `0..=1`, as sRGB bytes.
pub(super) fn srgb_bytes([r, g, b]: [f64; 3], alpha: f64) -> [u8; 4] {
    let byte = |value: f64| (value.clamp(0.0, 1.0) * 255.0).round() as u8;
    [byte(linear_to_srgb(r)), byte(linear_to_srgb(g)), byte(linear_to_srgb(b)), byte(alpha)]
}
