//! What a version says about itself: the catalogue, the model, the report.

use std::collections::BTreeSet;
use std::path::PathBuf;

use twin_schemas::catalog::{CATALOG_FORMAT, Catalog, Community, Scene, SourceEntry};
use twin_schemas::geometry::{LocalBox, LocalPoint};
use twin_schemas::report::{
    BuildReport, Figures, Message, ProfileReport, Severity, SourceReport, TextureReport, TileReport,
};

use super::super::record::{Made, Record};
use super::super::run::Workshop;
use super::super::site::Site;
use super::super::{BuildError, Progress, oblique};
use super::json_bytes;
use crate::geometry::Aabb;
use crate::partition::{self, buildings::Buildings};
use crate::publish::Version;
use crate::report::{self, Shown};
use crate::texture::{Loss, TextureCost};

/// The sources as they are told of, tile by tile.
pub(super) struct Summary<'s> {
    site: &'s Site,
    sources: Vec<SourceReport>,
    messages: Vec<Vec<Message>>,
    /// Child files that are named but do not exist, for each source.
    missing: Vec<Vec<String>>,
    buildings: Option<&'s Buildings>,
    /// About levels and scenes that are made anew.
    made_messages: Vec<Message>,
    made_figures: Figures,
    profiles: Vec<ProfileReport>,
    /// Files that several jobs read, and what they said of a source.
    read: BTreeSet<PathBuf>,
    said: BTreeSet<(usize, String)>,
}

impl<'s> Summary<'s> {
    /// The sources before any tile.
    ///
    /// # Errors
    /// If a source cannot be placed.
    pub(super) fn new(shop: &'s Workshop<'s>) -> Result<Self, BuildError> {
        let (site, buildings) = (shop.site, shop.buildings()?);
        let places = site.places()?;
        let report =
            |(source, placement): (&super::super::site::Source, &crate::georef::Placement)| SourceReport {
                id: source.plan.id.clone(),
                georeference: placement.georeference.clone(),
                figures: Figures::default(),
                tiles: Vec::new(),
            };
        let sources = site.sources.iter().zip(&places.placements).map(report).collect();
        let mut messages = places.messages.clone();
        for (source, messages) in site.sources.iter().zip(&mut messages) {
            messages.extend(source.survey.rootless.iter().map(|folder| rootless_message(folder)));
        }
        Ok(Self {
            site,
            sources,
            messages,
            missing: vec![Vec::new(); site.sources.len()],
            buildings,
            made_messages: Vec::new(),
            made_figures: Figures::default(),
            profiles: Vec::new(),
            read: BTreeSet::new(),
            said: BTreeSet::new(),
        })
    }

    /// Takes in a file of meshes.
    pub(super) fn file(&mut self, source: usize, made: &Made) {
        self.sources[source].figures += made.figures;
        self.messages[source].extend(made.messages.iter().cloned());
    }

    /// Takes in a building model.
    pub(super) fn model(&mut self, source: usize, file: usize, made: &Made) {
        self.sources[source].figures += made.figures;
        let georeference = &mut self.sources[source].georeference;
        georeference.residual_m = georeference.residual_m.max(made.residual_m);
        self.messages[source].extend(made.messages.iter().cloned());
        let bounds = made.models.first().map(|trees| trees.tree.bounds);
        self.sources[source].tiles.push(TileReport {
            name: self.site.sources[source].models[file].name.clone(),
            figures: made.figures,
            extent_m: bounds.map(|of| [of.min[0], of.min[1], of.max[0], of.max[1]]),
        });
    }

    /// Takes in what a job read that shares its files with others: each file, and each thing that is to
    /// be said, counts once.
    pub(super) fn reading(&mut self, record: &Record) {
        for file in &record.inputs {
            let (path, size_bytes) = file.place();
            let Some(at) = self.site.sources.iter().position(|source| path.starts_with(&source.folder))
            else {
                continue;
            };
            // The files of meshes are counted by the jobs that split them.
            if self.site.sources[at].is_survey() && self.read.insert(path.to_owned()) {
                self.sources[at].figures.files_read += 1;
                self.sources[at].figures.bytes_read += size_bytes;
            }
        }
        for reading in &record.made.readings {
            let at = reading.source;
            let figures = &mut self.sources[at].figures;
            for message in &reading.messages {
                if self.said.insert((at, message.text.clone())) {
                    figures.files_damaged += u64::from(message.severity == Severity::Error);
                    self.messages[at].push(message.clone());
                }
            }
            for name in &reading.missing {
                if self.said.insert((at, name.clone())) {
                    figures.files_missing += 1;
                    self.missing[at].push(name.clone());
                }
            }
        }
    }

    /// Takes in a tile.
    pub(super) fn tile(&mut self, source_at: usize, piece: usize, made: &Made) {
        let source = &mut self.sources[source_at];
        source.figures += made.figures;
        source.georeference.residual_m = source.georeference.residual_m.max(made.residual_m);
        self.messages[source_at].extend(made.messages.iter().cloned());
        self.missing[source_at].extend(made.missing.iter().cloned());
        let mut bounds = Aabb::EMPTY;
        made.parts.iter().for_each(|part| bounds.merge(&part.tree.bounds));
        source.tiles.push(TileReport {
            name: self.site.sources[source_at].title(piece),
            figures: made.figures,
            extent_m: (!bounds.is_empty()).then_some([
                bounds.min[0],
                bounds.min[1],
                bounds.max[0],
                bounds.max[1],
            ]),
        });
    }

    /// Takes in what is to be said about levels and scenes that are made anew.
    pub(super) fn scenes(&mut self, made: &Made) {
        self.made_messages.extend(made.messages.iter().cloned());
        self.made_figures += made.figures;
    }

    /// Takes in what is to be said about a scene as a whole.
    pub(super) fn say_of_scene(&mut self, message: Message) {
        self.made_messages.push(message);
    }

    /// Takes in what the textures of a profile took.
    pub(super) fn textures(&mut self, profile: &str, cost: &TextureCost) {
        let decibels = |loss: &Loss| loss.psnr_db().map(|db| (db * 100.0).round() / 100.0);
        self.profiles.push(ProfileReport {
            id: profile.to_owned(),
            textures: TextureReport {
                textures: cost.textures,
                kept: cost.kept,
                resampled: cost.resampled,
                source_px: cost.pixels_before,
                px: cost.pixels_after,
                source_bytes: cost.bytes_before,
                bytes: cost.bytes_after,
                psnr_db: decibels(&cost.coding),
                source_psnr_db: decibels(&cost.total),
            },
        });
    }

    /// Writes the model, the catalogue and the report into the version.
    pub(super) fn finish(
        self,
        version: &mut Version<'_>,
        scenes: Vec<Scene>,
        bounds: &Aabb,
        shown: &Shown,
        mut model_rows: Vec<u8>,
        progress: &dyn Progress,
    ) -> Result<BuildReport, BuildError> {
        let site = self.site;
        let community = Community {
            id: site.resolved.plan.community.id.clone().unwrap_or_default(),
            name: site.resolved.plan.community.name.clone().unwrap_or_default(),
            origin: site.places()?.origin,
            bounds: local_box(bounds),
        };
        let model = partition::model(&community, &site.zones, &site.footprints, self.buildings);
        let report = self.report(&community, progress);
        let sources = report.sources.iter().zip(&site.sources).map(|(report, source)| SourceEntry {
            id: report.id.clone(),
            kind: source.plan.kind,
            georeference: report.georeference.clone(),
        });
        let catalog = Catalog {
            format: CATALOG_FORMAT,
            sources: sources.collect(),
            community,
            scenes,
            model: "model.ndjson".to_owned(),
        };
        let mut lines = Vec::new();
        for object in &model {
            lines.append(&mut json_bytes("model.ndjson", object)?);
            lines.push(b'\n');
        }
        lines.append(&mut model_rows);
        version.put("model.ndjson", &lines)?;
        version.put("catalog.json", &json_bytes("catalog.json", &catalog)?)?;
        version.put("report.json", &json_bytes("report.json", &report)?)?;
        version.put("report.html", report::html(&report, &catalog, &model, shown).as_bytes())?;
        Ok(report)
    }

    /// Says what there is to say about all sources.
    pub(super) fn say(&self, progress: &dyn Progress) {
        for message in self.messages() {
            progress.message(&message);
        }
    }

    fn messages(&self) -> Vec<Message> {
        let mut all = Vec::new();
        for ((source, said), missing) in self.sources.iter().zip(&self.messages).zip(&self.missing) {
            all.extend(said.iter().cloned());
            all.extend(oblique::missing_message(&source.id, missing));
        }
        all.extend(self.made_messages.iter().cloned());
        all
    }

    fn report(self, community: &Community, progress: &dyn Progress) -> BuildReport {
        let mut messages = self.messages();
        let mut totals = self.made_figures;
        self.sources.iter().for_each(|source| totals += source.figures);
        let areas = self.site.zones.len() + self.site.footprints.len();
        if areas > 0 && community.origin.is_none() {
            messages.push(areas_message(areas));
        }
        for message in &messages {
            progress.message(message);
        }
        BuildReport {
            format: CATALOG_FORMAT,
            builder: format!("tile-builder {}", env!("CARGO_PKG_VERSION")),
            plan: self.site.resolved.plan.clone(),
            sources: self.sources,
            totals,
            profiles: self.profiles,
            messages,
        }
    }
}

/// What gives a community a place.
pub(in super::super) const PLACE_HINT: &str =
    "give the plan an origin: `[community] origin = { longitude_deg = …, latitude_deg = … }`";

fn areas_message(areas: usize) -> Message {
    Message {
        severity: Severity::Warning,
        code: "areas_without_position".into(),
        text: format!(
            "{areas} zones and footprints were left out, because the community has no place on the Earth"
        ),
        hint: Some(PLACE_HINT.into()),
        subject: None,
    }
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

/// A box as the catalogue states it.
pub(super) fn local_box(bounds: &Aabb) -> LocalBox {
    let point = |[east_m, north_m, up_m]: [f64; 3]| LocalPoint { east_m, north_m, up_m };
    LocalBox { min: point(bounds.min), max: point(bounds.max) }
}
