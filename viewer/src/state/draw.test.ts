import { expect, test, vi } from 'vitest';
import { add, addPoint, chosen, crosses, draft, finish, kind, moveCorner, removeCorner, shapes, type Vec } from './draw';
import { ofSignal, remember, startUndo, undo } from './undo';

const square: Vec[] = [[0, 0, 1], [10, 0, 1], [10, 10, 1], [0, 10, 1]];

test('a_shape_is_kept_once_it_has_corners_enough', () => {
  kind.value = 'polygon';
  square.slice(0, 2).forEach(addPoint);
  finish();
  expect([shapes.value.length, draft.value.length]).toEqual([0, 0]);
  square.forEach(addPoint);
  finish();
  expect(shapes.value.map(({ points }) => points.length)).toEqual([4]);
  kind.value = 'point';
  addPoint([1, 2, 3]);
  expect(shapes.value.map((one) => one.kind)).toEqual(['polygon', 'point']);
});

test('corners_move_and_go_but_a_shape_stays_a_shape', () => {
  add([{ kind: 'polygon', points: square, name: '' }]);
  const id = chosen.value ?? 0;
  const now = (): readonly Vec[] => shapes.value.find((one) => one.id === id)?.points ?? [];
  moveCorner(id, 0, [-1, -1, 0]);
  expect(now()[0]).toEqual([-1, -1, 0]);
  removeCorner(id, 0);
  removeCorner(id, 0);
  expect(now()).toHaveLength(3);
});

test('a_ring_whose_sides_cross_is_told', () => {
  expect(crosses(square)).toBe(false);
  expect(crosses([[0, 0, 0], [10, 10, 0], [10, 0, 0], [0, 10, 0]])).toBe(true);
  expect(crosses(square.slice(0, 3))).toBe(false);
});

test('a_step_back_takes_back_a_moved_corner_and_a_drawn_shape', () => {
  vi.useFakeTimers();
  shapes.value = [];
  const stops = [remember('shapes', ofSignal(shapes)), startUndo()];
  const rest = (): unknown => vi.advanceTimersByTime(1000);
  rest();
  add([{ kind: 'polygon', points: square, name: '' }]);
  rest();
  moveCorner(chosen.value ?? 0, 0, [-1, -1, 0]);
  rest();
  undo();
  expect(shapes.value.map(({ points }) => points)).toEqual([square]);
  rest();
  undo();
  expect(shapes.value).toEqual([]);
  stops.reverse().forEach((stop) => stop());
  vi.useRealTimers();
});
