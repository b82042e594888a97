// What residents see of reports: kinds, their own, everyone's.
//
// In: the server's answers. Out: signals; null while nothing came yet. Called by the pages.
import { effect, signal } from '@preact/signals-core';
import { getReportKinds, getReports, type Report, type ReportKind } from '../../api/reports';
import { reaching, session, user } from './me';

export const kinds = signal<ReadonlyMap<string, ReportKind> | null>(null);
export const mine = signal<readonly Report[] | null>(null);
export const everyones = signal<readonly Report[] | null>(null);

/** How often what is seen is asked for again. */
const EVERY_MS = 60_000;

export async function lookAtMine(): Promise<void> {
  if (!session.peek()) return;
  if (!user.peek()) return void (mine.value = []);
  await reaching(getReports('mine=true&limit=200')).then(
    ({ reports }) => (mine.value = reports),
    () => undefined,
  );
}

export async function lookAtAll(): Promise<void> {
  await reaching(getReports('limit=100')).then(
    ({ reports }) => (everyones.value = reports),
    () => undefined,
  );
}

async function lookAtKinds(): Promise<void> {
  if (kinds.peek()) return;
  await reaching(getReportKinds()).then(
    (list) => (kinds.value = new Map(list.map((kind) => [kind.id, kind]))),
    () => undefined,
  );
}

/** Keeps the lists as they are at the server while the page is looked at. */
export function startReports(): void {
  const look = (): void => {
    if (document.visibilityState !== 'visible') return;
    void lookAtKinds();
    void lookAtMine();
    void lookAtAll();
  };
  effect(() => {
    if (session.value) void lookAtMine();
  });
  addEventListener('online', look);
  document.addEventListener('visibilitychange', look);
  setInterval(look, EVERY_MS);
  look();
}
