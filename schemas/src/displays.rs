//! Displays: what the wall of a command centre shows, and the state that it is in (平常, 战时).

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::LocalizedText;
use crate::alarm::AlarmLevel;

/// A panel of the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PanelName {
    /// The community in figures.
    Figures,
    /// Devices by kind and status.
    Devices,
    /// How residents' reports are dealt with.
    Reports,
    /// Open alarms.
    Alarms,
    /// Series over time.
    Trends,
    /// Cameras.
    Video,
    /// Renewal projects.
    Projects,
    /// The plan that is in force, or those that there are.
    Plan,
}

/// Where the camera stands and where it looks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisplayPose {
    /// Metres east of the community's origin.
    pub east_m: f64,
    /// Metres north of the community's origin.
    pub north_m: f64,
    /// Metres above the tangent plane at the community's origin.
    pub up_m: f64,
    /// Degrees clockwise from north, −360 to 360.
    pub heading_deg: f64,
    /// Degrees above the horizon, −90 (down) to 90.
    pub pitch_deg: f64,
}

/// A stop of the tour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TourStop {
    /// What is seen there.
    pub title: LocalizedText,
    /// The view.
    pub pose: DisplayPose,
    /// How long the way there takes, in seconds.
    #[schema(minimum = 0, maximum = 60)]
    pub travel_s: f64,
    /// How long the camera stays, in seconds.
    #[schema(minimum = 1, maximum = 3600)]
    pub dwell_s: f64,
    /// The panels that are shown meanwhile; none: as the wall likes.
    #[serde(default)]
    pub panels: Vec<PanelName>,
}

/// A stream of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrendSeries {
    /// Id of the device.
    pub device: String,
    /// Id of the stream.
    pub stream: String,
}

/// A chart of up to six series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Trend {
    /// What is drawn.
    pub title: LocalizedText,
    /// The series.
    #[schema(min_items = 1, max_items = 6)]
    pub series: Vec<TrendSeries>,
    /// How far back it reaches, in hours.
    #[schema(minimum = 1, maximum = 168)]
    pub hours: u16,
}

/// How a picture comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VideoKind {
    /// HTTP Live Streaming (RFC 8216): the address of a playlist. Its pieces come from the same host.
    Hls,
    /// A picture that is replaced again and again (`multipart/x-mixed-replace`), or a still one.
    Mjpeg,
    /// A page of its own, in a frame.
    Page,
}

/// A picture from a camera.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Video {
    /// Id of the device that it is of.
    #[serde(default)]
    pub device: Option<String>,
    /// What is seen.
    pub title: LocalizedText,
    /// How it comes.
    pub kind: VideoKind,
    /// Where from: `http` or `https`, without user or password.
    pub url: String,
}

/// Someone to call.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Name; a mask or empty for those who may not see it.
    pub name: String,
    /// What this person is in the plan.
    #[serde(default)]
    pub role: LocalizedText,
    /// Telephone number; a mask or empty for those who may not see it.
    #[serde(default)]
    pub phone: String,
}

impl std::fmt::Debug for Contact {
    /// Without name and number: they must not get into a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact").field("role", &self.role).finish_non_exhaustive()
    }
}

/// What is done in an emergency of one sort (预案).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmergencyPlan {
    /// Id, unique in the display: letters, digits, `-`, `_`, `.`.
    pub id: String,
    /// Name.
    pub name: LocalizedText,
    /// How urgent such an emergency is.
    pub level: AlarmLevel,
    /// Where to look.
    #[serde(default)]
    pub pose: Option<DisplayPose>,
    /// The area that it concerns: a polygon of east and north, in metres.
    #[serde(default)]
    #[schema(min_items = 3)]
    pub area: Option<Vec<[f64; 2]>>,
    /// Kinds of device that matter.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Devices that matter.
    #[serde(default)]
    pub devices: Vec<String>,
    /// Whom to call, in this order.
    #[serde(default)]
    pub contacts: Vec<Contact>,
    /// What to do, in this order.
    #[serde(default)]
    pub steps: Vec<LocalizedText>,
    /// The panels that are shown while it is in force; none: as the wall likes.
    #[serde(default)]
    pub panels: Vec<PanelName>,
}

/// What people put on a display.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisplayContent {
    /// Name.
    pub name: LocalizedText,
    /// What the camera visits while nothing else is going on.
    #[serde(default)]
    pub tour: Vec<TourStop>,
    /// Charts.
    #[serde(default)]
    pub trends: Vec<Trend>,
    /// Cameras.
    #[serde(default)]
    pub videos: Vec<Video>,
    /// What is done in emergencies.
    #[serde(default)]
    pub plans: Vec<EmergencyPlan>,
}

/// The state of a display.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum DisplayState {
    /// Nothing is the matter (平常).
    Ordinary,
    /// A plan is in force (战时).
    Emergency {
        /// Id of the plan.
        plan: String,
        /// Since when.
        #[serde(with = "time::serde::rfc3339")]
        #[schema(value_type = String, format = DateTime)]
        since: OffsetDateTime,
        /// Who put it in force.
        by: String,
    },
}

/// The state that a display is to be in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "mode", rename_all = "snake_case", deny_unknown_fields)]
pub enum DisplaySwitch {
    /// Nothing is the matter.
    Ordinary {},
    /// A plan is to be in force.
    Emergency {
        /// Id of the plan, one of the display's.
        plan: String,
    },
}

/// A display as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Display {
    /// Stable id: letters, digits, `-`, `_`, `.`.
    pub id: String,
    /// What people put on it.
    #[serde(flatten)]
    pub content: DisplayContent,
    /// The state that it is in.
    pub state: DisplayState,
    /// Counts the changes, of the state too, from 1.
    pub version: u32,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: OffsetDateTime,
    /// Who changed it last.
    pub changed_by: String,
}

/// A display was added, changed, switched or removed. SSE event name `display`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DisplayEvent {
    /// Id of the display.
    pub id: String,
    /// Its version now; of one that was removed, its last.
    pub version: u32,
    /// The state that it is in; null: it was removed.
    pub state: Option<DisplayState>,
}
