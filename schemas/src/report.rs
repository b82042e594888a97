//! `report.json`: what a build read, made, left out, and why.
//!
//! It holds no times and no machine paths, so that the same input gives the same bytes; how long
//! a build took is in [`BuildTimings`], printed by `--json` and kept beside the versions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::Georeference;
use crate::plan::BuildPlan;

/// The report of one published version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BuildReport {
    /// Version of this contract.
    pub format: u32,
    /// Name and version of the builder.
    pub builder: String,
    /// The plan as it was used, defaults filled in.
    pub plan: BuildPlan,
    /// One entry a source, in plan order.
    pub sources: Vec<SourceReport>,
    /// Sums over all sources, and over what was made from them.
    pub totals: Figures,
    /// One entry a profile, in plan order.
    #[serde(default)]
    pub profiles: Vec<ProfileReport>,
    /// Everything that the user should know, in order of appearance.
    pub messages: Vec<Message>,
}

/// What became of one source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SourceReport {
    /// Id from the plan.
    pub id: String,
    /// How it was placed.
    pub georeference: Georeference,
    /// Sums over the source.
    pub figures: Figures,
    /// One entry a source tile, ordered by name.
    pub tiles: Vec<TileReport>,
}

/// What a profile came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileReport {
    /// Id from the plan.
    pub id: String,
    /// Its textures.
    pub textures: TextureReport,
}

/// What textures took, and what they lost on the way.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TextureReport {
    /// Textures, each counted once for each content that was made from it.
    pub textures: u64,
    /// Of these, the ones whose bytes are those of the source.
    pub kept: u64,
    /// Of these, the ones with fewer pixels than the source.
    pub resampled: u64,
    /// Pixels of the sources.
    pub source_px: u64,
    /// Pixels now.
    pub px: u64,
    /// Bytes of the sources; 0 for pictures that are new.
    pub source_bytes: u64,
    /// Bytes now.
    pub bytes: u64,
    /// Peak signal-to-noise ratio over all pixels against the pictures that were encoded; absent if
    /// nothing was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub psnr_db: Option<f64>,
    /// The same against the sources, for those that were resampled, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_psnr_db: Option<f64>,
}

/// What became of one tile of a survey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TileReport {
    /// Name of the tile's folder, such as `Tile_+000_+014`.
    pub name: String,
    /// Sums over the tile.
    pub figures: Figures,
    /// Corners in local metres: west, south, east, north. Absent if nothing was built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extent_m: Option<[f64; 4]>,
}

/// Counts that can be added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// Files read.
    pub files_read: u64,
    /// Bytes of those files.
    pub bytes_read: u64,
    /// Files that could not be read, or not wholly.
    pub files_damaged: u64,
    /// Child files that are named but do not exist.
    pub files_missing: u64,
    /// Tiles with content written.
    pub tiles: u64,
    /// Triangles written.
    pub triangles: u64,
    /// Vertices written.
    pub vertices: u64,
    /// Texture pixels in the contents.
    pub texture_px: u64,
    /// Texture bytes in the contents.
    pub texture_bytes: u64,
    /// Textures whose bytes were passed through unchanged.
    pub textures_kept: u64,
    /// Textures that had to be encoded anew.
    pub textures_encoded: u64,
    /// Bytes of all contents written (each counted once per tile that uses it).
    pub content_bytes: u64,
}

impl std::ops::AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.files_read += other.files_read;
        self.bytes_read += other.bytes_read;
        self.files_damaged += other.files_damaged;
        self.files_missing += other.files_missing;
        self.tiles += other.tiles;
        self.triangles += other.triangles;
        self.vertices += other.vertices;
        self.texture_px += other.texture_px;
        self.texture_bytes += other.texture_bytes;
        self.textures_kept += other.textures_kept;
        self.textures_encoded += other.textures_encoded;
        self.content_bytes += other.content_bytes;
    }
}

/// Something that the user should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// How bad it is.
    pub severity: Severity,
    /// Stable, machine-readable name, such as `missing_children`.
    pub code: String,
    /// One sentence, lower case, things in backticks.
    pub text: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// File or element that it is about, relative to the plan's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// How bad a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// An assumption worth knowing.
    Note,
    /// Something was left out or repaired; the rest was built.
    Warning,
    /// A part could not be built at all.
    Error,
}

/// How long a build took. Not part of a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BuildTimings {
    /// Wall-clock seconds of the whole build.
    pub wall_s: f64,
    /// Id of the version that the build published.
    pub version: String,
    /// Contents written in this run; the others were there already.
    pub contents_written: u64,
}
