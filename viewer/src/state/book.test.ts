import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Report } from '../api/reports';

let book: typeof import('./book');
let desk: typeof import('./desk');
let kept: typeof import('./reports');
let opened: typeof import('./opened');
let selection: typeof import('./selection').selection;
let news: { changed(id: number, version: number): void; removed(id: number): void };
/** What the server has, and what was asked of it. */
const server = new Map<number, Report>();
const asked: string[] = [];

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
    return found ? json({ report: found, trail: [], own: false, possible: ['accept'], may_say: true }) : json({ code: 'unknown_report' }, 404);
  }
  const open = [...server.values()].filter(({ state }) => state !== 'closed');
  return json({ reports: open, total: open.length, possible: open.map(() => ['accept']) });
}

beforeAll(async () => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  vi.stubGlobal('document', { baseURI: 'http://127.0.0.1/', visibilityState: 'visible', addEventListener: () => undefined });
  vi.stubGlobal('fetch', (address: string) => Promise.resolve(answer(address)));
  [book, desk, kept, opened] = await Promise.all([import('./book'), import('./desk'), import('./reports'), import('./opened')]);
  ({ selection } = await import('./selection'));
  news = { changed: book.changed, removed: book.drop };
  opened.startOpened();
  (await import('./tools')).tool.value = 'desk';
});

beforeEach(async () => {
  server.clear();
  server.set(1, report(1)).set(2, report(2));
  selection.value = null;
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
