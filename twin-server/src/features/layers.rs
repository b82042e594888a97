//! Things of renewal as layers to be taken away: what someone may read comes in, rows with the properties of the collection
//! of their sort and a shape, where they have one, go out. Unlike a collection a layer has what has no place, too, and what
//! only its asker may read. Called by the export as a `GeoPackage`.

use std::sync::Arc;

use twin_schemas::checkups::CheckUpProblem;
use twin_schemas::geometry::LocalPoint;
use twin_schemas::programming::{Need, Resource, Task};
use twin_schemas::projects::Project;

use super::Catalogue;
use super::collection::About;
use super::item::{Shape, Value};
use super::schema::{Property, PropertyType, Schema};
use super::source::ProgrammedItem;
use super::{problems, programming, projects, reports};
use crate::domain::programming::List;
use crate::domain::{project, report};
use crate::spatial::{Covered, Snapshot, StoredObject};
use crate::store::StoredReport;

/// The rows of a layer, each made when it is asked for.
pub type Rows = Box<dyn Iterator<Item = Row> + Send>;

/// A layer.
pub struct Layer {
    /// What the collection of its sort is.
    pub about: &'static About,
    /// What it holds, in Chinese and English: as much as its asker may read.
    pub description: [&'static str; 2],
    /// What its rows have.
    pub schema: Arc<Schema>,
    /// The rows, by number.
    pub rows: Rows,
}

/// A thing of a layer.
pub struct Row {
    id: String,
    thing: Thing,
    spot: Option<Spot>,
}

enum Thing {
    Project(Arc<Project>),
    Report(Arc<StoredReport>),
    Problem(Arc<CheckUpProblem>),
    Programmed(ProgrammedItem),
}

enum Spot {
    At(LocalPoint),
    Covered(Covered),
    Object(Arc<StoredObject>),
}

/// The property that tells what everyone may read from what only some may.
const PUBLIC: &str = "public";

/// The schema of a collection, with that property.
fn telling_public(schema: &Schema) -> Arc<Schema> {
    let public = Property::field(PUBLIC, PropertyType::Bool, "已公开", "Public");
    Arc::new(Schema::new(schema.properties().iter().cloned().chain([public]), schema.geometry()))
}

impl Row {
    /// The value of a property of the schema of its layer.
    #[must_use]
    pub fn value(&self, property: &Property) -> Value<'_> {
        if property.name == PUBLIC {
            return match &self.thing {
                Thing::Project(project) => Value::Bool(project::is_public(project)),
                Thing::Report(kept) => Value::Bool(report::is_public(&kept.report)),
                Thing::Problem(_) | Thing::Programmed(_) => Value::Null,
            };
        }
        match &self.thing {
            Thing::Project(project) => projects::value_of(&self.id, project, property),
            Thing::Report(kept) => reports::value_of(&self.id, &kept.report, property),
            Thing::Problem(problem) => problems::value_of(&self.id, problem, property),
            Thing::Programmed(item) => programming::value_of(&self.id, item, property),
        }
    }

    /// Where it is, if that is known.
    #[must_use]
    pub fn shape(&self) -> Option<Shape<'_>> {
        Some(match self.spot.as_ref()? {
            Spot::At(at) => Shape::Point(*at),
            Spot::Covered(covered) => Shape::Outline { polygons: covered.drawn(), bounds: covered.bounds() },
            Spot::Object(object) => Shape::Outline { polygons: &object.footprint, bounds: object.bounds },
        })
    }
}

impl Catalogue {
    /// Projects as a layer over the objects of a moment.
    #[must_use]
    pub fn layer_of_projects(&self, projects: Vec<Arc<Project>>, now: &Arc<Snapshot>) -> Layer {
        let now = Arc::clone(now);
        let row = move |project: Arc<Project>| Row {
            id: project.id.to_string(),
            spot: Covered::of(&project.plan.places, &now).map(Spot::Covered),
            thing: Thing::Project(project),
        };
        let rows = Box::new(projects.into_iter().map(row));
        let description = [
            "导出人有权查看的更新项目，含未公开的项目；“public” 列说明是否公开。点和线画成一米宽的面；金额单位为分。",
            "Projects of renewal that whoever took this away may read, drafts too; `public` tells those that everyone may. \
             Points and lines are drawn a metre wide; money is in fen.",
        ];
        Layer { about: &projects::ABOUT, description, schema: telling_public(&self.project_schema), rows }
    }

    /// Reports as a layer.
    #[must_use]
    pub fn layer_of_reports(&self, reports: Vec<Arc<StoredReport>>) -> Layer {
        let row = |kept: Arc<StoredReport>| Row {
            id: kept.report.id.to_string(),
            spot: kept.report.place.position.map(Spot::At),
            thing: Thing::Report(kept),
        };
        let rows = Box::new(reports.into_iter().map(row));
        let description = [
            "导出人有权查看的诉求，含未公开的诉求；“public” 列说明是否公开。不含诉求人。",
            "Reports that whoever took this away may read, private ones too; `public` tells those that everyone may. \
             Without who reported.",
        ];
        Layer { about: &reports::ABOUT, description, schema: telling_public(&self.report_schema), rows }
    }

    /// Problems of check-ups as a layer over the objects of a moment.
    #[must_use]
    pub fn layer_of_problems(&self, problems: Vec<Arc<CheckUpProblem>>, now: &Arc<Snapshot>) -> Layer {
        let now = Arc::clone(now);
        let row = move |problem: Arc<CheckUpProblem>| Row {
            id: problems::id_of(&problem),
            spot: now.get(&problem.object).cloned().map(Spot::Object),
            thing: Thing::Problem(problem),
        };
        let rows = Box::new(problems.into_iter().map(row));
        let (about, schema) = (&problems::ABOUT, Arc::clone(&self.problem_schema));
        Layer { about, description: about.description, schema, rows }
    }

    /// Resources as a layer over the objects of a moment.
    #[must_use]
    pub fn layer_of_resources(&self, resources: Vec<Arc<Resource>>, now: &Arc<Snapshot>) -> Layer {
        let row = |resource: Arc<Resource>| (resource.id, ProgrammedItem::Resource(resource));
        self.layer_of_list(List::Resources, resources.into_iter().map(row), now)
    }

    /// Needs as a layer over the objects of a moment.
    #[must_use]
    pub fn layer_of_needs(&self, needs: Vec<Arc<Need>>, now: &Arc<Snapshot>) -> Layer {
        let row = |need: Arc<Need>| (need.id, ProgrammedItem::Need(need));
        self.layer_of_list(List::Needs, needs.into_iter().map(row), now)
    }

    /// Tasks as a layer over the objects of a moment.
    #[must_use]
    pub fn layer_of_tasks(&self, tasks: Vec<Arc<Task>>, now: &Arc<Snapshot>) -> Layer {
        let row = |task: Arc<Task>| (task.id, ProgrammedItem::Task(task));
        self.layer_of_list(List::Tasks, tasks.into_iter().map(row), now)
    }

    fn layer_of_list(
        &self,
        list: List,
        items: impl Iterator<Item = (u64, ProgrammedItem)> + Send + 'static,
        now: &Arc<Snapshot>,
    ) -> Layer {
        let now = Arc::clone(now);
        let row = move |(id, item): (u64, ProgrammedItem)| Row {
            id: id.to_string(),
            spot: Covered::of(item.places(), &now).map(Spot::Covered),
            thing: Thing::Programmed(item),
        };
        let [resources, needs, tasks] = &self.list_schemas;
        let [about_resources, about_needs, about_tasks] = &programming::ABOUT;
        let (schema, (_, about)) = match list {
            List::Resources => (resources, about_resources),
            List::Needs => (needs, about_needs),
            List::Tasks => (tasks, about_tasks),
        };
        // Those without a place come, too.
        let description = about.title;
        Layer { about, description, schema: Arc::clone(schema), rows: Box::new(items.map(row)) }
    }
}
