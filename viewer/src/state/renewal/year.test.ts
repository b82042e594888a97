import { expect, test } from 'vitest';
import type { Project } from '../../api/projects';
import { enteredIn, evaluatedIn, findingsOf, finishedIn, shareIn, spanOf, yearOf, yearsAround } from './year';

const NOW = new Date('2026-11-29T04:00:00Z');
const project = (id: number, more: Partial<Project>): Project => ({ id, plan: {}, state: 'evaluated', ...more }) as Project;
const finding = (id: number, due: string, mended_at: string | null = null) => ({ id, text: `${id}`, body: 'property' as const, due, mended_at });

test('a_year_begins_and_ends_by_the_clock_of_the_community', () => {
  expect(yearOf('2025-12-31T16:00:00Z')).toBe(2026);
  expect(spanOf(2025, NOW)).toEqual({ from: new Date('2024-12-31T16:00:00Z'), to: new Date('2025-12-31T16:00:00Z') });
  expect(spanOf(2026, NOW).to).toEqual(NOW);
});

test('what_was_finished_or_entered_the_library_is_told_in_order', () => {
  const projects = [
    project(1, { completed_at: '2026-09-01T00:00:00Z', approved_at: '2025-03-01T00:00:00Z' }),
    project(2, { completed_at: '2026-02-01T00:00:00Z', approved_at: '2026-01-05T00:00:00Z' }),
    project(3, { completed_at: '2025-12-31T15:59:59Z' }),
    project(4, { completed_at: null }),
  ];
  expect(finishedIn(projects, 2026).map(({ id }) => id)).toEqual([2, 1]);
  expect(enteredIn(projects, 2026).map(({ id }) => id)).toEqual([2]);
});

test('findings_stay_in_the_report_of_each_year_until_they_are_mended', () => {
  const projects = [
    project(1, {
      evaluations: [
        { at: '2024-06-01T00:00:00Z', text: '', findings: [finding(1, '2024-09-01', '2025-06-01T00:00:00Z'), finding(2, '2024-09-01')] },
        { at: '2026-06-01T00:00:00Z', text: '', findings: [finding(3, '2026-12-31'), finding(4, '2026-08-01', '2026-09-01T00:00:00Z')] },
        { at: '2027-06-01T00:00:00Z', text: '', findings: [finding(5, '2027-12-31')] },
      ],
    }),
  ];
  expect(findingsOf(projects, 2026, NOW).map((one) => [one.finding.id, one.standing])).toEqual([[2, 'overdue'], [3, 'open'], [4, 'mended']]);
  expect(evaluatedIn(projects, 2026).map(({ evaluation }) => evaluation.at)).toEqual(['2026-06-01T00:00:00Z']);
});

test('no_share_of_nothing', () => {
  expect([shareIn(0, 0), shareIn(0, 4), shareIn(1, 4)]).toEqual([null, 0, 25]);
});

test('years_to_choose_hold_the_one_that_is_shown', () => {
  expect(yearsAround(2026, NOW)).toEqual([2026, 2025, 2024, 2023, 2022]);
  expect(yearsAround(2019, NOW).at(-1)).toBe(2019);
});
