//! The first half of the way from the broker: connects, reads messages, hands them on, and connects
//! again, until the server stops.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use twin_schemas::live::Reading;

use super::address::Address;
use super::dating::Dating;
use super::delivery::Delivery;
use super::link::{Event, Link, Message};
use super::options::MqttConfig;
use super::pauses::Pauses;
use super::status::MqttStatus;
use super::{message, stopped};

/// Messages between the halves: more than a broker of version 5 sends unacknowledged.
pub(super) const QUEUE: usize = 8192;
/// Readings between the halves: some 15 MB.
const ROOM: usize = 100_000;
/// How long the broker may take to let the server in and to answer its subscription.
pub(super) const ANSWER: Duration = Duration::from_secs(20);
/// How long acknowledgements and leave-taking may take when the server stops.
const LEAVE: Duration = Duration::from_secs(1);

/// The connection, to be run as one task.
pub(super) struct Connection {
    pub(super) config: MqttConfig,
    pub(super) broker: Address,
    pub(super) ca: Option<Vec<u8>>,
    pub(super) status: Arc<MqttStatus>,
    pub(super) stop: watch::Receiver<bool>,
}

/// Where messages go.
struct Outlet {
    prefix: String,
    deliveries: mpsc::Sender<Delivery>,
    room: Arc<Semaphore>,
    dating: Dating,
    status: Arc<MqttStatus>,
}

/// Why a connection is over.
enum Over {
    Stopped,
    Lost(String),
}

impl Connection {
    /// Keeps a connection until the server stops, then sees `worker` through what it has.
    pub(super) async fn run(mut self, deliveries: mpsc::Sender<Delivery>, worker: JoinHandle<()>) {
        let mut outlet = Outlet {
            prefix: self.config.prefix.clone(),
            deliveries,
            room: Arc::new(Semaphore::new(ROOM)),
            dating: Dating::new(),
            status: Arc::clone(&self.status),
        };
        let mut pauses = Pauses::new();
        loop {
            pauses.attempt();
            let reason = match Link::taking(&self.config, &self.broker, self.ca.as_deref()) {
                Err(reason) => reason,
                Ok(mut link) => match self.follow(&mut link, &mut outlet).await {
                    Over::Lost(reason) => reason,
                    Over::Stopped => {
                        let link = self.status.is_connected().then_some(link);
                        return leave(link, outlet, worker).await;
                    }
                },
            };
            self.status.lost(&reason);
            tokio::select! {
                () = stopped(&mut self.stop) => return leave(None, outlet, worker).await,
                () = tokio::time::sleep(pauses.after_loss()) => {}
            }
        }
    }

    /// Takes what one connection brings. Why it is over.
    async fn follow(&mut self, link: &mut Link, outlet: &mut Outlet) -> Over {
        let mut resumed = false;
        let mut subscribed = false;
        let unanswered = tokio::time::sleep(ANSWER);
        tokio::pin!(unanswered);
        loop {
            let event = tokio::select! {
                event = link.next() => event,
                () = stopped(&mut self.stop) => return Over::Stopped,
                () = &mut unanswered, if !subscribed => Err("the broker does not answer".into()),
            };
            let done = match event {
                Err(reason) => Err(reason),
                Ok(Event::Connected(session_present)) => {
                    resumed = session_present;
                    if !resumed {
                        outlet.dating.forget();
                    }
                    // Also in a session that is there: its subscription may be one of other options.
                    link.subscribe(&message::filter(&self.config.prefix))
                }
                Ok(Event::Subscribed(answer)) => {
                    subscribed = true;
                    self.subscribed(answer, resumed)
                }
                Ok(Event::Message(message)) => {
                    let taken = tokio::select! {
                        taken = outlet.take(*message) => taken,
                        () = stopped(&mut self.stop) => None,
                    };
                    let Some(()) = taken else { return Over::Stopped };
                    Ok(())
                }
                Ok(Event::Other) => Ok(()),
            };
            if let Err(reason) = done {
                return Over::Lost(reason);
            }
        }
    }

    /// The broker has answered the subscription: from now on messages come, or why none will.
    fn subscribed(&self, answer: Result<bool, String>, resumed: bool) -> Result<(), String> {
        let topics = message::filter(&self.config.prefix);
        let assured =
            answer.inspect_err(|reason| tracing::error!(topics, reason, "no readings will come"))?;
        if !assured {
            tracing::warn!("the broker only sends with QoS 0: messages may be lost");
        }
        self.status.connected(resumed);
        Ok(())
    }
}

/// Lets the worker finish, has its acknowledgements sent, and takes leave of a broker that is there.
async fn leave(mut link: Option<Link>, outlet: Outlet, mut worker: JoinHandle<()>) {
    drop(outlet);
    let finish = async {
        let Some(link) = &mut link else {
            let _ = (&mut worker).await;
            return;
        };
        // Acknowledgements go out while the connection is asked for events; messages are left alone.
        loop {
            tokio::select! {
                _ = &mut worker => break,
                event = link.next() => if event.is_err() { return },
            }
        }
        link.disconnect();
        while link.next().await.is_ok() {}
    };
    if tokio::time::timeout(LEAVE, finish).await.is_err() {
        tracing::warn!("the broker did not let go in time; it will send some messages again");
    }
}

impl Outlet {
    /// Reads a message and hands it on. Waits for room if the broker sends it until it is acknowledged; leaves
    /// it out otherwise. Nothing if the worker is gone.
    async fn take(&mut self, message: Message) -> Option<()> {
        self.status.counts().messages.fetch_add(1, Relaxed);
        let topic = String::from_utf8_lossy(message.topic()).into_owned();
        let (readings, timed) = if message::is_own(&topic) {
            self.status.counts().ignored.fetch_add(1, Relaxed);
            (Vec::new(), Vec::new())
        } else {
            self.readings(&topic, &message)
        };
        let (room, wanted) = (Arc::clone(&self.room), readings.len() as u32);
        let Some(receipt) = message.into_receipt() else {
            let delivery = room.try_acquire_many_owned(wanted).ok();
            let delivery = delivery.map(|room| Delivery { topic, readings, timed, receipt: None, room });
            if delivery.is_none_or(|delivery| self.deliveries.try_send(delivery).is_err()) {
                self.status.counts().dropped.fetch_add(1, Relaxed);
            }
            return Some(());
        };
        let room = room.acquire_many_owned(wanted).await.ok()?;
        self.deliveries.send(Delivery { topic, readings, timed, receipt: Some(receipt), room }).await.ok()
    }

    /// The readings of a message, each with its instant, and whether it came with that; none if it is refused or
    /// says nothing.
    fn readings(&mut self, topic: &str, message: &Message) -> (Vec<Reading>, Vec<bool>) {
        let mut readings = match message::read(&self.prefix, message.topic(), message.payload()) {
            Ok(readings) => readings,
            Err(refusal) => {
                self.status.refuse_message(topic, refusal.code(), refusal.to_string());
                return (Vec::new(), Vec::new());
            }
        };
        // What the broker kept of an unknown instant would count as measured now, at each connection.
        let timed: Vec<bool> = readings.iter().map(|reading| reading.time.is_some()).collect();
        if readings.is_empty() || (message.retained() && timed.contains(&false)) {
            self.status.counts().ignored.fetch_add(1, Relaxed);
            return (Vec::new(), Vec::new());
        }
        let received = self.dating.instant(message);
        for reading in &mut readings {
            reading.time.get_or_insert(received);
        }
        (readings, timed)
    }
}
