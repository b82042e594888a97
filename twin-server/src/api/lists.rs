//! How lists are narrowed and cut into pages: what stands in an address comes in, checked. Called by the lists of
//! reports, check-ups, projects and programming.

use twin_schemas::LocalizedText;

use super::Problem;
use crate::domain::cycle::{Course, Word};

/// Longest text that is looked for, in characters.
const TEXT_LIMIT: usize = 200;

/// A limit of a page, checked.
pub(super) fn page_limit(asked: Option<usize>, default: usize, most: usize) -> Result<usize, Problem> {
    let limit = asked.unwrap_or(default);
    if !(1..=most).contains(&limit) {
        let detail = format!("`limit` is {limit}, 1 to {most} are given");
        return Err(Problem::bad_request("bad_limit", detail));
    }
    Ok(limit)
}

/// A number from 0. The document says no more of 64 bits than that they have a sign.
pub(super) fn from_zero<T: TryFrom<i64>>(name: &str, given: Option<i64>) -> Result<Option<T>, Problem> {
    let read = |number| {
        T::try_from(number).map_err(|_| {
            Problem::bad_request("bad_query", format!("`{name}` is {number}, a number from 0 is taken"))
        })
    };
    given.map(read).transpose()
}

/// Words that are looked for, in lower case; none if nothing is.
pub(super) fn words(text: Option<&str>) -> Result<Option<String>, Problem> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    if let Some(chars) = text.map(|text| text.chars().count()).filter(|chars| *chars > TEXT_LIMIT) {
        let detail = format!("`text` has {chars} characters, limit {TEXT_LIMIT}");
        return Err(Problem::bad_request("bad_text", detail));
    }
    Ok(text.map(str::to_lowercase))
}

/// Whether a name or some words say something, which is in lower case.
pub(super) fn says<'t>(
    name: &'t LocalizedText,
    others: impl IntoIterator<Item = &'t str>,
    text: &str,
) -> bool {
    let names = [&name.zh, &name.en].into_iter().flatten().map(String::as_str);
    names.chain(others).any(|words| words.to_lowercase().contains(text))
}

/// `open`: all states of a course that are no end; or words of states with commas between them. `what` has them; `besides`:
/// words that mean more than one state, which the caller knows.
pub(super) fn states<S: Word, D: Word, P: Word, N: Word>(
    course: &Course<S, D, P, N>,
    what: &str,
    besides: &[&str],
    text: &str,
) -> Result<Vec<S>, Problem> {
    let has_open = S::ALL.iter().any(|state| state.id() == "open");
    if text == "open" && !has_open {
        return Ok(S::ALL.iter().copied().filter(|state| !course.is_end(*state)).collect());
    }
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty()).take(S::ALL.len());
    let states = words.map(|word| {
        S::ALL.iter().copied().find(|state| state.id() == word).ok_or_else(|| {
            let known: Vec<&str> = S::ALL.iter().map(|state| state.id()).collect();
            let open: &[&str] = if has_open { &[] } else { &["open"] };
            let besides: Vec<String> =
                [open, besides].concat().iter().map(|word| format!("`{word}`")).collect();
            let or = if besides.is_empty() { String::new() } else { format!("{}, or ", besides.join(", ")) };
            let word: String = word.chars().take(100).collect();
            Problem::bad_request("bad_state", format!("`{word}` is no state of a {what}"))
                .with_hint(format!("use {or}some of {}", known.join(", ")))
        })
    });
    states.collect()
}
