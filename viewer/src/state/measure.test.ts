import { expect, test } from 'vitest';
import { addPoint, csv, draft, figures, finish, kind, list, main, readMeasurements, takeBack, writeMeasurements, type Vec } from './measure';

test('a_polyline_has_legs_and_their_sum', () => {
  const { legs_m, length_m } = figures([[0, 0, 0], [3, 4, 0], [3, 4, 12]]);
  expect([legs_m, length_m]).toEqual([[5, 12], 17]);
});

test('a_height_is_told_upright_level_and_slant', () => {
  expect(figures([[0, 0, 10], [3, 4, 22]])).toMatchObject({ rise_m: 12, level_m: 5, slant_m: 13 });
});

test('a_roof_has_a_larger_surface_than_plan', () => {
  // 10 m by 4 m on the map, rising 3 m over the 4.
  const roof: Vec[] = [[0, 0, 0], [10, 0, 0], [10, 4, 3], [0, 4, 3]];
  const { level_m2, surface_m2, around_m } = figures(roof);
  expect([level_m2, surface_m2, around_m]).toEqual([40, 50, 30]);
});

test('a_ring_far_from_the_origin_loses_nothing', () => {
  const far = 50_000;
  expect(figures([[far, far, 9], [far + 1, far, 9], [far + 1, far + 1, 9], [far, far + 1, 9]]).level_m2).toBeCloseTo(1, 9);
});

test('an_angle_is_that_at_the_second_point', () => {
  expect(figures([[1, 0, 0], [0, 0, 0], [0, 0, 5]]).angle_deg).toBeCloseTo(90);
  expect(figures([[1, 0, 0], [0, 0, 0], [1, 0, 0]]).angle_deg).toBe(0);
});

test('a_height_is_done_with_its_second_point_and_a_point_can_be_taken_back', () => {
  kind.value = 'height';
  addPoint([0, 0, 0]);
  takeBack();
  addPoint([0, 0, 1]);
  addPoint([0, 0, 1]);
  expect(draft.value).toHaveLength(1);
  addPoint([0, 0, 4]);
  expect([draft.value.length, list.value.map(main)]).toEqual([0, [{ value: 3, unit: 'm' }]]);
  kind.value = 'distance';
  addPoint([0, 0, 0]);
  finish();
  expect(list.value).toHaveLength(1);
});

test('an_address_brings_back_measurements_to_the_centimetre', () => {
  const text = 'd:1.25,-2,3;4,5,6:东墙/a:0,0,0;1,0,0;1,1,0';
  expect(writeMeasurements(readMeasurements(text))).toBe(text);
  expect(writeMeasurements([{ id: 1, kind: 'distance', points: [[1.23456, 0, 0], [2, 0, 0]], name: 'a/b:c' }])).toBe('d:1.23,0,0;2,0,0:a b c');
});

test('an_address_that_makes_no_sense_measures_nothing', () => {
  for (const bad of ['', 'd', 'd:', 'd:1,2,3', 'q:1,2,3;4,5,6', 'd:1,2;3,4', 'd:1,2,x;4,5,6', 'd:1e9,0,0;1,1,1', 'h:0,0,0;1,1,1;2,2,2', 'd:Infinity,0,0;1,1,1']) {
    expect(readMeasurements(bad)).toEqual([]);
  }
});

test('more_than_an_address_holds_leaves_out_the_oldest', () => {
  const many = Array.from({ length: 90 }, (_, i) => ({ id: i, kind: 'distance' as const, points: [[i, 0, 0], [i, 1, 0]] as Vec[], name: '很长的名字很长的名字' }));
  const text = writeMeasurements(many) ?? '';
  expect(encodeURIComponent(text).length).toBeLessThanOrEqual(3900);
  expect(readMeasurements(text).at(-1)?.points[0]).toEqual([89, 0, 0]);
});

test('a_table_keeps_names_apart_and_lets_none_be_a_formula', () => {
  const [, row] = csv([{ id: 1, kind: 'distance', points: [[0, 0, 0], [0, 0, 2]], name: '' }], () => '=1+"2"').split('\r\n');
  expect(row).toBe(`"'=1+""2""",distance,2,2,0,2,,,,,0.000 0.000 0.000; 0.000 0.000 2.000`);
});
