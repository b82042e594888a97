//! The interface as a client knows it that has read nothing but the OpenAPI document: Schemathesis makes up
//! requests, good and bad, and holds every answer against the document. Skipped, and said so, where it is not
//! installed; `scripts/setup` installs it.
//!
//! Everyone asks: visitors, users of each role, keys of each role. `TWIN_SCHEMATHESIS` sets how many requests
//! are made up for each operation; the run of every day takes few.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::{command, number};
use crate::common::client::Client;
use crate::common::people::PASSWORD;
use crate::common::process::{Process, database, folder};

/// Its program; nothing if it is not installed.
fn schemathesis() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_BIN_EXE_twin-server")).ancestors().nth(2).unwrap();
    let program = target.join("schemathesis-venv/bin/schemathesis");
    if !program.exists() {
        eprintln!("SKIPPED: Schemathesis is not at `{}` (run `scripts/setup test`)", program.display());
        return None;
    }
    Some(program)
}

/// Who asks.
enum Comer {
    Visitor,
    User(&'static str),
    Key(&'static str),
}

impl Comer {
    /// What it sends along. Made before the server starts.
    fn make(&self, address: &str) -> Option<String> {
        match self {
            Self::Visitor => None,
            Self::User(role) => {
                command(address, &["user", "add", "someone", "--role", role], &format!("{PASSWORD}\n"));
                None
            }
            Self::Key(role) => {
                let secret = command(address, &["key", "add", "something", "--role", role], "");
                Some(format!("X-API-Key: {}", secret.trim()))
            }
        }
    }

    fn headers(&self, server: &Process, key: Option<String>) -> Vec<String> {
        if !matches!(self, Self::User(_)) {
            return key.into_iter().collect();
        }
        let cookie = Client::new(&server.url, &[]).sign_in("someone", PASSWORD).unwrap();
        vec![format!("Cookie: {cookie}"), "Sec-Fetch-Site: same-origin".into()]
    }
}

/// Puts a device with a reading and an alarm there, so that there is something to be asked for.
fn fill(server: &Process, key: &str) {
    let gateway = Client::new(&server.url, &[("x-api-key", key)]);
    let device = serde_json::from_str(&crate::common::device("smoke_detector", 10.0)).unwrap();
    assert_eq!(gateway.send("PUT", "/api/v1/devices/0", &device).unwrap().status, 201);
    let reading = json!({ "readings": [{ "device": "0", "stream": "smoke_db_m", "value": 0.3 }] });
    assert_eq!(gateway.send("POST", "/api/v1/readings", &reading).unwrap().status, 200);
}

/// Lets one ask everything; the phases are those of Schemathesis.
fn ask(comer: &Comer, phases: &str, examples: u64) {
    let Some(program) = schemathesis() else { return };
    let folder = folder();
    let address = database(folder.path(), "twin.db");
    command(&address, &["user", "add", "root", "--role", "administrator"], &format!("{PASSWORD}\n"));
    let gateway = command(&address, &["key", "add", "gateway"], "");
    let key = comer.make(&address);
    let server = Process::start(folder.path());
    fill(&server, gateway.trim());
    let examples = number("TWIN_SCHEMATHESIS", examples).to_string();
    let configuration = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/schemathesis.toml");
    let mut run = Command::new(program);
    run.arg("--config-file").arg(configuration).arg("run").arg(format!("{}/api/openapi.json", server.url));
    run.args(["--phases", phases, "--max-examples", &examples]);
    for header in comer.headers(&server, key) {
        run.args(["--header", &header]);
    }
    let output = run.current_dir(folder.path()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    // Or it asked nothing.
    assert!(told.contains("generated"), "{told}");
    server.stop();
}

macro_rules! comers {
    ($($name:ident $comer:expr, $phases:literal, $examples:literal;)*) => {$(
        #[test]
        fn $name() {
            ask(&$comer, $phases, $examples);
        }
    )*};
}

// The administrator goes through everything that the document says, corner by corner. The others may less and
// are asked less: what they add are the refusals.
comers! {
    all_that_an_administrator_is_answered_is_in_the_document Comer::User("administrator"), "coverage,fuzzing", 3;
    all_that_a_visitor_is_answered_is_in_the_document Comer::Visitor, "fuzzing", 1;
    all_that_a_resident_is_answered_is_in_the_document Comer::User("resident"), "fuzzing", 1;
    all_that_a_grid_worker_is_answered_is_in_the_document Comer::User("grid_worker"), "fuzzing", 1;
    all_that_the_community_is_answered_is_in_the_document Comer::User("community"), "fuzzing", 1;
    all_that_the_property_is_answered_is_in_the_document Comer::User("property"), "fuzzing", 1;
    all_that_a_planner_is_answered_is_in_the_document Comer::User("community_planner"), "fuzzing", 1;
    all_that_a_company_is_answered_is_in_the_document Comer::User("company"), "fuzzing", 1;
    all_that_an_upper_unit_is_answered_is_in_the_document Comer::User("upper_unit"), "fuzzing", 1;
    all_that_a_device_is_answered_is_in_the_document Comer::Key("device"), "fuzzing", 1;
    all_that_a_key_of_an_administrator_is_answered_is_in_the_document Comer::Key("administrator"), "fuzzing", 1;
}
