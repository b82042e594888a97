//! Voices as telephones record them: bytes come in, a file with the sound alone and its length goes out. Called by the
//! API.
//!
//! What a file is, its bytes say, and each format has a reader that walks through the whole container. What is kept is
//! written anew (`WebM`, Ogg, MP3, WAV) or blanked where it lies (MP4, whose parts point at one another): titles, names,
//! positions, times, pictures and whatever else the file holds beside its sound do not travel on. The sound itself is
//! not decoded.

mod mp3;
mod mp4;
mod ogg;
mod opus;
mod wav;
mod webm;

use twin_schemas::reports::VoiceFormat;

use crate::domain::refusal::InChinese;

/// Most bytes of a file.
pub const FILE_LIMIT_BYTES: usize = 2 * 1024 * 1024;
/// Longest recording.
pub const DURATION_LIMIT_MS: u64 = 120_000;

/// A voice as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voice {
    /// What its file is.
    pub format: VoiceFormat,
    /// How long it is, as its container says.
    pub duration_ms: u32,
    /// The file, with the sound alone.
    pub file: Vec<u8>,
}

/// Why a file is no voice that can be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoiceError {
    /// Not one of the formats.
    #[error("the file is no sound in WebM, Ogg, MP4, MP3 or WAV\nhint: telephones record one of these")]
    Format,
    /// It begins as one of the formats and does not go on so.
    #[error("the {format} file is damaged at byte {at}: {what}")]
    Damaged {
        /// What it begins as.
        format: &'static str,
        /// Where.
        at: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// It holds something that is not taken.
    #[error("the {format} file holds {what}\nhint: {hint}")]
    Unsupported {
        /// What the file is.
        format: &'static str,
        /// What it holds.
        what: &'static str,
        /// What can be sent instead.
        hint: &'static str,
    },
    /// Too large.
    #[error(
        "the recording has {0} bytes, limit {FILE_LIMIT_BYTES}\nhint: record in mono, or say less at a time"
    )]
    TooLarge(usize),
    /// Too long.
    #[error("the recording takes {} s, limit {} s\nhint: say it in two messages", .0.div_ceil(1000), DURATION_LIMIT_MS / 1000)]
    TooLong(u64),
    /// Nothing can be heard.
    #[error("the recording holds no sound")]
    Silent,
}

impl InChinese for VoiceError {
    fn zh(&self) -> String {
        match self {
            Self::Format => "文件不是 WebM、Ogg、MP4、MP3 或 WAV 录音；手机录音通常是其中一种".to_owned(),
            Self::Damaged { format, .. } => format!("{format} 录音文件已损坏；请重新录制"),
            Self::Unsupported { format, .. } => {
                format!("{format} 文件中有录音以外的内容，或编码不受支持；请用页面上的录音按钮录制")
            }
            Self::TooLarge(bytes) => {
                format!("录音有 {bytes} 字节，最多 {FILE_LIMIT_BYTES} 字节；请用单声道录制，或分几次说")
            }
            Self::TooLong(ms) => {
                format!("录音有 {} 秒，最多 {} 秒；请分两次说", ms.div_ceil(1000), DURATION_LIMIT_MS / 1000)
            }
            Self::Silent => "录音里没有声音".to_owned(),
        }
    }
}

/// What a reader makes of a file.
struct Sound {
    duration_ms: u64,
    file: Vec<u8>,
}

/// Reads a recording.
///
/// # Errors
/// A [`VoiceError`] that says why it cannot be kept.
pub fn read(bytes: &[u8]) -> Result<Voice, VoiceError> {
    if bytes.len() > FILE_LIMIT_BYTES {
        return Err(VoiceError::TooLarge(bytes.len()));
    }
    let (format, sound) = match format_of(bytes).ok_or(VoiceError::Format)? {
        VoiceFormat::Webm => (VoiceFormat::Webm, webm::read(bytes)?),
        VoiceFormat::Ogg => (VoiceFormat::Ogg, ogg::read(bytes)?),
        VoiceFormat::Mp4 => (VoiceFormat::Mp4, mp4::read(bytes)?),
        VoiceFormat::Mpeg => (VoiceFormat::Mpeg, mp3::read(bytes)?),
        VoiceFormat::Wav => (VoiceFormat::Wav, wav::read(bytes)?),
    };
    let Sound { duration_ms, file } = sound;
    match u32::try_from(duration_ms) {
        Ok(0) => Err(VoiceError::Silent),
        Ok(within) if duration_ms <= DURATION_LIMIT_MS => Ok(Voice { format, duration_ms: within, file }),
        _ => Err(VoiceError::TooLong(duration_ms)),
    }
}

/// What a file begins as.
fn format_of(bytes: &[u8]) -> Option<VoiceFormat> {
    let at = |from: usize, sign: &[u8]| bytes.get(from..from + sign.len()) == Some(sign);
    if at(0, &[0x1a, 0x45, 0xdf, 0xa3]) {
        Some(VoiceFormat::Webm)
    } else if at(0, b"OggS") {
        Some(VoiceFormat::Ogg)
    } else if at(4, b"ftyp") {
        Some(VoiceFormat::Mp4)
    } else if at(0, b"RIFF") && at(8, b"WAVE") {
        Some(VoiceFormat::Wav)
    } else if at(0, b"ID3") || mp3::begins(bytes) {
        Some(VoiceFormat::Mpeg)
    } else {
        None
    }
}

/// `units` of a second's `rate`, in milliseconds, rounded.
fn in_ms(units: u64, rate: u64) -> u64 {
    let rate = u128::from(rate.max(1));
    u64::try_from((u128::from(units) * 1000 + rate / 2) / rate).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
