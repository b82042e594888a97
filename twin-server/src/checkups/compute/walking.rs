//! The 15-minute walking circle: the model comes in, the share of the known kinds of facility within 1 km goes out, for
//! each place.
//!
//! 1 km as the crow flies stands for 15 minutes at 4 km/h. The way on foot is longer: the figure is an upper bound, and
//! says so. Kinds that the model has none of are not counted, and named.

use super::facilities::{FACILITIES, Residences, ground_of, says};
use super::green::no_residences;
use super::{Figure, Place, belongs, words};
use crate::spatial::Snapshot;

/// As far as 15 minutes reach, in metres.
const REACH_M: f64 = 1_000.0;

/// What is known of a kind of facility.
struct Reached {
    names: [&'static str; 2],
    /// Residences that reach one; nothing if the model has none.
    by: Option<Vec<bool>>,
}

pub(super) fn figures(snapshot: &Snapshot, places: &[Place]) -> Vec<Figure> {
    let residences = Residences::of(snapshot);
    let mut kinds: Vec<Reached> =
        FACILITIES.iter().map(|(names, _)| Reached { names: *names, by: None }).collect();
    for object in snapshot.objects().filter(|object| !object.properties.is_empty()) {
        for (kind, (_, said)) in kinds.iter_mut().zip(&FACILITIES) {
            if says(object, said) {
                let marked = kind.by.get_or_insert_with(|| vec![false; residences.list.len()]);
                // Most kinds are within reach of everyone soon.
                if marked.iter().any(|marked| !marked) {
                    residences.mark_within(snapshot, &ground_of(object), REACH_M, marked);
                }
            }
        }
    }
    places.iter().map(|place| figure(place, &residences, &kinds)).collect()
}

fn figure(place: &Place, residences: &Residences<'_>, kinds: &[Reached]) -> Figure {
    let (known, unknown): (Vec<&Reached>, Vec<&Reached>) = kinds.iter().partition(|kind| kind.by.is_some());
    if known.is_empty() {
        return Err(words(
            "模型中没有标明用途的便民设施（属性 `use`、`amenity` 或 `shop`）",
            "the model knows no facility of everyday life (property `use`, `amenity` or `shop`)",
        ));
    }
    let (mut sum_m2, mut all_m2) = (0.0, 0.0);
    for (at, residence) in residences.list.iter().enumerate() {
        if belongs(residence.zone.as_deref(), place) {
            let is_reached = |kind: &&&Reached| kind.by.as_ref().and_then(|by| by.get(at)) == Some(&true);
            let share = known.iter().filter(is_reached).count() as f64 / known.len() as f64;
            sum_m2 += residence.area_m2 * share;
            all_m2 += residence.area_m2;
        }
    }
    if all_m2 <= 0.0 {
        return Err(no_residences());
    }
    let named = |kinds: &[&Reached], language: usize, by: &str| {
        kinds.iter().filter_map(|kind| kind.names.get(language).copied()).collect::<Vec<_>>().join(by)
    };
    let mut zh = format!("按 {REACH_M} 米直线距离（实际步行更远）；设施种类：{}", named(&known, 0, "、"));
    let mut en = format!(
        "within {REACH_M} m as the crow flies (the way on foot is longer); kinds: {}",
        named(&known, 1, ", ")
    );
    if !unknown.is_empty() {
        zh = zh + "；模型未知：" + &named(&unknown, 0, "、");
        en = en + "; not known to the model: " + &named(&unknown, 1, ", ");
    }
    Ok((sum_m2 / all_m2 * 100.0, words(zh, en)))
}
