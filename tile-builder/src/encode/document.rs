//! A glTF document and its binary chunk as they grow.
//!
//! In: values of attributes, indices, tables. Out: accessors and views, and at the end the bytes of a
//! glb. Called by `glb` (surveys) and `solid` (building models).
//!
//! Layout of the binary chunk: compressed vertex and index streams, then images, each 4-byte
//! aligned. The uncompressed views stand in a second buffer without bytes, as
//! `EXT_meshopt_compression` asks of a file that has no fallback.

use bytemuck::{Pod, Zeroable};
use serde_json::{Value, json};

use super::EncodeError;
use super::features;
use crate::scene::Feature;

const ARRAY_BUFFER: u32 = 34962;
const ELEMENT_ARRAY_BUFFER: u32 = 34963;
/// Component types of glTF.
pub(super) const BYTE: u32 = 5120;
pub(super) const SHORT: u32 = 5122;
pub(super) const UNSIGNED_SHORT: u32 = 5123;
pub(super) const UNSIGNED_INT: u32 = 5125;
pub(super) const FLOAT: u32 = 5126;

/// Vertex attributes are spaced by multiples of four bytes.
#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct ShortId([u16; 2]);

#[repr(C)]
#[derive(Clone, Copy, Default, Pod, Zeroable)]
struct LongId(f32);

/// The parts that every document has.
#[derive(Default)]
pub(super) struct Document {
    pub(super) bin: Vec<u8>,
    /// Length of the buffer that the uncompressed views stand in.
    pub(super) fallback_bytes: usize,
    pub(super) views: Vec<Value>,
    pub(super) accessors: Vec<Value>,
    pub(super) materials: Vec<Value>,
    /// `EXT_structural_metadata`, if vertices belong to anything.
    pub(super) metadata: Option<Value>,
}

impl Document {
    /// Ids as 16-bit numbers, or as whole 32-bit floats where that is too few: a vertex attribute
    /// knows no 32-bit integers. `none` is the largest.
    pub(super) fn feature_ids(
        &mut self,
        ids: impl ExactSizeIterator<Item = u32>,
        none: u32,
    ) -> Result<usize, EncodeError> {
        let count = ids.len();
        if u16::try_from(none).is_ok() {
            let ids: Vec<ShortId> = ids.map(|id| ShortId([id as u16, 0])).collect();
            let view = self.attribute_view(&ids)?;
            return Ok(self.accessor(view, UNSIGNED_SHORT, count, "SCALAR", false));
        }
        let ids: Vec<LongId> = ids.map(|id| LongId(id as f32)).collect();
        let view = self.attribute_view(&ids)?;
        Ok(self.accessor(view, FLOAT, count, "SCALAR", false))
    }

    pub(super) fn property_table(&mut self, features: &[Feature]) {
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

    pub(super) fn indices(&mut self, indices: &[u32], vertices: usize) -> Result<usize, EncodeError> {
        let encoded = meshopt::encode_index_buffer(indices, vertices).map_err(refused)?;
        // 65535 itself is the primitive-restart value, which an index may not take.
        let (size, component) =
            if u16::try_from(vertices).is_ok() { (2, UNSIGNED_SHORT) } else { (4, UNSIGNED_INT) };
        let stream = json!({ "mode": "TRIANGLES", "byteStride": size, "count": indices.len() });
        let view = self.compressed_view(&encoded, indices.len() * size, None, ELEMENT_ARRAY_BUFFER, stream);
        Ok(self.accessor(view, component, indices.len(), "SCALAR", false))
    }

    pub(super) fn attribute_view<T: Pod>(&mut self, values: &[T]) -> Result<usize, EncodeError> {
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

    pub(super) fn append(&mut self, bytes: &[u8]) -> (usize, usize) {
        let offset = self.bin.len().next_multiple_of(4);
        self.bin.resize(offset, 0);
        self.bin.extend_from_slice(bytes);
        (offset, bytes.len())
    }

    pub(super) fn accessor(
        &mut self,
        view: usize,
        component: u32,
        count: usize,
        kind: &str,
        normalised: bool,
    ) -> usize {
        let mut accessor =
            json!({ "bufferView": view, "componentType": component, "count": count, "type": kind });
        if normalised {
            accessor["normalized"] = json!(true);
        }
        self.accessors.push(accessor);
        self.accessors.len() - 1
    }

    /// The document and its binary chunk as a glb. `json` has everything but what is kept here.
    pub(super) fn finish(mut self, mut json: Value) -> Result<Vec<u8>, EncodeError> {
        json["materials"] = Value::Array(std::mem::take(&mut self.materials));
        json["accessors"] = Value::Array(std::mem::take(&mut self.accessors));
        json["bufferViews"] = Value::Array(std::mem::take(&mut self.views));
        json["buffers"] = json!([
            { "byteLength": self.bin.len() },
            {
                "byteLength": self.fallback_bytes,
                "extensions": { "EXT_meshopt_compression": { "fallback": true } },
            },
        ]);
        if let Some(metadata) = self.metadata.take() {
            json["extensions"] = json!({ features::STRUCTURAL_METADATA: metadata });
        }
        assemble(&json, self.bin)
    }
}

/// The least and the greatest of some vectors, axis by axis.
pub(super) fn extremes<T: Copy>(
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
