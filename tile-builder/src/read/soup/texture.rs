//! Image files as textures: format and size are looked at, the bytes stay as they are.

use std::io::{BufRead, Cursor, Seek};
use std::sync::Arc;

use image::{ImageFormat, ImageReader};

use crate::read::Limits;
use crate::scene::{Texture, TextureFormat};

const KTX2_MAGIC: &[u8] = b"\xABKTX 20\xBB";

/// A texture from the bytes of an image file, or why it cannot be used.
pub(in crate::read) fn from_bytes(
    name: &str,
    bytes: Arc<[u8]>,
    repeat: [bool; 2],
    limits: &Limits,
) -> Result<Texture, String> {
    let (format, width, height) = look(Cursor::new(&bytes), limits)?;
    Ok(Texture { name: name.to_owned(), format, bytes, width, height, repeat, kept: true })
}

/// Format, width and height from the first bytes of an image file.
pub(in crate::read) fn look(
    mut file: impl BufRead + Seek,
    limits: &Limits,
) -> Result<(TextureFormat, u32, u32), String> {
    let start = file.fill_buf().map_err(|error| format!("cannot be read: {error}"))?;
    let (kind, format) = match image::guess_format(start) {
        Ok(kind @ ImageFormat::Jpeg) => (kind, TextureFormat::Jpeg),
        Ok(kind @ ImageFormat::Png) => (kind, TextureFormat::Png),
        Ok(other) => return Err(format!("is a {other:?} image, which is not supported")),
        Err(_) if start.starts_with(KTX2_MAGIC) => {
            return Err("is a KTX2 image, which is not supported".to_owned());
        }
        Err(_) => return Err("is neither JPEG nor PNG".to_owned()),
    };
    let reader = ImageReader::with_format(file, kind);
    let (width, height) = reader.into_dimensions().map_err(|error| format!("is damaged: {error}"))?;
    let limit = limits.texture_px;
    if width == 0 || height == 0 {
        return Err("has no pixels".to_owned());
    }
    if width > limit || height > limit {
        return Err(format!("is {width} × {height} px, limit {limit} px a side"));
    }
    Ok((format, width, height))
}
