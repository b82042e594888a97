//! Pixels to the bytes of a KTX2 file with all its mip levels, and back. Called by `texture`.
//!
//! What `KHR_texture_basisu` asks: ETC1S in `BasisLZ` or UASTC in zstd, one picture, sides that are
//! multiples of four, sRGB, top row first, mip levels down to one pixel. Binomial's encoder makes
//! them in linear light. It runs on the calling thread, which also makes its bytes repeatable.

use std::sync::Once;

use basisu_c_sys::extra::types::Extent3d;
use basisu_c_sys::extra::{
    BasisuEncoder, BasisuEncoderParams, BasisuTranscoder, ChannelType, SourceImage, SourceImageFormat,
    SupportedTextureCompression, basisu_encoder_init, basisu_transcoder_init,
};
use basisu_c_sys::{BasisTextureFormat, TranscodeTargetFormat, common};
use image::RgbaImage;

use super::{TextureError, damaged, refused};
use crate::scene::Texture;

/// Which of the two kinds of Basis Universal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Etc1s,
    Uastc,
}

/// How hard the encoder tries, of ten. Its own default; more costs several times the CPU for
/// tenths of a decibel.
const EFFORT: i32 = 2;

/// The first bytes of every KTX2 file (KTX 2.0, 3.1).
const IDENTIFIER: [u8; 12] = *b"\xABKTX 20\xBB\r\n\x1A\n";

/// The encoder and the transcoder fill shared tables once, and must not do so at the same time.
fn prepare() {
    static READY: Once = Once::new();
    READY.call_once(|| {
        basisu_encoder_init();
        basisu_transcoder_init();
    });
}

/// A KTX2 file. Both sides must be multiples of four.
pub(super) fn write(
    image: &RgbaImage,
    name: &str,
    repeat: [bool; 2],
    mode: Mode,
    quality: u8,
) -> Result<Vec<u8>, TextureError> {
    prepare();
    let (width, height) = image.dimensions();
    let source = SourceImage {
        data: image.as_raw(),
        format: SourceImageFormat::Rgba8,
        size: Extent3d { width, height, depth_or_array_layers: 1 },
    };
    let mips = if repeat == [true; 2] {
        common::BU_COMP_FLAGS_GEN_MIPS_WRAP
    } else {
        common::BU_COMP_FLAGS_GEN_MIPS_CLAMP
    };
    let params = BasisuEncoderParams {
        basis_tex_format: match mode {
            Mode::Etc1s => BasisTextureFormat::Etc1s,
            Mode::Uastc => BasisTextureFormat::UastcLdr4x4,
        },
        quality_level: i32::from(quality),
        effort_level: EFFORT,
        flags_and_quality: common::BU_COMP_FLAGS_KTX2_OUTPUT
            | common::BU_COMP_FLAGS_KTX2_UASTC_ZSTD
            | common::BU_COMP_FLAGS_SRGB
            | mips,
        low_level_uastc_rdo_or_dct_quality: 0.0,
    };
    let mut encoder = BasisuEncoder::new();
    encoder.set_image(source).map_err(|error| refused(name, "KTX2", error))?;
    encoder.compress(params).map_err(|error| refused(name, "KTX2", error))
}

/// The largest level of a KTX2 file of the size that the texture states.
pub(super) fn read(texture: &Texture) -> Result<RgbaImage, TextureError> {
    check_header(texture)?;
    prepare();
    let transcoder =
        BasisuTranscoder::new(&texture.bytes, SupportedTextureCompression::empty(), ChannelType::Auto)
            .map_err(|error| damaged(texture, error))?;
    let made = transcoder
        .transcode(Some(TranscodeTargetFormat::RGBA32), None)
        .map_err(|error| damaged(texture, error))?;
    let mut pixels = made.data;
    pixels.truncate(texture.width as usize * texture.height as usize * 4);
    RgbaImage::from_raw(texture.width, texture.height, pixels)
        .ok_or_else(|| damaged(texture, "its pixels do not fill it"))
}

/// Holds the header to what [`write`] makes, before a decoder makes room by it.
fn check_header(texture: &Texture) -> Result<(), TextureError> {
    let word = |at: usize| {
        let bytes = texture.bytes.get(at..at + 4)?;
        bytes.try_into().ok().map(u32::from_le_bytes)
    };
    if !texture.bytes.starts_with(&IDENTIFIER) {
        return Err(damaged(texture, "it does not begin as KTX2 does"));
    }
    let levels = texture.width.max(texture.height).checked_ilog2().map_or(1, |levels| levels + 1);
    // Format, width, height, depth, layers, faces: KTX 2.0, 3.2 to 3.8.
    let expected = [(12, 0), (20, texture.width), (24, texture.height), (28, 0), (32, 0), (36, 1)];
    if expected.iter().any(|(at, value)| word(*at) != Some(*value))
        || !word(40).is_some_and(|found| (1..=levels).contains(&found))
    {
        let (width, height) = (texture.width, texture.height);
        return Err(damaged(
            texture,
            format!("it is no single Basis Universal picture of {width} × {height} px"),
        ));
    }
    Ok(())
}
