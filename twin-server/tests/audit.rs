//! The audit log over HTTP and at the command line: what is written, that it cannot be changed
//! unnoticed, and that no kill loses an entry of a change.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::people::{PASSWORD, People, sign_in};
use crate::common::process::{Process, folder};
use crate::common::{Server, check_problem, device};
use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

async fn entries(people: &People<'_>, query: &str) -> Vec<Value> {
    people.get(&format!("/api/v1/audit{query}")).await.json()["entries"].as_array().unwrap().clone()
}

fn told(entries: &[Value]) -> Vec<String> {
    let text = |entry: &Value, field: &str| entry[field].as_str().unwrap().to_owned();
    entries.iter().map(|entry| format!("{} {}", text(entry, "action"), text(entry, "outcome"))).collect()
}

#[tokio::test]
async fn changes_refusals_and_sign_ins_are_written_down() {
    let server = Server::start().await;
    let people = People::begin(&server).await;
    let put: Value = serde_json::from_str(&device("lift", 0.0)).unwrap();
    people.send("PUT", "/api/v1/devices/a", &put).await;
    people.send("PUT", "/api/v1/devices/a%20b", &put).await;
    server.send("DELETE", "/api/v1/devices/a", "").await;
    sign_in(&server, "root", "wrong password").await.err().unwrap();
    server.get("/api/v1/users").await;
    let all = entries(&people, "").await;
    let expected = [
        "manage_users refused",
        "session.begin refused",
        "register_devices refused",
        "register_devices failed",
        "register_devices begun",
        "register_devices done",
        "register_devices begun",
        "session.begin done",
        "user.add done",
    ];
    assert_eq!(told(&all), expected);
    let done = &all[5];
    assert!(done["actor"].as_str().unwrap().starts_with("user:"));
    assert_eq!((&done["object"], &done["detail"]), (&json!("/api/v1/devices/a"), &json!("PUT 201")));
    assert_eq!(done["request"], all[6]["request"]);
    assert_eq!(all[8]["actor"], "local");
    assert_eq!(all[0]["previous"], all[1]["digest"]);
    // Neither names nor passwords.
    let text = serde_json::to_string(&all).unwrap();
    assert!(!text.contains("root") && !text.contains("wrong") && !text.contains("argon2"), "{text}");
}

#[tokio::test]
async fn pages_filters_and_the_table_show_the_same_entries() {
    let server = Server::start().await;
    let people = People::begin(&server).await;
    for name in ["ann", "bob", "eve"] {
        people
            .send("POST", "/api/v1/users", &json!({ "name": name, "roles": [{ "role": "resident" }] }))
            .await;
    }
    let first = people.get("/api/v1/audit?limit=3").await.json();
    assert_eq!(first["entries"].as_array().unwrap().len(), 3);
    let rest = people.get(&format!("/api/v1/audit?limit=3&before={}", first["next"])).await.json();
    assert_eq!((rest["entries"].as_array().unwrap().len(), rest.get("next")), (2, None));
    assert_eq!(entries(&people, "?action=user.add").await.len(), 4);
    assert_eq!(entries(&people, "?actor=local").await.len(), 1);
    let table = people.get("/api/v1/audit/export?action=user.add").await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(table.text().lines().count(), 5);
    assert!(table.text().starts_with("seq,at,actor,action,object,outcome,detail,request,digest\n1,"));
    check_problem(&people.get("/api/v1/audit?limit=0").await, 400, "bad_limit");
    check_problem(&people.get("/api/v1/audit?from=yesterday").await, 400, "bad_time");
    let request = Request::delete("/api/v1/audit").header("cookie", &people.cookie);
    server.check_problem(request.body(Body::empty()).unwrap(), 405, "method_not_allowed").await;
}

/// Runs a command on the database of a folder, with a line for its standard input.
fn run(folder: &Path, arguments: &[&str], line: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_twin-server"))
        .args(arguments)
        .env("TWIN_DATABASE", format!("sqlite:{}/twin.db", folder.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn out(folder: &Path, arguments: &[&str], line: &str) -> String {
    let output = run(folder, arguments, line);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(folder: &Path, arguments: &[&str], line: &str) -> String {
    let output = run(folder, arguments, line);
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

/// Registers a device with a key; gives the status, or 0 if there was no answer.
fn put(server: &Process, id: &str, key: &str) -> u16 {
    let request =
        ureq::put(format!("{}/api/v1/devices/{id}", server.url)).config().http_status_as_error(false);
    let request = request.build().header("content-type", "application/json");
    match request.header("authorization", format!("Bearer {key}")).send(device("lift", 0.0)) {
        Ok(answer) => answer.status().as_u16(),
        Err(_) => 0,
    }
}

#[test]
fn users_are_managed_at_the_command_line() {
    let folder = folder();
    let at = folder.path();
    let line = format!("{PASSWORD}\n");
    assert!(refused(at, &["user", "add", "ann", "--role", "resident"], &line).contains("administrator"));
    out(at, &["user", "add", "root", "--role", "administrator"], &line);
    let invited = out(at, &["user", "add", "ann", "--role", "grid_worker@zone/z1+zone/z2", "--invite"], "");
    assert!(invited.contains("/#invitation="));
    assert!(refused(at, &["user", "add", "eve", "--role", "resident"], "short\n").contains("characters"));
    assert!(refused(at, &["user", "add", "eve", "--role", "resident"], "").contains("hint:"));
    assert!(refused(at, &["user", "disable", "root"], "").contains("administer"));
    out(at, &["user", "set-role", "ann", "--role", "property", "--role", "resident"], "");
    out(at, &["user", "disable", "ann"], "");
    let list = out(at, &["user", "list"], "");
    assert!(
        list.contains("active\tadministrator\n") && list.contains("disabled\tproperty resident\n"),
        "{list}"
    );
    assert!(!list.contains("argon2"));
    assert!(refused(at, &["user", "reset-password", "nobody"], &line).contains("user list"));
}

#[test]
fn a_user_comes_with_a_number_from_the_command_line() {
    const KEY: &str = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";
    let folder = folder();
    let at = folder.path();
    out(at, &["user", "add", "root", "--role", "administrator"], &format!("{PASSWORD}\n"));
    let add = |name: &str, phone: &str, key: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twin-server"));
        command.args(["user", "add", name, "--role", "resident", "--invite", "--phone", phone]);
        command.env("TWIN_DATABASE", format!("sqlite:{}/twin.db", at.display()));
        command.envs(key.map(|key| ("TWIN_CONTACTS_KEY", key)));
        let output = command.output().unwrap();
        let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!told.contains("5678"), "{told}");
        (output.status.success(), told)
    };
    let (added, told) = add("ann", "13800005678", None);
    assert!(!added && told.contains("hint: set TWIN_CONTACTS_KEY"), "{told}");
    let (added, told) = add("ann", "13800005678", Some("too short"));
    assert!(!added && told.contains("openssl rand -hex 32") && !told.contains("too short"), "{told}");
    assert!(!add("ann", "010-12345678", Some(KEY)).0);
    let (added, told) = add("ann", "138 0000 5678", Some(KEY));
    assert!(added && told.contains("/resident#invitation="), "{told}");
    let (added, told) = add("bob", "+8613800005678", Some(KEY));
    assert!(!added && told.contains("another user has this number"), "{told}");
    assert!(out(at, &["user", "list"], "").contains("active\tresident\n"));
}

#[test]
fn a_key_of_the_command_line_works_at_once_and_ends_within_a_second() {
    let folder = folder();
    let at = folder.path();
    out(at, &["user", "add", "root", "--role", "administrator"], &format!("{PASSWORD}\n"));
    let server = Process::start(at);
    assert_eq!(put(&server, "a", "wrong"), 401);
    let key = out(at, &["key", "add", "gateway", "--device", "lift-*"], "").trim().to_owned();
    let soon = |wanted: u16| {
        (0..40).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            put(&server, "lift-1", &key) == wanted
        })
    };
    assert!(soon(201) || put(&server, "lift-1", &key) == 200);
    assert_eq!(put(&server, "lamp-1", &key), 403);
    let id = key.split('_').nth(1).unwrap();
    assert!(out(at, &["key", "list"], "").contains(&format!("{id}\tgood\tdevice\t")));
    out(at, &["key", "revoke", id], "");
    assert!(soon(401));
    assert!(refused(at, &["key", "revoke", id], "").contains("key list"));
}

#[test]
fn a_changed_entry_is_found_by_whoever_looks() {
    let folder = folder();
    let at = folder.path();
    out(at, &["user", "add", "root", "--role", "administrator"], &format!("{PASSWORD}\n"));
    for name in ["gateway", "wall", "meter"] {
        out(at, &["key", "add", name], "");
    }
    let verified = out(at, &["audit", "verify"], "");
    let head = verified.lines().nth(1).unwrap().to_owned();
    assert!(verified.starts_with("4 entries hold together\n4:"), "{verified}");
    out(at, &["key", "add", "later"], "");
    out(at, &["audit", "verify", "--head", &head], "");
    let sql = |statement: &str| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            use sqlx::Connection;
            let address = format!("sqlite:{}/twin.db", at.display());
            let mut connection = sqlx::SqliteConnection::connect(&address).await.unwrap();
            sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.map(|_| ())
        })
    };
    // The database itself refuses; whoever takes the guard away is found.
    assert!(
        sql("UPDATE audit SET object = 'key:x' WHERE seq = 2")
            .unwrap_err()
            .to_string()
            .contains("append-only")
    );
    assert!(sql("DELETE FROM audit WHERE seq = 5").unwrap_err().to_string().contains("append-only"));
    sql("DROP TRIGGER audit_keeps_all").unwrap();
    sql("DELETE FROM audit WHERE seq >= 4").unwrap();
    out(at, &["audit", "verify"], "");
    assert!(refused(at, &["audit", "verify", "--head", &head], "").contains("entry 4 is not the one"));
    sql("DROP TRIGGER audit_keeps_entries").unwrap();
    sql("UPDATE audit SET object = 'key:x' WHERE seq = 2").unwrap();
    assert!(refused(at, &["audit", "verify"], "").contains("entry 2 was changed"));
}

#[test]
fn no_kill_loses_the_entry_of_a_change() {
    let folder = folder();
    let at = folder.path();
    out(at, &["user", "add", "root", "--role", "administrator"], &format!("{PASSWORD}\n"));
    let key = out(at, &["key", "add", "gateway"], "").trim().to_owned();
    for round in 0..5 {
        let mut server = Process::start(at);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (server, key) = (&server.url, &key);
                scope.spawn(move || {
                    // Until the server is killed.
                    (0..10_000).find(|n| {
                        let url = format!("{server}/api/v1/devices/lift-{round}-{thread}-{n}");
                        let request = ureq::put(url).header("content-type", "application/json");
                        request.header("x-api-key", key).send(device("lift", 0.0)).is_err()
                    })
                });
            }
            std::thread::sleep(std::time::Duration::from_millis(100 + 37 * round));
            server.child.kill().unwrap();
        });
    }
    out(at, &["audit", "verify"], "");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (devices, written) = runtime.block_on(async {
        let store = twin_server::store::open(&format!("sqlite:{}/twin.db", at.display())).await.unwrap();
        let query = twin_server::store::AuditQuery {
            action: Some("register_devices".into()),
            limit: 1_000_000,
            ..twin_server::store::AuditQuery::default()
        };
        let entries = store.audit_after(0, &query).await.unwrap();
        let written: std::collections::BTreeSet<String> =
            entries.into_iter().map(|entry| entry.what.object).collect();
        (store.devices().await.unwrap(), written)
    });
    assert!(!devices.is_empty());
    for id in devices.keys() {
        assert!(written.contains(&format!("/api/v1/devices/{id}")), "{id}");
    }
}
