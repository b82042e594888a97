//! MQTT 3.1.1: how a connection is made, and what its packets say.

use std::sync::Arc;

use rumqttc_v4::{
    AckMode, AsyncClient, AsyncClientBuilder, EventLoop, MqttOptions, NetworkOptions, Packet, QoS,
    SubscribeReasonCode, Transport,
};

use super::{
    Event, KEEP_ALIVE_S, Message, PACKET_LIMIT_OUT, PACKET_LIMIT_TOLD, Publish, Sender, TOLD_WAITING, receipt,
};
use crate::ingest::mqtt::MqttConfig;
use crate::ingest::mqtt::address::Address;

/// In 3.1.1 a client cannot tell the broker its limit: a larger packet ends the connection, and comes
/// again with the next. So more is read than is taken, and what is too large is refused by name.
const PACKET_LIMIT: usize = 4 << 20;
/// Packets that are read before the first is dealt with: with the limit above, 64 MiB.
const READ_BATCH: usize = 16;

/// A connection that takes messages, with a session.
pub(super) fn taking(
    config: &MqttConfig,
    broker: &Address,
    ca: Option<&[u8]>,
) -> Result<(AsyncClient, EventLoop), String> {
    let mut options = options(config.client_id.clone(), broker, ca)?;
    options.set_ack_mode(AckMode::Manual).set_clean_session(false);
    options.set_max_packet_size(PACKET_LIMIT, PACKET_LIMIT_OUT).set_read_batch_size(READ_BATCH);
    made(AsyncClient::builder(options).unbounded())
}

/// A connection that tells, without a session.
pub(super) fn telling(
    config: &MqttConfig,
    broker: &Address,
    ca: Option<&[u8]>,
) -> Result<(AsyncClient, EventLoop), String> {
    let mut options = options(config.telling_id(), broker, ca)?;
    options.set_clean_session(true);
    options.set_max_packet_size(PACKET_LIMIT, PACKET_LIMIT_TOLD).set_read_batch_size(READ_BATCH);
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
    Ok(options)
}

fn made(builder: AsyncClientBuilder) -> Result<(AsyncClient, EventLoop), String> {
    let (client, mut events) = builder.try_build().map_err(|error| error.to_string())?;
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    events.set_network_options(network);
    Ok((client, events))
}

/// What a packet says.
pub(super) fn event(packet: Packet, sender: &Arc<Sender>) -> Event {
    match packet {
        Packet::ConnAck(answer) => Event::Connected(answer.session_present),
        Packet::SubAck(answer) => Event::Subscribed(match answer.return_codes.first() {
            Some(SubscribeReasonCode::Success(qos)) => Ok(*qos != QoS::AtMostOnce),
            _ => Err("the broker refuses the subscription".into()),
        }),
        Packet::Publish(publish) => {
            let receipt = receipt(sender, publish.pkid);
            Event::Message(Box::new(Message { publish: Publish::V3(publish), receipt }))
        }
        _ => Event::Other,
    }
}
