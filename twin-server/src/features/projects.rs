//! Projects of renewal that everyone may read as a collection of areas.

use std::ops::ControlFlow;
use std::sync::Arc;

use time::OffsetDateTime;
use twin_schemas::geometry::LocalBox;
use twin_schemas::projects::Project;

use super::collection::{About, Collection, Gone, Visit, number_after};
use super::item::{Item, Shape, Value};
use super::schema::{GeometryKind, Path, Property, PropertyType, Schema};
use super::source::Source;
use crate::domain::bounds::LocalRect;
use crate::domain::cycle::Word as _;
use crate::domain::permission::Action;
use crate::domain::project::end_of;
use crate::spatial::PlacedProject;

/// What people are told.
pub(super) const ABOUT: About = About {
    id: "projects",
    title: ["更新项目", "Projects of renewal"],
    description: [
        "公示及以后各阶段的更新项目。点和线画成一米宽的面；金额单位为分；时间查询针对公示、入库、竣工和最近变动的时刻。",
        "Projects of renewal from their public notice on. Points and lines are drawn a metre wide; money is in fen. Times \
         are those of the notice, the confirmation, the completion and the last change.",
    ],
    has_times: true,
    is_live: true,
    needs: Some(Action::ReadProjects),
};

/// All projects that everyone may read and that have a place.
pub(super) struct Projects {
    pub(super) source: Source,
    pub(super) schema: Arc<Schema>,
}

/// The schema of projects.
pub(super) fn schema() -> Schema {
    use PropertyType::{Instant, Integer, Text, TextList};
    let fen = |name, zh, en| Property { unit: "fen".into(), ..Property::field(name, Integer, zh, en) };
    let properties = [
        Property::field("id", Text, "编号", "Id"),
        Property::field("name", Text, "名称", "Name"),
        Property::field("name_zh", Text, "中文名称", "Chinese name"),
        Property::field("name_en", Text, "英文名称", "English name"),
        Property::field("summary", Text, "概要", "Summary"),
        Property::field("kind", Text, "任务类型", "Kind of task"),
        Property::field("level", Text, "项目级别", "Level"),
        Property::field("state", Text, "状态", "State"),
        Property::field("zones", TextList, "组团", "Zones"),
        fen("planned_fen", "计划资金", "Planned money"),
        fen("spent_fen", "已用资金", "Money spent"),
        Property {
            unit: "%".into(), ..Property::field("progress_percent", Integer, "施工进度", "Progress")
        },
        Property::field("notice_from", Instant, "公示开始", "Notice from"),
        Property::field("notice_to", Instant, "公示结束", "Notice to"),
        Property::field("approved_at", Instant, "入库时刻", "Approved at"),
        Property::field("completed_at", Instant, "竣工时刻", "Completed at"),
        Property::field("changed_at", Instant, "最近变动", "Last changed"),
        Property::field("planned_end", Instant, "计划完成", "Planned end"),
        Property::field("opinions", Integer, "意见数", "Opinions"),
        Property::field("opinions_open", Integer, "待答复意见数", "Opinions without an answer"),
    ];
    Schema::new(properties, GeometryKind::Polygon)
}

impl Collection for Projects {
    fn about(&self) -> &About {
        &ABOUT
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn count(&self) -> u64 {
        self.source.project_count()
    }

    fn extent(&self) -> Option<LocalBox> {
        self.source.project_extent()
    }

    fn get(&self, id: &str, visit: &mut dyn FnMut(&dyn Item)) -> bool {
        let found = self.source.projects(None).into_iter().find(|placed| placed.id == id);
        if let Some(placed) = &found {
            visit(&**placed);
        }
        found.is_some()
    }

    fn scan(&self, area: Option<&LocalRect>, after: Option<&str>, visit: &mut Visit<'_>) -> Result<(), Gone> {
        let after = number_after(after)?;
        let behind = self.source.projects(area).into_iter().filter(|placed| placed.project.id > after);
        let _ = behind.into_iter().try_for_each(|placed| -> ControlFlow<()> { visit(&*placed) });
        Ok(())
    }
}

impl Item for PlacedProject {
    fn id(&self) -> &str {
        &self.id
    }

    fn value(&self, property: &Property) -> Value<'_> {
        value_of(&self.id, &self.project, property)
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Outline { polygons: self.drawn(), bounds: self.bounds() }
    }

    fn times(&self) -> Vec<OffsetDateTime> {
        let project = &self.project;
        let notice = project.notice.as_ref().map(|notice| notice.began_at);
        let mut times: Vec<_> = [notice, project.approved_at, project.completed_at, Some(project.changed_at)]
            .into_iter()
            .flatten()
            .collect();
        times.sort_unstable();
        times
    }
}

/// What a property of the schema is of a project.
pub(super) fn value_of<'a>(id: &'a str, project: &'a Project, property: &Property) -> Value<'a> {
    let Path::Field(name) = &property.path else { return Value::Null };
    let plan = &project.plan;
    let notice = project.notice.as_ref();
    let number = |number: u64| Value::Number(number as f64);
    match *name {
        "id" => Value::text(Some(id)),
        "name" => Value::text(plan.name.zh.as_deref().or(plan.name.en.as_deref())),
        "name_zh" => Value::text(plan.name.zh.as_deref()),
        "name_en" => Value::text(plan.name.en.as_deref()),
        "summary" => Value::text(Some(&plan.summary)),
        "kind" => Value::text(Some(plan.kind.id())),
        "level" => Value::text(Some(plan.level.id())),
        "state" => Value::text(Some(project.state.id())),
        "zones" => Value::List(project.zones.iter().map(String::as_str).collect()),
        "planned_fen" => number(plan.budget.planned_fen),
        "spent_fen" => number(project.spent_fen),
        "progress_percent" => number(project.progress_percent.into()),
        "notice_from" => Value::instant(notice.map(|notice| notice.began_at)),
        "notice_to" => Value::instant(notice.map(|notice| notice.ends_at)),
        "approved_at" => Value::instant(project.approved_at),
        "completed_at" => Value::instant(project.completed_at),
        "changed_at" => Value::Instant(project.changed_at),
        "planned_end" => Value::instant(plan.phases.iter().map(|phase| phase.to).max().map(end_of)),
        "opinions" => number(project.voices.given.into()),
        "opinions_open" => {
            number(u64::from(project.voices.opinions_open) + u64::from(project.voices.complaints_open))
        }
        _ => Value::Null,
    }
}
