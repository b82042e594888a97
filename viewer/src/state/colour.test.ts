import { beforeAll, expect, test, vi } from 'vitest';
import type { Thing, Value } from './things';

let colour: typeof import('./colour');

beforeAll(async () => {
  // Settings read the browser when they are first imported.
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  colour = await import('./colour');
});

const thing = (id: string, values: Record<string, Value>): Thing => ({ id, of: 'building', name: undefined, at: { east_m: 0, north_m: 0, up_m: 0 }, values: new Map(Object.entries(values)) });

test('every_thing_has_a_place_in_the_legend_and_is_counted_once', () => {
  const list = [thing('a', { 'property:storeys': 5 }), thing('b', { 'property:storeys': 6 }), thing('c', { 'property:storeys': 7 }), thing('d', {})];
  const { numeric, entries, places } = colour.legendOf(list, { ...colour.begin('building', 'property:storeys'), classes: 3 });
  expect(numeric).toBe(true);
  expect(entries.map(({ count }) => count)).toEqual([1, 1, 1, 0, 1]);
  expect(entries[places.get('d') ?? -1]?.what).toBe('missing');
  expect(entries.reduce((sum, { count }) => sum + count, 0)).toBe(list.length);
});

test('words_are_classes_of_their_own', () => {
  const { numeric, entries } = colour.legendOf([thing('a', { use: 'shop' }), thing('b', { use: 'home' }), thing('c', { use: 'home' })], colour.begin('building', 'use'));
  expect(numeric).toBe(false);
  expect(entries[0]).toEqual({ what: { word: 'home' }, count: 2 });
});

test('a_choice_survives_the_address', () => {
  for (const one of [
    colour.begin('building', 'property:year_built'),
    { ...colour.begin('device', 'stream:fill_pct'), method: 'own' as const, own: [20, 80], only: 2 },
    { ...colour.begin('element', 'class'), method: 'equal' as const, classes: 3 },
  ]) {
    expect(colour.readChoice(colour.writeChoice(one))).toEqual(one);
  }
});

test('what_an_address_should_not_say_is_not_taken', () => {
  for (const text of [null, '', 'building', 'car/colour/quantile5', 'building/x/own,alert', `building/${'x'.repeat(200)}/quantile5`]) expect(colour.readChoice(text)).toBeNull();
  expect(colour.readChoice('building/x/quantile9/-3')).toMatchObject({ classes: 7, only: null });
});
