//! Codes that prove that someone holds a telephone: six digits from the system's randomness.

use std::fmt;

use crate::auth::secret::NoRandomness;

/// Digits of a code.
const DIGITS: usize = 6;
const CODES: u32 = 1_000_000;

/// A code. Not printed by `{:?}`.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// A new code, each as likely as any other.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub fn new() -> Result<Self, NoRandomness> {
        loop {
            let mut bytes = [0; 4];
            getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
            if let Some(code) = Self::of(u32::from_le_bytes(bytes)) {
                return Ok(code);
            }
        }
    }

    /// The code of a random number; none for the few at the end, which would make some codes likelier.
    fn of(number: u32) -> Option<Self> {
        let whole = u32::MAX / CODES * CODES;
        (number < whole).then(|| Self(format!("{:06}", number % CODES)))
    }

    /// A code as someone typed it, if it looks like one.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        let text = text.trim();
        (text.len() == DIGITS && text.bytes().all(|b| b.is_ascii_digit())).then(|| Self(text.to_owned()))
    }

    /// The digits, for whoever sends them and for their digest.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_six_digits_and_the_last_numbers_make_none() {
        assert_eq!(Code::of(0).unwrap().digits(), "000000");
        assert_eq!(Code::of(4_293_999_999).unwrap().digits(), "999999");
        assert_eq!(Code::of(4_294_000_000), None);
        let (one, other) = (Code::new().unwrap(), Code::new().unwrap());
        // Three in a row that are the same: once in 10¹² runs.
        assert!(one != other || one != Code::new().unwrap());
        assert_eq!((one.digits().len(), format!("{one:?}").as_str()), (6, "Code(…)"));
    }

    #[test]
    fn what_does_not_look_like_a_code_is_none() {
        assert_eq!(Code::typed(" 012345 ").unwrap().digits(), "012345");
        for bad in ["", "12345", "1234567", "12345x", "１２３４５６", "-12345"] {
            assert_eq!(Code::typed(bad), None, "{bad}");
        }
    }
}
