//! A full disk: changes are refused with a hint and nothing acknowledged is lost, reading goes on, and the
//! server takes changes again by itself once there is room.
//!
//! The disk is a few megabytes of memory, mounted where only the server sees it (`unshare`); the test says
//! so and does nothing where that is not allowed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::command;
use super::writers::Series;
use crate::common::client::{Client, Told};
use crate::common::process::{Process, folder};

/// Room for the database, its log and what the test puts beside them.
const DISK: &str = "12m";
/// Requests that would fill the disk many times over.
const MANY: usize = 20_000;

/// `serve` with its database on a small disk of its own.
fn serve(folder: &Path) -> Command {
    let inner = crate::common::process::serve_database(folder, "disk/twin.db");
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c"]);
    command.arg(format!(r#"mount -t tmpfs -o size={DISK} tmpfs "$0" && exec "$@""#)).arg(folder.join("disk"));
    command.arg(inner.get_program()).args(inner.get_args()).args(["--listen", "127.0.0.1:0"]);
    command.env_remove("TWIN_CONFIG").env("TWIN_LOG", "off");
    command
}

/// Whether small disks can be mounted here.
fn can_mount(folder: &Path) -> bool {
    let mut mount = Command::new("unshare");
    mount.args(["--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs"]).arg(folder.join("disk"));
    let can = mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    if !can {
        eprintln!("SKIPPED: no disk can be mounted here (`unshare --map-root-user --mount`)");
    }
    can
}

/// The folder of the disk as the server sees it.
fn disk(server: &Process, folder: &Path) -> PathBuf {
    let root = format!("/proc/{}/root", server.child.id());
    Path::new(&root).join(folder.join("disk").strip_prefix("/").unwrap())
}

/// Takes all room that is left but this many bytes.
fn take_room(disk: &Path, but: u64) {
    let file = std::fs::File::create(disk.join("ballast")).unwrap();
    let mut size = 0;
    let step = [0_u8; 4096];
    while std::os::unix::fs::FileExt::write_all_at(&file, &step, size).is_ok() {
        size += 4096;
    }
    file.set_len(size.saturating_sub(but)).unwrap();
}

fn check_full(told: &Told) {
    assert_eq!((told.status, &*told.media_type), (507, "application/problem+json"), "{}", told.body);
    let problem = told.json();
    assert_eq!(problem["code"], "storage_full");
    assert!(problem["hint"].as_str().unwrap().contains("room"), "{problem}");
}

/// Does something again and again until it is refused: what is smaller may still fit.
fn until_refused(mut one: impl FnMut(usize) -> Told) -> Told {
    let refused = (0..MANY).map(&mut one).find(|told| told.status >= 300);
    refused.unwrap_or_else(|| panic!("the disk is not full"))
}

fn register(client: &Client, id: &str) -> Told {
    let body = serde_json::from_str(&crate::common::device("waste_bin", 10.0)).unwrap();
    client.send("PUT", &format!("/api/v1/devices/{id}"), &body).unwrap()
}

#[test]
fn a_full_disk_loses_nothing_stops_no_reader_and_is_got_over() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("disk")).unwrap();
    if !can_mount(folder.path()) {
        return;
    }
    let server = Process::spawn(serve(folder.path()));
    let client = Client::new(&server.url, &[]);
    let disk = disk(&server, folder.path());
    assert_eq!(register(&client, "a").status, 201);
    let mut series = Series::new("a", 50);
    for round in 0..3 {
        take_room(&disk, 65_536);
        check_full(&until_refused(|_| series.send_next(&client).unwrap()));
        check_full(&until_refused(|n| register(&client, &format!("b{round}-{n}"))));
        // Who only looks notices nothing.
        series.check(&client, 0);
        for path in
            ["/api/v1/devices", "/api/v1/objects", "/publication/content/tile.glb", "/api/v1/alarms", "/"]
        {
            let told = client.send("GET", path, &Value::Null).unwrap();
            assert!(told.status < 500, "{path}: {}", told.body);
        }
        let ready = client.send("GET", "/health/ready", &Value::Null).unwrap();
        assert!(matches!(ready.status, 200 | 503), "{}", ready.body);
        // Room again: no restart, no second look.
        std::fs::remove_file(disk.join("ballast")).unwrap();
        assert_eq!(series.send_next(&client).unwrap().status, 200);
        assert_eq!(register(&client, &format!("c{round}")).status, 201);
        series.check(&client, 0);
    }
    // The log of changes is whole, and so is the file.
    let copy = folder.path().join("copy.db");
    std::fs::copy(disk.join("twin.db"), &copy).unwrap();
    std::fs::copy(disk.join("twin.db-wal"), folder.path().join("copy.db-wal")).unwrap();
    let address = format!("sqlite:{}", copy.display());
    assert!(command(&address, &["audit", "verify"], "").contains("hold together"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(twin_server::store::check_whole(&copy)).unwrap();
}
