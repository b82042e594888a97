import { expect, test } from 'vitest';
import type { ProjectSummary } from '../../api/projects';
import { columnsOf, isLate, questionOf, tableOf } from './projects';
import { dayAfter, dayAt, firstLastDay, instantOf, within } from './project-days';

const project = (id: number, state: ProjectSummary['state'], due?: string): ProjectSummary => ({
  id, state, name: { zh: `项目 ${id}` }, kind: 'infrastructure', level: 'basic', zones: [], planned_fen: 0, spent_fen: 0, progress_percent: 0, version: 1, urge: 'none',
  voices: { given: 0, opinions_open: 0, complaints_open: 0 }, changed_at: '2026-11-29T00:00:00Z', ...(due !== undefined && { deadline: { step: 'screen', since: '2026-11-01T00:00:00Z', due } }),
});

test('every_project_stands_in_one_column_and_what_waits_longest_is_first', () => {
  const columns = columnsOf([project(4, 'screened'), project(3, 'declared', '2026-12-09T00:00:00Z'), project(2, 'declared', '2026-12-01T00:00:00Z'), project(1, 'withdrawn')]);
  expect([...columns].filter(([, list]) => list.length > 0).map(([name, list]) => [name, list.map(({ id }) => id)])).toEqual([['review', [2, 3, 4]], ['ended', [1]]]);
});

test('the_server_is_asked_what_the_address_narrows_and_nothing_else', () => {
  const query = new Map(Object.entries({ as: 'list', kind: 'operation', text: '  ', late: 'true' }));
  expect(questionOf(query)).toEqual({ kind: 'operation', late: 'true' });
  expect(tableOf(query, 'zh')).toEqual({
    csv: '/api/v1/exports/projects.csv?kind=operation&bom=true',
    xlsx: '/api/v1/exports/projects.xlsx?kind=operation&lang=zh',
    gpkg: '/api/v1/exports/renewal.gpkg?kind=operation&lang=zh',
    ignores: ['late'],
  });
});

test('what_waits_for_nobody_is_never_late', () => {
  const now = new Date('2026-12-02T00:00:00Z');
  expect([project(1, 'draft'), project(2, 'declared', '2026-12-01T00:00:00Z'), project(3, 'declared', '2026-12-03T00:00:00Z')].map((one) => isLate(one, now))).toEqual([false, true, false]);
});

test('a_day_is_the_community_s_and_a_notice_is_out_ten_full_days', () => {
  expect(dayAt(new Date('2026-11-29T17:00:00Z'))).toBe('2026-11-30');
  expect(firstLastDay(new Date('2026-11-29T01:00:00Z'), 10)).toBe('2026-12-09');
  expect(firstLastDay(new Date('2026-11-29T20:00:00Z'), 15)).toBe('2026-12-15');
  expect(dayAfter('2026-12-31')).toBe('2027-01-01');
  expect([instantOf(''), instantOf('no time')]).toEqual([null, null]);
});

test('a_bar_lies_within_the_whole_by_its_days', () => {
  expect(within({ from: '2026-01-03', to: '2026-01-04' }, { from: '2026-01-01', to: '2026-01-10' })).toEqual({ start: 0.2, width: 0.2 });
});
