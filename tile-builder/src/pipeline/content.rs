//! The meshes of one tile content: placed, encoded, counted and stored. Called by `oblique`.

use super::oblique::{Built, ObliqueJob, damaged};
use crate::encode::{self, Content};
use crate::geometry::Aabb;
use crate::publish::PublishError;
use crate::scene::Mesh;

/// The widest that one mesh may be: a survey's tiles are a hundredth of it.
const WIDEST_CONTENT_M: f64 = 50_000.0;
/// The furthest that a vertex may be from the community's origin.
const FURTHEST_M: f64 = 1_000_000.0;
/// The largest error of the interpolated placement: a quarter of the 2 cm that are promised.
const LARGEST_RESIDUAL_M: f64 = 0.005;

/// Places and encodes the meshes of one content and stores it. In: meshes in the source's axes. Out:
/// the content's URI and its box in local metres; nothing if there was nothing to show, or if a
/// message says why not.
pub(super) fn encode_meshes(
    job: &ObliqueJob<'_>,
    mut meshes: Vec<Mesh>,
    step_m: f64,
    name: &str,
    built: &mut Built,
) -> Result<Option<(String, Aabb)>, PublishError> {
    let bounds = Aabb::around_all(meshes.iter().map(|mesh| &mesh.positions));
    if bounds.is_empty() {
        return Ok(None);
    }
    let failure = match place(job, &mut meshes, &bounds, built) {
        Err(reason) => reason,
        Ok(()) => match encode::encode(&meshes, step_m) {
            Ok(None) => return Ok(None),
            Ok(Some(content)) => {
                count(&content, built);
                let path = job.publication.put_content(&content.bytes)?;
                return Ok(Some((format!("{}{path}", job.content_prefix), content.bounds)));
            }
            Err(error) => error.to_string(),
        },
    };
    let hint = "check the survey's coordinate reference system, or export this tile again";
    built.messages.push(damaged(name, format!("`{name}`: {failure}"), hint));
    built.figures.files_damaged += 1;
    Ok(None)
}

/// Moves meshes into local metres. A vertex astray would stretch every box up to the root, so a
/// content that reaches further than any community, or bends beyond the warp, is refused.
fn place(job: &ObliqueJob<'_>, meshes: &mut [Mesh], bounds: &Aabb, built: &mut Built) -> Result<(), String> {
    // Comparisons with NaN are false, so that a number that is none is refused with the rest.
    if !bounds.size().iter().all(|edge| *edge <= WIDEST_CONTENT_M) {
        let [x, y, z] = bounds.size();
        return Err(format!(
            "one mesh reaches over {x:.0} × {y:.0} × {z:.0} m, limit {WIDEST_CONTENT_M:.0} m"
        ));
    }
    let warp = job.placement.warp(job.frame, bounds).map_err(|error| error.to_string())?;
    if warp.residual_m.is_nan() || warp.residual_m > LARGEST_RESIDUAL_M {
        let miss = warp.residual_m;
        return Err(format!("its place is uncertain by {miss:.3} m, limit {LARGEST_RESIDUAL_M} m"));
    }
    built.residual_m = built.residual_m.max(warp.residual_m);
    for position in meshes.iter_mut().flat_map(|mesh| &mut mesh.positions) {
        *position = warp.apply(*position);
        if !position.iter().all(|value| value.abs() <= FURTHEST_M) {
            let [e, n, u] = *position;
            return Err(format!(
                "a vertex is at {e:.0}, {n:.0}, {u:.0} m from the community's origin, limit {FURTHEST_M:.0} m"
            ));
        }
    }
    Ok(())
}

fn count(content: &Content, built: &mut Built) {
    let figures = &mut built.figures;
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
