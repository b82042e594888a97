//! The text after `?` to names and values, and lists within values to their items.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Most parameters of a request.
const PARAMETERS_MOST: usize = 32;

/// What stands for itself in a query.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'$')
    .remove(b',')
    .remove(b':');

/// A value as an address writes it.
#[must_use]
pub fn encoded(value: &str) -> String {
    utf8_percent_encode(value, IN_QUERY).to_string()
}

/// Names and values, decoded, in their order; nothing if they are no UTF-8 or too many. A plus is a space.
#[must_use]
pub fn pairs(query: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        if pairs.len() == PARAMETERS_MOST {
            return None;
        }
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        pairs.push((decoded(name)?, decoded(value)?));
    }
    Some(pairs)
}

fn decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// The parts of a text between marks that stand outside of parentheses and quotes, trimmed; nothing if
/// parentheses do not match.
#[must_use]
pub fn split(text: &str, mark: char) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quoted) = (0, 0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            c if c == mark && depth == 0 => {
                parts.push(text.get(start..at)?.trim());
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text.get(start..)?.trim());
    (depth == 0 && !quoted).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded() {
        let query = "%24filter=name+eq+%27a%26b%27&$top=1&&flag";
        let expected =
            [("$filter", "name eq 'a&b'"), ("$top", "1"), ("flag", "")].map(|(n, v)| (n.into(), v.into()));
        assert_eq!(pairs(query).unwrap(), expected);
        assert!(pairs("a=%ff").is_none());
        assert!(pairs(&"a=1&".repeat(33)).is_none());
    }

    #[test]
    fn lists_are_split_outside_of_parentheses_and_quotes() {
        assert_eq!(split("a(b;c), d eq ',('", ',').unwrap(), ["a(b;c)", "d eq ',('"]);
        for broken in ["a(b", "a)b(", "'a"] {
            assert!(split(broken, ',').is_none(), "{broken}");
        }
    }
}
