//! The words of cql2-text: characters come in, tokens with their places go out. Used by `text`.

use super::FilterError;

/// A word and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) word: Word,
    /// Byte at which it begins.
    pub(super) start: usize,
}

/// A word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    /// A name or keyword without quotes.
    Name(String),
    /// A name in double quotes: never a keyword.
    Quoted(String),
    /// A number without sign.
    Number(f64),
    /// A text in single quotes.
    Text(String),
    /// One or two characters that mean something.
    Sign(&'static str),
    /// Nothing more.
    End,
}

const SIGNS: [&str; 15] = ["<>", "!=", "<=", ">=", "<", ">", "=", "(", ")", ",", "+", "-", "*", "/", "%"];

/// Reads words one by one.
#[derive(Debug, Clone)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// Whether `\'` in a text is a quote.
    has_backslashes: bool,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, has_backslashes: false }
    }

    /// As [`Self::new`], with `\'` for a quote in texts, beside `''`.
    pub(super) fn with_backslashes(text: &'t str) -> Self {
        Self { text, at: 0, has_backslashes: true }
    }

    /// The next word.
    pub(super) fn next(&mut self) -> Result<Token, FilterError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let trimmed = rest.trim_start();
        let start = self.at + rest.len() - trimmed.len();
        let Some(first) = trimmed.chars().next() else {
            self.at = self.text.len();
            return Ok(Token { word: Word::End, start: self.text.len() });
        };
        let (word, length) = match first {
            '\'' => {
                quoted(trimmed, '\'', self.has_backslashes).map(|(text, length)| (Word::Text(text), length))
            }
            '"' => quoted(trimmed, '"', false).map(|(text, length)| (Word::Quoted(text), length)),
            _ if first.is_ascii_digit() => number(trimmed),
            '.' if trimmed.chars().nth(1).is_some_and(|c| c.is_ascii_digit()) => number(trimmed),
            _ if begins_name(first) => {
                let length = trimmed.find(|c| !continues_name(c)).unwrap_or(trimmed.len());
                Some((Word::Name(trimmed.chars_within(length)), length))
            }
            '^' => Some((Word::Sign("^"), 1)),
            _ => SIGNS.iter().find(|s| trimmed.starts_with(**s)).map(|s| (Word::Sign(s), s.len())),
        }
        .ok_or_else(|| self.error(start, unreadable(first)))?;
        self.at = start + length;
        Ok(Token { word, start })
    }

    /// A syntax error at a byte of the text.
    pub(super) fn error(&self, start: usize, problem: impl Into<String>) -> FilterError {
        let before = self.text.get(..start).unwrap_or(self.text);
        FilterError::Syntax { at: before.chars().count() + 1, problem: problem.into() }
    }
}

trait Within {
    fn chars_within(&self, length: usize) -> String;
}

impl Within for str {
    fn chars_within(&self, length: usize) -> String {
        self.get(..length).unwrap_or(self).to_owned()
    }
}

fn unreadable(first: char) -> String {
    match first {
        '\'' => "the text has no closing `'`".into(),
        '"' => "the name has no closing `\"`".into(),
        '.' | '0'..='9' => "this is no number".into(),
        c => format!("`{}` means nothing here", c.escape_default()),
    }
}

fn begins_name(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | ':')
}

fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | ':' | '.')
}

/// What stands between quotes; a quote in it is doubled, or may stand behind a backslash. With the length of it all in
/// bytes.
fn quoted(text: &str, quote: char, has_backslashes: bool) -> Option<(String, usize)> {
    let mut content = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if has_backslashes && c == '\\' && chars.next_if(|(_, next)| *next == quote).is_some() {
            content.push(quote);
        } else if c != quote {
            content.push(c);
        } else if chars.next_if(|(_, next)| *next == quote).is_some() {
            content.push(quote);
        } else {
            return Some((content, at + 1));
        }
    }
    None
}

/// Digits, a fraction, an exponent; the digits may be left out before a fraction.
fn number(text: &str) -> Option<(Word, usize)> {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        from + rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
    };
    let at = |i: usize| text.as_bytes().get(i).copied().unwrap_or_default();
    let mut end = digits(0);
    if at(end) == b'.' {
        end = digits(end + 1);
    }
    if matches!(at(end), b'e' | b'E') {
        let sign = usize::from(matches!(at(end + 1), b'+' | b'-'));
        let exponent_end = digits(end + 1 + sign);
        if exponent_end == end + 1 + sign {
            return None;
        }
        end = exponent_end;
    }
    // `12abc` is not a number followed by a name.
    if text.get(end..).and_then(|rest| rest.chars().next()).is_some_and(continues_name) {
        return None;
    }
    let value: f64 = text.get(..end)?.parse().ok()?;
    value.is_finite().then_some((Word::Number(value), end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Word> {
        let mut lexer = Lexer::new(text);
        std::iter::from_fn(|| Some(lexer.next().unwrap().word).filter(|word| *word != Word::End)).collect()
    }

    #[test]
    fn names_numbers_texts_and_signs_are_told_apart() {
        let name = |name: &str| Word::Name(name.into());
        assert_eq!(
            words("楼层_1>=2.5e-1 AND \"a \"\"b\"\"\"<>'it''s'"),
            [
                name("楼层_1"),
                Word::Sign(">="),
                Word::Number(0.25),
                name("AND"),
                Word::Quoted("a \"b\"".into()),
                Word::Sign("<>"),
                Word::Text("it's".into()),
            ]
        );
        assert_eq!(
            words("Pset_Door.Fire:x-1"),
            [name("Pset_Door.Fire:x"), Word::Sign("-"), Word::Number(1.0)]
        );
        assert_eq!(words("''"), [Word::Text(String::new())]);
        assert_eq!(words(".5-.25e1"), [Word::Number(0.5), Word::Sign("-"), Word::Number(2.5)]);
    }

    #[test]
    fn what_is_no_word_is_refused_at_its_place() {
        for (text, at) in [
            ("a = 'b", 5),
            ("a = \"b", 5),
            ("层 ; b", 3),
            ("1e", 1),
            ("12ab", 1),
            ("1e999", 1),
            ("a < .", 5),
            (".5.", 1),
            (".e1", 1),
            ("\u{0}", 1),
        ] {
            let mut lexer = Lexer::new(text);
            let error = loop {
                match lexer.next() {
                    Ok(token) => assert_ne!(token.word, Word::End, "{text}"),
                    Err(error) => break error,
                }
            };
            assert!(matches!(error, FilterError::Syntax { at: found, .. } if found == at), "{text}: {error}");
        }
    }
}
