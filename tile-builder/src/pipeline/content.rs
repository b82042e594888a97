//! The meshes of one tile content: placed, divided among zones, encoded, counted and stored. Called
//! by the jobs.

use std::collections::BTreeMap;
use std::sync::Arc;

use twin_schemas::report::{Figures, Message, Severity};

use crate::encode::{self, Content};
use crate::geometry::{Aabb, Outlines};
use crate::georef::Placement;
use crate::georef::ellipsoid::EnuFrame;
use crate::partition::buildings::Buildings;
use crate::partition::clip::divide;
use crate::partition::identity::identify;
use crate::publish::{Publication, PublishError};
use crate::scene::{Mesh, Texture};
use crate::texture::{self, Codec, TextureCost, TextureRule};

/// The widest that one mesh may be: a survey's tiles are a hundredth of it.
const WIDEST_CONTENT_M: f64 = 50_000.0;
/// The furthest that a vertex may be from the community's origin.
const FURTHEST_M: f64 = 1_000_000.0;
/// The largest error of the interpolated placement: a quarter of the 2 cm that are promised.
pub(super) const LARGEST_RESIDUAL_M: f64 = 0.005;

/// What came of a content in one part of the community: its path and its box in local metres.
pub(super) type Stored = Option<(String, Aabb)>;

/// What contents are made with.
pub(super) struct Maker<'m> {
    pub(super) publication: &'m Publication,
    /// Number of parts: each zone, and what lies outside all of them.
    pub(super) parts: usize,
    /// The zones, if the community has any.
    pub(super) zones: Option<&'m Outlines>,
    /// The buildings that triangles are given to, if footprints are known.
    pub(super) buildings: Option<&'m Buildings>,
    /// How textures are stored.
    pub(super) textures: TextureRule,
    /// Longest edge of a texture that is decoded at all.
    pub(super) texture_limit_px: u32,
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
    /// What textures took and lost.
    pub(super) textures: TextureCost,
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
        self.textures += std::mem::take(&mut other.textures);
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
        let meshes = self.with_textures(meshes, name, tally);
        self.make_ready(meshes, step_m, name, tally)
    }

    /// The same for meshes whose textures are as they should be.
    pub(super) fn make_ready(
        &self,
        meshes: Vec<Mesh>,
        step_m: f64,
        name: &str,
        tally: &mut Tally,
    ) -> Result<Vec<Stored>, PublishError> {
        let mut stored = vec![None; self.parts];
        for (zone, meshes) in self.divide(meshes) {
            let part = zone.unwrap_or(self.parts - 1);
            stored[part] = self.store(part, meshes, step_m, name, tally)?;
        }
        Ok(stored)
    }

    /// Encodes the meshes of one part, whose textures are as they should be, and stores them.
    pub(super) fn store(
        &self,
        part: usize,
        meshes: Vec<Mesh>,
        step_m: f64,
        name: &str,
        tally: &mut Tally,
    ) -> Result<Stored, PublishError> {
        let (meshes, features) = match self.buildings {
            Some(buildings) => identify(meshes, buildings),
            None => (meshes, Vec::new()),
        };
        match encode::encode_with_features(&meshes, &features, step_m) {
            Ok(None) => Ok(None),
            Ok(Some(content)) => self.keep(part, &content, tally),
            Err(error) => {
                tally.damage(name, format!("`{name}`: {error}"), PLACE_HINT);
                Ok(None)
            }
        }
    }

    /// How a new picture is stored: as the profile asks; keeping makes no sense for one.
    pub(super) fn picture(&self) -> TextureRule {
        let codec = if self.textures.codec == Codec::Keep { Codec::Jpeg } else { self.textures.codec };
        TextureRule { codec, ..self.textures }
    }

    /// Stores an encoded content.
    pub(super) fn keep(
        &self,
        part: usize,
        content: &Content,
        tally: &mut Tally,
    ) -> Result<Stored, PublishError> {
        tally.count(part, content);
        let path = self.publication.put_content(&content.bytes)?;
        tally.contents.insert(path.clone(), content.bytes.len() as u64);
        Ok(Some((path, content.bounds)))
    }

    fn divide(&self, meshes: Vec<Mesh>) -> Vec<(Option<usize>, Vec<Mesh>)> {
        match self.zones {
            Some(zones) => divide(meshes, zones),
            None => vec![(None, meshes)],
        }
    }

    /// The meshes with their textures stored as the profile asks. One that cannot be stored so stays
    /// as it is, with a warning.
    fn with_textures(&self, mut meshes: Vec<Mesh>, name: &str, tally: &mut Tally) -> Vec<Mesh> {
        let mut done: Vec<(Arc<Texture>, Arc<Texture>)> = Vec::new();
        for mesh in &mut meshes {
            let Some(texture) = &mut mesh.material.texture else { continue };
            if let Some((_, made)) = done.iter().find(|(source, _)| Arc::ptr_eq(source, texture)) {
                *texture = Arc::clone(made);
                continue;
            }
            match texture::apply(texture, &self.textures, self.texture_limit_px) {
                Ok((made, cost)) => {
                    tally.textures += cost;
                    done.push((Arc::clone(texture), Arc::clone(&made)));
                    *texture = made;
                }
                Err(error) => {
                    done.push((Arc::clone(texture), Arc::clone(texture)));
                    let text = format!("{error}; it was stored as it is");
                    tally.messages.push(texture_warning(name, &text));
                }
            }
        }
        meshes
    }
}

/// Pixels of all textures, each counted once.
pub(super) fn textures_px(meshes: &[Mesh]) -> u64 {
    let mut seen: Vec<*const Texture> = Vec::new();
    let textures = meshes.iter().filter_map(|mesh| mesh.material.texture.as_ref());
    let fresh = textures.filter(|texture| {
        let new = !seen.contains(&Arc::as_ptr(texture));
        if new {
            seen.push(Arc::as_ptr(texture));
        }
        new
    });
    fresh.map(|texture| u64::from(texture.width) * u64::from(texture.height)).sum()
}

/// A part that could not be built.
pub(super) fn damaged(name: &str, text: String, hint: &str) -> Message {
    Message {
        severity: Severity::Error,
        code: "file_damaged".into(),
        text,
        hint: Some(hint.to_owned()),
        subject: Some(name.to_owned()),
    }
}

/// Says that a texture is not as it should be.
pub(super) fn texture_warning(name: &str, reason: &str) -> Message {
    Message {
        severity: Severity::Warning,
        code: "texture".into(),
        text: format!("`{name}`: {reason}"),
        hint: None,
        subject: Some(name.to_owned()),
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
