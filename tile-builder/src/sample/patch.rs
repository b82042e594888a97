//! Patches: the curved or flat four-cornered surfaces that the whole scene is made of.
//!
//! A patch has corners, a paint and a size in metres; `Mason` builds walls, floors and boxes from
//! them in a frame of its own. Everything later (light, texture, mesh) evaluates patches.

use super::noise::{cell, value3};
use super::paint::Paint;
use super::vector::{Vec3, lerp, smoothstep, vec3};

/// A surface over `s` (along the lower edge) and `t` (upwards), both 0 to 1.
#[derive(Debug, Clone)]
pub(crate) struct Patch {
    /// Lower left, lower right, upper right, upper left, seen from outside.
    pub(crate) corners: [Vec3; 4],
    /// How the surface departs from the corners.
    pub(crate) shape: Shape,
    /// Metres along `s` and `t`.
    pub(crate) size: [f32; 2],
    /// What it looks like in even light.
    pub(crate) paint: Paint,
    /// Coarsest level that still has the patch.
    pub(crate) from_level: u8,
}

/// How a patch departs from the plane between its corners.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shape {
    /// Not at all: bilinear between the corners.
    Flat,
    /// A tree crown: the corners are one face of a cube around the centre, blown up to a lumpy ball.
    Crown { centre: Vec3, radii: Vec3, seed: u32 },
}

impl Patch {
    /// A flat patch from its corners.
    pub(crate) fn flat(corners: [Vec3; 4], paint: Paint, from_level: u8) -> Self {
        let [a, b, c, d] = corners;
        let size = [(b - a).length().max((c - d).length()), (d - a).length().max((c - b).length())];
        Self { corners, shape: Shape::Flat, size, paint, from_level }
    }

    /// The place of a point of the patch.
    pub(crate) fn at(&self, s: f32, t: f32) -> Vec3 {
        let [a, b, c, d] = self.corners;
        let low = a + (b - a) * s;
        let high = d + (c - d) * s;
        let p = low + (high - low) * t;
        match self.shape {
            Shape::Flat => p,
            Shape::Crown { centre, radii, seed } => crown(p, centre, radii, seed),
        }
    }

    /// The outward normal at a point.
    pub(crate) fn normal(&self, s: f32, t: f32) -> Vec3 {
        match self.shape {
            Shape::Flat => {
                let [a, b, c, d] = self.corners;
                let along = (b - a) * (1.0 - t) + (c - d) * t;
                let up = (d - a) * (1.0 - s) + (c - b) * s;
                along.cross(up).unit()
            }
            Shape::Crown { .. } => {
                let e = 0.04;
                let along = self.at(s + e, t) - self.at(s - e, t);
                let up = self.at(s, t + e) - self.at(s, t - e);
                along.cross(up).unit()
            }
        }
    }

    /// How open a point of a crown lies, 0 between clumps to 1 on top; 1 for all other patches.
    pub(crate) fn openness(&self, s: f32, t: f32) -> f32 {
        match self.shape {
            Shape::Flat => 1.0,
            Shape::Crown { centre, seed, .. } => {
                let [a, b, c, d] = self.corners;
                let (low, high) = (a + (b - a) * s, d + (c - d) * s);
                let p = low + (high - low) * t;
                smoothstep(0.12, 0.85, crown_lumps((p - centre).unit(), seed))
            }
        }
    }

    /// True for tree crowns, which let some light through.
    pub(crate) fn is_crown(&self) -> bool {
        matches!(self.shape, Shape::Crown { .. })
    }

    /// Lower and upper corner of a box around the patch.
    pub(crate) fn bounds(&self) -> (Vec3, Vec3) {
        match self.shape {
            Shape::Flat => {
                let [a, b, c, d] = self.corners;
                (a.min(b).min(c.min(d)), a.max(b).max(c.max(d)))
            }
            Shape::Crown { centre, radii, .. } => (centre - radii * 1.3, centre + radii * 1.3),
        }
    }
}

fn crown(p: Vec3, centre: Vec3, radii: Vec3, seed: u32) -> Vec3 {
    let d = (p - centre).unit();
    let k = 0.60 + 0.56 * crown_lumps(d, seed);
    centre + vec3(d.x * radii.x * k, d.y * radii.y * k, d.z * radii.z * k)
}

/// How far a crown bulges in a direction: 1 on top of a clump of leaves, 0 deep between clumps.
///
/// Clumps are the cells of a jittered grid on the sphere (Worley 1996), which gives the cauliflower
/// that surveys make of trees.
fn crown_lumps(d: Vec3, seed: u32) -> f32 {
    let f = 2.1;
    let p = vec3(d.x * f + 31.5, d.y * f + 31.5, d.z * f + 31.5);
    let (x, y, z) = (p.x.floor() as i32, p.y.floor() as i32, p.z.floor() as i32);
    let mut nearest = 4.0f32;
    for i in 0..27 {
        let (cx, cy, cz) = (x + i % 3 - 1, y + i / 3 % 3 - 1, z + i / 9 - 1);
        let jitter = |k: u32| cell(cx, cy, cz, seed.wrapping_mul(5).wrapping_add(k));
        let q = vec3(cx as f32 + jitter(1), cy as f32 + jitter(2), cz as f32 + jitter(3));
        let away = q - p;
        nearest = nearest.min(away.dot(away));
    }
    let fine = value3(d.x * 5.2 + 7.0, d.y * 5.2, d.z * 5.2, seed ^ 7);
    let uneven = value3(d.x * 1.1 + 3.0, d.y * 1.1, d.z * 1.1, seed ^ 0x13);
    (1.0 - nearest * 1.05).max(0.0) * 0.62 + fine * 0.22 + uneven * 0.42
}

/// The melted look of a survey mesh: where a point of the true surface ends up. It depends on the
/// place alone, so that surfaces which meet stay together.
pub(crate) fn melt(p: Vec3) -> Vec3 {
    let wave = |f: f32, seed: u32| value3(p.x * f, p.y * f, p.z * f, seed) - 0.5;
    let slow = vec3(wave(0.55, 11), wave(0.55, 12), wave(0.55, 13)) * 0.14;
    let fast = vec3(wave(1.9, 21), wave(1.9, 22), wave(1.9, 23)) * 0.05;
    p + slow + fast
}

/// A frame of metres: `x` forward, `y` left, `z` up, standing somewhere in the survey.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    /// The frame's origin in survey metres.
    pub(crate) origin: Vec3,
    /// Cosine and sine of the angle from east to the frame's `x`.
    pub(crate) turn: [f32; 2],
}

impl Frame {
    /// A frame at a point of this one, turned by an angle in radians.
    pub(crate) fn at(&self, x: f32, y: f32, z: f32, angle: f32) -> Self {
        let (sin, cos) = angle.sin_cos();
        let [c, s] = self.turn;
        Self { origin: self.place(x, y, z), turn: [c * cos - s * sin, s * cos + c * sin] }
    }

    /// Survey metres of a point of the frame.
    pub(crate) fn place(&self, x: f32, y: f32, z: f32) -> Vec3 {
        let [c, s] = self.turn;
        self.origin + vec3(x * c - y * s, x * s + y * c, z)
    }

    /// The frame's `x` and `y` of survey metres.
    pub(crate) fn plan_of(&self, p: Vec3) -> [f32; 2] {
        let [c, s] = self.turn;
        let d = p - self.origin;
        [d.x * c + d.y * s, d.y * c - d.x * s]
    }
}

/// A box between two corners of a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Block {
    pub(crate) low: [f32; 3],
    pub(crate) high: [f32; 3],
}

impl Block {
    /// A box of a size that stands centred on a point.
    pub(crate) fn standing(x: f32, y: f32, z: f32, size: [f32; 3]) -> Self {
        let [w, d, h] = size;
        Self { low: [x - w / 2.0, y - d / 2.0, z], high: [x + w / 2.0, y + d / 2.0, z + h] }
    }
}

/// Lays patches in a frame.
#[derive(Debug, Clone)]
pub(crate) struct Mason {
    /// Where the work stands.
    pub(crate) frame: Frame,
    /// Coarsest level of what is laid next.
    pub(crate) level: u8,
    /// What is laid.
    pub(crate) patches: Vec<Patch>,
}

impl Mason {
    pub(crate) fn new(frame: Frame) -> Self {
        Self { frame, level: 0, patches: Vec::new() }
    }

    /// Four corners in the frame: lower left, lower right, upper right, upper left from outside.
    pub(crate) fn face(&mut self, corners: [[f32; 3]; 4], paint: Paint) {
        let corners = corners.map(|[x, y, z]| self.frame.place(x, y, z));
        self.patches.push(Patch::flat(corners, paint, self.level));
    }

    /// A wall along a line from left to right as seen from outside.
    pub(crate) fn wall(&mut self, from: [f32; 2], to: [f32; 2], z: [f32; 2], paint: Paint) {
        let ([ax, ay], [bx, by]) = (from, to);
        self.face([[ax, ay, z[0]], [bx, by, z[0]], [bx, by, z[1]], [ax, ay, z[1]]], paint);
    }

    /// A level surface that looks up.
    pub(crate) fn floor(&mut self, low: [f32; 2], high: [f32; 2], z: f32, paint: Paint) {
        let ([x0, y0], [x1, y1]) = (low, high);
        self.face([[x0, y0, z], [x1, y0, z], [x1, y1, z], [x0, y1, z]], paint);
    }

    /// Four sides: south, east, north, west of the frame.
    pub(crate) fn sides(&mut self, b: Block, paints: &[Paint; 4]) {
        let ([x0, y0, z0], [x1, y1, z1]) = (b.low, b.high);
        let [south, east, north, west] = *paints;
        self.wall([x0, y0], [x1, y0], [z0, z1], south);
        self.wall([x1, y0], [x1, y1], [z0, z1], east);
        self.wall([x1, y1], [x0, y1], [z0, z1], north);
        self.wall([x0, y1], [x0, y0], [z0, z1], west);
    }

    /// Four sides and a top of one paint.
    pub(crate) fn block(&mut self, b: Block, paint: Paint) {
        self.sides(b, &[paint; 4]);
        self.floor([b.low[0], b.low[1]], [b.high[0], b.high[1]], b.high[2], paint);
    }

    /// A face that looks down, such as the underside of a balcony.
    pub(crate) fn ceiling(&mut self, b: Block, paint: Paint) {
        let ([x0, y0, z], [x1, y1, _]) = (b.low, b.high);
        self.face([[x0, y1, z], [x1, y1, z], [x1, y0, z], [x0, y0, z]], paint);
    }

    /// A lumpy ball of leaves around a point of the frame. A side top grows out of another crown and
    /// has no underside.
    pub(crate) fn crown(
        &mut self,
        centre: [f32; 3],
        radii: [f32; 3],
        seed: u32,
        paint: Paint,
        side_top: bool,
    ) {
        let centre = self.frame.place(centre[0], centre[1], centre[2]);
        let radii = vec3(radii[0], radii[1], radii[2]);
        for corners in CUBE.into_iter().take(if side_top { 5 } else { 6 }) {
            let corners = corners.map(|[x, y, z]| centre + vec3(x, y, z));
            let size = [lerp(radii.x, radii.z, 0.3) * 1.35; 2];
            let shape = Shape::Crown { centre, radii, seed };
            self.patches.push(Patch { corners, shape, size, paint, from_level: self.level });
        }
    }
}

/// The faces of a cube around the origin, each as a patch's corners.
const CUBE: [[[f32; 3]; 4]; 6] = [
    [[-1.0, -1.0, -1.0], [1.0, -1.0, -1.0], [1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]],
    [[1.0, -1.0, -1.0], [1.0, 1.0, -1.0], [1.0, 1.0, 1.0], [1.0, -1.0, 1.0]],
    [[1.0, 1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, 1.0, 1.0], [1.0, 1.0, 1.0]],
    [[-1.0, 1.0, -1.0], [-1.0, -1.0, -1.0], [-1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]],
    [[-1.0, -1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, 1.0], [-1.0, 1.0, 1.0]],
    [[-1.0, 1.0, -1.0], [1.0, 1.0, -1.0], [1.0, -1.0, -1.0], [-1.0, -1.0, -1.0]],
];
