import { signal } from '@preact/signals-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ProjectFigures } from '../../api/projects';
import type { ProjectNews } from '../live';
import { figures } from './projects';
import { watchProjects } from './projects-watch';

/** Looks that wait for their answers. */
const looks: { readonly answer: (figures: ProjectFigures) => void; readonly signal: AbortSignal | undefined }[] = [];
const told = new Set<ProjectNews>();

vi.mock('../live', () => ({
  line: signal({ state: 'live' }),
  hearOfProjects: (news: ProjectNews) => {
    told.add(news);
    return () => told.delete(news);
  },
}));
vi.mock('../../api/projects', () => ({
  getProjectFigures: (signal?: AbortSignal) => new Promise((answer) => looks.push({ answer, signal })),
  getProjects: () => Promise.resolve({ projects: [] }),
}));

beforeEach(() => {
  vi.useFakeTimers();
  looks.length = 0;
});
afterEach(() => vi.useRealTimers());

const happen = async (): Promise<void> => {
  told.forEach((news) => news.anew());
  await vi.advanceTimersByTimeAsync(3000);
};
const known = (states: number): ProjectFigures => ({ states }) as unknown as ProjectFigures;

test('news_during_a_look_do_not_cut_it_and_are_looked_into_once_after_it', async () => {
  const stop = watchProjects();
  await happen();
  await happen();
  expect(looks.map(({ signal }) => signal?.aborted)).toEqual([false]);
  looks[0]?.answer(known(1));
  await vi.advanceTimersByTimeAsync(0);
  expect([figures.value, looks.length]).toEqual([known(1), 2]);
  looks[1]?.answer(known(2));
  await vi.advanceTimersByTimeAsync(5000);
  expect([figures.value, looks.length]).toEqual([known(2), 2]);
  await happen();
  stop();
  expect([looks.length, looks[2]?.signal?.aborted, told.size]).toEqual([3, true, 0]);
});
