//! Scenes of the light-scene standard, for residents on a phone: an overview (L0), zones of at most
//! 150 m (L1), and spots, which are one building or the yard between (L2), each under a budget.
//!
//! In: the finest meshes of a place. Out: contents that keep their budgets, or the reason why one
//! cannot, with what would bring it under. Called by `run`.

use twin_schemas::report::{Message, Severity};

use super::above::MadeLevel;
use super::content::{Maker, Stored, Tally, texture_warning};
use crate::encode::{self, Content};
use crate::geometry::Aabb;
use crate::lod::{self, Lock, SCREEN_ERROR_PX, Simplified, SimplifyRule};
use crate::partition::identity::identify;
use crate::publish::PublishError;
use crate::scene::{Feature, Mesh, NO_FEATURE, Texture};
use crate::texture::atlas::{BakeRule, Baked, bake};
use crate::texture::{self, Codec, TextureCost, TextureRule};
use crate::tileset::Tile;
use crate::traverse::PHONE_PX;

/// What one content of a level may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Budget {
    /// Name of the level.
    pub(super) level: &'static str,
    pub(super) triangles: usize,
    /// Edge of its texture in pixels.
    pub(super) edge_px: u32,
    pub(super) bytes: usize,
}

/// The whole community, or a part of it from afar.
pub(super) const OVERVIEW: Budget = Budget { level: "L0", triangles: 20_000, edge_px: 512, bytes: 120_000 };
/// A zone.
pub(super) const ZONE: Budget = Budget { level: "L1", triangles: 30_000, edge_px: 1024, bytes: 250_000 };
/// A building, or a yard.
pub(super) const SPOT: Budget = Budget { level: "L2", triangles: 60_000, edge_px: 1024, bytes: 400_000 };

/// Qualities that are tried before a picture is made smaller.
const QUALITIES: [u8; 4] = [80, 70, 60, 50];
/// How often triangles or pixels are cut before a content is given up.
const ROUNDS: usize = 9;
/// No picture is made smaller than this.
const LEAST_EDGE_PX: u32 = 128;
const GUTTER_MIPS: u32 = 2;
/// What is smaller than this share of a scene's longer edge may be left out of it: about a pixel of a
/// phone's screen.
const ISLANDS: f64 = 400.0;
/// Spots are stored as finely as their walls are seen from the pavement.
const SPOT_DETAIL_M: f64 = 2.0;

/// A content within its budget.
pub(super) struct Fitted {
    pub(super) content: Content,
    /// Geometric error at which it should give way to something finer.
    pub(super) error_m: f64,
    /// Textures that could not be used, in words.
    warnings: Vec<String>,
    /// What its picture took and lost.
    cost: TextureCost,
}

/// The largest error at which a level still shows while all of its box fits on a phone's screen: what
/// comes after is for those who go nearer, and no part of the first view.
fn staying_error_m(bounds: &Aabb) -> f64 {
    let size = bounds.size();
    SCREEN_ERROR_PX * size[0].max(size[1]) / PHONE_PX[1]
}

/// What a content is fitted with.
pub(super) struct Fit<'f> {
    pub(super) maker: &'f Maker<'f>,
    pub(super) budget: Budget,
    /// Sort the faces by orientation to a street of this direction.
    pub(super) axis_deg: Option<f64>,
    /// Whether neighbours share the vertices of the borders.
    pub(super) shared_borders: bool,
    /// Largest error of what replaces it.
    pub(super) finer_error_m: f64,
    /// The geometric error that decides how finely vertices are stored; its own if not given.
    pub(super) detail_m: Option<f64>,
}

impl Fit<'_> {
    /// Stores a content, and says what is to be said about it.
    fn keep(
        &self,
        fitted: &Fitted,
        part: usize,
        name: &str,
        tally: &mut Tally,
    ) -> Result<Stored, PublishError> {
        tally.messages.extend(fitted.warnings.iter().map(|warning| texture_warning(name, warning)));
        tally.textures += fitted.cost;
        self.maker.keep(part, &fitted.content, tally)
    }

    /// Simplifies and bakes until the budget holds.
    ///
    /// # Errors
    /// The reason, if it cannot be kept.
    pub(super) fn fit(&self, meshes: &[Mesh], name: &str) -> Result<Option<Fitted>, String> {
        let Budget { triangles: most, edge_px, bytes, .. } = self.budget;
        let (mut triangles, mut edge_px) = (most, edge_px);
        let (mut reached, mut shape, mut many) = (0, 0, false);
        for _ in 0..ROUNDS {
            let simplified = self.simplified(meshes, triangles);
            if simplified.surface.triangles.is_empty() {
                return Ok(None);
            }
            let baked = self.baked(&simplified, meshes, edge_px)?;
            let error_m = lod::made_error_m(baked.texel_m, simplified.error_m, self.finer_error_m);
            let staying_m = staying_error_m(&Aabb::around(&simplified.surface.positions));
            for quality in QUALITIES {
                let Some((content, picture, cost)) = self.encoded(&baked, error_m, quality, name)? else {
                    return Ok(None);
                };
                reached = content.bytes.len();
                if reached <= bytes && content.triangles as usize <= most {
                    let error_m = error_m.min(staying_m).max(self.finer_error_m);
                    return Ok(Some(Fitted { content, error_m, warnings: baked.warnings, cost }));
                }
                (shape, many) = (reached - picture, content.triangles as usize > most);
                // A lower quality helps little where the triangles alone are too many.
                if shape > bytes * 2 / 3 || many {
                    break;
                }
            }
            // Half of the bytes are for the shape; a picture that takes the rest gets smaller.
            if shape <= bytes / 2 && !many && edge_px > LEAST_EDGE_PX {
                // A block of 16 px more or less makes no difference to a codec.
                edge_px = (edge_px * 3 / 4).next_multiple_of(16);
            } else {
                triangles = triangles * 6 / 10;
            }
        }
        Err(format!("takes {reached} bytes, limit {bytes}"))
    }

    fn simplified(&self, meshes: &[Mesh], triangles: usize) -> Simplified {
        let size = Aabb::around_all(meshes.iter().map(|mesh| &mesh.positions)).size();
        let free = SimplifyRule {
            target_triangles: triangles * 9 / 10,
            max_error_m: f64::INFINITY,
            lock: Lock::Nothing,
            // Loose things go before the ground does that they stand on.
            islands_m: size[0].max(size[1]) / ISLANDS,
            sloppy: true,
        };
        if !self.shared_borders {
            return lod::simplify(meshes, &free);
        }
        let rule = SimplifyRule { lock: Lock::OpenEdges, islands_m: 0.0, sloppy: false, ..free };
        let kept = lod::simplify(meshes, &rule);
        // Where the border alone is too much, let it go, and hang strips under it.
        if kept.surface.triangles.len() <= triangles { kept } else { lod::simplify(meshes, &free) }
    }

    fn baked(&self, level: &Simplified, meshes: &[Mesh], edge_px: u32) -> Result<Baked, String> {
        let limit_px = self.maker.texture_limit_px;
        let decode = |texture: &Texture| texture::decode(texture, limit_px).map_err(|e| e.to_string());
        let rule = BakeRule {
            max_px: [edge_px; 2],
            gutter_mips: GUTTER_MIPS,
            texels_per_m: None,
            reach_m: level.error_m * 4.0,
            street_axis_deg: self.axis_deg,
        };
        bake(&level.surface, meshes, &decode, &rule).map_err(|error| error.to_string())
    }

    /// The content, the bytes of its picture, and what that took and lost.
    fn encoded(
        &self,
        baked: &Baked,
        error_m: f64,
        quality: u8,
        name: &str,
    ) -> Result<Option<(Content, usize, TextureCost)>, String> {
        let codec = match self.maker.textures.codec {
            Codec::Keep => Codec::WebP,
            codec => codec,
        };
        let rule = TextureRule { codec, quality, longest_edge_px: None };
        let (picture, cost) =
            texture::encode(&baked.image, name, [false; 2], &rule).map_err(|error| error.to_string())?;
        let size = picture.bytes.len();
        let picture = std::sync::Arc::new(picture);
        let mut meshes: Vec<Mesh> = baked
            .parts
            .iter()
            .map(|part| {
                let mut mesh = part.mesh.clone();
                mesh.label = part.orientation.map(|side| side.name().to_owned());
                mesh.material.texture = Some(picture.clone());
                mesh
            })
            .collect();
        if !self.shared_borders {
            lod::skirts(&mut meshes, error_m / 16.0, &|_, _| true);
        }
        let (meshes, features) = match self.maker.buildings {
            Some(buildings) => identify(meshes, buildings),
            None => (meshes, Vec::new()),
        };
        let detail_m = self.detail_m.unwrap_or(error_m);
        let content = encode::encode_with_features(&meshes, &features, lod::position_step_m(detail_m));
        Ok(content.map_err(|error| error.to_string())?.map(|content| (content, size, cost)))
    }
}

/// A zone, or a square of it: one L1 tile over its spots. `None` if nothing is there, or if it
/// cannot be brought under its budget, which a message says.
pub(super) fn zone(
    maker: &Maker<'_>,
    meshes: Vec<Mesh>,
    part: usize,
    axis_deg: f64,
    name: &str,
    tally: &mut Tally,
) -> Result<Option<Tile>, PublishError> {
    let (meshes, features) = match maker.buildings {
        Some(buildings) => identify(meshes, buildings),
        None => (meshes, Vec::new()),
    };
    let mut fit = Fit {
        maker,
        budget: SPOT,
        axis_deg: Some(axis_deg),
        shared_borders: true,
        finer_error_m: 0.0,
        detail_m: Some(SPOT_DETAIL_M),
    };
    let (mut spots, mut whole) = (Vec::new(), true);
    for (spot, meshes) in spots_of(&meshes, &features) {
        let title = format!("{} {spot} of {name}", fit.budget.level);
        match fit.fit(&meshes, &spot) {
            Ok(None) => {}
            Ok(Some(fitted)) => {
                let stored = fit.keep(&fitted, part, &title, tally)?;
                spots.extend(stored.map(|at| Tile::new(Some(at), 0.0, vec![])));
            }
            Err(reason) => {
                whole = false;
                refuse(&title, &reason, tally);
            }
        }
    }
    if !whole {
        // What lacks a spot stays at the level above, which shows everything.
        spots.clear();
    }
    fit = Fit { budget: ZONE, axis_deg: None, detail_m: None, ..fit };
    match fit.fit(&meshes, name) {
        Ok(None) => Ok(None),
        Ok(Some(fitted)) => {
            let stored = fit.keep(&fitted, part, name, tally)?;
            Ok(stored.map(|at| Tile::new(Some(at), fitted.error_m, spots)))
        }
        Err(reason) => {
            refuse(&format!("{} {name}", fit.budget.level), &reason, tally);
            Ok(None)
        }
    }
}

/// A scene over several zones, or over the squares of a large one.
pub(super) fn overview(
    maker: &Maker<'_>,
    meshes: &[Mesh],
    finer_error_m: f64,
    part: usize,
    name: &str,
    tally: &mut Tally,
) -> Result<Option<MadeLevel>, PublishError> {
    let fit =
        Fit { maker, budget: OVERVIEW, axis_deg: None, shared_borders: false, finer_error_m, detail_m: None };
    match fit.fit(meshes, name) {
        Ok(None) => Ok(None),
        Ok(Some(fitted)) => {
            let stored = fit.keep(&fitted, part, name, tally)?;
            Ok(Some(MadeLevel { stored, error_m: fitted.error_m }))
        }
        Err(reason) => {
            refuse(&format!("{} {name}", fit.budget.level), &reason, tally);
            Ok(None)
        }
    }
}

/// Says that a scene is not published, and what would help.
pub(super) fn refuse(scene: &str, reason: &str, tally: &mut Tally) {
    tally.messages.push(Message {
        severity: Severity::Error,
        code: "over_budget".into(),
        text: format!("scene `{scene}` is not published: it {reason}"),
        hint: Some(
            "make zones smaller (`zone_edge_m`), or choose `textures = \"webp\"` for the profile".into(),
        ),
        subject: Some(scene.to_owned()),
    });
}

/// The buildings of a place by name, in the order of their features, then the yard between them.
fn spots_of(meshes: &[Mesh], features: &[Feature]) -> Vec<(String, Vec<Mesh>)> {
    let part = |wanted: u32| -> Vec<Mesh> {
        let of = meshes.iter().filter_map(|mesh| {
            let row = |triangle: usize| {
                let corner = mesh.indices[triangle * 3] as usize;
                mesh.features.get(corner).copied().unwrap_or(NO_FEATURE)
            };
            let kept: Vec<usize> = (0..mesh.triangles()).filter(|at| row(*at) == wanted).collect();
            (!kept.is_empty()).then(|| mesh.with_triangles(kept.into_iter().map(|at| (at, wanted))))
        });
        of.map(|mesh| Mesh { features: Vec::new(), ..mesh }).collect()
    };
    let mut spots: Vec<(String, Vec<Mesh>)> =
        features.iter().enumerate().map(|(row, feature)| (feature.id.clone(), part(row as u32))).collect();
    spots.push(("yard".to_owned(), part(NO_FEATURE)));
    spots.retain(|(_, meshes)| !Aabb::around_all(meshes.iter().map(|mesh| &mesh.positions)).is_empty());
    spots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publish::Publication;

    fn square() -> Mesh {
        Mesh {
            positions: vec![[0.0, 0.0, 0.0], [30.0, 0.0, 0.0], [30.0, 30.0, 0.0], [0.0, 30.0, 0.0]],
            indices: vec![0, 1, 2, 0, 2, 3],
            ..Mesh::default()
        }
    }

    #[test]
    fn a_scene_that_cannot_keep_its_budget_is_refused_with_both_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let publication = Publication::open(folder.path()).unwrap();
        let maker = Maker {
            publication: &publication,
            parts: 1,
            zones: None,
            buildings: None,
            textures: TextureRule::default(),
            texture_limit_px: 1024,
        };
        let fit = |bytes: usize| Fit {
            maker: &maker,
            budget: Budget { bytes, ..SPOT },
            axis_deg: None,
            shared_borders: true,
            finer_error_m: 0.0,
            detail_m: None,
        };
        assert!(fit(SPOT.bytes).fit(&[square()], "yard").unwrap().is_some());
        let reason = fit(100).fit(&[square()], "yard").err().unwrap();
        assert!(reason.starts_with("takes ") && reason.ends_with("bytes, limit 100"), "{reason}");
        let mut tally = Tally::default();
        refuse("L2 yard of app", &reason, &mut tally);
        assert!(tally.messages[0].text.contains("scene `L2 yard of app` is not published"));
    }
}
