import { expect, test, vi } from 'vitest';
import type { Drawable } from '../geojson';
import { writeStored } from '../shape-store';
import { cornersOf, drawnHere, hasPlace, placeOfShape, sizeOf, withPlaces } from './project-shapes';

const LINE: Drawable = { kind: 'line', points: [[0, 0, 5], [3, 4, 6], [3, 10.004, 6]], name: '步道' };
const AREA: Drawable = { kind: 'polygon', points: [[0, 0, 0], [0, 10, 0], [20, 10, 0], [20, 0, 0]], name: '' };

test('what_was_drawn_in_this_browser_is_offered_with_the_newest_first', () => {
  const kept = new Map([['twin.drawn.c1', writeStored([LINE, AREA])]]);
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null });
  expect(drawnHere('c1').map(({ kind, name }) => [kind, name])).toEqual([['polygon', ''], ['line', '步道']]);
  expect(drawnHere('c2')).toEqual([]);
  vi.stubGlobal('localStorage', { getItem: () => { throw new Error('denied'); } });
  expect(drawnHere('c1')).toEqual([]);
});

test('lines_and_areas_lie_on_the_ground_to_the_centimetre', () => {
  const [line, area] = [placeOfShape(LINE), placeOfShape(AREA)];
  expect(line).toEqual({ type: 'line', points: [[0, 0], [3, 4], [3, 10]] });
  expect([sizeOf(line), sizeOf(area), cornersOf([line, area])]).toEqual([{ of: 'length', value: 11 }, { of: 'area', value: 200 }, 7]);
  expect(placeOfShape({ kind: 'point', points: [[1.234, 2, 3]], name: '' })).toEqual({ type: 'point', position: { east_m: 1.23, north_m: 2, up_m: 3 } });
  expect(sizeOf({ type: 'polygon', rings: [[[0, 0], [10, 0], [10, 10], [0, 10]], [[2, 2], [2, 4], [4, 4], [4, 2]]] })).toEqual({ of: 'area', value: 96 });
});

test('a_place_is_there_once', () => {
  const places = withPlaces([placeOfShape(LINE)], [placeOfShape(AREA), placeOfShape(LINE), placeOfShape(AREA)]);
  expect([places.length, hasPlace(places, placeOfShape(AREA))]).toEqual([2, true]);
});
