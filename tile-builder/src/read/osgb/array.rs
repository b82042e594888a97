//! Vertex arrays and primitive sets, before and after version 112.

use super::cursor::{Cursor, Read};
use super::error::OsgbErrorKind;
use super::object::Parser;
use crate::read::scalar::Scalar;
use std::sync::Arc;

/// An array of vectors. Values are widened to `f64` so that positions keep every digit.
#[derive(Debug, Clone)]
pub(crate) struct Array {
    pub(super) class: &'static str,
    pub(super) components: usize,

    pub(super) per_vertex: bool,
    pub(super) values: Arc<Vec<f64>>,
}

impl Array {
    /// Number of vectors.
    pub(super) fn len(&self) -> usize {
        self.values.len() / self.components
    }
}

/// How the vertices of a geometry form primitives.
#[derive(Debug, Clone)]
pub(crate) struct Primitives {
    pub(super) mode: u32,
    pub(super) indices: Indices,
}

/// Which vertices a primitive set uses.
#[derive(Debug, Clone)]
pub(crate) enum Indices {
    /// `count` vertices from `first`.
    Range { first: u32, count: u32 },
    /// Consecutive runs from `first`, each its own primitive.
    Lengths { first: u32, lengths: Arc<[u32]> },
    /// Listed one by one.
    List { indices: Arc<[u32]>, class: &'static str },
}

/// Type number before version 112, class name after, components, scalar.
const ARRAYS: &[(i32, &str, usize, Scalar)] = &[
    (0, "ByteArray", 1, Scalar::I8),
    (1, "UByteArray", 1, Scalar::U8),
    (2, "ShortArray", 1, Scalar::I16),
    (3, "UShortArray", 1, Scalar::U16),
    (4, "IntArray", 1, Scalar::I32),
    (5, "UIntArray", 1, Scalar::U32),
    (6, "FloatArray", 1, Scalar::F32),
    (7, "DoubleArray", 1, Scalar::F64),
    (8, "Vec2bArray", 2, Scalar::I8),
    (9, "Vec3bArray", 3, Scalar::I8),
    (10, "Vec4bArray", 4, Scalar::I8),
    (11, "Vec4ubArray", 4, Scalar::U8),
    (12, "Vec2sArray", 2, Scalar::I16),
    (13, "Vec3sArray", 3, Scalar::I16),
    (14, "Vec4sArray", 4, Scalar::I16),
    (15, "Vec2Array", 2, Scalar::F32),
    (16, "Vec3Array", 3, Scalar::F32),
    (17, "Vec4Array", 4, Scalar::F32),
    (18, "Vec2dArray", 2, Scalar::F64),
    (19, "Vec3dArray", 3, Scalar::F64),
    (20, "Vec4dArray", 4, Scalar::F64),
    (21, "Vec2ubArray", 2, Scalar::U8),
    (22, "Vec3ubArray", 3, Scalar::U8),
    (23, "Vec2usArray", 2, Scalar::U16),
    (24, "Vec3usArray", 3, Scalar::U16),
    (25, "Vec4usArray", 4, Scalar::U16),
];

const BIND_PER_VERTEX: i32 = 4;

impl Parser<'_, '_> {
    /// An array object of version 112 or later, or `None` if `name` is no array class.
    pub(super) fn array_object(&mut self, name: &str) -> Read<Option<Array>> {
        let Some(&(_, class, components, scalar)) = ARRAYS.iter().find(|(_, class, ..)| *class == name)
        else {
            return Ok(None);
        };
        self.buffer_data()?;
        let binding = self.cursor.i32()?;
        self.cursor.boolean()?;
        self.cursor.boolean()?;
        let n = self.cursor.count(components * scalar.size())?;
        self.hold_vectors(n)?;
        let values = Arc::new(read_values(&mut self.cursor, n * components, scalar)?);
        // Binding −1 is "undefined": per vertex if the counts agree, which the caller checks.
        let per_vertex = binding == BIND_PER_VERTEX || binding < 0;
        Ok(Some(Array { class, components, per_vertex, values }))
    }

    /// An array before version 112: its own id space, a type number, raw values in a block.
    pub(super) fn inline_array(&mut self) -> Read<Array> {
        let id = self.cursor.u32()?;
        if let Some(seen) = self.array_ids.get(&id) {
            return Ok(seen.clone());
        }
        let kind = self.cursor.i32()?;
        let Some(&(_, class, components, scalar)) = ARRAYS.iter().find(|(number, ..)| *number == kind) else {
            return Err(OsgbErrorKind::Unsupported(format!("array type {kind}")));
        };
        let n = self.cursor.count(components * scalar.size())?;
        self.hold_vectors(n)?;
        self.cursor.open()?;
        let values = Arc::new(read_values(&mut self.cursor, n * components, scalar)?);
        let array = Array { class, components, per_vertex: true, values };
        self.array_ids.insert(id, array.clone());
        Ok(array)
    }

    /// An array with binding, possibly indexed, as geometries before version 112 hold it.
    pub(super) fn array_record(&mut self) -> Read<Option<Array>> {
        let array = if self.cursor.boolean()? { Some(self.inline_array()?) } else { None };
        let order = if self.cursor.boolean()? { Some(self.inline_array()?) } else { None };
        let binding = self.cursor.i32()?;
        self.cursor.i32()?;
        let Some(array) = array else { return Ok(None) };
        let mut array = match order {
            Some(order) => self.gather(&array, &order)?,
            None => array,
        };
        array.per_vertex = binding == BIND_PER_VERTEX;
        Ok(Some(array))
    }

    /// Counts vectors about to be stored. Stored values are wider than the file's, so that the
    /// bytes that are left do not bound them. Four arrays of each vertex may be stored.
    fn hold_vectors(&mut self, n: usize) -> Read<()> {
        self.vectors = self.vectors.saturating_add(n);
        let limit = self.limits.vertices.saturating_mul(4);
        if self.vectors <= limit {
            return Ok(());
        }
        Err(OsgbErrorKind::Limit { what: "array length", value: self.vectors as u64, limit: limit as u64 })
    }

    /// The vectors of `array` in the order of `order`. Both may be shared, so that a small file can
    /// ask for this many times; what is made is held against the limit on vertices.
    fn gather(&mut self, array: &Array, order: &Array) -> Read<Array> {
        self.hold_vectors(order.values.len())?;
        let mut values = Vec::with_capacity(order.values.len() * array.components);
        for &index in order.values.iter() {
            if !(index >= 0.0 && index < array.len() as f64) {
                let text = format!("array index {index} is outside {} elements", array.len());
                return Err(OsgbErrorKind::Invalid(text));
            }
            let start = index as usize * array.components;
            values.extend_from_slice(&array.values[start..start + array.components]);
        }
        Ok(Array { values: Arc::new(values), ..*array })
    }

    /// A primitive set object of version 112 or later, or `None` if `name` is no such class.
    pub(super) fn primitives_object(&mut self, name: &str) -> Read<Option<Primitives>> {
        let class = match name {
            "DrawArrays" => "DrawArrays",
            "DrawArrayLengths" => "DrawArrayLengths",
            "DrawElementsUByte" => "DrawElementsUByte",
            "DrawElementsUShort" => "DrawElementsUShort",
            "DrawElementsUInt" => "DrawElementsUInt",
            _ => return Ok(None),
        };
        self.buffer_data()?;
        self.cursor.i32()?;
        let mode = self.cursor.u32()?;
        let indices = self.indices(class, false)?;
        Ok(Some(Primitives { mode, indices }))
    }

    /// A primitive set before version 112.
    pub(super) fn inline_primitives(&mut self) -> Read<Primitives> {
        let kind = self.cursor.i32()?;
        let mode = self.cursor.u32()?;
        if self.cursor.version > 96 {
            self.cursor.skip(4)?;
        }
        let class = match kind {
            50 => "DrawArrays",
            51 => "DrawArrayLengths",
            52 => "DrawElementsUByte",
            53 => "DrawElementsUShort",
            54 => "DrawElementsUInt",
            _ => return Err(OsgbErrorKind::Unsupported(format!("primitive set type {kind}"))),
        };
        let indices = self.indices(class, true)?;
        Ok(Primitives { mode, indices })
    }

    fn indices(&mut self, class: &'static str, block: bool) -> Read<Indices> {
        if class == "DrawArrays" {
            return Ok(Indices::Range { first: self.cursor.u32()?, count: self.cursor.u32()? });
        }
        let lengths_first = if class == "DrawArrayLengths" { Some(self.cursor.u32()?) } else { None };
        let scalar = match class {
            "DrawElementsUByte" => Scalar::U8,
            "DrawElementsUShort" => Scalar::U16,
            _ => Scalar::U32,
        };
        let n = self.cursor.count(scalar.size())?;
        if block {
            self.cursor.open()?;
        }
        let list: Arc<[u32]> = read_indices(&mut self.cursor, n, scalar)?.into();
        Ok(match lengths_first {
            Some(first) => Indices::Lengths { first, lengths: list },
            None => Indices::List { indices: list, class },
        })
    }

    /// `osg::Object` and `osg::BufferData`.
    fn buffer_data(&mut self) -> Read<()> {
        self.base()?;
        if self.cursor.version >= 147 && self.cursor.boolean()? {
            // A buffer object: an object header of its own, then target, usage and a copy flag.
            self.object()?;
        }
        Ok(())
    }
}

fn read_values(cursor: &mut Cursor<'_>, n: usize, scalar: Scalar) -> Read<Vec<f64>> {
    let big = cursor.big_endian;
    let raw = cursor.take(n * scalar.size())?;
    macro_rules! widen {
        ($type:ty) => {
            raw.as_chunks()
                .0
                .iter()
                .map(|&b| f64::from(if big { <$type>::from_be_bytes(b) } else { <$type>::from_le_bytes(b) }))
                .collect()
        };
    }
    Ok(match scalar {
        Scalar::I8 => raw.iter().map(|&b| f64::from(b as i8)).collect(),
        Scalar::U8 => raw.iter().map(|&b| f64::from(b)).collect(),
        Scalar::I16 => widen!(i16),
        Scalar::U16 => widen!(u16),
        Scalar::I32 => widen!(i32),
        Scalar::U32 => widen!(u32),
        Scalar::F32 => widen!(f32),
        Scalar::F64 => widen!(f64),
    })
}

fn read_indices(cursor: &mut Cursor<'_>, n: usize, scalar: Scalar) -> Read<Vec<u32>> {
    let big = cursor.big_endian;
    let raw = cursor.take(n * scalar.size())?;
    Ok(match scalar {
        Scalar::U8 => raw.iter().map(|&b| u32::from(b)).collect(),
        Scalar::U16 => raw
            .as_chunks()
            .0
            .iter()
            .map(|&b| u32::from(if big { u16::from_be_bytes(b) } else { u16::from_le_bytes(b) }))
            .collect(),
        _ => raw
            .as_chunks()
            .0
            .iter()
            .map(|&b| if big { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) })
            .collect(),
    })
}
