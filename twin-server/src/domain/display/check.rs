//! Whether a content may stand on a display: lengths, counts, ranges, ids and addresses. What it names of
//! devices need not be there yet.

use twin_schemas::LocalizedText;
use twin_schemas::displays::{
    DisplayContent, DisplayPose, EmergencyPlan, PanelName, TourStop, Trend, TrendSeries, Video,
};

use super::hosts;
use crate::domain::kinds::DeviceKinds;
use crate::domain::registration::{DISTANCE_LIMIT_M, ID_LIMIT, TEXT_LIMIT, check_id as is_id};

/// Most stops, trends, videos and plans of a display each, and steps of a plan.
const PARTS_LIMIT: usize = 100;
/// Most contacts of a display, over all its plans.
const CONTACTS_LIMIT: usize = 500;
/// Most corners of an area.
const CORNERS_LIMIT: usize = 1_000;
/// Most devices of a plan.
const DEVICES_LIMIT: usize = 1_000;
/// Most kinds of a plan.
const KINDS_LIMIT: usize = 100;
/// Most panels beside a view: each once.
const PANELS_LIMIT: usize = 7;
/// Longest step of a plan, in characters.
const STEP_LIMIT: usize = 1_000;
/// Longest telephone number, in characters.
const PHONE_LIMIT: usize = 40;

/// Why a content cannot stand on a display.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DisplayError {
    /// An id has another shape.
    #[error("`{field}` has 1 to 64 letters, digits, `-`, `_` or `.`, not `{id}`")]
    Id {
        /// Where it stands.
        field: String,
        /// Its beginning.
        id: String,
    },
    /// A text is missing.
    #[error("`{0}` is empty")]
    Empty(String),
    /// A text is longer than people read.
    #[error("`{field}` has {length} characters, limit {limit}")]
    TextTooLong {
        /// Where it stands.
        field: String,
        /// Its length.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// A list has too few or too many members.
    #[error("`{field}` has {count} members, {least} to {most} may be")]
    Count {
        /// Which list.
        field: String,
        /// How many it has.
        count: usize,
        /// Fewest.
        least: usize,
        /// Most.
        most: usize,
    },
    /// A number is outside its range.
    #[error("`{field}` is {value}, {least} to {most} may be")]
    Number {
        /// Which number.
        field: String,
        /// The number.
        value: f64,
        /// Least.
        least: f64,
        /// Most.
        most: f64,
    },
    /// Something is named twice.
    #[error("`{field}` names `{what}` twice")]
    Twice {
        /// Where.
        field: String,
        /// What.
        what: String,
    },
    /// The kind is not one that the server knows.
    #[error("`{field}` names the kind `{kind}`, use one of {known}")]
    Kind {
        /// Where.
        field: String,
        /// Kind that was named.
        kind: String,
        /// Kinds that exist.
        known: String,
    },
    /// The wall cannot be let take anything from this address.
    #[error("`{field}` {reason}")]
    Url {
        /// Where it stands.
        field: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

type Checked = Result<(), DisplayError>;

/// Checks the id of a display.
///
/// # Errors
/// If it has another shape than the id of a device.
pub fn check_id(id: &str) -> Checked {
    id_at("id", id)
}

/// Checks what the types cannot.
///
/// # Errors
/// The first [`DisplayError`] that holds.
pub fn check(content: &DisplayContent, kinds: &DeviceKinds) -> Checked {
    let DisplayContent { name, tour, trends, videos, plans } = content;
    named("name", name)?;
    for (field, count) in
        [("tour", tour.len()), ("trends", trends.len()), ("videos", videos.len()), ("plans", plans.len())]
    {
        count_at(field, count, 0, PARTS_LIMIT)?;
    }
    let contacts = plans.iter().map(|plan| plan.contacts.len()).sum();
    count_at("plans[].contacts", contacts, 0, CONTACTS_LIMIT)?;
    each("tour", tour, stop)?;
    each("trends", trends, trend)?;
    each("videos", videos, video)?;
    each("plans", plans, |at, each| plan(at, each, kinds))?;
    once("plans", plans.iter().map(|plan| plan.id.as_str()))
}

fn each<T>(field: &str, list: &[T], check: impl Fn(&str, &T) -> Checked) -> Checked {
    list.iter().enumerate().try_for_each(|(at, member)| check(&format!("{field}[{at}]"), member))
}

fn stop(at: &str, stop: &TourStop) -> Checked {
    named(&format!("{at}.title"), &stop.title)?;
    pose(at, &stop.pose)?;
    number(&format!("{at}.travel_s"), stop.travel_s, 0.0, 60.0)?;
    number(&format!("{at}.dwell_s"), stop.dwell_s, 1.0, 3600.0)?;
    panels(at, &stop.panels)
}

fn trend(at: &str, trend: &Trend) -> Checked {
    named(&format!("{at}.title"), &trend.title)?;
    number(&format!("{at}.hours"), trend.hours.into(), 1.0, 168.0)?;
    count_at(&format!("{at}.series"), trend.series.len(), 1, 6)?;
    each(&format!("{at}.series"), &trend.series, |at, TrendSeries { device, stream }| {
        id_at(&format!("{at}.device"), device)?;
        id_at(&format!("{at}.stream"), stream)
    })
}

fn video(at: &str, video: &Video) -> Checked {
    named(&format!("{at}.title"), &video.title)?;
    video.device.as_deref().map_or(Ok(()), |device| id_at(&format!("{at}.device"), device))?;
    let url = |reason| DisplayError::Url { field: format!("{at}.url"), reason };
    hosts::source(&video.url).map(drop).map_err(url)
}

fn plan(at: &str, plan: &EmergencyPlan, kinds: &DeviceKinds) -> Checked {
    id_at(&format!("{at}.id"), &plan.id)?;
    named(&format!("{at}.name"), &plan.name)?;
    plan.pose.as_ref().map_or(Ok(()), |view| pose(at, view))?;
    plan.area.as_deref().map_or(Ok(()), |corners| area(&format!("{at}.area"), corners))?;
    count_at(&format!("{at}.kinds"), plan.kinds.len(), 0, KINDS_LIMIT)?;
    each(&format!("{at}.kinds"), &plan.kinds, |field, kind| {
        let unknown = || DisplayError::Kind { field: field.into(), kind: cut(kind), known: kinds.ids() };
        kinds.get(kind).map(drop).ok_or_else(unknown)
    })?;
    count_at(&format!("{at}.devices"), plan.devices.len(), 0, DEVICES_LIMIT)?;
    each(&format!("{at}.devices"), &plan.devices, |at, id| id_at(at, id))?;
    each(&format!("{at}.contacts"), &plan.contacts, |at, contact| {
        let name = format!("{at}.name");
        length(&name, &contact.name, TEXT_LIMIT)?;
        if contact.name.trim().is_empty() {
            return Err(DisplayError::Empty(name));
        }
        text(&format!("{at}.role"), &contact.role, TEXT_LIMIT)?;
        length(&format!("{at}.phone"), &contact.phone, PHONE_LIMIT)
    })?;
    count_at(&format!("{at}.steps"), plan.steps.len(), 0, PARTS_LIMIT)?;
    each(&format!("{at}.steps"), &plan.steps, |at, step| text(at, step, STEP_LIMIT))?;
    panels(at, &plan.panels)
}

fn pose(at: &str, pose: &DisplayPose) -> Checked {
    for (name, value, most) in [
        ("east_m", pose.east_m, DISTANCE_LIMIT_M),
        ("north_m", pose.north_m, DISTANCE_LIMIT_M),
        ("up_m", pose.up_m, DISTANCE_LIMIT_M),
        ("heading_deg", pose.heading_deg, 360.0),
        ("pitch_deg", pose.pitch_deg, 90.0),
    ] {
        number(&format!("{at}.pose.{name}"), value, -most, most)?;
    }
    Ok(())
}

fn area(at: &str, corners: &[[f64; 2]]) -> Checked {
    count_at(at, corners.len(), 3, CORNERS_LIMIT)?;
    let values = corners.iter().flatten();
    values.copied().try_for_each(|value| number(at, value, -DISTANCE_LIMIT_M, DISTANCE_LIMIT_M))
}

fn panels(at: &str, panels: &[PanelName]) -> Checked {
    let field = format!("{at}.panels");
    count_at(&field, panels.len(), 0, PANELS_LIMIT)?;
    let twice = panels.iter().enumerate().find(|(at, panel)| panels.iter().take(*at).any(|p| p == *panel));
    twice.map_or(Ok(()), |(_, panel)| {
        Err(DisplayError::Twice { field, what: format!("{panel:?}").to_lowercase() })
    })
}

fn once<'t>(field: &str, ids: impl Iterator<Item = &'t str>) -> Checked {
    let mut seen = std::collections::BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            return Err(DisplayError::Twice { field: field.into(), what: id.into() });
        }
    }
    Ok(())
}

fn named(field: &str, name: &LocalizedText) -> Checked {
    text(field, name, TEXT_LIMIT)?;
    let is_there =
        [&name.zh, &name.en].iter().any(|text| text.as_deref().is_some_and(|t| !t.trim().is_empty()));
    if is_there { Ok(()) } else { Err(DisplayError::Empty(field.into())) }
}

fn text(field: &str, text: &LocalizedText, limit: usize) -> Checked {
    for (language, text) in [("zh", &text.zh), ("en", &text.en)] {
        length(&format!("{field}.{language}"), text.as_deref().unwrap_or_default(), limit)?;
    }
    Ok(())
}

fn length(field: &str, text: &str, limit: usize) -> Checked {
    let length = text.chars().count();
    if length > limit {
        return Err(DisplayError::TextTooLong { field: field.into(), length, limit });
    }
    Ok(())
}

fn count_at(field: &str, count: usize, least: usize, most: usize) -> Checked {
    if (least..=most).contains(&count) {
        return Ok(());
    }
    Err(DisplayError::Count { field: field.into(), count, least, most })
}

fn number(field: &str, value: f64, least: f64, most: f64) -> Checked {
    // Also false of what is no number.
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(DisplayError::Number { field: field.into(), value, least, most })
}

fn id_at(field: &str, id: &str) -> Checked {
    is_id(id).map_err(|_| DisplayError::Id { field: field.into(), id: cut(id) })
}

fn cut(text: &str) -> String {
    text.chars().take(ID_LIMIT).collect()
}
