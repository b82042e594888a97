//! Fewer triangles for the same surface.
//!
//! In: the meshes of the finer level. Out: a [`Simplified`] surface on a part of their vertices,
//! which keep their places to the last bit. Called by the pipeline for each level it makes; the
//! texture is baked anew, because photogrammetry cuts its texture into so many pieces that a
//! simplifier which respects them stalls at half of the triangles.
//!
//! Edges are collapsed by quadric error (M. Garland and P. Heckbert, *Surface Simplification Using
//! Quadric Error Metrics*, 1997), as `meshoptimizer` does it, on positions alone.

use meshopt::{SimplifyOptions, VertexDataAdapter};

use crate::geometry::Aabb;
use crate::geometry::weld::{Surface, weld};
use crate::scene::Mesh;

/// How far above the target a result may stay before coarser means are tried.
const STALL_RATIO: f64 = 1.02;

/// Vertices of open edges that must not move or vanish.
#[derive(Clone, Copy)]
pub enum Lock<'a> {
    /// None: borders are simplified like the rest, along themselves.
    Nothing,
    /// All of them.
    OpenEdges,
    /// Those for which this holds, such as lying on the side of a cell.
    OpenEdgesWhere(&'a dyn Fn(&[f64; 3]) -> bool),
}

/// Where a place is made of many loose parts, collapsing edges loses the low and wide ones first, which
/// are its ground; with less than this share of it, cells are tried.
const GROUND_SHARE: f64 = 0.85;

/// What to reach, and what to leave alone.
#[derive(Clone, Copy)]
pub struct SimplifyRule<'a> {
    /// Stop at so many triangles.
    pub target_triangles: usize,
    /// Stop before the surface is off by so many metres.
    pub max_error_m: f64,
    /// What stays in place.
    pub lock: Lock<'a>,
    /// Leave out separate parts smaller than this, in metres across, that hold no locked vertex.
    /// 0 keeps all; give a coarse level the length that it can no longer show.
    pub islands_m: f64,
    /// Give up the topology where keeping it stalls above the target: parts may join or close.
    pub sloppy: bool,
}

/// A surface with fewer triangles.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Simplified {
    /// The triangles that are left, on vertices of the finer level.
    pub surface: Surface,
    /// How far the surface moved, in metres: the square root of the largest quadric error, or the
    /// size of the largest part left out if that is more.
    pub error_m: f64,
    /// Triangles of the finer level after welding.
    pub finer_triangles: usize,
    /// Vertices that were locked.
    pub locked: usize,
    /// Separate parts that were left out.
    pub dropped_parts: usize,
    /// Whether the topology was given up.
    pub sloppy: bool,
}

/// Simplifies the surface of some meshes together, whatever their textures.
///
/// It stops at the target, or where the error, the locks or the topology allow no more; compare
/// `surface.triangles.len()` with the target. Meshes without a drawable triangle give an empty
/// surface. Cost: n log n.
#[must_use]
pub fn simplify(meshes: &[Mesh], rule: &SimplifyRule<'_>) -> Simplified {
    let finer = weld(meshes.iter().map(|mesh| (&mesh.positions[..], &mesh.indices[..])));
    simplify_surface(&finer, rule)
}

/// The same for a surface that is welded already.
#[must_use]
pub fn simplify_surface(finer: &Surface, rule: &SimplifyRule<'_>) -> Simplified {
    let locks = locks(finer, rule.lock);
    let mut out = Simplified {
        finer_triangles: finer.triangles.len(),
        locked: locks.iter().filter(|&&locked| locked).count(),
        ..Simplified::default()
    };
    let kept = drop_islands(finer, &locks, rule, &mut out);
    let work = Work::new(finer, locks);
    let mut indices = work.collapse(&kept, rule, out.locked == 0 && rule.islands_m > 0.0, &mut out.error_m);
    let stalled = indices.len() as f64 > rule.target_triangles as f64 * 3.0 * STALL_RATIO;
    let ground = |indices: &[u32]| finer.plan_area(indices);
    if rule.sloppy && (stalled || ground(&indices) < GROUND_SHARE * ground(&kept)) {
        // From the start again: what is left of each part by now would fall through the cells.
        let (merged, error_m) = work.merge_cells(&kept, rule.target_triangles, rule.max_error_m);
        if merged.len() < indices.len() || ground(&merged) > ground(&indices) {
            (indices, out.sloppy) = (merged, true);
            out.error_m = out.error_m.max(error_m);
        }
    }
    let triangles = indices.as_chunks::<3>().0.to_vec();
    let all = Surface { positions: finer.positions.clone(), triangles };
    out.surface = all.compact();
    out
}

fn locks(surface: &Surface, lock: Lock<'_>) -> Vec<bool> {
    let mut locks = vec![false; surface.positions.len()];
    let holds = |at: u32| match lock {
        Lock::Nothing => false,
        Lock::OpenEdges => true,
        Lock::OpenEdgesWhere(rule) => rule(&surface.positions[at as usize]),
    };
    for at in surface.open_edges().into_iter().flatten() {
        locks[at as usize] = locks[at as usize] || holds(at);
    }
    locks
}

/// Indices of the triangles that are not in small parts without a lock.
fn drop_islands(
    surface: &Surface,
    locks: &[bool],
    rule: &SimplifyRule<'_>,
    out: &mut Simplified,
) -> Vec<u32> {
    let all = || surface.triangles.iter().flatten().copied().collect();
    if rule.islands_m <= 0.0 {
        return all();
    }
    let (labels, count) = surface.parts();
    let mut boxes = vec![Aabb::EMPTY; count];
    let mut locked = vec![false; count];
    for (vertex, &part) in labels.iter().enumerate() {
        boxes[part as usize].add(&surface.positions[vertex]);
        locked[part as usize] |= locks[vertex];
    }
    let small: Vec<bool> =
        (0..count).map(|part| !locked[part] && boxes[part].diagonal() < rule.islands_m).collect();
    // A place that is all crumbs keeps them: something must be left to show.
    if small.iter().all(|&small| small) {
        return all();
    }
    for part in (0..count).filter(|&part| small[part]) {
        out.dropped_parts += 1;
        out.error_m = out.error_m.max(boxes[part].diagonal() / 2.0);
    }
    let kept = surface.triangles.iter().filter(|corners| !small[labels[corners[0] as usize] as usize]);
    kept.flatten().copied().collect()
}

/// A surface as the simplifier takes it.
struct Work {
    /// Relative to the middle of the surface, where 32 bits resolve a hundredth of a millimetre
    /// over a hundred metres.
    positions: Vec<[f32; 3]>,
    locks: Vec<bool>,
}

impl Work {
    fn new(surface: &Surface, locks: Vec<bool>) -> Self {
        let middle = surface.bounds().centre();
        let near = |p: &[f64; 3]| [0, 1, 2].map(|i| (p[i] - middle[i]) as f32);
        Self { positions: surface.positions.iter().map(near).collect(), locks }
    }

    fn vertices(&self) -> Option<VertexDataAdapter<'_>> {
        VertexDataAdapter::new(bytemuck::cast_slice(&self.positions), size_of::<[f32; 3]>(), 0).ok()
    }

    /// Collapses edges in order of their error until the target or the limit is reached.
    fn collapse(&self, indices: &[u32], rule: &SimplifyRule<'_>, prune: bool, error_m: &mut f64) -> Vec<u32> {
        let target = rule.target_triangles.saturating_mul(3);
        let Some(vertices) = self.vertices().filter(|_| indices.len() > target) else {
            return indices.to_vec();
        };
        let mut options = SimplifyOptions::ErrorAbsolute;
        if prune {
            // The library would prune parts with locked vertices, too; so only without locks.
            options |= SimplifyOptions::Prune;
        }
        let mut reached = 0.0;
        let limit = rule.max_error_m as f32;
        let out = meshopt::simplify_with_locks(
            indices,
            &vertices,
            &self.locks,
            target,
            limit,
            options,
            Some(&mut reached),
        );
        *error_m = error_m.max(f64::from(reached));
        out
    }

    /// Merges all vertices of a cell of space, with cells as small as the target allows.
    fn merge_cells(&self, indices: &[u32], target_triangles: usize, most_m: f64) -> (Vec<u32>, f64) {
        let Some(vertices) = self.vertices().filter(|_| most_m > 0.0) else {
            return (indices.to_vec(), 0.0);
        };
        let scale = f64::from(meshopt::simplify_scale(&vertices)).max(f64::MIN_POSITIVE);
        let mut reached = 0.0;
        let out = meshopt::simplify_sloppy_with_locks(
            indices,
            &vertices,
            &self.locks,
            target_triangles.saturating_mul(3),
            (most_m / scale).min(1.0) as f32,
            Some(&mut reached),
        );
        (out, f64::from(reached) * scale)
    }
}
