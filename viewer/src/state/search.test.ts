import { expect, test, vi } from 'vitest';
import type { ModelObject } from '../api/types';

vi.hoisted(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
});

import { condition, findObjects, wordsOf } from './search';

const bounds = { min: { east_m: 0, north_m: 0, up_m: 0 }, max: { east_m: 1, north_m: 1, up_m: 1 } };
const building = (id: string, zh: string, properties = {}): ModelObject => ({ id: `building/${id}`, class: 'building', name: { zh, en: `Building ${id}` }, bounds, properties });
const ALL = [building('b1', '1号楼', { use: 'residential', has_lift: false }), building('b2', '社区中心', { use: 'service', has_lift: true, address: '柳岸路12号' }), building('b11', '11号楼', { year_built: 1994 })];
const found = (text: string): string[] => findObjects(ALL, wordsOf(text)).map(({ id }) => id.slice('building/'.length));

test('a_building_is_found_by_name_id_address_and_property_in_either_language', () => {
  expect(found('社区')).toEqual(['b2']);
  expect(found('B11')).toEqual(['b11']);
  expect(found('柳岸路')).toEqual(['b2']);
  expect(found('住宅')).toEqual(['b1']);
  expect(found('residential')).toEqual(['b1']);
  expect(found('1994')).toEqual(['b11']);
});

test('a_property_that_says_no_is_not_found_by_its_name', () => {
  expect(found('电梯')).toEqual(['b2']);
});

test('all_words_count_and_names_that_begin_with_the_first_lead', () => {
  expect(found('building service')).toEqual(['b2']);
  expect(found('1号')).toEqual(['b1', 'b11']);
});

test('what_is_typed_stays_text_in_the_servers_condition', () => {
  const types = new Map([['name', 'string'], ['A "b".c', 'string'], ['parent', 'string'], ['Qto.Width', 'number'], ['east_m', 'number']]);
  expect(condition("50%_o'x", types)).toBe(`(CASEI("name") LIKE CASEI('%50\\%\\_o''x%') OR CASEI("A ""b"".c") LIKE CASEI('%50\\%\\_o''x%'))`);
  expect(condition('0.9', types)).toContain('"Qto.Width" = 0.9');
  expect(condition('0.9', types)).not.toContain('east_m');
});
