//! Answers of Open311 in the two formats: values come in, JSON or XML goes out. Called by the handlers.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::layers::Explained;
use super::super::{Problem, ProblemBody};

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// JSON.
    Json,
    /// XML, which the standard asks of every server.
    Xml,
}

impl Format {
    /// The format that an address ends with; XML if it says none.
    pub(super) fn of_path(path: &str) -> Self {
        Self::split(path).map_or(Self::Xml, |(_, format)| format)
    }

    /// The name before the end of an address that says the format.
    pub(super) fn split(file: &str) -> Result<(&str, Self), Problem> {
        let known = [(".json", Self::Json), (".xml", Self::Xml)];
        let found = known.into_iter().find_map(|(end, format)| Some((file.strip_suffix(end)?, format)));
        found.ok_or_else(|| {
            let detail = format!("`{file}` does not say its format");
            Problem::not_found("unknown_format", detail).with_hint("end the address with `.xml` or `.json`")
        })
    }
}

/// A list under its name, or one thing under its own: `services` of `service`, or `discovery`.
#[derive(Debug, Clone, Copy)]
pub(in crate::api) enum Named {
    /// The element of the list, and that of each of its things.
    List(&'static str, &'static str),
    /// The element of the thing.
    One(&'static str),
}

/// Writes an answer.
pub(in crate::api) fn answer<T: Serialize>(
    named: Named,
    value: &T,
    status: StatusCode,
    format: Format,
) -> Result<Response, Problem> {
    let failed = |_| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR);
    let value = serde_json::to_value(value).map_err(failed)?;
    written(named, &value, status, format).map_err(|()| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))
}

/// A failure as the standard has it: its code is the HTTP status. `name` is what it is called everywhere here.
pub(super) fn failure(problem: &ProblemBody, status: StatusCode, format: Format) -> Response {
    let hint = problem.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    let description = format!("{}{hint}", problem.detail);
    let errors = json!([{ "code": status.as_u16(), "description": description, "name": problem.code }]);
    let mut response = written(Named::List("errors", "error"), &errors, status, format)
        .unwrap_or_else(|()| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    response.extensions_mut().insert(Explained);
    response
}

fn written(named: Named, value: &Value, status: StatusCode, format: Format) -> Result<Response, ()> {
    let (text, media) = match format {
        Format::Json => (value.to_string(), "application/json; charset=utf-8"),
        Format::Xml => (xml(named, value)?, "text/xml; charset=utf-8"),
    };
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn xml(named: Named, value: &Value) -> Result<String, ()> {
    let mut writer = Writer::new(Vec::new());
    let declaration = BytesDecl::new("1.0", Some("utf-8"), None);
    writer.write_event(Event::Decl(declaration)).map_err(drop)?;
    match (named, value) {
        (Named::List(list, each), Value::Array(values)) => element(&mut writer, list, values, Some(each)),
        (Named::List(name, _) | Named::One(name), value) => {
            element(&mut writer, name, std::slice::from_ref(value), None)
        }
    }
    .map_err(drop)?;
    String::from_utf8(writer.into_inner()).map_err(drop)
}

/// An element with values in it, each in an element of its own if that has a name.
fn element(
    writer: &mut Writer<Vec<u8>>,
    name: &str,
    values: &[Value],
    each: Option<&str>,
) -> std::io::Result<()> {
    writer.create_element(name).write_inner_content(|writer| {
        for value in values {
            match each {
                Some(each) => element(writer, each, std::slice::from_ref(value), None)?,
                None => content(writer, value)?,
            }
        }
        Ok(())
    })?;
    Ok(())
}

fn content(writer: &mut Writer<Vec<u8>>, value: &Value) -> std::io::Result<()> {
    match value {
        Value::Null => Ok(()),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    // Lists within a thing are named by the plural: `endpoints` of `endpoint`.
                    Value::Array(values) => {
                        element(writer, name, values, Some(name.strip_suffix('s').unwrap_or(name)))?;
                    }
                    value => element(writer, name, std::slice::from_ref(value), None)?,
                }
            }
            Ok(())
        }
        Value::String(text) => writer.write_event(Event::Text(BytesText::new(&without_controls(text)))),
        other => writer.write_event(Event::Text(BytesText::new(&other.to_string()))),
    }
}

/// Characters that XML 1.0 cannot say at all (§ 2.2) are left out.
fn without_controls(text: &str) -> String {
    let can_be_said = |c: &char| {
        matches!(c, '\t' | '\n' | '\r') || (!c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'))
    };
    text.chars().filter(can_be_said).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_says_what_json_says_and_no_text_breaks_it() {
        let list = json!([{ "text": "<a> & \"b\"\u{0}\u{7}\n灯", "none": null, "n": 3, "yes": false }]);
        let text = xml(Named::List("requests", "request"), &list).unwrap();
        assert_eq!(
            text,
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><requests><request><n>3</n><none></none>\
             <text>&lt;a&gt; &amp; &quot;b&quot;\n灯</text><yes>false</yes></request></requests>"
        );
        let one = json!({ "endpoints": [{ "url": "x" }] });
        let text = xml(Named::One("discovery"), &one).unwrap();
        assert!(
            text.ends_with("<discovery><endpoints><endpoint><url>x</url></endpoint></endpoints></discovery>"),
            "{text}"
        );
        assert_eq!(
            xml(Named::List("requests", "request"), &json!([])).unwrap().matches("request").count(),
            2
        );
    }

    #[test]
    fn an_address_says_its_format() {
        assert_eq!(Format::split("7.json").unwrap(), ("7", Format::Json));
        assert_eq!(Format::split("a.b.xml").unwrap(), ("a.b", Format::Xml));
        assert!(Format::split("7").is_err());
    }
}
