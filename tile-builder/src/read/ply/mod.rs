//! Stanford PLY, value by value, to a stream of triangles.
//!
//! In: an ASCII or binary file. Out: polygons to the [`Sink`]. Read: positions, colours and texture
//! coordinates of vertices; polygons of any size with colours, texture coordinates of their corners
//! and texture numbers; images named by `comment TextureFile`. Other elements and properties are
//! passed over. Called by `soup`.

mod header;
mod values;

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::sync::Arc;

use self::header::{Element, Header, Property};
use self::values::Values;
use super::soup::error::{Fault, Place, Read, within};
use super::soup::sink::{Sink, usable};
use super::soup::store::Store;
use super::soup::{Corner, ImagePlace, SoupImage, SoupMaterial, SourceFile, find_file};

const BUFFER_BYTES: usize = 256 << 10;
/// Longest line of a header.
const LONGEST_LINE: u64 = 64 << 10;

/// Reads a file, giving its faces to the sink.
pub(super) fn stream(source: &SourceFile<'_>, sink: &mut Sink<'_>) -> Read<Vec<SoupMaterial>> {
    let mut file = BufReader::with_capacity(BUFFER_BYTES, File::open(source.path)?);
    let header = header::read(|| line(&mut file))?;
    let values = Values { file, encoding: header.encoding, word: Vec::new() };
    let mut reader = Ply::new(source, values, &header, sink);
    for element in &header.elements {
        match element.name.as_str() {
            "vertex" => reader.vertices(element)?,
            "face" => reader.faces(element, sink)?,
            _ => reader.pass_over(element)?,
        }
    }
    Ok(reader.materials)
}

fn line(file: &mut impl BufRead) -> Read<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let count = file.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    within("length of a line", count as u64, LONGEST_LINE - 1)?;
    Ok((count > 0).then_some(line))
}

struct Ply<'s> {
    source: &'s SourceFile<'s>,
    values: Values<BufReader<File>>,
    positions: Store<[f64; 3]>,
    uvs: Store<[f32; 2]>,
    colours: Store<[u8; 4]>,
    materials: Vec<SoupMaterial>,
    /// Number of the material of faces without a texture.
    plain: Option<u32>,
    face: FaceValues,
}

/// One face as read.
#[derive(Default)]
struct FaceValues {
    vertices: Vec<f64>,
    uvs: Vec<f64>,
    texture: f64,
    colour: Option<[u8; 4]>,
    corners: Vec<Corner>,
}

/// What a property of a vertex or face means here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Position(usize),
    Uv(usize),
    Colour(usize),
    Vertices,
    CornerUvs,
    TextureNumber,
    Other,
}

fn meaning(property: &Property) -> Meaning {
    if property.list.is_some() {
        return match property.name.as_str() {
            "vertex_indices" | "vertex_index" => Meaning::Vertices,
            "texcoord" | "texture_coordinates" => Meaning::CornerUvs,
            _ => Meaning::Other,
        };
    }
    match property.name.as_str() {
        "x" => Meaning::Position(0),
        "y" => Meaning::Position(1),
        "z" => Meaning::Position(2),
        "s" | "u" | "texture_u" | "texture_s" => Meaning::Uv(0),
        "t" | "v" | "texture_v" | "texture_t" => Meaning::Uv(1),
        "red" | "diffuse_red" | "r" => Meaning::Colour(0),
        "green" | "diffuse_green" | "g" => Meaning::Colour(1),
        "blue" | "diffuse_blue" | "b" => Meaning::Colour(2),
        "alpha" | "diffuse_alpha" | "a" => Meaning::Colour(3),
        "texnumber" => Meaning::TextureNumber,
        _ => Meaning::Other,
    }
}

fn colour_byte(value: f64, property: &Property) -> u8 {
    (value / values::whole(property.scalar) * 255.0).clamp(0.0, 255.0).round() as u8
}

impl<'s> Ply<'s> {
    fn new(
        source: &'s SourceFile<'s>,
        values: Values<BufReader<File>>,
        header: &Header,
        sink: &mut Sink<'_>,
    ) -> Self {
        // Shares by the size of a record.
        let share = source.options.memory_bytes / 36;
        let folder = source.options.spool.as_deref();
        let materials = header.textures.iter().map(|name| material(name, source, sink)).collect();
        Self {
            source,
            values,
            positions: Store::new(share * 24, folder),
            uvs: Store::new(share * 8, folder),
            colours: Store::new(share * 4, folder),
            materials,
            plain: None,
            face: FaceValues::default(),
        }
    }

    fn vertices(&mut self, element: &Element) -> Read<()> {
        within("count of vertices", element.count, self.source.limits.mesh_vertices)?;
        let meanings: Vec<Meaning> = element.properties.iter().map(meaning).collect();
        let has = |meaning: Meaning| meanings.contains(&meaning);
        if !(0..3).all(|axis| has(Meaning::Position(axis))) {
            return Err(Fault::invalid("the vertices have no `x`, `y` and `z`"));
        }
        let has_uvs = has(Meaning::Uv(0)) && has(Meaning::Uv(1));
        let has_colours = (0..3).all(|part| has(Meaning::Colour(part)));
        for number in 0..element.count {
            let (mut position, mut uv, mut colour) = ([0.0; 3], [0.0; 2], [255; 4]);
            for (property, meaning) in element.properties.iter().zip(&meanings) {
                let value = match property.list {
                    Some(_) => self.pass_over_list(property),
                    None => self.values.next(property.scalar),
                };
                let value = value.map_err(|fault| fault.at(|| Place::Element(format!("vertex {number}"))))?;
                match *meaning {
                    Meaning::Position(axis) => position[axis] = value,
                    Meaning::Uv(axis) => uv[axis] = value as f32,
                    Meaning::Colour(part) => colour[part] = colour_byte(value, property),
                    _ => {}
                }
            }
            self.positions.push(position)?;
            if has_uvs {
                self.uvs.push(uv)?;
            }
            if has_colours {
                self.colours.push(colour)?;
            }
        }
        Ok(())
    }

    fn faces(&mut self, element: &Element, sink: &mut Sink<'_>) -> Read<()> {
        let meanings: Vec<Meaning> = element.properties.iter().map(meaning).collect();
        if !meanings.contains(&Meaning::Vertices) {
            return Err(Fault::invalid("the faces have no `vertex_indices`"));
        }
        let coloured = (0..3).all(|part| meanings.contains(&Meaning::Colour(part)));
        for number in 0..element.count {
            let named = |fault: Fault| fault.at(|| Place::Element(format!("face {number}")));
            self.face.colour = coloured.then_some([255; 4]);
            for (property, meaning) in element.properties.iter().zip(&meanings) {
                self.face_value(property, *meaning).map_err(named)?;
            }
            self.build(number, sink).map_err(named)?;
        }
        Ok(())
    }

    fn face_value(&mut self, property: &Property, meaning: Meaning) -> Read<()> {
        let Some(length) = property.list else {
            let value = self.values.next(property.scalar)?;
            match (meaning, &mut self.face.colour) {
                (Meaning::TextureNumber, _) => self.face.texture = value,
                (Meaning::Colour(part), Some(colour)) => colour[part] = colour_byte(value, property),
                _ => {}
            }
            return Ok(());
        };
        let (list, each) = match meaning {
            Meaning::Vertices => (&mut self.face.vertices, 1),
            Meaning::CornerUvs => (&mut self.face.uvs, 2),
            _ => return self.pass_over_list(property).map(|_| ()),
        };
        let count = self.values.length(length)?;
        within("corners of a face", count / each, self.source.limits.polygon_corners)?;
        list.clear();
        for _ in 0..count {
            list.push(self.values.next(property.scalar)?);
        }
        Ok(())
    }

    /// Gives the face that was read to the sink.
    fn build(&mut self, number: u64, sink: &mut Sink<'_>) -> Read<()> {
        let material = self.material();
        let textured = self.materials[material as usize].texture.is_some();
        let count = self.positions.len();
        self.face.corners.clear();
        for at in 0..self.face.vertices.len() {
            let vertex = self.face.vertices[at];
            if !(vertex >= 0.0 && (vertex as u64) < count && vertex.fract() == 0.0) {
                let file = &self.source.name;
                sink.warnings.count("index_outside", || {
                    format!(
                        "`{file}` face {number}: vertex {vertex} is outside the {count} that there are; the face was left out"
                    )
                });
                return Ok(());
            }
            let corner = self.corner(vertex as u64, at, textured)?;
            if !usable(corner.position) {
                let file = &self.source.name;
                sink.warnings.count("vertex_without_place", || {
                    format!(
                        "`{file}` face {number}: a vertex has no usable coordinates; the face was left out"
                    )
                });
                return Ok(());
            }
            self.face.corners.push(corner);
        }
        sink.polygon(&self.face.corners, material)
    }

    fn corner(&mut self, vertex: u64, at: usize, textured: bool) -> Read<Corner> {
        let position = self.positions.get(vertex)?;
        let own = self.face.uvs.get(2 * at..2 * at + 2).map(|uv| [uv[0] as f32, uv[1] as f32]);
        let uv = match own {
            Some(uv) => Some(uv),
            None if vertex < self.uvs.len() => Some(self.uvs.get(vertex)?),
            None => None,
        };
        let uv =
            uv.map(|[u, v]| [u, (1.0 - f64::from(v)) as f32]).filter(|uv| uv.iter().all(|v| v.is_finite()));
        // The photograph is the colour.
        let colour = match uv {
            Some(_) if textured => None,
            _ if vertex < self.colours.len() => Some(self.colours.get(vertex)?),
            _ => self.face.colour,
        };
        Ok(Corner { position, uv, colour })
    }

    /// The material of the face that was read.
    fn material(&mut self) -> u32 {
        let number = self.face.texture.max(0.0) as usize;
        if number < self.materials.len() && self.plain != Some(number as u32) {
            return number as u32;
        }
        *self.plain.get_or_insert_with(|| {
            self.materials.push(SoupMaterial::plain_colour("default", [1.0; 4]));
            self.materials.len() as u32 - 1
        })
    }

    fn pass_over(&mut self, element: &Element) -> Read<()> {
        if element.properties.is_empty() {
            return Ok(());
        }
        for number in 0..element.count {
            for property in &element.properties {
                let passed = match property.list {
                    Some(_) => self.pass_over_list(property),
                    None => self.values.next(property.scalar),
                };
                passed.map_err(|fault| fault.at(|| Place::Element(format!("{} {number}", element.name))))?;
            }
        }
        Ok(())
    }

    fn pass_over_list(&mut self, property: &Property) -> Read<f64> {
        if let Some(length) = property.list {
            for _ in 0..self.values.length(length)? {
                self.values.next(property.scalar)?;
            }
        }
        Ok(0.0)
    }
}

fn material(name: &str, source: &SourceFile<'_>, sink: &mut Sink<'_>) -> SoupMaterial {
    let mut material = SoupMaterial::plain_colour(name, [1.0; 4]);
    let image: Result<Arc<SoupImage>, String> = find_file(source.root, source.path, name)
        .and_then(|path| SoupImage::find(name, ImagePlace::File(path), [true; 2], source.limits));
    match image {
        Ok(image) => material.texture = Some((image, [1.0; 4])),
        Err(reason) => sink.warnings.once(
            "texture_missing",
            format!("`{}`: texture `{name}` {reason}; its faces have a plain colour", source.name),
        ),
    }
    material
}
