//! Fields of `osg::Drawable` and `osg::Geometry`.

use super::array::{Array, Primitives};
use super::cursor::Read;
use super::error::OsgbErrorKind;
use super::object::{Object, Parser, Ref};

/// A mesh as the file holds it.
#[derive(Debug, Default)]
pub(crate) struct Geometry {
    pub(super) state: Option<Ref>,
    pub(super) primitives: Vec<Primitives>,
    pub(super) positions: Option<Array>,
    pub(super) normals: Option<Array>,
    pub(super) colours: Option<Array>,
    /// Texture coordinates of unit 0.
    pub(super) uvs: Option<Array>,
}

impl Parser<'_, '_> {
    fn drawable(&mut self) -> Read<Option<Ref>> {
        let version = self.cursor.version;
        let mut state = None;
        if version >= 154 {
            state = self.node()?.state;
        } else {
            self.base()?;
        }
        if version < 156 {
            state = self.optional_object()?.or(state);
        }
        if self.cursor.boolean()? {
            self.cursor.open()?;
            self.cursor.skip(48)?;
        }
        self.optional_object()?;
        self.optional_object()?;
        for _ in 0..3 {
            self.cursor.boolean()?;
        }
        if version < 156 {
            for _ in 0..4 {
                self.optional_object()?;
            }
        }
        if version >= 142 {
            self.cursor.skip(4)?;
        }
        if version >= 145 {
            self.cursor.boolean()?;
        }
        Ok(state)
    }

    pub(super) fn geometry(&mut self) -> Read<Geometry> {
        let state = self.drawable()?;
        let mut geometry = Geometry { state, ..Geometry::default() };
        if self.cursor.version < 112 {
            self.geometry_records(&mut geometry)?;
        } else {
            self.geometry_objects(&mut geometry)?;
        }
        Ok(geometry)
    }

    fn geometry_records(&mut self, geometry: &mut Geometry) -> Read<()> {
        for _ in 0..self.cursor.count(8)? {
            geometry.primitives.push(self.inline_primitives()?);
        }
        geometry.positions = self.optional_record()?;
        geometry.normals = self.optional_record()?;
        geometry.colours = self.optional_record()?;
        self.optional_record()?;
        self.optional_record()?;
        geometry.uvs = self.first_record()?;
        self.first_record()?;
        self.cursor.boolean()?;
        Ok(())
    }

    fn optional_record(&mut self) -> Read<Option<Array>> {
        if !self.cursor.boolean()? {
            return Ok(None);
        }
        self.cursor.open()?;
        self.array_record()
    }

    /// The first of a list of records; the others are read over.
    fn first_record(&mut self) -> Read<Option<Array>> {
        if !self.cursor.boolean()? {
            return Ok(None);
        }
        let n = self.cursor.count(10)?;
        self.cursor.open()?;
        let mut first = None;
        for at in 0..n {
            self.cursor.open()?;
            let record = self.array_record()?;
            if at == 0 {
                first = record;
            }
        }
        Ok(first)
    }

    fn geometry_objects(&mut self, geometry: &mut Geometry) -> Read<()> {
        for at in self.object_list()? {
            match self.get(at) {
                Object::Primitives(primitives) => geometry.primitives.push(primitives.clone()),
                _ => return Err(OsgbErrorKind::Unsupported("a primitive set of another class".into())),
            }
        }
        geometry.positions = self.optional_array()?;
        geometry.normals = self.optional_array()?;
        geometry.colours = self.optional_array()?;
        self.optional_array()?;
        self.optional_array()?;
        let n = self.cursor.count(4)?;
        for unit in 0..n {
            let at = self.object()?;
            if unit == 0 {
                geometry.uvs = self.as_array(at);
            }
        }
        for _ in 0..self.cursor.count(4)? {
            self.object()?;
        }
        Ok(())
    }

    fn optional_array(&mut self) -> Read<Option<Array>> {
        let at = self.optional_object()?;
        Ok(self.as_array(at))
    }

    fn as_array(&self, at: Option<Ref>) -> Option<Array> {
        match self.get(at?) {
            Object::Array(array) => Some(array.clone()),
            _ => None,
        }
    }
}
