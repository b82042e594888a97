//! What is SQLite's own: restarts, crashes between steps, damage, databases of older layouts.

use sqlx::{Connection, Row, SqliteConnection};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use twin_schemas::reports::VoiceFormat;

use super::SqliteStore;
use crate::domain::audit::AuditDraft;
use crate::domain::reading::CheckedReading;
use crate::store::history::closing::Packed;
use crate::store::history::late::sample;
use crate::store::history::recent::BySeries;
use crate::store::{
    AttachmentStore, DeviceStore, End, HistoryQuery, Media, NewAttachment, ReadingStore, ReadingsToStore,
    ReportStore, Store,
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

async fn add(store: &SqliteStore, seconds: std::ops::Range<i64>) {
    let fresh = seconds.map(reading).collect();
    store.append(&ReadingsToStore { fresh, ..ReadingsToStore::default() }).await.unwrap();
}

async fn values(store: &SqliteStore) -> Vec<f64> {
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

#[tokio::test]
async fn a_full_database_takes_readings_again_once_there_is_room() {
    let place = Place::new();
    let store = place.open().await;
    add(&store, 0..10).await;
    {
        let mut guard = store.writer().await.unwrap();
        // What a full disk does to SQLite, without a disk; a connection that is opened anew has room.
        let limit = sqlx::query("PRAGMA max_page_count = 1");
        limit.execute(&mut guard.side().unwrap().connection).await.unwrap();
    }
    let fresh = (10..100_000).map(reading).collect();
    let refused = store.append(&ReadingsToStore { fresh, ..ReadingsToStore::default() }).await;
    assert!(refused.as_ref().is_err_and(crate::store::StoreError::is_full), "{refused:?}");
    add(&store, 10..20).await;
    assert_eq!(values(&store).await, expected(0..20));
    assert_eq!(values(&place.open().await).await, expected(0..20));
}

#[tokio::test]
async fn nothing_of_a_deleted_voice_stays_in_the_file() {
    let place = Place::new();
    let store = place.open().await;
    let said = b"what was said in confidence ";
    let media = Media::Voice { format: VoiceFormat::Mp4, duration_ms: 9, file: said.repeat(2_000) };
    let voice = NewAttachment { id: "v".into(), owner: "user:u-1".into(), at: NOON, media };
    assert!(store.add_attachment(&voice, 9).await.unwrap());
    let audit = AuditDraft::new(NOON, "clock".into(), "report.forget", "user:u-1");
    store.forget_reporter("u-1", &audit).await.unwrap();
    store.close().await.unwrap();
    let file = std::fs::read(place.0.path().join("twin.db")).unwrap();
    assert!(!file.windows(said.len()).any(|part| part == said));
}

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn open(&self) -> SqliteStore {
        SqliteStore::open(&format!("sqlite:{}/twin.db", self.0.path().display())).await.unwrap()
    }

    /// Changes the database behind the store's back.
    async fn run(&self, statement: &'static str) {
        sqlx::query(statement).execute(&mut self.connect().await).await.unwrap();
    }

    async fn count(&self, statement: &'static str) -> i64 {
        sqlx::query(statement).fetch_one(&mut self.connect().await).await.unwrap().get(0)
    }

    async fn connect(&self) -> SqliteConnection {
        SqliteConnection::connect(&format!("sqlite:{}/twin.db", self.0.path().display())).await.unwrap()
    }
}

#[tokio::test]
async fn a_restart_finds_what_is_packed_and_what_is_not() {
    let place = Place::new();
    let store = place.open().await;
    add(&store, 0..3000).await;
    store.close_all().await.unwrap();
    add(&store, 3000..3010).await;
    // Not closed: as after a kill.
    drop(store);
    let store = place.open().await;
    assert_eq!(values(&store).await, expected(0..3010));
    assert_eq!(store.tips().await.unwrap()[0].latest, Some((3009.0, NOON + Duration::seconds(3009))));
    store.close().await.unwrap();
}

#[tokio::test]
async fn what_is_packed_fits_until_its_chunks_are_changed() {
    let place = Place::new();
    let store = place.open().await;
    add(&store, 0..500).await;
    store.close_all().await.unwrap();
    let series = store.hot().of_device("a", None)[0];
    let taken = BySeries::from_iter([(series, (500..900).map(|second| sample(&reading(second))).collect())]);
    let pack = async || {
        let mut reader = store.reader().begin().await.unwrap();
        Packed::slice(&mut *reader, &[series], &taken).await.unwrap()
    };
    let (fitting, stale) = (pack().await, pack().await);
    let mut connection = place.connect().await;
    assert!(fitting.fits(&mut connection).await.unwrap());
    fitting.store(&mut connection).await.unwrap();
    assert_eq!(values(&store).await, expected(0..900));
    // Stored a second time it would bring back the chunk of before.
    assert!(!stale.fits(&mut connection).await.unwrap());
    let before_removal = pack().await;
    store.remove("a").await.unwrap();
    assert!(!before_removal.fits(&mut connection).await.unwrap());
}

#[tokio::test]
async fn a_crash_between_packing_and_shortening_the_log_doubles_nothing() {
    let place = Place::new();
    let store = place.open().await;
    add(&store, 0..500).await;
    let mut other = place.connect().await;
    let log: Vec<u8> =
        sqlx::query("SELECT data FROM reading_log").fetch_one(&mut other).await.unwrap().get(0);
    store.close_all().await.unwrap();
    store.close().await.unwrap();
    // As if the last transaction of the closing had not been written.
    sqlx::query("INSERT INTO reading_log (data) VALUES (?1)").bind(log).execute(&mut other).await.unwrap();
    let store = place.open().await;
    assert_eq!(values(&store).await, expected(0..500));
    store.close_all().await.unwrap();
    assert_eq!(values(&store).await, expected(0..500));
    assert_eq!(place.count("SELECT sum(readings) FROM reading_chunk").await, 500);
    assert_eq!(place.count("SELECT count(*) FROM reading_log").await, 0);
}

#[tokio::test]
async fn what_is_damaged_is_left_out_and_kept_apart_and_the_rest_is_served() {
    let place = Place::new();
    let store = place.open().await;
    for start in [0, 2000, 4000] {
        add(&store, start..start + 2000).await;
        store.close_all().await.unwrap();
    }
    place.run("UPDATE reading_chunk SET data = x'01ff' WHERE first_us = (SELECT min(first_us) FROM reading_chunk)").await;
    assert_eq!(values(&store).await, expected(2000..6000));
    let then = async |s: i64| store.tips_at(NOON + Duration::seconds(s), &|_: &str| true).await.unwrap();
    assert!(then(1000).await.is_empty());
    assert_eq!(then(3000).await[0].newest, NOON + Duration::seconds(3000));
    // A late reading of the damaged stretch is stored, and packing puts the damage apart.
    let late = ReadingsToStore { late: vec![reading(7)], ..ReadingsToStore::default() };
    assert_eq!(store.append(&late).await.unwrap(), [true]);
    store.close_all().await.unwrap();
    assert_eq!(values(&store).await[..2], [7.0, 2000.0]);
    assert_eq!(place.count("SELECT count(*) FROM reading_chunk_damaged").await, 1);
    drop(store);
    place.run("INSERT INTO reading_log (data) VALUES (x'01ff')").await;
    assert_eq!(values(&place.open().await).await.len(), 4001);
}

#[tokio::test]
async fn slow_series_fill_a_chunk_before_another_is_begun() {
    let place = Place::new();
    let store = place.open().await;
    for second in 0..40 {
        add(&store, second..second + 1).await;
        store.close_all().await.unwrap();
    }
    assert_eq!(place.count("SELECT count(*) FROM reading_chunk").await, 1);
    assert_eq!(values(&store).await, expected(0..40));
}

#[tokio::test]
async fn one_very_late_reading_touches_one_chunk() {
    let place = Place::new();
    let store = place.open().await;
    add(&store, 0..20_000).await;
    store.close_all().await.unwrap();
    let chunks = place.count("SELECT count(*) FROM reading_chunk").await;
    let newest = place.count("SELECT max(id) FROM reading_chunk").await;
    assert!(chunks >= 5, "{chunks}");
    // One in the midst of an old chunk, beside what came just now.
    let late = CheckedReading { time: NOON + Duration::milliseconds(3500), ..reading(3) };
    let late = ReadingsToStore { late: vec![late], ..ReadingsToStore::default() };
    assert_eq!(store.append(&late).await.unwrap(), [true]);
    add(&store, 20_000..20_010).await;
    store.close_all().await.unwrap();
    let rewritten = place.count("SELECT count(*) FROM reading_chunk").await - chunks;
    let made = place.count("SELECT max(id) FROM reading_chunk").await - newest;
    assert!((0..=1).contains(&rewritten) && (1..=3).contains(&made), "{rewritten} more, {made} made");
    assert_eq!(values(&store).await.len(), 20_011);
}

#[tokio::test]
async fn what_is_left_of_a_removed_device_leaves_the_log() {
    let place = Place::new();
    let store = place.open().await;
    add(&store, 0..10).await;
    let bytes = place.count("SELECT sum(length(data)) FROM reading_log").await;
    assert!(bytes > 0);
    store.remove("a").await.unwrap();
    assert_eq!(store.close_old().await.unwrap(), 0);
    assert_eq!(place.count("SELECT count(*) FROM reading_log").await, 0);
}

#[tokio::test]
async fn a_database_of_the_first_layout_is_taken_over() {
    let place = Place::new();
    {
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(place.0.path().join("twin.db"))
            .create_if_missing(true);
        let mut old = SqliteConnection::connect_with(&options).await.unwrap();
        let first = super::MIGRATIONS.iter().next().unwrap();
        let only = sqlx::migrate::Migrator {
            migrations: vec![first.clone()].into(),
            ..sqlx::migrate::Migrator::DEFAULT
        };
        only.run(&mut old).await.unwrap();
        sqlx::query("INSERT INTO series (id, device, stream) VALUES (5, 'a', 'power_w')")
            .execute(&mut old)
            .await
            .unwrap();
        for second in 0..300 {
            let time_us = (NOON.unix_timestamp() + second) * 1_000_000;
            sqlx::query("INSERT INTO reading (series, time_us, value, plausible) VALUES (5, ?1, ?2, 1)")
                .bind(time_us)
                .bind(second as f64)
                .execute(&mut old)
                .await
                .unwrap();
        }
        old.close().await.unwrap();
    }
    let store = place.open().await;
    assert_eq!(values(&store).await, expected(0..300));
    assert_eq!(store.tips().await.unwrap()[0].latest.unwrap().0, 299.0);
    assert_eq!(place.count("SELECT count(*) FROM sqlite_schema WHERE name = 'reading'").await, 0);
    add(&store, 300..301).await;
    assert_eq!(values(&store).await, expected(0..301));
}
