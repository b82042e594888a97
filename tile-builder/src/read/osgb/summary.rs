//! Counts over one file's graph, for `tile-builder inspect` and for holding the reader against
//! OpenSceneGraph's own answers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::OsgbFile;
use super::array::{Array, Indices};
use super::drawable::Geometry;
use super::object::Object;
use super::state::ImageData;

/// What a file holds. Shared objects count once.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Summary {
    /// OSG soversion.
    pub version: u32,
    /// Attribute bits of the header.
    pub attributes: u32,
    /// Compressor of the body.
    pub compressor: String,
    /// Class of the root object.
    pub root: String,
    /// Number of nodes of each class.
    pub nodes: BTreeMap<&'static str, usize>,
    /// Number of geometries.
    pub geometries: usize,
    /// Vertices of all geometries.
    pub vertices: usize,
    /// Kinds of array and primitive set in use.
    pub attrs: BTreeMap<String, usize>,
    /// Images.
    pub textures: Vec<ImageSummary>,
    /// Level-of-detail nodes that page files.
    pub paged: Vec<PagedSummary>,
}

/// One image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImageSummary {
    /// Name as written.
    pub name: String,
    /// Where its pixels are.
    pub storage: &'static str,
    /// Bytes in this file.
    pub size_bytes: usize,
}

/// One `PagedLOD`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PagedSummary {
    /// 1 for pixels, 0 for metres.
    pub mode: u8,
    /// Stated centre.
    pub centre: Option<[f64; 3]>,
    /// Stated radius.
    pub radius: Option<f64>,
    /// Children in this file.
    pub children: usize,
    /// Range and file of each child.
    pub ranges: Vec<(f32, f32, String)>,
}

impl OsgbFile {
    /// Counts what the file holds.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary {
            version: self.header.version,
            attributes: self.header.attributes,
            compressor: self.header.compressor.clone(),
            root: self.root_class.clone(),
            ..Summary::default()
        };
        for object in &self.objects {
            summary.count(object);
        }
        summary
    }
}

impl Summary {
    fn count(&mut self, object: &Object) {
        let class = match object {
            Object::Node(_) => "osg::Node",
            Object::Group(_) => "osg::Group",
            Object::LightSource(_) => "osg::LightSource",
            Object::Transform { .. } => "osg::MatrixTransform",
            Object::Lod { .. } => "osg::LOD",
            Object::Geode(_) => "osg::Geode",
            Object::PagedLod { node, lod, paged } => {
                self.paged.push(PagedSummary {
                    mode: u8::from(lod.pixel_ranges),
                    centre: lod.centre,
                    radius: lod.radius,
                    children: node.children.len(),
                    ranges: lod
                        .ranges
                        .iter()
                        .enumerate()
                        .map(|(i, r)| (r[0], r[1], paged.files.get(i).cloned().unwrap_or_default()))
                        .collect(),
                });
                "osg::PagedLOD"
            }
            Object::Geometry(geometry) => return self.count_geometry(geometry),
            Object::Image(image) => {
                let (storage, size_bytes) = match &image.data {
                    ImageData::File(bytes) => ("file", bytes.len()),
                    ImageData::Pixels(pixels) => ("pixels", pixels.bytes.len()),
                    ImageData::External => ("external", 0),
                };
                self.textures.push(ImageSummary { name: image.name.clone(), storage, size_bytes });
                return;
            }
            _ => return,
        };
        *self.nodes.entry(class).or_default() += 1;
    }

    fn count_geometry(&mut self, geometry: &Geometry) {
        self.geometries += 1;
        self.vertices += geometry.positions.as_ref().map_or(0, Array::len);
        for primitives in &geometry.primitives {
            let class = match &primitives.indices {
                Indices::Range { .. } => "DrawArrays",
                Indices::Lengths { .. } => "DrawArrayLengths",
                Indices::List { class, .. } => class,
            };
            self.attribute(format!("{class}:{}", primitives.mode));
        }
        self.attribute(geometry.positions.as_ref().map_or(String::new(), |a| a.class.to_owned()));
        for (name, array) in
            [("normal", &geometry.normals), ("colour", &geometry.colours), ("uv0", &geometry.uvs)]
        {
            if array.is_some() {
                self.attribute(name.to_owned());
            }
        }
    }

    fn attribute(&mut self, name: String) {
        if !name.is_empty() {
            *self.attrs.entry(name).or_default() += 1;
        }
    }
}
