//! What is `PostgreSQL`'s own: who serves, lost sessions, restarts, the log's partitions, texts it cannot hold.

use sqlx::{Connection, PgConnection, Row};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use twin_schemas::LocalizedText;
use twin_schemas::geometry::LocalPoint;
use twin_schemas::live::Device;

use super::PostgresStore;
use crate::domain::reading::CheckedReading;
use crate::store::conformance::cluster::Cluster;
use crate::store::{
    AuditStore, DeviceStore, End, HistoryQuery, ReadingStore, ReadingsToStore, Store, StoreError, Upkeep,
};

const NOON: OffsetDateTime = datetime!(2026-05-01 12:00 UTC);

fn reading(seconds: i64) -> CheckedReading {
    CheckedReading {
        device: "a".into(),
        stream: "power_w".into(),
        value: seconds as f64,
        time: NOON + Duration::seconds(seconds),
        plausible: true,
    }
}

fn batch(seconds: std::ops::Range<i64>) -> ReadingsToStore {
    ReadingsToStore { fresh: seconds.map(reading).collect(), ..ReadingsToStore::default() }
}

async fn add(store: &PostgresStore, seconds: std::ops::Range<i64>) {
    store.append(&batch(seconds)).await.unwrap();
}

async fn values(store: &PostgresStore) -> Vec<f64> {
    let query = HistoryQuery {
        device: "a".into(),
        stream: "power_w".into(),
        from: None,
        to: None,
        limit: 100_000,
        end: End::Newest,
    };
    store.history(query).await.unwrap().iter().map(|reading| reading.value).collect()
}

fn expected(range: std::ops::Range<i32>) -> Vec<f64> {
    range.map(f64::from).collect()
}

async fn count(address: &str, statement: &'static str) -> i64 {
    let mut other = PgConnection::connect(address).await.unwrap();
    sqlx::query(statement).fetch_one(&mut other).await.unwrap().get(0)
}

async fn run(address: &str, statement: &'static str) {
    let mut other = PgConnection::connect(address).await.unwrap();
    sqlx::query(statement).execute(&mut other).await.unwrap();
}

/// Ends the session that serves, as a network that breaks does.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted \
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

#[tokio::test]
async fn one_server_serves_and_commands_work_beside_it() {
    let Some(cluster) = Cluster::shared() else { return };
    let address = cluster.database();
    let server = PostgresStore::serve(&address).await.unwrap();
    let refused = PostgresStore::serve(&address).await.unwrap_err();
    assert!(matches!(refused, StoreError::InUse(_)), "{refused}");
    let command = PostgresStore::open(&address).await.unwrap();
    let refused = command.append(&batch(0..1)).await.unwrap_err();
    assert!(matches!(refused, StoreError::NotServing), "{refused}");
    let device = Device {
        id: "a".into(),
        kind: "street_lamp".into(),
        name: LocalizedText::same("nul\0"),
        position: LocalPoint { east_m: 0.0, north_m: 0.0, up_m: 0.0 },
        object: None,
    };
    command.register(&[device]).await.unwrap();
    assert!(server.changed_elsewhere().await.unwrap());
    assert!(!server.changed_elsewhere().await.unwrap());
    // The database has no place for the character U+0000; the rest of the text is kept.
    assert_eq!(server.devices().await.unwrap()["a"].name, LocalizedText::same("nul\u{fffd}"));
    server.close().await.unwrap();
    PostgresStore::serve(&address).await.unwrap();
}

#[tokio::test]
async fn two_processes_write_one_chain() {
    use crate::domain::audit::{AuditDraft, Chain};
    let Some(cluster) = Cluster::shared() else { return };
    let address = cluster.database();
    let (one, other) =
        (PostgresStore::serve(&address).await.unwrap(), PostgresStore::open(&address).await.unwrap());
    let draft = |n: i64| AuditDraft::new(NOON, "user:a".into(), "user.add", format!("user:{n}\0"));
    for n in 0..3 {
        let (a, b) = ([draft(n)], [draft(n)]);
        let (first, second) = tokio::join!(one.audit(&a), other.audit(&b));
        first.and(second).unwrap();
    }
    let mut chain = Chain::default();
    let all = crate::store::AuditQuery { limit: 100, ..Default::default() };
    for entry in one.audit_after(0, &all).await.unwrap() {
        chain.follow(&entry).unwrap();
    }
    assert_eq!(chain.seq, 6);
}

#[tokio::test]
async fn a_restart_finds_what_is_packed_and_what_is_not() {
    let Some(cluster) = Cluster::shared() else { return };
    let address = cluster.database();
    let store = PostgresStore::serve(&address).await.unwrap();
    add(&store, 0..3000).await;
    store.close_all().await.unwrap();
    add(&store, 3000..3010).await;
    // Not closed: as after a kill.
    drop(store);
    let store = PostgresStore::serve(&address).await.unwrap();
    assert_eq!(values(&store).await, expected(0..3010));
    assert_eq!(store.tips().await.unwrap()[0].latest, Some((3009.0, NOON + Duration::seconds(3009))));
    assert_eq!(count(&address, "SELECT count(*) FROM reading_log").await, 1);
}

#[tokio::test]
async fn a_lost_session_is_made_anew_and_memory_follows_the_database() {
    let Some(cluster) = Cluster::shared() else { return };
    let address = cluster.database();
    let store = PostgresStore::serve(&address).await.unwrap();
    add(&store, 0..10).await;
    // A row that was committed while its answer was lost: memory does not know it.
    run(&address, "INSERT INTO reading_log (generation, data) SELECT generation, data FROM reading_log")
        .await;
    run(&address, CUT).await;
    add(&store, 10..20).await;
    assert_eq!(values(&store).await, expected(0..20));
    run(&address, CUT).await;
    store.close_all().await.unwrap();
    store.check_writable().await.unwrap();
    assert_eq!(values(&store).await, expected(0..20));
    assert_eq!(count(&address, "SELECT sum(readings)::bigint FROM reading_chunk").await, 20);
    // Memory holds nothing twice that is packed.
    assert_eq!(store.close_all().await.unwrap(), 0);
}

#[tokio::test]
async fn a_server_that_was_overtaken_writes_no_more() {
    let Some(cluster) = Cluster::shared() else { return };
    let address = cluster.database();
    let store = PostgresStore::serve(&address).await.unwrap();
    run(&address, CUT).await;
    // Whoever comes first after a cut has the lock: here the other.
    let other = PostgresStore::serve(&address).await.unwrap();
    other.close().await.unwrap();
    let refused = store.append(&batch(0..1)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Overtaken(_)), "{refused}");
    assert!(store.check_writable().await.is_err());
}

#[tokio::test]
async fn a_closed_generation_is_dropped_when_nobody_reads_it_any_more() {
    let Some(cluster) = Cluster::shared() else { return };
    let address = cluster.database();
    let store = PostgresStore::serve(&address).await.unwrap();
    let partitions = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'reading_log'::regclass";
    add(&store, 0..100).await;
    // As `pg_dump` does: it holds every table until it ends.
    let mut dump = PgConnection::connect(&address).await.unwrap();
    let mut reads = dump.begin().await.unwrap();
    sqlx::query("SELECT count(*) FROM reading_log").execute(&mut *reads).await.unwrap();
    assert_eq!(store.close_all().await.unwrap(), 100);
    add(&store, 100..200).await;
    assert_eq!(store.close_all().await.unwrap(), 100);
    let kept = count(&address, partitions).await;
    // Its rows do not count any more, also for a start.
    drop(store);
    let store = PostgresStore::serve(&address).await.unwrap();
    assert_eq!(store.close_all().await.unwrap(), 0);
    reads.commit().await.unwrap();
    add(&store, 200..201).await;
    store.close_all().await.unwrap();
    let left = count(&address, partitions).await;
    assert!(left < kept && left <= 2, "{left} of {kept}");
    assert_eq!(values(&store).await, expected(0..201));
}

#[tokio::test]
async fn what_is_damaged_is_left_out_and_kept_apart_and_the_rest_is_served() {
    let Some(cluster) = Cluster::shared() else { return };
    let address = cluster.database();
    let store = PostgresStore::serve(&address).await.unwrap();
    for start in [0, 2000, 4000] {
        add(&store, start..start + 2000).await;
        store.close_all().await.unwrap();
    }
    run(&address, "UPDATE reading_chunk SET data = '\\x01ff' WHERE first_us = (SELECT min(first_us) FROM reading_chunk)").await;
    assert_eq!(values(&store).await, expected(2000..6000));
    let late = ReadingsToStore { late: vec![reading(7)], ..ReadingsToStore::default() };
    assert_eq!(store.append(&late).await.unwrap(), [true]);
    store.close_all().await.unwrap();
    assert_eq!(values(&store).await[..2], [7.0, 2000.0]);
    assert_eq!(count(&address, "SELECT count(*) FROM reading_chunk_damaged").await, 1);
}

#[tokio::test]
async fn a_database_of_a_later_server_is_refused() {
    let Some(cluster) = Cluster::shared() else { return };
    let address = cluster.database();
    PostgresStore::serve(&address).await.unwrap().close().await.unwrap();
    run(&address, "INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum, execution_time FROM _sqlx_migrations LIMIT 1").await;
    let refused = PostgresStore::open(&address).await.unwrap_err().to_string();
    assert!(refused.contains("migration 9999") && refused.contains("hint:"), "{refused}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_told_without_the_password() {
    let error = PostgresStore::open("postgres://twin:secret@127.0.0.1:1/city").await.unwrap_err().to_string();
    assert!(error.contains("postgres://twin@127.0.0.1:1/city") && error.contains("hint:"), "{error}");
    assert!(!error.contains("secret"), "{error}");
    let Some(cluster) = Cluster::shared() else { return };
    let missing = cluster.database().replacen("case_", "no_case_", 1);
    let error = PostgresStore::open(&missing).await.unwrap_err().to_string();
    assert!(error.contains("does not exist") && error.contains("createdb"), "{error}");
}

#[tokio::test]
async fn what_is_left_of_a_removed_device_leaves_the_log() {
    let Some(cluster) = Cluster::shared() else { return };
    let address = cluster.database();
    let server = PostgresStore::serve(&address).await.unwrap();
    add(&server, 0..10).await;
    assert!(count(&address, "SELECT count(*) FROM reading_log").await > 0);
    server.remove("a").await.unwrap();
    assert_eq!(server.close_old().await.unwrap(), 0);
    assert_eq!(count(&address, "SELECT count(*) FROM reading_log").await, 0);
    add(&server, 0..3).await;
    server.close().await.unwrap();
    let again = PostgresStore::serve(&address).await.unwrap();
    assert_eq!(values(&again).await, expected(0..3));
}

#[tokio::test]
async fn one_very_late_reading_touches_one_chunk() {
    let Some(cluster) = Cluster::shared() else { return };
    let address = cluster.database();
    let server = PostgresStore::serve(&address).await.unwrap();
    add(&server, 0..20_000).await;
    server.close_all().await.unwrap();
    let newest = count(&address, "SELECT max(id) FROM reading_chunk").await;
    let late = CheckedReading { time: NOON + Duration::milliseconds(3500), ..reading(3) };
    let late = ReadingsToStore { late: vec![late], ..ReadingsToStore::default() };
    assert_eq!(server.append(&late).await.unwrap(), [true]);
    add(&server, 20_000..20_010).await;
    server.close_all().await.unwrap();
    let made = count(&address, "SELECT max(id) FROM reading_chunk").await - newest;
    assert!((1..=3).contains(&made), "{made} made");
    assert_eq!(values(&server).await.len(), 20_011);
}
