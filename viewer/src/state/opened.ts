// The report that is looked at: its trail, what can be done with it, what nearby may tell of the same; and the doing.
//
// In: the selection; deeds of panels; newer versions in the book. Out: signals. Everything is done to the version that
// one has seen: who was overtaken is told, and sees what has happened.
import { batch, computed, effect, signal } from '@preact/signals-core';
import { ApiError } from '../api/client';
import { act, getReport, getSimilar, say } from '../api/report-deeds';
import type { Report, ReportAction, ReportDetail, SimilarReport } from '../api/reports';
import { account } from './account';
import { drop, put } from './book';
import { undoOf, type Deed, type Undo } from './desk';
import { reports } from './reports';
import { selection } from './selection';

export type Opened = ReportDetail | 'asking' | 'gone' | 'failed';

export const openedId = computed(() => (selection.value?.type === 'report' ? Number(selection.value.id) : null));
export const opened = signal<Opened>('asking');
export const similar = signal<readonly SimilarReport[]>([]);

/** Why a deed was not done: others were faster, the server's words, or it did not answer. */
export type Failed = { readonly why: 'overtaken' | 'unreachable' } | { readonly why: 'refused'; readonly words: string };
export const failed = signal<Failed | null>(null);
export const busy = signal(false);
/** The deed whose words are being written. */
export const writing = signal<Deed | null>(null);

/** What takes the last deed back, if anything does. */
export const undo = signal<Undo | null>(null);

let reading = 0;

/** Reads a report anew, and what lies near it. */
export async function read(id: number): Promise<void> {
  const mine = ++reading;
  try {
    const detail = await getReport(id);
    if (mine !== reading || openedId.peek() !== id) return;
    const before = opened.peek();
    // Others were faster than whoever writes: they are told before they send.
    if (writing.peek() !== null && typeof before === 'object' && detail.report.version > before.report.version) failed.value = { why: 'overtaken' };
    take(detail);
    await findSimilar(detail);
  } catch (error) {
    if (mine !== reading || openedId.peek() !== id) return;
    const gone = error instanceof ApiError && error.status === 404;
    // What is on screen stays there while the server is away; what may not be read any more does not.
    if (gone) drop(id);
    if (gone || typeof opened.peek() === 'string') opened.value = gone ? 'gone' : 'failed';
  }
}

function take(detail: ReportDetail): void {
  batch(() => {
    opened.value = detail;
    put(detail);
  });
}

async function findSimilar({ report, possible }: ReportDetail): Promise<void> {
  const at = report.place.position;
  const found = at && possible.includes('merge') ? await getSimilar(report.kind, at).catch(() => []) : [];
  if (openedId.peek() === report.id) similar.value = found.filter((one) => one.report.id !== report.id);
}

/** Does something with the report; whether it was done. */
export async function perform(id: number, doing: (version: number) => Promise<ReportDetail>): Promise<boolean> {
  const now = opened.peek();
  if (busy.peek() || typeof now === 'string' || now.report.id !== id) return false;
  [busy.value, failed.value] = [true, null];
  try {
    const detail = await doing(now.report.version);
    reading++;
    if (openedId.peek() === id) {
      take(detail);
      void findSimilar(detail);
    } else put(detail);
    return true;
  } catch (error) {
    const overtaken = error instanceof ApiError && (error.status === 412 || error.status === 404);
    failed.value = overtaken ? { why: 'overtaken' } : error instanceof ApiError && error.detail !== null ? { why: 'refused', words: error.detail } : { why: 'unreachable' };
    if (overtaken) await read(id);
    return false;
  } finally {
    busy.value = false;
  }
}

/** Does a deed of the course. `reason` is what taking it back would say. */
export async function performDeed(before: Report, action: Omit<ReportAction, 'version'>, reason: string): Promise<boolean> {
  const done = await perform(before.id, (version) => act(before.id, { ...action, version }));
  if (done) undo.value = undoOf(before, action, reason);
  return done;
}

export const speak = (id: number, text: string): Promise<boolean> => perform(id, () => say(id, { text }));

/** Takes the last deed back. */
export async function takeBack(): Promise<void> {
  const last = undo.peek();
  if (!last) return;
  if (await perform(last.id, (version) => act(last.id, { ...last.by, version }))) undo.value = null;
}

/** Reads what is opened, and reads it again when the book has a newer version. Runs for the life of the page. */
export function startOpened(): void {
  const openAnew = (id: number | null): void => {
    batch(() => {
      opened.value = 'asking';
      [similar.value, failed.value, undo.value, writing.value] = [[], null, null, null];
    });
    if (id !== null) void read(id);
  };
  effect(() => openAnew(openedId.value));
  let reader: string | undefined;
  effect(() => {
    const now = account.value?.who;
    // Another reads and does other things with it: nothing that the one before saw stays, not while the server is away either.
    if (reader !== undefined && now !== reader) openAnew(openedId.peek());
    reader = now;
  });
  const version = computed(() => (openedId.value === null ? null : (reports.value.get(openedId.value)?.version ?? null)));
  effect(() => {
    const [id, newest, now] = [openedId.peek(), version.value, opened.peek()];
    if (id === null || typeof now === 'string' || busy.peek()) return;
    // It has left the book: it is at an end, or not for these eyes any more.
    if (newest === null ? now.report.ended_at === undefined || now.report.ended_at === null : newest > now.report.version) void read(id);
  });
}
