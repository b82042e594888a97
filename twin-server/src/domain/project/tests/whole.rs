//! Whatever people and time do, in any order: what holds of a project.

use super::*;

/// Anything that someone may want, complete or not.
#[derive(Debug, Clone)]
enum Wish {
    Deed(Request),
    Plan(Box<ProjectPlan>, Option<String>),
    Ask(String),
    Hear(String),
    Voice,
    Answer(usize),
    Progress(Progress),
}

fn wish() -> impl Strategy<Value = Wish> {
    let text = || prop::option::of("[a-z ]{0,4}");
    let deed = (prop::sample::select(ProjectDeed::ALL), text(), prop::option::of(0..30_i64)).prop_map(
        |(deed, text, days)| {
            let last_day = days.map(|days| date!(2026 - 05 - 04) + Duration::days(days * 20));
            Wish::Deed(Request { text, last_day, ..Request::plain(deed) })
        },
    );
    let plan = (0..3_u64, prop::sample::select(ProjectLevel::ALL), any::<bool>(), text()).prop_map(
        |(budget, level, has_place, reason)| {
            let budget = ProjectBudget { planned_fen: budget * 100, sources: Vec::new() };
            let places = if has_place { lift().places } else { Vec::new() };
            Wish::Plan(Box::new(ProjectPlan { budget, level, places, ..lift() }), reason)
        },
    );
    let told = (prop::option::of(0..120_u8), prop::option::of(0..300_u64), any::<bool>()).prop_map(
        |(percent, spent_fen, has_phase)| {
            let phase = has_phase.then(|| "build".to_owned());
            Wish::Progress(Progress { percent, spent_fen, phase, ..Progress::default() })
        },
    );
    prop_oneof![
        12 => deed,
        2 => plan,
        1 => "[a-b]".prop_map(Wish::Ask),
        2 => "[a-c]".prop_map(Wish::Hear),
        2 => Just(Wish::Voice),
        3 => (0..4_usize).prop_map(Wish::Answer),
        2 => told,
    ]
}

/// A step of the way forward: most wishes of a random walk come to nothing.
fn onward(project: &Project) -> Request {
    let deed = match project.state {
        ProjectState::Draft => ProjectDeed::Declare,
        ProjectState::Declared => ProjectDeed::Screen,
        ProjectState::Screened => ProjectDeed::Assess,
        ProjectState::Assessed => ProjectDeed::Verify,
        ProjectState::Verified => ProjectDeed::Publish,
        ProjectState::Notice => ProjectDeed::Extend,
        ProjectState::Noticed => ProjectDeed::Confirm,
        ProjectState::Approved => ProjectDeed::Start,
        ProjectState::Suspended => ProjectDeed::Resume,
        ProjectState::Works => ProjectDeed::Complete,
        _ => ProjectDeed::Evaluate,
    };
    let last_day = match (&project.notice, project.state) {
        (Some(notice), ProjectState::Notice) => Some(notice.to + Duration::days(1)),
        _ => Some(day_of(project.changed_at) + Duration::days(NOTICE_DAYS)),
    };
    Request { last_day, ..saying(deed, "so") }
}

fn granted(
    project: &Project,
    opinions: &[ProjectOpinion],
    wish: Wish,
    parties: &[Party],
    now: OffsetDateTime,
) -> Option<Change> {
    let done = match wish {
        Wish::Deed(request) => act(project, &request, parties, now),
        Wish::Plan(plan, reason) => plan_anew(project, *plan, project.zones.clone(), reason, parties, now),
        Wish::Ask(name) => ask(project, &[name], parties, now),
        Wish::Hear(department) => {
            let heard = Heard { department, stance: DepartmentStance::Agrees, text: "so".into() };
            hear(project, &heard, parties, now)
        }
        Wish::Voice => voice(project, "so", now),
        Wish::Answer(at) => {
            return opinions.get(at).and_then(|o| answer(project, o, "so", parties, now).ok());
        }
        Wish::Progress(told) => progress(project, &told, parties, now),
    };
    done.ok()
}

proptest! {
    #[test]
    fn what_is_said_to_be_possible_is_a_matter_of_what_is_said_alone(
        state in prop::sample::select(ProjectState::ALL), party in prop::sample::select(Party::ALL)
    ) {
        let notice = approved().notice;
        let project = Project { state, notice, voices: ProjectVoices { given: 1, ..ProjectVoices::default() }, ..begun() };
        let is_out = |refusal: Refusal| matches!(
                refusal,
                Refusal::Course(NotPossible::State { .. } | NotPossible::Party { .. })
            );
        for deed in ProjectDeed::ALL.iter().filter(|deed| **deed != ProjectDeed::Revise) {
            let refused = act(&project, &Request::plain(*deed), &[party], NOON).err();
            if let Some(refused) = &refused {
                // Whoever reads Chinese is not told programs' words.
                prop_assert!(!refused.zh().contains(|c: char| c.is_ascii_alphabetic()), "{}", refused.zh());
            }
            let is_possible = refused.is_none_or(|e| !is_out(e));
            prop_assert_eq!(possible(&project, &[party]).contains(deed), is_possible, "{:?}", deed);
        }
        let told = parts(&project, &[party], true);
        let renamed = ProjectPlan { summary: "so".into(), ..lift() };
        let heard = Heard { department: "so".into(), stance: DepartmentStance::Agrees, text: "so".into() };
        let opinion = ProjectOpinion {
            id: 1, kind: OpinionKind::Opinion, round: 1, text: "so".into(), at: NOON, answer: None, answered_at: None,
        };
        let more = Progress { text: Some("so".into()), ..Progress::default() };
        let zones = project.zones.clone();
        for (part, refusal) in [
            (ProjectPart::Plan, plan_anew(&project, renamed, zones, None, &[party], NOON).err()),
            (ProjectPart::Hear, hear(&project, &heard, &[party], NOON).err()),
            (ProjectPart::Voice, voice(&project, "so", NOON).err()),
            (ProjectPart::Answer, answer(&project, &opinion, "so", &[party], NOON).err()),
            (ProjectPart::Progress, progress(&project, &more, &[party], NOON).err()),
        ] {
            prop_assert_eq!(told.contains(&part), refusal.is_none_or(|e| !is_out(e)), "{:?}", part);
        }
    }

    #[test]
    fn whatever_people_and_time_do_the_project_stays_whole(
        wishes in prop::collection::vec((wish(), prop::sample::select(Party::ALL), any::<bool>(), 0..12_i64), 1..150)
    ) {
        let mut project = begun();
        let mut opinions: Vec<ProjectOpinion> = Vec::new();
        let (mut entries, mut heard_at_verification) = (vec![(project.changed_at, project.version)], true);
        for (wish, party, is_onward, days) in wishes {
            let now = entries.last().unwrap().0 + Duration::days(days);
            let mut changes = Vec::new();
            let mut current = project.clone();
            while let Some(change) = pass_time(&current, now) {
                current = change.after.clone();
                changes.push(change);
            }
            let change = if is_onward {
                act(&current, &onward(&current), Party::ALL, now).ok()
            } else {
                granted(&current, &opinions, wish, &[party], now)
            };
            changes.extend(change);
            for Change { after, entry, opinion } in changes {
                prop_assert_eq!((after.version, entry.version), (project.version + 1, after.version));
                prop_assert_eq!(entry.state, after.state);
                if let Some(opinion) = opinion {
                    opinions.retain(|known| known.id != opinion.id);
                    opinions.push(opinion);
                    opinions.sort_by_key(|opinion| opinion.id);
                }
                if after.state == ProjectState::Verified && project.state == ProjectState::Assessed {
                    heard_at_verification = after.departments.iter().all(|department| department.opinion.is_some());
                }
                // Into the library only by a notice of this very plan, over after ten full days, with every answer.
                if after.state == ProjectState::Approved && project.state != ProjectState::Approved {
                    let notice = after.notice.as_ref().unwrap();
                    prop_assert_eq!(notice.plan_number, after.plan_number);
                    prop_assert!(full_days(notice.from, notice.to) >= NOTICE_DAYS);
                    prop_assert!(notice.began_at <= notice.from.midnight().assume_offset(time::macros::offset!(+8)));
                    prop_assert!(notice.ends_at - notice.began_at >= Duration::days(NOTICE_DAYS));
                    prop_assert!(notice.ends_at <= after.changed_at);
                    let unanswered = opinions.iter().filter(|o| o.kind == OpinionKind::Opinion && o.answer.is_none());
                    prop_assert_eq!(unanswered.count(), 0);
                }
                entries.push((entry.at, entry.version));
                project = after;
            }
            prop_assert!(heard_at_verification);
            prop_assert_eq!(project.deadline.map(|deadline| deadline.step), step_of(project.state));
            prop_assert!(project.spent_fen <= project.plan.budget.planned_fen);
            let open = |kind| opinions.iter().filter(|o| o.kind == kind && o.answer.is_none()).count() as u32;
            prop_assert_eq!(project.voices.opinions_open, open(OpinionKind::Opinion));
            prop_assert_eq!(project.voices.complaints_open, open(OpinionKind::Complaint));
            // What is being built is what was on notice.
            if matches!(project.state, ProjectState::Approved | ProjectState::Works | ProjectState::Suspended | ProjectState::Completed) {
                prop_assert_eq!(project.notice.as_ref().unwrap().plan_number, project.plan_number);
            }
        }
        prop_assert!(entries.is_sorted());
    }
}
