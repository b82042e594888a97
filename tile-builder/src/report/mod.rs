//! The report as a page: what was read, built, left out and why, with a plan view.
//!
//! In: the report, the catalogue, the model. Out: one self-contained HTML file that asks nothing
//! of any host. Called by the pipeline. Pure, and without times, so that the same build gives the
//! same page.

mod plan_view;

use std::fmt::Write as _;

use twin_schemas::catalog::{Catalog, Georeference, GeoreferenceMethod};
use twin_schemas::model::ModelObject;
use twin_schemas::report::{BuildReport, Figures, Message, Severity};

/// The whole page.
#[must_use]
pub fn html(report: &BuildReport, catalog: &Catalog, model: &[ModelObject]) -> String {
    let name = &catalog.community.name;
    let title = escape(name.zh.as_deref().or(name.en.as_deref()).unwrap_or(&catalog.community.id));
    let mut page = String::new();
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title} – build report</title>\n\
         <style>{STYLE}</style>\n<body>\n<h1>{title}</h1>\n<p class=\"lead\">{}</p>\n",
        lead(report)
    );
    figures(&mut page, &report.totals);
    messages(&mut page, &report.messages);
    page.push_str("<h2>Plan view</h2>\n");
    page.push_str(&plan_view::svg(report, model));
    for source in &report.sources {
        let _ = writeln!(page, "<h2>Source <code>{}</code></h2>", escape(&source.id));
        georeference(&mut page, &source.georeference);
        tiles(&mut page, source);
    }
    let _ = writeln!(page, "<footer>{}</footer>\n</body>\n</html>", escape(&report.builder));
    page
}

fn lead(report: &BuildReport) -> String {
    let count = |severity| report.messages.iter().filter(|message| message.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    match (errors, warnings) {
        (0, 0) => "Everything was built; nothing was left out.".to_owned(),
        (0, n) => format!("Built, with {n} warning{}.", plural(n)),
        (e, n) => format!("Built in part: {e} error{}, {n} warning{}.", plural(e), plural(n)),
    }
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

fn figures(page: &mut String, totals: &Figures) {
    let items = [
        ("files read", grouped(totals.files_read)),
        ("read", megabytes(totals.bytes_read)),
        ("tiles", grouped(totals.tiles)),
        ("triangles", grouped(totals.triangles)),
        ("texture", format!("{:.1} Mpx", totals.texture_px as f64 / 1e6)),
        ("textures kept / encoded", format!("{} / {}", totals.textures_kept, totals.textures_encoded)),
        ("written", megabytes(totals.content_bytes)),
    ];
    page.push_str("<dl class=\"figures\">\n");
    for (label, value) in items {
        let _ = writeln!(page, "<div><dt>{label}</dt><dd>{value}</dd></div>");
    }
    page.push_str("</dl>\n");
}

fn messages(page: &mut String, messages: &[Message]) {
    if messages.is_empty() {
        return;
    }
    page.push_str("<h2>Messages</h2>\n<ul class=\"messages\">\n");
    for message in messages {
        let class = match message.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let _ = write!(page, "<li class=\"{class}\"><b>{class}</b> {}", ticked(&message.text));
        if let Some(hint) = &message.hint {
            let _ = write!(page, "<br><i>{}</i>", ticked(hint));
        }
        page.push_str("</li>\n");
    }
    page.push_str("</ul>\n");
}

fn georeference(page: &mut String, georeference: &Georeference) {
    let method = match georeference.method {
        GeoreferenceMethod::Code => "authority code",
        GeoreferenceMethod::Wkt => "parameters of a WKT",
        GeoreferenceMethod::Enu => "east-north-up plane",
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
            " Origin {:.8}° N, {:.8}° E, {:.3} m. Largest distance from PROJ at the check points: {:.2} mm.",
            origin.latitude_deg,
            origin.longitude_deg,
            origin.height_m,
            georeference.residual_m * 1000.0
        );
    }
    page.push_str("</p>\n");
}

fn tiles(page: &mut String, source: &twin_schemas::report::SourceReport) {
    let largest = source.tiles.iter().map(|tile| tile.figures.content_bytes).max().unwrap_or(1).max(1);
    page.push_str(
        "<table><thead><tr><th>tile<th>files<th>damaged<th>missing<th>tiles<th>triangles<th>Mpx<th colspan=2>MB</thead>\n",
    );
    for tile in &source.tiles {
        let f = &tile.figures;
        let _ = writeln!(
            page,
            "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{:.1}<td>{:.2}<td class=\"bar\"><span style=\"width:{:.1}%\"></span>",
            escape(&tile.name),
            f.files_read,
            f.files_damaged,
            f.files_missing,
            f.tiles,
            grouped(f.triangles),
            f.texture_px as f64 / 1e6,
            f.content_bytes as f64 / 1e6,
            f.content_bytes as f64 / largest as f64 * 100.0
        );
    }
    page.push_str("</table>\n");
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
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

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#2b2824;--soft:#6d665d;--paper:#faf8f5;--line:#e2dcd3;--accent:#0f6b68}\
@media(prefers-color-scheme:dark){:root{--ink:#ece7df;--soft:#a49b8f;--paper:#1d1b18;--line:#3a3631;--accent:#5cc0ba}}\
body{font:15px/1.55 'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',system-ui,sans-serif;color:var(--ink);\
background:var(--paper);max-width:64rem;margin:2rem auto;padding:0 1rem;font-variant-numeric:tabular-nums}\
h1{font-size:1.75rem;margin:0}h2{font-size:1.15rem;margin:2.5rem 0 .5rem}.lead{color:var(--soft);margin:.25rem 0 1.5rem}\
.figures{display:flex;flex-wrap:wrap;gap:1rem 2.5rem;margin:0}.figures dt{color:var(--soft);font-size:.85rem}\
.figures dd{margin:0;font-size:1.25rem}.messages{list-style:none;padding:0}\
.messages li{border-left:4px solid var(--line);padding:.25rem .75rem;margin:.5rem 0}\
.messages .warning{border-color:#b7791f}.messages .error{border-color:#b3312f}\
code{font-size:.92em;background:color-mix(in srgb,var(--line) 50%,transparent);padding:0 .25em;border-radius:3px}\
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:right;padding:.25rem .5rem;\
border-bottom:1px solid var(--line)}th{color:var(--soft);font-weight:500}th:first-child,td:first-child{text-align:left}\
.bar{width:20%}.bar span{display:block;height:.6rem;background:var(--accent)}\
svg{width:100%;height:auto;max-height:36rem;border:1px solid var(--line)}footer{color:var(--soft);margin:3rem 0}";
