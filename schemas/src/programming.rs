//! Programming of a renewal (更新策划): what there is to renew with (资源清单), what people need (需求清单), and the tasks
//! (更新任务清单) that follow from both and from the problems of check-ups (问题清单).
//!
//! Money is in fen, a hundredth of a yuan, in whole numbers. Days are the community's days, UTC+8.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::LocalizedText;
use crate::indicators::Urgency;
use crate::projects::{ProjectKind, ProjectLevel, ProjectPlace, ProjectProblem, day};

mod needs;
mod proposals;
mod resources;
mod tasks;

pub use needs::{Need, NeedDeed, NeedEntry, NeedGroup, NeedKind, NeedPlan, NeedSource, NeedState};
pub use proposals::{LeftOut, TaskBecause, TaskProposal, TaskTheme, ThemeIndicators};
pub use resources::{
    OperationMode, Resource, ResourceDeed, ResourceEntry, ResourceKind, ResourceMatch, ResourcePlan,
    ResourceState,
};
pub use tasks::{Task, TaskDeed, TaskDraw, TaskEntry, TaskPlan, TaskSize, TaskState};

/// How much there is, or how much is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Amount {
    /// Money.
    Money {
        /// In fen.
        fen: u64,
    },
    /// Something that is measured or counted.
    Measure {
        /// How much, more than nothing.
        value: f64,
        /// Of what, such as `m²`, `间` or `人`.
        unit: String,
    },
}
