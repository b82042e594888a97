//! One source's place: from what is said about it to a map into local metres.

use twin_schemas::catalog::{Georeference, GeoreferenceMethod};
use twin_schemas::geometry::GeographicPoint;
use twin_schemas::plan::HeightPlan;
use twin_schemas::report::{Message, Severity};

use super::crs::{self, CrsError, CrsKind};
use super::ellipsoid::{EnuFrame, to_ecef};
use super::srs::{Srs, vertical_name};
use super::warp::Warp;
use crate::geometry::Aabb;

/// What is said about a source's place.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacementRequest {
    /// Id of the source, for messages.
    pub source: String,
    /// Reference system, from the plan or the survey's metadata.
    pub srs: Srs,
    /// Offset of the source's coordinates in that system (`SRSOrigin`).
    pub origin: [f64; 3],
    /// Vertical reference from the plan.
    pub height: Option<HeightPlan>,
    /// How the source's axes lie in that system.
    pub turn: Turn,
    /// Where the place was found, if neither plan nor metadata say it.
    pub method: Option<GeoreferenceMethod>,
}

/// How a source's axes lie in its reference system: turned about the vertical, and scaled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turn {
    /// Direction of the source's x axis; of length one.
    pub x_axis: [f64; 2],
    /// Metres of the system a metre of the source, along the source's axes.
    pub scale: [f64; 3],
}

impl Default for Turn {
    fn default() -> Self {
        Self { x_axis: [1.0, 0.0], scale: [1.0; 3] }
    }
}

impl Turn {
    /// Axes whose y axis has a bearing in degrees clockwise from north.
    #[must_use]
    pub fn heading(degrees: f64) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        Self { x_axis: [cos, -sin], ..Self::default() }
    }

    /// A point of the source along the axes of the system.
    #[must_use]
    pub fn apply(&self, p: [f64; 3]) -> [f64; 3] {
        let [x, y, z] = [0, 1, 2].map(|axis| p[axis] * self.scale[axis]);
        let [cos, sin] = self.x_axis;
        [x * cos - y * sin, x * sin + y * cos, z]
    }
}

/// A source that cannot be placed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("source `{source_id}` cannot be placed: {error}")]
pub struct PlacementError {
    /// Id of the source.
    pub source_id: String,
    /// Why.
    #[source]
    pub error: CrsError,
}

/// How coordinates of a source become a position.
#[derive(Debug, Clone, PartialEq)]
enum Chain {
    /// PROJ from this definition, then ECEF.
    Projected(String),
    /// A rigid east-north-up plane.
    Enu(EnuFrame),
    /// Local metres as they are.
    Local,
}

/// Where a source stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    chain: Chain,
    turn: Turn,
    offset: [f64; 3],
    /// What the catalogue says about it; `residual_m` is filled in as contents are placed.
    pub georeference: Georeference,
}

/// A placement, and what the user should know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The placement.
    pub placement: Placement,
    /// Assumptions and contradictions.
    pub messages: Vec<Message>,
}

/// Decides how a source is placed.
///
/// # Errors
/// If PROJ does not know the reference system, or the origin has no position in it.
pub fn place_source(request: &PlacementRequest) -> Result<Placed, PlacementError> {
    let mut notes = Notes { source: &request.source, messages: Vec::new() };
    let fail = |error| PlacementError { source_id: request.source.clone(), error };
    let (height_reference, geoid_m) = height_reference(request, &mut notes);
    let [x, y, z] = request.origin;
    let height_m = z + geoid_m;
    let mut offset = [x, y, height_m];
    let (chain, method, origin) = match &request.srs {
        Srs::Local => {
            notes.local();
            offset = request.origin;
            (Chain::Local, GeoreferenceMethod::Local, None)
        }
        Srs::Enu(point) => {
            let base = GeographicPoint { height_m: point.height_m + geoid_m, ..*point };
            let frame = EnuFrame::at(&base);
            let origin = super::ellipsoid::from_ecef(frame.ecef_from_local(request.origin));
            offset = request.origin;
            (Chain::Enu(frame), GeoreferenceMethod::Enu, Some(origin))
        }
        Srs::Code { .. } | Srs::Wkt { .. } => {
            let definition = definition(&request.srs);
            let method = if matches!(request.srs, Srs::Wkt { .. }) {
                GeoreferenceMethod::Wkt
            } else {
                GeoreferenceMethod::Code
            };
            if crs::kind(definition).map_err(fail)? == CrsKind::Geographic {
                let point = GeographicPoint { longitude_deg: x, latitude_deg: y, height_m };
                let [lon, lat] = crs::to_lonlat(definition, x, y).map_err(fail)?;
                let point = GeographicPoint { longitude_deg: lon, latitude_deg: lat, ..point };
                notes.geographic(definition);
                offset = [0.0; 3];
                (Chain::Enu(EnuFrame::at(&point)), GeoreferenceMethod::Enu, Some(point))
            } else {
                let [longitude_deg, latitude_deg] = crs::to_lonlat(definition, x, y).map_err(fail)?;
                let origin = GeographicPoint { longitude_deg, latitude_deg, height_m };
                notes.contradiction(&request.srs, &origin, [x, y]);
                (Chain::Projected(definition.to_owned()), method, Some(origin))
            }
        }
    };
    let method = request.method.unwrap_or(method);
    let georeference =
        Georeference { method, crs: request.srs.label(), origin, height_reference, residual_m: 0.0 };
    Ok(Placed {
        placement: Placement { chain, turn: request.turn, offset, georeference },
        messages: notes.messages,
    })
}

fn definition(srs: &Srs) -> &str {
    match srs {
        Srs::Code { horizontal, .. } => horizontal,
        Srs::Wkt { text, .. } => text,
        Srs::Enu(_) | Srs::Local => "",
    }
}

/// The vertical reference in words, and the metres that turn its heights into ellipsoidal ones.
fn height_reference(request: &PlacementRequest, notes: &mut Notes<'_>) -> (String, f64) {
    if let Some(plan) = &request.height {
        return (
            format!("{}, {} m above the ellipsoid here (plan)", plan.reference, plan.geoid_height_m),
            plan.geoid_height_m,
        );
    }
    let stated = match &request.srs {
        Srs::Code { vertical: Some(code), .. } => Some(vertical_name(code).to_owned()),
        Srs::Wkt { text, .. } if text.contains("VERT_CS[") || text.contains("VERTCRS[") => {
            Some("the WKT's vertical system".to_owned())
        }
        _ => None,
    };
    match stated {
        Some(name) => {
            notes.add(
                Severity::Warning,
                "geoid_height_unknown",
                format!("heights of source `{}` are in `{name}`; they were used as heights above the ellipsoid", notes.source),
                "give the geoid's height at the site in the plan: `height = { reference = \"…\", geoid_height_m = … }`",
            );
            (format!("{name}, taken as ellipsoidal"), 0.0)
        }
        None => ("assumed: metres above the WGS 84 ellipsoid".to_owned(), 0.0),
    }
}

impl Placement {
    /// East, north, up in the community's frame of a point of the source. Without a community
    /// frame, or without a position, the source's own metres are local metres.
    ///
    /// # Errors
    /// If the point has no position in the CRS.
    pub fn local(&self, community: Option<&EnuFrame>, p: [f64; 3]) -> Result<[f64; 3], CrsError> {
        let p = self.turn.apply(p);
        let [x, y, z] = [0, 1, 2].map(|axis| p[axis] + self.offset[axis]);
        let Some(community) = community else { return Ok([x, y, z]) };
        match &self.chain {
            Chain::Local => Ok([x, y, z]),
            Chain::Enu(frame) => Ok(community.local_from_ecef(frame.ecef_from_local([x, y, z]))),
            Chain::Projected(definition) => {
                let [longitude_deg, latitude_deg] = crs::to_lonlat(definition, x, y)?;
                let point = GeographicPoint { longitude_deg, latitude_deg, height_m: z };
                Ok(community.local(&point))
            }
        }
    }

    /// The map into local metres over a box of the source.
    ///
    /// # Errors
    /// If a point of the box has no position in the CRS.
    pub fn warp(&self, community: Option<&EnuFrame>, bounds: &Aabb) -> Result<Warp, CrsError> {
        Warp::fit(bounds, |p| self.local(community, p))
    }
}

struct Notes<'r> {
    source: &'r str,
    messages: Vec<Message>,
}

impl Notes<'_> {
    fn add(&mut self, severity: Severity, code: &str, text: String, hint: &str) {
        self.messages.push(Message {
            severity,
            code: code.to_owned(),
            text,
            hint: Some(hint.to_owned()),
            subject: None,
        });
    }

    fn local(&mut self) {
        self.add(
            Severity::Warning,
            "no_position",
            format!("source `{}` says nothing of its place on the Earth; it was placed at the local origin", self.source),
            "if you know it, write it into the plan: `crs = \"EPSG:4547\"` and `crs_origin = [x, y, z]`, or `crs = \"ENU:latitude,longitude\"`",
        );
    }

    fn geographic(&mut self, definition: &str) {
        self.add(
            Severity::Warning,
            "geographic_crs",
            format!(
                "source `{}` is in `{definition}`, whose unit is degrees, while its vertices are metres; they were taken as east-north-up metres at the origin",
                self.source
            ),
            "export the survey in a projected system, or say `crs = \"ENU:latitude,longitude\"` in the plan",
        );
    }

    /// Warns if the authority code of a WKT means another place than its parameters.
    fn contradiction(&mut self, srs: &Srs, origin: &GeographicPoint, [x, y]: [f64; 2]) {
        let Srs::Wkt { authority: Some(code), .. } = srs else { return };
        let Ok([longitude_deg, latitude_deg]) = crs::to_lonlat(code, x, y) else { return };
        let other = to_ecef(&GeographicPoint { longitude_deg, latitude_deg, ..*origin });
        let here = to_ecef(origin);
        let apart_m = (0..3).map(|i| (other[i] - here[i]).powi(2)).sum::<f64>().sqrt();
        if apart_m > 1.0 {
            self.add(
                Severity::Warning,
                "wkt_contradicts_code",
                format!(
                    "the WKT of source `{}` calls itself `{code}`, but its parameters place the origin {} away from where that code would; the parameters were used",
                    self.source,
                    distance(apart_m)
                ),
                "if the code is right, say `crs = \"…\"` in the plan",
            );
        }
    }
}

fn distance(metres: f64) -> String {
    if metres < 1000.0 { format!("{metres:.1} m") } else { format!("{:.1} km", metres / 1000.0) }
}
