//! A level made over others: their coarsest contents joined, simplified, and painted on one atlas.
//!
//! In: stored contents, as they were published. Out: one content for their place, lighter than any
//! of them. What it is made from are results of other jobs, so that it can be made anywhere. Called
//! by `run`.

use super::content::{Maker, Stored, Tally, texture_warning};
use crate::lod::{self, Lock, SimplifyRule};
use crate::publish::PublishError;
use crate::read::{self, Limits};
use crate::scene::{Mesh, Texture};
use crate::texture;
use crate::texture::atlas::{BakeRule, bake};

/// A level has at most this share of the triangles that it stands for.
const SHARE: f64 = 0.25;
/// Mip levels down to which charts of an atlas stay apart.
const GUTTER_MIPS: u32 = 2;
/// An atlas holds so many texels along what shows as one pixel when a viewer goes to the finer level, as
/// far as the finer contents hold them; fewer look soft on a screen with more pixels than usual.
const TEXELS_PER_PIXEL: f64 = 4.0;

/// Where borders are shared, vertices are stored as finely as on the level with this error, on all
/// levels, so that borders stay where they are.
pub(super) const SHARED_DETAIL_M: f64 = 0.5;

/// The sides of a cell, in plan, and how far its neighbours' vertices reach over them.
#[derive(Debug, Clone)]
pub(super) struct Sides {
    /// Its corners in local metres, in order around it.
    pub(super) corners: [[f64; 2]; 4],
    pub(super) reach_m: f64,
}

impl Sides {
    /// Whether a neighbour may have a vertex at that place.
    fn may_share(&self, at: &[f64; 3]) -> bool {
        let point = [at[0], at[1]];
        (0..4).any(|side| {
            let ends = [self.corners[side], self.corners[(side + 1) % 4]];
            distance(point, ends) <= self.reach_m
        })
    }
}

/// Distance of a point from a line between two others.
fn distance(point: [f64; 2], [from, to]: [[f64; 2]; 2]) -> f64 {
    let along = [to[0] - from[0], to[1] - from[1]];
    let off = [point[0] - from[0], point[1] - from[1]];
    let length = along[0].mul_add(along[0], along[1] * along[1]).max(f64::MIN_POSITIVE);
    let share = (off[0].mul_add(along[0], off[1] * along[1]) / length).clamp(0.0, 1.0);
    (off[0] - along[0] * share).hypot(off[1] - along[1] * share)
}

/// How a level is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct AboveRule<'a> {
    /// The sides along which neighbours share vertices. Those stay in place; without, strips hang from
    /// all borders, and the small steps between do not show.
    pub(super) sides: Option<&'a Sides>,
    /// No more triangles than this.
    pub(super) triangles: usize,
    /// Longest edge of the atlas.
    pub(super) atlas_px: u32,
}

/// What a level is made over.
pub(super) struct Below {
    /// Meshes of the coarsest contents, in local metres.
    pub(super) meshes: Vec<Mesh>,
    /// Largest geometric error among them.
    pub(super) error_m: f64,
}

/// A made level: its content and its geometric error.
pub(super) struct MadeLevel {
    pub(super) stored: Stored,
    pub(super) error_m: f64,
}

/// Makes and stores a level. Nothing if there is nothing to show, or if a message says why not.
pub(super) fn make(
    maker: &Maker<'_>,
    below: &Below,
    rule: &AboveRule<'_>,
    part: usize,
    name: &str,
    tally: &mut Tally,
) -> Result<Option<MadeLevel>, PublishError> {
    let triangles: usize = below.meshes.iter().map(Mesh::triangles).sum();
    let target = ((triangles as f64 * SHARE) as usize).clamp(1, rule.triangles);
    // What shows as one pixel when this level gives way. Where neighbours share borders, levels are
    // looked at from near, and it is the atlas that decides.
    let shared = rule.sides.is_some();
    let may_share = |at: &[f64; 3]| rule.sides.is_some_and(|sides| sides.may_share(at));
    let pixel_m = if shared { 0.0 } else { 2.0 * below.error_m / 16.0 };
    let texels_per_pixel = if shared { 1.0 } else { TEXELS_PER_PIXEL };
    let simplified = lod::simplify(
        &below.meshes,
        &SimplifyRule {
            target_triangles: target,
            max_error_m: if pixel_m > 0.0 { pixel_m } else { f64::INFINITY },
            lock: if shared { Lock::OpenEdgesWhere(&may_share) } else { Lock::Nothing },
            islands_m: if shared { 0.0 } else { pixel_m },
            sloppy: !shared,
        },
    );
    let bake_rule = BakeRule {
        max_px: [rule.atlas_px; 2],
        gutter_mips: GUTTER_MIPS,
        texels_per_m: (pixel_m > 0.0).then_some(texels_per_pixel / pixel_m),
        reach_m: simplified.error_m * 4.0,
        street_axis_deg: None,
    };
    let limit_px = maker.texture_limit_px;
    let decode = |texture: &Texture| texture::decode(texture, limit_px).map_err(|error| error.to_string());
    let baked = match bake(&simplified.surface, &below.meshes, &decode, &bake_rule) {
        Ok(baked) => baked,
        Err(error) => {
            tally.damage(name, format!("level `{name}` was not made: {error}"), "build with another profile");
            return Ok(None);
        }
    };
    tally.messages.extend(baked.warnings.iter().map(|warning| texture_warning(name, warning)));
    let error_m = lod::made_error_m(baked.texel_m / texels_per_pixel, simplified.error_m, below.error_m);
    let mut meshes: Vec<Mesh> = baked.parts.into_iter().map(|part| part.mesh).collect();
    if !shared {
        lod::skirts(&mut meshes, error_m / 16.0, &|_, _| true);
    }
    match texture::encode(&baked.image, name, [false; 2], &maker.picture()) {
        Ok((made, cost)) => {
            tally.textures += cost;
            let made = std::sync::Arc::new(made);
            for mesh in &mut meshes {
                mesh.material.texture = Some(made.clone());
            }
        }
        Err(error) => {
            tally.damage(name, format!("level `{name}` was not made: {error}"), "build with another codec");
            return Ok(None);
        }
    }
    let detail_m = if shared { SHARED_DETAIL_M } else { error_m };
    let stored = maker.store(part, meshes, lod::position_step_m(detail_m), name, tally)?;
    Ok(Some(MadeLevel { stored, error_m }))
}

/// Reads stored contents back.
pub(super) fn read_contents(
    maker: &Maker<'_>,
    names: &[String],
    limits: &Limits,
) -> Result<Vec<Mesh>, String> {
    let mut meshes = Vec::new();
    for name in names {
        let bytes = maker.publication.content(name).map_err(|error| error.to_string())?;
        meshes.append(&mut read::gltf::meshes(&bytes, name, limits).map_err(|error| error.to_string())?);
    }
    Ok(meshes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_shared_near_a_side_on_either_side_of_it() {
        let corners = [[0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 100.0]];
        let sides = Sides { corners, reach_m: 2.0 };
        for (x, y, shared) in [
            (1.9, 50.0, true),
            (-1.9, 50.0, true),
            (2.1, 50.0, false),
            (50.0, 99.0, true),
            (103.0, 50.0, false),
        ] {
            assert_eq!(sides.may_share(&[x, y, 7.0]), shared, "{x}, {y}");
        }
    }
}
