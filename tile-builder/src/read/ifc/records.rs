//! The records of a file by number and class.
//!
//! In: the text. Out: [`Records`]: any record on demand, and lists of those that the model is made
//! of. Called by the other files of the adapter. One pass over the text finds where each record
//! stands; nothing is decoded before it is asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use ifc_lite_core::{
    AttributeValue, DecodedEntity, EntityDecoder, EntityScanner, IfcType, attribute_names_for_schema,
    entity_info_for_schema, is_subtype_of_for_schema,
};
use rustc_hash::FxHashMap;

/// A step number, as in `#123=`.
pub(super) type Step = u32;

/// The records of one file.
pub(super) struct Records<'b> {
    pub(super) bytes: &'b [u8],
    spans: Spans,
    /// A schema that the tables know.
    schema: &'static str,
    lists: FxHashMap<String, Vec<Step>>,
    /// Everything with a place in the community of things: class in capitals and number, in file order.
    objects: Vec<(Arc<str>, Step)>,
    /// Records by class, in capitals.
    pub(super) counts: BTreeMap<String, u64>,
}

/// Where records stand in the text. Twelve bytes a record: a hash table of the library takes three
/// times as many.
struct Spans {
    /// Number, first byte and length, by number.
    sorted: Vec<(Step, u32, u32)>,
    /// Whether the numbers are those of the places, but for a constant: then no search is needed.
    first: Option<Step>,
}

impl Spans {
    /// Of records in the order of the file; of several with one number, the last counts.
    fn new(mut found: Vec<(Step, u32, u32)>) -> Self {
        if !found.is_sorted_by(|a, b| a.0 < b.0) {
            found.sort_by_key(|(step, start, _)| (*step, std::cmp::Reverse(*start)));
            found.dedup_by_key(|(step, ..)| *step);
        }
        found.shrink_to_fit();
        let ends = found.first().zip(found.last());
        let first = ends.filter(|(first, last)| (last.0 - first.0) as usize == found.len() - 1);
        Self { first: first.map(|(first, _)| first.0), sorted: found }
    }

    fn get(&self, step: Step) -> Option<(usize, usize)> {
        let at = match self.first {
            Some(first) => step.checked_sub(first)? as usize,
            None => self.sorted.binary_search_by_key(&step, |(known, ..)| *known).ok()?,
        };
        let (_, start, length) = self.sorted.get(at)?;
        Some((*start as usize, *start as usize + *length as usize))
    }
}

/// Classes whose records are listed, beside objects.
const LISTED: [&str; 21] = [
    "IFCUNITASSIGNMENT",
    "IFCRELAGGREGATES",
    "IFCRELNESTS",
    "IFCRELCONTAINEDINSPATIALSTRUCTURE",
    "IFCRELFILLSELEMENT",
    "IFCRELVOIDSELEMENT",
    "IFCRELCOVERSBLDGELEMENTS",
    "IFCRELCOVERSSPACES",
    "IFCRELDEFINESBYPROPERTIES",
    "IFCRELDEFINESBYTYPE",
    "IFCRELASSOCIATESMATERIAL",
    "IFCRELASSOCIATESCLASSIFICATION",
    "IFCMAPCONVERSION",
    "IFCMAPCONVERSIONSCALED",
    "IFCRIGIDOPERATION",
    "IFCPROJECTEDCRS",
    "IFCGEOMETRICREPRESENTATIONCONTEXT",
    "IFCPROPERTYSET",
    "IFCSTYLEDITEM",
    "IFCBOOLEANRESULT",
    "IFCBOOLEANCLIPPINGRESULT",
];

/// What a class is, as far as the model cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Listed,
    Object,
    Other,
}

/// The schema whose tables fit a file best: unknown names are drafts of the nearest release.
fn known_schema(declared: &str) -> &'static str {
    match declared {
        "IFC4" => "IFC4",
        name if name.starts_with("IFC4X3") => "IFC4X3",
        name if name.starts_with("IFC4X2") => "IFC4X2",
        name if name.starts_with("IFC4X1") => "IFC4X1",
        name if name.starts_with("IFC4X") => "IFC4X3",
        name if name.starts_with("IFC4") => "IFC4",
        _ => "IFC2X3",
    }
}

impl<'b> Records<'b> {
    /// Finds the records of a text.
    pub(super) fn find(bytes: &'b [u8], declared_schema: &str) -> Self {
        let schema = known_schema(declared_schema);
        let mut lists: FxHashMap<String, Vec<Step>> = FxHashMap::default();
        let mut objects = Vec::new();
        let mut classes: FxHashMap<Box<str>, (Sort, Arc<str>, u64)> = FxHashMap::default();
        let mut spans = Vec::new();
        let mut scanner = EntityScanner::new(bytes);
        while let Some((step, class, start, end)) = scanner.next_entity() {
            // A file is smaller than 4 GiB by its limit.
            spans.push((step, start as u32, (end - start) as u32));
            if !classes.contains_key(class) {
                let upper: Arc<str> = class.to_ascii_uppercase().into();
                let sort = sort(schema, &upper);
                classes.insert(class.into(), (sort, upper, 0));
            }
            let Some((sort, upper, count)) = classes.get_mut(class) else { continue };
            *count += 1;
            match sort {
                Sort::Listed => match lists.get_mut(&**upper) {
                    Some(list) => list.push(step),
                    None => drop(lists.insert(upper.to_string(), vec![step])),
                },
                Sort::Object => objects.push((Arc::clone(upper), step)),
                Sort::Other => {}
            }
        }
        let mut counts = BTreeMap::new();
        for (_, upper, count) in classes.into_values() {
            *counts.entry(upper.to_string()).or_default() += count;
        }
        Self { bytes, spans: Spans::new(spans), schema, lists, objects, counts }
    }

    /// The records of a class in capitals, one of those that are listed; in file order.
    pub(super) fn list(&self, class: &str) -> &[Step] {
        self.lists.get(class).map_or(&[], Vec::as_slice)
    }

    /// Everything that is a project, a spatial element or an element.
    pub(super) fn objects(&self) -> &[(Arc<str>, Step)] {
        &self.objects
    }

    /// A record; none if there is no such number, or what stands there is no record.
    pub(super) fn get(&self, step: Step) -> Option<DecodedEntity> {
        let (start, end) = self.span(step)?;
        EntityDecoder::new(self.bytes).decode_at_uncached(start, end).ok()
    }

    /// Where a record stands in the text.
    pub(super) fn span(&self, step: Step) -> Option<(usize, usize)> {
        self.spans.get(step)
    }

    /// The class of a record, in capitals.
    pub(super) fn class(&self, step: Step) -> Option<String> {
        let (start, end) = self.span(step)?;
        let text = self.bytes.get(start..end)?;
        let from = memchr::memchr(b'=', text)? + 1;
        let name: Vec<u8> = text[from..]
            .trim_ascii_start()
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .map(u8::to_ascii_uppercase)
            .collect();
        String::from_utf8(name).ok()
    }

    /// Whether a class, in capitals, is another or a kind of it.
    pub(super) fn is_a(&self, class: &str, of: &str) -> bool {
        class == of || is_a(self.schema, class, of)
    }

    /// Names of a class's attributes, in order.
    pub(super) fn attribute_names(&self, class: &str) -> &'static [&'static str] {
        attribute_names_for_schema(self.schema, class)
            .or_else(|| attribute_names_for_schema("IFC4X3", class))
            .or_else(|| attribute_names_for_schema("IFC2X3", class))
            .unwrap_or_default()
    }

    /// A class as the standard spells it, such as `IfcWallStandardCase`.
    pub(super) fn spelling(class: &str) -> String {
        match IfcType::from_str(class) {
            IfcType::Unknown(_) => class.to_owned(),
            known => known.to_string(),
        }
    }
}

/// A class is a kind of another in the file's schema, or else in any: drafts move names about.
fn is_a(schema: &str, class: &str, of: &str) -> bool {
    let known = [schema, "IFC4X3", "IFC4", "IFC2X3"];
    let declares = known.into_iter().find(|schema| entity_info_for_schema(schema, class).is_some());
    declares.is_some_and(|schema| is_subtype_of_for_schema(schema, class, of))
}

fn sort(schema: &str, class: &str) -> Sort {
    if LISTED.contains(&class) {
        return Sort::Listed;
    }
    if class == "IFCPROJECT" {
        return Sort::Object;
    }
    // Openings are holes, not things; structural analysis, grids, annotations and ports have no body.
    let thing = [
        "IFCELEMENT",
        "IFCSPATIALSTRUCTUREELEMENT",
        "IFCSPATIALELEMENT",
        "IFCPROXY",
        "IFCPOSITIONINGELEMENT",
    ];
    let object = thing.into_iter().any(|of| class == of || is_a(schema, class, of))
        && !is_a(schema, class, "IFCFEATUREELEMENTSUBTRACTION")
        && class != "IFCGRID";
    if object { Sort::Object } else { Sort::Other }
}

/// The number that an attribute refers to.
pub(super) fn reference(record: &DecodedEntity, at: usize) -> Option<Step> {
    record.get(at)?.as_entity_ref()
}

/// The numbers that a list refers to; a single reference counts as a list of one.
pub(super) fn references(record: &DecodedEntity, at: usize) -> Vec<Step> {
    match record.get(at).map(AttributeValue::unwrap_typed) {
        Some(AttributeValue::EntityRef(step)) => vec![*step],
        Some(AttributeValue::List(items)) => {
            items.iter().filter_map(|item| item.unwrap_typed().as_entity_ref()).collect()
        }
        _ => Vec::new(),
    }
}

/// A text that is not empty.
pub(super) fn text(record: &DecodedEntity, at: usize) -> Option<String> {
    record.get(at)?.as_string().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A number that is finite.
pub(super) fn number(record: &DecodedEntity, at: usize) -> Option<f64> {
    record.get(at)?.as_float().filter(|value| value.is_finite())
}
