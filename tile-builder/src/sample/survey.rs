//! Writes the survey: `metadata.xml` and the tiles below `Data`.
//!
//! In: the layout and a folder. Out: files. Called by `run`. Tiles are made in parallel on worker
//! threads; the caller's thread reports progress. What a file holds depends on the layout alone, not
//! on the order in which tiles are finished.

use std::path::Path;
use std::sync::mpsc;

use rayon::prelude::*;

use super::quarter::Quarter;
use super::records::{CRS, SRS_ORIGIN};
use super::tile::{make, tile_name};
use super::{Detail, SampleError, SampleProgress, write};

/// Files and bytes of the tiles.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SurveySize {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

/// Writes the whole survey into a folder, which must exist.
pub(crate) fn write_survey(
    quarter: &Quarter,
    detail: Detail,
    folder: &Path,
    progress: &dyn Fn(SampleProgress),
) -> Result<SurveySize, SampleError> {
    write(&folder.join("metadata.xml"), metadata().as_bytes())?;
    let total = quarter.extent.tiles;
    let (done, reports) = mpsc::channel();
    std::thread::scope(|scope| {
        let worker = scope.spawn(move || {
            (0..total)
                .into_par_iter()
                .map_with(done, |done, index| {
                    let size = write_tile(quarter, index, detail, folder)?;
                    // The listener may have gone after an error elsewhere; that is no fault of this tile.
                    let _ = done.send(());
                    Ok(size)
                })
                .collect::<Result<Vec<SurveySize>, SampleError>>()
        });
        for (count, ()) in reports.iter().enumerate() {
            progress(SampleProgress { tiles_done: count as u32 + 1, tiles_total: total });
        }
        match worker.join() {
            Ok(sizes) => Ok(sizes?.into_iter().fold(SurveySize::default(), |sum, size| SurveySize {
                files: sum.files + size.files,
                bytes: sum.bytes + size.bytes,
            })),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn write_tile(
    quarter: &Quarter,
    index: u32,
    detail: Detail,
    folder: &Path,
) -> Result<SurveySize, SampleError> {
    let (_, place) = quarter.extent.tile(index);
    let folder = folder.join("Data").join(tile_name(place));
    std::fs::create_dir_all(&folder).map_err(|source| SampleError::Write { path: folder.clone(), source })?;
    let files =
        make(quarter, index, detail).map_err(|(file, source)| SampleError::Texture { file, source })?;
    let mut size = SurveySize::default();
    for file in files {
        write(&folder.join(&file.name), &file.bytes)?;
        size = SurveySize { files: size.files + 1, bytes: size.bytes + file.bytes.len() as u64 };
    }
    Ok(size)
}

/// `metadata.xml` in the producer's form.
fn metadata() -> String {
    let [east, north, up] = SRS_ORIGIN;
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<ModelMetadata version=\"1\">\n\
         \t<!--Spatial Reference System-->\n\t<SRS>{CRS}</SRS>\n\
         \t<!--Origin in Spatial Reference System-->\n\t<SRSOrigin>{east},{north},{up}</SRSOrigin>\n\
         \t<Texture>\n\t\t<ColorSource>Visible</ColorSource>\n\t</Texture>\n</ModelMetadata>\n"
    )
}
