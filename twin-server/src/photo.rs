//! Photographs as phones send them: bytes come in, an upright picture without anything else in the file goes out,
//! and where it was taken. Called by the API.
//!
//! A picture is decoded and written anew, so that nothing travels on that nobody sees: position, camera, a preview
//! from before somebody was cut out (Exif 2.32, <https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2019-E>).

use std::io::Cursor;

use exif::{In, Tag, Value};
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};
use twin_schemas::geometry::GeographicPoint;

use crate::domain::refusal::InChinese;

/// Most bytes of a file.
pub const FILE_LIMIT_BYTES: usize = 15 * 1024 * 1024;
/// Widest and highest picture that is decoded.
const SIDE_LIMIT_PX: u32 = 16_384;
/// Most pixels that are decoded: the largest sensors of telephones, binned.
const AREA_LIMIT_PX: u64 = 64_000_000;
/// Most memory that decoding may take.
const DECODE_LIMIT_BYTES: u64 = 300 * 1024 * 1024;
/// Longer side of what is kept.
const KEPT_PX: u32 = 1_600;
/// Longer side of the small picture in lists.
const SMALL_PX: u32 = 320;
/// Quality of JPEG: what is kept is looked at, not measured.
const QUALITY: u8 = 80;

/// A picture as it is kept: two JPEG files without metadata.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    /// Width of the larger file.
    pub width_px: u32,
    /// Height of the larger file.
    pub height_px: u32,
    /// The larger file, at most 1,600 px.
    pub large: Vec<u8>,
    /// The smaller file, at most 320 px.
    pub small: Vec<u8>,
    /// Where it was taken, if the file said so.
    pub taken_at: Option<GeographicPoint>,
}

/// Why a file is no photograph that can be kept.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// Not one of the formats.
    #[error(
        "the file is no JPEG, PNG or WebP picture\nhint: iPhones send JPEG if Settings > Camera > Formats is `Most Compatible`"
    )]
    Format,
    /// Too large.
    #[error(
        "the picture has {width_px} x {height_px} px, limit {SIDE_LIMIT_PX} px a side and {AREA_LIMIT_PX} in all"
    )]
    TooLarge {
        /// Its width.
        width_px: u32,
        /// Its height.
        height_px: u32,
    },
    /// Damaged, or more than may be decoded.
    #[error("the picture cannot be read: {0}")]
    Unreadable(String),
}

impl InChinese for PhotoError {
    fn zh(&self) -> String {
        match self {
            Self::Format => {
                "文件不是 JPEG、PNG 或 WebP 图片；苹果手机请在“设置 > 相机 > 格式”中选“兼容性最佳”".to_owned()
            }
            Self::TooLarge { width_px, height_px } => format!(
                "图片为 {width_px} x {height_px} 像素，每边最多 {SIDE_LIMIT_PX} 像素，总计最多 {AREA_LIMIT_PX} 像素"
            ),
            Self::Unreadable(_) => "图片已损坏，读不出来；请重新拍摄或另选一张".to_owned(),
        }
    }
}

/// Reads a photograph.
///
/// # Errors
/// A [`PhotoError`] that says why it cannot be kept.
pub fn read(bytes: &[u8]) -> Result<Photo, PhotoError> {
    let unreadable = |error: image::ImageError| PhotoError::Unreadable(error.to_string());
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| PhotoError::Format)?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err(PhotoError::Format);
    }
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(SIDE_LIMIT_PX);
    limits.max_image_height = Some(SIDE_LIMIT_PX);
    limits.max_alloc = Some(DECODE_LIMIT_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width_px, height_px) = decoder.dimensions();
    if width_px == 0 || height_px == 0 || u64::from(width_px) * u64::from(height_px) > AREA_LIMIT_PX {
        return Err(PhotoError::TooLarge { width_px, height_px });
    }
    // What a damaged block of metadata says is not worth refusing a picture for.
    let taken_at = decoder.exif_metadata().ok().flatten().and_then(taken_at);
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    let (mut large, mut small) = (within(&picture, KEPT_PX), within(&picture, SMALL_PX));
    drop(picture);
    large.apply_orientation(orientation);
    small.apply_orientation(orientation);
    Ok(Photo {
        width_px: large.width(),
        height_px: large.height(),
        large: jpeg(&large).map_err(unreadable)?,
        small: jpeg(&small).map_err(unreadable)?,
        taken_at,
    })
}

/// A picture without transparency, at most so many pixels long.
fn within(picture: &DynamicImage, side_px: u32) -> DynamicImage {
    let is_larger = picture.width().max(picture.height()) > side_px;
    let fitted = if is_larger { picture.thumbnail(side_px, side_px) } else { picture.clone() };
    DynamicImage::ImageRgb8(fitted.into_rgb8())
}

fn jpeg(picture: &DynamicImage) -> Result<Vec<u8>, image::ImageError> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))?;
    Ok(bytes)
}

/// Where a block of Exif says that the picture was taken.
fn taken_at(block: Vec<u8>) -> Option<GeographicPoint> {
    let exif = exif::Reader::new().read_raw(block).ok()?;
    let degrees = |value: Tag, side: Tag, negative: u8| {
        let Value::Rational(parts) = &exif.get_field(value, In::PRIMARY)?.value else { return None };
        let [degrees, minutes, seconds] = parts.as_slice() else { return None };
        let size = degrees.to_f64() + minutes.to_f64() / 60.0 + seconds.to_f64() / 3600.0;
        let Value::Ascii(sides) = &exif.get_field(side, In::PRIMARY)?.value else { return None };
        let is_negative = sides.first()?.first()?.eq_ignore_ascii_case(&negative);
        Some(if is_negative { -size } else { size })
    };
    let latitude_deg = degrees(Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S')?;
    let longitude_deg = degrees(Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W')?;
    // Cameras that know no position write zeros; comparisons refuse what is not a number.
    let is_place = latitude_deg.abs() <= 90.0 && longitude_deg.abs() <= 180.0;
    let is_nowhere = latitude_deg == 0.0 && longitude_deg == 0.0;
    (is_place && !is_nowhere).then_some(GeographicPoint { longitude_deg, latitude_deg, height_m: 0.0 })
}

#[cfg(test)]
mod tests {
    use exif::experimental::Writer;
    use exif::{Field, Rational};
    use image::{ImageEncoder, Rgb, RgbImage};

    use super::*;

    /// A picture whose upper half is red, with a block of Exif.
    fn picture(width_px: u32, height_px: u32, fields: &[Field]) -> Vec<u8> {
        let red_above = |_, y| if y < height_px / 2 { Rgb([200, 0, 0]) } else { Rgb([0, 0, 200]) };
        let pixels = RgbImage::from_fn(width_px, height_px, red_above);
        let (mut bytes, mut block) = (Vec::new(), Cursor::new(Vec::new()));
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
        if !fields.is_empty() {
            let mut writer = Writer::new();
            for field in fields {
                writer.push_field(field);
            }
            writer.write(&mut block, false).unwrap();
            encoder.set_exif_metadata(block.into_inner()).unwrap();
        }
        encoder.write_image(&pixels, width_px, height_px, image::ExtendedColorType::Rgb8).unwrap();
        bytes
    }

    fn field(tag: Tag, value: Value) -> Field {
        Field { tag, ifd_num: In::PRIMARY, value }
    }

    fn place(side: &str, degrees: u32) -> Vec<Field> {
        let angle = |degrees| {
            let parts = [(degrees, 1), (30, 1), (3600, 100)];
            Value::Rational(parts.map(|(num, denom)| Rational { num, denom }).to_vec())
        };
        let text = |text: &str| Value::Ascii(vec![text.as_bytes().to_vec()]);
        vec![
            field(Tag::GPSLatitudeRef, text(side)),
            field(Tag::GPSLatitude, angle(degrees)),
            field(Tag::GPSLongitudeRef, text("E")),
            field(Tag::GPSLongitude, angle(113)),
        ]
    }

    #[test]
    fn a_photograph_is_kept_small_and_without_what_nobody_sees() {
        let photo = read(&picture(3_200, 1_600, &place("N", 22))).unwrap();
        assert_eq!((photo.width_px, photo.height_px), (1_600, 800));
        let at = photo.taken_at.unwrap();
        assert!((at.latitude_deg - 22.51).abs() < 1e-9 && (at.longitude_deg - 113.51).abs() < 1e-9, "{at:?}");
        for kept in [&photo.large, &photo.small] {
            assert!(!kept.windows(4).any(|bytes| bytes == b"Exif"));
        }
        let small = image::load_from_memory(&photo.small).unwrap();
        assert_eq!((small.width(), small.height()), (320, 160));
    }

    #[test]
    fn a_position_in_the_south_is_there_and_none_is_none() {
        let at = |fields: &[Field]| read(&picture(8, 8, fields)).unwrap().taken_at;
        assert!((at(&place("S", 22)).unwrap().latitude_deg + 22.51).abs() < 1e-9);
        assert_eq!(at(&place("N", 95)), None);
        assert_eq!(at(&place("N", 22)[..2]), None);
        assert_eq!(at(&[]), None);
    }

    #[test]
    fn a_picture_taken_sideways_stands_upright() {
        let sideways = field(Tag::Orientation, Value::Short(vec![6]));
        let photo = read(&picture(64, 32, &[sideways])).unwrap();
        assert_eq!((photo.width_px, photo.height_px), (32, 64));
        // Turned to the right, what was above is on the right.
        let pixels = image::load_from_memory(&photo.large).unwrap().into_rgb8();
        assert!(pixels.get_pixel(28, 32)[0] > 150 && pixels.get_pixel(4, 32)[2] > 150);
    }

    #[test]
    fn what_is_no_picture_is_refused_and_nothing_panics() {
        for file in [&b""[..], b"GIF89a", b"<svg/>", &[0xff, 0xd8, 0xff]] {
            assert!(read(file).is_err());
        }
        let whole = picture(40, 40, &place("N", 22));
        for length in 0..whole.len() {
            let _ = read(&whole[..length]);
        }
        for at in 0..whole.len() {
            let mut other = whole.clone();
            other[at] ^= 0x55;
            let _ = read(&other);
        }
    }

    #[test]
    fn a_picture_that_says_to_be_huge_is_refused_before_it_is_decoded() {
        let mut png = Vec::new();
        let pixels = RgbImage::new(1, 1);
        DynamicImage::ImageRgb8(pixels).write_to(&mut Cursor::new(&mut png), ImageFormat::Png).unwrap();
        // Width and height of the header, whose checksum the decoder may also refuse.
        png[16..24].copy_from_slice(&[0, 0, 0x3f, 0xff, 0, 0, 0x3f, 0xff]);
        assert!(read(&png).is_err());
    }
}
