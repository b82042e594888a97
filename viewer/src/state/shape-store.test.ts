import { expect, test } from 'vitest';
import { MOST, type Drawable, type Vec } from './geojson';
import { readStored, writeStored } from './shape-store';

const ring = (count: number): Vec[] => Array.from({ length: count }, (_, i) => [i / 8, 0 - i, 12_345.678]);

test('a_shape_with_as_many_corners_as_there_may_be_is_kept', () => {
  const shapes: Drawable[] = [{ kind: 'polygon', points: ring(160), name: '东区：一/二' }, { kind: 'line', points: ring(MOST.corners), name: '' }, { kind: 'point', points: ring(1), name: 'a;b' }];
  expect(readStored(writeStored(shapes))).toEqual(shapes);
});

test('a_full_store_leaves_out_the_oldest', () => {
  const many = Array.from({ length: 300 }, (_, i): Drawable => ({ kind: 'line', points: ring(MOST.corners), name: String(i) }));
  const text = writeStored(many);
  expect(text.length).toBeLessThan(4_000_100);
  const back = readStored(text);
  expect(back.at(-1)?.name).toBe('299');
  expect(back.length).toBeLessThan(300);
});

test('what_no_shape_was_written_as_is_not_read', () => {
  const damaged = [
    null, '', '{', '{}', '[1, "a", null]', '[{"kind":"polygon","points":[[0,0,0],[1,0,0]]}]', '[{"kind":"toString","points":[[0,0,0]]}]',
    '[{"kind":"point","points":[[0,0,1e9]]}]', '[{"kind":"point","points":[[0,0,null]]}]', '[{"kind":"point","points":[[0,0]]}]', '[{"kind":"line","points":7}]',
    JSON.stringify([{ kind: 'line', points: ring(MOST.corners + 1), name: '' }]),
  ];
  expect(damaged.map(readStored)).toEqual(damaged.map(() => []));
  expect(readStored(`[{"kind":"point","points":[[1,2,3]],"name":5},{"kind":"point","points":[[1,2,3]],"name":"${'n'.repeat(90)}"}]`).map(({ name }) => name.length)).toEqual([0, 60]);
});
