// Residents' reports that somebody still owes something to, as far as whoever looks may read them.
//
// In: the desk, which asks the server and hears of changes. Out: signals for the scene, the layer tree and the panels.
// Small on purpose: a first visit has it, what fills it comes with the desk.
import { computed, signal } from '@preact/signals-core';
import type { Report, ReportKind } from '../api/reports';

export const reports = signal<ReadonlyMap<number, Report>>(new Map());
export const reportKinds = signal<ReadonlyMap<string, ReportKind>>(new Map());
/** Whether they stand in the scene. */
export const reportsShown = signal(false);
/** Kinds of reports that are not drawn; the desk has them all the same. */
export const hiddenReportKinds = signal<ReadonlySet<string>>(new Set());

/** The kinds that occur, with how many there are, in the order of the catalogue. */
export const reportKindsInUse = computed(() => {
  const count = new Map<string, number>();
  for (const { kind } of reports.value.values()) count.set(kind, (count.get(kind) ?? 0) + 1);
  const known = [...reportKinds.value.keys()];
  return [...count].sort(([a], [b]) => known.indexOf(a) - known.indexOf(b)).map(([id, n]) => ({ id, count: n }));
});
