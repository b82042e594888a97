// Programming of a renewal (更新策划), as the server keeps it: resources, needs, tasks, and the tasks that follow by rule.
//
// In: questions, what people write and decide. Out: what the server answered. Called by the pages of programming.
import { tableType } from './checkups';
import { address, body, get, request } from './client';
import type { components } from './schema.gen';

type Schemas = components['schemas'];
export type Amount = Schemas['Amount'];
export type GeneratedTasks = Schemas['GeneratedTasks'];
export type Need = Schemas['Need'];
export type NeedDeed = Schemas['NeedDeed'];
export type NeedDetail = Schemas['NeedDetail'];
export type NeedEntry = Schemas['NeedEntry'];
export type NeedFigures = Schemas['NeedFigures'];
export type NeedPatch = Schemas['NeedPatch'];
export type NeedPlan = Schemas['NeedPlan'];
export type NeedRow = Schemas['NeedRow'];
export type NeedState = Schemas['NeedState'];
export type Resource = Schemas['Resource'];
export type ResourceDeed = Schemas['ResourceDeed'];
export type ResourceDetail = Schemas['ResourceDetail'];
export type ResourceEntry = Schemas['ResourceEntry'];
export type ResourceFigures = Schemas['ResourceFigures'];
export type ResourceImport = Schemas['ResourceImport'];
export type ResourceMatch = Schemas['ResourceMatch'];
export type ResourcePatch = Schemas['ResourcePatch'];
export type ResourcePlan = Schemas['ResourcePlan'];
export type ResourceRow = Schemas['ResourceRow'];
export type ResourceState = Schemas['ResourceState'];
export type Task = Schemas['Task'];
export type TaskDeed = Schemas['TaskDeed'];
export type TaskDetail = Schemas['TaskDetail'];
export type TaskDraw = Schemas['TaskDraw'];
export type TaskEntry = Schemas['TaskEntry'];
export type TaskFigures = Schemas['TaskFigures'];
export type TaskPatch = Schemas['TaskPatch'];
export type TaskPlan = Schemas['TaskPlan'];
export type TaskProposal = Schemas['TaskProposal'];
export type TaskQuestion = Schemas['TaskQuestion'];
export type TaskRow = Schemas['TaskRow'];
export type TaskState = Schemas['TaskState'];

/** What is done with a member of a list: what, what is said with it, and the version that was seen. */
export interface Action<D extends string> {
  readonly deed: D;
  readonly text?: string;
  readonly version: number;
}

/** A page of a list, whichever it is. */
export interface Page<R> {
  readonly rows: readonly R[];
  readonly total: number;
  readonly next: number | null;
}

/** A list of programming: its pages, one of it, and what is written into it. `key` names what is entered, so that it is entered once. */
export interface List<R, D, P, C, A extends string, F> {
  readonly page: (query: Readonly<Record<string, string>>, before: number | null, signal?: AbortSignal) => Promise<Page<R>>;
  readonly figures: (signal?: AbortSignal) => Promise<F>;
  readonly one: (id: number, signal?: AbortSignal) => Promise<D>;
  readonly enter: (plan: P, key: string) => Promise<{ readonly id: number }>;
  readonly change: (id: number, patch: C) => Promise<D>;
  readonly act: (id: number, action: Action<A>) => Promise<D>;
}

function listAt<R, D, P, C, A extends string, F>(path: 'resources' | 'needs' | 'tasks'): List<R, D, P, C, A, F> {
  return {
    page: async (query, before, signal) => {
      const search = new URLSearchParams({ ...query, ...(before === null ? {} : { before: String(before) }) });
      const page = await get<Readonly<Record<string, unknown>> & { readonly total: number; readonly next?: number | null }>(`${path}?${search.toString()}`, signal);
      return { rows: page[path] as readonly R[], total: page.total, next: page.next ?? null };
    },
    figures: (signal) => get(`${path}/figures`, signal),
    one: (id, signal) => get(`${path}/${id}`, signal),
    enter: async (plan, key) => body(path, await request('POST', path, plan, undefined, { 'idempotency-key': key })),
    change: async (id, patch) => body(path, await request('PATCH', `${path}/${id}`, patch)),
    act: async (id, action) => body('deeds', await request('POST', `${path}/${id}/deeds`, action)),
  };
}

export const resources: List<ResourceRow, ResourceDetail, ResourcePlan, ResourcePatch, ResourceDeed, ResourceFigures> = listAt('resources');
export const needs: List<NeedRow, NeedDetail, NeedPlan, NeedPatch, NeedDeed, NeedFigures> = listAt('needs');
export const tasks: List<TaskRow, TaskDetail, TaskPlan, TaskPatch, TaskDeed, TaskFigures> = listAt('tasks');

/** Most of a page, as the server gives them. */
const PAGE = 1000;

/** All of a list that answer `query`. */
export async function allOf<R>(list: Pick<List<R, unknown, unknown, unknown, string, unknown>, 'page'>, query: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<readonly R[]> {
  const found: R[] = [];
  for (let before: number | null = null; ; ) {
    const page: Page<R> = await list.page({ ...query, limit: String(PAGE) }, before, signal);
    found.push(...page.rows);
    if (page.next === null) return found;
    before = page.next;
  }
}

/** The tasks that follow by rule; nothing is stored. */
export const previewTasks = async (question: TaskQuestion): Promise<GeneratedTasks> => body('generate', await request('POST', 'tasks/generate?dry_run=true', question));

export const resourceTemplate = (format: 'csv' | 'xlsx', language: string): string => address(`/api/v1/resources/template?format=${format}&lang=${language}`);

export const importResources = async (table: Blob, dryRun: boolean): Promise<ResourceImport> =>
  body('import', await request('POST', `resources/import?dry_run=${dryRun}`, table, undefined, { 'content-type': await tableType(table) }));
