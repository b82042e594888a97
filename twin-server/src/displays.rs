//! The displays of command centres' walls: changes come in one after the other, are stored, and are then shown
//! to everyone and told to viewers. Called by the API and, where a list is imported beside the server, by
//! `jobs`.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use time::OffsetDateTime;
use tokio::sync::Mutex;
use twin_schemas::displays::{DisplayContent, DisplaySwitch};

use crate::domain::audit::AuditDraft;
use crate::domain::display::{ChangeError, DISPLAYS_LIMIT, Hand, Hosts, Kept, SOURCES_LIMIT_BYTES};
use crate::live::Hub;
use crate::store::{Store, StoreError};

/// Why a display was not changed.
#[derive(Debug, thiserror::Error)]
pub enum DisplayFault {
    /// There is no such display.
    #[error("there is no display `{0}`")]
    Unknown(String),
    /// The display is not as the caller thinks.
    #[error("the display was changed since it was read")]
    Stale,
    /// There are as many as there may be.
    #[error("there are {DISPLAYS_LIMIT} displays, which is the limit")]
    TooMany,
    /// The displays together name too many hosts.
    #[error(
        "the hosts of all videos take {0} bytes of the page's security policy, limit {SOURCES_LIMIT_BYTES}"
    )]
    TooManyHosts(usize),
    /// The change is not possible.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

/// What a display is to become.
#[derive(Debug, Clone)]
pub enum DisplayChange {
    /// One with this content; it was checked.
    Put(Box<DisplayContent>),
    /// The same in another state.
    Switch(DisplaySwitch),
    /// None.
    Remove,
}

/// What the display must be before it is changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Expected {
    /// Anything, or not there.
    #[default]
    Any,
    /// Not there.
    Absent,
    /// There, with one of these tags.
    Tagged(Vec<String>),
}

/// A change as it is asked for.
#[derive(Debug, Clone)]
pub struct DisplayRequest {
    /// Id of the display; it was checked.
    pub id: String,
    /// What it is to become.
    pub change: DisplayChange,
    /// What it must be before.
    pub expected: Expected,
    /// What the audit log is told, with its instant and its actor; the rest is filled in here.
    pub entry: AuditDraft,
}

/// What became of a change.
#[derive(Debug, Clone)]
pub struct DisplayDone {
    /// The display as it is now; none: it was removed.
    pub kept: Option<Arc<Kept>>,
    /// Whether it was not there before.
    pub is_new: bool,
}

type Book = BTreeMap<String, Arc<Kept>>;

/// All displays.
pub struct Displays {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    /// Held by whoever changes something.
    turn: Mutex<()>,
    now: ArcSwap<Now>,
}

#[derive(Default)]
struct Now {
    book: Book,
    hosts: Arc<Hosts>,
}

impl Now {
    fn of(book: Book) -> Self {
        let hosts = Arc::new(hosts_of(&book));
        Self { book, hosts }
    }
}

fn hosts_of(book: &Book) -> Hosts {
    Hosts::of(book.values().flat_map(|kept| kept.videos()))
}

impl Displays {
    /// The displays as they are stored.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn open(store: Arc<dyn Store>, hub: Arc<Hub>) -> Result<Self, StoreError> {
        let displays = Self { store, hub, turn: Mutex::default(), now: ArcSwap::default() };
        displays.reload().await?;
        Ok(displays)
    }

    /// All displays, by id.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Kept>> {
        self.now.load().book.values().cloned().collect()
    }

    /// A display.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Arc<Kept>> {
        self.now.load().book.get(id).cloned()
    }

    /// The hosts that walls take pictures and pages from.
    #[must_use]
    pub fn hosts(&self) -> Arc<Hosts> {
        Arc::clone(&self.now.load().hosts)
    }

    /// Makes a change.
    ///
    /// # Errors
    /// A [`DisplayFault`] that says why it was not made.
    pub async fn change(self: &Arc<Self>, request: DisplayRequest) -> Result<DisplayDone, DisplayFault> {
        let displays = Arc::clone(self);
        // A task of its own: what is stored must be shown, also when the client has gone by then.
        let done = tokio::spawn(async move { displays.change_now(request).await }).await;
        done.map_err(|_| DisplayFault::Stopping)?
    }

    async fn change_now(&self, request: DisplayRequest) -> Result<DisplayDone, DisplayFault> {
        let _turn = self.turn.lock().await;
        let mut book = self.now.load().book.clone();
        let before = book.get(&request.id).cloned();
        let Some(Decided { after, entry }) = decide(&book, before.as_deref(), request)? else {
            return Ok(DisplayDone { kept: before, is_new: false });
        };
        let is_stored = match (&after, &before) {
            (Some(after), _) => self.store.put_display(after, &entry).await?,
            (None, Some(before)) => self.store.remove_display(before, &entry).await?,
            (None, None) => false,
        };
        if !is_stored {
            // Changed by another process meanwhile.
            self.take_over().await?;
            return Err(DisplayFault::Stale);
        }
        tracing::info!(
            display = entry.object,
            action = entry.action,
            what = entry.detail,
            "a display was changed"
        );
        let after = after.map(Arc::new);
        match (&after, &before) {
            (Some(after), _) => drop(book.insert(after.id().to_owned(), Arc::clone(after))),
            (None, Some(before)) => drop(book.remove(before.id())),
            (None, None) => {}
        }
        self.now.store(Arc::new(Now::of(book)));
        if let Some(told) =
            after.as_deref().map(Kept::event).or_else(|| before.as_deref().map(Kept::farewell))
        {
            self.hub.tell_display(&told);
        }
        Ok(DisplayDone { kept: after, is_new: before.is_none() })
    }

    /// Takes over what another process changed.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn reload(&self) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let marks = self.store.display_marks().await?;
        let now = self.now.load_full();
        let is_same = marks.len() == now.book.len()
            && now.book.values().all(|kept| marks.get(kept.id()) == Some(&kept.mark()));
        if is_same { Ok(()) } else { self.take_over().await }
    }

    /// The displays as they are stored; whatever is different is told. In one's turn.
    async fn take_over(&self) -> Result<(), StoreError> {
        let stored = self.store.displays().await?;
        let book: Book = stored.into_iter().map(|kept| (kept.id().to_owned(), Arc::new(kept))).collect();
        let before = self.now.swap(Arc::new(Now::of(book.clone())));
        for gone in before.book.values().filter(|kept| !book.contains_key(kept.id())) {
            self.hub.tell_display(&gone.farewell());
        }
        for kept in book.values() {
            if before.book.get(kept.id()).is_none_or(|old| old.mark() != kept.mark()) {
                self.hub.tell_display(&kept.event());
            }
        }
        Ok(())
    }
}

/// A change that is to be stored.
#[derive(Debug)]
pub(crate) struct Decided {
    /// The display as it will be; none: it is removed.
    pub(crate) after: Option<Kept>,
    /// What the audit log is told.
    pub(crate) entry: AuditDraft,
}

/// Decides a change; none if there is nothing to change.
fn decide(
    book: &Book,
    before: Option<&Kept>,
    request: DisplayRequest,
) -> Result<Option<Decided>, DisplayFault> {
    let DisplayRequest { id, change, expected, entry } = request;
    let unknown = || DisplayFault::Unknown(id.clone());
    match (&expected, before) {
        (Expected::Absent, Some(_)) => return Err(DisplayFault::Stale),
        (Expected::Tagged(_), None) => return Err(unknown()),
        (Expected::Tagged(tags), Some(before)) if !tags.contains(&before.tag()) => {
            return Err(DisplayFault::Stale);
        }
        _ => {}
    }
    let hand = Hand { at: entry.at, by: entry.actor.clone() };
    let after = match change {
        DisplayChange::Put(content) => put(book, before, id, *content, hand)?,
        DisplayChange::Switch(to) => before.ok_or_else(unknown)?.switched(&to, hand)?,
        DisplayChange::Remove => {
            let before = before.ok_or_else(unknown)?;
            let entry = entry.with_detail(format!("version {}", before.mark().0));
            return Ok(Some(Decided { after: None, entry }));
        }
    };
    let Some(after) = after else { return Ok(None) };
    let is_content = before.is_none_or(|before| before.for_store().content != after.for_store().content);
    let detail = if is_content { after.difference(before) } else { after.state_written() };
    Ok(Some(Decided { after: Some(after), entry: entry.with_detail(detail) }))
}

fn put(
    book: &Book,
    before: Option<&Kept>,
    id: String,
    content: DisplayContent,
    hand: Hand,
) -> Result<Option<Kept>, DisplayFault> {
    let after = match before {
        Some(before) => before.edited(content, hand)?,
        None if book.len() >= DISPLAYS_LIMIT => return Err(DisplayFault::TooMany),
        None => Some(Kept::new(id, content, hand)),
    };
    if let Some(after) = &after {
        let others = book.values().filter(|kept| kept.id() != after.id()).flat_map(|kept| kept.videos());
        let size = Hosts::of(others.chain(after.videos())).size_bytes();
        if size > SOURCES_LIMIT_BYTES {
            return Err(DisplayFault::TooManyHosts(size));
        }
    }
    Ok(after)
}

/// Puts displays into a store, one after the other once all of them may be put; for a command. Gives how many
/// are new, changed and as they were.
///
/// # Errors
/// If one of them cannot be put, or the store refuses.
pub async fn import(
    store: &dyn Store,
    displays: Vec<(String, DisplayContent)>,
    actor: &str,
) -> Result<[usize; 3], DisplayFault> {
    let mut book: Book =
        store.displays().await?.into_iter().map(|kept| (kept.id().to_owned(), Arc::new(kept))).collect();
    let (mut decided, mut counts) = (Vec::new(), [0; 3]);
    for (id, content) in displays {
        let object = format!("display:{id}");
        let entry = AuditDraft::new(OffsetDateTime::now_utc(), actor.to_owned(), "display.put", object);
        let before = book.get(&id).cloned();
        let (change, expected) = (DisplayChange::Put(Box::new(content)), Expected::Any);
        let request = DisplayRequest { id: id.clone(), change, expected, entry };
        let Some(change) = decide(&book, before.as_deref(), request)? else {
            counts[2] += 1;
            continue;
        };
        counts[usize::from(before.is_some())] += 1;
        if let Some(after) = &change.after {
            book.insert(id, Arc::new(after.clone()));
        }
        decided.push(change);
    }
    for Decided { after, entry } in &decided {
        let Some(after) = after else { continue };
        if !store.put_display(after, entry).await? {
            return Err(DisplayFault::Stale);
        }
    }
    Ok(counts)
}
