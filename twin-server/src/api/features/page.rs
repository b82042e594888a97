//! Pages for people: the same that programs get as JSON, as plain HTML without scripts.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::call::{Call, encoded};

/// Columns of a table of features; a person scrolls no further.
const COLUMNS: usize = 12;
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1f24;background:#fff}\
a{color:#0b57d0}table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{border-bottom:1px solid #d0d7de;padding:.3rem .6rem;text-align:left;vertical-align:top}\
.wide{overflow-x:auto}dt{font-weight:600}dd{margin:0 0 .4rem}\
@media(prefers-color-scheme:dark){body{color:#e6e8eb;background:#15181c}a{color:#8ab4f8}th,td{border-color:#3a4048}}";

/// The page of an answer.
pub(super) fn page(title: &str, body: &Value, call: &Call) -> String {
    let mut html = String::new();
    let language = if call.chinese { "zh-CN" } else { "en" };
    let title = escaped(title);
    let home = call.text(["社区孪生", "Community Twin"]);
    // Writing into a string cannot fail.
    let _ = write!(
        html,
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} · {home}</title>\
         <style>{STYLE}</style></head><body><p><a href=\"{}\">{home}</a></p><h1>{title}</h1>",
        escaped(&call.address("/?f=html")),
    );
    if let Value::Object(object) = body {
        whole(&mut html, object, call);
    }
    html.push_str("</body></html>");
    html
}

fn whole(html: &mut String, object: &Map<String, Value>, call: &Call) {
    if let Some(Value::String(text)) = object.get("description") {
        let _ = write!(html, "<p>{}</p>", escaped(text));
    }
    if let (Some(matched), returned) = (object.get("numberMatched"), object.get("numberReturned")) {
        let words = call.text(["条，本页", "features, here"]);
        let _ = write!(html, "<p>{matched} {words} {}</p>", returned.unwrap_or(&Value::Null));
    }
    list(html, object.get("collections"), call);
    features(html, object.get("features"), call);
    if let Some(Value::Array(classes)) = object.get("conformsTo") {
        html.push_str("<ul>");
        for class in classes.iter().filter_map(Value::as_str) {
            let _ = write!(html, "<li>{}</li>", escaped(class));
        }
        html.push_str("</ul>");
    }
    let properties = object.get("properties").and_then(Value::as_object);
    let known = |key: &str| {
        ["description", "title", "links", "collections", "features", "conformsTo", "properties", "geometry"]
            .contains(&key)
    };
    let rest = object.iter().filter(|(key, _)| !known(key));
    html.push_str("<dl>");
    for (key, value) in rest.chain(properties.into_iter().flatten()).filter(|(_, value)| !value.is_null()) {
        let _ = write!(html, "<dt>{}</dt><dd>{}</dd>", escaped(key), told(value));
    }
    html.push_str("</dl>");
    links(html, object.get("links"), call);
}

/// Collections with links to their pages.
fn list(html: &mut String, collections: Option<&Value>, call: &Call) {
    let Some(Value::Array(collections)) = collections else { return };
    html.push_str("<ul>");
    for collection in collections {
        let text = |key: &str| collection.get(key).and_then(Value::as_str).unwrap_or_default();
        let own = |link: &&Value| link.get("rel").and_then(Value::as_str) == Some("self");
        let links = collection.get("links").and_then(Value::as_array);
        let own = links.and_then(|links| links.iter().find(own)).and_then(|link| link.get("href"));
        let href = match own.and_then(Value::as_str) {
            Some(href) => format!("{href}?f=html"),
            None => call.address(&format!("/collections/{}?f=html", encoded(text("id")))),
        };
        let (title, description) = (escaped(text("title")), escaped(text("description")));
        let _ = write!(html, "<li><a href=\"{}\">{title}</a> {description}</li>", escaped(&href));
    }
    html.push_str("</ul>");
}

/// Features as a table, each with a link to its page.
fn features(html: &mut String, features: Option<&Value>, call: &Call) {
    let Some(Value::Array(features)) = features else { return };
    let mut columns: Vec<&String> = Vec::new();
    for properties in features.iter().filter_map(|feature| feature.get("properties")?.as_object()) {
        for (name, value) in properties {
            if !value.is_null() && !columns.contains(&name) && columns.len() < COLUMNS {
                columns.push(name);
            }
        }
    }
    html.push_str("<div class=\"wide\"><table><tr><th>id</th>");
    for name in &columns {
        let _ = write!(html, "<th>{}</th>", escaped(name));
    }
    html.push_str("</tr>");
    let base = call.own_address();
    for feature in features {
        let id = feature.get("id").and_then(Value::as_str).unwrap_or_default();
        let href = escaped(&format!("{base}/{}?f=html", encoded(id)));
        let _ = write!(html, "<tr><td><a href=\"{href}\">{}</a></td>", escaped(id));
        for name in &columns {
            let value = feature.get("properties").and_then(|properties| properties.get(*name));
            let _ = write!(html, "<td>{}</td>", value.map(told).unwrap_or_default());
        }
        html.push_str("</tr>");
    }
    html.push_str("</table></div>");
}

fn links(html: &mut String, links: Option<&Value>, call: &Call) {
    let Some(Value::Array(links)) = links else { return };
    let _ = write!(html, "<h2>{}</h2><ul>", call.text(["链接", "Links"]));
    for link in links {
        let text = |key: &str| link.get(key).and_then(Value::as_str).unwrap_or_default();
        let rel = text("rel").rsplit('/').next().unwrap_or_default();
        let _ = write!(
            html,
            "<li><a href=\"{}\">{}</a> ({}, {})</li>",
            escaped(text("href")),
            escaped(text("title")),
            escaped(rel),
            escaped(text("type")),
        );
    }
    html.push_str("</ul>");
}

fn told(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => escaped(text),
        other => escaped(&other.to_string()),
    }
}

/// Text that means nothing to a browser.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
