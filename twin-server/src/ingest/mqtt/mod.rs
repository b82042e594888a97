//! Readings from an MQTT broker, any broker, by MQTT 3.1.1 or 5; and what the broker is told of states and alarms.
//!
//! The broker keeps a session for the server and assures delivery (`QoS` 1). A message is read ([`message`]), its
//! readings stored with whatever else came meanwhile, and only then acknowledged: what a device was told is
//! delivered is on disk, or comes again after whatever went wrong in between. It may come twice; device,
//! stream and time make a reading, so that the second changes nothing. A reading without a time of its own
//! is given one by [`dating`], and counts twice only if the server dies between storing and acknowledging.
//!
//! Two tasks: [`connection`] must never wait long, for it also sends the signs of life; [`delivery`] waits
//! for the disk. The connection lends the worker's acknowledgements an unbounded queue, so neither can
//! wait for the other in a circle; it holds no more of them than messages wait.
//!
//! A third task, [`telling`], has a connection of its own. [`news`] says what it tells, [`kept`] what of that the
//! broker keeps.

pub mod address;
mod connection;
mod dating;
mod delivery;
mod kept;
mod link;
pub mod message;
mod news;
pub mod options;
mod pauses;
mod status;
mod telling;

use std::sync::Arc;

use anyhow::Context;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::WriterHandle;
use crate::live::Hub;
use connection::Connection;
pub use options::MqttConfig;
pub use status::{MqttSnapshot, MqttStatus, Refused, Told};

/// Starts taking readings from the configured broker, if one is; whether it is there does not matter now.
/// The task ends when the server stops, with what came stored and acknowledged.
///
/// # Errors
/// If the certificates to trust cannot be read.
pub fn start(
    config: &MqttConfig,
    writer: WriterHandle,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<Option<(Arc<MqttStatus>, JoinHandle<()>)>> {
    let Some(broker) = config.broker.clone() else { return Ok(None) };
    let ca = certificates(config)?;
    if broker.credentials.is_some() && !broker.tls && !is_near(&broker.host) {
        tracing::warn!(%broker, "the broker's password crosses the network in plain text; `mqtts://` encrypts it");
    }
    let topics = message::filter(&config.prefix);
    let status = Arc::new(MqttStatus::new(config, broker.to_string(), topics));
    let (deliveries, queue) = mpsc::channel(connection::QUEUE);
    let worker = tokio::spawn(delivery::store_all(queue, writer, Arc::clone(&status), stop.clone()));
    let connection = Connection { config: config.clone(), broker, ca, status: Arc::clone(&status), stop };
    Ok(Some((status, tokio::spawn(connection.run(deliveries, worker)))))
}

/// Starts telling the configured broker of states and alarms, if that is asked for. The task ends when the server
/// stops.
///
/// # Errors
/// If the certificates to trust cannot be read.
pub fn start_telling(
    config: &MqttConfig,
    hub: Arc<Hub>,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<Option<JoinHandle<()>>> {
    let Some(broker) = config.broker.clone().filter(|_| config.publish) else { return Ok(None) };
    let ca = certificates(config)?;
    Ok(Some(tokio::spawn(telling::tell(config.clone(), broker, ca, hub, stop))))
}

fn certificates(config: &MqttConfig) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(path) = &config.ca else { return Ok(None) };
    let bytes = std::fs::read(path).with_context(|| format!("certificates `{}`", path.display()))?;
    anyhow::ensure!(
        bytes.windows(27).any(|window| window == b"-----BEGIN CERTIFICATE-----"),
        "`{}` holds no certificates\nhint: give a file of PEM, which has lines `-----BEGIN CERTIFICATE-----`",
        path.display()
    );
    Ok(Some(bytes))
}

/// Whether a host is this machine itself.
fn is_near(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Comes when the server stops.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
