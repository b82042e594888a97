import { expect, test } from 'vitest';
import type { Indicator, Problem } from '../../api/checkups';
import type { ModelObject } from '../../api/types';
import { readLink } from '../permalink';
import { byDimension, percent, shareOf, sitesOf, standing, urgencyOf } from './checkups';
import { beginOf, dayOf, endOf, lastDayOf } from './checkups-days';
import { faultsOf, numberOf, readDrafts } from './checkups-drafts';
import { inModel } from './checkups-place';
import { able, byVersion, countBy, narrowed } from './checkups-problems';
import { changedFigures, mostChanged } from './checkups-report';
import { tableText } from './table';

const box = { min: { east_m: 0, north_m: 0, up_m: 0 }, max: { east_m: 10, north_m: 10, up_m: 20 } };
const object = (id: string, of: ModelObject['class'], more: Partial<ModelObject> = {}): ModelObject => ({ id, class: of, bounds: box, ...more });
const OBJECTS = [
  object('building/b1', 'building', { zone: 'zone/z1' }),
  object('building/b2', 'building', { zone: 'zone/z2' }),
  object('zone/z1', 'zone'),
  object('community/c', 'community'),
  object('bim/x', 'building', { bim: { source: 'bim-b1', global_id: 'x', ifc_class: 'IfcBuilding' } }),
  object('storey/s', 'storey'),
];
const indicator = (code: string, dimension: string, more: Partial<Indicator> = {}): Indicator =>
  ({ code, name: { zh: code }, dimension: { zh: dimension }, family: 'physical', unit: '1', levels: ['building'], counts: {}, direction: 'less_is_better', min: 0, max: 3, thresholds: { ordinary: 1, urgent: 3 }, limits: { ordinary_d: 1, pressing_d: 1, urgent_d: 1 }, supplier: {}, ...more });
const problem = (id: number, more: Partial<Problem> = {}): Problem =>
  ({ id, check_up: 1, indicator: 'gas', object: 'building/b1', zone: 'zone/z1', urgency: 'ordinary', found: 'ordinary', severity: 'ordinary', state: 'found', due: '2026-12-01T00:00:00Z', version: 1, value: 1, threshold: 1, because: {}, ...more }) as Problem;
const GAS = indicator('gas', '住房');
const RATE = indicator('rate', '街区', { direction: 'more_is_better', max: 100, thresholds: { ordinary: 90, pressing: 70 } });
const BY_CODE = new Map([GAS, RATE].map((one) => [one.code, one]));

test('a_check_up_of_zones_looks_at_them_and_at_what_stands_in_them', () => {
  const ids = (zones: string[]): string[] => sitesOf({ zones }, OBJECTS).map(({ id }) => id);
  expect(ids([])).toEqual(['building/b1', 'building/b2', 'zone/z1', 'community/c', 'bim/x']);
  expect(ids(['zone/z1'])).toEqual(['building/b1', 'zone/z1']);
  expect(sitesOf({}, OBJECTS).at(-1)?.model).toBe('bim-b1');
});

test('a_value_is_as_urgent_as_the_worst_threshold_that_it_reaches', () => {
  expect([0, 1, 2, 3].map((value) => urgencyOf(GAS, value))).toEqual([null, 'ordinary', 'ordinary', 'urgent']);
  // Where more is better a threshold itself is still good.
  expect([90, 89.9, 70, 69].map((value) => urgencyOf(RATE, value))).toEqual([null, 'ordinary', 'ordinary', 'pressing']);
});

test('progress_is_summed_by_dimension_and_is_not_complete_before_all_is_there', () => {
  const progress = [{ indicator: 'gas', values: 199, objects: 200 }, { indicator: 'rate', values: 0, objects: 1 }];
  expect(byDimension([GAS, RATE]).map(({ key, indicators }) => [key, percent(shareOf(progress, indicators))])).toEqual([['住房', 99], ['街区', 0]]);
  expect(percent({ values: 0, objects: 0 })).toBe(0);
});

test('what_is_gone_is_neither_to_decide_nor_decided', () => {
  const figures = [{ urgency: 'urgent', state: 'found', problems: 2 }, { urgency: 'urgent', state: 'gone', problems: 5 }, { urgency: 'ordinary', state: 'confirmed', problems: 1 }] as const;
  expect([standing(figures), standing(figures, 'urgent')]).toEqual([{ all: 3, decided: 1 }, { all: 2, decided: 0 }]);
});

test('days_are_those_of_the_community', () => {
  expect(dayOf('2025-12-31T16:00:00Z')).toBe('2026-01-01');
  expect([beginOf('2026-01-01'), endOf('2026-12-31')]).toEqual(['2026-01-01T00:00:00+08:00', '2027-01-01T00:00:00+08:00']);
  expect(lastDayOf('2027-01-01T00:00:00+08:00')).toBe('2026-12-31');
});

test('numbers_are_read_as_phones_write_them', () => {
  expect(['', ' 2 ', '２．５', '1,5', '.5', '−3', '0。4'].map(numberOf)).toEqual([null, 2, 2.5, 1.5, 0.5, -3, 0.4]);
  for (const text of ['two', '1e3', '1 2', '1.2.3', '0x10', '-']) expect(numberOf(text), text).toBeNaN();
});

test('drafts_that_cannot_be_read_are_none', () => {
  for (const text of ['', '{', '{}', '[1]', '[["gas"]]', '[["gas:b",{"text":1}]]']) expect(readDrafts(1, 'li', { getItem: () => text }).size).toBe(0);
});

test('errors_of_the_server_find_their_field', () => {
  expect([...faultsOf(['values[12].note: too long', 'something else'])]).toEqual([[12, { field: 'note', words: 'too long' }]]);
});

test('problems_are_narrowed_and_the_most_urgent_comes_first', () => {
  const all = [problem(1), problem(2, { urgency: 'urgent', due: '2027-01-01T00:00:00Z' }), problem(3, { urgency: 'urgent' }), problem(4, { indicator: 'rate', zone: null, state: 'confirmed' })];
  const ids = (by: object): number[] => narrowed(all, { urgency: '', state: '', dimension: '', zone: '', ...by }, BY_CODE).map(({ id }) => id);
  expect(ids({})).toEqual([3, 2, 1, 4]);
  expect([ids({ urgency: 'urgent' }), ids({ dimension: '街区' }), ids({ zone: 'none' }), ids({ state: 'found', zone: 'zone/z1' })]).toEqual([[3, 2], [4], [4], [3, 2, 1]]);
});

test('a_decision_takes_those_that_it_is_possible_with_by_the_version_that_was_seen', () => {
  const all = [problem(1), problem(2, { state: 'confirmed', version: 2 }), problem(3, { state: 'dismissed' }), problem(4, { state: 'gone' })];
  expect((['confirm', 'change', 'dismiss'] as const).map((decision) => able(all, decision).map(({ id }) => id))).toEqual([[1, 3], [1, 2, 3], [1, 2]]);
  expect([...byVersion(able(all, 'change'))]).toEqual([[1, [1, 3]], [2, [2]]]);
});

test('problems_are_counted_by_what_is_asked_for', () => {
  expect([...countBy([problem(1), problem(2, { urgency: 'urgent' }), problem(3, { zone: null })], ({ zone }) => zone ?? 'none')]).toEqual([['zone/z1', { urgent: 1, pressing: 0, ordinary: 1 }], ['none', { urgent: 0, pressing: 0, ordinary: 1 }]]);
});

test('a_comparison_tells_what_got_worse_first_and_the_greatest_step_before_others', () => {
  const values = [
    { indicator: 'gas', object: 'b1', before: 0, now: 1, change: 'worse' }, { indicator: 'gas', object: 'b2', before: 0, now: 3, change: 'worse' },
    { indicator: 'gas', object: 'b3', before: 2, now: 0, change: 'better' }, { indicator: 'gas', object: 'b4', before: 1, now: 1, change: 'same' },
  ] as const;
  expect(mostChanged({ values: [...values] }, BY_CODE).map(({ object: at }) => at)).toEqual(['b2', 'b1', 'b3']);
  const figures = [{ indicator: 'gas', better: 1, worse: 2, same: 1, new: 0, gone: 0 }, { indicator: 'rate', better: 0, worse: 0, same: 0, new: 3, gone: 0 }];
  expect(changedFigures({ values: [], figures }, [RATE, GAS]).map(({ indicator: { code }, worse }) => [code, worse])).toEqual([['gas', 2]]);
});

test('the_table_of_problems_opens_in_a_spreadsheet_and_holds_no_formula', () => {
  const table = tableText([problem(1, { reason: '=1+1, "x"' })], [{ head: '编号', of: ({ id }) => id }, { head: '理由', of: ({ reason }) => reason ?? '' }]);
  expect(table).toBe('\ufeff编号,理由\r\n1,"\'=1+1, ""x"""\r\n');
});

test('an_object_is_found_in_the_model_by_its_address', () => {
  const read = (of: ModelObject): ReturnType<typeof readLink> => readLink(inModel(of, 'en').slice(2));
  expect(read(object('building/b1', 'building'))).toMatchObject({ pose: { east_m: 5, heading_deg: 0, pitch_deg: -35 }, selection: { type: 'building', id: 'building/b1' }, language: 'en' });
  expect(read(object('bim-b1/2A$x', 'building', { bim: { source: 'bim-b1', global_id: '2A$x', ifc_class: 'IfcBuilding' } })).selection).toMatchObject({ type: 'element', id: 'bim-b1/2A$x' });
  expect(read(object('zone/z1', 'zone')).selection).toBeNull();
});
