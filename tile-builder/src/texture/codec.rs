//! Pixels to the bytes of a JPEG, PNG or WebP file, and back. Called by `texture`.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder as _, ImageFormat, ImageReader, RgbaImage};

use super::{TextureError, damaged, refused};
use crate::scene::{Texture, TextureFormat};

/// The longest side that JPEG can hold: 16 bits (ITU T.81, B.2.2).
pub(super) const JPEG_LIMIT_PX: u32 = 65_535;
/// The longest side that WebP with loss can hold: 14 bits (RFC 6386, 9.1).
pub(super) const WEBP_LIMIT_PX: u32 = 16_383;

/// JPEG, without alpha.
pub(super) fn jpeg(image: &RgbaImage, name: &str, quality: u8) -> Result<Vec<u8>, TextureError> {
    let mut bytes = Vec::new();
    let (width, height) = image.dimensions();
    let rgb: Vec<u8> = image.pixels().flat_map(|pixel| [pixel.0[0], pixel.0[1], pixel.0[2]]).collect();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .write_image(&rgb, width, height, ExtendedColorType::Rgb8)
        .map_err(|error| refused(name, "JPEG", error))?;
    Ok(bytes)
}

/// PNG, with alpha.
pub(super) fn png(image: &RgbaImage, name: &str) -> Result<Vec<u8>, TextureError> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).map_err(|error| refused(name, "PNG", error))?;
    Ok(bytes.into_inner())
}

/// WebP with loss. Alpha is stored only if there is any, and without loss.
pub(super) fn webp(image: &RgbaImage, name: &str, quality: u8) -> Result<Vec<u8>, TextureError> {
    let mut config = webp::WebPConfig::new().map_err(|()| refused(name, "WebP", "no configuration"))?;
    config.quality = f32::from(quality);
    // On the calling thread alone: the pipeline has a texture for every core.
    config.thread_level = 0;
    let encoded = webp::Encoder::from_rgba(image.as_raw(), image.width(), image.height())
        .encode_advanced(&config)
        .map_err(|error| refused(name, "WebP", format!("{error:?}")))?;
    Ok(encoded.to_vec())
}

/// The pixels of a JPEG, PNG or WebP file of the size that the texture states.
pub(super) fn read(texture: &Texture) -> Result<RgbaImage, TextureError> {
    let format = match texture.format {
        TextureFormat::Jpeg => ImageFormat::Jpeg,
        TextureFormat::Png => ImageFormat::Png,
        TextureFormat::WebP => ImageFormat::WebP,
        TextureFormat::Ktx2 => return Err(damaged(texture, "KTX2 is no image file")),
    };
    let (width, height) = ImageReader::with_format(Cursor::new(&*texture.bytes), format)
        .into_dimensions()
        .map_err(|error| damaged(texture, error))?;
    if (width, height) != (texture.width, texture.height) {
        return Err(damaged(
            texture,
            format!("it is {width} × {height} px, stated {} × {}", texture.width, texture.height),
        ));
    }
    let mut reader = ImageReader::with_format(Cursor::new(&*texture.bytes), format);
    reader.limits(limits(width, height));
    reader.decode().map(DynamicImage::into_rgba8).map_err(|error| damaged(texture, error))
}

/// What a decoder may take for a picture of this size: 16 bits a channel, twice over, and a little.
fn limits(width: u32, height: u32) -> image::Limits {
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(width);
    limits.max_image_height = Some(height);
    limits.max_alloc = Some(u64::from(width) * u64::from(height) * 16 + (1 << 20));
    limits
}
