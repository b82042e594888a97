//! Passwords from the person at the keyboard: asked for without showing them, or one line of standard
//! input. Never an argument, which other users of the machine could read.

use std::io::{BufRead, IsTerminal, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// Longest line that is read.
const LINE_LIMIT: u64 = 4096;

/// Reads a new password: twice from a terminal, once from elsewhere.
pub(super) fn new_password() -> anyhow::Result<String> {
    if !std::io::stdin().is_terminal() {
        return line();
    }
    let first = asked("password: ")?;
    if asked("again: ")? != first {
        bail!("the two passwords differ");
    }
    Ok(first)
}

fn asked(question: &str) -> anyhow::Result<String> {
    let mut terminal = std::io::stderr();
    terminal.write_all(question.as_bytes()).and_then(|()| terminal.flush())?;
    let _hidden = Hidden::begin();
    let answer = line();
    let _ = terminal.write_all(b"\n");
    answer
}

fn line() -> anyhow::Result<String> {
    let mut line = String::new();
    let read = std::io::Read::take(std::io::stdin().lock(), LINE_LIMIT).read_line(&mut line);
    if read.context("reading the password from standard input")? == 0 {
        bail!("no password came\nhint: type it, or send one line to standard input");
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Keeps the terminal from showing what is typed, until it is dropped. Without `stty` it shows.
struct Hidden(bool);

impl Hidden {
    fn begin() -> Self {
        Self(stty("-echo"))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if self.0 {
            stty("echo");
        }
    }
}

fn stty(setting: &str) -> bool {
    let done = Command::new("stty").arg(setting).stdin(Stdio::inherit()).stderr(Stdio::null()).status();
    done.is_ok_and(|status| status.success())
}
