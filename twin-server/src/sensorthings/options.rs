//! Query options (OGC 18-088, clause 9.3): names and values of a request in, checked options out.

use super::filter::{self, Expr, FilterError};
use super::model::{Navigation, Set};
use super::query_text::{self, split};

/// Deepest nesting of `$expand`.
const EXPAND_DEPTH_MOST: usize = 6;
/// Most relations that a request expands, over all levels.
const EXPANDS_MOST: usize = 32;
/// Most keys of an order.
const ORDERS_MOST: usize = 8;

/// What is asked for of a set or an entity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// Which entities.
    pub filter: Option<Expr>,
    /// Which properties and relations are written; all if nothing is said.
    pub select: Option<Vec<&'static str>>,
    /// Relations that are written with their entities.
    pub expand: Vec<Expand>,
    /// In which order.
    pub orderby: Vec<Order>,
    /// At most this many.
    pub top: Option<u64>,
    /// After this many.
    pub skip: u64,
    /// Whether the number of all is told.
    pub count: bool,
    /// How the answer is written.
    pub format: ResultFormat,
    /// Where the page before ended.
    pub token: Option<String>,
    /// All options as an address writes them, each with `&` behind it, without those that say where a page
    /// begins.
    pub raw: String,
}

/// A relation that is written with its entities.
#[derive(Debug, Clone, PartialEq)]
pub struct Expand {
    /// The relation.
    pub navigation: &'static Navigation,
    /// What is asked for of its entities.
    pub options: Options,
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The value that orders.
    pub by: Expr,
    /// Largest first.
    pub descending: bool,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ResultFormat {
    /// As entities.
    #[default]
    Plain,
    /// Observations as rows (clause 12).
    DataArray,
    /// As features.
    GeoJson,
}

/// Why options are not understood.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum OptionsError {
    /// A filter or order is none.
    #[error("`{option}` is not understood: {error}")]
    Filter {
        /// Name of the option.
        option: &'static str,
        /// What is wrong.
        error: FilterError,
    },
    /// A value is none of those that the option takes.
    #[error("`{option}` is `{value}`, not {expected}")]
    Value {
        /// Name of the option.
        option: String,
        /// Its value.
        value: String,
        /// What it takes.
        expected: String,
    },
    /// An option that is not known.
    #[error(
        "query option `{0}` is unknown; `$filter`, `$select`, `$expand`, `$orderby`, `$top`, `$skip`, `$count` and `$resultFormat` are known"
    )]
    Unknown(String),
    /// An option stands twice.
    #[error("query option `{0}` is given twice")]
    Twice(String),
    /// More is expanded than is answered at once.
    #[error(
        "`$expand` asks for more than {EXPANDS_MOST} relations or is nested deeper than {EXPAND_DEPTH_MOST} levels"
    )]
    TooMuch,
}

/// Reads the options of a request to a set or an entity of it. Parameters without `$` are left to others.
///
/// # Errors
/// An [`OptionsError`] for the first that is not understood.
pub fn parse(pairs: &[(String, String)], set: Set) -> Result<Options, OptionsError> {
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .filter(|(name, _)| name.starts_with('$'))
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let mut left = EXPANDS_MOST;
    read(&pairs, set, EXPAND_DEPTH_MOST, &mut left)
}

fn read(pairs: &[(&str, &str)], set: Set, depth: usize, left: &mut usize) -> Result<Options, OptionsError> {
    let mut options = Options::default();
    for (at, (name, value)) in pairs.iter().enumerate() {
        if pairs.iter().take(at).any(|(before, _)| before == name) {
            return Err(OptionsError::Twice(cut(name)));
        }
        match *name {
            "$filter" => options.filter = Some(filter_of(value, set)?),
            "$select" => options.select = Some(select(value, set)?),
            "$expand" => options.expand = expand(value, set, depth, left)?,
            "$orderby" => options.orderby = order(value, set)?,
            "$top" => options.top = Some(number("$top", value)?),
            "$skip" => options.skip = number("$skip", value)?,
            "$count" => options.count = truth(value)?,
            "$resultFormat" => options.format = format(value)?,
            "$skiptoken" => options.token = Some((*value).to_owned()),
            other => return Err(OptionsError::Unknown(cut(other))),
        }
        if !matches!(*name, "$skip" | "$skiptoken") {
            options.raw.push_str(name);
            options.raw.push('=');
            options.raw.push_str(&query_text::encoded(value));
            options.raw.push('&');
        }
    }
    Ok(options)
}

fn filter_of(value: &str, set: Set) -> Result<Expr, OptionsError> {
    let error = |error| OptionsError::Filter { option: "$filter", error };
    let expr = filter::parse(value).map_err(error)?;
    filter::check_paths(&expr, set).map_err(error)?;
    Ok(expr)
}

fn select(value: &str, set: Set) -> Result<Vec<&'static str>, OptionsError> {
    let name = |name: &str| {
        let first = name.trim().split('/').next().unwrap_or_default();
        let known = set.property(first).or_else(|| set.navigation(first).map(|navigation| navigation.name));
        known.ok_or_else(|| bad("$select", first, format!("one of {}", set.known_names())))
    };
    value.split(',').map(name).collect()
}

fn order(value: &str, set: Set) -> Result<Vec<Order>, OptionsError> {
    let error = |error| OptionsError::Filter { option: "$orderby", error };
    let parts = split(value, ',').ok_or_else(|| bad("$orderby", value, "a list of properties"))?;
    if parts.len() > ORDERS_MOST {
        return Err(bad("$orderby", value, format!("at most {ORDERS_MOST} properties")));
    }
    let one = |part: &str| {
        let (by, descending) = match part.rsplit_once(char::is_whitespace) {
            Some((by, word)) if word.eq_ignore_ascii_case("desc") => (by, true),
            Some((by, word)) if word.eq_ignore_ascii_case("asc") => (by, false),
            _ => (part, false),
        };
        let by = filter::parse_value(by).map_err(error)?;
        filter::check_paths(&by, set).map_err(error)?;
        Ok(Order { by, descending })
    };
    parts.into_iter().map(one).collect()
}

fn expand(value: &str, set: Set, depth: usize, left: &mut usize) -> Result<Vec<Expand>, OptionsError> {
    let mut all: Vec<Expand> = Vec::new();
    let parts = split(value, ',').ok_or_else(|| bad("$expand", value, "a list of relations"))?;
    for part in parts {
        let (path, inner) = match part.split_once('(') {
            Some((path, rest)) => {
                let inner =
                    rest.strip_suffix(')').ok_or_else(|| bad("$expand", part, "a relation with options"))?;
                (path.trim(), inner)
            }
            None => (part, ""),
        };
        add(&mut all, path, inner, set, depth, left)?;
    }
    Ok(all)
}

/// Adds `Datastreams/Observations(…)` to what is expanded; what is there already is extended.
fn add(
    all: &mut Vec<Expand>,
    path: &str,
    inner: &str,
    set: Set,
    depth: usize,
    left: &mut usize,
) -> Result<(), OptionsError> {
    let depth = depth.checked_sub(1).ok_or(OptionsError::TooMuch)?;
    *left = left.checked_sub(1).ok_or(OptionsError::TooMuch)?;
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let navigation = set.navigation(first).ok_or_else(|| {
        let known = set.navigations().iter().map(|navigation| navigation.name).collect::<Vec<_>>();
        bad("$expand", first, format!("a relation of {}: {}", set.plural(), known.join(", ")))
    })?;
    let at = all.iter().position(|expand| expand.navigation == navigation).unwrap_or(all.len());
    if at == all.len() {
        all.push(Expand { navigation, options: Options::default() });
    } else if rest.is_empty() && !inner.is_empty() {
        return Err(OptionsError::Twice(format!("$expand={first}")));
    }
    let Some(found) = all.get_mut(at) else { return Ok(()) };
    if !rest.is_empty() {
        return add(&mut found.options.expand, rest, inner, navigation.to, depth, left);
    }
    if !inner.is_empty() {
        let parts =
            split(inner, ';').ok_or_else(|| bad("$expand", inner, "options with `;` between them"))?;
        let pairs: Vec<(&str, &str)> = parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(|part| part.split_once('=').map_or((part, ""), |(name, value)| (name.trim(), value.trim())))
            .collect();
        found.options = read(&pairs, navigation.to, depth, left)?;
    }
    Ok(())
}

fn number(option: &str, value: &str) -> Result<u64, OptionsError> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .then(|| value.parse().ok())
        .flatten()
        .filter(|number| u32::try_from(*number).is_ok())
        .ok_or_else(|| bad(option, value, "a number from 0 to 4294967295"))
}

fn truth(value: &str) -> Result<bool, OptionsError> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(bad("$count", other, "`true` or `false`")),
    }
}

fn format(value: &str) -> Result<ResultFormat, OptionsError> {
    match value {
        "dataArray" => Ok(ResultFormat::DataArray),
        "GeoJSON" => Ok(ResultFormat::GeoJson),
        "default" => Ok(ResultFormat::Plain),
        other => Err(bad("$resultFormat", other, "`dataArray`, `GeoJSON` or `default`")),
    }
}

fn bad(option: &str, value: &str, expected: impl Into<String>) -> OptionsError {
    OptionsError::Value { option: option.into(), value: cut(value), expected: expected.into() }
}

fn cut(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(set: Set, query: &[(&str, &str)]) -> Result<Options, OptionsError> {
        let pairs: Vec<(String, String)> =
            query.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        parse(&pairs, set)
    }

    #[test]
    fn nested_expansions_keep_their_own_options() {
        let text =
            "Datastreams($expand=Observations($orderby=phenomenonTime desc;$top=1);$select=name),Locations";
        let options = options(Set::Thing, &[("$expand", text)]).unwrap();
        let [streams, locations] = &options.expand[..] else { panic!() };
        assert_eq!(locations.navigation.name, "Locations");
        assert_eq!(streams.options.select, Some(vec!["name"]));
        let observations = &streams.options.expand[0].options;
        assert_eq!((observations.top, observations.orderby[0].descending), (Some(1), true));
    }

    #[test]
    fn paths_of_expansions_share_their_beginnings() {
        let text = "Datastreams/Sensor,Datastreams/ObservedProperty";
        let options = options(Set::Thing, &[("$expand", text)]).unwrap();
        assert_eq!((options.expand.len(), options.expand[0].options.expand.len()), (1, 2));
    }

    #[test]
    fn what_is_not_understood_is_refused_by_name() {
        for (name, value, message) in [
            ("$filter", "colour eq 1", "`$filter` is not understood: `colour`: a Thing has no `colour`"),
            ("$orderby", "colour desc", "`$orderby` is not understood"),
            ("$select", "colour", "`$select` is `colour`, not one of `id`, `name`"),
            ("$expand", "Observations", "a relation of Things: Locations"),
            ("$expand", "Datastreams($top=1", "`$expand`"),
            ("$top", "-1", "`$top` is `-1`"),
            ("$top", "99999999999999999999", "`$top`"),
            ("$count", "yes", "`$count` is `yes`, not `true` or `false`"),
            ("$search", "x", "query option `$search` is unknown"),
        ] {
            let error = options(Set::Thing, &[(name, value)]).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
        assert!(options(Set::Thing, &[("$top", "1"), ("$top", "2")]).is_err());
    }

    #[test]
    fn expansions_are_bounded_in_depth_and_number() {
        let mut deep = "Datastreams".to_owned();
        for _ in 0..5 {
            deep = format!("Datastreams($expand=Thing($expand={deep}))");
        }
        assert_eq!(options(Set::Thing, &[("$expand", &deep)]), Err(OptionsError::TooMuch));
        let wide = vec!["Datastreams"; 33].join(",");
        assert_eq!(options(Set::Thing, &[("$expand", &wide)]), Err(OptionsError::TooMuch));
    }
}
