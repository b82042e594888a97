//! Building models of the sample: two walk-ups as they stand, and one of them renewed, as IFC4.
//!
//! In: the layout. Out: `bim/<building>.ifc` and `bim/<building>-renewal.ifc`, which take the places of
//! their buildings in the survey. Called by `run`. `step` writes records, `model` keeps identities and
//! relations, `walk` holds the dimensions; the other files each draw one kind of thing.

mod balcony;
mod colour;
mod doors;
mod draft;
mod facade;
mod flat;
mod guid;
mod model;
mod project;
mod properties;
mod renewal;
mod roof;
mod services;
mod shape;
mod stair;
mod step;
#[cfg(test)]
mod tests;
mod types;
mod walk;

use std::path::Path;

use twin_schemas::plan::ModelState;

use super::fittings::Roof;
use super::paint::felt_tone;
use super::quarter::{Building, GROUND_M, Kind, Quarter, Works};
use super::records::{CRS, Globe, SRS_ORIGIN};
use super::{SampleError, write};
use colour::Colours;
use project::Ground;
use walk::{State, Walk};

/// A building model beside the survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ModelFile {
    /// Id of the source in the plan.
    pub(crate) id: String,
    /// Path in the sample's folder.
    pub(crate) path: String,
    /// Id of the building's footprint.
    pub(crate) building: String,
    pub(crate) state: ModelState,
}

/// Writes the models into the folder `bim`.
pub(crate) fn write_models(quarter: &Quarter, folder: &Path) -> Result<Vec<ModelFile>, SampleError> {
    let globe = Globe::new()?;
    let mut files = Vec::new();
    for (building, state) in choose(quarter) {
        let suffix = if state == State::Renewed { "-renewal" } else { "" };
        let id = format!("bim-{}{suffix}", building.id());
        let path = format!("bim/{}{suffix}.ifc", building.id());
        let target = folder.join(&path);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)
                .map_err(|source| SampleError::Write { path: parent.to_path_buf(), source })?;
        }
        let ground = ground(quarter, building, &globe)?;
        let name = path.trim_start_matches("bim/");
        write(&target, draw(quarter.seed, building, state, &ground, name).as_bytes())?;
        let state = if state == State::Renewed { ModelState::Proposed } else { ModelState::Existing };
        files.push(ModelFile { id, path, building: building.id(), state });
    }
    Ok(files)
}

/// The walk-ups to be modelled: those nearest to the middle on which nothing is being built, one with a flat
/// and one with a tiled roof if there are such, and the renewal of the first.
fn choose(quarter: &Quarter) -> Vec<(&Building, State)> {
    let away = |b: &Building| {
        let [u0, v0, u1, v1] = b.rect;
        f32::midpoint(u0, u1).hypot(f32::midpoint(v0, v1))
    };
    let mut free: Vec<&Building> =
        quarter.buildings.values().filter(|b| b.kind == Kind::WalkUp && b.works == Works::None).collect();
    free.sort_by(|a, b| away(a).total_cmp(&away(b)));
    let Some(&first) = free.iter().find(|b| !b.hipped).or(free.first()) else { return Vec::new() };
    free.retain(|b| b.plot != first.plot);
    let second = free.iter().find(|b| b.hipped).or(free.first());
    let second = second.map(|&b| (b, State::Existing));
    [(first, State::Existing)].into_iter().chain(second).chain([(first, State::Renewed)]).collect()
}

/// Where a building's south-west corner stands: the first corner of its footprint.
fn ground(quarter: &Quarter, building: &Building, globe: &Globe) -> Result<Ground, SampleError> {
    let corner = quarter.frame.place(building.rect[0], building.rect[1], 0.0);
    let (x, y) = (f64::from(corner.x), f64::from(corner.y));
    Ok(Ground {
        crs: CRS,
        corner: [SRS_ORIGIN[0] + x, SRS_ORIGIN[1] + y, SRS_ORIGIN[2] + f64::from(GROUND_M)],
        turn: quarter.frame.turn.map(f64::from),
        geographic: globe.of(x, y)?,
    })
}

/// The text of a model.
fn draw(seed: u64, building: &Building, state: State, ground: &Ground, name: &str) -> String {
    let walk = Walk::new(building, state);
    let (felt, tiles) = match walk.fittings.roof {
        Roof::Flat { felt, .. } => (felt_tone(felt), [0.2; 3]),
        Roof::Hipped { tone } => ([0.2; 3], tone),
    };
    let colours = Colours::of(&walk, felt, tiles);
    let mut draft = project::begin(&walk, seed, ground, colours);
    facade::raise(&mut draft);
    stair::lay(&mut draft);
    flat::furnish(&mut draft);
    balcony::add(&mut draft);
    roof::cover(&mut draft);
    services::add(&mut draft);
    if state == State::Renewed {
        renewal::add(&mut draft);
    }
    project::classify(&mut draft);
    let about = format!("柳岸新村{}号楼", building.number);
    draft.model.finish(name, &about)
}
