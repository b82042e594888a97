//! Rays against the scene: a bounding volume hierarchy over the triangles of patches.
//!
//! In: the patches around a tile. Out: whether, and on what, a ray ends. Built and asked by `bake`.
//! The tree stands in the street frame, where most walls are flat boxes along its axes; in the survey's
//! axes every long wall would fill a wide box and be tested by every ray that passes near it.
//! Triangles are tested after Möller and Trumbore (1997).

use super::noise::value3;
use super::patch::Patch;
use super::vector::{Vec3, vec3};

/// The triangles of a scene, ready to be hit.
#[derive(Debug)]
pub(crate) struct Scene {
    /// Cosine and sine of the angle from east to the streets.
    turn: [f32; 2],
    nodes: Vec<Node>,
    triangles: Vec<Triangle>,
}

#[derive(Debug, Clone, Copy)]
struct Triangle {
    a: Vec3,
    ab: Vec3,
    ac: Vec3,
    patch: u32,
    leafy: bool,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    low: Vec3,
    high: Vec3,
    /// First triangle of a leaf, or the right child of a branch (the left one follows the branch).
    start: u32,
    /// Triangles of a leaf, 0 for a branch.
    count: u32,
    /// The axis along which a branch was split.
    axis: u8,
}

/// A ray with its reach.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ray {
    pub(crate) origin: Vec3,
    pub(crate) direction: Vec3,
    pub(crate) reach_m: f32,
}

/// Where a ray ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) distance_m: f32,
    pub(crate) patch: u32,
}

/// Segments per edge of a crown that casts shadows.
const CROWN_SEGMENTS: usize = 2;
const LEAF_TRIANGLES: usize = 4;
const DEEPEST: usize = 64;

impl Scene {
    /// Cost: n log n of the number of patches.
    pub(crate) fn new(patches: &[Patch], turn: [f32; 2]) -> Self {
        let mut triangles = Vec::with_capacity(patches.len() * 2);
        for (index, patch) in patches.iter().enumerate() {
            push_triangles(&mut triangles, patch, index as u32, turn);
        }
        let mut nodes = Vec::with_capacity(triangles.len());
        let count = triangles.len();
        if count > 0 {
            build(&mut nodes, &mut triangles, 0, count);
        }
        Self { turn, nodes, triangles }
    }

    fn turned(&self, ray: Ray) -> Ray {
        let [origin, direction] = [ray.origin, ray.direction].map(|v| turned(v, self.turn));
        Ray { origin, direction, ..ray }
    }

    /// True if anything solid stands in the way. Crowns let a fifth of the light through.
    pub(crate) fn blocked(&self, ray: Ray, own_patch: u32) -> bool {
        let ray = self.turned(ray);
        let mut blocked = false;
        self.walk(ray, |triangle, distance| {
            if triangle.patch == own_patch && !triangle.leafy {
                return ray.reach_m;
            }
            if triangle.leafy {
                let p = ray.origin + ray.direction * distance;
                if value3(p.x * 2.6, p.y * 2.6, p.z * 2.6, 77) > 0.68 {
                    return ray.reach_m;
                }
            }
            blocked = true;
            0.0
        });
        blocked
    }

    /// Something on the way: the first that the walk through the tree meets, which is not always the
    /// nearest but costs half as much to find.
    pub(crate) fn something(&self, ray: Ray, own_patch: u32) -> Option<Hit> {
        let ray = self.turned(ray);
        let mut hit: Option<Hit> = None;
        self.walk(ray, |triangle, distance| {
            if triangle.patch == own_patch && !triangle.leafy {
                return ray.reach_m;
            }
            hit = Some(Hit { distance_m: distance, patch: triangle.patch });
            0.0
        });
        hit
    }

    /// Visits triangles that the ray meets within its reach; the visitor answers the new reach.
    fn walk(&self, ray: Ray, mut visit: impl FnMut(&Triangle, f32) -> f32) {
        if self.nodes.is_empty() {
            return;
        }
        let inverse = vec3(1.0 / ray.direction.x, 1.0 / ray.direction.y, 1.0 / ray.direction.z);
        let mut reach = ray.reach_m;
        let mut stack = [0u32; DEEPEST];
        let mut depth = 1;
        while depth > 0 {
            depth -= 1;
            let index = stack[depth];
            let node = &self.nodes[index as usize];
            if !node.meets(ray.origin, inverse, reach) {
                continue;
            }
            if node.count == 0 {
                if depth + 2 <= DEEPEST {
                    // The nearer half is visited first.
                    let (near, far) = (index + 1, node.start);
                    let backwards = ray.direction.axis(usize::from(node.axis)) < 0.0;
                    (stack[depth], stack[depth + 1]) = if backwards { (near, far) } else { (far, near) };
                    depth += 2;
                }
                continue;
            }
            let first = node.start as usize;
            for triangle in &self.triangles[first..first + node.count as usize] {
                if let Some(distance) = triangle.meets(ray, reach) {
                    reach = visit(triangle, distance);
                    if reach <= 0.0 {
                        return;
                    }
                }
            }
        }
    }
}

/// A vector of the survey's axes in the street frame's axes.
fn turned(p: Vec3, [cos, sin]: [f32; 2]) -> Vec3 {
    vec3(p.x * cos + p.y * sin, p.y * cos - p.x * sin, p.z)
}

fn push_triangles(out: &mut Vec<Triangle>, patch: &Patch, index: u32, turn: [f32; 2]) {
    let leafy = patch.is_crown();
    let n = if leafy { CROWN_SEGMENTS } else { 1 };
    let step = 1.0 / n as f32;
    for row in 0..n {
        for column in 0..n {
            let (s, t) = (column as f32 * step, row as f32 * step);
            let at = |s: f32, t: f32| turned(patch.at(s, t), turn);
            let (a, b, c, d) = (at(s, t), at(s + step, t), at(s + step, t + step), at(s, t + step));
            for [p, q, r] in [[a, b, c], [a, c, d]] {
                out.push(Triangle { a: p, ab: q - p, ac: r - p, patch: index, leafy });
            }
        }
    }
}

/// The box around triangles, and the box around their middles.
fn boxes(triangles: &[Triangle]) -> [[Vec3; 2]; 2] {
    let empty = [vec3(f32::MAX, f32::MAX, f32::MAX), vec3(f32::MIN, f32::MIN, f32::MIN)];
    triangles.iter().fold([empty; 2], |[all, middles], t| {
        let ([low, high], middle) = (t.bounds(), t.middle());
        [[all[0].min(low), all[1].max(high)], [middles[0].min(middle), middles[1].max(middle)]]
    })
}

fn build(nodes: &mut Vec<Node>, triangles: &mut [Triangle], first: usize, count: usize) {
    let part = &mut triangles[first..first + count];
    let [[low, high], middles] = boxes(part);
    let index = nodes.len();
    nodes.push(Node { low, high, start: first as u32, count: count as u32, axis: 0 });
    if count <= LEAF_TRIANGLES {
        return;
    }
    let size = middles[1] - middles[0];
    let axis = if size.x >= size.y && size.x >= size.z { 0 } else { usize::from(size.y < size.z) + 1 };
    let left = split(part, axis, middles[0].axis(axis), size.axis(axis));
    build(nodes, triangles, first, left);
    nodes[index].start = nodes.len() as u32;
    nodes[index].count = 0;
    nodes[index].axis = axis as u8;
    build(nodes, triangles, first + left, count - left);
}

/// Sorts triangles into a left and a right part where that costs rays least, and tells how many are
/// left: surface area heuristic over bins (Wald 2007).
fn split(part: &mut [Triangle], axis: usize, low: f32, size: f32) -> usize {
    const BINS: usize = 12;
    let bin = |t: &Triangle| {
        (((t.middle().axis(axis) - low) / size.max(1e-6) * BINS as f32) as usize).min(BINS - 1)
    };
    let mut best = (f32::MAX, 0);
    for cut in 1..BINS {
        let mut sides = [([vec3(f32::MAX, f32::MAX, f32::MAX), vec3(f32::MIN, f32::MIN, f32::MIN)], 0.0); 2];
        for t in part.iter() {
            let (around, count) = &mut sides[usize::from(bin(t) >= cut)];
            let [low, high] = t.bounds();
            *around = [around[0].min(low), around[1].max(high)];
            *count += 1.0;
        }
        let cost: f32 = sides.iter().map(|([low, high], count)| half_area(*high - *low) * count).sum();
        if sides.iter().all(|(_, count)| *count > 0.0) && cost < best.0 {
            best = (cost, cut);
        }
    }
    if best.1 == 0 {
        let middle = part.len() / 2;
        part.select_nth_unstable_by(middle, |a, b| a.middle().axis(axis).total_cmp(&b.middle().axis(axis)));
        return middle;
    }
    part.sort_by_key(|t| bin(t) >= best.1);
    part.iter().filter(|t| bin(t) < best.1).count()
}

fn half_area(size: Vec3) -> f32 {
    size.x * size.y + size.y * size.z + size.z * size.x
}

impl Node {
    fn meets(&self, origin: Vec3, inverse: Vec3, reach: f32) -> bool {
        let (a, b) = (self.low - origin, self.high - origin);
        let a = vec3(a.x * inverse.x, a.y * inverse.y, a.z * inverse.z);
        let b = vec3(b.x * inverse.x, b.y * inverse.y, b.z * inverse.z);
        let (near, far) = (a.min(b), a.max(b));
        let enter = near.x.max(near.y).max(near.z).max(0.0);
        enter <= far.x.min(far.y).min(far.z).min(reach)
    }
}

impl Triangle {
    fn bounds(&self) -> [Vec3; 2] {
        let (b, c) = (self.a + self.ab, self.a + self.ac);
        [self.a.min(b).min(c), self.a.max(b).max(c)]
    }

    fn middle(&self) -> Vec3 {
        self.a + (self.ab + self.ac) * (1.0 / 3.0)
    }

    fn meets(&self, ray: Ray, reach: f32) -> Option<f32> {
        let p = ray.direction.cross(self.ac);
        let determinant = self.ab.dot(p);
        if determinant.abs() < 1e-9 {
            return None;
        }
        let inverse = 1.0 / determinant;
        let from = ray.origin - self.a;
        let u = from.dot(p) * inverse;
        let q = from.cross(self.ab);
        let v = ray.direction.dot(q) * inverse;
        let distance = self.ac.dot(q) * inverse;
        (u >= 0.0 && v >= 0.0 && u + v <= 1.0 && distance > 1e-4 && distance < reach).then_some(distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::paint::Paint;

    fn floor_at(z: f32) -> Patch {
        let corners = [vec3(-5.0, -5.0, z), vec3(5.0, -5.0, z), vec3(5.0, 5.0, z), vec3(-5.0, 5.0, z)];
        Patch::flat(corners, Paint::Water, 0)
    }

    #[test]
    fn a_ray_ends_on_other_patches_within_its_reach_but_not_on_its_own() {
        let scene = Scene::new(&[floor_at(0.0), floor_at(2.0)], [0.8, 0.6]);
        let up = Ray { origin: vec3(1.0, 1.0, 0.0), direction: vec3(0.0, 0.0, 1.0), reach_m: 50.0 };
        assert_eq!(scene.something(up, 0).map(|h| h.patch), Some(1));
        assert!(scene.something(up, 1).is_none_or(|h| h.patch == 0 && h.distance_m < 0.01));
        assert!(scene.blocked(up, 0));
        assert!(!scene.blocked(Ray { reach_m: 1.5, ..up }, 0));
    }

    #[test]
    fn the_tree_finds_what_a_search_through_all_patches_finds() {
        let corner = |i: usize| vec3((i * 37 % 41) as f32, (i * 17 % 43) as f32, (i * 29 % 31) as f32);
        let patches: Vec<Patch> = (0..120)
            .map(|i| {
                let (a, right, up) = (corner(i), vec3(2.0, 1.0, 0.0), vec3(0.0, 1.0, 2.0));
                Patch::flat([a, a + right, a + right + up, a + up], Paint::Water, 0)
            })
            .collect();
        let all = Scene::new(&patches, [1.0, 0.0]);
        let single: Vec<Scene> =
            patches.iter().map(|p| Scene::new(std::slice::from_ref(p), [1.0, 0.0])).collect();
        for i in 0..400 {
            let direction = (corner(i * 7 + 3) - corner(i)).unit();
            let ray = Ray { origin: corner(i) + vec3(0.3, 0.2, 0.7), direction, reach_m: 30.0 };
            let want = single.iter().any(|scene| scene.blocked(ray, u32::MAX));
            assert_eq!(all.blocked(ray, u32::MAX), want, "{ray:?}");
        }
    }

    #[test]
    fn a_ray_beside_everything_meets_nothing() {
        let scene = Scene::new(&[floor_at(0.0)], [0.8, 0.6]);
        let aside = Ray { origin: vec3(9.0, 0.0, -1.0), direction: vec3(0.0, 0.0, 1.0), reach_m: 50.0 };
        assert!(scene.something(aside, u32::MAX).is_none() && !scene.blocked(aside, u32::MAX));
    }
}
