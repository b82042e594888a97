//! `/api/v1/events`: the live stream as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::IntoParams;

use super::devices::Wanted;
use super::extract::Query;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::live::{EventId, Subscription};
use crate::metrics::EVENTS_DELIVERED;

/// A comment is sent after this long without an event, so that proxies keep the connection.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long a viewer waits before it reconnects.
const RETRY: Duration = Duration::from_secs(2);

/// What a viewer wants to hear of.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// Only devices of this kind and their alarms; several kinds with `,` between them.
    kind: Option<String>,
    /// Only devices within `min_e,min_n,max_e,max_n`, local metres. A device that leaves is told as
    /// `device-removed`.
    bbox: Option<String>,
    /// Only devices in this zone of the model and their alarms.
    zone: Option<String>,
    /// Id of the last event of an earlier stream with the same filter, for clients that cannot set
    /// the header `Last-Event-ID`.
    last_event_id: Option<String>,
}

impl EventsQuery {
    /// Begins to follow, after the event that `header` or the query names, in one of the places for viewers.
    pub(super) fn subscribe(
        self,
        app: &App,
        header: Option<&str>,
    ) -> Result<(Subscription, OwnedSemaphorePermit), Problem> {
        let filter = Wanted::of_query(self.kind.as_deref(), self.bbox.as_deref(), self.zone).filter(app)?;
        let room = Arc::clone(&app.viewers).try_acquire_owned().map_err(|_| {
            Problem::unavailable("too_many_viewers", "the server streams to as many viewers as it takes")
        })?;
        let last = header.or(self.last_event_id.as_deref()).and_then(EventId::parse);
        Ok((Subscription::new(Arc::clone(&app.hub), filter, last.as_ref(), app.stop.clone()), room))
    }
}

/// Streams events: `snapshot` first, then `device`, `device-removed`, `alarm`, `object`, `object-removed` and
/// `publication`. Objects are not in the snapshot: who begins with one asks for objects anew.
///
/// Each event has an id. A client that reconnects with the header `Last-Event-ID` gets what changed
/// since, each changed device once as it is now; if the server cannot tell what changed since, it
/// sends a snapshot. A client that reads slowly gets fewer, newer `device` events.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "events",
    params(EventsQuery, ("Last-Event-ID" = Option<String>, Header, description = "Id of the last event of an earlier stream")),
    responses(
        (status = 200, content_type = "text/event-stream", body = String,
         description = "Events `snapshot` (SnapshotEvent), `device` (DeviceEvent), `device-removed` (DeviceRemovedEvent), `alarm` (AlarmChangedEvent), `object` (ObjectEvent), `object-removed` (ObjectRemovedEvent), `publication` (PublicationEvent)"),
        (status = 400, body = ProblemBody), (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn stream_events(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let (subscription, room) = query.subscribe(&app, header)?;
    let events = stream::unfold((subscription, room), async |(mut subscription, room)| {
        let (id, event) = subscription.next().await?;
        EVENTS_DELIVERED.add(1);
        let mut wire = Event::default().id(id).event(event.name).data(event.data);
        if event.name == "snapshot" {
            wire = wire.retry(RETRY);
        }
        Some((Ok::<_, Infallible>(wire), (subscription, room)))
    });
    // Whoever may not follow any more does not.
    let events = events.take_until(Box::pin(permit.ended()));
    let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    // Tells nginx not to hold events back.
    Ok(([(HeaderName::from_static("x-accel-buffering"), "no")], sse).into_response())
}
