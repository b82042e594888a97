//! What the filter language takes, refuses and decides.

use std::borrow::Cow;

use time::OffsetDateTime;
use time::macros::datetime;
use twin_schemas::LocalizedText;
use twin_schemas::geometry::{GeographicPoint, LocalBox, LocalPoint};

use super::*;
use crate::features::item::{Item, Shape, Value};
use crate::features::place::Frame;
use crate::features::schema::{GeometryKind, Path, Property, PropertyType};

/// A lamp post of 20 by 10 metres at the origin.
struct Lamp {
    bounds: LocalBox,
    footprint: Vec<Vec<Vec<[f64; 2]>>>,
}

pub(super) fn schema() -> Schema {
    let field = |name, kind| Property::field(name, kind, "", "");
    let extra = Property {
        name: "Pset Lamp.Power".into(),
        kind: PropertyType::Number,
        title: LocalizedText::default(),
        unit: String::new(),
        values: &[],
        listed: false,
        path: Path::Extra("power".into()),
    };
    let own = [
        field("name", PropertyType::Text),
        field("note", PropertyType::Text),
        field("floors", PropertyType::Integer),
        field("height_m", PropertyType::Number),
        field("lit", PropertyType::Bool),
        field("since", PropertyType::Instant),
        field("until", PropertyType::Instant),
        field("code", PropertyType::Mixed),
        field("materials", PropertyType::TextList),
    ];
    Schema::new(own.into_iter().chain([extra]), GeometryKind::Polygon)
}

const SINCE: OffsetDateTime = datetime!(2026-05-01 12:00 UTC);

impl Item for Lamp {
    fn id(&self) -> &'static str {
        "lamp"
    }

    fn value(&self, property: &Property) -> Value<'_> {
        match &*property.name {
            "name" => Value::Text(Cow::Borrowed("一号路灯 Lamp's 1")),
            "floors" => Value::Number(6.0),
            "height_m" => Value::Number(17.5),
            "lit" => Value::Bool(true),
            "since" => Value::Instant(SINCE),
            "code" => Value::Number(7.0),
            "Pset Lamp.Power" => Value::Number(40.0),
            _ => Value::Null,
        }
    }

    fn shape(&self) -> Shape<'_> {
        Shape::Outline { polygons: &self.footprint, bounds: self.bounds }
    }
}

fn lamp() -> Lamp {
    let at = |east_m, north_m, up_m| LocalPoint { east_m, north_m, up_m };
    let ring = vec![[0.0, 0.0], [20.0, 0.0], [20.0, 10.0], [0.0, 10.0], [0.0, 0.0]];
    Lamp {
        bounds: LocalBox { min: at(0.0, 0.0, 0.0), max: at(20.0, 10.0, 17.5) },
        footprint: vec![vec![ring]],
    }
}

fn frame() -> Frame {
    Frame::new(GeographicPoint { longitude_deg: 113.0, latitude_deg: 22.0, height_m: 10.0 })
}

fn check_in(filter: &str, language: FilterLanguage, expected: bool) {
    let condition =
        condition(filter, language, &schema()).unwrap_or_else(|error| panic!("{filter}: {error}"));
    let (lamp, frame) = (lamp(), frame());
    assert_eq!(Subject::new(&lamp, Some(&frame)).is(&condition), expected, "{filter}");
}

/// Whether the lamp is meant.
fn check(filter: &str, expected: bool) {
    check_in(filter, FilterLanguage::Text, expected);
}

fn refused(filter: &str, language: FilterLanguage) -> FilterError {
    match condition(filter, language, &schema()) {
        Err(error) => error,
        Ok(condition) => panic!("{filter:.80}: {condition:?}"),
    }
}

#[test]
fn values_are_compared() {
    for (filter, expected) in [
        ("floors = 6", true),
        ("floors <> 6", false),
        ("6 <= floors", true),
        ("height_m > 17.4 AND height_m < 17.6", true),
        ("height_m = 1.75e1", true),
        ("-height_m < -17", true),
        ("height_m > .5 AND height_m * .1 = 1.75 AND -.5e1 < floors", true),
        ("floors + 2 * 3 = 12", true),
        ("(floors + 2) * 3 = 24", true),
        ("2 ^ 3 - 2 = floors", true),
        ("floors % 4 = 2 AND floors DIV 4 = 1 AND floors / 4 = 1.5", true),
        ("10 - floors - 1 = 3", true),
        ("height_m > floors", true),
        ("lit", true),
        ("NOT lit", false),
        ("lit = TRUE", true),
        ("lit = false OR floors = 6", true),
        ("\"Pset Lamp.Power\" BETWEEN 40 AND 41", true),
        ("floors NOT BETWEEN 1 AND 5", true),
        ("floors IN (1, 2, 6)", true),
        ("floors not in (1, 2, 6)", false),
        ("name IN ('a', 'b')", false),
        ("name LIKE '%路灯%'", true),
        ("name LIKE '_号路灯 Lamp''s 1'", true),
        ("name LIKE '_号路灯 Lamp\\'s 1'", true),
        ("name LIKE '%Lamp\\'s%' AND name <> 'it''s \\'' AND NOT name LIKE '\\'%'", true),
        ("name <> 'C:\\' AND name <> '\\''s'", true),
        ("name NOT LIKE 'x%'", true),
        ("name ILIKE '%LAMP%'", true),
        ("CASEI(name) LIKE casei('%LAMP%')", true),
        ("CASEI('ABC') = casei('aBc')", true),
        ("since > TIMESTAMP('2026-05-01T11:59:59Z')", true),
        ("since = DATE('2026-05-01')", true),
        ("since < '2026-05-02'", true),
        ("since >= '2026-05-01T20:00:00+08:00'", true),
        ("code = 7 AND code <> 8", true),
        ("TRUE AND NOT FALSE", true),
    ] {
        check(filter, expected);
    }
}

#[test]
fn what_has_no_value_is_neither_true_nor_false() {
    for filter in [
        "note = 'x'",
        "NOT note = 'x'",
        "note LIKE '%'",
        "note IN ('x')",
        "NOT note IN ('x')",
        "until > '2026-01-01'",
        "floors / 0 > 1",
        "NOT (floors / 0 > 1)",
        "code = 'seven'",
        "NOT code = 'seven'",
        "note = note",
    ] {
        check(filter, false);
    }
    check("note IS NULL AND name IS NOT NULL", true);
    check("note = 'x' OR floors = 6", true);
    check("NOT (note = 'x' AND floors = 5)", true);
    check("NOT (note = 'x' AND floors = 6)", false);
    check("floors NOT BETWEEN 7 AND floors / 0", true);
    check("geometry IS NULL", false);
}

#[test]
fn geometries_are_related() {
    // A degree is some 103 km from west to east there: the lamp is 0.000194° by 0.0000903°.
    for (filter, expected) in [
        ("S_INTERSECTS(geometry, POINT(113.0001 22.00005))", true),
        ("S_INTERSECTS(geometry, POINT Z (113.0001 22.00005 99))", true),
        ("S_INTERSECTS(geometry, POINT(113.0003 22.00005))", false),
        ("S_DISJOINT(geometry, POINT(113.0003 22.00005))", true),
        ("S_WITHIN(geometry, POLYGON((112 21, 114 21, 114 23, 112 23, 112 21)))", true),
        ("S_WITHIN(geometry, BBOX(112, 21, 114, 23))", true),
        ("s_within(geometry, bbox(112, 21, -50, 114, 23, 99))", true),
        ("S_WITHIN(geometry, BBOX(113.0001, 21, 114, 23))", false),
        ("S_OVERLAPS(geometry, BBOX(113.0001, 21, 114, 23))", true),
        ("S_CONTAINS(geometry, MULTIPOINT((113.0001 22.00005), (113.00011 22.00005)))", true),
        ("S_CONTAINS(BBOX(112, 21, 114, 23), geometry)", true),
        ("S_CROSSES(LINESTRING(112 22.00005, 114 22.00005), geometry)", true),
        ("S_TOUCHES(geometry, BBOX(112, 21, 114, 23))", false),
        ("S_EQUALS(geometry, geometry)", true),
        (
            "S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(0 0), LINESTRING(112 22.00005, 114 22.00005)))",
            true,
        ),
        (
            "S_INTERSECTS(geometry, MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)), ((112 21, 114 21, 114 23, 112 21))))",
            true,
        ),
        ("S_INTERSECTS(geometry, BBOX(170, -90, -170, 90))", false),
        ("S_INTERSECTS(geometry, BBOX(112, -90, -170, 90))", true),
        ("NOT S_INTERSECTS(geometry, POINT(0 0)) AND floors = 6", true),
    ] {
        check(filter, expected);
    }
}

#[test]
fn stretches_of_time_are_related() {
    for (filter, expected) in [
        ("T_AFTER(since, DATE('2026-04-30'))", true),
        ("T_BEFORE(since, TIMESTAMP('2026-05-01T12:00:00Z'))", false),
        ("T_DURING(since, INTERVAL('2026-05-01', '2026-05-02'))", true),
        ("T_DURING(since, INTERVAL('..', '2026-05-01T12:00:01Z'))", true),
        ("T_DURING(since, INTERVAL('2026-06-01', '..'))", false),
        ("T_INTERSECTS(since, INTERVAL('2026-05-01T12:00:00Z', '2026-05-01T13:00:00Z'))", true),
        ("T_EQUALS(since, TIMESTAMP('2026-05-01T12:00:00Z'))", true),
        ("T_INTERSECTS(INTERVAL(since, '..'), TIMESTAMP('2027-01-01T00:00:00Z'))", true),
        ("T_INTERSECTS(INTERVAL(since, until), TIMESTAMP('2027-01-01T00:00:00Z'))", false),
        ("T_DISJOINT(until, DATE('2026-05-01'))", false),
        ("t_metby(INTERVAL(since, '..'), INTERVAL('..', since))", true),
    ] {
        check(filter, expected);
    }
}

#[test]
fn the_json_encoding_says_the_same() {
    for (filter, expected) in [
        (r#"{"op":"=","args":[{"property":"floors"},6]}"#, true),
        (
            r#"{"op":"and","args":[{"op":">","args":[{"property":"height_m"},17]},{"op":"like","args":[{"property":"name"},"%灯%"]}]}"#,
            true,
        ),
        (r#"{"op":"not","args":[{"op":"isNull","args":[{"property":"note"}]}]}"#, false),
        (r#"{"op":"in","args":[{"property":"floors"},[1,2,6]]}"#, true),
        (r#"{"op":"between","args":[{"property":"floors"},6,7]}"#, true),
        (r#"{"op":"=","args":[{"op":"+","args":[{"property":"floors"},1]},7]}"#, true),
        (
            r#"{"op":"like","args":[{"op":"casei","args":[{"property":"name"}]},{"op":"casei","args":["%LAMP%"]}]}"#,
            true,
        ),
        (
            r#"{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[113.0001,22.00005,5]}]}"#,
            true,
        ),
        (r#"{"op":"s_within","args":[{"property":"geometry"},{"bbox":[112,21,114,23]}]}"#, true),
        (
            r#"{"op":"s_within","args":[{"property":"geometry"},{"type":"Polygon","coordinates":[[[112,21],[114,21],[114,23],[112,23],[112,21]]]}]}"#,
            true,
        ),
        (r#"{"op":"t_during","args":[{"property":"since"},{"interval":["2026-05-01","2026-05-02"]}]}"#, true),
        (r#"{"op":"t_after","args":[{"property":"since"},{"date":"2026-04-30"}]}"#, true),
        (r#"{"op":">=","args":[{"property":"since"},{"timestamp":"2026-05-01T12:00:00Z"}]}"#, true),
        (r#"{"property":"lit"}"#, true),
        ("true", true),
    ] {
        check_in(filter, FilterLanguage::Json, expected);
    }
}

#[test]
fn what_is_no_filter_is_refused_at_its_place() {
    for (filter, at) in [
        ("", 1),
        ("floors =", 9),
        ("floors = 6 name", 12),
        ("(floors = 6", 12),
        ("floors IN ()", 12),
        ("floors IN 6", 11),
        ("floors NOT 6", 12),
        ("楼 = = 6", 5),
        ("AND", 1),
        ("floors = NULL", 10),
        ("sqrt(floors) = 2", 1),
        ("S_INTERSECTS(geometry)", 1),
        ("DATE('2026-13-01') = since", 1),
        ("S_INTERSECTS(geometry, POINT(1))", 31),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))", 31),
        ("S_INTERSECTS(geometry, POINT(1 2, 3))", 33),
        ("S_INTERSECTS(geometry, BBOX(1, 2, 3))", 24),
        ("S_INTERSECTS(geometry, GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT(0 0))))", 43),
        ("name = \"floors", 8),
    ] {
        match refused(filter, FilterLanguage::Text) {
            FilterError::Syntax { at: found, .. } => assert_eq!(found, at, "{filter}"),
            other => panic!("{filter}: {other}"),
        }
    }
    for filter in [
        "",
        "{",
        "null",
        "[]",
        "{}",
        "{\"op\":\"=\"}",
        "{\"op\":\"sqrt\",\"args\":[1]}",
        "{\"op\":\"=\",\"args\":[1]}",
        "{\"op\":\"in\",\"args\":[1,2]}",
        "{\"bbox\":[1,2,3,\"4\"]}",
        "{\"op\":5,\"args\":[]}",
        "{\"op\":\"s_intersects\",\"args\":[{\"property\":\"geometry\"},{\"type\":\"Point\",\"coordinates\":[1]}]}",
        "{\"op\":\"s_intersects\",\"args\":[{\"property\":\"geometry\"},{\"type\":\"Polygon\",\"coordinates\":[]}]}",
        "{\"interval\":[\"2026-01-01\"]}",
    ] {
        assert!(matches!(refused(filter, FilterLanguage::Json), FilterError::Json(_)), "{filter}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_in_words() {
    for (filter, words) in [
        ("height = 6", "there is no property `height`\nhint: use `geometry`, `name`"),
        ("floors = 'six'", "`floors` is a number and `'six'` is a text: they cannot be compared"),
        ("floors BETWEEN 1 AND 'six'", "cannot be compared"),
        ("name > 5", "`name` is a text and `5` is a number"),
        ("floors LIKE '6'", "`floors` is not a text"),
        ("name LIKE name", "a pattern of `LIKE` is a text"),
        ("floors", "`floors` is a number and cannot stand where true or false is meant"),
        ("name + 1 = 2", "`name` is not a number"),
        ("since > 'noon'", "`noon` is no"),
        ("T_AFTER(floors, DATE('2026-01-01'))", "`floors` has no time"),
        ("T_DURING(since, INTERVAL('2026-05-02', '2026-05-01'))", "ends before it begins"),
        ("S_INTERSECTS(name, POINT(0 0))", "`name` is no geometry"),
        ("S_INTERSECTS(shape, POINT(0 0))", "there is no property `shape`"),
        ("geometry = 1", "functions of place"),
        ("materials = 'wood'", "is a list"),
        ("(floors = 6) = (floors = 7)", "a condition cannot stand where a value is meant"),
        ("CASEI(floors) = '6'", "has no small letters"),
    ] {
        let message = refused(filter, FilterLanguage::Text).to_string();
        assert!(message.contains(words), "{filter}: {message}");
    }
}

#[test]
fn filters_that_would_cost_are_refused_before_they_do() {
    use FilterLanguage::{Json, Text};
    // Lengths first, whatever the text is.
    assert_eq!(refused(&"(".repeat(8 * 1024 * 1024), Text), FilterError::TooLong(8 * 1024 * 1024));
    assert_eq!(refused(&"[".repeat(8 * 1024 * 1024), Json), FilterError::TooLong(8 * 1024 * 1024));
    let terms = vec!["floors=1"; 100_000].join(" OR ");
    assert!(matches!(refused(&terms, Text), FilterError::TooLong(_)));
    // Within the length: depth and terms.
    for deep in [
        "(".repeat(LENGTH_LIMIT),
        format!("{}lit{}", "(".repeat(65), ")".repeat(65)),
        format!("{}lit", "NOT ".repeat(65)),
        format!("floors = {}1", "- ".repeat(65)),
        format!("{}lit", "casei(".repeat(1000)),
        format!("floors = 1{}", "+1".repeat(500)),
        format!("floors = 1{}", "^1".repeat(500)),
        format!("{}1,2{}", "(".repeat(100), ",3)".repeat(100)),
        format!("{}since", "INTERVAL(".repeat(500)),
        "a between (".repeat(1000),
    ] {
        assert!(matches!(refused(&deep, Text), FilterError::TooDeep), "{deep:.40}");
    }
    assert_eq!(refused(&format!("floors IN ({}1)", "1,".repeat(5000)), Text), FilterError::TooManyTerms);
    assert_eq!(refused(&vec!["lit"; 1001].join(" OR "), Text), FilterError::TooManyTerms);
    let nested =
        |depth: usize| format!("{}true{}", r#"{"op":"not","args":["#.repeat(depth), "]}".repeat(depth));
    assert_eq!(refused(&nested(65), Json), FilterError::TooDeep);
    assert_eq!(refused(&nested(500), Json), FilterError::TooDeep);
    assert_eq!(refused(&"[".repeat(10_000), Json), FilterError::TooDeep);
    let many = format!(r#"{{"op":"in","args":[{{"property":"floors"}},[{}1]]}}"#, "1,".repeat(5000));
    assert_eq!(refused(&many, Json), FilterError::TooManyTerms);
    // As deep and as long as is taken: no stack ends and nothing doubles.
    check(&format!("{}lit{}", "(".repeat(64), ")".repeat(64)), true);
    check(&format!("{}lit", "NOT ".repeat(64)), true);
    // JSON nests twice for each operation, and its reader takes 127 levels.
    check_in(&nested(62), FilterLanguage::Json, true);
    check(&vec!["lit"; 1000].join(" AND "), true);
}

#[test]
fn a_wide_geometry_is_taken_and_a_wild_one_is_not() {
    let ring = |count: usize| {
        let at = |i: usize| {
            let angle = std::f64::consts::TAU * (i % count) as f64 / count as f64;
            format!("{:.4} {:.4}", 113.0 + angle.cos(), 22.0 + angle.sin())
        };
        (0..=count).map(at).collect::<Vec<_>>().join(",")
    };
    check(&format!("S_WITHIN(geometry, POLYGON(({})))", ring(800)), true);
    for wild in
        ["POINT(400 0)", "POINT(0 91)", "POLYGON((0 0))", "POLYGON((0 0, 1 0, 0 0))", "LINESTRING(0 0)"]
    {
        let error = refused(&format!("S_INTERSECTS(geometry, {wild})"), FilterLanguage::Text);
        assert!(matches!(error, FilterError::Syntax { .. }), "{wild}: {error}");
    }
}

#[test]
fn where_to_look_is_known_from_what_must_hold() {
    let areas = |filter: &str| {
        let areas = condition(filter, FilterLanguage::Text, &schema()).unwrap().areas();
        areas.map(|areas| {
            areas.iter().map(|r| [r.min().x, r.min().y, r.max().x, r.max().y]).collect::<Vec<_>>()
        })
    };
    let a = "S_INTERSECTS(geometry, BBOX(0,0,4,4))";
    let b = "S_WITHIN(geometry, BBOX(2,2,6,6))";
    assert_eq!(areas(&format!("{a} AND floors = 6 AND {b}")), Some(vec![[2.0, 2.0, 4.0, 4.0]]));
    assert_eq!(areas(&format!("{a} OR {b}")), Some(vec![[0.0, 0.0, 4.0, 4.0], [2.0, 2.0, 6.0, 6.0]]));
    assert_eq!(areas(&format!("{a} AND S_EQUALS(geometry, POINT(9 9))")), Some(vec![]));
    assert_eq!(
        areas("S_INTERSECTS(geometry, BBOX(170,0,-170,1))"),
        Some(vec![[170.0, 0.0, 180.0, 1.0], [-180.0, 0.0, -170.0, 1.0]])
    );
    for filter in [
        format!("NOT {a}"),
        format!("{a} OR floors = 6"),
        "S_DISJOINT(geometry, POINT(0 0))".into(),
        "lit".into(),
    ] {
        assert_eq!(areas(&filter), None, "{filter}");
    }
}
