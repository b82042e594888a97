//! One connection to a broker, whichever version it speaks: options come in, events and receipts go
//! out. Only this folder names the client libraries, one file each.
//!
//! A connection is made once and thrown away when it is lost, with what its library remembers of it. A
//! receipt for a message therefore leads to the connection that the message came on or nowhere, and
//! never acknowledges a message that a later connection gave the same number. What must outlive a
//! connection, the session, is the broker's.

mod session;
mod v3;
mod v5;

use std::sync::Arc;

use super::address::Address;
use super::news::Announcement;
use super::options::{MqttConfig, MqttVersion};

/// Seconds between signs of life.
const KEEP_ALIVE_S: u16 = 30;
/// Messages that the broker may send before the first is acknowledged. Less would let the sync of a
/// commit set the pace, more only fills memory. In 3.1.1 the broker has a limit of its own.
pub(super) const RECEIVE_MAXIMUM: u16 = 4096;
/// Largest packet that is sent on the way of readings: a subscription.
const PACKET_LIMIT_OUT: usize = 64 * 1024;
/// Largest packet that is told: a device with long names and many streams.
const PACKET_LIMIT_TOLD: usize = 1 << 20;
/// Messages that wait for the connection that tells.
const TOLD_WAITING: usize = 64;

/// A connection, or what will be one: the first [`next`](Self::next) makes it.
pub(super) struct Link {
    events: Events,
    sender: Arc<Sender>,
}

enum Events {
    V3(Box<rumqttc_v4::EventLoop>),
    V5(Box<rumqttc_v5::EventLoop>),
}

enum Sender {
    V3(rumqttc_v4::AsyncClient),
    V5(rumqttc_v5::AsyncClient),
}

/// What happened.
pub(super) enum Event {
    /// The broker took us in. Whether it has kept a session for us.
    Connected(bool),
    /// The broker answered a subscription: whether it assures delivery, or why it refuses.
    Subscribed(Result<bool, String>),
    /// A message came.
    Message(Box<Message>),
    /// Nothing of interest.
    Other,
}

/// A message.
pub(super) struct Message {
    publish: Publish,
    receipt: Option<Receipt>,
}

enum Publish {
    V3(rumqttc_v4::Publish),
    V5(rumqttc_v5::Publish),
}

/// What tells the broker something over a connection.
pub(super) struct Teller(Arc<Sender>);

/// What a message is acknowledged with. Dropped without, the broker sends the message again in the next
/// connection.
pub(super) struct Receipt {
    sender: Arc<Sender>,
    packet: u16,
}

impl Link {
    /// A connection to be made, for messages. `ca` holds the certificates to trust instead of the system's.
    pub(super) fn taking(config: &MqttConfig, broker: &Address, ca: Option<&[u8]>) -> Result<Self, String> {
        Ok(match config.version {
            MqttVersion::V3 => Self::v3(v3::taking(config, broker, ca)?),
            MqttVersion::V5 => Self::v5(v5::taking(config, broker, ca)?),
        })
    }

    /// A connection to be made, for what the server tells.
    pub(super) fn telling(config: &MqttConfig, broker: &Address, ca: Option<&[u8]>) -> Result<Self, String> {
        Ok(match config.version {
            MqttVersion::V3 => Self::v3(v3::telling(config, broker, ca)?),
            MqttVersion::V5 => Self::v5(v5::telling(config, broker, ca)?),
        })
    }

    fn v3((client, events): (rumqttc_v4::AsyncClient, rumqttc_v4::EventLoop)) -> Self {
        Self { events: Events::V3(Box::new(events)), sender: Arc::new(Sender::V3(client)) }
    }

    fn v5((client, events): (rumqttc_v5::AsyncClient, rumqttc_v5::EventLoop)) -> Self {
        Self { events: Events::V5(Box::new(events)), sender: Arc::new(Sender::V5(client)) }
    }

    /// What tells the broker something over this connection, while [`next`](Self::next) is asked.
    pub(super) fn teller(&self) -> Teller {
        Teller(Arc::clone(&self.sender))
    }

    /// Waits for the next event. May be dropped while it waits; an acknowledgement that was being
    /// written can be lost by that, as with the connection.
    ///
    /// # Errors
    /// With the reason when the connection could not be made or is lost; it is then of no more use.
    pub(super) async fn next(&mut self) -> Result<Event, String> {
        let sender = &self.sender;
        match &mut self.events {
            Events::V3(events) => match events.poll().await.map_err(|error| error.to_string())? {
                rumqttc_v4::Event::Incoming(packet) => Ok(v3::event(packet, sender)),
                rumqttc_v4::Event::Outgoing(_) => Ok(Event::Other),
            },
            Events::V5(events) => match events.poll().await.map_err(|error| v5::reason(&error))? {
                rumqttc_v5::Event::Incoming(packet) => {
                    if matches!(packet, rumqttc_v5::Packet::ConnAck(_)) {
                        // It has told what it is for, and would be handed the session at each sending.
                        events.options.clear_session_store();
                    }
                    Ok(v5::event(packet, sender))
                }
                rumqttc_v5::Event::Outgoing(_) | rumqttc_v5::Event::Auth(_) => Ok(Event::Other),
            },
        }
    }

    /// Asks for the messages of a filter, each at least once.
    pub(super) fn subscribe(&self, filter: &str) -> Result<(), String> {
        match &*self.sender {
            Sender::V3(client) => {
                client.try_subscribe(filter, rumqttc_v4::QoS::AtLeastOnce).map_err(|error| error.to_string())
            }
            Sender::V5(client) => client
                .try_subscribe(filter, rumqttc_v5::mqttbytes::QoS::AtLeastOnce)
                .map_err(|error| error.to_string()),
        }
    }

    /// Takes leave, after all acknowledgements so far. [`next`](Self::next) must be called until it fails.
    pub(super) fn disconnect(&self) {
        // If it cannot be sent, there is no connection to end.
        let _ = match &*self.sender {
            Sender::V3(client) => client.try_disconnect().is_ok(),
            Sender::V5(client) => client.try_disconnect().is_ok(),
        };
    }
}

/// Only a message with assured delivery has a number.
fn receipt(sender: &Arc<Sender>, packet: u16) -> Option<Receipt> {
    (packet != 0).then(|| Receipt { sender: Arc::clone(sender), packet })
}

impl Teller {
    /// Asks for the messages of a filter. Waits as [`tell`](Self::tell) does.
    pub(super) async fn subscribe(&self, filter: &str) -> Result<(), String> {
        match &*self.0 {
            Sender::V3(client) => {
                let asked = client.subscribe(filter, rumqttc_v4::QoS::AtLeastOnce).await;
                asked.map_err(|error| error.to_string())
            }
            Sender::V5(client) => {
                let asked = client.subscribe(filter, rumqttc_v5::mqttbytes::QoS::AtLeastOnce).await;
                asked.map_err(|error| error.to_string())
            }
        }
    }

    /// Asks for them no longer.
    pub(super) async fn unsubscribe(&self, filter: &str) -> Result<(), String> {
        match &*self.0 {
            Sender::V3(client) => client.unsubscribe(filter).await.map_err(|error| error.to_string()),
            Sender::V5(client) => client.unsubscribe(filter).await.map_err(|error| error.to_string()),
        }
    }

    /// Hands a message over; waits while as many as may be are under way. The broker acknowledges each.
    pub(super) async fn tell(&self, announcement: Announcement) -> Result<(), String> {
        let Announcement { topic, payload, kept } = announcement;
        match &*self.0 {
            Sender::V3(client) => {
                let options = rumqttc_v4::PublishOptions::at_least_once().retain(kept);
                client.publish(topic, payload, options).await.map_err(|error| error.to_string())
            }
            Sender::V5(client) => {
                let options = rumqttc_v5::PublishOptions::at_least_once().retain(kept);
                client.publish(topic, payload, options).await.map_err(|error| error.to_string())
            }
        }
    }
}

impl Message {
    pub(super) fn topic(&self) -> &[u8] {
        match &self.publish {
            Publish::V3(publish) => &publish.topic,
            Publish::V5(publish) => &publish.topic,
        }
    }

    pub(super) fn payload(&self) -> &[u8] {
        match &self.publish {
            Publish::V3(publish) => &publish.payload,
            Publish::V5(publish) => &publish.payload,
        }
    }

    /// Whether the broker had kept it for whoever subscribes, so that it is of no known age.
    pub(super) fn retained(&self) -> bool {
        match &self.publish {
            Publish::V3(publish) => publish.retain,
            Publish::V5(publish) => publish.retain,
        }
    }

    /// Its number, if the broker sends it until it is acknowledged.
    pub(super) fn packet(&self) -> Option<u16> {
        self.receipt.as_ref().map(|receipt| receipt.packet)
    }

    /// Whether the broker has sent it before.
    pub(super) fn sent_again(&self) -> bool {
        match &self.publish {
            Publish::V3(publish) => publish.dup,
            Publish::V5(publish) => publish.dup,
        }
    }

    /// With what to acknowledge it; the broker sends it until then. None: it was sent once, for good or ill.
    pub(super) fn into_receipt(self) -> Option<Receipt> {
        self.receipt
    }
}

impl Receipt {
    /// Acknowledges the message, if its connection still is. Never waits.
    pub(super) fn acknowledge(self) {
        let _ = match &*self.sender {
            Sender::V3(client) => {
                let ack = rumqttc_v4::PubAck::new(self.packet);
                client.try_manual_ack(rumqttc_v4::ManualAck::PubAck(ack)).is_ok()
            }
            Sender::V5(client) => {
                let ack = rumqttc_v5::PubAck::new(self.packet, None);
                client.try_manual_ack(rumqttc_v5::ManualAck::PubAck(ack)).is_ok()
            }
        };
    }
}
