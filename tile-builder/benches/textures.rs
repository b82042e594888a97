//! What each codec takes and loses over the textures of a survey: the table that a profile is
//! chosen by.
//!
//! Input: the folder of OSGB files in `TWIN_TEXTURES`, else the generated sample. `TWIN_EVERY` takes
//! only every so manieth texture, because Basis Universal is slow. Output: a table. One thread and
//! its CPU time (wall time where the system does not tell); decoding and measuring the loss are part
//! of it, as they are of a build's.

#![expect(clippy::print_stdout, reason = "the table is what a bench is for")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use tile_builder::read::{Limits, osgb};
use tile_builder::sample::{self, Detail, SampleOptions};
use tile_builder::scene::{Finer, LodNode, Texture};
use tile_builder::texture::{Codec, TextureCost, TextureRule, apply};

const RULES: &[(&str, Codec, u8, Option<u32>)] = &[
    ("JPEG q85", Codec::Jpeg, 85, None),
    ("WebP q75", Codec::WebP, 75, None),
    ("WebP q80", Codec::WebP, 80, None),
    ("WebP q85", Codec::WebP, 85, None),
    ("kept, 512 px", Codec::Keep, 85, Some(512)),
    ("WebP q80, 512 px", Codec::WebP, 80, Some(512)),
    ("ETC1S q50", Codec::Etc1s, 50, None),
    ("ETC1S q75", Codec::Etc1s, 75, None),
    ("ETC1S q100", Codec::Etc1s, 100, None),
    ("UASTC q75", Codec::Uastc, 75, None),
    ("UASTC q100", Codec::Uastc, 100, None),
];

fn osgb_files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            osgb_files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "osgb") {
            out.push(path);
        }
    }
}

fn collect(node: &LodNode, out: &mut Vec<Arc<Texture>>) {
    for texture in node.meshes.iter().filter_map(|mesh| mesh.material.texture.as_ref()) {
        if !out.iter().any(|known| Arc::ptr_eq(known, texture)) {
            out.push(Arc::clone(texture));
        }
    }
    for finer in &node.finer {
        if let Finer::Node(node) = finer {
            collect(node, out);
        }
    }
}

fn textures(folder: &Path, limits: &Limits) -> Vec<Arc<Texture>> {
    let mut files = Vec::new();
    osgb_files(folder, &mut files);
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let Ok(bytes) = std::fs::read(&file) else { continue };
        let levels = osgb::parse(&bytes, &file.display().to_string(), limits)
            .and_then(|parsed| parsed.levels(limits, &|_| Err(String::new())));
        let mut own = Vec::new();
        levels.iter().flat_map(|levels| &levels.nodes).for_each(|node| collect(node, &mut own));
        all.append(&mut own);
    }
    all
}

/// CPU time of this thread, from the first field of `schedstat`: nanoseconds spent running.
fn cpu_s(begun: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let running = told.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    running.map_or_else(|| begun.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

fn main() {
    let begun = Instant::now();
    let Ok(scratch) = tempfile::tempdir() else { return };
    let folder = std::env::var_os("TWIN_TEXTURES").map_or_else(
        || {
            let out = scratch.path().join("sample");
            let options = SampleOptions { tiles: 1, detail: Detail::Light, ..SampleOptions::new(&out) };
            // Without a sample there is nothing to measure, and the table says so by being empty.
            let _ = sample::run(&options, &|_| {});
            out
        },
        PathBuf::from,
    );
    let every = std::env::var("TWIN_EVERY").ok().and_then(|text| text.parse().ok()).unwrap_or(1).max(1);
    let limits = Limits::default();
    let all: Vec<_> = textures(&folder, &limits).into_iter().step_by(every).collect();
    println!("{} textures of `{}`", all.len(), folder.display());
    println!("rule                bytes/source  PSNR coding   in all   Mpx/s CPU");
    for (name, codec, quality, longest_edge_px) in RULES {
        let rule = TextureRule { codec: *codec, quality: *quality, longest_edge_px: *longest_edge_px };
        let before = cpu_s(begun);
        let mut cost = TextureCost::default();
        for made in all.iter().filter_map(|texture| apply(texture, &rule, limits.texture_px).ok()) {
            cost += made.1;
        }
        let took = cpu_s(begun) - before;
        println!(
            "{name:<18} {:>13.3} {:>12.2} {:>8.2} {:>11.2}   {} of {} textures, {:.1} Mpx, {:.2} MB",
            cost.bytes_after as f64 / cost.bytes_before as f64,
            cost.coding.psnr_db().unwrap_or(f64::INFINITY),
            cost.total.psnr_db().unwrap_or(f64::INFINITY),
            cost.pixels_before as f64 / 1e6 / took,
            cost.textures,
            all.len(),
            cost.pixels_before as f64 / 1e6,
            cost.bytes_after as f64 / 1e6,
        );
    }
}
