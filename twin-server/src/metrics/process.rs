//! What the process takes, as Linux tells it in `/proc/self` (proc(5)); elsewhere nothing is told.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use super::Text;

/// Clock ticks a second in `/proc/self/stat`: 100 on every Linux that is built for users.
const TICKS_PER_S: f64 = 100.0;

static STARTED: LazyLock<f64> =
    LazyLock::new(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()));

/// Memory, time and files of this process.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Process {
    /// Memory that is resident, in bytes.
    pub resident_bytes: Option<u64>,
    /// User and system time, in seconds.
    pub cpu_s: Option<f64>,
    /// Open files and sockets.
    pub open_files: Option<u64>,
    /// Most files and sockets that may be open.
    pub most_files: Option<u64>,
}

impl Process {
    /// As it is now.
    #[must_use]
    pub fn now() -> Self {
        let read = |name: &str| std::fs::read_to_string(format!("/proc/self/{name}")).ok();
        Self {
            resident_bytes: read("status").as_deref().and_then(resident),
            cpu_s: read("stat").as_deref().and_then(cpu),
            open_files: std::fs::read_dir("/proc/self/fd").ok().map(|files| files.count() as u64),
            most_files: read("limits").as_deref().and_then(most_files),
        }
    }

    /// Remembers when the process started, as near as it can tell; to be called at start.
    pub fn started() {
        LazyLock::force(&STARTED);
    }

    pub(super) fn write(self, out: &mut Text) {
        let figures = [
            (
                "process_resident_memory_bytes",
                "gauge",
                "Resident memory.",
                self.resident_bytes.map(|n| n as f64),
            ),
            ("process_cpu_seconds_total", "counter", "User and system time.", self.cpu_s),
            ("process_open_fds", "gauge", "Open files and sockets.", self.open_files.map(|n| n as f64)),
            ("process_max_fds", "gauge", "Most files and sockets.", self.most_files.map(|n| n as f64)),
            ("process_start_time_seconds", "gauge", "Start, in seconds since 1970.", Some(*STARTED)),
        ];
        for (name, kind, about, value) in figures {
            if let Some(value) = value {
                out.head(name, kind, about);
                out.value(name, &[], value);
            }
        }
    }
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

fn cpu(stat: &str) -> Option<f64> {
    // The name in brackets may hold anything, so count from behind it.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) / TICKS_PER_S)
}

fn most_files(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_in_what_linux_writes() {
        assert_eq!(resident("Name:\tx\nVmRSS:\t   2048 kB\n"), Some(2_097_152));
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 90 0 0 0 150 50 0 0 20 0 9 0 100 1 2";
        assert_eq!(cpu(stat), Some(2.0));
        assert_eq!(
            most_files("Max open files            1024                 4096                 files\n"),
            Some(1024)
        );
        assert_eq!((resident(""), cpu("7 (a"), most_files("")), (None, None, None));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_takes_memory_and_files() {
        let process = Process::now();
        assert!(process.resident_bytes > Some(1 << 20));
        assert!(process.open_files > Some(2) && process.most_files >= process.open_files);
    }
}
