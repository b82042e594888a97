//! Records of a STEP file (ISO 10303-21): numbering, sharing of equal values, numbers and text.
//!
//! In: record bodies such as `IFCWALL('..',$,..)`. Out: the whole file as text. Called by every file
//! of this folder. Values without identity (points, profiles, solids) are written once and shared,
//! which makes a file of a building with many equal flats several times smaller.

use std::collections::BTreeMap;
use std::fmt;

/// The number of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ref(u32);

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// The records written so far.
#[derive(Debug, Default)]
pub(crate) struct Step {
    records: Vec<String>,
    shared: BTreeMap<String, Ref>,
}

impl Step {
    /// Writes a record that is nothing but itself: objects, relations, placements.
    pub(crate) fn add(&mut self, body: String) -> Ref {
        self.records.push(body);
        Ref(self.records.len() as u32)
    }

    /// Writes a value, or finds the equal one that is there.
    pub(crate) fn value(&mut self, body: String) -> Ref {
        self.value_as(body, "")
    }

    /// Like [`Step::value`], but shared only among equal marks: solids of one shape in two colours
    /// are two solids.
    pub(crate) fn value_as(&mut self, body: String, mark: &str) -> Ref {
        let key = format!("{body}{mark}");
        if let Some(&known) = self.shared.get(&key) {
            return known;
        }
        let made = self.add(body);
        self.shared.insert(key, made);
        made
    }

    /// The body of a record.
    pub(crate) fn body(&self, r: Ref) -> &str {
        self.records.get(r.0 as usize - 1).map_or("", String::as_str)
    }

    /// The file. `name` is the file's own name, `about` what it shows.
    pub(crate) fn finish(self, name: &str, about: &str) -> String {
        let head = format!(
            "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION(({}),'2;1');\n\
             FILE_NAME({},'{WRITTEN}',({}),({}),'tile-builder sample','tile-builder','');\n\
             FILE_SCHEMA(('IFC4'));\nENDSEC;\nDATA;\n",
            text(about),
            text(name),
            text("社区规划师"),
            text("柳岸新村"),
        );
        let rows = self.records.iter().enumerate().map(|(k, body)| format!("#{}={body};\n", k + 1));
        let foot = "ENDSEC;\nEND-ISO-10303-21;\n".to_owned();
        [head].into_iter().chain(rows).chain([foot]).collect()
    }
}

/// A fixed time: the same seed must give the same bytes whenever it is run.
const WRITTEN: &str = "2025-03-12T10:30:00";

/// A quoted string. Characters beyond ASCII become `\X2\` with UTF-16 code units (ISO 10303-21, 6.4.3).
pub(crate) fn text(s: &str) -> String {
    let mut out = String::from("'");
    let mut wide = false;
    for c in s.chars() {
        let plain = matches!(c, ' '..='~');
        if plain == wide {
            out.push_str(if wide { "\\X0\\" } else { "\\X2\\" });
            wide = !wide;
        }
        match c {
            '\'' => out.push_str("''"),
            '\\' => out.push_str("\\\\"),
            c if plain => out.push(c),
            c => {
                let mut units = [0; 2];
                out.extend(c.encode_utf16(&mut units).iter().map(|u| format!("{u:04X}")));
            }
        }
    }
    out.push_str(if wide { "\\X0\\'" } else { "'" });
    out
}

/// A number, rounded to nine decimals, with the point that STEP wants.
pub(crate) fn real(v: f64) -> String {
    let s = format!("{v:.9}");
    let s = s.trim_end_matches('0');
    if s == "-0." { "0.".to_owned() } else { s.to_owned() }
}

/// A list in brackets.
pub(crate) fn list<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    format!("({})", items.join(","))
}

/// A list of numbers in brackets.
pub(crate) fn reals(items: impl IntoIterator<Item = f64>) -> String {
    list(items.into_iter().map(real))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_beyond_ascii_is_escaped_in_runs() {
        assert_eq!(text("a'b\\c"), "'a''b\\\\c'");
        assert_eq!(text("3号楼"), "'3\\X2\\53F7697C\\X0\\'");
        assert_eq!(text("一 二"), "'\\X2\\4E00\\X0\\ \\X2\\4E8C\\X0\\'");
        assert_eq!(text("𠮷"), "'\\X2\\D842DFB7\\X0\\'");
    }

    #[test]
    fn numbers_have_a_point_and_no_needless_zeros() {
        assert_eq!([real(2.0), real(-0.5), real(0.0), real(-0.0)], ["2.", "-0.5", "0.", "0."]);
        assert_eq!(real(0.970_295_726_276), "0.970295726");
    }

    #[test]
    fn equal_values_are_written_once_and_marks_keep_them_apart() {
        let mut step = Step::default();
        let a = step.value("IFCDIRECTION((1.,0.))".to_owned());
        assert_eq!(a, step.value("IFCDIRECTION((1.,0.))".to_owned()));
        assert!(a != step.value_as("IFCDIRECTION((1.,0.))".to_owned(), "red"));
        assert!(step.add("IFCX()".to_owned()) != step.add("IFCX()".to_owned()));
    }
}
