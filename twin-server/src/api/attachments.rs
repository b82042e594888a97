//! What photographs and voices share: each is taken in with an id, waits for a day to be sent with something, and is told
//! from what it was sent with. Called by their handlers.

use axum::http::StatusCode;
use time::OffsetDateTime;

use super::Problem;
use crate::app::App;
use crate::auth::Permit;
use crate::auth::secret::secret;
use crate::store::{Media, NewAttachment};

/// Photographs and voices together that one may have taken in and not sent with anything yet.
const UNSENT_LIMIT: u32 = 24;

/// Takes one in; gives its id.
pub(super) async fn take_in(app: &App, permit: &Permit, media: Media) -> Result<String, Problem> {
    let (id, _) = secret("").map_err(|_| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))?;
    let new =
        NewAttachment { id: id.clone(), owner: permit.actor().id(), at: OffsetDateTime::now_utc(), media };
    if app.store.add_attachment(&new, UNSENT_LIMIT).await? {
        return Ok(id);
    }
    let code = match new.media {
        Media::Photo { .. } => "too_many_photos",
        Media::Voice { .. } => "too_many_voices",
    };
    let detail = format!(
        "you have {UNSENT_LIMIT} photographs and voices that were not sent with a report yet, the limit"
    );
    Err(Problem::new(StatusCode::CONFLICT, code, detail)
        .with_hint("send them with a report; others are deleted after a day"))
}
