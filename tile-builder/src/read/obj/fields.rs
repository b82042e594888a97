//! Fields of a line: numbers, corners of faces, names. Bytes in, values out; pure.

use encoding_rs::GBK;

/// Powers of ten that a 64-bit float holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// Splits off the next word; `None` at the end of the line or at a comment.
pub(in crate::read) fn word<'l>(line: &mut &'l [u8]) -> Option<&'l [u8]> {
    let start = line.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let rest = &line[start..];
    if rest[0] == b'#' {
        return None;
    }
    let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
    *line = &rest[end..];
    Some(&rest[..end])
}

/// Up to `N` numbers, and how many there are. A word that is no number becomes NaN, which is no place.
pub(super) fn numbers<const N: usize>(mut line: &[u8]) -> ([f64; N], usize) {
    let (mut values, mut count) = ([f64::NAN; N], 0);
    while count < N
        && let Some(word) = word(&mut line)
    {
        values[count] = number(word).unwrap_or(f64::NAN);
        count += 1;
    }
    (values, count)
}

/// A decimal number to the nearest float.
///
/// Up to 15 digits and a small power of ten are exact in floats, so one division rounds correctly
/// (Clinger 1990, the fast path); the rest goes to the standard library.
pub(in crate::read) fn number(word: &[u8]) -> Option<f64> {
    let (negative, digits) = match word {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, word),
    };
    let (mut mantissa, mut seen, mut after, mut point) = (0u64, 0, 0, false);
    for &byte in digits {
        match byte {
            b'0'..=b'9' if seen < 19 => {
                mantissa = mantissa * 10 + u64::from(byte - b'0');
                seen += 1;
                after += usize::from(point);
            }
            b'.' if !point => point = true,
            _ => return slow(word),
        }
    }
    if seen == 0 || mantissa > 1 << 53 {
        return slow(word);
    }
    let value = mantissa as f64 / POWERS[after];
    Some(if negative { -value } else { value })
}

fn slow(word: &[u8]) -> Option<f64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// Numbers of a corner as written: vertex, and texture coordinates if there are any. 0 is no number
/// of either.
pub(super) fn corner(word: &[u8]) -> Option<(i64, Option<i64>)> {
    let mut parts = word.split(|&byte| byte == b'/');
    let vertex = integer(parts.next()?)?;
    let uv = match parts.next() {
        None | Some(b"") => None,
        Some(part) => Some(integer(part)?),
    };
    Some((vertex, uv))
}

fn integer(word: &[u8]) -> Option<i64> {
    let (sign, digits) = match word {
        [b'-', rest @ ..] => (-1, rest),
        _ => (1, word),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut value = 0i64;
    for &byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(byte - b'0');
    }
    Some(sign * value)
}

/// A name as its writer meant it: UTF-8, else GBK, as Chinese Windows writes it.
pub(in crate::read) fn name(bytes: &[u8]) -> String {
    let bytes = bytes.trim_ascii();
    let bytes = bytes.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => GBK.decode(bytes).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_standard_library_to_the_last_bit() {
        for text in [
            "48.084015",
            "-0.5",
            "+3",
            ".5",
            "7.",
            "0",
            "-0",
            "1.5e-3",
            "2.0E2",
            "501050.130623",
            "1e400",
            "0.00045176506435495867",
            "2490454.281022",
            "123456789012345678901234567890",
            "9007199254740993",
            "0.30000000000000004",
            "1e-7",
            "4.35",
            "8.41e21",
            "179769313486231570000",
            "inf",
        ] {
            let expected: f64 = text.parse().unwrap();
            assert_eq!(number(text.as_bytes()).unwrap().to_bits(), expected.to_bits(), "{text}");
        }
        for text in ["", "-", ".", "1.2.3", "1,5", "0x10", "--1", "1e"] {
            assert!(number(text.as_bytes()).is_none_or(|value| text.parse() == Ok(value)), "{text}");
        }
    }

    #[test]
    fn corners_are_read_in_all_four_forms() {
        assert_eq!(corner(b"7"), Some((7, None)));
        assert_eq!(corner(b"7/8"), Some((7, Some(8))));
        assert_eq!(corner(b"-1/-2/-3"), Some((-1, Some(-2))));
        assert_eq!(corner(b"7//9"), Some((7, None)));
        for text in ["", "/", "a", "1/b", "1.5", "99999999999999999999", "-"] {
            assert_eq!(corner(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn names_may_be_written_in_gbk() {
        assert_eq!(name("  墙面 1.jpg \r".as_bytes()), "墙面 1.jpg");
        assert_eq!(name(b"\xC7\xBD\xC3\xE6.jpg"), "墙面.jpg");
        assert_eq!(name(b"\"a b.jpg\""), "a b.jpg");
    }
}
