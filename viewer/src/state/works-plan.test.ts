import { expect, test } from 'vitest';
import type { TimedPhase, TimedProject } from '../api/timetable';
import { isLate, monthsOf, phasesOn, stageOn, stretchFor, stretchOf, turns, workedOn } from './works-plan';

const TODAY = '2026-11-29';
const phase = (id: string, from: string, to: string, done_on?: string): TimedPhase => ({ id, name: { zh: id }, from, to, ...(done_on !== undefined && { done_on }) });
const project = (state: TimedProject['state'], ...phases: TimedPhase[]): TimedProject => ({ id: 1, name: { zh: '电梯' }, state, zones: [], objects: [], phases, effects: [] });

test('a_project_in_the_library_is_built_from_its_first_phase_to_its_last', () => {
  const lift = project('approved', phase('pit', '2026-12-10', '2026-12-20'), phase('frame', '2027-01-05', '2027-02-01'));
  const stages = ['2026-11-01', TODAY, '2026-12-09', '2026-12-10', '2026-12-28', '2027-02-01', '2027-02-02'].map((day) => stageOn(lift, day, TODAY));
  expect(stages).toEqual(['approved', 'approved', 'approved', 'works', 'works', 'works', 'done']);
  expect(phasesOn(lift, '2026-12-28')).toEqual([]);
  expect(turns([lift])).toEqual(['2026-12-10', '2026-12-21', '2027-01-05', '2027-02-02']);
});

test('a_day_that_is_past_shows_no_more_than_is_known_today', () => {
  const built = project('completed', phase('pit', '2026-09-01', '2026-09-30', '2026-09-20'), phase('frame', '2026-10-01', '2026-10-31', '2026-11-05'));
  expect(['2026-08-31', '2026-09-25', '2026-10-31', '2026-11-05', TODAY].map((day) => stageOn(built, day, TODAY))).toEqual(['approved', 'works', 'works', 'done', 'done']);
  // Done earlier than planned: nobody works on it any more.
  expect([phasesOn(built, '2026-09-20').length, phasesOn(built, '2026-09-25').length]).toEqual([1, 0]);
  const draft = project('draft', phase('pit', '2026-09-01', '2026-09-30'));
  expect([stageOn(draft, '2026-09-15', TODAY), stageOn(draft, '2026-12-30', TODAY)]).toEqual(['review', 'done']);
  const suspended = project('suspended', phase('pit', '2026-09-01', '2026-12-30'));
  expect([stageOn(suspended, '2026-10-01', TODAY), stageOn(suspended, TODAY, TODAY), stageOn(suspended, '2026-12-01', TODAY)]).toEqual(['works', 'suspended', 'works']);
});

test('a_phase_is_late_when_its_last_day_is_over_and_nobody_has_told_its_end', () => {
  expect([isLate(phase('a', '2026-11-01', '2026-11-28'), TODAY), isLate(phase('a', '2026-11-01', TODAY), TODAY), isLate(phase('a', '2026-11-01', '2026-11-28', '2026-11-28'), TODAY)]).toEqual([true, false, false]);
});

test('a_stretch_holds_the_day_that_an_address_names', () => {
  const far = project('approved', phase('pit', '2029-01-01', '2029-06-30'));
  expect(stretchOf('all', [far], TODAY)).toEqual({ from: '2026-11-22', to: '2029-07-07' });
  expect(stretchOf('quarter', [far], TODAY)).toEqual({ from: '2026-10-30', to: '2027-02-27' });
  expect([stretchFor('2026-12-01', 'year', [far], TODAY), stretchFor('2027-05-01', 'quarter', [far], TODAY), stretchFor('2029-02-01', 'quarter', [far], TODAY), stretchFor('2035-01-01', 'all', [far], TODAY)]).toEqual(['year', 'year', 'all', null]);
});

test('nobody_works_on_a_project_that_is_not_that_far_whatever_its_phases_foresaw', () => {
  const phases = [phase('pit', '2026-11-01', '2026-12-30')];
  const on = (state: TimedProject['state'], day: string): number => workedOn(project(state, ...phases), day, TODAY).length;
  expect([on('notice', TODAY), on('notice', '2026-11-10'), on('notice', '2026-12-10'), on('suspended', TODAY)]).toEqual([0, 0, 1, 0]);
  expect([on('works', TODAY), on('works', '2026-11-10'), on('works', '2026-10-31')]).toEqual([1, 1, 0]);
});

test('months_are_marked_so_far_apart_that_their_names_have_room', () => {
  expect(monthsOf({ from: '2026-10-30', to: '2027-02-27' })).toEqual(['2026-11-01', '2026-12-01', '2027-01-01', '2027-02-01']);
  expect(monthsOf({ from: '2026-08-31', to: '2027-08-31' })).toEqual(['2026-09-01', '2026-11-01', '2027-01-01', '2027-03-01', '2027-05-01', '2027-07-01']);
  expect(monthsOf({ from: '2026-11-22', to: '2029-07-07' })).toEqual(['2027-01-01', '2027-07-01', '2028-01-01', '2028-07-01', '2029-01-01', '2029-07-01']);
  expect(monthsOf({ from: '2026-11-22', to: '2026-11-29' })).toEqual([]);
});
