import { expect, test, vi } from 'vitest';

vi.hoisted(() => vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined }));

import { Governor } from './quality';

const frames = (governor: Governor, count: number, ms: (at: number) => number): number => {
  let changes = 0;
  for (let at = 0; at < count; at++) if (governor.note(ms(at))) changes++;
  return changes;
};

test('slow_frames_step_down_to_the_least_and_no_further', () => {
  const governor = new Governor();
  expect(frames(governor, 1000, () => 80)).toBe(3);
  expect(governor.step).toBe(0);
});

test('a_single_hitch_changes_nothing', () => {
  const governor = new Governor();
  expect(frames(governor, 1000, (at) => (at % 10 === 0 ? 400 : 16))).toBe(0);
});

test('a_machine_that_is_slow_only_at_the_finest_does_not_swing', () => {
  const governor = new Governor();
  // Twenty minutes at thirty to sixty frames a second.
  const changes = frames(governor, 60_000, () => (governor.step === 3 ? 60 : 16));
  expect(changes).toBeLessThan(20);
  expect(frames(governor, 24 * 100, () => (governor.step === 3 ? 60 : 16))).toBeLessThanOrEqual(2);
});

test('between_slow_and_quick_it_rests', () => {
  const governor = new Governor();
  frames(governor, 24 * 2, () => 60);
  const before = governor.step;
  expect(frames(governor, 5000, () => 33)).toBe(0);
  expect(governor.step).toBe(before);
});
