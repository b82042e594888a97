//! Gaps of parking places and charging points: the model and a standard come in, how many are lacking goes out, for each
//! place.
//!
//! 建科〔2023〕75号, 停车泊位缺口 and 新能源汽车充电桩缺口; the standards are those of the catalogue. What nobody has written
//! down is not taken for nothing: a neighbourhood of which no parking is known has no figure, and what does not say its
//! number is named.

use std::collections::BTreeMap;

use geo::Centroid as _;
use twin_schemas::LocalizedText;
use twin_schemas::indicators::{IndicatorLevel, IndicatorStandard};
use twin_schemas::model::ObjectClass;

use super::facilities::{CHARGING, PARKING, ground_of, is_residence, says};
use super::green::no_residences;
use super::{Figure, Ground, Place, words};
use crate::checkups::ground::EVERYWHERE;
use crate::spatial::{Kind, StoredObject};

/// Names of the property that holds the households of a building.
const HOUSEHOLDS: [&str; 2] = ["households", "户数"];
/// Names of the property that holds the parking places of anything.
const PLACES: [&str; 3] = ["parking_places", "停车泊位", "车位数"];
/// Names of the property that holds the charging points of anything.
const POINTS: [&str; 2] = ["charging_points", "充电桩"];
/// What holds the number of places of a car park, or of points of a charging station (OSM's key).
const CAPACITY: &str = "capacity";
/// More of anything is a mistake of whoever wrote it.
const NUMBER_LIMIT: f64 = 1e6;
/// How far up it is looked what an object is a part of.
const PARENTS_LIMIT: usize = 16;

/// What is lacking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// Parking places.
    Parking,
    /// Charging points.
    Charging,
}

/// A number of things that objects say, and how many objects do not say theirs.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    /// Together.
    number: f64,
    /// Objects that say a number.
    told: u32,
    /// Objects that should.
    silent: u32,
}

impl Sum {
    fn add(&mut self, number: Option<f64>) {
        match number {
            Some(number) => (self.number, self.told) = (self.number + number, self.told + 1),
            None => self.silent += 1,
        }
    }
}

/// What the model says of a neighbourhood.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    households: Sum,
    places: Sum,
    points: Sum,
}

pub(super) fn figures(
    gap: Gap,
    standard: Option<&IndicatorStandard>,
    ground: &Ground,
    places: &[Place],
) -> Vec<Figure> {
    let Some(standard) = standard else {
        let missing =
            || words("指标目录没有给出标准值", "the catalogue of indicators says no standard for this");
        return places.iter().map(|_| Err(missing())).collect();
    };
    let tallies = tallies(ground);
    let figure = |place: &Place| match place.level {
        IndicatorLevel::Community => of_community(gap, standard, &tallies),
        IndicatorLevel::Neighbourhood => {
            let tally = tallies.get(&Some(place.id.clone())).copied().unwrap_or_default();
            lacking(gap, standard, &tally)
        }
        IndicatorLevel::Building => {
            Err(words("只按小区和社区计算", "computed for neighbourhoods and the community only"))
        }
    };
    places.iter().map(figure).collect()
}

/// Tallies by the id of their neighbourhood; what stands in none is a neighbourhood of its own.
type Tallies = BTreeMap<Option<String>, Tally>;

/// What the model says, by neighbourhood.
fn tallies(ground: &Ground) -> Tallies {
    let mut tallies = Tallies::new();
    let snapshot = ground.snapshot();
    for (_, building) in snapshot.meeting_in_order(Kind::Building, &EVERYWHERE) {
        if is_residence(building) && !ground.is_beside(building) {
            let tally = tallies.entry(neighbourhood_of(ground, building)).or_default();
            tally.households.add(number(building, &HOUSEHOLDS));
        }
    }
    // What a neighbourhood says of itself stands for all that is in it.
    let zones = snapshot.meeting_in_order(Kind::Zone, &EVERYWHERE).into_iter().map(|(_, zone)| zone);
    let neighbourhoods = zones.filter(|zone| ground.is_neighbourhood(zone));
    let whole: BTreeMap<_, _> = neighbourhoods
        .map(|zone| (Some(zone.id.clone()), [number(zone, &PLACES), number(zone, &POINTS)]))
        .collect();
    add_facilities(ground, &whole, &mut tallies);
    for (home, [places, points]) in whole {
        let tally = tallies.entry(home).or_default();
        if places.is_some() {
            tally.places.add(places);
        }
        if points.is_some() {
            tally.points.add(points);
        }
    }
    tallies
}

/// Adds what stands in neighbourhoods, but where those speak for it: `whole` has their own places and points.
fn add_facilities(
    ground: &Ground,
    whole: &BTreeMap<Option<String>, [Option<f64>; 2]>,
    tallies: &mut Tallies,
) {
    for object in ground.snapshot().objects().filter(|object| !object.properties.is_empty()) {
        let is_whole = object.class == ObjectClass::Community || ground.is_neighbourhood(object);
        if is_whole || ground.is_beside(object) {
            continue;
        }
        if is_counted_above(ground, object) {
            continue;
        }
        let (parks, charges) = (says(object, &PARKING), says(object, &CHARGING));
        let capacity = |is: bool| number(object, &[CAPACITY]).filter(|_| is);
        let places = number(object, &PLACES).or_else(|| capacity(parks));
        let points = number(object, &POINTS).or_else(|| capacity(charges));
        let (parks, charges) = (parks || places.is_some(), charges || points.is_some());
        if !(parks || charges) {
            continue;
        }
        let home = neighbourhood_of(ground, object);
        let [all_places, all_points] = whole.get(&home).copied().unwrap_or_default();
        let tally = tallies.entry(home).or_default();
        if parks && all_places.is_none() {
            tally.places.add(places);
        }
        if charges && all_points.is_none() {
            tally.points.add(points);
        }
    }
}

/// Whether what an object is a part of says the numbers already, as a building does of the spaces of its garage.
fn is_counted_above(ground: &Ground, object: &StoredObject) -> bool {
    let snapshot = ground.snapshot();
    let mut above = object.parent.as_deref();
    for _ in 0..PARENTS_LIMIT {
        let Some(parent) = above.and_then(|id| snapshot.get(id)) else { return false };
        let has_capacity =
            (says(parent, &PARKING) || says(parent, &CHARGING)) && number(parent, &[CAPACITY]).is_some();
        if has_capacity || number(parent, &PLACES).is_some() || number(parent, &POINTS).is_some() {
            // Zones speak for what is in them below, each for itself.
            return !matches!(parent.class, ObjectClass::Zone | ObjectClass::Community);
        }
        above = parent.parent.as_deref();
    }
    false
}

/// The neighbourhood that something stands in: as it says itself, else by its middle.
fn neighbourhood_of(ground: &Ground, object: &StoredObject) -> Option<String> {
    // A park or a car park that is a zone is no neighbourhood of what stands in it.
    let said = object.zone.as_ref().filter(|_| object.class != ObjectClass::Zone);
    if let Some(zone) =
        said.filter(|id| ground.snapshot().get(id).is_some_and(|zone| ground.is_neighbourhood(zone)))
    {
        return Some(zone.clone());
    }
    let middle = ground_of(object).centroid()?;
    ground.neighbourhood_at(middle).map(|zone| zone.id.clone())
}

/// A number that an object says under one of some names, as a number or in digits.
fn number(object: &StoredObject, names: &[&str]) -> Option<f64> {
    let said = names.iter().find_map(|name| object.properties.get(*name))?;
    let number = said.as_f64().or_else(|| said.as_str()?.trim().parse().ok())?;
    Some(number).filter(|number| (0.0..=NUMBER_LIMIT).contains(number))
}

/// The figure of a neighbourhood.
fn lacking(gap: Gap, standard: &IndicatorStandard, tally: &Tally) -> Figure {
    let Tally { households, places, points } = tally;
    if households.told + households.silent == 0 {
        return Err(no_residences());
    }
    if places.told == 0 {
        return Err(words(
            "模型中没有此处的停车泊位数（小区或停车设施的属性 `parking_places`，停车设施的 `capacity`）",
            "the model knows no number of parking places here (property `parking_places` of the zone or a car park, `capacity` of a car park)",
        ));
    }
    match gap {
        Gap::Parking if households.told == 0 => Err(words(
            "此处住宅都没有标明户数（属性 `households`）",
            "no residential building here says its `households`",
        )),
        Gap::Parking => {
            // A tenth of a place is a rounding of floating point.
            let wanted = (households.number * standard.value - 1e-9).ceil().max(0.0);
            Ok(((wanted - places.number).max(0.0), parking_words(standard, wanted, households, places)))
        }
        Gap::Charging if points.told == 0 => Err(words(
            "模型中没有此处的充电桩数（小区或充电设施的属性 `charging_points`，没有的填 0）",
            "the model knows no number of charging points here (property `charging_points` of the zone or a station, 0 where there is none)",
        )),
        Gap::Charging => {
            let wanted = (places.number * standard.value / 100.0 - 1e-9).ceil().max(0.0);
            Ok(((wanted - points.number).max(0.0), charging_words(standard, wanted, places, points)))
        }
    }
}

/// The figure of the community: the sum over its neighbourhoods, for what one has too many is no help to the next.
fn of_community(gap: Gap, standard: &IndicatorStandard, tallies: &BTreeMap<Option<String>, Tally>) -> Figure {
    let lived_in = tallies.values().filter(|tally| tally.households.told + tally.households.silent > 0);
    let figures: Vec<Figure> = lived_in.map(|tally| lacking(gap, standard, tally)).collect();
    let known: Vec<f64> =
        figures.iter().filter_map(|figure| figure.as_ref().ok()).map(|(value, _)| *value).collect();
    match (figures.as_slice(), known.len()) {
        ([], _) => Err(no_residences()),
        ([only], _) => only.clone(),
        ([first, ..], 0) => first.clone(),
        (all, count) => {
            let unknown = all.len() - count;
            let short = known.iter().filter(|lacking| **lacking > 0.0).count();
            let (mut zh, mut en) = (
                format!("{count} 个小区缺口之和，其中 {short} 个有缺口"),
                format!("the sum of {count} neighbourhoods, {short} of them lack some"),
            );
            if unknown > 0 {
                zh = format!("{zh}；{unknown} 个小区数据不足，未计入");
                en = format!("{en}; of {unknown} too little is known, and they do not count");
            }
            Ok((known.iter().sum(), words(zh, en)))
        }
    }
}

fn parking_words(standard: &IndicatorStandard, wanted: f64, households: &Sum, places: &Sum) -> LocalizedText {
    let (each, Sum { number: homes, told, silent }) = (standard.value, households);
    let zh = format!(
        "{told} 栋住宅 {homes} 户，每户 {each} 个，应有 {wanted} 个；已知 {} 个（{} 处）",
        places.number, places.told
    );
    let en = format!(
        "{homes} households in {told} residential buildings, {each} places each: {wanted} wanted; {} known, at {}",
        places.number, places.told
    );
    let without = (*silent > 0).then(|| {
        words(
            format!("{silent} 栋住宅没有户数，未计入"),
            format!("{silent} residential buildings say no households and do not count"),
        )
    });
    with_gaps([zh, en], [without, silent_places(places)])
}

fn charging_words(standard: &IndicatorStandard, wanted: f64, places: &Sum, points: &Sum) -> LocalizedText {
    let share = standard.value;
    let zh = format!(
        "{} 个停车泊位的 {share}%，应有 {wanted} 个；已知 {} 个（{} 处）",
        places.number, points.number, points.told
    );
    let en = format!(
        "{share} % of {} parking places: {wanted} wanted; {} known, at {}",
        places.number, points.number, points.told
    );
    let silent = points.silent;
    let without = (silent > 0).then(|| {
        words(
            format!("{silent} 处充电设施没有数量，未计入"),
            format!("{silent} charging stations say no number and do not count"),
        )
    });
    with_gaps([zh, en], [silent_places(places), without])
}

fn silent_places(places: &Sum) -> Option<LocalizedText> {
    let silent = places.silent;
    (silent > 0).then(|| {
        words(
            format!("{silent} 处停车设施没有泊位数，未计入"),
            format!("{silent} car parks say no number of places and do not count"),
        )
    })
}

/// A text with what is missing behind it.
fn with_gaps([mut zh, mut en]: [String; 2], gaps: [Option<LocalizedText>; 2]) -> LocalizedText {
    for gap in gaps.into_iter().flatten() {
        zh = zh + "；" + &gap.zh.unwrap_or_default();
        en = en + "; " + &gap.en.unwrap_or_default();
    }
    words(zh, en)
}
