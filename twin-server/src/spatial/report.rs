//! A resident's report where it lies. Made by the service of reports, which alone knows who may read it.
//!
//! Unlike projects, which lie in the index once everyone may read them, all reports with a position lie there: whoever asks
//! brings a rule that says which of them are told, and one without a rule is told none.

use std::fmt;
use std::sync::Arc;

use twin_schemas::geometry::LocalPoint;
use twin_schemas::reports::{Report, ReportKind};

/// A report at its position.
#[derive(Debug, PartialEq)]
pub struct PlacedReport {
    /// Its number in words.
    pub id: String,
    /// Its number.
    pub number: u64,
    /// Id of its kind, as it was reported.
    pub class: String,
    /// Its kind, whose name is all the name that it has.
    pub kind: Arc<ReportKind>,
    /// Id of the zone that it lies in.
    pub zone: Option<String>,
    /// Where it is.
    pub at: LocalPoint,
}

impl PlacedReport {
    /// A report of a kind; nothing if it has no position.
    #[must_use]
    pub fn of(report: &Report, kind: &Arc<ReportKind>) -> Option<Self> {
        Some(Self {
            id: report.id.to_string(),
            number: report.id,
            class: report.kind.clone(),
            kind: Arc::clone(kind),
            zone: report.zone.clone(),
            at: report.place.position?,
        })
    }
}

/// Which reports are told, by their number.
#[derive(Clone)]
pub struct ReportRule(Arc<dyn Fn(u64) -> bool + Send + Sync>);

impl ReportRule {
    /// A rule.
    #[must_use]
    pub fn new(may_read: impl Fn(u64) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(may_read))
    }

    /// Whether a report is told.
    #[must_use]
    pub fn tells(&self, number: u64) -> bool {
        self.0(number)
    }
}

impl fmt::Debug for ReportRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReportRule")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::query::{Company, Filter, Found, Place, Query, ask};
    use super::super::testing::object;
    use super::super::{Kind, ObjectTable, Snapshot};
    use super::*;

    fn placed(number: u64, class: &str, east_m: f64) -> Arc<PlacedReport> {
        let kind = json!({ "id": class, "name": { "zh": "灯" }, "icon": "lamp", "body": "property", "same_within_m": 25,
            "limits": { "accept_h": 8, "dispatch_h": 8, "handle_h": 72, "check_h": 48, "confirm_h": 168 } });
        Arc::new(PlacedReport {
            id: number.to_string(),
            number,
            class: class.to_owned(),
            kind: Arc::new(serde_json::from_value(kind).unwrap()),
            zone: Some("zone/z".into()),
            at: LocalPoint { east_m, north_m: 0.0, up_m: 0.0 },
        })
    }

    fn world() -> Snapshot {
        let objects = vec![
            object("building/a", "building", [-1.0, -1.0, 0.0], [1.0, 1.0, 9.0]),
            object("building/b", "building", [90.0, -1.0, 0.0], [91.0, 1.0, 9.0]),
        ];
        let mut now = Snapshot::of_objects("v1", Arc::new(ObjectTable::new(objects)), [], []);
        now.set_reports(
            [placed(1, "lamp", 2.0), placed(2, "road", 5.0), placed(3, "lamp", 95.0)].into_iter(),
        );
        now
    }

    fn ids(found: &Found<'_>) -> Vec<String> {
        found.hits.iter().map(|hit| hit.thing.id().to_owned()).collect()
    }

    #[test]
    fn what_may_not_be_read_is_in_no_list_no_number_and_no_neighbourhood() {
        let now = world();
        let told = |reports: Option<ReportRule>| {
            let filter = Filter { reports, ..Filter::of([Kind::Report]) };
            let query = Query { filter, place: Place::Anywhere, company: None, limit: 9 };
            let found = ask(&now, &query).unwrap();
            (ids(&found), found.matched)
        };
        assert_eq!(told(None), (vec![], Some(0)));
        assert_eq!(
            told(Some(ReportRule::new(|_| true))),
            (vec!["1".into(), "2".into(), "3".into()], Some(3))
        );
        assert_eq!(told(Some(ReportRule::new(|number| number == 3))), (vec!["3".into()], Some(1)));
        let houses = |wanted: bool, rule: fn(u64) -> bool| {
            let filter = Filter { reports: Some(ReportRule::new(rule)), ..Filter::of([Kind::Report]) };
            let company = Some(Company { filter, within_m: 10.0, wanted });
            let query =
                Query { filter: Filter::of([Kind::Building]), place: Place::Anywhere, company, limit: 9 };
            ids(&ask(&now, &query).unwrap())
        };
        assert_eq!(houses(true, |_| true), ["building/a", "building/b"]);
        assert_eq!(houses(true, |number| number != 3), ["building/a"]);
        assert_eq!(houses(false, |number| number != 3), ["building/b"]);
    }

    #[test]
    fn reports_are_found_by_kind_and_zone_and_follow_their_changes() {
        let mut now = world();
        let told = |now: &Snapshot, class: Option<&str>, zone: &str| {
            let (class, zone) = (class.map(str::to_owned), Some(zone.to_owned()));
            let reports = Some(ReportRule::new(|_| true));
            let filter = Filter { class, zone, reports, ..Filter::of([Kind::Report]) };
            ids(&ask(now, &Query { filter, place: Place::Anywhere, company: None, limit: 9 }).unwrap())
        };
        assert_eq!(told(&now, Some("lamp"), "zone/z"), ["1", "3"]);
        assert_eq!(told(&now, None, "zone/y"), Vec::<String>::new());
        now.replace_report(Some(placed(3, "lamp", 95.0)), Some(placed(3, "road", 40.0)));
        assert_eq!(told(&now, Some("lamp"), "zone/z"), ["1"]);
        now.replace_report(Some(placed(3, "road", 40.0)), None);
        // Another version of the model leaves reports where they are.
        now.take_objects(Snapshot::default());
        assert_eq!(told(&now, None, "zone/z"), ["1", "2"]);
    }
}
