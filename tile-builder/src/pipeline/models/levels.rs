//! The levels of a building model above its storeys: its exterior shell, and blocks.
//!
//! In: what is seen from outside. Out: meshes with the features of the elements, or of the building
//! alone. Called by `models`.
//!
//! The shell is what is visible, simplified until it fits its budget; the blocks are the roofs seen
//! from above on a grid along the model's own axes, joined into rectangles of one height and drawn
//! down to the ground.

use std::collections::BTreeMap;

use meshopt::{SimplifyOptions, VertexDataAdapter};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::contents::{Contents, Names, material};
use super::parts::Parts;
use crate::geometry::matrix::apply;
use crate::geometry::scan::{Plane, rows};
use crate::geometry::vector::{face, length};
use crate::georef::warp::Warp;
use crate::read::ifc::{Model, NodeKind};
use crate::scene::{Feature, Mesh};

/// Cells of the blocks along the longer side of the building, and their least size in metres.
const CELLS: f64 = 72.0;
const LEAST_CELL_M: f64 = 0.4;
/// Nothing above the ground.
const NOTHING: (f64, [u8; 4]) = (f64::NEG_INFINITY, [0; 4]);
/// Steps of the colours of blocks.
const COLOUR_STEP: f64 = 24.0;
/// Least height of something with walls, in metres.
const STOREY_M: f64 = 2.2;
/// Roofs within this height are one, in metres.
const ROOF_M: f64 = 1.0;

/// The visible triangles of a model, with the error to which they were simplified, in metres.
pub(super) struct Shell {
    pub(super) contents: Contents,
    pub(super) error_m: f64,
}

/// The visible triangles of a model, simplified to an error; no more than `most` if that can be.
pub(super) fn shell(model: &Model, source: &str, parts: &Parts<'_>, error_m: f64, most: usize) -> Shell {
    let mut names = Names::new(model, source);
    let mut meshes: BTreeMap<[u8; 4], Mesh> = BTreeMap::new();
    for (one, seen) in parts.placed.iter().zip(&parts.seen.triangles) {
        if seen.is_empty() {
            continue;
        }
        let row = names.row(one.used.node);
        let mesh = meshes
            .entry(one.used.colour)
            .or_insert_with(|| Mesh { material: material(one.used.colour), ..Mesh::default() });
        let mut places: FxHashMap<u32, u32> = FxHashMap::default();
        for triangle in seen {
            for corner in &one.shape.indices[*triangle as usize * 3..*triangle as usize * 3 + 3] {
                let at = *places.entry(*corner).or_insert_with(|| {
                    mesh.positions.push(one.point(one.shape.positions[*corner as usize]));
                    mesh.features.push(row);
                    mesh.positions.len() as u32 - 1
                });
                mesh.indices.push(at);
            }
        }
    }
    let meshes: Vec<Mesh> = meshes.into_par_iter().map(|(_, mesh)| welded(&mesh)).collect();
    let shell =
        Shell { contents: Contents { meshes, repeats: Vec::new(), features: names.features }, error_m: 0.0 };
    shell.coarser(error_m, most)
}

impl Shell {
    /// The shell simplified to an error, and further until it has no more than so many triangles; but
    /// never so far that the building is no longer one.
    pub(super) fn coarser(&self, error_m: f64, most: usize) -> Self {
        let all: usize = self.contents.meshes.iter().map(Mesh::triangles).sum();
        let mut error_m = error_m;
        loop {
            let meshes: Vec<Mesh> = self
                .contents
                .meshes
                .par_iter()
                .map(|mesh| simplified(mesh, error_m, share(mesh, all, most)))
                .collect();
            let triangles: usize = meshes.iter().map(Mesh::triangles).sum();
            if triangles <= most || error_m > 1.0 {
                let features = self.contents.features.clone();
                let contents = Contents { meshes, repeats: Vec::new(), features };
                return Self { contents, error_m: self.error_m.max(error_m) };
            }
            error_m *= 1.7;
        }
    }
}

/// The triangles that one of several meshes may keep.
fn share(mesh: &Mesh, all: usize, most: usize) -> usize {
    if all <= most { 0 } else { mesh.triangles() * most / all / 2 }
}

/// A mesh whose vertices of one place and element are one; others share the place alone, as seams.
fn welded(mesh: &Mesh) -> Mesh {
    let middle = mesh.positions.first().copied().unwrap_or_default();
    let mut merged: FxHashMap<([i64; 3], u32), u32> = FxHashMap::default();
    let mut kept: Vec<usize> = Vec::new();
    let place: Vec<u32> = mesh
        .positions
        .iter()
        .zip(&mesh.features)
        .enumerate()
        .map(|(at, (p, feature))| {
            let key = ([0, 1, 2].map(|axis| ((p[axis] - middle[axis]) * 1000.0).round() as i64), *feature);
            *merged.entry(key).or_insert_with(|| {
                kept.push(at);
                kept.len() as u32 - 1
            })
        })
        .collect();
    Mesh {
        positions: kept.iter().map(|at| mesh.positions[*at]).collect(),
        features: kept.iter().map(|at| mesh.features[*at]).collect(),
        indices: mesh.indices.iter().map(|index| place[*index as usize]).collect(),
        material: mesh.material.clone(),
        ..Mesh::default()
    }
}

fn simplified(mesh: &Mesh, error_m: f64, least: usize) -> Mesh {
    let middle = mesh.positions.first().copied().unwrap_or_default();
    let points: Vec<[f32; 3]> =
        mesh.positions.iter().map(|p| [0, 1, 2].map(|axis| (p[axis] - middle[axis]) as f32)).collect();
    let bytes: &[u8] = bytemuck::cast_slice(&points);
    let Ok(vertices) = VertexDataAdapter::new(bytes, size_of::<[f32; 3]>(), 0) else { return mesh.clone() };
    let options = SimplifyOptions::ErrorAbsolute | SimplifyOptions::Prune;
    let indices = meshopt::simplify(&mesh.indices, &vertices, least * 3, error_m as f32, options, None);
    Mesh { indices, ..mesh.clone() }
}

/// The building as blocks; nothing if nothing of it is seen.
pub(super) fn blocks(model: &Model, source: &str, parts: &Parts<'_>, warp: &Warp) -> Contents {
    let Some(grid) = Roofs::seen(model, parts) else { return Contents::default() };
    let walls = rounded(wall_colour(parts));
    let building = model.nodes.iter().position(|node| node.kind == NodeKind::Building);
    let of = building.and_then(|at| model.nodes.get(at)).or(model.nodes.first());
    let feature = of.map(|node| Feature {
        id: format!("{source}/{}", node.global_id),
        class: node.class.clone(),
        name: node.name.clone(),
    });
    let mut meshes: BTreeMap<[u8; 4], Mesh> = BTreeMap::new();
    let mut mesh = |colour: [u8; 4], corners: [[f64; 3]; 4]| {
        let plain = || Mesh { material: material(colour), ..Mesh::default() };
        quad(meshes.entry(colour).or_insert_with(plain), corners);
    };
    for Block { low, high, colour } in grid.blocks() {
        let corner =
            |at: [bool; 3]| warp.apply([0, 1, 2].map(|axis| if at[axis] { high[axis] } else { low[axis] }));
        let top = [[false, false, true], [true, false, true], [true, true, true], [false, true, true]];
        mesh(colour, top.map(corner));
        // What is lower than a storey has no walls: it is terrain, or a terrace.
        let side = if high[2] - low[2] > STOREY_M { walls } else { colour };
        let round = [[false, false], [true, false], [true, true], [false, true], [false, false]];
        for ends in round.windows(2) {
            let at = |[x, y]: [bool; 2], up| corner([x, y, up]);
            mesh(side, [at(ends[0], false), at(ends[1], false), at(ends[1], true), at(ends[0], true)]);
        }
    }
    let meshes = meshes.into_values().collect();
    Contents { meshes, repeats: Vec::new(), features: feature.into_iter().collect() }
}

fn quad(mesh: &mut Mesh, corners: [[f64; 3]; 4]) {
    let base = mesh.positions.len() as u32;
    mesh.positions.extend(corners);
    mesh.features.extend([0; 4]);
    mesh.indices.extend([0, 1, 2, 0, 2, 3].map(|at| base + at));
}

/// Heights of what is seen from above, on a grid along the axes of the world coordinates.
struct Roofs {
    low: [f64; 2],
    ground: f64,
    cell: f64,
    size: [usize; 2],
    /// Height and colour of the topmost surface; nothing is there at minus infinity.
    cells: Vec<(f64, [u8; 4])>,
}

/// A rectangle of one height and colour, down to the ground.
struct Block {
    low: [f64; 3],
    high: [f64; 3],
    colour: [u8; 4],
}

impl Roofs {
    fn seen(model: &Model, parts: &Parts<'_>) -> Option<Self> {
        let mut corners: Vec<([[f64; 3]; 3], [u8; 4])> = Vec::new();
        for (used, seen) in model.uses.iter().zip(&parts.seen.triangles) {
            let shape = &model.shapes[used.shape as usize];
            let point = |corner: &u32| apply(&used.matrix, shape.positions[*corner as usize].map(f64::from));
            for triangle in seen {
                let at = *triangle as usize * 3;
                let [a, b, c] = [at, at + 1, at + 2].map(|at| point(&shape.indices[at]));
                corners.push(([a, b, c], used.colour));
            }
        }
        let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for point in corners.iter().flat_map(|(corners, _)| corners) {
            for axis in 0..3 {
                low[axis] = low[axis].min(point[axis]);
                high[axis] = high[axis].max(point[axis]);
            }
        }
        let longest = (high[0] - low[0]).max(high[1] - low[1]);
        if !longest.is_finite() || corners.is_empty() {
            return None;
        }
        let cell = (longest / CELLS).max(LEAST_CELL_M);
        let size = [0, 1].map(|axis| ((high[axis] - low[axis]) / cell).ceil().max(1.0) as usize);
        let mut cells = vec![NOTHING; size[0] * size[1]];
        for (triangle, colour) in &corners {
            let flat = triangle.map(|p| [(p[0] - low[0]) / cell, (p[1] - low[1]) / cell]);
            let Some(plane) = Plane::through(&flat, triangle.map(|p| p[2])) else { continue };
            let top = triangle.iter().map(|p| p[2]).fold(f64::NEG_INFINITY, f64::max);
            rows(&flat, size, |row, columns| {
                for column in columns {
                    let height = plane.at(column as f64 + 0.5, row as f64 + 0.5).min(top);
                    let at = &mut cells[row * size[0] + column];
                    if height > at.0 {
                        *at = (height, rounded(*colour));
                    }
                }
            });
        }
        for cell in &mut cells {
            let above = cell.0 - low[2];
            if above.is_finite() && above > ROOF_M / 2.0 {
                cell.0 = low[2] + (above / ROOF_M).round().max(1.0) * ROOF_M;
            } else {
                *cell = NOTHING;
            }
        }
        Some(Self { low: [low[0], low[1]], ground: low[2], cell, size, cells })
    }

    /// Rectangles of one height and colour.
    fn blocks(mut self) -> Vec<Block> {
        let [width, depth] = self.size;
        let mut blocks = Vec::new();
        for row in 0..depth {
            for column in 0..width {
                let (height, colour) = self.cells[row * width + column];
                if height == f64::NEG_INFINITY {
                    continue;
                }
                let same = |row: usize, column: usize| self.cells[row * width + column] == (height, colour);
                let across = (column..width).take_while(|at| same(row, *at)).count();
                let whole = |row: &usize| (column..column + across).all(|at| same(*row, at));
                let down = (row..depth).take_while(whole).count();
                for taken in row..row + down {
                    self.cells[taken * width + column..taken * width + column + across].fill(NOTHING);
                }
                let at = |column: usize, row: usize, z: f64| {
                    [self.low[0] + column as f64 * self.cell, self.low[1] + row as f64 * self.cell, z]
                };
                let (low, high) = (at(column, row, self.ground), at(column + across, row + down, height));
                blocks.push(Block { low, high, colour });
            }
        }
        blocks
    }
}

/// A colour in few steps: blocks of nearly one colour become one.
fn rounded(colour: [u8; 4]) -> [u8; 4] {
    let [r, g, b, _] =
        colour.map(|part| ((f64::from(part) / COLOUR_STEP).round() * COLOUR_STEP).min(255.0) as u8);
    [r, g, b, 255]
}

/// Mean colour of what is seen of walls, by area.
fn wall_colour(parts: &Parts<'_>) -> [u8; 4] {
    let mut sum = [0.0; 4];
    for (one, seen) in parts.placed.iter().zip(&parts.seen.triangles) {
        for triangle in seen {
            let at = *triangle as usize * 3;
            let corner = |at: usize| one.point(one.shape.positions[one.shape.indices[at] as usize]);
            let n = face(&[corner(at), corner(at + 1), corner(at + 2)]);
            let area = length(n);
            if n[2].abs() <= area * 0.5 {
                let [r, g, b, _] = one.used.colour.map(|part| f64::from(part) * area);
                for (sum, part) in sum.iter_mut().zip([r, g, b, area]) {
                    *sum += part;
                }
            }
        }
    }
    let mean = |part: f64| if sum[3] > 0.0 { (part / sum[3]).round() as u8 } else { 200 };
    [mean(sum[0]), mean(sum[1]), mean(sum[2]), 255]
}
