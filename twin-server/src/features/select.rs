//! Which features of a collection a request means: a condition and a page come in, features and the
//! place to go on from come out.

use std::ops::ControlFlow;

use super::collection::{Collection, Gone};
use super::filter::{Condition, Subject};
use super::item::Item;
use super::place::Frame;
use crate::domain::bounds::LocalRect;

/// Features between two looks at the clock.
const CLOCK_EVERY: usize = 64;

/// Which part of what is meant.
#[derive(Debug, Clone, Copy)]
pub struct Page<'p> {
    /// At most this many.
    pub limit: usize,
    /// Only behind the feature with this id.
    pub after: Option<&'p str>,
}

/// The features of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Selected<T> {
    /// What was made of each.
    pub features: Vec<T>,
    /// How many are meant on all pages. Not known on later pages of a condition: going through
    /// everything for every page would make reading all of them cost its square.
    pub matched: Option<u64>,
    /// The id to go on after; none on the last page.
    pub next: Option<String>,
}

/// Why there is no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unselected {
    /// The feature to go on after is not there any more.
    Gone,
    /// The time was over.
    TooSlow,
}

/// Goes through a collection and makes something of each feature of the page.
///
/// # Errors
/// If the page begins behind a feature that is gone, or `is_over` says that the time is over.
pub fn select<T>(
    collection: &dyn Collection,
    frame: Option<&Frame>,
    condition: Option<&Condition>,
    page: Page<'_>,
    is_over: &dyn Fn() -> bool,
    make: &mut dyn FnMut(&dyn Item) -> T,
) -> Result<Selected<T>, Unselected> {
    let mut selected = Selected { features: Vec::new(), matched: None, next: None };
    let area = match area(collection, frame, condition) {
        Area::Everywhere => None,
        Area::Within(area) => Some(area),
        Area::Nowhere => {
            selected.matched = page.after.is_none().then_some(0);
            return Ok(selected);
        }
    };
    let counts = condition.is_some() && page.after.is_none();
    let (mut seen, mut matched, mut last, mut too_slow) = (0_usize, 0_u64, None, false);
    let mut visit = |item: &dyn Item| -> ControlFlow<()> {
        seen += 1;
        if seen.is_multiple_of(CLOCK_EVERY) && is_over() {
            too_slow = true;
            return ControlFlow::Break(());
        }
        if condition.is_some_and(|condition| !Subject::new(item, frame).is(condition)) {
            return ControlFlow::Continue(());
        }
        matched += 1;
        if selected.features.len() < page.limit {
            selected.features.push(make(item));
            last = Some(item.id().to_owned());
            return ControlFlow::Continue(());
        }
        if selected.next.is_none() {
            selected.next = last.take();
        }
        if counts { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    };
    let scanned = collection.scan(area.as_ref(), page.after, &mut visit);
    scanned.map_err(|Gone| Unselected::Gone)?;
    if too_slow {
        return Err(Unselected::TooSlow);
    }
    selected.matched = match condition {
        None => Some(collection.count()),
        Some(_) => counts.then_some(matched),
    };
    Ok(selected)
}

/// Where to look.
enum Area {
    Everywhere,
    Within(LocalRect),
    Nowhere,
}

fn area(collection: &dyn Collection, frame: Option<&Frame>, condition: Option<&Condition>) -> Area {
    let (Some(frame), Some(areas)) = (frame, condition.and_then(Condition::areas)) else {
        return Area::Everywhere;
    };
    let Some(extent) = collection.extent() else { return Area::Nowhere };
    let local = areas.iter().filter_map(|area| frame.local(area, &extent));
    local.reduce(|one, other| around(&one, &other)).map_or(Area::Nowhere, Area::Within)
}

fn around(one: &LocalRect, other: &LocalRect) -> LocalRect {
    LocalRect {
        min_east_m: one.min_east_m.min(other.min_east_m),
        min_north_m: one.min_north_m.min(other.min_north_m),
        max_east_m: one.max_east_m.max(other.max_east_m),
        max_north_m: one.max_north_m.max(other.max_north_m),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use twin_schemas::geometry::{LocalBox, LocalPoint};

    use super::*;
    use crate::features::collection::{About, Visit};
    use crate::features::filter::{FilterLanguage, condition};
    use crate::features::item::{Shape, Value};
    use crate::features::schema::{GeometryKind, Property, PropertyType, Schema};

    /// Numbers from 0, as features.
    struct Numbers(Schema);

    struct Number(usize, String);

    const COUNT: usize = 1000;

    impl Collection for Numbers {
        fn about(&self) -> &About {
            const {
                &About {
                    id: "numbers",
                    title: [""; 2],
                    description: [""; 2],
                    has_times: false,
                    is_live: false,
                    needs: None,
                }
            }
        }

        fn schema(&self) -> &Schema {
            &self.0
        }

        fn count(&self) -> u64 {
            COUNT as u64
        }

        fn extent(&self) -> Option<LocalBox> {
            None
        }

        fn get(&self, _: &str, _: &mut dyn FnMut(&dyn Item)) -> bool {
            false
        }

        fn scan(
            &self,
            _: Option<&LocalRect>,
            after: Option<&str>,
            visit: &mut Visit<'_>,
        ) -> Result<(), Gone> {
            let start = match after {
                Some(id) => id.parse::<usize>().map_err(|_| Gone)? + 1,
                None => 0,
            };
            let _ = (start..COUNT).try_for_each(|i| visit(&Number(i, i.to_string())));
            Ok(())
        }
    }

    impl Item for Number {
        fn id(&self) -> &str {
            &self.1
        }

        fn value(&self, _: &Property) -> Value<'_> {
            Value::Number(self.0 as f64)
        }

        fn shape(&self) -> Shape<'_> {
            Shape::Point(LocalPoint::default())
        }
    }

    fn numbers() -> Numbers {
        Numbers(Schema::new([Property::field("n", PropertyType::Number, "", "")], GeometryKind::Point))
    }

    /// A page of the numbers that a filter means.
    fn check(
        filter: Option<&str>,
        limit: usize,
        after: Option<&str>,
        is_over: &dyn Fn() -> bool,
    ) -> Result<Selected<usize>, Unselected> {
        let numbers = numbers();
        let condition = filter.map(|filter| condition(filter, FilterLanguage::Text, &numbers.0).unwrap());
        let mut make = |item: &dyn Item| item.id().parse().unwrap();
        select(&numbers, None, condition.as_ref(), Page { limit, after }, is_over, &mut make)
    }

    #[test]
    fn the_first_page_counts_and_later_ones_go_on() {
        let first = check(Some("n % 3 = 0"), 2, None, &|| false).unwrap();
        assert_eq!(first, Selected { features: vec![0, 3], matched: Some(334), next: Some("3".into()) });
        let second = check(Some("n % 3 = 0"), 2, first.next.as_deref(), &|| false).unwrap();
        assert_eq!(second, Selected { features: vec![6, 9], matched: None, next: Some("9".into()) });
        let last = check(Some("n > 997"), 2, None, &|| false).unwrap();
        assert_eq!(last, Selected { features: vec![998, 999], matched: Some(2), next: None });
        let plain = check(None, 2, Some("997"), &|| false).unwrap();
        assert_eq!(plain, Selected { features: vec![998, 999], matched: Some(1000), next: None });
        assert_eq!(check(None, 2, Some("none"), &|| false), Err(Unselected::Gone));
    }

    #[test]
    fn what_takes_too_long_is_given_up_soon() {
        let looks = Cell::new(0);
        let is_over = || {
            looks.set(looks.get() + 1);
            looks.get() == 3
        };
        assert_eq!(check(Some("n < 0"), 2, None, &is_over), Err(Unselected::TooSlow));
        assert_eq!(looks.get(), 3);
        // A page without a condition is full before anyone looks.
        assert!(check(None, 10, None, &|| true).is_ok());
    }
}
