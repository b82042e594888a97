//! A device that publishes without end, and knows what the broker has acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::JoinHandle;
use std::time::Duration;

use rumqttc_v4::{AsyncClient, MqttOptions, PublishOptions};

use crate::mosquitto::PASSWORD;
use crate::server::STREAM;

/// A device in a thread of its own.
pub(crate) struct Publisher {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<String>>,
}

impl Publisher {
    /// Starts publishing readings of a bin: one after the other, each again until it is acknowledged.
    pub(crate) fn start(port: u16, device: &'static str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(publish(port, device, &stopped))
        });
        Self { stop, thread }
    }

    /// Stops them; gives the times of all readings of each that the broker acknowledged, which are all.
    pub(crate) fn finish<const N: usize>(publishers: [Self; N]) -> [Vec<String>; N] {
        for publisher in &publishers {
            publisher.stop.store(true, SeqCst);
        }
        publishers.map(|publisher| publisher.thread.join().unwrap())
    }
}

/// The time of a reading, as the server writes it.
fn time(number: u32) -> String {
    let (second, milli) = (number / 1000, number % 1000);
    let fraction = if milli == 0 { String::new() } else { format!(".{milli:03}") };
    let fraction = fraction.trim_end_matches('0');
    format!("2026-01-01T00:{:02}:{:02}{fraction}Z", second / 60 % 60, second % 60)
}

async fn publish(port: u16, device: &str, stopped: &AtomicBool) -> Vec<String> {
    let mut options = MqttOptions::new(device, ("127.0.0.1", port));
    options.set_clean_session(false).set_credentials(device, PASSWORD);
    let (client, mut events) = AsyncClient::builder(options).capacity(10).build();
    let polling = tokio::spawn(async move {
        loop {
            if events.poll().await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    });
    let topic = format!("twin/devices/{device}/{STREAM}");
    let mut acknowledged = Vec::new();
    for number in 0.. {
        if stopped.load(SeqCst) {
            break;
        }
        let payload = format!("{{\"value\":{},\"time\":\"{}\"}}", number % 100, time(number));
        loop {
            let sent =
                client.publish_tracked(topic.clone(), payload.clone(), PublishOptions::at_least_once());
            let answer = sent.await.unwrap();
            // A broker that went may leave the client waiting until the next sign of life.
            if let Ok(Ok(_)) = tokio::time::timeout(Duration::from_secs(2), answer.wait_async()).await {
                break;
            }
        }
        acknowledged.push(time(number));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    polling.abort();
    acknowledged
}
