//! Limits of the readers while they are fuzzed.

use tile_builder::read::Limits;

/// Small enough that a run is quick, large enough that each limit can be reached.
pub(crate) const LIMITS: Limits = Limits {
    file_bytes: 1 << 20,
    body_bytes: 1 << 20,
    objects: 4096,
    depth: 32,
    vertices: 20_000,
    triangles: 20_000,
    visits: 4096,
    string_bytes: 4096,
    texture_px: 512,
    tree_files: 16,
    tree_depth: 8,
    mesh_bytes: 1 << 20,
    mesh_vertices: 20_000,
    mesh_faces: 20_000,
    mesh_materials: 64,
    polygon_corners: 256,
    line_bytes: 4096,
    model_bytes: 1 << 20,
    model_objects: 4096,
    model_triangles: 200_000,
};
