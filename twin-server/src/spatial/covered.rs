//! What places cover: points, lines, areas and objects come in, an outline goes out that has the same distances. Made of
//! what projects, resources, needs and tasks say of where they are.
//!
//! A line is an outline that comes back on itself, a point one without extent: neither has an area, and both are as
//! far from everything as they are.

use twin_schemas::geometry::{LocalBox, LocalPoint};
use twin_schemas::projects::ProjectPlace;

use super::shape::Shape;
use super::{Snapshot, StoredObject};

/// Rings of polygons: what things have as their outlines.
type Polygons = Vec<Vec<Vec<[f64; 2]>>>;

/// What some places cover.
#[derive(Debug, Clone)]
pub struct Covered {
    pub(super) bounds: LocalBox,
    pub(super) footprint: Polygons,
    drawn: Polygons,
}

impl Covered {
    /// What places cover over the objects of a moment; nothing if none of them is known. Objects that are not there are
    /// left out.
    #[must_use]
    pub fn of(places: &[ProjectPlace], now: &Snapshot) -> Option<Self> {
        let (mut footprint, mut drawn) = (Polygons::new(), Polygons::new());
        let mut heights: Option<[f64; 2]> = None;
        for place in places {
            let (mut polygons, [low, high]) = match place {
                ProjectPlace::Object { object } => match now.get(object) {
                    Some(object) => of_object(object),
                    None => continue,
                },
                ProjectPlace::Point { position: at } => {
                    (vec![vec![vec![[at.east_m, at.north_m]; 3]]], [at.up_m; 2])
                }
                ProjectPlace::Line { points } => {
                    let back = points.iter().rev().skip(1);
                    (vec![vec![points.iter().chain(back).copied().collect()]], [0.0; 2])
                }
                ProjectPlace::Polygon { rings } => (vec![rings.clone()], [0.0; 2]),
            };
            match place {
                ProjectPlace::Point { position: at } => {
                    let at = [at.east_m, at.north_m];
                    drawn.push(vec![strip(at, at)]);
                }
                ProjectPlace::Line { points } => {
                    drawn.extend(points.windows(2).map(|ends| vec![strip(ends[0], ends[1])]));
                }
                ProjectPlace::Polygon { .. } | ProjectPlace::Object { .. } => {
                    drawn.extend(polygons.iter().cloned());
                }
            }
            footprint.append(&mut polygons);
            let [below, above] = heights.unwrap_or([low, high]);
            heights = Some([below.min(low), above.max(high)]);
        }
        // What is drawn is the larger: who looks for either by the box finds it.
        let bounds = around(&drawn, heights?)?;
        Some(Self { bounds, footprint, drawn })
    }

    /// What it covers as areas alone: points and lines are a metre wide.
    #[must_use]
    pub fn drawn(&self) -> &[Vec<Vec<[f64; 2]>>] {
        &self.drawn
    }

    /// The box around it.
    #[must_use]
    pub fn bounds(&self) -> LocalBox {
        self.bounds
    }

    /// Metres between it and a place on the ground; 0 within.
    #[must_use]
    pub fn ground_distance_m(&self, east_m: f64, north_m: f64) -> f64 {
        Shape::of_outline(&self.footprint, &self.bounds).distance_m(east_m, north_m, None)
    }
}

/// A rectangle around a stretch, half a metre beyond it on each side.
pub(super) fn strip([east, north]: [f64; 2], [to_east, to_north]: [f64; 2]) -> Vec<[f64; 2]> {
    const HALF_M: f64 = 0.5;
    let length = (to_east - east).hypot(to_north - north);
    let (along_e, along_n) = if length > 0.0 {
        (HALF_M * (to_east - east) / length, HALF_M * (to_north - north) / length)
    } else {
        (HALF_M, 0.0)
    };
    vec![
        [east - along_e + along_n, north - along_n - along_e],
        [to_east + along_e + along_n, to_north + along_n - along_e],
        [to_east + along_e - along_n, to_north + along_n + along_e],
        [east - along_e - along_n, north - along_n + along_e],
    ]
}

/// The outline of an object, or the rectangle of its box.
fn of_object(object: &StoredObject) -> (Polygons, [f64; 2]) {
    let LocalBox { min, max } = object.bounds;
    let heights = [min.up_m, max.up_m];
    if !object.footprint.is_empty() {
        return (object.footprint.clone(), heights);
    }
    let corners = [
        [min.east_m, min.north_m],
        [max.east_m, min.north_m],
        [max.east_m, max.north_m],
        [min.east_m, max.north_m],
    ];
    (vec![vec![corners.to_vec()]], heights)
}

fn around(polygons: &Polygons, [low, high]: [f64; 2]) -> Option<LocalBox> {
    let mut points = polygons.iter().flatten().flatten();
    let first = *points.next()?;
    let (min, max) = points.fold((first, first), |(min, max), at| {
        ([min[0].min(at[0]), min[1].min(at[1])], [max[0].max(at[0]), max[1].max(at[1])])
    });
    let point = |[east_m, north_m]: [f64; 2], up_m| LocalPoint { east_m, north_m, up_m };
    Some(LocalBox { min: point(min, low), max: point(max, high) })
}
