// The closing figures of residents' reports.
//
// In: since when. Out: what the server counted. Called by state/wall.
import { get } from './client';
import type { components } from './schema.gen';

type Schemas = components['schemas'];
export type ReportFigures = Schemas['ReportFigures'];
export type ReportFiguresAnswer = Schemas['ReportFiguresAnswer'];

/** The figures since an instant, of the reports that one may read. */
export const getReportFigures = (from: Date, signal: AbortSignal): Promise<ReportFiguresAnswer> => get(`reports/figures?from=${encodeURIComponent(from.toISOString())}`, signal);
