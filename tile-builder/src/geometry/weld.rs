//! Surfaces: triangles on shared vertices, whatever their texture coordinates.
//!
//! In: lists of positions and indices, as meshes hold them. Out: a [`Surface`] in which equal
//! positions are one vertex, so that it has a topology. Photogrammetry repeats a vertex two to five
//! times, once for each piece of texture it lies on. Used by `lod` and `texture`.

use std::collections::{HashMap, HashSet};

use super::Aabb;
use super::vector::{Vec3, face, length, unit};

/// No triangle across an edge.
pub const NONE: u32 = u32::MAX;

/// Triangles on shared vertices.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Surface {
    /// Vertices, no two alike.
    pub positions: Vec<Vec3>,
    /// Corners, counter-clockwise seen from outside; all within `positions`.
    pub triangles: Vec<[u32; 3]>,
}

/// Joins vertices that stand at the same place, to the last bit. What cannot be drawn is left out:
/// triangles without three different corners, with an index beyond its list or a number that is
/// not finite, and repetitions of a triangle.
#[must_use]
pub fn weld<'m>(lists: impl IntoIterator<Item = (&'m [Vec3], &'m [u32])>) -> Surface {
    let mut surface = Surface::default();
    let mut places: HashMap<[u64; 3], u32> = HashMap::new();
    let mut seen: HashSet<[u32; 3]> = HashSet::new();
    for (positions, indices) in lists {
        let joined: Vec<u32> = positions
            .iter()
            .map(|p| {
                // Adding zero turns -0 into 0, which is the same place.
                let key = p.map(|value| (value + 0.0).to_bits());
                *places.entry(key).or_insert_with(|| {
                    surface.positions.push(*p);
                    (surface.positions.len() - 1) as u32
                })
            })
            .collect();
        for corners in indices.as_chunks::<3>().0 {
            let Some([a, b, c]) = lookup(corners, &joined, positions) else { continue };
            let (ab, bc, ca) = (a == b, b == c, c == a);
            // The smallest corner first, so that a repetition is found and the winding is kept.
            let first = if a < b && a < c {
                [a, b, c]
            } else if b < c {
                [b, c, a]
            } else {
                [c, a, b]
            };
            if !(ab || bc || ca) && seen.insert(first) {
                surface.triangles.push([a, b, c]);
            }
        }
    }
    surface.compact()
}

fn lookup(corners: &[u32; 3], joined: &[u32], positions: &[Vec3]) -> Option<[u32; 3]> {
    let mut out = [0; 3];
    for (corner, at) in out.iter_mut().zip(corners) {
        let finite = positions.get(*at as usize)?.iter().all(|value| value.is_finite());
        *corner = finite.then(|| joined[*at as usize])?;
    }
    Some(out)
}

impl Surface {
    /// Area in plan of the triangles with these corners that face up, three corners after another.
    #[must_use]
    pub fn plan_area(&self, indices: &[u32]) -> f64 {
        let area = |corners: &[u32; 3]| {
            let [a, b, c] = corners.map(|at| self.positions[at as usize]);
            (((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) / 2.0).max(0.0)
        };
        indices.as_chunks::<3>().0.iter().map(area).sum()
    }

    /// The positions of a triangle's corners.
    #[must_use]
    pub fn corners(&self, triangle: usize) -> [Vec3; 3] {
        self.triangles[triangle].map(|vertex| self.positions[vertex as usize])
    }

    /// Unit normal of a triangle.
    #[must_use]
    pub fn normal(&self, triangle: usize) -> Vec3 {
        unit(face(&self.corners(triangle)))
    }

    /// Area of a triangle in square metres.
    #[must_use]
    pub fn area(&self, triangle: usize) -> f64 {
        length(face(&self.corners(triangle))) / 2.0
    }

    /// The box around all vertices.
    #[must_use]
    pub fn bounds(&self) -> Aabb {
        Aabb::around(&self.positions)
    }

    /// The same triangles on the vertices they use, in order of first use.
    #[must_use]
    pub fn compact(&self) -> Self {
        let mut new = vec![NONE; self.positions.len()];
        let mut out = Self { positions: Vec::new(), triangles: Vec::with_capacity(self.triangles.len()) };
        for corners in &self.triangles {
            out.triangles.push(corners.map(|old| {
                let at = &mut new[old as usize];
                if *at == NONE {
                    *at = out.positions.len() as u32;
                    out.positions.push(self.positions[old as usize]);
                }
                *at
            }));
        }
        out
    }

    /// For each triangle and each of its edges (corner to next corner), the triangle across it;
    /// [`NONE`] at an open edge and where more than two meet.
    #[must_use]
    pub fn neighbours(&self) -> Vec<[u32; 3]> {
        let mut out = vec![[NONE; 3]; self.triangles.len()];
        for edge in self.sorted_edges().chunk_by(|a, b| a.ends == b.ends) {
            if let [a, b] = edge {
                out[a.triangle as usize][a.side as usize] = b.triangle;
                out[b.triangle as usize][b.side as usize] = a.triangle;
            }
        }
        out
    }

    /// Edges that bound one triangle only, as that triangle walks them.
    #[must_use]
    pub fn open_edges(&self) -> Vec<[u32; 2]> {
        let edges = self.sorted_edges();
        let open = edges.chunk_by(|a, b| a.ends == b.ends).filter(|edge| edge.len() == 1);
        open.map(|edge| {
            let corners = self.triangles[edge[0].triangle as usize];
            let side = edge[0].side as usize;
            [corners[side], corners[(side + 1) % 3]]
        })
        .collect()
    }

    /// The connected part (by shared vertices) that each vertex belongs to, and how many there are.
    #[must_use]
    pub fn parts(&self) -> (Vec<u32>, usize) {
        let mut parent: Vec<u32> = (0..self.positions.len() as u32).collect();
        for &[a, b, c] in &self.triangles {
            join(&mut parent, a, b);
            join(&mut parent, b, c);
        }
        let mut label = vec![NONE; parent.len()];
        let mut count = 0;
        let labels = (0..parent.len() as u32)
            .map(|vertex| {
                let root = find(&mut parent, vertex) as usize;
                if label[root] == NONE {
                    label[root] = count;
                    count += 1;
                }
                label[root]
            })
            .collect();
        (labels, count as usize)
    }

    fn sorted_edges(&self) -> Vec<Edge> {
        let mut edges = Vec::with_capacity(self.triangles.len() * 3);
        for (triangle, corners) in self.triangles.iter().enumerate() {
            for side in 0..3 {
                let (a, b) = (corners[side], corners[(side + 1) % 3]);
                edges.push(Edge { ends: [a.min(b), a.max(b)], triangle: triangle as u32, side: side as u32 });
            }
        }
        edges.sort_unstable();
        edges
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    ends: [u32; 2],
    triangle: u32,
    side: u32,
}

/// The representative of an element's set in a forest of parents (union–find).
pub fn find(parent: &mut [u32], mut at: u32) -> u32 {
    while parent[at as usize] != at {
        let up = parent[at as usize];
        parent[at as usize] = parent[up as usize];
        at = parent[at as usize];
    }
    at
}

/// Unites the sets of two elements; the smaller representative stays.
pub fn join(parent: &mut [u32], a: u32, b: u32) {
    let (a, b) = (find(parent, a), find(parent, b));
    parent[a.max(b) as usize] = a.min(b);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vertex_that_stands_twice_is_one_and_its_edge_is_closed() {
        let positions = [[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, -0.0], [0.0, 1.0, 0.0]];
        let far = [[1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];
        let surface = weld([(&positions[..], &[0, 1, 2, 0, 3, 4][..]), (&far[..], &[0, 2, 1][..])]);
        assert_eq!(surface.positions.len(), 4);
        assert_eq!(surface.triangles, [[0, 1, 2], [3, 2, 1]], "the repeated triangle is left out");
        assert_eq!(surface.open_edges().len(), 4);
        assert_eq!(surface.neighbours()[0], [NONE, 1, NONE]);
        assert_eq!(surface.parts().1, 1);
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out() {
        let positions = [[0.0; 3], [1.0, 0.0, 0.0], [f64::NAN, 1.0, 0.0]];
        let surface = weld([(&positions[..], &[0, 1, 2, 0, 1, 9, 0, 1, 0, 1][..])]);
        assert_eq!(surface, Surface::default());
    }
}
