//! glTF of other software: attributes of every type, transforms, outer files, extensions.

use serde_json::{Value, json};
use tile_builder::encode::encode;
use tile_builder::read::soup::StreamOptions;
use tile_builder::read::{Limits, gltf};
use tile_builder::scene::Mesh;

use super::support::{Files, Soup, png};

/// A document over one buffer, to which accessors are added.
pub(crate) struct Doc {
    pub(crate) json: Value,
    pub(crate) bin: Vec<u8>,
}

impl Doc {
    pub(crate) fn new() -> Self {
        let json = json!({
            "asset": { "version": "2.0" }, "scene": 0, "scenes": [{ "nodes": [0] }], "nodes": [{ "mesh": 0 }],
            "meshes": [{ "primitives": [{ "attributes": {} }] }],
            "accessors": [], "bufferViews": [], "buffers": [{}],
        });
        Self { json, bin: Vec::new() }
    }
    /// Adds a view; returns its number.
    pub(crate) fn view(&mut self, bytes: &[u8]) -> usize {
        self.bin.resize(self.bin.len().next_multiple_of(4), 0);
        let view = json!({ "buffer": 0, "byteOffset": self.bin.len(), "byteLength": bytes.len() });
        self.bin.extend_from_slice(bytes);
        push(&mut self.json["bufferViews"], view)
    }
    /// Adds an accessor; returns its number.
    pub(crate) fn accessor(&mut self, kind: &str, component: u32, count: usize, bytes: &[u8]) -> usize {
        let view = self.view(bytes);
        let accessor =
            json!({ "bufferView": view, "componentType": component, "count": count, "type": kind });
        push(&mut self.json["accessors"], accessor)
    }
    pub(crate) fn floats(&mut self, kind: &str, values: &[f32]) -> usize {
        let width = if kind == "VEC2" { 2 } else { 3 };
        self.accessor(kind, 5126, values.len() / width, bytemuck::cast_slice(values))
    }
    pub(crate) fn primitive(&mut self) -> &mut Value {
        &mut self.json["meshes"][0]["primitives"][0]
    }
    pub(crate) fn glb(mut self) -> Vec<u8> {
        self.bin.resize(self.bin.len().next_multiple_of(4), 0);
        self.json["buffers"][0] = json!({ "byteLength": self.bin.len() });
        let mut text = self.json.to_string().into_bytes();
        text.resize(text.len().next_multiple_of(4), b' ');
        let mut glb = b"glTF\x02\0\0\0".to_vec();
        glb.extend((28 + text.len() + self.bin.len()).to_le_bytes()[..4].iter());
        for (kind, bytes) in [(b"JSON", &text), (b"BIN\0", &self.bin)] {
            glb.extend((bytes.len() as u32).to_le_bytes());
            glb.extend(kind);
            glb.extend(bytes);
        }
        glb
    }
}

fn push(list: &mut Value, value: Value) -> usize {
    let list = list.as_array_mut().unwrap();
    list.push(value);
    list.len() - 1
}

/// The corners (0, 0), (1, 0), (0, 1), (1, 1) in the plane that faces south.
const SQUARE: [f32; 12] = [0., 0., 0., 1., 0., 0., 0., 1., 0., 1., 1., 0.];

pub(crate) fn square() -> Doc {
    let mut doc = Doc::new();
    let positions = doc.floats("VEC3", &SQUARE);
    doc.primitive()["attributes"]["POSITION"] = json!(positions);
    doc
}

#[test]
fn strips_and_fans_of_byte_indices_stand_upright_after_the_turn() {
    for (mode, indices) in [(5, [0u8, 1, 2, 3]), (6, [0, 1, 3, 2])] {
        let mut doc = square();
        let indices = doc.accessor("SCALAR", 5121, 4, &indices);
        doc.primitive()["indices"] = json!(indices);
        doc.primitive()["mode"] = json!(mode);
        doc.json["nodes"] = json!([
            { "children": [1], "translation": [10.0, 20.0, 30.0] },
            { "mesh": 0, "scale": [2.0, 2.0, 2.0], "rotation": [0.0, 0.0, 0.0, 1.0] },
        ]);
        let soup = Files::new().with("a.glb", doc.glb()).read("a.glb");
        assert_eq!(soup.faces.len(), 2);
        assert_eq!(
            soup.positions()[0],
            [
                [10.0, -30.0, 20.0],
                [12.0, -30.0, 20.0],
                if mode == 5 { [10.0, -30.0, 22.0] } else { [12.0, -30.0, 22.0] }
            ]
        );
        for [a, b, c] in soup.positions() {
            let north = (b[2] - a[2]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[2] - a[2]);
            assert!(north < 0.0, "faces south");
        }
    }
}

#[test]
fn a_mirrored_node_keeps_its_faces_turned_outwards() {
    let mut doc = square();
    doc.primitive()["mode"] = json!(5);
    doc.json["nodes"][0]["matrix"] = json!([-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 5, 0, 0, 1].map(f64::from));
    let soup = Files::new().with("a.glb", doc.glb()).read("a.glb");
    assert_eq!(soup.positions()[0], [[5.0, 0.0, 0.0], [5.0, 0.0, 1.0], [4.0, 0.0, 0.0]]);
}

#[test]
fn outer_files_are_found_by_their_escaped_names() {
    let mut doc = square();
    let uvs = doc.floats("VEC2", &[0., 0., 1., 0., 0., 1., 1., 1.]);
    doc.primitive()["attributes"]["TEXCOORD_0"] = json!(uvs);
    doc.primitive()["mode"] = json!(5);
    doc.primitive()["material"] = json!(0);
    doc.json["buffers"][0] = json!({ "uri": "数据%201.bin", "byteLength": doc.bin.len() });
    doc.json["images"] = json!([{ "uri": "%E5%A2%99.png" }]);
    doc.json["samplers"] = json!([{ "wrapS": 33071 }]);
    doc.json["textures"] = json!([{ "source": 0, "sampler": 0 }]);
    doc.json["materials"] =
        json!([{ "name": "wall", "pbrMetallicRoughness": { "baseColorTexture": { "index": 0 } } }]);
    let files = Files::new()
        .with("a.gltf", doc.json.to_string())
        .with("数据 1.bin", &doc.bin)
        .with("墙.png", png(3, 2));
    let soup = files.read("a.gltf");
    assert_eq!(soup.warnings(), [""; 0]);
    assert_eq!(
        soup.faces[0].corners.map(|corner| corner.uv),
        [Some([0.0, 0.0]), Some([1.0, 0.0]), Some([0.0, 1.0])]
    );
    let texture = soup.summary.materials[0].textured(&Limits::default()).unwrap().texture.unwrap();
    assert_eq!((texture.width, texture.repeat), (3, [false, true]));
    doc.json["buffers"][0]["uri"] = json!("../数据%201.bin");
    let escape = Files::new().with("数据 1.bin", &doc.bin).with("in/a.gltf", doc.json.to_string());
    assert_eq!(
        escape.error("in/a.gltf"),
        "`in/a.gltf`: buffer 0: `../数据 1.bin` lies outside the source's folder"
    );
}

#[test]
fn quantised_attributes_are_read_as_a_viewer_does() {
    let mut doc = Doc::new();
    let positions: Vec<i16> =
        SQUARE.chunks(3).flat_map(|p| [(p[0] * 32767.) as i16, (p[1] * 32767.) as i16, 0, 0]).collect();
    let view = doc.view(bytemuck::cast_slice(&positions));
    doc.json["bufferViews"][view]["byteStride"] = json!(8);
    doc.json["accessors"] = json!([
        { "bufferView": view, "componentType": 5122, "normalized": true, "count": 4, "type": "VEC3" },
    ]);
    let uvs = doc.accessor("VEC2", 5121, 4, &[0, 0, 255, 0, 0, 255, 255, 255]);
    doc.json["accessors"][uvs]["normalized"] = json!(true);
    let colours = doc.accessor("VEC3", 5123, 4, bytemuck::cast_slice(&[65535u16, 0, 14_077].repeat(4)));
    doc.json["accessors"][colours]["normalized"] = json!(true);
    *doc.primitive() = json!({
        "attributes": { "POSITION": 0, "TEXCOORD_0": uvs, "COLOR_0": colours }, "mode": 5, "material": 0,
    });
    let image = doc.view(&png(2, 2));
    doc.json["images"] = json!([{ "bufferView": image, "mimeType": "image/png" }]);
    doc.json["textures"] = json!([{ "source": 0 }]);
    doc.json["materials"] = json!([{ "pbrMetallicRoughness": {
        "baseColorFactor": [0.21404, 1.0, 1.0, 1.0],
        "baseColorTexture": { "index": 0, "extensions": { "KHR_texture_transform": {
            "offset": [0.5, 0.25], "scale": [0.5, 2.0], "rotation": std::f64::consts::FRAC_PI_2,
        } } },
    } }]);
    doc.json["extensionsRequired"] = json!(["KHR_mesh_quantization", "KHR_texture_transform"]);
    let soup = Files::new().with("a.glb", doc.glb()).read("a.glb");
    let corner = soup.faces[0].corners[1];
    assert_eq!(corner.position, [1.0, 0.0, 0.0]);
    assert_eq!(corner.colour, Some([255, 0, 128, 255]));
    // A quarter turn of the image clockwise, as implementations agree.
    let near = |[u, v]: [f32; 2], expected: [f32; 2]| {
        assert!((u - expected[0]).abs() < 1e-6 && (v - expected[1]).abs() < 1e-6, "{u} {v}");
    };
    near(corner.uv.unwrap(), [0.5, -0.25]);
    near(soup.faces[0].corners[2].uv.unwrap(), [2.5, 0.25]);
    let (_, factor) = soup.summary.materials[0].texture.as_ref().unwrap();
    assert!((factor[0] - 0.5).abs() < 1e-4);
}

#[test]
fn sparse_values_replace_those_below() {
    let mut doc = square();
    doc.primitive()["mode"] = json!(5);
    let (places, values) = (doc.view(&[1, 3]), doc.view(bytemuck::cast_slice(&[7f32, 0., 0., 8., 1., 0.])));
    doc.json["accessors"][0]["sparse"] = json!({
        "count": 2,
        "indices": { "bufferView": places, "componentType": 5121 },
        "values": { "bufferView": values },
    });
    let soup = Files::new().with("a.glb", doc.glb()).read("a.glb");
    assert_eq!(soup.summary.bounds.max, [8.0, 0.0, 1.0]);
    assert_eq!(soup.positions()[0][1], [7.0, 0.0, 0.0]);
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    let mut draco = square();
    draco.json["extensionsRequired"] = json!(["KHR_draco_mesh_compression"]);
    let mut cycle = square();
    cycle.json["nodes"] = json!([{ "children": [0], "mesh": 0 }]);
    let mut fan = square();
    fan.json["nodes"] = json!([{ "children": vec![1; 1100] }, { "children": vec![2; 1100] }, {}]);
    let mut lost = square();
    lost.primitive()["attributes"]["POSITION"] = json!(9);
    let mut points = square();
    points.primitive()["mode"] = json!(0);
    let files = Files::new()
        .with("draco.glb", draco.glb())
        .with("cycle.glb", cycle.glb())
        .with("fan.glb", fan.glb())
        .with("lost.glb", lost.glb())
        .with("points.glb", points.glb())
        .with("text.gltf", "hello");
    assert_eq!(
        files.error("draco.glb"),
        "`draco.glb`: the required extension `KHR_draco_mesh_compression` is not supported"
    );
    assert_eq!(files.error("cycle.glb"), "`cycle.glb`: node 0: nesting of nodes 129 is above the limit 128");
    assert_eq!(
        files.error("fan.glb"),
        "`fan.glb`: node 2: count of nodes 1048577 is above the limit 1048576"
    );
    for name in ["lost.glb", "points.glb"] {
        assert_eq!(files.error(name), format!("`{name}`: has no face that could be used"));
    }
    assert!(files.error("text.gltf").starts_with("`text.gltf`: is no glTF document: expected value"));
}

#[test]
fn a_damaged_primitive_or_image_costs_only_itself() {
    let mut doc = square();
    let indices = doc.accessor("SCALAR", 5123, 6, bytemuck::cast_slice(&[0u16, 1, 2, 0, 1, 9]));
    *doc.primitive() = json!({ "attributes": { "POSITION": 0 }, "indices": indices, "material": 0 });
    let broken = json!({ "attributes": { "POSITION": 77 } });
    doc.json["meshes"][0]["primitives"].as_array_mut().unwrap().push(broken);
    let webp = doc.view(b"RIFF\x10\0\0\0WEBPVP8 \0\0\0\0");
    doc.json["images"] = json!([{ "bufferView": webp, "name": "roof" }]);
    doc.json["textures"] = json!([{ "extensions": { "KHR_texture_basisu": { "source": 0 } } }]);
    doc.json["materials"] =
        json!([{ "name": "m", "pbrMetallicRoughness": { "baseColorTexture": { "index": 0 } } }]);
    let soup = Files::new().with("a.glb", doc.glb()).read("a.glb");
    assert_eq!(soup.faces.len(), 1);
    assert_eq!(soup.codes(), ["texture_missing", "index_outside", "primitive_left_out"]);
    assert_eq!(
        soup.warnings()[2],
        "`a.glb` mesh 0: accessor 77: is not in the document; a part of the mesh was left out"
    );
}

#[test]
fn a_compressed_file_streams_as_it_is_read_whole() {
    let positions: Vec<[f64; 3]> = (0..40_000u32)
        .map(|i| [f64::from(i % 200) * 0.1, f64::from(i / 200) * 0.1, f64::from(i % 7) * 0.01])
        .collect();
    let indices = (0..39_700u32).filter(|i| i % 200 != 199).flat_map(|i| [i, i + 1, i + 200]).collect();
    let mesh = Mesh { positions, indices, ..Mesh::default() };
    let content = encode(&[mesh], 0.002).unwrap().unwrap();
    let whole = gltf::meshes(&content.bytes, "a.glb", &Limits::default()).unwrap();
    let expected: Vec<[[f64; 3]; 3]> = whole[0]
        .indices
        .as_chunks::<3>()
        .0
        .iter()
        .map(|t| t.map(|i| whole[0].positions[i as usize]))
        .collect();
    let files = Files::new().with("a.glb", &content.bytes);
    // Two megabytes: the decoded views fit, the vertices do not.
    for memory_bytes in [256 << 20, 2 << 20] {
        let options = StreamOptions { memory_bytes, ..StreamOptions::default() };
        assert!(Soup::read_with(&files.path("a.glb"), &options).positions() == expected);
    }
}
