//! Where a building model stands: the plan's word, else the file's, as far as it can be trusted.
//!
//! In: the plan of a source, and what its file claims. Out: a request to place it, and what the user
//! should know. Called by `site`.
//!
//! Order of trust: a reference system in the plan; a map conversion; latitude and longitude of the
//! site, which many programs fill with a city that nobody chose, and which then counts for nothing.

use twin_schemas::catalog::GeoreferenceMethod;
use twin_schemas::geometry::GeographicPoint;
use twin_schemas::plan::SourcePlan;
use twin_schemas::report::{Message, Severity};

use crate::georef::{PlacementRequest, Srs, SrsError, Turn};
use crate::read::areas::Area;
use crate::read::ifc::{Georeference, MapClaim, MapClaimOrigin, SiteClaim};

/// Positions that authoring programs put into every new file: latitude, longitude, whose they are. The
/// first six were read in files of different buildings that share them to the last digit.
const TEMPLATES: [(f64, f64, &str); 7] = [
    (42.358_429, -71.059_776, "Boston in Revit"),
    (42.358_662, -71.056_740, "Boston in Revit"),
    (41.874_400, -87.639_400, "Chicago in Revit"),
    (51.500_153, -0.126_236, "London in Revit"),
    (35.7, 139.766_667, "Tokyo in Revit"),
    (39.916, 116.433, "Beijing in Revit"),
    (0.0, 0.0, "nothing"),
];
/// Positions this close in degrees are the same: some hundred metres.
const TEMPLATE_DEG: f64 = 0.001;
/// Names that a hint gives for one that is unknown.
const NEAR_NAMES: usize = 3;
/// Coordinates this large are those of a map already.
const MAP_M: f64 = 10_000.0;

/// How a model is placed.
pub(in super::super) struct ModelPlace {
    pub(in super::super) request: PlacementRequest,
    pub(in super::super) messages: Vec<Message>,
}

/// Decides how a model is placed.
///
/// # Errors
/// If the plan's reference system cannot be understood.
pub(in super::super) fn place(
    plan: &SourcePlan,
    file: &str,
    claims: &Georeference,
) -> Result<ModelPlace, SrsError> {
    let mut notes = Notes { file, messages: Vec::new() };
    let heading_deg = plan.heading_deg.or_else(|| claims.true_north.map(heading)).unwrap_or(0.0);
    let request = |srs: Srs, origin: [f64; 3], turn: Turn, method: Option<GeoreferenceMethod>| {
        PlacementRequest { source: plan.id.clone(), srs, origin, height: plan.height.clone(), turn, method }
    };
    let request = if let Some(crs) = &plan.crs {
        request(Srs::parse(crs)?, plan.crs_origin.unwrap_or_default(), Turn::heading(heading_deg), None)
    } else if let Some((srs, claim)) = claims.map.as_ref().and_then(|claim| Some((notes.crs(claim)?, claim)))
    {
        let doubled = notes.doubled(claims, claim);
        let origin = if doubled { [0.0, 0.0, claim.offset_m[2]] } else { claim.offset_m };
        let turn = if doubled { Turn::default() } else { Turn { x_axis: claim.x_axis, scale: claim.scale } };
        if claim.origin == MapClaimOrigin::PropertySet {
            notes
                .note("place_by_property_set", "its place comes from the property set `ePSet_MapConversion`");
        }
        request(srs, origin, turn, Some(GeoreferenceMethod::MapConversion))
    } else if let Some(site) = claims.site.as_ref().filter(|site| notes.trusts(site)) {
        notes.site(site);
        let base = GeographicPoint {
            longitude_deg: site.longitude_deg,
            latitude_deg: site.latitude_deg,
            height_m: site.elevation_m,
        };
        let turn = Turn::heading(heading_deg);
        let [x, y, z] = turn.apply(site.at_m);
        request(Srs::Enu(base), [-x, -y, -z], turn, Some(GeoreferenceMethod::Site))
    } else {
        request(Srs::Local, plan.crs_origin.unwrap_or_default(), Turn::heading(heading_deg), None)
    };
    Ok(ModelPlace { request, messages: notes.messages })
}

/// Bearing of the y axis, in degrees clockwise from north, of a file whose true north lies there.
fn heading([x, y]: [f64; 2]) -> f64 {
    y.atan2(x).to_degrees() - 90.0
}

struct Notes<'f> {
    file: &'f str,
    messages: Vec<Message>,
}

impl Notes<'_> {
    fn say(&mut self, severity: Severity, code: &str, text: &str, hint: Option<&str>) {
        self.messages.push(Message {
            severity,
            code: code.to_owned(),
            text: format!("`{}`: {text}", self.file),
            hint: hint.map(str::to_owned),
            subject: Some(self.file.to_owned()),
        });
    }

    fn note(&mut self, code: &str, text: &str) {
        self.say(Severity::Note, code, text, None);
    }

    /// The reference system of a map conversion, if it is named so that it can be found.
    fn crs(&mut self, claim: &MapClaim) -> Option<Srs> {
        let named = [Some(&claim.crs.name), claim.crs.description.as_ref()];
        let known = named.into_iter().flatten().find_map(|name| {
            // Names such as `EPSG:32760 - WGS 84 / UTM zone 60S` begin with the code.
            let code = name.split_whitespace().next().unwrap_or_default();
            Srs::parse(code).ok().filter(|srs| *srs != Srs::Local)
        });
        if known.is_none() {
            let text = format!(
                "its map conversion goes into `{}`, which is no known reference system; it was not used",
                claim.crs.name
            );
            self.say(
                Severity::Warning,
                "map_crs_unknown",
                &text,
                Some("say `crs`, `crs_origin` and `heading_deg` of the source in the plan"),
            );
        }
        known
    }

    /// Whether what stands in the file is in map coordinates already, so that converting it would
    /// move it twice.
    fn doubled(&mut self, claims: &Georeference, claim: &MapClaim) -> bool {
        let map_m = claim.offset_m[0].hypot(claim.offset_m[1]);
        if claims.offset_m < MAP_M || map_m < MAP_M || (claims.offset_m - map_m).abs() > MAP_M {
            return false;
        }
        self.say(
            Severity::Warning,
            "placed_twice",
            "its site stands in map coordinates, and a map conversion would move it there again; the conversion was not applied",
            Some("export it again with one of the two"),
        );
        true
    }

    /// Whether a site's position is somebody's.
    fn trusts(&mut self, site: &SiteClaim) -> bool {
        let template = TEMPLATES.iter().find(|(latitude_deg, longitude_deg, _)| {
            (site.latitude_deg - latitude_deg).abs() < TEMPLATE_DEG
                && (site.longitude_deg - longitude_deg).abs() < TEMPLATE_DEG
        });
        let Some((_, _, whose)) = template else { return true };
        let text = format!(
            "its site is at {:.6}, {:.6}, which is what new files have ({whose}), not where the building stands; it was not used",
            site.latitude_deg, site.longitude_deg
        );
        self.say(
            Severity::Warning,
            "template_position",
            &text,
            Some("say `crs`, `crs_origin` and `heading_deg` of the source in the plan"),
        );
        false
    }

    fn site(&mut self, site: &SiteClaim) {
        let text = format!(
            "its place comes from latitude and longitude of its site ({:.6}, {:.6}), which are seldom exact",
            site.latitude_deg, site.longitude_deg
        );
        self.say(
            Severity::Warning,
            "place_by_site",
            &text,
            Some("compare it with the survey; if it is off, say `crs`, `crs_origin` and `heading_deg` in the plan"),
        );
    }
}
/// Says of a source that it stands for a building that no footprint outlines.
pub(in super::super) fn unknown_building(plan: &SourcePlan, footprints: &[Area]) -> Option<Message> {
    let named = plan.building.as_ref().filter(|named| footprints.iter().all(|area| area.id != **named))?;
    let mut ids: Vec<&str> = footprints.iter().map(|area| area.id.as_str()).collect();
    ids.sort_by_cached_key(|id| (strsim::damerau_levenshtein(id, named), *id));
    let near: Vec<String> = ids.iter().take(NEAR_NAMES).map(|id| format!("`{id}`")).collect();
    let hint = if near.is_empty() {
        "name the file of footprints by `footprints` in `[partition]`".to_owned()
    } else {
        format!("footprints with names like it: {}", near.join(", "))
    };
    Some(Message {
        severity: Severity::Warning,
        code: "unknown_building".to_owned(),
        text: format!(
            "source `{}`: `building` is `{named}`, which is no footprint; the model hides nothing of the survey",
            plan.id
        ),
        hint: Some(hint),
        subject: Some(plan.id.clone()),
    })
}
