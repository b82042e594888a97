//! What a collection of features is. To add one: implement [`Collection`] for it and its
//! [`Item`], and name it in `catalogue`.

use std::ops::ControlFlow;

use twin_schemas::geometry::LocalBox;

use super::item::Item;
use super::schema::Schema;
use crate::domain::bounds::LocalRect;
use crate::domain::permission::Action;

/// What people are told about a collection.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// Its id in addresses.
    pub id: &'static str,
    /// Title in Chinese and English.
    pub title: [&'static str; 2],
    /// What it holds, in Chinese and English.
    pub description: [&'static str; 2],
    /// Whether its features have times, so that `datetime` selects.
    pub has_times: bool,
    /// Whether its features change without a new version of the model.
    pub is_live: bool,
    /// What whoever asks must be allowed beside reading the model.
    pub needs: Option<Action>,
}

/// Called with each feature; says whether to go on.
pub type Visit<'v> = dyn FnMut(&dyn Item) -> ControlFlow<()> + 'v;

/// The feature after which to go on is not there any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

/// Features of one kind in a stable order.
pub trait Collection: Send + Sync {
    /// What it is.
    fn about(&self) -> &About;

    /// What its features have.
    fn schema(&self) -> &Schema;

    /// How many features it has; by looking at all of them where a collection does not know.
    fn count(&self) -> u64 {
        let mut count = 0;
        all(self, |_| count += 1);
        count
    }

    /// The box around all of them, if there are any.
    fn extent(&self) -> Option<LocalBox> {
        let mut around: Option<LocalBox> = None;
        all(self, |item| {
            let bounds = item.shape().bounds();
            around = Some(around.map_or(bounds, |around| around.union(&bounds)));
        });
        around
    }

    /// Shows the feature with this id; false if there is none.
    fn get(&self, id: &str, visit: &mut dyn FnMut(&dyn Item)) -> bool;

    /// Shows features in order: those that may have a part in `area`, of those behind the one with the
    /// id `after`.
    ///
    /// # Errors
    /// [`Gone`] if it cannot be told what comes after `after`.
    fn scan(&self, area: Option<&LocalRect>, after: Option<&str>, visit: &mut Visit<'_>) -> Result<(), Gone>;
}

fn all<C: Collection + ?Sized>(collection: &C, mut visit: impl FnMut(&dyn Item)) {
    let from_the_first = collection.scan(None, None, &mut |item| {
        visit(item);
        ControlFlow::Continue(())
    });
    debug_assert!(from_the_first.is_ok(), "the first feature comes after none");
}

/// The number that an id is; one id for each, so that `01` is none.
pub(super) fn number_of(id: &str) -> Option<u64> {
    id.parse().ok().filter(|number: &u64| number.to_string() == id)
}

/// The number after which to go on. Numbers go on, whatever has become of what the page before ended with.
pub(super) fn number_after(after: Option<&str>) -> Result<u64, Gone> {
    after.map_or(Ok(0), |id| id.parse().map_err(|_| Gone))
}
