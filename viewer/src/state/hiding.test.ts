import { beforeEach, expect, test, vi } from 'vitest';
import type { ModelObject } from '../api/types';

vi.hoisted(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
});

import { hiddenKinds } from './devices';
import { anythingHidden, classRule, hiddenParts, hideLink, isGone, readHidden, showEverything, writeHidden } from './hiding';
import { hidden } from './selection';
import { buildings, zones } from './session';

const bounds = { min: { east_m: 0, north_m: 0, up_m: 0 }, max: { east_m: 1, north_m: 1, up_m: 1 } };
const building = (id: string, zone: string): ModelObject => ({ id: `building/${id}`, class: 'building', zone: `zone/${zone}`, bounds });

beforeEach(() => {
  zones.value = [{ id: 'zone/z1', class: 'zone', bounds }];
  buildings.value = [building('a', 'z1'), building('b', 'z1'), building('c', 'z2')];
  showEverything();
});

test('a_zone_whose_buildings_are_all_hidden_is_one_word_of_the_address', () => {
  hidden.value = new Set(['building/a', 'building/b', 'building/c']);
  expect(writeHidden()).toBe('z:z1,b:c');
});

test('what_is_hidden_is_found_again_by_its_address', () => {
  hidden.value = new Set(['building/a']);
  hiddenKinds.value = new Set(['lamp, old']);
  hiddenParts.value = new Set([classRule('m/1', 'IfcWall')]);
  const text = writeHidden();
  showEverything();
  hideLink.read(text);
  expect([[...hidden.value], [...hiddenKinds.value], [...hiddenParts.value]]).toEqual([['building/a'], ['lamp, old'], ['m/1|IfcWall']]);
  hideLink.read(null);
  expect(anythingHidden.value).toBe(false);
});

test('what_an_address_cannot_mean_is_left_out', () => {
  const found = readHidden(`q:x,b:,${'p:'.padEnd(400, 'x')},b:ok`, () => []);
  expect([[...found.buildings], found.parts.size]).toEqual([['building/ok'], 0]);
});

test('a_part_is_gone_by_itself_by_its_storey_or_by_its_class_there', () => {
  const gone = (rule: string): boolean => isGone(new Set([rule]), 'm/wall', 'm/1', 'IfcWall');
  expect(['m/wall', 'm/1', 'm/1|IfcWall', 'm/2', 'm/1|IfcDoor'].map(gone)).toEqual([true, true, true, false, false]);
});
