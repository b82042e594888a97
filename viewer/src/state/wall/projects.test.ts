import { expect, test } from 'vitest';
import type { ProjectFigures } from '../../api/projects';
import { byPhase, confirmed, PHASES } from './projects';

const figure = (projects: number) => ({ projects, planned_fen: 0, spent_fen: 0 });

test('phases_gather_the_states_that_people_call_by_one_word', () => {
  const states = { declared: figure(2), verified: figure(1), notice: figure(4), works: figure(3), suspended: figure(1), draft: figure(9), rejected: figure(5) };
  expect(byPhase({ states } as unknown as ProjectFigures)).toEqual([['review', 3], ['notice', 4], ['library', 0], ['works', 4], ['done', 0]]);
});

test('no_state_counts_twice', () => {
  const all = Object.values(PHASES).flat();
  expect(new Set(all).size).toBe(all.length);
});

test('only_what_was_confirmed_is_a_budget', () => {
  const of = (planned_fen: number, spent_fen: number) => ({ projects: 1, planned_fen, spent_fen });
  const states = { draft: of(900, 0), notice: of(70, 0), approved: of(5, 0), works: of(40, 10), evaluated: of(30, 31) };
  expect(confirmed({ states } as unknown as ProjectFigures)).toEqual({ planned_fen: 75, spent_fen: 41 });
});
