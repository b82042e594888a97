//! How much a reader takes from one file before it refuses.

use serde::{Deserialize, Serialize};

/// Upper bounds per input file. The defaults are far above what survey software writes and far
/// below what would exhaust a workstation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Size of a file on disk.
    pub file_bytes: u64,
    /// Size of a file's body after decompression.
    pub body_bytes: u64,
    /// Objects in one file.
    pub objects: usize,
    /// Nesting of objects.
    pub depth: usize,
    /// Vertices of one file, counted with repetitions of shared objects.
    pub vertices: usize,
    /// Triangles of one file, counted with repetitions of shared objects.
    pub triangles: usize,
    /// Nodes met while walking one file's graph, counted with repetitions of shared objects.
    pub visits: usize,
    /// Bytes of one string.
    pub string_bytes: usize,
    /// Width and height of one texture.
    pub texture_px: u32,
    /// Files in one tile's tree.
    pub tree_files: usize,
    /// Levels of files in one tile's tree.
    pub tree_depth: usize,
    /// Size of a mesh file that is read as a stream.
    pub mesh_bytes: u64,
    /// Vertices of such a file.
    pub mesh_vertices: u64,
    /// Triangles of such a file.
    pub mesh_faces: u64,
    /// Materials of such a file.
    pub mesh_materials: usize,
    /// Corners of one polygon.
    pub polygon_corners: u64,
    /// Bytes of one line of text.
    pub line_bytes: usize,
    /// Size of an IFC file, unpacked.
    pub model_bytes: u64,
    /// Objects of an IFC file that have an identity.
    pub model_objects: usize,
    /// Triangles of an IFC file, each shape counted once.
    pub model_triangles: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 512 << 20,
            body_bytes: 512 << 20,
            objects: 1 << 20,
            depth: 128,
            vertices: 20_000_000,
            triangles: 20_000_000,
            visits: 1 << 20,
            string_bytes: 64 << 10,
            texture_px: 16_384,
            tree_files: 200_000,
            tree_depth: 64,
            mesh_bytes: 1 << 40,
            mesh_vertices: u64::from(u32::MAX),
            mesh_faces: u64::from(u32::MAX),
            mesh_materials: 1 << 16,
            polygon_corners: 1 << 14,
            line_bytes: 1 << 20,
            model_bytes: 2 << 30,
            model_objects: 4_000_000,
            model_triangles: 50_000_000,
        }
    }
}

impl Limits {
    /// Refuses a texture without pixels, or one that is too large.
    ///
    /// # Errors
    /// The reason, with the limit.
    pub(super) fn check_texture(&self, width: u32, height: u32) -> Result<(), String> {
        let limit = self.texture_px;
        if width == 0 || height == 0 {
            return Err("has no pixels".to_owned());
        }
        if width > limit || height > limit {
            return Err(format!("is {width} × {height} px, limit {limit} px a side"));
        }
        Ok(())
    }
}
