//! Properties of cutting along outlines, over random ground, houses and outlines: nothing is lost,
//! nothing opens, and every piece lies on one side.

use std::collections::BTreeMap;

use geo::{Area as _, Distance as _, Euclidean, LineString, MultiPolygon, Point, Polygon};
use proptest::prelude::*;
use tile_builder::geometry::Outlines;
use tile_builder::partition::clip::clip;
use tile_builder::scene::Mesh;

/// Metres over which a piece may reach over an outline.
const SLACK_M: f64 = 0.0015;
const CELLS: usize = 7;
const CELL_M: f64 = 3.0;

/// Every triangle with corners of its own, as at the seams of textures, and with texture coordinates
/// that are linear in the place.
fn soup(triangles: &[[[f64; 3]; 3]]) -> Mesh {
    let positions: Vec<[f64; 3]> = triangles.iter().flatten().copied().collect();
    let uvs = positions.iter().map(uv_at).collect();
    Mesh { indices: (0..positions.len() as u32).collect(), uvs, positions, ..Mesh::default() }
}

fn uv_at(p: &[f64; 3]) -> [f32; 2] {
    [(0.01 * p[0] + 0.02 * p[1]) as f32, (0.5 - 0.01 * p[2]) as f32]
}

/// Uneven ground over a square of 21 m, its inner points pushed about.
fn ground() -> impl Strategy<Value = Vec<[[f64; 3]; 3]>> {
    let points = (CELLS + 1) * (CELLS + 1);
    prop::collection::vec(prop::array::uniform3(-1.0..1.0f64), points).prop_map(|push| {
        let point = |column: usize, row: usize| {
            let [x, y, z] = push[row * (CELLS + 1) + column];
            let inner = |at: usize| if at == 0 || at == CELLS { 0.0 } else { 1.0 };
            [column as f64 * CELL_M + x * inner(column), row as f64 * CELL_M + y * inner(row), 2.0 * z]
        };
        let cells = (0..CELLS).flat_map(|row| (0..CELLS).map(move |column| (column, row)));
        let pair = cells.flat_map(|(c, r)| {
            let [a, b, d, e] = [point(c, r), point(c + 1, r), point(c + 1, r + 1), point(c, r + 1)];
            [[a, b, d], [a, d, e]]
        });
        pair.collect()
    })
}

/// A box with upright walls, closed.
fn house([x, y]: [f64; 2], [width, depth]: [f64; 2]) -> Vec<[[f64; 3]; 3]> {
    let corner =
        |at: usize| [x + width * (at & 1) as f64, y + depth * (at >> 1 & 1) as f64, 9.0 * (at >> 2) as f64];
    let faces = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [1, 3, 7, 5], [3, 2, 6, 7], [2, 0, 4, 6]];
    let split = |[a, b, c, d]: [usize; 4]| [[a, b, c], [a, c, d]];
    faces.into_iter().flat_map(split).map(|corners| corners.map(corner)).collect()
}

/// A star with up to nine points, inside the ground.
fn star() -> impl Strategy<Value = MultiPolygon> {
    let rays = prop::collection::vec(1.0..6.5f64, 3..9);
    (rays, 7.0..14.0f64, 7.0..14.0f64, 0.0..std::f64::consts::TAU).prop_map(|(rays, x, y, turn)| {
        let step = std::f64::consts::TAU / rays.len() as f64;
        let tip = |(at, ray): (usize, &f64)| {
            let (sin, cos) = (turn + at as f64 * step).sin_cos();
            (x + ray * cos, y + ray * sin)
        };
        let ring: LineString = rays.iter().enumerate().map(tip).collect();
        Polygon::new(ring, vec![]).into()
    })
}

fn triangles(mesh: &Mesh) -> Vec<[[f64; 3]; 3]> {
    let corner = |index: &u32| mesh.positions[*index as usize];
    mesh.indices.as_chunks::<3>().0.iter().map(|corners| corners.each_ref().map(corner)).collect()
}

fn area(triangles: &[[[f64; 3]; 3]]) -> f64 {
    let edge = |a: [f64; 3], b: [f64; 3]| [0, 1, 2].map(|axis| b[axis] - a[axis]);
    let one = |[a, b, c]: &[[f64; 3]; 3]| {
        let (u, v) = (edge(*a, *b), edge(*a, *c));
        let cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
        cross.iter().map(|part| part * part).sum::<f64>().sqrt() / 2.0
    };
    triangles.iter().map(one).sum()
}

fn plan_area(triangles: &[[[f64; 3]; 3]]) -> f64 {
    let one = |[a, b, c]: &[[f64; 3]; 3]| (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    triangles.iter().map(one).sum::<f64>() / 2.0
}

/// Edges that no other triangle runs along the other way, found by their ends, bit by bit.
fn open_edges(triangles: &[[[f64; 3]; 3]]) -> Vec<[[f64; 3]; 2]> {
    let key = |p: [f64; 3]| p.map(f64::to_bits);
    let mut balance: BTreeMap<_, (i32, [[f64; 3]; 2])> = BTreeMap::new();
    for [a, b, c] in triangles {
        for [from, to] in [[*a, *b], [*b, *c], [*c, *a]] {
            let (ends, by) = if key(from) < key(to) { ([from, to], 1) } else { ([to, from], -1) };
            balance.entry(ends.map(key)).or_insert((0, ends)).0 += by;
        }
    }
    balance.into_values().filter(|(sum, _)| *sum != 0).map(|(_, ends)| ends).collect()
}

/// Whether a piece has parts, further than the slack from the outline, on both sides of it.
fn straddles(outlines: &Outlines, shape: &MultiPolygon, piece: &[[f64; 3]; 3]) -> bool {
    let at = |weights: [f64; 3]| {
        [0, 1].map(|axis| (0..3).map(|corner| weights[corner] * piece[corner][axis]).sum::<f64>())
    };
    let third = 1.0 / 3.0;
    let probes = [[third; 3], [0.9, 0.05, 0.05], [0.05, 0.9, 0.05], [0.05, 0.05, 0.9], [0.5, 0.5, 0.0]];
    let far = |p: &[f64; 2]| {
        let point = Point::from(*p);
        shape.iter().all(|polygon| Euclidean.distance(&point, polygon.exterior()) > SLACK_M)
    };
    let sides: Vec<bool> = probes.map(at).iter().filter(|p| far(p)).map(|p| outlines.holds(0, *p)).collect();
    sides.iter().any(|side| *side) && sides.iter().any(|side| !side)
}

fn cut(mesh: &Mesh, outlines: &Outlines) -> Mesh {
    mesh.cut_along(outlines).unwrap_or_else(|| mesh.clone())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ground_keeps_its_area_and_the_pieces_inside_have_the_outlines(ground in ground(), star in star()) {
        let outlines = Outlines::new(std::slice::from_ref(&star));
        let pieces = triangles(&cut(&soup(&ground), &outlines));
        let (before, after) = (area(&ground), area(&pieces));
        prop_assert!((before - after).abs() <= 1e-9 * before, "{before} m² became {after} m²");
        let middle = |[a, b, c]: &[[f64; 3]; 3]| [0, 1].map(|axis| (a[axis] + b[axis] + c[axis]) / 3.0);
        let inside: Vec<_> = pieces.iter().copied().filter(|t| outlines.holds(0, middle(t))).collect();
        let (found, wanted) = (plan_area(&inside), star.unsigned_area());
        prop_assert!((found - wanted).abs() < 0.1, "{found} m² lie inside an outline of {wanted} m²");
    }

    #[test]
    fn every_piece_lies_on_one_side(ground in ground(), star in star()) {
        let outlines = Outlines::new(std::slice::from_ref(&star));
        for piece in triangles(&cut(&soup(&ground), &outlines)) {
            prop_assert!(!straddles(&outlines, &star, &piece), "{piece:?}");
        }
    }

    #[test]
    fn no_edge_opens_that_was_closed(ground in ground(), stars in prop::collection::vec(star(), 1..4)) {
        let pieces = triangles(&cut(&soup(&ground), &Outlines::new(&stars)));
        let rim = CELLS as f64 * CELL_M;
        for [a, b] in open_edges(&pieces) {
            let on_rim = (0..2).any(|axis| [0.0, rim].iter().any(|end| {
                (a[axis] - end).abs() < 1e-9 && (b[axis] - end).abs() < 1e-9
            }));
            prop_assert!(on_rim, "{a:?} to {b:?} is open, of {} triangles", pieces.len());
        }
    }

    #[test]
    fn upright_walls_are_cut_and_stay_closed(
        at in prop::array::uniform2(4.0..12.0f64),
        size in prop::array::uniform2(2.0..8.0f64),
        star in star(),
    ) {
        let outlines = Outlines::new(std::slice::from_ref(&star));
        let pieces = triangles(&cut(&soup(&house(at, size)), &outlines));
        prop_assert_eq!(open_edges(&pieces).len(), 0);
        prop_assert!(pieces.iter().all(|piece| !straddles(&outlines, &star, piece)));
    }

    #[test]
    fn texture_coordinates_stay_linear_in_the_place(ground in ground(), star in star()) {
        let mesh = cut(&soup(&ground), &Outlines::new(&[star]));
        for (position, uv) in mesh.positions.iter().zip(&mesh.uvs) {
            let wanted = uv_at(position);
            prop_assert!((0..2).all(|axis| (uv[axis] - wanted[axis]).abs() < 1e-6), "{uv:?} {wanted:?}");
        }
    }

    #[test]
    fn zones_share_out_the_ground_without_a_gap(ground in ground(), split in 4.0..17.0f64, star in star()) {
        let left = geo::Rect::new((-1.0, -1.0), (split, 22.0)).to_polygon().into();
        let right = geo::Rect::new((split, -1.0), (22.0, 9.0)).to_polygon().into();
        let zones = Outlines::new(&[star, left, right]);
        let mesh = soup(&ground);
        let parts = [Some(0), Some(1), Some(2), None];
        let pieces: Vec<_> = parts.into_iter().flat_map(|zone| clip(vec![mesh.clone()], &zones, zone)).collect();
        let pieces: Vec<_> = pieces.iter().flat_map(triangles).collect();
        prop_assert!((area(&pieces) - area(&ground)).abs() < 1e-9 * area(&ground));
        let rim = CELLS as f64 * CELL_M;
        let on_rim = |p: &[f64; 3]| (0..2).any(|axis| p[axis].abs() < 1e-9 || (p[axis] - rim).abs() < 1e-9);
        prop_assert!(open_edges(&pieces).iter().flatten().all(on_rim));
    }
}

#[test]
fn an_outline_along_the_walls_leaves_no_slivers() {
    let outline = |grow: f64| {
        let low = 5.0 - grow;
        geo::Rect::new((low, low), (9.0 + grow, 11.0 + grow)).to_polygon().into()
    };
    let walls = soup(&house([5.0, 5.0], [4.0, 6.0]));
    for off in [0.0, 0.0004, -0.0004] {
        assert!(walls.cut_along(&Outlines::new(&[outline(off)])).is_none(), "off by {off}");
    }
    let inside = walls.cut_along(&Outlines::new(&[outline(-0.01)])).unwrap();
    assert_eq!(open_edges(&triangles(&inside)).len(), 0);
}

#[test]
fn a_mesh_far_from_every_outline_is_left_alone() {
    let far = geo::Rect::new((100.0, 0.0), (110.0, 10.0)).to_polygon().into();
    assert!(soup(&house([0.0, 0.0], [4.0, 4.0])).cut_along(&Outlines::new(&[far])).is_none());
}
