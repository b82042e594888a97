//! PROJ behind one small door: projected coordinates to WGS 84 longitude and latitude.
//!
//! PROJ's objects stay on the thread that made them, so each thread keeps its own, by definition.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use proj::Proj;

/// A CRS that PROJ cannot use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CrsError {
    /// PROJ does not know the definition.
    #[error("PROJ does not understand `{definition}`: {reason}")]
    Unknown {
        /// The definition, shortened.
        definition: String,
        /// PROJ's own words.
        reason: String,
    },
    /// A point has no position in the CRS.
    #[error("({x}, {y}) has no position in `{definition}`: {reason}")]
    Outside {
        /// The definition, shortened.
        definition: String,
        /// First coordinate.
        x: String,
        /// Second coordinate.
        y: String,
        /// PROJ's own words.
        reason: String,
    },
}

/// What kind of coordinates a CRS has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CrsKind {
    Projected,
    Geographic,
}

thread_local! {
    static TO_WGS84: RefCell<HashMap<String, Rc<Proj>>> = RefCell::default();
}

/// Whether coordinates of a CRS are metres (or feet) or degrees.
pub(super) fn kind(definition: &str) -> Result<CrsKind, CrsError> {
    let crs = Proj::new(definition).map_err(|error| unknown(definition, &error))?;
    let json = crs.to_projjson(None, None, None).map_err(|error| unknown(definition, &error))?;
    let geographic =
        json.contains("\"type\": \"GeographicCRS\"") && !json.contains("\"type\": \"ProjectedCRS\"");
    // A projected CRS names its geographic base as `base_crs`, without a type of that name.
    Ok(if geographic { CrsKind::Geographic } else { CrsKind::Projected })
}

/// Longitude and latitude in degrees of coordinates in a CRS, easting (or longitude) first.
pub(super) fn to_lonlat(definition: &str, x: f64, y: f64) -> Result<[f64; 2], CrsError> {
    let proj = TO_WGS84.with_borrow_mut(|known| {
        if let Some(proj) = known.get(definition) {
            return Ok(Rc::clone(proj));
        }
        let proj = Proj::new_known_crs(definition, "EPSG:4326", None)
            .map_err(|error| unknown(definition, &error))?;
        let proj = Rc::new(proj);
        known.insert(definition.to_owned(), Rc::clone(&proj));
        Ok(proj)
    })?;
    let outside = |reason: String| CrsError::Outside {
        definition: short(definition),
        x: x.to_string(),
        y: y.to_string(),
        reason,
    };
    let (lon, lat) = proj.convert((x, y)).map_err(|error| outside(error.to_string()))?;
    if lon.is_finite() && lat.is_finite() { Ok([lon, lat]) } else { Err(outside("not finite".to_owned())) }
}

fn unknown(definition: &str, error: &dyn std::fmt::Display) -> CrsError {
    CrsError::Unknown { definition: short(definition), reason: error.to_string() }
}

fn short(definition: &str) -> String {
    let mut text: String = definition.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > 80 {
        text = text.chars().take(79).chain(['…']).collect();
    }
    text
}
