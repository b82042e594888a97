//! MQTT 5: how a connection is made, and what its packets and errors say.

use std::sync::Arc;

use rumqttc_v5::mqttbytes::QoS;
use rumqttc_v5::{
    AckMode, AsyncClient, AsyncClientBuilder, ConnectionError, DisconnectReasonCode, EventLoop, MqttOptions,
    NetworkOptions, Packet, StateError, SubscribeReasonCode, Transport,
};

use super::session::NothingOfOurs;
use super::{
    Event, KEEP_ALIVE_S, Message, PACKET_LIMIT_TOLD, Publish, RECEIVE_MAXIMUM, Sender, TOLD_WAITING, receipt,
};
use crate::ingest::mqtt::MqttConfig;
use crate::ingest::mqtt::address::Address;
use crate::ingest::mqtt::message::PAYLOAD_LIMIT;

/// How long the broker keeps what comes while the server is away: as long as readings are kept.
const SESSION_EXPIRY_S: u32 = 30 * 24 * 3600;
/// Topic and properties come on top of a payload. The broker sends nothing larger.
const PACKET_LIMIT: u32 = PAYLOAD_LIMIT as u32 + 64 * 1024;

/// A connection that takes messages, with a session.
pub(super) fn taking(
    config: &MqttConfig,
    broker: &Address,
    ca: Option<&[u8]>,
) -> Result<(AsyncClient, EventLoop), String> {
    let mut options = options(config.client_id.clone(), broker, ca)?;
    options.set_ack_mode(AckMode::Manual).set_clean_start(false);
    options.set_session_store(NothingOfOurs);
    options.set_session_expiry_interval(Some(SESSION_EXPIRY_S));
    options.set_receive_maximum(Some(RECEIVE_MAXIMUM)).set_max_packet_size(Some(PACKET_LIMIT));
    made(AsyncClient::builder(options).unbounded())
}

/// A connection that tells, without a session.
pub(super) fn telling(
    config: &MqttConfig,
    broker: &Address,
    ca: Option<&[u8]>,
) -> Result<(AsyncClient, EventLoop), String> {
    let mut options = options(config.telling_id(), broker, ca)?;
    options.set_clean_start(true).set_max_packet_size(Some(PACKET_LIMIT_TOLD as u32));
    made(AsyncClient::builder(options).capacity(TOLD_WAITING))
}

/// Where the broker is and as whom to go there.
fn options(id: String, broker: &Address, ca: Option<&[u8]>) -> Result<MqttOptions, String> {
    let mut options = MqttOptions::new(id, (broker.host.clone(), broker.port));
    options.set_keep_alive(KEEP_ALIVE_S);
    if let Some(as_whom) = &broker.credentials {
        options.set_credentials(&as_whom.user, as_whom.password.clone());
    }
    if broker.tls {
        options.set_transport(match ca {
            Some(ca) => Transport::tls(ca.to_vec(), None, None),
            None => Transport::try_tls_with_default_config().map_err(|error| error.to_string())?,
        });
    }
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    options.set_network_options(network);
    Ok(options)
}

fn made(builder: AsyncClientBuilder) -> Result<(AsyncClient, EventLoop), String> {
    builder.try_build().map_err(|error| error.to_string())
}

/// What a packet says.
pub(super) fn event(packet: Packet, sender: &Arc<Sender>) -> Event {
    match packet {
        Packet::ConnAck(answer) => Event::Connected(answer.session_present),
        Packet::SubAck(answer) => Event::Subscribed(match answer.return_codes.first() {
            Some(SubscribeReasonCode::Success(qos)) => Ok(*qos != QoS::AtMostOnce),
            Some(reason) => Err(format!("the broker refuses the subscription: {reason:?}")),
            None => Err("the broker refuses the subscription".into()),
        }),
        Packet::Publish(publish) => {
            let receipt = receipt(sender, publish.pkid);
            Event::Message(Box::new(Message { publish: Publish::V5(publish), receipt }))
        }
        _ => Event::Other,
    }
}

/// Why a connection is lost. Another client with the same id is a mistake that the library's words do not
/// explain.
pub(super) fn reason(error: &ConnectionError) -> String {
    match error {
        ConnectionError::MqttState(StateError::ServerDisconnect { reason_code, .. })
            if *reason_code == DisconnectReasonCode::SessionTakenOver =>
        {
            "another client took over the session; give each server its own `--mqtt-client-id`".into()
        }
        error => error.to_string(),
    }
}
