//! The sample community: an old residential quarter, written as a user would bring it.
//!
//! In: how many survey tiles, a seed, a level of detail. Out: a folder with `community.toml`, an
//! oblique survey as PagedLOD trees of OSGB files, zones, footprints and devices as GeoJSON, and
//! building models as IFC.
//! Called by the command line (`tile-builder sample`) and by tests that need a survey.
//!
//! The scene is described by surfaces in metres (`quarter`, `walkup`, `plants`, ...), its light is baked into
//! textures by ray casting (`ray`, `light`, `bake`), and each tile is cut, packed and written by
//! itself, so that memory does not grow with the number of tiles.

mod atlas;
mod bake;
mod canal;
mod cut;
mod fittings;
mod ifc;
mod light;
mod low;
mod noise;
mod osgb;
mod paint;
mod palette;
mod patch;
mod plants;
mod quarter;
mod ray;
mod records;
mod site;
mod square;
mod street;
mod survey;
mod terrain;
#[cfg(test)]
mod tests;
mod tile;
mod vector;
mod walkup;
mod works;

use std::path::{Path, PathBuf};

/// How finely the survey is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// Like a real survey: texels of 5.5 cm, five levels, some 6 MB a tile.
    #[default]
    Full,
    /// For load tests: texels of 30 cm, three levels, some 0.9 MB a tile.
    Light,
}

/// What to generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleOptions {
    /// The folder to write. It must not exist, be empty, or hold an earlier sample, which is replaced.
    pub out: PathBuf,
    /// Survey tiles of 100 m × 100 m, 1 to [`MAX_TILES`].
    pub tiles: u32,
    /// Everything random follows from it: the same options give the same bytes.
    pub seed: u64,
    /// How finely the survey is made.
    pub detail: Detail,
}

impl SampleOptions {
    /// The default sample, six tiles, to be written to `out`.
    #[must_use]
    pub fn new(out: impl Into<PathBuf>) -> Self {
        Self { out: out.into(), tiles: 6, seed: 1, detail: Detail::Full }
    }
}

/// The most tiles that one sample may have.
pub const MAX_TILES: u32 = 5000;

/// How far a run is; given to the caller after each tile, in no particular order of tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleProgress {
    /// Tiles that are written.
    pub tiles_done: u32,
    /// Tiles to write.
    pub tiles_total: u32,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleSummary {
    /// The build plan, `<out>/community.toml`.
    pub plan: PathBuf,
    /// Survey tiles.
    pub tiles: u32,
    /// OSGB files over all tiles and levels.
    pub survey_files: u64,
    /// Bytes of all OSGB files.
    pub survey_bytes: u64,
    /// Building footprints.
    pub buildings: u32,
    /// Zones.
    pub zones: u32,
    /// Devices.
    pub devices: u32,
    /// Building models: two walk-ups as they stand and one of them renewed, or fewer where there is no room.
    pub models: u32,
}

/// Why no sample was written. Nothing is left behind at the output path.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The number of tiles is out of range.
    #[error("`--tiles` is {given}, must be 1 to {MAX_TILES}")]
    TileCount {
        /// The number that was asked for.
        given: u32,
    },
    /// The output folder holds something that is not an earlier sample.
    #[error(
        "`{}` exists and is no earlier sample\nhint: give an empty or new folder to `--out`",
        path.display()
    )]
    OutputOccupied {
        /// The output folder.
        path: PathBuf,
    },
    /// A file or folder could not be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A texture could not be encoded.
    #[error("cannot encode a texture of `{file}`: {source}")]
    Texture {
        /// The OSGB file that it belongs to.
        file: String,
        /// What the encoder said.
        source: image::ImageError,
    },
    /// The coordinate operation to WGS 84 failed.
    #[error("cannot convert positions to WGS 84: {message}")]
    Projection {
        /// What PROJ said.
        message: String,
    },
}

/// Writes the sample community and tells `progress` after each tile.
///
/// The folder appears whole or not at all: everything is written beside it and renamed at the end.
///
/// # Errors
///
/// [`SampleError`]: options out of range, an output folder in use, or a failing disk.
pub fn run(options: &SampleOptions, progress: &dyn Fn(SampleProgress)) -> Result<SampleSummary, SampleError> {
    if options.tiles == 0 || options.tiles > MAX_TILES {
        return Err(SampleError::TileCount { given: options.tiles });
    }
    let out = std::path::absolute(&options.out)
        .map_err(|source| SampleError::Write { path: options.out.clone(), source })?;
    let earlier = check_output(&out)?;
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        move |source| SampleError::Write { path, source }
    };
    let parent = out.parent().unwrap_or(&out).to_path_buf();
    std::fs::create_dir_all(&parent).map_err(failed(&parent))?;
    let work = tempfile::Builder::new().prefix(".sample-").tempdir_in(&parent).map_err(failed(&parent))?;
    let folder = work.path().join("sample");
    std::fs::create_dir_all(folder.join("survey")).map_err(failed(&folder))?;

    progress(SampleProgress { tiles_done: 0, tiles_total: options.tiles });
    let quarter = quarter::Quarter::new(options.tiles, options.seed);
    let counts = records::write_records(&quarter, &folder)?;
    let size = survey::write_survey(&quarter, options.detail, &folder.join("survey"), progress)?;
    let models = ifc::write_models(&quarter, &folder)?;
    records::write_plan(&models, &folder)?;

    if earlier {
        // Moved into the working folder first, and deleted with it: the path is never half a sample.
        std::fs::rename(&out, work.path().join("earlier")).map_err(failed(&out))?;
    }
    std::fs::rename(&folder, &out).map_err(failed(&out))?;
    Ok(SampleSummary {
        plan: options.out.join("community.toml"),
        tiles: options.tiles,
        survey_files: size.files,
        survey_bytes: size.bytes,
        buildings: counts.buildings,
        zones: counts.zones,
        devices: counts.devices,
        models: models.len() as u32,
    })
}

/// The first line of every sample's `community.toml`, by which an earlier sample is recognised.
const PLAN_MARK: &str = "# The sample community, written by `tile-builder sample`.";

/// True if there is a folder to be replaced: an empty one or an earlier sample.
fn check_output(out: &Path) -> Result<bool, SampleError> {
    let occupied = || SampleError::OutputOccupied { path: out.to_path_buf() };
    if !out.exists() {
        return Ok(false);
    }
    let mut entries = std::fs::read_dir(out).map_err(|_| occupied())?;
    let plan = std::fs::read_to_string(out.join("community.toml")).unwrap_or_default();
    if entries.next().is_none() || plan.starts_with(PLAN_MARK) { Ok(true) } else { Err(occupied()) }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), SampleError> {
    std::fs::write(path, bytes).map_err(|source| SampleError::Write { path: path.to_path_buf(), source })
}
