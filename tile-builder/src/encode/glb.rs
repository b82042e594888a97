//! Packed primitives to the bytes of a glb.
//!
//! Layout of the binary chunk: compressed vertex and index streams, then images, each 4-byte
//! aligned. The uncompressed views stand in a second buffer without bytes, as
//! `EXT_meshopt_compression` asks of a file that has no fallback.

use std::collections::BTreeSet;

use bytemuck::{Pod, Zeroable};
use serde_json::{Map, Value, json};

use super::EncodeError;
use super::features;
use super::pack::{Packed, Primitive};
use crate::scene::{Feature, Texture, TextureFormat};

const ARRAY_BUFFER: u32 = 34962;
const ELEMENT_ARRAY_BUFFER: u32 = 34963;
const UNSIGNED_SHORT: u32 = 5123;
const UNSIGNED_INT: u32 = 5125;
const FLOAT: u32 = 5126;
const CLAMP_TO_EDGE: u32 = 33071;
const REPEAT: u32 = 10497;
const LINEAR: u32 = 9729;
const LINEAR_MIPMAP_LINEAR: u32 = 9987;

#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct QuantisedPosition([u16; 4]);

#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct FloatPosition([f32; 3]);

#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct Uv([u16; 2]);

#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct Colour([u16; 4]);

/// Vertex attributes are spaced by multiples of four bytes.
#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct ShortId([u16; 2]);

#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct LongId(f32);

/// A glTF document and its binary chunk as they grow.
#[derive(Default)]
struct Document {
    bin: Vec<u8>,
    /// Length of the buffer that the uncompressed views stand in.
    fallback_bytes: usize,
    views: Vec<Value>,
    accessors: Vec<Value>,
    textures: Vec<Value>,
    images: Vec<Value>,
    samplers: Vec<Value>,
    materials: Vec<Value>,
    primitives: Vec<Value>,
    uses_texture_transform: bool,
    /// `EXT_structural_metadata`, if vertices belong to anything.
    metadata: Option<Value>,
    /// Extensions that textures need, by name.
    texture_extensions: BTreeSet<&'static str>,
}

/// Writes the glb.
pub(super) fn write(packed: &Packed) -> Result<Vec<u8>, EncodeError> {
    let mut document = Document::default();
    let mut primitives = Vec::new();
    for primitive in &packed.primitives {
        primitives.push(document.primitive(primitive, packed)?);
    }
    document.primitives = primitives;
    for texture in &packed.textures {
        document.texture(texture);
    }
    if !packed.features.is_empty() {
        document.property_table(&packed.features);
    }
    let json = document.json(packed);
    assemble(&json, document.bin)
}

impl Document {
    fn primitive(&mut self, primitive: &Primitive, packed: &Packed) -> Result<Value, EncodeError> {
        let mut attributes = Map::new();
        let position = match packed.grid.step {
            Some(_) => self.quantised_positions(primitive),
            None => self.float_positions(primitive),
        };
        attributes.insert("POSITION".into(), position?.into());
        if primitive.texture.is_some() {
            let uvs: Vec<Uv> = primitive.vertices.iter().map(|v| Uv(v.uv)).collect();
            let view = self.attribute_view(&uvs)?;
            attributes.insert(
                "TEXCOORD_0".into(),
                self.accessor(view, UNSIGNED_SHORT, uvs.len(), "VEC2", false).into(),
            );
        }
        if primitive.has_colours {
            let colours: Vec<Colour> = primitive.vertices.iter().map(|v| Colour(v.colour)).collect();
            let view = self.attribute_view(&colours)?;
            attributes.insert(
                "COLOR_0".into(),
                self.accessor(view, UNSIGNED_SHORT, colours.len(), "VEC4", true).into(),
            );
        }
        let none = features::none_of(&packed.features);
        if primitive.feature_count > 0 {
            attributes.insert(features::ATTRIBUTE.into(), self.feature_ids(primitive, none)?.into());
        }
        let indices = self.indices(&primitive.indices, primitive.vertices.len())?;
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

    /// Ids as 16-bit numbers, or as whole 32-bit floats where that is too few: a vertex attribute
    /// knows no 32-bit integers.
    fn feature_ids(&mut self, primitive: &Primitive, none: u32) -> Result<usize, EncodeError> {
        let ids = primitive.vertices.iter().map(|v| v.feature);
        let count = primitive.vertices.len();
        if u16::try_from(none).is_ok() {
            let ids: Vec<ShortId> = ids.map(|id| ShortId([id as u16, 0])).collect();
            let view = self.attribute_view(&ids)?;
            return Ok(self.accessor(view, UNSIGNED_SHORT, count, "SCALAR", false));
        }
        let ids: Vec<LongId> = ids.map(|id| LongId(id as f32)).collect();
        let view = self.attribute_view(&ids)?;
        Ok(self.accessor(view, FLOAT, count, "SCALAR", false))
    }

    fn property_table(&mut self, features: &[Feature]) {
        let mut stored = Vec::new();
        for column in features::columns(features) {
            let views = [self.table_view(&column.values), self.table_view(&column.offsets)];
            stored.push((column, views));
        }
        self.metadata = Some(features::of_document(features, &stored));
    }

    fn table_view(&mut self, bytes: &[u8]) -> usize {
        self.bin.resize(self.bin.len().next_multiple_of(features::ALIGNMENT), 0);
        let (offset, length) = self.append(bytes);
        self.views.push(json!({ "buffer": 0, "byteOffset": offset, "byteLength": length }));
        self.views.len() - 1
    }

    fn quantised_positions(&mut self, primitive: &Primitive) -> Result<usize, EncodeError> {
        let positions: Vec<QuantisedPosition> = primitive
            .vertices
            .iter()
            .map(|v| QuantisedPosition([v.position[0] as u16, v.position[1] as u16, v.position[2] as u16, 0]))
            .collect();
        let view = self.attribute_view(&positions)?;
        let accessor = self.accessor(view, UNSIGNED_SHORT, positions.len(), "VEC3", false);
        let stored = primitive.vertices.iter().map(|v| v.position);
        let (min, max) = extremes(stored, u32::min, u32::max);
        self.accessors[accessor]["min"] = json!(min);
        self.accessors[accessor]["max"] = json!(max);
        Ok(accessor)
    }

    fn float_positions(&mut self, primitive: &Primitive) -> Result<usize, EncodeError> {
        let positions: Vec<FloatPosition> =
            primitive.vertices.iter().map(|v| FloatPosition(v.position.map(f32::from_bits))).collect();
        let view = self.attribute_view(&positions)?;
        let accessor = self.accessor(view, FLOAT, positions.len(), "VEC3", false);
        let (min, max) = extremes(positions.iter().map(|p| p.0), f32::min, f32::max);
        self.accessors[accessor]["min"] = json!(min);
        self.accessors[accessor]["max"] = json!(max);
        Ok(accessor)
    }

    fn indices(&mut self, indices: &[u32], vertices: usize) -> Result<usize, EncodeError> {
        let encoded = meshopt::encode_index_buffer(indices, vertices).map_err(refused)?;
        // 65535 itself is the primitive-restart value, which an index may not take.
        let (size, component) =
            if u16::try_from(vertices).is_ok() { (2, UNSIGNED_SHORT) } else { (4, UNSIGNED_INT) };
        let stream = json!({ "mode": "TRIANGLES", "byteStride": size, "count": indices.len() });
        let view = self.compressed_view(&encoded, indices.len() * size, None, ELEMENT_ARRAY_BUFFER, stream);
        Ok(self.accessor(view, component, indices.len(), "SCALAR", false))
    }

    fn attribute_view<T: Pod>(&mut self, values: &[T]) -> Result<usize, EncodeError> {
        // Version 0 of the codec is what `EXT_meshopt_compression` is defined over.
        let encoded = meshopt::encode_vertex_buffer_level(values, 2, Some(0)).map_err(refused)?;
        let (stride, bytes) = (size_of::<T>(), size_of_val(values));
        let stream = json!({ "mode": "ATTRIBUTES", "byteStride": stride, "count": values.len() });
        Ok(self.compressed_view(&encoded, bytes, Some(stride), ARRAY_BUFFER, stream))
    }

    fn compressed_view(
        &mut self,
        encoded: &[u8],
        decoded_bytes: usize,
        stride: Option<usize>,
        target: u32,
        mut stream: Value,
    ) -> usize {
        let (offset, length) = self.append(encoded);
        stream["buffer"] = json!(0);
        stream["byteOffset"] = json!(offset);
        stream["byteLength"] = json!(length);
        let mut view = json!({
            "buffer": 1,
            "byteOffset": self.fallback_bytes,
            "byteLength": decoded_bytes,
            "target": target,
            "extensions": { "EXT_meshopt_compression": stream },
        });
        if let Some(stride) = stride {
            view["byteStride"] = json!(stride);
        }
        self.fallback_bytes = (self.fallback_bytes + decoded_bytes).next_multiple_of(4);
        self.views.push(view);
        self.views.len() - 1
    }

    fn append(&mut self, bytes: &[u8]) -> (usize, usize) {
        let offset = self.bin.len().next_multiple_of(4);
        self.bin.resize(offset, 0);
        self.bin.extend_from_slice(bytes);
        (offset, bytes.len())
    }

    fn accessor(&mut self, view: usize, component: u32, count: usize, kind: &str, normalised: bool) -> usize {
        let mut accessor =
            json!({ "bufferView": view, "componentType": component, "count": count, "type": kind });
        if normalised {
            accessor["normalized"] = json!(true);
        }
        self.accessors.push(accessor);
        self.accessors.len() - 1
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
        let mut material = json!({
            "pbrMetallicRoughness": surface,
            "doubleSided": true,
            "extensions": { "KHR_materials_unlit": {} },
        });
        if primitive.base_colour[3] < 1.0 {
            material["alphaMode"] = json!("BLEND");
        }
        self.materials.push(material);
        self.materials.len() - 1
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
        let (offset, length) = self.append(&texture.bytes);
        self.views.push(json!({ "buffer": 0, "byteOffset": offset, "byteLength": length }));
        let (mime, extension) = match texture.format {
            TextureFormat::Jpeg => ("image/jpeg", None),
            TextureFormat::Png => ("image/png", None),
            TextureFormat::WebP => ("image/webp", Some("EXT_texture_webp")),
            TextureFormat::Ktx2 => ("image/ktx2", Some("KHR_texture_basisu")),
        };
        let source = self.images.len();
        self.images
            .push(json!({ "bufferView": self.views.len() - 1, "mimeType": mime, "name": texture.name }));
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
        let mut node = json!({ "mesh": 0, "translation": packed.grid.translation });
        let mut required = vec!["EXT_meshopt_compression"];
        if let Some(step) = packed.grid.step {
            node["scale"] = json!([step, step, step]);
        }
        // Texture coordinates in whole steps are quantised too.
        required.push("KHR_mesh_quantization");
        if self.uses_texture_transform {
            required.push("KHR_texture_transform");
        }
        required.extend(&self.texture_extensions);
        let mut used = required.clone();
        used.push("KHR_materials_unlit");
        if self.metadata.is_some() {
            used.extend([features::MESH_FEATURES, features::STRUCTURAL_METADATA]);
        }
        let mut document = json!({
            "asset": { "version": "2.0", "generator": "Community Twin tile-builder" },
            "extensionsUsed": used,
            "extensionsRequired": required,
            "scene": 0,
            "scenes": [{ "nodes": [0] }],
            "nodes": [node],
            "meshes": [{ "primitives": self.primitives }],
            "materials": self.materials,
            "accessors": self.accessors,
            "bufferViews": self.views,
            "buffers": [
                { "byteLength": self.bin.len() },
                {
                    "byteLength": self.fallback_bytes,
                    "extensions": { "EXT_meshopt_compression": { "fallback": true } },
                },
            ],
        });
        if let Some(metadata) = &self.metadata {
            document["extensions"] = json!({ features::STRUCTURAL_METADATA: metadata });
        }
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

fn extremes<T: Copy>(
    values: impl Iterator<Item = [T; 3]>,
    low: impl Fn(T, T) -> T,
    high: impl Fn(T, T) -> T,
) -> (Option<[T; 3]>, Option<[T; 3]>) {
    let mut ends: (Option<[T; 3]>, Option<[T; 3]>) = (None, None);
    for v in values {
        ends.0 = Some(ends.0.map_or(v, |m| [low(m[0], v[0]), low(m[1], v[1]), low(m[2], v[2])]));
        ends.1 = Some(ends.1.map_or(v, |m| [high(m[0], v[0]), high(m[1], v[1]), high(m[2], v[2])]));
    }
    ends
}

fn refused(error: impl std::fmt::Display) -> EncodeError {
    EncodeError::Compress(error.to_string())
}

/// Header, JSON chunk, BIN chunk.
fn assemble(json: &Value, mut bin: Vec<u8>) -> Result<Vec<u8>, EncodeError> {
    let mut text = json.to_string().into_bytes();
    text.resize(text.len().next_multiple_of(4), b' ');
    bin.resize(bin.len().next_multiple_of(4), 0);
    let total = 12 + 8 + text.len() + 8 + bin.len();
    let size = u32::try_from(total).map_err(|_| EncodeError::TooLarge { size_bytes: total as u64 })?;
    let mut glb = Vec::with_capacity(total);
    glb.extend_from_slice(b"glTF");
    glb.extend_from_slice(&2u32.to_le_bytes());
    glb.extend_from_slice(&size.to_le_bytes());
    glb.extend_from_slice(&(text.len() as u32).to_le_bytes());
    glb.extend_from_slice(b"JSON");
    glb.extend_from_slice(&text);
    glb.extend_from_slice(&(bin.len() as u32).to_le_bytes());
    glb.extend_from_slice(b"BIN\0");
    glb.extend_from_slice(&bin);
    Ok(glb)
}
