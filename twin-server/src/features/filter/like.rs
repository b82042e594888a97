//! Patterns of `LIKE` (CQL2 § 7.2): `%` stands for any characters, `_` for one, `\` takes the special
//! meaning from the next.

/// Longest pattern in characters: the time for a text is in proportion to both lengths.
const LENGTH_LIMIT: usize = 256;

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Piece>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Any,
    One,
    Just(char),
}

impl Pattern {
    /// Reads a pattern; nothing if it is too long.
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            let piece = match c {
                '%' => Piece::Any,
                '_' => Piece::One,
                '\\' => Piece::Just(chars.next().unwrap_or('\\')),
                c => Piece::Just(c),
            };
            if pieces.last() != Some(&Piece::Any) || piece != Piece::Any {
                pieces.push(piece);
            }
            if pieces.len() > LENGTH_LIMIT {
                return None;
            }
        }
        Some(Self(pieces))
    }

    /// Whether a whole text matches. Goes back to the last `%` only: an earlier one need not match more.
    pub(super) fn matches(&self, text: &str) -> bool {
        let (mut piece, mut rest) = (0, text.chars());
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let before = rest.clone();
            let fits = match (self.0.get(piece), rest.next()) {
                (None, None) => return true,
                (Some(Piece::Any), _) => {
                    piece += 1;
                    rest = before.clone();
                    retry = Some((piece, before));
                    continue;
                }
                (Some(Piece::One), Some(_)) => true,
                (Some(Piece::Just(wanted)), Some(c)) => *wanted == c,
                (Some(_), None) => return false,
                (None, Some(_)) => false,
            };
            if fits {
                piece += 1;
                continue;
            }
            let Some((after, from)) = &mut retry else { return false };
            if from.next().is_none() {
                return false;
            }
            (piece, rest) = (*after, from.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_the_standard_says() {
        for (pattern, text, matches) in [
            ("", "", true),
            ("", "a", false),
            ("%", "", true),
            ("%", "路灯", true),
            ("_灯%", "路灯-01", true),
            ("_灯", "路灯-01", false),
            ("a%b%c", "aXbXbc", true),
            ("a%b%c", "aXbXbcd", false),
            ("%ab", "aab", true),
            ("100\\%", "100%", true),
            ("100\\%", "100x", false),
            ("a\\", "a\\", true),
            ("a_", "a", false),
            ("%%_", "x", true),
        ] {
            assert_eq!(Pattern::new(pattern).unwrap().matches(text), matches, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_made_to_go_back_often_costs_no_more_than_its_length() {
        let pattern = Pattern::new(&"a%".repeat(128)).unwrap();
        assert!(!pattern.matches(&format!("{}b", "c".repeat(10_000))));
        assert!(!Pattern::new(&format!("{}b", "%a".repeat(100))).unwrap().matches(&"a".repeat(10_000)));
        assert!(Pattern::new(&"x".repeat(257)).is_none());
    }
}
