// What can be said of devices, buildings and elements alike: values under keys, for colours and tables.
//
// In: state. Out: things with their values. Fetched with the tools that need it.
import { computed, signal } from '@preact/signals-core';
import { getObjects } from '../api/client';
import type { DeviceView, LocalizedText, LocalPoint, ModelObject } from '../api/types';
import { devices } from './devices';
import { valuesUnder } from './indicators';
import { middleOf } from './section';
import { buildings, kinds, publication } from './session';
import { openModels } from './models';

export type ThingClass = 'device' | 'building' | 'element';
export const THING_CLASSES: readonly ThingClass[] = ['building', 'element', 'device'];

export type Value = number | string | boolean | null;

export interface Thing {
  readonly id: string;
  readonly of: ThingClass;
  readonly name: LocalizedText | undefined;
  readonly at: LocalPoint;
  /** Under `kind`, `status`, `zone`, `class`, …, `property:<name>` or `stream:<id>`. */
  readonly values: ReadonlyMap<string, Value>;
}

/** Elements of all models, once somebody needs them. */
export const elements = signal<readonly ModelObject[] | 'failed' | null>(null);
let elementsOf = '';

/** Asks for the elements, unless they are there or on their way. */
export function wantElements(): void {
  const version = publication.peek()?.version ?? '';
  if (version === '' || (elementsOf === version && elements.peek() !== 'failed')) return;
  elementsOf = version;
  elements.value = null;
  getObjects('element').then(
    (list) => version === elementsOf && (elements.value = list),
    () => version === elementsOf && (elements.value = 'failed'),
  );
}

const simple = (value: unknown): Value => {
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
};

export function thingOfDevice(device: DeviceView, streams: readonly string[]): Thing {
  const values = new Map<string, Value>([['kind', device.kind], ['status', device.status]]);
  for (const stream of streams) values.set(`stream:${stream}`, device.latest[stream]?.value ?? null);
  return { id: device.id, of: 'device', name: device.name, at: device.position, values };
}

export function thingOfBuilding(building: ModelObject): Thing {
  const values = new Map<string, Value>([['zone', building.zone ?? null]]);
  for (const [name, value] of Object.entries(building.properties ?? {})) values.set(`property:${name}`, simple(value));
  return { id: building.id, of: 'building', name: building.name, at: middleOf(building.bounds), values };
}

export function thingOfElement(element: ModelObject): Thing {
  const { bim, bounds } = element;
  const values = new Map<string, Value>([
    ['class', bim?.ifc_class ?? null],
    ['storey', bim?.storey ?? null],
    ['type', bim?.type_name ?? null],
    ['material', bim?.materials?.length ? bim.materials.join('、') : null],
    ['part', bim?.part ?? null],
    ['model', bim?.source ?? null],
    ['height', Math.round((bounds.max.up_m - bounds.min.up_m) * 1000) / 1000],
  ]);
  return { id: element.id, of: 'element', name: element.name, at: middleOf(bounds), values };
}

/** All things of a class that the scene may show; null while they are on their way. */
const lists = {
  device: computed<readonly Thing[] | null>(() =>
    [...devices.value.values()].map((device) => thingOfDevice(device, Object.keys(kinds.value.get(device.kind)?.streams ?? device.latest))),
  ),
  building: computed<readonly Thing[] | null>(() => (publication.value ? buildings.value.map(thingOfBuilding) : null)),
  element: computed<readonly Thing[] | null>(() => {
    const [list, open] = [elements.value, new Set(openModels.value.map(({ source }) => source))];
    return list === 'failed' || list === null ? null : list.filter(({ bim }) => open.has(bim?.source ?? '')).map(thingOfElement);
  }),
} satisfies Record<ThingClass, unknown>;

export const thingsOf = (of: ThingClass): readonly Thing[] | null => lists[of].value;

/** Keys that occur, in the order in which they first do. */
export const keysOf = (list: readonly Thing[]): readonly string[] => [...new Set(list.flatMap(({ values }) => [...values.keys()]))];

/** The unit of an indicator; of a stream, where all kinds that have it agree. */
export function unitOf(key: string): string {
  const indicator = valuesUnder(key)?.indicator;
  // What is counted has the unit 1 of the code of units, which nobody writes.
  if (indicator) return indicator.unit === '1' ? '' : indicator.unit;
  const stream = key.replace(/^stream:/, '');
  if (stream === key) return /_(m|m2|m3)$/.exec(key)?.[1] ?? (key === 'height' ? 'm' : '');
  const units = new Set([...kinds.value.values()].flatMap(({ streams }) => streams[stream]?.unit ?? []));
  return units.size === 1 ? ([...units][0] ?? '') : '';
}
