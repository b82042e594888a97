import { expect, test } from 'vitest';
import { clip, edgesOf, type Triangle } from './edges';
import type { Vec } from './pose';
import { quarterDirection } from './walls';

/** Two triangles a side of a box, each with corners of its own. */
function box(size: Vec): Triangle[] {
  const at = (x: number, y: number, z: number): Vec => [x * size[0], y * size[1], z * size[2]];
  const quads = [0, 1, 2].flatMap((axis) =>
    [0, 1].map((side) => [[0, 0], [1, 0], [1, 1], [0, 1]].map(([u = 0, v = 0]) => {
      const p = [u, v];
      p.splice(axis, 0, side);
      return at(p[0] ?? 0, p[1] ?? 0, p[2] ?? 0);
    })),
  );
  return quads.flatMap(([a, b, c, d]) => (a && b && c && d ? [[a, b, c], [a, c, d]] as Triangle[] : []));
}

test('a_box_has_twelve_edges_and_no_diagonals', () => {
  const edges = edgesOf(box([1, 2, 3]));
  expect(edges).toHaveLength(12);
  expect(edges.map(([a, b]) => Math.hypot(...a.map((part, axis) => part - (b[axis] ?? 0)))).reduce((sum, length) => sum + length)).toBeCloseTo(24);
});

test('an_open_sheet_has_the_edges_of_its_rim', () => {
  expect(edgesOf(box([1, 1, 1]).slice(0, 2))).toHaveLength(4);
});

test('triangles_without_area_have_no_edges', () => {
  expect(edgesOf([[[0, 0, 0], [1, 0, 0], [2, 0, 0]]])).toEqual([]);
});

test('of_an_edge_that_is_cut_the_kept_part_is_left', () => {
  const below = { normal: [0, 0, -1], constant: 1 } as const;
  expect(clip([[0, 0, 0], [0, 0, 2]], [below])).toEqual([[0, 0, 0], [0, 0, 1]]);
  expect(clip([[0, 0, 2], [0, 0, 0]], [below])).toEqual([[0, 0, 1], [0, 0, 0]]);
  expect(clip([[0, 0, 2], [0, 0, 3]], [below])).toBeNull();
  expect(clip([[0, 0, 0], [0, 0, 0.5]], [below])).toEqual([[0, 0, 0], [0, 0, 0.5]]);
});

test('walls_at_right_angles_have_one_direction', () => {
  const turned = (deg: number, length: number): [number, number] => [Math.sin((deg * Math.PI) / 180) * length, Math.cos((deg * Math.PI) / 180) * length];
  expect(quarterDirection([turned(17, 5), turned(107, 2), turned(-163, 5)])).toBeCloseTo(17);
  expect(quarterDirection([0, 30, 60].map((deg) => turned(deg, 1)))).toBeNull();
  expect(quarterDirection([])).toBeNull();
});
