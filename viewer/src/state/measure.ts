// Measuring: points in the scene, and what follows from them.
//
// In: points, local metres. Out: figures; the list of measurements; the part of the address; rows for
// a table. Pure but for its signals. Fetched when it is first wanted.
import { batch, signal } from '@preact/signals-core';
import { measured } from '../i18n/measure';
import type { Language } from '../i18n/words';
import { line } from './csv';
import { linkPart } from './link-parts';
import { readShapes, writeShapes } from './shape-link';

export type Vec = readonly [number, number, number];

export const KINDS = ['distance', 'height', 'area', 'angle'] as const;
export type Kind = (typeof KINDS)[number];

export interface Measurement {
  readonly id: number;
  readonly kind: Kind;
  readonly points: readonly Vec[];
  readonly name: string;
}

/** What a pointer has caught: `surface` is where it is, nothing else being near. */
export type Caught = 'corner' | 'edge' | 'surface';

export const kind = signal<Kind>('distance');
/** Points of the measurement that is being made. */
export const draft = signal<readonly Vec[]>([]);
/** Where the next point would be. */
export const pointed = signal<{ readonly at: Vec; readonly caught: Caught } | null>(null);
export const list = signal<readonly Measurement[]>([]);
export const chosen = signal<number | null>(null);

const MOST = { measurements: 100, points: 300, name: 60 };

/** Two taps on one spot are one point. */
const SAME_M = 0.001;

const sub = (a: Vec, b: Vec): Vec => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Vec, b: Vec): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const distance = (a: Vec, b: Vec): number => Math.hypot(...sub(a, b));

export interface Figures {
  /** Lengths of legs, and their sum. */
  readonly legs_m: readonly number[];
  readonly length_m: number;
  /** From the first point to the last: upward, on the map, and as the crow flies. */
  readonly rise_m: number;
  readonly level_m: number;
  readonly slant_m: number;
  /** Of a ring: on the map, in the plane that fits it best, and around it. */
  readonly level_m2: number;
  readonly surface_m2: number;
  readonly around_m: number;
  /** At the second of three points. */
  readonly angle_deg: number;
}

export function figures(points: readonly Vec[]): Figures {
  const legs_m = points.slice(1).map((p, i) => distance(points[i] ?? p, p));
  const length_m = legs_m.reduce((sum, leg) => sum + leg, 0);
  const [first = [0, 0, 0] as Vec, second = first, third = second] = points;
  const last = points.at(-1) ?? first;
  const across = newell(points);
  return {
    legs_m,
    length_m,
    rise_m: last[2] - first[2],
    level_m: Math.hypot(last[0] - first[0], last[1] - first[1]),
    slant_m: distance(first, last),
    level_m2: Math.abs(across[2]) / 2,
    surface_m2: Math.hypot(...across) / 2,
    around_m: length_m + distance(last, first),
    angle_deg: angle(first, second, third),
  };
}

/** Twice the area of a ring in each plane of the axes (Newell, in Sutherland, Sproull and Schumacker 1974), about its first point. */
function newell(ring: readonly Vec[]): Vec {
  const origin = ring[0] ?? [0, 0, 0];
  return ring.reduce<Vec>((sum, corner, i) => {
    const [p, q] = [sub(corner, origin), sub(ring[(i + 1) % ring.length] ?? corner, origin)];
    return [sum[0] + (p[1] - q[1]) * (p[2] + q[2]), sum[1] + (p[2] - q[2]) * (p[0] + q[0]), sum[2] + (p[0] - q[0]) * (p[1] + q[1])];
  }, [0, 0, 0]);
}

function angle(a: Vec, at: Vec, b: Vec): number {
  const [u, v] = [sub(a, at), sub(b, at)];
  const lengths = Math.hypot(...u) * Math.hypot(...v);
  return lengths === 0 ? 0 : (Math.acos(Math.max(-1, Math.min(1, dot(u, v) / lengths))) / Math.PI) * 180;
}

/** Points that a kind needs, and after which it is done by itself. */
export const POINTS: Readonly<Record<Kind, { readonly least: number; readonly most: number }>> = {
  distance: { least: 2, most: MOST.points },
  height: { least: 2, most: 2 },
  area: { least: 3, most: MOST.points },
  angle: { least: 3, most: 3 },
};

export function addPoint(at: Vec): void {
  const before = draft.peek().at(-1);
  if (before && distance(before, at) < SAME_M) return;
  draft.value = [...draft.peek(), at];
  if (draft.peek().length >= POINTS[kind.peek()].most) finish();
}

export const takeBack = (): void => void (draft.value = draft.peek().slice(0, -1));

let lastId = 0;

/** Keeps what has been measured, if it has points enough; lets go of it otherwise. */
export function finish(): void {
  const points = draft.peek();
  batch(() => {
    draft.value = [];
    if (points.length < POINTS[kind.peek()].least) return;
    const made: Measurement = { id: ++lastId, kind: kind.peek(), points, name: '' };
    list.value = [...list.peek(), made].slice(-MOST.measurements);
    chosen.value = made.id;
  });
}

export const remove = (id: number): void => void (list.value = list.peek().filter((one) => one.id !== id));

export const rename = (id: number, name: string): void =>
  void (list.value = list.peek().map((one) => (one.id === id ? { ...one, name: name.trim().slice(0, MOST.name) } : one)));

/** The figure that a measurement is about. */
export function main({ kind: of, points }: Pick<Measurement, 'kind' | 'points'>): { readonly value: number; readonly unit: 'm' | 'm2' | 'deg' } {
  const all = figures(points);
  if (of === 'area') return { value: all.level_m2, unit: 'm2' };
  if (of === 'angle') return { value: all.angle_deg, unit: 'deg' };
  return { value: of === 'height' ? Math.abs(all.rise_m) : all.length_m, unit: 'm' };
}

export interface FigureLabel {
  readonly at: Vec;
  readonly text: string;
  /** Whether it is the figure that the measurement is about. */
  readonly main: boolean;
}

const between = (a: Vec, b: Vec): Vec => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2];

/** Where figures stand in the scene. */
export function labelsOf(one: Measurement, language: Language): FigureLabel[] {
  const { points } = one;
  const [first, second] = points;
  const last = points.at(-1);
  if (!first || !second || !last) return [];
  const { value, unit } = main(one);
  const text = `${one.name === '' ? '' : `${one.name} `}${measured(value, unit, language)}`;
  if (one.kind === 'height') return [{ at: [second[0], second[1], (first[2] + second[2]) / 2], text, main: true }];
  if (one.kind === 'angle') return points.length > 2 ? [{ at: second, text, main: true }] : [];
  const { legs_m } = figures(points);
  const legs = legs_m.map((leg, i) => ({ at: between(points[i] ?? first, points[i + 1] ?? last), text: measured(leg, 'm', language), main: false })).filter((_, i) => (legs_m[i] ?? 0) >= SAME_M);
  if (one.kind === 'distance') return legs.length < 2 ? [{ at: between(first, last), text, main: true }] : [...legs, { at: last, text, main: true }];
  const centre = points.reduce<Vec>((sum, p) => [sum[0] + p[0] / points.length, sum[1] + p[1] / points.length, sum[2] + p[2] / points.length], [0, 0, 0]);
  const side = { at: between(last, first), text: measured(distance(last, first), 'm', language), main: false };
  return points.length > 2 ? [...legs, side, { at: centre, text, main: true }] : legs;
}

/** Rows of comma-separated values (RFC 4180), one a measurement. */
export function csv(all: readonly Measurement[], nameOf: (one: Measurement) => string): string {
  const head = ['name', 'kind', 'length_m', 'rise_m', 'level_m', 'slant_m', 'level_area_m2', 'surface_area_m2', 'perimeter_m', 'angle_deg', 'points_enu_m'];
  const rows = all.map((one) => {
    const f = figures(one.points);
    const only = (of: readonly Kind[], value: number): number | null => (of.includes(one.kind) ? Number(value.toFixed(3)) : null);
    const points = one.points.map((p) => p.map((m) => m.toFixed(3)).join(' ')).join('; ');
    return [
      nameOf(one), one.kind, only(['distance'], f.length_m), only(['distance', 'height'], f.rise_m), only(['distance', 'height'], f.level_m),
      only(['distance', 'height'], f.slant_m), only(['area'], f.level_m2), only(['area'], f.surface_m2), only(['area'], f.around_m), only(['angle'], f.angle_deg), points,
    ];
  });
  return [head, ...rows].map(line).join('');
}

const LETTERS: Readonly<Record<Kind, string>> = { distance: 'd', height: 'h', area: 'a', angle: 'n' };

export const writeMeasurements = (all: readonly Measurement[]): string | null => writeShapes(all.map((one) => ({ ...one, letter: LETTERS[one.kind] })));

/** Reads what an address says; what makes no measurement is left out. */
export const readMeasurements = (text: string | null): Measurement[] =>
  readShapes(text, Object.fromEntries(KINDS.map((of) => [LETTERS[of], POINTS[of]]))).flatMap(({ letter, points, name }) => {
    const of = KINDS.find((one) => LETTERS[one] === letter);
    return of ? [{ id: ++lastId, kind: of, points, name }] : [];
  });

/** Keeps measurements in the address until the returned function is called. */
export const startMeasure = (): (() => void) =>
  linkPart('m', { write: () => writeMeasurements(list.value), read: (text) => void (list.value = readMeasurements(text)) });
