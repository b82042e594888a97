import { beforeAll, expect, test, vi } from 'vitest';
import { readLinkParts } from './link-parts';
import type { Model } from './models';
import { tool } from './tools';
import { remember, startUndo, undo } from './undo';

let compare: typeof import('./compare');

beforeAll(async () => {
  // Settings read the browser when they are first imported.
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  compare = await import('./compare');
});

const at = { east_m: 0, north_m: 0, up_m: 0 };
const model = (source: string, state: Model['state'], replaces: string[]): Model => ({ source, state, replaces, atFirst: state === 'existing', bounds: { min: at, max: at }, scenes: [], spaces: [] });
const ALL = [model('b03', 'existing', ['building/3']), model('b08', 'existing', ['building/8']), model('b03-new', 'proposed', ['building/3'])];
const shown = (text: ReadonlySet<string>): string[] => [...text].sort();

test('at_first_what_exists_stands_against_what_is_planned', () => {
  const { sides } = compare.firstComparison(ALL);
  expect(sides.map(({ models }) => shown(models))).toEqual([['b03', 'b08'], ['b03-new', 'b08']]);
  expect(sides.map((side) => compare.isPlanned(side, ALL))).toEqual([false, true]);
});

test('without_plans_the_survey_stands_against_its_models', () => {
  expect(compare.firstComparison(ALL.slice(0, 2)).sides.map(({ models }) => models.size)).toEqual([0, 2]);
});

test('of_one_place_a_side_shows_one_model', () => {
  expect(shown(compare.withSource(ALL, new Set(['b03', 'b08']), 'b03-new'))).toEqual(['b03-new', 'b08']);
  expect(shown(compare.withSource(ALL, new Set(['b08']), 'b08'))).toEqual([]);
  expect(compare.placesOf(ALL).map((group) => group.map(({ source }) => source))).toEqual([['b03', 'b03-new'], ['b08']]);
});

test('a_comparison_survives_the_address', () => {
  const first = compare.firstComparison(ALL);
  const timed = { beside: true, sides: [{ ...first.sides[0], survey: 'full/2024', at_ms: Date.parse('2026-01-02T03:04:00Z') }, first.sides[1]] as const };
  expect(compare.readComparison(compare.writeComparison(first, 0.25))).toEqual({ comparison: first, at: 0.25 });
  expect(compare.readComparison(compare.writeComparison(timed, 0.25))?.comparison).toEqual(timed);
});

test('an_address_opens_the_comparison_and_one_without_it_closes_it', () => {
  const stop = compare.startCompareLink();
  readLinkParts(new Map([['b', '0.250/a!!/b!!']]));
  expect([tool.value, compare.divider.value]).toEqual(['compare', 0.25]);
  const before = compare.comparison.value;
  compare.moveTo(0.7);
  expect(compare.comparison.value).toBe(before);
  readLinkParts(new Map());
  expect([tool.value, compare.comparison.value]).toEqual([null, null]);
  tool.value = 'measure';
  readLinkParts(new Map());
  expect(tool.value).toBe('measure');
  tool.value = null;
  stop();
});

test('a_step_back_brings_back_what_was_compared', () => {
  vi.useFakeTimers();
  tool.value = 'compare';
  const stops = [remember('comparison', compare.remembered), startUndo()];
  vi.advanceTimersByTime(1000);
  compare.change({ beside: true });
  vi.advanceTimersByTime(1000);
  undo();
  expect([tool.value, compare.comparison.value?.beside]).toEqual(['compare', false]);
  stops.reverse().forEach((stop) => stop());
  tool.value = null;
  vi.useRealTimers();
});

test('what_an_address_should_not_say_is_not_taken', () => {
  for (const text of [null, '', '0.5', '0.5/a', '2/a/b', '0.5/<b>!!/b!!', 'beside/a/b/c']) expect(compare.readComparison(text)).toBeNull();
});
