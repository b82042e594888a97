//! The community model: publications come in at start and when they are switched, changes by people come
//! in from the API; both go to the store first, then into the index that everyone asks, then to viewers.
//! Called by `app`, `jobs` and the API.
//!
//! One change at a time, each decided, stored and shown before the next. Readers never wait: they see the
//! snapshot before or the one after.

mod blocks;
mod diff;
mod edits;

use std::collections::HashMap;
use std::sync::Arc;

use time::OffsetDateTime;
use tokio::sync::Mutex;

pub use edits::{Change, EditRequest, Edited, ModelError, new_id, tag};

use self::diff::Differences;
use crate::domain::edit::{Edit, EditState, overlaid};
use crate::live::Hub;
use crate::spatial::{ObjectTable, Snapshot, SpatialIndex, StoredObject};
use crate::store::{ModelImport, ModelVersion, Store, StoreError};

/// The community model.
pub struct Model {
    index: Arc<SpatialIndex>,
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    book: Mutex<Book>,
}

/// What people did to objects, by id of the object.
type Book = HashMap<String, Known>;

/// What people did to one object.
#[derive(Debug, Clone, Default)]
struct Known {
    /// What holds now.
    state: Option<EditState>,
    /// Number of the newest edit.
    number: u32,
}

impl Model {
    /// The model of a published version, with what people changed.
    ///
    /// # Errors
    /// If the store cannot be read, or does not take the version.
    pub async fn open(
        store: Arc<dyn Store>,
        hub: Arc<Hub>,
        version: &str,
        table: Arc<ObjectTable>,
    ) -> Result<Self, StoreError> {
        let edits = store.newest_edits().await?;
        let book =
            edits.into_iter().map(|edit| (edit.object, Known { state: edit.after, number: edit.number }));
        let book = Mutex::new(book.collect());
        let model = Self { index: Arc::clone(hub.index()), store, hub, book };
        model.publish(version, table).await?;
        Ok(model)
    }

    /// The community at this moment.
    #[must_use]
    pub fn now(&self) -> Arc<Snapshot> {
        self.index.now()
    }

    /// Takes a published version over: stores what is different, then shows it.
    ///
    /// # Errors
    /// If the store refuses; then the model stays as it was.
    pub async fn publish(&self, version: &str, table: Arc<ObjectTable>) -> Result<(), StoreError> {
        let book = self.book.lock().await;
        self.import(version, &table).await?;
        let (changed, made) = edited(&book, &table);
        let version = version.to_owned();
        // A million objects take a while, for which other requests on this thread should not wait.
        let snapshot = in_background(move || Snapshot::of_objects(&version, table, changed, made)).await?;
        self.index.change(|now| now.take_objects(snapshot));
        Ok(())
    }

    /// The versions that were taken over, newest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn versions(&self, limit: u32) -> Result<Vec<ModelVersion>, StoreError> {
        self.store.model_versions(limit).await
    }

    /// The edits of an object below a number, newest first.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn history(&self, id: &str, below: u32, limit: u32) -> Result<Vec<Edit>, StoreError> {
        self.store.edits(id, below, limit).await
    }

    async fn import(&self, version: &str, table: &Arc<ObjectTable>) -> Result<(), StoreError> {
        let newest = self.store.model_versions(1).await?.pop();
        if newest.as_ref().is_some_and(|newest| newest.publication == version) {
            return Ok(());
        }
        let before = self.before(newest.as_ref()).await?;
        let digests = self.store.model_digests().await?;
        let after = Arc::clone(table);
        let work = move || (diff::differences(&before, &after), blocks::changes(&after, digests));
        let (Differences { added, changed, removed, unchanged }, blocks) = in_background(work).await?;
        let blocks = blocks.map_err(|error| StoreError::Content(error.to_string()))?;
        let imported = OffsetDateTime::now_utc();
        let publication = version.to_owned();
        let version = ModelVersion { publication, imported, added, changed, removed, unchanged };
        let import = ModelImport { version, put: blocks.put, remove: blocks.remove };
        self.store.import_model(&import).await?;
        tracing::info!(
            version = import.version.publication,
            added,
            changed,
            removed,
            unchanged,
            "the objects of a version were taken over"
        );
        Ok(())
    }

    /// The objects of the version that the store has.
    async fn before(&self, newest: Option<&ModelVersion>) -> Result<Arc<ObjectTable>, StoreError> {
        let Some(newest) = newest else { return Ok(Arc::default()) };
        let now = self.index.now();
        if now.version() == newest.publication {
            return Ok(Arc::clone(now.published()));
        }
        let stored = self.store.model_blocks().await?;
        match in_background(move || blocks::unpacked(&stored)).await? {
            Ok(objects) => Ok(Arc::new(ObjectTable::of(objects))),
            Err(error) => {
                // The new version replaces them; what it changed cannot be told.
                tracing::error!(%error, "the stored objects are damaged, all of the new version count as added");
                Ok(Arc::default())
            }
        }
    }
}

/// The objects that people changed, as they show over a table, and those that they made.
fn edited(book: &Book, table: &ObjectTable) -> (Vec<StoredObject>, Vec<StoredObject>) {
    let (mut changed, mut made) = (Vec::new(), Vec::new());
    for (id, known) in book {
        match &known.state {
            None => {}
            Some(EditState::Made(object)) => made.push(StoredObject::from((**object).clone())),
            // Without its object an overlay waits for a version that has it again.
            Some(EditState::Overlay(overlay)) => {
                let published = table.get(id);
                changed.extend(published.map(|p| p.with(|object| *object = overlaid(object, overlay))));
            }
        }
    }
    (changed, made)
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StoreError::Content(format!("work on the model did not end: {error}")))
}
