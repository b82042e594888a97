//! The closing figures of reports (考核评价): reports and a time come in, counts in all, by responsible body and by
//! kind, go out. Called by the API. Pure; a test holds it against a scan.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};
use twin_schemas::reports::{
    BodyFigures, KindFigures, Report, ReportBody, ReportFigures, ReportFiguresAnswer, ReportKind,
    ReportState, ReportUrge,
};

use super::{COURSE, ReportKinds};

/// From when until before when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// From then on.
    pub from: OffsetDateTime,
    /// Before then.
    pub to: OffsetDateTime,
}

impl Period {
    /// Whether an instant is within it.
    #[must_use]
    pub fn holds(&self, at: OffsetDateTime) -> bool {
        self.from <= at && at < self.to
    }
}

/// How long a report of a kind may take in all until it is answered.
#[must_use]
pub fn total_limit(kind: &ReportKind) -> Duration {
    let limits = kind.limits;
    Duration::hours(i64::from(limits.accept_h) + i64::from(limits.dispatch_h) + i64::from(limits.handle_h))
}

/// Whether a report was answered before the time limits of its kind together had passed; none if it was not answered.
#[must_use]
pub fn is_answered_in_time(report: &Report, kind: &ReportKind) -> Option<bool> {
    Some(report.answered_at? - report.created_at <= total_limit(kind))
}

/// The figures of a period. What was joined to another counts with that one alone.
#[must_use]
pub fn figures<'a>(
    reports: impl Iterator<Item = &'a Report>,
    kinds: &ReportKinds,
    period: Period,
) -> ReportFiguresAnswer {
    let mut total = Count::default();
    let mut by_body: BTreeMap<Option<ReportBody>, Count> = BTreeMap::new();
    let mut by_kind: BTreeMap<&str, Count> = BTreeMap::new();
    for report in reports.filter(|report| report.state != ReportState::Merged) {
        let kind = kinds.get_or_former(&report.kind);
        let counts =
            [&mut total, by_body.entry(report.body).or_default(), by_kind.entry(&report.kind).or_default()];
        for count in counts {
            count.add(report, kind, period);
        }
    }
    let body = |(body, count): (_, Count)| BodyFigures { body, figures: count.done() };
    let kind = |(kind, count): (&str, Count)| KindFigures { kind: kind.to_owned(), figures: count.done() };
    ReportFiguresAnswer {
        from: period.from,
        to: period.to,
        total: total.done(),
        by_body: by_body.into_iter().map(body).filter(|of| of.figures != ReportFigures::default()).collect(),
        by_kind: by_kind.into_iter().map(kind).filter(|of| of.figures != ReportFigures::default()).collect(),
    }
}

#[derive(Default)]
struct Count {
    figures: ReportFigures,
    stars: u64,
}

impl Count {
    fn add(&mut self, report: &Report, kind: &ReportKind, period: Period) {
        let figures = &mut self.figures;
        let is_open = !COURSE.is_end(report.state);
        figures.open += u64::from(is_open);
        figures.overdue += u64::from(is_open && report.urge >= ReportUrge::Overdue);
        figures.reported += u64::from(period.holds(report.created_at));
        if report.answered_at.is_some_and(|at| period.holds(at)) {
            figures.answered += 1;
            figures.answered_in_time += u64::from(is_answered_in_time(report, kind) == Some(true));
            figures.reopened += u64::from(report.reopened > 0);
        }
        if report.ended_at.is_some_and(|at| period.holds(at)) {
            figures.closed += u64::from(report.state == ReportState::Closed);
            if let Some(rating) = &report.rating {
                figures.rated += 1;
                self.stars += u64::from(rating.stars);
            }
        }
    }

    fn done(self) -> ReportFigures {
        let Self { mut figures, stars } = self;
        // Few enough to be exact as they are.
        #[expect(clippy::cast_precision_loss, reason = "counts of reports are far below 2^52")]
        let mean = |sum: u64, of: u64| sum as f64 / of as f64;
        figures.mean_stars = (figures.rated > 0).then(|| mean(stars, figures.rated));
        figures
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;
    use twin_schemas::reports::{ReportLine, ReportPlace, ReportRating};

    use super::*;
    use crate::domain::cycle::Word as _;
    use crate::domain::report::{NewReport, submitted};

    const MONDAY: OffsetDateTime = datetime!(2026-05-04 00:00 UTC);
    const WEEK: Period = Period { from: MONDAY, to: datetime!(2026-05-11 00:00 UTC) };

    fn kinds() -> ReportKinds {
        ReportKinds::built_in().unwrap()
    }

    /// A report of a kind, as of an hour after the Monday.
    fn of(kind: &str, came_h: i64) -> Report {
        let kind = kinds().get(kind).cloned().unwrap();
        let new = NewReport {
            line: ReportLine::Problem,
            text: "no light".into(),
            photos: Vec::new(),
            voice: None,
            place: ReportPlace::default(),
            zone: None,
            on_behalf: false,
            open: true,
        };
        submitted(1, new, &kind, MONDAY + Duration::hours(came_h)).after
    }

    fn any_report() -> impl Strategy<Value = Report> {
        let bodies = proptest::option::of(proptest::sample::select(ReportBody::ALL.to_vec()));
        let states = proptest::sample::select(ReportState::ALL.to_vec());
        let kind = proptest::sample::select(vec!["lighting", "lift", "road"]);
        let rest = (
            -200_i64..300,
            proptest::option::of(0_i64..300),
            0_u32..3,
            1_u8..=5,
            proptest::bool::ANY,
            0_usize..4,
        );
        (kind, bodies, states, rest).prop_map(
            |(kind, body, state, (came_h, took_h, reopened, stars, is_rated, urge))| {
                let report = of(kind, came_h);
                let answered_at = took_h.map(|h| report.created_at + Duration::hours(h));
                let ended_at = if COURSE.is_end(state) { answered_at } else { None };
                let rating = ended_at.filter(|_| is_rated).map(|_| ReportRating { stars, text: None });
                let urge =
                    [ReportUrge::None, ReportUrge::Reminded, ReportUrge::Overdue, ReportUrge::Escalated]
                        [urge];
                Report { body, state, answered_at, ended_at, rating, reopened, urge, ..report }
            },
        )
    }

    /// The same by looking through everything, one figure at a time.
    fn scanned(reports: &[Report], is_meant: impl Fn(&Report) -> bool) -> ReportFigures {
        let meant: Vec<&Report> =
            reports.iter().filter(|one| one.state != ReportState::Merged && is_meant(one)).collect();
        let count = |is: &dyn Fn(&Report) -> bool| meant.iter().filter(|one| is(one)).count() as u64;
        let open = |one: &Report| !COURSE.is_end(one.state);
        let within = |at: Option<OffsetDateTime>| at.is_some_and(|at| at >= WEEK.from && at < WEEK.to);
        let in_time = |one: &Report| {
            let limits = kinds().get(&one.kind).unwrap().limits;
            let hours = limits.accept_h + limits.dispatch_h + limits.handle_h;
            one.answered_at.is_some_and(|at| at <= one.created_at + Duration::hours(i64::from(hours)))
        };
        let stars: Vec<f64> = meant
            .iter()
            .filter(|one| within(one.ended_at))
            .filter_map(|one| one.rating.as_ref().map(|rating| f64::from(rating.stars)))
            .collect();
        ReportFigures {
            open: count(&open),
            overdue: count(&|one| {
                open(one) && matches!(one.urge, ReportUrge::Overdue | ReportUrge::Escalated)
            }),
            reported: count(&|one| within(Some(one.created_at))),
            answered: count(&|one| within(one.answered_at)),
            answered_in_time: count(&|one| within(one.answered_at) && in_time(one)),
            reopened: count(&|one| within(one.answered_at) && one.reopened > 0),
            closed: count(&|one| within(one.ended_at) && one.state == ReportState::Closed),
            rated: stars.len() as u64,
            mean_stars: u32::try_from(stars.len())
                .ok()
                .filter(|n| *n > 0)
                .map(|n| stars.iter().sum::<f64>() / f64::from(n)),
        }
    }

    proptest! {
        #[test]
        fn figures_are_what_a_scan_of_everything_counts(reports in proptest::collection::vec(any_report(), 0..40)) {
            let found = figures(reports.iter(), &kinds(), WEEK);
            prop_assert_eq!(found.total, scanned(&reports, |_| true));
            for BodyFigures { body, figures } in &found.by_body {
                prop_assert_eq!(*figures, scanned(&reports, |one| one.body == *body));
            }
            for KindFigures { kind, figures } in &found.by_kind {
                prop_assert_eq!(*figures, scanned(&reports, |one| one.kind == *kind));
            }
            let bodies: u64 = found.by_body.iter().map(|of| of.figures.open + of.figures.answered).sum();
            let kinds: u64 = found.by_kind.iter().map(|of| of.figures.open + of.figures.answered).sum();
            let total = found.total.open + found.total.answered;
            prop_assert_eq!((bodies, kinds), (total, total), "nothing is left out and nothing counted twice");
        }
    }

    #[test]
    fn an_answer_is_in_time_until_the_limits_of_its_kind_have_passed_together() {
        // Lighting: 8 h to be taken up, 8 h to be sent out, 72 h to be answered.
        let lighting = kinds().get("lighting").cloned().unwrap();
        let answered = |h| Report { answered_at: Some(MONDAY + Duration::hours(h)), ..of("lighting", 0) };
        assert_eq!(is_answered_in_time(&answered(88), &lighting), Some(true));
        assert_eq!(is_answered_in_time(&answered(89), &lighting), Some(false));
        assert_eq!(is_answered_in_time(&of("lighting", 0), &lighting), None);
    }

    #[test]
    fn a_period_holds_its_beginning_and_not_its_end() {
        let counted = |came_h| figures([of("lift", came_h)].iter(), &kinds(), WEEK).total.reported;
        assert_eq!([counted(-1), counted(0), counted(167), counted(168)], [0, 1, 1, 0]);
    }
}
