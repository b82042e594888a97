//! JSON patches (RFC 6902): `add`, `remove`, `replace`, `move`, `copy` and `test`, on a copy.

use axum::http::StatusCode;
use serde_json::Value;

use super::draft::bad;
use crate::api::Problem;

/// Most steps of a patch.
const STEPS_MOST: usize = 100;

/// Most bytes of JSON that a patch may take from and add to a value: a few copies of copies would fill the memory.
const BYTES_MOST: usize = 256 * 1024;
/// Deepest nesting that a patch may make; what is much deeper could not be read again.
const DEPTH_MOST: usize = 64;

/// What a patch makes of a value.
pub(super) fn apply(mut target: Value, patch: &Value) -> Result<Value, Problem> {
    let mut budget = Budget::default();
    budget.take("", &target)?;
    let steps = patch.as_array().filter(|steps| steps.len() <= STEPS_MOST);
    let steps = steps
        .ok_or_else(|| bad("bad_patch", format!("a JSON patch is an array of up to {STEPS_MOST} steps")))?;
    for step in steps {
        apply_one(&mut target, step, &mut budget)?;
    }
    Ok(target)
}

/// Bytes that a patch has used.
#[derive(Default)]
struct Budget(usize);

impl Budget {
    /// Counts a value that is put at a place.
    fn take(&mut self, path: &str, value: &Value) -> Result<(), Problem> {
        self.0 += value.to_string().len();
        if self.0 > BYTES_MOST || path.matches('/').count() + depth(value) > DEPTH_MOST {
            let detail = format!(
                "the patch makes more than {BYTES_MOST} bytes of JSON, or nests it deeper than {DEPTH_MOST}"
            );
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "property_too_large", detail));
        }
        Ok(())
    }
}

/// How deep a value is nested. No value here is much deeper than what a request may send.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

fn apply_one(target: &mut Value, step: &Value, budget: &mut Budget) -> Result<(), Problem> {
    let text = |name: &str| step.get(name).and_then(Value::as_str);
    let (Some(operation), Some(path)) = (text("op"), text("path")) else {
        return Err(bad("bad_patch", "a step of a JSON patch has `op` and `path`"));
    };
    let value = || step.get("value").cloned().ok_or_else(|| bad("bad_patch", "this step needs `value`"));
    let from = || text("from").ok_or_else(|| bad("bad_patch", "this step needs `from`"));
    let mut counted = |value: Value| budget.take(path, &value).map(|()| value);
    match operation {
        "add" => add(target, path, counted(value()?)?),
        "remove" => remove(target, path).map(drop),
        "replace" => {
            *target.pointer_mut(path).ok_or_else(|| nowhere(path))? = counted(value()?)?;
            Ok(())
        }
        "move" => {
            let moved = counted(remove(target, from()?)?)?;
            add(target, path, moved)
        }
        "copy" => {
            let from = from()?;
            let copied = target.pointer(from).cloned().ok_or_else(|| nowhere(from))?;
            add(target, path, counted(copied)?)
        }
        "test" if target.pointer(path) == step.get("value") => Ok(()),
        "test" => Err(Problem::new(
            StatusCode::CONFLICT,
            "patch_test_failed",
            "a `test` of the patch does not hold",
        )),
        _ => Err(bad("bad_patch", "`op` is none of `add`, `remove`, `replace`, `move`, `copy`, `test`")),
    }
}

fn nowhere(path: &str) -> Problem {
    let path: String = path.chars().take(64).collect();
    bad("bad_patch", format!("there is nothing at `{path}`"))
}

/// The place that holds what a pointer names, and its name there.
fn parent<'t>(target: &'t mut Value, path: &str) -> Result<(&'t mut Value, String), Problem> {
    let (before, last) = path.rsplit_once('/').ok_or_else(|| nowhere(path))?;
    let name = last.replace("~1", "/").replace("~0", "~");
    Ok((target.pointer_mut(before).ok_or_else(|| nowhere(path))?, name))
}

fn add(target: &mut Value, path: &str, value: Value) -> Result<(), Problem> {
    match parent(target, path)? {
        (Value::Object(members), name) => drop(members.insert(name, value)),
        (Value::Array(items), name) if name == "-" => items.push(value),
        (Value::Array(items), name) => {
            let at = name.parse().ok().filter(|at| *at <= items.len()).ok_or_else(|| nowhere(path))?;
            items.insert(at, value);
        }
        _ => return Err(nowhere(path)),
    }
    Ok(())
}

fn remove(target: &mut Value, path: &str) -> Result<Value, Problem> {
    let removed = match parent(target, path)? {
        (Value::Object(members), name) => members.remove(&name),
        (Value::Array(items), name) => {
            name.parse().ok().filter(|at: &usize| *at < items.len()).map(|at| items.remove(at))
        }
        _ => None,
    };
    removed.ok_or_else(|| nowhere(path))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_examples_of_the_standard_come_out() {
        let before = json!({ "a": { "b": 1, "c/d": [1, 2] }, "e": "x" });
        let patch = json!([
            { "op": "test", "path": "/e", "value": "x" },
            { "op": "add", "path": "/a/c~1d/1", "value": 9 },
            { "op": "add", "path": "/a/c~1d/-", "value": 3 },
            { "op": "replace", "path": "/a/b", "value": 2 },
            { "op": "move", "from": "/e", "path": "/f" },
            { "op": "copy", "from": "/f", "path": "/a/g" },
            { "op": "remove", "path": "/f" },
        ]);
        let after = json!({ "a": { "b": 2, "c/d": [1, 9, 2, 3], "g": "x" } });
        assert_eq!(apply(before, &patch).unwrap(), after);
    }

    #[test]
    fn copies_of_copies_end_before_they_fill_the_memory_or_the_stack() {
        let check = |before: Value, step: Value| {
            let refused = apply(before, &Value::Array(vec![step; 90])).unwrap_err();
            assert_eq!(refused.code(), "property_too_large");
        };
        let text = "x".repeat(100);
        // Twice as long with each step; deeper by one.
        check(json!({ "a": [text] }), json!({ "op": "copy", "from": "/a", "path": "/a/-" }));
        check(json!({ "a": {} }), json!({ "op": "copy", "from": "/a", "path": "/a/b" }));
        check(
            json!({ "a": "x".repeat(8_000) }),
            json!({ "op": "replace", "path": "/a", "value": "x".repeat(8_000) }),
        );
    }

    #[test]
    fn patches_that_lead_nowhere_are_refused() {
        for step in [
            json!({ "op": "remove", "path": "/x" }),
            json!({ "op": "replace", "path": "/x", "value": 1 }),
            json!({ "op": "add", "path": "", "value": 1 }),
            json!({ "op": "add", "path": "/a/9", "value": 1 }),
            json!({ "op": "test", "path": "/a", "value": 1 }),
            json!({ "op": "shout", "path": "/a" }),
            json!({ "path": "/a" }),
            json!(5),
        ] {
            assert!(apply(json!({ "a": [1] }), &json!([step])).is_err(), "{step}");
        }
    }
}
