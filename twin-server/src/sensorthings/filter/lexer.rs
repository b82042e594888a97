//! Text to tokens.

use super::value::Value;
use super::{FilterError, functions};
use crate::sensorthings::{geometry, when};

/// A piece of a filter.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// An operator, a function or a path.
    Word(String),
    /// A value.
    Literal(Value),
    Open,
    Close,
    Comma,
}

impl Token {
    /// As messages show it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Word(word) => format!("`{}`", short(word)),
            Self::Literal(value) => format!("`{}`", short(&value.to_string())),
            Self::Open => "`(`".into(),
            Self::Close => "`)`".into(),
            Self::Comma => "`,`".into(),
        }
    }
}

/// Foreign text, cut to what a message bears.
pub(super) fn short(text: &str) -> String {
    let mut short: String = text.chars().take(64).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// All tokens, each with the characters before it.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, FilterError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Result<Option<(usize, Token)>, FilterError> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        let start = self.at;
        let Some(first) = self.rest().chars().next() else { return Ok(None) };
        let token = match first {
            '(' => self.mark(Token::Open),
            ')' => self.mark(Token::Close),
            ',' => self.mark(Token::Comma),
            '\'' => Token::Literal(Value::text(self.quoted(start)?)),
            '0'..='9' | '+' | '-' => Token::Literal(self.number_or_time()?),
            c if starts_word(c) => self.word(start)?,
            c => {
                return Err(FilterError::Syntax {
                    position: self.position(start),
                    expected: "a value, a property, a function or a parenthesis",
                    found: format!("`{c}`"),
                });
            }
        };
        Ok(Some((self.position(start), token)))
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn position(&self, at: usize) -> usize {
        self.text.get(..at).unwrap_or_default().chars().count()
    }

    fn mark(&mut self, token: Token) -> Token {
        self.at += 1;
        token
    }

    /// A text in quotes, where two quotes stand for one. The lexer stands before the first.
    fn quoted(&mut self, start: usize) -> Result<String, FilterError> {
        let mut text = String::new();
        self.at += 1;
        loop {
            let rest = self.rest();
            let Some(end) = rest.find('\'') else {
                let found = "the end".into();
                let position = self.position(start);
                return Err(FilterError::Syntax { position, expected: "a closing quote", found });
            };
            text.push_str(&rest[..end]);
            let doubled = rest.get(end + 1..).is_some_and(|after| after.starts_with('\''));
            self.at += end + 1 + usize::from(doubled);
            if !doubled {
                return Ok(text);
            }
            text.push('\'');
        }
    }

    fn word(&mut self, start: usize) -> Result<Token, FilterError> {
        let rest = self.rest();
        let end = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
        let word = rest[..end].to_owned();
        self.at += end;
        if self.rest().starts_with('\'')
            && let Some(kind) = functions::Quoted::of(&word)
        {
            let text = self.quoted(start)?;
            return kind.read(&text).map(Token::Literal).ok_or_else(|| FilterError::Literal {
                position: self.position(start),
                what: kind.what(),
                text: short(&text),
            });
        }
        Ok(match word.as_str() {
            "true" => Token::Literal(Value::Bool(true)),
            "false" => Token::Literal(Value::Bool(false)),
            "null" => Token::Literal(Value::Null),
            _ => Token::Word(word),
        })
    }

    fn number_or_time(&mut self) -> Result<Value, FilterError> {
        let (start, rest) = (self.at, self.rest());
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (length, what) = match (digits, rest.as_bytes().get(digits)) {
            (4, Some(b'-')) => (time_length(rest), "an instant, an interval or a date"),
            (2, Some(b':')) => {
                (prefix(rest, |b| b.is_ascii_digit() || matches!(b, b':' | b'.')), "a time of day")
            }
            _ => (number_length(rest), "a number"),
        };
        let text = rest[..length].to_owned();
        self.at += length;
        // In a query `+` means a space, and people forget to write `%2B`.
        let mended = text.replace(' ', "+");
        let value = match what {
            "a number" => text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Number),
            "a time of day" => when::time_of_day(&text).map(Value::Time),
            _ => when::date(&text).map(Value::Date).or_else(|| when::When::parse(&mended).map(Value::When)),
        };
        value.ok_or_else(|| FilterError::Literal { position: self.position(start), what, text: short(&text) })
    }
}

impl functions::Quoted {
    fn read(self, text: &str) -> Option<Value> {
        match self {
            Self::Shape => geometry::of_wkt(text).map(|shape| Value::Shape(text.into(), shape.into())),
            Self::Duration => when::duration(text).map(Value::Duration),
            Self::Instant => when::instant(text).map(|at| Value::When(when::When::at(at))),
        }
    }
}

fn starts_word(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | '@' | '$')
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '@' | '$' | '.' | '/' | '-' | ':')
}

fn prefix(text: &str, take: impl Fn(&u8) -> bool) -> usize {
    text.bytes().take_while(|byte| take(byte)).count()
}

/// Length of a number with its sign and exponent.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let sign = |at: usize| usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
    let mut end = sign(0);
    end += digits(end);
    if bytes.get(end) == Some(&b'.') {
        end += 1 + digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let exponent = end + 1 + sign(end + 1);
        end = exponent + digits(exponent);
    }
    end.max(1)
}

/// Length of a date, an instant or an interval.
fn time_length(text: &str) -> usize {
    let first = instant_length(text);
    let rest = text.get(first..).unwrap_or_default();
    match rest.strip_prefix('/') {
        Some(second) if second.starts_with(|c: char| c.is_ascii_digit()) => {
            first + 1 + instant_length(second)
        }
        _ => first,
    }
}

fn instant_length(text: &str) -> usize {
    let date = prefix(text, |b| b.is_ascii_digit() || *b == b'-');
    let bytes = text.as_bytes();
    if !matches!(bytes.get(date), Some(b'T' | b't')) {
        return date;
    }
    let end = date
        + 1
        + bytes.iter().skip(date + 1).take_while(|b| b.is_ascii_digit() || matches!(b, b':' | b'.')).count();
    let offset = |at: usize| {
        let text = bytes.get(at..at + 5)?;
        (text.get(2) == Some(&b':')
            && text.iter().enumerate().all(|(place, byte)| place == 2 || byte.is_ascii_digit()))
        .then_some(())
    };
    match bytes.get(end) {
        Some(b'Z' | b'z') => end + 1,
        Some(b'+' | b'-' | b' ') if offset(end + 1).is_some() => end + 6,
        _ => end,
    }
}
