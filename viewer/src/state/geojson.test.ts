import { expect, test } from 'vitest';
import { ImportError, readGeoJson, writeGeoJson, type Drawable, type Frame, type Vec } from './geojson';

/** A frame in which a degree is 100 km, at 120° east and 31° north, and the ground at 5 m. */
const frame: Frame = {
  toEarth: ([e, n, u]) => [120 + e / 1e5, 31 + n / 1e5, u],
  toLocal: ([lon, lat, h]) => [(lon - 120) * 1e5, (lat - 31) * 1e5, h],
  ground: () => 5,
};
const square: Vec[] = [[0, 0, 1], [0, 10, 1], [10, 10, 1], [10, 0, 1]];

test('outer_rings_are_anticlockwise_and_closed', () => {
  const written = JSON.parse(writeGeoJson([{ kind: 'polygon', points: square, name: 'a' }], frame, () => ({ area_m2: 100 }))) as { features: { geometry: { coordinates: number[][][] }; properties: unknown }[] };
  expect(written.features[0]?.geometry.coordinates).toEqual([[[120.0001, 31, 1], [120.0001, 31.0001, 1], [120, 31.0001, 1], [120, 31, 1], [120.0001, 31, 1]]]);
  expect(written.features[0]?.properties).toEqual({ name: 'a', area_m2: 100 });
});

test('what_is_written_is_read_again', () => {
  const shapes: Drawable[] = [
    { kind: 'point', points: [[1, 2, 3]], name: '一' }, { kind: 'line', points: [[0, 0, 0], [5, 5, 5]], name: '' }, { kind: 'polygon', points: [...square].reverse(), name: 'b' },
  ];
  const back = readGeoJson(writeGeoJson(shapes, frame, () => ({})), frame);
  expect(back.map(({ kind, name, points }) => [kind, name, points.length])).toEqual([['point', '一', 1], ['line', '', 2], ['polygon', 'b', 4]]);
  expect(back[1]?.points[1]?.[0]).toBeCloseTo(5, 3);
});

test('positions_without_a_height_lie_on_the_ground', () => {
  expect(readGeoJson('{"type":"Point","coordinates":[120.0001,31]}', frame)[0]?.points[0]?.[2]).toBe(5);
});

test('a_file_that_is_none_says_why', () => {
  const check = (text: string): string => {
    try {
      readGeoJson(text, frame);
    } catch (error) {
      return (error as ImportError).failure;
    }
    return 'taken';
  };
  expect(['{', '[]', '{"type":"Topology"}', '{"type":"Point","coordinates":[200,0]}', '{"type":"Point","coordinates":["1",0]}', '{"type":"Polygon","coordinates":5}'].map(check)).toEqual(
    ['no-json', 'no-geojson', 'no-geojson', 'no-geojson', 'no-geojson', 'no-geojson'],
  );
  expect(check('{"type":"Point","coordinates":[0,0]}')).toBe('too-far');
  expect(check('{"type":"FeatureCollection","features":[]}')).toBe('nothing');
  expect(check(JSON.stringify({ type: 'LineString', coordinates: Array.from({ length: 1001 }, (_, i) => [120 + i / 1e5, 31]) }))).toBe('too-large');
  expect(check(JSON.stringify({ type: 'MultiPoint', coordinates: Array.from({ length: 20_001 }, () => [120, 31]) }))).toBe('too-large');
});
