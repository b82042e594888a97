//! Packed primitives to the bytes of a glb.
//!
//! In: what `pack` made. Called by `encode`.

use std::collections::BTreeSet;

use bytemuck::{Pod, Zeroable};
use serde_json::{Map, Value, json};

use super::EncodeError;
use super::document::{BYTE, Document, FLOAT, SHORT, UNSIGNED_SHORT, extremes};
use super::features;
use super::pack::{Packed, PackedRepeat, Primitive, Vertex};
use crate::scene::{Texture, TextureFormat};

const INSTANCING: &str = "EXT_mesh_gpu_instancing";
const CLAMP_TO_EDGE: u32 = 33071;
const REPEAT: u32 = 10497;
const LINEAR: u32 = 9729;
const LINEAR_MIPMAP_LINEAR: u32 = 9987;

#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct QuantisedPosition([u16; 4]);

#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct SignedPosition([i16; 4]);

#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct Rotation([i16; 4]);

#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct Normal([i8; 4]);

#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct FloatPosition([f32; 3]);

#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct Uv([u16; 2]);

#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct Colour([u16; 4]);

/// The document of a survey's content.
#[derive(Default)]
struct Survey {
    document: Document,
    textures: Vec<Value>,
    images: Vec<Value>,
    samplers: Vec<Value>,
    meshes: Vec<Value>,
    nodes: Vec<Value>,
    uses_texture_transform: bool,
    uses_unlit: bool,
    /// Materials that light falls on, by colour.
    lit: Vec<([f32; 4], usize)>,
    /// Extensions that textures need, by name.
    texture_extensions: BTreeSet<&'static str>,
}

/// Writes the glb.
pub(super) fn write(packed: &Packed) -> Result<Vec<u8>, EncodeError> {
    let mut survey = Survey::default();
    let mut primitives = Vec::new();
    for primitive in &packed.primitives {
        primitives.push(survey.primitive(primitive, packed)?);
    }
    if !primitives.is_empty() {
        survey.meshes.push(json!({ "primitives": primitives }));
        let mut node = json!({ "mesh": 0, "translation": packed.grid.translation });
        if let Some(step) = packed.grid.step {
            node["scale"] = json!([step, step, step]);
        }
        survey.nodes.push(node);
    }
    for repeat in &packed.repeats {
        survey.repeat(repeat, packed)?;
    }
    for texture in &packed.textures {
        survey.texture(texture);
    }
    if !packed.features.is_empty() {
        survey.document.property_table(&packed.features);
    }
    let json = survey.json(packed);
    survey.document.finish(json)
}

impl Survey {
    fn primitive(&mut self, primitive: &Primitive, packed: &Packed) -> Result<Value, EncodeError> {
        let mut attributes = Map::new();
        let position = match packed.grid.step {
            Some(_) => self.quantised_positions(primitive),
            None => self.float_positions(primitive),
        };
        attributes.insert("POSITION".into(), position?.into());
        if primitive.has_normals {
            attributes.insert("NORMAL".into(), self.normals(primitive)?.into());
        }
        if primitive.texture.is_some() {
            let uvs: Vec<Uv> = primitive.vertices.iter().map(|v| Uv(v.uv)).collect();
            let view = self.document.attribute_view(&uvs)?;
            attributes.insert(
                "TEXCOORD_0".into(),
                self.document.accessor(view, UNSIGNED_SHORT, uvs.len(), "VEC2", false).into(),
            );
        }
        if primitive.has_colours {
            let colours: Vec<Colour> = primitive.vertices.iter().map(|v| Colour(v.colour)).collect();
            let view = self.document.attribute_view(&colours)?;
            attributes.insert(
                "COLOR_0".into(),
                self.document.accessor(view, UNSIGNED_SHORT, colours.len(), "VEC4", true).into(),
            );
        }
        let none = features::none_of(&packed.features);
        if primitive.feature_count > 0 {
            attributes.insert(
                features::ATTRIBUTE.into(),
                self.document.feature_ids(primitive.vertices.iter().map(|v| v.feature), none)?.into(),
            );
        }
        let indices = self.document.indices(&primitive.indices, primitive.vertices.len())?;
        let material = self.material(primitive);
        let mut json = json!({ "attributes": attributes, "indices": indices, "material": material });
        if primitive.feature_count > 0 {
            json["extensions"] = features::of_primitive(primitive.feature_count, none);
        }
        if let Some(label) = &primitive.label {
            json["extras"] = json!({ "orientation": label });
        }
        Ok(json)
    }

    fn normals(&mut self, primitive: &Primitive) -> Result<usize, EncodeError> {
        let normals: Vec<Normal> = primitive.vertices.iter().map(|v| Normal(v.normal)).collect();
        let view = self.document.attribute_view(&normals)?;
        Ok(self.document.accessor(view, BYTE, normals.len(), "VEC3", true))
    }

    /// Something that stands in several places: a node of `EXT_mesh_gpu_instancing`, and who each place
    /// belongs to by `EXT_instance_features`.
    fn repeat(&mut self, repeat: &PackedRepeat, packed: &Packed) -> Result<(), EncodeError> {
        let primitive = &repeat.primitive;
        let signed = |vertex: &Vertex| vertex.position.map(|bits| bits.cast_signed() as i16);
        let stored: Vec<SignedPosition> =
            primitive.vertices.iter().map(signed).map(|[x, y, z]| SignedPosition([x, y, z, 0])).collect();
        let view = self.document.attribute_view(&stored)?;
        let position = self.document.accessor(view, SHORT, stored.len(), "VEC3", false);
        let (min, max) = extremes(primitive.vertices.iter().map(signed), i16::min, i16::max);
        self.document.accessors[position]["min"] = json!(min);
        self.document.accessors[position]["max"] = json!(max);
        let mut attributes = Map::new();
        attributes.insert("POSITION".into(), position.into());
        if primitive.has_normals {
            attributes.insert("NORMAL".into(), self.normals(primitive)?.into());
        }
        let indices = self.document.indices(&primitive.indices, primitive.vertices.len())?;
        let material = self.material(primitive);
        let primitive = json!({ "attributes": attributes, "indices": indices, "material": material });
        self.meshes.push(json!({ "primitives": [primitive] }));
        let mut places = Map::new();
        let moved: Vec<FloatPosition> = repeat.translations.iter().map(|t| FloatPosition(*t)).collect();
        let view = self.document.attribute_view(&moved)?;
        places.insert(
            "TRANSLATION".into(),
            self.document.accessor(view, FLOAT, moved.len(), "VEC3", false).into(),
        );
        if !repeat.rotations.is_empty() {
            let turned: Vec<Rotation> = repeat.rotations.iter().map(|r| Rotation(*r)).collect();
            let view = self.document.attribute_view(&turned)?;
            places.insert(
                "ROTATION".into(),
                self.document.accessor(view, SHORT, turned.len(), "VEC4", true).into(),
            );
        }
        let none = features::none_of(&packed.features);
        let ids = self.document.feature_ids(repeat.features.iter().copied(), none)?;
        places.insert(features::ATTRIBUTE.into(), ids.into());
        let count = repeat.features.iter().collect::<BTreeSet<_>>().len();
        self.nodes.push(json!({
            "mesh": self.meshes.len() - 1,
            "translation": packed.grid.translation,
            "scale": [repeat.step, repeat.step, repeat.step],
            "extensions": {
                INSTANCING: { "attributes": places },
                features::INSTANCE_FEATURES: features::of_places(count),
            },
        }));
        Ok(())
    }

    fn quantised_positions(&mut self, primitive: &Primitive) -> Result<usize, EncodeError> {
        let positions: Vec<QuantisedPosition> = primitive
            .vertices
            .iter()
            .map(|v| QuantisedPosition([v.position[0] as u16, v.position[1] as u16, v.position[2] as u16, 0]))
            .collect();
        let view = self.document.attribute_view(&positions)?;
        let accessor = self.document.accessor(view, UNSIGNED_SHORT, positions.len(), "VEC3", false);
        let stored = primitive.vertices.iter().map(|v| v.position);
        let (min, max) = extremes(stored, u32::min, u32::max);
        self.document.accessors[accessor]["min"] = json!(min);
        self.document.accessors[accessor]["max"] = json!(max);
        Ok(accessor)
    }

    fn float_positions(&mut self, primitive: &Primitive) -> Result<usize, EncodeError> {
        let positions: Vec<FloatPosition> =
            primitive.vertices.iter().map(|v| FloatPosition(v.position.map(f32::from_bits))).collect();
        let view = self.document.attribute_view(&positions)?;
        let accessor = self.document.accessor(view, FLOAT, positions.len(), "VEC3", false);
        let (min, max) = extremes(positions.iter().map(|p| p.0), f32::min, f32::max);
        self.document.accessors[accessor]["min"] = json!(min);
        self.document.accessors[accessor]["max"] = json!(max);
        Ok(accessor)
    }

    fn material(&mut self, primitive: &Primitive) -> usize {
        let mut surface = json!({ "metallicFactor": 0.0, "roughnessFactor": 1.0 });
        if let Some(texture) = &primitive.texture {
            self.uses_texture_transform = true;
            surface["baseColorTexture"] = json!({
                "index": texture.index,
                "extensions": { "KHR_texture_transform": { "offset": texture.offset, "scale": texture.scale } },
            });
        }
        if primitive.base_colour != [1.0; 4] {
            surface["baseColorFactor"] = json!(primitive.base_colour);
        }
        // Survey software draws both sides of its skin.
        let mut material = json!({ "pbrMetallicRoughness": surface, "doubleSided": true });
        if primitive.lit {
            if let Some(known) = self.lit.iter().find(|(colour, _)| *colour == primitive.base_colour) {
                return known.1;
            }
            self.lit.push((primitive.base_colour, self.document.materials.len()));
        } else {
            self.uses_unlit = true;
            material["extensions"] = json!({ "KHR_materials_unlit": {} });
        }
        if primitive.base_colour[3] < 1.0 {
            material["alphaMode"] = json!("BLEND");
        }
        self.document.materials.push(material);
        self.document.materials.len() - 1
    }

    fn texture(&mut self, texture: &Texture) {
        let wrap = texture.repeat.map(|repeat| if repeat { REPEAT } else { CLAMP_TO_EDGE });
        let sampler = json!({
            "magFilter": LINEAR, "minFilter": LINEAR_MIPMAP_LINEAR, "wrapS": wrap[0], "wrapT": wrap[1],
        });
        let sampler = self.samplers.iter().position(|known| *known == sampler).unwrap_or_else(|| {
            self.samplers.push(sampler);
            self.samplers.len() - 1
        });
        let (offset, length) = self.document.append(&texture.bytes);
        self.document.views.push(json!({ "buffer": 0, "byteOffset": offset, "byteLength": length }));
        let (mime, extension) = match texture.format {
            TextureFormat::Jpeg => ("image/jpeg", None),
            TextureFormat::Png => ("image/png", None),
            TextureFormat::WebP => ("image/webp", Some("EXT_texture_webp")),
            TextureFormat::Ktx2 => ("image/ktx2", Some("KHR_texture_basisu")),
        };
        let source = self.images.len();
        self.images.push(
            json!({ "bufferView": self.document.views.len() - 1, "mimeType": mime, "name": texture.name }),
        );
        // Without a core image to fall back on, an extension is required, and both of them say so.
        self.textures.push(match extension {
            None => json!({ "sampler": sampler, "source": source }),
            Some(extension) => {
                self.texture_extensions.insert(extension);
                json!({ "sampler": sampler, "extensions": { extension: { "source": source } } })
            }
        });
    }

    fn json(&self, packed: &Packed) -> Value {
        let mut required = vec!["EXT_meshopt_compression"];
        // Texture coordinates in whole steps are quantised too.
        required.push("KHR_mesh_quantization");
        if self.uses_texture_transform {
            required.push("KHR_texture_transform");
        }
        required.extend(&self.texture_extensions);
        if !packed.repeats.is_empty() {
            required.push(INSTANCING);
        }
        let mut used = required.clone();
        if self.uses_unlit {
            used.push("KHR_materials_unlit");
        }
        if !packed.repeats.is_empty() {
            used.push(features::INSTANCE_FEATURES);
        }
        if self.document.metadata.is_some() {
            used.push(features::STRUCTURAL_METADATA);
        }
        if packed.primitives.iter().any(|primitive| primitive.feature_count > 0) {
            used.push(features::MESH_FEATURES);
        }
        let mut document = json!({
            "asset": { "version": "2.0", "generator": "Community Twin tile-builder" },
            "extensionsUsed": used,
            "extensionsRequired": required,
            "scene": 0,
            "scenes": [{ "nodes": (0..self.nodes.len()).collect::<Vec<_>>() }],
            "nodes": self.nodes,
            "meshes": self.meshes,
        });
        for (key, list) in
            [("textures", &self.textures), ("images", &self.images), ("samplers", &self.samplers)]
        {
            if !list.is_empty() {
                document[key] = json!(list);
            }
        }
        document
    }
}
