//! The meshes of one tile content: placed, divided among zones, encoded, counted and stored. Called
//! by the jobs.

use std::collections::BTreeMap;

use twin_schemas::report::{Figures, Message};

use super::oblique::damaged;
use crate::encode::{self, Content};
use crate::geometry::Aabb;
use crate::georef::Placement;
use crate::georef::ellipsoid::EnuFrame;
use crate::publish::{Publication, PublishError};
use crate::scene::Mesh;

/// The widest that one mesh may be: a survey's tiles are a hundredth of it.
const WIDEST_CONTENT_M: f64 = 50_000.0;
/// The furthest that a vertex may be from the community's origin.
const FURTHEST_M: f64 = 1_000_000.0;
/// The largest error of the interpolated placement: a quarter of the 2 cm that are promised.
const LARGEST_RESIDUAL_M: f64 = 0.005;

/// What came of a content in one part of the community: its path and its box in local metres.
pub(super) type Stored = Option<(String, Aabb)>;

/// What contents are made with.
pub(super) struct Maker<'m> {
    pub(super) publication: &'m Publication,
    /// Number of parts: each zone, and what lies outside all of them.
    pub(super) parts: usize,
}

/// What was counted and said while contents were made.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// What was read.
    pub(super) figures: Figures,
    /// What was written, for each part.
    pub(super) written: BTreeMap<usize, Figures>,
    pub(super) messages: Vec<Message>,
    /// Contents by name, with their length.
    pub(super) contents: BTreeMap<String, u64>,
    /// Largest distance of an interpolated place from the exact one.
    pub(super) residual_m: f64,
}

impl Tally {
    /// Takes over another's sums and messages.
    pub(super) fn absorb(&mut self, other: &mut Self) {
        self.figures += other.figures;
        for (part, figures) in std::mem::take(&mut other.written) {
            *self.written.entry(part).or_default() += figures;
        }
        self.messages.append(&mut other.messages);
        self.contents.append(&mut other.contents);
        self.residual_m = self.residual_m.max(other.residual_m);
    }

    /// Notes that a part could not be built.
    pub(super) fn damage(&mut self, name: &str, text: String, hint: &str) {
        self.messages.push(damaged(name, text, hint));
        self.figures.files_damaged += 1;
    }

    /// What was read and written.
    pub(super) fn total(&self) -> Figures {
        let mut total = self.figures;
        self.written.values().for_each(|figures| total += *figures);
        total
    }

    fn count(&mut self, part: usize, content: &Content) {
        let figures = self.written.entry(part).or_default();
        figures.tiles += 1;
        figures.triangles += content.triangles;
        figures.vertices += content.vertices;
        figures.content_bytes += content.bytes.len() as u64;
        for texture in &content.textures {
            figures.texture_px += u64::from(texture.width) * u64::from(texture.height);
            figures.texture_bytes += texture.bytes.len() as u64;
            if texture.kept {
                figures.textures_kept += 1;
            } else {
                figures.textures_encoded += 1;
            }
        }
    }
}

impl Maker<'_> {
    /// Encodes meshes in local metres and stores them, one content for each part that they reach
    /// into. Where a message says why not, there is none.
    pub(super) fn make(
        &self,
        meshes: Vec<Mesh>,
        step_m: f64,
        name: &str,
        tally: &mut Tally,
    ) -> Result<Vec<Stored>, PublishError> {
        let mut stored = vec![None; self.parts];
        for (part, meshes) in self.divide(meshes) {
            match encode::encode(&meshes, step_m) {
                Ok(None) => {}
                Ok(Some(content)) => {
                    tally.count(part, &content);
                    let path = self.publication.put_content(&content.bytes)?;
                    tally.contents.insert(path.clone(), content.bytes.len() as u64);
                    stored[part] = Some((path, content.bounds));
                }
                Err(error) => tally.damage(name, format!("`{name}`: {error}"), PLACE_HINT),
            }
        }
        Ok(stored)
    }

    fn divide(&self, meshes: Vec<Mesh>) -> Vec<(usize, Vec<Mesh>)> {
        vec![(self.parts - 1, meshes)]
    }
}

const PLACE_HINT: &str = "check the survey's coordinate reference system, or export this tile again";

/// Moves meshes from the source's axes into local metres. A vertex astray would stretch every box
/// up to the root, so a content that reaches further than any community, or bends beyond the warp,
/// is refused: `false`, and a message says why.
pub(super) fn place(
    placement: &Placement,
    frame: Option<&EnuFrame>,
    meshes: &mut [Mesh],
    name: &str,
    tally: &mut Tally,
) -> bool {
    let bounds = Aabb::around_all(meshes.iter().map(|mesh| &mesh.positions));
    if bounds.is_empty() {
        return true;
    }
    match place_within(placement, frame, meshes, &bounds) {
        Ok(residual_m) => {
            tally.residual_m = tally.residual_m.max(residual_m);
            true
        }
        Err(reason) => {
            tally.damage(name, format!("`{name}`: {reason}"), PLACE_HINT);
            false
        }
    }
}

fn place_within(
    placement: &Placement,
    frame: Option<&EnuFrame>,
    meshes: &mut [Mesh],
    bounds: &Aabb,
) -> Result<f64, String> {
    // Comparisons with NaN are false, so that a number that is none is refused with the rest.
    if !bounds.size().iter().all(|edge| *edge <= WIDEST_CONTENT_M) {
        let [x, y, z] = bounds.size();
        return Err(format!(
            "one mesh reaches over {x:.0} × {y:.0} × {z:.0} m, limit {WIDEST_CONTENT_M:.0} m"
        ));
    }
    let warp = placement.warp(frame, bounds).map_err(|error| error.to_string())?;
    if warp.residual_m.is_nan() || warp.residual_m > LARGEST_RESIDUAL_M {
        let miss = warp.residual_m;
        return Err(format!("its place is uncertain by {miss:.3} m, limit {LARGEST_RESIDUAL_M} m"));
    }
    for position in meshes.iter_mut().flat_map(|mesh| &mut mesh.positions) {
        *position = warp.apply(*position);
        if !position.iter().all(|value| value.abs() <= FURTHEST_M) {
            let [e, n, u] = *position;
            return Err(format!(
                "a vertex is at {e:.0}, {n:.0}, {u:.0} m from the community's origin, limit {FURTHEST_M:.0} m"
            ));
        }
    }
    Ok(warp.residual_m)
}
