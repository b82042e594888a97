//! A glTF or glb file of any size to a stream of triangles.
//!
//! Buffers stay on disk and are read a block at a time; the vertices of one primitive are kept within
//! the stated memory, beyond it in a temporary file. A primitive that cannot be read is left out with
//! a warning. Called by `soup`.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use super::accessor::Reader;
use super::document::PrimitiveEntry;
use super::look::{Look, LookTexture, UvTransform, look, srgb_bytes};
use super::primitive::Primitive;
use super::source::{Source, data_uri};
use super::{each_primitive, nodes, prepare};
use crate::geometry::matrix::Affine;
use crate::read::soup::error::{Fault, MeshErrorKind, Read, within};
use crate::read::soup::sink::{Sink, usable};
use crate::read::soup::store::Store;
use crate::read::soup::{Corner, ImagePlace, SoupImage, SoupMaterial, SourceFile, find_file};

/// Reads a file, giving its faces to the sink.
pub(in crate::read) fn stream(source: &SourceFile<'_>, sink: &mut Sink<'_>) -> Read<Vec<SoupMaterial>> {
    let load = |uri: &str| {
        let name = percent_encoding::percent_decode_str(uri).decode_utf8_lossy();
        let path = find_file(source.root, source.path, &name)
            .map_err(|reason| Fault::invalid(format!("`{name}` {reason}")))?;
        on_disk(&path)
    };
    let memory_bytes = source.options.memory_bytes / 2;
    let reader = prepare(on_disk(source.path)?, source.limits, memory_bytes, &load)?;
    if reader.document.extensions_used.iter().any(|name| name == "EXT_mesh_gpu_instancing") {
        let text = format!("`{}`: instances by `EXT_mesh_gpu_instancing` are left out", source.name);
        sink.warnings.once("instances_left_out", text);
    }
    let mut out = Out {
        source,
        reader: &reader,
        numbers: BTreeMap::new(),
        images: Vec::new(),
        materials: Vec::new(),
        vertices: 0,
    };
    nodes::walk(&reader.document, source.limits, &mut |place, mesh| {
        each_primitive(&reader.document, mesh, &mut |entry| {
            let done = out.primitive(place, entry, sink);
            done.or_else(|fault| left_out(fault, mesh, source, sink))
        })
    })?;
    Ok(out.materials)
}

fn on_disk<'a>(path: &Path) -> Read<Source<'a>> {
    let file = File::open(path)?;
    let size_bytes = file.metadata()?.len();
    Ok(Source::File { file, path: path.to_owned(), size_bytes })
}

/// What is wrong with one primitive costs that primitive; a limit, the disk and the caller end all.
fn left_out(fault: Fault, mesh: usize, source: &SourceFile<'_>, sink: &mut Sink<'_>) -> Read<()> {
    match fault.kind {
        MeshErrorKind::Invalid(_) | MeshErrorKind::Truncated { .. } | MeshErrorKind::Unsupported(_)
            if !sink.stopped =>
        {
            let (file, place, kind) = (&source.name, &fault.place, &fault.kind);
            let text = format!("`{file}` mesh {mesh}: {place}{kind}; a part of the mesh was left out");
            sink.warnings.once("primitive_left_out", text);
            Ok(())
        }
        _ => Err(fault),
    }
}

struct Out<'r> {
    source: &'r SourceFile<'r>,
    reader: &'r Reader<'r>,
    /// Our numbers of the document's materials.
    numbers: BTreeMap<Option<usize>, u32>,
    images: Vec<Arc<SoupImage>>,
    materials: Vec<SoupMaterial>,
    vertices: u64,
}

/// The vertices of one primitive.
struct Vertices {
    positions: Store<[f64; 3]>,
    uvs: Store<[f32; 2]>,
    colours: Store<[u8; 4]>,
}

impl Out<'_> {
    fn primitive(&mut self, place: &Affine, entry: &PrimitiveEntry, sink: &mut Sink<'_>) -> Read<()> {
        let look = look(&self.reader.document, entry.material);
        let uv_set = look.texture.as_ref().map(|texture| texture.uv_set);
        let Some(primitive) = Primitive::open(self.reader, entry, uv_set)? else { return Ok(()) };
        self.vertices = self.vertices.saturating_add(primitive.positions.count);
        within("count of vertices", self.vertices, self.source.limits.mesh_vertices)?;
        let transform = look.texture.as_ref().map(|texture| texture.transform);
        let mut vertices = self.vertices(&primitive, place, transform)?;
        let material = self.number(entry.material, &look, sink)?;
        let mirrored = place.mirrors();
        primitive.triangles(&mut |[a, b, c]| {
            let triangle = if mirrored { [a, c, b] } else { [a, b, c] };
            let mut corners = [Corner { position: [0.0; 3], uv: None, colour: None }; 3];
            for (corner, index) in corners.iter_mut().zip(triangle) {
                let Some(found) = vertices.corner(index)? else {
                    let (file, count) = (&self.source.name, primitive.positions.count);
                    sink.warnings.count("index_outside", || {
                        format!(
                            "`{file}`: vertex {index} is not usable, or outside the {count} that there are; the face was left out"
                        )
                    });
                    return Ok(());
                };
                *corner = found;
            }
            sink.polygon(&corners, material)
        })
    }

    fn vertices(
        &self,
        primitive: &Primitive<'_>,
        place: &Affine,
        transform: Option<UvTransform>,
    ) -> Read<Vertices> {
        // Shares by the size of a record, of what decoded views leave.
        let share = self.source.options.memory_bytes / 2 / 36;
        let folder = self.source.options.spool.as_deref();
        let mut vertices = Vertices {
            positions: Store::new(share * 24, folder),
            uvs: Store::new(share * 8, folder),
            colours: Store::new(share * 4, folder),
        };
        primitive.positions.each(&mut |[x, y, z, _]| vertices.positions.push(place.apply([x, y, z])))?;
        if let (Some(values), Some(transform)) = (&primitive.uvs, transform) {
            values.each(&mut |[u, v, ..]| vertices.uvs.push(transform.apply([u, v])))?;
        }
        if let Some(values) = &primitive.colours {
            let opaque = values.width == 3;
            values.each(&mut |[r, g, b, a]| {
                vertices.colours.push(srgb_bytes([r, g, b], if opaque { 1.0 } else { a }))
            })?;
        }
        Ok(vertices)
    }

    /// Our number of a material, which is made when it is first used.
    fn number(&mut self, material: Option<usize>, look: &Look, sink: &mut Sink<'_>) -> Read<u32> {
        if let Some(&number) = self.numbers.get(&material) {
            return Ok(number);
        }
        let number = self.materials.len();
        within("count of materials", number as u64 + 1, self.source.limits.mesh_materials as u64)?;
        let mut made = SoupMaterial::plain_colour(&look.name, look.base_colour);
        if let Some(texture) = &look.texture {
            match self.image(texture) {
                Ok(image) => made.texture = Some((image, look.base_colour)),
                Err(reason) => sink.warnings.once(
                    "texture_missing",
                    format!(
                        "`{}`: {reason} (material `{}`); its faces have a plain colour",
                        self.source.name, look.name
                    ),
                ),
            }
        }
        self.materials.push(made);
        self.numbers.insert(material, number as u32);
        Ok(number as u32)
    }

    /// The first of a texture's images that can be used.
    fn image(&mut self, texture: &LookTexture) -> Result<Arc<SoupImage>, String> {
        let mut reason = format!("texture {} has no image", texture.number);
        for &number in &texture.images {
            match self.one_image(number, texture.repeat) {
                Ok(image) => return Ok(image),
                Err(why) => reason = why,
            }
        }
        Err(reason)
    }

    fn one_image(&mut self, number: usize, repeat: [bool; 2]) -> Result<Arc<SoupImage>, String> {
        let Some(image) = self.reader.document.images.get(number) else {
            return Err(format!("image {number} is not in the document"));
        };
        let outer = image.uri.as_deref().filter(|uri| !uri.starts_with("data:"));
        let name = image.name.clone().or_else(|| outer.map(ToOwned::to_owned));
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("image {number}"));
        let say = |reason: String| format!("texture `{name}` {reason}");
        let place = match (image.buffer_view, &image.uri) {
            (Some(view), _) => self.part(view).map_err(|fault| say(format!("is damaged: {}", fault.kind)))?,
            (None, Some(uri)) => self.outer(uri).map_err(say)?,
            (None, None) => return Err(say("has no bytes".to_owned())),
        };
        let known = self.images.iter().find(|image| image.stands_at(&place) && image.repeat == repeat);
        if let Some(image) = known {
            return Ok(Arc::clone(image));
        }
        let found = SoupImage::find(&name, place, repeat, self.source.limits).map_err(say)?;
        self.images.push(Arc::clone(&found));
        Ok(found)
    }

    fn outer(&self, uri: &str) -> Result<ImagePlace, String> {
        if let Some(bytes) = data_uri(uri) {
            let bytes = bytes.map_err(|fault| format!("is damaged: {}", fault.kind))?;
            return Ok(ImagePlace::Bytes(bytes.into()));
        }
        let file = percent_encoding::percent_decode_str(uri).decode_utf8_lossy();
        find_file(self.source.root, self.source.path, &file).map(ImagePlace::File)
    }

    fn part(&self, view: usize) -> Read<ImagePlace> {
        let part = self.reader.part(view)?;
        within("size of an image in bytes", part.size_bytes, self.source.limits.file_bytes)?;
        let source = &self.reader.sources[part.source];
        Ok(match source {
            Source::File { path, .. } => {
                ImagePlace::Part { path: path.clone(), at: part.at, size_bytes: part.size_bytes }
            }
            _ => ImagePlace::Bytes(source.bytes(part.at, part.size_bytes)?.into()),
        })
    }
}

impl Vertices {
    /// A corner, or `None` if there is no such vertex or it is no place.
    fn corner(&mut self, index: u32) -> Read<Option<Corner>> {
        let at = u64::from(index);
        if at >= self.positions.len() {
            return Ok(None);
        }
        let position = self.positions.get(at)?;
        let uv = if at < self.uvs.len() { Some(self.uvs.get(at)?) } else { None };
        let uv = uv.filter(|uv| uv.iter().all(|value| value.is_finite()));
        let colour = if at < self.colours.len() { Some(self.colours.get(at)?) } else { None };
        Ok(usable(position).then_some(Corner { position, uv, colour }))
    }
}
