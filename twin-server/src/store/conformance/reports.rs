//! Reports of residents.

use time::Duration;
use twin_schemas::reports::{ReportBody, ReportDeed, ReportLine, ReportPlace, ReportVoice, VoiceFormat};

use super::people::entry;
use super::{NOON, on_every_store};
use crate::domain::report::{self, Change, NewReport, Party, ReportKinds, Request};
use crate::store::ReportStored::{Stale, UnknownAttachment, Yes};
use crate::store::{
    AttachmentFacts, FileSize, Media, NewAttachment, ReportChange, Store, StoredEntry, StoredReport, Tidings,
};

fn kinds() -> ReportKinds {
    ReportKinds::built_in().unwrap()
}

pub(super) fn lamp(id: u64) -> Change {
    let new = NewReport {
        line: ReportLine::Problem,
        text: "灯不亮".into(),
        photos: Vec::new(),
        voice: None,
        place: ReportPlace::default(),
        zone: Some("zone/z1".into()),
        on_behalf: false,
        open: true,
    };
    report::submitted(id, new, kinds().get("lighting").unwrap(), NOON)
}

pub(super) fn of(change: &Change, reporter: &str) -> StoredReport {
    StoredReport { report: change.after.clone(), reporter: Some(reporter.into()) }
}

pub(super) fn by(change: &Change, actor: &str) -> StoredEntry {
    StoredEntry { entry: change.entry.clone(), actor: actor.into() }
}

fn done(before: &Change, request: &Request, seconds: i64) -> Change {
    let (kinds, now) = (kinds(), NOON + Duration::seconds(seconds));
    report::act(&before.after, request, &[Party::Desk], kinds.get("lighting").unwrap(), now).unwrap()
}

fn next(change: &Change) -> ReportChange {
    ReportChange { after: change.after.clone(), stored: by(change, "user:u-9") }
}

async fn put(store: &dyn Store, id: u64) -> Change {
    let new = lamp(id);
    let audit = entry("report.submit");
    assert_eq!(
        store
            .add_report(&of(&new, "u-1"), &by(&new, "user:u-1"), None, &audit, &Tidings::default())
            .await
            .unwrap(),
        Yes
    );
    new
}

async fn reports_and_their_trails_come_back_as_they_were_stored(store: &dyn Store) {
    let (second, first) = (put(store, 2).await, put(store, 1).await);
    let accepted = done(&first, &Request::plain(ReportDeed::Accept), 1);
    let sent = Request { body: Some(ReportBody::Property), ..Request::plain(ReportDeed::Dispatch) };
    let sent = done(&accepted, &sent, 2);
    for change in [&accepted, &sent] {
        assert_eq!(
            store.change_reports(&[next(change)], &[entry("report.act")], &Tidings::default()).await.unwrap(),
            Yes
        );
    }
    assert_eq!(store.reports().await.unwrap(), [of(&sent, "u-1"), of(&second, "u-1")]);
    let trail = [by(&first, "user:u-1"), by(&accepted, "user:u-9"), by(&sent, "user:u-9")];
    assert_eq!(store.report_trail(1).await.unwrap(), trail);
    assert_eq!(store.report_trail(3).await.unwrap(), []);
}

async fn a_version_that_does_not_follow_changes_nothing_of_all_that_come_with_it(store: &dyn Store) {
    let (first, second) = (put(store, 1).await, put(store, 2).await);
    let audit = entry("report.submit");
    let again = store
        .add_report(&of(&first, "u-2"), &by(&first, "user:u-2"), None, &audit, &Tidings::default())
        .await
        .unwrap();
    assert_eq!(again, Stale);
    let accept = Request::plain(ReportDeed::Accept);
    let (one, other) = (done(&first, &accept, 1), done(&second, &accept, 1));
    let changes = [next(&one), next(&other)];
    assert_eq!(
        store.change_reports(&changes[1..], &[entry("report.act")], &Tidings::default()).await.unwrap(),
        Yes
    );
    assert_eq!(
        store.change_reports(&changes, &[entry("report.again")], &Tidings::default()).await.unwrap(),
        Stale
    );
    assert_eq!(store.reports().await.unwrap(), [of(&first, "u-1"), of(&other, "u-1")]);
    assert_eq!(store.report_trail(1).await.unwrap().len(), 1);
    let query = crate::store::AuditQuery { limit: 9, ..Default::default() };
    let log = store.audit_after(0, &query).await.unwrap();
    let actions: Vec<&str> = log.iter().map(|entry| entry.what.action.as_str()).collect();
    assert_eq!(actions, ["report.submit", "report.submit", "report.act"]);
}

async fn who_is_forgotten_is_in_no_report_and_no_trail(store: &dyn Store) {
    let first = put(store, 1).await;
    let (audit, none) = (entry("report.forget"), entry("report.none"));
    assert_eq!(store.forget_reporter("u-2", &none).await.unwrap(), 0);
    assert_eq!(store.forget_reporter("u-1", &audit).await.unwrap(), 1);
    assert_eq!(store.forget_reporter("u-1", &none).await.unwrap(), 0);
    let unknown = StoredReport { report: first.after.clone(), reporter: None };
    assert_eq!(store.reports().await.unwrap(), [unknown]);
    assert_eq!(store.report_trail(1).await.unwrap(), [by(&first, "user")]);
}

pub(super) fn photo(id: &str, owner: &str, seconds: i64) -> NewAttachment {
    let (small, large) = (vec![1, 0, 255], vec![2; 9]);
    attachment(id, owner, seconds, Media::Photo { width_px: 1_600, height_px: 900, small, large })
}

fn voice(id: &str, owner: &str) -> NewAttachment {
    attachment(id, owner, 0, Media::Voice { format: VoiceFormat::Mp4, duration_ms: 12_345, file: vec![3; 9] })
}

fn attachment(id: &str, owner: &str, seconds: i64, media: Media) -> NewAttachment {
    NewAttachment { id: id.into(), owner: owner.into(), at: NOON + Duration::seconds(seconds), media }
}

fn spoken(id: &str) -> ReportVoice {
    ReportVoice { id: id.into(), duration_ms: 12_345, format: VoiceFormat::Mp4 }
}

/// A report with photographs.
fn with(id: u64, photos: &[&str]) -> Change {
    let mut change = lamp(id);
    change.entry.photos = photos.iter().map(|id| (*id).to_owned()).collect();
    change
}

async fn a_photograph_goes_with_one_report_of_its_owner(store: &dyn Store) {
    for new in [photo("a", "user:u-1", 0), photo("b", "user:u-2", 0)] {
        assert!(store.add_attachment(&new, 1).await.unwrap());
    }
    assert!(!store.add_attachment(&photo("c", "user:u-1", 0), 1).await.unwrap());
    let send = async |change: &Change| {
        let audit = entry("report.submit");
        store
            .add_report(&of(change, "u-1"), &by(change, "user:u-1"), None, &audit, &Tidings::default())
            .await
            .unwrap()
    };
    assert_eq!(send(&with(1, &["a", "b"])).await, UnknownAttachment);
    assert_eq!(store.reports().await.unwrap(), []);
    assert_eq!(send(&with(1, &["a"])).await, Yes);
    assert_eq!(send(&with(2, &["a"])).await, UnknownAttachment);
    assert!(store.add_attachment(&photo("c", "user:u-1", 0), 1).await.unwrap());
    let facts = |owner: &str, report| {
        Some(AttachmentFacts { owner: owner.into(), voice: None, report, project: None, check_up: None })
    };
    assert_eq!(store.attachment("a").await.unwrap(), facts("user:u-1", Some(1)));
    assert_eq!(store.attachment("b").await.unwrap(), facts("user:u-2", None));
    assert_eq!(store.attachment("z").await.unwrap(), None);
    assert_eq!(store.attachment_file("a", FileSize::Small).await.unwrap(), Some(vec![1, 0, 255]));
    assert_eq!(store.attachment_file("a", FileSize::Large).await.unwrap(), Some(vec![2; 9]));
    assert_eq!(store.attachment_file("z", FileSize::Large).await.unwrap(), None);
}

async fn a_voice_goes_with_one_report_is_no_photograph_and_leaves_with_who_spoke(store: &dyn Store) {
    for id in ["v", "w"] {
        assert!(store.add_attachment(&voice(id, "user:u-1"), 2).await.unwrap());
    }
    assert!(!store.add_attachment(&photo("p", "user:u-1", 0), 2).await.unwrap(), "both sorts count");
    let send = async |change: &Change, actor: &str| {
        let audit = entry("report.submit");
        store
            .add_report(&of(change, "u-1"), &by(change, actor), None, &audit, &Tidings::default())
            .await
            .unwrap()
    };
    assert_eq!(send(&with(1, &["v"]), "user:u-1").await, UnknownAttachment);
    let mut said = lamp(1);
    said.entry.voice = Some(spoken("v"));
    assert_eq!(send(&said, "user:u-2").await, UnknownAttachment);
    assert_eq!(send(&said, "user:u-1").await, Yes);
    said.after.id = 2;
    assert_eq!(send(&said, "user:u-1").await, UnknownAttachment);
    let facts = store.attachment("v").await.unwrap().unwrap();
    assert_eq!((facts.voice, facts.report), (Some(spoken("v")), Some(1)));
    assert_eq!(store.attachment_file("v", FileSize::Large).await.unwrap(), Some(vec![3; 9]));
    assert_eq!(store.report_trail(1).await.unwrap()[0].entry.voice, Some(spoken("v")));

    assert_eq!(store.forget_reporter("u-1", &entry("report.forget")).await.unwrap(), 1);
    assert_eq!((store.attachment("v").await.unwrap(), store.attachment("w").await.unwrap()), (None, None));
    assert_eq!(store.report_trail(1).await.unwrap(), [by(&lamp(1), "user")]);
}

/// Says something of a report, with a voice or without; gives it as it is stored.
async fn say(store: &dyn Store, before: &Change, text: &str, voice: Option<ReportVoice>) -> Change {
    let said = report::say(&before.after, text, voice, Party::Reporter, NOON).unwrap();
    let change = ReportChange { after: said.after.clone(), stored: by(&said, "user:u-1") };
    assert_eq!(
        store.change_reports(&[change], &[entry("report.act")], &Tidings::default()).await.unwrap(),
        Yes
    );
    said
}

fn silent(change: &Change) -> Change {
    let mut silent = change.clone();
    silent.entry.voice = None;
    silent
}

async fn whatever_was_written_who_wrote_it_can_be_forgotten(store: &dyn Store) {
    // Words that look like what is taken out, and a character that not every engine has a place for.
    let words = "灯\0 ,\"voice\":{\"id\":\"v\"} \\\",\"voice\":{},\\";
    assert!(store.add_attachment(&voice("v", "user:u-1"), 9).await.unwrap());
    let first = put(store, 1).await;
    let spoke = say(store, &first, words, Some(spoken("v"))).await;
    let wrote = say(store, &spoke, words, None).await;
    assert_eq!(store.report_trail(1).await.unwrap()[1..], [by(&spoke, "user:u-1"), by(&wrote, "user:u-1")]);
    assert_eq!(store.forget_reporter("u-1", &entry("report.forget")).await.unwrap(), 1);
    let trail = [by(&first, "user"), by(&silent(&spoke), "user"), by(&wrote, "user")];
    assert_eq!(store.report_trail(1).await.unwrap(), trail);
}

async fn voices_of_reports_go_with_what_names_them_and_others_stay(store: &dyn Store) {
    for id in ["a", "b", "c"] {
        assert!(store.add_attachment(&voice(id, "user:u-1"), 9).await.unwrap());
    }
    assert_eq!(store.reports_with_voice().await.unwrap(), Vec::<u64>::new());
    let (first, second) = (put(store, 1).await, put(store, 2).await);
    let gone = say(store, &first, "听\0得到吗", Some(spoken("a"))).await;
    let kept = say(store, &second, "听得到吗", Some(spoken("b"))).await;
    assert_eq!(store.reports_with_voice().await.unwrap(), [1, 2]);
    assert_eq!(store.drop_report_voices(&[3], &[entry("report.none")]).await.unwrap(), 0);
    assert_eq!(store.drop_report_voices(&[1, 3], &[entry("report.voice.expire")]).await.unwrap(), 1);
    assert_eq!(store.reports_with_voice().await.unwrap(), [2]);
    assert_eq!(store.report_trail(1).await.unwrap()[1], by(&silent(&gone), "user:u-1"));
    assert_eq!(store.report_trail(2).await.unwrap()[1], by(&kept, "user:u-1"));
    for (id, is_there) in [("a", false), ("b", true), ("c", true)] {
        assert_eq!(store.attachment(id).await.unwrap().is_some(), is_there, "{id}");
    }
}

async fn photographs_that_were_never_sent_are_dropped(store: &dyn Store) {
    for (id, seconds) in [("old", 0), ("sent", 0), ("new", 10)] {
        assert!(store.add_attachment(&photo(id, "user:u-1", seconds), 9).await.unwrap());
    }
    let sent = with(1, &["sent"]);
    let audit = entry("report.submit");
    assert_eq!(
        store
            .add_report(&of(&sent, "u-1"), &by(&sent, "user:u-1"), None, &audit, &Tidings::default())
            .await
            .unwrap(),
        Yes
    );
    assert_eq!(store.drop_unsent(NOON + Duration::seconds(5)).await.unwrap(), 1);
    for (id, is_there) in [("old", false), ("sent", true), ("new", true)] {
        assert_eq!(store.attachment(id).await.unwrap().is_some(), is_there, "{id}");
    }
}

on_every_store!(
    a_photograph_goes_with_one_report_of_its_owner,
    a_voice_goes_with_one_report_is_no_photograph_and_leaves_with_who_spoke,
    photographs_that_were_never_sent_are_dropped,
    whatever_was_written_who_wrote_it_can_be_forgotten,
    voices_of_reports_go_with_what_names_them_and_others_stay,
    reports_and_their_trails_come_back_as_they_were_stored,
    a_version_that_does_not_follow_changes_nothing_of_all_that_come_with_it,
    who_is_forgotten_is_in_no_report_and_no_trail,
);
