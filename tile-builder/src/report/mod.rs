//! The report as a page: what was read, built, left out and why, with a picture from above.
//!
//! In: the report, the catalogue, the model, and what else there is to show. Out: one self-contained
//! HTML file that asks nothing of any host and can be sent on. Called by the pipeline. Pure, and
//! without times, so that the same build gives the same page.

mod messages;
mod plan_view;
mod tables;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use twin_schemas::catalog::{Catalog, Georeference, GeoreferenceMethod};
use twin_schemas::model::{ModelObject, ObjectClass};
use twin_schemas::report::{BuildReport, Figures, Severity};

const STYLE: &str = include_str!("page.css");

/// What the page shows beyond the documents of a version.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The community from above, or why there is no picture.
    pub picture: Result<Picture, String>,
    /// The light scenes, the whole of a profile before its zones.
    pub scenes: Vec<SceneLevels>,
}

/// A picture from straight above, north up.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// A WebP; transparent where nothing is.
    pub webp: Vec<u8>,
    /// West, south, east and north of what it shows, in local metres.
    pub extent_m: [f64; 4],
}

/// A light scene and its levels: overviews (L0), zones (L1), spots (L2).
#[derive(Debug, Clone, PartialEq)]
pub struct SceneLevels {
    /// Its profile.
    pub profile: String,
    /// Its zone; none for the whole community.
    pub zone: Option<String>,
    /// The levels, coarsest first.
    pub levels: [Level; 3],
}

/// The contents of one level of a light scene, and what each of them may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Short name, such as `L1`.
    pub name: &'static str,
    /// Triangles of one content at most.
    pub triangles_limit: u64,
    /// Edge of its texture in pixels at most.
    pub edge_limit_px: u32,
    /// Its bytes at most.
    pub bytes_limit: u64,
    /// Number of contents.
    pub contents: u64,
    /// Triangles of the one with the most.
    pub most_triangles: u64,
    /// Bytes of the largest.
    pub most_bytes: u64,
}

impl Level {
    /// Takes in a content.
    pub fn add(&mut self, triangles: u64, bytes: u64) {
        self.contents += 1;
        self.most_triangles = self.most_triangles.max(triangles);
        self.most_bytes = self.most_bytes.max(bytes);
    }
}

/// The whole page.
#[must_use]
pub fn html(report: &BuildReport, catalog: &Catalog, model: &[ModelObject], shown: &Shown) -> String {
    let name = &catalog.community.name;
    let title = escape(name.zh.as_deref().or(name.en.as_deref()).unwrap_or(&catalog.community.id));
    let mut page = String::new();
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title} – build report</title>\n\
         <style>{STYLE}</style>\n<body>\n<h1>{title}</h1>\n"
    );
    lead(&mut page, report);
    figures(&mut page, &report.totals);
    messages::list(&mut page, &report.messages);
    page.push_str("<h2>From above</h2>\n");
    plan_view::figure(&mut page, report, model, &shown.picture);
    let zones = Zones::of(model);
    tables::scenes(&mut page, catalog, &zones);
    tables::budgets(&mut page, &shown.scenes, &zones);
    tables::textures(&mut page, &report.profiles);
    for source in &report.sources {
        let _ = writeln!(page, "<h2>Source <code>{}</code></h2>", escape(&source.id));
        georeference(&mut page, &source.georeference);
        tables::tiles(&mut page, source);
    }
    let _ = writeln!(page, "<footer>{}</footer>\n</body>\n</html>", escape(&report.builder));
    page
}

/// Names of zones by their ids.
struct Zones<'m>(BTreeMap<&'m str, &'m str>);

impl<'m> Zones<'m> {
    fn of(model: &'m [ModelObject]) -> Self {
        let zones = model.iter().filter(|object| object.class == ObjectClass::Zone);
        Self(zones.filter_map(|zone| Some((zone.id.strip_prefix("zone/")?, name_of(zone)))).collect())
    }

    /// A scene as people call it.
    fn scene(&self, profile: &str, zone: Option<&str>) -> String {
        match zone {
            None => format!("{}, all", escape(profile)),
            Some(id) => format!("{}, {}", escape(profile), escape(self.0.get(id).copied().unwrap_or(id))),
        }
    }
}

fn name_of(object: &ModelObject) -> &str {
    object.name.zh.as_deref().or(object.name.en.as_deref()).unwrap_or(&object.id)
}

/// In one line, whether all went well.
fn lead(page: &mut String, report: &BuildReport) {
    let count = |severity| report.messages.iter().filter(|message| message.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let (class, text) = match (errors, warnings) {
        (0, 0) => ("whole", "Everything was built; nothing was left out.".to_owned()),
        (0, n) => ("warning", format!("Built, with {}.", counted(n as u64, "warning"))),
        (e, 0) => ("error", format!("Built in part, with {}.", counted(e as u64, "error"))),
        (e, w) => {
            let [errors, warnings] = [(e, "error"), (w, "warning")].map(|(n, word)| counted(n as u64, word));
            ("error", format!("Built in part, with {errors} and {warnings}."))
        }
    };
    let _ = writeln!(page, "<p class=\"lead {class}\">{text}</p>");
}

fn figures(page: &mut String, totals: &Figures) {
    let items = [
        ("files read", grouped(totals.files_read)),
        ("read", megabytes(totals.bytes_read)),
        ("contents", grouped(totals.tiles)),
        ("triangles", grouped(totals.triangles)),
        ("texture", format!("{} Mpx", megapixels(totals.texture_px))),
        ("written", megabytes(totals.content_bytes)),
    ];
    page.push_str("<dl class=\"figures\">\n");
    for (label, value) in items {
        let _ = writeln!(page, "<div><dt>{label}</dt><dd>{value}</dd></div>");
    }
    page.push_str("</dl>\n");
}

fn georeference(page: &mut String, georeference: &Georeference) {
    let method = match georeference.method {
        GeoreferenceMethod::Code => "authority code",
        GeoreferenceMethod::Wkt => "parameters of a WKT",
        GeoreferenceMethod::Enu => "east-north-up plane",
        GeoreferenceMethod::MapConversion => "map conversion of the model",
        GeoreferenceMethod::Site => "latitude and longitude of the site",
        GeoreferenceMethod::Local => "no position; local metres",
    };
    let crs = georeference.crs.as_deref().unwrap_or("none");
    let _ = write!(
        page,
        "<p>Placed by {method}: {}. Heights: {}.",
        escape(crs),
        escape(&georeference.height_reference)
    );
    if let Some(origin) = georeference.origin {
        let _ = write!(
            page,
            " Origin {:.8}° N, {:.8}° E, {:.3}\u{a0}m. Largest distance from PROJ at the check points: \
             {:.2}\u{a0}mm.",
            origin.latitude_deg,
            origin.longitude_deg,
            origin.height_m,
            georeference.residual_m * 1000.0
        );
    }
    page.push_str("</p>\n");
}

/// A number of things, in words.
fn counted(n: u64, thing: &str) -> String {
    format!("{}\u{a0}{thing}{}", grouped(n), if n == 1 { "" } else { "s" })
}

fn megabytes(bytes: u64) -> String {
    format!("{}\u{2009}MB", decimal(bytes))
}

fn megapixels(pixels: u64) -> String {
    decimal(pixels)
}

/// Millions, with as many decimals as tell something.
fn decimal(units: u64) -> String {
    let millions = units as f64 / 1e6;
    match millions {
        m if m >= 1000.0 => grouped(m.round() as u64),
        m if m < 1.0 => format!("{m:.2}"),
        m => format!("{m:.1}"),
    }
}

/// A number with thin spaces between its thousands.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{2009}');
        }
        out.push(digit);
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Escaped text, with what stands in backticks as code.
fn ticked(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in escape(text).split('`').enumerate() {
        let _ = if at % 2 == 1 { write!(out, "<code>{part}</code>") } else { write!(out, "{part}") };
    }
    out
}
