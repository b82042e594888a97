import { beforeAll, expect, test, vi } from 'vitest';
import type { Thing, Value } from './things';

let table: typeof import('./table');

beforeAll(async () => {
  // Settings read the browser when they are first imported.
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  table = await import('./table');
});

const thing = (id: string, values: Record<string, Value> = {}): Thing => ({ id, of: 'device', name: { zh: id, en: id }, at: { east_m: 0, north_m: 0, up_m: 0 }, values: new Map(Object.entries(values)) });
const writing = { value: (_: string, value: Value) => (value === null ? '' : String(value)), name: (one: Thing) => one.id, locale: 'zh-CN' };
const seen = (...ids: string[]): Map<string, number> => new Map(ids.map((id, i) => [`device ${id}`, i * 10]));
const ids = (rows: readonly { thing: Thing }[]): string[] => rows.map((row) => row.thing.id);

test('only_what_is_in_view_has_a_row_and_the_nearest_is_first', () => {
  const rows = table.rowsOf([thing('c'), thing('a'), thing('far')], seen('a', 'c'), ['name'], '', { key: 'distance', down: false }, writing);
  expect(ids(rows)).toEqual(['a', 'c']);
});

test('numbers_sort_as_numbers_and_what_has_none_comes_last_both_ways', () => {
  const list = [thing('a', { v: 9 }), thing('b', { v: null }), thing('c', { v: 10 })];
  const by = (down: boolean): string[] => ids(table.rowsOf(list, seen('a', 'b', 'c'), ['v'], '', { key: 'v', down }, writing));
  expect([by(false), by(true)]).toEqual([['a', 'c', 'b'], ['c', 'a', 'b']]);
});

test('the_filter_looks_at_what_is_shown_only', () => {
  const list = [thing('a', { kind: 'Lamp', secret: 'x' }), thing('b', { kind: 'lift' })];
  const found = (text: string): string[] => ids(table.rowsOf(list, seen('a', 'b'), ['kind'], text, { key: 'distance', down: false }, writing));
  expect([found('LAMP'), found('x'), found('')]).toEqual([['a'], [], ['a', 'b']]);
});

test('a_table_is_written_with_its_heads', () => {
  const rows = [{ thing: thing('灯,1', { v: 1.25 }), distance_m: 12.345 }];
  expect(table.csv(rows, ['name', 'v', 'distance'], ['名称', 'v', '距离 (m)'], writing)).toBe('\ufeff名称,v,距离 (m)\r\n"灯,1",1.25,12.3\r\n');
});

test('an_address_without_the_table_closes_it', async () => {
  const { readLinkParts } = await import('./link-parts');
  const { tool } = await import('./tools');
  const stop = table.startTableLink();
  readLinkParts(new Map([['o', 'device/name/up']]));
  expect(tool.value).toBe('table');
  readLinkParts(new Map());
  expect(tool.value).toBeNull();
  stop();
});
