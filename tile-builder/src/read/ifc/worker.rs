//! Reading in a process of its own, because one element can take minutes or more memory than there
//! is, and a thread cannot be stopped.
//!
//! In: a file. Out: its [`Model`]. The parent starts this program again with a hidden command; the
//! child sends a sign of life after each chunk of products, and the model at the end. If it falls
//! silent or dies, the parent finds the product that did it, has it drawn without its openings, and
//! if that does not help either, leaves it out. Both are said in the report. Called by the pipeline;
//! the child's side by `main`.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::records::Step;
use super::shapes::Watch;
use super::{IfcError, IfcErrorKind, Model, Wanted, read_watched};
use crate::read::Limits;

/// The hidden command.
pub const COMMAND: &str = "read-ifc";
/// How long a child may be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Over a chunk of products.
    pub chunk: Duration,
    /// Over one product.
    pub product: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { chunk: Duration::from_secs(20), product: Duration::from_secs(10) }
    }
}

/// After so many products that take too long, a file is given up.
const MOST_SLOW: usize = 16;
/// The slow product is among so many behind the last one that was done.
const SUSPECTS: usize = 24;

/// What the parent asks for, on the child's standard input.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Request {
    path: PathBuf,
    wanted: Wanted,
    limits: Limits,
    one_by_one: bool,
    only: Option<Vec<Step>>,
    uncut: Vec<Step>,
    skip: Vec<Step>,
}

/// What the child says, one a line; the model's bytes follow the last.
#[derive(Debug, Serialize, Deserialize)]
enum Word {
    Beat(Vec<Step>),
    Failed(IfcErrorKind),
    Model { size_bytes: u64 },
}

/// How a child ended.
enum Ending {
    Model(Box<Model>),
    /// The file cannot be read.
    Failed(IfcErrorKind),
    /// It fell silent or died; the products that it had done.
    Lost(Vec<Step>),
}

/// Reads a file in a process of `program`, which is this one.
///
/// # Errors
/// As [`super::read`], and if no process can be started, or too many products take too long.
pub fn read_apart(program: &Path, path: &Path, wanted: Wanted, limits: &Limits) -> Result<Model, IfcError> {
    read_patiently(program, path, wanted, limits, Patience::default())
}

/// As [`read_apart`], with other bounds of patience.
///
/// # Errors
/// As [`read_apart`].
pub fn read_patiently(
    program: &Path,
    path: &Path,
    wanted: Wanted,
    limits: &Limits,
    patience: Patience,
) -> Result<Model, IfcError> {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let error = |reason: String| IfcError { file: name.clone(), kind: IfcErrorKind::Worker(reason) };
    let mut request = Request {
        path: path.to_owned(),
        wanted,
        limits: *limits,
        one_by_one: false,
        only: None,
        uncut: Vec::new(),
        skip: Vec::new(),
    };
    loop {
        match run(program, &request, patience.chunk).map_err(&error)? {
            Ending::Model(model) => return Ok(*model),
            Ending::Failed(kind) => return Err(IfcError { file: name, kind }),
            Ending::Lost(_) if request.uncut.len() + request.skip.len() >= MOST_SLOW => {
                return Err(error(format!(
                    "more than {MOST_SLOW} products take longer than {} s",
                    patience.product.as_secs()
                )));
            }
            Ending::Lost(_) => {
                let slow = slow_one(program, &request, patience).map_err(&error)?;
                if request.uncut.contains(&slow) {
                    request.uncut.retain(|step| *step != slow);
                    request.skip.push(slow);
                } else {
                    request.uncut.push(slow);
                }
            }
        }
    }
}

/// Finds the product at which a child falls silent or dies.
fn slow_one(program: &Path, request: &Request, patience: Patience) -> Result<Step, String> {
    let facts = Request { wanted: Wanted::Facts, ..request.clone() };
    let Ending::Model(model) = run(program, &facts, patience.chunk * 3)? else {
        return Err("it fails before any product is meshed".to_owned());
    };
    let careful = Request { one_by_one: true, ..request.clone() };
    let Ending::Lost(done) = run(program, &careful, patience.product)? else {
        return Err("it failed once, and not when it was tried again".to_owned());
    };
    let done: HashSet<Step> = done.into_iter().collect();
    // Products are meshed in the order of the file, which is that of their numbers but for a few.
    let mut steps: Vec<Step> = model.nodes.iter().map(|node| node.step).collect();
    steps.retain(|step| !request.skip.contains(step));
    steps.sort_unstable();
    let last = steps.iter().rposition(|step| done.contains(step)).map_or(0, |at| at + 1);
    let behind = steps[last..].iter().take(SUSPECTS);
    let before = steps[..last].iter().rev().filter(|step| !done.contains(step)).take(SUSPECTS);
    let uncut = request.uncut.iter();
    for suspect in uncut.chain(behind).chain(before) {
        let alone = Request { only: Some(vec![*suspect]), ..request.clone() };
        if let Ending::Lost(_) = run(program, &alone, patience.product)? {
            return Ok(*suspect);
        }
    }
    Err("no single product accounts for it".to_owned())
}

/// Runs a child until it ends, or is silent for too long.
fn run(program: &Path, request: &Request, silence: Duration) -> Result<Ending, String> {
    let mut child = Command::new(program)
        .arg(COMMAND)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("`{}` cannot be started: {error}", program.display()))?;
    let ask = serde_json::to_vec(request).map_err(|error| error.to_string())?;
    if let Some(mut input) = child.stdin.take() {
        // A child that dies at once is noticed below.
        drop(input.write_all(&ask));
    }
    let Some(output) = child.stdout.take() else { return Err("it has no output".to_owned()) };
    let (send, receive) = channel();
    // Nobody waits for this thread: it ends when the child's output does.
    std::thread::spawn(move || {
        let mut output = BufReader::new(output);
        while let Some(heard) = hear(&mut output) {
            if send.send(heard).is_err() {
                break;
            }
        }
    });
    let ending = listen(&receive, silence);
    stop(&mut child);
    Ok(ending)
}

fn listen(receive: &Receiver<Ending>, silence: Duration) -> Ending {
    let mut done = Vec::new();
    loop {
        match receive.recv_timeout(silence) {
            Ok(Ending::Lost(mut steps)) => done.append(&mut steps),
            Ok(ending) => return ending,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ending::Lost(done),
        }
    }
}

/// The next thing that a child says; a sign of life comes as what it has done so far.
fn hear(output: &mut BufReader<std::process::ChildStdout>) -> Option<Ending> {
    let mut line = String::new();
    output.read_line(&mut line).ok().filter(|read| *read > 0)?;
    match serde_json::from_str(&line).ok()? {
        Word::Beat(steps) => Some(Ending::Lost(steps)),
        Word::Failed(kind) => Some(Ending::Failed(kind)),
        Word::Model { size_bytes } => {
            let mut bytes = Vec::new();
            output.take(size_bytes).read_to_end(&mut bytes).ok()?;
            postcard::from_bytes(&bytes).ok().map(|model| Ending::Model(Box::new(model)))
        }
    }
}

/// Ends a child, whatever it does.
fn stop(child: &mut Child) {
    drop(child.kill());
    drop(child.wait());
}

/// The child's side: reads the request from `input`, and answers on `output`.
///
/// # Errors
/// If nobody listens any more.
pub fn serve(input: impl Read, output: impl Write + Send + 'static) -> std::io::Result<()> {
    let request: Request = serde_json::from_reader(input)?;
    let output = std::sync::Arc::new(Mutex::new(output));
    let beats = std::sync::Arc::clone(&output);
    let beat = move |steps: &[Step]| {
        // If the parent is gone, it will end this process.
        drop(say(&beats, &Word::Beat(steps.to_vec()), &[]));
    };
    let watch = Watch {
        beat: Some(Box::new(beat)),
        one_by_one: request.one_by_one,
        only: request.only.map(|only| only.into_iter().collect()),
        uncut: request.uncut.into_iter().collect(),
        skip: request.skip.into_iter().collect(),
    };
    match read_watched(&request.path, request.wanted, &request.limits, &watch) {
        Err(error) => say(&output, &Word::Failed(error.kind), &[]),
        Ok(model) => {
            let bytes = postcard::to_stdvec(&model).map_err(std::io::Error::other)?;
            drop(model);
            say(&output, &Word::Model { size_bytes: bytes.len() as u64 }, &bytes)
        }
    }
}

fn say(output: &Mutex<impl Write>, word: &Word, bytes: &[u8]) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(word)?;
    line.push(b'\n');
    let mut output = output.lock().map_err(|_| std::io::Error::other("an earlier word broke off"))?;
    output.write_all(&line)?;
    output.write_all(bytes)?;
    output.flush()
}
