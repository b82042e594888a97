//! What the model says of its objects: residential buildings, parks, facilities of everyday life; and which residences
//! are within a distance of what. Called by `green`, `walking` and `gaps`.
//!
//! Words are those of `OpenStreetMap`'s keys `building`, `amenity`, `leisure`, `landuse`, `shop`, of our own `use`, and
//! what planners write in Chinese.

use std::collections::HashMap;

use geo::{Area, Centroid, Distance, Euclidean, MultiPolygon, Point, Rect};

use crate::checkups::ground::EVERYWHERE;
use crate::domain::bounds::LocalRect;
use crate::spatial::{Kind, Snapshot, StoredObject, outline};

/// Properties that say what an object is for.
const KEYS: [&str; 6] = ["use", "building", "amenity", "leisure", "landuse", "shop"];
/// Words for where people live.
const RESIDENTIAL: [&str; 12] = [
    "residential",
    "apartments",
    "house",
    "detached",
    "terrace",
    "dormitory",
    "bungalow",
    "semidetached_house",
    "住宅",
    "居住",
    "居民楼",
    "宿舍",
];
/// Words for parks and public green.
const GREEN: [&str; 10] = [
    "park",
    "garden",
    "green",
    "recreation_ground",
    "village_green",
    "公园",
    "公园绿地",
    "绿地",
    "游园",
    "口袋公园",
];

/// Words for places where cars stand.
pub(super) const PARKING: [&str; 8] =
    ["parking", "garage", "garages", "car_park", "停车场", "停车库", "停车位", "车库"];
/// Words for places where cars are charged.
pub(super) const CHARGING: [&str; 5] = ["charging_station", "charging_point", "充电站", "充电桩", "充电设施"];

/// A kind of facility: its name in Chinese and English, and the words by which the model says it.
pub(super) type FacilityKind = ([&'static str; 2], &'static [&'static str]);

/// The kinds of facility of the walking circle.
pub(super) const FACILITIES: [FacilityKind; 8] = [
    (["幼儿园", "kindergarten"], &["kindergarten", "childcare", "幼儿园", "托育"]),
    (["小学", "school"], &["school", "primary_school", "小学", "学校"]),
    (
        ["养老服务设施", "care for the elderly"],
        &["nursing_home", "elder_care", "social_facility", "养老", "养老服务"],
    ),
    (
        ["卫生服务", "health"],
        &["clinic", "hospital", "doctors", "health", "pharmacy", "卫生服务", "医院", "药店"],
    ),
    (
        ["社区服务", "community services"],
        &["service", "community_centre", "social_centre", "社区服务", "社区服务中心"],
    ),
    (
        ["便民商业", "shops"],
        &[
            "retail",
            "supermarket",
            "convenience",
            "marketplace",
            "shops",
            "mall",
            "greengrocer",
            "商业",
            "超市",
            "菜市场",
        ],
    ),
    (
        ["文化体育", "culture and sports"],
        &["library", "sports", "sports_centre", "pitch", "playground", "文化", "体育"],
    ),
    (["公园绿地", "park"], &GREEN),
];

/// Whether an object is a park or public green.
#[must_use]
pub fn is_green(object: &StoredObject) -> bool {
    says(object, &GREEN)
}

/// Whether an object is a car park.
#[must_use]
pub fn is_parking(object: &StoredObject) -> bool {
    says(object, &PARKING)
}

/// Whether an object says that people live in it.
pub(super) fn is_residence(object: &StoredObject) -> bool {
    says(object, &RESIDENTIAL)
}

/// Whether one of the properties that say what an object is for has one of the words.
pub(super) fn says(object: &StoredObject, words: &[&str]) -> bool {
    KEYS.iter()
        .filter_map(|key| object.properties.get(*key)?.as_str())
        .any(|said| words.contains(&said.trim()))
}

/// A building that people live in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Residence {
    /// Its zone.
    pub(super) zone: Option<String>,
    /// The middle of its footprint.
    pub(super) at: Point,
    /// Area of its footprint, in m².
    pub(super) area_m2: f64,
}

/// The residences of a community, and where each is among them.
pub(super) struct Residences<'s> {
    pub(super) list: Vec<Residence>,
    places: HashMap<&'s str, usize>,
}

impl<'s> Residences<'s> {
    /// The buildings that say that people live there.
    pub(super) fn of(snapshot: &'s Snapshot) -> Self {
        let (mut list, mut places) = (Vec::new(), HashMap::new());
        let buildings = snapshot.meeting_in_order(Kind::Building, &EVERYWHERE);
        for (_, building) in buildings.into_iter().filter(|(_, building)| is_residence(building)) {
            let ground = ground_of(building);
            if let Some(at) = ground.centroid() {
                places.insert(building.id.as_str(), list.len());
                list.push(Residence { zone: building.zone.clone(), at, area_m2: ground.unsigned_area() });
            }
        }
        Self { list, places }
    }

    /// Marks the residences whose middle is within a distance of something, by the index of the model. Those that are
    /// marked already are not measured again.
    pub(super) fn mark_within(
        &self,
        snapshot: &'s Snapshot,
        ground: &MultiPolygon,
        within_m: f64,
        marked: &mut [bool],
    ) {
        use geo::BoundingRect as _;
        let Some(around) = ground.bounding_rect() else { return };
        for (_, building) in snapshot.meeting_in_order(Kind::Building, &widened(&around, within_m)) {
            let Some(place) = self.places.get(building.id.as_str()).copied() else { continue };
            let (Some(mark), Some(residence)) = (marked.get_mut(place), self.list.get(place)) else {
                continue;
            };
            *mark = *mark || Euclidean.distance(&residence.at, ground) <= within_m;
        }
    }
}

/// What an object covers: its outline, or its box where it has none.
pub(super) fn ground_of(object: &StoredObject) -> MultiPolygon {
    outline(object).unwrap_or_else(|| {
        let (min, max) = (object.bounds.min, object.bounds.max);
        Rect::new((min.east_m, min.north_m), (max.east_m, max.north_m)).to_polygon().into()
    })
}

fn widened(around: &Rect, by_m: f64) -> LocalRect {
    LocalRect {
        min_east_m: around.min().x - by_m,
        min_north_m: around.min().y - by_m,
        max_east_m: around.max().x + by_m,
        max_north_m: around.max().y + by_m,
    }
}
