import { expect, test } from 'vitest';
import { declutter, type Mark } from './declutter';

const mark = (id: string, x: number, y: number, rank = 0): Mark => ({ id, x, y, rank });

test('symbols_that_do_not_touch_stand_alone', () => {
  expect(declutter([mark('a', 0, 0), mark('b', 100, 0)], 40)).toHaveLength(2);
});

test('the_most_important_symbol_is_the_head_of_its_group', () => {
  const groups = declutter([mark('lamp', 0, 0), mark('alarm', 10, 5, 4), mark('bin', 12, 0)], 40);
  expect(groups).toEqual([{ head: 'alarm', members: ['alarm', 'bin', 'lamp'] }]);
});

test('every_symbol_is_in_exactly_one_group_whatever_the_order', () => {
  const marks = Array.from({ length: 500 }, (_, i) => mark(`d${i}`, (i * 37) % 800, (i * 91) % 600, i % 5));
  const groups = declutter(marks, 36);
  expect(groups.flatMap((g) => g.members).sort()).toEqual(marks.map((m) => m.id).sort());
  expect(declutter([...marks].reverse(), 36)).toEqual(groups);
});
