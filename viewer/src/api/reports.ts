// Reports of residents, as the server keeps them.
//
// In: questions. Out: what the server answered. Called by the pages of residents; what is done with reports is in
// `report-deeds.ts`.
import { get } from './client';
import type { components } from './schema.gen';

type Schemas = components['schemas'];
export type Report = Schemas['Report'];
export type ReportDetail = Schemas['ReportDetail'];
export type ReportDraft = Schemas['ReportDraft'];
export type ReportEntry = Schemas['ReportEntry'];
export type ReportKind = Schemas['ReportKind'];
export type ReportLine = Schemas['ReportLine'];
export type ReportPage = Schemas['ReportPage'];
export type ReportAction = Schemas['ReportAction'];
export type PhotoTaken = Schemas['PhotoTaken'];
export type SimilarReport = Schemas['SimilarReport'];

export const getReportKinds = async (): Promise<readonly ReportKind[]> => (await get<Schemas['ReportKindList']>('report-kinds')).kinds;

export const getReports = (query: string): Promise<ReportPage> => get(`reports?${query}`);
