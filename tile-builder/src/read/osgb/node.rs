//! Fields of the node classes: `Node`, `Group`, `Geode`, `MatrixTransform`, `LightSource`, `LOD`,
//! `PagedLOD`.

use super::cursor::Read;
use super::error::OsgbErrorKind;
use super::object::{Object, Parser, Ref};

/// What every node has.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(super) state: Option<Ref>,
    pub(super) children: Vec<Ref>,
}

/// How a level-of-detail node chooses among its children.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lod {
    /// Whether ranges are pixels on screen (else metres from the eye).
    pub(crate) pixel_ranges: bool,
    /// Centre, if the file states one.
    pub(crate) centre: Option<[f64; 3]>,
    /// Radius of the bounding sphere, if the file states one.
    pub(crate) radius: Option<f64>,
    /// Range of each child: shown while the measure is in `min..max`.
    pub(crate) ranges: Vec<[f32; 2]>,
}

/// What a `PagedLOD` adds: the file of each child, empty for a child that stands in this file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PagedLod {
    /// File name of each child, relative to this file's folder (or to `database_path`).
    pub(crate) files: Vec<String>,
    /// Folder that the file names are relative to, if not this file's.
    pub(crate) database_path: String,
}

impl Parser<'_, '_> {
    pub(super) fn node(&mut self) -> Read<Node> {
        self.base()?;
        self.node_fields()
    }

    pub(super) fn node_fields(&mut self) -> Read<Node> {
        if self.cursor.boolean()? {
            self.cursor.open()?;
            self.cursor.skip(32)?;
        }
        for _ in 0..4 {
            self.optional_object()?;
        }
        self.cursor.boolean()?;
        self.cursor.skip(4)?;
        if self.cursor.version < 77 && self.cursor.boolean()? {
            let n = self.cursor.count(4)?;
            self.cursor.open()?;
            for _ in 0..n {
                self.cursor.skip_string()?;
            }
        }
        let state = self.optional_object()?;
        Ok(Node { state, children: Vec::new() })
    }

    pub(super) fn group(&mut self) -> Read<Node> {
        let mut node = self.node()?;
        node.children = self.optional_children()?;
        Ok(node)
    }

    pub(super) fn geode(&mut self) -> Read<Node> {
        self.group()
    }

    fn optional_children(&mut self) -> Read<Vec<Ref>> {
        if !self.cursor.boolean()? {
            return Ok(Vec::new());
        }
        self.bracketed_children()
    }

    fn bracketed_children(&mut self) -> Read<Vec<Ref>> {
        let n = self.cursor.count(8)?;
        self.cursor.open()?;
        let mut children = Vec::with_capacity(n.min(1024));
        for _ in 0..n {
            children.extend(self.object()?);
        }
        Ok(children)
    }

    pub(super) fn matrix_transform(&mut self) -> Read<Object> {
        let node = self.group()?;
        self.cursor.i32()?;
        self.cursor.open()?;
        let matrix = self.cursor.f64s()?;
        Ok(Object::Transform { node, matrix })
    }

    pub(super) fn light_source(&mut self) -> Read<Object> {
        let node = self.group()?;
        self.optional_object()?;
        self.cursor.i32()?;
        Ok(Object::LightSource(node))
    }

    pub(super) fn lod_node(&mut self) -> Read<Object> {
        let node = self.group()?;
        Ok(Object::Lod { node, lod: self.lod()? })
    }

    fn lod(&mut self) -> Read<Lod> {
        self.cursor.i32()?;
        let (mut centre, mut radius) = (None, None);
        if self.cursor.boolean()? {
            centre = Some(self.cursor.f64s()?);
            radius = Some(self.cursor.f64()?).filter(|radius| radius.is_finite() && *radius > 0.0);
        }
        let mode = self.cursor.i32()?;
        if !(0..=1).contains(&mode) {
            return Err(OsgbErrorKind::Invalid(format!("range mode {mode} is neither 0 nor 1")));
        }
        let mut ranges = Vec::new();
        if self.cursor.boolean()? {
            ranges = self.ranges()?;
        }
        Ok(Lod { pixel_ranges: mode == 1, centre, radius, ranges })
    }

    fn ranges(&mut self) -> Read<Vec<[f32; 2]>> {
        let n = self.cursor.count(8)?;
        self.cursor.open()?;
        (0..n).map(|_| self.cursor.f32s()).collect()
    }

    pub(super) fn paged_lod(&mut self) -> Read<Object> {
        let mut node = self.node()?;
        let lod = self.lod()?;
        let mut database_path = String::new();
        if self.cursor.boolean()? && self.cursor.boolean()? {
            database_path = self.cursor.string()?;
        }
        if self.cursor.version < 70 {
            self.cursor.skip(4)?;
        }
        self.cursor.skip(4)?;
        self.cursor.boolean()?;
        let mut files = Vec::new();
        if self.cursor.boolean()? {
            let n = self.cursor.count(4)?;
            self.cursor.open()?;
            for _ in 0..n {
                files.push(self.cursor.string()?);
            }
            // Priority offset and scale of each file.
            self.ranges()?;
        }
        if self.cursor.boolean()? {
            let n = self.cursor.count(8)?;
            if n > 0 {
                self.cursor.open()?;
                for _ in 0..n {
                    node.children.extend(self.object()?);
                }
            }
        }
        Ok(Object::PagedLod { node, lod, paged: PagedLod { files, database_path } })
    }
}
