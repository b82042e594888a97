//! Writes OSGB: OpenSceneGraph's binary scene files in the dialect of oblique surveys.
//!
//! In: pieces of textured mesh, each with the file that holds its finer version. Out: the bytes of one
//! file. Called by `survey` for every node of a tile's tree.
//!
//! The dialect is that of OpenSceneGraph 3.0 (`#Version 80`), which ContextCapture writes: little
//! endian, no brackets, no schema, no compression. Fields stand in the order of the serializers of
//! each class, base class first; property names are not written. Textures stand inline as JPEG files.

/// A piece of mesh with one texture. Positions are metres from `SRSOrigin`, Z up; texture
/// coordinates have their origin at the lower left of the picture.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Piece {
    /// Vertex positions.
    pub(crate) positions: Vec<[f32; 3]>,
    /// Texture coordinates, as many as positions, 0 to 1.
    pub(crate) uvs: Vec<[f32; 2]>,
    /// Triangles, three indices each, counter-clockwise from outside.
    pub(crate) indices: Vec<u32>,
    /// A whole JPEG file.
    pub(crate) jpeg: Vec<u8>,
    /// The name that the JPEG would have.
    pub(crate) texture_name: String,
    /// The finer version of this piece; none in a leaf.
    pub(crate) finer: Option<Finer>,
}

/// Where a finer version lies and when it takes over.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finer {
    /// File name, relative to the folder of the coarser file.
    pub(crate) file: String,
    /// The finer version shows when the bounding sphere is wider than this many pixels, divided by
    /// the sphere's radius in metres.
    pub(crate) pixels_per_radius_m: f64,
}

/// The bytes of a file that holds these pieces side by side.
pub(crate) fn encode(pieces: &[Piece]) -> Vec<u8> {
    let mut out = Writer { bytes: Vec::new(), objects: 0, arrays: 0 };
    out.bytes.extend_from_slice(&[0xa1, 0x0e, 0x91, 0x6c, 0x45, 0x45, 0xfb, 0x1a]);
    out.u32(1); // a scene, not an image or object
    out.u32(80); // OpenSceneGraph 3.0
    out.u32(0); // no attributes: no domains, schema or brackets
    out.string("0"); // no compressor
    out.node("osg::Group");
    out.flag(true);
    out.u32(pieces.len() as u32);
    for piece in pieces {
        match &piece.finer {
            Some(finer) => out.paged_lod(piece, finer),
            None => out.geode(piece),
        }
    }
    out.bytes
}

/// Centre and radius of the sphere around a piece's box.
pub(crate) fn bounding_sphere(positions: &[[f32; 3]]) -> ([f64; 3], f64) {
    let (mut low, mut high) = ([f64::MAX; 3], [f64::MIN; 3]);
    for p in positions {
        for axis in 0..3 {
            low[axis] = low[axis].min(f64::from(p[axis]));
            high[axis] = high[axis].max(f64::from(p[axis]));
        }
    }
    let centre = [0, 1, 2].map(|i| f64::midpoint(low[i], high[i]));
    let half = [0, 1, 2].map(|i| (high[i] - low[i]) / 2.0);
    (centre, half.iter().map(|h| h * h).sum::<f64>().sqrt())
}

const GL_TEXTURE_2D: u32 = 0x0de1;
const GL_CLAMP: u32 = 0x2900;
const GL_LINEAR: u32 = 0x2601;
const VEC2_ARRAY: i32 = 15;
const VEC3_ARRAY: i32 = 16;
const DRAW_ELEMENTS_UINT: i32 = 54;
const GL_TRIANGLES: i32 = 4;

struct Writer {
    bytes: Vec<u8>,
    objects: u32,
    arrays: u32,
}

impl Writer {
    fn u32(&mut self, v: u32) {
        self.bytes.extend_from_slice(&v.to_le_bytes());
    }

    fn i32(&mut self, v: i32) {
        self.bytes.extend_from_slice(&v.to_le_bytes());
    }

    fn f32(&mut self, v: f32) {
        self.bytes.extend_from_slice(&v.to_le_bytes());
    }

    fn f64(&mut self, v: f64) {
        self.bytes.extend_from_slice(&v.to_le_bytes());
    }

    fn f32s(&mut self, values: &[f32]) {
        for &v in values {
            self.f32(v);
        }
    }

    fn f64s(&mut self, values: &[f64]) {
        for &v in values {
            self.f64(v);
        }
    }

    fn flag(&mut self, v: bool) {
        self.bytes.push(u8::from(v));
    }

    /// Optional fields that are absent.
    fn absent(&mut self, count: usize) {
        self.bytes.extend(std::iter::repeat_n(0, count));
    }

    fn string(&mut self, text: &str) {
        self.i32(text.len() as i32);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn id(&mut self) {
        self.objects += 1;
        self.u32(self.objects);
    }

    /// `osg::Object`: name, data variance, user data.
    fn object(&mut self, class: &str, variance: i32) {
        self.string(class);
        self.id();
        self.object_fields(variance);
    }

    fn object_fields(&mut self, variance: i32) {
        self.string("");
        self.i32(variance);
        self.absent(1);
    }

    /// `osg::Node`: bound, four callbacks, culling, mask, state set.
    fn node(&mut self, class: &str) {
        self.object(class, 2);
        self.absent(5);
        self.flag(true);
        self.u32(u32::MAX);
        self.absent(1);
    }

    fn paged_lod(&mut self, piece: &Piece, finer: &Finer) {
        let (centre, radius) = bounding_sphere(&piece.positions);
        let threshold = (radius * finer.pixels_per_radius_m) as f32;
        self.node("osg::PagedLOD");
        self.i32(1); // the centre is given
        self.flag(true);
        self.f64s(&centre);
        self.f64(radius);
        self.i32(1); // ranges are pixels on screen
        self.flag(true);
        self.u32(2);
        self.f32s(&[0.0, threshold, threshold, 1e30]);
        self.flag(true); // database path: present, and not set
        self.flag(false);
        self.u32(0);
        self.flag(false);
        self.flag(true);
        self.u32(2);
        self.string("");
        self.string(&finer.file);
        self.u32(2);
        self.f32s(&[0.0, 1.0, 0.0, 1.0]);
        self.flag(true);
        self.u32(1);
        self.geode(piece);
    }

    fn geode(&mut self, piece: &Piece) {
        self.node("osg::Geode");
        self.flag(true);
        self.u32(1);
        self.object("osg::Geometry", 2);
        self.flag(true);
        self.state_set(piece);
        self.absent(3); // bound, shape, bound callback
        self.flag(true); // display lists
        self.flag(true);
        self.flag(false); // vertex buffers
        self.absent(4);
        self.u32(1);
        self.i32(DRAW_ELEMENTS_UINT);
        self.i32(GL_TRIANGLES);
        self.u32(piece.indices.len() as u32);
        self.bytes.extend_from_slice(bytemuck::cast_slice(&piece.indices));
        self.flag(true);
        self.array(VEC3_ARRAY, piece.positions.as_flattened(), 3);
        self.absent(4); // normals, colours, secondary colours, fog coordinates
        self.flag(true);
        self.u32(1);
        self.array(VEC2_ARRAY, piece.uvs.as_flattened(), 2);
        self.absent(1); // vertex attributes
        self.flag(false);
    }

    /// An array bound per vertex, without an index array.
    fn array(&mut self, kind: i32, values: &[f32], width: usize) {
        self.flag(true);
        self.arrays += 1;
        self.u32(self.arrays);
        self.i32(kind);
        self.i32((values.len() / width) as i32);
        self.bytes.extend_from_slice(bytemuck::cast_slice(values));
        self.flag(false);
        self.i32(4);
        self.i32(0);
    }

    fn state_set(&mut self, piece: &Piece) {
        self.object("osg::StateSet", 2);
        self.absent(1); // modes
        self.flag(true);
        self.u32(1);
        self.material();
        self.i32(0);
        self.flag(true); // texture modes of unit 0
        self.u32(1);
        self.u32(1);
        self.u32(GL_TEXTURE_2D);
        self.i32(1);
        self.flag(true); // texture attributes of unit 0
        self.u32(1);
        self.u32(1);
        self.texture(piece);
        self.i32(0);
        self.absent(1); // uniforms
        self.bytes.extend_from_slice(&[0; 12]); // hint, bin mode, bin number
        self.string("");
        self.flag(true);
        self.absent(2);
    }

    /// White under every light, so that the picture shows as it is.
    fn material(&mut self) {
        self.object("osg::Material", 2);
        self.absent(2);
        self.i32(0x1603); // colour mode off
        for colour in [1.0, 1.0, 0.0, 0.0] {
            self.flag(true);
            self.flag(true);
            for _front_and_back in 0..2 {
                self.f32s(&[colour, colour, colour, 1.0]);
            }
        }
        self.flag(true);
        self.flag(true);
        self.f32(0.0);
        self.f32(0.0);
    }

    fn texture(&mut self, piece: &Piece) {
        self.object("osg::Texture2D", 1);
        self.absent(2);
        for parameter in [GL_CLAMP, GL_CLAMP, GL_CLAMP, GL_LINEAR, GL_LINEAR] {
            self.flag(true);
            self.u32(parameter);
        }
        self.f32(1.0); // anisotropy
        self.bytes.extend_from_slice(&[1, 1, 0, 1]); // mipmaps, release after use, no client storage, resize
        self.f64s(&[0.0; 4]); // border colour
        self.i32(0); // border width
        self.i32(0); // internal format follows the image
        self.absent(3);
        self.flag(false);
        self.u32(0x0203); // GL_LEQUAL
        self.u32(0x1909); // GL_LUMINANCE
        self.f32(0.0);
        self.flag(true);
        self.image(piece);
        self.i32(0); // width and height follow the image
        self.i32(0);
    }

    fn image(&mut self, piece: &Piece) {
        self.id();
        self.string(&piece.texture_name);
        self.i32(0); // no hint
        self.i32(1); // inline file
        self.u32(piece.jpeg.len() as u32);
        self.bytes.extend_from_slice(&piece.jpeg);
        self.object_fields(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn triangle() -> Piece {
        Piece {
            positions: vec![[0.0, 0.0, 0.0], [4.0, 0.0, 0.0], [0.0, 2.0, 4.0]],
            uvs: vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]],
            indices: vec![0, 1, 2],
            jpeg: vec![0xff, 0xd8, 0xff, 0xd9],
            texture_name: "t.jpg".to_owned(),
            finer: None,
        }
    }

    #[test]
    fn a_file_opens_with_the_magic_and_version_80() {
        let bytes = encode(&[triangle()]);
        assert_eq!(&bytes[..8], &[0xa1, 0x0e, 0x91, 0x6c, 0x45, 0x45, 0xfb, 0x1a]);
        assert_eq!(&bytes[8..24], &[1, 0, 0, 0, 80, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    }

    #[test]
    fn a_finer_file_is_named_with_its_threshold_in_pixels() {
        let finer = Finer { file: "fine.osgb".to_owned(), pixels_per_radius_m: 4.0 };
        let bytes = encode(&[Piece { finer: Some(finer), ..triangle() }]);
        let name = bytes.windows(9).position(|w| w == b"fine.osgb").expect("the name stands in the file");
        // Radius 3 m, so the switch is at 12 pixels; the two ranges end 24 bytes before the name.
        let threshold = &bytes[name - 28..name - 24];
        assert_eq!(threshold, 12f32.to_le_bytes());
    }

    #[test]
    fn the_bounding_sphere_encloses_the_box() {
        let (centre, radius) = bounding_sphere(&triangle().positions);
        assert!(centre.iter().zip([2.0, 1.0, 2.0]).all(|(c, want)| (c - want).abs() < 1e-9));
        assert!((radius - 3.0).abs() < 1e-9);
    }
}
