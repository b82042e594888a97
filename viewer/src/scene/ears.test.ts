import { expect, test } from 'vitest';
import { triangles } from './ears';

type Point = readonly [number, number];
const areaOf = (ring: readonly Point[]): number =>
  triangles(ring).reduce((sum, corners) => {
    const [a, b, c] = corners.map((i) => ring[i] ?? [0, 0]) as [Point, Point, Point];
    return sum + Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) / 2;
  }, 0);

test('triangles_cover_a_ring_once_whichever_way_round_it_goes', () => {
  const el: Point[] = [[0, 0], [4, 0], [4, 1], [1, 1], [1, 3], [0, 3]];
  expect(areaOf(el)).toBeCloseTo(6);
  expect(areaOf([...el].reverse())).toBeCloseTo(6);
  expect(triangles(el)).toHaveLength(4);
});

test('a_ring_that_crosses_itself_or_has_no_area_ends', () => {
  expect(triangles([[0, 0], [2, 2], [2, 0], [0, 2]]).length).toBeLessThan(3);
  expect(triangles([[0, 0], [1, 0], [2, 0], [3, 0]]).length).toBeLessThan(2);
  expect(triangles([[0, 0], [1, 0]])).toEqual([]);
});
