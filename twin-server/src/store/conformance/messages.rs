//! Messages to residents, and what follows from changes of reports and projects.

use time::Duration;

use super::people::{add, change, entry, user};
use super::reports::{by, lamp, of};
use super::{NOON, on_every_store};
use crate::domain::message::{
    Failed, MessageChoice, MessageEnd, MessageLanguage, MessageProgress, MessageTopic, NewMessage,
};
use crate::domain::permission::Role;
use crate::domain::webhook::of_publication;
use crate::store::{MessageState, ReportStored, Store, Tidings, UserChange, UserEdit};

fn message(user: &str, report: u64, seconds: i64) -> NewMessage {
    let at = NOON + Duration::seconds(seconds);
    NewMessage { user: user.into(), topic: MessageTopic::Answered, report, at }
}

const ENGLISH: MessageChoice = MessageChoice { language: MessageLanguage::En };

/// Stores tidings with a report that comes in.
async fn tell(store: &dyn Store, id: u64, tidings: &Tidings) -> ReportStored {
    let new = lamp(id);
    let (report, told) = (of(&new, "u-9"), by(&new, "user:u-9"));
    store.add_report(&report, &told, None, &entry("report.submit"), tidings).await.unwrap()
}

async fn messages_are_kept_for_those_who_want_them_and_end_once(store: &dyn Store) {
    for id in ["u-1", "u-2"] {
        assert_eq!(add(store, &user(id, Role::Administrator)).await, UserChange::Done);
    }
    assert_eq!(store.message_choice("u-1").await.unwrap(), None);
    let chinese = MessageChoice { language: MessageLanguage::Zh };
    for choice in [chinese, ENGLISH] {
        store.put_message_choice("u-1", Some(choice), &entry("user.messages")).await.unwrap();
    }
    assert_eq!(store.message_choice("u-1").await.unwrap(), Some(ENGLISH));
    let messages = vec![message("u-1", 7, 5), message("u-2", 8, 0), message("u-1", 9, 0)];
    let tidings = Tidings { messages, ..Tidings::default() };
    assert_eq!(tell(store, 1, &tidings).await, ReportStored::Yes);
    assert_eq!(store.due_messages(NOON - Duration::seconds(1), 9).await.unwrap(), []);
    let due = store.due_messages(NOON + Duration::HOUR, 9).await.unwrap();
    let reports: Vec<u64> = due.iter().map(|stored| stored.message.report).collect();
    assert_eq!(reports, [9, 7], "the longest due first, and none for who wants none");
    assert_eq!(due[1].message, message("u-1", 7, 5));
    let mut failed = MessageProgress::default();
    failed.begin(NOON);
    failed.note(Err(Failed { why: "HTTP 500".into(), may_pass: true }), NOON);
    store.note_message(due[0].id, &failed).await.unwrap();
    assert_eq!(store.due_messages(NOON + Duration::seconds(10), 9).await.unwrap(), due[1..]);
    let mut sent = MessageProgress::default();
    sent.begin(NOON + Duration::MINUTE);
    sent.note(Ok(()), NOON + Duration::MINUTE);
    store.note_message(due[1].id, &sent).await.unwrap();
    assert_eq!(store.messages_sent("u-1", NOON).await.unwrap(), 1);
    assert_eq!(store.messages_sent("u-1", NOON + Duration::MINUTE).await.unwrap(), 0);
    assert_eq!(store.messages_sent("u-2", NOON).await.unwrap(), 0);
    let ids = async |state, before| {
        let found = store.messages(state, before, 9).await.unwrap();
        found.iter().map(|stored| (stored.id, stored.progress.clone())).collect::<Vec<_>>()
    };
    let (first, second) = ((due[0].id, failed), (due[1].id, sent));
    let ended = |end| Some(MessageState::Ended(end));
    assert_eq!(ids(Some(MessageState::Waiting), None).await, std::slice::from_ref(&first));
    assert_eq!(ids(ended(MessageEnd::Sent), None).await, std::slice::from_ref(&second));
    assert_eq!(ids(ended(MessageEnd::GivenUp), None).await, []);
    let newest_first = if first.0 > second.0 { [first, second] } else { [second, first] };
    assert_eq!(ids(None, None).await, newest_first);
    assert_eq!(ids(None, Some(newest_first[0].0)).await, newest_first[1..]);
    assert_eq!(store.drop_messages(NOON).await.unwrap(), 0);
    assert_eq!(store.drop_messages(NOON + Duration::DAY).await.unwrap(), 1);
    // Who is disabled wants none until they are enabled again.
    for (disabled, expected) in [(true, None), (false, Some(ENGLISH))] {
        let edit = UserEdit { disabled: Some(disabled), ..UserEdit::default() };
        assert_eq!(change(store, "u-1", edit).await, UserChange::Done);
        assert_eq!(store.message_choice("u-1").await.unwrap(), expected);
    }
    store.put_message_choice("u-1", None, &entry("user.messages")).await.unwrap();
    assert_eq!(store.message_choice("u-1").await.unwrap(), None);
}

async fn who_has_many_messages_waiting_holds_up_nobody(store: &dyn Store) {
    for id in ["u-1", "u-2"] {
        assert_eq!(add(store, &user(id, Role::Administrator)).await, UserChange::Done);
        store.put_message_choice(id, Some(ENGLISH), &entry("user.messages")).await.unwrap();
    }
    let messages =
        vec![message("u-1", 1, 0), message("u-1", 2, 1), message("u-1", 3, 2), message("u-2", 4, 9)];
    let tidings = Tidings { messages, ..Tidings::default() };
    assert_eq!(tell(store, 1, &tidings).await, ReportStored::Yes);
    let due = store.due_messages(NOON + Duration::HOUR, 3).await.unwrap();
    assert_eq!(due.iter().map(|stored| stored.message.report).collect::<Vec<_>>(), [1, 4, 2]);
}

async fn what_follows_from_a_change_is_stored_with_it_or_not_at_all(store: &dyn Store) {
    assert_eq!(add(store, &user("u-1", Role::Administrator)).await, UserChange::Done);
    store.put_message_choice("u-1", Some(ENGLISH), &entry("user.messages")).await.unwrap();
    let events = vec![of_publication("v1", NOON), of_publication("v2", NOON)];
    let tidings = Tidings { events: events.clone(), messages: vec![message("u-1", 1, 0)] };
    assert_eq!(tell(store, 1, &tidings).await, ReportStored::Yes);
    // The number is taken: nothing of it is stored.
    assert_eq!(tell(store, 1, &tidings).await, ReportStored::Stale);
    let stored = store.outgoing(0, 9).await.unwrap();
    assert_eq!(stored.into_iter().map(|(_, event)| event).collect::<Vec<_>>(), events);
    assert_eq!(store.messages(None, None, 9).await.unwrap().len(), 1);
    // Of who asks to be forgotten nothing stays.
    store.forget_reporter("u-1", &entry("user.forget")).await.unwrap();
    assert_eq!(store.messages(None, None, 9).await.unwrap(), []);
    assert_eq!(store.message_choice("u-1").await.unwrap(), None);
}

on_every_store!(
    messages_are_kept_for_those_who_want_them_and_end_once,
    who_has_many_messages_waiting_holds_up_nobody,
    what_follows_from_a_change_is_stored_with_it_or_not_at_all,
);
