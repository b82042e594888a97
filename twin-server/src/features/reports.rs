//! Residents' reports that everyone may read as a collection of points; who reported is not among it.

use std::sync::Arc;

use time::OffsetDateTime;
use twin_schemas::reports::{Report, ReportLine, ReportUrge};

use super::collection::{About, Collection, Gone, Visit, number_after, number_of};
use super::item::{Item, Shape, Value};
use super::schema::{GeometryKind, Path, Property, PropertyType, Schema};
use super::source::{PublicReport, Source};
use crate::domain::bounds::LocalRect;
use crate::domain::cycle::Word;
use crate::domain::permission::Action;

/// What people are told.
pub(super) const ABOUT: About = About {
    id: "reports",
    title: ["居民诉求", "Reports of residents"],
    description: [
        "已受理、公开且有位置的诉求，不含诉求人。时间查询针对提出、答复、办结和最近变动的时刻。",
        "Reports that were taken up, are public and have a place, without who reported. Times are those of the report, \
         its answer, its end and the last change.",
    ],
    has_times: true,
    is_live: true,
    needs: Some(Action::ReadReports),
};

/// All reports that everyone may read and that have a place.
pub(super) struct Reports {
    pub(super) source: Source,
    pub(super) schema: Arc<Schema>,
}

/// The schema of reports.
pub(super) fn schema() -> Schema {
    use PropertyType::{Bool, Instant, Integer, Text};
    let properties = [
        Property::field("id", Text, "编号", "Id"),
        Property::field("suggestion", Bool, "是否建议", "A suggestion, no problem"),
        Property::field("kind", Text, "种类", "Kind"),
        Property::field("text", Text, "内容", "Text"),
        Property::field("address", Text, "地址", "Address"),
        Property::field("zone", Text, "组团", "Zone"),
        Property::field("state", Text, "状态", "State"),
        Property::field("body", Text, "承办", "Who handles it"),
        Property::field("late", Bool, "已超时", "Over its time limit"),
        Property::field("due", Instant, "办理时限", "Due"),
        Property::field("answer", Text, "答复", "Answer"),
        Property::field("stars", Integer, "评价（星）", "Rating, in stars"),
        Property::field("reopened", Integer, "重开次数", "Times reopened"),
        Property::field("main", Text, "并入的诉求", "Report that it was joined to"),
        Property::field("project", Text, "更新项目", "Project that it entered"),
        Property::field("on_behalf", Bool, "代报", "On behalf of someone"),
        Property::field("created_at", Instant, "提出时刻", "Reported at"),
        Property::field("answered_at", Instant, "答复时刻", "Answered at"),
        Property::field("ended_at", Instant, "办结时刻", "Ended at"),
        Property::field("changed_at", Instant, "最近变动", "Last changed"),
    ];
    Schema::new(properties, GeometryKind::Point)
}

impl Collection for Reports {
    fn about(&self) -> &About {
        &ABOUT
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn get(&self, id: &str, visit: &mut dyn FnMut(&dyn Item)) -> bool {
        let found = number_of(id).and_then(|number| self.source.report(number));
        if let Some(report) = &found {
            visit(report);
        }
        found.is_some()
    }

    fn scan(&self, area: Option<&LocalRect>, after: Option<&str>, visit: &mut Visit<'_>) -> Result<(), Gone> {
        self.source.reports(area, number_after(after)?, &mut |report| visit(report));
        Ok(())
    }
}

impl Item for PublicReport {
    fn id(&self) -> &str {
        PublicReport::id(self)
    }

    fn value(&self, property: &Property) -> Value<'_> {
        value_of(PublicReport::id(self), self.report(), property)
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Point(self.at())
    }

    fn times(&self) -> Vec<OffsetDateTime> {
        let report = self.report();
        let times = [Some(report.created_at), report.answered_at, report.ended_at, Some(report.changed_at)];
        let mut times: Vec<_> = times.into_iter().flatten().collect();
        times.sort_unstable();
        times
    }
}
/// What a property of the schema is of a report; who reported is not among it.
pub(super) fn value_of<'a>(id: &'a str, report: &'a Report, property: &Property) -> Value<'a> {
    let Path::Field(name) = &property.path else { return Value::Null };
    match *name {
        "id" => Value::text(Some(id)),
        "suggestion" => Value::Bool(report.line == ReportLine::Suggestion),
        "kind" => Value::text(Some(&report.kind)),
        "text" => Value::text(Some(&report.text)),
        "address" => Value::text(report.place.address.as_deref()),
        "zone" => Value::text(report.zone.as_deref()),
        "state" => Value::text(Some(report.state.id())),
        "body" => Value::text(report.body.map(Word::id)),
        "late" => Value::Bool(report.urge >= ReportUrge::Overdue),
        "due" => Value::instant(report.deadline.as_ref().map(|deadline| deadline.due)),
        "answer" => Value::text(report.answer.as_deref()),
        "stars" => report.rating.as_ref().map_or(Value::Null, |rating| Value::Number(rating.stars.into())),
        "reopened" => Value::Number(report.reopened.into()),
        "main" => report.main.map_or(Value::Null, |main| Value::made(Some(main.to_string()))),
        "project" => Value::text(report.project.as_deref()),
        "on_behalf" => Value::Bool(report.on_behalf),
        "created_at" => Value::Instant(report.created_at),
        "answered_at" => Value::instant(report.answered_at),
        "ended_at" => Value::instant(report.ended_at),
        "changed_at" => Value::Instant(report.changed_at),
        _ => Value::Null,
    }
}
