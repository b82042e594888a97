//! What people change of the community model: names and properties of any object, and objects that they
//! make. Decides what is allowed and what comes of it; called by the model.
//!
//! What is published stays as it is. A change of a published object is an [`Overlay`] over it, which a new
//! version of the publication does not lose; an object that people made is kept whole. Each change is an
//! [`Edit`] with what was before and after, so that it can be taken back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use twin_schemas::LocalizedText;
use twin_schemas::geometry::{LocalBox, LocalPoint};
use twin_schemas::model::{ModelObject, ObjectClass};

use super::registration::DISTANCE_LIMIT_M;

/// Longest name, in characters.
pub const NAME_LIMIT: usize = 200;
/// Most properties that people give one object.
pub const PROPERTY_LIMIT: usize = 100;
/// Longest name of a property, in characters.
pub const KEY_LIMIT: usize = 100;
/// Largest value of a property, as JSON, in bytes.
pub const VALUE_LIMIT_BYTES: usize = 4096;
/// Most points of an outline.
pub const POINT_LIMIT: usize = 2000;

/// What people changed of a published object.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Overlay {
    /// Its name; absent: as published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<LocalizedText>,
    /// Properties over the published ones.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, Value>,
}

/// What people did to an object, all changes together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditState {
    /// They changed a published object.
    Overlay(Overlay),
    /// They made it.
    Made(Box<ModelObject>),
}

impl EditState {
    /// What people changed, if they did not make the object.
    #[must_use]
    pub fn overlay(&self) -> Option<&Overlay> {
        match self {
            Self::Overlay(overlay) => Some(overlay),
            Self::Made(_) => None,
        }
    }
}

/// What kind of change an edit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditAction {
    /// The object was made.
    Created,
    /// Name, properties or outline were changed.
    Changed,
    /// The object was removed.
    Removed,
    /// An earlier state was brought back.
    Restored,
}

/// One change of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// Id of the object.
    pub object: String,
    /// Its number among the edits of the object, from 1.
    pub number: u32,
    /// When.
    pub time: OffsetDateTime,
    /// By whom.
    pub actor: String,
    /// What kind of change.
    pub action: EditAction,
    /// What people had done to the object before; absent: nothing, or it did not exist.
    pub before: Option<EditState>,
    /// What they have done to it after.
    pub after: Option<EditState>,
}

/// Changes of an object as they are asked for; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ObjectPatch {
    /// The name; `Some(None)` goes back to the published one.
    pub name: Option<Option<LocalizedText>>,
    /// Properties; `None` takes back what people set.
    pub properties: BTreeMap<String, Option<Value>>,
    /// The outline, of objects that people made.
    pub footprint: Option<Vec<Vec<Vec<[f64; 2]>>>>,
    /// The lower end, of objects that people made.
    pub bottom_m: Option<f64>,
    /// The upper end, of objects that people made.
    pub top_m: Option<f64>,
}

/// An object as it is made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewObject {
    /// What it is.
    pub class: ObjectClass,
    /// Its name.
    pub name: LocalizedText,
    /// The object that it is part of.
    pub parent: Option<String>,
    /// The zone that it stands in.
    pub zone: Option<String>,
    /// Its outline: polygons of rings, outer ring first.
    pub footprint: Vec<Vec<Vec<[f64; 2]>>>,
    /// Metres up of its lower end.
    pub bottom_m: f64,
    /// Metres up of its upper end.
    pub top_m: f64,
    /// Whatever else is to be known.
    pub properties: BTreeMap<String, Value>,
}

/// Why a change is not made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EditError {
    /// A community has one community object, and sites come with building models.
    #[error("objects of class `community` and `site` come with the publication")]
    Class,
    /// A text is too long.
    #[error("`{field}` has {length} characters, limit {limit}")]
    TextTooLong {
        /// Name of the field.
        field: &'static str,
        /// Its length.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// Too many properties.
    #[error("{0} properties, limit {PROPERTY_LIMIT}")]
    Properties(usize),
    /// The value of a property is too large.
    #[error("property `{0}` is larger than {VALUE_LIMIT_BYTES} bytes")]
    Value(String),
    /// The outline has too many points.
    #[error("the outline has {0} points, limit {POINT_LIMIT}")]
    Points(usize),
    /// The outline is none.
    #[error("the outline needs a polygon whose rings have at least three points within {DISTANCE_LIMIT_M} m")]
    Outline,
    /// The heights are none.
    #[error("`bottom_m` must be at or below `top_m`, both within {DISTANCE_LIMIT_M} m")]
    Heights,
    /// The shape of what is published comes from the publication.
    #[error("outline and heights of a published object come with the publication")]
    PublishedShape,
}

/// A published object with what people changed of it.
#[must_use]
pub fn overlaid(published: &ModelObject, overlay: &Overlay) -> ModelObject {
    let mut object = published.clone();
    if let Some(name) = &overlay.name {
        object.name = name.clone();
    }
    object.properties.extend(overlay.properties.clone());
    object
}

/// What a change makes of what people had done to a published object; nothing if it leaves it as published.
///
/// # Errors
/// If the change is not allowed.
pub fn patch_overlay(before: Option<&Overlay>, patch: ObjectPatch) -> Result<Option<Overlay>, EditError> {
    if patch.footprint.is_some() || patch.bottom_m.is_some() || patch.top_m.is_some() {
        return Err(EditError::PublishedShape);
    }
    let mut overlay = before.cloned().unwrap_or_default();
    if let Some(name) = patch.name {
        overlay.name = name;
    }
    patch_properties(&mut overlay.properties, patch.properties);
    check_texts(overlay.name.as_ref(), &overlay.properties)?;
    Ok((overlay != Overlay::default()).then_some(overlay))
}

/// What a change makes of an object that people made.
///
/// # Errors
/// If the change is not allowed.
pub fn patch_made(before: &ModelObject, patch: ObjectPatch) -> Result<ModelObject, EditError> {
    let mut object = before.clone();
    if let Some(name) = patch.name {
        object.name = name.unwrap_or_default();
    }
    patch_properties(&mut object.properties, patch.properties);
    check_texts(Some(&object.name), &object.properties)?;
    let bottom_m = patch.bottom_m.unwrap_or(before.bounds.min.up_m);
    let top_m = patch.top_m.unwrap_or(before.bounds.max.up_m);
    let footprint = patch.footprint.unwrap_or(object.footprint);
    (object.footprint, object.bounds) = shape(footprint, bottom_m, top_m)?;
    Ok(object)
}

/// An object that someone makes.
///
/// # Errors
/// If it is not allowed.
pub fn made(id: String, new: NewObject) -> Result<ModelObject, EditError> {
    if matches!(new.class, ObjectClass::Community | ObjectClass::Site) {
        return Err(EditError::Class);
    }
    check_texts(Some(&new.name), &new.properties)?;
    let (footprint, bounds) = shape(new.footprint, new.bottom_m, new.top_m)?;
    Ok(ModelObject {
        id,
        class: new.class,
        name: new.name,
        parent: new.parent,
        zone: new.zone,
        bounds,
        footprint,
        properties: new.properties,
        bim: None,
    })
}

fn patch_properties(properties: &mut BTreeMap<String, Value>, patch: BTreeMap<String, Option<Value>>) {
    for (key, value) in patch {
        match value {
            Some(value) => drop(properties.insert(key, value)),
            None => drop(properties.remove(&key)),
        }
    }
}

fn check_texts(name: Option<&LocalizedText>, properties: &BTreeMap<String, Value>) -> Result<(), EditError> {
    let names = name.map_or([("name.zh", None), ("name.en", None)], |name| {
        [("name.zh", name.zh.as_deref()), ("name.en", name.en.as_deref())]
    });
    let names = names.into_iter().map(|(field, text)| (field, text.unwrap_or_default(), NAME_LIMIT));
    let keys = properties.keys().map(|key| ("properties", key.as_str(), KEY_LIMIT));
    for (field, text, limit) in names.chain(keys) {
        let length = text.chars().count();
        if length > limit {
            return Err(EditError::TextTooLong { field, length, limit });
        }
    }
    if properties.len() > PROPERTY_LIMIT {
        return Err(EditError::Properties(properties.len()));
    }
    match properties.iter().find(|(_, value)| value.to_string().len() > VALUE_LIMIT_BYTES) {
        Some((key, _)) => Err(EditError::Value(key.clone())),
        None => Ok(()),
    }
}

type Footprint = Vec<Vec<Vec<[f64; 2]>>>;

/// An outline with its rings closed, and the box around it.
fn shape(mut footprint: Footprint, bottom_m: f64, top_m: f64) -> Result<(Footprint, LocalBox), EditError> {
    let near = |metres: f64| metres.abs() <= DISTANCE_LIMIT_M;
    if !(near(bottom_m) && near(top_m) && bottom_m <= top_m) {
        return Err(EditError::Heights);
    }
    let points: usize = footprint.iter().flatten().map(Vec::len).sum();
    if points > POINT_LIMIT {
        return Err(EditError::Points(points));
    }
    if footprint.is_empty() || footprint.iter().any(Vec::is_empty) {
        return Err(EditError::Outline);
    }
    for ring in footprint.iter_mut().flatten() {
        if let (Some(first), Some(last)) = (ring.first().copied(), ring.last().copied())
            && first != last
        {
            ring.push(first);
        }
        let mut distinct = ring.clone();
        distinct.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
        distinct.dedup();
        if distinct.len() < 3 || !ring.iter().flatten().all(|metres| near(*metres)) {
            return Err(EditError::Outline);
        }
    }
    let mut bounds = LocalBox {
        min: LocalPoint { east_m: f64::INFINITY, north_m: f64::INFINITY, up_m: bottom_m },
        max: LocalPoint { east_m: f64::NEG_INFINITY, north_m: f64::NEG_INFINITY, up_m: top_m },
    };
    for [east_m, north_m] in footprint.iter().flatten().flatten() {
        bounds.min.east_m = bounds.min.east_m.min(*east_m);
        bounds.min.north_m = bounds.min.north_m.min(*north_m);
        bounds.max.east_m = bounds.max.east_m.max(*east_m);
        bounds.max.north_m = bounds.max.north_m.max(*north_m);
    }
    Ok((footprint, bounds))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn yard() -> NewObject {
        NewObject {
            class: ObjectClass::Space,
            name: LocalizedText::new("院子", "Yard"),
            parent: None,
            zone: Some("zone/z1".into()),
            footprint: vec![vec![vec![[0.0, 0.0], [4.0, 0.0], [4.0, 3.0]]]],
            bottom_m: 1.0,
            top_m: 5.0,
            properties: BTreeMap::new(),
        }
    }

    fn named(zh: &str) -> ObjectPatch {
        ObjectPatch { name: Some(Some(LocalizedText::same(zh))), ..ObjectPatch::default() }
    }

    #[test]
    fn an_object_is_made_with_its_box_and_closed_rings() {
        let object = made("made/1".into(), yard()).unwrap();
        assert_eq!(object.footprint[0][0].last(), Some(&[0.0, 0.0]));
        assert_eq!((object.bounds.max.east_m, object.bounds.max.north_m), (4.0, 3.0));
        assert_eq!((object.bounds.min.up_m, object.bounds.max.up_m), (1.0, 5.0));
        let higher = patch_made(&object, ObjectPatch { top_m: Some(9.0), ..named("庭院") }).unwrap();
        assert_eq!((higher.bounds.max.up_m, higher.name.zh.as_deref()), (9.0, Some("庭院")));
        assert_eq!(higher.footprint, object.footprint);
    }

    #[test]
    fn shapes_that_are_none_are_refused() {
        let check = |change: fn(&mut NewObject), expected: EditError| {
            let mut new = yard();
            change(&mut new);
            assert_eq!(made("made/1".into(), new), Err(expected));
        };
        check(|new| new.class = ObjectClass::Community, EditError::Class);
        check(|new| new.footprint = vec![], EditError::Outline);
        check(|new| new.footprint = vec![vec![]], EditError::Outline);
        check(|new| new.footprint = vec![vec![vec![[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]]], EditError::Outline);
        check(|new| new.footprint[0][0][1] = [f64::NAN, 0.0], EditError::Outline);
        check(|new| new.footprint[0][0] = vec![[1.0, 2.0]; 2001], EditError::Points(2001));
        check(|new| new.top_m = 0.5, EditError::Heights);
        check(|new| new.top_m = f64::INFINITY, EditError::Heights);
        check(
            |new| new.properties = BTreeMap::from([("k".into(), json!("x".repeat(4095)))]),
            EditError::Value("k".into()),
        );
        check(
            |new| new.name.en = Some("x".repeat(201)),
            EditError::TextTooLong { field: "name.en", length: 201, limit: 200 },
        );
    }

    #[test]
    fn an_overlay_lies_over_what_is_published_and_can_be_taken_back_in_parts() {
        let published = ModelObject {
            properties: BTreeMap::from([("floors".into(), json!(6)), ("built".into(), json!(1984))]),
            ..made("building/b1".into(), yard()).unwrap()
        };
        let set = |key: &str, value: Option<Value>| ObjectPatch {
            properties: BTreeMap::from([(key.to_owned(), value)]),
            ..ObjectPatch::default()
        };
        let overlay = patch_overlay(None, named("一号楼")).unwrap().unwrap();
        let overlay = patch_overlay(Some(&overlay), set("floors", Some(json!(7)))).unwrap().unwrap();
        let shown = overlaid(&published, &overlay);
        assert_eq!((shown.name.zh.as_deref(), &shown.properties["floors"]), (Some("一号楼"), &json!(7)));
        assert_eq!(shown.properties["built"], json!(1984));
        let overlay = patch_overlay(Some(&overlay), set("floors", None)).unwrap().unwrap();
        assert_eq!(overlaid(&published, &overlay).properties["floors"], json!(6));
        let none = ObjectPatch { name: Some(None), ..ObjectPatch::default() };
        assert_eq!(patch_overlay(Some(&overlay), none).unwrap(), None);
        let moved = ObjectPatch { top_m: Some(1.0), ..ObjectPatch::default() };
        assert_eq!(patch_overlay(None, moved), Err(EditError::PublishedShape));
    }
}
