//! Who may do what: the one place that decides. An actor, an action and a place come in, a decision
//! goes out. The router asks for every request, handlers ask again where the place is in the body.
//!
//! The table below is the whole policy: a column a role, a row an action. Whatever it does not allow
//! is denied. A grant may be limited to zones; a key may be narrowed further, never widened.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use twin_schemas::LocalizedText;
use utoipa::ToSchema;

/// Where an action counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// For everyone, also where reading needs a sign-in: signing in itself.
    Open,
    /// The place does not matter.
    Free,
    /// A grant limited to zones counts in its zones.
    Zoned,
    /// Only a grant for the whole community counts.
    Whole,
}

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident $id:literal $zh:literal $en:literal,)*) => {
        /// What someone is in the community.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Role { $($(#[$doc])* $role,)* }

        impl Role {
            /// All roles, in the order of the table's columns.
            pub const ALL: &[Self] = &[$(Self::$role,)*];

            /// Its stable name.
            #[must_use]
            pub const fn id(self) -> &'static str { match self { $(Self::$role => $id,)* } }

            /// Its name for people.
            #[must_use]
            pub fn name(self) -> LocalizedText {
                match self { $(Self::$role => LocalizedText::new($zh, $en),)* }
            }
        }
    };
}

roles! {
    /// Lives there.
    Resident "resident" "居民" "resident",
    /// Walks the grid and looks after reports.
    GridWorker "grid_worker" "网格员" "grid worker",
    /// The residents' committee and its office.
    Community "community" "社区" "community",
    /// The company that keeps the buildings.
    Property "property" "物业" "property",
    /// Plans the renewal.
    CommunityPlanner "community_planner" "社区规划师" "community planner",
    /// A company that works there: lifts, water, power, building.
    Company "company" "相关公司" "company",
    /// The street office or the district.
    UpperUnit "upper_unit" "上级单位" "upper unit",
    /// Runs the system.
    Administrator "administrator" "系统管理员" "administrator",
    /// A machine: a device or a gateway of devices.
    Device "device" "设备" "device",
}

/// A column for those who have not signed in, then one for each role in its order.
type Columns = [u8; 10];

macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident $id:literal $zh:literal $en:literal $reach:ident $columns:expr,)*) => {
        /// What can be done. A route names one for each of its methods.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Action { $($(#[$doc])* $action,)* }

        impl Action {
            /// All actions, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$action,)*];

            /// Its stable name.
            #[must_use]
            pub const fn id(self) -> &'static str { match self { $(Self::$action => $id,)* } }

            /// Its name for people.
            #[must_use]
            pub fn name(self) -> LocalizedText {
                match self { $(Self::$action => LocalizedText::new($zh, $en),)* }
            }

            /// Where it counts.
            #[must_use]
            pub const fn reach(self) -> Reach { match self { $(Self::$action => Reach::$reach,)* } }

            const fn columns(self) -> Columns { match self { $(Self::$action => $columns,)* } }
        }
    };
}

#[rustfmt::skip]
actions! {
    //                                                                     visitor, resident, grid worker, community, property, planner, company, upper unit, administrator, device
    /// Ask whether the server works and what it offers.
    UseService       "use_service"        "使用服务"     "use the service"     Open  [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    /// Sign in and out, accept an invitation, ask who one is.
    SignIn           "sign_in"            "登录"         "sign in"             Open  [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    /// Change one's own password and number.
    ManageOwnAccount "manage_own_account" "管理本人账户" "manage own account"  Free  [0, 1, 1, 1, 1, 1, 1, 1, 1, 0],
    /// Read the catalogue and the objects of the model.
    ReadModel        "read_model"         "查看模型"     "read the model"      Free  [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    /// Read tiles and the other files of the publication.
    ReadPublication  "read_publication"   "查看三维场景" "read the tiles"      Free  [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    /// Read devices, their states and their history.
    ReadDevices      "read_devices"       "查看设备"     "read devices"        Free  [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    /// Follow the live stream.
    ReadEvents       "read_events"        "接收实时消息" "follow the stream"   Free  [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    /// Read alarms and their course.
    ReadAlarms       "read_alarms"        "查看告警"     "read alarms"         Free  [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    /// Acknowledge, clear and comment alarms; announce maintenance.
    HandleAlarms     "handle_alarms"      "处置告警"     "handle alarms"       Zoned [0, 0, 1, 1, 1, 0, 1, 0, 1, 0],
    /// Change the rules that raise alarms.
    ManageAlarmRules "manage_alarm_rules" "管理告警规则" "manage alarm rules"  Whole [0, 0, 0, 1, 1, 0, 0, 0, 1, 0],
    /// Name, add, change and remove objects of the model.
    EditModel        "edit_model"         "编辑模型"     "edit the model"      Zoned [0, 0, 0, 1, 0, 1, 0, 0, 1, 0],
    /// Register, change and remove devices.
    RegisterDevices  "register_devices"   "登记设备"     "register devices"    Zoned [0, 0, 0, 1, 1, 0, 0, 0, 1, 1],
    /// Send measurements.
    WriteReadings    "write_readings"     "上报读数"     "write readings"      Zoned [0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
    /// Delete measurements for good.
    PurgeReadings    "purge_readings"     "删除读数"     "delete readings"     Zoned [0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
    /// Report problems, make suggestions, and speak about one's own.
    SubmitReports    "submit_reports"     "上报问题与建议" "send reports"       Free  [0, 1, 1, 1, 1, 1, 1, 1, 1, 0],
    /// Read the public part of reports.
    ReadReports      "read_reports"       "查看报告"     "read reports"        Free  [1, 1, 1, 1, 1, 1, 1, 1, 1, 0],
    /// Take reports up, decline them, join them and send them out.
    DispatchReports  "dispatch_reports"   "受理与派遣"   "dispatch reports"    Zoned [0, 0, 1, 1, 0, 0, 0, 0, 1, 0],
    /// Work on reports that one's body is responsible for, and answer them.
    HandleReports    "handle_reports"     "处理与反馈"   "handle reports"      Zoned [0, 0, 0, 1, 1, 1, 1, 1, 1, 0],
    /// Look on site whether what a report told of is done.
    CheckReports     "check_reports"      "核查报告"     "check reports"       Zoned [0, 0, 1, 1, 0, 0, 0, 0, 1, 0],
    /// Call whom a report was made for.
    ReadContacts     "read_contacts"      "查看联系方式"   "read contacts"       Zoned [0, 0, 1, 1, 1, 1, 1, 1, 1, 0],
    /// Have reports enter the programming of a renewal, and answer for it.
    ProgrammeReports "programme_reports"  "纳入更新策划" "programme reports"   Zoned [0, 0, 0, 0, 0, 1, 0, 0, 1, 0],
    /// Read projects that are public.
    ReadProjects     "read_projects"      "查看项目"     "read projects"       Free  [1, 1, 1, 1, 1, 1, 1, 1, 1, 0],
    /// Give opinions on notices, and complain about works.
    SpeakOnProjects  "speak_on_projects"  "发表意见"     "speak on projects"   Free  [0, 1, 1, 1, 1, 1, 1, 1, 1, 0],
    /// Plan projects, declare them, and take them back.
    PlanProjects     "plan_projects"      "编制项目"     "plan projects"       Zoned [0, 0, 0, 0, 0, 1, 0, 0, 1, 0],
    /// Review projects, ask departments, confirm and evaluate.
    ReviewProjects   "review_projects"    "审查项目"     "review projects"     Zoned [0, 0, 0, 0, 0, 0, 0, 1, 1, 0],
    /// Put projects on notice, and answer what residents say of them.
    HostProjects     "host_projects"      "公示与答复"   "host projects"       Zoned [0, 0, 0, 1, 0, 1, 0, 0, 1, 0],
    /// Build projects, and tell how it goes.
    BuildProjects    "build_projects"     "实施项目"     "build projects"      Zoned [0, 0, 0, 1, 0, 0, 1, 0, 1, 0],
    /// Read check-ups, their values and their problems.
    ReadCheckUps     "read_check_ups"     "查看体检"     "read check-ups"      Free  [0, 0, 1, 1, 1, 1, 0, 1, 1, 0],
    /// Say what indicators of a check-up are at objects.
    AssessIndicators "assess_indicators"  "填报体检指标" "assess indicators"   Zoned [0, 0, 1, 1, 1, 1, 0, 1, 1, 0],
    /// Plan and run check-ups, decide their problems, and change the catalogue of indicators.
    ManageCheckUps   "manage_check_ups"   "管理体检"     "manage check-ups"    Zoned [0, 0, 0, 0, 0, 1, 0, 0, 1, 0],
    /// Read what renewal is programmed with: resources, needs and tasks. Companies that may bid do not.
    ReadProgramming  "read_programming"   "查看更新策划"   "read programming"    Free  [0, 0, 0, 1, 0, 1, 0, 1, 1, 0],
    /// Enter resources of renewal, change them and take them back.
    ManageResources  "manage_resources"   "管理更新资源"   "manage resources"    Zoned [0, 0, 0, 0, 0, 1, 0, 1, 1, 0],
    /// Gather what people need, from reports, surveys and meetings.
    CollectNeeds     "collect_needs"      "征集更新需求"   "collect needs"       Zoned [0, 0, 0, 1, 0, 1, 0, 0, 1, 0],
    /// Put tasks of renewal together, adopt and drop them.
    PlanTasks        "plan_tasks"         "编制更新任务"   "plan tasks"          Zoned [0, 0, 0, 0, 0, 1, 0, 0, 1, 0],
    /// Put together what the walls of command centres show.
    ManageDisplays   "manage_displays"    "管理大屏"     "manage displays"     Whole [0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
    /// Switch a wall to an emergency plan, and back.
    SwitchDisplays   "switch_displays"    "切换战时平常" "switch displays"     Whole [0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
    /// Read the figures of operation.
    ReadMetrics      "read_metrics"       "查看运行指标" "read metrics"        Whole [0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
    /// Add, change and disable users.
    ManageUsers      "manage_users"       "管理用户"     "manage users"        Whole [0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
    /// Issue and revoke keys of machines.
    ManageKeys       "manage_keys"        "管理密钥"     "manage keys"         Whole [0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
    /// Have events posted to other systems.
    ManageWebhooks   "manage_webhooks"    "管理消息推送" "manage webhooks"     Whole [0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
    /// Read the audit log.
    ReadAudit        "read_audit"         "查看审计日志" "read the audit log"  Whole [0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
}

impl Action {
    /// Whether those who have not signed in may do it while reading is public.
    #[must_use]
    pub const fn is_public(self) -> bool {
        self.columns()[0] == 1
    }

    /// Whether a role may do it.
    #[must_use]
    pub fn is_of(self, role: Role) -> bool {
        self.columns().get(role as usize + 1) == Some(&1)
    }

    /// Whether only people may do it, whatever role a key holds: a lost key must not make others, and machines call
    /// nobody.
    #[must_use]
    pub const fn is_for_people(self) -> bool {
        matches!(self, Self::ManageOwnAccount | Self::ManageUsers | Self::ManageKeys | Self::ReadContacts)
    }
}

/// A role that someone holds, everywhere or in some zones.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Ids of the zones that it is limited to; absent for the whole community.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zones: Option<BTreeSet<String>>,
}

impl Grant {
    /// A role in the whole community.
    #[must_use]
    pub const fn whole(role: Role) -> Self {
        Self { role, zones: None }
    }

    /// Grants as the audit log and the command line have them: `grid_worker@zone/z1+zone/z2 resident`.
    #[must_use]
    pub fn all_written(grants: &[Self]) -> String {
        grants.iter().map(Self::to_string).collect::<Vec<_>>().join(" ")
    }

    fn covers(&self, place: Place<'_>) -> bool {
        match (&self.zones, place) {
            (None, _) | (Some(_), Place::Any) => true,
            (Some(zones), Place::Zone(Some(zone)) | Place::Device { zone: Some(zone), .. }) => {
                zones.contains(zone)
            }
            (Some(_), _) => false,
        }
    }
}

impl std::fmt::Display for Grant {
    /// The role, and the zones that it is limited to: `grid_worker@zone/z1+zone/z2`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.role.id())?;
        for (at, zone) in self.zones.iter().flatten().enumerate() {
            write!(f, "{}{zone}", if at == 0 { '@' } else { '+' })?;
        }
        Ok(())
    }
}

impl std::str::FromStr for Grant {
    type Err = String;

    /// Reads what [`Display`](std::fmt::Display) writes.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, zones) = text.split_once('@').map_or((text, None), |(name, zones)| (name, Some(zones)));
        let zones = zones.map(|zones| zones.split('+').map(str::trim).map(str::to_owned).collect());
        Ok(Self { role: name.parse()?, zones })
    }
}

impl std::str::FromStr for Role {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().copied().find(|role| role.id() == name);
        found.ok_or_else(|| {
            format!("use one of {}", Self::ALL.iter().map(|r| r.id()).collect::<Vec<_>>().join(", "))
        })
    }
}

/// What a key is narrowed to beside its role and zones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Actions; absent for all that the role may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<BTreeSet<Action>>,
    /// Ids of devices, or beginnings of ids with a `*` behind them; absent for all. A key limited to
    /// devices changes nothing elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub devices: Option<BTreeSet<String>>,
}

impl Scope {
    fn holds(&self, action: Action, place: Place<'_>) -> bool {
        self.actions.as_ref().is_none_or(|actions| actions.contains(&action))
            && match (&self.devices, place) {
                (None, _) | (Some(_), Place::Any) => true,
                (Some(devices), Place::Device { id, .. }) => names(devices, id),
                (Some(_), _) => false,
            }
    }
}

fn names(devices: &BTreeSet<String>, id: &str) -> bool {
    devices.contains(id)
        || devices.iter().any(|name| name.strip_suffix('*').is_some_and(|start| id.starts_with(start)))
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Who {
    /// Someone who has not signed in.
    Visitor,
    /// Someone on the machine of a server that has no users and no ingest key.
    Local,
    /// The holder of the ingest key.
    IngestKey,
    /// The command line, which needs the database itself.
    CommandLine,
    /// The holder of a key, by the key's id.
    Key(String),
    /// A user, by id.
    User(String),
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Visitor => f.write_str("visitor"),
            Self::Local => f.write_str("local"),
            Self::IngestKey => f.write_str("ingest-key"),
            Self::CommandLine => f.write_str("command-line"),
            Self::Key(id) => write!(f, "key:{id}"),
            Self::User(id) => write!(f, "user:{id}"),
        }
    }
}

/// Who asks, with what they hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Actor {
    who: Who,
    grants: Vec<Grant>,
    scope: Scope,
    reads_publicly: bool,
}

impl Actor {
    /// An actor with roles. `reads_publicly`: whether what is public may be read without a sign-in.
    #[must_use]
    pub fn new(who: Who, grants: Vec<Grant>, reads_publicly: bool) -> Self {
        Self { who, grants, scope: Scope::default(), reads_publicly }
    }

    /// The same, narrowed.
    #[must_use]
    pub fn narrowed(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// Who it is.
    #[must_use]
    pub fn who(&self) -> &Who {
        &self.who
    }

    /// The id that is kept beside what the actor did: `user:…`, `key:…`, `local`, …
    #[must_use]
    pub fn id(&self) -> String {
        self.who.to_string()
    }

    /// What it holds.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// Whether it holds a role that counts in a place. What the role may do is another question: [`may`].
    #[must_use]
    pub fn holds(&self, role: Role, place: Place<'_>) -> bool {
        self.grants.iter().any(|grant| grant.role == role && grant.covers(place))
    }

    /// What it is narrowed to.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether it is not a person.
    #[must_use]
    pub fn is_machine(&self) -> bool {
        matches!(self.who, Who::Key(_) | Who::IngestKey)
    }
}

/// Where something is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place<'a> {
    /// Somewhere: asks whether there is any place where the actor may.
    Any,
    /// In the community as a whole.
    Whole,
    /// In a zone; `None` is outside of all zones.
    Zone(Option<&'a str>),
    /// At a device, which stands in a zone or outside of all.
    Device {
        /// Id of the device.
        id: &'a str,
        /// Id of its zone.
        zone: Option<&'a str>,
    },
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It may be done.
    Allowed,
    /// Nobody knows who asks, and someone with a role might.
    SignInFirst,
    /// It may not be done.
    Denied(Denial),
}

/// Why something may not be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// None of the actor's roles may.
    Role,
    /// A role may, but not in this place.
    Zone,
    /// The key is narrowed to other actions or devices.
    Scope,
    /// Only people may.
    Machine,
}

/// Decides.
#[must_use]
pub fn may(actor: &Actor, action: Action, place: Place<'_>) -> Decision {
    let place = if action.reach() == Reach::Free { Place::Any } else { place };
    if action.reach() == Reach::Open || (actor.reads_publicly && action.is_public()) {
        return Decision::Allowed;
    }
    if actor.who == Who::Visitor {
        return Decision::SignInFirst;
    }
    if actor.is_machine() && action.is_for_people() {
        return Decision::Denied(Denial::Machine);
    }
    let place = if action.reach() == Reach::Whole { Place::Whole } else { place };
    let mut holding = actor.grants.iter().filter(|grant| action.is_of(grant.role)).peekable();
    if holding.peek().is_none() {
        Decision::Denied(Denial::Role)
    } else if !actor.scope.holds(action, place) {
        Decision::Denied(Denial::Scope)
    } else if holding.any(|grant| grant.covers(place)) {
        Decision::Allowed
    } else {
        Decision::Denied(Denial::Zone)
    }
}

#[cfg(test)]
#[path = "permission_tests.rs"]
mod tests;
