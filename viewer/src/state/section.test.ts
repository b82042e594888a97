import { expect, test } from 'vitest';
import type { LocalBox } from '../api/types';
import { begin, cutFaces, entry_m, flip, halfSpaces, handlesOf, isCut, moved, nearest, planeOfFace, reach, readSection, squareTo, touches, writeSection, type Section, type Vec } from './section';

const box = (east: number, north: number, up: number): LocalBox => ({
  min: { east_m: 0, north_m: 0, up_m: 0 }, max: { east_m: east, north_m: north, up_m: up },
});
const cuts = (cut: Section, ...points: Vec[]): boolean[] => points.map((p) => isCut(halfSpaces(cut), p));

test('a_level_cut_takes_what_is_above_it', () => {
  expect(cuts({ kind: 'level', up_m: 3 }, [1, 1, 2.9], [1, 1, 3], [1, 1, 3.1])).toEqual([false, false, true]);
});

test('an_upright_plane_takes_what_is_nearer_to_who_looks_along_it', () => {
  // Looking north from the south: what is south of the middle goes.
  const plane = begin('plane', box(10, 20, 6), 0) as Section & { kind: 'plane' };
  expect(cuts(plane, [5, 9, 1], [5, 11, 1])).toEqual([true, false]);
  expect(cuts({ ...plane, away_m: 4 }, [5, 13, 1], [5, 15, 1])).toEqual([true, false]);
  expect(cuts(flip({ ...plane, away_m: 4 }), [5, 13, 1], [5, 15, 1])).toEqual([false, true]);
});

test('a_plane_looked_at_from_above_is_a_level', () => {
  expect(cuts({ kind: 'plane', at: [0, 0, 3], heading_deg: 40, tilt_deg: 90, away_m: 0 }, [9, 9, 2.9], [9, 9, 3.1])).toEqual([false, true]);
});

test('a_plane_along_a_face_takes_the_face_and_leaves_what_is_behind_it', () => {
  // A wall that looks east, and a roof that looks up to the south.
  expect(cuts(planeOfFace([10, 5, 2], [1, 0, 0], 0.1), [10, 5, 2], [9.8, 1, 9])).toEqual([true, false]);
  const slope = Math.SQRT1_2;
  expect(cuts(planeOfFace([0, 0, 10], [0, -slope, slope], 0.1), [0, 0, 10], [0, 1, 9.9], [0, -1, 10])).toEqual([true, false, true]);
});

test('a_slice_keeps_what_is_between_two_heights', () => {
  expect(cuts({ kind: 'slice', bottom_m: 3, top_m: 6 }, [0, 0, 2], [0, 0, 4], [0, 0, 7])).toEqual([true, false, true]);
});

test('a_box_keeps_what_is_in_it_and_its_handles_move_one_side_each', () => {
  const cut = begin('box', box(10, 20, 6), 0);
  expect(cuts(cut, [5, 10, 3], [-1, 10, 3], [5, 21, 3])).toEqual([false, true, true]);
  expect(handlesOf(cut, box(10, 20, 6)).map(({ id }) => id)).toEqual(['east', 'west', 'north', 'south', 'top', 'bottom']);
  const narrower = moved(cut, 'east', -5);
  expect(cuts(narrower, [5, 10, 3], [6, 10, 3], [-0.4, 10, 3])).toEqual([false, true, false]);
  // A side cannot pass the one across.
  expect((moved(cut, 'top', -99) as Section & { kind: 'box' }).size[2]).toBeCloseTo(0.1);
});

test('without_a_section_nothing_is_cut', () => {
  expect(isCut(halfSpaces(null), [9, 9, 9])).toBe(false);
});

test('a_ray_enters_what_is_kept_where_it_meets_the_cut', () => {
  const kept = halfSpaces({ kind: 'level', up_m: 3 });
  expect(entry_m(kept, [0, 0, 10], [0, 0, -1])).toBeCloseTo(7);
  expect(entry_m(kept, [0, 0, 1], [0, 0, -1])).toBe(0);
});

test('the_face_of_a_level_cut_is_the_whole_plan_and_that_of_a_slant_is_within_the_box', () => {
  const [level] = cutFaces(halfSpaces({ kind: 'level', up_m: 3 }), box(10, 20, 6));
  expect(level?.polygon.map((p) => p.map((m) => Math.abs(Math.round(m)))).sort()).toEqual([[0, 0, 3], [0, 20, 3], [10, 0, 3], [10, 20, 3]]);
  const slant = cutFaces(halfSpaces({ kind: 'plane', at: [5, 10, 3], heading_deg: 30, tilt_deg: 20, away_m: 0 }), box(10, 20, 6));
  expect(slant[0]?.polygon.length).toBeGreaterThan(2);
  expect(slant[0]?.polygon.every(([e, n, u]) => e > -1e-6 && e < 10.001 && n > -1e-6 && n < 20.001 && u > -1e-6 && u < 6.001)).toBe(true);
});

test('a_plane_reaches_the_corners_of_the_box_and_no_farther', () => {
  const plane = (heading_deg: number) => begin('plane', box(10, 20, 6), heading_deg) as Section & { kind: 'plane' };
  expect(reach(plane(0), box(10, 20, 6))[1]).toBeCloseTo(10);
  expect(reach(plane(90), box(10, 20, 6))[1]).toBeCloseTo(5);
  expect(reach(plane(45), box(10, 20, 6))[1]).toBeCloseTo(15 * Math.SQRT1_2);
});

test('only_what_loses_something_is_touched', () => {
  expect([2, 7].map((up_m) => touches(halfSpaces({ kind: 'level', up_m }), box(10, 20, 6)))).toEqual([true, false]);
});

test('an_address_brings_back_the_same_section', () => {
  const all: Section[] = [
    { kind: 'plane', at: [1.25, -2, 3], heading_deg: -45.5, tilt_deg: 12, away_m: 0.5 }, { kind: 'level', up_m: 13.5 },
    { kind: 'slice', bottom_m: 1, top_m: 4.2 }, { kind: 'slice', bottom_m: 13.5, top_m: 13.6 }, { kind: 'box', at: [1, 2, 3], size: [4, 5, 6], heading_deg: 30 },
  ];
  expect(all.map((cut) => readSection(writeSection(cut)))).toEqual(all);
});

test('an_address_that_makes_no_sense_cuts_nothing', () => {
  const bad = ['', 'level', 'level,', 'level,1e9', 'level,Infinity', 'level,1,2', 'slice,4,3', 'box,1,2,3,4,5,-6,0', 'plane,0,0,0,0,91,0', 'ball,1', 'level,0x10', null];
  expect(bad.map(readSection)).toEqual(bad.map(() => null));
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
