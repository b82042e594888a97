//! Which triangles go onto one plane together.
//!
//! In: a surface. Out: a label for each triangle: region 0 is all that faces up, wherever it is,
//! and is drawn as a map; the others are connected and face about the same way. Follows the usual
//! growing of charts from seeds (B. Lévy et al., *Least Squares Conformal Maps*, 2002, section 3),
//! with planes in place of conformal maps: photogrammetry is flat ground, flat roofs and walls, and
//! a plane never stretches along itself.

use std::collections::VecDeque;

use crate::geometry::Surface;
use crate::geometry::vector::{Vec3, add, dot, length, scale, sub, unit};
use crate::geometry::weld::NONE;

/// The region of what faces up.
pub(super) const TOP: u32 = 0;
/// Least upward part of a unit normal for the map: what is steeper loses more than half its rows.
const UP: f64 = 0.45;
/// Least agreement (cosine) with the mean of a region to join it.
const JOIN: f64 = 0.6;
/// Least agreement to be taken in as a crumb: 72° off, three times squeezed, but no flip.
const TAKE_IN: f64 = 0.3;
/// A region of fewer triangles is a crumb.
const CRUMB_TRIANGLES: usize = 4;
/// A region of less than this share of the whole surface is a crumb.
const CRUMB_SHARE: f64 = 1.0 / 2000.0;
/// How often crumbs are offered to their neighbours.
const ROUNDS: usize = 3;

/// Triangles by region, and the mean direction of each region.
pub(super) struct Regions {
    pub(super) of: Vec<u32>,
    pub(super) directions: Vec<Vec3>,
}

struct Faces<'s> {
    surface: &'s Surface,
    normals: Vec<Vec3>,
    areas: Vec<f64>,
    neighbours: Vec<[u32; 3]>,
}

/// Sorts the triangles of a surface into regions.
pub(super) fn regions(surface: &Surface) -> Regions {
    let count = surface.triangles.len();
    let faces = Faces {
        surface,
        normals: (0..count).map(|triangle| surface.normal(triangle)).collect(),
        areas: (0..count).map(|triangle| surface.area(triangle)).collect(),
        neighbours: surface.neighbours(),
    };
    let mut out = faces.grow();
    for _ in 0..ROUNDS {
        faces.take_in_crumbs(&mut out);
    }
    out
}

impl Faces<'_> {
    fn grow(&self) -> Regions {
        let up = |triangle: usize| self.normals[triangle][2] > UP;
        let count = self.normals.len();
        let mut of: Vec<u32> = (0..count).map(|triangle| if up(triangle) { TOP } else { NONE }).collect();
        let mut directions = vec![[0.0, 0.0, 1.0]];
        let mut seeds: Vec<usize> = (0..count).filter(|&triangle| of[triangle] == NONE).collect();
        seeds.sort_by(|&a, &b| self.areas[b].total_cmp(&self.areas[a]).then(a.cmp(&b)));
        for seed in seeds {
            if of[seed] == NONE {
                let region = directions.len() as u32;
                directions.push(self.grow_from(seed, region, &mut of));
            }
        }
        Regions { of, directions }
    }

    /// Gives a region all that it can reach, and returns its mean direction.
    fn grow_from(&self, seed: usize, region: u32, of: &mut [u32]) -> Vec3 {
        let mut sum = scale(self.normals[seed], self.areas[seed].max(f64::MIN_POSITIVE));
        let mut taken = vec![seed as u32];
        of[seed] = region;
        let mut queue = VecDeque::from([seed]);
        while let Some(at) = queue.pop_front() {
            let mean = unit(sum);
            for next in self.neighbours[at].map(|next| next as usize) {
                if next != NONE as usize && of[next] == NONE && dot(self.normals[next], mean) > JOIN {
                    of[next] = region;
                    sum = add(sum, scale(self.normals[next], self.areas[next]));
                    taken.push(next as u32);
                    queue.push_back(next);
                }
            }
        }
        // The mean has moved since the first came in: who no longer agrees must go.
        let mean = unit(sum);
        for triangle in taken {
            if triangle as usize != seed && dot(self.normals[triangle as usize], mean) < TAKE_IN {
                of[triangle as usize] = NONE;
            }
        }
        if dot(self.normals[seed], mean) < TAKE_IN { self.normals[seed] } else { mean }
    }

    /// Gives small regions, triangle by triangle, to the neighbour with whom they share most.
    fn take_in_crumbs(&self, regions: &mut Regions) {
        let mut sizes = vec![(0usize, 0.0f64); regions.directions.len()];
        for (triangle, &region) in regions.of.iter().enumerate() {
            let size = &mut sizes[region as usize];
            *size = (size.0 + 1, size.1 + self.areas[triangle]);
        }
        let whole: f64 = self.areas.iter().sum();
        let crumb = |region: u32| {
            let (count, area) = sizes[region as usize];
            region != TOP && (count < CRUMB_TRIANGLES || area < whole * CRUMB_SHARE)
        };
        for triangle in 0..regions.of.len() {
            let own = regions.of[triangle];
            if !crumb(own) {
                continue;
            }
            let mut best: Option<(f64, u32)> = None;
            for side in 0..3 {
                let next = self.neighbours[triangle][side];
                let Some(&region) = regions.of.get(next as usize) else { continue };
                let fits = dot(self.normals[triangle], regions.directions[region as usize]) > TAKE_IN;
                if region == own || !fits || sizes[region as usize].1 < sizes[own as usize].1 {
                    continue;
                }
                let shared = self.length(triangle, side);
                if best.is_none_or(|(most, _)| shared > most) {
                    best = Some((shared, region));
                }
            }
            if let Some((_, region)) = best {
                regions.of[triangle] = region;
            }
        }
    }

    fn length(&self, triangle: usize, side: usize) -> f64 {
        let corners = self.surface.corners(triangle);
        length(sub(corners[(side + 1) % 3], corners[side]))
    }
}
