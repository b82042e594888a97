// Values of an indicator at buildings: at which level they were assessed, and which keys name one.
import { beforeAll, expect, test, vi } from 'vitest';
import type { ModelObject } from '../api/types';

let colour: typeof import('./colour');
let indicators: typeof import('./indicators');

beforeAll(async () => {
  // Settings read the browser when they are first imported.
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  colour = await import('./colour');
  indicators = await import('./indicators');
});

const at = (id: string, zone?: string): ModelObject => ({ id, ...(zone ? { zone } : {}) }) as ModelObject;
const ZONES = [at('zone/a'), at('zone/b')];
const HOUSES = [at('building/1', 'zone/a'), at('building/2', 'zone/a'), at('building/3', 'zone/b'), at('building/4')];

function check(objects: Record<string, number>, level: string, values: Record<string, number>): void {
  const found = indicators.valuesOfBuildings(Object.fromEntries(Object.entries(objects).map(([id, value]) => [id, { value }])), HOUSES, ZONES);
  expect([found.level, Object.fromEntries(found.values)]).toEqual([level, values]);
}

test('a_building_has_its_own_value_and_none_of_its_neighbourhood_beside_it', () => {
  check({ 'building/1': 2, 'zone/a': 40 }, 'building', { 'building/1': 2 });
});

test('a_neighbourhood_gives_its_value_to_its_buildings_alone', () => {
  check({ 'zone/a': 40, 'community/x': 90 }, 'neighbourhood', { 'building/1': 40, 'building/2': 40 });
});

test('the_community_gives_its_value_to_all', () => {
  check({ 'community/x': 90 }, 'community', { 'building/1': 90, 'building/2': 90, 'building/3': 90, 'building/4': 90 });
});

test('no_value_at_all_colours_nothing', () => check({}, 'community', {}));

test('an_indicator_of_a_check_up_is_a_key_that_the_address_can_have', () => {
  const { indicatorKey, readIndicatorKey } = indicators;
  const { readChoice, writeChoice } = colour;
  expect(readIndicatorKey(indicatorKey(7, 'housing_gas'))).toEqual({ checkUp: 7, code: 'housing_gas' });
  for (const wrong of ['indicator:x:y', 'indicator:1:', 'indicator:1:a b', 'property:x']) expect(readIndicatorKey(wrong)).toBeNull();
  const text = `building/${indicatorKey(7, 'housing_gas')}/quantile5`;
  expect(writeChoice(readChoice(text))).toBe(text);
  expect(readChoice(`device/${indicatorKey(7, 'housing_gas')}/quantile5`)).toBeNull();
});
