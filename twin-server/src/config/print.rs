//! The configuration as text: what is in force and where it came from, and an example with every key
//! at its default. Called by `cli`.

use std::fmt::Write as _;

use super::load::{Loaded, path, variable};
use super::section::KeyInfo;
use super::{SECTIONS, ServeConfig};

/// Values that the example sets although they have no default: without them no server starts.
const SAMPLES: &[&str] = &["publication", "database"];

/// Every value that is in force as a file that can be read back, with the place that decided each;
/// secrets are left out.
#[must_use]
pub fn effective(loaded: &Loaded) -> String {
    let mut config = loaded.config.clone();
    let mut out = String::new();
    for section in SECTIONS {
        head(&mut out, section);
        for key in config.keys_of(section) {
            let full = path(section, key.name);
            let origin = loaded.origins.get(&full).map_or("default".to_owned(), ToString::to_string);
            let _ = match (key.shown, key.secret) {
                (None, _) => writeln!(out, "# {} is not set", key.name),
                (Some(_), true) => writeln!(out, "# {} is set and not shown: {origin}", key.name),
                (Some(value), false) => writeln!(out, "{} = {value}  # {origin}", key.name),
            };
        }
    }
    out
}

/// A file with every key, explained, at its default.
#[must_use]
pub fn example() -> String {
    let mut config = ServeConfig::default();
    let mut out = String::from(
        "# Configuration of twin-server: twin-server serve --config twin.toml\n\
         # What stands here is the default. The environment overrules the file, options overrule both;\n\
         # each key has a variable, which its explanation names.\n",
    );
    for section in SECTIONS {
        if let Some(about) = config.section_mut(section).map(|section| section.about())
            && !section.is_empty()
        {
            let _ = write!(out, "\n# {about}");
        }
        head(&mut out, section);
        for key in config.keys_of(section) {
            entry(&mut out, section, &key);
        }
    }
    out
}

fn head(out: &mut String, section: &str) {
    let _ = if section.is_empty() { Ok(()) } else { writeln!(out, "\n[{section}]") };
}

fn entry(out: &mut String, section: &str, key: &KeyInfo) {
    let variable = variable(section, key.name);
    let _ = writeln!(out, "# {} ({variable})", key.about);
    let _ = match &key.shown {
        Some(value) => writeln!(out, "{} = {value}", key.name),
        None if section.is_empty() && SAMPLES.contains(&key.name) => {
            writeln!(out, "{} = {}", key.name, key.sample)
        }
        None => writeln!(out, "# {} = {}", key.name, key.sample),
    };
}
