// Colour by a property or a stream: what was chosen, the classes that follow, and which thing is in which.
//
// In: the choice, things of state. Out: signals for the card and for what paints; a part of the address.
import { computed, signal } from '@preact/signals-core';
import { METHODS, MOST_CLASSES, breaksOf, categoriesOf, classAt, rampStep, readNumbers, type Method } from './classes';
import { readIndicatorKey, valuesUnder } from './indicators';
import { linkPart } from './link-parts';
import { THING_CLASSES, keysOf, thingsOf, type Thing, type ThingClass, type Value } from './things';

export interface Choice {
  readonly of: ThingClass;
  readonly key: string;
  readonly method: Method;
  readonly classes: number;
  readonly own: readonly number[];
  /** The class that is shown alone: its place in the legend. */
  readonly only: number | null;
}

export const choice = signal<Choice | null>(null);

export const begin = (of: ThingClass, key: string): Choice => ({ of, key, method: 'quantile', classes: 5, own: [], only: null });

export interface Entry {
  /** What is counted: from, inclusive, to, exclusive; a word; all other words; nothing known. */
  readonly what: { readonly from: number | null; readonly to: number | null } | { readonly word: string } | 'others' | 'missing';
  readonly count: number;
}

export interface Legend {
  readonly numeric: boolean;
  readonly entries: readonly Entry[];
  /** The place in the legend of each thing. */
  readonly places: ReadonlyMap<string, number>;
}

/** Whether a key has numbers only. */
export function isNumeric(values: readonly Value[]): boolean {
  const known = values.filter((value) => value !== null);
  return known.length > 0 && known.every((value) => typeof value === 'number');
}

/** The legend of things, of those that can have the key at all. */
export function legendOf(list: readonly Thing[], now: Choice): Legend {
  const concerned = list.filter(({ values }) => values.has(now.key) || now.of === 'building');
  const valueOf = (thing: Thing): Value => thing.values.get(now.key) ?? null;
  const values = concerned.map(valueOf);
  const numeric = isNumeric(values) || now.key.startsWith('stream:') || readIndicatorKey(now.key) !== null;
  const numbers = values.filter((value) => typeof value === 'number');
  const breaks = numeric ? breaksOf(numbers, now.method, now.classes, now.own) : [];
  const words = numeric ? [] : categoriesOf(values);
  const whats: Entry['what'][] = numeric
    ? Array.from({ length: breaks.length + 1 }, (_, i) => ({ from: breaks[i - 1] ?? null, to: breaks[i] ?? null }))
    : words.map((word) => ({ word }));
  const [others, missing] = [whats.length, whats.length + 1];
  const placeOf = (value: Value): number => {
    if (value === null) return missing;
    if (numeric) return classAt(Number(value), breaks);
    const at = words.indexOf(String(value));
    return at < 0 ? others : at;
  };
  const places = new Map(concerned.map((thing) => [thing.id, placeOf(valueOf(thing))]));
  const counts = Array.from({ length: missing + 1 }, () => 0);
  for (const at of places.values()) counts[at] = (counts[at] ?? 0) + 1;
  return { numeric, places, entries: [...whats, 'others' as const, 'missing' as const].map((what, at) => ({ what, count: counts[at] ?? 0 })) };
}

/** Things with what a check-up says of them; null while that is not there. */
function withIndicator(list: readonly Thing[] | null, key: string): readonly Thing[] | null {
  if (readIndicatorKey(key) === null) return list;
  const found = valuesUnder(key);
  return found ? (list?.map((thing) => ({ ...thing, values: new Map([[key, found.values.get(thing.id) ?? null]]) })) ?? null) : null;
}

export const legend = computed<Legend | null>(() => {
  const now = choice.value;
  const list = now ? withIndicator(thingsOf(now.of), now.key) : null;
  return now && list ? legendOf(list, now) : null;
});

/** The custom property that has the colour of a place in a legend. */
export function tokenOf({ numeric, entries }: Legend, at: number): string {
  const what = entries[at]?.what;
  if (what === 'missing' || what === undefined) return '--none';
  if (what === 'others') return '--others';
  return numeric ? `--ramp-${rampStep(at, entries.length - 2) + 1}` : `--hue-${at + 1}`;
}

/** Keys by which things of a class can be coloured: what all share tells nothing, what none share neither. */
export function keysToColour(of: ThingClass): readonly string[] {
  const list = thingsOf(of) ?? [];
  return keysOf(list).filter((key) => {
    if (key === 'status') return false;
    const values = new Set(list.map(({ values: all }) => all.get(key) ?? null));
    const words = [...values].filter((value) => typeof value === 'string').length;
    return values.size > 1 && (words < 60 || of === 'element');
  });
}

const SEPARATOR = '/';

export function writeChoice(now: Choice | null): string | null {
  if (!now) return null;
  const { of, key, method, classes, own, only } = now;
  return [of, key, method === 'own' ? own.join(',') : `${method}${classes}`, ...(only === null ? [] : [only])].join(SEPARATOR);
}

export function readChoice(text: string | null): Choice | null {
  const [of, key, how = '', only] = (text ?? '').split(SEPARATOR);
  const known = THING_CLASSES.find((one) => one === of);
  if (!known || !key || key.length > 120 || (known !== 'building' && readIndicatorKey(key) !== null)) return null;
  const [, name, count] = /^(quantile|equal)(\d)$/.exec(how) ?? [];
  const method = METHODS.find((one) => one === name) ?? 'own';
  const own = method === 'own' ? readNumbers(how) : [];
  if (!own) return null;
  const classes = Math.min(Math.max(Number(count ?? 5), 2), MOST_CLASSES);
  const at = Number(only);
  return { of: known, key, method, classes, own, only: only !== undefined && Number.isInteger(at) && at >= 0 && at < 12 ? at : null };
}

export const startColourLink = (): (() => void) =>
  linkPart('c', { write: () => writeChoice(choice.value), read: (text) => void (choice.value = readChoice(text)) });
