//! The node tree to placed meshes (glTF 2.0, 3.5), turned from glTF's axes (y up) to ours (z up).

use super::document::{Document, Node};
use crate::geometry::matrix::Affine;
use crate::read::Limits;
use crate::read::soup::error::{Fault, Place, Read, within};

/// glTF's east, up, south to east, north, up.
pub(super) const TURN: Affine =
    Affine { linear: [[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]], offset: [0.0; 3] };

/// Told the place and the number of each mesh.
type Visit<'v> = dyn FnMut(&Affine, usize) -> Read<()> + 'v;

/// Visits the meshes of the default scene, or of the first, in the document's order.
pub(super) fn walk(document: &Document, limits: &Limits, visit: &mut Visit<'_>) -> Read<()> {
    let mut walk = Walk { document, limits, visits: 0 };
    let Some(scene) = document.scenes.get(document.scene.unwrap_or(0)) else {
        // A file without scenes is a library; everything in it is shown.
        let is_child = children(document);
        let roots = (0..document.nodes.len()).filter(|&node| !is_child[node]);
        return roots.into_iter().try_for_each(|node| walk.node(node, &TURN, 0, visit));
    };
    scene.nodes.iter().try_for_each(|&node| walk.node(node, &TURN, 0, visit))
}

fn children(document: &Document) -> Vec<bool> {
    let mut is_child = vec![false; document.nodes.len()];
    for &child in document.nodes.iter().flat_map(|node| node.children.iter()) {
        if let Some(slot) = is_child.get_mut(child) {
            *slot = true;
        }
    }
    is_child
}

struct Walk<'d> {
    document: &'d Document,
    limits: &'d Limits,
    visits: u64,
}

impl Walk<'_> {
    fn node(&mut self, number: usize, above: &Affine, depth: usize, visit: &mut Visit<'_>) -> Read<()> {
        let named = |fault: Fault| fault.at(|| Place::Element(format!("node {number}")));
        self.visits += 1;
        within("nesting of nodes", depth as u64, self.limits.depth as u64).map_err(named)?;
        within("count of nodes", self.visits, self.limits.visits as u64).map_err(named)?;
        let Some(node) = self.document.nodes.get(number) else {
            return Err(named(Fault::invalid("is not in the document")));
        };
        let place = above.after(&transform(node).map_err(named)?);
        if let Some(mesh) = node.mesh {
            visit(&place, mesh)?;
        }
        node.children.iter().try_for_each(|&child| self.node(child, &place, depth + 1, visit))
    }
}

fn transform(node: &Node) -> Read<Affine> {
    if let Some(matrix) = &node.matrix {
        // Sixteen numbers by columns stand in the order of a row vector's matrix by rows.
        return Affine::from_row_vector_matrix(matrix)
            .ok_or_else(|| Fault::invalid("its matrix is not affine"));
    }
    let offset = node.translation.unwrap_or_default();
    let scale = node.scale.unwrap_or([1.0; 3]);
    let mut linear = node.rotation.map_or(Affine::IDENTITY.linear, rotation);
    for row in &mut linear {
        for (value, factor) in row.iter_mut().zip(scale) {
            *value *= factor;
        }
    }
    let numbers = linear.iter().flatten().chain(&offset);
    if numbers.into_iter().all(|value| value.is_finite()) {
        Ok(Affine { linear, offset })
    } else {
        Err(Fault::invalid("its transform is not finite"))
    }
}

/// The rotation of a unit quaternion x, y, z, w.
fn rotation([x, y, z, w]: [f64; 4]) -> [[f64; 3]; 3] {
    [
        [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - z * w), 2.0 * (x * z + y * w)],
        [2.0 * (x * y + z * w), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - x * w)],
        [2.0 * (x * z - y * w), 2.0 * (y * z + x * w), 1.0 - 2.0 * (x * x + y * y)],
    ]
}
