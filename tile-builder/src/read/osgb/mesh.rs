//! A decoded geometry as a [`Mesh`]: every primitive mode as triangles, indices checked, V flipped.

use super::array::{Array, Indices, Primitives};
use super::drawable::Geometry;
use super::error::OsgbErrorKind;
use crate::geometry::matrix::Affine;
use crate::scene::{Material, Mesh};

/// Triangle-making modes of GL; points and lines have no surface.
const GL_LINE_STRIP: u32 = 3;
const GL_TRIANGLES: u32 = 4;
const GL_TRIANGLE_STRIP: u32 = 5;
const GL_TRIANGLE_FAN: u32 = 6;
const GL_QUADS: u32 = 7;
const GL_QUAD_STRIP: u32 = 8;
const GL_POLYGON: u32 = 9;

/// The mesh of a geometry, placed by `place`. `None` if it has no triangles.
pub(super) fn from_geometry(
    geometry: &Geometry,
    place: &Affine,
    material: Material,
    max_triangles: usize,
) -> Result<Option<Mesh>, OsgbErrorKind> {
    let Some(positions) = geometry.positions.as_ref().filter(|array| array.components >= 3) else {
        return Ok(None);
    };
    let count = positions.len();
    let mut indices = Vec::new();
    for primitives in &geometry.primitives {
        triangulate(primitives, count, max_triangles * 3, &mut indices)?;
    }
    if indices.is_empty() {
        return Ok(None);
    }
    if place.mirrors() {
        indices.as_chunks_mut().0.iter_mut().for_each(|corner: &mut [u32; 3]| corner.swap(1, 2));
    }
    let mesh = Mesh {
        positions: placed_positions(positions, place)?,
        uvs: flipped_uvs(geometry.uvs.as_ref(), count),
        normals: Vec::new(),
        colours: colours(geometry.colours.as_ref(), count),
        features: Vec::new(),
        indices,
        material,
        label: None,
    };
    Ok(Some(mesh))
}

fn placed_positions(array: &Array, place: &Affine) -> Result<Vec<[f64; 3]>, OsgbErrorKind> {
    let positions: Vec<[f64; 3]> =
        array.values.chunks_exact(array.components).map(|v| place.apply([v[0], v[1], v[2]])).collect();
    match positions.iter().position(|p| !p.iter().all(|value| value.is_finite())) {
        Some(at) => Err(OsgbErrorKind::Invalid(format!("vertex {at} is not a finite number"))),
        None => Ok(positions),
    }
}

/// OSG counts V from the bottom of the image, glTF from the top.
fn flipped_uvs(array: Option<&Array>, count: usize) -> Vec<[f32; 2]> {
    match array {
        Some(array) if array.components >= 2 && array.len() == count => array
            .values
            .chunks_exact(array.components)
            .map(|v| [v[0] as f32, (1.0 - v[1]) as f32])
            .map(|uv| if uv.iter().all(|value| value.is_finite()) { uv } else { [0.0; 2] })
            .collect(),
        _ => Vec::new(),
    }
}

fn colours(array: Option<&Array>, count: usize) -> Vec<[u8; 4]> {
    let Some(array) = array.filter(|array| array.components >= 3 && array.len() > 0) else {
        return Vec::new();
    };
    let integer = array.class.contains("ub");
    let colour = |v: &[f64]| {
        let channel = |i: usize| {
            let value = v.get(i).copied().unwrap_or(if integer { 255.0 } else { 1.0 });
            if integer { value as u8 } else { (value.clamp(0.0, 1.0) * 255.0).round() as u8 }
        };
        [channel(0), channel(1), channel(2), channel(3)]
    };
    if array.per_vertex && array.len() == count {
        return array.values.chunks_exact(array.components).map(colour).collect();
    }
    // One colour for the whole geometry; plain white needs no list.
    let overall = colour(&array.values[..array.components]);
    if overall == [255; 4] { Vec::new() } else { vec![overall; count] }
}

/// Appends the triangles of a primitive set, every corner below `count`.
fn triangulate(
    primitives: &Primitives,
    count: usize,
    max_corners: usize,
    out: &mut Vec<u32>,
) -> Result<(), OsgbErrorKind> {
    if primitives.mode <= GL_LINE_STRIP {
        return Ok(());
    }
    let within = |index: u64| {
        if index < count as u64 {
            Ok(())
        } else {
            Err(OsgbErrorKind::Invalid(format!("vertex index {index} is outside {count} vertices")))
        }
    };
    match &primitives.indices {
        Indices::Range { first, count: n } => {
            if *n > 0 {
                within(u64::from(*first) + u64::from(*n) - 1)?;
                run(primitives.mode, &|i| first + i as u32, *n as usize, out)?;
            }
        }
        Indices::Lengths { first, lengths } => {
            let mut start = u64::from(*first);
            for &n in lengths.iter() {
                if n > 0 {
                    within(start + u64::from(n) - 1)?;
                    let base = start as u32;
                    run(primitives.mode, &|i| base + i as u32, n as usize, out)?;
                }
                start += u64::from(n);
            }
        }
        Indices::List { indices, .. } => {
            if let Some(&bad) = indices.iter().find(|&&index| index as usize >= count) {
                within(u64::from(bad))?;
            }
            run(primitives.mode, &|i| indices[i], indices.len(), out)?;
        }
    }
    if out.len() > max_corners {
        return Err(OsgbErrorKind::Limit {
            what: "triangle count",
            value: out.len() as u64 / 3,
            limit: max_corners as u64 / 3,
        });
    }
    Ok(())
}

/// Triangles of one run of `n` vertices.
fn run(mode: u32, at: &dyn Fn(usize) -> u32, n: usize, out: &mut Vec<u32>) -> Result<(), OsgbErrorKind> {
    let mut triangle = |a: usize, b: usize, c: usize| {
        let [a, b, c] = [at(a), at(b), at(c)];
        // Strips turn corners with repeated vertices; they cover nothing.
        if a != b && b != c && a != c {
            out.extend([a, b, c]);
        }
    };
    match mode {
        GL_TRIANGLES => out.extend((0..n / 3 * 3).map(at)),
        GL_TRIANGLE_STRIP => {
            for t in 0..n.saturating_sub(2) {
                if t % 2 == 0 { triangle(t, t + 1, t + 2) } else { triangle(t + 1, t, t + 2) }
            }
        }
        GL_TRIANGLE_FAN | GL_POLYGON => (1..n.saturating_sub(1)).for_each(|t| triangle(0, t, t + 1)),
        GL_QUADS => {
            for q in 0..n / 4 {
                triangle(4 * q, 4 * q + 1, 4 * q + 2);
                triangle(4 * q, 4 * q + 2, 4 * q + 3);
            }
        }
        GL_QUAD_STRIP => {
            for q in 0..(n / 2).saturating_sub(1) {
                triangle(2 * q, 2 * q + 1, 2 * q + 3);
                triangle(2 * q, 2 * q + 3, 2 * q + 2);
            }
        }
        other => return Err(OsgbErrorKind::Unsupported(format!("primitive mode {other}"))),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mode: u32, n: usize, expected: &[u32]) {
        let mut out = Vec::new();
        run(mode, &|i| i as u32, n, &mut out).unwrap();
        assert_eq!(out, expected, "mode {mode}");
    }

    #[test]
    fn every_surface_mode_becomes_triangles_with_one_winding() {
        check(GL_TRIANGLES, 7, &[0, 1, 2, 3, 4, 5]);
        check(GL_TRIANGLE_STRIP, 5, &[0, 1, 2, 2, 1, 3, 2, 3, 4]);
        check(GL_TRIANGLE_FAN, 5, &[0, 1, 2, 0, 2, 3, 0, 3, 4]);
        check(GL_QUADS, 4, &[0, 1, 2, 0, 2, 3]);
        check(GL_QUAD_STRIP, 6, &[0, 1, 3, 0, 3, 2, 2, 3, 5, 2, 5, 4]);
        check(GL_POLYGON, 4, &[0, 1, 2, 0, 2, 3]);
    }

    #[test]
    fn an_index_outside_the_vertices_is_an_error_and_not_a_panic() {
        let list = Primitives {
            mode: GL_TRIANGLES,
            indices: Indices::List { indices: [0, 1, 9].into(), class: "DrawElementsUInt" },
        };
        let error = triangulate(&list, 3, 100, &mut Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "vertex index 9 is outside 3 vertices");
        let range =
            Primitives { mode: GL_TRIANGLES, indices: Indices::Range { first: u32::MAX, count: u32::MAX } };
        assert!(triangulate(&range, 3, 100, &mut Vec::new()).is_err());
    }
}
