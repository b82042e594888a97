//! What filters mean, that they read back as they were written, and that no text brings the reader down.

use std::convert::Infallible;

use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;

use super::*;
use crate::sensorthings::when::{self, When};

const NOW: OffsetDateTime = datetime!(2026-05-01 12:00 UTC);

/// An entity of JSON. Texts that are times are times, as those of entities are.
struct Json(serde_json::Value);

impl Subject for Json {
    type Error = Infallible;

    fn value(&self, path: &[String]) -> Result<Value, Infallible> {
        let found = path.iter().try_fold(&self.0, |at, part| at.get(part)).cloned().unwrap_or_default();
        let time = found.as_str().and_then(When::parse).map(Value::When);
        Ok(time.unwrap_or_else(|| Value::of_json(found)))
    }

    fn now(&self) -> OffsetDateTime {
        NOW
    }
}

fn holds(filter: &str) -> bool {
    let subject = Json(json!({
        "id": "7", "name": "It's Lamp 1", "result": 25.5, "phenomenonTime": "2026-05-01T10:20:30.250Z",
        "validTime": "2026-05-01T10:00:00Z/2026-05-01T11:00:00Z",
        "properties": { "on": true, "kind": "lamp", "build-year": 2019, "tags": ["a"] },
        "location": { "type": "Point", "coordinates": [30.0, 10.0] },
    }));
    matches(&parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}")), &subject).unwrap()
}

#[test]
fn every_operator_and_function_of_the_standard_means_what_it_says() {
    for filter in [
        "result eq 25.5",
        "result ne 25",
        "result gt 25",
        "result ge 25.5",
        "result lt 26",
        "result le 25.5",
        "result gt 25 and result lt 26",
        "result lt 0 or result gt 0",
        "not result lt 0",
        "not (result lt 0)",
        "result add 5 eq 30.5",
        "result sub 5 eq 20.5",
        "result mul 2 eq 51",
        "result div 2 eq 12.75",
        "result mod 5 eq 0.5",
        "(result sub 5) gt 10",
        "2 add 3 mul 4 eq 14",
        "-5 lt 1e0",
        "substringof('Lamp',name)",
        "contains(name,'Lamp')",
        "endswith(name,'1')",
        "startswith(name,'It''s')",
        "length(name) eq 11",
        "indexof(name,'Lamp') eq 5",
        "substring(name,5) eq 'Lamp 1'",
        "substring(name,5,4) eq 'Lamp'",
        "tolower(name) eq 'it''s lamp 1'",
        "toupper('a') eq 'A'",
        "trim('  a ') eq 'a'",
        "concat(concat(id,'-'),'x') eq '7-x'",
        "year(phenomenonTime) eq 2026",
        "month(phenomenonTime) eq 5",
        "day(phenomenonTime) eq 1",
        "hour(phenomenonTime) eq 10",
        "minute(phenomenonTime) eq 20",
        "second(phenomenonTime) eq 30",
        "fractionalseconds(phenomenonTime) eq 0.25",
        "date(phenomenonTime) eq 2026-05-01",
        "date(phenomenonTime) eq date(now())",
        "time(phenomenonTime) lt 12:00:00",
        "totaloffsetminutes(phenomenonTime) eq 0",
        "now() gt phenomenonTime",
        "mindatetime() lt phenomenonTime",
        "maxdatetime() gt phenomenonTime",
        "round(result) eq 26",
        "floor(result) eq 25",
        "ceiling(result) eq 26",
        "phenomenonTime ge 2026-05-01T10:20:30.250Z",
        "phenomenonTime lt 2026-05-01T18:20:31+08:00",
        "phenomenonTime lt 2026-05-01T18:20:31 08:00",
        "phenomenonTime add duration'PT1H' gt 2026-05-01T11:00:00Z",
        "now() sub phenomenonTime gt duration'PT1H'",
        "validTime lt 2026-05-01T11:00:00Z",
        "validTime eq 2026-05-01T10:00:00Z/2026-05-01T11:00:00Z",
        "validTime lt 2026-05-01T11:00:00Z/2026-05-01T12:00:00Z",
        "geo.distance(location,geography'POINT (33 14)') eq 5",
        "geo.length(geography'LINESTRING (0 0, 3 4)') eq 5",
        "geo.intersects(location,geography'POLYGON ((0 0, 40 0, 40 40, 0 40, 0 0))')",
        "st_within(location,geography'POLYGON ((0 0, 40 0, 40 40, 0 40, 0 0))')",
        "st_equals(location,geography'POINT (30 10)')",
        "st_disjoint(location,geography'POINT (1 1)')",
        "st_contains(geography'POLYGON ((0 0, 40 0, 40 40, 0 0))',location)",
        "st_touches(location,geography'LINESTRING (30 10, 40 10)')",
        "not st_overlaps(location,location)",
        "not st_crosses(location,location)",
        "st_intersects(location,location)",
        "st_relate(location,geography'POLYGON ((0 0, 40 0, 40 40, 0 40, 0 0))','T*F**F***')",
        "properties/on",
        "properties/on eq true",
        "properties/kind eq 'lamp'",
        "properties/build-year lt 2020",
        "properties/nothing eq null",
        "properties/kind ne null",
        "not (properties/nothing gt 1)",
        "id eq 7",
        "id eq '7'",
        "null eq null",
        "result ne null",
    ] {
        assert!(holds(filter), "{filter}");
    }
}

#[test]
fn what_has_no_value_or_is_of_another_kind_matches_nothing() {
    for filter in [
        "properties/nothing gt 1",
        "properties/nothing le null",
        "name gt 5",
        "result eq 'x'",
        "st_within(name,location)",
        "result div 0 eq 1",
        "length(properties/nothing) ge 0",
        "year(name) gt 0",
        "false",
        "properties/tags eq 1",
        "validTime lt 2026-05-01T10:30:00Z",
        "validTime gt 2026-05-01T10:30:00Z",
    ] {
        assert!(!holds(filter), "{filter}");
    }
}

#[test]
fn what_is_no_filter_is_refused_with_place_and_reason() {
    for (filter, message) in [
        ("", "at character 0: a value, a property or a function expected, not the end"),
        ("result gt", "expected, not the end"),
        ("result gt and 1", "not `and`"),
        ("result 5", "at character 7: an operator or the end expected, not `5.0`"),
        ("(result gt 5", "`)` expected, not the end"),
        ("名称 eq 'x", "at character 6: a closing quote expected"),
        ("result", ""),
        ("5", "`5.0` is a value, not a condition"),
        ("result add 5", "is a value, not a condition"),
        ("not length(name)", "is a value, not a condition"),
        ("result gt 1 and 5", "`5.0` is a value"),
        ("shout(name) eq 'A'", "function `shout` is unknown, use one of `substringof`"),
        ("length(name,name) eq 1", "function `length` takes 1 argument, not 2"),
        ("result gt 2026-13-01", "`2026-13-01` is not an instant, an interval or a date"),
        ("result gt 1e999", "`1e999` is not a number"),
        ("st_within(location,geography'CIRCLE (1 2)')", "is not well-known text of a shape"),
        ("st_relate(location,location,'T*')", "is not a pattern"),
        ("a//b eq 1", "is not a property path"),
        ("result eq #", "not `#`"),
    ] {
        match parse(filter) {
            Err(error) => assert!(error.to_string().contains(message), "{filter}: {error}"),
            Ok(_) => assert_eq!(message, "", "{filter}"),
        }
    }
}

#[test]
fn long_wide_and_deep_filters_are_refused_before_they_cost() {
    let wide = vec!["result eq 1"; 100_000].join(" or ");
    assert!(matches!(parse(&wide), Err(FilterError::TooLong { .. })));
    let terms = vec!["a eq 1"; 501].join(" or ");
    assert_eq!(parse(&terms), Err(FilterError::TooManyTerms));
    for deep in ["(".repeat(16_000), "not ".repeat(4_000), "length(".repeat(2_000), "[".repeat(16_000)] {
        assert!(parse(&deep).is_err());
    }
    assert_eq!(parse(&format!("{}true{}", "(".repeat(65), ")".repeat(65))), Err(FilterError::TooDeep));
    assert!(parse(&format!("{}true{}", "(".repeat(64), ")".repeat(64))).is_ok());
}

#[test]
fn a_filter_of_as_many_terms_as_are_allowed_is_evaluated() {
    assert!(holds(&format!("{} eq 999", vec!["1"; 999].join(" add "))));
    assert!(!holds(&vec!["result eq 1"; 500].join(" or ")));
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn condition(&mut self, depth: usize) -> Expr {
        match self.roll(if depth == 0 { 3 } else { 6 }) {
            0 => Expr::Literal(Value::Bool(self.roll(2) == 0)),
            1 => Expr::Path(vec!["properties".into(), "on-or-off".into()]),
            2 => Expr::Call(Function::StartsWith, vec![self.value(0), self.value(0)]),
            3 => Expr::Not(Box::new(self.condition(depth - 1))),
            4 => {
                let all = (0..2 + self.roll(3)).map(|_| self.condition(depth - 1)).collect();
                if self.roll(2) == 0 { Expr::And(all) } else { Expr::Or(all) }
            }
            _ => {
                let how = [Comparison::Eq, Comparison::Ne, Comparison::Lt, Comparison::Le][self.roll(4)];
                Expr::Compare(how, Box::new(self.value(depth - 1)), Box::new(self.value(depth - 1)))
            }
        }
    }

    fn value(&mut self, depth: usize) -> Expr {
        let number = self.roll(1_000_000) as f64 / 64.0 - 5_000.0;
        match self.roll(if depth == 0 { 8 } else { 10 }) {
            0 => Expr::Literal(Value::Number(number * 1e200)),
            1 => Expr::Literal(Value::text("it's '' 路灯, (x) /é")),
            2 => Expr::Literal(Value::When(When::at(NOW + time::Duration::microseconds(number as i64)))),
            3 => Expr::Literal(Value::Date(when::date("2024-02-29").unwrap())),
            4 => Expr::Literal(Value::Duration(time::Duration::seconds_f64(number))),
            5 => Expr::Path(vec!["Datastream".into(), "Thing".into(), "@iot.id".into()]),
            6 => parse_value("geography'POINT (30 10)'").unwrap(),
            7 => Expr::Literal([Value::Null, Value::Number(-0.5), Value::Bool(true)][self.roll(3)].clone()),
            8 => Expr::Call(Function::Substring, vec![self.value(depth - 1), self.value(depth - 1)]),
            _ => {
                let how = [Arithmetic::Add, Arithmetic::Mod, Arithmetic::Div][self.roll(3)];
                Expr::Reckon(how, Box::new(self.value(depth - 1)), Box::new(self.value(depth - 1)))
            }
        }
    }
}

#[test]
fn any_filter_reads_back_as_it_was_written() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut read = 0;
    for _ in 0..3_000 {
        let expr = dice.condition(4);
        let text = expr.to_string();
        match parse(&text) {
            Ok(again) => assert_eq!(again, expr, "{text}"),
            Err(FilterError::TooManyTerms | FilterError::TooLong { .. }) => continue,
            Err(error) => panic!("{text}: {error}"),
        }
        read += 1;
    }
    assert!(read > 2_000, "{read}");
}

#[test]
fn no_bytes_bring_the_reader_down() {
    const PIECES: [&str; 24] = [
        "(",
        ")",
        ",",
        "'",
        "''",
        " eq ",
        " and ",
        "not ",
        "2026-05-01T10:00:00",
        "+08:00",
        "Z",
        "/",
        "1e5",
        "-",
        ".",
        "geography'",
        "duration'PT1S'",
        "POINT (1 2)",
        "路",
        "\u{0}",
        "length(",
        "name",
        "12:30",
        "@",
    ];
    let mut dice = Dice(42);
    for _ in 0..20_000 {
        let text: String = (0..dice.roll(12)).map(|_| PIECES[dice.roll(PIECES.len())]).collect();
        if let Ok(expr) = parse(&text) {
            assert_eq!(parse(&expr.to_string()).as_ref(), Ok(&expr), "{text}");
            let _ = matches(&expr, &Json(json!({ "name": "x" })));
        }
        let bytes: Vec<u8> = (0..dice.roll(40)).map(|_| dice.roll(256) as u8).collect();
        let _ = parse(&String::from_utf8_lossy(&bytes));
    }
}
