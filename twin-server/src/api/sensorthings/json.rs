//! JSON written straight into a text: answers of tens of thousands of entities are made without a tree.

use serde_json::Value;
use twin_schemas::LocalizedText;

/// Appends a text in quotes.
pub(super) fn push_text(out: &mut String, text: &str) {
    // To the end in any case: without an early way out many bytes are looked at in one step.
    let special = |byte: u8| u8::from(byte < 0x20) | u8::from(byte == b'"') | u8::from(byte == b'\\');
    if text.bytes().fold(0, |any, byte| any | special(byte)) == 0 {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        // Writing a text cannot fail.
        out.push_str(&serde_json::to_string(text).unwrap_or_default());
    }
}

/// Appends a number, whole ones without a point.
pub(super) fn push_number(out: &mut String, number: f64) {
    use std::fmt::Write as _;
    // Writing into a text cannot fail.
    let _ = if number.fract() == 0.0 && number.abs() < 9e15 {
        write!(out, "{}", number as i64)
    } else {
        write!(out, "{number:?}")
    };
}

/// Appends a value.
pub(super) fn push_value(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => push_text(out, text),
        // Plain data with string keys: writing it cannot fail.
        other => out.push_str(&serde_json::to_string(other).unwrap_or_default()),
    }
}

/// Appends `"name":`, with a comma before it unless it is the first in its object.
pub(super) fn push_name(out: &mut String, name: &str) {
    push_control(out, name, "");
}

/// Appends `"name@iot.control":`, as [`push_name`] does.
pub(super) fn push_control(out: &mut String, name: &str, control: &str) {
    if !out.ends_with(['{', '[']) {
        out.push(',');
    }
    out.push('"');
    out.push_str(name);
    out.push_str(control);
    out.push_str("\":");
}

/// Appends `"name":"text"`.
pub(super) fn push_field(out: &mut String, name: &str, text: &str) {
    push_name(out, name);
    push_text(out, text);
}

/// Appends a text in both languages as an object.
pub(super) fn push_localized(out: &mut String, name: &str, text: &LocalizedText) {
    push_name(out, name);
    out.push('{');
    for (language, text) in [("zh", &text.zh), ("en", &text.en)] {
        if let Some(text) = text {
            push_field(out, language, text);
        }
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_read_back_as_they_are() {
        for number in [0.0, -0.5, 25.5, 1e300, 1e-9, 123_456_789_012.0, 9.1e15, f64::MIN_POSITIVE] {
            let mut out = String::new();
            push_number(&mut out, number);
            assert_eq!(serde_json::from_str::<f64>(&out).unwrap(), number, "{out}");
        }
        for text in ["", "灯 é", "a\"b\\c\n\u{1}"] {
            let mut out = String::new();
            push_text(&mut out, text);
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }
    }
}
