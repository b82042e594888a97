//! What people see while a command runs: bars on a terminal, plain lines elsewhere, messages with
//! their hints.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use twin_schemas::report::{Message, Severity};

/// Plain progress lines come no more often than this.
const LINE_INTERVAL: Duration = Duration::from_secs(2);

/// Progress of one stage after another, on standard error.
pub(super) struct Console {
    stage: Mutex<Stage>,
}

struct Stage {
    bar: ProgressBar,
    name: String,
    done: u64,
    steps: u64,
    last_line: Instant,
}

impl Console {
    pub(super) fn new() -> Self {
        let stage = Stage {
            bar: ProgressBar::hidden(),
            name: String::new(),
            done: 0,
            steps: 0,
            last_line: Instant::now(),
        };
        Self { stage: Mutex::new(stage) }
    }

    fn with(&self, change: impl FnOnce(&mut Stage)) {
        // A thread that panicked while printing leaves nothing worth refusing.
        change(&mut self.stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }

    pub(super) fn stage(&self, name: &str, steps: u64) {
        self.with(|stage| {
            stage.bar.finish_and_clear();
            (stage.name, stage.done, stage.steps) = (name.to_owned(), 0, steps);
            stage.last_line = Instant::now();
            if std::io::stderr().is_terminal() {
                let style =
                    ProgressStyle::with_template("{prefix:>10} {bar:32} {pos}/{len} {wide_msg} {eta}");
                let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
                stage.bar = ProgressBar::new(steps).with_style(style).with_prefix(name.to_owned());
            } else {
                line(&format!("{name}: {steps} steps"));
            }
        });
    }

    pub(super) fn step(&self, what: &str) {
        self.with(|stage| {
            stage.done += 1;
            stage.bar.set_message(what.to_owned());
            stage.bar.set_position(stage.done);
            let due = stage.last_line.elapsed() >= LINE_INTERVAL && stage.done < stage.steps;
            if due && !std::io::stderr().is_terminal() {
                stage.last_line = Instant::now();
                line(&format!("{}: {} of {}", stage.name, stage.done, stage.steps));
            }
            if stage.done >= stage.steps {
                stage.bar.finish_and_clear();
            }
        });
    }

    pub(super) fn say(&self, text: &str) {
        self.with(|stage| stage.bar.suspend(|| line(text)));
    }

    pub(super) fn message(&self, message: &Message) {
        let severity = match message.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let mut text = format!("{severity}: {}", message.text);
        if let Some(hint) = &message.hint {
            text.push_str("\nhint: ");
            text.push_str(hint);
        }
        self.say(&text);
    }
}

/// The error that ended the command, with its causes.
pub(super) fn error(error: &anyhow::Error) {
    let mut text = format!("error: {error}");
    let mut shown = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !shown.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
            shown.push_str(&cause);
        }
    }
    line(&text);
}

/// A line on standard error. A closed pipe is no reason to fail.
pub(super) fn line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Text on standard output.
pub(super) fn print(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
