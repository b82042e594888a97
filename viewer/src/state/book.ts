// Keeps the reports of the viewer as they are at the server: all that are not at an end, and what one can do with each.
//
// In: the server's answers; who is signed in; news of changes. Out: `reports`, `possible`, and whether they are known.
// Started with the desk, once; asks again while someone looks.
import { batch, computed, effect, signal } from '@preact/signals-core';
import { ApiError } from '../api/client';
import { getReport } from '../api/report-deeds';
import { getReportKinds, getReports, type Report, type ReportDetail } from '../api/reports';
import { account } from './account';
import { ended, possible, type Deed } from './desk';
import { hearOfReports, line } from './live';
import { reportKinds, reports, reportsShown } from './reports';
import { selection } from './selection';
import { tool } from './tools';

/** How often is asked again: seldom while news come by the line, more often without it. */
const EVERY_MS = { live: 120_000, broken: 15_000 };
/** News that come together are looked into together. */
const GATHER_MS = 120;
/** Up to so many reports are read one by one; for more, the list is asked for. */
const SINGLY_MOST = 6;
const PAGE = 1000;
/** More open reports than this are no queue that people work through; the rest is found by the interface. */
const PAGES_MOST = 5;
/** Reports at an end that are listed. */
const ENDED_MOST = 200;

export type Standing = 'asking' | 'known' | 'unreachable' | 'denied';
export const standing = signal<Standing>('asking');
/** How many there are beyond those that were fetched. */
export const beyond = signal(0);

/** Whether anyone looks at reports. */
const wanted = computed(() => tool.value === 'desk' || reportsShown.value || selection.value?.type === 'report');

/** What was told of single reports while a question for all is on its way; null: not to be read any more. */
type Since = Map<number, ReportDetail | null>;
let waiting: Since | null = null;

/** Asks for everything; an answer that a later question has overtaken is dropped. */
export async function refresh(): Promise<void> {
  const since: Since = new Map();
  waiting = since;
  try {
    const [all, deeds, total] = await fetchOpen();
    const over = ended.peek() && (await fetchEnded());
    if (waiting !== since) return;
    waiting = null;
    batch(() => {
      if (differs(all)) reports.value = all;
      possible.value = deeds;
      if (over && ended.peek()) ended.value = over;
      beyond.value = Math.max(0, total - all.size);
      standing.value = 'known';
      // The list may have been read before them; dropping it instead would leave the queue empty until it is asked for again.
      for (const [id, detail] of since) {
        if (detail === null) erase(id);
        else if ((all.get(id)?.version ?? 0) <= detail.report.version) write(detail);
      }
    });
  } catch (error) {
    if (waiting !== since) return;
    waiting = null;
    standing.value = error instanceof ApiError && error.failure === 'denied' ? 'denied' : standing.peek() === 'known' && line.peek().state === 'live' ? 'known' : 'unreachable';
  }
}

async function fetchOpen(): Promise<[Map<number, Report>, Map<number, readonly Deed[]>, number]> {
  const [all, deeds] = [new Map<number, Report>(), new Map<number, readonly Deed[]>()];
  let [before, total] = ['', 0];
  for (let page = 0; page < PAGES_MOST; page++) {
    const answer = await getReports(`state=open&deeds=true&limit=${PAGE}${before}`);
    answer.reports.forEach((report, i) => {
      all.set(report.id, report);
      deeds.set(report.id, answer.possible?.[i] ?? []);
    });
    total = answer.total;
    if (typeof answer.next !== 'number') break;
    before = `&before=${answer.next}`;
  }
  return [all, deeds, total];
}

const fetchEnded = async (): Promise<readonly Report[]> => (await getReports(`state=closed,declined,withdrawn&limit=${ENDED_MOST}`)).reports;

/** Lists what has come to an end, too, or no longer. */
export async function showEnded(show: boolean): Promise<void> {
  ended.value = show ? [] : null;
  if (show) await refresh();
}

const differs = (next: ReadonlyMap<number, Report>): boolean => {
  const now = reports.peek();
  return now.size !== next.size || [...next].some(([id, { version }]) => now.get(id)?.version !== version);
};

const AT_AN_END: readonly string[] = ['closed', 'declined', 'withdrawn'];

/** Takes over what the server has just told of one report. */
export function put(detail: ReportDetail): void {
  waiting?.set(detail.report.id, detail);
  write(detail);
}

function write({ report, possible: deeds }: ReportDetail): void {
  const [all, may] = [new Map(reports.peek()), new Map(possible.peek())];
  all.delete(report.id);
  if (!AT_AN_END.includes(report.state)) all.set(report.id, report);
  may.set(report.id, deeds);
  batch(() => {
    reports.value = all;
    possible.value = may;
    const over = ended.peek();
    if (over) ended.value = over.some(({ id }) => id === report.id) || AT_AN_END.includes(report.state) ? [...over.filter(({ id }) => id !== report.id), ...(AT_AN_END.includes(report.state) ? [report] : [])].sort((a, b) => b.id - a.id) : over;
  });
}

/** Forgets a report that one may not read any more. */
export function drop(id: number): void {
  waiting?.set(id, null);
  erase(id);
}

function erase(id: number): void {
  const over = ended.peek();
  if (over?.some((report) => report.id === id)) ended.value = over.filter((report) => report.id !== id);
  if (!reports.peek().has(id)) return;
  const all = new Map(reports.peek());
  all.delete(id);
  reports.value = all;
}

const heard = new Set<number>();

/** Notes that a report has changed, and reads it a moment later. */
export function changed(id: number, version: number): void {
  if (!wanted.peek() || (reports.peek().get(id)?.version ?? 0) >= version) return;
  if (heard.size === 0) setTimeout(lookInto, GATHER_MS);
  heard.add(id);
}

function lookInto(): void {
  const ids = [...heard];
  heard.clear();
  if (ids.length > SINGLY_MOST) void refresh();
  else
    for (const id of ids) {
      getReport(id).then(put, (error: unknown) => {
        if (error instanceof ApiError && error.status === 404) drop(id);
      });
    }
}

async function askForKinds(): Promise<void> {
  if (reportKinds.peek().size > 0) return;
  const list = await getReportKinds().catch(() => []);
  if (list.length > 0) reportKinds.value = new Map(list.map((kind) => [kind.id, kind]));
}

/** Runs for the life of the page. */
export function startBook(): void {
  const look = (): void => {
    if (!wanted.peek() || document.visibilityState !== 'visible') return;
    void askForKinds();
    void refresh();
  };
  let last = 0;
  setInterval(() => {
    if (Date.now() - last < (line.peek().state === 'live' ? EVERY_MS.live : EVERY_MS.broken)) return;
    last = Date.now();
    look();
  }, EVERY_MS.broken / 3);
  hearOfReports({ changed, removed: drop, anew: look });
  document.addEventListener('visibilitychange', look);
  const alive = computed(() => line.value.state === 'live');
  // Whoever signs in or out may read and do other things; after a break the news of it is missing.
  effect(() => {
    if (wanted.value && (alive.value || account.value)) queueMicrotask(look);
  });
}
