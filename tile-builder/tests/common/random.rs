//! Random meshes for tests of properties.

use proptest::prelude::*;
use tile_builder::scene::Mesh;

/// Triangles anywhere within some kilometres, of any size up to `extent` metres.
pub(crate) fn mesh(extent: f64) -> impl Strategy<Value = Mesh> {
    let corner = prop::array::uniform3(-extent..extent);
    let centre = prop::array::uniform3(-5000.0..5000.0f64);
    (prop::collection::vec(corner, 3..60), centre).prop_map(|(corners, centre)| {
        let positions: Vec<[f64; 3]> =
            corners.iter().map(|p| [0, 1, 2].map(|axis| p[axis] + centre[axis])).collect();
        let whole = positions.len() / 3 * 3;
        Mesh { indices: (0..whole as u32).collect(), positions, ..Mesh::default() }
    })
}
