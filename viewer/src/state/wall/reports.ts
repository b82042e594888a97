// The closing figures of residents' reports (考核评价) on the wall: counted by the server, asked for while they are shown.
//
// In: which panels are shown. Out: the figures with their time, and whether reports stand in the scene.
import { computed, effect, signal } from '@preact/signals-core';
import { getReportFigures, type ReportFigures, type ReportFiguresAnswer } from '../../api/report-figures';
import { reportsShown } from '../reports';
import { shownPanels } from './shown';

export const FIGURES_DAYS = 30;
const REFRESH_MS = 60_000;

export const reportFigures = signal<ReportFiguresAnswer | null>(null);

export const reportsOnWall = computed(() => shownPanels.value.has('reports'));

/** The share of answers that came in time, 0 … 1; null without answers. */
export const inTime = ({ answered, answered_in_time }: Pick<ReportFigures, 'answered' | 'answered_in_time'>): number | null => (answered === 0 ? null : answered_in_time / answered);

/** Keeps the figures up to date while they are shown, until the returned function is called. */
export const startReportFigures = (): (() => void) =>
  effect(() => {
    reportsShown.value = reportsOnWall.value;
    if (!reportsOnWall.value) return;
    const stop = new AbortController();
    const ask = (): void => {
      getReportFigures(new Date(Date.now() - FIGURES_DAYS * 86_400_000), stop.signal).then(
        (answer) => (reportFigures.value = answer),
        () => undefined, // What was known stays, with its time.
      );
    };
    ask();
    const timer = setInterval(ask, REFRESH_MS);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  });
