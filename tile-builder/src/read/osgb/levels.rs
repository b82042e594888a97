//! The levels of detail of a file: its node graph walked once, with transforms baked and state
//! inherited, into [`LodNode`]s.

use std::collections::HashMap;
use std::sync::Arc;

use super::error::{OsgbError, OsgbErrorKind};
use super::node::{Lod, Node, PagedLod};
use super::object::{Object, Ref};
use super::state::ImageData;
use super::{OsgbFile, image, mesh};
use crate::geometry::Aabb;
use crate::geometry::matrix::Affine;
use crate::read::Limits;
use crate::scene::{Finer, LodNode, Material, Mesh, Switch, Texture};

/// What a file shows, and what was lost on the way.
#[derive(Debug, Default)]
pub struct Levels {
    /// Shown together.
    pub nodes: Vec<LodNode>,
    /// Textures that could not be used, and other parts left out, in words.
    pub warnings: Vec<String>,
}

/// Loads a file that stands beside the OSGB file, by the name that is written in it.
pub(crate) type LoadExternal<'f> = dyn Fn(&str) -> Result<Vec<u8>, String> + 'f;

impl OsgbFile {
    /// Walks the graph.
    ///
    /// # Errors
    /// An index outside its array, a graph that contains itself, or one that grows beyond `limits`
    /// by repeating shared parts.
    pub fn levels(&self, limits: &Limits, load: &LoadExternal<'_>) -> Result<Levels, OsgbError> {
        let mut walk = Walk {
            file: self,
            limits,
            load,
            visits: 0,
            vertices: 0,
            triangles: 0,
            path: Vec::new(),
            textures: HashMap::new(),
            warnings: self
                .skipped
                .iter()
                .map(|class| format!("objects of class `{class}` are not supported and were left out"))
                .collect(),
        };
        let found =
            walk.collect(self.root, &Inherited { place: Affine::IDENTITY, texture: None, material: None })?;
        Ok(Levels { nodes: found.into_nodes(), warnings: walk.warnings })
    }
}

/// What a node hands down to its children.
#[derive(Clone, Copy)]
struct Inherited {
    place: Affine,
    texture: Option<Ref>,
    material: Option<Ref>,
}

/// Plain meshes and level-of-detail nodes of a subtree.
#[derive(Default)]
struct Found {
    meshes: Vec<Mesh>,
    nodes: Vec<LodNode>,
}

impl Found {
    fn append(&mut self, mut other: Self) {
        self.meshes.append(&mut other.meshes);
        self.nodes.append(&mut other.nodes);
    }

    /// Everything side by side: plain meshes become a leaf of their own, so that none is lost when
    /// its neighbours are refined.
    fn into_nodes(self) -> Vec<LodNode> {
        let mut nodes = Vec::new();
        if !self.meshes.is_empty() {
            nodes.push(LodNode { meshes: self.meshes, ..LodNode::default() });
        }
        nodes.extend(self.nodes);
        nodes
    }
}

/// The children of a level-of-detail node that appear together.
struct Step {
    /// Pixels or metres at which the step begins to show.
    threshold: f64,
    found: Found,
    files: Vec<String>,
}

struct Walk<'f> {
    file: &'f OsgbFile,
    limits: &'f Limits,
    load: &'f LoadExternal<'f>,
    visits: usize,
    vertices: usize,
    triangles: usize,
    path: Vec<Ref>,
    textures: HashMap<Ref, Option<Arc<Texture>>>,
    warnings: Vec<String>,
}

impl Walk<'_> {
    fn collect(&mut self, at: Ref, inherited: &Inherited) -> Result<Found, OsgbError> {
        self.visits += 1;
        self.hold("node count", self.visits, self.limits.visits)?;
        self.hold("nesting", self.path.len(), self.limits.depth)?;
        if self.path.contains(&at) {
            return Err(self.file.graph_error("scene graph", OsgbErrorKind::Recursive));
        }
        self.path.push(at);
        let file = self.file;
        let found = match file.get(at) {
            Object::Node(node) | Object::Group(node) | Object::LightSource(node) | Object::Geode(node) => {
                self.children(node, inherited)?
            }
            Object::Transform { node, matrix } => {
                let Some(place) = Affine::from_row_vector_matrix(matrix) else {
                    let kind = OsgbErrorKind::Invalid("the matrix is not an affine map".into());
                    return Err(file.graph_error("osg::MatrixTransform", kind));
                };
                let inherited = Inherited { place: inherited.place.after(&place), ..*inherited };
                self.children(node, &inherited)?
            }
            Object::Lod { node, lod } => self.lod(node, lod, &PagedLod::default(), inherited)?,
            Object::PagedLod { node, lod, paged } => self.lod(node, lod, paged, inherited)?,
            Object::Geometry(geometry) => self.geometry(geometry, inherited)?,
            _ => Found::default(),
        };
        self.path.pop();
        Ok(found)
    }

    fn hold(&self, what: &'static str, value: usize, limit: usize) -> Result<(), OsgbError> {
        if value <= limit {
            return Ok(());
        }
        let kind = OsgbErrorKind::Limit { what, value: value as u64, limit: limit as u64 };
        Err(self.file.graph_error("scene graph", kind))
    }

    fn with_state(&self, state: Option<Ref>, inherited: &Inherited) -> Inherited {
        let mut own = *inherited;
        if let Some(Object::StateSet(state)) = state.map(|at| self.file.get(at)) {
            own.texture = state.texture.or(own.texture);
            own.material = state.material.or(own.material);
        }
        own
    }

    fn children(&mut self, node: &Node, inherited: &Inherited) -> Result<Found, OsgbError> {
        let inherited = self.with_state(node.state, inherited);
        let mut found = Found::default();
        for &child in &node.children {
            found.append(self.collect(child, &inherited)?);
        }
        Ok(found)
    }

    fn geometry(
        &mut self,
        geometry: &super::drawable::Geometry,
        inherited: &Inherited,
    ) -> Result<Found, OsgbError> {
        let inherited = self.with_state(geometry.state, inherited);
        let texture = inherited.texture.and_then(|at| self.texture(at));
        let base_colour = self.base_colour(&inherited, texture.is_some());
        let material = Material { base_colour, texture, lit: false };
        let mesh = mesh::from_geometry(geometry, &inherited.place, material, self.limits.triangles)
            .map_err(|kind| self.file.graph_error("osg::Geometry", kind))?;
        let Some(mut mesh) = mesh else { return Ok(Found::default()) };
        if mesh.uvs.is_empty() {
            mesh.material.texture = None;
        }
        self.vertices += mesh.positions.len();
        self.triangles += mesh.triangles();
        self.hold("vertex count", self.vertices, self.limits.vertices)?;
        self.hold("triangle count", self.triangles, self.limits.triangles)?;
        Ok(Found { meshes: vec![mesh], nodes: Vec::new() })
    }

    /// Survey textures carry their light; a material's diffuse colour only speaks where there is
    /// no texture.
    fn base_colour(&self, inherited: &Inherited, textured: bool) -> [f32; 4] {
        match inherited.material.map(|at| self.file.get(at)) {
            Some(Object::Material(material)) if !textured => {
                material.diffuse.map(|value| if value.is_finite() { value.clamp(0.0, 1.0) } else { 1.0 })
            }
            _ => [1.0; 4],
        }
    }

    fn texture(&mut self, at: Ref) -> Option<Arc<Texture>> {
        if let Some(known) = self.textures.get(&at) {
            return known.clone();
        }
        let texture = self.decode_texture(at);
        self.textures.insert(at, texture.clone());
        texture
    }

    fn decode_texture(&mut self, at: Ref) -> Option<Arc<Texture>> {
        let Object::Texture(texture) = self.file.get(at) else { return None };
        let Object::Image(image) = self.file.get(texture.image?) else { return None };
        let made = match &image.data {
            ImageData::File(bytes) => image::from_file_bytes(&image.name, Arc::clone(bytes), self.limits),
            ImageData::Pixels(pixels) => image::from_pixels(&image.name, pixels, self.limits),
            ImageData::External => (self.load)(&image.name)
                .and_then(|bytes| image::from_file_bytes(&image.name, bytes.into(), self.limits)),
        };
        match made {
            Ok(mut made) => {
                const GL_REPEAT: u32 = 0x2901;
                made.repeat = texture.wrap.map(|mode| mode == GL_REPEAT);
                Some(Arc::new(made))
            }
            Err(reason) => {
                self.warnings
                    .push(format!("texture `{}` {reason}; its mesh is shown without it", image.name));
                None
            }
        }
    }

    /// A level-of-detail node: its steps from coarse to fine, each replaced by the next.
    fn lod(
        &mut self,
        node: &Node,
        lod: &Lod,
        paged: &PagedLod,
        inherited: &Inherited,
    ) -> Result<Found, OsgbError> {
        let inherited = self.with_state(node.state, inherited);
        let steps = self.steps(node, lod, paged, &inherited)?;
        let mut finer: Vec<Finer> = Vec::new();
        let mut next: Option<Switch> = None;
        for step in steps.into_iter().rev() {
            let own = appears_at(lod, step.threshold, &inherited);
            if finer.is_empty() {
                finer = step.found.into_nodes().into_iter().map(Finer::Node).collect();
                finer.extend(step.files.into_iter().map(Finer::File));
            } else {
                if !step.files.is_empty() {
                    self.warnings
                        .push("a level between two others is in a file of its own; it is passed over".into());
                }
                let mut meshes = step.found.meshes;
                // What is coarse here gives way to the finer step as a whole.
                meshes.extend(step.found.nodes.into_iter().flat_map(|node| node.meshes));
                let switch = next.map(|next| with_radius(next, lod, &meshes));
                finer = vec![Finer::Node(LodNode { meshes, switch, finer })];
            }
            next = own;
        }
        let mut found = Found::default();
        let mut files = Vec::new();
        for part in finer {
            match part {
                Finer::Node(node) => found.nodes.push(node),
                Finer::File(file) => files.push(Finer::File(file)),
            }
        }
        if !files.is_empty() {
            found.nodes.push(LodNode { finer: files, ..LodNode::default() });
        }
        Ok(found)
    }

    fn steps(
        &mut self,
        node: &Node,
        lod: &Lod,
        paged: &PagedLod,
        inherited: &Inherited,
    ) -> Result<Vec<Step>, OsgbError> {
        let mut inline = node.children.iter();
        let count = lod.ranges.len().max(paged.files.len()).max(node.children.len());
        let mut steps: Vec<Step> = Vec::new();
        for child in 0..count {
            let [min, max] = lod.ranges.get(child).copied().unwrap_or([0.0, f32::MAX]);
            let threshold = f64::from(if lod.pixel_ranges { min } else { max });
            let file = paged.files.get(child).filter(|file| !file.is_empty());
            // Children without a file name stand in this file, in order.
            let found = match (file, inline.next_if_none(file.is_some())) {
                (None, Some(&at)) => self.collect(at, inherited)?,
                _ => Found::default(),
            };
            let files = file.map(|file| join(&paged.database_path, file)).into_iter();
            match steps.iter_mut().find(|step| step.threshold.total_cmp(&threshold).is_eq()) {
                Some(step) => {
                    step.found.append(found);
                    step.files.extend(files);
                }
                None => steps.push(Step { threshold, found, files: files.collect() }),
            }
        }
        steps.sort_by(|a, b| {
            let order = a.threshold.total_cmp(&b.threshold);
            if lod.pixel_ranges { order } else { order.reverse() }
        });
        steps.retain(|step| {
            !step.found.meshes.is_empty() || !step.found.nodes.is_empty() || !step.files.is_empty()
        });
        Ok(steps)
    }
}

/// `Iterator::next`, unless the turn is another's.
trait NextIfNone<'a> {
    fn next_if_none(&mut self, skip: bool) -> Option<&'a Ref>;
}

impl<'a> NextIfNone<'a> for std::slice::Iter<'a, Ref> {
    fn next_if_none(&mut self, skip: bool) -> Option<&'a Ref> {
        if skip { None } else { self.next() }
    }
}

fn join(folder: &str, file: &str) -> String {
    if folder.is_empty() { file.to_owned() } else { format!("{}/{file}", folder.trim_end_matches('/')) }
}

/// The rule by which a step that begins at `threshold` appears.
fn appears_at(lod: &Lod, threshold: f64, inherited: &Inherited) -> Option<Switch> {
    let scale = inherited.place.largest_scale();
    if !threshold.is_finite() || threshold <= 0.0 {
        return None;
    }
    Some(if lod.pixel_ranges {
        Switch::Pixels { radius_m: lod.radius.unwrap_or(0.0) * scale, pixels: threshold }
    } else {
        Switch::Distance { metres: threshold * scale }
    })
}

/// Fills in the radius from the meshes where the file states none, as OSG does.
fn with_radius(switch: Switch, lod: &Lod, meshes: &[Mesh]) -> Switch {
    match switch {
        Switch::Pixels { pixels, .. } if lod.radius.is_none() => {
            let bounds = Aabb::around_all(meshes.iter().map(|mesh| &mesh.positions));
            Switch::Pixels { radius_m: bounds.diagonal() / 2.0, pixels }
        }
        other => other,
    }
}
