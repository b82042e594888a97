//! A plan view of what was built: tiles shaded by their size in bytes, zones, footprints.

use std::fmt::Write as _;

use twin_schemas::model::{ModelObject, ObjectClass};
use twin_schemas::report::BuildReport;

use super::{escape, megabytes};

/// An SVG, north up, one unit a metre.
pub(super) fn svg(report: &BuildReport, model: &[ModelObject]) -> String {
    let tiles: Vec<_> = report
        .sources
        .iter()
        .flat_map(|source| &source.tiles)
        .filter_map(|tile| tile.extent_m.map(|extent| (tile, extent)))
        .collect();
    let Some(frame) = tiles
        .iter()
        .map(|(_, extent)| *extent)
        .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
    else {
        return String::new();
    };
    let [west, south, east, north] = frame;
    let (width, height) = ((east - west).max(1.0), (north - south).max(1.0));
    let margin = width.max(height) * 0.03;
    let stroke = width.max(height) / 600.0;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg role=\"img\" aria-label=\"plan view, north up\" viewBox=\"{:.1} {:.1} {:.1} {:.1}\" stroke-width=\"{stroke:.3}\">",
        west - margin,
        -north - margin,
        width + 2.0 * margin,
        height + 2.0 * margin
    );
    let largest = tiles.iter().map(|(tile, _)| tile.figures.content_bytes).max().unwrap_or(1).max(1);
    for (tile, [west, south, east, north]) in &tiles {
        let share = tile.figures.content_bytes as f64 / largest as f64;
        let _ = writeln!(
            out,
            "<rect x=\"{west:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"var(--accent)\" fill-opacity=\"{:.2}\" stroke=\"var(--soft)\"><title>{}, {}</title></rect>",
            -north,
            east - west,
            north - south,
            0.08 + 0.5 * share,
            escape(&tile.name),
            megabytes(tile.figures.content_bytes)
        );
    }
    for object in model {
        let style = match object.class {
            ObjectClass::Zone => "fill=\"none\" stroke=\"#b7791f\"",
            ObjectClass::Building => "fill=\"var(--ink)\" fill-opacity=\".55\" stroke=\"var(--ink)\"",
            ObjectClass::Community => continue,
        };
        let name = object.name.zh.as_deref().or(object.name.en.as_deref()).unwrap_or(&object.id);
        let _ = writeln!(out, "<path d=\"{}\" {style}><title>{}</title></path>", path(object), escape(name));
    }
    let _ = writeln!(out, "{}</svg>", scale_bar(west, -south, width, margin));
    out
}

fn path(object: &ModelObject) -> String {
    let mut d = String::new();
    for ring in object.footprint.iter().flatten() {
        for (at, [east, north]) in ring.iter().enumerate() {
            let _ = write!(d, "{}{east:.1} {:.1}", if at == 0 { 'M' } else { 'L' }, -north);
        }
        d.push('Z');
    }
    d
}

/// A bar of a round length, near a fifth of the width.
fn scale_bar(west: f64, bottom: f64, width: f64, margin: f64) -> String {
    let wanted = width / 5.0;
    let power = 10f64.powf(wanted.log10().floor());
    let length = [5.0, 2.0, 1.0].iter().map(|m| m * power).find(|l| *l <= wanted).unwrap_or(power);
    let y = bottom + margin * 0.45;
    format!(
        "<path d=\"M{west:.1} {y:.1}h{length:.1}\" stroke=\"var(--ink)\" fill=\"none\"/>\
         <text x=\"{:.1}\" y=\"{:.1}\" font-size=\"{:.1}\" fill=\"var(--ink)\">{length} m</text>",
        west + length + margin * 0.2,
        y + margin * 0.2,
        margin * 0.6
    )
}
