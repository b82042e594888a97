//! Which triangles go onto one plane together.
//!
//! In: a surface, and which of its triangles are still without a place. Out: [`Regions`], a label
//! for each. What faces up can be one region wherever it is, and is then drawn as a map; all others
//! are connected and face about the same way. Follows the usual growing of charts from seeds
//! (B. Lévy et al., *Least Squares Conformal Maps*, 2002, section 3) with planes in place of
//! conformal maps: photogrammetry is flat ground, flat roofs and walls, and a plane never stretches
//! along itself.

use std::collections::VecDeque;

use super::Orientation;
use crate::geometry::Surface;
use crate::geometry::vector::{Vec3, add, dot, length, scale, sub, unit};
use crate::geometry::weld::NONE;

/// Least upward part of a unit normal for the map: what is steeper loses more than half its rows.
const UP: f64 = 0.45;
/// Least agreement (cosine) with the mean of a region to join it.
const JOIN: f64 = 0.5;
/// Least agreement to be taken in as a crumb: 72° off, three times squeezed, but no flip.
const TAKE_IN: f64 = 0.3;
/// A region of fewer triangles and fewer texels is a crumb: a gutter would cost more than it holds.
const CRUMB_TRIANGLES: usize = 12;
const CRUMB_TEXELS: f64 = 150.0;
/// How often crumbs are offered to their neighbours.
const ROUNDS: usize = 3;

/// The triangles of a surface with what is asked of them again and again.
pub(super) struct Faces<'s> {
    pub(super) surface: &'s Surface,
    pub(super) normals: Vec<Vec3>,
    pub(super) areas: Vec<f64>,
    pub(super) neighbours: Vec<[u32; 3]>,
    /// If given, nothing is joined across the sides of things along such a street.
    pub(super) street_axis_deg: Option<f64>,
}

/// Triangles by region, and the direction that each region is seen from.
pub(super) struct Regions {
    /// [`NONE`] for triangles that were not asked about.
    pub(super) of: Vec<u32>,
    pub(super) directions: Vec<Vec3>,
}

impl<'s> Faces<'s> {
    pub(super) fn new(surface: &'s Surface, street_axis_deg: Option<f64>) -> Self {
        let all = 0..surface.triangles.len();
        Self {
            surface,
            normals: all.clone().map(|triangle| surface.normal(triangle)).collect(),
            areas: all.map(|triangle| surface.area(triangle)).collect(),
            neighbours: surface.neighbours(),
            street_axis_deg,
        }
    }

    /// Sorts `triangles` into regions; with `map`, the first is all that faces up.
    pub(super) fn regions(&self, triangles: &[u32], map: bool, texel_m: f64) -> Regions {
        let mut out = Regions { of: vec![NONE; self.normals.len()], directions: Vec::new() };
        let mut waiting = vec![false; self.normals.len()];
        for &triangle in triangles {
            waiting[triangle as usize] = true;
        }
        if map {
            out.directions.push([0.0, 0.0, 1.0]);
            for &triangle in triangles.iter().filter(|&&triangle| self.normals[triangle as usize][2] > UP) {
                out.of[triangle as usize] = 0;
                waiting[triangle as usize] = false;
            }
        }
        let mut seeds: Vec<u32> = triangles.to_vec();
        let area = |triangle: u32| self.areas[triangle as usize];
        seeds.sort_by(|&a, &b| area(b).total_cmp(&area(a)).then(a.cmp(&b)));
        for seed in seeds {
            if waiting[seed as usize] {
                self.grow(seed as usize, &mut waiting, &mut out);
            }
        }
        for _ in 0..ROUNDS {
            self.merge_crumbs(triangles, map, texel_m, &mut out);
        }
        out
    }

    /// Grows a region from a seed over all that it can reach.
    fn grow(&self, seed: usize, waiting: &mut [bool], out: &mut Regions) {
        let region = out.directions.len() as u32;
        let mut sum = scale(self.normals[seed], self.areas[seed].max(f64::MIN_POSITIVE));
        let mut taken = vec![seed];
        let mut queue = VecDeque::from([seed]);
        waiting[seed] = false;
        while let Some(at) = queue.pop_front() {
            let mean = unit(sum);
            for next in self.neighbours[at].map(|next| next as usize) {
                if next != NONE as usize && waiting[next] && dot(self.normals[next], mean) > JOIN {
                    waiting[next] = false;
                    sum = add(sum, scale(self.normals[next], self.areas[next]));
                    taken.push(next);
                    queue.push_back(next);
                }
            }
        }
        // The mean has moved since the first came in: who no longer agrees must go.
        let mean = unit(sum);
        let mean = if dot(self.normals[seed], mean) < TAKE_IN { self.normals[seed] } else { mean };
        for triangle in taken {
            if dot(self.normals[triangle], mean) < TAKE_IN {
                waiting[triangle] = true;
            } else {
                out.of[triangle] = region;
            }
        }
        out.directions.push(mean);
    }

    /// Joins each small region to the neighbour with which it shares most of those where one
    /// direction suits both.
    fn merge_crumbs(&self, triangles: &[u32], map: bool, texel_m: f64, regions: &mut Regions) {
        let mut members = vec![Vec::new(); regions.directions.len()];
        for &at in triangles {
            members[regions.of[at as usize] as usize].push(at);
        }
        let crumb = |members: &[u32]| {
            let area: f64 = members.iter().map(|&at| self.areas[at as usize]).sum();
            members.len() < CRUMB_TRIANGLES && area < CRUMB_TEXELS * texel_m * texel_m
        };
        let mut order: Vec<usize> = (usize::from(map)..members.len()).collect();
        order.sort_by_key(|&region| members[region].len());
        for own in order {
            if members[own].is_empty() || !crumb(&members[own]) {
                continue;
            }
            let mut shared: Vec<(u32, f64)> = Vec::new();
            for &triangle in &members[own] {
                self.add_shared(triangle, own as u32, regions, &mut shared);
            }
            shared.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            let suited = shared.iter().find_map(|&(other, _)| {
                let other = other as usize;
                let fixed = (map && other == 0) || !crumb(&members[other]);
                let direction =
                    if fixed { regions.directions[other] } else { self.mean(&members[own], &members[other]) };
                let suits = |at: &u32| dot(self.normals[*at as usize], direction) > TAKE_IN;
                let all = members[own].iter().all(suits) && (fixed || members[other].iter().all(suits));
                (all && self.one_side(&members[own], &members[other])).then_some((other, direction))
            });
            if let Some((other, direction)) = suited {
                regions.directions[other] = direction;
                let moved = std::mem::take(&mut members[own]);
                for &at in &moved {
                    regions.of[at as usize] = other as u32;
                }
                members[other].extend(moved);
            }
        }
    }

    /// Adds up what a triangle shares with the regions around it.
    fn add_shared(&self, triangle: u32, own: u32, regions: &Regions, shared: &mut Vec<(u32, f64)>) {
        for (side, &next) in self.neighbours[triangle as usize].iter().enumerate() {
            let Some(&region) = regions.of.get(next as usize).filter(|&&at| at != NONE && at != own) else {
                continue;
            };
            let length = self.edge_length(triangle as usize, side);
            match shared.iter_mut().find(|(other, _)| *other == region) {
                Some((_, sum)) => *sum += length,
                None => shared.push((region, length)),
            }
        }
    }

    /// Whether two regions have the same orientation, if that matters.
    fn one_side(&self, a: &[u32], b: &[u32]) -> bool {
        self.street_axis_deg.is_none_or(|axis| {
            Orientation::of(self.mean(a, &[]), axis) == Orientation::of(self.mean(b, &[]), axis)
        })
    }

    fn mean(&self, a: &[u32], b: &[u32]) -> Vec3 {
        let weighed = |at: &u32| scale(self.normals[*at as usize], self.areas[*at as usize]);
        unit(a.iter().chain(b).map(weighed).fold([0.0; 3], add))
    }

    fn edge_length(&self, triangle: usize, side: usize) -> f64 {
        let corners = self.surface.corners(triangle);
        length(sub(corners[(side + 1) % 3], corners[side]))
    }
}
