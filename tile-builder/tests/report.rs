//! The report's page: what it shows, from where, and that nothing in it is taken for markup.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::common::meshes::{aged, sheet};
use crate::common::{Glb, Published, Said, build_into};
use base64::Engine as _;
use image::RgbaImage;
use tile_builder::pipeline::{self, BuildRequest};
use tile_builder::report::{self, Level, Picture, SceneLevels, Shown};
use tile_builder::sample::{self, Detail, SampleOptions};
use twin_schemas::LocalizedText;
use twin_schemas::catalog::{
    CATALOG_FORMAT, Catalog, Community, FirstView, Georeference, GeoreferenceMethod, Scene, SceneContent,
};
use twin_schemas::geometry::{LocalBox, LocalPoint};
use twin_schemas::model::{ModelObject, ObjectClass};
use twin_schemas::plan::ModelState;
use twin_schemas::report::{
    BuildReport, Figures, Message, ProfileReport, Severity, SourceReport, TextureReport, TileReport,
};

/// A slope of 80 m × 40 m, red in the north-east and blue elsewhere, of `n` × `n` fields.
fn slope(folder: &Path, n: usize) -> PathBuf {
    let surface = sheet(n, [80.0, 40.0], |u, _| (u * 9.0).sin());
    let obj = format!("mtllib slope.mtl\nusemtl ground\n{surface}");
    let path = folder.join("slope.obj");
    std::fs::write(&path, obj).unwrap();
    std::fs::write(folder.join("slope.mtl"), "newmtl ground\nmap_Kd slope.png\n").unwrap();
    let colour = |x: u32, y: u32| image::Rgb(if x >= 64 && y < 64 { [220, 20, 20] } else { [20, 20, 220] });
    image::RgbImage::from_fn(128, 128, colour).save(folder.join("slope.png")).unwrap();
    // A file that was written a moment before it is read counts as one that may still change.
    for name in ["slope.obj", "slope.mtl", "slope.png"] {
        aged(&folder.join(name), 1);
    }
    path
}

fn page(published: &Published) -> String {
    std::fs::read_to_string(published.version.join("report.html")).unwrap()
}

/// The picture within a page, and its rectangle there.
fn picture(page: &str) -> (RgbaImage, [f64; 4]) {
    let start = page.find("<image ").expect("a picture");
    let element = &page[start..start + page[start..].find("/>").unwrap()];
    let value = |name: &str| {
        let from = element.find(&format!(" {name}=\"")).unwrap() + name.len() + 3;
        &element[from..from + element[from..].find('"').unwrap()]
    };
    let encoded = value("href").strip_prefix("data:image/webp;base64,").unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).unwrap();
    assert!(bytes.len() <= 120_000, "{} bytes", bytes.len());
    let image = image::load_from_memory_with_format(&bytes, image::ImageFormat::WebP).unwrap();
    (image.into_rgba8(), ["x", "y", "width", "height"].map(|name| value(name).parse().unwrap()))
}

#[test]
fn what_is_red_in_the_north_east_is_red_at_the_top_right() {
    let dir = tempfile::tempdir().unwrap();
    let input = slope(dir.path(), 100);
    let published = build_into(&input, &dir.path().join("out"));
    let (image, [x, y, width, height]) = picture(&page(&published));
    let (w, h) = image.dimensions();
    assert_eq!((w, h), (640, 320));
    let red = |x: f64, y: f64| {
        let [r, _, b, a] = image.get_pixel((x * f64::from(w)) as u32, (y * f64::from(h)) as u32).0;
        assert_eq!(a, 255, "at {x}, {y}");
        r > 180 && b < 60
    };
    assert!(red(0.75, 0.25));
    assert!(!red(0.25, 0.25) && !red(0.25, 0.75) && !red(0.75, 0.75));
    // In the drawing, south is down: the picture ends where the ground does.
    for (got, expected) in [x, y, width, height].into_iter().zip([0.0, -40.0, 80.0, 40.0]) {
        assert!((got - expected).abs() < 0.1, "{got} is not {expected}");
    }
    let again = build_into(&input, &dir.path().join("again"));
    assert!(page(&published) == page(&again), "the same input gives the same page");
}

#[test]
fn a_merge_without_room_for_a_picture_says_so_and_publishes_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let request = BuildRequest::new(slope(dir.path(), 4), &out);
    for job in pipeline::plan(&request, &Said::default()).unwrap().jobs {
        pipeline::run(&request, &job.id).unwrap();
    }
    let little = BuildRequest { memory_bytes: 110 << 20, ..request };
    let outcome = pipeline::merge(&little, &Said::default()).unwrap();
    let page =
        std::fs::read_to_string(out.join("versions").join(outcome.version).join("report.html")).unwrap();
    assert!(!page.contains("<image"));
    assert!(page.contains("There is no picture from above: needs about 1"), "{page}");
    assert!(page.contains("limit 110 MiB"), "{page}");
}

#[test]
fn the_page_states_the_largest_content_of_each_level_of_light_scenes() {
    let dir = tempfile::tempdir().unwrap();
    let sample = dir.path().join("sample");
    let options = SampleOptions { tiles: 1, detail: Detail::Light, ..SampleOptions::new(&sample) };
    sample::run(&options, &|_| {}).unwrap();
    let out = dir.path().join("out");
    let request = BuildRequest { profile: Some("app".into()), ..BuildRequest::new(&sample, &out) };
    let outcome = pipeline::build(&request, &Said::default()).unwrap();
    let page =
        std::fs::read_to_string(out.join("versions").join(outcome.version).join("report.html")).unwrap();
    let sizes = std::fs::read_dir(out.join("content")).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let glb = Glb::read(&path);
        let primitives = glb.json["meshes"][0]["primitives"].as_array().unwrap().iter();
        let indices = primitives.map(|primitive| primitive["indices"].as_u64().unwrap() as usize);
        let corners: u64 = indices.map(|at| glb.json["accessors"][at]["count"].as_u64().unwrap()).sum();
        (std::fs::metadata(&path).unwrap().len(), corners / 3)
    });
    let (bytes, _) = sizes.max().unwrap();
    let largest = format!(">{}\u{2009}KB, ", bytes.div_ceil(1000));
    assert!(page.contains(&largest), "no {largest} in {page}");
    assert!(page.contains("L2 spot<span>≤ 400\u{2009}KB, 60\u{2009}000 triangles, 1024\u{2009}px"));
    assert!(!page.contains("over budget"));
    picture(&page);
}

const HOSTILE: &str = "</title><script>alert('\"&')</script>";

fn bounds() -> LocalBox {
    let point = |edge: f64| LocalPoint { east_m: edge, north_m: edge, up_m: edge };
    LocalBox { min: point(0.0), max: point(60.0) }
}

fn message(severity: Severity, text: &str) -> Message {
    let hint = (severity == Severity::Error).then(|| format!("look at `{HOSTILE}`"));
    Message { severity, code: format!("{severity:?}"), text: text.to_owned(), hint, subject: None }
}

/// A report in which every name is markup.
fn hostile_report() -> BuildReport {
    let figures = Figures { tiles: 3, content_bytes: 1_500_000, files_damaged: 1, ..Figures::default() };
    let tile = TileReport { name: HOSTILE.into(), figures, extent_m: Some([0.0, 0.0, 60.0, 60.0]) };
    let georeference = Georeference {
        method: GeoreferenceMethod::Code,
        crs: Some(HOSTILE.into()),
        origin: None,
        height_reference: HOSTILE.into(),
        residual_m: 0.0,
    };
    let textures = TextureReport {
        textures: 1234,
        kept: 56,
        resampled: 78,
        source_px: 9_400_000,
        px: 4_700_000,
        source_bytes: 12_300_000,
        bytes: 6_500_000,
        psnr_db: Some(38.26),
        source_psnr_db: None,
    };
    BuildReport {
        format: CATALOG_FORMAT,
        builder: HOSTILE.into(),
        plan: serde_json::from_value(serde_json::json!({})).unwrap(),
        sources: vec![SourceReport { id: HOSTILE.into(), georeference, figures, tiles: vec![tile] }],
        totals: figures,
        profiles: vec![ProfileReport { id: HOSTILE.into(), textures }],
        messages: vec![
            message(Severity::Note, "the last"),
            message(Severity::Warning, HOSTILE),
            message(Severity::Error, "the first: `tile`"),
        ],
    }
}

fn hostile_catalog() -> Catalog {
    let scene = Scene {
        id: HOSTILE.into(),
        profile: HOSTILE.into(),
        zone: Some(HOSTILE.into()),
        content: SceneContent::Place,
        source: Some(HOSTILE.into()),
        state: ModelState::Existing,
        replaces: vec![HOSTILE.into()],
        tileset: HOSTILE.into(),
        bounds: bounds(),
        tiles: 3,
        triangles: 45_678,
        texture_px: 2_600_000,
        size_bytes: 1_500_000,
        first_view: Some(FirstView { bytes: 870_000, triangles: 4000, draws: 17, texture_px: 3_000_000 }),
    };
    Catalog {
        format: CATALOG_FORMAT,
        community: Community {
            id: HOSTILE.into(),
            name: LocalizedText { zh: Some(HOSTILE.into()), en: None },
            origin: None,
            bounds: bounds(),
        },
        sources: Vec::new(),
        scenes: vec![scene],
        model: "model.ndjson".into(),
    }
}

fn hostile_zone() -> ModelObject {
    ModelObject {
        id: format!("zone/{HOSTILE}"),
        class: ObjectClass::Zone,
        name: LocalizedText::default(),
        parent: None,
        zone: None,
        bounds: bounds(),
        footprint: vec![vec![vec![[5.0, 5.0], [50.0, 5.0], [50.0, 50.0], [5.0, 5.0]]]],
        properties: BTreeMap::new(),
        bim: None,
    }
}

fn hostile_page(picture: Result<Picture, String>) -> String {
    let level = |name, most_bytes| Level {
        name,
        triangles_limit: 20_000,
        edge_limit_px: 512,
        bytes_limit: 120_000,
        contents: 2,
        most_triangles: 19_000,
        most_bytes,
    };
    let levels = [level("L0", 119_001), level("L1", 130_000), Level { contents: 0, ..level("L2", 0) }];
    let scenes = vec![SceneLevels { profile: HOSTILE.into(), zone: Some(HOSTILE.into()), levels }];
    report::html(&hostile_report(), &hostile_catalog(), &[hostile_zone()], &Shown { picture, scenes })
}

#[test]
fn names_are_text_and_never_markup() {
    let page = hostile_page(Err(HOSTILE.to_owned()));
    assert!(!page.contains("<script"), "{page}");
    assert!(!page.contains("alert('\""), "{page}");
    // Titles end where they should: that of the page, and those of tiles and zones.
    assert_eq!(page.matches("</title>").count(), page.matches("<title>").count());
    assert!(page.matches("&lt;script&gt;").count() >= 12);
}

#[test]
fn the_page_shows_the_numbers_of_the_tables() {
    let page = hostile_page(Ok(Picture { webp: vec![1, 2, 3], extent_m: [0.0, 0.0, 60.0, 60.0] }));
    let has = |text: &str| assert!(page.contains(text), "no `{text}` in {page}");
    has("<td>1\u{2009}234<td>56<td>78<td>9.4<td>4.7<td>12.3<td>6.5<td>38.3\u{2009}dB<td>no loss");
    has(
        "<td>3<td>45\u{2009}678<td>2.6<td>1.5<td title=\"4\u{2009}000\u{a0}triangles, 17\u{a0}draw calls, 3.0\u{2009}Mpx\">0.87\u{2009}MB",
    );
    has("<td class=\"level\">120\u{2009}KB, 19\u{2009}000\u{a0}triangles<span>largest of 2</span>");
    has("<td class=\"level over\">130\u{2009}KB");
    has("<td class=\"level none\">–");
    has("href=\"data:image/webp;base64,AQID\"");
    has("Built in part, with 1\u{a0}error and 1\u{a0}warning.");
}

#[test]
fn errors_stand_first_with_what_to_do_and_before_the_place() {
    let page = hostile_page(Err("why".to_owned()));
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("no `{text}` in {page}"));
    assert!(at("the first: <code>tile</code><span class=\"hint\">look at") < at("<b>warning</b>"));
    assert!(at("<b>warning</b>") < at("the last"));
    assert!(at("the last") < at("From above"));
    assert!(page.contains("There is no picture from above: why."));
}
