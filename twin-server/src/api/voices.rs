//! `/api/v1/voices`: what residents say in their own voice with a report, kept without what else a recording tells.

use std::sync::Arc;

use axum::Json as JsonAnswer;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use twin_schemas::reports::{ReportVoice, VoiceFormat};

use super::attachments;
use super::extract::Path;
use super::http::part_of;
use super::room::work_in;
use super::session::no_store;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::report::is_involved;
use crate::store::{AttachmentFacts, FileSize, Media};
use crate::voice::{self, Voice, VoiceError};

/// Takes a voice in: `WebM` or Ogg with Opus, MP4 with AAC, MP3 or WAV, up to 2 MiB and 120 s; the bytes say which. What is
/// kept is the sound alone: titles, names, positions and times that the file holds are left out.
#[utoipa::path(
    post, path = "/api/v1/voices", tag = "reports",
    request_body(content(
        (Vec<u8> = "audio/webm"), (Vec<u8> = "audio/ogg"), (Vec<u8> = "audio/mp4"), (Vec<u8> = "audio/mpeg"),
        (Vec<u8> = "audio/wav"), (Vec<u8> = "application/octet-stream"),
    )),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 201, body = ReportVoice), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 413, body = ProblemBody), (status = 422, body = ProblemBody),
    )
)]
pub(crate) async fn post_voice(
    State(app): State<Arc<App>>,
    permit: Permit,
    bytes: Bytes,
) -> Result<Response, Problem> {
    let room = Arc::clone(&app.photos).acquire_owned().await;
    let Voice { format, duration_ms, file } = work_in(room, move || voice::read(&bytes)).await??;
    let id = attachments::take_in(&app, &permit, Media::Voice { format, duration_ms, file }).await?;
    let taken = ReportVoice { id, duration_ms, format };
    Ok(no_store((StatusCode::CREATED, JsonAnswer(taken)).into_response()))
}

/// Gives a voice, also by ranges, to the reporter of its report and to those who work on it, whoever else may read the
/// report; one that was not sent yet to its owner.
#[utoipa::path(
    get, path = "/api/v1/voices/{id}", tag = "reports",
    params(("id" = String, Path, description = "Id of the voice")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "audio/webm"),
        (status = 206, body = Vec<u8>, content_type = "audio/webm"), (status = 404, body = ProblemBody),
        (status = 416, body = ProblemBody),
    )
)]
pub(crate) async fn get_voice(
    State(app): State<Arc<App>>,
    permit: Permit,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let unknown = || Problem::not_found("unknown_voice", "there is no such voice that you may hear");
    let facts = app.store.attachment(&id).await?.ok_or_else(unknown)?;
    let voice = facts.voice.as_ref().filter(|_| may_hear(&app, &permit, &facts)).ok_or_else(unknown)?;
    let file = app.store.attachment_file(&id, FileSize::Large).await?.ok_or_else(unknown)?;
    Ok(answer(voice, file, &headers))
}

fn may_hear(app: &App, permit: &Permit, facts: &AttachmentFacts) -> bool {
    let actor = permit.actor();
    match facts.report {
        None => facts.owner == actor.id(),
        Some(report) => {
            app.reports.get(report).is_some_and(|kept| is_involved(kept.asked_by(actor), &kept.report))
        }
    }
}

/// The file or the part of it that is asked for: players wind by ranges.
fn answer(voice: &ReportVoice, file: Vec<u8>, headers: &HeaderMap) -> Response {
    let (etag, size_bytes) = (format!("\"{}\"", voice.id), file.len() as u64);
    let mut response = Response::default();
    let range = match part_of(headers, &etag, size_bytes, &mut response) {
        Ok(range) => range,
        Err(outside) => return no_store(*outside),
    };
    *response.body_mut() = Bytes::from(file).slice(range.start as usize..range.end as usize).into();
    let (media_type, ending) = named(voice.format);
    let into = response.headers_mut();
    into.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    into.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // A browser that is led here lays it down and opens nothing; players play it all the same.
    let disposition = format!("attachment; filename=\"voice.{ending}\"");
    for (name, value) in [(header::ETAG, etag), (header::CONTENT_DISPOSITION, disposition)] {
        into.extend(HeaderValue::from_str(&value).ok().map(|value| (name, value)));
    }
    // A telephone that others use keeps no voices.
    no_store(response)
}

/// The media type of a format, and how names of its files end.
const fn named(format: VoiceFormat) -> (&'static str, &'static str) {
    match format {
        VoiceFormat::Webm => ("audio/webm", "webm"),
        VoiceFormat::Ogg => ("audio/ogg", "ogg"),
        VoiceFormat::Mp4 => ("audio/mp4", "m4a"),
        VoiceFormat::Mpeg => ("audio/mpeg", "mp3"),
        VoiceFormat::Wav => ("audio/wav", "wav"),
    }
}

/// The voice of an id that someone sends with a report.
pub(super) async fn to_send(
    app: &App,
    permit: &Permit,
    id: Option<String>,
) -> Result<Option<ReportVoice>, Problem> {
    let Some(id) = id else { return Ok(None) };
    let facts = app.store.attachment(&id).await?;
    let own = facts.filter(|facts| facts.report.is_none() && facts.owner == permit.actor().id());
    own.and_then(|facts| facts.voice).map(Some).ok_or_else(|| {
        let detail = "the voice is not yours, was sent already, or was not sent within a day";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_voice", detail)
            .with_hint("send it to `/api/v1/voices` again")
    })
}

impl From<VoiceError> for Problem {
    fn from(error: VoiceError) -> Self {
        let (status, code) = match error {
            VoiceError::Format => (StatusCode::UNPROCESSABLE_ENTITY, "bad_voice_format"),
            VoiceError::Damaged { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "damaged_voice"),
            VoiceError::Unsupported { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "unsupported_voice"),
            VoiceError::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
            VoiceError::TooLong(_) => (StatusCode::UNPROCESSABLE_ENTITY, "voice_too_long"),
            VoiceError::Silent => (StatusCode::UNPROCESSABLE_ENTITY, "silent_voice"),
        };
        Self::told(status, code, &error)
    }
}
