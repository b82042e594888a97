// The closing figures of residents' reports.
//
// In: since when, and until when. Out: what the server counted. Called by state/wall and by the report of a year.
import { get } from './client';
import type { components } from './schema.gen';

type Schemas = components['schemas'];
export type ReportFigures = Schemas['ReportFigures'];
export type ReportFiguresAnswer = Schemas['ReportFiguresAnswer'];

/** The figures since an instant, until another or now, of the reports that one may read. */
export const getReportFigures = (from: Date, signal: AbortSignal, to?: Date): Promise<ReportFiguresAnswer> =>
  get(`reports/figures?from=${encodeURIComponent(from.toISOString())}${to ? `&to=${encodeURIComponent(to.toISOString())}` : ''}`, signal);
