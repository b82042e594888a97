//! Confirmed problems of check-ups as a collection of areas, each with the outline of what was assessed, for those who may
//! read check-ups. What the model has lost since is in none.

use std::sync::Arc;

use time::OffsetDateTime;
use twin_schemas::checkups::CheckUpProblem;

use super::collection::{About, Collection, Gone, Visit};
use super::item::{Item, Shape, Value};
use super::schema::{GeometryKind, Path, Property, PropertyType, Schema};
use super::source::{AssessedProblem, Source};
use crate::domain::bounds::LocalRect;
use crate::domain::cycle::Word as _;
use crate::domain::permission::Action;

/// What people are told.
pub(super) const ABOUT: About = About {
    id: "problems",
    title: ["体检问题", "Problems of check-ups"],
    description: [
        "各次体检中已确认的问题，位置为被评估的楼栋、小区或社区。时间查询针对发现、期限和最近变动的时刻。",
        "Problems that were confirmed in check-ups, at the building, neighbourhood or community that was assessed. Times are \
         those of the finding, the time limit and the last change.",
    ],
    has_times: true,
    is_live: true,
    needs: Some(Action::ReadCheckUps),
};

/// All confirmed problems whose object is there.
pub(super) struct Problems {
    pub(super) source: Source,
    pub(super) schema: Arc<Schema>,
}

/// The schema of problems.
pub(super) fn schema() -> Schema {
    use PropertyType::{Instant, Integer, Number, Text};
    let properties = [
        Property::field("id", Text, "编号", "Id"),
        Property::field("check_up", Integer, "体检", "Check-up"),
        Property::field("problem", Integer, "问题序号", "Number in its check-up"),
        Property::field("indicator", Text, "指标", "Indicator"),
        Property::field("object", Text, "对象", "Object"),
        Property::field("zone", Text, "组团", "Zone"),
        Property::field("value", Number, "数值", "Value"),
        Property::field("threshold", Number, "阈值", "Threshold"),
        Property::field("urgency", Text, "紧急程度", "Urgency"),
        Property::field("severity", Text, "数值对应的严重程度", "Severity by its value"),
        Property::field("because_zh", Text, "中文依据", "Why, in Chinese"),
        Property::field("because_en", Text, "英文依据", "Why"),
        Property::field("reason", Text, "研判说明", "Why it was changed"),
        Property::field("found_at", Instant, "发现时刻", "Found at"),
        Property::field("due", Instant, "处理期限", "Due"),
        Property::field("changed_at", Instant, "最近变动", "Last changed"),
    ];
    Schema::new(properties, GeometryKind::Polygon)
}

/// The id of a problem among those of all check-ups.
pub(super) fn id_of(problem: &CheckUpProblem) -> String {
    format!("{}-{}", problem.check_up, problem.id)
}

/// What [`id_of`] is of.
fn key_of(id: &str) -> Option<(u64, u64)> {
    let (check_up, problem) = id.split_once('-')?;
    let key = (check_up.parse().ok()?, problem.parse().ok()?);
    // One id for each: `01-1` is none.
    (format!("{}-{}", key.0, key.1) == id).then_some(key)
}

impl Collection for Problems {
    fn about(&self) -> &About {
        &ABOUT
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn get(&self, id: &str, visit: &mut dyn FnMut(&dyn Item)) -> bool {
        let found = key_of(id).and_then(|(check_up, problem)| self.source.problem(check_up, problem));
        if let Some(assessed) = &found {
            visit(assessed);
        }
        found.is_some()
    }

    fn scan(&self, area: Option<&LocalRect>, after: Option<&str>, visit: &mut Visit<'_>) -> Result<(), Gone> {
        // Numbers go on, whatever has become of the problem that the page before ended with.
        let after = after.map(|id| key_of(id).ok_or(Gone)).transpose()?.unwrap_or_default();
        self.source.problems(area, after, &mut |assessed| visit(assessed));
        Ok(())
    }
}

impl Item for AssessedProblem {
    fn id(&self) -> &str {
        &self.id
    }

    fn value(&self, property: &Property) -> Value<'_> {
        value_of(&self.id, &self.problem, property)
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Outline { polygons: &self.object.footprint, bounds: self.object.bounds }
    }

    fn times(&self) -> Vec<OffsetDateTime> {
        let mut times = vec![self.problem.found_at, self.problem.due, self.problem.changed_at];
        times.sort_unstable();
        times
    }
}

/// What a property of the schema is of a problem.
pub(super) fn value_of<'a>(id: &'a str, problem: &'a CheckUpProblem, property: &Property) -> Value<'a> {
    let Path::Field(name) = &property.path else { return Value::Null };
    match *name {
        "id" => Value::text(Some(id)),
        "check_up" => Value::Number(problem.check_up as f64),
        "problem" => Value::Number(problem.id as f64),
        "indicator" => Value::text(Some(&problem.indicator)),
        "object" => Value::text(Some(&problem.object)),
        "zone" => Value::text(problem.zone.as_deref()),
        "value" => Value::Number(problem.value),
        "threshold" => Value::Number(problem.threshold),
        "urgency" => Value::text(Some(problem.urgency.id())),
        "severity" => Value::text(Some(problem.severity.id())),
        "because_zh" => Value::text(problem.because.zh.as_deref()),
        "because_en" => Value::text(problem.because.en.as_deref()),
        "reason" => Value::text(problem.reason.as_deref()),
        "found_at" => Value::Instant(problem.found_at),
        "due" => Value::Instant(problem.due),
        "changed_at" => Value::Instant(problem.changed_at),
        _ => Value::Null,
    }
}
