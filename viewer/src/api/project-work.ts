// What is done with projects of renewal by those who work on them.
//
// In: what people write. Out: the project as the server then keeps it. Called by the pages of the work on renewal; apart
// from `projects.ts`, which residents' phones fetch.
import { body, get, request } from './client';
import type { ProjectDetail, ProjectOpinion, ProjectPage } from './projects';
import type { components } from './schema.gen';

type Schemas = components['schemas'];
export type CheckUpProblem = Schemas['CheckUpProblem'];
export type Department = Schemas['ProjectDepartment'];
export type DepartmentWord = Schemas['DepartmentWord'];
export type OpinionPage = Schemas['OpinionPage'];
export type ProgressDraft = Schemas['ProgressDraft'];
export type ProjectAction = Schemas['ProjectAction'];
export type ProjectDeed = Schemas['ProjectDeed'];
export type ProjectEffect = Schemas['ProjectEffect'];
export type ProjectPatch = Schemas['ProjectPatch'];
export type ProjectPlace = Schemas['ProjectPlace'];
export type ProjectPlan = Schemas['ProjectPlan'];
export type ProjectStep = Schemas['ProjectStep'];
export type ReportBody = Schemas['ReportBody'];
export type Stance = Schemas['DepartmentStance'];
export type TrailPage = Schemas['TrailPage'];

const post = async <T>(path: string, content: unknown, more?: Record<string, string>): Promise<T> => body(path, await request('POST', path, content, undefined, more));

/** `key` names the plan, so that one that is sent twice begins one project. */
export const beginProject = (plan: ProjectPlan, key: string): Promise<Schemas['Project']> => post('projects', plan, { 'idempotency-key': key });

export const changePlan = async (id: number, patch: ProjectPatch): Promise<ProjectDetail> => body('projects', await request('PATCH', `projects/${id}`, patch));

export const actOnProject = (id: number, action: ProjectAction): Promise<ProjectDetail> => post(`projects/${id}/deeds`, action);

export const askDepartments = (id: number, departments: readonly string[]): Promise<ProjectDetail> => post(`projects/${id}/departments`, { departments });

export const recordDepartment = (id: number, word: DepartmentWord): Promise<ProjectDetail> => post(`projects/${id}/department-opinions`, word);

export const answerOpinion = (id: number, opinion: number, text: string): Promise<ProjectDetail> => post(`projects/${id}/opinions/${opinion}/answer`, { text });

export const tellProgress = (id: number, told: ProgressDraft): Promise<ProjectDetail> => post(`projects/${id}/progress`, told);

/** A page of what was said, those after `after`. */
export const getOpinionPage = (id: number, after: number | null, signal?: AbortSignal): Promise<OpinionPage> =>
  get(`projects/${id}/opinions?limit=100${after === null ? '' : `&after=${after}`}`, signal);

/** Older entries of what happened, those before `before`. */
export const getTrail = (id: number, before: number): Promise<TrailPage> => get(`projects/${id}/trail?limit=100&before=${before}`);

/** A problem of a check-up, which a project answers. */
export const getCheckUpProblem = async (checkUp: number, problem: number, signal?: AbortSignal): Promise<CheckUpProblem> =>
  (await get<Schemas['CheckUpProblemDetail']>(`check-ups/${checkUp}/problems/${problem}`, signal)).problem;

/** Most projects of a page of the list, as the server gives them. */
const PAGE = 1000;

/** All projects that answer `query`, up to `most` of them; `total` says how many there are. */
export async function getAllProjects(query: Readonly<Record<string, string>>, most: number, signal?: AbortSignal): Promise<ProjectPage> {
  const found: ProjectPage['projects'] = [];
  for (let before: number | null = null; ; ) {
    const search = new URLSearchParams({ ...query, limit: String(PAGE), ...(before !== null && { before: String(before) }) });
    const page: ProjectPage = await get(`projects?${search.toString()}`, signal);
    found.push(...page.projects);
    if (page.next === undefined || page.next === null || found.length >= most) return { projects: found, total: page.total };
    before = page.next;
  }
}

export type { ProjectOpinion };
