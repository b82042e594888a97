//! What residents are told of, and how long it is tried.

use proptest::prelude::*;
use time::macros::datetime;
use twin_schemas::LocalizedText;
use twin_schemas::reports::ReportState;

use super::*;
use crate::domain::backoff::TRY_FOR;
use crate::domain::cycle::Word;

const NOON: OffsetDateTime = datetime!(2026-05-01 12:00 UTC);

fn entry(event: ReportEvent) -> ReportEntry {
    let text = Some("my door code is 1234".to_owned());
    let party = "desk".to_owned();
    ReportEntry {
        at: NOON,
        event,
        party,
        state: ReportState::Accepted,
        body: None,
        text,
        photos: Vec::new(),
        voice: None,
    }
}

fn report() -> Report {
    serde_json::from_value(serde_json::json!({
        "id": 7, "line": "problem", "kind": "lighting", "text": "no light", "place": {}, "state": "accepted",
        "open": false, "created_at": "2026-05-01T12:00:00Z", "changed_at": "2026-05-01T12:00:00Z", "version": 2,
    }))
    .unwrap()
}

#[test]
fn whoever_reported_is_told_what_others_did_and_nothing_of_what_they_did_themselves() {
    use ReportDeed as Deed;
    let of = |event, reporter, actor| {
        of_change(&report(), reporter, &entry(event), actor).map(|message| (message.user, message.topic))
    };
    let done = |deed| ReportEvent::Done { deed };
    let told = |topic| Some(("u-1".to_owned(), topic));
    let desk = "user:u-2";
    assert_eq!(of(done(Deed::Accept), Some("u-1"), desk), told(MessageTopic::Accepted));
    assert_eq!(of(done(Deed::Follow), Some("u-1"), "clock"), told(MessageTopic::Answered));
    assert_eq!(of(ReportEvent::Said, Some("u-1"), "key:k-1"), told(MessageTopic::Said));
    assert_eq!(of(ReportEvent::Said, Some("u-1"), "user:u-1"), None);
    assert_eq!(of(done(Deed::Accept), Some("u-1"), "user:u-1"), None);
    assert_eq!(of(done(Deed::Accept), None, desk), None);
    for quiet in [done(Deed::Dispatch), done(Deed::Return), done(Deed::Lapse), ReportEvent::Submitted] {
        assert_eq!(of(quiet, Some("u-1"), desk), None);
    }
}

#[test]
fn a_message_says_what_happened_and_where_to_look_and_nothing_that_was_said() {
    let message = of_change(&report(), Some("u-1"), &entry(ReportEvent::Said), "user:u-2").unwrap();
    assert!(!format!("{message:?}").contains("1234"));
    let link = link("https://twin.example/", message.report);
    assert_eq!(link, "https://twin.example/resident#report/7");
    for topic in MessageTopic::ALL {
        let LocalizedText { zh, en } = text(*topic, 7, Some(&link));
        for said in [zh.unwrap(), en.unwrap()] {
            assert!(said.contains(" 7") && said.ends_with(&link) && said.chars().count() < 140, "{said}");
        }
    }
}

proptest! {
    /// However tries fail: each comes later than the one before, at most an hour, and none later than a day after what it
    /// tells of. It counts, and the next is due, before it is known what becomes of it.
    #[test]
    fn a_message_is_tried_ever_more_seldom_for_a_day(begun_s in 0_i64..200_000, fails in 0_u32..200) {
        let mut progress = MessageProgress::default();
        let mut now = NOON + Duration::seconds(begun_s);
        let mut tries = 0;
        while !progress.lapses(NOON, now) && tries < fails {
            prop_assert!(now - NOON < TRY_FOR);
            progress.begin(now);
            tries += 1;
            let next = progress.next_try.unwrap();
            prop_assert!(progress.tries == tries && next > now && next - now <= Duration::hours(1));
            progress.note(Err(Failed { why: "HTTP 500".repeat(100), may_pass: true }), now);
            prop_assert_eq!((progress.end, progress.next_try), (None, Some(next)));
            prop_assert!(progress.last_error.as_ref().unwrap().chars().count() <= 300);
            now = next;
        }
        prop_assert!(tries < 60, "it ends");
        if progress.end.is_some() {
            prop_assert_eq!((progress.end, progress.ended_at, progress.next_try), (Some(MessageEnd::GivenUp), Some(now), None));
            prop_assert!(progress.tries == tries && progress.last_error.is_some() && now - NOON >= TRY_FOR);
        } else {
            progress.begin(now);
            progress.note(Ok(()), now);
            prop_assert_eq!((progress.end, progress.next_try, progress.last_error), (Some(MessageEnd::Sent), None, None));
        }
    }
}

#[test]
fn what_the_gateway_will_never_take_is_given_up_at_once() {
    let mut progress = MessageProgress::default();
    progress.begin(NOON);
    progress.note(Err(Failed { why: "HTTP 400".into(), may_pass: false }), NOON);
    assert_eq!((progress.end, progress.next_try, progress.tries), (Some(MessageEnd::GivenUp), None, 1));
}

#[test]
fn words_of_messages_are_the_same_to_people_and_to_programs() {
    fn check<W: Word + Serialize>() {
        for word in W::ALL {
            assert_eq!(serde_json::to_value(word).unwrap(), word.id());
        }
    }
    check::<MessageTopic>();
    check::<MessageEnd>();
}
