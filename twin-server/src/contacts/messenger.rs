//! Sends what residents are told of their reports: messages that are due come in from the store, they go to the gateway one
//! try each, and what became of it goes back. Called by `jobs`.
//!
//! A message is written with what it tells of and ends once. A try is noted before it is made: a store that takes nothing
//! has nothing sent, and a kill between sending and noting sends it again after the pause that this try has, half a minute
//! at first, with the same `webhook-id`, by which the gateway knows it.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use time::OffsetDateTime;

use super::{ContactFault, Contacts, Content, Message};
use crate::auth::oidc::PublicUrl;
use crate::domain::contact::Phone;
use crate::domain::message::{self, DAY, Failed, MessageChoice, MessageEnd, MessageLanguage, NewMessage};
use crate::store::{StoreError, StoredMessage};

/// Messages that are fetched at a time.
const BATCH: u32 = 64;
/// Messages that are on their way at once; of one user they go one after the other, or the limit would not hold.
const AT_ONCE: usize = 8;
/// How long messages that have ended are kept, for whoever looks why someone was not told.
const KEPT_FOR: time::Duration = time::Duration::days(90);

/// Sends messages.
pub struct Messenger {
    contacts: Arc<Contacts>,
    /// Where the pages of this server are.
    public_url: Option<PublicUrl>,
    /// Most messages to one user within a day.
    per_day: u32,
}

impl Messenger {
    /// A messenger. `public_url`: where this server's pages are, for links.
    #[must_use]
    pub fn new(contacts: Arc<Contacts>, public_url: Option<PublicUrl>, per_day: u32) -> Self {
        Self { contacts, public_url, per_day }
    }

    /// Most messages to one user within a day.
    #[must_use]
    pub fn per_day(&self) -> u32 {
        self.per_day
    }

    /// Tries what is due by an instant; gives how many messages it were.
    ///
    /// # Errors
    /// If the store refuses; what cannot be noted is not sent, and is tried again.
    pub async fn send_due(&self, now: OffsetDateTime) -> Result<usize, StoreError> {
        let due = self.contacts.store.due_messages(now, BATCH).await?;
        let count = due.len();
        let mut by_user: Vec<Vec<StoredMessage>> = Vec::new();
        for stored in due {
            match by_user.iter_mut().find(|of| of[0].message.user == stored.message.user) {
                Some(of) => of.push(stored),
                None => by_user.push(vec![stored]),
            }
        }
        let turns = by_user.into_iter().map(|of| async move {
            for stored in of {
                // What does not work now does not work for the next one either.
                if !self.send_one(stored, now).await? {
                    break;
                }
            }
            Ok(())
        });
        let ended: Vec<Result<(), StoreError>> =
            stream::iter(turns).buffer_unordered(AT_ONCE).collect().await;
        ended.into_iter().collect::<Result<(), _>>()?;
        Ok(count)
    }

    /// Deals with one message; false: it could not be sent.
    async fn send_one(&self, stored: StoredMessage, now: OffsetDateTime) -> Result<bool, StoreError> {
        let StoredMessage { id, message, mut progress } = stored;
        let store = &self.contacts.store;
        if progress.lapses(message.at, now) {
            store.note_message(id, &progress).await?;
            return Ok(true);
        }
        let to = match self.reader_of(&message.user, now).await? {
            Ok(to) => to,
            Err(end) => {
                progress.stop(end, now);
                store.note_message(id, &progress).await?;
                return Ok(true);
            }
        };
        progress.begin(now);
        store.note_message(id, &progress).await?;
        let outcome = match to {
            Reader { phone: Ok(to), language } => {
                let content = self.content(id, &message, language);
                self.contacts.gateway.send(&Message { to, content }).await
            }
            // It may be readable under a key that is given back.
            Reader { phone: Err(why), .. } => Err(Failed { why, may_pass: true }),
        };
        let arrived = outcome.is_ok();
        if let Err(Failed { why, .. }) = &outcome {
            tracing::warn!(message = id, reason = why, "a message to a resident could not be sent");
        }
        progress.note(outcome, now);
        store.note_message(id, &progress).await?;
        Ok(arrived)
    }

    /// To whom messages to a user go, or why none goes now.
    async fn reader_of(
        &self,
        user: &str,
        now: OffsetDateTime,
    ) -> Result<Result<Reader, MessageEnd>, StoreError> {
        let store = &self.contacts.store;
        let Some(MessageChoice { language }) = store.message_choice(user).await? else {
            return Ok(Err(MessageEnd::Unwanted));
        };
        let phone = match self.contacts.phone_of(user).await {
            Ok(None) => return Ok(Err(MessageEnd::Unwanted)),
            Ok(Some(phone)) => Ok(phone),
            Err(ContactFault::Store(error)) => return Err(error),
            Err(error) => Err(error.to_string()),
        };
        let is_over = store.messages_sent(user, now - DAY).await? >= u64::from(self.per_day);
        Ok(if is_over { Err(MessageEnd::OverLimit) } else { Ok(Reader { phone, language }) })
    }

    fn content(&self, id: u64, message: &NewMessage, language: MessageLanguage) -> Content {
        Content::Report {
            id: format!("message_{id}_{}", message.at.unix_timestamp()),
            topic: message.topic,
            report: message.report,
            language,
            link: self.public_url.as_ref().map(|url| message::link(url.as_str(), message.report)),
        }
    }

    /// Deletes messages that ended long ago; gives how many.
    ///
    /// # Errors
    /// If the store refuses.
    pub async fn drop_old(&self, now: OffsetDateTime) -> Result<u64, StoreError> {
        self.contacts.store.drop_messages(now - KEPT_FOR).await
    }
}

/// Whom a message goes to.
struct Reader {
    /// The number, or why it cannot be read.
    phone: Result<Phone, String>,
    /// The language that they want.
    language: MessageLanguage,
}
