//! What holds whatever comes: random readings, delays and ticks.

use std::collections::BTreeMap;

use proptest::prelude::*;
use twin_schemas::alarm::{AlarmEventKind, AlarmState};

use super::*;

/// A reading: seconds after the one before, value, and by how much it is received late.
type Step = (i64, f64, i64);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let value = prop_oneof![Just(44.0), Just(45.0), Just(47.0), Just(50.0), Just(60.0), Just(20.0)];
    proptest::collection::vec((1..40_i64, value, 0..60_i64), 1..60)
}

/// The rule under test, by turns.
fn rules(for_s: u32, manual: bool) -> Vec<AlarmRule> {
    let clear = if manual { "manual" } else { "auto" };
    let more = json!({ "clear": clear, "reopen_within_s": 20,
        "escalation": [{ "after_min": 1, "level": "alarm" }] });
    vec![rule(heat(for_s), more)]
}

/// Plays readings; the server ticks each second and receives them late, in their order.
fn play(scene: &mut Scene, steps: &[Step]) -> i64 {
    play_watched(scene, steps, |_, _| ())
}

/// Plays readings, and shows after each moment what the server has received by then: second and value.
fn play_watched(scene: &mut Scene, steps: &[Step], mut watch: impl FnMut(&Scene, &[(i64, f64)])) -> i64 {
    let (mut measured, mut received, mut known) = (0, 0, Vec::new());
    for (gap, value, delay) in steps {
        measured += gap;
        let next = received.max(measured + delay);
        for second in received..next {
            scene.tick(second);
            watch(scene, &known);
        }
        received = next;
        scene.late(measured, received, "temperature_c", *value);
        known.push((measured, *value));
        watch(scene, &known);
    }
    received
}

/// The same readings, each received when it was measured.
fn at_once(steps: &[Step]) -> Vec<Step> {
    steps.iter().map(|(gap, value, _)| (*gap, *value, 0)).collect()
}

proptest! {
    #[test]
    fn no_alarm_opens_before_its_duration(steps in steps(), for_s in 0..60_u32) {
        // Each alarm a new one: what happens to an old one never happens before what happened to it last.
        let mut scene = Scene::one(heat(for_s), json!({}));
        let mut told = 0;
        let mut early = None;
        play_watched(&mut scene, &steps, |scene, known| {
            for event in &scene.changes.events[told..] {
                if event.kind != AlarmEventKind::Opened {
                    continue;
                }
                // At every instant of the duration the value was one that holds it, as far as it was received.
                let opened = (event.at - NOON).whole_seconds();
                let began = opened - i64::from(for_s);
                let first = known.iter().rev().find(|(second, _)| *second <= began);
                let mut within = known.iter().filter(|(second, _)| *second > began && *second < opened);
                if first.is_none_or(|(_, value)| *value < 45.0) || within.any(|(_, value)| *value < 45.0) {
                    early = Some((opened, known.to_vec()));
                }
            }
            told = scene.changes.events.len();
        });
        prop_assert!(early.is_none(), "{early:?}");
    }

    #[test]
    fn nothing_changes_within_the_hysteresis(steps in steps(), within in proptest::collection::vec(45.0..49.9_f64, 1..50)) {
        let mut scene = Scene::new(rules(0, false));
        let mut now = play(&mut scene, &at_once(&steps));
        let states = |scene: &Scene| scene.changes.events.iter().filter(|event| event.kind != AlarmEventKind::Escalated).count();
        let before = states(&scene);
        for value in within {
            now += 1;
            scene.heat(now, value).tick(now);
        }
        prop_assert_eq!(states(&scene), before);
    }

    #[test]
    fn every_alarm_that_opened_can_be_cleared(steps in steps(), for_s in 0..60_u32, manual: bool) {
        let mut scene = Scene::new(rules(for_s, manual));
        let now = play(&mut scene, &steps);
        scene.heat(now + 100, 0.0).tick(now + 200);
        let open: Vec<Alarm> = scene.changes.alarms.values().filter(|alarm| alarm.state != AlarmState::Cleared).cloned().collect();
        prop_assert!(manual || open.is_empty());
        for alarm in open {
            let action = Action { what: Deed::Clear { force: false }, by: None, note: None };
            prop_assert!(scene.engine.act(alarm, action, at(now + 300), &mut scene.changes).is_ok());
        }
        prop_assert!(scene.changes.alarms.values().all(|alarm| alarm.state == AlarmState::Cleared));
    }

    #[test]
    fn the_same_history_gives_the_same_alarms(steps in steps(), for_s in 0..60_u32) {
        let (mut one, mut other) = (Scene::new(rules(for_s, false)), Scene::new(rules(for_s, false)));
        play(&mut one, &steps);
        play(&mut other, &steps);
        prop_assert_eq!(&one.changes, &other.changes);
        // Received in time with a tick each second, or tried against history afterwards.
        let mut live = Scene::new(rules(for_s, false));
        let end = play(&mut live, &at_once(&steps));
        live.tick(end);
        let mut trial = Trial::new(rules(for_s, false).remove(0), detector("d"), Vec::new(), 1);
        let mut measured = 0;
        for (gap, value, _) in &steps {
            measured += gap;
            trial.observe(Observation { stream: "temperature_c", value: *value, time_us: at(measured), plausible: true });
        }
        let tried = trial.finish(at(end));
        let lines = |events: &[AlarmEventRecord]| events.iter().map(line).collect::<Vec<_>>();
        prop_assert_eq!(lines(&tried.events), lines(&live.changes.events));
    }

    #[test]
    fn a_restart_at_any_moment_changes_no_alarm(steps in steps(), for_s in 0..60_u32, cut in 0..60_usize) {
        let steps = at_once(&steps);
        let mut straight = Scene::new(rules(for_s, false));
        let end = play(&mut straight, &steps);
        straight.tick(end + 100);
        let mut scene = Scene::new(rules(for_s, false));
        let cut = cut.min(steps.len());
        let now = play(&mut scene, &steps[..cut]);
        let alarms: Vec<Alarm> = scene.changes.alarms.values().cloned().collect();
        let holds = scene.changes.holds.values().filter(|hold| !hold.steps.is_empty()).cloned().collect();
        let latest: Vec<_> = steps[..cut].last().map(|(_, value, _)| ("temperature_c".to_owned(), at(now), *value)).into_iter().collect();
        let known = Known { newest_us: latest.first().map(|(_, at, _)| *at), latest };
        scene.engine = Engine::new(alarms.len() as u64 + 1, at(now));
        scene.engine.load_rule(Arc::new(Plan::new(rules(for_s, false).remove(0), 1)));
        scene.engine.load_device(detector("d"), &known);
        scene.engine.restore(alarms, holds, at(now), &mut scene.changes);
        let mut measured = now;
        for (gap, value, _) in &steps[cut..] {
            measured += gap;
            for second in measured - gap..measured {
                scene.tick(second);
            }
            scene.heat(measured, *value);
        }
        scene.tick(end + 100);
        let lines = |scene: &Scene| scene.changes.events.iter().map(line).collect::<Vec<_>>();
        prop_assert_eq!(lines(&scene), lines(&straight));
    }
}

/// Conditions of every kind, in combinations.
fn shapes() -> [Value; 6] {
    let smoke = json!({ "type": "threshold", "stream": "smoke_db_m", "levels": [{ "level": "alarm", "from": 0.1, "for_s": 5 }] });
    let rate = json!({ "type": "rate", "stream": "temperature_c", "window_s": 30, "levels": [{ "level": "notice", "from": 20 }] });
    let silence = json!({ "type": "silence", "levels": [{ "level": "warning", "after_s": 25 }] });
    let between = json!({ "type": "threshold", "stream": "temperature_c", "levels": [
        { "level": "notice", "from": 45, "to": 47, "hysteresis": 1, "for_s": 3 }, { "level": "alarm", "to": 20 }] });
    [
        json!({ "type": "all", "of": [smoke, heat(3)], "for_s": 7 }),
        json!({ "type": "any", "of": [smoke, heat(3), silence] }),
        json!({ "type": "any", "of": [{ "type": "all", "of": [rate, heat(0)] }, silence], "for_s": 4 }),
        between,
        rate,
        silence,
    ]
}

/// Plays readings of two streams with ticks between them; `look` has every watch look at every reading.
fn play_shape(shape: &Value, steps: &[Step], look: bool) -> (Scene, i64) {
    let more =
        json!({ "id": "other", "reopen_within_s": 30, "escalation": [{ "after_min": 1, "level": "alarm" }] });
    let mut scene = Scene::new(vec![rule(shape.clone(), json!({})), rule(heat(10), more)]);
    let mut now = 0;
    for (gap, value, delay) in steps {
        now += gap;
        if delay % 3 != 0 {
            scene.tick(now);
        }
        if look {
            scene.engine.forget_calm();
        }
        scene.late(now, now, if delay % 2 == 0 { "temperature_c" } else { "smoke_db_m" }, *value);
    }
    (scene, now)
}

#[test]
fn readings_that_are_done_with_one_look_would_have_changed_nothing() {
    let config = ProptestConfig::with_cases(128);
    proptest!(config, |(steps in steps(), shape in 0..6_usize)| {
        let (quick, _) = play_shape(&shapes()[shape], &steps, false);
        let (thorough, _) = play_shape(&shapes()[shape], &steps, true);
        prop_assert_eq!(&quick.changes, &thorough.changes);
    });
}

#[test]
fn conditions_of_any_shape_neither_panic_nor_leave_an_alarm_that_cannot_end() {
    let config = ProptestConfig::with_cases(64);
    proptest!(config, |(steps in steps(), shape in 0..6_usize)| {
        let (mut scene, now) = play_shape(&shapes()[shape], &steps, false);
        for second in 1..60 {
            scene.heat(now + second, 30.0).smoke(now + second, 0.0).tick(now + second);
        }
        let mut open: BTreeMap<u64, AlarmState> = BTreeMap::new();
        open.extend(scene.changes.alarms.values().map(|alarm| (alarm.id, alarm.state)));
        prop_assert!(open.values().all(|state| *state == AlarmState::Cleared), "{open:?}");
    });
}
