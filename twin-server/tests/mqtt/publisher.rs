//! A gateway that measures without end, whether the broker is there or not, keeps what the broker has not
//! acknowledged, and knows what it has.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rumqttc_v4::{AsyncClient, EventLoop, MqttOptions, PublishOptions};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;

use super::mosquitto::PASSWORD;
use super::server::STREAM;

/// The time of the first reading.
const START: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
/// How often it measures.
const PACE: Duration = Duration::from_millis(5);
/// How often it looks for the broker while that is away.
const PAUSE: Duration = Duration::from_millis(50);

/// A gateway in a thread of its own, for one device.
pub(crate) struct Publisher {
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    stopped: AtomicBool,
    acknowledged: Mutex<BTreeSet<u32>>,
}

impl Publisher {
    /// Starts measuring.
    pub(crate) fn start(port: u16, device: &'static str) -> Self {
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(publish(port, device, &own));
        });
        Self { shared, thread }
    }

    /// The numbers of all readings that the broker has acknowledged by now.
    pub(crate) fn acknowledged(&self) -> BTreeSet<u32> {
        self.shared.acknowledged.lock().unwrap().clone()
    }

    /// Has them measure no more; gives the numbers of the readings of each, which by then are all acknowledged.
    pub(crate) fn finish<const N: usize>(publishers: [Self; N]) -> [BTreeSet<u32>; N] {
        for publisher in &publishers {
            publisher.shared.stopped.store(true, SeqCst);
        }
        publishers.map(|Self { shared, thread }| {
            thread.join().unwrap();
            std::mem::take(&mut *shared.acknowledged.lock().unwrap())
        })
    }
}

/// The time of a reading: one a millisecond, for none may be the time of another.
fn time(number: u32) -> String {
    (START + time::Duration::milliseconds(number.into())).format(&Rfc3339).unwrap()
}

/// The number of the reading of a time.
pub(crate) fn number(time: &str) -> u32 {
    let since = OffsetDateTime::parse(time, &Rfc3339).unwrap() - START;
    since.whole_milliseconds().try_into().unwrap()
}

async fn publish(port: u16, device: &str, shared: &Shared) {
    let mut options = MqttOptions::new(device, ("127.0.0.1", port));
    options.set_clean_session(false).set_credentials(device, PASSWORD);
    let (client, events) = AsyncClient::builder(options).capacity(10).build();
    let polling = tokio::spawn(poll(events));
    let topic = format!("twin/devices/{device}/{STREAM}");
    let mut under_way = FuturesUnordered::new();
    let mut clock = tokio::time::interval(PACE);
    let mut number = 0;
    loop {
        tokio::select! {
            _ = clock.tick(), if !shared.stopped.load(SeqCst) => {
                under_way.push(deliver(&client, &topic, number));
                number += 1;
            }
            Some(number) = under_way.next() => drop(shared.acknowledged.lock().unwrap().insert(number)),
            else => break,
        }
    }
    polling.abort();
}

/// Keeps a connection to the broker.
async fn poll(mut events: EventLoop) {
    loop {
        if events.poll().await.is_err() {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Publishes a reading until it is acknowledged.
async fn deliver(client: &AsyncClient, topic: &str, number: u32) -> u32 {
    let payload = format!("{{\"value\":{},\"time\":\"{}\"}}", number % 100, time(number));
    loop {
        let options = PublishOptions::at_least_once();
        let sent = client.publish_tracked(topic, payload.clone(), options).await.unwrap();
        if sent.wait_async().await.is_ok() {
            return number;
        }
    }
}
