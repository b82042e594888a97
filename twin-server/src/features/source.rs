//! Where collections find objects, devices, projects and reports. The one file that knows how the model and the live
//! state are kept; what is taken away as layers (`layers`) comes with its things.

use std::ops::ControlFlow;
use std::sync::Arc;

use twin_schemas::catalog::{Community, Scene};
use twin_schemas::checkups::CheckUpProblem;
use twin_schemas::geometry::{LocalBox, LocalPoint};
use twin_schemas::model::{ModelObject, ObjectClass};
use twin_schemas::programming::{Need, Resource, Task};
use twin_schemas::projects::ProjectPlace;
use twin_schemas::reports::Report;

use super::collection::Gone;
use super::place::Frame;
use super::problems::id_of;
use crate::checkups::Confirmed;
use crate::domain::bounds::LocalRect;
use crate::domain::kinds::DeviceKinds;
use crate::domain::programming::{List, Lists};
use crate::domain::report::is_public;
use crate::live::{Entry, Hub};
use crate::reports::Reports;
use crate::spatial::{Covered, Kind, PlacedProject, Snapshot, StoredObject};
use crate::store::StoredReport;
use crate::tiles::{Publication, Publications};

/// Devices that are copied out of the live state at once: so few that nobody waits for them.
const DEVICE_CHUNK: usize = 256;
/// Reports that are copied out of their book at once.
const REPORT_CHUNK: usize = 1024;

/// The objects at one moment.
#[derive(Debug, Clone)]
pub(super) struct Moment(Arc<Snapshot>);

impl Moment {
    #[cfg(test)]
    pub(super) fn of(snapshot: Snapshot) -> Self {
        Self(Arc::new(snapshot))
    }

    /// The version that they were published in.
    pub(super) fn version(&self) -> &str {
        self.0.version()
    }

    /// Another number whenever one of them is another.
    pub(super) fn revision(&self) -> u64 {
        self.0.revision()
    }

    /// How many there are of a class.
    pub(super) fn count(&self, class: ObjectClass) -> u64 {
        self.0.count(class.into()) as u64
    }

    /// The box around those of a class, if there are any.
    pub(super) fn extent(&self, class: ObjectClass) -> Option<LocalBox> {
        self.0.extent(class.into())
    }

    /// Those of a class as they were published; each is read anew.
    pub(super) fn published(&self, class: ObjectClass) -> impl Iterator<Item = ModelObject> {
        let all = self.0.published().all().iter();
        all.filter(move |object| object.class == class).map(|object| object.full())
    }

    /// Those of a class that people changed or made, as they are now.
    pub(super) fn edited(&self, class: ObjectClass) -> impl Iterator<Item = ModelObject> {
        self.0.edited().filter(move |object| object.class == class).map(|object| object.full())
    }
}

/// A report that everyone may read, at its place.
#[derive(Debug, Clone)]
pub(super) struct PublicReport {
    id: String,
    kept: Arc<StoredReport>,
    at: LocalPoint,
}

impl PublicReport {
    fn of(kept: Arc<StoredReport>) -> Option<Self> {
        let at = kept.report.place.position.filter(|_| is_public(&kept.report))?;
        Some(Self { id: kept.report.id.to_string(), kept, at })
    }

    /// Its number.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// What everyone may read; not who reported.
    pub(super) fn report(&self) -> &Report {
        &self.kept.report
    }

    /// Its place.
    pub(super) fn at(&self) -> LocalPoint {
        self.at
    }
}

/// A resource, a need or a task.
#[derive(Debug, Clone)]
pub(super) enum ProgrammedItem {
    Resource(Arc<Resource>),
    Need(Arc<Need>),
    Task(Arc<Task>),
}

impl ProgrammedItem {
    /// Where it lies.
    pub(super) fn places(&self) -> &[ProjectPlace] {
        match self {
            Self::Resource(resource) => &resource.plan.places,
            Self::Need(need) => &need.plan.places,
            Self::Task(task) => &task.plan.places,
        }
    }
}

/// A confirmed problem at what was assessed.
#[derive(Debug, Clone)]
pub(super) struct AssessedProblem {
    pub(super) id: String,
    pub(super) problem: Arc<CheckUpProblem>,
    pub(super) object: Arc<StoredObject>,
}

/// What stands on a list of the programming, at its place.
#[derive(Debug, Clone)]
pub(super) struct Programmed {
    pub(super) id: String,
    pub(super) item: ProgrammedItem,
    pub(super) covered: Covered,
}

/// Model and live state as one request sees them.
#[derive(Clone)]
pub struct Source {
    publication: Arc<Publication>,
    now: Moment,
    model_version: String,
    hub: Arc<Hub>,
    kinds: Arc<DeviceKinds>,
    reports: Arc<Reports>,
    lists: Arc<Lists>,
    confirmed: Arc<Confirmed>,
}

impl Source {
    /// The model as it is served now, beside the live state.
    #[must_use]
    pub fn new(
        publications: &Publications,
        hub: &Arc<Hub>,
        kinds: &Arc<DeviceKinds>,
        reports: &Arc<Reports>,
        lists: Arc<Lists>,
        confirmed: Arc<Confirmed>,
    ) -> Self {
        let (publication, now) = (publications.served(), hub.index().now());
        let model_version = format!("{}-{}-{}", publication.version, hub.epoch(), now.revision());
        Self {
            publication,
            now: Moment(now),
            model_version,
            hub: Arc::clone(hub),
            kinds: Arc::clone(kinds),
            reports: Arc::clone(reports),
            lists,
            confirmed,
        }
    }

    /// Names the state of the model: another one whenever an object is another.
    #[must_use]
    pub fn model_version(&self) -> &str {
        &self.model_version
    }

    /// Names the state of devices, projects, reports, the programming and problems: another one whenever one of them is seen
    /// to be another.
    #[must_use]
    pub fn live_version(&self) -> String {
        let (projects, lists) = (self.now.0.project_changes(), self.lists.changes());
        let problems = self.confirmed.changes();
        format!("{}-{}-{projects}-{lists}-{problems}", self.hub.epoch(), self.hub.seq())
    }

    /// The community.
    #[must_use]
    pub fn community(&self) -> &Community {
        &self.publication.catalog.community
    }

    /// Its place on the Earth, if it has one.
    #[must_use]
    pub fn frame(&self) -> Option<Frame> {
        self.community().origin.map(Frame::new)
    }

    /// Its scenes.
    #[must_use]
    pub fn scenes(&self) -> &[Scene] {
        &self.publication.catalog.scenes
    }

    /// What the paths of scenes are relative to, on this server.
    #[must_use]
    pub fn base(&self) -> String {
        self.publication.base()
    }

    /// Kinds of device.
    #[must_use]
    pub fn kinds(&self) -> &DeviceKinds {
        &self.kinds
    }

    /// The objects at this moment.
    #[must_use]
    pub(super) fn now(&self) -> &Moment {
        &self.now
    }

    /// The object of this class with this id.
    #[must_use]
    pub fn object(&self, class: ObjectClass, id: &str) -> Option<ModelObject> {
        self.now.0.get(id).filter(|object| object.parts().0.class == class).map(|object| object.full())
    }

    /// Shows the objects of a class in the order of the model: those whose boxes meet `area`, of those
    /// behind `after`.
    ///
    /// # Errors
    /// [`Gone`] if there is no object with the id `after`.
    pub fn objects(
        &self,
        class: ObjectClass,
        area: Option<&LocalRect>,
        after: Option<&str>,
        visit: &mut dyn FnMut(&ModelObject) -> ControlFlow<()>,
    ) -> Result<(), Gone> {
        let start = match after {
            Some(id) => self.now.0.position(id).ok_or(Gone)? + 1,
            None => 0,
        };
        let kind = Kind::from(class);
        let _ = match area {
            None => {
                let objects = self.now.0.objects().skip(start);
                let mut of_class = objects.filter(|object| object.parts().0.class == class);
                of_class.try_for_each(|object| visit(&object.full()))
            }
            Some(area) => {
                let found = self.now.0.meeting_in_order(kind, area).into_iter();
                found.filter(|(place, _)| *place >= start).try_for_each(|(_, object)| visit(&object.full()))
            }
        };
        Ok(())
    }

    /// Number of projects that everyone may read and that have a place.
    #[must_use]
    pub fn project_count(&self) -> u64 {
        self.now.0.count(Kind::Project) as u64
    }

    /// The box around them, if there are any.
    #[must_use]
    pub fn project_extent(&self) -> Option<LocalBox> {
        self.now.0.extent(Kind::Project)
    }

    /// Them by number: those whose boxes meet `area`.
    #[must_use]
    pub fn projects(&self, area: Option<&LocalRect>) -> Vec<Arc<PlacedProject>> {
        self.now.0.projects(area)
    }

    /// Shows reports that everyone may read and that have a place, by number: those in `area`, of those behind `after`.
    pub(super) fn reports(
        &self,
        area: Option<&LocalRect>,
        mut after: u64,
        visit: &mut dyn FnMut(&PublicReport) -> ControlFlow<()>,
    ) {
        let is_there = |kept: &StoredReport| {
            let place = kept.report.place.position.as_ref();
            is_public(&kept.report) && place.is_some_and(|at| area.is_none_or(|area| area.contains(at)))
        };
        loop {
            let chunk = self.reports.page(after, REPORT_CHUNK, is_there);
            let Some(last) = chunk.last().map(|kept| kept.report.id) else { return };
            let is_last = chunk.len() < REPORT_CHUNK;
            if chunk.into_iter().filter_map(PublicReport::of).try_for_each(|report| visit(&report)).is_break()
                || is_last
            {
                return;
            }
            after = last;
        }
    }

    /// The one with this number.
    pub(super) fn report(&self, id: u64) -> Option<PublicReport> {
        self.reports.get(id).and_then(PublicReport::of)
    }

    /// Shows what stands on a list of the programming and has a place, by number: what meets `area`, of what is behind
    /// `after`.
    pub(super) fn programmed(
        &self,
        list: List,
        area: Option<&LocalRect>,
        after: u64,
        visit: &mut dyn FnMut(&Programmed) -> ControlFlow<()>,
    ) {
        let numbers: Vec<u64> = match list {
            List::Resources => self.lists.resources.range(after + 1..).map(|(id, _)| *id).collect(),
            List::Needs => self.lists.needs.range(after + 1..).map(|(id, _)| *id).collect(),
            List::Tasks => self.lists.tasks.range(after + 1..).map(|(id, _)| *id).collect(),
        };
        let meets = |placed: &Programmed| area.is_none_or(|area| area.meets(&placed.covered.bounds()));
        let placed = numbers.into_iter().filter_map(|id| self.programmed_item(list, id));
        let _ = placed.filter(meets).try_for_each(|placed| visit(&placed));
    }

    /// The one with this number.
    pub(super) fn programmed_item(&self, list: List, id: u64) -> Option<Programmed> {
        let item = match list {
            List::Resources => ProgrammedItem::Resource(Arc::clone(self.lists.resources.get(&id)?)),
            List::Needs => ProgrammedItem::Need(Arc::clone(self.lists.needs.get(&id)?)),
            List::Tasks => ProgrammedItem::Task(Arc::clone(self.lists.tasks.get(&id)?)),
        };
        let covered = Covered::of(item.places(), &self.now.0)?;
        Some(Programmed { id: id.to_string(), item, covered })
    }

    /// Shows confirmed problems whose object is there, by check-up and number: those that meet `area`, of those behind
    /// `after`.
    pub(super) fn problems(
        &self,
        area: Option<&LocalRect>,
        (check_up, problem): (u64, u64),
        visit: &mut dyn FnMut(&AssessedProblem) -> ControlFlow<()>,
    ) {
        let assessed = self.confirmed.behind(check_up, problem).filter_map(|problem| self.assessed(problem));
        let meets = |assessed: &AssessedProblem| area.is_none_or(|area| area.meets(&assessed.object.bounds));
        let _ = assessed.filter(meets).try_for_each(|assessed| visit(&assessed));
    }

    /// The one of a check-up with this number.
    pub(super) fn problem(&self, check_up: u64, problem: u64) -> Option<AssessedProblem> {
        self.assessed(self.confirmed.get(check_up, problem)?)
    }

    fn assessed(&self, problem: &Arc<CheckUpProblem>) -> Option<AssessedProblem> {
        let object = Arc::clone(self.now.0.get(&problem.object)?);
        Some(AssessedProblem { id: id_of(problem), problem: Arc::clone(problem), object })
    }

    /// Number of devices.
    #[must_use]
    pub fn device_count(&self) -> u64 {
        self.hub.count() as u64
    }

    /// The box around all devices, if there are any, at the heights of the community.
    #[must_use]
    pub fn device_extent(&self) -> Option<LocalBox> {
        let mut bounds = self.hub.extent()?;
        let heights = self.community().bounds;
        (bounds.min.up_m, bounds.max.up_m) = (heights.min.up_m, heights.max.up_m);
        Some(bounds)
    }

    /// The device with this id.
    #[must_use]
    pub fn device(&self, id: &str) -> Option<Entry> {
        self.hub.entry(id)
    }

    /// Shows devices in the order of their ids: those in `area`, of those behind `after`.
    pub fn devices(
        &self,
        area: Option<&LocalRect>,
        after: Option<&str>,
        visit: &mut dyn FnMut(&Entry) -> ControlFlow<()>,
    ) {
        let mut after = after.map(str::to_owned);
        loop {
            let chunk = self.hub.page(after.as_deref(), DEVICE_CHUNK, |device| {
                area.is_none_or(|area| area.contains(&device.position))
            });
            if chunk.iter().try_for_each(&mut *visit).is_break() || chunk.len() < DEVICE_CHUNK {
                return;
            }
            after = chunk.last().map(|entry| entry.device.id.clone());
        }
    }
}
