//! Resources, needs and tasks of the programming as collections of areas, for those who may read them. What has no place
//! of its own is in none.

use std::sync::Arc;

use time::OffsetDateTime;
use twin_schemas::LocalizedText;
use twin_schemas::programming::{Amount, Need, Resource, Task};

use super::collection::{About, Collection, Gone, Visit, number_after, number_of};
use super::item::{Item, Shape, Value};
use super::schema::{GeometryKind, Path, Property, PropertyType, Schema};
use super::source::{Programmed, ProgrammedItem, Source};
use crate::domain::bounds::LocalRect;
use crate::domain::cycle::Word as _;
use crate::domain::permission::Action;
use crate::domain::programming::List;

/// What people are told, by list.
pub(super) const ABOUT: [(List, About); 3] = [
    (
        List::Resources,
        about(
            "resources",
            ["更新资源", "Resources of renewal"],
            ["有位置的更新资源。资金单位为元。", "Resources that have a place. Money is in yuan."],
        ),
    ),
    (
        List::Needs,
        about("needs", ["更新需求", "Needs of renewal"], ["有位置的更新需求。", "Needs that have a place."]),
    ),
    (
        List::Tasks,
        about("tasks", ["更新任务", "Tasks of renewal"], ["有位置的更新任务。", "Tasks that have a place."]),
    ),
];

const fn about(id: &'static str, title: [&'static str; 2], description: [&'static str; 2]) -> About {
    let needs = Some(Action::ReadProgramming);
    About { id, title, description, has_times: true, is_live: true, needs }
}

/// What stands on a list and has a place.
pub(super) struct Listed {
    pub(super) list: List,
    pub(super) about: &'static About,
    pub(super) source: Source,
    pub(super) schema: Arc<Schema>,
}

/// The schema of a list.
pub(super) fn schema(list: List) -> Schema {
    use PropertyType::{Instant, Integer, Number, Text, TextList};
    let mut properties = vec![
        Property::field("id", Text, "编号", "Id"),
        Property::field("name", Text, "名称", "Name"),
        Property::field("name_zh", Text, "中文名称", "Chinese name"),
        Property::field("name_en", Text, "英文名称", "English name"),
        Property::field("kind", Text, "类型", "Kind"),
        Property::field("state", Text, "状态", "State"),
        Property::field("text", Text, "说明", "Text"),
        Property::field("zones", TextList, "组团", "Zones"),
    ];
    properties.extend(match list {
        List::Resources => vec![
            Property::field("owner", Text, "权属单位", "Owner"),
            Property::field("used_by", Text, "使用方式", "Who may use it"),
            Property::field("amount", Number, "数量", "Amount"),
            Property::field("unit", Text, "单位", "Unit"),
            Property::field("valid_from", Text, "可用首日", "First day"),
            Property::field("valid_to", Text, "可用末日", "Last day"),
        ],
        List::Needs => vec![
            Property::field("urgency", Text, "紧急程度", "Urgency"),
            Property::field("groups", TextList, "人群", "Groups"),
            Property::field("people", Integer, "人数", "People"),
            Property::field("source", Text, "来源", "Source"),
        ],
        List::Tasks => vec![
            Property::field("level", Text, "项目级别", "Level"),
            Property::field("urgency", Text, "紧急程度", "Urgency"),
            Property::field("first", Text, "开始", "Begins"),
            Property::field("last", Text, "结束", "Ends"),
            Property::field("problems", Integer, "问题数", "Problems"),
            Property::field("needs", Integer, "需求数", "Needs"),
        ],
    });
    properties.push(Property::field("created_at", Instant, "录入时刻", "Entered at"));
    properties.push(Property::field("changed_at", Instant, "最近变动", "Last changed"));
    Schema::new(properties, GeometryKind::Polygon)
}

impl Collection for Listed {
    fn about(&self) -> &About {
        self.about
    }

    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn get(&self, id: &str, visit: &mut dyn FnMut(&dyn Item)) -> bool {
        let found = number_of(id).and_then(|number| self.source.programmed_item(self.list, number));
        if let Some(placed) = &found {
            visit(placed);
        }
        found.is_some()
    }

    fn scan(&self, area: Option<&LocalRect>, after: Option<&str>, visit: &mut Visit<'_>) -> Result<(), Gone> {
        self.source.programmed(self.list, area, number_after(after)?, &mut |placed| visit(placed));
        Ok(())
    }
}

impl Item for Programmed {
    fn id(&self) -> &str {
        &self.id
    }

    fn value(&self, property: &Property) -> Value<'_> {
        value_of(&self.id, &self.item, property)
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Outline { polygons: self.covered.drawn(), bounds: self.covered.bounds() }
    }

    fn times(&self) -> Vec<OffsetDateTime> {
        let (created_at, changed_at) = match &self.item {
            ProgrammedItem::Resource(resource) => (resource.created_at, resource.changed_at),
            ProgrammedItem::Need(need) => (need.created_at, need.changed_at),
            ProgrammedItem::Task(task) => (task.created_at, task.changed_at),
        };
        vec![created_at, changed_at]
    }
}

/// What a property of the schema of its list is of a resource, a need or a task.
pub(super) fn value_of<'a>(id: &'a str, item: &'a ProgrammedItem, property: &Property) -> Value<'a> {
    let Path::Field(name) = &property.path else { return Value::Null };
    if *name == "id" {
        return Value::text(Some(id));
    }
    match item {
        ProgrammedItem::Resource(resource) => of_resource(resource, name),
        ProgrammedItem::Need(need) => of_need(need, name),
        ProgrammedItem::Task(task) => of_task(task, name),
    }
}

fn named<'a>(name: &'a LocalizedText, asked: &str) -> Value<'a> {
    Value::text(match asked {
        "name" => name.zh.as_deref().or(name.en.as_deref()),
        "name_zh" => name.zh.as_deref(),
        _ => name.en.as_deref(),
    })
}

fn zones(zones: &[String]) -> Value<'_> {
    Value::List(zones.iter().map(String::as_str).collect())
}

fn counted(count: usize) -> Value<'static> {
    Value::Number(count as f64)
}

fn of_resource<'a>(resource: &'a Resource, name: &str) -> Value<'a> {
    let plan = &resource.plan;
    let day = |day: Option<time::Date>| Value::made(day.map(|day| day.to_string()));
    match name {
        "name" | "name_zh" | "name_en" => named(&plan.name, name),
        "kind" => Value::text(Some(plan.kind.id())),
        "state" => Value::text(Some(resource.state.id())),
        "text" => Value::text(Some(&plan.text)),
        "zones" => zones(&resource.zones),
        "owner" => Value::text(Some(&plan.owner)),
        "used_by" => Value::text(Some(plan.used_by.id())),
        "amount" => match plan.amount {
            None => Value::Null,
            Some(Amount::Money { fen }) => Value::Number(fen as f64 / 100.0),
            Some(Amount::Measure { value, .. }) => Value::Number(value),
        },
        "unit" => match &plan.amount {
            None => Value::Null,
            Some(Amount::Money { .. }) => Value::text(Some("元")),
            Some(Amount::Measure { unit, .. }) => Value::text(Some(unit)),
        },
        "valid_from" => day(plan.from),
        "valid_to" => day(plan.to),
        "created_at" => Value::Instant(resource.created_at),
        "changed_at" => Value::Instant(resource.changed_at),
        _ => Value::Null,
    }
}

fn of_need<'a>(need: &'a Need, name: &str) -> Value<'a> {
    let plan = &need.plan;
    match name {
        "name" | "name_zh" | "name_en" => named(&plan.name, name),
        "kind" => Value::text(Some(plan.kind.id())),
        "state" => Value::text(Some(need.state.id())),
        "text" => Value::text(Some(&plan.text)),
        "zones" => zones(&need.zones),
        "urgency" => Value::text(Some(plan.urgency.id())),
        "groups" => Value::List(plan.groups.iter().map(|group| group.id()).collect()),
        "people" => plan.people.map_or(Value::Null, |people| Value::Number(people.into())),
        "source" => Value::text(Some(plan.source.id())),
        "created_at" => Value::Instant(need.created_at),
        "changed_at" => Value::Instant(need.changed_at),
        _ => Value::Null,
    }
}

fn of_task<'a>(task: &'a Task, name: &str) -> Value<'a> {
    let plan = &task.plan;
    match name {
        "name" | "name_zh" | "name_en" => named(&plan.name, name),
        "kind" => Value::text(Some(plan.kind.id())),
        "state" => Value::text(Some(task.state.id())),
        "text" => Value::text(Some(&plan.text)),
        "zones" => zones(&task.zones),
        "level" => Value::text(Some(plan.level.id())),
        "urgency" => Value::text(Some(plan.urgency.id())),
        "first" => Value::text(plan.first.as_deref()),
        "last" => Value::text(plan.last.as_deref()),
        "problems" => counted(plan.problems.len()),
        "needs" => counted(plan.needs.len()),
        "created_at" => Value::Instant(task.created_at),
        "changed_at" => Value::Instant(task.changed_at),
        _ => Value::Null,
    }
}
