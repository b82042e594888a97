//! `/api/v1/live`: the live stream over a WebSocket, the same that `/api/v1/events` gives as server-sent events,
//! for clients that have no such reader or want to change what they follow without a new connection.
//!
//! A viewer costs its place in the log, one event on its way out and the buffers of its socket: whoever reads
//! slowly is told less often and of newer states, as the hub does for all.

mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use self::wire::Asked;
use super::events::{EventsQuery, KEEP_ALIVE};
use super::extract::Query;
use super::{Problem, ProblemBody};
use crate::app::App;
use crate::auth::Permit;
use crate::listen::Held;
use crate::live::Subscription;
use crate::metrics::EVENTS_DELIVERED;

/// Longest message of a client: a filter with every kind is a tenth of it.
const MESSAGE_LIMIT_BYTES: usize = 16 * 1024;
/// What is read of a frame before the connection is given up. More than a message may have, so that one which is
/// too long is refused by name.
const FRAME_LIMIT_BYTES: usize = 64 * 1024;
/// Of the socket's buffers, each way: what comes is small, and what goes is written at once.
const BUFFER_BYTES: usize = 4 * 1024;
/// Messages that a client may send in [`WINDOW`]: each costs a snapshot.
const MESSAGES_MOST: u32 = 60;
const WINDOW: Duration = Duration::from_secs(60);
/// A client that did not answer so many signs of life is gone.
const SIGNS_MOST: u32 = 3;
/// How long a client may take to take leave.
const LEAVE: Duration = Duration::from_millis(500);
/// What one hears whose rights are not those of the beginning: less would be told, or more.
const OTHER_RIGHTS: &str = "your rights are others now; connect again without `last_event_id`";

/// Streams events over a WebSocket. Each is a text message `{"id","seq","event","data"}`, with the events and
/// data of `/api/v1/events`; a client that reconnects with `last_event_id` and the same filter gets what
/// changed since.
///
/// A client may send `{"subscribe":{"kinds":[…],"zone":"…","bbox":[min_e,min_n,max_e,max_n],"topics":[…]}}`; from
/// then on that filter holds, beginning with a snapshot. A message that is not understood is answered with the event
/// `error`. The server closes with 1001 when it stops, 1003 after a binary message, 1008 when the rights of who follows
/// are others than at the beginning (connect again without `last_event_id`) or too much is sent, 1009 after a message of
/// more than 16 KiB.
#[utoipa::path(
    get, path = "/api/v1/live", tag = "events", params(EventsQuery), security((), ("key" = []), ("session" = [])),
    responses(
        (status = 101, description = "The connection is a WebSocket now (RFC 6455)"),
        (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 426, body = ProblemBody, description = "Not the beginning of a WebSocket"),
        (status = 503, body = ProblemBody),
    )
)]
pub(crate) async fn open_socket(
    State(app): State<Arc<App>>,
    permit: Permit,
    Query(query): Query<EventsQuery>,
    held: Option<Extension<Held>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|_| {
        Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", "this address speaks WebSocket only")
            .with_hint(
                "connect with `ws://` or `wss://`; `/api/v1/events` gives the same as server-sent events",
            )
            .with_header(header::UPGRADE, HeaderValue::from_static("websocket"))
    })?;
    let (subscription, room) = query.subscribe(&app, &permit, None)?;
    let upgrade = upgrade
        .max_message_size(FRAME_LIMIT_BYTES)
        .max_frame_size(FRAME_LIMIT_BYTES)
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES);
    Ok(upgrade.on_upgrade(move |socket| {
        let viewer = Viewer { app, socket, subscription, messages: Budget::new(), _room: room, _held: held };
        viewer.serve(permit)
    }))
}

/// Why a socket is closed.
enum Over {
    /// The other side went, or takes nothing.
    Gone,
    Closed(u16, &'static str),
}

/// A viewer at the other end of a socket.
struct Viewer {
    app: Arc<App>,
    socket: WebSocket,
    subscription: Subscription,
    messages: Budget,
    _room: OwnedSemaphorePermit,
    _held: Option<Extension<Held>>,
}

impl Viewer {
    async fn serve(mut self, permit: Permit) {
        let mut stop = self.app.stop.clone();
        let over = tokio::select! {
            // First: nothing more is told to one who may not read it any more.
            biased;
            () = permit.ended() => Over::Closed(close_code::POLICY, OTHER_RIGHTS),
            _ = stop.wait_for(|stop| *stop) => Over::Closed(close_code::AWAY, "the server is stopping"),
            over = self.follow() => over,
        };
        let Over::Closed(code, reason) = over else { return };
        let leave = async {
            let _ = self.socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
            // Until the other side has closed too, or its last words would reset the connection before it has
            // read ours.
            while let Some(Ok(_)) = self.socket.recv().await {}
        };
        let _ = tokio::time::timeout(LEAVE, leave).await;
    }

    async fn follow(&mut self) -> Over {
        let mut clock = clock();
        let mut unanswered = 0;
        loop {
            tokio::select! {
                message = self.socket.recv() => {
                    unanswered = 0;
                    let Some(message) = message else { return Over::Gone };
                    let Ok(message) = message else {
                        return Over::Closed(close_code::PROTOCOL, "this is no message of a WebSocket, or far too long");
                    };
                    if let Err(over) = self.hear(message).await {
                        return over;
                    }
                }
                event = self.subscription.next() => {
                    let Some((id, event)) = event else {
                        return Over::Closed(close_code::AWAY, "the server is stopping");
                    };
                    EVENTS_DELIVERED.add(1);
                    if let Err(over) = self.say(wire::message(&id, &event)).await {
                        return over;
                    }
                }
                _ = clock.tick() => {
                    unanswered += 1;
                    if unanswered > SIGNS_MOST || self.socket.send(Message::Ping("".into())).await.is_err() {
                        return Over::Gone;
                    }
                }
            }
        }
    }

    /// Does what a message asks for.
    async fn hear(&mut self, message: Message) -> Result<(), Over> {
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => {
                return Err(Over::Closed(close_code::UNSUPPORTED, "messages are text"));
            }
            Message::Close(_) => return Err(Over::Gone),
            Message::Ping(_) | Message::Pong(_) => return self.count(),
        };
        if text.len() > MESSAGE_LIMIT_BYTES {
            return Err(Over::Closed(close_code::SIZE, "a message has at most 16 KiB"));
        }
        self.count()?;
        match wire::read(&text).and_then(|Asked::Subscribe(wanted)| wanted.filter(&self.app)) {
            Ok(filter) => {
                self.subscription.change(filter);
                Ok(())
            }
            Err(problem) => self.say(wire::error(&problem)).await,
        }
    }

    fn count(&mut self) -> Result<(), Over> {
        let room = self.messages.take(Instant::now());
        room.then_some(()).ok_or(Over::Closed(close_code::POLICY, "more than 60 messages in a minute"))
    }

    async fn say(&mut self, text: String) -> Result<(), Over> {
        self.socket.send(Message::Text(text.into())).await.map_err(|_| Over::Gone)
    }
}

/// How many messages a client has sent of late.
struct Budget {
    since: Instant,
    count: u32,
}

impl Budget {
    fn new() -> Self {
        Self { since: Instant::now(), count: 0 }
    }

    /// Counts one. False: it is too much.
    fn take(&mut self, now: Instant) -> bool {
        if now.duration_since(self.since) >= WINDOW {
            (self.since, self.count) = (now, 0);
        }
        self.count += 1;
        self.count <= MESSAGES_MOST
    }
}

/// When a sign of life is due; not at once.
fn clock() -> Interval {
    let mut clock = tokio::time::interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    clock
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_may_send_as_much_again_in_the_next_minute() {
        let mut budget = Budget::new();
        let start = budget.since;
        for at in [start, start + WINDOW] {
            assert!((0..MESSAGES_MOST).all(|_| budget.take(at)));
            assert!(!budget.take(at));
        }
    }
}
