// Projects of renewal, as the server keeps them.
//
// In: questions, what people say. Out: what the server answered. Called by the pages of residents and by the wall.
import { body, get, request } from './client';
import type { components } from './schema.gen';

type Schemas = components['schemas'];
export type Project = Schemas['Project'];
export type ProjectDetail = Schemas['ProjectDetail'];
export type ProjectEntry = Schemas['ProjectEntry'];
export type ProjectFigures = Schemas['ProjectFigures'];
export type ProjectOpinion = Schemas['OpinionShown'];
export type ProjectPage = Schemas['ProjectPage'];
export type ProjectState = Schemas['ProjectState'];
export type ProjectSummary = Schemas['ProjectSummary'];

export const getProjects = (query: string, signal?: AbortSignal): Promise<ProjectPage> => get(`projects?${query}`, signal);

export const getProject = (id: number): Promise<ProjectDetail> => get(`projects/${id}`);

export const getProjectFigures = (signal?: AbortSignal): Promise<ProjectFigures> => get('projects/figures', signal);

/** What was said of a project, the first hundred. */
export const getOpinions = async (id: number): Promise<readonly ProjectOpinion[]> => (await get<Schemas['OpinionPage']>(`projects/${id}/opinions`)).opinions;

/** `key` names the opinion, so that one that is sent twice counts once. */
export const postOpinion = async (id: number, text: string, key: string): Promise<ProjectDetail> =>
  body('opinions', await request('POST', `projects/${id}/opinions`, { text }, undefined, { 'idempotency-key': key }));
