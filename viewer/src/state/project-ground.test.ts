// Heights of projects that a map has no heights for.
import { expect, test } from 'vitest';
import type { LocalBox } from '../api/types';
import { onGround } from './project-ground';

const box = (east_m: number, from_m: number, to_m: number): LocalBox => ({ min: { east_m, north_m: 0, up_m: from_m }, max: { east_m: east_m + 10, north_m: 10, up_m: to_m } });
const HOUSES = [{ bounds: box(0, 13.6, 30) }, { bounds: box(500, 20, 40) }];

test('what_is_flat_stands_on_the_ground_of_the_nearest_building', () => {
  expect(onGround(box(480, 0, 0), HOUSES)).toEqual(box(480, 20, 20));
});

test('what_has_a_height_keeps_it_and_without_buildings_nothing_is_made_up', () => {
  expect(onGround(box(480, 13, 30), HOUSES)).toEqual(box(480, 13, 30));
  expect(onGround(box(480, 0, 0), [])).toEqual(box(480, 0, 0));
  expect(onGround(undefined, HOUSES)).toBeNull();
});
