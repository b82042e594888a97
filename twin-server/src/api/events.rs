//! `/api/v1/events`: the live stream as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use utoipa::IntoParams;

use super::devices::Wanted;
use super::extract::Query;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::domain::permission::Action;
use crate::live::{EventId, LiveEvent, Readers, Subscription};
use crate::metrics::EVENTS_DELIVERED;

/// A comment is sent after this long without an event, so that proxies keep the connection.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Events are sent together up to about this size.
const PIECE_BYTES: usize = 64 * 1024;
/// How long a viewer waits before it reconnects.
const RETRY: &str = "retry: 2000\n";
/// The last words to one whose rights are others now. HTML, section 9.2: a browser forgets the id of the last event, and
/// so begins with a snapshot when it reconnects: what it may read now has not changed since.
const FORGET: &str = "id: \n\n";

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
    /// Only these sorts of events, with commas between them: `devices`, `alarms`, `displays`, `reports`, `projects`,
    /// `objects`, `publication`. What is left out is not in the snapshot either.
    #[param(example = "projects,reports")]
    topic: Option<String>,
    /// Id of the last event of an earlier stream with the same filter, for clients that cannot set
    /// the header `Last-Event-ID`.
    last_event_id: Option<String>,
}

impl EventsQuery {
    /// Begins to follow, after the event that `header` or the query names, in one of the places for viewers.
    pub(super) fn subscribe(
        self,
        app: &App,
        permit: &Permit,
        header: Option<&str>,
    ) -> Result<(Subscription, OwnedSemaphorePermit), Problem> {
        // The stream is of devices and objects; a narrowed key may follow it without alarms.
        permit.also(Action::ReadDevices)?;
        permit.also(Action::ReadModel)?;
        let wanted = Wanted::of_query(self.kind.as_deref(), self.bbox.as_deref(), self.zone);
        let mut filter = wanted.about(self.topic.as_deref()).filter(app)?;
        filter.without_alarms = permit.also(Action::ReadAlarms).is_err();
        let actor = Arc::new(permit.actor().clone());
        let reader = |action| permit.somewhere(action).is_ok().then(|| Arc::clone(&actor));
        filter.readers =
            Readers { reports: reader(Action::ReadReports), projects: reader(Action::ReadProjects) };
        let room = Arc::clone(&app.viewers).try_acquire_owned().map_err(|_| {
            Problem::unavailable("too_many_viewers", "the server streams to as many viewers as it takes")
        })?;
        let last = header.or(self.last_event_id.as_deref()).and_then(EventId::parse);
        Ok((Subscription::new(Arc::clone(&app.hub), filter, last.as_ref(), app.stop.clone()), room))
    }
}

/// Streams events: `snapshot` first, then `device`, `device-removed`, `alarm`, `display`, `report`,
/// `report-removed`, `project`, `project-removed`, `object`, `object-removed` and `publication`. Objects, reports and
/// projects are not in the snapshot: who begins with one asks for them anew. Of residents' reports and of projects each
/// viewer is told those that it may read; what it could read and may not any more is told as `report-removed` and
/// `project-removed`. `bbox` and `zone` hold for them, too: a project that meets the box, or lies in the zone among others.
///
/// Each event has an id. A client that reconnects with the header `Last-Event-ID` gets what changed
/// since, each changed device once as it is now; if the server cannot tell what changed since, or the rights of who asks
/// are others than then, it sends a snapshot. A client that reads slowly gets fewer, newer `device` events. The stream ends when the rights of who
/// follows are others than at its beginning; its last words have an empty id, so that whoever reconnects gets a snapshot.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "events",
    params(EventsQuery, ("Last-Event-ID" = Option<String>, Header, description = "Id of the last event of an earlier stream")),
    responses(
        (status = 200, content_type = "text/event-stream", body = String,
         description = "Events `snapshot` (SnapshotEvent), `device` (DeviceEvent), `device-removed` (DeviceRemovedEvent), `alarm` (AlarmChangedEvent), `display` (DisplayEvent), `report` (ReportChangedEvent), `report-removed` (ReportRemovedEvent), `project` (ProjectChangedEvent), `project-removed` (ProjectRemovedEvent), `object` (ObjectEvent), `object-removed` (ObjectRemovedEvent), `publication` (PublicationEvent)"),
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
    let (subscription, room) = query.subscribe(&app, &permit, header)?;
    let following = (subscription, room, Box::pin(permit.ended()));
    let events = stream::unfold(Some(following), async |following| {
        let (mut subscription, room, mut ended) = following?;
        let text = tokio::select! {
            // First: nothing more is told to one who may not read it any more.
            biased;
            () = &mut ended => return Some((Ok::<_, Infallible>(String::from(FORGET)), None)),
            next = timeout(KEEP_ALIVE, subscription.next()) => match next {
                Ok(first) => batch(&mut subscription, first?),
                Err(_) => String::from(":\n\n"),
            },
        };
        Some((Ok(text), Some((subscription, room, ended))))
    });
    let body = Body::from_stream(events);
    // Tells nginx not to hold events back.
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), "no");
    let headers =
        [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-cache"), unbuffered];
    Ok((headers, body).into_response())
}

/// An event and those that are ready behind it, as they stand on the wire: one piece for all, because a
/// viewer that is woken a thousand times a second has others beside it.
fn batch(subscription: &mut Subscription, first: (String, LiveEvent)) -> String {
    let mut wire = String::new();
    let mut next = Some(first);
    while let Some((id, event)) = next {
        write_event(&mut wire, &id, &event);
        EVENTS_DELIVERED.add(1);
        next = if wire.len() < PIECE_BYTES { subscription.ready() } else { None };
    }
    wire
}

/// HTML, section 9.2: fields a line each, an empty line ends the event. JSON has no line breaks.
fn write_event(wire: &mut String, id: &str, event: &LiveEvent) {
    if event.name == "snapshot" {
        wire.push_str(RETRY);
    }
    for (field, value) in [("id: ", id), ("event: ", event.name), ("data: ", &*event.data)] {
        wire.push_str(field);
        wire.push_str(value);
        wire.push('\n');
    }
    wire.push('\n');
}
