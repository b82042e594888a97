//! Resource paths (OGC 18-088, clause 9.2): the path of a request in, the steps to what it names out.

use percent_encoding::percent_decode_str;

use super::model::{Navigation, Set};

/// Longest path that is read.
const BYTES_MOST: usize = 2_048;
/// Most steps of a path.
const STEPS_MOST: usize = 10;

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourcePath {
    /// From the service's root to the entities.
    pub steps: Vec<Step>,
    /// What of them is asked for.
    pub tail: Tail,
}

/// One step: into a set at the root, or along a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The relation; nothing at the root.
    pub navigation: Option<&'static Navigation>,
    /// The set that it leads to.
    pub set: Set,
    /// The id in parentheses.
    pub id: Option<String>,
}

/// What of the entities is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tail {
    /// They themselves.
    Whole,
    /// Their addresses alone (`/$ref`).
    Refs,
    /// A property of the one entity, or what lies in it.
    Property(Vec<String>),
    /// The bare value of a property (`/$value`).
    Value(Vec<String>),
}

/// Why a path names nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Too long, or no UTF-8.
    #[error("the path is longer than {BYTES_MOST} bytes or no UTF-8")]
    Unreadable,
    /// A step that does not exist.
    #[error("there is no `{name}` here, only {known}")]
    Unknown {
        /// The step.
        name: String,
        /// What exists.
        known: String,
    },
    /// An id that is not written as one.
    #[error("`{0}` is not an id; write a number or a text in single quotes, such as `Things('lamp-1')`")]
    Id(String),
    /// Something follows where nothing can.
    #[error("nothing can follow `{0}`")]
    End(String),
}

impl Step {
    /// Whether it leads to one entity at most.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.id.is_some() || self.navigation.is_some_and(|navigation| !navigation.many)
    }
}

impl ResourcePath {
    /// Reads the encoded path below the service's root; `None` is the root itself.
    ///
    /// # Errors
    /// A [`PathError`] for the first step that is not understood.
    pub fn parse(encoded: &str) -> Result<Option<Self>, PathError> {
        if encoded.len() > BYTES_MOST {
            return Err(PathError::Unreadable);
        }
        let encoded = encoded.trim_start_matches('/');
        let encoded = encoded.strip_suffix('/').unwrap_or(encoded);
        if encoded.is_empty() {
            return Ok(None);
        }
        let mut parts = Vec::new();
        for part in encoded.split('/') {
            let decoded = percent_decode_str(part).decode_utf8().map_err(|_| PathError::Unreadable)?;
            parts.push(decoded.into_owned());
        }
        read(&parts).map(Some)
    }

    /// The set of the entities, and whether it is one entity at most.
    #[must_use]
    pub fn target(&self) -> (Set, bool) {
        self.steps.last().map_or((Set::Thing, false), |step| (step.set, step.is_single()))
    }
}

fn read(parts: &[String]) -> Result<ResourcePath, PathError> {
    let mut steps: Vec<Step> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let rest = parts.get(at + 1..).unwrap_or_default();
        let Some(before) = steps.last() else {
            steps.push(first(part)?);
            continue;
        };
        let set = before.set;
        if part == "$ref" {
            return if rest.is_empty() { Ok(ResourcePath { steps, tail: Tail::Refs }) } else { end(part) };
        }
        if !before.is_single() {
            return end(parts.get(at - 1).map_or("", String::as_str));
        }
        if set.property(part).is_some() {
            let tail = property(part, rest)?;
            return Ok(ResourcePath { steps, tail });
        }
        if steps.len() == STEPS_MOST {
            return end(part);
        }
        steps.push(next(set, part)?);
    }
    Ok(ResourcePath { steps, tail: Tail::Whole })
}

fn end<T>(part: &str) -> Result<T, PathError> {
    Err(PathError::End(cut(part)))
}

fn first(part: &str) -> Result<Step, PathError> {
    let (name, id) = name_and_id(part)?;
    let set = Set::of_plural(name)
        .ok_or_else(|| PathError::Unknown { name: cut(name), known: Set::ALL.map(Set::plural).join(", ") })?;
    Ok(Step { navigation: None, set, id })
}

fn next(set: Set, part: &str) -> Result<Step, PathError> {
    let (name, id) = name_and_id(part)?;
    let navigation = set.navigation(name).filter(|navigation| navigation.many || id.is_none());
    let navigation =
        navigation.ok_or_else(|| PathError::Unknown { name: cut(name), known: set.known_names() })?;
    Ok(Step { navigation: Some(navigation), set: navigation.to, id })
}

fn property(name: &str, rest: &[String]) -> Result<Tail, PathError> {
    let mut path = vec![name.to_owned()];
    path.extend(rest.iter().cloned());
    if path.iter().any(String::is_empty) {
        return end(name);
    }
    if path.last().is_some_and(|last| last == "$value") {
        path.pop();
        return Ok(Tail::Value(path));
    }
    Ok(Tail::Property(path))
}

fn name_and_id(part: &str) -> Result<(&str, Option<String>), PathError> {
    let Some((name, rest)) = part.split_once('(') else { return Ok((part, None)) };
    let id = rest.strip_suffix(')').and_then(id).ok_or_else(|| PathError::Id(cut(rest)))?;
    Ok((name, Some(id)))
}

/// An id as an address writes it: a number, or a text in quotes, where two quotes stand for one.
#[must_use]
pub fn id(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('\'') {
        let inner = inner.strip_suffix('\'')?;
        let unescaped = inner.replace("''", "\u{0}");
        let good = !unescaped.contains('\'') && !inner.contains('\u{0}') && !inner.is_empty();
        return good.then(|| unescaped.replace('\u{0}', "'"));
    }
    let good = !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    good.then(|| text.to_owned())
}

fn cut(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, ids: &[Option<&str>], target: (Set, bool), tail: &Tail) {
        let path = ResourcePath::parse(path).unwrap().unwrap();
        assert_eq!(path.steps.iter().map(|step| step.id.as_deref()).collect::<Vec<_>>(), ids);
        assert_eq!((path.target(), &path.tail), (target, tail));
    }

    #[test]
    fn paths_lead_to_sets_entities_properties_and_addresses() {
        let part = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        check("Things", &[None], (Set::Thing, false), &Tail::Whole);
        check("/Things(1)/", &[Some("1")], (Set::Thing, true), &Tail::Whole);
        check(
            "Things('it''s')/Datastreams(2)/Observations",
            &[Some("it's"), Some("2"), None],
            (Set::Observation, false),
            &Tail::Whole,
        );
        check("Datastreams(%27a%27)/Thing", &[Some("a"), None], (Set::Thing, true), &Tail::Whole);
        check("Things(1)/Locations/$ref", &[Some("1"), None], (Set::Location, false), &Tail::Refs);
        check(
            "Things(1)/properties/a/b",
            &[Some("1")],
            (Set::Thing, true),
            &Tail::Property(part(&["properties", "a", "b"])),
        );
        check("Things(1)/name/$value", &[Some("1")], (Set::Thing, true), &Tail::Value(part(&["name"])));
        assert_eq!(ResourcePath::parse("/"), Ok(None));
    }

    #[test]
    fn paths_that_name_nothing_are_refused() {
        let deep = format!("Things(1){}", "/Datastreams(1)/Thing".repeat(9));
        let long = format!("Things('{}')", "x".repeat(3_000));
        for path in [
            "Thing",
            "Things()",
            "Things('a)",
            "Things('a'b')",
            "Things(1)(2)",
            "Things(-1)",
            "Things(1)/Nothing",
            "Things/Datastreams",
            "Things(1)/$ref/x",
            "Datastreams(1)/Thing(1)",
            "Things(1)/name//",
            "Things(%ff)",
            "//",
            &deep,
            &long,
        ] {
            assert!(!matches!(ResourcePath::parse(path), Ok(Some(_))), "{path}");
        }
    }
}
