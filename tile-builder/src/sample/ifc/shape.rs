//! Solids and where they stand, as IFC records.
//!
//! In: millimetres. Out: records of profiles, extrusions, polyhedra, placements and representations.
//! Called by the files of this folder that build something. All solids are closed.

use super::colour::Colour;
use super::model::Model;
use super::step::{Ref, list, real, reals, text};

/// Millimetres: the unit of the files, as most authoring tools have it.
pub(crate) type Mm = i32;

/// A direction along the building's axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Local x runs as the building's x.
    East,
    /// Local x runs as the building's y.
    North,
    /// Half a turn.
    West,
    /// Three quarters of a turn.
    South,
}

impl Turn {
    /// A vector of the turned frame in the frame around it.
    pub(crate) fn apply(self, [x, y]: [Mm; 2]) -> [Mm; 2] {
        match self {
            Self::East => [x, y],
            Self::North => [-y, x],
            Self::West => [-x, -y],
            Self::South => [y, -x],
        }
    }
}

/// The plane in which a prism's outline lies; it grows along the third axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plane {
    /// Outline in x and y, growing upwards.
    Level,
    /// Outline in x and z, growing along y.
    Front,
    /// Outline in y and z, growing along x.
    Side,
}

/// A closed body.
#[derive(Debug, Clone)]
pub(crate) enum Solid {
    /// From the low corner with edges along the axes.
    Box { at: [Mm; 3], size: [Mm; 3] },
    /// An outline with holes, extruded from `at`.
    Prism { plane: Plane, at: [Mm; 3], outline: Vec<[Mm; 2]>, holes: Vec<Vec<[Mm; 2]>>, depth: Mm },
    /// An upright cylinder on a centre.
    Pipe { at: [Mm; 3], radius: Mm, length: Mm },
    /// Plane faces over points, each counter-clockwise from outside.
    Polyhedron { points: Vec<[Mm; 3]>, faces: Vec<Vec<usize>> },
}

/// A box from its low corner.
pub(crate) fn cuboid(at: [Mm; 3], size: [Mm; 3]) -> Solid {
    Solid::Box { at, size }
}

/// A box between two corners.
pub(crate) fn between(low: [Mm; 3], high: [Mm; 3]) -> Solid {
    Solid::Box { at: low, size: [high[0] - low[0], high[1] - low[1], high[2] - low[2]] }
}

/// The corners of a rectangle, counter-clockwise.
pub(crate) fn rectangle([x0, y0]: [Mm; 2], [x1, y1]: [Mm; 2]) -> Vec<[Mm; 2]> {
    vec![[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
}

/// The area within an outline, in square metres; positive if it runs counter-clockwise.
pub(crate) fn area_m2(outline: &[[Mm; 2]]) -> f64 {
    let next = outline.iter().cycle().skip(1);
    let doubled: i64 = outline
        .iter()
        .zip(next)
        .map(|(a, b)| i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1]))
        .sum();
    doubled as f64 / 2e6
}

impl Model {
    /// A point.
    pub(crate) fn point(&mut self, p: [f64; 3]) -> Ref {
        self.step.value(format!("IFCCARTESIANPOINT({})", reals(p)))
    }

    /// A frame in space: origin, direction of z, direction of x.
    pub(crate) fn axes(&mut self, at: [f64; 3], z: [f64; 3], x: [f64; 3]) -> Ref {
        let at = self.point(at);
        if z == [0.0, 0.0, 1.0] && x == [1.0, 0.0, 0.0] {
            return self.step.value(format!("IFCAXIS2PLACEMENT3D({at},$,$)"));
        }
        let [z, x] = [z, x].map(|d| self.step.value(format!("IFCDIRECTION({})", reals(d))));
        self.step.value(format!("IFCAXIS2PLACEMENT3D({at},{z},{x})"))
    }

    /// A place within another object's place.
    pub(crate) fn place(&mut self, within: Option<Ref>, at: [Mm; 3], turn: Turn) -> Ref {
        let [x, y] = turn.apply([1, 0]).map(f64::from);
        let axes = self.axes(at.map(f64::from), [0.0, 0.0, 1.0], [x, y, 0.0]);
        let within = within.map_or_else(|| "$".to_owned(), |r| r.to_string());
        self.step.add(format!("IFCLOCALPLACEMENT({within},{axes})"))
    }

    /// The shape of solids with their colours. Solids are shared, but a representation belongs to one object
    /// or type (`IfcShapeModel.WR11`).
    pub(crate) fn body(&mut self, items: &[(Solid, &Colour)]) -> Ref {
        let kind = match items.first() {
            Some((Solid::Polyhedron { .. }, _)) => "Tessellation",
            _ => "SweptSolid",
        };
        let items: Vec<Ref> = items.iter().map(|(solid, colour)| self.coloured(solid, colour)).collect();
        let context = self.body_context();
        self.step.add(format!("IFCSHAPEREPRESENTATION({context},'Body','{kind}',{})", list(items)))
    }

    /// The shape of an object: its body, and for walls the axis along which they run.
    pub(crate) fn shape(&mut self, representations: &[Ref]) -> Ref {
        self.step.add(format!("IFCPRODUCTDEFINITIONSHAPE($,$,{})", list(representations)))
    }

    /// A straight axis in plan, from the origin along x.
    pub(crate) fn axis(&mut self, length: Mm) -> Ref {
        let (a, b) = (self.point2([0, 0]), self.point2([length, 0]));
        let line = self.step.value(format!("IFCPOLYLINE(({a},{b}))"));
        let context = self.axis_context();
        self.step.add(format!("IFCSHAPEREPRESENTATION({context},'Axis','Curve2D',({line}))"))
    }

    /// A shape that many objects share, with its origin at the objects' places.
    pub(crate) fn map(&mut self, body: Ref) -> Ref {
        let origin = self.axes([0.0; 3], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]);
        self.step.add(format!("IFCREPRESENTATIONMAP({origin},{body})"))
    }

    /// A body that refers to a shared shape.
    pub(crate) fn mapped(&mut self, map: Ref) -> Ref {
        let origin = self.point([0.0; 3]);
        let same = self.step.value(format!("IFCCARTESIANTRANSFORMATIONOPERATOR3D($,$,{origin},1.,$)"));
        let item = self.step.value(format!("IFCMAPPEDITEM({map},{same})"));
        let context = self.body_context();
        self.step.add(format!("IFCSHAPEREPRESENTATION({context},'Body','MappedRepresentation',({item}))"))
    }

    fn point2(&mut self, p: [Mm; 2]) -> Ref {
        self.step.value(format!("IFCCARTESIANPOINT({})", reals(p.map(f64::from))))
    }

    fn coloured(&mut self, solid: &Solid, colour: &Colour) -> Ref {
        let item = self.solid(solid, &colour.name);
        let style = self.style(colour);
        self.step.value(format!("IFCSTYLEDITEM({item},({style}),$)"));
        item
    }

    fn solid(&mut self, solid: &Solid, mark: &str) -> Ref {
        match solid {
            Solid::Box { at, size } => {
                let profile = self.step.value(format!(
                    "IFCRECTANGLEPROFILEDEF(.AREA.,$,$,{},{})",
                    real(f64::from(size[0])),
                    real(f64::from(size[1]))
                ));
                let middle = |k: usize| f64::from(at[k]) + f64::from(size[k]) / 2.0;
                let at = [middle(0), middle(1), f64::from(at[2])];
                let axes = self.axes(at, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]);
                self.extruded(profile, axes, size[2], mark)
            }
            Solid::Prism { plane, at, outline, holes, depth } => {
                let profile = self.profile(outline, holes);
                let p = at.map(f64::from);
                let axes = match plane {
                    Plane::Level => self.axes(p, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]),
                    // The outline's y is up, so that the extrusion runs against y: start at the far side.
                    Plane::Front => {
                        self.axes([p[0], p[1] + f64::from(*depth), p[2]], [0.0, -1.0, 0.0], [1.0, 0.0, 0.0])
                    }
                    Plane::Side => self.axes(p, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
                };
                self.extruded(profile, axes, *depth, mark)
            }
            Solid::Pipe { at, radius, length } => {
                let radius = real(f64::from(*radius));
                let profile = self.step.value(format!("IFCCIRCLEPROFILEDEF(.AREA.,$,$,{radius})"));
                let axes = self.axes(at.map(f64::from), [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]);
                self.extruded(profile, axes, *length, mark)
            }
            Solid::Polyhedron { points, faces } => self.polyhedron(points, faces, mark),
        }
    }

    fn extruded(&mut self, profile: Ref, axes: Ref, depth: Mm, mark: &str) -> Ref {
        let up = self.step.value("IFCDIRECTION((0.,0.,1.))".to_owned());
        let depth = real(f64::from(depth));
        self.step.value_as(format!("IFCEXTRUDEDAREASOLID({profile},{axes},{up},{depth})"), mark)
    }

    fn profile(&mut self, outline: &[[Mm; 2]], holes: &[Vec<[Mm; 2]>]) -> Ref {
        let outer = self.ring(outline);
        if holes.is_empty() {
            return self.step.value(format!("IFCARBITRARYCLOSEDPROFILEDEF(.AREA.,$,{outer})"));
        }
        let inner: Vec<Ref> = holes.iter().map(|hole| self.ring(hole)).collect();
        self.step.value(format!("IFCARBITRARYPROFILEDEFWITHVOIDS(.AREA.,$,{outer},{})", list(inner)))
    }

    fn ring(&mut self, points: &[[Mm; 2]]) -> Ref {
        let rows = points.iter().chain(points.first()).map(|p| reals(p.map(f64::from)));
        let points = self.step.value(format!("IFCCARTESIANPOINTLIST2D({})", list(rows)));
        self.step.value(format!("IFCINDEXEDPOLYCURVE({points},$,.F.)"))
    }

    fn polyhedron(&mut self, points: &[[Mm; 3]], faces: &[Vec<usize>], mark: &str) -> Ref {
        let rows = points.iter().map(|p| reals(p.map(f64::from)));
        let points = self.step.value(format!("IFCCARTESIANPOINTLIST3D({})", list(rows)));
        let faces: Vec<Ref> = faces
            .iter()
            .map(|face| {
                let corners = list(face.iter().map(|i| i + 1));
                self.step.value(format!("IFCINDEXEDPOLYGONALFACE({corners})"))
            })
            .collect();
        self.step.value_as(format!("IFCPOLYGONALFACESET({points},.T.,{},$)", list(faces)), mark)
    }

    fn style(&mut self, colour: &Colour) -> Ref {
        let [r, g, b] = colour.rgb.map(|v| real((f64::from(v) / 255.0 * 1e4).round() / 1e4));
        let rgb = self.step.value(format!("IFCCOLOURRGB($,{r},{g},{b})"));
        let through = real(f64::from(colour.transparent_percent) / 100.0);
        let shading =
            self.step.value(format!("IFCSURFACESTYLERENDERING({rgb},{through},$,$,$,$,$,$,.NOTDEFINED.)"));
        self.step.value(format!("IFCSURFACESTYLE({},.BOTH.,({shading}))", text(&colour.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_keep_the_inside_on_the_left_and_areas_have_a_sign() {
        assert_eq!([Turn::East, Turn::North].map(|t| t.apply([0, 5])), [[0, 5], [-5, 0]]);
        assert_eq!([Turn::West, Turn::South].map(|t| t.apply([0, 5])), [[0, -5], [5, 0]]);
        assert!((area_m2(&rectangle([0, 0], [2000, 3000])) - 6.0).abs() < 1e-12);
        let reversed: Vec<_> = rectangle([0, 0], [2000, 3000]).into_iter().rev().collect();
        assert!((area_m2(&reversed) + 6.0).abs() < 1e-12);
    }
}
