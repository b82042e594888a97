import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ProjectSummary } from '../api/projects';
import type { ProjectChangedEvent } from '../api/types';

let book: typeof import('./project-book');
let kept: typeof import('./projects');
let selection: typeof import('./selection').selection;
/** What the server has, by number, and what was asked of it. */
const server = new Map<number, { version: number; state: string }>();
const asked: string[] = [];
/** While it is set, the list has been read and its answer is on its way. */
let held: Promise<void> | null = null;
/** While it is set, a single project has been read and its answer is on its way. */
let heldOne: Promise<void> | null = null;
/** Statuses with which questions for single projects fail, the last first; and the wait that the answers name. */
const failing: number[] = [];
let wait_s = 0;
/** The page, and who listens for its being seen. */
const page = { baseURI: 'http://127.0.0.1/', documentElement: { lang: '' }, visibilityState: 'visible', addEventListener: (_: string, heard: () => void) => void (seen = heard) };
let seen = (): void => undefined;

const BOUNDS = { min: { east_m: 1, north_m: 2, up_m: 0 }, max: { east_m: 3, north_m: 4, up_m: 0 } };
const summary = (id: number): ProjectSummary =>
  ({ id, name: { zh: `项目 ${id}` }, kind: 'infrastructure', level: 'basic', zones: [], bounds: BOUNDS, urge: 'none', planned_fen: 5, spent_fen: 0, progress_percent: 0, voices: { given: 0, opinions_open: 0, complaints_open: 0 }, changed_at: '2026-11-01T08:00:00Z', ...server.get(id) }) as ProjectSummary;
const news = (id: number): ProjectChangedEvent => summary(id);

function answer(address: string): Response {
  const path = address.replace(/^.*\/api\/v1\//, '');
  asked.push(path);
  const json = (value: unknown, status = 200): Response => new Response(JSON.stringify(value), { status, headers: { 'content-type': status === 200 ? 'application/json' : 'application/problem+json', ...(wait_s > 0 ? { 'retry-after': String(wait_s) } : {}) } });
  const one = /^projects\/(\d+)/.exec(path)?.[1];
  if (one === undefined) return json({ projects: [...server.keys()].map(summary), total: server.size });
  const { name, kind, level, planned_fen, ...rest } = summary(Number(one));
  const failure = failing.pop();
  if (failure !== undefined) return json({ code: 'unavailable' }, failure);
  if (!server.has(Number(one))) return json({ code: 'unknown_project' }, 404);
  return json({ project: { ...rest, plan: { name, kind, level, budget: { planned_fen } } }, trail: [], reports_waiting: [], possible: [], may: [] });
}

beforeAll(async () => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  vi.stubGlobal('document', page);
  vi.stubGlobal('fetch', async (address: string) => {
    const found = answer(address);
    await (address.includes('projects?') ? held : heldOne);
    return found;
  });
  [book, kept] = await Promise.all([import('./project-book'), import('./projects')]);
  ({ selection } = await import('./selection'));
  book.startProjectBook();
});

const stands = (id: number) => {
  const found = kept.projects.peek().get(id);
  return found && [found.version, found.state, found.planned_fen];
};

beforeEach(async () => {
  held = heldOne = null;
  failing.length = wait_s = 0;
  page.visibilityState = 'visible';
  server.clear();
  server.set(1, { version: 1, state: 'draft' });
  selection.value = null;
  kept.projectsShown.value = false;
  kept.projectsShown.value = true;
  await vi.waitFor(() => expect(stands(1)).toEqual([1, 'draft', 5]));
  asked.length = 0;
});

test('what is told of one project is read alone and stands in the scene', async () => {
  server.set(1, { version: 2, state: 'notice' });
  server.set(2, { version: 1, state: 'draft' });
  book.hear(1, news(1));
  book.hear(2, news(2));
  // A second time, and what is known already, asks for nothing.
  book.hear(2, news(2));
  await vi.waitFor(() => expect([stands(1), stands(2)]).toEqual([[2, 'notice', 5], [1, 'draft', 5]]));
  expect(asked).toEqual(['projects/1', 'projects/2']);
  expect(kept.projects.peek().get(2)?.bounds?.min.east_m).toBe(1);
  book.hear(1, news(1));
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(asked.length).toBe(2);
});

test('one that may not be read any more leaves at once, also from the sheet', () => {
  selection.value = { type: 'project', id: '1', spot: null };
  book.hear(1, null);
  expect([stands(1), book.openedProject.peek()]).toEqual([undefined, 'gone']);
});

test('many at once ask for the list, and what is told meanwhile is not lost', async () => {
  let open = (): void => undefined;
  held = new Promise((resolve) => (open = resolve));
  for (let id = 1; id <= 8; id++) server.set(id, { version: 3, state: 'works' });
  for (let id = 1; id <= 8; id++) book.hear(id, news(id));
  await vi.waitFor(() => expect(asked).toEqual([expect.stringMatching(/^projects\?/)]));
  // The list is on its way as it was; one of them is withdrawn from sight, another goes on.
  book.hear(8, null);
  server.set(7, { version: 4, state: 'completed' });
  book.hear(7, news(7));
  await vi.waitFor(() => expect(asked).toContain('projects/7'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  open();
  await vi.waitFor(() => expect([stands(1), stands(7), stands(8)]).toEqual([[3, 'works', 5], [4, 'completed', 5], undefined]));
});

/** Lets time pass, a tenth of a second at a time; gives the pauses before each question, in seconds. */
async function passing(seconds: number): Promise<number[]> {
  const pauses: number[] = [];
  let last = 0;
  for (let at = 1; at <= seconds * 10; at++) {
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(100);
    if (asked.length === before) continue;
    pauses.push(Math.round((at - last) / 10));
    last = at;
  }
  return pauses;
}

describe('what cannot be read when it is told', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    server.set(1, { version: 2, state: 'notice' });
    return () => {
      // The next begins with nothing to be read again.
      book.hear(1, null);
      vi.useRealTimers();
    };
  });

  test('is read again after pauses that grow up to a minute', async () => {
    failing.push(...Array<number>(7).fill(500));
    book.hear(1, news(1));
    expect(await passing(300)).toEqual([0, 3, 6, 12, 24, 48, 60, 60]);
    expect(stands(1)).toEqual([2, 'notice', 5]);
    // The next trouble begins with a short pause.
    server.set(1, { version: 3, state: 'approved' });
    failing.push(500);
    book.hear(1, news(1));
    expect(await passing(10)).toEqual([0, 3]);
    expect(stands(1)).toEqual([3, 'approved', 5]);
  });

  test('waits as long as the server says, also when there are news', async () => {
    [failing[0], wait_s] = [429, 20];
    book.hear(1, news(1));
    expect(await passing(10)).toEqual([0]);
    server.set(1, { version: 3, state: 'approved' });
    book.hear(1, news(1));
    expect(await passing(15)).toEqual([10]);
    expect(stands(1)).toEqual([3, 'approved', 5]);
  });

  test('is not read while nobody sees the page, and then with all others', async () => {
    failing.push(500, 500);
    book.hear(1, news(1));
    page.visibilityState = 'hidden';
    expect(await passing(120)).toEqual([0]);
    page.visibilityState = 'visible';
    seen();
    await passing(1);
    expect([asked.at(-1)?.slice(0, 9), stands(1)]).toEqual(['projects?', [2, 'notice', 5]]);
    expect(await passing(120)).toEqual([]);
  });

  test('never takes the place of newer news', async () => {
    let open = (): void => undefined;
    server.set(2, { version: 1, state: 'draft' });
    const [older, latest] = [{ ...news(1), version: 2 }, { ...news(1), version: 3, bounds: null }];
    book.hear(1, latest);
    book.hear(1, older);
    server.set(1, { version: 3, state: 'approved' });
    heldOne = new Promise((resolve) => (open = resolve));
    expect(await passing(1)).toEqual([0]);
    open();
    await passing(1);
    // The bounds are those of the newer.
    expect([stands(1), kept.projects.peek().get(1)?.bounds]).toEqual([[3, 'approved', 5], null]);
  });
});

test('one that leaves while it is being read does not come back', async () => {
  let open = (): void => undefined;
  heldOne = new Promise((resolve) => (open = resolve));
  server.set(1, { version: 2, state: 'notice' });
  book.hear(1, news(1));
  await vi.waitFor(() => expect(asked).toEqual(['projects/1']));
  book.hear(1, null);
  open();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(stands(1)).toBe(undefined);
});
