//! What people do with alarms: an alarm and an action come in, the alarm afterwards or the reason against it
//! goes out. Called by the ingest writer through the engine.

use twin_schemas::alarm::{Alarm, AlarmEventKind, AlarmState};

use super::life::{close, note};
use super::{AlarmChanges, from_us, to_us};

/// What a person does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What they do.
    pub what: Deed,
    /// Who they are, if it was said.
    pub by: Option<String>,
    /// What they say.
    pub note: Option<String>,
}

/// Kinds of action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Takes care of it.
    Acknowledge,
    /// Closes it.
    Clear {
        /// Although its condition holds; it then stays closed until the condition has ended.
        force: bool,
    },
    /// Says something.
    Comment,
}

/// Why an action is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// Someone was faster.
    #[error("the alarm is acknowledged already")]
    Acknowledged,
    /// It is over.
    #[error("the alarm is cleared already")]
    Cleared,
    /// It is held back.
    #[error("the alarm is held back by a maintenance window")]
    Suppressed,
    /// Its condition holds.
    #[error("the condition of the alarm still holds")]
    ConditionHolds,
}

/// Does it.
pub(super) fn act(
    alarm: &mut Alarm,
    action: Action,
    now_us: i64,
    changes: &mut AlarmChanges,
) -> Result<(), ActError> {
    let at_us = now_us.max(to_us(alarm.changed_at));
    let kind = match action.what {
        Deed::Acknowledge => {
            match alarm.state {
                AlarmState::Open => {}
                AlarmState::Acknowledged => return Err(ActError::Acknowledged),
                AlarmState::Cleared => return Err(ActError::Cleared),
                AlarmState::Suppressed => return Err(ActError::Suppressed),
            }
            alarm.state = AlarmState::Acknowledged;
            alarm.waiting_since = None;
            alarm.acknowledged_at = Some(from_us(at_us));
            alarm.acknowledged_by.clone_from(&action.by);
            AlarmEventKind::Acknowledged
        }
        Deed::Clear { force } => {
            match (alarm.state, alarm.ended_at) {
                (AlarmState::Cleared, _) => return Err(ActError::Cleared),
                (AlarmState::Suppressed, _) if !force => return Err(ActError::Suppressed),
                (_, None) if !force => return Err(ActError::ConditionHolds),
                _ => close(alarm, at_us, action.by.as_deref()),
            }
            AlarmEventKind::Cleared
        }
        Deed::Comment => AlarmEventKind::Commented,
    };
    note(alarm, kind, at_us, None, action.by, action.note, changes);
    Ok(())
}
