//! What the features of a collection have: properties with their types, in the order in which they are
//! given. Filters are held against it, and `/queryables` and `/schema` show it.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use twin_schemas::LocalizedText;

/// Types of property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PropertyType {
    /// Text.
    Text,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// True or false.
    Bool,
    /// An instant, RFC 3339 in UTC.
    Instant,
    /// Texts.
    TextList,
    /// Sometimes one and sometimes another of text, number, true and false.
    Mixed,
}

/// Where a collection finds the value of a property.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Path {
    /// A field of its own, by its name.
    Field(&'static str),
    /// By name in a map of the object's.
    Extra(String),
    /// By name in a named map of the object's, such as a property set.
    Grouped {
        /// Name of the map.
        group: String,
        /// Name in it.
        name: String,
    },
}

/// One property.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// Its name in answers and filters.
    pub name: String,
    /// Its type.
    pub kind: PropertyType,
    /// What it means.
    pub title: LocalizedText,
    /// Unit symbol; empty for a text or a count.
    pub unit: String,
    /// The values that it can have, if they are few.
    pub values: &'static [&'static str],
    /// Whether lists give it. What they leave out, the feature itself gives.
    pub listed: bool,
    /// Where its value is.
    pub path: Path,
}

impl Property {
    /// A property that the collection itself knows, given in lists.
    #[must_use]
    pub fn field(name: &'static str, kind: PropertyType, zh: &str, en: &str) -> Self {
        Self {
            name: name.into(),
            kind,
            title: LocalizedText::new(zh, en),
            unit: String::new(),
            values: &[],
            listed: true,
            path: Path::Field(name),
        }
    }

    /// A length in metres that the collection itself knows.
    #[must_use]
    pub fn metres(name: &'static str, zh: &str, en: &str) -> Self {
        Self { unit: "m".into(), ..Self::field(name, PropertyType::Number, zh, en) }
    }
}

/// Kinds of geometry that a collection has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GeometryKind {
    /// Points.
    Point,
    /// Polygons, several for one feature where it has several outlines.
    Polygon,
}

/// The schema of a collection.
#[derive(Debug, Clone)]
pub struct Schema {
    properties: Vec<Property>,
    by_name: HashMap<String, usize>,
    geometry: GeometryKind,
}

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Name of the geometry in filters.
pub const GEOMETRY: &str = "geometry";

impl Schema {
    /// A schema of properties in this order. Of two with one name the first stays.
    #[must_use]
    pub fn new(properties: impl IntoIterator<Item = Property>, geometry: GeometryKind) -> Self {
        let mut schema = Self { properties: Vec::new(), by_name: HashMap::new(), geometry };
        for property in properties {
            if property.name != GEOMETRY && !schema.by_name.contains_key(&property.name) {
                schema.by_name.insert(property.name.clone(), schema.properties.len());
                schema.properties.push(property);
            }
        }
        schema
    }

    /// The kind of geometry of its features.
    #[must_use]
    pub fn geometry(&self) -> GeometryKind {
        self.geometry
    }

    /// All properties.
    #[must_use]
    pub fn properties(&self) -> &[Property] {
        &self.properties
    }

    /// The property with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Property> {
        self.by_name.get(name).and_then(|i| self.properties.get(*i))
    }

    /// Names that filters may use, for messages: as many as a person reads.
    #[must_use]
    pub fn names(&self) -> String {
        let listed =
            self.properties.iter().filter(|property| property.listed).map(|property| &*property.name);
        let names: Vec<String> =
            [GEOMETRY].into_iter().chain(listed).map(|name| format!("`{name}`")).collect();
        names.join(", ")
    }

    /// What filters may ask for, as a JSON Schema with this address and title (Features Part 3 § 6.2).
    #[must_use]
    pub fn queryables(&self, id: &str, title: &str, chinese: bool) -> Value {
        let mut schema =
            self.described(id, title, chinese, |property| property.kind != PropertyType::TextList);
        schema["additionalProperties"] = json!(false);
        schema
    }

    /// What features of a list have, as a JSON Schema with this address and title.
    #[must_use]
    pub fn returnables(&self, id: &str, title: &str, chinese: bool) -> Value {
        self.described(id, title, chinese, |property| property.listed)
    }

    /// A feature of a list as GeoJSON, as a JSON Schema with this address and title.
    #[must_use]
    pub fn geojson(&self, id: &str, title: &str, chinese: bool) -> Value {
        let listed = self.properties.iter().filter(|property| property.listed && property.name != "id");
        let properties: Map<String, Value> = listed
            .map(|property| (property.name.clone(), Value::Object(property.to_json(chinese))))
            .collect();
        json!({
            "$schema": DIALECT,
            "$id": id,
            "type": "object",
            "title": title,
            "required": ["type", "id", "geometry", "properties"],
            "properties": {
                "type": { "const": "Feature" },
                "id": { "type": "string" },
                "geometry": { "type": ["object", "null"] },
                "properties": { "type": "object", "properties": properties },
            },
        })
    }

    fn described(&self, id: &str, title: &str, chinese: bool, keep: impl Fn(&Property) -> bool) -> Value {
        let format = match self.geometry {
            GeometryKind::Point => "geometry-point",
            GeometryKind::Polygon => "geometry-polygon-or-multipolygon",
        };
        let geometry = json!({ "x-ogc-role": "primary-geometry", "format": format, "x-ogc-propertySeq": 0 });
        let mut properties = Map::from_iter([(GEOMETRY.to_owned(), geometry)]);
        for (i, property) in self.properties.iter().filter(|property| keep(property)).enumerate() {
            let mut described = property.to_json(chinese);
            described.insert("x-ogc-propertySeq".into(), json!(i + 1));
            properties.insert(property.name.clone(), Value::Object(described));
        }
        json!({ "$schema": DIALECT, "$id": id, "type": "object", "title": title, "properties": properties })
    }
}

impl Property {
    /// The JSON Schema of its values.
    #[must_use]
    pub fn to_json(&self, chinese: bool) -> Map<String, Value> {
        let mut schema = Map::new();
        let mut put = |key: &str, value: Value| schema.insert(key.into(), value);
        if self.name == "id" {
            put("x-ogc-role", json!("id"));
        }
        let title = in_language(&self.title, chinese);
        if !title.is_empty() {
            put("title", json!(title));
        }
        match self.kind {
            PropertyType::Text => put("type", json!("string")),
            PropertyType::Number => put("type", json!("number")),
            PropertyType::Integer => put("type", json!("integer")),
            PropertyType::Bool => put("type", json!("boolean")),
            PropertyType::Mixed => put("type", json!(["string", "number", "boolean"])),
            PropertyType::Instant => {
                put("format", json!("date-time"));
                put("type", json!("string"))
            }
            PropertyType::TextList => {
                put("items", json!({ "type": "string" }));
                put("type", json!("array"))
            }
        };
        if !self.values.is_empty() {
            put("enum", json!(self.values));
        }
        if !self.unit.is_empty() {
            put("x-ogc-unit", json!(self.unit));
        }
        schema
    }
}

/// A text in Chinese or English, in the other language where one is missing.
#[must_use]
pub fn in_language(text: &LocalizedText, chinese: bool) -> &str {
    let zh_or_en = text.zh.as_deref().or(text.en.as_deref());
    if chinese { zh_or_en.unwrap_or_default() } else { text.en_or_zh() }
}
