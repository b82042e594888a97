//! Places that publications are copied to: a folder and S3 keep the same promises, an upload shows a
//! whole version or none, and what stands in its way is named.
//!
//! The part about S3 runs against a real server of that protocol, `moto_server`, which `scripts/setup
//! test` installs; without it, it says that it was skipped.

mod moto;

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::common::{OsgbFile, Published, build_into, snapshot};
use moto::{Moto, SIGNED};
use tile_builder::publish::folder::FolderTarget;
use tile_builder::publish::s3::S3Target;
use tile_builder::publish::target::{Problem, Target, TargetError};
use tile_builder::publish::upload::{UploadProgress, Uploaded, upload};

struct Quiet;

impl UploadProgress for Quiet {
    fn stage(&self, _: &str, _: u64) {}
    fn step(&self, _: &str) {}
}

/// A publication of three tiles. Another `height` makes another version, two contents of which are
/// the same.
fn publication(folder: &Path, height: f64) -> Published {
    for tile in 0..3 {
        let east = f64::from(tile) * 100.0;
        let top = if tile == 0 { height } else { 5.0 };
        let triangle = [[east, 0.0, 0.0], [east + 90.0, 0.0, 0.0], [east, 90.0, top]];
        let path = folder.join(format!("survey/T{tile}/T{tile}.osgb"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, OsgbFile::leaf(triangle).0).unwrap();
    }
    build_into(&folder.join("survey"), &folder.join("publication"))
}

/// Files of the served version: names below the publication, and bytes.
fn served(published: &Published) -> Vec<(String, Vec<u8>)> {
    let version = format!("versions/{}", published.outcome.version);
    let files = snapshot(&published.root).into_iter();
    let files = files.map(|(path, bytes)| (path.to_string_lossy().into_owned(), bytes));
    files.filter(|(name, _)| !name.starts_with("versions") || name.starts_with(&version)).collect()
}

fn check_upload(published: &Published, target: &dyn Target) -> Uploaded {
    let uploaded = upload(&published.root, target, &Quiet).unwrap();
    assert_eq!(uploaded.version, published.outcome.version);
    for (name, bytes) in served(published) {
        assert_eq!(target.get(&name).unwrap().as_deref(), Some(bytes.as_slice()), "{name}");
    }
    uploaded
}

// ---- what every place promises ----

fn keeps_its_promises(target: &dyn Target) {
    let is = |path: &str, bytes: &[u8]| {
        assert_eq!(target.size_bytes(path).unwrap(), Some(bytes.len() as u64), "{path}");
        assert_eq!(target.get(path).unwrap().as_deref(), Some(bytes), "{path}");
    };
    assert_eq!(target.size_bytes("content/a.glb").unwrap(), None);
    assert_eq!(target.get("versions/1/deep/er/x.json").unwrap(), None);
    assert!(target.put_new("content/a.glb", b"first".to_vec()).unwrap());
    is("content/a.glb", b"first");
    assert!(!target.put_new("content/a.glb", b"second try".to_vec()).unwrap(), "there is one");
    is("content/a.glb", b"first");
    target.replace("content/a.glb", b"third".to_vec()).unwrap();
    is("content/a.glb", b"third");
    target.replace("versions/1/deep/er/x.json", b"{}".to_vec()).unwrap();
    is("versions/1/deep/er/x.json", b"{}");
    assert!(target.put_new("content/empty.glb", Vec::new()).unwrap());
    is("content/empty.glb", b"");
}

/// Asked of the folder only: of S3 it is the server's promise, and a test server may not keep it.
fn one_of_many_wins(target: &dyn Target) {
    let text = |writer: u32| format!("written by {writer}").into_bytes();
    let winners: Vec<u32> = std::thread::scope(|scope| {
        let put = |writer| scope.spawn(move || target.put_new("content/race.glb", text(writer)).unwrap());
        let writers: Vec<_> = (0..8).map(|writer| (writer, put(writer))).collect();
        writers.into_iter().filter_map(|(writer, put)| put.join().unwrap().then_some(writer)).collect()
    });
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(target.get("content/race.glb").unwrap(), Some(text(winners[0])));
}

/// A place that notes what is written to it, and refuses after a number of writes.
struct Watched<'t> {
    inner: &'t dyn Target,
    allowed: AtomicU64,
    written: Mutex<Vec<String>>,
}

impl<'t> Watched<'t> {
    fn new(inner: &'t dyn Target, allowed: u64) -> Self {
        Self { inner, allowed: AtomicU64::new(allowed), written: Mutex::default() }
    }

    fn note(&self, path: &str) -> bool {
        let left = self.allowed.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if left.is_ok() {
            self.written.lock().unwrap().push(path.to_owned());
        }
        left.is_ok()
    }

    /// An error as it comes from a place: this one cannot be opened.
    fn broken() -> TargetError {
        S3Target::open("s3://", []).unwrap_err()
    }
}

impl Target for Watched<'_> {
    fn address(&self, path: &str) -> String {
        self.inner.address(path)
    }
    fn size_bytes(&self, path: &str) -> Result<Option<u64>, TargetError> {
        self.inner.size_bytes(path)
    }
    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, TargetError> {
        self.inner.get(path)
    }
    fn put_new(&self, path: &str, bytes: Vec<u8>) -> Result<bool, TargetError> {
        if self.note(path) { self.inner.put_new(path, bytes) } else { Err(Self::broken()) }
    }
    fn replace(&self, path: &str, bytes: Vec<u8>) -> Result<(), TargetError> {
        if self.note(path) { self.inner.replace(path, bytes) } else { Err(Self::broken()) }
    }
}

/// Uploads two versions one after the other, the second broken off after every possible number of
/// writes.
fn shows_whole_versions_only(folder: &Path, target: &dyn Target) {
    let first = publication(folder, 5.0);
    let files = check_upload(&first, target);
    assert!(files.switched);
    assert_eq!(files.files_written, files.files);
    let again = check_upload(&first, target);
    assert_eq!((again.files_written, again.bytes_written, again.switched), (0, 0, false));

    let second = publication(folder, 9.0);
    let mut cuts = 0;
    loop {
        let watched = Watched::new(target, 2);
        if let Ok(uploaded) = upload(&second.root, &watched, &Quiet) {
            let written = watched.written.into_inner().unwrap();
            assert_eq!(written.last().unwrap(), "current", "the switch comes last: {written:?}");
            assert!(uploaded.switched);
            break;
        }
        let shown = target.get("current").unwrap().unwrap();
        assert_eq!(shown, format!("{}\n", first.outcome.version).into_bytes());
        assert_eq!(watched.written.into_inner().unwrap().len(), 2, "it goes on with what is missing");
        cuts += 1;
        assert!(cuts < 100, "it never ends");
    }
    assert!(cuts > 3, "{cuts}");
    assert_eq!(check_upload(&second, target).files_written, 0);
}

fn mends_a_file_of_another_size(folder: &Path, target: &dyn Target) {
    let published = publication(&folder.join("damaged"), 5.0);
    check_upload(&published, target);
    let files = served(&published);
    let content = &files.iter().find(|(name, _)| name.starts_with("content/")).unwrap().0;
    target.replace(content, b"half".to_vec()).unwrap();
    assert_eq!(check_upload(&published, target).files_written, 1);
}

#[test]
fn a_folder_keeps_the_promises_of_a_place() {
    let dir = tempfile::tempdir().unwrap();
    let target = FolderTarget::open(&dir.path().join("a")).unwrap();
    keeps_its_promises(&target);
    one_of_many_wins(&target);
    shows_whole_versions_only(dir.path(), &FolderTarget::open(&dir.path().join("b")).unwrap());
    mends_a_file_of_another_size(dir.path(), &FolderTarget::open(&dir.path().join("c")).unwrap());
}

#[test]
fn s3_keeps_the_promises_of_a_place() {
    let Some(server) = Moto::start(None) else { return };
    server.make_bucket("twin");
    let dir = tempfile::tempdir().unwrap();
    keeps_its_promises(&server.open("s3://twin/a"));
    shows_whole_versions_only(dir.path(), &server.open("s3://twin/b/deeper"));
    mends_a_file_of_another_size(dir.path(), &server.open("s3://twin"));
}

// ---- what is copied ----

#[test]
fn contents_go_first_and_work_files_stay() {
    let dir = tempfile::tempdir().unwrap();
    publication(dir.path(), 9.0);
    // An older version stands there as well: it is not served, and neither is its own content.
    let published = publication(dir.path(), 5.0);
    let to = dir.path().join("copy");
    let target = FolderTarget::open(&to).unwrap();
    let watched = Watched::new(&target, u64::MAX);
    upload(&published.root, &watched, &Quiet).unwrap();
    let written = watched.written.into_inner().unwrap();
    let kinds: Vec<&str> = written.iter().map(|path| path.split('/').next().unwrap()).collect();
    let mut order = kinds.clone();
    order.dedup();
    assert_eq!(order, ["content", "versions", "current"]);
    assert!(!to.join("work").exists());
    assert_eq!(std::fs::read_dir(to.join("versions")).unwrap().count(), 1);
    let copied = std::fs::read_dir(to.join("content")).unwrap().count();
    assert_eq!(copied, published.contents().len() - 1, "all but that of the older version");
    assert_eq!(tile_builder::validate::publication(&to).unwrap().problems, Vec::<String>::new());
}

#[test]
fn a_publication_that_lacks_a_content_is_not_begun() {
    let dir = tempfile::tempdir().unwrap();
    let published = publication(dir.path(), 5.0);
    std::fs::remove_file(&published.contents()[0]).unwrap();
    let target = FolderTarget::open(&dir.path().join("copy")).unwrap();
    let watched = Watched::new(&target, u64::MAX);
    let error = upload(&published.root, &watched, &Quiet).unwrap_err().to_string();
    assert!(error.contains("build the publication again"), "{error}");
    assert!(watched.written.into_inner().unwrap().is_empty());
}

#[test]
fn s3_objects_say_what_they_are() {
    let Some(server) = Moto::start(None) else { return };
    server.make_bucket("twin");
    let dir = tempfile::tempdir().unwrap();
    let published = publication(dir.path(), 5.0);
    check_upload(&published, &server.open("s3://twin/q"));
    let head = |path: &str| {
        let url = format!("{}/twin/q/{path}", server.url);
        let answer = ureq::head(url).header("authorization", SIGNED).call().unwrap();
        ["content-type", "content-encoding", "cache-control"]
            .map(|name| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned())
    };
    let version = format!("versions/{}", published.outcome.version);
    let ever = "public, max-age=31536000, immutable";
    assert_eq!(head("current"), ["text/plain; charset=utf-8", "", "no-cache"]);
    assert_eq!(head(&format!("{version}/catalog.json")), ["application/json", "", ever]);
    assert_eq!(head(&format!("{version}/catalog.json.br")), ["application/json", "br", ever]);
    let content = published.contents()[0].file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!(head(&format!("content/{content}")), ["model/gltf-binary", "", ever]);
}

// ---- the command, and what may stand in its way ----

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tile-builder"));
    command.stdin(Stdio::null());
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn fails_saying(output: &Output, words: &[&str]) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for word in words {
        assert!(said.contains(word), "`{word}` is not in:\n{said}");
    }
}

#[test]
fn the_command_publishes_to_a_folder() {
    let dir = tempfile::tempdir().unwrap();
    let published = publication(dir.path(), 5.0);
    let publish =
        |to: &Path| program().arg("publish").arg(&published.root).arg("--to").arg(to).output().unwrap();
    let output = publish(&dir.path().join("copy"));
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("readers see it now"), "{}", said(&output));
    fails_saying(&publish(&published.root), &["is the publication itself", "hint:"]);
    fails_saying(&publish(Path::new("https://example.org/x")), &["no place to publish to", "s3://bucket"]);
    std::fs::create_dir(dir.path().join("other")).unwrap();
    std::fs::write(dir.path().join("other/thesis.doc"), "x").unwrap();
    fails_saying(&publish(&dir.path().join("other")), &["is no publication"]);
    let empty = program().args(["publish", "/nowhere", "--to"]).arg(dir.path().join("x")).output().unwrap();
    fails_saying(&empty, &["cannot read `/nowhere/current`"]);
}

#[test]
fn the_command_publishes_to_s3_and_says_what_is_in_its_way() {
    // The second server knows no account at all.
    let (Some(open), Some(guarded)) = (Moto::start(None), Moto::start(Some(0))) else { return };
    open.make_bucket("twin");
    let dir = tempfile::tempdir().unwrap();
    let published = publication(dir.path(), 5.0);
    let publish = |server: &Moto, to: &str| {
        let mut command = program();
        command.arg("publish").arg(&published.root).args(["--to", to]);
        command.envs(server.settings()).output().unwrap()
    };
    let output = publish(&open, "s3://twin/quarter");
    assert!(output.status.success(), "{}", said(&output));
    assert!(open.open("s3://twin/quarter").get("current").unwrap().is_some());
    fails_saying(&publish(&open, "s3://nobody"), &["there is no such bucket", "hint: make the bucket"]);
    fails_saying(&publish(&guarded, "s3://twin"), &["access is denied", "hint: give this account"]);
    let problem = guarded.open("s3://twin").get("current").unwrap_err().problem;
    assert_eq!(problem, Problem::Denied);
}

#[test]
fn a_full_disk_ends_a_build_and_leaves_the_old_version() {
    let dir = tempfile::tempdir().unwrap();
    let first = publication(dir.path(), 5.0);
    let before = served(&first);
    let leaf = dir.path().join("survey/T1/T1.osgb");
    std::fs::write(leaf, OsgbFile::leaf([[100.0, 0.0, 0.0], [190.0, 0.0, 0.0], [100.0, 90.0, 7.0]]).0)
        .unwrap();
    // A limit of a kilobyte for each file, for which a write fails as on a full disk.
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$@\"";
    let mut command = Command::new("bash");
    command.args(["-c", script, "bash", env!("CARGO_BIN_EXE_tile-builder"), "build"]);
    let output = command.arg(dir.path().join("survey")).arg("--out").arg(&first.root).output().unwrap();
    fails_saying(&output, &["cannot write `", "hint: make room"]);
    for (name, bytes) in before {
        assert!(std::fs::read(first.root.join(&name)).unwrap() == bytes, "{name}");
    }
    let output = program().arg("build").arg(dir.path().join("survey")).arg("--out").arg(&first.root).output();
    assert!(output.unwrap().status.success(), "with room it goes on");
}

/// Runs a build into a file system of its own, mounted with these options, where the machine lets us.
fn build_into_mount(options: &str) -> Option<Output> {
    let dir = tempfile::tempdir().unwrap();
    publication(dir.path(), 5.0);
    let mount = dir.path().join("mount");
    std::fs::create_dir(&mount).unwrap();
    let mounted = |script: String| {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", &script, "sh"]).arg(&mount);
        command
    };
    let mounting = format!("mount -t tmpfs -o {options} tmpfs \"$1\"");
    if !mounted(mounting.clone()).output().is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: a build on a disk mounted with `{options}`; `unshare` may not mount here");
        return None;
    }
    let mut command = mounted(format!("{mounting} && shift && exec \"$@\""));
    command.args([env!("CARGO_BIN_EXE_tile-builder"), "build"]);
    Some(command.arg(dir.path().join("survey")).arg("--out").arg(mount.join("out")).output().unwrap())
}

#[test]
fn a_disk_that_fills_up_and_one_for_reading_only_are_told_apart() {
    if let Some(output) = build_into_mount("size=16k") {
        fails_saying(&output, &["cannot write `", "No space left", "hint: make room"]);
    }
    if let Some(output) = build_into_mount("ro") {
        fails_saying(&output, &["cannot write `", "hint: make it writable"]);
    }
}
