// The section: one plane, a level, a slice between two heights, or a box. It cuts surveys and models.
//
// In: what the user set, picked or pasted. Out: half-spaces that stay, in `cut`; handles to drag; the
// part of the address. Pure but for its signals. Fetched when it is first wanted.
import { signal, effect } from '@preact/signals-core';
import type { LocalBox, LocalPoint } from '../api/types';
import { kept, type HalfSpace } from './cut';
import { sectionTexts } from '../i18n/section';
import { linkPart } from './link-parts';
import { setChip } from './tools';

export type Vec = readonly [number, number, number];

export type Section =
  /** What is nearer than the plane goes, for who looks along `heading_deg` and `tilt_deg` down; the plane is `away_m` beyond `at`. */
  | { readonly kind: 'plane'; readonly at: Vec; readonly heading_deg: number; readonly tilt_deg: number; readonly away_m: number }
  /** What is above goes. */
  | { readonly kind: 'level'; readonly up_m: number }
  | { readonly kind: 'slice'; readonly bottom_m: number; readonly top_m: number }
  /** Its width lies across `heading_deg`, its depth along it. */
  | { readonly kind: 'box'; readonly at: Vec; readonly size: Vec; readonly heading_deg: number };

export type SectionKind = Section['kind'];

export const section = signal<Section | null>(null);
/** Whether the next tap in the scene says which face to cut along. */
export const pickingFace = signal(false);
/** Handles as they stand on the canvas, for the panel: CSS pixels, and pixels per metre along their axis. */
export interface HandleSpot {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly perMetre: readonly [number, number];
}
export const handleSpots = signal<readonly HandleSpot[]>([]);

const DEG = Math.PI / 180;
const LEAST_M = 0.1;
/** What two numbers of an address differ by is not exact. */
const INEXACT_M = 1e-6;
/** Farther from the origin nothing of a community stands. */
const FAR_M = 100_000;

export const middleOf = ({ min, max }: LocalBox): LocalPoint => ({
  east_m: (min.east_m + max.east_m) / 2,
  north_m: (min.north_m + max.north_m) / 2,
  up_m: (min.up_m + max.up_m) / 2,
});

const dot = (a: Vec, b: Vec): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const minus = (a: Vec): Vec => [0 - a[0], 0 - a[1], 0 - a[2]];
const along = (p: Vec, axis: Vec, by: number): Vec => [p[0] + axis[0] * by, p[1] + axis[1] * by, p[2] + axis[2] * by];
/** Keeps what lies beyond a point along a direction. */
const beyond = (p: Vec, normal: Vec): HalfSpace => ({ normal, constant: 0 - dot(normal, p) });

/** The direction that one looks along. */
export function direction(heading_deg: number, tilt_deg: number): Vec {
  const [h, t] = [heading_deg * DEG, tilt_deg * DEG];
  // Nothing is gained by cosines that are almost nothing.
  const tidy = (value: number): number => (Math.abs(value) < 1e-12 ? 0 : value);
  return [tidy(Math.sin(h) * Math.cos(t)), tidy(Math.cos(h) * Math.cos(t)), tidy(-Math.sin(t))];
}

/** Directions of a box: across, along, up. */
const axesOf = (heading_deg: number): readonly [Vec, Vec, Vec] => [direction(heading_deg + 90, 0), direction(heading_deg, 0), [0, 0, 1]];

export function halfSpaces(cut: Section | null): HalfSpace[] {
  switch (cut?.kind) {
    case undefined:
      return [];
    case 'plane': {
      const normal = direction(cut.heading_deg, cut.tilt_deg);
      return [beyond(along(cut.at, normal, cut.away_m), normal)];
    }
    case 'level':
      return [{ normal: [0, 0, -1], constant: cut.up_m }];
    case 'slice':
      return [{ normal: [0, 0, -1], constant: cut.top_m }, { normal: [0, 0, 1], constant: -cut.bottom_m }];
    case 'box':
      return axesOf(cut.heading_deg).flatMap((axis, i) => {
        const half = (cut.size[i] ?? 0) / 2;
        return [beyond(along(cut.at, axis, half), minus(axis)), beyond(along(cut.at, axis, -half), axis)];
      });
  }
}

/** A point on the cut is not cut away. */
const SLACK_M = 1e-3;

const over = ({ normal, constant }: HalfSpace, p: Vec): number => dot(normal, p) + constant;

export const isCut = (spaces: readonly HalfSpace[], p: Vec): boolean => spaces.some((space) => over(space, p) < -SLACK_M);

/** Distance along a ray, whose direction has length 1, at which it has come into all that is kept; 0 if it begins there. */
export function entry_m(spaces: readonly HalfSpace[], from: Vec, ray: Vec): number {
  return spaces.reduce((far, space) => {
    const at = over(space, from);
    const pace = dot(space.normal, ray);
    return at < 0 && pace > 0 ? Math.max(far, -at / pace) : far;
  }, 0);
}

/** The plane along a face of which a point and the outward direction are known, a little within it. */
export function planeOfFace(at: Vec, outward: Vec, within_m = 0.05): Section {
  const into = minus(outward);
  const tilt_deg = Math.asin(Math.max(-1, Math.min(1, -into[2]))) / DEG;
  const heading_deg = Math.hypot(into[0], into[1]) < 1e-6 ? 0 : Math.atan2(into[0], into[1]) / DEG;
  return { kind: 'plane', at, heading_deg, tilt_deg, away_m: within_m };
}

/** What is kept goes, and the other way round. Only a plane has another side. */
export function flip(cut: Section): Section {
  return cut.kind === 'plane' ? { ...cut, heading_deg: turned(cut.heading_deg + 180), tilt_deg: 0 - cut.tilt_deg, away_m: 0 - cut.away_m } : cut;
}

/** Degrees in −180 … 180. */
export const turned = (deg: number): number => deg - 360 * Math.round(deg / 360);

/** How far a plane may be moved: until it has passed the box. */
export function reach(cut: Section & { kind: 'plane' }, box: LocalBox): readonly [number, number] {
  const normal = direction(cut.heading_deg, cut.tilt_deg);
  const distances = cornersOf(box).map((p) => dot(normal, p) - dot(normal, cut.at));
  return [Math.min(...distances), Math.max(...distances)];
}

export const cornersOf = ({ min, max }: LocalBox): Vec[] =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((c): Vec => [(c & 1 ? max : min).east_m, (c & 2 ? max : min).north_m, (c & 4 ? max : min).up_m]);

/** Whether half-spaces take anything of a box. */
export const touches = (spaces: readonly HalfSpace[], box: LocalBox): boolean =>
  spaces.some(({ normal, constant }) => cornersOf(box).some((p) => dot(normal, p) + constant < 0));

/** A section of a kind to begin with, about a box; looking along a heading where that matters. */
export function begin(kind: SectionKind, box: LocalBox, heading_deg: number): Section {
  const { east_m, north_m, up_m } = middleOf(box);
  const at: Vec = [east_m, north_m, up_m];
  switch (kind) {
    case 'plane':
      return { kind, at, heading_deg, tilt_deg: 0, away_m: 0 };
    case 'level':
      return { kind, up_m };
    case 'slice':
      return { kind, bottom_m: up_m - 1.5, top_m: up_m + 1.5 };
    case 'box': {
      const [across, forth] = axesOf(heading_deg);
      const reachOf = (axis: Vec): number => {
        const far = cornersOf(box).map((p) => dot(axis, p));
        return Math.max(...far) - Math.min(...far);
      };
      return { kind, at, size: [reachOf(across) + 1, reachOf(forth) + 1, box.max.up_m - box.min.up_m + 1], heading_deg };
    }
  }
}

/** What can be dragged: where it is, and the way that it moves. */
export interface Handle {
  readonly id: string;
  readonly at: Vec;
  readonly axis: Vec;
}

const SIDES = ['east', 'west', 'north', 'south', 'top', 'bottom'] as const;

export function handlesOf(cut: Section, box: LocalBox): Handle[] {
  if (cut.kind === 'box') {
    return axesOf(cut.heading_deg).flatMap((axis, i) => {
      const half = (cut.size[i] ?? 0) / 2;
      return [1, -1].map((sign): Handle => ({ id: SIDES[i * 2 + (sign === 1 ? 0 : 1)] ?? '', at: along(cut.at, axis, half * sign), axis: sign === 1 ? axis : minus(axis) }));
    });
  }
  return cutFaces(halfSpaces(cut), box).flatMap(({ polygon, space }, i): Handle[] => {
    if (polygon.length === 0) return [];
    const sum = polygon.reduce<Vec>((total, p) => along(total, p, 1), [0, 0, 0]);
    const at: Vec = [sum[0] / polygon.length, sum[1] / polygon.length, sum[2] / polygon.length];
    // A plane is pushed the way one looks; levels are lifted.
    return [{ id: cut.kind === 'plane' ? 'plane' : i === 0 ? 'top' : 'bottom', at, axis: cut.kind === 'plane' ? space.normal : [0, 0, 1] }];
  });
}

/** After a handle has been moved along its axis. */
export function moved(cut: Section, handle: string, by_m: number): Section {
  switch (cut.kind) {
    case 'plane':
      return { ...cut, away_m: cut.away_m + by_m };
    case 'level':
      return { ...cut, up_m: cut.up_m + by_m };
    case 'slice':
      return handle === 'top' ? { ...cut, top_m: Math.max(cut.bottom_m + LEAST_M, cut.top_m + by_m) } : { ...cut, bottom_m: Math.min(cut.top_m - LEAST_M, cut.bottom_m + by_m) };
    case 'box': {
      const side = SIDES.findIndex((name) => name === handle);
      if (side < 0) return cut;
      const [which, sign] = [side >> 1, side % 2 === 0 ? 1 : -1];
      const by = Math.max(by_m, LEAST_M - (cut.size[which] ?? 0));
      const axis = axesOf(cut.heading_deg)[which] ?? [0, 0, 1];
      const size = cut.size.map((length, i) => (i === which ? length + by : length)) as unknown as Vec;
      return { ...cut, size, at: along(cut.at, axis, (by / 2) * sign) };
    }
  }
}

/** The part of each cut's plane that lies in a box and is kept by the other cuts. */
export function cutFaces(spaces: readonly HalfSpace[], box: LocalBox): { readonly space: HalfSpace; readonly polygon: readonly Vec[] }[] {
  const { min, max } = box;
  const walls: HalfSpace[] = [
    beyond([min.east_m, min.north_m, min.up_m], [1, 0, 0]), beyond([min.east_m, min.north_m, min.up_m], [0, 1, 0]), beyond([min.east_m, min.north_m, min.up_m], [0, 0, 1]),
    beyond([max.east_m, max.north_m, max.up_m], [-1, 0, 0]), beyond([max.east_m, max.north_m, max.up_m], [0, -1, 0]), beyond([max.east_m, max.north_m, max.up_m], [0, 0, -1]),
  ];
  const { east_m, north_m, up_m } = middleOf(box);
  const size = Math.hypot(max.east_m - min.east_m, max.north_m - min.north_m, max.up_m - min.up_m) + 1;
  return spaces.map((space) => {
    const { normal } = space;
    const foot = along([east_m, north_m, up_m], normal, -(dot(normal, [east_m, north_m, up_m]) + space.constant));
    const u: Vec = Math.abs(normal[2]) > 0.9 ? [1, 0, 0] : [normal[1] / Math.hypot(normal[0], normal[1]), -normal[0] / Math.hypot(normal[0], normal[1]), 0];
    const across = along(u, normal, -dot(u, normal));
    const length = Math.hypot(...across);
    const a: Vec = [across[0] / length, across[1] / length, across[2] / length];
    const b: Vec = [normal[1] * a[2] - normal[2] * a[1], normal[2] * a[0] - normal[0] * a[2], normal[0] * a[1] - normal[1] * a[0]];
    const whole = [[1, 1], [-1, 1], [-1, -1], [1, -1]].map(([x = 0, y = 0]) => along(along(foot, a, x * size), b, y * size));
    const others = spaces.filter((one) => one !== space);
    return { space, polygon: [...others, ...walls].reduce<readonly Vec[]>(clipPolygon, whole) };
  });
}

/** The part of a convex polygon in a half-space (Sutherland and Hodgman 1974). */
function clipPolygon(polygon: readonly Vec[], { normal, constant }: HalfSpace): readonly Vec[] {
  return polygon.flatMap((p, i) => {
    const q = polygon[(i + 1) % polygon.length] ?? p;
    const [at, end] = [dot(normal, p) + constant, dot(normal, q) + constant];
    const meet = at < 0 === end < 0 ? [] : [along(p, [q[0] - p[0], q[1] - p[1], q[2] - p[2]], at / (at - end))];
    return at < 0 ? meet : [p, ...meet];
  });
}

/** The box whose middle is nearest to a place on the map; the first if there is no place. */
export function nearest<T extends { readonly bounds: LocalBox }>(list: readonly T[], at: Pick<LocalPoint, 'east_m' | 'north_m'> | null): T | null {
  const away = ({ bounds }: T): number => {
    const middle = middleOf(bounds);
    return at ? Math.hypot(middle.east_m - at.east_m, middle.north_m - at.north_m) : 0;
  };
  return list.reduce<T | null>((best, one) => (best && away(best) <= away(one) ? best : one), null);
}

/** The direction of the model's walls that is nearest to a heading, if walls have one: they turn by quarters. */
export function squareTo(heading_deg: number, wall_deg: number | null): number {
  if (wall_deg === null) return Math.round(heading_deg);
  return wall_deg + Math.round((heading_deg - wall_deg) / 90) * 90;
}

const say = (value: number): string => String(Number(value.toFixed(2)));

/** As in the address: `level,13.5`. */
export function writeSection(cut: Section | null): string | null {
  switch (cut?.kind) {
    case undefined:
      return null;
    case 'plane':
      return [cut.kind, ...[...cut.at, cut.heading_deg, cut.tilt_deg, cut.away_m].map(say)].join();
    case 'level':
      return [cut.kind, say(cut.up_m)].join();
    case 'slice':
      return [cut.kind, say(cut.bottom_m), say(cut.top_m)].join();
    case 'box':
      return [cut.kind, ...[...cut.at, ...cut.size, cut.heading_deg].map(say)].join();
  }
}

/** Reads what an address says; null for what makes no section. */
export function readSection(text: string | null): Section | null {
  const [kind, ...rest] = (text ?? '').split(',');
  const numbers = rest.map((part) => (/^-?\d+(\.\d+)?$/.test(part) ? Number(part) : NaN));
  if (!numbers.every((n) => Math.abs(n) <= FAR_M)) return null;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0] = numbers;
  if (kind === 'plane' && numbers.length === 6 && Math.abs(e) <= 90) return { kind, at: [a, b, c], heading_deg: turned(d), tilt_deg: e, away_m: f };
  if (kind === 'level' && numbers.length === 1) return { kind, up_m: a };
  if (kind === 'slice' && numbers.length === 2 && b - a >= LEAST_M - INEXACT_M) return { kind, bottom_m: a, top_m: b };
  if (kind === 'box' && numbers.length === 7 && Math.min(d, e, f) >= LEAST_M) return { kind, at: [a, b, c], size: [d, e, f], heading_deg: turned(g) };
  return null;
}

/** Cuts as the signal says, and keeps it in the address, until the returned function is called. */
export function startSection(): () => void {
  const undo = [
    effect(() => void (kept.value = halfSpaces(section.value))),
    effect(() => {
      const on = section.value !== null;
      setChip('section', on ? { text: (language) => sectionTexts(language).on, endText: (language) => sectionTexts(language).end, end: () => (section.value = null) } : null);
    }),
    linkPart('x', { write: () => writeSection(section.value), read: (text) => void (section.value = readSection(text)) }),
  ];
  return () => undo.forEach((one) => one());
}
