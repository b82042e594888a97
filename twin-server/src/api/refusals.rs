//! Failures around people and keys, as problems.

use axum::http::StatusCode;

use super::Problem;
use crate::auth::NotWritten;
use crate::auth::issue::IssueError;
use crate::auth::passwords::PasswordError;
use crate::auth::secret::NoRandomness;
use crate::domain::keys::KeyError;
use crate::domain::people::UserError;

impl From<UserError> for Problem {
    fn from(error: UserError) -> Self {
        let code = match &error {
            UserError::Name(_) => "bad_name",
            UserError::DisplayName(_) => "text_too_long",
            UserError::PasswordLength => "password_length",
            UserError::PasswordEasy => "password_easy",
            UserError::Count { .. } => "bad_count",
            UserError::Zone(_) => "bad_zone",
            UserError::DeviceRole => "device_role",
            UserError::FirstUser => "first_user",
            UserError::LastAdministrator => "last_administrator",
        };
        let status = match &error {
            UserError::FirstUser | UserError::LastAdministrator => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        let code = match &error {
            KeyError::Name(_) => "bad_name",
            KeyError::Count { .. } => "bad_count",
            KeyError::Zone(_) => "bad_zone",
            KeyError::Device(_) => "bad_device_id",
            KeyError::Action { .. } | KeyError::ForPeople(_) => "bad_action",
            KeyError::Expired => "bad_time",
            KeyError::Quota => "bad_quota",
        };
        Self::worded(StatusCode::UNPROCESSABLE_ENTITY, code, &error.to_string())
    }
}

impl From<IssueError> for Problem {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::User(error) => error.into(),
            IssueError::Key(error) => error.into(),
            IssueError::NoRandomness(error) => error.into(),
        }
    }
}

impl From<NoRandomness> for Problem {
    fn from(error: NoRandomness) -> Self {
        tracing::error!(%error, "no secret could be made");
        Self::of_status(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::unavailable("busy", error.to_string()),
            PasswordError::Failed => Self::of_status(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl From<NotWritten> for Problem {
    fn from(error: NotWritten) -> Self {
        match error {
            NotWritten::Refused => Self::unavailable("audit_unavailable", error.to_string()),
            NotWritten::Full => Self::full(error.to_string()),
        }
    }
}
