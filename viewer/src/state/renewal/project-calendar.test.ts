import { expect, test } from 'vitest';
import type { TimedProject } from '../../api/timetable';
import { entriesOf, isMonth, monthAfter, onDay, weeksOf } from './project-calendar';
import { progressOf, tellsNothing, wrongProgress } from './project-progress';

test('a_month_is_whole_weeks_from_monday', () => {
  const weeks = weeksOf('2026-12');
  expect([weeks.length, weeks[0]?.[0], weeks.at(-1)?.at(-1)]).toEqual([5, '2026-11-30', '2027-01-03']);
  expect([monthAfter('2026-12', 1), monthAfter('2026-01', -1), isMonth('2026-13'), isMonth('2026-02')]).toEqual(['2027-01', '2025-12', false, true]);
});

const project = (id: number, more: Partial<TimedProject>): TimedProject => ({ id, state: 'works', name: { zh: '电梯' }, zones: [], objects: [], phases: [], effects: [], ...more });
const notice = { round: 1, plan_number: 1, text: '', from: '2026-12-01', to: '2026-12-10', began_at: '2026-11-30T04:00:00Z', ends_at: '2026-12-10T16:00:00Z' };

test('what_affects_residents_comes_before_notices', () => {
  const effect = { kind: 'water_off', from: '2026-12-05T01:00:00Z', to: '2026-12-05T20:00:00Z', text: '全楼' } as const;
  const entries = entriesOf([project(1, { state: 'notice', notice }), project(2, { notice, effects: [effect] }), project(3, {})]);
  expect(onDay(entries, '2026-12-05').map(({ project: { id }, effect: felt }) => [id, felt?.kind ?? 'notice'])).toEqual([[2, 'water_off'], [1, 'notice'], [2, 'notice']]);
  // Until four in the morning of the community's next day.
  expect(onDay(entries, '2026-12-06')[0]?.effect?.kind).toBe('water_off');
  expect(onDay(entries, '2026-12-11')).toEqual([]);
});

test('progress_tells_only_what_is_another_than_before', () => {
  const known = { state: 'works', progress_percent: 20, spent_fen: 100, plan: { budget: { planned_fen: 1000 } } } as Parameters<typeof progressOf>[1];
  const words = { text: ' ', percent: '20', spent: '1', phase: '', effects: null };
  expect([progressOf(words, known), tellsNothing(words, known), wrongProgress(words, known)]).toEqual([{}, true, {}]);
  expect(progressOf({ ...words, percent: '35', spent: '2.5' }, known)).toEqual({ percent: 35, spent_fen: 250 });
  expect(wrongProgress({ ...words, percent: '19', spent: '11', effects: [{ kind: 'noise', from: '2026-12-02T08:00', to: '2026-12-01T08:00', text: '' }] }, known)).toEqual({ percent: 'percent', spent: 'spent', 'effects.0.to': 'span', 'effects.0.text': 'required' });
});
