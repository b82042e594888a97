//! Primitives to triangles (glTF 2.0, 3.7.2): lists, strips and fans, with or without indices.
//!
//! In: a primitive of a mesh. Out: its attributes as [`Values`] and its triangles by vertex number.

use super::accessor::{Reader, Values};
use super::document::PrimitiveEntry;
use crate::read::soup::error::{Fault, Read};

const TRIANGLES: u32 = 4;
const TRIANGLE_STRIP: u32 = 5;
const TRIANGLE_FAN: u32 = 6;

/// Triangles with one material.
pub(super) struct Primitive<'r> {
    pub(super) positions: Values<'r>,
    pub(super) uvs: Option<Values<'r>>,
    /// Linear, RGB or RGBA.
    pub(super) colours: Option<Values<'r>>,
    indices: Option<Values<'r>>,
    mode: u32,
}

impl<'r> Primitive<'r> {
    /// Opens a primitive; `None` if it is made of points or lines. `uv_set` is the set of texture
    /// coordinates that its material asks for.
    pub(super) fn open(
        reader: &'r Reader<'r>,
        entry: &PrimitiveEntry,
        uv_set: Option<usize>,
    ) -> Read<Option<Self>> {
        let mode = entry.mode.unwrap_or(TRIANGLES);
        if mode < TRIANGLES {
            return Ok(None);
        }
        if mode > TRIANGLE_FAN {
            return Err(Fault::invalid(format!("primitive mode {mode} is unknown")));
        }
        let Some(&positions) = entry.attributes.get("POSITION") else { return Ok(None) };
        let attribute = |name: &str, kinds: &[&str]| {
            entry.attributes.get(name).map(|&number| reader.values(number, kinds)).transpose()
        };
        let positions = reader.values(positions, &["VEC3"])?;
        let uvs = match uv_set {
            Some(set) => attribute(&format!("TEXCOORD_{set}"), &["VEC2"])?,
            None => None,
        };
        let colours = attribute("COLOR_0", &["VEC3", "VEC4"])?;
        let indices = entry.indices.map(|number| reader.values(number, &["SCALAR"])).transpose()?;
        for values in uvs.iter().chain(&colours) {
            if values.count != positions.count {
                let (a, b) = (values.count, positions.count);
                return Err(Fault::invalid(format!("an attribute has {a} elements for {b} positions")));
            }
        }
        if indices.as_ref().is_some_and(|indices| !indices.integers()) {
            return Err(Fault::invalid("its indices are no unsigned integers"));
        }
        Ok(Some(Self { positions, uvs, colours, indices, mode }))
    }

    /// How many triangles the indices can make at most.
    pub(super) fn most_triangles(&self) -> u64 {
        let corners = self.indices.as_ref().map_or(self.positions.count, |indices| indices.count);
        if self.mode == TRIANGLES { corners / 3 } else { corners.saturating_sub(2) }
    }

    /// Visits the triangles in order. The numbers may lie outside the vertices.
    pub(super) fn triangles(&self, visit: &mut dyn FnMut([u32; 3]) -> Read<()>) -> Read<()> {
        let mut assembler = Assembler { mode: self.mode, held: [0; 2], seen: 0 };
        let mut take = |index: u32| match assembler.push(index) {
            Some(triangle) => visit(triangle),
            None => Ok(()),
        };
        match &self.indices {
            Some(indices) => indices.each(&mut |value| take(value[0] as u32)),
            None => (0..self.positions.count).try_for_each(|index| take(index as u32)),
        }
    }
}

/// Makes triangles of a sequence of vertices.
struct Assembler {
    mode: u32,
    held: [u32; 2],
    seen: u64,
}

impl Assembler {
    fn push(&mut self, index: u32) -> Option<[u32; 3]> {
        let place = if self.mode == TRIANGLES { self.seen % 3 } else { self.seen };
        self.seen += 1;
        if place < 2 {
            self.held[place as usize] = index;
            return None;
        }
        let [a, b] = self.held;
        match self.mode {
            TRIANGLE_STRIP => {
                self.held = [b, index];
                // Every second triangle of a strip is turned round.
                Some(if place.is_multiple_of(2) { [a, b, index] } else { [b, a, index] })
            }
            TRIANGLE_FAN => {
                self.held = [a, index];
                Some([a, b, index])
            }
            _ => Some([a, b, index]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mode: u32, expected: &[[u32; 3]]) {
        let mut assembler = Assembler { mode, held: [0; 2], seen: 0 };
        let triangles: Vec<_> = (0..6).filter_map(|index| assembler.push(index)).collect();
        assert_eq!(triangles, expected);
    }

    #[test]
    fn lists_strips_and_fans_make_triangles_that_face_one_way() {
        check(TRIANGLES, &[[0, 1, 2], [3, 4, 5]]);
        check(TRIANGLE_STRIP, &[[0, 1, 2], [2, 1, 3], [2, 3, 4], [4, 3, 5]]);
        check(TRIANGLE_FAN, &[[0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 5]]);
    }
}
