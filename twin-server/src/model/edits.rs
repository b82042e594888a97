//! Changes by people: decided against the object of the moment, stored, shown, told to viewers.

use std::fmt::Write;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use twin_schemas::model::ObjectClass;

use super::{Book, Known, Model};
use crate::domain::edit::{
    Edit, EditAction, EditError, EditState, NewObject, ObjectPatch, made, overlaid, patch_made, patch_overlay,
};
use crate::spatial::{Kind, Snapshot, StoredObject};
use crate::store::StoreError;

/// Most objects that people make.
const MADE_LIMIT: usize = 100_000;

/// What is to be done to an object.
#[derive(Debug, Clone)]
pub enum Change {
    /// Make it.
    Create(Box<NewObject>),
    /// Change it.
    Patch(Box<ObjectPatch>),
    /// Remove it, if people made it.
    Remove,
    /// Bring back the state after an edit; 0: as it was before all of them.
    Restore(u32),
}

/// A change as it is asked for.
#[derive(Debug, Clone)]
pub struct EditRequest {
    /// Id of the object.
    pub id: String,
    /// What is to be done.
    pub change: Change,
    /// Who asks for it.
    pub actor: String,
    /// Tags of which the object must have one; empty: any state will do.
    pub if_match: Vec<String>,
}

/// What came of a change.
#[derive(Debug, Clone)]
pub struct Edited {
    /// The object as it is now; nothing if it is gone.
    pub object: Option<Arc<StoredObject>>,
    /// Number of the newest edit.
    pub number: u32,
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// There is no such object.
    #[error("there is no object `{0}`")]
    Unknown(String),
    /// The object is not as the caller thinks.
    #[error("the object was changed since it was read")]
    Stale,
    /// The change is not allowed.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// What is published cannot be removed.
    #[error("`{0}` comes with the publication and cannot be removed")]
    Published(String),
    /// There is no such edit.
    #[error("the object has no edit {0}")]
    NoEdit(u32),
    /// An object that is named does not exist.
    #[error("`{field}` names `{id}`, which is no such object")]
    Reference {
        /// Name of the field.
        field: &'static str,
        /// What it names.
        id: String,
    },
    /// People made as many objects as there may be.
    #[error("there are {MADE_LIMIT} objects that people made, which is the limit")]
    TooMany,
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

/// The tag of an object as it is now: what it amounts to, whatever version it is of.
#[must_use]
pub fn tag(object: &StoredObject) -> String {
    let (brief, details) = object.parts();
    let mut digest = Sha256::new();
    // Plain data with string keys: writing it cannot fail.
    digest.update(serde_json::to_vec(brief).unwrap_or_default());
    digest.update(details.unwrap_or_default());
    let mut tag = String::from("\"");
    for byte in digest.finalize().iter().take(8) {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

impl Model {
    /// Makes a change.
    ///
    /// # Errors
    /// A [`ModelError`] that says why it was not made.
    pub async fn edit(self: &Arc<Self>, request: EditRequest) -> Result<Edited, ModelError> {
        let model = Arc::clone(self);
        // A task of its own: what is stored must be shown, also when the client has gone by then.
        let done = tokio::spawn(async move { model.edit_now(request).await }).await;
        done.map_err(|_| ModelError::Stopping)?
    }

    async fn edit_now(&self, request: EditRequest) -> Result<Edited, ModelError> {
        let EditRequest { id, change, actor, if_match } = request;
        let mut book = self.book.lock().await;
        let now = self.index.now();
        let current = now.get(&id);
        if !if_match.is_empty() && !current.is_some_and(|object| if_match.contains(&tag(object))) {
            return Err(if current.is_some() { ModelError::Stale } else { ModelError::Unknown(id) });
        }
        let known = book.get(&id).cloned().unwrap_or_default();
        let (action, after) = self.decide(&id, change, &now, &known, &book).await?;
        if after == known.state {
            return Ok(Edited { object: current.cloned(), number: known.number });
        }
        let number = known.number + 1;
        let time = OffsetDateTime::now_utc();
        let edit = Edit { object: id, number, time, actor, action, before: known.state, after };
        self.store.add_edit(&edit).await?;
        tracing::info!(object = edit.object, number, ?action, "an object was changed");
        let object = self.show(&edit);
        book.insert(edit.object, Known { state: edit.after, number });
        Ok(Edited { object, number })
    }

    /// What people will have done to the object after a change.
    async fn decide(
        &self,
        id: &str,
        change: Change,
        now: &Snapshot,
        known: &Known,
        book: &Book,
    ) -> Result<(EditAction, Option<EditState>), ModelError> {
        let unknown = || ModelError::Unknown(id.to_owned());
        let published = now.published().get(id);
        match (change, &known.state) {
            (Change::Create(new), _) => {
                let object = made(id.to_owned(), placed(*new, now)?)?;
                if book.values().filter(|k| matches!(k.state, Some(EditState::Made(_)))).count() >= MADE_LIMIT
                {
                    return Err(ModelError::TooMany);
                }
                Ok((EditAction::Created, Some(EditState::Made(Box::new(object)))))
            }
            (Change::Patch(patch), Some(EditState::Made(object))) => {
                let moved_to = patch.footprint.as_deref().map(|outline| zone_of(object.class, outline, now));
                let mut object = patch_made(object, *patch)?;
                if let Some(zone) = moved_to {
                    object.zone = zone;
                }
                Ok((EditAction::Changed, Some(EditState::Made(Box::new(object)))))
            }
            (Change::Patch(patch), state) => {
                published.ok_or_else(unknown)?;
                let overlay = state.as_ref().and_then(EditState::overlay);
                let overlay = patch_overlay(overlay, *patch)?;
                Ok((EditAction::Changed, overlay.map(EditState::Overlay)))
            }
            (Change::Remove, Some(EditState::Made(_))) => Ok((EditAction::Removed, None)),
            (Change::Remove, _) if published.is_some() => Err(ModelError::Published(id.to_owned())),
            (Change::Remove, _) => Err(unknown()),
            (Change::Restore(number), _) => {
                let after = self.state_after(id, number, known).await?;
                if published.is_none() && matches!(after, Some(EditState::Overlay(_))) {
                    return Err(unknown());
                }
                Ok((EditAction::Restored, after))
            }
        }
    }

    async fn state_after(
        &self,
        id: &str,
        number: u32,
        known: &Known,
    ) -> Result<Option<EditState>, ModelError> {
        if known.number == 0 {
            let exists = self.index.now().get(id).is_some();
            return Err(if exists { ModelError::NoEdit(number) } else { ModelError::Unknown(id.to_owned()) });
        }
        if number == 0 {
            return Ok(None);
        }
        let edit = self.store.edits(id, number.saturating_add(1), 1).await?.pop();
        let edit = edit.filter(|edit| edit.number == number).ok_or(ModelError::NoEdit(number))?;
        Ok(edit.after)
    }

    /// Shows what an edit made of an object, and tells viewers.
    fn show(&self, edit: &Edit) -> Option<Arc<StoredObject>> {
        let id = &edit.object;
        self.index.change(|now| match &edit.after {
            None => now.take_back(id),
            Some(EditState::Made(object)) => now.put(StoredObject::from((**object).clone())),
            Some(EditState::Overlay(overlay)) => {
                if let Some(published) = now.published().get(id).cloned() {
                    now.put(published.with(|object| *object = overlaid(object, overlay)));
                }
            }
        });
        let object = self.index.now().get(id).cloned();
        self.hub.tell_object(id, object.as_ref().map(|object| object.parts().0));
        object
    }
}

/// A new object whose parent and zone exist. Without a zone it gets the one that its middle is in.
fn placed(mut new: NewObject, now: &Snapshot) -> Result<NewObject, ModelError> {
    let missing = |field, id: &str| ModelError::Reference { field, id: id.chars().take(100).collect() };
    if let Some(parent) = &new.parent
        && now.get(parent).is_none()
    {
        return Err(missing("parent", parent));
    }
    match &new.zone {
        Some(zone) if now.get(zone).is_none_or(|zone| Kind::from(zone.class) != Kind::Zone) => {
            return Err(missing("zone", zone));
        }
        Some(_) => {}
        None => new.zone = zone_of(new.class, &new.footprint, now),
    }
    Ok(new)
}

/// The zone that the middle of an outline is in; a zone is in none.
fn zone_of(class: ObjectClass, outline: &[Vec<Vec<[f64; 2]>>], now: &Snapshot) -> Option<String> {
    let points: Vec<&[f64; 2]> = outline.iter().flatten().flatten().collect();
    let count = points.len().max(1) as f64;
    let middle = |axis: usize| points.iter().map(|point| point[axis]).sum::<f64>() / count;
    let zone = now.at(Kind::Zone, middle(0), middle(1)).map(|zone| zone.id.clone());
    zone.filter(|_| class != ObjectClass::Zone)
}

/// An id that no object has.
///
/// # Errors
/// If the system has no random numbers.
pub fn new_id() -> Result<String, StoreError> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)
        .map_err(|error| StoreError::Content(format!("no random numbers: {error}")))?;
    let mut id = String::from("made/");
    for byte in bytes {
        let _ = write!(id, "{byte:02x}");
    }
    Ok(id)
}
