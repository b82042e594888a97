//! Material libraries (MTL) to the colours and image names that faces need.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::fields::{name, number, word};

/// A material as its library states it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MtlMaterial {
    /// `Kd` and `d`.
    pub(super) colour: [f32; 4],
    pub(super) map: Option<Map>,
}

/// `map_Kd`: an image and how it lies.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Map {
    /// As written, decoded.
    pub(super) file: String,
    /// The library, which the name is relative to.
    pub(super) library: PathBuf,
    pub(super) clamp: bool,
    pub(super) offset: [f32; 2],
    pub(super) scale: [f32; 2],
}

/// What a material is until its library says otherwise.
const UNSAID: MtlMaterial = MtlMaterial { colour: [1.0; 4], map: None };

/// Adds the materials of a library by name; the first of a name counts. Lines that are not
/// understood are passed over.
pub(super) fn parse(text: &[u8], library: &Path, materials: &mut BTreeMap<String, MtlMaterial>, most: usize) {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    let mut current: Option<(String, MtlMaterial)> = None;
    for line in text.split(|&byte| byte == b'\n') {
        let mut rest = line.trim_ascii();
        let Some(keyword) = word(&mut rest) else { continue };
        if keyword.eq_ignore_ascii_case(b"newmtl") {
            keep(current.replace((name(rest), UNSAID)), materials, most);
        } else if let Some((_, material)) = &mut current {
            property(material, keyword, rest, library);
        }
    }
    keep(current, materials, most);
}

fn keep(material: Option<(String, MtlMaterial)>, materials: &mut BTreeMap<String, MtlMaterial>, most: usize) {
    if let Some((name, material)) = material
        && materials.len() < most
    {
        materials.entry(name).or_insert(material);
    }
}

fn property(material: &mut MtlMaterial, keyword: &[u8], mut rest: &[u8], library: &Path) {
    let mut value = || {
        word(&mut rest).and_then(number).map(|value| (value as f32).clamp(0.0, 1.0)).filter(|v| !v.is_nan())
    };
    match keyword.to_ascii_lowercase().as_slice() {
        b"kd" => {
            if let Some(red) = value() {
                // One number stands for all three.
                let green = value().unwrap_or(red);
                let blue = value().unwrap_or(green);
                material.colour = [red, green, blue, material.colour[3]];
            }
        }
        b"d" => {
            if let Some(opacity) = value() {
                material.colour[3] = opacity;
            }
        }
        b"tr" => {
            if let Some(transparency) = value() {
                material.colour[3] = 1.0 - transparency;
            }
        }
        b"map_kd" => material.map = map(rest, library),
        _ => {}
    }
}

/// The options of `map_Kd`, then the name, which may hold spaces.
fn map(mut rest: &[u8], library: &Path) -> Option<Map> {
    let library = library.to_owned();
    let mut map = Map { file: String::new(), library, clamp: false, offset: [0.0; 2], scale: [1.0; 2] };
    loop {
        let mut after = rest;
        let Some(option) = word(&mut after).filter(|word| word.starts_with(b"-")) else { break };
        let known = match option.to_ascii_lowercase().as_slice() {
            b"-o" => vector(&mut after, &mut map.offset),
            b"-s" => vector(&mut after, &mut map.scale),
            b"-t" => vector(&mut after, &mut [0.0; 2]),
            b"-clamp" => word(&mut after).map(|value| map.clamp = value == b"on").is_some(),
            b"-mm" => word(&mut after).and_then(|_| word(&mut after)).is_some(),
            b"-blendu" | b"-blendv" | b"-cc" | b"-boost" | b"-texres" | b"-bm" | b"-imfchan" | b"-type" => {
                word(&mut after).is_some()
            }
            _ => false,
        };
        if !known {
            // A name may begin with a dash.
            break;
        }
        rest = after;
    }
    map.file = name(rest);
    (!map.file.is_empty()).then_some(map)
}

/// One to three numbers; the third is for volumes.
fn vector(rest: &mut &[u8], values: &mut [f32; 2]) -> bool {
    for at in 0..3 {
        let mut after = *rest;
        let Some(value) = word(&mut after).and_then(number).filter(|value| value.is_finite()) else {
            return at > 0;
        };
        if let Some(slot) = values.get_mut(at) {
            *slot = value as f32;
        }
        *rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Option<&Map>) {
        let mut materials = BTreeMap::new();
        parse(
            format!("newmtl a b\r\nKd 1 0.5 0\r\n{line}\r\n").as_bytes(),
            Path::new("a.mtl"),
            &mut materials,
            10,
        );
        assert_eq!(materials["a b"].map.as_ref(), expected, "{line}");
        assert_eq!(materials["a b"].colour[..3], [1.0, 0.5, 0.0]);
    }

    fn plain(file: &str) -> Map {
        Map { file: file.into(), library: "a.mtl".into(), clamp: false, offset: [0.0; 2], scale: [1.0; 2] }
    }

    #[test]
    fn options_stand_before_a_name_that_may_hold_spaces() {
        check("map_Kd roof tiles 1.jpg", Some(&plain("roof tiles 1.jpg")));
        check(
            "map_Kd -clamp on -o 0.5 0.25 0 -s 2 2 1 墙.jpg",
            Some(&Map { clamp: true, offset: [0.5, 0.25], scale: [2.0, 2.0], ..plain("墙.jpg") }),
        );
        check(
            "map_kd -s 2 -bm 0.5 -mm 0 1 -imfchan l 7 up.png",
            Some(&Map { scale: [2.0, 1.0], ..plain("7 up.png") }),
        );
        check("map_Kd -odd name.jpg", Some(&plain("-odd name.jpg")));
        check("map_Kd", None);
        check("map_Kd -clamp on", None);
    }

    #[test]
    fn opacity_may_be_written_as_transparency() {
        let mut materials = BTreeMap::new();
        parse(b"newmtl a\nd 0.25\nnewmtl b\nTr 0.25\nnewmtl a\nd 1", Path::new("a.mtl"), &mut materials, 10);
        assert_eq!(materials["a"].colour[3], 0.25);
        assert_eq!(materials["b"].colour[3], 0.75);
    }
}
