//! The broker is told of states and alarms, which are taken from the hub as a viewer takes them. A broker that
//! takes slowly, or is away, is told less often and of newer states; each new connection begins with everything.
//!
//! What ended while the broker or the server was away would stay on the broker for ever. So each connection first
//! asks for what the broker keeps under the server's topics, and takes back what is no more: whatever names
//! itself as its topic does ([`Kept::read`]); what others put there is left alone. A broker that ends the connection
//! over that question is not asked with the next one.
//!
//! Its connection is another than that of readings: it takes no readings, and needs no session.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::address::Address;
use super::connection::ANSWER;
use super::kept::Kept;
use super::link::{Event, Link, Teller};
use super::news::{Announcement, News};
use super::options::MqttConfig;
use super::pauses::Pauses;
use super::stopped;
use crate::live::{DeviceFilter, Hub, Subscription};
use crate::metrics::MQTT_TOLD;

/// What the broker keeps has come when nothing of it came for so long. What comes later is taken back with the
/// next connection.
const QUIET: Duration = Duration::from_secs(2);
/// Telling waits no longer than this for what the broker keeps.
const REMAINS: Duration = Duration::from_secs(60);
/// Of what the broker keeps, as much may wait to be looked at. What is more is left for the next connection.
const REMAINS_WAITING: usize = 65_536;

/// What a connection hears.
enum Heard {
    Connected,
    /// The answer to a subscription.
    Subscribed,
    /// The broker keeps this.
    Kept(Kept),
}

/// Tells the broker until the server stops.
pub(super) async fn tell(
    config: MqttConfig,
    broker: Address,
    ca: Option<Vec<u8>>,
    hub: Arc<Hub>,
    mut stop: watch::Receiver<bool>,
) {
    let mut news = News::new(&config.prefix);
    let mut pauses = Pauses::new();
    let mut unanswered = false;
    let mut last_reason = String::new();
    loop {
        pauses.attempt();
        let reason = match Link::telling(&config, &broker, ca.as_deref()) {
            Err(reason) => reason,
            Ok(link) => match follow(link, &config.prefix, &mut news, &mut unanswered, &hub, &stop).await {
                Some(reason) => reason,
                None => return,
            },
        };
        // The same reason is logged once, not at each attempt.
        if reason != last_reason || pauses.was_good() {
            tracing::warn!(reason, "the broker is not told of states and alarms");
            last_reason = reason;
        }
        tokio::select! {
            () = stopped(&mut stop) => return,
            () = tokio::time::sleep(pauses.after_loss()) => {}
        }
    }
}

/// Tells over one connection. Why it ended; nothing if the server stops.
async fn follow(
    link: Link,
    prefix: &str,
    news: &mut News,
    unanswered: &mut bool,
    hub: &Arc<Hub>,
    stop: &watch::Receiver<bool>,
) -> Option<String> {
    let teller = link.teller();
    let (heard, mut hears) = mpsc::channel(REMAINS_WAITING);
    let telling = async {
        while !matches!(hears.recv().await, Some(Heard::Connected) | None) {}
        let subscription = Subscription::new(Arc::clone(hub), DeviceFilter::default(), None, stop.clone());
        tell_all(&teller, news, subscription, hears, unanswered).await
    };
    let mut stop = stop.clone();
    tokio::select! {
        told = telling => told.err(),
        reason = hear(link, prefix, heard) => Some(reason),
        () = stopped(&mut stop) => None,
    }
}

/// Keeps the connection going and passes on what it hears. Why it ended.
async fn hear(mut link: Link, prefix: &str, heard: mpsc::Sender<Heard>) -> String {
    loop {
        let event = match link.next().await {
            Ok(Event::Connected(_)) => Heard::Connected,
            Ok(Event::Subscribed(answer)) => {
                if let Err(reason) = answer {
                    tracing::warn!(reason, "what ended while the broker was not told stays there");
                }
                Heard::Subscribed
            }
            Ok(Event::Message(message)) if message.retained() => {
                match Kept::read(prefix, message.topic(), message.payload()) {
                    Some(kept) => Heard::Kept(kept),
                    None => continue,
                }
            }
            Ok(_) => continue,
            Err(reason) => return reason,
        };
        // Never waits: what is told can only leave while this goes on.
        let _ = heard.try_send(event);
    }
}

/// Tells everything, and then what changes, until the server stops. Before, takes back what is no more, unless the
/// last connection ended over that: `unanswered` is true meanwhile.
async fn tell_all(
    teller: &Teller,
    news: &mut News,
    mut subscription: Subscription,
    hears: mpsc::Receiver<Heard>,
    unanswered: &mut bool,
) -> Result<(), String> {
    tracing::info!("the broker is told of states and alarms");
    news.begin();
    let Some((_, snapshot)) = subscription.next().await else { return Ok(()) };
    let everything = news.of(&snapshot);
    drop(snapshot);
    *unanswered = !*unanswered;
    if *unanswered {
        take_back_remains(teller, news, hears).await?;
        *unanswered = false;
    }
    send(teller, everything).await?;
    while let Some((_, event)) = subscription.next().await {
        send(teller, news.of(&event)).await?;
    }
    Ok(())
}

/// Asks what the broker keeps of the server's, and takes back what is no more.
async fn take_back_remains(teller: &Teller, news: &News, hears: mpsc::Receiver<Heard>) -> Result<(), String> {
    let filters = Kept::filters(news.prefix());
    for filter in &filters {
        teller.subscribe(filter).await?;
    }
    if let Ok(done) = timeout(REMAINS, look_through(teller, news, hears, filters.len())).await {
        done?;
    }
    // Or all that is told would come back.
    for filter in &filters {
        teller.unsubscribe(filter).await?;
    }
    Ok(())
}

/// Takes back what is no more of what comes, until nothing comes any longer behind the answers.
async fn look_through(
    teller: &Teller,
    news: &News,
    mut hears: mpsc::Receiver<Heard>,
    mut unanswered: usize,
) -> Result<(), String> {
    loop {
        let patience = if unanswered > 0 { ANSWER } else { QUIET };
        match timeout(patience, hears.recv()).await {
            Ok(Some(Heard::Subscribed)) => unanswered = unanswered.saturating_sub(1),
            Ok(Some(Heard::Kept(kept))) if !news.has(&kept) => {
                send(teller, vec![news.taken_back(&kept)]).await?;
            }
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => return Ok(()),
        }
    }
}

async fn send(teller: &Teller, messages: Vec<Announcement>) -> Result<(), String> {
    for message in messages {
        teller.tell(message).await?;
        MQTT_TOLD.add(1);
    }
    Ok(())
}
