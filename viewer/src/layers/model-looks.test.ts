import { beforeAll, expect, test, vi } from 'vitest';
import type { lookOfModels as Look } from './model-looks';

let lookOfModels: typeof Look;

beforeAll(async () => {
  // Settings read the browser when they are first imported.
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  ({ lookOfModels } = await import('./model-looks'));
});

const storeyOf = new Map([['a/door', 'a/1'], ['a/roof', 'a/2'], ['b/door', 'b/1']]);
const ids = ['a/door', 'a/roof', 'a/site', 'b/door'];
const hidden = (look: ReturnType<typeof Look>): string[] => ids.filter((id) => look(id) === 'hidden');

test('a_storey_alone_hides_what_is_elsewhere_in_its_model_and_nothing_of_others', () => {
  expect(hidden(lookOfModels(null, { source: 'a', storey: 'a/1' }, storeyOf))).toEqual(['a/roof', 'a/site']);
});

test('nothing_is_hidden_before_it_is_known_what_is_where', () => {
  expect(hidden(lookOfModels(null, { source: 'a', storey: 'a/1' }, null))).toEqual([]);
  expect(hidden(lookOfModels('a/door', null, storeyOf))).toEqual([]);
});

test('the_selected_element_is_tinted_unless_it_is_hidden', () => {
  expect(lookOfModels('a/door', null, null)('a/door')).toHaveLength(4);
  expect(lookOfModels('a/roof', { source: 'a', storey: 'a/1' }, storeyOf)('a/roof')).toBe('hidden');
});
