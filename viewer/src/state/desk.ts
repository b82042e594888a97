// The desk of those who work on residents' reports: what waits for whom, what is due first, narrowed by what is wanted.
//
// In: reports with what one can do with each. Out: the queue, and how many wait in each tab. Framework-free; `book.ts`
// fills it, `opened.ts` has the report that is looked at.
import { computed, signal } from '@preact/signals-core';
import type { Report, ReportAction } from '../api/reports';
import { linkPart } from './link-parts';
import { hiddenReportKinds, reportKinds, reports } from './reports';
import { tool } from './tools';

export type Deed = ReportAction['deed'];
export type Body = NonNullable<Report['body']>;

/** By what is owed to whom: first what one owes oneself, then what is late with anybody. */
export const TABS = ['accept', 'dispatch', 'handle', 'check', 'late', 'all'] as const;
export type Tab = (typeof TABS)[number];

/** What one can do with each report, as the server says. */
export const possible = signal<ReadonlyMap<number, readonly Deed[]>>(new Map());
/** Reports that have come to an end, newest first, while they are asked for; null otherwise. */
export const ended = signal<readonly Report[] | null>(null);

export const tab = signal<Tab>('all');

export interface Narrowed {
  readonly kind: string;
  readonly zone: string;
  readonly body: string;
  readonly text: string;
}

export const NOT_NARROWED: Narrowed = { kind: '', zone: '', body: '', text: '' };
export const narrowed = signal<Narrowed>(NOT_NARROWED);

/** Whether a report belongs in a tab, for someone who can do `deeds` with it. */
export function isIn(which: Tab, { state, urge }: Pick<Report, 'state' | 'urge'>, deeds: readonly Deed[]): boolean {
  switch (which) {
    case 'accept':
      return deeds.includes('accept');
    case 'dispatch':
      return state === 'accepted' && deeds.includes('dispatch');
    case 'handle':
      // The desk may answer what is taken up, too; that waits to be sent out all the same.
      return state !== 'accepted' && deeds.includes('answer');
    case 'check':
      return deeds.includes('pass');
    case 'late':
      return urge === 'overdue' || urge === 'escalated';
    case 'all':
      return true;
  }
}

/** Whether a report holds what is wanted; a text may be its number. */
export function holds(report: Report, { kind, zone, body, text }: Narrowed): boolean {
  if (kind !== '' && report.kind !== kind) return false;
  if (zone !== '' && report.zone !== zone) return false;
  if (body !== '' && report.body !== body) return false;
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  if (/^#?\d+$/.test(wanted) && String(report.id) === wanted.replace('#', '')) return true;
  const { zh, en } = reportKinds.value.get(report.kind)?.name ?? {};
  return [report.text, report.place.address, report.answer, zh, en].some((words) => words?.toLowerCase().includes(wanted));
}

/** What is due first comes first; what is due to nobody comes last, newest first. */
export function dueFirst(a: Report, b: Report): number {
  const [x, y] = [a.deadline, b.deadline].map((deadline) => (deadline ? Date.parse(deadline.due) : Infinity)) as [number, number];
  return x === y ? b.id - a.id : x - y;
}

const deedsOf = (id: number): readonly Deed[] => possible.value.get(id) ?? [];

/** How many wait in each tab, whatever is narrowed. */
export const counts = computed(() => {
  const all = [...reports.value.values()];
  return Object.fromEntries(TABS.map((which) => [which, all.filter((report) => isIn(which, report, deedsOf(report.id))).length])) as Readonly<Record<Tab, number>>;
});

/** The queue as it is shown. */
export const queue = computed<readonly Report[]>(() => {
  const open = [...reports.value.values()].filter((report) => isIn(tab.value, report, deedsOf(report.id))).sort(dueFirst);
  const over = tab.value === 'all' ? (ended.value ?? []) : [];
  return [...open, ...over].filter((report) => holds(report, narrowed.value));
});

/** Whether heat shows where they lie close. */
export const heatShown = signal(false);
/** Where what is looked for was reported, east and north in metres. */
export const heatPlaces = computed<readonly (readonly [number, number])[]>(() =>
  [...reports.value.values()]
    .filter((report) => holds(report, narrowed.value) && !hiddenReportKinds.value.has(report.kind))
    .flatMap(({ place: { position } }) => (position ? [[position.east_m, position.north_m] as const] : [])),
);

/** Values that occur, for the choices of the filter. */
export const zonesInUse = computed(() => [...new Set([...reports.value.values()].flatMap(({ zone }) => zone ?? []))].sort());
export const bodiesInUse = computed(() => [...new Set([...reports.value.values()].flatMap(({ body }) => body ?? []))].sort());

/** What takes the last deed back, where the course allows it. */
export interface Undo {
  readonly id: number;
  readonly of: Deed;
  readonly by: Omit<ReportAction, 'version'>;
}
/** The deed by which another is taken back; none for most, because the resident was told of them. */
export function undoOf(before: Report, action: Omit<ReportAction, 'version'>, reason: string): Undo | null {
  const { id, state, body } = before;
  if (action.deed === 'merge') return { id, of: 'merge', by: { deed: 'part', text: reason } };
  // Sent to another body: back to the one that had it.
  if (action.deed === 'dispatch' && body && state !== 'accepted' && body !== action.body) return { id, of: 'dispatch', by: { deed: 'dispatch', body } };
  return null;
}

/** The desk in the address of the view: `q=tab,kind,zone,body`; being named there opens it. */
export function startDeskLink(): void {
  linkPart('q', {
    write: () => (tool.value === 'desk' ? [tab.value, narrowed.value.kind, narrowed.value.zone, narrowed.value.body].join(',').replace(/,+$/, '') : null),
    read: (text) => {
      if (text === null) return;
      const [which = '', kind = '', zone = '', body = ''] = text.split(',');
      tab.value = TABS.find((one) => one === which) ?? 'all';
      narrowed.value = { ...NOT_NARROWED, kind, zone, body };
      tool.value = 'desk';
    },
  });
}
