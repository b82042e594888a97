//! Random filters on random features: both encodings mean the same, and what they mean is what a plain
//! reading of the standard's tables says. Random texts: no reader panics.

use std::borrow::Cow;
use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use twin_schemas::geometry::LocalPoint;

use super::expr::{Comparison, Expr, Op};
use super::tests::schema;
use super::*;
use crate::features::item::{Item, Shape, Value};
use crate::features::schema::Property;

/// A filter in a form that prints to both encodings.
#[derive(Debug, Clone)]
enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    Compare(&'static str, &'static str, Json),
    Between(&'static str, i32, i32),
    In(&'static str, Vec<Json>),
    Like(String),
    Null(&'static str),
    Lit,
}

/// A feature by its values.
#[derive(Debug, Clone)]
struct Record(BTreeMap<&'static str, Json>);

impl Item for Record {
    fn id(&self) -> &'static str {
        "record"
    }

    fn value(&self, property: &Property) -> Value<'_> {
        match self.0.get(&*property.name) {
            Some(Json::String(text)) => Value::Text(Cow::Borrowed(text)),
            other => Value::of_json(other),
        }
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Point(LocalPoint::default())
    }
}

const NUMBERS: [&str; 2] = ["floors", "height_m"];
const TEXTS: [&str; 2] = ["name", "note"];

impl Tree {
    fn text(&self) -> String {
        let joined = |all: &[Self], word: &str| {
            all.iter().map(|tree| format!("({})", tree.text())).collect::<Vec<_>>().join(word)
        };
        match self {
            Self::All(all) => joined(all, " AND "),
            Self::Any(all) => joined(all, " or "),
            Self::Not(inner) => format!("NOT ({})", inner.text()),
            Self::Compare(op, name, value) => format!("{name} {op} {}", literal(value)),
            Self::Between(name, from, to) => format!("{name} between {from} AND {to}"),
            Self::In(name, list) => {
                format!("{name} IN ({})", list.iter().map(literal).collect::<Vec<_>>().join(", "))
            }
            Self::Like(pattern) => format!("name LIKE {}", literal(&json!(pattern))),
            Self::Null(name) => format!("{name} IS NULL"),
            Self::Lit => "lit".into(),
        }
    }

    fn json(&self) -> Json {
        let property = |name: &str| json!({ "property": name });
        let op = |op: &str, args: Vec<Json>| json!({ "op": op, "args": args });
        match self {
            Self::All(all) => op("and", all.iter().map(Self::json).collect()),
            Self::Any(all) => op("or", all.iter().map(Self::json).collect()),
            Self::Not(inner) => op("not", vec![inner.json()]),
            Self::Compare(comparison, name, value) => op(comparison, vec![property(name), value.clone()]),
            Self::Between(name, from, to) => op("between", vec![property(name), json!(from), json!(to)]),
            Self::In(name, list) => op("in", vec![property(name), json!(list)]),
            Self::Like(pattern) => op("like", vec![property("name"), json!(pattern)]),
            Self::Null(name) => op("isNull", vec![property(name)]),
            Self::Lit => property("lit"),
        }
    }

    /// Whether it is true, and whether it is false: a table of truth for each, and neither is what is
    /// not known.
    fn naive(&self, record: &Record) -> (bool, bool) {
        let known = |holds: Option<bool>| (holds == Some(true), holds == Some(false));
        let value = |name: &str| record.0.get(name).filter(|value| !value.is_null());
        match self {
            Self::All(all) => {
                (all.iter().all(|tree| tree.naive(record).0), all.iter().any(|tree| tree.naive(record).1))
            }
            Self::Any(all) => {
                (all.iter().any(|tree| tree.naive(record).0), all.iter().all(|tree| tree.naive(record).1))
            }
            Self::Not(inner) => {
                let (yes, no) = inner.naive(record);
                (no, yes)
            }
            Self::Compare(op, name, wanted) => known(value(name).map(|value| {
                let (less, equal) = match (value, wanted) {
                    (Json::String(a), Json::String(b)) => (a < b, a == b),
                    (a, b) => (a.as_f64() < b.as_f64(), a.as_f64() == b.as_f64()),
                };
                match *op {
                    "=" => equal,
                    "<>" => !equal,
                    "<" => less,
                    "<=" => less || equal,
                    ">" => !less && !equal,
                    _ => !less,
                }
            })),
            Self::Between(name, from, to) => known(
                value(name).and_then(Json::as_f64).map(|n| n >= f64::from(*from) && n <= f64::from(*to)),
            ),
            Self::In(name, list) => known(value(name).map(|value| {
                list.iter().any(|item| item == value || (item.is_number() && item.as_f64() == value.as_f64()))
            })),
            Self::Like(pattern) => {
                let text = value("name").and_then(Json::as_str);
                let (pattern, chars): (Vec<char>, _) =
                    (pattern.chars().collect(), |t: &str| t.chars().collect::<Vec<_>>());
                known(text.map(|text| like(&pattern, &chars(text))))
            }
            Self::Null(name) => known(Some(value(name).is_none())),
            Self::Lit => known(value("lit").and_then(Json::as_bool)),
        }
    }
}

/// Tries everything.
fn like(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['%', rest @ ..], text) => (0..=text.len()).any(|skip| like(rest, &text[skip..])),
        (['_', rest @ ..], [_, tail @ ..]) => like(rest, tail),
        ([a, rest @ ..], [b, tail @ ..]) => a == b && like(rest, tail),
        _ => false,
    }
}

fn literal(value: &Json) -> String {
    match value {
        Json::String(text) => format!("'{}'", text.replace('\'', "''")),
        other => other.to_string(),
    }
}

fn number() -> impl Strategy<Value = Json> {
    prop_oneof![(-3..10_i32).prop_map(|n| json!(n)), (-30..100_i32).prop_map(|n| json!(f64::from(n) / 10.0))]
}

fn word() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[ab'\\\\灯]{0,4}").unwrap()
}

fn tree() -> impl Strategy<Value = Tree> {
    let op = || prop::sample::select(vec!["=", "<>", "<", "<=", ">", ">="]);
    let numeric = || prop::sample::select(NUMBERS.to_vec());
    let textual = || prop::sample::select(TEXTS.to_vec());
    let leaf = prop_oneof![
        (op(), numeric(), number()).prop_map(|(op, name, value)| Tree::Compare(op, name, value)),
        (op(), textual(), word()).prop_map(|(op, name, value)| Tree::Compare(op, name, json!(value))),
        (numeric(), -3..10_i32, -3..10_i32).prop_map(|(name, from, to)| Tree::Between(name, from, to)),
        (numeric(), prop::collection::vec(number(), 1..4)).prop_map(|(name, list)| Tree::In(name, list)),
        (textual(), prop::collection::vec(word().prop_map(Json::from), 1..4))
            .prop_map(|(name, list)| Tree::In(name, list)),
        proptest::string::string_regex("[ab%_灯]{0,5}").unwrap().prop_map(Tree::Like),
        prop::sample::select(vec!["name", "note", "floors", "lit"]).prop_map(Tree::Null),
        Just(Tree::Lit),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::All),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::Any),
            inner.prop_map(|tree| Tree::Not(Box::new(tree))),
        ]
    })
}

fn record() -> impl Strategy<Value = Record> {
    let maybe = |value: BoxedStrategy<Json>| prop_oneof![1 => Just(Json::Null), 4 => value];
    let text = || maybe(word().prop_map(Json::from).boxed());
    let lit = maybe(any::<bool>().prop_map(Json::from).boxed());
    (text(), text(), maybe((-3..10_i32).prop_map(Json::from).boxed()), maybe(number().boxed()), lit).prop_map(
        |(name, note, floors, height, lit)| {
            Record(BTreeMap::from([
                ("name", name),
                ("note", note),
                ("floors", floors),
                ("height_m", height),
                ("lit", lit),
            ]))
        },
    )
}

/// Joins what stands in parentheses without need, as in `(a AND b) AND c`, so that trees compare.
fn flat(expr: Expr) -> Expr {
    match expr {
        Expr::Call(op, operands) => {
            let mut all = Vec::new();
            for operand in operands.into_iter().map(flat) {
                match operand {
                    Expr::Call(inner, more) if inner == op && matches!(op, Op::And | Op::Or) => {
                        all.extend(more);
                    }
                    other => all.push(other),
                }
            }
            Expr::Call(op, all)
        }
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_encodings_mean_the_same_and_what_the_tables_say(tree in tree(), record in record()) {
        let text = parse(&tree.text(), FilterLanguage::Text).unwrap();
        let json = parse(&tree.json().to_string(), FilterLanguage::Json).unwrap();
        prop_assert_eq!(flat(text.clone()), flat(json));
        let condition = check(&text, &schema()).unwrap();
        prop_assert_eq!(Subject::new(&record, None).is(&condition), tree.naive(&record).0, "{}", tree.text());
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in ".{0,200}") {
        let _ = condition(&text, FilterLanguage::Text, &schema());
        let _ = condition(&text, FilterLanguage::Json, &schema());
    }

    #[test]
    fn no_row_of_words_makes_a_reader_panic(words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..40)) {
        let _ = condition(&words.join(" "), FilterLanguage::Text, &schema());
    }

    #[test]
    fn no_geometry_makes_a_relation_panic(
        points in prop::collection::vec((-3..4_i32, -3..4_i32), 0..9),
        relation in prop::sample::select(vec!["INTERSECTS", "DISJOINT", "EQUALS", "TOUCHES", "CROSSES", "WITHIN", "CONTAINS", "OVERLAPS"]),
        kind in prop::sample::select(vec!["LINESTRING(", "POLYGON((", "MULTIPOINT(", "MULTIPOLYGON((("]),
    ) {
        let mut at: Vec<String> = points.iter().map(|(x, y)| format!("{x} {y}")).collect();
        at.extend(at.first().cloned());
        let close = ")".repeat(kind.matches('(').count());
        let filter = format!("S_{relation}({kind}{}{close}, BBOX(-1, -1, 2, 2))", at.join(","));
        if let Ok(condition) = condition(&filter, FilterLanguage::Text, &schema()) {
            let record = Record(BTreeMap::new());
            let _ = Subject::new(&record, None).is(&condition);
        }
    }
}

const WORDS: [&str; 40] = [
    "floors",
    "name",
    "lit",
    "geometry",
    "(",
    ")",
    "(",
    ")",
    ",",
    "AND",
    "OR",
    "NOT",
    "IN",
    "LIKE",
    "BETWEEN",
    "IS",
    "NULL",
    "=",
    "<>",
    "<",
    "-",
    "+",
    "*",
    "^",
    "DIV",
    "1",
    "2.5",
    "'x'",
    "'2026-01-01'",
    "DATE",
    "TIMESTAMP",
    "INTERVAL",
    "POINT",
    "POLYGON",
    "MULTIPOINT",
    "GEOMETRYCOLLECTION",
    "EMPTY",
    "Z",
    "S_INTERSECTS",
    "BBOX",
];

#[test]
fn the_signs_of_comparison_are_those_of_both_encodings() {
    for (sign, comparison) in [
        ("=", Comparison::Equal),
        ("<>", Comparison::NotEqual),
        ("<", Comparison::Less),
        ("<=", Comparison::AtMost),
        (">", Comparison::Greater),
        (">=", Comparison::AtLeast),
    ] {
        let expected =
            Expr::Call(Op::Compare(comparison), vec![Expr::Property("a".into()), Expr::Number(1.0)]);
        assert_eq!(parse(&format!("a{sign}1"), FilterLanguage::Text).unwrap(), expected);
        let json = json!({ "op": sign, "args": [{ "property": "a" }, 1] });
        assert_eq!(parse(&json.to_string(), FilterLanguage::Json).unwrap(), expected);
    }
}
