//! Textures by rule: what comes back, what it costs, and that files hold what their formats ask.

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use tile_builder::encode::encode as encode_glb;
use tile_builder::read::{Limits, osgb};
use tile_builder::scene::{Finer, LodNode, Material, Mesh, Texture, TextureFormat};
use tile_builder::texture::{Codec, TextureCost, TextureError, TextureRule, apply, decode, encode};

const LIMIT_PX: u32 = 16_384;

/// Soft colours with some edges, like a street from above; no two corners alike.
fn street(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| {
        let (u, v) = (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height));
        let roof = if (0.2..0.6).contains(&u) && (0.3..0.7).contains(&v) { 60.0 } else { 0.0 };
        let wave = 20.0 * (u * 40.0).sin() * (v * 31.0).cos();
        let value = |base: f64| (base + roof + wave).clamp(0.0, 255.0) as u8;
        Rgba([value(60.0 + 100.0 * u), value(80.0 + 80.0 * v), value(150.0 - 90.0 * u * v), 255])
    })
}

fn holed(width: u32, height: u32) -> RgbaImage {
    let mut image = street(width, height);
    for (x, _, pixel) in image.enumerate_pixels_mut() {
        pixel.0[3] = if x < width / 3 { 0 } else { 255 };
    }
    image
}

fn rule(codec: Codec, quality: u8) -> TextureRule {
    TextureRule { codec, quality, longest_edge_px: None }
}

fn source(image: &DynamicImage, format: ImageFormat) -> Arc<Texture> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    Arc::new(Texture {
        name: "街景 1.jpg".into(),
        format: if format == ImageFormat::Png { TextureFormat::Png } else { TextureFormat::Jpeg },
        bytes: bytes.into_inner().into(),
        width: image.width(),
        height: image.height(),
        repeat: [false; 2],
        kept: true,
    })
}

fn jpeg(width: u32, height: u32) -> Arc<Texture> {
    source(&DynamicImage::ImageRgba8(street(width, height)).to_rgb8().into(), ImageFormat::Jpeg)
}

/// Codec, quality, and the least that must be left of the test picture in dB.
const CODECS: [(Codec, u8, f64); 4] =
    [(Codec::Jpeg, 85, 38.0), (Codec::WebP, 80, 38.0), (Codec::Etc1s, 75, 32.0), (Codec::Uastc, 100, 40.0)];

fn psnr(a: &RgbaImage, b: &RgbaImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let rgb = |image: &RgbaImage| image.pixels().flat_map(|p| [p.0[0], p.0[1], p.0[2]]).collect::<Vec<_>>();
    let (a, b) = (rgb(a), rgb(b));
    let error: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
    10.0 * (255.0 * 255.0 * a.len() as f64 / error).log10()
}

#[test]
fn every_codec_brings_the_picture_back_and_states_its_loss() {
    let image = street(256, 192);
    for (codec, quality, floor_db) in CODECS {
        let (texture, cost) = encode(&image, "roof", [false; 2], &rule(codec, quality)).unwrap();
        let shown = decode(&texture, LIMIT_PX).unwrap();
        let found = psnr(&image, &shown);
        assert!(found >= floor_db, "{codec:?} leaves {found:.2} dB, at least {floor_db}");
        let stated = cost.coding.psnr_db().unwrap();
        assert!((stated - found).abs() < 0.01, "{codec:?} states {stated:.2} dB of {found:.2}");
        assert_eq!(cost.total, cost.coding);
        assert_eq!((cost.pixels_after, cost.bytes_after), (256 * 192, texture.bytes.len() as u64));
    }
}

#[test]
fn a_higher_quality_loses_less_and_takes_more() {
    let image = street(256, 256);
    for codec in [Codec::Jpeg, Codec::WebP, Codec::Etc1s, Codec::Uastc] {
        let [low, high] = [40, 100].map(|q| encode(&image, "roof", [false; 2], &rule(codec, q)).unwrap().1);
        assert!(low.coding.squared_error > high.coding.squared_error, "{codec:?}");
        assert!(low.bytes_after < high.bytes_after, "{codec:?}");
    }
}

#[test]
fn kept_bytes_pass_through_untouched() {
    for texture in [jpeg(300, 200), source(&holed(30, 20).into(), ImageFormat::Png)] {
        for edge in [None, Some(300)] {
            let (same, cost) =
                apply(&texture, &TextureRule { longest_edge_px: edge, ..rule(Codec::Keep, 50) }, LIMIT_PX)
                    .unwrap();
            assert!(Arc::ptr_eq(&same, &texture));
            assert_eq!((cost.kept, cost.coding.psnr_db()), (1, None));
            assert_eq!(cost.bytes_before, cost.bytes_after);
        }
    }
}

#[test]
fn a_kept_texture_over_the_edge_limit_becomes_a_smaller_jpeg_or_with_alpha_a_png() {
    let small = TextureRule { longest_edge_px: Some(64), ..rule(Codec::Keep, 85) };
    let (made, cost) = apply(&jpeg(300, 200), &small, LIMIT_PX).unwrap();
    assert_eq!((made.format, made.width, made.height, made.kept), (TextureFormat::Jpeg, 64, 43, false));
    assert_eq!((cost.resampled, cost.pixels_before, cost.pixels_after), (1, 300 * 200, 64 * 43));
    // The smaller picture is stored well, and yet less is left of the source than of it.
    assert!(cost.total.psnr_db().unwrap() < cost.coding.psnr_db().unwrap());

    let png = source(&holed(100, 50).into(), ImageFormat::Png);
    let (made, _) = apply(&png, &small, LIMIT_PX).unwrap();
    assert_eq!((made.format, made.width, made.height), (TextureFormat::Png, 64, 32));
    assert_eq!(decode(&made, LIMIT_PX).unwrap().get_pixel(0, 0).0[3], 0);
}

#[test]
fn no_rule_enlarges_a_picture() {
    for codec in [Codec::Keep, Codec::Jpeg, Codec::WebP, Codec::Etc1s, Codec::Uastc] {
        let wide = TextureRule { longest_edge_px: Some(4096), ..rule(codec, 80) };
        for (width, height) in [(5, 7), (63, 17), (64, 64), (130, 4)] {
            let (made, _) = encode(&street(width, height), "roof", [false; 2], &wide).unwrap();
            assert!(made.width <= width && made.height <= height, "{codec:?} {width} × {height}");
        }
    }
}

#[test]
fn odd_sizes_become_multiples_of_four_in_ktx2_and_the_picture_stays_where_it_was() {
    for codec in [Codec::Etc1s, Codec::Uastc] {
        let image = street(101, 67);
        let (made, cost) = encode(&image, "roof", [false; 2], &rule(codec, 90)).unwrap();
        assert_eq!((made.width, made.height, cost.resampled), (100, 64, 1));
        let shown = decode(&made, LIMIT_PX).unwrap();
        // The same places of the picture, as texture coordinates find them.
        for (u, v) in [(0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9), (0.4, 0.5)] {
            let at = |image: &RgbaImage| {
                image
                    .get_pixel((u * f64::from(image.width())) as u32, (v * f64::from(image.height())) as u32)
                    .0
            };
            for channel in 0..3 {
                let (a, b) = (at(&image)[channel], at(&shown)[channel]);
                assert!(a.abs_diff(b) < 24, "{codec:?} at {u}, {v}: {a} became {b}");
            }
        }
    }
    let (speck, _) = encode(&street(1, 3), "speck", [true; 2], &rule(Codec::Etc1s, 75)).unwrap();
    assert_eq!((speck.width, speck.height), (4, 4));
}

#[test]
fn alpha_survives_in_every_codec_that_has_it() {
    let image = holed(96, 64);
    for (codec, format) in [
        (Codec::Keep, TextureFormat::Png),
        (Codec::Jpeg, TextureFormat::Png),
        (Codec::WebP, TextureFormat::WebP),
        (Codec::Etc1s, TextureFormat::Ktx2),
        (Codec::Uastc, TextureFormat::Ktx2),
    ] {
        let (made, _) = encode(&image, "fence", [false; 2], &rule(codec, 80)).unwrap();
        assert_eq!(made.format, format);
        let shown = decode(&made, LIMIT_PX).unwrap();
        assert!(shown.get_pixel(8, 32).0[3] < 16 && shown.get_pixel(80, 32).0[3] > 240, "{codec:?}");
    }
}

#[test]
fn a_grey_jpeg_stays_grey() {
    let grey = DynamicImage::ImageRgba8(street(64, 64)).to_luma8();
    let texture = source(&grey.clone().into(), ImageFormat::Jpeg);
    for (codec, quality, _) in CODECS {
        let (made, _) = apply(&texture, &rule(codec, quality), LIMIT_PX).unwrap();
        let shown = decode(&made, LIMIT_PX).unwrap();
        for (pixel, stored) in shown.pixels().zip(grey.pixels()) {
            let [r, g, b, a] = pixel.0;
            assert!(r.abs_diff(g) < 12 && g.abs_diff(b) < 12 && a == 255, "{codec:?} {pixel:?}");
            assert!(g.abs_diff(stored.0[0]) < 40, "{codec:?} {pixel:?} for {stored:?}");
        }
    }
}

#[test]
fn loss_without_gain_is_refused() {
    // A picture that was squeezed to almost nothing is kept, whatever quality the rule asks for.
    for codec in [Codec::Jpeg, Codec::WebP] {
        let poor = Arc::new(encode(&street(128, 128), "roof", [false; 2], &rule(codec, 1)).unwrap().0);
        let (same, cost) = apply(&poor, &rule(codec, 100), LIMIT_PX).unwrap();
        assert!(Arc::ptr_eq(&same, &poor), "{codec:?}");
        assert_eq!(cost.bytes_before, cost.bytes_after);
    }
}

fn error(texture: &Texture, limit_px: u32) -> String {
    apply(&Arc::new(texture.clone()), &rule(Codec::WebP, 80), limit_px).unwrap_err().to_string()
}

#[test]
fn a_damaged_picture_is_named() {
    let whole = jpeg(64, 64);
    for end in [0, 1, 2, 20, 200] {
        let cut = Texture { bytes: whole.bytes[..end].into(), ..(*whole).clone() };
        assert!(
            error(&cut, LIMIT_PX).starts_with("texture `街景 1.jpg` is damaged: "),
            "{}",
            error(&cut, LIMIT_PX)
        );
    }
    let (ktx2, _) = encode(&street(64, 64), "roof", [false; 2], &rule(Codec::Etc1s, 75)).unwrap();
    for end in [0, 12, 40, 80, 200, ktx2.bytes.len() - 20] {
        let cut = Texture { bytes: ktx2.bytes[..end].into(), ..ktx2.clone() };
        let said = decode(&cut, LIMIT_PX).unwrap_err().to_string();
        assert!(said.starts_with("texture `roof` is damaged: "), "{end}: {said}");
    }
}

#[test]
fn a_picture_of_another_size_than_stated_or_allowed_is_not_decoded() {
    let texture = jpeg(64, 48);
    let lies = Texture { width: 63, ..(*texture).clone() };
    assert_eq!(error(&lies, LIMIT_PX), "texture `街景 1.jpg` is damaged: it is 64 × 48 px, stated 63 × 48");
    assert_eq!(error(&texture, 63), "texture `街景 1.jpg` is 64 × 48 px, limit 1 to 63 px a side");
    let nothing = encode(&RgbaImage::new(0, 4), "void", [false; 2], &rule(Codec::WebP, 80)).unwrap_err();
    assert!(matches!(nothing, TextureError::Size { .. }));
}

#[test]
fn the_same_picture_gives_the_same_bytes_on_many_threads() {
    let rules = CODECS.map(|(codec, quality, _)| rule(codec, quality));
    let texture = jpeg(200, 120);
    let make = || rules.map(|rule| apply(&texture, &rule, LIMIT_PX).unwrap());
    let alone = make();
    std::thread::scope(|scope| {
        let beside: Vec<_> = (0..4).map(|_| scope.spawn(make)).collect();
        for made in beside {
            assert_eq!(made.join().unwrap(), alone);
        }
    });
}

#[test]
fn costs_add_up_in_any_order() {
    let costs: Vec<TextureCost> = CODECS
        .iter()
        .map(|(codec, quality, _)| apply(&jpeg(64, 64), &rule(*codec, *quality), LIMIT_PX).unwrap().1)
        .collect();
    let sum = |costs: &mut dyn Iterator<Item = &TextureCost>| {
        let mut all = TextureCost::default();
        costs.for_each(|cost| all += *cost);
        all
    };
    let all = sum(&mut costs.iter());
    assert_eq!(all, sum(&mut costs.iter().rev()));
    assert_eq!(all.textures, 4);
    let worst = costs.iter().filter_map(|cost| cost.coding.psnr_db()).fold(f64::INFINITY, f64::min);
    assert!(all.coding.psnr_db().unwrap() > worst);
}

/// What `KHR_texture_basisu` asks of a KTX2 file, read from its header (KTX 2.0, 3).
#[test]
fn ktx2_files_are_what_gltf_asks_for() {
    for (codec, scheme, model) in [(Codec::Etc1s, 1, 163), (Codec::Uastc, 2, 166)] {
        let (made, _) = encode(&street(120, 40), "roof", [true; 2], &rule(codec, 80)).unwrap();
        let word = |at: usize| u32::from_le_bytes(made.bytes[at..at + 4].try_into().unwrap());
        assert_eq!(&made.bytes[..12], b"\xABKTX 20\xBB\r\n\x1A\n");
        assert_eq!((word(12), word(20), word(24)), (0, 120, 40), "format, width, height");
        assert_eq!((word(28), word(32), word(36)), (0, 0, 1), "depth, layers, faces");
        assert_eq!(word(40), 7, "levels down to one pixel");
        assert_eq!(word(44), scheme, "supercompression");
        // The basic data format descriptor: colour model, primaries BT.709, transfer sRGB, straight alpha.
        let descriptor = word(48) as usize + 4;
        assert_eq!(made.bytes[descriptor + 8..descriptor + 12], [model, 1, 2, 0]);
        let keys = &made.bytes[word(56) as usize..(word(56) + word(60)) as usize];
        let text = String::from_utf8_lossy(keys);
        assert!(!text.contains("KTXorientation") || text.contains("KTXorientation\0rd"), "{text}");
        assert!(!text.contains("KTXswizzle") || text.contains("KTXswizzle\0rgba"), "{text}");
    }
}

fn quad(texture: Texture) -> Mesh {
    Mesh {
        positions: vec![[0.0, 0.0, 0.0], [10.0, 0.0, 0.0], [10.0, 10.0, 0.0], [0.0, 10.0, 0.0]],
        uvs: vec![[0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]],
        indices: vec![0, 1, 2, 0, 2, 3],
        material: Material { texture: Some(Arc::new(texture)), ..Material::default() },
        ..Mesh::default()
    }
}

#[test]
fn a_glb_names_the_extension_of_its_textures_and_requires_it() {
    for (codec, mime, extension) in [
        (Codec::Jpeg, "image/jpeg", None),
        (Codec::WebP, "image/webp", Some("EXT_texture_webp")),
        (Codec::Etc1s, "image/ktx2", Some("KHR_texture_basisu")),
    ] {
        let (texture, _) = encode(&street(64, 64), "roof", [false; 2], &rule(codec, 80)).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.glb");
        std::fs::write(&path, encode_glb(&[quad(texture.clone())], 0.01).unwrap().unwrap().bytes).unwrap();
        let glb = crate::common::Glb::read(&path);
        assert_eq!(glb.images(), [texture.bytes.to_vec()]);
        assert_eq!(glb.json["images"][0]["mimeType"], mime);
        let entry = &glb.json["textures"][0];
        for list in ["extensionsUsed", "extensionsRequired"] {
            let named: Vec<_> =
                glb.json[list].as_array().unwrap().iter().filter_map(|v| v.as_str()).collect();
            let textures: Vec<_> = named
                .into_iter()
                .filter(|name| ["EXT_texture_webp", "KHR_texture_basisu"].contains(name))
                .collect();
            assert_eq!(textures, extension.into_iter().collect::<Vec<_>>());
        }
        match extension {
            None => assert_eq!(entry["source"], 0),
            Some(name) => {
                assert_eq!(entry["extensions"][name]["source"], 0);
                assert!(entry.get("source").is_none());
            }
        }
        assert_eq!(glb.json["samplers"][0]["minFilter"], 9987);
    }
}

fn collect(node: &LodNode, out: &mut Vec<Arc<Texture>>) {
    out.extend(node.meshes.iter().filter_map(|mesh| mesh.material.texture.clone()));
    for finer in &node.finer {
        if let Finer::Node(node) = finer {
            collect(node, out);
        }
    }
}

/// Photographs of a real survey, every eighth texture of all its levels.
#[test]
fn webp_of_real_photographs_leaves_37_decibels_in_three_fifths_of_the_bytes() {
    let Some(data) = crate::common::data() else { return };
    let files = |folder: PathBuf| {
        let mut paths: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let limits = Limits::default();
    let mut textures = Vec::new();
    for path in files(data.join("osgb/cc-zhongshan/Data")).into_iter().flat_map(files) {
        let file = osgb::parse(&std::fs::read(path).unwrap(), "tile.osgb", &limits).unwrap();
        let levels = file.levels(&limits, &|_| Err("is not there".into())).unwrap();
        levels.nodes.iter().for_each(|node| collect(node, &mut textures));
    }
    let mut cost = TextureCost::default();
    for texture in textures.iter().step_by(8) {
        cost += apply(texture, &rule(Codec::WebP, 82), LIMIT_PX).unwrap().1;
    }
    assert!(cost.textures > 10, "{cost:?}");
    let (share, left_db) =
        (cost.bytes_after as f64 / cost.bytes_before as f64, cost.total.psnr_db().unwrap());
    assert!(share < 0.6 && left_db > 37.0, "{share:.3} of the bytes at {left_db:.2} dB");
}
