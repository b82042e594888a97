import { expect, test } from 'vitest';
import { A4, partsOf } from './picture';

test('a_sheet_of_a4_has_the_pixels_of_300_dots_an_inch', () => {
  expect(A4).toEqual({ width_px: 3508, height_px: 2480 });
});

test('parts_cover_a_picture_once', () => {
  const parts = partsOf(A4, { width_px: 1440, height_px: 900 });
  expect(parts).toHaveLength(9);
  expect(parts.reduce((sum, [, , width, height]) => sum + width * height, 0)).toBe(3508 * 2480);
  expect(parts.at(-1)).toEqual([2880, 1800, 628, 680]);
});
