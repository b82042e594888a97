//! What textures take and what they lost, in sums that can be added up over a survey. Called by
//! `texture`; the pipeline adds them for its report.

use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

use image::RgbaImage;

use super::resample;
use crate::scene::Texture;

/// Squared differences of two pictures, so that many pictures give one figure.
///
/// Compared are red, green and blue as stored (0 to 255), as they show: multiplied by alpha, and
/// alpha itself, where a picture has any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Loss {
    /// Sum of the squared differences.
    pub squared_error: u64,
    /// Numbers compared.
    pub samples: u64,
}

impl Loss {
    /// Peak signal-to-noise ratio in dB; `None` if nothing was lost.
    #[must_use]
    pub fn psnr_db(&self) -> Option<f64> {
        let mean = self.squared_error as f64 / self.samples as f64;
        (self.squared_error > 0 && self.samples > 0).then(|| 10.0 * (255.0 * 255.0 / mean).log10())
    }

    /// Nothing lost of so many pixels.
    fn none(pixels: u64) -> Self {
        Self { squared_error: 0, samples: pixels * 3 }
    }

    /// Between two pictures of the same size.
    fn between(a: &RgbaImage, b: &RgbaImage, alpha: bool) -> Self {
        let mut loss = Self::default();
        for (a, b) in a.pixels().zip(b.pixels()) {
            let (a, b) = if alpha { (shown(a.0), shown(b.0)) } else { (a.0, b.0) };
            for channel in 0..if alpha { 4 } else { 3 } {
                let difference = u64::from(a[channel].abs_diff(b[channel]));
                loss.squared_error += difference * difference;
            }
        }
        loss.samples = u64::from(a.width()) * u64::from(a.height()) * if alpha { 4 } else { 3 };
        loss
    }
}

/// Colour times alpha: what is under full transparency may be anything.
fn shown([r, g, b, a]: [u8; 4]) -> [u8; 4] {
    let times = |value: u8| ((u32::from(value) * u32::from(a) + 127) / 255) as u8;
    [times(r), times(g), times(b), a]
}

impl AddAssign for Loss {
    fn add_assign(&mut self, other: Self) {
        self.squared_error = self.squared_error.saturating_add(other.squared_error);
        self.samples = self.samples.saturating_add(other.samples);
    }
}

/// What textures take, and what they lost on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TextureCost {
    /// Textures.
    pub textures: u64,
    /// Of these, the ones whose bytes are those of the source.
    pub kept: u64,
    /// Of these, the ones with fewer pixels than the source.
    pub resampled: u64,
    /// Pixels of the sources.
    pub pixels_before: u64,
    /// Pixels now, smaller sizes in a file not counted.
    pub pixels_after: u64,
    /// Bytes of the sources; 0 for pictures that had none yet.
    pub bytes_before: u64,
    /// Bytes now.
    pub bytes_after: u64,
    /// What the codec lost: against the picture it was given, in its size.
    pub coding: Loss,
    /// What was lost in all: against the source, after enlarging to its size as a GPU does. The same
    /// as `coding` where no size changed.
    pub total: Loss,
}

impl TextureCost {
    /// Of a texture that stays as it is.
    pub(super) fn kept(texture: &Texture) -> Self {
        let pixels = u64::from(texture.width) * u64::from(texture.height);
        let bytes = texture.bytes.len() as u64;
        Self {
            textures: 1,
            kept: u64::from(texture.kept),
            resampled: 0,
            pixels_before: pixels,
            pixels_after: pixels,
            bytes_before: bytes,
            bytes_after: bytes,
            coding: Loss::none(pixels),
            total: Loss::none(pixels),
        }
    }

    /// Of a texture that was made from `source`, by way of `picture` if the size changed, and shows
    /// as `decoded`.
    pub(super) fn encoded(
        texture: &Texture,
        source: &RgbaImage,
        picture: &RgbaImage,
        decoded: &RgbaImage,
        alpha: bool,
    ) -> Self {
        let coding = Loss::between(picture, decoded, alpha);
        let resampled = source.dimensions() != picture.dimensions();
        let total = if resampled {
            let (width, height) = source.dimensions();
            let enlarged = resample::as_shown(decoded, width, height, texture.repeat);
            Loss::between(source, &enlarged, alpha)
        } else {
            coding
        };
        let pixels = |image: &RgbaImage| u64::from(image.width()) * u64::from(image.height());
        Self {
            textures: 1,
            kept: 0,
            resampled: u64::from(resampled),
            pixels_before: pixels(source),
            pixels_after: pixels(picture),
            bytes_before: 0,
            bytes_after: texture.bytes.len() as u64,
            coding,
            total,
        }
    }
}

impl AddAssign for TextureCost {
    fn add_assign(&mut self, other: Self) {
        self.textures += other.textures;
        self.kept += other.kept;
        self.resampled += other.resampled;
        self.pixels_before += other.pixels_before;
        self.pixels_after += other.pixels_after;
        self.bytes_before += other.bytes_before;
        self.bytes_after += other.bytes_after;
        self.coding += other.coding;
        self.total += other.total;
    }
}
