//! `/api/v1/mqtt`: how it stands with the broker that readings come from.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{Problem, ProblemBody};
use crate::app::App;
use crate::ingest::mqtt::{MqttSnapshot, Refused, Told};

/// The broker, and what came from it since the server started.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MqttState {
    /// Address of the broker, without name and password.
    broker: String,
    /// Version of MQTT, `5` or `3.1.1`.
    version: &'static str,
    /// Name of the server's session in the broker.
    client_id: String,
    /// The filter of the topics that are taken.
    topics: String,
    /// Whether messages can come now.
    connected: bool,
    /// Since when they can, or cannot.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    since: OffsetDateTime,
    /// Why they last could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<MqttTold>,
    /// Why readings that came wait for the store, and since when. Absent: they do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    stalled: Option<MqttTold>,
    /// Numbers since the server started.
    counts: MqttCounts,
    /// The last 200 refusals, newest first.
    refusals: Vec<MqttRefusal>,
}

/// Something that was said, and when.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MqttTold {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    time: OffsetDateTime,
    /// What.
    message: String,
}

/// What came from the broker.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MqttCounts {
    /// Messages that came.
    messages: u64,
    /// Readings stored, implausible ones included.
    accepted: u64,
    /// Readings that were there already: same device, stream and time.
    duplicates: u64,
    /// Messages that say nothing: empty ones, and ones that the broker had kept whose readings have no time.
    ignored: u64,
    /// Messages without assured delivery (`QoS` 0) for which there was no room.
    dropped: u64,
    /// Messages refused as a whole.
    refused_messages: u64,
    /// Readings refused in messages that were taken.
    refused_readings: u64,
}

/// A message, or a reading of one, that was not taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MqttRefusal {
    /// When it was refused.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    time: OffsetDateTime,
    /// The topic that it came on.
    topic: String,
    /// Stable, machine-readable reason, such as `bad_payload` or `unknown_device`.
    code: String,
    /// The reason in one sentence.
    message: String,
}

/// Tells how it stands with the MQTT broker: whether it is there, what came from it, and what of that was
/// refused.
#[utoipa::path(
    get, path = "/api/v1/mqtt", tag = "readings", security((), ("session" = []), ("key" = [])),
    responses(
        (status = 200, body = MqttState), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody),
    )
)]
pub(crate) async fn get_mqtt(State(app): State<Arc<App>>) -> Result<Json<MqttState>, Problem> {
    let Some(status) = &app.mqtt else {
        return Err(Problem::not_found("no_mqtt", "no MQTT broker is configured")
            .with_hint("start the server with `--mqtt mqtt://host:1883`"));
    };
    Ok(Json(status.snapshot().into()))
}

impl From<MqttSnapshot> for MqttState {
    fn from(snapshot: MqttSnapshot) -> Self {
        Self {
            broker: snapshot.broker,
            version: snapshot.version,
            client_id: snapshot.client_id,
            topics: snapshot.topics,
            connected: snapshot.connected,
            since: snapshot.since,
            last_error: snapshot.last_error.map(Into::into),
            stalled: snapshot.stalled.map(Into::into),
            counts: MqttCounts {
                messages: snapshot.messages,
                accepted: snapshot.accepted,
                duplicates: snapshot.duplicates,
                ignored: snapshot.ignored,
                dropped: snapshot.dropped,
                refused_messages: snapshot.refused_messages,
                refused_readings: snapshot.refused_readings,
            },
            refusals: snapshot.refusals.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Told> for MqttTold {
    fn from(Told { time, message }: Told) -> Self {
        Self { time, message }
    }
}

impl From<Refused> for MqttRefusal {
    fn from(Refused { time, topic, code, message }: Refused) -> Self {
        Self { time, topic, code, message }
    }
}
