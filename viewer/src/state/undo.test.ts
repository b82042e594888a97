import { signal } from '@preact/signals-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { canRedo, canUndo, redo, remember, startUndo, undo } from './undo';

let stop: (() => void)[] = [];
const rest = (): unknown => vi.advanceTimersByTime(1000);

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  stop.reverse().forEach((one) => one());
  stop = [];
  vi.useRealTimers();
});

function watched(first: number, same?: (a: number, b: number) => boolean) {
  const it = signal(first);
  stop.push(remember('it', { read: () => it.value, write: (value) => (it.value = value), ...(same ? { same } : {}) }));
  stop.push(startUndo());
  rest();
  return it;
}

test('a_step_back_and_forth_brings_back_what_was', () => {
  const it = watched(1);
  for (const value of [2, 3]) {
    it.value = value;
    rest();
  }
  undo();
  expect([it.value, canUndo.value, canRedo.value]).toEqual([2, true, true]);
  rest();
  undo();
  expect([it.value, canUndo.value]).toEqual([1, false]);
  rest();
  redo();
  rest();
  redo();
  expect([it.value, canRedo.value]).toEqual([3, false]);
});

test('what_changes_in_quick_succession_is_one_step', () => {
  const it = watched(1);
  for (const value of [2, 3, 4]) {
    it.value = value;
    vi.advanceTimersByTime(100);
  }
  undo();
  expect(it.value).toBe(1);
});

test('a_flight_of_few_frames_is_one_step', () => {
  const it = signal(1);
  let flying = false;
  stop.push(remember('it', { read: () => it.value, write: (value) => (it.value = value) }));
  stop.push(startUndo(() => flying));
  rest();
  flying = true;
  for (const value of [2, 3, 4]) {
    it.value = value;
    vi.advanceTimersByTime(2000);
  }
  flying = false;
  rest();
  undo();
  expect([it.value, canUndo.value]).toEqual([1, false]);
});

test('a_flight_back_is_no_change_of_its_own', () => {
  const it = watched(1, (a, b) => Math.abs(a - b) < 0.1);
  it.value = 9;
  rest();
  undo();
  it.value = 5;
  vi.advanceTimersByTime(100);
  it.value = 1.01;
  rest();
  expect([canUndo.value, canRedo.value]).toEqual([false, true]);
});

test('a_change_after_a_step_back_forgets_what_would_have_come', () => {
  const it = watched(1);
  it.value = 2;
  rest();
  undo();
  rest();
  it.value = 7;
  rest();
  expect([canUndo.value, canRedo.value]).toEqual([true, false]);
});

test('steps_are_bounded', () => {
  const it = watched(0);
  for (let value = 1; value <= 150; value++) {
    it.value = value;
    rest();
  }
  for (let n = 0; n < 150; n++) {
    undo();
    rest();
  }
  expect(it.value).toBe(50);
});

test('what_joins_later_is_left_alone_by_older_steps', () => {
  const it = watched(1);
  it.value = 2;
  rest();
  const other = signal('a');
  stop.push(remember('other', { read: () => other.value, write: (value) => (other.value = value) }));
  rest();
  other.value = 'b';
  rest();
  undo();
  rest();
  undo();
  expect([it.value, other.value]).toEqual([1, 'a']);
});
