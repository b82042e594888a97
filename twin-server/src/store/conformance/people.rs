//! Users, invitations and sessions.

use time::{Duration, OffsetDateTime};

use super::{NOON, on_every_store};
use crate::domain::audit::AuditDraft;
use crate::domain::people::{User, UserError};
use crate::domain::permission::{Grant, Role};
use crate::domain::privacy::Personal;
use crate::store::{AuditQuery, Entrance, Invitation, Naming, Session, Store, UserChange, UserEdit};

pub(super) fn entry(action: &str) -> AuditDraft {
    AuditDraft::new(NOON, "command-line".into(), action, "x")
}

pub(super) fn user(id: &str, role: Role) -> User {
    User {
        id: id.into(),
        name: format!("{id}.name"),
        display_name: Some(Personal::new("李伟")),
        grants: vec![Grant::whole(role)],
        disabled: false,
        has_password: true,
        subject: None,
        has_phone: false,
        created: NOON,
    }
}

pub(super) async fn add(store: &dyn Store, user: &User) -> UserChange {
    store.add_user(user, &Entrance::Password("$hash".into()), &entry("user.add")).await.unwrap()
}

pub(super) async fn change(store: &dyn Store, id: &str, edit: UserEdit) -> UserChange {
    store.change_user(id, &edit, &entry("user.change")).await.unwrap()
}

async fn actions(store: &dyn Store) -> Vec<String> {
    let all = AuditQuery { limit: 1000, ..AuditQuery::default() };
    store.audit_after(0, &all).await.unwrap().into_iter().map(|entry| entry.what.action).collect()
}

fn session(byte: u8, user: &str) -> Session {
    Session { digest: [byte; 32], user: user.into(), created: NOON, seen: NOON }
}

async fn users_come_back_as_they_were_added(store: &dyn Store) {
    let admin = user("a", Role::Administrator);
    let zones = Some(["zone/z1".to_owned(), "zone/z2".to_owned()].into());
    let grants = vec![Grant { role: Role::GridWorker, zones }, Grant::whole(Role::Resident)];
    let worker = User { grants, display_name: None, ..user("w", Role::GridWorker) };
    assert_eq!(add(store, &admin).await, UserChange::Done);
    assert_eq!(add(store, &worker).await, UserChange::Done);
    let mut found = store.users().await.unwrap();
    for user in &mut found {
        user.grants.sort();
    }
    let mut expected = [admin, worker];
    for user in &mut expected {
        user.grants.sort();
    }
    assert_eq!(found, expected);
    assert_eq!(store.password_of("a").await.unwrap().as_deref(), Some("$hash"));
    assert_eq!(store.password_of("nobody").await.unwrap(), None);
}

async fn what_may_not_be_leaves_no_trace(store: &dyn Store) {
    let refused = |error| UserChange::Refused(error);
    assert_eq!(add(store, &user("r", Role::Resident)).await, refused(UserError::FirstUser));
    add(store, &user("a", Role::Administrator)).await;
    let before = (store.people_revision().await.unwrap(), store.users().await.unwrap());
    let twin = User { id: "b".into(), ..user("a", Role::Resident) };
    assert_eq!(add(store, &twin).await, UserChange::NameTaken);
    let demoted = UserEdit { grants: Some(vec![Grant::whole(Role::Resident)]), ..UserEdit::default() };
    assert_eq!(change(store, "a", demoted).await, refused(UserError::LastAdministrator));
    let disabled = UserEdit { disabled: Some(true), ..UserEdit::default() };
    assert_eq!(change(store, "a", disabled.clone()).await, refused(UserError::LastAdministrator));
    assert_eq!(change(store, "nobody", disabled).await, UserChange::Unknown);
    assert!(!store.set_password("nobody", "$new", None, &entry("user.password")).await.unwrap());
    assert_eq!((store.people_revision().await.unwrap(), store.users().await.unwrap()), before);
    assert_eq!(actions(store).await, ["user.add"]);
}

async fn changes_replace_what_they_name_and_are_noticed(store: &dyn Store) {
    add(store, &user("a", Role::Administrator)).await;
    add(store, &user("w", Role::GridWorker)).await;
    let before = store.people_revision().await.unwrap();
    let grants = vec![Grant { role: Role::Property, zones: Some(["zone/z1".to_owned()].into()) }];
    let edit =
        UserEdit { grants: Some(grants.clone()), display_name: Naming::TakeOut, ..UserEdit::default() };
    assert_eq!(change(store, "w", edit).await, UserChange::Done);
    let worker = store.users().await.unwrap().remove(1);
    assert_eq!((worker.grants, worker.display_name, worker.disabled), (grants, None, false));
    assert!(store.people_revision().await.unwrap() > before);
    assert_eq!(actions(store).await, ["user.add", "user.add", "user.change"]);
}

async fn sessions_end_with_sign_out_a_new_password_and_disabling(store: &dyn Store) {
    add(store, &user("a", Role::Administrator)).await;
    add(store, &user("w", Role::GridWorker)).await;
    for byte in 1..=3 {
        assert!(store.add_session(&session(byte, "w"), &entry("session.begin")).await.unwrap());
    }
    let holds = async |byte: u8| store.session([byte; 32]).await.unwrap().is_some();
    assert_eq!(store.session([1; 32]).await.unwrap(), Some(session(1, "w")));
    assert!(store.end_session([1; 32], &entry("session.end")).await.unwrap());
    assert!(!store.end_session([1; 32], &entry("session.end")).await.unwrap());
    assert!(store.set_password("w", "$new", Some(&[2; 32]), &entry("user.password")).await.unwrap());
    assert_eq!((holds(1).await, holds(2).await, holds(3).await), (false, true, false));
    change(store, "w", UserEdit { disabled: Some(true), ..UserEdit::default() }).await;
    assert!(!holds(2).await);
    assert!(!store.add_session(&session(4, "w"), &entry("session.begin")).await.unwrap());
}

async fn sessions_that_are_used_are_kept(store: &dyn Store) {
    add(store, &user("a", Role::Administrator)).await;
    for byte in 1..=2 {
        store.add_session(&session(byte, "a"), &entry("session.begin")).await.unwrap();
    }
    let later = NOON + Duration::hours(1);
    store.touch_session([1; 32], later).await.unwrap();
    // An earlier instant that comes late does not set it back.
    store.touch_session([1; 32], NOON).await.unwrap();
    assert_eq!(store.drop_sessions(later, OffsetDateTime::UNIX_EPOCH).await.unwrap(), 1);
    assert_eq!(store.session([1; 32]).await.unwrap().unwrap().seen, later);
    assert_eq!(store.drop_sessions(NOON, NOON + Duration::SECOND).await.unwrap(), 1);
}

async fn an_invitation_is_used_once_and_in_time(store: &dyn Store) {
    let invitation = |byte| Invitation { digest: [byte; 32], expires: NOON + Duration::days(7) };
    let admin = User { has_password: false, ..user("a", Role::Administrator) };
    store.add_user(&admin, &Entrance::Invitation(invitation(1)), &entry("user.add")).await.unwrap();
    assert!(!store.users().await.unwrap()[0].has_password);
    let accept = async |byte: u8, at| {
        store.accept_invitation([byte; 32], at, "$chosen", &entry("user.accept")).await.unwrap()
    };
    assert!(!accept(1, NOON + Duration::days(7)).await);
    assert_eq!(store.invited([1; 32], NOON).await.unwrap().as_deref(), Some("a"));
    assert!(accept(1, NOON).await && !accept(1, NOON).await);
    assert_eq!(store.password_of("a").await.unwrap().as_deref(), Some("$chosen"));
    // A later invitation takes the place of an earlier one; a new password takes all back.
    for byte in 2..=3 {
        assert!(store.invite("a", invitation(byte), &entry("user.invite")).await.unwrap());
    }
    assert!(store.invited([2; 32], NOON).await.unwrap().is_none());
    store.set_password("a", "$new", None, &entry("user.password")).await.unwrap();
    assert!(store.invited([3; 32], NOON).await.unwrap().is_none());
    assert!(!store.invite("nobody", invitation(4), &entry("user.invite")).await.unwrap());
}

async fn a_subject_is_of_one_user(store: &dyn Store) {
    let subject = |subject: &str| Some(subject.to_owned());
    let admin = User { has_password: false, subject: subject("s1"), ..user("a", Role::Administrator) };
    let added = store.add_user(&admin, &Entrance::IdentityProvider, &entry("user.add")).await.unwrap();
    assert_eq!((added, store.users().await.unwrap()), (UserChange::Done, vec![admin]));
    add(store, &user("w", Role::GridWorker)).await;
    let edit = |text: &str| UserEdit { subject: subject(text), ..UserEdit::default() };
    assert_eq!(change(store, "w", edit("s1")).await, UserChange::SubjectTaken);
    assert_eq!(change(store, "w", edit("s2")).await, UserChange::Done);
    assert_eq!(change(store, "w", UserEdit::default()).await, UserChange::Done);
    assert_eq!(store.users().await.unwrap()[1].subject, subject("s2"));
    let twin = User { subject: subject("s2"), ..user("b", Role::Resident) };
    assert_eq!(add(store, &twin).await, UserChange::SubjectTaken);
}

on_every_store!(
    users_come_back_as_they_were_added,
    what_may_not_be_leaves_no_trace,
    changes_replace_what_they_name_and_are_noticed,
    sessions_end_with_sign_out_a_new_password_and_disabling,
    sessions_that_are_used_are_kept,
    an_invitation_is_used_once_and_in_time,
    a_subject_is_of_one_user,
);
