// Search across everything: devices, zones and buildings here, storeys, elements and spaces of building
// models on the server, by name, id, class, type, material and any property.
//
// In: the text of the search field. Out: groups of what was found, best first. What is asked waits
// until typing pauses; a newer question cancels an older one. Fetched with the first text.
import { computed, effect, signal } from '@preact/signals-core';
import { getObject } from '../api/client';
import { getFeatures, getQueryables, type Feature } from '../api/search';
import type { DeviceView, LocalizedText, ModelObject } from '../api/types';
import { dictionary, named } from '../i18n';
import { goToElement } from './bim';
import { devices, filter } from './devices';
import { models, showModel } from './models';
import { buildings, kinds, publication, zones } from './session';
import { language } from './settings';
import { severity } from './status';
import { command } from './view';

export type FoundKind = 'devices' | 'zones' | 'buildings' | 'storeys' | 'elements' | 'spaces';

/** Something of a building model. */
export interface Found {
  readonly id: string;
  readonly name: LocalizedText;
  readonly ifcClass: string;
  readonly source: string;
  readonly storey: string | null;
  readonly typeName: string;
}

/** What the server says about one collection: null while it is asked. */
export type Answer = { readonly found: readonly Found[]; readonly matched: number } | 'failed' | null;

const REMOTE = ['storeys', 'elements', 'spaces'] as const;
/** Shown of a group; more words find fewer. */
export const SHOWN = 20;
const PAUSE_MS = 250;

/** The words of a text, lower case; all of them must be found. */
export const wordsOf = (text: string): string[] => text.trim().toLowerCase().split(/\s+/).filter(Boolean).slice(0, 4);

export const searchWords = computed(() => wordsOf(filter.value.text));

/** Names and values of properties as both languages write them. */
function propertyTexts(object: ModelObject): string[] {
  return Object.entries(object.properties ?? {}).flatMap(([key, value]) =>
    (['zh', 'en'] as const).flatMap((which) => {
      const { propertyNames, propertyValues } = dictionary(which);
      const name = (propertyNames as Readonly<Record<string, string>>)[key] ?? key;
      const word = (propertyValues as Readonly<Record<string, string>>)[String(value)] ?? String(value);
      // What is not there is not found by its name.
      return value === false || value === null ? [] : [`${name} ${word}`];
    }),
  );
}

const fits = (texts: readonly (string | null | undefined)[], words: readonly string[]): boolean => {
  const all = texts.filter(Boolean).join('\n').toLowerCase();
  return words.every((word) => all.includes(word));
};

/** Names that begin with what was typed come first, then those that hold it, then the rest. */
function ranked<T>(list: readonly T[], nameOf: (one: T) => string, words: readonly string[]): T[] {
  const first = words[0] ?? '';
  const rank = (name: string): number => (name.startsWith(first) ? 0 : name.includes(first) ? 1 : 2);
  const collator = new Intl.Collator(language.value === 'zh' ? 'zh-CN' : 'en', { numeric: true });
  return list
    .map((one) => ({ one, name: nameOf(one).toLowerCase() }))
    .sort((a, b) => rank(a.name) - rank(b.name) || collator.compare(a.name, b.name))
    .map(({ one }) => one);
}

export function findDevices(all: Iterable<DeviceView>, words: readonly string[]): DeviceView[] {
  const list = [...all].filter(({ id, name, kind, status }) => {
    const of = kinds.value.get(kind)?.name;
    return fits([id, name.zh, name.en, of?.zh, of?.en, dictionary('zh').status[status], dictionary('en').status[status]], words);
  });
  return ranked(list, ({ id, name }) => named(name, language.value, id), words).sort((a, b) => severity(b.status) - severity(a.status));
}

export function findObjects(all: readonly ModelObject[], words: readonly string[]): ModelObject[] {
  const zoneText = (id: string | null | undefined): string => {
    const zone = zones.value.find((one) => one.id === id);
    return `${zone?.name?.zh ?? ''} ${zone?.name?.en ?? ''}`;
  };
  const list = all.filter((one) => fits([one.id, one.name?.zh, one.name?.en, zoneText(one.zone), ...propertyTexts(one)], words));
  return ranked(list, ({ id, name }) => named(name, language.value, id), words);
}

export const foundDevices = computed(() => (searchWords.value.length > 0 ? findDevices(devices.value.values(), searchWords.value) : []));
export const foundZones = computed(() => (searchWords.value.length > 0 ? findObjects(zones.value, searchWords.value) : []));
export const foundBuildings = computed(() => (searchWords.value.length > 0 ? findObjects(buildings.value, searchWords.value) : []));
export const answers = signal<ReadonlyMap<(typeof REMOTE)[number], Answer>>(new Map());

/** A word as a condition: in any text of a feature, or as the figure of a property. */
export function condition(word: string, types: ReadonlyMap<string, string>): string {
  const text = word.replace(/[\\%_]/g, '\\$&').replaceAll("'", "''");
  const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  const names = [...types].filter(([name, type]) => type === 'string' && !['parent', 'zone', 'source', 'storey'].includes(name)).map(([name]) => name);
  const parts = names.map((name) => `CASEI(${quoted(name)}) LIKE CASEI('%${text}%')`);
  if (/^-?\d+(\.\d+)?$/.test(word)) {
    // Figures of position are no properties.
    const figures = [...types].filter(([name, type]) => (type === 'number' || type === 'integer') && name.includes('.')).map(([name]) => name);
    parts.push(...figures.map((name) => `${quoted(name)} = ${word}`));
  }
  return `(${parts.join(' OR ')})`;
}

const queryables = new Map<string, Promise<ReadonlyMap<string, string>>>();

function typesOf(collection: string, version: string, stop: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const key = `${version} ${collection}`;
  const known = queryables.get(key) ?? getQueryables(collection, stop);
  queryables.set(key, known);
  known.catch(() => queryables.delete(key));
  return known;
}

function foundOf({ id, properties: p }: Feature): Found {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { id, name: { zh: text(p.name_zh) || null, en: text(p.name_en) || null }, ifcClass: text(p.ifc_class), source: text(p.source), storey: text(p.storey) || null, typeName: text(p.type_name) };
}

/** Asks the server about each new text until the returned function is called. */
export function startSearch(): () => void {
  const key = computed(() => searchWords.value.join(' '));
  return effect(() => {
    const words = wordsOf(key.value);
    const version = publication.value?.version;
    answers.value = new Map();
    if (words.length === 0 || version === undefined || models.value.length === 0) return;
    const stop = new AbortController();
    answers.value = new Map(REMOTE.map((name) => [name, null]));
    const timer = setTimeout(() => {
      for (const collection of REMOTE) {
        const put = (answer: Answer): void => {
          if (!stop.signal.aborted) answers.value = new Map(answers.peek()).set(collection, answer);
        };
        ask(collection, words, version, stop.signal).then(put, () => put('failed'));
      }
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  });
}

async function ask(collection: string, words: readonly string[], version: string, stop: AbortSignal): Promise<Answer> {
  const types = await typesOf(collection, version, stop);
  // Each word is a long condition; addresses have an end.
  const filter = words.slice(0, 2).map((word) => condition(word, types)).join(' AND ');
  const { features, matched } = await getFeatures(collection, filter, SHOWN, stop);
  return { found: features.map(foundOf), matched };
}

/** Goes to something of a building model. */
export async function goToFound(found: Found): Promise<void> {
  const object = await getObject(found.id, new AbortController().signal);
  if (object.class === 'storey') {
    showModel(found.source);
    command({ do: 'box', box: object.bounds, away: 1.1 });
  } else goToElement(object);
}

export function goToZone(zone: ModelObject): void {
  command({ do: 'box', box: zone.bounds, away: 1.1 });
}

