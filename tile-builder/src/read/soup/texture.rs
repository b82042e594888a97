//! Image files as textures: format and size are looked at, the bytes stay as they are.

use std::io::{BufRead, Cursor, Seek};
use std::sync::Arc;

use image::{ImageFormat, ImageReader};

use crate::read::Limits;
use crate::scene::{Texture, TextureFormat};

const KTX2_MAGIC: &[u8] = b"\xABKTX 20\xBB";
/// Places of `vkFormat`, `pixelWidth` and `pixelHeight` in a KTX2 file (KTX 2.0, 3).
const KTX2_WORDS: [usize; 3] = [12, 20, 24];

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
        Ok(kind @ ImageFormat::WebP) => (kind, TextureFormat::WebP),
        Ok(other) => return Err(format!("is a {other:?} image, which is not supported")),
        Err(_) if start.starts_with(KTX2_MAGIC) => {
            let (width, height) = ktx2_size(start)?;
            limits.check_texture(width, height)?;
            return Ok((TextureFormat::Ktx2, width, height));
        }
        Err(_) => return Err("is neither JPEG, PNG, WebP nor KTX2".to_owned()),
    };
    let reader = ImageReader::with_format(file, kind);
    let (width, height) = reader.into_dimensions().map_err(|error| format!("is damaged: {error}"))?;
    limits.check_texture(width, height)?;
    Ok((format, width, height))
}

fn ktx2_size(start: &[u8]) -> Result<(u32, u32), String> {
    let word = |at: usize| start.get(at..)?.first_chunk().map(|word| u32::from_le_bytes(*word));
    match KTX2_WORDS.map(word) {
        [Some(0), Some(width), Some(height)] => Ok((width, height)),
        [Some(_), Some(_), Some(_)] => Err("is a KTX2 image without Basis Universal".to_owned()),
        _ => Err("is damaged: the header is cut".to_owned()),
    }
}
