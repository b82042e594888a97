//! The file of a cell: a header, then faces one after the other, little-endian.
//!
//! Header, 32 bytes: `TWCELL1\0`, level u32, x u32, y u32, a spare u32, count of faces u64. The count
//! is written last, so that a file that was not finished is known as such. A face: material u32,
//! flags u8 (1: texture coordinates, 2: colours), three positions of three f64, then three pairs of
//! f32 and three of four bytes as the flags say.

use std::collections::BTreeMap;
use std::collections::hash_map::{Entry, HashMap};
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use super::{CellError, CellId};
use crate::read::Limits;
use crate::read::soup::{Corner, Face, SoupMaterial};
use crate::scene::Mesh;

const MAGIC: &[u8; 8] = b"TWCELL1\0";
pub(super) const HEADER_BYTES: usize = 32;
/// Where the count stands in the header.
pub(super) const COUNT_AT: u64 = 24;
/// The count of a file that is not finished.
const UNFINISHED: u64 = u64::MAX;
const WITH_UVS: u8 = 1;
const WITH_COLOURS: u8 = 2;
/// Bytes of the smallest face.
const LEAST_FACE_BYTES: u64 = 4 + 1 + 72;

pub(super) fn header(id: CellId) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    for value in [u32::from(id.level), id.x, id.y, 0] {
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes.extend_from_slice(&UNFINISHED.to_le_bytes());
    bytes
}

/// Appends a face.
pub(super) fn write(face: &Face, bytes: &mut Vec<u8>) {
    let corners = &face.corners;
    let uvs = corners.iter().all(|corner| corner.uv.is_some());
    let colours = corners.iter().any(|corner| corner.colour.is_some());
    bytes.extend_from_slice(&face.material.to_le_bytes());
    bytes.push(u8::from(uvs) * WITH_UVS + u8::from(colours) * WITH_COLOURS);
    for value in corners.iter().flat_map(|corner| corner.position) {
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    if uvs {
        for value in corners.iter().flat_map(|corner| corner.uv.unwrap_or_default()) {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
    }
    if colours {
        bytes.extend(corners.iter().flat_map(|corner| corner.colour.unwrap_or([255; 4])));
    }
}

/// The faces of a finished cell, in their order.
pub(super) struct Faces<'p> {
    file: BufReader<File>,
    path: &'p Path,
    left: u64,
    pub(super) count: u64,
}

impl<'p> Faces<'p> {
    pub(super) fn open(path: &'p Path) -> Result<Self, CellError> {
        let fail = |source| CellError::Io { path: path.display().to_string(), verb: "read", source };
        let damaged =
            |reason: &str| CellError::Damaged { path: path.display().to_string(), reason: reason.to_owned() };
        let file = File::open(path).map_err(fail)?;
        let size = file.metadata().map_err(fail)?.len();
        let mut file = BufReader::with_capacity(256 << 10, file);
        let mut header = [0; HEADER_BYTES];
        file.read_exact(&mut header).map_err(|_| damaged("the header is cut"))?;
        if !header.starts_with(MAGIC) {
            return Err(damaged("the header is another"));
        }
        let count = header[COUNT_AT as usize..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        if count.checked_mul(LEAST_FACE_BYTES).is_none_or(|least| least > size) {
            return Err(damaged("it was cut, or not finished"));
        }
        Ok(Self { file, path, left: count, count })
    }

    pub(super) fn next(&mut self) -> Result<Option<Face>, CellError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let material = u32::from_le_bytes(self.bytes()?);
        let [flags] = self.bytes()?;
        let mut corners = [Corner { position: [0.0; 3], uv: None, colour: None }; 3];
        for value in corners.iter_mut().flat_map(|corner| &mut corner.position) {
            *value = f64::from_le_bytes(self.bytes()?);
        }
        if flags & WITH_UVS != 0 {
            for corner in &mut corners {
                corner.uv = Some([f32::from_le_bytes(self.bytes()?), f32::from_le_bytes(self.bytes()?)]);
            }
        }
        if flags & WITH_COLOURS != 0 {
            for corner in &mut corners {
                corner.colour = Some(self.bytes()?);
            }
        }
        Ok(Some(Face { corners, material }))
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], CellError> {
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes).map_err(|source| CellError::Io {
            path: self.path.display().to_string(),
            verb: "read",
            source,
        })?;
        Ok(bytes)
    }
}

/// Reads a cell: one mesh for each material, in the order in which the faces first use them, apart
/// for faces with and without texture coordinates or colours. Corners that are equal in position,
/// texture coordinates and colour are one vertex; the order of the faces is kept.
///
/// `materials` are those of the summary that the faces came with; their textures are read if nobody
/// holds them.
///
/// # Errors
/// If the file is not a finished cell, names a material that is not there or whose texture cannot be
/// read, or has more than `limits.triangles` faces.
pub fn read(path: &Path, materials: &[SoupMaterial], limits: &Limits) -> Result<Vec<Mesh>, CellError> {
    let mut faces = Faces::open(path)?;
    let name = || path.display().to_string();
    if faces.count > limits.triangles as u64 {
        return Err(CellError::Limit { path: name(), faces: faces.count, limit: limits.triangles as u64 });
    }
    let mut numbers: BTreeMap<(u32, bool, bool), usize> = BTreeMap::new();
    let mut groups: Vec<Group> = Vec::new();
    while let Some(face) = faces.next()? {
        let first = &face.corners[0];
        let key = (face.material, first.uv.is_some(), first.colour.is_some());
        let number = *numbers.entry(key).or_insert_with(|| {
            groups.push(Group::default());
            groups.len() - 1
        });
        groups[number].add(&face);
    }
    for (&(material, textured, _), &number) in &numbers {
        let Some(material) = materials.get(material as usize) else {
            let reason = format!("material {material} of {} that there are", materials.len());
            return Err(CellError::Damaged { path: name(), reason });
        };
        groups[number].mesh.material = if textured {
            material.textured(limits).map_err(|reason| CellError::Texture { path: name(), reason })?
        } else {
            material.plain()
        };
    }
    Ok(groups.into_iter().map(|group| group.mesh).collect())
}

/// What two corners must share to be one vertex.
type VertexKey = ([u64; 3], [u32; 2], [u8; 4]);

#[derive(Default)]
struct Group {
    mesh: Mesh,
    /// Looked up only; never iterated.
    vertices: HashMap<VertexKey, u32>,
}

impl Group {
    fn add(&mut self, face: &Face) {
        for corner in &face.corners {
            let uv = corner.uv.unwrap_or_default();
            let colour = corner.colour.unwrap_or_default();
            let key = (corner.position.map(f64::to_bits), uv.map(f32::to_bits), colour);
            let next = self.mesh.positions.len() as u32;
            let index = match self.vertices.entry(key) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(free) => {
                    self.mesh.positions.push(corner.position);
                    self.mesh.uvs.extend(corner.uv);
                    self.mesh.colours.extend(corner.colour);
                    *free.insert(next)
                }
            };
            self.mesh.indices.push(index);
        }
    }
}
