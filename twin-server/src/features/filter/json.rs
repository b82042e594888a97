//! cql2-json: a text comes in, an expression goes out. Called by `parse`.
//!
//! The JSON reader stops at a depth of its own; here every level is counted, so that both encodings
//! have the same limits. Reading is into plain JSON first and then by hand: trying variants one after
//! another, as derived readers do, takes time that doubles with each level.

use geo::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Polygon,
};
use serde_json::{Map, Value};

use super::expr::{Expr, Op};
use super::span::Span;
use super::wkt;
use super::{Budget, FilterError};

pub(super) fn parse(text: &str) -> Result<Expr, FilterError> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        let text = error.to_string();
        if text.contains("recursion limit") { FilterError::TooDeep } else { FilterError::Json(text) }
    })?;
    expr(&value, &mut Budget::default())
}

fn wrong(problem: impl Into<String>) -> FilterError {
    FilterError::Json(problem.into())
}

fn expr(value: &Value, budget: &mut Budget) -> Result<Expr, FilterError> {
    match value {
        Value::Null => Err(wrong("`null` is no operand, use `isNull`")),
        Value::Array(_) => Err(wrong("a list stands only behind `in`")),
        Value::Object(object) => {
            budget.enter()?;
            let read = of_object(object, budget);
            budget.leave();
            read
        }
        Value::Bool(value) => budget.term().map(|()| Expr::Bool(*value)),
        Value::String(text) => budget.term().map(|()| Expr::Text(text.clone())),
        Value::Number(number) => {
            budget.term()?;
            number.as_f64().map(Expr::Number).ok_or_else(|| wrong(format!("`{number}` is no number")))
        }
    }
}

fn of_object(object: &Map<String, Value>, budget: &mut Budget) -> Result<Expr, FilterError> {
    if let Some(op) = object.get("op") {
        return operation(op, object.get("args"), budget);
    }
    budget.term()?;
    if let Some(name) = object.get("property") {
        let name = name.as_str().ok_or_else(|| wrong("`property` is not a text"))?;
        return Ok(Expr::Property(name.to_owned()));
    }
    for (key, read) in [("date", Span::date as fn(&str) -> _), ("timestamp", Span::instant)] {
        if let Some(text) = object.get(key) {
            let text = text.as_str().ok_or_else(|| wrong(format!("`{key}` is not a text")))?;
            return read(text).map(Expr::Time).map_err(|error| wrong(error.to_string()));
        }
    }
    if let Some(bounds) = object.get("interval") {
        let Some([from, to]) = bounds.as_array().map(Vec::as_slice) else {
            return Err(wrong("`interval` is not a list of two"));
        };
        return Ok(Expr::Interval(bound(from, budget)?, bound(to, budget)?));
    }
    if let Some(numbers) = object.get("bbox") {
        let list = numbers.as_array().map(|list| list.iter().map_while(Value::as_f64).collect::<Vec<_>>());
        let list = list.filter(|list| numbers.as_array().is_some_and(|all| all.len() == list.len()));
        let list = list.ok_or_else(|| wrong("`bbox` is not a list of numbers"))?;
        return wkt::bbox(&list).map(Expr::Geometry).map_err(wrong);
    }
    if object.contains_key("coordinates") || object.contains_key("geometries") {
        return geometry(object);
    }
    let known =
        "`op`, `property`, `date`, `timestamp`, `interval`, `bbox` or the members of a GeoJSON geometry";
    Err(wrong(format!("an object has none of {known}")))
}

fn operation(op: &Value, args: Option<&Value>, budget: &mut Budget) -> Result<Expr, FilterError> {
    let name = op.as_str().unwrap_or_default();
    let short: String = name.chars().take(60).collect();
    let op = Op::of_json(name).ok_or_else(|| wrong(format!("there is no operation `{short}`")))?;
    let args =
        args.and_then(Value::as_array).ok_or_else(|| wrong(format!("`{short}` has no list `args`")))?;
    let mut operands = Vec::new();
    match (op, args.as_slice()) {
        // The list is one argument here, and so many operands in the text.
        (Op::In, [value, Value::Array(list)]) => {
            operands.push(expr(value, budget)?);
            for item in list {
                operands.push(expr(item, budget)?);
            }
        }
        (Op::In, _) => return Err(wrong("`in` takes a value and a list")),
        (_, args) => {
            for arg in args {
                operands.push(expr(arg, budget)?);
            }
        }
    }
    let (fewest, most) = op.operands();
    if !(fewest..=most).contains(&operands.len()) {
        return Err(wrong(format!("`{short}` takes {fewest} operands, not {}", operands.len())));
    }
    Ok(Expr::Call(op, operands))
}

fn bound(value: &Value, budget: &mut Budget) -> Result<Option<Box<Expr>>, FilterError> {
    match value {
        Value::String(text) if text == ".." => Ok(None),
        Value::String(text) => {
            let span = Span::parse(text).map_err(|error| wrong(error.to_string()))?;
            Ok(Some(Box::new(Expr::Time(span))))
        }
        other => Ok(Some(Box::new(expr(other, budget)?))),
    }
}

/// Reads a GeoJSON geometry (RFC 7946 § 3.1); heights are left out.
fn geometry(object: &Map<String, Value>) -> Result<Expr, FilterError> {
    let geometry = if object.get("type").and_then(Value::as_str) == Some("GeometryCollection") {
        let members = object.get("geometries").and_then(Value::as_array);
        let members = members.ok_or_else(|| wrong("`geometries` is not a list"))?;
        let member =
            |member: &Value| single(member.as_object().ok_or_else(|| wrong("a geometry is not an object"))?);
        let members: Result<Vec<_>, _> = members.iter().map(member).collect();
        Geometry::GeometryCollection(GeometryCollection(members?))
    } else {
        single(object)?
    };
    wkt::check(&geometry).map_err(wrong)?;
    Ok(Expr::Geometry(geometry))
}

/// Reads a geometry that is no collection.
fn single(object: &Map<String, Value>) -> Result<Geometry, FilterError> {
    let at = object.get("coordinates").ok_or_else(|| wrong("a geometry has no `coordinates`"))?;
    let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
    Ok(match kind {
        "Point" => Geometry::Point(position(at)?.into()),
        "LineString" => Geometry::LineString(line(at)?),
        "Polygon" => Geometry::Polygon(polygon(at)?),
        "MultiPoint" => Geometry::MultiPoint(MultiPoint::new(list(at, |at| position(at).map(Into::into))?)),
        "MultiLineString" => Geometry::MultiLineString(MultiLineString::new(list(at, line)?)),
        "MultiPolygon" => Geometry::MultiPolygon(MultiPolygon::new(list(at, polygon)?)),
        other => {
            let other: String = other.chars().take(60).collect();
            return Err(wrong(format!("`{other}` is no kind of geometry")));
        }
    })
}

fn list<T>(value: &Value, item: impl Fn(&Value) -> Result<T, FilterError>) -> Result<Vec<T>, FilterError> {
    value.as_array().ok_or_else(|| wrong("coordinates are not a list"))?.iter().map(item).collect()
}

fn position(value: &Value) -> Result<Coord, FilterError> {
    match value.as_array().map(Vec::as_slice) {
        Some([x, y] | [x, y, _]) => match (x.as_f64(), y.as_f64()) {
            (Some(x), Some(y)) => Ok(Coord { x, y }),
            _ => Err(wrong("a coordinate is no number")),
        },
        _ => Err(wrong("a position has two or three coordinates")),
    }
}

fn line(value: &Value) -> Result<LineString, FilterError> {
    list(value, position).map(LineString::new)
}

fn polygon(value: &Value) -> Result<Polygon, FilterError> {
    let mut rings = list(value, line)?.into_iter();
    let outer = rings.next().ok_or_else(|| wrong("a polygon has no ring"))?;
    Ok(Polygon::new(outer, rings.collect()))
}
