//! Wavefront OBJ, line by line, to a stream of triangles.
//!
//! In: a file of any size, its material libraries and the names of its images. Out: polygons to the
//! [`Sink`]. Vertices are kept, because faces name them by number: within the stated memory, beyond
//! it in a temporary file. Lines that draw no face (points, lines, curves, groups) are passed over; a
//! face that cannot be built is left out with a warning that names its line. Called by `soup`.

mod fields;
mod lines;
mod materials;
mod mtl;

use std::fs::File;

use self::fields::{corner, numbers, word};
use self::lines::Lines;
use self::materials::{Current, Materials, UvMap};
use super::soup::error::{Place, Read, within};
use super::soup::sink::{Sink, usable};
use super::soup::store::Store;
use super::soup::{Corner, SoupMaterial, SourceFile};

pub(in crate::read) use self::fields::{name as decoded_name, number};

/// A colour's component above 1 is one of 0 to 255; they are told apart by what is added to it.
const OF_255: u16 = 256;
/// The entry of a vertex without a colour.
const NO_COLOUR: [u16; 4] = [u16::MAX; 4];

/// Reads a file, giving its faces to the sink.
pub(super) fn stream(source: &SourceFile<'_>, sink: &mut Sink<'_>) -> Read<Vec<SoupMaterial>> {
    let mut lines = Lines::new(File::open(source.path)?, source.limits.line_bytes);
    let mut reader = Obj::new(source);
    while let Some((number, line)) = lines.next()? {
        reader.line(number, line, sink).map_err(|fault| fault.at(|| Place::Line(number)))?;
    }
    Ok(reader.materials.used)
}

struct Obj<'s> {
    source: &'s SourceFile<'s>,
    positions: Store<[f64; 3]>,
    uvs: Store<[f32; 2]>,
    colours: Store<[u16; 4]>,
    /// Whether a component above 1 was seen, so that all are of 255.
    of_255: bool,
    materials: Materials,
    corners: Vec<Corner>,
}

/// Why a face is left out.
enum Skipped {
    Malformed,
    Outside { number: i64, count: u64 },
    NoPlace,
}

impl<'s> Obj<'s> {
    fn new(source: &'s SourceFile<'s>) -> Self {
        // Shares by the size of a record.
        let share = source.options.memory_bytes / 40;
        let folder = source.options.spool.as_deref();
        Self {
            source,
            positions: Store::new(share * 24, folder),
            uvs: Store::new(share * 8, folder),
            colours: Store::new(share * 8, folder),
            of_255: false,
            materials: Materials::default(),
            corners: Vec::new(),
        }
    }

    fn line(&mut self, number: u64, line: &[u8], sink: &mut Sink<'_>) -> Read<()> {
        let mut rest = line;
        let Some(keyword) = word(&mut rest) else { return Ok(()) };
        match keyword {
            b"v" => self.vertex(rest),
            b"vt" => {
                let ([u, v], _) = numbers::<2>(rest);
                within("count of texture coordinates", self.uvs.len() + 1, self.source.limits.mesh_vertices)?;
                self.uvs.push([u as f32, v as f32])
            }
            b"f" | b"fo" => self.face(number, rest, sink),
            b"usemtl" => self.materials.choose(rest, self.source, &mut sink.warnings),
            b"mtllib" => {
                self.materials.library(rest, self.source, &mut sink.warnings);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// `v x y z`, `v x y z w`, `v x y z r g b`, `v x y z r g b a`.
    fn vertex(&mut self, rest: &[u8]) -> Read<()> {
        let ([x, y, z, r, g, b, a], count) = numbers::<7>(rest);
        within("count of vertices", self.positions.len() + 1, self.source.limits.mesh_vertices)?;
        if count >= 6 {
            let colour = [r, g, b, if count == 7 { a } else { 1.0 }];
            self.of_255 |= colour[..3].iter().any(|&value| value > 1.0);
            while self.colours.len() < self.positions.len() {
                self.colours.push(NO_COLOUR)?;
            }
            self.colours.push(colour.map(component))?;
        }
        self.positions.push([x, y, z])
    }

    fn face(&mut self, number: u64, rest: &[u8], sink: &mut Sink<'_>) -> Read<()> {
        let material = self.materials.current(self.source, &mut sink.warnings)?;
        match self.corners(number, rest, material, sink)? {
            Ok(()) => sink.polygon(&self.corners, material.number),
            Err(skipped) => {
                let file = &self.source.name;
                match skipped {
                    Skipped::Malformed => sink.warnings.count("face_malformed", || {
                        format!("`{file}` line {number}: the face is not understood and was left out")
                    }),
                    Skipped::Outside { number: index, count } => sink.warnings.count("index_outside", || {
                        format!(
                            "`{file}` line {number}: vertex {index} is outside the {count} that there are; the face was left out"
                        )
                    }),
                    Skipped::NoPlace => sink.warnings.count("vertex_without_place", || {
                        format!(
                            "`{file}` line {number}: a vertex of the face has no usable coordinates; the face was left out"
                        )
                    }),
                }
                Ok(())
            }
        }
    }

    /// Looks up the corners of a face.
    fn corners(
        &mut self,
        line: u64,
        mut rest: &[u8],
        material: Current,
        sink: &mut Sink<'_>,
    ) -> Read<Result<(), Skipped>> {
        self.corners.clear();
        while let Some(word) = word(&mut rest) {
            let Some((vertex, uv)) = corner(word) else { return Ok(Err(Skipped::Malformed)) };
            let count = self.positions.len();
            let Some(at) = place(vertex, count) else {
                return Ok(Err(Skipped::Outside { number: vertex, count }));
            };
            let position = self.positions.get(at)?;
            if !usable(position) {
                return Ok(Err(Skipped::NoPlace));
            }
            let found = uv.map(|uv| place(uv, self.uvs.len()).ok_or(uv));
            let uv = match found {
                Some(Ok(at)) => texture_corner(self.uvs.get(at)?, material.uv_map),
                Some(Err(number)) => {
                    let (file, count) = (&self.source.name, self.uvs.len());
                    sink.warnings.count("uv_outside", || {
                        format!(
                            "`{file}` line {line}: texture coordinate {number} is outside the {count} that there are; the face has a plain colour"
                        )
                    });
                    None
                }
                None => None,
            };
            // The photograph is the colour.
            let hidden = material.textured && uv.is_some();
            let colour = if hidden || at >= self.colours.len() { None } else { self.colour(at)? };
            within("corners of a face", self.corners.len() as u64 + 1, self.source.limits.polygon_corners)?;
            self.corners.push(Corner { position, uv, colour });
        }
        Ok(if self.corners.len() < 3 { Err(Skipped::Malformed) } else { Ok(()) })
    }

    fn colour(&mut self, at: u64) -> Read<Option<[u8; 4]>> {
        let stored = self.colours.get(at)?;
        let of_255 = self.of_255;
        let byte = |value: u16| match value.checked_sub(OF_255) {
            Some(value) => value.min(255) as u8,
            // What is not above 1 is 0 or 1 of 255.
            None if of_255 => u8::from(value >= 128),
            None => value as u8,
        };
        let [r, g, b, a] = stored;
        // Opacity is often left at 1 beside colours of 255.
        let alpha = a.checked_sub(OF_255).unwrap_or(a).min(255) as u8;
        Ok((stored != NO_COLOUR).then(|| [byte(r), byte(g), byte(b), alpha]))
    }
}

/// A component in both readings: of 1, scaled to bytes; above 1, itself and a mark.
fn component(value: f64) -> u16 {
    if value > 1.0 {
        OF_255 + value.min(255.0).round() as u16
    } else {
        (value.max(0.0) * 255.0).round() as u16
    }
}

/// The place of a number that counts from 1, or backwards from -1.
fn place(number: i64, count: u64) -> Option<u64> {
    let place = match number {
        1.. => number.unsigned_abs() - 1,
        0 => return None,
        _ => count.checked_sub(number.unsigned_abs())?,
    };
    (place < count).then_some(place)
}

/// Texture coordinates through the map's options, turned to an origin at the top left.
fn texture_corner([u, v]: [f32; 2], uv_map: UvMap) -> Option<[f32; 2]> {
    let [u, v] = match uv_map {
        Some((scale, offset)) => [u * scale[0] + offset[0], v * scale[1] + offset[1]],
        None => [u, v],
    };
    let v = (1.0 - f64::from(v)) as f32;
    (u.is_finite() && v.is_finite()).then_some([u, v])
}
