//! The tables of a report: scenes, budgets, textures, tiles.

use std::fmt::Write as _;

use twin_schemas::catalog::{Catalog, Scene};
use twin_schemas::report::{ProfileReport, SourceReport, TextureReport};

use super::{Level, SceneLevels, Zones, counted, decimal, escape, grouped, megapixels};

/// A table of more rows is folded.
const ROWS_IN_SIGHT: usize = 36;

/// What can be opened, and how much it is.
pub(super) fn scenes(page: &mut String, catalog: &Catalog, zones: &Zones<'_>) {
    page.push_str("<h2>Scenes</h2>\n");
    let largest = catalog.scenes.iter().map(|scene| scene.size_bytes).max().unwrap_or(0).max(1);
    let rows = catalog.scenes.iter().map(|scene| {
        format!(
            "<tr><td>{}<td>{}<td>{}<td>{}<td>{}{}{}",
            zones.scene(&scene.profile, scene.zone.as_deref()),
            grouped(scene.tiles),
            grouped(scene.triangles),
            megapixels(scene.texture_px),
            decimal(scene.size_bytes),
            first_view(scene),
            bar(scene.size_bytes as f64 / largest as f64)
        )
    });
    table(
        page,
        "<th>scene<th>contents<th>triangles<th>Mpx<th>MB<th>first view<th>",
        &rows.collect::<Vec<_>>(),
        "scenes",
    );
    page.push_str(
        "<p class=\"small\">All levels together; a viewer loads a part of them. The first view is what it loads \
         to show a light scene whole.</p>\n",
    );
}

/// What the first look at a light scene loads.
fn first_view(scene: &Scene) -> String {
    scene.first_view.as_ref().map_or_else(
        || "<td>–".to_owned(),
        |view| {
            format!(
                "<td title=\"{}, {}, {}\u{2009}Mpx\">{}\u{2009}MB",
                counted(view.triangles, "triangle"),
                counted(view.draws, "draw call"),
                megapixels(view.texture_px),
                decimal(view.bytes)
            )
        },
    )
}

/// The largest content of each level of each light scene, against its budget.
pub(super) fn budgets(page: &mut String, scenes: &[SceneLevels], zones: &Zones<'_>) {
    let Some(first) = scenes.first() else { return };
    page.push_str("<h2>Light scenes against their budgets</h2>\n");
    let mut head = "<th>scene".to_owned();
    for Level { name, triangles_limit, edge_limit_px, bytes_limit, .. } in &first.levels {
        let title = match *name {
            "L0" => "overview",
            "L1" => "zone",
            _ => "spot",
        };
        let _ = write!(
            head,
            "<th class=\"level\">{name} {title}<span>≤ {}\u{2009}KB, {} triangles, {edge_limit_px}\u{2009}px</span>",
            bytes_limit / 1000,
            grouped(*triangles_limit),
        );
    }
    let row = |scene: &SceneLevels| {
        let mut row = format!("<tr><td>{}", zones.scene(&scene.profile, scene.zone.as_deref()));
        scene.levels.iter().for_each(|level| row.push_str(&level_cell(level)));
        row
    };
    table(page, &head, &scenes.iter().map(row).collect::<Vec<_>>(), "scenes");
    page.push_str(
        "<p class=\"small\">The largest content of each level; every other takes less. What could not be \
         brought under its budget is named in the messages and not published.</p>\n",
    );
}

fn level_cell(level: &Level) -> String {
    if level.contents == 0 {
        return "<td class=\"level none\">–".to_owned();
    }
    let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
    let used = share(level.most_bytes, level.bytes_limit);
    let over = level.most_bytes > level.bytes_limit || level.most_triangles > level.triangles_limit;
    format!(
        "<td class=\"level{}\">{}\u{2009}KB, {}<span>{}{}</span><i class=\"meter\"><i style=\"width:{:.1}%\"></i></i>",
        if over { " over" } else { "" },
        level.most_bytes.div_ceil(1000),
        counted(level.most_triangles, "triangle"),
        if level.contents == 1 {
            "one content".to_owned()
        } else {
            format!("largest of {}", grouped(level.contents))
        },
        if over { "; over budget" } else { "" },
        used.min(1.0) * 100.0
    )
}

/// What the textures of each profile took and lost.
pub(super) fn textures(page: &mut String, profiles: &[ProfileReport]) {
    if profiles.is_empty() {
        return;
    }
    page.push_str("<h2>Textures</h2>\n");
    let rows: Vec<String> = profiles.iter().map(texture_row).collect();
    let head = "<th>profile<th>textures<th>kept<th>resampled<th>Mpx before<th>after<th>MB before<th>after\
                <th>PSNR, coding<th>PSNR, to source";
    table(page, head, &rows, "profiles");
    page.push_str(
        "<p class=\"small\">Kept textures have the bytes of the source. PSNR of coding tells what the codec \
         lost; to the source, what was lost with pixels counts as well. Above \
         40\u{2009}dB, differences are hard to see.</p>\n",
    );
}

fn texture_row(profile: &ProfileReport) -> String {
    let TextureReport { textures, kept, resampled, source_px, px, source_bytes, bytes, .. } =
        profile.textures;
    if textures == 0 {
        // Textures of light scenes are pictures of their own, fitted with their contents.
        return format!("<tr><td>{}{}", escape(&profile.id), "<td>–".repeat(9));
    }
    let decibels = |db: Option<f64>| match db {
        Some(db) => format!("{db:.1}\u{2009}dB"),
        None => "no loss".to_owned(),
    };
    format!(
        "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}",
        escape(&profile.id),
        grouped(textures),
        grouped(kept),
        grouped(resampled),
        megapixels(source_px),
        megapixels(px),
        if source_bytes == 0 { "new".to_owned() } else { decimal(source_bytes) },
        decimal(bytes),
        decibels(profile.textures.psnr_db),
        decibels(profile.textures.source_psnr_db)
    )
}

/// What became of each tile of a source.
pub(super) fn tiles(page: &mut String, source: &SourceReport) {
    if source.tiles.is_empty() {
        return;
    }
    let largest = source.tiles.iter().map(|tile| tile.figures.content_bytes).max().unwrap_or(0).max(1);
    let rows = source.tiles.iter().map(|tile| {
        let f = &tile.figures;
        let bad = |n: u64| if n == 0 { "0".to_owned() } else { format!("<b>{}</b>", grouped(n)) };
        format!(
            "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}<td>{}{}",
            escape(&tile.name),
            grouped(f.files_read),
            bad(f.files_damaged),
            bad(f.files_missing),
            grouped(f.tiles),
            grouped(f.triangles),
            megapixels(f.texture_px),
            decimal(f.content_bytes),
            bar(f.content_bytes as f64 / largest as f64)
        )
    });
    let head = "<th>tile<th>files<th>damaged<th>missing<th>contents<th>triangles<th>Mpx<th>MB<th>";
    table(page, head, &rows.collect::<Vec<_>>(), "tiles");
}

/// Rows under a head; many of them folded.
fn table(page: &mut String, head: &str, rows: &[String], things: &str) {
    let folded = rows.len() > ROWS_IN_SIGHT;
    if folded {
        let _ = writeln!(page, "<details><summary>{} {things}</summary>", grouped(rows.len() as u64));
    }
    let _ = writeln!(page, "<div class=\"wide\"><table>\n<thead><tr>{head}</thead>");
    for row in rows {
        let _ = writeln!(page, "{row}");
    }
    page.push_str("</table></div>\n");
    if folded {
        page.push_str("</details>\n");
    }
}

fn bar(share: f64) -> String {
    format!("<td class=\"bar\"><i style=\"width:{:.1}%\"></i>", share.clamp(0.0, 1.0) * 100.0)
}
