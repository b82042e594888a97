//! What a planner says of a project: what, where, when, for how much, with whom, and in which alternatives.

use serde::{Deserialize, Serialize};
use time::Date;
use utoipa::ToSchema;

use super::{LocalPoint, LocalizedText, day};

/// The five kinds of task of a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectKind {
    /// Better infrastructure (基础设施升级类).
    Infrastructure,
    /// More complete services of data (数据服务完善类).
    DataServices,
    /// Scenes of use brought further (应用场景迭代类).
    Scenarios,
    /// Better operation and management (运营管理提质类).
    Operation,
    /// Stronger participation in governance (治理参与强化类).
    Participation,
}

/// The level of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectLevel {
    /// What everyone needs (基础型).
    Basic,
    /// What makes it better (提升型).
    Improving,
    /// What others learn from (示范型).
    Exemplary,
}

/// A place of a project, in metres of the community's origin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ProjectPlace {
    /// A point.
    Point {
        /// Where.
        position: LocalPoint,
    },
    /// A line on the ground, such as a pipe or a road.
    Line {
        /// Its corners, `[east_m, north_m]`.
        points: Vec<[f64; 2]>,
    },
    /// An area on the ground.
    Polygon {
        /// Rings of `[east_m, north_m]`: the outer one, then holes.
        rings: Vec<Vec<[f64; 2]>>,
    },
    /// An object of the model, such as a building.
    Object {
        /// Its id.
        object: String,
    },
}

/// A phase of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectPhase {
    /// Id within the project: letters, digits, `-`, `_`, `.`.
    pub id: String,
    /// Name in both languages.
    pub name: LocalizedText,
    /// First day, as planned.
    #[serde(with = "day")]
    pub from: Date,
    /// Last day, as planned.
    #[serde(with = "day")]
    pub to: Date,
}

/// Who pays a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectSource {
    /// Who, or from which fund.
    pub name: String,
    /// How much, in fen.
    pub amount_fen: u64,
}

/// What a project is to cost, and who pays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectBudget {
    /// All of it, in fen.
    pub planned_fen: u64,
    /// Who pays; together not more than all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<ProjectSource>,
}

/// What someone is in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectRole {
    /// Has it built (建设单位).
    Owner,
    /// Designs it (设计单位).
    Designer,
    /// Builds it (施工单位).
    Builder,
    /// Watches over the works (监理单位).
    Supervisor,
    /// Runs it afterwards (运营单位).
    Operator,
    /// Something else (其他).
    Other,
}

/// Someone who takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectParty {
    /// As what.
    pub role: ProjectRole,
    /// The body's name.
    pub name: String,
}

/// A document that lies elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectDocument {
    /// Its title.
    pub title: String,
    /// Where it is: `https://…` or `http://…`.
    pub url: String,
}

/// Whether an alternative shows what is there, or what may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlternativeRole {
    /// As it is before (改造前).
    Before,
    /// A plan (方案).
    Plan,
}

/// The three-dimensional model of an alternative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ProjectModel {
    /// A scene of the publication.
    Scene {
        /// Its id.
        scene: String,
    },
    /// A glTF file of this server, in local metres.
    Gltf {
        /// Its path from the root of the server, such as `/publication/content/3f….glb`.
        path: String,
    },
}

/// An alternative of a project, such as the state before or one of two plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectAlternative {
    /// Id within the project: letters, digits, `-`, `_`, `.`.
    pub id: String,
    /// Name in both languages.
    pub name: LocalizedText,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it is the state before or a plan.
    pub role: AlternativeRole,
    /// Its model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ProjectModel>,
}

/// A problem of a check-up that a project is to solve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectProblem {
    /// Number of the check-up.
    pub check_up: u64,
    /// Number of the problem in it.
    pub problem: u64,
}

/// What is planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectPlan {
    /// Name in both languages; one of them must be there.
    pub name: LocalizedText,
    /// What it is about; needed before it is declared.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Which of the five kinds of task.
    pub kind: ProjectKind,
    /// Its level.
    pub level: ProjectLevel,
    /// Ids of zones beside those that the places lie in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<ProjectPlace>,
    /// In which phases, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<ProjectPhase>,
    /// What it is to cost.
    #[serde(default)]
    pub budget: ProjectBudget,
    /// Who takes part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<ProjectParty>,
    /// Documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<ProjectDocument>,
    /// Alternatives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<ProjectAlternative>,
    /// Numbers of the residents' reports that it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<u64>,
    /// The problems of check-ups that it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<ProjectProblem>,
    /// Numbers of the tasks of the programming that it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<u64>,
}
