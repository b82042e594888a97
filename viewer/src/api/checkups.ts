// Check-ups (体检), as the server keeps them: their indicators, values, problems and comparisons.
//
// In: questions, what people give and decide. Out: what the server answered. Called by the pages of check-ups.
import { address, body, get, request } from './client';
import type { components } from './schema.gen';

type Schemas = components['schemas'];
export type CheckUp = Schemas['CheckUp'];
export type CheckUpAction = Schemas['CheckUpAction'];
export type CheckUpDeed = Schemas['CheckUpDeed'];
export type CheckUpDetail = Schemas['CheckUpDetail'];
export type CheckUpDraft = Schemas['CheckUpDraft'];
export type CheckUpPage = Schemas['CheckUpPage'];
export type CheckUpState = Schemas['CheckUpState'];
export type Comparison = Schemas['CheckUpComparison'];
export type Computed = Schemas['ComputedValues'];
export type Indicator = Schemas['Indicator'];
export type IndicatorCatalogue = Schemas['IndicatorCatalogue'];
export type IndicatorImport = Schemas['IndicatorImport'];
export type IndicatorLevel = Schemas['IndicatorLevel'];
export type IndicatorProgress = Schemas['IndicatorProgress'];
export type IndicatorValue = Schemas['IndicatorValue'];
export type Problem = Schemas['CheckUpProblem'];
export type ProblemAction = Schemas['ProblemAction'];
export type ProblemDeed = Schemas['ProblemDeed'];
export type ProblemFigure = Schemas['ProblemFigure'];
export type ProblemState = Schemas['ProblemState'];
export type Urgency = Schemas['Urgency'];
export type ValueChange = Schemas['ValueChange'];
export type ValueComparison = Schemas['ValueComparison'];
export type ValueDraft = Schemas['ValueDraft'];
export type ValueImport = Schemas['ValueImport'];

export const getCheckUps = (query: string, signal?: AbortSignal): Promise<CheckUpPage> => get(`check-ups?${query}`, signal);

export const getCheckUp = (id: number, signal?: AbortSignal): Promise<CheckUpDetail> => get(`check-ups/${id}`, signal);

/** `key` names the draft, so that one that is sent twice plans one check-up. */
export const postCheckUp = async (draft: CheckUpDraft, key: string): Promise<CheckUp> =>
  body('check-ups', await request('POST', 'check-ups', draft, undefined, { 'idempotency-key': key }));

export const actOnCheckUp = async (id: number, action: CheckUpAction): Promise<CheckUpDetail> =>
  body('deeds', await request('POST', `check-ups/${id}/deeds`, action));

/** The indicators of a catalogue; of the one in force without a number. */
export const getIndicators = async (catalogue: number | null, signal?: AbortSignal): Promise<readonly Indicator[]> =>
  (await get<IndicatorCatalogue>(`indicators${catalogue === null ? '' : `?catalogue=${catalogue}`}`, signal)).indicators;

/** The catalogue in force. */
export const getCatalogue = (signal?: AbortSignal): Promise<IndicatorCatalogue> => get('indicators', signal);

export const catalogueAddress = (format: 'csv' | 'xlsx', language: string): string => address(`/api/v1/indicators/template?format=${format}&lang=${language}`);

/** What a table of indicators changes, or would change; with `replace` it is the whole catalogue. */
export const importIndicators = async (table: Blob, replace: boolean, dryRun: boolean): Promise<IndicatorImport> =>
  body('import', await request('POST', `indicators/import?dry_run=${dryRun}&replace=${replace}`, table, undefined, { 'content-type': await tableType(table) }));

/** All pages of a list, one behind the other; `next` is asked for as `after`. */
async function all<P extends { readonly next?: string | number | null }>(path: string, signal?: AbortSignal): Promise<P[]> {
  const pages: P[] = [];
  for (let after: string | number | null | undefined = ''; typeof after === 'string' || typeof after === 'number'; after = pages.at(-1)?.next) {
    pages.push(await get<P>(`${path}${after === '' ? '' : `&after=${encodeURIComponent(after)}`}`, signal));
  }
  return pages;
}

/** The values of a check-up, or those at one object. */
export const getValues = async (id: number, object: string | null, signal?: AbortSignal): Promise<readonly IndicatorValue[]> =>
  (await all<Schemas['ValuePage']>(`check-ups/${id}/values?limit=10000${object === null ? '' : `&object=${encodeURIComponent(object)}`}`, signal)).flatMap(({ values }) => values);

/** The values of one indicator, at whatever it was assessed. */
export const getValuesOf = async (id: number, indicator: string, signal?: AbortSignal): Promise<readonly IndicatorValue[]> =>
  (await all<Schemas['ValuePage']>(`check-ups/${id}/values?limit=10000&indicator=${encodeURIComponent(indicator)}`, signal)).flatMap(({ values }) => values);

export async function putValues(id: number, values: readonly ValueDraft[]): Promise<void> {
  await request('PUT', `check-ups/${id}/values`, { values });
}

/** What browsers call the type of a table depends on what is installed beside them: it is told by its first bytes. */
export async function tableType(table: Blob): Promise<string> {
  const isZip = (await table.slice(0, 2).text()) === 'PK';
  return isZip ? 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' : 'text/csv';
}

export const importValues = async (id: number, table: Blob, dryRun: boolean): Promise<ValueImport> =>
  body('import', await request('POST', `check-ups/${id}/values/import?dry_run=${dryRun}`, table, undefined, { 'content-type': await tableType(table) }));

export const templateAddress = (id: number, format: 'csv' | 'xlsx', language: string): string =>
  address(`/api/v1/check-ups/${id}/values/template?format=${format}&lang=${language}`);

export const computeValues = async (id: number, replace: boolean): Promise<Computed> =>
  body('compute', await request('POST', `check-ups/${id}/compute`, { replace }));

/** The problems of a check-up, and which projects come from each. */
export async function getProblems(id: number, signal?: AbortSignal): Promise<{ readonly problems: readonly Problem[]; readonly projects: ReadonlyMap<number, readonly number[]> }> {
  const pages = await all<Schemas['ProblemPage']>(`check-ups/${id}/problems?limit=1000`, signal);
  const projects = pages.flatMap((page) => page.projects ?? []);
  return { problems: pages.flatMap((page) => page.problems), projects: new Map(projects.map((of) => [of.problem, of.projects])) };
}

export const decideProblems = async (id: number, action: ProblemAction): Promise<readonly Problem[]> =>
  (await body<Schemas['DecidedProblems']>('deeds', await request('POST', `check-ups/${id}/problems/deeds`, action))).problems;

/** The problems of a check-up that are of one indicator at one object. */
export const getProblemsAt = async (id: number, indicator: string, object: string, signal?: AbortSignal): Promise<readonly Problem[]> =>
  (await all<Schemas['ProblemPage']>(`check-ups/${id}/problems?limit=1000&indicator=${encodeURIComponent(indicator)}&object=${encodeURIComponent(object)}`, signal)).flatMap(({ problems }) => problems);

/** What became of each indicator since an earlier check-up, counted. */
export const getChanges = async (id: number, before: number, signal?: AbortSignal): Promise<readonly Schemas['ChangeFigures'][]> =>
  (await get<Comparison>(`check-ups/${id}/compare?with=${before}&limit=1`, signal)).figures ?? [];

/** Two check-ups side by side, all pages as one. */
export async function getComparison(id: number, before: number, signal?: AbortSignal): Promise<Comparison> {
  const pages = await all<Comparison>(`check-ups/${id}/compare?with=${before}&limit=1000`, signal);
  return { figures: pages[0]?.figures ?? [], values: pages.flatMap(({ values }) => values) };
}
