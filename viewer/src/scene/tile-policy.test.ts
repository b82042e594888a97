import { expect, test } from 'vitest';
import { adaptErrorTarget, retryDelay_ms } from './tile-policy';

test('a_full_cache_makes_the_scene_coarser_everywhere', () => {
  expect(adaptErrorTarget(16, 16, 4, 1, true)).toBe(20);
});

test('while_tiles_are_still_loading_nothing_is_judged', () => {
  expect(adaptErrorTarget(16, 16, 4, 1, false)).toBe(16);
});

test('room_in_the_cache_brings_the_wanted_sharpness_back', () => {
  expect(adaptErrorTarget(18, 16, 0, 0.3, true)).toBe(16);
  expect(adaptErrorTarget(18, 16, 0, 0.9, true)).toBe(18);
});

test('the_scene_never_gets_coarser_than_the_limit', () => {
  expect(adaptErrorTarget(96, 16, 9, 1, true)).toBe(96);
});

test('retries_wait_longer_each_time_but_never_longer_than_half_a_minute', () => {
  expect([0, 1, 2, 3, 9].map(retryDelay_ms)).toEqual([2000, 4000, 8000, 16_000, 30_000]);
});
