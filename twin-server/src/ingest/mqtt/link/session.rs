//! What the MQTT 5 library is told of the session that the broker kept: there is nothing of ours in it. The
//! connection with a session publishes nothing, and the messages that it has not acknowledged are the broker's
//! to remember.
//!
//! Without being told, the library holds that our part was lost; it then refuses the session, or takes it up
//! and refuses to subscribe.

use std::future::{Future, ready};
use std::pin::Pin;

use rumqttc_v5::{PersistedAckMode, PersistedSession, SessionStore, SessionStoreError, SessionStoreKey};

/// The version of the library's model of a session that is spoken here.
const FORMAT_VERSION: u16 = 1;

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, SessionStoreError>> + Send + 'a>>;

/// A store of sessions in which each is there and empty.
#[derive(Debug)]
pub(super) struct NothingOfOurs;

impl SessionStore for NothingOfOurs {
    fn load<'a>(&'a self, key: &'a SessionStoreKey) -> Answer<'a, Option<PersistedSession>> {
        let session = PersistedSession {
            format_version: FORMAT_VERSION,
            client_id: key.client_id().to_owned(),
            clean_start: false,
            session_expiry_interval: None,
            outgoing_inflight_upper_limit: None,
            ack_mode: PersistedAckMode::Manual,
            last_pkid: 0,
            last_puback: 0,
            replay: Vec::new(),
            incoming_qos2: Vec::new(),
        };
        Box::pin(ready(Ok(Some(session))))
    }

    fn save<'a>(&'a self, _: &'a SessionStoreKey, _: &'a PersistedSession) -> Answer<'a, ()> {
        Box::pin(ready(Ok(())))
    }

    fn clear<'a>(&'a self, _: &'a SessionStoreKey) -> Answer<'a, ()> {
        Box::pin(ready(Ok(())))
    }
}
