// Displays of a command centre's wall: what the server keeps of them, and the requests of walls.
//
// In: ids. Out: displays with their entity tags, alarms of a time, steps of history. Called by state/wall.
import { address, body, get, request } from './client';
import type { Alarm } from './types';
import type { components } from './schema.gen';

export type ManyAggregates = components['schemas']['ManyAggregates'];
type AlarmPage = components['schemas']['AlarmPage'];

type Schemas = components['schemas'];
/** The server writes these always; in what is sent they may be left out. */
type Whole<T, K extends keyof T> = Omit<T, K> & { readonly [key in K]-?: Fixed<NonNullable<T[key]>> };
type Fixed<T> = T extends (infer One)[] ? readonly One[] : T;

export type PanelName = Schemas['PanelName'];
export type DisplayPose = Schemas['DisplayPose'];
export type TourStop = Whole<Schemas['TourStop'], 'panels'>;
export type TrendSeries = Schemas['TrendSeries'];
export type Trend = Omit<Schemas['Trend'], 'series'> & { readonly series: readonly TrendSeries[] };
export type VideoKind = Schemas['VideoKind'];
export type Video = Schemas['Video'];
export type Contact = Whole<Schemas['Contact'], 'phone' | 'role'>;
export type EmergencyPlan = Omit<Whole<Schemas['EmergencyPlan'], 'kinds' | 'devices' | 'steps' | 'panels'>, 'contacts' | 'area'> & {
  readonly contacts: readonly Contact[];
  readonly area?: readonly (readonly [number, number])[] | null;
};
export type DisplayState = Schemas['DisplayState'];
export type DisplayEvent = Schemas['DisplayEvent'];

/** What someone writes. */
export interface DisplayContent extends Pick<Schemas['DisplayContent'], 'name'> {
  readonly tour: readonly TourStop[];
  readonly trends: readonly Trend[];
  readonly videos: readonly Video[];
  readonly plans: readonly EmergencyPlan[];
}

export type Display = DisplayContent & Omit<Schemas['Display'], keyof Schemas['DisplayContent']>;

const path = (id: string): string => `displays/${encodeURIComponent(id)}`;

export const getDisplays = async (): Promise<readonly Display[]> => (await get<{ displays: readonly Display[] }>('displays')).displays;

/** A display as it is, and the tag that a change must name. */
export async function getDisplay(id: string): Promise<{ display: Display; tag: string | null }> {
  const response = await request('GET', path(id));
  return { display: await body(path(id), response), tag: response.headers.get('etag') };
}

/** Stores a display; `tag` is what it must still have, null for one that is new. */
export async function putDisplay(id: string, content: DisplayContent, tag: string | null): Promise<{ display: Display; tag: string | null }> {
  const response = await request('PUT', path(id), content, undefined, tag === null ? { 'if-none-match': '*' } : { 'if-match': tag });
  return { display: await body(path(id), response), tag: response.headers.get('etag') };
}

export async function deleteDisplay(id: string, tag: string | null): Promise<void> {
  await request('DELETE', path(id), undefined, undefined, tag === null ? {} : { 'if-match': tag });
}

/** Switches a display to a plan, or back to ordinary. */
export async function putDisplayState(id: string, plan: string | null): Promise<void> {
  await request('PUT', `${path(id)}/state`, plan === null ? { mode: 'ordinary' } : { mode: 'emergency', plan });
}

/** The history of streams in about `points` steps since an instant. */
export const getAggregates = (series: readonly TrendSeries[], from: Date, points: number, signal: AbortSignal): Promise<ManyAggregates> =>
  get(`aggregates?streams=${series.map(({ device, stream }) => encodeURIComponent(`${device}:${stream}`)).join(',')}&from=${from.toISOString()}&points=${points}`, signal);

/** The newest alarms that opened since an instant, up to the limit of a page, and how many there are in all. */
export async function getAlarmsSince(from: Date, signal: AbortSignal): Promise<{ alarms: readonly Alarm[]; total: number }> {
  const { alarms, counts } = await get<AlarmPage>(`alarms?from=${from.toISOString()}&limit=1000`, signal);
  return { alarms, total: counts.filter(({ state }) => state !== 'suppressed').reduce((sum, count) => sum + count.alarms, 0) };
}

/** Takes care of an alarm, as whoever is signed in. */
export const acknowledge = async (id: number): Promise<Alarm> => body('alarms', await request('POST', `alarms/${id}/acknowledge`, {}));

/** Whether the server answers; throws if it does not. */
export async function askHealth(signal: AbortSignal): Promise<void> {
  const response = await fetch(address('/health/live'), { cache: 'no-store', signal });
  if (!response.ok) throw new Error(`health answered ${response.status}`);
}

/** The page that this one was loaded from, as the server has it now. */
export async function getOwnPage(signal: AbortSignal): Promise<string> {
  const response = await fetch(location.pathname + location.search, { cache: 'no-store', headers: { accept: 'text/html' }, signal });
  if (!response.ok) throw new Error(`own page answered ${response.status}`);
  return response.text();
}
