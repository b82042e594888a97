//! Textures as a profile wants them: kept, or in another codec, or smaller.
//!
//! In: an encoded [`Texture`] or plain pixels, and a [`TextureRule`]. Out: a [`Texture`], and a
//! [`TextureCost`] that says what it takes and what was lost. Called by the pipeline, between the
//! levels of detail and the encoder. Pure: the same picture and rule give the same bytes, whatever
//! runs beside; work is done on the calling thread.
//!
//! Texture coordinates stay as they are: every size covers the whole picture. Made levels get their
//! own pictures by [`atlas`], and [`ortho`] draws meshes from above.

pub mod atlas;
mod codec;
mod cost;
mod ktx2;
mod light;
pub mod ortho;
mod paint;
mod resample;

use std::borrow::Cow;
use std::sync::Arc;

use image::RgbaImage;

use crate::scene::{Texture, TextureFormat};

pub use cost::{Loss, TextureCost};
pub use ortho::ortho;

/// Decodes a texture, or says why it cannot be decoded.
pub type Decode<'a> = &'a (dyn Fn(&Texture) -> Result<RgbaImage, String> + Sync);

/// How textures are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Codec {
    /// As the source has them. What must be encoded all the same becomes JPEG, or PNG if it has
    /// alpha.
    #[default]
    Keep,
    /// JPEG; PNG for pictures with alpha, which JPEG does not have.
    Jpeg,
    /// WebP with loss: the best bytes for their quality.
    WebP,
    /// KTX2 with ETC1S in `BasisLZ`: the least memory of a GPU, at a visible loss. Costs the most
    /// CPU together with UASTC.
    Etc1s,
    /// KTX2 with UASTC in zstd: little memory of a GPU and little loss, but many bytes.
    Uastc,
}

/// What a profile asks of a texture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextureRule {
    /// How it is stored.
    pub codec: Codec,
    /// `1..=100`, higher is better; what is outside counts as the nearer end. Each codec has a scale
    /// of its own. For UASTC, values below 100 trade quality for bytes.
    pub quality: u8,
    /// The longer side at most, in pixels; pictures are never enlarged to it.
    pub longest_edge_px: Option<u32>,
}

impl Default for TextureRule {
    fn default() -> Self {
        Self { codec: Codec::Keep, quality: 85, longest_edge_px: None }
    }
}

/// A texture that could not be read or made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextureError {
    /// The bytes are not the picture that they should be.
    #[error("texture `{name}` is damaged: {reason}")]
    Damaged {
        /// The texture.
        name: String,
        /// What the decoder says.
        reason: String,
    },
    /// The picture is larger than it may be, or empty.
    #[error("texture `{name}` is {width} × {height} px, limit 1 to {limit_px} px a side")]
    Size {
        /// The texture.
        name: String,
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
        /// Pixels of a side at most.
        limit_px: u32,
    },
    /// An encoder refused, which a picture within the limits does not cause.
    #[error("texture `{name}` could not be encoded as {format}: {reason}")]
    Refused {
        /// The texture.
        name: String,
        /// The format.
        format: &'static str,
        /// What the encoder says.
        reason: String,
    },
}

/// Stores a texture as the rule asks.
///
/// The bytes pass through untouched, and the same `Arc` is handed back, if the rule is
/// [`Codec::Keep`] and the picture is small enough, if it is KTX2 already, or if JPEG or WebP would
/// give no fewer bytes at the same size: that would be loss for nothing.
///
/// # Errors
/// If the texture must be decoded and is damaged or wider or higher than `limit_px`.
pub fn apply(
    texture: &Arc<Texture>,
    rule: &TextureRule,
    limit_px: u32,
) -> Result<(Arc<Texture>, TextureCost), TextureError> {
    let size = (texture.width, texture.height);
    let asked = resample::within(size, rule.longest_edge_px);
    let as_asked = rule.codec == Codec::Keep
        || (texture.format == TextureFormat::Ktx2 && matches!(rule.codec, Codec::Etc1s | Codec::Uastc));
    if as_asked && asked == size {
        return Ok((Arc::clone(texture), TextureCost::kept(texture)));
    }
    let image = decode(texture, limit_px)?;
    let (made, mut cost) = encode(&image, &texture.name, texture.repeat, rule)?;
    let same_kind = matches!(made.format, TextureFormat::Jpeg | TextureFormat::Png | TextureFormat::WebP);
    if same_kind && (made.width, made.height) == size && made.bytes.len() >= texture.bytes.len() {
        return Ok((Arc::clone(texture), TextureCost::kept(texture)));
    }
    cost.bytes_before = texture.bytes.len() as u64;
    Ok((Arc::new(made), cost))
}

/// Stores pixels as the rule asks, for pictures that have no bytes yet. `repeat` says whether the
/// picture repeats along U and V, so that its smaller sizes keep their seams closed.
///
/// # Errors
/// If the picture has no pixels, or more than its codec can hold.
pub fn encode(
    image: &RgbaImage,
    name: &str,
    repeat: [bool; 2],
    rule: &TextureRule,
) -> Result<(Texture, TextureCost), TextureError> {
    let (width, height) = image.dimensions();
    if width == 0 || height == 0 {
        return Err(TextureError::Size { name: name.to_owned(), width, height, limit_px: u32::MAX });
    }
    let (target_width, target_height) = size_for((width, height), rule);
    let picture = if (target_width, target_height) == (width, height) {
        Cow::Borrowed(image)
    } else {
        Cow::Owned(resample::smaller(image, target_width, target_height, repeat))
    };
    let alpha = image.pixels().any(|pixel| pixel.0[3] < 255);
    let quality = rule.quality.clamp(1, 100);
    let (format, bytes) = match rule.codec {
        Codec::Keep | Codec::Jpeg if alpha => (TextureFormat::Png, codec::png(&picture, name)?),
        Codec::Keep | Codec::Jpeg => (TextureFormat::Jpeg, codec::jpeg(&picture, name, quality)?),
        Codec::WebP => (TextureFormat::WebP, codec::webp(&picture, name, quality)?),
        Codec::Etc1s => {
            (TextureFormat::Ktx2, ktx2::write(&picture, name, repeat, ktx2::Mode::Etc1s, quality)?)
        }
        Codec::Uastc => {
            (TextureFormat::Ktx2, ktx2::write(&picture, name, repeat, ktx2::Mode::Uastc, quality)?)
        }
    };
    let texture = Texture {
        name: name.to_owned(),
        format,
        bytes: bytes.into(),
        width: target_width,
        height: target_height,
        repeat,
        kept: false,
    };
    let shown = decode(&texture, target_width.max(target_height))?;
    let cost = TextureCost::encoded(&texture, image, &picture, &shown, alpha);
    Ok((texture, cost))
}

/// The pixels of a texture, sRGB, top row first. Grey becomes equal red, green and blue; alpha is
/// 255 where there is none. Of KTX2, Basis Universal as [`encode`] writes it.
///
/// # Errors
/// If the bytes are no picture of the stated size, or it is wider or higher than `limit_px`. Both
/// are found out from the header, before room is made for the pixels.
pub fn decode(texture: &Texture, limit_px: u32) -> Result<RgbaImage, TextureError> {
    let Texture { name, width, height, .. } = texture;
    let sane = 1..=limit_px;
    if !sane.contains(width) || !sane.contains(height) {
        return Err(TextureError::Size { name: name.clone(), width: *width, height: *height, limit_px });
    }
    match texture.format {
        TextureFormat::Ktx2 => ktx2::read(texture),
        _ => codec::read(texture),
    }
}

/// The size that a picture gets under a rule. Sides of KTX2 are multiples of four, which
/// `KHR_texture_basisu` asks for; they are rounded down, except from below four.
fn size_for(size: (u32, u32), rule: &TextureRule) -> (u32, u32) {
    let (width, height) = resample::within(size, rule.longest_edge_px);
    match rule.codec {
        Codec::Keep | Codec::Jpeg => resample::within((width, height), Some(codec::JPEG_LIMIT_PX)),
        Codec::WebP => resample::within((width, height), Some(codec::WEBP_LIMIT_PX)),
        Codec::Etc1s | Codec::Uastc => {
            let fourfold = |side: u32| (side / 4 * 4).max(4);
            (fourfold(width), fourfold(height))
        }
    }
}

fn damaged(texture: &Texture, reason: impl std::fmt::Display) -> TextureError {
    TextureError::Damaged { name: texture.name.clone(), reason: reason.to_string() }
}

fn refused(name: &str, format: &'static str, reason: impl std::fmt::Display) -> TextureError {
    TextureError::Refused { name: name.to_owned(), format, reason: reason.to_string() }
}
