// What is done with reports of residents: written, looked at, answered.
//
// In: what people write. Out: what the server answered. Called by the pages of residents.
import { body, get, request } from './client';
import type { PhotoTaken, Report, ReportAction, ReportDetail, ReportDraft, SimilarReport } from './reports';
import type { components } from './schema.gen';
import type { LocalPoint } from './types';

export type ContactHint = components['schemas']['ContactHint'];
export type ContactView = components['schemas']['ContactView'];

/** Whom to call; the server writes down who looked. */
export const getContact = (id: number): Promise<ContactView> => get(`reports/${id}/contact`);

export const getReport = (id: number): Promise<ReportDetail> => get(`reports/${id}`);

export const getSimilar = async (kind: string, at: LocalPoint): Promise<readonly SimilarReport[]> =>
  (await get<components['schemas']['SimilarReports']>(`reports/similar?kind=${encodeURIComponent(kind)}&east_m=${at.east_m.toFixed(2)}&north_m=${at.north_m.toFixed(2)}`)).similar;

/** `key` names the draft, so that one that is sent twice counts once. */
export const postReport = async (draft: ReportDraft, key: string): Promise<Report> =>
  body('reports', await request('POST', 'reports', draft, undefined, { 'idempotency-key': key }));

export const act = async (id: number, action: ReportAction): Promise<ReportDetail> => body('deeds', await request('POST', `reports/${id}/deeds`, action));

export const say = async (id: number, message: components['schemas']['ReportMessage']): Promise<ReportDetail> => body('messages', await request('POST', `reports/${id}/messages`, message));

export const postPhoto = async (photo: Blob): Promise<PhotoTaken> => body('photos', await request('POST', 'photos', photo));
