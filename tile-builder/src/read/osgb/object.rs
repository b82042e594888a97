//! The object graph of one OSGB file: an arena of decoded objects and the reader that fills it.
//!
//! An object is its class name, a block, an id, and the fields of each of its classes, base first.
//! Field orders follow OpenSceneGraph's `osgDB` serializers; the fields of nodes, drawables, state
//! and images are in the neighbouring files.

use std::collections::{BTreeSet, HashMap};

use super::array::{Array, Primitives};
use super::cursor::{Cursor, Read};
use super::drawable::Geometry;
use super::error::OsgbErrorKind;
use super::node::{Lod, Node, PagedLod};
use super::state::{Image, Material, StateSet, Texture};
use crate::read::Limits;

/// Index of an object in its file's arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Ref(pub(super) u32);

/// A decoded object. Classes that have no part in a picture are `Other`.
#[derive(Debug)]
pub(crate) enum Object {
    /// Its fields are being read: a reference to it now would be a cycle.
    Pending,
    Node(Node),
    Group(Node),
    LightSource(Node),
    Transform {
        node: Node,
        matrix: [f64; 16],
    },
    Lod {
        node: Node,
        lod: Lod,
    },
    PagedLod {
        node: Node,
        lod: Lod,
        paged: PagedLod,
    },
    Geode(Node),
    Geometry(Box<Geometry>),
    StateSet(StateSet),
    Texture(Texture),
    Material(Material),
    Image(Image),
    Array(Array),
    Primitives(Primitives),
    Other,
}

/// Reads objects from a cursor into an arena.
pub(super) struct Parser<'a, 'l> {
    pub(super) cursor: Cursor<'a>,
    pub(super) limits: &'l Limits,
    pub(super) objects: Vec<Object>,
    pub(super) root_class: String,
    ids: HashMap<u32, Ref>,
    pub(super) array_ids: HashMap<u32, Array>,
    /// Vectors stored so far, over all arrays.
    pub(super) vectors: usize,
    /// Classes without a reader that were passed over.
    pub(super) skipped: BTreeSet<String>,
    /// Classes being read, for error messages.
    pub(super) stack: Vec<String>,
}

impl<'a, 'l> Parser<'a, 'l> {
    pub(super) fn new(cursor: Cursor<'a>, limits: &'l Limits) -> Self {
        Self {
            cursor,
            limits,
            objects: Vec::new(),
            root_class: String::new(),
            ids: HashMap::new(),
            array_ids: HashMap::new(),
            vectors: 0,
            skipped: BTreeSet::new(),
            stack: Vec::new(),
        }
    }

    /// A flag, and an object if it is set.
    pub(super) fn optional_object(&mut self) -> Read<Option<Ref>> {
        if self.cursor.boolean()? { self.object() } else { Ok(None) }
    }

    /// `n` objects in a block, after their count; objects of class `NULL` are dropped.
    pub(super) fn object_list(&mut self) -> Read<Vec<Ref>> {
        // The shortest object is the string "NULL" after its length.
        let n = self.cursor.count(8)?;
        let mut list = Vec::with_capacity(n.min(1024));
        for _ in 0..n {
            list.extend(self.object()?);
        }
        Ok(list)
    }

    /// An object, a reference to an earlier one, or none.
    pub(super) fn object(&mut self) -> Read<Option<Ref>> {
        let class = self.cursor.string()?;
        if class == "NULL" {
            return Ok(None);
        }
        let end = self.cursor.open()?;
        let id = self.cursor.u32()?;
        if let Some(&seen) = self.ids.get(&id) {
            if let Some(end) = end {
                self.cursor.seek(end);
            }
            return if matches!(self.get(seen), Object::Pending) {
                Err(OsgbErrorKind::Recursive)
            } else {
                Ok(Some(seen))
            };
        }
        let at = self.reserve()?;
        self.ids.insert(id, at);
        if self.stack.len() >= self.limits.depth {
            return Err(OsgbErrorKind::Limit {
                what: "nesting",
                value: self.stack.len() as u64 + 1,
                limit: self.limits.depth as u64,
            });
        }
        if self.stack.is_empty() {
            self.root_class.clone_from(&class);
        }
        self.stack.push(class);
        let class = self.stack[self.stack.len() - 1].clone();
        let object = match self.fields(&class) {
            Ok(Some(object)) => object,
            // A class without a reader can be passed over where the file stores block sizes.
            Ok(None) => match end {
                Some(_) => {
                    self.skipped.insert(class);
                    Object::Other
                }
                None => return Err(OsgbErrorKind::Unsupported(format!("class `{class}`"))),
            },
            Err(error) => return Err(error),
        };
        if let Some(end) = end {
            self.cursor.seek(end);
        }
        self.stack.pop();
        self.objects[at.0 as usize] = object;
        Ok(Some(at))
    }

    fn reserve(&mut self) -> Read<Ref> {
        if self.objects.len() >= self.limits.objects {
            return Err(OsgbErrorKind::Limit {
                what: "object count",
                value: self.objects.len() as u64 + 1,
                limit: self.limits.objects as u64,
            });
        }
        self.objects.push(Object::Pending);
        Ok(Ref((self.objects.len() - 1) as u32))
    }

    pub(super) fn get(&self, at: Ref) -> &Object {
        self.objects.get(at.0 as usize).unwrap_or(&Object::Other)
    }

    /// Stores an object that the file keeps outside the object numbering, such as an image.
    pub(super) fn store(&mut self, object: Object) -> Read<Ref> {
        let at = self.reserve()?;
        self.objects[at.0 as usize] = object;
        Ok(at)
    }

    pub(super) fn remember(&mut self, id: u32, at: Ref) {
        self.ids.insert(id, at);
    }

    pub(super) fn recall(&self, id: u32) -> Option<Ref> {
        self.ids.get(&id).copied()
    }

    /// The fields of `class`, or `None` if there is no reader for it.
    fn fields(&mut self, class: &str) -> Read<Option<Object>> {
        let name = class.strip_prefix("osg::").unwrap_or(class);
        Ok(Some(match name {
            "Node" => Object::Node(self.node()?),
            "Group" => Object::Group(self.group()?),
            "Geode" => Object::Geode(self.geode()?),
            "MatrixTransform" => self.matrix_transform()?,
            "LightSource" => self.light_source()?,
            "LOD" => self.lod_node()?,
            "PagedLOD" => self.paged_lod()?,
            "Geometry" => Object::Geometry(Box::new(self.geometry()?)),
            "StateSet" => Object::StateSet(self.state_set()?),
            "Texture2D" => self.texture_2d()?,
            "Material" => self.material()?,
            "DefaultUserDataContainer" => self.user_data_container()?,
            _ => {
                if let Some(array) = self.array_object(name)? {
                    Object::Array(array)
                } else if let Some(primitives) = self.primitives_object(name)? {
                    Object::Primitives(primitives)
                } else if self.skip_attribute(name)? {
                    Object::Other
                } else {
                    return Ok(None);
                }
            }
        }))
    }

    /// Fields of `osg::Object`: name, variance, user data.
    pub(super) fn base(&mut self) -> Read<String> {
        let name = self.cursor.string()?;
        self.cursor.i32()?;
        if self.cursor.version >= 77 {
            self.optional_object()?;
        } else if self.cursor.boolean()? {
            self.cursor.open()?;
            self.object()?;
        }
        Ok(name)
    }

    fn user_data_container(&mut self) -> Read<Object> {
        self.base()?;
        if self.cursor.boolean()? {
            self.cursor.open()?;
            self.object()?;
        }
        if self.cursor.boolean()? {
            let n = self.cursor.count(4)?;
            self.cursor.open()?;
            for _ in 0..n {
                self.cursor.skip_string()?;
            }
        }
        if self.cursor.boolean()? {
            let n = self.cursor.count(8)?;
            self.cursor.open()?;
            for _ in 0..n {
                self.object()?;
            }
        }
        Ok(Object::Other)
    }
}
