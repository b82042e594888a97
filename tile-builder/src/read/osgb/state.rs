//! Fields of `osg::StateSet` and of the attributes that decide how a mesh looks: `Texture2D`,
//! `Image`, `Material`. Attributes without a part in the picture are read over.

use std::sync::Arc;

use super::cursor::Read;
use super::error::OsgbErrorKind;
use super::object::{Object, Parser, Ref};

/// Attributes of a node or drawable.
#[derive(Debug, Default)]
pub(crate) struct StateSet {
    /// Texture of unit 0.
    pub(super) texture: Option<Ref>,
    pub(super) material: Option<Ref>,
}

/// `osg::Texture2D`.
#[derive(Debug, Default)]
pub(crate) struct Texture {
    pub(super) image: Option<Ref>,
    /// GL wrap modes of S and T.
    pub(super) wrap: [u32; 2],
}

/// `osg::Material`: front diffuse colour, RGBA.
#[derive(Debug)]
pub(crate) struct Material {
    pub(super) diffuse: [f32; 4],
}

/// `osg::Image`.
#[derive(Debug)]
pub(crate) struct Image {
    /// File name as the producer wrote it.
    pub(super) name: String,
    pub(super) data: ImageData,
}

/// Where an image's pixels are.
#[derive(Debug)]
pub(crate) enum ImageData {
    /// A whole image file inside the OSGB file.
    File(Arc<[u8]>),
    /// Pixels inside the OSGB file.
    Pixels(Pixels),
    /// A file beside the OSGB file.
    External,
}

/// Uncompressed or block-compressed pixels, rows from the bottom up.
#[derive(Debug, Clone)]
pub(crate) struct Pixels {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) depth: u32,
    /// GL pixel format, such as `GL_RGB`.
    pub(super) format: u32,
    /// GL data type, such as `GL_UNSIGNED_BYTE`.
    pub(super) data_type: u32,
    /// Row alignment in bytes.
    pub(super) packing: u32,
    pub(super) bytes: Arc<[u8]>,
}

const GL_REPEAT: u32 = 0x2901;

impl Parser<'_, '_> {
    pub(super) fn state_set(&mut self) -> Read<StateSet> {
        self.base()?;
        let mut state = StateSet::default();
        if self.cursor.boolean()? {
            self.modes()?;
        }
        if self.cursor.boolean()? {
            self.attributes(&mut state, true)?;
        }
        if self.cursor.boolean()? {
            let n = self.cursor.count(4)?;
            self.cursor.open()?;
            for _ in 0..n {
                self.modes()?;
            }
        }
        if self.cursor.boolean()? {
            let n = self.cursor.count(4)?;
            self.cursor.open()?;
            for unit in 0..n {
                self.attributes(&mut state, unit == 0)?;
            }
        }
        if self.cursor.boolean()? {
            let n = self.cursor.count(8)?;
            self.cursor.open()?;
            for _ in 0..n {
                self.object()?;
                self.cursor.skip(4)?;
            }
        }
        self.cursor.skip(12)?;
        self.cursor.skip_string()?;
        self.cursor.boolean()?;
        self.optional_object()?;
        self.optional_object()?;
        if self.cursor.version >= 151 && self.cursor.boolean()? {
            let n = self.cursor.count(12)?;
            self.cursor.open()?;
            for _ in 0..n {
                self.cursor.skip_string()?;
                self.cursor.skip_string()?;
                self.cursor.skip(4)?;
            }
        }
        Ok(state)
    }

    fn modes(&mut self) -> Read<()> {
        let n = self.cursor.count(8)?;
        if n > 0 {
            self.cursor.open()?;
            self.cursor.skip(n * 8)?;
        }
        Ok(())
    }

    fn attributes(&mut self, state: &mut StateSet, keep: bool) -> Read<()> {
        let n = self.cursor.count(8)?;
        if n == 0 {
            return Ok(());
        }
        self.cursor.open()?;
        for _ in 0..n {
            let at = self.object()?;
            self.cursor.skip(4)?;
            match at.map(|at| self.get(at)) {
                Some(Object::Texture(_)) if keep => state.texture = at,
                Some(Object::Material(_)) => state.material = at,
                _ => {}
            }
        }
        Ok(())
    }

    /// `osg::Object` and `osg::StateAttribute`.
    fn attribute(&mut self) -> Read<()> {
        self.base()?;
        self.optional_object()?;
        self.optional_object()?;
        Ok(())
    }

    pub(super) fn material(&mut self) -> Read<Object> {
        self.attribute()?;
        self.cursor.i32()?;
        let mut diffuse = [1.0; 4];
        // Ambient, diffuse, specular, emission: each says whether front and back agree.
        for property in 0..4 {
            if self.cursor.boolean()? {
                self.cursor.boolean()?;
                let front = self.cursor.f32s()?;
                self.cursor.skip(16)?;
                if property == 1 {
                    diffuse = front;
                }
            }
        }
        if self.cursor.boolean()? {
            self.cursor.boolean()?;
            self.cursor.skip(8)?;
        }
        Ok(Object::Material(Material { diffuse }))
    }

    pub(super) fn texture_2d(&mut self) -> Read<Object> {
        let version = self.cursor.version;
        self.attribute()?;
        let mut wrap = [GL_REPEAT; 2];
        for property in 0..5 {
            if self.cursor.boolean()? {
                let value = self.cursor.u32()?;
                if let Some(slot) = wrap.get_mut(property) {
                    *slot = value;
                }
            }
        }
        self.cursor.skip(4)?;
        for _ in 0..4 {
            self.cursor.boolean()?;
        }
        self.cursor.skip(32 + 8)?;
        for _ in 0..3 {
            if self.cursor.boolean()? {
                self.cursor.skip(4)?;
            }
        }
        self.cursor.boolean()?;
        self.cursor.skip(12)?;
        if (95..154).contains(&version) && self.cursor.boolean()? {
            self.cursor.skip(21)?;
        }
        if version >= 98 && self.cursor.boolean()? {
            self.cursor.skip_string()?;
        }
        if version >= 155 {
            self.cursor.skip(12)?;
        }
        let image = if self.cursor.boolean()? { self.image()? } else { None };
        self.cursor.skip(8)?;
        Ok(Object::Texture(Texture { image, wrap }))
    }

    fn image(&mut self) -> Read<Option<Ref>> {
        if self.cursor.version > 94 {
            let class = self.cursor.string()?;
            if class == "NULL" {
                return Ok(None);
            }
        }
        let id = self.cursor.u32()?;
        if let Some(seen) = self.recall(id) {
            return Ok(Some(seen));
        }
        let name = self.cursor.string()?;
        self.cursor.i32()?;
        let decision = self.cursor.i32()?;
        let data = match decision {
            0 => ImageData::Pixels(self.pixels()?),
            1 => {
                let n = self.cursor.count(1)?;
                ImageData::File(self.cursor.take(n)?.into())
            }
            2 | 3 => ImageData::External,
            other => return Err(OsgbErrorKind::Invalid(format!("image decision {other} is not 0 to 3"))),
        };
        self.base()?;
        let at = self.store(Object::Image(Image { name, data }))?;
        self.remember(id, at);
        Ok(Some(at))
    }

    fn pixels(&mut self) -> Read<Pixels> {
        self.cursor.i32()?;
        let [width, height, depth] = [self.cursor.u32()?, self.cursor.u32()?, self.cursor.u32()?];
        self.cursor.i32()?;
        let [format, data_type, packing] = [self.cursor.u32()?, self.cursor.u32()?, self.cursor.u32()?];
        self.cursor.i32()?;
        let n = self.cursor.count(1)?;
        let bytes = self.cursor.take(n)?.into();
        let mips = self.cursor.count(4)?;
        self.cursor.skip(mips * 4)?;
        Ok(Pixels { width, height, depth, format, data_type, packing, bytes })
    }

    /// Reads over an attribute class that has no part in the picture; `false` if it is unknown.
    pub(super) fn skip_attribute(&mut self, name: &str) -> Read<bool> {
        // Bytes of the class's own fields, after those of `StateAttribute`.
        let bytes = match name {
            "TexEnv" => 4 + 16,
            "CullFace" | "ShadeModel" | "FrontFace" => 4,
            "BlendFunc" => 16,
            "LightModel" => 16 + 4 + 1 + 1,
            "AlphaFunc" | "PolygonOffset" => 8,
            "Depth" => 4 + 8 + 8 + 1,
            "Light" => 4 + 4 * 16 + 12 + 12 + 8,
            "BufferObject" | "VertexBufferObject" | "ElementBufferObject" => {
                return self.skip_buffer_object();
            }
            _ => return Ok(false),
        };
        self.attribute()?;
        self.cursor.skip(bytes)?;
        Ok(true)
    }

    fn skip_buffer_object(&mut self) -> Read<bool> {
        self.base()?;
        self.cursor.skip(8)?;
        self.cursor.boolean()?;
        if self.cursor.version >= 201 {
            self.cursor.skip(4)?;
        }
        Ok(true)
    }
}
