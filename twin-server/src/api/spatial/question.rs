//! A question about places as it is written in JSON, read by the address that answers it.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::spatial::Kind;

/// A question about places. Positions are metres east, north and up of the community's origin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpatialQuestion {
    /// Which things; all conditions must hold.
    #[serde(flatten)]
    pub(super) which: Which,
    /// Where.
    pub(super) r#where: Where,
    /// Only things that have such others near them, or have none; absent: all.
    #[serde(default)]
    pub(super) near: Option<Nearby>,
    /// At most this many, 1 to 10,000; for `nearest` it is how many. Default 100.
    #[serde(default)]
    pub(super) limit: Option<usize>,
}

/// Which things are meant; all conditions must hold.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Which {
    /// Things of these kinds. Default: all; projects only for those who may read them, and of
    /// reports those that one may read.
    #[serde(default)]
    pub(super) kinds: Option<Vec<Kind>>,
    /// Things of this class: an IFC class such as `IfcDoor`, or a kind of device or report such as `lift`.
    #[serde(default)]
    pub(super) class: Option<String>,
    /// Things of the zone with this id; devices by where they stand.
    #[serde(default)]
    pub(super) zone: Option<String>,
}

/// Where things are sought.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", try_from = "Places")]
pub(crate) enum Where {
    /// Everywhere: `{}`.
    Anywhere(Nothing),
    /// Things whose boxes meet a box.
    Box(BoxPlace),
    /// Things whose outlines, or boxes where they have none, meet a polygon.
    Polygon(PolygonPlace),
    /// Things within a distance of a place, nearest first.
    Radius(RadiusPlace),
    /// The nearest things to a place.
    Nearest(NearestPlace),
    /// Things whose boxes a ray goes through, in its order.
    Ray(RayPlace),
    /// Things within a distance of another on the ground, nearest first; itself left out.
    Around(AroundPlace),
}

/// `Where` as it is written, which tells what is wrong better than an enum does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Places {
    anywhere: Option<Nothing>,
    r#box: Option<BoxPlace>,
    polygon: Option<PolygonPlace>,
    radius: Option<RadiusPlace>,
    nearest: Option<NearestPlace>,
    ray: Option<RayPlace>,
    around: Option<AroundPlace>,
}

impl TryFrom<Places> for Where {
    type Error = &'static str;

    fn try_from(places: Places) -> Result<Self, Self::Error> {
        let mut given = [
            places.anywhere.map(Self::Anywhere),
            places.r#box.map(Self::Box),
            places.polygon.map(Self::Polygon),
            places.radius.map(Self::Radius),
            places.nearest.map(Self::Nearest),
            places.ray.map(Self::Ray),
            places.around.map(Self::Around),
        ]
        .into_iter()
        .flatten();
        match (given.next(), given.next()) {
            (Some(place), None) => Ok(place),
            _ => Err("one of `anywhere`, `box`, `polygon`, `radius`, `nearest`, `ray` or `around` is needed"),
        }
    }
}

/// `{}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// A box; without heights it goes from the ground to the sky.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BoxPlace {
    /// `[east, north]` or `[east, north, up]` of the west, south, lower corner.
    pub(super) min: Vec<f64>,
    /// The east, north, upper corner, with as many numbers.
    pub(super) max: Vec<f64>,
}

/// A polygon with holes; without heights it goes from the ground to the sky.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolygonPlace {
    /// Rings of `[east_m, north_m]`: the outer one, then holes. At most 10,000 points.
    pub(super) rings: Vec<Vec<[f64; 2]>>,
    /// Lower end.
    #[serde(default)]
    pub(super) bottom_m: Option<f64>,
    /// Upper end.
    #[serde(default)]
    pub(super) top_m: Option<f64>,
}

/// A circle on the ground, or with `up_m` a ball. Distances are to outlines, or boxes where there are none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "units are in the names")]
pub(crate) struct RadiusPlace {
    /// Metres east of the middle.
    pub(super) east_m: f64,
    /// Metres north of the middle.
    pub(super) north_m: f64,
    /// Metres up of the middle; without, heights do not count.
    #[serde(default)]
    pub(super) up_m: Option<f64>,
    /// How far.
    pub(super) radius_m: f64,
}

/// A place from which the nearest are sought. Distances as for a radius.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "units are in the names")]
pub(crate) struct NearestPlace {
    /// Metres east.
    pub(super) east_m: f64,
    /// Metres north.
    pub(super) north_m: f64,
    /// Metres up; without, heights do not count.
    #[serde(default)]
    pub(super) up_m: Option<f64>,
    /// Not further than this. Default: however far.
    #[serde(default)]
    pub(super) within_m: Option<f64>,
}

/// A ray.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RayPlace {
    /// Where it starts: `[east, north, up]`.
    pub(super) from: [f64; 3],
    /// Where it goes: a vector of any length but zero.
    pub(super) direction: [f64; 3],
    /// How far. Default: 10,000 m.
    #[serde(default)]
    pub(super) length_m: Option<f64>,
}

/// The surroundings of an object, or of a device.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AroundPlace {
    /// Id of the object.
    #[serde(default)]
    pub(super) object: Option<String>,
    /// Id of the device.
    #[serde(default)]
    pub(super) device: Option<String>,
    /// How far, between outlines.
    pub(super) within_m: f64,
}

/// What must stand near a thing, or must not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nearby {
    /// Which others.
    #[serde(flatten)]
    pub(super) which: Which,
    /// How far on the ground, between outlines.
    pub(super) within_m: f64,
    /// True: only things that have none of them near.
    #[serde(default)]
    pub(super) none: bool,
}

impl SpatialQuestion {
    /// Whether its answer may tell of devices, which have an action of their own.
    pub(super) fn asks_for_devices(&self) -> bool {
        let around = matches!(&self.r#where, Where::Around(place) if place.device.is_some());
        around || self.which.has_devices() || self.near.as_ref().is_some_and(|near| near.which.has_devices())
    }
}

impl Which {
    fn has_devices(&self) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&Kind::Device))
    }
}
