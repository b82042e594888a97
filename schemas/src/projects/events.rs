//! What open viewers are told of projects: enough to place a symbol and to know that there is something to ask for.
//! Made by the live hub, read by the viewer and by other systems.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ProjectDeadline, ProjectKind, ProjectLevel, ProjectState, ProjectVoices};
use crate::LocalizedText;
use crate::geometry::LocalBox;
use crate::reports::ReportUrge;

/// A project was begun or changed, and one may read it. SSE event name `project`. The rest is asked for by its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProjectChangedEvent {
    /// Its number.
    pub id: u64,
    /// Its version now.
    pub version: u32,
    /// Name in both languages.
    pub name: LocalizedText,
    /// Where it is on its way.
    pub state: ProjectState,
    /// Which of the five kinds of task.
    pub kind: ProjectKind,
    /// Its level.
    pub level: ProjectLevel,
    /// The box around its places, in local metres; absent if it has none that are known. Its symbol stands in the middle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<LocalBox>,
    /// Ids of the zones that it lies in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// How far the lateness of its step has been told.
    pub urge: ReportUrge,
    /// The step that it is in, and when that should be over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<ProjectDeadline>,
    /// How much of it is built, 0 to 100.
    pub progress_percent: u8,
    /// Opinions and complaints, counted.
    pub voices: ProjectVoices,
}

/// A project that one could read may not be read any more. SSE event name `project-removed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectRemovedEvent {
    /// Its number.
    pub id: u64,
}
