// Buildings coloured by an indicator of a check-up: which check-ups and indicators there are, and the value of each building.
//
// In: the choice of the colours, the server. Out: signals for legend, card and paint. Fetched with the tool that colours.
import { computed, effect, signal, type Signal } from '@preact/signals-core';
import { ApiError } from '../api/client';
import { getAssessed, getCheckUpsOfMap, getIndicatorMap, type CheckUp, type Indicator, type IndicatorMap } from '../api/indicator-map';
import type { ModelObject } from '../api/types';
import { account } from './account';
import { buildings, zones } from './session';

/** What is not there: asked for, not for whoever asks, or out of reach. */
export type Lacking = 'asking' | 'denied' | 'gone' | 'failed';
export type Asked<T> = T | Lacking;

/** Check-ups that can have values, newest first. */
export const checkUps = signal<Asked<readonly CheckUp[]>>('asking');
/** The check-up that the card is open at. */
export const checkUpId = signal<number | null>(null);
/** Its indicators that have values. */
export const assessed = signal<Asked<readonly Indicator[]>>('asking');

/** An indicator of a check-up, as the key of a colouring. */
export const indicatorKey = (checkUp: number, code: string): string => `indicator:${checkUp}:${code}`;

export function readIndicatorKey(key: string): { readonly checkUp: number; readonly code: string } | null {
  const [, checkUp, code] = /^indicator:(\d{1,15}):([\w.-]{1,80})$/.exec(key) ?? [];
  return checkUp === undefined || code === undefined ? null : { checkUp: Number(checkUp), code };
}

/** What a value of a building was assessed at: itself, its neighbourhood or the whole community. */
export type Level = Indicator['levels'][number];

export interface BuildingValues {
  readonly key: string;
  readonly indicator: Indicator;
  /** How many objects have a value, and at which level. */
  readonly level: Level;
  readonly objects: number;
  readonly values: ReadonlyMap<string, number>;
}

const wantedKey = signal('');
const answer = signal<Asked<{ readonly key: string; readonly map: IndicatorMap }>>('asking');
/** Grows when what failed is to be asked again. */
const attempts = signal(0);
const listWanted = signal(false);

/**
 * The value of each building, at the finest level that has any: a number of a whole neighbourhood beside numbers of single
 * houses would compare what cannot be compared.
 */
export function valuesOfBuildings(objects: IndicatorMap['objects'], all: readonly ModelObject[], neighbourhoods: readonly ModelObject[]): Pick<BuildingValues, 'level' | 'objects' | 'values'> {
  const own = new Set(all.map(({ id }) => id));
  const areas = new Set(neighbourhoods.map(({ id }) => id));
  const ids = Object.keys(objects);
  const at = (level: Level): string[] => ids.filter((id) => level === (own.has(id) ? 'building' : areas.has(id) ? 'neighbourhood' : 'community'));
  const level = (['building', 'neighbourhood'] as const).find((one) => at(one).length > 0) ?? 'community';
  const found = at(level);
  const whole = level === 'community' ? found[0] : undefined;
  const values = all.flatMap(({ id, zone }): [string, number][] => {
    const value = objects[whole ?? (level === 'building' ? id : (zone ?? ''))]?.value;
    return value === undefined ? [] : [[id, value]];
  });
  return { level, objects: found.length, values: new Map(values) };
}

/** What buildings are coloured by; what it lacks while it is not there. */
export const indicatorValues = computed<Asked<BuildingValues>>(() => {
  const now = answer.value;
  if (typeof now === 'string') return now;
  if (now.key !== wantedKey.value) return 'asking';
  const { indicator, objects } = now.map;
  return { key: now.key, indicator, ...valuesOfBuildings(objects, buildings.value, zones.value) };
});

/** The values under a key, if they are there. */
export function valuesUnder(key: string): BuildingValues | null {
  const now = indicatorValues.value;
  return typeof now === 'object' && now.key === key ? now : null;
}

/** Says which indicator is looked at; nothing is asked for any other key. */
export function wantIndicator(key: string): void {
  const of = readIndicatorKey(key);
  if (of) [wantedKey.value, checkUpId.value, listWanted.value] = [key, of.checkUp, true];
}

export const wantCheckUps = (): void => void (listWanted.value = true);
export const askAgain = (): void => void (attempts.value += 1);

function whyOf(error: unknown): Lacking {
  if (!(error instanceof ApiError)) return 'failed';
  return error.failure === 'denied' ? 'denied' : error.status === 404 || error.status === 422 ? 'gone' : 'failed';
}

/** Asks anew whenever `key` changes to something, whoever is signed in changes, or again is pressed. */
function ask<T>(into: Signal<Asked<T>>, key: () => string, fetch: (signal: AbortSignal) => Promise<Asked<T>>): void {
  const question = computed(() => (key() === '' ? '' : [key(), account.value?.user?.name, attempts.value].join(' ')));
  effect(() => {
    if (question.value === '') return;
    const stop = new AbortController();
    into.value = 'asking';
    fetch(stop.signal).then(
      (it) => !stop.signal.aborted && (into.value = it),
      (error: unknown) => !stop.signal.aborted && (into.value = whyOf(error)),
    );
    return () => stop.abort();
  });
}

/** Runs for the life of the page. */
export function startIndicators(): void {
  ask(checkUps, () => (listWanted.value ? 'list' : ''), async (stop) => (await getCheckUpsOfMap(stop)).filter(({ state }) => state !== 'planned' && state !== 'cancelled'));
  const chosen = computed(() => (typeof checkUps.value === 'string' ? undefined : checkUps.value.find(({ id }) => id === checkUpId.value)));
  ask(assessed, () => chosen.value?.id.toString() ?? '', async (stop) => {
    const of = chosen.peek();
    return of ? getAssessed(of, stop) : 'gone';
  });
  ask(answer, () => wantedKey.value, async (stop) => {
    const [key, of] = [wantedKey.peek(), readIndicatorKey(wantedKey.peek())];
    return of ? { key, map: await getIndicatorMap(of.checkUp, of.code, stop) } : 'gone';
  });
}
