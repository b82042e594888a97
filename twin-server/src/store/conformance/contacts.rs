//! Contact data and codes that prove numbers.

use time::Duration;

use super::people::{add, change, entry, user};
use super::reports::{by, lamp, of};
use super::{NOON, on_every_store};
use crate::domain::audit::Digest;
use crate::domain::contact::{ContactRow, Sealed, SealedPhone};
use crate::domain::permission::Role;
use crate::store::{
    AuditQuery, Entrance, Invitation, NewCode, Numbering, ReportStored, Resealed, Store, Tidings, UserChange,
    UserEdit,
};

const CODE_FOR: Duration = Duration::minutes(5);

fn sealed(key: &str, byte: u8) -> Sealed {
    Sealed { key: key.into(), data: vec![byte, 0, 255] }
}

/// A number that is found by one mark under each key.
fn phone(marks: &[u8]) -> SealedPhone {
    let marks = marks.iter().map(|mark| [*mark; 32]).collect();
    SealedPhone { marks, sealed: sealed("k1", 7) }
}

fn attach(phone: SealedPhone) -> UserEdit {
    UserEdit { phone: Numbering::Attach(phone), ..UserEdit::default() }
}

async fn administrator(store: &dyn Store) {
    assert_eq!(add(store, &user("a", Role::Administrator)).await, UserChange::Done);
}

async fn a_number_is_of_one_user_and_goes_when_it_is_taken_out(store: &dyn Store) {
    administrator(store).await;
    add(store, &user("w", Role::GridWorker)).await;
    let has_phone = async |id: &str| store.users().await.unwrap().iter().any(|u| u.id == id && u.has_phone);
    assert_eq!(change(store, "w", attach(phone(&[1]))).await, UserChange::Done);
    assert!(has_phone("w").await && !has_phone("a").await);
    assert_eq!(store.phone_of("w").await.unwrap(), Some(sealed("k1", 7)));
    assert_eq!(store.phone_of("a").await.unwrap(), None);
    // By whichever key it is found, it is one number.
    for marks in [&[1_u8][..], &[2, 1]] {
        assert_eq!(change(store, "a", attach(phone(marks))).await, UserChange::PhoneTaken);
    }
    assert_eq!(store.user_of_phone(&[[2; 32], [1; 32]]).await.unwrap().as_deref(), Some("w"));
    assert_eq!(store.user_of_phone(&[[2; 32]]).await.unwrap(), None);
    // The same again, then another one.
    for marks in [1, 3] {
        assert_eq!(change(store, "w", attach(phone(&[marks]))).await, UserChange::Done);
    }
    assert_eq!(store.user_of_phone(&[[1; 32]]).await.unwrap(), None);
    let out = UserEdit { phone: Numbering::TakeOut, ..UserEdit::default() };
    assert_eq!(change(store, "w", out.clone()).await, UserChange::Done);
    assert!(!has_phone("w").await && store.phone_of("w").await.unwrap().is_none());
    assert_eq!(change(store, "nobody", attach(phone(&[4]))).await, UserChange::Unknown);
    assert_eq!(store.user_of_phone(&[[4; 32]]).await.unwrap(), None);
}

async fn a_user_comes_with_a_number_or_not_at_all(store: &dyn Store) {
    administrator(store).await;
    let invitation = Invitation { digest: [9; 32], expires: NOON + Duration::days(7) };
    let resident = |id: &str| crate::domain::people::User {
        has_password: false,
        has_phone: true,
        ..user(id, Role::Resident)
    };
    let way = Entrance::Phone(phone(&[1]), Some(invitation));
    assert_eq!(store.add_user(&resident("r"), &way, &entry("user.add")).await.unwrap(), UserChange::Done);
    assert_eq!(store.invited([9; 32], NOON).await.unwrap().as_deref(), Some("r"));
    assert!(store.users().await.unwrap().contains(&resident("r")));
    let again = Entrance::Phone(phone(&[2, 1]), None);
    let second = store.add_user(&resident("s"), &again, &entry("user.none")).await.unwrap();
    assert_eq!((second, store.users().await.unwrap().len()), (UserChange::PhoneTaken, 2));
}

fn code(mark: u8, purpose: &str, digest: u8) -> NewCode {
    NewCode { mark: [mark; 32], purpose: purpose.into(), digest: [digest; 32], expires: NOON + CODE_FOR }
}

async fn put(store: &dyn Store, new: &NewCode) {
    store.put_code(new, &entry("session.code")).await.unwrap();
}

async fn tried(store: &dyn Store, mark: u8, purpose: &str, digest: u8, seconds: i64) -> bool {
    let (mark, digest): (Digest, Digest) = ([mark; 32], [digest; 32]);
    store.try_code(mark, purpose, digest, NOON + Duration::seconds(seconds), 5).await.unwrap()
}

async fn a_code_is_for_one_number_one_purpose_one_use_and_five_minutes(store: &dyn Store) {
    put(store, &code(1, "sign-in", 1)).await;
    put(store, &code(1, "attach:w", 2)).await;
    assert!(!tried(store, 1, "sign-in", 2, 0).await && !tried(store, 2, "sign-in", 1, 0).await);
    assert!(!tried(store, 1, "sign-in", 1, 300).await);
    assert!(tried(store, 1, "sign-in", 1, 299).await);
    assert!(!tried(store, 1, "sign-in", 1, 299).await);
    // A later one takes the place of an earlier one.
    put(store, &code(1, "attach:w", 3)).await;
    assert!(!tried(store, 1, "attach:w", 2, 0).await && tried(store, 1, "attach:w", 3, 0).await);
}

async fn a_code_has_five_tries(store: &dyn Store) {
    put(store, &code(1, "sign-in", 1)).await;
    for wrong in 2..7 {
        assert!(!tried(store, 1, "sign-in", wrong, 0).await);
    }
    assert!(!tried(store, 1, "sign-in", 1, 0).await, "the sixth try was the right one");
    put(store, &code(1, "sign-in", 1)).await;
    for wrong in 2..6 {
        assert!(!tried(store, 1, "sign-in", wrong, 0).await);
    }
    assert!(tried(store, 1, "sign-in", 1, 0).await, "the fifth try was the right one");
}

async fn codes_that_have_ended_are_dropped(store: &dyn Store) {
    put(store, &code(1, "sign-in", 1)).await;
    put(store, &NewCode { expires: NOON + CODE_FOR * 2, ..code(2, "sign-in", 1) }).await;
    assert_eq!(store.drop_codes(NOON + CODE_FOR).await.unwrap(), 1);
    assert!(tried(store, 2, "sign-in", 1, 0).await);
}

async fn who_is_forgotten_has_no_number_and_no_code_any_more(store: &dyn Store) {
    administrator(store).await;
    add(store, &user("w", Role::Resident)).await;
    change(store, "w", attach(phone(&[1]))).await;
    put(store, &code(1, "sign-in", 1)).await;
    put(store, &code(2, "attach:w", 1)).await;
    put(store, &code(3, "sign-in", 1)).await;
    let before = store.people_revision().await.unwrap();
    store.forget_reporter("w", &entry("report.forget")).await.unwrap();
    assert!(store.phone_of("w").await.unwrap().is_none());
    assert!(store.people_revision().await.unwrap() > before);
    assert!(!tried(store, 1, "sign-in", 1, 0).await && !tried(store, 2, "attach:w", 1, 0).await);
    assert!(tried(store, 3, "sign-in", 1, 0).await);
}

async fn report(store: &dyn Store, id: u64, contact: Option<&Sealed>) -> ReportStored {
    let new = lamp(id);
    let (kept, told) = (of(&new, "u-1"), by(&new, "user:u-1"));
    store.add_report(&kept, &told, contact, &entry("report.submit"), &Tidings::default()).await.unwrap()
}

async fn whom_to_call_comes_with_the_report_and_goes_alone(store: &dyn Store) {
    assert_eq!(report(store, 1, Some(&sealed("k1", 1))).await, ReportStored::Yes);
    assert_eq!(report(store, 2, None).await, ReportStored::Yes);
    assert_eq!(report(store, 3, Some(&sealed("k1", 3))).await, ReportStored::Yes);
    // What is not stored brings no contact.
    assert_eq!(report(store, 2, Some(&sealed("k1", 2))).await, ReportStored::Stale);
    assert_eq!(store.reports_with_contact().await.unwrap(), [1, 3]);
    assert_eq!(store.report_contact(3).await.unwrap(), Some(sealed("k1", 3)));
    assert_eq!(store.report_contact(2).await.unwrap(), None);
    let drop = async |ids: &[u64]| store.drop_report_contacts(ids, &[entry("report.contact")]).await.unwrap();
    assert_eq!((drop(&[2, 9]).await, drop(&[1, 2]).await, drop(&[1]).await), (0, 1, 0));
    assert_eq!(
        (store.reports_with_contact().await.unwrap(), store.reports().await.unwrap().len()),
        (vec![3], 3)
    );
    let query = AuditQuery { limit: 99, ..AuditQuery::default() };
    let log = store.audit_after(0, &query).await.unwrap();
    assert_eq!(log.iter().filter(|entry| entry.what.action == "report.contact").count(), 1);
}

async fn what_was_sealed_anew_takes_the_place_of_what_was_there(store: &dyn Store) {
    administrator(store).await;
    change(store, "a", attach(phone(&[1]))).await;
    report(store, 4, Some(&sealed("k1", 4))).await;
    assert_eq!(store.sealed_otherwise("k1").await.unwrap(), []);
    let rows = [ContactRow::User("a".into()), ContactRow::Report(4)];
    let old = store.sealed_otherwise("k2").await.unwrap();
    assert_eq!(old, [(rows[0].clone(), sealed("k1", 7)), (rows[1].clone(), sealed("k1", 4))]);
    let anew = |row: &ContactRow, before: u8, mark| Resealed {
        row: row.clone(),
        before: sealed("k1", before),
        after: sealed("k2", 9),
        mark,
    };
    // What is another one meanwhile stays.
    assert_eq!(store.reseal(&[anew(&rows[0], 8, Some([2; 32]))]).await.unwrap(), 0);
    let both = [anew(&rows[0], 7, Some([2; 32])), anew(&rows[1], 4, None)];
    assert_eq!(store.reseal(&both).await.unwrap(), 2);
    assert_eq!(store.sealed_otherwise("k2").await.unwrap(), []);
    assert_eq!(store.phone_of("a").await.unwrap(), Some(sealed("k2", 9)));
    assert_eq!(store.report_contact(4).await.unwrap(), Some(sealed("k2", 9)));
    assert_eq!(store.user_of_phone(&[[2; 32]]).await.unwrap().as_deref(), Some("a"));
    assert_eq!(store.user_of_phone(&[[1; 32]]).await.unwrap(), None);
}

on_every_store!(
    a_number_is_of_one_user_and_goes_when_it_is_taken_out,
    a_user_comes_with_a_number_or_not_at_all,
    a_code_is_for_one_number_one_purpose_one_use_and_five_minutes,
    a_code_has_five_tries,
    codes_that_have_ended_are_dropped,
    who_is_forgotten_has_no_number_and_no_code_any_more,
    whom_to_call_comes_with_the_report_and_goes_alone,
    what_was_sealed_anew_takes_the_place_of_what_was_there,
);
