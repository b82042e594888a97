//! What the server counts, for Prometheus: figures of the whole process in statics that any module
//! adds to, and their text. What is only known by asking (queues, devices, sizes) is asked for when
//! the text is made, by `api::metrics`.
//!
//! A figure costs one or two relaxed atomic additions: none allocates, locks or looks up a name.

mod figures;
mod http;
mod process;
mod text;

pub use figures::{Counter, Gauge, Histogram};
pub use http::HttpMetrics;
pub use process::Process;
pub(crate) use text::MEDIA_TYPE;
pub use text::Text;

/// Requests by route, method and class of status.
pub static HTTP: HttpMetrics = HttpMetrics::new();
/// Connections.
pub static CONNECTIONS: ConnectionMetrics = ConnectionMetrics::new();
/// Readings and transactions.
pub static INGEST: IngestMetrics = IngestMetrics::new();
/// The cache of published files.
pub static FILES: FileMetrics = FileMetrics::new();
/// Events that were handed to viewers.
pub static EVENTS_DELIVERED: Counter = Counter::new();
/// Deliveries to webhooks.
pub static WEBHOOKS: WebhookMetrics = WebhookMetrics::new();
/// Messages that were told to the broker.
pub static MQTT_TOLD: Counter = Counter::new();
/// Answers that were given again to a repeated `Idempotency-Key`.
pub static REPLAYED: Counter = Counter::new();

/// Connections.
#[derive(Debug)]
pub struct ConnectionMetrics {
    /// Open now, as of the last one that came.
    pub open: Gauge,
    /// Taken.
    pub accepted: Counter,
    /// Not taken because there were too many.
    pub refused: Counter,
    /// Ended by a time limit or a broken line.
    pub cut: Counter,
}

impl ConnectionMetrics {
    const fn new() -> Self {
        Self { open: Gauge::new(), accepted: Counter::new(), refused: Counter::new(), cut: Counter::new() }
    }

    fn write(&self, out: &mut Text) {
        out.head("twin_connections", "gauge", "Open connections.");
        out.value("twin_connections", &[], self.open.get() as f64);
        out.head("twin_connections_total", "counter", "Connections by what became of them.");
        for (outcome, counter) in
            [("accepted", &self.accepted), ("refused", &self.refused), ("cut", &self.cut)]
        {
            out.value("twin_connections_total", &[("outcome", outcome)], counter.get() as f64);
        }
    }
}

/// Readings and transactions.
#[derive(Debug)]
pub struct IngestMetrics {
    /// Readings newer than what their series held.
    pub fresh: Counter,
    /// Late readings that were put in place.
    pub late: Counter,
    /// Readings that were there already.
    pub duplicate: Counter,
    /// Readings that were refused.
    pub rejected: Counter,
    /// Seconds that a transaction of readings took.
    pub commit_s: Histogram<12>,
    /// Readings in a transaction.
    pub commit_readings: Histogram<8>,
    /// Transactions that the store refused.
    pub failed_commits: Counter,
}

impl IngestMetrics {
    const fn new() -> Self {
        Self {
            fresh: Counter::new(),
            late: Counter::new(),
            duplicate: Counter::new(),
            rejected: Counter::new(),
            commit_s: Histogram::new([
                0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
            ]),
            commit_readings: Histogram::new([1.0, 4.0, 16.0, 64.0, 256.0, 1_024.0, 4_096.0, 16_384.0]),
            failed_commits: Counter::new(),
        }
    }

    fn write(&self, out: &mut Text) {
        out.head("twin_readings_total", "counter", "Readings by what became of them.");
        for (outcome, counter) in [
            ("fresh", &self.fresh),
            ("late", &self.late),
            ("duplicate", &self.duplicate),
            ("rejected", &self.rejected),
        ] {
            out.value("twin_readings_total", &[("outcome", outcome)], counter.get() as f64);
        }
        out.head("twin_commit_seconds", "histogram", "Time of a transaction of readings.");
        out.histogram("twin_commit_seconds", &[], &self.commit_s);
        out.head("twin_commit_readings", "histogram", "Readings in a transaction.");
        out.histogram("twin_commit_readings", &[], &self.commit_readings);
        out.head("twin_failed_commits_total", "counter", "Transactions that the store refused.");
        out.value("twin_failed_commits_total", &[], self.failed_commits.get() as f64);
    }
}

/// The cache of published files.
#[derive(Debug)]
pub struct FileMetrics {
    /// Requests that were answered from memory.
    pub hits: Counter,
    /// Requests that the file system was asked for.
    pub misses: Counter,
    /// Answers that said that the client has the file already.
    pub not_modified: Counter,
    /// Bytes of files that were answered.
    pub sent_bytes: Counter,
}

impl FileMetrics {
    const fn new() -> Self {
        Self {
            hits: Counter::new(),
            misses: Counter::new(),
            not_modified: Counter::new(),
            sent_bytes: Counter::new(),
        }
    }

    fn write(&self, out: &mut Text) {
        for (name, about, counter) in [
            ("twin_file_cache_hits_total", "Published files answered from memory.", &self.hits),
            ("twin_file_cache_misses_total", "Published files looked for on disk.", &self.misses),
            ("twin_files_not_modified_total", "Published files that the client had.", &self.not_modified),
            ("twin_file_sent_bytes_total", "Bytes of published files answered.", &self.sent_bytes),
        ] {
            out.head(name, "counter", about);
            out.value(name, &[], counter.get() as f64);
        }
    }
}

/// Deliveries to webhooks.
#[derive(Debug)]
pub struct WebhookMetrics {
    /// Events that a receiver took.
    pub delivered: Counter,
    /// Tries that failed.
    pub failed: Counter,
    /// Events that were given up.
    pub given_up: Counter,
}

impl WebhookMetrics {
    const fn new() -> Self {
        Self { delivered: Counter::new(), failed: Counter::new(), given_up: Counter::new() }
    }

    /// Counts a try.
    pub fn count(&self, delivered: bool) {
        if delivered { self.delivered.add(1) } else { self.failed.add(1) }
    }

    fn write(&self, out: &mut Text) {
        out.head("twin_webhook_tries_total", "counter", "Deliveries to webhooks by what became of them.");
        for (outcome, counter) in
            [("delivered", &self.delivered), ("failed", &self.failed), ("given_up", &self.given_up)]
        {
            out.value("twin_webhook_tries_total", &[("outcome", outcome)], counter.get() as f64);
        }
    }
}

/// Writes all that is counted by itself.
pub fn write_counted(out: &mut Text) {
    HTTP.write(out);
    CONNECTIONS.write(out);
    INGEST.write(out);
    FILES.write(out);
    WEBHOOKS.write(out);
    for (name, about, counter) in [
        ("twin_events_delivered_total", "Events handed to viewers.", &EVENTS_DELIVERED),
        ("twin_mqtt_told_total", "Messages told to the broker.", &MQTT_TOLD),
        ("twin_idempotent_replays_total", "Answers given again to a repeated key.", &REPLAYED),
    ] {
        out.head(name, "counter", about);
        out.value(name, &[], counter.get() as f64);
    }
    Process::now().write(out);
}
