//! Displays of a command centre's wall: what may stand on one, how it changes, and how much of it someone
//! sees. Called by `displays`.

mod check;
mod hosts;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use twin_schemas::displays::{
    Contact, Display, DisplayContent, DisplayEvent, DisplayState, DisplaySwitch, Video,
};

pub use check::{DisplayError, check, check_id};
pub use hosts::{Hosts, SOURCES_LIMIT_BYTES};

use super::permission::Actor;
use super::privacy::{Personal, Shown};
use super::reading::whole_microseconds;

/// Most displays of a community.
pub const DISPLAYS_LIMIT: usize = 200;
/// Largest display, as JSON: so many of them fit into memory.
pub const DISPLAY_LIMIT_BYTES: usize = 512 * 1024;

/// A display as it is kept. Whom to call is personal data, so that it leaves through [`Kept::shown`] alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kept(Display);

/// Who changes a display, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hand {
    /// When.
    pub at: OffsetDateTime,
    /// Who, as the audit log names them.
    pub by: String,
}

/// Why a display cannot be changed so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// The plan that is in force would be no more.
    #[error("plan `{0}` is in force and not among the new plans")]
    PlanInForce(String),
    /// There is no such plan.
    #[error("the display has no plan `{plan}`")]
    UnknownPlan {
        /// The plan that was asked for.
        plan: String,
        /// The plans that there are.
        known: Vec<String>,
    },
}

impl Kept {
    /// A display as it was stored.
    #[must_use]
    pub const fn stored(display: Display) -> Self {
        Self(display)
    }

    /// All of it, for the store alone.
    #[must_use]
    pub const fn for_store(&self) -> &Display {
        &self.0
    }

    /// A new display, in the ordinary state. The content was checked.
    #[must_use]
    pub fn new(id: String, content: DisplayContent, hand: Hand) -> Self {
        let changed_at = whole_microseconds(hand.at);
        let state = DisplayState::Ordinary;
        Self(Display { id, content, state, version: 1, changed_at, changed_by: hand.by })
    }

    /// The display with another content, which was checked; none if it is the same.
    ///
    /// # Errors
    /// If the plan that is in force would be gone.
    pub fn edited(&self, content: DisplayContent, hand: Hand) -> Result<Option<Self>, ChangeError> {
        if content == self.0.content {
            return Ok(None);
        }
        if let DisplayState::Emergency { plan, .. } = &self.0.state
            && !content.plans.iter().any(|known| known.id == *plan)
        {
            return Err(ChangeError::PlanInForce(plan.clone()));
        }
        Ok(Some(self.next(content, self.0.state.clone(), hand)))
    }

    /// The display in another state; none if it is in that state.
    ///
    /// # Errors
    /// If it has no such plan.
    pub fn switched(&self, to: &DisplaySwitch, hand: Hand) -> Result<Option<Self>, ChangeError> {
        let state = match to {
            DisplaySwitch::Ordinary {} => DisplayState::Ordinary,
            DisplaySwitch::Emergency { plan } => {
                let plans = &self.0.content.plans;
                if !plans.iter().any(|known| known.id == *plan) {
                    let known = plans.iter().map(|known| known.id.clone()).collect();
                    let plan = plan.chars().take(super::registration::ID_LIMIT).collect();
                    return Err(ChangeError::UnknownPlan { plan, known });
                }
                let since = whole_microseconds(hand.at);
                DisplayState::Emergency { plan: plan.clone(), since, by: hand.by.clone() }
            }
        };
        let is_same = match (&self.0.state, &state) {
            (DisplayState::Ordinary, DisplayState::Ordinary) => true,
            (DisplayState::Emergency { plan: old, .. }, DisplayState::Emergency { plan: new, .. }) => {
                old == new
            }
            _ => false,
        };
        Ok((!is_same).then(|| self.next(self.0.content.clone(), state, hand)))
    }

    fn next(&self, content: DisplayContent, state: DisplayState, hand: Hand) -> Self {
        Self(Display {
            id: self.0.id.clone(),
            content,
            state,
            version: self.0.version.saturating_add(1),
            changed_at: whole_microseconds(hand.at),
            changed_by: hand.by,
        })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Its version, and when that was made: no two displays of one id have the same.
    #[must_use]
    pub const fn mark(&self) -> (u32, OffsetDateTime) {
        (self.0.version, self.0.changed_at)
    }

    /// Its entity tag.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("\"{}-{:x}\"", self.0.version, self.0.changed_at.unix_timestamp_nanos() / 1_000)
    }

    /// What viewers are told of it.
    #[must_use]
    pub fn event(&self) -> DisplayEvent {
        let Display { id, state, version, .. } = &self.0;
        DisplayEvent { id: id.clone(), version: *version, state: Some(state.clone()) }
    }

    /// What viewers are told once it is gone.
    #[must_use]
    pub fn farewell(&self) -> DisplayEvent {
        DisplayEvent { state: None, ..self.event() }
    }

    /// The display as an actor may see it.
    #[must_use]
    pub fn shown(&self, actor: &Actor) -> Display {
        let mut display = self.0.clone();
        let contacts = display.content.plans.iter_mut().flat_map(|plan| &mut plan.contacts);
        for Contact { name, phone, .. } in contacts {
            for text in [name, phone] {
                let shown = Personal::new(std::mem::take(text)).shown(actor, None, None);
                *text = shown.map(Shown::into_text).unwrap_or_default();
            }
        }
        display
    }

    /// Where the wall takes pictures and pages from.
    #[must_use]
    pub fn videos(&self) -> &[Video] {
        &self.0.content.videos
    }

    /// What of the content is different, in words for the audit log: no names, no addresses.
    #[must_use]
    pub fn difference(&self, before: Option<&Self>) -> String {
        let Some(before) = before else { return format!("version {}, new", self.0.version) };
        let (now, old) = (&self.0.content, &before.0.content);
        let parts = [
            ("name", now.name != old.name),
            ("tour", now.tour != old.tour),
            ("trends", now.trends != old.trends),
            ("videos", now.videos != old.videos),
            ("plans", now.plans != old.plans),
        ];
        let changed: Vec<&str> = parts.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect();
        format!("version {}, changed: {}", self.0.version, changed.join(", "))
    }

    /// The state in words for the audit log.
    #[must_use]
    pub fn state_written(&self) -> String {
        match &self.0.state {
            DisplayState::Ordinary => format!("version {}, ordinary", self.0.version),
            DisplayState::Emergency { plan, .. } => format!("version {}, emergency {plan}", self.0.version),
        }
    }
}

#[cfg(test)]
mod tests;
