//! Images of an OSGB file as textures that glTF can carry: JPEG and PNG bytes pass through
//! unchanged, raw and block-compressed pixels are encoded as PNG.

use std::io::Cursor;
use std::sync::Arc;

use image::{ImageFormat, ImageReader, RgbaImage};

use super::state::Pixels;
use crate::read::Limits;
use crate::scene::{Texture, TextureFormat};

/// Why a texture could not be used; the mesh is then drawn without it.
pub(super) type TextureResult<T> = Result<T, String>;

/// A texture from the bytes of an image file.
pub(super) fn from_file_bytes(name: &str, bytes: Arc<[u8]>, limits: &Limits) -> TextureResult<Texture> {
    let format = match image::guess_format(&bytes) {
        Ok(ImageFormat::Jpeg) => TextureFormat::Jpeg,
        Ok(ImageFormat::Png) => TextureFormat::Png,
        Ok(other) => return Err(format!("image format {other:?} is not supported")),
        Err(_) => return Err("is neither JPEG nor PNG".to_owned()),
    };
    let (width, height) = ImageReader::new(Cursor::new(&bytes))
        .with_guessed_format()
        .map_err(|error| error.to_string())?
        .into_dimensions()
        .map_err(|error| error.to_string())?;
    limits.check_texture(width, height)?;
    Ok(Texture { name: name.to_owned(), format, bytes, width, height, repeat: [true; 2], kept: true })
}

/// A texture from pixels that stand in the file.
pub(super) fn from_pixels(name: &str, pixels: &Pixels, limits: &Limits) -> TextureResult<Texture> {
    limits.check_texture(pixels.width, pixels.height)?;
    if pixels.depth > 1 {
        return Err(format!("has {} layers, which is not supported", pixels.depth));
    }
    let mut rgba = match pixels.format {
        GL_RGB_S3TC_DXT1 | GL_RGBA_S3TC_DXT1 | GL_RGBA_S3TC_DXT3 | GL_RGBA_S3TC_DXT5 => {
            decode_blocks(pixels)?
        }
        _ => unpack_rows(pixels)?,
    };
    // OSG keeps the bottom row first; an image file begins at the top.
    image::imageops::flip_vertical_in_place(&mut rgba);
    let opaque = rgba.pixels().all(|pixel| pixel.0[3] == 255);
    let mut bytes = Cursor::new(Vec::new());
    let written = if opaque {
        image::DynamicImage::ImageRgba8(rgba).to_rgb8().write_to(&mut bytes, ImageFormat::Png)
    } else {
        rgba.write_to(&mut bytes, ImageFormat::Png)
    };
    written.map_err(|error| error.to_string())?;
    Ok(Texture {
        name: name.to_owned(),
        format: TextureFormat::Png,
        bytes: bytes.into_inner().into(),
        width: pixels.width,
        height: pixels.height,
        repeat: [true; 2],
        kept: false,
    })
}

const GL_UNSIGNED_BYTE: u32 = 0x1401;
const GL_RGB_S3TC_DXT1: u32 = 0x83F0;
const GL_RGBA_S3TC_DXT1: u32 = 0x83F1;
const GL_RGBA_S3TC_DXT3: u32 = 0x83F2;
const GL_RGBA_S3TC_DXT5: u32 = 0x83F3;

/// Byte positions of red, green, blue and alpha in a pixel of a GL format; 255 where absent.
fn channels(format: u32) -> Option<(usize, [usize; 4])> {
    const NONE: usize = usize::MAX;
    Some(match format {
        0x1907 => (3, [0, 1, 2, NONE]),       // GL_RGB
        0x1908 => (4, [0, 1, 2, 3]),          // GL_RGBA
        0x80E0 => (3, [2, 1, 0, NONE]),       // GL_BGR
        0x80E1 => (4, [2, 1, 0, 3]),          // GL_BGRA
        0x1909 => (1, [0, 0, 0, NONE]),       // GL_LUMINANCE
        0x190A => (2, [0, 0, 0, 1]),          // GL_LUMINANCE_ALPHA
        0x1906 => (1, [NONE, NONE, NONE, 0]), // GL_ALPHA
        0x1903 => (1, [0, NONE, NONE, NONE]), // GL_RED
        _ => return None,
    })
}

fn unpack_rows(pixels: &Pixels) -> TextureResult<RgbaImage> {
    if pixels.data_type != GL_UNSIGNED_BYTE {
        return Err(format!("pixel type {:#06x} is not supported", pixels.data_type));
    }
    let Some((size, order)) = channels(pixels.format) else {
        return Err(format!("pixel format {:#06x} is not supported", pixels.format));
    };
    let (width, height) = (pixels.width as usize, pixels.height as usize);
    let packing = pixels.packing.clamp(1, 8) as usize;
    let stride = (width * size).next_multiple_of(packing);
    if pixels.bytes.len() < stride * (height - 1) + width * size {
        return Err(format!("{} bytes do not fill {width} × {height} px", pixels.bytes.len()));
    }
    let mut rgba = RgbaImage::new(pixels.width, pixels.height);
    for (y, row) in rgba.rows_mut().enumerate() {
        for (pixel, source) in row.zip(pixels.bytes[y * stride..].chunks_exact(size)) {
            pixel.0 = order.map(|at| source.get(at).copied().unwrap_or(255));
        }
    }
    Ok(rgba)
}

fn decode_blocks(pixels: &Pixels) -> TextureResult<RgbaImage> {
    let (width, height) = (pixels.width as usize, pixels.height as usize);
    let block_bytes = if matches!(pixels.format, GL_RGB_S3TC_DXT1 | GL_RGBA_S3TC_DXT1) { 8 } else { 16 };
    if pixels.bytes.len() < width.div_ceil(4) * height.div_ceil(4) * block_bytes {
        return Err(format!("{} bytes do not fill {width} × {height} px", pixels.bytes.len()));
    }
    let mut argb = vec![0u32; width * height];
    match pixels.format {
        GL_RGB_S3TC_DXT1 => texture2ddecoder::decode_bc1(&pixels.bytes, width, height, &mut argb),
        GL_RGBA_S3TC_DXT1 => texture2ddecoder::decode_bc1a(&pixels.bytes, width, height, &mut argb),
        GL_RGBA_S3TC_DXT3 => texture2ddecoder::decode_bc2(&pixels.bytes, width, height, &mut argb),
        _ => texture2ddecoder::decode_bc3(&pixels.bytes, width, height, &mut argb),
    }
    .map_err(ToOwned::to_owned)?;
    let mut rgba = RgbaImage::new(pixels.width, pixels.height);
    for (pixel, value) in rgba.pixels_mut().zip(argb) {
        let [b, g, r, a] = value.to_le_bytes();
        pixel.0 = [r, g, b, a];
    }
    Ok(rgba)
}
