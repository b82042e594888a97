import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Report } from '../api/reports';
import type { SessionView } from '../api/types';

let book: typeof import('./book');
let desk: typeof import('./desk');
let kept: typeof import('./reports');
let opened: typeof import('./opened');
let account: typeof import('./account').account;
let selection: typeof import('./selection').selection;
let news: { changed(id: number, version: number): void; removed(id: number): void };
/** What the server has, and what was asked of it. */
const server = new Map<number, Report>();
const asked: string[] = [];
/** While it is set, the list has been read and its answer is on its way. */
let held: Promise<void> | null = null;
const RESIDENT_SAID = { at: '2026-11-01T09:00:00Z', event: { kind: 'said' }, party: 'reporter', state: 'accepted', text: 'my door code is 1234' };

const SIGNED_IN = { who: 'user:u1', user: { id: 'u1', name: 'desk' } } as unknown as SessionView;

const report = (id: number, more: Partial<Report> = {}): Report => ({
  id, line: 'problem', kind: 'lighting', text: 'no light', place: {}, state: 'submitted', urge: 'none', reopened: 0, on_behalf: false, open: true,
  created_at: '2026-11-01T08:00:00Z', changed_at: '2026-11-01T08:00:00Z', version: 1, ...more,
});

function answer(address: string): Response {
  const path = address.replace(/^.*\/api\/v1\//, '');
  asked.push(path);
  const json = (value: unknown, status = 200): Response => new Response(JSON.stringify(value), { status, headers: { 'content-type': status === 200 ? 'application/json' : 'application/problem+json' } });
  if (path === 'report-kinds') return json({ kinds: [] });
  const one = /^reports\/(\d+)/.exec(path)?.[1];
  if (one !== undefined) {
    const found = server.get(Number(one));
    if (path.endsWith('/deeds')) return json({ code: 'stale_report' }, 412);
    return found ? json({ report: found, trail: account.peek()?.user ? [RESIDENT_SAID] : [], own: false, possible: account.peek()?.user ? ['accept'] : [], may_say: true }) : json({ code: 'unknown_report' }, 404);
  }
  const open = [...server.values()].filter(({ state }) => state !== 'closed');
  return json({ reports: open, total: open.length, possible: open.map(() => ['accept']) });
}

beforeAll(async () => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  vi.stubGlobal('document', { baseURI: 'http://127.0.0.1/', documentElement: { lang: 'en' }, visibilityState: 'visible', addEventListener: () => undefined });
  vi.stubGlobal('fetch', async (address: string) => {
    const found = answer(address);
    if (address.includes('reports?')) await held;
    return found;
  });
  [book, desk, kept, opened] = await Promise.all([import('./book'), import('./desk'), import('./reports'), import('./opened')]);
  ({ selection } = await import('./selection'));
  ({ account } = await import('./account'));
  news = { changed: book.changed, removed: book.drop };
  opened.startOpened();
  (await import('./tools')).tool.value = 'desk';
});

beforeEach(async () => {
  server.clear();
  server.set(1, report(1)).set(2, report(2));
  selection.value = null;
  account.value = SIGNED_IN;
  await book.refresh();
  asked.length = 0;
});

const soon = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 200));

test('news_of_a_report_is_looked_into_once_and_only_if_it_is_news', async () => {
  server.set(1, report(1, { version: 3, state: 'accepted' }));
  news.changed(1, 2);
  news.changed(1, 3);
  news.changed(2, 1);
  await soon();
  expect(asked).toEqual(['reports/1']);
  expect(kept.reports.value.get(1)?.state).toBe('accepted');
});

test('much_news_at_once_is_one_question', async () => {
  for (let id = 1; id <= 30; id++) {
    server.set(id, report(id, { version: 2 }));
    news.changed(id, 2);
  }
  await soon();
  expect(asked).toEqual(['reports?state=open&deeds=true&limit=1000']);
  expect(kept.reports.value.size).toBe(30);
});

test('what_is_at_an_end_or_out_of_sight_leaves_the_book', async () => {
  server.set(1, report(1, { version: 2, state: 'closed' }));
  server.delete(2);
  news.changed(1, 2);
  news.removed(2);
  await soon();
  expect([...kept.reports.value.keys()]).toEqual([]);
  expect(desk.queue.value).toEqual([]);
});

test('who_was_overtaken_is_told_and_sees_the_newer_version', async () => {
  selection.value = { type: 'report', id: '1' };
  await soon();
  server.set(1, report(1, { version: 2, state: 'accepted' }));
  expect(await opened.performDeed(report(1), { deed: 'accept' }, 'why')).toBe(false);
  expect(opened.failed.value).toEqual({ why: 'overtaken' });
  const now = opened.opened.value;
  expect(typeof now === 'object' && now.report.version).toBe(2);
});

test('whoever_is_writing_is_told_of_a_newer_version_before_sending', async () => {
  selection.value = { type: 'report', id: '2' };
  await soon();
  opened.writing.value = 'accept';
  server.set(2, report(2, { version: 2, state: 'accepted' }));
  news.changed(2, 2);
  await soon();
  await soon();
  expect(opened.failed.value).toEqual({ why: 'overtaken' });
});

test('a_report_that_may_not_be_read_any_more_is_not_shown_any_more', async () => {
  selection.value = { type: 'report', id: '2' };
  await soon();
  expect(typeof opened.opened.value).toBe('object');
  server.delete(2);
  news.removed(2);
  await soon();
  expect(opened.opened.value).toBe('gone');
});

test('a_report_that_is_told_of_while_the_list_is_on_its_way_does_not_cost_the_list', async () => {
  let release = (): void => undefined;
  held = new Promise((resolve) => (release = resolve));
  server.set(3, report(3));
  const listed = book.refresh();
  server.set(1, report(1, { version: 2, state: 'accepted' }));
  server.set(2, report(2, { version: 2, state: 'closed' }));
  news.changed(1, 2);
  news.changed(2, 2);
  await soon();
  release();
  held = null;
  await listed;
  expect([...kept.reports.value.values()].map(({ id, version }) => [id, version]).sort()).toEqual([[1, 2], [3, 1]]);
});

test('what_leaves_sight_while_the_list_is_on_its_way_is_not_brought_back_by_it', async () => {
  let release = (): void => undefined;
  held = new Promise((resolve) => (release = resolve));
  server.set(3, report(3));
  const listed = book.refresh();
  // Not in the book yet, and in the answer that is on its way.
  news.removed(3);
  news.removed(1);
  release();
  held = null;
  await listed;
  expect([...kept.reports.value.keys()]).toEqual([2]);
});

test('whoever_signs_out_sees_no_conversation_any_more_and_whoever_signs_in_sees_what_can_be_done', async () => {
  const seen = (): unknown => {
    const now = opened.opened.value;
    return typeof now === 'object' ? [now.trail.length, now.possible] : now;
  };
  selection.value = { type: 'report', id: '1' };
  await soon();
  expect(seen()).toEqual([1, ['accept']]);
  opened.writing.value = 'accept';
  account.value = { ...SIGNED_IN, who: 'visitor', user: null };
  // At once, whatever the server does.
  expect([seen(), opened.writing.value]).toEqual(['asking', null]);
  await soon();
  expect(seen()).toEqual([0, []]);
  account.value = SIGNED_IN;
  await soon();
  expect(seen()).toEqual([1, ['accept']]);
});
