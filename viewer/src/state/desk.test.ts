import { beforeEach, expect, test } from 'vitest';
import type { Report } from '../api/reports';
import { NOT_NARROWED, counts, dueFirst, holds, isIn, narrowed, possible, queue, tab, undoOf, type Deed } from './desk';
import { isNew, lookOfReport, pressing, urgencyOf } from './report-looks';
import { reportKindsInUse, reports } from './reports';

const report = (id: number, more: Partial<Report> = {}): Report => ({
  id, line: 'problem', kind: 'lighting', text: `lamp ${id} is out`, place: {}, state: 'submitted', urge: 'none', reopened: 0, on_behalf: false, open: true,
  created_at: '2026-11-01T08:00:00Z', changed_at: '2026-11-01T08:00:00Z', version: 1, ...more,
});
const due = (day: number): Partial<Report> => ({ deadline: { step: 'accept', since: '2026-11-01T08:00:00Z', due: `2026-11-${String(day).padStart(2, '0')}T08:00:00Z` } });

function keep(list: readonly Report[], deeds: Readonly<Record<number, readonly Deed[]>> = {}): void {
  reports.value = new Map(list.map((one) => [one.id, one]));
  possible.value = new Map(Object.entries(deeds).map(([id, may]) => [Number(id), may]));
}

beforeEach(() => {
  [tab.value, narrowed.value] = ['all', NOT_NARROWED];
  keep([]);
});

test('what_is_due_first_comes_first_and_what_is_due_to_nobody_last', () => {
  keep([report(1), report(2, due(9)), report(3, due(3)), report(4), report(5, due(3))]);
  expect(queue.value.map(({ id }) => id)).toEqual([5, 3, 2, 4, 1]);
  expect(dueFirst(report(1, due(3)), report(2, due(9)))).toBeLessThan(0);
});

test('a_tab_holds_what_one_owes_oneself_and_no_more', () => {
  const mine: readonly Deed[] = ['return', 'start', 'answer'];
  const another: readonly Deed[] = [];
  expect(isIn('handle', { state: 'dispatched', urge: 'none' }, mine)).toBe(true);
  expect(isIn('handle', { state: 'dispatched', urge: 'none' }, another)).toBe(false);
  // The desk may answer what it has taken up: that is no handling of its own yet.
  expect(isIn('handle', { state: 'accepted', urge: 'none' }, ['dispatch', 'answer'])).toBe(false);
  expect(isIn('dispatch', { state: 'accepted', urge: 'none' }, ['dispatch', 'answer'])).toBe(true);
  expect(isIn('dispatch', { state: 'in_progress', urge: 'none' }, ['dispatch'])).toBe(false);
  expect(isIn('late', { state: 'answered', urge: 'reminded' }, another)).toBe(false);
  expect(isIn('late', { state: 'answered', urge: 'escalated' }, another)).toBe(true);
});

test('tabs_count_what_waits_whatever_is_narrowed', () => {
  keep([report(1), report(2, { urge: 'overdue' }), report(3, { state: 'answered' })], { 1: ['accept', 'decline'], 2: ['accept'], 3: ['pass', 'fail'] });
  narrowed.value = { ...NOT_NARROWED, text: 'nothing has this' };
  expect(queue.value).toEqual([]);
  expect(counts.value).toEqual({ accept: 2, dispatch: 0, handle: 0, check: 1, late: 1, all: 3 });
});

test('a_text_finds_words_addresses_and_numbers', () => {
  const one = report(12, { place: { address: '3 号楼东门' }, body: 'property', zone: 'zone/z1' });
  for (const text of ['LAMP', '东门', '12', '#12', ' out ']) expect(holds(one, { ...NOT_NARROWED, text })).toBe(true);
  for (const text of ['1200', 'water']) expect(holds(one, { ...NOT_NARROWED, text })).toBe(false);
  expect(holds(one, { ...NOT_NARROWED, body: 'property', zone: 'zone/z1', kind: 'lighting' })).toBe(true);
  expect(holds(one, { ...NOT_NARROWED, body: 'company' })).toBe(false);
});

test('urge_and_newness_are_told_by_shape_and_not_by_colour_alone', () => {
  const looks = [report(1, { state: 'accepted' }), report(2, { urge: 'reminded' }), report(3, { urge: 'overdue' }), report(4, { urge: 'escalated' })];
  expect(new Set(looks.map((one) => lookOfReport(one).shape)).size).toBe(4);
  expect(looks.map(pressing)).toEqual([1, 2, 3, 4]);
  expect([isNew(report(1)), isNew(report(1, { state: 'accepted' }))]).toEqual([true, false]);
  expect(urgencyOf(report(1, { state: 'checked' }))).toBe('done');
  expect(urgencyOf(report(1, { state: 'checked', urge: 'overdue' }))).toBe('overdue');
});

test('only_deeds_that_the_course_takes_back_offer_it', () => {
  expect(undoOf(report(7), { deed: 'merge', main: 3 }, 'why')).toEqual({ id: 7, of: 'merge', by: { deed: 'part', text: 'why' } });
  const sent = report(7, { state: 'dispatched', body: 'property' });
  expect(undoOf(sent, { deed: 'dispatch', body: 'company' }, 'why')?.by).toEqual({ deed: 'dispatch', body: 'property' });
  // The first sending has no body to go back to; the resident was told of an answer.
  expect(undoOf(report(7, { state: 'accepted' }), { deed: 'dispatch', body: 'company' }, 'why')).toBeNull();
  expect(undoOf(sent, { deed: 'answer', text: 'done' }, 'why')).toBeNull();
});

test('kinds_are_counted_as_they_occur', () => {
  keep([report(1), report(2), report(3, { kind: 'road' })]);
  expect(reportKindsInUse.value).toEqual([{ id: 'lighting', count: 2 }, { id: 'road', count: 1 }]);
});
