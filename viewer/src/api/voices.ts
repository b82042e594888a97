// Voices of reports.
//
// In: a recording, or the id of one. Out: what the server took in; its address, for those who may hear it. Called by
// pages and panels.
import { address, body, request } from './client';
import type { components } from './schema.gen';

export type ReportVoice = components['schemas']['ReportVoice'];

export const voiceAddress = (id: string): string => address(`/api/v1/voices/${encodeURIComponent(id)}`);

export const postVoice = async (recording: Blob): Promise<ReportVoice> => body('voices', await request('POST', 'voices', recording));
