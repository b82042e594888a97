//! glTF 2.0 and glb to meshes.
//!
//! [`meshes`] takes a whole glb and gives its meshes with local east, north, up positions exactly as
//! a viewer decodes them, so that the builder can go on from what it wrote. Other files of a glTF are
//! not followed there. [`stream`] gives the triangles of a file of any size. Called by the pipeline,
//! the latter through `soup`.
//!
//! Read: triangles, strips, fans; all component types, quantised, normalised, sparse;
//! `EXT_meshopt_compression`, `KHR_mesh_quantization`, `KHR_texture_transform`. A file that requires
//! another extension is refused by the extension's name.

mod accessor;
mod document;
mod look;
mod meshopt;
mod nodes;
mod primitive;
mod source;
mod stream;

use std::cell::RefCell;
use std::sync::Arc;

use self::accessor::Reader;
use self::document::{Document, PrimitiveEntry};
use self::look::{Look, UvTransform, look, srgb_bytes};
use self::primitive::Primitive;
use self::source::{Source, data_uri, open};
pub(super) use self::stream::stream;
use super::Limits;
use super::soup::error::{Fault, MeshError, Place, Read, within};
use super::soup::texture;
use crate::geometry::matrix::Affine;
use crate::scene::{Material, Mesh, Texture};

/// Extensions that change nothing which is read here, or are understood.
const UNDERSTOOD: &[&str] = &[
    "EXT_meshopt_compression",
    "KHR_meshopt_compression",
    "KHR_mesh_quantization",
    "KHR_texture_transform",
    "EXT_texture_webp",
    "KHR_texture_basisu",
    "EXT_mesh_features",
    "EXT_structural_metadata",
    "KHR_lights_punctual",
];

/// Reads a self-contained glb: one mesh a primitive, in the order of the nodes, with positions in
/// metres east, north, up. Meshes that show one texture share it.
///
/// # Errors
/// If the file is damaged, refers to other files, requires an unknown extension, or is beyond
/// `limits`. `name` is the file's name for messages.
pub fn meshes(bytes: &[u8], name: &str, limits: &Limits) -> Result<Vec<Mesh>, MeshError> {
    read_meshes(bytes, limits).map_err(|fault| fault.of(name))
}

fn read_meshes(bytes: &[u8], limits: &Limits) -> Read<Vec<Mesh>> {
    let alone =
        |uri: &str| -> Read<Source<'_>> { Err(Fault::unsupported(format!("the outer file `{uri}`"))) };
    let reader = prepare(Source::Slice(bytes), limits, limits.body_bytes, &alone)?;
    let mut out = Meshes { reader: &reader, limits, textures: Vec::new(), found: Vec::new(), totals: [0; 2] };
    nodes::walk(&reader.document, limits, &mut |place, mesh| {
        each_primitive(&reader.document, mesh, &mut |entry| out.add(place, entry))
    })?;
    Ok(out.found)
}

/// Parses the document and finds its buffers.
fn prepare<'a>(
    file: Source<'a>,
    limits: &Limits,
    memory_bytes: u64,
    load: &dyn Fn(&str) -> Read<Source<'a>>,
) -> Read<Reader<'a>> {
    let (document, binary) = open(&file)?;
    if let Some(unknown) = document.extensions_required.iter().find(|name| !understood(name)) {
        return Err(Fault::unsupported(format!("the required extension `{unknown}`")));
    }
    let (mut sources, mut buffers) = (vec![file], Vec::new());
    for (number, buffer) in document.buffers.iter().enumerate() {
        let named = |fault: Fault| fault.at(|| Place::Element(format!("buffer {number}")));
        let Some(uri) = buffer.uri.as_deref() else {
            // The first buffer of a glb is its binary chunk, which may be padded.
            let chunk = binary.filter(|_| number == 0);
            let chunk = chunk.map(|chunk| chunk.part(0, buffer.byte_length.min(chunk.size_bytes)));
            buffers.push(chunk.transpose()?);
            continue;
        };
        let inner = data_uri(uri).map(|bytes| bytes.map(Source::Owned));
        let source = inner.unwrap_or_else(|| load(uri)).map_err(named)?;
        let part = source::Part { source: sources.len(), at: 0, size_bytes: source.size_bytes() };
        buffers.push(Some(part));
        sources.push(source);
    }
    let decoded = RefCell::default();
    Ok(Reader { document, sources, buffers, limits: *limits, memory_bytes, decoded })
}

fn understood(extension: &str) -> bool {
    UNDERSTOOD.contains(&extension) || extension.starts_with("KHR_materials_")
}

/// Visits the primitives of a mesh; a fault names mesh and primitive.
fn each_primitive(
    document: &Document,
    mesh: usize,
    visit: &mut dyn FnMut(&PrimitiveEntry) -> Read<()>,
) -> Read<()> {
    let Some(entry) = document.meshes.get(mesh) else {
        return Err(Fault::invalid(format!("mesh {mesh} is not in the document")));
    };
    entry.primitives.iter().enumerate().try_for_each(|(number, primitive)| {
        visit(primitive)
            .map_err(|fault| fault.at(|| Place::Element(format!("mesh {mesh}, primitive {number}"))))
    })
}

/// Meshes as they are read.
struct Meshes<'r> {
    reader: &'r Reader<'r>,
    limits: &'r Limits,
    /// By texture number, each read once.
    textures: Vec<(usize, Arc<Texture>)>,
    found: Vec<Mesh>,
    /// Vertices and triangles so far.
    totals: [u64; 2],
}

impl Meshes<'_> {
    fn add(&mut self, place: &Affine, entry: &PrimitiveEntry) -> Read<()> {
        let look = look(&self.reader.document, entry.material);
        let uv_set = look.texture.as_ref().map(|texture| texture.uv_set);
        let Some(primitive) = Primitive::open(self.reader, entry, uv_set)? else { return Ok(()) };
        self.totals[0] += primitive.positions.count;
        self.totals[1] += primitive.most_triangles();
        within("count of vertices", self.totals[0], self.limits.vertices as u64)?;
        within("count of triangles", self.totals[1], self.limits.triangles as u64)?;
        let mut mesh = Mesh::default();
        primitive.positions.each(&mut |[x, y, z, _]| {
            mesh.positions.push(place.apply([x, y, z]));
            Ok(())
        })?;
        if let (Some(values), Some(texture)) = (&primitive.uvs, &look.texture) {
            mesh.uvs = uvs(values, &texture.transform)?;
        }
        if let Some(values) = &primitive.colours {
            mesh.colours = colours(values)?;
        }
        mesh.indices = indices(&primitive, place.mirrors())?;
        mesh.material = self.material(&look, mesh.uvs.is_empty())?;
        self.found.push(mesh);
        Ok(())
    }

    fn material(&mut self, look: &Look, plain: bool) -> Read<Material> {
        let texture = match &look.texture {
            Some(texture) if !plain => Some(self.texture(texture)?),
            _ => None,
        };
        Ok(Material { base_colour: look.base_colour, texture, lit: false })
    }

    fn texture(&mut self, texture: &look::LookTexture) -> Read<Arc<Texture>> {
        if let Some((_, known)) = self.textures.iter().find(|(number, _)| *number == texture.number) {
            return Ok(Arc::clone(known));
        }
        let named = |fault: Fault| fault.at(|| Place::Element(format!("texture {}", texture.number)));
        let found = self.image(texture).map_err(named)?;
        self.textures.push((texture.number, Arc::clone(&found)));
        Ok(found)
    }

    fn image(&self, texture: &look::LookTexture) -> Read<Arc<Texture>> {
        let number = texture.images.first().copied();
        let Some(image) = number.and_then(|number| self.reader.document.images.get(number)) else {
            return Err(Fault::invalid("has no image"));
        };
        let bytes: Vec<u8> = match (image.buffer_view, image.uri.as_deref().and_then(data_uri)) {
            (Some(view), _) => {
                let part = self.reader.part(view)?;
                self.reader.sources[part.source].bytes(part.at, part.size_bytes)?.into_owned()
            }
            (None, Some(bytes)) => bytes?,
            (None, None) => return Err(Fault::unsupported("an image in an outer file")),
        };
        let name = image.name.clone().unwrap_or_default();
        texture::from_bytes(&name, bytes.into(), texture.repeat, self.limits)
            .map(Arc::new)
            .map_err(|reason| Fault::invalid(format!("`{name}` {reason}")))
    }
}

fn uvs(values: &accessor::Values<'_>, transform: &UvTransform) -> Read<Vec<[f32; 2]>> {
    let mut uvs = Vec::new();
    values.each(&mut |[u, v, ..]| {
        uvs.push(transform.apply([u, v]));
        Ok(())
    })?;
    Ok(uvs)
}

fn colours(values: &accessor::Values<'_>) -> Read<Vec<[u8; 4]>> {
    let mut colours = Vec::new();
    values.each(&mut |[r, g, b, a]| {
        colours.push(srgb_bytes([r, g, b], if values.width == 4 { a } else { 1.0 }));
        Ok(())
    })?;
    Ok(colours)
}

fn indices(primitive: &Primitive<'_>, mirrored: bool) -> Read<Vec<u32>> {
    let mut indices = Vec::new();
    let vertices = primitive.positions.count;
    primitive.triangles(&mut |[a, b, c]| {
        if let Some(index) = [a, b, c].into_iter().find(|&index| u64::from(index) >= vertices) {
            return Err(Fault::invalid(format!("index {index} is outside {vertices} vertices")));
        }
        indices.extend(if mirrored { [a, c, b] } else { [a, b, c] });
        Ok(())
    })?;
    Ok(indices)
}
