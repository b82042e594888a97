//! Backups: made while the server runs, checked, put back, and the same in every table and answer.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::common::process::{Process, database, folder};
use crate::common::reading;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection, ValueRef};

fn twin_server(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_twin-server")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn done(arguments: &[&str]) -> String {
    let (code, out, error) = twin_server(arguments);
    assert_eq!((code, error.as_str()), (Some(0), ""), "{arguments:?}");
    out
}

fn refused(arguments: &[&str], expected: &str) {
    let (code, out, error) = twin_server(arguments);
    assert_eq!((code, out.as_str()), (Some(1), ""), "{arguments:?}");
    assert!(error.contains(expected), "{error}");
}

fn cell(row: &SqliteRow, column: usize) -> String {
    let raw = row.try_get_raw(column).unwrap();
    if raw.is_null() {
        return "null".into();
    }
    let bytes = row.try_get_unchecked::<Vec<u8>, _>(column);
    bytes.map_or_else(|error| panic!("{error}"), |bytes| format!("{bytes:?}"))
}

/// Every row of every table and index list, by table.
async fn everything(path: &Path) -> BTreeMap<String, Vec<String>> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let tables = sqlx::query(
        "SELECT name, sql, type FROM sqlite_schema WHERE type IN ('table', 'index') ORDER BY name",
    );
    let mut all = BTreeMap::new();
    for table in tables.fetch_all(&mut connection).await.unwrap() {
        let name: String = table.get(0);
        let mut rows = vec![table.get::<Option<String>, _>(1).unwrap_or_default()];
        if table.get::<String, _>(2) == "table" {
            let quoted = name.replace('"', "\"\"");
            let text = format!("SELECT * FROM \"{quoted}\" ORDER BY 1, 2");
            for row in sqlx::query(AssertSqlSafe(text)).fetch_all(&mut connection).await.unwrap() {
                let cells: Vec<String> = (0..row.len()).map(|column| cell(&row, column)).collect();
                rows.push(cells.join("|"));
            }
        }
        all.insert(name, rows);
    }
    all
}

fn history(server: &Process) -> Vec<Value> {
    let mut answers: Vec<Value> = ["a", "b", "c"]
        .iter()
        .map(|id| server.get(&format!("/api/v1/devices/{id}/readings?stream=fill_pct&limit=10000")))
        .collect();
    answers.push(server.get("/api/v1/devices"));
    answers
}

fn time_of(second: u64) -> String {
    format!("2026-01-01T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

#[test]
fn a_backup_amid_posts_has_all_that_was_acknowledged_before_and_nothing_torn() {
    let folder = folder();
    let root = folder.path();
    let server = Process::start_with(root, &[]);
    server.put("a", "waste_bin");
    server.put("b", "waste_bin");
    let (stop, acknowledged) = (AtomicBool::new(false), AtomicU64::new(0));
    let file = root.join("backup.tar");
    let (before, posted) = std::thread::scope(|scope| {
        let (server, stop, count) = (&server, &stop, &acknowledged);
        let writer = scope.spawn(move || {
            let mut second = 0;
            while !stop.load(Ordering::Relaxed) && second < 80_000 {
                let time = time_of(second);
                // One post is one transaction: both readings or none.
                let both =
                    json!([reading("a", "fill_pct", 1.0, &time), reading("b", "fill_pct", 2.0, &time)]);
                server.post(&both).unwrap();
                second += 1;
                count.store(second, Ordering::Release);
            }
            second
        });
        while count.load(Ordering::Acquire) < 50 {
            std::thread::yield_now();
        }
        let before = count.load(Ordering::Acquire);
        done(&["backup", "--database", &database(root, "twin.db"), "--out", file.to_str().unwrap()]);
        stop.store(true, Ordering::Relaxed);
        (before, writer.join().unwrap())
    });
    server.stop();
    done(&["restore", file.to_str().unwrap(), "--database", &database(root, "again.db")]);
    let again = Process::start_on(root, "again.db");
    let times = |id: &str| -> Vec<String> {
        let answer = again.get(&format!("/api/v1/devices/{id}/readings?stream=fill_pct&limit=10000"));
        answer["readings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["time"].as_str().unwrap().to_owned())
            .collect()
    };
    let (a, b) = (times("a"), times("b"));
    assert_eq!(a, b);
    assert!(a.len() as u64 >= before && a.len() as u64 <= posted, "{before} {} {posted}", a.len());
    let expected: Vec<String> = (0..a.len() as u64).map(time_of).collect();
    assert_eq!(a, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_database_is_the_same_in_every_table_and_gives_the_same_answers() {
    let folder = folder();
    let root = folder.path();
    let server = Process::start_with(root, &[]);
    for id in ["a", "b", "c"] {
        server.put(id, "waste_bin");
        for block in 0..5 {
            let readings: Vec<Value> = (0..500)
                .map(|i| reading(id, "fill_pct", f64::from(i % 97), &time_of(block * 500 + i as u64)))
                .collect();
            server.post(&json!(readings)).unwrap();
        }
        // Late, a duplicate, and one that the sensor cannot report.
        server.post(&json!([reading(id, "fill_pct", 5.0, "2025-12-31T00:00:00Z")])).unwrap();
        server.post(&json!([reading(id, "fill_pct", 5.0, "2025-12-31T00:00:00Z")])).unwrap();
        server.post(&json!([reading(id, "fill_pct", 1e6, "2026-01-02T00:00:00Z")])).unwrap();
    }
    ureq::delete(format!("{}/api/v1/devices/c", server.url)).call().unwrap();
    server.put("c", "waste_bin");
    // What was removed leaves the log soon (the table is its statement and its rows); then nothing changes by
    // itself any more.
    let patience = Instant::now() + Duration::from_secs(30);
    while everything(&root.join("twin.db")).await["reading_log"].len() != 2 {
        assert!(Instant::now() < patience, "the log still holds what was removed");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for id in ["a", "c"] {
        server.post(&json!([reading(id, "fill_pct", 7.0, "2026-01-03T00:00:00Z")])).unwrap();
    }
    let file = root.join("backup.tar");
    let (file, source) = (file.to_str().unwrap(), database(root, "twin.db"));
    done(&["backup", "--database", &source, "--out", file]);
    let (answers, tables) = (history(&server), everything(&root.join("twin.db")).await);
    server.stop();
    done(&["restore", file, "--database", &database(root, "again.db")]);
    let restored = everything(&root.join("again.db")).await;
    assert!(tables.len() >= 8 && tables["reading_log"].len() > 1, "{:?}", tables.keys());
    for (name, rows) in &tables {
        assert!(restored.get(name) == Some(rows), "`{name}` differs");
    }
    assert_eq!(tables.len(), restored.len());
    let again = Process::start_on(root, "again.db");
    assert_eq!(history(&again), answers);
}

#[test]
fn a_database_is_replaced_only_by_force_and_only_when_nobody_uses_it() {
    let folder = folder();
    let root = folder.path();
    let server = Process::start_with(root, &[]);
    server.put("a", "waste_bin");
    let (file, target) = (root.join("backup.tar"), database(root, "twin.db"));
    let file = file.to_str().unwrap();
    done(&["backup", "--database", &target, "--out", file]);
    refused(&["backup", "--database", &target, "--out", file], "exists\nhint:");
    done(&["backup", "--database", &target, "--out", file, "--force"]);
    refused(&["restore", file, "--database", &target], "--force");
    refused(&["restore", file, "--database", &target, "--force"], "is in use");
    server.put("b", "waste_bin");
    assert_eq!(server.get("/api/v1/devices")["devices"].as_array().unwrap().len(), 2);
    server.stop();
    let out = done(&["restore", file, "--database", &target, "--force"]);
    assert!(out.contains("twin.db.replaced"), "{out}");
    let names = |server: &Process| server.get("/api/v1/devices")["devices"].as_array().unwrap().len();
    let server = Process::start_with(root, &[]);
    assert_eq!(names(&server), 1);
    server.stop();
    // What a second replacing moves away lies beside what the first did, and a log that was left behind by neither
    // meets the wrong database.
    std::fs::write(root.join("twin.db.replaced-2-wal"), "left behind").unwrap();
    let out = done(&["restore", file, "--database", &target, "--force"]);
    assert!(out.contains("twin.db.replaced-3\n"), "{out}");
    for (name, expected) in [("twin.db.replaced", 2), ("twin.db.replaced-3", 1)] {
        let again = Process::start_on(root, name);
        assert_eq!(names(&again), expected, "{name}");
        again.stop();
    }
    // No half-made file is left.
    let left: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("restoring")), "{left:?}");
}

#[test]
fn a_damaged_backup_is_refused_before_anything_is_touched() {
    let folder = folder();
    let root = folder.path();
    Process::start_with(root, &[]).stop();
    let (file, target) = (root.join("backup.tar"), database(root, "twin.db"));
    done(&["backup", "--database", &target, "--out", file.to_str().unwrap()]);
    let whole = std::fs::read(&file).unwrap();
    let before = std::fs::read(root.join("twin.db")).unwrap();
    assert!(done(&["restore", "--check", file.to_str().unwrap()]).contains("is whole"));
    let check = |bytes: &[u8], expected: &str| {
        let damaged = root.join("damaged.tar");
        std::fs::write(&damaged, bytes).unwrap();
        let damaged = damaged.to_str().unwrap();
        refused(&["restore", "--check", damaged], expected);
        refused(&["restore", damaged, "--database", &target, "--force"], expected);
        assert!(std::fs::read(root.join("twin.db")).unwrap() == before);
    };
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    check(&flipped, "its checksum is not that of its manifest");
    check(&whole[..middle], "is damaged");
    check(&whole[..300], "is not a backup");
    check(b"", "is not a backup");
    check(&[b'x'; 4096], "is not a backup");
    let text = String::from_utf8_lossy(&whole[512..1024]).into_owned();
    let place = text.find("\"format\": 1").unwrap() + 512 + 10;
    let mut later = whole;
    later[place] = b'9';
    check(&later, "it has format 9");
}

#[test]
fn a_migration_is_told_before_it_is_done_and_done_once() {
    let folder = tempfile::tempdir().unwrap();
    let target = database(folder.path(), "new.db");
    std::fs::write(folder.path().join("new.db"), "").unwrap();
    let out = done(&["migrate", "--dry-run", "--database", &target]);
    assert!(out.starts_with("to do: 0001 "), "{out}");
    assert_eq!(std::fs::metadata(folder.path().join("new.db")).unwrap().len(), 0);
    assert!(done(&["migrate", "--database", &target]).starts_with("done: 0001 "));
    assert_eq!(done(&["migrate", "--database", &target]), "the database has the present shape\n");
    refused(&["migrate", "--dry-run", "--database", "mysql:x"], "is not understood");
}

#[test]
fn no_command_but_those_for_the_first_user_and_key_makes_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let target = database(folder.path(), "mistyped.db");
    let commands: [&[&str]; 10] = [
        &["migrate"],
        &["migrate", "--dry-run"],
        &["user", "list"],
        &["user", "set-role", "root", "--role", "resident"],
        &["user", "disable", "root"],
        &["user", "enable", "root"],
        &["user", "reset-password", "root", "--invite"],
        &["key", "list"],
        &["key", "revoke", "0123456789"],
        &["audit", "verify"],
    ];
    for command in commands {
        refused(
            &[command, &["--database", &target]].concat(),
            "mistyped.db` does not exist\nhint: check `--database`",
        );
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    done(&["key", "add", "gateway", "--database", &target]);
    done(&["audit", "verify", "--database", &target]);
}

#[tokio::test]
async fn a_database_of_a_later_server_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let target = database(folder.path(), "new.db");
    done(&["key", "add", "gateway", "--database", &target]);
    let options = SqliteConnectOptions::new().filename(folder.path().join("new.db"));
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', 1, x'00', 0)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
    refused(&["migrate", "--database", &target], "migration 9999, which this server does not know");
    let file = folder.path().join("backup.tar");
    done(&["backup", "--database", &target, "--out", file.to_str().unwrap()]);
    let other = database(folder.path(), "other.db");
    refused(&["restore", file.to_str().unwrap(), "--database", &other], "made by a later server");
    assert!(!folder.path().join("other.db").exists());
}
