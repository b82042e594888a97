// Shapes as GeoJSON, and back.
//
// In: shapes in local metres and the way from there to the Earth. Out: a FeatureCollection by RFC 7946:
// longitude, latitude and height above the ellipsoid (WGS 84), outer rings anticlockwise (3.1.6). Pure.
// What is read is hostile: it is checked whole before anything of it is taken.

export type Vec = readonly [number, number, number];
export type ShapeKind = 'polygon' | 'line' | 'point';

export interface Drawable {
  readonly kind: ShapeKind;
  readonly points: readonly Vec[];
  readonly name: string;
}

/** Between the community's frame and the Earth, and down to its ground. */
export interface Frame {
  /** Longitude and latitude in degrees, height in metres. */
  toEarth(p: Vec): Vec;
  toLocal(p: Vec): Vec;
  /** Height of the ground there; null where it is not known. */
  ground(east_m: number, north_m: number): number | null;
}

/** Why a file cannot be taken. */
export type ImportFailure = 'no-json' | 'no-geojson' | 'too-large' | 'too-far' | 'nothing';

export class ImportError extends Error {
  constructor(readonly failure: ImportFailure) {
    super(failure);
  }
}

/** However shapes come, by hand, from a file or out of the browser: so many, with so many corners each; of a file in all `points`. */
export const MOST = { bytes: 5_000_000, shapes: 500, points: 20_000, corners: 1000, name: 60 };
export const LEAST_POINTS: Readonly<Record<ShapeKind, number>> = { polygon: 3, line: 2, point: 1 };
/** Farther from the community than this, a file is of another place. */
const NEAR_M = 50_000;
/** Ten digits of a degree are a hundredth of a millimetre: more than anybody can draw. */
const DEGREE_DIGITS = 9;

const signedArea = (ring: readonly Vec[]): number =>
  ring.reduce((sum, [x, y], i) => {
    const [u, v] = ring[(i + 1) % ring.length] ?? [0, 0];
    return sum + (x * v - u * y) / 2;
  }, 0);

export function writeGeoJson(shapes: readonly Drawable[], frame: Frame, properties: (shape: Drawable) => Record<string, number | string>): string {
  const position = (p: Vec): number[] => {
    const [longitude, latitude, height] = frame.toEarth(p);
    return [Number(longitude.toFixed(DEGREE_DIGITS)), Number(latitude.toFixed(DEGREE_DIGITS)), Number(height.toFixed(3))];
  };
  const geometry = ({ kind, points }: Drawable): object => {
    if (kind === 'point') return { type: 'Point', coordinates: position(points[0] ?? [0, 0, 0]) };
    if (kind === 'line') return { type: 'LineString', coordinates: points.map(position) };
    const ring = signedArea(points) < 0 ? [...points].reverse() : points;
    return { type: 'Polygon', coordinates: [[...ring, ring[0] ?? [0, 0, 0]].map(position)] };
  };
  const features = shapes.map((shape) => ({ type: 'Feature', geometry: geometry(shape), properties: { name: shape.name, ...properties(shape) } }));
  return `${JSON.stringify({ type: 'FeatureCollection', features }, null, 2)}\n`;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads shapes; holes of polygons are left out. Throws an `ImportError`. */
export function readGeoJson(text: string, frame: Frame): Drawable[] {
  if (text.length > MOST.bytes) throw new ImportError('too-large');
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch {
    throw new ImportError('no-json');
  }
  let points = 0;
  const position = (value: unknown): Vec => {
    const [longitude, latitude, height] = Array.isArray(value) ? (value as unknown[]) : [];
    if (typeof longitude !== 'number' || typeof latitude !== 'number' || Math.abs(longitude) > 180 || Math.abs(latitude) > 90) throw new ImportError('no-geojson');
    if (++points > MOST.points) throw new ImportError('too-large');
    const known = typeof height === 'number' && Number.isFinite(height);
    const local = frame.toLocal([longitude, latitude, known ? height : 0]);
    if (!(Math.hypot(local[0], local[1]) < NEAR_M)) throw new ImportError('too-far');
    return known ? local : [local[0], local[1], frame.ground(local[0], local[1]) ?? local[2]];
  };
  const list = (value: unknown): unknown[] => {
    if (!Array.isArray(value)) throw new ImportError('no-geojson');
    return value;
  };
  const ring = (value: unknown): Vec[] => {
    const all = list(value).map(position);
    const [first, last] = [all[0], all.at(-1)];
    return first && last && all.length > 1 && Math.hypot(first[0] - last[0], first[1] - last[1]) < 1e-3 ? all.slice(0, -1) : all;
  };
  const geometry = (value: unknown, name: string): Drawable[] => {
    if (value === null) return [];
    if (!isObject(value)) throw new ImportError('no-geojson');
    const { type, coordinates } = value;
    const polygon = (rings: unknown): Drawable => ({ kind: 'polygon', points: ring(list(rings)[0]), name });
    switch (type) {
      case 'Point':
        return [{ kind: 'point', points: [position(coordinates)], name }];
      case 'MultiPoint':
        return list(coordinates).map((one) => ({ kind: 'point', points: [position(one)], name }));
      case 'LineString':
        return [{ kind: 'line', points: list(coordinates).map(position), name }];
      case 'MultiLineString':
        return list(coordinates).map((one) => ({ kind: 'line', points: list(one).map(position), name }));
      case 'Polygon':
        return [polygon(coordinates)];
      case 'MultiPolygon':
        return list(coordinates).map(polygon);
      case 'GeometryCollection':
        return list(value.geometries).flatMap((one) => (isObject(one) && one.type !== 'GeometryCollection' ? geometry(one, name) : []));
      default:
        throw new ImportError('no-geojson');
    }
  };
  const feature = (value: unknown): Drawable[] => {
    if (!isObject(value) || value.type !== 'Feature') throw new ImportError('no-geojson');
    const given = isObject(value.properties) ? value.properties.name : undefined;
    return geometry(value.geometry ?? null, typeof given === 'string' ? given.slice(0, MOST.name) : '');
  };
  if (!isObject(whole)) throw new ImportError('no-geojson');
  const found = whole.type === 'FeatureCollection' ? list(whole.features).flatMap(feature) : whole.type === 'Feature' ? feature(whole) : geometry(whole, '');
  const good = found.filter(({ kind, points: corners }) => corners.length >= LEAST_POINTS[kind]);
  if (good.length > MOST.shapes || good.some(({ points: corners }) => corners.length > MOST.corners)) throw new ImportError('too-large');
  if (good.length === 0) throw new ImportError('nothing');
  return good;
}
