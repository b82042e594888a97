//! The folder that survey software delivers: where its tiles are and what `metadata.xml` says.
//!
//! Layouts: ContextCapture `Data/Tile_+000_+001/Tile_+000_+001.osgb`, DJI Terra
//! `terra_osgbs/Block*/Block*.osgb`, a folder of plain `.osgb` files, or one file.

use std::path::{Path, PathBuf};

use quick_xml::events::Event;

/// A survey as found on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// Root files of its tiles, ordered by name.
    pub tiles: Vec<SurveyTile>,
    /// Tile folders that lack their root file.
    pub rootless: Vec<String>,
    /// `metadata.xml`, if there is one.
    pub metadata: Option<SurveyMetadata>,
}

/// One tile of a survey.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SurveyTile {
    /// Name of the tile, such as `Tile_+000_+014`.
    pub name: String,
    /// Its coarsest file.
    pub root: PathBuf,
}

/// What `metadata.xml` says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SurveyMetadata {
    /// `SRS`, as written.
    pub srs: Option<String>,
    /// `SRSOrigin`; a missing third number is 0.
    pub origin: Option<[f64; 3]>,
}

/// A folder that is no survey, or a metadata file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// The folder or file could not be read.
    #[error("`{path}` cannot be read: {source}")]
    Io {
        /// What was read.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// No tiles were found.
    #[error("no OSGB tiles in `{path}`")]
    Empty {
        /// The folder.
        path: String,
    },
    /// `metadata.xml` is damaged.
    #[error("`{path}`: {reason}")]
    Metadata {
        /// The file.
        path: String,
        /// What is wrong, naming the element.
        reason: String,
    },
}

const METADATA: &str = "metadata.xml";
const METADATA_LIMIT: u64 = 1 << 20;
/// How many folders deep tiles are looked for: `<input>/Production_1/Data/Tile_…`.
const SEARCH_DEPTH: usize = 4;

/// Looks at a folder or file.
///
/// # Errors
/// If nothing there is a tile, or `metadata.xml` cannot be understood.
pub fn open(input: &Path) -> Result<Survey, SurveyError> {
    let mut tiles = Vec::new();
    let mut rootless = Vec::new();
    let meta = std::fs::metadata(input).map_err(|source| io_error(input, source))?;
    if meta.is_file() {
        tiles.push(SurveyTile { name: stem(input), root: input.to_owned() });
    } else {
        find_tiles(input, SEARCH_DEPTH, &mut tiles, &mut rootless)?;
    }
    if tiles.is_empty() && rootless.is_empty() {
        return Err(SurveyError::Empty { path: input.display().to_string() });
    }
    tiles.sort();
    rootless.sort();
    let metadata = one_metadata(input, &tiles)?;
    Ok(Survey { tiles, rootless, metadata })
}

fn find_tiles(
    folder: &Path,
    depth: usize,
    tiles: &mut Vec<SurveyTile>,
    rootless: &mut Vec<String>,
) -> Result<(), SurveyError> {
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).map_err(|source| io_error(folder, source))? {
        let path = entry.map_err(|source| io_error(folder, source))?.path();
        if path.is_dir() {
            folders.push(path);
        } else if path.extension().is_some_and(|ext| ext.eq_ignore_ascii_case("osgb")) {
            files.push(path);
        }
    }
    if !files.is_empty() {
        let own = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let Some(root) = files.iter().find(|file| stem(file) == own) {
            tiles.push(SurveyTile { name: own, root: root.clone() });
        } else {
            let stems: Vec<String> = files.iter().map(|file| stem(file)).collect();
            let roots: Vec<_> =
                files.iter().filter(|file| !is_finer_level(&stem(file), &own, &stems)).collect();
            if roots.is_empty() {
                rootless.push(own);
            }
            tiles.extend(roots.into_iter().map(|file| SurveyTile { name: stem(file), root: file.clone() }));
        }
    }
    if depth > 1 {
        folders.sort();
        for folder in folders {
            find_tiles(&folder, depth - 1, tiles, rootless)?;
        }
    }
    Ok(())
}

/// Whether a file name is that of a finer level, `…_L19_0uuu1`, of a tile that is named like the
/// folder or like another file in it. A name alone says nothing: sensors are called L1 and L2.
fn is_finer_level(stem: &str, folder: &str, stems: &[String]) -> bool {
    stem.match_indices("_L").any(|(at, _)| {
        let (tile, rest) = (&stem[..at], &stem[at + 2..]);
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let level = digits > 0 && rest[digits..].starts_with('_');
        level && (tile == folder || stems.iter().any(|other| other == tile))
    })
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The metadata that all tiles share.
fn one_metadata(input: &Path, tiles: &[SurveyTile]) -> Result<Option<SurveyMetadata>, SurveyError> {
    let mut files: Vec<PathBuf> = tiles.iter().filter_map(|tile| find_metadata(input, &tile.root)).collect();
    files.sort();
    files.dedup();
    let mut found: Option<(PathBuf, SurveyMetadata)> = None;
    for path in files {
        let metadata = read_metadata(&path)?;
        match &found {
            Some((first, other)) if *other != metadata => {
                let reason = format!(
                    "places its tiles otherwise than `{}` does\nhint: write a `community.toml` with one `[[source]]` for each of the two folders",
                    first.display()
                );
                return Err(SurveyError::Metadata { path: path.display().to_string(), reason });
            }
            Some(_) => {}
            None => found = Some((path, metadata)),
        }
    }
    Ok(found.map(|(_, metadata)| metadata))
}

/// The metadata file nearest above a tile, not further up than the folder above the input.
fn find_metadata(input: &Path, root: &Path) -> Option<PathBuf> {
    let top = input.parent().unwrap_or(input);
    root.ancestors()
        .skip(1)
        .take_while(|folder| folder.starts_with(top))
        .map(|folder| folder.join(METADATA))
        .find(|path| path.is_file())
}

/// Reads a `metadata.xml`.
///
/// # Errors
/// If it is no XML, or its origin is not two or three numbers.
pub fn read_metadata(path: &Path) -> Result<SurveyMetadata, SurveyError> {
    let fail = |reason: String| SurveyError::Metadata { path: path.display().to_string(), reason };
    let size = std::fs::metadata(path).map_err(|source| io_error(path, source))?.len();
    if size > METADATA_LIMIT {
        return Err(fail(format!("is {size} bytes, limit {METADATA_LIMIT}")));
    }
    let text = std::fs::read(path).map_err(|source| io_error(path, source))?;
    parse_metadata(&String::from_utf8_lossy(&text)).map_err(fail)
}

fn parse_metadata(text: &str) -> Result<SurveyMetadata, String> {
    let mut reader = quick_xml::Reader::from_str(text.trim_start_matches('\u{feff}'));
    let (mut srs, mut origin) = (None::<String>, None::<String>);
    let mut element = String::new();
    loop {
        let event = reader.read_event().map_err(|e| format!("byte {}: {e}", reader.error_position()))?;
        let slot = match element.as_str() {
            "SRS" => Some(&mut srs),
            "SRSOrigin" => Some(&mut origin),
            _ => None,
        };
        match (event, slot) {
            (Event::Start(start), _) => start.name().as_ref().clone_into(&mut element),
            (Event::End(_), _) => element.clear(),
            (Event::Text(text), Some(slot)) => {
                slot.get_or_insert_default().push_str(&text);
            }
            (Event::CData(text), Some(slot)) => {
                slot.get_or_insert_default().push_str(&text);
            }
            (Event::GeneralRef(reference), Some(slot)) => {
                if let Some(text) = quick_xml::escape::resolve_predefined_entity(&reference) {
                    slot.get_or_insert_default().push_str(text);
                }
            }
            (Event::Eof, _) => break,
            _ => {}
        }
    }
    let origin = origin.map(|text| parse_origin(&text)).transpose()?;
    let srs = srs.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    Ok(SurveyMetadata { srs, origin })
}

fn parse_origin(text: &str) -> Result<[f64; 3], String> {
    let numbers: Option<Vec<f64>> = text
        .split(',')
        .map(|part| part.trim().parse().ok().filter(|number: &f64| number.is_finite()))
        .collect();
    match numbers.as_deref() {
        Some([x, y]) => Ok([*x, *y, 0.0]),
        Some([x, y, z]) => Ok([*x, *y, *z]),
        _ => Err(format!("`SRSOrigin` is `{}`, not numbers with commas between them", text.trim())),
    }
}

fn io_error(path: &Path, source: std::io::Error) -> SurveyError {
    SurveyError::Io { path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_with_semicolons_is_refused_by_name() {
        let xml =
            "<ModelMetadata><SRS>EPSG:4547</SRS><SRSOrigin>436199.73;2488760.85</SRSOrigin></ModelMetadata>";
        assert_eq!(
            parse_metadata(xml).unwrap_err(),
            "`SRSOrigin` is `436199.73;2488760.85`, not numbers with commas between them"
        );
    }

    #[test]
    fn a_byte_order_mark_and_spaces_do_no_harm() {
        let xml = "\u{feff}<?xml version=\"1.0\"?>\n<M>\n <SRS> EPSG:4547 </SRS><!-- x --><SRSOrigin> 1.5 , 2 , 0 </SRSOrigin></M>";
        let metadata = parse_metadata(xml).unwrap();
        assert_eq!(metadata.srs.as_deref(), Some("EPSG:4547"));
        assert_eq!(metadata.origin, Some([1.5, 2.0, 0.0]));
    }

    #[test]
    fn finer_levels_are_told_from_roots_by_the_names_around_them() {
        let stems = ["Site", "Site_L16_0", "Pier_L2_2024"].map(String::from);
        assert!(is_finer_level("Site_L16_0", "osgb", &stems));
        assert!(is_finer_level("Tile_+000_+017_L19_0uuuu3", "Tile_+000_+017", &[]));
        assert!(!is_finer_level("Pier_L2_2024", "osgb", &stems), "a sensor's name is no level");
        assert!(!is_finer_level("Site", "osgb", &stems));
    }

    #[test]
    fn two_productions_with_different_origins_are_not_mixed() {
        let folder = tempfile::tempdir().unwrap();
        for (production, origin) in [("Production_1", "0,0,0"), ("Production_2", "500,0,0")] {
            let tile = folder.path().join(production).join("Data/T");
            std::fs::create_dir_all(&tile).unwrap();
            std::fs::write(tile.join("T.osgb"), b"").unwrap();
            let xml = format!("<M><SRS>EPSG:4547</SRS><SRSOrigin>{origin}</SRSOrigin></M>");
            std::fs::write(folder.path().join(production).join("metadata.xml"), xml).unwrap();
        }
        let error = open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("Production_2") && error.contains("Production_1"), "{error}");
        assert!(open(&folder.path().join("Production_1")).is_ok());
    }
}
