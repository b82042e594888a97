import { expect, test } from 'vitest';
import type { LocalBox } from '../api/types';
import { UNCUT, halfSpaces, isCut, nearest, reach_m, squareTo } from './section';

const box = (east: number, north: number, up: number): LocalBox => ({
  min: { east_m: 0, north_m: 0, up_m: 0 }, max: { east_m: east, north_m: north, up_m: up },
});

test('a_level_cut_takes_what_is_above_it', () => {
  const kept = halfSpaces({ ...UNCUT, level_m: 3 }, box(10, 20, 6));
  expect([[1, 1, 2.9], [1, 1, 3], [1, 1, 3.1]].map((p) => isCut(kept, p as [number, number, number]))).toEqual([false, false, true]);
});

test('an_upright_cut_takes_what_is_nearer_to_who_looks_along_it', () => {
  // Looking north from the south: what is south of the middle goes.
  const kept = halfSpaces({ ...UNCUT, upright: { heading_deg: 0, away_m: 0 } }, box(10, 20, 6));
  expect([isCut(kept, [5, 9, 1]), isCut(kept, [5, 11, 1])]).toEqual([true, false]);
  const farther = halfSpaces({ ...UNCUT, upright: { heading_deg: 0, away_m: 4 } }, box(10, 20, 6));
  expect([isCut(farther, [5, 13, 1]), isCut(farther, [5, 15, 1])]).toEqual([true, false]);
});

test('what_either_of_two_cuts_takes_is_gone', () => {
  const kept = halfSpaces({ level_m: 3, upright: { heading_deg: 90, away_m: 0 } }, box(10, 20, 6));
  expect([isCut(kept, [9, 1, 1]), isCut(kept, [9, 1, 5]), isCut(kept, [1, 1, 1])]).toEqual([false, true, true]);
});

test('without_a_cut_nothing_is_gone', () => {
  expect(isCut(halfSpaces(UNCUT, box(1, 1, 1)), [9, 9, 9])).toBe(false);
});

test('an_upright_cut_reaches_the_corners_of_the_box_and_no_farther', () => {
  expect(reach_m(box(10, 20, 6), 0)).toBeCloseTo(10);
  expect(reach_m(box(10, 20, 6), 90)).toBeCloseTo(5);
  expect(reach_m(box(10, 20, 6), 45)).toBeCloseTo(15 * Math.SQRT1_2);
});

test('the_nearest_box_is_chosen_and_the_first_where_nobody_stands', () => {
  const far = { bounds: { min: { east_m: 50, north_m: 0, up_m: 0 }, max: { east_m: 60, north_m: 9, up_m: 0 } } };
  const list = [{ bounds: box(1, 9, 2) }, far];
  expect(nearest(list, { east_m: 40, north_m: 0 })).toBe(far);
  expect(nearest(list, null)).toBe(list[0]);
  expect(nearest([], null)).toBeNull();
});

test('a_cut_is_square_to_the_walls_that_are_nearest_to_the_view', () => {
  expect([squareTo(17, 10), squareTo(80, 10), squareTo(-50, 10), squareTo(190, 10)]).toEqual([10, 100, -80, 190]);
  expect(squareTo(17.4, null)).toBe(17);
});
