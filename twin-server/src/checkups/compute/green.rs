//! Coverage by parks: the model comes in, the share of residential footprints within the service radius of a park goes
//! out, for each place.
//!
//! 建科〔2023〕75号, 公园绿化活动场地服务半径覆盖率: parks from 5,000 m² on serve 500 m, from 2,000 m² on 300 m. Distances are as
//! the crow flies from the edge of the park to the middle of a building's footprint; the building counts with all of it.

use geo::Area;

use super::facilities::{Residences, is_green};
use super::{Figure, Place, belongs, words};
use crate::spatial::{Snapshot, outline};

/// Least area of a park and its radius, the larger first.
const RADII: [(f64, f64); 2] = [(5_000.0, 500.0), (2_000.0, 300.0)];

pub(super) fn figures(snapshot: &Snapshot, places: &[Place]) -> Vec<Figure> {
    let residences = Residences::of(snapshot);
    let parks = snapshot.objects().filter(|object| is_green(object)).filter_map(|object| {
        let ground = outline(object)?;
        let area_m2 = ground.unsigned_area();
        let radius_m = RADII.iter().find(|(least_m2, _)| area_m2 >= *least_m2)?.1;
        Some((ground, radius_m))
    });
    let parks: Vec<_> = parks.collect();
    let mut covered = vec![false; residences.list.len()];
    for (ground, radius_m) in &parks {
        residences.mark_within(snapshot, ground, *radius_m, &mut covered);
    }
    places.iter().map(|place| figure(place, &residences, parks.len(), &covered)).collect()
}

fn figure(place: &Place, residences: &Residences<'_>, parks: usize, covered: &[bool]) -> Figure {
    if parks == 0 {
        return Err(words(
            "模型中没有已知的 2000 平方米及以上公园绿地",
            "the model knows no park of 2,000 m² or more",
        ));
    }
    let (mut within_m2, mut all_m2, mut count) = (0.0, 0.0, 0_u32);
    for (residence, covered) in residences.list.iter().zip(covered) {
        if belongs(residence.zone.as_deref(), place) {
            all_m2 += residence.area_m2;
            within_m2 += if *covered { residence.area_m2 } else { 0.0 };
            count += 1;
        }
    }
    if all_m2 <= 0.0 {
        return Err(no_residences());
    }
    let zh = format!(
        "{parks} 处公园绿地；{count} 栋居住建筑基底面积 {all_m2:.0} 平方米，覆盖 {within_m2:.0} 平方米"
    );
    let en = format!(
        "{parks} parks; {count} residential buildings with {all_m2:.0} m² of footprint, {within_m2:.0} m² within"
    );
    Ok((within_m2 / all_m2 * 100.0, words(zh, en)))
}

pub(super) fn no_residences() -> twin_schemas::LocalizedText {
    words(
        "模型中没有标明用途为住宅的建筑（属性 `use` 或 `building`）",
        "no building here says that it is residential (property `use` or `building`)",
    )
}
