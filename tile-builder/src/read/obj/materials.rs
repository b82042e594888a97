//! The materials of an OBJ file as its faces come to use them, numbered in that order.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fields::name;
use super::mtl::{self, Map, MtlMaterial};
use crate::read::files::{ReadFailure, read_bounded};
use crate::read::soup::error::{Read, within};
use crate::read::soup::sink::Warnings;
use crate::read::soup::{ImagePlace, SoupImage, SoupMaterial, SourceFile, find_file};

/// The colour of faces whose material is not known.
const UNKNOWN: [f32; 4] = [1.0; 4];

/// How texture coordinates lie on the image: `scale · uv + offset`, origin at the bottom left.
pub(super) type UvMap = Option<([f32; 2], [f32; 2])>;

/// The material of a face.
#[derive(Debug, Clone, Copy)]
pub(super) struct Current {
    pub(super) number: u32,
    pub(super) uv_map: UvMap,
    /// Whether it shows an image where there are texture coordinates.
    pub(super) textured: bool,
}

/// Materials, known and used.
#[derive(Default)]
pub(super) struct Materials {
    known: BTreeMap<String, MtlMaterial>,
    numbers: BTreeMap<Vec<u8>, u32>,
    images: Vec<Arc<SoupImage>>,
    pub(super) used: Vec<SoupMaterial>,
    uv_maps: Vec<UvMap>,
    current: Option<u32>,
}

impl Materials {
    /// `mtllib`: one name that may hold spaces, or several.
    pub(super) fn library(&mut self, rest: &[u8], source: &SourceFile<'_>, warnings: &mut Warnings) {
        let whole = name(rest);
        if whole.is_empty() {
            return;
        }
        let several: Vec<String> =
            rest.split(u8::is_ascii_whitespace).map(name).filter(|n| !n.is_empty()).collect();
        let names = match find_file(source.root, source.path, &whole) {
            Err(_) if several.len() > 1 && several.iter().all(|name| is_library(name)) => several,
            _ => vec![whole],
        };
        for name in names {
            let found = find_file(source.root, source.path, &name).and_then(|path| {
                let text = read_bounded(&path, source.limits).map_err(|failure| match failure {
                    ReadFailure::Missing => "is not there".to_owned(),
                    ReadFailure::Other(reason) => reason,
                })?;
                Ok((path, text))
            });
            match found {
                Ok((path, text)) => mtl::parse(&text, &path, &mut self.known, source.limits.mesh_materials),
                Err(reason) => warnings.once(
                    "material_library",
                    format!(
                        "`{}`: material library `{name}` {reason}; colours and textures are left out",
                        source.name
                    ),
                ),
            }
        }
    }

    /// `usemtl`: what the next faces look like.
    pub(super) fn choose(
        &mut self,
        rest: &[u8],
        source: &SourceFile<'_>,
        warnings: &mut Warnings,
    ) -> Read<()> {
        let rest = rest.trim_ascii();
        if let Some(&number) = self.numbers.get(rest) {
            self.current = Some(number);
            return Ok(());
        }
        let name = name(rest);
        let found = self.known.get(&name).cloned();
        if found.is_none() {
            warnings.once(
                "material_unknown",
                format!("`{}`: material `{name}` is in no library; its faces are white", source.name),
            );
        }
        let number = self.add(&name, found, source, warnings)?;
        self.numbers.insert(rest.to_vec(), number);
        self.current = Some(number);
        Ok(())
    }

    /// The material of the next face.
    pub(super) fn current(&mut self, source: &SourceFile<'_>, warnings: &mut Warnings) -> Read<Current> {
        let number = match self.current {
            Some(number) => number,
            None => self.add("default", None, source, warnings)?,
        };
        self.current = Some(number);
        let at = number as usize;
        Ok(Current { number, uv_map: self.uv_maps[at], textured: self.used[at].texture.is_some() })
    }

    fn add(
        &mut self,
        name: &str,
        found: Option<MtlMaterial>,
        source: &SourceFile<'_>,
        warnings: &mut Warnings,
    ) -> Read<u32> {
        let number = self.used.len();
        within("count of materials", number as u64 + 1, source.limits.mesh_materials as u64)?;
        let mut material =
            SoupMaterial::plain_colour(name, found.as_ref().map_or(UNKNOWN, |found| found.colour));
        let mut uv_map = None;
        if let Some(MtlMaterial { colour, map: Some(map) }) = found {
            match self.image(&map, source) {
                // The photograph is the colour; many writers leave `Kd` grey or black beside it.
                Ok(image) => material.texture = Some((image, [1.0, 1.0, 1.0, colour[3]])),
                Err(reason) => warnings.once(
                    "texture_missing",
                    format!(
                        "`{}`: texture `{}` of material `{name}` {reason}; its faces have a plain colour",
                        source.name, map.file
                    ),
                ),
            }
            uv_map = (map.scale != [1.0; 2] || map.offset != [0.0; 2]).then_some((map.scale, map.offset));
        }
        self.used.push(material);
        self.uv_maps.push(uv_map);
        Ok(number as u32)
    }

    fn image(&mut self, map: &Map, source: &SourceFile<'_>) -> Result<Arc<SoupImage>, String> {
        let place = ImagePlace::File(find_file(source.root, &map.library, &map.file)?);
        let repeat = [!map.clamp; 2];
        let known = self.images.iter().find(|image| image.stands_at(&place) && image.repeat == repeat);
        if let Some(image) = known {
            return Ok(Arc::clone(image));
        }
        let image = SoupImage::find(&map.file, place, repeat, source.limits)?;
        self.images.push(Arc::clone(&image));
        Ok(image)
    }
}

fn is_library(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("mtl"))
}
