//! Who asks, and what they may: keys, sessions and addresses come in with a request, an actor goes to
//! the handler, or a refusal to the client. `router` mounts every handler through [`guard`], which
//! asks [`crate::domain::permission::may`]; nothing else lets a request through.

mod address;
mod auditor;
mod config;
pub(crate) mod guard;
mod identify;
pub mod issue;
mod keyring;
mod limits;
pub mod oidc;
pub mod passwords;
mod permit;
pub(crate) mod place;
pub mod secret;
mod sessions;
mod upkeep;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use arc_swap::ArcSwap;
use time::OffsetDateTime;
use tokio::sync::{Mutex, watch};

pub use self::address::{Client, Network};
pub use self::auditor::{Auditor, NotWritten};
pub use self::config::AuthConfig;
use self::guard::RouteRow;
pub(crate) use self::identify::{Cookie, kept_flow, set_cookie};
use self::keyring::KeyRing;
pub(crate) use self::limits::CODE_AGAIN;
use self::limits::Limiters;
pub use self::limits::RateLimits;
use self::passwords::Passwords;
pub(crate) use self::permit::Permit;
use self::sessions::Sessions;
pub(crate) use self::upkeep::keep_up;
use crate::domain::audit::Digest;
use crate::domain::keys::ApiKey;
use crate::domain::people::User;
use crate::domain::permission::{Actor, Grant, Role, Who};
use crate::store::{Store, StoreError};

/// Everything that is known of who may do what.
pub struct Auth {
    pub(crate) config: AuthConfig,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) passwords: Passwords,
    pub(crate) auditor: Auditor,
    ingest_key: Option<Digest>,
    /// Opens `/metrics` and nothing else, so it is nobody's key.
    metrics_token: Option<Digest>,
    visitor: Arc<Actor>,
    local: Arc<Actor>,
    ingest: Arc<Actor>,
    people: ArcSwap<People>,
    keys: KeyRing,
    sessions: Sessions,
    limiters: Limiters,
    /// The revision of the store that all this is of. Held while it is loaded.
    loaded: Mutex<i64>,
    /// Told whenever someone may have lost something.
    changes: watch::Sender<u64>,
    routes: RwLock<BTreeMap<(&'static str, String), RouteRow>>,
}

/// The users in memory.
#[derive(Default)]
struct People {
    by_id: HashMap<String, Member>,
    by_name: HashMap<String, String>,
}

struct Member {
    user: Arc<User>,
    actor: Arc<Actor>,
}

impl Auth {
    /// Loads users and keys.
    ///
    /// # Errors
    /// If the store cannot be read, or passwords cannot be hashed.
    pub async fn open(
        config: AuthConfig,
        ingest_key: Option<&str>,
        metrics_token: Option<&str>,
        store: Arc<dyn Store>,
    ) -> anyhow::Result<Arc<Self>> {
        let public = !config.require_sign_in;
        let actor = |who, grants| Arc::new(Actor::new(who, grants, public));
        let auth = Self {
            passwords: Passwords::new()?,
            auditor: Auditor::start(Arc::clone(&store)),
            ingest_key: ingest_key.map(|key| secret::digest(key.as_bytes())),
            metrics_token: metrics_token.map(|token| secret::digest(token.as_bytes())),
            visitor: actor(Who::Visitor, vec![]),
            local: actor(Who::Local, vec![Grant::whole(Role::Administrator)]),
            ingest: actor(Who::IngestKey, vec![Grant::whole(Role::Device)]),
            people: ArcSwap::default(),
            keys: KeyRing::default(),
            sessions: Sessions::new(config.sessions),
            limiters: Limiters::new(&config.rates),
            loaded: Mutex::new(-1),
            changes: watch::Sender::new(0),
            routes: RwLock::default(),
            config,
            store,
        };
        auth.reload().await?;
        Ok(Arc::new(auth))
    }

    /// Takes over users and keys as they are stored now. What was taken from someone is gone when
    /// this answers.
    ///
    /// # Errors
    /// If the store cannot be read; then everything stays as it was.
    pub async fn reload(&self) -> Result<(), StoreError> {
        let mut loaded = self.loaded.lock().await;
        let revision = self.store.people_revision().await?;
        let today = OffsetDateTime::now_utc().date();
        let (users, keys) = (self.store.users().await?, self.store.keys().await?);
        let uses = self.store.key_uses(today).await?;
        let public = !self.config.require_sign_in;
        self.people.store(Arc::new(People::new(users, public)));
        self.keys.replace(keys, &uses, public, today);
        self.sessions.forget();
        *loaded = revision;
        self.changes.send_modify(|count| *count += 1);
        Ok(())
    }

    /// Whether another process changed users, sessions or keys.
    async fn is_stale(&self) -> Result<bool, StoreError> {
        let loaded = *self.loaded.lock().await;
        Ok(self.store.people_revision().await? != loaded)
    }

    /// Whether nobody could sign in and there is no ingest key: whoever is on this machine may do
    /// everything then.
    pub(crate) fn is_open(&self) -> bool {
        self.ingest_key.is_none() && self.people.load().by_id.is_empty()
    }

    /// All users, by name.
    pub(crate) fn users(&self) -> Vec<Arc<User>> {
        let mut users: Vec<_> =
            self.people.load().by_id.values().map(|member| Arc::clone(&member.user)).collect();
        users.sort_by(|a, b| a.name.cmp(&b.name));
        users
    }

    /// The user with this id.
    pub(crate) fn user(&self, id: &str) -> Option<Arc<User>> {
        self.people.load().by_id.get(id).map(|member| Arc::clone(&member.user))
    }

    /// Whoever is kept under this id (`user:…`, `key:…`, `local`), with what they hold now; a visitor if they are not
    /// there or may not come in.
    pub(crate) fn standing(&self, id: Option<&str>) -> Arc<Actor> {
        let found = match id.and_then(|id| id.split_once(':').or(Some((id, "")))) {
            Some(("user", id)) => {
                let people = self.people.load();
                let member = people.by_id.get(id).filter(|member| !member.user.disabled);
                member.map(|member| Arc::clone(&member.actor))
            }
            Some(("key", id)) => self.keys.holder_of(id, OffsetDateTime::now_utc()),
            Some(("local", "")) => self.is_open().then(|| Arc::clone(&self.local)),
            _ => None,
        };
        found.unwrap_or_else(|| Arc::clone(&self.visitor))
    }

    /// The user with this name.
    pub(crate) fn user_named(&self, name: &str) -> Option<Arc<User>> {
        let people = self.people.load();
        people.by_name.get(name).and_then(|id| people.by_id.get(id)).map(|member| Arc::clone(&member.user))
    }

    /// All keys in the order of their issue.
    pub(crate) fn keys(&self) -> Vec<Arc<ApiKey>> {
        self.keys.all()
    }

    /// The routes with their actions, by path and method.
    pub(crate) fn routes(&self) -> Vec<RouteRow> {
        self.routes.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Adds routes that were mounted.
    fn add_routes(&self, rows: Vec<RouteRow>) {
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        routes.extend(rows.into_iter().map(|row| ((row.path, row.method.to_string()), row)));
    }

    /// Brings what is only in memory to the store.
    pub async fn flush(&self) {
        self.auditor.flush().await;
        self.store_uses().await;
    }
}

impl People {
    fn new(users: Vec<User>, public: bool) -> Self {
        let by_name = users.iter().map(|user| (user.name.clone(), user.id.clone())).collect();
        let member = |user: User| {
            let actor = Actor::new(Who::User(user.id.clone()), user.grants.clone(), public);
            (user.id.clone(), Member { user: Arc::new(user), actor: Arc::new(actor) })
        };
        Self { by_id: users.into_iter().map(member).collect(), by_name }
    }
}
