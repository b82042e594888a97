//! What all jobs of a build share: the plan, its sources as found on disk, zones and footprints,
//! and, once somebody asks, where it all stands on the Earth.
//!
//! Opening a site reads names and small files alone. Projections are set up on first use, because a
//! build that has nothing to do needs none.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use twin_schemas::geometry::GeographicPoint;
use twin_schemas::plan::{BuildPlan, ProfilePlan, SceneKind, SourceKind, SourcePlan};
use twin_schemas::report::Message;

use super::BuildError;
use super::cells::MeshPlan;
use super::jobs::{cells_id, files_of};
use super::models::place::{ModelPlace, place, unknown_building};
use super::record::{InputFile, digest};
use super::zones::ZONE_EDGE_M;
use crate::georef::ellipsoid::EnuFrame;
use crate::georef::{Placed, Placement, PlacementRequest, Srs, Turn, place_source};
use crate::partition;
use crate::partition::cells::CellId;
use crate::partition::quadtree::Extent;
use crate::partition::streets::street_axis_deg;
use crate::read::areas::{self, Area};
use crate::read::ifc::{self, Georeference};
use crate::read::plan::ResolvedPlan;
use crate::read::soup::{self, MeshFolder};
use crate::read::survey::{self, Survey, SurveyTile};
use crate::read::{self, Limits};

/// Hash of the builder's own sources: what an older one made is made again.
const BUILDER: &str = env!("TILE_BUILDER_SOURCES");

/// Zones are not made smaller than this.
const LEAST_EDGE_M: f64 = 10.0;

/// A community's inputs, found but not yet read.
pub(super) struct Site {
    pub(super) resolved: ResolvedPlan,
    pub(super) sources: Vec<Source>,
    pub(super) profiles: Vec<ProfilePlan>,
    pub(super) zones: Vec<Area>,
    pub(super) footprints: Vec<Area>,
    pub(super) limits: Limits,
    /// Hash of all that decides where things stand.
    pub(super) key: String,
    /// The program that reads IFC files apart.
    pub(super) worker: Option<PathBuf>,
    zone_names: Vec<String>,
    places: OnceLock<Places>,
}

/// One source as found on disk.
pub(super) struct Source {
    pub(super) plan: SourcePlan,
    /// Folder that its files must stay in.
    pub(super) folder: PathBuf,
    /// The tiles of a survey, or the files of meshes.
    pub(super) survey: Survey,
    /// A name for each of those that needs no escaping in a URI.
    pub(super) files: Vec<String>,
    /// A name for each piece, which is a survey's tile or a mesh's cell.
    pub(super) names: Vec<String>,
    /// The cells of each mesh, as far as it can be read; nothing for a survey.
    pub(super) meshes: Vec<Option<MeshPlan>>,
    /// The mesh and the place of each piece; nothing for a survey.
    pub(super) cells: Vec<(usize, CellId)>,
    /// The files of building models.
    pub(super) models: Vec<ModelFile>,
    /// Where its pieces lie, once somebody asks.
    pub(super) extents: OnceLock<Vec<Option<Extent>>>,
    request: PlacementRequest,
}

/// One IFC file of a source.
pub(super) struct ModelFile {
    pub(super) path: PathBuf,
    /// As people know it.
    pub(super) name: String,
    /// Made of characters that need no escaping in a URI; empty if it is the source's only file.
    pub(super) id: String,
    /// What it claims of its place, once that is known.
    pub(super) claims: Georeference,
}

/// Where a community and its sources stand.
pub(super) struct Places {
    pub(super) origin: Option<GeographicPoint>,
    pub(super) frame: Option<EnuFrame>,
    /// One a source.
    pub(super) placements: Vec<Placement>,
    /// Those of the building models of each source, one a file.
    pub(super) models: Vec<Vec<Placement>>,
    /// What is to be said about each of them.
    pub(super) messages: Vec<Vec<Message>>,
}

impl Site {
    /// Finds the inputs of a plan. `profile` selects one of its profiles, or a standard one.
    ///
    /// # Errors
    /// If the plan, a survey's metadata or an area file cannot be used.
    pub(super) fn open(input: &Path, profile: Option<&str>, limits: &Limits) -> Result<Self, BuildError> {
        let mut resolved = read::plan::resolve(input)?;
        let profiles = profiles(&resolved.plan, profile)?;
        resolved.plan.profiles.clone_from(&profiles);
        let open = |plan: &SourcePlan| open_source(&resolved.base, plan);
        let sources = resolved.plan.sources.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        let zones = read_areas(&resolved, resolved.plan.partition.zones.as_deref())?;
        let footprints = read_areas(&resolved, resolved.plan.partition.footprints.as_deref())?;
        let said: Vec<_> = sources.iter().map(|s| (&s.plan, format!("{:?}", s.request))).collect();
        let key = digest(&(BUILDER, format!("{limits:?}"), &resolved.plan.community.origin, said));
        let limits = *limits;
        let zone_names = safe_names(zones.iter().map(|zone| zone.id.as_str()));
        let places = OnceLock::new();
        let worker = None;
        Ok(Self { resolved, sources, profiles, zones, footprints, limits, key, worker, zone_names, places })
    }

    /// Takes over automatic zones.
    pub(super) fn set_zones(&mut self, zones: Vec<Area>) {
        self.zone_names = safe_names(zones.iter().map(|zone| zone.id.as_str()));
        self.zones = zones;
    }

    /// Whether the tiles of a profile are cut along the zones. Zones that nobody asked for are those of
    /// light scenes alone: cutting every tile of a survey would only store its pictures twice.
    pub(super) fn divides(&self, profile: usize) -> bool {
        let asked = self.resolved.plan.partition.zones.is_some()
            || self.resolved.plan.partition.zone_edge_m.is_some();
        asked || self.profiles[profile].scenes == SceneKind::Light
    }

    /// Hash of how the community is divided into zones, and these into squares.
    pub(super) fn division(&self) -> String {
        let partition = &self.resolved.plan.partition;
        let zones: Vec<String> = self.zones.iter().map(|zone| format!("{zone:?}")).collect();
        digest(&(zones, self.edge_m(), partition.street_axis_deg, partition.zone_edge_m.is_some()))
    }

    /// Hash of the footprints, and of the rule by which triangles are given to them.
    pub(super) fn outlines(&self) -> String {
        let footprints: Vec<String> = self.footprints.iter().map(|area| format!("{area:?}")).collect();
        digest(&(footprints, self.resolved.plan.partition.building_margin_m))
    }

    /// The coarsest file of each tile, and each building model, as it is now.
    pub(super) fn roots(&self) -> Vec<(&str, Option<InputFile>)> {
        let tiles = self.sources.iter().flat_map(|source| &source.survey.tiles);
        let models = self.sources.iter().flat_map(|source| &source.models);
        let models = models.map(|file| (file.name.as_str(), InputFile::look(&file.path)));
        tiles.map(|tile| (tile.name.as_str(), InputFile::look(&tile.root))).chain(models).collect()
    }

    /// Takes over what building models claim of their places.
    pub(super) fn set_claims(&mut self, claims: Vec<Vec<Georeference>>) {
        for (source, claims) in self.sources.iter_mut().zip(claims) {
            for (file, claims) in source.models.iter_mut().zip(claims) {
                file.claims = claims;
            }
        }
        // They move others only where the community's origin may follow from them: it is that of the
        // first source with a place. What they mean for a model itself is part of its own job's key.
        if self.resolved.plan.community.origin.is_some() {
            return;
        }
        let before = self
            .sources
            .iter()
            .take_while(|source| source.plan.kind == SourceKind::Ifc || source.request.srs == Srs::Local);
        let claims: Vec<&Georeference> =
            before.flat_map(|source| &source.models).map(|file| &file.claims).collect();
        if !claims.is_empty() {
            self.key = digest(&(&self.key, claims));
        }
    }

    /// Longest edge of a zone that the builder makes, in metres.
    pub(super) fn edge_m(&self) -> f64 {
        self.resolved.plan.partition.zone_edge_m.unwrap_or(ZONE_EDGE_M).max(LEAST_EDGE_M)
    }

    /// The direction of the streets in degrees counter-clockwise from east: the plan's, or that of
    /// most walls.
    ///
    /// # Errors
    /// If a source cannot be placed.
    pub(super) fn axis_deg(&self) -> Result<f64, BuildError> {
        if let Some(bearing) = self.resolved.plan.partition.street_axis_deg {
            return Ok(90.0 - bearing);
        }
        let origin = self.places()?.origin;
        let outlines = origin.map(|origin| partition::shapes(&origin, &self.footprints));
        Ok(street_axis_deg(&outlines.unwrap_or_default()))
    }

    /// The name of a zone's folder, made of characters that need no escaping in a URI.
    pub(super) fn zone_name(&self, id: &str) -> &str {
        let at = self.zones.iter().position(|zone| zone.id == id);
        at.map_or("zone", |at| &self.zone_names[at])
    }

    /// Where everything stands.
    ///
    /// # Errors
    /// If PROJ cannot place a source.
    pub(super) fn places(&self) -> Result<&Places, BuildError> {
        if let Some(places) = self.places.get() {
            return Ok(places);
        }
        let (mut placements, mut messages) = (Vec::new(), Vec::new());
        let mut models = Vec::new();
        for source in &self.sources {
            let (placed, mut said) = place_models(source)?;
            said.extend(unknown_building(&source.plan, &self.footprints));
            if let Some(first) = placed.first() {
                placements.push(first.clone());
            } else {
                let Placed { placement, messages } = place_source(&source.request)?;
                placements.push(placement);
                said.extend(messages);
            }
            models.push(placed);
            messages.push(said);
        }
        let first = placements.iter().find_map(|placement| placement.georeference.origin);
        let origin = self.resolved.plan.community.origin.or(first);
        let frame = origin.as_ref().map(EnuFrame::at);
        Ok(self.places.get_or_init(|| Places { origin, frame, placements, models, messages }))
    }
}

impl Source {
    /// Whether it is a tree of levels, and not a mesh that levels are made for.
    pub(super) fn is_survey(&self) -> bool {
        self.plan.kind == SourceKind::Osgb
    }

    /// Takes over the cells of its meshes, in the order of the files.
    pub(super) fn set_meshes(&mut self, meshes: Vec<Option<MeshPlan>>) {
        let cells = meshes.iter().enumerate().flat_map(|(file, mesh)| {
            mesh.iter().flat_map(MeshPlan::cells).map(move |(cell, _)| (file, cell))
        });
        self.cells = cells.collect();
        self.names = self.cells.iter().map(|(file, id)| format!("{}.{id}", self.files[*file])).collect();
        self.meshes = meshes;
    }

    /// The jobs that make the files which a piece is read from.
    pub(super) fn cells_of(&self, piece: usize) -> Vec<String> {
        self.cells
            .get(piece)
            .map(|(file, _)| cells_id(&self.plan.id, &self.files[*file]))
            .into_iter()
            .collect()
    }

    /// The source's own files that a survey's tile may be read from. The images of a mesh are among the
    /// files of the job that makes its cells.
    pub(super) fn files_of(&self, piece: usize) -> Vec<PathBuf> {
        if self.is_survey() { files_of(&self.survey.tiles[piece].root) } else { Vec::new() }
    }

    /// The name of a piece for people.
    pub(super) fn title(&self, piece: usize) -> String {
        match self.cells.get(piece) {
            Some((file, id)) => format!("{} {id}", self.survey.tiles[*file].name),
            None => self.survey.tiles[piece].name.clone(),
        }
    }
}

/// The files of a mesh source, as tiles.
fn open_meshes(path: &Path) -> Result<Survey, BuildError> {
    let MeshFolder { tiles, metadata } = soup::open_folder(path)?;
    let tiles = tiles.into_iter().map(|tile| SurveyTile { name: tile.name, root: tile.path }).collect();
    Ok(Survey { tiles, rootless: Vec::new(), metadata })
}

/// The files of a source of building models.
fn open_models(path: &Path) -> Result<Vec<ModelFile>, BuildError> {
    let files = ifc::files(path)?;
    let titles: Vec<String> = files
        .iter()
        .map(|file| file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())
        .collect();
    let ids = safe_names(titles.iter().map(String::as_str));
    let alone = files.len() == 1;
    let named = files.into_iter().zip(titles).zip(ids).map(|((path, name), id)| ModelFile {
        path,
        name,
        id: if alone { String::new() } else { id },
        claims: Georeference::default(),
    });
    Ok(named.collect())
}

/// The placements of a source's building models, and what is to be said about them.
fn place_models(source: &Source) -> Result<(Vec<Placement>, Vec<Message>), BuildError> {
    let (mut placements, mut messages) = (Vec::new(), Vec::new());
    for file in &source.models {
        let ModelPlace { request, messages: mut said } = place(&source.plan, &file.name, &file.claims)?;
        let placed = place_source(&request)?;
        messages.append(&mut said);
        messages.extend(placed.messages);
        placements.push(placed.placement);
    }
    Ok((placements, messages))
}

fn open_source(base: &Path, plan: &SourcePlan) -> Result<Source, BuildError> {
    let path = base.join(&plan.path);
    let nothing = Survey { tiles: Vec::new(), rootless: Vec::new(), metadata: None };
    let models = if plan.kind == SourceKind::Ifc { open_models(&path)? } else { Vec::new() };
    let survey = match plan.kind {
        SourceKind::Osgb => survey::open(&path)?,
        SourceKind::Obj | SourceKind::Gltf | SourceKind::Ply => open_meshes(&path)?,
        SourceKind::Ifc => nothing,
    };
    // Child files may stand anywhere below the folder that was given, or beside the one file.
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new(".")).to_owned() };
    let metadata = survey.metadata.clone().unwrap_or_default();
    let srs = Srs::parse(plan.crs.as_deref().or(metadata.srs.as_deref()).unwrap_or_default())?;
    let request = PlacementRequest {
        source: plan.id.clone(),
        srs,
        origin: plan.crs_origin.or(metadata.origin).unwrap_or_default(),
        height: plan.height.clone(),
        turn: Turn::default(),
        method: None,
    };
    let files = safe_names(survey.tiles.iter().map(|tile| tile.name.as_str()));
    let names = if plan.kind == SourceKind::Osgb { files.clone() } else { Vec::new() };
    let (meshes, cells, extents) = (Vec::new(), Vec::new(), OnceLock::new());
    Ok(Source { plan: plan.clone(), folder, survey, files, names, meshes, cells, models, extents, request })
}

fn read_areas(resolved: &ResolvedPlan, path: Option<&Path>) -> Result<Vec<Area>, BuildError> {
    Ok(path.map(|path| areas::read(&resolved.base.join(path))).transpose()?.unwrap_or_default())
}

/// The plan's profiles, or the one that was asked for by name.
fn profiles(plan: &BuildPlan, wanted: Option<&str>) -> Result<Vec<ProfilePlan>, BuildError> {
    let standard = |id: &str, scenes| ProfilePlan {
        id: id.to_owned(),
        scenes,
        textures: None,
        texture_quality: None,
        texture_edge_px: None,
        instancing: None,
    };
    let standards = [standard("full", SceneKind::Complete), standard("app", SceneKind::Light)];
    let Some(wanted) = wanted else {
        return Ok(if plan.profiles.is_empty() { standards[..1].to_vec() } else { plan.profiles.clone() });
    };
    plan.profiles.iter().chain(&standards).find(|profile| profile.id == wanted).map_or_else(
        || {
            let known: Vec<&str> = plan.profiles.iter().chain(&standards).map(|p| p.id.as_str()).collect();
            Err(BuildError::Profile { wanted: wanted.to_owned(), known: known.join("`, `") })
        },
        |profile| Ok(vec![profile.clone()]),
    )
}

/// A name for each, made of characters that need no escaping in a URI, all different.
fn safe_names<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut used: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    let safe = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => c,
        '+' => 'p',
        _ => '-',
    };
    names
        .map(|name| {
            let name: String = name.chars().map(safe).collect();
            let count = used.entry(name.clone()).or_default();
            *count += 1;
            if *count == 1 { name } else { format!("{name}.{count}") }
        })
        .collect()
}
