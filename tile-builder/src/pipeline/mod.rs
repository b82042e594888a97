//! A build from beginning to end. Read this file first.
//!
//! read (plan, surveys, areas) → georef (placement) → for each tile of a survey, in parallel:
//! read → georef → lod → encode → content → tileset; then the model, the catalogue, the report,
//! and the switch to the new version. Called by `main`; the only place that knows every stage.

mod content;
mod files;
mod oblique;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;

use rayon::prelude::*;
use serde::Serialize;
use twin_schemas::catalog::{CATALOG_FORMAT, Catalog, Community, Scene, SourceEntry};
use twin_schemas::geometry::{GeographicPoint, LocalBox, LocalPoint};
use twin_schemas::model::ModelObject;
use twin_schemas::plan::SourcePlan;
use twin_schemas::report::{BuildReport, Figures, Message, Severity, SourceReport, TileReport};

use crate::geometry::Aabb;
use crate::georef::ellipsoid::EnuFrame;
use crate::georef::{Placed, Placement, PlacementError, PlacementRequest, Srs, SrsError, place_source};
use crate::partition;
use crate::publish::{Publication, PublishError};
use crate::read::areas::{self, Area, AreaError};
use crate::read::plan::{PlanError, ResolvedPlan};
use crate::read::survey::{self, Survey, SurveyError, SurveyTile};
use crate::read::{self, Limits};
use crate::report;
use crate::tileset::{self, Tile};

/// The profile that this pipeline builds: everything, for planners and command centres.
const PROFILE: &str = "full";

/// What to build, and where to.
#[derive(Debug, Clone)]
pub struct BuildRequest {
    /// A plan, a survey folder, or one OSGB file.
    pub input: PathBuf,
    /// The publication to write.
    pub out: PathBuf,
    /// Limits of the readers.
    pub limits: Limits,
}

/// What a build made.
#[derive(Debug, Clone)]
pub struct BuildOutcome {
    /// Id of the published version.
    pub version: String,
    /// The report, as published.
    pub report: BuildReport,
    /// Contents that this build wrote; the others were there already.
    pub contents_written: u64,
}

/// Told how a build gets on. Called from many threads.
pub trait Progress: Sync {
    /// The plan is known; `assumed` if there was no plan file.
    fn plan(&self, plan: &ResolvedPlan);
    /// A stage begins that will take `steps` steps.
    fn stage(&self, name: &str, steps: u64);
    /// A step of the current stage is done.
    fn step(&self, what: &str);
    /// A message as soon as it is known.
    fn message(&self, message: &Message);
}

/// A build that made nothing.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A survey folder.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// A reference system.
    #[error(transparent)]
    Srs(#[from] SrsError),
    /// A placement.
    #[error(transparent)]
    Placement(#[from] PlacementError),
    /// Zones or footprints.
    #[error(transparent)]
    Area(#[from] AreaError),
    /// The publication.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// Nothing could be built.
    #[error("nothing could be built from {sources} source(s); the messages above say why")]
    Nothing {
        /// Number of sources.
        sources: usize,
    },
    /// A document could not be written as JSON.
    #[error("`{name}` could not be written: {reason}")]
    Document {
        /// The document.
        name: String,
        /// Why.
        reason: String,
    },
}

/// A source that is found and placed.
struct OpenSource {
    plan: SourcePlan,
    folder: PathBuf,
    survey: Survey,
    placement: Placement,
    messages: Vec<Message>,
}

/// A source after all its tiles.
struct BuiltSource {
    tree: Option<Tile>,
    documents: BTreeMap<String, Vec<u8>>,
    entry: SourceEntry,
    report: SourceReport,
    messages: Vec<Message>,
}

/// Builds a publication.
///
/// # Errors
/// If the plan, a survey's metadata or an area file cannot be used, if not one tile could be
/// built, or if the publication cannot be written. A version served so far stays as it is.
pub fn build(request: &BuildRequest, progress: &dyn Progress) -> Result<BuildOutcome, BuildError> {
    let resolved = read::plan::resolve(&request.input)?;
    progress.plan(&resolved);
    let sources = resolved
        .plan
        .sources
        .iter()
        .map(|source| open_source(&resolved.base, source))
        .collect::<Result<Vec<_>, _>>()?;
    let zones = read_areas(&resolved, resolved.plan.partition.zones.as_deref())?;
    let footprints = read_areas(&resolved, resolved.plan.partition.footprints.as_deref())?;
    let publication = Publication::open(&request.out)?;

    let origin = community_origin(&resolved, &sources);
    let frame = origin.as_ref().map(EnuFrame::at);
    let mut built = Vec::new();
    for source in sources {
        built.push(build_source(source, frame.as_ref(), &publication, &request.limits, progress)?);
    }

    let roots: Vec<Tile> = built.iter().filter_map(|source| source.tree.clone()).collect();
    let Some(root) = Tile::root_of(roots) else { return Err(BuildError::Nothing { sources: built.len() }) };
    progress.stage("publish", 1);
    let community = Community {
        id: resolved.plan.community.id.clone().unwrap_or_default(),
        name: resolved.plan.community.name.clone().unwrap_or_default(),
        origin,
        bounds: local_box(&root.bounds),
    };
    let model = partition::model(&community, &zones, &footprints);
    let report = collect_report(&resolved, &built, &community, zones.len() + footprints.len(), progress);
    let catalog = catalog(community, &built, &root, &report.totals);
    let files = version_files(built, &root, frame.as_ref(), &catalog, &model, &report)?;
    let version = publication.publish(&files)?;
    progress.step("publish");
    Ok(BuildOutcome { version, report, contents_written: publication.contents_written() })
}

fn open_source(base: &Path, plan: &SourcePlan) -> Result<OpenSource, BuildError> {
    let path = base.join(&plan.path);
    let survey = survey::open(&path)?;
    // Child files may stand anywhere below the folder that was given, or beside the one file.
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new(".")).to_owned() };
    let metadata = survey.metadata.clone().unwrap_or_default();
    let srs = Srs::parse(plan.crs.as_deref().or(metadata.srs.as_deref()).unwrap_or_default())?;
    let request = PlacementRequest {
        source: plan.id.clone(),
        srs,
        origin: plan.crs_origin.or(metadata.origin).unwrap_or_default(),
        height: plan.height.clone(),
    };
    let Placed { placement, messages } = place_source(&request)?;
    Ok(OpenSource { plan: plan.clone(), folder, survey, placement, messages })
}

fn read_areas(resolved: &ResolvedPlan, path: Option<&Path>) -> Result<Vec<Area>, BuildError> {
    Ok(path.map(|path| areas::read(&resolved.base.join(path))).transpose()?.unwrap_or_default())
}

/// The plan's origin, else that of the first source that has a place.
fn community_origin(resolved: &ResolvedPlan, sources: &[OpenSource]) -> Option<GeographicPoint> {
    let placed = sources.iter().find_map(|source| source.placement.georeference.origin);
    resolved.plan.community.origin.or(placed)
}

fn build_source(
    source: OpenSource,
    frame: Option<&EnuFrame>,
    publication: &Publication,
    limits: &Limits,
    progress: &dyn Progress,
) -> Result<BuiltSource, BuildError> {
    let OpenSource { plan, folder, survey, placement, mut messages } = source;
    progress.stage(&plan.id, survey.tiles.len() as u64);
    // versions/<id>/<profile>/<source>/<tile>/ is five folders below the publication.
    let content_prefix = "../../../../../";
    let tiles: Vec<_> = survey
        .tiles
        .par_iter()
        .map(|tile| {
            let job = oblique::ObliqueJob {
                survey: &folder,
                placement: &placement,
                frame,
                publication,
                limits,
                content_prefix,
                files: AtomicUsize::new(0),
            };
            let built = oblique::build_tile(&job, tile);
            progress.step(&tile.name);
            built
        })
        .collect::<Result<_, _>>()?;

    let names = folder_names(&survey.tiles);
    let mut georeference = placement.georeference.clone();
    let mut report = SourceReport {
        id: plan.id.clone(),
        georeference: georeference.clone(),
        figures: Figures::default(),
        tiles: Vec::new(),
    };
    let (mut roots, mut documents, mut missing) = (Vec::new(), BTreeMap::new(), Vec::new());
    messages.extend(survey.rootless.iter().map(|folder| rootless_message(folder)));
    for message in &messages {
        progress.message(message);
    }
    for ((tile, built), name) in survey.tiles.iter().zip(tiles).zip(names) {
        report.figures += built.figures;
        georeference.residual_m = georeference.residual_m.max(built.residual_m);
        missing.extend(built.missing);
        built.messages.iter().for_each(|message| progress.message(message));
        messages.extend(built.messages);
        let root = Tile::root_of(built.tiles);
        report.tiles.push(TileReport {
            name: tile.name.clone(),
            figures: built.figures,
            extent_m: root.as_ref().map(|root| extent(&root.bounds)),
        });
        if let Some(root) = root {
            let uri = format!("{}/{name}/tileset.json", plan.id);
            documents.insert(format!("{PROFILE}/{uri}"), json_bytes(&uri, &tileset::document(&root, None))?);
            roots.push(Tile::external(&root, uri));
        }
    }
    if let Some(message) = oblique::missing_message(&plan.id, &missing) {
        progress.message(&message);
        messages.push(message);
    }
    report.georeference = georeference.clone();
    let entry = SourceEntry { id: plan.id.clone(), kind: plan.kind, georeference };
    Ok(BuiltSource { tree: Tile::root_of(roots), documents, entry, report, messages })
}

/// A folder for each tile, made of characters that need no escaping in a URI, all different.
fn folder_names(tiles: &[SurveyTile]) -> Vec<String> {
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    let safe = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' => c,
        '+' => 'p',
        _ => '-',
    };
    tiles
        .iter()
        .map(|tile| {
            let name: String = tile.name.chars().map(safe).collect();
            let count = used.entry(name.clone()).or_default();
            *count += 1;
            if *count == 1 { name } else { format!("{name}.{count}") }
        })
        .collect()
}

fn rootless_message(folder: &str) -> Message {
    Message {
        severity: Severity::Error,
        code: "tile_without_root".into(),
        text: format!("tile folder `{folder}` has no `{folder}.osgb`; the tile was left out"),
        hint: Some("copy the folder again from the survey".into()),
        subject: Some(folder.to_owned()),
    }
}

fn collect_report(
    resolved: &ResolvedPlan,
    built: &[BuiltSource],
    community: &Community,
    areas: usize,
    progress: &dyn Progress,
) -> BuildReport {
    let mut report = BuildReport {
        format: CATALOG_FORMAT,
        builder: format!("tile-builder {}", env!("CARGO_PKG_VERSION")),
        plan: resolved.plan.clone(),
        sources: Vec::new(),
        totals: Figures::default(),
        messages: Vec::new(),
    };
    for source in built {
        report.totals += source.report.figures;
        report.sources.push(source.report.clone());
        report.messages.extend(source.messages.iter().cloned());
    }
    if areas > 0 && community.origin.is_none() {
        let message = Message {
            severity: Severity::Warning,
            code: "areas_without_position".into(),
            text: format!(
                "{areas} zones and footprints were left out, because the community has no place on the Earth"
            ),
            hint: Some(
                "give the plan an origin: `[community] origin = { longitude_deg = …, latitude_deg = … }`"
                    .into(),
            ),
            subject: None,
        };
        progress.message(&message);
        report.messages.push(message);
    }
    report
}

fn catalog(community: Community, built: &[BuiltSource], root: &Tile, totals: &Figures) -> Catalog {
    Catalog {
        format: CATALOG_FORMAT,
        community,
        sources: built.iter().map(|source| source.entry.clone()).collect(),
        scenes: vec![Scene {
            id: PROFILE.to_owned(),
            profile: PROFILE.to_owned(),
            zone: None,
            tileset: format!("{PROFILE}/tileset.json"),
            bounds: local_box(&root.bounds),
            tiles: totals.tiles,
            triangles: totals.triangles,
            texture_px: totals.texture_px,
            size_bytes: totals.content_bytes,
        }],
        model: "model.ndjson".to_owned(),
    }
}

fn version_files(
    built: Vec<BuiltSource>,
    root: &Tile,
    frame: Option<&EnuFrame>,
    catalog: &Catalog,
    model: &[ModelObject],
    report: &BuildReport,
) -> Result<BTreeMap<String, Vec<u8>>, BuildError> {
    let mut files = BTreeMap::new();
    let document = tileset::document(root, frame.map(EnuFrame::column_major));
    files.insert(format!("{PROFILE}/tileset.json"), json_bytes("tileset.json", &document)?);
    for mut source in built {
        files.append(&mut source.documents);
    }
    let mut lines = Vec::new();
    for object in model {
        lines.append(&mut json_bytes("model.ndjson", object)?);
        lines.push(b'\n');
    }
    files.insert("model.ndjson".to_owned(), lines);
    files.insert("catalog.json".to_owned(), json_bytes("catalog.json", catalog)?);
    files.insert("report.json".to_owned(), json_bytes("report.json", report)?);
    files.insert("report.html".to_owned(), report::html(report, catalog, model).into_bytes());
    Ok(files)
}

fn json_bytes(name: &str, value: &impl Serialize) -> Result<Vec<u8>, BuildError> {
    serde_json::to_vec(value)
        .map_err(|error| BuildError::Document { name: name.to_owned(), reason: error.to_string() })
}

fn local_box(bounds: &Aabb) -> LocalBox {
    let point = |[east_m, north_m, up_m]: [f64; 3]| LocalPoint { east_m, north_m, up_m };
    LocalBox { min: point(bounds.min), max: point(bounds.max) }
}

fn extent(bounds: &Aabb) -> [f64; 4] {
    [bounds.min[0], bounds.min[1], bounds.max[0], bounds.max[1]]
}
