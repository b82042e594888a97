//! Accessors to numbers (glTF 2.0, 3.6), a block at a time: component types, normalised integers,
//! strides, sparse replacements, and views under `EXT_meshopt_compression`.
//!
//! In: accessor numbers. Out: [`Values`] that are visited in order. Called by `primitive`.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use super::document::{Accessor, Document, Sparse, SparsePart};
use super::meshopt;
use super::source::{Part, Source};
use crate::read::Limits;
use crate::read::soup::error::{Fault, Place, Read, within};

/// Elements that are decoded together.
const BLOCK: u64 = 16_384;
/// What a sparse accessor without a view may claim for each value that it gives.
const MOST_ZEROS_PER_VALUE: u64 = 64;

/// A document with its bytes.
pub(super) struct Reader<'a> {
    pub(super) document: Document,
    pub(super) sources: Vec<Source<'a>>,
    /// By buffer number; `None` where a buffer has no bytes, as that of a fallback.
    pub(super) buffers: Vec<Option<Part>>,
    pub(super) limits: Limits,
    /// What decoded views may take together.
    pub(super) memory_bytes: u64,
    /// Decoded views, the latest last: several primitives use one in a row.
    pub(super) decoded: RefCell<Vec<(usize, Rc<Vec<u8>>)>>,
}

/// The elements of an accessor.
pub(super) struct Values<'r> {
    reader: &'r Reader<'r>,
    data: Data,
    at: u64,
    stride: u64,
    component: Component,
    pub(super) width: usize,
    normalised: bool,
    pub(super) count: u64,
    /// Replaced elements, ordered by place.
    sparse: Vec<(u64, [f64; 4])>,
}

enum Data {
    Part(Part),
    Decoded(Rc<Vec<u8>>),
    Zeros,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Component {
    I8,
    U8,
    I16,
    U16,
    U32,
    F32,
}

impl Component {
    fn of(code: u32) -> Read<Self> {
        Ok(match code {
            5120 => Self::I8,
            5121 => Self::U8,
            5122 => Self::I16,
            5123 => Self::U16,
            5125 => Self::U32,
            5126 => Self::F32,
            other => return Err(Fault::invalid(format!("component type {other} is unknown"))),
        })
    }

    fn bytes(self) -> u64 {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::U32 | Self::F32 => 4,
        }
    }

    /// The number at the start of `bytes`, which are enough.
    fn number(self, bytes: &[u8], normalised: bool) -> f64 {
        let short = || bytes.first_chunk().copied().unwrap_or_default();
        let long = || bytes.first_chunk().copied().unwrap_or_default();
        let (value, largest) = match self {
            Self::I8 => (f64::from(bytes[0].cast_signed()), 127.0),
            Self::U8 => (f64::from(bytes[0]), 255.0),
            Self::I16 => (f64::from(i16::from_le_bytes(short())), 32_767.0),
            Self::U16 => (f64::from(u16::from_le_bytes(short())), 65_535.0),
            Self::U32 => (f64::from(u32::from_le_bytes(long())), f64::from(u32::MAX)),
            Self::F32 => return f64::from(f32::from_le_bytes(long())),
        };
        if normalised { (value / largest).max(-1.0) } else { value }
    }
}

impl<'r> Reader<'r> {
    /// Opens an accessor whose type is one of `kinds`, such as `VEC3`.
    pub(super) fn values(&'r self, number: usize, kinds: &[&str]) -> Read<Values<'r>> {
        self.open(number, kinds).map_err(|fault| fault.at(|| Place::Element(format!("accessor {number}"))))
    }

    fn open(&'r self, number: usize, kinds: &[&str]) -> Read<Values<'r>> {
        let Some(accessor) = self.document.accessors.get(number) else {
            return Err(Fault::invalid("is not in the document"));
        };
        let width = match accessor.kind.as_str() {
            "SCALAR" => 1,
            "VEC2" => 2,
            "VEC3" => 3,
            "VEC4" => 4,
            _ => 0,
        };
        if width == 0 || !kinds.contains(&accessor.kind.as_str()) {
            let wanted = kinds.join(" or ");
            return Err(Fault::invalid(format!("has type `{}`, not {wanted}", accessor.kind)));
        }
        let component = Component::of(accessor.component_type)?;
        let element = component.bytes() * width as u64;
        let (data, stride) = match accessor.buffer_view {
            Some(view) => self.view(view)?,
            None => (Data::Zeros, None),
        };
        let mut values = Values {
            reader: self,
            data,
            at: accessor.byte_offset,
            stride: stride.unwrap_or(element),
            component,
            width,
            normalised: accessor.normalized,
            count: accessor.count,
            sparse: Vec::new(),
        };
        values.covered(element)?;
        if let Some(sparse) = &accessor.sparse {
            values.sparse = self.sparse(sparse, accessor, &values)?;
        }
        if matches!(values.data, Data::Zeros) {
            let most = values.sparse.len() as u64 * MOST_ZEROS_PER_VALUE;
            within("count of elements without data", values.count, most)?;
        }
        Ok(values)
    }

    /// The bytes of a view and its stride.
    fn view(&self, number: usize) -> Read<(Data, Option<u64>)> {
        let named = |fault: Fault| fault.at(|| Place::Element(format!("buffer view {number}")));
        let Some(view) = self.document.buffer_views.get(number) else {
            return Err(named(Fault::invalid("is not in the document")));
        };
        if view.extensions.meshopt.is_some() {
            return Ok((Data::Decoded(self.decoded(number).map_err(named)?), view.byte_stride));
        }
        let part = self.part(number).map_err(named)?;
        Ok((Data::Part(part), view.byte_stride.filter(|&stride| stride > 0)))
    }

    /// The stored bytes of a view.
    pub(super) fn part(&self, view: usize) -> Read<Part> {
        let Some(view) = self.document.buffer_views.get(view) else {
            return Err(Fault::invalid(format!("buffer view {view} is not in the document")));
        };
        self.buffer(view.buffer)?.part(view.byte_offset, view.byte_length)
    }

    fn buffer(&self, number: usize) -> Read<Part> {
        let buffer = self.buffers.get(number).copied().flatten();
        buffer.ok_or_else(|| Fault::invalid(format!("buffer {number} has no bytes")))
    }

    fn decoded(&self, view: usize) -> Read<Rc<Vec<u8>>> {
        if let Some((_, bytes)) = self.decoded.borrow().iter().find(|(known, _)| *known == view) {
            return Ok(Rc::clone(bytes));
        }
        let Some(stream) = &self.document.buffer_views[view].extensions.meshopt else {
            return Err(Fault::invalid("is not compressed"));
        };
        let part = self.buffer(stream.buffer)?.part(stream.byte_offset, stream.byte_length)?;
        let most = self.memory_bytes.min(self.limits.body_bytes);
        meshopt::check(stream, most)?;
        let encoded = self.sources[part.source].bytes(part.at, part.size_bytes)?;
        let bytes = Rc::new(meshopt::decode(stream, &encoded)?);
        let mut known = self.decoded.borrow_mut();
        known.push((view, Rc::clone(&bytes)));
        let mut total: u64 = known.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        while total > most && known.len() > 1 {
            total -= known.remove(0).1.len() as u64;
        }
        Ok(bytes)
    }

    fn sparse(
        &'r self,
        sparse: &Sparse,
        accessor: &Accessor,
        base: &Values<'r>,
    ) -> Read<Vec<(u64, [f64; 4])>> {
        within("count of sparse values", sparse.count, accessor.count.min(self.limits.vertices as u64))?;
        let part = |part: &SparsePart, component: Component, width: usize, normalised: bool| {
            let (data, _) = self.view(part.buffer_view)?;
            let values = Values {
                reader: self,
                data,
                at: part.byte_offset,
                stride: component.bytes() * width as u64,
                component,
                width,
                normalised,
                count: sparse.count,
                sparse: Vec::new(),
            };
            values.covered(values.stride)?;
            Ok::<_, Fault>(values)
        };
        let places = part(&sparse.indices, Component::of(sparse.indices.component_type)?, 1, false)?;
        let values = part(&sparse.values, base.component, base.width, base.normalised)?;
        let mut list: Vec<(u64, [f64; 4])> = Vec::with_capacity(sparse.count as usize);
        places.each(&mut |place| {
            let place = place[0] as u64;
            if place >= accessor.count || list.last().is_some_and(|&(last, _)| last >= place) {
                return Err(Fault::invalid(format!("sparse index {place} is out of order or range")));
            }
            list.push((place, [0.0; 4]));
            Ok(())
        })?;
        let mut at = 0;
        values.each(&mut |value| {
            list[at].1 = value;
            at += 1;
            Ok(())
        })?;
        Ok(list)
    }
}

impl Values<'_> {
    /// Whether every element lies inside the view.
    fn covered(&self, element: u64) -> Read<()> {
        let size = match &self.data {
            Data::Part(part) => part.size_bytes,
            Data::Decoded(bytes) => bytes.len() as u64,
            Data::Zeros => return Ok(()),
        };
        let last = self.count.saturating_sub(1).checked_mul(self.stride);
        let end = last.and_then(|last| last.checked_add(self.at)?.checked_add(element));
        match end {
            _ if self.count == 0 => Ok(()),
            Some(end) if end <= size => Ok(()),
            _ => Err(Fault::invalid(format!(
                "{} elements of {} bytes each do not fit in {size} bytes from byte {}",
                self.count, self.stride, self.at
            ))),
        }
    }

    /// Whether the numbers are integers, as indices must be.
    pub(super) fn integers(&self) -> bool {
        matches!(self.component, Component::U8 | Component::U16 | Component::U32)
    }

    /// Visits the elements in order; numbers beyond an element's width are 0.
    pub(super) fn each(&self, visit: &mut dyn FnMut([f64; 4]) -> Read<()>) -> Read<()> {
        let mut replaced = self.sparse.iter().peekable();
        let size = self.component.bytes() as usize;
        let mut start = 0;
        while start < self.count {
            let many = BLOCK.min(self.count - start);
            let bytes = self.block(start, many)?;
            for at in 0..many {
                let mut value = [0.0; 4];
                if let Some(bytes) = &bytes {
                    let element = &bytes[(at * self.stride) as usize..];
                    for (axis, number) in value.iter_mut().take(self.width).enumerate() {
                        *number = self.component.number(&element[axis * size..], self.normalised);
                    }
                }
                if let Some((_, other)) = replaced.next_if(|(place, _)| *place == start + at) {
                    value = *other;
                }
                visit(value)?;
            }
            start += many;
        }
        Ok(())
    }

    /// The bytes of some elements, or `None` where there are none and all are 0.
    fn block(&self, start: u64, many: u64) -> Read<Option<Cow<'_, [u8]>>> {
        let at = self.at + start * self.stride;
        let length = (many - 1) * self.stride + self.component.bytes() * self.width as u64;
        Ok(match &self.data {
            Data::Zeros => None,
            Data::Decoded(bytes) => Some(Cow::Borrowed(&bytes[at as usize..(at + length) as usize])),
            Data::Part(part) => Some(self.reader.sources[part.source].bytes(part.at + at, length)?),
        })
    }
}
