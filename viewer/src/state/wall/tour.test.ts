import { describe, expect, test } from 'vitest';
import { after, START, towards, VISIT_MS, PAUSE_MS, type Happening, type Phase } from './tour';

const STOPS = [{ travel_ms: 2000, dwell_ms: 10_000 }, { travel_ms: 3000, dwell_ms: 20_000 }];

/** What a tour is doing after happenings at instants, each as `what@seconds`. */
function run(...happenings: readonly string[]): Phase {
  let phase = towards(START, STOPS, 0);
  for (const text of happenings) {
    const [what = '', seconds = ''] = text.split('@');
    const [name, value] = what.split(':');
    const happens = (name === 'alarm' || name === 'over' ? { what: name, alarm: Number(value) } : name === 'emergency' ? { what: name, plan: value ?? null } : { what: name }) as Happening;
    phase = after(phase, happens, STOPS, Number(seconds) * 1000);
  }
  return phase;
}

describe('tour', () => {
  test('it_travels_dwells_and_goes_on_to_the_next_stop_and_round', () => {
    expect(run('tick@1')).toMatchObject({ at: 'travel', stop: 0 });
    expect(run('tick@2')).toMatchObject({ at: 'dwell', stop: 0, until_ms: 12_000 });
    expect(run('tick@2', 'tick@12')).toMatchObject({ at: 'travel', stop: 1, until_ms: 15_000 });
    expect(run('tick@2', 'tick@12', 'tick@15', 'tick@35')).toMatchObject({ at: 'travel', stop: 0 });
  });

  test('an_alarm_interrupts_and_the_tour_resumes_where_it_was', () => {
    expect(run('tick@2', 'alarm:7@6')).toMatchObject({ at: 'visit', alarm: 7, until_ms: 6000 + VISIT_MS });
    const back = run('tick@2', 'alarm:7@6', 'tick@21');
    expect(back).toMatchObject({ at: 'travel', stop: 0, dwell_ms: 6000 });
  });

  test('an_alarm_does_not_take_the_view_from_someone_who_works', () => {
    expect(run('tick@2', 'input@4', 'alarm:7@5')).toMatchObject({ at: 'paused' });
  });

  test('an_alarm_that_is_over_is_not_looked_at_much_longer', () => {
    expect(run('tick@2', 'alarm:7@6', 'over:7@8')).toMatchObject({ at: 'visit', until_ms: 11_000 });
    expect(run('tick@2', 'alarm:7@6', 'over:8@8')).toMatchObject({ until_ms: 6000 + VISIT_MS });
  });

  test('input_pauses_and_every_further_input_pauses_anew', () => {
    expect(run('tick@2', 'input@4', 'input@20')).toMatchObject({ at: 'paused', until_ms: 20_000 + PAUSE_MS });
    expect(run('tick@2', 'input@4', 'tick@63')).toMatchObject({ at: 'paused' });
    expect(run('tick@2', 'input@4', 'tick@64')).toMatchObject({ at: 'travel', stop: 0, dwell_ms: 8000 });
  });

  test('a_pause_by_hand_lasts_until_it_is_ended_by_hand', () => {
    expect(run('tick@2', 'pause@4', 'input@5', 'tick@9999')).toMatchObject({ at: 'paused' });
    expect(run('tick@2', 'pause@4', 'resume@9')).toMatchObject({ at: 'travel', stop: 0 });
  });

  test('an_emergency_holds_everything_until_it_is_over', () => {
    expect(run('tick@2', 'input@3', 'emergency:fire@4', 'input@5', 'alarm:7@6', 'tick@9999')).toMatchObject({ at: 'held', plan: 'fire' });
    expect(run('tick@2', 'emergency:fire@4', 'emergency@9')).toMatchObject({ at: 'travel', stop: 0, dwell_ms: 8000 });
  });

  test('a_tour_of_one_stop_stays_there', () => {
    const one = STOPS.slice(0, 1);
    let phase = towards(START, one, 0);
    for (const now of [2000, 12_000, 22_000]) phase = after(phase, { what: 'tick' }, one, now);
    expect(phase).toMatchObject({ at: 'dwell', stop: 0, until_ms: 32_000 });
  });

  test('a_tour_that_became_shorter_goes_on_with_a_stop_that_is_there', () => {
    expect(towards({ stop: 5, dwell_ms: -1 }, STOPS, 0)).toMatchObject({ stop: 1 });
    expect(towards(START, [], 0)).toMatchObject({ stop: 0, until_ms: 0 });
  });
});
