//! What the builder's tests share: test data, builds into private folders, published glb files
//! read back with a decoder.

pub(crate) mod ifc;
pub(crate) mod meshes;
pub(crate) mod random;
pub(crate) mod surfaces;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::Value;
use tile_builder::pipeline::{BuildError, BuildOutcome, BuildRequest, Progress, build};
use tile_builder::read::Limits;
use tile_builder::read::plan::ResolvedPlan;
use twin_schemas::report::Message;

/// The folder of real surveys, or `None` after saying that the test is skipped.
pub(crate) fn data() -> Option<PathBuf> {
    let root = std::env::var_os("TWIN_TEST_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from);
    if root.join("osgb-expected.json").is_file() {
        return Some(root);
    }
    eprintln!("SKIPPED: no test data at `{}` (set TWIN_TEST_DATA)", root.display());
    None
}

/// Copies a folder, so that a test can damage it.
pub(crate) fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_tree(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// Collects what a build says.
#[derive(Default)]
pub(crate) struct Said(pub(crate) Mutex<Vec<String>>);

impl Progress for Said {
    fn plan(&self, _: &ResolvedPlan) {}
    fn stage(&self, _: &str, _: u64) {}
    fn step(&self, _: &str) {}
    fn message(&self, message: &Message) {
        self.0.lock().unwrap().push(message.text.clone());
    }
}

/// Builds `input` into `out`.
pub(crate) fn try_build(input: &Path, out: &Path) -> Result<BuildOutcome, BuildError> {
    build(&BuildRequest::new(input, out), &Said::default())
}

/// Builds one profile of `input` into `out`, which must succeed.
pub(crate) fn build_profile(input: &Path, out: &Path, profile: &str) -> Published {
    let request = BuildRequest { profile: Some(profile.to_owned()), ..BuildRequest::new(input, out) };
    opened(out, build(&request, &Said::default()).unwrap_or_else(|error| panic!("{error}")))
}

/// A published version, opened for reading.
pub(crate) struct Published {
    pub(crate) root: PathBuf,
    pub(crate) version: PathBuf,
    pub(crate) catalog: Value,
    pub(crate) outcome: BuildOutcome,
}

/// Builds `input` into `out`, which must succeed, and opens what was published.
pub(crate) fn build_into(input: &Path, out: &Path) -> Published {
    opened(out, try_build(input, out).unwrap_or_else(|error| panic!("{error}")))
}

fn opened(out: &Path, outcome: BuildOutcome) -> Published {
    let version = out.join("versions").join(&outcome.version);
    let catalog = serde_json::from_slice(&std::fs::read(version.join("catalog.json")).unwrap()).unwrap();
    Published { root: out.to_owned(), version, catalog, outcome }
}

impl Published {
    /// The build's messages as `code: text`.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.outcome.report.messages.iter().map(|m| format!("{}: {}", m.code, m.text)).collect()
    }

    /// Every content file, ordered by name.
    pub(crate) fn contents(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(self.root.join("content")).unwrap().map(|e| e.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "glb"));
        files.sort();
        files
    }

    /// Every file of the publication with its bytes, for comparisons.
    pub(crate) fn snapshot(&self) -> Vec<(PathBuf, Vec<u8>)> {
        snapshot(&self.root)
    }
}

/// Every published file below a folder with its bytes; the builder's own notes are left out.
pub(crate) fn snapshot(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for part in ["content", "versions", "current"].map(|part| root.join(part)) {
        if part.is_dir() { list(&part, &mut files) } else { files.push(part) }
    }
    files.sort();
    files
        .into_iter()
        .map(|path| (path.strip_prefix(root).unwrap().to_owned(), std::fs::read(&path).unwrap()))
        .collect()
}

fn list(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { list(&path, out) } else { out.push(path) }
    }
}

/// A glb, its streams decoded as a viewer would.
pub(crate) struct Glb {
    pub(crate) json: Value,
    pub(crate) bin: Vec<u8>,
}

impl Glb {
    pub(crate) fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        let glb = gltf::Glb::from_slice(&bytes).unwrap();
        Self { json: serde_json::from_slice(&glb.json).unwrap(), bin: glb.bin.unwrap().into_owned() }
    }

    /// Positions of all primitives, east, north, up, after the node's transform.
    pub(crate) fn positions(&self) -> Vec<[f64; 3]> {
        let node = &self.json["nodes"][0];
        let number = |key: &str, axis: usize, default: f64| node[key][axis].as_f64().unwrap_or(default);
        let mut out = Vec::new();
        for primitive in self.json["meshes"][0]["primitives"].as_array().unwrap() {
            let accessor =
                &self.json["accessors"][primitive["attributes"]["POSITION"].as_u64().unwrap() as usize];
            let view = &self.json["bufferViews"][accessor["bufferView"].as_u64().unwrap() as usize];
            let stream = &view["extensions"]["EXT_meshopt_compression"];
            let size = |key: &str| stream[key].as_u64().unwrap() as usize;
            let encoded = &self.bin[size("byteOffset")..size("byteOffset") + size("byteLength")];
            let stored: Vec<[f64; 3]> = if accessor["componentType"] == 5123 {
                let values = meshopt::decode_vertex_buffer::<[u16; 4]>(encoded, size("count")).unwrap();
                values.iter().map(|v| [0, 1, 2].map(|i| f64::from(v[i]))).collect()
            } else {
                let values = meshopt::decode_vertex_buffer::<[f32; 3]>(encoded, size("count")).unwrap();
                values.iter().map(|v| v.map(f64::from)).collect()
            };
            for v in stored {
                let [x, y, z] =
                    [0, 1, 2].map(|i| number("translation", i, 0.0) + number("scale", i, 1.0) * v[i]);
                out.push([x, -z, y]);
            }
        }
        out
    }

    /// Bytes of each image.
    pub(crate) fn images(&self) -> Vec<Vec<u8>> {
        let images = self.json["images"].as_array().cloned().unwrap_or_default();
        images
            .iter()
            .map(|image| {
                let view = &self.json["bufferViews"][image["bufferView"].as_u64().unwrap() as usize];
                let at = view["byteOffset"].as_u64().unwrap() as usize;
                self.bin[at..at + view["byteLength"].as_u64().unwrap() as usize].to_vec()
            })
            .collect()
    }
}

/// Little-endian bytes of a version 80 file without brackets, part by part.
#[derive(Default)]
pub(crate) struct OsgbFile(pub(crate) Vec<u8>);

impl OsgbFile {
    pub(crate) fn scene() -> Self {
        Self(vec![]).u32(0x6C91_0EA1).u32(0x1AFB_4545).u32(1).u32(80).u32(0).text("0")
    }
    pub(crate) fn u32(mut self, value: u32) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }
    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }
    pub(crate) fn text(self, text: &str) -> Self {
        self.u32(text.len() as u32).bytes(text.as_bytes())
    }
    /// Class, id, and the fields of `osg::Object` and `osg::Node`.
    pub(crate) fn node(self, class: &str, id: u32) -> Self {
        let object = self.text(class).u32(id).text("").u32(0).bytes(&[0]);
        object.bytes(&[0, 0, 0, 0, 0, 1]).u32(u32::MAX).bytes(&[0])
    }
    /// A drawable of one triangle, alone in its file.
    pub(crate) fn leaf(corners: [[f64; 3]; 3]) -> Self {
        Self::scene().node("osg::Geode", 1).bytes(&[1]).u32(1).triangle(2, corners)
    }
    pub(crate) fn parse(&self) -> Result<(), tile_builder::read::osgb::OsgbError> {
        let limits = Limits::default();
        let file = tile_builder::read::osgb::parse(&self.0, "x.osgb", &limits)?;
        file.levels(&limits, &|_| Err("is not there".into())).map(|_| ())
    }
    /// The fields of `osg::Geometry` up to its positions, with no primitive set.
    pub(crate) fn geometry(self, id: u32) -> Self {
        let object = self.text("osg::Geometry").u32(id).text("").u32(0);
        // No user data, state set, bounds, callbacks; three switches; four more callbacks.
        object.bytes(&[0; 12]).u32(0)
    }
    /// A whole triangle of the given corners.
    pub(crate) fn triangle(self, id: u32, corners: [[f64; 3]; 3]) -> Self {
        let object = self.text("osg::Geometry").u32(id).text("").u32(0).bytes(&[0; 12]);
        // One set: DrawArrays, TRIANGLES, from 0, three. Positions: an array of three Vec3d.
        let file = object.u32(1).u32(50).u32(4).u32(0).u32(3).bytes(&[1, 1]).u32(id + 1000).u32(19).u32(3);
        let file = file.bytes(&corners.iter().flatten().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>());
        // No index array; bound per vertex. No normals, colours, other colours, fog, texture
        // coordinates, attributes; a hint.
        file.bytes(&[0]).u32(4).u32(0).bytes(&[0; 7])
    }
    /// A `PagedLOD` with one triangle here until 100 px, and `file` after.
    pub(crate) fn paged(self, id: u32, corners: [[f64; 3]; 3], file: &str) -> Self {
        let lod = self.node("osg::PagedLOD", id).u32(1).bytes(&[1]);
        let sphere = lod.bytes(&[0; 24]).bytes(&10f64.to_le_bytes()).u32(1);
        let ranges = [0.0f32, 100.0, 100.0, 1e30].iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
        let ranged = sphere.bytes(&[1]).u32(2).bytes(&ranges);
        let paged = ranged.bytes(&[0]).u32(0).bytes(&[0]);
        let named = paged.bytes(&[1]).u32(2).text("").text(file).u32(2).bytes(&[0; 16]);
        let inline = named.bytes(&[1]).u32(1).node("osg::Geode", id + 1).bytes(&[1]).u32(1);
        inline.triangle(id + 2, corners)
    }
}
