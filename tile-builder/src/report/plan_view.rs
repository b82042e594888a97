//! The place from above: the picture, and over it tiles, zones and footprints.
//!
//! One unit of the drawing is a metre, north is up. Strokes are given in pixels, and words stand beside
//! or over the drawing as text of the page, so that they can be read at any size.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use twin_schemas::model::{ModelObject, ObjectClass};
use twin_schemas::report::{BuildReport, TileReport};

use super::{Picture, escape, megabytes, name_of, ticked};

/// Height of the drawing at most, in pixels.
const HIGHEST_PX: f64 = 720.0;
/// More zones than these are not named in the drawing: names would cover one another.
const ZONES_NAMED: usize = 24;

/// More tiles than these are not outlined over a picture: their lines would hide it.
const TILES_OUTLINED: usize = 1000;

type Extent = [f64; 4];

/// What the drawing covers, in local metres.
struct Frame {
    west: f64,
    north: f64,
    width: f64,
    height: f64,
}

/// The drawing with its scale, north and legend. Says in a line if there is no picture, and why.
pub(super) fn figure(
    page: &mut String,
    report: &BuildReport,
    model: &[ModelObject],
    picture: &Result<Picture, String>,
) {
    let tiles: Vec<(&TileReport, Extent)> = report
        .sources
        .iter()
        .flat_map(|source| &source.tiles)
        .filter_map(|tile| Some((tile, tile.extent_m?)))
        .collect();
    let extents = tiles.iter().map(|(_, extent)| *extent).chain(picture.iter().map(|p| p.extent_m));
    if let Some(frame) = Frame::around(extents) {
        let widest = HIGHEST_PX * frame.width / frame.height;
        let _ = writeln!(
            page,
            "<figure class=\"plan\">\n<div class=\"place\" style=\"width:{widest:.0}px\"><div class=\"map\">"
        );
        drawing(page, &frame, &tiles, model, picture.as_ref().ok());
        names(page, &frame, model);
        let (length, words) = scale(frame.width);
        let share = length / frame.width * 100.0;
        let _ =
            writeln!(page, "</div><span class=\"scale\" style=\"width:{share:.2}%\">{words}</span></div>");
        caption(page, &tiles, model);
        page.push_str("</figure>\n");
    }
    if let Err(reason) = picture {
        let _ = writeln!(page, "<p class=\"small\">There is no picture from above: {}.</p>", ticked(reason));
    }
}

impl Frame {
    fn around(extents: impl Iterator<Item = Extent>) -> Option<Self> {
        let [west, south, east, north] =
            extents.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])?;
        let (width, height) = ((east - west).max(1.0), (north - south).max(1.0));
        let margin = width.max(height) * 0.01;
        Some(Self {
            west: west - margin,
            north: north + margin,
            width: width + 2.0 * margin,
            height: height + 2.0 * margin,
        })
    }
}

fn drawing(
    page: &mut String,
    frame: &Frame,
    tiles: &[(&TileReport, Extent)],
    model: &[ModelObject],
    picture: Option<&Picture>,
) {
    let _ = writeln!(
        page,
        "<svg role=\"img\" aria-label=\"the community from above, north up\" viewBox=\"{:.2} {:.2} {:.2} {:.2}\">",
        frame.west, -frame.north, frame.width, frame.height
    );
    if let Some(Picture { webp, extent_m: [west, south, east, north] }) = picture {
        let _ = writeln!(
            page,
            "<image x=\"{west:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\" preserveAspectRatio=\"none\" \
             href=\"data:image/webp;base64,{}\"/>",
            -north,
            east - west,
            north - south,
            STANDARD.encode(webp)
        );
    }
    let outlined = if picture.is_some() && tiles.len() > TILES_OUTLINED { &[] } else { tiles };
    for (tile, [west, south, east, north]) in outlined {
        let _ = writeln!(
            page,
            "<rect class=\"tile{}\" x=\"{west:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\"><title>{}, {}</title></rect>",
            if picture.is_some() { "" } else { " plain" },
            -north,
            east - west,
            north - south,
            escape(&tile.name),
            megabytes(tile.figures.content_bytes)
        );
    }
    for (class, name) in [(ObjectClass::Building, "building"), (ObjectClass::Zone, "zone")] {
        for object in model.iter().filter(|object| object.class == class) {
            let (d, title) = (path(object), escape(name_of(object)));
            // A light line under the coloured one keeps it legible over any ground.
            let _ = writeln!(
                page,
                "<path class=\"{name} under\" d=\"{d}\"/><path class=\"{name}\" d=\"{d}\"><title>{title}</title></path>"
            );
        }
    }
    page.push_str("</svg>\n");
}

/// Names of zones over their middles.
fn names(page: &mut String, frame: &Frame, model: &[ModelObject]) {
    let zones: Vec<&ModelObject> = model.iter().filter(|object| object.class == ObjectClass::Zone).collect();
    if zones.len() > ZONES_NAMED {
        return;
    }
    for zone in zones {
        let Some([east, north]) = zone.footprint.first().and_then(|rings| middle(rings.first()?)) else {
            continue;
        };
        let (left, top) = ((east - frame.west) / frame.width, (frame.north - north) / frame.height);
        if [left, top].iter().all(|share| (0.0..=1.0).contains(share)) {
            let _ = writeln!(
                page,
                "<span class=\"name\" style=\"left:{:.1}%;top:{:.1}%\">{}</span>",
                left * 100.0,
                top * 100.0,
                escape(name_of(zone))
            );
        }
    }
}

/// The centre of gravity of a ring; none if it has no area.
fn middle(ring: &[[f64; 2]]) -> Option<[f64; 2]> {
    let start = *ring.first()?;
    let (mut twice, mut sum) = (0.0, [0.0; 2]);
    for pair in ring.windows(2) {
        // Seen from the first point, so that far from the origin no digits are lost.
        let [a, b] = [0, 1].map(|at| [0, 1].map(|axis| pair[at][axis] - start[axis]));
        let cross = a[0] * b[1] - b[0] * a[1];
        twice += cross;
        (0..2).for_each(|axis| sum[axis] += (a[axis] + b[axis]) * cross);
    }
    let middle = [0, 1].map(|axis| start[axis] + sum[axis] / (3.0 * twice));
    middle.iter().all(|value| value.is_finite()).then_some(middle)
}

fn caption(page: &mut String, tiles: &[(&TileReport, Extent)], model: &[ModelObject]) {
    let count = |class| model.iter().filter(|object| object.class == class).count();
    page.push_str("<figcaption><span class=\"north\">north is up</span>");
    let legend = [
        ("tile", tiles.len()),
        ("zone", count(ObjectClass::Zone)),
        ("building", count(ObjectClass::Building)),
    ];
    for (class, number) in legend.into_iter().filter(|(_, number)| *number > 0) {
        let words = super::counted(number as u64, class);
        let _ = write!(page, "<span class=\"key {class}\"><i></i>{words}</span>");
    }
    page.push_str("</figcaption>\n");
}

fn path(object: &ModelObject) -> String {
    let mut d = String::new();
    for ring in object.footprint.iter().flatten() {
        for (at, [east, north]) in ring.iter().enumerate() {
            let _ = write!(d, "{}{east:.2} {:.2}", if at == 0 { 'M' } else { 'L' }, -north);
        }
        d.push('Z');
    }
    d
}

/// A round length near a fifth of the width, and its words.
fn scale(width: f64) -> (f64, String) {
    let wanted = width / 5.0;
    let power = 10f64.powf(wanted.log10().floor());
    let length = [5.0, 2.0, 1.0].iter().map(|m| m * power).find(|l| *l <= wanted).unwrap_or(power);
    let words = if length >= 1000.0 {
        format!("{}\u{2009}km", length / 1000.0)
    } else {
        format!("{length}\u{2009}m")
    };
    (length, words)
}
