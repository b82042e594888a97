//! Projects of renewal.

use time::Duration;
use twin_schemas::LocalizedText;
use twin_schemas::projects::{
    ProjectBudget, ProjectEvent, ProjectKind, ProjectLevel, ProjectNotice, ProjectPlan, ProjectProblem,
    ProjectState,
};
use twin_schemas::reports::{ReportDeed, ReportLine, ReportPlace};

use super::people::entry;
use super::reports::photo;
use super::{NOON, on_every_store};
use crate::domain::project::{self, Change, Party};
use crate::domain::report::{self, NewReport, ReportKinds, Request};
use crate::store::ReportStored::{Stale, UnknownAttachment, Yes};
use crate::store::{
    ProjectChange, ReportChange, Store, StoredEntry, StoredOpinion, StoredProjectEntry, StoredReport, Tidings,
};

fn stored(change: Change, author: Option<&str>) -> ProjectChange {
    let Change { after, entry, opinion } = change;
    let opinion = opinion.map(|opinion| StoredOpinion { opinion, author: author.map(str::to_owned) });
    ProjectChange { after, stored: StoredProjectEntry { entry, actor: "user:u-9".into() }, opinion }
}

fn begun(id: u64) -> ProjectChange {
    let plan = ProjectPlan {
        name: LocalizedText::new("加装电梯", "A lift"),
        summary: "3 号楼".into(),
        kind: ProjectKind::Infrastructure,
        level: ProjectLevel::Basic,
        zones: Vec::new(),
        places: Vec::new(),
        phases: Vec::new(),
        budget: ProjectBudget { planned_fen: 80_000_000, sources: Vec::new() },
        parties: Vec::new(),
        documents: Vec::new(),
        alternatives: Vec::new(),
        reports: Vec::new(),
        problems: vec![ProjectProblem { check_up: 1, problem: 7 }],
        tasks: vec![4],
    };
    stored(project::created(id, plan, vec!["zone/z1".into()], NOON), None)
}

/// The same on notice, as the next version.
fn on_notice(before: &ProjectChange) -> ProjectChange {
    let mut next = before.clone();
    let day = project::day_of(NOON);
    next.after.state = ProjectState::Notice;
    next.after.version += 1;
    next.after.notice = Some(ProjectNotice {
        round: 1,
        plan_number: 1,
        from: day,
        to: day + Duration::days(30),
        text: "现予公示".into(),
        began_at: NOON,
        ends_at: NOON + Duration::days(30),
        extensions: Vec::new(),
    });
    next.stored.entry.version = next.after.version;
    next
}

fn voiced(before: &ProjectChange, text: &str, author: &str) -> ProjectChange {
    stored(project::voice(&before.after, text, NOON).unwrap(), Some(author))
}

async fn put(store: &dyn Store, id: u64) -> ProjectChange {
    let new = begun(id);
    assert_eq!(store.add_project(&new, &entry("project.create"), &Tidings::default()).await.unwrap(), Yes);
    new
}

async fn change(store: &dyn Store, change: &ProjectChange) {
    let changed = store
        .change_projects(std::slice::from_ref(change), &[entry("project.act")], &Tidings::default())
        .await;
    assert_eq!(changed.unwrap(), Yes);
}

async fn projects_and_their_trails_come_back_as_they_were_stored(store: &dyn Store) {
    let (second, first) = (put(store, 2).await, put(store, 1).await);
    let noticed = on_notice(&first);
    let spoken = voiced(&noticed, "挡光", "user:u-1");
    for next in [&noticed, &spoken] {
        change(store, next).await;
    }
    assert_eq!(store.projects().await.unwrap(), [spoken.after.clone(), second.after]);
    let newest_first = [spoken.stored.clone(), noticed.stored.clone(), first.stored.clone()];
    assert_eq!(store.project_trail(1, u32::MAX, 9).await.unwrap(), newest_first);
    assert_eq!(store.project_trail(1, 3, 1).await.unwrap(), newest_first[1..2]);
    assert_eq!(store.project_trail(3, u32::MAX, 9).await.unwrap(), []);
}

async fn opinions_come_page_by_page_and_an_answer_keeps_who_spoke(store: &dyn Store) {
    let noticed = on_notice(&put(store, 1).await);
    let one = voiced(&noticed, "挡光", "user:u-1");
    let two = voiced(&one, "赞成", "user:u-2");
    for next in [&noticed, &one, &two] {
        change(store, next).await;
    }
    let opinion = &one.opinion.as_ref().unwrap().opinion;
    let answered = project::answer(&two.after, opinion, "已调整", &[Party::Community], NOON).unwrap();
    let answered = stored(answered, None);
    change(store, &answered).await;
    let answer = answered.opinion.unwrap().opinion;
    let expected =
        [StoredOpinion { opinion: answer, author: Some("user:u-1".into()) }, two.opinion.clone().unwrap()];
    assert_eq!(store.project_opinions(1, 0, 9).await.unwrap(), expected);
    assert_eq!(store.project_opinions(1, 0, 1).await.unwrap(), expected[..1]);
    assert_eq!(store.project_opinions(1, 1, 9).await.unwrap(), expected[1..]);
    assert_eq!(store.opinions_of(1, "user:u-1").await.unwrap(), 1);
    assert_eq!(store.opinions_of(1, "user:u-3").await.unwrap(), 0);
    assert_eq!(store.opinions_of(2, "user:u-1").await.unwrap(), 0);
}

async fn who_is_forgotten_spoke_about_no_project(store: &dyn Store) {
    let noticed = on_notice(&put(store, 1).await);
    let mut spoken = voiced(&noticed, "挡光", "user:u-1");
    spoken.stored.actor = "user:u-1".into();
    for next in [&noticed, &spoken] {
        change(store, next).await;
    }
    assert_eq!(store.forget_reporter("u-1", &entry("report.forget")).await.unwrap(), 0);
    assert_eq!(store.project_opinions(1, 0, 9).await.unwrap()[0].author, None);
    assert_eq!(store.project_trail(1, u32::MAX, 1).await.unwrap()[0].actor, "user");
}

async fn a_version_that_does_not_follow_changes_no_project_that_comes_with_it(store: &dyn Store) {
    let (first, second) = (put(store, 1).await, put(store, 2).await);
    assert_eq!(
        store.add_project(&first, &entry("project.create"), &Tidings::default()).await.unwrap(),
        Stale
    );
    let both = [on_notice(&first), on_notice(&second)];
    change(store, &both[1]).await;
    assert_eq!(
        store.change_projects(&both, &[entry("project.again")], &Tidings::default()).await.unwrap(),
        Stale
    );
    assert_eq!(store.projects().await.unwrap(), [first.after, both[1].after.clone()]);
    assert_eq!(store.project_trail(1, u32::MAX, 9).await.unwrap().len(), 1);
}

fn lamp() -> StoredReport {
    let new = NewReport {
        line: ReportLine::Problem,
        text: "灯不亮".into(),
        photos: Vec::new(),
        voice: None,
        place: ReportPlace::default(),
        zone: None,
        on_behalf: false,
        open: true,
    };
    let kinds = ReportKinds::built_in().unwrap();
    let report = report::submitted(7, new, kinds.get("lighting").unwrap(), NOON).after;
    StoredReport { report, reporter: None }
}

async fn a_report_enters_a_project_with_it_or_not_at_all(store: &dyn Store) {
    let (project, kinds, lamp) = (put(store, 1).await, ReportKinds::built_in().unwrap(), lamp());
    let kind = kinds.get("lighting").unwrap();
    let taken =
        report::act(&lamp.report, &Request::plain(ReportDeed::Accept), &[report::Party::Desk], kind, NOON)
            .unwrap();
    let entry_of =
        |change: &report::Change| StoredEntry { entry: change.entry.clone(), actor: "user:u-9".into() };
    let next = ReportChange { after: taken.after.clone(), stored: entry_of(&taken) };
    let noted = stored(project::programmed(&project.after, 7, NOON).unwrap(), None);
    let audit = [entry("report.programme")];
    // There is no such report yet.
    assert_eq!(
        store
            .programme_reports(std::slice::from_ref(&next), &noted, &audit, &Tidings::default())
            .await
            .unwrap(),
        Stale
    );
    assert_eq!(store.projects().await.unwrap(), std::slice::from_ref(&project.after));
    let first = StoredEntry { entry: taken.entry.clone(), actor: "user:u-1".into() };
    assert_eq!(
        store.add_report(&lamp, &first, None, &entry("report.submit"), &Tidings::default()).await.unwrap(),
        Yes
    );
    assert_eq!(
        store
            .programme_reports(std::slice::from_ref(&next), &noted, &audit, &Tidings::default())
            .await
            .unwrap(),
        Yes
    );
    assert_eq!(store.projects().await.unwrap(), std::slice::from_ref(&noted.after));
    assert_eq!(store.reports().await.unwrap()[0].report, taken.after);
    let newest = store.project_trail(1, u32::MAX, 1).await.unwrap();
    assert_eq!(newest[0].entry.event, ProjectEvent::Programmed { report: 7 });
}

async fn a_photograph_goes_with_a_project_or_with_a_report_once(store: &dyn Store) {
    for id in ["a", "b"] {
        assert!(store.add_attachment(&photo(id, "user:u-9", 0), 9).await.unwrap());
    }
    let mut shown = on_notice(&put(store, 1).await);
    shown.stored.entry.photos = vec!["a".into()];
    change(store, &shown).await;
    assert_eq!(store.attachment("a").await.unwrap().unwrap().project, Some(1));
    let mut again = voiced(&shown, "挡光", "user:u-1");
    again.stored.entry.photos = vec!["a".into()];
    let changed = store
        .change_projects(std::slice::from_ref(&again), &[entry("project.act")], &Tidings::default())
        .await;
    assert_eq!(changed.unwrap(), UnknownAttachment);
    assert_eq!(store.projects().await.unwrap()[0].version, 2);
    assert_eq!(store.drop_unsent(NOON + Duration::DAY).await.unwrap(), 1);
    assert!(store.attachment("a").await.unwrap().is_some() && store.attachment("b").await.unwrap().is_none());
}

on_every_store!(
    a_photograph_goes_with_a_project_or_with_a_report_once,
    a_report_enters_a_project_with_it_or_not_at_all,
    a_version_that_does_not_follow_changes_no_project_that_comes_with_it,
    opinions_come_page_by_page_and_an_answer_keeps_who_spoke,
    projects_and_their_trails_come_back_as_they_were_stored,
    who_is_forgotten_spoke_about_no_project,
);
